/* telegram_control.c: control calls under /_sandbox/telegram/ that read what happened and arrange
 * what will go wrong. The calls by which a test plays a person are in telegram_people.c.
 *
 *   GET  chat?chat=ID                  the messages of this chat, oldest first
 *   GET  last?chat=ID                  the bot's newest message there, 404 if none
 *   GET  wait?chat=ID&contains=TEXT&timeout_ms=N[&after=MESSAGE_ID]
 *                                      blocks until a message of the bot says TEXT; 408
 *   GET  callback?id=ID[&timeout_ms=N] how a button was answered; with a timeout, waits for it; 408
 *   GET  document?chat=ID&message_id=N the message's file: name, mime, size, base64
 *   GET  commands                      the menus that are set, by scope and language
 *   GET  stats                         counters; POST reset sets them to zero
 *   POST jump {"to"}                   the next update_id
 *   POST webhook {"url"}               "" takes it away
 *   POST conflict {"times"}            the next getUpdates answer 409
 *   POST flood {"retry_after", "chat", "method", "times"}   the next calls answer 429
 *   POST privacy {"on"}                privacy mode in groups; off at first
 *   POST empty_polls {"times"}         the next getUpdates answer [] at once
 *   POST hang {"ms"}                   every getUpdates answers ms after its timeout, and hears
 *                                      nothing; 0 ends it */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WAIT_MAX_MS 120000

void tg_control_error(struct sb_reply *reply, int status, const char *fmt, ...)
{
    char text[TG_WHY];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", false);
    cJSON_AddStringToObject(json, "error", text);
    sb_reply_json(reply, status, json);
}

int64_t tg_in_int(const cJSON *in, const char *name, int64_t absent)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(in, name);
    return tg_is_integer(item) ? (int64_t)item->valuedouble : absent;
}

const char *tg_in_str(const cJSON *in, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(in, name));
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *tg_base64(const char *bytes, size_t len)
{
    char *out = sb_alloc((len + 2) / 3 * 4 + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t word = 0;
        for (size_t k = 0; k < 3; k++)
            word = word << 8 | (i + k < len ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            out[n++] = i + k > len ? '=' : base64_digits[word >> (18 - 6 * k) & 63];
    }
    return out;
}

char *tg_base64_decode(const char *text, size_t *ret_len)
{
    size_t digits = strcspn(text, "="), n = 0;
    uint32_t word = 0;
    if (strlen(text) % 4 != 0 || strlen(text) - digits > 2 ||
        text[digits + strspn(text + digits, "=")])
        return NULL;
    char *out = sb_alloc(digits + 1);
    for (size_t i = 0; i < digits; i++) {
        const char *at = strchr(base64_digits, text[i]);
        if (!at) {
            free(out);
            return NULL;
        }
        word = word << 6 | (uint32_t)(at - base64_digits);
        if (i % 4)
            out[n++] = (char)(word >> (6 - 2 * (i % 4)) & 0xff);
    }
    *ret_len = n;
    return out;
}

static bool arg_int(const struct sb_request *req, const char *name, int64_t *ret)
{
    const char *text = sb_arg(req, name);
    return text && tg_parse_int(text, ret);
}

/* The chat that the query names; NULL: answered with an error. */
static const struct tg_chat *arg_chat(struct sandbox *sb, const struct sb_request *req,
                                      struct sb_reply *reply)
{
    int64_t id = 0;
    if (!arg_int(req, "chat", &id)) {
        tg_control_error(reply, 400, "?chat=ID is missing");
        return NULL;
    }
    const struct tg_chat *chat = tg_chat_find(sb->telegram, id);
    if (!chat)
        tg_control_error(reply, 404, "nobody has written in chat %lld", (long long)id);
    return chat;
}

/* A message as a test wants to see it. */
static cJSON *view(struct telegram *t, const struct tg_message *m)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "message_id", (double)m->id);
    cJSON_AddBoolToObject(json, "from_bot", m->from == TG_BOT_ID);
    if (m->from != TG_BOT_ID) {
        const struct tg_user *user = tg_user_find(t, m->from);
        cJSON_AddNumberToObject(json, "user", (double)m->from);
        cJSON_AddStringToObject(json, "name", user ? user->name : "");
    }
    cJSON_AddStringToObject(json, "text", m->text);
    cJSON_AddStringToObject(json, "plain", m->plain);
    if (m->entities)
        cJSON_AddItemToObject(json, "entities", cJSON_Duplicate(m->entities, true));
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(m->markup, "inline_keyboard");
    cJSON_AddItemToObject(json, "buttons",
                          rows ? cJSON_Duplicate(rows, true) : cJSON_CreateArray());
    if (m->markup && !rows)
        cJSON_AddItemToObject(json, "reply_markup", cJSON_Duplicate(m->markup, true));
    cJSON_AddNumberToObject(json, "edits", m->edits);
    cJSON_AddBoolToObject(json, "deleted", m->deleted);
    cJSON_AddBoolToObject(json, "silent", m->silent);
    cJSON_AddBoolToObject(json, "protected", m->protect);
    if (m->thread)
        cJSON_AddNumberToObject(json, "thread", (double)m->thread);
    cJSON_AddNumberToObject(json, "date_ms", (double)m->date_ms);
    cJSON_AddNumberToObject(json, "edited_ms", (double)m->edited_ms);
    if (m->file) {
        cJSON_AddStringToObject(json, "document", m->file->name);
        cJSON_AddNumberToObject(json, "document_size", (double)m->file->size);
    }
    return json;
}

