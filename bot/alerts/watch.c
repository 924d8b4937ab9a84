#include "bot/alerts/watch.h"

#include "bot/alerts/alert_tell.h"
#include "bot/alerts/digest.h"
#include "bot/alerts/store_watch.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/chat/alerts.h"
#include "store/plans.h"
#include "store/search.h"
#include "store/starts.h"
#include "store/stuck.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define INDEXED_AT_ONCE 2000 /* records of the search index: others wait to write meanwhile */
#define TICK_MS         500
#define LOOK_MS         10000
#define WELL_MS         60000 /* a look that is older says nothing */
#define GROWTH_MS       3600000
#define GROWTH_LEAST    20
#define ASKED_MS        600000 /* a conflict: who ran the sync sees it at once, and may settle it */
#define STUCK_GRACE_MS  60000  /* between two steps a long job stands in the queue for a moment */
#define WAL_MB          256
#define UNTOLD_MS       600000
#define UNREAD_MS       120000
#define CRASHES         5
#define CRASHES_MIN     10
#define OPEN_MAX        400 /* of one kind: that many flows there are not */

struct watch {
    const struct bot *bot;
    struct schedule *schedule;
    struct db *db;
    pthread_t thread;
    int64_t start, looked_ms; /* monotonic */
    bool untold, failing;     /* were logged */
    struct store_watch store;
    _Atomic int64_t well_ms; /* monotonic: the last look after which all was well */
    const char *_Atomic why;
};

/* ---------------------------------------------------------------- measuring */

void watch_measure(const struct config *cfg, struct watch_facts *ret)
{
    char path[4096];
    struct statvfs fs;
    struct stat st;
    *ret = (struct watch_facts){.disk_mb = -1};
    str_copy(path, sizeof path, cfg->store);
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    if (!statvfs(slash ? path : ".", &fs))
        ret->disk_mb = (int64_t)((unsigned long long)fs.f_bavail * fs.f_frsize >> 20);
    snprintf(path, sizeof path, "%s-wal", cfg->store);
    if (!stat(path, &st))
        ret->wal_mb = (int64_t)st.st_size >> 20;
}

/* ---------------------------------------------------------------- looking */

/* An alert that a look raises while `on`, and clears when it is not. */
static int look(struct db *db, bool on, struct alert_news n, int64_t now, struct err *err)
{
    n.look = true;
    return on ? alerts_raise(db, &n, now, NULL, err)
              : alerts_clear(db, n.kind, n.subject, now, err);
}

static int look_at_questions(struct db *db, int64_t now, struct err *err)
{
    struct stuck s;
    return stuck_conflicts(db, &s, err) || look(db, s.n > 0,
                                                (struct alert_news){.kind = ALERT_CONFLICTS,
                                                                    .subject = "",
                                                                    .num = s.n,
                                                                    .since = s.since,
                                                                    .grace_ms = ASKED_MS},
                                                now, err)
               ? -1
               : 0;
}

static bool grows(const struct growth *list, size_t n, const char *flow)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(list[i].flow, flow))
            return true;
    }
    return false;
}

