#include "bot/command.h"
#include "bot/grant.h"

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT, whom = MSG_INIT;
    struct grantee who;
    struct binding *b = NULL;
    const char *args = a->args, *word = ask_word(a, &args);
    bool was = false;
    if (grant_find(a, word, &who, err))
        return -1;
    if (who.id && (bindings_get(a->db, GRANT_VIA, who.id, a->arena, &b, err) ||
                   bindings_clear(a->db, GRANT_VIA, who.id, ask_actor(a), a->now, &was, err) ||
                   (was && grant_changed(a, who.id, err))))
        return -1;
    grantee_words(&who, a->lang, &whom);
    if (!word)
        TEXT_ADD(&m, a->lang, TEXT_UNBIND_HOW);
    else if (!who.id)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_UNKNOWN, T_TEXT("who", word));
    else if (!was)
        TEXT_ADD(&m, a->lang, TEXT_UNBIND_NONE, T_TEXT("who", who.name));
    else
        TEXT_ADD(&m, a->lang, TEXT_UNBIND_DONE, T_HTML("who", msg_str(&whom)), T_ID("id", who.id),
                 T_TEXT("name", b->name));
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_unbind = {"unbind", "ID|@name", TEXT_CMD_UNBIND, ROLE_ADMIN, false, run};
