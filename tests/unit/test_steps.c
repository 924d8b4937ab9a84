/* test_steps.c: what becomes of a step when those before it did not all end well. */
#include "sync/config/config.h"
#include "sync/steps.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

static const char config[] =
    "[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\ndirection = both\n"
    "field.name = N\n"
    "[flow teams]\nremote = coda\ntable = T\nentity = team\ndirection = both\nfield.name = N\n"
    "field.type = Y\n";

/* Fates of the steps, by how each came out when it was run: "run people", "unread people:push". */
static void check(const char *const *names, const enum err_kind *comes_out, size_t n, bool stop,
                  const char *want)
{
    static const char *const words[] = {"run", "unread", "refused", "down", "end"};
    AUTO_CONFIG *cfg = config_must(config);
    AUTO_BUF got = BUF_INIT(1000);
    struct step steps[8];
    enum err_kind ended[8];
    for (size_t i = 0; i < n; i++) {
        if (!config_step(cfg, names[i], &steps[i]))
            steps[i] = (struct step){NULL, false};
        enum step_fate fate = steps_fate(steps, i, ended, stop);
        buf_addf(&got, "%s%s %s", i ? ", " : "", words[fate], names[i]);
        if (fate == STEP_END)
            break;
        ended[i] = fate == STEP_RUN ? comes_out[i] : steps_skipped(&steps[i], fate).error_kind;
    }
    assert_string_equal(buf_str(&got), want);
}
#define NAMES(...) ((const char *const[]){__VA_ARGS__})
#define ENDS(...)  ((const enum err_kind[]){__VA_ARGS__})

static void list__goes_on__past_a_failure(void **state)
{
    (void)state;
    check(NAMES("people", "teams", "teams:push"), ENDS(ERR_TEMP, ERR_NONE, ERR_NONE), 3, false,
          "run people, run teams, run teams:push");
    check(NAMES("people", "teams"), ENDS(ERR_LIMIT, ERR_NONE), 2, false, "run people, run teams");
}

static void push__waits__for_its_own_pull_only(void **state)
{
    (void)state;
    check(NAMES("people", "teams", "people:push", "teams:push"),
          ENDS(ERR_TEMP, ERR_NONE, ERR_NONE, ERR_NONE), 4, false,
          "run people, run teams, unread people:push, run teams:push");
    check(NAMES("people", "people:push"), ENDS(ERR_LIMIT, ERR_NONE), 2, false,
          "run people, unread people:push");
    /* what was not read in this round does not keep it */
    check(NAMES("teams", "people:push"), ENDS(ERR_DATA, ERR_NONE), 2, false,
          "run teams, run people:push");
    /* a failed push keeps nothing from running */
    check(NAMES("people:push", "people"), ENDS(ERR_DATA, ERR_NONE), 2, false,
          "run people:push, run people");
}

static void refused_remote__is_left_alone__others_are_asked(void **state)
{
    (void)state;
    check(NAMES("people", "teams", "people:push", "teams:push", "people"),
          ENDS(ERR_AUTH, ERR_NONE, ERR_NONE, ERR_NONE, ERR_NONE), 5, false,
          "run people, run teams, refused people:push, run teams:push, refused people");
}

static void silent_remote__is_left_alone__after_two_steps(void **state)
{
    (void)state;
    check(NAMES("people", "people", "people", "teams", "people:push", "people"),
          ENDS(ERR_TEMP, ERR_TEMP, ERR_NONE, ERR_NONE, ERR_NONE, ERR_NONE), 6, false,
          "run people, run people, down people, run teams, down people:push, down people");
    /* it has answered in between; what was skipped asked nothing */
    check(NAMES("people", "people:push", "people", "people", "people", "people"),
          ENDS(ERR_TEMP, ERR_NONE, ERR_NONE, ERR_TEMP, ERR_NONE, ERR_NONE), 6, false,
          "run people, unread people:push, run people, run people, run people, run people");
    /* a mistake of ours, or of the table, is an answer */
    check(NAMES("people", "people", "people"), ENDS(ERR_TEMP, ERR_DATA, ERR_NONE), 3, false,
          "run people, run people, run people");
}

static void cycle__ends__where_a_step_failed(void **state)
{
    (void)state;
    check(NAMES("people", "teams", "people:push"), ENDS(ERR_NONE, ERR_TEMP, ERR_NONE), 3, true,
          "run people, run teams, end people:push");
    check(NAMES("people", "teams"), ENDS(ERR_NONE, ERR_NONE), 2, true, "run people, run teams");
}

static void unknown_flow__is_nobodys__pull(void **state)
{
    (void)state;
    check(NAMES("gone", "people:push", "gone:push"), ENDS(ERR_DATA, ERR_NONE, ERR_NONE), 3, false,
          "run gone, run people:push, run gone:push");
}

static void skipped_step__is_told__with_its_reason(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(config);
    struct step s;
    assert_true(config_step(cfg, "people:push", &s));
    struct report unread = steps_skipped(&s, STEP_UNREAD),
                  refused = steps_skipped(&s, STEP_REFUSED), down = steps_skipped(&s, STEP_DOWN);
    assert_string_equal(unread.flow, "people:push");
    assert_true(unread.push);
    assert_has(unread.error, "not sent");
    assert_int_equal(unread.error_kind, ERR_TEMP);
    assert_has(refused.error, "token");
    assert_int_equal(refused.error_kind, ERR_AUTH);
    assert_has(down.error, "did not answer");
    assert_int_equal(down.error_kind, ERR_TEMP);
    assert_true(report_is_skipped(&down));
    assert_true(report_is_skipped(&unread));
    assert_true(report_is_skipped(&refused));
    assert_false(report_is_quiet(&unread));
    assert_false(report_is_skipped(&(struct report){.flow = "f", .state = "failed", .error = "x"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__goes_on__past_a_failure),
        cmocka_unit_test(push__waits__for_its_own_pull_only),
        cmocka_unit_test(refused_remote__is_left_alone__others_are_asked),
        cmocka_unit_test(silent_remote__is_left_alone__after_two_steps),
        cmocka_unit_test(cycle__ends__where_a_step_failed),
        cmocka_unit_test(unknown_flow__is_nobodys__pull),
        cmocka_unit_test(skipped_step__is_told__with_its_reason),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
