/* test_grist_quiet.c: how often Grist is asked by the real programs: a cycle over all its tables,
 * with nothing new and with something, whichever of the daemon's threads run its steps; with a key
 * that may not see the document's history; what is told of rows dated in the future; and that the
 * requests which `rosterd check` shows are taken. */
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"
#include "tests/support/grist_talk.h"

#define STEPS                                                                                      \
    "gr-roles gr-statuses gr-transport gr-teams:pull gr-people:pull gr-participation:pull "        \
    "gr-badges:pull gr-arrivals:pull"
#define DOC SB_GRIST_DOC

/* Grist alone, read only; what its tables refer to is known after the first two rounds. */
static struct e2e *world(void)
{
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 60,
                                                    .teams = 13,
                                                    .participations = 80,
                                                    .grist = true,
                                                    .two_way = true});
    e2e_set(e, "[cycle look]", "steps", STEPS);
    e2e_set(e, "[cycle look]", "title", "Осмотр");
    return e;
}

/* Requests so far; here nothing but the tests themselves writes. */
static int64_t asked(struct e2e *e)
{
    struct requests r = e2e_requests(e, "grist");
    return r.reads + r.writes;
}

/* One call to the document that is taken. */
static void tell(struct e2e *e, const char *method, const char *path, const char *body)
{
    cJSON_Delete(grist_do(e, DOC, method, path, body, 200));
}

/* Runs the cycle from the shell until it has nothing more to find out. */
static void settle(struct e2e *e)
{
    for (int i = 0; i < 4; i++) {
        struct shell s = e2e_shell(e, "sync look --approve");
        if (s.code > 1)
            fail_msg("%s", s.out);
    }
}

/* How many requests one more cycle takes. */
static int64_t cost(struct e2e *e)
{
    int64_t before = asked(e);
    struct shell s = e2e_shell(e, "sync look");
    if (s.code > 1)
        fail_msg("%s", s.out);
    return asked(e) - before;
}

static void test_quiet_cycle(void **state)
{
    (void)state;
    struct e2e *e = world();
    settle(e);
    assert_true(e2e_int(e, "SELECT count(*) FROM badge") > 0);
    assert_true(e2e_int(e, "SELECT count(*) FROM arrival") > 0);
    const char *before = e2e_snapshot(e), *cursors = e2e_cursors(e);
    assert_int_equal(1, cost(e));
    e2e_check_same(e, before);
    assert_string_equal(cursors, e2e_cursors(e));

    /* the daemon's threads take its steps in turn: they know together what one of them has heard */
    e2e_start(e);
    int64_t reads = asked(e);
    e2e_ask(e, ADMIN, "/sync look", "Всё сходится");
    assert_int_equal(1, asked(e) - reads);
    reads = asked(e);
    e2e_ask(e, ADMIN, "/sync look", "Всё сходится"); /* another job asks again */
    assert_int_equal(1, asked(e) - reads);
    e2e_check_same(e, before);
    assert_string_equal(cursors, e2e_cursors(e));
    e2e_done(e);
}

/* Sends what `rosterd check` shows behind -d; returns what it says then. */
static const char *mend(struct e2e *e, const char *screen, const char *method, const char *table)
{
    char *body = strstr(screen, "-d '");
    assert_non_null(body);
    body = arena_strndup(e->arena, body + 4, strcspn(body + 4, "'"));
    assert_has(screen, arena_printf(e->arena,
                                    "curl -X %s 'http://127.0.0.1:%u/grist/api/docs/" DOC
                                    "/tables/%s/columns'",
                                    method, e->port, table));
    tell(e, method, arena_printf(e->arena, "/tables/%s/columns", table), body);
    return e2e_shell(e, "check").out;
}

static void test_check_mends(void **state)
{
    (void)state;
    struct e2e *e = world();
    tell(e, "PATCH", "/tables/Teams/columns",
         "{\"columns\":[{\"id\":\"updated_at\",\"fields\":{\"recalcWhen\":1}}]}");
    struct shell s = e2e_shell(e, "check");
    assert_int_equal(0, s.code); /* it works, only slower */
    assert_has(s.out, "«updated_at» does not move when a row is changed, so the whole table is "
                      "read and compared each time; to make it move:");
    const char *after = mend(e, s.out, "PATCH", "Teams");
    assert_null(strstr(after, "updated_at"));
    tell(e, "DELETE", "/tables/People/columns/updated_at", NULL);
    s = e2e_shell(e, "check");
    assert_has(s.out, "no column «updated_at» tells which rows changed");
    after = mend(e, s.out, "POST", "People");
    assert_null(strstr(after, "updated_at"));
    e2e_done(e);
}

