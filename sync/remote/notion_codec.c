#include "sync/remote/notion_codec.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/uuid.h"
#include "sync/remote/notion_value.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS_IN_ANSWER_MAX 2000
#define SOURCES_MAX           1000
#define OPTIONS_MAX           10000
#define TITLE_MAX             ((size_t)64 << 10)

static bool is_object(const cJSON *node, const char *object)
{
    return str_eq(json_member_text(node, "object"), object);
}

/* Parses an answer that must be the Notion object of that name. */
static int parse(const char *text, size_t n, const char *object, cJSON **ret, struct err *err)
{
    if (json_parse(text, n, ret, err))
        return err_wrap(err, "the answer");
    if (!is_object(*ret, object))
        return err_set(err, ERR_DATA, "the answer is no %s object", object);
    return 0;
}

static int read_uuid(const cJSON *object, struct arena *arena, const char **ret, struct err *err)
{
    char id[UUID_LEN + 1];
    if (!uuid_read(json_member_text(object, "id"), id))
        return err_set(err, ERR_DATA, "an object without a proper id");
    *ret = arena_strdup(arena, id);
    return 0;
}

static int read_title(const cJSON *object, struct arena *arena, const char **ret, struct err *err)
{
    AUTO_BUF title = BUF_INIT(TITLE_MAX);
    if (notion_read_text(json_member(object, "title"), &title, err))
        return err_wrap(err, "title");
    *ret = arena_strdup(arena, buf_str(&title));
    return 0;
}

/* --- databases and data sources -------------------------------------------- */

int notion_read_database(const char *text, size_t n, struct arena *arena,
                         struct notion_database *ret, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *item;
    struct notion_database db = {0};
    if (parse(text, n, "database", &root, err) || read_title(root, arena, &db.name, err))
        return -1;
    const cJSON *list = json_member(root, "data_sources");
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > SOURCES_MAX)
        return err_set(err, ERR_DATA, "a database without a sound list of data_sources");
    size_t size = (size_t)cJSON_GetArraySize(list);
    struct notion_source *sources = arena_alloc(arena, size ? size : 1, sizeof *sources);
    cJSON_ArrayForEach(item, list)
    {
        struct notion_source *s = &sources[db.n++];
        if (read_uuid(item, arena, &s->id, err))
            return err_wrap(err, "data_sources");
        const char *name = json_member_text(item, "name");
        s->name = arena_strdup(arena, name ? name : "");
    }
    db.sources = sources;
    db.in_trash = json_bool(root, "in_trash");
    *ret = db;
    return 0;
}

/* Types whose values Notion makes; writing them is refused. */
static bool is_calculated(const char *type)
{
    static const char *const types[] = {
        "formula",    "rollup",         "unique_id", "created_time", "last_edited_time",
        "created_by", "last_edited_by", "button",    "verification",
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (!strcmp(types[i], type))
            return true;
    }
    return false;
}

/* A status takes only the options it has; select and multi_select make what is missing. */
static void read_options(const cJSON *node, const char *type, struct arena *arena,
                         struct column_info *ret)
{
    const cJSON *item, *list = json_member(json_member(node, "status"), "options");
    int size = cJSON_GetArraySize(list);
    if (strcmp(type, "status") != 0 || !cJSON_IsArray(list) || size > OPTIONS_MAX)
        return;
    const char **options = arena_alloc(arena, (size_t)size + 1, sizeof *options);
    cJSON_ArrayForEach(item, list)
    {
        const char *name = json_member_text(item, "name");
        if (name)
            options[ret->n_options++] = arena_strdup(arena, name);
    }
    ret->options = options;
}

static int read_column(const cJSON *node, struct arena *arena, struct column_info *ret,
                       struct err *err)
{
    const char *id = json_member_text(node, "id"), *type = json_member_text(node, "type");
    const char *name = json_member_text(node, "name");
    name = name ? name : node->string;
    if (!id || !*id || !type || !name)
        return err_set(err, ERR_DATA, "a column without id, name or type");
    *ret = (struct column_info){.id = arena_strdup(arena, id),
                                .name = arena_strdup(arena, name),
                                .type = arena_strdup(arena, type),
                                .calculated = is_calculated(type)};
    read_options(node, type, arena, ret);
    return 0;
}

