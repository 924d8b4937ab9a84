/* test_runs.c: the history of runs, and what flows and remotes remember between them. */
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

static int64_t begin(struct temp_store *t, const char *flow, int64_t at)
{
    struct err err = {0};
    int64_t id = 0;
    assert_ok(runs_begin(t->db, flow, "pull", "schedule", 0, at, &id, &err), err);
    return id;
}

static struct run *get(struct temp_store *t, int64_t id)
{
    struct err err = {0};
    struct run *r = NULL;
    assert_ok(runs_get(t->db, id, t->arena, &r, &err), err);
    return r;
}

static void run__adds_up__its_counts(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = 0;
    assert_ok(runs_begin(t->db, "people", "pull", "telegram:1", 42, 1000, &id, &err), err);
    assert_string_equal(get(t, id)->state, "running");
    assert_int_equal(get(t, id)->finished_at, 0);
    struct counts more = {.inserted = 2, .updated = 3, .deleted = 4, .invalid = 5, .conflicts = 6};
    assert_ok(runs_add(t->db, id, &more, &err), err);
    assert_ok(runs_add(t->db, id, &more, &err), err);
    assert_ok(runs_finish(t->db, id, "done", 100, NULL, 2000, &err), err);
    struct run *r = get(t, id);
    assert_int_equal(r->counts.inserted, 4);
    assert_int_equal(r->counts.updated, 6);
    assert_int_equal(r->counts.deleted, 8);
    assert_int_equal(r->counts.invalid, 10);
    assert_int_equal(r->counts.conflicts, 12);
    assert_int_equal(r->counts.unchanged, 100);
    assert_int_equal(r->started_at, 1000);
    assert_int_equal(r->finished_at, 2000);
    assert_int_equal(r->job, 42);
    assert_null(r->error);
    assert_string_equal(r->actor, "telegram:1");
    assert_null(get(t, id + 1));
}

static void run__refuses__unknown_words(void **state)
{
    struct temp_store *t = *state;
    struct err err;
    int64_t id = begin(t, "people", 1);
    assert_error(runs_begin(t->db, "people", "guess", "x", 0, 1, &id, &err), err, ERR_LOCAL,
                 "CHECK");
    assert_error(runs_finish(t->db, 1, "perhaps", 0, NULL, 1, &err), err, ERR_LOCAL, "CHECK");
}

static void interrupted__is__the_run_left_open(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = begin(t, "people", 1), found = -1;
    begin(t, "teams", 1);
    assert_ok(runs_interrupted(t->db, "people", &found, &err), err);
    assert_int_equal(found, id);
    assert_ok(runs_finish(t->db, id, "failed", 0, "no answer", 2, &err), err);
    assert_ok(runs_interrupted(t->db, "people", &found, &err), err);
    assert_int_equal(found, 0);
    assert_string_equal(get(t, id)->error, "no answer");
}

