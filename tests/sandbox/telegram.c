/* telegram.c: the world of the played Telegram and the way of a request through it. */
#ifndef _GNU_SOURCE
#endif
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

int64_t tg_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool tg_wait(struct sandbox *sb, int64_t deadline_ms)
{
    if (tg_mono_ms() >= deadline_ms)
        return false;
    struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
                             .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
    /* clockwait names the clock itself, whichever one the condition variable was made with. */
    pthread_cond_clockwait(&sb->changed, &sb->lock, CLOCK_MONOTONIC, &until);
    return true;
}

void tg_changed(struct sandbox *sb)
{
    pthread_cond_broadcast(&sb->changed);
}

struct tg_user *tg_user_find(struct telegram *t, int64_t id)
{
    for (size_t i = 0; i < t->n_users; i++)
        if (t->users[i]->id == id)
            return t->users[i];
    return NULL;
}

static void set_string(char **field, const char *value)
{
    if (!value)
        return;
    char *copy = sb_dup(value);
    free(*field);
    *field = copy;
}

struct tg_user *tg_user_get(struct telegram *t, int64_t id, const char *name, const char *username,
                            const char *language)
{
    struct tg_user *user = tg_user_find(t, id);
    if (!user) {
        if (t->n_users == TG_USERS_MAX)
            return NULL;
        user = sb_alloc(sizeof *user);
        user->id = id;
        char made_up[40];
        snprintf(made_up, sizeof made_up, "User %lld", (long long)id);
        user->name = sb_dup(made_up);
        t->users[t->n_users++] = user;
    }
    set_string(&user->name, name);
    set_string(&user->username, username);
    set_string(&user->language, language);
    return user;
}

struct tg_chat *tg_chat_find(struct telegram *t, int64_t id)
{
    for (size_t i = 0; i < t->n_chats; i++)
        if (t->chats[i]->id == id)
            return t->chats[i];
    return NULL;
}

struct tg_chat *tg_chat_get(struct telegram *t, int64_t id, const char *type, const char *title)
{
    struct tg_chat *chat = tg_chat_find(t, id);
    if (!chat) {
        if (t->n_chats == TG_CHATS_MAX)
            return NULL;
        chat = sb_alloc(sizeof *chat);
        chat->id = id;
        chat->next_message_id = 1; /* per chat, so that an id alone never names a message */
        chat->tokens = 3;
        chat->tokens_at = tg_mono_ms();
        if (!type)
            type = id > 0 ? "private" : id < -1000000000000 ? "supergroup" : "group";
        t->chats[t->n_chats++] = chat;
    }
    if (type)
        snprintf(chat->type, sizeof chat->type, "%s", type);
    set_string(&chat->title, title);
    return chat;
}

struct tg_message *tg_message_find(const struct tg_chat *chat, int64_t id)
{
    /* ids only grow: search by halving */
    size_t lo = 0, hi = chat->n_messages;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (chat->messages[mid]->id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < chat->n_messages && chat->messages[lo]->id == id ? chat->messages[lo] : NULL;
}

struct tg_message *tg_message_add(struct sandbox *sb, struct tg_chat *chat, int64_t from)
{
    if (chat->n_messages == TG_MESSAGES_MAX)
        return NULL;
    if (chat->n_messages == chat->cap_messages) {
        chat->cap_messages = chat->cap_messages ? chat->cap_messages * 2 : 16;
        chat->messages = sb_grow(chat->messages, chat->cap_messages, sizeof(struct tg_message *));
    }
    struct tg_message *m = sb_alloc(sizeof *m);
    m->id = chat->next_message_id++;
    m->from = from;
    m->text = sb_dup("");
    m->plain = sb_dup("");
    m->date_ms = sb_now_ms(sb);
    chat->messages[chat->n_messages++] = m;
    return m;
}

struct tg_file *tg_file_add(struct telegram *t, const char *name, const char *mime,
                            const char *bytes, size_t len)
{
    if (t->n_files == TG_FILES_MAX || len > TG_FILE_BYTES - t->file_bytes)
        return NULL;
    struct tg_file *f = sb_alloc(sizeof *f);
    size_t n = t->n_files + 1;
    const char *dot = strrchr(name, '.');
    char ext[12] = "";
    /* only a short plain ending goes into the path, as Telegram does */
    if (dot && strlen(dot) < sizeof ext &&
        dot[1 + strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz"
                                "0123456789")] == '\0')
        snprintf(ext, sizeof ext, "%s", dot);
    snprintf(f->id, sizeof f->id, "BQACAgIAAxkBAAsandbox%06zu", n);
    snprintf(f->unique, sizeof f->unique, "AgADsandbox%06zu", n);
    snprintf(f->path, sizeof f->path, "documents/file_%zu%s", n, ext);
    f->name = sb_dup(name);
    f->mime = sb_dup(mime);
    f->bytes = sb_alloc(len + 1);
    memcpy(f->bytes, bytes, len);
    f->len = len;
    f->size = (int64_t)len;
    t->files[t->n_files++] = f;
    t->file_bytes += len;
    return f;
}

