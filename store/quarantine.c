#include "store/quarantine.h"

#define JAIL_COLUMNS                                                                                   \
    "flow, remote_id, part, state = 'waiting', reason, detail, raw, edited_at, first_seen, last_seen," \
    " remote_key"
#define LIST_MAX 100000

static void read_jailed(const struct query *q, struct arena *arena, struct jailed *j)
{
    *j = (struct jailed){
        .flow = query_dup(q, 0, arena),
        .remote_id = query_dup(q, 1, arena),
        .part = query_dup(q, 2, arena),
        .waiting = query_int(q, 3) != 0,
        .reason = query_dup(q, 4, arena),
        .detail = query_dup(q, 5, arena),
        .raw = query_dup(q, 6, arena),
        .edited_at = query_int(q, 7),
        .first_seen = query_int(q, 8),
        .last_seen = query_int(q, 9),
        .remote_key = query_dup(q, 10, arena),
    };
}

static int read_all(struct query *q, struct arena *arena, struct jailed **ret, size_t *ret_n,
                    struct err *err)
{
    struct jailed *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0 && n < LIST_MAX) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_jailed(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int quarantine_get(struct db *db, const char *flow, const char *remote_id, const char *part,
                   struct arena *arena, struct jailed **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    size_t n;
    if (DB_QUERY(db, &q, err,
                 "SELECT " JAIL_COLUMNS " FROM quarantine WHERE flow = :flow"
                 " AND remote_id = :id AND part = :part",
                 B_TEXT(":flow", flow), B_TEXT(":id", remote_id), B_TEXT(":part", part)) ||
        read_all(q, arena, ret, &n, err))
        return -1;
    if (!n)
        *ret = NULL;
    return 0;
}

int quarantine_list(struct db *db, const char *flow, size_t offset, size_t max, struct arena *arena,
                    struct jailed **ret, size_t *ret_n, int64_t *ret_total, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_INT(db, 0, ret_total, err,
               "SELECT count(*) FROM quarantine WHERE :flow IS NULL OR flow = :flow",
               B_TEXT(":flow", flow)) ||
        DB_QUERY(db, &q, err,
                 "SELECT " JAIL_COLUMNS " FROM quarantine WHERE :flow IS NULL OR flow = :flow"
                 " ORDER BY state, first_seen, flow, remote_id, part LIMIT :max OFFSET :offset",
                 B_TEXT(":flow", flow), B_INT(":max", (int64_t)max),
                 B_INT(":offset", (int64_t)offset)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int quarantine_put(struct db *db, const struct jailed *j, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO quarantine(flow, remote_id, part, state, reason, detail, raw, edited_at,"
        " first_seen, last_seen, remote_key) VALUES(:flow, :id, :part, :state, :reason, :detail, :raw,"
        " :edited, :now, :now, :key) ON CONFLICT(flow, remote_id, part) DO UPDATE SET"
        " state = excluded.state, reason = excluded.reason, detail = excluded.detail,"
        " raw = excluded.raw, edited_at = excluded.edited_at, last_seen = excluded.last_seen,"
        " remote_key = excluded.remote_key",
        B_TEXT(":flow", j->flow), B_TEXT(":id", j->remote_id), B_TEXT(":part", j->part),
        B_TEXT(":state", j->waiting ? "waiting" : "invalid"), B_TEXT(":reason", j->reason),
        B_TEXT(":detail", j->detail), B_TEXT(":raw", j->raw), B_INT(":edited", j->edited_at),
        B_INT(":now", j->last_seen), B_TEXT(":key", j->remote_key));
}

int quarantine_free(struct db *db, const char *flow, const char *remote_id, const char *part,
                    struct err *err)
{
    return DB_RUN(db, err,
                  "DELETE FROM quarantine WHERE flow = :flow AND remote_id = :id AND part = :part",
                  B_TEXT(":flow", flow), B_TEXT(":id", remote_id), B_TEXT(":part", part));
}

int quarantine_touch(struct db *db, const char *flow, const char *remote_id, int64_t edited_at,
                     int64_t now, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE quarantine SET edited_at = :edited, last_seen = :now"
                  " WHERE flow = :flow AND remote_id = :id",
                  B_INT(":edited", edited_at), B_INT(":now", now), B_TEXT(":flow", flow),
                  B_TEXT(":id", remote_id));
}

int quarantine_missing(struct db *db, const char *flow, struct arena *arena, struct jailed **ret,
                       size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " JAIL_COLUMNS " FROM quarantine WHERE flow = :flow AND NOT EXISTS"
                 " (SELECT 1 FROM temp.staging s WHERE s.remote_id = quarantine.remote_id)",
                 B_TEXT(":flow", flow)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int quarantine_reason(struct db *db, const char *flow, const char *remote_id, struct arena *arena,
                      const char **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT reason FROM quarantine WHERE flow = :flow AND remote_id = :id"
                 " AND state = 'invalid' LIMIT 1",
                 B_TEXT(":flow", flow), B_TEXT(":id", remote_id)))
        return -1;
    int more = query_next(q, err);
    *ret = more > 0 ? query_dup(q, 0, arena) : NULL;
    return more < 0 ? -1 : 0;
}

int quarantine_count(struct db *db, const char *flow, int64_t *ret_waiting, int64_t *ret_invalid,
                     struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT count(*) FILTER (WHERE " QUARANTINE_WAITS(
                     "") "),"
                         " count(*) FILTER (WHERE NOT " QUARANTINE_WAITS(
                             "") ") FROM quarantine"
                                 " WHERE :flow IS NULL OR flow = :flow",
                 B_TEXT(":flow", flow)))
        return -1;
    if (query_next(q, err) < 0)
        return -1;
    *ret_waiting = query_int(q, 0);
    *ret_invalid = query_int(q, 1);
    return 0;
}

int quarantine_unread(struct db *db, const char *flow, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM quarantine WHERE flow = :flow AND reason = :reason",
                  B_TEXT(":flow", flow), B_TEXT(":reason", QUARANTINE_UNREAD));
}
