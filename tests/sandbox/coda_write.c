/* coda_write.c: writes are checked and accepted at once, and happen a little later. */
#include "tests/sandbox/coda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool plain_value(const cJSON *value, unsigned depth)
{
    const cJSON *item;
    if (cJSON_IsString(value) || cJSON_IsNumber(value) || cJSON_IsBool(value))
        return true;
    if (!cJSON_IsArray(value) || depth == 2)
        return false;
    cJSON_ArrayForEach(item, value)
    {
        if (!plain_value(item, depth + 1))
            return false;
    }
    return true;
}

static int refuse(char ret_why[CODA_WHY], const char *what, const char *name)
{
    snprintf(ret_why, CODA_WHY, "%s: %.100s", what, name);
    return 400;
}

/* A column that can be written, by id or name. */
static int check_column(const struct cd_table *table, const char *name, char ret_why[CODA_WHY])
{
    int column = name ? coda_column(table, name) : -1;
    if (column < 0)
        return refuse(ret_why, "Could not find a column in this table", name ? name : "undefined");
    if (table->columns[column].calculated)
        return refuse(ret_why, "Cannot edit a column that has a formula", name);
    return 0;
}

static int check_cells(const struct cd_table *table, const cJSON *cells, char ret_why[CODA_WHY])
{
    const cJSON *cell;
    if (!cJSON_IsArray(cells))
        return refuse(ret_why, "Expected an array", "cells");
    cJSON_ArrayForEach(cell, cells)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(cell, "column"));
        int status = check_column(table, name, ret_why);
        if (status)
            return status;
        if (!plain_value(cJSON_GetObjectItemCaseSensitive(cell, "value"), 0))
            return refuse(ret_why, "Expected a string, number, boolean or array as value", name);
    }
    return 0;
}

static int check_insert(const struct cd_table *table, const cJSON *body, char ret_why[CODA_WHY])
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(body, "rows"), *item;
    const cJSON *keys = cJSON_GetObjectItemCaseSensitive(body, "keyColumns");
    if (!cJSON_IsArray(rows))
        return refuse(ret_why, "Expected an array", "rows");
    if (keys && !cJSON_IsArray(keys))
        return refuse(ret_why, "Expected an array", "keyColumns");
    cJSON_ArrayForEach(item, keys)
    {
        int status = cJSON_IsString(item) ? check_column(table, item->valuestring, ret_why)
                                          : refuse(ret_why, "Expected strings in", "keyColumns");
        if (status)
            return status;
    }
    cJSON_ArrayForEach(item, rows)
    {
        int status = check_cells(table, cJSON_GetObjectItemCaseSensitive(item, "cells"), ret_why);
        if (status)
            return status;
    }
    return 0;
}

static void add_id(struct cd_mutation *mutation, const char *id)
{
    mutation->ids = sb_grow(mutation->ids, mutation->id_count + 1, sizeof *mutation->ids);
    snprintf(mutation->ids[mutation->id_count++], sizeof *mutation->ids, "%s", id);
}

static int plan_insert(struct coda *coda, struct cd_mutation *mutation, const cJSON *body,
                       cJSON *answer, char ret_why[CODA_WHY])
{
    int status = check_insert(&coda->tables[mutation->table], body, ret_why);
    if (status)
        return status;
    const cJSON *keys = cJSON_GetObjectItemCaseSensitive(body, "keyColumns");
    mutation->kind = cJSON_GetArraySize(keys) > 0 ? CM_UPSERT : CM_INSERT;
    if (mutation->kind == CM_UPSERT)
        return 0;
    cJSON *added = cJSON_AddArrayToObject(answer, "addedRowIds");
    int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(body, "rows"));
    for (int i = 0; i < count; i++) {
        char id[16] = "i-";
        rng_word(&coda->rng, id + 2, 10);
        add_id(mutation, id);
        cJSON_AddItemToArray(added, cJSON_CreateString(id));
    }
    return 0;
}

static int plan_update(struct coda *coda, struct cd_mutation *mutation, const char *id,
                       const cJSON *body, cJSON *answer, char ret_why[CODA_WHY])
{
    const struct cd_table *table = &coda->tables[mutation->table];
    const cJSON *row = cJSON_GetObjectItemCaseSensitive(body, "row");
    if (!coda_row(coda, mutation->table, id))
        return 404;
    if (!cJSON_IsObject(row))
        return refuse(ret_why, "Expected an object", "row");
    mutation->kind = CM_UPDATE;
    add_id(mutation, id);
    cJSON_AddStringToObject(answer, "id", id);
    return check_cells(table, cJSON_GetObjectItemCaseSensitive(row, "cells"), ret_why);
}

