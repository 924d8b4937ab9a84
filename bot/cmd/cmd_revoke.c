#include "bot/command.h"
#include "bot/confirm.h"
#include "bot/grant.h"
#include "store/names.h"

#include <string.h>

/* "g12": a grant by its number, as buttons carry it; "ID all": everything; "ID" or "@name": which?
 */

static int say(struct ask *a, struct msg *m, struct buttons *b, struct err *err)
{
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_ROLES, "roles");
    return ask_reply(a, m, b, ask_slot(a, "revoke"), err);
}

/* ---------------------------------------------------------------- one, or all of one person */

static int take(struct ask *a, const struct grantee *who, const struct grant *list, size_t n,
                struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool was, any = false;
    for (size_t i = 0; i < n; i++) {
        if (grants_take(a->db, list[i].id, ask_actor(a), a->now, &was, err) ||
            (was && grant_tell(a, who, TEXT_REVOKE_YOU, &list[i], err)))
            return -1;
        any = any || was;
    }
    if (any && grant_changed(a, who->id, err))
        return -1;
    if (!any)
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_GONE);
    else if (n == 1)
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_DONE, T_TEXT("who", who->name),
                 T_TEXT("what", grant_words(a, a->lang, &list[0])));
    else
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_DONE_ALL, T_TEXT("who", who->name));
    return say(a, &m, &b, err);
}

/* What will be taken, in every language. */
static const char *what(struct ask *a, enum lang lang, const struct grantee *who,
                        const struct grant *list, size_t n)
{
    AUTO_BUF b = BUF_INIT(4096);
    if (n == 1)
        TEXT_PLAIN(&b, lang, TEXT_REVOKE_WHAT, T_TEXT("who", who->name),
                   T_TEXT("what", grant_words(a, lang, &list[0])));
    else
        TEXT_PLAIN(&b, lang, TEXT_REVOKE_WHAT_ALL, T_TEXT("who", who->name));
    return arena_strdup(a->arena, buf_str(&b));
}

static int take_once_sure(struct ask *a, const struct grantee *who, const struct grant *list,
                          size_t n, struct err *err)
{
    if (confirm_given(a))
        return take(a, who, list, n, err);
    const struct confirm_question q = {.command = n == 1 ? arena_printf(a->arena, "revoke g%lld",
                                                                        (long long)list[0].id)
                                                         : arena_printf(a->arena, "revoke %lld all",
                                                                        (long long)who->id),
                                       .what = {[LANG_RU] = what(a, LANG_RU, who, list, n),
                                                [LANG_EN] = what(a, LANG_EN, who, list, n)},
                                       .yes = TEXT_BTN_CONFIRM};
    return confirm_ask(a, &q, ask_slot(a, "revoke"), err);
}

static int by_number(struct ask *a, int64_t id, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct grant *g;
    struct grantee who;
    if (grants_get(a->db, id, a->arena, &g, err))
        return -1;
    if (!g || !grant_counts(g, a->now)) {
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_GONE);
        return say(a, &m, &b, err);
    }
    if (grant_find(a, arena_printf(a->arena, "%lld", (long long)g->user_id), &who, err))
        return -1;
    return take_once_sure(a, &who, g, 1, err);
}

/* ---------------------------------------------------------------- whose */

/* What they may do without a grant of ours, and where that is changed. */
static int say_none(struct ask *a, const struct grantee *who, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF teams = BUF_INIT(4096);
    const struct rights *r;
    if (rights_of(a->bot, a->db, GRANT_VIA, who->id, a->now, a->arena, &r, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_REVOKE_NONE, T_TEXT("who", who->name));
    for (size_t i = 0; i < r->n; i++) {
        if (r->list[i].from == RIGHT_LEADS)
            buf_addf(&teams, "%s%s", teams.len ? ", " : "",
                     record_name_of(a->db, "team", r->list[i].team_id, a->arena));
    }
    if (teams.len) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_LEADS, T_TEXT("who", who->name),
                 T_TEXT("teams", buf_str(&teams)));
    }
    if (r->bound && r->bound->live) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_BOUND, T_TEXT("who", who->name),
                 T_TEXT("name", r->bound->name), T_ID("id", who->id));
    }
    return say(a, &m, &b, err);
}

static int ask_which(struct ask *a, const struct grantee *who, const struct grant *list, size_t n,
                     struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *slot = ask_slot(a, "revoke");
    TEXT_ADD(&m, a->lang, TEXT_REVOKE_WHICH, T_TEXT("who", who->name));
    for (size_t i = 0; i < n && i < 30; i++) {
        buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_REVOKE_ONE,
                    arena_printf(a->arena, "revoke g%lld @%s", (long long)list[i].id, a->slot),
                    T_TEXT("what", grant_words(a, a->lang, &list[i])));
    }
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_REVOKE_ALL,
                arena_printf(a->arena, "revoke %lld all @%s", (long long)who->id, a->slot));
    return ask_reply(a, &m, &b, slot, err);
}

static int of_person(struct ask *a, const struct grantee *who, bool all, struct err *err)
{
    struct grant *list;
    size_t n;
    if (grants_of(a->db, GRANT_VIA, who->id, a->now, a->arena, &list, &n, err))
        return -1;
    if (!n)
        return say_none(a, who, err);
    return n == 1 || all ? take_once_sure(a, who, list, n, err) : ask_which(a, who, list, n, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct grantee who;
    const char *args = a->args, *word = ask_word(a, &args), *all = ask_word(a, &args);
    int64_t id;
    if (word && *word == 'g' && base_parse_i64(word + 1, 1, INT64_MAX, &id))
        return by_number(a, id, err);
    if (grant_find(a, word, &who, err))
        return -1;
    if (who.id && !who.is_admin)
        return of_person(a, &who, str_eq(all, "all"), err);
    if (!word)
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_HOW);
    else if (!who.id)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_UNKNOWN, T_TEXT("who", word));
    else
        TEXT_ADD(&m, a->lang, TEXT_REVOKE_ADMIN, T_TEXT("who", who.name));
    return say(a, &m, &b, err);
}

const struct command cmd_revoke = {"revoke", "ID|@name", TEXT_CMD_REVOKE, ROLE_ADMIN, false, run};
