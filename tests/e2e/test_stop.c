/* test_stop.c: whoever stops a sync need not wait: what is read or waited for ends at once, and
 * what is being written gets its answer first, so that nothing is in doubt afterwards. */
#include "sync/lane.h"
#include "tests/e2e/e2e_agree.h"
#include "tests/e2e/e2e_twoway.h"

#define AT_ONCE ((int64_t)3000 * SLOWER)
#define UNHEARD "SELECT count(*) FROM intent WHERE state = 'sent'"
#define JAILED  "SELECT count(*) FROM quarantine WHERE flow IN ('volunteers', 'participation:push')"
#define STOPPED "SELECT count(*) FROM job WHERE state = 'cancelled'"

/* Waits until so many requests have met a fault, and presses Stop. */
static int64_t press_at(struct e2e *e, int64_t hits)
{
    E2E_UNTIL(WAIT, e2e_fault_hits(e) >= hits);
    int64_t now = clock_mono_ms();
    e2e_pressed(e, e2e_press(e, ADMIN, "Остановить", 2));
    return now;
}

static void check_soon(int64_t since)
{
    int64_t took = clock_mono_ms() - since;
    if (took > AT_ONCE)
        fail_msg("stopped after %lld ms only", (long long)took);
}

/* ---- reading */

static void test_hanging_read(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 250});
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .after = 1, .count = -1, .ms = 15000});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, asked, "прочитано", WAIT);
    int64_t pressed = press_at(e, 1);
    struct said over = e2e_wait(e, ADMIN, asked, "остановлено", WAIT);
    check_soon(pressed);
    assert_has(over.text, "это сделал(а) Человек 1001");
    assert_has(over.text, "100 строк, ничего не изменено");
    assert_has(over.text, "Не начинал:");
    assert_int_equal(e2e_int(e, STOPPED), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM person"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM cursor"), 0);
    assert_string_equal(e2e_text(e, "SELECT state || ' ' || error FROM run"),
                        "cancelled stopped on request");
    /* a person's wish says nothing about Notion */
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM remote_state WHERE error IS NOT NULL"), 0);
    e2e_ask(e, ADMIN, "/cancel", "останавливать нечего");
    e2e_do(e, "/fault/clear", "{}");
    e2e_press(e, ADMIN, "Попробовать ещё раз", 1);
    e2e_wait(e, ADMIN, over.id, "сверено за", WAIT);
    e2e_check_facts(e);
    e2e_done(e);
}

/* Told to come back in a minute, and then in the queue for that minute to pass. */
static void test_throttled_read(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_fault(e, (struct fault){"notion", "/query", "429", .count = -1, .retry_after = 60});
    e2e_start(e);
    for (int i = 1; i <= 2; i++) {
        int64_t asked = e2e_say(e, ADMIN, "/sync people");
        e2e_wait(e, ADMIN, asked, "жду ответа", WAIT);
        int64_t pressed = press_at(e, 1);
        e2e_wait(e, ADMIN, asked, "остановлено", WAIT);
        check_soon(pressed);
        assert_int_equal(e2e_int(e, STOPPED), i);
        assert_int_equal(e2e_fault_hits(e), 1);
    }
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM cursor"), 0);
    e2e_done(e);
}

/* It has not begun, because another one is at it: nobody has to come for it. */
static void test_waiting_job(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    int lane = e2e_hold_lane(e, "notion");
    int64_t asked = e2e_say(e, ADMIN, "/sync people");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM job") == 1);
    clock_sleep_ms(300, NULL);
    int64_t pressed = press_at(e, 0);
    struct said over = e2e_wait(e, ADMIN, asked, "остановлено", WAIT);
    check_soon(pressed);
    assert_has(over.text, "ничего не изменено");
    assert_int_equal(e2e_int(e, STOPPED), 1);
    lane_release(lane);
    e2e_ask(e, ADMIN, "/sync people", "сверено за");
    assert_int_equal(e2e_int(e, STOPPED), 1);
    e2e_done(e);
}

/* ---- writing */

static void check_whole(struct e2e *e)
{
    assert_int_equal(e2e_int(e, UNHEARD), 0);
    assert_int_equal(e2e_int(e, JAILED), 0);
    assert_int_equal(e2e_twins(e), 0);
}

/* The rows are there, and only the answer is not: it is waited for, and then nothing is left to do.
 */
static void test_write_under_way(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_fault(e, (struct fault){"coda", "/rows", "late", .method = "POST", .ms = 6000});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync festival");
    int64_t pressed = press_at(e, 1);
    e2e_wait(e, ADMIN, asked, "жду ответа на уже отправленное", WAIT);
    check_soon(pressed);
    assert_int_equal(e2e_int(e, STOPPED), 0);
    struct said over = e2e_wait(e, ADMIN, asked, "остановлено", WAIT);
    assert_has(over.text, "Участие → Кода: добавлено");
    assert_has(over.text, "Не начинал:");
    check_whole(e);
    int64_t writes = e2e_requests(e, "coda").writes;
    assert_true(writes > 0);
    e2e_ask(e, ADMIN, "/sync participation", "Всё сходится");
    assert_int_equal(e2e_requests(e, "coda").writes, writes);
    assert_int_equal(twoway_until_quiet(e), 0);
    check_whole(e);
    e2e_check_agree(e);
    e2e_done(e);
}

