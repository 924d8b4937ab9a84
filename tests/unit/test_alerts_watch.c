/* test_alerts_watch.c: what the watchman looks at, the message of the day, and that he writes
 * nothing while all is well. */
#include "bot/alerts/digest.h"
#include "bot/alerts/watch.h"
#include "store/chat/chatbox.h"
#include "store/conflicts.h"
#include "store/plans.h"
#include "store/quarantine.h"
#include "store/queue.h"
#include "store/runs.h"
#include "store/starts.h"
#include "store/stuck.h"
#include "tests/support/alert_lab.h"

#include <stdio.h>
#include <unistd.h>

#define said(l)  alert_lab_said(l)
#define shown(l) alert_lab_shown((l), 1001)
#define MINUTE   60000

static const struct watch_facts fine = {.disk_mb = 100000};

static void look(struct alert_lab *l, const struct watch_facts *f)
{
    struct err err = {0};
    assert_ok(watch_look(l->db, &l->bot, f, clock_now_ms(), &err), err);
}

static void all_is_well__writes__nothing(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    struct db *other;
    assert_ok(db_open(l->store->path, DB_READ, &other, &err), err);
    int64_t before = db_data_version(other);
    for (int i = 0; i < 3; i++) {
        look(l, &fine);
        assert_string_equal(said(l), "");
        clock_test_advance(MINUTE);
    }
    /* nor does trouble that stays as it is */
    look(l, &(struct watch_facts){.disk_mb = 123});
    said(l);
    before = db_data_version(other);
    look(l, &(struct watch_facts){.disk_mb = 121});
    alert_lab_tell(l);
    assert_int_equal(db_data_version(other), before);
    db_close(other);
}

static void little_space__is_told__and_its_end_not_too_soon(void **state)
{
    struct alert_lab *l = *state;
    look(l, &(struct watch_facts){.disk_mb = 499});
    assert_has(said(l), "🔴 На диске хранилища осталось 490 МБ");
    look(l, &(struct watch_facts){.disk_mb = 599});
    assert_string_equal(said(l), "");
    clock_test_advance(MINUTE);
    look(l, &(struct watch_facts){.disk_mb = 60}); /* worse: shown at once */
    assert_has(shown(l), "🚨 На диске хранилища осталось 60 МБ");
    look(l, &(struct watch_facts){.disk_mb = -1}); /* not known */
    assert_string_equal(said(l), "");
    look(l, &(struct watch_facts){.disk_mb = 700});
    assert_has(said(l), "🟢 На диске хранилища снова есть место");
}

static void journal_and_clock__are__looked_at(void **state)
{
    struct alert_lab *l = *state;
    struct watch_facts f = fine;
    f.wal_mb = 300;
    f.clock = (struct clocks_verdict){.known = true, .ahead_ms = -754000, .host = "coda.io"};
    look(l, &f);
    const char *all = said(l);
    assert_has(all, "⚠️ Журнал хранилища вырос до 300 МБ");
    assert_has(all, "🔴 Часы сервера расходятся с «coda.io» на 12 мин");
    f.wal_mb = 200; /* not small yet */
    f.clock = (struct clocks_verdict){.known = true, .ahead_ms = -754000, .host = "api.notion.com"};
    look(l, &f); /* another host says the same: no news */
    assert_string_equal(said(l), "");
    f.clock = (struct clocks_verdict){0}; /* nobody was heard of: as it was */
    look(l, &f);
    assert_string_equal(said(l), "");
    f.clock = (struct clocks_verdict){.known = true, .host = "api.notion.com"};
    look(l, &f);
    all = said(l);
    assert_has(all, "🟢 Часы сервера снова верны");
    assert_has_not(all, "Журнал");
    f.wal_mb = 20;
    look(l, &f);
    assert_has(said(l), "🟢 Журнал хранилища снова небольшой");
}

