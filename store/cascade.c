#include "store/cascade.h"

#include "store/rows.h"

#include <stdio.h>
#include <string.h>

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

int cascade_remember(struct db *db, const struct entity *e, const char *id,
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
        return cascade_remember(db, r->e, r->id, &now, err);
    return old && old->deleted ? cascade_own(db, r->e, r->id, err) : 0;
}
