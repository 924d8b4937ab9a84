#include "sync/peek.h"

#include "store/dict_rows.h"
#include "store/links.h"
#include "store/refs.h"
#include "sync/identity.h"
#include "sync/normalise.h"

#include <string.h>

#define ROW_MEMORY ((size_t)256 << 20)

/* The fields that the op writes over. A row that goes takes all of them with it; an id is written
 * only into the row that was agreed about, whose row id may be another's by now. */
static uint32_t written(const struct run_state *s, const struct op *op)
{
    uint32_t mask = 0;
    if (op->kind == OP_SEND_ARCHIVE || op->kind == OP_SEND_MARK ||
        (op->kind == OP_SEND_UPDATE && op->id_text))
        return s->mask;
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        if (op->columns >> i & 1)
            mask |= put_reads(&s->flow->puts[i]);
    }
    return mask;
}

/* What the store calls the row with that id; an id of nobody stays what it is. */
static int read_ref(struct run_state *s, const struct field_map *m, const char *row_id,
                    struct arena *arena, const char **ret, struct err *err)
{
    const struct field *f = &s->flow->entity->fields[m->field];
    const char *target = field_target(f);
    const struct flow *carrier = config_carrier(s->e->cfg, target, m->via);
    char *local = arena_alloc(arena, UUID_LEN + 1, 1);
    if (links_resolve(s->e->db, target, m->via, carrier->table, row_id, local, err))
        return -1;
    *ret = *local ? local : row_id;
    return 0;
}

/* The code of the dictionary's row that the cell names; a row of nobody reads as nonsense does. */
static int read_code(struct run_state *s, const struct field_map *m, const struct cell *cell,
                     struct arena *arena, struct value *ret, bool *ret_readable, struct err *err)
{
    const char *id, *code;
    *ret = field_fallback(&s->flow->entity->fields[m->field]);
    *ret_readable = normalise_row_ref(cell, m->via_uuid, arena, &id);
    if (!*ret_readable || !id)
        return 0;
    if (read_ref(s, m, id, arena, &code, err))
        return -1;
    *ret_readable = code != id;
    if (*ret_readable)
        *ret = V_TEXT(code);
    return 0;
}

/* The address of the file that the cell names. */
static void read_file(struct run_state *s, const struct cell *cell, struct arena *arena,
                      struct value *ret, bool *ret_readable)
{
    const struct remote_config *cfg = s->flow->remote;
    const char *id;
    *ret_readable = normalise_file(cell, arena, &id);
    if (*ret_readable && id)
        *ret = V_TEXT(remote_ops_find(cfg->kind)->file_url(cfg, id, arena));
}

static int read_set(struct run_state *s, const struct field_map *m, const struct cell *cell,
                    struct arena *arena, struct value *ret, bool *ret_readable, struct err *err)
{
    const char **ids;
    size_t n;
    *ret_readable = normalise_ref_set(cell, m->via_uuid, arena, &ids, &n);
    for (size_t i = 0; i < n && *ret_readable; i++) {
        if (read_ref(s, m, ids[i], arena, &ids[i], err))
            return -1;
    }
    *ret = *ret_readable ? refs_value(ids, n, arena) : V_NULL;
    return 0;
}

/* The cell as a value of the store; false when it is none. */
static int read_value(struct run_state *s, const struct field_map *m, const struct cell *cell,
                      struct arena *arena, struct value *ret, bool *ret_readable, struct err *err)
{
    const struct field *f = &s->flow->entity->fields[m->field];
    const char *ids[2];
    size_t n = 0;
    *ret = V_NULL;
    if (f->type == FT_REFS)
        return read_set(s, m, cell, arena, ret, ret_readable, err);
    if (f->type == FT_DICT && m->via)
        return read_code(s, m, cell, arena, ret, ret_readable, err);
    if (str_eq(m->as, "attachment")) {
        read_file(s, cell, arena, ret, ret_readable);
        return 0;
    }
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
    const char *local;
    if (read_ref(s, m, ids[0], arena, &local, err))
        return -1;
    *ret = V_TEXT(local);
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
        bool ours = agreed.unsure >> maps[i]->field & 1 &&
                    normalise_same(f, &now, &agreed.sent[maps[i]->field]);
        if ((!readable && spoils) || (!ours && !normalise_same(f, &now, &base[maps[i]->field]) &&
                                      !normalise_same(f, &now, &op->rec->v[maps[i]->field])))
            *ret = PEEK_MOVED;
    }
    return 0;
}

