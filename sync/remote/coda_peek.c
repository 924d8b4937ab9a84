#include "store/base/clock.h"
#include "sync/remote/coda.h"
#include "sync/remote/coda_codec.h"

#include <string.h>

#define STALE_MS 30000 /* so long after waiting in vain no other peek waits */

/* Peeks come by the hundred: in a doc that is never still, they wait for the newest snapshot
 * together, not each for itself. */
static int read_newest(struct coda *r, const char *path, const char *what, struct http_answer *ret,
                       bool *ret_stale, struct err *err)
{
    struct coda_reader reader = coda_reader(r);
    bool in_vain = r->stale_ms && clock_mono_ms() - r->stale_ms < STALE_MS;
    if (in_vain)
        reader.until_ms = 0;
    int rc = coda_read(&reader, path, what, ret, err);
    if (reader.stale && !in_vain)
        r->stale_ms = clock_mono_ms();
    *ret_stale = reader.stale;
    return rc;
}

/* getRow. As in coda_look, a 404 counts only where the table was seen within the last minute; and
 * an older state may lack a row that is there by now. */
int coda_peek(struct remote *remote, const char *table, const char *row_id,
              const char *const *columns, size_t n_columns, struct arena *arena, enum presence *ret,
              struct remote_row *ret_row, struct err *err)
{
    struct coda *r = (struct coda *)remote;
    struct table_entry *e;
    struct coda_list list = {0};
    bool stale;
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    const struct column_info **found = arena_alloc(arena, n_columns + 1, sizeof *found);
    if (coda_open_table(r, table, false, &e, err))
        return -1;
    if (table_find_columns(&e->info, columns, n_columns, found, err))
        return err_wrap(err, "%s", remote->cfg->name);
    const char *what =
        arena_printf(arena, "%s: row %s of «%s»", remote->cfg->name, row_id, e->info.name);
    coda_add_table_path(&path, r, e->info.id);
    buf_add(&path, "/rows/");
    http_escape(&path, row_id);
    buf_add(&path, "?valueFormat=rich&useColumnNames=false");
    if (read_newest(r, buf_str(&path), what, &a, &stale, err)) {
        if (err->kind != ERR_GONE)
            return -1;
    } else if (coda_read_row(a.body, a.body_len, found, n_columns, arena, &list, err)) {
        return err_wrap(err, "%s", what);
    }
    /* The last part of the path may also be a name: another row that is called like the id. */
    bool there = list.n && !strcmp(list.rows[0].id, row_id);
    if (there)
        *ret_row = list.rows[0];
    *ret = there ? ROW_THERE : stale ? ROW_UNKNOWN : ROW_GONE;
    return 0;
}
