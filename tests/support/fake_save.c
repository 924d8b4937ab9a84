#include "tests/support/fake_private.h"

#include <stdlib.h>
#include <string.h>

/* A run of numbers and texts, each text with its length before it; read back in the same order. */
struct reader {
    const char *at, *end;
};

static void add_number(struct buf *out, int64_t n)
{
    buf_addn(out, (const char *)&n, sizeof n);
}

static int64_t take_number(struct reader *r)
{
    int64_t n;
    if (r->end - r->at < (ptrdiff_t)sizeof n)
        abort();
    memcpy(&n, r->at, sizeof n);
    r->at += sizeof n;
    return n;
}

static void add_text(struct buf *out, const char *s)
{
    add_number(out, s ? (int64_t)strlen(s) : -1);
    buf_add(out, s ? s : "");
}

static char *take_text(struct reader *r)
{
    int64_t n = take_number(r);
    if (n < 0)
        return NULL;
    if (r->end - r->at < n)
        abort();
    char *s = xstrndup(r->at, (size_t)n);
    r->at += n;
    return s;
}

/* ---------------------------------------------------------------- one table */

static void save_row(const struct fake_row *r, size_t n_columns, struct buf *out)
{
    add_text(out, r->id);
    add_text(out, r->key);
    add_number(out, r->edited_ms);
    add_number(out, r->created_ms);
    add_number(out, r->told_ms);
    add_number(out, r->shown_ms);
    add_number(out, r->state);
    add_number(out, r->made);
    for (size_t i = 0; i < n_columns; i++)
        add_text(out, r->cells[i]);
}

static void load_row(struct fake_row *r, size_t n_columns, struct reader *in)
{
    r->id = take_text(in);
    r->key = take_text(in);
    r->edited_ms = take_number(in);
    r->created_ms = take_number(in);
    r->told_ms = take_number(in);
    r->shown_ms = take_number(in);
    r->state = (enum fake_state)take_number(in);
    r->made = take_number(in);
    r->cells = xcalloc(n_columns + 1, sizeof *r->cells);
    for (size_t i = 0; i < n_columns; i++)
        r->cells[i] = take_text(in);
}

static void save_table(const struct fake_table *t, struct buf *out)
{
    add_text(out, t->name);
    add_number(out, (int64_t)t->n_columns);
    add_number(out, (int64_t)t->n_rows);
    add_number(out, (int64_t)t->n_rules);
    for (size_t i = 0; i < t->n_columns; i++) {
        add_text(out, t->columns[i].name);
        add_text(out, t->columns[i].type);
        add_number(out, t->columns[i].calculated);
        add_text(out, t->columns[i].source);
        add_text(out, t->columns[i].options);
    }
    for (size_t i = 0; i < t->n_rows; i++)
        save_row(&t->rows[i], t->n_columns, out);
    for (size_t i = 0; i < t->n_rules; i++) {
        add_number(out, t->rules[i].kind);
        add_text(out, t->rules[i].column);
        add_text(out, t->rules[i].value);
    }
}

static void load_table(struct fake_table *t, struct reader *in)
{
    *t = (struct fake_table){.name = take_text(in)};
    t->n_columns = (size_t)take_number(in);
    t->n_rows = (size_t)take_number(in);
    t->n_rules = (size_t)take_number(in);
    t->columns = xcalloc(t->n_columns + 1, sizeof *t->columns);
    t->rows = xcalloc(t->n_rows + 1, sizeof *t->rows);
    t->rules = xcalloc(t->n_rules + 1, sizeof *t->rules);
    for (size_t i = 0; i < t->n_columns; i++) {
        struct fake_column *c = &t->columns[i];
        c->name = take_text(in);
        c->type = take_text(in);
        c->calculated = take_number(in);
        c->source = take_text(in);
        c->options = take_text(in);
    }
    for (size_t i = 0; i < t->n_rows; i++)
        load_row(&t->rows[i], t->n_columns, in);
    for (size_t i = 0; i < t->n_rules; i++) {
        t->rules[i].kind = (enum fake_rule_kind)take_number(in);
        t->rules[i].column = take_text(in);
        t->rules[i].value = take_text(in);
    }
}

/* ---------------------------------------------------------------- the whole remote */

void fake_save(const struct fake_remote *f, struct buf *out)
{
    add_number(out, f->clock_ms);
    add_number(out, f->state);
    add_number(out, f->made);
    add_number(out, (int64_t)f->n_tables);
    for (size_t i = 0; i < f->n_tables; i++)
        save_table(&f->tables[i], out);
}

void fake_load(struct fake_remote *f, const char *bytes, size_t n)
{
    struct reader in = {bytes, bytes + n};
    fake_forget_all(f);
    f->clock_ms = take_number(&in);
    f->state = take_number(&in);
    f->made = (unsigned)take_number(&in);
    f->n_tables = (size_t)take_number(&in);
    for (size_t i = 0; i < f->n_tables; i++)
        load_table(&f->tables[i], &in);
}
