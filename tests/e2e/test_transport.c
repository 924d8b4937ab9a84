/* test_transport.c: Telegram's odd days: a foreign webhook, floods on every method, no network, a
 * revoked token, people and messages that are gone, files. */
#include "bot/chat/chat_thread.h"
#include "bot/chat/telegram.h"
#include "store/base/log.h"
#include "sync/http.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------------- another program's webhook */

static void test_webhook(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_say(e, ADMIN, "/id"); /* waits there, and must not be lost */
    e2e_do(e, "/telegram/webhook", "{\"url\":\"https://other.example/hook\"}");
    e2e_start(e);
    e2e_wait(e, ADMIN, 0, "роль: админ", WAIT);
    e2e_wait(e, ADMIN, 0, "включён вебхук. Я его снял", WAIT);
    AUTO_JSON *stats = e2e_get(e, "/telegram/stats");
    assert_string_equal(json_text(stats, "webhook"), "");
    assert_int_equal(e2e_count(e, ADMIN, "вебхук"), 1);
    e2e_done(e);
}

static void test_webhook_stays(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[telegram]", "webhook_takeover", "no");
    e2e_say(e, ADMIN, "/id");
    e2e_do(e, "/telegram/webhook", "{\"url\":\"https://other.example/hook\"}");
    e2e_start(e);
    e2e_wait(e, ADMIN, 0, "webhook_takeover = no", WAIT);
    E2E_UNTIL(WAIT, e2e_stat(e, "polls") >= 2);
    AUTO_JSON *stats = e2e_get(e, "/telegram/stats");
    assert_string_equal(json_text(stats, "webhook"), "https://other.example/hook");
    e2e_do(e, "/telegram/webhook", "{\"url\":\"\"}");
    e2e_wait(e, ADMIN, 0, "роль: админ", 2 * WAIT);
    assert_int_equal(e2e_count(e, ADMIN, "webhook_takeover"), 1);
    e2e_done(e);
}

/* ---------------------------------------------------------------- 429 */

/* Behaviour E on every method that the daemon calls: e2e_done fails for a call before its time. */
static void test_flood_everywhere(void **state)
{
    static const char *const methods[] =
        {"getMe",           "setMyCommands", "getUpdates",          "sendMessage",
         "editMessageText", "deleteWebhook", "answerCallbackQuery", "deleteMyCommands"};
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        e2e_do(e, "/telegram/flood", "{\"retry_after\":2,\"method\":\"%s\",\"times\":2}",
               methods[i]);
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, asked, "сверено за", 2 * WAIT);
    e2e_press(e, ADMIN, "Состояние", 1);
    e2e_wait(e, ADMIN, asked, "Очередь", 2 * WAIT);
    e2e_do(e, "/telegram/flood", "{\"retry_after\":2,\"method\":\"sendDocument\",\"times\":2}");
    e2e_ask(e, ADMIN, "/run 1", "рогон 1");
    e2e_press(e, ADMIN, "Файлом", 1);
    e2e_wait(e, ADMIN, asked, ".csv", 2 * WAIT);
    assert_true(e2e_stat(e, "limited") >= 8);
    e2e_done(e);
}

/* ---------------------------------------------------------------- no network, no token */

/* The port is closed for a while, with a message under way: nothing is lost, nothing said twice. */
static void test_network_gone(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    int64_t asked = e2e_say(e, ADMIN, "/help");
    e2e_do(e, "/nap", "{\"ms\":2500,\"after\":0}");
    clock_sleep_ms(1000, NULL);
    assert_true(e2e_alive(e));
    clock_sleep_ms(2500, NULL);
    e2e_wait(e, ADMIN, asked, "Вот что я умею", 2 * WAIT);
    e2e_ask(e, ADMIN, "/status", "Очередь");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'queued'") == 0);
    assert_in_range(e2e_count(e, ADMIN, "Вот что я умею"), 1, 2); /* at least once */
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_in"), 3);
    assert_has(e2e_log(e), "event=\"chat poll failed\"");
    e2e_done(e);
}

struct heard {
    _Atomic int auth, recovered, other, received;
};

