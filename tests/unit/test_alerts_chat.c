/* test_alerts_chat.c: /alerts and /mute, typed and pressed. */
#include "bot/alerts/alert_tell.h"
#include "bot/ask.h"
#include "bot/dispatch.h"
#include "store/base/clock.h"
#include "store/chat/people.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

static void raise_alert(struct one_chat *c, enum alert_kind kind, const char *subject,
                        const char *step)
{
    struct err err = {0};
    const struct alert_news n = {.kind = kind,
                                 .subject = subject,
                                 .detail = "coda list of Part: GET h answered 503",
                                 .step = step,
                                 .num = 3};
    assert_ok(alerts_raise(c->f->db, &n, clock_now_ms(), NULL, &err), err);
}

static int64_t count(struct one_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

/* What the watchman shows in the chat now. */
static const char *shown(struct one_chat *c)
{
    struct err err = {0};
    bool told = true;
    while (told)
        assert_ok(alert_tell(c->f->db, &c->bot, NULL, clock_now_ms(), &told, &err), err);
    return temp_store_text(c->f->store, "SELECT group_concat(payload, char(10)) FROM chat_out WHERE"
                                        " slot LIKE 'alert:%'");
}

#define OWN_MESSAGE 77 /* of the alert, once it was sent */

/* A press that is answered by the message it stands under. */
static void press(struct one_chat *c, int64_t user, const char *data)
{
    struct err err = {0};
    bool any, queued;
    const struct chat_update u = {.update_id = ++c->updates,
                                  .kind = UPDATE_PRESS,
                                  .chat_id = user,
                                  .user_id = user,
                                  .is_private = true,
                                  .language = "ru",
                                  .data = data,
                                  .message_id = OWN_MESSAGE,
                                  .callback_id = "7"};
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, c->updates + 1, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    assert_true(any);
}

static void list__says__what_is_wrong_now(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    assert_has(one_chat_say(c, "/alerts"), "🟢 Сейчас всё в порядке");
    raise_alert(c, ALERT_FLOW, "people", "people");
    raise_alert(c, ALERT_DISK, "", NULL);
    one_chat_say(c, "/alerts");
    assert_has(c->said, "🔔 Сейчас не в порядке: 2\n1. 🚨 На диске хранилища осталось 3 МБ");
    assert_has(c->said, "2. 🔴 Люди по расписанию не получается с ");
    assert_has(c->buttons, "1 → alerts 2 @");
    assert_ok(alerts_clear(c->f->db, ALERT_FLOW, "people", clock_now_ms(), &err), err);
    one_chat_press(c, "Обновить");
    assert_has(c->said, "не в порядке: 1\n🚨");
    assert_has(c->said, "За сутки починилось: 1");
    one_chat_press(c, "Подробнее");
    assert_has(c->said, "🚨 На диске");
}

static void details__tell__all_that_is_known(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    raise_alert(c, ALERT_REMOTE_DOWN, "coda", "part");
    clock_test_advance(60000);
    assert_ok(alerts_clear(c->f->db, ALERT_REMOTE_DOWN, "coda", clock_now_ms(), &err), err);
    clock_test_advance(2 * ALERT_FLAP_MS);
    raise_alert(c, ALERT_REMOTE_DOWN, "coda", "part");
    raise_alert(c, ALERT_REMOTE_DOWN, "coda", "part:push");
    one_chat_say(c, "/alerts 2");
    assert_has(c->said, "🔴 Кода не отвечает с ");
    assert_has(c->said, "(2 попытки, последняя: 503)");
    assert_has(c->said, "Последняя ошибка: coda list of Part: GET h answered 503");
    assert_has(c->said, "Случилось 2 раза, последний в ");
    assert_has(c->said, "Встретили: Участие (Кода), Участие → Кода");
    assert_has(c->said, "Раньше: ");
    assert_has(c->said, ", длилось 1 мин");
    assert_has(c->buttons, "🔄 Попробовать сейчас → alerts 2 try");
    one_chat_say(c, "/alerts 1");
    assert_has(c->said, "⚪ Кода не отвечает с ");
    assert_has(c->said, "Закончилось в ");
    assert_has_not(c->buttons, "mute");
    assert_has(one_chat_say(c, "/alerts 99"), "Оповещения 99 нет.");
    assert_has(one_chat_say(c, "/alerts dgfh"), "не в порядке: 1");
}

/* Behaviour J: the same press twice is one job. */
static void try_now__queues__the_steps_that_met_it_once(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    raise_alert(c, ALERT_REMOTE_DOWN, "coda", "part");
    raise_alert(c, ALERT_REMOTE_DOWN, "coda", "part:push");
    raise_alert(c, ALERT_REMOTE_DOWN, "coda", "gone");
    press(c, OLEG, "alerts 1 try");
    press(c, OLEG, "alerts 1 try");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
    assert_string_equal(temp_store_text(c->f->store, "SELECT steps FROM job"),
                        "[\"part\",\"part:push\"]");
    assert_ok(alerts_clear(c->f->db, ALERT_REMOTE_DOWN, "coda", clock_now_ms(), &err), err);
    assert_has(one_chat_press_data(c, "alerts 1 try"), "уже починилось, пробовать нечего");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
}

static void mute__is_said__by_the_message_itself(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    raise_alert(c, ALERT_FLOW, "people", "people");
    assert_has(shown(c), "mute 1 1h");
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE chat_out SET message_id = :m",
                     B_INT(":m", OWN_MESSAGE)),
              err);
    press(c, OLEG, "mute 1 1h");
    press(c, OLEG, "mute 1 1h");
    assert_int_equal(count(c, "SELECT count(*) FROM alert_mute"), 1);
    assert_int_equal(count(c, "SELECT count(*) FROM chat_out WHERE kind = 'message'"), 1);
    assert_has(shown(c), "🔕 Не напоминаю до ");
    press(c, OLEG, "mute 1 fixed");
    assert_has(shown(c), "🔕 Не напоминаю, пока не починят.");
    press(c, OLEG, "mute 1 off");
    assert_has_not(shown(c), "🔕 Не напоминаю");
    assert_int_equal(count(c, "SELECT count(*) FROM alert_mute"), 0);
}

