/* alert_group.h: brakes that stopped several steps of one job, or of one round of a cycle, are told
 * of as one: an alert of its own (ALERT_PLANS) leads them, with all their plans in one message.
 *
 * Called by the teller alone (alert_tell.h), in its thread and within its transaction. */
#ifndef BOT_ALERT_GROUP_H
#define BOT_ALERT_GROUP_H

#include "bot/alerts/alert_text.h"
#include "bot/schedule.h"

/* The alerts to be told now, as they are read (alerts_due), become those that are told by
 * themselves: one that another leads gives way to it, and brakes wait while the job or cycle that
 * met them goes on, some minutes at most. Room for one more is made where needed. */
int alert_group_due(struct db *db, const struct bot *bot, struct schedule *schedule, int64_t now,
                    struct arena *arena, struct alert **list, size_t *n, struct err *err);

/* The plans that an alert of ALERT_PLANS leads, and what has become of them. */
int alert_group_plans(struct db *db, const struct alert *group, struct arena *arena,
                      struct alert_plan **ret, size_t *ret_n, struct err *err);

#endif
