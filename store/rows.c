#include "store/rows.h"

#include "store/audit.h"
#include "store/cascade.h"
#include "store/refs.h"

#include <stdio.h>
#include <string.h>

#define SQL_MAX 4096
/* id, deleted, created_at, updated_at, rev come before the fields in every SELECT */
#define HEAD_COLUMNS 5

/* Column lists from the model's constants; never from data. */
static void add_columns(struct buf *b, const struct entity *e, const char *before)
{
    for (size_t i = 0; i < e->n; i++) {
        if (!e->fields[i].side)
            buf_addf(b, ", %s%s", before, e->fields[i].name);
    }
}

static struct bind bind_value(const char *name, const struct value *v)
{
    if (v->kind == VAL_INT)
        return B_INT(name, v->i);
    return v->kind == VAL_TEXT ? B_TEXT(name, v->s) : B_NULL(name);
}

/* ":name" of every field, in the arena of nobody: one small array per call. */
struct names {
    char text[MODEL_FIELDS_MAX][40];
};

static void field_binds(const struct record *r, struct names *names, struct bind *b)
{
    for (size_t i = 0; i < r->e->n; i++) {
        snprintf(names->text[i], sizeof names->text[i], ":%s", r->e->fields[i].name);
        b[i] = bind_value(names->text[i], &r->v[i]);
    }
}

static bool is_number(const struct field *f)
{
    return f->type == FT_INT || f->type == FT_BOOL || f->type == FT_YEAR;
}

/* A set of references is no column but rows of a table of its own. */
static int save_sets(struct db *db, const struct record *r, uint32_t mask, struct err *err)
{
    for (size_t i = 0; i < r->e->n; i++) {
        if ((mask >> i & 1) && r->e->fields[i].side &&
            refs_save(db, r->e, &r->e->fields[i], r->id, &r->v[i], err))
            return -1;
    }
    return 0;
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

static int next_rev(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "UPDATE store_state SET rev = rev + 1 RETURNING rev");
}

int rows_insert(struct db *db, struct record *r, const struct change *by, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX), json = BUF_INIT(8 << 20);
    struct names names;
    struct bind all[MODEL_FIELDS_MAX], b[MODEL_FIELDS_MAX + HEAD_COLUMNS];
    size_t n = 0;
    bool deleted = r->deleted;
    if (cascade_before(db, NULL, r, err) || next_rev(db, &r->rev, err))
        return -1;
    r->created_at = r->updated_at = by->at;
    buf_addf(&sql, "INSERT INTO %s(id, deleted, created_at, updated_at, rev", r->e->name);
    add_columns(&sql, r->e, "");
    buf_add(&sql, ") VALUES(:id, :deleted, :created_at, :updated_at, :rev");
    add_columns(&sql, r->e, ":");
    buf_addc(&sql, ')');
    field_binds(r, &names, all);
    for (size_t i = 0; i < r->e->n; i++) {
        if (!r->e->fields[i].side)
            b[n++] = all[i];
    }
    b[n++] = B_TEXT(":id", r->id);
    b[n++] = B_INT(":deleted", r->deleted);
    b[n++] = B_INT(":created_at", r->created_at);
    b[n++] = B_INT(":updated_at", r->updated_at);
    b[n++] = B_INT(":rev", r->rev);
    if (db_run_n(db, buf_str(&sql), b, n, err) || save_sets(db, r, RECORD_ALL(r->e), err))
        return -1;
    record_to_json(r, RECORD_ALL(r->e), &json);
    if (json.over)
        return err_set(err, ERR_DATA, "%s %s has more than 8 MB of text", r->e->name, r->id);
    if (audit_add(db, by->run, r->e->name, r->id, NULL, NULL, buf_str(&json), by->source, by->at,
                  err))
        return -1;
    /* what it belongs to has deleted it: more than whoever made it said */
    return r->deleted == deleted ? 0
                                 : audit_add(db, by->run, r->e->name, r->id, "deleted", "0", "1",
                                             by->source, by->at, err);
}

static int audit_fields(struct db *db, const struct record *old, const struct record *r,
                        uint32_t diff, const struct change *by, struct err *err)
{
    for (size_t i = 0; i < r->e->n; i++) {
        char x[24], y[24];
        if ((diff >> i & 1) && audit_add(db, by->run, r->e->name, r->id, r->e->fields[i].name,
                                         value_or_null(&old->v[i], x), value_or_null(&r->v[i], y),
                                         by->source, by->at, err))
            return -1;
    }
    if (old->deleted == r->deleted)
        return 0;
    return audit_add(db, by->run, r->e->name, r->id, "deleted", old->deleted ? "1" : "0",
                     r->deleted ? "1" : "0", by->source, by->at, err);
}

int rows_update(struct db *db, const struct record *old, struct record *r, const struct change *by,
                struct err *err)
{
    uint32_t diff = record_diff(old, r, RECORD_ALL(r->e));
    if (cascade_before(db, old, r, err))
        return -1;
    if (!diff && old->deleted == r->deleted)
        return 0;
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    struct names names;
    struct bind all[MODEL_FIELDS_MAX], b[MODEL_FIELDS_MAX + HEAD_COLUMNS];
    size_t n = 0;
    if (next_rev(db, &r->rev, err))
        return -1;
    r->updated_at = by->at;
    field_binds(r, &names, all);
    buf_addf(&sql, "UPDATE %s SET deleted = :deleted, updated_at = :updated_at, rev = :rev",
             r->e->name);
    for (size_t i = 0; i < r->e->n; i++) {
        if (!(diff >> i & 1) || r->e->fields[i].side)
            continue;
        buf_addf(&sql, ", %s = %s", r->e->fields[i].name, names.text[i]);
        b[n++] = all[i];
    }
    buf_add(&sql, " WHERE id = :id");
    b[n++] = B_INT(":deleted", r->deleted);
    b[n++] = B_INT(":updated_at", r->updated_at);
    b[n++] = B_INT(":rev", r->rev);
    b[n++] = B_TEXT(":id", r->id);
    if (db_run_n(db, buf_str(&sql), b, n, err) || save_sets(db, r, diff, err))
        return -1;
    if (audit_fields(db, old, r, diff, by, err))
        return -1;
    return old->deleted == r->deleted ? 0 : cascade_after(db, r, by, err);
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
    struct names names;
    struct bind all[MODEL_FIELDS_MAX], b[8];
    size_t n = 0;
    ret_id[0] = '\0';
    if (!r->e->natural[0])
        return 0;
    field_binds(r, &names, all);
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
    struct names names;
    struct bind all[MODEL_FIELDS_MAX], b[MODEL_FIELDS_MAX];
    ret_id[0] = '\0';
    field_binds(r, &names, all);
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
