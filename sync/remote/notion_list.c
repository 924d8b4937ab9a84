#include "sync/remote/notion.h"

#include "store/base/clock.h"
#include "sync/remote/notion_codec.h"
#include "sync/remote/paging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE_MIN 10
#define QUERY_LIMIT   10000 /* rows; a query ends there */
#define FILTER_MAX    100   /* property ids in filter_properties */
#define MINUTE_MS     60000
#define OVERLAP_MS    (5 * MINUTE_MS)
#define SETTLE_MS     (2 * MINUTE_MS) /* last_edited_time is rounded down to the minute */

struct walk {
    struct notion *r;
    const struct listing *want;
    const struct table_info *info;
    const struct column_info **columns;
    char *path; /* of the query, with its filter_properties */
    struct notion_query query;
    char *retry_body;    /* owned */
    struct arena *arena; /* of one page */
    unsigned page;       /* over all windows, from 1 */
    size_t rows;
    int64_t max_edited_ms; /* of all rows; INT64_MIN: none */
    int64_t date_ms; /* the server's, of the first answer: what is edited later may be missed */
    char what[200];
};

static void walk_free(struct walk *w)
{
    free(w->columns);
    free(w->path);
    free(w->retry_body);
    arena_free(w->arena);
}

/* A page that Notion could not make in time is asked for at half the size. */
static const char *halve(void *ctx, int status)
{
    struct walk *w = ctx;
    if (status != 503 || w->query.page_size / 2 < PAGE_SIZE_MIN)
        return NULL;
    w->query.page_size /= 2;
    free(w->retry_body);
    w->retry_body = notion_write_query(&w->query);
    return w->retry_body;
}

static char *query_path(const struct table_info *info, const struct column_info *const *columns,
                        size_t n)
{
    struct buf path = BUF_INIT((size_t)32 << 10);
    buf_addf(&path, "/data_sources/%s/query", info->id);
    if (n == 0)
        buf_add(&path, "?filter_properties%5B%5D=title"); /* as little as can be asked for */
    for (size_t i = 0; i < n && n <= FILTER_MAX; i++) {
        buf_addf(&path, "%cfilter_properties%%5B%%5D=", i ? '&' : '?');
        notion_put_property_id(&path, columns[i]->id);
    }
    return buf_take(&path);
}

/* Asks for one page, completes it and hands it on. *ret lives in the page's arena. */
static int walk_page(struct walk *w, struct notion_list *ret, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_FREE char *body = notion_write_query(&w->query);
    const struct notion_call c = {.method = "POST",
                                  .path = w->path,
                                  .body = body,
                                  .retry_body = halve,
                                  .retry_ctx = w};
    snprintf(w->what, sizeof w->what, "%s: query of «%.100s», page %u", w->r->base.cfg->name,
             w->info->name, ++w->page);
    if (notion_call(w->r, &c, w->what, &a, err))
        return -1;
    if (notion_read_query(a.body, a.body_len, w->columns, w->want->n_columns, w->arena, ret, err))
        return err_wrap(err, "%s", w->what);
    if (notion_fill_cuts(w->r, ret, w->columns, w->want->n_columns, w->arena, w->what, err))
        return -1;
    if (!w->date_ms)
        w->date_ms = a.date_ms;
    if (ret->n && ret->max_edited_ms > w->max_edited_ms)
        w->max_edited_ms = ret->max_edited_ms;
    w->rows += ret->n;
    return ret->n ? w->want->on_page(w->want->ctx, ret->rows, ret->n, err) : 0;
}

/* Reads the pages of one query. *ret_last: the sort key of its last row when the query stopped at
 * Notion's limit and another window must follow, else NULL; owned by the caller. */
