/* test_grants.c: roles that were given: for everything or a team, for good or until a time; and the
 * teams that a record belongs to. */
#include "store/chat/grants.h"
#include "store/reach.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

static int64_t give(struct temp_store *t, enum role role, const char *team, int64_t until,
                    int64_t at, bool *ret_new)
{
    struct err err = {0};
    int64_t id = 0;
    const struct grant g = {.via = "telegram",
                            .user_id = 7,
                            .role = role,
                            .team_id = team,
                            .until = until,
                            .given_by = "telegram:1",
                            .given_at = at};
    assert_ok(grants_give(t->db, &g, &id, ret_new, &err), err);
    return id;
}

static size_t of(struct temp_store *t, int64_t now, struct grant **ret)
{
    struct err err = {0};
    size_t n;
    assert_ok(grants_of(t->db, "telegram", 7, now, t->arena, ret, &n, &err), err);
    return n;
}

static const char *audit(struct temp_store *t)
{
    return temp_store_text(t, "SELECT group_concat(ifnull(before, '-') || ' > ' ||"
                              " ifnull(after, '-') || ' ' || source, char(10)) FROM (SELECT * FROM"
                              " audit WHERE entity = 'chat_user' AND local_id = 'telegram:7'"
                              " AND field = 'role' ORDER BY id)");
}

static void grants__of_one_person__add_up(void **state)
{
    struct temp_store *t = *state;
    struct grant *list;
    bool new;
    assert_int_equal(of(t, 100, &list), 0);
    give(t, ROLE_CHECKER, NULL, 0, 100, &new);
    assert_true(new);
    give(t, ROLE_ORGANIZER, "team-1", 5000, 100, &new);
    give(t, ROLE_ORGANIZER, "team-2", 0, 100, &new);
    assert_int_equal(of(t, 200, &list), 3);
    assert_int_equal(list[0].role, ROLE_ORGANIZER);
    assert_string_equal(list[0].team_id, "team-1");
    assert_int_equal(list[0].until, 5000);
    assert_string_equal(list[1].team_id, "team-2");
    assert_int_equal(list[2].role, ROLE_CHECKER);
    assert_null(list[2].team_id);
    assert_string_equal(list[2].given_by, "telegram:1");
}

