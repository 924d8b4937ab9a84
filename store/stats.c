#include "store/stats.h"

/* Reads name, n0[, n1[, n2]] line by line. */
static int read_lines(struct query *q, size_t n_numbers, struct arena *arena, struct stat **ret,
                      size_t *ret_n, struct err *err)
{
    struct stat *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        struct stat s = {.name = query_dup(q, 0, arena)};
        for (size_t i = 0; i < n_numbers; i++)
            s.n[i] = query_int(q, (int)i + 1);
        list[n++] = s;
    }
    if (more < 0)
        return -1;
    *ret = list;
    *ret_n = n;
    return 0;
}

static int by_year(struct db *db, const char *sql, int64_t year, size_t n_numbers,
                   struct arena *arena, struct stat **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, sql, B_INT(":year", year), B_INT(":max", STATS_MAX)))
        return -1;
    return read_lines(q, n_numbers, arena, ret, ret_n, err);
}

#define OF_YEAR                                                                                    \
    " FROM arrival WHERE deleted = 0 AND status NOT IN ('CANCELLED', 'SKIPPED')"                   \
    " AND coalesce(year, CAST(substr(arrival_date, 1, 4) AS INTEGER)) = :year"

int stats_days(struct db *db, int64_t year, struct arena *arena, struct stat **ret, size_t *ret_n,
               struct err *err)
{
    return by_year(db,
                   "SELECT day, sum(comes), sum(goes) FROM ("
                   "SELECT arrival_date AS day, 1 AS comes, 0 AS goes" OF_YEAR
                   " UNION ALL SELECT departure_date, 0, 1" OF_YEAR
                   ") GROUP BY day ORDER BY day LIMIT :max",
                   year, 2, arena, ret, ret_n, err);
}

#define TWO_YEARS " sum(p.year = :year), sum(p.year = :other)" LISTED
#define LISTED                                                                                     \
    " FROM participation p"                                                                        \
    " JOIN dict_status s ON s.code = p.status AND s.to_list = 1"
#define IN_THEM                                                                                    \
    " WHERE p.deleted = 0 AND p.year IN (:year, :other)"                                           \
    " GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT :max"

static int two_years(struct db *db, const char *sql, int64_t year, int64_t other,
                     struct arena *arena, struct stat **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, sql, B_INT(":year", year), B_INT(":other", other),
                 B_INT(":max", STATS_MAX)))
        return -1;
    return read_lines(q, 2, arena, ret, ret_n, err);
}

int stats_teams(struct db *db, int64_t year, int64_t other, struct arena *arena, struct stat **ret,
                size_t *ret_n, struct err *err)
{
    return two_years(db, "SELECT t.name," TWO_YEARS " JOIN team t ON t.id = p.team_id" IN_THEM,
                     year, other, arena, ret, ret_n, err);
}

int stats_roles(struct db *db, int64_t year, int64_t other, struct arena *arena, struct stat **ret,
                size_t *ret_n, struct err *err)
{
    return two_years(db,
                     "SELECT coalesce(r.name, p.role)," TWO_YEARS
                     " LEFT JOIN dict_role r ON r.code = p.role" IN_THEM,
                     year, other, arena, ret, ret_n, err);
}

int stats_year_before(struct db *db, int64_t year, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT max(p.year)" LISTED " WHERE p.deleted = 0 AND p.year < :year",
                  B_INT(":year", year));
}

int stats_statuses(struct db *db, int64_t year, struct arena *arena, struct stat **ret,
                   size_t *ret_n, struct err *err)
{
    return by_year(db,
                   "SELECT coalesce(s.name, p.status), count(*) FROM participation p"
                   " LEFT JOIN dict_status s ON s.code = p.status"
                   " WHERE p.deleted = 0 AND p.year = :year GROUP BY p.status"
                   " ORDER BY s.position IS NULL, s.position, 1 LIMIT :max",
                   year, 1, arena, ret, ret_n, err);
}

int stats_unlisted(struct db *db, int64_t year, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM participation WHERE deleted = 0 AND year = :year"
                  " AND status NOT IN (SELECT code FROM dict_status WHERE to_list = 1)",
                  B_INT(":year", year));
}

#define RUN_DAY "date(started_at / 1000, 'unixepoch', 'localtime')"

int stats_runs(struct db *db, const char *since_day, struct arena *arena, struct stat **ret,
               size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " RUN_DAY ", sum(inserted), sum(updated), sum(deleted) FROM run"
                 " WHERE " RUN_DAY " >= :since GROUP BY 1 ORDER BY 1 LIMIT :max",
                 B_TEXT(":since", since_day), B_INT(":max", STATS_MAX)))
        return -1;
    return read_lines(q, 3, arena, ret, ret_n, err);
}

int stats_run_count(struct db *db, const char *since_day, int64_t *ret_runs, int64_t *ret_failed,
                    struct err *err)
{
    if (DB_INT(db, 0, ret_runs, err, "SELECT count(*) FROM run WHERE " RUN_DAY " >= :since",
               B_TEXT(":since", since_day)))
        return -1;
    return DB_INT(db, 0, ret_failed, err,
                  "SELECT count(*) FROM run WHERE " RUN_DAY
                  " >= :since AND state IN ('failed', 'stopped')",
                  B_TEXT(":since", since_day));
}

int stats_has_year(struct db *db, int64_t year, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT EXISTS (SELECT 1 FROM participation WHERE deleted = 0 AND year = :year)"
                  " OR EXISTS (SELECT 1" OF_YEAR ")",
                  B_INT(":year", year));
}
