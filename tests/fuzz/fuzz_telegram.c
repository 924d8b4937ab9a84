/* fuzz_telegram.c: the Bot API's answers, and updates as the store keeps them. */
#include "bot/telegram_codec.h"
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "tests/fuzz/fuzz.h"

/* What was read can be kept and read back. */
static void keep(const struct chat_update *u, struct arena *arena)
{
    struct chat_update back;
    struct err err = {0};
    AUTO_FREE char *json = chat_update_to_json(u);
    PROMISE(!chat_update_from_json(json, arena, &back, &err));
    PROMISE(back.kind == u->kind && back.chat_id == u->chat_id && back.user_id == u->user_id);
    PROMISE(str_eq(back.text, u->text) && str_eq(back.data, u->data));
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
        for (size_t i = 0; i < n; i++)
            keep(&updates[i], arena);
    } else {
        PROMISE(err.kind == ERR_TEMP || err.kind == ERR_AUTH);
    }
    AUTO_FREE char *text = fuzz_text(data, size);
    err = (struct err){0};
    if (!chat_update_from_json(text, arena, &one, &err))
        keep(&one, arena);
    else
        PROMISE(err.kind == ERR_DATA);
    return 0;
}