/* A row that is made anew is written over any that has its marker. Its predecessor, or a copy of
 * that, may have come back meanwhile, to stand for a record of its own. */
static int peek_copies(struct run_state *s, const struct op *op, struct arena *arena,
                       enum peeked *ret, const char **ret_row, struct err *err)
{
    struct found_row found[1];
    struct link *links;
    size_t n, n_links;
    const struct cell marker = {.kind = CELL_TEXT, .text = op->id_text ? op->id_text : op->rec->id};
    const struct remote_write row = {.cells = &marker};
    const struct write_batch like = {.table = s->flow->table,
                                     .columns = &s->flow->marker,
                                     .n_columns = 1,
                                     .marker = s->flow->marker,
                                     .rows = &row,
                                     .n_rows = 1};
    if (op->kind != OP_SEND_INSERT || !s->flow->marker || !s->remote->ops->upserts)
        return 0;
    if (s->remote->ops->find(s->remote, &like, arena, found, 1, &n, err))
        return -1;
    if (!n)
        return 0;
    if (links_of_row(s->e->db, op->link.remote, op->link.tbl, found[0].row_id, arena, &links,
                     &n_links, err))
        return -1;
    *ret = n_links ? PEEK_TAKEN : PEEK_MOVED;
    *ret_row = n_links ? arena_strdup(s->arena, found[0].row_id) : NULL;
    return 0;
}

int peek_row(struct run_state *s, const struct op *op, enum peeked *ret, const char **ret_row,
             struct err *err)
{
    AUTO_ARENA *arena = arena_new(ROW_MEMORY);
    const struct field_map *maps[MODEL_FIELDS_MAX];
    const char *columns[MODEL_FIELDS_MAX + 1]; /* the key is the last */
    struct remote_row row = {0};
    enum presence there = ROW_UNKNOWN;
    uint32_t mask = written(s, op);
    size_t n = 0;
    *ret = PEEK_SAME;
    *ret_row = NULL;
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (mask >> s->flow->maps[i].field & 1) {
            maps[n] = &s->flow->maps[i];
            columns[n++] = s->flow->maps[i].column;
        }
    }
    bool id = op->kind == OP_SEND_UPDATE && op->id_text;
    if (id)
        columns[n] = s->flow->key;
    if ((!n && !id) || s->flow->direction != DIR_BOTH || !s->remote->ops->peek)
        return 0;
    if (s->remote->ops->peek(s->remote, s->flow->table, op->link.remote_id, columns, n + id, arena,
                             &there, &row, err))
        return -1;
    if (op->restored) { /* it is to come back: somebody has brought it back already */
        *ret = there == ROW_THERE ? PEEK_MOVED : PEEK_SAME;
        return *ret == PEEK_SAME ? peek_copies(s, op, arena, ret, ret_row, err) : 0;
    }
    if (op->kind == OP_SEND_UPDATE && (there == ROW_TRASHED || there == ROW_GONE))
        *ret = PEEK_GONE;
    /* somebody has filled it: theirs stays, and the next pull says which record it names */
    if (there == ROW_THERE && id && !identity_is_free(&row.cells[n], op->rec->id))
        *ret = PEEK_MOVED;
    return there == ROW_THERE ? compare(s, op, &row, maps, n, arena, ret, err) : 0;
}
