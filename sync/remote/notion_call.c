#include "sync/remote/notion.h"

#include "store/base/uuid.h"
#include "sync/remote/notion_codec.h"
#include "sync/remote/paging.h"

#include <stdlib.h>
#include <string.h>

#define API_URL      "https://api.notion.com/v1"
#define API_VERSION  "2025-09-03"
#define TRIES        5 /* 502, 503 and 504 come in waves */
#define ANSWER_BYTES ((size_t)64 << 20)

/* --- one call -------------------------------------------------------------- */

/* Puts Notion's own words into the error, when the answer has them. */
static void explain(const struct http_answer *a, const char *what, struct err *err)
{
    AUTO_ARENA *arena = arena_new(ANSWER_BYTES);
    const char *words = a->status >= 400 ? notion_read_error(a->body, a->body_len, arena) : NULL;
    unsigned retry_s = err->retry_s;
    if (!words)
        return;
    err_set(err, err->kind, "%s: %s", what, words);
    err->retry_s = retry_s;
}

/* What is not `once` may be asked again: GETs, and queries that are POSTs in name only. */
int notion_call(struct notion *r, const struct notion_call *c, const char *what,
                struct http_answer *ret, struct err *err)
{
    AUTO_BUF url = BUF_INIT((size_t)64 << 10);
    const struct http_header headers[] = {
        {"Authorization", r->authorization},
        {"Notion-Version", API_VERSION},
    };
    buf_addf(&url, "%s%s", r->base.cfg->api_url ? r->base.cfg->api_url : API_URL, c->path);
    struct http_request req = {.method = c->method,
                               .url = buf_str(&url),
                               .what = what,
                               .headers = headers,
                               .n_headers = ARRAY_LEN(headers),
                               .body = c->body,
                               .timeout_s = r->base.cfg->timeout_s,
                               .tries = c->once ? 1 : TRIES,
                               .repeatable = !c->once || strcmp(c->method, "POST") != 0,
                               .writes = c->once,
                               .retry_body = c->retry_body,
                               .retry_ctx = c->retry_ctx,
                               .limiter = r->limiter};
    if (!http_do(r->http, &req, ret, err))
        return 0;
    if (err->kind != ERR_CANCELED)
        explain(ret, what, err);
    return -1;
}

int notion_get(struct notion *r, const char *path, const char *what, struct http_answer *ret,
               struct err *err)
{
    return notion_call(r, &(struct notion_call){.method = "GET", .path = path}, what, ret, err);
}
/* --- from the configured table to its data source -------------------------- */

static int in_trash(struct notion *r, const char *name, struct err *err)
{
    return err_set(err, ERR_GONE, "%s: «%s» is in the trash", r->base.cfg->name, name);
}

/* Reads the columns of data source `id` into the entry. */
static int read_source(struct notion *r, struct table_entry *e, const char *id, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_ARENA *arena = arena_new(ANSWER_BYTES);
    struct table_info info;
    bool trashed;
    const char *path = arena_printf(arena, "/data_sources/%s", id);
    const char *what = arena_printf(arena, "%s: columns of %s", r->base.cfg->name, e->table);
    if (notion_get(r, path, what, &a, err)) {
        if (err->kind == ERR_GONE && e->id) { /* resolve anew the next time */
            free(e->id);
            e->id = NULL;
        }
        return -1;
    }
    if (notion_read_source(a.body, a.body_len, arena, &info, &trashed, err))
        return err_wrap(err, "%s", what);
    if (trashed)
        return in_trash(r, info.name, err);
    table_store(e, &info);
    if (!e->id)
        e->id = xstrdup(info.id);
    return 0;
}

static int several_sources(const struct notion_database *db, struct err *err)
{
    AUTO_BUF list = BUF_INIT(400);
    for (size_t i = 0; i < db->n; i++)
        buf_addf(&list, "%s«%s» %s", i ? ", " : "", db->sources[i].name, db->sources[i].id);
    return err_set(err, ERR_DATA,
                   "database «%s» has %zu data sources, configure the id of one as the table: %s",
                   db->name, db->n, buf_str(&list));
}

