/* grist_columns.c: the calls about tables and columns. */
#include "tests/sandbox/grist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- reading */

static cJSON *column_json(const struct gr_table *table, const struct gr_column *column)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", column->id);
    cJSON *fields = cJSON_AddObjectToObject(json, "fields");
    cJSON_AddNumberToObject(fields, "colRef", (double)column->ref);
    cJSON_AddStringToObject(fields, "label", column->label);
    cJSON_AddBoolToObject(fields, "isFormula", column->is_formula);
    cJSON_AddStringToObject(fields, "type", column->type);
    cJSON_AddNumberToObject(fields, "parentId", (double)table->ref);
    cJSON_AddNumberToObject(fields, "parentPos", (double)column->ref);
    cJSON_AddStringToObject(fields, "widgetOptions", column->options);
    cJSON_AddStringToObject(fields, "formula", column->formula);
    cJSON_AddStringToObject(fields, "description", "");
    cJSON_AddFalseToObject(fields, "untieColIdFromLabel");
    static const char *const zeros[] = {"summarySourceCol", "displayCol", "visibleCol"};
    for (size_t i = 0; i < COUNT_OF(zeros); i++)
        cJSON_AddNumberToObject(fields, zeros[i], 0);
    cJSON_AddNullToObject(fields, "rules");
    cJSON_AddNumberToObject(fields, "reverseCol", 0);
    cJSON_AddNumberToObject(fields, "recalcWhen", column->recalc_when);
    if (!column->dep_count) {
        cJSON_AddNullToObject(fields, "recalcDeps");
        return json;
    }
    cJSON *deps = cJSON_AddArrayToObject(fields, "recalcDeps");
    cJSON_AddItemToArray(deps, cJSON_CreateString("L"));
    for (size_t i = 0; i < column->dep_count; i++)
        cJSON_AddItemToArray(deps, cJSON_CreateNumber((double)column->deps[i]));
    return json;
}

void gr_get_columns(struct gr_call *call)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "columns");
    for (size_t i = gr_flag(call, "hidden") ? 0 : 1; i < call->table->count; i++)
        cJSON_AddItemToArray(list, column_json(call->table, &call->table->columns[i]));
    sb_reply_json(call->reply, 200, json);
}

static cJSON *table_json(const struct gr_table *table, bool expand)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", table->id);
    cJSON *fields = cJSON_AddObjectToObject(json, "fields");
    cJSON_AddNumberToObject(fields, "tableRef", (double)table->ref);
    cJSON_AddNumberToObject(fields, "primaryViewId", (double)table->ref);
    cJSON_AddNumberToObject(fields, "summarySourceTable", 0);
    cJSON_AddFalseToObject(fields, "onDemand");
    cJSON_AddNumberToObject(fields, "rawViewSectionRef", (double)table->ref * 3 - 1);
    cJSON_AddNumberToObject(fields, "recordCardViewSectionRef", (double)table->ref * 3);
    cJSON *columns = expand ? cJSON_AddArrayToObject(json, "columns") : NULL;
    for (size_t i = table->count; expand && i-- > 1;) /* last first, as the real server */
        cJSON_AddItemToArray(columns, column_json(table, &table->columns[i]));
    return json;
}

void gr_get_tables(struct gr_call *call)
{
    const struct gr_doc *doc = call->doc;
    const char *expand = sb_arg(call->req, "expand");
    if (expand && strcmp(expand, "column") != 0) {
        gr_fail(call, 500, "expand parameter %s should be one of column", expand);
        return;
    }
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "tables");
    for (size_t i = doc->table_count; i-- > 0;) /* as the columns */
        cJSON_AddItemToArray(list, table_json(doc->tables[i], expand != NULL));
    sb_reply_json(call->reply, 200, json);
}

/* ---------------------------------------------------------------- writing */

