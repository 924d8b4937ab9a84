/* test_refused.c: a remote that refuses the token: it is left alone, admins hear of it once, and
 * once when it works again, whatever process noticed. */
#include "tests/e2e/e2e.h"

static int64_t asked(struct e2e *e)
{
    return e2e_requests(e, "notion").reads;
}

static void test_refused_token(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[flow people]", "every", "5s");
    e2e_set(e, "[flow teams]", "every", "5s");
    e2e_say(e, ADMIN, "/start"); /* a bot cannot write first */
    e2e_fault(e, (struct fault){"notion", "", "401", .count = -1});
    e2e_start(e);
    struct said told = e2e_wait(e, ADMIN, 0, "не принимает токен", WAIT);
    assert_has(told.text, "Ноушен");
    assert_has(told.text, "раз в час");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM alert WHERE kind = 'remote_auth'") >= 1);
    clock_sleep_ms(500, NULL);
    int64_t before = asked(e);
    clock_sleep_ms(6000, NULL); /* both flows have come due again */
    assert_int_equal(asked(e), before);
    assert_int_equal(e2e_count(e, ADMIN, "не принимает токен"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "по расписанию не получается"), 0);
    e2e_ask(e, ADMIN, "/status", "Ноушен 🔴");

    /* a new process looks once, and remembers that it was told */
    e2e_restart(e);
    E2E_UNTIL(WAIT, asked(e) > before);
    clock_sleep_ms(1500, NULL);
    assert_int_equal(e2e_count(e, ADMIN, "не принимает токен"), 1);

    /* the button under the message */
    e2e_do(e, "/fault/clear", "{}");
    e2e_press(e, ADMIN, "Попробовать сейчас", 1);
    e2e_wait(e, ADMIN, told.id, "Ноушен снова принимает токен", WAIT);
    assert_int_equal(e2e_count(e, ADMIN, "снова принимает токен"), 1);
    e2e_done(e);
}

/* The shell is another process: its good run sets the schedule free as well. */
static void test_mended_from_the_shell(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[flow teams]", "every", "5s");
    e2e_say(e, ADMIN, "/start");
    e2e_fault(e, (struct fault){"notion", "", "401", .count = -1});
    e2e_start(e);
    e2e_wait(e, ADMIN, 0, "не принимает токен", WAIT);
    e2e_do(e, "/fault/clear", "{}");
    assert_true(e2e_shell(e, "sync people").code <= 1);
    e2e_wait(e, ADMIN, 0, "Ноушен снова принимает токен", WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM team") > 0);
    e2e_done(e);
}

/* The shell decides as jobs do: a cycle ends, a list leaves out what could do no good. */
static void test_shell(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 20,
                                                    .teams = 4,
                                                    .participations = 20,
                                                    .faults = "0",
                                                    .two_way = true});
    e2e_fault(e, (struct fault){"coda", "", "401", .count = -1});
    struct shell cycle = e2e_shell(e, "sync festival");
    assert_int_equal(cycle.code, 3);
    assert_has(cycle.out, "leads                  not run, because a step before it failed\n");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM flow_state WHERE flow = 'leads'"), 0);
    struct shell list = e2e_shell(e, "sync participation leads");
    assert_int_equal(list.code, 3);
    assert_has(list.out, "skipped: not asked, the token was refused just now");
    assert_int_equal(e2e_int(e, "SELECT checked_at > 0 FROM flow_state WHERE flow = 'leads'"), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM flow_state WHERE flow = "
                                "'participation:push'"),
                     0);
    e2e_do(e, "/fault/clear", "{}");
    e2e_fault(e, (struct fault){"coda", "", "notjson", .count = -1});
    list = e2e_shell(e, "sync participation");
    assert_has(list.out, "skipped: not sent, because its table could not be read first");
    e2e_do(e, "/fault/clear", "{}");
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_refused_token),
        E2E_TEST(test_mended_from_the_shell),
        E2E_TEST(test_shell),
    };
    return E2E_RUN("e2e refused", tests);
}
