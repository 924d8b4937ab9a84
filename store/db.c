#include "store/db.h"

#include "store/base/buf.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_PAGES   1000    /* of a backup at once */
#define VERIFY_STEPS 1000000 /* of SQLite's machine: some hundredths of a second */
#define CACHE_SLOTS  256     /* prepared statements kept; there are fewer SQL literals than that */

struct query {
    struct db *db;
    sqlite3_stmt *stmt;
    char *sql; /* owned; the cache's key */
    bool busy;
    bool cached;
};

struct db {
    sqlite3 *raw;
    char *path;
    struct query *cache[CACHE_SLOTS];
    bool in_tx;
    db_step_fn *step;
    void *step_ctx;
};

struct bind db_bind_text(const char *name, const char *text)
{
    if (!text)
        return B_NULL(name);
    return (struct bind){.name = name, .kind = BIND_TEXT, .s = text};
}

static int fail(struct db *db, const char *sql, struct err *err)
{
    int code = sqlite3_errcode(db->raw);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(err, ERR_TEMP, "the store is busy (%.40s): another process holds it", sql);
    if (code == SQLITE_FULL)
        return err_set(err, ERR_LOCAL, "the disk with %s is full", db->path);
    return err_set(err, ERR_LOCAL, "store %s: %s (%.60s)", db->path, sqlite3_errmsg(db->raw), sql);
}

int db_script(struct db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->raw, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, sql, err);
}

