/* test_db.c: the door to SQLite: named parameters, transactions, copies. */
#include "store/base/buf.h"
#include "store/db.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
    struct temp_dir dir;
    char path[96], copy[96];
    struct db *db;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    struct err err = {0};
    temp_dir_make(&f->dir);
    snprintf(f->path, sizeof f->path, "%s/test.db", f->dir.path);
    snprintf(f->copy, sizeof f->copy, "%s/copy.db", f->dir.path);
    *state = f;
    return db_open(f->path, DB_CREATE, &f->db, &err) ||
           db_script(f->db,
                     "CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT) STRICT;"
                     "CREATE TABLE child(id INTEGER PRIMARY KEY,"
                     " parent INTEGER NOT NULL REFERENCES parent(id)) STRICT;",
                     &err);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    temp_dir_remove(&f->dir);
    free(f);
    return 0;
}

static int64_t count(struct db *db)
{
    struct err err = {0};
    int64_t n = -1;
    assert_ok(DB_INT(db, -1, &n, &err, "SELECT count(*) FROM parent"), err);
    return n;
}

static int add(struct db *db, int64_t id, const char *name, struct err *err)
{
    return DB_RUN(db, err, "INSERT INTO parent(id, name) VALUES(:id, :name)", B_INT(":id", id),
                  B_TEXT(":name", name));
}

static void bind__wants__every_name_once(void **state)
{
    struct fixture *f = *state;
    struct err err;
    const char *sql = "SELECT :a + :b";
    int64_t n;
    assert_error(DB_INT(f->db, 0, &n, &err, sql, B_INT(":a", 1)), err, ERR_LOCAL,
                 "1 of 2 parameters bound");
    assert_error(DB_INT(f->db, 0, &n, &err, sql, B_INT(":a", 1), B_INT(":c", 2)), err, ERR_LOCAL,
                 "no parameter :c");
    assert_error(DB_INT(f->db, 0, &n, &err, sql, B_INT(":a", 1), B_INT(":a", 2)), err, ERR_LOCAL,
                 ":a is bound twice");
    assert_error(DB_INT(f->db, 0, &n, &err, "SELECT ?", B_INT(":a", 1)), err, ERR_LOCAL,
                 "no parameter :a");
    assert_ok(DB_INT(f->db, 0, &n, &err, sql, B_INT(":b", 1), B_INT(":a", 2)), err);
    assert_int_equal(n, 3);
    /* an error leaves the statement usable */
    assert_ok(DB_INT(f->db, 0, &n, &err, sql, B_INT(":a", 5), B_INT(":b", 5)), err);
    assert_int_equal(n, 10);
}

static void sql__that_is_wrong__is_quoted_in_the_error(void **state)
{
    struct fixture *f = *state;
    struct err err;
    assert_error(DB_RUN(f->db, &err, "SELEKT 1"), err, ERR_LOCAL, "SELEKT 1");
    assert_has(err.msg, f->path);
    assert_error(DB_RUN(f->db, &err, "SELECT 1; DELETE FROM parent"), err, ERR_LOCAL,
                 "more than one statement");
    assert_error(DB_RUN(f->db, &err, "INSERT INTO child VALUES(1, 99)"), err, ERR_LOCAL,
                 "FOREIGN KEY");
    assert_error(DB_RUN(f->db, &err, "INSERT INTO parent VALUES('x', 'y')"), err, ERR_LOCAL,
                 "datatype");
}

static void query__gives__texts_numbers_and_nulls(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    AUTO_ARENA *arena = arena_new(1 << 16);
    AUTO_QUERY *q = NULL;
    assert_ok(add(f->db, 1, "ёж", &err), err);
    assert_int_equal(db_changes(f->db), 1);
    assert_ok(add(f->db, 2, NULL, &err), err);
    assert_int_equal(db_last_id(f->db), 2);
    assert_ok(DB_QUERY(f->db, &q, &err, "SELECT id, name FROM parent ORDER BY id"), err);
    assert_int_equal(query_next(q, &err), 1);
    assert_int_equal(query_int(q, 0), 1);
    char *name = query_dup(q, 1, arena);
    assert_int_equal(query_next(q, &err), 1);
    assert_string_equal(name, "ёж");
    assert_true(query_null(q, 1));
    assert_null(query_text(q, 1));
    assert_null(query_dup(q, 1, arena));
    assert_int_equal(query_next(q, &err), 0);
}

static void int__falls_back__without_a_value(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int64_t n = 0;
    assert_ok(DB_INT(f->db, 7, &n, &err, "SELECT id FROM parent"), err);
    assert_int_equal(n, 7);
    assert_ok(DB_INT(f->db, 8, &n, &err, "SELECT max(id) FROM parent"), err);
    assert_int_equal(n, 8);
}

