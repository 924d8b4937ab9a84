/* test_telegram.c: the transport against an HTTP server of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/telegram.h"
#include "bot/chat/telegram_codec.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/base/secret.h"
#include "sync/http.h"
#include "tests/loopback.h"
#include "tests/unit/multipart.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET "AAsecretsecretsecret"
#define TOKEN  "123456:" SECRET
#define SEEN   32

/* The played server: answers in turn, the last one again and again. */
struct played {
    struct loopback *server;
    struct chat *chat;
    const struct answer {
        int status;
        const char *body;
        bool hang_up; /* says nothing and closes */
        unsigned hang_ms;
    } * answers;
    size_t n, at;
    char targets[SEEN][80], bodies[SEEN][512];
    unsigned connections[SEEN];
    char type[128], *body; /* of the last request; the body whole, owned */
    _Atomic size_t seen;
};

static bool answer(void *ctx, const struct loopback_request *req, struct buf *out)
{
    struct played *p = ctx;
    const char *type = loopback_header(req, "Content-Type");
    str_copy(p->type, sizeof p->type, type ? type : "");
    free(p->body);
    p->body = xstrdup(req->body);
    if (p->seen < SEEN) {
        str_copy(p->targets[p->seen], sizeof p->targets[0], req->target);
        str_copy(p->bodies[p->seen], sizeof p->bodies[0], req->body);
        p->connections[p->seen++] = req->connection;
    }
    const struct answer *a = &p->answers[p->at + 1 < p->n ? p->at++ : p->n - 1];
    if (a->hang_ms)
        usleep(a->hang_ms * 1000);
    if (a->hang_up)
        return false;
    loopback_answer(out, a->status, NULL, a->body);
    return true;
}

static void open_played(struct played *p, const struct answer *answers, size_t n)
{
    char url[64];
    struct err err = {0};
    *p = (struct played){.answers = answers, .n = n};
    p->server = loopback_start(answer, p);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", loopback_port(p->server));
    assert_int_equal(0, telegram_open(&(struct telegram_setup){.api_url = url, .token = TOKEN},
                                      &p->chat, &err));
}

static void close_played(struct played *p)
{
    p->chat->ops->close(p->chat);
    loopback_stop(p->server);
    free(p->body);
}

static int poll_once(struct played *p, int64_t offset, size_t *n, int64_t *next, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)16 << 20);
    struct chat_update *updates;
    *err = (struct err){0};
    int bad = p->chat->ops->poll(p->chat, offset, 1, arena, &updates, n, next, err);
    assert_null(strstr(err->msg, SECRET));
    return bad;
}

#define MESSAGE_OK      "{\"ok\":true,\"result\":{\"message_id\":5}}"
#define BAD(code, text) "{\"ok\":false,\"error_code\":" #code ",\"description\":\"" text "\"}"

static enum send_fate send_once(struct played *p, enum out_action action, int64_t *id,
                                struct err *err)
{
    struct out_item item = {.action = action,
                            .chat_id = 7,
                            .thread_id = 3,
                            .message_id = 9,
                            .text = "<b>a</b>",
                            .callback_id = "1"};
    const struct chat_ops *ops = p->chat->ops;
    *err = (struct err){0};
    enum send_fate fate = action == OUT_ANSWER ? ops->answer(p->chat, &item, err)
                          : action == OUT_EDIT ? ops->edit(p->chat, &item, id, err)
                                               : ops->send(p->chat, &item, id, err);
    assert_null(strstr(err->msg, SECRET));
    return fate;
}

