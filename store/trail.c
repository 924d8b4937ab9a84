#include "store/trail.h"

#include "store/refs.h"

#define ROW_COLUMNS "field, before, after, source, run, at, id"

static struct audit_row read_row(const struct query *q, const char *entity, const char *local_id,
                                 struct arena *arena)
{
    return (struct audit_row){
        .entity = entity,
        .local_id = local_id,
        .field = query_dup(q, 0, arena),
        .before = query_dup(q, 1, arena),
        .after = query_dup(q, 2, arena),
        .source = query_dup(q, 3, arena),
        .run = query_int(q, 4),
        .at = query_int(q, 5),
        .row = query_int(q, 6),
    };
}

int trail_rows(struct db *db, int64_t run, const char *entity, const char *local_id,
               struct arena *arena, struct audit_row **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct audit_row *list = NULL;
    size_t n = 0, cap = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT " ROW_COLUMNS " FROM audit"
                 " WHERE entity = :entity AND local_id = :id AND run = :run ORDER BY id LIMIT :max",
                 B_TEXT(":entity", entity), B_TEXT(":id", local_id), B_INT(":run", run),
                 B_INT(":max", TRAIL_ROWS_MAX)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = read_row(q, entity, local_id, arena);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int trail_later(struct db *db, int64_t run, const char *entity, const char *local_id, int64_t after,
                struct arena *arena, struct audit_row **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " ROW_COLUMNS " FROM audit WHERE entity = :entity AND local_id = :id"
                 " AND id > :after AND run IS NOT :run AND field IS NOT NULL"
                 " AND field NOT IN ('deleted', '" TRAIL_ROW "') ORDER BY id DESC LIMIT 1",
                 B_TEXT(":entity", entity), B_TEXT(":id", local_id), B_INT(":after", after),
                 B_INT(":run", run)))
        return -1;
    int more = query_next(q, err);
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        **ret = read_row(q, entity, local_id, arena);
    }
    return more < 0 ? -1 : 0;
}

static int add_referrers(struct db *db, const struct entity *e, const struct field *f,
                         const char *id, size_t max, struct arena *arena, struct trail_ref *list,
                         size_t *n, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(512);
    AUTO_QUERY *q = NULL;
    /* names of the model, never of data */
    buf_addf(&sql, "SELECT id FROM %s WHERE deleted = 0 AND id IN (", e->name);
    refs_add_referrers(e, f, &sql);
    buf_add(&sql, ") LIMIT :max");
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_TEXT(":id", id), B_INT(":max", (int64_t)(max - *n))))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        list[(*n)++] = (struct trail_ref){e, query_dup(q, 0, arena)};
    return more;
}

int trail_referrers(struct db *db, const struct entity *e, const char *id, size_t max,
                    struct arena *arena, struct trail_ref **ret, size_t *ret_n, struct err *err)
{
    struct trail_ref *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *from = &model_entities[i];
        for (size_t k = 0; k < from->n && n < max; k++) {
            if (str_eq(from->fields[k].ref, e->name) &&
                add_referrers(db, from, &from->fields[k], id, max, arena, list, &n, err))
                return -1;
        }
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

int trail_was_made(struct db *db, const struct link *l, bool *ret, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err,
               "SELECT 1 FROM intent WHERE op = 'insert' AND state = 'done' AND remote = :remote"
               " AND tbl = :tbl AND remote_id = :remote_id AND entity = :entity"
               " AND local_id = :local_id LIMIT 1",
               B_TEXT(":remote", l->remote), B_TEXT(":tbl", l->tbl),
               B_TEXT(":remote_id", l->remote_id), B_TEXT(":entity", l->entity),
               B_TEXT(":local_id", l->local_id)))
        return -1;
    *ret = n != 0;
    return 0;
}

int trail_reaches(struct db *db, int64_t at, bool *ret, struct err *err)
{
    int64_t audit, intent;
    if (DB_INT(db, INT64_MAX, &audit, err, "SELECT at FROM audit ORDER BY id LIMIT 1") ||
        DB_INT(db, INT64_MAX, &intent, err, "SELECT created_at FROM intent ORDER BY id LIMIT 1"))
        return -1;
    *ret = audit <= at || intent <= at;
    return 0;
}

int trail_set_undoes(struct db *db, int64_t undo_run, int64_t run, struct err *err)
{
    return DB_RUN(db, err, "UPDATE run SET undoes = :run WHERE id = :id", B_INT(":run", run),
                  B_INT(":id", undo_run));
}

int trail_undone_by(struct db *db, int64_t run, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT max(id) FROM run WHERE undoes = :run",
                  B_INT(":run", run));
}

int trail_undoes(struct db *db, int64_t undo_run, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT undoes FROM run WHERE id = :id", B_INT(":id", undo_run));
}
