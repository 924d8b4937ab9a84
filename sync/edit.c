#include "sync/edit.h"

#include "store/base/utf8.h"
#include "store/conflicts.h"
#include "store/links.h"
#include "store/rows.h"
#include "sync/mapping.h"
#include "sync/normalise.h"
#include "sync/push/put.h"

#include <string.h>

#define PHONE_DIGITS_MIN 5
#define PHONE_DIGITS_MAX 15
#define NICK_MIN         4
#define NICK_MAX         32

/* ---------------------------------------------------------------- may it be changed, who gets it
 */

static bool takes(const struct flow *f, int field)
{
    return f->direction != DIR_PUSH && (mapping_mask(f) >> field & 1);
}

static bool writes(const struct flow *f, int field)
{
    return f->direction != DIR_PULL && (f->put_fields >> field & 1);
}

/* A flow has a say in it when the record has a row there, or will get one. */
static int add_place(struct db *db, const struct flow *f, const struct dicts *dicts,
                     struct arena *arena, struct edit_look *l, struct err *err)
{
    struct link *links;
    size_t n;
    if (links_of_record(db, l->rec->e->name, l->rec->id, f->remote->name, f->table, arena, &links,
                        &n, err))
        return -1;
    bool there = n && !links[0].missing_since;
    bool will =
        !n && f->create && f->direction != DIR_PULL && put_in_scope(f, l->rec->v, dicts, arena);
    if (writes(f, l->field) && (there || will) && l->n_gets < EDIT_PLACES_MAX)
        l->gets[l->n_gets++] = f;
    else if (takes(f, l->field) && there && l->n_reads < EDIT_PLACES_MAX)
        l->reads[l->n_reads++] = f;
    return 0;
}

/* Another flow may write what this one only reads of the same table. */
static void drop_written(struct edit_look *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n_reads; i++) {
        bool written = false;
        for (size_t k = 0; k < l->n_gets; k++)
            written = written || (l->gets[k]->remote == l->reads[i]->remote &&
                                  !strcmp(l->gets[k]->table, l->reads[i]->table));
        if (!written)
            l->reads[n++] = l->reads[i];
    }
    l->n_reads = n;
}

static int find_conflict(struct db *db, const struct config *cfg, struct arena *arena,
                         struct edit_look *l, struct err *err)
{
    const char *field = l->rec->e->fields[l->field].name;
    for (size_t i = 0; i < cfg->n_flows && !l->conflict; i++) {
        struct conflict *list;
        size_t n;
        if (cfg->flows[i]->entity != l->rec->e)
            continue;
        if (conflicts_of_record(db, cfg->flows[i]->name, l->rec->e->name, l->rec->id, arena, &list,
                                &n, err))
            return -1;
        for (size_t k = 0; k < n; k++) {
            if (!strcmp(list[k].field, field))
                l->conflict = list[k].id;
        }
    }
    return 0;
}

int edit_look(struct db *db, const struct config *cfg, const char *entity, const char *id,
              const char *field, struct arena *arena, struct edit_look *ret, struct err *err)
{
    const struct entity *e = model_entity(entity);
    const struct dicts *dicts;
    struct record *rec = NULL;
    struct pause *pause;
    *ret = (struct edit_look){.can = EDITABLE_UNKNOWN, .field = e ? model_field(e, field) : -1};
    if (ret->field >= 0 && rows_get(db, e, id, arena, &rec, err))
        return -1;
    if (!rec)
        return 0;
    ret->rec = rec;
    if (dict_load(db, arena, &dicts, err) || find_conflict(db, cfg, arena, ret, err) ||
        pauses_get(db, entity, id, arena, &pause, err))
        return -1;
    ret->pause = pause;
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (cfg->flows[i]->entity == e && add_place(db, cfg->flows[i], dicts, arena, ret, err))
            return -1;
    }
    drop_written(ret);
    ret->can = rec->deleted                       ? EDITABLE_DELETED
               : ret->conflict                    ? EDITABLE_CONFLICT
               : !ret->n_gets && ret->n_reads > 0 ? EDITABLE_READ_ONLY
                                                  : EDITABLE;
    return 0;
}

/* ---------------------------------------------------------------- values */

static bool is_phone(const char *s)
{
    size_t n = strlen(s + (*s == '+'));
    return strspn(s + (*s == '+'), "0123456789") == n && n >= PHONE_DIGITS_MIN &&
           n <= PHONE_DIGITS_MAX;
}

static bool is_nick(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t n = strlen(s);
    return *s == '@' && strspn(s + 1, letters) == n - 1 && n > NICK_MIN && n <= NICK_MAX + 1;
}

