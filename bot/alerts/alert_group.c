#include "bot/alerts/alert_group.h"

#include "store/plans.h"
#include "store/queue.h"

#include <string.h>

#define LED_MAX  JOB_STEPS_MAX
#define AGAIN_MS 3000
#define PATIENCE 300000 /* a job may take long; whoever decides need not wait for all of it */
#define NO_CYCLE ""

struct grouping {
    struct db *db;
    const struct bot *bot;
    struct schedule *schedule;
    int64_t now;
    struct arena *arena;
    struct job *jobs; /* those that are open */
    size_t n_jobs;
    struct alert *list; /* what is told by itself */
    size_t n;
};

/* ---------------------------------------------------------------- what it leads */

static int plan_of(struct db *db, const struct alert *a, struct arena *arena,
                   struct alert_plan *ret, struct err *err)
{
    struct saved_plan *plan = NULL;
    *ret = (struct alert_plan){.step = a->subject, .id = a->ref, .why = a->detail};
    if (a->ref && plans_get(db, a->ref, arena, &plan, err))
        return -1;
    bool open = plan && str_eq(plan->state, "open");
    ret->state = open && a->open                          ? ALERT_PLAN_WAITS
                 : plan && str_eq(plan->state, "applied") ? ALERT_PLAN_APPLIED
                 : plan && str_eq(plan->state, "refused") ? ALERT_PLAN_REFUSED
                                                          : ALERT_PLAN_OVER;
    return 0;
}

int alert_group_plans(struct db *db, const struct alert *group, struct arena *arena,
                      struct alert_plan **ret, size_t *ret_n, struct err *err)
{
    struct alert *led;
    size_t n;
    if (alerts_led(db, group->id, LED_MAX, arena, &led, &n, err))
        return -1;
    struct alert_plan *plans = arena_alloc(arena, n ? n : 1, sizeof *plans);
    for (size_t i = 0; i < n; i++) {
        if (plan_of(db, &led[i], arena, &plans[i], err))
            return -1;
    }
    *ret = plans;
    *ret_n = n;
    return 0;
}

static int waits(struct grouping *g, const struct alert *a, bool *ret, struct err *err)
{
    struct alert_plan plan;
    if (plan_of(g->db, a, g->arena, &plan, err))
        return -1;
    *ret = plan.state == ALERT_PLAN_WAITS;
    return 0;
}

/* ---------------------------------------------------------------- what is told */

static void tell(struct grouping *g, const struct alert *a)
{
    for (size_t i = 0; i < g->n; i++) {
        if (g->list[i].id == a->id)
            return;
    }
    g->list[g->n++] = *a;
}

/* Once nothing that it leads waits any more it is over. */
static int tell_group(struct grouping *g, const struct alert *group, struct err *err)
{
    struct alert_plan *plans;
    struct alert *over;
    size_t n, waiting = 0;
    if (alert_group_plans(g->db, group, g->arena, &plans, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        waiting += plans[i].state == ALERT_PLAN_WAITS;
    if (waiting || !group->open) {
        tell(g, group);
        return 0;
    }
    if (alerts_clear(g->db, ALERT_PLANS, group->subject, g->now, err) ||
        alerts_get(g->db, group->id, g->arena, &over, err))
        return -1;
    if (over && over->told_at)
        tell(g, over);
    return 0;
}

/* ---------------------------------------------------------------- what may still come */

/* A job at its first step has met nothing yet. */
static bool is_under_way(const struct grouping *g, const char *step)
{
    if (g->schedule && schedule_is_at(g->schedule, step))
        return true;
    for (size_t i = 0; i < g->n_jobs; i++) {
        for (size_t k = 0; g->jobs[i].step && k < g->jobs[i].n_steps; k++) {
            if (!strcmp(g->jobs[i].steps[k], step))
                return true;
        }
    }
    return false;
}

static bool may_grow(const struct grouping *g, const struct alert *a)
{
    return g->now - a->round_at < PATIENCE && is_under_way(g, a->subject);
}

/* ---------------------------------------------------------------- brakes that nobody knows of */

static bool has_step(const struct cycle *c, const char *step)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!strcmp(step_name(&c->steps[i]), step))
            return true;
    }
    return false;
}

