/* console_save.h: what the bot sends as a file, kept in the folder that the console runs in, never
 * over another. Any thread. */
#ifndef BOT_CONSOLE_SAVE_H
#define BOT_CONSOLE_SAVE_H

#include "store/base/buf.h"

/* Writes len bytes into a new file of about that name (plan.csv, plan-2.csv, …), which is appended
 * to ret_name; on failure nothing is left there. Returns 0 or an errno. */
int console_save(const char *wanted, const char *content, size_t len, struct buf *ret_name);

#endif
