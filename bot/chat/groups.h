/* groups.h: what is not shown in a group. Everybody there reads what the bot answers one of them,
 * so people's data are shown only in groups that the configuration names.
 *
 * A command shows people unless it stands in the list of those that do not: a new one is private
 * until somebody has thought about it. Within the caller's transaction; any thread. */
#ifndef BOT_GROUPS_H
#define BOT_GROUPS_H

#include "bot/bot.h"
#include "store/db.h"

/* Shows names, phones or records of people. Pure. */
bool groups_personal(const char *command);

/* May people's data be shown in this chat: it is private, or the configuration names it (by
 * whatever id it had). */
int groups_may_show(const struct bot *bot, struct db *db, const char *via, int64_t chat_id,
                    bool *ret, struct err *err);

/* The finished buttons of a message for this chat: where people are not shown, those that would
 * show them open the same screen in private instead (deep_links.h). Nothing can be added to b
 * afterwards. */
int groups_turn(const struct bot *bot, struct db *db, const char *via, int64_t chat_id,
                struct buttons *b, struct err *err);

#endif
