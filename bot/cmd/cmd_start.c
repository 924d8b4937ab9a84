#include "bot/command.h"
#include "bot/deep_links.h"
#include "bot/dispatch.h"
#include "bot/main_menu.h"

/* Followed t.me/BOT?start=PAYLOAD: the screen as its command would show it. What the payload names
 * is not told to those who may not see it. */
static int run(struct ask *a, struct err *err)
{
    const char *rest = a->args, *payload = ask_word(a, &rest);
    bool done = false;
    if (!payload)
        return main_menu(a, NULL, err);
    const char *line = deep_link_command(payload, a->arena);
    if (line && dispatch_follow(a, line, &done, err))
        return -1;
    return done ? 0 : main_menu(a, text_template(a->lang, TEXT_LINK_UNKNOWN), err);
}

const struct command cmd_start = {"start", "", TEXT_CMD_START, ROLE_ANYONE, true, run};
