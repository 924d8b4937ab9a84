#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/runs.h"
#include "sync/mark.h"
#include "sync/push/peek.h"
#include "sync/resolve.h"

#include <string.h>

#define DELETED_HERE                                                                               \
    "Deleted in rosterd" /* the reason beside the mark of a deletion in the store */

/* ---------------------------------------------------------------- what is due */

/* The record that the row stands for, or a nameless one: a row that breaks a rule may never have
 * come in. *ret_link stays empty for it. */
static int record_of(struct run_state *s, const char *remote_id, struct record **ret,
                     struct link *ret_link, struct err *err)
{
    struct link *links;
    size_t n;
    *ret = NULL;
    *ret_link = (struct link){.base = "{}"};
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, remote_id, s->page, &links,
                     &n, err) ||
        (n && rows_get(s->e->db, s->flow->entity, links[0].local_id, s->page, ret, err)))
        return -1;
    if (*ret)
        *ret_link =
            (struct link){.id = links[0].id, .base = "{}", .missing_since = links[0].missing_since};
    else
        *ret = record_new(s->flow->entity, s->page);
    return 0;
}

/* {"delete_reason":[before,after]}: not when, which would make every plan another one. */
static const char *changes_of(const struct run_state *s, const char *before, const char *after)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    const struct value was = before && *before ? V_TEXT(before) : V_NULL;
    const struct value is = after && *after ? V_TEXT(after) : V_NULL;
    buf_addc(&b, '{');
    json_quote(&b, s->flow->mark_reason ? s->flow->mark_reason : s->flow->mark);
    buf_add(&b, ":[");
    value_to_json(&was, &b);
    buf_addc(&b, ',');
    value_to_json(&is, &b);
    buf_add(&b, "]}");
    return arena_strdup(s->arena, buf_str(&b));
}

/* m: the mark to be set, or the one to be cleared; before: the reason that stands there. */
static void add_op(struct run_state *s, enum op_kind kind, const struct record *r,
                   const struct link *link, const struct mark *m, const char *before)
{
    struct mark *kept = arena_alloc(s->arena, 1, sizeof *kept);
    struct op op = {.kind = kind, .rec = record_keep(r, s->arena), .mark = kept};
    bool set = kind == OP_SEND_MARK;
    *kept = *m;
    kept->remote = s->flow->remote->name;
    kept->tbl = s->flow->table;
    kept->remote_id = arena_strdup(s->arena, m->remote_id);
    kept->why = arena_strdup(s->arena, m->why);
    op.old = op.rec;
    op.base = arena_strdup(s->arena, link->base);
    op.link = (struct link){.id = link->id,
                            .entity = s->flow->entity->name,
                            .local_id = op.rec->id,
                            .flow = s->flow->name,
                            .remote = kept->remote,
                            .tbl = kept->tbl,
                            .remote_id = kept->remote_id,
                            .part = "",
                            .base = "{}",
                            .base_rev = set ? op.rec->rev : 0,
                            .missing_since = link->missing_since};
    op.changes = changes_of(s, set ? before : m->why, set ? m->why : NULL);
    plan_add(&s->plan, &op);
    s->facts.marks += set;
}

static int64_t now_s(const struct run_state *s)
{
    return s->now_ms / 1000;
}

static int add_due(struct run_state *s, const struct mark_due *due, struct err *err)
{
    struct record *r;
    struct link link;
    bool paused = false;
    struct mark m = {.remote_id = due->remote_id,
                     .at = due->mark && due->mark->at ? due->mark->at : now_s(s),
                     .why = due->reason,
                     .by = MARK_RULE,
                     .since = s->now_ms};
    arena_reset(s->page);
    if (record_of(s, due->remote_id, &r, &link, err) ||
        (*r->id && pauses_has(s->e->db, r->e->name, r->id, &paused, err)))
        return -1;
    if (!paused)
        add_op(s, OP_SEND_MARK, r, &link, &m, due->mark ? due->mark->why : NULL);
    return 0;
}

