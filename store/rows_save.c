/* Records written, with their audit; those that belong to a record go and return with it. */
#include "store/audit.h"
#include "store/cascade.h"
#include "store/refs.h"
#include "store/row_binds.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

#define SQL_MAX 4096
/* id, deleted, created_at, updated_at, rev */
#define HEAD_COLUMNS 5
#define PAGE         200 /* followers dealt with at a time */
#define PAGE_MEMORY  ((size_t)1 << 20)
#define ROW_MEMORY   ((size_t)64 << 20)

/* Column lists from the model's constants; never from data. */
static void add_columns(struct buf *b, const struct entity *e, const char *before)
{
    for (size_t i = 0; i < e->n; i++) {
        if (!e->fields[i].side)
            buf_addf(b, ", %s%s", before, e->fields[i].name);
    }
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

static int next_rev(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "UPDATE store_state SET rev = rev + 1 RETURNING rev");
}

int rows_insert(struct db *db, struct record *r, const struct change *by, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX), json = BUF_INIT(8 << 20);
    struct row_names names;
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
    row_binds(r, &names, all);
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

/* ---------------------------------------------------------------- those that belong to it */

/* Some of them. */
struct page {
    struct arena *arena;
    const char *ids[PAGE];
    size_t n;
};

/* The ids that sql gives for record r; nothing is open afterwards. */
static int read_page(struct db *db, const char *sql, const struct record *r, struct page *ret,
                     struct err *err)
{
    AUTO_QUERY *q = NULL;
    int more = 0;
    arena_reset(ret->arena);
    ret->n = 0;
    if (DB_QUERY(db, &q, err, sql, B_TEXT(":id", r->id)))
        return -1;
    while (ret->n < PAGE && (more = query_next(q, err)) > 0)
        ret->ids[ret->n++] = query_dup(q, 0, ret->arena);
    return more < 0 ? -1 : 0;
}

static int set_deleted(struct db *db, const struct entity *e, const char *id, bool deleted,
                       const struct change *by, bool *ret_changed, struct err *err)
{
    AUTO_ARENA *arena = arena_new(ROW_MEMORY);
    struct record *old;
    *ret_changed = false;
    if (rows_get(db, e, id, arena, &old, err))
        return -1;
    if (!old || old->deleted == deleted)
        return 0;
    struct record *r = record_copy(old, arena);
    r->deleted = deleted;
    *ret_changed = true;
    return rows_update(db, old, r, by, err);
}

static int delete_follower(struct db *db, const struct record *r, const struct entity *e,
                           const char *id, const struct change *by, struct err *err)
{
    struct cascade why = {.e = r->e};
    bool changed;
    str_copy(why.id, sizeof why.id, r->id);
    if (set_deleted(db, e, id, true, by, &changed, err))
        return -1;
    return changed ? cascade_remember(db, e, id, &why, err) : 0;
}

/* Where another of its targets is still deleted, it stays, and is remembered with that one
 * (cascade_before). */
static int restore_follower(struct db *db, const struct entity *e, const char *id,
                            const struct change *by, struct err *err)
{
    bool changed;
    if (set_deleted(db, e, id, false, by, &changed, err))
        return -1;
    return changed ? 0 : cascade_own(db, e, id, err);
}

static int follow(struct db *db, const struct record *r, const struct entity *e,
                  const struct field *f, const struct change *by, struct page *page,
                  struct err *err)
{
    char sql[200];
    /* names of the model, never of data; those dealt with are not found again */
    if (r->deleted)
        snprintf(sql, sizeof sql, "SELECT id FROM %s WHERE %s = :id AND deleted = 0 LIMIT %d",
                 e->name, f->name, PAGE);
    else
        snprintf(sql, sizeof sql,
                 "SELECT local_id FROM cascaded WHERE by_entity = '%s' AND by_id = :id"
                 " AND entity = '%s' LIMIT %d",
                 r->e->name, e->name, PAGE);
    do {
        if (read_page(db, sql, r, page, err))
            return -1;
        for (size_t i = 0; i < page->n; i++) {
            if (r->deleted ? delete_follower(db, r, e, page->ids[i], by, err)
                           : restore_follower(db, e, page->ids[i], by, err))
                return -1;
        }
    } while (page->n == PAGE);
    return 0;
}

static int take_along(struct db *db, const struct record *r, const struct change *by,
                      struct err *err)
{
    struct page page = {.n = 0};
    int bad = 0;
    for (size_t k = 0; k < model_n_entities && !bad; k++) {
        const struct entity *e = &model_entities[k];
        for (size_t i = 0; i < e->n && !bad; i++) {
            if (!e->fields[i].cascade || strcmp(e->fields[i].ref, r->e->name) != 0)
                continue;
            if (!page.arena)
                page.arena = arena_new(PAGE_MEMORY);
            bad = follow(db, r, e, &e->fields[i], by, &page, err);
        }
    }
    arena_free(page.arena);
    return bad ? -1 : 0;
}

/* ---------------------------------------------------------------- one that is there */

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
    struct row_names names;
    struct bind all[MODEL_FIELDS_MAX], b[MODEL_FIELDS_MAX + HEAD_COLUMNS];
    size_t n = 0;
    if (next_rev(db, &r->rev, err))
        return -1;
    r->updated_at = by->at;
    row_binds(r, &names, all);
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
    return old->deleted == r->deleted ? 0 : take_along(db, r, by, err);
}
