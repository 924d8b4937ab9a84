#include "tests/support/twoway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct flow *flow_of(struct twoway *t, const char *tbl)
{
    for (size_t i = 0; i < t->w->cfg->n_flows; i++) {
        if (!strcmp(t->w->cfg->flows[i]->table, tbl))
            return t->w->cfg->flows[i];
    }
    abort();
}

static struct fake_row *row_of(struct twoway *t, const char *tbl, const char *row)
{
    struct fake_remote *f;
    return fake_find(tw_fake(t, flow_of(t, tbl)->remote->name, tbl, &f), row);
}

static bool is_deleted(struct twoway *t, const char *entity, const char *id)
{
    const char *sql = arena_printf(t->w->arena, "SELECT deleted FROM %s WHERE id = :a", entity);
    return tw_int(t, sql, id, NULL, NULL, NULL) != 0;
}

static void fail(struct twoway *t, size_t i, const char *local, const char *what)
{
    const struct tw_edit *e = &t->m->log[i];
    world_fail(t->w, 0, "edit %zu of %s %s %s «%s», record %s: %s", i, *e->tbl ? e->tbl : "store",
               e->row, e->field, e->value, local, what);
    tw_history(t, e->entity, local, *e->field ? e->field : NULL);
}

/* ---------------------------------------------------------------- values */

/* What the value of an edit is called in the store; NULL: nobody there knows it. */
static const char *meaning(struct twoway *t, const struct tw_edit *e)
{
    const struct tw_table *table = *e->tbl ? tw_table_of(e->tbl) : NULL;
    const struct tw_column *c = table ? tw_column_of(table, e->field) : NULL;
    if (!c || c->kind != TW_REF || !*e->value)
        return e->value;
    const char *id = tw_local_of(t, "notion", c->ref, e->value);
    return *id ? id : NULL;
}

static bool same_cell(const struct tw_edit *a, const struct tw_edit *b)
{
    return a->what == b->what && !strcmp(a->field, b->field) && !strcmp(a->row, b->row) &&
           !strcmp(a->tbl, b->tbl) && !strcmp(a->entity, b->entity);
}

static bool later(struct twoway *t, size_t i, enum tw_what what)
{
    struct tw_edit like = t->m->log[i];
    like.what = what;
    if (what != TW_SET)
        *like.field = '\0';
    for (size_t k = i + 1; k < t->m->n_log; k++) {
        if (same_cell(&t->m->log[k], &like))
            return true;
    }
    return false;
}

/* Does the edit concern that record's field? */
static bool concerns(struct twoway *t, const struct tw_edit *e, const char *entity,
                     const char *local, const char *field)
{
    if (e->what != TW_SET || strcmp(e->entity, entity) || strcmp(e->field, field))
        return false;
    return !strcmp(e->row, local) || !strcmp(e->local, local) ||
           tw_int(t,
                  "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b AND local_id = :c",
                  e->tbl, e->row, local, NULL) ||
           (e->early && tw_int(t,
                               "SELECT count(*) FROM intent WHERE tbl = :a AND remote_id = :b AND"
                               " local_id = :c",
                               e->tbl, e->row, local, NULL));
}

/* Somebody wrote that value there after edit i. */
static bool written_later(struct twoway *t, size_t i, const char *local, const char *value)
{
    const struct tw_edit *e = &t->m->log[i];
    for (size_t k = i + 1; k < t->m->n_log; k++) {
        const struct tw_edit *x = &t->m->log[k];
        if (!concerns(t, x, e->entity, local, e->field))
            continue;
        const char *v = meaning(t, x);
        if (v && !strcmp(v, value))
            return true;
    }
    return false;
}

/* The value was in that field before: going back to it looks like no change at all. */
static bool was_there_before(struct twoway *t, size_t i, const char *local, const char *value)
{
    const struct tw_edit *e = &t->m->log[i];
    for (size_t k = 0; k < i; k++) {
        const struct tw_edit *x = &t->m->log[k];
        const char *v;
        if (concerns(t, x, e->entity, local, e->field) && (v = meaning(t, x)) && !strcmp(v, value))
            return true;
    }
    return !*value || !strcmp(value, "PLANNED"); /* what an empty field is from the beginning */
}

/* ---------------------------------------------------------------- traces */

