#include "bot/text/job_text.h"

#include "bot/job_failures.h"
#include "bot/job_options.h"
#include "bot/text/backup_text.h"
#include "bot/text/job_totals.h"
#include "bot/text/ops_text.h"
#include "bot/text/sample_text.h"
#include "sync/choose.h"
#include "sync/steps.h"

#include <stdio.h>
#include <string.h>

/* A rate over less than this says nothing. */
#define RATE_AFTER_MS 2000

int job_reports(const struct job *job, struct arena *arena, struct report **ret, size_t *ret_n,
                struct err *err)
{
    AUTO_JSON *tree = NULL;
    size_t n = 0;
    if (json_parse(job->results, strlen(job->results), &tree, err))
        return -1;
    *ret = arena_alloc(arena, JOB_STEPS_MAX, sizeof **ret);
    for (const cJSON *item = tree->child; item && n < JOB_STEPS_MAX; item = item->next) {
        if (report_from_json(item, arena, &(*ret)[n++], err))
            return -1;
    }
    *ret_n = n;
    return 0;
}

size_t job_steps(const struct config *cfg, const struct job *job, struct step *ret)
{
    size_t n = job->n_steps < JOB_STEPS_MAX ? job->n_steps : JOB_STEPS_MAX;
    for (size_t i = 0; i < n; i++) {
        if (!config_step(cfg, job->steps[i], &ret[i]))
            ret[i] = (struct step){NULL, false};
    }
    return n;
}

/* Its own text: one that cannot be read stands for a plain sync. */
static struct job_options options_of(const struct job *job, struct arena *arena)
{
    struct job_options o = {0};
    struct err ignored = {0};
    if (job->options)
        job_options_read(job->options, arena, &o, &ignored);
    return o;
}

/* Steps as people call them, each flow once when all that it does is among them. */
static void add_titles(const struct job_view *v, size_t from, enum lang lang, struct msg *m)
{
    struct step steps[JOB_STEPS_MAX];
    size_t n = job_steps(v->cfg, v->job, steps), said = 0;
    for (size_t i = from; i < n; i++) {
        const struct flow *f = steps[i].flow;
        bool whole = f && f->direction == DIR_BOTH && choose_whole(steps + from, n - from, f);
        bool again = false;
        for (size_t k = from; whole && k < i; k++)
            again = again || steps[k].flow == f;
        if (again)
            continue;
        AUTO_BUF title = BUF_INIT(512);
        const char *name = v->job->steps[i];
        msg_html(m, said++ ? ", " : "");
        msg_text(m, whole ? bot_flow_title(v->cfg, name, lang)
                          : bot_step_title(&title, v->cfg, name, lang));
    }
}

void job_title(const struct job_view *v, enum lang lang, struct msg *m)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct step steps[JOB_STEPS_MAX];
    if (backup_is(v->job)) {
        TEXT_ADD(m, lang, TEXT_BACKUP_TITLE);
        return;
    }
    struct job_options o = options_of(v->job, arena);
    size_t n = job_steps(v->cfg, v->job, steps);
    if (o.cycle)
        msg_text(m, bot_cycle_title(v->cfg, o.cycle));
    else if (v->cfg->n_flows > 1 && choose_all(v->cfg, steps, n))
        TEXT_ADD(m, lang, TEXT_EVERYTHING);
    else
        add_titles(v, 0, lang, m);
}

static void add_counts(const struct report *r, enum lang lang, struct msg *m)
{
    if (r->push)
        bot_sent_counts(m, lang, &r->counts, r->dry_run, r->marks);
    else
        bot_counts(m, lang, &r->counts);
}

