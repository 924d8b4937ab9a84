#include "sync/remote/coda.h"

#include "sync/remote/coda_codec.h"

#include <stdlib.h>
#include <string.h>

#define WRITE_RATE  (10 / 6.0)
#define WRITE_BURST 10

static struct coda *coda_of(struct remote *r)
{
    return (struct coda *)r;
}

/* --- open, close, ping ----------------------------------------------------- */

static int coda_open(const struct remote_config *cfg, struct http *http, struct limiter *limiter,
                     struct remote **ret, struct err *err)
{
    if (!cfg->token || !*cfg->token)
        return err_set(err, ERR_DATA, "%s: no token is configured", cfg->name);
    if (!cfg->doc || !*cfg->doc)
        return err_set(err, ERR_DATA, "%s: no doc is configured", cfg->name);
    AUTO_BUF auth = BUF_INIT(8192);
    AUTO_BUF doc = BUF_INIT(1024);
    buf_addf(&auth, "Bearer %s", cfg->token);
    buf_add(&doc, "/docs/");
    http_escape(&doc, cfg->doc);
    struct coda *r = xcalloc(1, sizeof *r);
    *r = (struct coda){.base = {.ops = &remote_coda, .cfg = cfg},
                       .http = http,
                       .limiter = limiter,
                       .writes = cfg->rate > 0 ? limiter_new(cfg->rate / 10, cfg->rate * 0.6)
                                               : limiter_new(WRITE_RATE, WRITE_BURST),
                       .authorization = buf_take(&auth),
                       .doc_path = buf_take(&doc),
                       .limit = CODA_ROWS_LIMIT};
    *ret = &r->base;
    return 0;
}

static void coda_close(struct remote *remote)
{
    if (!remote)
        return;
    struct coda *r = coda_of(remote);
    table_cache_free(&r->tables);
    coda_names_free(r);
    limiter_free(r->writes);
    explicit_bzero(r->authorization, strlen(r->authorization));
    free(r->authorization);
    free(r->doc_path);
    free(r);
}

/* whoami proves the token, the doc that it reaches the right place. */
static int coda_ping(struct remote *remote, struct arena *arena, const char **ret_who,
                     struct err *err)
{
    struct coda *r = coda_of(remote);
    AUTO_ANSWER me = {0};
    AUTO_ANSWER doc = {0};
    const char *who, *id, *name;
    const char *what = arena_printf(arena, "%s: token check", remote->cfg->name);
    if (coda_get(r, "/whoami", what, &me, err))
        return -1;
    if (coda_read_whoami(me.body, me.body_len, arena, &who, err))
        return err_wrap(err, "%s", what);
    what = arena_printf(arena, "%s: doc %s", remote->cfg->name, remote->cfg->doc);
    if (coda_get(r, r->doc_path, what, &doc, err))
        return -1;
    if (coda_read_named(doc.body, doc.body_len, arena, &id, &name, err))
        return err_wrap(err, "%s", what);
    *ret_who = arena_printf(arena, "%s, doc «%s»", who, name);
    return 0;
}

static int coda_describe(struct remote *remote, const char *table, struct arena *arena,
                         struct table_info *ret, struct err *err)
{
    struct table_entry *e;
    if (coda_open_table(coda_of(remote), table, true, &e, err))
        return -1;
    table_info_copy(&e->info, arena, ret);
    return 0;
}

/* --- the second look ------------------------------------------------------- */

/* getRow. A 404 is also what a table or doc answers that is not there any more: before it counts as
 * a deletion, the table must have been seen within the last minute. */
static int coda_look(struct remote *remote, const char *table, const char *row_id,
                     enum presence *ret, struct err *err)
{
    struct coda *r = coda_of(remote);
    struct table_entry *e;
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    AUTO_ARENA *arena = arena_new(CODA_ANSWER_BYTES);
    const char *id, *name;
    if (coda_open_table(r, table, false, &e, err))
        return -1;
    const char *what =
        arena_printf(arena, "%s: row %s of «%s»", remote->cfg->name, row_id, e->info.name);
    coda_add_table_path(&path, r, e->info.id);
    buf_add(&path, "/rows/");
    http_escape(&path, row_id);
    if (coda_get(r, buf_str(&path), what, &a, err)) {
        if (err->kind != ERR_GONE)
            return -1;
        *ret = ROW_GONE;
        return 0;
    }
    if (coda_read_named(a.body, a.body_len, arena, &id, &name, err))
        return err_wrap(err, "%s", what);
    /* The last part of the path may also be a name: another row that is called like this id. */
    *ret = !strcmp(id, row_id) ? ROW_THERE : ROW_GONE;
    return 0;
}

/* As in the browserLink of a row: grid-X and i-Y become _tX and _rui-Y. */
static const char *coda_row_url(const struct remote_config *cfg, const char *table,
                                const char *row_id, struct arena *arena)
{
    static const char grid[] = "grid-";
    if (!cfg->doc || strncmp(table, grid, sizeof grid - 1) != 0)
        return NULL;
    AUTO_BUF url = BUF_INIT(1024);
    buf_add(&url, "https://coda.io/d/_d");
    http_escape(&url, cfg->doc);
    buf_add(&url, "#_t");
    http_escape(&url, table + sizeof grid - 1);
    buf_add(&url, "/_ru");
    http_escape(&url, row_id);
    return arena_strdup(arena, buf_str(&url));
}

/* Rate: 100 reads and 10 writes in 6 s for a user, over all docs and tokens
 * (coda.io/developers/apis/v1). */
const struct remote_ops remote_coda = {
    .kind = "coda",
    .label_ru = "Кода",
    .label_en = "Coda",
    .row_id_is_uuid = false,
    .upserts = true,
    /* 100 reads in any 6 s, per user: a full bucket and 6 s of refill stay below that */
    .rate = 13,
    .burst = 20,
    .open = coda_open,
    .close = coda_close,
    .ping = coda_ping,
    .describe = coda_describe,
    .list_changes = coda_list_changes,
    .look = coda_look,
    .peek = coda_peek,
    .insert = coda_insert,
    .update = coda_update,
    .archive = coda_archive,
    .find = coda_find,
    .insert_max = 100,
    .update_max = 100,
    .row_url = coda_row_url,
};
