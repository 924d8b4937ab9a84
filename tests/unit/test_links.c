/* test_links.c: which record is which row, and what a complete listing does not show. */
#include "store/links.h"
#include "store/staging.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>

static struct link sample(const char *local, const char *remote_id)
{
    return (struct link){.entity = "person",
                         .local_id = local,
                         .flow = "people",
                         .remote = "notion",
                         .tbl = "t1",
                         .remote_id = remote_id,
                         .part = "",
                         .base = "{\"name\":\"Анна\"}",
                         .base_rev = 3,
                         .remote_at = 100,
                         .seen_at = 200};
}

static void put(struct temp_store *t, const struct link *l)
{
    struct err err = {0};
    assert_ok(links_insert(t->db, l, &err), err);
}

static struct link *get(struct temp_store *t, const char *tbl, const char *id, const char *part)
{
    struct err err = {0};
    struct link *l = NULL;
    assert_ok(links_get(t->db, "notion", tbl, id, part, t->arena, &l, &err), err);
    return l;
}

static void person(struct temp_store *t, const char *id, int deleted)
{
    struct err err = {0};
    assert_ok(DB_RUN(t->db, &err,
                     "INSERT INTO person(id, name, deleted, created_at, updated_at, rev)"
                     " VALUES(:id, 'x', :deleted, 1, 1, 1)",
                     B_TEXT(":id", id), B_INT(":deleted", deleted)),
              err);
}

static void link__is_found__from_both_sides(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct link l = sample("p1", "r1"), *found = NULL;
    l.remote_key = "key";
    put(t, &l);
    found = get(t, "t1", "r1", "");
    assert_non_null(found);
    assert_true(found->id > 0);
    assert_string_equal(found->local_id, "p1");
    assert_string_equal(found->remote_key, "key");
    assert_string_equal(found->base, l.base);
    assert_int_equal(found->base_rev, 3);
    assert_int_equal(found->remote_at, 100);
    assert_int_equal(found->missing_since, 0);
    assert_null(get(t, "t2", "r1", ""));
    assert_null(get(t, "t1", "r1", "a"));
    assert_ok(links_by_local(t->db, "person", "p1", "notion", "t1", "", t->arena, &found, &err),
              err);
    assert_string_equal(found->remote_id, "r1");
    assert_ok(links_by_local(t->db, "team", "p1", "notion", "t1", "", t->arena, &found, &err), err);
    assert_null(found);
}

static void row__stands__for_one_record_only(void **state)
{
    struct temp_store *t = *state;
    struct err err;
    struct link l = sample("p1", "r1"), same_row = sample("p2", "r1"),
                same_record = sample("p1", "r2"), part = sample("p2", "r1");
    put(t, &l);
    assert_error(links_insert(t->db, &same_row, &err), err, ERR_LOCAL, "UNIQUE");
    assert_error(links_insert(t->db, &same_record, &err), err, ERR_LOCAL, "UNIQUE");
    part.part = "t9";
    put(t, &part); /* another part of the same page */
    assert_string_equal(get(t, "t1", "r1", "t9")->local_id, "p2");
}

static void resolve__gives__the_record_or_nothing(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    char id[37] = "x";
    struct link l = sample("p1", "r1"), part = sample("p2", "r2");
    part.part = "a";
    put(t, &l);
    put(t, &part);
    assert_ok(links_resolve(t->db, "person", "notion", "t1", "r1", id, &err), err);
    assert_string_equal(id, "p1");
    static const char *const misses[][4] = {{"team", "notion", "t1", "r1"},
                                            {"person", "coda", "t1", "r1"},
                                            {"person", "notion", "t2", "r1"},
                                            {"person", "notion", "t1", "r2"}};
    for (size_t i = 0; i < ARRAY_LEN(misses); i++) {
        assert_ok(links_resolve(t->db, misses[i][0], misses[i][1], misses[i][2], misses[i][3], id,
                                &err),
                  err);
        assert_string_equal(id, "");
    }
}

