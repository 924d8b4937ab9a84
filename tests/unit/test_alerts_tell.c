/* test_alerts_tell.c: how people are told of alerts: one message for a cause, no storm hides
 * another, reminders, quiet hours, groups and topics, what they do not want, what is muted. */
#include "store/chat/chatbox.h"
#include "store/chat/people.h"
#include "store/plans.h"
#include "store/runs.h"
#include "store/starts.h"
#include "tests/support/alert_lab.h"

#include <stdio.h>

#define HOUR 3600000

#define raise(l, kind, subject, detail) alert_lab_raise((l), ALERT_##kind, (subject), (detail))
#define clear(l, kind, subject)         alert_lab_clear((l), ALERT_##kind, (subject))
#define said(l)                         alert_lab_said(l)
#define shown(l)                        alert_lab_shown((l), 1001)

static struct alert_lab *with(void **state, const char *more)
{
    alert_lab_free(*state);
    struct alert_lab *l = alert_lab_new(more);
    *state = l;
    return l;
}

/* ---------------------------------------------------------------- storms */

/* Behaviour H: 1000 identical errors in 10 s. */
static void same_error_a_thousand_times__is__one_message_and_a_counter(void **state)
{
    struct alert_lab *l = *state;
    int64_t edits;
    for (int i = 0; i < 1000; i++) {
        raise(l, FLOW, "people", "the answer is no JSON");
        clock_test_advance(10);
        if (i % 50 == 0)
            alert_lab_tell(l); /* as the watchman does, twice a second */
    }
    clock_test_advance(10000);
    assert_int_equal(alert_lab_count(l, 1001), 1);
    assert_int_equal(alert_lab_count(l, 1002), 1);
    assert_has(shown(l), "попыток: 1\xe2\x80\xaf"
                         "000");
    edits = temp_store_int(l->store, "SELECT max(version) FROM chat_out");
    assert_true(edits <= 4);
}

/* Behaviour I: another kind of trouble in the middle of it. */
static void other_kind_in_a_storm__is_told__at_once(void **state)
{
    struct alert_lab *l = *state;
    for (int i = 0; i < 500; i++)
        raise(l, FLOW, "people", "the answer is no JSON");
    said(l);
    raise(l, DISK, "", NULL);
    for (int i = 0; i < 500; i++)
        raise(l, FLOW, "people", "the answer is no JSON");
    const char *all = said(l);
    assert_has(all, "1001: 🚨 На диске хранилища осталось 1 МБ");
    assert_has_not(all, "по расписанию");
}

/* Forty causes of one kind at once: five are told, the others are a number; another kind is told.
 */
static void many_causes_of_a_kind__are_told__as_a_number(void **state)
{
    struct alert_lab *l = *state;
    char name[16];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "flow%d", i);
        raise(l, FLOW, name, "x");
    }
    raise(l, BACKUP, "/backup", "no space");
    const char *all = said(l);
    assert_has(all, "<b>flow4</b>");
    assert_has_not(all, "<b>flow5</b>");
    assert_has(all, "Резервная копия не получается");
    assert_has(all, "🔴 Ещё 35 такого же рода с ");
    assert_has(all, ": поток не получается");
    assert_int_equal(alert_lab_count(l, 1001), 7);
    raise(l, FLOW, "flow39", "x"); /* it goes on behind the number */
    assert_string_equal(said(l), "");
    for (int i = 5; i < 40; i++) {
        snprintf(name, sizeof name, "flow%d", i);
        clear(l, FLOW, name);
    }
    assert_string_equal(said(l), "");
    assert_has(shown(l), "🟢 Остальных такого рода больше нет");
}

/* Something that comes and goes every second must not tell its beginning and end each time. */
static void flapping__is__two_messages(void **state)
{
    struct alert_lab *l = *state;
    for (int i = 0; i < 200; i++) {
        raise(l, FLOW, "people", "x");
        clock_test_advance(1000);
        alert_lab_tell(l);
        clear(l, FLOW, "people");
        clock_test_advance(1000);
        alert_lab_tell(l);
    }
    assert_int_equal(alert_lab_count(l, 1001), 2);
    raise(l, FLOW, "people", "x");
    assert_has(shown(l), "Пропадает и возвращается: уже 201 раз.");
}

