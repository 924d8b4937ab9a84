#include "bot/daemon.h"

#include "bot/alerts/admin_notice.h"
#include "bot/alerts/heartbeat.h"
#include "bot/alerts/watch.h"
#include "bot/chat/chat_thread.h"
#include "bot/chat/menus.h"
#include "bot/chat/sender.h"
#include "bot/pictures.h"
#include "bot/poison.h"
#include "bot/pool.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/chat/alerts.h"
#include "store/queue.h"
#include "sync/lane.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LOG_LINES 500 /* the last lines that /log can show */

struct daemon {
    struct daemon_parts parts;
    struct bot bot;
    _Atomic bool stop, chat_ended;
    struct schedule *schedule;
    struct pool *pool;
    struct sender *sender;
    struct pictures *pictures;
    struct chat_thread poller;
    struct pulse pulse;
    struct watch *watch;
    struct heartbeat *heartbeat;
    pthread_t chat_id, sender_id;
    bool chat_runs, sender_runs;
    struct menus *menus;
};

int daemon_lock(const char *store, int *ret, struct err *err)
{
    if (!lane_take(store, "daemon", 0, NULL, NULL, NULL, ret, err))
        return 0;
    if (err->kind == ERR_TEMP)
        err_set(err, ERR_TEMP, "another rosterd runs on %s", store);
    return -1;
}

/* ---------------------------------------------------------------- between the threads */

static void wake_workers(void *ctx)
{
    struct daemon *d = ctx;
    if (d->pool)
        pool_wake(d->pool);
}

static void wake_sender(void *ctx)
{
    struct daemon *d = ctx;
    if (d->sender)
        sender_wake(d->sender);
}

static void shout(void *ctx, int64_t chat_id, int64_t thread_id, const char *text)
{
    struct daemon *d = ctx;
    if (d->sender)
        sender_shout(d->sender, chat_id, thread_id, text);
}

static void on_received(void *ctx, size_t n)
{
    (void)n;
    wake_workers(ctx);
}

/* Sending works while polling is contested, so the chat itself can carry the news. */
static void on_trouble(void *ctx, enum chat_trouble what, const char *why)
{
    struct daemon *d = ctx;
    struct db *db = NULL;
    struct err err = {0};
    const struct alert_news news = {.kind = ALERT_POLL, .subject = "", .detail = why};
    int64_t now = clock_now_ms();
    if (what == CHAT_AUTH)
        return; /* nothing can be sent either; the chat thread has logged it */
    if (db_open(d->parts.cfg->store, DB_WRITE, &db, &err) || db_begin(db, &err) ||
        (what == CHAT_CONFLICT        ? alerts_raise(db, &news, now, NULL, &err)
         : what == CHAT_WEBHOOK       ? admin_notice(db, &d->bot, TEXT_WEBHOOK_NOTICE, &err)
         : what == CHAT_WEBHOOK_STAYS ? admin_notice(db, &d->bot, TEXT_WEBHOOK_STAYS_NOTICE, &err)
                                      : alerts_clear(db, ALERT_POLL, "", now, &err)) ||
        db_commit(db, &err))
        log_event(LOG_ERR, "admins cannot be told", "err", err.msg, NULL);
    if (db)
        db_rollback(db);
    db_close(db);
}

static void *chat_main(void *arg)
{
    struct daemon *d = arg;
    struct err err = {0};
    if (chat_thread_run(&d->poller, &err))
        log_event(LOG_ERR, "the chat thread ended", "err", err.msg, NULL);
    atomic_store(&d->chat_ended, true);
    return NULL;
}

static void *sender_main(void *arg)
{
    sender_run(arg);
    return NULL;
}

/* ---------------------------------------------------------------- start */

/* What the last process left: jobs under way, and how long a remote wanted to be left alone. */
static int recover(struct daemon *d, struct db *db, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    const struct config *cfg = d->parts.cfg;
    int64_t resumed;
    if (queue_recover(db, &resumed, err))
        return -1;
    if (resumed)
        log_event(LOG_INFO, "jobs of the last process go on", "jobs", STR_I64(resumed), NULL);
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        struct remote_state state;
        if (remote_state_get(db, cfg->remotes[i]->name, arena, &state, err))
            return -1;
        limiters_hold(d->bot.limiters, cfg->remotes[i], state.hold_until - clock_now_ms());
    }
    return d->parts.schedule ? schedule_new(db, cfg, &d->schedule, err) : 0;
}

