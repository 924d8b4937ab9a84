#include "store/base/clock.h"
#include "store/base/json.h"
#include "tests/support/fake_private.h"
#include "tests/support/grist_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 60

/* One row of a table that people work on. */
struct hand {
    struct twoway *t;
    const struct tw_table *table;
    struct fake_table *ft;
    const char *row;
};

static struct fake_row *row_of(const struct hand *h)
{
    return fake_find(h->ft, h->row);
}

/* rosterd has looked at a row and is about to write it. */
static bool is_raced(const struct twoway *t)
{
    size_t i = 0;
    while (strcmp(t->w->cfg->remotes[i]->name, "grist"))
        i++;
    return t->m->window[i];
}

static struct tw_edit edit_of(const struct hand *h, enum tw_what what)
{
    struct tw_edit e = {.what = what, .born = row_of(h)->created_ms};
    str_copy(e.tbl, sizeof e.tbl, h->table->tbl);
    str_copy(e.row, sizeof e.row, h->row);
    str_copy(e.local, sizeof e.local, gm_local(h->t, h->table->tbl, h->row));
    str_copy(e.entity, sizeof e.entity, h->table->entity);
    e.raced = is_raced(h->t);
    return e;
}

static const char *quoted(struct twoway *t, const char *text)
{
    AUTO_BUF b = BUF_INIT(4096);
    json_quote(&b, text);
    return arena_strdup(t->w->arena, buf_str(&b));
}

/* ---------------------------------------------------------------- what people write */

const char *gm_some_row(struct twoway *t, const char *flow)
{
    struct fake_table *ft = gm_fake(t, gm_table_of(flow)->tbl);
    return ft->n_rows ? ft->rows[tw_below(t, (unsigned)ft->n_rows)].id : NULL;
}

/* Roles and statuses may be rows of tables of their own. */
static const char *dictionary_row(struct twoway *t, const struct tw_choice *x, bool role)
{
    struct fake_table *ft = gm_fake(t, role ? "Roles" : "Participation_statuses");
    for (size_t i = 0; i < ft->n_rows; i++) {
        if (!strcmp(gm_plain(t, ft->name, &ft->rows[i], role ? "Code" : "code"), x->value))
            return ft->rows[i].id;
    }
    return NULL;
}

static const char *compose_choice(struct twoway *t, const struct tw_column *c, bool may_be_bad,
                                  struct tw_edit *e)
{
    const struct tw_choice *x = &c->pool[tw_below(t, c->n_pool)];
    bool role = !strcmp(c->field, "role"), row = t->by_row && (role || !strcmp(c->field, "status"));
    while (x->bad && !may_be_bad)
        x = &c->pool[tw_below(t, c->n_pool)];
    str_copy(e->value, sizeof e->value, x->value);
    e->bad = x->bad;
    if (!row || !*x->cell)
        return scenario_cell(x->cell, t->w->arena);
    return x->bad ? quoted(t, x->cell) : dictionary_row(t, x, role);
}

static const char *compose_ref(struct twoway *t, const struct tw_column *c, bool may_be_bad,
                               struct tw_edit *e)
{
    const char *one = gm_some_row(t, c->ref), *two = gm_some_row(t, c->ref);
    if (may_be_bad && tw_chance(t, 50)) {
        e->bad = true;
        return tw_chance(t, 50) ? NULL : c->kind == TW_REFS ? "[\"кто-то\"]" : "\"кто-то\"";
    }
    if (!one || (!c->required && tw_chance(t, c->kind == TW_REF ? 40 : 20)))
        return NULL;
    str_copy(e->value, sizeof e->value, gm_local(t, gm_table_of(c->ref)->tbl, one));
    if (c->kind == TW_REFS)
        return arena_printf(t->w->arena, strcmp(one, two) ? "[%s, %s]" : "[%s]", one, two);
    return one;
}

const char *gm_compose(struct twoway *t, const struct tw_column *c, bool may_be_bad,
                       struct tw_edit *e)
{
    if (c->kind == TW_POOL)
        return compose_choice(t, c, may_be_bad, e);
    if (c->kind != TW_TEXT)
        return compose_ref(t, c, may_be_bad, e);
    e->bad = c->required && may_be_bad;
    if (!e->bad && (c->required || !tw_chance(t, 8)))
        snprintf(e->value, sizeof e->value, "%s%u", c->prefix, ++t->m->next);
    return *e->value ? quoted(t, e->value) : NULL;
}

static const struct tw_column *some_column(struct twoway *t, const struct tw_table *table)
{
    unsigned n = 0;
    while (n < TW_COLUMNS && table->columns[n].name)
        n++;
    return &table->columns[tw_below(t, n)];
}

