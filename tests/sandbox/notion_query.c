/* notion_query.c: the query of a data source: paging, sorts, the 10,000 row stop; and search. */
#include "tests/sandbox/notion.h"
#include "tests/sandbox/notion_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SORTS_MAX 4

struct sort_key {
    bool created, edited, descending;
    size_t prop;
};

struct query {
    struct nt_filter filter;
    struct sort_key sorts[SORTS_MAX];
    size_t sort_count;
    const struct nt_source *source;
};

/* qsort has no context argument that both C libraries agree on; everything runs under one lock. */
static const struct query *sorting;

int notion_paging(const cJSON *body, size_t *ret_size, const char **ret_cursor,
                  char ret_why[NOTION_WHY])
{
    const cJSON *size = cJSON_GetObjectItemCaseSensitive(body, "page_size");
    const cJSON *cursor = cJSON_GetObjectItemCaseSensitive(body, "start_cursor");
    char canonical[37];
    if (size && !cJSON_IsNumber(size)) {
        snprintf(ret_why, NOTION_WHY,
                 "body failed validation: body.page_size should be a number or `undefined`.");
        return -1;
    }
    if (size && (size->valuedouble < 1 || size->valuedouble > NOTION_PAGE_SIZE)) {
        snprintf(ret_why, NOTION_WHY,
                 "body failed validation: body.page_size should be ≤ `100`, instead was `%.0f`.",
                 size->valuedouble);
        return -1;
    }
    if (cursor && (!cJSON_IsString(cursor) || !uuid_parse(cursor->valuestring, canonical))) {
        snprintf(ret_why, NOTION_WHY,
                 "body failed validation: body.start_cursor should be a valid uuid or `undefined`, "
                 "instead was `%.60s`.",
                 cJSON_IsString(cursor) ? cursor->valuestring : "null");
        return -1;
    }
    *ret_size = size ? (size_t)size->valuedouble : NOTION_PAGE_SIZE;
    *ret_cursor = cursor ? cursor->valuestring : NULL;
    return 0;
}

static int64_t minute(int64_t ms)
{
    return ms / MINUTE_MS;
}

static int compare_values(const struct nt_value *a, const struct nt_value *b)
{
    if (a->kind == NV_NUMBER && b->kind == NV_NUMBER)
        return (a->number > b->number) - (a->number < b->number);
    if (a->kind == NV_TEXT && b->kind == NV_TEXT)
        return strcmp(a->text, b->text);
    return (int)(a->kind != NV_EMPTY) - (int)(b->kind != NV_EMPTY);
}

static int compare_pages(const void *left, const void *right)
{
    const struct nt_page *a = *(struct nt_page *const *)left, *b = *(struct nt_page *const *)right;
    for (size_t i = 0; i < sorting->sort_count; i++) {
        const struct sort_key *key = &sorting->sorts[i];
        int64_t x = key->created ? a->created : a->edited;
        int64_t y = key->created ? b->created : b->edited;
        int order = key->created || key->edited
                        ? (minute(x) > minute(y)) - (minute(x) < minute(y))
                        : compare_values(&a->values[key->prop], &b->values[key->prop]);
        if (order)
            return key->descending ? -order : order;
    }
    return (a->order > b->order) - (a->order < b->order);
}

static int read_sort(struct query *query, const cJSON *item, char ret_why[NOTION_WHY])
{
    const char *stamp = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "timestamp"));
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "property"));
    const char *way = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "direction"));
    struct sort_key key = {.descending = way && strcmp(way, "descending") == 0};
    key.created = stamp && strcmp(stamp, "created_time") == 0;
    key.edited = stamp && strcmp(stamp, "last_edited_time") == 0;
    int prop = name ? notion_prop(query->source, name) : -1;
    if (!way || (!key.descending && strcmp(way, "ascending") != 0) ||
        (!key.created && !key.edited && !name)) {
        snprintf(ret_why, NOTION_WHY,
                 "body failed validation: body.sorts[%zu] needs `property` or `timestamp`, and a "
                 "`direction`.",
                 query->sort_count);
        return -1;
    }
    if (name && prop < 0) {
        snprintf(ret_why, NOTION_WHY, "Could not find sort property with name or id: %.100s", name);
        return -1;
    }
    key.prop = prop < 0 ? 0 : (size_t)prop;
    query->sorts[query->sort_count++] = key;
    return 0;
}

static int read_query(struct query *query, const struct nt_source *source, const cJSON *body,
                      char ret_why[NOTION_WHY])
{
    static const char *const known[] = {"filter",      "sorts",    "start_cursor", "page_size",
                                        "result_type", "in_trash", "archived"};
    const cJSON *item;
    query->source = source;
    cJSON_ArrayForEach(item, body)
    {
        size_t i = 0;
        while (i < COUNT_OF(known) && strcmp(known[i], item->string) != 0)
            i++;
        if (i == COUNT_OF(known)) {
            snprintf(ret_why, NOTION_WHY,
                     "body failed validation: body.%.60s should be not present.", item->string);
            return -1;
        }
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "sorts"))
    {
        if (query->sort_count == SORTS_MAX || read_sort(query, item, ret_why) != 0)
            return -1;
    }
    const cJSON *filter = cJSON_GetObjectItemCaseSensitive(body, "filter");
    return filter ? notion_filter_read(&query->filter, source, filter, ret_why) : 0;
}

/* The same question in another page of the listing: filter and sorts, nothing else. */
static char *query_key(const struct nt_source *source, const cJSON *body)
{
    const cJSON *filter = cJSON_GetObjectItemCaseSensitive(body, "filter");
    const cJSON *sorts = cJSON_GetObjectItemCaseSensitive(body, "sorts");
    char *a = filter ? cJSON_PrintUnformatted(filter) : NULL;
    char *b = sorts ? cJSON_PrintUnformatted(sorts) : NULL;
    char *key = sb_printf("%s|%s|%s", source->id, a ? a : "", b ? b : "");
    free(a);
    free(b);
    return key;
}

