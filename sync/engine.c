#include "sync/engine.h"

#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/rows.h"
#include "store/staging.h"
#include "sync/dispute.h"
#include "sync/mark.h"
#include "sync/normalise.h"
#include "sync/plan_keep.h"
#include "sync/pull/dictionary.h"
#include "sync/pull/gone.h"
#include "sync/pull/identity.h"
#include "sync/pull/unique.h"
#include "sync/run_state.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define RUN_MEMORY                                                                                 \
    ((size_t)2 << 30) /* the plan of a run; a first sync of 50,000 rows takes 60 MB */
#define PAGE_MEMORY ((size_t)256 << 20)

/* ---------------------------------------------------------------- recover */

/* A misspelt word would put the whole table out of scope, and look like a table without such rows.
 */
static int check_wheres(struct run_state *s, struct err *err)
{
    for (size_t i = 0; i < s->flow->n_wheres; i++) {
        const struct where *w = &s->flow->wheres[i];
        const struct field *f = &s->flow->entity->fields[w->field];
        for (size_t k = 0; k < w->n; k++) {
            const struct cell cell = {.kind = CELL_TEXT, .text = w->values[k]};
            struct value v;
            if (!normalise_cell(f, &cell, NULL, s->dicts, s->page, &v) || v.kind == VAL_NULL)
                return err_set(err, ERR_DATA,
                               "where.%s: «%s» is no such value; correct it in [flow %s]", f->name,
                               w->values[k], s->flow->name);
        }
    }
    return 0;
}

/* Nor may a constant be none. */
static int check_constants(struct run_state *s, struct err *err)
{
    const struct flow *f = s->flow;
    const char *path = s->e->cfg->path;
    struct value v[MODEL_FIELDS_MAX];
    return mapping_constants(f, f->sets, f->n_sets, s->dicts, path, s->page, v, err) ||
                   mapping_constants(f, f->news, f->n_news, s->dicts, path, s->page, v, err)
               ? -1
               : 0;
}

static int recover(struct run_state *s, struct err *err)
{
    struct db *db = s->e->db;
    s->now_ms = clock_now_ms();
    if (cursor_get(db, s->name, s->flow->remote->name, s->flow->table, s->arena, &s->cursor, err) ||
        rows_rev(db, &s->store_rev, err) || dict_rev(db, &s->dict_rev, err) ||
        dict_load(db, s->arena, &s->dicts, err) || check_wheres(s, err) ||
        check_constants(s, err) || dispute_load(s, err))
        return -1;
    if (!s->opt->dry_run && runs_interrupted(db, s->name, &s->run_id, err))
        return -1;
    if (s->run_id)
        log_event(LOG_INFO, "going on with an interrupted run", "flow", s->name, "run",
                  STR_I64(s->run_id), NULL);
    remotes_job(s->e->remotes, s->flow->remote, s->opt->listed_since);
    if (remotes_get(s->e->remotes, s->flow->remote, &s->remote, err))
        return -1;
    if (recover_unheard(s, err))
        return -1;
    /* what was found again moved nothing but links */
    return rows_rev(db, &s->store_rev, err);
}

/* ---------------------------------------------------------------- pull */

