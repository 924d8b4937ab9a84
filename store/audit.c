#include "store/audit.h"

#include "store/base/buf.h"
#include "store/model.h"

int audit_add(struct db *db, int64_t run, const char *entity, const char *local_id,
              const char *field, const char *before, const char *after, const char *source,
              int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO audit(run, entity, local_id, field, before, after, source, at)"
                  " VALUES(:run, :entity, :local_id, :field, :before, :after, :source, :at)",
                  run ? B_INT(":run", run) : B_NULL(":run"), B_TEXT(":entity", entity),
                  B_TEXT(":local_id", local_id), B_TEXT(":field", field), B_TEXT(":before", before),
                  B_TEXT(":after", after), B_TEXT(":source", source), B_INT(":at", at));
}

#define AUDIT_COLUMNS "entity, local_id, field, before, after, source, run, at, id"

static void read_row(const struct query *q, struct arena *arena, struct audit_row *r)
{
    *r = (struct audit_row){
        .entity = query_dup(q, 0, arena),
        .local_id = query_dup(q, 1, arena),
        .field = query_dup(q, 2, arena),
        .before = query_dup(q, 3, arena),
        .after = query_dup(q, 4, arena),
        .source = query_dup(q, 5, arena),
        .run = query_int(q, 6),
        .at = query_int(q, 7),
        .row = query_int(q, 8),
    };
}

int audit_of_run(struct db *db, int64_t run, size_t max, struct arena *arena,
                 struct audit_row **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct audit_row *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT " AUDIT_COLUMNS " FROM audit"
                 " WHERE run = :run ORDER BY field IS NULL, id LIMIT :max",
                 B_INT(":run", run), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        read_row(q, arena, &list[n++]);
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

/* "… OR (entity = 'participation' AND local_id IN (SELECT id FROM participation WHERE person_id =
 * :id))" for every reference to this entity in the model. */
static void add_referrers(struct buf *sql, const char *entity)
{
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            if (str_eq(e->fields[k].ref, entity))
                buf_addf(sql,
                         " OR (entity = '%s' AND local_id IN (SELECT id FROM %s WHERE %s = :id))",
                         e->name, e->name, e->fields[k].name);
        }
    }
}

int audit_of_record(struct db *db, const char *entity, const char *local_id, int64_t before_id,
                    size_t max, struct arena *arena, struct audit_row **ret, size_t *ret_n,
                    struct err *err)
{
    AUTO_BUF sql = BUF_INIT(4096);
    AUTO_QUERY *q = NULL;
    struct audit_row *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    buf_add(&sql, "SELECT " AUDIT_COLUMNS " FROM audit WHERE (:before = 0 OR id < :before)"
                  " AND ((entity = :entity AND local_id = :id)");
    add_referrers(&sql, entity);
    buf_add(&sql, ") ORDER BY id DESC LIMIT :max");
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_TEXT(":entity", entity), B_TEXT(":id", local_id),
                 B_INT(":before", before_id), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        read_row(q, arena, &list[n++]);
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
