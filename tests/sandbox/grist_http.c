/* grist_http.c: /grist/api/...: keys, routes, and errors in Grist's words. */
#include "tests/sandbox/grist.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEARER "Bearer "

/* ---------------------------------------------------------------- the document itself */

static void add_time(cJSON *json, const char *key, int64_t ms)
{
    char text[32];
    iso_print(ms, text);
    cJSON_AddStringToObject(json, key, text);
}

static void get_doc(struct gr_call *call)
{
    static const char *const access[] = {"", "viewers", "editors", "owners"};
    const struct gr_doc *doc = call->doc;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "name", doc->name);
    add_time(json, "createdAt", doc->created);
    add_time(json, "updatedAt", doc->updated);
    cJSON_AddStringToObject(json, "id", doc->id);
    cJSON_AddFalseToObject(json, "isPinned");
    char *url_id = sb_printf("%.12s", doc->id);
    cJSON_AddStringToObject(json, "urlId", url_id);
    free(url_id);
    cJSON_AddNullToObject(json, "trunkId");
    cJSON_AddNullToObject(json, "type");
    cJSON *place = cJSON_AddObjectToObject(json, "workspace");
    cJSON_AddStringToObject(place, "name", "Home");
    add_time(place, "createdAt", doc->created);
    add_time(place, "updatedAt", doc->created);
    cJSON_AddNumberToObject(place, "id", 2);
    cJSON_AddFalseToObject(place, "isSupportWorkspace");
    cJSON *org = cJSON_AddObjectToObject(place, "org");
    cJSON_AddStringToObject(org, "name", "Personal");
    cJSON_AddNumberToObject(org, "id", 2);
    cJSON_AddStringToObject(org, "domain", "docs-5");
    cJSON_AddStringToObject(json, "access", access[call->access]);
    sb_reply_json(call->reply, 200, json);
}

static void new_doc(struct gr_call *call)
{
    static const struct gr_column_spec columns[] = {{.id = "A", .type = "Any"},
                                                    {.id = "B", .type = "Any"},
                                                    {.id = "C", .type = "Any"}};
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(call->body, "name"));
    struct gr_doc *doc = grist_new_doc(call->sb, NULL, name ? name : "Untitled");
    if (!doc) {
        gr_fail(call, 403, "the sandbox has no room for more documents");
        return;
    }
    struct gr_table *table = gr_new_table(doc, "Table1");
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        gr_add_column(doc, table, &columns[i]);
    gr_note_schema(call->sb, doc);
    sb_reply_json(call->reply, 200, cJSON_CreateString(doc->id));
}

static void remove_doc(struct gr_call *call)
{
    call->doc->trashed = true;
    sb_reply_json(call->reply, 200, cJSON_CreateNull());
}

static void restore_doc(struct gr_call *call)
{
    call->doc->trashed = false;
    sb_reply_json(call->reply, 200, cJSON_CreateNull());
}

static void get_states(struct gr_call *call)
{
    sb_reply_json(call->reply, 200, gr_states(call->doc));
}

static void get_compare(struct gr_call *call)
{
    char why[GSQL_WHY];
    int status;
    cJSON *json =
        gr_compare(call->doc, sb_arg(call->req, "left"), sb_arg(call->req, "right"), &status, why);
    if (json)
        sb_reply_json(call->reply, 200, json);
    else
        gr_fail(call, status, "%s", why);
}

/* Nobody listens: the played server allows no address to be called. */
static void get_webhooks(struct gr_call *call)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddArrayToObject(json, "webhooks");
    sb_reply_json(call->reply, 200, json);
}

static void add_webhook(struct gr_call *call)
{
    gr_fail(call, 403, "Provided url is forbidden");
}

/* ---------------------------------------------------------------- sql */

/* Without the lock, so that a slow statement keeps up nobody but this document's callers. */
static void run_sql(struct gr_call *call, const char *sql, const cJSON *args, int64_t limit_ms)
{
    char why[GSQL_WHY] = "";
    cJSON *records = NULL;
    pthread_mutex_unlock(&call->sb->lock);
    int status = gsql_ask(call->doc->db, sql, args, limit_ms, &records, why);
    pthread_mutex_lock(&call->sb->lock);
    if (status != 200) {
        gr_fail(call, status, "%s", why);
        return;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "statement", sql);
    cJSON_AddItemToObject(json, "records", records);
    sb_reply_json(call->reply, 200, json);
}

static void get_sql(struct gr_call *call)
{
    const char *sql = sb_arg(call->req, "q");
    if (sql)
        run_sql(call, sql, NULL, GRIST_SQL_MS);
    else
        gr_fail(call, 400, "q parameter is required");
}