int notion_read_source(const char *text, size_t n, struct arena *arena, struct table_info *ret,
                       bool *ret_in_trash, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *item;
    struct table_info info = {0};
    if (parse(text, n, "data_source", &root, err) || read_uuid(root, arena, &info.id, err) ||
        read_title(root, arena, &info.name, err))
        return -1;
    const cJSON *props = json_member(root, "properties");
    if (!cJSON_IsObject(props) || cJSON_GetArraySize(props) > COLUMNS_IN_ANSWER_MAX)
        return err_set(err, ERR_DATA, "a data source without sound properties");
    size_t size = (size_t)cJSON_GetArraySize(props);
    struct column_info *columns = arena_alloc(arena, size ? size : 1, sizeof *columns);
    cJSON_ArrayForEach(item, props)
    {
        if (read_column(item, arena, &columns[info.n++], err))
            return -1;
    }
    info.columns = columns;
    *ret = info;
    *ret_in_trash = json_bool(root, "in_trash");
    return 0;
}

/* --- lists ----------------------------------------------------------------- */

/* The end of a list: has_more with next_cursor, or neither. */
static int read_next(const cJSON *root, struct arena *arena, const char **ret, struct err *err)
{
    const cJSON *more = json_member(root, "has_more");
    const char *next = json_member_text(root, "next_cursor");
    if (!cJSON_IsBool(more))
        return err_set(err, ERR_DATA, "a list without has_more");
    if (cJSON_IsTrue(more) && (!next || !*next))
        return err_set(err, ERR_DATA, "has_more without next_cursor");
    *ret = cJSON_IsTrue(more) ? arena_strdup(arena, next) : NULL;
    return 0;
}

/* request_status, there since 2026-04: {"type":"incomplete","incomplete_reason":…}. */
static int read_request_status(const cJSON *root, bool *ret_limit, struct err *err)
{
    const char *type = json_text(root, "request_status.type");
    const char *reason = json_text(root, "request_status.incomplete_reason");
    *ret_limit = false;
    if (!type || strcmp(type, "incomplete") != 0)
        return 0;
    if (!str_eq(reason, "query_result_limit_reached"))
        return err_set(err, ERR_TEMP, "the listing is incomplete: %.80s", reason ? reason : "?");
    *ret_limit = true;
    return 0;
}

static int read_time(const cJSON *page, const char *key, const char **ret, int64_t *ret_ms,
                     struct err *err)
{
    *ret = json_member_text(page, key);
    if (!*ret || !clock_parse_iso(*ret, ret_ms))
        return err_set(err, ERR_DATA, "no proper %s", key);
    return 0;
}

static const cJSON *find_property(const cJSON *props, const char *id)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, props)
    {
        const char *has = json_member_text(item, "id");
        if (has && notion_same_property(has, id))
            return item;
    }
    return NULL;
}

struct list_reader {
    struct value_reader values;
    const struct column_info *const *columns;
    size_t n_columns, cap_cuts;
    struct notion_list *list;
};

static int read_cells(struct list_reader *r, const cJSON *page, struct cell *cells, struct err *err)
{
    const cJSON *props = json_member(page, "properties");
    if (!cJSON_IsObject(props) || cJSON_GetArraySize(props) > COLUMNS_IN_ANSWER_MAX)
        return err_set(err, ERR_DATA, "no sound properties");
    for (size_t i = 0; i < r->n_columns; i++) {
        const cJSON *p = find_property(props, r->columns[i]->id);
        bool cut = false;
        if (!p)
            return err_set(err, ERR_DATA, "the column «%s» is not among the properties",
                           r->columns[i]->name);
        if (notion_read_value(&r->values, p, &cells[i], &cut, err))
            return err_wrap(err, "«%s»", r->columns[i]->name);
        if (cut) {
            struct notion_list *l = r->list;
            l->cuts =
                arena_grow(r->values.arena, l->cuts, &r->cap_cuts, l->n_cuts + 1, sizeof *l->cuts);
            l->cuts[l->n_cuts++] = (struct notion_cut){.row = l->n, .column = i};
        }
    }
    return 0;
}

