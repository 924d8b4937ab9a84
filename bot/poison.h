/* poison.h: an update that ends the program, again at every start. After a few times it is put
 * aside, so that one message does not keep rosterd from everything else. In the worker of the chat
 * lane, right before the first update of the process. */
#ifndef BOT_POISON_H
#define BOT_POISON_H

#include "bot/bot.h"
#include "store/db.h"

/* Starts in a row with the same update first in line, none of which ended in order. */
#define POISON_TIMES 5

/* Remembers which update is the first in line; the one that was so too often is done with, and its
 * sender told. Writes nothing where nobody waits. */
int poison_check(struct db *db, const struct bot *bot, struct err *err);
/* The program ends as it was told to: no update is to blame. Writes nothing where none was noted.
 */
int poison_clear(struct db *db, struct err *err);

#endif
