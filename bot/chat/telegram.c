#include "bot/chat/telegram.h"

#include "bot/chat/telegram_codec.h"
#include "bot/chat/telegram_file.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/log.h"
#include "store/base/secret.h"
#include "sync/http.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 1024
#define POLL_EXTRA_S                                                                               \
    10                   /* the server's wait must end before ours, or our own retry meets it: 409 \
                          */
#define LAST_POLL_S    2 /* the poll with timeout 0, that only confirms */
#define SEND_S         15
#define FILE_S         120         /* over a festival's connection: so long, */
#define FILE_BYTES_S   (128 << 10) /* and a second more for so many bytes */
#define CONFLICT_MIN_S 3
#define CONFLICT_MAX_S 30

struct telegram {
    struct chat chat;
    char *prefix;                                  /* api_url/bot<TOKEN>/ : a secret */
    struct http *poll_http, *send_http, *big_http; /* big_http: files that take long */
    _Atomic bool poll_cancel, send_cancel;
    struct telegram_files *files;
    bool keep_webhook;
    /* the chat thread's */
    unsigned conflicts;         /* in a row */
    int64_t webhook_not_before; /* monotonic ms: no deleteWebhook earlier */
};

static struct telegram *of(struct chat *c)
{
    return (struct telegram *)c;
}

/* One POST. Fills reply as far as it was understood; returns the HTTP status, 0 without an answer.
 * err is http_do's: CANCELED matters, the rest is made by the codec. */
static int call(struct telegram *t, struct http *http, const char *method, const char *body,
                struct http_request req, struct http_answer *answer, struct tg_reply *reply,
                struct err *err)
{
    AUTO_BUF url = BUF_INIT(URL_MAX);
    AUTO_BUF what = BUF_INIT(80);
    buf_addf(&url, "%s%s", t->prefix, method);
    buf_addf(&what, "telegram %s", method);
    req.method = "POST";
    req.url = buf_str(&url);
    req.what = buf_str(&what);
    req.body = body;
    http_do(http, &req, answer, err);
    *reply = tg_read_reply(answer->body, answer->body_len);
    if (answer->status == 429 && !reply->retry_after)
        reply->retry_after = answer->retry_after_s;
    return answer->status;
}

/* ---------------------------------------------------------------- receiving */

/* Returns whether it is gone. */
static bool delete_webhook(struct telegram *t)
{
    AUTO_FREE char *body = tg_body_delete_webhook();
    AUTO_ANSWER answer = {0};
    struct tg_reply reply;
    struct err err = {0};
    if (clock_mono_ms() < t->webhook_not_before)
        return false;
    call(t, t->poll_http, "deleteWebhook", body,
         (struct http_request){.timeout_s = SEND_S, .repeatable = true}, &answer, &reply, &err);
    t->webhook_not_before = clock_mono_ms() + (int64_t)reply.retry_after * 1000;
    log_event(LOG_WARN, "telegram webhook taken away", "ok", reply.ok ? "yes" : "no", "why",
              reply.ok ? "it was set, and a bot that polls cannot have one" : reply.description,
              NULL);
    return reply.ok;
}

/* 3 s to 30 s, wider each time: two programs with one token must not go on in step. */
static int conflict(struct telegram *t, const struct tg_reply *reply, struct err *err)
{
    bool webhook = tg_webhook_active(reply);
    if (webhook && t->keep_webhook)
        err_set(err, ERR_TEMP, "telegram getUpdates: " CHAT_SAYS_WEBHOOK_STAYS);
    else if (webhook && delete_webhook(t))
        err_set(err, ERR_TEMP, "telegram getUpdates: " CHAT_SAYS_WEBHOOK);
    unsigned top = (unsigned)CONFLICT_MIN_S << (t->conflicts < 4 ? t->conflicts : 4);
    if (top > CONFLICT_MAX_S)
        top = CONFLICT_MAX_S;
    t->conflicts++;
    err->retry_s = CONFLICT_MIN_S + secret_random_below(top - CONFLICT_MIN_S + 1);
    return -1;
}

