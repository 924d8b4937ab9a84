#include "store/dict_rows.h"

#include "store/audit.h"
#include "store/base/utf8.h"

#include <string.h>

#define SQL_MAX      2048
#define SPELLING_MAX 400 /* as dict.c: longer texts match nothing */
#define JSON_MAX     (1 << 20)

static const struct field plain_fields[] = {
    {.name = "code", .type = FT_TEXT, .required = true, .bad = "Empty code"},
    {.name = "name", .type = FT_NAME, .required = true, .bad = "Empty name"},
};
static const struct field status_fields[] = {
    {.name = "code", .type = FT_TEXT, .required = true, .bad = "Empty code"},
    {.name = "name", .type = FT_NAME, .required = true, .bad = "Empty name"},
    {.name = "to_list", .type = FT_BOOL, .fallback = "0"},
    {.name = "comment", .type = FT_TEXT},
};

#define PLAIN  .fields = plain_fields, .n = ARRAY_LEN(plain_fields)
#define STATUS .fields = status_fields, .n = ARRAY_LEN(status_fields)

static const struct entity dicts[] = {
    {.name = "dict_role", PLAIN},      {.name = "dict_status", STATUS},
    {.name = "dict_transport", PLAIN}, {.name = "dict_team_type", PLAIN},
    {.name = "dict_gender", PLAIN},    {.name = "dict_diet", PLAIN},
    {.name = "dict_feed", PLAIN},
};

static const char *dict_of(const struct entity *e)
{
    return e->name + strlen("dict_");
}

const struct entity *dict_entity(const char *dict)
{
    for (size_t i = 0; i < ARRAY_LEN(dicts); i++) {
        if (!strcmp(dict_of(&dicts[i]), dict))
            return &dicts[i];
    }
    return NULL;
}

void dict_list(struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(dicts); i++)
        buf_addf(out, "%s%s", i ? ", " : "", dict_of(&dicts[i]));
}

const char *field_target(const struct field *f)
{
    const struct entity *e = f->type == FT_DICT ? dict_entity(f->dict) : NULL;
    return e ? e->name : f->ref;
}

