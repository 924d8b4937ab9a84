#include "tests/support/twoway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One flow that is looked at, and one link of its table. */
struct look {
    struct twoway *t;
    const struct flow *f;
    const struct tw_table *table; /* NULL: only written */
    struct fake_table *ft;
    const char *local, *row_id;
    const struct fake_row *row;
};

static void fail(const struct look *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void fail(const struct look *l, const char *fmt, ...)
{
    AUTO_BUF text = BUF_INIT(1 << 16);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&text, fmt, ap);
    va_end(ap);
    world_fail(l->t->w, 0, "%s: row %s, record %s: %s", l->f->name, l->row_id, l->local,
               buf_str(&text));
    tw_history(l->t, l->f->entity->name, l->local, NULL);
}

static const char *value(const struct look *l, const char *field)
{
    return tw_value(l->t, l->f->entity->name, l->local, field);
}

/* ---------------------------------------------------------------- what a column should hold */

static const char *name_of(const struct look *l, const char *dict, const char *code)
{
    struct err err = {0};
    const struct dicts *dicts;
    if (dict_load(l->t->w->db, l->t->w->arena, &dicts, &err))
        abort();
    return *code ? dict_name(dicts, dict, code) : "";
}

static const char *page_of(const struct look *l, const char *tbl, const char *local)
{
    const char *id = tw_text(l->t,
                             "SELECT remote_id FROM link WHERE tbl = :a AND local_id = :b ORDER BY"
                             " missing_since IS NOT NULL, id",
                             tbl, local, NULL, NULL);
    return id ? id : "";
}

/* The columns that are written and not read, by their names; NULL: it is none of these. */
static const char *expected(const struct look *l, const char *column)
{
    struct twoway *t = l->t;
    const char *person = value(l, "person_id"), *team = value(l, "team_id");
    if (!strcmp(column, "Name") || !strcmp(column, "Название"))
        return arena_printf(t->w->arena, "%s — %s", tw_value(t, "person", person, "name"),
                            tw_value(t, "team", team, "name"));
    if (!strcmp(column, "Тип"))
        return name_of(l, "team_type", tw_value(t, "team", team, "type"));
    if (!strcmp(column, "Человек") || !strcmp(column, "Кто"))
        return page_of(l, "people", person);
    if (!strcmp(column, "Службы и локации") || !strcmp(column, "Куда"))
        return page_of(l, "teams", team);
    if (!strcmp(column, "Год"))
        return value(l, "year");
    if (!strcmp(column, "Роль"))
        return name_of(l, "role", value(l, "role"));
    if (!strcmp(column, "Статус"))
        return name_of(l, "status", value(l, "status"));
    return NULL;
}

static void check_read(const struct look *l)
{
    for (size_t i = 0; i < TW_COLUMNS && l->table->columns[i].name; i++) {
        const char *field = l->table->columns[i].field;
        const char *there = tw_cell(l->t, l->table, l->row, field), *here = value(l, field);
        if (!there || strcmp(there, here))
            fail(l, "%s is «%s» there, «%s» here", field, there ? there : "(nonsense)", here);
    }
}

/* A text that is made of several values is not written into a row of other people's before one of
 * them is changed here. */
static bool is_ours(const struct look *l, const struct put *put)
{
    return put->kind != PUT_TEXT ||
           tw_int(l->t,
                  "SELECT count(*) FROM link WHERE tbl = :a AND remote_id = :b AND"
                  " json_extract(base, '$.put.' || :c) IS NOT NULL",
                  l->f->table, l->row_id, put->column, NULL);
}

static void check_written(const struct look *l)
{
    for (size_t i = 0; i < l->f->n_puts; i++) {
        const char *column = l->f->puts[i].column, *want;
        bool read = false;
        for (size_t m = 0; m < l->f->n_maps; m++)
            read = read || !strcmp(l->f->maps[m].column, column);
        if (read || !is_ours(l, &l->f->puts[i]))
            continue;
        want = expected(l, column);
        size_t at = fake_column(l->ft, column, NULL);
        const char *have = fake_plain(l->row->cells[at], l->t->w->arena);
        if (!want || strcmp(want, have))
            fail(l, "column «%s» holds «%s», not «%s»", column, have, want ? want : "(what?)");
    }
}

/* ---------------------------------------------------------------- scope */

static bool year_fits(const struct look *l, const char *year)
{
    return !l->t->where_year || strcmp(l->f->name, "participation") || !strcmp(year, "2025") ||
           !strcmp(year, "2026");
}

static bool in_scope(const struct look *l)
{
    static const char *const roles[] = {"TEAM_LEAD", "VOLUNTEER", "MEDIC", "CAMP_GUY"};
    bool fits = strcmp(l->f->name, "volunteers") != 0;
    for (size_t i = 0; i < ARRAY_LEN(roles) && !fits; i++)
        fits = !strcmp(value(l, "role"), roles[i]);
    return fits && (strcmp(l->f->entity->name, "participation") || year_fits(l, value(l, "year")));
}

