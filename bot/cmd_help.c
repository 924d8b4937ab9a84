#include "bot/command.h"

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (a->role == ROLE_ANYONE) {
        TEXT_ADD(&m, a->lang, TEXT_START_STRANGER, T_ID("id", a->u->user_id));
        return ask_reply(a, &m, NULL, NULL, err);
    }
    TEXT_ADD(&m, a->lang, TEXT_HELP_HEAD);
    for (size_t i = 0; i < n_commands; i++) {
        const struct command *c = commands[i];
        if (c->role > a->role)
            continue;
        msg_html(&m, "\n/");
        msg_text(&m, c->name);
        if (*c->args) {
            msg_html(&m, " ");
            msg_text(&m, c->args);
        }
        msg_html(&m, " — ");
        TEXT_ADD(&m, a->lang, c->help);
    }
    msg_html(&m, "\n\n");
    TEXT_ADD(&m, a->lang, TEXT_HELP_NEXT);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_help = {"help", "", TEXT_CMD_HELP, ROLE_ANYONE, true, run};