static void get_chat(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const struct tg_chat *chat = arg_chat(sb, req, reply);
    if (!chat)
        return;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < chat->n_messages; i++)
        cJSON_AddItemToArray(list, view(sb->telegram, chat->messages[i]));
    sb_reply_json(reply, 200, list);
}

static void get_last(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const struct tg_chat *chat = arg_chat(sb, req, reply);
    if (!chat)
        return;
    for (size_t i = chat->n_messages; i-- > 0;) {
        if (chat->messages[i]->from != TG_BOT_ID || chat->messages[i]->deleted)
            continue;
        sb_reply_json(reply, 200, view(sb->telegram, chat->messages[i]));
        return;
    }
    tg_control_error(reply, 404, "the bot has written nothing there");
}

static const struct tg_message *find_text(const struct tg_chat *chat, const char *text,
                                          int64_t after)
{
    for (size_t i = chat->n_messages; i-- > 0 && chat->messages[i]->id > after;) {
        const struct tg_message *m = chat->messages[i];
        if (m->from == TG_BOT_ID && !m->deleted &&
            (strstr(m->plain, text) || (m->file && strstr(m->file->name, text))))
            return m;
    }
    return NULL;
}

static int64_t arg_deadline(const struct sb_request *req)
{
    int64_t ms = 0;
    if (!arg_int(req, "timeout_ms", &ms) || ms < 0)
        ms = 0;
    return tg_mono_ms() + (ms > WAIT_MAX_MS ? WAIT_MAX_MS : ms);
}

/* The chat need not be there yet: the bot may be about to be written to. */
static void get_wait(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const char *text = sb_arg(req, "contains");
    int64_t id = 0, after = 0, deadline = arg_deadline(req);
    if (!arg_int(req, "chat", &id) || !text) {
        tg_control_error(reply, 400, "?chat=ID&contains=TEXT is missing");
        return;
    }
    arg_int(req, "after", &after);
    do {
        const struct tg_chat *chat = tg_chat_find(sb->telegram, id);
        const struct tg_message *m = chat ? find_text(chat, text, after) : NULL;
        if (m) {
            sb_reply_json(reply, 200, view(sb->telegram, m));
            return;
        }
    } while (!sb->stopping && tg_wait(sb, deadline));
    tg_control_error(reply, 408, "no message of the bot in chat %lld says \"%.100s\"",
                     (long long)id, text);
}

