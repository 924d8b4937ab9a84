#include "bot/chat/in_private.h"
#include "bot/command.h"
#include "bot/confirm.h"
#include "bot/deep_links.h"
#include "bot/main_menu.h"

/* Followed t.me/BOT?start=PAYLOAD: the screen as its command would show it. What the payload names
 * is not told to those who may not see it. */
static int run(struct ask *a, struct err *err)
{
    const char *rest = a->args, *payload = ask_word(a, &rest);
    if (!payload)
        return main_menu(a, NULL, err) || confirm_show_waiting(a, err) ? -1 : 0;
    const char *line = deep_link_command(payload, a->arena);
    if (!line && a->u->is_private && in_private_question(a, payload, &line, err))
        return -1;
    if (!line || !command_open(a, line + (*line == '/')))
        return main_menu(a, text_template(a->lang, TEXT_LINK_UNKNOWN), err);
    a->follow = line;
    return 0;
}

const struct command cmd_start = {"start", "", TEXT_CMD_START, ROLE_ANYONE, true, run};
