#include "store/base/clock.h"
#include "store/runs.h"
#include "sync/mark.h"
#include "sync/push/peek.h"

#include <string.h>

struct marking {
    struct run_state *s;
    struct op *op;
    struct mark mark; /* as it is to be, or as it was known */
    int64_t there_at; /* what the row says just now */
    const char *there_why;
    enum presence there;
    int64_t intent;
    int64_t edited_ms; /* of the row, since we wrote; 0: not told */
    struct arena *arena;
};

static int look(struct marking *m, struct err *err)
{
    const char *columns[2];
    struct remote_row row = {0};
    struct staged_row now = {0};
    struct run_state *s = m->s;
    size_t n = mark_columns(s->flow, columns);
    if (s->remote->ops->peek(s->remote, s->flow->table, m->mark.remote_id, columns, n, m->arena,
                             &m->there, &row, err))
        return -1;
    if (m->there != ROW_THERE)
        return 0;
    mark_stage(s->flow, row.cells, m->arena, &now);
    m->there_at = now.mark_at;
    m->there_why = now.mark_why ? now.mark_why : "";
    return 0;
}

static int in_tx(struct marking *m, int (*fn)(struct marking *m, struct err *err), struct err *err)
{
    int64_t run_before = m->s->run_id;
    if (db_begin(m->s->e->db, err))
        return -1;
    if (fn(m, err) || db_commit(m->s->e->db, err)) {
        db_rollback(m->s->e->db);
        m->s->run_id = run_before;
        return -1;
    }
    return 0;
}

/* The row is gone, or somebody has marked it meanwhile: the next pull sees to it. */
static int leave(struct marking *m, struct err *err)
{
    (void)m, (void)err;
    return 0;
}

static const char *payload_of(const struct marking *m)
{
    return arena_printf(m->arena, "{\"cells\":{},\"base\":{},\"changes\":%s}", m->op->changes);
}

static int announce(struct marking *m, struct err *err)
{
    struct run_state *s = m->s;
    const struct op *op = m->op;
    const struct intent in = {.run = 0,
                              .flow = s->name,
                              .remote = op->link.remote,
                              .tbl = op->link.tbl,
                              .op = op->kind == OP_SEND_MARK ? "mark" : "clear",
                              .entity = op->link.entity,
                              .local_id = op->rec->id,
                              .part = "",
                              .remote_id = op->link.remote_id,
                              .payload = payload_of(m),
                              .sent_at = clock_now_ms()};
    struct intent own = in;
    if (apply_open_run(s, err))
        return -1;
    own.run = s->run_id;
    m->mark.state = op->kind == OP_SEND_MARK ? MARK_SETTING : MARK_CLEARING;
    return marks_put(s->e->db, &m->mark, err) || journal_send(s->e->db, &own, &m->intent, err) ? -1
                                                                                               : 0;
}

/* The link of a record that was deleted in the store, and whose row is marked for that, is that of
 * a row that is gone; unmarked, it is one that is there. */
static int settle_link(struct marking *m, struct err *err)
{
    struct db *db = m->s->e->db;
    const struct link *l = &m->op->link;
    if (!l->id || m->mark.by == MARK_RULE)
        return 0;
    if (m->op->kind == OP_SEND_CLEAR)
        return l->missing_since && (links_set_missing(db, l->id, 0, err) ||
                                    links_set_seen(db, l->id, l->base_rev, err))
                   ? -1
                   : 0;
    return links_set_missing(db, l->id, m->s->now_ms, err) ||
                   links_set_wish(db, l->id, WISH_RETURN, err) ||
                   links_set_seen(db, l->id, l->base_rev, err)
               ? -1
               : 0;
}

static int take_done(struct marking *m, struct err *err)
{
    struct run_state *s = m->s;
    struct db *db = s->e->db;
    struct counts one = {0};
    bool set = m->op->kind == OP_SEND_MARK;
    m->mark.state = MARK_THERE;
    op_count(m->op, &one);
    op_count(m->op, &s->sent);
    if (apply_open_run(s, err) ||
        (set ? marks_put(db, &m->mark, err)
             : marks_drop(db, m->mark.remote, m->mark.tbl, m->mark.remote_id, err)) ||
        (m->edited_ms &&
         quarantine_touch(db, s->flow->name, m->mark.remote_id, m->edited_ms, s->now_ms, err)) ||
        settle_link(m, err) || runs_add(db, s->run_id, &one, err))
        return -1;
    return m->intent ? journal_done(db, m->intent, m->mark.remote_id, s->now_ms, err) : 0;
}