int db_open(const char *path, enum db_mode mode, struct db **ret, struct err *err)
{
    int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (mode == DB_CREATE)
        flags |= SQLITE_OPEN_CREATE;
    struct db *db = xcalloc(1, sizeof *db);
    db->path = xstrdup(path);
    if (sqlite3_open_v2(path, &db->raw, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        err_set(err, ERR_LOCAL, "cannot open the store %s: %s", path, sqlite3_errmsg(db->raw));
        db_close(db);
        return -1;
    }
    sqlite3_busy_timeout(db->raw, 10000);
    sqlite3_extended_result_codes(db->raw, 0);
    const char *pragmas = mode == DB_READ ? "PRAGMA foreign_keys=ON; PRAGMA temp_store=FILE;"
                                          : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                            "PRAGMA foreign_keys=ON; PRAGMA temp_store=FILE;"
                                            /* a first sync reads its own pages again and again */
                                            "PRAGMA cache_size=-8000;";
    if (db_script(db, pragmas, err)) {
        db_close(db);
        return -1;
    }
    *ret = db;
    return 0;
}

static void statement_free(struct query *q)
{
    if (!q)
        return;
    sqlite3_finalize(q->stmt);
    free(q->sql);
    free(q);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        statement_free(db->cache[i]);
    sqlite3_close(db->raw);
    free(db->path);
    free(db);
}

const char *db_path(const struct db *db)
{
    return db->path;
}

/* Only a place in the cache: what is found there is compared in full. Eight bytes at a time, since
 * every call of the store comes through here. */
static size_t slot_of(const char *sql)
{
    uint64_t h = 1469598103934665603u, word;
    size_t n = strlen(sql), at = 0;
    for (; at + sizeof word <= n; at += sizeof word) {
        memcpy(&word, sql + at, sizeof word);
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 29;
    }
    for (; at < n; at++)
        h = (h ^ (unsigned char)sql[at]) * 1099511628211u;
    return (size_t)(h % CACHE_SLOTS);
}

static int prepare(struct db *db, const char *sql, struct query **ret, struct err *err)
{
    size_t first = slot_of(sql), slot = first;
    bool free_slot = false;
    for (size_t i = 0; i < 8; i++) {
        size_t at = (first + i) % CACHE_SLOTS;
        struct query *q = db->cache[at];
        if (!q) {
            slot = at;
            free_slot = true;
            break;
        }
        if (!q->busy && !strcmp(q->sql, sql)) {
            q->busy = true;
            *ret = q;
            return 0;
        }
    }
    struct query *q = xcalloc(1, sizeof *q);
    const char *tail = NULL;
    q->db = db;
    q->sql = xstrdup(sql);
    q->busy = true;
    if (sqlite3_prepare_v3(db->raw, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->stmt, &tail) !=
        SQLITE_OK) {
        fail(db, sql, err);
        statement_free(q);
        return -1;
    }
    if (tail && tail[strspn(tail, " \n\t;")]) {
        statement_free(q);
        return err_set(err, ERR_LOCAL, "more than one statement: %.80s", sql);
    }
    if (free_slot) {
        db->cache[slot] = q;
        q->cached = true;
    }
    *ret = q;
    return 0;
}

static int bind_all(struct query *q, const struct bind *b, size_t n, struct err *err)
{
    int wanted = sqlite3_bind_parameter_count(q->stmt), bound = 0;
    uint64_t seen = 0; /* a name given twice would hide one that was forgotten */
    for (size_t i = 0; i < n; i++) {
        int at = sqlite3_bind_parameter_index(q->stmt, b[i].name);
        if (!at)
            return err_set(err, ERR_LOCAL, "no parameter %s in: %.80s", b[i].name, q->sql);
        if (at > 64 || (seen >> (at - 1) & 1))
            return err_set(err, ERR_LOCAL, "%s is bound twice in: %.80s", b[i].name, q->sql);
        seen |= (uint64_t)1 << (at - 1);
        int code = b[i].kind == BIND_INT ? sqlite3_bind_int64(q->stmt, at, b[i].i)
                   : b[i].kind == BIND_TEXT
                       ? sqlite3_bind_text(q->stmt, at, b[i].s, -1, SQLITE_STATIC)
                       : sqlite3_bind_null(q->stmt, at);
        if (code != SQLITE_OK)
            return fail(q->db, q->sql, err);
        bound++;
    }
    if (bound != wanted)
        return err_set(err, ERR_LOCAL, "%d of %d parameters bound: %.80s", bound, wanted, q->sql);
    return 0;
}

int db_query_n(struct db *db, const char *sql, const struct bind *b, size_t n, struct query **ret,
               struct err *err)
{
    struct query *q = NULL;
    if (prepare(db, sql, &q, err))
        return -1;
    if (bind_all(q, b, n, err)) {
        query_free(q);
        return -1;
    }
    *ret = q;
    return 0;
}

int query_next(struct query *q, struct err *err)
{
    int code = sqlite3_step(q->stmt);
    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    return fail(q->db, q->sql, err);
}

void query_free(struct query *q)
{
    if (!q)
        return;
    sqlite3_reset(q->stmt);
    sqlite3_clear_bindings(q->stmt);
    q->busy = false;
    if (!q->cached)
        statement_free(q);
}

void query_free_ptr(struct query **q)
{
    query_free(*q);
}

int64_t query_int(const struct query *q, int col)
{
    return sqlite3_column_int64(q->stmt, col);
}

const char *query_text(const struct query *q, int col)
{
    return (const char *)sqlite3_column_text(q->stmt, col);
}

char *query_dup(const struct query *q, int col, struct arena *arena)
{
    return arena_strdup(arena, query_text(q, col));
}

bool query_null(const struct query *q, int col)
{
    return sqlite3_column_type(q->stmt, col) == SQLITE_NULL;
}

int db_run_n(struct db *db, const char *sql, const struct bind *b, size_t n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (db_query_n(db, sql, b, n, &q, err))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        ;
    return more;
}

int db_int_n(struct db *db, const char *sql, const struct bind *b, size_t n, int64_t fallback,
             int64_t *ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (db_query_n(db, sql, b, n, &q, err))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    *ret = more && !query_null(q, 0) ? query_int(q, 0) : fallback;
    return 0;
}

static void step(struct db *db, const char *what)
{
    if (db->step)
        db->step(db->step_ctx, what);
}

int db_begin(struct db *db, struct err *err)
{
    if (db->in_tx)
        return err_set(err, ERR_LOCAL, "a transaction is already open");
    if (DB_RUN(db, err, "BEGIN IMMEDIATE"))
        return -1;
    db->in_tx = true;
    return 0;
}

int db_begin_read(struct db *db, struct err *err)
{
    if (db->in_tx)
        return err_set(err, ERR_LOCAL, "a transaction is already open");
    if (DB_RUN(db, err, "BEGIN"))
        return -1;
    db->in_tx = true;
    return 0;
}

int db_commit(struct db *db, struct err *err)
{
    step(db, "before commit");
    if (DB_RUN(db, err, "COMMIT")) {
        db_rollback(db);
        return -1;
    }
    db->in_tx = false;
    step(db, "after commit");
    return 0;
}

void db_rollback(struct db *db)
{
    if (!db->in_tx)
        return;
    struct err ignored = {0}; /* a rollback that SQLite already did is no error */
    DB_RUN(db, &ignored, "ROLLBACK");
    db->in_tx = false;
}

bool db_in_transaction(const struct db *db)
{
    return db->in_tx;
}

int64_t db_last_id(struct db *db)
{
    return sqlite3_last_insert_rowid(db->raw);
}

int64_t db_changes(struct db *db)
{
    return sqlite3_changes64(db->raw);
}

int64_t db_data_version(struct db *db)
{
    struct err ignored = {0};
    int64_t n = 0;
    DB_INT(db, 0, &n, &ignored, "PRAGMA data_version");
    return n;
}

void db_set_step_hook(struct db *db, db_step_fn *fn, void *ctx)
{
    db->step = fn;
    db->step_ctx = ctx;
}

int db_verify(struct db *db, struct err *err)
{
    static const char *const checks[] = {"PRAGMA integrity_check", "PRAGMA foreign_key_check"};
    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        AUTO_QUERY *q = NULL;
        if (db_query_n(db, checks[i], NULL, 0, &q, err))
            return -1;
        int more = query_next(q, err);
        if (more < 0)
            return -1;
        if (more && !str_eq(query_text(q, 0), "ok"))
            return err_set(err, ERR_LOCAL, "%s is damaged: %s %s; restore a backup", db->path,
                           checks[i] + 7, query_text(q, 0) ? query_text(q, 0) : "");
    }
    return 0;
}

