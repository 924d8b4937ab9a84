/* engine.h: runs one step once. A pull: recover, pull, normalise, reconcile, plan, brakes, apply,
 * cursor, report. A push: recover, plan, brakes, then journal and send, batch by batch, cursor,
 * report.
 *
 * Called from a worker or from the shell, with that thread's own db and remotes. Whoever calls
 * holds the lane of the flow's remote, so no two runs of a remote overlap, not even in two
 * processes (lane.h). */
#ifndef SYNC_ENGINE_H
#define SYNC_ENGINE_H

#include "store/db.h"
#include "store/plans.h"
#include "sync/config/config.h"
#include "sync/remotes.h"
#include "sync/report.h"

struct engine {
    struct db *db;
    const struct config *cfg;
    struct remotes *remotes;
};

struct run_options {
    bool full;      /* a whole listing, whatever the cursor says */
    bool dry_run;   /* up to the plan, nothing written */
    bool approve;   /* the brakes were looked at by a human: this run only */
    bool keep_plan; /* dry_run: the plan is kept for approval; a run stopped by a brake keeps its
                       too */
    int64_t
        only_plan;    /* 0, or a kept plan: what it says is done, to the letter, and nothing else */
    bool interactive; /* a person waits: its failure is worth a run of its own */
    const char *actor;
    int64_t job;  /* 0: none */
    size_t chunk; /* ops in one transaction; 0: 1,000 */
    /* When this job began, UTC ms: a reference to a row that a complete listing since then did not
     * have is invalid, not waiting. 0: such a reference waits in any case. */
    int64_t listed_since;
    /* When true, a cancelled run is no verdict: nothing is written down, and the next one goes on
     * with it (the process is stopping). NULL: never. */
    const _Atomic bool *suspend;
    /* Told now and then while it works, and a few times a second while it waits for the remote;
     * returns false to stop, for good: what is read or waited for ends within a second, a write
     * under way gets its answer (http.h), nothing new is begun. NULL: nobody listens. */
    bool (*progress)(void *ctx, const struct progress *p);
    /* dry_run: told of every change that would be made; what it points to lives for the call. */
    void (*planned)(void *ctx, const struct saved_op *op);
    void *ctx;
};

/* Runs the step. Always fills *ret (its texts live in arena); returns -1 when the run failed, was
 * stopped by a brake or cancelled: then ret->error and ret->error_kind say why, the cursor stays,
 * and what was applied before is kept and will be found equal next time. */
int engine_run(struct engine *e, const struct step *step, const struct run_options *opt,
               struct arena *arena, struct report *ret);

#endif
