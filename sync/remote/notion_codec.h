/* notion_codec.h: Notion's JSON (version 2025-09-03) to structs and back;
 * developers.notion.com/reference.
 *
 * Pure: text in, structs in the caller's arena out; no I/O, any thread. Every shape is checked:
 * what is not as the reference says is ERR_DATA naming what and where, never a crash. A cJSON tree
 * never outlives a call. Values of unknown property types are read as CELL_NULL. */
#ifndef SYNC_REMOTE_NOTION_CODEC_H
#define SYNC_REMOTE_NOTION_CODEC_H

#include "sync/remote.h"

/* Items a listing page may hold in lists, and rows: more is no honest answer. */
#define NOTION_ITEMS_MAX 200000
#define NOTION_ROWS_MAX  1000

/* A page object carries at most so many items of a title, text, relation or people. */
#define NOTION_CUT 25

struct notion_database {
    const char *name;
    bool in_trash;
    const struct notion_source {
        const char *id, *name;
    } * sources;
    size_t n;
};

/* Reads GET /databases/{id} (reference/retrieve-database). */
int notion_read_database(const char *text, size_t n, struct arena *arena,
                         struct notion_database *ret, struct err *err);

/* Reads GET /data_sources/{id} (reference/retrieve-a-data-source): the columns in the order sent.
 */
int notion_read_source(const char *text, size_t n, struct arena *arena, struct table_info *ret,
                       bool *ret_in_trash, struct err *err);

/* A cell that the page object cut short: its property endpoint has the whole value. */
struct notion_cut {
    size_t row, column;
};

struct notion_list {
    struct remote_row *rows;
    struct cell *cells; /* of all rows: rows[i].cells is &cells[i * n_columns] */
    size_t n;
    const char *next;                       /* the next page's cursor; NULL: the end */
    bool limit_reached;                     /* the query stopped at its 10,000 rows */
    int64_t *created_ms;                    /* of rows[i] */
    const char *last_created, *last_edited; /* of the last row as sent, NULL when there is none */
    int64_t max_edited_ms;
    struct notion_cut *cuts;
    size_t n_cuts;
};

/* Reads one page of POST /data_sources/{id}/query (reference/query-a-data-source); columns[i] are
 * found by property id. Listed data sources (wikis) are passed over. ERR_TEMP when the answer says
 * that it is incomplete for a reason we do not know. */
int notion_read_query(const char *text, size_t n, const struct column_info *const *columns,
                      size_t n_columns, struct arena *arena, struct notion_list *ret,
                      struct err *err);

/* Reads a page with its properties, as GET, POST and PATCH of /pages answer, as a list of one. */
int notion_read_row(const char *text, size_t n, const struct column_info *const *columns,
                    size_t n_columns, struct arena *arena, struct notion_list *ret,
                    struct err *err);

/* The whole value of a cut cell, put together from the pages of the property endpoint. */
struct notion_full {
    struct cell *items; /* in the arena */
    size_t n, cap;
    bool is_text; /* title, rich_text: the items are pieces of one text */
};

/* Reads one page of GET /pages/{id}/properties/{id} (reference/retrieve-a-page-property) into full.
 * *ret_next is the next page's cursor or NULL. */
int notion_read_property(const char *text, size_t n, struct arena *arena, struct notion_full *full,
                         const char **ret_next, struct err *err);
void notion_full_cell(const struct notion_full *full, struct arena *arena, struct cell *ret);

struct notion_page {
    const char *id;
    bool in_trash;
    int64_t edited_ms;
};

/* Reads GET /pages/{id} (reference/retrieve-a-page), without its properties. */
int notion_read_page(const char *text, size_t n, struct arena *arena, struct notion_page *ret,
                     struct err *err);

/* Reads GET /users/me: "integration «rosterd»". */
int notion_read_me(const char *text, size_t n, struct arena *arena, const char **ret,
                   struct err *err);

/* "restricted_resource: Insufficient permissions" from an error body (reference/errors); NULL when
 * it is none (502 and 504 may be HTML). */
const char *notion_read_error(const char *text, size_t n, struct arena *arena);

struct notion_query {
    const char *timestamp; /* "created_time" or "last_edited_time": sorted by it, ascending */
    const char *from;      /* rows on or after this ISO text; NULL: all */
    const char *filter;    /* a whole filter as JSON, in place of from; NULL: none */
    bool newest_first;     /* sorted descending */
    const char *cursor;    /* NULL: the first page */
    unsigned page_size;
};

/* The body of a query; the caller frees it. */
char *notion_write_query(const struct notion_query *q);

/* Appends a property id for a URL: escapes sent by Notion stay, other unsafe bytes are escaped. */
void notion_put_property_id(struct buf *out, const char *id);

/* Ids compared with their percent escapes undone. */
bool notion_same_property(const char *a, const char *b);

#endif
