/* test_bindings.c: which person of the store somebody in a chat is. */
#include "store/chat/bindings.h"
#include "tests/support/check.h"
#include "tests/support/small_festival.h"

#define PETR "44444444-4444-4444-8444-444444444444"

static struct small_festival *world(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    small_festival_set(f, "person", ANNA, "telegram", V_TEXT("@Lis_M"), "notion", 2000);
    small_festival_set(f, "person", ANNA, "phone", V_TEXT("+79161112233"), "notion", 2000);
    assert_ok(db_script(f->db,
                        "INSERT INTO person(id, name, deleted, created_at, updated_at, rev)"
                        " VALUES ('" PETR "', 'Ильин Пётр', 0, 1, 1, 900)",
                        &err),
              err);
    return f;
}

static enum binding_found by_username(struct small_festival *f, const char *name,
                                      const char **ret_id)
{
    struct err err = {0};
    enum binding_found found;
    assert_ok(bindings_by_username(f->db, name, f->arena, &found, ret_id, &err), err);
    return found;
}

static enum binding_found by_phone(struct small_festival *f, const char *phone, const char **ret_id)
{
    struct err err = {0};
    enum binding_found found;
    assert_ok(bindings_by_phone(f->db, phone, f->arena, &found, ret_id, &err), err);
    return found;
}

static bool bind(struct small_festival *f, int64_t user, const char *person, enum binding_how how)
{
    struct err err = {0};
    bool taken;
    const struct binding b = {.via = "telegram", .user_id = user, .person_id = person, .how = how};
    assert_ok(bindings_set(f->db, &b, "telegram:1", 500, &taken, &err), err);
    return !taken;
}

static struct binding *get(struct small_festival *f, int64_t user)
{
    struct err err = {0};
    struct binding *b;
    assert_ok(bindings_get(f->db, "telegram", user, f->arena, &b, &err), err);
    return b;
}

static void person__is_found__by_username_in_any_case(void **state)
{
    struct small_festival *f = world(state);
    const char *id;
    assert_int_equal(by_username(f, "lis_m", &id), FOUND_ONE);
    assert_string_equal(id, ANNA);
    assert_int_equal(by_username(f, "@LIS_M", &id), FOUND_ONE);
    assert_int_equal(by_username(f, "lis", &id), FOUND_NOBODY);
    assert_int_equal(by_username(f, "@", &id), FOUND_NOBODY);
    assert_int_equal(by_username(f, "", &id), FOUND_NOBODY);
    small_festival_set(f, "person", PETR, "telegram", V_TEXT("@lis_M"), "notion", 2000);
    assert_int_equal(by_username(f, "lis_m", &id), FOUND_SEVERAL);
    assert_null(id);
    small_festival_set(f, "person", ANNA, "deleted", V_INT(1), "notion", 2000);
    assert_int_equal(by_username(f, "lis_m", &id), FOUND_ONE);
    assert_string_equal(id, PETR);
}

static void person__is_found__by_phone(void **state)
{
    struct small_festival *f = world(state);
    const char *id;
    assert_int_equal(by_phone(f, "+79161112233", &id), FOUND_ONE);
    assert_string_equal(id, ANNA);
    assert_int_equal(by_phone(f, "+79161112234", &id), FOUND_NOBODY);
    assert_int_equal(by_phone(f, "", &id), FOUND_NOBODY);
    small_festival_set(f, "person", PETR, "phone", V_TEXT("+79161112233"), "notion", 2000);
    assert_int_equal(by_phone(f, "+79161112233", &id), FOUND_SEVERAL);
}

static void looking__uses__the_indexes(void **state)
{
    struct small_festival *f = world(state);
    assert_has(temp_store_text(f->store,
                               "SELECT group_concat(name) FROM sqlite_master WHERE type = 'index'"),
               "person_telegram");
    AUTO_QUERY *q = NULL;
    struct err err = {0};
    assert_ok(DB_QUERY(f->db, &q, &err,
                       "EXPLAIN QUERY PLAN SELECT id FROM person WHERE deleted = 0 AND telegram IS"
                       " NOT NULL AND lower(telegram) = lower('@' || :name) LIMIT 2",
                       B_TEXT(":name", "x")),
              err);
    assert_int_equal(query_next(q, &err), 1);
    assert_has(query_text(q, 3), "person_telegram");
}

