/* intake.h: how much one person may say before the rest is dropped, so that a thousand messages of
 * a stranger cost nobody anything: what is dropped is never stored.
 *
 * A bucket of words for each person, and one that all strangers share. Kept in memory: after a
 * restart everyone begins with a full one. Belongs to the chat thread; the caller brings the time.
 */
#ifndef BOT_INTAKE_H
#define BOT_INTAKE_H

#include "store/chat/chatbox.h"

/* Messages that may come at once, and how long until one more may. */
#define INTAKE_STRANGER     20
#define INTAKE_STRANGER_MS  3000
#define INTAKE_KNOWN        60
#define INTAKE_KNOWN_MS     1000
#define INTAKE_STRANGERS    600 /* of all strangers together */
#define INTAKE_STRANGERS_MS 100
#define INTAKE_PEOPLE_MAX   1024 /* buckets that are kept */

struct intake;

/* trusted: ids that are known without having a role in the store; must outlive it. */
struct intake *intake_new(const int64_t *trusted, size_t n);
void intake_free(struct intake *in); /* takes NULL */

enum intake_fate {
    INTAKE_TAKE,
    INTAKE_TELL, /* drop it, and say so: once, until they have been quiet for a while */
    INTAKE_DROP,
};

/* What becomes of that update. Whoever has a role (asked of the store only when a stranger's
 * measure is full) may say more; what tells where a chat or a person went is always taken. */
int intake_judge(struct intake *in, struct db *db, const char *via, const struct chat_update *u,
                 int64_t now_ms, enum intake_fate *ret, struct err *err);

/* What was judged could not be stored and will come again: everyone begins anew. */
void intake_forget(struct intake *in);

#endif