static void add_live(const struct job_view *v, enum lang lang, struct msg *m)
{
    static const enum text_id known[] = {TEXT_JOB_READING_OF, TEXT_JOB_JUDGING, TEXT_JOB_LOOKING,
                                         TEXT_JOB_WRITING, TEXT_JOB_SENDING};
    const struct progress *p = v->live;
    char cells[OPS_BAR_BYTES];
    int percent = p->total ? (int)(p->done * 100 / (p->total > p->done ? p->total : p->done)) : 0;
    const char *remote = bot_remote_title(v->current->flow->remote, lang);
    AUTO_BUF title = BUF_INIT(512);
    msg_html(m, "<b>");
    msg_text(m, bot_step_title(&title, v->cfg, step_name(v->current), lang));
    msg_html(m, "</b>\n");
    if (!p->total && !p->done)
        TEXT_ADD(m, lang, TEXT_JOB_ASKING, T_TEXT("remote", remote));
    else if (!p->total)
        TEXT_ADD(m, lang, TEXT_JOB_READING, T_TEXT("remote", remote), T_INT("n", p->done));
    else
        TEXT_ADD(m, lang, known[p->phase], T_TEXT("bar", ops_bar(cells, percent)),
                 T_INT("percent", percent), T_TEXT("remote", remote), T_INT("n", p->done),
                 T_INT("total", p->total));
    /* nothing has been counted while rows are still being read, or records compared */
    if (p->phase == PROGRESS_SEND) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, v->current->flow->mark ? TEXT_JOB_MARK_COUNTS : TEXT_JOB_SENT_COUNTS,
                 T_INT("new", p->counts.inserted), T_INT("changed", p->counts.updated),
                 T_INT("deleted", p->counts.deleted));
    } else if (p->phase != PROGRESS_READ && !v->current->push) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_JOB_COUNTS, T_INT("new", p->counts.inserted),
                 T_INT("changed", p->counts.updated), T_INT("invalid", p->counts.invalid));
    }
    if (v->phase_ms < RATE_AFTER_MS || !p->total || !p->done || p->done >= p->total)
        return;
    char left[TEXT_SHORT];
    text_duration(left, lang, (p->total - p->done) * v->phase_ms / p->done);
    msg_html(m, "\n");
    TEXT_ADD(m, lang, TEXT_JOB_RATE, T_INT("n", p->done * 1000 / v->phase_ms),
             T_TEXT("left", left));
}

/* Its line stands for several steps, here or further up. */
static bool told_together(const struct job_view *v, size_t at, enum lang lang, struct msg *m)
{
    bool first;
    size_t n = job_failures(v, at, &first);
    if (n && first)
        job_failures_add(v, at, n, lang, m);
    return n != 0;
}

/* A brake is no failure: its plan waits for a person. */
static enum text_id failed_text(const struct report *r)
{
    return r->error_kind == ERR_LIMIT ? TEXT_JOB_STEP_HELD : TEXT_JOB_STEP_FAILED;
}

static void add_finished(const struct job_view *v, enum lang lang, struct msg *m)
{
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        AUTO_MSG counts = MSG_INIT;
        AUTO_BUF why = BUF_INIT(1024), title = BUF_INIT(512);
        if (told_together(v, i, lang, m))
            continue;
        const char *flow = bot_step_title(&title, v->cfg, r->flow, lang);
        add_counts(r, lang, &counts);
        if (r->error)
            TEXT_ADD(m, lang, failed_text(r), T_TEXT("flow", flow),
                     T_TEXT("why", bot_error(&why, r->error, lang)));
        else
            TEXT_ADD(m, lang, TEXT_JOB_STEP_DONE, T_TEXT("flow", flow),
                     T_HTML("what", msg_str(&counts)));
        msg_html(m, "\n");
    }
}

void job_running(const struct job_view *v, enum lang lang, struct msg *m, struct buttons *b)
{
    char data[BUTTON_DATA_MAX];
    AUTO_MSG title = MSG_INIT;
    if (backup_is(v->job)) { /* what it is doing is told by itself; from here only that it stops */
        backup_stopping(v->job, lang, m);
        return;
    }
    job_title(v, lang, &title);
    TEXT_ADD(m, lang, TEXT_JOB_TITLE, T_HTML("what", msg_str(&title)),
             T_TEXT("who", bot_actor(v->job->actor, v->job->actor_name, lang)));
    msg_html(m, "\n");
    add_finished(v, lang, m);
    if (v->stopping && v->live && v->live->phase == PROGRESS_SEND)
        TEXT_ADD(m, lang, TEXT_JOB_STOPPING_SENT,
                 T_TEXT("remote", bot_remote_title(v->current->flow->remote, lang)));
    else if (v->stopping)
        TEXT_ADD(m, lang, TEXT_JOB_STOPPING);
    else if (v->current && v->live)
        add_live(v, lang, m);
    else
        TEXT_ADD(m, lang, TEXT_JOB_QUEUED);
    snprintf(data, sizeof data, "cancel %lld", (long long)v->job->id);
    if (!v->stopping)
        TEXT_BUTTON(b, lang, TEXT_BTN_STOP, data);
}