static void on_trouble(void *ctx, enum chat_trouble what, const char *why)
{
    struct heard *h = ctx;
    (void)why;
    atomic_fetch_add(what == CHAT_AUTH        ? &h->auth
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

static struct chat *open_chat(struct e2e *e)
{
    struct err err = {0};
    struct chat *chat;
    const struct telegram_setup setup = {.api_url =
                                             arena_printf(e->arena, "http://127.0.0.1:%u/telegram",
                                                          e->port),
                                         .token = SB_TELEGRAM_TOKEN};
    assert_ok(telegram_open(&setup, &chat, &err), err);
    return chat;
}

/* The token is revoked and given back: alive, asked once a minute (by a clock that skips its
 * sleeps), told once, and well by itself. */
static void test_token_revoked(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct heard heard = {0};
    _Atomic bool stop = false;
    pthread_t id;
    assert_int_equal(e2e_shell(e, "db migrate").code, 0);
    e2e_fault(e, (struct fault){"telegram", "/getUpdates", "401", .count = 30});
    e2e_say(e, ADMIN, "/id");
    struct chat *chat = open_chat(e);
    struct chat_thread t = {.db_path = e->store,
                            .chat = chat,
                            .stop = &stop,
                            .poll_s = 1,
                            .on_received = on_received,
                            .on_trouble = on_trouble,
                            .ctx = &heard};
    log_set_level((enum log_level) - 1);
    clock_test_skip_sleeps(true);
    int64_t began = clock_mono_ms();
    pthread_create(&id, NULL, poll_main, &t);
    for (int i = 0; i < 2000 && !atomic_load(&heard.received); i++)
        usleep(10000);
    int64_t took = clock_mono_ms() - began;
    clock_test_skip_sleeps(false);
    atomic_store(&stop, true);
    chat->ops->wake(chat);
    pthread_join(id, NULL);
    chat->ops->close(chat);
    assert_int_equal(atomic_load(&heard.received), 1);
    assert_int_equal(atomic_load(&heard.auth), 1);
    assert_int_equal(atomic_load(&heard.recovered), 1);
    assert_int_equal(atomic_load(&heard.other), 0);
    assert_true(took >= (int64_t)30 * 60000);
    e2e_done(e);
}

/* Behaviour O: everything fails in every way, with all that is said of it written down; e2e_done
 * reads it all for the token. */
static void test_token_nowhere(void **state)
{
    static const char *const kinds[] = {"401",     "404",     "500",     "close",
                                        "html502", "notjson", "truncate"};
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (i > 1) /* after a refused token the sender waits a minute */
            e2e_fault(e, (struct fault){"telegram", "/sendMessage", kinds[i], .count = 1});
        e2e_shell(e, "check");
    }
    e2e_say(e, ADMIN, "/help");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) >= 1);
    e2e_do(e, "/fault/clear", "{}");
    e2e_do(e, "/nap", "{\"ms\":500,\"after\":0}");
    clock_sleep_ms(1500, NULL);
    e2e_fault(e, (struct fault){"telegram", "/", "401", .count = -1});
    E2E_UNTIL(WAIT, strstr(e2e_log(e), "does not accept the token"));
    e2e_shell(e, "status");
    assert_has(e2e_log(e), "chat poll failed"); /* there was something to write */
    assert_int_equal(e2e_kill(e, SIGTERM, 10000 * SLOWER), 0);
    e2e_do(e, "/fault/clear", "{}");
    e2e_done(e);
}

/* ---------------------------------------------------------------- people who are gone, messages
 * that are */

/* Blocked without a word: 403 is how we learn it. Whoever writes again is there again. */
static void test_forbidden(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, 2001, "/id", "2001");
    e2e_do(e, "/telegram/block", "{\"user\":2001}");
    e2e_say(e, 2001, "/id");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT dead FROM chat_user WHERE user_id = 2001") == 1);
    int64_t tries = e2e_stat(e, "errors.403");
    assert_int_equal(tries, 1);
    e2e_ask(e, ADMIN, "/id", "1001"); /* nobody else is held up */
    clock_sleep_ms(1000, NULL);
    assert_int_equal(e2e_stat(e, "errors.403"), tries);
    e2e_do(e, "/telegram/unblock", "{\"user\":2001}");
    e2e_ask(e, 2001, "/help", "Telegram id");
    assert_int_equal(e2e_int(e, "SELECT dead FROM chat_user WHERE user_id = 2001"), 0);
    e2e_done(e);
}

