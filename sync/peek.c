#include "sync/peek.h"

#include "store/links.h"
#include "sync/normalise.h"

#include <string.h>

#define ROW_MEMORY ((size_t)256 << 20)

/* The fields that the op writes over. A row that goes takes all of them with it. */
static uint32_t written(const struct run_state *s, const struct op *op)
{
    uint32_t mask = 0;
    if (op->kind == OP_SEND_ARCHIVE)
        return s->mask;
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        if (op->columns >> i & 1)
            mask |= put_reads(&s->flow->puts[i]);
    }
    return mask;
}

/* The cell as a value of the store; false when it is none. */
static int read_value(struct run_state *s, const struct field_map *m, const struct cell *cell,
                      struct arena *arena, struct value *ret, bool *ret_readable, struct err *err)
{
    const struct field *f = &s->flow->entity->fields[m->field];
    const char *ids[2];
    size_t n = 0;
    *ret = V_NULL;
    if (f->type != FT_REF) {
        *ret_readable = normalise_cell(f, cell, m->as, s->dicts, arena, ret);
        if (ret->kind == VAL_NULL)
            *ret = field_fallback(f);
        return 0;
    }
    *ret_readable =
        normalise_refs(cell, m->via_uuid, arena, ids, ARRAY_LEN(ids), &n) && n < ARRAY_LEN(ids);
    if (!*ret_readable || !n)
        return 0;
    char *local = arena_alloc(arena, UUID_LEN + 1, 1);
    const struct flow *carrier = config_carrier(s->e->cfg, f->ref, m->via);
    if (links_resolve(s->e->db, f->ref, m->via, carrier->table, ids[0], local, err))
        return -1;
    *ret = V_TEXT(*local ? local : ids[0]);
    return 0;
}

static int compare(struct run_state *s, const struct op *op, const struct remote_row *row,
                   const struct field_map *const *maps, size_t n, struct arena *arena,
                   enum peeked *ret, struct err *err)
{
    struct agreed agreed;
    struct value base[MODEL_FIELDS_MAX];
    if (agreed_read(op->rec->e, op->base, arena, &agreed, err))
        return -1;
    agreed_base(&agreed, base);
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &op->rec->e->fields[maps[i]->field];
        struct value now;
        bool readable, spoils = f->required || f->bad_value;
        if (read_value(s, maps[i], &row->cells[i], arena, &now, &readable, err))
            return -1;
        /* nonsense in an optional field counts as empty, as when it is read */
        if ((!readable && spoils) || (!normalise_same(f, &now, &base[maps[i]->field]) &&
                                      !normalise_same(f, &now, &op->rec->v[maps[i]->field])))
            *ret = PEEK_MOVED;
    }
    return 0;
}

int peek_row(struct run_state *s, const struct op *op, enum peeked *ret, struct err *err)
{
    AUTO_ARENA *arena = arena_new(ROW_MEMORY);
    const struct field_map *maps[MODEL_FIELDS_MAX];
    const char *columns[MODEL_FIELDS_MAX];
    struct remote_row row = {0};
    enum presence there = ROW_UNKNOWN;
    uint32_t mask = written(s, op);
    size_t n = 0;
    *ret = PEEK_SAME;
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (mask >> s->flow->maps[i].field & 1) {
            maps[n] = &s->flow->maps[i];
            columns[n++] = s->flow->maps[i].column;
        }
    }
    if (!n || s->flow->direction != DIR_BOTH || !s->remote->ops->peek)
        return 0;
    if (s->remote->ops->peek(s->remote, s->flow->table, op->link.remote_id, columns, n, arena,
                             &there, &row, err))
        return -1;
    if (op->restored) { /* it is to come back: somebody has brought it back already */
        *ret = there == ROW_THERE ? PEEK_MOVED : PEEK_SAME;
        return 0;
    }
    if (op->kind == OP_SEND_UPDATE && (there == ROW_TRASHED || there == ROW_GONE))
        *ret = PEEK_GONE;
    return there == ROW_THERE ? compare(s, op, &row, maps, n, arena, ret, err) : 0;
}