/* ---------------------------------------------------------------- over */

static void add_head(const struct job_view *v, const struct job_totals *t, enum lang lang,
                     struct msg *m)
{
    char took[TEXT_SHORT];
    AUTO_MSG title = MSG_INIT;
    AUTO_BUF brake = BUF_INIT(512);
    job_title(v, lang, &title);
    text_duration(took, lang, t->took_ms);
    bool empty = true;
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct counts *c = &v->reports[i].counts;
        empty = empty && (!job_did(&v->reports[i]) || (!c->inserted && !c->updated && !c->deleted));
    }
    enum text_id preview = empty ? TEXT_PREVIEW_QUIET : TEXT_PREVIEW_HEAD;
    bool known = v->job->stopped_by != NULL;
    enum text_id head = t->cancelled ? (known ? TEXT_CANCELLED_HEAD_BY : TEXT_CANCELLED_HEAD)
                        : t->failed  ? TEXT_FAILED_HEAD
                        : t->brake   ? TEXT_HELD_HEAD
                        : t->preview ? preview
                                     : TEXT_DONE_HEAD;
    if (t->brake && t->ran == 1 && empty)
        TEXT_ADD(m, lang, TEXT_BRAKE_HEAD,
                 T_TEXT("flow", bot_step_title(&brake, v->cfg, t->brake->flow, lang)));
    else
        TEXT_ADD(m, lang, head, T_HTML("what", msg_str(&title)), T_TEXT("took", took),
                 T_INT("n", t->n_brakes), T_TEXT("who", known ? v->job->stopped_by : ""));
    msg_html(m, "\n");
}

static bool is_empty(const struct counts *c)
{
    return !c->inserted && !c->updated && !c->deleted && !c->ids;
}

/* Why a step failed or stands still; what it did nevertheless is said with it. Appended to out;
 * returns buf_str(out). */
static const char *why_of(const struct report *r, const char *counts, enum lang lang,
                          struct buf *out)
{
    AUTO_BUF why = BUF_INIT(1024);
    if (r->error_kind != ERR_LIMIT || !job_did(r) || is_empty(&r->counts))
        return bot_error(out, r->error, lang);
    bot_error(&why, r->error, lang);
    return TEXT_PLAIN(out, lang, TEXT_HELD_REST, T_TEXT("why", buf_str(&why)),
                      T_HTML("what", counts));
}

/* What is sent has its remote in its title; what is read gets it in brackets. */
static void add_step_result(const struct job_view *v, const struct report *r, enum lang lang,
                            struct msg *m)
{
    struct step s;
    bool known = config_step(v->cfg, r->flow, &s);
    const char *remote = known ? bot_remote_title(s.flow->remote, lang) : "";
    const char *flow = bot_flow_title(v->cfg, r->flow, lang);
    AUTO_MSG counts = MSG_INIT;
    AUTO_BUF text = BUF_INIT(1024), title = BUF_INIT(512);
    const char *step = bot_step_title(&title, v->cfg, r->flow, lang);
    bool failed = r->error && r->error_kind != ERR_CANCELED;
    /* stopped before it did anything: what was planned by then says nothing */
    if (r->error && !failed && (is_empty(&r->counts) || r->dry_run))
        TEXT_ADD(&counts, lang, r->read ? TEXT_CANCELLED_READ : TEXT_CANCELLED_NOTHING,
                 T_INT("n", r->read));
    else
        add_counts(r, lang, &counts);
    const char *why = failed ? why_of(r, msg_str(&counts), lang, &text) : "";
    if (failed && (r->push || !known))
        TEXT_ADD(m, lang, failed_text(r), T_TEXT("flow", step), T_TEXT("why", why));
    else if (failed)
        TEXT_ADD(m, lang, r->error_kind == ERR_LIMIT ? TEXT_HELD_FLOW : TEXT_FAILED_FLOW,
                 T_TEXT("flow", flow), T_TEXT("remote", remote), T_TEXT("why", why));
    else if (r->push || !known)
        TEXT_ADD(m, lang, TEXT_DONE_STEP, T_TEXT("step", step), T_HTML("what", msg_str(&counts)));
    else
        TEXT_ADD(m, lang, TEXT_DONE_FLOW, T_TEXT("flow", flow), T_TEXT("remote", remote),
                 T_HTML("what", msg_str(&counts)));
    msg_html(m, "\n");
}

