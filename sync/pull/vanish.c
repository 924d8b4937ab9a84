#include "store/base/log.h"
#include "store/rows.h"
#include "sync/mark.h"
#include "sync/pull/gone.h"
#include "sync/run_state.h"

/* What we wrote may not be listed yet: absence so soon after our own write proves nothing. */
#define OWN_WRITE_MS 600000
#define MISSING_MAX  100000 /* links looked at; more than that any brake has long stopped */

int vanish_count(struct run_state *s, struct err *err)
{
    int64_t missing;
    s->facts.complete = s->end.complete;
    if (!s->end.complete) /* absence means nothing, and need not be counted */
        return links_known(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table,
                           s->flow->entity->name, &s->facts.known, err);
    if (links_tally(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table,
                    s->flow->entity->name, s->now_ms - OWN_WRITE_MS, &s->facts.known, &missing,
                    err))
        return -1;
    if (s->flow->missing != MISSING_IGNORE && s->flow->missing != MISSING_REPORT)
        s->facts.missing = missing;
    return 0;
}

static int look_at(struct run_state *s, const struct link *l, int64_t *unknown, struct err *err)
{
    enum presence there = ROW_UNKNOWN;
    if (s->remote->ops->look(s->remote, s->flow->table, l->remote_id, &there, err))
        return err_wrap(err, "asking for the missing row %s", l->remote_id);
    if (there == ROW_GONE || there == ROW_TRASHED)
        return gone_record(s, l, err);
    /* there after all, or a 404 that proves nothing: remembered, so that it is not news every time
     */
    if (there == ROW_UNKNOWN)
        (*unknown)++;
    if (!l->missing_since && there == ROW_UNKNOWN) {
        struct op op = {.kind = OP_MISSING, .link = *l};
        op.link.missing_since = s->now_ms;
        plan_add(&s->plan, &op);
    }
    return 0;
}

static int free_missing_jailed(struct run_state *s, struct err *err)
{
    struct jailed *gone;
    size_t n;
    if (quarantine_missing(s->e->db, s->flow->name, s->arena, &gone, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        s->rep->freed++;
        plan_add(&s->plan, &(struct op){.kind = OP_FREE, .jail = gone[i]});
    }
    return 0;
}

int vanish_plan(struct run_state *s, struct err *err)
{
    struct link *missing;
    size_t n;
    int64_t total, unknown = 0;
    if (!s->end.complete)
        return 0;
    if (free_missing_jailed(s, err) || mark_vanish(s, err))
        return -1;
    if (s->flow->missing == MISSING_IGNORE)
        return 0;
    if (links_missing(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table,
                      s->flow->entity->name, s->now_ms - OWN_WRITE_MS, s->arena, MISSING_MAX,
                      &missing, &n, &total, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool told = s->flow->missing == MISSING_REPORT && missing[i].missing_since;
        if ((!told && !gone_is_known(&missing[i]) && look_at(s, &missing[i], &unknown, err)) ||
            run_progress(s, PROGRESS_LOOK, (int64_t)i + 1, (int64_t)n, err))
            return -1;
    }
    if (unknown)
        log_event(LOG_WARN, "rows neither listed nor provably deleted", "flow", s->flow->name,
                  "rows", STR_I64(unknown), NULL);
    return 0;
}

int vanish_plan_unasked(struct run_state *s, struct err *err)
{
    struct link *missing;
    size_t n;
    int64_t total;
    if (!s->end.complete || s->flow->missing == MISSING_IGNORE)
        return 0;
    if (links_missing(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table,
                      s->flow->entity->name, s->now_ms - OWN_WRITE_MS, s->arena, MISSING_MAX,
                      &missing, &n, &total, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (gone_record(s, &missing[i], err))
            return -1;
    }
    return 0;
}
