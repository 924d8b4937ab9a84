/* coda_http.c: /coda/apis/v1/...: token, rate, routes, and errors in Coda's words. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/faults.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS 8

struct coda_call {
    struct sandbox *sb;
    const struct sb_request *req;
    struct sb_reply *reply;
    char *segments[SEGMENTS]; /* "docs", doc, "tables", table, "rows", row */
    size_t count, table;
    char prefix[120]; /* this document's address */
};

static void fail(struct coda_call *call, int status, const char *message)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "statusCode", status);
    cJSON_AddStringToObject(json, "statusMessage", http_reason(status));
    cJSON_AddStringToObject(json, "message", message ? message : http_reason(status));
    sb_reply_json(call->reply, status, json);
}

static bool check_head(struct coda_call *call)
{
    const char *token = sb_header(call->req, "Authorization");
    if (token && strcmp(token, "Bearer " SB_CODA_TOKEN) == 0)
        return true;
    fail(call, 401, NULL);
    return false;
}

static bool check_rate(struct coda_call *call)
{
    bool read = strcmp(call->req->method, "GET") == 0;
    int64_t wait;
    if (!call->sb->opt.rate_limits ||
        limiter_take(read ? &call->sb->coda->reads : &call->sb->coda->writes, sb_now_ms(call->sb),
                     &wait))
        return true;
    fail(call, 429, NULL);
    return false;
}

/* "If the API's view of the doc is not up to date, the API will return an HTTP 400 response." */
static bool check_latest(struct coda_call *call)
{
    const char *version = sb_header(call->req, "X-Coda-Doc-Version");
    if (!version || strcmp(version, "latest") != 0 || call->sb->coda->pending_count == 0)
        return true;
    fail(call, 400, "The API's view of the doc is not up to date.");
    return false;
}

static void whoami(struct coda_call *call)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "name", "Sandbox");
    cJSON_AddStringToObject(json, "loginId", "sandbox@example.org");
    cJSON_AddStringToObject(json, "type", "user");
    cJSON_AddFalseToObject(json, "scoped");
    cJSON_AddStringToObject(json, "tokenName", "rosterd");
    cJSON_AddStringToObject(json, "href", "https://coda.io/apis/v1/whoami");
    cJSON *place = cJSON_AddObjectToObject(json, "workspace");
    cJSON_AddStringToObject(place, "id", "ws-Sandbox01");
    cJSON_AddStringToObject(place, "type", "workspace");
    cJSON_AddStringToObject(place, "browserLink", "https://coda.io/docs?workspaceId=ws-Sandbox01");
    cJSON_AddStringToObject(place, "name", "Sandbox");
    sb_reply_json(call->reply, 200, json);
}

static void add_reference(cJSON *json, const char *key, const char *id)
{
    cJSON *reference = cJSON_AddObjectToObject(json, key);
    cJSON_AddStringToObject(reference, "id", id);
    cJSON_AddStringToObject(reference, "type", key);
    cJSON_AddStringToObject(reference, "browserLink", "https://coda.io/docs");
}

static void get_doc(struct coda_call *call)
{
    const struct cd_table *first = &call->sb->coda->tables[0];
    char text[32];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", SB_CODA_DOC);
    cJSON_AddStringToObject(json, "type", "doc");
    cJSON_AddStringToObject(json, "href", call->prefix);
    cJSON_AddStringToObject(json, "browserLink", "https://coda.io/d/_d" SB_CODA_DOC);
    cJSON_AddStringToObject(json, "name", "Фестиваль");
    cJSON_AddStringToObject(json, "owner", "sandbox@example.org");
    cJSON_AddStringToObject(json, "ownerName", "Sandbox");
    iso_print(first->created, text);
    cJSON_AddStringToObject(json, "createdAt", text);
    iso_print(first->updated, text);
    cJSON_AddStringToObject(json, "updatedAt", text);
    add_reference(json, "workspace", "ws-Sandbox01");
    add_reference(json, "folder", "fl-Sandbox01");
    cJSON_AddStringToObject(json, "workspaceId", "ws-Sandbox01");
    cJSON_AddStringToObject(json, "folderId", "fl-Sandbox01");
    sb_reply_json(call->reply, 200, json);
}

