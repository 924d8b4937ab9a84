/* telegram_methods.c: what a bot does in a chat: it sends, edits, deletes, answers a button, and
 * passes files. The fields have been checked against the schema before; what is left here is what
 * depends on their contents and on the chat. */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tg_run_get_me(struct tg_call *c)
{
    cJSON *me = tg_bot_json();
    cJSON_AddBoolToObject(me, "can_join_groups", true);
    cJSON_AddBoolToObject(me, "can_read_all_group_messages", false);
    cJSON_AddBoolToObject(me, "supports_inline_queries", false);
    cJSON_AddBoolToObject(me, "can_connect_to_business", false);
    cJSON_AddBoolToObject(me, "has_main_web_app", false);
    tg_ok(c, me);
}

/* The text or caption of the call, checked; the answer is given when it is wrong. */
static bool take_text(struct tg_call *c, const char *field, const char *entities, size_t max,
                      struct tg_text *ret)
{
    const char *text = tg_str(c, field);
    char why[TG_WHY];
    bool is_text = max == TG_TEXT_MAX;
    if (is_text && !*text) {
        tg_bad(c, "message text is empty");
        return false;
    }
    if (!tg_text_parse(text ? text : "", tg_str(c, "parse_mode"),
                       cJSON_GetObjectItemCaseSensitive(c->params, entities), ret, why)) {
        tg_bad(c, "%s", why);
        return false;
    }
    if (is_text && !ret->units)
        tg_bad(c, "text must be non-empty");
    else if (ret->units > max)
        tg_bad(c, is_text ? "message is too long" : "message caption is too long");
    else
        return true;
    tg_text_clear(ret);
    return false;
}

static bool check_markup(struct tg_call *c, bool inline_only)
{
    char why[TG_WHY];
    const cJSON *markup = cJSON_GetObjectItemCaseSensitive(c->params, "reply_markup");
    if (tg_check_markup(markup, inline_only, c->chat, why))
        return true;
    tg_bad(c, "%s", why);
    return false;
}

/* A copy of the call's markup as it is kept: rows without buttons vanish, and a keyboard without
 * rows is none. */
static cJSON *take_markup(const struct tg_call *c)
{
    cJSON *markup =
        cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(c->params, "reply_markup"), true);
    cJSON *rows = cJSON_GetObjectItemCaseSensitive(markup, "inline_keyboard");
    if (!rows)
        return markup;
    cJSON *next = rows->child;
    while (next) {
        cJSON *row = next;
        next = row->next;
        if (!row->child)
            cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
    }
    if (rows->child)
        return markup;
    cJSON_Delete(markup);
    return NULL;
}

static bool check_thread(struct tg_call *c)
{
    int64_t thread = tg_int(c, "message_thread_id", 0);
    if (!thread)
        return true;
    for (unsigned i = 0; i < c->chat->n_threads; i++)
        if (c->chat->threads[i] == thread)
            return true;
    tg_fail(c, 400, "Bad Request: message thread not found");
    return false;
}

static bool check_reply(struct tg_call *c)
{
    const cJSON *reply = cJSON_GetObjectItemCaseSensitive(c->params, "reply_parameters");
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(reply, "message_id");
    if (!reply)
        return true;
    const struct tg_message *m = tg_message_find(c->chat, (int64_t)id->valuedouble);
    if ((m && !m->deleted) ||
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply, "allow_sending_without_reply")))
        return true;
    tg_fail(c, 400, "Bad Request: message to be replied not found");
    return false;
}

/* Puts the text into the message and takes it. */
static void set_text(struct tg_message *m, const char *as_sent, struct tg_text *text)
{
    free(m->text);
    free(m->plain);
    cJSON_Delete(m->entities);
    m->text = sb_dup(as_sent ? as_sent : "");
    m->plain = text->plain;
    m->entities = text->entities;
    *text = (struct tg_text){0};
}

/* The second half of every sending method: the chat's own conditions, the limits, the message.
 * NULL: answered with an error. Takes the text. */
