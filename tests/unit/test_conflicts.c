/* test_conflicts.c: fields that both sides changed: opened once, renewed, settled, remembered. */
#include "store/audit.h"
#include "store/conflicts.h"
#include "store/rows.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define ANNA "11111111-1111-4111-8111-111111111111"
#define TEAM "22222222-2222-4222-8222-222222222222"
#define PART "33333333-3333-4333-8333-333333333333"

static struct conflict about(const char *field)
{
    return (struct conflict){.flow = "participation",
                             .entity = "participation",
                             .local_id = PART,
                             .field = field,
                             .base = "CONFIRMED",
                             .ours = "CANCELLED",
                             .theirs = "ARRIVED",
                             .remote = "coda",
                             .theirs_at = 900,
                             .created_at = 1000};
}

static void open_one(struct temp_store *t, const struct conflict *c)
{
    struct err err = {0};
    assert_ok(conflicts_open(t->db, c, &err), err);
}

static struct conflict *get(struct temp_store *t, int64_t id)
{
    struct err err = {0};
    struct conflict *c;
    assert_ok(conflicts_get(t->db, id, t->arena, &c, &err), err);
    return c;
}

static int64_t count_open(struct temp_store *t)
{
    struct err err = {0};
    int64_t n;
    assert_ok(conflicts_count_open(t->db, &n, &err), err);
    return n;
}

static void conflict__comes_back__as_it_was_opened(void **state)
{
    struct temp_store *t = *state;
    struct conflict c = about("status");
    c.base = NULL;
    open_one(t, &c);
    struct conflict *read = get(t, 1);
    assert_true(read->open);
    assert_string_equal(read->flow, "participation");
    assert_string_equal(read->entity, "participation");
    assert_string_equal(read->local_id, PART);
    assert_string_equal(read->field, "status");
    assert_null(read->base);
    assert_string_equal(read->ours, "CANCELLED");
    assert_string_equal(read->theirs, "ARRIVED");
    assert_string_equal(read->remote, "coda");
    assert_int_equal(read->theirs_at, 900);
    assert_int_equal(read->created_at, 1000);
    assert_int_equal(read->run, 0);
    assert_null(read->settled_by);
    assert_null(read->choice);
    assert_int_equal(read->settled_at, 0);
    assert_null(get(t, 2));
}

static void conflict__is_renewed__and_not_opened_twice(void **state)
{
    struct temp_store *t = *state;
    struct conflict c = about("status");
    open_one(t, &c);
    int64_t writes = temp_store_int(t, "SELECT total_changes()");
    open_one(t, &c); /* nothing differs: nothing is written */
    c.created_at = 5000;
    open_one(t, &c); /* that it was met again is no difference */
    assert_int_equal(temp_store_int(t, "SELECT total_changes()"), writes);

    c.theirs = NULL; /* emptied there meanwhile */
    c.theirs_at = 0;
    open_one(t, &c);
    struct conflict *read = get(t, 1);
    assert_null(read->theirs);
    assert_int_equal(read->theirs_at, 0);
    assert_string_equal(read->ours, "CANCELLED");
    assert_int_equal(read->created_at, 1000);
    assert_int_equal(count_open(t), 1);
}

static void conflict__opens_anew__once_the_old_one_is_settled(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct conflict c = about("status");
    open_one(t, &c);
    assert_ok(conflicts_settle(t->db, 1, "telegram:1001", "ours", 2000, &err), err);
    struct conflict *read = get(t, 1);
    assert_false(read->open);
    assert_string_equal(read->settled_by, "telegram:1001");
    assert_string_equal(read->choice, "ours");
    assert_int_equal(read->settled_at, 2000);
    assert_int_equal(count_open(t), 0);
    open_one(t, &c);
    assert_int_equal(count_open(t), 1);
    assert_true(get(t, 2)->open);
    assert_ok(conflicts_settle(t->db, 2, "agreed", NULL, 3000, &err), err);
    assert_null(get(t, 2)->choice);
    assert_string_equal(get(t, 2)->settled_by, "agreed");
}

