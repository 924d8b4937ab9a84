/* telegram_people.c: control calls by which a test plays a person. Each makes what the person's app
 * would make, a message in the chat and an update for the bot, and answers with both ids.
 *
 *   say      {"user", "text", "name", "username", "language_code", "chat", "chat_type", "title",
 *            "thread", "reply_to", "extra"}       extra: more fields of the Message
 *   raw      {"update": {...}}                    any update; update_id is added if absent
 *   press    {"user", "chat", "message_id", "data" | "button", "times"}
 *   contact  {"user", "phone", "contact_user"}
 *   document {"user", "file_name", "text" | "base64", "caption", "mime_type", "file_size"}
 *   block, unblock {"user", "announce"}           announce: also as a my_chat_member update
 *   migrate  {"chat", "to", "announce"}           announce: also as service messages
 *   delete   {"chat", "message_id"}               somebody takes a message away
 *   topic    {"chat", "thread"}                   makes the chat a forum with this thread */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tg_user *take_user(struct telegram *t, const cJSON *in, struct sb_reply *reply)
{
    int64_t id = tg_in_int(in, "user", 0);
    if (id <= 0) {
        tg_control_error(reply, 400, "\"user\" must be a person's id, a number above 0");
        return NULL;
    }
    struct tg_user *user = tg_user_get(t, id, tg_in_str(in, "name"), tg_in_str(in, "username"),
                                       tg_in_str(in, "language_code"));
    if (!user)
        tg_control_error(reply, 507, "the sandbox knows no more than %u people", TG_USERS_MAX);
    return user;
}

static struct tg_chat *take_chat(struct telegram *t, const cJSON *in, int64_t user,
                                 struct sb_reply *reply)
{
    int64_t id = tg_in_int(in, "chat", user);
    const char *type = tg_in_str(in, "chat_type");
    if (id == 0 || (id > 0 && id != user)) {
        tg_control_error(reply, 400, "\"chat\" must be the person's own id or a group's, below 0");
        return NULL;
    }
    if (type && strcmp(type, "private") && strcmp(type, "group") && strcmp(type, "supergroup")) {
        tg_control_error(reply, 400, "\"chat_type\" must be private, group or supergroup");
        return NULL;
    }
    struct tg_chat *chat = tg_chat_get(t, id, type, tg_in_str(in, "title"));
    if (!chat)
        tg_control_error(reply, 507, "the sandbox has no more than %u chats", TG_CHATS_MAX);
    return chat;
}

static bool add_thread(struct tg_chat *chat, int64_t thread, struct sb_reply *reply)
{
    for (unsigned i = 0; i < chat->n_threads; i++)
        if (chat->threads[i] == thread)
            return true;
    if (thread <= 0 || chat->n_threads == TG_THREADS_MAX) {
        tg_control_error(reply, 400, "\"thread\" must be above 0, and a chat has at most %u",
                         TG_THREADS_MAX);
        return false;
    }
    chat->threads[chat->n_threads++] = thread;
    return true;
}

/* Queues {kind: object}, takes object, and answers. */
static void deliver(struct sandbox *sb, const char *kind, cJSON *object, const struct tg_message *m,
                    struct sb_reply *reply)
{
    cJSON *update = cJSON_CreateObject();
    int64_t id = 0;
    cJSON_AddItemToObject(update, kind, object);
    enum tg_pushed pushed = tg_push(sb, update, false, &id);
    if (pushed == TG_FULL) {
        tg_control_error(reply, 507, "%u updates wait; the bot does not take them", TG_UPDATES_MAX);
        return;
    }
    tg_changed(sb);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", true);
    if (pushed == TG_FILTERED)
        cJSON_AddBoolToObject(json, "filtered", true); /* by the bot's allowed_updates */
    else
        cJSON_AddNumberToObject(json, "update_id", (double)id);
    if (m)
        cJSON_AddNumberToObject(json, "message_id", (double)m->id);
    sb_reply_json(reply, 200, json);
}

/* With privacy mode a bot gets of a group what is meant for it: commands, but not those of another
 * bot, and answers to what it said. */
