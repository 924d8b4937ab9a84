#include "bot/jobs.h"

#include "bot/job_text.h"
#include "bot/notify.h"
#include "bot/plan_text.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/chatbox.h"
#include "sync/lane.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define SHOW_EVERY_MS 1000 /* one edit a second is what chats bear */
#define LOOK_EVERY_MS 200  /* for a press of Stop */
#define LANE_AGAIN_MS 1000

/* What a running step tells and is told. */
struct step {
    const struct bot *bot;
    struct engine *e;
    const struct job *job;
    const struct flow *flow;
    struct report *reports;
    size_t n_reports;
    struct watcher *watchers;
    size_t n_watchers;
    enum progress_phase phase;
    int64_t phase_since, shown_ms, looked_ms;
    bool cancelled;
};

/* ---------------------------------------------------------------- messages */

static enum lang watcher_lang(const struct bot *bot, const struct watcher *w)
{
    return lang_of(w->lang, bot_default_lang(bot));
}

static int say_to(struct db *db, const struct watcher *w, const struct job *job, struct msg *m,
                  struct buttons *b, bool intermediate, struct err *err)
{
    char slot[40];
    snprintf(slot, sizeof slot, "job:%lld", (long long)job->id);
    struct outgoing out = {
        .via = w->via,
        .chat_id = w->chat_id,
        .thread_id = w->thread_id,
        .text = msg_str(m),
        .buttons = buttons_json(b),
        .slot = slot,
        .intermediate = intermediate,
    };
    return chatbox_say(db, &out, err);
}

static int show_running(struct db *db, const struct job_view *v, const struct bot *bot,
                        const struct watcher *watchers, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        AUTO_MSG m = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        job_running(v, watcher_lang(bot, &watchers[i]), &m, &b);
        if (say_to(db, &watchers[i], v->job, &m, &b, true, err))
            return -1;
    }
    return 0;
}

/* Under the result of each flow whose plan waits for a person: what it would do, and the choice. */
static int add_plans(struct db *db, const struct job_view *v, enum lang lang, struct msg *m,
                     struct buttons *b, struct err *err)
{
    AUTO_ARENA *arena = arena_new(4 << 20);
    for (size_t i = 0; i < v->n_reports; i++) {
        if (v->reports[i].plan && plan_show(db, v->cfg, v->reports[i].plan, lang, arena, m, b, err))
            return -1;
    }
    return 0;
}

static int show_over(struct db *db, const struct job_view *v, const struct bot *bot,
                     struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct watcher *watchers;
    size_t n;
    if (queue_watchers(db, v->job->id, arena, &watchers, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        AUTO_MSG m = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        enum lang lang = watcher_lang(bot, &watchers[i]);
        job_over(v, lang, &m, &b);
        if (add_plans(db, v, lang, &m, &b, err) ||
            say_to(db, &watchers[i], v->job, &m, &b, false, err))
            return -1;
    }
    return 0;
}

int jobs_show_stopping(struct db *db, const struct bot *bot, int64_t id, struct err *err)
{
    AUTO_ARENA *arena = arena_new(4 << 20);
    struct job *job;
    struct watcher *watchers;
    struct report *reports;
    size_t n, n_reports;
    if (queue_get(db, id, arena, &job, err) || queue_watchers(db, id, arena, &watchers, &n, err) ||
        job_reports(job, arena, &reports, &n_reports, err))
        return -1;
    struct job_view v = {.cfg = bot->cfg,
                         .job = job,
                         .reports = reports,
                         .n_reports = n_reports,
                         .stopping = true};
    return show_running(db, &v, bot, watchers, n, err);
}

int jobs_ask(struct db *db, const struct bot *bot, const struct watcher *w, const char *actor,
             const char *actor_name, const struct flow *const *flows, size_t n, const char *key,
             const struct job_options *options, int64_t *ret_id, bool *ret_joined, struct err *err)
{
    const char *steps[JOB_STEPS_MAX];
    char text[96];
    snprintf(text, sizeof text, "{\"full\":%s,\"preview\":%s,\"plan\":%lld}",
             options->full ? "true" : "false", options->preview ? "true" : "false",
             (long long)options->plan);
    for (size_t i = 0; i < n && i < JOB_STEPS_MAX; i++)
        steps[i] = flows[i]->name;
    struct job job = {
        .key = key,
        .kind = "sync",
        .steps = steps,
        .n_steps = n,
        .lane = flows[0]->remote->name,
        .options = text,
        .actor = actor,
        .actor_name = actor_name,
        .results = "[]",
        .state = "queued",
    };
    if (queue_add(db, &job, ret_id, ret_joined, err) || queue_watch(db, *ret_id, w, err))
        return -1;
    job.id = *ret_id;
    if (*ret_joined)
        return 0; /* its next look at the watchers shows it here as well */
    struct job_view v = {.cfg = bot->cfg, .job = &job};
    return show_running(db, &v, bot, w, 1, err);
}

/* ---------------------------------------------------------------- one step of a job */

/* Renews the messages in a transaction of their own; what cannot be said now is said a second
 * later. */
static void show_progress(struct step *s, const struct progress *p, int64_t now)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct err err = {0};
    struct job_view v = {.cfg = s->bot->cfg,
                         .job = s->job,
                         .reports = s->reports,
                         .n_reports = s->n_reports,
                         .current = s->flow,
                         .live = p,
                         .phase_ms = now - s->phase_since,
                         .stopping = s->cancelled};
    if (db_begin(s->e->db, &err))
        return;
    /* read anew: somebody may have joined since */
    if (queue_watchers(s->e->db, s->job->id, arena, &s->watchers, &s->n_watchers, &err) ||
        show_running(s->e->db, &v, s->bot, s->watchers, s->n_watchers, &err) ||
        db_commit(s->e->db, &err))
        db_rollback(s->e->db);
    else
        s->bot->wake_sender(s->bot->ctx);
}

