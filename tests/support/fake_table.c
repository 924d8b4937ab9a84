#include "store/base/clock.h"
#include "store/base/uuid.h"
#include "sync/remote/cells.h"
#include "tests/support/fake_private.h"

#include <stdlib.h>
#include <string.h>

struct fake_table *fake_table(struct fake_remote *f, const char *name)
{
    for (size_t i = 0; i < f->n_tables; i++) {
        if (!strcmp(f->tables[i].name, name))
            return &f->tables[i];
    }
    if (f->n_tables == FAKE_TABLES)
        abort();
    f->tables[f->n_tables] = (struct fake_table){.name = xstrdup(name)};
    return &f->tables[f->n_tables++];
}

struct fake_table *fake_tables(struct fake_remote *f, size_t *ret_n)
{
    *ret_n = f->n_tables;
    return f->tables;
}

size_t fake_find_column(const struct fake_table *t, const char *name)
{
    size_t i = 0;
    while (i < t->n_columns && strcmp(t->columns[i].name, name))
        i++;
    return i;
}

size_t fake_column(struct fake_table *t, const char *name, const char *type)
{
    size_t at = fake_find_column(t, name);
    if (at == t->n_columns) {
        t->columns = xrealloc(t->columns, t->n_columns + 1, sizeof *t->columns);
        t->columns[t->n_columns++] =
            (struct fake_column){.name = xstrdup(name), .type = xstrdup("text")};
        for (size_t i = 0; i < t->n_rows; i++) {
            struct fake_row *r = &t->rows[i];
            r->cells = xrealloc(r->cells, t->n_columns, sizeof *r->cells);
            r->cells[at] = NULL;
        }
    }
    bool calculated = type && !strcmp(type, "calculated");
    t->columns[at].calculated = t->columns[at].calculated || calculated;
    if (type && !calculated) {
        free(t->columns[at].type);
        t->columns[at].type = xstrdup(type);
    }
    return at;
}

struct fake_row *fake_find(struct fake_table *t, const char *id)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!strcmp(t->rows[i].id, id))
            return &t->rows[i];
    }
    return NULL;
}

int64_t fake_tick(struct fake_remote *f)
{
    int64_t now = clock_now_ms();
    f->clock_ms = now > f->clock_ms ? now : f->clock_ms + 1;
    f->state++;
    return f->clock_ms;
}

struct fake_row *fake_add(struct fake_remote *f, struct fake_table *t, const char *id)
{
    int64_t now = fake_tick(f);
    t->rows = xrealloc(t->rows, t->n_rows + 1, sizeof *t->rows);
    struct fake_row *r = &t->rows[t->n_rows++];
    *r = (struct fake_row){.id = xstrdup(id), .edited_ms = now, .created_ms = now};
    r->cells = xcalloc(t->n_columns + 1, sizeof *r->cells);
    return r;
}

/* Columns that show what this one holds. */
static void copy_formulas(const struct fake_table *t, struct fake_row *row, size_t column)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const char *source = t->columns[i].source;
        if (!source || strcmp(source, t->columns[column].name))
            continue;
        free(row->cells[i]);
        row->cells[i] = row->cells[column] ? xstrdup(row->cells[column]) : NULL;
    }
}

void fake_put_cell(struct fake_table *t, struct fake_row *row, size_t column, const char *json)
{
    free(row->cells[column]);
    row->cells[column] = json ? xstrdup(json) : NULL;
    copy_formulas(t, row, column);
}

void fake_set(struct fake_remote *f, struct fake_table *t, struct fake_row *row, const char *column,
              const char *json)
{
    char *id = xstrdup(row->id);
    size_t at = fake_column(t, column, NULL); /* may move the cells */
    struct fake_row *r = fake_find(t, id);
    AUTO_ARENA *arena = arena_new((size_t)4 << 20);
    free(id);
    if (f->opt.numbered)
        json = fake_shape_ref(&t->columns[at], json, arena);
    if (f->opt.numbered && fake_same_cell(r->cells[at], json))
        return;
    fake_put_cell(t, r, at, json);
    r->edited_ms = fake_tick(f);
}

void fake_stamp(struct fake_remote *f, struct fake_row *row, int64_t edited_ms)
{
    row->edited_ms = edited_ms;
    f->state++;
}

void fake_set_state(struct fake_remote *f, struct fake_row *row, enum fake_state state)
{
    row->state = state;
    row->edited_ms = fake_tick(f);
}

