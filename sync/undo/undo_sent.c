#include "store/base/json.h"
#include "sync/agreed.h"
#include "sync/normalise.h"
#include "sync/undo/undo_judge.h"

#include <string.h>

static bool read_json(const struct field *f, const cJSON *item, struct arena *arena,
                      struct value *ret)
{
    bool number = f->type == FT_INT || f->type == FT_BOOL || f->type == FT_YEAR;
    int64_t n;
    if (!item || cJSON_IsNull(item))
        *ret = V_NULL;
    else if (cJSON_IsString(item) && !number)
        *ret = V_TEXT(arena_strdup(arena, item->valuestring));
    else if (json_i64(item, "", &n) ||
             (cJSON_IsString(item) && base_parse_i64(item->valuestring, INT64_MIN, INT64_MAX, &n)))
        *ret = V_INT(n);
    else
        return false;
    return true;
}

/* As a field counts of which nothing was agreed. */
static bool was_empty(const struct field *f, const cJSON *before)
{
    int64_t n;
    struct value fallback = f ? field_fallback(f) : V_NULL;
    if (cJSON_IsString(before))
        return fallback.kind == VAL_TEXT && !strcmp(fallback.s, before->valuestring);
    if (before && json_i64(before, "", &n))
        return fallback.kind == VAL_INT && fallback.i == n;
    return true;
}

/* What a write carried. */
struct sent {
    struct undo_net net; /* changes of fields */
    const char *column;  /* one that is made of other values, or NULL */
    bool brought_back;   /* the row came out of the trash, written whole */
    bool obscure;        /* it was written without knowing what was agreed before */
};

static int read_changes(struct undo_view *v, const struct intent *i, const struct entity *e,
                        struct sent *ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct undo_net *net = &ret->net;
    *ret = (struct sent){0};
    if (json_parse(i->payload, strlen(i->payload), &tree, err))
        return err_wrap(err, "intent %lld", (long long)i->id);
    ret->brought_back = json_bool(tree, "restored");
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(tree, "changes");
    size_t n = 0, from_nothing = 0;
    for (const cJSON *c = changes ? changes->child : NULL; c; c = c->next) {
        int at = model_field(e, c->string);
        /* an id that was filled in stays: it is the record's for ever */
        if (at < 0 && v->flow && str_eq(v->flow->key, c->string))
            continue;
        n++;
        from_nothing += was_empty(at < 0 ? NULL : &e->fields[at], cJSON_GetArrayItem(c, 0));
        if (at >= 0 &&
            read_json(&e->fields[at], cJSON_GetArrayItem(c, 0), v->arena, &net->before[at]) &&
            read_json(&e->fields[at], cJSON_GetArrayItem(c, 1), v->arena, &net->after[at]))
            net->touched |= 1u << at;
        else if (at < 0)
            ret->column = arena_strdup(v->arena, c->string);
        ret->obscure =
            ret->obscure || (at >= 0 && e->fields[at].required && net->before[at].kind == VAL_NULL);
    }
    bool whole = v->flow && n > 1 && n == v->flow->n_puts;
    ret->obscure = ret->obscure || (whole && from_nothing == n);
    return 0;
}

/* A field of the record, or of what is agreed with the row, that is another one than was sent. */
static int changed_since(struct undo_view *v, const struct intent *i, const struct undo_list *l,
                         const struct link *link, const char **ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct agreed sent, agreed;
    *ret = NULL;
    if (json_parse(i->payload, strlen(i->payload), &tree, err))
        return err_wrap(err, "intent %lld", (long long)i->id);
    const cJSON *base = cJSON_GetObjectItemCaseSensitive(tree, "base");
    AUTO_FREE char *text = base ? cJSON_PrintUnformatted(base) : NULL;
    if (agreed_read(l->e, text, v->arena, &sent, err) ||
        agreed_read(l->e, link->base, v->arena, &agreed, err))
        return -1;
    for (size_t k = 0; k < l->e->n && !*ret; k++) {
        const struct field *f = &l->e->fields[k];
        if (!(sent.mask >> k & 1))
            continue;
        bool same = normalise_same(f, &l->now->v[k], &sent.v[k]) &&
                    (!(agreed.mask >> k & 1) || normalise_same(f, &agreed.v[k], &sent.v[k]));
        *ret = same ? NULL : f->name;
    }
    return 0;
}