static int start_chat_threads(struct daemon *d, struct err *err)
{
    pulse_wrap(&d->pulse, d->parts.chat);
    d->poller = (struct chat_thread){.db_path = d->parts.cfg->store,
                                     .chat = &d->pulse.chat,
                                     .stop = &d->stop,
                                     .poll_s = d->parts.poll_s,
                                     .admins = d->parts.cfg->admins,
                                     .n_admins = d->parts.cfg->n_admins,
                                     .lang = bot_default_lang(&d->bot),
                                     .on_received = on_received,
                                     .on_trouble = on_trouble,
                                     .ctx = d};
    d->sender_runs = !pthread_create(&d->sender_id, NULL, sender_main, d->sender);
    d->chat_runs = !pthread_create(&d->chat_id, NULL, chat_main, d);
    return d->sender_runs && d->chat_runs ? 0 : err_set(err, ERR_LOCAL, "cannot start a thread");
}

static int start_workers(struct daemon *d, struct err *err)
{
    struct db *db = NULL;
    if (!d->parts.workers)
        return 0;
    int bad = db_open(d->parts.cfg->store, DB_WRITE, &db, err) || recover(d, db, err);
    db_close(db);
    return bad ? -1 : pool_start(&d->bot, d->schedule, &d->pool, err);
}

static bool is_well(void *ctx, const char **ret_why)
{
    struct daemon *d = ctx;
    if (d->parts.chat && !pulse_is_alive(&d->pulse)) {
        *ret_why = "Telegram is not polled";
        return false;
    }
    return watch_is_well(d->watch, ret_why);
}

/* Only where flows run by themselves: a terminal beside the daemon tells nobody. */
static int start_watch(struct daemon *d, struct err *err)
{
    const char *url = d->parts.cfg->alerts.heartbeat;
    if (!d->parts.schedule)
        return 0;
    if (watch_start(&d->bot, d->schedule, &d->watch, err))
        return -1;
    return url ? heartbeat_start(url, d->bot.clocks, is_well, d, &d->heartbeat, err) : 0;
}

/* The sender exists before the workers, and both before the chat: nobody wakes what is not there.
 */
static int start(struct daemon *d, struct err *err)
{
    if (d->parts.chat && sender_new(d->parts.chat, d->parts.cfg->store, &d->sender, err))
        return -1;
    if (d->parts.chat) {
        d->pictures = pictures_new(&(struct pictures_parts){0});
        sender_pictures(d->sender, d->pictures);
        d->menus = menus_new(bot_default_lang(&d->bot));
        sender_menus(d->sender, d->menus);
    }
    if (start_workers(d, err))
        return -1;
    return (d->parts.chat && start_chat_threads(d, err)) || start_watch(d, err) ? -1 : 0;
}

int daemon_start(const struct daemon_parts *parts, struct daemon **ret, struct err *err)
{
    struct daemon *d = xcalloc(1, sizeof *d);
    d->parts = *parts;
    d->bot = (struct bot){.cfg = parts->cfg,
                          .limiters = limiters_new(parts->cfg),
                          .clocks = parts->clocks,
                          .started_ms = clock_now_ms(),
                          .log = log_ring_new(LOG_LINES),
                          .stop = &d->stop,
                          .wake_workers = wake_workers,
                          .wake_sender = wake_sender,
                          .shout = shout,
                          .ctx = d};
    log_keep(d->bot.log);
    limiters_clocks(d->bot.limiters, parts->clocks);
    if (start(d, err)) {
        daemon_stop(d);
        return -1;
    }
    *ret = d;
    return 0;
}

/* No update is to blame for this end. */
static void end_in_order(struct daemon *d)
{
    struct db *db = NULL;
    struct err err = {0};
    if (!d->pool || !d->parts.schedule)
        return;
    if (db_open(d->parts.cfg->store, DB_WRITE, &db, &err) || poison_clear(db, &err))
        log_event(LOG_WARN, "the end could not be written down", "why", err.msg, NULL);
    db_close(db);
}

bool daemon_chat_ended(struct daemon *d)
{
    return atomic_load(&d->chat_ended);
}

void daemon_stop(struct daemon *d)
{
    if (!d)
        return;
    atomic_store(&d->stop, true);
    if (d->chat_runs)
        d->parts.chat->ops->wake(d->parts.chat);
    heartbeat_stop(d->heartbeat);
    watch_stop(d->watch);
    end_in_order(d);
    pool_stop(d->pool);
    if (d->sender_runs) {
        sender_stop(d->sender);
        sender_wait_end(d->sender);
        pthread_join(d->sender_id, NULL);
    }
    if (d->chat_runs)
        pthread_join(d->chat_id, NULL);
    sender_free(d->sender);
    pictures_free(d->pictures);
    if (d->parts.chat)
        d->parts.chat->ops->close(d->parts.chat);
    schedule_free(d->schedule);
    log_keep(NULL);
    log_ring_free(d->bot.log);
    limiters_free(d->bot.limiters);
    menus_free(d->menus);
    free(d);
}
