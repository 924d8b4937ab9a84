#include "tests/support/grist_model.h"

#include <stdlib.h>
#include <string.h>

static const struct fake_row *row_of(struct twoway *t, const struct tw_edit *e)
{
    struct fake_row *r = *e->tbl ? fake_find(gm_fake(t, e->tbl), e->row) : NULL;
    return r && r->created_ms == e->born ? r : NULL;
}

/* The record that the edit was about, as it is known by now; "" for none. */
static const char *record_of(struct twoway *t, const struct tw_edit *e)
{
    return !*e->tbl ? e->row : row_of(t, e) ? gm_local(t, e->tbl, e->row) : "";
}

static const struct tw_table *table_of(const struct tw_edit *e)
{
    for (size_t i = 0; i < gm_n_tables; i++) {
        if (!strcmp(gm_tables[i].entity, e->entity))
            return &gm_tables[i];
    }
    abort();
}

static bool is_deleted(struct twoway *t, const struct tw_edit *e, const char *local)
{
    return tw_int(t, arena_printf(t->w->arena, "SELECT deleted FROM %s WHERE id = :a", e->entity),
                  local, NULL, NULL, NULL) != 0;
}

static void fail(struct twoway *t, size_t i, const char *local, const char *what)
{
    const struct tw_edit *e = &t->m->log[i];
    world_fail(t->w, 0, "edit %zu of %s %s %s «%s», record %s: %s", i, *e->tbl ? e->tbl : "store",
               e->row, e->field, e->value, local, what);
    tw_history(t, e->entity, local, *e->field && e->what == TW_SET ? e->field : NULL);
}

/* ---------------------------------------------------------------- values */

static bool left_a_trace(struct twoway *t, const struct tw_edit *e, const char *local)
{
    return tw_int(t,
                  "SELECT count(*) FROM conflict WHERE local_id = :a AND field = :b AND"
                  " (coalesce(ours, '') = :c OR coalesce(theirs, '') = :c)",
                  local, e->field, e->value, NULL) ||
           tw_int(t,
                  "SELECT count(*) FROM audit WHERE local_id = :a AND ((field = :b AND"
                  " (coalesce(before, '') = :c OR coalesce(after, '') = :c)) OR (field IS NULL AND"
                  " instr(after, :c)))",
                  local, e->field, e->value, NULL);
}

/* The last thing that was written into that field of that record, there (tbl) or here. */
static const struct tw_edit *last_of(struct twoway *t, size_t from, const struct tw_edit *like,
                                     const char *local, bool there)
{
    const struct tw_edit *found = NULL;
    for (size_t i = from; i < t->m->n_log; i++) {
        const struct tw_edit *e = &t->m->log[i];
        if (e->what == TW_SET && !strcmp(e->field, like->field) &&
            !strcmp(e->entity, like->entity) && (*e->tbl != '\0') == there &&
            !strcmp(record_of(t, e), local))
            found = e;
    }
    return found;
}

static bool is_settled(struct twoway *t, const char *local, const char *field, const char *value)
{
    return tw_int(t,
                  "SELECT count(*) FROM conflict WHERE local_id = :a AND field = :b AND"
                  " (coalesce(ours, '') = :c OR coalesce(theirs, '') = :c)",
                  local, field, value, NULL) != 0;
}

/* Its row refers to one that is not known. */
static bool waits(struct twoway *t, const struct tw_edit *e, const char *local)
{
    const struct tw_table *table = table_of(e);
    return tw_int(t,
                  "SELECT count(*) FROM quarantine q JOIN link l ON l.remote_id = q.remote_id AND"
                  " l.tbl = :b AND l.local_id = :c WHERE q.flow = :a",
                  table->flow, table->tbl, local, NULL) != 0;
}

