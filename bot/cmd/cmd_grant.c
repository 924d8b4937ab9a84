#include "bot/command.h"
#include "bot/grant.h"
#include "store/names.h"

#include <string.h>

#define TEAMS_SHOWN 8
#define TEAMS_MAX   40 /* of the records whose names fit, teams or not */

/* ---------------------------------------------------------------- for which team */

/* The teams of that name, or with that id. */
static int find_teams(struct ask *a, const char *text, struct named **ret, size_t *ret_n,
                      int64_t *ret_more, struct err *err)
{
    struct named *list;
    size_t n, kept = 0;
    int64_t total;
    char id[UUID_LEN + 1];
    if (names_find(a->db, uuid_read(text, id) ? id : text, TEAMS_MAX, a->arena, &list, &n, &total,
                   err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(list[i].entity, "team"))
            list[kept++] = list[i];
    }
    *ret = list;
    *ret_n = kept;
    *ret_more = total - (int64_t)n;
    return 0;
}

/* A button's data has 64 bytes: a role by its letter, the time in hours, an id without dashes. */
static void add_team(const struct grantee *who, const struct grant_wish *w,
                     const struct named *team, struct buttons *b)
{
    char plain[33];
    AUTO_BUF data = BUF_INIT(256);
    uuid_plain(team->id, plain);
    buf_addf(&data, "grant %lld %c ", (long long)who->id, *role_name(w->role));
    if (w->for_ms)
        buf_addf(&data, "%lldh ", (long long)(w->for_ms / 3600000));
    buf_add(&data, plain);
    buttons_row(b);
    buttons_add(b, team->name, buf_str(&data));
}

static int ask_team(struct ask *a, const struct grantee *who, const struct grant_wish *w,
                    const struct named *list, size_t n, int64_t more, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (!n)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_NO_TEAM, T_TEXT("name", w->team));
    else
        TEXT_ADD(&m, a->lang, TEXT_GRANT_WHICH_TEAM, T_INT("n", (int64_t)n));
    if (n > TEAMS_SHOWN || (n && more > 0)) {
        msg_html(&m, " ");
        TEXT_ADD(&m, a->lang, TEXT_GRANT_WHICH_MORE);
    }
    for (size_t i = 0; i < n && i < TEAMS_SHOWN; i++)
        add_team(who, w, &list[i], &b);
    return ask_reply(a, &m, &b, NULL, err);
}

/* ---------------------------------------------------------------- giving */

static int give(struct ask *a, const struct grantee *who, struct grant *g, struct err *err)
{
    AUTO_MSG m = MSG_INIT, whom = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool new;
    if (grants_give(a->db, g, &g->id, &new, err))
        return -1;
    if (new && (grant_changed(a, who->id, err) || grant_tell(a, who, TEXT_GRANT_YOU_ARE, g, err)))
        return -1;
    grantee_words(who, a->lang, &whom);
    TEXT_ADD(&m, a->lang, new ? TEXT_GRANT_DONE : TEXT_GRANT_ALREADY, T_HTML("who", msg_str(&whom)),
             T_TEXT("what", grant_words(a, a->lang, g)));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_TAKE_BACK,
                arena_printf(a->arena, "revoke g%lld", (long long)g->id));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ROLES, "roles");
    return ask_reply(a, &m, &b, NULL, err);
}

static int grant(struct ask *a, const struct grantee *who, const struct grant_wish *w,
                 struct err *err)
{
    struct named *teams = NULL;
    size_t n = 0;
    int64_t more = 0;
    if (*w->team && find_teams(a, w->team, &teams, &n, &more, err))
        return -1;
    if (*w->team && n != 1)
        return ask_team(a, who, w, teams, n, more, err);
    struct grant g = {.via = GRANT_VIA,
                      .user_id = who->id,
                      .role = w->role,
                      .team_id = n ? teams[0].id : NULL,
                      .until = w->for_ms ? a->now + w->for_ms : 0,
                      .given_by = ask_actor(a),
                      .given_at = a->now};
    return give(a, who, &g, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct grantee who;
    struct grant_wish w;
    const char *args = a->args, *word = ask_word(a, &args);
    if (grant_find(a, word, &who, err))
        return -1;
    bool read = grant_read(args, a->arena, &w);
    if (word && who.id && !who.is_admin && read && w.role < ROLE_ADMIN)
        return grant(a, &who, &w, err);
    if (!word)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_HOW);
    else if (!who.id)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_UNKNOWN, T_TEXT("who", word));
    else if (who.is_admin)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_IS_ADMIN, T_TEXT("who", who.name));
    else if (!read)
        TEXT_ADD(&m, a->lang, TEXT_GRANT_NO_TEAM, T_TEXT("name", w.team));
    else
        TEXT_ADD(&m, a->lang, TEXT_GRANT_NOT_ADMIN);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ROLES, "roles");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_grant = {"grant",        "ID|@name [role] [3d] [team]",
                                  TEXT_CMD_GRANT, ROLE_ADMIN,
                                  false,          run};
