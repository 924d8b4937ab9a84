#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/links.h"
#include "store/quarantine.h"
#include "store/rows.h"
#include "store/runs.h"
#include "sync/dispute.h"
#include "sync/mark.h"
#include "sync/pull/jail.h"
#include "sync/push/peek.h"

#include <stdlib.h>
#include <string.h>

/* Some writes that go out in one request, and what comes of them. */
struct batch {
    struct run_state *s;
    struct op **ops;
    size_t n;
    int64_t *intents;
    struct write_result *results;
    struct arena *arena; /* the batch's own */
};

/* ---------------------------------------------------------------- what is sent */

/* The columns of an op with their cells; the marker too, in a new row, and the key where it lacks
 * the record's id. */
struct outgoing_row {
    const char *columns[PUTS_MAX + 2];
    struct cell cells[PUTS_MAX + 2];
    size_t n;
};

static void add_id(struct outgoing_row *row, const char *column, const char *id)
{
    row->columns[row->n] = column;
    row->cells[row->n++] = (struct cell){.kind = CELL_TEXT, .text = id};
}

static void fill_row(const struct run_state *s, const struct op *op, struct outgoing_row *row)
{
    row->n = 0;
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        if (!(op->columns >> i & 1))
            continue;
        row->columns[row->n] = s->flow->puts[i].column;
        row->cells[row->n++] = op->put->cells[i];
    }
    bool marked = op->kind == OP_SEND_INSERT && s->flow->marker;
    if (marked)
        add_id(row, s->flow->marker, op->id_text ? op->id_text : op->rec->id);
    if (op->id_text && !(marked && !strcmp(s->flow->marker, s->flow->key)))
        add_id(row, s->flow->key, op->id_text);
}

static const char *payload_of(const struct batch *b, const struct op *op)
{
    AUTO_BUF json = BUF_INIT(32 << 20);
    buf_add(&json, "{\"cells\":");
    if (op->put) {
        struct outgoing_row *row = arena_alloc(b->arena, 1, sizeof *row);
        fill_row(b->s, op, row);
        cells_to_json(row->columns, row->cells, row->n, &json);
    } else {
        buf_add(&json, "{}");
    }
    buf_addf(&json, ",\"base\":%s,\"changes\":%s%s}", op->link.base, op->changes,
             op->restored ? ",\"restored\":true" : "");
    return arena_strdup(b->arena, buf_str(&json));
}

/* Announces the writes, before any of them happens. */
static int announce(struct batch *b, struct err *err)
{
    static const char *const words[] = {"insert", "update", "archive"};
    struct run_state *s = b->s;
    struct db *db = s->e->db;
    int64_t run_before = s->run_id;
    if (db_begin(db, err))
        return -1;
    int bad = apply_open_run(s, err);
    for (size_t i = 0; i < b->n && !bad; i++) {
        const struct op *op = b->ops[i];
        const struct intent in = {.run = s->run_id,
                                  .flow = s->name,
                                  .remote = op->link.remote,
                                  .tbl = op->link.tbl,
                                  .op = words[op->kind - OP_SEND_INSERT],
                                  .entity = op->link.entity,
                                  .local_id = op->rec->id,
                                  .part = op->link.part,
                                  .remote_id =
                                      op->kind == OP_SEND_INSERT ? NULL : op->link.remote_id,
                                  .payload = payload_of(b, op),
                                  .sent_at = clock_now_ms()};
        bad = journal_send(db, &in, &b->intents[i], err);
    }
    if (bad || db_commit(db, err)) {
        db_rollback(db);
        s->run_id = run_before;
        return -1;
    }
    return 0;
}

static int call_archive(struct batch *b, struct err *err)
{
    const struct remote_ops *ops = b->s->remote->ops;
    return ops->archive(b->s->remote, b->s->flow->table, b->ops[0]->link.remote_id, b->arena,
                        b->results, err);
}