static bool on_progress(void *ctx, const struct progress *p)
{
    struct step *s = ctx;
    struct err err = {0};
    int64_t now = clock_mono_ms();
    if (p->phase != s->phase || !s->phase_since) {
        s->phase = p->phase;
        s->phase_since = now;
    }
    if (atomic_load(s->bot->stop))
        return false;
    if (now - s->looked_ms >= LOOK_EVERY_MS) {
        s->looked_ms = now;
        bool cancelled = false;
        if (!queue_is_cancelled(s->e->db, s->job->id, &cancelled, &err))
            s->cancelled = cancelled;
    }
    if (now - s->shown_ms >= SHOW_EVERY_MS) {
        s->shown_ms = now;
        show_progress(s, p, now);
    }
    return !s->cancelled;
}

static int finish_step(struct step *s, const struct report *r, struct arena *arena, struct err *err)
{
    const struct job *job = s->job;
    struct db *db = s->e->db;
    AUTO_BUF results = BUF_INIT(1 << 20);
    size_t old = strlen(job->results);
    /* "[a,b]" → "[a,b,c]" */
    buf_addn(&results, job->results, old ? old - 1 : 0);
    buf_add(&results, s->n_reports ? "," : "");
    report_to_json(r, &results);
    buf_addc(&results, ']');
    s->reports[s->n_reports++] = *r;
    bool last = job->step + 1 >= job->n_steps || s->cancelled;
    const struct flow *next = last ? NULL : config_flow(s->bot->cfg, job->steps[job->step + 1]);
    if (next)
        return queue_step(db, job->id, job->step + 1, next->remote->name, buf_str(&results), err);
    bool failed = false;
    for (size_t i = 0; i < s->n_reports; i++)
        failed = failed || s->reports[i].error;
    struct job over = *job;
    over.state = s->cancelled ? "cancelled" : failed ? "failed" : "done";
    struct job_view v = {.cfg = s->bot->cfg,
                         .job = &over,
                         .reports = s->reports,
                         .n_reports = s->n_reports};
    (void)arena;
    return queue_finish(db, job->id, over.state, buf_str(&results), NULL, err) ||
                   show_over(db, &v, s->bot, err)
               ? -1
               : 0;
}

/* The flow is gone from the configuration since the job was queued. */
static struct report unknown_flow(const char *name)
{
    return (struct report){.flow = name,
                           .state = "failed",
                           .error = "there is no such flow in the configuration any more",
                           .error_kind = ERR_DATA};
}

