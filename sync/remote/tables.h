/* tables.h: what a connector remembers of the tables it was asked for: their real id and columns.
 *
 * A cache belongs to one struct remote and its thread. The id is kept for the life of the remote;
 * the columns are good for TABLE_FRESH_MS only, so that a run asks once and the next run sees
 * drift. */
#ifndef SYNC_REMOTE_TABLES_H
#define SYNC_REMOTE_TABLES_H

#include "sync/remote.h"

#define TABLE_FRESH_MS 60000
#define COLUMNS_MAX    500 /* of one listing */

struct table_entry {
    struct table_entry *next;
    char *table; /* as configured; owned */
    char *id;    /* the remote's id for it, NULL until resolved; owned */
    struct arena *arena;
    struct table_info info; /* in arena; n == 0 and arena NULL until read */
    int64_t read_ms;        /* monotonic */
};

struct table_cache {
    struct table_entry *first;
};

/* The entry of a configured table, made when new. Owned by the cache, valid until its free. */
struct table_entry *table_cache_get(struct table_cache *c, const char *table);
void table_cache_free(struct table_cache *c);

/* True when the columns were read less than TABLE_FRESH_MS ago. */
bool table_fresh(const struct table_entry *e);

/* Keeps a copy of info as just read. */
void table_store(struct table_entry *e, const struct table_info *info);

/* A copy of src whose memory is the arena's. */
void table_info_copy(const struct table_info *src, struct arena *arena, struct table_info *ret);

/* Finds the configured columns (name first, then id) in info: ret[i] belongs to columns[i]. Errors:
 * ERR_DATA, naming the first that is missing and the columns there are. */
int table_find_columns(const struct table_info *info, const char *const *columns, size_t n,
                       const struct column_info **ret, struct err *err);

/* Which of the batch's columns is its marker, the one that rows are searched by: SIZE_MAX without a
 * marker. Errors: ERR_DATA when it is not among them. */
int batch_marker(const struct write_batch *b, const char *remote, size_t *ret, struct err *err);

#endif
