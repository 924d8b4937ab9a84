/* test_html.c: escaping, plain text, cutting, buttons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/html.h"
#include "store/base/json.h"
#include "store/base/utf8.h"

#include <string.h>

#define EMOJI "\xf0\x9f\x94\x84" /* U+1F504: two UTF-16 units */

static void msg__escapes__what_comes_from_outside(void **state)
{
    (void)state;
    AUTO_MSG m = MSG_INIT;
    msg_html(&m, "<b>");
    msg_text(&m, "<b>& \"x\"</b>");
    msg_html(&m, "</b>");
    msg_textf(&m, " %s=%d", "a<b", 5);
    msg_text(&m, NULL);
    assert_string_equal(msg_str(&m), "<b>&lt;b&gt;&amp; &quot;x&quot;&lt;/b&gt;</b> a&lt;b=5");
    assert_true(html_valid(msg_str(&m)));
}

static void msg__stays_well_formed__when_it_is_cut(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 40; shift++) {
        AUTO_MSG m = MSG_INIT;
        for (size_t i = 0; i < shift; i++)
            msg_html(&m, "x");
        while (!m.html.over) {
            msg_html(&m, "<b><i>");
            msg_text(&m, "<ы" EMOJI ">");
            msg_html(&m, "</i></b>\n");
        }
        assert_true(html_valid(msg_str(&m)));
        assert_true(utf8_valid(msg_str(&m), strlen(msg_str(&m))));
        msg_text(&m, "later <");
        assert_true(html_valid(msg_str(&m)));
    }
}

static void plain(const char *html, const char *expected)
{
    AUTO_BUF out = BUF_INIT(4096);
    html_to_plain(html, &out);
    assert_string_equal(buf_str(&out), expected);
}

static void html_to_plain__gives__what_a_person_reads(void **state)
{
    (void)state;
    plain("", "");
    plain("<b>Ксения</b>, <i>привет</i> &lt;3 &amp; &quot;&#33;&#x21;", "Ксения, привет <3 & \"!!");
    plain("<a href=\"https://x.ru/?a=1&amp;b=2\">Кода</a>.", "Кода (https://x.ru/?a=1&b=2).");
    plain("<a href=\"https://x.ru\">https://x.ru</a>", "https://x.ru");
    plain("a < b & c <z> &zz; <b", "a < b & c <z> &zz; <b");
}

static void html_valid__tells__bad_from_good(void **state)
{
    (void)state;
    assert_true(html_valid("<b>a <a href=\"x\">b</a></b> &lt;"));
    assert_false(html_valid("<b>a"));
    assert_false(html_valid("a</b>"));
    assert_false(html_valid("<b><i>a</b></i>"));
    assert_false(html_valid("a & b"));
    assert_false(html_valid("a < b"));
    assert_false(html_valid("<span>a</span>"));
}

/* Every part is valid, short enough and not blank, and together they say the same. */
static void check_split(const char *html, size_t max, size_t expected_n)
{
    AUTO_ARENA *arena = arena_new((size_t)32 << 20);
    const char **parts;
    size_t n;
    AUTO_BUF whole = BUF_INIT((size_t)1 << 20);
    AUTO_BUF joined = BUF_INIT((size_t)1 << 20);
    AUTO_BUF folded = BUF_INIT((size_t)1 << 20);
    AUTO_BUF folded_join = BUF_INIT((size_t)1 << 20);
    html_split(html, max, arena, &parts, &n);
    if (expected_n)
        assert_int_equal(n, expected_n);
    for (size_t i = 0; i < n; i++) {
        assert_true(html_valid(parts[i]));
        assert_true(utf8_valid(parts[i], strlen(parts[i])));
        assert_true(html_length(parts[i]) <= max);
        html_to_plain(parts[i], &joined);
    }
    html_to_plain(html, &whole);
    for (const char *p = buf_str(&whole); *p; p++)
        if (!strchr(" \n", *p))
            buf_addc(&folded, *p);
    for (const char *p = buf_str(&joined); *p; p++)
        if (!strchr(" \n", *p))
            buf_addc(&folded_join, *p);
    assert_string_equal(buf_str(&folded), buf_str(&folded_join));
}

/* Behaviour L: 5000 UTF-16 units with an emoji at the cut. */
static void html_split__keeps_a_pair_together__at_the_cut(void **state)
{
    (void)state;
    for (size_t before = 4093; before <= 4097; before++) {
        AUTO_BUF b = BUF_INIT((size_t)1 << 20);
        for (size_t i = 0; i < before; i++)
            buf_addc(&b, 'x');
        buf_add(&b, EMOJI);
        while (utf8_utf16_length(buf_str(&b)) < 5000)
            buf_addc(&b, 'y');
        check_split(buf_str(&b), 4096, 2);
    }
}