/* What the pushes have written moves the document; once that was read too, nobody asks for more. */
static void test_both_ways(void **state)
{
    (void)state;
    struct e2e *e = world();
    for (int i = 0; i < 3; i++) {
        struct shell s = e2e_shell(e, "sync grist --approve");
        if (s.code > 1)
            fail_msg("%s", s.out);
    }
    const char *before = e2e_snapshot(e), *cursors = e2e_cursors(e);
    struct requests had = e2e_requests(e, "grist");
    struct shell s = e2e_shell(e, "sync grist");
    if (s.code > 1)
        fail_msg("%s", s.out);
    struct requests has = e2e_requests(e, "grist");
    assert_int_equal(1, has.reads - had.reads);
    assert_int_equal(0, has.writes - had.writes);
    e2e_check_same(e, before);
    assert_string_equal(cursors, e2e_cursors(e));
    e2e_done(e);
}

static void test_new_rows(void **state)
{
    (void)state;
    struct e2e *e = world();
    settle(e);
    const char *transport = "SELECT count(*) FROM dict_transport WHERE code = 'SLEIGH'";
    int64_t teams = e2e_int(e, "SELECT count(*) FROM team");
    tell(e, "POST", "/tables/Teams/records",
         "{\"records\":[{\"fields\":{\"team_name\":\"Новая\",\"type_of_team\":\"городская "
         "служба\",\"UUID\":\"7b0d2f6e-1111-4222-8333-444455556666\"}}]}");
    cost(e);
    assert_int_equal(teams + 1, e2e_int(e, "SELECT count(*) FROM team"));
    assert_int_equal(0, e2e_int(e, transport));
    tell(e, "POST", "/tables/Arrival_type/records",
         "{\"records\":[{\"fields\":{\"code\":\"SLEIGH\",\"title\":\"на санях\"}}]}");
    cost(e);
    assert_int_equal(1, e2e_int(e, transport));
    cost(e); /* a dictionary that has changed makes the others be read again */
    assert_int_equal(1, cost(e));
    e2e_done(e);
}

static void test_no_history(void **state)
{
    (void)state;
    struct e2e *e = world();
    e2e_fault(e, (struct fault){"grist", "/states", "403", .count = -1});
    settle(e);
    int64_t before = asked(e);
    struct shell s = e2e_shell(e, "sync gr-people:pull gr-teams:pull gr-badges:pull --json");
    if (s.code > 1)
        fail_msg("%s", s.out);
    /* a shell knows nothing yet: it is told once that it may not, and then asks for each table */
    assert_true(asked(e) - before <= 1 + 2 * 3);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync look", "Всё сходится");
    before = asked(e);
    e2e_ask(e, ADMIN, "/sync look", "Всё сходится");
    /* one question for the newest rows of all tables that have a time, and the dictionaries, which
     * have none, whole: their columns and their rows */
    int64_t dictionaries = 3 * 2;
    if (asked(e) - before > 1 + dictionaries)
        fail_msg("%lld requests", (long long)(asked(e) - before));
    e2e_done(e);
}

static void test_future(void **state)
{
    (void)state;
    struct e2e *e = world();
    settle(e);
    tell(e, "PATCH", "/tables/Teams/records",
         "{\"records\":[{\"id\":2,\"fields\":{\"updated_at\":4000000000}}]}");
    struct shell s = e2e_shell(e, "sync gr-teams:pull");
    assert_has(s.out, "1 dated in the future; correct the time of their change   first: 2");
    /* an edit of another row is not hidden behind it */
    tell(e, "PATCH", "/tables/Teams/records",
         "{\"records\":[{\"id\":1,\"fields\":{\"year_of_establishment_\":1999}}]}");
    e2e_start(e);
    int64_t said = e2e_say(e, ADMIN, "/sync look");
    e2e_wait(e, ADMIN, said, "Время правки из будущего: 1, первая строка 2.", WAIT);
    assert_int_equal(1, e2e_int(e, "SELECT count(*) FROM team t JOIN link l ON l.local_id = t.id "
                                   "WHERE l.remote = 'grist' AND l.remote_id = '1' AND "
                                   "t.first_year = 1999"));
    tell(e, "PATCH", "/tables/Teams/records",
         "{\"records\":[{\"id\":1,\"fields\":{\"year_of_establishment_\":2001}}]}");
    said = e2e_say(e, ADMIN, "/sync look");
    struct said done = e2e_wait(e, ADMIN, said, "сверено за", WAIT);
    assert_null(strstr(done.text, "из будущего")); /* the same row is told of once */
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_quiet_cycle), E2E_TEST(test_both_ways),  E2E_TEST(test_check_mends),
        E2E_TEST(test_new_rows),    E2E_TEST(test_no_history), E2E_TEST(test_future),
    };
    return E2E_RUN("grist_quiet", tests);
}
