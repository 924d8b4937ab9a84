/* test_faults.c: Notion and Coda misbehave during a sync; flows that run by themselves. */
#include "store/db.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

/* ---------------------------------------------------------------- every kind of failure, for good
 */

struct failing {
    const char *service, *path, *kind, *flow;
    const char *says; /* in the error, beside the remote's name */
    struct e2e *e;
    const char *before, *cursors;
    pid_t pid;
};

static struct failing failings[] = {
    {.service = "notion", .kind = "500", .says = ""},
    {.service = "notion", .kind = "429", .says = ""},
    {.service = "notion", .kind = "expired", .says = ""},
    {.service = "notion", .kind = "truncate", .says = ""},
    {.service = "notion", .kind = "notjson", .says = "JSON"},
    {.service = "notion", .kind = "empty", .says = ""},
    {.service = "notion", .kind = "html502", .says = ""},
    {.service = "notion", .kind = "deep", .says = ""},
    {.service = "notion", .kind = "huge", .says = ""},
    {.service = "notion", .kind = "cursor_loop", .says = ""},
    {.service = "notion", .kind = "slow", .says = ""},
    {.service = "coda", .kind = "500", .says = ""},
    {.service = "coda", .kind = "429", .says = ""},
    {.service = "coda", .kind = "expired", .says = ""},
    {.service = "coda", .kind = "truncate", .says = ""},
    {.service = "coda", .kind = "notjson", .says = "JSON"},
    {.service = "coda", .kind = "deep", .says = ""},
    {.service = "coda", .kind = "huge", .says = ""},
    {.service = "coda", .kind = "slow", .says = ""},
};

static void order_failure(struct failing *f)
{
    struct e2e *e = f->e =
        e2e_world(&(struct e2e_options){.people = 120, .teams = 8, .participations = 120});
    e2e_set(e, "[remote notion]", "timeout", "1s");
    e2e_set(e, "[remote coda]", "timeout", "1s");
    bool notion = !strcmp(f->service, "notion");
    f->flow = notion ? "people" : "participation";
    assert_true(e2e_shell(e, "sync all").code <= 1);
    f->before = e2e_snapshot(e);
    f->cursors = e2e_cursors(e);
    e2e_fault(e, (struct fault){f->service, notion ? "/query" : "/rows", f->kind, .count = -1,
                                .retry_after = 1, .ms = 4000});
    f->pid = e2e_shell_start(e, arena_printf(e->arena, "sync %s --full", f->flow), NULL);
}

static void check_failure(struct failing *f)
{
    struct e2e *e = f->e;
    struct shell s = e2e_shell_end(e, f->pid, 40000);
    assert_int_equal(s.code, 3);
    assert_has(s.out, f->service);
    assert_has(s.out, f->says);
    e2e_check_same(e, f->before);
    assert_string_equal(e2e_cursors(e), f->cursors);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM run WHERE state = 'failed'"), 1);
    e2e_do(e, "/fault/clear", "{}");
    assert_int_equal(e2e_shell(e, "sync all --full").code, 0);
    e2e_check_facts(e);
    e2e_done(e);
}

static void test_every_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(failings); i++)
        order_failure(&failings[i]);
    for (size_t i = 0; i < ARRAY_LEN(failings); i++)
        check_failure(&failings[i]);
}

/* ---------------------------------------------------------------- failures that pass */

static void test_recovers(void **state)
{
    static const char *const kinds[] = {"429", "500", "truncate", "close", "html502", "529"};
    (void)state;
    struct e2e *e = e2e_running();
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        e2e_fault(e, (struct fault){i % 2 ? "coda" : "notion", "", kinds[i], .after = 1,
                                    .retry_after = 1});
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    assert_int_equal(e2e_fault_hits(e), ARRAY_LEN(kinds));
    e2e_check_facts(e);
    e2e_done(e);
}

/* A failed flow names its remote; the other remote and the chat go on meanwhile. */
static void test_one_fails_others_work(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    const char *before = e2e_snapshot(e);
    e2e_fault(e, (struct fault){"notion", "", "503", .count = -1});
    int64_t asked = e2e_say(e, ADMIN, "/sync people");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) > 0);
    e2e_wait(e, ADMIN, e2e_say(e, ADMIN, "/sync participation"), "Всё сходится", 5000);
    struct said failed = e2e_wait(e, ADMIN, asked, "не всё получилось", WAIT);
    assert_has(failed.text, "Ноушен");
    assert_has(failed.text, "unavailable");
    e2e_check_same(e, before);
    struct said red = e2e_ask(e, ADMIN, "/status", "🔴");
    e2e_do(e, "/fault/clear", "{}");
    e2e_press(e, ADMIN, "Попробовать ещё раз", 1);
    e2e_wait(e, ADMIN, red.id, "Всё сходится", WAIT);
    e2e_ask(e, ADMIN, "/status", "Ноушен 🟢");
    e2e_done(e);
}

