/* test_schedule.c: what runs by itself and when, and what a failure or a refused token does to it.
 */
#include "bot/schedule.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>

#define MINUTE ((int64_t)60000)
#define HOUR   (60 * MINUTE)
#define START  ((int64_t)1000 * HOUR)

#define HEAD                                                                                       \
    "[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"                         \
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
#define PEOPLE "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
#define TEAMS                                                                                      \
    "[flow teams]\nremote = coda\ntable = T\nentity = team\ndirection = both\nfield.name = N\n"    \
    "field.type = Y\n"

struct fixture {
    struct temp_store *store;
    struct config *cfg;
    struct schedule *s;
    struct due due;
    int64_t now, wait;
    const char *busy, *refused; /* one remote each, or NULL */
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    void *store;
    if (temp_store_setup(&store))
        return -1;
    f->store = store;
    f->now = START;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *store = f->store;
    schedule_free(f->s);
    config_free(f->cfg);
    free(f);
    return temp_store_teardown(&store);
}

static void begin(struct fixture *f, const char *config)
{
    struct err err = {0};
    f->cfg = config_must(config);
    assert_ok(schedule_new(f->store->db, f->cfg, &f->s, &err), err);
}

/* The name of the step that is taken now; "" for none, f->wait then says how long. */
static const char *take(struct fixture *f)
{
    const struct lanes busy = {&f->busy, f->busy != NULL},
                       refused = {&f->refused, f->refused != NULL};
    return schedule_take(f->s, f->now, &busy, &refused, &f->due, &f->wait) ? step_name(&f->due.step)
                                                                           : "";
}

/* The step that was taken last came out so. */
static void came_out(struct fixture *f, enum err_kind kind)
{
    const struct report r = {.flow = step_name(&f->due.step),
                             .state = kind ? "failed" : "done",
                             .error = kind ? "why" : NULL,
                             .error_kind = kind};
    schedule_done(f->s, &f->due, &r, f->now);
}

static void expect(struct fixture *f, const char *step, enum err_kind kind)
{
    assert_string_equal(take(f), step);
    came_out(f, kind);
}

static void expect_wait(struct fixture *f, int64_t ms)
{
    assert_string_equal(take(f), "");
    assert_int_equal(f->wait, ms);
}

static void flow_both_ways__is_read__and_then_sent(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD TEAMS "every = 5m\n");
    assert_string_equal(take(f), "teams");
    assert_string_equal(take(f), ""); /* one at a time */
    came_out(f, ERR_NONE);
    expect(f, "teams:push", ERR_NONE);
    expect_wait(f, 5 * MINUTE);
    f->now += 5 * MINUTE;
    expect(f, "teams", ERR_NONE);
}

static void failed_pull__keeps_its_push__from_running(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD TEAMS "every = 5m\n");
    expect(f, "teams", ERR_TEMP);
    expect_wait(f, 10 * MINUTE); /* twice as long after each failure */
    f->now += 10 * MINUTE;
    expect(f, "teams", ERR_LIMIT);
    expect_wait(f, 20 * MINUTE);
    f->now += 20 * MINUTE;
    expect(f, "teams", ERR_NONE);
    expect(f, "teams:push", ERR_TEMP);
    expect_wait(f, 40 * MINUTE);
    f->now += 40 * MINUTE;
    expect(f, "teams", ERR_NONE);
    expect(f, "teams:push", ERR_NONE);
    expect_wait(f, 5 * MINUTE);
}

static void cycle__ends__where_a_step_failed(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE TEAMS "[cycle c]\nsteps = people teams\nevery = 5m\n");
    expect(f, "people", ERR_NONE);
    expect(f, "teams", ERR_TEMP);
    expect_wait(f, 10 * MINUTE);
    f->now += 10 * MINUTE;
    expect(f, "people", ERR_NONE);
}

static void cycle_that_goes_on__skips_only__what_was_not_read(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE TEAMS
          "[cycle c]\nsteps = teams:pull people teams:push people\non_failure = continue\n"
          "every = 5m\n");
    expect(f, "teams", ERR_TEMP);
    expect(f, "people", ERR_NONE);
    expect(f, "people", ERR_NONE);
    expect_wait(f, 10 * MINUTE); /* the round failed all the same */
}

