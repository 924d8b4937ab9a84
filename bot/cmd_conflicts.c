#include "bot/conflict_page.h"

#include <string.h>

static int say_later(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    int64_t n;
    if (conflicts_count_open(a->db, &n, err))
        return -1;
    TEXT_ADD(&m, a->lang, n ? TEXT_CONFLICT_LATER : TEXT_CONFLICT_NONE, T_INT("n", n));
    return ask_reply(a, &m, NULL, ask_slot(a, "conflict"), err);
}

static int run(struct ask *a, struct err *err)
{
    int64_t at = 0;
    if (!strcmp(a->args, "later"))
        return say_later(a, err);
    base_parse_i64(a->args, 0, 1000000, &at);
    return conflict_page(a, at, &(struct conflict_note){0}, err);
}

const struct command cmd_conflicts = {"conflicts",    "",   TEXT_CMD_CONFLICTS,
                                      ROLE_ORGANIZER, true, run};