static void real_disk__is__measured(void **state)
{
    struct alert_lab *l = *state;
    struct watch_facts f;
    struct config cfg = *l->cfg;
    cfg.store = l->store->path;
    watch_measure(&cfg, &f);
    assert_true(f.disk_mb >= 0);
    assert_int_equal(f.wal_mb, 0);
    cfg.store = "/nowhere/at/all.db";
    watch_measure(&cfg, &f);
    assert_int_equal(f.disk_mb, -1);
}

static void jail(struct alert_lab *l, const char *flow, int n)
{
    struct err err = {0};
    for (int i = 0; i < n; i++) {
        char id[24];
        const struct jailed j = {.flow = flow,
                                 .remote_id = base_i64_str(id, clock_now_ms() + i),
                                 .part = "",
                                 .reason = "Empty name",
                                 .raw = "{}",
                                 .first_seen = clock_now_ms(),
                                 .last_seen = clock_now_ms()};
        assert_ok(quarantine_put(l->db, &j, &err), err);
    }
}

static void quarantine_that_grows__is_told__by_flow(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    int64_t run;
    jail(l, "people", 23);
    jail(l, "badge", 30); /* read for the first time */
    look(l, &fine);
    assert_string_equal(said(l), "");
    assert_ok(runs_begin(l->db, "people", "pull", "schedule", 0, clock_now_ms(), &run, &err), err);
    clock_test_advance(61 * MINUTE);
    jail(l, "people", 19);
    look(l, &fine);
    assert_string_equal(said(l), "");
    clock_test_advance(MINUTE);
    jail(l, "people", 4);
    jail(l, "badge", 2);
    look(l, &fine);
    const char *all = said(l);
    assert_has(
        all,
        "⚠️ <b>Люди</b>: за последний час новых строк с ошибками 23");
    assert_has(all, "\"data\":\"invalid people\"");
    assert_has_not(all, "Бейджи");
    /* an hour later they are no news, and that is none either */
    clock_test_advance(61 * MINUTE);
    look(l, &fine);
    assert_string_equal(said(l), "");
    assert_has(
        shown(l),
        "🟢 <b>Люди</b>: новых ошибок больше не прибывает");
}

/* However many worse things are open: what is over is over. */
static void quarantine_alert__ends__among_many_others(void **state)
{
    struct alert_lab *l = *state;
    char flow[24];
    alert_lab_raise(l, ALERT_QUARANTINE, "people", NULL);
    for (int i = 0; i < 120; i++) {
        snprintf(flow, sizeof flow, "flow%d", i);
        alert_lab_raise(l, ALERT_FLOW, flow, "x");
    }
    look(l, &fine);
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM alert WHERE state = 'open'"
                                              " AND kind = 'quarantine'"),
                     0);
}

static void conflict__is_told__when_nobody_settles_it(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    const struct conflict c = {.flow = "people",
                               .entity = "person",
                               .local_id = "p1",
                               .field = "name",
                               .ours = "a",
                               .theirs = "b",
                               .remote = "notion",
                               .created_at = clock_now_ms()};
    assert_ok(conflicts_open(l->db, &c, &err), err);
    look(l, &fine);
    assert_string_equal(said(l), ""); /* who ran the sync has seen it */
    clock_test_advance(11 * MINUTE);
    look(l, &fine);
    assert_has(said(l), "⚖️ 1 поле ждёт решения с ");
    assert_ok(conflicts_settle(l->db, 1, "telegram:1001", "ours", clock_now_ms(), &err), err);
    look(l, &fine);
    assert_string_equal(said(l), "");
    assert_has(shown(l), "🟢 Спорных полей больше нет");
}

static void queue_that_stands__is_told__and_that_it_moves(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    const char *const steps[] = {"people"};
    const struct job job = {.key = "k",
                            .kind = "sync",
                            .steps = steps,
                            .n_steps = 1,
                            .lane = "notion",
                            .options = "{}",
                            .actor = "telegram:1001",
                            .results = "[]",
                            .state = "queued"};
    int64_t id;
    bool joined;
    assert_ok(queue_add(l->db, &job, &id, &joined, &err), err);
    clock_test_advance(14 * MINUTE);
    look(l, &fine);
    clock_test_advance(2 * MINUTE);
    look(l, &fine);
    assert_string_equal(said(l), ""); /* between two steps it may look so for a moment */
    clock_test_advance(61000);
    look(l, &fine);
    assert_has(said(l), "🔴 Очередь стоит с ");
    assert_ok(queue_finish(l->db, id, "done", "[]", NULL, &err), err);
    look(l, &fine);
    assert_has(said(l), "🟢 Очередь снова движется");
}

