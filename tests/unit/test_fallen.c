/* test_fallen.c: records that were deleted, as those that name them come to know of it. */
#include "store/fallen.h"
#include "store/links.h"
#include "store/quarantine.h"
#include "store/rows.h"
#include "store/staging.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>

#define ANNA  "11111111-1111-4111-8111-111111111111"
#define BORIS "22222222-2222-4222-8222-222222222222"
#define TEAM  "66666666-6666-4666-8666-666666666666"

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

static void set_deleted(struct temp_store *t, const char *entity, const char *id, bool deleted)
{
    struct err err = {0};
    struct record *old = get(t, entity, id), *r = record_copy(old, t->arena);
    struct change by = at(2000);
    r->deleted = deleted;
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
}

/* Anna and Boris. */
static int setup(void **state)
{
    if (temp_store_setup(state))
        return -1;
    struct temp_store *t = *state;
    add(t, "person", ANNA, (const char *[]){"name", "Анна", NULL});
    add(t, "person", BORIS, (const char *[]){"name", "Борис", NULL});
    return 0;
}

static void link_row(struct temp_store *t, const char *flow, const char *entity, const char *id,
                     const char *row)
{
    struct err err = {0};
    const struct link l = {.entity = entity,
                           .local_id = id,
                           .flow = flow,
                           .remote = "grist",
                           .tbl = flow,
                           .remote_id = row,
                           .remote_key = id,
                           .part = "",
                           .base = "{}",
                           .remote_at = 700,
                           .seen_at = 1000};
    assert_ok(links_insert(t->db, &l, &err), err);
}

static void jail(struct temp_store *t, const char *flow, const char *row, bool waiting)
{
    struct err err = {0};
    const struct jailed j = {.flow = flow,
                             .remote_id = row,
                             .part = "",
                             .waiting = waiting,
                             .reason = "Empty name",
                             .raw = "{}"};
    assert_ok(quarantine_put(t->db, &j, &err), err);
}

static void target__is_told__with_its_being_deleted(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    char id[UUID_LEN + 1];
    bool deleted;
    link_row(t, "people", "person", ANNA, "1");
    assert_ok(links_target(t->db, "person", "grist", "people", "1", id, &deleted, &err), err);
    assert_string_equal(id, ANNA);
    assert_false(deleted);
    set_deleted(t, "person", ANNA, true);
    assert_ok(links_target(t->db, "person", "grist", "people", "1", id, &deleted, &err), err);
    assert_string_equal(id, ANNA);
    assert_true(deleted);
    assert_ok(links_target(t->db, "person", "grist", "people", "2", id, &deleted, &err), err);
    assert_string_equal(id, "");
    assert_false(deleted);
    assert_ok(links_target(t->db, "team", "grist", "people", "1", id, &deleted, &err), err);
    assert_string_equal(id, "");
}

static void rows_deleted__tells__the_dead_from_the_unknown(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    bool there, deleted;
    set_deleted(t, "person", ANNA, true);
    assert_ok(rows_deleted(t->db, model_entity("person"), ANNA, &there, &deleted, &err), err);
    assert_true(there && deleted);
    assert_ok(rows_deleted(t->db, model_entity("person"), BORIS, &there, &deleted, &err), err);
    assert_true(there && !deleted);
    assert_ok(rows_deleted(t->db, model_entity("person"), TEAM, &there, &deleted, &err), err);
    assert_true(!there && !deleted);
}

/* Rows of the participations that name a fallen person; "" or their row ids. */
static const char *fallen(struct temp_store *t, int64_t since, size_t max)
{
    const struct entity *e = model_entity("participation");
    struct err err = {0};
    struct fallen *rows;
    size_t n;
    const char *all = "";
    const struct fallen_query want = {.entity = e,
                                      .ref = &e->fields[model_field(e, "person_id")],
                                      .flow = "parts",
                                      .remote = "grist",
                                      .tbl = "parts",
                                      .target_flow = "people",
                                      .target_remote = "grist",
                                      .target_tbl = "people",
                                      .since = since};
    assert_ok(fallen_rows(t->db, &want, max, t->arena, &rows, &n, &err), err);
    for (size_t i = 0; i < n; i++)
        all = arena_printf(t->arena, "%s%s@%d ", all, rows[i].remote_id, (int)rows[i].remote_at);
    return all;
}

static void fallen__are__rows_of_live_records_that_name_one_deleted_for_a_rule(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    char id[UUID_LEN + 1];
    assert_ok(staging_open(t->db, &err), err);
    add(t, "team", TEAM, (const char *[]){"name", "Кухня", "type", "CITY_SERVICE", NULL});
    for (int i = 1; i < 6; i++) {
        snprintf(id, sizeof id, "77777777-7777-4777-8777-%012d", i);
        add(t, "participation", id,
            (const char *[]){"person_id", i < 5 ? ANNA : BORIS, "team_id", TEAM, "role",
                             "VOLUNTEER", NULL});
        link_row(t, "parts", "participation", id, (char[]){(char)('0' + i), '\0'});
    }
    link_row(t, "people", "person", ANNA, "11");
    link_row(t, "people", "person", BORIS, "12");
    jail(t, "people", "11", false);
    assert_string_equal(fallen(t, 0, 10), ""); /* she is not deleted */
    set_deleted(t, "person", ANNA, true);
    set_deleted(t, "person", BORIS, true); /* no rule of his is broken */
    assert_string_equal(fallen(t, 0, 10), "1@700 2@700 3@700 4@700 ");
    assert_string_equal(fallen(t, 0, 2), "1@700 2@700 ");
    assert_string_equal(fallen(t, get(t, "person", ANNA)->rev, 10), "");
    set_deleted(t, "participation", "77777777-7777-4777-8777-000000000001", true);
    jail(t, "parts", "2", true);
    const struct staged_row listed = {.remote_id = "3", .raw = "{}"};
    assert_ok(staging_add(t->db, &listed, &err), err);
    assert_string_equal(fallen(t, 0, 10), "4@700 ");
    jail(t, "people", "11", true);
    assert_string_equal(fallen(t, 0, 10), "");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(target__is_told__with_its_being_deleted),
        T(rows_deleted__tells__the_dead_from_the_unknown),
        T(fallen__are__rows_of_live_records_that_name_one_deleted_for_a_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
