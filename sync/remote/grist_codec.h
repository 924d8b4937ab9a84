/* grist_codec.h: Grist's JSON to structs and back, as /records and as /sql give it;
 * support.getgrist.com/api.
 *
 * Pure: text in, structs in the caller's arena out; no I/O, any thread. Every shape is checked:
 * what is not as the reference says is ERR_DATA naming what and where, never a crash. A cJSON tree
 * never outlives a call. */
#ifndef SYNC_REMOTE_GRIST_CODEC_H
#define SYNC_REMOTE_GRIST_CODEC_H

#include "sync/remote.h"

#define GRIST_ROWS_MAX  1000   /* handed on at a time */
#define GRIST_ITEMS_MAX 200000 /* in the lists of that many rows: more is no honest answer */

/* Reads GET /docs/{id}: "doc «Festival», editors". */
int grist_read_doc(const char *text, size_t n, struct arena *arena, const char **ret,
                   struct err *err);

/* Reads …/columns of a table. Its stamp column is updated_at or last_updated_at…; it moves where
 * its formula runs with every change. */
int grist_read_columns(const char *text, size_t n, const char *table, struct arena *arena,
                       struct table_info *ret, struct err *err);

/* Reads …/states: the hash of the newest; NULL when there is none. */
int grist_read_state(const char *text, size_t n, struct arena *arena, const char **ret,
                     struct err *err);

#define GRIST_STAMP_TOP 1e11 /* seconds, the year 5138: what is later is no time */

/* --- rows ------------------------------------------------------------------- */

enum grist_form {
    GRIST_RECORDS, /* {"id":1,"fields":{…},"errors":{…}} */
    GRIST_SQL,     /* {"fields":{"id":1,…}}, values as SQLite keeps them */
};

/* As what rows are to be read. */
struct grist_shape {
    enum grist_form form;
    const struct column_info *const *columns;
    size_t n_columns;
    const char *key;   /* id of the column for remote_row.key, or NULL */
    const char *stamp; /* id of the column for remote_row.edited_ms, or NULL */
};

struct grist_page {
    struct remote_row *rows;
    int64_t *ids;   /* of rows[i] */
    double *stamps; /* of rows[i], in seconds; 0: none */
    size_t n;
};

/* Returns -1 with err set to stop the reading. May reset the arena. */
typedef int grist_page_fn(void *ctx, const struct grist_page *page, struct err *err);

/* Reads the rows of an answer and hands them on, GRIST_ROWS_MAX at a time; *ret_n: how many there
 * were. A row that lacks one of the columns is ERR_DATA: rows are never read in part. */
int grist_read_rows(const char *text, size_t n, const struct grist_shape *shape,
                    struct arena *arena, grist_page_fn *fn, void *ctx, size_t *ret_n,
                    struct err *err);

/* Reads what `select 0 as place, max(…) as latest` and so on gave: ret[place], 0 where a table has
 * no row with a time. Errors: ERR_DATA, also when one of the n_ret is not told of. */
int grist_read_latest(const char *text, size_t n, double *ret, size_t n_ret, struct err *err);

/* Reads the ids of rows that were added, in the order of the request. */
int grist_read_added(const char *text, size_t n, struct arena *arena, const int64_t **ret,
                     size_t *ret_n, struct err *err);

/* "Invalid payload: body.records is missing" from an error body; NULL when it is none. */
const char *grist_read_error(const char *text, size_t n, struct arena *arena);

/* --- cursor ----------------------------------------------------------------- */

/* "1795206298.956097 37f76a…": what a listing's cursor remembers. */
struct grist_cursor {
    double stamp;      /* of the newest row read, in seconds; 0: the table has no such column */
    const char *state; /* of the document, before it was read; NULL: not told */
};

/* Returns false when text is no cursor of ours: list everything then. */
bool grist_read_cursor(const char *text, struct arena *arena, struct grist_cursor *ret);
const char *grist_write_cursor(const struct grist_cursor *c, struct arena *arena);

#endif
