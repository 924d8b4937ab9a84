#include "store/dict.h"

#include "store/base/secret.h"
#include "store/base/utf8.h"

#include <stdio.h>
#include <string.h>

#define SPELLING_MAX 400 /* bytes of a folded spelling; longer texts match nothing */

static const char *const dict_tables[] = {"role",   "status", "transport", "team_type",
                                          "gender", "diet",   "feed"};

struct entry {
    const char *dict, *code, *name;
};
struct spelling {
    const char *dict, *text, *code;
};
struct dicts {
    struct entry *entries;
    size_t n_entries;
    const struct spelling **slots; /* open addressing, a power of two */
    size_t n_slots;
};

bool dict_exists(const char *dict)
{
    for (size_t i = 0; i < ARRAY_LEN(dict_tables); i++) {
        if (!strcmp(dict_tables[i], dict))
            return true;
    }
    return false;
}

int dict_rev(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT dict_rev FROM store_state");
}

static int add_spelling(struct db *db, const char *dict, const char *text, const char *code,
                        struct err *err)
{
    AUTO_BUF folded = BUF_INIT(SPELLING_MAX);
    utf8_fold(text, &folded);
    return DB_RUN(db, err,
                  "INSERT INTO dict_spelling(dict, spelling, code) VALUES(:dict, :text, :code)"
                  " ON CONFLICT DO NOTHING",
                  B_TEXT(":dict", dict), B_TEXT(":text", buf_str(&folded)), B_TEXT(":code", code));
}

/* Reads (code, name) of all dictionaries in their order. */
static int load_entries(struct db *db, struct arena *arena, struct entry **ret, size_t *ret_n,
                        struct err *err)
{
    struct entry *list = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < ARRAY_LEN(dict_tables); i++) {
        char sql[96];
        AUTO_QUERY *q = NULL;
        snprintf(sql, sizeof sql, "SELECT code, name FROM dict_%s ORDER BY position, code",
                 dict_tables[i]);
        if (db_query_n(db, sql, NULL, 0, &q, err))
            return -1;
        int more;
        while ((more = query_next(q, err)) > 0) {
            list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
            list[n++] = (struct entry){.dict = dict_tables[i],
                                       .code = query_dup(q, 0, arena),
                                       .name = query_dup(q, 1, arena)};
        }
        if (more < 0)
            return -1;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

int dict_fold_names(struct db *db, struct err *err)
{
    AUTO_ARENA *arena = arena_new(4 << 20);
    struct entry *list;
    size_t n;
    if (load_entries(db, arena, &list, &n, err))
        return -1;
    /* asked first without a write lock: at every start but the first nothing is missing */
    const struct dicts *known;
    if (dict_load(db, arena, &known, err))
        return -1;
    bool missing = false;
    for (size_t i = 0; i < n && !missing; i++)
        missing = !dict_code(known, list[i].dict, list[i].code) ||
                  !dict_code(known, list[i].dict, list[i].name);
    if (!missing)
        return 0;
    if (db_begin(db, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (add_spelling(db, list[i].dict, list[i].code, list[i].code, err) ||
            add_spelling(db, list[i].dict, list[i].name, list[i].code, err)) {
            db_rollback(db);
            return -1;
        }
    }
    return db_commit(db, err);
}

static size_t slot_for(const struct dicts *d, const char *dict, const char *text)
{
    size_t at = (size_t)(hash_u64(text) & (d->n_slots - 1));
    while (d->slots[at] && (strcmp(d->slots[at]->dict, dict) || strcmp(d->slots[at]->text, text)))
        at = (at + 1) & (d->n_slots - 1);
    return at;
}

int dict_load(struct db *db, struct arena *arena, const struct dicts **ret, struct err *err)
{
    struct dicts *d = arena_alloc(arena, 1, sizeof *d);
    struct spelling *list = NULL;
    size_t n = 0, cap = 0;
    AUTO_QUERY *q = NULL;
    if (load_entries(db, arena, &d->entries, &d->n_entries, err) ||
        db_query_n(db, "SELECT dict, spelling, code FROM dict_spelling", NULL, 0, &q, err))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct spelling){query_dup(q, 0, arena), query_dup(q, 1, arena),
                                      query_dup(q, 2, arena)};
    }
    if (more < 0)
        return -1;
    for (d->n_slots = 64; d->n_slots < n * 2; d->n_slots *= 2)
        ;
    d->slots = arena_alloc(arena, d->n_slots, sizeof *d->slots);
    for (size_t i = 0; i < n; i++)
        d->slots[slot_for(d, list[i].dict, list[i].text)] = &list[i];
    *ret = d;
    return 0;
}

const char *dict_code(const struct dicts *d, const char *dict, const char *spelling)
{
    AUTO_BUF folded = BUF_INIT(SPELLING_MAX);
    utf8_fold(spelling, &folded);
    if (folded.over)
        return NULL;
    const struct spelling *s = d->slots[slot_for(d, dict, buf_str(&folded))];
    return s ? s->code : NULL;
}

const char *dict_name(const struct dicts *d, const char *dict, const char *code)
{
    for (size_t i = 0; i < d->n_entries; i++) {
        if (!strcmp(d->entries[i].dict, dict) && !strcmp(d->entries[i].code, code))
            return d->entries[i].name;
    }
    return code;
}

void dict_names(const struct dicts *d, const char *dict, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_entries; i++) {
        if (strcmp(d->entries[i].dict, dict))
            continue;
        buf_addf(out, "%s%s", n++ ? ", " : "", d->entries[i].name);
    }
}

bool dict_entry_at(const struct dicts *d, const char *dict, size_t at, const char **ret_code,
                   const char **ret_name)
{
    for (size_t i = 0; i < d->n_entries; i++) {
        if (strcmp(d->entries[i].dict, dict) != 0 || at--)
            continue;
        *ret_code = d->entries[i].code;
        *ret_name = d->entries[i].name;
        return true;
    }
    return false;
}