static void relapse_that_stays__is_told__anew(void **state)
{
    struct alert_lab *l = *state;
    raise(l, FLOW, "people", "x");
    said(l);
    clear(l, FLOW, "people");
    assert_has(said(l), "🟢 <b>Люди</b> снова сверяется");
    clock_test_advance(30000);
    raise(l, FLOW, "people", "x");
    assert_string_equal(said(l), "");
    assert_has(shown(l), "Пропадает и возвращается: уже 2 раза.");
    clock_test_advance(ALERT_FLAP_MS + 1000);
    assert_has(said(l), "1001: 🔴 <b>Люди</b> по расписанию не получается");
    clear(l, FLOW, "people");
    assert_has(said(l), "🟢 <b>Люди</b> снова сверяется");
}

/* ---------------------------------------------------------------- reminders, the end */

static void reminders__come__with_growing_pauses(void **state)
{
    struct alert_lab *l = *state;
    const int hours[] = {1, 5, 29, 53};
    int at = 0;
    raise(l, FLOW, "people", "x");
    said(l);
    for (size_t i = 0; i < ARRAY_LEN(hours); i++) {
        clock_test_advance((int64_t)(hours[i] - at) * HOUR - 60000);
        assert_string_equal(said(l), "");
        clock_test_advance(61000);
        assert_has(said(l), "1001: 🔴 <b>Люди</b> по расписанию не получается с ");
        at = hours[i];
        clock_test_advance(-1000);
    }
    /* the older ones point to the newest, and have nothing to press */
    assert_has(shown(l), "попыток: 1\nСвежее ниже.\n🔴");
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM chat_out WHERE chat_id = 1001"
                                              " AND payload LIKE '%mute 1 1h%'"),
                     1);
    clear(l, FLOW, "people");
    assert_has(
        said(l),
        "🟢 <b>Люди</b> снова сверяется · не получалось 2 д 5 ч");
    clock_test_advance(48 * HOUR);
    assert_string_equal(said(l), "");
}

static void error_text__cannot_break__the_message(void **state)
{
    struct alert_lab *l = *state;
    raise(l, FLOW, "people", "<b>&\"</i> {what}");
    assert_has(said(l), "&lt;b&gt;&amp;&quot;&lt;/i&gt; {what}");
}

static void new_reason__is_shown__soon(void **state)
{
    struct alert_lab *l = *state;
    raise(l, FLOW, "people", "first");
    said(l);
    clock_test_advance(10001);
    raise(l, FLOW, "people", "second");
    assert_string_equal(said(l), "");
    assert_has(shown(l), "second");
}

/* Without Telegram the store keeps one row for each message, whatever happens meanwhile. */
static void outage_of_telegram__keeps__one_message_for_a_cause(void **state)
{
    struct alert_lab *l = *state;
    for (int i = 0; i < 6 * 60; i++) {
        raise(l, FLOW, "people", "x");
        raise(l, REMOTE_AUTH, "coda", "coda: 401");
        clock_test_advance(60000);
        alert_lab_tell(l);
    }
    /* the first message, and reminders after 1 and 5 hours */
    assert_int_equal(alert_lab_count(l, 1001), 6);
    assert_int_equal(temp_store_int(l->store,
                                    "SELECT count(*) FROM chat_out WHERE state <> 'queued'"),
                     0);
}

/* ---------------------------------------------------------------- where and when */

static void quiet_hours__hold_small_things__until_morning(void **state)
{
    struct alert_lab *l = with(state, "quiet = 23:00-08:00");
    alert_lab_clock(2, 30);
    raise(l, CONFLICTS, "", NULL);
    raise(l, FLOW, "people", "x");
    raise(l, CRASHES, "", "10");
    const char *all = said(l);
    assert_has_not(all, "ждёт решения");
    assert_has(all, "mute 2 fixed");
    assert_has(temp_store_text(l->store, "SELECT payload FROM chat_out WHERE payload LIKE"
                                         " '%не получается%' LIMIT 1"),
               "\"silent\":true");
    assert_has_not(temp_store_text(l->store, "SELECT payload FROM chat_out WHERE payload LIKE"
                                             " '%rosterd падает%' LIMIT 1"),
                   "\"silent\":true");
    alert_lab_clock(7, 59);
    assert_has_not(said(l), "ждёт решения");
    alert_lab_clock(8, 0);
    assert_has(said(l), "1001: ⚖️ 1 поле ждёт решения с ");
}

