/* backup.h: copies of the store, made while others work on it, each verified before it counts. They
 * lie in one folder and are called STORE.backup-20260701-120000; older ones than the newest few are
 * taken away. Any thread; opens connections of its own. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/base/arena.h"
#include "store/base/err.h"

struct backup_place {
    const char *store; /* the store's file */
    const char *dir;   /* where copies lie; NULL: beside the store */
    int keep;          /* how many */
};

struct backup_file {
    const char *name; /* without the folder */
    int64_t bytes, at;
};

/* The folder, as it is shown. */
const char *backup_dir(const struct backup_place *p, struct arena *arena);

/* Newest first. A folder that is not there has none. */
int backup_list(const struct backup_place *p, struct arena *arena, struct backup_file **ret,
                size_t *ret_n, struct err *err);

/* Asked now and then while a copy is made: bytes done of total, done == total while it is verified.
 * False: it ends with ERR_CANCELED. */
struct backup_watch {
    bool (*go_on)(void *ctx, int64_t done, int64_t total); /* or NULL */
    void *ctx;
};

/* Copies the store as it is now and verifies the copy; then takes away those past `keep`, never the
 * new one. *ret: the new one; *ret_dropped: how many went. Errors: ERR_LOCAL, with the file's name
 * or what there is no room for; ERR_CANCELED. Nothing half made is left behind, and what a killed
 * process left is taken away: only one process makes copies of a store. */
int backup_make(const struct backup_place *p, const struct backup_watch *w, int64_t now,
                struct arena *arena, struct backup_file *ret, int *ret_dropped, struct err *err);

#endif
