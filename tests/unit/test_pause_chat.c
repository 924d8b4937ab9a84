/* test_pause_chat.c: pausing records, and records that could not be sent, in the chat. */
#include "store/journal.h"
#include "store/pauses.h"
#include "store/quarantine.h"
#include "store/runs.h"
#include "sync/pull/jail.h"
#include "sync/push/settle.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

static bool paused(struct one_chat *c, const char *entity, const char *id)
{
    struct err err = {0};
    bool is;
    assert_ok(pauses_has(c->f->db, entity, id, &is, &err), err);
    return is;
}

static void pause__stops__a_record_found_by_name(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/pause лис");
    assert_has(c->said, "⏸ Лис Мария на паузе");
    assert_true(paused(c, "person", ANNA));
    assert_string_equal(temp_store_text(c->f->store, "SELECT by FROM pause"), ORGANIZER);
    assert_has(one_chat_say(c, "/pause лис"), "уже на паузе (Олег, ");
    one_chat_press(c, "Снять с паузы");
    assert_has(c->said, "пауза снята");
    assert_has(c->buttons, "→ sync\n");
    assert_false(paused(c, "person", ANNA));
    assert_has(one_chat_say(c, "/resume " ANNA), "и так не на паузе");
}

static void resume__makes_flows__judge_what_was_held_back(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    const struct cursor cursor = {.flow = "part",
                                  .remote = "coda",
                                  .tbl = "Part",
                                  .mapping = "m",
                                  .judged_rev = 9};
    assert_ok(cursor_put(c->f->db, &cursor, &err), err);
    one_chat_say(c, "/pause " PART);
    assert_has(c->said, "Лис Мария, Инфоцентр на паузе");
    one_chat_press(c, "Снять с паузы");
    assert_int_equal(temp_store_int(c->f->store, "SELECT judged_rev FROM cursor"), -1);
}

static void pause__asks_which__when_several_fit(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/pause и"); /* Лис Мария, Инфоцентр */
    assert_has(c->said, "Нашлось 2. Какая запись?");
    assert_has(c->buttons, "Инфоцентр · служба → pause " TEAM);
    assert_has(one_chat_press(c, "Инфоцентр"), "Инфоцентр на паузе");
    assert_true(paused(c, "team", TEAM));
    assert_has(one_chat_say(c, "/resume и"), "Нашлось 2");
    assert_has(one_chat_press(c, "Инфоцентр"), "пауза снята");
    assert_has(one_chat_say(c, "/pause никого такого"), "Не нашёл «никого такого»");
}

static void pause__lists__what_stands_still(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/pause"), "На паузе ничего нет");
    one_chat_say(c, "/pause лис");
    one_chat_say(c, "/pause инфо");
    one_chat_say(c, "/resume");
    assert_has(c->said, "На паузе 2 записи:");
    assert_has(c->said, "· Лис Мария (Олег, ");
    assert_has(c->said, "· Инфоцентр (Олег, ");
    one_chat_press(c, "▶️ Лис Мария");
    assert_false(paused(c, "person", ANNA));
    assert_true(paused(c, "team", TEAM));
    assert_has(one_chat_press(c, "Что на паузе"), "На паузе 1 запись:");
}

/* ---------------------------------------------------------------- what could not be sent */

static void jail(struct one_chat *c, const char *flow, const char *id, bool waiting,
                 const char *reason, const char *detail)
{
    struct err err = {0};
    const struct jailed j = {.flow = flow,
                             .remote_id = id,
                             .part = "",
                             .waiting = waiting,
                             .reason = reason,
                             .detail = detail,
                             .raw = "{}",
                             .last_seen = 1000};
    assert_ok(quarantine_put(c->f->db, &j, &err), err);
}

static int64_t lost_insert(struct one_chat *c)
{
    struct err err = {0};
    int64_t id;
    const struct intent i = {.flow = "part:push",
                             .remote = "coda",
                             .tbl = "Part",
                             .op = "insert",
                             .entity = "participation",
                             .local_id = PART,
                             .part = "",
                             .payload = "{}",
                             .sent_at = 900};
    assert_ok(journal_send(c->f->db, &i, &id, &err), err);
    jail(c, "part:push", PART, false, "Unknown whether created", "2");
    return id;
}

static struct intent *intent(struct one_chat *c, int64_t id)
{
    struct err err = {0};
    struct intent *i;
    assert_ok(journal_get(c->f->db, id, c->f->arena, &i, &err), err);
    return i;
}

/* The record waits, so that the next push looks at it. */
static void check_waits(struct one_chat *c)
{
    assert_string_equal(temp_store_text(c->f->store, "SELECT flow || ' ' || remote_id || ' ' || "
                                                     "state || ' ' || reason FROM quarantine"),
                        "part:push " PART " waiting Not confirmed yet");
}

static void lost_insert__is_asked_about__and_found(void **state)
{
    struct one_chat *c = *state;
    int64_t id = lost_insert(c);
    one_chat_say(c, "/invalid");
    assert_has(c->said, "1. Лис Мария, Инфоцентр → Кода: неизвестно, создалась ли строка");
    assert_has(c->said, "похожих строк там: 2");
    assert_has_not(c->said, "Исправьте в таблице");
    assert_has(c->buttons, "1. Она там есть → there 1\n");
    assert_has(c->buttons, "1. Создать ещё раз → again 1\n");
    one_chat_press(c, "Она там есть");
    assert_has(c->said, "«Лис Мария, Инфоцентр» там есть");
    assert_has(c->buttons, "→ sync part:push\n");
    assert_string_equal(intent(c, id)->ref, "adopt");
    assert_string_equal(intent(c, id)->state, "sent");
    check_waits(c);
    assert_has_not(one_chat_say(c, "/invalid"), "похожих"); /* nobody is asked twice */
    assert_has_not(c->buttons, "there");
}

