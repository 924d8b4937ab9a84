#include "store/holds.h"

int holds_set(struct db *db, const char *name, int64_t until, const char *by, int64_t at,
              struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO hold(name, until, by, at) VALUES(:name, :until, :by, :at)"
                  " ON CONFLICT(name) DO UPDATE SET until = excluded.until, by = excluded.by,"
                  " at = excluded.at",
                  B_TEXT(":name", name), until ? B_INT(":until", until) : B_NULL(":until"),
                  B_TEXT(":by", by), B_INT(":at", at));
}

int holds_clear(struct db *db, const char *name, int64_t now, bool *ret_was, struct err *err)
{
    int64_t held;
    if (DB_INT(db, 0, &held, err,
               "SELECT 1 FROM hold WHERE name = :name AND (until IS NULL OR until > :now)",
               B_TEXT(":name", name), B_INT(":now", now)) ||
        DB_RUN(db, err, "DELETE FROM hold WHERE name = :name", B_TEXT(":name", name)))
        return -1;
    *ret_was = held != 0;
    return 0;
}

int holds_list(struct db *db, int64_t now, struct arena *arena, struct hold **ret, size_t *ret_n,
               struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct hold *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    if (DB_QUERY(db, &q, err,
                 "SELECT name, by, at, until FROM hold WHERE until IS NULL OR until > :now"
                 " ORDER BY at, name",
                 B_INT(":now", now)))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct hold){query_dup(q, 0, arena), query_dup(q, 1, arena), query_int(q, 2),
                                  query_int(q, 3)};
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