/* Of many pages one is under way: it is the last, and the others come with the next sync. A write
 * that was refused is not tried again. */
static void test_between_writes(void **state)
{
    static const struct {
        const char *kind;
        int64_t made;
    } faults[] = {{"late", 4}, {"429", 3}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        struct e2e *e = twoway_world("0");
        e2e_fault(e, (struct fault){"notion", "/v1/pages", faults[i].kind, .method = "POST",
                                    .after = 3, .ms = 3000, .retry_after = i ? 60 : 0});
        e2e_start(e);
        int64_t asked = e2e_say(e, ADMIN, "/sync festival");
        int64_t pressed = press_at(e, 1);
        e2e_wait(e, ADMIN, asked, "остановлено", WAIT);
        if (i)
            check_soon(pressed);
        assert_int_equal(e2e_int(e, "SELECT count(*) FROM link WHERE flow = 'volunteers'"),
                         faults[i].made);
        check_whole(e);
        e2e_do(e, "/fault/clear", "{}");
        e2e_restart(e); /* it does not remember Notion's minute */
        assert_int_equal(twoway_until_quiet(e), 0);
        check_whole(e);
        e2e_check_agree(e);
        e2e_done(e);
    }
}

/* What was under way was all that there was to do. */
static void test_too_late(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    assert_int_equal(e2e_shell(e, "sync people teams participation:pull leads").code, 0);
    e2e_fault(e, (struct fault){"coda", "/rows", "late", .method = "POST", .ms = 3000});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync participation:push");
    press_at(e, 1);
    e2e_wait(e, ADMIN, asked, "жду ответа на уже отправленное", WAIT);
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    assert_string_equal(e2e_text(e, "SELECT state FROM job"), "done");
    check_whole(e);
    e2e_done(e);
}

/* Somebody wants it after all, while it is being stopped: it goes on. */
static void test_asked_again(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_fault(e, (struct fault){"notion", "/v1/pages", "late", .method = "POST", .after = 3,
                                .ms = 4000});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync festival");
    press_at(e, 1);
    e2e_wait(e, ADMIN, asked, "жду ответа на уже отправленное", WAIT);
    e2e_ask(e, ADMIN, "/sync festival", "уже идёт");
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 1);
    assert_int_equal(e2e_int(e, STOPPED), 0);
    assert_int_equal(twoway_until_quiet(e), 0);
    check_whole(e);
    e2e_check_agree(e);
    e2e_done(e);
}

/* ---- the shell */

static struct shell interrupt(struct e2e *e, pid_t pid, int64_t ms)
{
    E2E_UNTIL(WAIT, e2e_fault_hits(e) >= 1);
    kill(pid, SIGINT);
    return e2e_shell_end(e, pid, ms);
}

static void test_shell(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = -1, .ms = 15000});
    struct shell read = interrupt(e, e2e_shell_start(e, "sync festival", ""), AT_ONCE);
    assert_int_equal(read.code, 3);
    assert_has(read.out, "cancelled: stopped on request");
    e2e_do(e, "/fault/clear", "{}");

    e2e_fault(e, (struct fault){"coda", "/rows", "late", .method = "POST", .ms = 3000});
    struct shell sent = interrupt(e, e2e_shell_start(e, "sync festival", ""), WAIT);
    assert_int_equal(sent.code, 3);
    assert_has(sent.out, "waiting for the answer of coda");
    assert_has(sent.out, "not begun, stopped on request");
    check_whole(e);
    int64_t writes = e2e_requests(e, "coda").writes;
    assert_int_equal(e2e_shell(e, "sync participation").code, 0);
    assert_int_equal(e2e_requests(e, "coda").writes, writes);
    e2e_done(e);
}

/* Grist is read by POST, and a batch of changes is one PATCH and a look at the rows. */
static void test_shell_grist(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 60,
                                                    .participations = 80,
                                                    .faults = "0",
                                                    .two_way = true,
                                                    .grist = true});
    e2e_fault(e, (struct fault){"grist", "/sql", "slow", .count = -1, .ms = 15000});
    struct shell read = interrupt(e, e2e_shell_start(e, "sync gr-people --approve", ""), AT_ONCE);
    assert_int_equal(read.code, 3);
    assert_has(read.out, "cancelled: stopped on request");
    e2e_do(e, "/fault/clear", "{}");
    e2e_fault(e, (struct fault){"grist", "/records", "late", .method = "PATCH", .ms = 2500});
    interrupt(e, e2e_shell_start(e, "sync grist --approve", ""), WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM intent WHERE state IN ('open', 'sent')"), 0);
    int64_t writes = 0;
    for (int i = 0; i < 8 && e2e_requests(e, "grist").writes != writes; i++) {
        writes = e2e_requests(e, "grist").writes;
        assert_in_range(e2e_shell(e, "sync grist --approve").code, 0, 1);
    }
    assert_int_equal(e2e_requests(e, "grist").writes, writes);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_hanging_read),    E2E_TEST(test_throttled_read), E2E_TEST(test_waiting_job),
        E2E_TEST(test_write_under_way), E2E_TEST(test_between_writes), E2E_TEST(test_too_late),
        E2E_TEST(test_asked_again),     E2E_TEST(test_shell),          E2E_TEST(test_shell_grist),
    };
    return E2E_RUN("e2e stop", tests);
}