/* Going back to a value that was there before looks like no change at all. */
static bool was_there_before(struct twoway *t, size_t i, const char *local)
{
    const struct tw_edit *e = &t->m->log[i];
    for (size_t k = 0; k < i; k++) {
        const struct tw_edit *x = &t->m->log[k];
        if (x->what == TW_SET && !strcmp(x->field, e->field) && !strcmp(x->entity, e->entity) &&
            !strcmp(x->value, e->value) && !strcmp(record_of(t, x), local))
            return true;
    }
    return !*e->value;
}

/* Its row was removed meanwhile; another one, as it was before, may stand for it now. */
static bool was_removed(struct twoway *t, size_t from, const char *local)
{
    for (size_t i = from; i < t->m->n_log; i++) {
        const struct tw_edit *e = &t->m->log[i];
        if (e->what == TW_DELETE && *e->tbl && !strcmp(e->local, local))
            return true;
    }
    return false;
}

static void check_set(struct twoway *t, size_t from, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    const char *local = record_of(t, e);
    const struct tw_column *c = tw_column_of(table_of(e), e->field);
    if (e->raced || e->bad || c->kind == TW_REF || c->kind == TW_REFS || !*local ||
        is_deleted(t, e, local) || waits(t, e, local) || gm_was_asked(t, local, "theirs"))
        return;
    const struct tw_edit *there = last_of(t, from, e, local, true);
    const struct tw_edit *here = last_of(t, from, e, local, false);
    if (e != there && e != here)
        return;
    const char *now = gm_stored(t, table_of(e), local, c);
    if (!strcmp(now, e->value) || was_removed(t, from, local) || was_there_before(t, i, local))
        return;
    bool by_other = (there && !strcmp(now, there->value)) || (here && !strcmp(now, here->value)) ||
                    is_settled(t, local, e->field, now);
    if (!by_other)
        fail(t, i, local, "the field holds what nobody wrote there last");
    else if (!left_a_trace(t, e, local))
        fail(t, i, local, "it vanished without a trace");
}

/* ---------------------------------------------------------------- marks and deletions */

/* Anything else that was done to that row or record since. */
static bool was_touched(struct twoway *t, size_t from, size_t i, const char *local)
{
    const struct tw_edit *e = &t->m->log[i];
    for (size_t k = from; k < t->m->n_log; k++) {
        const struct tw_edit *x = &t->m->log[k];
        if (k != i && (x->born == e->born || !e->born || !x->born) &&
            !strcmp(record_of(t, x), local))
            return true;
    }
    return false;
}

static void check_mark(struct twoway *t, size_t from, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    const struct fake_row *r = row_of(t, e);
    const char *local = record_of(t, e);
    bool ours = model_is_reason(e->field);
    if (!r || ours || e->raced || was_touched(t, from, i, local))
        return;
    if (strcmp(gm_plain(t, e->tbl, r, "to_delete"), e->value))
        fail(t, i, local, "it was set by hand, and is not there any more");
    else if (*local && !is_deleted(t, e, local))
        fail(t, i, local, "the row was marked by hand, and its record lives");
}

static void check_deletion(struct twoway *t, size_t from, size_t i)
{
    const struct tw_edit *e = &t->m->log[i];
    if (*e->tbl || was_touched(t, from, i, e->row))
        return;
    /* its row may have changed just then, be it that a row it named was removed */
    if (!is_deleted(t, e, e->row) &&
        !tw_int(t,
                "SELECT count(*) FROM conflict WHERE local_id = :a AND field = 'deleted' AND"
                " created_at >= CAST(:b AS INTEGER)",
                e->row, arena_printf(t->w->arena, "%lld", (long long)e->at), NULL, NULL))
        fail(t, i, e->row, "it was deleted here, and lives");
}

void gm_check_edits(struct twoway *t, size_t from)
{
    for (size_t i = from; i < t->m->n_log && !t->w->n_failures; i++) {
        enum tw_what what = t->m->log[i].what;
        if (what == TW_SET)
            check_set(t, from, i);
        else if (what == TW_MARK)
            check_mark(t, from, i);
        else if (what == TW_DELETE)
            check_deletion(t, from, i);
    }
}
