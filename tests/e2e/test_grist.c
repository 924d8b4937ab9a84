/* test_grist.c: the whole festival in Grist, both ways, by the real programs: what comes of the
 * first cycle, a quiet one, people who edit, and a server that goes away in the middle of one. */
#include "store/base/base.h"
#include "store/db.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"
#include "tests/support/grist_talk.h"

#include <stdio.h>

#define DOC  SB_GRIST_DOC
#define OPEN "SELECT count(*) FROM intent WHERE state IN ('open', 'sent')"

static struct e2e *world(const char *faults)
{
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 120,
                                                    .teams = 16,
                                                    .participations = 160,
                                                    .faults = faults,
                                                    .two_way = true,
                                                    .grist = true});
    return e;
}

/* What a SELECT in Grist counts. */
static int64_t there(struct e2e *e, const char *sql)
{
    AUTO_JSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "sql", sql);
    AUTO_FREE char *text = cJSON_PrintUnformatted(body);
    AUTO_JSON *json = grist_do(e, DOC, "POST", "/sql", text, 200);
    const cJSON *fields = json_at(cJSON_GetArrayItem(json_at(json, "records"), 0), "fields");
    assert_non_null(fields);
    return (int64_t)fields->child->valuedouble;
}

static int64_t asked(struct e2e *e)
{
    struct requests r = e2e_requests(e, "grist");
    return r.reads + r.writes;
}

static int64_t written(struct e2e *e)
{
    return e2e_requests(e, "grist").writes;
}

/* One cycle from the shell, its marks approved; its exit code: a remote may have failed. */
static int cycle(struct e2e *e)
{
    struct shell s = e2e_shell(e, "sync grist --approve");
    if (s.code != 0 && s.code != 1 && s.code != 3)
        fail_msg("the cycle ended with %d:\n%s", s.code, s.out);
    return s.code;
}

/* Cycles until one writes nothing and nothing is under way any more. */
static void settle(struct e2e *e)
{
    for (int i = 0; i < 8; i++) {
        int64_t before = written(e);
        int code = cycle(e);
        if (code != 3 && written(e) == before && e2e_int(e, OPEN) == 0)
            return;
    }
    fail_msg("still writing after eight cycles");
}

/* ---------------------------------------------------------------- both sides say the same */

static void equal(struct e2e *e, const char *what, const char *sql, int64_t right)
{
    int64_t got = e2e_int(e, sql);
    if (got != right)
        fail_msg("%s: the store has %lld, it should be %lld (%s)", what, (long long)got,
                 (long long)right, sql);
}

static const struct {
    const char *fact, *table, *name, *flow;
} tables[] = {
    {"teams", "team", "Teams", "gr-teams"},
    {"people", "person", "People", "gr-people"},
    {"participations", "participation", "Participations", "gr-participation"},
    {"badges", "badge", "Badges_2026", "gr-badges"},
    {"arrivals", "arrival", "Arrivals_2026", "gr-arrivals"},
};

static int64_t fact(struct e2e *e, const cJSON *facts, const char *table, const char *number)
{
    return e2e_number(facts, arena_printf(e->arena, "grist.%s.%s", table, number));
}

/* Records, quarantine and marks, against what the sandbox poured. */
static void check_facts(struct e2e *e)
{
    AUTO_JSON *facts = e2e_get(e, "/facts");
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        const char *of = tables[i].fact, *in = tables[i].table;
        bool heads = !strcmp(of, "participations");
        int64_t invalid = fact(e, facts, of, "invalid"), marked = fact(e, facts, of, "marked");
        int64_t more = heads ? e2e_number(facts, "grist.new_heads") : 0;
        equal(e, of, arena_printf(e->arena, "SELECT count(*) FROM %s", in),
              fact(e, facts, of, "valid") + more);
        equal(e, arena_printf(e->arena, "%s, deleted", of),
              arena_printf(e->arena, "SELECT count(*) FROM %s WHERE deleted", in), marked);
        equal(e, arena_printf(e->arena, "%s, invalid", of),
              arena_printf(e->arena,
                           "SELECT count(*) FROM quarantine WHERE flow = '%s' AND state ="
                           " 'invalid'",
                           tables[i].flow),
              invalid);
        assert_int_equal(there(e, arena_printf(e->arena,
                                               "select count(*) from %s where "
                                               "coalesce(to_delete, 0) > 0",
                                               tables[i].name)),
                         invalid + marked);
        assert_int_equal(there(e,
                               arena_printf(e->arena, "select count(*) from %s", tables[i].name)),
                         fact(e, facts, of, "total") + more);
    }
    equal(e, "waiting", "SELECT count(*) FROM quarantine WHERE state = 'waiting'", 0);
    equal(e, "photos", "SELECT count(*) FROM badge WHERE photo LIKE '%/attachments/%/download'",
          there(e, "select count(*) from Badges_2026 where photo_attach_id is not null and "
                   "trim(name) <> '' and diet <> '' and feed_type <> 'как получится' and "
                   "typeof(role) = 'integer' and role > 0"));
}

