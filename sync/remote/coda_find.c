#include "sync/remote/coda.h"

#include "sync/remote/coda_codec.h"
#include "sync/remote/coda_put.h"
#include "sync/remote/paging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct search {
    struct coda *r;
    const struct write_batch *like;
    const struct table_info *info;
    const struct column_info **columns;
    struct coda_reader reader;
    struct arena *out;
    struct found_row *ret;
    size_t max, n;
    char what[200];
};

static void search_free(struct search *s)
{
    free(s->columns);
}

/* The query that lets the fewest rows through: by the marker, else by the longest value; none: all
 * rows are looked at. */
static void add_query(const struct search *s, struct buf *out)
{
    AUTO_BUF best = BUF_INIT((size_t)64 << 10);
    for (size_t i = 0; i < s->like->n_columns; i++) {
        AUTO_BUF query = BUF_INIT((size_t)16 << 10);
        bool marker = str_eq(s->like->columns[i], s->like->marker);
        if (!coda_put_query(s->columns[i], &s->like->rows[0].cells[i], &query) || query.over)
            continue;
        if (marker || query.len > best.len) {
            buf_clear(&best);
            buf_add(&best, buf_str(&query));
        }
        if (marker)
            break;
    }
    if (!best.len)
        return;
    buf_add(out, "&query=");
    http_escape(out, buf_str(&best));
}

static bool is_like(const struct search *s, const struct remote_row *row)
{
    for (size_t i = 0; i < s->like->n_columns; i++) {
        const struct cell *wanted = &s->like->rows[0].cells[i];
        if (wanted->kind != CELL_NULL && !coda_holds(s->columns[i], wanted, &row->cells[i]))
            return false;
    }
    return true;
}

static void take(struct search *s, const struct coda_list *list)
{
    for (size_t i = 0; i < list->n && s->n < s->max; i++) {
        if (is_like(s, &list->rows[i]))
            s->ret[s->n++] = (struct found_row){.row_id = arena_strdup(s->out, list->rows[i].id),
                                                .created_ms = list->created_ms[i]};
    }
}

static int search_pages(struct search *s, struct err *err)
{
    AUTO_GUARD guard = {0};
    AUTO_FREE char *token = NULL;
    do {
        AUTO_ANSWER a = {0};
        AUTO_ARENA *arena = arena_new(CODA_ANSWER_BYTES);
        AUTO_BUF path = BUF_INIT((size_t)256 << 10);
        struct coda_list list;
        coda_add_table_path(&path, s->r, s->info->id);
        if (token) { /* with a pageToken all else is ignored */
            buf_add(&path, "/rows?pageToken=");
            http_escape(&path, token);
        } else {
            buf_add(&path, "/rows?valueFormat=rich&useColumnNames=false&limit=100");
            add_query(s, &path);
        }
        if (coda_read(&s->reader, buf_str(&path), s->what, &a, err))
            return -1;
        if (coda_read_rows(a.body, a.body_len, s->columns, s->like->n_columns, arena, &list, err))
            return err_wrap(err, "%s", s->what);
        take(s, &list);
        free(token);
        token = list.next && s->n < s->max ? xstrdup(list.next) : NULL;
        if (token && page_guard_next(&guard, token, s->what, err))
            return -1;
    } while (token);
    return 0;
}

int coda_find(struct remote *remote, const struct write_batch *like, struct arena *arena,
              struct found_row *ret, size_t max, size_t *ret_n, struct err *err)
{
    struct table_entry *e;
    CLEANUP(search_free)
    struct search s = {.r = (struct coda *)remote,
                       .like = like,
                       .columns = xcalloc(like->n_columns + 1, sizeof *s.columns),
                       .out = arena,
                       .ret = ret,
                       .max = max};
    if (coda_open_table(s.r, like->table, false, &e, err))
        return -1;
    s.info = &e->info;
    if (table_find_columns(s.info, like->columns, like->n_columns, s.columns, err))
        return err_wrap(err, "%s", remote->cfg->name);
    snprintf(s.what, sizeof s.what, "%s: search in «%.100s»", remote->cfg->name, s.info->name);
    s.reader = coda_reader(s.r);
    if (search_pages(&s, err))
        return -1;
    *ret_n = s.n;
    return 0;
}