static void add_line(struct msg *m, enum lang lang, enum text_id text, int64_t n)
{
    if (!n)
        return;
    TEXT_ADD(m, lang, text, T_INT("n", n));
    msg_html(m, "\n");
}

/* Rows whose time of change has not come yet: of each table the first. */
static void add_future(const struct job_view *v, enum lang lang, struct msg *m)
{
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        if (!r->future || !r->future_row)
            continue;
        TEXT_ADD(m, lang, TEXT_DONE_FUTURE, T_INT("n", r->future), T_TEXT("row", r->future_row));
        msg_html(m, "\n");
    }
}

void job_unnamed(const struct config *cfg, const struct report *r, enum lang lang, struct msg *m)
{
    if (!r->unnamed || !r->unnamed_names)
        return;
    TEXT_ADD(m, lang, TEXT_DONE_UNNAMED, T_TEXT("flow", bot_flow_title(cfg, r->flow, lang)),
             T_INT("n", r->unnamed), T_TEXT("names", r->unnamed_names));
    msg_html(m, "\n");
}

static void add_why_next(const struct job_totals *t, enum lang lang, struct msg *m)
{
    const struct {
        bool is;
        enum text_id text;
    } brakes[] = {{t->braked_reading, TEXT_BRAKE_NEXT},
                  {t->braked_sending, TEXT_BRAKE_NEXT_SEND},
                  {t->first_marks, TEXT_BRAKE_NEXT_MARKS}};
    for (size_t i = 0; i < ARRAY_LEN(brakes); i++) {
        if (!brakes[i].is)
            continue;
        TEXT_ADD(m, lang, brakes[i].text);
        msg_html(m, "\n");
    }
    if (t->cancelled)
        TEXT_ADD(m, lang, t->ran ? TEXT_CANCELLED_NEXT : TEXT_CANCELLED_BEFORE);
    else if (t->auth)
        TEXT_ADD(m, lang, TEXT_FAILED_AUTH);
    else if (t->failed)
        TEXT_ADD(m, lang, t->failed_reading ? TEXT_FAILED_TEMP : TEXT_FAILED_SEND);
}

static void add_troubles(const struct job_view *v, const struct job_totals *t, enum lang lang,
                         struct msg *m)
{
    if (t->preview && t->reads_news && t->sends) {
        TEXT_ADD(m, lang, TEXT_PREVIEW_SENDS_LATER);
        msg_html(m, "\n");
    }
    add_line(m, lang, TEXT_DONE_INVALID, t->new_invalid);
    if (t->new_invalid)
        samples_add(v, false, lang, m);
    add_line(m, lang, TEXT_DONE_UNREAD, t->new_unread);
    add_line(m, lang, TEXT_DONE_STILL_INVALID,
             (t->new_invalid ? 0 : t->invalid) + (t->new_unread ? 0 : t->unread));
    add_line(m, lang, TEXT_DONE_UNSENT, t->new_unsent);
    if (t->new_unsent)
        samples_add(v, true, lang, m);
    else
        add_line(m, lang, TEXT_DONE_STILL_UNSENT, t->unsent);
    add_line(m, lang, TEXT_PLAN_HELD, t->held);
    add_line(m, lang, TEXT_PLAN_GONE, t->gone);
    add_line(m, lang, TEXT_DONE_WAITING, t->waiting);
    add_line(m, lang, TEXT_DONE_HELD_BACK, t->held_back);
    add_future(v, lang, m);
    for (size_t i = 0; i < v->n_reports && !v->nameless; i++)
        job_unnamed(v->cfg, &v->reports[i], lang, m);
    add_why_next(t, lang, m);
}

