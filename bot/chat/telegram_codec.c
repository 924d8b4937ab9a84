#include "bot/chat/telegram_codec.h"

#include "bot/chat/html.h"
#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BODY_MAX ((size_t)256 << 10)
#define FAILED_S 5 /* after a 5xx: the server is up and unwell */

#define FILE_PATH_BYTES 512

/* ---------------------------------------------------------------- bodies */

/* allowed_updates is remembered by the server when left out: a change here would never arrive. */
char *tg_body_get_updates(int64_t offset, unsigned timeout_s)
{
    struct buf b = BUF_INIT(BODY_MAX);
    buf_addf(&b, "{\"offset\":%" PRId64 ",\"limit\":100,\"timeout\":%u,", offset,
             timeout_s > TG_POLL_S_MAX ? TG_POLL_S_MAX : timeout_s);
    buf_add(&b, "\"allowed_updates\":[\"message\",\"callback_query\",\"my_chat_member\"]}");
    return buf_take(&b);
}

/* {"text":…,"data":…} as InlineKeyboardButton; returns false for the kind that is not inline. */
static bool add_button(struct buf *b, const cJSON *button)
{
    const char *text = json_text(button, "text"), *data = json_text(button, "data");
    const char *url = json_text(button, "url"), *copy = json_text(button, "copy");
    if (!text || !(data || url || copy))
        return false;
    buf_add(b, "{\"text\":");
    json_quote(b, text);
    if (data) {
        buf_add(b, ",\"callback_data\":");
        json_quote(b, data);
    } else if (url) {
        buf_add(b, ",\"url\":");
        json_quote(b, url);
    } else {
        buf_add(b, ",\"copy_text\":{\"text\":");
        json_quote(b, copy);
        buf_addc(b, '}');
    }
    buf_addc(b, '}');
    return true;
}

static void add_inline(struct buf *b, const cJSON *rows)
{
    const cJSON *row, *button;
    bool first_row = true;
    buf_add(b, "{\"inline_keyboard\":[");
    cJSON_ArrayForEach(row, rows)
    {
        bool first = true;
        buf_add(b, first_row ? "[" : ",[");
        first_row = false;
        cJSON_ArrayForEach(button, row)
        {
            size_t was = b->len;
            buf_add(b, first ? "" : ",");
            if (add_button(b, button))
                first = false;
            else
                b->data[b->len = was] = '\0';
        }
        buf_addc(b, ']');
    }
    buf_add(b, "]}");
}

static const cJSON *find_contact(const cJSON *rows)
{
    const cJSON *row, *button;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(button, row)
        {
            if (json_bool(button, "contact"))
                return button;
        }
    }
    return NULL;
}

/* Sharing a contact is no inline button: it takes the place of the keyboard. */
void tg_markup(struct buf *b, const char *buttons, bool may_ask_contact)
{
    AUTO_JSON *rows = NULL;
    struct err ignored = {0}; /* the store let nothing in that is no JSON */
    if (!buttons || json_parse(buttons, strlen(buttons), &rows, &ignored) || !cJSON_IsArray(rows) ||
        !cJSON_GetArraySize(rows))
        return;
    const cJSON *contact = find_contact(rows);
    const char *text = contact ? json_text(contact, "text") : NULL;
    if (!text) {
        add_inline(b, rows);
    } else if (may_ask_contact) {
        buf_add(b, "{\"keyboard\":[[{\"text\":");
        json_quote(b, text);
        buf_add(b, ",\"request_contact\":true}]],\"resize_keyboard\":true,"
                   "\"one_time_keyboard\":true}");
    }
}

static void add_markup(struct buf *b, const char *buttons, bool may_ask_contact)
{
    AUTO_BUF markup = BUF_INIT(BODY_MAX);
    tg_markup(&markup, buttons, may_ask_contact);
    if (markup.len)
        buf_addf(b, ",\"reply_markup\":%s", buf_str(&markup));
}

static void add_text(struct buf *b, const char *html, enum tg_style style)
{
    buf_add(b, ",\"text\":");
    if (style == TG_PLAIN) {
        AUTO_BUF plain = BUF_INIT(BODY_MAX);
        html_to_plain(html, &plain);
        plain.data = plain.data ? plain.data : xstrdup("");
        plain.data[utf8_cut_utf16(plain.data, TG_TEXT_MAX)] = '\0';
        json_quote(b, plain.data);
    } else {
        json_quote(b, html);
        buf_add(b, ",\"parse_mode\":\"HTML\"");
    }
    buf_add(b, ",\"link_preview_options\":{\"is_disabled\":true}");
}

