#include "sync/remote/grist_codec.h"

#include "store/base/json.h"
#include "sync/remote/grist_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_ALL_MAX 2000
#define STATE_MAX       128 /* of a hash: a cursor is a field of a row */
#define ADDED_MAX       10000
#define ID_TOP          ((int64_t)1 << 53)

/* The list of that name, which is all of the answer: without it the answer is none. */
static int parse_list(const char *text, size_t n, const char *key, cJSON **ret,
                      const cJSON **ret_items, struct err *err)
{
    if (json_parse_object(text, n, ret, err))
        return -1;
    *ret_items = json_member(*ret, key);
    if (!cJSON_IsArray(*ret_items))
        return err_set(err, ERR_DATA, "the answer has no list of %s", key);
    return 0;
}

/* --- single objects --------------------------------------------------------- */

int grist_read_doc(const char *text, size_t n, struct arena *arena, const char **ret,
                   struct err *err)
{
    AUTO_JSON *root = NULL;
    if (json_parse_object(text, n, &root, err))
        return -1;
    const char *name = json_member_nonempty(root, "name"),
               *access = json_member_nonempty(root, "access");
    if (!json_member_nonempty(root, "id"))
        return err_set(err, ERR_DATA, "the answer has no id");
    *ret = arena_printf(arena, "doc «%s»%s%s", name ? name : json_member_nonempty(root, "id"),
                        access ? ", " : "", access ? access : "");
    return 0;
}

/* A server's sentence, or with "Invalid payload" what is wrong with it. */
const char *grist_read_error(const char *text, size_t n, struct arena *arena)
{
    AUTO_JSON *root = NULL;
    struct err ignored;
    if (json_parse_object(text, n, &root, &ignored))
        return NULL;
    const char *words = json_member_nonempty(root, "error");
    const char *more = json_member_nonempty(json_member(root, "details"), "userError");
    if (!words)
        return NULL;
    return arena_printf(arena, "%s%s%s", words, more ? ": " : "", more ? more : "");
}

int grist_read_state(const char *text, size_t n, struct arena *arena, const char **ret,
                     struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *states;
    if (parse_list(text, n, "states", &root, &states, err))
        return -1;
    const char *hash = json_member_nonempty(states->child, "h");
    bool sound = hash && strlen(hash) <= STATE_MAX && !strpbrk(hash, " \t\r\n");
    if (states->child && !sound)
        return err_set(err, ERR_DATA, "a state without a sound hash");
    *ret = arena_strdup(arena, hash);
    return 0;
}

/* --- columns ---------------------------------------------------------------- */

/* Does the column move whenever its row is changed? A formula that runs for new rows only does
 * not: AddTable drops recalcWhen silently, so this is not rare. What has no formula is set by
 * somebody else, and believed. */
static bool moves(const cJSON *fields)
{
    double when = 0;
    const cJSON *recalc = json_member(fields, "recalcWhen"),
                *deps = json_member(fields, "recalcDeps");
    if (!json_member_nonempty(fields, "formula") ||
        cJSON_IsTrue(json_member(fields, "isFormula")) || !recalc)
        return true;
    if (cJSON_IsNumber(recalc))
        when = recalc->valuedouble;
    return when > 1 || (when < 1 && cJSON_GetArraySize(deps) > 1);
}

static enum stamp_kind stamp_of(const char *id, const char *type, const cJSON *fields)
{
    static const char yearly[] = "last_updated_at";
    enum grist_type t = grist_type_of(type);
    bool named = !strcmp(id, "updated_at") || !strncmp(id, yearly, sizeof yearly - 1);
    bool time = t == GRIST_DATE_TIME || t == GRIST_NUMERIC || t == GRIST_INT || t == GRIST_ANY;
    if (!named || !time)
        return STAMP_NONE;
    return moves(fields) ? STAMP_MOVES : STAMP_STILL;
}

/* Of several the one that moves, of several of these updated_at. */
static void take_stamp(struct table_info *info, const char *id, enum stamp_kind kind)
{
    bool plain = kind != STAMP_NONE && !strcmp(id, "updated_at");
    if (kind < info->stamp || (kind == info->stamp && !plain))
        return;
    info->stamp = kind;
    info->stamp_column = kind == STAMP_NONE ? NULL : id;
}

static int read_column(const cJSON *node, struct arena *arena, struct column_info *ret,
                       struct err *err)
{
    const cJSON *fields = json_member(node, "fields");
    const char *id = json_member_nonempty(node, "id"),
               *label = json_member_nonempty(fields, "label");
    const char *type = json_member_nonempty(fields, "type");
    if (!id || !type)
        return err_set(err, ERR_DATA, "a column without id or type");
    /* an empty column is a formula without text: it becomes what is written into it */
    bool calculated = cJSON_IsTrue(json_member(fields, "isFormula")) &&
                      json_member_nonempty(fields, "formula") != NULL;
    *ret = (struct column_info){.id = arena_strdup(arena, id),
                                .name = arena_strdup(arena, label ? label : id),
                                .type = arena_strdup(arena, type),
                                .calculated = calculated};
    return 0;
}

