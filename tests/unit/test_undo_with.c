/* test_undo_with.c: undoing runs whose deletions took other records along. */
#include "store/cascade.h"
#include "store/pauses.h"
#include "tests/support/undo_lab.h"

#define BORIS   "44444444-4444-4444-8444-444444444444"
#define BADGE   "55555555-5555-4555-8555-555555555555"
#define ARRIVAL "66666666-6666-4666-8666-666666666666"

/* Boris, nobody's participant, with a badge and an arrival. */
static int setup(void **state)
{
    if (undo_lab_setup(state))
        return -1;
    struct small_festival *f = *state;
    lab_insert(f, 0, "person", BORIS, (const char *[]){"name", "Борис", NULL});
    lab_insert(f, 0, "badge", BADGE,
               (const char *[]){"name", "Борис", "diet", "VEGAN", "feed", "FREE", "role",
                                "VOLUNTEER", "person_id", BORIS, NULL});
    lab_insert(f, 0, "arrival", ARRIVAL,
               (const char *[]){"badge_id", BADGE, "status", "PLANNED", "arrival_date",
                                "2026-07-01", "departure_date", "2026-07-09", NULL});
    return 0;
}

static int64_t run_that_deleted(struct small_festival *f, const char *entity, const char *id)
{
    int64_t run = lab_run(f, "people", "pull");
    lab_delete(f, run, entity, id, true);
    lab_run_over(f, run, 0);
    return run;
}

static bool all_live(struct small_festival *f)
{
    return !lab_deleted(f, "person", BORIS) && !lab_deleted(f, "badge", BADGE) &&
           !lab_deleted(f, "arrival", ARRIVAL);
}

static void plan__tells__all_that_return(void **state)
{
    struct small_festival *f = *state;
    int64_t run = run_that_deleted(f, "person", BORIS);
    const char *plan = lab_plan(f, run);
    assert_has(plan, "restore Борис");
    assert_has_not(plan, "keep");
    size_t lines = 0;
    for (const char *c = plan; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 3);
}

static void undo__counts__what_its_plan_told(void **state)
{
    struct small_festival *f = *state;
    int64_t run = run_that_deleted(f, "person", BORIS);
    struct undo_done done = lab_undo(f, run, 1);
    assert_true(all_live(f));
    assert_int_equal(done.counts.restored, 3);
    assert_int_equal(done.counts.already, 0);
    assert_int_equal(done.counts.kept, 0);
    assert_int_equal(lab_state(f, run), UNDO_ALREADY);
    /* and back: nothing of it refers to the person but what goes along */
    struct undo_done again = lab_undo(f, done.run, 0);
    assert_int_equal(again.counts.deleted, 3);
    assert_int_equal(again.counts.kept, 0);
    assert_true(lab_deleted(f, "arrival", ARRIVAL));
}

static void badge_edited_since__returns__with_the_edit(void **state)
{
    struct small_festival *f = *state;
    int64_t run = run_that_deleted(f, "person", BORIS);
    lab_set(f, 0, "badge", BADGE, "occupation", V_TEXT("повар"));
    lab_undo(f, run, 0);
    assert_true(all_live(f));
    assert_string_equal(temp_store_text(f->store, "SELECT occupation FROM badge"), "повар");
}

static void badge_edited_after_the_undo__keeps__its_person(void **state)
{
    struct small_festival *f = *state;
    struct undo_done done = lab_undo(f, run_that_deleted(f, "person", BORIS), 0);
    lab_set(f, 0, "badge", BADGE, "occupation", V_TEXT("повар"));
    assert_has(lab_plan(f, done.run), "others refer to it");
    lab_undo(f, done.run, 0);
    assert_true(!lab_deleted(f, "person", BORIS) && !lab_deleted(f, "badge", BADGE));
}

static void badge_of_somebody_else_by_now__is__left_alone(void **state)
{
    struct small_festival *f = *state;
    int64_t run = run_that_deleted(f, "person", BORIS);
    lab_set(f, 0, "badge", BADGE, "person_id", V_TEXT(ANNA));
    struct undo_done done = lab_undo(f, run, 0);
    assert_true(all_live(f));
    assert_int_equal(done.counts.restored, 1);
    assert_int_equal(done.counts.already, 2);
}

static void badge_deleted_for_its_own_sake_since__stays__with_its_arrival(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t run = run_that_deleted(f, "person", BORIS);
    assert_ok(cascade_own(f->db, model_entity("badge"), BADGE, &err), err);
    assert_has(lab_plan(f, run), "deleted later");
    struct undo_done done = lab_undo(f, run, 0);
    assert_false(lab_deleted(f, "person", BORIS));
    assert_true(lab_deleted(f, "badge", BADGE));
    assert_true(lab_deleted(f, "arrival", ARRIVAL));
    assert_int_equal(done.counts.restored, 1);
    assert_int_equal(done.counts.kept, 2);
}

static void badge_of_a_person_deleted_since__stays__until_the_person_is_back(void **state)
{
    struct small_festival *f = *state;
    int64_t badge = run_that_deleted(f, "badge", BADGE);
    int64_t person = run_that_deleted(f, "person", BORIS);
    struct undo_done done = lab_undo(f, badge, 0);
    assert_int_equal(done.run, 0);
    assert_int_equal(done.counts.kept, 2);
    lab_undo(f, person, 0);
    assert_true(lab_deleted(f, "badge", BADGE));
    lab_undo(f, badge, 0);
    assert_true(all_live(f));
}

static void paused_person__keeps__what_went_along(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    bool added;
    int64_t run = run_that_deleted(f, "person", BORIS);
    assert_ok(pauses_set(f->db, "person", BORIS, OLEG, 3000, &added, &err), err);
    struct undo_done done = lab_undo(f, run, 0);
    assert_int_equal(done.counts.kept, 3);
    assert_true(lab_deleted(f, "badge", BADGE));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, small_festival_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(plan__tells__all_that_return),
        T(undo__counts__what_its_plan_told),
        T(badge_edited_since__returns__with_the_edit),
        T(badge_edited_after_the_undo__keeps__its_person),
        T(badge_of_somebody_else_by_now__is__left_alone),
        T(badge_deleted_for_its_own_sake_since__stays__with_its_arrival),
        T(badge_of_a_person_deleted_since__stays__until_the_person_is_back),
        T(paused_person__keeps__what_went_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