static void post_sql(struct gr_call *call)
{
    const cJSON *sql = cJSON_GetObjectItemCaseSensitive(call->body, "sql");
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(call->body, "args");
    const cJSON *limit = cJSON_GetObjectItemCaseSensitive(call->body, "timeout");
    double ms = cJSON_IsNumber(limit) && limit->valuedouble > 0 ? limit->valuedouble : GRIST_SQL_MS;
    if (!sql)
        gr_bad_payload(call, "body.sql is missing");
    else if (!cJSON_IsString(sql))
        gr_bad_payload(call, "body.sql is not a string");
    else if (args && !cJSON_IsArray(args))
        gr_bad_payload(call, "body.args is not an array");
    else
        run_sql(call, sql->valuestring, args, ms < GRIST_SQL_MS ? (int64_t)ms : GRIST_SQL_MS);
}

/* ---------------------------------------------------------------- routes */

enum need { NEED_VIEW, NEED_EDIT, NEED_ALL, NEED_OWNER };

static const struct route {
    const char *method, *path; /* below the document; * stands for any one segment */
    enum need need;
    void (*run)(struct gr_call *call);
} routes[] = {
    {"GET", "", NEED_VIEW, get_doc},
    {"GET", "tables", NEED_VIEW, gr_get_tables},
    {"POST", "tables", NEED_EDIT, gr_add_tables},
    {"PATCH", "tables", NEED_EDIT, gr_change_tables},
    {"GET", "tables/*/records", NEED_VIEW, gr_get_records},
    {"POST", "tables/*/records/list", NEED_VIEW, gr_list_records},
    {"POST", "tables/*/records", NEED_EDIT, gr_add_records},
    {"PATCH", "tables/*/records", NEED_EDIT, gr_change_records},
    {"PUT", "tables/*/records", NEED_EDIT, gr_upsert_records},
    {"POST", "tables/*/records/delete", NEED_EDIT, gr_delete_records},
    {"GET", "tables/*/data", NEED_VIEW, gr_get_data},
    {"POST", "tables/*/data/delete", NEED_EDIT, gr_delete_records},
    {"GET", "tables/*/columns", NEED_VIEW, gr_get_columns},
    {"POST", "tables/*/columns", NEED_EDIT, gr_add_columns},
    {"PATCH", "tables/*/columns", NEED_EDIT, gr_change_columns},
    {"DELETE", "tables/*/columns/*", NEED_EDIT, gr_delete_column},
    {"GET", "sql", NEED_ALL, get_sql},
    {"POST", "sql", NEED_ALL, post_sql},
    {"GET", "states", NEED_ALL, get_states},
    {"GET", "compare", NEED_ALL, get_compare},
    {"POST", "apply", NEED_EDIT, gr_apply},
    {"GET", "webhooks", NEED_OWNER, get_webhooks},
    {"POST", "webhooks", NEED_OWNER, add_webhook},
    {"GET", "attachments", NEED_VIEW, gr_list_files},
    {"POST", "attachments", NEED_EDIT, gr_upload},
    {"GET", "attachments/*", NEED_VIEW, gr_get_file},
    {"GET", "attachments/*/download", NEED_VIEW, gr_download},
    {"POST", "remove", NEED_OWNER, remove_doc},
    {"POST", "unremove", NEED_OWNER, restore_doc},
};

static bool matches(const struct gr_call *call, const char *path)
{
    for (size_t i = 2; i < call->count; i++) {
        size_t length = strcspn(path, "/");
        if (!*path ||
            !((length == 1 && *path == '*') || (strlen(call->segments[i]) == length &&
                                                strncmp(call->segments[i], path, length) == 0)))
            return false;
        path += length + (path[length] == '/');
    }
    return *path == '\0';
}

static const struct route *find_route(const struct gr_call *call)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++)
        if (strcmp(routes[i].method, call->req->method) == 0 && matches(call, routes[i].path))
            return &routes[i];
    return NULL;
}

/* ---------------------------------------------------------------- who asks */

static bool is_json(const struct sb_request *req)
{
    const char *type = sb_header(req, "Content-Type");
    return type && strncmp(type, "application/json", 16) == 0;
}

static bool check_key(struct gr_call *call)
{
    static const struct {
        const char *key;
        enum gr_access access;
    } keys[] = {{SB_GRIST_TOKEN, GR_OWNER},
                {SB_GRIST_VIEWER, GR_VIEWER},
                {SB_GRIST_PARTIAL, GR_PARTIAL}};
    const char *header = sb_header(call->req, "Authorization");
    bool read = strcmp(call->req->method, "GET") == 0;
    if (!header && !read && !is_json(call->req) && !sb_header(call->req, "X-Requested-With")) {
        gr_fail(call, 401,
                "Unauthenticated requests require one of the headers'Content-Type: "
                "application/json' or 'X-Requested-With: XMLHttpRequest'");
        return false;
    }
    if (!header)
        return true;                    /* nobody: the document will say what that means */
    size_t length = strlen(BEARER) - 1; /* an empty key comes without the blank */
    if (strncmp(header, BEARER, length) != 0 || (header[length] && header[length] != ' ')) {
        gr_fail(call, 401, "Bad request: unsupported Authorization scheme, expected 'Bearer'");
        return false;
    }
    const char *key = header + length + (header[length] == ' ');
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (strcmp(key, keys[i].key) == 0)
            call->access = keys[i].access;
    if (call->access == GR_NOBODY)
        gr_fail(call, 401, "Bad request: invalid API key");
    return call->access != GR_NOBODY;
}

