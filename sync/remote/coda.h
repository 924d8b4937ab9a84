/* coda.h: what the files of the Coda connector share; nobody else includes it.
 *
 * A struct coda belongs to the thread that opened it. coda.c: the vtable, single rows;
 * coda_call.c: calls and tables; coda_list.c: listings; coda_write.c: writing; coda_settle.c: what
 * became of it; coda_find.c: searching; coda_peek.c: a row as it is now. */
#ifndef SYNC_REMOTE_CODA_H
#define SYNC_REMOTE_CODA_H

#include "sync/http.h"
#include "sync/remote.h"
#include "sync/remote/tables.h"

/* Rows a page: the most seen; documented are only the default, 25, and that the maximum may change.
 */
#define CODA_ROWS_LIMIT 500

#define CODA_ANSWER_BYTES ((size_t)64 << 20) /* for an arena with what one answer says */

struct coda_names;

struct coda {
    struct remote base;
    struct http *http;       /* the caller's */
    struct limiter *limiter; /* the caller's; for reading */
    struct limiter *writes;  /* Coda counts them apart; owned */
    char *authorization;     /* "Bearer …", owned */
    char *doc_path;          /* "/docs/ID", owned */
    unsigned limit;          /* rows a page; stays lowered when a smaller page was the cure */
    int64_t stale_ms;        /* monotonic: when a peek waited for the newest in vain; 0: never */
    struct table_cache tables;
    struct coda_names *names; /* for lookups; owned */
};

struct coda_call {
    const char *method, *path; /* path and query, after api_url */
    const char *body;
    bool once;   /* never to be sent twice: repeated only when it surely had no effect */
    bool latest; /* from a snapshot of the doc as it is now: 400 where Coda has none yet */
};

/* Performs a call, with Coda's words in the error where it has any. */
int coda_call(struct coda *r, const struct coda_call *c, const char *what, struct http_answer *ret,
              struct err *err);
int coda_get(struct coda *r, const char *path, const char *what, struct http_answer *ret,
             struct err *err);

/* The entry of a configured table with its id and columns; fresh: asked now, whatever is
 * remembered. The cache's, valid until the next call. */
int coda_open_table(struct coda *r, const char *table, bool fresh, struct table_entry **ret,
                    struct err *err);

/* remote_ops.list_changes */
int coda_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                      struct listing_end *ret, struct err *err);

/* remote_ops.peek; the arena holds at least CODA_ANSWER_BYTES. */
int coda_peek(struct remote *remote, const char *table, const char *row_id,
              const char *const *columns, size_t n_columns, struct arena *arena, enum presence *ret,
              struct remote_row *ret_row, struct err *err);

/* Appends "/docs/ID/tables/ID". */
void coda_add_table_path(struct buf *path, const struct coda *r, const char *table);

/* --- writing ---------------------------------------------------------------- */

/* Reads of the doc as it is now, as long as that is to be had within a time; then as it was lately.
 */
struct coda_reader {
    struct coda *r;
    int64_t until_ms; /* monotonic: no waiting for the newest snapshot after it */
    bool stale;       /* the last answer may be older than our own writes */
};
struct coda_reader coda_reader(struct coda *r);
int coda_read(struct coda_reader *reader, const char *path, const char *what,
              struct http_answer *ret, struct err *err);

/* What became of one row of a batch so far. */
struct coda_row_job {
    const char *request; /* of the mutation that carries it; NULL: it was not sent */
    const char *row_id;  /* NULL: found by its marker */
    const char *warning; /* Coda's, when the mutation was completed */
    bool settled;        /* its result is known */
};

/* A batch being written; its strings live in scratch. */
struct coda_job {
    struct coda *r;
    const struct write_batch *batch;
    struct table_info info;
    const struct column_info **columns;
    size_t marker; /* index of its column; SIZE_MAX: none */
    struct coda_row_job *rows;
    struct arena *scratch;
    struct arena *out;        /* the caller's, for what results say */
    struct write_result *ret; /* in scratch until the end */
    bool archive;             /* rows are to be gone */
    bool sent;                /* something may have happened */
    struct err stopped;       /* why no more is sent; ERR_NONE: go on */
};

void coda_settle(struct coda_job *j, size_t row, enum write_fate fate, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* A 404 of a row means that the row is gone only where the table is there: ERR_GONE when it is not.
 */
int coda_check_table(const struct coda_job *j, struct err *err);

/* A lookup is written by the name of its row, and Coda takes any row of that name, or none: settles
 * as REFUSED what is not the name of exactly one row. -1 when the names cannot be read. Before
 * anything is sent. coda_names.c */
int coda_check_names(struct coda_job *j, struct err *err);
void coda_names_free(struct coda *r);

/* Waits until the mutations of all rows are completed, within a minute, reads every row back and
 * settles what is not settled yet. */
void coda_follow(struct coda_job *j);

/* remote_ops.insert, update, archive, find */
int coda_insert(struct remote *remote, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err);
int coda_update(struct remote *remote, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err);
int coda_archive(struct remote *remote, const char *table, const char *row_id, struct arena *arena,
                 struct write_result *ret, struct err *err);
int coda_find(struct remote *remote, const struct write_batch *like, struct arena *arena,
              struct found_row *ret, size_t max, size_t *ret_n, struct err *err);

#endif
