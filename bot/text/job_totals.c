#include "bot/text/job_totals.h"

#include "sync/steps.h"

#include <string.h>

/* Several flows carry the same records: those of an entity count once, where most are known. */
static bool counted_elsewhere(const struct job_view *v, size_t at)
{
    const struct report *r = &v->reports[at];
    struct step mine, other;
    if (!config_step(v->cfg, r->flow, &mine))
        return false;
    for (size_t i = 0; i < v->n_reports; i++) {
        int64_t known = v->reports[i].known;
        if (i != at && config_step(v->cfg, v->reports[i].flow, &other) &&
            other.flow->entity == mine.flow->entity &&
            (known > r->known || (known == r->known && i < at)))
            return true;
    }
    return false;
}

static void add_rows_up(struct job_totals *t, const struct report *r)
{
    t->new_invalid += r->push ? 0 : r->counts.invalid;
    t->invalid += r->push ? 0 : r->invalid;
    t->waiting += r->push ? 0 : r->waiting;
    t->new_unsent += r->push ? r->counts.invalid : 0;
    t->unsent += r->push ? r->invalid : 0;
    t->held_back += r->push ? r->waiting : 0;
    t->new_unread += r->error ? 0 : r->new_unread; /* else it was only planned */
    t->unread += r->unread;
    t->held += r->held;
    t->gone += r->gone;
}

/* What is not sent because a brake stopped the reading before it has not failed by itself. */
static bool has_failed(const struct report *r)
{
    return r->error && r->error_kind != ERR_CANCELED && r->error_kind != ERR_LIMIT &&
           !(report_is_skipped(r) && r->error_kind == ERR_TEMP);
}

bool job_did(const struct report *r)
{
    return r->error_kind != ERR_LIMIT || bot_is_first_marks(r->error);
}

static void add_brake(struct job_totals *t, const struct report *r)
{
    bool marks = bot_is_first_marks(r->error);
    t->brake = r;
    t->n_brakes++;
    t->first_marks = t->first_marks || marks;
    t->braked_reading = t->braked_reading || !r->push;
    t->braked_sending = t->braked_sending || (r->push && !marks);
}

struct job_totals job_totals(const struct job_view *v)
{
    struct job_totals t = {.quiet = true};
    for (size_t i = 0; i < v->n_reports; i++) {
        const struct report *r = &v->reports[i];
        const struct counts *c = &r->counts;
        t.took_ms += r->took_ms;
        t.known += counted_elsewhere(v, i) ? 0 : r->known;
        add_rows_up(&t, r);
        t.ran += !report_is_skipped(r);
        t.preview = t.preview || r->dry_run;
        t.reads_news = t.reads_news || (!r->push && (c->inserted || c->updated || c->deleted));
        t.sends = t.sends || r->push;
        t.quiet = t.quiet && report_is_quiet(r) && !r->dry_run;
        t.failed = t.failed || has_failed(r);
        t.failed_reading = t.failed_reading || (has_failed(r) && !r->push);
        t.auth = t.auth || r->error_kind == ERR_AUTH;
        t.cancelled = t.cancelled || r->error_kind == ERR_CANCELED;
        if (r->run)
            t.last_run = r->run;
        if (r->error && r->error_kind == ERR_LIMIT)
            add_brake(&t, r);
        if (job_did(r) && r->run && !r->dry_run &&
            (c->inserted || c->updated || (c->deleted && !r->marks)))
            t.changed_run = r->run, t.n_changed++;
    }
    t.cancelled = t.cancelled || !strcmp(v->job->state, "cancelled");
    return t;
}
