/* test_cascade.c: badges go with their person, arrivals with their badge, and both return. */
#include "store/cascade.h"
#include "store/rows.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>

#define ANNA    "11111111-1111-4111-8111-111111111111"
#define BORIS   "22222222-2222-4222-8222-222222222222"
#define BADGE   "33333333-3333-4333-8333-333333333333"
#define CHILD   "44444444-4444-4444-8444-444444444444"
#define ARRIVAL "55555555-5555-4555-8555-555555555555"
#define TEAM    "66666666-6666-4666-8666-666666666666"
#define PART    "77777777-7777-4777-8777-777777777777"

static struct change at(int64_t when)
{
    return (struct change){.source = "notion", .at = when};
}

static struct record *get(struct temp_store *t, const char *entity, const char *id)
{
    struct record *r = NULL;
    struct err err = {0};
    assert_ok(rows_get(t->db, model_entity(entity), id, t->arena, &r, &err), err);
    assert_non_null(r);
    return r;
}

static void set(struct record *r, const char *field, const char *text)
{
    int i = model_field(r->e, field);
    assert_true(i >= 0);
    r->v[i] = text ? V_TEXT(text) : V_NULL;
}

static struct record *add(struct temp_store *t, const char *entity, const char *id,
                          const char *const *texts)
{
    struct record *r = record_new(model_entity(entity), t->arena);
    struct err err = {0};
    struct change by = at(1000);
    str_copy(r->id, sizeof r->id, id);
    for (size_t i = 0; texts[i]; i += 2)
        set(r, texts[i], texts[i + 1]);
    if (!strcmp(entity, "participation"))
        r->v[model_field(r->e, "year")] = V_INT(2026);
    assert_ok(rows_insert(t->db, r, &by, &err), err);
    return r;
}

static struct record *add_badge(struct temp_store *t, const char *id, const char *person)
{
    return add(t, "badge", id,
               (const char *[]){"name", "Анна", "diet", "VEGAN", "feed", "FREE", "role",
                                "VOLUNTEER", "person_id", person, NULL});
}

static struct record *add_arrival(struct temp_store *t, const char *id, const char *badge)
{
    return add(t, "arrival", id,
               (const char *[]){"badge_id", badge, "status", "PLANNED", "arrival_date",
                                "2026-07-01", "departure_date", "2026-07-09", NULL});
}

static void change(struct temp_store *t, const char *entity, const char *id, const char *field,
                   const char *text, int64_t when)
{
    struct err err = {0};
    struct record *old = get(t, entity, id), *r = record_copy(old, t->arena);
    struct change by = at(when);
    set(r, field, text);
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
}

static void set_deleted(struct temp_store *t, const char *entity, const char *id, bool deleted)
{
    struct err err = {0};
    struct record *old = get(t, entity, id), *r = record_copy(old, t->arena);
    struct change by = at(2000);
    r->deleted = deleted;
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
}

static bool is_deleted(struct temp_store *t, const char *entity, const char *id)
{
    return get(t, entity, id)->deleted;
}

/* "person 1111…", or "" when it went with nothing. */
static const char *with(struct temp_store *t, const char *entity, const char *id)
{
    struct cascade c;
    struct err err = {0};
    assert_ok(cascade_of(t->db, model_entity(entity), id, &c, &err), err);
    return c.e ? arena_printf(t->arena, "%s %s", c.e->name, c.id) : "";
}

/* Anna with a badge and an arrival; Boris. */
static int setup(void **state)
{
    if (temp_store_setup(state))
        return -1;
    struct temp_store *t = *state;
    add(t, "person", ANNA, (const char *[]){"name", "Анна", NULL});
    add(t, "person", BORIS, (const char *[]){"name", "Борис", NULL});
    add_badge(t, BADGE, ANNA);
    add_arrival(t, ARRIVAL, BADGE);
    return 0;
}

/* ---------------------------------------------------------------- away and back */

