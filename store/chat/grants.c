#include "store/chat/grants.h"

#include "store/audit.h"
#include "store/base/clock.h"

#include <inttypes.h>
#include <stdio.h>

#define COLUMNS "id, via, user_id, role, team_id, ifnull(until, 0), given_by, given_at, ended_by"
#define COUNTS  "ended_at IS NULL AND (until IS NULL OR until > :now)"
#define RANK                                                                                       \
    "CASE role WHEN 'admin' THEN 4 WHEN 'organizer' THEN 3 WHEN 'checker' THEN 2 ELSE 1 END"
#define OF_ONE_MAX 200

static void read_grant(const struct query *q, struct arena *arena, struct grant *g)
{
    *g = (struct grant){
        .id = query_int(q, 0),
        .via = query_dup(q, 1, arena),
        .user_id = query_int(q, 2),
        .team_id = query_dup(q, 4, arena),
        .until = query_int(q, 5),
        .given_by = query_dup(q, 6, arena),
        .given_at = query_int(q, 7),
        .ended_by = query_dup(q, 8, arena),
    };
    role_parse(query_text(q, 3), &g->role);
}

static int read_all(struct query *q, struct arena *arena, struct grant **ret, size_t *ret_n,
                    struct err *err)
{
    struct grant *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_grant(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

bool grant_counts(const struct grant *g, int64_t now)
{
    return !g->ended_by && (!g->until || g->until > now);
}

/* ---------------------------------------------------------------- giving and taking */

/* "organizer", "organizer of TEAM until 2026-07-04T09:00:00.000Z" */
static const char *words(const struct grant *g, int64_t until, struct arena *arena)
{
    char iso[25];
    return arena_printf(arena, "%s%s%s%s%s", role_name(g->role), g->team_id ? " of " : "",
                        g->team_id ? g->team_id : "", until ? " until " : "",
                        until ? clock_iso(iso, until) : "");
}

/* The audit; and their list of commands may be another though their highest role is the same: one
 * for everything beside one for a team. */
static int note(struct db *db, const struct grant *g, const char *before, const char *after,
                const char *by, int64_t at, struct err *err)
{
    char id[64];
    snprintf(id, sizeof id, "%s:%" PRId64, g->via, g->user_id);
    return DB_RUN(db, err,
                  "UPDATE chat_user SET menu_stale = 1 WHERE via = :via AND user_id = :id"
                  " AND role = 'organizer' AND menu_stale = 0",
                  B_TEXT(":via", g->via), B_INT(":id", g->user_id)) ||
                   audit_add(db, 0, "chat_user", id, "role", before, after, by, at, err)
               ? -1
               : 0;
}

/* The one of the same role and team that nobody has ended, whether its time is over or not. */
static int find_same(struct db *db, const struct grant *g, struct arena *arena, struct grant **ret,
                     struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct grant *list;
    size_t n;
    if (DB_QUERY(db, &q, err,
                 "SELECT " COLUMNS " FROM role_grant WHERE via = :via AND user_id = :id"
                 " AND role = :role AND ifnull(team_id, '') = ifnull(:team, '')"
                 " AND ended_at IS NULL",
                 B_TEXT(":via", g->via), B_INT(":id", g->user_id),
                 B_TEXT(":role", role_name(g->role)), B_TEXT(":team", g->team_id)) ||
        read_all(q, arena, &list, &n, err))
        return -1;
    *ret = n ? list : NULL;
    return 0;
}

static int add(struct db *db, const struct grant *g, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err,
               "INSERT INTO role_grant(via, user_id, role, team_id, until, given_by, given_at)"
               " VALUES(:via, :id, :role, :team, nullif(:until, 0), :by, :at)",
               B_TEXT(":via", g->via), B_INT(":id", g->user_id),
               B_TEXT(":role", role_name(g->role)), B_TEXT(":team", g->team_id),
               B_INT(":until", g->until), B_TEXT(":by", g->given_by), B_INT(":at", g->given_at)))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int grants_give(struct db *db, const struct grant *g, int64_t *ret_id, bool *ret_new,
                struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 18);
    struct grant *same;
    bool was;
    if (find_same(db, g, arena, &same, err))
        return -1;
    /* one that ended by itself a moment ago is history, not a grant that goes on */
    if (same && !grant_counts(same, g->given_at)) {
        if (grants_take(db, same->id, "time", g->given_at, &was, err))
            return -1;
        same = NULL;
    }
    *ret_new = !same || same->until != g->until;
    if (same)
        *ret_id = same->id;
    if (!*ret_new)
        return 0;
    if (!same ? add(db, g, ret_id, err)
              : DB_RUN(db, err,
                       "UPDATE role_grant SET until = nullif(:until, 0), given_by = :by,"
                       " given_at = :at WHERE id = :id",
                       B_INT(":until", g->until), B_TEXT(":by", g->given_by),
                       B_INT(":at", g->given_at), B_INT(":id", same->id)))
        return -1;
    return note(db, g, same ? words(same, same->until, arena) : NULL, words(g, g->until, arena),
                g->given_by, g->given_at, err);
}