static void quiet_hours__end__where_the_config_says(void **state)
{
    struct alert_lab *l = with(state, "quiet = 23:00-08:00");
    alert_lab_clock(22, 59);
    assert_int_equal(alert_quiet_until(l->cfg, clock_now_ms()), 0);
    alert_lab_clock(23, 0);
    assert_int_equal(alert_quiet_until(l->cfg, clock_now_ms()) / 60000 - clock_now_ms() / 60000,
                     9 * 60);
    alert_lab_clock(8, 0);
    assert_int_equal(alert_quiet_until(l->cfg, clock_now_ms()), 0);
    l = with(state, "quiet = 1:30-02:15");
    alert_lab_clock(2, 0);
    assert_int_equal(alert_quiet_until(l->cfg, clock_now_ms()) / 60000 - clock_now_ms() / 60000,
                     15);
}

static void what_was_mended_at_night__is_told__to_nobody(void **state)
{
    struct alert_lab *l = with(state, "quiet = 23:00-08:00");
    alert_lab_clock(3, 0);
    raise(l, WAL, "", NULL);
    alert_lab_tell(l);
    clear(l, WAL, "");
    alert_lab_clock(9, 0);
    assert_string_equal(said(l), "");
}

static void group_and_topics__hear__by_severity(void **state)
{
    struct alert_lab *l = with(state, "alerts = -100500\ntopic.critical = -100500/17");
    raise(l, FLOW, "people", "x");
    const char *all = said(l);
    assert_has(all, "-100500: 🔴 <b>Люди</b>");
    assert_has(all, "1001: 🔴");
    raise(l, DISK, "", NULL);
    all = said(l);
    assert_has(all, "-100500/17: 🚨");
    assert_has(all, "1002: 🚨");
}

/* Everybody in a group reads along. */
static void names__are_kept__out_of_groups(void **state)
{
    struct alert_lab *l = with(state, "alerts = -100500");
    raise(l, UNNAMED, "people", "Лис Мария");
    const char *all = said(l);
    assert_has(all, "-100500: 👤 Люди: ");
    assert_has(all, "(…)");
    assert_has(all, "(Лис Мария)");
    assert_has_not(temp_store_text(l->store, "SELECT payload FROM chat_out WHERE chat_id < 0"),
                   "Мария");
}

/* A button that would show people there opens them in private. */
static void buttons__of_a_group__lead_to_private(void **state)
{
    struct alert_lab *l = with(state, "alerts = -100500");
    struct err err = {0};
    assert_ok(memo_put(l->db, "username telegram", "rosterd_bot", &err), err);
    alert_lab_raise(l, ALERT_CONFLICTS, "conflicts", NULL);
    alert_lab_raise(l, ALERT_QUARANTINE, "people", NULL);
    alert_lab_tell(l);
    const char *group = temp_store_text(l->store, "SELECT group_concat(payload) FROM chat_out"
                                                  " WHERE chat_id < 0");
    assert_has(group, "https://t.me/rosterd_bot?start=conflicts\"");
    assert_has(group, "https://t.me/rosterd_bot?start=invalid-f");
    assert_has_not(group, "\"data\":\"conflicts\"");
    assert_has(group, "\"data\":\"mute "); /* shows nobody */
    assert_has(temp_store_text(l->store, "SELECT group_concat(payload) FROM chat_out"
                                         " WHERE chat_id > 0"),
               "\"data\":\"conflicts\"");
}

/* The group has another id now: nobody is told twice, and it is told there. */
static void group_that_moved__is_told__where_it_is(void **state)
{
    struct alert_lab *l = with(state, "alerts = -500\nalerts_private = no");
    struct err err = {0};
    raise(l, FLOW, "people", "x");
    assert_has(said(l), "-500: 🔴");
    assert_ok(chatbox_migrate(l->db, "telegram", -500, -100777, &err), err);
    clock_test_advance(20000);
    raise(l, FLOW, "people", "y");
    assert_string_equal(said(l), "");
    assert_has(alert_lab_shown(l, -100777), "попыток: 2");
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM chat_out"), 1);
}