static void list__goes__from_the_newest(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct run *list;
    size_t n;
    int64_t a = begin(t, "people", 1), b = begin(t, "teams", 2), c = begin(t, "people", 3);
    assert_ok(runs_list(t->db, NULL, 0, 2, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, c);
    assert_int_equal(list[1].id, b);
    assert_ok(runs_list(t->db, NULL, b, 5, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, a);
    assert_ok(runs_list(t->db, "people", 0, 5, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(list[1].id, a);
}

static void cursor__belongs__to_flow_remote_and_table(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct cursor *got = NULL;
    struct cursor c = {.flow = "badges",
                       .remote = "grist",
                       .tbl = "Badges_2026",
                       .value = "c1",
                       .mapping = "m",
                       .dict_rev = 1,
                       .judged_rev = 2,
                       .full_at = 3,
                       .full_rows = 4,
                       .columns = "name:text",
                       .updated_at = 5};
    assert_ok(cursor_put(t->db, &c, &err), err);
    c.value = "c2";
    c.full_at = 0;
    c.columns = NULL;
    assert_ok(cursor_put(t->db, &c, &err), err);
    assert_ok(cursor_get(t->db, "badges", "grist", "Badges_2026", t->arena, &got, &err), err);
    assert_string_equal(got->value, "c2");
    assert_int_equal(got->full_at, 0);
    assert_int_equal(got->full_rows, 4);
    assert_null(got->columns);
    assert_int_equal(got->judged_rev, 2);
    assert_ok(cursor_get(t->db, "badges", "grist", "Badges_2027", t->arena, &got, &err), err);
    assert_null(got);
}

static struct flow_state flow(struct temp_store *t)
{
    struct err err = {0};
    struct flow_state s;
    assert_ok(flow_state_get(t->db, "people", t->arena, &s, &err), err);
    return s;
}

static void ok(struct temp_store *t, int64_t run, int64_t at)
{
    struct err err = {0};
    assert_ok(flow_state_ok(t->db, "people", run, at, &err), err);
}

static void flow_state__is_empty__before_the_first_run(void **state)
{
    struct temp_store *t = *state;
    struct flow_state s = flow(t);
    assert_string_equal(s.flow, "people");
    assert_int_equal(s.checked_at, 0);
    assert_int_equal(s.fails, 0);
    assert_null(s.error);
}

static void quiet_runs__write__at_most_once_a_minute(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct db *other = NULL;
    assert_ok(db_open(t->path, DB_READ, &other, &err), err);
    ok(t, 0, 1000000);
    assert_int_equal(flow(t).checked_at, 1000000);
    int64_t version = db_data_version(other);
    for (int64_t at = 1001000; at <= 1060000; at += 1000)
        ok(t, 0, at);
    assert_int_equal(flow(t).checked_at, 1000000);
    assert_int_equal(db_data_version(other), version); /* not one page */
    ok(t, 0, 1060001);
    assert_int_equal(flow(t).checked_at, 1060001);
    assert_int_not_equal(db_data_version(other), version);
    db_close(other);
}

static void runs_with_news__are_written__at_once(void **state)
{
    struct temp_store *t = *state;
    ok(t, 0, 1000000);
    ok(t, 7, 1000001);
    assert_int_equal(flow(t).checked_at, 1000001);
    assert_int_equal(flow(t).changed_run, 7);
    ok(t, 0, 2000000);
    assert_int_equal(flow(t).changed_run, 7); /* the last that found something */
}

static void failures__are_counted__from_the_first(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0}, why = {.kind = ERR_TEMP, .msg = "no answer"};
    ok(t, 0, 1000);
    assert_ok(flow_state_failed(t->db, "people", &why, 2000, &err), err);
    assert_ok(flow_state_failed(t->db, "people", &why, 3000, &err), err);
    struct flow_state s = flow(t);
    assert_int_equal(s.fails, 2);
    assert_int_equal(s.error_at, 2000);
    assert_string_equal(s.error, "no answer");
    assert_string_equal(s.error_kind, "temp");
    assert_int_equal(s.checked_at, 1000);
    ok(t, 0, 3001); /* within the minute, but news: it works again */
    s = flow(t);
    assert_int_equal(s.fails, 0);
    assert_null(s.error);
    assert_null(s.error_kind);
    assert_int_equal(s.checked_at, 3001);
    assert_ok(flow_state_failed(t->db, "people", &why, 9000, &err), err);
    assert_int_equal(flow(t).error_at, 9000);
    assert_int_equal(flow(t).fails, 1);
}

static void remote_state__keeps__a_hold_over_restarts(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0}, why = {.kind = ERR_TEMP, .retry_s = 30, .msg = "slow down"};
    struct remote_state s;
    assert_ok(remote_state_ok(t->db, "notion", 1000000, &err), err);
    assert_ok(remote_state_failed(t->db, "notion", &why, 1001000, &err), err);
    why.retry_s = 5;
    assert_ok(remote_state_failed(t->db, "notion", &why, 1002000, &err), err);
    assert_ok(remote_state_get(t->db, "notion", t->arena, &s, &err), err);
    assert_int_equal(s.hold_until, 1031000); /* the longer one stays */
    assert_int_equal(s.fails, 2);
    assert_int_equal(s.error_at, 1001000);
    assert_ok(remote_state_ok(t->db, "notion", 1031000, &err), err);
    assert_ok(remote_state_get(t->db, "notion", t->arena, &s, &err), err);
    assert_int_equal(s.hold_until, 0);
    assert_int_equal(s.fails, 0);
    assert_null(s.error);
    assert_int_equal(s.ok_at, 1031000);
    assert_ok(remote_state_ok(t->db, "notion", 1032000, &err), err);
    assert_ok(remote_state_get(t->db, "notion", t->arena, &s, &err), err);
    assert_int_equal(s.ok_at, 1031000); /* at most one write a minute */
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(run__adds_up__its_counts),
        WITH_STORE(run__refuses__unknown_words),
        WITH_STORE(interrupted__is__the_run_left_open),
        WITH_STORE(list__goes__from_the_newest),
        WITH_STORE(cursor__belongs__to_flow_remote_and_table),
        WITH_STORE(flow_state__is_empty__before_the_first_run),
        WITH_STORE(quiet_runs__write__at_most_once_a_minute),
        WITH_STORE(runs_with_news__are_written__at_once),
        WITH_STORE(failures__are_counted__from_the_first),
        WITH_STORE(remote_state__keeps__a_hold_over_restarts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
