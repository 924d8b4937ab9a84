#include "bot/command.h"
#include "bot/main_menu.h"

static int run(struct ask *a, struct err *err)
{
    const char *rest = a->args, *page = ask_word(a, &rest);
    return str_eq(page, "more") ? main_menu_more(a, err) : main_menu(a, NULL, err);
}

const struct command cmd_menu = {"menu", "", TEXT_CMD_MENU, ROLE_ANYONE, false, run};
