/* daemon.h: the running program: threads put together, started and stopped in order. Main thread.
 *
 * Stop order: wake the chat, workers finish their current operation, the sender drains for at most
 * 5 s, connections close. SIGKILL at any instant loses nothing: everything is resumed from the
 * store. */
#ifndef BOT_DAEMON_H
#define BOT_DAEMON_H

#include "bot/chat/chat.h"
#include "sync/config/config.h"

struct daemon;
struct clocks;

struct daemon_parts {
    const struct config *cfg;
    struct chat *chat;     /* closed by daemon_stop; NULL: no chat */
    struct clocks *clocks; /* as the chat was opened with; NULL: what servers say is not noted */
    bool workers;          /* false: another process works, we only talk */
    bool schedule;         /* flows run by themselves */
    unsigned poll_s;       /* how long a poll waits; 0: the default */
};

/* Starts all threads. The store must be migrated already. Errors: ERR_LOCAL. */
int daemon_start(const struct daemon_parts *parts, struct daemon **ret, struct err *err);

/* True once the chat has nothing more to give (the console's end of input). */
bool daemon_chat_ended(struct daemon *d);

void daemon_stop(struct daemon *d); /* takes NULL */

/* Only one daemon works on a store: takes STORE.daemon for this process, until it ends. ERR_TEMP
 * when another has it. *ret is a descriptor to close. */
int daemon_lock(const char *store, int *ret, struct err *err);

#endif