static void messages_that_wait__are_told__only_where_others_go(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    const struct outgoing out = {.via = "telegram", .chat_id = 5, .text = "hello"};
    assert_ok(chatbox_say(l->db, &out, &err), err);
    said(l);
    clock_test_advance(16 * MINUTE);
    look(l, &fine);
    assert_string_equal(said(l), "");
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM alert"), 0);
    assert_ok(chatbox_say(l->db, &out, &err), err);
    assert_ok(chatbox_sent(l->db, &(struct out_item){.id = 2, .version = 1}, 77, 0, &err), err);
    look(l, &fine);
    assert_has(said(l), "⚠️ Не уходят сообщения: 1, первое с ");
}

static void brake_that_was_refused__is_not__brought_up_again(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    int64_t plan;
    bool open;
    assert_ok(plans_begin(l->db, "people", "schedule", "stop", "h", clock_now_ms(), &plan, &err),
              err);
    assert_ok(plans_open(l->db, plan, &(struct counts){0}, &err), err);
    const struct alert_news n = {.kind = ALERT_BRAKE,
                                 .subject = "people",
                                 .ref = plan,
                                 .detail = "stop"};
    assert_ok(alerts_raise(l->db, &n, clock_now_ms(), NULL, &err), err);
    assert_has(said(l), "apply 1");
    assert_ok(plans_settle(l->db, plan, "refused", "telegram:1001", clock_now_ms(), &open, &err),
              err);
    look(l, &fine);
    assert_has_not(shown(l), "apply 1");
    clock_test_advance(30 * 60 * MINUTE);
    look(l, &fine);
    assert_string_equal(said(l), "");
}

/* ---------------------------------------------------------------- starts */

static int64_t start(struct alert_lab *l)
{
    struct err err = {0};
    int64_t id;
    clock_test_advance(MINUTE);
    assert_ok(watch_started(l->db, &l->bot, clock_now_ms(), &id, &err), err);
    return id;
}

static void crash_loop__is_told__and_forgotten_after_ten_minutes(void **state)
{
    struct alert_lab *l = *state;
    for (int i = 0; i < 5; i++)
        start(l);
    assert_string_equal(said(l), ""); /* four of them followed on a crash */
    start(l);
    assert_has(said(l), "🚨 rosterd падает и запускается снова: 5 раз за 10 мин");
    l->bot.started_ms = clock_now_ms();
    look(l, &fine);
    assert_string_equal(said(l), "");
    clock_test_advance(10 * MINUTE);
    look(l, &fine);
    assert_has(said(l), "🟢 rosterd больше не перезапускается");
}

static void restarts_that_were_asked_for__are_no__crashes(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    for (int i = 0; i < 9; i++)
        assert_ok(starts_end(l->db, start(l), clock_now_ms(), &err), err);
    assert_string_equal(said(l), "");
}

/* ---------------------------------------------------------------- what does not arrive */

static void alert_that_does_not_arrive__is__noticed(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    struct stuck s;
    alert_lab_raise(l, ALERT_FLOW, "people", "x");
    said(l);
    assert_ok(stuck_alerts(l->db, clock_now_ms(), 10 * MINUTE, &s, &err), err);
    assert_int_equal(s.n, 0);
    clock_test_advance(11 * MINUTE);
    alert_lab_raise(l, ALERT_FLOW, "people", "y"); /* its message is made anew: that is no excuse */
    alert_lab_tell(l);
    assert_ok(stuck_alerts(l->db, clock_now_ms(), 10 * MINUTE, &s, &err), err);
    assert_int_equal(s.n, 1);
    /* one of the admins has got it */
    assert_ok(chatbox_sent(l->db, &(struct out_item){.id = 1, .version = 2}, 77, 0, &err), err);
    assert_ok(stuck_alerts(l->db, clock_now_ms(), 10 * MINUTE, &s, &err), err);
    assert_int_equal(s.n, 0);
}