static void edit_cell(struct hand *h, const struct tw_column *c, bool may_be_bad)
{
    struct tw_edit e = edit_of(h, TW_SET);
    const char *json = gm_compose(h->t, c, may_be_bad, &e);
    int64_t before = row_of(h)->edited_ms;
    str_copy(e.field, sizeof e.field, c->field);
    gm_set(h->t, h->table->tbl, h->row, c->name, json);
    if (row_of(h)->edited_ms != before) /* who writes what stands there says nothing */
        tw_log(h->t, &e);
}

/* Somebody's clock is wrong, or a script writes the time itself. */
static void stamp_back(struct hand *h)
{
    int64_t at = clock_now_ms() - 1000 * (400 + (int64_t)tw_below(h->t, 4000));
    fake_stamp(gm_remote(h->t), row_of(h), at);
    tw_tell(h->t, "   the time of %s %s is put back", h->table->tbl, h->row);
}

static void add_row(struct hand *h)
{
    struct twoway *t = h->t;
    char id[24], uuid[UUID_LEN + 1];
    fake_next_id(h->ft, id);
    h->row = arena_strdup(t->w->arena, id);
    fake_add(gm_remote(t), h->ft, h->row);
    if (tw_chance(t, 50)) {
        uuid_from_name(arena_printf(t->w->arena, "people %u", ++t->m->next), uuid);
        gm_set(t, h->table->tbl, h->row, gm_key(h->table), quoted(t, uuid));
    }
    tw_tell(t, "   adds %s %s", h->table->tbl, h->row);
    for (size_t i = 0; i < TW_COLUMNS && h->table->columns[i].name; i++)
        edit_cell(h, &h->table->columns[i], tw_chance(t, 2));
}

/* Somebody copies a row with all that is in it, but for its mark. */
static void copy_row(struct hand *h)
{
    struct twoway *t = h->t;
    const struct fake_row *from = &h->ft->rows[tw_below(t, (unsigned)h->ft->n_rows)];
    const char **cells = arena_alloc(t->w->arena, h->ft->n_columns, sizeof *cells);
    char id[24];
    for (size_t i = 0; i < h->ft->n_columns; i++)
        cells[i] = arena_strdup(t->w->arena, from->cells[i]);
    fake_next_id(h->ft, id);
    tw_tell(t, "   copies %s %s as %s", h->table->tbl, from->id, id);
    fake_add(gm_remote(t), h->ft, id);
    for (size_t i = 0; i < h->ft->n_columns; i++) {
        const char *column = h->ft->columns[i].name;
        if (strcmp(column, "to_delete") && strcmp(column, "delete_reason"))
            gm_set(t, h->table->tbl, id, column, cells[i]);
    }
    t->m->n.edits++;
}

/* Somebody thinks that this row is the same as another one, whose UUID they write into its own
 * cell, which was empty so far. */
static bool claim(struct hand *h)
{
    struct twoway *t = h->t;
    const char *column = gm_key(h->table);
    const struct fake_row *other = &h->ft->rows[tw_below(t, (unsigned)h->ft->n_rows)];
    const char *key = gm_plain(t, h->table->tbl, other, column);
    if (!*key || *gm_plain(t, h->table->tbl, row_of(h), column) ||
        !*gm_local(t, h->table->tbl, h->row))
        return false;
    gm_set(t, h->table->tbl, h->row, column, quoted(t, key));
    tw_tell(t, "   %s %s claims to be %s", h->table->tbl, h->row, other->id);
    t->m->n.edits++;
    return true;
}

static void remove_row(struct hand *h)
{
    struct tw_edit e = edit_of(h, TW_DELETE);
    tw_log(h->t, &e);
    fake_remove(gm_remote(h->t), h->ft, h->row);
}

/* ---------------------------------------------------------------- marks */

static const char *some_reason(struct twoway *t, bool feeder)
{
    static const char *const words[] = {NULL, "ушла", "просили убрать", "Empty name",
                                        "Person is deleted"};
    return feeder ? "FEEDER: deleted" : words[tw_below(t, tw_chance(t, 80) ? 3 : 5)];
}

static void set_mark(struct hand *h)
{
    struct twoway *t = h->t;
    struct tw_edit e = edit_of(h, TW_MARK);
    bool reasons = strcmp(h->table->flow, "gteams") != 0;
    const char *why = reasons ? some_reason(t, tw_chance(t, 25)) : NULL;
    int64_t at = GM_HAND_MIN + ++t->m->next;
    snprintf(e.value, sizeof e.value, "%lld", (long long)at);
    str_copy(e.field, sizeof e.field, why ? why : "");
    gm_set(t, h->table->tbl, h->row, "to_delete", arena_strdup(t->w->arena, e.value));
    if (reasons)
        gm_set(t, h->table->tbl, h->row, "delete_reason", why ? quoted(t, why) : NULL);
    tw_log(t, &e);
}