static void test_slow_friend(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    const int slow = SLOWER > 1 ? 12000 : 4000;
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 1, .ms = slow});
    int64_t asked = e2e_say(e, ADMIN, "/sync people"), began = clock_mono_ms();
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    e2e_wait(e, ADMIN, e2e_say(e, ADMIN, "/sync participation full"), "Всё сходится", WAIT);
    e2e_wait(e, ADMIN, e2e_say(e, ADMIN, "/status"), "В очереди и в работе: 1", WAIT);
    assert_true(clock_mono_ms() - began < slow);
    e2e_do(e, "/fault/clear", "{}");
    e2e_wait(e, ADMIN, asked, "Всё сходится: 196", WAIT + slow);
    e2e_done(e);
}

/* ---------------------------------------------------------------- by schedule */

static int64_t runs_seen(struct e2e *e)
{
    return e2e_requests(e, "coda").reads;
}

static const char *states(struct e2e *e)
{
    const char *flows =
        e2e_text(e, "SELECT json_group_array(json_array(flow, checked_at, changed_run,"
                    " error, fails)) FROM flow_state");
    const char *remotes =
        e2e_text(e, "SELECT json_group_array(json_array(remote, ok_at, error, fails,"
                    " hold_until)) FROM remote_state");
    return arena_printf(e->arena, "%s\n%s", flows, remotes);
}

static void test_schedule(void **state)
{
    (void)state;
    struct e2e *quiet = e2e_world(&(struct e2e_options){0});
    struct e2e *bad = e2e_world(&(struct e2e_options){0});
    e2e_set(quiet, "[flow people]", "every", "5s");
    e2e_set(quiet, "[flow teams]", "every", "5s");
    e2e_set(quiet, "[flow participation]", "every", "5s");
    assert_true(e2e_shell(quiet, "sync all").code == 1);
    assert_true(e2e_shell(quiet, "sync all").code == 0);
    e2e_set(bad, "[flow people]", "every", "5s");
    e2e_fault(bad, (struct fault){"notion", "/query", "notjson", .count = -1});
    e2e_say(bad, ADMIN, "/start"); /* a bot cannot write first */
    e2e_start(quiet);
    e2e_start(bad);
    int64_t seen = runs_seen(quiet);
    E2E_UNTIL(WAIT, runs_seen(quiet) > seen); /* the first of its own */
    clock_sleep_ms(1000, NULL);

    struct db *db = NULL;
    struct err err = {0};
    assert_ok(db_open(quiet->store, DB_READ, &db, &err), err);
    const char *before = e2e_snapshot(quiet), *flow_states = states(quiet);
    int64_t version = db_data_version(db);
    seen = runs_seen(quiet);

    /* meanwhile: told once, however often it fails */
    struct said told = e2e_wait(bad, ADMIN, 0, "по расписанию не получается", WAIT);
    assert_has(told.text, "Люди");
    E2E_UNTIL(WAIT, e2e_int(bad, "SELECT fails FROM flow_state WHERE flow = 'people'") >= 2);
    E2E_UNTIL(2 * WAIT, runs_seen(quiet) >= seen + 2);

    assert_int_equal(db_data_version(db), version); /* not one commit */
    db_close(db);
    e2e_check_same(quiet, before);
    assert_string_equal(states(quiet), flow_states);
    e2e_done(quiet);

    assert_int_equal(e2e_count(bad, ADMIN, "по расписанию не получается"), 1);
    assert_int_equal(e2e_int(bad, "SELECT count(*) FROM run"), 1);
    e2e_do(bad, "/fault/clear", "{}");
    e2e_restart(bad); /* it has waited long enough; that it told is remembered */
    e2e_wait(bad, ADMIN, 0, "снова сверяется", 2 * WAIT);
    E2E_UNTIL(WAIT, e2e_int(bad, "SELECT count(*) FROM person") == 196);
    clock_sleep_ms(500, NULL);
    assert_int_equal(e2e_count(bad, ADMIN, "снова сверяется"), 1);
    assert_int_equal(e2e_count(bad, ADMIN, "по расписанию не получается"), 1);
    e2e_done(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_every_failure), E2E_TEST(test_recovers), E2E_TEST(test_one_fails_others_work),
        E2E_TEST(test_slow_friend),   E2E_TEST(test_schedule),
    };
    return E2E_RUN("e2e faults", tests);
}
