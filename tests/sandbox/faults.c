/* faults.c: see faults.h. */
#include "tests/sandbox/faults.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEP_LEVELS 100000

static const struct {
    const char *name;
    enum fault_kind kind;
    int status;
} kinds[] = {
    {"slow", FAULT_SLOW, 0},
    {"late", FAULT_LATE, 0},
    {"truncate", FAULT_TRUNCATE, 0},
    {"lost", FAULT_LOST, 0},
    {"close", FAULT_CLOSE, 0},
    {"notjson", FAULT_NOTJSON, 200},
    {"empty", FAULT_EMPTY, 200},
    {"huge", FAULT_HUGE, 200},
    {"deep", FAULT_DEEP, 200},
    {"expired", FAULT_STATUS, 401},
    {"cursor_loop", FAULT_CURSOR_LOOP, 0},
    {"html502", FAULT_HTML, 502},
    {"drop", FAULT_DROP, 0},
};

static const struct {
    int status;
    const char *reason, *notion_code, *notion_message;
} statuses[] = {
    {400, "Bad Request", "validation_error", "body failed validation."},
    {401, "Unauthorized", "unauthorized", "API token is invalid."},
    {403, "Forbidden", "restricted_resource", "Insufficient permissions for this endpoint."},
    {404, "Not Found", "object_not_found", "Could not find the object."},
    {409, "Conflict", "conflict_error", "Conflict occurred while saving. Please try again."},
    {410, "Gone", "object_not_found", "Gone."},
    {413, "Payload Too Large", "validation_error", "Request body too large."},
    {422, "Unprocessable Entity", "validation_error", "Unprocessable."},
    {429, "Too Many Requests", "rate_limited",
     "You have been rate limited. Please try again in a few minutes."},
    {500, "Internal Server Error", "internal_server_error",
     "Unexpected error occurred. Please contact Notion support."},
    {502, "Bad Gateway", "bad_gateway", "Bad gateway."},
    {503, "Service Unavailable", "service_unavailable",
     "Notion is unavailable. Please try again later."},
    {504, "Gateway Timeout", "gateway_timeout", "Gateway timeout."},
    {529, "Site is overloaded", "service_overload", "Service is overloaded."},
};

static size_t status_row(int status)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (statuses[i].status == status)
            return i;
    return 9; /* 500 */
}

const char *http_reason(int status)
{
    return statuses[status_row(status)].reason;
}

/* What Grist says with that status; it sends no Retry-After unless the order names one. */
static const char *grist_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } sentences[] = {
        {400, "Error manipulating data: [Sandbox] ValueError"},
        {401, "Bad request: invalid API key"},
        {403, "No view access"},
        {404, "document not found"},
        {413, "request entity too large"},
        {429, "Too many backlogged requests for document " SB_GRIST_DOC " - try again later?"},
        {503, "Document in flux - try again later"},
    };
    for (size_t i = 0; i < COUNT_OF(sentences); i++)
        if (sentences[i].status == status)
            return sentences[i].words;
    return http_reason(status);
}

cJSON *vendor_error(const char *service, int status, unsigned retry_after)
{
    size_t row = status_row(status);
    cJSON *error = cJSON_CreateObject();
    if (strcmp(service, "notion") == 0) {
        cJSON_AddStringToObject(error, "object", "error");
        cJSON_AddNumberToObject(error, "status", status);
        cJSON_AddStringToObject(error, "code", statuses[row].notion_code);
        cJSON_AddStringToObject(error, "message", statuses[row].notion_message);
        if (status == 429)
            cJSON_AddStringToObject(cJSON_AddObjectToObject(error, "additional_data"),
                                    "rate_limit_reason", "public_api_request_rate_limit");
    } else if (strcmp(service, "telegram") == 0) {
        char text[80];
        snprintf(text, sizeof text, status == 429 ? "%s: retry after %u" : "%s",
                 statuses[row].reason, retry_after);
        cJSON_AddFalseToObject(error, "ok");
        cJSON_AddNumberToObject(error, "error_code", status);
        cJSON_AddStringToObject(error, "description", text);
        if (status == 429)
            cJSON_AddNumberToObject(cJSON_AddObjectToObject(error, "parameters"), "retry_after",
                                    retry_after);
    } else if (strcmp(service, "grist") == 0) {
        cJSON_AddStringToObject(error, "error", grist_words(status));
    } else {
        cJSON_AddNumberToObject(error, "statusCode", status);
        cJSON_AddStringToObject(error, "statusMessage", statuses[row].reason);
        cJSON_AddStringToObject(error, "message", statuses[row].reason);
    }
    return error;
}

static bool read_kind(struct fault *fault, const char *name)
{
    snprintf(fault->kind_name, sizeof fault->kind_name, "%s", name);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            fault->kind = kinds[i].kind;
            fault->status = kinds[i].status;
            return true;
        }
    long status = strtol(name, NULL, 10);
    if (strlen(name) != 3 || status < 400 || status > 599)
        return false;
    fault->kind = FAULT_STATUS;
    fault->status = (int)status;
    return true;
}

static const char *text_of(const cJSON *order, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(order, key));
    return text ? text : "";
}

static double number_of(const cJSON *order, const char *key, double otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(order, key);
    if (!cJSON_IsNumber(item) || item->valuedouble < -1 || item->valuedouble > 1e9)
        return otherwise;
    return item->valuedouble;
}

