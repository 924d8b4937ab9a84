/* watch.h: the watchman: looks every few seconds whether something stands still, piles up or runs
 * out, raises the alert for it, and tells people of all alerts, whoever raised them.
 *
 * One thread with its own db. watch_look and watch_step are its parts, for tests. */
#ifndef BOT_WATCH_H
#define BOT_WATCH_H

#include "bot/bot.h"
#include "bot/schedule.h"
#include "sync/clocks.h"

struct watch;

/* What is measured outside of the store. */
struct watch_facts {
    int64_t disk_mb, wal_mb;     /* left; size of the journal; disk_mb -1: unknown */
    struct clocks_verdict clock; /* what servers say of our clock */
};
void watch_measure(const struct config *cfg, struct watch_facts *ret);

/* One look: raises and clears what it finds. Writes only what is new. */
int watch_look(struct db *db, const struct bot *bot, const struct watch_facts *f, int64_t now,
               struct err *err);
/* The daemon starts: remembers it, and raises an alert when it does so again and again. */
int watch_started(struct db *db, const struct bot *bot, int64_t now, int64_t *ret_start,
                  struct err *err);

/* bot and schedule (or NULL) outlive it. Errors: ERR_LOCAL. */
int watch_start(const struct bot *bot, struct schedule *schedule, struct watch **ret,
                struct err *err);
void watch_stop(struct watch *w); /* takes NULL; after bot->stop was set; frees w */

/* The last look went well and found nothing that keeps rosterd from working or telling; *ret_why
 * (static) says what did. Any thread. */
bool watch_is_well(struct watch *w, const char **ret_why);

#endif
