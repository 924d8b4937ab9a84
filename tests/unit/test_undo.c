/* test_undo.c: records go back to how they were before a run, where nobody changed them since. */
#include "store/conflicts.h"
#include "store/pauses.h"
#include "store/trail.h"
#include "sync/lane.h"
#include "tests/support/undo_lab.h"

#define NEW   "44444444-4444-4444-8444-444444444444"
#define CHILD "55555555-5555-4555-8555-555555555555"
#define WHO   "Лис Мария, Инфоцентр"

#define COUNT_UNDOS "SELECT count(*) FROM run WHERE kind = 'undo'"

static int64_t run_that_set(struct small_festival *f, const char *field, const char *value)
{
    int64_t run = lab_run(f, "part", "pull");
    lab_set(f, run, "participation", PART, field, V_TEXT(value));
    lab_run_over(f, run, 1);
    return run;
}

/* ---------------------------------------------------------------- fields */

static void field__goes_back__when_nobody_changed_it(void **state)
{
    struct small_festival *f = *state;
    int64_t run = run_that_set(f, "status", "ARRIVED");
    assert_int_equal(lab_state(f, run), UNDO_READY);
    assert_string_equal(lab_plan(f, run), "set back " WHO ": status ARRIVED > PLANNED\n");
    assert_string_equal(lab_text(f, "status"), "ARRIVED"); /* a plan changes nothing */
    struct undo_done done = lab_undo(f, run, 0);
    assert_string_equal(lab_text(f, "status"), "PLANNED");
    assert_int_equal(done.counts.records, 1);
    assert_string_equal(
        temp_store_text(f->store, "SELECT r.flow || ' ' || kind || ' ' || actor || ' ' || state ||"
                                  " ' ' || updated || ' ' || undoes FROM run r ORDER BY id DESC"),
        "part undo " OLEG " done 1 1");
    assert_string_equal(
        temp_store_text(f->store,
                        "SELECT field || ' ' || before || ' ' || after || ' ' || source ||"
                        " ' ' || run FROM audit ORDER BY id DESC"),
        arena_printf(f->arena, "status ARRIVED PLANNED " OLEG " %lld", (long long)done.run));
}

static void field__stays__when_somebody_changed_it_since(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_set(f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(f, run, 1);
    lab_set(f, 0, "participation", PART, "status", V_TEXT("CANCELLED"));
    int64_t at = temp_store_int(f->store, "SELECT at FROM audit ORDER BY id DESC");
    assert_string_equal(lab_plan(f, run),
                        arena_printf(f->arena,
                                     "set back " WHO ": role MEDIC > VOLUNTEER\n"
                                     "keep " WHO ": status (changed later: " OLEG " %lld)\n",
                                     (long long)at));
    struct undo_done done = lab_undo(f, run, 0);
    assert_int_equal(done.counts.kept, 1);
    assert_string_equal(lab_text(f, "status"), "CANCELLED");
    assert_string_equal(lab_text(f, "role"), "VOLUNTEER");
    assert_int_equal(temp_store_int(f->store, "SELECT unchanged FROM run ORDER BY id DESC"), 1);
}

static void field__goes_back__to_before_the_first_of_several_changes(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_set(f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(f, run, "participation", PART, "position", V_TEXT("у входа"));
    lab_set(f, run, "participation", PART, "status", V_TEXT("STARTED"));
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "set back " WHO ": position у входа > NULL\n"
                                          "set back " WHO ": status STARTED > PLANNED\n");
    lab_undo(f, run, 1); /* whatever the size of a transaction, a record is dealt with once */
    assert_string_equal(lab_text(f, "status"), "PLANNED");
    assert_string_equal(lab_text(f, "position"), "NULL");
    assert_int_equal(temp_store_int(f->store, "SELECT updated FROM run WHERE kind = 'undo'"), 1);
}

static void field__is_no_matter__when_the_run_left_it_as_it_was(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_set(f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(f, run, "participation", PART, "status", V_TEXT("PLANNED"));
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "");
    assert_int_equal(lab_state(f, run), UNDO_EMPTY);
}

static void numbers_and_empty_values__go_back__as_what_they_are(void **state)
{
    struct small_festival *f = *state;
    lab_set(f, 0, "team", TEAM, "first_year", V_INT(2019));
    int64_t run = lab_run(f, "teams", "pull");
    lab_set(f, run, "team", TEAM, "first_year", V_NULL);
    lab_set(f, run, "team", TEAM, "last_year", V_INT(2026));
    lab_run_over(f, run, 1);
    lab_undo(f, run, 0);
    struct record *r = small_festival_get(f, "team", TEAM);
    assert_int_equal(r->v[model_field(r->e, "first_year")].kind, VAL_INT);
    assert_int_equal(r->v[model_field(r->e, "first_year")].i, 2019);
    assert_int_equal(r->v[model_field(r->e, "last_year")].kind, VAL_NULL);
}

static void sealed_field__goes_back__unseen(void **state)
{
    struct small_festival *f = *state;
    lab_insert(f, 0, "badge", NEW,
               (const char *[]){"name", "Мария", "diet", "STANDARD", "feed", "FREE", "role",
                                "VOLUNTEER", NULL});
    lab_insert(f, 0, "arrival", CHILD,
               (const char *[]){"badge_id", NEW, "status", "PLANNED", "arrival_date", "2026-07-01",
                                "departure_date", "2026-07-09", "extra_data", "паспорт 1", NULL});
    int64_t run = lab_run(f, "arrivals", "pull");
    lab_set(f, run, "arrival", CHILD, "extra_data", V_TEXT("паспорт 2"));
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "set back Мария: extra_data ••• > •••\n");
    lab_undo(f, run, 0);
    assert_string_equal(temp_store_text(f->store, "SELECT extra_data FROM arrival"), "паспорт 1");
}