static void deleted_person__takes__badge_and_arrival_along(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    assert_true(is_deleted(t, "badge", BADGE));
    assert_true(is_deleted(t, "arrival", ARRIVAL));
    assert_string_equal(with(t, "badge", BADGE), "person " ANNA);
    assert_string_equal(with(t, "arrival", ARRIVAL), "badge " BADGE);
    assert_string_equal(with(t, "person", ANNA), "");
    assert_int_equal(get(t, "badge", BADGE)->updated_at, 2000);
    assert_true(get(t, "arrival", ARRIVAL)->rev > get(t, "badge", BADGE)->rev);
}

static void deleted_person__leaves__one_audit_row_for_each_that_went(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    assert_string_equal(
        temp_store_text(t, "SELECT group_concat(entity || ' ' || field || ' ' || before || after,"
                           " ', ') FROM (SELECT * FROM audit WHERE at = 2000 ORDER BY id)"),
        "person deleted 01, badge deleted 01, arrival deleted 01");
    assert_int_equal(
        temp_store_int(t, "SELECT count(*) FROM audit WHERE at = 2000 AND source = 'notion'"), 3);
}

static void person_who_is_back__brings__badge_and_arrival_back(void **state)
{
    struct temp_store *t = *state;
    for (int i = 0; i < 2; i++) {
        set_deleted(t, "person", ANNA, true);
        set_deleted(t, "person", ANNA, false);
        assert_false(is_deleted(t, "badge", BADGE));
        assert_false(is_deleted(t, "arrival", ARRIVAL));
        assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cascaded"), 0);
    }
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit WHERE entity = 'arrival'"), 5);
}

static void badge_that_is_deleted__takes__its_arrival_and_not_its_person(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "badge", BADGE, true);
    assert_true(is_deleted(t, "arrival", ARRIVAL));
    assert_false(is_deleted(t, "person", ANNA));
    assert_string_equal(with(t, "badge", BADGE), "");
    set_deleted(t, "badge", BADGE, false);
    assert_false(is_deleted(t, "arrival", ARRIVAL));
}

static void participation__is_not_touched__by_its_person(void **state)
{
    struct temp_store *t = *state;
    add(t, "team", TEAM, (const char *[]){"name", "Кухня", "type", "CITY_SERVICE", NULL});
    add(t, "participation", PART,
        (const char *[]){"person_id", ANNA, "team_id", TEAM, "role", "VOLUNTEER", NULL});
    set_deleted(t, "person", ANNA, true);
    set_deleted(t, "team", TEAM, true);
    assert_false(is_deleted(t, "participation", PART));
}

static void childs_badge__is_not_touched__by_its_parents_badge(void **state)
{
    struct temp_store *t = *state;
    add_badge(t, CHILD, BORIS);
    change(t, "badge", CHILD, "parent_id", BADGE, 1500);
    set_deleted(t, "person", ANNA, true);
    assert_false(is_deleted(t, "badge", CHILD));
}

static void many_badges__all_follow__their_person(void **state)
{
    struct temp_store *t = *state;
    char id[UUID_LEN + 1];
    struct err err = {0};
    assert_ok(db_begin(t->db, &err), err);
    for (int i = 0; i < 450; i++) {
        snprintf(id, sizeof id, "88888888-8888-4888-8888-%012d", i);
        add_badge(t, id, ANNA);
    }
    set_deleted(t, "person", ANNA, true);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM badge WHERE deleted = 0"), 0);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cascaded"), 452);
    set_deleted(t, "person", ANNA, false);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM badge WHERE deleted = 1"), 0);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cascaded"), 0);
    assert_ok(db_commit(t->db, &err), err);
}

/* ---------------------------------------------------------------- for reasons of their own */

static void badge_deleted_before__stays__when_the_person_returns(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "badge", BADGE, true);
    set_deleted(t, "person", ANNA, true);
    assert_string_equal(with(t, "badge", BADGE), "");
    set_deleted(t, "person", ANNA, false);
    assert_true(is_deleted(t, "badge", BADGE));
    assert_true(is_deleted(t, "arrival", ARRIVAL));
    set_deleted(t, "badge", BADGE, false);
    assert_false(is_deleted(t, "arrival", ARRIVAL));
}