static void html_split__reopens__tags(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new((size_t)1 << 20);
    const char **parts;
    size_t n;
    html_split("<b>one <a href=\"u\">two\nthree</a></b> four", 9, arena, &parts, &n);
    assert_int_equal(n, 3);
    assert_string_equal(parts[0], "<b>one <a href=\"u\">two</a></b>");
    assert_string_equal(parts[1], "<b><a href=\"u\">three</a></b>");
    assert_string_equal(parts[2], "four");
}

static void html_split__prefers__line_breaks_then_spaces(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new((size_t)1 << 20);
    const char **parts;
    size_t n;
    html_split("aaaa bbbb\ncccc dddd", 12, arena, &parts, &n);
    assert_int_equal(n, 2);
    assert_string_equal(parts[0], "aaaa bbbb");
    assert_string_equal(parts[1], "cccc dddd");
    html_split("aaaa bbbb cccc", 12, arena, &parts, &n);
    assert_string_equal(parts[0], "aaaa bbbb");
    html_split("aaaaaaaaaaaaaaa", 12, arena, &parts, &n);
    assert_string_equal(parts[0], "aaaaaaaaaaaa");
    html_split("short", 12, arena, &parts, &n);
    assert_int_equal(n, 1);
    html_split(" \n <b> </b>", 12, arena, &parts, &n);
    assert_int_equal(n, 0);
}

static void html_split__holds__for_any_limit_and_any_text(void **state)
{
    (void)state;
    static const char *const pieces[] =
        {"<b>",   "</b>",   "<i>",     "</i>", "&lt;",      "&amp;", EMOJI,
         "слово", " ",      "\n",      "x",    "<",         "&",     "<a href=\"https://x\">",
         "</a>",  "<code>", "</code>", "\xd0", "1234567890"};
    uint64_t seed = 7;
    for (int round = 0; round < 400; round++) {
        AUTO_BUF b = BUF_INIT((size_t)1 << 20);
        for (int i = 0; i < 40; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            buf_add(&b, pieces[(seed >> 33) % ARRAY_LEN(pieces)]);
        }
        AUTO_ARENA *arena = arena_new((size_t)8 << 20);
        const char **parts;
        size_t n, max = 2 + (size_t)round % 30;
        html_split(buf_str(&b), max, arena, &parts, &n);
        for (size_t i = 0; i < n; i++) {
            assert_true(html_valid(parts[i]));
            assert_true(html_length(parts[i]) <= max);
        }
    }
}

static void buttons__make__rows(void **state)
{
    (void)state;
    AUTO_BUTTONS b = BUTTONS_INIT;
    assert_null(buttons_json(&b));
    buttons_add(&b, "Участие \"1\"", "sync:1");
    buttons_url(&b, "Кода", "https://coda.io");
    buttons_row(&b);
    buttons_row(&b);
    buttons_addf(&b, "Ещё", "more:%d", 7);
    buttons_copy(&b, "Скопировать", "K7QF");
    assert_string_equal(buttons_json(&b), "[[{\"text\":\"Участие \\\"1\\\"\",\"data\":\"sync:1\"},"
                                          "{\"text\":\"Кода\",\"url\":\"https://coda.io\"}],"
                                          "[{\"text\":\"Ещё\",\"data\":\"more:7\"},"
                                          "{\"text\":\"Скопировать\",\"copy\":\"K7QF\"}]]");
    assert_false(b.bad);
    assert_string_equal(buttons_json(&b), buttons_json(&b));
}

static void buttons__leave_out__what_breaks_a_limit(void **state)
{
    (void)state;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char data[66];
    memset(data, 'd', sizeof data);
    data[65] = '\0';
    buttons_add(&b, "long", data);
    assert_true(b.bad);
    assert_null(buttons_json(&b));
    b.bad = false;
    buttons_addf(&b, "long", "%s", data);
    assert_true(b.bad);
    b.bad = false;
    buttons_add(&b, "fits", data + 1);
    assert_false(b.bad);
    buttons_add(&b, "empty", "");
    assert_true(b.bad);
    for (int i = 0; i < 2000; i++) {
        buttons_row(&b);
        buttons_add(&b, "a rather long text of a button", data + 1);
    }
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    const char *json = buttons_json(&b);
    assert_int_equal(0, json_parse(json, strlen(json), &tree, &err));
    assert_int_equal(cJSON_GetArraySize(tree), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(msg__escapes__what_comes_from_outside),
        cmocka_unit_test(msg__stays_well_formed__when_it_is_cut),
        cmocka_unit_test(html_to_plain__gives__what_a_person_reads),
        cmocka_unit_test(html_valid__tells__bad_from_good),
        cmocka_unit_test(html_split__keeps_a_pair_together__at_the_cut),
        cmocka_unit_test(html_split__reopens__tags),
        cmocka_unit_test(html_split__prefers__line_breaks_then_spaces),
        cmocka_unit_test(html_split__holds__for_any_limit_and_any_text),
        cmocka_unit_test(buttons__make__rows),
        cmocka_unit_test(buttons__leave_out__what_breaks_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
