#include "store/audit.h"

#include "store/about.h"

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

int audit_of_record(struct db *db, const char *entity, const char *local_id, int64_t before_id,
                    size_t max, struct arena *arena, struct audit_row **ret, size_t *ret_n,
                    struct err *err)
{
    AUTO_BUF sql = BUF_INIT(4096);
    AUTO_QUERY *q = NULL;
    struct audit_row *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    buf_add(&sql, "SELECT " AUDIT_COLUMNS " FROM audit WHERE (:before = 0 OR id < :before) AND ");
    about_add(&sql, entity);
    buf_add(&sql, " ORDER BY id DESC LIMIT :max");
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

int audit_last_of_field(struct db *db, const char *entity, const char *local_id, const char *field,
                        struct arena *arena, struct audit_row **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " AUDIT_COLUMNS " FROM audit WHERE entity = :entity AND local_id = :id"
                 " AND (field = :field OR field IS NULL) ORDER BY id DESC LIMIT 1",
                 B_TEXT(":entity", entity), B_TEXT(":id", local_id), B_TEXT(":field", field)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    *ret = NULL;
    if (more) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_row(q, arena, *ret);
    }
    return 0;
}

int audit_page_of_run(struct db *db, int64_t run, int64_t after, size_t max, struct arena *arena,
                      struct audit_row **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct audit_row *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT " AUDIT_COLUMNS " FROM audit WHERE run = :run AND id > :after"
                 " ORDER BY id LIMIT :max",
                 B_INT(":run", run), B_INT(":after", after), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        read_row(q, arena, &list[n++]);
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
