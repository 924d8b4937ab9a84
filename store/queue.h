/* queue.h: the durable queue of jobs. A job is a list of steps (flows); each step runs in the lane
 * of the remote it talks to, so a slow remote holds up its own lane only.
 *
 * Asked twice while open, a job is one job: the second asker becomes a watcher of the first. A job
 * that was running when the process died is queued again at the same step: steps are safe to
 * repeat. */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "store/db.h"

enum { JOB_STEPS_MAX = 128 };

struct job {
    int64_t id;
    const char *key, *kind, *lane, *options, *state, *actor, *actor_name, *results, *error;
    const char *stopped_by; /* what the person is called who stopped it; NULL: nobody */
    const char *const *steps;
    size_t n_steps, step;
    int priority;
    bool cancel;
    int64_t created_at, started_at, finished_at;
};

struct watcher {
    const char *via, *lang;
    int64_t chat_id, thread_id, user_id;
};

/* Queues j (key, kind, steps, lane, options, priority, actor are read) unless one with that key is
 * open. *ret_id is the job's id either way, *ret_joined says that it was there already (an
 * impatient person lifts its priority). Within the caller's transaction. */
int queue_add(struct db *db, const struct job *j, int64_t *ret_id, bool *ret_joined,
              struct err *err);
int queue_watch(struct db *db, int64_t job, const struct watcher *w, struct err *err);
int queue_watchers(struct db *db, int64_t job, struct arena *arena, struct watcher **ret,
                   size_t *ret_n, struct err *err);

/* Takes the next queued job whose lane is not among the busy ones and marks it running. *ret NULL:
 * nothing to do now; *ret_next_at then is when a delayed job becomes due (0: none). */
int queue_claim(struct db *db, const char *const *busy, size_t n_busy, int64_t now,
                struct arena *arena, struct job **ret, int64_t *ret_next_at, struct err *err);

/* Within the caller's transaction: the step is done, the next one waits in its lane … */
int queue_step(struct db *db, int64_t id, size_t next_step, const char *lane, const char *results,
               struct err *err);
/* … or the job is over: state done, failed or cancelled. */
int queue_finish(struct db *db, int64_t id, const char *state, const char *results,
                 const char *error, struct err *err);

/* Running jobs become queued again: once, at start. *ret counts them. */
int queue_recover(struct db *db, int64_t *ret, struct err *err);
/* Back into the queue at the same step (the process is stopping, or the lane is held elsewhere). */
int queue_put_back(struct db *db, int64_t id, int64_t not_before, struct err *err);

/* Somebody stops it; the first of several is kept. */
int queue_cancel(struct db *db, int64_t id, const char *by, bool *ret_was_open, struct err *err);
int queue_is_cancelled(struct db *db, int64_t id, bool *ret, struct err *err);

int queue_get(struct db *db, int64_t id, struct arena *arena, struct job **ret, struct err *err);
/* Open jobs, oldest first. */
int queue_open_jobs(struct db *db, struct arena *arena, struct job **ret, size_t *ret_n,
                    struct err *err);
/* Those that are over, the latest first. */
int queue_ended_jobs(struct db *db, size_t max, struct arena *arena, struct job **ret,
                     size_t *ret_n, struct err *err);
/* Forgets finished jobs older than 7 days. Writes nothing when there are none. */
int queue_prune(struct db *db, int64_t now, struct err *err);

#endif
