#include "store/base/clock.h"
#include "store/conflicts.h"
#include "store/journal.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/runs.h"
#include "sync/pull/jail.h"
#include "sync/push/settle.h"
#include "sync/undo/undo.h"
#include "tests/support/twoway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 200

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

/* ---------------------------------------------------------------- records */

static struct record *some_record(struct twoway *t, const char *entity)
{
    struct err err = {0};
    struct record *r;
    size_t n;
    const char *sql = arena_printf(t->w->arena, "SELECT id FROM %s ORDER BY id", entity);
    char **ids = tw_list(t, &n, sql, NULL, NULL, NULL);
    if (!n)
        return NULL;
    const char *hot = tw_hot_record(t, entity), *id = *hot ? hot : ids[tw_below(t, (unsigned)n)];
    if (rows_get(store_of(t), model_entity(entity), id, t->w->arena, &r, &err))
        give_up("reading a record", &err);
    return r;
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

static struct tw_edit edit_of(const struct record *r, enum tw_what what)
{
    struct tw_edit e = {.what = what};
    str_copy(e.row, sizeof e.row, r->id);
    str_copy(e.local, sizeof e.local, r->id);
    str_copy(e.entity, sizeof e.entity, r->e->name);
    return e;
}

/* A new value for the field that this column is of; false: there is none to be had. */
static bool set_field(struct twoway *t, struct record *r, const struct tw_column *c)
{
    struct tw_edit e = edit_of(r, TW_SET);
    struct value *v = &r->v[model_field(r->e, c->field)];
    const struct tw_choice *x = c->kind == TW_POOL ? &c->pool[tw_below(t, c->n_pool)] : NULL;
    const char *back = tw_earlier(t, &e, c);
    if (back) {
        str_copy(e.value, sizeof e.value, back);
    } else if (c->kind == TW_REF) {
        const struct record *target = some_record(t, !strcmp(c->ref, "people") ? "person" : "team");
        if (!target)
            return false;
        str_copy(e.value, sizeof e.value, target->id);
    } else if (x) {
        if (x->bad || x->outside)
            x = &c->pool[tw_below(t, 2)];
        str_copy(e.value, sizeof e.value, x->value);
    } else if (!strcmp(c->field, "name") || !tw_chance(t, 8)) {
        snprintf(e.value, sizeof e.value, "%s%u", c->prefix, ++t->m->next);
    }
    char num[24];
    bool same = !strcmp(value_show(v, num), e.value); /* says nothing */
    const char *text = arena_strdup(t->w->arena, e.value);
    *v = !*text ? V_NULL : !strcmp(c->field, "year") ? V_INT(atoll(text)) : V_TEXT(text);
    str_copy(e.field, sizeof e.field, c->field);
    if (!same)
        tw_log(t, &e);
    return true;
}

static void new_record(struct twoway *t, const struct tw_table *table)
{
    char name[64];
    struct record *r = record_new(model_entity(table->entity), t->w->arena);
    size_t logged = t->m->n_log;
    snprintf(name, sizeof name, "twoway born %u", ++t->m->next);
    uuid_from_name(name, r->id);
    for (size_t i = 0; i < TW_COLUMNS && table->columns[i].name; i++) {
        if (!set_field(t, r, &table->columns[i])) {
            t->m->n_log = logged;
            return;
        }
    }
    write_record(t, NULL, r);
}

void tw_small_edit_store(struct twoway *t)
{
    const struct tw_table *table = tw_table_of(tw_chance(t, 70) ? "grid" : "people");
    const struct record *old = some_record(t, table->entity);
    struct record *now = old ? record_copy(old, t->w->arena) : NULL;
    if (old && !old->deleted && set_field(t, now, tw_some_column(t, table)))
        write_record(t, old, now);
}

void tw_edit_store(struct twoway *t)
{
    const char *tbl = tw_chance(t, 70) ? "grid" : tw_chance(t, 80) ? "people" : "teams";
    const struct tw_table *table = tw_table_of(tbl);
    const struct record *old = some_record(t, table->entity);
    bool may_be_born = !strcmp(tbl, "grid") || (!strcmp(tbl, "people") && tw_chance(t, 20));
    if (may_be_born &&
        tw_int(t, arena_printf(t->w->arena, "SELECT count(*) FROM %s", table->entity), NULL, NULL,
               NULL, NULL) < 40 &&
        (!old || tw_chance(t, 12))) {
        new_record(t, table);
        return;
    }
    if (!old)
        return;
    struct record *now = record_copy(old, t->w->arena);
    if (tw_chance(t, old->deleted ? 20 : 7)) {
        struct tw_edit e = edit_of(old, old->deleted ? TW_RESTORE : TW_DELETE);
        now->deleted = !old->deleted;
        tw_log(t, &e);
    } else if (old->deleted || !set_field(t, now, tw_some_column(t, table))) {
        return;
    }
    write_record(t, old, now);
}

/* ---------------------------------------------------------------- the chat */

static void pause_some(struct twoway *t)
{
    struct err err = {0};
    bool any;
    const struct record *r = some_record(t, tw_chance(t, 75) ? "participation" : "person");
    if (!r)
        return;
    if (db_begin(t->w->db, &err) ||
        (tw_chance(t, 50)
             ? pauses_set(t->w->db, r->e->name, r->id, TW_HAND, clock_now_ms(), &any, &err)
             : pauses_clear(t->w->db, r->e->name, r->id, &any, &err)) ||
        db_commit(t->w->db, &err))
        give_up("pausing", &err);
    t->m->n.pauses++;
    tw_tell(t, "   pauses or resumes %s %s", r->e->name, r->id);
}

static void settle_one(struct twoway *t, int64_t id)
{
    struct err err = {0};
    bool done;
    const char *choice = tw_chance(t, 50) ? "ours" : "theirs";
    if (db_begin(t->w->db, &err) ||
        settle_conflict(t->w->db, t->w->cfg, id, choice, TW_HAND, clock_now_ms(), &done, &err) ||
        db_commit(t->w->db, &err))
        give_up("settling", &err);
    t->m->n.settles++;
    tw_tell(t, "   settles conflict %lld as %s%s", (long long)id, choice,
            done ? "" : ", which changes nothing");
}

static void settle_some(struct twoway *t)
{
    int64_t last = tw_int(t, "SELECT max(id) FROM conflict", NULL, NULL, NULL, NULL);
    int64_t open =
        tw_int(t, "SELECT min(id) FROM conflict WHERE state = 'open'", NULL, NULL, NULL, NULL);
    if (open && tw_chance(t, 80))
        settle_one(t, open);
    else if (last)
        settle_one(t, 1 + tw_below(t, (unsigned)last));
}

static void undo_some(struct twoway *t)
{
    struct err err = {0};
    struct run *list;
    size_t n;
    struct undo_done done;
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    if (runs_list(t->w->db, NULL, 0, 6, arena, &list, &n, &err))
        give_up("runs", &err);
    if (!n)
        return;
    const struct run *run = &list[tw_below(t, (unsigned)n)];
    if (!strcmp(run->state, "running") || (!strcmp(run->kind, "undo") && !tw_chance(t, 30)))
        return;
    struct undo_request q = {.run = run->id, .actor = TW_HAND, .at = clock_now_ms()};
    tw_tell(t, "   undoes run %lld (%s %s)", (long long)run->id, run->flow, run->kind);
    if (undo_apply(t->w->db, t->w->cfg, &q, &done, &err) || db_begin(t->w->db, &err) ||
        undo_finish(t->w->db, &done, clock_now_ms(), &err) || db_commit(t->w->db, &err))
        give_up("undoing", &err);
    t->m->n.undos++;
}

/* ---------------------------------------------------------------- answers */

static bool holds(struct twoway *t, const struct fake_row *r, const struct fake_table *ft,
                  const struct intent *in)
{
    char plain[33];
    const char *person = tw_text(t,
                                 "SELECT l.remote_id FROM participation p JOIN link l ON"
                                 " l.local_id = p.person_id AND l.tbl = 'people' WHERE p.id = :a",
                                 in->local_id, NULL, NULL, NULL);
    bool any = !person;
    if (person)
        uuid_plain(person, plain);
    for (size_t i = 0; i < ft->n_columns && person; i++)
        any = any || (r->cells[i] && (strstr(r->cells[i], person) || strstr(r->cells[i], plain)));
    return any;
}

/* The person looks into the table: is there a row that the program made, and knows nothing of? */
static bool was_made(struct twoway *t, const struct intent *in)
{
    struct fake_remote *f;
    struct fake_table *ft = tw_fake(t, in->remote, in->tbl, &f);
    for (size_t i = 0; i < ft->n_rows; i++) {
        const struct fake_row *r = &ft->rows[i];
        if (r->made && r->state == FAKE_THERE && !*tw_local_of(t, in->remote, in->tbl, r->id) &&
            holds(t, r, ft, in))
            return true;
    }
    return false;
}

/* Several rows look like one whose answer was lost: a person has to say. */
static void answer_inserts(struct twoway *t)
{
    struct err err = {0};
    size_t n;
    bool done;
    char **ids = tw_list(t, &n,
                         "SELECT i.id FROM intent i JOIN quarantine q ON q.flow = i.flow AND"
                         " q.remote_id = i.local_id WHERE i.state = 'sent' AND i.op = 'insert' AND"
                         " q.reason = :a",
                         JAIL_UNKNOWN, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        struct intent *in;
        int64_t id = atoll(ids[i]);
        if (journal_get(t->w->db, id, t->w->arena, &in, &err))
            give_up("the journal", &err);
        bool there = was_made(t, in);
        tw_tell(t, "   says of the insert of %s into %s: %s", in->local_id, in->tbl,
                there ? "there" : "again");
        if (db_begin(t->w->db, &err) ||
            settle_insert(t->w->db, id, there, clock_now_ms(), &done, &err) ||
            db_commit(t->w->db, &err))
            give_up("saying", &err);
        t->m->reassured = true;
    }
}

static void resume_all(struct twoway *t)
{
    struct err err = {0};
    struct pause *list;
    size_t n;
    int64_t total;
    bool was;
    if (pauses_list(t->w->db, LIST_MAX, t->w->arena, &list, &n, &total, &err) ||
        db_begin(t->w->db, &err))
        give_up("pauses", &err);
    for (size_t i = 0; i < n; i++) {
        if (pauses_clear(t->w->db, list[i].entity, list[i].local_id, &was, &err))
            give_up("resuming", &err);
    }
    if (db_commit(t->w->db, &err))
        give_up("resuming", &err);
}

void tw_answer(struct twoway *t, bool conflicts, bool pauses)
{
    size_t n;
    char **open = tw_list(t, &n, "SELECT id FROM conflict WHERE state = 'open' ORDER BY id", NULL,
                          NULL, NULL);
    tw_pass(t, 100);
    answer_inserts(t);
    for (size_t i = 0; i < n && conflicts; i++)
        settle_one(t, atoll(open[i]));
    if (pauses)
        resume_all(t);
}

void tw_organize(struct twoway *t)
{
    tw_pass(t, 1 + tw_below(t, 300));
    if (tw_chance(t, 8))
        pause_some(t);
    if (tw_chance(t, 20))
        settle_some(t);
    if (tw_chance(t, 5))
        undo_some(t);
    if (tw_chance(t, 20))
        answer_inserts(t);
}
