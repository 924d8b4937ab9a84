/* grist_history.c: the actions of a document, as /states lists and /compare sums them up. A request
 * that changed nothing is no action. */
#include "tests/sandbox/grist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- writing it down */

static void free_action(struct gr_action *action)
{
    for (size_t i = 0; i < action->count; i++) {
        for (size_t k = 0; k < action->deltas[i].count; k++) {
            gv_clear(&action->deltas[i].cells[k].before);
            gv_clear(&action->deltas[i].cells[k].after);
        }
        free(action->deltas[i].cells);
    }
    free(action->deltas);
    *action = (struct gr_action){0};
}

void gr_history_free(struct gr_doc *doc)
{
    for (size_t i = 0; i < doc->action_count; i++)
        free_action(&doc->actions[i]);
    free(doc->actions);
    free_action(&doc->open);
}

static void note_cells(struct gr_delta *delta, const struct gr_table *table,
                       const struct gv *before, const struct gv *after)
{
    static const struct gv none;
    delta->cells = sb_alloc(table->count * sizeof *delta->cells);
    for (size_t i = 0; i < table->count; i++) {
        const struct gv *from = before ? &before[i] : &none, *to = after ? &after[i] : &none;
        if (before && after && gv_equal(from, to))
            continue;
        delta->cells[delta->count++] =
            (struct gr_cell_delta){table->columns[i].ref, gv_copy(from), gv_copy(to)};
    }
}

void gr_note(struct gr_doc *doc, const struct gr_table *table, enum gr_change kind, int64_t row,
             const struct gv *before, const struct gv *after)
{
    struct gr_action *action = &doc->open;
    if (action->count == action->room) {
        action->room = action->room ? action->room * 2 : 8;
        action->deltas = sb_grow(action->deltas, action->room, sizeof *action->deltas);
    }
    struct gr_delta *delta = &action->deltas[action->count++];
    *delta = (struct gr_delta){.kind = kind, .table = table->ref, .row = row};
    if (action->count <= GRIST_INLINE_ROWS)
        note_cells(delta, table, before, after);
}

static void close_action(struct sandbox *sb, struct gr_doc *doc)
{
    struct gr_action *action = &doc->open;
    if (doc->action_count == GRIST_STATES_MAX) {
        free_action(&doc->actions[0]);
        doc->action_count--;
        memmove(doc->actions, doc->actions + 1, doc->action_count * sizeof *doc->actions);
    }
    action->n = ++doc->actions_made;
    for (size_t i = 0; i < 4; i++)
        snprintf(action->hash + i * 16, 17, "%016llx",
                 (unsigned long long)rng_next(&sb->grist->rng));
    doc->actions = sb_grow(doc->actions, doc->action_count + 1, sizeof *doc->actions);
    doc->actions[doc->action_count++] = *action;
    *action = (struct gr_action){0};
    doc->updated = sb_now_ms(sb);
    pthread_cond_broadcast(&sb->changed);
}

void gr_begin(struct gr_doc *doc)
{
    gsql_do(doc->db, "BEGIN", NULL, 0, NULL, NULL);
}

void gr_end(struct sandbox *sb, struct gr_doc *doc, bool keep)
{
    gsql_do(doc->db, keep ? "COMMIT" : "ROLLBACK", NULL, 0, NULL, NULL);
    if (keep && doc->open.count)
        close_action(sb, doc);
    else
        free_action(&doc->open);
}

void gr_note_schema(struct sandbox *sb, struct gr_doc *doc)
{
    close_action(sb, doc);
}

/* ---------------------------------------------------------------- telling it */

static cJSON *state_json(const struct gr_action *action)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "n", (double)action->n);
    cJSON_AddStringToObject(json, "h", action->hash);
    return json;
}

cJSON *gr_states(const struct gr_doc *doc)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "states");
    for (size_t i = doc->action_count; i-- > 0;)
        cJSON_AddItemToArray(list, state_json(&doc->actions[i]));
    return json;
}

/* Index of the action with that hash; -1 when the history has it not (any more). */
static long find_state(const struct gr_doc *doc, const char *hash)
{
    if (!hash || strcmp(hash, "HEAD") == 0)
        return (long)doc->action_count - 1;
    for (size_t i = 0; i < doc->action_count; i++)
        if (strcmp(doc->actions[i].hash, hash) == 0)
            return (long)i;
    return -1;
}

/* What became of a row between the two states. */
struct fate {
    bool was, is; /* there before, there after */
    bool seen;
};

static struct fate fate_of(const struct gr_doc *doc, size_t from, size_t to, int64_t table,
                           int64_t row)
{
    struct fate fate = {0};
    for (size_t a = from; a < to; a++)
        for (size_t i = 0; i < doc->actions[a].count; i++) {
            const struct gr_delta *delta = &doc->actions[a].deltas[i];
            if (delta->table != table || delta->row != row)
                continue;
            if (!fate.seen)
                fate.was = delta->kind != GR_ADDED;
            fate.is = delta->kind != GR_REMOVED;
            fate.seen = true;
        }
    return fate;
}

