/* test_schema.c: migrations up, down and up again, with a copy kept before each. */
#include "store/base/buf.h"
#include "store/base/log.h"
#include "store/schema.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture {
    struct temp_dir dir;
    char path[96];
    struct db *db;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    struct err err = {0};
    log_set_level(LOG_ERR);
    temp_dir_make(&f->dir);
    snprintf(f->path, sizeof f->path, "%s/store.db", f->dir.path);
    *state = f;
    return db_open(f->path, DB_CREATE, &f->db, &err);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    temp_dir_remove(&f->dir);
    free(f);
    return 0;
}

static int version_of(struct db *db)
{
    struct err err = {0};
    int version = -1;
    assert_ok(schema_version(db, &version, &err), err);
    return version;
}

/* Everything that makes up the schema, as one text. */
static void describe(struct db *db, struct buf *out)
{
    AUTO_QUERY *q = NULL;
    struct err err = {0};
    assert_ok(DB_QUERY(db, &q, &err,
                       "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT"
                       " LIKE 'sqlite_%' ORDER BY type, name"),
              err);
    while (query_next(q, &err) > 0)
        buf_addf(out, "%s %s %s\n", query_text(q, 0), query_text(q, 1), query_text(q, 2));
}

static void migrations__are_numbered__without_gaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < schema_n_migrations; i++) {
        assert_int_equal(schema_migrations[i].number, (int)i + 1);
        assert_true(*schema_migrations[i].name);
        assert_has(schema_migrations[i].up, "CREATE");
        assert_true(strlen(schema_migrations[i].down) > 10);
    }
    assert_int_equal(schema_latest(), (int)schema_n_migrations);
}

static void migrate__brings__an_empty_file_to_the_latest(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int applied = -1;
    assert_int_equal(version_of(f->db), 0);
    assert_error(schema_check(f->db, &err), err, ERR_DATA, "rosterd db migrate");
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    assert_int_equal(applied, (int)schema_n_migrations);
    assert_int_equal(version_of(f->db), schema_latest());
    assert_ok(schema_check(f->db, &err), err);
    assert_ok(db_verify(f->db, &err), err);
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    assert_int_equal(applied, 0);
}

static void schema__goes__up_down_and_up_again(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    AUTO_BUF first = BUF_INIT(1 << 18), second = BUF_INIT(1 << 18), empty = BUF_INIT(1 << 18);
    int applied;
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    describe(f->db, &first);
    for (int version = schema_latest(); version > 0; version--) {
        assert_int_equal(version_of(f->db), version);
        assert_ok(schema_rollback(f->db, &err), err);
        assert_ok(db_verify(f->db, &err), err);
    }
    assert_int_equal(version_of(f->db), 0);
    describe(f->db, &empty);
    assert_string_equal(buf_str(&empty), "");
    assert_error(schema_rollback(f->db, &err), err, ERR_DATA, "no migration to take back");
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    describe(f->db, &second);
    assert_string_equal(buf_str(&first), buf_str(&second));
    assert_has(buf_str(&second), "table person ");
}

static void rollback__keeps__a_copy_of_what_was_there(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct db *copy = NULL;
    char part[64];
    int applied;
    int64_t teams = 0;
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    assert_int_equal(temp_dir_count(&f->dir, ".before-"), 0); /* nothing was there before */
    assert_ok(DB_RUN(f->db, &err,
                     "INSERT INTO team(id, name, type, deleted, created_at, updated_at, rev)"
                     " VALUES('t', 'Кухня', 'CITY_SERVICE', 0, 1, 1, 1)"),
              err);
    snprintf(part, sizeof part, "store.db.before-%04d.", schema_latest());
    assert_ok(schema_rollback(f->db, &err), err);
    assert_int_equal(temp_dir_count(&f->dir, part), 1);
    const char *file = temp_dir_find(&f->dir, part);
    assert_ok(db_open(file, DB_READ, &copy, &err), err);
    assert_ok(DB_INT(copy, 0, &teams, &err, "SELECT count(*) FROM team"), err);
    assert_int_equal(teams, 1);
    assert_int_equal(version_of(copy), schema_latest());
    db_close(copy);
}

static void copies__made_one_after_another__do_not_meet(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int applied;
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    for (int i = 0; i < 5; i++) {
        assert_ok(schema_rollback(f->db, &err), err);
        assert_ok(schema_migrate(f->db, &applied, &err), err);
    }
    assert_int_equal(temp_dir_count(&f->dir, ".before-"), schema_n_migrations > 1 ? 10 : 5);
}

static void newer_store__is_refused__and_left_alone(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int applied = -1;
    char sql[64];
    assert_ok(schema_migrate(f->db, &applied, &err), err);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", schema_latest() + 1);
    assert_ok(db_script(f->db, sql, &err), err);
    assert_error(schema_migrate(f->db, &applied, &err), err, ERR_DATA, "install the newer program");
    assert_error(schema_check(f->db, &err), err, ERR_DATA, "install the newer program");
    assert_error(schema_rollback(f->db, &err), err, ERR_DATA, "install the newer program");
    assert_int_equal(version_of(f->db), schema_latest() + 1);
    assert_int_equal(temp_dir_count(&f->dir, ".before-"), 0);
}

static void foreign_database__is_refused__and_left_alone(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int applied = -1;
    int64_t tables = 0;
    assert_ok(db_script(f->db, "CREATE TABLE person(x TEXT)", &err), err);
    assert_error(schema_migrate(f->db, &applied, &err), err, ERR_DATA,
                 "is a database of another program");
    assert_error(schema_rollback(f->db, &err), err, ERR_DATA, "another program");
    assert_error(schema_check(f->db, &err), err, ERR_DATA, "another program");
    assert_ok(DB_INT(f->db, 0, &tables, &err, "SELECT count(*) FROM sqlite_schema"), err);
    assert_int_equal(tables, 1);
}

static void migration__that_fails__leaves_the_store_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int applied = -1;
    /* an empty store of ours in which the first migration's last table exists already */
    assert_ok(db_script(f->db,
                        "PRAGMA application_id = 0x72737464; CREATE TABLE remote_state(x TEXT)",
                        &err),
              err);
    assert_error(schema_migrate(f->db, &applied, &err), err, ERR_LOCAL, "migration 0001");
    assert_int_equal(applied, -1);
    assert_int_equal(version_of(f->db), 0);
    AUTO_BUF left = BUF_INIT(1 << 16);
    describe(f->db, &left);
    assert_string_equal(buf_str(&left), "table remote_state CREATE TABLE remote_state(x TEXT)\n");
    assert_false(db_in_transaction(f->db));
}

#define WITH_DB(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(migrations__are_numbered__without_gaps),
        WITH_DB(migrate__brings__an_empty_file_to_the_latest),
        WITH_DB(schema__goes__up_down_and_up_again),
        WITH_DB(rollback__keeps__a_copy_of_what_was_there),
        WITH_DB(copies__made_one_after_another__do_not_meet),
        WITH_DB(newer_store__is_refused__and_left_alone),
        WITH_DB(foreign_database__is_refused__and_left_alone),
        WITH_DB(migration__that_fails__leaves_the_store_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
