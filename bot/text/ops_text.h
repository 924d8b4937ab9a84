/* ops_text.h: words that the screens about rosterd itself share. Pure; any thread. */
#ifndef BOT_OPS_TEXT_H
#define BOT_OPS_TEXT_H

#include "bot/ask.h"

#define OPS_BAR_BYTES 31 /* ten cells */
const char *ops_bar(char out[OPS_BAR_BYTES], int percent);

/* «18 МБ», «640 КБ». In the arena. */
const char *ops_bytes(struct arena *arena, enum lang lang, int64_t bytes);
const char *ops_size(struct ask *a, int64_t bytes); /* in a's */

/* «2 минуты назад», or `never` for 0. In the arena. */
const char *ops_ago(struct ask *a, int64_t at, enum text_id never);

#endif
