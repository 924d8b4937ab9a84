#include "sync/why.h"

#include "store/refs.h"
#include "store/rows.h"
#include "store/runs.h"
#include "sync/agreed.h"
#include "sync/normalise.h"
#include "sync/push/put.h"

#include <string.h>

/* What is looked at from all sides. */
struct view {
    struct db *db;
    const struct config *cfg;
    struct arena *arena;
    const struct dicts *dicts;
    const struct record *rec;
    struct why *why;
};

static bool is_table(const struct flow *f, const char *remote, const char *tbl)
{
    return !strcmp(f->remote->name, remote) && !strcmp(f->table, tbl);
}

/* ---------------------------------------------------------------- quarantine */

static void add_jailed(struct view *v, const struct jailed *j, const struct step *step, size_t *cap)
{
    struct why *w = v->why;
    w->jailed = arena_grow(v->arena, w->jailed, cap, w->n_jailed + 1, sizeof *w->jailed);
    w->jailed[w->n_jailed++] = (struct why_jailed){*j, step->flow, step->push};
}

/* Under a row's id stand the rows of every table that has one like it, under the record's own what
 * could not be sent: in Notion these may be the same id. */
static int find_jailed(struct view *v, const struct link *links, size_t n, struct err *err)
{
    struct jailed *list;
    struct step step;
    size_t n_list, cap = 0;
    for (size_t i = 0; i < n; i++) {
        if (traces_jailed(v->db, links[i].remote_id, v->arena, &list, &n_list, err))
            return -1;
        for (size_t k = 0; k < n_list; k++) {
            if (config_step(v->cfg, list[k].flow, &step) && !step.push &&
                is_table(step.flow, links[i].remote, links[i].tbl))
                add_jailed(v, &list[k], &step, &cap);
        }
    }
    if (traces_jailed(v->db, v->rec->id, v->arena, &list, &n_list, err))
        return -1;
    for (size_t k = 0; k < n_list; k++) {
        if (config_step(v->cfg, list[k].flow, &step) && step.push && step.flow->entity == v->rec->e)
            add_jailed(v, &list[k], &step, &cap);
    }
    return 0;
}

static bool is_held(const struct view *v, const struct flow *f)
{
    for (size_t i = 0; i < v->why->n_jailed; i++) {
        /* cells that nobody can read hold up only some of its fields */
        if (v->why->jailed[i].flow == f &&
            strcmp(v->why->jailed[i].jailed.reason, QUARANTINE_UNREAD) != 0)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- tables */

static const char *column_of(const struct flow *f, size_t field)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        if (f->maps[i].field == field)
            return f->maps[i].column;
    }
    return f->entity->fields[field].name;
}

/* Of the fields that are due some stay back, for cells that nobody can read. */
static void hold_unread(struct view *v, struct why_row *row, const struct agreed *agreed)
{
    const struct flow *f = row->flow;
    uint64_t unread = put_unread(f, agreed), held = 0;
    uint32_t sent = 0, due = row->due;
    for (size_t i = 0; i < f->n_puts; i++) {
        uint32_t reads = put_reads(&f->puts[i]) & due;
        if (!(unread >> i & 1))
            sent |= reads;
        else if (reads)
            held |= 1ull << i;
    }
    uint32_t fields = put_unread_fields(f, agreed, held);
    row->due = unread ? sent : due;
    row->unread = arena_alloc(v->arena, v->rec->e->n, sizeof *row->unread);
    for (size_t i = 0; i < v->rec->e->n; i++) {
        if (fields >> i & 1)
            row->unread[row->n_unread++] =
                (struct why_cell){column_of(f, i), agreed->unread_text[i], &v->rec->e->fields[i]};
    }
}

/* Fields that reach the row and differ from what was agreed with it. */
static int find_due(struct view *v, struct why_row *row, struct err *err)
{
    const struct flow *f = row->flow;
    const struct link *l = row->link;
    struct agreed agreed;
    struct value base[MODEL_FIELDS_MAX];
    if (agreed_read(v->rec->e, l->base, v->arena, &agreed, err))
        return err_wrap(err, "link %lld", (long long)l->id);
    agreed_base(&agreed, base);
    for (size_t i = 0; i < v->rec->e->n; i++) {
        if ((f->put_fields >> i & 1) &&
            !normalise_same(&v->rec->e->fields[i], &v->rec->v[i], &base[i]))
            row->due |= 1u << i;
    }
    hold_unread(v, row, &agreed);
    return 0;
}

