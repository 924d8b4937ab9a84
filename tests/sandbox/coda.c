/* coda.c: the store of the played Coda: tables, rows, cells. */
#include "tests/sandbox/coda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int coda_table(const struct coda *coda, const char *id_or_name)
{
    for (int i = 0; i < CODA_TABLES; i++)
        if (strcmp(coda->tables[i].id, id_or_name) == 0 ||
            strcmp(coda->tables[i].name, id_or_name) == 0)
            return i;
    return -1;
}

int coda_column(const struct cd_table *table, const char *id_or_name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].id, id_or_name) == 0)
            return (int)i;
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, id_or_name) == 0)
            return (int)i;
    return -1;
}

struct cd_row *coda_new_row(struct coda *coda, size_t index, const char *id, int64_t now)
{
    struct cd_table *table = &coda->tables[index];
    struct cd_row *row = sb_alloc(sizeof *row);
    if (id) {
        snprintf(row->id, sizeof row->id, "%s", id);
    } else {
        memcpy(row->id, "i-", 2);
        rng_word(&coda->rng, row->id + 2, 10);
    }
    row->number = (uint32_t)table->row_count;
    row->created = row->updated = now;
    row->revision = ++coda->revision;
    row->cells = sb_alloc(table->column_count * sizeof *row->cells);
    if (table->row_count == table->row_room) {
        table->row_room = table->row_room ? table->row_room * 2 : 64;
        table->rows = sb_grow(table->rows, table->row_room, sizeof *table->rows);
    }
    table->rows[table->row_count++] = row;
    table->live++;
    strmap_put(&coda->rows, row->id, row);
    return row;
}

struct cd_row *coda_row(struct coda *coda, size_t table, const char *id)
{
    struct cd_row *row = strmap_get(&coda->rows, id);
    const struct cd_table *home = &coda->tables[table];
    if (!row || row->deleted || row->number >= home->row_count || home->rows[row->number] != row)
        return NULL;
    return row;
}

void coda_delete_row(struct coda *coda, size_t table, struct cd_row *row, int64_t now)
{
    if (row->deleted)
        return;
    row->deleted = true;
    coda->tables[table].live--;
    coda_touch(coda, row, now);
}

void coda_touch(struct coda *coda, struct cd_row *row, int64_t now)
{
    row->updated = now;
    row->revision = ++coda->revision;
}

void cc_clear(struct cd_cell *cell)
{
    if (cell->kind == CC_TEXT)
        free(cell->text);
    if (cell->kind == CC_REFS)
        free(cell->rows);
    *cell = (struct cd_cell){0};
}

void cc_text(struct cd_cell *cell, const char *text)
{
    cc_clear(cell);
    if (!text || !*text)
        return;
    cell->kind = CC_TEXT;
    cell->text = sb_dup(text);
}

void cc_number(struct cd_cell *cell, double number)
{
    cc_clear(cell);
    cell->kind = CC_NUMBER;
    cell->number = number;
}

void cc_ref(struct cd_cell *cell, uint32_t row)
{
    if (cell->kind != CC_REFS) {
        cc_clear(cell);
        cell->kind = CC_REFS;
    }
    cell->rows = sb_grow(cell->rows, cell->count + 1, sizeof *cell->rows);
    cell->rows[cell->count++] = row;
}

const char *coda_row_name(const struct cd_table *table, const struct cd_row *row)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].display && row->cells[i].kind == CC_TEXT)
            return row->cells[i].text;
    return "";
}

/* Joins the names, or the notion ids, of the rows that a lookup points to. */
static char *join_refs(const struct cd_table *target, const struct cd_cell *cell, int column)
{
    char *text = sb_dup("");
    for (uint32_t i = 0; i < cell->count; i++) {
        const struct cd_row *row = target->rows[cell->rows[i]];
        const char *part = column < 0                           ? coda_row_name(target, row)
                           : row->cells[column].kind == CC_TEXT ? row->cells[column].text
                                                                : "";
        if (row->deleted)
            continue;
        char *longer = sb_printf("%s%s%s", text, *text ? "," : "", part);
        free(text);
        text = longer;
    }
    return text;
}

char *coda_plain(const struct coda *coda, size_t table, const struct cd_row *row, size_t index)
{
    const struct cd_column *column = &coda->tables[table].columns[index];
    const struct cd_cell *cell = &row->cells[index];
    if (cell->kind == CC_TEXT)
        return sb_dup(cell->text);
    if (cell->kind == CC_NUMBER)
        return sb_printf("%.15g", cell->number);
    if (cell->kind == CC_FLAG)
        return sb_dup(cell->flag ? "true" : "false");
    if (cell->kind == CC_REFS)
        return join_refs(&coda->tables[column->target], cell, -1);
    if (column->calculated && column->via >= 0 && row->cells[column->via].kind == CC_REFS) {
        const struct cd_table *target =
            &coda->tables[coda->tables[table].columns[column->via].target];
        return join_refs(target, &row->cells[column->via], coda_column(target, "notion_id"));
    }
    return sb_dup("");
}

int coda_init(struct sandbox *sb)
{
    struct coda *coda = sb->coda = sb_alloc(sizeof *coda);
    coda->rng.state = sb->opt.seed ^ 0x636f6461u;
    coda->done = sb_alloc(CODA_DONE_KEPT * sizeof *coda->done);
    limiter_init(&coda->reads, 100, 6000 / sb->opt.speed);
    limiter_init(&coda->writes, 10, 6000 / sb->opt.speed);
    coda_build_schema(coda, sb_now_ms(sb));
    return 0;
}

static void free_table(struct cd_table *table)
{
    for (size_t i = 0; i < table->row_count; i++) {
        for (size_t c = 0; c < table->column_count; c++)
            cc_clear(&table->rows[i]->cells[c]);
        free(table->rows[i]->cells);
        free(table->rows[i]);
    }
    for (size_t c = 0; c < table->column_count; c++) {
        for (size_t o = 0; o < table->columns[c].option_count; o++)
            free(table->columns[c].options[o]);
        free(table->columns[c].options);
        free(table->columns[c].name);
    }
    free(table->columns);
    free(table->rows);
    free(table->name);
}

void coda_free(struct sandbox *sb)
{
    struct coda *coda = sb->coda;
    if (!coda)
        return;
    for (size_t i = 0; i < coda->pending_count; i++) {
        cJSON_Delete(coda->pending[i].json);
        free(coda->pending[i].ids);
    }
    for (size_t i = 0; i < CODA_TABLES; i++)
        free_table(&coda->tables[i]);
    strmap_free(&coda->rows);
    strmap_free(&coda->mirrored);
    free(coda->done);
    free(coda);
    sb->coda = NULL;
}
