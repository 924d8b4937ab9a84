#include "store/base/clock.h"
#include "store/base/json.h"
#include "tests/support/twoway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *tw_word(enum tw_what what)
{
    static const char *const words[] = {"set", "delete", "restore", "away", "mark", "unmark"};
    return words[what];
}

void tw_log(struct twoway *t, const struct tw_edit *e)
{
    if (t->m->n_log == TW_LOG_MAX)
        abort();
    struct tw_edit *kept = &t->m->log[t->m->n_log++];
    *kept = *e;
    kept->at = clock_now_ms();
    t->m->n.edits++;
    tw_tell(t, "   %zu %s %s %s %s = «%s»%s%s%s", t->m->n_log - 1, tw_word(e->what),
            *e->tbl ? e->tbl : "store", e->row, e->field, e->value, e->bad ? " bad" : "",
            e->raced ? " raced" : "", e->early ? " early" : "");
}

const struct tw_column *tw_some_column(struct twoway *t, const struct tw_table *table)
{
    const struct tw_edit *last = &t->m->log[t->m->n_log ? t->m->n_log - 1 : 0];
    const struct tw_column *same = *last->field ? tw_column_of(table, last->field) : NULL;
    size_t n = 0;
    while (n < TW_COLUMNS && table->columns[n].name)
        n++;
    return same && tw_chance(t, 50) ? same : &table->columns[tw_below(t, (unsigned)n)];
}

const char *tw_earlier(struct twoway *t, const struct tw_edit *like, const struct tw_column *c)
{
    if (c->kind == TW_REFS || !tw_chance(t, 12))
        return NULL;
    for (int tries = 0; tries < 20 && t->m->n_log; tries++) {
        const struct tw_edit *e = &t->m->log[tw_below(t, (unsigned)t->m->n_log)];
        bool same_side = !strcmp(e->tbl, like->tbl);
        bool same_one = (same_side && !strcmp(e->row, like->row)) ||
                        (*like->local && !strcmp(e->local, like->local));
        if (e->what == TW_SET && !e->bad && same_one && !strcmp(e->field, c->field) &&
            (same_side || c->kind != TW_REF))
            return e->value;
    }
    return NULL;
}

const char *tw_hot_record(struct twoway *t, const char *entity)
{
    const struct tw_edit *last = &t->m->log[t->m->n_log ? t->m->n_log - 1 : 0];
    return !strcmp(last->entity, entity) && tw_chance(t, 50) ? last->local : "";
}

const char *tw_local_of(struct twoway *t, const char *remote, const char *tbl, const char *row)
{
    const char *id = tw_text(t,
                             "SELECT local_id FROM link WHERE remote = :a AND tbl = :b AND"
                             " remote_id = :c ORDER BY part",
                             remote, tbl, row, NULL);
    return id ? id : "";
}

/* ---------------------------------------------------------------- one row */

struct at_work {
    struct twoway *t;
    const char *remote, *tbl;
    const struct tw_table *table; /* NULL: nobody writes into it but the program */
    struct fake_remote *f;
    struct fake_table *ft;
    const char *row;
};

static struct tw_edit edit_of(const struct at_work *w, enum tw_what what)
{
    struct tw_edit e = {.what = what};
    const struct fake_row *r = fake_find(w->ft, w->row);
    size_t i = 0;
    while (strcmp(w->t->w->cfg->remotes[i]->name, w->remote))
        i++;
    str_copy(e.tbl, sizeof e.tbl, w->tbl);
    str_copy(e.row, sizeof e.row, w->row);
    str_copy(e.local, sizeof e.local, tw_local_of(w->t, w->remote, w->tbl, w->row));
    if (w->table)
        str_copy(e.entity, sizeof e.entity, w->table->entity);
    e.raced = w->t->m->window[i];
    e.early = r->made && !*e.local;
    return e;
}

static const char *quoted(struct twoway *t, const char *text)
{
    AUTO_BUF b = BUF_INIT(4096);
    json_quote(&b, text);
    return arena_strdup(t->w->arena, buf_str(&b));
}

/* The id of some row of that flow's table, most of the time one that is there. */
static const char *some_target(struct twoway *t, const char *flow)
{
    struct fake_remote *f;
    struct fake_table *ft = tw_fake(t, "notion", flow, &f);
    for (int tries = 0; ft->n_rows && tries < 6; tries++) {
        const struct fake_row *r = &ft->rows[tw_below(t, (unsigned)ft->n_rows)];
        if (r->state == FAKE_THERE || tw_chance(t, 5))
            return r->id;
    }
    return NULL;
}

