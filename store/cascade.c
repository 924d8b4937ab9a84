#include "store/cascade.h"

#include <stdio.h>
#include <string.h>

#define PAGE        200 /* followers dealt with at a time */
#define PAGE_MEMORY ((size_t)1 << 20)
#define ROW_MEMORY  ((size_t)64 << 20)

/* ---------------------------------------------------------------- what is remembered */

int cascade_of(struct db *db, const struct entity *e, const char *id, struct cascade *ret,
               struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct cascade){0};
    if (DB_QUERY(db, &q, err,
                 "SELECT by_entity, by_id FROM cascaded WHERE entity = :entity AND local_id = :id",
                 B_TEXT(":entity", e->name), B_TEXT(":id", id)))
        return -1;
    int more = query_next(q, err);
    if (more > 0) {
        ret->e = model_entity(query_text(q, 0));
        str_copy(ret->id, sizeof ret->id, query_text(q, 1));
    }
    return more < 0 ? -1 : 0;
}

int cascade_own(struct db *db, const struct entity *e, const char *id, struct err *err)
{
    return DB_RUN(db, err, "DELETE FROM cascaded WHERE entity = :entity AND local_id = :id",
                  B_TEXT(":entity", e->name), B_TEXT(":id", id));
}

static int remember(struct db *db, const struct entity *e, const char *id,
                    const struct cascade *why, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO cascaded(entity, local_id, by_entity, by_id)"
                  " VALUES(:entity, :id, :by_entity, :by_id) ON CONFLICT(entity, local_id)"
                  " DO UPDATE SET by_entity = excluded.by_entity, by_id = excluded.by_id",
                  B_TEXT(":entity", e->name), B_TEXT(":id", id), B_TEXT(":by_entity", why->e->name),
                  B_TEXT(":by_id", why->id));
}

/* ---------------------------------------------------------------- a record and its targets */

/* The first of its targets that is deleted; ret->e NULL: none. */
static int deleted_target(struct db *db, const struct record *r, struct cascade *ret,
                          struct err *err)
{
    *ret = (struct cascade){0};
    for (size_t i = 0; i < r->e->n && !ret->e; i++) {
        const struct field *f = &r->e->fields[i];
        bool there, deleted;
        if (!f->cascade || r->v[i].kind != VAL_TEXT)
            continue;
        const struct entity *target = model_entity(f->ref);
        if (rows_deleted(db, target, r->v[i].s, &there, &deleted, err))
            return -1;
        if (!deleted)
            continue;
        ret->e = target;
        str_copy(ret->id, sizeof ret->id, r->v[i].s);
    }
    return 0;
}

/* Does it belong to another record now? A reference that was only emptied, as tables do with those
 * to a row that is removed, says nothing. */
static bool has_moved(const struct record *old, const struct record *r)
{
    for (size_t i = 0; i < r->e->n; i++) {
        if (r->e->fields[i].cascade && r->v[i].kind == VAL_TEXT && !value_eq(&old->v[i], &r->v[i]))
            return true;
    }
    return false;
}

static bool belongs(const struct entity *e)
{
    for (size_t i = 0; i < e->n; i++) {
        if (e->fields[i].cascade)
            return true;
    }
    return false;
}

bool cascade_reaches(const struct entity *from, const struct entity *to)
{
    for (size_t i = 0; i < to->n; i++) {
        const struct entity *target =
            to->fields[i].cascade ? model_entity(to->fields[i].ref) : NULL;
        if (target && (target == from || cascade_reaches(from, target)))
            return true;
    }
    return false;
}

int cascade_before(struct db *db, const struct record *old, struct record *r, struct err *err)
{
    struct cascade was = {0}, now;
    bool moved = old && has_moved(old, r), back = old && old->deleted && !r->deleted;
    if (!belongs(r->e) || (old && !moved && !back && (old->deleted || !r->deleted)))
        return 0;
    if (r->deleted) {
        /* deleted by somebody; or still deleted, and only its having moved can bring it back */
        if (!old || !old->deleted)
            return 0;
        if (cascade_of(db, r->e, r->id, &was, err))
            return -1;
        if (!was.e)
            return 0;
    }
    if (deleted_target(db, r, &now, err))
        return -1;
    r->deleted = now.e != NULL;
    if (now.e)
        return remember(db, r->e, r->id, &now, err);
    return old && old->deleted ? cascade_own(db, r->e, r->id, err) : 0;
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
    return changed ? remember(db, e, id, &why, err) : 0;
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

int cascade_after(struct db *db, const struct record *r, const struct change *by, struct err *err)
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
