/* coda_codec.h: Coda's JSON (API 1.5.0) to structs and back; coda.io/developers/apis/v1.
 *
 * Pure: text in, structs in the caller's arena out; no I/O, any thread. Every shape is checked:
 * what is not as the reference says is ERR_DATA naming what and where, never a crash. A cJSON tree
 * never outlives a call. */
#ifndef SYNC_REMOTE_CODA_CODEC_H
#define SYNC_REMOTE_CODA_CODEC_H

#include "sync/remote.h"

/* Items a page may hold in lists, and rows: more is no honest answer. */
#define CODA_ITEMS_MAX 200000
#define CODA_ROWS_MAX  1000

/* Reads the id and name of a table, a row, a doc or any other single object. */
int coda_read_named(const char *text, size_t n, struct arena *arena, const char **ret_id,
                    const char **ret_name, struct err *err);

/* Reads GET /whoami: "John Doe, token «rosterd»". */
int coda_read_whoami(const char *text, size_t n, struct arena *arena, const char **ret,
                     struct err *err);

struct coda_columns {
    struct column_info *columns; /* in the arena */
    size_t n, cap;
};

/* Reads one page of listColumns into all. *ret_next is the next page's token or NULL. */
int coda_read_columns(const char *text, size_t n, struct arena *arena, struct coda_columns *all,
                      const char **ret_next, struct err *err);

enum coda_order {
    CODA_ORDER_UNKNOWN, /* fewer than two different times */
    CODA_ASCENDING,
    CODA_DESCENDING,
    CODA_MIXED,
};

struct coda_list {
    struct remote_row *rows;
    int64_t *created_ms; /* of rows[i]; 0: not told */
    size_t n;
    const char *next;       /* the next page's token; NULL: the end */
    const char *sync_token; /* nextSyncToken or NULL */
    int64_t max_edited_ms;
};

/* Reads one page of listRows with valueFormat=rich; values are found by column id, a column that a
 * row lacks is CELL_NULL. */
int coda_read_rows(const char *text, size_t n, const struct column_info *const *columns,
                   size_t n_columns, struct arena *arena, struct coda_list *ret, struct err *err);

/* Reads GET …/rows/{id} with valueFormat=rich, as a list of one. */
int coda_read_row(const char *text, size_t n, const struct column_info *const *columns,
                  size_t n_columns, struct arena *arena, struct coda_list *ret, struct err *err);

/* What a write was answered with (202). */
struct coda_accepted {
    const char *request;      /* its requestId */
    const char *const *added; /* addedRowIds, in the order of the rows; NULL when there are none */
    size_t n_added;
};
int coda_read_accepted(const char *text, size_t n, struct arena *arena, struct coda_accepted *ret,
                       struct err *err);

/* Reads GET /mutationStatus/{requestId}. *ret_warning: Coda's words or NULL. */
int coda_read_mutation(const char *text, size_t n, struct arena *arena, bool *ret_completed,
                       const char **ret_warning, struct err *err);

/* The order of the rows' times, given what the pages before have shown and the last time on them.
 */
enum coda_order coda_order(enum coda_order before, const int64_t *last_ms,
                           const struct remote_row *rows, size_t n);

/* "404 Not Found: No such row" from an error body, with the first of codaDetail's reasons; NULL
 * when it is none. */
const char *coda_read_error(const char *text, size_t n, struct arena *arena);

/* {"updated":"ISO","order":"ascending","token":"…"}: what a listing's cursor remembers. */
struct coda_cursor {
    int64_t updated_ms;
    enum coda_order order; /* in which sortBy=updatedAt was seen to come */
    const char *token;     /* nextSyncToken or NULL */
};

/* Returns false when text is no cursor of ours: list everything then. */
bool coda_read_cursor(const char *text, struct arena *arena, struct coda_cursor *ret);
const char *coda_write_cursor(const struct coda_cursor *c, struct arena *arena);

#endif