static bool row_in_scope(const struct look *l)
{
    const char *year =
        l->table && tw_column_of(l->table, "year") ? tw_cell(l->t, l->table, l->row, "year") : NULL;
    return !year || year_fits(l, year);
}

/* ---------------------------------------------------------------- links */

/* A deletion that somebody made is to be noticed where the table is read. */
static void check_gone(const struct look *l)
{
    bool gone = l->row->state == FAKE_GONE || l->row->state == FAKE_TRASHED;
    bool ignored = l->t->missing_ignored && !strcmp(l->f->name, "participation");
    if (gone && l->f->direction == DIR_BOTH && !ignored)
        fail(l, "the row is gone, and its record lives on as if nothing had happened");
}

static void check_link(struct look *l)
{
    l->row = fake_find(l->ft, l->row_id);
    if (!l->row) {
        fail(l, "there never was such a row");
    } else if (tw_held(l->t, l->f, l->local, l->row_id)) {
        return;
    } else if (l->row->state != FAKE_THERE) {
        check_gone(l);
    } else if (in_scope(l) && row_in_scope(l)) {
        if (l->table)
            check_read(l);
        check_written(l);
    }
}

static void check_links(struct look *l)
{
    size_t n;
    char **ids =
        tw_list(l->t, &n,
                arena_printf(l->t->w->arena,
                             "SELECT l.local_id || ' ' || l.remote_id FROM link l JOIN %s"
                             " e ON e.id = l.local_id WHERE l.tbl = :a AND l.remote = :b"
                             " AND l.missing_since IS NULL AND e.deleted = 0 ORDER BY l.id",
                             l->f->entity->name),
                l->f->table, l->f->remote->name, NULL);
    for (size_t i = 0; i < n && !l->t->w->n_failures; i++) {
        l->local = arena_strndup(l->t->w->arena, ids[i], 36);
        l->row_id = ids[i] + 37;
        check_link(l);
    }
}

/* ---------------------------------------------------------------- one row for each record */

static bool was_moved(const struct look *l, const char *row)
{
    for (size_t i = 0; i < l->t->m->n_log; i++) {
        const struct tw_edit *e = &l->t->m->log[i];
        if (!strcmp(e->tbl, l->ft->name) && !strcmp(e->row, row) && e->what != TW_SET)
            return true;
    }
    return false;
}

/* Why a record may be without a row that is there: a page that is only written was put away by a
 * person, or the program took it away because somebody asked for that. */
static bool may_lack(const struct look *l, const char *row)
{
    bool undone = tw_int(l->t,
                         "SELECT count(*) FROM intent WHERE local_id = :a AND tbl = :b AND op ="
                         " 'archive'",
                         l->local, l->f->table, NULL, NULL);
    bool ignored = l->t->missing_ignored && !strcmp(l->f->name, "participation");
    return undone || ((l->f->direction == DIR_PUSH || ignored) && was_moved(l, row));
}

static void check_record(struct look *l)
{
    const char *row = tw_text(l->t,
                              "SELECT remote_id FROM link WHERE local_id = :a AND tbl = :b AND"
                              " remote = :c ORDER BY missing_since IS NOT NULL, id",
                              l->local, l->f->table, l->f->remote->name, NULL);
    size_t n;
    char **all = tw_list(l->t, &n,
                         "SELECT remote_id FROM link WHERE local_id = :a AND tbl = :b AND remote ="
                         " :c",
                         l->local, l->f->table, l->f->remote->name);
    (void)all;
    l->row_id = row ? row : "none";
    if (!in_scope(l) || tw_held(l->t, l->f, l->local, row))
        return;
    if (n > 1)
        fail(l, "it has %zu rows", n);
    const struct fake_row *r = row ? fake_find(l->ft, row) : NULL;
    bool gone = !r || r->state == FAKE_GONE || r->state == FAKE_TRASHED;
    if (gone && !(row && may_lack(l, row)))
        fail(l, "it has no row, and nothing says why");
}

static void check_records(struct look *l)
{
    size_t n;
    char **ids = tw_list(l->t, &n,
                         arena_printf(l->t->w->arena, "SELECT id FROM %s WHERE deleted = 0",
                                      l->f->entity->name),
                         NULL, NULL, NULL);
    for (size_t i = 0; i < n && !l->t->w->n_failures; i++) {
        l->local = ids[i];
        check_record(l);
    }
}

/* ---------------------------------------------------------------- no row twice */

