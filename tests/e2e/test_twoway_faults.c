/* test_twoway_faults.c: killed, refused or unheard while it writes, the daemon doubles nothing and
 * loses nothing. */
#include "tests/e2e/e2e_agree.h"
#include "tests/e2e/e2e_twoway.h"
#include "tests/sandbox/ids.h"

#define UNHEARD "SELECT count(*) FROM intent WHERE state = 'sent'"
#define JAILED  "SELECT count(*) FROM quarantine WHERE flow IN ('volunteers', 'participation:push')"

/* ---- interrupted writing */

/* Answers to these writes come so late that the daemon can be killed in between: the effect is
 * there, and nobody has heard of it. */
static void answer_late(struct e2e *e, const char *service, const char *method, int after)
{
    e2e_fault(e, (struct fault){.service = service,
                                .method = method,
                                .path = !strcmp(service, "coda") ? "/rows" : "/v1/pages",
                                .kind = "late",
                                .after = after,
                                .ms = 800});
}

static void kill_at_each(struct e2e *e, int n)
{
    for (int i = 1; i <= n; i++) {
        E2E_UNTIL(WAIT, e2e_fault_hits(e) == i);
        e2e_restart(e);
    }
    e2e_do(e, "/fault/clear", "{}");
}

/* No record has two rows, no row lacks its record. waiting: rows of these, or pages, that are not
 * made yet. */
static void check_once(struct e2e *e, const char *what, int64_t want, int64_t waiting)
{
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    AUTO_JSON *pages = e2e_get(e, "/notion/pages?data_source=%s", SB_DS_VOLUNTEERS);
    int64_t n = e2e_int(e, "SELECT count(*) FROM link WHERE flow = 'volunteers'");
    int n_rows = cJSON_GetArraySize(rows);
    if (e2e_twins(e) || cJSON_GetArraySize(pages) != n || n_rows > want || n_rows < want - waiting)
        fail_msg(
            "%s: %lld participations stand twice, %d pages for %lld records, %d rows, not %lld",
            what, (long long)e2e_twins(e), cJSON_GetArraySize(pages), (long long)n, n_rows,
            (long long)want);
}

/* What Coda must have in the end: its own rows, and one for each new lead. */
static int64_t rows_in_the_end(struct e2e *e)
{
    AUTO_JSON *facts = e2e_get(e, "/facts");
    return e2e_number(facts, "participations.total") + e2e_number(facts, "leads.records") -
           e2e_number(facts, "leads.already_in_coda");
}

static void test_killed_while_writing(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    answer_late(e, "coda", "POST", 0);
    answer_late(e, "notion", "POST", 1);
    answer_late(e, "notion", "POST", 12);
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync festival");
    kill_at_each(e, 3);
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    assert_int_equal(e2e_count(e, ADMIN, "сверено за"), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 1);
    assert_int_equal(twoway_until_quiet(e), 0);
    check_once(e, "after inserts", rows_in_the_end(e), 0);
    e2e_check_agree(e);

    e2e_do(e, "/life",
           "{\"edits\":20,\"seed\":3,\"kinds\":[\"coda status\",\"lead role\",\"person name\"]}");
    answer_late(e, "coda", "PUT", 0);
    answer_late(e, "notion", "PATCH", 0);
    answer_late(e, "notion", "PATCH", 1);
    e2e_say(e, ADMIN, "/sync festival full");
    kill_at_each(e, 3);
    assert_int_equal(twoway_until_quiet(e), 0);
    check_once(e, "after updates", rows_in_the_end(e), 0);
    e2e_check_agree(e);
    e2e_check_edits(e, 0);
    twoway_check_quiet(e);
    e2e_done(e);
}

/* Killed again and again, at whatever moment it is, while people edit. */
static void test_killed_often(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_start(e);
    for (int i = 0; i < 8; i++) {
        e2e_do(e, "/life",
               "{\"edits\":3,\"kinds\":[\"coda status\",\"coda role\",\"person name\"]}");
        e2e_say(e, ADMIN, i % 3 ? "/sync festival" : "/sync festival full");
        clock_sleep_ms((60 + i * 83 % 290) * SLOWER, NULL);
        e2e_restart(e);
    }
    int64_t waiting = twoway_until_quiet(e);
    check_once(e, "after eight kills", rows_in_the_end(e), waiting);
    if (!waiting)
        e2e_check_agree(e);
    e2e_check_edits(e, 0);
    e2e_done(e);
}

/* ---- a bad day of the remotes */

#define NEW_ROWS .service = "coda", .method = "POST", .path = "/rows"
#define NEW_PAGE .service = "notion", .method = "POST", .path = "/v1/pages"

static void test_refused_and_unheard(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    static const struct fault bad[] = {
        {NEW_ROWS, .kind = "429", .retry_after = 1},
        {NEW_ROWS, .kind = "lost"},
        {NEW_PAGE, .kind = "429", .retry_after = 1, .count = 2},
        {NEW_PAGE, .kind = "lost", .after = 4, .count = 2},
        {NEW_PAGE, .kind = "truncate", .after = 9},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        e2e_fault(e, bad[i]);
    e2e_start(e);
    assert_int_equal(twoway_until_quiet(e), 0);
    assert_int_equal(e2e_fault_hits(e), 7);
    check_once(e, "after a bad day", rows_in_the_end(e), 0);
    e2e_check_agree(e);
    assert_int_equal(e2e_int(e, JAILED), 0);

    /* one that was never taken: until that is certain it waits, and is told */
    e2e_do(e, "/life", "{\"edits\":9,\"seed\":4,\"kinds\":[\"coda new\"]}");
    e2e_fault(e, (struct fault){NEW_PAGE, .kind = "close", .after = 2});
    e2e_ask(e, ADMIN, "/sync festival", "Ждут отправки: 1");
    twoway_sync(e, "/sync festival");
    assert_int_equal(e2e_int(e, JAILED " AND state = 'waiting'"), 1);
    assert_int_equal(e2e_int(e, UNHEARD), 1);
    check_once(e, "while one waits", rows_in_the_end(e) + 9, 1);
    e2e_done(e);
}

/* The token is taken back in the middle: nothing more is tried there, and all is well once it is
 * given again. */
static void test_token_taken_back(void **state)
{
    (void)state;
    struct e2e *e = twoway_world("0");
    e2e_fault(e, (struct fault){NEW_PAGE, .kind = "expired", .after = 10, .count = -1});
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "токен");
    assert_int_equal(e2e_fault_hits(e), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM link WHERE flow = 'volunteers'"), 10);
    e2e_do(e, "/fault/clear", "{}");
    assert_int_equal(twoway_until_quiet(e), 0);
    check_once(e, "after the token came back", rows_in_the_end(e), 0);
    e2e_check_agree(e);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_killed_while_writing),
        E2E_TEST(test_killed_often),
        E2E_TEST(test_refused_and_unheard),
        E2E_TEST(test_token_taken_back),
    };
    return E2E_RUN("e2e two-way faults", tests);
}
