/* digest.h: the message of the day: what was mended, what is open, what the syncs did.
 * Called from the watchman's thread, with its own db. */
#ifndef BOT_DIGEST_H
#define BOT_DIGEST_H

#include "bot/bot.h"
#include "store/db.h"

/* Queues it once a day from the configured time on, in one transaction, for those who want it; a
 * day of which there is nothing to say has none. *ret_told: something was queued. */
int digest_tell(struct db *db, const struct bot *bot, int64_t now, bool *ret_told, struct err *err);

#endif
