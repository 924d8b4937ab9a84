#include "store/chat/people.h"

#include "store/base/clock.h"
#include "store/chat/grants.h"

#include <string.h>

#define USER_COLUMNS "via, user_id, name, username, lang, lang_chosen, role"
#define USERS_MAX    1000

static void read_user(const struct query *q, struct arena *arena, struct chat_user *u)
{
    *u = (struct chat_user){
        .via = query_dup(q, 0, arena),
        .user_id = query_int(q, 1),
        .name = query_dup(q, 2, arena),
        .username = query_dup(q, 3, arena),
        .lang = query_dup(q, 4, arena),
        .lang_chosen = query_int(q, 5) != 0,
    };
    role_parse(query_text(q, 6), &u->role);
}

int people_get(struct db *db, const char *via, int64_t user_id, struct arena *arena,
               struct chat_user **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " USER_COLUMNS " FROM chat_user WHERE via = :via AND user_id = :id",
                 B_TEXT(":via", via), B_INT(":id", user_id)))
        return -1;
    int more = query_next(q, err);
    *ret = NULL;
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_user(q, arena, *ret);
    }
    return more < 0 ? -1 : 0;
}

int people_find(struct db *db, const char *via, const char *username, struct arena *arena,
                struct chat_user **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " USER_COLUMNS " FROM chat_user WHERE via = :via"
                 " AND username = :name COLLATE NOCASE LIMIT 2",
                 B_TEXT(":via", via), B_TEXT(":name", username)))
        return -1;
    int more = query_next(q, err);
    *ret = NULL;
    if (more > 0) {
        struct chat_user *u = arena_alloc(arena, 1, sizeof *u);
        read_user(q, arena, u);
        more = query_next(q, err);
        if (!more)
            *ret = u;
    }
    return more < 0 ? -1 : 0;
}

int people_reached(struct db *db, const char *via, int64_t user_id, bool *ret, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err,
               "SELECT count(*) FROM chat_user WHERE via = :via AND user_id = :id AND met = 1"
               " AND dead = 0",
               B_TEXT(":via", via), B_INT(":id", user_id)))
        return -1;
    *ret = n > 0;
    return 0;
}

int people_seen(struct db *db, const struct chat_user *u, int64_t at, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO chat_user(via, user_id, name, username, lang, met, seen_at)"
        " VALUES(:via, :id, :name, :username, :lang, :met, :at) ON CONFLICT DO UPDATE SET"
        " name = excluded.name, username = excluded.username, dead = 0,"
        " lang = CASE WHEN lang_chosen THEN lang ELSE excluded.lang END,"
        " menu_stale = menu_stale OR (role <> 'anyone' AND NOT lang_chosen"
        " AND lang IS NOT excluded.lang),"
        " met = met OR excluded.met, seen_at = excluded.seen_at WHERE name IS NOT excluded.name"
        " OR username IS NOT excluded.username OR dead <> 0 OR met < excluded.met"
        " OR (NOT lang_chosen AND lang IS NOT excluded.lang)",
        B_TEXT(":via", u->via), B_INT(":id", u->user_id), B_TEXT(":name", u->name),
        B_TEXT(":username", u->username), B_TEXT(":lang", u->lang), B_INT(":met", u->met),
        B_INT(":at", at));
}

int people_set_lang(struct db *db, const char *via, int64_t user_id, const char *lang,
                    struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_user SET lang = :lang, lang_chosen = 1,"
                  " menu_stale = menu_stale OR role <> 'anyone' WHERE via = :via"
                  " AND user_id = :id",
                  B_TEXT(":lang", lang), B_TEXT(":via", via), B_INT(":id", user_id));
}

