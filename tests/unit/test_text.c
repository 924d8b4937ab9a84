/* test_text.c: every template of the table, plurals, numbers, times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NB "\xe2\x80\xaf"

/* Collects ",name" of every argument, sorted, and counts plural forms. Returns what is wrong. */
static const char *scan(const char *text, size_t forms, char *names, size_t size)
{
    char found[16][32];
    size_t n = 0;
    names[0] = '\0';
    for (const char *p = text; (p = strchr(p, '{'));) {
        const char *end = strchr(p, '}');
        size_t len = strcspn(p + 1, ":}");
        if (!end)
            return "a { without }";
        if (!len || len >= sizeof found[0] ||
            strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_0123456789") < len)
            return "an argument's name";
        if (p[1 + len] == ':') {
            size_t bars = 0;
            for (const char *q = p; q < end; q++)
                bars += *q == '|';
            if (bars + 1 != forms)
                return "the number of plural forms";
        }
        char name[32] = "";
        memcpy(name, p + 1, len);
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known |= !strcmp(found[i], name);
        if (!known && n == ARRAY_LEN(found))
            return "too many arguments";
        if (!known)
            strcpy(found[n++], name);
        p = end;
    }
    qsort(found, n, sizeof found[0], (int (*)(const void *, const void *))strcmp);
    for (size_t i = 0; i < n; i++)
        snprintf(names + strlen(names), size - strlen(names), ",%s", found[i]);
    return NULL;
}

static void table__holds__for_every_template(void **state)
{
    (void)state;
    int bad = 0;
    for (int i = 0; i < TEXT_COUNT; i++) {
        char names[LANG_COUNT][512];
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            const char *text = text_template((enum lang)lang, (enum text_id)i);
            const char *wrong = !text || !*text     ? "empty"
                                : !html_valid(text) ? "tags, or < > & that are not escaped"
                                                    : scan(text, lang == LANG_RU ? 3 : 2,
                                                           names[lang], sizeof names[lang]);
            if (wrong) {
                print_error("TEXT(%s) %s: %s\n", text_name((enum text_id)i),
                            lang_code((enum lang)lang), wrong);
                bad++;
                names[lang][0] = '\0';
            }
        }
        if (strcmp(names[LANG_RU], names[LANG_EN])) {
            print_error("TEXT(%s): arguments differ: ru %s, en %s\n", text_name((enum text_id)i),
                        names[LANG_RU], names[LANG_EN]);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

static void text_add__fills_in__arguments(void **state)
{
    (void)state;
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, LANG_RU, TEXT_AGO_MIN, T_INT("n", 2));
    assert_string_equal(msg_str(&m), "2 минуты назад");
    msg_clear(&m);
    TEXT_ADD(&m, LANG_RU, TEXT_CLOCK_YEAR, T_ID("day", 1), T_TEXT("month", "<b>&"),
             T_ID("year", 2026), T_HTML("time", "<i>x</i>"));
    assert_string_equal(msg_str(&m), "1 &lt;b&gt;&amp; 2026, <i>x</i>");
    msg_clear(&m);
    TEXT_ADD(&m, LANG_EN, TEXT_AGO_S);
    assert_string_equal(msg_str(&m), "{n} {n:second|seconds} ago");
}

static void plural(int64_t n, const char *ru, const char *en)
{
    AUTO_BUF b = BUF_INIT(256);
    assert_string_equal(TEXT_PLAIN(&b, LANG_RU, TEXT_AGO_D, T_INT("n", n)), ru);
    buf_clear(&b);
    assert_string_equal(TEXT_PLAIN(&b, LANG_EN, TEXT_AGO_D, T_INT("n", n)), en);
}

static void plurals__follow__the_language(void **state)
{
    (void)state;
    plural(0, "0 дней назад", "0 days ago");
    plural(1, "1 день назад", "1 day ago");
    plural(3, "3 дня назад", "3 days ago");
    plural(5, "5 дней назад", "5 days ago");
    plural(11, "11 дней назад", "11 days ago");
    plural(14, "14 дней назад", "14 days ago");
    plural(21, "21 день назад", "21 days ago");
    plural(112, "112 дней назад", "112 days ago");
    plural(1204, "1" NB "204 дня назад", "1,204 days ago");
}

static void numbers__are_grouped__by_language(void **state)
{
    (void)state;
    char out[TEXT_SHORT];
    assert_string_equal(text_number(out, LANG_RU, 0), "0");
    assert_string_equal(text_number(out, LANG_RU, 999), "999");
    assert_string_equal(text_number(out, LANG_RU, 1234567), "1" NB "234" NB "567");
    assert_string_equal(text_number(out, LANG_EN, 1204), "1,204");
    assert_string_equal(text_number(out, LANG_EN, -50), "\xe2\x88\x92"
                                                        "50");
    assert_string_equal(text_number(out, LANG_EN, INT64_MIN), "\xe2\x88\x92"
                                                              "9,223,372,036,854,775,808");
}

static void durations__are_said__shortly(void **state)
{
    (void)state;
    char out[TEXT_SHORT];
    assert_string_equal(text_duration(out, LANG_RU, 350), "350 мс");
    assert_string_equal(text_duration(out, LANG_RU, 14000), "14 с");
    assert_string_equal(text_duration(out, LANG_EN, 14000), "14 s");
    assert_string_equal(text_duration(out, LANG_RU, 65000), "1 мин 5 с");
    assert_string_equal(text_duration(out, LANG_RU, 23 * 60000), "23 мин");
    assert_string_equal(text_duration(out, LANG_RU, 3600000), "1 ч");
    assert_string_equal(text_duration(out, LANG_RU, (6 * 24 + 4) * INT64_C(3600000)), "6 д 4 ч");
    assert_string_equal(text_ago(out, LANG_RU, -5), "только что");
    assert_string_equal(text_ago(out, LANG_RU, 41000), "41 секунду назад");
    assert_string_equal(text_ago(out, LANG_RU, 120000), "2 минуты назад");
    assert_string_equal(text_ago(out, LANG_EN, 7200000), "2 hours ago");
    assert_string_equal(text_ago(out, LANG_RU, INT64_C(5) * 86400000), "5 дней назад");
}

static void clock__names__the_day_when_it_is_another(void **state)
{
    (void)state;
    char out[TEXT_SHORT];
    int64_t now = INT64_C(1782903720000); /* 2026-07-01T11:02:00Z */
    setenv("TZ", "Europe/Moscow", 1);
    tzset();
    assert_string_equal(text_clock(out, LANG_RU, now, now), "14:02");
    assert_string_equal(text_clock(out, LANG_RU, now - 86400000, now), "30 июня, 14:02");
    assert_string_equal(text_clock(out, LANG_EN, now - INT64_C(365) * 86400000, now),
                        "1 July 2025, 14:02");
}

static void languages__are_read__from_a_tag(void **state)
{
    (void)state;
    assert_int_equal(lang_of("ru-RU", LANG_EN), LANG_RU);
    assert_int_equal(lang_of("EN", LANG_RU), LANG_EN);
    assert_int_equal(lang_of("de", LANG_RU), LANG_RU);
    assert_int_equal(lang_of("rus", LANG_EN), LANG_EN);
    assert_int_equal(lang_of(NULL, LANG_RU), LANG_RU);
    assert_string_equal(lang_code(LANG_EN), "en");
}

static void text_button__is__plain(void **state)
{
    (void)state;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_BUTTON(&b, LANG_EN, TEXT_CLOCK_TODAY, "x", T_TEXT("time", "a<b"));
    assert_string_equal(buttons_json(&b), "[[{\"text\":\"a<b\",\"data\":\"x\"}]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__holds__for_every_template),
        cmocka_unit_test(text_add__fills_in__arguments),
        cmocka_unit_test(plurals__follow__the_language),
        cmocka_unit_test(numbers__are_grouped__by_language),
        cmocka_unit_test(durations__are_said__shortly),
        cmocka_unit_test(clock__names__the_day_when_it_is_another),
        cmocka_unit_test(languages__are_read__from_a_tag),
        cmocka_unit_test(text_button__is__plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