static struct tg_message *send_it(struct tg_call *c, const char *as_sent, struct tg_text *text)
{
    struct tg_message *m = NULL;
    if (check_markup(c, false) && check_thread(c) && check_reply(c) && tg_admit(c)) {
        m = tg_message_add(c->sb, c->chat, TG_BOT_ID);
        if (!m)
            tg_fail(c, 500, "Internal Server Error: the sandbox keeps %u messages a chat",
                    TG_MESSAGES_MAX);
    }
    if (m) {
        set_text(m, as_sent, text);
        m->markup = take_markup(c);
        m->thread = tg_int(c, "message_thread_id", 0);
        m->silent = tg_true(c, "disable_notification");
        m->protect = tg_true(c, "protect_content");
    }
    tg_text_clear(text);
    return m;
}

static void answer_message(struct tg_call *c, const struct tg_message *m)
{
    tg_changed(c->sb);
    tg_ok(c, tg_message_json(c->t, c->chat, m));
}

void tg_run_send_message(struct tg_call *c)
{
    struct tg_text text = {0};
    if (!take_text(c, "text", "entities", TG_TEXT_MAX, &text))
        return;
    const struct tg_message *m = send_it(c, tg_str(c, "text"), &text);
    if (m)
        answer_message(c, m);
}

/* The file that a field's value means: an uploaded part, attach://part, or the id of a known file.
 */
static const struct tg_file *take_file(struct tg_call *c, const char *field, const char *value)
{
    const struct tg_part *part = NULL;
    if (strcmp(value, "attach:") == 0)
        part = tg_part_find(c, field);
    else if (strncmp(value, "attach://", 9) == 0)
        part = tg_part_find(c, value + 9);
    if (part && !part->len) {
        tg_bad(c, "file must be non-empty");
        return NULL;
    }
    if (part) {
        const struct tg_file *f = tg_file_add(c->t, *part->file_name ? part->file_name : "file",
                                              *part->mime ? part->mime : "application/octet-stream",
                                              part->bytes, part->len);
        if (!f)
            tg_fail(c, 500, "Internal Server Error: the sandbox holds no more files");
        return f;
    }
    for (size_t i = 0; i < c->t->n_files; i++)
        if (strcmp(c->t->files[i]->id, value) == 0)
            return c->t->files[i];
    tg_bad(c, "wrong remote file identifier specified: Wrong string length");
    return NULL;
}

static cJSON *file_json(const struct tg_file *f)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "file_id", f->id);
    cJSON_AddStringToObject(json, "file_unique_id", f->unique);
    cJSON_AddNumberToObject(json, "file_size", (double)f->size);
    return json;
}

/* Width and height of a PNG, or 0 x 0 for a JPEG, whose size nobody here asks for. */
static bool picture_size(const struct tg_file *f, unsigned ret[2])
{
    const unsigned char *p = (const unsigned char *)f->bytes;
    ret[0] = ret[1] = 0;
    if (f->len > 3 && p[0] == 0xff && p[1] == 0xd8 && p[2] == 0xff)
        return true;
    if (f->len < 24 || memcmp(p, "\x89PNG\r\n\x1a\n", 8) != 0)
        return false;
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 0; k < 4; k++)
            ret[i] = ret[i] << 8 | p[16 + 4 * i + k];
    return ret[0] && ret[1] && ret[0] <= 10000 && ret[1] <= 10000 - ret[0] &&
           ret[0] / ret[1] <= 20 && ret[1] / ret[0] <= 20;
}

static cJSON *document_extra(const struct tg_file *f)
{
    cJSON *extra = cJSON_CreateObject(), *document = file_json(f);
    cJSON_AddStringToObject(document, "file_name", f->name);
    cJSON_AddStringToObject(document, "mime_type", f->mime);
    cJSON_AddItemToObject(extra, "document", document);
    return extra;
}

static cJSON *photo_extra(const struct tg_file *f, const unsigned size[2])
{
    cJSON *extra = cJSON_CreateObject(), *photo = file_json(f);
    cJSON_AddNumberToObject(photo, "width", size[0]);
    cJSON_AddNumberToObject(photo, "height", size[1]);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(extra, "photo"), photo);
    return extra;
}

static bool check_picture(struct tg_call *c, const struct tg_file *f, unsigned size[2])
{
    if (picture_size(f, size))
        return true;
    tg_bad(c, size[0] ? "PHOTO_INVALID_DIMENSIONS" : "IMAGE_PROCESS_FAILED");
    return false;
}

