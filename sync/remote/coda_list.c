#include "sync/remote/coda.h"

#include "store/base/clock.h"
#include "sync/remote/coda_codec.h"
#include "sync/remote/paging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_SAFE 100 /* rows a page that Coda has always given */
#define OVERLAP_MS 60000
#define PAGE_BYTES ((size_t)256 << 20)

enum mode {
    WHOLE,   /* sorted by createdAt, all pages */
    UPDATED, /* sortBy=updatedAt: ends early where the rows come newest first */
    SYNC,    /* what changed since a nextSyncToken */
};

struct walk {
    struct coda *r;
    const struct listing *want;
    const struct table_info *info;
    const struct column_info **columns;
    enum mode mode;
    struct coda_cursor had; /* valid when has_cursor */
    bool has_cursor;
    int64_t since_ms;    /* UPDATED: rows older than this are known */
    struct arena *arena; /* of one page */
    unsigned page;       /* from 1 */
    size_t rows;
    int64_t max_edited_ms; /* INT64_MIN: no row yet */
    int64_t last_ms;       /* of the last row read, when rows > 0 */
    int64_t date_ms;       /* the server's, of the first answer */
    enum coda_order order;
    bool stopped;     /* the rest was not read */
    char *token;      /* of the page to ask for, NULL: the first; owned */
    char *sync_token; /* the last nextSyncToken; owned */
    char what[200];
};

static void walk_free(struct walk *w)
{
    free(w->columns);
    free(w->token);
    free(w->sync_token);
    arena_free(w->arena);
}

static void set_string(char **at, const char *s)
{
    char *copy = s ? xstrdup(s) : NULL;
    free(*at);
    *at = copy;
}

/* Begins again, in another mode or with another page size. What was handed on comes once more. */
static void restart(struct walk *w, enum mode mode)
{
    set_string(&w->token, NULL);
    set_string(&w->sync_token, NULL);
    w->mode = mode;
    w->rows = 0;
    w->order = CODA_ORDER_UNKNOWN;
    w->stopped = false;
}

static void add_path(const struct walk *w, struct buf *path)
{
    buf_addf(path, "%s/tables/", w->r->doc_path);
    http_escape(path, w->info->id);
    if (w->token) { /* with a pageToken all else is ignored */
        buf_add(path, "/rows?pageToken=");
        http_escape(path, w->token);
        return;
    }
    buf_addf(path, "/rows?valueFormat=rich&useColumnNames=false&limit=%u", w->r->limit);
    if (w->mode == UPDATED)
        buf_add(path, "&sortBy=updatedAt");
    if (w->mode == SYNC) {
        buf_add(path, "&syncToken=");
        http_escape(path, w->had.token);
    }
}

/* What to do about a refused request (400): returns true when the walk was set up to go on. */
static bool recover(struct walk *w, bool *restarted)
{
    if (w->token) { /* tokens live for an undocumented while */
        if (*restarted)
            return false;
        *restarted = true;
        restart(w, WHOLE);
        return true;
    }
    if (w->mode == SYNC) {
        restart(w, UPDATED);
        return true;
    }
    if (w->r->limit > LIMIT_SAFE) {
        w->r->limit = LIMIT_SAFE;
        return true;
    }
    w->r->limit = CODA_ROWS_LIMIT; /* it was not the size of the page */
    return false;
}

/* How many rows of the page are news: with the newest first, those before the first known one. */
static size_t count_news(struct walk *w, const struct coda_list *list)
{
    w->order = coda_order(w->order, w->rows ? &w->last_ms : NULL, list->rows, list->n);
    if (w->mode != UPDATED || w->order != CODA_DESCENDING)
        return list->n;
    for (size_t i = 0; i < list->n; i++) {
        if (list->rows[i].edited_ms < w->since_ms) {
            w->stopped = true;
            return i;
        }
    }
    return list->n;
}