static int read_row(struct list_reader *r, const cJSON *page, struct err *err)
{
    struct arena *arena = r->values.arena;
    struct notion_list *list = r->list;
    struct remote_row *row = &list->rows[list->n];
    const char *created, *edited;
    if (read_uuid(page, arena, &row->id, err))
        return -1;
    struct cell *cells = list->cells + list->n * r->n_columns;
    if (read_time(page, "created_time", &created, &list->created_ms[list->n], err) ||
        read_time(page, "last_edited_time", &edited, &row->edited_ms, err) ||
        read_cells(r, page, cells, err))
        return err_wrap(err, "page %s", row->id);
    row->cells = cells;
    row->trashed = json_bool(page, "in_trash");
    if (!list->n || row->edited_ms > list->max_edited_ms)
        list->max_edited_ms = row->edited_ms;
    list->last_created = arena_strdup(arena, created);
    list->last_edited = arena_strdup(arena, edited);
    list->n++;
    return 0;
}

static void alloc_rows(struct notion_list *list, size_t n, size_t n_columns, struct arena *arena)
{
    list->rows = arena_alloc(arena, n + 1, sizeof *list->rows);
    list->cells = arena_alloc(arena, n * n_columns + 1, sizeof *list->cells);
    list->created_ms = arena_alloc(arena, n + 1, sizeof *list->created_ms);
}

int notion_read_row(const char *text, size_t n, const struct column_info *const *columns,
                    size_t n_columns, struct arena *arena, struct notion_list *ret, struct err *err)
{
    AUTO_JSON *root = NULL;
    struct notion_list list = {0};
    struct list_reader r = {.values = {.arena = arena},
                            .columns = columns,
                            .n_columns = n_columns,
                            .list = &list};
    if (parse(text, n, "page", &root, err))
        return -1;
    alloc_rows(&list, 1, n_columns, arena);
    if (read_row(&r, root, err))
        return -1;
    *ret = list;
    return 0;
}

int notion_read_query(const char *text, size_t n, const struct column_info *const *columns,
                      size_t n_columns, struct arena *arena, struct notion_list *ret,
                      struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *item;
    struct notion_list list = {0};
    if (parse(text, n, "list", &root, err) || read_next(root, arena, &list.next, err) ||
        read_request_status(root, &list.limit_reached, err))
        return -1;
    const cJSON *results = json_member(root, "results");
    if (!cJSON_IsArray(results) || cJSON_GetArraySize(results) > NOTION_ROWS_MAX)
        return err_set(err, ERR_DATA, "a list without sound results");
    alloc_rows(&list, (size_t)cJSON_GetArraySize(results), n_columns, arena);
    struct list_reader r = {.values = {.arena = arena},
                            .columns = columns,
                            .n_columns = n_columns,
                            .list = &list};
    cJSON_ArrayForEach(item, results)
    {
        if (is_object(item, "data_source") || is_object(item, "database"))
            continue;
        if (!is_object(item, "page"))
            return err_set(err, ERR_DATA, "results[%zu] is no page", list.n);
        if (read_row(&r, item, err))
            return -1;
    }
    *ret = list;
    return 0;
}

/* --- the whole value of one property --------------------------------------- */

static int add_item(struct value_reader *r, const cJSON *item, struct notion_full *full,
                    struct err *err)
{
    struct cell one;
    bool cut;
    const char *type = json_member_text(item, "type");
    if (notion_read_value(r, item, &one, &cut, err))
        return -1;
    full->is_text = str_eq(type, "title") || str_eq(type, "rich_text");
    const struct cell *from = one.kind == CELL_LIST ? one.items : &one;
    size_t more = one.kind == CELL_LIST ? one.n : one.kind != CELL_NULL;
    if (full->n + more > NOTION_ITEMS_MAX)
        return err_set(err, ERR_DATA, "more than %d items", NOTION_ITEMS_MAX);
    full->items = arena_grow(r->arena, full->items, &full->cap, full->n + more, sizeof *from);
    for (size_t i = 0; i < more; i++)
        full->items[full->n++] = from[i];
    return 0;
}

int notion_read_property(const char *text, size_t n, struct arena *arena, struct notion_full *full,
                         const char **ret_next, struct err *err)
{
    AUTO_JSON *root = NULL;
    const cJSON *item;
    const char *next = NULL;
    struct value_reader r = {.arena = arena};
    if (parse(text, n, "list", &root, err) || read_next(root, arena, &next, err))
        return -1;
    const cJSON *results = json_member(root, "results");
    if (!cJSON_IsArray(results) || cJSON_GetArraySize(results) > NOTION_ROWS_MAX)
        return err_set(err, ERR_DATA, "a property without sound results");
    cJSON_ArrayForEach(item, results)
    {
        if (add_item(&r, item, full, err))
            return -1;
    }
    *ret_next = next;
    return 0;
}