static bool in_conflict(struct twoway *t, const struct tw_edit *e, const char *local,
                        const char *value)
{
    return tw_int(t,
                  "SELECT count(*) FROM conflict WHERE local_id = :a AND field = :b AND"
                  " (coalesce(ours, '') = :c OR coalesce(theirs, '') = :c)",
                  local, e->field, value, NULL) != 0;
}

/* The value was in the store, and what took its place was meant to. */
static bool was_replaced(struct twoway *t, size_t i, const char *local, const char *value)
{
    const struct tw_edit *e = &t->m->log[i];
    size_t n;
    char **after = tw_list(t, &n,
                           "SELECT coalesce(after, '') FROM audit WHERE local_id = :a AND field ="
                           " :b AND coalesce(before, '') = :c",
                           local, e->field, value);
    bool by_hand =
        tw_int(t,
               "SELECT count(*) FROM audit a LEFT JOIN run r ON r.id = a.run WHERE a.local_id = :a"
               " AND a.field = :b AND coalesce(a.before, '') = :c AND (r.kind = 'undo' OR a.source"
               " = :d)",
               local, e->field, value, TW_HAND) != 0;
    bool ok = by_hand;
    for (size_t k = 0; k < n && !ok; k++)
        ok = written_later(t, i, local, after[k]) || (t->cancels && !strcmp(after[k], "CANCELLED"));
    return ok;
}

static bool was_heard(struct twoway *t, const struct tw_edit *e, const char *local,
                      const char *value)
{
    return tw_int(t,
                  "SELECT count(*) FROM audit WHERE local_id = :a AND ((field = :b AND (before = :c"
                  " OR after = :c)) OR (field IS NULL AND instr(after, :c)))",
                  local, e->field, value, NULL) != 0;
}

/* ---------------------------------------------------------------- one value that was written */

/* The program put the row away, and somebody brought it back: as who it comes back is open. */
static bool was_archived(struct twoway *t, const struct tw_edit *e)
{
    const struct fake_row *r = row_of(t, e->tbl, e->row);
    return r->state == FAKE_THERE &&
           tw_int(
               t,
               "SELECT count(*) FROM intent WHERE tbl = :a AND remote_id = :b AND op = 'archive'",
               e->tbl, e->row, NULL, NULL);
}

/* The row does not speak for its record just now. */
static bool is_silent(struct twoway *t, size_t i, const char *local)
{
    const struct tw_edit *e = &t->m->log[i];
    if (!*e->tbl)
        return false;
    const struct tw_table *table = tw_table_of(e->tbl);
    const struct fake_row *r = row_of(t, e->tbl, e->row);
    const char *year = tw_column_of(table, "year") ? tw_cell(t, table, r, "year") : NULL;
    bool outside = t->where_year && !strcmp(e->tbl, "grid") && year && strcmp(year, "2025") &&
                   strcmp(year, "2026");
    /* a page that no longer names a record */
    bool unnamed = tw_int(t,
                          "SELECT count(*) FROM link WHERE tbl = 'leads' AND remote_id = :a AND"
                          " local_id = :b AND missing_since IS NOT NULL",
                          e->row, local, NULL, NULL) != 0;
    return outside || unnamed || later(t, i, TW_DELETE) || was_archived(t, e) ||
           tw_held(t, flow_of(t, e->tbl), local, e->row);
}

/* The record is deleted: what was written into a row that the program then put away was read first.
 */
static void check_swallowed(struct twoway *t, size_t i, const char *local, const char *value)
{
    const struct tw_edit *e = &t->m->log[i];
    const struct fake_row *r = *e->tbl ? row_of(t, e->tbl, e->row) : NULL;
    const struct tw_column *c = r ? tw_column_of(tw_table_of(e->tbl), e->field) : NULL;
    bool away = r && (r->state == FAKE_GONE || r->state == FAKE_TRASHED);
    if (!away || c->kind != TW_TEXT || !*value || flow_of(t, e->tbl)->direction != DIR_BOTH ||
        is_silent(t, i, local))
        return;
    if (!was_heard(t, e, local, value) && !in_conflict(t, e, local, value))
        fail(t, i, local, "it was put away with its row, and nobody had read it");
}

/* The record went with a row of the table, though its field had been written here and never sent
 * there: who deleted the row could not know. */