static void paused_record__is_kept__and_named(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    bool fresh;
    int64_t run = run_that_set(f, "status", "ARRIVED");
    assert_ok(pauses_set(f->db, "participation", PART, OLEG, 3000, &fresh, &err), err);
    assert_string_equal(lab_plan(f, run), "keep " WHO ": status (paused)\n");
    assert_int_equal(lab_state(f, run), UNDO_ALL_KEPT);
    assert_int_equal(lab_undo(f, run, 0).run, 0);
    assert_string_equal(lab_text(f, "status"), "ARRIVED");
}

static void field_in_conflict__is_kept__until_it_is_settled(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = lab_run(f, "part", "pull");
    lab_set(f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(f, run, 1);
    const struct conflict c = {.flow = "part",
                               .entity = "participation",
                               .local_id = PART,
                               .field = "status",
                               .remote = "coda",
                               .created_at = 3000};
    assert_ok(conflicts_open(f->db, &c, &err), err);
    assert_string_equal(lab_plan(f, run), "set back " WHO ": role MEDIC > VOLUNTEER\n"
                                          "keep " WHO ": status (in conflict)\n");
    assert_ok(conflicts_settle(f->db, 1, OLEG, "ours", 4000, &err), err);
    assert_has(lab_plan(f, run), "set back " WHO ": status ARRIVED > PLANNED\n");
}

static void fields_of_a_record_deleted_since__are_kept__and_named_once(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_set(f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(f, run, 1);
    lab_delete(f, 0, "participation", PART, true);
    int64_t at = temp_store_int(f->store, "SELECT at FROM audit ORDER BY id DESC");
    assert_string_equal(lab_plan(f, run),
                        arena_printf(f->arena, "keep " WHO " (deleted later: " OLEG " %lld)\n",
                                     (long long)at));
}

/* ---------------------------------------------------------------- new records */

static const char *const another[] = {"person_id", ANNA,     "team_id", TEAM, "role",
                                      "MEDIC",     "status", "PLANNED", NULL};

static void new_record__goes(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_insert(f, run, "participation", NEW, another);
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "delete " WHO "\n");
    assert_int_equal(lab_undo(f, run, 0).counts.deleted, 1);
    assert_true(lab_deleted(f, "participation", NEW));
    assert_false(lab_deleted(f, "participation", PART));
    assert_int_equal(temp_store_int(f->store, "SELECT deleted FROM run WHERE kind = 'undo'"), 1);
}

static void new_record__stays__when_somebody_changed_it(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_insert(f, run, "participation", NEW, another);
    lab_set(f, run, "participation", NEW, "status", V_TEXT("PENDING")); /* the run's own */
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "delete " WHO "\n");
    lab_set(f, 0, "participation", NEW, "position", V_TEXT("у входа"));
    assert_has(lab_plan(f, run), "keep " WHO ": position (changed later: " OLEG);
    lab_undo(f, run, 0);
    assert_false(lab_deleted(f, "participation", NEW));
    lab_set(f, 0, "participation", NEW, "position", V_NULL); /* they took it back themselves */
    lab_undo(f, run, 0);
    assert_true(lab_deleted(f, "participation", NEW));
}

