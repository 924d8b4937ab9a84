#include "bot/command.h"

#include <string.h>

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    for (int i = 0; i < LANG_COUNT; i++) {
        if (strcmp(a->args, lang_code((enum lang)i)))
            continue;
        if (people_set_lang(a->db, a->via, a->u->user_id, a->args, err))
            return -1;
        TEXT_ADD(&m, (enum lang)i, TEXT_LANG_SET);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    TEXT_ADD(&m, a->lang, TEXT_LANG_ASK);
    buttons_add(&b, "Русский", "lang ru");
    buttons_add(&b, "English", "lang en");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_lang = {"lang", "[ru|en]", TEXT_CMD_LANG, ROLE_ANYONE, true, run};
