/* me.h: what the bot itself is called in a chat: asked once by the sender's thread, kept in the
 * store, read by anybody with a db of their own. */
#ifndef BOT_ME_H
#define BOT_ME_H

#include "bot/chat/chat.h"
#include "store/db.h"

/* Asks the transport and keeps the answer. Nothing to do where a bot has no name. From the sender's
 * thread. Errors: as chat_ops.me. */
int me_learn(struct db *db, struct chat *chat, struct err *err);

/* Its username without @; NULL: not known yet, or there is none. */
int me_username(struct db *db, const char *via, struct arena *arena, const char **ret,
                struct err *err);

/* "/status@other_bot do it": is it said to another bot than the one called `me`? A text that names
 * nobody, and any text while `me` is NULL, is for us. Pure. */
bool me_other_is_meant(const char *text, const char *me);

#endif
