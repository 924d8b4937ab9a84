/* schedule.h: which flows are due by themselves. Kept in memory only: what matters (when a flow was
 * last checked) stands in flow_state, so a run that finds nothing writes nothing.
 *
 * Guards itself; called by the workers of the pool. */
#ifndef BOT_SCHEDULE_H
#define BOT_SCHEDULE_H

#include "store/db.h"
#include "sync/config.h"
#include "sync/report.h"

struct schedule;

/* Reads when each flow was last checked, so that a restart does not run everything at once. */
int schedule_new(struct db *db, const struct config *cfg, struct schedule **ret, struct err *err);
void schedule_free(struct schedule *s); /* takes NULL */

/* One step of a due flow or cycle. */
struct due {
    size_t entry;
    const struct flow *flow;
    int64_t began_ms; /* when this round of the cycle began */
};

/* Takes the step that has been due longest and whose lane is not busy. Returns false when there is
 * none; *ret_wait_ms then says in how many ms the next one becomes due (-1: nothing is scheduled).
 */
bool schedule_take(struct schedule *s, int64_t now_ms, const char *const *busy, size_t n_busy,
                   struct due *ret, int64_t *ret_wait_ms);

/* What came of a taken step: moves the cycle on, or sets when the entry is due again. An entry that
 * fails doubles its pause each time, up to an hour; one whose token is refused waits the hour at
 * once, because only a human can mend it. */
void schedule_done(struct schedule *s, const struct due *d, const struct report *r, int64_t now_ms);

/* When the flow is due next, UTC ms; 0: not scheduled. */
int64_t schedule_next(struct schedule *s, const char *flow);

#endif