/* ---------------------------------------------------------------- the message of the day */

static bool digest(struct alert_lab *l)
{
    struct err err = {0};
    bool told;
    assert_ok(digest_tell(l->db, &l->bot, clock_now_ms(), &told, &err), err);
    return told;
}

static void digest__comes__once_a_day_and_says_what_was(void **state)
{
    struct err err = {0};
    int64_t run;
    alert_lab_free(*state);
    struct alert_lab *l = *state = alert_lab_new("digest = 10:00");
    alert_lab_clock(9, 59);
    assert_false(digest(l));
    alert_lab_clock(10, 0);
    assert_false(digest(l)); /* there is nothing to say */
    assert_string_equal(said(l), "");

    alert_lab_clock(12, 0);
    assert_ok(runs_begin(l->db, "people", "pull", "schedule", 0, clock_now_ms(), &run, &err), err);
    assert_ok(runs_add(l->db, run, &(struct counts){.inserted = 12, .updated = 3, .invalid = 1},
                       &err),
              err);
    alert_lab_clock(10, 5);
    assert_true(digest(l));
    assert_false(digest(l));
    const char *all = said(l);
    assert_has(
        all,
        "1001: 🗓 За сутки всё спокойно: принято 15, отправлено 0, новых с ошибками 1.");
    assert_has(all, "1002: 🗓");

    alert_lab_raise(l, ALERT_FLOW, "people", "x");
    alert_lab_raise(l, ALERT_BACKUP, "/b", "x");
    alert_lab_clear(l, ALERT_FLOW, "people");
    assert_ok(alert_want(l->db, 1002, "digest", false, &err), err);
    said(l);
    alert_lab_clock(10, 0);
    assert_true(digest(l));
    all = said(l);
    assert_has(
        all,
        "🗓 <b>За сутки</b>\nПочинилось: 1\n· 🟢 <b>Люди</b> снова сверяется");
    assert_has(all, "Ещё не в порядке: 1\n· 🔴 Резервная копия не получается");
    assert_has_not(all, "1002: 🗓");
}

/* From a topic that many read, to the alert's own screen. */
static void digest__leads__to_each_alert(void **state)
{
    struct err err = {0};
    alert_lab_free(*state);
    struct alert_lab *l = *state = alert_lab_new("digest = 10:00");
    assert_ok(memo_put(l->db, "username telegram", "rosterd_bot", &err), err);
    alert_lab_clock(9, 0);
    alert_lab_raise(l, ALERT_BACKUP, "/b", "x");
    int64_t id = temp_store_int(l->store, "SELECT id FROM alert");
    said(l);
    alert_lab_clock(10, 0);
    assert_true(digest(l));
    assert_has(said(l), arena_printf(l->store->arena,
                                     "<a href=\"https://t.me/rosterd_bot?start=alert-%lld\">",
                                     (long long)id));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, alert_lab_setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_is_well__writes__nothing),
        TEST(little_space__is_told__and_its_end_not_too_soon),
        TEST(journal_and_clock__are__looked_at),
        TEST(real_disk__is__measured),
        TEST(quarantine_that_grows__is_told__by_flow),
        TEST(quarantine_alert__ends__among_many_others),
        TEST(conflict__is_told__when_nobody_settles_it),
        TEST(queue_that_stands__is_told__and_that_it_moves),
        TEST(messages_that_wait__are_told__only_where_others_go),
        TEST(brake_that_was_refused__is_not__brought_up_again),
        TEST(crash_loop__is_told__and_forgotten_after_ten_minutes),
        TEST(restarts_that_were_asked_for__are_no__crashes),
        TEST(alert_that_does_not_arrive__is__noticed),
        TEST(digest__comes__once_a_day_and_says_what_was),
        TEST(digest__leads__to_each_alert),
    };
    return cmocka_run_group_tests_name("watchman", tests, NULL, NULL);
}
