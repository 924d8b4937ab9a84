#include "sync/remote/notion_value.h"

#include "store/base/uuid.h"

#include <math.h>
#include <string.h>

#define TEXT_MAX  ((size_t)8 << 20)
#define DEPTH_MAX 4 /* of rollups of rollups */

static int read_value(struct value_reader *r, const cJSON *property, int depth, struct cell *ret,
                      bool *ret_cut, struct err *err);

static int wrong(struct err *err, const char *expected)
{
    return err_set(err, ERR_DATA, "%s expected", expected);
}

/* "" means the same as no value: Notion refuses to store it. */
static void set_text(struct value_reader *r, const char *text, struct cell *ret)
{
    *ret = (struct cell){.kind = CELL_NULL};
    if (text && *text)
        *ret = (struct cell){.kind = CELL_TEXT, .text = arena_strdup(r->arena, text)};
}

int notion_read_text(const cJSON *items, struct buf *out, struct err *err)
{
    const cJSON *item;
    if (!items || cJSON_IsNull(items))
        return 0;
    if (!cJSON_IsArray(items))
        return wrong(err, "a list of rich text");
    cJSON_ArrayForEach(item, items)
    {
        const char *plain = json_member_text(item, "plain_text");
        if (!plain)
            return wrong(err, "rich text with plain_text");
        buf_add(out, plain);
    }
    return 0;
}

/* --- single values: node is what stands under the type's name -------------- */

typedef int read_fn(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err);

static int read_number(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    (void)r;
    if (cJSON_IsNull(node)) {
        *ret = (struct cell){.kind = CELL_NULL};
        return 0;
    }
    if (!cJSON_IsNumber(node))
        return wrong(err, "a number");
    *ret = (struct cell){.kind = CELL_NUMBER, .number = node->valuedouble};
    if (!isfinite(node->valuedouble))
        *ret = (struct cell){.kind = CELL_ERROR, .text = "a number out of range"};
    return 0;
}

static int read_bool(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    (void)r;
    if (!cJSON_IsBool(node))
        return wrong(err, "true or false");
    *ret = (struct cell){.kind = CELL_BOOL, .flag = cJSON_IsTrue(node)};
    return 0;
}

static int read_string(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    if (!cJSON_IsNull(node) && !cJSON_IsString(node))
        return wrong(err, "text");
    set_text(r, cJSON_IsString(node) ? node->valuestring : NULL, ret);
    return 0;
}

/* The member `key` of an object as text; null stays null. */
static int read_member(struct value_reader *r, const cJSON *node, const char *key, struct cell *ret,
                       struct err *err)
{
    const char *text = json_member_text(node, key);
    if (!cJSON_IsNull(node) && !text)
        return err_set(err, ERR_DATA, "an object with «%s» expected", key);
    set_text(r, text, ret);
    return 0;
}

static int read_option(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    return read_member(r, node, "name", ret, err);
}

/* The start as written: the end of a range has no place in our fields. */
static int read_date(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    return read_member(r, node, "start", ret, err);
}

static int read_relation(struct value_reader *r, const cJSON *node, struct cell *ret,
                         struct err *err)
{
    char id[UUID_LEN + 1];
    if (!uuid_read(json_member_text(node, "id"), id))
        return wrong(err, "a relation with a page id");
    *ret = (struct cell){.kind = CELL_REF, .text = arena_strdup(r->arena, id)};
    return 0;
}

static int read_user(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    const char *id = json_member_text(node, "id");
    *ret = (struct cell){.kind = CELL_NULL};
    if (cJSON_IsNull(node))
        return 0;
    if (!id || !*id)
        return wrong(err, "a user with an id");
    *ret = (struct cell){.kind = CELL_REF,
                         .text = arena_strdup(r->arena, id),
                         .name = arena_strdup(r->arena, json_member_text(node, "name"))};
    return 0;
}

/* file.url is signed and differs at each reading: it is never the value. */
static int read_file(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    const char *url = json_member_text(json_member(node, "external"), "url");
    const char *name = json_member_text(node, "name");
    if (!url && !name)
        return wrong(err, "a file with a name or an external url");
    set_text(r, url && *url ? url : name, ret);
    return 0;
}

static int read_plain(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    const char *plain = json_member_text(node, "plain_text");
    if (!plain)
        return wrong(err, "rich text with plain_text");
    set_text(r, plain, ret);
    return 0;
}

