/* grist_write.c: adding, changing and removing records. A request is one action: all of it or
 * nothing. */
#include "tests/sandbox/grist.h"

#include <stdlib.h>
#include <string.h>

static const cJSON *records_of(const struct gr_call *call)
{
    return cJSON_GetObjectItemCaseSensitive(call->body, "records");
}

static const cJSON *fields_of(const cJSON *record)
{
    return cJSON_GetObjectItemCaseSensitive(record, "fields");
}

/* Nothing is kept when the fault "drop" wants the write forgotten. */
static void finish(struct gr_call *call, cJSON *answer)
{
    gr_end(call->sb, call->doc, !call->drop);
    sb_reply_json(call->reply, 200, answer);
}

static bool check_all(struct gr_call *call)
{
    const cJSON *record;
    cJSON_ArrayForEach(record, records_of(call))
    {
        if (!gr_check_columns(call, fields_of(record), false))
            return false;
    }
    cJSON_ArrayForEach(record, records_of(call))
    {
        if (!gr_check_writable(call, fields_of(record)))
            return false;
    }
    return true;
}

/* Records become columns on their way in: what one of them names, all of them get, as null where
 * they said nothing. */
static cJSON *all_keys(const cJSON *records)
{
    cJSON *keys = cJSON_CreateObject();
    const cJSON *record, *value;
    cJSON_ArrayForEach(record, records)
    {
        cJSON_ArrayForEach(value, fields_of(record))
        {
            if (!cJSON_HasObjectItem(keys, value->string))
                cJSON_AddNullToObject(keys, value->string);
        }
    }
    return keys;
}

static cJSON *filled(const cJSON *keys, const cJSON *fields)
{
    cJSON *whole = cJSON_CreateObject();
    const cJSON *key;
    cJSON_ArrayForEach(key, keys)
    {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(fields, key->string);
        cJSON_AddItemToObject(whole, key->string,
                              value ? cJSON_Duplicate(value, true) : cJSON_CreateNull());
    }
    return whole;
}

void gr_add_records(struct gr_call *call)
{
    const cJSON *record;
    bool parse = !gr_flag(call, "noparse");
    if (!gr_check_records(call, GR_NEW_RECORD) || !check_all(call))
        return;
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "records");
    cJSON *keys = all_keys(records_of(call));
    gr_begin(call->doc);
    cJSON_ArrayForEach(record, records_of(call))
    {
        cJSON *fields = filled(keys, fields_of(record)), *told = cJSON_CreateObject();
        struct gr_set set = gr_set_of(call, fields, parse);
        int64_t id = gr_insert(call->sb, call->doc, call->table, 0, &set);
        cJSON_AddNumberToObject(told, "id", (double)id);
        cJSON_AddItemToArray(list, told);
        gr_set_free(&set);
        cJSON_Delete(fields);
        call->cost_ms += GRIST_WRITE_ROW;
    }
    cJSON_Delete(keys);
    finish(call, json);
}

/* ---------------------------------------------------------------- PATCH */

static bool same_keys(const cJSON *a, const cJSON *b)
{
    const cJSON *value;
    if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
        return false;
    cJSON_ArrayForEach(value, a)
    {
        if (!cJSON_GetObjectItemCaseSensitive(b, value->string))
            return false;
    }
    return true;
}

static bool check_rows(struct gr_call *call)
{
    const cJSON *record;
    cJSON_ArrayForEach(record, records_of(call))
    {
        double id = cJSON_GetObjectItemCaseSensitive(record, "id")->valuedouble;
        if (id >= 1 && id < 1e15 && gr_exists(call->doc, call->table, (int64_t)id))
            continue;
        gr_fail(call, 400, "Invalid row id %.15g", id);
        return false;
    }
    return true;
}

void gr_change_records(struct gr_call *call)
{
    const cJSON *record, *records = records_of(call);
    bool parse = !gr_flag(call, "noparse");
    if (!gr_check_records(call, GR_RECORD))
        return;
    cJSON_ArrayForEach(record, records)
    {
        if (same_keys(fields_of(record), fields_of(records->child)))
            continue;
        gr_fail(call, 400, "PATCH requires all records to have same fields");
        return;
    }
    if (!check_all(call) || !check_rows(call))
        return;
    gr_begin(call->doc);
    cJSON_ArrayForEach(record, records)
    {
        struct gr_set set = gr_set_of(call, fields_of(record), parse);
        gr_update(call->sb, call->doc, call->table,
                  (int64_t)cJSON_GetObjectItemCaseSensitive(record, "id")->valuedouble, &set);
        gr_set_free(&set);
        call->cost_ms += GRIST_WRITE_ROW;
    }
    finish(call, cJSON_CreateNull());
}

/* ---------------------------------------------------------------- delete */

void gr_delete_records(struct gr_call *call)
{
    const cJSON *id;
    int number = 0;
    if (!cJSON_IsArray(call->body)) {
        gr_bad_payload(call, "body is not an array");
        return;
    }
    cJSON_ArrayForEach(id, call->body)
    {
        if (!cJSON_IsNumber(id)) {
            gr_bad_payload(call, "body[%d] is not a number", number);
            return;
        }
        number++;
    }
    gr_begin(call->doc);
    cJSON_ArrayForEach(id, call->body)
    {
        gr_remove(call->sb, call->doc, call->table, (int64_t)id->valuedouble);
        call->cost_ms += GRIST_WRITE_ROW;
    }
    finish(call, cJSON_CreateNull());
}
