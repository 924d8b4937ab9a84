#include "store/dict.h"
#include "tests/support/grist_model.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 4

static const struct field *field_of(const struct tw_table *table, const struct tw_column *c)
{
    const struct entity *e = model_entity(table->entity);
    return &e->fields[model_field(e, c->field)];
}

static bool is_digits(const char *text)
{
    return *text && !text[strspn(text, "0123456789")];
}

/* ---------------------------------------------------------------- values */

/* The name or code that the row of a dictionary's table stands for; NULL: there is none. */
static const char *dictionary_code(struct twoway *t, const char *field, const char *row)
{
    bool role = !strcmp(field, "role");
    struct fake_table *ft = gm_fake(t, role ? "Roles" : "Participation_statuses");
    const struct fake_row *r = fake_find(ft, row);
    return r ? gm_plain(t, ft->name, r, role ? "Code" : "code") : NULL;
}

static const char *code_of(struct twoway *t, const struct field *f, const char *plain)
{
    struct err err = {0};
    const struct dicts *dicts;
    bool row = t->by_row && (!strcmp(f->name, "role") || !strcmp(f->name, "status"));
    if (!*plain)
        return f->required ? NULL : f->fallback ? f->fallback : "";
    if (dict_load(t->w->db, t->w->arena, &dicts, &err))
        abort();
    const char *code = row ? dictionary_code(t, f->name, plain) : dict_code(dicts, f->dict, plain);
    if (code || f->required || f->bad_value)
        return code;
    return f->fallback ? f->fallback : "";
}

static const char *date_of(const struct field *f, const char *plain)
{
    static const char shape[] = "dddd-dd-dd";
    bool fine = strlen(plain) == strlen(shape);
    for (size_t i = 0; fine && shape[i]; i++)
        fine = shape[i] == 'd' ? plain[i] >= '0' && plain[i] <= '9' : plain[i] == shape[i];
    return fine ? plain : f->required ? NULL : "";
}

/* The records of the rows, sorted; NULL: something in the list is no row. */
static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *set_of(struct twoway *t, const struct tw_column *c, const char *plain)
{
    AUTO_BUF out = BUF_INIT(1 << 16);
    char *rows[16], *save = NULL, *copy = arena_strdup(t->w->arena, plain);
    size_t n = 0;
    for (char *p = strtok_r(copy, ", ", &save); p && n < ARRAY_LEN(rows);
         p = strtok_r(NULL, ", ", &save)) {
        if (!is_digits(p))
            return NULL;
        rows[n++] = (char *)gm_local(t, gm_table_of(c->ref)->tbl, p);
    }
    qsort(rows, n, sizeof *rows, by_text);
    for (size_t i = 0; i < n; i++)
        buf_addf(&out, "%s%s", i ? "," : "", rows[i]);
    return arena_strdup(t->w->arena, buf_str(&out));
}

const char *gm_value(struct twoway *t, const struct tw_table *table, const struct fake_row *row,
                     const struct tw_column *c)
{
    const struct field *f = field_of(table, c);
    const char *plain = gm_plain(t, table->tbl, row, c->name);
    switch (f->type) {
    case FT_DICT:
        return code_of(t, f, plain);
    case FT_DATE:
        return date_of(f, plain);
    case FT_YEAR:
        return strlen(plain) == 4 && is_digits(plain) ? plain : f->required ? NULL : "";
    case FT_REFS:
        return set_of(t, c, plain);
    case FT_REF:
        if (is_digits(plain))
            return gm_local(t, gm_table_of(c->ref)->tbl, plain);
        return f->required ? NULL : "";
    default:
        return *plain || !f->required ? plain : NULL;
    }
}

const char *gm_stored(struct twoway *t, const struct tw_table *table, const char *local,
                      const struct tw_column *c)
{
    if (c->kind != TW_REFS)
        return tw_value(t, table->entity, local, c->field);
    const char *set = tw_text(t,
                              "SELECT group_concat(team_id, ',') FROM (SELECT team_id FROM"
                              " badge_team WHERE badge_id = :a ORDER BY team_id)",
                              local, NULL, NULL, NULL);
    return set ? set : "";
}

/* ---------------------------------------------------------------- rules */

/* Should it be invalid, this may be why. */
static void note(struct gm_judged *j, const char *reason)
{
    if (reason && j->n < GM_REASONS)
        j->reasons[j->n++] = reason;
}

static void blame(struct gm_judged *j, const char *reason)
{
    j->verdict = GM_INVALID;
    note(j, reason);
}

static struct gm_judged judge(struct twoway *t, const struct tw_table *table,
                              const struct fake_row *row, unsigned depth);