static void cycle__remembers__when_its_round_began(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE TEAMS "[cycle c]\nsteps = people teams\nevery = 5m\n");
    expect(f, "people", ERR_NONE);
    f->now += MINUTE;
    assert_string_equal(take(f), "teams");
    assert_int_equal(f->due.began_ms, START);
    came_out(f, ERR_NONE);
    f->now += MINUTE;
    expect(f, "teams:push", ERR_NONE);
    f->now += 10 * MINUTE;
    assert_string_equal(take(f), "people");
    assert_int_equal(f->due.began_ms, f->now);
}

static void held_lane__is_tried__a_second_later(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD TEAMS "every = 5m\n");
    assert_string_equal(take(f), "teams");
    schedule_done(f->s, &f->due, NULL, f->now);
    expect_wait(f, 1000);
    f->now += 1000;
    expect(f, "teams", ERR_NONE); /* nothing was skipped, and nothing counts as failed */
    expect(f, "teams:push", ERR_NONE);
    expect_wait(f, 5 * MINUTE);
}

static void busy_lane__lets_others_pass(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE "every = 5m\n" TEAMS "every = 5m\n");
    f->busy = "notion";
    assert_string_equal(take(f), "teams");
    assert_string_equal(take(f), "");
    f->busy = NULL;
    assert_string_equal(take(f), "people");
}

static void refused_remote__is_asked_once_an_hour__by_one_step(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE "every = 5m\n" TEAMS "every = 30m\n"
                         "[flow more]\nremote = notion\ntable = M\nentity = person\n"
                         "field.name = N\nevery = 5m\n");
    expect(f, "people", ERR_AUTH);
    f->refused = "notion";
    expect(f, "teams", ERR_NONE); /* another remote goes on */
    expect(f, "teams:push", ERR_NONE);
    expect_wait(f, 5 * MINUTE);
    f->now += 5 * MINUTE;
    expect_wait(f, 25 * MINUTE); /* teams; people and more wait for the hour to pass */
    f->now += 25 * MINUTE;
    expect(f, "teams", ERR_NONE);
    expect(f, "teams:push", ERR_NONE);
    f->now = START + HOUR;
    assert_string_equal(take(f), "more"); /* the one that has waited longest */
    const struct due probe = f->due;
    assert_string_equal(take(f), "teams");
    came_out(f, ERR_NONE);
    expect(f, "teams:push", ERR_NONE);
    assert_string_equal(take(f), ""); /* one probe, not two */
    f->due = probe;
    came_out(f, ERR_AUTH);
    f->now += HOUR - 1;
    expect(f, "teams", ERR_NONE);
    expect(f, "teams:push", ERR_NONE);
    expect_wait(f, 1);
}

static void accepted_token__lets_everything_run__at_once(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE "every = 5m\n[flow more]\nremote = notion\ntable = M\nentity = person\n"
                         "field.name = N\nevery = 5m\n");
    expect(f, "people", ERR_AUTH);
    f->refused = "notion";
    f->now += 10 * MINUTE;
    assert_string_equal(take(f), "");
    f->refused = NULL; /* somebody's /sync went well */
    expect(f, "more", ERR_NONE);
    expect(f, "people", ERR_NONE);
    expect_wait(f, 5 * MINUTE); /* what the refusal delayed was no failure of the flow */
}

static void new_process__asks_a_refused_remote__once(void **state)
{
    struct fixture *f = *state;
    f->refused = "notion";
    begin(f, HEAD PEOPLE "every = 5m\n");
    expect(f, "people", ERR_AUTH);
    expect_wait(f, 5 * MINUTE);
    f->now += 5 * MINUTE;
    expect_wait(f, 55 * MINUTE);
}

static void cycle__comes_to_a_refused_remote__as_to_a_failure(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE TEAMS "[cycle c]\nsteps = teams people teams:push\nevery = 5m\n");
    expect(f, "teams", ERR_NONE);
    expect(f, "teams:push", ERR_NONE);
    expect(f, "people", ERR_AUTH);
    f->refused = "notion";
    for (int i = 0; i < 3; i++) { /* what can be read is read as often as before */
        expect_wait(f, 5 * MINUTE);
        f->now += 5 * MINUTE;
        expect(f, "teams", ERR_NONE);
        expect(f, "teams:push", ERR_NONE);
    }
}

