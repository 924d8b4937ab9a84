/* db.h: the one door to SQLite. Nobody else includes sqlite3.h.
 *
 * A struct db is one connection and belongs to one thread. SQL is a literal next to the function
 * that needs it, with named parameters; an unknown or forgotten name is an error, so column-order
 * bugs cannot exist. Write transactions are short and never span the network. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "store/base/arena.h"
#include "store/base/err.h"

struct db;
struct query;
#define AUTO_QUERY CLEANUP(query_free_ptr) struct query

enum db_mode { DB_CREATE /* read, write, make it when absent */, DB_WRITE, DB_READ };

/* Opens path with WAL, foreign keys, busy timeout 10 s, synchronous=FULL. Errors: ERR_LOCAL. */
int db_open(const char *path, enum db_mode mode, struct db **ret, struct err *err);
void db_close(struct db *db); /* takes NULL */
const char *db_path(const struct db *db);

/* A named value for a statement. */
struct bind {
    const char *name; /* ":flow" */
    enum { BIND_NULL, BIND_INT, BIND_TEXT } kind;
    int64_t i;
    const char *s;
};
#define B_INT(n, v)  ((struct bind){.name = (n), .kind = BIND_INT, .i = (v)})
#define B_TEXT(n, v) db_bind_text((n), (v))
#define B_NULL(n)    ((struct bind){.name = (n)})
struct bind db_bind_text(const char *name, const char *text); /* NULL text binds NULL */

/* Runs one statement to its end. */
int db_run_n(struct db *db, const char *sql, const struct bind *b, size_t n, struct err *err);
#define DB_RUN(db, err, sql, ...)                                                                  \
    db_run_n((db), (sql), (struct bind[]){__VA_ARGS__},                                            \
             sizeof((struct bind[]){__VA_ARGS__}) / sizeof(struct bind), (err))

/* Starts a query; free it with AUTO_QUERY or query_free before the transaction ends. Bound text
 * must stay until then. The same SQL text may be open several times. */
int db_query_n(struct db *db, const char *sql, const struct bind *b, size_t n, struct query **ret,
               struct err *err);
#define DB_QUERY(db, ret, err, sql, ...)                                                           \
    db_query_n((db), (sql), (struct bind[]){__VA_ARGS__},                                          \
               sizeof((struct bind[]){__VA_ARGS__}) / sizeof(struct bind), (ret), (err))

/* 1: a row is there; 0: the end; -1: error. */
int query_next(struct query *q, struct err *err);
int64_t query_int(const struct query *q, int col);
/* NULL for SQL NULL; owned by the query, valid until the next query_next. */
const char *query_text(const struct query *q, int col);
char *query_dup(const struct query *q, int col, struct arena *arena); /* NULL stays NULL */
bool query_null(const struct query *q, int col);
void query_free(struct query *q);
void query_free_ptr(struct query **q);

/* One integer, or fallback when there is no row or it is NULL. */
int db_int_n(struct db *db, const char *sql, const struct bind *b, size_t n, int64_t fallback,
             int64_t *ret, struct err *err);
#define DB_INT(db, fallback, ret, err, sql, ...)                                                   \
    db_int_n((db), (sql), (struct bind[]){__VA_ARGS__},                                            \
             sizeof((struct bind[]){__VA_ARGS__}) / sizeof(struct bind), (fallback), (ret), (err))

/* Several statements without parameters: schema text only. */
int db_script(struct db *db, const char *sql, struct err *err);

/* BEGIN IMMEDIATE … COMMIT. Not nested: a second db_begin is an error. db_rollback is always safe.
 */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);

/* One consistent view for several reads; ends with db_rollback. */
int db_begin_read(struct db *db, struct err *err);

int64_t db_last_id(struct db *db);
int64_t db_changes(struct db *db); /* rows touched by the last DB_RUN */

/* Moves when another connection commits: cheap to ask, for waiting on other processes. */
int64_t db_data_version(struct db *db);

/* Copies the whole database, as it is when this begins, into path (which must not exist) with
 * SQLite's online backup, then verifies the copy. */
int db_backup(struct db *db, const char *path, struct err *err);
/* The same, asking now and then whether to go on: pages done of total, done == total while the copy
 * is verified. False ends it with ERR_CANCELED and without a copy. */
typedef bool db_go_on_fn(void *ctx, int64_t done, int64_t total);
int db_backup_watched(struct db *db, const char *path, db_go_on_fn *go_on, void *ctx,
                      struct err *err);

/* Of the SQLite library at hand. */
const char *db_sqlite_version(void);

/* PRAGMA integrity_check and foreign_key_check; ERR_LOCAL with the first complaint. */
int db_verify(struct db *db, struct err *err);

/* For crash tests: called before and after every commit of this connection. */
typedef void db_step_fn(void *ctx, const char *what);
void db_set_step_hook(struct db *db, db_step_fn *fn, void *ctx);

#endif