static void new_record__stays__when_others_refer_to_it(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "teams", "pull");
    lab_insert(f, run, "team", NEW,
               (const char *[]){"name", "Кухня", "type", "FIELD_SERVICE", NULL});
    lab_run_over(f, run, 1);
    lab_set(f, 0, "participation", PART, "team_id", V_TEXT(NEW));
    assert_string_equal(lab_plan(f, run), "keep Кухня (others refer to it: Лис Мария, Кухня)\n");
    lab_delete(f, 0, "participation", PART, true);
    assert_string_equal(lab_plan(f, run), "delete Кухня\n");
}

#define BADGE(name) "name", name, "diet", "STANDARD", "feed", "FREE", "role", "VOLUNTEER"

/* A mother's badge and her child's came with one run. */
static void records_that_refer_to_each_other__go_together__or_not_at_all(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "badges", "import");
    lab_insert(f, run, "badge", NEW, (const char *[]){BADGE("Мария"), NULL});
    lab_insert(f, run, "badge", CHILD, (const char *[]){BADGE("Петя"), "parent_id", NEW, NULL});
    lab_run_over(f, run, 2);
    assert_string_equal(lab_plan(f, run), "delete Мария\ndelete Петя\n");
    lab_set(f, 0, "badge", CHILD, "number", V_TEXT("17"));
    const char *plan = lab_plan(f, run);
    assert_has(plan, "keep Мария (others refer to it: Петя)\n");
    assert_has(plan, "keep Петя: number (changed later");
    lab_set(f, 0, "badge", CHILD, "number", V_NULL);
    lab_undo(f, run, 1);
    assert_true(lab_deleted(f, "badge", NEW));
    assert_true(lab_deleted(f, "badge", CHILD));
}

static void add_link(struct small_festival *f, const char *id, const char *flow, const char *remote,
                     const char *tbl, const char *row)
{
    struct err err = {0};
    const struct link l = {.entity = "participation",
                           .local_id = id,
                           .flow = flow,
                           .remote = remote,
                           .tbl = tbl,
                           .remote_id = row,
                           .part = "",
                           .base = "{}",
                           .base_rev = 1,
                           .seen_at = 1};
    assert_ok(links_insert(f->db, &l, &err), err);
}

/* The run of one table brought it; another table has been found to have it too. */
static void new_record__stays__when_another_table_has_it(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "leads", "import");
    lab_insert(f, run, "participation", NEW, another);
    lab_run_over(f, run, 1);
    add_link(f, NEW, "part", "coda", "Part", "i-9");
    assert_string_equal(lab_plan(f, run), "keep " WHO " (in another table too: coda)\n");
    /* a row that we made there ourselves is none of its own */
    temp_store_int(f->store,
                   "INSERT INTO intent(flow, remote, tbl, op, entity, local_id, remote_id,"
                   " payload, state, created_at) VALUES('part:push', 'coda', 'Part',"
                   " 'insert', 'participation', '" NEW "', 'i-9', '{}', 'done', 1)"
                   " RETURNING 1");
    assert_string_equal(lab_plan(f, run), "delete " WHO "\n");
}

/* ---------------------------------------------------------------- deleted records */

static void deleted_record__is_back__with_its_missing_row(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = lab_run(f, "part", "pull");
    lab_delete(f, run, "participation", PART, true);
    assert_ok(links_set_missing(f->db, f->link->id, 1700, &err), err);
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "restore " WHO "\nrow back " WHO ": coda: Part\n");
    struct undo_done done = lab_undo(f, run, 0);
    assert_int_equal(done.counts.restored, 1);
    assert_false(lab_deleted(f, "participation", PART));
    assert_string_equal(small_festival_link(f)->wish, "back");
    assert_string_equal(temp_store_text(f->store, "SELECT before || ' > ' || after FROM audit"
                                                  " WHERE field = 'row'"),
                        "coda: Part > back");
}

static void deleted_record__is_back__and_a_row_that_is_there_is_left_alone(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_delete(f, run, "participation", PART, true);
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "restore " WHO "\n");
    lab_undo(f, run, 0);
    assert_null(small_festival_link(f)->wish);
}

