#include "bot/text/check_text.h"

#include <string.h>

#define MARGIN "                                " /* below what stands behind ok or WRONG */

static size_t columns_read(const struct flow *f, const struct table_info *t)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_maps; i++)
        n += check_column(t, f->maps[i].column) != NULL;
    return n;
}

static size_t columns_written(const struct flow *f, const struct finding *found, size_t n_found)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_puts; i++) {
        bool fine = true;
        for (size_t k = 0; k < n_found && fine; k++)
            fine = !str_eq(found[k].column, f->puts[i].column);
        n += fine;
    }
    return n;
}

/* Columns that get something else than what is read from them. */
static void list_puts(const struct flow *f, struct buf *out)
{
    for (size_t i = 0; i < f->n_puts; i++) {
        const struct put *put = &f->puts[i];
        if (!put->line && f->direction != DIR_PUSH)
            continue;
        buf_addf(out, MARGIN "%s = ", put->column);
        config_show_put(f, put, out);
        buf_addc(out, '\n');
    }
    if (f->marker)
        buf_addf(out, MARGIN "%s = the record's id\n", f->marker);
}

static void list_columns(const struct table_info *t, struct buf *out)
{
    buf_add(out, MARGIN "columns there:");
    for (size_t i = 0; i < t->n; i++)
        buf_addf(out, "%s %s", i ? "," : "", t->columns[i].name);
    buf_addc(out, '\n');
}

static void add_request(const char *request, struct buf *out)
{
    while (request && *request) {
        size_t n = strcspn(request, "\n");
        buf_addf(out, MARGIN "  %.*s\n", (int)n, request);
        request += n + (request[n] != '\0');
    }
}

size_t check_text(const struct flow *f, const struct table_info *t, struct arena *arena,
                  struct buf *out)
{
    struct finding *found;
    size_t n, wrong = 0;
    bool missing = false;
    check_flow(f, t, arena, &found, &n);
    for (size_t i = 0; i < n; i++)
        wrong += !found[i].note;
    buf_addf(out, "  %-22s %-6s table «%s»", f->name, wrong ? "WRONG" : "ok", t->name);
    if (f->direction != DIR_PUSH)
        buf_addf(out, ", %zu of %zu columns", columns_read(f, t), f->n_maps);
    if (f->direction != DIR_PULL)
        buf_addf(out, ", writes %zu of %zu%s", columns_written(f, found, n), f->n_puts,
                 f->direction == DIR_PUSH ? " columns" : "");
    buf_addc(out, '\n');
    list_puts(f, out);
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, MARGIN "%s\n", found[i].says);
        add_request(found[i].request, out);
        missing = missing || found[i].what == FINDING_NO_COLUMN;
    }
    if (missing)
        list_columns(t, out);
    return wrong;
}