static void group_alone__spares__the_admins_own_chats(void **state)
{
    struct alert_lab *l = with(state, "topic.important = -100500/4\nalerts_private = no");
    raise(l, FLOW, "people", "x");
    const char *all = said(l);
    assert_has(all, "-100500/4: 🔴");
    assert_has_not(all, "1001: ");
    /* what has no group is not lost */
    raise(l, DISK, "", NULL);
    all = said(l);
    assert_has(all, "1001: 🚨");
    assert_has_not(all, "-100500");
}

static void admin_made_in_the_chat__hears__too(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    assert_ok(people_grant(l->db, "telegram", 3003, ROLE_ADMIN, "test", clock_now_ms(), &err), err);
    assert_ok(people_set_lang(l->db, "telegram", 3003, "en", &err), err);
    raise(l, FLOW, "people", "x");
    assert_has(said(l), "3003: 🔴 <b>People</b> has failed on schedule since ");
}

/* ---------------------------------------------------------------- unwanted, muted */

static void unwanted__is_not_told__to_them(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    assert_ok(alert_want(l->db, 1001, "flow", false, &err), err);
    assert_ok(alert_want(l->db, 1002, "critical", false, &err), err);
    raise(l, FLOW, "people", "x");
    raise(l, DISK, "", NULL);
    const char *all = said(l);
    assert_has_not(all, "1001: 🔴");
    assert_has(all, "1002: 🔴");
    assert_has(all, "1001: 🚨");
    assert_has_not(all, "1002: 🚨");
    clear(l, FLOW, "people");
    assert_has_not(said(l), "1001: ");
    assert_ok(alert_want(l->db, 1001, "flow", true, &err), err);
    raise(l, FLOW, "teams", "x");
    assert_has(said(l), "1001: 🔴");
}

static void mute_alert(struct alert_lab *l, int64_t chat, int64_t until)
{
    struct err err = {0};
    struct alert *a;
    assert_ok(alerts_get(l->db, 1, l->store->arena, &a, &err), err);
    assert_ok(alert_mute(l->db, a, chat, until, "telegram:1001", clock_now_ms(), &err), err);
    assert_ok(alerts_touch(l->db, 1, clock_now_ms(), &err), err);
}

static void muted_for_an_hour__is__silent_in_that_chat(void **state)
{
    struct alert_lab *l = *state;
    raise(l, FLOW, "people", "x");
    said(l);
    clock_test_advance(50 * 60000);
    mute_alert(l, 1001, clock_now_ms() + HOUR);
    assert_string_equal(said(l), "");
    assert_has(shown(l), "🔕 Не напоминаю до ");
    assert_has(shown(l), "mute 1 off");
    assert_has_not(shown(l), "mute 1 1h");
    clock_test_advance(11 * 60000); /* the reminder after an hour */
    const char *all = said(l);
    assert_has(all, "1002: 🔴");
    assert_has_not(all, "1001: ");
    clock_test_advance(50 * 60000);
    all = said(l);
    assert_has(all, "1001: 🔴");
    assert_has_not(all, "1002: ");
}

static void muted_until_fixed__hears__the_end(void **state)
{
    struct alert_lab *l = *state;
    raise(l, FLOW, "people", "x");
    said(l);
    mute_alert(l, 1001, 0);
    clock_test_advance(30 * HOUR);
    assert_has_not(said(l), "1001: ");
    assert_has(shown(l), "🔕 Не напоминаю, пока не починят.");
    clear(l, FLOW, "people");
    assert_has(said(l), "1001: 🟢");
    clock_test_advance(HOUR);
    raise(l, FLOW, "people", "x"); /* another time is another matter */
    assert_has(said(l), "1001: 🔴");
}

/* ---------------------------------------------------------------- kinds with more to say */

static void sql(struct alert_lab *l, const char *text)
{
    struct err err = {0};
    assert_ok(db_script(l->db, text, &err), err);
}

static const char new_team[] =
    "INSERT INTO team(id, name, type, deleted, created_at, updated_at, rev)"
    " VALUES(hex(randomblob(8)), 'n', 'CITY_SERVICE', 0, 1, 1, (SELECT 1 + max(9,"
    " coalesce(max(rev), 0)) FROM team))";

