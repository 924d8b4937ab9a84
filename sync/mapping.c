#include "sync/mapping.h"

#include "store/base/utf8.h"
#include "store/refs.h"
#include "sync/normalise.h"

#include <string.h>

#define UNREAD_MAX  100 /* UTF-16 units of a cell that cannot be read: for people to find it by */
#define UNKNOWN_MAX 64  /* values that nobody knows yet; more than that need not be told apart */

/* One mapped column, read as far as it goes without knowing other records. */
struct reading {
    struct value value;
    bool readable;
    const char **refs; /* FT_REF, FT_REFS */
    size_t n_refs;
    bool guessed;    /* it was read, but what was meant is a guess */
    bool multiplies; /* its references tell the parts of the row apart */
    /* FT_DICT by its row: what that led to, and why not to a code */
    enum resolution target;
    const char *why;
};

struct job {
    const struct flow *flow;
    const struct dicts *dicts;
    const struct cell *cells;
    resolve_fn *resolve;
    void *ctx;
    struct arena *arena;
    struct reading *read; /* one per map */
    const struct value *sets;
};

uint32_t mapping_mask(const struct flow *flow)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < flow->n_maps; i++)
        mask |= 1u << flow->maps[i].field;
    for (size_t i = 0; i < flow->n_sets; i++)
        mask |= 1u << flow->sets[i].field;
    return mask;
}

int mapping_constants(const struct flow *flow, const struct constant *list, size_t n,
                      const struct dicts *dicts, const char *path, struct arena *arena,
                      struct value *values, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &flow->entity->fields[list[i].field];
        const struct cell cell = {.kind = CELL_TEXT, .text = list[i].text};
        if (!normalise_cell(f, &cell, NULL, dicts, arena, &values[i]) || values[i].kind == VAL_NULL)
            return err_set(err, ERR_DATA,
                           "%s:%d: %s: «%s» is no such value; correct it in [flow %s]", path,
                           list[i].line, f->name, list[i].text, flow->name);
    }
    return 0;
}

static const struct field *field_at(const struct job *j, size_t map)
{
    return &j->flow->entity->fields[j->flow->maps[map].field];
}

/* The code of the dictionary's row that the cell names. */
static int read_code(struct job *j, size_t map, struct err *err)
{
    const struct field_map *m = &j->flow->maps[map];
    struct reading *r = &j->read[map];
    const char *id;
    char *code = arena_alloc(j->arena, UUID_LEN + 1, 1);
    r->readable = normalise_row_ref(&j->cells[map], m->via_uuid, j->arena, &id);
    if (!r->readable || !id)
        return 0;
    if (j->resolve(j->ctx, field_at(j, map), m->via, id, j->arena, code, &r->target, &r->why, err))
        return -1;
    r->readable = r->target == REF_FOUND;
    if (r->readable)
        r->value = V_TEXT(code);
    return 0;
}

/* The address of the file that the cell names. */
static void read_file(struct job *j, size_t map)
{
    const struct remote_config *cfg = j->flow->remote;
    struct reading *r = &j->read[map];
    const char *id;
    r->readable = normalise_file(&j->cells[map], j->arena, &id);
    if (r->readable && id)
        r->value = V_TEXT(remote_ops_find(cfg->kind)->file_url(cfg, id, j->arena));
}

static int read_columns(struct job *j, struct err *err)
{
    for (size_t i = 0; i < j->flow->n_maps; i++) {
        const struct field_map *m = &j->flow->maps[i];
        const struct field *f = field_at(j, i);
        struct reading *r = &j->read[i];
        if (f->type == FT_REFS) {
            r->readable =
                normalise_ref_set(&j->cells[i], m->via_uuid, j->arena, &r->refs, &r->n_refs);
            continue;
        }
        if (f->type == FT_DICT && m->via) {
            if (read_code(j, i, err))
                return -1;
            continue;
        }
        if (str_eq(m->as, "attachment")) {
            read_file(j, i);
            continue;
        }
        if (f->type != FT_REF) {
            r->guessed = f->type == FT_DATE && normalise_is_moment(&j->cells[i]);
            r->readable = normalise_cell(f, &j->cells[i], m->as, j->dicts, j->arena, &r->value);
            continue;
        }
        size_t most = j->cells[i].kind == CELL_LIST ? j->cells[i].n : 1;
        most = most < MAPPING_PARTS_MAX ? most : MAPPING_PARTS_MAX;
        r->refs = arena_alloc(j->arena, most, sizeof *r->refs);
        r->readable =
            normalise_refs(&j->cells[i], m->via_uuid, j->arena, r->refs, most, &r->n_refs);
        r->multiplies = j->cells[i].kind == CELL_LIST && model_is_natural(j->flow->entity, f->name);
    }
    return 0;
}

static bool in_list(const struct job *j, const struct where *w, const struct value *v)
{
    const struct field *f = &j->flow->entity->fields[w->field];
    for (size_t i = 0; i < w->n; i++) {
        struct cell cell = {.kind = CELL_TEXT, .text = w->values[i]};
        struct value wanted;
        if (normalise_cell(f, &cell, NULL, j->dicts, j->arena, &wanted) &&
            normalise_same(f, &wanted, v))
            return true;
    }
    return false;
}

