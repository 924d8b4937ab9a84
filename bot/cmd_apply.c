#include "bot/flows_asked.h"
#include "bot/plan_asked.h"

/* An older plan is answered with a new preview: the tables have moved on. */
#define PLAN_GOOD_MS ((int64_t)24 * 3600 * 1000)

static int refuse(struct ask *a, const struct saved_plan *plan, enum text_id why, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUF name = BUF_INIT(512);
    struct step s;
    bool known = config_step(a->bot->cfg, plan->flow, &s);
    TEXT_ADD(&m, a->lang, why, T_ID("id", plan->id),
             T_TEXT("flow", known ? choose_name(&s, &name) : plan->flow));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    struct saved_plan *plan;
    bool was_open;
    if (plan_asked(a, true, &plan, err))
        return -1;
    if (!plan)
        return 0;
    struct job_options options = {.plan = plan->id};
    struct choice c;
    if (plan->brake && a->role < ROLE_ADMIN)
        return refuse(a, plan, TEXT_PLAN_ADMIN_ONLY, err);
    if (a->now - plan->created_at > PLAN_GOOD_MS)
        return refuse(a, plan, TEXT_PLAN_TOO_OLD, err);
    if (!choose_step(a->bot->cfg, plan->flow, &c))
        return refuse(a, plan, TEXT_PLAN_UNKNOWN, err);
    /* only a whole listing can show again that a row is gone */
    options.full = !c.steps[0].push;
    if (plans_settle(a->db, plan->id, "applied", ask_actor(a), a->now, &was_open, err))
        return -1;
    return flows_start(a, &c, arena_printf(a->arena, "apply-%lld", (long long)plan->id), &options,
                       err);
}

const struct command cmd_apply = {"apply", "N", TEXT_CMD_APPLY, ROLE_ORGANIZER, false, run};
