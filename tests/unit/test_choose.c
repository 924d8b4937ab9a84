/* test_choose.c: what people mean by the names behind `sync`. */
#include "sync/choose.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#define HEAD "[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"

static const char config[] =
    HEAD "[flow part]\nremote = notion\ntable = X\nentity = participation\nfield.year = y\n"
         "field.person_id = p via notion\nfield.team_id = t via notion\nfield.role = r\n"
         "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
         "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
         "[cycle odd]\nsteps = part teams\n"
         "[cycle alone]\nsteps = teams\n";

/* The chosen flows joined by spaces. */
static void check(const char *const *names, size_t n, const char *want)
{
    AUTO_CONFIG *cfg = config_must(config);
    AUTO_BUF got = BUF_INIT(400);
    struct choice c;
    size_t bad = 99;
    assert_int_equal(choose_flows(cfg, names, n, &c, &bad), 0);
    for (size_t i = 0; i < c.n; i++)
        buf_addf(&got, "%s%s", i ? " " : "", step_name(&c.steps[i]));
    assert_string_equal(buf_str(&got), want);
}
#define CHECK(want, ...)                                                                           \
    check((const char *const[]){__VA_ARGS__},                                                      \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), want)

static void names__become__flows_in_their_order(void **state)
{
    (void)state;
    CHECK("part", "part");
    CHECK("people teams part", "all");
    CHECK("people part", "part", "people");
    CHECK("people teams part", "part", "all");
    CHECK("part", "part", "part");
}

static void cycle_alone__keeps__its_own_order(void **state)
{
    (void)state;
    CHECK("part teams", "odd");
    CHECK("people teams part", "odd", "people"); /* with others: as they depend on each other */
}

static void unknown_name__is_told__by_its_place(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(config);
    struct choice c = {.n = 77};
    size_t bad = 99;
    assert_int_equal(choose_flows(cfg, (const char *const[]){"part", "peopel", "x"}, 3, &c, &bad),
                     -1);
    assert_int_equal(bad, 1);
    assert_int_equal(c.n, 77);
    assert_int_equal(choose_flows(cfg, (const char *const[]){"All"}, 1, &c, &bad), -1);
}

static void key__is_the_same__for_the_same_work(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(config);
    struct choice a, b, c, d;
    size_t bad;
    choose_flows(cfg, (const char *const[]){"part", "people"}, 2, &a, &bad);
    choose_flows(cfg, (const char *const[]){"people", "part", "people"}, 3, &b, &bad);
    choose_flows(cfg, (const char *const[]){"people", "teams"}, 2, &c, &bad);
    choose_flows(cfg, (const char *const[]){"teams", "people", "part"}, 3, &d, &bad);
    assert_string_equal(a.key, "sync:people+part");
    assert_string_equal(a.key, b.key);
    assert_string_not_equal(a.key, c.key);
    choose_flows(cfg, (const char *const[]){"all"}, 1, &c, &bad);
    assert_string_equal(d.key, c.key);
}

static void key__of_many_flows__stays_short(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT(1 << 16);
    struct choice a, b;
    size_t bad;
    buf_add(&text, HEAD);
    for (int i = 0; i < 60; i++)
        buf_addf(&text,
                 "[flow a-flow-with-a-rather-long-name-%d]\nremote = notion\ntable = P%d\n"
                 "entity = person\nfield.name = N\n",
                 i, i);
    AUTO_CONFIG *cfg = config_must(buf_str(&text));
    choose_flows(cfg, (const char *const[]){"all"}, 1, &a, &bad);
    assert_int_equal(a.n, 60);
    assert_true(strlen(a.key) < 60);
    assert_memory_equal(a.key, "sync:", 5);
    const char *names[59];
    for (size_t i = 0; i < 59; i++)
        names[i] = cfg->flows[i]->name;
    choose_flows(cfg, names, 59, &b, &bad);
    assert_string_not_equal(a.key, b.key);
}

/* ---------------------------------------------------------------- both ways */

static const char two_way[] =
    HEAD "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
         "[flow teams]\nremote = notion\ntable = T\nentity = team\ndirection = both\n"
         "field.name = N\nfield.type = Y\n"
         "[flow badges]\nremote = notion\ntable = B\nentity = badge\ndirection = both\n"
         "field.name = N\nfield.diet = D\nfield.feed = F\nfield.role = R\n"
         "[flow out]\nremote = notion\ntable = O\nentity = person\ndirection = push\n"
         "put.N = name\n"
         "[cycle night]\nsteps = badges:push teams out people\non_failure = continue\n";

