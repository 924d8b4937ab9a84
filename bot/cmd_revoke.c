#include "bot/command.h"
#include "bot/grant.h"

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct grantee who;
    const char *args = a->args, *word = ask_word(a, &args);
    if (grant_find(a, word, &who, err))
        return -1;
    if (!word) {
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_HOW);
    } else if (!who.id) {
        TEXT_ADD(&m, a->lang, TEXT_GRANT_UNKNOWN, T_TEXT("who", word));
    } else if (who.is_admin) {
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_ADMIN);
    } else {
        if (people_grant(a->db, GRANT_VIA, who.id, ROLE_ANYONE, ask_actor(a), a->now, err))
            return -1;
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_DONE, T_TEXT("who", who.name));
    }
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_revoke = {"revoke", "ID|@name", TEXT_CMD_REVOKE, ROLE_ADMIN, false, run};
