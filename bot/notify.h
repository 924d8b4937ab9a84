/* notify.h: what admins are told without having asked. Called from workers.
 *
 * One cause, one message: a flow that fails is told of once, and once more when it works again. A
 * remote that refuses its token is told of once for all of its flows; flow_state.alerted then
 * stands for "they know", remote_state.alerted for the refusal they know of. */
#ifndef BOT_NOTIFY_H
#define BOT_NOTIFY_H

#include "bot/bot.h"
#include "store/db.h"
#include "sync/report.h"

/* A scheduled run ended: tells the admins when its flow begins to fail or works again, when its
 * remote begins to refuse the token or accepts it again, and which records no row names any more
 * (missing = report). Opens its own transaction, and only when
 * there is something to write. */
int notify_scheduled(struct db *db, const struct bot *bot, const struct report *r, struct err *err);

/* The run that a person (actor) asked for ended: they see its failure themselves, but all admins
 * hear of what works again, and the others of a token that is refused: the schedule stops there.
 * Within the caller's transaction. */
int notify_asked(struct db *db, const struct bot *bot, const struct report *r, const char *actor,
                 struct err *err);

/* One text to every admin, each in their language: add is called for each. Within the caller's
 * transaction. */
int notify_admins(struct db *db, const struct bot *bot,
                  void (*add)(struct msg *m, struct buttons *b, enum lang lang, void *ctx),
                  void *ctx, struct err *err);

#endif