/* Somebody had taken the row away before: it does not come back with the record. */
static void deleted_record__is_back__without_a_row_that_was_put_away(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    assert_ok(links_set_missing(f->db, f->link->id, 1400, &err), err);
    assert_ok(links_set_wish(f->db, f->link->id, WISH_AWAY, &err), err);
    int64_t run = lab_run(f, "part", "pull");
    lab_delete(f, run, "participation", PART, true);
    lab_run_over(f, run, 1);
    assert_string_equal(lab_plan(f, run), "restore " WHO "\n");
}

static void deleted_record__is_no_matter__when_somebody_brought_it_back(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_delete(f, run, "participation", PART, true);
    lab_run_over(f, run, 1);
    lab_delete(f, 0, "participation", PART, false);
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
}

static void cancelled_record__stays_uncancelled__though_its_row_is_gone(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = run_that_set(f, "status", "CANCELLED");
    assert_ok(links_set_missing(f->db, f->link->id, 1700, &err), err);
    lab_undo(f, run, 0);
    assert_string_equal(lab_text(f, "status"), "PLANNED");
    assert_string_equal(small_festival_link(f)->wish, "back");
}

/* ---------------------------------------------------------------- twice, and the other way */

static void undo__is_done__only_once(void **state)
{
    struct small_festival *f = *state;
    int64_t run = run_that_set(f, "status", "ARRIVED");
    lab_undo(f, run, 0);
    int64_t rows = temp_store_int(f->store, "SELECT count(*) FROM audit");
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
    assert_int_equal(lab_undo(f, run, 0).run, 0);
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM audit"), rows);
    assert_int_equal(temp_store_int(f->store, COUNT_UNDOS), 1);
}

