#include "sync/remote/notion.h"

#include "sync/remote/notion_codec.h"
#include "sync/remote/notion_put.h"
#include "sync/remote/paging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILTER_BYTES   500000
#define CONDITIONS_MAX 90  /* Notion takes 100 */
#define FIND_PAGES     100 /* of a search that Notion cannot narrow down */

struct search {
    struct notion *r;
    const struct write_batch *like;
    const struct column_info **columns;
    struct arena *out;
    struct found_row *ret;
    size_t max, n;
    char what[200];
};

static void search_free(struct search *s)
{
    free(s->columns);
}

static bool is_like(const struct search *s, const struct notion_list *list, size_t row)
{
    for (size_t i = 0; i < s->like->n_columns; i++) {
        const struct cell *wanted = &s->like->rows[0].cells[i];
        if (wanted->kind != CELL_NULL &&
            !notion_holds(s->columns[i], wanted, &list->rows[row].cells[i]))
            return false;
    }
    return true;
}

/* {"and":[…]}, or NULL when no condition is certain enough; the caller frees it. */
static char *make_filter(const struct search *s, bool options)
{
    struct buf b = BUF_INIT(FILTER_BYTES);
    size_t n = 0;
    buf_add(&b, "{\"and\":[");
    for (size_t i = 0; i < s->like->n_columns && n < CONDITIONS_MAX; i++)
        n += notion_put_conditions(s->columns[i], &s->like->rows[0].cells[i], options, &b);
    if (!n) {
        buf_free(&b);
        return NULL;
    }
    b.len--; /* the last comma */
    buf_add(&b, "]}");
    return buf_take(&b);
}

/* Asks for one page of the search. *ret_next: owned by the caller. *ret_status for 400. */
static int search_page(struct search *s, const char *path, const struct notion_query *q,
                       char **ret_next, int *ret_status, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_ARENA *arena = arena_new(NOTION_PAGE_BYTES);
    AUTO_FREE char *body = notion_write_query(q);
    struct notion_list list;
    const struct notion_call c = {.method = "POST", .path = path, .body = body};
    int rc = notion_call(s->r, &c, s->what, &a, err);
    *ret_status = a.status;
    if (rc)
        return -1;
    if (notion_read_query(a.body, a.body_len, s->columns, s->like->n_columns, arena, &list, err))
        return err_wrap(err, "%s", s->what);
    if (notion_fill_cuts(s->r, &list, s->columns, s->like->n_columns, arena, s->what, err))
        return -1;
    for (size_t i = 0; i < list.n && s->n < s->max; i++) {
        if (!list.rows[i].trashed && is_like(s, &list, i))
            s->ret[s->n++] = (struct found_row){.row_id = arena_strdup(s->out, list.rows[i].id),
                                                .created_ms = list.created_ms[i]};
    }
    *ret_next = list.next && s->n < s->max ? xstrdup(list.next) : NULL;
    return 0;
}

/* All pages of one query. */
static int search_with(struct search *s, const char *path, const char *filter, int *ret_status,
                       struct err *err)
{
    AUTO_GUARD guard = {0};
    AUTO_FREE char *cursor = NULL;
    struct notion_query q = {.timestamp = "created_time",
                             .newest_first = true,
                             .filter = filter,
                             .page_size = NOTION_PAGE_SIZE};
    s->n = 0;
    do {
        char *next = NULL;
        q.cursor = cursor;
        if (search_page(s, path, &q, &next, ret_status, err))
            return -1;
        free(cursor);
        cursor = next;
        if (cursor && page_guard_next(&guard, cursor, s->what, err))
            return -1;
        if (guard.pages == FIND_PAGES)
            return err_set(err, ERR_DATA, "%s: more than %d pages to look through", s->what,
                           FIND_PAGES);
    } while (cursor);
    return 0;
}

int notion_find(struct remote *remote, const struct write_batch *like, struct arena *arena,
                struct found_row *ret, size_t max, size_t *ret_n, struct err *err)
{
    CLEANUP(search_free)
    struct search s = {.r = (struct notion *)remote,
                       .like = like,
                       .columns = xcalloc(like->n_columns + 1, sizeof *s.columns),
                       .out = arena,
                       .ret = ret,
                       .max = max};
    struct table_entry *e;
    AUTO_BUF path = BUF_INIT(256);
    int status = 0;
    if (notion_open_table(s.r, like->table, false, &e, err))
        return -1;
    if (table_find_columns(&e->info, like->columns, like->n_columns, s.columns, err))
        return err_wrap(err, "%s", remote->cfg->name);
    snprintf(s.what, sizeof s.what, "%s: search in «%.100s»", remote->cfg->name, e->info.name);
    buf_addf(&path, "/data_sources/%s/query", e->info.id);
    AUTO_FREE char *filter = make_filter(&s, true);
    int rc = search_with(&s, buf_str(&path), filter, &status, err);
    if (rc && status == 400 && filter) { /* an option that is not there yet, most likely */
        AUTO_FREE char *plain = make_filter(&s, false);
        rc = search_with(&s, buf_str(&path), plain, &status, err);
    }
    if (rc)
        return -1;
    *ret_n = s.n;
    return 0;
}
