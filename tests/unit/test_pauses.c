/* test_pauses.c: records that stand still until somebody resumes them. */
#include "store/pauses.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define ANNA "11111111-1111-4111-8111-111111111111"
#define PETR "44444444-4444-4444-8444-444444444444"

static bool set(struct temp_store *t, const char *entity, const char *id, int64_t at)
{
    struct err err = {0};
    bool new;
    assert_ok(pauses_set(t->db, entity, id, "telegram:7", at, &new, &err), err);
    return new;
}

static bool clear(struct temp_store *t, const char *entity, const char *id)
{
    struct err err = {0};
    bool was;
    assert_ok(pauses_clear(t->db, entity, id, &was, &err), err);
    return was;
}

static bool has(struct temp_store *t, const char *entity, const char *id)
{
    struct err err = {0};
    bool is;
    assert_ok(pauses_has(t->db, entity, id, &is, &err), err);
    return is;
}

static void judged(struct temp_store *t, const char *flow, int64_t rev)
{
    struct err err = {0};
    struct cursor c = {.flow = flow,
                       .remote = "coda",
                       .tbl = "t",
                       .value = "mark",
                       .mapping = "m",
                       .dict_rev = 1,
                       .judged_rev = rev,
                       .updated_at = 1};
    assert_ok(cursor_put(t->db, &c, &err), err);
}

static void pause__holds__one_record(void **state)
{
    struct temp_store *t = *state;
    assert_false(has(t, "person", ANNA));
    assert_true(set(t, "person", ANNA, 100));
    assert_true(has(t, "person", ANNA));
    assert_false(has(t, "team", ANNA));
    assert_false(has(t, "person", PETR));
    assert_true(clear(t, "person", ANNA));
    assert_false(has(t, "person", ANNA));
    assert_false(clear(t, "person", ANNA));
}

static void pause__keeps__who_was_first(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct pause *list;
    size_t n;
    int64_t total;
    bool new;
    assert_true(set(t, "person", ANNA, 200));
    assert_ok(pauses_set(t->db, "person", ANNA, "telegram:8", 300, &new, &err), err);
    assert_false(new);
    assert_true(set(t, "person", PETR, 100));
    assert_ok(pauses_list(t->db, 10, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(total, 2);
    assert_string_equal(list[0].local_id, PETR); /* oldest first */
    assert_string_equal(list[1].local_id, ANNA);
    assert_string_equal(list[1].entity, "person");
    assert_string_equal(list[1].by, "telegram:7");
    assert_int_equal(list[1].at, 200);
    struct pause *one;
    assert_ok(pauses_get(t->db, "person", ANNA, t->arena, &one, &err), err);
    assert_string_equal(one->by, "telegram:7");
    assert_int_equal(one->at, 200);
    assert_ok(pauses_get(t->db, "team", ANNA, t->arena, &one, &err), err);
    assert_null(one);
    assert_ok(pauses_list(t->db, 1, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(total, 2);
}

static void resume__makes_the_flows__judge_again(void **state)
{
    struct temp_store *t = *state;
    judged(t, "people", 5);
    judged(t, "people:push", 7);
    set(t, "person", ANNA, 100);
    assert_false(clear(t, "person", PETR)); /* was not paused: the flows have nothing to do */
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cursor WHERE judged_rev < 0"), 0);
    assert_true(clear(t, "person", ANNA));
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cursor WHERE judged_rev = -1"), 2);
    assert_string_equal(temp_store_text(t, "SELECT value FROM cursor LIMIT 1"), "mark");
}

#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(pause__holds__one_record),
        WITH_STORE(pause__keeps__who_was_first),
        WITH_STORE(resume__makes_the_flows__judge_again),
    };
    return cmocka_run_group_tests_name("pauses", tests, NULL, NULL);
}
