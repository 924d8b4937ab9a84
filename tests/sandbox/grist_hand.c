/* grist_hand.c: what a person does in Grist by hand: edits, new rows, removed rows, marks, another
 * updated_at, and changes of the columns. Seen through the API at once. */
#include "tests/sandbox/control.h"
#include "tests/sandbox/grist.h"
#include "tests/sandbox/ids.h"

#include <stdlib.h>
#include <string.h>

/* The handlers' view of a call, so that their helpers can be used. */
static bool begin(struct gr_call *call, const char *doc, const char *table)
{
    call->doc = grist_doc(call->sb->grist, doc ? doc : SB_GRIST_DOC);
    if (!call->doc) {
        control_fail(call->reply, 404, "there is no such document");
        return false;
    }
    grist_turn_begin(call->sb, call->doc);
    call->table = table ? gr_table(call->doc, table) : NULL;
    if (call->table)
        return true;
    grist_turn_end(call->sb, call->doc, 0);
    control_fail(call->reply, 404, "table must be the id of a table");
    return false;
}

static void end(struct gr_call *call)
{
    grist_turn_end(call->sb, call->doc, 0);
}

static cJSON *row_json(const struct gr_table *table, const struct gr_row *row)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "id", (double)row->id);
    cJSON *fields = cJSON_AddObjectToObject(json, "fields");
    for (size_t i = 1; i < table->count; i++) {
        const char *error;
        cJSON_AddItemToObject(fields, table->columns[i].id,
                              gr_cell_json(&table->columns[i], &row->cells[i], false, &error));
    }
    return json;
}

static void tell_rows(struct gr_call *call, int64_t id)
{
    struct gv arg = gv_int(id);
    struct gr_rows rows = gr_read(call->doc, call->table, id ? "id = ?" : NULL, &arg, id ? 1 : 0);
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < rows.count; i++)
        cJSON_AddItemToArray(list, row_json(call->table, &rows.items[i]));
    gr_rows_free(&rows, call->table);
    cJSON *one = id ? cJSON_DetachItemFromArray(list, 0) : NULL;
    if (id)
        cJSON_Delete(list);
    sb_reply_json(call->reply, 200, id ? (one ? one : cJSON_CreateObject()) : list);
}

/* A calculated column takes a value too: then its formula has come to say that. */
static void post_row(struct gr_call *call, const cJSON *body)
{
    const cJSON *cells = cJSON_GetObjectItemCaseSensitive(body, "cells"), *cell;
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(body, "row");
    int64_t id = cJSON_IsNumber(number) ? (int64_t)number->valuedouble : 0;
    if (number && (id < 1 || !gr_exists(call->doc, call->table, id))) {
        control_fail(call->reply, 404, "there is no such row");
        return;
    }
    cJSON_ArrayForEach(cell, cells)
    {
        if (gr_column(call->table, cell->string) >= 0)
            continue;
        control_fail(call->reply, 400, "cells names a column that the table has not");
        return;
    }
    struct gr_set set = gr_set_of(call, cells, true);
    gr_begin(call->doc);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "delete")))
        gr_remove(call->sb, call->doc, call->table, id);
    else if (id)
        gr_update(call->sb, call->doc, call->table, id, &set);
    else
        id = gr_insert(call->sb, call->doc, call->table, 0, &set);
    gr_end(call->sb, call->doc, true);
    gr_set_free(&set);
    tell_rows(call, id);
}

static void retype(struct gr_call *call, size_t at, const char *type)
{
    struct gr_column *column = &call->table->columns[at];
    if (strcmp(type, "calculated") == 0)
        column->is_formula = true;
    else
        gr_retype(call->doc, call->table, at, type);
}

static void post_schema(struct gr_call *call, const cJSON *body)
{
    static const char *const kinds[] = {"retype", "rename", "drop"};
    const cJSON *item;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, kinds[i]))
        {
            const char *column = i == 2 ? cJSON_GetStringValue(item) : item->string;
            if (column && gr_column(call->table, column) > 0 && cJSON_IsString(item))
                continue;
            control_fail(call->reply, 400,
                         "retype: {\"column\": \"Int\" or \"calculated\"}, rename: {\"old\": "
                         "\"new\"}, drop: [\"column\"], with columns that the table has");
            return;
        }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "retype"))
        retype(call, (size_t)gr_column(call->table, item->string), item->valuestring);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "drop"))
        gr_drop_column(call->doc, call->table, (size_t)gr_column(call->table, item->valuestring));
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "rename"))
    {
        int at = gr_column(call->table, item->string);
        if (at > 0 && gr_column(call->table, item->valuestring) < 0)
            gr_rename(call->doc, call->table, (size_t)at, item->valuestring);
    }
    gr_note_schema(call->sb, call->doc);
    gr_get_columns(call);
}

bool grist_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    struct gr_call call = {.sb = sb, .req = req, .reply = reply};
    bool row = control_is(req, "POST", "/grist/row");
    if (control_is(req, "GET", "/grist/rows")) {
        if (begin(&call, sb_arg(req, "doc"), sb_arg(req, "table"))) {
            tell_rows(&call, 0);
            end(&call);
        }
        return true;
    }
    if (!row && !control_is(req, "POST", "/grist/schema"))
        return false;
    cJSON *body = control_body(req, reply);
    if (body && begin(&call, control_text(body, "doc"), control_text(body, "table"))) {
        if (row)
            post_row(&call, body);
        else
            post_schema(&call, body);
        end(&call);
    }
    cJSON_Delete(body);
    return true;
}