static void check_unsent(struct twoway *t, size_t i, const char *local, const char *value)
{
    const struct tw_edit *e = &t->m->log[i];
    const char *tbl = !strcmp(e->entity, "person") ? "people" : "grid";
    bool unique = !strncmp(value, "дело ", 9) || !strncmp(value, "@tg", 3);
    bool both = flow_of(t, tbl)->direction == DIR_BOTH && !t->missing_ignored;
    if (*e->tbl || !unique || !both || was_there_before(t, i, local, value) ||
        strcmp(tw_value(t, e->entity, local, e->field), value) || in_conflict(t, e, local, value) ||
        tw_int(t, "SELECT count(*) FROM intent WHERE local_id = :a AND instr(payload, :b)", local,
               value, NULL, NULL) ||
        tw_int(t, "SELECT count(*) FROM link WHERE local_id = :a AND tbl = 'leads'", local, NULL,
               NULL, NULL))
        return;
    /* deleted by the table, just once, and after that was written */
    if (tw_int(
            t,
            "SELECT count(*) FROM audit d JOIN audit w ON w.local_id = d.local_id AND w.field = :b"
            " AND w.after = :c AND w.id < d.id WHERE d.local_id = :a AND d.field = 'deleted' AND"
            " d.after = '1' AND d.source IN ('coda', 'notion') AND NOT EXISTS (SELECT 1 FROM audit"
            " o WHERE o.local_id = :a AND o.field = 'deleted' AND o.id <> d.id)",
            local, e->field, value, NULL))
        fail(t, i, local, "its record was deleted with its row, where nobody had seen it");
}

/* The record was deleted here, its row had been written before that, and nobody had read it yet: it
 * comes back. */
static void check_revived(struct twoway *t, size_t i, const char *local, const char *value)
{
    const struct tw_edit *e = &t->m->log[i];
    const struct tw_edit *d = NULL;
    for (size_t k = i + 1; k < t->m->n_log; k++) {
        const struct tw_edit *x = &t->m->log[k];
        if (!strcmp(x->row, local) && x->what != TW_SET && !*x->tbl)
            d = x->what == TW_DELETE && !d ? x : NULL;
    }
    if (!d || !*e->tbl || flow_of(t, e->tbl)->direction != DIR_BOTH ||
        tw_column_of(tw_table_of(e->tbl), e->field)->kind != TW_TEXT || later(t, i, TW_AWAY) ||
        later(t, i, TW_DELETE) || later(t, i, TW_RESTORE) || was_there_before(t, i, local, value))
        return;
    if (tw_int(
            t,
            "SELECT count(*) FROM audit d JOIN audit w ON w.local_id = d.local_id AND w.field = :b"
            " AND w.after = :c AND w.id > d.id WHERE d.local_id = :a AND d.field = 'deleted' AND"
            " d.after = '1' AND NOT EXISTS (SELECT 1 FROM audit o WHERE o.local_id = :a AND o.field"
            " = 'deleted' AND o.id <> d.id)",
            local, e->field, value, NULL))
        fail(t, i, local, "it was written before its record was deleted, and brought it not back");
}

static void check_value(struct twoway *t, size_t i, const char *local)
{
    const struct tw_edit *e = &t->m->log[i];
    const char *value = meaning(t, e);
    if (!value || tw_held(t, flow_of(t, *e->tbl ? e->tbl : "grid"), local, NULL))
        return;
    if (is_deleted(t, e->entity, local)) {
        check_swallowed(t, i, local, value);
        check_unsent(t, i, local, value);
        check_revived(t, i, local, value);
        return;
    }
    const struct fake_row *r = *e->tbl ? row_of(t, e->tbl, e->row) : NULL;
    if ((r && r->state != FAKE_THERE) || is_silent(t, i, local))
        return;
    if (!strcmp(tw_value(t, e->entity, local, e->field), value) ||
        was_there_before(t, i, local, value) || in_conflict(t, e, local, value) ||
        was_replaced(t, i, local, value))
        return;
    fail(t, i, local, "it vanished without a trace");
}

