#include "store/rows.h"

#include "store/refs.h"
#include "store/row_binds.h"

#include <stdio.h>
#include <string.h>

#define SQL_MAX 4096
/* id, deleted, created_at, updated_at, rev come before the fields in every SELECT */
#define HEAD_COLUMNS 5

static bool is_number(const struct field *f)
{
    return f->type == FT_INT || f->type == FT_BOOL || f->type == FT_YEAR;
}

int rows_get(struct db *db, const struct entity *e, const char *id, struct arena *arena,
             struct record **ret, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    AUTO_QUERY *q = NULL;
    buf_add(&sql, "SELECT id, deleted, created_at, updated_at, rev");
    for (size_t i = 0; i < e->n; i++) {
        buf_add(&sql, ", ");
        if (e->fields[i].side)
            refs_add_column(e, &e->fields[i], &sql);
        else
            buf_add(&sql, e->fields[i].name);
    }
    buf_addf(&sql, " FROM %s WHERE id = :id", e->name);
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_TEXT(":id", id)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    if (!more) {
        *ret = NULL;
        return 0;
    }
    struct record *r = record_new(e, arena);
    str_copy(r->id, sizeof r->id, query_text(q, 0));
    r->deleted = query_int(q, 1) != 0;
    r->created_at = query_int(q, 2);
    r->updated_at = query_int(q, 3);
    r->rev = query_int(q, 4);
    for (size_t i = 0; i < e->n; i++) {
        int col = HEAD_COLUMNS + (int)i;
        if (e->fields[i].side)
            r->v[i] = refs_of_column(query_text(q, col), arena);
        else if (query_null(q, col))
            r->v[i] = V_NULL;
        else if (is_number(&e->fields[i]))
            r->v[i] = V_INT(query_int(q, col));
        else
            r->v[i] = V_TEXT(query_dup(q, col, arena));
    }
    *ret = r;
    return 0;
}

int rows_exists(struct db *db, const struct entity *e, const char *id, bool *ret, struct err *err)
{
    char sql[128];
    int64_t n;
    snprintf(sql, sizeof sql, "SELECT 1 FROM %s WHERE id = :id", e->name);
    if (DB_INT(db, 0, &n, err, sql, B_TEXT(":id", id)))
        return -1;
    *ret = n != 0;
    return 0;
}

int rows_deleted(struct db *db, const struct entity *e, const char *id, bool *ret_there,
                 bool *ret_deleted, struct err *err)
{
    char sql[128];
    int64_t n;
    snprintf(sql, sizeof sql, "SELECT deleted FROM %s WHERE id = :id", e->name);
    if (DB_INT(db, -1, &n, err, sql, B_TEXT(":id", id)))
        return -1;
    *ret_there = n >= 0;
    *ret_deleted = n == 1;
    return 0;
}

int rows_rev(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT rev FROM store_state");
}

int rows_find_unlinked(struct db *db, const struct record *r, const char *remote, const char *tbl,
                       char ret_id[UUID_LEN + 1], struct err *err)
{
    return rows_find_unlinked_after(db, r, remote, tbl, 0, ret_id, err);
}

int rows_find_unlinked_after(struct db *db, const struct record *r, const char *remote,
                             const char *tbl, size_t skip, char ret_id[UUID_LEN + 1],
                             struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    AUTO_QUERY *q = NULL;
    struct row_names names;
    struct bind all[MODEL_FIELDS_MAX], b[8];
    size_t n = 0;
    ret_id[0] = '\0';
    if (!r->e->natural[0])
        return 0;
    row_binds(r, &names, all);
    buf_addf(&sql, "SELECT e.id FROM %s e WHERE e.deleted = 0", r->e->name);
    for (size_t i = 0; i < ARRAY_LEN(r->e->natural) && r->e->natural[i]; i++) {
        int at = model_field(r->e, r->e->natural[i]);
        buf_addf(&sql, " AND e.%s IS %s", r->e->natural[i], names.text[at]);
        b[n++] = all[at];
    }
    buf_addf(
        &sql,
        " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.entity = '%s' AND l.local_id = e.id"
        " AND l.remote = :remote AND l.tbl = :tbl) ORDER BY e.created_at, e.id LIMIT 1 OFFSET :skip",
        r->e->name);
    b[n++] = B_TEXT(":remote", remote);
    b[n++] = B_TEXT(":tbl", tbl);
    b[n++] = B_INT(":skip", (int64_t)skip);
    if (db_query_n(db, buf_str(&sql), b, n, &q, err))
        return -1;
    int more = query_next(q, err);
    if (more > 0)
        str_copy(ret_id, UUID_LEN + 1, query_text(q, 0));
    return more < 0 ? -1 : 0;
}

int rows_find_same(struct db *db, const struct record *r, const size_t *fields, size_t n,
                   char ret_id[UUID_LEN + 1], struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    AUTO_QUERY *q = NULL;
    struct row_names names;
    struct bind all[MODEL_FIELDS_MAX], b[MODEL_FIELDS_MAX];
    ret_id[0] = '\0';
    row_binds(r, &names, all);
    buf_addf(&sql, "SELECT id FROM %s WHERE", r->e->name);
    for (size_t i = 0; i < n; i++) {
        buf_addf(&sql, "%s %s IS %s", i ? " AND" : "", r->e->fields[fields[i]].name,
                 names.text[fields[i]]);
        b[i] = all[fields[i]];
    }
    buf_add(&sql, " ORDER BY created_at, id LIMIT 1");
    if (db_query_n(db, buf_str(&sql), b, n, &q, err))
        return -1;
    int more = query_next(q, err);
    if (more > 0)
        str_copy(ret_id, UUID_LEN + 1, query_text(q, 0));
    return more < 0 ? -1 : 0;
}

int rows_changed_at(struct db *db, const struct entity *e, const char *id, size_t field,
                    int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT max(at) FROM audit WHERE entity = :entity AND local_id = :id"
                  " AND (field = :field OR field IS NULL)",
                  B_TEXT(":entity", e->name), B_TEXT(":id", id),
                  B_TEXT(":field", e->fields[field].name));
}

int rows_count(struct db *db, const struct entity *e, int64_t *ret, struct err *err)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE deleted = 0", e->name);
    return DB_INT(db, 0, ret, err, sql);
}