static enum why_stand stand_deleted(const struct flow *f, const struct why_row *row)
{
    if (row->mark)
        return WHY_MARKED;
    if (row->link->missing_since)
        return WHY_GONE;
    return f->direction != DIR_PULL && f->on_delete == DELETION_MARK ? WHY_MARK_DUE : WHY_ONLY_HERE;
}

static enum why_stand stand_missing(const struct flow *f, const struct link *l)
{
    bool wanted = str_eq(l->wish, WISH_BACK) || str_eq(l->wish, WISH_RETURN);
    return wanted && f->direction != DIR_PULL ? WHY_BACK_DUE : WHY_GONE;
}

static enum why_stand stand_unlinked(struct view *v, const struct flow *f)
{
    if (v->rec->deleted || !f->create)
        return WHY_NONE;
    return put_in_scope(f, v->rec->v, v->dicts, v->arena) ? WHY_NEW : WHY_OUTSIDE;
}

static int judge_row(struct view *v, struct why_row *row, struct err *err)
{
    const struct flow *f = row->flow;
    if (!f)
        row->stand = WHY_NO_FLOW;
    else if (is_held(v, f))
        row->stand = WHY_HELD;
    else if (!row->link)
        row->stand = stand_unlinked(v, f);
    else if (v->rec->deleted)
        row->stand = stand_deleted(f, row);
    else if (row->mark)
        row->stand = WHY_CLEAR_DUE;
    else if (row->link->missing_since)
        row->stand = stand_missing(f, row->link);
    else if (f->direction != DIR_PULL && find_due(v, row, err))
        return -1;
    else
        row->stand = row->due ? WHY_DUE : row->n_unread ? WHY_UNREAD : WHY_IN_STEP;
    return 0;
}

static int add_state(struct view *v, struct why_row *row, const char *step, int64_t *at,
                     struct err *err)
{
    struct flow_state s;
    if (flow_state_get(v->db, step, v->arena, &s, err))
        return -1;
    *at = s.checked_at;
    if (s.error && s.error_at > row->error_at) {
        row->error = s.error;
        row->error_at = s.error_at;
    }
    return 0;
}

static int add_row(struct view *v, const struct flow *f, const struct link *l, struct err *err)
{
    struct why_row *row = &v->why->rows[v->why->n_rows++];
    struct mark *m = NULL;
    *row = (struct why_row){.flow = f, .link = l};
    if (l && marks_get(v->db, l->remote, l->tbl, l->remote_id, v->arena, &m, err))
        return -1;
    row->mark = m && m->at ? m : NULL;
    if (f && f->direction != DIR_PUSH && add_state(v, row, f->name, &row->read_at, err))
        return -1;
    if (f && f->direction != DIR_PULL && add_state(v, row, f->push_name, &row->sent_at, err))
        return -1;
    return judge_row(v, row, err);
}

/* The flow that a link of a table is told under: the one that made it, else one that writes. */
static const struct flow *flow_of(const struct view *v, const struct link *l)
{
    const struct flow *found = NULL;
    for (size_t i = 0; i < v->cfg->n_flows; i++) {
        const struct flow *f = v->cfg->flows[i];
        if (f->entity != v->rec->e || !is_table(f, l->remote, l->tbl))
            continue;
        if (!found || !strcmp(f->name, l->flow))
            found = f;
    }
    return found;
}

