#include "bot/chat/menus.h"

#include "bot/chat/me.h"
#include "bot/command.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/log.h"
#include "store/base/secret.h"
#include "store/chat/grants.h"
#include "store/starts.h"

#include <stdlib.h>
#include <string.h>

#define ROLES ((size_t)ROLE_ADMIN + 1)
#define BASES 6 /* everybody's and the groups', each by default and in two languages */

struct menus {
    char *lists[LANG_COUNT][ROLES], *groups[LANG_COUNT]; /* owned */
    char *teams[LANG_COUNT]; /* of organizers whose role is limited to teams; owned */
    struct chat_menu bases[BASES];
    enum lang fallback;
    size_t next;        /* of the bases */
    bool met, compared; /* the bot's name was asked; people's lists were held against the store's */
};

/* ---------------------------------------------------------------- the lists */

static char *list_of(enum lang lang, bool (*wanted)(const struct command *c, enum role role),
                     enum role role)
{
    struct buf b = BUF_INIT(1 << 15);
    buf_addc(&b, '[');
    for (size_t i = 0; i < command_table.n; i++) {
        AUTO_BUF text = BUF_INIT(1024);
        if (!wanted(command_table.list[i], role))
            continue;
        buf_addf(&b, "%s{\"command\":\"%s\",\"description\":", b.len > 1 ? "," : "",
                 command_table.list[i]->name);
        json_quote(&b, TEXT_PLAIN(&text, lang, command_table.list[i]->help));
        buf_addc(&b, '}');
    }
    buf_addc(&b, ']');
    return buf_take(&b);
}

static bool is_theirs(const struct command *c, enum role role)
{
    return c->in_menu && c->role <= role;
}

/* The rest would only tell them which role it takes. */
static bool is_for_teams(const struct command *c, enum role role)
{
    return is_theirs(c, role) && (c->role < ROLE_ORGANIZER || rights_by_team(c->name));
}

/* What a group asks together; the rest is for private chats. */
static bool is_for_groups(const struct command *c, enum role role)
{
    static const char *const names[] = {"status", "sync", "stats", "help"};
    (void)role;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(names[i], c->name))
            return true;
    return false;
}

char *menus_list(enum lang lang, enum role role)
{
    return list_of(lang, is_theirs, role);
}

char *menus_team_list(enum lang lang)
{
    return list_of(lang, is_for_teams, ROLE_ORGANIZER);
}

char *menus_group_list(enum lang lang)
{
    return list_of(lang, is_for_groups, ROLE_ANYONE);
}

struct menus *menus_new(enum lang fallback)
{
    struct menus *m = xcalloc(1, sizeof *m);
    m->fallback = fallback;
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t role = 0; role < ROLES; role++)
            m->lists[lang][role] = menus_list((enum lang)lang, (enum role)role);
        m->teams[lang] = menus_team_list((enum lang)lang);
        m->groups[lang] = menus_group_list((enum lang)lang);
    }
    for (size_t i = 0; i < BASES; i++) {
        size_t of = i / 2; /* 0: by default */
        enum lang lang = of ? (enum lang)(of - 1) : fallback;
        m->bases[i] = (struct chat_menu){
            .where = i % 2 ? MENU_GROUPS : MENU_EVERYWHERE,
            .language = of ? lang_code(lang) : "",
            .commands_json = i % 2 ? m->groups[lang] : m->lists[lang][ROLE_ANYONE],
        };
    }
    return m;
}

void menus_free(struct menus *m)
{
    if (!m)
        return;
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t role = 0; role < ROLES; role++)
            free(m->lists[lang][role]);
        free(m->teams[lang]);
        free(m->groups[lang]);
    }
    free(m);
}

/* ---------------------------------------------------------------- what the store knows of them */

/* Of a list of this bot: with another token all of them are missing. */
static int digest(struct db *db, const char *via, const char *list, struct arena *arena,
                  char ret[33], struct err *err)
{
    const char *me;
    if (me_username(db, via, arena, &me, err))
        return -1;
    hash_hex(arena_printf(arena, "%s\n%s", me ? me : "", list), ret);
    return 0;
}

/* This program may have other commands than the one before: then all people get their lists anew.
 */
