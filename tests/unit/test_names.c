/* test_names.c: finding a record by what people call it, and the history of what is found. */
#include "store/audit.h"
#include "store/names.h"
#include "store/plans.h"
#include "store/rows.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define ANNA "11111111-1111-4111-8111-111111111111"
#define TEAM "22222222-2222-4222-8222-222222222222"
#define PART "33333333-3333-4333-8333-333333333333"
#define PETR "44444444-4444-4444-8444-444444444444"

static struct record *blank(struct temp_store *t, const char *entity, const char *id)
{
    struct record *r = record_new(model_entity(entity), t->arena);
    str_copy(r->id, sizeof r->id, id);
    return r;
}

static void set(struct record *r, const char *name, struct value v)
{
    r->v[model_field(r->e, name)] = v;
}

static void insert(struct temp_store *t, struct record *r, int64_t at)
{
    struct err err = {0};
    assert_ok(rows_insert(t->db, r, &(struct change){.source = "notion", .at = at}, &err), err);
}

static void fill(struct temp_store *t)
{
    struct record *anna = blank(t, "person", ANNA), *petr = blank(t, "person", PETR);
    struct record *team = blank(t, "team", TEAM), *part = blank(t, "participation", PART);
    set(anna, "name", V_TEXT("Алёна Лис"));
    set(petr, "name", V_TEXT("Пётр Лис"));
    set(team, "name", V_TEXT("Кухня"));
    set(team, "type", V_TEXT("FIELD_SERVICE"));
    set(part, "year", V_INT(2026));
    set(part, "person_id", V_TEXT(ANNA));
    set(part, "team_id", V_TEXT(TEAM));
    set(part, "role", V_TEXT("VOLUNTEER"));
    insert(t, anna, 1000);
    insert(t, petr, 1001);
    insert(t, team, 1002);
    insert(t, part, 1003);
}

static size_t find(struct temp_store *t, const char *part, struct named **ret, int64_t *ret_total)
{
    struct err err = {0};
    size_t n;
    assert_ok(names_find(t->db, part, 1, t->arena, ret, &n, ret_total, &err), err);
    return n;
}

static void names__find__by_part_case_and_yo(void **state)
{
    struct temp_store *t = *state;
    struct named *list;
    int64_t total;
    fill(t);
    assert_int_equal(find(t, "алена", &list, &total), 1);
    assert_string_equal(list[0].id, ANNA);
    assert_int_equal(find(t, "ЛИС", &list, &total), 1); /* at most one was asked for … */
    assert_int_equal(total, 2);                         /* … of two */
    assert_int_equal(find(t, "кухн", &list, &total), 1);
    assert_string_equal(list[0].entity, "team");
    assert_int_equal(find(t, "нет такого", &list, &total), 0);
    assert_int_equal(find(t, " ", &list, &total), 0);
}

static void names__find__by_id_in_any_spelling(void **state)
{
    struct temp_store *t = *state;
    struct named *list;
    int64_t total;
    fill(t);
    assert_int_equal(find(t, "33333333333343338333333333333333", &list, &total), 1);
    assert_string_equal(list[0].entity, "participation");
    assert_string_equal(list[0].name, "Алёна Лис, Кухня");
    assert_int_equal(find(t, "55555555555545558555555555555555", &list, &total), 0);
}

static void history__of_a_person__has_their_participations(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct audit_row *rows;
    struct record *old, *new;
    size_t n;
    fill(t);
    assert_ok(rows_get(t->db, model_entity("participation"), PART, t->arena, &old, &err), err);
    new = record_copy(old, t->arena);
    set(new, "status", V_TEXT("ARRIVED"));
    assert_ok(rows_update(t->db, old, new, &(struct change){.source = "coda", .at = 2000}, &err),
              err);

    assert_ok(audit_of_record(t->db, "person", ANNA, 0, 10, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 3); /* newest first: the status, the participation, the person */
    assert_string_equal(rows[0].field, "status");
    assert_string_equal(rows[0].before, "PLANNED");
    assert_string_equal(rows[0].after, "ARRIVED");
    assert_string_equal(rows[0].source, "coda");
    assert_string_equal(rows[2].entity, "person");
    int64_t second = rows[1].row;
    assert_ok(audit_of_record(t->db, "person", ANNA, second, 10, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 1);
    assert_ok(audit_of_record(t->db, "person", PETR, 0, 10, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 1);
    assert_ok(audit_of_record(t->db, "team", TEAM, 0, 10, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 3);
}

static void plan__is_settled__once(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct saved_plan *plan;
    struct saved_op *ops;
    const struct saved_op op = {.op = "update",
                                .entity = "person",
                                .local_id = ANNA,
                                .remote_id = "r",
                                .name = "Анна",
                                .changes = "{}",
                                .reason = "changed",
                                .digest = "d"};
    int64_t id;
    bool was_open;
    size_t n;
    assert_ok(plans_begin(t->db, "people", "shell", NULL, NULL, 1000, &id, &err), err);
    /* half written is not there yet: a crash leaves nothing that could be approved */
    assert_ok(plans_settle(t->db, id, "applied", "x", 1001, &was_open, &err), err);
    assert_false(was_open);
    assert_ok(plans_add(t->db, id, 0, &op, &err), err);
    assert_ok(plans_open(t->db, id, &(struct counts){.updated = 1}, &err), err);
    assert_ok(plans_ops(t->db, id, 0, 10, t->arena, &ops, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(ops[0].digest, "d");
    assert_ok(plans_settle(t->db, id, "applied", "x", 1001, &was_open, &err), err);
    assert_true(was_open);
    assert_ok(plans_settle(t->db, id, "refused", "y", 1002, &was_open, &err), err);
    assert_false(was_open);
    assert_ok(plans_get(t->db, id, t->arena, &plan, &err), err);
    assert_string_equal(plan->state, "applied");
    assert_string_equal(plan->settled_by, "x");
    assert_int_equal(plan->counts.updated, 1);
    assert_ok(plans_prune(t->db, 1000 + INT64_C(8) * 24 * 3600 * 1000, &err), err);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM plan_op"), 0);
}

#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(names__find__by_part_case_and_yo),
        WITH_STORE(names__find__by_id_in_any_spelling),
        WITH_STORE(history__of_a_person__has_their_participations),
        WITH_STORE(plan__is_settled__once),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
