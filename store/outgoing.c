#include "store/outgoing.h"

#include "store/refs.h"

static void add_changed(const struct outgoing_query *o, struct buf *sql)
{
    const struct entity *e = o->entity;
    buf_addf(sql, "SELECT id FROM %s WHERE %srev > :since", e->name, o->all ? "1 OR " : "");
    for (size_t i = 0; i < e->n && !o->all; i++) {
        if (!(o->refs >> i & 1))
            continue;
        buf_add(sql, " UNION ");
        refs_add_followers(e, &e->fields[i], sql);
    }
}

int outgoing_list(struct db *db, const struct outgoing_query *o, const char *after, size_t max,
                  struct arena *arena, struct outgoing_id **ret, size_t *ret_n, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(8192);
    AUTO_QUERY *q = NULL;
    struct outgoing_id *list = arena_alloc(arena, max, sizeof *list);
    /* what was refused is tried again when the record changes, or with all the others */
    static const char not_refused[] = "NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.flow = :flow"
                                      " AND q.remote_id = l.local_id AND q.state = 'invalid')";
    size_t n = 0;
    buf_add(&sql, "SELECT id FROM (");
    add_changed(o, &sql);
    buf_addf(&sql,
             " UNION SELECT remote_id FROM quarantine WHERE flow = :flow AND state = 'waiting'"
             " UNION SELECT l.local_id FROM link l WHERE l.remote = :remote AND l.tbl = :tbl"
             " AND l.entity = :entity AND l.wish IN ('back', 'gone') AND %s"
             " UNION SELECT l.local_id FROM link l WHERE l.remote = :remote AND l.tbl = :tbl"
             " AND l.entity = :entity AND l.base_rev = 0 AND %s)"
             " WHERE id > :after ORDER BY id LIMIT :max",
             not_refused, not_refused);
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_INT(":since", o->since), B_TEXT(":flow", o->flow),
                 B_TEXT(":remote", o->remote), B_TEXT(":tbl", o->tbl),
                 B_TEXT(":entity", o->entity->name), B_TEXT(":after", after),
                 B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0)
        str_copy(list[n++].id, sizeof list->id, query_text(q, 0));
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
