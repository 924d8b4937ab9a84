#include "bot/pool.h"

#include "bot/backup_job.h"
#include "bot/chat/spool.h"
#include "bot/command.h"
#include "bot/dispatch.h"
#include "bot/jobs.h"
#include "bot/poison.h"
#include "bot/text/backup_text.h"
#include "bot/work_list.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/chat/chatbox.h"
#include "store/holds.h"
#include "store/plans.h"
#include "store/queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* How long a worker sleeps before it looks whether another process put something into the store. */
#define LOOK_EVERY_MS 250
/* After a failure of our own (disk, lock): no spinning. */
#define REST_MS        1000
#define PRUNE_EVERY_MS 600000
#define ROLES_EVERY_MS 30000
#define CLAIM_MEMORY   ((size_t)16 << 20)

struct worker {
    struct pool *pool;
    pthread_t thread;
    struct engine e;
    const char *lane; /* the remote it works with now, or NULL; under pool->lock */
    bool chat;        /* the first one: commands */
    bool judged;      /* poison_check was asked */
    int64_t stranded; /* a job that the store would not take back; 0: none */
};

struct pool {
    const struct bot *bot;
    struct schedule *schedule;
    struct worker *workers;
    size_t n, n_running; /* workers; those with a thread */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t calls; /* how often it was woken: a call between look and sleep is not lost */
};

/* ---------------------------------------------------------------- lanes */

static size_t busy_lanes(struct pool *p, const char **out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->workers[i].lane)
            out[n++] = p->workers[i].lane;
    }
    return n;
}

static void leave_lane(struct worker *w)
{
    pthread_mutex_lock(&w->pool->lock);
    w->lane = NULL;
    pthread_mutex_unlock(&w->pool->lock);
    pool_wake(w->pool);
}

/* The configured name of a lane: it outlives the job's row. */
static const char *lasting(const struct config *cfg, const char *lane)
{
    const struct remote_config *r = config_remote(cfg, lane);
    return r ? r->name : "";
}

/* ---------------------------------------------------------------- work */

/* What a worker took on: a job's step, a scheduled one, or neither. */
struct work {
    struct job *job;
    bool scheduled;
    struct due due;
    int64_t wait_ms; /* neither: how long until there is something; -1: until woken */
};

/* What people have paused does not run by itself. *ret_wait_ms: how long until the first of it does
 * again; -1: none does by itself. */
static int hold(struct worker *w, int64_t now, struct arena *arena, int64_t *ret_wait_ms,
                struct err *err)
{
    struct hold *list;
    size_t n;
    *ret_wait_ms = -1;
    if (holds_list(w->e.db, now, arena, &list, &n, err))
        return -1;
    const char **names = arena_alloc(arena, n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++) {
        names[i] = list[i].name;
        if (list[i].until && (*ret_wait_ms < 0 || list[i].until - now < *ret_wait_ms))
            *ret_wait_ms = list[i].until - now;
    }
    schedule_hold(w->pool->schedule, names, n);
    return 0;
}

/* The lock is held over the claim, so that two workers never enter one lane. */
static int claim(struct worker *w, int64_t now, struct arena *arena, struct work *ret,
                 struct err *err)
{
    struct pool *p = w->pool;
    const char *busy[65], *const *refused = NULL;
    size_t n_refused = 0;
    int64_t next_at = 0, held_ms = -1;
    *ret = (struct work){.wait_ms = -1};
    pthread_mutex_lock(&p->lock);
    size_t n = busy_lanes(p, busy);
    int bad = queue_claim(w->e.db, busy, n, now, arena, &ret->job, &next_at, err);
    if (!bad && !ret->job && p->schedule)
        bad = remotes_refused(w->e.db, arena, &refused, &n_refused, err);
    if (!bad && ret->job)
        w->lane = lasting(p->bot->cfg, ret->job->lane);
    else if (!bad && p->schedule && !(bad = hold(w, now, arena, &held_ms, err)))
        ret->scheduled =
            schedule_take(p->schedule, now, &(struct lanes){busy, n},
                          &(struct lanes){refused, n_refused}, &ret->due, &ret->wait_ms);
    if (held_ms >= 0 && (ret->wait_ms < 0 || held_ms < ret->wait_ms))
        ret->wait_ms = held_ms;
    if (ret->scheduled)
        w->lane = ret->due.step.flow->remote->name;
    pthread_mutex_unlock(&p->lock);
    if (!bad && next_at && (ret->wait_ms < 0 || next_at - now < ret->wait_ms))
        ret->wait_ms = next_at - now;
    return bad;
}

