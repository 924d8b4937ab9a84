#include "store/reach.h"

#include <string.h>

#define TEAMS_MAX 1000

static const struct {
    const char *entity, *sql;
} ways[] = {
    {"team", "SELECT id FROM team WHERE id = :id LIMIT :max"},
    {"participation", "SELECT team_id FROM participation WHERE id = :id LIMIT :max"},
    {"badge", "SELECT team_id FROM badge_team WHERE badge_id = :id LIMIT :max"},
    {"arrival", "SELECT t.team_id FROM arrival a JOIN badge_team t ON t.badge_id = a.badge_id"
                " WHERE a.id = :id LIMIT :max"},
    {"person",
     "SELECT team_id FROM participation WHERE person_id = :id AND deleted = 0 UNION"
     " SELECT t.team_id FROM badge b JOIN badge_team t ON t.badge_id = b.id WHERE b.person_id = :id"
     /* a badge that went along with its person tells where they belong as it did before */
     " AND (b.deleted = 0 OR EXISTS (SELECT 1 FROM cascaded c WHERE c.entity = 'badge'"
     " AND c.local_id = b.id AND c.by_entity = 'person' AND c.by_id = :id)) LIMIT :max"},
};

int reach_teams(struct db *db, const char *entity, const char *id, struct arena *arena,
                const char ***ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    const char **list = NULL;
    size_t n = 0, cap = 0, way = 0;
    int more;
    *ret = NULL;
    *ret_n = 0;
    while (way < ARRAY_LEN(ways) && strcmp(ways[way].entity, entity) != 0)
        way++;
    if (way == ARRAY_LEN(ways))
        return 0;
    if (DB_QUERY(db, &q, err, ways[way].sql, B_TEXT(":id", id), B_INT(":max", TEAMS_MAX)))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = query_dup(q, 0, arena);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

bool reach_through(const struct entity *e, const struct field *f)
{
    if (f->type != FT_REF && f->type != FT_REFS)
        return false;
    return !strcmp(f->ref, "team") || (!strcmp(e->name, "arrival") && !strcmp(f->ref, "badge"));
}
