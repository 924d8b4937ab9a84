/* test_telegram.c: Telegram misbehaves: ids that jump, conflicts, floods, rubbish, empty polls. */
#include "bot/chat/chat_thread.h"
#include "bot/chat/telegram.h"
#include "store/base/log.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* An update_id that falls, as after a quiet week: every command once, no loop. */
static void test_jump_down(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/grant 2001", "2001: организатор");
    e2e_do(e, "/telegram/jump", "{\"to\":17}");
    e2e_ask(e, ADMIN, "/grant 2002", "2002: организатор");
    e2e_ask(e, ADMIN, "/revoke 2001", "Точно забрать роль: 2001");
    e2e_do(e, "/telegram/jump", "{\"to\":900000000}");
    e2e_ask(e, ADMIN, "/lang en", "I speak English");
    e2e_do(e, "/telegram/jump", "{\"to\":17}"); /* an id that was there before, another message */
    e2e_ask(e, ADMIN, "/help", "This is what I can do");
    int64_t polls = e2e_stat(e, "polls");
    clock_sleep_ms(1000, NULL);
    assert_true(e2e_stat(e, "polls") - polls <= 5);
    assert_int_equal(e2e_count(e, ADMIN, ": организатор."), 2);
    assert_int_equal(e2e_count(e, ADMIN, "Точно забрать роль"), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_in"), 5);
    e2e_done(e);
}

/* Somebody else polls: alive, no hurry, admins are told in the chat itself, once, and it goes on by
 * itself. The fifth in a row is told of; the waits until then grow to at most 45 s. */
static void test_conflict(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001"); /* they have to have spoken first */
    e2e_do(e, "/telegram/conflict", "{\"times\":5}");
    int64_t began = clock_mono_ms(), asked = e2e_say(e, ADMIN, "/id");
    e2e_wait(e, ADMIN, asked, "опрашивает Telegram ещё кто-то", 4 * WAIT);
    assert_true(clock_mono_ms() - began > 4 * 3000); /* at least 3 s after each */
    assert_true(e2e_alive(e));
    e2e_wait(e, ADMIN, asked, "Telegram снова отвечает только мне", 3 * WAIT);
    assert_int_equal(e2e_stat(e, "conflicts"), 5);
    e2e_ask(e, ADMIN, "/version", "rosterd ");
    assert_true(e2e_count(e, ADMIN, "опрашивает Telegram ещё кто-то") <= 1);
    e2e_done(e);
}

struct heard {
    _Atomic int conflict, recovered, other, received;
};

static void on_trouble(void *ctx, enum chat_trouble what, const char *why)
{
    struct heard *h = ctx;
    (void)why;
    atomic_fetch_add(what == CHAT_CONFLICT    ? &h->conflict
                     : what == CHAT_RECOVERED ? &h->recovered
                                              : &h->other,
                     1);
}

static void on_received(void *ctx, size_t n)
{
    atomic_fetch_add(&((struct heard *)ctx)->received, (int)n);
}

static void *poll_main(void *arg)
{
    struct err err = {0};
    chat_thread_run(arg, &err);
    return NULL;
}

/* A chat thread in this program, against the sandbox, with a clock that skips its sleeps: what
 * would last minutes is over at once. Runs until it has received one update. *ret_took: ms by that
 * clock. */
static void poll_until_received(struct e2e *e, struct heard *heard, int64_t *ret_took)
{
    struct err err = {0};
    struct chat *chat;
    _Atomic bool stop = false;
    pthread_t id;
    assert_int_equal(e2e_shell(e, "db migrate").code, 0);
    char *url = arena_printf(e->arena, "http://127.0.0.1:%u/telegram", e->port);
    const struct telegram_setup setup = {.api_url = url, .token = SB_TELEGRAM_TOKEN};
    assert_ok(telegram_open(&setup, &chat, &err), err);
    struct chat_thread t = {.db_path = e->store,
                            .chat = chat,
                            .stop = &stop,
                            .poll_s = 1,
                            .on_received = on_received,
                            .on_trouble = on_trouble,
                            .ctx = heard};
    log_set_level(LOG_ERR);
    clock_test_skip_sleeps(true);
    int64_t began = clock_mono_ms();
    pthread_create(&id, NULL, poll_main, &t);
    for (int i = 0; i < 2000 && !atomic_load(&heard->received); i++)
        usleep(10000); /* real time: the clock is skipping */
    *ret_took = clock_mono_ms() - began;
    clock_test_skip_sleeps(false);
    atomic_store(&stop, true);
    chat->ops->wake(chat);
    pthread_join(id, NULL);
    chat->ops->close(chat);
    assert_int_equal(atomic_load(&heard->received), 1);
}

static void test_twenty_conflicts(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct heard heard = {0};
    int64_t took;
    e2e_do(e, "/telegram/conflict", "{\"times\":20}");
    e2e_say(e, ADMIN, "/id");
    poll_until_received(e, &heard, &took);
    assert_int_equal(atomic_load(&heard.conflict), 1); /* told once */
    assert_int_equal(atomic_load(&heard.recovered), 1);
    assert_int_equal(atomic_load(&heard.other), 0);
    assert_int_equal(e2e_stat(e, "conflicts"), 20);
    assert_true(took >= 20 * 3000);
    e2e_done(e);
}

/* Every kind of rubbish, one after another: each is a failure that is waited for, longer each time.
 */
static void test_all_rubbish(void **state)
{
    static const char *const kinds[] = {"truncate", "notjson", "500",  "empty",
                                        "close",    "html502", "deep", "huge"};
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct heard heard = {0};
    int64_t took;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        e2e_fault(e, (struct fault){"telegram", "/getUpdates", kinds[i], .after = 0});
    e2e_say(e, ADMIN, "/id");
    poll_until_received(e, &heard, &took);
    assert_int_equal(e2e_fault_hits(e), ARRAY_LEN(kinds));
    assert_int_equal(atomic_load(&heard.conflict) + atomic_load(&heard.other), 0);
    assert_true(took >= 30000);
    e2e_done(e);
}

/* 429 on sending and editing: nothing is called before its time, and the last words arrive. */
static void test_flood(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_do(e, "/telegram/flood", "{\"retry_after\":2,\"method\":\"sendMessage\",\"times\":1}");
    e2e_do(e, "/telegram/flood", "{\"retry_after\":2,\"method\":\"editMessageText\",\"times\":2}");
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 3, .ms = 900});
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    assert_true(e2e_stat(e, "limited") >= 2);
    assert_int_equal(e2e_stat(e, "violations"), 0);
    int64_t limited = e2e_stat(e, "limited");
    e2e_do(e, "/telegram/flood", "{\"retry_after\":2,\"method\":\"getUpdates\",\"times\":2}");
    e2e_ask(e, ADMIN, "/id", "1001"); /* ends the poll that waits; the next two are refused */
    E2E_UNTIL(WAIT, e2e_stat(e, "limited") >= limited + 2);
    e2e_ask(e, ADMIN, "/help", "/sync");
    assert_int_equal(e2e_stat(e, "violations"), 0);
    e2e_done(e);
}