/* The same once more: a preview stays one, and what failed to be applied is looked at again. */
static void add_again(const struct job_view *v, enum lang lang, struct buttons *b)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    AUTO_BUF data = BUF_INIT(4096), names = BUF_INIT(4096);
    struct step steps[JOB_STEPS_MAX], known[JOB_STEPS_MAX];
    struct job_options o = options_of(v->job, arena);
    size_t n = job_steps(v->cfg, v->job, steps), n_known = 0;
    for (size_t i = 0; i < n; i++) {
        if (steps[i].flow)
            known[n_known++] = steps[i];
    }
    bool of_plan = job_options_plan(&o, 0) != 0;
    const char *verb = o.preview || of_plan ? "preview" : "sync";
    if (!o.cycle || !config_cycle(v->cfg, o.cycle))
        o.cycle = choose_names(v->cfg, known, n_known, &names);
    buf_addf(&data, "%s %s%s", verb, *o.cycle ? o.cycle : "all", o.full && !of_plan ? " full" : "");
    if (data.len > BUTTON_DATA_MAX) {
        buf_clear(&data);
        buf_addf(&data, "%s all", verb);
    }
    TEXT_BUTTON(b, lang, TEXT_BTN_AGAIN, buf_str(&data));
    buttons_row(b);
}

static void add_next_steps(const struct job_view *v, const struct job_totals *t, enum lang lang,
                           struct buttons *b)
{
    char data[BUTTON_DATA_MAX];
    buttons_row(b);
    if (t->failed || t->cancelled)
        add_again(v, lang, b);
    int64_t conflicts = 0;
    for (size_t i = 0; i < v->n_reports; i++)
        conflicts += v->reports[i].counts.conflicts;
    if (t->invalid || t->unsent || t->unread)
        TEXT_BUTTON(b, lang, TEXT_BTN_SHOW_INVALID, "invalid");
    if (conflicts && !t->preview)
        TEXT_BUTTON(b, lang, TEXT_BTN_CONFLICTS, "conflicts", T_INT("n", conflicts));
    if (t->last_run) {
        snprintf(data, sizeof data, "run %lld", (long long)t->last_run);
        TEXT_BUTTON(b, lang, TEXT_BTN_RUN, data, T_ID("n", t->last_run));
    }
    /* of several runs a person chooses one */
    snprintf(data, sizeof data, "undo %lld", (long long)t->changed_run);
    if (t->n_changed)
        TEXT_BUTTON(b, lang, TEXT_BTN_UNDO, t->n_changed == 1 ? data : "undo");
    TEXT_BUTTON(b, lang, TEXT_BTN_STATUS, "status");
}

void job_over(const struct job_view *v, enum lang lang, struct msg *m, struct buttons *b)
{
    struct job_totals t = job_totals(v);
    char took[TEXT_SHORT];
    if (t.quiet && !t.cancelled && v->n_reports) {
        text_duration(took, lang, t.took_ms);
        TEXT_ADD(m, lang, TEXT_DONE_QUIET, T_INT("n", t.known), T_TEXT("took", took));
        msg_html(m, "\n");
    } else {
        add_head(v, &t, lang, m);
        for (size_t i = 0; i < v->n_reports; i++) {
            if (!told_together(v, i, lang, m))
                add_step_result(v, &v->reports[i], lang, m);
        }
    }
    /* a cycle ended where a step failed, or somebody stopped it */
    if ((t.failed || t.brake || t.cancelled) && v->n_reports && v->n_reports < v->job->n_steps) {
        AUTO_MSG rest = MSG_INIT;
        add_titles(v, v->n_reports, lang, &rest);
        TEXT_ADD(m, lang, t.cancelled ? TEXT_CANCELLED_NOT_RUN : TEXT_DONE_NOT_RUN,
                 T_HTML("what", msg_str(&rest)));
        msg_html(m, "\n");
    }
    add_troubles(v, &t, lang, m);
    add_next_steps(v, &t, lang, b);
}