static void outage__tells__what_waits_and_what_went_out_after_it(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    const struct cursor c = {.flow = "teams:push",
                             .remote = "notion",
                             .tbl = "T",
                             .mapping = "m",
                             .judged_rev = 9,
                             .updated_at = 1};
    assert_ok(cursor_put(l->db, &c, &err), err);
    sql(l, new_team);
    raise(l, REMOTE_DOWN, "notion", "POST h answered 503");
    assert_has(said(l), "За это время у нас изменилось записей: 1, они ждут отправки.");
    sql(l, new_team);
    clock_test_advance(20000);
    raise(l, REMOTE_DOWN, "notion", "POST h answered 503");
    assert_has(shown(l), "изменилось записей: 2,");

    /* it answers again: the push that follows is counted in the message that says so */
    clear(l, REMOTE_DOWN, "notion");
    assert_has(said(l),
               "🟢 <b>Ноушен</b> снова отвечает · простой 20 с [[");
    clock_test_advance(11000);
    AUTO_BUF text = BUF_INIT(1024);
    buf_addf(
        &text,
        "INSERT INTO intent(flow, remote, tbl, op, entity, local_id, payload, state, created_at,"
        " done_at) VALUES('teams:push', 'notion', 'T', 'insert', 'team', 'a', '{}', 'done', 1,"
        " %lld); UPDATE cursor SET judged_rev = 10",
        (long long)clock_now_ms());
    sql(l, buf_str(&text));
    assert_has(shown(l), "простой 20 с · отправлено 1 из 2 ");
    sql(l,
        "INSERT INTO intent(flow, remote, tbl, op, entity, local_id, payload, state, created_at,"
        " done_at) SELECT flow, remote, tbl, op, entity, 'b', payload, state, created_at, done_at"
        " FROM intent; UPDATE cursor SET judged_rev = 11");
    clock_test_advance(11000);
    assert_has(shown(l), "простой 20 с · отправлено 2 из 2 ");
    assert_int_equal(alert_lab_count(l, 1001), 2);
    /* and that is the end of it */
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM alert WHERE tell_at > 0"), 0);
}

static void next_try__is_told__where_the_schedule_knows_it(void **state)
{
    struct alert_lab *l = with(state, "[cycle c]\nsteps = badge teams:pull\nevery = 10m");
    struct err err = {0};
    struct schedule *s;
    struct due due;
    bool told;
    int64_t wait;
    const struct lanes none = {0};
    const struct report down = {.error = "503", .error_kind = ERR_TEMP};
    assert_ok(schedule_new(l->db, l->cfg, &s, &err), err);
    assert_true(schedule_take(s, clock_now_ms(), &none, &none, &due, &wait));
    assert_int_equal(schedule_next(s, "coda"), 0); /* it is at it */
    schedule_done(s, &due, &down, clock_now_ms());
    int64_t next = schedule_next(s, "coda");
    assert_int_equal(next / 60000 - clock_now_ms() / 60000, 20);
    assert_int_equal(schedule_next(s, "nobody"), 0);
    raise(l, REMOTE_DOWN, "coda", "503");
    assert_ok(alert_tell(l->db, &l->bot, s, clock_now_ms(), &told, &err), err);
    char when[TEXT_SHORT];
    AUTO_BUF wanted = BUF_INIT(256);
    buf_addf(&wanted, "Попробую снова в %s.", text_clock(when, LANG_RU, next, clock_now_ms()));
    assert_has(shown(l), buf_str(&wanted));
    schedule_free(s);
}