char *tg_body_send(const struct out_item *item, enum tg_style style, bool thread)
{
    struct buf b = BUF_INIT(BODY_MAX);
    buf_addf(&b, "{\"chat_id\":%" PRId64, item->chat_id);
    if (thread && item->thread_id)
        buf_addf(&b, ",\"message_thread_id\":%" PRId64, item->thread_id);
    add_text(&b, item->text, style);
    if (item->silent)
        buf_add(&b, ",\"disable_notification\":true");
    add_markup(&b, item->buttons, item->chat_id > 0);
    buf_addc(&b, '}');
    return buf_take(&b);
}

char *tg_body_edit(const struct out_item *item, enum tg_style style)
{
    struct buf b = BUF_INIT(BODY_MAX);
    buf_addf(&b, "{\"chat_id\":%" PRId64 ",\"message_id\":%" PRId64, item->chat_id,
             item->message_id);
    add_text(&b, item->text, style);
    add_markup(&b, item->buttons, false);
    buf_addc(&b, '}');
    return buf_take(&b);
}

char *tg_body_answer(const struct out_item *item)
{
    struct buf b = BUF_INIT(BODY_MAX);
    buf_add(&b, "{\"callback_query_id\":");
    json_quote(&b, item->callback_id);
    if (item->text && *item->text) {
        AUTO_FREE char *text = xstrndup(item->text, utf8_cut_utf16(item->text, TG_ANSWER_MAX));
        buf_add(&b, ",\"text\":");
        json_quote(&b, text);
    }
    buf_addc(&b, '}');
    return buf_take(&b);
}

char *tg_body_commands(const struct chat_menu *menu)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0};
    const char *list = menu->commands_json;
    if (list && json_parse(list, strlen(list), &tree, &ignored))
        return NULL;
    struct buf b = BUF_INIT(BODY_MAX);
    buf_add(&b, "{\"scope\":");
    if (menu->where == MENU_CHAT)
        buf_addf(&b, "{\"type\":\"chat\",\"chat_id\":%lld}", (long long)menu->chat_id);
    else
        buf_add(&b, menu->where == MENU_GROUPS ? "{\"type\":\"all_group_chats\"}"
                                               : "{\"type\":\"default\"}");
    if (list)
        buf_addf(&b, ",\"commands\":%s", list);
    if (menu->language && *menu->language) {
        buf_add(&b, ",\"language_code\":");
        json_quote(&b, menu->language);
    }
    buf_addc(&b, '}');
    return buf_take(&b);
}

char *tg_body_delete_webhook(void)
{
    return xstrdup("{\"drop_pending_updates\":false}");
}

char *tg_body_get_file(const char *file_id)
{
    struct buf b = BUF_INIT(BODY_MAX);
    buf_add(&b, "{\"file_id\":");
    json_quote(&b, file_id);
    buf_addc(&b, '}');
    return buf_take(&b);
}

/* ---------------------------------------------------------------- the envelope */

struct tg_reply tg_read_reply(const char *body, size_t n)
{
    struct tg_reply r = {0};
    AUTO_JSON *tree = NULL;
    struct err bad = {0};
    int64_t v;
    if (!body || json_parse(body, n, &tree, &bad) || !cJSON_IsBool(json_at(tree, "ok")))
        return r;
    r.known = true;
    r.ok = json_bool(tree, "ok");
    if (json_i64(tree, "error_code", &v) && v > 0 && v < 1000)
        r.code = (int)v;
    if (json_i64(tree, "parameters.retry_after", &v) && v > 0)
        r.retry_after = v > 86400 ? 86400 : (unsigned)v;
    json_i64(tree, "parameters.migrate_to_chat_id", &r.migrate_to);
    json_i64(tree, "result.message_id", &r.message_id);
    const char *text = json_text(tree, "description");
    str_copy(r.description, sizeof r.description, text ? text : "");
    return r;
}

static bool says(const struct tg_reply *r, const char *words)
{
    return strcasestr(r->description, words) != NULL;
}

bool tg_cannot_parse(const struct tg_reply *reply)
{
    return reply->code == 400 && says(reply, "can't parse entities");
}

bool tg_thread_missing(const struct tg_reply *reply)
{
    return reply->code == 400 && says(reply, "message thread not found");
}

bool tg_webhook_active(const struct tg_reply *reply)
{
    return reply->code == 409 && says(reply, "webhook is active");
}

static const char *const call_names[] = {[TG_SEND] = "sendMessage",
                                         [TG_EDIT] = "editMessageText",
                                         [TG_ANSWER] = "answerCallbackQuery",
                                         [TG_FILE] = "sendDocument",
                                         [TG_PHOTO] = "sendPhoto",
                                         [TG_EDIT_PHOTO] = "editMessageMedia"};

/* Each repetition would make one more message. */
static bool makes_message(enum tg_call call)
{
    return call == TG_SEND || call == TG_FILE || call == TG_PHOTO;
}

