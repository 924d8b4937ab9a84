/* csv_asked.h: a table that somebody asked for, as a file in their chat. Within a command's call.
 */
#ifndef BOT_CSV_ASKED_H
#define BOT_CSV_ASKED_H

#include "bot/ask.h"
#include "bot/deep_links.h"

/* Sends csv as "KIND-N.csv". Under the caption stands the address of the screen that what/n names:
 * a file is passed on, and who gets it finds the way back. */
int csv_asked_send(struct ask *a, const char *kind, int64_t n, const struct buf *csv,
                   struct msg *caption, enum deep_link what, struct err *err);

#endif
