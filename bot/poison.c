#include "bot/poison.h"

#include "store/base/log.h"
#include "store/base/utf8.h"
#include "store/chat/chatbox.h"
#include "store/chat/people.h"
#include "store/starts.h"

#include <string.h>

#define KEY    "first_update" /* the memo: "ID TIMES" */
#define SHOWN  100            /* UTF-16 units of what they wrote */
#define MEMORY ((size_t)16 << 20)

/* How often it has been the first by now. */
static int count(struct db *db, int64_t id, struct arena *arena, int64_t *ret, struct err *err)
{
    const char *was;
    int64_t before, times;
    *ret = 1;
    if (memo_get(db, KEY, arena, &was, err))
        return -1;
    size_t n = was ? strcspn(was, " ") : 0;
    if (was && was[n] && base_parse_i64(arena_strndup(arena, was, n), 1, INT64_MAX, &before) &&
        before == id && base_parse_i64(was + n + 1, 1, 1000, &times))
        *ret = times + 1;
    return 0;
}

static int put_aside(struct db *db, const struct bot *bot, int64_t id, const char *via,
                     const struct chat_update *u, int64_t times, struct arena *arena,
                     struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct chat_user *known;
    const char *what = u->kind == UPDATE_PRESS ? u->data : u->text;
    log_event(LOG_ERR, "an update ends the program again and again: it is left", "update",
              STR_I64(id), "times", STR_I64(times), NULL);
    if (people_get(db, via, u->user_id, arena, &known, err))
        return -1;
    what = what ? what : "";
    TEXT_ADD(&m, lang_of(known ? known->lang : u->language, bot_default_lang(bot)),
             TEXT_UPDATE_DROPPED, T_INT("n", times),
             T_TEXT("what", arena_strndup(arena, what, utf8_cut_utf16(what, SHOWN))));
    const struct outgoing out = {.via = via,
                                 .chat_id = u->chat_id,
                                 .thread_id = u->thread_id,
                                 .text = msg_str(&m)};
    return chatbox_say(db, &out, err) || chatbox_done(db, id, err) ? -1 : 0;
}

int poison_check(struct db *db, const struct bot *bot, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    struct chat_update u;
    const char *via;
    int64_t id, times;
    if (chatbox_claim(db, arena, &id, &via, &u, err))
        return -1;
    if (!id)
        return 0;
    if (count(db, id, arena, &times, err) || db_begin(db, err))
        return -1;
    const char *memo = arena_printf(arena, "%lld %lld", (long long)id, (long long)times);
    if (memo_put(db, KEY, memo, err) ||
        (times >= POISON_TIMES && put_aside(db, bot, id, via, &u, times, arena, err))) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

int poison_clear(struct db *db, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    const char *was;
    if (memo_get(db, KEY, arena, &was, err))
        return -1;
    return was ? DB_RUN(db, err, "DELETE FROM memo WHERE key = '" KEY "' AND :yes",
                        B_INT(":yes", 1))
               : 0;
}
