#include "sync/remote/grist.h"

#include "store/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES         5
#define BUSY_WAIT_S   2 /* Grist sends no Retry-After */
#define DAILY_RETRY_S 900
#define BAR_MS        600000 /* rights change seldom */
#define ERROR_BYTES   ((size_t)64 << 20)
#define ROW_ID_TOP    ((int64_t)1 << 53)

static struct grist *grist_of(struct remote *r)
{
    return (struct grist *)r;
}

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

struct notes *grist_notes(const struct grist *r)
{
    return r->base.notes ? r->base.notes : r->own_notes;
}

static void bar_key(const char *what, char *out, size_t n)
{
    snprintf(out, n, "bar %s", what);
}

int grist_barred(const struct grist *r, const char *what)
{
    char key[40], text[16];
    int64_t status;
    bar_key(what, key, sizeof key);
    if (!notes_get(grist_notes(r), key, BAR_MS, text, sizeof text) ||
        !base_parse_i64(text, 0, 999, &status))
        return 0;
    return (int)status;
}

void grist_set_bar(struct grist *r, const char *what, int status)
{
    char key[40];
    bar_key(what, key, sizeof key);
    notes_put(grist_notes(r), key, STR_I64(status));
}

/* --- open, close, ping ------------------------------------------------------ */

static int need(const struct remote_config *cfg, const char *value, const char *key,
                struct err *err)
{
    if (value && *value)
        return 0;
    return err_set(err, ERR_DATA, "%s: no %s is configured", cfg->name, key);
}

static int grist_open(const struct remote_config *cfg, struct http *http, struct limiter *limiter,
                      struct remote **ret, struct err *err)
{
    AUTO_BUF auth = BUF_INIT(8192);
    AUTO_BUF doc = BUF_INIT(1024);
    if (need(cfg, cfg->token, "token", err) || need(cfg, cfg->doc, "doc", err) ||
        need(cfg, cfg->api_url, "api_url", err))
        return -1;
    buf_addf(&auth, "Bearer %s", cfg->token);
    buf_add(&doc, "/api/docs/");
    http_escape(&doc, cfg->doc);
    struct grist *r = xcalloc(1, sizeof *r);
    *r = (struct grist){.base = {.ops = &remote_grist, .cfg = cfg},
                        .http = http,
                        .limiter = limiter,
                        .own_notes = notes_new(),
                        .authorization = buf_take(&auth),
                        .doc_path = buf_take(&doc)};
    *ret = &r->base;
    return 0;
}

static void grist_close(struct remote *remote)
{
    if (!remote)
        return;
    struct grist *r = grist_of(remote);
    table_cache_free(&r->tables);
    notes_free(r->own_notes);
    explicit_bzero(r->authorization, strlen(r->authorization));
    free(r->authorization);
    free(r->doc_path);
    free(r);
}

static int grist_ping(struct remote *remote, struct arena *arena, const char **ret_who,
                      struct err *err)
{
    struct grist *r = grist_of(remote);
    AUTO_ANSWER a = {0};
    const char *what = arena_printf(arena, "%s: doc %s", remote->cfg->name, remote->cfg->doc);
    if (grist_get(r, r->doc_path, what, &a, err))
        return -1;
    if (grist_read_doc(a.body, a.body_len, arena, ret_who, err))
        return err_wrap(err, "%s", what);
    return 0;
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

static int grist_describe(struct remote *remote, const char *table, struct arena *arena,
                          struct table_info *ret, struct err *err)
{
    struct grist_table t;
    if (grist_open_table(grist_of(remote), table, true, &t, err))
        return -1;
    table_info_copy(t.info, arena, ret);
    return 0;
}

int grist_read_row_id(const struct grist *r, const char *row_id, int64_t *ret, struct err *err)
{
    if (!row_id || !base_parse_i64(row_id, 1, ROW_ID_TOP, ret))
        return err_set(err, ERR_DATA, "%s: «%s» is no row id", r->base.cfg->name,
                       row_id ? row_id : "");
    return 0;
}

/* Rate: Grist has none, only 10 requests at a time for a document, which people share with us. A
 * body may have 1 MB; a hundred rows are peeked at and read back one batch after another. */
const struct remote_ops remote_grist = {
    .kind = "grist",
    .label_ru = "Грист",
    .label_en = "Grist",
    .row_id_is_uuid = false,
    .tells_same = true,
    .reuses_ids = true,
    .upserts = true,
    .rate = 10,
    .burst = 20,
    .open = grist_open,
    .close = grist_close,
    .ping = grist_ping,
    .describe = grist_describe,
    .list_changes = grist_list_changes,
    .look = grist_look,
    .peek = grist_peek,
    .peek_many = grist_peek_many,
    .insert = grist_insert,
    .update = grist_update,
    .archive = grist_archive,
    .find = grist_find,
    .insert_max = 100,
    .update_max = 100,
    .row_url = grist_row_url,
    .file_url = grist_file_url,
    .column_request = grist_column_request,
};