static void explain(const char *call, const struct tg_reply *r, int status, struct err *err)
{
    if (r->known && !r->ok)
        err_set(err, ERR_TEMP, "telegram %s: %d %s", call, r->code, r->description);
    else if (status)
        err_set(err, ERR_TEMP, "telegram %s: answered %d and no Telegram envelope", call, status);
    else
        err_set(err, ERR_TEMP, "telegram %s: no answer", call);
}

/* 400: what is wrong is said in words only. */
static enum send_fate bad_request(enum tg_call call, const struct tg_reply *r)
{
    static const char *const gone[] = {"message to edit not found", "message can't be edited",
                                       "MESSAGE_ID_INVALID", "there is no text in the message"};
    bool edit = call == TG_EDIT || call == TG_EDIT_PHOTO;
    if (edit && says(r, "message is not modified"))
        return SEND_OK;
    if (call == TG_ANSWER && (says(r, "query is too old") || says(r, "query ID is invalid")))
        return SEND_OK;
    for (size_t i = 0; edit && i < ARRAY_LEN(gone); i++)
        if (says(r, gone[i]))
            return SEND_GONE;
    return says(r, "chat not found") && call != TG_ANSWER ? SEND_DEAD : SEND_REFUSED;
}

static enum send_fate failed(enum tg_call call, const struct tg_reply *r, int code, bool sent,
                             struct err *err)
{
    if (code == 429) {
        err->retry_s = r->retry_after ? r->retry_after : FAILED_S;
        return SEND_LATER;
    }
    if (code == 401 || code == 404) { /* 404: what the server says to a token of the wrong form */
        err->kind = ERR_AUTH;
        return SEND_LATER;
    }
    if (code == 403) {
        err->kind = ERR_DATA;
        return call == TG_ANSWER ? SEND_REFUSED : SEND_DEAD;
    }
    if (code >= 400 && code < 500 && code != 408 && code != 409) {
        enum send_fate fate = r->known ? bad_request(call, r) : SEND_REFUSED;
        err->kind = fate == SEND_OK ? ERR_NONE : ERR_DATA;
        return fate;
    }
    if (code >= 400)
        err->retry_s = FAILED_S;
    return makes_message(call) && sent ? SEND_UNSURE : SEND_LATER;
}

enum send_fate tg_fate(enum tg_call call, const struct tg_reply *reply, int status, bool sent,
                       int64_t *ret_id, struct err *err)
{
    bool good = status >= 200 && status < 300 && reply->known && reply->ok;
    if (good && (!makes_message(call) || reply->message_id)) {
        if (reply->message_id)
            *ret_id = reply->message_id;
        return SEND_OK;
    }
    explain(call_names[call], reply, status, err);
    if (reply->known && !reply->ok && reply->migrate_to) {
        *ret_id = reply->migrate_to;
        return SEND_MIGRATED;
    }
    int code = reply->known && !reply->ok && reply->code ? reply->code : status;
    return failed(call, reply, code, sent, err);
}

int tg_poll_failed(const struct tg_reply *reply, int status, struct err *err)
{
    int code = reply->known && reply->code ? reply->code : status;
    explain("getUpdates", reply, status, err);
    if (code == 401 || code == 403 || code == 404)
        return err_set(err, ERR_AUTH,
                       "telegram does not accept the token (%d): check [telegram] token", code);
    if (code == 409)
        return err_set(err, ERR_TEMP, "telegram getUpdates: conflict: %s", reply->description);
    if (code == 429)
        err->retry_s = reply->retry_after ? reply->retry_after : FAILED_S;
    return -1;
}

int tg_read_file(const char *body, size_t n, int status, struct arena *arena, const char **ret_path,
                 int64_t *ret_size, struct err *err)
{
    struct tg_reply reply = tg_read_reply(body, n);
    AUTO_JSON *tree = NULL;
    if (!reply.known || !reply.ok) {
        int code = reply.known && reply.code ? reply.code : status;
        explain("getFile", &reply, status, err);
        if (code == 401 || code == 404)
            err->kind = ERR_AUTH;
        else if (reply.known && code >= 400 && code < 500 && code != 429)
            err->kind = ERR_DATA;
        if (code == 429)
            err->retry_s = reply.retry_after ? reply.retry_after : FAILED_S;
        return -1;
    }
    if (json_parse(body, n, &tree, err))
        return -1;
    const char *path = json_text(tree, "result.file_path");
    if (!path || !*path || strlen(path) > FILE_PATH_BYTES)
        return err_set(err, ERR_TEMP, "telegram getFile: the answer names no path");
    *ret_path = arena_strdup(arena, path);
    if (!json_i64(tree, "result.file_size", ret_size))
        *ret_size = 0;
    return 0;
}
