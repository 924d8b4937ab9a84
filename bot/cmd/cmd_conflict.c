#include "bot/command.h"
#include "bot/conflict_page.h"

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct conflict *c = NULL;
    int64_t id = 0;
    bool may = true;
    if (base_parse_i64(a->args, 1, INT64_MAX, &id) && conflicts_get(a->db, id, a->arena, &c, err))
        return -1;
    if (c && rights_for_conflict(a->db, a->rights, a->need, c, a->arena, &may, err))
        return -1;
    if (!may)
        return ask_refuse_record(a, err);
    if (c)
        return conflict_card(a, c, &(struct conflict_note){0}, err);
    if (id)
        TEXT_ADD(&m, a->lang, TEXT_CONFLICT_UNKNOWN, T_ID("id", id));
    else
        TEXT_ADD(&m, a->lang, TEXT_CONFLICT_WHICH);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_CONFLICTS, "conflicts");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_conflict = {"conflict",     "N",   TEXT_CMD_CONFLICT,
                                     ROLE_ORGANIZER, false, run};
