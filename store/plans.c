#include "store/plans.h"

#define KEEP_MS ((int64_t)7 * 24 * 3600 * 1000)

int plans_same(struct db *db, const char *flow, const char *hash, int64_t since, int64_t *ret_id,
               struct err *err)
{
    return DB_INT(db, 0, ret_id, err,
                  "SELECT max(id) FROM plan WHERE flow = :flow AND hash = :hash"
                  " AND state = 'open' AND brake IS NOT NULL AND created_at > :since",
                  B_TEXT(":flow", flow), B_TEXT(":hash", hash), B_INT(":since", since));
}

int plans_begin(struct db *db, const char *flow, const char *actor, const char *brake,
                const char *hash, int64_t at, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err,
               "INSERT INTO plan(flow, actor, brake, hash, state, inserted, updated, deleted,"
               " created_at) VALUES(:flow, :actor, :brake, :hash, 'writing', 0, 0, 0, :at)",
               B_TEXT(":flow", flow), B_TEXT(":actor", actor), B_TEXT(":brake", brake),
               B_TEXT(":hash", hash), B_INT(":at", at)))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int plans_add(struct db *db, int64_t id, int64_t seq, const struct saved_op *op, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO plan_op(plan, seq, op, entity, local_id, remote_id, name, changes,"
                  " reason, digest) VALUES(:plan, :seq, :op, :entity, :local_id, :remote_id,"
                  " :name, :changes, :reason, :digest)",
                  B_INT(":plan", id), B_INT(":seq", seq), B_TEXT(":op", op->op),
                  B_TEXT(":entity", op->entity), B_TEXT(":local_id", op->local_id),
                  B_TEXT(":remote_id", op->remote_id), B_TEXT(":name", op->name),
                  B_TEXT(":changes", op->changes), B_TEXT(":reason", op->reason),
                  B_TEXT(":digest", op->digest));
}

int plans_open(struct db *db, int64_t id, const struct counts *counts, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE plan SET state = 'open', inserted = :i, updated = :u, deleted = :d,"
                  " ids = :ids WHERE id = :id",
                  B_INT(":i", counts->inserted), B_INT(":u", counts->updated),
                  B_INT(":d", counts->deleted), B_INT(":ids", counts->ids), B_INT(":id", id));
}

int plans_settle(struct db *db, int64_t id, const char *state, const char *by, int64_t at,
                 bool *ret_was_open, struct err *err)
{
    if (DB_RUN(db, err,
               "UPDATE plan SET state = :state, settled_by = :by, settled_at = :at"
               " WHERE id = :id AND state = 'open'",
               B_TEXT(":state", state), B_TEXT(":by", by), B_INT(":at", at), B_INT(":id", id)))
        return -1;
    *ret_was_open = db_changes(db) > 0;
    return 0;
}

int plans_get(struct db *db, int64_t id, struct arena *arena, struct saved_plan **ret,
              struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT flow, actor, brake, state, settled_by, inserted, updated, deleted,"
                 " created_at, ids FROM plan WHERE id = :id",
                 B_INT(":id", id)))
        return -1;
    int more = query_next(q, err);
    *ret = NULL;
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        **ret = (struct saved_plan){
            .id = id,
            .flow = query_dup(q, 0, arena),
            .actor = query_dup(q, 1, arena),
            .brake = query_dup(q, 2, arena),
            .state = query_dup(q, 3, arena),
            .settled_by = query_dup(q, 4, arena),
            .counts = {.inserted = query_int(q, 5),
                       .updated = query_int(q, 6),
                       .deleted = query_int(q, 7),
                       .ids = query_int(q, 9)},
            .created_at = query_int(q, 8),
        };
    }
    return more < 0 ? -1 : 0;
}

int plans_ops(struct db *db, int64_t id, int64_t from, size_t max, struct arena *arena,
              struct saved_op **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct saved_op *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT op, entity, local_id, remote_id, name, changes, reason, digest"
                 " FROM plan_op WHERE plan = :id AND seq >= :from ORDER BY seq LIMIT :max",
                 B_INT(":id", id), B_INT(":from", from), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        list[n++] = (struct saved_op){query_dup(q, 0, arena), query_dup(q, 1, arena),
                                      query_dup(q, 2, arena), query_dup(q, 3, arena),
                                      query_dup(q, 4, arena), query_dup(q, 5, arena),
                                      query_dup(q, 6, arena), query_dup(q, 7, arena)};
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int plans_count(struct db *db, int64_t id, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT count(*) FROM plan_op WHERE plan = :id",
                  B_INT(":id", id));
}

int plans_held(struct db *db, int64_t since, int64_t *ret, size_t max, size_t *ret_n,
               struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret_n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT max(p.id) AS latest, p.state FROM plan p JOIN flow_state f"
                 " ON f.flow = p.flow AND f.error_kind = 'limit'"
                 " WHERE p.brake IS NOT NULL AND p.created_at > :since GROUP BY p.flow"
                 " HAVING p.state = 'open' ORDER BY latest LIMIT :max",
                 B_INT(":since", since), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        ret[(*ret_n)++] = query_int(q, 0);
    return more < 0 ? -1 : 0;
}

int plans_prune(struct db *db, int64_t now, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err, "SELECT count(*) FROM plan WHERE created_at < :old",
               B_INT(":old", now - KEEP_MS)))
        return -1;
    if (!n)
        return 0;
    return DB_RUN(db, err, "DELETE FROM plan WHERE created_at < :old",
                  B_INT(":old", now - KEEP_MS));
}
