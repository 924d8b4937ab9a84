#include "store/journal.h"

#define INTENT_COLUMNS                                                                             \
    "id, run, flow, remote, tbl, op, entity, local_id, part, remote_id, payload, state, attempts," \
    " not_before, ref, error, created_at, sent_at, done_at"

int journal_send(struct db *db, const struct intent *i, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err,
               "INSERT INTO intent(run, flow, remote, tbl, op, entity, local_id, part, remote_id,"
               " payload, state, created_at, sent_at) VALUES(:run, :flow, :remote, :tbl, :op,"
               " :entity, :local_id, :part, :remote_id, :payload, 'sent', :at, :at)",
               i->run ? B_INT(":run", i->run) : B_NULL(":run"), B_TEXT(":flow", i->flow),
               B_TEXT(":remote", i->remote), B_TEXT(":tbl", i->tbl), B_TEXT(":op", i->op),
               B_TEXT(":entity", i->entity), B_TEXT(":local_id", i->local_id),
               B_TEXT(":part", i->part), B_TEXT(":remote_id", i->remote_id),
               B_TEXT(":payload", i->payload), B_INT(":at", i->sent_at)))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int journal_done(struct db *db, int64_t id, const char *remote_id, int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE intent SET state = 'done', remote_id = coalesce(:remote_id, remote_id),"
                  " error = NULL, done_at = :at WHERE id = :id",
                  B_TEXT(":remote_id", remote_id), B_INT(":at", at), B_INT(":id", id));
}

int journal_drop(struct db *db, int64_t id, const char *why, int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE intent SET state = 'dropped', error = :why, done_at = :at WHERE id = :id",
                  B_TEXT(":why", why), B_INT(":at", at), B_INT(":id", id));
}

int journal_unsure(struct db *db, int64_t id, const char *remote_id, const char *why,
                   struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE intent SET remote_id = coalesce(:remote_id, remote_id), error = :why"
                  " WHERE id = :id",
                  B_TEXT(":remote_id", remote_id), B_TEXT(":why", why), B_INT(":id", id));
}

int journal_look_later(struct db *db, int64_t id, int64_t not_before, const char *why,
                       struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE intent SET attempts = attempts + 1, not_before = :not_before,"
                  " error = :why WHERE id = :id",
                  B_INT(":not_before", not_before), B_TEXT(":why", why), B_INT(":id", id));
}

int journal_wait(struct db *db, int64_t id, int64_t not_before, struct err *err)
{
    return DB_RUN(db, err, "UPDATE intent SET not_before = :not_before WHERE id = :id",
                  B_INT(":not_before", not_before), B_INT(":id", id));
}

int journal_set_ref(struct db *db, int64_t id, const char *ref, struct err *err)
{
    return DB_RUN(db, err, "UPDATE intent SET ref = :ref, not_before = NULL WHERE id = :id",
                  B_TEXT(":ref", ref), B_INT(":id", id));
}

static void read_intent(const struct query *q, struct arena *arena, struct intent *i)
{
    *i = (struct intent){
        .id = query_int(q, 0),
        .run = query_int(q, 1),
        .flow = query_dup(q, 2, arena),
        .remote = query_dup(q, 3, arena),
        .tbl = query_dup(q, 4, arena),
        .op = query_dup(q, 5, arena),
        .entity = query_dup(q, 6, arena),
        .local_id = query_dup(q, 7, arena),
        .part = query_dup(q, 8, arena),
        .remote_id = query_dup(q, 9, arena),
        .payload = query_dup(q, 10, arena),
        .state = query_dup(q, 11, arena),
        .attempts = query_int(q, 12),
        .not_before = query_int(q, 13),
        .ref = query_dup(q, 14, arena),
        .error = query_dup(q, 15, arena),
        .created_at = query_int(q, 16),
        .sent_at = query_int(q, 17),
        .done_at = query_int(q, 18),
    };
}

static int read_intents(struct query *q, struct arena *arena, struct intent **ret, size_t *ret_n,
                        struct err *err)
{
    struct intent *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_intent(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

static int first_intent(struct query *q, struct arena *arena, struct intent **ret, struct err *err)
{
    size_t n;
    if (read_intents(q, arena, ret, &n, err))
        return -1;
    if (!n)
        *ret = NULL;
    return 0;
}

int journal_get(struct db *db, int64_t id, struct arena *arena, struct intent **ret,
                struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT " INTENT_COLUMNS " FROM intent WHERE id = :id",
                 B_INT(":id", id)))
        return -1;
    return first_intent(q, arena, ret, err);
}

int journal_unheard(struct db *db, const char *flow, struct arena *arena, struct intent **ret,
                    size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " INTENT_COLUMNS " FROM intent WHERE flow = :flow AND state = 'sent'"
                 " ORDER BY id",
                 B_TEXT(":flow", flow)))
        return -1;
    return read_intents(q, arena, ret, ret_n, err);
}

int journal_unheard_insert(struct db *db, const char *remote, const char *tbl, const char *entity,
                           const char *local_id, struct arena *arena, struct intent **ret,
                           struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " INTENT_COLUMNS " FROM intent WHERE entity = :entity"
                 " AND local_id = :local_id AND state IN ('open', 'sent') AND op = 'insert'"
                 " AND remote = :remote AND tbl = :tbl ORDER BY id LIMIT 1",
                 B_TEXT(":entity", entity), B_TEXT(":local_id", local_id),
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    return first_intent(q, arena, ret, err);
}

int journal_unheard_inserts(struct db *db, const char *remote, const char *tbl, struct arena *arena,
                            struct intent **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " INTENT_COLUMNS " FROM intent WHERE state IN ('open', 'sent')"
                 " AND op = 'insert' AND remote = :remote AND tbl = :tbl ORDER BY id",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    return read_intents(q, arena, ret, ret_n, err);
}

int journal_of_run(struct db *db, int64_t run, int64_t after, size_t max, struct arena *arena,
                   struct intent **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " INTENT_COLUMNS " FROM intent WHERE run = :run AND id > :after"
                 " AND state = 'done' ORDER BY id LIMIT :max",
                 B_INT(":run", run), B_INT(":after", after), B_INT(":max", (int64_t)max)))
        return -1;
    return read_intents(q, arena, ret, ret_n, err);
}
