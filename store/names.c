#include "store/names.h"

#include "store/base/utf8.h"
#include "store/rows.h"

#include <stdio.h>
#include <string.h>

/* A participation names a person and a team; those name themselves. Deeper there is nothing. */
#define DEPTH_MAX 3

static const char *name_of(struct db *db, const char *entity, const char *id, struct arena *arena,
                           int depth);

static const char *name_at(struct db *db, const struct record *r, struct arena *arena, int depth)
{
    const char *text = NULL;
    int name = model_field(r->e, "name");
    if (name >= 0 && r->v[name].kind == VAL_TEXT)
        return r->v[name].s;
    for (size_t i = 0; i < r->e->n; i++) {
        if (r->e->fields[i].type != FT_REF || r->v[i].kind != VAL_TEXT)
            continue;
        const char *part = name_of(db, r->e->fields[i].ref, r->v[i].s, arena, depth + 1);
        text = text ? arena_printf(arena, "%s, %s", text, part) : part;
    }
    return text ? text : arena_strdup(arena, r->id);
}

static const char *name_of(struct db *db, const char *entity, const char *id, struct arena *arena,
                           int depth)
{
    struct record *r = NULL;
    struct err ignored = {0}; /* then its id has to do */
    const struct entity *e = model_entity(entity);
    if (!e || depth > DEPTH_MAX || rows_get(db, e, id, arena, &r, &ignored) || !r)
        return arena_strdup(arena, id);
    return name_at(db, r, arena, depth);
}

const char *record_name(struct db *db, const struct record *r, struct arena *arena)
{
    return name_at(db, r, arena, 0);
}

const char *record_name_of(struct db *db, const char *entity, const char *id, struct arena *arena)
{
    return name_of(db, entity, id, arena, 0);
}

static bool has_part(const char *name, const char *folded_part)
{
    AUTO_BUF folded = BUF_INIT(4096);
    utf8_fold(name, &folded);
    return strstr(buf_str(&folded), folded_part) != NULL;
}

static int find_in(struct db *db, const struct entity *e, const char *part, size_t max,
                   struct arena *arena, struct named *list, size_t *n, int64_t *total,
                   struct err *err)
{
    char sql[128];
    AUTO_QUERY *q = NULL;
    snprintf(sql, sizeof sql, "SELECT id, name FROM %s ORDER BY name, id", e->name);
    if (db_query_n(db, sql, NULL, 0, &q, err))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        if (!has_part(query_text(q, 1), part))
            continue;
        if (*n < max)
            list[(*n)++] = (struct named){e->name, query_dup(q, 0, arena), query_dup(q, 1, arena)};
        (*total)++;
    }
    return more;
}

/* The record with that id, whatever it is. */
static int find_id(struct db *db, const char *id, struct arena *arena, struct named *ret,
                   size_t *ret_n, struct err *err)
{
    for (size_t i = 0; i < model_n_entities && !*ret_n; i++) {
        struct record *r;
        if (rows_get(db, &model_entities[i], id, arena, &r, err))
            return -1;
        if (r) {
            *ret = (struct named){model_entities[i].name, arena_strdup(arena, r->id),
                                  record_name(db, r, arena)};
            *ret_n = 1;
        }
    }
    return 0;
}

int names_find(struct db *db, const char *part, size_t max, struct arena *arena, struct named **ret,
               size_t *ret_n, int64_t *ret_total, struct err *err)
{
    char id[UUID_LEN + 1];
    AUTO_BUF folded = BUF_INIT(4096);
    *ret = arena_alloc(arena, max ? max : 1, sizeof **ret);
    *ret_n = 0;
    *ret_total = 0;
    if (uuid_read(part, id)) {
        if (find_id(db, id, arena, *ret, ret_n, err))
            return -1;
        *ret_total = (int64_t)*ret_n;
        return 0;
    }
    utf8_fold(part, &folded);
    if (!folded.len || folded.over)
        return 0;
    for (size_t i = 0; i < model_n_entities; i++) {
        if (model_field(&model_entities[i], "name") >= 0 &&
            find_in(db, &model_entities[i], buf_str(&folded), max, arena, *ret, ret_n, ret_total,
                    err))
            return -1;
    }
    return 0;
}