/* Asks for one page and hands it on. *ret_status is the answer's, for recover. */
static int walk_page(struct walk *w, int *ret_status, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT((size_t)32 << 10);
    struct coda_list list;
    snprintf(w->what, sizeof w->what, "%s: rows of «%.100s», page %u", w->r->base.cfg->name,
             w->info->name, w->page + 1);
    add_path(w, &path);
    *ret_status = 0;
    if (coda_get(w->r, buf_str(&path), w->what, &a, err)) {
        *ret_status = a.status;
        return -1;
    }
    arena_reset(w->arena);
    if (coda_read_rows(a.body, a.body_len, w->columns, w->want->n_columns, w->arena, &list, err))
        return err_wrap(err, "%s", w->what);
    size_t n = count_news(w, &list);
    w->page++;
    w->rows += n;
    if (!w->date_ms)
        w->date_ms = a.date_ms;
    if (list.n) {
        w->last_ms = list.rows[list.n - 1].edited_ms;
        if (list.max_edited_ms > w->max_edited_ms)
            w->max_edited_ms = list.max_edited_ms;
    }
    set_string(&w->token, w->stopped ? NULL : list.next);
    set_string(&w->sync_token, list.sync_token);
    return n ? w->want->on_page(w->want->ctx, list.rows, n, err) : 0;
}

static int walk_pages(struct walk *w, struct err *err)
{
    AUTO_GUARD guard = {0};
    bool restarted = false;
    do {
        int status;
        if (walk_page(w, &status, err)) {
            if (status != 400 || !recover(w, &restarted))
                return -1;
            page_guard_free(&guard);
            w->page = 0;
            continue;
        }
        if (w->token && page_guard_next(&guard, w->token, w->what, err))
            return -1;
    } while (w->token || !w->page);
    return 0;
}

/* The newest update seen, at most the server's time, and never going back. */
static const char *next_cursor(const struct walk *w, struct arena *arena)
{
    struct coda_cursor c = {.updated_ms = w->max_edited_ms, .token = w->sync_token};
    if (w->max_edited_ms == INT64_MIN && !w->has_cursor)
        return NULL;
    if (w->date_ms && c.updated_ms > w->date_ms)
        c.updated_ms = w->date_ms;
    if (w->has_cursor && c.updated_ms < w->had.updated_ms)
        c.updated_ms = w->had.updated_ms;
    c.order = w->mode == UPDATED ? w->order : CODA_ORDER_UNKNOWN;
    if (c.order == CODA_ORDER_UNKNOWN && w->has_cursor)
        c.order = w->had.order;
    return coda_write_cursor(&c, arena);
}

static void choose_mode(struct walk *w, struct arena *arena)
{
    const struct listing *want = w->want;
    w->has_cursor = want->cursor && coda_read_cursor(want->cursor, arena, &w->had);
    if (!w->has_cursor)
        return;
    int64_t overlap = want->overlap_ms < 0 ? OVERLAP_MS : want->overlap_ms;
    w->since_ms = w->had.updated_ms - overlap;
    /* Newest first ends by itself; oldest first would read the table: there a token saves it. */
    bool shortcut = w->had.token && w->had.order == CODA_ASCENDING;
    w->mode = shortcut ? SYNC : UPDATED;
}

int coda_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                      struct listing_end *ret, struct err *err)
{
    struct coda *r = (struct coda *)remote;
    struct table_entry *e;
    CLEANUP(walk_free)
    struct walk w = {.r = r, .want = want, .mode = WHOLE, .max_edited_ms = INT64_MIN};
    if (coda_open_table(r, want->table, false, &e, err))
        return -1;
    w.info = &e->info;
    w.columns = xcalloc(want->n_columns + 1, sizeof *w.columns);
    if (table_find_columns(w.info, want->columns, want->n_columns, w.columns, err))
        return err_wrap(err, "%s", remote->cfg->name);
    w.arena = arena_new(PAGE_BYTES);
    choose_mode(&w, arena);
    if (walk_pages(&w, err))
        return -1;
    *ret = (struct listing_end){.complete = w.mode != SYNC && !w.stopped,
                                .cursor = next_cursor(&w, arena),
                                .rows = w.rows};
    return 0;
}