/* Pages of a short list: the token is the number of the first item. */
static bool page_bounds(struct coda_call *call, size_t count, size_t *ret_first, size_t *ret_end)
{
    const char *limit = sb_arg(call->req, "limit"), *token = sb_arg(call->req, "pageToken");
    unsigned long size = limit ? strtoul(limit, NULL, 10) : CODA_ROWS_DEFAULT;
    char *text = token ? token_decode(token) : sb_dup("0|0");
    bool good =
        text && sscanf(text, "%zu|%lu", ret_first, token ? &size : &(unsigned long){0}) == 2;
    free(text);
    if (!good || size == 0 || *ret_first > count) {
        fail(call, 400, good ? "limit must be a positive number." : "The page token is invalid.");
        return false;
    }
    size = size > CODA_COLUMNS_MAX ? CODA_COLUMNS_MAX : size;
    *ret_end = *ret_first + size < count ? *ret_first + size : count;
    return true;
}

static void finish_list(struct coda_call *call, cJSON *items, const char *what, size_t first,
                        size_t end, size_t count)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "items", items);
    char *href = sb_printf("%s/%s", call->prefix, what);
    cJSON_AddStringToObject(json, "href", href);
    if (end < count) {
        char *text = sb_printf("%zu|%zu", end, end - first);
        char *token = token_encode(text), *link = sb_printf("%s?pageToken=%s", href, token);
        cJSON_AddStringToObject(json, "nextPageToken", token);
        cJSON_AddStringToObject(json, "nextPageLink", link);
        free(text);
        free(token);
        free(link);
    }
    free(href);
    sb_reply_json(call->reply, 200, json);
}

static void get_tables(struct coda_call *call)
{
    size_t first, end;
    if (!page_bounds(call, CODA_TABLES, &first, &end))
        return;
    cJSON *items = cJSON_CreateArray();
    for (size_t i = first; i < end; i++)
        cJSON_AddItemToArray(items,
                             coda_table_json(&call->sb->coda->tables[i], call->prefix, false));
    finish_list(call, items, "tables", first, end, CODA_TABLES);
}

static void get_table(struct coda_call *call)
{
    sb_reply_json(call->reply, 200,
                  coda_table_json(&call->sb->coda->tables[call->table], call->prefix, true));
}

static void get_columns(struct coda_call *call)
{
    const struct cd_table *table = &call->sb->coda->tables[call->table];
    size_t first, end;
    if (!page_bounds(call, table->column_count, &first, &end))
        return;
    cJSON *items = cJSON_CreateArray();
    for (size_t i = first; i < end; i++)
        cJSON_AddItemToArray(items, coda_column_json(call->sb->coda, table, i, call->prefix));
    char *what = sb_printf("tables/%s/columns", table->id);
    finish_list(call, items, what, first, end, table->column_count);
    free(what);
}

static void get_column(struct coda_call *call)
{
    const struct cd_table *table = &call->sb->coda->tables[call->table];
    int column = coda_column(table, call->segments[5]);
    if (column < 0) {
        fail(call, 404, "Could not find a column with that ID or name.");
        return;
    }
    cJSON *json = coda_column_json(call->sb->coda, table, (size_t)column, call->prefix);
    cJSON_AddItemToObject(json, "parent", coda_table_json(table, call->prefix, false));
    sb_reply_json(call->reply, 200, json);
}

static void get_rows(struct coda_call *call)
{
    char why[CODA_WHY] = "";
    cJSON *json = coda_list_rows(call->sb, call->req, call->table, call->prefix, why);
    if (json)
        sb_reply_json(call->reply, 200, json);
    else
        fail(call, 400, why);
}

static void get_row(struct coda_call *call)
{
    struct coda *coda = call->sb->coda;
    const struct cd_table *table = &coda->tables[call->table];
    const struct cd_row *row = coda_row(coda, call->table, call->segments[5]);
    const char *names = sb_arg(call->req, "useColumnNames");
    struct cd_view view = {.prefix = call->prefix, .names = names && strcmp(names, "true") == 0};
    for (size_t i = 0; !row && i < table->row_count; i++)
        if (!table->rows[i]->deleted &&
            strcmp(coda_row_name(table, table->rows[i]), call->segments[5]) == 0)
            row = table->rows[i];
    if (!row) {
        fail(call, 404, "Could not find a row with that ID or name.");
        return;
    }
    if (!coda_read_format(sb_arg(call->req, "valueFormat"), &view.format)) {
        fail(call, 400, "valueFormat must be one of simple, simpleWithArrays, rich.");
        return;
    }
    cJSON *json = coda_row_json(coda, call->table, row, &view);
    cJSON_AddItemToObject(json, "parent", coda_table_json(table, call->prefix, false));
    sb_reply_json(call->reply, 200, json);
}

