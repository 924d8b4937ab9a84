#include "store/stuck.h"

#define GROWTH_MAX 64

static int count(struct db *db, const char *sql, const struct bind *b, size_t n, struct stuck *ret,
                 struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct stuck){0};
    if (db_query_n(db, sql, b, n, &q, err))
        return -1;
    int more = query_next(q, err);
    if (more > 0)
        *ret = (struct stuck){query_int(q, 0), query_int(q, 1)};
    return more < 0 ? -1 : 0;
}
#define COUNT(db, ret, err, sql, ...)                                                              \
    count((db), (sql), (struct bind[]){__VA_ARGS__},                                               \
          sizeof((struct bind[]){__VA_ARGS__}) / sizeof(struct bind), (ret), (err))

int stuck_jobs(struct db *db, int64_t now, int64_t older_ms, struct stuck *ret, struct err *err)
{
    return COUNT(db, ret, err,
                 "SELECT count(*), min(created_at) FROM job WHERE"
                 " (state = 'queued' AND not_before <= :now AND created_at < :before)"
                 " OR (state = 'running' AND started_at < :long)",
                 B_INT(":now", now), B_INT(":before", now - older_ms),
                 B_INT(":long", now - 4 * older_ms));
}

int stuck_messages(struct db *db, const char *via, int64_t now, int64_t older_ms, struct stuck *ret,
                   bool *ret_others_go, struct err *err)
{
    int64_t sent;
    if (COUNT(db, ret, err,
              "SELECT count(*), min(created_at) FROM chat_out WHERE via = :via"
              " AND state = 'queued' AND kind IN ('message', 'document') AND created_at < :before"
              " AND (slot IS NULL OR slot NOT LIKE 'alert:%')",
              B_TEXT(":via", via), B_INT(":before", now - older_ms)))
        return -1;
    *ret_others_go = false;
    if (!ret->n)
        return 0;
    if (DB_INT(db, 0, &sent, err,
               "SELECT EXISTS (SELECT 1 FROM chat_out WHERE via = :via AND state = 'sent'"
               " AND sent_at >= :since)",
               B_TEXT(":via", via), B_INT(":since", now - older_ms)))
        return -1;
    *ret_others_go = sent != 0;
    return 0;
}

/* Of an alert's present message, and of all messages: lists that are made once, not for each alert.
 */
#define SLOT  "'alert:' || a.id || ':' || a.round"
#define SLOTS "SELECT slot FROM chat_out WHERE via = 'telegram' AND slot IS NOT NULL"

int stuck_alerts(struct db *db, int64_t now, int64_t older_ms, struct stuck *ret, struct err *err)
{
    /* an alert's message is made anew with every edit, so it is the round that has an age; one
     * admin who has blocked the bot is no failure where others hear of it */
    return COUNT(db, ret, err,
                 "SELECT count(*), min(a.round_at) FROM alert a WHERE"
                 " ((a.round_at < :before AND " SLOT " IN (" SLOTS " AND state = 'queued'"
                 "   AND sent_version = 0))"
                 "  OR " SLOT " IN (" SLOTS " AND state = 'failed' AND sent_version = 0"
                 "   AND created_at >= :before))"
                 " AND " SLOT " NOT IN (" SLOTS " AND slot LIKE 'alert:%' AND sent_version > 0)",
                 B_INT(":before", now - older_ms));
}

int stuck_updates(struct db *db, int64_t now, int64_t older_ms, struct stuck *ret, struct err *err)
{
    return COUNT(db, ret, err,
                 "SELECT count(*), min(received_at) FROM chat_in WHERE state = 'new'"
                 " AND received_at < :before",
                 B_INT(":before", now - older_ms));
}

int stuck_conflicts(struct db *db, struct stuck *ret, struct err *err)
{
    return COUNT(db, ret, err,
                 /* a parameter would keep SQLite from the index of the open ones */
                 "SELECT count(*), min(created_at) FROM conflict WHERE state = 'open' AND :yes",
                 B_INT(":yes", 1));
}

int stuck_growth(struct db *db, int64_t since, int64_t least, struct arena *arena,
                 struct growth **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct growth *list = arena_alloc(arena, GROWTH_MAX, sizeof *list);
    size_t n = 0;
    int more;
    if (DB_QUERY(db, &q, err,
                 "SELECT flow, count(*), min(first_seen) FROM quarantine q WHERE state = 'invalid'"
                 " AND first_seen >= :since AND EXISTS (SELECT 1 FROM run r WHERE r.flow = q.flow"
                 "  AND r.started_at < :since) GROUP BY flow HAVING count(*) >= :least LIMIT :max",
                 B_INT(":since", since), B_INT(":least", least), B_INT(":max", GROWTH_MAX)))
        return -1;
    while ((more = query_next(q, err)) > 0)
        list[n++] = (struct growth){query_dup(q, 0, arena), query_int(q, 1), query_int(q, 2)};
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int stuck_day(struct db *db, int64_t since, struct day_counts *ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct day_counts){0};
    if (DB_QUERY(db, &q, err,
                 "SELECT count(*), sum(CASE kind WHEN 'push' THEN 0 ELSE inserted + updated +"
                 " deleted END), sum(CASE kind WHEN 'push' THEN inserted + updated + deleted ELSE 0"
                 " END), sum(invalid) FROM run WHERE started_at >= :since",
                 B_INT(":since", since)))
        return -1;
    int more = query_next(q, err);
    if (more > 0)
        *ret =
            (struct day_counts){query_int(q, 0), query_int(q, 1), query_int(q, 2), query_int(q, 3)};
    return more < 0 ? -1 : 0;
}