static int find_rows(struct view *v, const struct link *links, size_t n, struct err *err)
{
    v->why->rows = arena_alloc(v->arena, n + v->cfg->n_flows, sizeof *v->why->rows);
    for (size_t i = 0; i < n; i++) {
        if (add_row(v, flow_of(v, &links[i]), &links[i], err))
            return -1;
    }
    for (size_t i = 0; i < v->cfg->n_flows; i++) {
        const struct flow *f = v->cfg->flows[i];
        bool has = false;
        for (size_t k = 0; k < n; k++)
            has = has || is_table(f, links[k].remote, links[k].tbl);
        if (f->entity == v->rec->e && !has && f->direction != DIR_PULL && add_row(v, f, NULL, err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- what it refers to */

/* Why the record's own row is not accepted, or NULL. */
static int reason_of(struct view *v, const char *entity, const char *id, const char **ret,
                     struct err *err)
{
    struct link *links;
    size_t n;
    *ret = NULL;
    if (traces_links(v->db, entity, id, v->arena, &links, &n, err))
        return -1;
    for (size_t i = 0; i < n && !*ret; i++) {
        if (quarantine_reason(v->db, links[i].flow, links[i].remote_id, v->arena, ret, err))
            return -1;
    }
    return 0;
}

static int add_ref(struct view *v, size_t field, const char *id, size_t *cap, struct err *err)
{
    const char *entity = v->rec->e->fields[field].ref, *reason;
    struct why *w = v->why;
    struct record *target;
    if (rows_get(v->db, model_entity(entity), id, v->arena, &target, err) ||
        reason_of(v, entity, id, &reason, err))
        return -1;
    if (!target || (!target->deleted && !reason))
        return 0;
    w->refs = arena_grow(v->arena, w->refs, cap, w->n_refs + 1, sizeof *w->refs);
    w->refs[w->n_refs++] =
        (struct why_ref){field, entity, arena_strdup(v->arena, id), target->deleted, reason};
    return 0;
}

static int find_refs(struct view *v, struct err *err)
{
    size_t cap = 0;
    for (size_t i = 0; i < v->rec->e->n; i++) {
        const struct field *f = &v->rec->e->fields[i];
        const struct value *value = &v->rec->v[i];
        const char *one = value->s, **ids = &one;
        size_t n = 1;
        if (!model_refers(f) || value->kind != VAL_TEXT)
            continue;
        if (f->type == FT_REFS && refs_ids(value, v->arena, &ids, &n, err))
            return -1;
        for (size_t k = 0; k < n; k++) {
            if (add_ref(v, i, ids[k], &cap, err))
                return -1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- all of it */

static int find_conflicts(struct view *v, struct err *err)
{
    struct why *w = v->why;
    size_t cap = 0;
    for (size_t i = 0; i < v->cfg->n_flows; i++) {
        struct conflict *list;
        size_t n;
        if (v->cfg->flows[i]->entity != v->rec->e)
            continue;
        if (conflicts_of_record(v->db, v->cfg->flows[i]->name, v->rec->e->name, v->rec->id,
                                v->arena, &list, &n, err))
            return -1;
        w->conflicts =
            arena_grow(v->arena, w->conflicts, &cap, w->n_conflicts + n, sizeof *w->conflicts);
        for (size_t k = 0; k < n; k++)
            w->conflicts[w->n_conflicts++] = list[k];
    }
    return 0;
}

static int look(struct view *v, struct err *err)
{
    struct why *w = v->why;
    const char *entity = v->rec->e->name, *id = v->rec->id;
    struct audit_row *last;
    struct deletion *deletion;
    struct pause *pause;
    struct link *links;
    size_t n;
    if (traces_last_change(v->db, entity, id, v->arena, &last, err) ||
        deletions_of(v->db, entity, id, v->arena, &deletion, err) ||
        pauses_get(v->db, entity, id, v->arena, &pause, err) ||
        traces_unheard(v->db, entity, id, v->arena, &w->unheard, &w->n_unheard, err) ||
        traces_links(v->db, entity, id, v->arena, &links, &n, err) ||
        find_jailed(v, links, n, err) || find_rows(v, links, n, err) || find_conflicts(v, err) ||
        find_refs(v, err))
        return -1;
    w->last = last;
    w->deletion = deletion;
    w->pause = pause;
    return 0;
}

int why_record(struct db *db, const struct config *cfg, const char *entity, const char *id,
               struct arena *arena, struct why **ret, struct err *err)
{
    const struct entity *e = model_entity(entity);
    struct view v = {.db = db, .cfg = cfg, .arena = arena};
    struct record *r = NULL;
    if (e && rows_get(db, e, id, arena, &r, err))
        return -1;
    *ret = NULL;
    if (!r)
        return 0;
    v.rec = r;
    v.why = arena_alloc(arena, 1, sizeof *v.why);
    v.why->rec = r;
    if (dict_load(db, arena, &v.dicts, err) || look(&v, err))
        return -1;
    *ret = v.why;
    return 0;
}