/* People played with it before the program could know of it. */
static bool is_odd(const struct look *l, const struct fake_row *r)
{
    for (size_t i = 0; i < l->t->m->n_log; i++) {
        const struct tw_edit *e = &l->t->m->log[i];
        if (!strcmp(e->tbl, l->ft->name) && !strcmp(e->row, r->id) &&
            (e->early || e->what == TW_DELETE || e->what == TW_RESTORE))
            return true;
    }
    return l->t->m->reassured;
}

/* A person brought the old row back while it was not known yet whether its successor had been made:
 * then there are two, and both are somebody's. */
static bool has_predecessor(const struct look *l)
{
    for (size_t i = 0; i < l->t->m->n_log; i++) {
        const struct tw_edit *e = &l->t->m->log[i];
        if (e->what == TW_RESTORE && !strcmp(e->tbl, l->ft->name) &&
            tw_int(l->t,
                   "SELECT count(*) FROM intent WHERE local_id = :a AND tbl = :b AND op = 'insert'"
                   " AND state = 'dropped'",
                   e->local, e->tbl, NULL, NULL))
            return true;
    }
    return false;
}

/* A person made the same row, or brought one back, at the same time, and the program took that one
 * for its own. */
static bool has_rival(const struct look *l, const char *born)
{
    size_t n;
    char **rows = tw_list(l->t, &n,
                          "SELECT i.remote_id FROM intent i JOIN audit a ON a.local_id = :b AND"
                          " a.field IS NULL WHERE i.tbl = :a AND i.op = 'insert' AND i.state ="
                          " 'done' AND json_extract(i.payload, '$.base.person_id') ="
                          " json_extract(a.after, '$.person_id') AND json_extract(i.payload,"
                          " '$.base.team_id') = json_extract(a.after, '$.team_id')",
                          l->f->table, born, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct fake_row *other = fake_find(l->ft, rows[i]);
        if (other && (!other->made || is_odd(l, other)))
            return true;
    }
    return false;
}

/* Who may have made it. */
static void tell_inserts(const struct look *l)
{
    size_t n;
    char **lines = tw_list(l->t, &n,
                           "SELECT id || ' run ' || run || ' ' || local_id || ' ' ||"
                           " quote(remote_id) || ' ' || state || ' ' || quote(error) || ' ' ||"
                           " payload || ' at ' || sent_at FROM intent WHERE tbl = :a AND op ="
                           " 'insert' ORDER BY id",
                           l->f->table, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        buf_addf(&l->t->w->failures, "        insert: %s\n", lines[i]);
}

static void check_made(struct look *l, const struct fake_row *r)
{
    char born[UUID_LEN + 1];
    const char *local = tw_local_of(l->t, l->f->remote->name, l->f->table, r->id);
    l->row_id = r->id;
    l->local = local;
    if (!r->made || r->state != FAKE_THERE || is_odd(l, r) || has_predecessor(l))
        return;
    if (!*local) {
        fail(l, "the program made it, and it belongs to no record");
        tell_inserts(l);
        return;
    }
    uuid_from_name(arena_printf(l->t->w->arena, "%s/%s/%s", l->f->remote->name, l->f->table, r->id),
                   born);
    if ((!strcmp(local, born) || !strcmp(local, r->id)) && !has_rival(l, local)) {
        fail(l, "the program made it, and took it for somebody else's");
        tell_inserts(l);
    }
}

static void check_rows(struct look *l)
{
    for (size_t i = 0; i < l->ft->n_rows && !l->t->w->n_failures; i++)
        check_made(l, &l->ft->rows[i]);
}

/* ---------------------------------------------------------------- all of it */

static void check_left_over(struct twoway *t)
{
    if (tw_int(t, "SELECT count(*) FROM run WHERE state = 'running'", NULL, NULL, NULL, NULL))
        world_fail(t->w, 0, "a run was left open");
    const char *id = tw_text(t, "SELECT local_id FROM intent WHERE state IN ('open', 'sent')", NULL,
                             NULL, NULL, NULL);
    if (!id)
        return;
    world_fail(t->w, 0, "a write was left unheard of, and nobody looks for it");
    tw_history(t, "participation", id, NULL);
}

void tw_check_agreement(struct twoway *t)
{
    struct fake_remote *f;
    for (size_t i = 0; i < t->w->cfg->n_flows && !t->w->n_failures; i++) {
        struct look l = {.t = t, .f = t->w->cfg->flows[i]};
        bool creates = l.f->create;
        if (l.f->direction == DIR_PULL)
            continue;
        l.table = l.f->direction == DIR_BOTH ? tw_table_of(l.f->table) : NULL;
        l.ft = tw_fake(t, l.f->remote->name, l.f->table, &f);
        check_links(&l);
        if (creates)
            check_records(&l);
        check_rows(&l);
    }
    if (!t->w->n_failures)
        check_left_over(t);
}
