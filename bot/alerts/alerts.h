/* alerts.h: what a run means for the alerts of its flow and its remote. Called from workers; people
 * are told by the watchman (alert_tell.h).
 *
 * One cause, one alert: a remote that is down or refuses its token is one alert for all of its
 * flows, a flow that fails for reasons of its own or is stopped by a brake has one of its own. */
#ifndef BOT_ALERTS_H
#define BOT_ALERTS_H

#include "bot/bot.h"
#include "store/db.h"
#include "sync/report.h"

/* A scheduled run ended: raises what it met, clears what it proves to be over, and tells which
 * records no row names any more (missing = report). Opens its own transaction, and only when there
 * is something to write. */
int alerts_scheduled(struct db *db, const struct bot *bot, const struct report *r, struct err *err);

/* The run that a person (actor, "telegram:1001") asked for ended: they see its failure themselves,
 * so only a refused token is news, and to the others; what works again is told to all. Within the
 * caller's transaction. */
int alerts_asked(struct db *db, const struct bot *bot, const struct report *r, const char *actor,
                 struct err *err);

#endif