static int put_back(struct step *s, int64_t delay_ms, struct err *err)
{
    return queue_put_back(s->e->db, s->job->id, clock_now_ms() + delay_ms, err);
}

static int read_options(const struct job *job, struct job_options *ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    if (json_parse(job->options, strlen(job->options), &tree, err))
        return err_wrap(err, "options of job %lld", (long long)job->id);
    *ret = (struct job_options){.full = json_bool(tree, "full"),
                                .preview = json_bool(tree, "preview")};
    json_i64(tree, "plan", &ret->plan);
    return 0;
}

static int run_flow(struct step *s, struct arena *arena, struct report *ret, bool *ret_later,
                    struct err *err)
{
    int lane;
    *ret_later = false;
    if (lane_take(s->bot->cfg->store, s->flow->remote->name, 0, NULL, NULL, NULL, &lane, err)) {
        *ret_later = err->kind == ERR_TEMP;
        return *ret_later ? put_back(s, LANE_AGAIN_MS, err) : -1;
    }
    struct job_options o;
    if (read_options(s->job, &o, err)) {
        lane_release(lane);
        return -1;
    }
    struct run_options opt = {.full = o.full,
                              .dry_run = o.preview,
                              .keep_plan = true,
                              .only_plan = o.plan,
                              .interactive = true,
                              .actor = s->job->actor,
                              .job = s->job->id,
                              .listed_since = s->job->started_at,
                              .suspend = s->bot->stop,
                              .progress = on_progress,
                              .ctx = s};
    engine_run(s->e, s->flow, &opt, arena, ret);
    lane_release(lane);
    /* stopping the daemon is no verdict on the job: it goes on at the next start */
    *ret_later = ret->error_kind == ERR_CANCELED && !s->cancelled && atomic_load(s->bot->stop);
    return *ret_later ? put_back(s, 0, err) : 0;
}

int jobs_step(const struct bot *bot, struct engine *e, const struct job *job, struct err *err)
{
    AUTO_ARENA *arena = arena_new(16 << 20);
    struct step s = {.bot = bot, .e = e, .job = job, .cancelled = job->cancel};
    struct report r;
    bool later = false;
    if (job_reports(job, arena, &s.reports, &s.n_reports, err))
        return -1;
    const char *name = job->step < job->n_steps ? job->steps[job->step] : "";
    s.flow = config_flow(bot->cfg, name);
    if (!s.flow)
        r = unknown_flow(name);
    else if (job->cancel)
        r = (struct report){.flow = name,
                            .state = "cancelled",
                            .error = "stopped on request",
                            .error_kind = ERR_CANCELED};
    else if (run_flow(&s, arena, &r, &later, err))
        return -1;
    if (later)
        return 0;
    if (db_begin(e->db, err))
        return -1;
    if (finish_step(&s, &r, arena, err) || notify_flow(e->db, bot, &r, err)) {
        db_rollback(e->db);
        return -1;
    }
    if (db_commit(e->db, err))
        return -1;
    bot->wake_sender(bot->ctx);
    return 0;
}

/* ---------------------------------------------------------------- by schedule */

static bool not_stopped(void *ctx, const struct progress *p)
{
    const struct bot *bot = ctx;
    (void)p;
    return !atomic_load(bot->stop);
}

int jobs_scheduled(const struct bot *bot, struct engine *e, const struct flow *flow,
                   int64_t listed_since, struct arena *arena, struct report *ret, struct err *err)
{
    int lane;
    *ret = (struct report){.flow = flow->name, .state = "failed"};
    if (lane_take(bot->cfg->store, flow->remote->name, 0, NULL, NULL, NULL, &lane, err))
        return err->kind == ERR_TEMP ? 0 : -1; /* the shell is at it: next time */
    struct run_options opt = {.actor = "schedule",
                              .keep_plan = true,
                              .listed_since = listed_since,
                              .suspend = bot->stop,
                              .progress = not_stopped,
                              .ctx = (void *)bot};
    engine_run(e, flow, &opt, arena, ret);
    lane_release(lane);
    if (ret->error)
        log_event(LOG_WARN, "scheduled run failed", "flow", flow->name, "state", ret->state, "err",
                  ret->error, NULL);
    return notify_scheduled(e->db, bot, ret, err);
}
