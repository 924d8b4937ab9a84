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

/* What a look at the row of an op has shown. */
struct peeked_row {
    enum peeked what;
    const char *other; /* PEEK_TAKEN: the row of that record, in the run's arena; else NULL */
};

/* Looks at the rows of some ops that write the same columns, where the flow reads what it writes:
 * rows that are to be changed, to be put away, or (op->restored) to come back; ret[i] belongs to
 * ops[i]. One request for up to PEEK_MAX of them where the remote can, else one for each; one more
 * for each that comes back as a new row. */
int peek_rows(struct run_state *s, struct op *const *ops, size_t n, struct peeked_row *ret,
              struct err *err);

/* The same comparison with a row's cells as the pull has kept them (jailed.raw): *ret: they are not
 * what was agreed. Asks nothing of the remote. */
int peek_kept(struct run_state *s, const struct op *op, const char *raw, struct arena *arena,
              bool *ret, struct err *err);

#endif