static int telegram_poll(struct chat *c, int64_t offset, unsigned timeout_s, struct arena *arena,
                         struct chat_update **ret, size_t *ret_n, int64_t *ret_next,
                         struct err *err)
{
    struct telegram *t = of(c);
    /* A wake that came before this wait ends it too; the last, confirming poll is not for waking.
     */
    bool woken = atomic_exchange(&t->poll_cancel, false);
    if (woken && timeout_s)
        return err_set(err, ERR_CANCELED, "telegram getUpdates: woken");
    if (timeout_s > TG_POLL_S_MAX)
        timeout_s = TG_POLL_S_MAX;
    AUTO_FREE char *body = tg_body_get_updates(offset, timeout_s);
    AUTO_ANSWER answer = {0};
    struct tg_reply reply;
    struct err failed = {0};
    struct http_request req = {
        .answer_max = TG_POLL_BYTES,
        .timeout_s = timeout_s ? timeout_s + POLL_EXTRA_S : LAST_POLL_S,
        .repeatable = !t->conflicts, /* after a 409 the old connection is not used again */
    };
    int status = call(t, t->poll_http, "getUpdates", body, req, &answer, &reply, &failed);
    if (failed.kind == ERR_CANCELED) {
        atomic_store(&t->poll_cancel, false);
        *err = failed;
        return -1;
    }
    if (failed.kind == ERR_NONE && reply.ok) {
        t->conflicts = 0;
        return tg_read_updates(answer.body, answer.body_len, offset, arena, ret, ret_n, ret_next,
                               err);
    }
    if (!status || (status >= 200 && status < 300 && failed.kind != ERR_NONE)) {
        *err = failed; /* no connection, a timeout, cut off: http_do says it best */
        err->kind = ERR_TEMP;
        return -1;
    }
    tg_poll_failed(&reply, status, err);
    if (reply.code == 409 || status == 409)
        return conflict(t, &reply, err);
    t->conflicts = 0;
    return -1;
}

/* ---------------------------------------------------------------- sending */

static const char *const methods[] = {[TG_SEND] = "sendMessage",
                                      [TG_EDIT] = "editMessageText",
                                      [TG_ANSWER] = "answerCallbackQuery",
                                      [TG_FILE] = "sendDocument",
                                      [TG_PHOTO] = "sendPhoto",
                                      [TG_EDIT_PHOTO] = "editMessageMedia"};

/* req: the body and what belongs to it. */
static enum send_fate deliver_request(struct telegram *t, struct http *http, enum tg_call what,
                                      struct http_request req, struct tg_reply *reply,
                                      int64_t *ret_id, struct err *err)
{
    AUTO_ANSWER answer = {0};
    struct err failed = {0};
    req.answer_max = TG_REPLY_BYTES;
    req.timeout_s = req.content_type ? FILE_S + (unsigned)(req.body_len / FILE_BYTES_S) : SEND_S;
    req.repeatable = what == TG_EDIT || what == TG_EDIT_PHOTO || what == TG_ANSWER;
    int status = call(t, http, methods[what], req.body, req, &answer, reply, &failed);
    enum send_fate fate = tg_fate(what, reply, status, answer.sent, ret_id, err);
    if (!status && failed.kind != ERR_NONE) {
        *err = failed;
        err->kind = failed.kind == ERR_CANCELED ? ERR_CANCELED : ERR_TEMP;
        err->retry_s = 0;
    }
    return fate;
}

static enum send_fate deliver(struct telegram *t, enum tg_call what, const char *body,
                              struct tg_reply *reply, int64_t *ret_id, struct err *err)
{
    return deliver_request(t, t->send_http, what, (struct http_request){.body = body}, reply,
                           ret_id, err);
}

/* A message in the wrong place or without its bold letters is better than none. False: there is no
 * other form to try. */
static bool other_form(const struct out_item *item, const struct tg_reply *reply,
                       enum tg_style *style, bool *thread)
{
    if (*style == TG_HTML && tg_cannot_parse(reply))
        *style = TG_PLAIN;
    else if (*thread && item->thread_id && tg_thread_missing(reply))
        *thread = false;
    else
        return false;
    return true;
}

static enum send_fate telegram_send(struct chat *c, const struct out_item *item, int64_t *ret_id,
                                    struct err *err)
{
    enum tg_style style = TG_HTML;
    bool thread = true;
    for (;;) {
        AUTO_FREE char *body = tg_body_send(item, style, thread);
        struct tg_reply reply;
        enum send_fate fate = deliver(of(c), TG_SEND, body, &reply, ret_id, err);
        if (fate != SEND_REFUSED || !other_form(item, &reply, &style, &thread))
            return fate;
    }
}

