/* store_watch.h: can the store be written? When not (a full disk, a quota, a disk that became
 * read-only), nothing can be queued, an alert neither: the admins are told past the store
 * (bot->shout), and through it once it is over.
 *
 * Part of the watchman: his thread, his db. */
#ifndef BOT_STORE_WATCH_H
#define BOT_STORE_WATCH_H

#include "bot/bot.h"
#include "store/db.h"

struct store_watch {
    int64_t looked_ms, failed_ms; /* monotonic; failed_ms 0: it works */
    bool told;
};

/* Writes a line now and then, once a minute, or at each call with `closely` and while it fails.
 * Returns false while it cannot be written. */
bool store_watch_look(struct store_watch *s, struct db *db, const struct bot *bot, bool closely);

#endif