/* A row is out of scope when it clearly has another value; what cannot be read is judged, not
 * skipped. */
static bool out_of_scope(const struct job *j)
{
    for (size_t i = 0; i < j->flow->n_wheres; i++) {
        const struct where *w = &j->flow->wheres[i];
        const struct field *f = &j->flow->entity->fields[w->field];
        for (size_t m = 0; m < j->flow->n_maps; m++) {
            const struct reading *r = &j->read[m];
            if (j->flow->maps[m].field != w->field || !r->readable || model_refers(f))
                continue;
            struct value v = r->value.kind == VAL_NULL ? field_fallback(f) : r->value;
            bool empty = v.kind == VAL_NULL;
            if ((empty && !f->required) || (!empty && !in_list(j, w, &v)))
                return true;
        }
    }
    return false;
}

/* A row that lacks one of the values which name its records: nobody has filled it in yet. */
static bool stands_for_nothing(const struct job *j)
{
    for (size_t i = 0; i < j->flow->n_unique; i++) {
        for (size_t m = 0; m < j->flow->n_maps; m++) {
            const struct reading *r = &j->read[m];
            bool ref = field_at(j, m)->type == FT_REF;
            if (j->flow->maps[m].field == j->flow->unique[i] && r->readable &&
                (ref ? !r->n_refs
                     : r->value.kind == VAL_NULL &&
                           field_fallback(field_at(j, m)).kind == VAL_NULL))
                return true;
        }
    }
    return false;
}

/* What is told of a row with several faults must not change with what this run happens to know of
 * other tables: its own faults come first, then targets known to be bad, then targets to wait for.
 */
enum weight { WEIGHT_WAITING = 1, WEIGHT_TARGET, WEIGHT_OWN };

static void blame(struct candidate *c, enum weight weight, const char *reason, const char *detail)
{
    if ((int)weight <= c->weight) /* of equal ones the first broken rule is told */
        return;
    c->weight = (int)weight;
    c->verdict = weight == WEIGHT_WAITING ? VERDICT_WAITING : VERDICT_INVALID;
    c->reason = reason;
    c->detail = detail && *detail ? detail : NULL;
}

/* Of several such values the first is told; what was told before may have been another one. */
static void wait_for(const struct job *j, struct candidate *c, const struct field *f,
                     const char *reason, const char *value)
{
    if (!c->unknown)
        c->unknown = arena_alloc(j->arena, UNKNOWN_MAX, sizeof *c->unknown);
    if (c->n_unknown < UNKNOWN_MAX)
        c->unknown[c->n_unknown++] = (struct unknown){f, value};
    blame(c, WEIGHT_WAITING, reason, value);
}

/* The field stays empty, and what its cell says is kept for people. */
static void note_unread(const struct job *j, struct candidate *c, size_t map)
{
    const struct field *f = field_at(j, map);
    size_t at = j->flow->maps[map].field;
    AUTO_BUF text = BUF_INIT(UNREAD_MAX * 16);
    c->warnings++;
    c->unread |= 1u << at;
    if (f->sealed)
        return;
    const char *whole = cell_show(&j->cells[map], j->arena);
    size_t n = utf8_cut_utf16(whole, UNREAD_MAX);
    utf8_squeeze(arena_strndup(j->arena, whole, n), &text);
    buf_add(&text, whole[n] ? "…" : "");
    c->unread_text[at] = arena_strdup(j->arena, buf_str(&text));
}

static void set_value(const struct job *j, struct candidate *c, size_t map)
{
    const struct field *f = field_at(j, map);
    const struct reading *r = &j->read[map];
    struct value v = r->readable ? r->value : V_NULL;
    if (r->target == REF_WAITING) {
        wait_for(j, c, f, r->why, cell_show(&j->cells[map], j->arena));
        return;
    }
    if (!r->readable && (f->required || f->bad_value)) {
        blame(c, r->target == REF_INVALID ? WEIGHT_TARGET : WEIGHT_OWN,
              f->bad_value ? f->bad_value : f->bad, cell_show(&j->cells[map], j->arena));
        return;
    }
    if (!r->readable)
        note_unread(j, c, map);
    else
        c->warnings += r->guessed;
    if (v.kind == VAL_NULL)
        v = field_fallback(f);
    if (v.kind == VAL_NULL && f->required)
        blame(c, WEIGHT_OWN, f->bad, NULL);
    c->rec->v[j->flow->maps[map].field] = v;
}

