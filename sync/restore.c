#include "sync/restore.h"

#include "store/links.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

#define MEMORY   ((size_t)16 << 20)
#define WITH_MAX 8 /* a record belongs to one that belongs to one …: no deeper than this */

/* Called for each link of the record in the tables of the flows, more than once where two flows
 * share a table; NULL mark: its row is not marked. */
typedef int link_fn(void *ctx, const struct flow *f, const struct link *l, const struct mark *m,
                    struct err *err);

static int each_link(struct db *db, const struct config *cfg, const struct record *r,
                     struct arena *arena, link_fn *fn, void *ctx, struct err *err)
{
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i];
        struct link *links;
        size_t n;
        if (f->entity != r->e)
            continue;
        if (links_of_record(db, r->e->name, r->id, f->remote->name, f->table, arena, &links, &n,
                            err))
            return -1;
        for (size_t k = 0; k < n; k++) {
            struct mark *m;
            if (marks_get(db, links[k].remote, links[k].tbl, links[k].remote_id, arena, &m, err) ||
                fn(ctx, f, &links[k], m && m->at ? m : NULL, err))
                return -1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- may it come back */

/* There, also where it only has a mark or lies in a trash that rosterd can take it out of. */
static int note_row(void *ctx, const struct flow *f, const struct link *l, const struct mark *m,
                    struct err *err)
{
    bool *has_row = ctx;
    (void)err;
    *has_row = *has_row || m || !l->missing_since ||
               (f->direction != DIR_PULL && remote_ops_find(f->remote->kind)->can_bring_back);
    return 0;
}

/* The deleted record that r belongs to; *ret NULL: there is none. */
static int find_owner(struct db *db, const struct record *r, struct arena *arena,
                      struct record **ret, struct err *err)
{
    *ret = NULL;
    for (size_t i = 0; i < r->e->n; i++) {
        const struct field *f = &r->e->fields[i];
        struct record *target;
        if (!f->cascade || r->v[i].kind != VAL_TEXT)
            continue;
        if (rows_get(db, model_entity(f->ref), r->v[i].s, arena, &target, err))
            return -1;
        if (target && target->deleted) {
            *ret = target;
            return 0;
        }
    }
    return 0;
}

/* The owner of its owner …, up to one that belongs to nobody who is deleted. */
static int find_root(struct db *db, const struct record *r, struct arena *arena,
                     struct restore_look *ret, struct err *err)
{
    struct record *owner;
    for (int i = 0; i < WITH_MAX; i++) {
        if (find_owner(db, r, arena, &owner, err))
            return -1;
        if (!owner)
            break;
        ret->with_entity = owner->e->name;
        ret->with_id = owner->id;
        r = owner;
    }
    return 0;
}

int restore_look(struct db *db, const struct config *cfg, const char *entity, const char *id,
                 struct arena *arena, struct restore_look *ret, struct err *err)
{
    const struct entity *e = model_entity(entity);
    struct record *r = NULL;
    struct deletion *d;
    bool has_row = false;
    *ret = (struct restore_look){.can = RESTORE_UNKNOWN};
    if (e && rows_get(db, e, id, arena, &r, err))
        return -1;
    if (!r)
        return 0;
    ret->rec = r;
    ret->can = RESTORE_LIVE;
    if (!r->deleted)
        return 0;
    if (deletions_of(db, entity, id, arena, &d, err) ||
        each_link(db, cfg, r, arena, note_row, &has_row, err) || find_root(db, r, arena, ret, err))
        return -1;
    ret->deletion = d;
    ret->can = d->kind == DELETED_RULE               ? RESTORE_RULE
               : ret->with_id                        ? RESTORE_WITH
               : d->kind == DELETED_GONE && !has_row ? RESTORE_NO_ROW
                                                     : RESTORE_CAN;
    if (ret->can == RESTORE_WITH) {
        struct restore_look root; /* it belongs to nobody: this goes one step deep */
        if (restore_look(db, cfg, ret->with_entity, ret->with_id, arena, &root, err))
            return -1;
        ret->with_can = root.can == RESTORE_CAN;
    }
    return 0;
}

/* ---------------------------------------------------------------- it comes back */

/* A row that counts as gone because it is marked is wanted back; the pull must not take its record
 * away again before the mark is cleared. One that was put away for good stays there. */
static int want_row(void *ctx, const struct flow *f, const struct link *l, const struct mark *m,
                    struct err *err)
{
    (void)f;
    return m && l->missing_since && !l->wish ? links_set_wish(ctx, l->id, WISH_BACK, err) : 0;
}

static int moved_since(struct db *db, int64_t rev, uint32_t *ret, struct err *err)
{
    *ret = 0;
    for (size_t i = 0; i < model_n_entities; i++) {
        char sql[128];
        const struct bind b[] = {B_INT(":rev", rev)};
        int64_t any;
        snprintf(sql, sizeof sql, "SELECT EXISTS (SELECT 1 FROM %s WHERE rev > :rev)",
                 model_entities[i].name);
        if (db_int_n(db, sql, b, ARRAY_LEN(b), 0, &any, err))
            return -1;
        *ret |= any ? 1u << i : 0;
    }
    return 0;
}

int restore_record(struct db *db, const struct config *cfg, const struct restore_look *look,
                   const char *by, int64_t at, uint32_t *ret_entities, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    const struct change change = {.source = by, .at = at};
    struct record *now = record_copy(look->rec, arena);
    int64_t rev;
    now->deleted = false;
    if (rows_rev(db, &rev, err) || rows_update(db, look->rec, now, &change, err) ||
        each_link(db, cfg, look->rec, arena, want_row, db, err) ||
        moved_since(db, rev, ret_entities, err))
        return -1;
    return 0;
}
