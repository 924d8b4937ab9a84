/* grist_schema.c: tables and columns of a document. A change that alters rows reads them all and
 * writes them anew: schemas change seldom. */
#include "tests/sandbox/grist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *affinity; /* affinity: what SQLite is told, as by the real server */
} types[] = {
    [GR_TEXT] = {"Text", "TEXT"},
    [GR_CHOICE] = {"Choice", "TEXT"},
    [GR_NUMERIC] = {"Numeric", "NUMERIC"},
    [GR_INT] = {"Int", "INTEGER"},
    [GR_BOOL] = {"Bool", "BOOLEAN"},
    [GR_DATE] = {"Date", "DATE"},
    [GR_DATETIME] = {"DateTime", "DATETIME"},
    [GR_REF] = {"Ref", "INTEGER"},
    [GR_REFS] = {"RefList", "TEXT"},
    [GR_ATTACHMENTS] = {"Attachments", "TEXT"},
    [GR_CHOICES] = {"ChoiceList", "TEXT"},
    [GR_ANY] = {"Any", "BLOB"},
    [GR_SORT] = {"ManualSortPos", "NUMERIC"},
};

static enum gr_type kind_of(const char *type)
{
    size_t length = strcspn(type, ":");
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (strlen(types[i].name) == length && strncmp(types[i].name, type, length) == 0)
            return (enum gr_type)i;
    return GR_ANY;
}

struct gr_table *gr_table(const struct gr_doc *doc, const char *id)
{
    char *end;
    long long ref = strtoll(id, &end, 10);
    for (size_t i = 0; i < doc->table_count; i++)
        if (strcmp(doc->tables[i]->id, id) == 0 || (*id && !*end && doc->tables[i]->ref == ref))
            return doc->tables[i];
    return NULL;
}

int gr_column(const struct gr_table *table, const char *id)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].id, id) == 0)
            return (int)i;
    return -1;
}

struct gr_table *gr_target(const struct gr_doc *doc, const struct gr_column *column)
{
    if (column->kind != GR_REF && column->kind != GR_REFS)
        return NULL;
    const char *colon = strchr(column->type, ':');
    return colon ? gr_table(doc, colon + 1) : NULL;
}

/* ---------------------------------------------------------------- the tables in SQLite */

static void run(struct gr_doc *doc, char *sql)
{
    gsql_do(doc->db, sql, NULL, 0, NULL, NULL);
    free(sql);
}

static void create(struct gr_doc *doc, const struct gr_table *table)
{
    char *name = gsql_name(table->id);
    char *sql = sb_printf("CREATE TABLE %s (id INTEGER PRIMARY KEY", name);
    for (size_t i = 0; i < table->count; i++) {
        char *column = gsql_name(table->columns[i].id);
        char *longer = sb_printf("%s, %s %s", sql, column, types[table->columns[i].kind].affinity);
        free(column);
        free(sql);
        sql = longer;
    }
    char *whole = sb_printf("%s)", sql);
    free(sql);
    free(name);
    run(doc, whole);
}

static void drop(struct gr_doc *doc, const struct gr_table *table)
{
    char *name = gsql_name(table->id);
    run(doc, sb_printf("DROP TABLE %s", name));
    free(name);
}

static void store_all(struct gr_doc *doc, const struct gr_table *table, struct gr_rows *rows)
{
    create(doc, table);
    for (size_t i = 0; i < rows->count; i++)
        gr_save(doc, table, rows->items[i].id, rows->items[i].cells);
    gr_rows_free(rows, table);
}

/* ---------------------------------------------------------------- changes */

static void free_column(struct gr_column *column)
{
    free(column->id);
    free(column->label);
    free(column->formula);
    free(column->options);
    free(column->type);
    free(column->deps);
}

void gr_free_table(struct gr_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free_column(&table->columns[i]);
    free(table->columns);
    free(table->id);
    free(table);
}

/* The id itself, or the first of id2, id3 ... that the table has not. */
static char *free_id(const struct gr_table *table, const char *id)
{
    char *name = sb_dup(id);
    for (unsigned n = 2; gr_column(table, name) >= 0; n++) {
        free(name);
        name = sb_printf("%s%u", id, n);
    }
    return name;
}

