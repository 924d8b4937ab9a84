#include "bot/cmd/plan_asked.h"
#include "bot/command.h"
#include "store/chat/alerts.h"

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct saved_plan **list;
    size_t n;
    if (plans_asked(a, &list, &n, err))
        return -1;
    if (!n)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (!list[i]->brake || a->role >= ROLE_ADMIN)
            continue;
        TEXT_ADD(&m, a->lang, TEXT_PLAN_ADMIN_ONLY, T_ID("id", list[i]->id));
        return ask_reply(a, &m, NULL, NULL, err);
    }
    for (size_t i = 0; i < n; i++) {
        bool was_open;
        if (plans_settle(a->db, list[i]->id, "refused", ask_actor(a), a->now, &was_open, err) ||
            alerts_plan_settled(a->db, list[i]->flow, a->now, err))
            return -1;
    }
    TEXT_ADD(&m, a->lang, n == 1 ? TEXT_PLAN_REFUSED : TEXT_PLANS_REFUSED, T_ID("id", list[0]->id),
             T_TEXT("ids", plans_ids(a, list, n)));
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_refuse = {"refuse",       "N… | all", TEXT_CMD_REFUSE,
                                   ROLE_ORGANIZER, false,      run};
