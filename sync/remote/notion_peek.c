#include "store/base/uuid.h"
#include "sync/remote/notion.h"
#include "sync/remote/notion_codec.h"

/* Reads the page from its answer: the values only where it is not in the trash. */
static int read_page(struct notion *r, const struct http_answer *a,
                     const struct column_info *const *columns, size_t n_columns,
                     struct arena *arena, const char *what, enum presence *ret,
                     struct remote_row *ret_row, struct err *err)
{
    struct notion_list list;
    if (notion_read_row(a->body, a->body_len, columns, n_columns, arena, &list, err))
        return err_wrap(err, "%s", what);
    if (list.rows[0].trashed) {
        *ret = ROW_TRASHED;
        return 0;
    }
    if (notion_fill_cuts(r, &list, columns, n_columns, arena, what, err)) {
        if (err->kind != ERR_GONE) /* it went away between two requests */
            return -1;
        *ret = ROW_UNKNOWN;
        return 0;
    }
    *ret = ROW_THERE;
    *ret_row = list.rows[0];
    return 0;
}

int notion_peek(struct remote *remote, const char *table, const char *row_id,
                const char *const *columns, size_t n_columns, struct arena *arena,
                enum presence *ret, struct remote_row *ret_row, struct err *err)
{
    struct notion *r = (struct notion *)remote;
    char id[UUID_LEN + 1];
    struct table_entry *e;
    AUTO_ANSWER a = {0};
    const struct column_info **found = arena_alloc(arena, n_columns + 1, sizeof *found);
    if (!uuid_read(row_id, id))
        return err_set(err, ERR_DATA, "%s: «%s» is no page id", remote->cfg->name, row_id);
    if (notion_open_table(r, table, false, &e, err))
        return -1;
    if (table_find_columns(&e->info, columns, n_columns, found, err))
        return err_wrap(err, "%s", remote->cfg->name);
    const char *what =
        arena_printf(arena, "%s: page %s of «%s»", remote->cfg->name, id, e->info.name);
    if (notion_get(r, arena_printf(arena, "/pages/%s", id), what, &a, err)) {
        if (err->kind != ERR_GONE)
            return -1;
        *ret = ROW_UNKNOWN; /* a page that is no longer shared answers so too */
        return 0;
    }
    return read_page(r, &a, found, n_columns, arena, what, ret, ret_row, err);
}