static void send_file(struct tg_call *c, bool photo)
{
    struct tg_text text = {0};
    unsigned size[2];
    if (!take_text(c, "caption", "caption_entities", TG_CAPTION_MAX, &text))
        return;
    const char *field = photo ? "photo" : "document";
    const struct tg_file *f = take_file(c, field, tg_str(c, field));
    if (f && photo && !check_picture(c, f, size))
        f = NULL;
    if (!f) {
        tg_text_clear(&text);
        return;
    }
    struct tg_message *m = send_it(c, tg_str(c, "caption"), &text);
    if (!m)
        return;
    m->file = f;
    m->extra = photo ? photo_extra(f, size) : document_extra(f);
    answer_message(c, m);
}

void tg_run_send_document(struct tg_call *c)
{
    send_file(c, false);
}

void tg_run_send_photo(struct tg_call *c)
{
    send_file(c, true);
}

void tg_run_send_chat_action(struct tg_call *c)
{
    static const char *const actions[] = {"typing",           "upload_photo",
                                          "record_video",     "upload_video",
                                          "record_voice",     "upload_voice",
                                          "upload_document",  "choose_sticker",
                                          "find_location",    "record_video_note",
                                          "upload_video_note"};
    const char *action = tg_str(c, "action");
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        if (strcmp(actions[i], action) != 0)
            continue;
        if (check_thread(c))
            tg_ok(c, cJSON_CreateTrue());
        return;
    }
    tg_bad(c, "wrong parameter action in request");
}

/* The bot's own message that the call wants to change; NULL: answered with an error. */
static struct tg_message *take_message(struct tg_call *c)
{
    struct tg_message *m = tg_message_find(c->chat, tg_int(c, "message_id", 0));
    if (!m || m->deleted)
        tg_fail(c, 400, "Bad Request: message to edit not found");
    else if (m->from != TG_BOT_ID)
        tg_fail(c, 400, "Bad Request: message can't be edited");
    else
        return m;
    return NULL;
}

/* cJSON_Compare takes NULL for unequal to everything. */
static bool same_json(const cJSON *a, const cJSON *b)
{
    return (!a && !b) || (a && b && cJSON_Compare(a, b, true));
}

static void answer_not_modified(struct tg_call *c)
{
    tg_fail(c, 400,
            "Bad Request: message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message");
}

/* Puts the markup on the message, takes it, and counts the edit. */
static void edited(struct tg_call *c, struct tg_message *m, cJSON *markup)
{
    cJSON_Delete(m->markup);
    m->markup = markup;
    m->edits++;
    m->edited_ms = sb_now_ms(c->sb);
    answer_message(c, m);
}

void tg_run_edit_text(struct tg_call *c)
{
    struct tg_text text = {0};
    if (!take_text(c, "text", "entities", TG_TEXT_MAX, &text))
        return;
    struct tg_message *m = check_markup(c, true) ? take_message(c) : NULL;
    if (m && m->extra) {
        tg_fail(c, 400, "Bad Request: there is no text in the message to edit");
        m = NULL;
    }
    if (!m || !tg_admit(c)) {
        tg_text_clear(&text);
        return;
    }
    cJSON *markup = take_markup(c); /* an edit without a keyboard takes the keyboard away */
    if (strcmp(m->plain, text.plain) == 0 && same_json(m->entities, text.entities) &&
        same_json(m->markup, markup)) {
        cJSON_Delete(markup);
        tg_text_clear(&text);
        answer_not_modified(c);
        return;
    }
    set_text(m, tg_str(c, "text"), &text);
    edited(c, m, markup);
}

/* The caption of an InputMedia, checked like that of a message. */
static bool take_media_caption(struct tg_call *c, const cJSON *media, struct tg_text *ret)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(media, "caption"));
    const char *mode = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(media, "parse_mode"));
    char why[TG_WHY];
    if (!tg_text_parse(text ? text : "", mode,
                       cJSON_GetObjectItemCaseSensitive(media, "caption_entities"), ret, why)) {
        tg_bad(c, "%s", why);
        return false;
    }
    if (ret->units <= TG_CAPTION_MAX)
        return true;
    tg_bad(c, "message caption is too long");
    tg_text_clear(ret);
    return false;
}

