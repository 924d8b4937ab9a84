#include "sync/remote/coda_codec.h"

#include "store/base/clock.h"
#include "store/base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_ALL_MAX 2000
#define DEPTH_MAX       8    /* of lists of lists */
#define TOKEN_MAX       8192 /* a cursor is a field of a row: rather none than a huge one */
#define ID_MAX          200  /* of a request or a row */
#define WARNING_MAX     160  /* of it, as much as fits into a message */
#define FENCE           "```"
#define FENCE_LEN       (sizeof FENCE - 1)

/* The items of a list answer. */
static int parse_list(const char *text, size_t n, int max, cJSON **ret, const cJSON **ret_items,
                      struct err *err)
{
    if (json_parse_object(text, n, ret, err))
        return -1;
    *ret_items = json_member(*ret, "items");
    if (!cJSON_IsArray(*ret_items) || cJSON_GetArraySize(*ret_items) > max)
        return err_set(err, ERR_DATA, "a list without sound items");
    return 0;
}

/* A token that is there must be text. */
static int read_token(const cJSON *root, const char *key, struct arena *arena, const char **ret,
                      struct err *err)
{
    const cJSON *v = json_member(root, key);
    if (v && !cJSON_IsNull(v) && !cJSON_IsString(v))
        return err_set(err, ERR_DATA, "%s is no text", key);
    *ret = arena_strdup(arena, json_member_nonempty(root, key));
    return 0;
}

/* --- single objects -------------------------------------------------------- */

int coda_read_named(const char *text, size_t n, struct arena *arena, const char **ret_id,
                    const char **ret_name, struct err *err)
{
    AUTO_JSON *root = NULL;
    if (json_parse_object(text, n, &root, err))
        return -1;
    const char *id = json_member_nonempty(root, "id"), *name = json_member_nonempty(root, "name");
    if (!id)
        return err_set(err, ERR_DATA, "the answer has no id");
    *ret_id = arena_strdup(arena, id);
    *ret_name = arena_strdup(arena, name ? name : id);
    return 0;
}

int coda_read_whoami(const char *text, size_t n, struct arena *arena, const char **ret,
                     struct err *err)
{
    AUTO_JSON *root = NULL;
    if (json_parse_object(text, n, &root, err))
        return -1;
    const char *name = json_member_nonempty(root, "name"),
               *token = json_member_nonempty(root, "tokenName");
    if (!name)
        return err_set(err, ERR_DATA, "the answer has no name");
    *ret = token ? arena_printf(arena, "%s, token «%s»", name, token) : arena_strdup(arena, name);
    return 0;
}

const char *coda_read_error(const char *text, size_t n, struct arena *arena)
{
    AUTO_JSON *root = NULL;
    struct err ignored;
    int64_t status;
    if (json_parse_object(text, n, &root, &ignored) || !json_i64(root, "statusCode", &status))
        return NULL;
    const char *words = json_member_nonempty(root, "statusMessage"),
               *message = json_member_nonempty(root, "message");
    const char *path = json_text(root, "codaDetail.validationErrors.0.path");
    const char *why = json_text(root, "codaDetail.validationErrors.0.message");
    if (str_eq(words, message)) /* "Unauthorized", and the same again */
        message = NULL;
    return arena_printf(arena, "%lld %s%s%s%s%s%s%s%s", (long long)status, words ? words : "",
                        message ? ": " : "", message ? message : "", why ? " (" : "",
                        why && path ? path : "", why && path ? ": " : "", why ? why : "",
                        why ? ")" : "");
}

/* --- columns --------------------------------------------------------------- */

static int read_column(const cJSON *node, struct arena *arena, struct column_info *ret,
                       struct err *err)
{
    const char *id = json_member_nonempty(node, "id"), *name = json_member_nonempty(node, "name");
    const char *type = json_member_nonempty(json_member(node, "format"), "type");
    if (!id || !name)
        return err_set(err, ERR_DATA, "a column without id or name");
    *ret = (struct column_info){.id = arena_strdup(arena, id),
                                .name = arena_strdup(arena, name),
                                .type = arena_strdup(arena, type ? type : "other"),
                                .calculated = cJSON_IsTrue(json_member(node, "calculated"))};
    return 0;
}

