/* notify.h: what admins are told without having asked. Called from workers. */
#ifndef BOT_NOTIFY_H
#define BOT_NOTIFY_H

#include "bot/bot.h"
#include "store/db.h"
#include "sync/report.h"

/* A scheduled run ended: tells the admins once when its flow begins to fail, and once when it works
 * again. Opens its own transaction, and only when there is something to say. */
int notify_scheduled(struct db *db, const struct bot *bot, const struct report *r, struct err *err);

/* A person's run ended: when admins had been told that this flow fails and it works now, they hear
 * of it. Within the caller's transaction. */
int notify_flow(struct db *db, const struct bot *bot, const struct report *r, struct err *err);

/* One text to every admin, each in their language: add is called for each. Within the caller's
 * transaction. */
int notify_admins(struct db *db, const struct bot *bot,
                  void (*add)(struct msg *m, struct buttons *b, enum lang lang, void *ctx),
                  void *ctx, struct err *err);

#endif