cJSON *tg_user_json(const struct tg_user *user)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "id", (double)user->id);
    cJSON_AddBoolToObject(json, "is_bot", false);
    cJSON_AddStringToObject(json, "first_name", user->name);
    if (user->username)
        cJSON_AddStringToObject(json, "username", user->username);
    if (user->language)
        cJSON_AddStringToObject(json, "language_code", user->language);
    return json;
}

cJSON *tg_bot_json(void)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "id", TG_BOT_ID);
    cJSON_AddBoolToObject(json, "is_bot", true);
    cJSON_AddStringToObject(json, "first_name", TG_BOT_NAME);
    cJSON_AddStringToObject(json, "username", TG_BOT_USERNAME);
    return json;
}

cJSON *tg_chat_json(struct telegram *t, const struct tg_chat *chat)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "id", (double)chat->id);
    cJSON_AddStringToObject(json, "type", chat->type);
    const struct tg_user *user = chat->id > 0 ? tg_user_find(t, chat->id) : NULL;
    if (user) {
        cJSON_AddStringToObject(json, "first_name", user->name);
        if (user->username)
            cJSON_AddStringToObject(json, "username", user->username);
    } else {
        cJSON_AddStringToObject(json, "title", chat->title ? chat->title : "Group");
    }
    if (chat->n_threads)
        cJSON_AddBoolToObject(json, "is_forum", true);
    return json;
}

cJSON *tg_message_json(struct telegram *t, const struct tg_chat *chat, const struct tg_message *m)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "message_id", (double)m->id);
    const struct tg_user *user = m->from == TG_BOT_ID ? NULL : tg_user_find(t, m->from);
    cJSON_AddItemToObject(json, "from", user ? tg_user_json(user) : tg_bot_json());
    cJSON_AddItemToObject(json, "chat", tg_chat_json(t, chat));
    cJSON_AddNumberToObject(json, "date", (double)(m->date_ms / 1000));
    if (m->edited_ms)
        cJSON_AddNumberToObject(json, "edit_date", (double)(m->edited_ms / 1000));
    if (m->thread) {
        cJSON_AddNumberToObject(json, "message_thread_id", (double)m->thread);
        cJSON_AddBoolToObject(json, "is_topic_message", true);
    }
    if (m->protect)
        cJSON_AddBoolToObject(json, "has_protected_content", true);
    if (m->plain[0])
        cJSON_AddStringToObject(json, m->extra ? "caption" : "text", m->plain);
    if (m->entities)
        cJSON_AddItemToObject(json, m->extra ? "caption_entities" : "entities",
                              cJSON_Duplicate(m->entities, true));
    if (m->markup && cJSON_GetObjectItemCaseSensitive(m->markup, "inline_keyboard"))
        cJSON_AddItemToObject(json, "reply_markup", cJSON_Duplicate(m->markup, true));
    const cJSON *field = NULL;
    cJSON_ArrayForEach(field, m->extra)
    {
        cJSON_DeleteItemFromObjectCaseSensitive(json, field->string);
        cJSON_AddItemToObject(json, field->string, cJSON_Duplicate(field, true));
    }
    return json;
}

