#include "store/cascade.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/trail.h"
#include "sync/undo/undo_judge.h"

#define DEPTH_MAX 8 /* records that belong to one another in a row; the model knows three */

/* Did the run delete it, in the end? */
static int was_deleted(struct undo_view *v, const struct entity *e, const char *id, bool *ret,
                       struct err *err)
{
    struct audit_row *rows;
    struct undo_net net;
    size_t n;
    if (trail_rows(v->db, v->run->id, e->name, id, v->arena, &rows, &n, err) ||
        undo_read_net(v, e, rows, n, &net, err))
        return -1;
    *ret = net.deletion && !net.deleted_before && net.deleted_after;
    return 0;
}

static int judge_own(struct undo_view *v, const struct record *r, unsigned depth,
                     enum undo_with *ret, struct err *err);

/* Is a deleted record live again once the run is undone? One that went with another is asked by
 * nobody, even when it is paused. */
static int returns(struct undo_view *v, const struct entity *e, const char *id, unsigned depth,
                   bool *ret, struct err *err)
{
    struct cascade with;
    struct record *now;
    enum undo_with own = WITH_NONE;
    bool paused, deleted;
    *ret = false;
    if (depth == DEPTH_MAX)
        return 0;
    if (cascade_of(v->db, e, id, &with, err))
        return -1;
    if (with.e)
        return returns(v, with.e, with.id, depth + 1, ret, err);
    if (was_deleted(v, e, id, &deleted, err) || pauses_has(v->db, e->name, id, &paused, err) ||
        rows_get(v->db, e, id, v->arena, &now, err) ||
        (now && judge_own(v, now, depth + 1, &own, err)))
        return -1;
    *ret = now && deleted && !paused && own == WITH_NONE;
    return 0;
}

/* It was deleted for a reason of its own: can it be live, and was it so when the run was done? */
static int judge_own(struct undo_view *v, const struct record *r, unsigned depth,
                     enum undo_with *ret, struct err *err)
{
    for (size_t i = 0; i < r->e->n && *ret == WITH_NONE; i++) {
        const struct entity *target =
            r->e->fields[i].cascade ? model_entity(r->e->fields[i].ref) : NULL;
        bool there, deleted, went, back = true;
        if (!target || r->v[i].kind != VAL_TEXT)
            continue;
        const char *id = r->v[i].s;
        if (rows_deleted(v->db, target, id, &there, &deleted, err) ||
            was_deleted(v, target, id, &went, err) ||
            (deleted && returns(v, target, id, depth, &back, err)))
            return -1;
        if (went || !back)
            *ret = WITH_KEPT;
    }
    return 0;
}

int undo_judge_with(struct undo_view *v, const struct undo_list *l, enum undo_with *ret,
                    struct err *err)
{
    struct cascade with;
    bool back;
    *ret = WITH_NONE;
    if (cascade_of(v->db, l->e, l->id, &with, err))
        return -1;
    if (!with.e)
        return judge_own(v, l->now, 0, ret, err);
    if (returns(v, with.e, with.id, 0, &back, err))
        return -1;
    *ret = back ? WITH_TARGET : WITH_KEPT;
    return 0;
}

int undo_judge_followed(struct undo_view *v, struct undo_list *l, struct err *err)
{
    struct audit_row *last;
    if (!v->undoing)
        return 0;
    if (audit_last_of_field(v->db, l->e->name, l->id, "deleted", v->arena, &last, err))
        return -1;
    l->followed = last && last->run == v->undoing;
    return 0;
}
