/* telegram_file.h: fetches the files that people send to the bot, of up to 20 MB each.
 *
 * Has a connection of its own, so that a big file holds up neither the poll nor an answer. Any
 * thread may fetch; they take turns. The token stands in no error. */
#ifndef BOT_TELEGRAM_FILE_H
#define BOT_TELEGRAM_FILE_H

#include "bot/chat/telegram.h"

struct telegram_files;

struct telegram_files *telegram_files_new(const struct telegram_setup *setup);
void telegram_files_free(struct telegram_files *f); /* takes NULL */

/* As chat_ops.download. */
int telegram_files_fetch(struct telegram_files *f, const struct chat_file *file, const char *path,
                         struct err *err);
/* Ends a fetch under way and all later ones. Any thread. */
void telegram_files_give_up(struct telegram_files *f);

#endif
