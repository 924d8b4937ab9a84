#include "bot/command.h"

static int run(struct ask *a, struct err *err)
{
    static const enum text_id names[] = {TEXT_ROLE_ANYONE, TEXT_ROLE_PARTICIPANT, TEXT_ROLE_CHECKER,
                                         TEXT_ROLE_ORGANIZER, TEXT_ROLE_ADMIN};
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, TEXT_ID_YOURS, T_ID("id", a->u->user_id),
             T_TEXT("role", text_template(a->lang, names[a->role])));
    if (!a->u->is_private) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_ID_CHAT, T_ID("id", a->u->chat_id));
    }
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_id = {"id", "", TEXT_CMD_ID, ROLE_ANYONE, true, run};