static const struct tw_choice *choose(struct twoway *t, const struct tw_column *c,
                                      const char *wanted)
{
    const struct tw_choice *x = &c->pool[tw_below(t, c->n_pool)];
    for (unsigned i = 0; wanted && i < c->n_pool; i++) {
        if (!c->pool[i].bad && !strcmp(c->pool[i].value, wanted))
            return &c->pool[i];
    }
    return (x->bad || x->outside) && (t->m->tidy || !tw_chance(t, 20)) ? &c->pool[tw_below(t, 2)]
                                                                       : x;
}

static const char *plain_uuid(struct twoway *t, const char *id)
{
    char plain[33];
    if (tw_chance(t, 30))
        return id;
    uuid_plain(id, plain);
    return arena_strdup(t->w->arena, plain);
}

/* What the person writes, and what it means. */
static const char *compose(struct at_work *w, const struct tw_column *c, struct tw_edit *e)
{
    struct twoway *t = w->t;
    struct arena *arena = t->w->arena;
    const char *back = tw_earlier(t, e, c);
    if (c->kind == TW_POOL) {
        const struct tw_choice *x = choose(t, c, back);
        str_copy(e->value, sizeof e->value, x->value);
        e->bad = x->bad;
        return scenario_cell(x->cell, arena);
    }
    if (c->kind == TW_TEXT) {
        bool name = !strcmp(c->field, "name");
        e->bad = name && !t->m->tidy && tw_chance(t, 3);
        if (back && !e->bad)
            str_copy(e->value, sizeof e->value, back);
        else if (!e->bad && (name || !tw_chance(t, 8)))
            snprintf(e->value, sizeof e->value, "%s%u", c->prefix, ++t->m->next);
        return *e->value ? quoted(t, e->value) : NULL;
    }
    const char *one = some_target(t, c->ref), *two = some_target(t, c->ref);
    e->bad = !one || (!t->m->tidy && tw_chance(t, 3));
    if (e->bad)
        return NULL;
    if (c->kind == TW_REF) {
        str_copy(e->value, sizeof e->value, back ? back : one);
        return quoted(t, plain_uuid(t, arena_strdup(arena, e->value)));
    }
    bool both = two && strcmp(one, two) && tw_chance(t, 30);
    return scenario_cell(both ? arena_printf(arena, "[@%s, @%s]", one, two)
                              : arena_printf(arena, "[@%s]", one),
                         arena);
}

static void edit_cell(struct at_work *w, const struct tw_column *c)
{
    struct tw_edit e = edit_of(w, TW_SET);
    const char *before = tw_cell(w->t, w->table, fake_find(w->ft, w->row), c->field);
    const char *json = compose(w, c, &e), *name = c->name;
    if (w->t->formulas && !strcmp(w->tbl, "grid"))
        name = !strcmp(c->field, "person_id") ? "Кто"
               : !strcmp(c->field, "team_id") ? "Куда"
                                              : name;
    str_copy(e.field, sizeof e.field, c->field);
    fake_set(w->f, w->ft, fake_find(w->ft, w->row), name, json);
    /* who writes what stands there says nothing */
    if (c->kind == TW_REF || c->kind == TW_REFS || e.bad || !before || strcmp(before, e.value))
        tw_log(w->t, &e);
}

static void add_row(struct at_work *w)
{
    char id[UUID_LEN + 1], name[64];
    bool pages = !strcmp(w->remote, "notion");
    snprintf(name, sizeof name, "%s%u", pages ? "twoway " : "r", ++w->t->m->next);
    if (pages)
        uuid_from_name(name, id);
    w->row = arena_strdup(w->t->w->arena, pages ? id : name);
    fake_add(w->f, w->ft, w->row);
    for (size_t i = 0; i < TW_COLUMNS && w->table->columns[i].name; i++)
        edit_cell(w, &w->table->columns[i]);
}

static void set_state(struct at_work *w, enum fake_state state)
{
    enum tw_what what = state == FAKE_THERE                           ? TW_RESTORE
                        : state == FAKE_GONE || state == FAKE_TRASHED ? TW_DELETE
                                                                      : TW_AWAY;
    struct tw_edit e = edit_of(w, what);
    fake_set_state(w->f, fake_find(w->ft, w->row), state);
    tw_log(w->t, &e);
}