static void brake__carries__its_plans_buttons_while_it_is_open(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    int64_t plan;
    bool open;
    const struct counts none = {0};
    assert_ok(plans_begin(l->db, "people", "schedule", "stop", "h", clock_now_ms(), &plan, &err),
              err);
    assert_ok(plans_open(l->db, plan, &none, &err), err);
    const struct alert_news n = {.kind = ALERT_BRAKE,
                                 .subject = "people",
                                 .ref = plan,
                                 .detail = "every one of the 30 records would change"};
    assert_ok(alerts_raise(l->db, &n, clock_now_ms(), NULL, &err), err);
    const char *all = said(l);
    assert_has(all, "✋ <b>Люди</b> остановлено");
    assert_has(all, "\"data\":\"apply 1\"");
    assert_has(all, "\"data\":\"refuse 1\"");
    assert_ok(plans_settle(l->db, plan, "refused", "telegram:1001", clock_now_ms(), &open, &err),
              err);
    assert_ok(alerts_touch(l->db, 1, clock_now_ms(), &err), err);
    assert_has_not(shown(l), "apply 1");
    assert_has(shown(l), "alerts 1 try");
}

/* First marks are no mistake, and around them the rest goes on; and nobody filters what is sent. */
static void brake_of_a_push__says__what_it_is_about(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    const struct alert_news marks = {.kind = ALERT_BRAKE,
                                     .subject = "teams:push",
                                     .detail = "first marks (2), please look"},
                            many = {.kind = ALERT_BRAKE,
                                    .subject = "people:push",
                                    .detail = "new rows to be made: 150; at most 100 may be"};
    assert_ok(alerts_raise(l->db, &marks, clock_now_ms(), NULL, &err), err);
    const char *all = said(l);
    assert_has(all, "</b>: первые пометки ждут решения с ");
    assert_has(all, "только после вашего «да»");
    assert_has_not(all, "ничего не изменено");
    assert_has_not(all, "отфильтрована");
    assert_ok(alerts_raise(l->db, &many, clock_now_ms(), NULL, &err), err);
    all = said(l);
    assert_has(all, "появилось бы новых строк: 150");
    assert_has(all, "бывает по ошибке");
    assert_has_not(all, "отфильтрована");
}

/* People want to know whether it is the same as the last time; the whole of it is in the details.
 */
static void reason_of_an_outage__is_said__in_short(void **state)
{
    static const struct {
        const char *detail, *last;
    } cases[] = {
        {"notion query of P: POST h answered 503", "503"},
        {"notion: database x: internal_server_error: Unexpected error occurred.", "500"},
        {"coda: table «T»: 502 Bad Gateway: try later", "502"},
        {"notion query of P: POST h: Timeout was reached", "Timeout was reached"},
        {"grist: table 4511 is gone.", "table 4511 is gone"},
        {"503", "503"},
        {"", "?"},
    };
    struct alert_lab *l = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        raise(l, REMOTE_DOWN, "notion", cases[i].detail);
        clock_test_advance(20000);
        AUTO_BUF wanted = BUF_INIT(256);
        buf_addf(&wanted, "последняя: %s)", cases[i].last);
        assert_has(shown(l), buf_str(&wanted));
        clock_test_advance(20000);
    }
}

static void every_kind__is_said__in_both_languages(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    assert_ok(people_grant(l->db, "telegram", 1002, ROLE_ORGANIZER, "test", 1, &err), err);
    assert_ok(people_set_lang(l->db, "telegram", 1002, "en", &err), err);
    for (int k = 0; k < ALERT_KINDS; k++) {
        if (k == ALERT_PLANS) /* it leads others: test_alert_group.c */
            continue;
        const char *subject = k == ALERT_MORE ? "flow" : k <= ALERT_REMOTE_AUTH ? "coda" : "people";
        alert_lab_raise(l, (enum alert_kind)k, subject, k == ALERT_CRASHES ? "10" : "why: so");
        const char *all = said(l);
        assert_has(all, "1001: ");
        assert_has(all, "1002: ");
        assert_has_not(all, "{what}");
        assert_has_not(all, "{num}");
        assert_has_not(all, "{left}");
        clock_test_advance(1000);
        alert_lab_clear(l, (enum alert_kind)k, subject);
        said(l);
    }
    assert_has_not(alert_lab_shown(l, 1002), "ждёт");
    assert_has_not(alert_lab_shown(l, 1002), "снова");
    assert_has_not(shown(l), "since");
    /* each can be muted while it lasts, and what is over has no such button */
    assert_has_not(shown(l), "mute");
}

/* ---------------------------------------------------------------- settings */