static void agree__renews__what_was_agreed(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct link l = sample("p1", "r1");
    put(t, &l);
    l = *get(t, "t1", "r1", "");
    assert_ok(links_set_missing(t->db, l.id, 777, &err), err);
    assert_int_equal(get(t, "t1", "r1", "")->missing_since, 777);
    l.base = "{}";
    l.base_rev = 9;
    l.remote_at = 0;
    l.remote_key = "new";
    l.seen_at = 900;
    assert_ok(links_agree(t->db, &l, &err), err);
    struct link *now = get(t, "t1", "r1", "");
    assert_string_equal(now->base, "{}");
    assert_int_equal(now->base_rev, 9);
    assert_int_equal(now->remote_at, 0);
    assert_string_equal(now->remote_key, "new");
    assert_int_equal(now->seen_at, 900);
    assert_int_equal(now->missing_since, 0); /* it was seen: it is there */
    assert_ok(links_set_missing(t->db, l.id, 5, &err), err);
    assert_ok(links_set_missing(t->db, l.id, 0, &err), err);
    assert_int_equal(get(t, "t1", "r1", "")->missing_since, 0);
}

static void stage(struct temp_store *t, const char *id)
{
    struct err err = {0};
    struct staged_row row = {.remote_id = id, .raw = "{}"};
    assert_ok(staging_add(t->db, &row, &err), err);
}

static void missing__are__links_that_the_listing_lacks(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    static const char *const ids[] = {"p1", "p2", "p3", "p4", "p5"};
    struct link *list;
    size_t n;
    int64_t total;
    for (size_t i = 0; i < 5; i++) {
        struct link l = sample(ids[i], ids[i]);
        person(t, ids[i], i == 3); /* p4 is deleted already */
        if (i == 4)
            l.flow = "other"; /* p5 came by another flow */
        put(t, &l);
    }
    assert_ok(staging_open(t->db, &err), err);
    stage(t, "p2");
    stage(t, "unknown");
    assert_ok(links_missing(t->db, "people", "notion", "t1", "person", INT64_MAX, t->arena, 10,
                            &list, &n, &total, &err),
              err);
    assert_int_equal(n, 2);
    assert_int_equal(total, 2);
    assert_string_equal(list[0].remote_id, "p1");
    assert_string_equal(list[1].remote_id, "p3");
    assert_ok(links_missing(t->db, "people", "notion", "t1", "person", INT64_MAX, t->arena, 1,
                            &list, &n, &total, &err),
              err);
    assert_int_equal(n, 1);
    assert_int_equal(total, 2); /* all are counted, whatever was asked for */
    assert_ok(links_missing(t->db, "people", "notion", "t2", "person", INT64_MAX, t->arena, 10,
                            &list, &n, &total, &err),
              err);
    assert_int_equal(total, 0);
    int64_t links = 0;
    assert_ok(links_there(t->db, "people", "notion", "t1", &links, &err), err);
    assert_int_equal(links, 4);
}