/* Claims and runs one step. *ret_did: something was done. */
static int work_once(struct worker *w, bool *ret_did, int64_t *ret_wait_ms, struct err *err)
{
    struct pool *p = w->pool;
    AUTO_ARENA *arena = arena_new(CLAIM_MEMORY);
    struct work work;
    int64_t now = clock_now_ms();
    int bad;
    *ret_did = false;
    *ret_wait_ms = -1;
    if (w->stranded && queue_put_back(w->e.db, w->stranded, now, err))
        return -1;
    w->stranded = 0;
    if (claim(w, now, arena, &work, err))
        return -1;
    *ret_wait_ms = work.wait_ms;
    if (!work.job && !work.scheduled)
        return 0;
    *ret_did = true;
    if (work.job) {
        bad = backup_is(work.job) ? backup_job_step(p->bot, w->e.db, work.job, err)
                                  : jobs_step(p->bot, &w->e, work.job, err);
        struct err ignored = {0}; /* where even this fails, it is done before anything else */
        if (bad && queue_put_back(w->e.db, work.job->id, now + 10 * REST_MS, &ignored)) {
            w->stranded = work.job->id;
            err_wrap(err, "job %lld", (long long)work.job->id);
        }
    } else {
        struct report r;
        bool later;
        bad = jobs_scheduled(p->bot, &w->e, &work.due.step, work.due.began_ms, arena, &r, &later,
                             err);
        schedule_done(p->schedule, &work.due, later ? NULL : &r, clock_now_ms());
    }
    leave_lane(w);
    return bad;
}

/* Right before the first update of this process, so that a process that ended before is not held
 * against it. A terminal beside the daemon judges nothing. */
static int judge_first(struct worker *w, struct err *err)
{
    if (w->judged || !w->pool->schedule)
        return 0;
    if (poison_check(w->e.db, w->pool->bot, err))
        return -1;
    w->judged = true;
    return 0;
}

static int chat_once(struct worker *w, bool *ret_did, struct err *err)
{
    bool queued = false;
    if (judge_first(w, err))
        return -1;
    if (dispatch_step(w->pool->bot, w->e.db, ret_did, &queued, err))
        return -1;
    if (*ret_did)
        w->pool->bot->wake_sender(w->pool->bot->ctx);
    if (queued)
        pool_wake(w->pool);
    return 0;
}

static void prune(struct worker *w, int64_t *last)
{
    struct err err = {0};
    int64_t now = clock_now_ms();
    if (*last && now - *last < PRUNE_EVERY_MS)
        return;
    *last = now;
    spool_prune(w->pool->bot->cfg->store, now);
    if (chatbox_prune(w->e.db, now, &err) || queue_prune(w->e.db, now, &err) ||
        plans_prune(w->e.db, now, &err))
        log_event(LOG_WARN, "old rows could not be forgotten", "err", err.msg, NULL);
}

/* Roles whose time is over: they count no more already, their people are told. */
static void end_roles(struct worker *w, int64_t *last)
{
    struct err err = {0};
    bool told;
    int64_t now = clock_now_ms();
    if (*last && now - *last < ROLES_EVERY_MS)
        return;
    *last = now;
    if (rights_tick(w->pool->bot, w->e.db, now, &told, &err))
        log_event(LOG_WARN, "roles that are over could not be closed", "err", err.msg, NULL);
    else if (told)
        w->pool->bot->wake_sender(w->pool->bot->ctx);
}

