#include "sync/push/put.h"

#include "store/base/json.h"
#include "store/dict_rows.h"
#include "store/links.h"
#include "store/marks.h"
#include "store/refs.h"
#include "store/rows.h"
#include "sync/normalise.h"

#include <string.h>

int put_columns(const struct flow *flow, const struct table_info *t, const struct column_info **ret,
                struct err *err)
{
    for (size_t i = 0; i < flow->n_puts; i++) {
        const char *name = flow->puts[i].column;
        size_t c = 0;
        while (c < t->n && strcmp(t->columns[c].id, name) && strcmp(t->columns[c].name, name))
            c++;
        if (c == t->n)
            return err_set(err, ERR_DATA, "«%s» has no column «%s»; correct put.%s in [flow %s]",
                           t->name, name, name, flow->name);
        ret[i] = &t->columns[c];
    }
    return 0;
}

uint32_t put_reads(const struct put *p)
{
    uint32_t mask = p->kind == PUT_FIELD ? 1u << p->field : 0;
    for (size_t i = 0; i < p->n_pieces; i++) {
        if (!p->pieces[i].text)
            mask |= 1u << p->pieces[i].field;
    }
    return mask;
}

uint32_t put_follows(const struct put *p)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < p->n_pieces; i++) {
        if (!p->pieces[i].text && p->pieces[i].of_target >= 0)
            mask |= 1u << p->pieces[i].field;
    }
    return mask;
}

/* ---------------------------------------------------------------- one value */

/* A list of names kept as a JSON array, as one text. */
static const char *names_text(const struct put_ctx *ctx, const char *json)
{
    AUTO_JSON *tree = NULL;
    AUTO_BUF b = BUF_INIT(1 << 16);
    struct err err;
    if (json_parse(json, strlen(json), &tree, &err))
        return json;
    for (const cJSON *item = tree->child; item; item = item->next)
        buf_addf(&b, "%s%s", item == tree->child ? "" : ", ",
                 cJSON_IsString(item) ? item->valuestring : "");
    return arena_strdup(ctx->arena, buf_str(&b));
}

/* A value as people read it. */
static const char *value_text(const struct put_ctx *ctx, const struct field *f,
                              const struct value *v)
{
    char num[24];
    if (v->kind == VAL_TEXT && f->type == FT_DICT)
        return dict_name(ctx->dicts, f->dict, v->s);
    if (v->kind == VAL_TEXT && f->type == FT_NAMES)
        return names_text(ctx, v->s);
    return arena_strdup(ctx->arena, value_show(v, num));
}

/* The spelling of a code that the column knows already: a select would else get a second option
 * that means the same. */
static const char *option_text(const struct put_ctx *ctx, const struct field *f, const char *code,
                               const struct column_info *column)
{
    for (size_t i = 0; column->options && i < column->n_options; i++) {
        if (str_eq(dict_code(ctx->dicts, f->dict, column->options[i]), code))
            return column->options[i];
    }
    return dict_name(ctx->dicts, f->dict, code);
}

static bool is_checkbox(const struct column_info *column)
{
    return !strcmp(column->type, "checkbox") || !strcmp(column->type, "toggle") ||
           !strcmp(column->type, "Bool");
}

static struct cell text_cell(const char *text)
{
    return *text ? (struct cell){.kind = CELL_TEXT, .text = text} : (struct cell){0};
}

/* The row is gone, and its id is another row's or will be; one that is only marked is there. */
static int is_gone(const struct put_ctx *ctx, const struct flow *carrier, const struct link *link,
                   bool *ret, struct err *err)
{
    struct mark *m = NULL;
    const struct remote_ops *ops = remote_ops_find(carrier->remote->kind);
    *ret = link->missing_since && ops && ops->reuses_ids;
    if (!*ret || !carrier->mark)
        return 0;
    if (marks_get(ctx->db, link->remote, link->tbl, link->remote_id, ctx->arena, &m, err))
        return -1;
    *ret = !m || !m->at;
    return 0;
}

/* The id that the record has in remote `via`, for a person to find it by or for a relation. */
static int target_row(const struct put_ctx *ctx, const struct field *f, const char *via,
                      const char *local_id, const char **ret, struct err *err)
{
    const char *target = field_target(f);
    const struct flow *carrier = config_carrier(ctx->cfg, target, via);
    struct link *links;
    size_t n;
    *ret = NULL;
    if (!carrier)
        return err_set(err, ERR_DATA, "no flow keeps %s in step with %s", target, via);
    if (links_of_record(ctx->db, target, local_id, via, carrier->table, ctx->arena, &links, &n,
                        err))
        return -1;
    bool gone = false;
    if (n && f->type != FT_DICT && is_gone(ctx, carrier, &links[0], &gone, err))
        return -1;
    /* an entry outlives its row, a record is gone with it */
    if (n && !gone && !(f->type == FT_DICT && links[0].missing_since))
        *ret = links[0].remote_id;
    return 0;
}