int grist_read_columns(const char *text, size_t n, const char *table, struct arena *arena,
                       struct table_info *ret, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *list, *item;
    struct table_info info = {.id = arena_strdup(arena, table),
                              .name = arena_strdup(arena, table),
                              .stamp = STAMP_NONE};
    if (parse_list(text, n, "columns", &root, &list, err))
        return -1;
    size_t size = (size_t)cJSON_GetArraySize(list);
    if (size > COLUMNS_ALL_MAX)
        return err_set(err, ERR_DATA, "more than %d columns", COLUMNS_ALL_MAX);
    struct column_info *columns = arena_alloc(arena, size + 1, sizeof *columns);
    cJSON_ArrayForEach(item, list)
    {
        struct column_info *c = &columns[info.n];
        if (read_column(item, arena, c, err))
            return -1;
        take_stamp(&info, c->id, stamp_of(c->id, c->type, json_member(item, "fields")));
        info.n++;
    }
    info.columns = columns;
    *ret = info;
    return 0;
}

/* --- rows ------------------------------------------------------------------- */

struct rows_reader {
    const struct grist_shape *shape;
    enum grist_type *types; /* of its columns; owned */
    struct arena *arena;
    struct grist_value_reader values;
};

static void rows_reader_free(struct rows_reader *r)
{
    free(r->types);
}

static bool as_id(const cJSON *node, int64_t *ret)
{
    double id = node && cJSON_IsNumber(node) ? node->valuedouble : 0;
    if (!(id >= 1) || id >= (double)ID_TOP || floor(id) < id)
        return false;
    *ret = (int64_t)id;
    return true;
}

static double as_stamp(const cJSON *node)
{
    double s = node && cJSON_IsNumber(node) ? node->valuedouble : 0;
    return s > 0 && s < GRIST_STAMP_TOP ? s : 0;
}

static const char *as_key(const struct rows_reader *r, const cJSON *node)
{
    AUTO_BUF number = BUF_INIT(64);
    if (node && cJSON_IsString(node) && *node->valuestring)
        return arena_strdup(r->arena, node->valuestring);
    if (!node || !cJSON_IsNumber(node))
        return NULL;
    json_number(&number, node->valuedouble);
    return arena_strdup(r->arena, buf_str(&number));
}

/* A column that the row must have. */
static int find_field(const cJSON *fields, const char *id, int64_t row, const cJSON **ret,
                      struct err *err)
{
    *ret = json_member(fields, id);
    if (!*ret)
        return err_set(err, ERR_DATA, "row %lld has no «%s»", (long long)row, id);
    return 0;
}

static int read_cells(struct rows_reader *r, const cJSON *node, int64_t id, struct cell *cells,
                      struct err *err)
{
    const cJSON *fields = json_member(node, "fields"), *errors = json_member(node, "errors");
    for (size_t i = 0; i < r->shape->n_columns; i++) {
        const struct column_info *column = r->shape->columns[i];
        const char *failed = json_member_nonempty(errors, column->id);
        const cJSON *value;
        if (find_field(fields, column->id, id, &value, err))
            return -1;
        if (failed)
            cells[i] = (struct cell){.kind = CELL_ERROR, .text = arena_strdup(r->arena, failed)};
        else if (grist_read_value(&r->values, r->types[i], value, &cells[i], err))
            return err_wrap(err, "row %lld: «%s»", (long long)id, column->name);
    }
    return 0;
}

static int read_row(struct rows_reader *r, const cJSON *node, struct grist_page *page,
                    struct cell *cells, struct err *err)
{
    const struct grist_shape *shape = r->shape;
    const cJSON *fields = json_member(node, "fields"), *key = NULL, *stamp = NULL;
    const cJSON *id = json_member(shape->form == GRIST_SQL ? fields : node, "id");
    int64_t *at = &page->ids[page->n];
    if (!cJSON_IsObject(fields) || !as_id(id, at))
        return err_set(err, ERR_DATA, "a row without id or fields");
    if (read_cells(r, node, *at, cells, err) ||
        (shape->key && find_field(fields, shape->key, *at, &key, err)) ||
        (shape->stamp && find_field(fields, shape->stamp, *at, &stamp, err)))
        return -1;
    page->stamps[page->n] = as_stamp(stamp);
    page->rows[page->n] =
        (struct remote_row){.id = arena_printf(r->arena, "%lld", (long long)*at),
                            .key = as_key(r, key),
                            .edited_ms = (int64_t)floor(page->stamps[page->n] * 1000),
                            .cells = cells};
    page->n++;
    return 0;
}

