#include "store/kin.h"

static const struct {
    const char *count, *list;
} queries[] = {
    [KIN_PARTICIPATIONS] = {"SELECT count(*) FROM participation WHERE person_id = :id"
                            " AND deleted = 0",
                            "SELECT id FROM participation WHERE person_id = :id AND deleted = 0"
                            " ORDER BY year DESC, created_at, id LIMIT :max"},
    [KIN_BADGES] = {"SELECT count(*) FROM badge WHERE person_id = :id AND deleted = 0",
                    "SELECT id FROM badge WHERE person_id = :id AND deleted = 0"
                    " ORDER BY year DESC, created_at, id LIMIT :max"},
    [KIN_ARRIVALS] = {"SELECT count(*) FROM arrival WHERE badge_id = :id AND deleted = 0",
                      "SELECT id FROM arrival WHERE badge_id = :id AND deleted = 0"
                      " ORDER BY year DESC, created_at, id LIMIT :max"},
    [KIN_CHILDREN] = {"SELECT count(*) FROM badge WHERE parent_id = :id AND deleted = 0",
                      "SELECT id FROM badge WHERE parent_id = :id AND deleted = 0"
                      " ORDER BY year DESC, name, id LIMIT :max"},
    [KIN_LEADS] = {"SELECT count(*) FROM participation p JOIN dict_role r ON r.code = p.role"
                   " WHERE p.team_id = :id AND p.deleted = 0 AND r.lead = 1",
                   "SELECT p.id FROM participation p JOIN dict_role r ON r.code = p.role"
                   " WHERE p.team_id = :id AND p.deleted = 0 AND r.lead = 1"
                   " ORDER BY p.year DESC, r.position, p.created_at, p.id LIMIT :max"},
};

int kin_ids(struct db *db, enum kin kin, const char *id, size_t max, struct arena *arena,
            const char ***ret, size_t *ret_n, int64_t *ret_total, struct err *err)
{
    const struct bind b[] = {B_TEXT(":id", id), B_INT(":max", (int64_t)max)};
    AUTO_QUERY *q = NULL;
    if (db_int_n(db, queries[kin].count, b, 1, 0, ret_total, err) ||
        db_query_n(db, queries[kin].list, b, ARRAY_LEN(b), &q, err))
        return -1;
    *ret = arena_alloc(arena, max ? max : 1, sizeof **ret);
    *ret_n = 0;
    int more;
    while ((more = query_next(q, err)) > 0)
        (*ret)[(*ret_n)++] = query_dup(q, 0, arena);
    return more < 0 ? -1 : 0;
}

int kin_roles(struct db *db, const char *team_id, int year, struct arena *arena,
              struct kin_count **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct kin_count *list = NULL;
    size_t cap = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT role, count(*) FROM participation WHERE team_id = :id AND year = :year"
                 " AND deleted = 0 GROUP BY role ORDER BY 2 DESC, 1",
                 B_TEXT(":id", team_id), B_INT(":year", year)))
        return -1;
    *ret_n = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, *ret_n + 1, sizeof *list);
        list[(*ret_n)++] = (struct kin_count){query_dup(q, 0, arena), query_int(q, 1)};
    }
    *ret = list;
    return more < 0 ? -1 : 0;
}