static void grant__whose_time_is_over__counts_no_more(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct grant *list;
    size_t n;
    bool new;
    int64_t id = give(t, ROLE_ORGANIZER, NULL, 5000, 100, &new);
    assert_int_equal(of(t, 4999, &list), 1);
    assert_int_equal(of(t, 5000, &list), 0);
    assert_ok(grants_over(t->db, 4999, 10, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
    assert_ok(grants_over(t->db, 5000, 10, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, id);
    assert_false(grant_counts(&list[0], 5000));
    assert_ok(grants_take(t->db, id, "time", 5000, &new, &err), err);
    assert_true(new);
    assert_ok(grants_over(t->db, 6000, 10, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
}

static void same_grant__gets__the_new_time(void **state)
{
    struct temp_store *t = *state;
    struct grant *list;
    bool new;
    int64_t first = give(t, ROLE_ORGANIZER, "team-1", 5000, 100, &new);
    assert_int_equal(give(t, ROLE_ORGANIZER, "team-1", 5000, 150, &new), first);
    assert_false(new);
    assert_int_equal(give(t, ROLE_ORGANIZER, "team-1", 0, 200, &new), first);
    assert_true(new);
    assert_int_equal(of(t, 9000, &list), 1);
    assert_int_equal(list[0].until, 0);
    assert_string_equal(
        audit(t),
        "- > organizer of team-1 until 1970-01-01T00:00:05.000Z telegram:1\n"
        "organizer of team-1 until 1970-01-01T00:00:05.000Z > organizer of team-1 telegram:1");
}

static void grant__after_its_end__is_a_new_one(void **state)
{
    struct temp_store *t = *state;
    struct grant *list;
    bool new;
    int64_t first = give(t, ROLE_CHECKER, NULL, 5000, 100, &new);
    int64_t second = give(t, ROLE_CHECKER, NULL, 9000, 6000, &new);
    assert_true(new);
    assert_int_not_equal(first, second);
    assert_int_equal(of(t, 6000, &list), 1);
    assert_string_equal(audit(t), "- > checker until 1970-01-01T00:00:05.000Z telegram:1\n"
                                  "checker until 1970-01-01T00:00:05.000Z > - time\n"
                                  "- > checker until 1970-01-01T00:00:09.000Z telegram:1");
}

static void grant__is_taken__once(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct grant *g;
    bool was;
    int64_t id = give(t, ROLE_ORGANIZER, NULL, 0, 100, &was);
    assert_ok(grants_take(t->db, id, "telegram:2", 200, &was, &err), err);
    assert_true(was);
    assert_ok(grants_take(t->db, id, "telegram:2", 300, &was, &err), err);
    assert_false(was);
    assert_ok(grants_take(t->db, 77, "telegram:2", 300, &was, &err), err);
    assert_false(was);
    assert_string_equal(audit(t), "- > organizer telegram:1\norganizer > - telegram:2");
    assert_ok(grants_get(t->db, id, t->arena, &g, &err), err);
    assert_string_equal(g->ended_by, "telegram:2");
    assert_ok(grants_get(t->db, 77, t->arena, &g, &err), err);
    assert_null(g);
}

static void list__shows__what_counts_page_by_page(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct grant *list;
    size_t n;
    int64_t total;
    bool new;
    give(t, ROLE_CHECKER, NULL, 0, 100, &new);
    give(t, ROLE_ORGANIZER, NULL, 0, 100, &new);
    give(t, ROLE_PARTICIPANT, NULL, 150, 100, &new);
    assert_ok(grants_list(t->db, "telegram", 200, 0, 1, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(total, 2);
    assert_int_equal(list[0].role, ROLE_ORGANIZER);
    assert_ok(grants_list(t->db, "telegram", 200, 1, 5, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].role, ROLE_CHECKER);
    assert_ok(grants_list(t->db, "console", 200, 0, 5, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(n + (size_t)total, 0);
}

static void script(struct temp_store *t, const char *sql)
{
    struct err err = {0};
    assert_ok(db_script(t->db, sql, &err), err);
}

static const char *teams(struct temp_store *t, const char *entity, const char *id)
{
    struct err err = {0};
    const char **list, *all = "";
    size_t n;
    assert_ok(reach_teams(t->db, entity, id, t->arena, &list, &n, &err), err);
    for (size_t i = 0; i < n; i++)
        all = arena_printf(t->arena, "%s%s ", all, list[i]);
    return all;
}

static void record__belongs__to_its_teams(void **state)
{
    struct temp_store *t = *state;
    script(t,
           "INSERT INTO team(id, name, type, deleted, created_at, updated_at, rev) VALUES"
           " ('t1', 'A', 'CITY_SERVICE', 0, 1, 1, 1), ('t2', 'B', 'CITY_SERVICE', 0, 1, 1, 2);"
           "INSERT INTO person(id, name, deleted, created_at, updated_at, rev) VALUES"
           " ('p1', 'P', 0, 1, 1, 3), ('p2', 'Q', 0, 1, 1, 4);"
           "INSERT INTO participation(id, year, person_id, team_id, role, status, deleted,"
           " created_at, updated_at, rev) VALUES ('x1', 2026, 'p1', 't1', 'MEDIC', 'PLANNED', 0, 1,"
           " 1, 5), ('x2', 2026, 'p2', 't2', 'MEDIC', 'PLANNED', 1, 1, 1, 6);"
           "INSERT INTO badge(id, name, diet, feed, role, person_id, deleted, created_at,"
           " updated_at, rev) VALUES ('b1', 'B', 'VEGAN', 'FREE', 'MEDIC', 'p1', 0, 1, 1, 7);"
           "INSERT INTO badge_team VALUES ('b1', 't2');"
           "INSERT INTO arrival(id, badge_id, status, arrival_date, arrival_transport,"
           " departure_date, departure_transport, deleted, created_at, updated_at, rev) VALUES"
           " ('a1', 'b1', 'PLANNED', '2026-07-01', 'BUS', '2026-07-09', 'BUS', 0, 1, 1, 8);");
    assert_string_equal(teams(t, "team", "t1"), "t1 ");
    assert_string_equal(teams(t, "participation", "x1"), "t1 ");
    assert_string_equal(teams(t, "badge", "b1"), "t2 ");
    assert_string_equal(teams(t, "arrival", "a1"), "t2 ");
    assert_string_equal(teams(t, "person", "p1"), "t1 t2 ");
    assert_string_equal(teams(t, "person", "p2"), ""); /* a participation that was deleted */
    assert_string_equal(teams(t, "anonymous_badge", "t1"), "");
    assert_string_equal(teams(t, "team", "nobody"), "");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(grants__of_one_person__add_up),  T(grant__whose_time_is_over__counts_no_more),
        T(same_grant__gets__the_new_time), T(grant__after_its_end__is_a_new_one),
        T(grant__is_taken__once),          T(list__shows__what_counts_page_by_page),
        T(record__belongs__to_its_teams),
    };
    return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
