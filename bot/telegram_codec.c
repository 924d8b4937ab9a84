#include "bot/telegram_codec.h"

#include "bot/csv.h"
#include "bot/html.h"
#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BODY_MAX ((size_t)256 << 10)
#define FAILED_S 5 /* after a 5xx: the server is up and unwell */

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
    buf_add(b, ",\"reply_markup\":{\"inline_keyboard\":[");
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
static void add_markup(struct buf *b, const char *buttons, bool may_ask_contact)
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
        buf_add(b, ",\"reply_markup\":{\"keyboard\":[[{\"text\":");
        json_quote(b, text);
        buf_add(b, ",\"request_contact\":true}]],\"resize_keyboard\":true,"
                   "\"one_time_keyboard\":true}");
    }
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

/* The caption as Telegram shall read it, in the arena; "" for none. */
static const char *caption_of(const struct out_item *item, enum tg_style style, struct arena *arena)
{
    const char **parts;
    size_t n;
    html_split(item->text ? item->text : "", TG_CAPTION_MAX, arena, &parts, &n);
    if (!n || style == TG_HTML)
        return n ? parts[0] : "";
    AUTO_BUF plain = BUF_INIT(BODY_MAX);
    html_to_plain(parts[0], &plain);
    return arena_strndup(arena, buf_str(&plain), utf8_cut_utf16(buf_str(&plain), TG_CAPTION_MAX));
}

/* A digest of the content: nobody writes a content that holds its own. */
static void make_boundary(const char *content, const char *caption, char out[33])
{
    hash_hex(content, out);
    while (strstr(content, out) || strstr(caption, out))
        hash_hex(out, out);
}

static void add_part(struct buf *b, const char *boundary, const char *name, const char *value)
{
    buf_addf(b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n", boundary, name);
    buf_add(b, value);
    buf_add(b, "\r\n");
}

struct tg_upload tg_body_file(const struct out_item *item, enum tg_style style, bool thread)
{
    AUTO_ARENA *arena = arena_new(BODY_MAX * 8);
    AUTO_BUF name = BUF_INIT((size_t)1024);
    const char *caption = caption_of(item, style, arena);
    struct tg_upload ret = {0};
    struct buf b = BUF_INIT(TG_FILE_MAX + BODY_MAX);
    char boundary[33];
    make_boundary(item->content, caption, boundary);
    add_part(&b, boundary, "chat_id", STR_I64(item->chat_id));
    if (thread && item->thread_id)
        add_part(&b, boundary, "message_thread_id", STR_I64(item->thread_id));
    if (*caption)
        add_part(&b, boundary, "caption", caption);
    if (*caption && style == TG_HTML)
        add_part(&b, boundary, "parse_mode", "HTML");
    if (item->silent)
        add_part(&b, boundary, "disable_notification", "true");
    csv_file_name(item->file_name, &name);
    buf_addf(&b,
             "--%s\r\nContent-Disposition: form-data; name=\"document\"; filename=\"%s\"\r\n"
             "Content-Type: text/csv\r\n\r\n",
             boundary, buf_str(&name));
    buf_add(&b, item->content);
    buf_addf(&b, "\r\n--%s--\r\n", boundary);
    ret.len = b.len;
    ret.body = buf_take(&b);
    snprintf(ret.content_type, sizeof ret.content_type, "multipart/form-data; boundary=%s",
             boundary);
    return ret;
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

char *tg_body_set_commands(const char *language, const char *commands_json)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0};
    if (json_parse(commands_json, strlen(commands_json), &tree, &ignored))
        return NULL;
    struct buf b = BUF_INIT(BODY_MAX);
    buf_addf(&b, "{\"commands\":%s", commands_json);
    if (language && *language) {
        buf_add(&b, ",\"language_code\":");
        json_quote(&b, language);
    }
    buf_addc(&b, '}');
    return buf_take(&b);
}

char *tg_body_delete_webhook(void)
{
    return xstrdup("{\"drop_pending_updates\":false}");
}

/* ---------------------------------------------------------------- updates */

static const char *full_name(const cJSON *user, struct arena *arena)
{
    const char *first = json_text(user, "first_name"), *last = json_text(user, "last_name");
    if (!first || !last || !*last)
        return arena_strdup(arena, first);
    return arena_printf(arena, "%s %s", first, last);
}

static void read_user(const cJSON *user, struct arena *arena, struct chat_update *u)
{
    json_i64(user, "id", &u->user_id);
    u->user_name = full_name(user, arena);
    u->username = arena_strdup(arena, json_text(user, "username"));
    u->language = arena_strdup(arena, json_text(user, "language_code"));
}

