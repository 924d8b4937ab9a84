#include "store/refs.h"

#include "store/base/json.h"

#include <stdlib.h>
#include <string.h>

#define SQL_MAX 1024
#define SET_MAX ((size_t)1 << 20) /* bytes of a set's text */

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct value refs_value(const char *const *ids, size_t n, struct arena *arena)
{
    AUTO_BUF json = BUF_INIT(SET_MAX);
    const char **sorted = arena_alloc(arena, n ? n : 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = ids[i];
    qsort(sorted, n, sizeof *sorted, by_id);
    for (size_t i = 0; i < n; i++) {
        if (i && !strcmp(sorted[i], sorted[i - 1]))
            continue;
        buf_addc(&json, json.len ? ',' : '[');
        json_quote(&json, sorted[i]);
    }
    if (!n)
        return V_NULL;
    buf_addc(&json, ']');
    return V_TEXT(arena_strdup(arena, buf_str(&json)));
}

int refs_ids(const struct value *v, struct arena *arena, const char ***ret, size_t *ret_n,
             struct err *err)
{
    AUTO_JSON *tree = NULL;
    const char **ids = NULL;
    size_t n = 0, cap = 0;
    *ret = NULL;
    *ret_n = 0;
    if (v->kind != VAL_TEXT)
        return 0;
    if (json_parse(v->s, strlen(v->s), &tree, err))
        return -1;
    for (const cJSON *item = tree->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            break;
        ids = arena_grow(arena, ids, &cap, n + 1, sizeof *ids);
        ids[n++] = arena_strdup(arena, item->valuestring);
    }
    if (!cJSON_IsArray(tree) || n != (size_t)cJSON_GetArraySize(tree))
        return err_set(err, ERR_DATA, "a set of references is no list of ids: %.60s", v->s);
    *ret = ids;
    *ret_n = n;
    return 0;
}

/* What follows is made of the model's names, never of data. */
void refs_add_column(const struct entity *e, const struct field *f, struct buf *sql)
{
    buf_addf(sql, "(SELECT group_concat(%s_id, ' ') FROM %s WHERE %s_id = %s.id)", f->ref, f->side,
             e->name, e->name);
}

struct value refs_of_column(const char *text, struct arena *arena)
{
    const char **ids = NULL;
    size_t n = 0, cap = 0;
    while (text && *text) {
        size_t len = strcspn(text, " ");
        ids = arena_grow(arena, ids, &cap, n + 1, sizeof *ids);
        ids[n++] = arena_strndup(arena, text, len);
        text += len + (text[len] != '\0');
    }
    return refs_value(ids, n, arena);
}

int refs_save(struct db *db, const struct entity *e, const struct field *f, const char *id,
              const struct value *v, struct err *err)
{
    AUTO_BUF drop = BUF_INIT(SQL_MAX), add = BUF_INIT(SQL_MAX);
    const char *set = v->kind == VAL_TEXT ? v->s : "[]";
    buf_addf(&drop,
             "DELETE FROM %s WHERE %s_id = :id"
             " AND %s_id NOT IN (SELECT value FROM json_each(:set))",
             f->side, e->name, f->ref);
    buf_addf(&add,
             "INSERT INTO %s(%s_id, %s_id) SELECT :id, value FROM json_each(:set) WHERE true"
             " ON CONFLICT DO NOTHING",
             f->side, e->name, f->ref);
    if (DB_RUN(db, err, buf_str(&drop), B_TEXT(":id", id), B_TEXT(":set", set)))
        return -1;
    return DB_RUN(db, err, buf_str(&add), B_TEXT(":id", id), B_TEXT(":set", set));
}

void refs_add_referrers(const struct entity *e, const struct field *f, struct buf *sql)
{
    if (f->side)
        buf_addf(sql, "SELECT %s_id FROM %s WHERE %s_id = :id", e->name, f->side, f->ref);
    else
        buf_addf(sql, "SELECT id FROM %s WHERE %s = :id", e->name, f->name);
}

void refs_add_followers(const struct entity *e, const struct field *f, struct buf *sql)
{
    /* from those that changed, of which there are few, to whoever names them, never round */
    if (f->side)
        buf_addf(sql,
                 "SELECT s.%s_id AS id FROM %s t INDEXED BY %s_rev CROSS JOIN %s s"
                 " ON s.%s_id = t.id WHERE t.rev > :since",
                 e->name, f->ref, f->ref, f->side, f->ref);
    else
        buf_addf(sql,
                 "SELECT e.id FROM %s t INDEXED BY %s_rev CROSS JOIN %s e ON e.%s = t.id"
                 " WHERE t.rev > :since",
                 f->ref, f->ref, e->name, f->name);
}