static bool check_access(struct gr_call *call, enum need need)
{
    const char *why = NULL;
    if (call->access == GR_NOBODY)
        why = "No view access";
    else if (need == NEED_EDIT && call->access == GR_VIEWER)
        why = "No write access";
    else if (need == NEED_OWNER && call->access != GR_OWNER)
        why = "No owner access";
    else if (need == NEED_ALL && call->access == GR_PARTIAL)
        why = "insufficient document access";
    if (why)
        gr_fail(call, 403, "%s", why);
    return !why;
}

/* ---------------------------------------------------------------- one request */

static bool read_body(struct gr_call *call)
{
    const struct sb_request *req = call->req;
    const char *type = sb_header(req, "Content-Type");
    bool upload = type && strncmp(type, "multipart/", 10) == 0;
    if (req->body_len > GRIST_BODY_MAX && !upload) {
        gr_fail(call, 413, "request entity too large");
        return false;
    }
    if (!req->body_len || !is_json(req))
        return true; /* not looked at */
    call->body = cJSON_Parse(req->body);
    if (cJSON_IsObject(call->body) || cJSON_IsArray(call->body))
        return true;
    char *trouble = gr_json_trouble(req->body);
    gr_fail(call, 400, "%s", trouble);
    free(trouble);
    return false;
}

static void run_route(struct gr_call *call, const struct route *route)
{
    if (call->doc->trashed && route->run != restore_doc) {
        gr_fail(call, 404, "Document is deleted");
        return;
    }
    if (call->count > 3 && strcmp(call->segments[2], "tables") == 0) {
        call->table = gr_table(call->doc, call->segments[3]);
        if (!call->table) {
            gr_fail(call, 404, "Table not found \"%s\"", call->segments[3]);
            return;
        }
    }
    route->run(call);
}

static void route_doc(struct gr_call *call)
{
    const struct route *route = find_route(call);
    call->doc = grist_doc(call->sb->grist, call->segments[1]);
    if (!call->doc) {
        gr_fail(call, 404, "document not found");
        return;
    }
    if (!route) {
        gr_fail(call, 404, "not found: %s", call->req->path);
        return;
    }
    if (!check_access(call, route->need))
        return;
    if (grist_busy(call->sb, call->doc)) {
        gr_fail(call, 429, "Too many backlogged requests for document %s - try again later?",
                call->doc->id);
        return;
    }
    grist_turn_begin(call->sb, call->doc);
    call->cost_ms = strcmp(call->req->method, "GET") == 0 ? GRIST_READ_MS : GRIST_WRITE_MS;
    run_route(call, route);
    grist_turn_end(call->sb, call->doc, call->cost_ms);
}

/* As Express does it: the same answer has the same tag. */
static void tag(struct gr_call *call)
{
    struct sb_reply *reply = call->reply;
    uint64_t hash = 0xcbf29ce484222325u;
    if (reply->status != 200 || strcmp(call->req->method, "GET") != 0 || !reply->body)
        return;
    for (const char *at = reply->body; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
    snprintf(reply->etag, sizeof reply->etag, "W/\"%zx-%016llx\"", strlen(reply->body),
             (unsigned long long)hash);
    const char *known = sb_header(call->req, "If-None-Match");
    if (known && strcmp(known, reply->etag) == 0)
        sb_reply_text(reply, 304, "application/json; charset=utf-8", "");
}

static void route(struct gr_call *call)
{
    bool create = call->count == 3 && strcmp(call->segments[0], "workspaces") == 0 &&
                  strcmp(call->segments[2], "docs") == 0 && strcmp(call->req->method, "POST") == 0;
    if (create && check_access(call, NEED_OWNER))
        new_doc(call);
    else if (!create && call->count >= 2 && strcmp(call->segments[0], "docs") == 0)
        route_doc(call);
    else if (!create)
        gr_fail(call, 404, "not found: %s", call->req->path);
}

static void handle(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    struct gr_call call = {.sb = sb, .req = req, .reply = reply, .drop = sb->drop_effect};
    char *path = sb_dup(req->path), *save = NULL, *part = NULL;
    const char *api = strtok_r(path, "/", &save);
    bool known = api && strcmp(api, "api") == 0;
    while (known && (part = strtok_r(NULL, "/", &save)) && call.count < COUNT_OF(call.segments))
        call.segments[call.count++] = part;
    if (req->uri_len > GRIST_URI_MAX) {
        sb_reply_text(reply, 431, "text/plain", "");
    } else if (!known || part) {
        gr_fail(&call, 404, "not found: %s", req->path);
    } else if (read_body(&call) && check_key(&call)) {
        route(&call);
        tag(&call);
    }
    cJSON_Delete(call.body);
    free(path);
}

const struct sb_service sb_grist = {.name = "grist", .prefix = "/grist", .handle = handle};
