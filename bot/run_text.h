/* run_text.h: a run of the history as chat text. Pure. */
#ifndef BOT_RUN_TEXT_H
#define BOT_RUN_TEXT_H

#include "bot/bot.h"

const char *run_icon(const struct run *r);

#endif
