/* uploads.h: sends big files in a thread of their own, one at a time, so that a file of minutes
 * keeps nobody else waiting for an answer.
 *
 * It knows no store: the sender gives a file and takes what became of it, in its own thread; the
 * rest is guarded inside. */
#ifndef BOT_UPLOADS_H
#define BOT_UPLOADS_H

#include "bot/chat/chat.h"

struct uploads;

/* done(ctx) is called in the upload's thread whenever a file is through. chat and ctx outlive it.
 * NULL when no thread could be started. */
struct uploads *uploads_new(struct chat *chat, void (*done)(void *ctx), void *ctx);

/* Ends the file under way (chat_ops.give_up) and the thread; what became of it can still be taken.
 */
void uploads_stop(struct uploads *u);
void uploads_free(struct uploads *u); /* takes NULL; after uploads_stop */

/* A file is under way, or what became of it was not taken yet. */
bool uploads_busy(struct uploads *u); /* takes NULL: false */

/* Sends item, an OUT_FILE, with content, which is taken over. Only while it is not busy. */
void uploads_begin(struct uploads *u, const struct out_item *item, char *content);

/* What became of a file; its texts are gone. */
struct upload_end {
    struct out_item item;
    enum send_fate fate;
    int64_t message_id;
    struct err why;
};
/* False: none is through. */
bool uploads_take(struct uploads *u, struct upload_end *ret); /* takes NULL */

#endif