static void settings__are_read(void **state)
{
    struct alert_lab *l =
        with(state, "alerts = -1001234567890\ntopic.info = -1001234567890/17\nquiet = 23:00-8:05\n"
                    "digest = 9:30\nheartbeat = https://h/x\nstuck = 5m\ndisk_low = 70");
    const struct alert_settings *s = &l->cfg->alerts;
    assert_int_equal(s->all.chat, -1001234567890);
    assert_int_equal(s->all.thread, 0);
    assert_int_equal(s->topic[SEV_INFO].thread, 17);
    assert_int_equal(s->topic[SEV_CRITICAL].chat, 0);
    assert_true(s->quiet && s->digest && !s->groups_only);
    assert_int_equal(s->quiet_from, 23 * 60);
    assert_int_equal(s->quiet_to, 8 * 60 + 5);
    assert_int_equal(s->digest_at, 9 * 60 + 30);
    assert_string_equal(s->heartbeat, "https://h/x");
    assert_int_equal(s->stuck_ms, 300000);
    assert_int_equal(s->disk_mb, 70);
    for (int i = 0; i < SEV_COUNT; i++) { /* the configuration spells them out by itself */
        enum severity severity;
        assert_true(severity_parse(severity_name((enum severity)i), &severity));
        assert_int_equal(severity, i);
    }
}

static void mistakes__are_told__with_what_to_write(void **state)
{
    static const struct {
        const char *line, *mistake;
    } bad[] = {
        {"alerts = here", "«here» is no chat; write its id"},
        {"alerts = -100/", "is no chat"},
        {"alerts = 0", "is no chat"},
        {"topic.loud = -100", "there is no severity «loud»"},
        {"topic.info = -100/0", "is no chat"},
        {"quiet = 23:00", "write them as 23:00-08:00"},
        {"quiet = 23:00-23:00", "are no quiet hours"},
        {"quiet = 24:00-08:00", "are no quiet hours"},
        {"digest = 10", "«10» is no time of day"},
        {"digest = 10:5", "is no time of day"},
        {"alerts_private = maybe", "maybe"},
        {"stuck = 5s", "too short"},
        {"disk_low = 0", "no number from 1"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_BUF text = BUF_INIT(1024);
        struct config *cfg = NULL;
        buf_addf(&text, "[rosterd]\nstore = s.db\n[telegram]\ntoken = 1:a\n%s\n", bad[i].line);
        assert_has(config_from_text(buf_str(&text), &cfg), bad[i].mistake);
        assert_null(cfg);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, alert_lab_setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(buttons__of_a_group__lead_to_private),
        TEST(same_error_a_thousand_times__is__one_message_and_a_counter),
        TEST(other_kind_in_a_storm__is_told__at_once),
        TEST(many_causes_of_a_kind__are_told__as_a_number),
        TEST(flapping__is__two_messages),
        TEST(relapse_that_stays__is_told__anew),
        TEST(reminders__come__with_growing_pauses),
        TEST(error_text__cannot_break__the_message),
        TEST(new_reason__is_shown__soon),
        TEST(outage_of_telegram__keeps__one_message_for_a_cause),
        TEST(quiet_hours__hold_small_things__until_morning),
        TEST(quiet_hours__end__where_the_config_says),
        TEST(what_was_mended_at_night__is_told__to_nobody),
        TEST(group_and_topics__hear__by_severity),
        TEST(names__are_kept__out_of_groups),
        TEST(group_that_moved__is_told__where_it_is),
        TEST(group_alone__spares__the_admins_own_chats),
        TEST(admin_made_in_the_chat__hears__too),
        TEST(unwanted__is_not_told__to_them),
        TEST(muted_for_an_hour__is__silent_in_that_chat),
        TEST(muted_until_fixed__hears__the_end),
        TEST(outage__tells__what_waits_and_what_went_out_after_it),
        TEST(next_try__is_told__where_the_schedule_knows_it),
        TEST(brake__carries__its_plans_buttons_while_it_is_open),
        TEST(brake_of_a_push__says__what_it_is_about),
        TEST(reason_of_an_outage__is_said__in_short),
        TEST(every_kind__is_said__in_both_languages),
        TEST(settings__are_read),
        TEST(mistakes__are_told__with_what_to_write),
    };
    return cmocka_run_group_tests_name("alerts told", tests, NULL, NULL);
}