static int walk_window(struct walk *w, char **ret_last, struct err *err)
{
    AUTO_GUARD guard = {0};
    AUTO_FREE char *cursor = NULL, *last = NULL;
    bool by_created = !strcmp(w->query.timestamp, "created_time"), limit = false;
    size_t before = w->rows;
    w->query.cursor = NULL;
    do {
        struct notion_list list;
        arena_reset(w->arena);
        if (walk_page(w, &list, err))
            return -1;
        if (list.n) {
            free(last);
            last = xstrdup(by_created ? list.last_created : list.last_edited);
        }
        limit = list.limit_reached;
        free(cursor);
        cursor = list.next ? xstrdup(list.next) : NULL;
        w->query.cursor = cursor;
        if (cursor && page_guard_next(&guard, cursor, w->what, err))
            return -1;
    } while (cursor);
    w->query.cursor = NULL;
    /* Before 2026-04 Notion did not say that it stopped. */
    limit = limit || w->rows - before >= QUERY_LIMIT;
    if (limit && !last)
        return err_set(err, ERR_DATA, "%s: stopped at the limit without a row", w->what);
    *ret_last = limit ? last : NULL;
    if (limit)
        last = NULL;
    return 0;
}

/* Window after window, each from the last key of the one before: those rows come twice, and the
 * consumer knows them by id. */
static int walk_windows(struct walk *w, const char *from, struct err *err)
{
    AUTO_FREE char *start = from ? xstrdup(from) : NULL;
    for (;;) {
        char *last = NULL;
        int64_t start_ms = INT64_MIN, last_ms = 0;
        w->query.from = start;
        if (walk_window(w, &last, err))
            return -1;
        if (!last)
            return 0;
        bool read =
            clock_parse_iso(last, &last_ms) && (!start || clock_parse_iso(start, &start_ms));
        if (!read || last_ms <= start_ms) {
            free(last);
            return err_set(err, ERR_DATA, "%s: more than %d rows with the %s %s", w->what,
                           QUERY_LIMIT, w->query.timestamp, start ? start : "?");
        }
        free(start);
        start = last;
    }
}

/* The newest edit seen, kept behind the server's clock by what it rounds, and never going back. */
static const char *next_cursor(const struct walk *w, bool had, int64_t had_ms, struct arena *arena)
{
    char iso[25];
    if (w->max_edited_ms == INT64_MIN)
        return had ? arena_strdup(arena, clock_iso(iso, had_ms)) : NULL;
    int64_t ms = w->max_edited_ms, top = (w->date_ms ? w->date_ms : ms) - SETTLE_MS;
    if (ms > top)
        ms = top;
    if (had && ms < had_ms)
        ms = had_ms;
    return arena_strdup(arena, clock_iso(iso, ms));
}

int notion_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                        struct listing_end *ret, struct err *err)
{
    struct notion *r = (struct notion *)remote;
    struct table_entry *e;
    CLEANUP(walk_free) struct walk w = {.r = r, .want = want, .max_edited_ms = INT64_MIN};
    char from[25];
    int64_t cursor_ms = 0;
    bool changes = want->cursor && clock_parse_iso(want->cursor, &cursor_ms);
    if (notion_open_table(r, want->table, false, &e, err))
        return -1;
    w.info = &e->info;
    w.columns = xcalloc(want->n_columns + 1, sizeof *w.columns);
    if (table_find_columns(w.info, want->columns, want->n_columns, w.columns, err))
        return err_wrap(err, "%s", remote->cfg->name);
    w.path = query_path(w.info, w.columns, want->n_columns);
    w.arena = arena_new(NOTION_PAGE_BYTES);
    w.query = (struct notion_query){.timestamp = changes ? "last_edited_time" : "created_time",
                                    .page_size = NOTION_PAGE_SIZE};
    if (changes) {
        int64_t ms = cursor_ms - (want->overlap_ms < 0 ? OVERLAP_MS : want->overlap_ms);
        clock_iso(from, ms - ((ms % MINUTE_MS) + MINUTE_MS) % MINUTE_MS);
    }
    if (walk_windows(&w, changes ? from : NULL, err))
        return -1;
    *ret = (struct listing_end){.complete = !changes,
                                .cursor = next_cursor(&w, changes, cursor_ms, arena),
                                .rows = w.rows};
    return 0;
}