int coda_read_columns(const char *text, size_t n, struct arena *arena, struct coda_columns *all,
                      const char **ret_next, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *items, *item;
    const char *next;
    if (parse_list(text, n, COLUMNS_ALL_MAX, &root, &items, err) ||
        read_token(root, "nextPageToken", arena, &next, err))
        return -1;
    size_t more = (size_t)cJSON_GetArraySize(items);
    if (all->n + more > COLUMNS_ALL_MAX)
        return err_set(err, ERR_DATA, "more than %d columns", COLUMNS_ALL_MAX);
    all->columns = arena_grow(arena, all->columns, &all->cap, all->n + more, sizeof *all->columns);
    cJSON_ArrayForEach(item, items)
    {
        if (read_column(item, arena, &all->columns[all->n], err))
            return -1;
        all->n++;
    }
    *ret_next = next;
    return 0;
}

/* --- values: valueFormat=rich ---------------------------------------------- */

struct value_reader {
    struct arena *arena;
    size_t items; /* list items read so far, bounded by CODA_ITEMS_MAX */
};

/* Text without formatting comes as ```text```; Markdown around or inside it is left as it is. */
static void set_text(struct value_reader *r, const char *text, struct cell *ret)
{
    size_t n = text ? strlen(text) : 0;
    *ret = (struct cell){.kind = CELL_NULL};
    if (n >= 2 * FENCE_LEN && !strncmp(text, FENCE, FENCE_LEN) &&
        strstr(text + FENCE_LEN, FENCE) == text + n - FENCE_LEN) {
        text += FENCE_LEN;
        n -= 2 * FENCE_LEN;
    }
    if (n)
        *ret = (struct cell){.kind = CELL_TEXT, .text = arena_strndup(r->arena, text, n)};
}

static void set_number(double number, struct cell *ret)
{
    *ret = (struct cell){.kind = CELL_NUMBER, .number = number};
    if (!isfinite(number))
        *ret = (struct cell){.kind = CELL_ERROR, .text = "a number out of range"};
}

static int read_row_ref(struct value_reader *r, const cJSON *node, struct cell *ret,
                        struct err *err)
{
    const char *id = json_member_nonempty(node, "rowId");
    struct cell name;
    if (!id)
        return err_set(err, ERR_DATA, "a row reference without rowId");
    set_text(r, json_member_nonempty(node, "name"), &name);
    *ret = (struct cell){.kind = CELL_REF, .text = arena_strdup(r->arena, id), .name = name.text};
    return 0;
}

static int read_person(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    const char *name = json_member_nonempty(node, "name");
    (void)err;
    set_text(r, name ? name : json_member_nonempty(node, "email"), ret);
    return 0;
}

static int read_link(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    const char *url = json_member_nonempty(node, "url");
    (void)err;
    set_text(r, url ? url : json_member_nonempty(node, "name"), ret);
    return 0;
}

static int read_money(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    const cJSON *amount = json_member(node, "amount");
    (void)r;
    if (cJSON_IsNumber(amount)) {
        set_number(amount->valuedouble, ret);
        return 0;
    }
    char *end = NULL;
    double number = cJSON_IsString(amount) ? strtod(amount->valuestring, &end) : 0;
    if (!end || end == amount->valuestring || *end)
        return err_set(err, ERR_DATA, "an amount that is no number");
    set_number(number, ret);
    return 0;
}

/* JSON-LD: by @type. */
static int read_object(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    static const struct {
        const char *type;
        int (*read)(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err);
    } types[] = {
        {"StructuredValue", read_row_ref}, {"Person", read_person},        {"WebPage", read_link},
        {"ImageObject", read_link},        {"MonetaryAmount", read_money},
    };
    const char *type = json_member_nonempty(node, "@type");
    if (!type)
        return err_set(err, ERR_DATA, "an object without @type");
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (!strcmp(types[i].type, type))
            return types[i].read(r, node, ret, err);
    }
    *ret = (struct cell){.kind = CELL_ERROR,
                         .text = arena_printf(r->arena, "value of type %.40s", type)};
    return 0;
}

struct list {
    struct cell *items;
    size_t n, cap;
};

static int read_scalar(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    *ret = (struct cell){.kind = CELL_NULL};
    if (cJSON_IsObject(node))
        return read_object(r, node, ret, err);
    if (cJSON_IsString(node))
        set_text(r, node->valuestring, ret);
    else if (cJSON_IsNumber(node))
        set_number(node->valuedouble, ret);
    else if (cJSON_IsBool(node))
        *ret = (struct cell){.kind = CELL_BOOL, .flag = cJSON_IsTrue(node)};
    return 0;
}