static void statement__is_shared__and_may_be_open_twice(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    const char *sql = "SELECT id FROM parent WHERE id >= :from ORDER BY id";
    for (int i = 1; i <= 3; i++)
        assert_ok(add(f->db, i, "x", &err), err);
    AUTO_QUERY *a = NULL, *b = NULL;
    assert_ok(DB_QUERY(f->db, &a, &err, sql, B_INT(":from", 1)), err);
    assert_int_equal(query_next(a, &err), 1);
    assert_ok(DB_QUERY(f->db, &b, &err, sql, B_INT(":from", 3)), err);
    assert_ptr_not_equal(a, b);
    assert_int_equal(query_next(b, &err), 1);
    assert_int_equal(query_int(b, 0), 3);
    assert_int_equal(query_next(a, &err), 1);
    assert_int_equal(query_int(a, 0), 2);
    /* given back, the next one gets the same prepared statement with nothing bound */
    struct query *was = a;
    query_free(a);
    a = NULL;
    assert_ok(DB_QUERY(f->db, &a, &err, sql, B_INT(":from", 2)), err);
    assert_ptr_equal(a, was);
    assert_int_equal(query_next(a, &err), 1);
    assert_int_equal(query_int(a, 0), 2);
}

static void statements__beyond_the_cache__still_work(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 400; i++) {
            char sql[32];
            struct err err = {0};
            int64_t n = 0;
            snprintf(sql, sizeof sql, "SELECT %d", i);
            assert_ok(DB_INT(f->db, -1, &n, &err, sql), err);
            assert_int_equal(n, i);
        }
    }
}

static void transaction__is__all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    assert_ok(db_begin(f->db, &err), err);
    assert_true(db_in_transaction(f->db));
    assert_ok(add(f->db, 1, "a", &err), err);
    db_rollback(f->db);
    assert_false(db_in_transaction(f->db));
    assert_int_equal(count(f->db), 0);
    db_rollback(f->db); /* always safe */
    assert_ok(db_begin(f->db, &err), err);
    assert_ok(add(f->db, 1, "a", &err), err);
    assert_ok(db_commit(f->db, &err), err);
    assert_int_equal(count(f->db), 1);
}

static void transaction__cannot_be__nested(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    assert_ok(db_begin(f->db, &err), err);
    assert_error(db_begin(f->db, &err), err, ERR_LOCAL, "already open");
    assert_error(db_begin_read(f->db, &err), err, ERR_LOCAL, "already open");
    db_rollback(f->db);
    assert_error(db_commit(f->db, &err), err, ERR_LOCAL, "no transaction");
}

static void read_view__stays__as_it_was(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct db *reader = NULL;
    assert_ok(add(f->db, 1, "a", &err), err);
    assert_ok(db_open(f->path, DB_READ, &reader, &err), err);
    int64_t version = db_data_version(reader);
    assert_ok(db_begin_read(reader, &err), err);
    assert_int_equal(count(reader), 1);
    assert_ok(add(f->db, 2, "b", &err), err);
    assert_int_equal(count(reader), 1);
    db_rollback(reader);
    assert_int_equal(count(reader), 2);
    assert_int_not_equal(db_data_version(reader), version);
    assert_error(add(reader, 3, "c", &err), err, ERR_LOCAL, "readonly");
    db_close(reader);
}

static void busy_store__is__an_error_that_may_pass(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct db *other = NULL;
    int64_t ignored;
    assert_ok(db_open(f->path, DB_WRITE, &other, &err), err);
    /* nobody waits ten seconds in a test */
    assert_ok(DB_INT(other, 0, &ignored, &err, "PRAGMA busy_timeout = 1"), err);
    assert_ok(db_begin(f->db, &err), err);
    assert_error(db_begin(other, &err), err, ERR_TEMP, "the store is busy");
    assert_false(db_in_transaction(other));
    db_rollback(f->db);
    assert_ok(db_begin(other, &err), err);
    db_rollback(other);
    db_close(other);
}

static void open__refuses__what_is_no_store(void **state)
{
    struct fixture *f = *state;
    struct err err;
    struct db *db = NULL;
    char text[128];
    snprintf(text, sizeof text, "%s/none.db", f->dir.path);
    assert_error(db_open(text, DB_WRITE, &db, &err), err, ERR_LOCAL, "none.db");
    assert_error(db_open(text, DB_READ, &db, &err), err, ERR_LOCAL, "none.db");
    assert_error(db_open("/nonexistent/x.db", DB_CREATE, &db, &err), err, ERR_LOCAL,
                 "cannot open the store /nonexistent/x.db");
    temp_write(text, "this is a text file and no database at all, whatever its name may say\n");
    assert_error(db_open(text, DB_WRITE, &db, &err), err, ERR_LOCAL, "not a database");
    assert_null(db);
    db_close(NULL);
}

