#include "sync/remote/grist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP_MS 300000
#define AHEAD_S    60 /* a row dated later than this by the server's clock must not hide others */

struct walk {
    struct grist *r;
    const struct listing *want;
    const struct column_info **columns;
    struct grist_cursor had; /* valid when has_cursor */
    bool has_cursor;
    const char *state; /* of the document, asked before its rows; NULL: not told */
    bool state_asked;
    struct arena *page; /* of one page */
    size_t rows;
    double max_stamp;
    char what[200];
};

static void walk_free(struct walk *w)
{
    free(w->columns);
    arena_free(w->page);
}

/* The document's newest state. A key that may not see it has none, and is not asked again soon. */
static int ask_state(struct walk *w, struct arena *arena, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(1024);
    const char *what = arena_printf(arena, "%s: state of the document", w->r->base.cfg->name);
    w->state_asked = true;
    if (grist_barred(&w->r->states))
        return 0;
    buf_addf(&path, "%s/states", w->r->doc_path);
    if (grist_get(w->r, buf_str(&path), what, &a, err)) {
        if (a.status != 403 && a.status != 404)
            return -1;
        grist_set_bar(&w->r->states, a.status);
        return 0;
    }
    if (grist_read_state(a.body, a.body_len, arena, &w->state, err))
        return err_wrap(err, "%s", what);
    return 0;
}

static int on_page(void *ctx, const struct grist_page *page, struct err *err)
{
    struct walk *w = ctx;
    for (size_t i = 0; i < page->n; i++) {
        if (page->stamps[i] > w->max_stamp)
            w->max_stamp = page->stamps[i];
    }
    w->rows += page->n;
    int bad = w->want->on_page(w->want->ctx, page->rows, page->n, err);
    arena_reset(w->page);
    return bad;
}

/* The newest row read, at most a little ahead of the server's clock as it was before the first
 * row, and never going back. NULL: there is none to begin from. */
static const char *next_cursor(const struct walk *w, int64_t date_ms, struct arena *arena)
{
    double top = (double)date_ms / 1000 + AHEAD_S;
    struct grist_cursor c = {.stamp = w->max_stamp, .state = w->state};
    if (date_ms && c.stamp > top)
        c.stamp = top;
    if (w->has_cursor && c.stamp < w->had.stamp)
        c.stamp = w->had.stamp;
    return c.stamp > 0 ? grist_write_cursor(&c, arena) : NULL;
}

/* Is the document, or at least its newest row, as it was? Both are found with one request. */
static int ask_unchanged(struct walk *w, struct arena *arena, bool *ret, struct err *err)
{
    if (w->had.state && ask_state(w, arena, err))
        return -1;
    *ret = w->state && str_eq(w->state, w->had.state);
    return 0;
}

static int ask_latest(struct walk *w, const struct grist_table *t, bool *ret_unchanged,
                      struct err *err)
{
    bool barred;
    double latest;
    *ret_unchanged = false;
    if (grist_latest(w->r, t, w->what, &latest, &barred, err))
        return barred ? 0 : -1;
    *ret_unchanged = latest <= w->had.stamp;
    return 0;
}

/* Before the rows: a change that comes while they are read is seen the next time. */
static int begin(struct walk *w, const struct grist_table *t, struct arena *arena,
                 bool *ret_unchanged, struct err *err)
{
    *ret_unchanged = false;
    if (!t->stamp)
        return 0;
    if (!w->state_asked && ask_state(w, arena, err))
        return -1;
    return w->has_cursor && !w->state ? ask_latest(w, t, ret_unchanged, err) : 0;
}

static void nothing_new(const struct walk *w, struct arena *arena, struct listing_end *ret)
{
    *ret = (struct listing_end){.cursor = grist_write_cursor(&w->had, arena)};
}

static int list_rows(struct walk *w, const struct grist_table *t, struct arena *arena,
                     struct listing_end *ret, struct err *err)
{
    const struct column_info *key = NULL;
    int64_t overlap_ms = w->want->overlap_ms < 0 ? OVERLAP_MS : w->want->overlap_ms;
    double since = w->had.stamp - (double)overlap_ms / 1000;
    bool changes = w->has_cursor && t->stamp;
    if (since < 0)
        since = 0;
    if (table_find_columns(t->info, w->want->columns, w->want->n_columns, w->columns, err) ||
        (w->want->key && table_find_columns(t->info, &w->want->key, 1, &key, err)))
        return err_wrap(err, "%s", w->r->base.cfg->name);
    struct grist_scan s = {.info = t->info,
                           .shape = {.columns = w->columns,
                                     .n_columns = w->want->n_columns,
                                     .key = key ? key->id : NULL,
                                     .stamp = t->stamp},
                           .since = changes ? &since : NULL,
                           .what = w->what,
                           .arena = w->page,
                           .fn = on_page,
                           .ctx = w};
    if (grist_scan(w->r, &s, err))
        return -1;
    *ret = (struct listing_end){.complete = !changes,
                                .cursor = t->stamp ? next_cursor(w, s.date_ms, arena) : NULL,
                                .rows = w->rows};
    return 0;
}

int grist_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                       struct listing_end *ret, struct err *err)
{
    struct grist_table t;
    bool unchanged = false;
    CLEANUP(walk_free)
    struct walk w = {.r = (struct grist *)remote,
                     .want = want,
                     .columns = xcalloc(want->n_columns + 1, sizeof *w.columns),
                     .page = arena_new(GRIST_ARENA_BYTES)};
    snprintf(w.what, sizeof w.what, "%s: rows of «%.100s»", remote->cfg->name, want->table);
    w.has_cursor = want->cursor && grist_read_cursor(want->cursor, arena, &w.had);
    if (w.has_cursor && ask_unchanged(&w, arena, &unchanged, err))
        return -1;
    if (!unchanged && (grist_open_table(w.r, want->table, false, &t, err) ||
                       begin(&w, &t, arena, &unchanged, err)))
        return -1;
    if (!unchanged)
        return list_rows(&w, &t, arena, ret, err);
    nothing_new(&w, arena, ret);
    return 0;
}