static bool is_for_bot(const struct telegram *t, const struct tg_chat *chat, const char *text,
                       const struct tg_message *first)
{
    const char *at = *text == '/' ? memchr(text, '@', strcspn(text, " \n")) : NULL;
    if (!t->private_groups || chat->id > 0)
        return true;
    if (first && first->from == TG_BOT_ID)
        return true;
    return *text == '/' && (!at || strncmp(at + 1, TG_BOT_USERNAME, strlen(TG_BOT_USERNAME)) == 0);
}

/* A leading /command is marked, as every app does. */
static cJSON *command_entity(const char *text)
{
    size_t len = *text == '/' ? strcspn(text, " \n") : 0;
    if (len < 2)
        return NULL;
    cJSON *list = cJSON_CreateArray(), *entity = cJSON_CreateObject();
    cJSON_AddStringToObject(entity, "type", "bot_command");
    cJSON_AddNumberToObject(entity, "offset", 0);
    cJSON_AddNumberToObject(entity, "length", (double)len);
    cJSON_AddItemToArray(list, entity);
    return list;
}

/* A person's message in the chat that the input names; extra (taken) are fields besides the text.
 * NULL: answered with an error. */
static struct tg_message *write_message(struct sandbox *sb, const cJSON *in, const char *text,
                                        cJSON *extra, struct tg_chat **ret_chat,
                                        struct sb_reply *reply)
{
    struct telegram *t = sb->telegram;
    struct tg_message *m = NULL;
    int64_t thread = tg_in_int(in, "thread", 0);
    const struct tg_user *user = take_user(t, in, reply);
    struct tg_chat *chat = user ? take_chat(t, in, user->id, reply) : NULL;
    if (chat && (!thread || add_thread(chat, thread, reply))) {
        m = tg_message_add(sb, chat, user->id);
        if (!m)
            tg_control_error(reply, 507, "the chat is full: %u messages", TG_MESSAGES_MAX);
    }
    if (!m) {
        cJSON_Delete(extra);
        return NULL;
    }
    free(m->text);
    free(m->plain);
    m->text = sb_dup(text);
    m->plain = sb_dup(text);
    m->entities = command_entity(text);
    m->extra = extra;
    m->thread = thread;
    *ret_chat = chat;
    return m;
}

void tg_say(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const char *text = tg_in_str(in, "text");
    struct tg_chat *chat = NULL;
    if (!text || !*text || utf16_length(text) > TG_TEXT_MAX) {
        tg_control_error(reply, 400, "\"text\" must have 1 to %u characters", TG_TEXT_MAX);
        return;
    }
    const struct tg_message *m = write_message(sb, in, text, NULL, &chat, reply);
    if (!m)
        return;
    cJSON *json = tg_message_json(sb->telegram, chat, m);
    const struct tg_message *first = tg_message_find(chat, tg_in_int(in, "reply_to", 0));
    if (first)
        cJSON_AddItemToObject(json, "reply_to_message", tg_message_json(sb->telegram, chat, first));
    const cJSON *field = NULL;
    cJSON_ArrayForEach(field, cJSON_GetObjectItemCaseSensitive(in, "extra"))
    {
        if (!field->string) /* an array was given */
            break;
        cJSON_DeleteItemFromObjectCaseSensitive(json, field->string);
        cJSON_AddItemToObject(json, field->string, cJSON_Duplicate(field, true));
    }
    if (is_for_bot(sb->telegram, chat, text, first)) {
        deliver(sb, "message", json, m, reply);
        return;
    }
    cJSON_Delete(json);
    json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", true);
    cJSON_AddBoolToObject(json, "filtered", true);
    cJSON_AddNumberToObject(json, "message_id", (double)m->id);
    sb_reply_json(reply, 200, json);
}

void tg_contact(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const char *phone = tg_in_str(in, "phone");
    struct tg_chat *chat = NULL;
    if (!phone) {
        tg_control_error(reply, 400, "\"phone\" is missing");
        return;
    }
    const struct tg_user *user = take_user(sb->telegram, in, reply);
    if (!user)
        return;
    int64_t about = tg_in_int(in, "contact_user", user->id);
    const struct tg_user *person = tg_user_find(sb->telegram, about);
    cJSON *extra = cJSON_CreateObject(), *contact = cJSON_AddObjectToObject(extra, "contact");
    cJSON_AddStringToObject(contact, "phone_number", phone);
    cJSON_AddStringToObject(contact, "first_name", person ? person->name : "Contact");
    if (about)
        cJSON_AddNumberToObject(contact, "user_id", (double)about);
    const struct tg_message *m = write_message(sb, in, "", extra, &chat, reply);
    if (m)
        deliver(sb, "message", tg_message_json(sb->telegram, chat, m), m, reply);
}

