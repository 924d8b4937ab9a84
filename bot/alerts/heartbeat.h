/* heartbeat.h: a dead man's switch: an address is asked every minute while rosterd is well, and
 * somebody else notices when the calls stop. Its own thread, so that a slow address holds up
 * nothing; failures are logged once when they begin and once when they end. */
#ifndef BOT_HEARTBEAT_H
#define BOT_HEARTBEAT_H

#include "bot/chat/chat.h"

#include <stdatomic.h>

struct heartbeat;
struct clocks;

/* Whether all is well now; *ret_why (static) says what is not. Called in the heartbeat's thread. */
typedef bool heartbeat_well_fn(void *ctx, const char **ret_why);

/* url may hold a secret: it is never logged. The dates of its answers are noted in clocks (or
 * NULL). Everything outlives the heartbeat. */
int heartbeat_start(const char *url, struct clocks *clocks, heartbeat_well_fn *is_well, void *ctx,
                    struct heartbeat **ret, struct err *err);
void heartbeat_stop(struct heartbeat *h); /* takes NULL; frees h */

/* One beat, for tests and for programs without the thread: *ret_asked: all was well, so the address
 * was asked. Returns -1 when that failed. */
int heartbeat_beat(struct heartbeat *h, bool *ret_asked, struct err *err);
struct heartbeat *heartbeat_new(const char *url, struct clocks *clocks, heartbeat_well_fn *is_well,
                                void *ctx);
void heartbeat_free(struct heartbeat *h); /* takes NULL */

/* ---- a transport that notes when a poll last went well: give `chat` to the chat thread. inner
 * outlives it and is closed by its owner. */
struct pulse {
    struct chat chat;
    struct chat_ops ops;
    struct chat *inner;
    _Atomic int64_t polled_ms; /* monotonic */
};
void pulse_wrap(struct pulse *p, struct chat *inner);
/* A poll went well within the last three of its longest waits. */
bool pulse_is_alive(const struct pulse *p);

#endif
