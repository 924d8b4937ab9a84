/* fuzz_telegram.c: the Bot API's answers, and updates as the store keeps them. */
#include "bot/chat/telegram_codec.h"
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "tests/fuzz/fuzz.h"

/* No longer than anything an app sends, and in UTF-8. */
static void bounded(const char *s, size_t max)
{
    PROMISE(!s || (strlen(s) <= max && utf8_valid(s, strlen(s))));
}

/* A name is one line that turns nothing around. */
static void one_line(const char *s, size_t max)
{
    bounded(s, max);
    for (uint32_t cp; s && (cp = utf8_next(&s));)
        PROMISE(cp >= ' ' && cp != 0x202e && cp != 0x2067 && cp != 0x200f);
}

static void plausible(const struct chat_update *u)
{
    bounded(u->text, 3 * TG_TEXT_MAX);
    bounded(u->data, 64);
    one_line(u->user_name, 160);
    one_line(u->username, 64);
    one_line(u->language, 64);
    one_line(u->contact, 64);
    one_line(u->file.name, 160);
    one_line(u->file.mime, 64);
    PROMISE(u->chat_id != 0);
    PROMISE((u->kind == UPDATE_FILE) == (u->file.id != NULL));
    PROMISE(u->file.size >= 0);
    PROMISE(u->kind == UPDATE_MOVED ? u->moved_to < 0 && u->chat_id < 0
                                    : !u->contact || u->user_id);
}

/* What was read can be kept and read back. */
static void keep(const struct chat_update *u, struct arena *arena)
{
    struct chat_update back;
    struct err err = {0};
    AUTO_FREE char *json = chat_update_to_json(u);
    PROMISE(!chat_update_from_json(json, arena, &back, &err));
    PROMISE(back.kind == u->kind && back.chat_id == u->chat_id && back.user_id == u->user_id);
    PROMISE(str_eq(back.text, u->text) && str_eq(back.data, u->data));
    PROMISE(back.reply_to == u->reply_to && back.forwarded == u->forwarded &&
            back.moved_to == u->moved_to);
    PROMISE(str_eq(back.file.id, u->file.id) && str_eq(back.file.name, u->file.name) &&
            back.file.size == u->file.size);
}

static void answer(const struct tg_reply *reply, int status)
{
    static const enum tg_call calls[] = {TG_SEND, TG_EDIT, TG_ANSWER};
    struct err err = {0};
    int64_t id;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        err = (struct err){0};
        enum send_fate fate = tg_fate(calls[i], reply, status, true, &id, &err);
        PROMISE((fate == SEND_OK) == (err.kind == ERR_NONE));
    }
    PROMISE(tg_poll_failed(reply, status, &err) == -1 && err.kind != ERR_NONE);
    PROMISE(utf8_valid(reply->description, strlen(reply->description)));
    tg_cannot_parse(reply);
    tg_thread_missing(reply);
    tg_webhook_active(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536)
        return 0;
    AUTO_ARENA *arena = arena_new((size_t)256 << 20);
    struct chat_update *updates = NULL, one;
    struct err err = {0};
    int64_t next = 0;
    size_t n = 0;
    const char *body = size ? (const char *)data : "";
    struct tg_reply reply = tg_read_reply(body, size);
    answer(&reply, reply.known ? reply.code : 502);
    if (!tg_read_updates(body, size, 5, arena, &updates, &n, &next, &err)) {
        for (size_t i = 0; i < n; i++) {
            plausible(&updates[i]);
            keep(&updates[i], arena);
        }
    } else {
        PROMISE(err.kind == ERR_TEMP || err.kind == ERR_AUTH);
    }
    const char *path = NULL;
    int64_t length = 0;
    err = (struct err){0};
    if (!tg_read_file(body, size, 200, arena, &path, &length, &err))
        PROMISE(path && *path);
    else
        PROMISE(err.kind != ERR_NONE);
    AUTO_FREE char *text = fuzz_text(data, size);
    err = (struct err){0};
    if (!chat_update_from_json(text, arena, &one, &err))
        keep(&one, arena);
    else
        PROMISE(err.kind == ERR_DATA);
    return 0;
}