/* The file of a "document" call; NULL: answered with an error. */
static struct tg_file *take_file(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const char *text = tg_in_str(in, "text"), *base64 = tg_in_str(in, "base64");
    const char *name = tg_in_str(in, "file_name"), *mime = tg_in_str(in, "mime_type");
    size_t len = 0;
    char *bytes = base64 ? tg_base64_decode(base64, &len) : text ? sb_dup(text) : NULL;
    if (!bytes) {
        tg_control_error(reply, 400, "\"text\" or \"base64\" must hold the file");
        return NULL;
    }
    if (!base64)
        len = strlen(bytes);
    struct tg_file *f = tg_file_add(sb->telegram, name ? name : "file.txt",
                                    mime ? mime : "application/octet-stream", bytes, len);
    free(bytes);
    if (!f) {
        tg_control_error(reply, 507, "the sandbox holds no more files");
        return NULL;
    }
    f->size = tg_in_int(in, "file_size", (int64_t)len);
    return f;
}

void tg_document(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const char *caption = tg_in_str(in, "caption");
    struct tg_chat *chat = NULL;
    struct tg_file *f = take_file(sb, in, reply);
    if (!f)
        return;
    cJSON *extra = cJSON_CreateObject(), *document = cJSON_AddObjectToObject(extra, "document");
    cJSON_AddStringToObject(document, "file_id", f->id);
    cJSON_AddStringToObject(document, "file_unique_id", f->unique);
    cJSON_AddNumberToObject(document, "file_size", (double)f->size);
    cJSON_AddStringToObject(document, "file_name", f->name);
    cJSON_AddStringToObject(document, "mime_type", f->mime);
    struct tg_message *m = write_message(sb, in, caption ? caption : "", extra, &chat, reply);
    if (!m)
        return;
    m->file = f;
    deliver(sb, "message", tg_message_json(sb->telegram, chat, m), m, reply);
}

/* The callback_data of the first button whose text contains the word; NULL: no such button. */
static const char *button_data(const struct tg_message *m, const char *word)
{
    const cJSON *row = NULL, *button = NULL;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(m->markup, "inline_keyboard"))
    {
        cJSON_ArrayForEach(button, row)
        {
            const char *data =
                cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(button, "callback_data"));
            if (data && strstr(cJSON_GetObjectItemCaseSensitive(button, "text")->valuestring, word))
                return data;
        }
    }
    return NULL;
}

/* Finds what is pressed: the newest fitting message unless one is named, and the button's data. */
static bool find_press(const struct tg_chat *chat, const cJSON *in, int64_t *ret_message,
                       const char **ret_data)
{
    const char *word = tg_in_str(in, "button");
    *ret_data = tg_in_str(in, "data");
    *ret_message = tg_in_int(in, "message_id", 0);
    if (*ret_message && *ret_data)
        return true; /* as an old button would: whether it is still there is not asked */
    for (size_t i = chat->n_messages; i-- > 0;) {
        const struct tg_message *m = chat->messages[i];
        if (m->from != TG_BOT_ID || m->deleted || (*ret_message && m->id != *ret_message))
            continue;
        const char *data = word ? button_data(m, word) : m->markup ? *ret_data : NULL;
        if (!data)
            continue;
        *ret_message = m->id;
        *ret_data = data;
        return true;
    }
    return false;
}

