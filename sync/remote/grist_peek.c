#include "sync/remote/grist.h"

/* The row of that id, if it is there. What a key that may not read everything does not see may be
 * there all the same. */
static int read_row(struct grist *r, const struct grist_table *t,
                    const struct column_info *const *columns, size_t n_columns, int64_t id,
                    struct arena *arena, enum presence *ret, struct remote_row *ret_row,
                    struct err *err)
{
    const char *value = arena_printf(arena, "%lld", (long long)id);
    const struct grist_condition is_id = {.column = "id", .values = &value, .n = 1};
    struct grist_page page;
    struct grist_scan s = {.info = t->info,
                           .shape = {.columns = columns, .n_columns = n_columns, .stamp = t->stamp},
                           .conditions = &is_id,
                           .n_conditions = 1,
                           .what = arena_printf(arena, "%s: row %s of «%s»", r->base.cfg->name,
                                                value, t->info->name),
                           .arena = arena};
    if (grist_scan_all(r, &s, &page, err))
        return -1;
    *ret = page.n ? ROW_THERE : s.partial ? ROW_UNKNOWN : ROW_GONE;
    if (page.n)
        *ret_row = page.rows[0];
    return 0;
}

int grist_look(struct remote *remote, const char *table, const char *row_id, enum presence *ret,
               struct err *err)
{
    struct grist *r = (struct grist *)remote;
    AUTO_ARENA *arena = arena_new(GRIST_ARENA_BYTES);
    struct grist_table t;
    struct remote_row row;
    int64_t id;
    if (grist_read_row_id(r, row_id, &id, err) || grist_open_table(r, table, false, &t, err))
        return -1;
    return read_row(r, &t, NULL, 0, id, arena, ret, &row, err);
}

int grist_peek(struct remote *remote, const char *table, const char *row_id,
               const char *const *columns, size_t n_columns, struct arena *arena,
               enum presence *ret, struct remote_row *ret_row, struct err *err)
{
    struct grist *r = (struct grist *)remote;
    const struct column_info **found = arena_alloc(arena, n_columns + 1, sizeof *found);
    struct grist_table t;
    int64_t id;
    if (grist_read_row_id(r, row_id, &id, err) || grist_open_table(r, table, false, &t, err))
        return -1;
    if (table_find_columns(t.info, columns, n_columns, found, err))
        return err_wrap(err, "%s", remote->cfg->name);
    return read_row(r, &t, found, n_columns, id, arena, ret, ret_row, err);
}