int people_role_changed(struct db *db, const char *via, int64_t user_id, enum role role, int64_t at,
                        struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO chat_user(via, user_id, role, menu_stale, seen_at)"
                  " SELECT :via, :id, :role, 1, :at WHERE :role <> 'anyone' OR EXISTS"
                  " (SELECT 1 FROM chat_user WHERE via = :via AND user_id = :id)"
                  " ON CONFLICT DO UPDATE SET role = excluded.role, menu_stale = 1"
                  " WHERE role <> excluded.role",
                  B_TEXT(":via", via), B_INT(":id", user_id), B_TEXT(":role", role_name(role)),
                  B_INT(":at", at));
}

int people_menu_next(struct db *db, const char *via, struct arena *arena, struct chat_user **ret,
                     struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " USER_COLUMNS " FROM chat_user WHERE menu_stale = 1 AND via = :via"
                 " AND met = 1 AND dead = 0 LIMIT 1",
                 B_TEXT(":via", via)))
        return -1;
    int more = query_next(q, err);
    *ret = NULL;
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_user(q, arena, *ret);
    }
    return more < 0 ? -1 : 0;
}

int people_menu_done(struct db *db, const struct chat_user *u, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_user SET menu_stale = 0 WHERE via = :via AND user_id = :id"
                  " AND role = :role AND lang IS :lang",
                  B_TEXT(":via", u->via), B_INT(":id", u->user_id),
                  B_TEXT(":role", role_name(u->role)), B_TEXT(":lang", u->lang));
}

int people_menus_changed(struct db *db, const char *via, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_user SET menu_stale = 1 WHERE via = :via AND role <> 'anyone'"
                  " AND menu_stale = 0",
                  B_TEXT(":via", via));
}

/* Takes what was given: all of it, or only what is for everything and for good and is not `but`. */
static int take(struct db *db, const struct grant *list, size_t n, const enum role *but,
                const char *by, int64_t at, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        bool was, limited = list[i].team_id || list[i].until;
        if ((!but || (!limited && list[i].role != *but)) &&
            grants_take(db, list[i].id, by, at, &was, err))
            return -1;
    }
    return 0;
}

int people_grant(struct db *db, const char *via, int64_t user_id, enum role role, const char *by,
                 int64_t at, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 18);
    struct grant *list;
    size_t n;
    int64_t id;
    bool new;
    const struct grant g = {.via = via,
                            .user_id = user_id,
                            .role = role,
                            .given_by = by,
                            .given_at = at};
    if (grants_of(db, via, user_id, at, arena, &list, &n, err) ||
        take(db, list, n, role ? &role : NULL, by, at, err) ||
        (role && grants_give(db, &g, &id, &new, err)) ||
        grants_of(db, via, user_id, at, arena, &list, &n, err))
        return -1;
    return people_role_changed(db, via, user_id, n ? list[0].role : ROLE_ANYONE, at, err);
}

int people_with_role(struct db *db, const char *via, enum role role, struct arena *arena,
                     struct chat_user **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct chat_user *list = NULL;
    size_t n = 0, cap = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT g.via, g.user_id, u.name, u.username, u.lang, ifnull(u.lang_chosen, 0),"
                 " g.role FROM role_grant g LEFT JOIN chat_user u USING (via, user_id)"
                 " WHERE g.via = :via AND g.team_id IS NULL AND g.ended_at IS NULL"
                 " AND (g.until IS NULL OR g.until > :now) ORDER BY g.user_id LIMIT :max",
                 B_TEXT(":via", via), B_INT(":now", clock_now_ms()), B_INT(":max", USERS_MAX)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        struct chat_user u;
        read_user(q, arena, &u);
        if (u.role < role)
            continue;
        bool again = n && list[n - 1].user_id == u.user_id;
        if (again && list[n - 1].role >= u.role)
            continue;
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[again ? n - 1 : n++] = u;
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int people_organizers(struct db *db, const char *via, struct arena *arena, struct chat_user **ret,
                      size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct chat_user *list = NULL;
    size_t n = 0, cap = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT " USER_COLUMNS " FROM chat_user WHERE via = :via"
                 " AND role IN ('organizer', 'admin') ORDER BY user_id LIMIT :max",
                 B_TEXT(":via", via), B_INT(":max", USERS_MAX)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_user(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
