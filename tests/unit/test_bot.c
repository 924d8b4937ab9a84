/* test_bot.c: what all commands share: counts, actors, and the engine's sentences in a person's
 * language. */
#include "bot/bot.h"
#include "sync/brakes.h"
#include "tests/support/check.h"

/* The sentence as the brake says it, not as we think it does. */
static void check_brake(struct brake_facts f, struct brake_limits limits, const char *ru)
{
    struct err err = {0};
    AUTO_BUF out = BUF_INIT(1024), same = BUF_INIT(1024);
    assert_int_equal(brakes_check(&f, &limits, &err), -1);
    assert_string_equal(bot_error(&out, err.msg, LANG_RU), ru);
    assert_string_equal(bot_error(&same, err.msg, LANG_EN), err.msg);
}

static void error__is_told__in_the_persons_language(void **state)
{
    (void)state;
    const struct brake_limits usual = {10, 100};
    check_brake((struct brake_facts){.complete = true, .rows = 40, .known = 100, .missing = 60},
                usual, "из 100 известных строк нет в таблице 60; без вопроса можно не больше 10");
    check_brake((struct brake_facts){.known = 100, .deletes = 60}, usual,
                "из 100 известных строк нет в таблице или лежат в корзине 60; без вопроса можно не "
                "больше 10");
    check_brake((struct brake_facts){.complete = true, .rows = 5, .sentinel_wanted = true}, usual,
                "среди 5 строк нет контрольной");
    check_brake((struct brake_facts){.complete = true, .known = 7, .missing = 7}, usual,
                "таблица пришла пустой, а из неё известно записей: 7");
    check_brake((struct brake_facts){.complete = true, .rows = 3, .known = 7, .missing = 7}, usual,
                "из 7 известных строк в таблице нет ни одной, а пришло 3");
    check_brake((struct brake_facts){.complete = true, .rows = 30, .last_rows = 100}, usual,
                "пришло строк: 30, а в прошлый раз было 100");
    check_brake((struct brake_facts){.columns_before = "Роль:select;", .columns_now = "Роль:text;"},
                usual, "у колонки сменился тип: Роль:select → Роль:text");
    check_brake((struct brake_facts){.known = 100, .updates = 90}, (struct brake_limits){10, 50},
                "изменилось бы 90 из 100 записей; без вопроса можно не больше 50 %");
}

static void error__is_told__as_it_is_when_nobody_translated_it(void **state)
{
    (void)state;
    AUTO_BUF out = BUF_INIT(1024), empty = BUF_INIT(16);
    assert_string_equal(bot_error(&out, "notion: 503 <b>", LANG_RU), "notion: 503 <b>");
    assert_string_equal(bot_error(&empty, "", LANG_RU), "");
}

static void actor__is__a_name_or_a_word(void **state)
{
    (void)state;
    assert_string_equal(bot_actor("telegram:5", "Ксения", LANG_RU), "Ксения");
    assert_string_equal(bot_actor("telegram:5", "", LANG_RU), "telegram:5");
    assert_string_equal(bot_actor("schedule", NULL, LANG_RU), "по расписанию");
    assert_string_equal(bot_actor("console:1", NULL, LANG_EN), "from the terminal");
}

static void counts__say__only_what_there_is(void **state)
{
    (void)state;
    AUTO_MSG m = MSG_INIT, none = MSG_INIT;
    bot_counts(&m, LANG_RU, &(struct counts){.inserted = 1, .deleted = 2, .invalid = 5});
    assert_string_equal(msg_str(&m), "1 новая, 2 удалены, 5 с ошибками");
    bot_counts(&none, LANG_EN, &(struct counts){0});
    assert_string_equal(msg_str(&none), "nothing to change");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error__is_told__in_the_persons_language),
        cmocka_unit_test(error__is_told__as_it_is_when_nobody_translated_it),
        cmocka_unit_test(actor__is__a_name_or_a_word),
        cmocka_unit_test(counts__say__only_what_there_is),
    };
    return cmocka_run_group_tests_name("bot", tests, NULL, NULL);
}
