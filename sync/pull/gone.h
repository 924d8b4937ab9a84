/* gone.h: what becomes of a record whose row is gone: deleted, or cancelled until the row comes
 * back, as the flow says (missing = …). Called while a run makes its plan. */
#ifndef SYNC_GONE_H
#define SYNC_GONE_H

#include "sync/run_state.h"

/* What the row's absence means for its record was done: what came after that stays. */
bool gone_is_known(const struct link *link);

/* Plans it for one link; nothing when the record is deleted or cancelled already. */
int gone_record(struct run_state *s, const struct link *link, struct err *err);

/* The same for the parts of a row that it no longer names: all of them when it is in the trash. */
int gone_parts(struct run_state *s, const char *remote_id, const struct candidate *named,
               size_t n_named, struct err *err);

/* Where that is only told (missing = report): tells it of all that the plan found to be so. */
void gone_tell(struct run_state *s);

/* The row is back: a record that was cancelled for its absence, and still is, gets the state from
 * before. Returns true when it did. */
bool gone_undo(struct run_state *s, const struct agreed *agreed, struct record *r);

#endif
