/* send_limits.h: when may the next message go, and to whom. Pure: the caller brings the time
 * (monotonic ms); one thread.
 *
 * What is kept: a gap between messages to one chat with short bursts, a number per minute to a
 * group (sends and edits together), a gap between any two messages, and holds, which the transport
 * asked for. Intermediate edits leave room for messages: in a group they use three quarters of the
 * budget and are at least a twentieth of a minute apart. */
#ifndef BOT_SEND_LIMITS_H
#define BOT_SEND_LIMITS_H

#include "store/base/base.h"

#define SEND_BURST     3    /* messages to one chat that may go without a gap */
#define SEND_GROUP_MAX 60   /* the most group_per_minute can be */
#define EDIT_GAP_MS    1000 /* between edits of one message */

struct send_limits;

/* Zero means no such limit. Groups are the chats with a negative id. */
struct send_limits *send_limits_new(unsigned chat_gap_ms, unsigned group_per_minute,
                                    unsigned gap_ms);
void send_limits_free(struct send_limits *l); /* takes NULL */

/* ms until a message (or an edit that is worth less) may go to this chat; 0: now. Holds of this
 * chat and of everything included. */
int64_t send_limits_wait(const struct send_limits *l, int64_t chat_id, bool intermediate,
                         int64_t now);
/* ms until anything may go at all. */
int64_t send_limits_wait_all(const struct send_limits *l, int64_t now);
/* A message or an edit went there. */
void send_limits_went(struct send_limits *l, int64_t chat_id, int64_t now);
/* Nothing to this chat (0: to nobody) before now + ms. A longer hold stays. */
void send_limits_hold(struct send_limits *l, int64_t chat_id, int64_t ms, int64_t now);

/* The chats to which no message may go now: fills ids[0..max) and returns how many; *ret_wait is
 * the shortest of their waits, -1 when there are none. */
size_t send_limits_held(const struct send_limits *l, int64_t now, int64_t *ids, size_t max,
                        int64_t *ret_wait);

#endif
