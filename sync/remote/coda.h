/* coda.h: what the files of the Coda connector share; nobody else includes it.
 *
 * A struct coda belongs to the thread that opened it. coda.c: calls, tables, single rows;
 * coda_list.c: listings. */
#ifndef SYNC_REMOTE_CODA_H
#define SYNC_REMOTE_CODA_H

#include "sync/http.h"
#include "sync/remote.h"
#include "sync/remote/tables.h"

/* Rows a page: the most seen; documented are only the default, 25, and that the maximum may change.
 */
#define CODA_ROWS_LIMIT 500

#define CODA_ANSWER_BYTES ((size_t)64 << 20) /* for an arena with what one answer says */

struct coda {
    struct remote base;
    struct http *http;       /* the caller's */
    struct limiter *limiter; /* the caller's */
    char *authorization;     /* "Bearer …", owned */
    char *doc_path;          /* "/docs/ID", owned */
    unsigned limit;          /* rows a page; stays lowered when a smaller page was the cure */
    struct table_cache tables;
};

/* Performs a GET of path (after api_url), with Coda's words in the error where it has any. */
int coda_get(struct coda *r, const char *path, const char *what, struct http_answer *ret,
             struct err *err);

/* The entry of a configured table with its id and columns; fresh: asked now, whatever is
 * remembered. The cache's, valid until the next call. */
int coda_open_table(struct coda *r, const char *table, bool fresh, struct table_entry **ret,
                    struct err *err);

/* remote_ops.list_changes */
int coda_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                      struct listing_end *ret, struct err *err);

#endif