static void row_free(struct fake_row *r, size_t n_columns)
{
    for (size_t i = 0; i < n_columns; i++)
        free(r->cells[i]);
    free(r->cells);
    free(r->id);
    free(r->key);
}

void fake_forget(struct fake_table *t, const char *id)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (id && strcmp(t->rows[i].id, id))
            t->rows[kept++] = t->rows[i];
        else
            row_free(&t->rows[i], t->n_columns);
    }
    t->n_rows = kept;
}

static void column_free(struct fake_column *c)
{
    free(c->name);
    free(c->type);
    free(c->source);
    free(c->options);
}

void fake_drop_column(struct fake_table *t, const char *name)
{
    size_t at = fake_find_column(t, name);
    if (at == t->n_columns)
        return;
    column_free(&t->columns[at]);
    t->n_columns--;
    memmove(&t->columns[at], &t->columns[at + 1], (t->n_columns - at) * sizeof *t->columns);
    for (size_t i = 0; i < t->n_rows; i++) {
        char **cells = t->rows[i].cells;
        free(cells[at]);
        memmove(&cells[at], &cells[at + 1], (t->n_columns - at) * sizeof *cells);
    }
}

void fake_set_formula(struct fake_table *t, const char *name, const char *source)
{
    size_t at = fake_column(t, name, "calculated"), from = fake_column(t, source, NULL);
    free(t->columns[at].source);
    t->columns[at].source = xstrdup(source);
    for (size_t i = 0; i < t->n_rows; i++)
        copy_formulas(t, &t->rows[i], from);
}

void fake_set_options(struct fake_table *t, const char *name, const char *options)
{
    struct fake_column *c = &t->columns[fake_column(t, name, NULL)];
    free(c->options);
    c->options = options ? xstrdup(options) : NULL;
}

void fake_set_rule(struct fake_table *t, enum fake_rule_kind kind, const char *column,
                   const char *value)
{
    size_t kept = 0;
    if (value) {
        t->rules = xrealloc(t->rules, t->n_rules + 1, sizeof *t->rules);
        t->rules[t->n_rules++] = (struct fake_rule){kind, xstrdup(column), xstrdup(value)};
        return;
    }
    for (size_t i = 0; i < t->n_rules; i++) {
        if (strcmp(t->rules[i].column, column)) {
            t->rules[kept++] = t->rules[i];
        } else {
            free(t->rules[i].column);
            free(t->rules[i].value);
        }
    }
    t->n_rules = kept;
}

/* ---------------------------------------------------------------- cells as text */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *plain_one(const struct cell *c, struct arena *arena)
{
    char id[UUID_LEN + 1];
    AUTO_BUF text = BUF_INIT(1 << 20);
    if (c->kind == CELL_REF)
        buf_add(&text, c->text ? c->text : "");
    else
        cell_add_plain(c, &text);
    return arena_strdup(arena, uuid_read(buf_str(&text), id) ? id : buf_str(&text));
}

const char *fake_plain(const char *json, struct arena *arena)
{
    struct cell cell = {0};
    struct err err;
    const char *name = "x";
    AUTO_BUF out = BUF_INIT(1 << 20);
    const char *object = arena_printf(arena, "{\"x\":%s}", json ? json : "null");
    if (cells_from_json(object, &name, 1, arena, &cell, &err))
        abort();
    struct cell_items items = cell_items(&cell);
    char **texts = arena_alloc(arena, items.n + 1, sizeof *texts);
    for (size_t i = 0; i < items.n; i++)
        texts[i] = plain_one(&items.at[i], arena);
    qsort(texts, items.n, sizeof *texts, by_text);
    for (size_t i = 0; i < items.n; i++)
        buf_addf(&out, "%s%s", i ? ", " : "", texts[i]);
    return arena_strdup(arena, buf_str(&out));
}

/* ---------------------------------------------------------------- the end */

static void table_free(struct fake_table *t)
{
    fake_forget(t, NULL);
    for (size_t c = 0; c < t->n_columns; c++)
        column_free(&t->columns[c]);
    for (size_t i = 0; i < t->n_rules; i++) {
        free(t->rules[i].column);
        free(t->rules[i].value);
    }
    free(t->columns);
    free(t->rows);
    free(t->rules);
    free(t->name);
}

void fake_forget_all(struct fake_remote *f)
{
    for (size_t i = 0; i < f->n_tables; i++)
        table_free(&f->tables[i]);
    f->n_tables = 0;
}
