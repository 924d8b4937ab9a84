#include "store/base/clock.h"
#include "store/rows.h"
#include "sync/push/settle.h"
#include "sync/restore.h"
#include "tests/support/grist_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 40

static _Noreturn void give_up(const char *what, const struct err *err)
{
    printf("%s: %s\n", what, err->msg);
    fflush(stdout);
    abort();
}

static struct db *store_of(struct twoway *t)
{
    return t->hand ? t->hand : t->w->db;
}

static const char *some_id(struct twoway *t, const char *entity, bool live)
{
    size_t n;
    char **ids = tw_list(t, &n,
                         arena_printf(t->w->arena, "SELECT id FROM %s %s ORDER BY id", entity,
                                      live ? "WHERE deleted = 0" : ""),
                         NULL, NULL, NULL);
    return n ? ids[tw_below(t, (unsigned)n)] : NULL;
}

static struct tw_edit edit_of(const struct record *r, enum tw_what what)
{
    struct tw_edit e = {.what = what};
    str_copy(e.row, sizeof e.row, r->id);
    str_copy(e.local, sizeof e.local, r->id);
    str_copy(e.entity, sizeof e.entity, r->e->name);
    return e;
}

/* A new value; false: there is none to be had. */
static bool set_field(struct twoway *t, struct record *r, const struct tw_column *c)
{
    struct tw_edit e = edit_of(r, TW_SET);
    const struct field *f = &r->e->fields[model_field(r->e, c->field)];
    struct value *v = &r->v[model_field(r->e, c->field)];
    char num[24];
    if (f->type == FT_REFS)
        return true;
    if (f->type == FT_REF) {
        const char *id = some_id(t, f->ref, true);
        if (!id || !strcmp(id, r->id))
            return !c->required;
        str_copy(e.value, sizeof e.value, id);
    } else {
        gm_compose(t, c, false, &e);
    }
    const char *text = arena_strdup(t->w->arena, e.value);
    bool same = !strcmp(value_show(v, num), text);
    *v = !*text ? V_NULL : f->type == FT_YEAR ? V_INT(atoll(text)) : V_TEXT(text);
    str_copy(e.field, sizeof e.field, c->field);
    if (!same)
        tw_log(t, &e);
    return true;
}

static void write_record(struct twoway *t, const struct record *old, struct record *now)
{
    struct err err = {0};
    struct db *db = store_of(t);
    const struct change by = {.source = TW_HAND, .at = clock_now_ms()};
    if (db_begin(db, &err) ||
        (old ? rows_update(db, old, now, &by, &err) : rows_insert(db, now, &by, &err)) ||
        db_commit(db, &err))
        give_up("editing the store", &err);
}

static void new_record(struct twoway *t, const struct tw_table *table)
{
    struct record *r = record_new(model_entity(table->entity), t->w->arena);
    size_t logged = t->m->n_log;
    int year = model_field(r->e, "year");
    uuid_from_name(arena_printf(t->w->arena, "grist born %u", ++t->m->next), r->id);
    if (year >= 0)
        r->v[year] = V_INT(2026);
    for (size_t i = 0; i < TW_COLUMNS && table->columns[i].name; i++) {
        if (!set_field(t, r, &table->columns[i])) {
            t->m->n_log = logged;
            return;
        }
    }
    write_record(t, NULL, r);
}

/* The button of /deleted. */
static void restore(struct twoway *t, const struct record *r)
{
    struct err err = {0};
    struct restore_look look;
    uint32_t entities;
    struct db *db = store_of(t);
    struct tw_edit e = edit_of(r, TW_RESTORE);
    if (db_begin(db, &err) ||
        restore_look(db, t->w->cfg, r->e->name, r->id, t->w->arena, &look, &err))
        give_up("looking at what is deleted", &err);
    if (look.can == RESTORE_CAN) {
        tw_log(t, &e);
        if (restore_record(db, t->w->cfg, &look, TW_HAND, clock_now_ms(), &entities, &err))
            give_up("restoring", &err);
    }
    if (db_commit(db, &err))
        give_up("restoring", &err);
}

void gm_edit_store(struct twoway *t)
{
    const struct tw_table *table = &gm_tables[tw_below(t, (unsigned)gm_n_tables)];
    const char *id = some_id(t, table->entity, false);
    struct err err = {0};
    struct record *old, *now;
    unsigned n = 0;
    if (t->makes && strcmp(table->entity, "team") && (!id || tw_chance(t, 12)) &&
        tw_int(t, arena_printf(t->w->arena, "SELECT count(*) FROM %s", table->entity), NULL, NULL,
               NULL, NULL) < RECORDS_MAX) {
        new_record(t, table);
        return;
    }
    if (!id)
        return;
    if (rows_get(store_of(t), model_entity(table->entity), id, t->w->arena, &old, &err))
        give_up("reading a record", &err);
    if (old->deleted) {
        if (tw_chance(t, 30) && !t->m->tidy)
            restore(t, old);
        return;
    }
    now = record_copy(old, t->w->arena);
    if (tw_chance(t, 10) && !t->m->tidy) {
        struct tw_edit e = edit_of(old, TW_DELETE);
        now->deleted = true;
        tw_log(t, &e);
    } else {
        while (n < TW_COLUMNS && table->columns[n].name)
            n++;
        if (!set_field(t, now, &table->columns[tw_below(t, n)]))
            return;
    }
    write_record(t, old, now);
}

/* Of two that are one by a person's word one is deleted. */
static void log_merged(struct twoway *t, const char *conflict)
{
    struct tw_edit e = {.what = TW_DELETE};
    const char *local = tw_text(t,
                                "SELECT local_id FROM conflict WHERE id = CAST(:a AS INTEGER) AND"
                                " field = 'id'",
                                conflict, NULL, NULL, NULL);
    if (!local)
        return;
    str_copy(e.row, sizeof e.row, local);
    str_copy(e.local, sizeof e.local, local);
    str_copy(e.entity, sizeof e.entity,
             tw_text(t, "SELECT entity FROM conflict WHERE id = CAST(:a AS INTEGER)", conflict,
                     NULL, NULL, NULL));
    tw_log(t, &e);
}

void gm_answer(struct twoway *t)
{
    struct err err = {0};
    size_t n;
    bool done;
    char **open = tw_list(t, &n, "SELECT id FROM conflict WHERE state = 'open' ORDER BY id", NULL,
                          NULL, NULL);
    tw_pass(t, 100);
    for (size_t i = 0; i < n; i++) {
        const char *choice = tw_chance(t, 50) ? "ours" : "theirs";
        if (db_begin(t->w->db, &err) ||
            settle_conflict(t->w->db, t->w->cfg, atoll(open[i]), choice, TW_HAND, clock_now_ms(),
                            &done, &err) ||
            db_commit(t->w->db, &err))
            give_up("settling", &err);
        if (done && !strcmp(choice, "theirs"))
            log_merged(t, open[i]);
        t->m->n.settles++;
        tw_tell(t, "   settles conflict %s as %s", open[i], choice);
    }
}