static cJSON *press_json(struct telegram *t, const struct tg_user *user, const struct tg_chat *chat,
                         const struct tg_callback *cb)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", cb->id);
    cJSON_AddItemToObject(json, "from", tg_user_json(user));
    const struct tg_message *m = tg_message_find(chat, cb->message);
    if (m && !m->deleted) {
        cJSON_AddItemToObject(json, "message", tg_message_json(t, chat, m));
    } else { /* an InaccessibleMessage */
        cJSON *gone = cJSON_AddObjectToObject(json, "message");
        cJSON_AddItemToObject(gone, "chat", tg_chat_json(t, chat));
        cJSON_AddNumberToObject(gone, "message_id", (double)cb->message);
        cJSON_AddNumberToObject(gone, "date", 0);
    }
    char instance[32];
    snprintf(instance, sizeof instance, "%lld", (long long)(chat->id ^ 0x5a5a5a5a5a5a));
    cJSON_AddStringToObject(json, "chat_instance", instance);
    cJSON_AddStringToObject(json, "data", cb->data);
    return json;
}

void tg_press(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    struct telegram *t = sb->telegram;
    const struct tg_user *user = take_user(t, in, reply);
    const struct tg_chat *chat = user ? take_chat(t, in, user->id, reply) : NULL;
    int64_t message = 0, times = tg_in_int(in, "times", 1);
    const char *data = NULL;
    if (!chat)
        return;
    if (times < 1 || times > 1000) {
        tg_control_error(reply, 400, "\"times\" must be 1 to 1000");
        return;
    }
    if (!find_press(chat, in, &message, &data)) {
        tg_control_error(reply, 404, "no message of the bot in chat %lld has such a button",
                         (long long)chat->id);
        return;
    }
    cJSON *json = cJSON_CreateObject(), *updates = cJSON_CreateArray(), *ids = cJSON_CreateArray();
    char *pressed = sb_dup(data);
    for (int64_t i = 0; i < times; i++) {
        const struct tg_callback *cb = tg_callback_add(t, user->id, chat->id, message, pressed);
        cJSON *update = cJSON_CreateObject();
        int64_t id = 0;
        cJSON_AddItemToObject(update, "callback_query", press_json(t, user, chat, cb));
        tg_push(sb, update, false, &id);
        cJSON_AddItemToArray(updates, cJSON_CreateNumber((double)id)); /* 0: filtered or full */
        cJSON_AddItemToArray(ids, cJSON_CreateString(cb->id));
    }
    free(pressed);
    tg_changed(sb);
    cJSON_AddBoolToObject(json, "ok", true);
    cJSON_AddNumberToObject(json, "message_id", (double)message);
    cJSON_AddItemToObject(json, "update_ids", updates);
    cJSON_AddItemToObject(json, "callback_query_ids", ids);
    sb_reply_json(reply, 200, json);
}

/* Makes the world agree with a raw update: its people and chats exist, and its button can be
 * answered. */
static void learn(struct telegram *t, const cJSON *object)
{
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(object, "from");
    const cJSON *chat = cJSON_GetObjectItemCaseSensitive(object, "chat");
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(object, "message");
    if (tg_in_int(from, "id", 0) > 0 && tg_in_int(from, "id", 0) != TG_BOT_ID)
        tg_user_get(t, tg_in_int(from, "id", 0), tg_in_str(from, "first_name"),
                    tg_in_str(from, "username"), tg_in_str(from, "language_code"));
    if (tg_in_int(chat, "id", 0) > 0)
        tg_user_get(t, tg_in_int(chat, "id", 0), NULL, NULL, NULL);
    if (tg_in_int(chat, "id", 0))
        tg_chat_get(t, tg_in_int(chat, "id", 0), NULL, tg_in_str(chat, "title"));
    if (!cJSON_IsObject(message))
        return;
    learn(t, message);
    const char *id = tg_in_str(object, "id");
    if (id && strlen(id) < sizeof t->callbacks[0].id) {
        struct tg_callback *cb =
            tg_callback_add(t, tg_in_int(from, "id", 0),
                            tg_in_int(cJSON_GetObjectItemCaseSensitive(message, "chat"), "id", 0),
                            tg_in_int(message, "message_id", 0),
                            tg_in_str(object, "data") ? tg_in_str(object, "data") : "");
        snprintf(cb->id, sizeof cb->id, "%s", id);
    }
}

void tg_raw(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const cJSON *update = cJSON_GetObjectItemCaseSensitive(in, "update");
    if (!cJSON_IsObject(update)) {
        tg_control_error(reply, 400, "\"update\" must be an object");
        return;
    }
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, update)
    {
        if (cJSON_IsObject(part))
            learn(sb->telegram, part);
    }
    int64_t id = 0;
    if (tg_push(sb, cJSON_Duplicate(update, true), true, &id) == TG_FULL) {
        tg_control_error(reply, 507, "%u updates wait; the bot does not take them", TG_UPDATES_MAX);
        return;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", true);
    cJSON_AddNumberToObject(json, "update_id", (double)id);
    sb_reply_json(reply, 200, json);
}

