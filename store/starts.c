#include "store/starts.h"

#define KEEP_MS (INT64_C(7) * 86400000)

int starts_begin(struct db *db, int64_t at, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err, "DELETE FROM daemon_start WHERE at < :before",
               B_INT(":before", at - KEEP_MS)) ||
        DB_RUN(db, err, "INSERT INTO daemon_start(at) VALUES(:at)", B_INT(":at", at)))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int starts_end(struct db *db, int64_t id, int64_t at, struct err *err)
{
    return DB_RUN(db, err, "UPDATE daemon_start SET ended_at = :at WHERE id = :id",
                  B_INT(":at", at), B_INT(":id", id));
}

int starts_crashes(struct db *db, int64_t since, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM daemon_start s WHERE s.at >= :since AND"
                  " (SELECT p.ended_at IS NULL FROM daemon_start p WHERE p.id < s.id"
                  "  ORDER BY p.id DESC LIMIT 1)",
                  B_INT(":since", since));
}

int memo_get(struct db *db, const char *key, struct arena *arena, const char **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT value FROM memo WHERE key = :key", B_TEXT(":key", key)))
        return -1;
    int more = query_next(q, err);
    *ret = more > 0 ? query_dup(q, 0, arena) : NULL;
    return more < 0 ? -1 : 0;
}

int memo_put(struct db *db, const char *key, const char *value, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO memo(key, value) VALUES(:key, :value)"
                  " ON CONFLICT DO UPDATE SET value = excluded.value",
                  B_TEXT(":key", key), B_TEXT(":value", value));
}
