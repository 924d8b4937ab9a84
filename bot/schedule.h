/* schedule.h: which flows are due by themselves. Kept in memory only: what matters (when a flow was
 * last checked, which remote refuses its token) stands in the store, so a run that finds nothing
 * writes nothing.
 *
 * Guards itself; called by the workers of the pool. */
#ifndef BOT_SCHEDULE_H
#define BOT_SCHEDULE_H

#include "store/db.h"
#include "sync/config/config.h"
#include "sync/report.h"

struct schedule;

/* Reads when each flow was last checked, so that a restart does not run everything at once. */
int schedule_new(struct db *db, const struct config *cfg, struct schedule **ret, struct err *err);
void schedule_free(struct schedule *s); /* takes NULL */

/* One step of a due flow or cycle. */
struct due {
    size_t entry;
    struct step step;
    int64_t began_ms; /* when this round of the cycle began */
};

/* Names of remotes. */
struct lanes {
    const char *const *names;
    size_t n;
};

/* Takes the step that has been due longest and whose lane is not busy. A remote that refuses its
 * token is asked once an hour, by one step: the others wait, and a cycle that comes to one of them
 * goes on as if it had failed. Returns false when there is none to take; *ret_wait_ms then says in
 * how many ms the next one becomes due (-1: nothing is scheduled). */
bool schedule_take(struct schedule *s, int64_t now_ms, const struct lanes *busy,
                   const struct lanes *refused, struct due *ret, int64_t *ret_wait_ms);

/* Flows, cycles and remotes that do not run by themselves now; the names are copied, at most 64. */
void schedule_hold(struct schedule *s, const char *const *names, size_t n);

/* What came of a taken step (NULL: it could not run, its lane was held elsewhere): moves the cycle
 * on as steps.h says, or sets when the entry is due again. An entry that fails doubles its pause
 * each time, up to an hour; where the token was refused, it is the remote that waits. */
void schedule_done(struct schedule *s, const struct due *d, const struct report *r, int64_t now_ms);

/* Is that step one of a round that is under way? */
bool schedule_is_at(struct schedule *s, const char *step);

/* When a remote is asked again by itself, UTC ms; 0: nothing of it is scheduled, or it is its turn
 * right now. */
int64_t schedule_next(struct schedule *s, const char *remote);

#endif
