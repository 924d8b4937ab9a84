#include "store/traces.h"

#include "store/base/arena.h"

int traces_last_change(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                       struct audit_row **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT entity, local_id, field, before, after, source, run, at, id FROM audit"
                 " WHERE entity = :entity AND local_id = :id ORDER BY id DESC LIMIT 1",
                 B_TEXT(":entity", entity), B_TEXT(":id", local_id)))
        return -1;
    int more = query_next(q, err);
    if (more <= 0)
        return more;
    *ret = arena_alloc(arena, 1, sizeof **ret);
    **ret = (struct audit_row){.entity = query_dup(q, 0, arena),
                               .local_id = query_dup(q, 1, arena),
                               .field = query_dup(q, 2, arena),
                               .before = query_dup(q, 3, arena),
                               .after = query_dup(q, 4, arena),
                               .source = query_dup(q, 5, arena),
                               .run = query_int(q, 6),
                               .at = query_int(q, 7),
                               .row = query_int(q, 8)};
    return 0;
}

/* q gives (remote, tbl, remote_id, part) of each. */
static int read_links(struct db *db, struct query *q, struct arena *arena, struct link **ret,
                      size_t *ret_n, struct err *err)
{
    struct link *list = arena_alloc(arena, TRACES_MAX, sizeof *list);
    size_t n = 0;
    int more;
    while ((more = query_next(q, err)) > 0 && n < TRACES_MAX) {
        struct link *l;
        if (links_get(db, query_text(q, 0), query_text(q, 1), query_text(q, 2), query_text(q, 3),
                      arena, &l, err))
            return -1;
        if (l)
            list[n++] = *l;
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int traces_links(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                 struct link **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT remote, tbl, remote_id, part FROM link WHERE entity = :entity"
                 " AND local_id = :id ORDER BY missing_since IS NOT NULL, id",
                 B_TEXT(":entity", entity), B_TEXT(":id", local_id)))
        return -1;
    return read_links(db, q, arena, ret, ret_n, err);
}

int traces_links_of_row(struct db *db, const char *remote_id, struct arena *arena,
                        struct link **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT remote, tbl, remote_id, part FROM link WHERE remote_id = :id ORDER BY id",
                 B_TEXT(":id", remote_id)))
        return -1;
    return read_links(db, q, arena, ret, ret_n, err);
}

/* q gives (flow, part) of each. */
static int read_jailed(struct db *db, struct query *q, const char *remote_id, struct arena *arena,
                       struct jailed **ret, size_t *ret_n, struct err *err)
{
    struct jailed *list = arena_alloc(arena, TRACES_MAX, sizeof *list);
    size_t n = 0;
    int more;
    while ((more = query_next(q, err)) > 0 && n < TRACES_MAX) {
        struct jailed *j;
        if (quarantine_get(db, query_text(q, 0), remote_id, query_text(q, 1), arena, &j, err))
            return -1;
        if (j)
            list[n++] = *j;
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int traces_jailed(struct db *db, const char *remote_id, struct arena *arena, struct jailed **ret,
                  size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT flow, part FROM quarantine WHERE remote_id = :id ORDER BY flow, part",
                 B_TEXT(":id", remote_id)))
        return -1;
    return read_jailed(db, q, remote_id, arena, ret, ret_n, err);
}

int traces_jailed_in(struct db *db, const char *flow, const char *remote_id, struct arena *arena,
                     struct jailed **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT flow, part FROM quarantine WHERE flow = :flow AND remote_id = :id"
                 " ORDER BY part",
                 B_TEXT(":flow", flow), B_TEXT(":id", remote_id)))
        return -1;
    return read_jailed(db, q, remote_id, arena, ret, ret_n, err);
}

int traces_unheard(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                   struct intent **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct intent *list = arena_alloc(arena, TRACES_MAX, sizeof *list);
    size_t n = 0;
    int more;
    if (DB_QUERY(db, &q, err,
                 "SELECT id FROM intent WHERE entity = :entity AND local_id = :id"
                 " AND op = 'insert' AND state = 'sent'"
                 " AND state IN ('open', 'sent') ORDER BY id", /* so says the index */
                 B_TEXT(":entity", entity), B_TEXT(":id", local_id)))
        return -1;
    while ((more = query_next(q, err)) > 0 && n < TRACES_MAX) {
        struct intent *in;
        if (journal_get(db, query_int(q, 0), arena, &in, err))
            return -1;
        if (in)
            list[n++] = *in;
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
