#include "sync/remote/grist.h"

#include "store/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP_MS 300000
#define FUTURE_MAX 50 /* rows of a table that are told apart */
#define AHEAD_S    60 /* a row dated later than this by the server's clock must not hide others */

struct walk {
    struct grist *r;
    const struct listing *want;
    const struct column_info **columns;
    struct grist_cursor had; /* valid when has_cursor */
    bool has_cursor;
    const char *state;        /* of the document, asked before its rows; NULL: not told */
    struct arena *page, *out; /* of one page; the caller's */
    struct grist_scan scan;
    size_t rows, ahead, future; /* ahead: dated in the future; future: and not told of before */
    const char *future_row;
    double max_stamp;
    char what[200];
};

static void walk_free(struct walk *w)
{
    free(w->columns);
    arena_free(w->page);
}

/* A row with this time was told of before. After many of them (the server's clock was put back) all
 * others of the table count as one. */
static bool was_told(struct walk *w, const char *row_id, double stamp)
{
    char key[300], noted[NOTE_TEXT_MAX];
    AUTO_BUF text = BUF_INIT(64);
    bool many = w->ahead++ >= FUTURE_MAX;
    snprintf(key, sizeof key, "future %.100s %.40s", w->want->table, many ? "" : row_id);
    if (!many)
        json_number(&text, stamp);
    if (notes_get(grist_notes(w->r), key, INT64_MAX, noted, sizeof noted) &&
        !strcmp(noted, buf_str(&text)))
        return true;
    notes_put(grist_notes(w->r), key, buf_str(&text));
    return false;
}

/* Nothing can have been changed later than this; 0: the server did not tell the time. */
static double latest_now(const struct walk *w)
{
    return w->scan.date_ms ? (double)w->scan.date_ms / 1000 + AHEAD_S : 0;
}

static int on_page(void *ctx, const struct grist_page *page, struct err *err)
{
    struct walk *w = ctx;
    double top = latest_now(w);
    for (size_t i = 0; i < page->n; i++) {
        if (page->stamps[i] > w->max_stamp)
            w->max_stamp = page->stamps[i];
        if (top <= 0 || page->stamps[i] <= top || was_told(w, page->rows[i].id, page->stamps[i]))
            continue;
        if (!w->future++)
            w->future_row = arena_strdup(w->out, page->rows[i].id);
    }
    w->rows += page->n;
    int bad = w->want->on_page(w->want->ctx, page->rows, page->n, err);
    arena_reset(w->page);
    return bad;
}

/* The newest row read, at most a little ahead of the server's clock as it was before the first
 * row, and never going back. NULL: there is none to begin from. */
static const char *next_cursor(const struct walk *w, bool stamped)
{
    double top = latest_now(w);
    struct grist_cursor c = {.stamp = stamped ? w->max_stamp : 0, .state = w->state};
    if (top > 0 && c.stamp > top)
        c.stamp = top;
    if (stamped && w->has_cursor && c.stamp < w->had.stamp)
        c.stamp = w->had.stamp;
    return c.stamp > 0 || c.state ? grist_write_cursor(&c, w->out) : NULL;
}

/* Is the document, or at least the table's newest row, as it was when the cursor was made? Both are
 * found out before the rows are read: a change that comes meanwhile is seen the next time. A newest
 * row does not show whether one is gone, which a listing that is to be whole must know. */
static int ask_unchanged(struct walk *w, bool *ret, struct err *err)
{
    double newest;
    bool known;
    *ret = false;
    if (!w->has_cursor)
        return 0;
    if (grist_state(w->r, w->out, &w->state, err))
        return -1;
    *ret = w->state && str_eq(w->state, w->had.state);
    if (*ret || w->state || w->want->whole || w->had.stamp <= 0)
        return 0;
    if (grist_newest(w->r, w->want->table, &newest, &known, err))
        return -1;
    *ret = known && newest <= w->had.stamp;
    return 0;
}

static int list_rows(struct walk *w, const struct grist_table *t, struct listing_end *ret,
                     struct err *err)
{
    const struct listing *want = w->want;
    const struct column_info *key = NULL;
    int64_t overlap_ms = want->overlap_ms < 0 ? OVERLAP_MS : want->overlap_ms;
    double since = w->had.stamp - (double)overlap_ms / 1000;
    bool changes = w->has_cursor && w->had.stamp > 0 && t->stamp && !want->whole;
    if (since < 0)
        since = 0;
    if (table_find_columns(t->info, want->columns, want->n_columns, w->columns, err) ||
        (want->key && table_find_columns(t->info, &want->key, 1, &key, err)))
        return err_wrap(err, "%s", w->r->base.cfg->name);
    w->scan = (struct grist_scan){.info = t->info,
                                  .shape = {.columns = w->columns,
                                            .n_columns = want->n_columns,
                                            .key = key ? key->id : NULL,
                                            .stamp = t->stamp},
                                  .since = changes ? &since : NULL,
                                  .what = w->what,
                                  .arena = w->page,
                                  .fn = on_page,
                                  .ctx = w};
    if (grist_scan(w->r, &w->scan, err))
        return -1;
    *ret = (struct listing_end){.complete = !changes,
                                .cursor = next_cursor(w, t->stamp != NULL),
                                .rows = w->rows,
                                .future = w->future,
                                .future_row = w->future_row};
    return 0;
}

int grist_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                       struct listing_end *ret, struct err *err)
{
    struct grist_table t;
    bool unchanged;
    CLEANUP(walk_free)
    struct walk w = {.r = (struct grist *)remote,
                     .want = want,
                     .columns = xcalloc(want->n_columns + 1, sizeof *w.columns),
                     .page = arena_new(GRIST_ARENA_BYTES),
                     .out = arena};
    snprintf(w.what, sizeof w.what, "%s: rows of «%.100s»", remote->cfg->name, want->table);
    w.has_cursor = want->cursor && grist_read_cursor(want->cursor, arena, &w.had);
    if (ask_unchanged(&w, &unchanged, err))
        return -1;
    if (!unchanged)
        return grist_open_table(w.r, want->table, false, &t, err) ||
                       (!w.has_cursor && grist_state(w.r, arena, &w.state, err)) ||
                       list_rows(&w, &t, ret, err)
                   ? -1
                   : 0;
    *ret = (struct listing_end){.cursor = grist_write_cursor(&w.had, arena),
                                .same = w.state && (want->whole || w.had.stamp <= 0)};
    return 0;
}
