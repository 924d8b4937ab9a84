#include "sync/resolve.h"

#include "store/dict_rows.h"
#include "store/quarantine.h"
#include "store/rows.h"

#include <string.h>

int resolve_load(struct run_state *s, struct err *err)
{
    s->listed = arena_alloc(s->arena, s->flow->n_maps, sizeof *s->listed);
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        const struct field *f = &s->flow->entity->fields[s->flow->maps[i].field];
        struct cursor *c;
        /* a preview has read the target's table but taken nothing of it in */
        if (!s->flow->maps[i].via || !s->opt->listed_since || s->opt->dry_run)
            continue;
        const struct flow *carrier =
            config_carrier(s->e->cfg, field_target(f), s->flow->maps[i].via);
        if (cursor_get(s->e->db, carrier->name, carrier->remote->name, carrier->table, s->arena, &c,
                       err))
            return -1;
        s->listed[i] = c && c->full_at >= s->opt->listed_since;
        s->any_listed = s->any_listed || s->listed[i];
    }
    return 0;
}

static bool was_listed(const struct run_state *s, const struct field *f)
{
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (&s->flow->entity->fields[s->flow->maps[i].field] == f)
            return s->listed[i];
    }
    return false;
}

static const char *sentence(const struct field *f)
{
    if (f->type == FT_REFS)
        return f->bad_value;
    return f->bad ? f->bad : f->bad_target ? f->bad_target : "Invalid reference";
}

/* The code of a dictionary's row. One that nobody knows may be too new; in a field that may be
 * empty it holds no row up once the dictionary was read, however long ago: its next change makes
 * the table be read again. */
static int resolve_code(struct run_state *s, const struct field *f, const struct flow *carrier,
                        const char *row_id, char *code, enum resolution *ret,
                        const char **ret_reason, struct err *err)
{
    struct cursor *c = NULL;
    bool may_be_empty = !f->required && !f->bad_value;
    if (links_resolve(s->e->db, field_target(f), carrier->remote->name, carrier->table, row_id,
                      code, err))
        return -1;
    *ret = REF_FOUND;
    if (*code)
        return 0;
    if (may_be_empty && cursor_get(s->e->db, carrier->name, carrier->remote->name, carrier->table,
                                   s->page, &c, err))
        return -1;
    bool read = may_be_empty ? c && c->full_at : was_listed(s, f);
    *ret = read ? REF_INVALID : REF_WAITING;
    *ret_reason = f->bad_value ? f->bad_value : sentence(f);
    return 0;
}

int resolve_reference(void *ctx, const struct field *f, const char *via, const char *remote_id,
                      struct arena *arena, char *local, enum resolution *ret,
                      const char **ret_reason, struct err *err)
{
    struct run_state *s = ctx;
    const struct flow *carrier = config_carrier(s->e->cfg, field_target(f), via);
    if (f->type == FT_DICT)
        return resolve_code(s, f, carrier, remote_id, local, ret, ret_reason, err);
    if (links_resolve(s->e->db, f->ref, via, carrier->table, remote_id, local, err))
        return -1;
    *ret = REF_FOUND;
    if (*local)
        return 0;
    /* ids are fixed at birth: a record born there has that very id, whichever flow brought it here
     */
    const struct entity *target = model_entity(f->ref);
    bool same_id = false;
    if (target->id_from_remote && rows_exists(s->e->db, target, remote_id, &same_id, err))
        return -1;
    if (same_id) {
        str_copy(local, UUID_LEN + 1, remote_id);
        return 0;
    }
    *ret = REF_WAITING;
    *ret_reason = sentence(f);
    if (!was_listed(s, f))
        return 0;
    const char *why;
    struct jailed *itself;
    if (quarantine_reason(s->e->db, carrier->name, remote_id, arena, &why, err) ||
        quarantine_get(s->e->db, carrier->name, remote_id, "", arena, &itself, err))
        return -1;
    if (itself && itself->waiting) /* it is there, and may come in yet */
        return 0;
    *ret = REF_INVALID;
    if (why && f->bad_target)
        *ret_reason = f->bad_target_when && !strcmp(why, f->bad_target_when) ? f->bad_target_then
                                                                             : f->bad_target;
    return 0;
}
