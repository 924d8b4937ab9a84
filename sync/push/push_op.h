/* push_op.h: the steps of a push's plan. Private to the engine's files; thread of the run. */
#ifndef SYNC_PUSH_OP_H
#define SYNC_PUSH_OP_H

#include "sync/run_state.h"

/* One write of these columns. link: the row's, or NULL for a new row; now: NULL where the row goes;
 * agreed: what is known of the row so far. */
void push_send(struct run_state *s, enum op_kind kind, const struct record *r,
               const struct link *link, const struct rendering *now, uint64_t columns,
               const struct agreed *agreed);

/* The record goes into the push's quarantine, unless it stands there for that already. */
void push_jail(struct run_state *s, const struct record *r, bool waiting, const char *reason,
               const char *detail);

/* Cells that nobody could read, for which columns of the record are left alone: their columns, and
 * what they say, as quarantine tells it. In the run's memory. */
struct push_unread {
    const char *columns, *cells;
};
/* Those of these columns; what of it is new is counted for the report. */
struct push_unread push_unread(struct run_state *s, const struct record *r,
                               const struct agreed *agreed, uint64_t columns);
/* As push_jail, for such cells. */
void push_jail_unread(struct run_state *s, const struct record *r,
                      const struct push_unread *unread);

/* As it is now the record asks nothing of the row. */
void push_seen(struct run_state *s, const struct record *r, const struct link *link);
/* The next push is to look at it again. */
void push_unseen(struct run_state *s, const struct record *r, const struct link *link);

#endif
