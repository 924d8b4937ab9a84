/* test_lines.c: pieces that screens are made of: lines that say the same told as one, and the
 * buttons that turn pages. */
#include "bot/text/alike_text.h"
#include "bot/text/page_text.h"
#include "tests/support/check.h"

static void add(struct alike *a, enum text_id one, enum text_id many, const char *name,
                const char *reason)
{
    alike_add(a, &(struct alike_line){one, many, name, reason});
}

static void lines_that_say_the_same__are_one(void **state)
{
    (void)state;
    AUTO_MSG m = MSG_INIT;
    struct alike a = ALIKE_INIT(&m, LANG_RU);
    alike_flush(&a);
    assert_string_equal(msg_str(&m), "");
    add(&a, TEXT_PLAN_LINE_NEW, TEXT_PLAN_MANY_NEW, "Кухня", "");
    add(&a, TEXT_PLAN_LINE_NEW, TEXT_PLAN_MANY_NEW, "Склад <2>", "");
    add(&a, TEXT_PLAN_SEND_MARK, TEXT_PLAN_MANY_SEND_MARK, "#17", "пустое имя");
    add(&a, TEXT_PLAN_SEND_MARK, TEXT_PLAN_MANY_SEND_MARK, "#18", "нет такой роли");
    add(&a, TEXT_PLAN_SEND_MARK, TEXT_PLAN_MANY_SEND_MARK, "Лис, Кухня", "нет такой роли");
    alike_flush(&a);
    assert_string_equal(msg_str(&m), "\n· новые: Кухня, Склад &lt;2&gt;"
                                     "\n· #17: пометится удалённой, пустое имя"
                                     "\n· пометятся удалёнными, нет такой роли: #18; Лис, Кухня");
    assert_int_equal(a.lines, 3);
}

static void line_of_too_many_names__is_followed_by_another(void **state)
{
    (void)state;
    AUTO_MSG m = MSG_INIT;
    struct alike a = ALIKE_INIT(&m, LANG_EN);
    for (int i = 0; i < ALIKE_MAX + 1; i++)
        add(&a, TEXT_RUN_NEW_RECORD, TEXT_RUN_MANY_NEW, "x", "");
    alike_flush(&a);
    assert_string_equal(msg_str(&m), "\n· new: x, x, x, x, x, x, x, x, x, x, x, x"
                                     "\n· x: a new record");
}

static void page_button__says__what_it_shows(void **state)
{
    (void)state;
    static const struct {
        int64_t at, page, total;
        const char *ru, *en;
    } cases[] = {{5, 5, 17, "6–10 из 17 ▶︎", "6–10 of 17 ▶︎"},
                 {10, 5, 12, "11–12 из 12 ▶︎", "11–12 of 12 ▶︎"},
                 {5, 5, 6, "6 из 6 ▶︎", "6 of 6 ▶︎"},
                 {1000, 8, 2000,
                  "1\xe2\x80\xaf"
                  "001–1\xe2\x80\xaf"
                  "008 из 2\xe2\x80\xaf"
                  "000 ▶︎",
                  "1,001–1,008 of 2,000 ▶︎"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUTTONS ru = BUTTONS_INIT, en = BUTTONS_INIT;
        page_next(&ru, LANG_RU, "list 5", cases[i].at, cases[i].page, cases[i].total);
        page_next(&en, LANG_EN, "list 5", cases[i].at, cases[i].page, cases[i].total);
        assert_has(buttons_json(&ru), cases[i].ru);
        assert_has(buttons_json(&en), cases[i].en);
        assert_has(buttons_json(&en), "\"data\":\"list 5\"");
    }
    AUTO_BUTTONS back = BUTTONS_INIT;
    page_prev(&back, LANG_RU, "list 0");
    assert_has(buttons_json(&back), "◀︎");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_say_the_same__are_one),
        cmocka_unit_test(line_of_too_many_names__is_followed_by_another),
        cmocka_unit_test(page_button__says__what_it_shows),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