static void open__sets__the_pragmas(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    AUTO_QUERY *q = NULL;
    int64_t n = 0;
    assert_ok(DB_QUERY(f->db, &q, &err, "PRAGMA journal_mode"), err);
    assert_int_equal(query_next(q, &err), 1);
    assert_string_equal(query_text(q, 0), "wal");
    assert_ok(DB_INT(f->db, 0, &n, &err, "PRAGMA synchronous"), err);
    assert_int_equal(n, 2); /* FULL */
    assert_ok(DB_INT(f->db, 0, &n, &err, "PRAGMA foreign_keys"), err);
    assert_int_equal(n, 1);
    assert_ok(DB_INT(f->db, 0, &n, &err, "PRAGMA busy_timeout"), err);
    assert_int_equal(n, 10000);
    assert_string_equal(db_path(f->db), f->path);
}

static void backup__is__a_whole_single_file(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct db *copy = NULL;
    assert_ok(add(f->db, 1, "a", &err), err);
    assert_ok(db_backup(f->db, f->copy, &err), err);
    assert_int_equal(temp_dir_count(&f->dir, "copy.db"), 1); /* no -wal, no -shm */
    assert_ok(add(f->db, 2, "b", &err), err);
    assert_ok(db_open(f->copy, DB_READ, &copy, &err), err);
    assert_int_equal(count(copy), 1);
    assert_ok(db_verify(copy, &err), err);
    db_close(copy);
    assert_error(db_backup(f->db, f->copy, &err), err, ERR_LOCAL, "exists already");
}

static void verify__finds__broken_references(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    assert_ok(db_verify(f->db, &err), err);
    assert_ok(db_script(f->db,
                        "PRAGMA foreign_keys = OFF; INSERT INTO child VALUES(1, 99);"
                        "PRAGMA foreign_keys = ON",
                        &err),
              err);
    assert_error(db_verify(f->db, &err), err, ERR_LOCAL, "foreign_key_check");
    assert_has(err.msg, "child");
    /* a copy of it is not kept */
    assert_error(db_backup(f->db, f->copy, &err), err, ERR_LOCAL, "foreign_key_check");
    assert_int_not_equal(access(f->copy, F_OK), 0);
}

static void verify__finds__a_damaged_file(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    for (int i = 0; i < 2000; i++)
        assert_ok(add(f->db, i, "a name that fills the pages of the file", &err), err);
    assert_ok(db_backup(f->db, f->copy, &err), err);
    FILE *file = fopen(f->copy, "r+e");
    assert_non_null(file);
    fseek(file, 4096 * 4 + 100, SEEK_SET);
    for (int i = 0; i < 500; i++)
        fputc(0xa5, file);
    fclose(file);
    struct db *copy = NULL;
    assert_ok(db_open(f->copy, DB_READ, &copy, &err), err);
    assert_int_equal(db_verify(copy, &err), -1);
    assert_int_equal(err.kind, ERR_LOCAL);
    db_close(copy);
}

static void note_step(void *ctx, const char *what)
{
    struct buf *b = ctx;
    buf_addf(b, "%s|", what);
}

static void step_hook__is_called__around_every_commit(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    AUTO_BUF heard = BUF_INIT(200);
    db_set_step_hook(f->db, note_step, &heard);
    assert_ok(db_begin(f->db, &err), err);
    assert_string_equal(buf_str(&heard), "");
    assert_ok(db_commit(f->db, &err), err);
    assert_string_equal(buf_str(&heard), "before commit|after commit|");
    assert_ok(db_begin(f->db, &err), err);
    db_rollback(f->db);
    assert_string_equal(buf_str(&heard), "before commit|after commit|");
    db_set_step_hook(f->db, NULL, NULL);
    assert_ok(db_begin(f->db, &err), err);
    assert_ok(db_commit(f->db, &err), err);
    assert_string_equal(buf_str(&heard), "before commit|after commit|");
}

#define WITH_DB(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DB(bind__wants__every_name_once),
        WITH_DB(sql__that_is_wrong__is_quoted_in_the_error),
        WITH_DB(query__gives__texts_numbers_and_nulls),
        WITH_DB(int__falls_back__without_a_value),
        WITH_DB(statement__is_shared__and_may_be_open_twice),
        WITH_DB(statements__beyond_the_cache__still_work),
        WITH_DB(transaction__is__all_or_nothing),
        WITH_DB(transaction__cannot_be__nested),
        WITH_DB(read_view__stays__as_it_was),
        WITH_DB(busy_store__is__an_error_that_may_pass),
        WITH_DB(open__refuses__what_is_no_store),
        WITH_DB(open__sets__the_pragmas),
        WITH_DB(backup__is__a_whole_single_file),
        WITH_DB(verify__finds__broken_references),
        WITH_DB(verify__finds__a_damaged_file),
        WITH_DB(step_hook__is_called__around_every_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