static void entries__of_a_dictionary__are_known_by_their_rows(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct link l = sample("MEDIC", "r1"), *list;
    size_t n;
    int64_t alive;
    l.entity = "dict_role";
    put(t, &l);
    l.local_id = "PRESS";
    l.remote_id = "r2";
    put(t, &l);
    struct link other = sample("MEDIC", "r1");
    other.entity = "dict_role";
    other.tbl = "t2";
    put(t, &other);
    assert_ok(links_set_missing(t->db, get(t, "t1", "r2", "")->id, 5, &err), err);
    assert_ok(links_of_table(t->db, "dict_role", "notion", "t1", t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].local_id, "MEDIC");
    assert_string_equal(list[1].local_id, "PRESS");
    assert_int_equal(list[1].missing_since, 5);
    assert_ok(links_of_table(t->db, "person", "notion", "t1", t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
    assert_ok(links_alive(t->db, "people", "notion", "t1", NULL, &alive, &err), err);
    assert_int_equal(alive, 1);
}

/* Counted with a listing at hand and without one, it is the same number. */
static void links__are_counted__by_what_became_of_their_records(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t alive = -1, known = -1, tallied = -1, missing = -1;
    static const struct {
        const char *id;
        int deleted;
    } people[] = {{"p1", 0}, {"p2", 0}, {"p3", 1}, {"p4", 1}, {"p5", 0}};
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        struct link l = sample(people[i].id, arena_printf(t->arena, "r%zu", i + 1));
        person(t, people[i].id, people[i].deleted);
        put(t, &l);
    }
    struct link elsewhere = sample("p1", "r1"), theirs = sample("p2", "r9");
    elsewhere.tbl = "t2";
    theirs.part = "x";
    theirs.flow = "others";
    put(t, &elsewhere);
    put(t, &theirs);
    /* p4 went with somebody: its row should be there; p5's row was missed before */
    assert_ok(DB_RUN(t->db, &err,
                     "INSERT INTO cascaded(entity, local_id, by_entity, by_id)"
                     " VALUES('person', 'p4', 'person', 'p3')"),
              err);
    assert_ok(links_set_missing(t->db, get(t, "t1", "r5", "")->id, 7, &err), err);
    assert_ok(staging_open(t->db, &err), err);
    assert_ok(links_alive(t->db, "people", "notion", "t1", "person", &alive, &err), err);
    assert_ok(links_known(t->db, "people", "notion", "t1", "person", &known, &err), err);
    assert_ok(links_tally(t->db, "people", "notion", "t1", "person", 0, &tallied, &missing, &err),
              err);
    assert_int_equal(alive, 3); /* p1, p2, p5 */
    assert_int_equal(known, 3); /* p1, p2, p4 */
    assert_int_equal(tallied, known);
    assert_int_equal(missing, 3);
}

static void staging__keeps__the_later_reading_of_a_row(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct staged_row *rows;
    size_t n;
    int64_t count = -1;
    struct staged_row first = {.remote_id = "a", .edited_at = 1, .raw = "{\"v\":1}"};
    struct staged_row later = {.remote_id = "a", .edited_at = 2, .trashed = true, .raw = "{}"};
    assert_ok(staging_open(t->db, &err), err);
    assert_ok(staging_begin_page(t->db, &err), err);
    assert_ok(staging_add(t->db, &first, &err), err);
    stage(t, "b");
    assert_ok(staging_add(t->db, &later, &err), err);
    assert_ok(staging_end_page(t->db, &err), err);
    assert_ok(staging_count(t->db, &count, &err), err);
    assert_int_equal(count, 2);
    assert_ok(staging_read(t->db, 0, 1, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].remote_id, "a");
    assert_true(rows[0].trashed);
    assert_int_equal(rows[0].edited_at, 2);
    assert_ok(staging_read(t->db, rows[0].seq, 10, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].remote_id, "b");
    assert_ok(staging_read(t->db, rows[0].seq, 10, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 0);
    assert_ok(staging_open(t->db, &err), err); /* an empty one, whatever was there */
    assert_ok(staging_count(t->db, &count, &err), err);
    assert_int_equal(count, 0);
}

static void staging__never_touches__the_stores_file(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct db *other = NULL;
    assert_ok(db_open(t->path, DB_WRITE, &other, &err), err);
    int64_t version = db_data_version(other);
    assert_ok(db_begin(other, &err), err); /* somebody else is writing all the while */
    assert_ok(staging_open(t->db, &err), err);
    assert_ok(staging_begin_page(t->db, &err), err);
    stage(t, "a");
    assert_ok(staging_end_page(t->db, &err), err);
    assert_ok(staging_drop(t->db, &err), err);
    db_rollback(other);
    assert_int_equal(db_data_version(other), version);
    db_close(other);
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(link__is_found__from_both_sides),
        WITH_STORE(row__stands__for_one_record_only),
        WITH_STORE(resolve__gives__the_record_or_nothing),
        WITH_STORE(agree__renews__what_was_agreed),
        WITH_STORE(missing__are__links_that_the_listing_lacks),
        WITH_STORE(entries__of_a_dictionary__are_known_by_their_rows),
        WITH_STORE(links__are_counted__by_what_became_of_their_records),
        WITH_STORE(staging__keeps__the_later_reading_of_a_row),
        WITH_STORE(staging__never_touches__the_stores_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
