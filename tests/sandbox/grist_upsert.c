/* grist_upsert.c: PUT of records: the rows whose columns equal `require` get `fields`; where there
 * is none, one is made of both. */
#include "tests/sandbox/grist.h"

#include <stdlib.h>
#include <string.h>

enum onmany { ON_FIRST, ON_NONE, ON_ALL };

struct upsert {
    struct gr_call *call;
    bool parse, noadd, noupdate;
    enum onmany onmany;
    cJSON *ids, *added, *updated;
};

static const cJSON *require_of(const cJSON *record)
{
    return cJSON_GetObjectItemCaseSensitive(record, "require");
}

static const cJSON *fields_of(const cJSON *record)
{
    return cJSON_GetObjectItemCaseSensitive(record, "fields");
}

/* ---------------------------------------------------------------- checks */

static bool read_onmany(struct gr_call *call, enum onmany *ret_onmany)
{
    static const char *const names[] = {"first", "none", "all"};
    const char *text = sb_arg(call->req, "onmany");
    *ret_onmany = ON_FIRST;
    for (size_t i = 0; text && i < COUNT_OF(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret_onmany = (enum onmany)i;
            return true;
        }
    if (text)
        gr_fail(call, 400, "onmany parameter %s should be one of first,none,all", text);
    return !text;
}

static bool refuse(struct gr_call *call, const char *why)
{
    gr_fail(call, 400, "Error manipulating data: [Sandbox] ValueError %s", why);
    return false;
}

/* Each require once; as printed, since the members come in the order in which they were written. */
static bool check_requires(struct gr_call *call, const cJSON *records)
{
    struct strmap seen = {0};
    const cJSON *record;
    char **texts = sb_alloc(((size_t)cJSON_GetArraySize(records) + 1) * sizeof(char *));
    const char *why = NULL;
    size_t count = 0;
    cJSON_ArrayForEach(record, records)
    {
        char *text = texts[count++] = cJSON_PrintUnformatted(require_of(record));
        if (!require_of(record)->child && !gr_flag(call, "allow_empty_require"))
            why = "require is empty but allow_empty_require isn't set";
        else if (strmap_get(&seen, text))
            why = "require values must be unique";
        strmap_put(&seen, text, text);
    }
    strmap_free(&seen);
    while (count)
        free(texts[--count]);
    free(texts);
    return why ? refuse(call, why) : true;
}

static bool check(struct gr_call *call, enum onmany *ret_onmany)
{
    const cJSON *records, *record;
    if (!gr_check_records(call, GR_UPSERT_RECORD) || !read_onmany(call, ret_onmany))
        return false;
    records = cJSON_GetObjectItemCaseSensitive(call->body, "records");
    cJSON_ArrayForEach(record, records)
    {
        if (!gr_check_columns(call, require_of(record), true) ||
            !gr_check_columns(call, fields_of(record), false))
            return false;
    }
    cJSON_ArrayForEach(record, records)
    {
        if (!gr_check_writable(call, fields_of(record)))
            return false;
    }
    return check_requires(call, records);
}

/* ---------------------------------------------------------------- the work */

static struct gr_rows find(const struct upsert *upsert, const cJSON *require)
{
    const struct gr_call *call = upsert->call;
    struct gr_set set = gr_set_of(call, require, upsert->parse);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(require, "id");
    char *where =
        cJSON_IsNumber(id) ? sb_printf("id = %lld", (long long)id->valuedouble) : sb_dup("1");
    for (size_t i = 0; i < set.count; i++) {
        char *name = gsql_name(call->table->columns[set.columns[i]].id);
        char *longer = sb_printf("%s AND %s IS ?", where, name);
        free(name);
        free(where);
        where = longer;
    }
    struct gr_rows rows = gr_read(call->doc, call->table, where, set.values, set.count);
    free(where);
    gr_set_free(&set);
    return rows;
}

static void add_row(const struct upsert *upsert, const cJSON *record, cJSON *ids)
{
    struct gr_call *call = upsert->call;
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(require_of(record), "id"), *value;
    cJSON *both = cJSON_Duplicate(require_of(record), true);
    cJSON_ArrayForEach(value, fields_of(record))
    {
        cJSON_DeleteItemFromObjectCaseSensitive(both, value->string);
        cJSON_AddItemToObject(both, value->string, cJSON_Duplicate(value, true));
    }
    struct gr_set set = gr_set_of(call, both, upsert->parse);
    int64_t wanted = cJSON_IsNumber(id) ? (int64_t)id->valuedouble : 0;
    double made = (double)gr_insert(call->sb, call->doc, call->table, wanted, &set);
    cJSON_AddItemToArray(ids, cJSON_CreateNumber(made));
    cJSON_AddItemToArray(upsert->added, cJSON_CreateNumber(made));
    gr_set_free(&set);
    cJSON_Delete(both);
}

static void put_record(const struct upsert *upsert, const cJSON *record)
{
    struct gr_call *call = upsert->call;
    struct gr_rows rows = find(upsert, require_of(record));
    struct gr_set set = gr_set_of(call, fields_of(record), upsert->parse);
    cJSON *ids = cJSON_CreateArray();
    size_t count = upsert->noupdate || (rows.count > 1 && upsert->onmany == ON_NONE) ? 0
                   : upsert->onmany == ON_ALL || rows.count == 0                     ? rows.count
                                                                                     : 1;
    for (size_t i = 0; i < count; i++) {
        gr_update(call->sb, call->doc, call->table, rows.items[i].id, &set);
        cJSON_AddItemToArray(ids, cJSON_CreateNumber((double)rows.items[i].id));
    }
    if (count)
        cJSON_AddItemToArray(upsert->updated, cJSON_Duplicate(ids, true));
    if (!rows.count && !upsert->noadd)
        add_row(upsert, record, ids);
    cJSON_AddItemToArray(upsert->ids, ids);
    call->cost_ms += GRIST_WRITE_ROW;
    gr_set_free(&set);
    gr_rows_free(&rows, call->table);
}

void gr_upsert_records(struct gr_call *call)
{
    struct upsert upsert = {.call = call,
                            .parse = !gr_flag(call, "noparse"),
                            .noadd = gr_flag(call, "noadd"),
                            .noupdate = gr_flag(call, "noupdate")};
    const cJSON *record;
    if (!check(call, &upsert.onmany))
        return;
    cJSON *json = cJSON_CreateObject();
    upsert.ids = cJSON_AddArrayToObject(json, "recordIds");
    upsert.added = cJSON_AddArrayToObject(json, "addRecordIds");
    upsert.updated = cJSON_AddArrayToObject(json, "updateRecordIds");
    gr_begin(call->doc);
    cJSON_ArrayForEach(record, cJSON_GetObjectItemCaseSensitive(call->body, "records"))
        put_record(&upsert, record);
    gr_end(call->sb, call->doc, !call->drop);
    sb_reply_json(call->reply, 200, json);
}