/* The picture of an InputMedia; of its kinds only the photo is played. */
static const struct tg_file *take_media_photo(struct tg_call *c, const cJSON *media,
                                              unsigned size[2])
{
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(media, "type"));
    if (strcmp(type, "photo") != 0) {
        tg_bad(c, "the sandbox plays photos only, not \"%.40s\"", type);
        return NULL;
    }
    const struct tg_file *f =
        take_file(c, "", cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(media, "media")));
    return f && check_picture(c, f, size) ? f : NULL;
}

/* Puts a picture into a message, also into one that was text; a new upload is always a change. */
void tg_run_edit_media(struct tg_call *c)
{
    const cJSON *media = cJSON_GetObjectItemCaseSensitive(c->params, "media");
    struct tg_text text = {0};
    unsigned size[2];
    if (!check_markup(c, true) || !take_media_caption(c, media, &text))
        return;
    struct tg_message *m = take_message(c);
    const struct tg_file *f = m ? take_media_photo(c, media, size) : NULL;
    if (!f || !tg_admit(c)) {
        tg_text_clear(&text);
        return;
    }
    set_text(m, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(media, "caption")), &text);
    cJSON_Delete(m->extra);
    m->file = f;
    m->extra = photo_extra(f, size);
    edited(c, m, take_markup(c));
}

void tg_run_edit_markup(struct tg_call *c)
{
    struct tg_message *m = check_markup(c, true) ? take_message(c) : NULL;
    if (!m || !tg_admit(c))
        return;
    cJSON *markup = take_markup(c);
    if (same_json(m->markup, markup)) {
        cJSON_Delete(markup);
        answer_not_modified(c);
        return;
    }
    edited(c, m, markup);
}

void tg_run_delete_message(struct tg_call *c)
{
    struct tg_message *m = tg_message_find(c->chat, tg_int(c, "message_id", 0));
    if (!m || m->deleted) {
        tg_fail(c, 400, "Bad Request: message to delete not found");
        return;
    }
    /* others' messages only in private chats; the bot is nobody's administrator */
    if ((m->from != TG_BOT_ID && c->chat->id < 0) || sb_now_ms(c->sb) - m->date_ms > 48 * HOUR_MS) {
        tg_fail(c, 400, "Bad Request: message can't be deleted");
        return;
    }
    m->deleted = true;
    tg_changed(c->sb);
    tg_ok(c, cJSON_CreateTrue());
}

void tg_run_answer_callback(struct tg_call *c)
{
    const char *text = tg_str(c, "text");
    if (text && utf16_length(text) > 200) {
        tg_bad(c, "MESSAGE_TOO_LONG");
        return;
    }
    struct tg_callback *cb = tg_callback_find(c->t, tg_str(c, "callback_query_id"));
    /* people report 5 to 20 s */
    if (!cb || tg_mono_ms() - cb->made_at > sb_scaled_ms(c->sb, 15000)) {
        tg_fail(c, 400,
                "Bad Request: query is too old and response timeout expired or query ID is "
                "invalid");
        return;
    }
    free(cb->text);
    cb->text = text ? sb_dup(text) : NULL;
    cb->alert = tg_true(c, "show_alert");
    cb->answers++;
    tg_changed(c->sb);
    tg_ok(c, cJSON_CreateTrue());
}

void tg_run_get_file(struct tg_call *c)
{
    const char *id = tg_str(c, "file_id");
    for (size_t i = 0; i < c->t->n_files; i++) {
        const struct tg_file *f = c->t->files[i];
        if (strcmp(f->id, id) != 0)
            continue;
        if (f->size > TG_DOWNLOAD_MAX) {
            tg_fail(c, 400, "Bad Request: file is too big");
            return;
        }
        cJSON *json = file_json(f);
        cJSON_AddStringToObject(json, "file_path", f->path);
        tg_ok(c, json);
        return;
    }
    tg_fail(c, 400, "Bad Request: invalid file_id");
}

void tg_run_get_chat(struct tg_call *c)
{
    cJSON *json = tg_chat_json(c->t, c->chat);
    cJSON_AddNumberToObject(json, "accent_color_id", 0);
    cJSON_AddNumberToObject(json, "max_reaction_count", 11);
    tg_ok(c, json);
}
