/* run_text.h: a run of the history as chat text. Pure. */
#ifndef BOT_RUN_TEXT_H
#define BOT_RUN_TEXT_H

#include "bot/bot.h"

const char *run_icon(const struct run *r);
/* Who started it, as people say it: "telegram:1001" becomes the person's id, "schedule" its word. */
const char *run_actor(const struct run *r, enum lang lang);

#endif
