#include "sync/remote/grist.h"

#include <string.h>

#define TRIES         5
#define BUSY_WAIT_S   2 /* Grist sends no Retry-After */
#define DAILY_RETRY_S 900
#define ERROR_BYTES   ((size_t)64 << 20)
#define ROW_ID_TOP    ((int64_t)1 << 53)

/* --- one call --------------------------------------------------------------- */

/* Puts Grist's own words into the error, when the answer has them. */
static void explain(const struct http_answer *a, const char *what, struct err *err)
{
    AUTO_ARENA *arena = arena_new(ERROR_BYTES);
    const char *words = a->status >= 400 ? grist_read_error(a->body, a->body_len, arena) : NULL;
    unsigned retry_s = err->retry_s;
    if (!words)
        return;
    err_set(err, err->kind, "%s: %s", what, words);
    bool used_up = a->status == 429 && strstr(words, "daily limit");
    err->retry_s = used_up && retry_s < DAILY_RETRY_S ? DAILY_RETRY_S : retry_s;
}

int grist_call(struct grist *r, const struct grist_call *c, const char *what,
               struct http_answer *ret, struct err *err)
{
    AUTO_BUF url = BUF_INIT((size_t)1 << 20);
    const struct http_header headers[] = {{"Authorization", r->authorization}};
    buf_addf(&url, "%s%s", r->base.cfg->api_url, c->path);
    struct http_request req = {.method = c->method,
                               .url = buf_str(&url),
                               .what = what,
                               .headers = headers,
                               .n_headers = ARRAY_LEN(headers),
                               .body = c->body,
                               .answer_max = GRIST_ANSWER_MAX,
                               .timeout_s = r->base.cfg->timeout_s,
                               .tries = TRIES,
                               .repeatable = !c->once,
                               .writes = c->writes,
                               .busy_wait_s = BUSY_WAIT_S,
                               .limiter = r->limiter};
    if (c->writes)
        grist_forget_news(r);
    if (!http_do(r->http, &req, ret, err))
        return 0;
    if (err->kind != ERR_CANCELED)
        explain(ret, what, err);
    return -1;
}

int grist_get(struct grist *r, const char *path, const char *what, struct http_answer *ret,
              struct err *err)
{
    return grist_call(r, &(struct grist_call){.method = "GET", .path = path}, what, ret, err);
}

/* --- tables and their columns ----------------------------------------------- */

void grist_add_table_path(struct buf *path, const struct grist *r, const char *table)
{
    buf_addf(path, "%s/tables/", r->doc_path);
    http_escape(path, table);
}

static int read_columns(struct grist *r, struct table_entry *e, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_ARENA *arena = arena_new(GRIST_ARENA_BYTES);
    AUTO_BUF path = BUF_INIT(4096);
    struct table_info info;
    const char *what = arena_printf(arena, "%s: columns of «%s»", r->base.cfg->name, e->table);
    grist_add_table_path(&path, r, e->table);
    buf_add(&path, "/columns");
    if (grist_get(r, buf_str(&path), what, &a, err))
        return -1;
    if (grist_read_columns(a.body, a.body_len, e->table, arena, &info, err))
        return err_wrap(err, "%s", what);
    table_store(e, &info);
    return 0;
}

int grist_open_table(struct grist *r, const char *table, bool fresh, struct grist_table *ret,
                     struct err *err)
{
    struct table_entry *e = table_cache_get(&r->tables, table);
    if ((fresh || !table_fresh(e)) && read_columns(r, e, err))
        return -1;
    *ret =
        (struct grist_table){.info = &e->info,
                             .stamp = e->info.stamp == STAMP_MOVES ? e->info.stamp_column : NULL};
    grist_note_stamp(r, e->info.id, ret->stamp);
    return 0;
}
int grist_read_row_id(const struct grist *r, const char *row_id, int64_t *ret, struct err *err)
{
    if (!row_id || !base_parse_i64(row_id, 1, ROW_ID_TOP, ret))
        return err_set(err, ERR_DATA, "%s: «%s» is no row id", r->base.cfg->name,
                       row_id ? row_id : "");
    return 0;
}
