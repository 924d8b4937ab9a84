#include "sync/remote/grist.h"

#include <stdlib.h>
#include <string.h>

static struct grist *grist_of(struct remote *r)
{
    return (struct grist *)r;
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

static int grist_describe(struct remote *remote, const char *table, struct arena *arena,
                          struct table_info *ret, struct err *err)
{
    struct grist_table t;
    if (grist_open_table(grist_of(remote), table, true, &t, err))
        return -1;
    table_info_copy(t.info, arena, ret);
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
