/* alert_chats.h: what each chat knows of an alert, and what it does not want to hear.
 *
 * A chat is an id of Telegram's: an admin's own or a group's. Any thread with its own db; writes
 * belong inside the caller's transaction. */
#ifndef STORE_ALERT_CHATS_H
#define STORE_ALERT_CHATS_H

#include "store/chat/alerts.h"

/* ---- what it knows */
struct alert_known {
    bool any;      /* it heard of the alert */
    int64_t round; /* up to which round */
    int64_t msg;   /* the round whose message is the latest there; 0: they know otherwise */
};
int alert_chat_get(struct db *db, int64_t alert, int64_t chat, struct alert_known *ret,
                   struct err *err);
int alert_chat_set(struct db *db, int64_t alert, int64_t chat, int64_t round, int64_t msg,
                   struct err *err);
/* Somebody is there (again): what is open and was said to nobody there, for they had not met the
 * bot yet or had blocked it, is due for them. Writes nothing when there is none. */
int alert_chat_back(struct db *db, int64_t chat, int64_t now, struct err *err);

/* ---- muted: a cause, in a chat */
struct alert_muted {
    bool on;
    int64_t until; /* UTC ms; 0: while the alert lasts */
};
/* until 0: while this alert lasts, its relapses included. */
int alert_mute(struct db *db, const struct alert *a, int64_t chat, int64_t until, const char *by,
               int64_t now, struct err *err);
int alert_unmute(struct db *db, const struct alert *a, int64_t chat, struct err *err);
int alert_muted(struct db *db, const struct alert *a, int64_t chat, int64_t now,
                struct alert_muted *ret, struct err *err);

/* ---- subscriptions: everything is wanted until somebody says otherwise. `what` is the name of a
 * kind or a severity, or "digest". */
int alert_want(struct db *db, int64_t chat, const char *what, bool wanted, struct err *err);
int alert_wants(struct db *db, int64_t chat, const char *what, bool *ret, struct err *err);
/* Both its kind and its severity are wanted; what leads brakes is wanted where those are. */
int alert_is_wanted(struct db *db, const struct alert *a, int64_t chat, bool *ret, struct err *err);

#endif
