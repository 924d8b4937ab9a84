#include "sync/agreed.h"

#include "store/base/json.h"

#include <string.h>

/* Beside the fields in the object; no field is called so. */
#define KEY_BEFORE_CANCEL "before_cancel"
#define KEY_PUT           "put"

int agreed_read(const struct entity *e, const char *base, struct arena *arena, struct agreed *ret,
                struct err *err)
{
    AUTO_JSON *tree = NULL;
    *ret = (struct agreed){.e = e};
    if (!base)
        return 0;
    if (record_values_from_json(e, base, arena, ret->v, &ret->mask, err) ||
        json_parse(base, strlen(base), &tree, err))
        return -1;
    ret->before_cancel = arena_strdup(arena, json_text(tree, KEY_BEFORE_CANCEL));
    const cJSON *put = cJSON_GetObjectItemCaseSensitive(tree, KEY_PUT);
    for (const cJSON *c = put ? put->child : NULL; c && ret->n_puts < AGREED_PUTS_MAX;
         c = c->next) {
        if (cJSON_IsString(c))
            ret->puts[ret->n_puts++] = (struct agreed_put){arena_strdup(arena, c->string),
                                                           arena_strdup(arena, c->valuestring)};
    }
    return 0;
}

static void add_text(struct buf *b, bool *first, const char *key, const char *text)
{
    buf_add(b, *first ? "" : ",");
    *first = false;
    json_quote(b, key);
    buf_addc(b, ':');
    json_quote(b, text);
}

const char *agreed_text(const struct agreed *a, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(8 << 20);
    struct value all[MODEL_FIELDS_MAX];
    memcpy(all, a->v, sizeof all);
    const struct record r = {.e = a->e, .v = all};
    record_to_json(&r, a->mask, &b);
    if (!a->n_puts && !a->before_cancel)
        return arena_strdup(arena, buf_str(&b));
    bool first = !a->mask;
    b.len--; /* the closing brace */
    if (a->before_cancel)
        add_text(&b, &first, KEY_BEFORE_CANCEL, a->before_cancel);
    if (a->n_puts) {
        bool first_put = true;
        buf_add(&b, first ? "\"" KEY_PUT "\":{" : ",\"" KEY_PUT "\":{");
        for (size_t i = 0; i < a->n_puts; i++)
            add_text(&b, &first_put, a->puts[i].column, a->puts[i].text);
        buf_addc(&b, '}');
    }
    buf_addc(&b, '}');
    return arena_strdup(arena, buf_str(&b));
}

bool agreed_was_cancelled(const char *base)
{
    return strstr(base, "\"" KEY_BEFORE_CANCEL "\":") != NULL;
}

const char *agreed_put(const struct agreed *a, const char *column)
{
    for (size_t i = 0; i < a->n_puts; i++) {
        if (!strcmp(a->puts[i].column, column))
            return a->puts[i].text;
    }
    return NULL;
}

void agreed_set_put(struct agreed *a, const char *column, const char *text)
{
    size_t i = 0;
    while (i < a->n_puts && strcmp(a->puts[i].column, column))
        i++;
    if (i == AGREED_PUTS_MAX)
        return; /* a flow has fewer columns */
    a->puts[i] = (struct agreed_put){column, text};
    if (i == a->n_puts)
        a->n_puts++;
}

void agreed_set(struct agreed *a, uint32_t mask, const struct value *v)
{
    for (size_t i = 0; i < a->e->n; i++) {
        if (mask >> i & 1)
            a->v[i] = v[i];
    }
    a->mask |= mask;
}

void agreed_base(const struct agreed *a, struct value base[MODEL_FIELDS_MAX])
{
    for (size_t i = 0; i < a->e->n; i++)
        base[i] = a->mask >> i & 1 ? a->v[i] : field_fallback(&a->e->fields[i]);
}