/* Who is asked whether a copy shall go on. */
struct copying {
    db_go_on_fn *go_on; /* or NULL */
    void *ctx;
    int64_t pages;
    bool stopped;
};

static bool goes_on(struct copying *c, int64_t done)
{
    if (!c->stopped && c->go_on)
        c->stopped = !c->go_on(c->ctx, done, c->pages);
    return !c->stopped;
}

static int stopped(struct db *to, struct err *err)
{
    return err_set(err, ERR_CANCELED, "%s: the copy was stopped", to->path);
}

static int copy_pages(struct db *from, struct db *to, struct copying *c, struct err *err)
{
    sqlite3_backup *b = sqlite3_backup_init(to->raw, "main", from->raw, "main");
    if (!b)
        return fail(to, "backup", err);
    int code;
    bool go_on = true;
    while ((code = sqlite3_backup_step(b, COPY_PAGES)) == SQLITE_OK && go_on) {
        c->pages = sqlite3_backup_pagecount(b);
        go_on = goes_on(c, c->pages - sqlite3_backup_remaining(b));
    }
    sqlite3_backup_finish(b);
    if (code != SQLITE_DONE)
        return go_on ? fail(to, "backup", err) : stopped(to, err);
    return 0;
}

/* One reading transaction around the copy: otherwise it begins anew with every write of others. */
static int copy_as_it_is(struct db *from, struct db *to, struct copying *c, struct err *err)
{
    int64_t any;
    if (db_in_transaction(from))
        return copy_pages(from, to, c, err);
    if (db_begin_read(from, err))
        return -1;
    int bad = DB_INT(from, 0, &any, err, "SELECT count(*) FROM sqlite_schema") || /* it begins */
              copy_pages(from, to, c, err);
    db_rollback(from);
    return bad ? -1 : 0;
}

static int on_verify(void *ctx)
{
    struct copying *c = ctx;
    return !goes_on(c, c->pages);
}

static int verify_copy(struct db *to, struct copying *c, struct err *err)
{
    if (!goes_on(c, c->pages))
        return stopped(to, err);
    if (c->go_on)
        sqlite3_progress_handler(to->raw, VERIFY_STEPS, on_verify, c);
    int bad = db_verify(to, err);
    sqlite3_progress_handler(to->raw, 0, NULL, NULL);
    return c->stopped ? stopped(to, err) : bad;
}

int db_backup_watched(struct db *db, const char *path, db_go_on_fn *go_on, void *ctx,
                      struct err *err)
{
    struct copying c = {.go_on = go_on, .ctx = ctx};
    struct db *to = NULL;
    if (!access(path, F_OK))
        return err_set(err, ERR_LOCAL, "%s exists already; choose another name", path);
    if (db_open(path, DB_CREATE, &to, err))
        return -1;
    int bad = copy_as_it_is(db, to, &c, err) || verify_copy(to, &c, err);
    /* one file without -wal and -shm beside it is easier to carry */
    if (!bad)
        bad = db_script(to, "PRAGMA journal_mode=DELETE", err);
    db_close(to);
    if (bad)
        unlink(path);
    return bad ? -1 : 0;
}

int db_backup(struct db *db, const char *path, struct err *err)
{
    return db_backup_watched(db, path, NULL, NULL, err);
}

const char *db_sqlite_version(void)
{
    return sqlite3_libversion();
}