static int read_ref(struct db *db, const struct field *f, const char *text, struct arena *arena,
                    struct value *ret, bool *ret_ok, struct err *err)
{
    char id[UUID_LEN + 1];
    bool there = false, deleted = false;
    if (uuid_read(text, id) && rows_deleted(db, model_entity(f->ref), id, &there, &deleted, err))
        return -1;
    *ret_ok = there && !deleted;
    *ret = *ret_ok ? V_TEXT(arena_strdup(arena, id)) : V_NULL;
    return 0;
}

/* The same participation a second time would be two rows in every table. */
static int is_twice(struct db *db, const struct edit_look *l, const struct value *v,
                    struct arena *arena, bool *ret, struct err *err)
{
    size_t fields[ARRAY_LEN(l->rec->e->natural)], n = 0;
    char id[UUID_LEN + 1];
    bool there, deleted;
    *ret = false;
    if (!model_is_natural(l->rec->e, l->rec->e->fields[l->field].name))
        return 0;
    while (n < ARRAY_LEN(fields) && l->rec->e->natural[n]) {
        fields[n] = (size_t)model_field(l->rec->e, l->rec->e->natural[n]);
        n++;
    }
    struct record *now = record_copy(l->rec, arena);
    now->v[l->field] = *v;
    if (rows_find_same(db, now, fields, n, id, err))
        return -1;
    if (!*id || !strcmp(id, l->rec->id))
        return 0;
    if (rows_deleted(db, l->rec->e, id, &there, &deleted, err))
        return -1;
    *ret = there && !deleted;
    return 0;
}

/* What was typed, without regard to what the record says. */
static int read_text(struct db *db, const struct field *f, const char *text,
                     const struct dicts *dicts, struct arena *arena, struct value *ret,
                     bool *ret_ok, struct err *err)
{
    const struct cell cell = {.kind = CELL_TEXT, .text = text};
    if (f->type == FT_REF)
        return read_ref(db, f, text, arena, ret, ret_ok, err);
    *ret_ok = f->type != FT_REFS && normalise_cell(f, &cell, NULL, dicts, arena, ret);
    if (*ret_ok && ret->kind == VAL_TEXT)
        *ret_ok = f->type == FT_PHONE      ? is_phone(ret->s)
                  : f->type == FT_TELEGRAM ? is_nick(ret->s)
                                           : true;
    /* dots and dashes alone are no phone, and no wish to have none either */
    if (ret->kind == VAL_NULL && text[strspn(text, " \t\r\n")])
        *ret_ok = false;
    return 0;
}

int edit_read(struct db *db, const struct edit_look *look, const char *text,
              const struct dicts *dicts, struct arena *arena, struct value *ret,
              enum edit_value *ret_how, struct err *err)
{
    const struct field *f = &look->rec->e->fields[look->field];
    const struct value *held = &look->rec->v[look->field];
    struct value v = V_NULL;
    bool ok, twice = false;
    *ret = V_NULL;
    *ret_how = EDIT_VALUE_LONG;
    if (utf8_length(text) > EDIT_TEXT_MAX)
        return 0;
    if (read_text(db, f, text, dicts, arena, &v, &ok, err) ||
        (ok && is_twice(db, look, &v, arena, &twice, err)))
        return -1;
    if (ok && v.kind == VAL_NULL && f->fallback)
        v = field_fallback(f);
    *ret = v;
    *ret_how = !ok                                 ? EDIT_VALUE_WRONG
               : v.kind == VAL_NULL && f->required ? EDIT_VALUE_EMPTY
               : value_eq(&v, held)                ? EDIT_VALUE_SAME
               : twice                             ? EDIT_VALUE_TWICE
                                                   : EDIT_VALUE_OK;
    return 0;
}

struct value edit_from_text(const struct edit_look *look, const char *text)
{
    const struct field *f = &look->rec->e->fields[look->field];
    int64_t n;
    if (!text)
        return V_NULL;
    if (f->type != FT_INT && f->type != FT_BOOL && f->type != FT_YEAR)
        return V_TEXT(text);
    return base_parse_i64(text, INT64_MIN, INT64_MAX, &n) ? V_INT(n) : V_NULL;
}

int edit_write(struct db *db, const struct edit_look *look, const struct value *v, const char *by,
               int64_t at, struct arena *arena, struct err *err)
{
    const struct change change = {.source = by, .at = at};
    struct record *now = record_copy(look->rec, arena);
    now->v[look->field] = *v;
    return rows_update(db, look->rec, now, &change, err);
}