static int set_ref(const struct job *j, struct candidate *c, size_t map, const char *id,
                   struct err *err)
{
    const struct field *f = field_at(j, map);
    const struct field_map *m = &j->flow->maps[map];
    char local[UUID_LEN + 1] = "";
    enum resolution res;
    const char *reason = NULL;
    if (!id) {
        if (f->required)
            blame(c, WEIGHT_OWN, f->bad, NULL);
        return 0;
    }
    if (j->resolve(j->ctx, f, m->via, id, j->arena, local, &res, &reason, err))
        return -1;
    if (res == REF_FOUND)
        c->rec->v[m->field] = V_TEXT(arena_strdup(j->arena, local));
    else if (res == REF_WAITING)
        wait_for(j, c, f, reason, id);
    else
        blame(c, WEIGHT_TARGET, reason, id);
    return 0;
}

/* A set goes into the record whole: each of its ids is looked for as a reference's is. */
static int set_refs(const struct job *j, struct candidate *c, size_t map, struct err *err)
{
    const struct field *f = field_at(j, map);
    const struct reading *r = &j->read[map];
    const char **ids = arena_alloc(j->arena, r->n_refs + 1, sizeof *ids);
    struct value *v = &c->rec->v[j->flow->maps[map].field];
    if (!r->readable) {
        blame(c, WEIGHT_OWN, f->bad_value, cell_show(&j->cells[map], j->arena));
        return 0;
    }
    for (size_t i = 0; i < r->n_refs; i++) {
        *v = V_NULL;
        if (set_ref(j, c, map, r->refs[i], err))
            return -1;
        ids[i] = v->kind == VAL_TEXT ? v->s : "";
    }
    *v = refs_value(ids, r->n_refs, j->arena);
    return 0;
}

/* Fills one candidate; pick[i] says which of the references of map i it has. */
static int fill(const struct job *j, const size_t *pick, struct candidate *c, struct err *err)
{
    AUTO_BUF part = BUF_INIT(512);
    c->rec = record_new(j->flow->entity, j->arena);
    c->unread_text = arena_alloc(j->arena, j->flow->entity->n, sizeof *c->unread_text);
    c->parts_known = true;
    for (size_t i = 0; i < j->flow->n_maps; i++) {
        const struct field *f = field_at(j, i);
        const struct reading *r = &j->read[i];
        if (f->type == FT_REFS) {
            if (set_refs(j, c, i, err))
                return -1;
            continue;
        }
        if (f->type != FT_REF) {
            set_value(j, c, i);
            continue;
        }
        bool several = r->n_refs > 1 && !r->multiplies;
        c->parts_known = c->parts_known && r->readable;
        if (!r->readable || several) {
            if (f->required)
                blame(c, WEIGHT_OWN, f->bad, cell_show(&j->cells[i], j->arena));
            else
                note_unread(j, c, i);
            continue;
        }
        const char *id = r->n_refs ? r->refs[pick[i]] : NULL;
        if (r->multiplies && id)
            buf_addf(&part, "%s%s", part.len ? "+" : "", id);
        if (set_ref(j, c, i, id, err))
            return -1;
    }
    for (size_t i = 0; i < j->flow->n_sets; i++)
        c->rec->v[j->flow->sets[i].field] = j->sets[i];
    c->part = arena_strdup(j->arena, buf_str(&part));
    return 0;
}

static size_t product(const struct job *j)
{
    size_t n = 1;
    for (size_t i = 0; i < j->flow->n_maps; i++) {
        const struct reading *r = &j->read[i];
        if (r->readable && r->multiplies && r->n_refs > 1)
            n = n > MAPPING_PARTS_MAX ? n : n * r->n_refs;
    }
    return n;
}

int mapping_apply(const struct flow *flow, const struct dicts *dicts, const struct cell *cells,
                  resolve_fn *resolve, void *ctx, struct arena *arena, struct candidate **ret,
                  size_t *ret_n, struct err *err)
{
    struct value sets[MODEL_FIELDS_MAX];
    struct job j = {flow, dicts, cells, resolve, ctx, arena, NULL, sets};
    j.read = arena_alloc(arena, flow->n_maps, sizeof *j.read);
    if (mapping_constants(flow, flow->sets, flow->n_sets, dicts, "set", arena, sets, err) ||
        read_columns(&j, err))
        return -1;
    bool outside = out_of_scope(&j), nothing = stands_for_nothing(&j);
    if (outside || nothing) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        **ret = (struct candidate){.part = "",
                                   .verdict = outside ? VERDICT_OUT_OF_SCOPE : VERDICT_NOTHING,
                                   .parts_known = !outside};
        *ret_n = 1;
        return 0;
    }
    size_t n = product(&j);
    if (n > MAPPING_PARTS_MAX)
        return err_set(err, ERR_DATA, "one row stands for more than %d records", MAPPING_PARTS_MAX);
    struct candidate *list = arena_alloc(arena, n, sizeof *list);
    for (size_t k = 0; k < n; k++) {
        size_t pick[MODEL_FIELDS_MAX] = {0}, rest = k;
        for (size_t i = 0; i < flow->n_maps; i++) {
            if (j.read[i].readable && j.read[i].multiplies && j.read[i].n_refs > 1) {
                pick[i] = rest % j.read[i].n_refs;
                rest /= j.read[i].n_refs;
            }
        }
        if (fill(&j, pick, &list[k], err))
            return -1;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}
