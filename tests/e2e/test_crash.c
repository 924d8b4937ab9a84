/* test_crash.c: the daemon is killed or stopped at bad moments: it finishes what was asked, once.
 */
#include "sync/lane.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#define QUEUED_OR_RUNNING "SELECT count(*) FROM job WHERE state IN ('queued', 'running')"
#define UNSAID            "SELECT count(*) FROM chat_out WHERE state = 'queued'"

/* The job ends by itself; there is one, with one final word in the chat, and the store is right. */
static void check_finished(struct e2e *e, int64_t asked)
{
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    assert_int_equal(e2e_count(e, ADMIN, "сверено за"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "⏹"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 1);
    assert_string_equal(e2e_text(e, "SELECT state FROM job"), "done");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM run WHERE state = 'running'"), 0);
    e2e_check_facts(e);
}

/* Nothing is left over: a further sync finds nothing to do. */
static void check_quiet(struct e2e *e)
{
    const char *before = e2e_snapshot(e);
    e2e_ask(e, ADMIN, "/sync all", "Всё сходится");
    e2e_check_same(e, before);
}

static void test_killed_queued(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    int lane = e2e_hold_lane(e, "notion");
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, asked, "жду очереди", WAIT);
    assert_int_equal(e2e_int(e, QUEUED_OR_RUNNING), 1);
    assert_int_equal(e2e_kill(e, SIGKILL, WAIT), 128 + SIGKILL);
    lane_release(lane);
    e2e_start(e);
    check_finished(e, asked);
    check_quiet(e);
    e2e_done(e);
}

static void test_killed_reading(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .after = 1, .count = 2, .ms = 900});
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    e2e_restart(e);
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 2);
    e2e_restart(e);
    check_finished(e, asked);
    check_quiet(e);
    e2e_done(e);
}

static void test_killed_writing(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 500, .participations = 6000});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    E2E_UNTIL(WAIT * SLOWER, e2e_int(e, "SELECT count(*) FROM person") > 0);
    e2e_restart(e);
    E2E_UNTIL(WAIT * SLOWER, e2e_int(e, "SELECT count(*) FROM participation") > 0);
    int64_t written = e2e_int(e, "SELECT count(*) FROM participation");
    assert_int_equal(e2e_kill(e, SIGKILL, WAIT), 128 + SIGKILL);
    assert_true(written < 6000);
    e2e_start(e);
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT * SLOWER);
    check_finished(e, asked);
    check_quiet(e);
    e2e_done(e);
}

/* Killed again and again, at whatever moment it is. */
static void test_killed_often(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 300, .participations = 2000});
    e2e_fault(e, (struct fault){"", "/", "slow", .count = 40, .ms = 40});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    for (int i = 0; i < 9; i++) {
        clock_sleep_ms((7 + i * 37 % 230) * SLOWER, NULL);
        e2e_restart(e);
    }
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT * SLOWER);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 1);
    e2e_check_facts(e);
    check_quiet(e);
    e2e_done(e);
}

/* Each of several commands is killed after: each has its effect once and is answered. */
static void test_each_command_once(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    int lane = e2e_hold_lane(e, "coda");
    e2e_say(e, ADMIN, "/grant 2001");
    e2e_say(e, ADMIN, "/sync participation");
    e2e_say(e, ADMIN, "/lang en");
    e2e_restart(e);
    e2e_say(e, ADMIN, "/sync people");
    e2e_restart(e);
    e2e_say(e, 2001, "/id");
    e2e_wait(e, 2001, 0, "2001", WAIT);
    e2e_restart(e);
    lane_release(lane);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM job WHERE state = 'done'") == 2);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 2);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_in WHERE state <> 'done'"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_in"), 5);
    assert_true(e2e_count(e, ADMIN, "2001: организатор") >= 1);
    assert_string_equal(e2e_text(e, "SELECT role FROM chat_user WHERE user_id = 2001"),
                        "organizer");
    assert_string_equal(e2e_text(e, "SELECT lang FROM chat_user WHERE user_id = 1001"), "en");
    e2e_done(e);
}

/* SIGTERM while the poll waits, and while Telegram does not even keep to its own timeout. */
static void test_term_idle(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    assert_int_equal(e2e_kill(e, SIGTERM, 10000), 0);
    AUTO_JSON *stats = e2e_get(e, "/telegram/stats");
    assert_int_equal(e2e_number(stats, "pending"), 0); /* what was done is confirmed */
    e2e_do(e, "/telegram/hang", "{\"ms\":60000}");
    int64_t polls = e2e_stat(e, "polls");
    e2e_start(e);
    E2E_UNTIL(WAIT, e2e_stat(e, "polls") > polls); /* it hangs there */
    assert_int_equal(e2e_kill(e, SIGTERM, 10000), 0);
    e2e_do(e, "/telegram/hang", "{\"ms\":0}");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/help", "/sync");
    assert_int_equal(e2e_count(e, ADMIN, "роль: админ"), 1);
    e2e_done(e);
}

static void test_term_in_sync(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 1, .ms = 4000});
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    e2e_do(e, "/telegram/hang", "{\"ms\":60000}");
    e2e_say(e, 2001, "/id"); /* ends the poll that waits; all others hang, the confirming one too */
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_in WHERE state = 'done'") == 2);
    assert_int_equal(e2e_kill(e, SIGTERM, 10000), 0);
    e2e_do(e, "/telegram/hang", "{\"ms\":0}");
    assert_string_equal(e2e_text(e, "SELECT state FROM job"), "queued");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM run WHERE state = 'failed'"), 0);
    assert_int_equal(e2e_stat(e, "pending"), 1); /* it could not be confirmed */
    e2e_start(e);
    check_finished(e, asked);
    E2E_UNTIL(WAIT, e2e_stat(e, "pending") == 0);
    assert_int_equal(e2e_count(e, 2001, "2001"), 1); /* it came again, and was answered once */
    check_quiet(e);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_killed_queued),     E2E_TEST(test_killed_reading),
        E2E_TEST(test_killed_writing),    E2E_TEST(test_killed_often),
        E2E_TEST(test_each_command_once), E2E_TEST(test_term_idle),
        E2E_TEST(test_term_in_sync),
    };
    return E2E_RUN("e2e crash", tests);
}
