/* test_sync.c: the main job from the chat: sync, look, sync again; two who ask, stop, vanished
 * rows. */
#include "sync/lane.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#define JOBS "SELECT count(*) FROM job"

static void first_sync(struct e2e *e)
{
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    e2e_check_facts(e);
}

/* Every number of the summary is one that the sandbox knows as well. */
static void check_summary(struct e2e *e, const char *text)
{
    AUTO_JSON *facts = e2e_get(e, "/facts");
    int64_t wrong = e2e_number(facts, "people.invalid") + e2e_number(facts, "teams.invalid") +
                    e2e_number(facts, "participations.invalid");
    const char *const paths[] = {"people.valid", "teams.valid", "participations.valid"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_has(text,
                   arena_printf(e->arena, " %lld нов", (long long)e2e_number(facts, paths[i])));
    assert_has(text, arena_printf(e->arena, "%lld строк", (long long)wrong));
}

static void test_first_and_second(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 2, .ms = 700});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    struct said progress = e2e_wait(e, ADMIN, asked, "🔄 Всё", WAIT);
    assert_has(progress.text, "Человек 1001");
    struct said done = e2e_wait(e, ADMIN, asked, "сверено за", WAIT);
    assert_int_equal(done.id, progress.id); /* edited, not repeated */
    assert_true(done.edits >= 1);
    check_summary(e, done.text);
    e2e_check_facts(e);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM quarantine WHERE state = 'waiting'"), 0);

    const char *before = e2e_snapshot(e);
    e2e_ask(e, ADMIN, "/sync all", "Всё сходится");
    e2e_check_same(e, before);
    /* Coda gives a mark for changes with the second reading; from then on that stays too */
    const char *cursors = e2e_cursors(e);
    int64_t asked_again = e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, asked_again, "Всё сходится", WAIT);
    e2e_check_same(e, before);
    assert_string_equal(e2e_cursors(e), cursors);
    assert_int_equal(e2e_requests(e, "notion").writes, 0);
    assert_int_equal(e2e_requests(e, "coda").writes, 0);
    assert_int_equal(e2e_int(e, JOBS " WHERE state = 'done'"), 3);
    e2e_done(e);
}

/* Twice quickly, the same button twice, and a second organizer: one job, a final word to both. */
static void test_two_ask(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[telegram]", "admins", "1001 1002");
    e2e_start(e);
    int lane = e2e_hold_lane(e, "notion");
    e2e_say(e, ADMIN, "/sync all");
    e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, 0, "Эта сверка уже идёт", WAIT);
    e2e_say(e, 1002, "/sync all");
    e2e_wait(e, 1002, 0, "запустил(а) Человек 1001", WAIT);
    assert_int_equal(e2e_int(e, JOBS), 1);
    lane_release(lane);
    e2e_wait(e, ADMIN, 0, "сверено за", WAIT);
    e2e_wait(e, 1002, 0, "сверено за", WAIT);
    assert_int_equal(e2e_count(e, ADMIN, "сверено за"), 1);
    assert_int_equal(e2e_count(e, 1002, "сверено за"), 1);
    e2e_check_facts(e);

    e2e_ask(e, ADMIN, "/sync", "Что сверить?");
    lane = e2e_hold_lane(e, "coda");
    e2e_pressed(e, e2e_press(e, ADMIN, "Участие", 2));
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_in WHERE state = 'new'") == 0);
    assert_int_equal(e2e_int(e, JOBS), 2);
    lane_release(lane);
    e2e_wait(e, ADMIN, 0, "Всё сходится", WAIT);
    assert_int_equal(e2e_int(e, JOBS), 2);
    e2e_done(e);
}

