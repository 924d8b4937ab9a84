/* chat_thread.h: the chat thread: takes updates from a transport and keeps them in the store, which
 * confirms them: an update is asked away only after the transaction that holds it.
 *
 * Runs in one thread with its own database connection. The callbacks are called in that thread. */
#ifndef BOT_CHAT_THREAD_H
#define BOT_CHAT_THREAD_H

#include "bot/chat.h"

enum chat_trouble {
    CHAT_CONFLICT,  /* somebody else polls with the same token: 5 times in a row; told once */
    CHAT_AUTH,      /* the token is not accepted; told once */
    CHAT_RECOVERED, /* after one of them, polling works again */
};

struct chat_thread {
    const char *db_path;
    struct chat *chat;
    const _Atomic bool *stop;                 /* after setting it, call chat->ops->wake */
    unsigned poll_s;                          /* how long a poll may wait; 0: 50 */
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