static void check_set(struct twoway *t, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    size_t n = 1;
    const char *own = e->row;
    char **ids = (char *[]){(char *)own};
    if (e->bad || e->raced || e->early || later(t, i, TW_SET))
        return;
    const struct tw_column *c = *e->tbl ? tw_column_of(tw_table_of(e->tbl), e->field) : NULL;
    if (c && c->kind == TW_REFS)
        return;
    if (*e->tbl)
        ids = tw_list(t, &n, "SELECT DISTINCT local_id FROM link WHERE tbl = :a AND remote_id = :b",
                      e->tbl, e->row, NULL);
    for (size_t k = 0; k < n; k++) {
        /* a row may stand for another record by now; a page stands for several anyway */
        bool other = *e->local && strcmp(e->local, ids[k]) && strcmp(e->tbl, "leads");
        if (!other)
            check_value(t, i, ids[k]);
    }
}

/* ---------------------------------------------------------------- deletions */

static bool came_back(struct twoway *t, const char *local)
{
    return tw_int(t,
                  "SELECT count(*) FROM audit WHERE local_id = :a AND field = 'deleted' AND after ="
                  " '0'",
                  local, NULL, NULL, NULL) ||
           tw_int(t, "SELECT count(*) FROM conflict WHERE local_id = :a AND field = 'deleted'",
                  local, NULL, NULL, NULL);
}

/* A row that somebody deleted: its record went too, or it is written down why not. */
static void check_row_deleted(struct twoway *t, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    const struct flow *f = flow_of(t, e->tbl);
    const struct fake_row *r = row_of(t, e->tbl, e->row);
    bool ignored = f->direction == DIR_PUSH || f->missing != MISSING_DELETE;
    if (ignored || !*e->local || r->state == FAKE_THERE || later(t, i, TW_RESTORE) || e->early ||
        e->raced)
        return;
    /* somebody wished the row gone, by an undo, and its record there */
    if (tw_int(t, "SELECT count(*) FROM intent WHERE local_id = :a AND tbl = :b AND op = 'archive'",
               e->local, e->tbl, NULL, NULL))
        return;
    if (!strcmp(e->tbl, "leads")) /* a page of several records: their links say the same */
        return;
    if (!is_deleted(t, f->entity->name, e->local) && !came_back(t, e->local) &&
        !tw_held(t, f, e->local, e->row))
        fail(t, i, e->local, "the row is deleted, its record is not");
}

/* Somebody's doing: an undo, a word in the store or on a conflict, a row that was brought back or
 * edited at the same time. */
static bool was_brought_back(struct twoway *t, const char *local)
{
    if (tw_int(t,
               "SELECT count(*) FROM audit a LEFT JOIN run r ON r.id = a.run WHERE a.local_id = :a"
               " AND a.field = 'deleted' AND a.after = '0' AND (r.kind = 'undo' OR a.source = :b)",
               local, TW_HAND, NULL, NULL) ||
        tw_int(t, "SELECT count(*) FROM conflict WHERE local_id = :a AND field = 'deleted'", local,
               NULL, NULL, NULL))
        return true;
    for (size_t k = 0; k < t->m->n_log; k++) {
        const struct tw_edit *x = &t->m->log[k];
        /* a page that names it again */
        bool named = !strcmp(x->tbl, "leads") && x->what == TW_SET && !*x->value;
        if ((named || x->what == TW_RESTORE) && *x->tbl &&
            tw_int(t,
                   "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b AND local_id = :c",
                   x->tbl, x->row, local, NULL))
            return true;
    }
    return false;
}

static void check_record_deleted(struct twoway *t, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    size_t n;
    if (!is_deleted(t, e->entity, e->row)) {
        if (!was_brought_back(t, e->row))
            fail(t, i, e->row, "it was deleted in the store, and is not");
        return;
    }
    char **rows = tw_list(t, &n,
                          "SELECT tbl || ' ' || remote_id FROM link WHERE local_id = :a AND"
                          " missing_since IS NULL AND flow IN ('participation', 'volunteers')",
                          e->row, NULL, NULL);
    for (size_t k = 0; k < n; k++) {
        char *row = strchr(rows[k], ' ');
        *row++ = '\0';
        const struct flow *f = flow_of(t, rows[k]);
        const struct fake_row *r = row_of(t, rows[k], row);
        if (r && r->state == FAKE_THERE && f->on_delete == DELETION_ARCHIVE &&
            !tw_held(t, f, e->row, row))
            fail(t, i, e->row, "it is deleted, its row is not");
    }
}

/* Somebody brought the record back in the store: it is there, unless somebody else deleted a row of
 * it, or undid that. */
