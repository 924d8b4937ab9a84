#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/cascade.h"
#include "store/rows.h"
#include "sync/dispute.h"
#include "sync/pull/dictionary.h"
#include "sync/run_state.h"

#include <string.h>

#define CHUNK           1000  /* ops in one transaction */
#define CURSOR_GRAIN_MS 60000 /* a cursor that moved alone is worth one write a minute */

/* The rev that the link has seen; 0: the next push compares the record anew. */
static int64_t seen_rev(const struct op *op)
{
    return op->unsent ? 0 : op->rec->rev;
}

static int apply_record(struct run_state *s, struct op *op, const struct change *by,
                        struct err *err)
{
    struct db *db = s->e->db;
    if (s->flow->dict)
        return dictionary_apply(s, op, by, err);
    op->link.base_rev = seen_rev(op);
    switch (op->kind) {
    case OP_INSERT:
        if (rows_insert(db, op->rec, by, err))
            return -1;
        op->link.base_rev = seen_rev(op);
        return links_insert(db, &op->link, err);
    case OP_ADOPT:
        if (rows_update(db, op->old, op->rec, by, err))
            return -1;
        op->link.base_rev = seen_rev(op);
        return links_insert(db, &op->link, err);
    case OP_UPDATE:
        if (rows_update(db, op->old, op->rec, by, err))
            return -1;
        op->link.base_rev = seen_rev(op);
        return op->moved ? links_move(db, &op->link, err) : links_agree(db, &op->link, err);
    case OP_CANCEL:
        if (rows_update(db, op->old, op->rec, by, err))
            return -1;
        op->link.base_rev = seen_rev(op);
        return links_agree(db, &op->link, err) ||
                       links_set_missing(db, op->link.id, op->link.missing_since, err)
                   ? -1
                   : 0;
    case OP_DELETE: {
        struct record *gone = record_copy(op->rec, s->arena);
        gone->deleted = true;
        if (rows_update(db, op->rec, gone, by, err) ||
            (op->own && cascade_own(db, gone->e, gone->id, err)))
            return -1;
        return links_set_missing(db, op->link.id, op->link.missing_since, err) ||
                       (op->link.wish && links_set_wish(db, op->link.id, op->link.wish, err))
                   ? -1
                   : 0;
    }
    default:
        return op->moved ? links_move(db, &op->link, err) : links_agree(db, &op->link, err);
    }
}

static int apply_op(struct run_state *s, struct op *op, const struct change *by, struct err *err)
{
    struct db *db = s->e->db;
    switch (op->kind) {
    case OP_JAIL:
        return quarantine_put(db, &op->jail, err);
    case OP_FREE:
        return quarantine_free(db, op->jail.flow, op->jail.remote_id, op->jail.part, err);
    case OP_MISSING:
        return links_set_missing(db, op->link.id, op->link.missing_since, err);
    case OP_EVICT:
        return links_evict(db, op->link.id, s->now_ms, err);
    case OP_SEEN:
        return links_set_seen(db, op->link.id, op->rec->rev, err);
    case OP_MARK:
        return marks_put(db, op->mark, err);
    case OP_UNMARK:
        return marks_drop(db, op->mark->remote, op->mark->tbl, op->mark->remote_id, err);
    case OP_KEEP:
        return links_set_missing(db, op->link.id, op->link.missing_since, err) ||
                       links_set_wish(db, op->link.id, op->link.wish, err) ||
                       (op->own && cascade_own(db, op->rec->e, op->rec->id, err)) ||
                       dispute_apply(s, op, err)
                   ? -1
                   : 0;
    default:
        return apply_record(s, op, by, err) || dispute_apply(s, op, err) ||
                       (op->intent &&
                        journal_done(db, op->intent, op->link.remote_id, s->now_ms, err))
                   ? -1
                   : 0;
    }
}

/* Another flow, or a person, changed the record since the plan was made: what was decided is out of
 * date. The cursor then stays, and the next run decides anew. */
static int overtaken(struct run_state *s, const struct op *op, bool *ret, struct err *err)
{
    AUTO_ARENA *scratch = arena_new((size_t)16 << 20);
    struct record *now;
    *ret = false;
    if (!op->old)
        return 0;
    if (s->flow->dict) {
        int bad = dictionary_overtaken(s, op, scratch, ret, err);
        s->rep->held += *ret;
        return bad;
    }
    if (rows_get(s->e->db, op->rec->e, op->rec->id, scratch, &now, err))
        return -1;
    *ret = !now || now->rev != op->old->rev;
    s->rep->held += *ret;
    return 0;
}

