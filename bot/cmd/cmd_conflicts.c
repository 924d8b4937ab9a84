#include "bot/conflict_page.h"

#include "bot/command.h"
#include <string.h>

static int say_later(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    int64_t n, none;
    if (work_count(a, TASK_CONFLICT, &none, &n, err))
        return -1;
    TEXT_ADD(&m, a->lang, n ? TEXT_CONFLICT_LATER : TEXT_CONFLICT_NONE, T_INT("n", n));
    return ask_reply(a, &m, NULL, ask_slot(a, "conflict"), err);
}

static int run(struct ask *a, struct err *err)
{
    struct work_view v;
    if (!strcmp(a->args, "later"))
        return say_later(a, err);
    if (work_read(a, TASK_CONFLICT, &v, err))
        return -1;
    if (v.choosing)
        return work_choose(a, &v, work_slot(a, TASK_CONFLICT), err);
    return conflict_list(a, &v, &(struct conflict_note){0}, err);
}

const struct command cmd_conflicts =
    {"conflicts", "[flow|mine|free]", TEXT_CMD_CONFLICTS, ROLE_ORGANIZER, true, run};