static enum send_fate telegram_send_file(struct chat *c, const struct out_item *item,
                                         int64_t *ret_id, struct err *err)
{
    enum tg_style style = TG_HTML;
    bool thread = true;
    struct telegram *t = of(c);
    size_t len = item->content_len ? item->content_len : strlen(item->content);
    struct http *http = len > CHAT_BIG_BYTES ? t->big_http : t->send_http;
    if (len > TG_FILE_MAX) {
        err_set(err, ERR_DATA, "telegram sendDocument: a file of more than 50 MB");
        return SEND_REFUSED;
    }
    for (;;) {
        struct tg_upload up = tg_body_file(item, style, thread);
        AUTO_FREE char *body = up.body;
        struct http_request req = {.body = body,
                                   .body_len = up.len,
                                   .content_type = up.content_type};
        struct tg_reply reply;
        enum send_fate fate = deliver_request(t, http, TG_FILE, req, &reply, ret_id, err);
        if (fate != SEND_REFUSED || !other_form(item, &reply, &style, &thread))
            return fate;
    }
}

/* A message that cannot take a picture is let be, and a new one is sent. */
static enum send_fate telegram_show_photo(struct chat *c, const struct out_item *item,
                                          int64_t *ret_id, struct err *err)
{
    enum tg_call what = item->action == OUT_EDIT ? TG_EDIT_PHOTO : TG_PHOTO;
    enum tg_style style = TG_HTML;
    bool thread = true;
    if (what == TG_EDIT_PHOTO)
        *ret_id = item->message_id;
    for (;;) {
        struct tg_upload up = tg_body_photo(item, style, thread);
        AUTO_FREE char *body = up.body;
        struct http_request req = {.body = body,
                                   .body_len = up.len,
                                   .content_type = up.content_type};
        struct tg_reply reply;
        enum send_fate fate =
            deliver_request(of(c), of(c)->send_http, what, req, &reply, ret_id, err);
        if (fate != SEND_REFUSED || !other_form(item, &reply, &style, &thread))
            return fate == SEND_REFUSED && what == TG_EDIT_PHOTO ? SEND_GONE : fate;
    }
}

static enum send_fate telegram_edit(struct chat *c, const struct out_item *item, int64_t *ret_id,
                                    struct err *err)
{
    struct telegram *t = of(c);
    enum tg_style style = TG_HTML;
    *ret_id = item->message_id;
    for (;;) {
        AUTO_FREE char *body = tg_body_edit(item, style);
        struct tg_reply reply;
        enum send_fate fate = deliver(t, TG_EDIT, body, &reply, ret_id, err);
        if (fate != SEND_REFUSED || style == TG_PLAIN || !tg_cannot_parse(&reply))
            return fate;
        style = TG_PLAIN;
    }
}

static enum send_fate telegram_answer(struct chat *c, const struct out_item *item, struct err *err)
{
    AUTO_FREE char *body = tg_body_answer(item);
    struct tg_reply reply;
    int64_t ignored = 0;
    return deliver(of(c), TG_ANSWER, body, &reply, &ignored, err);
}

/* A call without a chat; its failures as err. */
static int ask(struct telegram *t, const char *method, const char *body, struct http_answer *answer,
               struct err *err)
{
    struct tg_reply reply;
    struct err failed = {0};
    struct http_request req = {.answer_max = TG_REPLY_BYTES,
                               .timeout_s = SEND_S,
                               .repeatable = true};
    call(t, t->send_http, method, body, req, answer, &reply, &failed);
    if (failed.kind == ERR_NONE && reply.ok)
        return 0;
    if (!reply.known) {
        if (failed.kind == ERR_NONE)
            return err_set(err, ERR_TEMP, "telegram %s: no Telegram envelope", method);
        *err = failed;
        err->kind = failed.kind == ERR_CANCELED ? ERR_CANCELED : ERR_TEMP;
        return -1;
    }
    bool token = reply.code == 401 || reply.code == 404;
    err_set(err,
            token                                    ? ERR_AUTH
            : reply.code == 429 || reply.code >= 500 ? ERR_TEMP
                                                     : ERR_DATA,
            "telegram %s: %d %s", method, reply.code, reply.description);
    err->retry_s = reply.retry_after;
    return -1;
}