static cJSON *member_json(const char *status)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "user", tg_bot_json());
    cJSON_AddStringToObject(json, "status", status);
    if (strcmp(status, "kicked") == 0)
        cJSON_AddNumberToObject(json, "until_date", 0);
    return json;
}

static void answer_ok(struct sandbox *sb, struct sb_reply *reply)
{
    tg_changed(sb);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", true);
    sb_reply_json(reply, 200, json);
}

static void set_blocked(struct sandbox *sb, const cJSON *in, bool blocked, struct sb_reply *reply)
{
    struct telegram *t = sb->telegram;
    struct tg_user *user = take_user(t, in, reply);
    if (!user)
        return;
    user->blocked = blocked;
    const struct tg_chat *chat = tg_chat_find(t, user->id);
    if (!chat || !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(in, "announce"))) {
        answer_ok(sb, reply);
        return;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "chat", tg_chat_json(t, chat));
    cJSON_AddItemToObject(json, "from", tg_user_json(user));
    cJSON_AddNumberToObject(json, "date", (double)(sb_now_ms(sb) / 1000));
    cJSON_AddItemToObject(json, "old_chat_member", member_json(blocked ? "member" : "kicked"));
    cJSON_AddItemToObject(json, "new_chat_member", member_json(blocked ? "kicked" : "member"));
    deliver(sb, "my_chat_member", json, NULL, reply);
}

void tg_block(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    set_blocked(sb, in, true, reply);
}

void tg_unblock(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    set_blocked(sb, in, false, reply);
}

/* The service message {field: other chat} in this chat. */
static void announce_move(struct sandbox *sb, struct tg_chat *chat, const char *field,
                          int64_t other)
{
    struct tg_message *m = tg_message_add(sb, chat, TG_BOT_ID);
    if (!m)
        return;
    m->extra = cJSON_CreateObject();
    cJSON_AddNumberToObject(m->extra, field, (double)other);
    cJSON *update = cJSON_CreateObject();
    int64_t id = 0;
    cJSON_AddItemToObject(update, "message", tg_message_json(sb->telegram, chat, m));
    tg_push(sb, update, false, &id);
}

void tg_migrate(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    struct telegram *t = sb->telegram;
    struct tg_chat *chat = tg_chat_find(t, tg_in_int(in, "chat", 0));
    int64_t to = tg_in_int(in, "to", 0);
    if (!chat || chat->id > 0 || to >= 0 || to == chat->id) {
        tg_control_error(reply, 400, "\"chat\" must be a known group, \"to\" another id below 0");
        return;
    }
    struct tg_chat *next = tg_chat_get(t, to, "supergroup", chat->title);
    if (!next) {
        tg_control_error(reply, 507, "the sandbox has no more than %u chats", TG_CHATS_MAX);
        return;
    }
    chat->migrated_to = to;
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(in, "announce"))) {
        announce_move(sb, chat, "migrate_to_chat_id", to);
        announce_move(sb, next, "migrate_from_chat_id", chat->id);
    }
    answer_ok(sb, reply);
}

void tg_delete(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    const struct tg_chat *chat = tg_chat_find(sb->telegram, tg_in_int(in, "chat", 0));
    struct tg_message *m = chat ? tg_message_find(chat, tg_in_int(in, "message_id", 0)) : NULL;
    if (!m) {
        tg_control_error(reply, 404, "there is no such message");
        return;
    }
    m->deleted = true;
    answer_ok(sb, reply);
}

void tg_topic(struct sandbox *sb, const cJSON *in, struct sb_reply *reply)
{
    struct tg_chat *chat = tg_chat_find(sb->telegram, tg_in_int(in, "chat", 0));
    if (!chat || chat->id > 0)
        tg_control_error(reply, 400, "\"chat\" must be a known group");
    else if (add_thread(chat, tg_in_int(in, "thread", 0), reply))
        answer_ok(sb, reply);
}
