/* coda_json.c: a row and its cells in the three value formats. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *owned_string(char *text)
{
    cJSON *json = cJSON_CreateString(text);
    free(text);
    return json;
}

/* Rich text that has no formatting comes between triple backticks. */
static cJSON *text_json(const char *text, enum cd_format format)
{
    if (format != CF_RICH || !*text)
        return cJSON_CreateString(text);
    return owned_string(sb_printf("```%s```", text));
}

static cJSON *ref_json(const struct cd_table *target, const struct cd_row *row)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "@context", "http://schema.org");
    cJSON_AddStringToObject(json, "@type", "StructuredValue");
    cJSON_AddStringToObject(json, "additionalType", "row");
    cJSON_AddStringToObject(json, "name", coda_row_name(target, row));
    char *table = sb_printf("https://coda.io/d/_d%s/#_tu%s", SB_CODA_DOC, target->id);
    char *link = sb_printf("%s/_ru%s", table, row->id);
    cJSON_AddStringToObject(json, "url", link);
    cJSON_AddStringToObject(json, "tableId", target->id);
    cJSON_AddStringToObject(json, "rowId", row->id);
    cJSON_AddStringToObject(json, "tableUrl", table);
    free(table);
    free(link);
    return json;
}

/* One row alone, several as an array, none as "" (an array where arrays are kept). */
static cJSON *refs_json(const struct cd_table *target, const struct cd_cell *cell,
                        enum cd_format format)
{
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < cell->count; i++) {
        const struct cd_row *row = target->rows[cell->rows[i]];
        if (row->deleted)
            continue;
        cJSON_AddItemToArray(list, format == CF_RICH
                                       ? ref_json(target, row)
                                       : cJSON_CreateString(coda_row_name(target, row)));
    }
    int count = cJSON_GetArraySize(list);
    if (count > 1)
        return list;
    cJSON *only = count ? cJSON_DetachItemFromArray(list, 0) : cJSON_CreateString("");
    cJSON_Delete(list);
    return only;
}

static cJSON *cell_json(const struct coda *coda, size_t table, const struct cd_row *row,
                        size_t index, enum cd_format format)
{
    const struct cd_column *column = &coda->tables[table].columns[index];
    const struct cd_cell *cell = &row->cells[index];
    if (cell->kind == CC_NUMBER)
        return cJSON_CreateNumber(cell->number);
    if (cell->kind == CC_FLAG)
        return cJSON_CreateBool(cell->flag);
    if (cell->kind == CC_REFS && format != CF_SIMPLE)
        return refs_json(&coda->tables[column->target], cell, format);
    char *text = coda_plain(coda, table, row, index);
    cJSON *json = column->type == CD_DATE ? cJSON_CreateString(text) : text_json(text, format);
    free(text);
    return json;
}

static void add_owned(cJSON *json, const char *key, char *text)
{
    cJSON_AddItemToObject(json, key, owned_string(text));
}

static void add_time(cJSON *json, const char *key, int64_t ms)
{
    char text[32];
    iso_print(ms, text);
    cJSON_AddStringToObject(json, key, text);
}

cJSON *coda_row_json(const struct coda *coda, size_t index, const struct cd_row *row,
                     const struct cd_view *view)
{
    const struct cd_table *table = &coda->tables[index];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", row->id);
    cJSON_AddStringToObject(json, "type", "row");
    add_owned(json, "href", sb_printf("%s/tables/%s/rows/%s", view->prefix, table->id, row->id));
    cJSON_AddStringToObject(json, "name", coda_row_name(table, row));
    cJSON_AddNumberToObject(json, "index", row->number);
    add_owned(json, "browserLink",
              sb_printf("https://coda.io/d/_d%s#_tu%s/_ru%s", SB_CODA_DOC, table->id, row->id));
    add_time(json, "createdAt", row->created);
    add_time(json, "updatedAt", row->updated);
    cJSON *values = cJSON_AddObjectToObject(json, "values");
    for (size_t c = 0; c < table->column_count; c++)
        cJSON_AddItemToObject(values, view->names ? table->columns[c].name : table->columns[c].id,
                              cell_json(coda, index, row, c, view->format));
    return json;
}
