#include "store/links.h"
#include "tests/support/twoway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the store */

static struct query *ask(struct twoway *t, const char *sql, const char *const *values, size_t n)
{
    static const char *const names[] = {":a", ":b", ":c", ":d"};
    struct err err = {0};
    struct query *q = NULL;
    struct bind binds[ARRAY_LEN(names)];
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (values[i])
            binds[k++] = B_TEXT(names[i], values[i]);
    }
    if (db_query_n(t->hand ? t->hand : t->w->db, sql, binds, k, &q, &err)) {
        printf("%s: %s\n", sql, err.msg);
        abort();
    }
    return q;
}

int64_t tw_int(struct twoway *t, const char *sql, const char *a, const char *b, const char *c,
               const char *d)
{
    struct err err = {0};
    AUTO_QUERY *q = ask(t, sql, (const char *[]){a, b, c, d}, 4);
    return query_next(q, &err) > 0 ? query_int(q, 0) : 0;
}

const char *tw_text(struct twoway *t, const char *sql, const char *a, const char *b, const char *c,
                    const char *d)
{
    struct err err = {0};
    AUTO_QUERY *q = ask(t, sql, (const char *[]){a, b, c, d}, 4);
    return query_next(q, &err) > 0 ? query_dup(q, 0, t->w->arena) : NULL;
}

char **tw_list(struct twoway *t, size_t *ret_n, const char *sql, const char *a, const char *b,
               const char *c)
{
    struct err err = {0};
    AUTO_QUERY *q = ask(t, sql, (const char *[]){a, b, c}, 3);
    char **list = NULL;
    size_t cap = 0;
    for (*ret_n = 0; query_next(q, &err) > 0; ++*ret_n) {
        list = arena_grow(t->w->arena, list, &cap, *ret_n + 1, sizeof *list);
        list[*ret_n] = query_dup(q, 0, t->w->arena);
    }
    return list;
}

const char *tw_value(struct twoway *t, const char *entity, const char *id, const char *field)
{
    const char *sql =
        arena_printf(t->w->arena, "SELECT coalesce(CAST(%s AS TEXT), '') FROM %s WHERE id = :a",
                     field, entity);
    const char *v = tw_text(t, sql, id, NULL, NULL, NULL);
    return v ? v : "";
}

/* ---------------------------------------------------------------- cells */

const char *tw_cell(struct twoway *t, const struct tw_table *table, const struct fake_row *row,
                    const char *field)
{
    struct err err = {0};
    const struct dicts *dicts;
    struct fake_remote *f;
    const struct entity *e = model_entity(table->entity);
    const struct field *model = &e->fields[model_field(e, field)];
    const struct tw_column *c = tw_column_of(table, field);
    struct fake_table *ft = tw_fake(t, table->remote, table->tbl, &f);
    const char *plain = fake_plain(row->cells[fake_column(ft, c->name, NULL)], t->w->arena);
    if (model->type == FT_REF) {
        const char *id = tw_local_of(t, "notion", c->ref, plain);
        return *id || !*plain ? id : NULL;
    }
    if (model->type != FT_DICT)
        return plain;
    if (!*plain)
        return model->fallback ? model->fallback : "";
    if (dict_load(t->w->db, t->w->arena, &dicts, &err))
        abort();
    const char *code = dict_code(dicts, model->dict, plain);
    return code || model->required || model->bad_value ? code : ""; /* an optional one is empty */
}

bool tw_held(struct twoway *t, const struct flow *f, const char *local, const char *row)
{
    const char *jail = "SELECT count(*) FROM quarantine WHERE flow = :a AND remote_id = :b";
    return tw_int(t, "SELECT count(*) FROM pause WHERE local_id = :a", local, NULL, NULL, NULL) ||
           tw_int(t, "SELECT count(*) FROM conflict WHERE local_id = :a AND state = 'open'", local,
                  NULL, NULL, NULL) ||
           tw_int(t, jail, f->push_name, local, NULL, NULL) ||
           (row && (tw_int(t, jail, f->name, row, NULL, NULL) ||
                    /* a record that the same row is wanted for */
                    tw_int(t, "SELECT count(*) FROM quarantine WHERE flow = :a AND detail = :b",
                           f->push_name, row, NULL, NULL)));
}

/* ---------------------------------------------------------------- for a person who looks */

static void print_list(struct twoway *t, const char *title, const char *sql, const char *a,
                       const char *b)
{
    size_t n;
    char **lines = tw_list(t, &n, sql, a, b, NULL);
    for (size_t i = 0; i < n; i++)
        buf_addf(&t->w->failures, "        %s: %s\n", title, lines[i]);
}

static bool is_of(struct twoway *t, const struct tw_edit *e, const char *entity, const char *id)
{
    if (*e->entity && strcmp(e->entity, entity))
        return false;
    return !strcmp(e->local, id) || !strcmp(e->row, id) ||
           tw_int(t,
                  "SELECT count(*) FROM link WHERE local_id = :a AND tbl = :b AND remote_id = :c",
                  id, e->tbl, e->row, NULL);
}

void tw_history(struct twoway *t, const char *entity, const char *id, const char *field)
{
    for (size_t i = 0; i < t->m->n_log; i++) {
        const struct tw_edit *e = &t->m->log[i];
        bool mine = e->what != TW_SET || !field || !strcmp(e->field, field);
        if (mine && is_of(t, e, entity, id))
            buf_addf(&t->w->failures, "        edit %zu at %lld: %s %s %s %s = «%s»%s%s%s\n", i,
                     (long long)e->at, tw_word(e->what), *e->tbl ? e->tbl : "store", e->row,
                     e->field, e->value, e->bad ? " bad" : "", e->raced ? " raced" : "",
                     e->early ? " early" : "");
    }
    print_list(t, "audit",
               "SELECT id || ' at ' || at || ' ' || source || ' run ' || quote(run) || ' ' ||"
               " quote(field) || ' ' || quote(before) || ' → ' || quote(after) FROM audit WHERE"
               " local_id = :a AND (field IS NULL OR field IN (:b, 'deleted')) ORDER BY id",
               id, field ? field : "deleted");
    print_list(t, "conflict",
               "SELECT id || ' ' || flow || ' ' || field || ' ' || quote(base) || ' ours ' ||"
               " quote(ours) || ' theirs ' || quote(theirs) || ' ' || state || ' ' ||"
               " quote(settled_by) || ' ' || quote(choice) || ' at ' || created_at FROM conflict"
               " WHERE local_id = :a ORDER BY id",
               id, NULL);
    print_list(t, "intent",
               "SELECT id || ' run ' || run || ' ' || flow || ' ' || op || ' ' || quote(remote_id)"
               " || ' ' || state || ' ' || quote(error) || ' ' || payload || ' at ' || sent_at FROM"
               " intent WHERE local_id = :a ORDER BY id",
               id, NULL);
    print_list(t, "link",
               "SELECT flow || ' ' || remote_id || ' part ' || part || ' ' || base || ' rev ' ||"
               " base_rev || ' missing ' || quote(missing_since) || ' wish ' || quote(wish) FROM"
               " link WHERE local_id = :a ORDER BY id",
               id, NULL);
    print_list(t, "quarantine",
               "SELECT q.flow || ' ' || q.remote_id || ' ' || state || ' ' || reason || ' ' || raw"
               " FROM quarantine q WHERE q.remote_id = :a OR q.remote_id IN (SELECT remote_id FROM"
               " link WHERE local_id = :a)",
               id, NULL);
}