/* All pages that fit, in order; kept until the world changes, so that a long listing is cheap. */
static void run_query(struct notion *notion, const struct query *query, char *key)
{
    const struct nt_source *source = query->source;
    if (notion->cache.key && notion->cache.version == notion->version &&
        strcmp(notion->cache.key, key) == 0) {
        free(key);
        return;
    }
    free(notion->cache.key);
    notion->cache.key = key;
    notion->cache.version = notion->version;
    notion->cache.pages =
        sb_grow(notion->cache.pages, source->page_count, sizeof *notion->cache.pages);
    notion->cache.count = 0;
    for (size_t i = 0; i < source->page_count; i++) {
        struct nt_page *page = source->pages[i];
        if (!page->trashed && !page->purged && notion_filter_match(&query->filter, page))
            notion->cache.pages[notion->cache.count++] = page;
    }
    sorting = query;
    if (query->sort_count)
        qsort(notion->cache.pages, notion->cache.count, sizeof *notion->cache.pages, compare_pages);
}

/* A cursor is the id of the next page; when that page left the listing, what follows its place. */
static bool find_cursor(struct notion *notion, const struct query *query, const char *cursor,
                        size_t *ret_first)
{
    *ret_first = 0;
    if (!cursor)
        return true;
    struct nt_page *page = notion_page(notion, cursor);
    if (!page || &notion->sources[page->source] != query->source)
        return false;
    size_t low = 0, high = notion->cache.count;
    sorting = query;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_pages(&notion->cache.pages[middle], &page) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_first = low;
    return true;
}

static void add_list_head(cJSON *json, cJSON *results, const struct nt_page *next)
{
    cJSON_AddStringToObject(json, "object", "list");
    cJSON_AddItemToObject(json, "results", results);
    if (next)
        cJSON_AddStringToObject(json, "next_cursor", next->id);
    else
        cJSON_AddNullToObject(json, "next_cursor");
    cJSON_AddBoolToObject(json, "has_more", next != NULL);
    cJSON_AddStringToObject(json, "type", "page_or_data_source");
    cJSON_AddObjectToObject(json, "page_or_data_source");
}

cJSON *notion_query(struct sandbox *sb, struct nt_source *source, const cJSON *body,
                    const bool *wanted, char ret_why[NOTION_WHY])
{
    struct notion *notion = sb->notion;
    struct query query = {0};
    size_t size, first;
    const char *cursor;
    if (notion_paging(body, &size, &cursor, ret_why) != 0 ||
        read_query(&query, source, body, ret_why) != 0)
        return NULL;
    run_query(notion, &query, query_key(source, body));
    if (!find_cursor(notion, &query, cursor, &first)) {
        snprintf(ret_why, NOTION_WHY, "The start_cursor provided is invalid: %.60s", cursor);
        return NULL;
    }
    size_t total = notion->cache.count;
    size_t limit = total < NOTION_QUERY_LIMIT ? total : NOTION_QUERY_LIMIT;
    size_t end = first + size < limit ? first + size : limit;
    cJSON *results = cJSON_CreateArray(), *json = cJSON_CreateObject();
    for (size_t i = first; i < end; i++)
        cJSON_AddItemToArray(results, notion_page_json(notion, notion->cache.pages[i], wanted));
    add_list_head(json, results, end < limit ? notion->cache.pages[end] : NULL);
    cJSON *status = cJSON_AddObjectToObject(json, "request_status");
    bool stopped = end >= limit && total > limit;
    cJSON_AddStringToObject(status, "type", stopped ? "incomplete" : "complete");
    if (stopped)
        cJSON_AddStringToObject(status, "incomplete_reason", "query_result_limit_reached");
    return json;
}

static bool title_has(const struct nt_page *page, const char *words)
{
    char *title = nv_plain(&page->values[0]);
    bool found = strstr(title, words) != NULL;
    free(title);
    return found;
}

static bool search_wants(const cJSON *body, const char *what)
{
    const char *value = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(body, "filter"),
                                         "value"));
    return !value || strcmp(value, what) == 0;
}

cJSON *notion_search(struct sandbox *sb, const cJSON *body, char ret_why[NOTION_WHY])
{
    struct notion *notion = sb->notion;
    const char *words = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "query"));
    const char *cursor;
    size_t size;
    if (notion_paging(body, &size, &cursor, ret_why) != 0)
        return NULL;
    words = words ? words : "";
    cJSON *results = cJSON_CreateArray(), *json = cJSON_CreateObject();
    const struct nt_page *next = NULL;
    size_t told = 0;
    bool begun = cursor == NULL;
    for (size_t i = 0; i < NOTION_SOURCES && begun; i++)
        if (search_wants(body, "data_source") && strstr(notion->sources[i].name, words)) {
            cJSON_AddItemToArray(results, notion_source_json(notion, &notion->sources[i]));
            told++;
        }
    for (size_t i = 0; i < NOTION_SOURCES && !next && search_wants(body, "page"); i++)
        for (size_t k = 0; k < notion->sources[i].page_count && !next; k++) {
            const struct nt_page *page = notion->sources[i].pages[k];
            begun = begun || strcmp(page->id, cursor) == 0;
            if (!begun || page->trashed || page->purged || !title_has(page, words))
                continue;
            if (told == size)
                next = page;
            else
                cJSON_AddItemToArray(results, notion_page_json(notion, page, NULL));
            told += next == NULL;
        }
    add_list_head(json, results, next);
    return json;
}
