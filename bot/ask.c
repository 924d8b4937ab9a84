#include "bot/ask.h"

#include "bot/chat/groups.h"
#include "store/names.h"

#include <string.h>

int ask_reply(struct ask *a, struct msg *m, struct buttons *b, const char *slot, struct err *err)
{
    struct outgoing out = {
        .via = a->via,
        .chat_id = a->u->chat_id,
        .thread_id = a->u->thread_id,
        .text = msg_str(m),
        .slot = slot,
    };
    a->said = slot;
    if (b && groups_turn(a->bot, a->db, a->via, a->u->chat_id, b, err))
        return -1;
    out.buttons = b ? buttons_json(b) : NULL;
    return chatbox_say(a->db, &out, err);
}

const char *ask_slot(struct ask *a, const char *name)
{
    if (a->slot)
        return arena_printf(a->arena, "%s:%s", name, a->slot);
    a->slot = arena_printf(a->arena, "%lld", (long long)a->update);
    return arena_printf(a->arena, "%s:%s", name, a->slot);
}

char *ask_word(struct ask *a, const char **args)
{
    const char *s = *args + strspn(*args, " \t\n");
    size_t n = strcspn(s, " \t\n");
    *args = s + n;
    return n ? arena_strndup(a->arena, s, n) : NULL;
}

const char *ask_actor(struct ask *a)
{
    return arena_printf(a->arena, "%s:%lld", a->via, (long long)a->u->user_id);
}

int ask_answer(struct ask *a, const char *text, struct err *err)
{
    if (a->u->kind != UPDATE_PRESS || !a->u->callback_id)
        return 0;
    return chatbox_answer(a->db, a->via, a->u->chat_id, a->u->callback_id, text, err);
}

/* ---------------------------------------------------------------- who is this, and may they */

int ask_person(struct ask *a, struct err *err)
{
    struct chat_user *known;
    if (people_get(a->db, a->via, a->u->user_id, a->arena, &known, err) ||
        rights_of(a->bot, a->db, a->via, a->u->user_id, a->now, a->arena, &a->rights, err))
        return -1;
    if (!known) {
        known = arena_alloc(a->arena, 1, sizeof *known);
        *known = (struct chat_user){.via = a->via, .user_id = a->u->user_id};
    }
    a->user = known;
    a->role = a->rights->whole;
    a->lang = lang_of(known->lang, bot_default_lang(a->bot));
    return 0;
}

bool ask_may_team(struct ask *a, const char *team_id)
{
    return rights_for_team(a->rights, a->need, team_id);
}

int ask_may_record(struct ask *a, const char *entity, const char *id, bool *ret, struct err *err)
{
    return rights_for_record(a->db, a->rights, a->need, entity, id, a->arena, ret, err);
}

const char *ask_teams(struct ask *a)
{
    AUTO_BUF names = BUF_INIT(4096);
    for (size_t i = 0; i < a->rights->n; i++) {
        const struct right *r = &a->rights->list[i];
        if (r->team_id && r->role > a->rights->whole)
            buf_addf(&names, "%s%s", names.len ? ", " : "",
                     record_name_of(a->db, "team", r->team_id, a->arena));
    }
    return arena_strdup(a->arena, buf_str(&names));
}

int ask_refuse_record(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, TEXT_DENIED_RECORD, T_TEXT("teams", ask_teams(a)));
    return ask_reply(a, &m, NULL, NULL, err);
}

int ask_refuse_whole(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, TEXT_DENIED_TEAM, T_TEXT("teams", ask_teams(a)));
    return ask_reply(a, &m, NULL, NULL, err);
}
