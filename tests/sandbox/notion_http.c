/* notion_http.c: /notion/v1/...: token, version, rate, routes, and errors in Notion's words. */
#include "tests/sandbox/faults.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS 6
#define WANTED   64

struct notion_call {
    struct sandbox *sb;
    const struct sb_request *req;
    struct sb_reply *reply;
    char *segments[SEGMENTS]; /* "pages", "<id>", "properties", "<id>" */
    size_t count;
    cJSON *body;
};

static void add_request_id(struct notion_call *call, cJSON *json)
{
    rng_uuid(&call->sb->notion->rng, call->reply->request_id);
    cJSON_AddStringToObject(json, "request_id", call->reply->request_id);
}

static void answer(struct notion_call *call, cJSON *json)
{
    add_request_id(call, json);
    sb_reply_json(call->reply, 200, json);
}

static void fail(struct notion_call *call, int status, const char *code, const char *message)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "object", "error");
    cJSON_AddNumberToObject(json, "status", status);
    cJSON_AddStringToObject(json, "code", code);
    cJSON_AddStringToObject(json, "message", message);
    if (status == 404)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "additional_data"), "integration_id",
                                SB_NOTION_BOT);
    add_request_id(call, json);
    sb_reply_json(call->reply, status, json);
}

static void fail_write(struct notion_call *call, int status, const char *why)
{
    fail(call, status, status == 404 ? "object_not_found" : "validation_error", why);
}

/* Says what Notion says both for "never was" and for "not shared with you". */
static void not_found(struct notion_call *call, const char *what, const char *id)
{
    char text[300], canonical[37];
    if (!uuid_parse(id, canonical)) {
        snprintf(text, sizeof text,
                 "path failed validation: path.%s_id should be a valid uuid, instead was "
                 "`\"%.60s\"`.",
                 what, id);
        fail(call, 400, "validation_error", text);
        return;
    }
    snprintf(text, sizeof text,
             "Could not find %s with ID: %s. Make sure the relevant pages and databases are shared "
             "with your integration \"rosterd\".",
             what, canonical);
    fail(call, 404, "object_not_found", text);
}

static bool check_head(struct notion_call *call)
{
    const char *token = sb_header(call->req, "Authorization");
    const char *version = sb_header(call->req, "Notion-Version");
    char text[200];
    if (!token || strcmp(token, "Bearer " SB_NOTION_TOKEN) != 0) {
        fail(call, 401, "unauthorized", "API token is invalid.");
        return false;
    }
    if (!version) {
        fail(call, 400, "missing_version",
             "Notion-Version header failed validation: Notion-Version header should be defined, "
             "instead was `undefined`.");
        return false;
    }
    if (strcmp(version, NOTION_VERSION) != 0) {
        snprintf(text, sizeof text,
                 "Notion-Version header failed validation: Notion-Version header should be "
                 "`\"" NOTION_VERSION "\"`, instead was `\"%.40s\"`.",
                 version);
        fail(call, 400, "validation_error", text);
        return false;
    }
    return true;
}

static bool check_rate(struct notion_call *call)
{
    int64_t wait = 0;
    if (!call->sb->opt.rate_limits ||
        limiter_take(&call->sb->notion->limiter, sb_now_ms(call->sb), &wait))
        return true;
    cJSON *json = vendor_error("notion", 429, 0);
    call->reply->retry_after = (unsigned)((wait + 999) / 1000);
    add_request_id(call, json);
    sb_reply_json(call->reply, 429, json);
    return false;
}

/* A body that must be a JSON object; an empty one counts as {}. */
static bool read_body(struct notion_call *call)
{
    if (call->req->body_len > NOTION_PAYLOAD_MAX) {
        fail(call, 413, "validation_error", "Request body is larger than 500 KB.");
        return false;
    }
    call->body = call->req->body_len ? cJSON_Parse(call->req->body) : cJSON_CreateObject();
    if (cJSON_IsObject(call->body))
        return true;
    fail(call, 400, "invalid_json", "Error parsing JSON body.");
    return false;
}

/* filter_properties[]=<id>: false with the answer written when one is not known. */
static bool read_wanted(struct notion_call *call, const struct nt_source *source,
                        bool wanted[WANTED], const bool **ret_wanted)
{
    *ret_wanted = NULL;
    for (unsigned i = 0; i < WANTED; i++) {
        const char *name = sb_arg_at(call->req, "filter_properties[]", i);
        name = name ? name : sb_arg_at(call->req, "filter_properties", i);
        if (!name)
            break;
        int prop = notion_prop(source, name);
        if (prop < 0 || prop >= WANTED) {
            char text[200];
            snprintf(text, sizeof text, "Could not find property with name or id: %.100s", name);
            fail(call, 400, "validation_error", text);
            return false;
        }
        wanted[prop] = true;
        *ret_wanted = wanted;
    }
    return true;
}

