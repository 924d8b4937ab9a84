/* grist.h: what the files of the Grist connector share; nobody else includes it.
 *
 * A struct grist belongs to the thread that opened it. grist.c: the vtable; grist_call.c: calls and
 * tables; grist_notes.c: what need not be asked again; grist_news.c: is there anything new?;
 * grist_scan.c: reading rows, by /sql or by /records; grist_list.c: listings; grist_peek.c: rows by
 * their ids; grist_write.c: writing; grist_settle.c: what became of it; grist_find.c: searching;
 * grist_links.c: addresses and requests for people. */
#ifndef SYNC_REMOTE_GRIST_H
#define SYNC_REMOTE_GRIST_H

#include "sync/http.h"
#include "sync/notes.h"
#include "sync/remote.h"
#include "sync/remote/grist_codec.h"
#include "sync/remote/tables.h"

#define GRIST_ANSWER_MAX                                                                           \
    ((size_t)32 << 20)                        /* bytes of one answer: /records gives a whole table \
                                               */
#define GRIST_ARENA_BYTES ((size_t)256 << 20) /* for an arena with what one page says */

struct grist {
    struct remote base;
    struct http *http;       /* the caller's */
    struct limiter *limiter; /* the caller's */
    char *authorization;     /* "Bearer …", owned */
    char *doc_path;          /* "/api/docs/ID", owned */
    struct table_cache tables;
    struct notes *own_notes; /* owned; used where nobody lends others */
};

struct grist_call {
    const char *method, *path; /* path and query, after api_url */
    const char *body;
    bool once; /* never to be sent twice: repeated only when it surely had no effect */
    bool writes;
};

/* Performs a call, with Grist's words in the error where it has any. */
int grist_call(struct grist *r, const struct grist_call *c, const char *what,
               struct http_answer *ret, struct err *err);
int grist_get(struct grist *r, const char *path, const char *what, struct http_answer *ret,
              struct err *err);

/* ---- grist_notes.c */

#define GRIST_STAMP_NOTE "stamp " /* and the table: its column, for good */
#define GRIST_NOTE_KEY   512

/* What is noted of the document. */
struct notes *grist_notes(const struct grist *r);

/* What a key is known not to be allowed to do is not asked for again within a time. what: "sql",
 * "states". 403 or 404 when that was the answer lately, else 0. */
int grist_barred(const struct grist *r, const char *what);
void grist_set_bar(struct grist *r, const char *what, int status);

struct grist_table {
    const struct table_info *info; /* the cache's, valid until the next grist_open_table */
    const char *stamp; /* id of the column that moves with every change; NULL: it has none */
};

/* A configured table with its columns; fresh: asked now, whatever is remembered. */
int grist_open_table(struct grist *r, const char *table, bool fresh, struct grist_table *ret,
                     struct err *err);

/* --- is there anything new? ------------------------------------------------- */

/* The document's newest state, asked for once in a job: an older one than there is by now finds too
 * much new, never too little. NULL: it has none, or the key may not see it. */
int grist_state(struct grist *r, struct arena *arena, const char **ret, struct err *err);

/* The largest value of a table's stamp column, in seconds, 0: none; asked for once in a job, with
 * that of all tables that were opened before. *ret_known false: it cannot be told, because the key
 * may not use /sql, or the table was never opened. */
int grist_newest(struct grist *r, const char *table, double *ret, bool *ret_known, struct err *err);

/* Which column of a table it is, from now on; NULL: none. */
void grist_note_stamp(struct grist *r, const char *table, const char *column);

/* Something was written, perhaps: what was new before is no longer. */
void grist_forget_news(struct grist *r);

/* Appends "/api/docs/ID/tables/ID". */
void grist_add_table_path(struct buf *path, const struct grist *r, const char *table);

/* Reads a row id. Errors: ERR_DATA, naming the remote. */
int grist_read_row_id(const struct grist *r, const char *row_id, int64_t *ret, struct err *err);

/* --- reading rows ----------------------------------------------------------- */

/* Rows whose column holds one of these values. */
struct grist_condition {
    const char *column;        /* its id; "id": the row's */
    const char *const *values; /* each as JSON */
    size_t n;
};

