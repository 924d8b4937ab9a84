#include "sync/pull/jail.h"

#include "store/base/secret.h"

#include <string.h>

int jail_load(struct run_state *s, struct err *err)
{
    int64_t total;
    struct jail_set *set = arena_alloc(s->arena, 1, sizeof *set);
    if (quarantine_list(s->e->db, s->name, 0, 100000, s->arena, &set->list, &set->n, &total, err))
        return -1;
    for (set->n_slots = 64; set->n_slots < set->n * 2; set->n_slots *= 2)
        ;
    set->slots = arena_alloc(s->arena, set->n_slots, sizeof *set->slots);
    set->seen = arena_alloc(s->arena, set->n, sizeof *set->seen);
    for (size_t i = 0; i < set->n; i++) {
        size_t at = (size_t)(hash_u64(set->list[i].remote_id) & (set->n_slots - 1));
        while (set->slots[at])
            at = (at + 1) & (set->n_slots - 1);
        set->slots[at] = (uint32_t)i + 1;
    }
    s->jail = set;
    s->n_jailed = set->n;
    return 0;
}

/* Its index, or SIZE_MAX. */
static size_t place_of(const struct jail_set *set, const char *remote_id, const char *part)
{
    size_t at = (size_t)(hash_u64(remote_id) & (set->n_slots - 1));
    for (; set->slots[at]; at = (at + 1) & (set->n_slots - 1)) {
        size_t i = set->slots[at] - 1;
        if (!strcmp(set->list[i].remote_id, remote_id) && !strcmp(set->list[i].part, part))
            return i;
    }
    return SIZE_MAX;
}

const struct jailed *jail_peek(const struct run_state *s, const char *remote_id, const char *part)
{
    size_t i = place_of(s->jail, remote_id, part);
    return i == SIZE_MAX ? NULL : &s->jail->list[i];
}

const struct jailed *jail_find(struct run_state *s, const char *remote_id, const char *part)
{
    size_t i = place_of(s->jail, remote_id, part);
    if (i == SIZE_MAX)
        return NULL;
    s->jail->seen[i] = true;
    return &s->jail->list[i];
}

static void free_from_jail(struct run_state *s, const struct jailed *j)
{
    if (!j)
        return;
    s->rep->freed++;
    plan_add(&s->plan, &(struct op){.kind = OP_FREE, .jail = *j});
}

void jail_free_row(struct run_state *s, const char *remote_id)
{
    struct jail_set *set = s->jail;
    size_t at = (size_t)(hash_u64(remote_id) & (set->n_slots - 1));
    for (; set->slots[at]; at = (at + 1) & (set->n_slots - 1)) {
        size_t i = set->slots[at] - 1;
        if (set->seen[i] || strcmp(set->list[i].remote_id, remote_id))
            continue;
        set->seen[i] = true;
        free_from_jail(s, &set->list[i]);
    }
}

/* One line a reason: a hundred rows with the same fault are one thing to mend. */
void jail_sample(struct run_state *s, const struct jailed *j)
{
    struct report *rep = s->rep;
    for (size_t i = 0; i < rep->n_samples; i++) {
        struct sample *x = &rep->samples[i];
        if (x->waiting == j->waiting && !strcmp(x->reason, j->reason)) {
            x->n++;
            return;
        }
    }
    if (rep->n_samples < REPORT_SAMPLES)
        rep->samples[rep->n_samples++] =
            (struct sample){j->remote_id, j->reason, j->detail, j->waiting, 1};
}

/* Was it found invalid for a reference of which nobody knows anything just now? */
static bool is_unproved(const struct jailed *old, const struct candidate *c)
{
    for (size_t i = 0; i < c->n_unknown; i++) {
        if (str_eq(old->detail, c->unknown[i].value) &&
            (model_says(c->unknown[i].field, old->reason) || !model_is_reason(old->reason)))
            return true;
    }
    return false;
}

/* The row went along when its record did, with the one that it belongs to: whoever deleted that
 * knows, and nobody has to mend this. */
static bool went_along(const struct run_state *s, const struct staged_row *row,
                       const struct candidate *c)
{
    struct link *link = NULL;
    struct err ignored = {0}; /* then it is told of as any other */
    const struct entity *e = s->flow->entity;
    for (size_t i = 0; i < e->n; i++) {
        if (model_goes_along(&e->fields[i], c->reason))
            return !links_get(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id,
                              c->part, s->page, &link, &ignored) &&
                   link;
    }
    return false;
}

void jail_bad(struct run_state *s, const struct staged_row *row, const struct candidate *c)
{
    const struct jailed *old = jail_find(s, row->remote_id, c->part);
    bool waiting = c->verdict == VERDICT_WAITING;
    bool same_cells = old && !strcmp(old->raw, row->raw);
    bool same_row = same_cells && str_eq(old->detail, c->detail);
    /* once a complete listing proved the target absent, a later partial look does not unprove it,
     * whatever else it finds fault with */
    if (old && !old->waiting && ((same_row && waiting) || (same_cells && is_unproved(old, c))))
        return;
    bool same = same_row && old->waiting == waiting && !strcmp(old->reason, c->reason);
    /* one that was read anew is kept as such: raw is as fresh as that (judge_jailed) */
    if (same && (s->step->push || old->edited_at == row->edited_at))
        return;
    bool along = !waiting && went_along(s, row, c);
    struct op op = {.kind = OP_JAIL, .fresh = !along && (!old || (old->waiting && !waiting))};
    op.jail = (struct jailed){
        .flow = s->name,
        .remote_id = arena_strdup(s->arena, row->remote_id),
        .part = arena_strdup(s->arena, c->part),
        .waiting = waiting,
        .reason = arena_strdup(s->arena, c->reason),
        .detail = arena_strdup(s->arena, c->detail),
        .raw = arena_strdup(s->arena, row->raw),
        .remote_key = arena_strdup(s->arena, row->remote_key),
        .edited_at = row->edited_at,
        .last_seen = s->now_ms,
    };
    plan_add(&s->plan, &op);
    if (!same && !along)
        jail_sample(s, &op.jail);
}

bool jail_has(const struct run_state *s, const char *reason)
{
    for (size_t i = 0; i < s->jail->n; i++) {
        if (!strcmp(s->jail->list[i].reason, reason))
            return true;
    }
    return false;
}
