/* test_cli.c: the shell: every subcommand, alone and beside a running daemon; the chat in a
 * terminal. */
#include "sync/lane.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <unistd.h>

/* The line of the output that tells of this flow, as JSON. */
static cJSON *report_of(struct e2e *e, const char *out, const char *flow)
{
    const char *at = strstr(out, arena_printf(e->arena, "{\"flow\":\"%s\"", flow));
    cJSON *tree = NULL;
    struct err err = {0};
    if (!at)
        fail_msg("no report of %s in:\n%s", flow, out);
    assert_ok(json_parse(at, strcspn(at, "\n"), &tree, &err), err);
    return tree;
}

static void test_sync_json(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct shell s = e2e_shell(e, "sync all --dry-run --json");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM person"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM run"), 0);
    AUTO_JSON *dry = report_of(e, s.out, "people");
    assert_true(json_bool(dry, "dry_run"));
    assert_int_equal(e2e_number(dry, "inserted"), 196);

    s = e2e_shell(e, "sync all --json");
    assert_int_equal(s.code, 1); /* done, with new invalid records */
    AUTO_JSON *facts = e2e_get(e, "/facts");
    AUTO_JSON *real = report_of(e, s.out, "participation");
    assert_string_equal(json_text(real, "state"), "done");
    assert_int_equal(e2e_number(real, "inserted"), e2e_number(facts, "participations.valid"));
    assert_int_equal(e2e_number(real, "new_invalid"), e2e_number(facts, "participations.invalid"));
    e2e_check_facts(e);

    const char *before = e2e_snapshot(e), *cursors;
    assert_int_equal(e2e_shell(e, "sync participation --json").code, 0);
    cursors = e2e_cursors(e);
    e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"cells\":{\"Роль\":\"медик\"}}",
           SB_CODA_PART, e2e_text(e, "SELECT remote_id FROM link WHERE flow = 'participation'"));
    s = e2e_shell(e, "sync participation --dry-run --json --full");
    assert_int_equal(s.code, 0);
    AUTO_JSON *plan = report_of(e, s.out, "participation");
    assert_int_equal(e2e_number(plan, "updated"), 1);
    e2e_check_same(e, before);
    assert_string_equal(e2e_cursors(e), cursors);
    s = e2e_shell(e, "sync participation --json");
    AUTO_JSON *changed = report_of(e, s.out, "participation");
    assert_int_equal(e2e_number(changed, "updated"), 1);
    e2e_done(e);
}

static void test_usage(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    static const struct {
        const char *args;
        int code;
        const char *says;
    } tries[] = {
        {"sync", 2, "name the flows"},
        {"sync peple", 2, "people"},
        {"nothing", 2, "no command"},
        {"db", 2, "usage"},
        {"db restore /nowhere", 2, "cannot read"},
        {"status", 2, "synced yet"},
        {"user", 2, "say what to do"},
        {"user list 5", 2, "say what to do"},
        {"user list", 0, "nobody has a role yet"},
        {"user grant x organizer", 2, "Telegram id"},
        {"user grant 5 admin", 2, "cannot be granted"},
        {"seal extra", 2, "standard input"},
        {"seal", 2, "nothing to seal"},
        {"version", 0, "rosterd 0"},
        {"help", 0, "usage"},
        {"help config", 0, "store"},
        {"sync --help", 0, "usage"},
    };
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        struct shell s = e2e_shell(e, tries[i].args);
        if (s.code != tries[i].code)
            fail_msg("%s: %d: %s", tries[i].args, s.code, s.out);
        assert_has(s.out, tries[i].says);
    }
    e2e_set(e, "[flow people]", "field.nmae", "X");
    e2e_set(e, "[remote coda]", "timeout", "soon");
    struct shell s = e2e_shell(e, "check");
    assert_int_equal(s.code, 2);
    assert_has(s.out, "nmae"); /* both mistakes at once, with their lines */
    assert_has(s.out, "soon");
    assert_has(s.out, "rosterd.ini:");
    e2e_done(e);
}