static int look_at_quarantine(struct db *db, int64_t now, struct arena *arena, struct err *err)
{
    struct growth *list;
    struct alert *open;
    size_t n, n_open;
    if (stuck_growth(db, now - GROWTH_MS, GROWTH_LEAST, arena, &list, &n, err) ||
        alerts_list_kind(db, ALERT_QUARANTINE, OPEN_MAX, arena, &open, &n_open, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (look(db, true,
                 (struct alert_news){.kind = ALERT_QUARANTINE,
                                     .subject = list[i].flow,
                                     .num = list[i].n,
                                     .since = list[i].since},
                 now, err))
            return -1;
    }
    for (size_t i = 0; i < n_open; i++) {
        if (!grows(list, n, open[i].subject) &&
            alerts_clear(db, ALERT_QUARANTINE, open[i].subject, now, err))
            return -1;
    }
    return 0;
}

static int look_at_queues(struct db *db, const struct config *cfg, int64_t now, struct err *err)
{
    struct stuck jobs, words;
    bool others_go;
    if (stuck_jobs(db, now, cfg->alerts.stuck_ms, &jobs, err) ||
        stuck_messages(db, "telegram", now, cfg->alerts.stuck_ms, &words, &others_go, err))
        return -1;
    return look(db, jobs.n > 0,
                (struct alert_news){.kind = ALERT_QUEUE,
                                    .subject = "",
                                    .num = jobs.n,
                                    .since = jobs.since,
                                    .grace_ms = STUCK_GRACE_MS},
                now, err) ||
                   /* where none goes, this one would not go either */
                   look(db, words.n > 0 && others_go,
                        (struct alert_news){.kind = ALERT_OUTBOX,
                                            .subject = "",
                                            .num = words.n,
                                            .since = words.since},
                        now, err)
               ? -1
               : 0;
}

static int is_open(struct db *db, enum alert_kind kind, bool *ret, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct alert *a;
    if (alerts_find_open(db, kind, "", arena, &a, err))
        return -1;
    *ret = a != NULL;
    return 0;
}

/* Told in steps of a tenth, so that a number that moves by itself is no news. */
static int64_t rounded(int64_t n)
{
    int64_t step = 1;
    while (step * 100 <= n)
        step *= 10;
    return n - n % step;
}

static int look_at_disk(struct db *db, const struct config *cfg, const struct watch_facts *f,
                        int64_t now, struct err *err)
{
    static const enum severity critical = SEV_CRITICAL, important = SEV_IMPORTANT;
    int64_t low = cfg->alerts.disk_mb;
    bool known = f->disk_mb >= 0, was, grown;
    if (is_open(db, ALERT_DISK, &was, err) || is_open(db, ALERT_WAL, &grown, err))
        return -1;
    bool bad = known && f->disk_mb < (was ? low + low / 5 : low); /* no coming and going */
    if (known && look(db, bad,
                      (struct alert_news){.kind = ALERT_DISK,
                                          .subject = "",
                                          .num = rounded(f->disk_mb),
                                          .bad = f->disk_mb < low / 4 ? &critical : &important},
                      now, err))
        return -1;
    return look(db, f->wal_mb >= (grown ? WAL_MB / 2 : WAL_MB),
                (struct alert_news){.kind = ALERT_WAL, .subject = "", .num = rounded(f->wal_mb)},
                now, err);
}

/* One alert, whichever host it is that says so now. */
static int look_at_clock(struct db *db, const struct watch_facts *f, int64_t now,
                         struct arena *arena, struct err *err)
{
    const char *host = f->clock.host;
    struct alert *open;
    size_t n;
    if (!f->clock.known)
        return 0;
    if (alerts_list_kind(db, ALERT_CLOCK, 1, arena, &open, &n, err))
        return -1;
    if (n)
        host = open[0].subject;
    int64_t off = (f->clock.ahead_ms < 0 ? -f->clock.ahead_ms : f->clock.ahead_ms) / 1000;
    int64_t num = f->clock.ahead_ms < 0 ? -rounded(off) : rounded(off);
    return look(db, off > 0, (struct alert_news){.kind = ALERT_CLOCK, .subject = host, .num = num},
                now, err);
}

static int look_at_starts(struct db *db, const struct bot *bot, int64_t now, struct err *err)
{
    if (now - bot->started_ms < CRASHES_MIN * 60000)
        return 0;
    return alerts_clear(db, ALERT_CRASHES, "", now, err);
}

/* A plan that somebody set aside is decided: nobody is asked about it again. */
static int look_at_brakes(struct db *db, int64_t now, struct arena *arena, struct err *err)
{
    struct alert *open;
    size_t n;
    if (alerts_list_kind(db, ALERT_BRAKE, OPEN_MAX, arena, &open, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct saved_plan *plan;
        if (!open[i].ref || !open[i].remind_at)
            continue;
        if (plans_get(db, open[i].ref, arena, &plan, err))
            return -1;
        if (plan && str_eq(plan->state, "refused") &&
            (alerts_no_reminders(db, open[i].id, err) || alerts_touch(db, open[i].id, now, err)))
            return -1;
    }
    return 0;
}

int watch_look(struct db *db, const struct bot *bot, const struct watch_facts *f, int64_t now,
               struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)16 << 20);
    return look_at_questions(db, now, err) || look_at_quarantine(db, now, arena, err) ||
                   look_at_queues(db, bot->cfg, now, err) ||
                   look_at_disk(db, bot->cfg, f, now, err) ||
                   look_at_clock(db, f, now, arena, err) || look_at_starts(db, bot, now, err) ||
                   look_at_brakes(db, now, arena, err)
               ? -1
               : 0;
}

