/* grist_rows.c: rows of a document's tables, and what follows from changing them: trigger formulas,
 * and references to a removed row. */
#include "tests/sandbox/grist.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---------------------------------------------------------------- reading */

struct reading {
    struct gr_rows *rows;
    size_t columns;
};

static void take_row(void *ctx, const struct gv *values, size_t count)
{
    struct reading *reading = ctx;
    struct gr_rows *rows = reading->rows;
    (void)count;
    if (rows->count == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 64;
        rows->items = sb_grow(rows->items, rows->room, sizeof *rows->items);
    }
    struct gr_row *row = &rows->items[rows->count++];
    row->id = values[0].integer;
    row->cells = sb_alloc(reading->columns * sizeof *row->cells);
    for (size_t i = 0; i < reading->columns; i++)
        row->cells[i] = gv_copy(&values[i + 1]);
}

struct gr_rows gr_read(struct gr_doc *doc, const struct gr_table *table, const char *where,
                       const struct gv *args, size_t count)
{
    struct gr_rows rows = {0};
    struct reading reading = {&rows, table->count};
    char *name = gsql_name(table->id);
    char *sql = sb_printf("SELECT * FROM %s WHERE %s ORDER BY id", name, where ? where : "1");
    gsql_do(doc->db, sql, args, count, take_row, &reading);
    free(sql);
    free(name);
    return rows;
}

void gr_rows_free(struct gr_rows *rows, const struct gr_table *table)
{
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t c = 0; c < table->count; c++)
            gv_clear(&rows->items[i].cells[c]);
        free(rows->items[i].cells);
    }
    free(rows->items);
    *rows = (struct gr_rows){0};
}

static struct gr_rows read_one(struct gr_doc *doc, const struct gr_table *table, int64_t id)
{
    struct gv arg = gv_int(id);
    return gr_read(doc, table, "id = ?", &arg, 1);
}

bool gr_exists(struct gr_doc *doc, const struct gr_table *table, int64_t id)
{
    char *name = gsql_name(table->id);
    char *sql = sb_printf("SELECT count(*) FROM %s WHERE id = %lld", name, (long long)id);
    bool there = gsql_number(doc->db, sql) > 0;
    free(sql);
    free(name);
    return there;
}

/* ---------------------------------------------------------------- triggers */

double gr_now(struct sandbox *sb, struct gr_doc *doc)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + sb->clock_offset_ms * 1000;
    doc->last_us = us > doc->last_us ? us : doc->last_us + 1;
    return (double)doc->last_us / 1e6;
}

static bool names(const struct gr_set *set, size_t column)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->columns[i] == column)
            return true;
    return false;
}

static bool depends(const struct gr_column *column, int64_t ref)
{
    for (size_t i = 0; i < column->dep_count; i++)
        if (column->deps[i] == ref)
            return true;
    return false;
}

static bool is_trigger(const struct gr_column *column)
{
    return !column->is_formula && *column->formula;
}

/* Whether a change of these columns makes the trigger speak. by_edit: somebody wrote the cells, and
 * not Grist itself. */
static bool wakes(const struct gr_table *table, const struct gr_column *column, const bool *changed,
                  bool by_edit)
{
    if (!is_trigger(column) || column->recalc_when == GR_RECALC_NEVER)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        if (!changed[i] || table->columns[i].is_formula)
            continue;
        if (column->recalc_when == GR_RECALC_EDITS ? by_edit
                                                   : depends(column, table->columns[i].ref))
            return true;
    }
    return false;
}

/* The formulas that are played: NOW(), 1/0 and $Column. Others leave the cell as it is. */
static void compute(struct sandbox *sb, struct gr_doc *doc, const struct gr_table *table,
                    size_t index, struct gv *cells)
{
    const struct gr_column *column = &table->columns[index];
    const char *formula = column->formula;
    int source = *formula == '$' ? gr_column(table, formula + 1) : -1;
    struct gv value;
    if (strcmp(formula, "NOW()") == 0) {
        value = (struct gv){.kind = GV_REAL, .real = gr_now(sb, doc)};
    } else if (strcmp(formula, "1/0") == 0) {
        cJSON *error = cJSON_Parse("[\"E\",\"ZeroDivisionError\"]");
        value = gr_marshal(error);
        cJSON_Delete(error);
    } else if (source >= 0) {
        value = gv_copy(&cells[source]);
    } else {
        return;
    }
    gv_clear(&cells[index]);
    cells[index] = value;
}

static void compute_formulas(struct sandbox *sb, struct gr_doc *doc, const struct gr_table *table,
                             struct gv *cells)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->columns[i].is_formula)
            compute(sb, doc, table, i, cells);
}

/* ---------------------------------------------------------------- writing */

void gr_save(struct gr_doc *doc, const struct gr_table *table, int64_t id, const struct gv *cells)
{
    struct gv *values = sb_alloc((table->count + 1) * sizeof *values);
    char *name = gsql_name(table->id), *marks = sb_alloc(table->count * 2 + 1);
    for (size_t i = 0; i < table->count; i++)
        memcpy(marks + i * 2, ",?", 2);
    char *sql = sb_printf("INSERT OR REPLACE INTO %s VALUES (?%s)", name, marks);
    values[0] = gv_int(id);
    memcpy(values + 1, cells, table->count * sizeof *values);
    gsql_do(doc->db, sql, values, table->count + 1, NULL, NULL);
    free(sql);
    free(marks);
    free(name);
    free(values);
}