static void lost_insert__is_made_again__when_a_person_says_so(void **state)
{
    struct one_chat *c = *state;
    int64_t id = lost_insert(c);
    one_chat_say(c, "/invalid part:push");
    one_chat_press(c, "Создать ещё раз");
    assert_has(c->said, "создам «Лис Мария, Инфоцентр» ещё раз");
    assert_has(c->buttons, "→ sync part:push\n");
    assert_string_equal(intent(c, id)->state, "dropped");
    check_waits(c);
    assert_has(one_chat_press_data(c, "there 1"), "всё уже решилось");
    assert_has(one_chat_press_data(c, "again 1"), "всё уже решилось");
    assert_has(one_chat_say(c, "/there"), "Какая запись?");
    assert_has(one_chat_say(c, "/again 99"), "всё уже решилось");
    check_waits(c);
}

static void lost_insert__takes_no_word__about_other_writes(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    bool done = true;
    int64_t id;
    const struct intent i = {.flow = "part:push",
                             .remote = "coda",
                             .tbl = "Part",
                             .op = "update",
                             .entity = "participation",
                             .local_id = PART,
                             .part = "",
                             .remote_id = "i-1",
                             .payload = "{}",
                             .sent_at = 900};
    assert_ok(journal_send(c->f->db, &i, &id, &err), err);
    assert_ok(settle_insert(c->f->db, id, false, 1, &done, &err), err);
    assert_false(done);
    assert_string_equal(intent(c, id)->state, "sent");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM quarantine"), 0);
}

static void lost_insert__has_no_buttons__once_it_was_heard_of(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t id = lost_insert(c);
    assert_ok(journal_done(c->f->db, id, "i-9", 1000, &err), err);
    one_chat_say(c, "/invalid");
    assert_has_not(c->buttons, "there");
}

static void invalid__tells__records_from_rows(void **state)
{
    struct one_chat *c = *state;
    jail(c, "part:push", PART, false, "Refused", "column Роль takes no «медик»");
    jail(c, "part", "i-7", false, "Invalid role mapping", "Космонавт");
    jail(c, "part", "i-8", true, "Paused", NULL);
    jail(c, "part:push", "44444444-4444-4444-8444-444444444444", true, "Not linked there yet",
         "team " TEAM);
    one_chat_say(c, "/invalid");
    assert_has(c->said, "Лис Мария, Инфоцентр → Кода: там такое не принимают");
    assert_has(c->said, "column Роль takes no «медик»");
    assert_has(c->said, "Исправьте запись, и она уйдёт");
    assert_has(c->said, "нет такой роли");
    assert_has(c->said, "сейчас там: «Космонавт»");
    assert_has(c->said, "бывает: организатор");
    assert_has(c->said, "Исправьте в таблице");
    assert_has(c->said, "запись на паузе");
    assert_has(c->said, "/pause");
    assert_has(c->said, "    Инфоцентр\n");                             /* who is waited for */
    assert_has(c->said, "44444444-4444-4444-8444-444444444444 → Кода"); /* it is gone: its id */
    one_chat_say(c, "/invalid part:push");
    assert_has(c->said, "Не приняты: 1. Ждут: 1.");
    assert_has_not(c->said, "Космонавт");
    assert_has_not(c->said, "Исправьте в таблице");
    one_chat_say(c, "/invalid part");
    assert_has(c->said, "Космонавт");
    assert_has_not(c->said, "44444444");
}

/* Every reason of the engine's own is told in Russian, with what to do about it. */
static void reasons__have__words_and_advice(void **state)
{
    struct one_chat *c = *state;
    static const char *const reasons[] = {JAIL_PAUSED,      JAIL_SETTLES, JAIL_UNLINKED,
                                          JAIL_UNCONFIRMED, JAIL_UNKNOWN, JAIL_REFUSED,
                                          JAIL_IGNORED,     JAIL_SHARED,  JAIL_MOVED,
                                          JAIL_UNREAD};
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        jail(c, "part:push", PART, true, reasons[i], NULL);
        one_chat_say(c, "/invalid");
        assert_has(c->said, "Лис Мария, Инфоцентр → Кода: ");
        assert_has_not(c->said, reasons[i]);
        assert_has_not(c->said, ". \n"); /* the time is followed by the advice */
    }
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(pause__stops__a_record_found_by_name),
        IN_CHAT(resume__makes_flows__judge_what_was_held_back),
        IN_CHAT(pause__asks_which__when_several_fit),
        IN_CHAT(pause__lists__what_stands_still),
        IN_CHAT(lost_insert__is_asked_about__and_found),
        IN_CHAT(lost_insert__is_made_again__when_a_person_says_so),
        IN_CHAT(lost_insert__takes_no_word__about_other_writes),
        IN_CHAT(lost_insert__has_no_buttons__once_it_was_heard_of),
        IN_CHAT(invalid__tells__records_from_rows),
        IN_CHAT(reasons__have__words_and_advice),
    };
    return cmocka_run_group_tests_name("pause chat", tests, NULL, NULL);
}
