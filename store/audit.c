#include "store/audit.h"

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

int audit_of_run(struct db *db, int64_t run, size_t max, struct arena *arena,
                 struct audit_row **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct audit_row *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT entity, local_id, field, before, after, source, run, at FROM audit"
                 " WHERE run = :run ORDER BY field IS NULL, id LIMIT :max",
                 B_INT(":run", run), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        list[n++] = (struct audit_row){query_dup(q, 0, arena), query_dup(q, 1, arena),
                                       query_dup(q, 2, arena), query_dup(q, 3, arena),
                                       query_dup(q, 4, arena), query_dup(q, 5, arena),
                                       query_int(q, 6),        query_int(q, 7)};
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
