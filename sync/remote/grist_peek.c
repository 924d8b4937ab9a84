#include "sync/remote/grist.h"

/* Some rows by their ids; columns NULL: only whether they are there. */
struct peek {
    const char *table;
    const char *const *row_ids;
    size_t n;
    const char *const *columns;
    size_t n_columns;
    struct arena *arena; /* what the rows say */
};

static const char *what_is_asked(const struct grist *r, const struct peek *p,
                                 const struct table_info *info)
{
    const char *remote = r->base.cfg->name;
    return p->n == 1
               ? arena_printf(p->arena, "%s: row %s of «%s»", remote, p->row_ids[0], info->name)
               : arena_printf(p->arena, "%s: %zu rows of «%s»", remote, p->n, info->name);
}

/* The row of that id, if it is there. What a key that may not read everything does not see may be
 * there all the same. */
static void take(const struct grist_page *page, bool partial, int64_t id, enum presence *ret,
                 struct remote_row *ret_row)
{
    *ret = partial ? ROW_UNKNOWN : ROW_GONE;
    for (size_t i = 0; i < page->n; i++) {
        if (page->ids[i] != id)
            continue;
        *ret = ROW_THERE;
        *ret_row = page->rows[i];
        return;
    }
}

static int read_rows(struct grist *r, const struct peek *p, enum presence *ret,
                     struct remote_row *ret_rows, struct err *err)
{
    const struct column_info **found = arena_alloc(p->arena, p->n_columns + 1, sizeof *found);
    int64_t *ids = arena_alloc(p->arena, p->n + 1, sizeof *ids);
    const char **values = arena_alloc(p->arena, p->n + 1, sizeof *values);
    const struct grist_condition are_these = {.column = "id", .values = values, .n = p->n};
    struct grist_table t;
    struct grist_page page;
    if (p->n > PEEK_MAX)
        return err_set(err, ERR_DATA, "%s: at most %d rows at a time, not %zu", r->base.cfg->name,
                       PEEK_MAX, p->n);
    if (!p->n)
        return 0;
    for (size_t i = 0; i < p->n; i++) {
        if (grist_read_row_id(r, p->row_ids[i], &ids[i], err))
            return -1;
        values[i] = arena_printf(p->arena, "%lld", (long long)ids[i]);
    }
    if (grist_open_table(r, p->table, false, &t, err))
        return -1;
    if (table_find_columns(t.info, p->columns, p->n_columns, found, err))
        return err_wrap(err, "%s", r->base.cfg->name);
    struct grist_scan s = {.info = t.info,
                           .shape = {.columns = found, .n_columns = p->n_columns, .stamp = t.stamp},
                           .conditions = &are_these,
                           .n_conditions = 1,
                           .what = what_is_asked(r, p, t.info),
                           .arena = p->arena};
    if (grist_scan_all(r, &s, &page, err))
        return -1;
    for (size_t i = 0; i < p->n; i++)
        take(&page, s.partial, ids[i], &ret[i], &ret_rows[i]);
    return 0;
}

int grist_look(struct remote *remote, const char *table, const char *row_id, enum presence *ret,
               struct err *err)
{
    AUTO_ARENA *arena = arena_new(GRIST_ARENA_BYTES);
    struct remote_row row;
    const struct peek p = {.table = table, .row_ids = &row_id, .n = 1, .arena = arena};
    return read_rows((struct grist *)remote, &p, ret, &row, err);
}

int grist_peek(struct remote *remote, const char *table, const char *row_id,
               const char *const *columns, size_t n_columns, struct arena *arena,
               enum presence *ret, struct remote_row *ret_row, struct err *err)
{
    return grist_peek_many(remote, table, &row_id, 1, columns, n_columns, arena, ret, ret_row, err);
}

int grist_peek_many(struct remote *remote, const char *table, const char *const *row_ids, size_t n,
                    const char *const *columns, size_t n_columns, struct arena *arena,
                    enum presence *ret, struct remote_row *ret_rows, struct err *err)
{
    const struct peek p = {.table = table,
                           .row_ids = row_ids,
                           .n = n,
                           .columns = columns,
                           .n_columns = n_columns,
                           .arena = arena};
    return read_rows((struct grist *)remote, &p, ret, ret_rows, err);
}