static void the_token__is_checked__before_anything_is_asked(void **state)
{
    (void)state;
    struct chat *chat;
    struct err err;
    static const struct telegram_setup bad[] = {{.api_url = "https://x", .token = ""},
                                                {.api_url = "https://x", .token = "123:abc\n"},
                                                {.api_url = "ftp://x", .token = TOKEN},
                                                {.api_url = "https://x",
                                                 .token = TOKEN,
                                                 .file_url = "file:///etc"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(-1, telegram_open(&bad[i], &chat, &err));
        assert_null(strstr(err.msg, "abc\n"));
        assert_null(strstr(err.msg, SECRET));
    }
}

static void poll__reads_and_confirms(void **state)
{
    (void)state;
    static const struct answer answers[] =
        {{.status = 200,
          .body =
              "{\"ok\":true,\"result\":[{\"update_id\":41,\"message\":{\"message_id\":1,\"chat\":"
              "{\"id\":7,\"type\":\"private\"},\"text\":\"hi\"}}]}"},
         {.status = 200, .body = "{\"ok\":true,\"result\":[]}"}};
    struct played p;
    struct err err;
    size_t n;
    int64_t next;
    open_played(&p, answers, 2);
    assert_int_equal(0, poll_once(&p, 0, &n, &next, &err));
    assert_int_equal(n, 1);
    assert_int_equal(next, 42);
    assert_int_equal(0, poll_once(&p, next, &n, &next, &err));
    assert_string_equal(p.targets[0], "/bot" TOKEN "/getUpdates");
    assert_non_null(strstr(p.bodies[1], "\"offset\":42"));
    assert_int_equal(p.connections[0], p.connections[1]);
    close_played(&p);
}

/* Behaviours G and O: whatever comes, no crash, a passing error, no token in it. */
static void poll__survives__garbage(void **state)
{
    (void)state;
    static const struct answer answers[] =
        {{.status = 200, .body = ""},
         {.status = 200, .body = "{\"ok\":true,\"result\":[{\"upd"},
         {.status = 200, .body = "<html>"},
         {.status = 500, .body = "oops"},
         {.status = 502, .body = ""},
         {.hang_up = true},
         {.status = 301, .body = ""},
         {.status = 429, .body = "slow down"}};
    struct played p;
    struct err err;
    size_t n;
    int64_t next;
    open_played(&p, answers, ARRAY_LEN(answers));
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
        assert_int_equal(err.kind, ERR_TEMP);
        assert_true(*err.msg);
    }
    assert_true(err.retry_s > 0);
    close_played(&p);
    char url[64]; /* nobody listens there any more */
    snprintf(url, sizeof url, "http://127.0.0.1:1/");
    struct chat *chat;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chat_update *u;
    assert_int_equal(0, telegram_open(&(struct telegram_setup){.api_url = url, .token = TOKEN},
                                      &chat, &err));
    assert_int_equal(-1, chat->ops->poll(chat, 1, 1, arena, &u, &n, &next, &err));
    assert_int_equal(err.kind, ERR_TEMP);
    assert_null(strstr(err.msg, SECRET));
    chat->ops->close(chat);
}

/* Behaviour D at the transport: 3 s to 30 s, on a new connection, and well again afterwards. */
static void poll__backs_off__from_conflicts(void **state)
{
    (void)state;
    struct answer answers[21];
    for (size_t i = 0; i < 20; i++)
        answers[i] =
            (struct answer){.status = 409,
                            .body = BAD(409, "Conflict: terminated by other getUpdates request")};
    answers[20] = (struct answer){.status = 200, .body = "{\"ok\":true,\"result\":[]}"};
    struct played p;
    struct err err;
    size_t n;
    int64_t next;
    open_played(&p, answers, 21);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
        assert_int_equal(err.kind, ERR_TEMP);
        assert_in_range(err.retry_s, 3, 30);
        assert_non_null(strstr(err.msg, "conflict"));
        assert_int_equal(p.connections[i], i + 1);
    }
    assert_int_equal(0, poll_once(&p, 1, &n, &next, &err));
    close_played(&p);
}