static void check_two_way(const char *const *names, size_t n, const char *want, const char *asked)
{
    AUTO_CONFIG *cfg = config_must(two_way);
    AUTO_BUF got = BUF_INIT(400), again = BUF_INIT(400);
    struct choice c;
    size_t bad = 99;
    assert_int_equal(choose_flows(cfg, names, n, &c, &bad), 0);
    for (size_t i = 0; i < c.n; i++)
        buf_addf(&got, "%s%s", i ? " " : "", step_name(&c.steps[i]));
    assert_string_equal(buf_str(&got), want);
    assert_string_equal(choose_names(cfg, c.steps, c.n, &again), asked);
}
#define CHECK_TWO_WAY(want, asked, ...)                                                            \
    check_two_way((const char *const[]){__VA_ARGS__},                                              \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), want, asked)

static void flow__both_ways__is_read_and_then_sent(void **state)
{
    (void)state;
    CHECK_TWO_WAY("teams teams:push", "teams", "teams");
    CHECK_TWO_WAY("people", "people", "people");
    CHECK_TWO_WAY("out", "out", "out");
    CHECK_TWO_WAY("teams", "teams:pull", "teams:pull");
    CHECK_TWO_WAY("teams:push", "teams:push", "teams:push");
}

static void list__is_sent__when_everything_has_come_in(void **state)
{
    (void)state;
    CHECK_TWO_WAY("people teams badges teams:push badges:push out", "all", "all");
    CHECK_TWO_WAY("teams badges teams:push badges:push", "teams badges", "badges", "teams");
    CHECK_TWO_WAY("teams badges teams:push", "teams badges:pull", "badges:pull", "teams");
}

static void names__that_are_asked_again__give_the_same_steps(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(two_way);
    static const char *const asked[][3] = {
        {"teams:pull"}, {"teams:push"}, {"teams:push", "people"}, {"out"}, {"badges", "teams:pull"},
    };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct choice first, second;
        const char *words[8];
        AUTO_BUF names = BUF_INIT(400);
        size_t n = asked[i][1] ? 2 : 1, n_words = 0, bad;
        assert_int_equal(choose_flows(cfg, asked[i], n, &first, &bad), 0);
        choose_names(cfg, first.steps, first.n, &names);
        for (char *w = strtok(names.data, " "); w; w = strtok(NULL, " "))
            words[n_words++] = w;
        assert_int_equal(choose_flows(cfg, words, n_words, &second, &bad), 0);
        assert_string_equal(second.key, first.key);
    }
}

static void cycle__is_remembered__as_such(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(two_way);
    struct choice c, list;
    size_t bad;
    assert_int_equal(choose_flows(cfg, (const char *const[]){"night"}, 1, &c, &bad), 0);
    assert_ptr_equal(c.cycle, config_cycle(cfg, "night"));
    assert_true(c.cycle->go_on);
    assert_int_equal(c.n, 5);
    assert_string_equal(step_name(&c.steps[0]), "badges:push");
    assert_int_equal(choose_flows(cfg,
                                  (const char *const[]){"badges:push", "teams", "out", "people"}, 4,
                                  &list, &bad),
                     0);
    assert_null(list.cycle);
    assert_string_not_equal(list.key, c.key);
    assert_int_equal(choose_flows(cfg, (const char *const[]){"night", "teams"}, 2, &list, &bad), 0);
    assert_null(list.cycle);
}

static void step__is_chosen__by_its_own_name(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(two_way);
    struct choice c;
    AUTO_BUF pull = BUF_INIT(64), push = BUF_INIT(64), only = BUF_INIT(64);
    assert_true(choose_step(cfg, "teams", &c));
    assert_int_equal(c.n, 1);
    assert_false(c.steps[0].push);
    assert_string_equal(choose_name(&c.steps[0], &pull), "teams:pull");
    assert_true(choose_step(cfg, "teams:push", &c));
    assert_true(c.steps[0].push);
    assert_string_equal(choose_name(&c.steps[0], &push), "teams:push");
    assert_true(choose_step(cfg, "people", &c));
    assert_string_equal(choose_name(&c.steps[0], &only), "people");
    assert_false(choose_step(cfg, "people:push", &c));
    assert_false(choose_step(cfg, "night", &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow__both_ways__is_read_and_then_sent),
        cmocka_unit_test(list__is_sent__when_everything_has_come_in),
        cmocka_unit_test(names__that_are_asked_again__give_the_same_steps),
        cmocka_unit_test(cycle__is_remembered__as_such),
        cmocka_unit_test(step__is_chosen__by_its_own_name),
        cmocka_unit_test(names__become__flows_in_their_order),
        cmocka_unit_test(cycle_alone__keeps__its_own_order),
        cmocka_unit_test(unknown_name__is_told__by_its_place),
        cmocka_unit_test(key__is_the_same__for_the_same_work),
        cmocka_unit_test(key__of_many_flows__stays_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