static int call(struct batch *b, struct err *err)
{
    struct remote *r = b->s->remote;
    if (b->ops[0]->kind == OP_SEND_ARCHIVE)
        return call_archive(b, err);
    struct outgoing_row *rows = arena_alloc(b->arena, b->n, sizeof *rows);
    struct remote_write *writes = arena_alloc(b->arena, b->n, sizeof *writes);
    bool insert = b->ops[0]->kind == OP_SEND_INSERT;
    for (size_t i = 0; i < b->n; i++) {
        fill_row(b->s, b->ops[i], &rows[i]);
        writes[i] = (struct remote_write){.row_id = insert ? NULL : b->ops[i]->link.remote_id,
                                          .bring_back = !insert && b->ops[i]->restored,
                                          .cells = rows[i].cells};
    }
    const struct write_batch batch = {.table = b->s->flow->table,
                                      .columns = rows[0].columns,
                                      .n_columns = rows[0].n,
                                      .marker = insert ? b->s->flow->marker : NULL,
                                      .rows = writes,
                                      .n_rows = b->n};
    return insert ? r->ops->insert(r, &batch, b->arena, b->results, err)
                  : r->ops->update(r, &batch, b->arena, b->results, err);
}

/* ---------------------------------------------------------------- what came of it */

static int put_away(struct batch *b, const struct op *op, bool waiting, const char *reason,
                    const char *detail, const char *raw, struct err *err)
{
    struct run_state *s = b->s;
    const struct jailed *old = jail_find(s, op->rec->id, "");
    bool fresh = !waiting && (!old || old->waiting);
    struct counts one = {.invalid = fresh};
    const struct jailed j = {.flow = s->name,
                             .remote_id = op->rec->id,
                             .part = "",
                             .waiting = waiting,
                             .reason = reason,
                             .detail = detail,
                             .raw = raw,
                             .edited_at = op->rec->updated_at,
                             .last_seen = s->now_ms};
    struct jailed kept = j;
    kept.detail = arena_strdup(s->arena, detail);
    jail_sample(s, &kept);
    return quarantine_put(s->e->db, &j, err) || (fresh && runs_add(s->e->db, s->run_id, &one, err))
               ? -1
               : 0;
}

static int jail(struct batch *b, const struct op *op, bool waiting, const char *reason,
                const char *detail, struct err *err)
{
    return put_away(b, op, waiting, reason, detail, "{}", err);
}

static int set_free(struct batch *b, const struct op *op, struct err *err)
{
    if (!jail_find(b->s, op->rec->id, ""))
        return 0;
    b->s->rep->freed++;
    return quarantine_free(b->s->e->db, b->s->name, op->rec->id, "", err);
}

static struct link link_after(const struct batch *b, const struct op *op,
                              const struct write_result *r)
{
    struct link l = op->link;
    l.remote_id = r->row_id ? r->row_id : l.remote_id;
    l.remote_at = r->edited_ms;
    l.seen_at = l.wrote_at = b->s->now_ms;
    return l;
}

/* A new row of ours got the id of one that was removed, which no pull has noticed yet: that one is
 * gone, and its record with it. */
static int let_go(struct batch *b, const struct link *other, struct err *err)
{
    struct run_state *s = b->s;
    struct db *db = s->e->db;
    const struct change by = {.run = s->run_id, .source = s->flow->remote->name, .at = s->now_ms};
    struct record *old;
    if (rows_get(db, s->flow->entity, other->local_id, b->arena, &old, err))
        return -1;
    if (old && !old->deleted && s->flow->missing == MISSING_DELETE) {
        struct record *gone = record_copy(old, b->arena);
        gone->deleted = true;
        if (rows_update(db, old, gone, &by, err))
            return -1;
    }
    return links_evict(db, other->id, s->now_ms, err) ||
                   links_set_wish(db, other->id, WISH_RETURN, err)
               ? -1
               : 0;
}