/* Lists of lists (a lookup through a lookup) become one flat list, without what is empty. */
static int add_items(struct value_reader *r, const cJSON *node, int depth, struct list *list,
                     struct err *err)
{
    const cJSON *item;
    size_t n = (size_t)cJSON_GetArraySize(node);
    if (depth >= DEPTH_MAX)
        return err_set(err, ERR_DATA, "lists nested deeper than %d", DEPTH_MAX);
    if (n > CODA_ITEMS_MAX - r->items)
        return err_set(err, ERR_DATA, "more than %d list items in one answer", CODA_ITEMS_MAX);
    r->items += n;
    list->items = arena_grow(r->arena, list->items, &list->cap, list->n + n, sizeof *list->items);
    cJSON_ArrayForEach(item, node)
    {
        struct cell one = {.kind = CELL_NULL};
        if (cJSON_IsArray(item) ? add_items(r, item, depth + 1, list, err)
                                : read_scalar(r, item, &one, err))
            return -1;
        if (one.kind == CELL_NULL)
            continue;
        list->items = arena_grow(r->arena, list->items, &list->cap, list->n + 1, sizeof one);
        list->items[list->n++] = one;
    }
    return 0;
}

static int read_value(struct value_reader *r, const cJSON *node, struct cell *ret, struct err *err)
{
    struct list list = {0};
    if (!cJSON_IsArray(node))
        return read_scalar(r, node, ret, err);
    if (add_items(r, node, 0, &list, err))
        return -1;
    *ret = (struct cell){.kind = CELL_LIST, .items = list.items, .n = list.n};
    return 0;
}

/* --- rows ------------------------------------------------------------------ */

static int read_row(struct value_reader *r, const cJSON *node,
                    const struct column_info *const *columns, size_t n_columns, struct cell *cells,
                    struct remote_row *ret, struct err *err)
{
    const char *id = json_member_nonempty(node, "id"),
               *updated = json_member_nonempty(node, "updatedAt");
    const cJSON *values = json_member(node, "values");
    if (!id)
        return err_set(err, ERR_DATA, "a row without id");
    ret->id = arena_strdup(r->arena, id);
    ret->cells = cells;
    if (!updated || !clock_parse_iso(updated, &ret->edited_ms))
        return err_set(err, ERR_DATA, "row %.80s: no proper updatedAt", id);
    if (!cJSON_IsObject(values) || cJSON_GetArraySize(values) > COLUMNS_ALL_MAX)
        return err_set(err, ERR_DATA, "row %.80s: no sound values", id);
    for (size_t i = 0; i < n_columns; i++) {
        const cJSON *value = json_member(values, columns[i]->id);
        if (read_value(r, value, &cells[i], err))
            return err_wrap(err, "row %.80s: «%s»", id, columns[i]->name);
    }
    return 0;
}

static int64_t read_created(const cJSON *row)
{
    const char *created = json_member_nonempty(row, "createdAt");
    int64_t ms;
    return created && clock_parse_iso(created, &ms) ? ms : 0;
}

static struct cell *alloc_rows(struct coda_list *list, size_t n, size_t n_columns,
                               struct arena *arena)
{
    list->rows = arena_alloc(arena, n + 1, sizeof *list->rows);
    list->created_ms = arena_alloc(arena, n + 1, sizeof *list->created_ms);
    return arena_alloc(arena, n * n_columns + 1, sizeof(struct cell));
}

int coda_read_row(const char *text, size_t n, const struct column_info *const *columns,
                  size_t n_columns, struct arena *arena, struct coda_list *ret, struct err *err)
{
    AUTO_JSON *root = NULL;
    struct coda_list list = {.n = 1};
    struct value_reader r = {.arena = arena};
    if (json_parse_object(text, n, &root, err))
        return -1;
    struct cell *cells = alloc_rows(&list, 1, n_columns, arena);
    if (read_row(&r, root, columns, n_columns, cells, &list.rows[0], err))
        return -1;
    list.created_ms[0] = read_created(root);
    list.max_edited_ms = list.rows[0].edited_ms;
    *ret = list;
    return 0;
}

int coda_read_rows(const char *text, size_t n, const struct column_info *const *columns,
                   size_t n_columns, struct arena *arena, struct coda_list *ret, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *items, *item;
    struct coda_list list = {0};
    struct value_reader r = {.arena = arena};
    if (parse_list(text, n, CODA_ROWS_MAX, &root, &items, err) ||
        read_token(root, "nextPageToken", arena, &list.next, err) ||
        read_token(root, "nextSyncToken", arena, &list.sync_token, err))
        return -1;
    size_t size = (size_t)cJSON_GetArraySize(items);
    struct cell *cells = alloc_rows(&list, size, n_columns, arena);
    cJSON_ArrayForEach(item, items)
    {
        struct remote_row *row = &list.rows[list.n];
        if (read_row(&r, item, columns, n_columns, cells + list.n * n_columns, row, err))
            return -1;
        list.created_ms[list.n] = read_created(item);
        if (!list.n || row->edited_ms > list.max_edited_ms)
            list.max_edited_ms = row->edited_ms;
        list.n++;
    }
    *ret = list;
    return 0;
}

