/* remote.h: what rosterd asks of an outside system. One const vtable and one codec per kind.
 *
 * A struct remote belongs to the thread that opened it; every call is synchronous. All memory
 * handed out lives in the arena that was passed in. No call holds a database transaction open. */
#ifndef SYNC_REMOTE_H
#define SYNC_REMOTE_H

#include "store/base/arena.h"
#include "store/base/err.h"
#include "sync/cell.h"

struct remote; /* each kind embeds its own */
struct http;
struct limiter;
struct notes;

/* From [remote NAME]; owned by the config. */
struct remote_config {
    const char *name;    /* "notion" */
    const char *kind;    /* "notion", "coda" */
    const char *api_url; /* prefix of every call, no trailing slash */
    const char *token;
    const char *doc;    /* Coda, Grist */
    unsigned timeout_s; /* 0: the kind's default */
    double rate;        /* requests a second; 0: the vendor's published rate */
    int line;           /* of its section in the file */
};

struct column_info {
    const char *id, *name;
    const char *type; /* the vendor's word: "relation", "select", "text" */
    bool calculated;  /* cannot be written */
    const char *const
        *options; /* the only names it takes, where writing others is refused; NULL: any */
    size_t n_options;
};

/* Does a table say which of its rows changed since? */
enum stamp_kind {
    STAMP_NEEDLESS, /* the kind knows without a column for it */
    STAMP_NONE,     /* there is no such column: only a whole listing shows changes */
    STAMP_STILL,    /* there is one, and it does not move with every change: as good as none */
    STAMP_MOVES,
};

struct table_info {
    const char *id, *name;
    const struct column_info *columns;
    size_t n;
    enum stamp_kind stamp;
    const char *stamp_column; /* STILL, MOVES: its id */
};

/* One row; cells[i] belongs to columns[i] of the listing that was asked for. */
struct remote_row {
    const char *id; /* unique within the table, stable: page id with dashes, Coda row id */
    const char
        *key; /* the remote's own UUID text where it keeps one apart from the id, else NULL */
    int64_t edited_ms;
    bool trashed; /* the remote says: deleted */
    const struct cell *cells;
};

/* Called once a page, rows in the order read; the page's arena is reset after it returns. Returns
 * -1 with err set to stop the listing (ERR_CANCELED, ERR_LOCAL). */
typedef int remote_page_fn(void *ctx, const struct remote_row *rows, size_t n, struct err *err);

struct listing {
    const char *table;          /* as configured: id or name */
    const char *const *columns; /* as configured: id or name */
    size_t n_columns;
    const char *key; /* a column with the row's own UUID, for remote_row.key; NULL: none. Only where
                        the kind gives row ids again */
    const char *cursor; /* what the last listing returned; NULL: everything */
    bool whole;         /* with a cursor, and where `tells_same`: everything, unless nothing at all
                           has changed since */
    int64_t overlap_ms; /* how far behind the cursor to begin; < 0: the kind's default */
    remote_page_fn *on_page;
    void *ctx;
};

struct listing_end {
    bool complete;      /* a whole, schema-valid listing: only then can absence mean anything */
    const char *cursor; /* taken from what was read, never from our clock; NULL: keep the old one */
    size_t rows;
    bool same; /* nothing was listed, for nothing has changed since the cursor's own listing, which
                  was a whole one: what is known of the table is all of it */
    size_t future;          /* rows dated later than the remote's own clock says it is … */
    const char *future_row; /* … that were not told of before; the id of the first */
};

enum presence {
    ROW_THERE,
    ROW_TRASHED,
    ROW_GONE /* surely deleted */,
    ROW_UNKNOWN /* 404 that proves nothing */
};

/* ---- writing. What cannot be repeated is announced in the journal before any of these is called.
 */

/* One row to be written; cells[i] belongs to columns[i] of the batch. Only those columns are
 * touched; CELL_NULL clears. A relation is written as CELL_LIST of CELL_REF, its full set. */
struct remote_write {
    const char *row_id; /* NULL: insert */
    bool bring_back;    /* update: take it out of the trash as well (only where can_bring_back) */
    const struct cell *cells;
};
struct write_batch {
    const char *table;
    const char *const *columns; /* as configured: id or name */
    size_t n_columns;
    const char
        *marker; /* insert: the column, one of columns, whose value no other row has; NULL: none */
    const struct remote_write *rows;
    size_t n_rows; /* at most insert_max or update_max */
};
enum write_fate {
    WRITE_DONE,     /* read back and found as sent; row_id is known */
    WRITE_REFUSED,  /* this row will never be taken as it is: why says what to do */
    WRITE_GONE,     /* the row is in the trash or gone: a deletion, not a failure */
    WRITE_UNSURE,   /* it may have happened: look before you repeat it */
    WRITE_IGNORED,  /* accepted, and silently not applied */
    WRITE_NOT_SENT, /* surely nothing happened to it: what was left of a batch that had to stop */
};
struct write_result {
    enum write_fate fate;
    const char *row_id; /* DONE */
    int64_t edited_ms;  /* DONE: the row's time as the remote tells it; 0: unknown */
    const char *why;    /* all but DONE */
};

#define PEEK_MAX 100 /* rows in one peek_many */

/* A row found by its values. */
struct found_row {
    const char *row_id;
    int64_t created_ms;
};

/* What a column is wanted for. */
enum column_use {
    COLUMN_STAMP, /* moves with every change of its row */
    COLUMN_MOVE,  /* is there for that, and does not */
    COLUMN_TIME,  /* takes a time, as a number or a date */
    COLUMN_TEXT,
};

