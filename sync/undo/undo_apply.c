#include "store/audit.h"
#include "store/cascade.h"
#include "store/rows.h"
#include "store/trail.h"
#include "sync/lane.h"
#include "sync/undo/undo_walk.h"

#include <string.h>

#define CHUNK     1000 /* rows of the run's history dealt with in one transaction */
#define LANES_MAX 32

struct doing {
    struct undo_walk w;
    const struct undo_request *q;
    int64_t run; /* the undo's own; 0: not begun */
};

static int begin_run(struct doing *d, struct err *err)
{
    if (!d->run && (runs_begin(d->w.view.db, d->w.view.run->flow, "undo", d->q->actor, d->q->job,
                               d->q->at, &d->run, err) ||
                    trail_set_undoes(d->w.view.db, d->run, d->w.view.run->id, err)))
        return -1;
    d->w.view.undoing = d->run;
    return 0;
}

static int apply_row(struct doing *d, const struct undo_op *op, struct err *err)
{
    struct db *db = d->w.view.db;
    return links_set_wish(db, op->link, op->wish, err) ||
                   audit_add(db, d->run, op->entity, op->local_id, TRAIL_ROW, op->row, op->word,
                             d->q->actor, d->q->at, err)
               ? -1
               : 0;
}

static void add_to_record(const struct undo_op *op, struct record *r)
{
    if (op->what == UNDO_SET)
        r->v[op->index] = op->value;
    else if (op->what == UNDO_DELETE || op->what == UNDO_RESTORE)
        r->deleted = op->what == UNDO_DELETE;
}

static int apply_record(void *ctx, const struct undo_list *l, struct err *err)
{
    struct doing *d = ctx;
    struct counts c = {0};
    size_t todo = 0;
    if (!l->now)
        return 0;
    struct record *r = record_copy(l->now, d->w.view.arena);
    for (size_t i = 0; i < l->n; i++) {
        bool goes = l->ops[i].what == UNDO_DELETE || l->ops[i].what == UNDO_ROW_GONE;
        if (l->ops[i].what == UNDO_KEEP)
            continue;
        todo++;
        c.deleted = c.deleted || goes;
        add_to_record(&l->ops[i], r);
    }
    if (!todo)
        return 0;
    c.updated = !c.deleted;
    if (begin_run(d, err))
        return -1;
    const struct change by = {.run = d->run, .source = d->q->actor, .at = d->q->at};
    if (rows_update(d->w.view.db, l->now, r, &by, err) || runs_add(d->w.view.db, d->run, &c, err))
        return -1;
    for (size_t i = 0; i < l->n; i++) {
        if (l->ops[i].link && apply_row(d, &l->ops[i], err))
            return -1;
    }
    return 0;
}

/* The same undo that a crash or an error left halfway: it goes on under its number. */
static int find_interrupted(struct doing *d, struct arena *arena, struct err *err)
{
    struct db *db = d->w.view.db;
    struct run *old = NULL;
    int64_t id, undone = 0;
    if (trail_undone_by(db, d->w.view.run->id, &id, err) ||
        (id && (runs_get(db, id, arena, &old, err) || trail_undone_by(db, id, &undone, err))))
        return -1;
    if (old && !undone && !strcmp(old->state, "partial") && !strcmp(old->actor, d->q->actor))
        d->run = d->w.view.undoing = id;
    return 0;
}

/* One transaction. Until the end the run counts as partly done: a run that is "running" would be
 * taken for the flow's own by its next sync. */
static int apply_chunk(struct doing *d, struct undo_place *p, struct err *err)
{
    struct db *db = d->w.view.db;
    if (db_begin(db, err))
        return -1;
    if (undo_walk(&d->w, p, d->q->chunk ? d->q->chunk : CHUNK, err) ||
        (d->run && runs_finish(db, d->run, "partial", 0, NULL, d->q->at, err)) ||
        db_commit(db, err)) {
        db_rollback(db);
        return -1;
    }
    return 0;
}

static int apply_all(struct doing *d, const struct config *cfg, struct undo_done *ret,
                     struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct run *run;
    struct undo_place p = {IN_AUDIT, 0};
    struct db *db = d->w.view.db;
    if (runs_get(db, d->q->run, arena, &run, err))
        return -1;
    if (!run || !strcmp(run->state, "running"))
        return err_set(err, ERR_DATA, "there is no finished run %lld", (long long)d->q->run);
    undo_walk_open(&d->w, db, cfg, run, false);
    int bad = find_interrupted(d, arena, err);
    while (!bad && p.part != AT_END)
        bad = apply_chunk(d, &p, err);
    *ret = (struct undo_done){d->run, d->w.counts, d->w.entities};
    undo_walk_close(&d->w);
    return bad ? -1 : 0;
}

/* Syncs that may touch the same records: a run that has made its plan and not done it yet would
 * write over what the undo sets back. */
static int take_lanes(const struct config *cfg, const struct undo_request *q,
                      const struct entity *e, int *lanes, size_t *n, struct err *err)
{
    *n = 0;
    for (size_t i = 0; i < cfg->n_remotes && *n < LANES_MAX; i++) {
        bool wanted = !e;
        for (size_t k = 0; k < cfg->n_flows && !wanted; k++)
            wanted = cfg->flows[k]->remote == cfg->remotes[i] &&
                     (cfg->flows[k]->entity == e || cascade_reaches(e, cfg->flows[k]->entity));
        if (!wanted)
            continue;
        if (lane_take(cfg->store, cfg->remotes[i]->name, q->wait_ms, q->cancel, NULL, NULL,
                      &lanes[*n], err))
            return -1;
        (*n)++;
    }
    return 0;
}

/* The entity that the run's flow carries; NULL: it may be any. */
static int entity_of(struct db *db, const struct config *cfg, int64_t id, const struct entity **ret,
                     struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct run *run;
    struct step step;
    *ret = NULL;
    if (runs_get(db, id, arena, &run, err))
        return -1;
    if (run && config_step(cfg, run->flow, &step))
        *ret = step.flow->entity;
    return 0;
}

int undo_apply(struct db *db, const struct config *cfg, const struct undo_request *q,
               struct undo_done *ret, struct err *err)
{
    struct doing d = {.w = {.told = apply_record}, .q = q};
    const struct entity *e;
    int lanes[LANES_MAX];
    size_t n = 0;
    d.w.ctx = &d;
    d.w.view.db = db;
    if (entity_of(db, cfg, q->run, &e, err))
        return -1;
    int bad = take_lanes(cfg, q, e, lanes, &n, err) || apply_all(&d, cfg, ret, err);
    for (size_t i = 0; i < n; i++)
        lane_release(lanes[i]);
    return bad ? -1 : 0;
}

int undo_finish(struct db *db, const struct undo_done *done, int64_t at, struct err *err)
{
    return done->run ? runs_finish(db, done->run, "done", done->counts.kept, NULL, at, err) : 0;
}