static void clear_mark(struct hand *h)
{
    struct twoway *t = h->t;
    struct tw_edit e = edit_of(h, TW_UNMARK);
    gm_set(t, h->table->tbl, h->row, "to_delete", tw_chance(t, 70) ? NULL : "0");
    if (strcmp(h->table->flow, "gteams") != 0 && tw_chance(t, 50))
        gm_set(t, h->table->tbl, h->row, "delete_reason", NULL);
    tw_log(t, &e);
}

static bool is_marked(const struct hand *h)
{
    const char *at = gm_plain(h->t, h->table->tbl, row_of(h), "to_delete");
    return *at && strcmp(at, "0") != 0;
}

/* ---------------------------------------------------------------- heads of teams */

static void edit_heads(struct twoway *t, unsigned may)
{
    struct fake_table *ft = gm_fake(t, GM_HEADS);
    char id[24];
    const char *team = gm_some_row(t, "gteams"), *one = gm_some_row(t, "gpeople");
    const char *two = gm_some_row(t, "gpeople"), *row;
    if (!team || !one)
        return;
    if (may & TW_MAY_ADD && ft->n_rows < 4) {
        fake_next_id(ft, id);
        fake_add(gm_remote(t), ft, id);
        row = arena_strdup(t->w->arena, id);
        gm_set(t, GM_HEADS, row, "direction_location26", team);
    } else if (ft->n_rows) {
        row = arena_strdup(t->w->arena, ft->rows[tw_below(t, (unsigned)ft->n_rows)].id);
    } else {
        return;
    }
    const char *list = tw_chance(t, 20)    ? NULL
                       : !strcmp(one, two) ? arena_printf(t->w->arena, "[%s]", one)
                                           : arena_printf(t->w->arena, "[%s, %s]", one, two);
    if (tw_chance(t, 20))
        gm_set(t, GM_HEADS, row, "direction_location26", tw_chance(t, 80) ? team : NULL);
    else
        gm_set(t, GM_HEADS, row, "head26", list);
    tw_tell(t, "   heads %s: %s of %s", row, list ? list : "nobody", team);
    t->m->n.edits++;
}

/* ---------------------------------------------------------------- somebody, somewhere */

/* Whoever looks after the table puts right what is wrong in the row itself. */
static void mend(struct hand *h)
{
    for (size_t i = 0; i < TW_COLUMNS && h->table->columns[i].name; i++) {
        const struct tw_column *c = &h->table->columns[i];
        if (!gm_value(h->t, h->table, row_of(h), c))
            edit_cell(h, c, false);
    }
}

static void edit_row(struct hand *h, unsigned may)
{
    struct twoway *t = h->t;
    unsigned dice = tw_below(t, 100);
    bool tidy = t->m->tidy;
    if (!tidy && tw_chance(t, 10) && claim(h))
        return;
    if (is_marked(h) && dice < 30 && !tidy) {
        clear_mark(h);
    } else if (is_marked(h) && dice < 60 && !tidy) {
        mend(h);
    } else if (dice < 7 && !tidy) {
        set_mark(h);
    } else if (dice < 12 && may & TW_MAY_REMOVE && !tidy) {
        remove_row(h);
    } else {
        edit_cell(h, some_column(t, h->table), !tidy && tw_chance(t, 10));
        if (!tidy && tw_chance(t, 3))
            stamp_back(h);
    }
}

static void edit_table(struct twoway *t, const struct tw_table *table, unsigned may)
{
    struct hand h = {.t = t, .table = table, .ft = gm_fake(t, table->tbl)};
    bool room = h.ft->n_rows < table->most && h.ft->n_rows < ROWS_MAX;
    if (may & TW_MAY_ADD && (h.ft->n_rows < 2 || (room && tw_chance(t, 18)))) {
        if (h.ft->n_rows && !t->m->tidy && tw_chance(t, 8))
            copy_row(&h);
        else
            add_row(&h);
        return;
    }
    if (!h.ft->n_rows)
        return;
    h.row = arena_strdup(t->w->arena, h.ft->rows[tw_below(t, (unsigned)h.ft->n_rows)].id);
    edit_row(&h, may);
}

void gm_edit(struct twoway *t, unsigned may)
{
    static const unsigned shares[] = {12, 32, 52, 70, 82};
    unsigned dice = tw_below(t, 100);
    tw_pass(t, 1 + tw_below(t, 300));
    if (t->heads && tw_chance(t, 6)) {
        edit_heads(t, may);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        if (dice < shares[i]) {
            edit_table(t, &gm_tables[i], may);
            return;
        }
    }
    gm_edit_store(t);
}