static int compare(struct menus *m, struct db *db, const char *via, struct arena *arena,
                   struct err *err)
{
    AUTO_BUF all = BUF_INIT((size_t)1 << 20);
    const char *key = arena_printf(arena, "menu %s people", via), *was;
    char now[33];
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t role = 0; role < ROLES; role++)
            buf_addf(&all, "%s\n", m->lists[lang][role]);
        buf_addf(&all, "%s\n", m->teams[lang]);
    }
    if (digest(db, via, buf_str(&all), arena, now, err) || memo_get(db, key, arena, &was, err))
        return -1;
    if (str_eq(now, was))
        return 0;
    if (db_begin(db, err))
        return -1;
    if (people_menus_changed(db, via, err) || memo_put(db, key, now, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

/* ---------------------------------------------------------------- publishing */

/* 0 also when the transport does not take it: repeating it would not help. */
static int publish(struct chat *chat, const struct chat_menu *menu, bool *ret_taken,
                   struct err *err)
{
    struct err why = {0};
    *ret_taken = !chat->ops->set_menu(chat, menu, &why);
    if (*ret_taken)
        return 0;
    if (why.kind == ERR_DATA) {
        log_event(LOG_WARN, "a command menu is not taken", "via", chat->ops->name, "chat",
                  STR_I64(menu->chat_id), "why", why.msg, NULL);
        return 0;
    }
    *err = why;
    return -1;
}

/* 1: one was out of date. */
static int base_step(struct db *db, struct chat *chat, const struct chat_menu *menu,
                     struct arena *arena, struct err *err)
{
    const char *via = chat->ops->name, *was;
    const char *key = arena_printf(arena, "menu %s %s%s%s", via,
                                   menu->where == MENU_GROUPS ? "groups" : "everywhere",
                                   *menu->language ? " " : "", menu->language);
    char now[33];
    bool taken;
    if (digest(db, via, menu->commands_json, arena, now, err) ||
        memo_get(db, key, arena, &was, err))
        return -1;
    if (str_eq(now, was))
        return 0;
    if (publish(chat, menu, &taken, err) || (taken && memo_put(db, key, now, err)))
        return -1;
    return 1;
}

/* Are they an organizer of teams only, by a grant or as a lead? */
static int is_of_teams(struct db *db, const struct chat_user *u, struct arena *arena, bool *ret,
                       struct err *err)
{
    struct grant *list;
    size_t n;
    *ret = u->role == ROLE_ORGANIZER;
    if (!*ret)
        return 0;
    if (grants_of(db, u->via, u->user_id, clock_now_ms(), arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        *ret = *ret && (list[i].team_id || list[i].role < ROLE_ORGANIZER);
    return 0;
}

static int person_step(struct menus *m, struct db *db, struct chat *chat, struct arena *arena,
                       struct err *err)
{
    struct chat_user *u;
    bool taken, of_teams, still;
    if (people_menu_next(db, chat->ops->name, arena, &u, err))
        return -1;
    if (!u)
        return 0;
    if (is_of_teams(db, u, arena, &of_teams, err))
        return -1;
    enum lang lang = lang_of(u->lang, m->fallback);
    /* their own language only: a list without one goes before everybody's in any language */
    const struct chat_menu menu = {
        .where = MENU_CHAT,
        .chat_id = u->user_id,
        .language = "",
        .commands_json = u->role == ROLE_ANYONE ? NULL
                         : of_teams             ? m->teams[lang]
                                                : m->lists[lang][u->role],
    };
    if (publish(chat, &menu, &taken, err) || is_of_teams(db, u, arena, &still, err))
        return -1;
    /* what was given while it was published is published next */
    return still == of_teams && people_menu_done(db, u, err) ? -1 : 1;
}

int menus_step(struct menus *m, struct db *db, struct chat *chat, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    if (!chat->ops->set_menu)
        return 0;
    if (!m->met && me_learn(db, chat, err) && err->kind != ERR_DATA)
        return -1;
    m->met = true;
    if (!m->compared && compare(m, db, chat->ops->name, arena, err))
        return -1;
    m->compared = true;
    while (m->next < BASES) {
        int done = base_step(db, chat, &m->bases[m->next], arena, err);
        if (done < 0)
            return -1;
        m->next++;
        if (done)
            return 1;
    }
    return person_step(m, db, chat, arena, err);
}
