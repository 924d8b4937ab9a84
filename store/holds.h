/* holds.h: flows, cycles and remotes that do not run by themselves until somebody lets them go, or
 * their time is over. Names of the configuration; one that it has no more holds nothing. Writes
 * belong inside the caller's transaction. */
#ifndef STORE_HOLDS_H
#define STORE_HOLDS_H

#include "store/db.h"

struct hold {
    const char *name, *by;
    int64_t at, until; /* UTC ms; until 0: for ever */
};

/* until 0: until it is let go. Changes one that is there. */
int holds_set(struct db *db, const char *name, int64_t until, const char *by, int64_t at,
              struct err *err);
/* *ret_was: it was held. */
int holds_clear(struct db *db, const char *name, int64_t now, bool *ret_was, struct err *err);
/* Those that hold now, oldest first. */
int holds_list(struct db *db, int64_t now, struct arena *arena, struct hold **ret, size_t *ret_n,
               struct err *err);

#endif
