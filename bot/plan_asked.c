#include "bot/plan_asked.h"

#include <string.h>

int plan_asked(struct ask *a, bool must_be_open, struct saved_plan **ret, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct saved_plan *plan = NULL;
    int64_t id = 0;
    *ret = NULL;
    if (base_parse_i64(a->args, 1, INT64_MAX, &id) && plans_get(a->db, id, a->arena, &plan, err))
        return -1;
    if (!id) {
        TEXT_ADD(&m, a->lang, TEXT_PLAN_WHICH);
    } else if (!plan || !strcmp(plan->state, "writing")) {
        TEXT_ADD(&m, a->lang, TEXT_PLAN_UNKNOWN, T_ID("id", id));
    } else if (must_be_open && strcmp(plan->state, "open")) {
        enum text_id state =
            !strcmp(plan->state, "applied") ? TEXT_PLAN_STATE_APPLIED : TEXT_PLAN_STATE_REFUSED;
        TEXT_ADD(&m, a->lang, TEXT_PLAN_SETTLED, T_ID("id", id),
                 T_TEXT("state", text_template(a->lang, state)));
    } else {
        *ret = plan;
        return 0;
    }
    return ask_reply(a, &m, NULL, NULL, err);
}