static void write_rows(struct coda_call *call)
{
    char why[CODA_WHY] = "";
    cJSON *answer = NULL;
    const char *row = call->count > 5 ? call->segments[5] : NULL;
    cJSON *body = call->req->body_len ? cJSON_Parse(call->req->body) : cJSON_CreateObject();
    if (!cJSON_IsObject(body)) {
        fail(call, 400, "The body is not valid JSON.");
        cJSON_Delete(body);
        return;
    }
    int status = coda_accept(call->sb, call->table, call->req->method, row, body, &answer, why);
    cJSON_Delete(body);
    if (status == 202)
        sb_reply_json(call->reply, status, answer);
    else
        fail(call, status, *why ? why : NULL);
}

static void mutation_status(struct coda_call *call)
{
    const struct coda *coda = call->sb->coda;
    bool known = coda_finished(coda, call->segments[1]), completed = known;
    for (size_t i = 0; i < coda->pending_count && !known; i++)
        known = strcmp(coda->pending[i].request_id, call->segments[1]) == 0;
    if (!known) {
        fail(call, 404, "Could not find a mutation with that request ID.");
        return;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "completed", completed);
    sb_reply_json(call->reply, 200, json);
}

static const struct {
    const char *method, *last; /* last: the fixed word at place 2 (no table) or 4 */
    size_t segments;
    void (*run)(struct coda_call *call);
} routes[] = {
    {"GET", NULL, 2, get_doc},         {"GET", "tables", 3, get_tables},
    {"GET", NULL, 4, get_table},       {"GET", "columns", 5, get_columns},
    {"GET", "columns", 6, get_column}, {"GET", "rows", 5, get_rows},
    {"POST", "rows", 5, write_rows},   {"DELETE", "rows", 5, write_rows},
    {"GET", "rows", 6, get_row},       {"PUT", "rows", 6, write_rows},
    {"DELETE", "rows", 6, write_rows},
};

/* /docs/{doc}[/tables[/{table}[/columns[/{column}]|rows[/{row}]]]] */
static void route_doc(struct coda_call *call)
{
    if (strcmp(call->segments[1], SB_CODA_DOC) != 0 ||
        (call->count > 2 && strcmp(call->segments[2], "tables") != 0)) {
        fail(call, 404, "Could not find a doc or resource with that ID.");
        return;
    }
    int table = call->count > 3 ? coda_table(call->sb->coda, call->segments[3]) : 0;
    if (table < 0) {
        fail(call, 404, "Could not find a table with that ID or name.");
        return;
    }
    call->table = (size_t)table;
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        size_t word = call->count == 3 ? 2 : 4;
        if (routes[i].segments != call->count || strcmp(routes[i].method, call->req->method) != 0 ||
            (routes[i].last && strcmp(routes[i].last, call->segments[word]) != 0))
            continue;
        if (strcmp(call->req->method, "GET") != 0 || check_latest(call))
            routes[i].run(call);
        return;
    }
    fail(call, 404, NULL);
}

static void route(struct coda_call *call)
{
    bool get = strcmp(call->req->method, "GET") == 0;
    if (get && call->count == 1 && strcmp(call->segments[0], "whoami") == 0)
        whoami(call);
    else if (get && call->count == 2 && strcmp(call->segments[0], "mutationStatus") == 0)
        mutation_status(call);
    else if (call->count >= 2 && strcmp(call->segments[0], "docs") == 0)
        route_doc(call);
    else
        fail(call, 404, NULL);
}

static void handle(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    struct coda_call call = {.sb = sb, .req = req, .reply = reply};
    char *path = sb_dup(req->path), *save = NULL;
    const char *api = strtok_r(path, "/", &save), *version = strtok_r(NULL, "/", &save);
    char *part = NULL;
    bool known = api && version && strcmp(api, "apis") == 0 && strcmp(version, "v1") == 0;
    while (known && (part = strtok_r(NULL, "/", &save)) && call.count < SEGMENTS)
        call.segments[call.count++] = part;
    snprintf(call.prefix, sizeof call.prefix, "http://127.0.0.1:%u/coda/apis/v1/docs/%s", sb->port,
             SB_CODA_DOC);
    coda_settle(sb);
    if (!known || part || call.count == 0)
        fail(&call, 404, NULL);
    else if (check_head(&call) && check_rate(&call))
        route(&call);
    free(path);
}

const struct sb_service sb_coda = {.name = "coda", .prefix = "/coda", .handle = handle};