static void get_me(struct notion_call *call)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "object", "user");
    cJSON_AddStringToObject(json, "id", SB_NOTION_BOT);
    cJSON_AddStringToObject(json, "name", "rosterd");
    cJSON_AddNullToObject(json, "avatar_url");
    cJSON_AddStringToObject(json, "type", "bot");
    cJSON *bot = cJSON_AddObjectToObject(json, "bot");
    cJSON *owner = cJSON_AddObjectToObject(bot, "owner");
    cJSON_AddStringToObject(owner, "type", "workspace");
    cJSON_AddTrueToObject(owner, "workspace");
    cJSON_AddStringToObject(bot, "workspace_name", "Sandbox");
    answer(call, json);
}

static void get_database(struct notion_call *call)
{
    struct notion *notion = call->sb->notion;
    char id[37];
    for (size_t i = 0; uuid_parse(call->segments[1], id) && i < NOTION_DATABASES; i++)
        if (strcmp(notion->databases[i].id, id) == 0) {
            answer(call, notion_database_json(notion, &notion->databases[i]));
            return;
        }
    not_found(call, "database", call->segments[1]);
}

static void get_source(struct notion_call *call)
{
    struct nt_source *source = notion_source(call->sb->notion, call->segments[1]);
    if (source)
        answer(call, notion_source_json(call->sb->notion, source));
    else
        not_found(call, "data_source", call->segments[1]);
}

static void post_query(struct notion_call *call)
{
    struct nt_source *source = notion_source(call->sb->notion, call->segments[1]);
    bool wanted[WANTED] = {false};
    const bool *filter;
    char why[NOTION_WHY] = "";
    if (!source) {
        not_found(call, "data_source", call->segments[1]);
        return;
    }
    if (!read_wanted(call, source, wanted, &filter))
        return;
    cJSON *json = notion_query(call->sb, source, call->body, filter, why);
    if (json)
        answer(call, json);
    else
        fail(call, 400, "validation_error", why);
}

static void post_search(struct notion_call *call)
{
    char why[NOTION_WHY] = "";
    cJSON *json = notion_search(call->sb, call->body, why);
    if (json)
        answer(call, json);
    else
        fail(call, 400, "validation_error", why);
}

static void get_page(struct notion_call *call)
{
    struct notion *notion = call->sb->notion;
    struct nt_page *page = notion_page(notion, call->segments[1]);
    bool wanted[WANTED] = {false};
    const bool *filter;
    if (!page)
        not_found(call, "page", call->segments[1]);
    else if (read_wanted(call, &notion->sources[page->source], wanted, &filter))
        answer(call, notion_page_json(notion, page, filter));
}

static void get_property(struct notion_call *call)
{
    struct notion *notion = call->sb->notion;
    struct nt_page *page = notion_page(notion, call->segments[1]);
    if (!page) {
        not_found(call, "page", call->segments[1]);
        return;
    }
    const struct nt_source *source = &notion->sources[page->source];
    size_t prop = 0;
    while (prop < source->prop_count && strcmp(source->props[prop].id_raw, call->segments[3]) != 0)
        prop++;
    if (prop == source->prop_count) {
        fail(call, 404, "object_not_found", "Could not find property with ID.");
        return;
    }
    const char *size = sb_arg(call->req, "page_size");
    long items = size ? strtol(size, NULL, 10) : NOTION_PAGE_SIZE;
    cJSON *json = items < 1 || items > NOTION_PAGE_SIZE
                      ? NULL
                      : notion_property_json(notion, page, prop, sb_arg(call->req, "start_cursor"),
                                             (size_t)items);
    if (json)
        answer(call, json);
    else
        fail(call, 400, "validation_error", "query failed validation: page_size or start_cursor.");
}

