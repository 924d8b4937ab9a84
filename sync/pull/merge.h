/* merge.h: two records that are one, by a person's word: everything goes over to the one that
 * stays. Within the caller's transaction; thread of the caller. Nothing is asked of a remote: the
 * next pushes carry it there. */
#ifndef SYNC_MERGE_H
#define SYNC_MERGE_H

#include "store/conflicts.h"
#include "store/rows.h"

/* Makes one record of two of an entity. What refers to `from` refers to `into` then, whose empty
 * fields are filled from it; its rows stand for `into` in every table where that has none, the
 * others stay with `from`, which is deleted. What the chat keeps of `from` goes over, too
 * (store/chat/handover.h). `into` keeps its id and lives if either did. Open conflicts about `from`
 * close. Errors: ERR_DATA when either is not in the store. */
int merge_records(struct db *db, const struct entity *e, const char *from, const char *into,
                  const struct change *by, struct err *err);

/* The answer to a conflict of the field "id": merged, or two for good, which is remembered.
 * *ret_done is false when nothing was done: it was answered so before, the record is deleted or one
 * of the two gone (an open conflict closes then), or what was merged is to be parted, which is no
 * more possible. */
int merge_settle(struct db *db, const struct conflict *c, bool merge, const struct change *by,
                 bool *ret_done, struct err *err);

#endif
