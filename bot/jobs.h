/* jobs.h: runs the steps of jobs and of scheduled flows, and tells whoever watches.
 *
 * Called from a worker with its own db and remotes, which holds the step's lane within this
 * process; the lane's lock against other processes is taken here. */
#ifndef BOT_JOBS_H
#define BOT_JOBS_H

#include "bot/bot.h"
#include "bot/job_options.h"
#include "store/queue.h"
#include "sync/engine.h"

/* Queues a sync for a person and shows its message in their chat; within the transaction
 * of their command. *ret_joined: somebody had asked for the same already. */
int jobs_ask(struct db *db, const struct bot *bot, const struct watcher *w, const char *actor,
             const char *actor_name, const struct step *steps, size_t n, const char *key,
             const struct job_options *options, int64_t *ret_id, bool *ret_joined, struct err *err);

/* Runs the current step of a claimed job and leaves the job queued for its next one, or over, with
 * all messages queued in the same transaction. */
int jobs_step(const struct bot *bot, struct engine *e, const struct job *job, struct err *err);

/* Runs one step by schedule: no job, no message, but admins are told when it begins to fail and
 * when it works again. *ret is what came of it (in arena); *ret_later: it could not be run now,
 * another process works with its remote. */
int jobs_scheduled(const struct bot *bot, struct engine *e, const struct step *step,
                   int64_t listed_since, struct arena *arena, struct report *ret, bool *ret_later,
                   struct err *err);

/* Says something in the message that a job has with one who watches it, which b's buttons stand
 * under. Within the caller's transaction. */
int jobs_say(struct db *db, const struct watcher *w, const struct job *job, struct msg *m,
             struct buttons *b, bool intermediate, struct err *err);

/* Somebody stops a job (by: what they are called): one that waits is over at once, one under way is
 * told, and its message says so. *ret_open false: it was over before. Within the caller's
 * transaction. */
int jobs_stop(struct db *db, const struct bot *bot, int64_t id, const char *by, bool *ret_open,
              struct err *err);

#endif
