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
         "[cycle people]\nsteps = teams\n";

/* The chosen flows joined by spaces. */
static void check(const char *const *names, size_t n, const char *want)
{
    AUTO_CONFIG *cfg = config_must(config);
    AUTO_BUF got = BUF_INIT(400);
    struct choice c;
    size_t bad = 99;
    assert_int_equal(choose_flows(cfg, names, n, &c, &bad), 0);
    for (size_t i = 0; i < c.n; i++)
        buf_addf(&got, "%s%s", i ? " " : "", c.flows[i]->name);
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

static void flow__goes_before__a_cycle_of_its_name(void **state)
{
    (void)state;
    CHECK("people", "people");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names__become__flows_in_their_order),
        cmocka_unit_test(cycle_alone__keeps__its_own_order),
        cmocka_unit_test(flow__goes_before__a_cycle_of_its_name),
        cmocka_unit_test(unknown_name__is_told__by_its_place),
        cmocka_unit_test(key__is_the_same__for_the_same_work),
        cmocka_unit_test(key__of_many_flows__stays_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
