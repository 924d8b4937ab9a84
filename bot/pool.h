/* pool.h: the worker threads. The first one deals with what people wrote; the others run steps of
 * jobs and scheduled flows, one lane for each remote, so a slow remote never holds up another or
 * the chat.
 *
 * Each worker has its own database connection and open remotes. */
#ifndef BOT_POOL_H
#define BOT_POOL_H

#include "bot/bot.h"
#include "bot/schedule.h"

struct pool;

/* Starts 1 + cfg->workers threads. schedule NULL: nothing runs by itself. bot and schedule outlive
 * the pool. Errors: ERR_LOCAL; *ret may be set then: those that run end with pool_stop. */
int pool_start(const struct bot *bot, struct schedule *schedule, struct pool **ret,
               struct err *err);

/* There may be something to do. Any thread. */
void pool_wake(struct pool *p);

/* After bot->stop was set: waits until every worker has finished its current operation. */
void pool_stop(struct pool *p); /* takes NULL; frees p */

#endif