static int telegram_set_menu(struct chat *c, const struct chat_menu *menu, struct err *err)
{
    AUTO_FREE char *body = tg_body_commands(menu);
    AUTO_ANSWER answer = {0};
    if (!body)
        return err_set(err, ERR_DATA, "the command menu is no JSON");
    return ask(of(c), menu->commands_json ? "setMyCommands" : "deleteMyCommands", body, &answer,
               err);
}

int telegram_me(struct chat *c, struct arena *arena, const char **ret_username, struct err *err)
{
    AUTO_ANSWER answer = {0};
    AUTO_JSON *tree = NULL;
    if (ask(of(c), "getMe", "{}", &answer, err) ||
        json_parse(answer.body, answer.body_len, &tree, err))
        return -1;
    const char *name = json_text(tree, "result.username");
    if (!name)
        return err_set(err, ERR_TEMP, "telegram getMe: the answer has no username");
    *ret_username = arena_strdup(arena, name);
    return 0;
}

/* ---------------------------------------------------------------- life */

static void telegram_wake(struct chat *c)
{
    atomic_store(&of(c)->poll_cancel, true);
}

static void telegram_give_up(struct chat *c)
{
    atomic_store(&of(c)->send_cancel, true);
    telegram_files_give_up(of(c)->files);
}

static int telegram_download(struct chat *c, const struct chat_file *file, const char *path,
                             struct err *err)
{
    return telegram_files_fetch(of(c)->files, file, path, err);
}

static void telegram_close(struct chat *c)
{
    if (!c)
        return;
    struct telegram *t = of(c);
    http_free(t->poll_http);
    http_free(t->send_http);
    http_free(t->big_http);
    telegram_files_free(t->files);
    secret_free(t->prefix);
    free(t);
}

static const struct chat_ops telegram_ops = {
    .name = "telegram",
    .poll = telegram_poll,
    .download = telegram_download,
    .send = telegram_send,
    .edit = telegram_edit,
    .send_file = telegram_send_file,
    .show_photo = telegram_show_photo,
    .answer = telegram_answer,
    .set_menu = telegram_set_menu,
    .me = telegram_me,
    .wake = telegram_wake,
    .give_up = telegram_give_up,
    .close = telegram_close,
    /* 1 a second to a chat, 20 a minute to a group, 30 a second in all, with a little to spare */
    .chat_gap_ms = 1050,
    .group_per_minute = 19,
    .gap_ms = 40,
    .text_max = TG_TEXT_MAX,
};

/* Digits, a colon, letters: what BotFather hands out; a stray quote or line break shows here. */
static bool looks_like_token(const char *token)
{
    size_t digits = strspn(token, "0123456789");
    return digits && token[digits] == ':' && token[digits + 1] &&
           !token[digits + 1 +
                  strspn(token + digits + 1,
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")];
}

static bool is_address(const char *url)
{
    return (!strncmp(url, "https://", 8) || !strncmp(url, "http://", 7)) &&
           strlen(url) <= URL_MAX / 2;
}

int telegram_open(const struct telegram_setup *setup, struct chat **ret, struct err *err)
{
    const char *files = setup->file_url;
    if (!looks_like_token(setup->token) || strlen(setup->token) > 256)
        return err_set(err, ERR_DATA,
                       "[telegram] token does not look like 123456:ABC…: copy it from @BotFather");
    if (!is_address(setup->api_url))
        return err_set(err, ERR_DATA, "[telegram] api_url must begin with https:// or http://");
    if (files && !str_eq(files, TELEGRAM_FILES_LOCAL) && !is_address(files))
        return err_set(err, ERR_DATA,
                       "[telegram] file_url must begin with https:// or http://, or be «local»");
    struct telegram *t = xcalloc(1, sizeof *t);
    struct buf prefix = BUF_INIT(URL_MAX);
    size_t n = strlen(setup->api_url);
    while (n && setup->api_url[n - 1] == '/')
        n--;
    buf_addn(&prefix, setup->api_url, n);
    buf_addf(&prefix, "/bot%s/", setup->token);
    t->chat.ops = &telegram_ops;
    t->prefix = buf_take(&prefix);
    t->keep_webhook = setup->keep_webhook;
    t->poll_http = http_new(&t->poll_cancel);
    t->send_http = http_new(&t->send_cancel);
    t->big_http = http_new(&t->send_cancel);
    http_clocks(t->poll_http, setup->clocks);
    http_clocks(t->send_http, setup->clocks);
    t->files = telegram_files_new(setup);
    *ret = &t->chat;
    return 0;
}