/* One record as the column names it: a reference in its own remote, else an id as text. */
static int one_ref(const struct put_ctx *ctx, const struct put *p, const char *local_id,
                   struct cell *ret, struct rendering *out, struct err *err)
{
    const struct field *f = &ctx->flow->entity->fields[p->field];
    const char *via = p->via ? p->via : ctx->flow->remote->name, *id;
    bool same_remote = !strcmp(via, ctx->flow->remote->name);
    *ret = (struct cell){0};
    if (target_row(ctx, f, via, local_id, &id, err))
        return -1;
    /* what an empty cell counts as needs no row of its own */
    if (!id && f->type == FT_DICT && f->fallback && !strcmp(f->fallback, local_id))
        return 0;
    if (!id) {
        out->waits = arena_printf(ctx->arena, "%s %s", field_target(f), local_id);
        return 0;
    }
    char uuid[UUID_LEN + 1];
    if (!same_remote && uuid_read(id, uuid)) {
        /* other systems write UUIDs without dashes */
        char *plain = arena_strdup(ctx->arena, uuid), *to = plain;
        for (const char *c = uuid; *c; c++) {
            if (*c != '-')
                *to++ = *c;
        }
        *to = '\0';
        id = plain;
    }
    *ret = same_remote ? (struct cell){.kind = CELL_REF, .text = id} : text_cell(id);
    return 0;
}

static int ref_cell(const struct put_ctx *ctx, const struct put *p, const struct value *v,
                    struct cell *ret, struct rendering *out, struct err *err)
{
    struct cell *one = arena_alloc(ctx->arena, 1, sizeof *one);
    *ret = (struct cell){0};
    if (v->kind != VAL_TEXT)
        return 0;
    if (one_ref(ctx, p, v->s, one, out, err))
        return -1;
    *ret = one->kind == CELL_REF ? (struct cell){.kind = CELL_LIST, .items = one, .n = 1} : *one;
    return 0;
}

/* A set is a list wherever it is written; an empty one is an empty cell. */
static int set_cell(const struct put_ctx *ctx, const struct put *p, const struct value *v,
                    struct cell *ret, struct rendering *out, struct err *err)
{
    const char **ids;
    size_t n;
    *ret = (struct cell){0};
    if (refs_ids(v, ctx->arena, &ids, &n, err))
        return -1;
    struct cell *items = arena_alloc(ctx->arena, n ? n : 1, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        if (one_ref(ctx, p, ids[i], &items[i], out, err))
            return -1;
    }
    if (n)
        *ret = (struct cell){.kind = CELL_LIST, .items = items, .n = n};
    return 0;
}

static int field_cell(const struct put_ctx *ctx, size_t at, const struct record *r,
                      struct rendering *out, struct err *err)
{
    const struct put *p = &ctx->flow->puts[at];
    const struct field *f = &r->e->fields[p->field];
    const struct value *v = &r->v[p->field];
    struct cell *cell = &out->cells[at];
    if (f->type == FT_REF || (f->type == FT_DICT && p->via))
        return ref_cell(ctx, p, v, cell, out, err);
    if (f->type == FT_REFS)
        return set_cell(ctx, p, v, cell, out, err);
    if (v->kind == VAL_NULL)
        *cell = (struct cell){0};
    else if (f->type == FT_BOOL)
        *cell = (struct cell){.kind = CELL_BOOL, .flag = v->i != 0};
    else if (v->kind == VAL_INT)
        *cell = (struct cell){.kind = CELL_NUMBER, .number = (double)v->i};
    else if (f->type == FT_DICT && f->yes && is_checkbox(ctx->columns[at]))
        *cell = (struct cell){.kind = CELL_BOOL, .flag = !strcmp(v->s, f->yes)};
    else if (f->type == FT_DICT)
        *cell = text_cell(option_text(ctx, f, v->s, ctx->columns[at]));
    else
        *cell = text_cell(value_text(ctx, f, v));
    return 0;
}

/* ---------------------------------------------------------------- templates */

static int piece_text(const struct put_ctx *ctx, const struct put_piece *piece,
                      const struct record *r, const char **ret, struct err *err)
{
    const struct field *f = &r->e->fields[piece->field];
    const struct value *v = &r->v[piece->field];
    struct record *target = NULL;
    *ret = "";
    if (v->kind == VAL_NULL)
        return 0;
    if (piece->of_target < 0) {
        *ret = value_text(ctx, f, v);
        return 0;
    }
    const struct entity *e = model_entity(f->ref);
    if (rows_get(ctx->db, e, v->s, ctx->arena, &target, err))
        return -1;
    if (target)
        *ret = value_text(ctx, &e->fields[piece->of_target], &target->v[piece->of_target]);
    return 0;
}