/* The first cycle that all of them are steps of. */
static const char *cycle_of(const struct config *cfg, const struct alert *list, size_t n)
{
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        size_t in = 0;
        while (in < n && has_step(cfg->cycles[i], list[in].subject))
            in++;
        if (in == n)
            return cfg->cycles[i]->name;
    }
    return NO_CYCLE;
}

/* Several that came to light together get one that leads them; to one that leads already they are
 * news. */
static int lead(struct grouping *g, const struct alert *list, size_t n, struct err *err)
{
    const struct alert_news news = {.kind = ALERT_PLANS,
                                    .subject = cycle_of(g->bot->cfg, list, n),
                                    .num = (int64_t)n,
                                    .since = list[0].since};
    struct alert *group;
    int64_t id;
    bool anew = false;
    if (alerts_raise(g->db, &news, g->now, &id, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        anew = anew || !list[i].flaps;
        if (alerts_set_lead(g->db, list[i].id, id, g->now, err))
            return -1;
    }
    if (alerts_get(g->db, id, g->arena, &group, err))
        return -1;
    if (group->told_at && anew &&
        (alerts_again(g->db, id, group->since, g->now, err) ||
         alerts_get(g->db, id, g->arena, &group, err)))
        return -1;
    return tell_group(g, group, err);
}

/* One alone is told as it is; a plan of one that a group leads joins it. */
static int tell_untold(struct grouping *g, struct err *err)
{
    struct alert *all, *group;
    size_t n, ready = 0;
    if (alerts_untold(g->db, ALERT_BRAKE, LED_MAX, g->arena, &all, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (may_grow(g, &all[i])) {
            if (alerts_touch(g->db, all[i].id, g->now + AGAIN_MS, err))
                return -1;
        } else {
            all[ready++] = all[i];
        }
    }
    if (!ready)
        return 0;
    if (alerts_find_open(g->db, ALERT_PLANS, cycle_of(g->bot->cfg, all, ready), g->arena, &group,
                         err))
        return -1;
    if (ready > 1 || (group && *group->subject))
        return lead(g, all, ready, err);
    tell(g, &all[0]);
    return 0;
}

/* ---------------------------------------------------------------- one of those that are due */

/* Gives way to the one that leads it; where that one is over, only a new plan is news. */
static int led(struct grouping *g, const struct alert *a, bool *ret_untold, struct err *err)
{
    struct alert *group;
    bool waiting;
    if (alerts_get(g->db, a->lead, g->arena, &group, err))
        return -1;
    if (group && group->open)
        return alerts_set_lead(g->db, a->id, a->lead, g->now, err) || tell_group(g, group, err) ? -1
                                                                                                : 0;
    if (waits(g, a, &waiting, err))
        return -1;
    *ret_untold = *ret_untold || waiting;
    return alerts_set_lead(g->db, a->id, waiting ? 0 : a->lead, g->now, err);
}

static int sort_one(struct grouping *g, const struct alert *a, bool *ret_untold, struct err *err)
{
    bool brake = a->kind == ALERT_BRAKE && a->open;
    if (a->kind == ALERT_PLANS)
        return tell_group(g, a, err);
    if (brake && a->lead)
        return led(g, a, ret_untold, err);
    if (brake && !a->told_at && !a->grouped)
        *ret_untold = true;
    else
        tell(g, a);
    return 0;
}

int alert_group_due(struct db *db, const struct bot *bot, struct schedule *schedule, int64_t now,
                    struct arena *arena, struct alert **list, size_t *n, struct err *err)
{
    struct grouping g = {.db = db,
                         .bot = bot,
                         .schedule = schedule,
                         .now = now,
                         .arena = arena,
                         .list = arena_alloc(arena, *n * 2 + 1, sizeof *g.list)};
    bool untold = false;
    for (size_t i = 0; i < *n; i++) {
        if (sort_one(&g, &(*list)[i], &untold, err))
            return -1;
    }
    if (untold && (queue_open_jobs(db, arena, &g.jobs, &g.n_jobs, err) || tell_untold(&g, err)))
        return -1;
    *list = g.list;
    *n = g.n;
    return 0;
}
