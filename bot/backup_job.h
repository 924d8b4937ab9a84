/* backup_job.h: a copy of the store as a job of the queue: it is made once however often it is
 * asked for, shows how far it is, can be stopped, and begins anew after a restart.
 *
 * Called from a worker with its own db. */
#ifndef BOT_BACKUP_JOB_H
#define BOT_BACKUP_JOB_H

#include "bot/bot.h"
#include "store/queue.h"

/* Queues it for a person and shows its message in their chat; within the transaction of their
 * command. *ret_by: who had asked for it already, as people say it, in the arena; NULL: nobody. */
int backup_job_ask(struct db *db, const struct bot *bot, const struct watcher *w, const char *actor,
                   const char *actor_name, struct arena *arena, const char **ret_by,
                   struct err *err);

/* Makes the copy, and leaves the job over with its messages queued, or in the queue when the daemon
 * stops. A copy that fails is told, to all admins too, and is no failure of this call. */
int backup_job_step(const struct bot *bot, struct db *db, const struct job *job, struct err *err);

/* Where copies of db lie, as configured. */
struct backup_place backup_place_of(const struct config *cfg, const struct db *db);

#endif
