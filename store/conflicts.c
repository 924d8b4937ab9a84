#include "store/conflicts.h"

#include "store/about.h"

#define CONFLICT_COLUMNS                                                                           \
    "id, run, flow, entity, local_id, field, base, ours, theirs, remote, theirs_at,"               \
    " state = 'open', settled_by, choice, created_at, settled_at"

static void read_conflict(const struct query *q, struct arena *arena, struct conflict *c)
{
    *c = (struct conflict){
        .id = query_int(q, 0),
        .run = query_int(q, 1),
        .flow = query_dup(q, 2, arena),
        .entity = query_dup(q, 3, arena),
        .local_id = query_dup(q, 4, arena),
        .field = query_dup(q, 5, arena),
        .base = query_dup(q, 6, arena),
        .ours = query_dup(q, 7, arena),
        .theirs = query_dup(q, 8, arena),
        .remote = query_dup(q, 9, arena),
        .theirs_at = query_int(q, 10),
        .open = query_int(q, 11) != 0,
        .settled_by = query_dup(q, 12, arena),
        .choice = query_dup(q, 13, arena),
        .created_at = query_int(q, 14),
        .settled_at = query_int(q, 15),
    };
}

static int read_all(struct query *q, struct arena *arena, struct conflict **ret, size_t *ret_n,
                    struct err *err)
{
    struct conflict *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_conflict(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

static struct bind int_or_null(const char *name, int64_t n)
{
    return n ? B_INT(name, n) : B_NULL(name);
}

int conflicts_open(struct db *db, const struct conflict *c, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO conflict(run, flow, entity, local_id, field, base, ours, theirs, remote,"
        " theirs_at, state, created_at) VALUES(:run, :flow, :entity, :local_id, :field, :base,"
        " :ours, :theirs, :remote, :theirs_at, 'open', :created_at)"
        " ON CONFLICT(flow, entity, local_id, field) WHERE state = 'open' DO UPDATE SET"
        " base = excluded.base, ours = excluded.ours, theirs = excluded.theirs,"
        " theirs_at = excluded.theirs_at WHERE base IS NOT excluded.base"
        " OR ours IS NOT excluded.ours OR theirs IS NOT excluded.theirs"
        " OR theirs_at IS NOT excluded.theirs_at",
        int_or_null(":run", c->run), B_TEXT(":flow", c->flow), B_TEXT(":entity", c->entity),
        B_TEXT(":local_id", c->local_id), B_TEXT(":field", c->field), B_TEXT(":base", c->base),
        B_TEXT(":ours", c->ours), B_TEXT(":theirs", c->theirs), B_TEXT(":remote", c->remote),
        int_or_null(":theirs_at", c->theirs_at), B_INT(":created_at", c->created_at));
}

int conflicts_add_settled(struct db *db, const struct conflict *c, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO conflict(run, flow, entity, local_id, field, base, ours, theirs, remote,"
        " theirs_at, state, settled_by, choice, created_at, settled_at) VALUES(:run, :flow,"
        " :entity, :local_id, :field, :base, :ours, :theirs, :remote, :theirs_at, 'settled',"
        " :settled_by, :choice, :created_at, :settled_at)",
        int_or_null(":run", c->run), B_TEXT(":flow", c->flow), B_TEXT(":entity", c->entity),
        B_TEXT(":local_id", c->local_id), B_TEXT(":field", c->field), B_TEXT(":base", c->base),
        B_TEXT(":ours", c->ours), B_TEXT(":theirs", c->theirs), B_TEXT(":remote", c->remote),
        int_or_null(":theirs_at", c->theirs_at), B_TEXT(":settled_by", c->settled_by),
        B_TEXT(":choice", c->choice), B_INT(":created_at", c->created_at),
        int_or_null(":settled_at", c->settled_at));
}

int conflicts_settle(struct db *db, int64_t id, const char *by, const char *choice, int64_t at,
                     struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE conflict SET state = 'settled', settled_by = :by, choice = :choice,"
                  " settled_at = :at WHERE id = :id",
                  B_TEXT(":by", by), B_TEXT(":choice", choice), B_INT(":at", at), B_INT(":id", id));
}

int conflicts_get(struct db *db, int64_t id, struct arena *arena, struct conflict **ret,
                  struct err *err)
{
    AUTO_QUERY *q = NULL;
    size_t n;
    if (DB_QUERY(db, &q, err, "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE id = :id",
                 B_INT(":id", id)) ||
        read_all(q, arena, ret, &n, err))
        return -1;
    if (!n)
        *ret = NULL;
    return 0;
}

int conflicts_list_open(struct db *db, size_t offset, size_t max, struct arena *arena,
                        struct conflict **ret, size_t *ret_n, int64_t *ret_total, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (conflicts_count_open(db, ret_total, err) ||
        DB_QUERY(db, &q, err,
                 "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE state = 'open'"
                 " ORDER BY +id LIMIT :max OFFSET :offset",
                 B_INT(":max", (int64_t)max), B_INT(":offset", (int64_t)offset)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int conflicts_of_record(struct db *db, const char *flow, const char *entity, const char *local_id,
                        struct arena *arena, struct conflict **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE state = 'open' AND flow = :flow"
                 " AND entity = :entity AND local_id = :local_id ORDER BY id",
                 B_TEXT(":flow", flow), B_TEXT(":entity", entity), B_TEXT(":local_id", local_id)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int conflicts_pair_known(struct db *db, const char *entity, const char *a, const char *b, bool *ret,
                         struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err,
               "SELECT count(*) FROM conflict WHERE entity = :entity AND field = 'id'"
               " AND ((local_id = :a AND theirs = :b) OR (local_id = :b AND theirs = :a))"
               " AND (state = 'open' OR choice = 'ours')",
               B_TEXT(":entity", entity), B_TEXT(":a", a), B_TEXT(":b", b)))
        return -1;
    *ret = n > 0;
    return 0;
}

int conflicts_close_all(struct db *db, const char *entity, const char *local_id, const char *by,
                        int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE conflict SET state = 'settled', settled_by = :by, settled_at = :at"
                  " WHERE entity = :entity AND state = 'open' AND (local_id = :local_id"
                  " OR (field = 'id' AND theirs = :local_id))",
                  B_TEXT(":by", by), B_INT(":at", at), B_TEXT(":entity", entity),
                  B_TEXT(":local_id", local_id));
}

int conflicts_of_run(struct db *db, int64_t run, size_t max, struct arena *arena,
                     struct conflict **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " CONFLICT_COLUMNS
                 " FROM conflict WHERE run = :run ORDER BY id LIMIT :max",
                 B_INT(":run", run), B_INT(":max", (int64_t)max)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int conflicts_history(struct db *db, const char *entity, const char *local_id, int64_t from,
                      int64_t before, size_t max, struct arena *arena, struct conflict **ret,
                      size_t *ret_n, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(4096);
    AUTO_QUERY *q = NULL;
    buf_add(&sql, "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE ");
    about_add(&sql, entity);
    buf_add(&sql, " AND created_at >= :from AND created_at < :before"
                  " ORDER BY created_at DESC, id DESC LIMIT :max");
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_TEXT(":entity", entity), B_TEXT(":id", local_id),
                 B_INT(":from", from), B_INT(":before", before), B_INT(":max", (int64_t)max)))
        return -1;
    return read_all(q, arena, ret, ret_n, err);
}

int conflicts_count_open(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT count(*) FROM conflict WHERE state = 'open'");
}