static int read_unique_id(struct value_reader *r, const cJSON *node, struct cell *ret,
                          struct err *err)
{
    const char *prefix = json_member_text(node, "prefix");
    int64_t number;
    *ret = (struct cell){.kind = CELL_NULL};
    if (cJSON_IsNull(node) || cJSON_IsNull(json_member(node, "number")))
        return 0;
    if (!json_i64(node, "number", &number))
        return wrong(err, "a unique id with a number");
    const char *text = arena_printf(r->arena, "%s%s%lld", prefix ? prefix : "", prefix ? "-" : "",
                                    (long long)number);
    *ret = (struct cell){.kind = CELL_TEXT, .text = text};
    return 0;
}

static int read_nothing(struct value_reader *r, const cJSON *node, struct cell *ret,
                        struct err *err)
{
    (void)r, (void)node, (void)err;
    *ret = (struct cell){.kind = CELL_NULL};
    return 0;
}

static int read_formula(struct value_reader *r, const cJSON *node, struct cell *ret,
                        struct err *err)
{
    static const struct {
        const char *type;
        read_fn *read;
    } results[] = {
        {"string", read_string},
        {"number", read_number},
        {"boolean", read_bool},
        {"date", read_date},
    };
    const char *type = json_member_text(node, "type");
    if (!type)
        return wrong(err, "a formula with a type");
    for (size_t i = 0; i < ARRAY_LEN(results); i++) {
        if (strcmp(results[i].type, type) != 0)
            continue;
        const cJSON *value = json_member(node, type);
        if (!value)
            return err_set(err, ERR_DATA, "a formula with «%s» expected", type);
        if (cJSON_IsNull(value))
            return read_nothing(r, value, ret, err);
        return results[i].read(r, value, ret, err);
    }
    *ret = (struct cell){.kind = CELL_ERROR,
                         .text = arena_printf(r->arena, "formula result of type %.40s", type)};
    return 0;
}

/* --- lists ----------------------------------------------------------------- */

/* Counts the items of a list: one answer may hold so many. */
static int count_items(struct value_reader *r, const cJSON *list, size_t *ret, struct err *err)
{
    size_t n = (size_t)cJSON_GetArraySize(list);
    if (n > NOTION_ITEMS_MAX - r->items)
        return err_set(err, ERR_DATA, "more than %d list items in one answer", NOTION_ITEMS_MAX);
    r->items += n;
    *ret = n;
    return 0;
}

static int read_list(struct value_reader *r, const cJSON *node, read_fn *read, struct cell *ret,
                     struct err *err)
{
    const cJSON *item;
    size_t n = 0, size = 0;
    if (!cJSON_IsArray(node))
        return wrong(err, "a list");
    if (count_items(r, node, &size, err))
        return -1;
    struct cell *items = arena_alloc(r->arena, size ? size : 1, sizeof *items);
    cJSON_ArrayForEach(item, node)
    {
        if (read(r, item, &items[n], err))
            return -1;
        n += items[n].kind != CELL_NULL;
    }
    *ret = (struct cell){.kind = CELL_LIST, .items = items, .n = n};
    return 0;
}

static int read_text_list(struct value_reader *r, const cJSON *node, struct cell *ret,
                          struct err *err)
{
    AUTO_BUF text = BUF_INIT(TEXT_MAX);
    if (notion_read_text(node, &text, err))
        return -1;
    if (text.over)
        return err_set(err, ERR_DATA, "text longer than %zu bytes", TEXT_MAX);
    set_text(r, buf_str(&text), ret);
    return 0;
}

/* The values of a rollup's array, each with its own type, as one flat list. */
static int read_rollup_array(struct value_reader *r, const cJSON *node, int depth, struct cell *ret,
                             bool *ret_cut, struct err *err)
{
    const cJSON *item;
    struct cell *items = NULL;
    size_t n = 0, cap = 0, size = 0;
    if (!cJSON_IsArray(node))
        return wrong(err, "a rollup with an array");
    if (count_items(r, node, &size, err))
        return -1;
    cJSON_ArrayForEach(item, node)
    {
        struct cell one;
        if (read_value(r, item, depth + 1, &one, ret_cut, err))
            return -1;
        const struct cell *from = one.kind == CELL_LIST ? one.items : &one;
        size_t more = one.kind == CELL_LIST ? one.n : one.kind != CELL_NULL;
        items = arena_grow(r->arena, items, &cap, n + more, sizeof *items);
        for (size_t i = 0; i < more; i++)
            items[n++] = from[i];
    }
    *ret_cut = *ret_cut || size >= NOTION_CUT;
    *ret = (struct cell){.kind = CELL_LIST, .items = items, .n = n};
    return 0;
}