static void undo__is_undone__like_any_run(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = lab_run(f, "part", "pull"), newest;
    lab_insert(f, run, "participation", NEW, another);
    lab_set(f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(f, run, 2);
    int64_t undo = lab_undo(f, run, 0).run;
    struct undo_done redo = lab_undo(f, undo, 0);
    assert_int_equal(redo.counts.restored, 1);
    assert_string_equal(lab_text(f, "role"), "MEDIC");
    assert_false(lab_deleted(f, "participation", NEW));
    assert_ok(trail_undone_by(f->db, undo, &newest, &err), err);
    assert_int_equal(newest, redo.run);
    /* and once more from the start */
    lab_undo(f, run, 0);
    assert_string_equal(lab_text(f, "role"), "VOLUNTEER");
    assert_true(lab_deleted(f, "participation", NEW));
}

static void undo_of_a_deletion__is_undone__row_and_all(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = lab_run(f, "part", "pull");
    lab_delete(f, run, "participation", PART, true);
    assert_ok(links_set_missing(f->db, f->link->id, 1700, &err), err);
    lab_run_over(f, run, 1);
    int64_t undo = lab_undo(f, run, 0).run;
    /* no push has been there: nothing is wished of the row any more */
    assert_string_equal(lab_plan(f, undo), "delete " WHO "\nrow stays " WHO ": coda: Part\n");
    int64_t redo = lab_undo(f, undo, 0).run;
    assert_string_equal(small_festival_link(f)->wish, WISH_RETURN); /* with its record */
    assert_true(lab_deleted(f, "participation", PART));
    lab_undo(f, redo, 0);
    assert_string_equal(small_festival_link(f)->wish, "back");
    /* a push has brought the row back: now it has to go */
    assert_ok(links_set_wish(f->db, f->link->id, NULL, &err), err);
    assert_ok(links_set_missing(f->db, f->link->id, 0, &err), err);
    assert_string_equal(lab_plan(f, undo), "delete " WHO "\nrow goes " WHO ": coda: Part\n");
}

/* Somebody worked on the record that the first undo had brought back. */
static void restored_record__stays__when_somebody_changed_it(void **state)
{
    struct small_festival *f = *state;
    int64_t run = lab_run(f, "part", "pull");
    lab_delete(f, run, "participation", PART, true);
    lab_run_over(f, run, 1);
    int64_t undo = lab_undo(f, run, 0).run;
    lab_set(f, 0, "participation", PART, "position", V_TEXT("у входа"));
    assert_has(lab_plan(f, undo), "keep " WHO ": position (changed later: " OLEG);
}

/* ---------------------------------------------------------------- what there is to undo */

static void plan__says__why_there_is_nothing_to_undo(void **state)
{
    struct small_festival *f = *state;
    assert_int_equal(lab_state(f, 77), UNDO_UNKNOWN);
    int64_t run = lab_run(f, "part", "pull");
    assert_int_equal(lab_state(f, run), UNDO_RUNNING);
    lab_run_over(f, run, 0);
    assert_int_equal(lab_state(f, run), UNDO_EMPTY);
    int64_t old = run_that_set(f, "status", "ARRIVED");
    temp_store_int(f->store, "DELETE FROM audit RETURNING 1");
    assert_int_equal(lab_state(f, old), UNDO_FORGOTTEN);
}

static void apply__refuses__a_run_that_is_not_over(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    struct undo_done done;
    struct undo_request q = {.run = lab_run(f, "part", "pull"), .actor = OLEG, .at = 1};
    assert_error(undo_apply(f->db, f->cfg, &q, &done, &err), err, ERR_DATA, "no finished run");
    q.run = 77;
    assert_error(undo_apply(f->db, f->cfg, &q, &done, &err), err, ERR_DATA, "77");
}

static void apply__waits_for__a_sync_of_the_same_records(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    struct undo_done done;
    int lane, other;
    const struct undo_request q = {.run = run_that_set(f, "status", "ARRIVED"),
                                   .actor = OLEG,
                                   .at = 1};
    assert_ok(lane_take(f->cfg->store, "notion", 0, NULL, NULL, NULL, &other, &err), err);
    assert_ok(lane_take(f->cfg->store, "coda", 0, NULL, NULL, NULL, &lane, &err), err);
    assert_error(undo_apply(f->db, f->cfg, &q, &done, &err), err, ERR_TEMP, "under way");
    assert_string_equal(lab_text(f, "status"), "ARRIVED");
    lane_release(lane);
    lab_undo(f, q.run, 0); /* notion has no flow of this entity */
    assert_string_equal(lab_text(f, "status"), "PLANNED");
    lane_release(other);
}

static void pushes__are__those_that_carry_the_change(void **state)
{
    struct small_festival *f = *state;
    struct choice c;
    uint32_t part = 0, person = 0;
    for (size_t i = 0; i < model_n_entities; i++) {
        part |= !strcmp(model_entities[i].name, "participation") ? 1u << i : 0;
        person |= !strcmp(model_entities[i].name, "person") ? 1u << i : 0;
    }
    undo_pushes(f->cfg, part, &c);
    assert_int_equal(c.n, 1);
    assert_string_equal(step_name(&c.steps[0]), "part:push");
    assert_true(c.steps[0].push);
    undo_pushes(f->cfg, person, &c);
    assert_int_equal(c.n, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, undo_lab_setup, small_festival_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(field__goes_back__when_nobody_changed_it),
        T(field__stays__when_somebody_changed_it_since),
        T(field__goes_back__to_before_the_first_of_several_changes),
        T(field__is_no_matter__when_the_run_left_it_as_it_was),
        T(numbers_and_empty_values__go_back__as_what_they_are),
        T(sealed_field__goes_back__unseen),
        T(paused_record__is_kept__and_named),
        T(field_in_conflict__is_kept__until_it_is_settled),
        T(fields_of_a_record_deleted_since__are_kept__and_named_once),
        T(new_record__goes),
        T(new_record__stays__when_somebody_changed_it),
        T(new_record__stays__when_others_refer_to_it),
        T(records_that_refer_to_each_other__go_together__or_not_at_all),
        T(new_record__stays__when_another_table_has_it),
        T(deleted_record__is_back__with_its_missing_row),
        T(deleted_record__is_back__and_a_row_that_is_there_is_left_alone),
        T(deleted_record__is_back__without_a_row_that_was_put_away),
        T(deleted_record__is_no_matter__when_somebody_brought_it_back),
        T(cancelled_record__stays_uncancelled__though_its_row_is_gone),
        T(undo__is_done__only_once),
        T(undo__is_undone__like_any_run),
        T(undo_of_a_deletion__is_undone__row_and_all),
        T(restored_record__stays__when_somebody_changed_it),
        T(plan__says__why_there_is_nothing_to_undo),
        T(apply__refuses__a_run_that_is_not_over),
        T(apply__waits_for__a_sync_of_the_same_records),
        T(pushes__are__those_that_carry_the_change),
    };
    return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
