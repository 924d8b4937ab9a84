#include "store/outgoing.h"

#include "store/refs.h"

static void add_changed(const struct outgoing_query *o, struct buf *sql)
{
    const struct entity *e = o->entity;
    /* those that changed come by their rev: SQLite would rather walk all of them in the order of
     * ids, which is right only where nearly all are asked for */
    if (o->all)
        buf_addf(sql, "SELECT id FROM %s WHERE id > :after AND +rev > :since", e->name);
    else
        buf_addf(sql, "SELECT id FROM %s INDEXED BY %s_rev WHERE id > :after AND rev > :since",
                 e->name, e->name);
    for (size_t i = 0; i < e->n && !o->all; i++) {
        if (!(o->refs >> i & 1))
            continue;
        buf_add(sql, " UNION SELECT id FROM (");
        refs_add_followers(e, &e->fields[i], sql);
        buf_add(sql, ") WHERE id > :after");
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
    /* every branch begins after `after`, and the union is no subquery: so a page of a table of many
     * thousands is a walk of its index that ends after so many, not a list of all of it each time
     */
    add_changed(o, &sql);
    /* of links only those few: without a word SQLite would walk all of them, for their order */
    buf_addf(&sql,
             " UNION SELECT remote_id FROM quarantine WHERE flow = :flow AND state = 'waiting'"
             " AND remote_id > :after"
             " UNION SELECT l.local_id FROM link l INDEXED BY link_wish WHERE l.remote = :remote"
             " AND l.tbl = :tbl AND l.entity = :entity AND l.wish IN ('back', 'gone')"
             " AND l.local_id > :after AND %s"
             " UNION SELECT l.local_id FROM link l INDEXED BY link_recheck WHERE l.remote = :remote"
             " AND l.tbl = :tbl AND l.entity = :entity AND l.base_rev = 0"
             " AND l.local_id > :after AND %s"
             " ORDER BY 1 LIMIT :max",
             not_refused, not_refused);
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_INT(":since", o->all ? -1 : o->since),
                 B_TEXT(":flow", o->flow), B_TEXT(":remote", o->remote), B_TEXT(":tbl", o->tbl),
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
