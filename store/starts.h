/* starts.h: when the daemon was started and how it ended, and what the watchman noted for its next
 * look. Any thread with its own db; single statements. */
#ifndef STORE_STARTS_H
#define STORE_STARTS_H

#include "store/db.h"

/* A start of the daemon; *ret_id is for starts_end. Forgets those older than a week. */
int starts_begin(struct db *db, int64_t at, int64_t *ret_id, struct err *err);
/* It ended as it was told to. */
int starts_end(struct db *db, int64_t id, int64_t at, struct err *err);
/* Starts since then that followed on one that did not end as it was told to. */
int starts_crashes(struct db *db, int64_t since, int64_t *ret, struct err *err);

/* A few words under a name. *ret NULL: nothing was noted. */
int memo_get(struct db *db, const char *key, struct arena *arena, const char **ret,
             struct err *err);
int memo_put(struct db *db, const char *key, const char *value, struct err *err);

#endif
