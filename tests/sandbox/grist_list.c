/* grist_list.c: reading records: filter, sort and limit, each after the whole table was read, as
 * the real server does it. */
#include "tests/sandbox/grist.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SORT_KEYS_MAX 8
#define ROW_ID        (-1) /* where a column's index is asked: the row's id */

struct view {
    bool hidden, typed;
    size_t limit; /* 0: no limit */
};

/* ---------------------------------------------------------------- filter */

/* One column of the filter; the accepted values as texts. */
struct wanted {
    int column;
    struct strmap values;
    char **keys;
    size_t count;
};

struct filter {
    struct wanted *items;
    size_t count;
};

/* A value as a text that is equal for equal values; numbers and flags are one kind. NULL: a list,
 * which equals nothing. */
static char *value_key(const cJSON *value)
{
    if (cJSON_IsNumber(value))
        return sb_printf("n%.17g", value->valuedouble);
    if (cJSON_IsBool(value))
        return sb_printf("n%d", cJSON_IsTrue(value));
    if (cJSON_IsString(value))
        return sb_printf("s%s", value->valuestring);
    return cJSON_IsNull(value) ? sb_dup("z") : NULL;
}

static char *cell_key(const struct gr_column *column, const struct gv *cell)
{
    if (gv_is_number(cell))
        return sb_printf("n%.17g", gv_number(cell));
    if (cell->kind == GV_NULL)
        return sb_dup("z");
    const char *error;
    cJSON *json = gr_cell_json(column, cell, false, &error);
    char *key = value_key(json);
    cJSON_Delete(json);
    return key;
}

static void free_filter(struct filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        for (size_t k = 0; k < filter->items[i].count; k++)
            free(filter->items[i].keys[k]);
        free(filter->items[i].keys);
        strmap_free(&filter->items[i].values);
    }
    free(filter->items);
}

static void want(struct wanted *wanted, const cJSON *values)
{
    const cJSON *value;
    wanted->keys = sb_alloc(((size_t)cJSON_GetArraySize(values) + 1) * sizeof *wanted->keys);
    cJSON_ArrayForEach(value, values)
    {
        char *key = value_key(value);
        if (!key)
            continue;
        wanted->keys[wanted->count++] = key;
        strmap_put(&wanted->values, key, key);
    }
}

static bool read_filter(struct gr_call *call, const cJSON *json, struct filter *filter)
{
    const cJSON *item;
    filter->items = sb_alloc(((size_t)cJSON_GetArraySize(json) + 1) * sizeof *filter->items);
    cJSON_ArrayForEach(item, json)
    {
        if (!cJSON_IsArray(item)) {
            gr_fail(call, 400, "Invalid query: filter values must be arrays");
            return false;
        }
    }
    cJSON_ArrayForEach(item, json)
    {
        struct wanted *wanted = &filter->items[filter->count];
        wanted->column =
            strcmp(item->string, "id") == 0 ? ROW_ID : gr_column(call->table, item->string);
        if (wanted->column == -1 && strcmp(item->string, "id") != 0) {
            gr_fail(call, 400, "Error manipulating data: [Sandbox] KeyError '%s'", item->string);
            return false;
        }
        filter->count++;
        want(wanted, item);
    }
    return true;
}

