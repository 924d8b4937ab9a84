#include "store/marks.h"

#include <string.h>

#define MARK_COLUMNS "m.remote, m.tbl, m.remote_id, m.at, m.why, m.by, m.state, m.since"
#define LIST_MAX     100000

static const char *const bys[] = {"rule", "store", "hand", "feeder"};
static const char *const states[] = {"there", "setting", "clearing"};

const char *mark_by_name(enum mark_by by)
{
    return bys[by];
}

bool mark_by_read(const char *name, enum mark_by *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(bys); i++) {
        if (strcmp(bys[i], name) != 0)
            continue;
        *ret = (enum mark_by)i;
        return true;
    }
    return false;
}

static void read_mark(const struct query *q, int at, struct arena *arena, struct mark *m)
{
    const char *state = query_text(q, at + 6);
    *m = (struct mark){
        .remote = query_dup(q, at, arena),
        .tbl = query_dup(q, at + 1, arena),
        .remote_id = query_dup(q, at + 2, arena),
        .at = query_int(q, at + 3),
        .why = query_dup(q, at + 4, arena),
        .since = query_int(q, at + 7),
    };
    mark_by_read(query_text(q, at + 5), &m->by);
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (!strcmp(states[i], state))
            m->state = (enum mark_state)i;
    }
}

static int read_all(struct query *q, struct arena *arena, struct mark **ret, size_t *ret_n,
                    struct err *err)
{
    struct mark *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0 && n < LIST_MAX) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_mark(q, 0, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int marks_get(struct db *db, const char *remote, const char *tbl, const char *remote_id,
              struct arena *arena, struct mark **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    size_t n;
    if (DB_QUERY(db, &q, err,
                 "SELECT " MARK_COLUMNS " FROM mark m WHERE m.remote = :remote AND m.tbl = :tbl"
                 " AND m.remote_id = :id",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":id", remote_id)) ||
        read_all(q, arena, ret, &n, err))
        return -1;
    if (!n)
        *ret = NULL;
    return 0;
}

int marks_put(struct db *db, const struct mark *m, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO mark(remote, tbl, remote_id, at, why, by, state, since)"
                  " VALUES(:remote, :tbl, :id, :at, :why, :by, :state, :since)"
                  " ON CONFLICT(remote, tbl, remote_id) DO UPDATE SET at = excluded.at,"
                  " why = excluded.why, by = excluded.by, state = excluded.state",
                  B_TEXT(":remote", m->remote), B_TEXT(":tbl", m->tbl), B_TEXT(":id", m->remote_id),
                  B_INT(":at", m->at), B_TEXT(":why", m->why), B_TEXT(":by", bys[m->by]),
                  B_TEXT(":state", states[m->state]), B_INT(":since", m->since));
}

int marks_drop(struct db *db, const char *remote, const char *tbl, const char *remote_id,
               struct err *err)
{
    return DB_RUN(db, err,
                  "DELETE FROM mark WHERE remote = :remote AND tbl = :tbl AND remote_id = :id",
                  B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":id", remote_id));
}

int marks_list(struct db *db, enum mark_by by, size_t offset, size_t max, struct arena *arena,
               struct mark **ret, size_t *ret_n, int64_t *ret_total, struct err *err)
{
    AUTO_QUERY *q = NULL;
    const char *only = by < MARK_BYS ? bys[by] : NULL;
    if (DB_INT(db, 0, ret_total, err, "SELECT count(*) FROM mark WHERE :by IS NULL OR by = :by",
               B_TEXT(":by", only)) ||
        DB_QUERY(db, &q, err,
                 "SELECT " MARK_COLUMNS " FROM mark m WHERE :by IS NULL OR m.by = :by"
                 " ORDER BY m.since DESC, m.remote, m.tbl, m.remote_id LIMIT :max OFFSET :offset",
                 B_TEXT(":by", only), B_INT(":max", (int64_t)max),
                 B_INT(":offset", (int64_t)offset)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int marks_to_set(struct db *db, const char *flow, const char *remote, const char *tbl,
                 struct arena *arena, struct mark_due **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct mark_due *list = NULL;
    size_t n = 0, cap = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT q.remote_id, min(q.reason), " MARK_COLUMNS " FROM quarantine q"
                 " LEFT JOIN mark m ON m.remote = :remote AND m.tbl = :tbl"
                 " AND m.remote_id = q.remote_id"
                 " WHERE q.flow = :flow AND q.state = 'invalid'"
                 " AND (m.at IS NULL OR m.at = 0 OR m.by = 'rule')"
                 " GROUP BY q.remote_id HAVING m.at IS NULL OR m.state <> 'there'"
                 " OR m.why IS NOT min(q.reason) ORDER BY q.remote_id",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":flow", flow)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0 && n < LIST_MAX) {
        struct mark *m = NULL;
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        if (query_text(q, 2)) {
            m = arena_alloc(arena, 1, sizeof *m);
            read_mark(q, 2, arena, m);
        }
        list[n++] = (struct mark_due){query_dup(q, 0, arena), query_dup(q, 1, arena), m};
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int marks_to_clear(struct db *db, const char *flow, const char *remote, const char *tbl,
                   struct arena *arena, struct mark **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " MARK_COLUMNS " FROM mark m WHERE m.remote = :remote AND m.tbl = :tbl"
                 " AND (m.state = 'clearing' OR m.at = 0 OR (m.by = 'rule' AND NOT EXISTS"
                 " (SELECT 1 FROM quarantine q WHERE q.flow = :flow AND q.remote_id = m.remote_id)"
                 " AND NOT EXISTS (SELECT 1 FROM link l JOIN cascaded c ON c.entity = l.entity"
                 " AND c.local_id = l.local_id WHERE l.remote = m.remote AND l.tbl = m.tbl"
                 " AND l.remote_id = m.remote_id)))"
                 " ORDER BY m.remote_id",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":flow", flow)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int marks_missing(struct db *db, const char *remote, const char *tbl, struct arena *arena,
                  struct mark **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " MARK_COLUMNS " FROM mark m WHERE m.remote = :remote AND m.tbl = :tbl"
                 " AND NOT EXISTS (SELECT 1 FROM temp.staging s WHERE s.remote_id = m.remote_id)",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int marks_any(struct db *db, const char *remote, const char *tbl, bool *ret, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err,
               "SELECT EXISTS (SELECT 1 FROM mark WHERE remote = :remote AND tbl = :tbl)",
               B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    *ret = n != 0;
    return 0;
}