static int plan_delete(struct coda *coda, struct cd_mutation *mutation, const char *id,
                       const cJSON *body, cJSON *answer, char ret_why[CODA_WHY])
{
    const cJSON *ids = cJSON_GetObjectItemCaseSensitive(body, "rowIds"), *item;
    mutation->kind = CM_DELETE;
    if (id) {
        add_id(mutation, id);
        cJSON_AddStringToObject(answer, "id", id);
        return coda_row(coda, mutation->table, id) ? 0 : 404;
    }
    if (!cJSON_IsArray(ids))
        return refuse(ret_why, "Expected an array", "rowIds");
    cJSON_ArrayForEach(item, ids)
    {
        if (!cJSON_IsString(item))
            return refuse(ret_why, "Expected strings in", "rowIds");
        add_id(mutation, item->valuestring);
    }
    cJSON_AddItemToObject(answer, "rowIds", cJSON_Duplicate(ids, true));
    return 0;
}

int coda_accept(struct sandbox *sb, size_t table, const char *method, const char *row,
                const cJSON *body, cJSON **ret_answer, char ret_why[CODA_WHY])
{
    struct coda *coda = sb->coda;
    struct cd_mutation mutation = {.table = table, .drop = sb->drop_effect};
    cJSON *answer = cJSON_CreateObject();
    int status;
    if (coda->pending_count == CODA_PENDING_MAX)
        status = 429;
    else if (strcmp(method, "POST") == 0)
        status = plan_insert(coda, &mutation, body, answer, ret_why);
    else if (strcmp(method, "PUT") == 0)
        status = plan_update(coda, &mutation, row, body, answer, ret_why);
    else
        status = plan_delete(coda, &mutation, row, body, answer, ret_why);
    if (status) {
        free(mutation.ids);
        cJSON_Delete(answer);
        return status;
    }
    char id[37];
    rng_uuid(&coda->rng, id);
    snprintf(mutation.request_id, sizeof mutation.request_id, "mutate:%s", id);
    mutation.due = sb_now_ms(sb) + sb_scaled_ms(sb, CODA_SETTLE_MS);
    mutation.json = cJSON_Duplicate(body, true);
    coda->pending[coda->pending_count++] = mutation;
    cJSON_AddStringToObject(answer, "requestId", mutation.request_id);
    *ret_answer = answer;
    return 202;
}

/* A lookup is written as the target row's id or its name. */
static int find_target(const struct coda *coda, size_t target, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    const struct cd_table *table = &coda->tables[target];
    for (size_t i = 0; text && *text && i < table->row_count; i++)
        if (!table->rows[i]->deleted && (strcmp(table->rows[i]->id, text) == 0 ||
                                         strcmp(coda_row_name(table, table->rows[i]), text) == 0))
            return (int)i;
    return -1;
}

static void set_lookup(const struct coda *coda, struct cd_cell *cell, size_t target,
                       const cJSON *value)
{
    const cJSON *item = cJSON_IsArray(value) ? value->child : value;
    cc_clear(cell);
    for (; item; item = cJSON_IsArray(value) ? item->next : NULL) {
        int row = find_target(coda, target, item);
        if (row >= 0)
            cc_ref(cell, (uint32_t)row);
    }
}

void coda_set_cell(struct coda *coda, size_t table, struct cd_row *row, size_t index,
                   const cJSON *value)
{
    const struct cd_column *column = &coda->tables[table].columns[index];
    struct cd_cell *cell = &row->cells[index];
    char *end;
    if (column->type == CD_LOOKUP) {
        set_lookup(coda, cell, (size_t)column->target, value);
        for (size_t i = 0; i < coda->tables[table].column_count; i++)
            if (coda->tables[table].columns[i].via == (int)index)
                cc_clear(&row->cells[i]); /* the formula speaks again */
        return;
    }
    if (cJSON_IsArray(value))
        value = value->child;
    if (cJSON_IsNumber(value)) {
        cc_number(cell, value->valuedouble);
    } else if (cJSON_IsBool(value)) {
        cc_clear(cell);
        cell->kind = CC_FLAG;
        cell->flag = cJSON_IsTrue(value);
    } else {
        const char *text = cJSON_GetStringValue(value);
        double number = text && column->type == CD_NUMBER ? strtod(text, &end) : 0;
        if (text && *text && column->type == CD_NUMBER && !*end)
            cc_number(cell, number);
        else
            cc_text(cell, text);
    }
}

