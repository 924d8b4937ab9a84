#include "bot/jobs.h"

#include "bot/alerts/alerts.h"
#include "bot/chat/groups.h"
#include "bot/rights.h"
#include "bot/text/backup_text.h"
#include "bot/text/job_text.h"
#include "bot/text/plan_text.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/chat/chatbox.h"
#include "sync/lane.h"
#include "sync/steps.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define SHOW_EVERY_MS 1000 /* one edit a second is what chats bear */
#define SHOW_AGAIN_MS 5000 /* while the remote lets us wait */
#define LOOK_EVERY_MS 200  /* for a press of Stop */
#define LANE_AGAIN_MS 1000

/* What a running step tells and is told. */
struct running {
    const struct bot *bot;
    struct engine *e;
    const struct job *job;
    struct job_options options;
    struct step step;
    struct report *reports;
    size_t n_reports;
    struct watcher *watchers;
    size_t n_watchers;
    enum progress_phase phase;
    int64_t phase_since, shown_ms, looked_ms, shown_done;
    bool cancelled; /* a press of Stop was seen */
};

/* ---------------------------------------------------------------- messages */

static enum lang watcher_lang(const struct bot *bot, const struct watcher *w)
{
    return lang_of(w->lang, bot_default_lang(bot));
}

int jobs_say(struct db *db, const struct watcher *w, const struct job *job, struct msg *m,
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
        if (jobs_say(db, &watchers[i], v->job, &m, &b, true, err))
            return -1;
    }
    return 0;
}

/* Of each flow whose plan waits for a person: what it would do, and the choice. */
static int add_plans(struct db *db, const struct job_view *v, const struct bot *bot,
                     const struct watcher *w, struct msg *m, struct buttons *b, struct err *err)
{
    AUTO_ARENA *arena = arena_new(4 << 20);
    const struct rights *r;
    int64_t ids[JOB_STEPS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < v->n_reports; i++) {
        if (v->reports[i].plan && n < JOB_STEPS_MAX)
            ids[n++] = v->reports[i].plan;
    }
    if (!n)
        return 0;
    if (rights_of(bot, db, w->via, w->user_id, clock_now_ms(), arena, &r, err))
        return -1;
    const struct plan_reader reader = {v->cfg, watcher_lang(bot, w), r->whole >= ROLE_ADMIN};
    return plans_show(db, &reader, ids, n, v->job->started_at, arena, m, b, err);
}

/* In a group that may not see people: their names stand elsewhere. */
static void point_to_private(const struct job_view *v, enum lang lang, struct msg *m)
{
    bool names = false;
    for (size_t i = 0; i < v->n_reports; i++)
        names = names || v->reports[i].plan || v->reports[i].unnamed;
    if (names) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_NAMES_IN_PRIVATE);
    }
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
        AUTO_MSG m = MSG_INIT, plans = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        enum lang lang = watcher_lang(bot, &watchers[i]);
        struct job_view seen = *v;
        bool may;
        if (groups_may_show(bot, db, watchers[i].via, watchers[i].chat_id, &may, err))
            return -1;
        seen.nameless = !may;
        /* what waits for them stands above the other buttons, as the text leads to it */
        if (may && add_plans(db, v, bot, &watchers[i], &plans, &b, err))
            return -1;
        job_over(&seen, lang, &m, &b);
        if (!may)
            point_to_private(v, lang, &m);
        msg_html(&m, plans.html.len ? "\n" : "");
        msg_html(&m, msg_str(&plans));
        if (groups_turn(bot, db, watchers[i].via, watchers[i].chat_id, &b, err) ||
            jobs_say(db, &watchers[i], v->job, &m, &b, false, err))
            return -1;
    }
    return 0;
}

int jobs_stop(struct db *db, const struct bot *bot, int64_t id, const char *by, bool *ret_open,
              struct err *err)
{
    AUTO_ARENA *arena = arena_new(4 << 20);
    struct job *job;
    struct watcher *watchers;
    struct report *reports;
    size_t n, n_reports;
    if (queue_cancel(db, id, by, ret_open, err) || !*ret_open)
        return *ret_open ? -1 : 0;
    if (queue_get(db, id, arena, &job, err) || queue_watchers(db, id, arena, &watchers, &n, err) ||
        job_reports(job, arena, &reports, &n_reports, err))
        return -1;
    struct job_view v = {.cfg = bot->cfg,
                         .job = job,
                         .reports = reports,
                         .n_reports = n_reports,
                         .stopping = true};
    if (backup_is(job) || strcmp(job->state, "queued") != 0)
        return show_running(db, &v, bot, watchers, n, err);
    /* it waits, perhaps for another that takes long: nobody needs to come for it */
    job->state = "cancelled";
    return queue_finish(db, id, job->state, job->results, NULL, err) || show_over(db, &v, bot, err)
               ? -1
               : 0;
}

