/* main_menu.h: the first screen of the chat and its second page: how things are, and a button for
 * whatever this person may do. Within a command's call. */
#ifndef BOT_MAIN_MENU_H
#define BOT_MAIN_MENU_H

#include "bot/ask.h"

/* Shows the first page: to organizers what waits for them, to participants who they are, to
 * strangers how to be found. `first`: a line above it, or NULL. In place of the page under whose
 * button somebody pressed. */
int main_menu(struct ask *a, const char *first, struct err *err);

/* The second page: all that the first has no room for. */
int main_menu_more(struct ask *a, struct err *err);

#endif
