#include "sync/remote/tables.h"

#include "store/base/clock.h"

#include <stdlib.h>
#include <string.h>

#define INFO_MAX ((size_t)64 << 20)

struct table_entry *table_cache_get(struct table_cache *c, const char *table)
{
    for (struct table_entry *e = c->first; e; e = e->next) {
        if (!strcmp(e->table, table))
            return e;
    }
    struct table_entry *e = xcalloc(1, sizeof *e);
    e->table = xstrdup(table);
    e->next = c->first;
    c->first = e;
    return e;
}

void table_cache_free(struct table_cache *c)
{
    while (c->first) {
        struct table_entry *e = c->first;
        c->first = e->next;
        arena_free(e->arena);
        free(e->table);
        free(e->id);
        free(e);
    }
}

bool table_fresh(const struct table_entry *e)
{
    return e->arena && clock_mono_ms() - e->read_ms < TABLE_FRESH_MS;
}

void table_store(struct table_entry *e, const struct table_info *info)
{
    if (e->arena)
        arena_reset(e->arena);
    else
        e->arena = arena_new(INFO_MAX);
    table_info_copy(info, e->arena, &e->info);
    e->read_ms = clock_mono_ms();
}

static const char *const *copy_options(const struct column_info *c, struct arena *arena)
{
    if (!c->options)
        return NULL;
    const char **options = arena_alloc(arena, c->n_options + 1, sizeof *options);
    for (size_t i = 0; i < c->n_options; i++)
        options[i] = arena_strdup(arena, c->options[i]);
    return options;
}

void table_info_copy(const struct table_info *src, struct arena *arena, struct table_info *ret)
{
    struct column_info *columns = arena_alloc(arena, src->n ? src->n : 1, sizeof *columns);
    for (size_t i = 0; i < src->n; i++) {
        columns[i] = (struct column_info){.id = arena_strdup(arena, src->columns[i].id),
                                          .name = arena_strdup(arena, src->columns[i].name),
                                          .type = arena_strdup(arena, src->columns[i].type),
                                          .calculated = src->columns[i].calculated,
                                          .options = copy_options(&src->columns[i], arena),
                                          .n_options = src->columns[i].n_options};
    }
    *ret = (struct table_info){.id = arena_strdup(arena, src->id),
                               .name = arena_strdup(arena, src->name),
                               .columns = columns,
                               .n = src->n,
                               .stamp = src->stamp,
                               .stamp_column = arena_strdup(arena, src->stamp_column)};
}

static const struct column_info *find(const struct table_info *info, const char *column)
{
    for (size_t i = 0; i < info->n; i++) {
        if (!strcmp(info->columns[i].name, column))
            return &info->columns[i];
    }
    for (size_t i = 0; i < info->n; i++) {
        if (!strcmp(info->columns[i].id, column))
            return &info->columns[i];
    }
    return NULL;
}

static int no_column(const struct table_info *info, const char *column, struct err *err)
{
    AUTO_BUF names = BUF_INIT(400); /* a message is cut at 239 bytes anyway */
    for (size_t i = 0; i < info->n; i++)
        buf_addf(&names, "%s%s", i ? ", " : "", info->columns[i].name);
    return err_set(err, ERR_DATA, "no column «%s» in «%s»; columns there: %s", column, info->name,
                   info->n ? buf_str(&names) : "none");
}

int table_find_columns(const struct table_info *info, const char *const *columns, size_t n,
                       const struct column_info **ret, struct err *err)
{
    if (n > COLUMNS_MAX)
        return err_set(err, ERR_DATA, "more than %d columns asked of «%s»", COLUMNS_MAX,
                       info->name);
    for (size_t i = 0; i < n; i++) {
        ret[i] = find(info, columns[i]);
        if (!ret[i])
            return no_column(info, columns[i], err);
    }
    return 0;
}

int batch_marker(const struct write_batch *b, const char *remote, size_t *ret, struct err *err)
{
    *ret = SIZE_MAX;
    for (size_t i = 0; b->marker && i < b->n_columns; i++) {
        if (!strcmp(b->columns[i], b->marker))
            *ret = i;
    }
    if (b->marker && *ret == SIZE_MAX)
        return err_set(err, ERR_DATA, "%s: the marker «%s» is not among the columns to be written",
                       remote, b->marker);
    return 0;
}
