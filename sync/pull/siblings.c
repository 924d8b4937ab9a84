#include "sync/pull/siblings.h"

#include "store/base/secret.h"

#include <string.h>

#define GENERATIONS 16  /* so many rows that hang on each other come in by one run */
#define VIEW        200 /* rows judged by one view of the store */

/* Row ids and what belongs to each; open addressing. */
struct id_map {
    const char **ids;
    size_t *values;
    size_t n, n_slots;
};

struct put_off {
    struct staged_row row;
    enum marked marked;
};

struct siblings {
    struct id_map planned; /* ops of the plan that bring in a record, by the id of its row */
    size_t looked_at;      /* ops of the plan that were looked at for that */
    struct put_off *rows;
    size_t n, cap;
    struct id_map waiting; /* the ids of all rows that were ever put off */
    /* of the row that was read last */
    bool names, unknown;
    enum { ALL, THOSE_THAT_WAIT, NONE } puts_off;
};

/* ---------------------------------------------------------------- ids */

static size_t slot_of(const struct id_map *m, const char *id)
{
    size_t at = (size_t)(hash_u64(id) & (m->n_slots - 1));
    while (m->ids[at] && strcmp(m->ids[at], id))
        at = (at + 1) & (m->n_slots - 1);
    return at;
}

static void widen(struct id_map *m, struct arena *arena)
{
    struct id_map wide = {.n = m->n, .n_slots = m->n_slots ? m->n_slots * 2 : 64};
    wide.ids = arena_alloc(arena, wide.n_slots, sizeof *wide.ids);
    wide.values = arena_alloc(arena, wide.n_slots, sizeof *wide.values);
    for (size_t i = 0; i < m->n_slots; i++) {
        if (!m->ids[i])
            continue;
        size_t at = slot_of(&wide, m->ids[i]);
        wide.ids[at] = m->ids[i];
        wide.values[at] = m->values[i];
    }
    *m = wide;
}

/* The first value that an id was given stays. id lives in the arena already. */
static void put(struct id_map *m, const char *id, size_t value, struct arena *arena)
{
    if ((m->n + 1) * 2 > m->n_slots)
        widen(m, arena);
    size_t at = slot_of(m, id);
    if (m->ids[at])
        return;
    m->ids[at] = id;
    m->values[at] = value;
    m->n++;
}

static const size_t *get(const struct id_map *m, const char *id)
{
    if (!m->n)
        return NULL;
    size_t at = slot_of(m, id);
    return m->ids[at] ? &m->values[at] : NULL;
}

/* ---------------------------------------------------------------- who names whom */

static bool is_own(const struct run_state *s, const struct field *f, const struct flow *carrier)
{
    return s->siblings && model_refers(f) && carrier == s->flow &&
           str_eq(f->ref, s->flow->entity->name);
}

void siblings_begin(struct run_state *s)
{
    for (size_t i = 0; i < s->flow->n_maps && !s->siblings; i++) {
        const struct field_map *m = &s->flow->maps[i];
        const struct field *f = &s->flow->entity->fields[m->field];
        if (m->via && model_refers(f) && str_eq(f->ref, s->flow->entity->name) &&
            config_carrier(s->e->cfg, f->ref, m->via) == s->flow)
            s->siblings = arena_alloc(s->arena, 1, sizeof *s->siblings);
    }
}

void siblings_read(struct run_state *s)
{
    if (s->siblings)
        s->siblings->names = s->siblings->unknown = false;
}

/* Will the row stand for a record that it does not stand for yet? */
static bool brings_in(const struct op *op)
{
    bool moves = op->moved && op->rec && (op->kind == OP_UPDATE || op->kind == OP_AGREE);
    return op->kind == OP_INSERT || op->kind == OP_ADOPT || moves;
}

/* Takes note of what came into the plan. */
static void look_at_plan(struct run_state *s, struct siblings *own)
{
    for (; own->looked_at < s->plan.n; own->looked_at++) {
        const struct op *op = &s->plan.ops[own->looked_at];
        if (brings_in(op) && !*op->link.part)
            put(&own->planned, op->link.remote_id, own->looked_at, s->arena);
    }
}

bool siblings_planned(struct run_state *s, const struct field *f, const struct flow *carrier,
                      const char *remote_id, char *local, bool *ret_deleted)
{
    struct siblings *own = s->siblings;
    if (!is_own(s, f, carrier))
        return false;
    own->names = true;
    look_at_plan(s, own);
    const size_t *at = get(&own->planned, remote_id);
    if (!at)
        return false;
    const struct record *r = s->plan.ops[*at].rec;
    str_copy(local, UUID_LEN + 1, r->id);
    *ret_deleted = r->deleted;
    return true;
}

bool siblings_unknown(struct run_state *s, const struct field *f, const struct flow *carrier)
{
    if (!is_own(s, f, carrier))
        return false;
    s->siblings->unknown = true;
    return true;
}

/* ---------------------------------------------------------------- later */

bool siblings_put_off(struct run_state *s, const struct staged_row *row, enum marked marked)
{
    struct siblings *own = s->siblings;
    if (!own || !own->names || own->puts_off == NONE ||
        (own->puts_off == THOSE_THAT_WAIT && !own->unknown))
        return false;
    struct put_off p = {.row = *row, .marked = marked};
    p.row.remote_id = arena_strdup(s->arena, row->remote_id);
    p.row.remote_key = arena_strdup(s->arena, row->remote_key);
    p.row.raw = arena_strdup(s->arena, row->raw);
    p.row.mark_why = arena_strdup(s->arena, row->mark_why);
    own->rows = arena_grow(s->arena, own->rows, &own->cap, own->n + 1, sizeof *own->rows);
    own->rows[own->n++] = p;
    put(&own->waiting, p.row.remote_id, 0, s->arena);
    return true;
}

bool siblings_is_put_off(const struct run_state *s, const char *remote_id)
{
    return s->siblings && get(&s->siblings->waiting, remote_id);
}

bool siblings_may_come(const struct run_state *s)
{
    struct siblings *own = s->siblings;
    if (!own)
        return false;
    for (size_t i = own->looked_at; i < s->plan.n; i++) {
        if (brings_in(&s->plan.ops[i]))
            return true;
    }
    return own->planned.n || own->n;
}

/* Judges all that were put off so far, some of which are put off again. */
static int judge_all(struct run_state *s, struct siblings *own, siblings_fn *judge, struct err *err)
{
    const struct put_off *rows = own->rows;
    size_t n = own->n;
    own->rows = NULL;
    own->n = own->cap = 0;
    for (size_t at = 0; at < n;) {
        size_t end = n - at > VIEW ? at + VIEW : n;
        if (db_begin_read(s->e->db, err))
            return -1;
        for (; at < end; at++) {
            arena_reset(s->page);
            if (judge(s, &rows[at].row, rows[at].marked, err))
                return -1; /* the run rolls back */
        }
        db_rollback(s->e->db);
        if (run_progress(s, PROGRESS_JUDGE, (int64_t)at, (int64_t)n, err))
            return -1;
    }
    return 0;
}

int siblings_judge(struct run_state *s, siblings_fn *judge, struct err *err)
{
    struct siblings *own = s->siblings;
    size_t left = SIZE_MAX;
    if (!own)
        return 0;
    own->puts_off = THOSE_THAT_WAIT;
    for (unsigned i = 0; i < GENERATIONS && own->n && own->n < left; i++) {
        left = own->n;
        if (judge_all(s, own, judge, err))
            return -1;
    }
    own->puts_off = NONE;
    return judge_all(s, own, judge, err);
}