/* The row stands for another record: a copy of ours, marker and all, that a pull took in as new. */
static int is_taken(struct batch *b, const struct op *op, const struct link *l, bool *ret,
                    struct err *err)
{
    struct link *other;
    char uuid[UUID_LEN + 1];
    if (links_get(b->s->e->db, l->remote, l->tbl, l->remote_id, l->part, b->arena, &other, err))
        return -1;
    *ret = other && other->id != l->id;
    if (!*ret || op->kind != OP_SEND_INSERT || !b->s->flow->marker ||
        !b->s->remote->ops->reuses_ids || !other->remote_key ||
        !uuid_read(other->remote_key, uuid) || !strcmp(uuid, op->rec->id))
        return 0;
    *ret = false;
    return let_go(b, other, err);
}

static int settle_done(struct batch *b, const struct op *op, int64_t intent,
                       const struct write_result *r, struct err *err)
{
    struct db *db = b->s->e->db;
    const struct link l = link_after(b, op, r);
    struct counts one = {0};
    bool taken;
    int bad;
    op_count(op, &one);
    op_count(op, &b->s->sent);
    if (is_taken(b, op, &l, &taken, err))
        return -1;
    if (taken)
        return journal_drop(db, intent, JAIL_SHARED, b->s->now_ms, err) ||
                       jail(b, op, false, JAIL_SHARED, l.remote_id, err)
                   ? -1
                   : 0;
    if (op->kind == OP_SEND_ARCHIVE)
        bad = links_set_missing(db, l.id, b->s->now_ms, err) ||
              links_set_wish(db, l.id, op->rec->deleted ? WISH_RETURN : WISH_AWAY, err) ||
              links_set_seen(db, l.id, l.base_rev, err);
    else if (!l.id)
        bad = links_insert(db, &l, err);
    else
        bad = links_move(db, &l, err);
    return bad || journal_done(db, intent, l.remote_id, b->s->now_ms, err) ||
                   runs_add(db, b->s->run_id, &one, err) ||
                   /* columns may be left alone, of which a person is told */
                   (op->held ? put_away(b, op, true, JAIL_UNREAD, op->held, op->held_cells, err)
                             : set_free(b, op, err))
               ? -1
               : 0;
}

/* The row went into the trash, or is gone, under our hands: a deletion by a person. Where the flow
 * reads the table too, the record was edited, so it stays, and its row comes back. */
static int settle_gone(struct batch *b, struct op *op, struct err *err)
{
    struct run_state *s = b->s;
    struct db *db = s->e->db;
    bool back = s->flow->direction == DIR_BOTH && op->kind == OP_SEND_UPDATE && !op->restored;
    struct counts one = {.conflicts = back};
    if (back)
        dispute_note_kept(s, op, "0", "1");
    return links_set_missing(db, op->link.id, s->now_ms, err) ||
                   links_set_wish(db, op->link.id, back ? WISH_BACK : NULL, err) ||
                   dispute_apply(s, op, err) || runs_add(db, s->run_id, &one, err) ||
                   set_free(b, op, err)
               ? -1
               : 0;
}

/* Nobody can tell which of the columns the row took. */
static int doubt(struct batch *b, const struct op *op, struct err *err)
{
    struct agreed agreed;
    if (op->kind != OP_SEND_UPDATE || op->restored)
        return 0;
    if (agreed_read(op->rec->e, op->base, b->arena, &agreed, err))
        return -1;
    put_doubt(b->s->flow, op->columns, op->rec->v, &agreed);
    return links_set_base(b->s->e->db, op->link.id, agreed_text(&agreed, b->arena), err);
}

/* Accepted and not applied: tried once more by the next run, then a matter for people. A new row is
 * there all the same: it is linked, with nothing agreed about it. */
static int settle_ignored(struct batch *b, const struct op *op, int64_t intent,
                          const struct write_result *r, struct err *err)
{
    struct run_state *s = b->s;
    const struct jailed *old = jail_find(s, op->rec->id, "");
    bool again = old && !strcmp(old->reason, JAIL_IGNORED);
    if (op->kind == OP_SEND_INSERT && r->row_id) {
        struct link l = link_after(b, op, r);
        l.base = "{}";
        if ((l.id ? links_move(s->e->db, &l, err) : links_insert(s->e->db, &l, err)) ||
            journal_done(s->e->db, intent, r->row_id, s->now_ms, err))
            return -1;
    } else if (journal_drop(s->e->db, intent, r->why, s->now_ms, err) || doubt(b, op, err)) {
        return -1;
    }
    return jail(b, op, !again, JAIL_IGNORED, r->why, err);
}

