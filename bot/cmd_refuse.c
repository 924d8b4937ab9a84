#include "bot/plan_asked.h"

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct saved_plan *plan;
    bool was_open;
    if (plan_asked(a, true, &plan, err))
        return -1;
    if (!plan)
        return 0;
    if (plans_settle(a->db, plan->id, "refused", ask_actor(a), a->now, &was_open, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_PLAN_REFUSED, T_ID("id", plan->id));
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_refuse = {"refuse", "N", TEXT_CMD_REFUSE, ROLE_ORGANIZER, false, run};