static void check_record_restored(struct twoway *t, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    if (!is_deleted(t, e->entity, e->row) || later(t, i, TW_DELETE) ||
        tw_int(t,
               "SELECT count(*) FROM audit a JOIN run r ON r.id = a.run WHERE r.kind = 'undo' AND"
               " a.local_id = :a",
               e->row, NULL, NULL, NULL))
        return;
    for (size_t k = 0; k < t->m->n_log; k++) {
        const struct tw_edit *x = &t->m->log[k];
        bool page = !strcmp(x->tbl, "leads"); /* it may have stopped naming the record */
        if (*x->tbl && (x->what == TW_DELETE || page) &&
            (!strcmp(x->local, e->row) ||
             tw_int(t,
                    "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b AND local_id = :c",
                    x->tbl, x->row, e->row, NULL)))
            return;
    }
    fail(t, i, e->row, "it was brought back in the store, and is gone again");
}

/* ---------------------------------------------------------------- all of it */

static bool is_known(struct twoway *t, const struct tw_table *table, const char *row,
                     const char *part)
{
    return tw_int(t, "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b AND part = :c",
                  table->tbl, row, part, NULL) ||
           tw_int(t,
                  "SELECT count(*) FROM quarantine WHERE flow = :a AND remote_id = :b AND part IN"
                  " (:c, '')",
                  table->flow, row, part, NULL);
}

/* The ids that a cell of several references holds. */
static size_t ids_in(struct twoway *t, const struct fake_table *ft, const struct fake_row *r,
                     const char *column, char **ret, size_t max)
{
    size_t at = 0;
    while (at < ft->n_columns && strcmp(ft->columns[at].name, column))
        at++;
    char *all = arena_strdup(t->w->arena, fake_plain(r->cells[at], t->w->arena));
    for (char *c = all; *c; c++)
        *c = *c == ',' ? '|' : *c;
    return *all ? scenario_split(all, t->w->arena, ret, max) : 0;
}

/* A page stands for each pair of a person and a team that it names. */
static void check_pairs(struct twoway *t, const struct tw_table *table, const struct fake_table *ft,
                        const struct fake_row *r)
{
    char *people[8], *teams[8];
    size_t n = ids_in(t, ft, r, "Человек", people, ARRAY_LEN(people));
    size_t m = ids_in(t, ft, r, "Службы и локации", teams, ARRAY_LEN(teams));
    for (size_t i = 0; i < n * m; i++) {
        const char *part = arena_printf(t->w->arena, "%s+%s", people[i / m], teams[i % m]);
        if (!is_known(t, table, r->id, part))
            world_fail(t->w, 0, "%s: row %s names %s, which never came in", table->flow, r->id,
                       part);
    }
}

/* Every row that is there came in, or stands in quarantine. */
static void check_came_in(struct twoway *t, const struct tw_table *table)
{
    struct fake_remote *f;
    struct fake_table *ft = tw_fake(t, table->remote, table->tbl, &f);
    for (size_t i = 0; i < ft->n_rows; i++) {
        const struct fake_row *r = &ft->rows[i];
        const char *year = tw_column_of(table, "year") ? tw_cell(t, table, r, "year") : NULL;
        bool outside =
            t->where_year && !strcmp(table->tbl, "grid") && year && !strcmp(year, "2019");
        if (r->state == FAKE_THERE && !strcmp(table->tbl, "leads"))
            check_pairs(t, table, ft, r);
        if (r->state != FAKE_THERE || outside ||
            *tw_local_of(t, table->remote, table->tbl, r->id) ||
            tw_int(t, "SELECT count(*) FROM quarantine WHERE flow = :a AND remote_id = :b",
                   table->flow, r->id, NULL, NULL))
            continue;
        world_fail(t->w, 0, "%s: row %s never came in, and stands nowhere", table->flow, r->id);
    }
}

void tw_check_edits(struct twoway *t)
{
    for (size_t i = 0; i < tw_n_tables; i++)
        check_came_in(t, &tw_tables[i]);
    for (size_t i = 0; i < t->m->n_log && !t->w->n_failures; i++) {
        const struct tw_edit *e = &t->m->log[i];
        if (e->what == TW_SET)
            check_set(t, i);
        else if (e->what == TW_DELETE && *e->tbl)
            check_row_deleted(t, i);
        else if (e->what == TW_DELETE)
            check_record_deleted(t, i);
        else if (e->what == TW_RESTORE && !*e->tbl)
            check_record_restored(t, i);
    }
}