static const char *text_of(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

/* The list under that key of the body, each item an object with an id. */
static const cJSON *items_of(struct gr_call *call, const char *key)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(call->body, key), *item;
    int number = 0;
    if (!cJSON_IsArray(list)) {
        gr_bad_payload(call, "body.%s is %s", key, list ? "not an array" : "missing");
        return NULL;
    }
    cJSON_ArrayForEach(item, list)
    {
        if (!text_of(item, "id")) {
            gr_bad_payload(call, "body.%s[%d].id is missing", key, number);
            return NULL;
        }
        number++;
    }
    return list;
}

/* recalcDeps comes as ["L", 1, 2], or as a text such as "[1, 2]". */
static void take_deps(struct gr_column *column, const cJSON *value)
{
    cJSON *parsed = cJSON_IsString(value) ? cJSON_Parse(value->valuestring) : NULL;
    const cJSON *list = parsed ? parsed : value, *item;
    column->dep_count = 0;
    cJSON_ArrayForEach(item, (cJSON_IsArray(list) ? list : NULL))
    {
        if (!cJSON_IsNumber(item))
            continue;
        column->deps = sb_grow(column->deps, column->dep_count + 1, sizeof *column->deps);
        column->deps[column->dep_count++] = (int64_t)item->valuedouble;
    }
    cJSON_Delete(parsed);
}

static void replace(char **text, const char *with)
{
    if (!with)
        return;
    free(*text);
    *text = sb_dup(with);
}

/* What needs no look at the rows. */
static void take_fields(struct gr_column *column, const cJSON *fields, bool with_recalc)
{
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(fields, "recalcWhen");
    const cJSON *deps = cJSON_GetObjectItemCaseSensitive(fields, "recalcDeps");
    replace(&column->label, text_of(fields, "label"));
    replace(&column->options, text_of(fields, "widgetOptions"));
    if (with_recalc && cJSON_IsNumber(when) && when->valuedouble >= 0 && when->valuedouble <= 2)
        column->recalc_when = (int)when->valuedouble;
    if (with_recalc && deps)
        take_deps(column, deps);
}

static size_t add_column(struct gr_call *call, struct gr_table *table, const cJSON *item,
                         bool with_recalc)
{
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(item, "fields");
    const char *type = text_of(fields, "type");
    struct gr_column_spec spec = {.id = text_of(item, "id"),
                                  .type = type ? type : "Any",
                                  .formula = text_of(fields, "formula"),
                                  .is_formula = cJSON_IsTrue(
                                      cJSON_GetObjectItemCaseSensitive(fields, "isFormula"))};
    size_t at = gr_add_column(call->doc, table, &spec);
    take_fields(&table->columns[at], fields, with_recalc);
    return at;
}

static void told(cJSON *list, const char *id)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "id", id);
    cJSON_AddItemToArray(list, item);
}

void gr_add_columns(struct gr_call *call)
{
    const cJSON *items = items_of(call, "columns"), *item;
    if (!items)
        return;
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "columns");
    cJSON_ArrayForEach(item, items)
    {
        size_t at = add_column(call, call->table, item, true);
        told(list, call->table->columns[at].id);
    }
    gr_tell_schema(call->doc);
    gr_note_schema(call->sb, call->doc);
    sb_reply_json(call->reply, 200, json);
}

/* A quirk of the real server: recalcWhen of a column made together with its table is lost. */
void gr_add_tables(struct gr_call *call)
{
    const cJSON *items = items_of(call, "tables"), *item, *column;
    if (!items)
        return;
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "tables");
    cJSON_ArrayForEach(item, items)
    {
        char *id = sb_dup(text_of(item, "id"));
        for (unsigned n = 2; gr_table(call->doc, id); n++) {
            free(id);
            id = sb_printf("%s%u", text_of(item, "id"), n);
        }
        struct gr_table *table = gr_new_table(call->doc, id);
        cJSON_ArrayForEach(column, cJSON_GetObjectItemCaseSensitive(item, "columns"))
        {
            if (text_of(column, "id"))
                add_column(call, table, column, false);
        }
        told(list, id);
        free(id);
    }
    gr_note_schema(call->sb, call->doc);
    sb_reply_json(call->reply, 200, json);
}