/* It may have happened. Updates are compared and repeated; a new row is looked for first. */
static int settle_unsure(struct batch *b, const struct op *op, int64_t intent,
                         const struct write_result *r, struct err *err)
{
    struct db *db = b->s->e->db;
    int bad = op->kind == OP_SEND_INSERT ? journal_unsure(db, intent, r->row_id, r->why, err)
                                         : journal_drop(db, intent, r->why, b->s->now_ms, err);
    return bad || doubt(b, op, err) || jail(b, op, true, JAIL_UNCONFIRMED, r->why, err) ? -1 : 0;
}

static int settle(struct batch *b, size_t i, struct err *err)
{
    struct op *op = b->ops[i];
    const struct write_result *r = &b->results[i];
    struct db *db = b->s->e->db;
    bool insert = op->kind == OP_SEND_INSERT;
    switch (r->fate) {
    case WRITE_DONE:
        return settle_done(b, op, b->intents[i], r, err);
    case WRITE_IGNORED:
        if (insert && !r->row_id)
            return settle_unsure(b, op, b->intents[i], r, err);
        return settle_ignored(b, op, b->intents[i], r, err);
    case WRITE_UNSURE:
        return settle_unsure(b, op, b->intents[i], r, err);
    case WRITE_NOT_SENT:
        b->s->unsent = true;
        return journal_drop(db, b->intents[i], r->why, b->s->now_ms, err);
    case WRITE_GONE:
        if (journal_drop(db, b->intents[i], r->why, b->s->now_ms, err))
            return -1;
        return insert ? jail(b, op, false, JAIL_REFUSED, r->why, err) : settle_gone(b, op, err);
    case WRITE_REFUSED:
        break;
    }
    return journal_drop(db, b->intents[i], r->why, b->s->now_ms, err) ||
                   jail(b, op, false, JAIL_REFUSED, r->why, err)
               ? -1
               : 0;
}

static int take_results(struct batch *b, struct err *err)
{
    struct db *db = b->s->e->db;
    if (db_begin(db, err))
        return -1;
    int bad = 0;
    for (size_t i = 0; i < b->n && !bad; i++)
        bad = settle(b, i, err);
    if (bad || db_commit(db, err)) {
        db_rollback(db);
        return -1;
    }
    return 0;
}

/* The remote said no before anything happened. */
static int nothing_happened(struct batch *b, const struct err *why)
{
    struct db *db = b->s->e->db;
    struct err err = {0};
    int bad = db_begin(db, &err);
    for (size_t i = 0; i < b->n && !bad; i++)
        bad = journal_drop(db, b->intents[i], why->msg, b->s->now_ms, &err);
    if (bad || db_commit(db, &err)) {
        /* they stay announced: the next run looks whether they happened */
        db_rollback(db);
        log_event(LOG_WARN, "writes that were not made stay in the journal", "flow", b->s->name,
                  "err", err.msg, NULL);
    }
    return -1;
}

/* A row that was changed since it was read is not written over: the next pull judges what came, and
 * this change goes out after it. */
static int leave_out(struct batch *b, struct op *op, enum peeked what, const char *row,
                     struct err *err)
{
    struct run_state *s = b->s;
    int64_t run_before = s->run_id;
    const struct jailed *old = jail_find(s, op->rec->id, "");
    /* it stands there for that already: a row that no pull takes in (it is invalid, or out of
     * scope) is not news every time */
    if (what == PEEK_MOVED && old && old->waiting && !strcmp(old->reason, JAIL_MOVED))
        return 0;
    if (db_begin(s->e->db, err))
        return -1;
    if ((what == PEEK_GONE && (apply_open_run(s, err) || settle_gone(b, op, err))) ||
        (what == PEEK_MOVED && jail(b, op, true, JAIL_MOVED, NULL, err)) ||
        (what == PEEK_TAKEN &&
         (apply_open_run(s, err) || jail(b, op, false, JAIL_SHARED, row, err))) ||
        db_commit(s->e->db, err)) {
        db_rollback(s->e->db);
        s->run_id = run_before;
        return -1;
    }
    return 0;
}

