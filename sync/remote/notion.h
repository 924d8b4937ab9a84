/* notion.h: what the files of the Notion connector share; nobody else includes it.
 *
 * A struct notion belongs to the thread that opened it. notion.c: the vtable, single pages;
 * notion_call.c: calls, tables, cut values; notion_list.c: listings; notion_write.c: writing;
 * notion_find.c: searching; notion_peek.c: a page as it is now. */
#ifndef SYNC_REMOTE_NOTION_H
#define SYNC_REMOTE_NOTION_H

#include "sync/http.h"
#include "sync/remote.h"
#include "sync/remote/tables.h"

#define NOTION_PAGE_SIZE 100 /* the most that Notion gives */

/* For an arena with one page of rows; FULL: no more property answers (16 MB each) beyond it. */
#define NOTION_PAGE_BYTES ((size_t)256 << 20)
#define NOTION_PAGE_FULL  ((size_t)96 << 20)

struct notion_list;

struct notion {
    struct remote base;
    struct http *http;       /* the caller's */
    struct limiter *limiter; /* the caller's */
    char *authorization;     /* "Bearer …", owned */
    struct table_cache tables;
};

struct notion_call {
    const char *method, *path; /* path and query, after api_url */
    const char *body;
    const char *(*retry_body)(void *ctx, int status); /* as in struct http_request */
    void *retry_ctx;
    bool once; /* it writes: one try, the caller knows when to come back; a POST on a connection of
                  its own */
};

/* Performs a call that may be repeated (unless once), with Notion's words in the error where it has
 * any. */
int notion_call(struct notion *r, const struct notion_call *c, const char *what,
                struct http_answer *ret, struct err *err);
int notion_get(struct notion *r, const char *path, const char *what, struct http_answer *ret,
               struct err *err);

/* Replaces the cells that came cut with their whole values, asking for each (reference/retrieve-a-
 * page-property). The arena is one of NOTION_PAGE_BYTES. */
int notion_fill_cuts(struct notion *r, const struct notion_list *list,
                     const struct column_info *const *columns, size_t n_columns,
                     struct arena *arena, const char *what, struct err *err);

/* The entry of a configured table with its id and columns; fresh: asked now, whatever is
 * remembered. The cache's, valid until the next call. */
int notion_open_table(struct notion *r, const char *table, bool fresh, struct table_entry **ret,
                      struct err *err);

/* remote_ops.list_changes */
int notion_list_changes(struct remote *remote, const struct listing *want, struct arena *arena,
                        struct listing_end *ret, struct err *err);

/* remote_ops.peek; the arena is one of NOTION_PAGE_BYTES. */
int notion_peek(struct remote *remote, const char *table, const char *row_id,
                const char *const *columns, size_t n_columns, struct arena *arena,
                enum presence *ret, struct remote_row *ret_row, struct err *err);

/* remote_ops.insert, update, archive, find */
int notion_insert(struct remote *remote, const struct write_batch *b, struct arena *arena,
                  struct write_result *ret, struct err *err);
int notion_update(struct remote *remote, const struct write_batch *b, struct arena *arena,
                  struct write_result *ret, struct err *err);
int notion_archive(struct remote *remote, const char *table, const char *row_id,
                   struct arena *arena, struct write_result *ret, struct err *err);
int notion_find(struct remote *remote, const struct write_batch *like, struct arena *arena,
                struct found_row *ret, size_t max, size_t *ret_n, struct err *err);

#endif