static struct gr_column new_column(struct gr_doc *doc, const struct gr_table *table,
                                   const struct gr_column_spec *spec)
{
    struct gr_column column = {.ref = ++doc->columns_made,
                               .id = free_id(table, spec->id),
                               .label = sb_dup(spec->label ? spec->label : spec->id),
                               .formula = sb_dup(spec->formula ? spec->formula : ""),
                               .options = sb_dup(""),
                               .type = sb_dup(spec->type),
                               .kind = kind_of(spec->type),
                               .is_formula = spec->is_formula,
                               .recalc_when = spec->recalc_when};
    for (size_t i = 0; spec->deps && spec->deps[i]; i++) {
        int at = gr_column(table, spec->deps[i]);
        column.deps = sb_grow(column.deps, column.dep_count + 1, sizeof *column.deps);
        column.deps[column.dep_count++] = at < 0 ? 0 : table->columns[at].ref;
    }
    return column;
}

size_t gr_add_column(struct gr_doc *doc, struct gr_table *table, const struct gr_column_spec *spec)
{
    static const char zero_division[] = "[\"E\",\"ZeroDivisionError\"]";
    struct gr_rows rows = gr_read(doc, table, NULL, NULL, 0);
    struct gr_column column = new_column(doc, table, spec);
    cJSON *error = cJSON_Parse(zero_division);
    bool fails = column.is_formula && strcmp(column.formula, "1/0") == 0;
    drop(doc, table);
    table->columns = sb_grow(table->columns, table->count + 1, sizeof *table->columns);
    table->columns[table->count++] = column;
    for (size_t i = 0; i < rows.count; i++) {
        struct gr_row *row = &rows.items[i];
        row->cells = sb_grow(row->cells, table->count, sizeof *row->cells);
        row->cells[table->count - 1] = fails ? gr_marshal(error) : gr_blank(&column);
    }
    cJSON_Delete(error);
    store_all(doc, table, &rows);
    gr_tell_schema(doc);
    return table->count - 1;
}

struct gr_table *gr_new_table(struct gr_doc *doc, const char *id)
{
    static const struct gr_column_spec sort = {.id = "manualSort", .type = "ManualSortPos"};
    struct gr_table *table = sb_alloc(sizeof *table);
    table->ref = ++doc->tables_made;
    table->id = sb_dup(id);
    table->columns = sb_alloc(sizeof *table->columns);
    table->columns[0] = new_column(doc, table, &sort);
    table->count = 1;
    doc->tables = sb_grow(doc->tables, doc->table_count + 1, sizeof *doc->tables);
    doc->tables[doc->table_count++] = table;
    create(doc, table);
    gr_tell_schema(doc);
    return table;
}

void gr_drop_column(struct gr_doc *doc, struct gr_table *table, size_t column)
{
    struct gr_rows rows = gr_read(doc, table, NULL, NULL, 0);
    size_t behind = table->count - column - 1;
    drop(doc, table);
    for (size_t i = 0; i < rows.count; i++) {
        struct gv *cells = rows.items[i].cells;
        gv_clear(&cells[column]);
        memmove(cells + column, cells + column + 1, behind * sizeof *cells);
    }
    free_column(&table->columns[column]);
    memmove(table->columns + column, table->columns + column + 1, behind * sizeof *table->columns);
    table->count--;
    store_all(doc, table, &rows);
    gr_tell_schema(doc);
}

void gr_drop_table(struct gr_doc *doc, struct gr_table *table)
{
    size_t at = 0;
    while (doc->tables[at] != table)
        at++;
    drop(doc, table);
    doc->table_count--;
    memmove(doc->tables + at, doc->tables + at + 1, (doc->table_count - at) * sizeof *doc->tables);
    gr_free_table(table);
    gr_tell_schema(doc);
}

