#include "bot/cmd/record_asked.h"
#include "bot/command.h"
#include "bot/grant.h"

#include <string.h>

/* Where neither a username nor a phone number says it: an admin does. */

static int tell(struct ask *a, const struct grantee *who, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct chat_user *u;
    struct binding *b;
    if (people_get(a->db, GRANT_VIA, who->id, a->arena, &u, err) ||
        bindings_get(a->db, GRANT_VIA, who->id, a->arena, &b, err))
        return -1;
    if (!u || !u->name)
        return 0;
    TEXT_ADD(&m, lang_of(u->lang, bot_default_lang(a->bot)), TEXT_BIND_YOU,
             T_TEXT("name", b->first_name ? b->first_name : b->name));
    struct outgoing out = {.via = GRANT_VIA, .chat_id = who->id, .text = msg_str(&m)};
    return chatbox_say(a->db, &out, err);
}

static int bind(struct ask *a, const struct grantee *who, const struct named *one, struct err *err)
{
    AUTO_MSG m = MSG_INIT, whom = MSG_INIT;
    struct binding *other;
    bool taken;
    if (strcmp(one->entity, "person") != 0) {
        TEXT_ADD(&m, a->lang, TEXT_BIND_NOT_PERSON, T_TEXT("name", one->name));
        return ask_reply(a, &m, NULL, NULL, err);
    }
    const struct binding b = {.via = GRANT_VIA,
                              .user_id = who->id,
                              .person_id = one->id,
                              .how = BOUND_HAND};
    if (bindings_set(a->db, &b, ask_actor(a), a->now, &taken, err) ||
        (!taken && (grant_changed(a, who->id, err) || tell(a, who, err))) ||
        bindings_of_person(a->db, GRANT_VIA, one->id, a->arena, &other, err))
        return -1;
    grantee_words(who, a->lang, &whom);
    if (taken)
        TEXT_ADD(&m, a->lang, TEXT_BIND_TAKEN, T_TEXT("name", one->name),
                 T_ID("id", other->user_id));
    else
        TEXT_ADD(&m, a->lang, TEXT_BIND_DONE, T_HTML("who", msg_str(&whom)),
                 T_TEXT("name", one->name));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct grantee who;
    struct named *one;
    const char *args = a->args, *word = ask_word(a, &args), *rest;
    if (grant_find(a, word, &who, err))
        return -1;
    args += strspn(args, " \t\n");
    if (who.id && *args) {
        a->args = args;
        if (record_asked_of(a, "person", arena_printf(a->arena, "bind %lld", (long long)who.id),
                            TEXT_BIND_WHO, &one, &rest, err))
            return -1;
        return one ? bind(a, &who, one, err) : 0;
    }
    if (word && !who.id)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_UNKNOWN, T_TEXT("who", word));
    else
        TEXT_ADD(&m, a->lang, TEXT_BIND_HOW);
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_bind = {"bind", "ID|@name NAME", TEXT_CMD_BIND, ROLE_ADMIN, false, run};