void notion_full_cell(const struct notion_full *full, struct arena *arena, struct cell *ret)
{
    *ret = (struct cell){.kind = CELL_LIST, .items = full->items, .n = full->n};
    if (!full->is_text)
        return;
    size_t len = 0;
    for (size_t i = 0; i < full->n; i++)
        len += full->items[i].text ? strlen(full->items[i].text) : 0;
    char *text = arena_alloc(arena, len + 1, 1), *at = text;
    for (size_t i = 0; i < full->n; i++)
        at = stpcpy(at, full->items[i].text ? full->items[i].text : "");
    *ret = (struct cell){.kind = len ? CELL_TEXT : CELL_NULL, .text = text};
}

/* --- single objects -------------------------------------------------------- */

int notion_read_page(const char *text, size_t n, struct arena *arena, struct notion_page *ret,
                     struct err *err)
{
    AUTO_JSON *root = NULL;
    struct notion_page page = {0};
    const char *edited;
    if (parse(text, n, "page", &root, err) || read_uuid(root, arena, &page.id, err) ||
        read_time(root, "last_edited_time", &edited, &page.edited_ms, err))
        return -1;
    const cJSON *trash = json_member(root, "in_trash");
    if (!cJSON_IsBool(trash))
        return err_set(err, ERR_DATA, "a page without in_trash");
    page.in_trash = cJSON_IsTrue(trash);
    *ret = page;
    return 0;
}

int notion_read_me(const char *text, size_t n, struct arena *arena, const char **ret,
                   struct err *err)
{
    AUTO_JSON *root = NULL;
    if (parse(text, n, "user", &root, err))
        return -1;
    const char *name = json_member_text(root, "name"), *id = json_member_text(root, "id");
    *ret = arena_printf(arena, "integration «%s»", name ? name : id ? id : "?");
    return 0;
}

const char *notion_read_error(const char *text, size_t n, struct arena *arena)
{
    AUTO_JSON *root = NULL;
    struct err ignored;
    if (json_parse(text, n, &root, &ignored) || !is_object(root, "error"))
        return NULL;
    const char *code = json_member_text(root, "code"), *message = json_member_text(root, "message");
    if (!code)
        return NULL;
    return arena_printf(arena, "%s: %s", code, message ? message : "");
}

/* --- writing --------------------------------------------------------------- */

char *notion_write_query(const struct notion_query *q)
{
    struct buf b = BUF_INIT((size_t)1 << 20);
    buf_addc(&b, '{');
    if (q->filter) {
        buf_addf(&b, "\"filter\":%s,", q->filter);
    } else if (q->from) {
        buf_addf(&b, "\"filter\":{\"timestamp\":\"%s\",\"%s\":{\"on_or_after\":", q->timestamp,
                 q->timestamp);
        json_quote(&b, q->from);
        buf_add(&b, "}},");
    }
    buf_addf(&b, "\"sorts\":[{\"timestamp\":\"%s\",\"direction\":\"%s\"}],\"page_size\":%u",
             q->timestamp, q->newest_first ? "descending" : "ascending", q->page_size);
    if (q->cursor) {
        buf_add(&b, ",\"start_cursor\":");
        json_quote(&b, q->cursor);
    }
    buf_addc(&b, '}');
    return buf_take(&b);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte at *s, an escape counting as the byte it stands for; moves past it. */
static unsigned char next_byte(const char **s)
{
    const char *at = *s;
    if (at[0] == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
        *s = at + 3;
        return (unsigned char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
    }
    *s = at + 1;
    return (unsigned char)*at;
}

bool notion_same_property(const char *a, const char *b)
{
    while (*a && *b) {
        if (next_byte(&a) != next_byte(&b))
            return false;
    }
    return !*a && !*b;
}

void notion_put_property_id(struct buf *out, const char *id)
{
    static const char plain[] = "-_.~";
    while (*id) {
        const char *from = id;
        unsigned char c = next_byte(&id);
        bool alnum = (c | 0x20) >= 'a' ? (c | 0x20) <= 'z' && c < 128 : c >= '0' && c <= '9';
        if (id - from == 3 || alnum || strchr(plain, c))
            buf_addn(out, from, (size_t)(id - from));
        else
            buf_addf(out, "%%%02X", c);
    }
}
