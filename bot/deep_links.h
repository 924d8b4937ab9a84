/* deep_links.h: addresses that open one screen of the chat: t.me/BOT?start=PAYLOAD, for texts that
 * leave it (files, tables) and for groups, where people are not shown.
 *
 * A payload names a screen and nothing else, never something to be done: who follows it needs the
 * role that the screen's command takes, so knowing or guessing one opens nothing. Pure, or within
 * the caller's transaction. */
#ifndef BOT_DEEP_LINKS_H
#define BOT_DEEP_LINKS_H

#include "store/db.h"

enum deep_link {
    LINK_RUN,
    LINK_PLAN,
    LINK_CONFLICT,
    LINK_ALERT,
    LINK_RECORD,
    LINK_TASK, /* a line of /invalid or /conflicts: its task_ref */
    LINK_INVALID,
    LINK_CONFLICTS,
    LINK_DELETED,
};

#define DEEP_LINK_MAX 64 /* bytes of a payload, Telegram's limit: A-Z a-z 0-9 _ - */

/* The command of the screen, as a button would say it: "run 318"; in the arena. NULL: this is no
 * payload of ours. */
const char *deep_link_command(const char *payload, struct arena *arena);

/* The payload of the screen that a button's line shows, in the arena; NULL: that line shows none of
 * them, or does something. */
const char *deep_link_of(const char *line, struct arena *arena);

/* The address of a screen; `ref` is its number, a record's id, a task_ref; "" for lists. Where the
 * bot has no address (the console; its name is not known yet) the command that opens it: "/run
 * 318". */
int deep_link_to(struct db *db, const char *via, enum deep_link what, const char *ref,
                 struct arena *arena, const char **ret, struct err *err);

/* The address with that payload; *ret NULL where the bot has none. */
int deep_link_address(struct db *db, const char *via, const char *payload, struct arena *arena,
                      const char **ret, struct err *err);

#endif
