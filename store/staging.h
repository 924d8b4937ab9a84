/* staging.h: the rows of one listing, out of memory's way, until the run has judged them.
 *
 * A temporary table of this connection: a crash takes it away, and nothing of it reaches the
 * store's own file. A row read twice (a listing in windows) stands once, the later reading wins. */
#ifndef STORE_STAGING_H
#define STORE_STAGING_H

#include "store/db.h"

struct staged_row {
    int64_t seq;
    const char *remote_id, *remote_key;
    int64_t edited_at;
    bool trashed;
    const char *raw; /* cells as JSON */
    /* What the row says of itself: epoch seconds, 0: nothing; STAGED_UNREAD: this is no reading of
     * the row but what was kept of it. */
    int64_t mark_at;
    const char *mark_why; /* or NULL */
};
#define STAGED_UNREAD (-1)

int staging_open(struct db *db, struct err *err); /* an empty one, whatever was there */
int staging_drop(struct db *db, struct err *err);

/* One page in one transaction. */
int staging_begin_page(struct db *db, struct err *err);
int staging_add(struct db *db, const struct staged_row *row, struct err *err);
int staging_end_page(struct db *db, struct err *err);

/* Up to max rows after seq, in order of reading; *ret_n 0 at the end. */
int staging_read(struct db *db, int64_t after_seq, size_t max, struct arena *arena,
                 struct staged_row **ret, size_t *ret_n, struct err *err);

int staging_count(struct db *db, int64_t *ret, struct err *err);

#endif
