/* coda_rows.c: GET .../rows: order, query, paging, sync tokens. Tokens carry the whole question,
 * because with a pageToken Coda ignores all other parameters. */
#include "tests/sandbox/coda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum row_sort { BY_CREATED, BY_NATURAL, BY_UPDATED };

/* A question, and the place in its answer. */
struct listing {
    size_t table;
    enum row_sort sort;
    struct cd_view view;
    size_t limit;
    uint64_t since;      /* syncToken: only rows changed after this revision */
    uint64_t until;      /* what the next sync token will say: the revision at the first page */
    int64_t last_key;    /* of the last row told */
    uint32_t last_place; /* its number + 1; 0: nothing was told yet */
    int column;          /* query: -1 none */
    char *wanted;
};

static int64_t sort_key(const struct listing *list, const struct cd_row *row)
{
    if (list->sort == BY_NATURAL)
        return row->number;
    return list->sort == BY_UPDATED ? row->updated : row->created;
}

static int64_t comparing_key(const void *item, bool updated)
{
    const struct cd_row *row = *(struct cd_row *const *)item;
    return updated ? row->updated : row->created;
}

static int compare_rows(const void *a, const void *b, bool updated)
{
    int64_t x = comparing_key(a, updated), y = comparing_key(b, updated);
    uint32_t m = (*(struct cd_row *const *)a)->number, n = (*(struct cd_row *const *)b)->number;
    return x != y ? (x > y) - (x < y) : (m > n) - (m < n);
}

static int by_created(const void *a, const void *b)
{
    return compare_rows(a, b, false);
}

static int by_updated(const void *a, const void *b)
{
    return compare_rows(a, b, true);
}

static char *make_token(const struct listing *list)
{
    char *text = sb_printf("%zu|%d|%d|%d|%zu|%llu|%llu|%lld|%u|%d|%s", list->table, (int)list->sort,
                           (int)list->view.format, list->view.names, list->limit,
                           (unsigned long long)list->since, (unsigned long long)list->until,
                           (long long)list->last_key, list->last_place, list->column,
                           list->wanted ? list->wanted : "");
    char *token = token_encode(text);
    free(text);
    return token;
}

static bool read_token(struct listing *list, const char *token)
{
    char *text = token_decode(token);
    unsigned long long since, until;
    long long key;
    int sort, format, names, used = 0;
    size_t table;
    bool good =
        text &&
        sscanf(text, "%zu|%d|%d|%d|%zu|%llu|%llu|%lld|%u|%d|%n", &table, &sort, &format, &names,
               &list->limit, &since, &until, &key, &list->last_place, &list->column, &used) == 10 &&
        used > 0 && table == list->table && sort >= 0 && sort <= BY_UPDATED && format >= 0 &&
        format <= CF_RICH && list->limit >= 1 && list->limit <= CODA_ROWS_MAX;
    if (good) {
        list->sort = (enum row_sort)sort;
        list->view.format = (enum cd_format)format;
        list->view.names = names != 0;
        list->since = since;
        list->until = until;
        list->last_key = key;
        list->wanted = list->column >= 0 ? sb_dup(text + used) : NULL;
    }
    free(text);
    return good;
}