static const char *mapping_of(const struct run_state *s)
{
    return s->step->push ? s->flow->push_mapping : s->flow->mapping;
}

static bool cursor_moved(const struct run_state *s)
{
    const struct cursor *c = s->cursor;
    int64_t waiting = 0;
    struct err ignored;
    if (s->step->push) /* the store's rev is all there is to remember */
        return !c || c->judged_rev != s->store_rev || strcmp(c->mapping, mapping_of(s)) ||
               c->dict_rev != s->dict_rev || s->full;
    if (!c || s->end.complete || strcmp(c->mapping, s->flow->mapping) || c->dict_rev != s->dict_rev)
        return true;
    /* a push waits for this table to be read */
    if (c->judged_rev != s->store_rev &&
        !links_unseen(s->e->db, s->flow->remote->name, s->flow->table, &waiting, &ignored) &&
        waiting)
        return true;
    if (s->rejudged) /* else they would be read again by every run */
        return true;
    bool judged = s->n_jailed && c->judged_rev != s->store_rev;
    bool read = s->end.cursor && !str_eq(c->value, s->end.cursor);
    /* where a cursor moves only with changes, the new one spares the next run all questions */
    if (read && s->remote->ops->tells_same)
        return true;
    return (judged || read) && s->now_ms - c->updated_at >= CURSOR_GRAIN_MS;
}

/* The cursor as it stands once everything the run read has been dealt with. Quarantine was judged
 * by the store as it was when the run began: what came since, from this run or another, judges it
 * again. */
static int put_cursor(struct run_state *s, struct err *err)
{
    const struct cursor *old = s->cursor;
    struct cursor c = old ? *old : (struct cursor){.mapping = "", .dict_rev = -1};
    c.flow = s->name;
    c.remote = s->flow->remote->name;
    c.tbl = s->flow->table;
    c.judged_rev = s->store_rev;
    c.updated_at = s->now_ms;
    /* a listing that should have been whole and was not counts as not read: the next one is whole
     */
    if (s->end.complete || !s->full || s->step->push) {
        c.value = s->end.cursor ? s->end.cursor : c.value;
        c.mapping = mapping_of(s);
        c.dict_rev = s->dict_rev;
        c.columns = s->columns_now ? s->columns_now : c.columns;
    }
    if (s->end.complete || (s->step->push && s->full)) {
        c.full_at = s->now_ms;
        c.full_rows = s->facts.rows;
    }
    return cursor_put(s->e->db, &c, err);
}

/* Records in step with the table that this run had no reason to touch. */
static int count_known(struct run_state *s, struct err *err)
{
    struct report *rep = s->rep;
    const char *table = s->flow->dict ? NULL : s->flow->entity->name;
    if (links_alive(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table, table,
                    &rep->known, err) ||
        quarantine_count(s->e->db, s->name, &rep->waiting, &rep->invalid, err) ||
        quarantine_unread(s->e->db, s->name, &rep->unread, err))
        return -1;
    rep->invalid -= rep->unread;
    if (!rep->unread) /* it was planned to leave them alone, and came to nothing */
        rep->new_unread = 0;
    int64_t touched = rep->counts.inserted + rep->counts.updated;
    rep->counts.unchanged = rep->known > touched ? rep->known - touched : 0;
    return 0;
}

/* What was really done, by the run's own row: a run that a crash interrupted goes on under its
 * number, and one that was stopped has done less than its plan. */
static int take_counts(struct run_state *s, struct err *err)
{
    AUTO_ARENA *scratch = arena_new(1 << 16);
    struct run *run;
    if (runs_get(s->e->db, s->run_id, scratch, &run, err))
        return -1;
    s->rep->counts = run->counts;
    return 0;
}

static int close_run(struct run_state *s, struct err *err)
{
    struct db *db = s->e->db;
    if (s->run_id) {
        AUTO_ARENA *scratch = arena_new(1 << 16);
        struct run *run;
        /* a run that a crash interrupted goes on under its number: its counts are the whole truth
         */
        if (runs_get(db, s->run_id, scratch, &run, err))
            return -1;
        s->rep->counts = run->counts;
    } else {
        s->rep->counts = (struct counts){0}; /* nothing of what was planned could be done */
    }
    if (count_known(s, err) || (s->flow->dict && dictionary_close(s, err)))
        return -1;
    if (s->run_id &&
        runs_finish(db, s->run_id, "done", s->rep->counts.unchanged, NULL, clock_now_ms(), err))
        return -1;
    /* what an approved plan left undone is read again by the next run: the cursor waits for it */
    if (!s->rep->held && !s->unsent && (s->plan.n || cursor_moved(s)) && put_cursor(s, err))
        return -1;
    return flow_state_ok(db, s->name, s->run_id, s->now_ms, err) ||
                   remote_state_ok(db, s->flow->remote->name, s->now_ms, err)
               ? -1
               : 0;
}

