#include "bot/command.h"

#include <string.h>

/* All that they may do, each kind once: «организатор (Кухня, до 4 июля, 12:00), участник». */
static const char *roles(struct ask *a)
{
    AUTO_BUF all = BUF_INIT(8192);
    for (size_t i = 0; i < a->rights->n; i++) {
        const struct right *r = &a->rights->list[i];
        AUTO_BUF one = BUF_INIT(4096);
        rights_words(&one, a->db, r->role, r->team_id, r->grant ? r->grant->until : 0, a->now,
                     a->lang, a->arena);
        if (!all.len || !strstr(buf_str(&all), buf_str(&one)))
            buf_addf(&all, "%s%s", all.len ? ", " : "", buf_str(&one));
    }
    if (!all.len)
        return text_template(a->lang, TEXT_ROLE_ANYONE);
    return arena_strdup(a->arena, buf_str(&all));
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    const struct binding *bound = a->rights->bound;
    TEXT_ADD(&m, a->lang, TEXT_ID_YOURS, T_ID("id", a->u->user_id), T_TEXT("role", roles(a)));
    if (!a->u->is_private) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_ID_CHAT, T_ID("id", a->u->chat_id));
        msg_html(&m, a->u->thread_id ? "\n" : "");
        if (a->u->thread_id)
            TEXT_ADD(&m, a->lang, TEXT_ID_TOPIC, T_ID("id", a->u->thread_id),
                     T_ID("chat", a->u->chat_id));
    } else if (bound && bound->live) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_ID_BOUND, T_TEXT("name", bound->name));
    }
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_id = {"id", "", TEXT_CMD_ID, ROLE_ANYONE, true, run};
