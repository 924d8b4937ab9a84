/* test_clock.c: date-times as remotes write them, and a clock that tests drive. */
#include "store/base/clock.h"
#include "tests/support/check.h"

#define JULY_1 1782864000000 /* 2026-07-01T00:00:00Z */

static void iso__reads__what_is_a_date_time(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        {"2026-07-01", JULY_1},
        {"2026-07-01T00:00:00Z", JULY_1},
        {"2026-07-01T00:00:00z", JULY_1},
        {"2026-07-01 00:00:00", JULY_1},
        {"2026-07-01T00:00", JULY_1},
        {"2026-07-01T03:00:00+03:00", JULY_1},
        {"2026-07-01T03:00:00+0300", JULY_1},
        {"2026-07-01T03:00:00+03", JULY_1},
        {"2026-06-30T17:00:00-07:00", JULY_1},
        {"2026-07-01T00:00:00.5Z", JULY_1 + 500},
        {"2026-07-01T00:00:00.123456789Z", JULY_1 + 123},
        {"2026-07-01T00:00:00,250", JULY_1 + 250},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2024-02-29", 1709164800000},
        {"2026-06-30T23:59:60Z", JULY_1 - 1000}, /* a leap second stays in its day */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms = -77;
        if (!clock_parse_iso(cases[i].text, &ms) || ms != cases[i].want)
            fail_msg("«%s» gave %lld", cases[i].text, (long long)ms);
    }
}

static void iso__refuses__everything_else(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2026",
        "2026-7-1",
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "01.07.2026",
        "2026- 7-01",
        "  26-07-01",
        "+026-07-01",
        "2026-+7-01",
        "2026-07-01T",
        "2026-07-01T24:00:00Z",
        "2026-07-01T10:60:00Z",
        "2026-07-01T10:00:61Z",
        "2026-07-01T1:00:00Z",
        "2026-07-01T+1:00:00Z",
        "2026-07-01T10:00:00+3",
        "2026-07-01T10:00:00+99:99",
        "2026-07-01T10:00:00+03:00x",
        "2026-07-01T10:00:00 UTC",
        "2026-07-01x",
        "20260701",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t ms = -77;
        if (clock_parse_iso(cases[i], &ms) || ms != -77)
            fail_msg("«%s» was read as %lld", cases[i], (long long)ms);
    }
}

static void iso__writes__what_it_reads(void **state)
{
    (void)state;
    static const int64_t moments[] = {0, -1, JULY_1, JULY_1 + 7, 253402300799999};
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        char text[25];
        int64_t back;
        assert_true(clock_parse_iso(clock_iso(text, moments[i]), &back));
        assert_int_equal(back, moments[i]);
    }
    char text[25];
    assert_string_equal(clock_iso(text, JULY_1 + 7), "2026-07-01T00:00:00.007Z");
}

static void http_date__reads__the_header(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(clock_parse_http_date("Wed, 01 Jul 2026 00:00:00 GMT", &ms));
    assert_int_equal(ms, JULY_1);
    assert_true(clock_parse_http_date("Thu, 31 Dec 2026 23:59:59 GMT", &ms));
    assert_int_equal(ms, 1798761599000);
    static const char *const bad[] = {
        "",
        "2026-07-01",
        "Wed, 01 Foo 2026 00:00:00 GMT",
        "Wed, 01 anF 2026 00:00:00 GMT",
        "Wed, 01 Jul 2026 00:00:00 MSK",
        "Wed, 01 Jul 2026 00:00:00",
        "Wed, 41 Jul 2026 00:00:00 GMT",
        "Wed, 01 Jul 2026 25:00:00 GMT",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (clock_parse_http_date(bad[i], &ms))
            fail_msg("«%s» was read", bad[i]);
    }
}

static void clock__moves__when_a_test_says_so(void **state)
{
    (void)state;
    int64_t now = clock_now_ms(), mono = clock_mono_ms();
    clock_test_advance(3600000);
    assert_in_range(clock_now_ms() - now, 3600000, 3610000);
    assert_in_range(clock_mono_ms() - mono, 3600000, 3610000);
}

static void sleep__moves_the_clock__when_sleeps_are_skipped(void **state)
{
    (void)state;
    _Atomic bool cancel = false;
    clock_test_skip_sleeps(true);
    int64_t mono = clock_mono_ms();
    assert_true(clock_sleep_ms(86400000, NULL));
    assert_true(clock_sleep_ms(1000, &cancel));
    assert_in_range(clock_mono_ms() - mono, 86401000, 86411000);
    cancel = true;
    assert_false(clock_sleep_ms(1000, &cancel));
    clock_test_skip_sleeps(false);
}

static void sleep__ends_at_once__when_cancelled_before(void **state)
{
    (void)state;
    _Atomic bool cancel = true;
    int64_t mono = clock_mono_ms();
    assert_false(clock_sleep_ms(60000, &cancel));
    assert_true(clock_mono_ms() - mono < 30000);
    assert_true(clock_sleep_ms(0, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso__reads__what_is_a_date_time),
        cmocka_unit_test(iso__refuses__everything_else),
        cmocka_unit_test(iso__writes__what_it_reads),
        cmocka_unit_test(http_date__reads__the_header),
        cmocka_unit_test(clock__moves__when_a_test_says_so),
        cmocka_unit_test(sleep__moves_the_clock__when_sleeps_are_skipped),
        cmocka_unit_test(sleep__ends_at_once__when_cancelled_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