struct grist_scan {
    const struct table_info *info;
    struct grist_shape shape; /* its form is found here */
    const struct grist_condition *conditions;
    size_t n_conditions;
    const double *since; /* only rows changed then or later, oldest first; NULL: all, by id */
    const char *what;
    struct arena *arena; /* what a page says; fn may reset it */
    grist_page_fn *fn;
    void *ctx;
    int64_t date_ms; /* out: the server's time at the first answer, or 0 */
    bool partial;    /* out: the key may not read everything, so what is not there proves nothing */
};

/* Reads by /sql, page by page with the wanted columns only; by /records, all of it in one answer,
 * where the key may not use /sql or the server has none. Repeatable. */
int grist_scan(struct grist *r, struct grist_scan *s, struct err *err);

/* The same, with all rows kept in s->arena: at most GRIST_ROWS_MAX, else ERR_DATA. */
int grist_scan_all(struct grist *r, struct grist_scan *s, struct grist_page *ret, struct err *err);

/* The stamp column of a table. */
struct grist_stamp {
    const char *table, *column; /* ids */
};

/* The largest values of all these, in seconds, 0: none; one request. *ret_status: what Grist
 * answered, 0: nothing; 403 and 404: /sql cannot be used. */
int grist_latest(struct grist *r, const struct grist_stamp *stamps, size_t n, const char *what,
                 double *ret, int *ret_status, struct err *err);

/* remote_ops.list_changes, look, peek, peek_many, find */
int grist_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                       struct listing_end *ret, struct err *err);
int grist_look(struct remote *remote, const char *table, const char *row_id, enum presence *ret,
               struct err *err);
int grist_peek(struct remote *remote, const char *table, const char *row_id,
               const char *const *columns, size_t n_columns, struct arena *arena,
               enum presence *ret, struct remote_row *ret_row, struct err *err);
int grist_peek_many(struct remote *remote, const char *table, const char *const *row_ids, size_t n,
                    const char *const *columns, size_t n_columns, struct arena *arena,
                    enum presence *ret, struct remote_row *ret_rows, struct err *err);
int grist_find(struct remote *remote, const struct write_batch *like, struct arena *arena,
               struct found_row *ret, size_t max, size_t *ret_n, struct err *err);

/* --- writing ---------------------------------------------------------------- */

/* What became of one row of a batch so far. */
struct grist_row_job {
    int64_t id;   /* 0: found by its marker */
    bool sent;    /* Grist took it */
    bool settled; /* its result is known */
};

/* A batch being written; its strings live in scratch. */
struct grist_job {
    struct grist *r;
    const struct write_batch *batch;
    struct table_info info;
    const char *stamp;
    const struct column_info **columns;
    size_t marker; /* index of its column; SIZE_MAX: none */
    struct grist_row_job *rows;
    struct arena *scratch;
    struct arena *out;        /* the caller's, for what results say */
    struct write_result *ret; /* in scratch until the end */
    bool archive;             /* rows are to be gone */
    bool sent;                /* something may have happened */
    struct err stopped;       /* why no more is sent; ERR_NONE: go on */
};

void grist_settle(struct grist_job *j, size_t row, enum write_fate fate, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Reads what was sent back and settles every row that is not settled yet. */
void grist_follow(struct grist_job *j);

/* --- for people (grist_links.c): remote_ops.row_url, file_url, column_request -- */

const char *grist_row_url(const struct remote_config *cfg, const char *table, const char *row_id,
                          struct arena *arena);
const char *grist_file_url(const struct remote_config *cfg, const char *file_id,
                           struct arena *arena);
const char *grist_column_request(const struct remote_config *cfg, const char *table,
                                 const char *column, enum column_use use, struct arena *arena);

/* remote_ops.insert, update, archive */
int grist_insert(struct remote *remote, const struct write_batch *b, struct arena *arena,
                 struct write_result *ret, struct err *err);
int grist_update(struct remote *remote, const struct write_batch *b, struct arena *arena,
                 struct write_result *ret, struct err *err);
int grist_archive(struct remote *remote, const char *table, const char *row_id, struct arena *arena,
                  struct write_result *ret, struct err *err);

#endif
