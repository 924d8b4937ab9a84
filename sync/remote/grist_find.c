#include "sync/remote/grist.h"

#include "sync/remote/grist_put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONDITIONS_MAX 8

struct search {
    const struct write_batch *like;
    const struct column_info **columns;
    struct arena *out, *page;
    struct found_row *ret;
    size_t max, n;
    char what[200];
};

static void search_free(struct search *s)
{
    free(s->columns);
    arena_free(s->page);
}

static bool is_like(const struct search *s, const struct remote_row *row)
{
    for (size_t i = 0; i < s->like->n_columns; i++) {
        const struct cell *wanted = &s->like->rows[0].cells[i];
        if (wanted->kind != CELL_NULL && !grist_holds(s->columns[i], wanted, &row->cells[i]))
            return false;
    }
    return true;
}

/* The filter lets through what it can; the rest is compared here. */
static int on_page(void *ctx, const struct grist_page *page, struct err *err)
{
    struct search *s = ctx;
    (void)err;
    for (size_t i = 0; i < page->n && s->n < s->max; i++) {
        if (is_like(s, &page->rows[i]))
            s->ret[s->n++] = (struct found_row){.row_id = arena_strdup(s->out, page->rows[i].id)};
    }
    arena_reset(s->page);
    return 0;
}

/* value[i] belongs to ret[i]; both in the arena. */
static size_t make_conditions(const struct search *s, struct arena *arena,
                              struct grist_condition ret[CONDITIONS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s->like->n_columns && n < CONDITIONS_MAX; i++) {
        AUTO_BUF json = BUF_INIT(4096);
        if (!grist_put_condition(s->columns[i], &s->like->rows[0].cells[i], &json))
            continue;
        const char **value = arena_alloc(arena, 1, sizeof *value);
        *value = arena_strdup(arena, buf_str(&json));
        ret[n] = (struct grist_condition){.column = s->columns[i]->id, .values = value, .n = 1};
        n++;
    }
    return n;
}

int grist_find(struct remote *remote, const struct write_batch *like, struct arena *arena,
               struct found_row *ret, size_t max, size_t *ret_n, struct err *err)
{
    struct grist *r = (struct grist *)remote;
    struct grist_table t;
    struct grist_condition conditions[CONDITIONS_MAX];
    CLEANUP(search_free)
    struct search s = {.like = like,
                       .columns = xcalloc(like->n_columns + 1, sizeof *s.columns),
                       .out = arena,
                       .page = arena_new(GRIST_ARENA_BYTES),
                       .ret = ret,
                       .max = max};
    if (grist_open_table(r, like->table, false, &t, err))
        return -1;
    if (table_find_columns(t.info, like->columns, like->n_columns, s.columns, err))
        return err_wrap(err, "%s", remote->cfg->name);
    snprintf(s.what, sizeof s.what, "%s: search in «%.100s»", remote->cfg->name, t.info->name);
    struct grist_scan scan = {.info = t.info,
                              .shape = {.columns = s.columns, .n_columns = like->n_columns},
                              .conditions = conditions,
                              .n_conditions = make_conditions(&s, arena, conditions),
                              .what = s.what,
                              .arena = s.page,
                              .fn = on_page,
                              .ctx = &s};
    if (grist_scan(r, &scan, err))
        return -1;
    *ret_n = s.n;
    return 0;
}