/* The chat, the thread and the id of a message. A reply in a group without topics carries a thread
 * id too, which fails when sent back: only is_topic_message tells. */
static bool read_place(const cJSON *message, struct chat_update *u)
{
    if (!json_i64(message, "chat.id", &u->chat_id))
        return false;
    u->is_private = str_eq(json_text(message, "chat.type"), "private");
    json_i64(message, "message_id", &u->message_id);
    if (json_bool(message, "is_topic_message"))
        json_i64(message, "message_thread_id", &u->thread_id);
    return true;
}

/* Somebody else's contact proves nothing: only the sender's own is passed on. */
static const char *own_contact(const cJSON *message, const struct chat_update *u,
                               struct arena *arena)
{
    int64_t owner;
    if (!json_i64(message, "contact.user_id", &owner) || owner != u->user_id)
        return NULL;
    return arena_strdup(arena, json_text(message, "contact.phone_number"));
}

static bool read_message(const cJSON *message, struct arena *arena, struct chat_update *u)
{
    const char *text = json_text(message, "text");
    if (!read_place(message, u))
        return false;
    read_user(json_at(message, "from"), arena, u);
    u->contact = own_contact(message, u, arena);
    bool file = json_at(message, "document") || json_at(message, "photo");
    u->kind = text || file || json_at(message, "contact") ? UPDATE_MESSAGE : UPDATE_OTHER;
    u->text = arena_strdup(arena, text ? text : "");
    return true;
}

/* The message under the button may be inaccessible (old) or absent: the press is answered anyway.
 */
static bool read_press(const cJSON *query, struct arena *arena, struct chat_update *u)
{
    const char *id = json_text(query, "id"), *data = json_text(query, "data");
    if (!id)
        return false;
    u->kind = UPDATE_PRESS;
    u->callback_id = arena_strdup(arena, id);
    u->data = arena_strdup(arena, data ? data : "");
    read_user(json_at(query, "from"), arena, u);
    if (!read_place(json_at(query, "message"), u)) {
        u->chat_id = u->user_id;
        u->is_private = true;
    }
    return u->chat_id != 0;
}

static bool read_member(const cJSON *member, struct arena *arena, struct chat_update *u)
{
    const char *status = json_text(member, "new_chat_member.status");
    if (!status || !read_place(member, u))
        return false;
    read_user(json_at(member, "from"), arena, u);
    bool out = !strcmp(status, "kicked") || !strcmp(status, "left") ||
               (!strcmp(status, "restricted") && !json_bool(member, "new_chat_member.is_member"));
    u->kind = out ? UPDATE_GONE : UPDATE_BACK;
    return true;
}

static bool read_update(const cJSON *update, struct arena *arena, struct chat_update *u)
{
    static const struct {
        const char *name;
        bool (*read)(const cJSON *, struct arena *, struct chat_update *);
    } kinds[] = {{"message", read_message},
                 {"callback_query", read_press},
                 {"my_chat_member", read_member}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const cJSON *part = json_at(update, kinds[i].name);
        if (cJSON_IsObject(part))
            return kinds[i].read(part, arena, u);
    }
    return false;
}

int tg_read_updates(const char *body, size_t n, int64_t offset, struct arena *arena,
                    struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct err bad = {0};
    if (json_parse(body, n, &tree, &bad))
        return err_set(err, ERR_TEMP, "telegram getUpdates: the answer is %.60s", bad.msg);
    const cJSON *list = json_at(tree, "result"), *update;
    if (!json_bool(tree, "ok") || !cJSON_IsArray(list))
        return err_set(err, ERR_TEMP, "telegram getUpdates: the answer has no list of updates");
    struct chat_update *updates =
        arena_alloc(arena, (size_t)cJSON_GetArraySize(list) + 1, sizeof *updates);
    size_t count = 0;
    int64_t next = offset;
    cJSON_ArrayForEach(update, list)
    {
        struct chat_update u = {0};
        if (!json_i64(update, "update_id", &u.update_id))
            continue;
        next = u.update_id + 1;
        if (read_update(update, arena, &u))
            updates[count++] = u;
    }
    *ret = updates;
    *ret_n = count;
    *ret_next = next;
    return 0;
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
                                         [TG_FILE] = "sendDocument"};

/* Each repetition would make one more message. */
static bool makes_message(enum tg_call call)
{
    return call == TG_SEND || call == TG_FILE;
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
                                       "MESSAGE_ID_INVALID"};
    if (call == TG_EDIT && says(r, "message is not modified"))
        return SEND_OK;
    if (call == TG_ANSWER && (says(r, "query is too old") || says(r, "query ID is invalid")))
        return SEND_OK;
    for (size_t i = 0; call == TG_EDIT && i < ARRAY_LEN(gone); i++)
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