#define WEBHOOK                                                                                    \
    BAD(409,                                                                                       \
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "     \
        "delete the webhook first")

static void a_webhook__is_taken_away__and_said_once(void **state)
{
    (void)state;
    static const struct answer answers[] = {{.status = 409, .body = WEBHOOK},
                                            {.status = 200,
                                             .body = "{\"ok\":true,\"result\":true}"},
                                            {.status = 200, .body = "{\"ok\":true,\"result\":[]}"}};
    struct played p;
    struct err err;
    size_t n;
    int64_t next;
    log_set_level(LOG_ERR);
    open_played(&p, answers, ARRAY_LEN(answers));
    assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
    assert_non_null(strstr(err.msg, CHAT_SAYS_WEBHOOK));
    assert_string_equal(p.targets[1], "/bot" TOKEN "/deleteWebhook");
    assert_string_equal(p.bodies[1], "{\"drop_pending_updates\":false}");
    assert_int_equal(0, poll_once(&p, 1, &n, &next, &err));
    close_played(&p);
}

/* Behaviour E on deleteWebhook: not called again before its time. */
static void a_webhook__waits__when_told_to(void **state)
{
    (void)state;
    static const struct answer answers[] =
        {{.status = 409, .body = WEBHOOK},
         {.status = 429,
          .body = "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry "
                  "after 60\",\"parameters\":{\"retry_after\":60}}"},
         {.status = 409, .body = WEBHOOK},
         {.status = 409, .body = WEBHOOK},
         {.status = 200, .body = "{\"ok\":true,\"result\":true}"}};
    struct played p;
    struct err err;
    size_t n;
    int64_t next;
    open_played(&p, answers, ARRAY_LEN(answers));
    assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
    assert_null(strstr(err.msg, CHAT_SAYS_WEBHOOK)); /* it is still there */
    assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
    assert_int_equal(p.seen, 3);
    clock_test_advance(61000);
    assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
    assert_int_equal(p.seen, 5);
    assert_non_null(strstr(err.msg, CHAT_SAYS_WEBHOOK));
    close_played(&p);
}

static void a_webhook__is_left__where_the_configuration_says_so(void **state)
{
    (void)state;
    static const struct answer answers[] = {{.status = 409, .body = WEBHOOK}};
    struct played p;
    struct err err;
    size_t n;
    int64_t next;
    open_played(&p, answers, 1);
    p.chat->ops->close(p.chat);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", loopback_port(p.server));
    const struct telegram_setup setup = {.api_url = url, .token = TOKEN, .keep_webhook = true};
    assert_int_equal(0, telegram_open(&setup, &p.chat, &err));
    assert_int_equal(-1, poll_once(&p, 1, &n, &next, &err));
    assert_non_null(strstr(err.msg, CHAT_SAYS_WEBHOOK_STAYS));
    assert_int_equal(p.seen, 1);
    close_played(&p);
}

static void *wake_later(void *ctx)
{
    struct chat *chat = ctx;
    usleep(100000);
    chat->ops->wake(chat);
    return NULL;
}

static void wake__ends__a_waiting_poll_and_the_next_one(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        {.status = 200, .body = "{\"ok\":true,\"result\":[]}", .hang_ms = 3000}};
    struct played p;
    struct err err = {0};
    size_t n;
    int64_t next;
    pthread_t thread;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chat_update *u;
    open_played(&p, answers, 1);
    pthread_create(&thread, NULL, wake_later, p.chat);
    assert_int_equal(-1, p.chat->ops->poll(p.chat, 1, 50, arena, &u, &n, &next, &err));
    assert_int_equal(err.kind, ERR_CANCELED);
    pthread_join(thread, NULL);
    p.chat->ops->wake(p.chat); /* before the poll begins */
    assert_int_equal(-1, p.chat->ops->poll(p.chat, 1, 50, arena, &u, &n, &next, &err));
    assert_int_equal(err.kind, ERR_CANCELED);
    /* the last, confirming poll waits two seconds for a server that hangs, whatever was woken */
    p.chat->ops->wake(p.chat);
    err = (struct err){0};
    assert_int_equal(-1, p.chat->ops->poll(p.chat, 1, 0, arena, &u, &n, &next, &err));
    assert_int_equal(err.kind, ERR_TEMP);
    close_played(&p);
}

static void send__falls_back__on_plain_text_and_no_thread(void **state)
{
    (void)state;
    static const struct answer answers[] =
        {{.status = 400, .body = BAD(400, "Bad Request: message thread not found")},
         {.status = 400,
          .body = BAD(400, "Bad Request: can't parse entities: Unsupported start tag")},
         {.status = 200, .body = MESSAGE_OK}};
    struct played p;
    struct err err;
    int64_t id;
    open_played(&p, answers, 3);
    assert_int_equal(SEND_OK, send_once(&p, OUT_SEND, &id, &err));
    assert_int_equal(id, 5);
    assert_non_null(strstr(p.bodies[0], "message_thread_id"));
    assert_null(strstr(p.bodies[1], "message_thread_id"));
    assert_non_null(strstr(p.bodies[1], "parse_mode"));
    assert_null(strstr(p.bodies[2], "parse_mode"));
    assert_non_null(strstr(p.bodies[2], "\"text\":\"a\""));
    close_played(&p);
    static const struct answer never[] = {
        {.status = 400, .body = BAD(400, "Bad Request: can't parse entities")}};
    open_played(&p, never, 1);
    assert_int_equal(SEND_REFUSED, send_once(&p, OUT_SEND, &id, &err));
    assert_int_equal(p.seen, 2);
    assert_int_equal(SEND_REFUSED, send_once(&p, OUT_EDIT, &id, &err));
    assert_int_equal(p.seen, 4);
    close_played(&p);
}

