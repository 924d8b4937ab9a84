#include "sync/agreed.h"

#include "store/base/json.h"

#include <string.h>

/* Beside the fields in the object; no field is called so. */
#define KEY_BEFORE_CANCEL "before_cancel"
#define KEY_PUT           "put"
#define KEY_SENT          "sent"   /* an object like the whole */
#define KEY_UNSURE        "unsure" /* columns */
#define KEY_UNREAD        "unread" /* {"field":"text"} */

static int read_doubts(const cJSON *tree, struct arena *arena, struct agreed *ret, struct err *err)
{
    const cJSON *sent = cJSON_GetObjectItemCaseSensitive(tree, KEY_SENT);
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(tree, KEY_UNSURE);
    AUTO_FREE char *text = sent ? cJSON_PrintUnformatted(sent) : NULL;
    if (text && record_values_from_json(ret->e, text, arena, ret->sent, &ret->unsure, err))
        return -1;
    for (const cJSON *c = columns ? columns->child : NULL; c; c = c->next) {
        if (cJSON_IsString(c))
            agreed_doubt(ret, arena_strdup(arena, c->valuestring));
    }
    return 0;
}

static void read_unread(const cJSON *tree, struct arena *arena, struct agreed *ret)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, KEY_UNREAD);
    for (const cJSON *c = list ? list->child : NULL; c; c = c->next) {
        int field = c->string ? model_field(ret->e, c->string) : -1;
        if (field < 0)
            continue;
        ret->unread |= 1u << field;
        ret->unread_text[field] = arena_strdup(arena, cJSON_GetStringValue(c));
    }
}

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
    read_unread(tree, arena, ret);
    return read_doubts(tree, arena, ret, err);
}

static void add_text(struct buf *b, bool *first, const char *key, const char *text)
{
    buf_add(b, *first ? "" : ",");
    *first = false;
    json_quote(b, key);
    buf_addc(b, ':');
    json_quote(b, text);
}

static void add_values(struct buf *b, const struct agreed *a, const struct value *v, uint32_t mask)
{
    struct value all[MODEL_FIELDS_MAX];
    memcpy(all, v, sizeof all);
    const struct record r = {.e = a->e, .v = all};
    record_to_json(&r, mask, b);
}

static void add_key(struct buf *b, bool *first, const char *key)
{
    buf_addf(b, "%s\"%s\":", *first ? "" : ",", key);
    *first = false;
}

static void add_doubts(struct buf *b, const struct agreed *a, bool *first)
{
    if (a->unsure) {
        add_key(b, first, KEY_SENT);
        add_values(b, a, a->sent, a->unsure);
    }
    if (!a->n_unsure)
        return;
    add_key(b, first, KEY_UNSURE);
    for (size_t i = 0; i < a->n_unsure; i++) {
        buf_addc(b, i ? ',' : '[');
        json_quote(b, a->unsure_columns[i]);
    }
    buf_addc(b, ']');
}

static void add_unread(struct buf *b, const struct agreed *a, bool *first)
{
    bool first_field = true;
    if (!a->unread)
        return;
    add_key(b, first, KEY_UNREAD);
    for (size_t i = 0; i < a->e->n; i++) {
        if (!(a->unread >> i & 1))
            continue;
        buf_addc(b, first_field ? '{' : ',');
        json_quote(b, a->e->fields[i].name);
        buf_addc(b, ':');
        if (a->unread_text[i])
            json_quote(b, a->unread_text[i]);
        else
            buf_add(b, "null");
        first_field = false;
    }
    buf_addc(b, '}');
}

const char *agreed_text(const struct agreed *a, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(8 << 20);
    add_values(&b, a, a->v, a->mask);
    bool first = !a->mask;
    b.len--; /* the closing brace */
    if (a->before_cancel)
        add_text(&b, &first, KEY_BEFORE_CANCEL, a->before_cancel);
    if (a->n_puts) {
        bool first_put = true;
        add_key(&b, &first, KEY_PUT);
        buf_addc(&b, '{');
        for (size_t i = 0; i < a->n_puts; i++)
            add_text(&b, &first_put, a->puts[i].column, a->puts[i].text);
        buf_addc(&b, '}');
    }
    add_doubts(&b, a, &first);
    add_unread(&b, a, &first);
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

bool agreed_is_unsure(const struct agreed *a, const char *column)
{
    for (size_t i = 0; i < a->n_unsure; i++) {
        if (!strcmp(a->unsure_columns[i], column))
            return true;
    }
    return false;
}

void agreed_doubt(struct agreed *a, const char *column)
{
    if (a->n_unsure < AGREED_PUTS_MAX && !agreed_is_unsure(a, column))
        a->unsure_columns[a->n_unsure++] = column;
}

void agreed_trust(struct agreed *a, const char *column)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->n_unsure; i++) {
        if (strcmp(a->unsure_columns[i], column))
            a->unsure_columns[kept++] = a->unsure_columns[i];
    }
    a->n_unsure = kept;
}

void agreed_set(struct agreed *a, uint32_t mask, const struct value *v)
{
    for (size_t i = 0; i < a->e->n; i++) {
        if (mask >> i & 1)
            a->v[i] = v[i];
    }
    a->mask |= mask;
}

void agreed_set_unread(struct agreed *a, uint32_t mask, uint32_t unread, const char *const *text)
{
    a->unread = (a->unread & ~mask) | (unread & mask);
    for (size_t i = 0; i < a->e->n; i++) {
        if (mask >> i & 1)
            a->unread_text[i] = unread >> i & 1 ? text[i] : NULL;
    }
}

bool agreed_same_unread(const struct agreed *a, uint32_t mask, uint32_t unread,
                        const char *const *text)
{
    if ((a->unread & mask) != (unread & mask))
        return false;
    for (size_t i = 0; i < a->e->n && text; i++) {
        if ((mask & unread) >> i & 1 && !str_eq(a->unread_text[i], text[i]))
            return false;
    }
    return true;
}

void agreed_base(const struct agreed *a, struct value base[MODEL_FIELDS_MAX])
{
    for (size_t i = 0; i < a->e->n; i++)
        base[i] = a->mask >> i & 1 ? a->v[i] : field_fallback(&a->e->fields[i]);
}