static void mute__answers__what_is_typed_and_what_is_over(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    assert_has(one_chat_say(c, "/mute"), "Откройте /alerts");
    assert_has(one_chat_say(c, "/mute 7"), "Оповещения 7 нет.");
    assert_has(one_chat_say(c, "/mute 7 whatever"), "Откройте /alerts");
    raise_alert(c, ALERT_FLOW, "people", "people");
    assert_has(one_chat_say(c, "/mute 1"), "🔕 Не напоминаю до ");
    assert_has(one_chat_say(c, "/mute 1 off"), "🔔 Снова напоминаю.");
    /* pressed on a card that /alerts opened */
    assert_has(one_chat_press_data(c, "mute 1 1h"), "🔕 Не напоминаю до ");
    one_chat_say(c, "/mute 1 off");
    assert_ok(alerts_clear(c->f->db, ALERT_FLOW, "people", clock_now_ms(), &err), err);
    assert_has(one_chat_press_data(c, "mute 1 fixed"), "напоминаний и так не будет");
}

static void choice__says__what_is_on_and_changes_it_once(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/alerts what");
    assert_has(c->buttons, "✅ критичное → alerts what critical off @");
    assert_has(c->buttons, "✅ мало места → alerts what disk off @");
    assert_has_not(c->buttons, "сводка дня"); /* none is sent */
    one_chat_press(c, "мало места");
    assert_has(c->buttons, "◻️ мало места → alerts what disk on @");
    one_chat_press_data(c, "alerts what disk off @1"); /* an old button, or pressed twice */
    assert_has(c->buttons, "◻️ мало места → alerts what disk on @");
    one_chat_press_data(c, "alerts what nonsense off");
    assert_int_equal(count(c, "SELECT count(*) FROM alert_unwanted"), 1);
    one_chat_press(c, "мало места");
    assert_int_equal(count(c, "SELECT count(*) FROM alert_unwanted"), 0);
    for (const char *line = c->buttons; *line; line = strchr(line, '\n') + 1)
        assert_true((size_t)(strchr(line, '\n') - strstr(line, " → ")) <= 5 + BUTTON_DATA_MAX);
}

/* Behaviour K: alerts are an admin's. */
static void stranger_and_organizer__are__refused(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    raise_alert(c, ALERT_FLOW, "people", "people");
    assert_ok(people_grant(c->f->db, "telegram", 2002, ROLE_ORGANIZER, "test", 1, &err), err);
    press(c, 2002, "mute 1 1h");
    press(c, 3003, "alerts 1 try");
    assert_int_equal(count(c, "SELECT count(*) FROM alert_mute"), 0);
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 0);
    assert_int_equal(count(c, "SELECT count(*) FROM chat_out WHERE kind = 'answer'"), 2);
    c->user = 2002;
    assert_has_not(one_chat_say(c, "/alerts"), "не в порядке");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(list__says__what_is_wrong_now),
        TEST(details__tell__all_that_is_known),
        TEST(try_now__queues__the_steps_that_met_it_once),
        TEST(mute__is_said__by_the_message_itself),
        TEST(mute__answers__what_is_typed_and_what_is_over),
        TEST(choice__says__what_is_on_and_changes_it_once),
        TEST(stranger_and_organizer__are__refused),
    };
    return cmocka_run_group_tests_name("alerts in chat", tests, NULL, NULL);
}