static void test_check(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    struct shell s = e2e_shell(e, "check");
    assert_int_equal(s.code, 0);
    assert_has(s.out, "5 of 5 columns");
    e2e_do(e, "/coda/schema", "{\"table\":\"%s\",\"rename\":{\"Роль\":\"Ролька\"}}", SB_CODA_PART);
    s = e2e_shell(e, "check");
    assert_int_equal(s.code, 3);
    assert_has(s.out, "WRONG");
    assert_has(s.out, "«Роль»");
    assert_has(s.out, "Ролька");
    e2e_fault(e, (struct fault){"notion", "", "expired", .count = -1});
    s = e2e_shell(e, "check");
    assert_int_equal(s.code, 3);
    assert_has(s.out, "token");
    e2e_do(e, "/fault/clear", "{}");
    e2e_fault(e, (struct fault){"coda", "/columns", "404", .count = -1});
    s = e2e_shell(e, "check");
    assert_int_equal(s.code, 3);
    assert_has(s.out, "check the id, and that the table is shared with the integration");
    e2e_do(e, "/fault/clear", "{}");
    e2e_fault(e, (struct fault){"notion", "", "503", .count = -1});
    s = e2e_shell(e, "check");
    assert_int_equal(s.code, 3);
    assert_has(s.out, "try again in a minute");
    e2e_done(e);
}

static void test_status_json(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_shell(e, "sync all");
    struct shell s = e2e_shell(e, "status --json");
    struct err err = {0};
    AUTO_JSON *tree = NULL;
    assert_int_equal(s.code, 0);
    assert_ok(json_parse(s.out, strcspn(s.out, "\n"), &tree, &err), err);
    assert_int_equal(e2e_number(tree, "flows.0.known"), 196);
    assert_int_equal(e2e_number(tree, "queued"), 0);
    assert_has(e2e_shell(e, "status").out, "268 participations");
    e2e_done(e);
}

static void test_db(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    const char *copy = arena_printf(e->arena, "%s/copy.db", e->dir);
    assert_int_equal(e2e_shell(e, "db migrate").code, 0);
    e2e_shell(e, "sync all");
    const char *full = e2e_snapshot(e);
    assert_int_equal(e2e_shell(e, "db verify").code, 0);
    e2e_start(e); /* a backup is taken beside a running daemon as well */
    assert_int_equal(e2e_shell(e, arena_printf(e->arena, "db backup %s", copy)).code, 0);
    assert_int_equal(e2e_shell(e, arena_printf(e->arena, "db backup %s", copy)).code, 2);
    struct shell s = e2e_shell(e, arena_printf(e->arena, "db restore %s", copy));
    assert_int_equal(s.code, 2);
    assert_has(s.out, "stop the daemon first");
    assert_true(e2e_alive(e));
    e2e_ask(e, ADMIN, "/id", "1001");
    assert_int_equal(e2e_kill(e, SIGTERM, WAIT), 0);
    e2e_check_same(e, full);

    for (int i = 0; i < 10 && e2e_shell(e, "db rollback").code == 0; i++)
        ;
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM person"), -1);
    assert_int_equal(e2e_shell(e, "db verify").code, 2);
    assert_int_equal(e2e_shell(e, arena_printf(e->arena, "db restore %s", copy)).code, 0);
    e2e_check_same(e, full);
    assert_int_equal(e2e_shell(e, "db verify").code, 0);
    assert_int_equal(e2e_shell(e, "sync all").code, 0);
    e2e_check_same(e, full);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync all", "Всё сходится");
    e2e_done(e);
}