static cJSON *wrapped(const struct gr_column *column, const struct gv *value, bool there)
{
    const char *error;
    if (!there)
        return cJSON_CreateNull();
    cJSON *list = cJSON_CreateArray();
    cJSON_AddItemToArray(list, gr_cell_json(column, value, false, &error));
    return list;
}

static void add_cell(const struct gr_table *table, cJSON *deltas, const struct gr_delta *delta,
                     const struct gr_cell_delta *cell)
{
    const struct gr_column *column = NULL;
    char row[24];
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].ref == cell->column)
            column = &table->columns[i];
    if (!column)
        return;
    snprintf(row, sizeof row, "%lld", (long long)delta->row);
    cJSON *of = cJSON_GetObjectItemCaseSensitive(deltas, column->id);
    of = of ? of : cJSON_AddObjectToObject(deltas, column->id);
    cJSON *pair = cJSON_GetObjectItemCaseSensitive(of, row);
    if (!pair) {
        pair = cJSON_AddArrayToObject(of, row);
        cJSON_AddItemToArray(pair, wrapped(column, &cell->before, delta->kind != GR_ADDED));
        cJSON_AddItemToArray(pair, cJSON_CreateNull());
    }
    cJSON_ReplaceItemInArray(pair, 1, wrapped(column, &cell->after, delta->kind != GR_REMOVED));
}

static cJSON *table_json(const struct gr_doc *doc, const struct gr_table *table, size_t from,
                         size_t to)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *updated = cJSON_AddArrayToObject(json, "updateRows");
    cJSON *removed = cJSON_AddArrayToObject(json, "removeRows");
    cJSON *added = cJSON_AddArrayToObject(json, "addRows");
    cJSON *cells = cJSON_AddObjectToObject(json, "columnDeltas");
    cJSON_AddArrayToObject(json, "columnRenames");
    struct u64set told = {0};
    bool all = true;
    for (size_t a = from; a < to; a++)
        for (size_t i = 0; i < doc->actions[a].count; i++) {
            const struct gr_delta *delta = &doc->actions[a].deltas[i];
            if (delta->table != table->ref)
                continue;
            all = all && delta->cells;
            for (size_t k = 0; k < delta->count; k++)
                add_cell(table, cells, delta, &delta->cells[k]);
            if (!u64set_add(&told, (uint64_t)delta->row))
                continue;
            struct fate fate = fate_of(doc, a, to, delta->table, delta->row);
            cJSON *list = fate.was && fate.is ? updated : fate.was ? removed : added;
            if (fate.was || fate.is)
                cJSON_AddItemToArray(list, cJSON_CreateNumber((double)delta->row));
        }
    if (!all)
        cJSON_AddTrueToObject(json, "mayBeIncomplete");
    bool any = told.used > 0;
    u64set_free(&told);
    if (any)
        return json;
    cJSON_Delete(json);
    return NULL;
}

static cJSON *changes_json(const struct gr_doc *doc, size_t from, size_t to)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddArrayToObject(json, "tableRenames");
    cJSON *tables = cJSON_AddObjectToObject(json, "tableDeltas");
    for (size_t i = 0; i < doc->table_count; i++) {
        cJSON *table = table_json(doc, doc->tables[i], from, to);
        if (table)
            cJSON_AddItemToObject(tables, doc->tables[i]->id, table);
    }
    return json;
}

cJSON *gr_compare(const struct gr_doc *doc, const char *left, const char *right, int *ret_status,
                  char ret_why[GSQL_WHY])
{
    long from = find_state(doc, left), to = find_state(doc, right);
    if (from < 0 || to < 0) {
        *ret_status = 400;
        snprintf(ret_why, GSQL_WHY, "hash not found: %.80s", from < 0 ? left : right);
        return NULL;
    }
    long parent = from < to ? from : to;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "left", state_json(&doc->actions[from]));
    cJSON_AddItemToObject(json, "right", state_json(&doc->actions[to]));
    cJSON_AddItemToObject(json, "parent", state_json(&doc->actions[parent]));
    cJSON_AddStringToObject(json, "summary", from == to ? "same" : from < to ? "right" : "left");
    cJSON *details = cJSON_AddObjectToObject(json, "details");
    cJSON_AddItemToObject(details, "leftChanges",
                          changes_json(doc, (size_t)parent + 1, (size_t)from + 1));
    cJSON_AddItemToObject(details, "rightChanges",
                          changes_json(doc, (size_t)parent + 1, (size_t)to + 1));
    return json;
}
