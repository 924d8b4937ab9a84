#include "bot/alerts/store_watch.h"

#include "bot/alerts/alert_tell.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/chat/chatbox.h"
#include "store/starts.h"

#include <string.h>

#define EVERY_MS 60000
#define TELL_MS  15000 /* what is over so soon needs no words */

/* What a write in earnest says: one that is taken back needs no room on the disk. */
static int write_line(struct db *db, struct err *err)
{
    char now[24];
    if (db_begin(db, err))
        return -1;
    if (memo_put(db, "probe", base_i64_str(now, clock_now_ms()), err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

/* Those who hear of what is critical; reading goes on where writing does not. */
static int hearers(struct db *db, const struct bot *bot, struct arena *arena, struct hearer **ret,
                   size_t *ret_n, struct err *err)
{
    return alert_hearers(db, bot, SEV_CRITICAL, arena, ret, ret_n, err);
}

static bool shout(struct db *db, const struct bot *bot, const char *why)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct err err = {0};
    struct hearer *list;
    size_t n;
    if (!bot->shout)
        return true;
    if (hearers(db, bot, arena, &list, &n, &err)) {
        log_event(LOG_ERR, "admins cannot be told", "err", err.msg, NULL);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        AUTO_MSG m = MSG_INIT;
        TEXT_ADD(&m, list[i].lang, TEXT_STORE_STANDS, T_TEXT("why", why));
        bot->shout(bot->ctx, list[i].chat, list[i].thread, msg_str(&m));
    }
    return true;
}

static int say_over(struct db *db, const struct bot *bot, int64_t down_ms, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct hearer *list;
    size_t n;
    if (hearers(db, bot, arena, &list, &n, err) || db_begin(db, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        AUTO_MSG m = MSG_INIT;
        char down[TEXT_SHORT];
        TEXT_ADD(&m, list[i].lang, TEXT_STORE_GOES,
                 T_TEXT("down", text_duration(down, list[i].lang, down_ms)));
        const struct outgoing out = {.via = "telegram",
                                     .chat_id = list[i].chat,
                                     .thread_id = list[i].thread,
                                     .text = msg_str(&m)};
        if (chatbox_say(db, &out, err)) {
            db_rollback(db);
            return -1;
        }
    }
    return db_commit(db, err);
}

bool store_watch_look(struct store_watch *s, struct db *db, const struct bot *bot, bool closely)
{
    struct err err = {0};
    int64_t now = clock_mono_ms();
    if (!s->looked_ms)
        s->looked_ms = now; /* it has just been opened, and written to */
    if (!s->failed_ms && !closely && now - s->looked_ms < EVERY_MS)
        return true;
    s->looked_ms = now;
    if (!write_line(db, &err) && (!s->told || !say_over(db, bot, now - s->failed_ms, &err))) {
        if (s->failed_ms)
            log_event(LOG_INFO, "the store can be written again", NULL);
        if (s->told)
            bot->wake_sender(bot->ctx);
        *s = (struct store_watch){.looked_ms = now};
        return true;
    }
    if (!s->failed_ms) {
        log_event(LOG_ERR, "the store cannot be written", "why", err.msg, NULL);
        s->failed_ms = now;
    }
    if (!s->told && now - s->failed_ms >= TELL_MS)
        s->told = shout(db, bot, err.msg);
    return false;
}