/* Of the batch, leaves the rows that still are as they were agreed to be. */
static int peek_all(struct batch *b, struct err *err)
{
    struct run_state *s = b->s;
    struct peeked_row *seen = arena_alloc(b->arena, b->n, sizeof *seen);
    size_t n = 0;
    s->asking = true;
    if (peek_rows(s, b->ops, b->n, seen, err))
        return -1;
    s->asking = false;
    for (size_t i = 0; i < b->n; i++) {
        struct op *op = b->ops[i];
        if (seen[i].what == PEEK_SAME)
            b->ops[n++] = op;
        else if (leave_out(b, op, seen[i].what, seen[i].other, err))
            return -1;
    }
    b->n = n;
    return 0;
}

static int send_batch(struct run_state *s, struct op **ops, size_t n, struct err *err)
{
    AUTO_ARENA *memory = arena_new((size_t)256 << 20);
    struct batch b = {.s = s,
                      .ops = ops,
                      .n = n,
                      .intents = arena_alloc(memory, n, sizeof *b.intents),
                      .results = arena_alloc(memory, n, sizeof *b.results),
                      .arena = memory};
    if (peek_all(&b, err))
        return -1;
    if (!b.n)
        return 0;
    if (announce(&b, err))
        return -1;
    s->now_ms = clock_now_ms();
    s->asking = true;
    if (call(&b, err))
        return nothing_happened(&b, err);
    s->asking = false;
    s->now_ms = clock_now_ms();
    return take_results(&b, err);
}

/* ---------------------------------------------------------------- in which order */

/* Rows come back and change before new ones are made, and go last; those that write the same
 * columns stand together. */
static int rank(const struct op *op)
{
    return op->kind == OP_SEND_UPDATE ? (op->restored ? 0 : 1) : op->kind == OP_SEND_INSERT ? 2 : 3;
}

static int by_rank(const void *x, const void *y)
{
    const struct op *a = *(struct op *const *)x, *b = *(struct op *const *)y;
    if (rank(a) != rank(b))
        return rank(a) < rank(b) ? -1 : 1;
    if (a->columns != b->columns)
        return a->columns < b->columns ? -1 : 1;
    if (!a->id_text != !b->id_text)
        return a->id_text ? 1 : -1;
    return strcmp(a->rec->id, b->rec->id);
}

static size_t batch_size(const struct run_state *s, struct op *const *ops, size_t n)
{
    const struct remote_ops *r = s->remote->ops;
    size_t most = ops[0]->kind == OP_SEND_INSERT   ? r->insert_max
                  : ops[0]->kind == OP_SEND_UPDATE ? r->update_max
                                                   : 1;
    size_t k = 1;
    while (k < n && k < most && rank(ops[k]) == rank(ops[0]) &&
           ops[k]->columns == ops[0]->columns && !ops[k]->id_text == !ops[0]->id_text)
        k++;
    return k;
}

int send_plan(struct run_state *s, struct err *err)
{
    size_t n = 0;
    struct op **ops = arena_alloc(s->arena, s->plan.n + 1, sizeof *ops);
    for (size_t i = 0; i < s->plan.n; i++) {
        if (op_sends(&s->plan.ops[i]) && !op_marks(&s->plan.ops[i]))
            ops[n++] = &s->plan.ops[i];
    }
    qsort(ops, n, sizeof *ops, by_rank);
    for (size_t at = 0; at < n;) {
        size_t k = batch_size(s, &ops[at], n - at);
        if (run_progress(s, PROGRESS_SEND, (int64_t)at, (int64_t)n, err) ||
            send_batch(s, &ops[at], k, err))
            return -1;
        at += k;
        if (s->unsent)
            return err_set(err, ERR_TEMP, "%s stopped taking changes, %zu of %zu were left",
                           s->flow->remote->name, n - at, n);
    }
    return mark_send(s, err);
}