/* The cells of the rows of one table, one after another; those of marked rows are left out. */
static void rows_there(struct e2e *e, const char *sql, struct buf *out)
{
    AUTO_JSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "sql", sql);
    AUTO_FREE char *text = cJSON_PrintUnformatted(body);
    AUTO_JSON *json = grist_do(e, DOC, "POST", "/sql", text, 200);
    const cJSON *record;
    cJSON_ArrayForEach(record, json_at(json, "records"))
    {
        const cJSON *cell = json_at(record, "fields")->child;
        buf_addf(out, "%s|", cJSON_IsString(cell) ? cell->valuestring : "?");
    }
}

/* Each pair: one line for each live record and its row, as Grist has it and as the store has it. */
static const struct {
    const char *what, *there, *here;
} pairs[] = {
    {"participations",
     "select p.id || ' ' || p.year || ' ' || r.Code || ' ' || s.code || ' ' || h.ntn_id || ' ' || "
     "t.UUID || ' ' || p.UUID as x from Participations p join Roles r on r.id = p.role join "
     "Participation_statuses s on s.id = max(p.status, 1) join People h on h.id = p.person join "
     "Teams t on t.id = p.team where coalesce(p.to_delete, 0) = 0 order by p.id",
     "SELECT group_concat(x, '|') || '|' FROM (SELECT l.remote_id || ' ' || p.year || ' "
     "' || p.role || ' ' || p.status || ' ' || hl.remote_key || ' ' || p.team_id || ' ' || "
     "l.remote_key AS x FROM participation p JOIN link l ON l.local_id = p.id AND l.tbl = "
     "'Participations' AND l.missing_since IS NULL JOIN link hl ON hl.local_id = p.person_id AND "
     "hl.tbl = 'People' WHERE NOT p.deleted ORDER BY CAST(l.remote_id AS INTEGER))"},
    {"people",
     "select id || ' ' || trim(name) as x from People where coalesce(to_delete, 0) = 0 order by id",
     "SELECT group_concat(x, '|') || '|' FROM (SELECT l.remote_id || ' ' || p.name AS x "
     "FROM person p JOIN link l ON l.local_id = p.id AND l.tbl = 'People' AND l.missing_since IS "
     "NULL WHERE NOT p.deleted ORDER BY CAST(l.remote_id AS INTEGER))"},
    {"badges",
     "select b.id || ' ' || trim(b.name) || ' ' || b.UUID || ' ' || (select count(*) from "
     "json_each(b.directions_ref)) as x from Badges_2026 b where coalesce(b.to_delete, 0) = 0 "
     "order by b.id",
     "SELECT group_concat(x, '|') || '|' FROM (SELECT l.remote_id || ' ' || b.name || ' "
     "' || l.remote_key || ' ' || (SELECT count(*) FROM badge_team t WHERE t.badge_id = b.id) AS x "
     "FROM badge b JOIN link l ON l.local_id = b.id AND l.tbl = 'Badges_2026' AND l.missing_since "
     "IS NULL WHERE NOT b.deleted ORDER BY CAST(l.remote_id AS INTEGER))"},
    {"arrivals",
     "select a.id || ' ' || s.code || ' ' || a.UUID as x from Arrivals_2026 a join "
     "Participation_statuses s on s.id = a.status where coalesce(a.to_delete, 0) = 0 order by a.id",
     "SELECT group_concat(x, '|') || '|' FROM (SELECT l.remote_id || ' ' || a.status || "
     "' ' || l.remote_key AS x FROM arrival a JOIN link l ON l.local_id = a.id AND l.tbl = "
     "'Arrivals_2026' AND l.missing_since IS NULL WHERE NOT a.deleted ORDER BY CAST(l.remote_id AS "
     "INTEGER))"},
};

/* The first record in which the two differ. */
static void same_rows(const char *what, const char *grist, const char *store)
{
    while (*grist || *store) {
        size_t a = strcspn(grist, "|"), b = strcspn(store, "|");
        if (a != b || memcmp(grist, store, a) != 0)
            fail_msg("%s: in Grist\n  %.*s\nin the store\n  %.*s", what, (int)a, grist, (int)b,
                     store);
        grist += a + (grist[a] != '\0');
        store += b + (store[b] != '\0');
    }
}

static void check_agrees(struct e2e *e)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        AUTO_BUF grist = BUF_INIT(4 << 20);
        rows_there(e, pairs[i].there, &grist);
        const char *store = e2e_text(e, pairs[i].here);
        assert_true(grist.len > 0);
        same_rows(pairs[i].what, buf_str(&grist), store ? store : "");
    }
    for (size_t i = 1; i < ARRAY_LEN(tables); i++) {
        const char *id = i == 1 ? "ntn_id" : "UUID";
        assert_int_equal(there(e, arena_printf(e->arena,
                                               "select count(*) - count(distinct %s) from %s "
                                               "where %s <> ''",
                                               id, tables[i].name, id)),
                         0);
    }
    assert_int_equal(e2e_int(e, OPEN), 0);
}

/* ---------------------------------------------------------------- the tests */

