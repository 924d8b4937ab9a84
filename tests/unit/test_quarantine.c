/* test_quarantine.c: rows that break a rule stand aside with their reason until they are well. */
#include "store/quarantine.h"
#include "store/staging.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

static void put(struct temp_store *t, const char *flow, const char *id, bool waiting,
                const char *reason, int64_t at)
{
    struct err err = {0};
    struct jailed j = {.flow = flow,
                       .remote_id = id,
                       .part = "",
                       .waiting = waiting,
                       .reason = reason,
                       .detail = "value",
                       .raw = "{}",
                       .edited_at = 7,
                       .last_seen = at};
    assert_ok(quarantine_put(t->db, &j, &err), err);
}

static struct jailed *get(struct temp_store *t, const char *flow, const char *id, const char *part)
{
    struct err err = {0};
    struct jailed *j = NULL;
    assert_ok(quarantine_get(t->db, flow, id, part, t->arena, &j, &err), err);
    return j;
}

static void row__keeps__its_first_day(void **state)
{
    struct temp_store *t = *state;
    put(t, "f", "r1", true, "Invalid person ID", 100);
    put(t, "f", "r1", false, "Empty name", 200);
    struct jailed *j = get(t, "f", "r1", "");
    assert_non_null(j);
    assert_false(j->waiting);
    assert_string_equal(j->reason, "Empty name");
    assert_string_equal(j->detail, "value");
    assert_string_equal(j->raw, "{}");
    assert_int_equal(j->first_seen, 100);
    assert_int_equal(j->last_seen, 200);
    assert_int_equal(j->edited_at, 7);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM quarantine"), 1);
    assert_null(get(t, "g", "r1", ""));
    assert_null(get(t, "f", "r1", "part"));
}

static void row__is_let_out__alone(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    put(t, "f", "r1", true, "x", 100);
    put(t, "g", "r1", true, "x", 100);
    assert_ok(quarantine_free(t->db, "f", "r1", "", &err), err);
    assert_null(get(t, "f", "r1", ""));
    assert_non_null(get(t, "g", "r1", ""));
    assert_ok(quarantine_free(t->db, "f", "r1", "", &err), err); /* again is no error */
}

static void list__pages__through_rows(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct jailed *list;
    size_t n;
    int64_t total;
    put(t, "f", "w1", true, "x", 100);
    put(t, "f", "i2", false, "x", 300);
    put(t, "f", "i1", false, "x", 200);
    put(t, "g", "i3", false, "x", 50);
    assert_ok(quarantine_list(t->db, "f", 0, 2, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(total, 3);
    assert_string_equal(list[0].remote_id, "i1"); /* invalid first, the oldest first */
    assert_string_equal(list[1].remote_id, "i2");
    assert_ok(quarantine_list(t->db, "f", 2, 2, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 1);
    assert_true(list[0].waiting);
    assert_ok(quarantine_list(t->db, NULL, 0, 10, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 4);
    assert_int_equal(total, 4);
}

static void count__tells__waiting_from_invalid(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t waiting = -1, invalid = -1;
    assert_ok(quarantine_count(t->db, "f", &waiting, &invalid, &err), err);
    assert_int_equal(waiting + invalid, 0);
    put(t, "f", "w1", true, "x", 100);
    put(t, "f", "i1", false, "x", 100);
    put(t, "f", "i2", false, "x", 100);
    put(t, "g", "w2", true, "x", 100);
    assert_ok(quarantine_count(t->db, "f", &waiting, &invalid, &err), err);
    assert_int_equal(waiting, 1);
    assert_int_equal(invalid, 2);
    assert_ok(quarantine_count(t->db, NULL, &waiting, &invalid, &err), err);
    assert_int_equal(waiting, 2);
}

static void cells_that_nobody_can_read__wait_for_a_person(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t waiting, invalid, unread;
    put(t, "f", "w1", true, "x", 100);
    put(t, "f", "i1", false, "x", 100);
    put(t, "f", "u1", true, QUARANTINE_UNREAD, 100);
    put(t, "f", "u2", true, QUARANTINE_UNREAD, 100);
    put(t, "g", "u3", true, QUARANTINE_UNREAD, 100);
    assert_ok(quarantine_count(t->db, "f", &waiting, &invalid, &err), err);
    assert_int_equal(waiting, 1);
    assert_int_equal(invalid, 3);
    assert_ok(quarantine_unread(t->db, "f", &unread, &err), err);
    assert_int_equal(unread, 2);
    assert_ok(quarantine_unread(t->db, "h", &unread, &err), err);
    assert_int_equal(unread, 0);
}

static void reason__is_told__of_invalid_rows_only(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    const char *why = "untouched";
    put(t, "f", "w1", true, "Invalid person ID", 100);
    put(t, "f", "i1", false, "Empty type", 100);
    assert_ok(quarantine_reason(t->db, "f", "i1", t->arena, &why, &err), err);
    assert_string_equal(why, "Empty type");
    assert_ok(quarantine_reason(t->db, "f", "w1", t->arena, &why, &err), err);
    assert_null(why);
    assert_ok(quarantine_reason(t->db, "g", "i1", t->arena, &why, &err), err);
    assert_null(why);
}

static void missing__are__rows_that_the_listing_lacks(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct staged_row row = {.remote_id = "i1", .raw = "{}"};
    struct jailed *list;
    size_t n;
    put(t, "f", "i1", false, "x", 100);
    put(t, "f", "i2", false, "x", 100);
    put(t, "g", "i3", false, "x", 100);
    assert_ok(staging_open(t->db, &err), err);
    assert_ok(staging_add(t->db, &row, &err), err);
    assert_ok(quarantine_missing(t->db, "f", t->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].remote_id, "i2");
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(row__keeps__its_first_day),
        WITH_STORE(row__is_let_out__alone),
        WITH_STORE(list__pages__through_rows),
        WITH_STORE(count__tells__waiting_from_invalid),
        WITH_STORE(cells_that_nobody_can_read__wait_for_a_person),
        WITH_STORE(reason__is_told__of_invalid_rows_only),
        WITH_STORE(missing__are__rows_that_the_listing_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
