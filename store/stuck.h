/* stuck.h: what stands still or piles up, counted for the watchman. Reads only; any thread with its
 * own db. */
#ifndef STORE_STUCK_H
#define STORE_STUCK_H

#include "store/db.h"

/* How many, and since when: the oldest one, UTC ms; 0: none. */
struct stuck {
    int64_t n, since;
};

/* Jobs that could run and have waited longer than older_ms, or have run for four times that. */
int stuck_jobs(struct db *db, int64_t now, int64_t older_ms, struct stuck *ret, struct err *err);
/* Messages of that transport which wait longer, but for those about alerts. *ret_others_go: another
 * one has left meanwhile. */
int stuck_messages(struct db *db, const char *via, int64_t now, int64_t older_ms, struct stuck *ret,
                   bool *ret_others_go, struct err *err);
/* Alerts whose message has not arrived for older_ms, or failed as long ago at most. */
int stuck_alerts(struct db *db, int64_t now, int64_t older_ms, struct stuck *ret, struct err *err);
/* What people wrote and nobody has dealt with for longer. */
int stuck_updates(struct db *db, int64_t now, int64_t older_ms, struct stuck *ret, struct err *err);
/* Conflicts that wait for a person. */
int stuck_conflicts(struct db *db, struct stuck *ret, struct err *err);

/* Flows that ran before, and of which at least `least` rows came into quarantine as invalid since:
 * a table that is read for the first time does not grow. */
struct growth {
    const char *flow;
    int64_t n, since; /* the first of them */
};
int stuck_growth(struct db *db, int64_t since, int64_t least, struct arena *arena,
                 struct growth **ret, size_t *ret_n, struct err *err);

/* What runs did since then. */
struct day_counts {
    int64_t runs, taken, sent, invalid;
};
int stuck_day(struct db *db, int64_t since, struct day_counts *ret, struct err *err);

#endif