/* A row that the push made, or brought back: it goes again, unless it or its record has changed. */
static int judge_insert(struct undo_view *v, const struct intent *i, struct undo_list *l,
                        struct err *err)
{
    struct link *link;
    const char *field;
    if (links_get(v->db, i->remote, i->tbl, i->remote_id ? i->remote_id : "", i->part, v->arena,
                  &link, err))
        return -1;
    if (!link || strcmp(link->local_id, l->id) != 0) {
        undo_add_kept(v, l, KEEP_REPLACED, NULL);
        return 0;
    }
    if (link->missing_since || str_eq(link->wish, WISH_GONE)) {
        l->already++;
        return 0;
    }
    if (changed_since(v, i, l, link, &field, err) || undo_hold(v, l, err))
        return -1;
    if (field)
        return undo_add_changed(v, l, KEEP_CHANGED, field, err);
    if (l->paused || l->waiting)
        undo_add_kept(v, l, l->paused ? KEEP_PAUSED : KEEP_CONFLICT, NULL);
    else
        undo_add_row(v, l, link, UNDO_ROW_GONE);
    return 0;
}

/* Fields that the push carried: the store's go back, and the next push carries that. */
static int judge_update(struct undo_view *v, const struct intent *i, struct undo_list *l,
                        struct err *err)
{
    struct sent sent;
    if (read_changes(v, i, l->e, &sent, err))
        return -1;
    if (sent.brought_back)
        return judge_insert(v, i, l, err);
    if (sent.obscure) {
        undo_add_kept(v, l, KEEP_OBSCURE, NULL);
        return 0;
    }
    if (undo_judge_fields(v, l, &sent.net, l->now->deleted, err))
        return -1;
    if (sent.column && !sent.net.touched)
        undo_add_kept(v, l, KEEP_DERIVED, sent.column);
    return 0;
}

/* A row that the push took away: it shall be back, and its record with it. */
static int judge_archive(struct undo_view *v, const struct intent *i, struct undo_list *l,
                         struct err *err)
{
    struct link *link;
    if (links_get(v->db, i->remote, i->tbl, i->remote_id ? i->remote_id : "", i->part, v->arena,
                  &link, err))
        return -1;
    if (!link || strcmp(link->local_id, l->id) != 0) {
        undo_add_kept(v, l, KEEP_REPLACED, NULL);
        return 0;
    }
    if (!link->missing_since || (str_eq(link->wish, WISH_BACK) && !l->now->deleted)) {
        l->already++;
        return 0;
    }
    if (undo_hold(v, l, err))
        return -1;
    if (l->paused) {
        undo_add_kept(v, l, KEEP_PAUSED, NULL);
        return 0;
    }
    if (l->now->deleted)
        return undo_restore(v, l, err);
    undo_add_row(v, l, link, UNDO_ROW_BACK);
    return 0;
}

int undo_judge_intent(struct undo_view *v, const struct intent *i, struct undo_list *l,
                      struct err *err)
{
    if (undo_open(v, i->entity, i->local_id, l, err))
        return -1;
    if (!l->e || !l->now)
        return 0;
    if (!strcmp(i->state, "sent")) {
        undo_add_kept(v, l, KEEP_UNHEARD, NULL);
        return 0;
    }
    if (!strcmp(i->op, "insert"))
        return judge_insert(v, i, l, err);
    return !strcmp(i->op, "update") ? judge_update(v, i, l, err) : judge_archive(v, i, l, err);
}
