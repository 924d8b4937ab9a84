#include "bot/grant.h"

#include <string.h>

int grant_find(struct ask *a, const char *word, struct grantee *ret, struct err *err)
{
    struct chat_user *u = NULL;
    int64_t id = 0;
    *ret = (struct grantee){.name = word};
    if (!word)
        return 0;
    if (base_parse_i64(word, 1, (int64_t)1 << 52, &id)) {
        if (people_get(a->db, GRANT_VIA, id, a->arena, &u, err))
            return -1;
    } else if (people_find(a->db, GRANT_VIA, word + (*word == '@'), a->arena, &u, err)) {
        return -1;
    }
    ret->id = u ? u->user_id : id;
    if (u) {
        ret->role = u->role;
        if (u->name && *u->name)
            ret->name = u->name;
    }
    for (size_t i = 0; i < a->bot->cfg->n_admins; i++)
        ret->is_admin = ret->is_admin || a->bot->cfg->admins[i] == ret->id;
    if (ret->is_admin)
        ret->role = ROLE_ADMIN;
    return 0;
}

int grant_tell(struct ask *a, const struct grantee *who, enum text_id text, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct chat_user *u;
    if (people_get(a->db, GRANT_VIA, who->id, a->arena, &u, err))
        return -1;
    if (!u || !u->name)
        return 0;
    TEXT_ADD(&m, lang_of(u->lang, bot_default_lang(a->bot)), text);
    struct outgoing out = {.via = GRANT_VIA, .chat_id = who->id, .text = msg_str(&m)};
    return chatbox_say(a->db, &out, err);
}