/* A row that nobody else knows of yet is left alone by those who hide things: a search for it would
 * find nothing, and nobody could blame it. */
static void move_row(struct at_work *w, const struct fake_row *r)
{
    struct twoway *t = w->t;
    bool pages = !strcmp(w->remote, "notion"), away = r->state == FAKE_HIDDEN;
    away = away || r->state == FAKE_UNKNOWN;
    if (r->state != FAKE_THERE) {
        if (tw_chance(t, away ? 60 : 30))
            set_state(w, FAKE_THERE);
    } else if (tw_chance(t, 60)) {
        set_state(w, pages ? FAKE_TRASHED : FAKE_GONE);
    } else if (*tw_local_of(t, w->remote, w->tbl, w->row)) {
        set_state(w, pages && tw_chance(t, 50) ? FAKE_UNKNOWN : FAKE_HIDDEN);
    }
}

/* ---------------------------------------------------------------- somebody, somewhere */

static size_t rows_there(const struct fake_table *ft)
{
    size_t n = 0;
    for (size_t i = 0; i < ft->n_rows; i++)
        n += ft->rows[i].state == FAKE_THERE;
    return n;
}

static void edit_table(struct at_work *w, bool adds)
{
    struct twoway *t = w->t;
    size_t there = rows_there(w->ft);
    w->ft = tw_fake(t, w->remote, w->tbl, &w->f);
    if (adds && w->table && w->ft->n_rows < 60 &&
        (there < 2 || (there < w->table->most && tw_chance(t, 12)))) {
        add_row(w);
        return;
    }
    if (!w->ft->n_rows)
        return;
    const struct fake_row *r = &w->ft->rows[tw_below(t, (unsigned)w->ft->n_rows)];
    const char *hot = w->table ? tw_hot_record(t, w->table->entity) : "";
    const char *hot_row = *hot ? tw_text(t,
                                         "SELECT remote_id FROM link WHERE local_id = :a AND tbl ="
                                         " :b ORDER BY missing_since IS NOT NULL, id",
                                         hot, w->tbl, NULL, NULL)
                               : NULL;
    if (hot_row && fake_find(w->ft, hot_row))
        r = fake_find(w->ft, hot_row);
    w->row = arena_strdup(t->w->arena, r->id);
    if (r->shown_ms > clock_now_ms()) /* nobody can see it */
        return;
    if (!w->table || r->state != FAKE_THERE || tw_chance(t, 10)) {
        move_row(w, r);
        return;
    }
    edit_cell(w, tw_some_column(t, w->table));
}

void tw_small_edit(struct twoway *t)
{
    static const char *const places[] = {"people", "teams", "grid", "grid"};
    const struct tw_table *table = tw_table_of(places[tw_below(t, ARRAY_LEN(places))]);
    struct at_work w = {.t = t, .remote = table->remote, .tbl = table->tbl, .table = table};
    tw_pass(t, 1 + tw_below(t, 300));
    if (tw_chance(t, 40)) {
        tw_small_edit_store(t);
        return;
    }
    w.ft = tw_fake(t, w.remote, w.tbl, &w.f);
    const struct fake_row *r =
        w.ft->n_rows ? &w.ft->rows[tw_below(t, (unsigned)w.ft->n_rows)] : NULL;
    if (!r || r->state != FAKE_THERE || r->shown_ms > clock_now_ms())
        return;
    w.row = arena_strdup(t->w->arena, r->id);
    edit_cell(&w, tw_some_column(t, table));
}

void tw_edit(struct twoway *t, bool adds)
{
    static const struct {
        unsigned share;
        const char *remote, *tbl;
    } places[] = {{20, "notion", "people"},
                  {26, "notion", "teams"},
                  {66, "coda", "grid"},
                  {78, "notion", "leads"},
                  {83, "notion", "volunteers"}};
    unsigned dice = tw_below(t, 100);
    tw_pass(t, 1 + tw_below(t, 300));
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        struct at_work w = {.t = t, .remote = places[i].remote, .tbl = places[i].tbl};
        if (dice >= places[i].share)
            continue;
        w.table = tw_table_of(w.tbl);
        w.ft = tw_fake(t, w.remote, w.tbl, &w.f);
        edit_table(&w, adds);
        return;
    }
    tw_edit_store(t);
}
