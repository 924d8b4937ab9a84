/* shout.h: words that cannot go through the store because they are about the store: each is sent
 * straight to its chat, once, outside of the order and the limits that the sender keeps.
 *
 * Guards itself: shout_add from any thread, shout_step from the sender's only. What waits is lost
 * with the process. */
#ifndef BOT_SHOUT_H
#define BOT_SHOUT_H

#include "bot/chat/chat.h"

struct shout;

#define SHOUT_MAX 32

struct shout *shout_new(void);
void shout_free(struct shout *s); /* takes NULL */

/* text as in outgoing (chatbox.h), at most 1000 bytes of it. It takes the place of what waits for
 * the same chat; with SHOUT_MAX waiting it is dropped. */
void shout_add(struct shout *s, int64_t chat_id, int64_t thread_id, const char *text);

/* Sends the next that may go now; one that did not go is tried again later. False: there was none.
 */
bool shout_step(struct shout *s, struct chat *chat);

#endif
