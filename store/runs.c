#include "store/runs.h"

#define RUN_COLUMNS                                                                                 \
    "id, flow, kind, actor, state, started_at, finished_at, inserted, updated, unchanged, deleted," \
    " invalid, conflicts, error, job, ids"

int runs_interrupted(struct db *db, const char *flow, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT max(id) FROM run WHERE flow = :flow AND state = 'running'",
                  B_TEXT(":flow", flow));
}

int runs_begin(struct db *db, const char *flow, const char *kind, const char *actor, int64_t job,
               int64_t at, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err,
               "INSERT INTO run(flow, kind, actor, state, started_at, job)"
               " VALUES(:flow, :kind, :actor, 'running', :at, :job)",
               B_TEXT(":flow", flow), B_TEXT(":kind", kind), B_TEXT(":actor", actor),
               B_INT(":at", at), job ? B_INT(":job", job) : B_NULL(":job")))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int runs_add(struct db *db, int64_t id, const struct counts *more, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE run SET inserted = inserted + :i, updated = updated + :u,"
                  " deleted = deleted + :d, invalid = invalid + :v, conflicts = conflicts + :c,"
                  " ids = ids + :ids WHERE id = :id",
                  B_INT(":i", more->inserted), B_INT(":u", more->updated),
                  B_INT(":d", more->deleted), B_INT(":v", more->invalid),
                  B_INT(":c", more->conflicts), B_INT(":ids", more->ids), B_INT(":id", id));
}

int runs_finish(struct db *db, int64_t id, const char *state, int64_t unchanged, const char *error,
                int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE run SET state = :state, finished_at = :at, unchanged = :unchanged,"
                  " error = :error WHERE id = :id",
                  B_TEXT(":state", state), B_INT(":at", at), B_INT(":unchanged", unchanged),
                  B_TEXT(":error", error), B_INT(":id", id));
}

static void read_run(const struct query *q, struct arena *arena, struct run *r)
{
    *r = (struct run){
        .id = query_int(q, 0),
        .flow = query_dup(q, 1, arena),
        .kind = query_dup(q, 2, arena),
        .actor = query_dup(q, 3, arena),
        .state = query_dup(q, 4, arena),
        .started_at = query_int(q, 5),
        .finished_at = query_int(q, 6),
        .counts = {query_int(q, 7), query_int(q, 8), query_int(q, 9), query_int(q, 10),
                   query_int(q, 11), query_int(q, 12), query_int(q, 15)},
        .error = query_dup(q, 13, arena),
        .job = query_int(q, 14),
    };
}

int runs_get(struct db *db, int64_t id, struct arena *arena, struct run **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT " RUN_COLUMNS " FROM run WHERE id = :id", B_INT(":id", id)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    *ret = NULL;
    if (more) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_run(q, arena, *ret);
    }
    return 0;
}

int runs_list(struct db *db, const char *flow, int64_t before_id, size_t max, struct arena *arena,
              struct run **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct run *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT " RUN_COLUMNS " FROM run WHERE (:flow IS NULL OR flow = :flow)"
                 " AND (:before = 0 OR id < :before) ORDER BY id DESC LIMIT :max",
                 B_TEXT(":flow", flow), B_INT(":before", before_id), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        read_run(q, arena, &list[n++]);
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int cursor_get(struct db *db, const char *flow, const char *remote, const char *tbl,
               struct arena *arena, struct cursor **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT value, mapping, dict_rev, judged_rev, full_at, full_rows, columns,"
                 " updated_at FROM cursor WHERE flow = :flow AND remote = :remote AND tbl = :tbl",
                 B_TEXT(":flow", flow), B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    *ret = NULL;
    if (!more)
        return 0;
    *ret = arena_alloc(arena, 1, sizeof **ret);
    **ret = (struct cursor){
        .flow = flow,
        .remote = remote,
        .tbl = tbl,
        .value = query_dup(q, 0, arena),
        .mapping = query_dup(q, 1, arena),
        .dict_rev = query_int(q, 2),
        .judged_rev = query_int(q, 3),
        .full_at = query_int(q, 4),
        .full_rows = query_int(q, 5),
        .columns = query_dup(q, 6, arena),
        .updated_at = query_int(q, 7),
    };
    return 0;
}

int cursor_put(struct db *db, const struct cursor *c, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO cursor(flow, remote, tbl, value, mapping, dict_rev, judged_rev, full_at,"
        " full_rows, columns, updated_at) VALUES(:flow, :remote, :tbl, :value, :mapping,"
        " :dict_rev, :judged_rev, :full_at, :full_rows, :columns, :at)"
        " ON CONFLICT(flow, remote, tbl) DO UPDATE SET value = excluded.value,"
        " mapping = excluded.mapping, dict_rev = excluded.dict_rev,"
        " judged_rev = excluded.judged_rev, full_at = excluded.full_at,"
        " full_rows = excluded.full_rows, columns = excluded.columns,"
        " updated_at = excluded.updated_at",
        B_TEXT(":flow", c->flow), B_TEXT(":remote", c->remote), B_TEXT(":tbl", c->tbl),
        B_TEXT(":value", c->value), B_TEXT(":mapping", c->mapping), B_INT(":dict_rev", c->dict_rev),
        B_INT(":judged_rev", c->judged_rev),
        c->full_at ? B_INT(":full_at", c->full_at) : B_NULL(":full_at"),
        B_INT(":full_rows", c->full_rows), B_TEXT(":columns", c->columns),
        B_INT(":at", c->updated_at));
}

int flow_state_get(struct db *db, const char *flow, struct arena *arena, struct flow_state *ret,
                   struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct flow_state){.flow = flow};
    if (DB_QUERY(db, &q, err,
                 "SELECT checked_at, changed_run, error, error_kind, error_at, fails"
                 " FROM flow_state WHERE flow = :flow",
                 B_TEXT(":flow", flow)))
        return -1;
    int more = query_next(q, err);
    if (more > 0) {
        *ret = (struct flow_state){
            .flow = flow,
            .checked_at = query_int(q, 0),
            .changed_run = query_int(q, 1),
            .error = query_dup(q, 2, arena),
            .error_kind = query_dup(q, 3, arena),
            .error_at = query_int(q, 4),
            .fails = query_int(q, 5),
        };
    }
    return more < 0 ? -1 : 0;
}

