#include "bot/job_text.h"

#include <stdio.h>
#include <string.h>

#define BAR_CELLS   10
#define SAMPLES_MAX 8
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

void job_title(const struct job_view *v, enum lang lang, struct msg *m)
{
    if (v->job->n_steps > 1 && v->job->n_steps == v->cfg->n_flows) {
        TEXT_ADD(m, lang, TEXT_EVERYTHING);
        return;
    }
    for (size_t i = 0; i < v->job->n_steps; i++) {
        if (i)
            msg_html(m, ", ");
        msg_text(m, bot_flow_title(v->cfg, v->job->steps[i], lang));
    }
}

static const char *bar(char out[BAR_CELLS * 3 + 1], int percent)
{
    out[0] = '\0';
    for (int i = 0; i < BAR_CELLS; i++)
        strncat(out, i * 100 < percent * BAR_CELLS ? "▓" : "░", BAR_CELLS * 3 - strlen(out));
    return out;
}

static void add_live(const struct job_view *v, enum lang lang, struct msg *m)
{
    static const enum text_id known[] = {TEXT_JOB_READING_OF, TEXT_JOB_JUDGING, TEXT_JOB_LOOKING,
                                         TEXT_JOB_WRITING};
    const struct progress *p = v->live;
    char cells[BAR_CELLS * 3 + 1];
    int percent = p->total ? (int)(p->done * 100 / (p->total > p->done ? p->total : p->done)) : 0;
    const char *remote = bot_remote_title(v->current->remote, lang);
    msg_html(m, "<b>");
    msg_text(m, bot_flow_title(v->cfg, v->current->name, lang));
    msg_html(m, "</b>\n");
    if (!p->total)
        TEXT_ADD(m, lang, TEXT_JOB_READING, T_TEXT("remote", remote), T_INT("n", p->done));
    else
        TEXT_ADD(m, lang, known[p->phase], T_TEXT("bar", bar(cells, percent)),
                 T_INT("percent", percent), T_TEXT("remote", remote), T_INT("n", p->done),
                 T_INT("total", p->total));
    /* nothing has been counted while rows are still being read */
    if (p->phase != PROGRESS_READ) {
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

static void add_finished(const struct job_view *v, enum lang lang, struct msg *m)
{
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        const char *flow = bot_flow_title(v->cfg, r->flow, lang);
        AUTO_MSG counts = MSG_INIT;
        bot_counts(&counts, lang, &r->counts);
        AUTO_BUF why = BUF_INIT(1024);
        if (r->error)
            TEXT_ADD(m, lang, TEXT_JOB_STEP_FAILED, T_TEXT("flow", flow),
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
    job_title(v, lang, &title);
    TEXT_ADD(m, lang, TEXT_JOB_TITLE, T_HTML("what", msg_str(&title)),
             T_TEXT("who", bot_actor(v->job->actor, v->job->actor_name, lang)));
    msg_html(m, "\n");
    add_finished(v, lang, m);
    if (v->stopping)
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

struct totals {
    int64_t took_ms, known, new_invalid, invalid, waiting, last_run;
    int64_t held, gone;
    bool quiet, failed, cancelled, preview;
    const struct report *brake;
};

static struct totals add_up(const struct job_view *v)
{
    struct totals t = {.quiet = true};
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        t.took_ms += r->took_ms;
        t.known += r->known;
        t.new_invalid += r->counts.invalid;
        t.invalid += r->invalid;
        t.waiting += r->waiting;
        t.held += r->held;
        t.gone += r->gone;
        t.preview = t.preview || r->dry_run;
        t.quiet = t.quiet && report_is_quiet(r) && !r->dry_run;
        t.failed = t.failed || (r->error && r->error_kind != ERR_CANCELED);
        t.cancelled = t.cancelled || r->error_kind == ERR_CANCELED;
        if (r->run)
            t.last_run = r->run;
        if (r->error_kind == ERR_LIMIT)
            t.brake = r;
    }
    t.cancelled = t.cancelled || !strcmp(v->job->state, "cancelled");
    return t;
}

static void add_head(const struct job_view *v, const struct totals *t, enum lang lang,
                     struct msg *m)
{
    char took[TEXT_SHORT];
    AUTO_MSG title = MSG_INIT;
    job_title(v, lang, &title);
    text_duration(took, lang, t->took_ms);
    bool empty = true;
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct counts *c = &v->reports[i].counts;
        empty = empty && !c->inserted && !c->updated && !c->deleted;
    }
    enum text_id preview = empty ? TEXT_PREVIEW_QUIET : TEXT_PREVIEW_HEAD;
    enum text_id head = t->cancelled ? TEXT_CANCELLED_HEAD
                        : t->failed  ? TEXT_FAILED_HEAD
                        : t->preview ? preview
                                     : TEXT_DONE_HEAD;
    if (t->brake && v->n_reports == 1)
        TEXT_ADD(m, lang, TEXT_BRAKE_HEAD,
                 T_TEXT("flow", bot_flow_title(v->cfg, t->brake->flow, lang)));
    else
        TEXT_ADD(m, lang, head, T_HTML("what", msg_str(&title)), T_TEXT("took", took));
    msg_html(m, "\n");
}

static void add_flow_result(const struct job_view *v, const struct report *r, enum lang lang,
                            struct msg *m)
{
    const struct flow *f = config_flow(v->cfg, r->flow);
    const char *remote = f ? bot_remote_title(f->remote, lang) : "";
    AUTO_MSG counts = MSG_INIT;
    AUTO_BUF why = BUF_INIT(1024);
    bot_counts(&counts, lang, &r->counts);
    if (r->error && r->error_kind != ERR_CANCELED)
        TEXT_ADD(m, lang, TEXT_FAILED_FLOW, T_TEXT("flow", bot_flow_title(v->cfg, r->flow, lang)),
                 T_TEXT("remote", remote), T_TEXT("why", bot_error(&why, r->error, lang)));
    else
        TEXT_ADD(m, lang, TEXT_DONE_FLOW, T_TEXT("flow", bot_flow_title(v->cfg, r->flow, lang)),
                 T_TEXT("remote", remote), T_HTML("what", msg_str(&counts)));
    msg_html(m, "\n");
}

static void add_samples(const struct job_view *v, enum lang lang, struct msg *m)
{
    size_t said = 0;
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        for (size_t k = 0; k < r->n_samples && said < SAMPLES_MAX; k++) {
            const struct sample *s = &r->samples[k];
            if (s->waiting)
                continue;
            said++;
            if (s->detail)
                TEXT_ADD(m, lang, TEXT_DONE_SAMPLE_DETAIL, T_TEXT("detail", s->detail),
                         T_TEXT("reason", bot_reason(s->reason, lang)), T_INT("n", s->n));
            else
                TEXT_ADD(m, lang, TEXT_DONE_SAMPLE, T_TEXT("reason", bot_reason(s->reason, lang)),
                         T_INT("n", s->n));
            msg_html(m, "\n");
        }
    }
}

static void add_troubles(const struct job_view *v, const struct totals *t, enum lang lang,
                         struct msg *m)
{
    if (t->new_invalid) {
        TEXT_ADD(m, lang, TEXT_DONE_INVALID, T_INT("n", t->new_invalid));
        msg_html(m, "\n");
        add_samples(v, lang, m);
    } else if (t->invalid) {
        TEXT_ADD(m, lang, TEXT_DONE_STILL_INVALID, T_INT("n", t->invalid));
        msg_html(m, "\n");
    }
    if (t->held) {
        TEXT_ADD(m, lang, TEXT_PLAN_HELD, T_INT("n", t->held));
        msg_html(m, "\n");
    }
    if (t->gone) {
        TEXT_ADD(m, lang, TEXT_PLAN_GONE, T_INT("n", t->gone));
        msg_html(m, "\n");
    }
    if (t->waiting) {
        TEXT_ADD(m, lang, TEXT_DONE_WAITING, T_INT("n", t->waiting));
        msg_html(m, "\n");
    }
    if (t->brake)
        TEXT_ADD(m, lang, TEXT_BRAKE_NEXT);
    else if (t->cancelled)
        TEXT_ADD(m, lang, TEXT_CANCELLED_NEXT);
    else if (t->failed) {
        bool auth = false;
        for (size_t i = 0; i < v->n_reports; i++)
            auth = auth || v->reports[i].error_kind == ERR_AUTH;
        TEXT_ADD(m, lang, auth ? TEXT_FAILED_AUTH : TEXT_FAILED_TEMP);
    }
}

static void add_next_steps(const struct job_view *v, const struct totals *t, enum lang lang,
                           struct buttons *b)
{
    if ((t->failed && !t->brake) || t->cancelled) {
        AUTO_BUF data = BUF_INIT(1024);
        buf_add(&data, "sync");
        for (size_t i = 0; i < v->job->n_steps; i++)
            buf_addf(&data, " %s", v->job->steps[i]);
        TEXT_BUTTON(b, lang, TEXT_BTN_AGAIN,
                    data.len <= BUTTON_DATA_MAX ? buf_str(&data) : "sync all");
        buttons_row(b);
    }
    if (t->invalid)
        TEXT_BUTTON(b, lang, TEXT_BTN_SHOW_INVALID, "invalid");
    if (t->last_run) {
        char data[BUTTON_DATA_MAX];
        snprintf(data, sizeof data, "run %lld", (long long)t->last_run);
        TEXT_BUTTON(b, lang, TEXT_BTN_RUN, data, T_ID("n", t->last_run));
    }
    TEXT_BUTTON(b, lang, TEXT_BTN_STATUS, "status");
}

void job_over(const struct job_view *v, enum lang lang, struct msg *m, struct buttons *b)
{
    struct totals t = add_up(v);
    char took[TEXT_SHORT];
    if (t.quiet && !t.cancelled && v->n_reports) {
        text_duration(took, lang, t.took_ms);
        TEXT_ADD(m, lang, TEXT_DONE_QUIET, T_INT("n", t.known), T_TEXT("took", took));
        msg_html(m, "\n");
        add_troubles(v, &t, lang, m);
    } else {
        add_head(v, &t, lang, m);
        for (size_t i = 0; i < v->n_reports; i++)
            add_flow_result(v, &v->reports[i], lang, m);
        add_troubles(v, &t, lang, m);
    }
    add_next_steps(v, &t, lang, b);
}
