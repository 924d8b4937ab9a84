/* menus.h: the lists of commands that people see behind the menu button: one for everybody, a short
 * one for groups, and one in the private chat of each person who may do more than anybody may.
 *
 * The store knows which lists are out of date (a role or a language changed, or this program has
 * other commands than the one before), so a list arrives however long the chat is unreachable, and
 * a restart publishes nothing anew. Belongs to the sender's thread. */
#ifndef BOT_MENUS_H
#define BOT_MENUS_H

#include "bot/chat/chat.h"
#include "bot/text/text.h"
#include "store/chat/people.h"

struct menus;

/* `fallback` is spoken to those whose language we have no list in. */
struct menus *menus_new(enum lang fallback);
void menus_free(struct menus *m); /* takes NULL */

/* Publishes the next list that is out of date: 1: come again; 0: all are up to date; -1: it did not
 * work, come again later (TEMP and AUTH of the transport, or the store). What the transport does
 * not take is logged and left. */
int menus_step(struct menus *m, struct db *db, struct chat *chat, struct err *err);

/* The list of a role as JSON [{"command":…,"description":…}]; the caller frees. */
char *menus_list(enum lang lang, enum role role);
/* That of an organizer whose role is limited to teams. */
char *menus_team_list(enum lang lang);
/* The list of groups. */
char *menus_group_list(enum lang lang);

#endif