enum coda_order coda_order(enum coda_order before, const int64_t *last_ms,
                           const struct remote_row *rows, size_t n)
{
    enum coda_order order = before;
    for (size_t i = 0; i < n; i++) {
        const int64_t *prev = i ? &rows[i - 1].edited_ms : last_ms;
        if (!prev || *prev == rows[i].edited_ms)
            continue;
        enum coda_order step = *prev < rows[i].edited_ms ? CODA_ASCENDING : CODA_DESCENDING;
        if (order == CODA_ORDER_UNKNOWN)
            order = step;
        else if (order != step)
            return CODA_MIXED;
    }
    return order;
}

/* --- writing --------------------------------------------------------------- */

int coda_read_accepted(const char *text, size_t n, struct arena *arena, struct coda_accepted *ret,
                       struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *item;
    if (json_parse_object(text, n, &root, err))
        return -1;
    const char *request = json_member_nonempty(root, "requestId");
    const cJSON *list = json_member(root, "addedRowIds");
    int size = cJSON_GetArraySize(list);
    if (!request || strlen(request) > ID_MAX || (list && !cJSON_IsArray(list)) ||
        size > CODA_ROWS_MAX)
        return err_set(err, ERR_DATA, "an accepted write without requestId or sound addedRowIds");
    struct coda_accepted accepted = {.request = arena_strdup(arena, request)};
    const char **added = arena_alloc(arena, (size_t)size + 1, sizeof *added);
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || !*item->valuestring || strlen(item->valuestring) > ID_MAX)
            return err_set(err, ERR_DATA, "addedRowIds with something that is no id");
        added[accepted.n_added++] = arena_strdup(arena, item->valuestring);
    }
    accepted.added = accepted.n_added ? added : NULL;
    *ret = accepted;
    return 0;
}

int coda_read_mutation(const char *text, size_t n, struct arena *arena, bool *ret_completed,
                       const char **ret_warning, struct err *err)
{
    AUTO_JSON *root = NULL;
    char warning[WARNING_MAX];
    if (json_parse_object(text, n, &root, err))
        return -1;
    const cJSON *completed = json_member(root, "completed");
    if (!cJSON_IsBool(completed))
        return err_set(err, ERR_DATA, "a mutation without completed");
    *ret_completed = cJSON_IsTrue(completed);
    const char *words = json_member_nonempty(root, "warning");
    str_copy(warning, sizeof warning, words ? words : "");
    *ret_warning = words ? arena_strdup(arena, warning) : NULL;
    return 0;
}

/* --- cursor ---------------------------------------------------------------- */

static const char *const order_names[] = {
    [CODA_ORDER_UNKNOWN] = NULL,
    [CODA_ASCENDING] = "ascending",
    [CODA_DESCENDING] = "descending",
    [CODA_MIXED] = NULL,
};

bool coda_read_cursor(const char *text, struct arena *arena, struct coda_cursor *ret)
{
    AUTO_JSON *root = NULL;
    struct err ignored;
    struct coda_cursor c = {0};
    if (json_parse_object(text, strlen(text), &root, &ignored))
        return false;
    const char *updated = json_member_nonempty(root, "updated"),
               *order = json_member_nonempty(root, "order");
    if (!updated || !clock_parse_iso(updated, &c.updated_ms))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(order_names); i++) {
        if (order_names[i] && str_eq(order_names[i], order))
            c.order = (enum coda_order)i;
    }
    c.token = arena_strdup(arena, json_member_nonempty(root, "token"));
    *ret = c;
    return true;
}

const char *coda_write_cursor(const struct coda_cursor *c, struct arena *arena)
{
    char iso[25];
    AUTO_BUF b = BUF_INIT((size_t)64 << 10);
    buf_addf(&b, "{\"updated\":\"%s\"", clock_iso(iso, c->updated_ms));
    if (order_names[c->order])
        buf_addf(&b, ",\"order\":\"%s\"", order_names[c->order]);
    if (c->token && strlen(c->token) <= TOKEN_MAX) {
        buf_add(&b, ",\"token\":");
        json_quote(&b, c->token);
    }
    buf_addc(&b, '}');
    return arena_strdup(arena, buf_str(&b));
}
