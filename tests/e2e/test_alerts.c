/* test_alerts.c: admins and trouble, with the real daemon: told once, told of both, told however
 * long Telegram is away; buttons; the heartbeat. */
#include "store/base/buf.h"
#include "store/chat/alerts.h"
#include "tests/e2e/e2e.h"
#include "tests/loopback.h"

#include <stdio.h>

static struct e2e *world(void)
{
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[flow people]", "every", "5s");
    e2e_set(e, "[flow participation]", "every", "5s");
    e2e_say(e, ADMIN, "/start"); /* a bot cannot write first */
    return e;
}

/* One remote is away, another refuses the token: each is one message, edited while it lasts. */
static void test_two_troubles(void **state)
{
    (void)state;
    struct e2e *e = world();
    e2e_fault(e, (struct fault){"notion", "", "500", .count = -1});
    e2e_fault(e, (struct fault){"coda", "", "401", .count = -1});
    e2e_start(e);
    struct said refused = e2e_wait(e, ADMIN, 0, "Кода не принимает токен", 2 * WAIT);
    assert_has(refused.text, "🔴 Кода не принимает токен с ");
    assert_has(refused.text, "только раз в час проверяю");
    struct said down = e2e_wait(e, ADMIN, 0, "Ноушен не отвечает", 4 * WAIT);
    assert_has(down.text, "последняя: 500)");
    assert_int_equal(e2e_count(e, ADMIN, "Ноушен не отвечает"), 1);

    /* the list, and one of them */
    e2e_ask(e, ADMIN, "/alerts", "Сейчас не в порядке: 2");
    e2e_press(e, ADMIN, "🔕 Пока не починят", 2);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM alert_mute") == 1);
    e2e_wait(e, ADMIN, 0, "🔕 Не напоминаю, пока не починят.", WAIT);

    /* it ends: said once, and the message that told of it has nothing to press any more */
    e2e_do(e, "/fault/clear", "{}");
    e2e_restart(e); /* what was told is remembered, and the next try comes at once */
    e2e_wait(e, ADMIN, down.id, "🟢 Ноушен снова отвечает · простой ",
             4 * WAIT);
    e2e_wait(e, ADMIN, down.id, "🟢 Кода снова принимает токен", 4 * WAIT);
    E2E_UNTIL(WAIT, e2e_count(e, ADMIN, "Закончилось в ") == 2);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE slot LIKE 'alert:%'"), 4);
    assert_int_equal(e2e_count(e, ADMIN, "снова отвечает"), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM alert WHERE state = 'open'"), 0);
    e2e_done(e);
}

/* Any part of the program, or another process, raises it in the store: the watchman tells. */
static void raise_from_outside(struct e2e *e, enum alert_kind kind, int times)
{
    struct db *db = NULL;
    struct err err = {0};
    assert_ok(db_open(e->store, DB_WRITE, &db, &err), err);
    for (int i = 0; i < times; i++) {
        const struct alert_news n = {.kind = kind,
                                     .subject = "/var/backups",
                                     .detail = "no space left",
                                     .num = 7};
        assert_ok(db_begin(db, &err), err);
        assert_ok(alerts_raise(db, &n, clock_now_ms(), NULL, &err), err);
        assert_ok(db_commit(db, &err), err);
        clock_sleep_ms(8, NULL);
    }
    db_close(db);
}

/* Behaviours H and I: a thousand equal errors in ten seconds, and something else among them. */
static void test_storm(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_say(e, ADMIN, "/start");
    e2e_start(e);
    e2e_wait(e, ADMIN, 0, "здравствуйте", WAIT);
    raise_from_outside(e, ALERT_BACKUP, 500);
    raise_from_outside(e, ALERT_CRASHES, 1);
    raise_from_outside(e, ALERT_BACKUP, 500);
    e2e_wait(e, ADMIN, 0, "🚨 rosterd падает и запускается снова", WAIT);
    struct said last = e2e_wait(e, ADMIN, 0,
                                "попыток: 1\xe2\x80\xaf"
                                "000",
                                2 * WAIT);
    assert_has(last.text, "Резервная копия не получается с ");
    assert_true(last.edits <= 5);
    assert_int_equal(e2e_count(e, ADMIN, "Резервная копия"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "rosterd падает"), 1);
    e2e_done(e);
}

/* Telegram is away while trouble comes, and the daemon is killed: nothing is lost, nothing twice.
 */
static void test_telegram_away(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_say(e, ADMIN, "/start");
    e2e_start(e);
    e2e_wait(e, ADMIN, 0, "здравствуйте", WAIT);
    e2e_fault(e, (struct fault){"telegram", "sendMessage", "500", .count = -1});
    e2e_fault(e, (struct fault){"telegram", "editMessageText", "500", .count = -1});
    raise_from_outside(e, ALERT_BACKUP, 100);
    raise_from_outside(e, ALERT_DISK, 100);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_out WHERE slot LIKE 'alert:%'") == 2);
    e2e_restart(e);
    raise_from_outside(e, ALERT_BACKUP, 50);
    assert_int_equal(e2e_count(e, ADMIN, "Резервная копия"), 0);
    e2e_do(e, "/fault/clear", "{}");
    e2e_wait(e, ADMIN, 0, "Резервная копия", 3 * WAIT);
    e2e_wait(e, ADMIN, 0, "🚨 На диске хранилища", 3 * WAIT);
    assert_int_equal(e2e_count(e, ADMIN, "Резервная копия"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "На диске хранилища"), 1);
    e2e_done(e);
}

/* One chat of the configuration instead of the admins' own. */
static void test_one_place(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[telegram]", "alerts", "1001");
    e2e_set(e, "[telegram]", "alerts_private", "no");
    e2e_say(e, ADMIN, "/start");
    e2e_start(e);
    raise_from_outside(e, ALERT_BACKUP, 1);
    e2e_wait(e, ADMIN, 0, "Резервная копия", WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE slot LIKE 'alert:%'"), 1);
    e2e_done(e);
}

/* ---------------------------------------------------------------- the dead man's switch */

static bool pinged(void *ctx, const struct loopback_request *req, struct buf *out)
{
    _Atomic int *n = ctx;
    ++*n;
    (void)req;
    loopback_answer(out, 200, NULL, "OK");
    return true;
}

static void test_heartbeat(void **state)
{
    (void)state;
    static _Atomic int pings;
    char url[96];
    struct loopback *server = loopback_start(pinged, (void *)&pings);
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    snprintf(url, sizeof url, "http://127.0.0.1:%u/very-secret", loopback_port(server));
    e2e_set(e, "[telegram]", "heartbeat", url);
    e2e_start(e);
    E2E_UNTIL(WAIT, pings == 1);
    assert_has_not(e2e_log(e), "very-secret");
    /* it was started and ended as it was told to */
    assert_int_equal(e2e_kill(e, SIGTERM, 10000), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM daemon_start WHERE ended_at IS NULL"), 0);
    loopback_stop(server);
    e2e_start(e);
    E2E_UNTIL(WAIT, strstr(e2e_log(e), "the heartbeat does not arrive") != NULL);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE slot LIKE 'alert:%'"), 0);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_two_troubles), E2E_TEST(test_storm),     E2E_TEST(test_telegram_away),
        E2E_TEST(test_one_place),    E2E_TEST(test_heartbeat),
    };
    return E2E_RUN("e2e alerts", tests);
}
