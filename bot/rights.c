#include "bot/rights.h"

#include "store/base/log.h"
#include "store/chat/chatbox.h"
#include "store/chat/people.h"
#include "store/dict.h"
#include "store/names.h"
#include "store/reach.h"
#include "store/rows.h"
#include "store/starts.h"
#include "sync/row_reach.h"

#include <string.h>

#define OVER_AT_ONCE 20
#define SEEN         "rights" /* the memo: up to what state of the store roles were worked out */

/* ---------------------------------------------------------------- what counts */

bool rights_in_config(const struct bot *bot, const char *via, int64_t user_id)
{
    /* whoever can start the program with its configuration could do anything anyway */
    if (!strcmp(via, "console"))
        return true;
    for (size_t i = 0; i < bot->cfg->n_admins; i++) {
        if (bot->cfg->admins[i] == user_id)
            return true;
    }
    return false;
}

/* A list that is being put together. */
struct gathering {
    struct arena *arena;
    struct right *list;
    size_t n, cap;
};

static void add(struct gathering *g, struct right one)
{
    g->list = arena_grow(g->arena, g->list, &g->cap, g->n + 1, sizeof *g->list);
    g->list[g->n++] = one;
}

/* Anybody may come to a username that was given up: it alone makes nobody an organizer. */
static int add_bound(const struct bot *bot, struct db *db, const struct binding *b,
                     struct gathering *g, struct err *err)
{
    const char **teams;
    size_t n;
    if (!b || !b->live)
        return 0;
    add(g, (struct right){.role = ROLE_PARTICIPANT, .from = RIGHT_BOUND});
    if (!bot->cfg->leads_are_organizers || !bot->cfg->year || b->how == BOUND_USERNAME)
        return 0;
    if (bindings_leads(db, b->person_id, bot->cfg->year, g->arena, &teams, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        add(g, (struct right){.role = ROLE_ORGANIZER, .team_id = teams[i], .from = RIGHT_LEADS});
    return 0;
}

int rights_of(const struct bot *bot, struct db *db, const char *via, int64_t user_id, int64_t now,
              struct arena *arena, const struct rights **ret, struct err *err)
{
    struct rights *r = arena_alloc(arena, 1, sizeof *r);
    struct gathering g = {.arena = arena};
    struct binding *bound;
    struct grant *grants;
    size_t n;
    *r = (struct rights){0};
    if (grants_of(db, via, user_id, now, arena, &grants, &n, err) ||
        bindings_get(db, via, user_id, arena, &bound, err))
        return -1;
    if (rights_in_config(bot, via, user_id))
        add(&g, (struct right){.role = ROLE_ADMIN, .from = RIGHT_CONFIG});
    for (size_t i = 0; i < n; i++)
        add(&g, (struct right){grants[i].role, grants[i].team_id, RIGHT_GIVEN, &grants[i]});
    if (add_bound(bot, db, bound, &g, err))
        return -1;
    for (size_t i = 0; i < g.n; i++) {
        const struct right *one = &g.list[i];
        if (one->role > r->role)
            r->role = one->role;
        if (!one->team_id && one->role > r->whole)
            r->whole = one->role;
    }
    r->list = g.list;
    r->n = g.n;
    r->bound = bound;
    *ret = r;
    return 0;
}

/* ---------------------------------------------------------------- for which teams */

bool rights_for_team(const struct rights *r, enum role need, const char *team_id)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->list[i].role >= need && (!r->list[i].team_id || str_eq(r->list[i].team_id, team_id)))
            return true;
    }
    return need == ROLE_ANYONE;
}

static bool for_any_team(const struct rights *r, enum role need, const char *const *teams, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n && !any; i++)
        any = rights_for_team(r, need, teams[i]);
    return any;
}

int rights_for_record(struct db *db, const struct rights *r, enum role need, const char *entity,
                      const char *id, struct arena *arena, bool *ret, struct err *err)
{
    const char **teams;
    size_t n;
    *ret = r->whole >= need;
    if (*ret || r->role < need)
        return 0;
    if (reach_teams(db, entity, id, arena, &teams, &n, err))
        return -1;
    *ret = for_any_team(r, need, teams, n);
    return 0;
}

int rights_for_row(const struct bot *bot, struct db *db, const struct rights *r, enum role need,
                   const struct jailed *j, struct arena *arena, bool *ret, struct err *err)
{
    const char **teams;
    size_t n;
    *ret = r->whole >= need;
    if (*ret || r->role < need)
        return 0;
    if (row_reach(db, bot->cfg, j, arena, &teams, &n, err))
        return -1;
    *ret = for_any_team(r, need, teams, n);
    return 0;
}

int rights_for_conflict(struct db *db, const struct rights *r, enum role need,
                        const struct conflict *c, struct arena *arena, bool *ret, struct err *err)
{
    *ret = r->whole >= need;
    return *ret || !strcmp(c->field, "id")
               ? 0
               : rights_for_record(db, r, need, c->entity, c->local_id, arena, ret, err);
}