static void change_column(struct gr_call *call, size_t at, const cJSON *fields)
{
    struct gr_column *column = &call->table->columns[at];
    const cJSON *formula = cJSON_GetObjectItemCaseSensitive(fields, "isFormula");
    take_fields(column, fields, true);
    replace(&column->formula, text_of(fields, "formula"));
    if (cJSON_IsBool(formula))
        column->is_formula = cJSON_IsTrue(formula);
    if (text_of(fields, "type") && strcmp(text_of(fields, "type"), column->type) != 0)
        gr_retype(call->doc, call->table, at, text_of(fields, "type"));
    if (text_of(fields, "colId") && gr_column(call->table, text_of(fields, "colId")) < 0)
        gr_rename(call->doc, call->table, at, text_of(fields, "colId"));
}

void gr_change_columns(struct gr_call *call)
{
    const cJSON *items = items_of(call, "columns"), *item;
    cJSON_ArrayForEach(item, items)
    {
        if (gr_column(call->table, text_of(item, "id")) >= 0)
            continue;
        gr_fail(call, 404, "Column not found \"%s\"", text_of(item, "id"));
        return;
    }
    if (!items)
        return;
    cJSON_ArrayForEach(item, items)
    {
        int at = gr_column(call->table, text_of(item, "id"));
        if (at >= 0) /* renamed by an earlier item */
            change_column(call, (size_t)at, cJSON_GetObjectItemCaseSensitive(item, "fields"));
    }
    gr_tell_schema(call->doc);
    gr_note_schema(call->sb, call->doc);
    sb_reply_json(call->reply, 200, cJSON_CreateNull());
}

void gr_delete_column(struct gr_call *call)
{
    int at = gr_column(call->table, call->segments[5]);
    if (at < 1) {
        gr_fail(call, 404, "Column not found \"%s\"", call->segments[5]);
        return;
    }
    gr_drop_column(call->doc, call->table, (size_t)at);
    gr_note_schema(call->sb, call->doc);
    sb_reply_json(call->reply, 200, cJSON_CreateNull());
}

void gr_change_tables(struct gr_call *call)
{
    const cJSON *items = items_of(call, "tables"), *item;
    cJSON_ArrayForEach(item, items)
    {
        if (gr_table(call->doc, text_of(item, "id")))
            continue;
        gr_fail(call, 404, "Table not found \"%s\"", text_of(item, "id"));
        return;
    }
    if (!items)
        return;
    cJSON_ArrayForEach(item, items)
    {
        const char *id = text_of(cJSON_GetObjectItemCaseSensitive(item, "fields"), "tableId");
        struct gr_table *table = gr_table(call->doc, text_of(item, "id"));
        if (id && table && !gr_table(call->doc, id))
            gr_rename_table(call->doc, table, id);
    }
    gr_note_schema(call->sb, call->doc);
    sb_reply_json(call->reply, 200, cJSON_CreateNull());
}

/* Raw actions; only the one for which there is no other call. */
void gr_apply(struct gr_call *call)
{
    const cJSON *action;
    cJSON_ArrayForEach(action, (cJSON_IsArray(call->body) ? call->body : NULL))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(action, 0));
        const char *id = cJSON_GetStringValue(cJSON_GetArrayItem(action, 1));
        struct gr_table *table = id ? gr_table(call->doc, id) : NULL;
        if (!name || strcmp(name, "RemoveTable") != 0 || !table) {
            gr_fail(call, 400, "the sandbox plays only [\"RemoveTable\", table]");
            return;
        }
        gr_drop_table(call->doc, table);
        gr_note_schema(call->sb, call->doc);
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "actionNum", (double)call->doc->actions_made);
    cJSON_AddNullToObject(json, "actionHash");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(json, "retValues"), cJSON_CreateNull());
    cJSON_AddTrueToObject(json, "isModification");
    sb_reply_json(call->reply, 200, json);
}