static int read_rollup(struct value_reader *r, const cJSON *node, int depth, struct cell *ret,
                       bool *ret_cut, struct err *err)
{
    const char *type = json_member_text(node, "type");
    if (!type)
        return wrong(err, "a rollup with a type");
    const cJSON *value = json_member(node, type);
    if (!strcmp(type, "number"))
        return read_number(r, value, ret, err);
    if (!strcmp(type, "date"))
        return read_date(r, value, ret, err);
    if (!strcmp(type, "array"))
        return read_rollup_array(r, value, depth, ret, ret_cut, err);
    *ret = (struct cell){.kind = CELL_ERROR,
                         .text = arena_printf(r->arena, "rollup of type %.40s", type)};
    return 0;
}

/* --- by type --------------------------------------------------------------- */

enum shape {
    SINGLE, /* one value */
    LIST,   /* a list; an item of the property endpoint is a single object */
    TEXT,   /* a list of rich text, likewise */
};

static const struct value_type {
    const char *type;
    enum shape shape;
    read_fn *read;
    bool cut; /* a page object shows NOTION_CUT items only */
} value_types[] = {
    {"title", TEXT, read_plain, true},
    {"rich_text", TEXT, read_plain, true},
    {"number", SINGLE, read_number, false},
    {"select", SINGLE, read_option, false},
    {"status", SINGLE, read_option, false},
    {"multi_select", LIST, read_option, false},
    {"date", SINGLE, read_date, false},
    {"checkbox", SINGLE, read_bool, false},
    {"relation", LIST, read_relation, true},
    {"people", LIST, read_user, true},
    {"url", SINGLE, read_string, false},
    {"email", SINGLE, read_string, false},
    {"phone_number", SINGLE, read_string, false},
    {"files", LIST, read_file, false},
    {"formula", SINGLE, read_formula, false},
    {"unique_id", SINGLE, read_unique_id, false},
    {"created_time", SINGLE, read_string, false},
    {"last_edited_time", SINGLE, read_string, false},
    {"created_by", SINGLE, read_user, false},
    {"last_edited_by", SINGLE, read_user, false},
};

static const struct value_type *find_type(const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(value_types); i++) {
        if (!strcmp(value_types[i].type, type))
            return &value_types[i];
    }
    return NULL;
}

/* Relations say has_more; the others only show that they are as long as a page object allows. */
static bool is_cut(const struct value_type *t, const cJSON *property, const cJSON *value)
{
    const cJSON *more = json_member(property, "has_more");
    if (!t->cut || !cJSON_IsArray(value))
        return false;
    if (cJSON_IsBool(more))
        return cJSON_IsTrue(more);
    return cJSON_GetArraySize(value) >= NOTION_CUT;
}

static int read_value(struct value_reader *r, const cJSON *property, int depth, struct cell *ret,
                      bool *ret_cut, struct err *err)
{
    const char *type = json_member_text(property, "type");
    if (!type)
        return wrong(err, "a property with a type");
    if (depth > DEPTH_MAX)
        return err_set(err, ERR_DATA, "rollups nested deeper than %d", DEPTH_MAX);
    const struct value_type *t = find_type(type);
    bool rollup = !strcmp(type, "rollup");
    if (!t && !rollup)
        return read_nothing(r, NULL, ret, err);
    const cJSON *value = json_member(property, type);
    if (!value)
        return err_set(err, ERR_DATA, "a property of type %s without «%s»", type, type);
    if (rollup)
        return read_rollup(r, value, depth, ret, ret_cut, err);
    *ret_cut = *ret_cut || is_cut(t, property, value);
    if (t->shape == SINGLE || cJSON_IsObject(value))
        return t->read(r, value, ret, err);
    return t->shape == TEXT ? read_text_list(r, value, ret, err)
                            : read_list(r, value, t->read, ret, err);
}

int notion_read_value(struct value_reader *r, const cJSON *property, struct cell *ret,
                      bool *ret_cut, struct err *err)
{
    *ret_cut = false;
    return read_value(r, property, 0, ret, ret_cut, err);
}
