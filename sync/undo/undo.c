#include "sync/undo/undo.h"

#include "store/trail.h"
#include "sync/push/put.h"
#include "sync/undo/undo_walk.h"

#include <string.h>

/* ---------------------------------------------------------------- words */

const char *undo_word(enum undo_what what)
{
    static const char *const words[] = {
        [UNDO_SET] = "set back",      [UNDO_DELETE] = "delete",     [UNDO_RESTORE] = "restore",
        [UNDO_ROW_GONE] = "row goes", [UNDO_ROW_BACK] = "row back", [UNDO_ROW_LEAVE] = "row stays",
        [UNDO_KEEP] = "keep",
    };
    return words[what];
}

const char *undo_keep_word(enum undo_keep keep)
{
    static const char *const words[] = {
        [KEEP_NOTHING] = "",
        [KEEP_CHANGED] = "changed later",
        [KEEP_DELETED] = "deleted later",
        [KEEP_REFERRED] = "others refer to it",
        [KEEP_ADOPTED] = "in another table too",
        [KEEP_PAUSED] = "paused",
        [KEEP_CONFLICT] = "in conflict",
        [KEEP_REPLACED] = "another row now",
        [KEEP_DERIVED] = "made of other fields",
        [KEEP_OBSCURE] = "not known what it was",
        [KEEP_UNHEARD] = "not clear whether written",
        [KEEP_GONE] = "not in the store",
    };
    return words[keep];
}

/* ---------------------------------------------------------------- the plan */

struct telling {
    undo_fn *tell;
    void *ctx;
};

static int tell_ops(void *ctx, const struct undo_list *l, struct err *err)
{
    struct telling *t = ctx;
    for (size_t i = 0; i < l->n && t->tell; i++) {
        if (t->tell(t->ctx, &l->ops[i], err))
            return -1;
    }
    return 0;
}

static int state_of(struct db *db, const struct run *run, const struct undo_counts *c,
                    enum undo_state *ret, struct err *err)
{
    bool reaches = true,
         changed = run->counts.inserted || run->counts.updated || run->counts.deleted;
    if (c->fields || c->deleted || c->restored || c->rows_gone || c->rows_back) {
        *ret = UNDO_READY;
        return 0;
    }
    if (c->kept || c->already) {
        *ret = c->kept ? UNDO_ALL_KEPT : UNDO_ALREADY;
        return 0;
    }
    if (c->marks) {
        *ret = UNDO_MARKS;
        return 0;
    }
    if (changed && trail_reaches(db, run->started_at, &reaches, err))
        return -1;
    *ret = reaches ? UNDO_EMPTY : UNDO_FORGOTTEN;
    return 0;
}

int undo_plan(struct db *db, const struct config *cfg, int64_t id, undo_fn *told, void *ctx,
              struct arena *arena, struct undo_plan *ret, struct err *err)
{
    struct run *run;
    struct telling telling = {told, ctx};
    struct undo_walk w = {.told = tell_ops, .ctx = &telling};
    struct undo_place p = {IN_AUDIT, 0};
    *ret = (struct undo_plan){.state = UNDO_UNKNOWN};
    if (runs_get(db, id, arena, &run, err))
        return -1;
    ret->run = run;
    if (run && !strcmp(run->state, "running"))
        ret->state = UNDO_RUNNING;
    if (!run || ret->state == UNDO_RUNNING)
        return 0;
    undo_walk_open(&w, db, cfg, run, told != NULL);
    int bad = undo_walk(&w, &p, SIZE_MAX, err) || state_of(db, run, &w.counts, &ret->state, err);
    ret->flow = w.view.flow;
    ret->counts = w.counts;
    ret->entities = w.entities;
    undo_walk_close(&w);
    return bad ? -1 : 0;
}

/* ---------------------------------------------------------------- afterwards */

static bool carries(const struct flow *f, uint32_t entities)
{
    uint32_t follows = 0;
    if (f->direction == DIR_PULL)
        return false;
    if (entities >> (unsigned)(f->entity - model_entities) & 1)
        return true;
    for (size_t i = 0; i < f->n_puts; i++)
        follows |= put_follows(&f->puts[i]);
    for (size_t i = 0; i < f->entity->n; i++) {
        const struct entity *target =
            follows >> i & 1 ? model_entity(f->entity->fields[i].ref) : NULL;
        if (target && (entities >> (unsigned)(target - model_entities) & 1))
            return true;
    }
    return false;
}

void undo_pushes(const struct config *cfg, uint32_t entities, struct choice *ret)
{
    const char *names[CHOICE_MAX];
    size_t n = 0, bad;
    for (size_t i = 0; i < cfg->n_flows && n < CHOICE_MAX; i++) {
        if (carries(cfg->flows[i], entities))
            names[n++] = cfg->flows[i]->push_name;
    }
    *ret = (struct choice){0};
    if (n && choose_flows(cfg, names, n, ret, &bad))
        *ret = (struct choice){0};
}
