#include "sync/push/peek.h"

#include "store/dict_rows.h"
#include "store/links.h"
#include "store/refs.h"
#include "sync/normalise.h"
#include "sync/pull/identity.h"

#include <string.h>

#define ROWS_MEMORY ((size_t)256 << 20)

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

/* What is asked of the rows of some ops: the columns of the fields that they write over. */
struct question {
    const struct field_map *maps[MODEL_FIELDS_MAX];
    const char
        *columns[MODEL_FIELDS_MAX + 1]; /* those of maps, and the key where ids are written */
    size_t n_maps, n_columns;
};

static struct question ask_about(const struct run_state *s, const struct op *op)
{
    struct question q = {0};
    uint32_t mask = written(s, op);
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (mask >> s->flow->maps[i].field & 1) {
            q.maps[q.n_maps++] = &s->flow->maps[i];
            q.columns[q.n_columns++] = s->flow->maps[i].column;
        }
    }
    if (op->kind == OP_SEND_UPDATE && op->id_text)
        q.columns[q.n_columns++] = s->flow->key;
    return q;
}

static int compare(struct run_state *s, const struct op *op, const struct remote_row *row,
                   const struct question *q, struct arena *arena, enum peeked *ret, struct err *err)
{
    struct agreed agreed;
    struct value base[MODEL_FIELDS_MAX];
    if (agreed_read(op->rec->e, op->base, arena, &agreed, err))
        return -1;
    agreed_base(&agreed, base);
    for (size_t i = 0; i < q->n_maps; i++) {
        const struct field_map *m = q->maps[i];
        const struct field *f = &op->rec->e->fields[m->field];
        struct value now;
        bool readable, known = agreed.unread >> m->field & 1;
        if (read_value(s, m, &row->cells[i], arena, &now, &readable, err))
            return -1;
        /* nonsense in an optional field counts as empty, if it was read as that; else somebody has
         * typed it since, and it is not written over */
        bool ours =
            agreed.unsure >> m->field & 1 && normalise_same(f, &now, &agreed.sent[m->field]);
        if ((!readable && !known) || (!ours && !normalise_same(f, &now, &base[m->field]) &&
                                      !normalise_same(f, &now, &op->rec->v[m->field])))
            *ret = PEEK_MOVED;
    }
    return 0;
}

int peek_kept(struct run_state *s, const struct op *op, const char *raw, struct arena *arena,
              bool *ret, struct err *err)
{
    const struct question q = ask_about(s, op);
    struct cell *cells = arena_alloc(arena, q.n_columns + 1, sizeof *cells);
    const struct remote_row row = {.cells = cells};
    enum peeked what = PEEK_SAME;
    struct err unreadable = {0};
    *ret = cells_from_json(raw, q.columns, q.n_columns, arena, cells, &unreadable) != 0;
    if (!*ret && compare(s, op, &row, &q, arena, &what, err))
        return -1;
    *ret = *ret || what != PEEK_SAME;
    return 0;
}

/* A row that is made anew is written over any that has its marker. Its predecessor, or a copy of
 * that, may have come back meanwhile, to stand for a record of its own. */
static int peek_copies(struct run_state *s, const struct op *op, struct arena *arena,
                       struct peeked_row *ret, struct err *err)
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
    ret->what = n_links ? PEEK_TAKEN : PEEK_MOVED;
    ret->other = n_links ? arena_strdup(s->arena, found[0].row_id) : NULL;
    return 0;
}

/* A row as it was found. */
struct found {
    enum presence there;
    struct remote_row row;
};

static int judge_row(struct run_state *s, const struct op *op, const struct question *q,
                     const struct found *f, struct arena *arena, struct peeked_row *ret,
                     struct err *err)
{
    bool there = f->there == ROW_THERE;
    if (op->restored) { /* it is to come back: somebody has brought it back already */
        ret->what = there ? PEEK_MOVED : PEEK_SAME;
        return there ? 0 : peek_copies(s, op, arena, ret, err);
    }
    if (op->kind == OP_SEND_UPDATE && (f->there == ROW_TRASHED || f->there == ROW_GONE))
        ret->what = PEEK_GONE;
    /* somebody has filled it: theirs stays, and the next pull says which record it names */
    if (there && q->n_columns > q->n_maps &&
        !identity_is_free(&f->row.cells[q->n_maps], op->rec->id))
        ret->what = PEEK_MOVED;
    return there ? compare(s, op, &f->row, q, arena, &ret->what, err) : 0;
}

static bool has_row(const struct op *op)
{
    return op->kind != OP_SEND_INSERT || op->restored;
}

/* At most PEEK_MAX ops, each of which has a row. */
static int peek_some(struct run_state *s, struct op *const *ops, const size_t *places, size_t n,
                     const struct question *q, struct peeked_row *ret, struct err *err)
{
    AUTO_ARENA *arena = arena_new(ROWS_MEMORY);
    const char *row_ids[PEEK_MAX];
    enum presence there[PEEK_MAX];
    struct remote_row rows[PEEK_MAX] = {0};
    for (size_t i = 0; i < n; i++) {
        row_ids[i] = ops[places[i]]->link.remote_id;
        there[i] = ROW_UNKNOWN;
    }
    if (remote_peek_rows(s->remote, s->flow->table, row_ids, n, q->columns, q->n_columns, arena,
                         there, rows, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct found f = {there[i], rows[i]};
        if (judge_row(s, ops[places[i]], q, &f, arena, &ret[places[i]], err))
            return -1;
    }
    return 0;
}

int peek_rows(struct run_state *s, struct op *const *ops, size_t n, struct peeked_row *ret,
              struct err *err)
{
    size_t places[PEEK_MAX], k = 0;
    for (size_t i = 0; i < n; i++)
        ret[i] = (struct peeked_row){.what = PEEK_SAME};
    if (!n || s->flow->direction != DIR_BOTH || !s->remote->ops->peek)
        return 0;
    const struct question q = ask_about(s, ops[0]);
    for (size_t i = 0; i < n && q.n_columns; i++) {
        if (has_row(ops[i]))
            places[k++] = i;
        if (k && (k == PEEK_MAX || i + 1 == n)) {
            if (peek_some(s, ops, places, k, &q, ret, err))
                return -1;
            k = 0;
        }
    }
    return 0;
}