/* The row that a reference names. */
static void judge_target(struct twoway *t, const struct tw_table *from, const struct field *f,
                         const struct tw_column *c, const char *id, unsigned depth,
                         struct gm_judged *j)
{
    const struct tw_table *table = gm_table_of(c->ref);
    const struct fake_row *row = fake_find(gm_fake(t, table->tbl), id);
    const char *local = gm_local(t, table->tbl, id);
    bool known = *local != '\0';
    struct gm_judged target = {.verdict = GM_OPEN};
    if (!row) { /* written by us before we knew that it is gone */
        j->verdict = j->verdict == GM_FINE ? GM_OPEN : j->verdict;
        note(j, f->bad);
        note(j, f->bad_target);
        note(j, f->bad_target_then);
        note(j, f->bad_deleted);
        note(j, f->bad_deleted_too);
        return;
    }
    if (depth < DEPTH_MAX)
        target = judge(t, table, row, depth + 1);
    /* in its own table no row is known to be absent before the listing is over: it waits */
    bool own = table == from && !known;
    bool bad = target.verdict == GM_INVALID && (f->bad_target || !known) && !own;
    bad = bad || (target.verdict == GM_MARKED && known && f->bad_deleted);
    /* it belongs here, though not yet there, to a record that is deleted */
    bad = bad || (f->bad_deleted && tw_int(t, "SELECT count(*) FROM cascaded WHERE local_id = :a",
                                           local, NULL, NULL, NULL));
    if (bad) {
        blame(j, f->bad_target);
        blame(j, f->bad_target_then);
        blame(j, f->bad_deleted);
        blame(j, f->bad_deleted_too);
        blame(j, f->bad_value);
        if (!known)
            blame(j, f->bad ? f->bad : "Invalid reference");
    } else if (target.verdict == GM_OPEN || own || (target.verdict == GM_MARKED && !known)) {
        j->verdict = j->verdict == GM_FINE ? GM_OPEN : j->verdict;
        note(j, f->bad);
        note(j, f->bad_target);
        note(j, f->bad_deleted);
    }
}

static void judge_column(struct twoway *t, const struct tw_table *table, const struct fake_row *row,
                         const struct tw_column *c, unsigned depth, struct gm_judged *j)
{
    const struct field *f = field_of(table, c);
    const char *plain = gm_plain(t, table->tbl, row, c->name);
    if (!gm_value(t, table, row, c)) {
        blame(j, f->bad);
        blame(j, f->bad_value);
        return;
    }
    if (c->kind != TW_REF && c->kind != TW_REFS)
        return;
    char *save = NULL, *copy = arena_strdup(t->w->arena, plain);
    for (char *p = strtok_r(copy, ", ", &save); p; p = strtok_r(NULL, ", ", &save)) {
        if (is_digits(p))
            judge_target(t, table, f, c, p, depth, j);
    }
}

/* It has no record, for the one that its UUID names has another row. */
static bool is_copy(struct twoway *t, const struct tw_table *table, const struct fake_row *row)
{
    struct fake_table *ft = gm_fake(t, table->tbl);
    const char *key = gm_plain(t, table->tbl, row, gm_key(table));
    if (!*key || *gm_local(t, table->tbl, row->id))
        return false;
    /* a deleted record whose row was removed is not known to have none */
    if (tw_int(t,
               "SELECT count(*) FROM link WHERE tbl = :a AND remote_key = :b AND missing_since IS"
               " NULL",
               table->tbl, key, NULL, NULL))
        return true;
    for (size_t i = 0; i < ft->n_rows; i++) {
        if (&ft->rows[i] != row && *gm_local(t, table->tbl, ft->rows[i].id) &&
            !strcmp(gm_plain(t, table->tbl, &ft->rows[i], gm_key(table)), key))
            return true;
    }
    return false;
}

static struct gm_judged judge(struct twoway *t, const struct tw_table *table,
                              const struct fake_row *row, unsigned depth)
{
    struct gm_judged j = {0};
    if (tw_int(t,
               "SELECT count(*) FROM mark WHERE tbl = :a AND remote_id = :b AND by <> 'rule' AND at"
               " <> 0",
               table->tbl, row->id, NULL, NULL))
        return (struct gm_judged){.verdict = GM_MARKED};
    for (size_t i = 0; i < TW_COLUMNS && table->columns[i].name; i++)
        judge_column(t, table, row, &table->columns[i], depth, &j);
    if (j.verdict == GM_FINE && is_copy(t, table, row))
        blame(&j, "Duplicate id");
    return j;
}

struct gm_judged gm_judge(struct twoway *t, const struct tw_table *table,
                          const struct fake_row *row)
{
    return judge(t, table, row, 0);
}
