/* ops_text.h: words that the screens about rosterd itself share. Pure; any thread. */
#ifndef BOT_OPS_TEXT_H
#define BOT_OPS_TEXT_H

#include "bot/ask.h"

/* «18 МБ», «640 КБ». In the arena. */
const char *ops_size(struct ask *a, int64_t bytes);

/* «2 минуты назад», or `never` for 0. In the arena. */
const char *ops_ago(struct ask *a, int64_t at, enum text_id never);

/* Where copies of the store lie, as configured. */
struct backup_place;
struct backup_place ops_backups(const struct ask *a);

#endif