/* The message that a sync edits is deleted by a person: its end comes as a new one. */
static void test_deleted_message(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 2, .ms = 1500 * SLOWER});
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) >= 1);
    AUTO_JSON *last = e2e_get(e, "/telegram/wait?chat=%d&contains=&timeout_ms=20000&after=%lld",
                              ADMIN, (long long)asked);
    int64_t running = e2e_number(last, "message_id");
    e2e_do(e, "/telegram/delete", "{\"chat\":%d,\"message_id\":%lld}", ADMIN, (long long)running);
    struct said done = e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    assert_true(done.id > running);
    assert_int_equal(e2e_count(e, ADMIN, "сверено за"), 1);
    e2e_done(e);
}

/* ---------------------------------------------------------------- files */

static char *base64(const char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf b = BUF_INIT((size_t)64 << 20);
    for (size_t i = 0; i < n; i += 3) {
        uint32_t word = 0;
        for (size_t k = 0; k < 3; k++)
            word = word << 8 | (i + k < n ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_addc(&b, i + k > n ? '=' : digits[word >> (18 - 6 * k) & 63]);
    }
    return buf_take(&b);
}

static char *every_byte(size_t n)
{
    char *bytes = xmalloc(n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)((i * 2654435761u) >> 13 & 0xff);
    return bytes;
}

/* A call of the sandbox's control with a body longer than e2e_post takes. */
static void send_document(struct e2e *e, const char *bytes, size_t n, const char *more)
{
    AUTO_BUF body = BUF_INIT((size_t)64 << 20);
    AUTO_FREE char *text = base64(bytes, n);
    AUTO_ANSWER answer = {0};
    struct err err = {0};
    buf_addf(&body,
             "{\"user\":%d,\"file_name\":\"заезды.csv\",\"mime_type\":\"text/csv\",%s\"base64\":\"",
             ADMIN, more);
    buf_add(&body, text);
    buf_add(&body, "\"}");
    struct http_request req = {.method = "POST",
                               .url = arena_printf(e->arena,
                                                   "http://127.0.0.1:%u/_sandbox/telegram/document",
                                                   e->port),
                               .what = "a document",
                               .body = buf_str(&body)};
    assert_ok(http_do(e->http, &req, &answer, &err), err);
}

static struct chat_file received(struct e2e *e, struct chat *chat, int64_t *offset)
{
    struct chat_update *u = NULL;
    struct err err = {0};
    size_t n = 0;
    AUTO_ARENA *arena = arena_new((size_t)16 << 20);
    assert_ok(chat->ops->poll(chat, *offset, 5, arena, &u, &n, offset, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(u->kind, UPDATE_FILE);
    struct chat_file f = u->file;
    f.id = arena_strdup(e->arena, f.id);
    f.name = arena_strdup(e->arena, f.name);
    return f;
}

/* Behaviour Q: what a person uploads arrives byte for byte, 20 MB of it; more is refused in words.
 */
static void test_receive_files(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 300, 1 << 20, 20 << 20};
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct chat *chat = open_chat(e);
    struct err err = {0};
    int64_t offset = 0;
    AUTO_FREE char *bytes = every_byte(20 << 20), *back = xmalloc((20 << 20) + 1);
    char *path = arena_printf(e->arena, "%s/fetched", e->dir);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        send_document(e, bytes, sizes[i], "");
        struct chat_file f = received(e, chat, &offset);
        assert_string_equal(f.name, "заезды.csv");
        assert_int_equal(f.size, sizes[i]);
        assert_ok(chat->ops->download(chat, &f, path, &err), err);
        FILE *in = fopen(path, "rb");
        assert_int_equal(fread(back, 1, (20 << 20) + 1, in), sizes[i]);
        fclose(in);
        assert_memory_equal(back, bytes, sizes[i]);
    }
    send_document(e, bytes, 5, "\"file_size\":20971521,");
    struct chat_file big = received(e, chat, &offset);
    assert_int_equal(-1, chat->ops->download(chat, &big, path, &err));
    assert_int_equal(err.kind, ERR_DATA);
    big.size = 0; /* though nobody said so before */
    err = (struct err){0};
    assert_int_equal(-1, chat->ops->download(chat, &big, path, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_has(err.msg, "too big");
    chat->ops->close(chat);
    e2e_done(e);
}

/* To the person: text and bytes, up to 50 MB. */
static void test_send_files(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 70000, 50 << 20};
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct chat *chat = open_chat(e);
    AUTO_FREE char *bytes = every_byte((50 << 20) + 1);
    e2e_say(e, ADMIN, "/start");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct err err = {0};
        struct out_item item = {.action = OUT_FILE,
                                .chat_id = ADMIN,
                                .text = "",
                                .file_name = "copy.db",
                                .file_mime = "application/vnd.sqlite3",
                                .content = bytes,
                                .content_len = sizes[i]};
        int64_t id = 0;
        if (chat->ops->send_file(chat, &item, &id, &err) != SEND_OK)
            fail_msg("%s", err.msg);
        AUTO_JSON *last = e2e_get(e, "/telegram/last?chat=%d", ADMIN);
        assert_int_equal(e2e_number(last, "document_size"), sizes[i]);
        if (sizes[i] > 100000)
            continue;
        AUTO_JSON *kept =
            e2e_get(e, "/telegram/document?chat=%d&message_id=%lld", ADMIN, (long long)id);
        AUTO_FREE char *expected = base64(bytes, sizes[i]);
        assert_string_equal(json_text(kept, "base64"), expected);
        assert_string_equal(json_text(kept, "mime_type"), "application/vnd.sqlite3");
    }
    chat->ops->close(chat);
    e2e_done(e);
}

/* ---------------------------------------------------------------- the played Telegram itself */

static int call(struct e2e *e, const char *method, const char *body)
{
    AUTO_ANSWER answer = {0};
    struct err err = {0};
    struct http_request req = {.method = "POST",
                               .url =
                                   arena_printf(e->arena, "http://127.0.0.1:%u/telegram/bot%s/%s",
                                                e->port, SB_TELEGRAM_TOKEN, method),
                               .what = method,
                               .body = body};
    http_do(e->http, &req, &answer, &err);
    return answer.status;
}

/* Behaviour N stands on this: a call that the published list does not know is refused and counted,
 * and e2e_done of every test then fails. */
static void test_calls_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *method, *body;
        int status;
    } cases[] = {
        {"sendMessage", "{\"chat_id\":1001,\"text\":\"x\"}", 200},
        {"sendMessage", "{\"chat_id\":1001}", 400},
        {"sendMessage", "{\"chat_id\":1001,\"text\":\"x\",\"silent\":true}", 400},
        {"sendMessage", "{\"chat_id\":1001,\"text\":7}", 400},
        {"sendMessage", "{\"chat_id\":1001,\"text\":\"x\",\"disable_notification\":\"yes\"}", 400},
        {"sendMessage", "{\"chat_id\":1001,\"text\":\"x\",\"link_preview_options\":{\"off\":true}}",
         400},
        {"editMessageText", "{\"chat_id\":1001,\"text\":\"x\"}", 400},
        {"answerCallbackQuery", "{\"callback_query_id\":5}", 400},
        {"getUpdates", "{\"allowed_updates\":\"message\"}", 400},
        {"setMyCommands", "{\"commands\":[{\"command\":\"a\"}]}", 400},
        {"sendMessages", "{}", 404},
    };
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_say(e, ADMIN, "/start");
    int64_t bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int status = call(e, cases[i].method, cases[i].body);
        bad += cases[i].status != 200;
        if (status != cases[i].status || e2e_stat(e, "malformed") != bad)
            fail_msg("%s %s: %d", cases[i].method, cases[i].body, status);
    }
    e2e_do(e, "/telegram/reset", "{}");
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_webhook),           E2E_TEST(test_webhook_stays),
        E2E_TEST(test_flood_everywhere),  E2E_TEST(test_network_gone),
        E2E_TEST(test_token_revoked),     E2E_TEST(test_token_nowhere),
        E2E_TEST(test_forbidden),         E2E_TEST(test_deleted_message),
        E2E_TEST(test_receive_files),     E2E_TEST(test_send_files),
        E2E_TEST(test_calls_are_checked),
    };
    return E2E_RUN("e2e transport", tests);
}