bool rights_by_team(const char *command)
{
    static const char *const names[] = {
        "start",  "menu",    "help",    "id",      "lang",  "status",    "confirm",  "pause",
        "resume", "history", "settle",  "restore", "there", "again",     "find",     "card",
        "set",    "invalid", "deleted", "task",    "why",   "conflicts", "conflict",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(names[i], command))
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- in words */

enum text_id rights_role_text(enum role role)
{
    static const enum text_id texts[] = {TEXT_ROLE_ANYONE, TEXT_ROLE_PARTICIPANT, TEXT_ROLE_CHECKER,
                                         TEXT_ROLE_ORGANIZER, TEXT_ROLE_ADMIN};
    return texts[role];
}

const char *rights_words(struct buf *out, struct db *db, enum role role, const char *team_id,
                         int64_t until, int64_t now, enum lang lang, struct arena *arena)
{
    char when[TEXT_SHORT];
    buf_add(out, text_template(lang, rights_role_text(role)));
    if (!team_id && !until)
        return buf_str(out);
    buf_add(out, " (");
    if (team_id)
        buf_add(out, record_name_of(db, "team", team_id, arena));
    if (until) {
        buf_add(out, team_id ? ", " : "");
        TEXT_PLAIN(out, lang, TEXT_RIGHT_UNTIL, T_TEXT("time", text_clock(when, lang, until, now)));
    }
    buf_addc(out, ')');
    return buf_str(out);
}

/* ---------------------------------------------------------------- what changes them */

int rights_changed(const struct bot *bot, struct db *db, const char *via, int64_t user_id,
                   int64_t now, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    const struct rights *r;
    return rights_of(bot, db, via, user_id, now, arena, &r, err) ||
                   people_role_changed(db, via, user_id, r->role, now, err)
               ? -1
               : 0;
}

static int tell_over(const struct bot *bot, struct db *db, const struct grant *g, int64_t now,
                     struct arena *arena, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF words = BUF_INIT(1024);
    struct chat_user *u;
    if (people_get(db, g->via, g->user_id, arena, &u, err))
        return -1;
    if (!u || !u->name) /* never wrote: cannot be written to */
        return 0;
    enum lang lang = lang_of(u->lang, bot_default_lang(bot));
    TEXT_ADD(&m, lang, TEXT_RIGHT_OVER,
             T_TEXT("what", rights_words(&words, db, g->role, g->team_id, 0, now, lang, arena)));
    TEXT_BUTTON(&b, lang, TEXT_BTN_HELP, "help");
    struct outgoing out = {.via = g->via,
                           .chat_id = g->user_id,
                           .text = msg_str(&m),
                           .buttons = buttons_json(&b)};
    return chatbox_say(db, &out, err);
}

static int end_one(const struct bot *bot, struct db *db, const struct grant *g, int64_t now,
                   struct arena *arena, struct err *err)
{
    bool was;
    if (db_begin(db, err))
        return -1;
    if (grants_take(db, g->id, "time", now, &was, err) ||
        (was && (rights_changed(bot, db, g->via, g->user_id, now, err) ||
                 tell_over(bot, db, g, now, arena, err)))) {
        db_rollback(db);
        return -1;
    }
    log_event(LOG_INFO, "a role is over", "user", STR_I64(g->user_id), "role", role_name(g->role),
              NULL);
    return db_commit(db, err);
}

/* Whose role may be another since the store stood at :rev: people whose record or participations
 * changed; and who counts as an organizer, for what they led may be somebody else's by now. */
static int find_touched(struct db *db, int64_t since, bool all, struct arena *arena,
                        struct binding **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct binding *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    if (DB_QUERY(db, &q, err,
                 "SELECT b.via, b.user_id FROM binding b JOIN chat_user u USING (via, user_id)"
                 " WHERE :all OR u.role = 'organizer' OR EXISTS (SELECT 1 FROM person p"
                 " WHERE p.id = b.person_id AND p.rev > :rev) OR EXISTS (SELECT 1 FROM"
                 " participation x WHERE x.person_id = b.person_id AND x.rev > :rev)",
                 B_INT(":all", all), B_INT(":rev", since)))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct binding){.via = query_dup(q, 0, arena), .user_id = query_int(q, 1)};
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

/* Within a transaction. was: the memo of the last time, or NULL; rest: what of it is not the
 * store's number. */
static int follow_touched(const struct bot *bot, struct db *db, const char *was, const char *rest,
                          int64_t now, struct arena *arena, struct err *err)
{
    struct binding *list;
    size_t n;
    const char *blank = was ? strchr(was, ' ') : NULL;
    bool all = !blank || strcmp(blank + 1, rest) != 0;
    int64_t since = 0;
    if (blank)
        base_parse_i64(arena_strndup(arena, was, (size_t)(blank - was)), 0, INT64_MAX, &since);
    if (find_touched(db, since, all, arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (rights_changed(bot, db, list[i].via, list[i].user_id, now, err))
            return -1;
    }
    return 0;
}

/* What somebody may do is worked out each time they do something; the list of commands in their
 * app, and the role that is kept for lists, would stay what it was until they write again. */
static int follow_store(const struct bot *bot, struct db *db, int64_t now, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)8 << 20);
    const char *was;
    int64_t rev, dict;
    if (rows_rev(db, &rev, err) || dict_rev(db, &dict, err) || memo_get(db, SEEN, arena, &was, err))
        return -1;
    const char *rest = arena_printf(arena, "%lld %d %d", (long long)dict, bot->cfg->year,
                                    bot->cfg->leads_are_organizers);
    const char *is = arena_printf(arena, "%lld %s", (long long)rev, rest);
    if (str_eq(is, was))
        return 0;
    if (db_begin(db, err))
        return -1;
    if (follow_touched(bot, db, was, rest, now, arena, err) || memo_put(db, SEEN, is, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

int rights_tick(const struct bot *bot, struct db *db, int64_t now, bool *ret_told, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct grant *list;
    size_t n;
    *ret_told = false;
    if (follow_store(bot, db, now, err))
        return -1;
    if (grants_over(db, now, OVER_AT_ONCE, arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (end_one(bot, db, &list[i], now, arena, err))
            return -1;
        *ret_told = true;
    }
    return 0;
}
