#include "store/fallen.h"

#include <stdio.h>

int fallen_rows(struct db *db, const struct fallen_query *want, size_t max, struct arena *arena,
                struct fallen **ret, size_t *ret_n, struct err *err)
{
    char sql[1200];
    AUTO_QUERY *q = NULL;
    struct fallen *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    int more;
    /* names of the model, never of data; CROSS: few records change between two runs, so those come
     * first */
    snprintf(sql, sizeof sql,
             "SELECT l.remote_id, max(l.remote_key), max(l.remote_at) FROM %s t"
             " CROSS JOIN link tl ON tl.entity = '%s' AND tl.local_id = t.id"
             " AND tl.remote = :target_remote AND tl.tbl = :target_tbl"
             " CROSS JOIN quarantine q ON q.flow = :target_flow AND q.remote_id = tl.remote_id"
             " AND q.state = 'invalid'"
             " CROSS JOIN %s e ON e.%s = t.id AND e.deleted = 0"
             " CROSS JOIN link l ON l.entity = '%s' AND l.local_id = e.id AND l.remote = :remote"
             " AND l.tbl = :tbl AND l.missing_since IS NULL"
             " WHERE t.rev > :since AND t.deleted = 1"
             " AND NOT EXISTS (SELECT 1 FROM temp.staging s WHERE s.remote_id = l.remote_id)"
             " AND NOT EXISTS (SELECT 1 FROM quarantine own WHERE own.flow = :flow"
             " AND own.remote_id = l.remote_id) GROUP BY l.remote_id LIMIT :max",
             want->ref->ref, want->ref->ref, want->entity->name, want->ref->name,
             want->entity->name);
    if (DB_QUERY(db, &q, err, sql, B_TEXT(":target_remote", want->target_remote),
                 B_TEXT(":target_tbl", want->target_tbl), B_TEXT(":target_flow", want->target_flow),
                 B_TEXT(":remote", want->remote), B_TEXT(":tbl", want->tbl),
                 B_TEXT(":flow", want->flow), B_INT(":since", want->since),
                 B_INT(":max", (int64_t)max)))
        return -1;
    while ((more = query_next(q, err)) > 0)
        list[n++] =
            (struct fallen){query_dup(q, 0, arena), query_dup(q, 1, arena), query_int(q, 2)};
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
