/* settle.h: a person's word where rosterd cannot know: which side of a conflict holds, and whether
 * a row was made whose answer was lost. Nothing is asked of a remote: what follows is done by the
 * next push of the flow. Within the caller's transaction; thread of the caller. */
#ifndef SYNC_SETTLE_H
#define SYNC_SETTLE_H

#include "store/conflicts.h"
#include "sync/config/config.h"

/* choice is "ours" or "theirs".
 *
 * An open conflict: "ours" keeps what the store has and lets the next push send it; "theirs" writes
 * the remote's value into the store, as an edit by `by` ("telegram:1001"). A conflict that was
 * settled before: the losing value comes back into the store as an ordinary edit by `by`.
 *
 * One that asks whether two records are one (field "id"): "theirs" makes one of them (merge.h),
 * "ours" says for good that they are two; the former may follow the latter, not the other way
 * round.
 *
 * *ret_done is false when nothing was changed in the records: the store's value is another one by
 * now (an open conflict stays open and is renewed by the flow's next run), the choice holds
 * already, or there is nothing left to choose, because the record, its row or the flow is gone (an
 * open conflict is closed then). Errors: ERR_DATA when there is no such conflict or choice. */
int settle_conflict(struct db *db, const struct config *cfg, int64_t id, const char *choice,
                    const char *by, int64_t at, bool *ret_done, struct err *err);

/* An insert that nobody heard of again (journal.h). there: the next push looks for the row once
 * more and ties it to the record, be there one or several; else the next push makes it anew.
 * *ret_done is false when nobody waits for that word any more. */
int settle_insert(struct db *db, int64_t intent, bool there, int64_t at, bool *ret_done,
                  struct err *err);

#endif