int jobs_ask(struct db *db, const struct bot *bot, const struct watcher *w, const char *actor,
             const char *actor_name, const struct step *steps, size_t n, const char *key,
             const struct job_options *options, int64_t *ret_id, bool *ret_joined, struct err *err)
{
    const char *names[JOB_STEPS_MAX];
    AUTO_BUF text = BUF_INIT(4096);
    job_options_write(options, &text);
    for (size_t i = 0; i < n && i < JOB_STEPS_MAX; i++)
        names[i] = step_name(&steps[i]);
    struct job job = {
        .key = key,
        .kind = "sync",
        .steps = names,
        .n_steps = n < JOB_STEPS_MAX ? n : JOB_STEPS_MAX,
        .lane = steps[0].flow->remote->name,
        .options = buf_str(&text),
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
static void show_progress(struct running *s, const struct progress *p, int64_t now)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct err err = {0};
    struct job_view v = {.cfg = s->bot->cfg,
                         .job = s->job,
                         .reports = s->reports,
                         .n_reports = s->n_reports,
                         .current = &s->step,
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
    struct running *s = ctx;
    struct err err = {0};
    int64_t now = clock_mono_ms();
    if (p->phase != s->phase || !s->phase_since) {
        s->phase = p->phase;
        s->phase_since = now;
    }
    if (atomic_load(s->bot->stop))
        return false;
    if (!s->cancelled && now - s->looked_ms >= LOOK_EVERY_MS) {
        s->looked_ms = now;
        bool cancelled = false;
        if (!queue_is_cancelled(s->e->db, s->job->id, &cancelled, &err))
            s->cancelled = cancelled;
    }
    /* what is being sent is waited for, and they should know; all else is over in a moment */
    bool waits = s->cancelled && p->phase == PROGRESS_SEND;
    bool same = p->done && p->done == s->shown_done;
    if (waits || now - s->shown_ms >= (same ? SHOW_AGAIN_MS : SHOW_EVERY_MS)) {
        s->shown_ms = now;
        s->shown_done = p->done;
        show_progress(s, p, now);
    }
    return !s->cancelled;
}

/* What becomes of the job's step `at`, by how those before it came out. */
static enum step_fate fate_of(const struct running *s, size_t at)
{
    struct step steps[JOB_STEPS_MAX];
    enum err_kind ended[JOB_STEPS_MAX];
    size_t n = job_steps(s->bot->cfg, s->job, steps);
    for (size_t i = 0; i < s->n_reports && i < JOB_STEPS_MAX; i++)
        ended[i] = s->reports[i].error ? s->reports[i].error_kind : ERR_NONE;
    const struct cycle *c = s->options.cycle ? config_cycle(s->bot->cfg, s->options.cycle) : NULL;
    return at < n && at <= s->n_reports ? steps_fate(steps, at, ended, c && !c->go_on) : STEP_END;
}

static int finish_step(struct running *s, const struct report *r, struct err *err)
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
    bool end = fate_of(s, job->step + 1) == STEP_END;
    /* a press that came too late to stop anything stopped nothing */
    bool stopped = s->cancelled && (!end || r->error_kind == ERR_CANCELED);
    bool last = stopped || end;
    struct step next;
    /* a step whose flow is gone says so when its turn comes, in the lane of this one */
    if (!last && !config_step(s->bot->cfg, job->steps[job->step + 1], &next))
        next = s->step;
    if (!last)
        return queue_step(db, job->id, job->step + 1, next.flow ? next.flow->remote->name : "",
                          buf_str(&results), err);
    bool failed = false;
    for (size_t i = 0; i < s->n_reports; i++)
        failed = failed || s->reports[i].error;
    AUTO_ARENA *arena = arena_new(4 << 20);
    struct job *now;
    if (queue_get(db, job->id, arena, &now, err))
        return -1;
    struct job over = *job;
    over.state = stopped ? "cancelled" : failed ? "failed" : "done";
    over.stopped_by = stopped ? now->stopped_by : NULL;
    struct job_view v = {.cfg = s->bot->cfg,
                         .job = &over,
                         .reports = s->reports,
                         .n_reports = s->n_reports};
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

static int put_back(struct running *s, int64_t delay_ms, struct err *err)
{
    return queue_put_back(s->e->db, s->job->id, clock_now_ms() + delay_ms, err);
}

/* The message would say for as long as the remote keeps us waiting that the job has not begun, or
 * what came out a while ago. */
static bool is_overdue(const struct running *s)
{
    return !s->n_reports || s->reports[s->n_reports - 1].took_ms >= SHOW_EVERY_MS;
}

static int run_step(struct running *s, struct arena *arena, struct report *ret, bool *ret_later,
                    struct err *err)
{
    int lane;
    *ret_later = false;
    if (lane_take(s->bot->cfg->store, s->step.flow->remote->name, 0, NULL, NULL, NULL, &lane,
                  err)) {
        *ret_later = err->kind == ERR_TEMP;
        return *ret_later ? put_back(s, LANE_AGAIN_MS, err) : -1;
    }
    int64_t plan = job_options_plan(&s->options, s->job->step);
    /* only a whole listing can show again that a row is gone */
    struct run_options opt = {.full = plan ? !s->step.push : s->options.full,
                              .dry_run = s->options.preview,
                              .keep_plan = true,
                              .only_plan = plan,
                              .interactive = true,
                              .actor = s->job->actor,
                              .job = s->job->id,
                              .listed_since = s->job->started_at,
                              .suspend = s->bot->stop,
                              .progress = on_progress,
                              .ctx = s};
    if (is_overdue(s))
        show_progress(s, &(struct progress){0}, clock_mono_ms());
    engine_run(s->e, &s->step, &opt, arena, ret);
    lane_release(lane);
    /* stopping the daemon is no verdict on the job: it goes on at the next start */
    *ret_later = ret->error_kind == ERR_CANCELED && !s->cancelled && atomic_load(s->bot->stop);
    return *ret_later ? put_back(s, 0, err) : 0;
}

/* Somebody may have asked for the same again while it was being stopped: then it goes on. */
static int take_result(struct running *s, const struct report *r, struct err *err)
{
    bool cancelled = true;
    if (s->cancelled && queue_is_cancelled(s->e->db, s->job->id, &cancelled, err))
        return -1;
    if (!cancelled && r->error_kind == ERR_CANCELED)
        return put_back(s, 0, err);
    s->cancelled = s->cancelled && cancelled;
    return finish_step(s, r, err) || alerts_asked(s->e->db, s->bot, r, s->job->actor, err) ? -1 : 0;
}

int jobs_step(const struct bot *bot, struct engine *e, const struct job *job, struct err *err)
{
    AUTO_ARENA *arena = arena_new(16 << 20);
    struct running s = {.bot = bot, .e = e, .job = job, .cancelled = job->cancel};
    struct report r;
    bool later = false;
    if (job_reports(job, arena, &s.reports, &s.n_reports, err) ||
        job_options_read(job->options, arena, &s.options, err))
        return err_wrap(err, "job %lld", (long long)job->id);
    const char *name = job->step < job->n_steps ? job->steps[job->step] : "";
    enum step_fate fate = fate_of(&s, job->step);
    if (!config_step(bot->cfg, name, &s.step))
        r = unknown_flow(name);
    else if (job->cancel)
        r = (struct report){.flow = name,
                            .push = s.step.push,
                            .state = "cancelled",
                            .error = "stopped on request",
                            .error_kind = ERR_CANCELED};
    else if (fate == STEP_UNREAD || fate == STEP_REFUSED || fate == STEP_DOWN)
        r = steps_skipped(&s.step, fate);
    else if (run_step(&s, arena, &r, &later, err))
        return -1;
    if (later)
        return 0;
    if (db_begin(e->db, err))
        return -1;
    if (take_result(&s, &r, err)) {
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

int jobs_scheduled(const struct bot *bot, struct engine *e, const struct step *step,
                   int64_t listed_since, struct arena *arena, struct report *ret, bool *ret_later,
                   struct err *err)
{
    int lane;
    *ret = (struct report){.flow = step_name(step), .push = step->push, .state = "failed"};
    *ret_later = true;
    if (lane_take(bot->cfg->store, step->flow->remote->name, 0, NULL, NULL, NULL, &lane, err))
        return err->kind == ERR_TEMP ? 0 : -1; /* the shell is at it */
    *ret_later = false;
    struct run_options opt = {.actor = "schedule",
                              .keep_plan = true,
                              .listed_since = listed_since,
                              .suspend = bot->stop,
                              .progress = not_stopped,
                              .ctx = (void *)bot};
    engine_run(e, step, &opt, arena, ret);
    lane_release(lane);
    if (ret->error)
        log_event(LOG_WARN, "scheduled run failed", "flow", ret->flow, "state", ret->state, "err",
                  ret->error, NULL);
    return alerts_scheduled(e->db, bot, ret, err);
}