bool coda_read_format(const char *text, enum cd_format *ret_format)
{
    static const char *const names[] = {"simple", "simpleWithArrays", "rich"};
    *ret_format = CF_SIMPLE;
    for (size_t i = 0; text && i < COUNT_OF(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret_format = (enum cd_format)i;
            return true;
        }
    return text == NULL;
}

/* c-abc:"Apple" or "My Column":123 */
static bool read_query(struct listing *list, const struct cd_table *table, const char *query)
{
    const char *colon = *query == '"' ? strstr(query, "\":") : strchr(query, ':');
    if (!colon)
        return false;
    bool quoted = *query == '"';
    char *name = sb_printf("%.*s", (int)(colon - query) - quoted, query + quoted);
    list->column = coda_column(table, name);
    free(name);
    cJSON *value = cJSON_Parse(colon + 1 + quoted);
    if (cJSON_IsNumber(value))
        list->wanted = sb_printf("%.15g", value->valuedouble);
    else if (cJSON_IsBool(value))
        list->wanted = sb_dup(cJSON_IsTrue(value) ? "true" : "false");
    else
        list->wanted = sb_dup(cJSON_GetStringValue(value));
    cJSON_Delete(value);
    return list->column >= 0 && list->wanted;
}

static bool is_true(const char *text)
{
    return text && strcmp(text, "true") == 0;
}

static const char *read_question(struct listing *list, const struct cd_table *table,
                                 const struct sb_request *req)
{
    const char *limit = sb_arg(req, "limit"), *sort = sb_arg(req, "sortBy");
    const char *query = sb_arg(req, "query"), *sync = sb_arg(req, "syncToken");
    long count = limit ? strtol(limit, NULL, 10) : CODA_ROWS_DEFAULT;
    list->column = -1;
    if (sync) { /* the same question again, from where it was answered last */
        if (!read_token(list, sync))
            return "The sync token is invalid.";
        list->since = list->until;
        list->last_place = 0;
        list->last_key = 0;
    }
    if (count < 1)
        return "limit must be a positive number.";
    if (limit || !sync)
        list->limit = count > CODA_ROWS_MAX ? CODA_ROWS_MAX : (size_t)count;
    if (!sync) {
        if (!coda_read_format(sb_arg(req, "valueFormat"), &list->view.format))
            return "valueFormat must be one of simple, simpleWithArrays, rich.";
        list->view.names = is_true(sb_arg(req, "useColumnNames"));
        if (sort && strcmp(sort, "natural") == 0)
            list->sort = BY_NATURAL;
        else if (sort && strcmp(sort, "updatedAt") == 0)
            list->sort = BY_UPDATED;
        else if (sort && strcmp(sort, "createdAt") != 0)
            return "sortBy must be one of createdAt, natural, updatedAt.";
        if (query && !read_query(list, table, query))
            return "The query is invalid: a column and a JSON value are expected.";
    }
    return NULL;
}

static bool wanted_row(const struct coda *coda, const struct listing *list,
                       const struct cd_row *row)
{
    int64_t key = sort_key(list, row);
    if (row->deleted || row->revision <= list->since)
        return false;
    if (list->last_place &&
        (key < list->last_key || (key == list->last_key && row->number < list->last_place)))
        return false;
    if (list->column < 0)
        return true;
    char *text = coda_plain(coda, list->table, row, (size_t)list->column);
    bool same = strcmp(text, list->wanted) == 0;
    free(text);
    return same;
}

/* Picks the rows after the place, sorted. Rows come created in order, so that only updatedAt
 * needs a sort; control calls and mutations never create a row in the past. */
static size_t pick_rows(const struct coda *coda, const struct listing *list,
                        struct cd_row **ret_rows)
{
    const struct cd_table *table = &coda->tables[list->table];
    size_t count = 0;
    bool ordered = list->sort != BY_UPDATED;
    for (size_t i = ordered && list->last_place ? list->last_place : 0;
         i < table->row_count && (!ordered || count <= list->limit); i++)
        if (wanted_row(coda, list, table->rows[i]))
            ret_rows[count++] = table->rows[i];
    if (list->sort != BY_NATURAL)
        qsort(ret_rows, count, sizeof *ret_rows, ordered ? by_created : by_updated);
    return count;
}

static void add_tokens(cJSON *json, struct listing *list, bool more)
{
    const char *table_link = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "href"));
    char *token = make_token(list);
    if (!more) {
        cJSON_AddStringToObject(json, "nextSyncToken", token);
    } else {
        char *link = sb_printf("%s?pageToken=%s", table_link, token);
        cJSON_AddStringToObject(json, "nextPageToken", token);
        cJSON_AddStringToObject(json, "nextPageLink", link);
        free(link);
    }
    free(token);
}

cJSON *coda_list_rows(struct sandbox *sb, const struct sb_request *req, size_t index,
                      const char *prefix, char ret_why[CODA_WHY])
{
    struct coda *coda = sb->coda;
    const struct cd_table *table = &coda->tables[index];
    struct listing list = {.table = index, .until = coda->revision, .column = -1};
    const char *page = sb_arg(req, "pageToken"), *why = NULL;
    if (page && !read_token(&list, page))
        why = "The page token is invalid.";
    if (!page)
        why = read_question(&list, table, req);
    if (why) {
        snprintf(ret_why, CODA_WHY, "%s", why);
        free(list.wanted);
        return NULL;
    }
    if (!page)
        list.until = coda->revision;
    list.view.prefix = prefix;
    struct cd_row **rows = sb_alloc(table->row_count * sizeof(struct cd_row *));
    size_t count = pick_rows(coda, &list, rows);
    size_t told = count < list.limit ? count : list.limit;
    cJSON *json = cJSON_CreateObject(), *items = cJSON_AddArrayToObject(json, "items");
    for (size_t i = 0; i < told; i++)
        cJSON_AddItemToArray(items, coda_row_json(coda, index, rows[i], &list.view));
    if (told) {
        list.last_key = sort_key(&list, rows[told - 1]);
        list.last_place = rows[told - 1]->number + 1;
    }
    char *href = sb_printf("%s/tables/%s/rows", prefix, table->id);
    cJSON_AddStringToObject(json, "href", href);
    add_tokens(json, &list, count > told);
    free(href);
    free(rows);
    free(list.wanted);
    return json;
}
