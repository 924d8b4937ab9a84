#include "sync/undo/undo_judge.h"

#include "store/conflicts.h"
#include "store/names.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/trail.h"

#include <string.h>

/* ---------------------------------------------------------------- ops */

int undo_open(struct undo_view *v, const char *entity, const char *local_id, struct undo_list *l,
              struct err *err)
{
    *l = (struct undo_list){.e = model_entity(entity), .id = arena_strdup(v->arena, local_id)};
    if (!l->e)
        return 0;
    if (rows_get(v->db, l->e, local_id, v->arena, &l->now, err))
        return -1;
    if (!l->now)
        undo_add_kept(v, l, KEEP_GONE, NULL);
    return 0;
}

struct undo_op *undo_add(struct undo_view *v, struct undo_list *l, enum undo_what what)
{
    l->ops = arena_grow(v->arena, l->ops, &l->cap, l->n + 1, sizeof *l->ops);
    struct undo_op *op = &l->ops[l->n++];
    *op = (struct undo_op){.what = what, .entity = l->e->name, .local_id = l->id, .index = -1};
    if (l->n > 1)
        op->name = l->ops[0].name;
    else if (v->names)
        op->name = l->now ? record_name(v->db, l->now, v->arena) : l->id;
    return op;
}

/* What is kept under lock is not shown. */
const char *undo_shown(struct undo_view *v, const struct field *f, const struct value *value)
{
    char num[24];
    const char *text = value_or_null(value, num);
    if (text && f->sealed)
        return "•••";
    return text == num ? arena_strdup(v->arena, text) : text;
}

struct undo_op *undo_add_kept(struct undo_view *v, struct undo_list *l, enum undo_keep why,
                              const char *field)
{
    struct undo_op *op = undo_add(v, l, UNDO_KEEP);
    op->keep = why;
    op->field = field;
    op->index = field ? model_field(l->e, field) : -1;
    if (op->index >= 0 && l->now)
        op->now = undo_shown(v, &l->e->fields[op->index], &l->now->v[op->index]);
    return op;
}

int undo_add_changed(struct undo_view *v, struct undo_list *l, enum undo_keep why,
                     const char *field, struct err *err)
{
    struct audit_row *last;
    struct undo_op *op = undo_add_kept(v, l, why, why == KEEP_DELETED ? NULL : field);
    if (audit_last_of_field(v->db, l->e->name, l->id, field, v->arena, &last, err))
        return -1;
    if (last && last->run != v->run->id) {
        op->by = last->source;
        op->at = last->at;
    }
    return 0;
}

void undo_add_row(struct undo_view *v, struct undo_list *l, const struct link *link,
                  enum undo_what what)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->ops[i].link == link->id)
            return;
    }
    struct undo_op *op = undo_add(v, l, what);
    bool was_back = str_eq(link->wish, WISH_BACK);
    op->link = link->id;
    if (what == UNDO_ROW_LEAVE)
        op->word = was_back ? UNWISH_BACK : UNWISH_GONE;
    else
        op->wish = op->word = what == UNDO_ROW_BACK ? WISH_BACK : WISH_GONE;
    /* a row that is gone with its record returns with it */
    if (what == UNDO_ROW_LEAVE && was_back && l->ops[0].what == UNDO_DELETE)
        op->wish = WISH_RETURN;
    op->row = arena_printf(v->arena, "%s: %s%s%s", link->remote, link->tbl, *link->part ? ": " : "",
                           link->part);
}

/* ---------------------------------------------------------------- what holds a record */

int undo_hold(struct undo_view *v, struct undo_list *l, struct err *err)
{
    if (l->held_known)
        return 0;
    l->held_known = true;
    if (pauses_has(v->db, l->e->name, l->id, &l->paused, err))
        return -1;
    for (size_t i = 0; i < v->cfg->n_flows; i++) {
        const struct flow *f = v->cfg->flows[i];
        struct conflict *open;
        size_t n;
        if (f->entity != l->e || f->direction == DIR_PUSH)
            continue;
        if (conflicts_of_record(v->db, f->name, l->e->name, l->id, v->arena, &open, &n, err))
            return -1;
        for (size_t k = 0; k < n; k++) {
            int at = model_field(l->e, open[k].field);
            l->waiting |= at >= 0 ? 1u << at : 0;
        }
    }
    return 0;
}

int undo_links(struct undo_view *v, const struct undo_list *l, struct link **ret, size_t *ret_n,
               struct err *err)
{
    size_t cap = 0;
    *ret = NULL;
    *ret_n = 0;
    for (size_t i = 0; i < v->cfg->n_flows; i++) {
        const struct flow *f = v->cfg->flows[i];
        struct link *list;
        size_t n, k = 0;
        while (k < i &&
               (v->cfg->flows[k]->entity != l->e || v->cfg->flows[k]->remote != f->remote ||
                strcmp(v->cfg->flows[k]->table, f->table)))
            k++;
        if (f->entity != l->e || k < i) /* another flow of the same table came before */
            continue;
        if (links_of_record(v->db, l->e->name, l->id, f->remote->name, f->table, v->arena, &list,
                            &n, err))
            return -1;
        *ret = arena_grow(v->arena, *ret, &cap, *ret_n + n, sizeof **ret);
        for (k = 0; k < n; k++)
            (*ret)[(*ret_n)++] = list[k];
    }
    return 0;
}

/* ---------------------------------------------------------------- what the run did */

static bool read_text(const struct field *f, const char *text, struct value *ret)
{
    int64_t n;
    if (!text)
        *ret = V_NULL;
    else if (f->type != FT_INT && f->type != FT_BOOL && f->type != FT_YEAR)
        *ret = V_TEXT(text);
    else if (base_parse_i64(text, INT64_MIN, INT64_MAX, &n))
        *ret = V_INT(n);
    else
        return false;
    return true;
}

static void add_change(const struct entity *e, const struct audit_row *r, struct undo_net *net)
{
    struct value before, after;
    int at = model_field(e, r->field);
    /* a field that the model no longer has, or has as another type, cannot go back */
    if (at < 0 || !read_text(&e->fields[at], r->before, &before) ||
        !read_text(&e->fields[at], r->after, &after))
        return;
    net->after[at] = after;
    if (net->inserted) {
        net->made |= 1u << at;
        return;
    }
    if (!(net->touched >> at & 1))
        net->before[at] = before;
    net->touched |= 1u << at;
}

int undo_read_net(struct undo_view *v, const struct entity *e, const struct audit_row *rows,
                  size_t n, struct undo_net *net, struct err *err)
{
    *net = (struct undo_net){0};
    for (size_t i = 0; i < n; i++) {
        const struct audit_row *r = &rows[i];
        net->last = r->row;
        if (!r->field && r->after) {
            if (record_values_from_json(e, r->after, v->arena, net->after, &net->made, err))
                return err_wrap(err, "audit row %lld", (long long)r->row);
            net->inserted = true;
        } else if (r->field && !strcmp(r->field, "deleted")) {
            if (!net->deletion)
                net->deleted_before = str_eq(r->before, "1");
            net->deletion = true;
            net->deleted_after = str_eq(r->after, "1");
        } else if (r->field && strcmp(r->field, TRAIL_ROW) != 0) {
            add_change(e, r, net);
        }
    }
    return 0;
}