static void test_first_and_quiet(void **state)
{
    (void)state;
    struct e2e *e = world("0.06");
    /* nothing is marked before somebody has looked at it */
    assert_int_equal(e2e_shell(e, "sync grist").code, 4);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM mark WHERE by = 'rule'"), 0);
    settle(e);
    check_facts(e);
    check_agrees(e);

    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync grist", "Всё сходится");
    int64_t before = asked(e);
    const char *snapshot = e2e_snapshot(e), *cursors = e2e_cursors(e);
    e2e_ask(e, ADMIN, "/sync grist", "Всё сходится");
    assert_int_equal(asked(e) - before, 1);
    e2e_check_same(e, snapshot);
    assert_string_equal(e2e_cursors(e), cursors);
    assert_int_equal(e2e_shell(e, "sync grist --full").code, 0);
    e2e_check_same(e, snapshot);
    e2e_done(e);
}

/* As if the ten minutes had passed in which absence of what rosterd wrote proves nothing. */
static void let_time_pass(struct e2e *e)
{
    struct db *db;
    struct err err = {0};
    assert_ok(db_open(e->store, DB_CREATE, &db, &err), err);
    assert_ok(DB_RUN(db, &err, "UPDATE link SET wrote_at = wrote_at - 700000"), err);
    db_close(db);
}

/* People edit, mark, remove and spoil rows; what they did is in the store, and what that asks for
 * is in Grist. */
static void test_hands(void **state)
{
    (void)state;
    struct e2e *e = world("0.03");
    settle(e);
    AUTO_JSON *made = e2e_post(e, "/life",
                               "{\"edits\":80,\"seed\":7,\"kinds\":[\"grist phone\",\"grist "
                               "status\",\"grist teams\",\"grist head\",\"grist mark\",\"grist "
                               "unmark\",\"grist spoil\",\"grist heal\",\"grist remove\",\"grist "
                               "new\"]}");
    assert_int_equal(cJSON_GetArraySize(made), 80);
    settle(e);
    let_time_pass(e);
    e2e_shell(e, "sync grist --full --approve"); /* rows that were removed, references cleared */
    settle(e);
    check_agrees(e);
    e2e_done(e);
}

/* The port closes with the nth request, whatever that is, and opens again later. */
static void nap(struct e2e *e, unsigned nth, unsigned ms)
{
    e2e_do(e, "/nap", "{\"ms\":%u,\"service\":\"grist\",\"after\":%u}", ms, nth);
}

static unsigned naps_taken(struct e2e *e)
{
    AUTO_FREE char *text = NULL;
    size_t n = 0;
    unsigned taken = 0;
    FILE *f = fopen(arena_printf(e->arena, "%s/sandbox.out", e->dir), "r");
    while (f && getline(&text, &n, f) > 0)
        taken += !strcmp(text, "open again\n");
    if (f)
        fclose(f);
    return taken;
}

static void test_gone_for_a_while(void **state)
{
    (void)state;
    /* while it reads for the first time; while it makes rows, fills in ids and marks */
    static const unsigned at_first[] = {7, 30}, later[] = {3, 12, 25};
    struct e2e *e = world("0.06");
    unsigned naps = 0;
    for (size_t i = 0; i < ARRAY_LEN(at_first); i++, naps++) {
        nap(e, at_first[i], 300);
        cycle(e);
    }
    settle(e);
    assert_int_equal(naps_taken(e), naps);
    check_facts(e);
    check_agrees(e);
    for (size_t i = 0; i < ARRAY_LEN(later); i++, naps++) {
        e2e_do(e, "/life",
               "{\"edits\":25,\"seed\":%zu,\"kinds\":[\"grist phone\",\"grist status\",\"grist "
               "new\",\"grist spoil\",\"grist heal\",\"grist head\"]}",
               i);
        nap(e, later[i], 300);
        cycle(e);
    }
    settle(e);
    assert_int_equal(naps_taken(e), naps);
    check_agrees(e);
    e2e_done(e);
}

/* The same to the daemon, which loses Telegram as well: the person gets their final message. */
static void test_daemon_alone(void **state)
{
    (void)state;
    struct e2e *e = world("0.03");
    settle(e);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync grist", "Всё сходится");
    e2e_do(e, "/life",
           "{\"edits\":30,\"seed\":3,\"kinds\":[\"grist phone\",\"grist new\",\"grist head\"]}");
    int64_t said = e2e_say(e, ADMIN, "/sync grist");
    nap(e, 4, 700);
    E2E_UNTIL(WAIT, naps_taken(e) == 1);
    e2e_wait(e, ADMIN, said, "Весь Грист", WAIT);
    E2E_UNTIL(WAIT,
              e2e_int(e, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')") == 0);
    assert_true(e2e_alive(e));
    settle(e);
    check_agrees(e);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_first_and_quiet),
        E2E_TEST(test_hands),
        E2E_TEST(test_gone_for_a_while),
        E2E_TEST(test_daemon_alone),
    };
    return E2E_RUN("grist", tests);
}