int apply_open_run(struct run_state *s, struct err *err)
{
    if (s->run_id)
        return 0;
    return runs_begin(s->e->db, s->name, s->step->push ? "push" : "pull", s->opt->actor,
                      s->opt->job, s->started_ms, &s->run_id, err);
}

/* One transaction: the ops from `at` to `end`, and the end of the run when they are the last. */
static int apply_chunk(struct run_state *s, size_t at, size_t end, struct err *err)
{
    struct counts more = {0};
    /* what was to be sent has a run already, where any of it was; that a record needs no sending is
     * nothing to tell */
    bool any = false;
    for (size_t i = at; i < end; i++)
        any = any || (!op_sends(&s->plan.ops[i]) && !op_is_silent(&s->plan.ops[i]));
    if (any && apply_open_run(s, err))
        return -1;
    struct change by = {.run = s->run_id, .source = s->flow->remote->name, .at = s->now_ms};
    for (size_t i = at; i < end; i++) {
        struct op *op = &s->plan.ops[i];
        bool late;
        if (op_sends(op))
            continue;
        if (overtaken(s, op, &late, err) || (!late && apply_op(s, op, &by, err)))
            return -1;
        if (!late)
            op_count(op, &more);
    }
    if (any && runs_add(s->e->db, s->run_id, &more, err))
        return -1;
    return end == s->plan.n ? close_run(s, err) : 0;
}

int apply_plan(struct run_state *s, struct err *err)
{
    size_t at = 0, chunk = s->opt->chunk ? s->opt->chunk : CHUNK;
    if (s->flow->dict) /* small, and its entries trade row ids and names among themselves */
        chunk = s->plan.n;
    do {
        size_t end = s->plan.n - at > chunk ? at + chunk : s->plan.n;
        int64_t run_before = s->run_id;
        if (db_begin(s->e->db, err))
            return -1;
        if (apply_chunk(s, at, end, err) || db_commit(s->e->db, err)) {
            db_rollback(s->e->db);
            /* a run that was begun in this transaction is gone with it; its id may be another's
             * soon */
            s->run_id = run_before;
            return -1;
        }
        at = end;
        if (at < s->plan.n && run_progress(s, PROGRESS_APPLY, (int64_t)at, (int64_t)s->plan.n, err))
            return -1;
    } while (at < s->plan.n);
    s->rep->run = s->run_id;
    return 0;
}

/* A failure gets a run of its own when somebody waits for it or when it is the first in a row: a
 * remote that is down for a night is one line of the history, not a thousand. */
static int write_failure(struct run_state *s, const char *state, const struct err *why,
                         struct err *err)
{
    struct db *db = s->e->db;
    struct flow_state was;
    if (flow_state_get(db, s->name, s->arena, &was, err))
        return -1;
    if (!s->run_id && (s->opt->interactive || !was.fails) && apply_open_run(s, err))
        return -1;
    if (s->run_id && (runs_finish(db, s->run_id, state, 0, why->msg, clock_now_ms(), err) ||
                      (why->kind != ERR_LIMIT && take_counts(s, err))))
        return -1;
    if (why->kind == ERR_CANCELED)
        return 0;
    /* a store that was busy says nothing about the remote */
    if (s->asking && (why->kind == ERR_TEMP || why->kind == ERR_AUTH) &&
        remote_state_failed(db, s->flow->remote->name, why, s->now_ms, err))
        return -1;
    return flow_state_failed(db, s->name, why, s->now_ms, err);
}

void apply_failure(struct run_state *s, const char *state, const struct err *why)
{
    struct err err = {0};
    db_rollback(s->e->db);
    if (db_begin(s->e->db, &err) || write_failure(s, state, why, &err) ||
        db_commit(s->e->db, &err)) {
        db_rollback(s->e->db);
        log_event(LOG_ERR, "a failed run could not be written down", "flow", s->name, "err",
                  err.msg, NULL);
    }
    s->rep->run = s->run_id;
}