static void test_stop(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 400});
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = -1, .ms = 600});
    e2e_start(e);
    int64_t asked = e2e_say(e, ADMIN, "/sync all");
    e2e_wait(e, ADMIN, asked, "прочитано", WAIT);
    e2e_pressed(e, e2e_press(e, ADMIN, "Остановить", 2));
    struct said stopped = e2e_wait(e, ADMIN, asked, "остановлено", WAIT);
    assert_has(stopped.text, "⏹");
    assert_string_equal(e2e_text(e, "SELECT state FROM job"), "cancelled");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM person"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM cursor"), 0);
    e2e_ask(e, ADMIN, "/cancel", "останавливать нечего");
    e2e_do(e, "/fault/clear", "{}");
    e2e_press(e, ADMIN, "Попробовать ещё раз", 1);
    e2e_wait(e, ADMIN, stopped.id, "сверено за", WAIT);
    e2e_check_facts(e);
    e2e_done(e);
}

static void delete_row(struct e2e *e, const char *id)
{
    e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"delete\":true}", SB_CODA_PART, id);
}

static void test_vanished(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    const char *row = e2e_text(e, "SELECT remote_id FROM link WHERE flow = 'participation'");
    const char *local = e2e_text(e, "SELECT local_id FROM link WHERE flow = 'participation'");
    delete_row(e, row);
    e2e_ask(e, ADMIN, "/sync participation full", "1 удалена");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM participation WHERE deleted = 1"), 1);
    assert_string_equal(e2e_text(e, "SELECT id FROM participation WHERE deleted = 1"), local);

    const char *before = e2e_snapshot(e);
    for (int i = 0; i < 60; i++)
        delete_row(e, e2e_text(e, arena_printf(e->arena,
                                               "SELECT remote_id FROM link WHERE flow ="
                                               " 'participation' AND remote_id <> '%s' ORDER BY id"
                                               " LIMIT 1 OFFSET %d",
                                               row, i)));
    struct said brake = e2e_ask(e, ADMIN, "/sync участие full", "остановлено, ничего не изменено");
    assert_has(brake.text, "план может применить админ");
    e2e_check_same(e, before);
    /* the shell says it too, and a human may approve */
    struct shell s = e2e_shell(e, "sync participation --full");
    assert_int_equal(s.code, 4);
    assert_has(s.out, "--approve");
    assert_int_equal(e2e_shell(e, "sync participation --full --approve").code, 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM participation WHERE deleted = 1"), 61);
    e2e_done(e);
}

/* A row in Coda about a person whom Notion shows only later. */
static void test_waiting_comes_in(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    AUTO_JSON *page =
        e2e_post(e, "/notion/page",
                 "{\"data_source\":\"%s\",\"properties\":{\"Как звать\":\"Новенький\"}}",
                 SB_DS_PEOPLE);
    const char *person = json_text(page, "id");
    assert_non_null(person);
    const char *team = e2e_text(e, "SELECT remote_id FROM link WHERE flow = 'teams'");
    AUTO_JSON *row =
        e2e_post(e, "/coda/row",
                 "{\"table\":\"%s\",\"cells\":{\"Год\":2026,\"person_id\":\"%s\","
                 "\"direction_id\":\"%s\",\"Роль\":\"волонтёр\",\"Статус\":\"планируется\"}}",
                 SB_CODA_PART, person, team);
    assert_non_null(json_text(row, "id"));
    e2e_ask(e, ADMIN, "/sync participation", "Ждут своих людей или служб: 1");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM quarantine WHERE state = 'waiting'"), 1);
    e2e_ask(e, ADMIN, "/invalid", "Ждут: 1");
    e2e_wait(e, ADMIN, e2e_say(e, ADMIN, "/sync people"), "сверено за", WAIT);
    e2e_wait(e, ADMIN, e2e_say(e, ADMIN, "/sync participation"), "1 новая", WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM quarantine WHERE state = 'waiting'"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM participation p JOIN person x ON"
                                " x.id = p.person_id WHERE x.name = 'Новенький'"),
                     1);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_first_and_second), E2E_TEST(test_two_ask),          E2E_TEST(test_stop),
        E2E_TEST(test_vanished),         E2E_TEST(test_waiting_comes_in),
    };
    return E2E_RUN("e2e sync", tests);
}
