#include "sync/remote/coda.h"

#include "sync/remote/coda_codec.h"
#include "sync/remote/paging.h"

#include <string.h>

#define API_URL     "https://coda.io/apis/v1"
#define TRIES       5
#define BUSY_WAIT_S 6   /* Coda counts over 6 s and sends no Retry-After */
#define COLUMNS     100 /* a page of columns: the documented maximum */

/* --- one call -------------------------------------------------------------- */

/* Puts Coda's own words into the error, when the answer has them. */
static void explain(const struct http_answer *a, const char *what, struct err *err)
{
    AUTO_ARENA *arena = arena_new(CODA_ANSWER_BYTES);
    const char *words = a->status >= 400 ? coda_read_error(a->body, a->body_len, arena) : NULL;
    unsigned retry_s = err->retry_s;
    if (!words)
        return;
    err_set(err, err->kind, "%s: %s", what, words);
    err->retry_s = retry_s;
}

int coda_call(struct coda *r, const struct coda_call *c, const char *what, struct http_answer *ret,
              struct err *err)
{
    AUTO_BUF url = BUF_INIT((size_t)1 << 20);
    const struct http_header headers[] = {{"Authorization", r->authorization},
                                          {"X-Coda-Doc-Version", "latest"}};
    buf_addf(&url, "%s%s", r->base.cfg->api_url ? r->base.cfg->api_url : API_URL, c->path);
    bool writes = strcmp(c->method, "GET") != 0;
    struct http_request req = {.method = c->method,
                               .url = buf_str(&url),
                               .what = what,
                               .headers = headers,
                               .n_headers = c->latest ? 2 : 1,
                               .body = c->body,
                               .timeout_s = r->base.cfg->timeout_s,
                               .tries = TRIES,
                               .repeatable = !c->once,
                               .writes = writes,
                               .busy_wait_s = BUSY_WAIT_S,
                               .limiter = writes ? r->writes : r->limiter};
    if (!http_do(r->http, &req, ret, err))
        return 0;
    if (err->kind != ERR_CANCELED)
        explain(ret, what, err);
    return -1;
}

int coda_get(struct coda *r, const char *path, const char *what, struct http_answer *ret,
             struct err *err)
{
    return coda_call(r, &(struct coda_call){.method = "GET", .path = path}, what, ret, err);
}
/* --- tables and their columns ---------------------------------------------- */

void coda_add_table_path(struct buf *path, const struct coda *r, const char *table)
{
    buf_addf(path, "%s/tables/", r->doc_path);
    http_escape(path, table);
}

/* Asks for the table by id or name (getTable): *ret has its real id and its name. */
static int read_table(struct coda *r, const char *table, struct arena *arena,
                      struct table_info *ret, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    const char *what = arena_printf(arena, "%s: table «%s»", r->base.cfg->name, table);
    coda_add_table_path(&path, r, table);
    if (coda_get(r, buf_str(&path), what, &a, err))
        return -1;
    if (coda_read_named(a.body, a.body_len, arena, &ret->id, &ret->name, err))
        return err_wrap(err, "%s", what);
    return 0;
}

/* All columns of info->id (listColumns), page by page. */
static int read_columns(struct coda *r, struct arena *arena, struct table_info *info,
                        struct err *err)
{
    AUTO_GUARD guard = {0};
    struct coda_columns all = {0};
    const char *next = NULL;
    const char *what = arena_printf(arena, "%s: columns of «%s»", r->base.cfg->name, info->name);
    do {
        AUTO_ANSWER a = {0};
        AUTO_BUF path = BUF_INIT((size_t)32 << 10);
        coda_add_table_path(&path, r, info->id);
        if (next) { /* with a pageToken all else is ignored */
            buf_add(&path, "/columns?pageToken=");
            http_escape(&path, next);
        } else {
            buf_addf(&path, "/columns?limit=%d", COLUMNS);
        }
        if (coda_get(r, buf_str(&path), what, &a, err))
            return -1;
        if (coda_read_columns(a.body, a.body_len, arena, &all, &next, err))
            return err_wrap(err, "%s", what);
        if (next && page_guard_next(&guard, next, what, err))
            return -1;
    } while (next);
    info->columns = all.columns;
    info->n = all.n;
    return 0;
}

int coda_open_table(struct coda *r, const char *table, bool fresh, struct table_entry **ret,
                    struct err *err)
{
    struct table_entry *e = table_cache_get(&r->tables, table);
    if (fresh || !table_fresh(e)) {
        AUTO_ARENA *arena = arena_new(CODA_ANSWER_BYTES);
        struct table_info info = {0};
        if (read_table(r, table, arena, &info, err) || read_columns(r, arena, &info, err))
            return -1;
        table_store(e, &info);
    }
    *ret = e;
    return 0;
}
