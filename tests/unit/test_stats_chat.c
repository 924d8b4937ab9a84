/* test_stats_chat.c: /stats in the chat: which picture, whose taste, which buttons. */
#include "bot/chart/chart.h"
#include "store/base/json.h"
#include "store/chat/people.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

/* What is to be drawn by the last answer. */
static struct chart drawn(struct one_chat *c)
{
    struct err err = {0};
    struct chart ret;
    const char *json = temp_store_text(c->f->store, "SELECT json_extract(payload, '$.drawing')"
                                                    " FROM chat_out WHERE kind = 'message'");
    assert_non_null(json);
    assert_ok(chart_read(json, strlen(json), c->f->arena, &ret, &err), err);
    return ret;
}

static const char *figures(struct one_chat *c)
{
    return temp_store_text(c->f->store, "SELECT json_extract(payload, '$.figures') FROM chat_out"
                                        " WHERE kind = 'message'");
}

static void stats__shows__arrivals_first_with_all_buttons(void **state)
{
    struct one_chat *c = *state;
    assert_string_equal(one_chat_say(c, "/stats"), "Заезды и отъезды по дням, 2026");
    assert_string_equal(drawn(c).empty, "На 2026 год заездов нет");
    assert_has(figures(c), "На 2026 год заездов нет");
    assert_has(c->buttons, "✓ Заезды → stats arrivals 2026 @1\nСлужбы → stats teams 2026 @1\n"
                           "Роли → stats roles 2026 @1\nСтатусы → stats statuses 2026 @1\n"
                           "Год к году → stats years 2026 @1\nСверки → stats sync 2026 @1\n"
                           "🌙 Тёмные → stats arrivals 2026 dark @1\n");
}

static void a_button__renews__the_message_with_another_picture(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/stats");
    const char *slot = c->slot;
    assert_string_equal(one_chat_press(c, "Службы"), "Участие 2026: службы");
    assert_string_equal(c->slot, slot);
    assert_int_equal(drawn(c).n_items, 1);
    assert_string_equal(drawn(c).items[0].label, "Инфоцентр");
    assert_has(figures(c), "Инфоцентр: 1\nВсего 1 участие. ");
    assert_string_equal(temp_store_text(c->f->store, "SELECT json_extract(payload, '$.name')"
                                                     " FROM chat_out WHERE kind = 'message'"),
                        "teams-2026.png");
    assert_has(c->buttons, "✓ Службы");
    assert_has_not(c->buttons, "✓ Заезды");
    one_chat_press(c, "Сверки");
    assert_has(c->said, "Что меняли сверки за 14 дней");
    assert_has_not(c->buttons, "◀︎"); /* days, no years */
}

static void dark__is_remembered__and_taken_back(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/stats teams");
    assert_false(drawn(c).dark);
    one_chat_press(c, "Тёмные");
    assert_true(drawn(c).dark);
    assert_has(c->said, "службы");
    assert_has(c->buttons, "☀️ Светлые → stats teams 2026 light @1");
    one_chat_say(c, "/stats");
    assert_true(drawn(c).dark);
    one_chat_press(c, "Светлые");
    assert_false(drawn(c).dark);
    one_chat_say(c, "/stats roles");
    assert_false(drawn(c).dark);
}

static void other_years__are_a_button_away__when_they_hold_anything(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/stats teams 2025");
    assert_has(c->said, "Участие 2025: службы");
    assert_has(figures(c), "За 2025 год участий нет");
    assert_has(c->buttons, "2026 ▶︎ → stats teams 2026 @1");
    assert_has_not(c->buttons, "2024");
    one_chat_press(c, "2026 ▶︎");
    assert_has(c->said, "Участие 2026: службы");
    assert_has_not(c->buttons, "▶︎");
    assert_has_not(c->buttons, "◀︎");
    one_chat_say(c, "/stats 2027 teams");
    assert_has(c->buttons, "◀︎ 2026 → stats teams 2026 @");
    assert_has(one_chat_say(c, "/stats 1999"), "Картинки «1999» у меня нет");
}

static void words__choose__a_picture_in_any_language(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/stats роли"), "Участие 2026: роли");
    assert_has(one_chat_say(c, "/stats год к году"), "Участие: 2026");
    assert_has(one_chat_say(c, "/stats статусы 2025"), "Участие 2025: статусы");
    assert_has(one_chat_say(c, "/stats <мыши>"), "Картинки «<мыши>» у меня нет. Вот какие есть:");
    assert_has(c->buttons, "Заезды → stats arrivals 2026 @");
    assert_has_not(c->buttons, "✓");
    assert_has_not(c->buttons, "🌙");
    assert_has(one_chat_press(c, "Роли"), "Участие 2026: роли");
}

static void stats__speaks__english(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/lang en");
    assert_has(one_chat_say(c, "/stats teams"), "Participation 2026: teams");
    assert_string_equal(drawn(c).thousands, ",");
    assert_has(figures(c), "Инфоцентр: 1\n1 participation in all. ");
    assert_has(c->buttons, "Year by year → stats years 2026 @");
    assert_has(c->buttons, "🌙 Dark");
    assert_has(one_chat_say(c, "/stats mice"), "There is no picture “mice”");
}

static void a_button_of_old__still_counts_anew(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_press_data(c, "stats teams 2026 @7"), "Участие 2026: службы");
    assert_string_equal(c->slot, "stats:7");
    assert_has(one_chat_press_data(c, "stats pies 2026 @7"), "Картинки «pies» у меня нет");
    assert_string_equal(c->slot, "stats:7");
}

static void stats__is_for__organizers(void **state)
{
    struct one_chat *c = *state;
    c->user = 5005;
    one_chat_say(c, "/stats teams");
    assert_has_not(c->said, "Участие");
    assert_null(temp_store_text(c->f->store, "SELECT json_extract(payload, '$.drawing')"
                                             " FROM chat_out WHERE kind = 'message'"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(stats__shows__arrivals_first_with_all_buttons),
        T(a_button__renews__the_message_with_another_picture),
        T(dark__is_remembered__and_taken_back),
        T(other_years__are_a_button_away__when_they_hold_anything),
        T(words__choose__a_picture_in_any_language),
        T(stats__speaks__english),
        T(a_button_of_old__still_counts_anew),
        T(stats__is_for__organizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