static void arrival_deleted_before__stays__when_the_others_return(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "arrival", ARRIVAL, true);
    set_deleted(t, "person", ANNA, true);
    set_deleted(t, "person", ANNA, false);
    assert_false(is_deleted(t, "badge", BADGE));
    assert_true(is_deleted(t, "arrival", ARRIVAL));
}

static void badge_deleted_again__stays__when_the_person_returns(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    set_deleted(t, "person", ANNA, true);
    assert_ok(cascade_own(t->db, model_entity("badge"), BADGE, &err), err);
    set_deleted(t, "person", ANNA, false);
    assert_true(is_deleted(t, "badge", BADGE));
    assert_true(is_deleted(t, "arrival", ARRIVAL)); /* with its badge, still */
    set_deleted(t, "badge", BADGE, false);
    assert_false(is_deleted(t, "arrival", ARRIVAL));
}

/* ---------------------------------------------------------------- other targets */

static void badge__returns__with_another_person(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    change(t, "badge", BADGE, "person_id", BORIS, 3000);
    assert_false(is_deleted(t, "badge", BADGE));
    assert_false(is_deleted(t, "arrival", ARRIVAL));
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cascaded"), 0);
    set_deleted(t, "person", ANNA, false); /* nothing of hers */
    set_deleted(t, "person", ANNA, true);
    assert_false(is_deleted(t, "badge", BADGE));
}

static void badge__goes__with_the_deleted_person_it_is_given_to(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", BORIS, true);
    change(t, "badge", BADGE, "person_id", BORIS, 3000);
    assert_true(is_deleted(t, "badge", BADGE));
    assert_true(is_deleted(t, "arrival", ARRIVAL));
    assert_string_equal(with(t, "badge", BADGE), "person " BORIS);
    set_deleted(t, "person", BORIS, false);
    assert_false(is_deleted(t, "badge", BADGE));
    assert_false(is_deleted(t, "arrival", ARRIVAL));
}

static void badge__waits_for__the_deleted_person_it_moved_to(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    set_deleted(t, "person", BORIS, true);
    change(t, "badge", BADGE, "person_id", BORIS, 3000);
    assert_string_equal(with(t, "badge", BADGE), "person " BORIS);
    set_deleted(t, "person", ANNA, false);
    assert_true(is_deleted(t, "badge", BADGE));
    set_deleted(t, "person", BORIS, false);
    assert_false(is_deleted(t, "badge", BADGE));
}

static void badge_deleted_itself__stays__whomever_it_is_given_to(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "badge", BADGE, true);
    change(t, "badge", BADGE, "person_id", BORIS, 3000);
    assert_true(is_deleted(t, "badge", BADGE));
}

static void emptied_reference__brings__nothing_back_by_itself(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    change(t, "badge", BADGE, "person_id", NULL, 3000);
    assert_true(is_deleted(t, "badge", BADGE));
    set_deleted(t, "person", ANNA, false); /* it went with her, so it comes with her */
    assert_false(is_deleted(t, "badge", BADGE));
}

static void badge_without_a_person__may_be_restored__by_hand(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    change(t, "badge", BADGE, "person_id", NULL, 3000);
    set_deleted(t, "badge", BADGE, false);
    assert_false(is_deleted(t, "badge", BADGE));
    assert_false(is_deleted(t, "arrival", ARRIVAL));
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM cascaded"), 0);
}

/* ---------------------------------------------------------------- never live without its target */

static void new_badge_of_a_deleted_person__comes_in__deleted(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", BORIS, true);
    struct record *r = add_badge(t, CHILD, BORIS);
    assert_true(r->deleted);
    assert_true(is_deleted(t, "badge", CHILD));
    assert_string_equal(temp_store_text(t, "SELECT field || before || after FROM audit"
                                           " WHERE local_id = '" CHILD "' AND field NOT NULL"),
                        "deleted01");
    set_deleted(t, "person", BORIS, false);
    assert_false(is_deleted(t, "badge", CHILD));
}

