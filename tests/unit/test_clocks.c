/* test_clocks.c: what servers say of our clock: who is believed, and when. */
#include "store/base/clock.h"
#include "sync/clocks.h"
#include "tests/support/check.h"

#include <stdio.h>

#define NOON INT64_C(1782907200000)

static int setup(void **state)
{
    *state = clocks_new();
    return 0;
}

static int teardown(void **state)
{
    clocks_free(*state);
    return 0;
}

/* n answers of host while our clock is ahead of it by so much; each took 200 ms. */
static void answers(struct clocks *c, const char *host, int64_t ahead_ms, int n)
{
    for (int i = 0; i < n; i++) /* a Date has whole seconds */
        clocks_note(c, host, NOON, NOON + ahead_ms, NOON + ahead_ms + 200);
}

static struct clocks_verdict judge(struct clocks *c)
{
    struct clocks_verdict v;
    clocks_judge(c, &v);
    return v;
}

static void nobody__says__nothing(void **state)
{
    struct clocks *c = *state;
    assert_false(judge(c).known);
    assert_false(judge(NULL).known);
    clocks_note(NULL, "a", NOON, NOON, NOON);
    answers(c, "a", 0, 1);
    assert_true(judge(c).known);
    assert_int_equal(judge(c).ahead_ms, 0);
    clock_test_advance(CLOCKS_FRESH_MS + 1); /* too long ago to count */
    assert_false(judge(c).known);
}

static void one_host__is_believed__after_several_answers(void **state)
{
    struct clocks *c = *state;
    answers(c, "api.telegram.org", 200000, CLOCKS_IN_A_ROW - 1);
    assert_int_equal(judge(c).ahead_ms, 0);
    answers(c, "api.telegram.org", 0, 1); /* in a row */
    answers(c, "api.telegram.org", 200000, CLOCKS_IN_A_ROW - 1);
    assert_int_equal(judge(c).ahead_ms, 0);
    answers(c, "api.telegram.org", 200000, 1);
    struct clocks_verdict v = judge(c);
    assert_int_equal(v.ahead_ms, 199000);
    assert_string_equal(v.host, "api.telegram.org");
    answers(c, "api.telegram.org", 500, 1); /* it is well at once */
    assert_int_equal(judge(c).ahead_ms, 0);
    assert_true(judge(c).known);
    answers(c, "api.telegram.org", -200000, CLOCKS_IN_A_ROW);
    assert_int_equal(judge(c).ahead_ms, -199800);
}

/* What an answer's own time may explain is no difference: a poll of 50 s was dated somewhere in it.
 */
static void waiting__is__no_difference(void **state)
{
    struct clocks *c = *state;
    for (int i = 0; i < 5; i++)
        clocks_note(c, "a", NOON, NOON - 170000, NOON + 1000);
    assert_int_equal(judge(c).ahead_ms, 0);
    for (int i = 0; i < 5; i++)
        clocks_note(c, "a", NOON, NOON + 100000, NOON + 150000);
    assert_int_equal(judge(c).ahead_ms, 0); /* for certain only 99 s */
    for (int i = 0; i < 5; i++)
        clocks_note(c, "a", NOON, NOON + 130000, NOON + 180000);
    assert_int_equal(judge(c).ahead_ms, 129000);
}

static void one_wrong_server__is_not_believed__against_others(void **state)
{
    struct clocks *c = *state;
    answers(c, "wrong", 3600000, 9);
    answers(c, "right", 0, 1);
    assert_int_equal(judge(c).ahead_ms, 0);
    answers(c, "right too", 0, 1);
    assert_int_equal(judge(c).ahead_ms, 0);
    answers(c, "right", 3600000, 3); /* two of three */
    assert_true(judge(c).ahead_ms > 3500000);
    answers(c, "right too", 3600000, 3);
    assert_true(judge(c).ahead_ms > 3500000);
    answers(c, "wrong", -3600000, 3); /* they do not agree on which way, most do */
    assert_true(judge(c).ahead_ms > 3500000);
}

static void hosts_that_contradict__say__nothing(void **state)
{
    struct clocks *c = *state;
    answers(c, "early", 3600000, 3);
    answers(c, "late", -3600000, 3);
    assert_int_equal(judge(c).ahead_ms, 0);
}

static void hosts__are__bounded(void **state)
{
    struct clocks *c = *state;
    char name[300];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "%d%0200d", i, 0); /* longer than what is kept */
        answers(c, name, 200000, CLOCKS_IN_A_ROW);
        clock_test_advance(10);
    }
    assert_true(judge(c).ahead_ms > 0);
    assert_int_equal(strlen(judge(c).host), CLOCKS_HOST_MAX - 1);
    for (int i = 0; i < CLOCKS_HOSTS_MAX; i++) { /* the silent ones made room */
        snprintf(name, sizeof name, "fine %d", i);
        answers(c, name, 0, 1);
        clock_test_advance(10);
    }
    assert_int_equal(judge(c).ahead_ms, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nobody__says__nothing),
        T(one_host__is_believed__after_several_answers),
        T(waiting__is__no_difference),
        T(one_wrong_server__is_not_believed__against_others),
        T(hosts_that_contradict__say__nothing),
        T(hosts__are__bounded),
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