static void a_lost_answer__is_unsure__for_messages_only(void **state)
{
    (void)state;
    static const struct answer answers[] = {{.hang_up = true}};
    struct played p;
    struct err err;
    int64_t id;
    open_played(&p, answers, 1);
    assert_int_equal(SEND_UNSURE, send_once(&p, OUT_SEND, &id, &err));
    assert_int_equal(p.seen, 1);
    assert_int_equal(err.retry_s, 0);
    assert_int_equal(SEND_LATER, send_once(&p, OUT_EDIT, &id, &err));
    assert_int_equal(SEND_LATER, send_once(&p, OUT_ANSWER, &id, &err));
    p.chat->ops->give_up(p.chat);
    enum send_fate fate = send_once(&p, OUT_SEND, &id, &err);
    assert_true(fate == SEND_UNSURE || fate == SEND_LATER);
    assert_int_equal(err.kind, ERR_CANCELED);
    close_played(&p);
    struct chat *chat;
    struct out_item item = {.chat_id = 7, .text = "x"};
    const struct telegram_setup nobody = {.api_url = "http://127.0.0.1:1", .token = TOKEN};
    assert_int_equal(0, telegram_open(&nobody, &chat, &err));
    assert_int_equal(SEND_LATER, chat->ops->send(chat, &item, &id, &err));
    chat->ops->close(chat);
}

static enum send_fate send_file(struct played *p, const char *content, int64_t *id, struct err *err)
{
    struct out_item item = {.action = OUT_FILE,
                            .chat_id = 7,
                            .thread_id = 3,
                            .text = "<b>План</b>",
                            .file_name = "plan-318.csv",
                            .content = content};
    *err = (struct err){0};
    enum send_fate fate = p->chat->ops->send_file(p->chat, &item, id, err);
    assert_null(strstr(err->msg, SECRET));
    return fate;
}

/* Behaviour Q, the other way round: what a person gets is the file, byte for byte. */
static void a_file__arrives__byte_for_byte(void **state)
{
    (void)state;
    static const struct answer answers[] = {{.status = 200, .body = MESSAGE_OK}};
    struct played p;
    struct err err;
    struct form form;
    int64_t id;
    AUTO_ARENA *arena = arena_new((size_t)16 << 20);
    AUTO_BUF content = BUF_INIT((size_t)3 << 20);
    buf_add(&content, "\xef\xbb\xbf");
    for (int i = 0; content.len < ((size_t)2 << 20); i++) { /* every byte that text can have */
        buf_addf(&content, "%d,\"--\r\n\n\r\",я\xf0\x9f\x94\x84", i);
        for (char c = 1; c < 127; c++)
            buf_addc(&content, c);
        buf_add(&content, "\r\n");
    }
    open_played(&p, answers, 1);
    assert_int_equal(SEND_OK, send_file(&p, buf_str(&content), &id, &err));
    assert_int_equal(id, 5);
    assert_string_equal(p.targets[0], "/bot" TOKEN "/sendDocument");
    assert_true(form_read(p.type, p.body, arena, &form));
    const struct form_part *document = form_find(&form, "document");
    assert_string_equal(document->file_name, "plan-318.csv");
    assert_int_equal(strlen(document->value), content.len);
    assert_memory_equal(document->value, content.data, content.len);
    assert_string_equal(form_find(&form, "chat_id")->value, "7");
    assert_string_equal(form_find(&form, "caption")->value, "<b>План</b>");
    close_played(&p);
}

/* The same for what is no text: every byte, zeros too. */
static void a_file_of_bytes__arrives__byte_for_byte(void **state)
{
    (void)state;
    char content[1024];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)(i * 7 & 0xff);
    struct out_item item = {.action = OUT_FILE,
                            .chat_id = 7,
                            .text = "",
                            .file_name = "copy.db",
                            .file_mime = "application/vnd.sqlite3",
                            .content = content,
                            .content_len = sizeof content};
    struct tg_upload up = tg_body_file(&item, TG_HTML, true);
    assert_non_null(memmem(up.body, up.len, content, sizeof content));
    assert_non_null(memmem(up.body, up.len, "Content-Type: application/vnd.sqlite3\r\n", 39));
    const char *boundary = strchr(up.content_type, '=') + 1;
    assert_null(memmem(content, sizeof content, boundary, strlen(boundary)));
    assert_memory_equal(up.body + up.len - 4, "--\r\n", 4);
    free(up.body);
}

