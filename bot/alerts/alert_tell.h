/* alert_tell.h: tells people of the alerts that the store holds: each in the chats that want it,
 * one message for a cause, edited while it lasts.
 *
 * Called from the watchman's thread only, with its own db: two at once would tell twice. What is
 * due stands in the store, so nothing is lost with the process. */
#ifndef BOT_ALERT_TELL_H
#define BOT_ALERT_TELL_H

#include "bot/alerts/alert_text.h"
#include "bot/schedule.h"

/* A chat that is told of something. */
struct hearer {
    int64_t chat, thread; /* thread 0: no topic */
    enum lang lang;
};

/* Queues what is due now, in one transaction; writes nothing when nothing is. schedule (or NULL)
 * knows when a remote is tried again. *ret_told: something was queued, the sender may go. */
int alert_tell(struct db *db, const struct bot *bot, struct schedule *schedule, int64_t now,
               bool *ret_told, struct err *err);

/* Who hears of that severity: the group or topic of the configuration, and the admins' own chats.
 */
int alert_hearers(struct db *db, const struct bot *bot, enum severity severity, struct arena *arena,
                  struct hearer **ret, size_t *ret_n, struct err *err);

/* Fills what the words about an alert need, but for lang and muted. */
int alert_view_read(struct db *db, const struct bot *bot, struct schedule *schedule,
                    const struct alert *a, int64_t now, struct arena *arena, struct alert_view *ret,
                    struct err *err);

/* When the quiet hours that lie around now end, UTC ms; 0: there are none now. Pure but for the
 * zone of the process. */
int64_t alert_quiet_until(const struct config *cfg, int64_t now);

#endif