/* Finds the data source of a configured id, which may be a database's or a data source's own;
 * reference/upgrade-guide-2025-09-03. */
static int resolve(struct notion *r, struct table_entry *e, struct err *err)
{
    char id[UUID_LEN + 1];
    AUTO_ANSWER a = {0};
    AUTO_ARENA *arena = arena_new(ANSWER_BYTES);
    struct notion_database db;
    const char *remote = r->base.cfg->name;
    if (!uuid_read(e->table, id))
        return err_set(err, ERR_DATA, "%s: table «%s» is no id: 32 hex digits from its link",
                       remote, e->table);
    const char *what = arena_printf(arena, "%s: database %s", remote, e->table);
    if (notion_get(r, arena_printf(arena, "/databases/%s", id), what, &a, err)) {
        if (err->kind != ERR_GONE)
            return -1;
        if (!read_source(r, e, id, err))
            return 0;
        if (err->kind == ERR_GONE)
            err_set(err, ERR_GONE,
                    "%s: «%s» is neither a database nor a data source that is shared with the "
                    "integration, or it is in the trash",
                    remote, e->table);
        return -1;
    }
    if (notion_read_database(a.body, a.body_len, arena, &db, err))
        return err_wrap(err, "%s", what);
    if (db.in_trash)
        return in_trash(r, db.name, err);
    if (db.n == 0)
        return err_set(err, ERR_DATA, "%s: no data source in it", what);
    if (db.n > 1)
        return several_sources(&db, err);
    e->id = xstrdup(db.sources[0].id);
    return 0;
}

/* The entry of a table with its columns; fresh: asked now, whatever is remembered. */
int notion_open_table(struct notion *r, const char *table, bool fresh, struct table_entry **ret,
                      struct err *err)
{
    struct table_entry *e = table_cache_get(&r->tables, table);
    int64_t before = e->read_ms;
    if (!e->id && resolve(r, e, err))
        return -1;
    bool just_read = e->arena && e->read_ms != before;
    if (!just_read && (fresh || !table_fresh(e)) && read_source(r, e, e->id, err))
        return -1;
    *ret = e;
    return 0;
}
/* --- values that a page object shows in part -------------------------------- */

static int fill_cut(struct notion *r, const char *page, const struct column_info *column,
                    struct arena *arena, const char *what, struct cell *ret, struct err *err)
{
    AUTO_GUARD guard = {0};
    struct notion_full full = {0};
    const char *next = NULL;
    do {
        AUTO_ANSWER a = {0};
        AUTO_BUF path = BUF_INIT(8192);
        buf_addf(&path, "/pages/%s/properties/", page);
        notion_put_property_id(&path, column->id);
        buf_addf(&path, "?page_size=%d", NOTION_PAGE_SIZE);
        if (next) {
            buf_add(&path, "&start_cursor=");
            http_escape(&path, next);
        }
        if (arena_used(arena) > NOTION_PAGE_FULL)
            return err_set(err, ERR_DATA, "%s: too much data in «%s»", what, column->name);
        if (notion_get(r, buf_str(&path), what, &a, err))
            return err_wrap(err, "«%s»", column->name);
        if (notion_read_property(a.body, a.body_len, arena, &full, &next, err))
            return err_wrap(err, "%s: «%s»", what, column->name);
        if (next && page_guard_next(&guard, next, what, err))
            return -1;
    } while (next);
    notion_full_cell(&full, arena, ret);
    return 0;
}

int notion_fill_cuts(struct notion *r, const struct notion_list *list,
                     const struct column_info *const *columns, size_t n_columns,
                     struct arena *arena, const char *what, struct err *err)
{
    for (size_t i = 0; i < list->n_cuts; i++) {
        const struct notion_cut *cut = &list->cuts[i];
        struct cell *cell = &list->cells[cut->row * n_columns + cut->column];
        if (fill_cut(r, list->rows[cut->row].id, columns[cut->column], arena, what, cell, err))
            return -1;
    }
    return 0;
}
