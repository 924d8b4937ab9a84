#include "sync/remote/notion.h"

#include "store/base/uuid.h"
#include "sync/remote/notion_codec.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES ((size_t)64 << 20) /* for the answer to one page */

static struct notion *notion_of(struct remote *r)
{
    return (struct notion *)r;
}

/* --- open, close, ping ----------------------------------------------------- */

static int notion_open(const struct remote_config *cfg, struct http *http, struct limiter *limiter,
                       struct remote **ret, struct err *err)
{
    if (!cfg->token || !*cfg->token)
        return err_set(err, ERR_DATA, "%s: no token is configured", cfg->name);
    AUTO_BUF auth = BUF_INIT(8192);
    buf_addf(&auth, "Bearer %s", cfg->token);
    struct notion *r = xcalloc(1, sizeof *r);
    *r = (struct notion){.base = {.ops = &remote_notion, .cfg = cfg},
                         .http = http,
                         .limiter = limiter,
                         .authorization = buf_take(&auth)};
    *ret = &r->base;
    return 0;
}

static void notion_close(struct remote *remote)
{
    if (!remote)
        return;
    struct notion *r = notion_of(remote);
    table_cache_free(&r->tables);
    explicit_bzero(r->authorization, strlen(r->authorization));
    free(r->authorization);
    free(r);
}

static int notion_ping(struct remote *remote, struct arena *arena, const char **ret_who,
                       struct err *err)
{
    struct notion *r = notion_of(remote);
    AUTO_ANSWER a = {0};
    AUTO_BUF what = BUF_INIT(256);
    buf_addf(&what, "%s: token check", remote->cfg->name);
    if (notion_get(r, "/users/me", buf_str(&what), &a, err))
        return -1;
    if (notion_read_me(a.body, a.body_len, arena, ret_who, err))
        return err_wrap(err, "%s", buf_str(&what));
    return 0;
}

static int notion_describe(struct remote *remote, const char *table, struct arena *arena,
                           struct table_info *ret, struct err *err)
{
    struct table_entry *e;
    if (notion_open_table(notion_of(remote), table, true, &e, err))
        return -1;
    table_info_copy(&e->info, arena, ret);
    return 0;
}

/* --- the second look ------------------------------------------------------- */

/* reference/retrieve-a-page: 404 is also what a page that is no longer shared answers. */
static int notion_look(struct remote *remote, const char *table, const char *row_id,
                       enum presence *ret, struct err *err)
{
    struct notion *r = notion_of(remote);
    char id[UUID_LEN + 1];
    AUTO_ANSWER a = {0};
    AUTO_ARENA *arena = arena_new(PAGE_BYTES);
    struct notion_page page;
    (void)table; /* a page id is enough */
    if (!uuid_read(row_id, id))
        return err_set(err, ERR_DATA, "%s: «%s» is no page id", remote->cfg->name, row_id);
    const char *what = arena_printf(arena, "%s: page %s", remote->cfg->name, id);
    if (notion_get(r, arena_printf(arena, "/pages/%s", id), what, &a, err)) {
        if (err->kind != ERR_GONE)
            return -1;
        *ret = ROW_UNKNOWN;
        return 0;
    }
    if (notion_read_page(a.body, a.body_len, arena, &page, err))
        return err_wrap(err, "%s", what);
    *ret = page.in_trash ? ROW_TRASHED : ROW_THERE;
    return 0;
}

static const char *notion_row_url(const struct remote_config *cfg, const char *table,
                                  const char *row_id, struct arena *arena)
{
    char id[UUID_LEN + 1], plain[33];
    (void)cfg, (void)table;
    if (!uuid_read(row_id, id))
        return NULL;
    uuid_plain(id, plain);
    return arena_printf(arena, "https://www.notion.so/%s", plain);
}

/* Rate: an average of three a second (reference/request-limits). */
const struct remote_ops remote_notion = {
    .kind = "notion",
    .label_ru = "Ноушен",
    .label_en = "Notion",
    .row_id_is_uuid = true,
    .can_bring_back = true,
    .edited_grain_ms = 60000, /* changelog: "last edited time is now rounded to the minute" */
    .rate = 3,
    .burst = 3,
    .open = notion_open,
    .close = notion_close,
    .ping = notion_ping,
    .describe = notion_describe,
    .list_changes = notion_list_changes,
    .look = notion_look,
    .peek = notion_peek,
    .insert = notion_insert,
    .update = notion_update,
    .archive = notion_archive,
    .find = notion_find,
    .insert_max = 1,
    .update_max = 1,
    .row_url = notion_row_url,
};
