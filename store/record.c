#include "store/record.h"

#include "store/base/json.h"

#include <string.h>

struct value field_fallback(const struct field *f)
{
    int64_t n;
    if (!f->fallback)
        return V_NULL;
    if ((f->type == FT_BOOL || f->type == FT_INT || f->type == FT_YEAR) &&
        base_parse_i64(f->fallback, INT32_MIN, INT32_MAX, &n))
        return V_INT(n);
    return V_TEXT(f->fallback);
}

struct record *record_new(const struct entity *e, struct arena *arena)
{
    struct record *r = arena_alloc(arena, 1, sizeof *r);
    r->e = e;
    r->v = arena_alloc(arena, e->n, sizeof *r->v);
    for (size_t i = 0; i < e->n; i++)
        r->v[i] = field_fallback(&e->fields[i]);
    return r;
}

struct record *record_copy(const struct record *r, struct arena *arena)
{
    struct record *c = arena_alloc(arena, 1, sizeof *c);
    *c = *r;
    c->v = arena_alloc(arena, r->e->n, sizeof *c->v);
    memcpy(c->v, r->v, r->e->n * sizeof *c->v);
    return c;
}

struct record *record_keep(const struct record *r, struct arena *arena)
{
    struct record *c = record_copy(r, arena);
    for (size_t i = 0; i < r->e->n; i++) {
        if (c->v[i].kind == VAL_TEXT)
            c->v[i].s = arena_strdup(arena, c->v[i].s);
    }
    return c;
}

void record_to_json(const struct record *r, uint32_t mask, struct buf *out)
{
    bool first = true;
    buf_addc(out, '{');
    for (size_t i = 0; i < r->e->n; i++) {
        if (!(mask >> i & 1))
            continue;
        if (!first)
            buf_addc(out, ',');
        first = false;
        json_quote(out, r->e->fields[i].name);
        buf_addc(out, ':');
        value_to_json(&r->v[i], out);
    }
    buf_addc(out, '}');
}

int record_values_from_json(const struct entity *e, const char *json, struct arena *arena,
                            struct value *v, uint32_t *ret_mask, struct err *err)
{
    AUTO_JSON *tree = NULL;
    uint32_t mask = 0;
    if (json_parse(json, strlen(json), &tree, err))
        return -1;
    if (!cJSON_IsObject(tree))
        return err_set(err, ERR_DATA, "a record's JSON is no object");
    for (const cJSON *item = tree->child; item; item = item->next) {
        int at = model_field(e, item->string);
        int64_t n;
        if (at < 0)
            continue;
        if (cJSON_IsString(item))
            v[at] = V_TEXT(arena_strdup(arena, item->valuestring));
        else if (json_i64(item, "", &n))
            v[at] = V_INT(n);
        else
            v[at] = V_NULL;
        mask |= 1u << at;
    }
    *ret_mask = mask;
    return 0;
}

uint32_t record_diff(const struct record *a, const struct record *b, uint32_t mask)
{
    uint32_t diff = 0;
    for (size_t i = 0; i < a->e->n; i++) {
        if ((mask >> i & 1) && !value_eq(&a->v[i], &b->v[i]))
            diff |= 1u << i;
    }
    return diff;
}
