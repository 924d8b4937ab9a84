/* backup_text.h: how a copy of the store looks in the chat, while it is made and when it is over.
 * Pure; any thread. */
#ifndef BOT_BACKUP_TEXT_H
#define BOT_BACKUP_TEXT_H

#include "bot/bot.h"
#include "store/queue.h"

#define BACKUP_JOB                                                                                 \
    "backup" /* the kind of such a job, its key and its lane: there is one at a time */

struct backup_file;

bool backup_is(const struct job *job);

/* The message while it is made: bytes done of total (total 0: it has not begun; done == total: it
 * is verified), and Stop. */
void backup_running(const struct job *job, int64_t done, int64_t total, enum lang lang,
                    struct msg *m, struct buttons *b);
/* Somebody has stopped it, and it has not ended yet. */
void backup_stopping(const struct job *job, enum lang lang, struct msg *m);

/* How it ended: with a copy, with a reason, or stopped. */
struct backup_end {
    const struct backup_file *made; /* or NULL */
    int dropped;                    /* old copies that went for it */
    const char *why;                /* it failed, as the engine says it; or NULL */
    const char *dir;                /* where copies lie */
};
void backup_over(const struct backup_end *e, enum lang lang, struct msg *m, struct buttons *b);

#endif
