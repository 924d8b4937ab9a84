/* sender.h: the sender thread: says what chatbox.h holds, within the transport's limits.
 *
 * Texts leave at least once, in order per chat; a slot's edits skip over states that a newer one
 * has overtaken, the last one always arrives. Runs in one thread with its own database connection;
 * wake, stop and wait_end may be called from any thread. */
#ifndef BOT_SENDER_H
#define BOT_SENDER_H

#include "bot/chat/chat.h"

struct sender;

/* chat and path must outlive it. The database is opened here and used by the running thread only.
 */
int sender_new(struct chat *chat, const char *db_path, struct sender **ret, struct err *err);
void sender_free(struct sender *s); /* takes NULL; after its thread has ended */

/* The lists of commands to keep up to date, while nothing else is to be said. Must outlive the
 * sender. */
struct menus;
void sender_menus(struct sender *s, struct menus *menus);

/* Who draws the pictures of messages; without one their figures are told. Must outlive the sender.
 */
struct pictures;
void sender_pictures(struct sender *s, struct pictures *pictures);

/* The thread's body: sends until sender_stop, then what is left, for at most 5 s. Failures are
 * logged here. */
void sender_run(struct sender *s);

void sender_wake(struct sender *s); /* something was queued */
void sender_stop(struct sender *s); /* returns at once */
/* After sender_stop: waits until sender_run has ended, at most 5.5 s, then cuts the call under way
 * short, so that joining the thread takes a second more at most. */
void sender_wait_end(struct sender *s);

/* Says that in a chat past the store (shout.h). Any thread. */
void sender_shout(struct sender *s, int64_t chat_id, int64_t thread_id, const char *text);

/* One step, for tests and for programs without the thread: 1: something was done, come again at
 * once; 0: nothing may go now, *ret_wait_ms says when to look again (-1: when something is queued);
 * -1: the store failed. */
int sender_step(struct sender *s, int64_t *ret_wait_ms, struct err *err);

#endif