bool faults_add(struct faults *faults, const cJSON *order, char *ret_why, size_t why_size)
{
    struct fault fault = {0};
    if (faults->count == FAULTS_MAX) {
        snprintf(ret_why, why_size, "more than %d faults: clear them first", FAULTS_MAX);
        return false;
    }
    if (!read_kind(&fault, text_of(order, "kind"))) {
        snprintf(
            ret_why, why_size,
            "kind must be a status from 400 to 599 or one of slow late truncate lost close notjson "
            "empty huge deep expired cursor_loop html502 drop");
        return false;
    }
    snprintf(fault.service, sizeof fault.service, "%s", text_of(order, "service"));
    snprintf(fault.method, sizeof fault.method, "%s", text_of(order, "method"));
    snprintf(fault.path, sizeof fault.path, "%s", text_of(order, "path"));
    double after = number_of(order, "after", 0);
    fault.after = after < 0 ? 0 : (long)after;
    fault.count = (long)number_of(order, "count", 1);
    double retry = number_of(order, "retry_after", 0), ms = number_of(order, "ms", 500);
    fault.retry_after = retry < 0 ? 0 : (unsigned)retry;
    fault.ms = ms < 0 ? 0 : (unsigned)ms;
    faults->items[faults->count++] = fault;
    return true;
}

cJSON *faults_list(const struct faults *faults)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "service", fault->service);
        cJSON_AddStringToObject(item, "method", fault->method);
        cJSON_AddStringToObject(item, "path", fault->path);
        cJSON_AddStringToObject(item, "kind", fault->kind_name);
        cJSON_AddNumberToObject(item, "after", (double)fault->after);
        cJSON_AddNumberToObject(item, "count", (double)fault->count);
        cJSON_AddNumberToObject(item, "retry_after", fault->retry_after);
        cJSON_AddNumberToObject(item, "ms", fault->ms);
        cJSON_AddNumberToObject(item, "hits", fault->hits);
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

struct fault *faults_take(struct faults *faults, const char *service, const char *method,
                          const char *path)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->items[i];
        if (fault->count == 0 || (*fault->service && strcmp(fault->service, service) != 0) ||
            (*fault->method && strcmp(fault->method, method) != 0) ||
            (*fault->path && !strstr(path, fault->path)))
            continue;
        if (fault->after > 0) {
            fault->after--;
            continue;
        }
        if (fault->count > 0)
            fault->count--;
        fault->hits++;
        return fault;
    }
    return NULL;
}

static char *deep_arrays(void)
{
    char *text = sb_alloc(DEEP_LEVELS * 2 + 1);
    memset(text, '[', DEEP_LEVELS);
    memset(text + DEEP_LEVELS, ']', DEEP_LEVELS);
    return text;
}

bool faults_before(const struct fault *fault, const char *service, struct sb_reply *reply)
{
    reply->status = fault->status;
    switch (fault->kind) {
    case FAULT_STATUS:
        reply->retry_after = fault->retry_after;
        sb_reply_json(reply, fault->status,
                      vendor_error(service, fault->status, fault->retry_after));
        return true;
    case FAULT_HTML:
        sb_reply_text(reply, fault->status, "text/html",
                      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
                      "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n");
        return true;
    case FAULT_NOTJSON:
        sb_reply_text(reply, 200, "application/json; charset=utf-8", "<!doctype html> not JSON {");
        return true;
    case FAULT_EMPTY:
        sb_reply_text(reply, 200, "application/json; charset=utf-8", "");
        return true;
    case FAULT_DEEP:
        reply->body = deep_arrays();
        return true;
    case FAULT_HUGE: /* the server streams it */
    case FAULT_CLOSE:
        return true;
    case FAULT_NONE:
    case FAULT_SLOW:
    case FAULT_LATE:
    case FAULT_TRUNCATE:
    case FAULT_LOST:
    case FAULT_CURSOR_LOOP:
    case FAULT_DROP:
        break;
    }
    reply->status = 0;
    return false;
}

static void loop_key(struct fault *fault, cJSON *json, const char *key)
{
    const char *next = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
    if (!*fault->cursor && next)
        snprintf(fault->cursor, sizeof fault->cursor, "%s", next);
    if (!*fault->cursor) /* a listing of one page: its first item will do for Notion */
        next = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
            cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "results"), 0), "id"));
    if (!*fault->cursor && next)
        snprintf(fault->cursor, sizeof fault->cursor, "%s", next);
    if (!*fault->cursor)
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(json, key);
    cJSON_AddStringToObject(json, key, fault->cursor);
}

void faults_loop_cursor(struct fault *fault, struct sb_reply *reply)
{
    cJSON *json = reply->body ? cJSON_Parse(reply->body) : NULL;
    if (!json)
        return;
    if (cJSON_HasObjectItem(json, "results")) {
        loop_key(fault, json, "next_cursor");
        if (*fault->cursor)
            cJSON_ReplaceItemInObjectCaseSensitive(json, "has_more", cJSON_CreateTrue());
    } else if (cJSON_HasObjectItem(json, "items")) {
        loop_key(fault, json, "nextPageToken");
    }
    free(reply->body);
    reply->body = NULL;
    sb_reply_json(reply, reply->status, json);
}
