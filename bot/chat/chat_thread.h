/* chat_thread.h: the chat thread: takes updates from a transport and keeps them in the store, which
 * confirms them: an update is asked away only after the transaction that holds it. What somebody
 * says beyond their measure (intake.h) is confirmed without being kept.
 *
 * Runs in one thread with its own database connection. The callbacks are called in that thread. */
#ifndef BOT_CHAT_THREAD_H
#define BOT_CHAT_THREAD_H

#include "bot/chat/chat.h"
#include "bot/text/text.h"

enum chat_trouble {
    CHAT_CONFLICT,  /* somebody else polls with the same token: 5 times in a row; told once */
    CHAT_AUTH,      /* the token is not accepted; told once */
    CHAT_RECOVERED, /* after one of them, polling works again */
    CHAT_WEBHOOK,   /* another program's webhook stood in the way and was taken away; each time */
    CHAT_WEBHOOK_STAYS, /* it stands in the way and is left there: nothing comes in; told once */
};

struct chat_thread {
    const char *db_path;
    struct chat *chat;
    const _Atomic bool *stop; /* after setting it, call chat->ops->wake */
    unsigned poll_s;          /* how long a poll may wait; 0: 50 */
    const int64_t *admins;    /* by configuration: who may say more than strangers */
    size_t n_admins;
    enum lang lang;                           /* of those who have not told theirs */
    void (*on_received)(void *ctx, size_t n); /* updates are in the store: wake the workers */
    void (*on_trouble)(void *ctx, enum chat_trouble what, const char *why);
    void *ctx;
};

/* Polls until *stop, or until the transport has nothing more to give (the console's end of input),
 * then confirms what was stored with one poll of at most 2 s. Failures of the transport and of the
 * store are logged (once when they begin, once when they end) and tried again, slower and slower,
 * never at once. Returns -1 only when the database cannot be opened. */
int chat_thread_run(const struct chat_thread *t, struct err *err);

#endif
