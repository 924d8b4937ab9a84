/* siblings.h: rows that name rows of their own table (a child's badge its parent's). They are
 * judged after all the others, by what these will be: the plan knows the record before the store
 * does. The plan does what it does in order, so each is in the store before one that names it.
 * Private to the engine's files. */
#ifndef SYNC_SIBLINGS_H
#define SYNC_SIBLINGS_H

#include "sync/mark.h"
#include "sync/run_state.h"

struct siblings; /* lives in the run's arena */

/* Before rows are judged. Where rows of the flow's table name none of each other, nothing below
 * does anything. */
void siblings_begin(struct run_state *s);

/* A row is about to be read. */
void siblings_read(struct run_state *s);

/* That row names another by this field; carrier: the flow of the table where it stands. Is it one
 * of its own table, and does the plan bring in its record? Then that is in local, and in
 * *ret_deleted whether it comes in deleted. */
bool siblings_planned(struct run_state *s, const struct field *f, const struct flow *carrier,
                      const char *remote_id, char *local, bool *ret_deleted);

/* Nobody knows the row that was asked for. Is it one of its own table? Then whoever names it waits,
 * however often the table was listed: a child is not to blame for what its parent's row lacks. */
bool siblings_unknown(struct run_state *s, const struct field *f, const struct flow *carrier);

/* Is that row judged later, since it names others of its table? A copy of it is kept. */
bool siblings_put_off(struct run_state *s, const struct staged_row *row, enum marked marked);
bool siblings_is_put_off(const struct run_state *s, const char *remote_id);

/* May rows that wait in quarantine for others of their table have become free by this plan? */
bool siblings_may_come(const struct run_state *s);

typedef int siblings_fn(struct run_state *s, const struct staged_row *row, enum marked marked,
                        struct err *err);

/* Judges the rows that were put off; those that still wait for each other after that wait for the
 * next run. Errors: those of judge, and ERR_CANCELED. */
int siblings_judge(struct run_state *s, siblings_fn *judge, struct err *err);

#endif