int grants_take(struct db *db, int64_t id, const char *by, int64_t at, bool *ret_was,
                struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct grant *g;
    *ret_was = false;
    if (grants_get(db, id, arena, &g, err))
        return -1;
    if (!g || g->ended_by)
        return 0;
    *ret_was = true;
    return DB_RUN(db, err, "UPDATE role_grant SET ended_by = :by, ended_at = :at WHERE id = :id",
                  B_TEXT(":by", by), B_INT(":at", at), B_INT(":id", id)) ||
                   note(db, g, words(g, g->until, arena), NULL, by, at, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- reading */

int grants_get(struct db *db, int64_t id, struct arena *arena, struct grant **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct grant *list;
    size_t n;
    if (DB_QUERY(db, &q, err, "SELECT " COLUMNS " FROM role_grant WHERE id = :id",
                 B_INT(":id", id)) ||
        read_all(q, arena, &list, &n, err))
        return -1;
    *ret = n ? list : NULL;
    return 0;
}

int grants_of(struct db *db, const char *via, int64_t user_id, int64_t now, struct arena *arena,
              struct grant **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM role_grant WHERE via = :via AND user_id = :id"
                    " AND " COUNTS " ORDER BY " RANK " DESC, team_id, id LIMIT :max",
                    B_TEXT(":via", via), B_INT(":id", user_id), B_INT(":now", now),
                    B_INT(":max", OF_ONE_MAX)) ||
                   read_all(q, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int grants_list(struct db *db, const char *via, int64_t now, size_t offset, size_t max,
                struct arena *arena, struct grant **ret, size_t *ret_n, int64_t *ret_total,
                struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_INT(db, 0, ret_total, err,
               "SELECT count(*) FROM role_grant WHERE via = :via AND " COUNTS, B_TEXT(":via", via),
               B_INT(":now", now)) ||
        DB_QUERY(db, &q, err,
                 "SELECT " COLUMNS " FROM role_grant WHERE via = :via AND " COUNTS
                 " ORDER BY user_id, " RANK " DESC, team_id, id LIMIT :max OFFSET :offset",
                 B_TEXT(":via", via), B_INT(":now", now), B_INT(":max", (int64_t)max),
                 B_INT(":offset", (int64_t)offset)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int grants_for_team(struct db *db, const char *team_id, int64_t now, struct arena *arena,
                    struct grant **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM role_grant WHERE team_id = :team AND " COUNTS
                    " ORDER BY via, user_id, id LIMIT :max",
                    B_TEXT(":team", team_id), B_INT(":now", now), B_INT(":max", OF_ONE_MAX)) ||
                   read_all(q, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int grants_over(struct db *db, int64_t now, size_t max, struct arena *arena, struct grant **ret,
                size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " COLUMNS " FROM role_grant WHERE ended_at IS NULL"
                    " AND until IS NOT NULL AND until <= :now ORDER BY until LIMIT :max",
                    B_INT(":now", now), B_INT(":max", (int64_t)max)) ||
                   read_all(q, arena, ret, ret_n, err)
               ? -1
               : 0;
}
