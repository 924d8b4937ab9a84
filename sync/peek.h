/* peek.h: a last look at a row right before it is written over. Private to the engine's files. */
#ifndef SYNC_PEEK_H
#define SYNC_PEEK_H

#include "sync/run_state.h"

enum peeked {
    PEEK_SAME,  /* what is about to be written over is what was agreed */
    PEEK_MOVED, /* somebody changed it since it was read: the next pull has to judge that first */
    PEEK_GONE,  /* the row is gone, or in the trash */
    PEEK_TAKEN, /* the new row would be written over one that stands for another record */
};

/* Looks at the row of an op, where the flow reads what it writes: one that is to be changed, to be
 * put away, or (op->restored) to come back. One request, or two. *ret_row is the
 * other row of PEEK_TAKEN, in the run's arena, else NULL. */
int peek_row(struct run_state *s, const struct op *op, enum peeked *ret, const char **ret_row,
             struct err *err);

#endif
