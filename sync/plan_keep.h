/* plan_keep.h: a run's plan as people read it, kept for approval, and applied as it was approved.
 * Called by the engine, in the thread of the run. */
#ifndef SYNC_PLAN_KEEP_H
#define SYNC_PLAN_KEEP_H

#include "sync/run_state.h"

/* Keeps the ops that change records; brake: why the run stopped, or NULL for a preview. *ret_id is
 * the plan to approve. */
int plan_keep(struct run_state *s, const char *brake, int64_t *ret_id, struct err *err);

/* Tells opt->planned of every op that changes a record. */
void plan_tell(struct run_state *s);

/* Leaves of the run's plan only what the kept plan `id` says, to the letter; the rest waits for the
 * next run (the cursor then stays). *ret_held: ops taken out; *ret_gone: ops of the kept plan that
 * there is no reason for any more. ERR_DATA when there is no such plan for this flow. */
int plan_restrict(struct run_state *s, int64_t id, int64_t *ret_held, int64_t *ret_gone,
                  struct err *err);

#endif
