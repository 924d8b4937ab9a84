#include "bot/confirm.h"

#include "store/base/json.h"

#include <string.h>

#define VIA "telegram" /* where admins are */

/* ---------------------------------------------------------------- the second admin */

/* Whoever sits at the terminal could do anything anyway. */
bool confirm_wants_second(const struct bot *bot, const struct confirmation *c)
{
    return bot->cfg->second_admin_above && c->size > bot->cfg->second_admin_above &&
           strcmp(c->via, "console") != 0;
}

static void add_other(int64_t *list, size_t *n, const struct confirmation *c, int64_t id)
{
    if (!strcmp(c->via, VIA) && id == c->user_id)
        return;
    for (size_t i = 0; i < *n; i++) {
        if (list[i] == id)
            return;
    }
    list[(*n)++] = id;
}

int confirm_others(struct ask *a, const struct confirmation *c, const int64_t **ret, size_t *ret_n,
                   struct err *err)
{
    const struct config *cfg = a->bot->cfg;
    struct chat_user *given;
    size_t n_given;
    if (people_with_role(a->db, VIA, ROLE_ADMIN, a->arena, &given, &n_given, err))
        return -1;
    int64_t *list = arena_alloc(a->arena, cfg->n_admins + n_given + 1, sizeof *list);
    *ret_n = 0;
    for (size_t i = 0; i < cfg->n_admins; i++)
        add_other(list, ret_n, c, cfg->admins[i]);
    for (size_t i = 0; i < n_given; i++)
        add_other(list, ret_n, c, given[i].user_id);
    *ret = list;
    return 0;
}

/* ---------------------------------------------------------------- asking */

bool confirm_given(const struct ask *a)
{
    return a->confirmed && a->confirmed->state == CONFIRM_DOING;
}

bool confirm_late(const struct ask *a)
{
    return a->confirmed && a->confirmed->state != CONFIRM_DOING;
}

static char *all_words(const struct confirm_question *q, struct arena *arena)
{
    AUTO_BUF json = BUF_INIT(1 << 14);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        buf_addf(&json, "%s\"%s\":", lang ? "," : "{", lang_code((enum lang)lang));
        json_quote(&json, q->what[lang]);
        if (!q->doing[lang])
            continue;
        buf_addf(&json, ",\"%s_doing\":", lang_code((enum lang)lang));
        json_quote(&json, q->doing[lang]);
    }
    buf_addc(&json, '}');
    return arena_strdup(arena, buf_str(&json));
}

int confirm_add(struct ask *a, const struct confirm_question *q, const char *slot, struct msg *m,
                struct buttons *b, struct err *err)
{
    char when[TEXT_SHORT];
    const int64_t max = a->bot->cfg->second_admin_above;
    const struct confirmation c = {.via = a->via,
                                   .user_id = a->u->user_id,
                                   .chat_id = a->u->chat_id,
                                   .thread_id = a->u->thread_id,
                                   .slot = slot,
                                   .command = q->command,
                                   .what = all_words(q, a->arena),
                                   .size = q->size,
                                   .asked_at = a->now};
    const int64_t *others;
    size_t n;
    int64_t id;
    if (confirm_others(a, &c, &others, &n, err))
        return -1;
    bool second = confirm_wants_second(a->bot, &c);
    msg_html(m, "\n\n");
    if (second && !n) {
        TEXT_ADD(m, a->lang, TEXT_CONFIRM_ALONE, T_INT("max", max));
        return 0;
    }
    if (confirmations_ask(a->db, &c, &id, err))
        return -1;
    if (second) {
        TEXT_ADD(m, a->lang, TEXT_CONFIRM_HINT_SECOND, T_INT("max", max));
        msg_html(m, " ");
    }
    TEXT_ADD(m, a->lang, TEXT_CONFIRM_HINT,
             T_TEXT("time", text_clock(when, a->lang, a->now + CONFIRM_GOOD_MS, a->now)));
    const char *mark = strrchr(slot, ':');
    mark = mark ? mark + 1 : slot;
    TEXT_BUTTON(b, a->lang, q->yes,
                arena_printf(a->arena, "confirm %lld yes @%s", (long long)id, mark));
    TEXT_BUTTON(b, a->lang, TEXT_BTN_REFUSE,
                arena_printf(a->arena, "confirm %lld no @%s", (long long)id, mark));
    return 0;
}

int confirm_ask(struct ask *a, const struct confirm_question *q, const char *slot, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (confirm_late(a)) {
        TEXT_ADD(&m, a->lang, TEXT_CONFIRM_OVER);
        msg_html(&m, "\n");
    }
    TEXT_ADD(&m, a->lang, TEXT_CONFIRM_SURE, T_TEXT("what", q->what[a->lang]));
    if (confirm_add(a, q, slot, &m, &b, err))
        return -1;
    return ask_reply(a, &m, &b, slot, err);
}