int watch_started(struct db *db, const struct bot *bot, int64_t now, int64_t *ret_start,
                  struct err *err)
{
    int64_t n;
    (void)bot;
    if (starts_begin(db, now, ret_start, err) ||
        starts_crashes(db, now - CRASHES_MIN * 60000, &n, err))
        return -1;
    if (n < CRASHES)
        return 0;
    char minutes[24];
    const struct alert_news news = {.kind = ALERT_CRASHES,
                                    .subject = "",
                                    .num = n,
                                    .detail = base_i64_str(minutes, CRASHES_MIN)};
    return alerts_raise(db, &news, now, NULL, err);
}

/* ---------------------------------------------------------------- is all well */

static const char *unwell(struct watch *w, bool writable, int64_t now, struct err *err)
{
    struct stuck alerts, updates, jobs;
    int64_t stuck_ms = w->bot->cfg->alerts.stuck_ms;
    if (stuck_alerts(w->db, now, UNTOLD_MS, &alerts, err) ||
        stuck_updates(w->db, now, UNREAD_MS, &updates, err) ||
        stuck_jobs(w->db, now, stuck_ms + STUCK_GRACE_MS, &jobs, err))
        return "the store cannot be read";
    if (alerts.n && !w->untold)
        log_event(LOG_ERR, "alerts do not reach anybody", "n", STR_I64(alerts.n), NULL);
    w->untold = alerts.n > 0;
    return !writable   ? "the store cannot be written"
           : alerts.n  ? "alerts do not reach anybody"
           : updates.n ? "nobody deals with what people write"
           : jobs.n    ? "the queue stands still"
                       : NULL;
}

bool watch_is_well(struct watch *w, const char **ret_why)
{
    if (clock_mono_ms() - atomic_load(&w->well_ms) < WELL_MS)
        return true;
    const char *why = atomic_load(&w->why);
    *ret_why = why ? why : "the watchman does not look";
    return false;
}

/* ---------------------------------------------------------------- the thread */

static int look_around(struct watch *w, int64_t now, struct err *err)
{
    struct watch_facts f;
    watch_measure(w->bot->cfg, &f);
    clocks_judge(w->bot->clocks, &f.clock);
    bool low = f.disk_mb >= 0 && f.disk_mb < w->bot->cfg->alerts.disk_mb;
    bool writable = store_watch_look(&w->store, w->db, w->bot, low || w->failing);
    const char *why = unwell(w, writable, now, err);
    atomic_store(&w->why, why);
    if (!why)
        atomic_store(&w->well_ms, clock_mono_ms());
    bool left;
    return watch_look(w->db, w->bot, &f, now, err) || alerts_prune(w->db, now, err) ||
                   search_refresh(w->db, INDEXED_AT_ONCE, &left, err)
               ? -1
               : 0;
}

static int step(struct watch *w, struct err *err)
{
    int64_t now = clock_now_ms();
    bool told = false, digest = false;
    if (!w->looked_ms || clock_mono_ms() - w->looked_ms >= LOOK_MS) {
        w->looked_ms = clock_mono_ms();
        if (look_around(w, now, err) || digest_tell(w->db, w->bot, now, &digest, err))
            return -1;
    }
    if (alert_tell(w->db, w->bot, w->schedule, now, &told, err))
        return -1;
    if (told || digest)
        w->bot->wake_sender(w->bot->ctx);
    return 0;
}

static void *watch_main(void *arg)
{
    struct watch *w = arg;
    do {
        struct err err = {0};
        bool bad = step(w, &err) != 0;
        if (bad && !w->failing)
            log_event(LOG_ERR, "the watchman cannot look", "why", err.msg, NULL);
        w->failing = bad;
    } while (clock_sleep_ms(TICK_MS, w->bot->stop));
    return NULL;
}

int watch_start(const struct bot *bot, struct schedule *schedule, struct watch **ret,
                struct err *err)
{
    struct watch *w = xcalloc(1, sizeof *w);
    w->bot = bot;
    w->schedule = schedule;
    atomic_store(&w->well_ms, clock_mono_ms());
    if (db_open(bot->cfg->store, DB_WRITE, &w->db, err) ||
        watch_started(w->db, bot, clock_now_ms(), &w->start, err) ||
        (pthread_create(&w->thread, NULL, watch_main, w) &&
         err_set(err, ERR_LOCAL, "cannot start a thread"))) {
        db_close(w->db);
        free(w);
        return -1;
    }
    *ret = w;
    return 0;
}

void watch_stop(struct watch *w)
{
    struct err err = {0};
    if (!w)
        return;
    pthread_join(w->thread, NULL);
    if (starts_end(w->db, w->start, clock_now_ms(), &err))
        log_event(LOG_WARN, "the end could not be written down", "why", err.msg, NULL);
    db_close(w->db);
    free(w);
}