int mark_plan(struct run_state *s, struct err *err)
{
    struct mark_due *due;
    struct mark *over;
    size_t n_due, n_over;
    const char *remote = s->flow->remote->name, *table = s->flow->table;
    if (!s->flow->mark)
        return 0;
    if (marks_to_set(s->e->db, s->flow->name, remote, table, s->arena, &due, &n_due, err) ||
        marks_to_clear(s->e->db, s->flow->name, remote, table, s->arena, &over, &n_over, err))
        return -1;
    for (size_t i = 0; i < n_due; i++) {
        if (add_due(s, &due[i], err))
            return -1;
    }
    for (size_t i = 0; i < n_over; i++) {
        struct record *r;
        struct link link;
        arena_reset(s->page);
        if (record_of(s, over[i].remote_id, &r, &link, err))
            return -1;
        add_op(s, OP_SEND_CLEAR, r, &link, &over[i], NULL);
    }
    return 0;
}

/* A record that went with the one it belongs to: its row breaks a rule, and is marked for that.
 * Once it has been read as such it stands in quarantine, and mark_plan sees to it. */
static int plan_cascaded(struct run_state *s, const struct record *r, const struct link *link,
                         const struct mark *known, const char *why, struct err *err)
{
    const char *jailed;
    const struct mark m = {.remote_id = link->remote_id,
                           .at = known && known->at ? known->at : now_s(s),
                           .why = why,
                           .by = MARK_RULE,
                           .since = s->now_ms};
    if (known &&
        (known->by == MARK_HAND || known->by == MARK_FEEDER || known->state != MARK_SETTING))
        return 0;
    if (quarantine_reason(s->e->db, s->flow->name, link->remote_id, s->page, &jailed, err))
        return -1;
    if (!jailed)
        add_op(s, OP_SEND_MARK, r, link, &m, NULL);
    return 0;
}

int mark_plan_deleted(struct run_state *s, const struct record *r, const struct link *link,
                      bool *ret, struct err *err)
{
    struct mark *known;
    const char *why;
    *ret = false;
    if (!s->flow->mark || s->flow->on_delete != DELETION_MARK)
        return 0;
    *ret = true;
    if (marks_get(s->e->db, link->remote, link->tbl, link->remote_id, s->page, &known, err) ||
        resolve_cascaded(s, r, s->page, &why, err))
        return -1;
    if (why)
        return plan_cascaded(s, r, link, known, why, err);
    if (known && (known->by != MARK_STORE || known->state == MARK_THERE))
        return 0;
    const struct mark m = {.remote_id = link->remote_id,
                           .at = known && known->at ? known->at : now_s(s),
                           .why = DELETED_HERE,
                           .by = MARK_STORE,
                           .since = s->now_ms};
    add_op(s, OP_SEND_MARK, r, link, &m, NULL);
    return 0;
}

int mark_plan_back(struct run_state *s, const struct record *r, const struct link *link, bool *ret,
                   struct err *err)
{
    struct mark *known = NULL;
    *ret = false;
    if (!s->flow->mark)
        return 0;
    if (marks_get(s->e->db, link->remote, link->tbl, link->remote_id, s->page, &known, err))
        return -1;
    *ret = known != NULL;
    /* a row that breaks a rule stays marked, and one whose mark goes already is seen to below */
    if (known && known->by != MARK_RULE && known->state != MARK_CLEARING && known->at)
        add_op(s, OP_SEND_CLEAR, r, link, known, NULL);
    return 0;
}

/* ---------------------------------------------------------------- one write */

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
            clock_sleep_ms(s->flow->mark_gap_ms, NULL);
        if (run_progress(s, PROGRESS_SEND, (int64_t)at++, (int64_t)n, err))
            return -1;
        s->asking = true;
        if (mark_one(s, &s->plan.ops[i], err))
            return -1;
        s->asking = false;
    }
    return 0;
}