/* Rubbish instead of answers: no crash, no spin, and afterwards it works as before. */
static void test_rubbish(void **state)
{
    static const char *const kinds[] = {"truncate", "500", "empty"};
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    for (size_t i = 0; i < 2; i++)
        e2e_fault(e, (struct fault){"telegram", "/getUpdates", kinds[i], .after = i ? 0 : 1});
    e2e_start(e);
    int64_t began = clock_mono_ms(), before = e2e_stat(e, "polls");
    e2e_say(e, ADMIN, "/id");
    e2e_wait(e, ADMIN, 0, "1001", WAIT);
    assert_true(e2e_stat(e, "polls") - before <= 4 + (clock_mono_ms() - began) / 300);
    assert_int_equal(e2e_fault_hits(e), 2);

    /* the same for what the bot says */
    for (size_t i = 0; i < 2; i++)
        e2e_fault(e, (struct fault){"telegram", "/sendMessage", kinds[i + 1], .ms = 0});
    int64_t asked = e2e_say(e, ADMIN, "/help");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 4);
    assert_true(e2e_alive(e));
    e2e_do(e, "/fault/clear", "{}");
    e2e_wait(e, ADMIN, asked, "/sync", WAIT);
    e2e_done(e);
}

/* A server that gives nothing at once must not keep a core busy. */
static void test_empty_polls(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    e2e_do(e, "/telegram/empty_polls", "{\"times\":1000000}");
    clock_sleep_ms(200, NULL);
    int64_t cpu = e2e_cpu_ms(e), polls = e2e_stat(e, "polls"), began = clock_mono_ms();
    clock_sleep_ms(2000, NULL);
    int64_t took = clock_mono_ms() - began;
    cpu = e2e_cpu_ms(e) - cpu;
    polls = e2e_stat(e, "polls") - polls;
    if (cpu * 20 > took * SLOWER)
        fail_msg("%lld ms of CPU time in %lld ms, %lld polls", (long long)cpu, (long long)took,
                 (long long)polls);
    assert_true(polls <= 20);
    e2e_do(e, "/telegram/empty_polls", "{\"times\":0}");
    e2e_ask(e, ADMIN, "/help", "/sync");
    e2e_done(e);
}

/* The bot is blocked: it keeps silent there and goes on elsewhere; unblocked, it speaks again. */
static void test_blocked(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/grant 2001", "организатор");
    e2e_ask(e, 2001, "/status", "Очередь");
    e2e_say(e, 2001, "/runs");
    e2e_do(e, "/telegram/block", "{\"user\":2001,\"announce\":true}");
    e2e_ask(e, ADMIN, "/status", "Очередь");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT dead FROM chat_user WHERE user_id = 2001") == 1);
    e2e_do(e, "/telegram/unblock", "{\"user\":2001,\"announce\":true}");
    e2e_ask(e, 2001, "/id", "2001");
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_jump_down),   E2E_TEST(test_conflict),    E2E_TEST(test_twenty_conflicts),
        E2E_TEST(test_flood),       E2E_TEST(test_all_rubbish), E2E_TEST(test_rubbish),
        E2E_TEST(test_empty_polls), E2E_TEST(test_blocked),
    };
    return E2E_RUN("e2e telegram", tests);
}