static int stage_page(void *ctx, const struct remote_row *rows, size_t n, struct err *err)
{
    struct run_state *s = ctx;
    if (staging_begin_page(s->e->db, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        AUTO_BUF raw = BUF_INIT(4 << 20);
        cells_to_json(s->columns, rows[i].cells, s->flow->n_maps, &raw);
        struct staged_row row = {.remote_id = rows[i].id,
                                 .remote_key = s->reads_key
                                                   ? identity_key(&rows[i].cells[s->n_columns])
                                                   : rows[i].key,
                                 .edited_at = rows[i].edited_ms,
                                 .trashed = rows[i].trashed,
                                 .raw = buf_str(&raw)};
        mark_stage(s->flow, rows[i].cells + s->flow->n_maps, s->page, &row);
        if (raw.over)
            err_set(err, ERR_DATA, "row %s has more than 4 MB", rows[i].id);
        if (raw.over || staging_add(s->e->db, &row, err)) {
            db_rollback(s->e->db);
            return -1;
        }
    }
    if (staging_end_page(s->e->db, err))
        return -1;
    s->rep->read += (int64_t)n;
    return run_progress(s, PROGRESS_READ, s->rep->read,
                        s->full && s->cursor ? s->cursor->full_rows : 0, err);
}

/* Names and types of the mapped columns: another type is another meaning, and a reason to stop. */
static int describe(struct run_state *s, struct err *err)
{
    struct table_info info;
    AUTO_BUF text = BUF_INIT(1 << 16);
    if (s->remote->ops->describe(s->remote, s->flow->table, s->arena, &info, err))
        return -1;
    for (size_t i = 0; i < s->n_columns; i++) {
        for (size_t c = 0; c < info.n; c++) {
            if (!strcmp(info.columns[c].id, s->columns[i]) ||
                !strcmp(info.columns[c].name, s->columns[i])) {
                buf_addf(&text, "%s:%s;", s->columns[i], info.columns[c].type);
                break;
            }
        }
    }
    s->columns_now = arena_strdup(s->arena, buf_str(&text));
    return 0;
}

static bool full_is_due(const struct run_state *s)
{
    const struct cursor *c = s->cursor;
    bool always = s->flow->dict && !s->remote->ops->tells_same;
    return s->opt->full || always || !c || !c->value || strcmp(c->mapping, s->flow->mapping) ||
           c->dict_rev != s->dict_rev || s->now_ms - c->full_at >= s->flow->full_every_ms;
}

/* Rows dated in the future are read like all others, but who dated them should know: until their
 * time has come, an edit of them may be seen late. */
static void tell_future(struct run_state *s)
{
    s->rep->future = (int64_t)s->end.future;
    s->rep->future_row = s->end.future_row;
    if (s->end.future)
        log_event(LOG_WARN, "rows dated in the future", "flow", s->name, "rows",
                  STR_I64((int64_t)s->end.future), "first", s->end.future_row, NULL);
}

static int pull(struct run_state *s, struct err *err)
{
    s->full = full_is_due(s);
    s->reads_key = s->flow->key && !s->remote->ops->reuses_ids;
    if ((s->full && describe(s, err)) || staging_open(s->e->db, err))
        return -1;
    struct listing want = {
        .table = s->flow->table,
        .columns = s->columns,
        .n_columns = s->n_columns + s->reads_key,
        .key = s->reads_key ? NULL : s->flow->key,
        .cursor = s->full ? NULL : s->cursor->value,
        .whole = s->flow->dict != NULL,
        .overlap_ms = s->flow->overlap_ms,
        .on_page = stage_page,
        .ctx = s,
    };
    if (s->remote->ops->list_changes(s->remote, &want, s->arena, &s->end, err))
        return -1;
    /* a table without a time of changes is listed whole as soon as anything may have changed */
    if (s->end.complete && !s->full) {
        s->full = true;
        if (describe(s, err))
            return -1;
    }
    if (s->end.same)
        remotes_note_same(s->e->remotes, s->flow->remote, s->name);
    tell_future(s);
    s->rep->full = s->full;
    s->rep->complete = s->end.complete;
    return staging_count(s->e->db, &s->facts.rows, err);
}

/* ---------------------------------------------------------------- brakes */

static int brakes(struct run_state *s, struct err *err)
{
    const struct brake_limits limits = {s->flow->max_delete, s->flow->max_update,
                                        s->flow->max_create};
    const struct cursor *c = s->cursor;
    /* under another mapping the old columns and numbers mean nothing */
    bool same = c && !strcmp(c->mapping, s->flow->mapping);
    s->facts.last_rows = same ? c->full_rows : 0;
    s->facts.columns_before = same ? c->columns : NULL;
    s->facts.columns_now = s->columns_now;
    s->facts.sentinel_wanted = s->flow->sentinel && !s->step->push;
    if (!s->step->push) {
        s->facts.updates = s->plan.counts.updated;
        s->facts.deletes = s->plan.counts.deleted + s->plan.cancelled;
    }
    /* an approved plan is done to the letter, so nothing can run away */
    if (s->opt->approve || s->opt->only_plan)
        return 0;
    return brakes_check(&s->facts, &limits, err);
}

/* ---------------------------------------------------------------- the run */

/* A brake stops the run, and what it held back waits for a human: the plan with every row that
 * seems gone, not asked for one by one yet. */
static int stop_with_plan(struct run_state *s, struct err *why)
{
    struct err err = {0};
    if (s->opt->dry_run && !s->opt->keep_plan)
        return -1;
    if ((!s->flow->dict && vanish_plan_unasked(s, &err)) ||
        plan_keep(s, why->msg, &s->rep->plan, &err))
        log_event(LOG_WARN, "the plan of a stopped run was not kept", "flow", s->name, "err",
                  err.msg, NULL);
    return -1;
}

static int restrict_plan(struct run_state *s, struct err *err)
{
    return s->opt->only_plan
               ? plan_restrict(s, s->opt->only_plan, &s->rep->held, &s->rep->gone, err)
               : 0;
}

/* The first marks in a table wait for a person, as a plan of their own; all else is sent. */
static int hold_first_marks(struct run_state *s, struct err *err)
{
    struct plan all = s->plan, marks, rest;
    if (s->opt->approve || s->opt->only_plan || !brakes_first_marks(&s->facts, &s->held_marks))
        return 0;
    if (s->opt->dry_run) {
        *err = s->held_marks;
        return stop_with_plan(s, err);
    }
    plan_init(&marks, s->arena);
    plan_init(&rest, s->arena);
    for (size_t i = 0; i < all.n; i++)
        plan_add(op_marks(&all.ops[i]) ? &marks : &rest, &all.ops[i]);
    rest.warnings = all.warnings;
    s->plan = marks;
    int bad = plan_keep(s, s->held_marks.msg, &s->rep->plan, err);
    s->plan = rest;
    s->facts.marks = 0;
    return bad ? -1 : push_count(s, err);
}

static int plan_push(struct run_state *s, struct err *err)
{
    bool ready;
    if (push_has_read(s, &ready, err))
        return -1;
    if (!ready && s->opt->dry_run)
        return 0; /* the first preview of such a flow: only its reading can be told */
    if (!ready)
        return err_set(err, ERR_DATA,
                       "nothing is sent before the table was read whole with this configuration; "
                       "run %s first",
                       s->flow->name);
    if (push_plan(s, err) || push_count(s, err) || hold_first_marks(s, err))
        return -1;
    if (brakes(s, err))
        return err->kind == ERR_LIMIT ? stop_with_plan(s, err) : -1;
    return restrict_plan(s, err);
}

static int plan_pull(struct run_state *s, struct err *err)
{
    s->asking = true;
    if (pull(s, err))
        return -1;
    s->asking = false;
    if (judge_rows(s, err) || vanish_count(s, err))
        return -1;
    if (brakes(s, err))
        return err->kind == ERR_LIMIT ? stop_with_plan(s, err) : -1;
    s->asking = true;
    if (vanish_plan(s, err))
        return -1;
    s->asking = false;
    unique_settle(s);
    gone_tell(s);
    return restrict_plan(s, err);
}

static int plan_dictionary(struct run_state *s, struct err *err)
{
    s->asking = true;
    if (pull(s, err))
        return -1;
    s->asking = false;
    if (dictionary_plan(s, err))
        return -1;
    if (brakes(s, err))
        return err->kind == ERR_LIMIT ? stop_with_plan(s, err) : -1;
    return restrict_plan(s, err);
}

static int plan_step(struct run_state *s, struct err *err)
{
    return s->step->push   ? plan_push(s, err)
           : s->flow->dict ? plan_dictionary(s, err)
                           : plan_pull(s, err);
}

static int run(struct run_state *s, struct err *err)
{
    if (recover(s, err) || plan_step(s, err))
        return -1;
    s->rep->counts = s->plan.counts;
    if (!s->opt->dry_run && s->step->push && send_plan(s, err))
        return -1;
    if (s->held_marks.kind) { /* it is not over: the cursor waits for the marks */
        *err = s->held_marks;
        return -1;
    }
    if (!s->opt->dry_run)
        return apply_plan(s, err);
    s->rep->counts.unchanged = s->facts.known;
    s->rep->known = s->facts.known;
    if (s->opt->planned)
        plan_tell(s);
    return s->opt->keep_plan ? plan_keep(s, NULL, &s->rep->plan, err) : 0;
}

static const char *state_of(enum err_kind kind)
{
    return kind == ERR_LIMIT ? "stopped" : kind == ERR_CANCELED ? "cancelled" : "failed";
}

int engine_run(struct engine *e, const struct step *step, const struct run_options *opt,
               struct arena *arena, struct report *ret)
{
    AUTO_ARENA *memory = arena_new(RUN_MEMORY);
    AUTO_ARENA *page = arena_new(PAGE_MEMORY);
    struct err err = {0}, drop = {0};
    const struct flow *flow = step->flow;
    struct run_state s = {.e = e,
                          .step = step,
                          .flow = flow,
                          .name = step_name(step),
                          .opt = opt,
                          .arena = memory,
                          .page = page,
                          .rep = ret,
                          .started_ms = clock_now_ms()};
    *ret = (struct report){.flow = step_name(step),
                           .push = step->push,
                           .marks = step->push && flow->mark,
                           .state = "done",
                           .dry_run = opt->dry_run};
    plan_init(&s.plan, memory);
    s.mask = mapping_mask(flow);
    s.columns = arena_alloc(memory, flow->n_maps + 3, sizeof *s.columns);
    for (size_t i = 0; i < flow->n_maps; i++)
        s.columns[i] = flow->maps[i].column;
    s.n_columns = flow->n_maps + mark_columns(flow, s.columns + flow->n_maps);
    s.columns[s.n_columns] = flow->key;
    remotes_listen(e->remotes, run_stopped, &s);
    int bad = run(&s, &err);
    remotes_listen(e->remotes, NULL, NULL);
    if (bad) {
        db_rollback(e->db);
        bool suspended = opt->suspend && atomic_load(opt->suspend);
        if (err.kind == ERR_CANCELED || (err.kind == ERR_TEMP && (s.stopped || suspended)))
            err_set(&err, ERR_CANCELED, "stopped on request"); /* the rest follows from it */
        ret->state = state_of(err.kind);
        ret->error = arena_strdup(arena, err.msg);
        ret->error_kind = err.kind;
        ret->counts = s.plan.counts;
        if (!opt->dry_run && !(suspended && err.kind == ERR_CANCELED))
            apply_failure(&s, ret->state, &err);
    }
    ret->future_row = arena_strdup(arena, ret->future_row);
    ret->unnamed_names = arena_strdup(arena, ret->unnamed_names);
    staging_drop(e->db, &drop);
    ret->took_ms = clock_now_ms() - s.started_ms;
    for (size_t i = 0; i < ret->n_samples; i++) {
        struct sample *x = &ret->samples[i];
        *x = (struct sample){arena_strdup(arena, x->remote_id), arena_strdup(arena, x->reason),
                             arena_strdup(arena, x->detail), x->waiting, x->n};
    }
    return bad;
}
