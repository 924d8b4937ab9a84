#include "sync/pull/merge.h"

#include "store/chat/handover.h"
#include "store/links.h"
#include "store/refs.h"

#include <string.h>

#define MEMORY ((size_t)64 << 20)

/* Two records on their way to become one. */
struct merging {
    struct db *db;
    const struct entity *e;
    const char *from, *into;
    const struct change *by;
    struct arena *arena; /* of the whole */
    struct arena *one;   /* of the record at hand */
};

/* ---------------------------------------------------------------- what refers to it */

struct referrer {
    char id[UUID_LEN + 1];
};

static int referrers(struct merging *m, const struct entity *e, const struct field *f,
                     struct referrer **ret, size_t *ret_n, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(1024);
    AUTO_QUERY *q = NULL;
    struct referrer *list = NULL;
    size_t n = 0, cap = 0;
    refs_add_referrers(e, f, &sql);
    if (DB_QUERY(m->db, &q, err, buf_str(&sql), B_TEXT(":id", m->from)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(m->arena, list, &cap, n + 1, sizeof *list);
        str_copy(list[n++].id, sizeof list->id, query_text(q, 0));
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

/* The set with the one in place of the other. */
static int set_without(struct merging *m, const struct value *v, struct value *ret, struct err *err)
{
    const char **ids;
    size_t n;
    if (refs_ids(v, m->one, &ids, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(ids[i], m->from))
            ids[i] = m->into;
    }
    *ret = refs_value(ids, n, m->one);
    return 0;
}

static int point_over(struct merging *m, const struct entity *e, size_t field, const char *id,
                      struct err *err)
{
    struct record *old, *now;
    arena_reset(m->one);
    if (rows_get(m->db, e, id, m->one, &old, err))
        return -1;
    /* what goes may keep its own; what stays does not come to refer to itself */
    if (!old || (e == m->e && !strcmp(id, m->from)))
        return 0;
    now = record_copy(old, m->one);
    if (e->fields[field].type == FT_REFS) {
        if (set_without(m, &old->v[field], &now->v[field], err))
            return -1;
    } else {
        now->v[field] = e == m->e && !strcmp(id, m->into) ? V_NULL : V_TEXT(m->into);
    }
    return rows_update(m->db, old, now, m->by, err);
}

static int move_references(struct merging *m, struct err *err)
{
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            struct referrer *list;
            size_t n;
            if (!model_refers(&e->fields[k]) || strcmp(e->fields[k].ref, m->e->name))
                continue;
            if (referrers(m, e, &e->fields[k], &list, &n, err))
                return -1;
            for (size_t j = 0; j < n; j++) {
                if (point_over(m, e, k, list[j].id, err))
                    return -1;
            }
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- the records and their rows */

static bool names(const struct value *v, const char *id)
{
    return v->kind == VAL_TEXT && strstr(v->s, id);
}

static int fill(struct merging *m, struct record *from, struct record *into, struct err *err)
{
    struct record *now = record_copy(into, m->arena), *gone = record_copy(from, m->arena);
    for (size_t i = 0; i < m->e->n; i++) {
        bool itself = model_refers(&m->e->fields[i]) &&
                      (names(&from->v[i], m->into) || names(&from->v[i], m->from));
        if (now->v[i].kind == VAL_NULL && !itself)
            now->v[i] = from->v[i];
    }
    now->deleted = into->deleted && from->deleted;
    gone->deleted = true;
    return rows_update(m->db, into, now, m->by, err) || rows_update(m->db, from, gone, m->by, err)
               ? -1
               : 0;
}

static int move_rows(struct merging *m, struct err *err)
{
    struct link *links;
    size_t n;
    if (links_everywhere(m->db, m->e->name, m->from, m->arena, &links, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct link *l = &links[i];
        struct link *there;
        if (links_by_local(m->db, m->e->name, m->into, l->remote, l->tbl, l->part, m->arena, &there,
                           err))
            return -1;
        if (there && there->missing_since && !l->missing_since) {
            if (links_trade(m->db, l, there, err))
                return -1;
        } else if (!there && links_give(m->db, l->id, m->into, err)) {
            return -1;
        }
    }
    return 0;
}

int merge_records(struct db *db, const struct entity *e, const char *from, const char *into,
                  const struct change *by, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    AUTO_ARENA *one = arena_new(MEMORY);
    struct merging m = {db, e, from, into, by, arena, one};
    struct record *a, *b;
    if (rows_get(db, e, from, arena, &a, err) || rows_get(db, e, into, arena, &b, err))
        return -1;
    if (!a || !b || a == b || !strcmp(from, into))
        return err_set(err, ERR_DATA, "there are no two records %s and %s to be made one", from,
                       into);
    if (move_references(&m, err))
        return -1;
    /* one of the two may have referred to the other */
    if (rows_get(db, e, from, arena, &a, err) || rows_get(db, e, into, arena, &b, err))
        return -1;
    return fill(&m, a, b, err) || move_rows(&m, err) ||
                   handover_record(db, e->name, from, into, by->source, by->at, err) ||
                   conflicts_close_all(db, e->name, from, by->source, by->at, err)
               ? -1
               : 0;
}

int merge_settle(struct db *db, const struct conflict *c, bool merge, const struct change *by,
                 bool *ret_done, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    const struct entity *e = model_entity(c->entity);
    struct record *a = NULL, *b = NULL;
    *ret_done = false;
    if (!c->open && !(merge && str_eq(c->choice, "ours")))
        return 0;
    if (e && (rows_get(db, e, c->local_id, arena, &a, err) ||
              rows_get(db, e, c->theirs ? c->theirs : "", arena, &b, err)))
        return -1;
    if (!a || !b || a->deleted)
        return c->open ? conflicts_settle(db, c->id, by->source, NULL, by->at, err) : 0;
    if (merge && merge_records(db, e, a->id, b->id, by, err))
        return -1;
    *ret_done = true;
    return conflicts_settle(db, c->id, by->source, merge ? "theirs" : "ours", by->at, err);
}