/* Says what people wanted to be reminded of; how long until there is more (-1: nothing waits). */
static int64_t remind(struct worker *w)
{
    struct err err = {0};
    int64_t wait;
    if (!work_remind(w->pool->bot, w->e.db, clock_now_ms(), &wait, &err))
        return wait;
    log_event(LOG_WARN, "nobody was reminded", "err", err.msg, NULL);
    return REST_MS;
}

/* ---------------------------------------------------------------- threads */

static void rest(struct worker *w, uint64_t calls, int64_t wait_ms)
{
    struct pool *p = w->pool;
    int64_t ms = wait_ms >= 0 && wait_ms < LOOK_EVERY_MS ? wait_ms : LOOK_EVERY_MS;
    pthread_mutex_lock(&p->lock);
    if (p->calls == calls && !atomic_load(p->bot->stop))
        clock_wait(&p->wake, &p->lock, ms > 0 ? ms : 1);
    pthread_mutex_unlock(&p->lock);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    int64_t seen = -1, pruned = 0, ended = 0, due_at = 0;
    while (!atomic_load(p->bot->stop)) {
        struct err err = {0};
        bool did = false;
        int64_t wait = -1;
        pthread_mutex_lock(&p->lock);
        uint64_t calls = p->calls;
        pthread_mutex_unlock(&p->lock);
        int bad = w->chat ? chat_once(w, &did, &err) : work_once(w, &did, &wait, &err);
        if (bad) {
            log_event(LOG_ERR, "worker", "err", err.msg, NULL);
            clock_sleep_ms(REST_MS, p->bot->stop);
            continue;
        }
        if (did)
            continue;
        if (w->chat) {
            prune(w, &pruned);
            end_roles(w, &ended);
            wait = remind(w);
        }
        due_at = wait >= 0 ? clock_now_ms() + wait : 0;
        /* asleep until woken; every now and then a cheap look whether another process has written
         */
        do {
            rest(w, calls, due_at ? due_at - clock_now_ms() : -1);
            int64_t version = db_data_version(w->e.db);
            bool changed = version != seen;
            seen = version;
            if (changed || (due_at && clock_now_ms() >= due_at))
                break;
            pthread_mutex_lock(&p->lock);
            bool woken = p->calls != calls;
            pthread_mutex_unlock(&p->lock);
            if (woken)
                break;
        } while (!atomic_load(p->bot->stop));
    }
    return NULL;
}

static int open_worker(struct pool *p, struct worker *w, bool chat, struct err *err)
{
    *w = (struct worker){.pool = p, .chat = chat, .e = {.cfg = p->bot->cfg}};
    if (db_open(p->bot->cfg->store, DB_WRITE, &w->e.db, err))
        return -1;
    w->e.remotes = remotes_new(p->bot->cfg, p->bot->limiters, p->bot->stop);
    return 0;
}

static void free_pool(struct pool *p)
{
    for (size_t i = 0; i < p->n; i++) {
        remotes_free(p->workers[i].e.remotes);
        db_close(p->workers[i].e.db);
    }
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p->workers);
    free(p);
}

int pool_start(const struct bot *bot, struct schedule *schedule, struct pool **ret, struct err *err)
{
    struct pool *p = xcalloc(1, sizeof *p);
    size_t want = (size_t)bot->cfg->workers + 1;
    p->bot = bot;
    p->schedule = schedule;
    p->workers = xcalloc(want, sizeof *p->workers);
    pthread_mutex_init(&p->lock, NULL);
    clock_cond_init(&p->wake);
    for (size_t i = 0; i < want; i++) {
        if (open_worker(p, &p->workers[i], i == 0, err)) {
            free_pool(p);
            return -1;
        }
        p->n++;
    }
    *ret = p;
    for (; p->n_running < p->n; p->n_running++) {
        struct worker *w = &p->workers[p->n_running];
        if (pthread_create(&w->thread, NULL, worker_main, w))
            return err_set(err, ERR_LOCAL, "cannot start a thread");
    }
    return 0;
}

void pool_wake(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->calls++;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

void pool_stop(struct pool *p)
{
    if (!p)
        return;
    pool_wake(p);
    for (size_t i = 0; i < p->n_running; i++)
        pthread_join(p->workers[i].thread, NULL);
    free_pool(p);
}