static void a_file__falls_back__like_a_message(void **state)
{
    (void)state;
    static const struct answer answers[] =
        {{.status = 400, .body = BAD(400, "Bad Request: message thread not found")},
         {.status = 400, .body = BAD(400, "Bad Request: can't parse entities: x")},
         {.status = 200, .body = MESSAGE_OK},
         {.status = 413, .body = BAD(413, "Request Entity Too Large")},
         {.hang_up = true}};
    struct played p;
    struct err err;
    struct form form;
    int64_t id;
    AUTO_ARENA *arena = arena_new(1 << 20);
    open_played(&p, answers, ARRAY_LEN(answers));
    assert_int_equal(SEND_OK, send_file(&p, "x", &id, &err));
    assert_int_equal(p.seen, 3);
    assert_true(form_read(p.type, p.body, arena, &form));
    assert_null(form_find(&form, "message_thread_id"));
    assert_null(form_find(&form, "parse_mode"));
    assert_string_equal(form_find(&form, "caption")->value, "План");
    assert_int_equal(SEND_REFUSED, send_file(&p, "x", &id, &err));
    assert_int_equal(err.kind, ERR_DATA);
    assert_int_equal(SEND_UNSURE, send_file(&p, "x", &id, &err));
    assert_int_equal(err.retry_s, 0);
    assert_int_equal(p.seen, 5); /* libcurl repeats nothing by itself */
    AUTO_FREE char *huge = xmalloc(((size_t)50 << 20) + 2);
    memset(huge, 'x', ((size_t)50 << 20) + 1);
    huge[((size_t)50 << 20) + 1] = '\0';
    assert_int_equal(SEND_REFUSED, send_file(&p, huge, &id, &err));
    assert_int_equal(p.seen, 5);
    close_played(&p);
}

static void calls_without_a_chat__work(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        {.status = 200, .body = "{\"ok\":true,\"result\":{\"id\":1,\"username\":\"rosterd_bot\"}}"},
        {.status = 200, .body = "{\"ok\":true,\"result\":true}"},
        {.status = 401, .body = BAD(401, "Unauthorized")},
        {.status = 200, .body = "garbage"}};
    struct played p;
    struct err err = {0};
    const char *name;
    AUTO_ARENA *arena = arena_new(1 << 20);
    open_played(&p, answers, ARRAY_LEN(answers));
    assert_int_equal(0, telegram_me(p.chat, arena, &name, &err));
    assert_string_equal(name, "rosterd_bot");
    const struct chat_menu menu = {.language = "ru", .commands_json = "[]"};
    assert_int_equal(0, p.chat->ops->set_menu(p.chat, &menu, &err));
    assert_string_equal(p.bodies[1], "{\"scope\":{\"type\":\"default\"},\"commands\":[],"
                                     "\"language_code\":\"ru\"}");
    assert_int_equal(-1, telegram_me(p.chat, arena, &name, &err));
    assert_int_equal(err.kind, ERR_AUTH);
    assert_int_equal(-1, telegram_me(p.chat, arena, &name, &err));
    assert_int_equal(err.kind, ERR_TEMP);
    close_played(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token__is_checked__before_anything_is_asked),
        cmocka_unit_test(poll__reads_and_confirms),
        cmocka_unit_test(poll__survives__garbage),
        cmocka_unit_test(poll__backs_off__from_conflicts),
        cmocka_unit_test(a_webhook__is_taken_away__and_said_once),
        cmocka_unit_test(a_webhook__waits__when_told_to),
        cmocka_unit_test(a_webhook__is_left__where_the_configuration_says_so),
        cmocka_unit_test(a_file_of_bytes__arrives__byte_for_byte),
        cmocka_unit_test(wake__ends__a_waiting_poll_and_the_next_one),
        cmocka_unit_test(send__falls_back__on_plain_text_and_no_thread),
        cmocka_unit_test(a_lost_answer__is_unsure__for_messages_only),
        cmocka_unit_test(a_file__arrives__byte_for_byte),
        cmocka_unit_test(a_file__falls_back__like_a_message),
        cmocka_unit_test(calls_without_a_chat__work),
    };
    struct err err = {0};
    http_global_init();
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
