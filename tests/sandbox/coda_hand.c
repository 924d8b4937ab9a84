/* coda_hand.c: what a person does in Coda by hand; seen through the API at once. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/control.h"

#include <stdlib.h>
#include <string.h>

static int find_table(struct sandbox *sb, const char *name, struct sb_reply *reply)
{
    int table = name ? coda_table(sb->coda, name) : -1;
    if (table < 0)
        control_fail(reply, 404, "table must be the id or name of a table");
    return table;
}

static cJSON *row_plain(const struct coda *coda, size_t table, const struct cd_row *row)
{
    struct cd_view view = {.format = CF_ARRAYS, .names = true, .prefix = ""};
    cJSON *json = coda_row_json(coda, table, row, &view);
    static const char *const noise[] = {"href", "type", "browserLink"};
    for (size_t i = 0; i < COUNT_OF(noise); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(json, noise[i]);
    return json;
}

/* A calculated column takes a text too: then the formula shows that, as after an edited formula. */
static bool set_cells(struct coda *coda, size_t table, struct cd_row *row, const cJSON *cells,
                      struct sb_reply *reply)
{
    const cJSON *cell;
    cJSON_ArrayForEach(cell, cells)
    {
        if (coda_column(&coda->tables[table], cell->string) < 0) {
            control_fail(reply, 400, "cells names a column that the table has not");
            return false;
        }
    }
    cJSON_ArrayForEach(cell, cells)
    {
        coda_set_cell(coda, table, row, (size_t)coda_column(&coda->tables[table], cell->string),
                      cell);
    }
    return true;
}

static void post_row(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    struct coda *coda = sb->coda;
    int table = find_table(sb, control_text(body, "table"), reply);
    const char *id = control_text(body, "row");
    if (table < 0)
        return;
    struct cd_row *row = id ? coda_row(coda, (size_t)table, id) : NULL;
    if (id && !row) {
        control_fail(reply, 404, "there is no such row");
        return;
    }
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "delete"))) {
        if (row)
            coda_delete_row(coda, (size_t)table, row, sb_now_ms(sb));
    } else {
        bool fresh = row == NULL;
        if (fresh)
            row = coda_new_row(coda, (size_t)table, NULL, sb_now_ms(sb));
        if (!set_cells(coda, (size_t)table, row, cJSON_GetObjectItemCaseSensitive(body, "cells"),
                       reply)) {
            if (fresh)
                coda_delete_row(coda, (size_t)table, row, sb_now_ms(sb));
            return;
        }
        coda_touch(coda, row, sb_now_ms(sb));
    }
    pthread_cond_broadcast(&sb->changed);
    cJSON *json = row ? row_plain(coda, (size_t)table, row) : cJSON_CreateObject();
    sb_reply_json(reply, 200, json);
}

static void get_rows(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    int index = find_table(sb, sb_arg(req, "table"), reply);
    if (index < 0)
        return;
    const struct cd_table *table = &sb->coda->tables[index];
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < table->row_count; i++)
        if (!table->rows[i]->deleted)
            cJSON_AddItemToArray(list, row_plain(sb->coda, (size_t)index, table->rows[i]));
    sb_reply_json(reply, 200, list);
}

static bool retype(struct cd_column *column, const char *type)
{
    static const struct {
        const char *name;
        enum cd_type type;
    } types[] = {{"text", CD_TEXT}, {"number", CD_NUMBER},     {"select", CD_SELECT},
                 {"date", CD_DATE}, {"checkbox", CD_CHECKBOX}, {"lookup", CD_LOOKUP}};
    if (type && strcmp(type, "calculated") == 0) {
        column->calculated = true;
        return true;
    }
    for (size_t i = 0; type && i < COUNT_OF(types); i++)
        if (strcmp(types[i].name, type) == 0) {
            column->type = types[i].type;
            return true;
        }
    return false;
}

static void post_schema(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    int index = find_table(sb, control_text(body, "table"), reply);
    const cJSON *item;
    if (index < 0)
        return;
    struct cd_table *table = &sb->coda->tables[index];
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "retype"))
    {
        int column = coda_column(table, item->string);
        if (column < 0 || !retype(&table->columns[column], cJSON_GetStringValue(item))) {
            control_fail(reply, 400, "retype: {\"column\": \"type\" or \"calculated\"}");
            return;
        }
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "rename"))
    {
        int column = coda_column(table, item->string);
        if (column < 0 || !cJSON_IsString(item)) {
            control_fail(reply, 400, "rename: {\"old name\": \"new name\"} with known names");
            return;
        }
        free(table->columns[column].name);
        table->columns[column].name = sb_dup(item->valuestring);
    }
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < table->column_count; i++)
        cJSON_AddItemToArray(list, coda_column_json(sb->coda, table, i, ""));
    sb_reply_json(reply, 200, list);
}

bool coda_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    bool row = control_is(req, "POST", "/coda/row");
    coda_settle(sb);
    if (control_is(req, "GET", "/coda/rows")) {
        get_rows(sb, req, reply);
        return true;
    }
    if (!row && !control_is(req, "POST", "/coda/schema"))
        return false;
    cJSON *body = control_body(req, reply);
    if (body && row)
        post_row(sb, body, reply);
    else if (body)
        post_schema(sb, body, reply);
    cJSON_Delete(body);
    return true;
}