static int take_failed(struct marking *m, struct err *err)
{
    return journal_drop(m->s->e->db, m->intent, "it is tried again", m->s->now_ms, err);
}

static int write_mark(struct marking *m, struct write_result *ret, struct err *err)
{
    struct run_state *s = m->s;
    const char *columns[2];
    struct cell cells[2] = {{.kind = CELL_NULL}, {.kind = CELL_NULL}};
    const struct remote_write row = {.row_id = m->mark.remote_id, .cells = cells};
    const struct write_batch batch = {.table = s->flow->table,
                                      .columns = columns,
                                      .n_columns = mark_columns(s->flow, columns),
                                      .rows = &row,
                                      .n_rows = 1};
    if (m->op->kind == OP_SEND_MARK) {
        cells[0] = (struct cell){.kind = CELL_NUMBER, .number = (double)m->mark.at};
        cells[1] = (struct cell){.kind = CELL_TEXT, .text = m->mark.why};
    }
    return s->remote->ops->update(s->remote, &batch, m->arena, ret, err);
}

/* Is there nothing to write? *ret_done: because it stands there already. */
static bool is_settled(const struct marking *m, bool *ret_done)
{
    bool ours = m->there_at == m->mark.at;
    bool same_words =
        !m->s->flow->mark_reason || !strcmp(m->there_why, m->mark.why ? m->mark.why : "");
    *ret_done = false;
    if (m->there != ROW_THERE)
        return true;
    if (m->op->kind == OP_SEND_MARK) {
        *ret_done = ours && same_words;
        return *ret_done || (m->there_at && !ours);
    }
    *ret_done = !m->there_at && !*m->there_why;
    /* the reason alone may be left of it */
    return *ret_done || (m->there_at && !ours);
}

static int write_and_settle(struct marking *m, struct err *err)
{
    struct write_result r = {0};
    struct err why = {0};
    if (in_tx(m, announce, err))
        return -1;
    if (write_mark(m, &r, &why)) {
        struct err ignored = {0};
        in_tx(m, take_failed, &ignored); /* else it stays announced, and is tried again as well */
        *err = why;
        return -1;
    }
    m->s->now_ms = clock_now_ms();
    m->edited_ms = r.edited_ms;
    if (r.fate == WRITE_DONE)
        return in_tx(m, take_done, err);
    if (in_tx(m, take_failed, err))
        return -1;
    if (r.fate == WRITE_GONE)
        return 0;
    return err_set(err, r.fate == WRITE_UNSURE || r.fate == WRITE_NOT_SENT ? ERR_TEMP : ERR_DATA,
                   "the mark of row %s was not taken: %s", m->mark.remote_id, r.why);
}

static int mark_one(struct run_state *s, struct op *op, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    struct marking m = {.s = s, .op = op, .mark = *op->mark, .arena = arena, .there_why = ""};
    struct peeked_row now = {.what = PEEK_SAME};
    bool done;
    /* a row that a person edited before they could know of the deletion stays: the next pull judges
     * it */
    if ((m.mark.by == MARK_STORE && op->kind == OP_SEND_MARK && peek_rows(s, &op, 1, &now, err)) ||
        look(&m, err))
        return -1;
    if (now.what == PEEK_MOVED)
        return 0;
    if (is_settled(&m, &done))
        return in_tx(&m, done ? take_done : leave, err);
    return write_and_settle(&m, err);
}

int mark_send(struct run_state *s, struct err *err)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < s->plan.n; i++)
        n += op_marks(&s->plan.ops[i]);
    for (size_t i = 0; i < s->plan.n; i++) {
        if (!op_marks(&s->plan.ops[i]))
            continue;
        if (at && s->flow->mark_gap_ms)
            run_pause(s, s->flow->mark_gap_ms);
        if (run_progress(s, PROGRESS_SEND, (int64_t)at++, (int64_t)n, err))
            return -1;
        s->asking = true;
        if (mark_one(s, &s->plan.ops[i], err))
            return -1;
        s->asking = false;
    }
    return 0;
}