int flow_state_ok(struct db *db, const char *flow, int64_t run, int64_t at, struct err *err)
{
    /* the WHERE keeps a run that found nothing from writing more than once a minute */
    return DB_RUN(db, err,
                  "INSERT INTO flow_state(flow, checked_at, changed_run) VALUES(:flow, :at, :run)"
                  " ON CONFLICT(flow) DO UPDATE SET checked_at = excluded.checked_at,"
                  " changed_run = coalesce(excluded.changed_run, changed_run), error = NULL,"
                  " error_kind = NULL, fails = 0"
                  " WHERE :run IS NOT NULL OR error IS NOT NULL OR checked_at IS NULL"
                  " OR checked_at < :at - 60000 OR checked_at > :at",
                  B_TEXT(":flow", flow), B_INT(":at", at),
                  run ? B_INT(":run", run) : B_NULL(":run"));
}

int flow_state_failed(struct db *db, const char *flow, const struct err *why, int64_t at,
                      struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO flow_state(flow, error, error_kind, error_at, fails)"
                  " VALUES(:flow, :error, :kind, :at, 1) ON CONFLICT(flow) DO UPDATE SET"
                  " error = excluded.error, error_kind = excluded.error_kind,"
                  " error_at = CASE WHEN fails > 0 THEN error_at ELSE excluded.error_at END,"
                  " fails = fails + 1",
                  B_TEXT(":flow", flow), B_TEXT(":error", why->msg),
                  B_TEXT(":kind", err_kind_name(why->kind)), B_INT(":at", at));
}

int remote_state_get(struct db *db, const char *remote, struct arena *arena,
                     struct remote_state *ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct remote_state){0};
    if (DB_QUERY(db, &q, err,
                 "SELECT ok_at, error, error_kind, error_at, fails, hold_until"
                 " FROM remote_state WHERE remote = :remote",
                 B_TEXT(":remote", remote)))
        return -1;
    int more = query_next(q, err);
    if (more > 0) {
        *ret = (struct remote_state){
            .ok_at = query_int(q, 0),
            .error = query_dup(q, 1, arena),
            .error_kind = query_dup(q, 2, arena),
            .error_at = query_int(q, 3),
            .fails = query_int(q, 4),
            .hold_until = query_int(q, 5),
        };
    }
    return more < 0 ? -1 : 0;
}

int remote_state_ok(struct db *db, const char *remote, int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO remote_state(remote, ok_at) VALUES(:remote, :at)"
                  " ON CONFLICT(remote) DO UPDATE SET ok_at = excluded.ok_at, error = NULL,"
                  " error_kind = NULL, fails = 0, hold_until = 0 WHERE error IS NOT NULL"
                  " OR ok_at IS NULL OR ok_at < :at - 60000",
                  B_TEXT(":remote", remote), B_INT(":at", at));
}

int remote_state_failed(struct db *db, const char *remote, const struct err *why, int64_t at,
                        struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO remote_state(remote, error, error_kind, error_at, fails, hold_until)"
                  " VALUES(:remote, :error, :kind, :at, 1, :hold) ON CONFLICT(remote) DO UPDATE SET"
                  " error = excluded.error, error_kind = excluded.error_kind,"
                  " error_at = CASE WHEN fails > 0 THEN error_at ELSE excluded.error_at END,"
                  " fails = fails + 1, hold_until = max(hold_until, excluded.hold_until)",
                  B_TEXT(":remote", remote), B_TEXT(":error", why->msg),
                  B_TEXT(":kind", err_kind_name(why->kind)), B_INT(":at", at),
                  B_INT(":hold", why->retry_s ? at + (int64_t)why->retry_s * 1000 : 0));
}

int remotes_refused(struct db *db, struct arena *arena, const char *const **ret, size_t *ret_n,
                    struct err *err)
{
    AUTO_QUERY *q = NULL;
    const char **list = NULL;
    size_t n = 0, cap = 0;
    if (DB_QUERY(db, &q, err, "SELECT remote FROM remote_state WHERE error_kind = :auth",
                 B_TEXT(":auth", err_kind_name(ERR_AUTH))))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = query_dup(q, 0, arena);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int cursor_forget(struct db *db, const char *flow, const char *remote, const char *tbl,
                  struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE cursor SET value = NULL WHERE flow = :flow AND remote = :remote"
                  " AND tbl = :tbl",
                  B_TEXT(":flow", flow), B_TEXT(":remote", remote), B_TEXT(":tbl", tbl));
}
