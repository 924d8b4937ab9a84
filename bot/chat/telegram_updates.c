/* The part of telegram_codec.h that reads what people did. */
#include "bot/chat/telegram_codec.h"

#include "store/base/json.h"
#include "store/base/utf8.h"

#include <string.h>

/* Bytes of what comes in: more than any app sends, and little enough to keep. */
#define NAME_BYTES    160
#define WORD_BYTES    64
#define FILE_ID_BYTES 256

/* Marks that turn the direction of what stands around them: in a name they would turn our words. */
static bool turns_text(uint32_t cp)
{
    return cp == 0x61c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

/* A name as it may stand in a sentence of ours: one line, nothing that reaches beyond it, at most
 * `max` bytes. NULL stays NULL. */
static const char *clean(const char *s, size_t max, struct arena *arena)
{
    AUTO_BUF once = BUF_INIT(max * 4 + 64), out = BUF_INIT(max * 4 + 64);
    if (!s)
        return NULL;
    for (uint32_t cp; once.len < max * 4 && (cp = utf8_next(&s));)
        if (!turns_text(cp))
            utf8_put(&once, cp < ' ' || cp == 0x7f ? ' ' : cp);
    utf8_squeeze(buf_str(&once), &out);
    char *ret = arena_alloc(arena, max + 1, 1);
    str_copy(ret, max + 1, buf_str(&out));
    return ret;
}

/* A text that no app lets grow beyond max bytes. NULL stays NULL. */
static const char *bounded(const char *s, size_t max, struct arena *arena)
{
    if (!s || strlen(s) <= max)
        return arena_strdup(arena, s);
    char *ret = arena_alloc(arena, max + 1, 1);
    str_copy(ret, max + 1, s);
    return ret;
}

static const char *full_name(const cJSON *user, struct arena *arena)
{
    const char *first = json_text(user, "first_name"), *last = json_text(user, "last_name");
    if (!first || !last || !*last)
        return clean(first, NAME_BYTES, arena);
    AUTO_BUF both = BUF_INIT((size_t)4 * TG_TEXT_MAX);
    buf_addf(&both, "%s %s", first, last);
    return clean(buf_str(&both), NAME_BYTES, arena);
}

static void read_user(const cJSON *user, struct arena *arena, struct chat_update *u)
{
    json_i64(user, "id", &u->user_id);
    u->user_name = full_name(user, arena);
    u->username = clean(json_text(user, "username"), WORD_BYTES, arena);
    u->language = clean(json_text(user, "language_code"), WORD_BYTES, arena);
}

/* The chat, the thread and the id of a message. A reply in a group without topics carries a thread
 * id too, which fails when sent back: only is_topic_message tells. */
static bool read_place(const cJSON *message, struct chat_update *u)
{
    if (!json_i64(message, "chat.id", &u->chat_id) || !u->chat_id)
        return false;
    u->is_private = str_eq(json_text(message, "chat.type"), "private");
    json_i64(message, "message_id", &u->message_id);
    if (json_bool(message, "is_topic_message"))
        json_i64(message, "message_thread_id", &u->thread_id);
    return true;
}

/* Somebody else's contact proves nothing, nor does one that was passed on or that nobody sent: only
 * what the sender shares of themselves. */
static const char *own_contact(const cJSON *message, const struct chat_update *u,
                               struct arena *arena)
{
    int64_t owner;
    if (!u->user_id || u->forwarded || !json_i64(message, "contact.user_id", &owner) ||
        owner != u->user_id)
        return NULL;
    return clean(json_text(message, "contact.phone_number"), WORD_BYTES, arena);
}

/* Whom the message answers, when that is a bot: with privacy mode on, no other bot's message comes
 * here. In a topic every message answers the one that opened it. */
static int64_t bot_answered(const cJSON *message)
{
    const cJSON *first = json_at(message, "reply_to_message");
    int64_t id = 0;
    if (!json_bool(first, "from.is_bot") || json_at(first, "forum_topic_created"))
        return 0;
    json_i64(first, "message_id", &id);
    return id;
}

/* False: there is none, or its id is none that could be asked for. */
static bool read_file(const cJSON *message, struct arena *arena, struct chat_file *f)
{
    const cJSON *document = json_at(message, "document");
    const char *id = json_text(document, "file_id");
    if (!id || !*id || strlen(id) > FILE_ID_BYTES)
        return false;
    f->id = arena_strdup(arena, id);
    f->name = clean(json_text(document, "file_name"), NAME_BYTES, arena);
    f->mime = clean(json_text(document, "mime_type"), WORD_BYTES, arena);
    if (!json_i64(document, "file_size", &f->size) || f->size < 0)
        f->size = 0;
    return true;
}

/* A group became a supergroup: said once in the old chat and once in the new. */
static bool read_move(const cJSON *message, struct chat_update *u)
{
    int64_t other;
    if (json_i64(message, "migrate_to_chat_id", &other)) {
        u->moved_to = other;
    } else if (json_i64(message, "migrate_from_chat_id", &other)) {
        u->moved_to = u->chat_id;
        u->chat_id = other;
    }
    return u->moved_to < 0 && u->chat_id < 0 && u->moved_to != u->chat_id;
}

/* In a group people talk to each other: what is neither a command nor an answer to the bot is none
 * of its business, and is kept nowhere. */
static bool is_for_us(const struct chat_update *u)
{
    return u->is_private || u->reply_to || u->text[strspn(u->text, " \t\n")] == '/';
}

/* Said by the app, not by a person: somebody pinned our message, or came in. */
static bool is_service(const cJSON *message)
{
    static const char *const kinds[] = {"pinned_message",
                                        "new_chat_members",
                                        "left_chat_member",
                                        "new_chat_title",
                                        "new_chat_photo",
                                        "delete_chat_photo",
                                        "group_chat_created",
                                        "supergroup_chat_created",
                                        "message_auto_delete_timer_changed",
                                        "write_access_allowed",
                                        "chat_background_set",
                                        "connected_website",
                                        "users_shared",
                                        "chat_shared",
                                        "boost_added",
                                        "forum_topic_created",
                                        "forum_topic_edited",
                                        "forum_topic_closed",
                                        "forum_topic_reopened",
                                        "video_chat_started",
                                        "video_chat_ended"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (json_at(message, kinds[i]))
            return true;
    }
    return false;
}

static bool read_message(const cJSON *message, struct arena *arena, struct chat_update *u)
{
    const char *text = json_text(message, "text"), *caption = json_text(message, "caption");
    if (!read_place(message, u))
        return false;
    if (read_move(message, u)) {
        u->kind = UPDATE_MOVED;
        return true;
    }
    if (is_service(message))
        return false;
    read_user(json_at(message, "from"), arena, u);
    u->forwarded = json_at(message, "forward_origin") || json_at(message, "forward_date");
    u->contact = own_contact(message, u, arena);
    u->contact_of_another = json_at(message, "contact") && !u->contact;
    u->reply_to = bot_answered(message);
    if (read_file(message, arena, &u->file)) {
        u->kind = UPDATE_FILE;
        text = caption;
    } else {
        bool known = text || json_at(message, "contact") || json_at(message, "photo") ||
                     json_at(message, "document");
        u->kind = known ? UPDATE_MESSAGE : UPDATE_OTHER;
    }
    u->text = bounded(text ? text : "", (size_t)TG_TEXT_MAX * 3, arena);
    return is_for_us(u);
}

/* The message under the button may be inaccessible (old) or absent: the press is answered anyway.
 */
static bool read_press(const cJSON *query, struct arena *arena, struct chat_update *u)
{
    const char *id = json_text(query, "id"), *data = json_text(query, "data");
    if (!id || strlen(id) > WORD_BYTES)
        return false;
    u->kind = UPDATE_PRESS;
    u->callback_id = arena_strdup(arena, id);
    u->data = bounded(data ? data : "", WORD_BYTES, arena);
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

/* The four digits of \uXXXX at s, or -1. */
static int32_t escaped_unit(const char *s, const char *end)
{
    int32_t unit = 0;
    if (s >= end || end - s < 6 || s[0] != '\\' || s[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        const char *digit = strchr("0123456789abcdef", s[i] | 0x20);
        if (!s[i] || !digit)
            return -1;
        unit = unit * 16 + (int32_t)(digit - "0123456789abcdef");
    }
    return unit;
}

/* One text with half of a surrogate pair or a broken byte in it would make the whole answer
 * unreadable, and it would come again for ever: what is broken becomes U+FFFD, the rest is read.
 * False: it is no JSON even so. */
static bool mend(const char *body, size_t n, cJSON **ret)
{
    AUTO_BUF in = BUF_INIT(TG_POLL_BYTES + 1), out = BUF_INIT(3 * TG_POLL_BYTES);
    struct err ignored = {0};
    buf_addn(&in, body, n); /* with an end that decoding cannot run past */
    const char *s = buf_str(&in), *end = s + in.len;
    while (s < end) {
        int32_t unit = escaped_unit(s, end), low = escaped_unit(s + 6, end);
        if (unit >= 0xd800 && unit < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            buf_addn(&out, s, 12);
            s += 12;
        } else if (unit == 0 || (unit >= 0xd800 && unit < 0xe000)) {
            buf_add(&out, "\\ufffd");
            s += 6;
        } else if (*s == '\\' && end - s > 1) {
            buf_addn(&out, s, 2);
            s += 2;
        } else if (*s) {
            utf8_put(&out, utf8_next(&s));
        } else {
            s++;
        }
    }
    return !in.over && !out.over && !json_parse(buf_str(&out), out.len, ret, &ignored);
}

int tg_read_updates(const char *body, size_t n, int64_t offset, struct arena *arena,
                    struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct err bad = {0};
    if (json_parse(body, n, &tree, &bad) && !mend(body, n, &tree))
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