void gr_retype(struct gr_doc *doc, struct gr_table *table, size_t index, const char *type)
{
    struct gr_rows rows = gr_read(doc, table, NULL, NULL, 0);
    struct gr_column *column = &table->columns[index], old = *column;
    drop(doc, table);
    column->type = sb_dup(type);
    column->kind = kind_of(type);
    for (size_t i = 0; i < rows.count; i++) {
        const char *error;
        struct gv *cell = &rows.items[i].cells[index];
        cJSON *json = gr_cell_json(&old, cell, false, &error);
        if (json->type == cJSON_Raw) { /* a number that knows how to be printed */
            cJSON_Delete(json);
            json = cJSON_CreateNumber(gv_number(cell));
        }
        if (!error) {
            gv_clear(cell);
            *cell = gr_convert(column, json, true);
        }
        cJSON_Delete(json);
    }
    free(old.type);
    store_all(doc, table, &rows);
    gr_tell_schema(doc);
}

void gr_rename(struct gr_doc *doc, struct gr_table *table, size_t column, const char *id)
{
    struct gr_rows rows = gr_read(doc, table, NULL, NULL, 0);
    drop(doc, table);
    free(table->columns[column].id);
    table->columns[column].id = sb_dup(id);
    store_all(doc, table, &rows);
    gr_tell_schema(doc);
}

/* References to the table follow its name. */
void gr_rename_table(struct gr_doc *doc, struct gr_table *table, const char *id)
{
    for (size_t t = 0; t < doc->table_count; t++)
        for (size_t c = 0; c < doc->tables[t]->count; c++) {
            struct gr_column *column = &doc->tables[t]->columns[c];
            if (gr_target(doc, column) != table)
                continue;
            free(column->type);
            column->type = sb_printf("%s:%s", types[column->kind].name, id);
        }
    char *from = gsql_name(table->id), *to = gsql_name(id);
    run(doc, sb_printf("ALTER TABLE %s RENAME TO %s", from, to));
    free(from);
    free(to);
    free(table->id);
    table->id = sb_dup(id);
    gr_tell_schema(doc);
}

/* ---------------------------------------------------------------- the system tables */

static void tell_table(struct gr_doc *doc, const struct gr_table *table)
{
    struct gv args[] = {gv_int(table->ref), gv_text(table->id), gv_int(table->ref * 3 - 1)};
    gsql_do(doc->db, "INSERT INTO _grist_Tables VALUES (?1, ?2, ?1, 0, 0, ?3, ?3 + 1)", args,
            COUNT_OF(args), NULL, NULL);
    gv_clear(&args[1]);
    for (size_t i = 0; i < table->count; i++) {
        const struct gr_column *column = &table->columns[i];
        struct gv values[] = {gv_int(column->ref),      gv_int(table->ref),
                              gv_text(column->id),      gv_text(column->type),
                              gv_text(column->label),   gv_int(column->is_formula),
                              gv_text(column->formula), gv_int(column->recalc_when),
                              gv_text(column->options)};
        gsql_do(doc->db, "INSERT INTO _grist_Tables_column VALUES (?1,?2,?1,?3,?4,?9,?6,?7,?5,?8)",
                values, COUNT_OF(values), NULL, NULL);
        for (size_t k = 0; k < COUNT_OF(values); k++)
            gv_clear(&values[k]);
    }
}

void gr_tell_schema(struct gr_doc *doc)
{
    static const char *const statements[] = {
        "CREATE TABLE IF NOT EXISTS _grist_Tables (id INTEGER PRIMARY KEY, tableId TEXT,"
        " primaryViewId INTEGER, summarySourceTable INTEGER, onDemand BOOLEAN,"
        " rawViewSectionRef INTEGER, recordCardViewSectionRef INTEGER)",
        "CREATE TABLE IF NOT EXISTS _grist_Tables_column (id INTEGER PRIMARY KEY, parentId INTEGER,"
        " parentPos NUMERIC, colId TEXT, type TEXT, widgetOptions TEXT, isFormula BOOLEAN,"
        " formula TEXT, label TEXT, recalcWhen INTEGER)",
        "DELETE FROM _grist_Tables",
        "DELETE FROM _grist_Tables_column",
    };
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        gsql_do(doc->db, statements[i], NULL, 0, NULL, NULL);
    for (size_t i = 0; i < doc->table_count; i++)
        tell_table(doc, doc->tables[i]);
}
