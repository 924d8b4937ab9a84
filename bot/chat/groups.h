/* groups.h: what is not shown in a group. Everybody there reads what the bot answers one of them,
 * so people's data are shown only in groups that the configuration names.
 *
 * A command shows people unless it stands in the list of those that do not: a new one is private
 * until somebody has thought about it. In the worker of the chat lane. */
#ifndef BOT_GROUPS_H
#define BOT_GROUPS_H

#include "bot/command.h"

/* Shows names, phones or records of people. Pure. */
bool groups_personal(const char *command);

/* May people's data be shown in this chat: it is private, or the configuration names it (by
 * whatever id it had). */
int groups_may_show(const struct bot *bot, struct db *db, const char *via, int64_t chat_id,
                    bool *ret, struct err *err);

/* *ret: this command is not run here; the person was told where it will be. */
int groups_withheld(struct ask *a, const struct command *c, bool *ret, struct err *err);

#endif
