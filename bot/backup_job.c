#include "bot/backup_job.h"

#include "bot/jobs.h"
#include "bot/text/backup_text.h"
#include "store/backup.h"
#include "store/base/clock.h"
#include "store/chat/alerts.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define SHOW_AFTER_MS 2000 /* one that is over sooner needs no bar */
#define SHOW_EVERY_MS 1000
#define LOOK_EVERY_MS 200 /* for a press of Stop */
#define FINISH_TRIES  3
#define FOLDERS_MAX   100

/* A copy under way. */
struct copying {
    const struct bot *bot;
    struct db *db;
    const struct job *job;
    int64_t began_ms, shown_ms, looked_ms; /* monotonic */
    bool cancelled;
};

struct backup_place backup_place_of(const struct config *cfg, const struct db *db)
{
    return (struct backup_place){.store = db_path(db),
                                 .dir = cfg->backup_dir,
                                 .keep = cfg->backup_keep};
}

/* ---------------------------------------------------------------- messages */

static int show_running(struct db *db, const struct bot *bot, const struct job *job,
                        const struct watcher *w, int64_t done, int64_t total, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    backup_running(job, done, total, lang_of(w->lang, bot_default_lang(bot)), &m, &b);
    return jobs_say(db, w, job, &m, &b, true, err);
}

static int show_end(struct db *db, const struct bot *bot, const struct job *job,
                    const struct backup_end *e, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct watcher *watchers;
    size_t n;
    if (queue_watchers(db, job->id, arena, &watchers, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        AUTO_MSG m = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        backup_over(e, lang_of(watchers[i].lang, bot_default_lang(bot)), &m, &b);
        if (jobs_say(db, &watchers[i], job, &m, &b, false, err))
            return -1;
    }
    return 0;
}

int backup_job_ask(struct db *db, const struct bot *bot, const struct watcher *w, const char *actor,
                   const char *actor_name, struct arena *arena, const char **ret_by,
                   struct err *err)
{
    struct job job = {.key = BACKUP_JOB,
                      .kind = BACKUP_JOB,
                      .lane = BACKUP_JOB,
                      .options = "{}",
                      .actor = actor,
                      .actor_name = actor_name,
                      .results = "[]",
                      .state = "queued"};
    struct job *open;
    bool joined;
    *ret_by = NULL;
    if (queue_add(db, &job, &job.id, &joined, err) || queue_watch(db, job.id, w, err))
        return -1;
    if (!joined)
        return show_running(db, bot, &job, w, 0, 0, err);
    if (queue_get(db, job.id, arena, &open, err)) /* its next news is shown here as well */
        return -1;
    *ret_by = bot_actor(open->actor, open->actor_name, lang_of(w->lang, bot_default_lang(bot)));
    return 0;
}

/* ---------------------------------------------------------------- the copy */

/* In a transaction of its own; what cannot be said now is said a second later. */
static void show_progress(struct copying *c, int64_t done, int64_t total)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct err err = {0};
    struct watcher *watchers;
    size_t n = 0;
    if (db_begin(c->db, &err))
        return;
    int bad = queue_watchers(c->db, c->job->id, arena, &watchers, &n, &err);
    for (size_t i = 0; i < n && !bad; i++)
        bad = show_running(c->db, c->bot, c->job, &watchers[i], done, total, &err);
    if (bad || db_commit(c->db, &err))
        db_rollback(c->db);
    else
        c->bot->wake_sender(c->bot->ctx);
}

static bool on_progress(void *ctx, int64_t done, int64_t total)
{
    struct copying *c = ctx;
    struct err err = {0};
    int64_t now = clock_mono_ms();
    if (atomic_load(c->bot->stop))
        return false;
    if (!c->looked_ms || now - c->looked_ms >= LOOK_EVERY_MS) {
        c->looked_ms = now;
        bool cancelled = false;
        if (!queue_is_cancelled(c->db, c->job->id, &cancelled, &err))
            c->cancelled = cancelled;
    }
    if (!c->cancelled && now - c->began_ms >= SHOW_AFTER_MS && now - c->shown_ms >= SHOW_EVERY_MS) {
        c->shown_ms = now;
        show_progress(c, done, total);
    }
    return !c->cancelled;
}

/* Of whatever folder. */
static int clear_alerts(struct db *db, int64_t now, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)1 << 20);
    struct alert *open;
    size_t n;
    if (alerts_list_kind(db, ALERT_BACKUP, FOLDERS_MAX, arena, &open, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (alerts_clear(db, ALERT_BACKUP, open[i].subject, now, err))
            return -1;
    }
    return 0;
}

/* The alert is of the folder; a copy that works ends it, also where the configuration has another
 * folder by now. One that was stopped says nothing of it. */
static int keep_alert(struct db *db, const struct backup_end *e, int64_t now, struct err *err)
{
    const struct alert_news news = {.kind = ALERT_BACKUP, .subject = e->dir, .detail = e->why};
    if (e->why)
        return alerts_raise(db, &news, now, NULL, err);
    return e->made ? clear_alerts(db, now, err) : 0;
}

static int try_finish(struct copying *c, const char *state, const struct backup_end *e,
                      struct err *err)
{
    if (db_begin(c->db, err))
        return -1;
    if (queue_finish(c->db, c->job->id, state, "[]", e->why, err) ||
        keep_alert(c->db, e, clock_now_ms(), err) || show_end(c->db, c->bot, c->job, e, err)) {
        db_rollback(c->db);
        return -1;
    }
    if (db_commit(c->db, err))
        return -1;
    c->bot->wake_sender(c->bot->ctx);
    return 0;
}

/* A store that others hold for a while is no reason to make the copy anew. */
static int finish(struct copying *c, const char *state, const struct backup_end *e, struct err *err)
{
    for (int tries = 1; try_finish(c, state, e, err); tries++) {
        if (err->kind != ERR_TEMP || tries == FINISH_TRIES || atomic_load(c->bot->stop))
            return -1;
    }
    return 0;
}

int backup_job_step(const struct bot *bot, struct db *db, const struct job *job, struct err *err)
{
    AUTO_ARENA *arena = arena_new(4 << 20);
    struct copying c = {.bot = bot, .db = db, .job = job, .cancelled = job->cancel};
    const struct backup_place p = backup_place_of(bot->cfg, db);
    const struct backup_watch watch = {on_progress, &c};
    struct backup_file made;
    struct err why = {0};
    struct backup_end e = {.dir = backup_dir(&p, arena)};
    const char *state = "cancelled";
    c.began_ms = clock_mono_ms();
    if (c.cancelled) {
        /* stopped before it began */
    } else if (!backup_make(&p, &watch, clock_now_ms(), arena, &made, &e.dropped, &why)) {
        state = "done";
        e.made = &made;
    } else if (why.kind != ERR_CANCELED) {
        state = "failed";
        e.why = why.msg;
    } else if (!c.cancelled) { /* the daemon stops: it begins anew at the next start */
        return queue_put_back(db, job->id, clock_now_ms(), err);
    }
    return finish(&c, state, &e, err);
}