static void new_deleted_badge__stays__when_its_person_returns(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct change by = at(1000);
    set_deleted(t, "person", BORIS, true);
    struct record *r = record_copy(get(t, "badge", BADGE), t->arena);
    str_copy(r->id, sizeof r->id, CHILD);
    set(r, "person_id", BORIS);
    r->deleted = true;
    assert_ok(rows_insert(t->db, r, &by, &err), err);
    set_deleted(t, "person", BORIS, false);
    assert_true(is_deleted(t, "badge", CHILD));
}

static void restored_badge_of_a_deleted_person__waits_for__the_person(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "badge", BADGE, true);
    set_deleted(t, "person", ANNA, true);
    int64_t rev = get(t, "badge", BADGE)->rev;
    set_deleted(t, "badge", BADGE, false);
    assert_true(is_deleted(t, "badge", BADGE));
    assert_int_equal(get(t, "badge", BADGE)->rev, rev); /* nothing was written of it */
    assert_string_equal(with(t, "badge", BADGE), "person " ANNA);
    set_deleted(t, "person", ANNA, false);
    assert_false(is_deleted(t, "badge", BADGE));
}

static void edits_of_what_went__are_kept__and_return_with_it(void **state)
{
    struct temp_store *t = *state;
    set_deleted(t, "person", ANNA, true);
    change(t, "badge", BADGE, "occupation", "повар", 3000);
    assert_true(is_deleted(t, "badge", BADGE));
    set_deleted(t, "person", ANNA, false);
    assert_false(is_deleted(t, "badge", BADGE));
    assert_string_equal(temp_store_text(t, "SELECT occupation FROM badge"), "повар");
}

/* ---------------------------------------------------------------- the model */

/* A record that went because of itself would never come back. */
static void model__knows__no_circle_of_followers(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            if (!e->fields[k].cascade)
                continue;
            /* a target stands before its followers, so there can be no circle */
            assert_true(model_entity(e->fields[k].ref) < e);
            assert_int_equal(e->fields[k].type, FT_REF);
            assert_non_null(e->fields[k].bad_deleted);
            n++;
        }
    }
    assert_int_equal(n, 2);
}

static void reaches__tells__who_goes_with_whom(void **state)
{
    const struct entity *person = model_entity("person"), *badge = model_entity("badge"),
                        *arrival = model_entity("arrival");
    (void)state;
    assert_true(cascade_reaches(person, badge));
    assert_true(cascade_reaches(person, arrival));
    assert_true(cascade_reaches(badge, arrival));
    assert_false(cascade_reaches(arrival, badge));
    assert_false(cascade_reaches(badge, badge));
    assert_false(cascade_reaches(person, model_entity("participation")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(deleted_person__takes__badge_and_arrival_along),
        T(deleted_person__leaves__one_audit_row_for_each_that_went),
        T(person_who_is_back__brings__badge_and_arrival_back),
        T(badge_that_is_deleted__takes__its_arrival_and_not_its_person),
        T(participation__is_not_touched__by_its_person),
        T(childs_badge__is_not_touched__by_its_parents_badge),
        T(many_badges__all_follow__their_person),
        T(badge_deleted_before__stays__when_the_person_returns),
        T(arrival_deleted_before__stays__when_the_others_return),
        T(badge_deleted_again__stays__when_the_person_returns),
        T(badge__returns__with_another_person),
        T(badge__goes__with_the_deleted_person_it_is_given_to),
        T(badge__waits_for__the_deleted_person_it_moved_to),
        T(badge_deleted_itself__stays__whomever_it_is_given_to),
        T(emptied_reference__brings__nothing_back_by_itself),
        T(badge_without_a_person__may_be_restored__by_hand),
        T(new_badge_of_a_deleted_person__comes_in__deleted),
        T(new_deleted_badge__stays__when_its_person_returns),
        T(restored_badge_of_a_deleted_person__waits_for__the_person),
        T(edits_of_what_went__are_kept__and_return_with_it),
        T(model__knows__no_circle_of_followers),
        T(reaches__tells__who_goes_with_whom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