static bool passes(const struct gr_call *call, const struct filter *filter,
                   const struct gr_row *row)
{
    for (size_t i = 0; i < filter->count; i++) {
        const struct wanted *wanted = &filter->items[i];
        char *key = wanted->column == ROW_ID ? sb_printf("n%lld", (long long)row->id)
                                             : cell_key(&call->table->columns[wanted->column],
                                                        &row->cells[wanted->column]);
        bool good = key && strmap_get(&wanted->values, key);
        free(key);
        if (!good)
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- sort */

struct order {
    int columns[SORT_KEYS_MAX];
    bool down[SORT_KEYS_MAX];
    size_t count;
};

static bool add_key(struct gr_call *call, struct order *order, const char *text, size_t length)
{
    char name[80];
    bool down = length && *text == '-';
    snprintf(name, sizeof name, "%.*s", (int)(length - down), text + down);
    name[strcspn(name, ":")] = '\0'; /* options such as naturalSort are not played */
    bool id = strcmp(name, "id") == 0;
    int column = id ? ROW_ID : gr_column(call->table, name);
    if ((column < 0 && !id) || order->count == SORT_KEYS_MAX) {
        gr_fail(call, 500, "unknown key %s", name);
        return false;
    }
    order->columns[order->count] = column;
    order->down[order->count++] = down;
    return true;
}

static bool read_sort(struct gr_call *call, const char *text, struct order *order)
{
    while (text && *text) {
        size_t length = strcspn(text, ",");
        if (!add_key(call, order, text, length))
            return false;
        text += length + (text[length] == ',');
    }
    return true;
}

/* Nothing before numbers before texts. */
static int compare_cells(const struct gv *a, const struct gv *b)
{
    int kind_a = a->kind == GV_NULL ? 0 : gv_is_number(a) ? 1 : 2;
    int kind_b = b->kind == GV_NULL ? 0 : gv_is_number(b) ? 1 : 2;
    if (kind_a != kind_b)
        return kind_a - kind_b;
    if (kind_a == 1)
        return (gv_number(a) > gv_number(b)) - (gv_number(a) < gv_number(b));
    return kind_a ? strcmp(a->text, b->text) : 0;
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
    const struct gr_row *left = a, *right = b;
    const struct order *order = ctx;
    int by_id = (left->id > right->id) - (left->id < right->id);
    for (size_t i = 0; i < order->count; i++) {
        int at = order->columns[i];
        int found = at == ROW_ID ? by_id : compare_cells(&left->cells[at], &right->cells[at]);
        if (found)
            return order->down[i] ? -found : found;
    }
    return by_id;
}

/* ---------------------------------------------------------------- the answer */

static cJSON *record_json(const struct gr_call *call, const struct view *view,
                          const struct gr_row *row)
{
    cJSON *json = cJSON_CreateObject(), *errors = NULL;
    cJSON_AddNumberToObject(json, "id", (double)row->id);
    cJSON *fields = cJSON_AddObjectToObject(json, "fields");
    for (size_t i = view->hidden ? 0 : 1; i < call->table->count; i++) {
        const struct gr_column *column = &call->table->columns[i];
        const char *error;
        cJSON_AddItemToObject(fields, column->id,
                              gr_cell_json(column, &row->cells[i], view->typed, &error));
        if (!error || view->typed)
            continue;
        errors = errors ? errors : cJSON_CreateObject();
        cJSON_AddStringToObject(errors, column->id, error);
    }
    if (errors)
        cJSON_AddItemToObject(json, "errors", errors);
    return json;
}

static void answer(struct gr_call *call, const struct view *view, const struct filter *filter,
                   struct order *order)
{
    struct gr_rows rows = gr_read(call->doc, call->table, NULL, NULL, 0);
    cJSON *json = cJSON_CreateObject(), *records = cJSON_AddArrayToObject(json, "records");
    size_t told = 0;
    if (order->count)
        qsort_r(rows.items, rows.count, sizeof *rows.items, compare_rows, order);
    for (size_t i = 0; i < rows.count && (!view->limit || told < view->limit); i++) {
        if (!passes(call, filter, &rows.items[i]))
            continue;
        cJSON_AddItemToArray(records, record_json(call, view, &rows.items[i]));
        told++;
    }
    call->cost_ms = GRIST_READ_MS + GRIST_READ_ROW * (double)rows.count;
    gr_rows_free(&rows, call->table);
    sb_reply_json(call->reply, 200, json);
}

static bool read_limit(struct gr_call *call, const char *text, struct view *view)
{
    char *end;
    double limit = text ? strtod(text, &end) : 0;
    if (text && (end == text || *end || isnan(limit))) {
        gr_fail(call, 500, "limit is not a number");
        return false;
    }
    view->limit = limit > 0 && limit < 1e9 ? (size_t)limit : 0;
    return true;
}

/* A query argument, or the header that may stand for it. */
static const char *arg_or_header(const struct gr_call *call, const char *arg, const char *header)
{
    const char *value = sb_arg(call->req, arg);
    return value ? value : sb_header(call->req, header);
}

void gr_get_records(struct gr_call *call)
{
    const char *text = sb_arg(call->req, "filter"), *format = sb_arg(call->req, "cellFormat");
    struct view view = {.hidden = gr_flag(call, "hidden"),
                        .typed = format && strcmp(format, "typed") == 0};
    struct filter filter = {0};
    struct order order = {0};
    cJSON *json = text ? cJSON_Parse(text) : NULL;
    if (text && !json) {
        char *trouble = gr_json_trouble(text);
        gr_fail(call, 500, "%s", trouble);
        free(trouble);
    } else if (read_filter(call, json, &filter) &&
               read_sort(call, arg_or_header(call, "sort", "X-Sort"), &order) &&
               read_limit(call, arg_or_header(call, "limit", "X-Limit"), &view)) {
        answer(call, &view, &filter, &order);
    }
    free_filter(&filter);
    cJSON_Delete(json);
}

/* The same with everything in the body. */
void gr_list_records(struct gr_call *call)
{
    const cJSON *body = call->body, *item;
    const char *format = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "cellFormat"));
    const cJSON *sort = cJSON_GetObjectItemCaseSensitive(body, "sort");
    const cJSON *limit = cJSON_GetObjectItemCaseSensitive(body, "limit");
    struct view view = {.hidden = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "hidden")),
                        .typed = format && strcmp(format, "typed") == 0};
    struct filter filter = {0};
    struct order order = {0};
    bool good = read_filter(call, cJSON_GetObjectItemCaseSensitive(body, "filter"), &filter);
    if (good && cJSON_IsString(sort))
        good = read_sort(call, sort->valuestring, &order);
    cJSON_ArrayForEach(item, (cJSON_IsArray(sort) ? sort : NULL))
    {
        good = good && cJSON_IsString(item) && read_sort(call, item->valuestring, &order);
    }
    if (good && cJSON_IsNumber(limit) && limit->valuedouble > 0 && limit->valuedouble < 1e9)
        view.limit = (size_t)limit->valuedouble;
    if (good)
        answer(call, &view, &filter, &order);
    else if (!call->reply->status)
        gr_bad_payload(call, "body.sort is not an array of strings");
    free_filter(&filter);
}

void gr_get_data(struct gr_call *call)
{
    struct gr_rows rows = gr_read(call->doc, call->table, NULL, NULL, 0);
    cJSON *json = cJSON_CreateObject(), *ids = cJSON_AddArrayToObject(json, "id");
    for (size_t r = 0; r < rows.count; r++)
        cJSON_AddItemToArray(ids, cJSON_CreateNumber((double)rows.items[r].id));
    for (size_t c = 0; c < call->table->count; c++) {
        const struct gr_column *column = &call->table->columns[c];
        cJSON *list = cJSON_AddArrayToObject(json, column->id);
        for (size_t r = 0; r < rows.count; r++) {
            const char *error;
            const struct gv *cell = &rows.items[r].cells[c];
            cJSON_AddItemToArray(list, gr_cell_json(column, cell, cell->kind == GV_BLOB, &error));
        }
    }
    call->cost_ms = GRIST_READ_MS + GRIST_READ_ROW * (double)rows.count;
    gr_rows_free(&rows, call->table);
    sb_reply_json(call->reply, 200, json);
}