static void set_cells(struct coda *coda, size_t table, struct cd_row *row, const cJSON *cells,
                      int64_t now)
{
    const cJSON *cell;
    cJSON_ArrayForEach(cell, cells)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(cell, "column"));
        int column = name ? coda_column(&coda->tables[table], name) : -1;
        if (column >= 0)
            coda_set_cell(coda, table, row, (size_t)column,
                          cJSON_GetObjectItemCaseSensitive(cell, "value"));
    }
    coda_touch(coda, row, now);
}

static bool same_keys(const struct coda *coda, size_t table, const struct cd_row *row,
                      const struct cd_row *probe, const cJSON *keys)
{
    const cJSON *key;
    bool same = true;
    cJSON_ArrayForEach(key, keys)
    {
        int column = coda_column(&coda->tables[table], key->valuestring);
        if (column < 0)
            return false;
        char *a = coda_plain(coda, table, row, (size_t)column);
        char *b = coda_plain(coda, table, probe, (size_t)column);
        same = same && strcmp(a, b) == 0;
        free(a);
        free(b);
    }
    return same;
}

/* The values are put into a new row first; when others have its keys, they get the values and the
 * new row goes away. */
static void upsert(struct coda *coda, const struct cd_mutation *mutation, const cJSON *cells)
{
    struct cd_table *table = &coda->tables[mutation->table];
    const cJSON *keys = cJSON_GetObjectItemCaseSensitive(mutation->json, "keyColumns");
    struct cd_row *probe = coda_new_row(coda, mutation->table, NULL, mutation->due);
    set_cells(coda, mutation->table, probe, cells, mutation->due);
    bool found = false;
    for (size_t i = 0; i < table->row_count; i++) {
        struct cd_row *row = table->rows[i];
        if (row == probe || row->deleted || !same_keys(coda, mutation->table, row, probe, keys))
            continue;
        set_cells(coda, mutation->table, row, cells, mutation->due);
        found = true;
    }
    if (found)
        coda_delete_row(coda, mutation->table, probe, mutation->due);
}

static void apply(struct coda *coda, const struct cd_mutation *mutation)
{
    size_t table = mutation->table, index = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(mutation->json, "rows"))
    {
        const cJSON *cells = cJSON_GetObjectItemCaseSensitive(item, "cells");
        if (mutation->kind == CM_UPSERT)
            upsert(coda, mutation, cells);
        if (mutation->kind == CM_INSERT && index < mutation->id_count)
            set_cells(coda, table, coda_new_row(coda, table, mutation->ids[index++], mutation->due),
                      cells, mutation->due);
    }
    for (size_t i = 0; i < mutation->id_count; i++) {
        struct cd_row *row = coda_row(coda, table, mutation->ids[i]);
        if (row && mutation->kind == CM_UPDATE)
            set_cells(coda, table, row,
                      cJSON_GetObjectItemCaseSensitive(
                          cJSON_GetObjectItemCaseSensitive(mutation->json, "row"), "cells"),
                      mutation->due);
        if (row && mutation->kind == CM_DELETE)
            coda_delete_row(coda, table, row, mutation->due);
    }
    coda->tables[table].updated = mutation->due;
}

void coda_settle(struct sandbox *sb)
{
    struct coda *coda = sb->coda;
    int64_t now = sb_now_ms(sb);
    size_t done = 0;
    coda_follow(sb);
    while (done < coda->pending_count && coda->pending[done].due <= now) {
        struct cd_mutation *mutation = &coda->pending[done++];
        if (!mutation->drop)
            apply(coda, mutation);
        snprintf(coda->done[coda->done_count++ % CODA_DONE_KEPT], sizeof *coda->done, "%s",
                 mutation->request_id);
        cJSON_Delete(mutation->json);
        free(mutation->ids);
    }
    if (done == 0)
        return;
    coda->pending_count -= done;
    memmove(coda->pending, coda->pending + done, coda->pending_count * sizeof *coda->pending);
    pthread_cond_broadcast(&sb->changed);
}

bool coda_finished(const struct coda *coda, const char *request_id)
{
    for (size_t i = 0; i < CODA_DONE_KEPT && i < coda->done_count; i++)
        if (strcmp(coda->done[i], request_id) == 0)
            return true;
    return false;
}