void tg_note(struct tg_reasons *reasons, const char *method, const char *why)
{
    char *slot = reasons->text[reasons->n++ % TG_REASONS_MAX];
    snprintf(slot, TG_WHY, "%s: %.250s", method, why);
}

void tg_count_error(struct telegram *t, int code)
{
    for (unsigned i = 0; i < TG_CODES_MAX; i++) {
        if (t->errors[i].code != code && t->errors[i].code != 0)
            continue;
        t->errors[i].code = code;
        t->errors[i].n++;
        return;
    }
}

void tg_ok(struct tg_call *c, cJSON *result)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", true);
    cJSON_AddItemToObject(json, "result", result);
    sb_reply_json(c->reply, 200, json);
}

static void fail_text(struct tg_call *c, int code, const char *text)
{
    tg_count_error(c->t, code);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", false);
    cJSON_AddNumberToObject(json, "error_code", code);
    cJSON_AddStringToObject(json, "description", text);
    sb_reply_json(c->reply, code, json);
}

void tg_fail(struct tg_call *c, int code, const char *fmt, ...)
{
    char text[TG_WHY + 32];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fail_text(c, code, text);
}

void tg_bad(struct tg_call *c, const char *fmt, ...)
{
    char text[TG_WHY + 32] = "Bad Request: ";
    size_t used = strlen(text);
    va_list args;
    va_start(args, fmt);
    vsnprintf(text + used, sizeof text - used, fmt, args);
    va_end(args);
    tg_note(&c->t->malformed, c->method ? c->method->name : "?", text);
    fail_text(c, 400, text);
}

/* Finds the chat of a call, or answers as Telegram does for one it cannot write to. */
static bool resolve_chat(struct tg_call *c)
{
    if (!cJSON_HasObjectItem(c->params, "chat_id")) {
        tg_bad(c, "chat_id is empty");
        return false;
    }
    c->chat = tg_chat_find(c->t, tg_chat_id(c));
    if (!c->chat) {
        tg_fail(c, 400, "Bad Request: chat not found");
        return false;
    }
    if (c->chat->migrated_to) {
        tg_count_error(c->t, 400);
        cJSON *json = cJSON_CreateObject();
        cJSON_AddBoolToObject(json, "ok", false);
        cJSON_AddNumberToObject(json, "error_code", 400);
        cJSON_AddStringToObject(json, "description",
                                "Bad Request: group chat was upgraded to a supergroup chat");
        cJSON *parameters = cJSON_AddObjectToObject(json, "parameters");
        cJSON_AddNumberToObject(parameters, "migrate_to_chat_id", (double)c->chat->migrated_to);
        sb_reply_json(c->reply, 400, json);
        return false;
    }
    const struct tg_user *user = c->chat->id > 0 ? tg_user_find(c->t, c->chat->id) : NULL;
    if (user && user->blocked) {
        tg_fail(c, 403, "Forbidden: bot was blocked by the user");
        return false;
    }
    return true;
}

static void run_method(struct tg_call *c, const char *name)
{
    for (size_t i = 0; i < tg_n_methods && !c->method; i++)
        if (strcasecmp(tg_methods[i].name, name) == 0)
            c->method = &tg_methods[i];
    if (!c->method) {
        tg_note(&c->t->malformed, name, "no such method, or the sandbox does not play it");
        tg_fail(c, 404, "Not Found: method not found");
        return;
    }
    c->t->calls[c->method - tg_methods]++;
    if (!tg_params(c))
        return;
    char why[TG_WHY];
    if (!tg_check_object(c->method->fields, c->params, why))
        tg_bad(c, "%s", why);
    else if (!tg_spec_check(c->t->spec, c->method->name, c->params, why))
        tg_bad(c, "the published list of methods: %s", why);
    else if (tg_not_flooded(c) && (!(c->method->flags & TG_IN_CHAT) || resolve_chat(c)))
        c->method->run(c);
}