struct remote_ops {
    const char *kind;
    const char *label_ru, *label_en; /* what people call it: "Кода" */
    bool row_id_is_uuid;     /* row ids are UUIDs that other systems know records by (Notion) */
    bool can_bring_back;     /* update can take a row out of the trash */
    bool tells_same;         /* list_changes knows listing.whole */
    bool reuses_ids;         /* the id of a removed row is given to a new one */
    bool upserts;            /* insert with a marker writes over the row that has it: repeatable */
    int64_t edited_grain_ms; /* edited_ms is rounded down to this; 0: exact */
    double rate, burst;      /* the vendor's published limit, requests a second */

    /* Makes a remote; nothing is asked yet. http and limiter stay the caller's and outlive it. */
    int (*open)(const struct remote_config *cfg, struct http *http, struct limiter *limiter,
                struct remote **ret, struct err *err);
    void (*close)(struct remote *r); /* takes NULL */

    /* The cheapest request that proves the token: *ret_who says whose it is ("integration
     * «rosterd»"). */
    int (*ping)(struct remote *r, struct arena *arena, const char **ret_who, struct err *err);

    /* The table's columns, for drift checks. ERR_GONE when there is no such table or it is not
     * shared. */
    int (*describe)(struct remote *r, const char *table, struct arena *arena,
                    struct table_info *ret, struct err *err);

    /* Reads pages until the end. Repeatable. A cursor that the remote refuses falls back to a whole
     * listing. Errors name the table and the page; after an error nothing may be inferred. */
    int (*list_changes)(struct remote *r, const struct listing *want, struct arena *arena,
                        struct listing_end *ret, struct err *err);

    /* The second look at a row that a complete listing did not show. Repeatable. */
    int (*look)(struct remote *r, const char *table, const char *row_id, enum presence *ret,
                struct err *err);

    /* A row as it is now, in the freshest state that the remote can give, right before it is
     * written: *ret_row is filled when it is there, cells in the order of columns. Repeatable. An
     * unknown column: ERR_DATA. NULL: the kind cannot. */
    int (*peek)(struct remote *r, const char *table, const char *row_id, const char *const *columns,
                size_t n_columns, struct arena *arena, enum presence *ret,
                struct remote_row *ret_row, struct err *err);

    /* The same of several rows in one request: ret[i] and ret_rows[i] belong to row_ids[i], of
     * which there are at most PEEK_MAX. Repeatable. NULL: the kind cannot, they are peeked one by
     * one. */
    int (*peek_many)(struct remote *r, const char *table, const char *const *row_ids, size_t n,
                     const char *const *columns, size_t n_columns, struct arena *arena,
                     enum presence *ret, struct remote_row *ret_rows, struct err *err);

    /* Writes the rows of the batch; ret has one result for each, in the arena. Returns -1 only when
     * nothing of it can have happened (AUTH, TEMP before sending, no such table or column);
     * anything later is a result. insert is repeatable only with a marker and where `upserts`;
     * update and archive are. Columns that are calculated, unknown, or cannot hold the cell:
     * REFUSED with the column's name. Stopped (http_listen) before anything was sent: -1, CANCELED;
     * later: what was sent is settled first, as far as it can be known, the rest is NOT_SENT. */
    int (*insert)(struct remote *r, const struct write_batch *b, struct arena *arena,
                  struct write_result *ret, struct err *err);
    int (*update)(struct remote *r, const struct write_batch *b, struct arena *arena,
                  struct write_result *ret, struct err *err);
    /* Into the trash where there is one, else deleted. DONE also when it was there already. */
    int (*archive)(struct remote *r, const char *table, const char *row_id, struct arena *arena,
                   struct write_result *ret, struct err *err);
    /* Rows whose columns equal cells (NULL cells are not compared), freshest state the remote can
     * give, at most max: for an insert whose answer was lost. Repeatable. */
    int (*find)(struct remote *r, const struct write_batch *like, struct arena *arena,
                struct found_row *ret, size_t max, size_t *ret_n, struct err *err);
    size_t insert_max, update_max; /* rows in one batch */

    /* A link that opens the row for a person, or NULL. Pure. */
    const char *(*row_url)(const struct remote_config *cfg, const char *table, const char *row_id,
                           struct arena *arena);
    /* The address of a file that a cell names by its id. Pure. NULL: cells hold addresses. */
    const char *(*file_url)(const struct remote_config *cfg, const char *file_id,
                            struct arena *arena);
    /* What a person types into a shell to give a table the column that it lacks, one line after
     * another; the token is $NAME there. Pure. NULL: it is made by hand. */
    const char *(*column_request)(const struct remote_config *cfg, const char *table,
                                  const char *column, enum column_use use, struct arena *arena);
};

struct remote {
    const struct remote_ops *ops;
    const struct remote_config *cfg;
    struct notes *notes; /* the process's; NULL: this remote keeps its own */
};

extern const struct remote_ops remote_notion, remote_coda, remote_grist;

/* peek of up to PEEK_MAX rows, where the kind has it: with peek_many where it can. */
int remote_peek_rows(struct remote *r, const char *table, const char *const *row_ids, size_t n,
                     const char *const *columns, size_t n_columns, struct arena *arena,
                     enum presence *ret, struct remote_row *ret_rows, struct err *err);

/* The ops of a kind, NULL when there is none; remote_kinds() lists the names for messages. */
const struct remote_ops *remote_ops_find(const char *kind);
const char *remote_kinds(void);

#endif