/* A lookup or relation that is written by the name of the row which it shows. */
static bool names_a_row(const struct column_info *column)
{
    return !strcmp(column->type, "lookup") || !strcmp(column->type, "relation");
}

static int text_put(const struct put_ctx *ctx, size_t at, const struct record *r,
                    struct rendering *out, struct err *err)
{
    const struct put *p = &ctx->flow->puts[at];
    AUTO_BUF b = BUF_INIT(1 << 20);
    for (size_t i = 0; i < p->n_pieces; i++) {
        const char *text = p->pieces[i].text;
        if (!text && piece_text(ctx, &p->pieces[i], r, &text, err))
            return -1;
        buf_add(&b, text);
    }
    out->texts[at] = arena_strdup(ctx->arena, buf_str(&b));
    out->links[at] = names_a_row(ctx->columns[at]);
    out->cells[at] = text_cell(out->texts[at]);
    return 0;
}

/* A column with a list of rows: it tells the records of its own row apart. */
static bool holds_rows(const struct column_info *column)
{
    return !strcmp(column->type, "relation") || !strncmp(column->type, "RefList:", 8);
}

/* As mapping.c tells the records of a row apart: the ids of its natural references, where the
 * column is a list of them. */
static int render_part(const struct put_ctx *ctx, const struct record *r, struct rendering *out,
                       struct err *err)
{
    AUTO_BUF part = BUF_INIT(512);
    out->part = "";
    for (size_t i = 0; i < ctx->flow->n_maps; i++) {
        const struct field_map *m = &ctx->flow->maps[i];
        const struct field *f = &r->e->fields[m->field];
        const char *id = NULL;
        bool list = m->as && !strcmp(m->as, "list");
        for (size_t k = 0; k < ctx->flow->n_puts && !list; k++)
            list = !strcmp(ctx->flow->puts[k].column, m->column) &&
                   out->cells[k].kind == CELL_LIST && holds_rows(ctx->columns[k]);
        if (f->type != FT_REF || !list || !model_is_natural(r->e, f->name) ||
            r->v[m->field].kind != VAL_TEXT)
            continue;
        if (target_row(ctx, f, m->via, r->v[m->field].s, &id, err))
            return -1;
        if (id)
            buf_addf(&part, "%s%s", part.len ? "+" : "", id);
    }
    if (part.len)
        out->part = arena_strdup(ctx->arena, buf_str(&part));
    return 0;
}

int put_render(const struct put_ctx *ctx, const struct record *r, struct rendering *ret,
               struct err *err)
{
    *ret = (struct rendering){.part = ""};
    for (size_t i = 0; i < ctx->flow->n_puts; i++) {
        const char *waits = ret->waits;
        if (ctx->flow->puts[i].kind == PUT_FIELD ? field_cell(ctx, i, r, ret, err)
                                                 : text_put(ctx, i, r, ret, err))
            return -1;
        if (ret->waits != waits)
            ret->waiting |= 1ull << i;
    }
    return render_part(ctx, r, ret, err);
}

/* ---------------------------------------------------------------- what has to be written */

uint64_t put_due(const struct flow *flow, const struct record *r, const struct rendering *now,
                 const struct agreed *agreed, uint32_t hold)
{
    struct value base[MODEL_FIELDS_MAX];
    uint32_t changed = 0;
    uint64_t due = 0;
    /* every row is ours, or we have written texts into this one: a text that is not known is that
     * of a column which the configuration did not write yet */
    bool ours = flow->direction == DIR_PUSH || agreed->n_puts;
    agreed_base(agreed, base);
    for (size_t i = 0; i < r->e->n; i++) {
        bool known = agreed->mask >> i & 1;
        if (known ? !normalise_same(&r->e->fields[i], &r->v[i], &base[i])
                  : r->v[i].kind != VAL_NULL)
            changed |= 1u << i;
    }
    for (size_t i = 0; i < flow->n_puts; i++) {
        const struct put *p = &flow->puts[i];
        uint32_t reads = put_reads(p);
        const char *before = p->kind == PUT_TEXT ? agreed_put(agreed, p->column) : NULL;
        if (reads & hold)
            continue;
        /* a column whose text we never wrote is written when what it is made of has changed */
        if (before && !now->links[i]
                ? strcmp(before, now->texts[i]) != 0
                : (reads & changed) != 0 || (ours && !before && p->kind == PUT_TEXT))
            due |= 1ull << i;
        if (agreed_is_unsure(agreed, p->column))
            due |= 1ull << i;
    }
    return due;
}