static void get_callback(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const char *id = sb_arg(req, "id");
    int64_t deadline = arg_deadline(req);
    const struct tg_callback *cb = NULL;
    bool wants = sb_arg(req, "timeout_ms") != NULL;
    do {
        cb = id ? tg_callback_find(sb->telegram, id) : NULL;
        if (!cb) {
            tg_control_error(reply, 404, "?id= names no press that is remembered");
            return;
        }
    } while (wants && !cb->answers && !sb->stopping && tg_wait(sb, deadline));
    if (wants && !cb->answers) {
        tg_control_error(reply, 408, "the bot has not answered this press");
        return;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", cb->id);
    cJSON_AddNumberToObject(json, "user", (double)cb->user);
    cJSON_AddNumberToObject(json, "chat", (double)cb->chat);
    cJSON_AddNumberToObject(json, "message_id", (double)cb->message);
    cJSON_AddStringToObject(json, "data", cb->data);
    cJSON_AddNumberToObject(json, "answers", cb->answers);
    cJSON_AddStringToObject(json, "text", cb->text ? cb->text : "");
    cJSON_AddBoolToObject(json, "show_alert", cb->alert);
    sb_reply_json(reply, 200, json);
}

static void get_document(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const struct tg_chat *chat = arg_chat(sb, req, reply);
    int64_t id = 0;
    if (!chat)
        return;
    const struct tg_message *m = arg_int(req, "message_id", &id) ? tg_message_find(chat, id) : NULL;
    if (!m || !m->file) {
        tg_control_error(reply, 404, "message %lld carries no file", (long long)id);
        return;
    }
    cJSON *json = cJSON_CreateObject();
    char *base64 = tg_base64(m->file->bytes, m->file->len);
    cJSON_AddStringToObject(json, "file_name", m->file->name);
    cJSON_AddStringToObject(json, "mime_type", m->file->mime);
    cJSON_AddNumberToObject(json, "size", (double)m->file->len);
    cJSON_AddStringToObject(json, "base64", base64);
    free(base64);
    sb_reply_json(reply, 200, json);
}

static void get_commands(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    (void)req;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "menus", tg_menus_json(sb->telegram));
    sb_reply_json(reply, 200, json);
}

/* Oldest first. */
static cJSON *reasons_json(const struct tg_reasons *reasons)
{
    cJSON *list = cJSON_CreateArray();
    unsigned first = reasons->n > TG_REASONS_MAX ? reasons->n - TG_REASONS_MAX : 0;
    for (unsigned i = first; i < reasons->n; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(reasons->text[i % TG_REASONS_MAX]));
    return list;
}

static void get_stats(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    (void)req;
    const struct telegram *t = sb->telegram;
    cJSON *json = cJSON_CreateObject(), *calls = cJSON_AddObjectToObject(json, "calls");
    for (size_t i = 0; i < tg_n_methods; i++)
        if (t->calls[i])
            cJSON_AddNumberToObject(calls, tg_methods[i].name, t->calls[i]);
    cJSON *errors = cJSON_AddObjectToObject(json, "errors");
    for (unsigned i = 0; i < TG_CODES_MAX && t->errors[i].code; i++) {
        char code[16];
        snprintf(code, sizeof code, "%d", t->errors[i].code);
        cJSON_AddNumberToObject(errors, code, t->errors[i].n);
    }
    cJSON_AddNumberToObject(json, "malformed", t->malformed.n);
    cJSON_AddItemToObject(json, "malformed_last", reasons_json(&t->malformed));
    cJSON_AddNumberToObject(json, "violations", t->violations.n);
    cJSON_AddItemToObject(json, "violations_last", reasons_json(&t->violations));
    cJSON_AddNumberToObject(json, "limited", t->limited);
    cJSON_AddNumberToObject(json, "conflicts", t->conflicts);
    cJSON_AddNumberToObject(json, "polls", t->polls);
    cJSON_AddNumberToObject(json, "pending", (double)t->queue_n);
    cJSON_AddNumberToObject(json, "confirmed_offset", (double)t->confirmed_offset);
    cJSON_AddNumberToObject(json, "last_offset", (double)t->last_offset);
    cJSON_AddNumberToObject(json, "next_update_id", (double)t->next_update_id);
    cJSON_AddStringToObject(json, "webhook", t->webhook ? t->webhook : "");
    sb_reply_json(reply, 200, json);
}

static void answer_ok(struct sandbox *sb, struct sb_reply *reply)
{
    tg_changed(sb);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", true);
    sb_reply_json(reply, 200, json);
}

/* A required number of the input in lo..hi; false: answered with an error. */
static bool take_number(const cJSON *in, const char *name, int64_t lo, int64_t hi, int64_t *ret,
                        struct sb_reply *reply)
{
    *ret = tg_in_int(in, name, lo - 1);
    if (*ret >= lo && *ret <= hi)
        return true;
    tg_control_error(reply, 400, "\"%s\" must be a number from %lld to %lld", name, (long long)lo,
                     (long long)hi);
    return false;
}

static void reset(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    (void)in;
    struct telegram *t = sb->telegram;
    memset(t->calls, 0, sizeof t->calls);
    memset(t->errors, 0, sizeof t->errors);
    t->malformed.n = t->violations.n = t->limited = t->conflicts = t->polls = 0;
    answer_ok(sb, reply);
}

static void jump(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    int64_t to = 0;
    if (!take_number(in, "to", 1, INT32_MAX, &to, reply))
        return;
    sb->telegram->next_update_id = to;
    answer_ok(sb, reply);
}