static void cycle_that_goes_on__passes_over__a_refused_remote(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD PEOPLE TEAMS
          "[cycle c]\nsteps = people teams:pull\non_failure = continue\nevery = 5m\n");
    expect(f, "people", ERR_AUTH);
    f->refused = "notion";
    expect(f, "teams", ERR_NONE);
    expect_wait(f, 5 * MINUTE);
    f->now += 5 * MINUTE;
    expect(f, "teams", ERR_NONE);
    expect_wait(f, 5 * MINUTE);
    f->now = START + HOUR;
    expect(f, "people", ERR_NONE);
    f->refused = NULL;
    expect(f, "teams", ERR_NONE);
}

static void restart__waits__out_the_rest_of_the_pause(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    assert_ok(flow_state_ok(f->store->db, "teams", 0, START - MINUTE, &err), err);
    begin(f, HEAD TEAMS "every = 5m\n");
    expect_wait(f, 4 * MINUTE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void held__flow_or_remote__does_not_run(void **state)
{
    struct fixture *f = *state;
    const char *const teams = "teams", *const coda = "coda", *const cycle = "c";
    begin(f, HEAD PEOPLE TEAMS "[cycle c]\nsteps = teams people\nevery = 5m\n");
    schedule_hold(f->s, &cycle, 1);
    assert_string_equal(take(f), "");
    assert_int_equal(f->wait, -1);
    schedule_hold(f->s, &teams, 1); /* the others of its cycle run */
    expect(f, "people", ERR_NONE);
    f->now += 5 * MINUTE;
    schedule_hold(f->s, &coda, 1);
    expect(f, "people", ERR_NONE);
    f->now += 5 * MINUTE;
    schedule_hold(f->s, NULL, 0);
    expect(f, "teams", ERR_NONE);
}

/* A machine that thought for a while that it was tomorrow. */
static void clock_that_was_set_back__puts_off__nothing(void **state)
{
    struct fixture *f = *state;
    begin(f, HEAD TEAMS "every = 5m\n");
    f->now += 24 * HOUR;
    expect(f, "teams", ERR_NONE);
    assert_string_equal(take(f), "teams:push");
    f->now -= 24 * HOUR;
    came_out(f, ERR_NONE);
    expect_wait(f, 5 * MINUTE);
    f->now += 5 * MINUTE + 24 * HOUR;
    expect(f, "teams", ERR_NONE);
    expect(f, "teams:push", ERR_TEMP);
    f->now -= HOUR; /* after a failure: its longer pause, no more */
    expect_wait(f, 10 * MINUTE);
    f->now += 10 * MINUTE;
    assert_string_equal(take(f), "teams");
    came_out(f, ERR_NONE);
    f->now -= HOUR; /* in the middle of a round: it is of now */
    expect_wait(f, 1000);
    f->now += 1000;
    assert_string_equal(take(f), "teams:push");
    assert_int_equal(f->due.began_ms, f->now - 1000);
    came_out(f, ERR_NONE);
}

/* The last process checked the flow under such a clock. */
static void check_of_tomorrow__puts_off__nothing(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    assert_ok(flow_state_ok(f->store->db, "teams", 0, f->now + 24 * HOUR, &err), err);
    begin(f, HEAD TEAMS "every = 5m\n");
    expect_wait(f, 5 * MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clock_that_was_set_back__puts_off__nothing),
        TEST(check_of_tomorrow__puts_off__nothing),
        TEST(held__flow_or_remote__does_not_run),
        TEST(flow_both_ways__is_read__and_then_sent),
        TEST(failed_pull__keeps_its_push__from_running),
        TEST(cycle__ends__where_a_step_failed),
        TEST(cycle_that_goes_on__skips_only__what_was_not_read),
        TEST(cycle__remembers__when_its_round_began),
        TEST(held_lane__is_tried__a_second_later),
        TEST(busy_lane__lets_others_pass),
        TEST(refused_remote__is_asked_once_an_hour__by_one_step),
        TEST(accepted_token__lets_everything_run__at_once),
        TEST(new_process__asks_a_refused_remote__once),
        TEST(cycle__comes_to_a_refused_remote__as_to_a_failure),
        TEST(cycle_that_goes_on__passes_over__a_refused_remote),
        TEST(restart__waits__out_the_rest_of_the_pause),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