static void list__pages__through_the_open_ones_only(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct conflict a = about("status"), b = about("role"), policy = about("year"), *list;
    size_t n;
    int64_t total;
    open_one(t, &a);
    policy.settled_by = "policy";
    policy.choice = "theirs";
    policy.settled_at = 1000;
    assert_ok(conflicts_add_settled(t->db, &policy, &err), err);
    open_one(t, &b);
    assert_ok(conflicts_list_open(t->db, 0, 1, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(total, 2);
    assert_string_equal(list[0].field, "status");
    assert_ok(conflicts_list_open(t->db, 1, 1, t->arena, &list, &n, &total, &err), err);
    assert_string_equal(list[0].field, "role");
    assert_ok(conflicts_list_open(t->db, 2, 1, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 0);
    assert_int_equal(total, 2);
}

static void record__tells__the_fields_that_wait_in_a_flow(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct conflict a = about("status"), b = about("role"), elsewhere = about("status"), *list;
    size_t n;
    elsewhere.flow = "volunteers";
    open_one(t, &a);
    open_one(t, &b);
    open_one(t, &elsewhere);
    assert_ok(conflicts_settle(t->db, 1, "agreed", NULL, 2000, &err), err);
    assert_ok(conflicts_of_record(t->db, "participation", "participation", PART, t->arena, &list,
                                  &n, &err),
              err);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].field, "role");
    assert_ok(conflicts_of_record(t->db, "participation", "person", PART, t->arena, &list, &n,
                                  &err),
              err);
    assert_int_equal(n, 0);
}

static void run__tells__what_it_met(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct conflict a = about("status"), b = about("role"), other = about("year"), *list;
    size_t n;
    int64_t run;
    assert_ok(runs_begin(t->db, "participation", "pull", "shell", 0, 1000, &run, &err), err);
    a.run = b.run = run;
    b.settled_by = "policy";
    b.choice = "ours";
    b.settled_at = 1000;
    open_one(t, &a);
    open_one(t, &other);
    assert_ok(conflicts_add_settled(t->db, &b, &err), err);
    assert_ok(conflicts_of_run(t->db, run, 10, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_true(list[0].open);
    assert_false(list[1].open);
    assert_string_equal(list[1].choice, "ours");
    assert_string_equal(list[1].theirs, "ARRIVED"); /* what lost is kept */
    assert_int_equal(list[1].run, run);
    assert_ok(conflicts_of_run(t->db, run, 1, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
    assert_ok(conflicts_of_run(t->db, run + 1, 10, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
}

static struct record *insert(struct temp_store *t, const char *entity, const char *id)
{
    struct err err = {0};
    struct record *r = record_new(model_entity(entity), t->arena);
    str_copy(r->id, sizeof r->id, id);
    if (!strcmp(entity, "participation")) {
        r->v[model_field(r->e, "year")] = V_INT(2026);
        r->v[model_field(r->e, "person_id")] = V_TEXT(ANNA);
        r->v[model_field(r->e, "team_id")] = V_TEXT(TEAM);
        r->v[model_field(r->e, "role")] = V_TEXT("VOLUNTEER");
    } else {
        r->v[model_field(r->e, "name")] = V_TEXT(entity);
    }
    if (!strcmp(entity, "team"))
        r->v[model_field(r->e, "type")] = V_TEXT("FIELD_SERVICE");
    assert_ok(rows_insert(t->db, r, &(struct change){.source = "coda", .at = 500}, &err), err);
    return r;
}

static void history__of_a_person__has_their_participations_conflicts(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct conflict a = about("status"), b = about("role"), *list;
    size_t n;
    insert(t, "person", ANNA);
    insert(t, "team", TEAM);
    insert(t, "participation", PART);
    b.created_at = 2000;
    open_one(t, &a);
    open_one(t, &b);
    assert_ok(conflicts_history(t->db, "person", ANNA, 0, INT64_MAX, 10, t->arena, &list, &n, &err),
              err);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].field, "role"); /* newest first */
    assert_ok(conflicts_history(t->db, "person", ANNA, 0, 2000, 10, t->arena, &list, &n, &err),
              err);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].field, "status");
    assert_ok(conflicts_history(t->db, "team", TEAM, 1001, INT64_MAX, 10, t->arena, &list, &n,
                                &err),
              err);
    assert_int_equal(n, 1);
    assert_ok(conflicts_history(t->db, "participation", PART, 0, INT64_MAX, 1, t->arena, &list, &n,
                                &err),
              err);
    assert_int_equal(n, 1);
    assert_ok(conflicts_history(t->db, "person", PART, 0, INT64_MAX, 10, t->arena, &list, &n, &err),
              err);
    assert_int_equal(n, 0);
}

static void audit__tells__who_set_a_field_last(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct audit_row *row;
    insert(t, "person", ANNA);
    insert(t, "team", TEAM);
    struct record *old = insert(t, "participation", PART), *new = record_copy(old, t->arena);
    assert_ok(audit_last_of_field(t->db, "participation", PART, "status", t->arena, &row, &err),
              err);
    assert_string_equal(row->source, "coda"); /* with the whole record */
    new->v[model_field(new->e, "status")] = V_TEXT("ARRIVED");
    assert_ok(rows_update(t->db, old, new, &(struct change){.source = "telegram:7", .at = 600},
                          &err),
              err);
    assert_ok(audit_last_of_field(t->db, "participation", PART, "status", t->arena, &row, &err),
              err);
    assert_string_equal(row->source, "telegram:7");
    assert_string_equal(row->after, "ARRIVED");
    assert_int_equal(row->at, 600);
    assert_ok(audit_last_of_field(t->db, "participation", PART, "role", t->arena, &row, &err), err);
    assert_string_equal(row->source, "coda");
    assert_ok(audit_last_of_field(t->db, "participation", ANNA, "role", t->arena, &row, &err), err);
    assert_null(row);
}

#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(conflict__comes_back__as_it_was_opened),
        WITH_STORE(conflict__is_renewed__and_not_opened_twice),
        WITH_STORE(conflict__opens_anew__once_the_old_one_is_settled),
        WITH_STORE(list__pages__through_the_open_ones_only),
        WITH_STORE(record__tells__the_fields_that_wait_in_a_flow),
        WITH_STORE(run__tells__what_it_met),
        WITH_STORE(history__of_a_person__has_their_participations_conflicts),
        WITH_STORE(audit__tells__who_set_a_field_last),
    };
    return cmocka_run_group_tests_name("conflicts", tests, NULL, NULL);
}
