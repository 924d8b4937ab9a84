/* backlog.h: what has changed here since a remote was last written to, as two numbers for people.
 * Reads only; any thread with its own db. */
#ifndef STORE_BACKLOG_H
#define STORE_BACKLOG_H

#include "store/db.h"
#include "store/model.h"

/* Records of the entity that changed after the store's rev `since`, at most max. */
int backlog_changed(struct db *db, const struct entity *e, int64_t since, int64_t max, int64_t *ret,
                    struct err *err);
/* Records that were written in the remote since then. */
int backlog_sent(struct db *db, const char *remote, int64_t since, int64_t *ret, struct err *err);

#endif
