/* rejudge.h: rows that nobody touched, and that break a rule since the record they name was deleted
 * for breaking one itself. Where a record belongs to the other (store/cascade.h) it was deleted
 * with it, and nothing has to be read. Private to the engine's files. */
#ifndef SYNC_REJUDGE_H
#define SYNC_REJUDGE_H

#include "store/staging.h"
#include "sync/run_state.h"

typedef int rejudge_fn(struct run_state *s, const struct staged_row *row, struct err *err);

/* After the listed rows: reads such rows again and has them judged. At most 500 in a run; more of
 * them, and rows that cannot be read now, are left to the next complete listing. Nothing after a
 * complete one. Errors: those of the database and of the remote. */
int rejudge_rows(struct run_state *s, rejudge_fn *judge, struct err *err);

#endif