static void answer_bytes(struct sb_reply *reply, const struct tg_file *f)
{
    sb_reply_text(reply, 200, "application/octet-stream", "");
    free(reply->body);
    reply->body = sb_alloc(f->len + 1);
    memcpy(reply->body, f->bytes, f->len);
    reply->body_len = f->len;
}

static void send_file(struct tg_call *c, const char *path)
{
    const struct tg_file *f = NULL;
    for (size_t i = 0; i < c->t->n_files && !f; i++)
        if (strcmp(c->t->files[i]->path, path) == 0)
            f = c->t->files[i];
    if (!f)
        tg_fail(c, 404, "Not Found");
    else
        answer_bytes(c->reply, f);
}

static void handle(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    struct tg_call *c = sb_alloc(sizeof *c);
    c->sb = sb;
    c->t = sb->telegram;
    c->req = req;
    c->reply = reply;
    const char *path = req->path;
    bool file = strncmp(path, "/file/bot", 9) == 0;
    path += file ? 9 : strncmp(path, "/bot", 4) == 0 ? 4 : 0;
    const char *slash = strchr(path, '/');
    size_t token_len = slash ? (size_t)(slash - path) : 0;
    if (path == req->path || !slash)
        tg_fail(c, 404, "Not Found");
    else if (token_len != strlen(SB_TELEGRAM_TOKEN) ||
             strncmp(path, SB_TELEGRAM_TOKEN, token_len) != 0)
        tg_fail(c, 401, "Unauthorized");
    else if (file)
        send_file(c, slash + 1);
    else
        run_method(c, slash + 1);
    cJSON_Delete(c->params);
    free(c);
}

const struct sb_service sb_telegram = {"telegram", "/telegram", handle};

int telegram_init(struct sandbox *sb)
{
    struct telegram *t = sb_alloc(sizeof *t);
    /* Ids of a later run are higher, as a bot that kept its store over a restart expects: within 10
     * of its old offset it would confirm updates unseen. */
    t->next_update_id = 100000000 + (wall_ms() / 1000 - 1700000000) * 4;
    t->next_seq = 1;
    t->allowed = tg_default_kinds();
    t->last_poll_at = INT64_MIN / 2;
    sb->telegram = t;
    return tg_spec_load(&t->spec) ? 0 : -1;
}

static void free_chat(struct tg_chat *chat)
{
    for (size_t i = 0; i < chat->n_messages; i++) {
        struct tg_message *m = chat->messages[i];
        free(m->text);
        free(m->plain);
        cJSON_Delete(m->entities);
        cJSON_Delete(m->markup);
        cJSON_Delete(m->extra);
        free(m);
    }
    free(chat->messages);
    free(chat->title);
    free(chat);
}

void telegram_free(struct sandbox *sb)
{
    struct telegram *t = sb->telegram;
    if (!t)
        return;
    for (size_t i = 0; i < t->n_chats; i++)
        free_chat(t->chats[i]);
    for (size_t i = 0; i < t->n_users; i++) {
        free(t->users[i]->name);
        free(t->users[i]->username);
        free(t->users[i]->language);
        free(t->users[i]);
    }
    for (size_t i = 0; i < t->n_files; i++) {
        free(t->files[i]->name);
        free(t->files[i]->mime);
        free(t->files[i]->bytes);
        free(t->files[i]);
    }
    for (size_t i = 0; i < TG_CALLBACKS_MAX; i++) {
        free(t->callbacks[i].data);
        free(t->callbacks[i].text);
    }
    for (size_t i = 0; i < t->n_menus; i++) {
        free(t->menus[i].scope);
        cJSON_Delete(t->menus[i].commands);
    }
    tg_drop_updates(t);
    cJSON_Delete(t->spec);
    free(t->webhook);
    free(t);
    sb->telegram = NULL;
}