static void post_page(struct notion_call *call)
{
    struct notion *notion = call->sb->notion;
    char why[NOTION_WHY] = "";
    const char *parent = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(call->body, "parent"),
                                         "data_source_id"));
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(call->body, "properties");
    if (!parent || !cJSON_IsObject(properties)) {
        fail(call, 400, "validation_error",
             parent ? "body failed validation: body.properties should be an object."
                    : "body failed validation: body.parent.data_source_id should be defined, "
                      "instead was `undefined`.");
        return;
    }
    struct nt_source *source = notion_source(notion, parent);
    if (!source) {
        not_found(call, "data_source", parent);
        return;
    }
    int status = notion_write(call->sb, source, NULL, properties, why);
    if (status) {
        fail_write(call, status, why);
        return;
    }
    struct nt_page *page = notion_new_page(notion, source, NULL, sb_now_ms(call->sb));
    notion_write(call->sb, source, page, properties, why);
    notion_touch(call->sb, page, false);
    answer(call, notion_page_json(notion, page, NULL));
}

static bool known_patch(struct notion_call *call)
{
    static const char *const known[] = {"properties", "in_trash", "archived",
                                        "icon",       "cover",    "is_locked"};
    const cJSON *item;
    cJSON_ArrayForEach(item, call->body)
    {
        char text[200];
        size_t i = 0;
        while (i < COUNT_OF(known) && strcmp(known[i], item->string) != 0)
            i++;
        bool good = i < COUNT_OF(known) && (i != 0 || cJSON_IsObject(item)) &&
                    (i == 0 || i > 2 || cJSON_IsBool(item));
        if (good)
            continue;
        snprintf(text, sizeof text, "body failed validation: body.%.60s should be %s.",
                 item->string, i < COUNT_OF(known) ? "of another type" : "not present");
        fail(call, 400, "validation_error", text);
        return false;
    }
    return true;
}

static void patch_page(struct notion_call *call)
{
    struct nt_page *page = notion_page(call->sb->notion, call->segments[1]);
    char why[NOTION_WHY] = "";
    if (!page) {
        not_found(call, "page", call->segments[1]);
        return;
    }
    if (!known_patch(call))
        return;
    const cJSON *trash = cJSON_GetObjectItemCaseSensitive(call->body, "in_trash");
    trash = trash ? trash : cJSON_GetObjectItemCaseSensitive(call->body, "archived");
    if (page->trashed && !trash) {
        fail(call, 400, "validation_error",
             "Can't edit page on block with an archived ancestor. You must unarchive the ancestor "
             "before editing page.");
        return;
    }
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(call->body, "properties");
    struct nt_source *source = &call->sb->notion->sources[page->source];
    int status = properties ? notion_write(call->sb, source, page, properties, why) : 0;
    if (status) {
        fail_write(call, status, why);
        return;
    }
    if (trash)
        page->trashed = cJSON_IsTrue(trash);
    notion_touch(call->sb, page, false);
    answer(call, notion_page_json(call->sb->notion, page, NULL));
}

static const struct {
    const char *method, *first, *third;
    size_t segments;
    bool body;
    void (*run)(struct notion_call *call);
} routes[] = {
    {"GET", "users", NULL, 2, false, get_me},
    {"GET", "databases", NULL, 2, false, get_database},
    {"GET", "data_sources", NULL, 2, false, get_source},
    {"POST", "data_sources", "query", 3, true, post_query},
    {"GET", "pages", NULL, 2, false, get_page},
    {"GET", "pages", "properties", 4, false, get_property},
    {"POST", "pages", NULL, 1, true, post_page},
    {"PATCH", "pages", NULL, 2, true, patch_page},
    {"POST", "search", NULL, 1, true, post_search},
};

static void route(struct notion_call *call)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (strcmp(routes[i].method, call->req->method) != 0 || routes[i].segments != call->count ||
            strcmp(routes[i].first, call->segments[0]) != 0 ||
            (routes[i].third && strcmp(routes[i].third, call->segments[2]) != 0))
            continue;
        if (routes[i].run == get_me && strcmp(call->segments[1], "me") != 0)
            continue;
        if (!routes[i].body || read_body(call))
            routes[i].run(call);
        return;
    }
    fail(call, 400, "invalid_request_url", "Invalid request URL.");
}

static void handle(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    struct notion_call call = {.sb = sb, .req = req, .reply = reply};
    char *path = sb_dup(req->path), *save = NULL;
    char *part = strtok_r(path, "/", &save);
    bool versioned = part && strcmp(part, "v1") == 0;
    while ((part = strtok_r(NULL, "/", &save)) && call.count < SEGMENTS)
        call.segments[call.count++] = part;
    if (!versioned || call.count == 0 || part)
        fail(&call, 400, "invalid_request_url", "Invalid request URL.");
    else if (check_head(&call) && check_rate(&call))
        route(&call);
    cJSON_Delete(call.body);
    free(path);
}

const struct sb_service sb_notion = {.name = "notion", .prefix = "/notion", .handle = handle};
