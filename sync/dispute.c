#include "sync/dispute.h"

#include "store/rows.h"

#include <string.h>

#define OPEN_MAX 100000

static enum conflict_policy policy_of(const struct flow *flow, size_t field)
{
    enum conflict_policy p = flow->conflict_field[field];
    return p == WIN_DEFAULT ? flow->conflict : p;
}

int dispute_load(struct run_state *s, struct err *err)
{
    const struct remote_config *home = config_home(s->e->cfg, s->flow->entity);
    int64_t total;
    for (size_t i = 0; i < s->flow->entity->n; i++) {
        enum conflict_policy p = policy_of(s->flow, i);
        uint32_t bit = 1u << i;
        if (p == WIN_REMOTE || ((p == WIN_DEFAULT || p == WIN_NEWEST) && home == s->flow->remote))
            s->remote_wins |= bit;
        if (p == WIN_NEWEST)
            s->newest |= bit;
        if (p == WIN_ASK)
            s->ask |= bit;
    }
    return conflicts_list_open(s->e->db, 0, OPEN_MAX, s->arena, &s->open, &s->n_open, &total, err);
}

static bool is_here(const struct run_state *s, const struct conflict *c, const char *local_id)
{
    return !strcmp(c->local_id, local_id) && !strcmp(c->flow, s->flow->name) &&
           !strcmp(c->entity, s->flow->entity->name);
}

uint32_t dispute_waiting(const struct run_state *s, const char *local_id)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < s->n_open; i++) {
        int field = model_field(s->flow->entity, s->open[i].field);
        if (field >= 0 && is_here(s, &s->open[i], local_id))
            mask |= 1u << field;
    }
    return mask;
}

/* The later edit wins. The remote's time is told with its grain, rounded down: it counts as late as
 * it can have been. A tie stays with the entity's home. */
static int newest_wins(struct run_state *s, const struct dispute *d, uint32_t conflict,
                       uint32_t *wins, struct err *err)
{
    int64_t theirs = d->theirs_at + s->remote->ops->edited_grain_ms;
    for (size_t i = 0; i < s->flow->entity->n; i++) {
        int64_t ours;
        if (!(conflict & s->newest & 1u << i))
            continue;
        if (rows_changed_at(s->e->db, s->flow->entity, d->ours->id, i, &ours, err))
            return -1;
        if (theirs > ours)
            *wins |= 1u << i;
        else if (theirs < ours)
            *wins &= ~(1u << i);
    }
    return 0;
}

int dispute_settle(struct run_state *s, struct dispute *d, struct err *err)
{
    struct value base[MODEL_FIELDS_MAX];
    const struct entity *e = s->flow->entity;
    uint32_t wins = s->remote_wins;
    agreed_base(d->agreed, base);
    /* where nothing was agreed yet nobody is asked: two lists that were never compared would ask
     * about everything */
    uint32_t ask = d->unasked ? 0 : s->ask & d->agreed->mask;
    d->out = reconcile(e, s->mask, base, s->mask, d->ours->v, d->theirs->v, wins, ask);
    if (d->out.conflict & s->newest) {
        if (newest_wins(s, d, d->out.conflict, &wins, err))
            return -1;
        d->out = reconcile(e, s->mask, base, s->mask, d->ours->v, d->theirs->v, wins, ask);
    }
    d->lost = d->out.conflict & d->out.take & d->agreed->mask;
    return 0;
}

/* ---------------------------------------------------------------- what is written down */

static const char *shown(const struct run_state *s, const struct value *v)
{
    char num[24];
    return arena_strdup(s->arena, value_or_null(v, num));
}

void dispute_add_note(struct run_state *s, struct op *op, const struct conflict *c)
{
    struct conflict *list = arena_alloc(s->arena, op->n_notes + 1, sizeof *list);
    if (op->n_notes)
        memcpy(list, op->notes, op->n_notes * sizeof *list);
    list[op->n_notes++] = *c;
    op->notes = list;
}

struct conflict dispute_draft(const struct run_state *s, const char *local_id, const char *field)
{
    return (struct conflict){.flow = s->flow->name,
                             .entity = s->flow->entity->name,
                             .local_id = arena_strdup(s->arena, local_id),
                             .field = field,
                             .remote = s->flow->remote->name,
                             .settled_by = "policy",
                             .created_at = s->now_ms,
                             .settled_at = s->now_ms};
}

static const struct conflict *open_one(const struct run_state *s, const char *local_id,
                                       const char *field)
{
    for (size_t i = 0; i < s->n_open; i++) {
        if (is_here(s, &s->open[i], local_id) && !strcmp(s->open[i].field, field))
            return &s->open[i];
    }
    return NULL;
}

static bool note_field(struct run_state *s, const struct dispute *d, size_t i, struct op *op)
{
    const char *field = s->flow->entity->fields[i].name;
    uint32_t bit = 1u << i;
    const struct conflict *old = open_one(s, d->ours->id, field);
    struct conflict c = dispute_draft(s, d->ours->id, field);
    if (!(d->out.conflict & bit)) {
        if (!old)
            return false;
        c = *old; /* it has dissolved: one side went back, or both became the same */
        c.open = false;
        c.settled_by = "agreed";
        c.settled_at = s->now_ms;
        dispute_add_note(s, op, &c);
        return true;
    }
    c.base = d->agreed->mask & bit ? shown(s, &d->agreed->v[i]) : NULL;
    c.ours = shown(s, &d->ours->v[i]);
    c.theirs = shown(s, &d->theirs->v[i]);
    c.theirs_at = d->theirs_at;
    c.open = (d->out.wait & bit) != 0;
    if (!c.open) {
        /* on first sight an empty side has lost nothing */
        if (!(d->agreed->mask & bit) && (!c.ours || !c.theirs))
            return false;
        c.choice = d->out.take & bit ? "theirs" : "ours";
        c.id = old ? old->id : 0;
    } else if (old && str_eq(old->ours, c.ours) && str_eq(old->theirs, c.theirs) &&
               str_eq(old->base, c.base)) {
        return false;
    }
    dispute_add_note(s, op, &c);
    return true;
}

bool dispute_note(struct run_state *s, const struct dispute *d, struct op *op)
{
    bool any = false;
    if (!d->out.conflict && !s->n_open)
        return false;
    for (size_t i = 0; i < s->flow->entity->n; i++) {
        if (s->mask >> i & 1)
            any = note_field(s, d, i, op) || any;
    }
    return any;
}

void dispute_note_kept(struct run_state *s, struct op *op, const char *ours, const char *theirs)
{
    struct conflict c =
        dispute_draft(s, op->link.local_id ? op->link.local_id : op->rec->id, "deleted");
    c.base = "0";
    c.ours = ours;
    c.theirs = theirs;
    c.choice = *ours == '0' ? "ours" : "theirs";
    dispute_add_note(s, op, &c);
}

int dispute_apply(struct run_state *s, const struct op *op, struct err *err)
{
    struct db *db = s->e->db;
    for (size_t i = 0; i < op->n_notes; i++) {
        struct conflict c = op->notes[i];
        c.run = s->run_id;
        int bad = 0;
        if (c.open)
            bad = conflicts_open(db, &c, err);
        else if (c.id) /* one that waited is settled by something else */
            bad = conflicts_settle(db, c.id, c.settled_by, c.choice, c.settled_at, err);
        else
            bad = conflicts_add_settled(db, &c, err);
        if (bad)
            return -1;
    }
    return 0;
}
