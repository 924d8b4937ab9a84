/* test_schedule_chat.c: what /schedule tells of flows and cycles that run by themselves, and of
 * those that somebody holds. */
#include "store/base/clock.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/one_chat.h"

#define MINUTE ((int64_t)60000)

/* A flow of Notion, one of Coda, a cycle of Coda alone and one of both. */
static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[telegram]\ntoken = 1:a\nadmins = 1001\n"
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = Имя\nevery = 5m\n"
    "[flow teams]\nremote = coda\ntable = T\nentity = team\nfield.name = Имя\nfield.type = Тип\n"
    "[cycle evening]\nsteps = teams\nevery = 1h\ntitle = Вечер\n"
    "[cycle whole]\nsteps = people teams\nevery = 24h\ntitle = Всё вместе\n";

struct fixture {
    struct one_chat *chat;
    struct config *cfg;
};

static struct fixture begin(void **state)
{
    struct fixture f = {*state, config_must(config)};
    f.chat->bot.cfg = f.cfg;
    return f;
}

static void end(struct fixture *f)
{
    f->chat->bot.cfg = f->chat->f->cfg;
    config_free(f->cfg);
}

static void schedule__tells__when_each_was_and_will_be(void **state)
{
    struct fixture f = begin(state);
    struct err err = {0};
    assert_ok(flow_state_ok(f.chat->f->db, "people", 0, clock_now_ms() - 2 * MINUTE, &err), err);
    one_chat_say(f.chat, "/schedule");
    assert_has(f.chat->said, "Сверяется само");
    assert_has(f.chat->said, "· Вечер: каждые 1 ч, было ещё не было, будет прямо сейчас");
    assert_has(f.chat->said, "· Люди: каждые 5 мин, было ");
    assert_has_not(strstr(f.chat->said, "Люди"), "прямо сейчас");
    assert_has_not(f.chat->said, "Службы"); /* it has no time of its own */
    assert_has(f.chat->buttons, "⏸ Вечер → pause evening\n");
    assert_has(f.chat->buttons, "⏸ Люди → pause people\n");
    end(&f);
}

static void schedule__shows__what_is_held_and_lets_it_go(void **state)
{
    struct fixture f = begin(state);
    one_chat_say(f.chat, "/schedule");
    one_chat_press(f.chat, "⏸ Люди");
    one_chat_say(f.chat, "/schedule");
    assert_has(f.chat->said, "⏸ Люди: стоит, Олег, с ");
    assert_has(f.chat->said, "· Всё вместе: каждые "); /* it holds itself alone */
    assert_has(f.chat->buttons, "▶️ Люди → resume people\n");
    assert_has_not(f.chat->buttons, "pause people");
    one_chat_press(f.chat, "▶️ Люди");
    assert_has_not(one_chat_say(f.chat, "/schedule"), "стоит");
    end(&f);
}

static void schedule__of_a_remote_that_is_held__says_until_when(void **state)
{
    struct fixture f = begin(state);
    one_chat_say(f.chat, "/pause coda 2h");
    one_chat_say(f.chat, "/schedule");
    assert_has(f.chat->said, "⏸ Вечер: стоит до "); /* nothing but Coda */
    assert_has(f.chat->said, "· Всё вместе: каждые ");            /* Notion's part of it goes on */
    assert_has(f.chat->said, "· Люди: каждые ");
    assert_has(f.chat->buttons, "▶️ Кода → resume coda\n");
    end(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(schedule__tells__when_each_was_and_will_be),
        TEST(schedule__shows__what_is_held_and_lets_it_go),
        TEST(schedule__of_a_remote_that_is_held__says_until_when),
    };
    return cmocka_run_group_tests_name("schedule_chat", tests, NULL, NULL);
}