static void webhook(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const char *url = tg_in_str(in, "url");
    free(sb->telegram->webhook);
    sb->telegram->webhook = url && *url ? sb_dup(url) : NULL;
    answer_ok(sb, reply);
}

static void conflict(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    int64_t times = 0;
    if (!take_number(in, "times", 0, 1000000, &times, reply))
        return;
    sb->telegram->conflicts_left = (unsigned)times;
    answer_ok(sb, reply);
}

static void empty_polls(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    int64_t times = 0;
    if (!take_number(in, "times", 0, 1000000, &times, reply))
        return;
    sb->telegram->empty_polls_left = (unsigned)times;
    answer_ok(sb, reply);
}

static void privacy(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    sb->telegram->private_groups = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(in, "on"));
    answer_ok(sb, reply);
}

static void hang(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    int64_t ms = 0;
    if (!take_number(in, "ms", 0, 600000, &ms, reply))
        return;
    sb->telegram->hang_ms = ms;
    answer_ok(sb, reply);
}

static bool is_method(const char *name)
{
    for (size_t i = 0; i < tg_n_methods; i++)
        if (strcasecmp(tg_methods[i].name, name) == 0)
            return true;
    return false;
}

static void flood(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    int64_t retry_after = 0;
    const char *method = tg_in_str(in, "method");
    int64_t times = tg_in_int(in, "times", 1);
    if (!take_number(in, "retry_after", 1, 86400, &retry_after, reply))
        return;
    if (times < 1 || times > 1000000 || (method && !is_method(method))) {
        tg_control_error(reply, 400, "\"times\" must be 1 to 1000000, \"method\" a method's name");
        return;
    }
    for (unsigned i = 0; i < TG_FLOODS_MAX; i++) {
        struct tg_flood *f = &sb->telegram->floods[i];
        if (f->times)
            continue;
        *f = (struct tg_flood){.chat = tg_in_int(in, "chat", 0),
                               .retry_after = (unsigned)retry_after,
                               .times = (unsigned)times};
        snprintf(f->method, sizeof f->method, "%s", method ? method : "");
        answer_ok(sb, reply);
        return;
    }
    tg_control_error(reply, 507, "%u floods wait already", TG_FLOODS_MAX);
}

struct reading {
    const char *name;
    void (*run)(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);
};

struct acting {
    const char *name;
    void (*run)(struct sandbox *sb, const cJSON *in, struct sb_reply *reply);
};

static const struct reading readings[] = {
    {"chat", get_chat},         {"last", get_last},         {"wait", get_wait},
    {"callback", get_callback}, {"document", get_document}, {"commands", get_commands},
    {"stats", get_stats},
};

static const struct acting actings[] = {
    {"say", tg_say},
    {"raw", tg_raw},
    {"press", tg_press},
    {"contact", tg_contact},
    {"document", tg_document},
    {"block", tg_block},
    {"unblock", tg_unblock},
    {"migrate", tg_migrate},
    {"topic", tg_topic},
    {"delete", tg_delete},
    {"privacy", privacy},
    {"jump", jump},
    {"webhook", webhook},
    {"conflict", conflict},
    {"flood", flood},
    {"empty_polls", empty_polls},
    {"hang", hang},
    {"reset", reset},
};

static void act(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply,
                const struct acting *acting)
{
    cJSON *in = req->body_len ? cJSON_Parse(req->body) : cJSON_CreateObject();
    if (cJSON_IsObject(in) && tg_utf8_valid(req->body))
        acting->run(sb, in, reply);
    else
        tg_control_error(reply, 400, "the body must be a JSON object");
    cJSON_Delete(in);
}

bool telegram_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const char *name = req->path;
    if (strncmp(name, "/_sandbox", 9) == 0)
        name += 9;
    if (strncmp(name, "/telegram/", 10) != 0)
        return false;
    name += 10;
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        if (strcmp(readings[i].name, name) != 0)
            continue;
        known = true;
        if (strcmp(req->method, "GET") == 0) {
            readings[i].run(sb, req, reply);
            return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(actings); i++) {
        if (strcmp(actings[i].name, name) != 0)
            continue;
        known = true;
        if (strcmp(req->method, "POST") == 0) {
            act(sb, req, reply, &actings[i]);
            return true;
        }
    }
    if (known)
        tg_control_error(reply, 405, "\"%.40s\" is called with the other of GET and POST", name);
    return known;
}
