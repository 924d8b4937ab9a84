/* dispatch.h: what people wrote and pressed, one update at a time: who is it, which command, may
 * they, run it, or say politely why not. In the worker of the chat lane. */
#ifndef BOT_DISPATCH_H
#define BOT_DISPATCH_H

#include "bot/ask.h"

/* Deals with the oldest update nobody has dealt with, of any transport: *ret_any says whether there
 * was one; *ret_queued whether the pool has something to do now. */
int dispatch_step(const struct bot *bot, struct db *db, bool *ret_any, bool *ret_queued,
                  struct err *err);

#endif
