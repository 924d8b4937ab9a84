/* command.h: the commands of the chat: a table from which parsing, /help and Telegram's menu are
 * made. A button's data is a command without the slash, so a press and a typed command are one
 * thing. Const data, pure functions; any thread. How one is run: bot/dispatch.h. */
#ifndef BOT_COMMAND_H
#define BOT_COMMAND_H

#include "bot/ask.h"

#define COMMAND_NAME_BYTES 33 /* what a name takes, with its end */

struct command {
    const char *name; /* without the slash */
    const char *args; /* in English, "" for none; /help puts its words into the person's language */
    enum text_id help;
    enum role role; /* the least that may use it */
    bool in_menu;
    int (*run)(struct ask *a, struct err *err);
};

/* All that there are, in the order of /help and of the menus. Commands find it in their ask: the
 * table names them, so they do not name the table. */
struct command_table {
    const struct command *const *list;
    size_t n;
};
extern const struct command_table command_table; /* command_table.c */

/* Splits "/sync@bot people teams" or a button's "sync people @12" into name, arguments and slot.
 * Pure. Returns false when text is no command. */
bool command_parse(const char *text, bool is_button, char name[COMMAND_NAME_BYTES],
                   struct arena *arena, const char **ret_args, const char **ret_slot);

/* NULL when there is none. */
const struct command *command_find(const struct command_table *t, const char *name);

/* May they run it at all: for everything, or for a team where it asks which. Pure. */
bool command_allowed(const struct rights *r, const struct command *c);

/* Sets what they may do in this command; false: they may not run it. */
bool command_may(struct ask *a, const struct command *c);

/* Would the line of a button run for them: is there such a command, and may they use it? In the
 * shell, where there are no buttons: no. */
bool command_open(struct ask *a, const char *line);

/* The nearest name that the role may use, or NULL. */
const char *command_suggest(const struct command_table *t, const char *name, enum role role);

#endif
