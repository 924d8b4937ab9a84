#include "store/pauses.h"

int pauses_set(struct db *db, const char *entity, const char *local_id, const char *by, int64_t at,
               bool *ret_new, struct err *err)
{
    if (DB_RUN(db, err,
               "INSERT INTO pause(entity, local_id, by, at) VALUES(:entity, :local_id, :by, :at)"
               " ON CONFLICT DO NOTHING",
               B_TEXT(":entity", entity), B_TEXT(":local_id", local_id), B_TEXT(":by", by),
               B_INT(":at", at)))
        return -1;
    *ret_new = db_changes(db) > 0;
    return 0;
}

int pauses_clear(struct db *db, const char *entity, const char *local_id, bool *ret_was,
                 struct err *err)
{
    if (DB_RUN(db, err, "DELETE FROM pause WHERE entity = :entity AND local_id = :local_id",
               B_TEXT(":entity", entity), B_TEXT(":local_id", local_id)))
        return -1;
    bool was = db_changes(db) > 0;
    /* what was held back stands in quarantine, which a run judges again when the store has moved
     * since it last did; resuming moves no record, so the flows are told that they never judged */
    if (was && DB_RUN(db, err, "UPDATE cursor SET judged_rev = -1"))
        return -1;
    *ret_was = was;
    return 0;
}

int pauses_has(struct db *db, const char *entity, const char *local_id, bool *ret, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err,
               "SELECT 1 FROM pause WHERE entity = :entity AND local_id = :local_id",
               B_TEXT(":entity", entity), B_TEXT(":local_id", local_id)))
        return -1;
    *ret = n != 0;
    return 0;
}

#define PAUSE_COLUMNS "entity, local_id, by, at"

static int read_all(struct query *q, struct arena *arena, struct pause **ret, size_t *ret_n,
                    struct err *err)
{
    struct pause *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct pause){
            .entity = query_dup(q, 0, arena),
            .local_id = query_dup(q, 1, arena),
            .by = query_dup(q, 2, arena),
            .at = query_int(q, 3),
        };
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int pauses_get(struct db *db, const char *entity, const char *local_id, struct arena *arena,
               struct pause **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    size_t n;
    if (DB_QUERY(db, &q, err,
                 "SELECT " PAUSE_COLUMNS " FROM pause"
                 " WHERE entity = :entity AND local_id = :local_id",
                 B_TEXT(":entity", entity), B_TEXT(":local_id", local_id)) ||
        read_all(q, arena, ret, &n, err))
        return -1;
    if (!n)
        *ret = NULL;
    return 0;
}

int pauses_list(struct db *db, size_t max, struct arena *arena, struct pause **ret, size_t *ret_n,
                int64_t *ret_total, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_INT(db, 0, ret_total, err, "SELECT count(*) FROM pause") ||
        DB_QUERY(db, &q, err,
                 "SELECT " PAUSE_COLUMNS " FROM pause ORDER BY at, entity, local_id LIMIT :max",
                 B_INT(":max", (int64_t)max)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}