static void test_beside_daemon(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    struct shell s = e2e_shell(e, "run");
    assert_int_equal(s.code, 2);
    assert_has(s.out, "another rosterd runs");

    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 1, .ms = 1500});
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    s = e2e_shell(e, "sync people");
    assert_has(s.out, "waiting for it");
    assert_int_equal(s.code, 0);
    e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    e2e_check_facts(e);
    /* and the other way round: the shell works, the chat waits its turn */
    e2e_do(e, "/fault/clear", "{}");
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 1, .ms = 1500});
    pid_t pid = e2e_shell_start(e, "sync people", NULL);
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    asked = e2e_say(e, ADMIN, "/sync people");
    e2e_wait(e, ADMIN, asked, "Всё сходится", WAIT);
    assert_int_equal(e2e_shell_end(e, pid, WAIT).code, 0);

    assert_int_equal(e2e_shell(e, "user grant 2001 organizer").code, 0);
    assert_has(e2e_shell(e, "user list").out, "2001");
    e2e_ask(e, 2001, "/status", "Очередь пуста");
    const char *team = e2e_text(e, "SELECT name FROM team ORDER BY name LIMIT 1");
    e2e_ask(e, ADMIN, arena_printf(e->arena, "/grant 2002 organizer 3d %s", team), "2002");
    s = e2e_shell(e, "user list");
    assert_has(s.out, arena_printf(e->arena, ", for %s only, until 20", team));
    assert_int_equal(e2e_shell(e, "user revoke 2002").code, 0);
    assert_int_equal(e2e_shell(e, "user revoke 2001").code, 0);
    assert_has(e2e_shell(e, "user list").out, "nobody has a role yet");
    int64_t said = e2e_say(e, 2001, "/status");
    e2e_wait(e, 2001, said, "пока вас не знаю", WAIT);
    e2e_done(e);
}

/* A sealed token works like the plain one and stands nowhere in the clear. */
static void test_seal(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[rosterd]", "key_file", arena_printf(e->arena, "%s/key", e->dir));
    struct shell s = e2e_shell_in(e, "seal", SB_NOTION_TOKEN "\n");
    assert_int_equal(s.code, 0);
    assert_has(s.out, "enc:");
    e2e_set(e, "[remote notion]", "token", arena_strndup(e->arena, s.out, strcspn(s.out, "\n")));
    assert_int_equal(e2e_shell(e, "check").code, 0);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    e2e_done(e);
}

static const char script[] = "/start\n/sync all\n/status\n/invalid\n/nosuch\n/id\n";

static void check_talk(struct e2e *e, struct shell s)
{
    assert_int_equal(s.code, 0);
    static const char *const says[] = {"Начните с кнопки ниже",
                                       "сверено за",
                                       "268 участий",
                                       "Не приняты: 31",
                                       "Не знаю команды /nosuch",
                                       "роль: админ"};
    const char *at = s.out;
    for (size_t i = 0; i < ARRAY_LEN(says); i++) { /* in the order of the questions */
        const char *found = strstr(at, says[i]);
        if (!found)
            fail_msg("«%s» does not follow in:\n%s", says[i], s.out);
        at = found;
    }
    e2e_check_facts(e);
}

static void test_talk_alone(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    check_talk(e, e2e_shell_in(e, "chat", script));
    /* a number presses the button of that number */
    struct shell s = e2e_shell_in(e, "chat", "/sync\n1\n");
    assert_int_equal(s.code, 0);
    assert_has(s.out, "Всё сходится");
    assert_int_equal(e2e_stat(e, "polls"), 0); /* it is no second Telegram bot */
    e2e_done(e);
}

static void test_talk_beside_daemon(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    check_talk(e, e2e_shell_in(e, "chat", script));
    e2e_ask(e, ADMIN, "/sync all", "Всё сходится");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 2);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_sync_json),   E2E_TEST(test_usage),      E2E_TEST(test_check),
        E2E_TEST(test_status_json), E2E_TEST(test_db),         E2E_TEST(test_beside_daemon),
        E2E_TEST(test_seal),        E2E_TEST(test_talk_alone), E2E_TEST(test_talk_beside_daemon),
    };
    return E2E_RUN("e2e cli", tests);
}
