#include "bot/card_sight.h"

#include "store/rows.h"

#include <string.h>

#define KIN_LOOKED 200 /* of which somebody may not see all */

/* Whose record it is: the person themselves, or the one that a participation, a badge or an arrival
 * is about; NULL: nobody's. */
static int person_of(struct ask *a, const char *entity, const char *id, const char **ret,
                     struct err *err)
{
    struct record *r;
    const struct entity *e = model_entity(entity);
    *ret = NULL;
    if (!strcmp(entity, "person")) {
        *ret = id;
        return 0;
    }
    if (rows_get(a->db, e, id, a->arena, &r, err))
        return -1;
    for (size_t i = 0; r && i < e->n; i++) {
        if (e->fields[i].type != FT_REF || r->v[i].kind != VAL_TEXT)
            continue;
        if (!strcmp(e->fields[i].ref, "person"))
            *ret = r->v[i].s;
        else if (!strcmp(e->fields[i].name, "badge_id"))
            return person_of(a, "badge", r->v[i].s, ret, err);
    }
    return 0;
}

int card_sight(struct ask *a, const char *entity, const char *id, enum card_sight *ret,
               struct err *err)
{
    const struct binding *me = a->rights->bound;
    const char *person = NULL;
    bool may;
    if (rights_for_record(a->db, a->rights, ROLE_ORGANIZER, entity, id, a->arena, &may, err))
        return -1;
    *ret = may ? CARD_WHOLE : CARD_HIDDEN;
    if (may || !me || !me->live)
        return 0;
    if (person_of(a, entity, id, &person, err))
        return -1;
    if (str_eq(person, me->person_id))
        *ret = CARD_OWN;
    return 0;
}

int card_kin(struct ask *a, enum kin kin, const char *id, size_t max, struct card_kin *ret,
             struct err *err)
{
    static const char *const entities[] = {[KIN_PARTICIPATIONS] = "participation",
                                           [KIN_BADGES] = "badge",
                                           [KIN_ARRIVALS] = "arrival",
                                           [KIN_CHILDREN] = "badge",
                                           [KIN_LEADS] = "participation"};
    bool all = a->rights->whole >= ROLE_ORGANIZER;
    const char **ids;
    size_t n;
    int64_t total;
    if (kin_ids(a->db, kin, id, all ? max : KIN_LOOKED, a->arena, &ids, &n, &total, err))
        return -1;
    *ret = (struct card_kin){.ids = ids, .n = n, .more = all ? total - (int64_t)n : 0};
    if (all)
        return 0;
    ret->n = 0;
    for (size_t i = 0; i < n; i++) {
        enum card_sight sight;
        if (card_sight(a, entities[kin], ids[i], &sight, err))
            return -1;
        if (sight == CARD_HIDDEN)
            ret->hidden = true;
        else if (ret->n < max)
            ids[ret->n++] = ids[i];
        else
            ret->more++;
    }
    return 0;
}

int card_entity(struct ask *a, const char *id, const char **ret, struct err *err)
{
    *ret = NULL;
    for (size_t i = 0; i < model_n_entities && !*ret; i++) {
        bool there;
        if (rows_exists(a->db, &model_entities[i], id, &there, err))
            return -1;
        if (there)
            *ret = model_entities[i].name;
    }
    return 0;
}