/* The fields that are read in a column, or shown by it. */
static uint32_t touches(const struct flow *flow, const struct put *p)
{
    uint32_t fields = put_reads(p);
    for (size_t m = 0; m < flow->n_maps; m++) {
        if (!strcmp(flow->maps[m].column, p->column))
            fields |= 1u << flow->maps[m].field;
    }
    return fields;
}

uint64_t put_unread(const struct flow *flow, const struct agreed *agreed)
{
    uint64_t columns = 0;
    for (size_t i = 0; i < flow->n_puts && agreed->unread; i++) {
        if (touches(flow, &flow->puts[i]) & agreed->unread)
            columns |= 1ull << i;
    }
    return columns;
}

uint32_t put_unread_fields(const struct flow *flow, const struct agreed *agreed, uint64_t columns)
{
    uint32_t fields = 0;
    for (size_t i = 0; i < flow->n_puts; i++) {
        if (columns >> i & 1)
            fields |= touches(flow, &flow->puts[i]);
    }
    return fields & agreed->unread;
}

void put_doubt(const struct flow *flow, uint64_t columns, const struct value *v,
               struct agreed *agreed)
{
    for (size_t i = 0; i < flow->n_puts; i++) {
        uint32_t reads = put_reads(&flow->puts[i]);
        if (!(columns >> i & 1))
            continue;
        agreed_doubt(agreed, flow->puts[i].column);
        for (size_t f = 0; f < agreed->e->n; f++) {
            if (reads >> f & 1)
                agreed->sent[f] = v[f];
        }
        agreed->unsure |= reads;
    }
}

bool put_heard(const struct flow *flow, const struct value *theirs, uint32_t mask,
               struct agreed *agreed)
{
    uint32_t known = agreed->unsure & mask;
    for (size_t f = 0; f < agreed->e->n; f++) {
        if (!(known >> f & 1))
            continue;
        if (normalise_same(&agreed->e->fields[f], &theirs[f], &agreed->sent[f]))
            agreed_set(agreed, 1u << f, agreed->sent);
    }
    agreed->unsure &= ~known;
    for (size_t i = 0; i < flow->n_puts; i++) {
        /* a text is written again: what it says is not read */
        if (flow->puts[i].kind == PUT_FIELD && (known >> flow->puts[i].field & 1))
            agreed_trust(agreed, flow->puts[i].column);
    }
    return known != 0;
}

void put_agree(const struct flow *flow, const struct record *r, const struct rendering *now,
               uint64_t columns, struct agreed *agreed)
{
    for (size_t i = 0; i < flow->n_puts; i++) {
        if (!(columns >> i & 1))
            continue;
        agreed_set(agreed, put_reads(&flow->puts[i]), r->v);
        agreed->unsure &= ~put_reads(&flow->puts[i]);
        agreed_trust(agreed, flow->puts[i].column);
        if (flow->puts[i].kind == PUT_TEXT)
            agreed_set_put(agreed, flow->puts[i].column, now->texts[i]);
    }
    /* a new row has what all rows of the flow have */
    for (size_t i = 0; i < flow->n_sets; i++) {
        uint32_t field = 1u << flow->sets[i].field;
        agreed_set(agreed, field & ~agreed->mask, r->v);
    }
}

/* ---------------------------------------------------------------- scope */

static bool is_value(const struct field *f, const struct value *mine, const char *text,
                     const struct dicts *dicts, struct arena *arena)
{
    const struct cell cell = {.kind = CELL_TEXT, .text = text};
    struct value wanted;
    return normalise_cell(f, &cell, NULL, dicts, arena, &wanted) &&
           normalise_same(f, &wanted, mine);
}

bool put_in_scope(const struct flow *flow, const struct value *v, const struct dicts *dicts,
                  struct arena *arena)
{
    for (size_t i = 0; i < flow->n_wheres; i++) {
        const struct where *w = &flow->wheres[i];
        const struct field *f = &flow->entity->fields[w->field];
        struct value mine = v[w->field];
        bool in = false;
        if (mine.kind == VAL_NULL)
            mine = field_fallback(f);
        for (size_t k = 0; k < w->n && !in; k++)
            in = is_value(f, &mine, w->values[k], dicts, arena);
        if (!in)
            return false;
    }
    /* a record with another value would get this one with its row */
    for (size_t i = 0; i < flow->n_sets; i++) {
        const struct constant *set = &flow->sets[i];
        const struct field *f = &flow->entity->fields[set->field];
        if (!is_value(f, &v[set->field], set->text, dicts, arena))
            return false;
    }
    return true;
}