static void binding__is_to__one_id_only(void **state)
{
    struct small_festival *f = world(state);
    assert_true(bind(f, 7, ANNA, BOUND_PHONE));
    assert_false(bind(f, 8, ANNA, BOUND_PHONE));
    assert_null(get(f, 8));
    struct binding *b = get(f, 7);
    assert_string_equal(b->person_id, ANNA);
    assert_string_equal(b->name, "Лис Мария");
    assert_int_equal(b->how, BOUND_PHONE);
    assert_true(b->live);
    assert_true(bind(f, 7, PETR, BOUND_HAND)); /* in its place */
    assert_string_equal(get(f, 7)->name, "Ильин Пётр");
    assert_true(bind(f, 8, ANNA, BOUND_USERNAME));
    assert_string_equal(temp_store_text(f->store,
                                        "SELECT group_concat(local_id || ' ' || field || ' ' ||"
                                        " ifnull(before, '-') || ' > ' || after, char(10))"
                                        " FROM (SELECT * FROM audit WHERE entity = 'chat_user'"
                                        " ORDER BY id)"),
                        "telegram:7 person - > " ANNA " by phone\n"
                        "telegram:7 person " ANNA " by phone > " PETR " by hand\n"
                        "telegram:8 person - > " ANNA " by username");
}

static void binding__that_says_the_same__writes_nothing(void **state)
{
    struct small_festival *f = world(state);
    assert_true(bind(f, 7, ANNA, BOUND_PHONE));
    int64_t rows = temp_store_int(f->store, "SELECT count(*) FROM audit");
    assert_true(bind(f, 7, ANNA, BOUND_PHONE));
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM audit"), rows);
}

static void binding__counts_for_nothing__while_the_record_is_away(void **state)
{
    struct small_festival *f = world(state);
    bind(f, 7, ANNA, BOUND_PHONE);
    small_festival_set(f, "person", ANNA, "deleted", V_INT(1), "notion", 2000);
    assert_false(get(f, 7)->live);
    small_festival_set(f, "person", ANNA, "deleted", V_INT(0), "notion", 2001);
    assert_true(get(f, 7)->live);
    small_festival_set(f, "person", ANNA, "banned", V_INT(1), "notion", 2002);
    assert_false(get(f, 7)->live);
}

static void binding__is_cleared__once(void **state)
{
    struct small_festival *f = world(state);
    struct err err = {0};
    bool was;
    bind(f, 7, ANNA, BOUND_PHONE);
    assert_ok(bindings_clear(f->db, "telegram", 7, "telegram:1", 600, &was, &err), err);
    assert_true(was);
    assert_null(get(f, 7));
    assert_ok(bindings_clear(f->db, "telegram", 7, "telegram:1", 600, &was, &err), err);
    assert_false(was);
}

static size_t leads(struct small_festival *f, int year)
{
    struct err err = {0};
    const char **teams;
    size_t n;
    assert_ok(bindings_leads(f->db, ANNA, year, f->arena, &teams, &n, &err), err);
    if (n)
        assert_string_equal(teams[0], TEAM);
    return n;
}

static void leads__are__of_that_year_and_still_in_the_lists(void **state)
{
    struct small_festival *f = world(state);
    assert_int_equal(leads(f, 2026), 0); /* a volunteer */
    small_festival_set(f, "participation", PART, "role", V_TEXT("ORGANIZER"), "coda", 2000);
    assert_int_equal(leads(f, 2026), 1);
    assert_int_equal(leads(f, 2025), 0);
    small_festival_set(f, "participation", PART, "role", V_TEXT("VICE"), "coda", 2001);
    assert_int_equal(leads(f, 2026), 0);
    small_festival_set(f, "participation", PART, "role", V_TEXT("CAMP_LEAD"), "coda", 2002);
    assert_int_equal(leads(f, 2026), 1);
    small_festival_set(f, "participation", PART, "status", V_TEXT("CANCELLED"), "coda", 2003);
    assert_int_equal(leads(f, 2026), 0);
    small_festival_set(f, "participation", PART, "status", V_TEXT("ARRIVED"), "coda", 2004);
    small_festival_set(f, "participation", PART, "deleted", V_INT(1), "coda", 2005);
    assert_int_equal(leads(f, 2026), 0);
}

static void parts__are_told__in_the_words_of_the_dictionaries(void **state)
{
    struct small_festival *f = world(state);
    struct err err = {0};
    struct part_taken *parts;
    size_t n;
    assert_ok(bindings_parts(f->db, ANNA, 2026, 5, f->arena, &parts, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(parts[0].team, "Инфоцентр");
    assert_string_equal(parts[0].role, "волонтёр");
    assert_string_equal(parts[0].status, "планируется");
    assert_ok(bindings_parts(f->db, ANNA, 2025, 5, f->arena, &parts, &n, &err), err);
    assert_int_equal(n, 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, small_festival_setup, small_festival_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(person__is_found__by_username_in_any_case),
        T(person__is_found__by_phone),
        T(looking__uses__the_indexes),
        T(binding__is_to__one_id_only),
        T(binding__that_says_the_same__writes_nothing),
        T(binding__counts_for_nothing__while_the_record_is_away),
        T(binding__is_cleared__once),
        T(leads__are__of_that_year_and_still_in_the_lists),
        T(parts__are_told__in_the_words_of_the_dictionaries),
    };
    return cmocka_run_group_tests_name("bindings", tests, NULL, NULL);
}
