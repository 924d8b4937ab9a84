/* grist_check.c: what must hold before a write. The sentences are the real server's, which checks
 * the shape of the whole body before it looks at any column. */
#include "tests/sandbox/grist.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gr_fail(struct gr_call *call, int status, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "error", length < 0 ? "" : text);
    sb_reply_json(call->reply, status, json);
    free(text);
}

void gr_bad_payload(struct gr_call *call, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "error", "Invalid payload");
    char *error = sb_printf("Error: %s", length < 0 ? "" : text);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(json, "details"), "userError", error);
    sb_reply_json(call->reply, 400, json);
    free(error);
    free(text);
}

bool gr_flag(const struct gr_call *call, const char *name)
{
    const char *value = sb_arg(call->req, name);
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

char *gr_json_trouble(const char *text)
{
    const char *at = text + strspn(text, " \t\r\n");
    if (*at != '{' && *at != '[')
        return *at ? sb_printf("Unexpected token '%c', is not valid JSON", *at)
                   : sb_dup("Unexpected end of JSON input");
    if (*at == '{' && at[1] && !strchr("\"} \t\r\n", at[1]))
        return sb_printf("Expected property name or '}' in JSON at position %d",
                         (int)(at + 1 - text));
    const char *end = NULL;
    cJSON_Delete(cJSON_ParseWithOpts(text, &end, 0));
    if (!end || !*end)
        return sb_dup("Unexpected end of JSON input");
    return sb_printf("Unexpected token '%c' in JSON at position %d", *end, (int)(end - text));
}

/* ---------------------------------------------------------------- the shape of the body */

static const char *const shapes[] = {"NewRecord", "Record", "AddOrUpdateRecord"};

/* A letter that begins an encoded value. */
static bool is_code(const cJSON *item)
{
    return cJSON_IsString(item) && strlen(item->valuestring) == 1 &&
           strchr("LlODdRrEPCUVS", *item->valuestring);
}

static bool check_value(struct gr_call *call, const char *head, const char *at, const cJSON *value)
{
    if (!cJSON_IsObject(value) && (!cJSON_IsArray(value) || is_code(value->child)))
        return true;
    char *path = sb_printf("%s.%s", at, value->string);
    char *last = cJSON_IsObject(value)
                     ? sb_dup("")
                     : sb_printf("; %s[0] is not a GristObjCode; %s[0] is not a valid enum value",
                                 path, path);
    gr_bad_payload(call,
                   "%s; %s is not a CellValue; %s is none of number, string, boolean, null, 1 more"
                   "%s",
                   head, path, path, last);
    free(last);
    free(path);
    return false;
}

static bool check_fields(struct gr_call *call, const char *head, const char *at,
                         const cJSON *record, const char *key, bool needed)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(record, key), *value;
    char *path = sb_printf("%s.%s", at, key);
    bool good = true;
    if (!fields && needed) {
        gr_bad_payload(call, "%s; %s is missing", head, path);
        good = false;
    } else if (fields && !cJSON_IsObject(fields)) {
        gr_bad_payload(call, "%s; %s is not an object", head, path);
        good = false;
    } else {
        cJSON_ArrayForEach(value, fields) good = good && check_value(call, head, path, value);
    }
    free(path);
    return good;
}

static bool check_record(struct gr_call *call, enum gr_shape shape, const cJSON *record, int number)
{
    char *at = sb_printf("body.records[%d]", number);
    char *head = sb_printf("%s is not a %s", at, shapes[shape]);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(record, "id");
    bool good = false;
    if (!cJSON_IsObject(record))
        gr_bad_payload(call, "%s; %s is not an object", head, at);
    else if (shape == GR_RECORD && !id)
        gr_bad_payload(call, "%s; %s.id is missing", head, at);
    else if (shape == GR_RECORD && !cJSON_IsNumber(id))
        gr_bad_payload(call, "%s; %s.id is not a number", head, at);
    else
        good =
            (shape != GR_UPSERT_RECORD || check_fields(call, head, at, record, "require", true)) &&
            check_fields(call, head, at, record, "fields", shape == GR_RECORD);
    free(head);
    free(at);
    return good;
}

bool gr_check_records(struct gr_call *call, enum gr_shape shape)
{
    const cJSON *records = cJSON_GetObjectItemCaseSensitive(call->body, "records"), *record;
    int number = 0;
    if (!records) {
        gr_bad_payload(call, "body.records is missing");
        return false;
    }
    if (!cJSON_IsArray(records)) {
        gr_bad_payload(call, "body.records is not an array");
        return false;
    }
    if (!records->child) /* a list of at least one */
        return check_record(call, shape, NULL, 0);
    cJSON_ArrayForEach(record, records)
    {
        if (!check_record(call, shape, record, number++))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- columns */

bool gr_check_columns(struct gr_call *call, const cJSON *fields, bool id_too)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, fields)
    {
        if (gr_column(call->table, value->string) >= 0 ||
            (id_too && strcmp(value->string, "id") == 0))
            continue;
        gr_fail(call, 400, "Invalid column \"%s\"", value->string);
        return false;
    }
    return true;
}

bool gr_check_writable(struct gr_call *call, const cJSON *fields)
{
    const cJSON *value;
    cJSON_ArrayForEach(value, fields)
    {
        int at = gr_column(call->table, value->string);
        if (at < 0 || !call->table->columns[at].is_formula)
            continue;
        gr_fail(call, 400,
                "Error manipulating data: [Sandbox] ValueError Can't save value to formula column "
                "%s",
                value->string);
        return false;
    }
    return true;
}

struct gr_set gr_set_of(const struct gr_call *call, const cJSON *fields, bool parse)
{
    size_t most = fields ? (size_t)cJSON_GetArraySize(fields) : 0;
    struct gr_set set = {.columns = sb_alloc(most * sizeof *set.columns),
                         .values = sb_alloc(most * sizeof *set.values)};
    const cJSON *value;
    cJSON_ArrayForEach(value, fields)
    {
        int at = gr_column(call->table, value->string);
        if (at < 0)
            continue;
        set.columns[set.count] = (size_t)at;
        set.values[set.count++] = gr_convert(&call->table->columns[at], value, parse);
    }
    return set;
}

void gr_set_free(struct gr_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        gv_clear(&set->values[i]);
    free(set->columns);
    free(set->values);
    *set = (struct gr_set){0};
}
