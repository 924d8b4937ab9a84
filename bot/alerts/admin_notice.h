/* admin_notice.h: one text for every admin of the configuration: what happened once and needs no
 * alert (store/chat/alerts.h), because it is over already or can only be mended by hand. Any
 * thread. */
#ifndef BOT_ADMIN_NOTICE_H
#define BOT_ADMIN_NOTICE_H

#include "bot/bot.h"
#include "store/db.h"

/* Queues it for each, in their language. Within the caller's transaction when one is open. */
int admin_notice(struct db *db, const struct bot *bot, enum text_id text, struct err *err);

#endif