int dict_rows_get(struct db *db, const struct entity *e, const char *code, struct arena *arena,
                  struct record **ret, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    AUTO_QUERY *q = NULL;
    for (size_t i = 0; i < e->n; i++)
        buf_addf(&sql, "%s%s", i ? ", " : "SELECT ", e->fields[i].name);
    /* the code as it is written comes first, should two differ in nothing but their case */
    buf_addf(&sql,
             " FROM %s WHERE code = :code COLLATE NOCASE AND length(code) <= %d"
             " ORDER BY code <> :code, position LIMIT 1",
             e->name, DICT_CODE_MAX);
    if (DB_QUERY(db, &q, err, buf_str(&sql), B_TEXT(":code", code)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    *ret = more ? record_new(e, arena) : NULL;
    for (size_t i = 0; more && i < e->n; i++) {
        int at = (int)i;
        if (query_null(q, at))
            (*ret)->v[i] = V_NULL;
        else if (e->fields[i].type == FT_BOOL)
            (*ret)->v[i] = V_INT(query_int(q, at));
        else
            (*ret)->v[i] = V_TEXT(query_dup(q, at, arena));
    }
    if (more)
        str_copy((*ret)->id, sizeof(*ret)->id, (*ret)->v[0].s);
    return 0;
}

static struct bind bind_value(const char *name, const struct value *v)
{
    return v->kind == VAL_INT    ? B_INT(name, v->i)
           : v->kind == VAL_TEXT ? B_TEXT(name, v->s)
                                 : B_NULL(name);
}

/* ":name" of each field, and its value. */
static void binds(const struct record *r, char names[][40], struct bind *ret)
{
    for (size_t i = 0; i < r->e->n; i++) {
        names[i][0] = ':';
        str_copy(names[i] + 1, 39, r->e->fields[i].name);
        ret[i] = bind_value(names[i], &r->v[i]);
    }
}

int dict_rows_insert(struct db *db, const struct record *r, const struct change *by,
                     struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX), json = BUF_INIT(JSON_MAX);
    char names[MODEL_FIELDS_MAX][40];
    struct bind b[MODEL_FIELDS_MAX];
    bool role = r->e == dict_entity("role");
    binds(r, names, b);
    buf_addf(&sql, "INSERT INTO %s(position%s", r->e->name, role ? ", color" : "");
    for (size_t i = 0; i < r->e->n; i++)
        buf_addf(&sql, ", %s", r->e->fields[i].name);
    buf_addf(&sql, ") SELECT coalesce(max(position), 0) + 1%s", role ? ", 'yellow'" : "");
    for (size_t i = 0; i < r->e->n; i++)
        buf_addf(&sql, ", %s", names[i]);
    buf_addf(&sql, " FROM %s", r->e->name);
    if (db_run_n(db, buf_str(&sql), b, r->e->n, err))
        return -1;
    record_to_json(r, RECORD_ALL(r->e), &json);
    if (json.over)
        return err_set(err, ERR_DATA, "%s %s has more than 1 MB of text", r->e->name, r->id);
    return audit_add(db, by->run, r->e->name, r->id, NULL, NULL, buf_str(&json), by->source, by->at,
                     err);
}

int dict_rows_update(struct db *db, const struct record *old, const struct record *r,
                     const struct change *by, struct err *err)
{
    uint32_t diff = record_diff(old, r, RECORD_ALL(r->e));
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    char names[MODEL_FIELDS_MAX][40];
    struct bind all[MODEL_FIELDS_MAX], b[MODEL_FIELDS_MAX + 1];
    size_t n = 0;
    if (!diff)
        return 0;
    binds(r, names, all);
    for (size_t i = 0; i < r->e->n; i++) {
        if (!(diff >> i & 1))
            continue;
        buf_add(&sql, n ? ", " : "");
        buf_addf(&sql, "%s = %s", r->e->fields[i].name, names[i]);
        b[n++] = all[i];
    }
    b[n++] = B_TEXT(":id", r->id);
    AUTO_BUF whole = BUF_INIT(SQL_MAX);
    buf_addf(&whole, "UPDATE %s SET %s WHERE code = :id", r->e->name, buf_str(&sql));
    if (db_run_n(db, buf_str(&whole), b, n, err))
        return -1;
    for (size_t i = 0; i < r->e->n; i++) {
        char x[24], y[24];
        if ((diff >> i & 1) && audit_add(db, by->run, r->e->name, r->id, r->e->fields[i].name,
                                         value_or_null(&old->v[i], x), value_or_null(&r->v[i], y),
                                         by->source, by->at, err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- spellings */

struct entry {
    const char *code, *name; /* code: as it is; name: folded */
};

static const char *folded(const char *text, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(SPELLING_MAX);
    utf8_fold(text, &b);
    return b.over ? "" : arena_strdup(arena, buf_str(&b));
}

static int load_entries(struct db *db, const struct entity *e, struct arena *arena,
                        struct entry **ret, size_t *ret_n, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    AUTO_QUERY *q = NULL;
    struct entry *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    buf_addf(&sql, "SELECT code, name FROM %s ORDER BY position, code", e->name);
    if (DB_QUERY(db, &q, err, buf_str(&sql)))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct entry){query_dup(q, 0, arena), folded(query_text(q, 1), arena)};
    }
    *ret = list;
    *ret_n = n;
    return more;
}

/* Is that entry called so, by its code or its name? */
static bool is_called(const struct entry *list, size_t n, const char *code, const char *spelling,
                      struct arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(list[i].code, code))
            return !strcmp(list[i].name, spelling) || !strcmp(folded(code, arena), spelling);
    }
    return false;
}

static int spell(struct db *db, const struct entity *e, const struct entry *list, size_t n,
                 const char *spelling, const char *code, struct arena *arena, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (!*spelling)
        return 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT code FROM dict_spelling WHERE dict = :dict AND spelling = :text",
                 B_TEXT(":dict", dict_of(e)), B_TEXT(":text", spelling)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    const char *owner = more ? query_text(q, 0) : NULL;
    if (owner && (!strcmp(owner, code) || is_called(list, n, owner, spelling, arena)))
        return 0;
    return DB_RUN(db, err,
                  "INSERT INTO dict_spelling(dict, spelling, code) VALUES(:dict, :text, :code)"
                  " ON CONFLICT DO UPDATE SET code = excluded.code",
                  B_TEXT(":dict", dict_of(e)), B_TEXT(":text", spelling), B_TEXT(":code", code));
}

int dict_rows_spell(struct db *db, const struct entity *e, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    struct entry *list;
    size_t n;
    if (load_entries(db, e, arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (spell(db, e, list, n, folded(list[i].code, arena), list[i].code, arena, err) ||
            spell(db, e, list, n, list[i].name, list[i].code, arena, err))
            return -1;
    }
    return 0;
}

int dict_rows_moved(struct db *db, struct err *err)
{
    return DB_RUN(db, err, "UPDATE store_state SET dict_rev = dict_rev + 1");
}