static int64_t next_id(struct gr_doc *doc, const struct gr_table *table)
{
    char *name = gsql_name(table->id);
    char *sql = sb_printf("SELECT max(id) FROM %s", name);
    int64_t id = gsql_number(doc->db, sql) + 1;
    free(sql);
    free(name);
    return id;
}

int64_t gr_insert(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table, int64_t wanted,
                  const struct gr_set *set)
{
    int64_t id = wanted ? wanted : next_id(doc, table);
    struct gv *cells = sb_alloc(table->count * sizeof *cells);
    for (size_t i = 0; i < table->count; i++)
        cells[i] = gr_blank(&table->columns[i]);
    cells[0] = gv_int(id);
    for (size_t i = 0; i < set->count; i++) {
        gv_clear(&cells[set->columns[i]]);
        cells[set->columns[i]] = gv_copy(&set->values[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct gr_column *column = &table->columns[i];
        if (is_trigger(column) && column->recalc_when != GR_RECALC_NEVER && !names(set, i))
            compute(sb, doc, table, i, cells);
    }
    compute_formulas(sb, doc, table, cells);
    gr_save(doc, table, id, cells);
    gr_note(doc, table, GR_ADDED, id, NULL, cells);
    for (size_t i = 0; i < table->count; i++)
        gv_clear(&cells[i]);
    free(cells);
    return id;
}

/* Puts the set into the row, lets the triggers speak, saves what changed. */
static bool change(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table,
                   struct gr_row *row, const struct gr_set *set, bool by_edit)
{
    bool *changed = sb_alloc(table->count * sizeof *changed), any = false;
    struct gv *after = sb_alloc(table->count * sizeof *after);
    for (size_t i = 0; i < table->count; i++)
        after[i] = gv_copy(&row->cells[i]);
    for (size_t i = 0; i < set->count; i++) {
        size_t at = set->columns[i];
        changed[at] = !gv_equal(&after[at], &set->values[i]);
        gv_clear(&after[at]);
        after[at] = gv_copy(&set->values[i]);
        any = any || changed[at];
    }
    for (size_t i = 0; any && i < table->count; i++)
        if (!names(set, i) && wakes(table, &table->columns[i], changed, by_edit))
            compute(sb, doc, table, i, after);
    if (any) {
        compute_formulas(sb, doc, table, after);
        gr_save(doc, table, row->id, after);
        gr_note(doc, table, GR_UPDATED, row->id, row->cells, after);
    }
    for (size_t i = 0; i < table->count; i++)
        gv_clear(&after[i]);
    free(after);
    free(changed);
    return any;
}

bool gr_update(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table, int64_t id,
               const struct gr_set *set)
{
    struct gr_rows rows = read_one(doc, table, id);
    bool any = rows.count && change(sb, doc, table, &rows.items[0], set, true);
    gr_rows_free(&rows, table);
    return any;
}

/* ---------------------------------------------------------------- removing */

/* The list without the id; true when it was in there. */
static bool without(const struct gv *list, int64_t id, struct gv *ret_list)
{
    cJSON *items = cJSON_Parse(list->text), *item = items ? items->child : NULL;
    int64_t *ids = sb_alloc(((size_t)cJSON_GetArraySize(items) + 1) * sizeof *ids);
    size_t count = 0;
    bool found = false;
    for (; item; item = item->next) {
        if ((int64_t)item->valuedouble == id)
            found = true;
        else
            ids[count++] = (int64_t)item->valuedouble;
    }
    if (found)
        *ret_list = gr_list(ids, count);
    cJSON_Delete(items);
    free(ids);
    return found;
}

static void clear_column(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table,
                         size_t column, int64_t id)
{
    bool list = table->columns[column].kind == GR_REFS;
    char *name = gsql_name(table->columns[column].id);
    char *where = list ? sb_printf("%s LIKE '[%%%lld%%'", name, (long long)id)
                       : sb_printf("%s = %lld", name, (long long)id);
    struct gr_rows rows = gr_read(doc, table, where, NULL, 0);
    for (size_t i = 0; i < rows.count; i++) {
        struct gv value = gv_int(0);
        struct gr_set set = {.count = 1, .columns = &column, .values = &value};
        if (!list || without(&rows.items[i].cells[column], id, &value))
            change(sb, doc, table, &rows.items[i], &set, false);
        gv_clear(&value);
    }
    gr_rows_free(&rows, table);
    free(where);
    free(name);
}

bool gr_remove(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table, int64_t id)
{
    struct gr_rows rows = read_one(doc, table, id);
    if (!rows.count)
        return false;
    gr_note(doc, table, GR_REMOVED, id, rows.items[0].cells, NULL);
    gr_rows_free(&rows, table);
    char *name = gsql_name(table->id);
    char *sql = sb_printf("DELETE FROM %s WHERE id = %lld", name, (long long)id);
    gsql_do(doc->db, sql, NULL, 0, NULL, NULL);
    free(sql);
    free(name);
    for (size_t t = 0; t < doc->table_count; t++)
        for (size_t c = 0; c < doc->tables[t]->count; c++)
            if (gr_target(doc, &doc->tables[t]->columns[c]) == table)
                clear_column(sb, doc, doc->tables[t], c, id);
    return true;
}