/* The rows from *node on, as many as are handed on at once. */
static int read_page(struct rows_reader *r, const cJSON **node, struct grist_page *ret,
                     struct err *err)
{
    size_t n = 0;
    for (const cJSON *at = *node; at && n < GRIST_ROWS_MAX; at = at->next)
        n++;
    *ret = (struct grist_page){.rows = arena_alloc(r->arena, n + 1, sizeof *ret->rows),
                               .ids = arena_alloc(r->arena, n + 1, sizeof *ret->ids),
                               .stamps = arena_alloc(r->arena, n + 1, sizeof *ret->stamps)};
    struct cell *cells = arena_alloc(r->arena, n * r->shape->n_columns + 1, sizeof *cells);
    r->values = (struct grist_value_reader){.arena = r->arena, .form = r->shape->form};
    const cJSON *row = *node;
    for (; row && ret->n < n; row = row->next) {
        if (read_row(r, row, ret, cells + ret->n * r->shape->n_columns, err))
            return -1;
    }
    *node = row;
    return 0;
}

int grist_read_rows(const char *text, size_t n, const struct grist_shape *shape,
                    struct arena *arena, grist_page_fn *fn, void *ctx, size_t *ret_n,
                    struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *list;
    size_t total = 0;
    CLEANUP(rows_reader_free)
    struct rows_reader r = {.shape = shape,
                            .types = xcalloc(shape->n_columns + 1, sizeof *r.types),
                            .arena = arena};
    if (parse_list(text, n, "records", &root, &list, err))
        return -1;
    for (size_t i = 0; i < shape->n_columns; i++)
        r.types[i] = grist_type_of(shape->columns[i]->type);
    for (const cJSON *node = list->child; node;) {
        struct grist_page page;
        if (read_page(&r, &node, &page, err))
            return -1;
        total += page.n;
        if (fn(ctx, &page, err))
            return -1;
    }
    *ret_n = total;
    return 0;
}

int grist_read_latest(const char *text, size_t n, double *ret, size_t n_ret, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *list, *item;
    size_t told = 0;
    if (parse_list(text, n, "records", &root, &list, err))
        return -1;
    for (size_t i = 0; i < n_ret; i++)
        ret[i] = -1;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *place = json_member(json_member(item, "fields"), "place");
        const cJSON *latest = json_member(json_member(item, "fields"), "latest");
        double at = place && cJSON_IsNumber(place) ? place->valuedouble : -1;
        if (!latest || !(at >= 0 && at < (double)n_ret) || ret[(size_t)at] >= 0)
            break;
        ret[(size_t)at] = as_stamp(latest);
        told++;
    }
    if (told < n_ret)
        return err_set(err, ERR_DATA, "the answer has no latest");
    return 0;
}

int grist_read_added(const char *text, size_t n, struct arena *arena, const int64_t **ret,
                     size_t *ret_n, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *list, *item;
    size_t k = 0;
    if (parse_list(text, n, "records", &root, &list, err))
        return -1;
    size_t size = (size_t)cJSON_GetArraySize(list);
    if (size > ADDED_MAX)
        return err_set(err, ERR_DATA, "more than %d new rows", ADDED_MAX);
    int64_t *ids = arena_alloc(arena, size + 1, sizeof *ids);
    cJSON_ArrayForEach(item, list)
    {
        if (!as_id(json_member(item, "id"), &ids[k++]))
            return err_set(err, ERR_DATA, "a new row without id");
    }
    *ret = ids;
    *ret_n = size;
    return 0;
}

/* --- cursor ----------------------------------------------------------------- */

const char *grist_write_cursor(const struct grist_cursor *c, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(256);
    json_number(&b, c->stamp);
    return arena_printf(arena, "%s%s%s", buf_str(&b), c->state ? " " : "",
                        c->state ? c->state : "");
}

bool grist_read_cursor(const char *text, struct arena *arena, struct grist_cursor *ret)
{
    size_t n = strspn(text, "0123456789.e-"); /* a tiny one is written as 6e-10 */
    const char *state = text[n] == ' ' ? text + n + 1 : NULL;
    struct grist_cursor c = {.stamp = n ? strtod(text, NULL) : 0};
    bool sound =
        n && c.stamp >= 0 && c.stamp < GRIST_STAMP_TOP && (state || (!text[n] && c.stamp > 0));
    if (!sound || (state && (!*state || strlen(state) > STATE_MAX || strchr(state, ' '))))
        return false;
    c.state = arena_strdup(arena, state);
    if (!str_eq(text, grist_write_cursor(&c, arena)))
        return false;
    *ret = c;
    return true;
}
