/* test_undo.c: taking a run back with the real daemon: from the chat with its preview, and from the
 * shell; the tables follow, what people did since stays, and kill -9 in the middle does no harm. */
#include "tests/e2e/e2e_agree.h"
#include "tests/sandbox/ids.h"

#define QUIET "Всё сходится"
#define UNDOS "SELECT count(*) FROM run WHERE kind = 'undo'"
#define LIVE  "SELECT count(*) FROM participation WHERE deleted = 0"

static struct e2e *world(bool two_way)
{
    return e2e_world(&(struct e2e_options){.people = 60,
                                           .teams = 8,
                                           .participations = 80,
                                           .faults = "0",
                                           .two_way = two_way});
}

/* Rows of Coda of this year that no page of the leads speaks of. */
static const char *row_of(struct e2e *e, int n)
{
    return e2e_text(
        e, arena_printf(e->arena,
                        "SELECT l.remote_id FROM link l JOIN participation p ON p.id = l.local_id"
                        " WHERE l.flow = 'participation' AND p.year = 2026 AND p.status = 'PLANNED'"
                        " AND NOT EXISTS (SELECT 1 FROM link k WHERE k.local_id = l.local_id"
                        " AND k.flow = 'leads') ORDER BY l.id LIMIT 1 OFFSET %d",
                        n));
}

static const char *status_here(struct e2e *e, const char *row)
{
    return e2e_text(e, arena_printf(e->arena,
                                    "SELECT p.status FROM participation p JOIN link l ON l.local_id"
                                    " = p.id WHERE l.flow = 'participation' AND l.remote_id = '%s'",
                                    row));
}

static const char *status_there(struct e2e *e, const char *row)
{
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    for (const cJSON *r = rows->child; r; r = r->next) {
        if (!strcmp(json_text(r, "id"), row))
            return arena_strdup(e->arena, json_text(r, "values.Статус"));
    }
    return NULL;
}

static void set_status(struct e2e *e, const char *row, const char *status)
{
    e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"cells\":{\"Статус\":\"%s\"}}",
           SB_CODA_PART, row, status);
}

static int64_t last_run(struct e2e *e, const char *flow)
{
    return e2e_int(e, arena_printf(e->arena, "SELECT max(id) FROM run WHERE flow = '%s'", flow));
}

/* "before", n, "after" */
static const char *words(struct e2e *e, const char *before, int64_t n, const char *after)
{
    return arena_printf(e->arena, "%s%lld%s", before, (long long)n, after);
}

/* The bot's button under the result leads to the preview, that one's to the deed; one of two edits
 * was changed again, by hand, before the press. */
static void test_tables_follow(void **state)
{
    (void)state;
    struct e2e *e = world(true);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    const char *first = row_of(e, 0), *second = row_of(e, 1);
    set_status(e, first, "заехал на поле");
    set_status(e, second, "заехал на поле");
    struct said done = e2e_ask(e, ADMIN, "/sync participation:pull", "2 изменены");
    assert_string_equal(status_here(e, first), "ARRIVED");
    int64_t run = last_run(e, "participation");

    e2e_press(e, ADMIN, "Вернуть как было", 1);
    struct said plan = e2e_wait(e, ADMIN, done.id, "ничего ещё не изменено", WAIT);
    assert_has(plan.text, "прежними станут: 2");
    assert_has(plan.text, "статус «заехал на поле» → «планируется»");
    assert_string_equal(status_here(e, first), "ARRIVED");

    set_status(e, second, "не доехал");
    e2e_ask(e, ADMIN, "/sync participation:pull", "1 изменена");
    struct said again = e2e_ask(e, ADMIN, words(e, "/undo ", run, ""), "ничего ещё не изменено");
    assert_has(again.text, "Оставляю как есть: 1");
    assert_has(again.text, "статус изменили позже (Кода, ");
    e2e_press(e, ADMIN, "Вернуть как было", 2);
    e2e_wait(e, ADMIN, plan.id, "вернулись как были: 1 · Оставляю как есть: 1", WAIT);
    assert_int_equal(e2e_int(e, UNDOS), 1);
    assert_string_equal(status_here(e, first), "PLANNED");
    assert_string_equal(status_here(e, second), "SKIPPED");
    /* and out it goes */
    E2E_UNTIL(WAIT, !strcmp(status_there(e, first), "планируется"));
    E2E_UNTIL(WAIT,
              e2e_int(e, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')") == 0);
    assert_string_equal(status_there(e, second), "не доехал");
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    e2e_check_agree(e);
    e2e_done(e);
}

/* Undoing what a push made in Notion: the pages are in the trash, and stay there. */
static void test_pushed_pages(void **state)
{
    (void)state;
    struct e2e *e = world(true);
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    int64_t run = last_run(e, "volunteers");
    int64_t pages = e2e_int(e, words(e, "SELECT inserted FROM run WHERE id = ", run, ""));
    assert_true(pages > 3);
    int64_t live = e2e_int(e, LIVE);
    struct said plan = e2e_ask(e, ADMIN, words(e, "/undo ", run, ""), "ничего ещё не изменено");
    assert_has(plan.text, words(e, "строк уйдёт из таблицы «Волонтёры (Ноушен)»: ", pages, ""));
    e2e_wait(e, ADMIN, plan.id, "отмена целиком", WAIT); /* the file */
    e2e_press(e, ADMIN, "Вернуть как было", 1);
    e2e_wait(e, ADMIN, 0, words(e, "строк уйдёт из таблицы «Волонтёры (Ноушен)»: ", pages, ""),
             WAIT);
    /* every page of a table: the brake wants to hear it once more */
    e2e_wait(e, ADMIN, plan.id, "без вопроса можно", WAIT);
    e2e_press(e, ADMIN, "один раз", 1);
    e2e_wait(e, ADMIN, plan.id, "Точно применить план", WAIT);
    e2e_press(e, ADMIN, "Да, точно", 1);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM link WHERE flow = 'volunteers'"
                               " AND missing_since IS NULL") == 0);
    assert_int_equal(e2e_int(e, LIVE), live);
    AUTO_JSON *left = e2e_get(e, "/notion/pages?data_source=%s", SB_DS_VOLUNTEERS);
    for (const cJSON *p = left->child; p; p = p->next)
        assert_true(json_bool(p, "in_trash"));
    struct requests before = e2e_requests(e, "notion");
    e2e_ask(e, ADMIN, "/sync festival full", QUIET);
    assert_int_equal(e2e_requests(e, "notion").writes, before.writes);
    e2e_done(e);
}

/* Killed while it takes back a whole first sync, and asked again by itself at the next start. */
static void test_killed(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    int64_t run = last_run(e, "participation"), live = e2e_int(e, LIVE);
    struct said plan = e2e_ask(e, ADMIN, words(e, "/undo ", run, ""), "ничего ещё не изменено");
    assert_has(plan.text, "новых удалится");
    assert_has(plan.text, "там всё останется как есть");
    for (int i = 0; i < 3; i++) {
        e2e_press(e, ADMIN, "Вернуть как было", 1);
        clock_sleep_ms(3 + 10 * i, NULL);
        e2e_restart(e);
    }
    e2e_wait(e, ADMIN, 0, words(e, "Прогон ", run, " отменён"), WAIT);
    assert_int_equal(e2e_int(e, LIVE), 0);
    assert_int_equal(e2e_int(e, UNDOS), 1);
    assert_int_equal(e2e_int(e, "SELECT deleted FROM run WHERE kind = 'undo'"), live);
    e2e_ask(e, ADMIN, "/sync participation full", QUIET);
    assert_int_equal(e2e_int(e, LIVE), 0);

    int64_t undo = e2e_int(e, "SELECT max(id) FROM run WHERE kind = 'undo'");
    e2e_press(e, ADMIN, "Отменить и это", 1);
    e2e_wait(e, ADMIN, 0, words(e, "Прогон ", undo, ", возврат"), WAIT);
    e2e_press(e, ADMIN, "Вернуть как было", 1);
    e2e_wait(e, ADMIN, 0, words(e, "Прогон ", undo, " отменён"), WAIT);
    assert_int_equal(e2e_int(e, LIVE), live);
    e2e_check_facts(e);
    e2e_done(e);
}

static void test_shell(void **state)
{
    (void)state;
    struct e2e *e = world(true);
    assert_int_equal(e2e_shell(e, "sync people:pull teams:pull participation:pull").code, 0);
    const char *row = row_of(e, 0);
    set_status(e, row, "заехал на поле");
    assert_int_equal(e2e_shell(e, "sync participation:pull").code, 0);
    const char *run = words(e, "", last_run(e, "participation"), "");

    struct shell s = e2e_shell(e, arena_printf(e->arena, "undo %s --dry-run", run));
    assert_int_equal(s.code, 0);
    assert_has(s.out, "status «ARRIVED» → «PLANNED»");
    assert_has(s.out, "would be undone: 1 set back");
    assert_string_equal(status_here(e, row), "ARRIVED");

    s = e2e_shell(e, arena_printf(e->arena, "undo %s --json", run));
    assert_int_equal(s.code, 0);
    assert_has(s.out, "\"op\":\"set back\"");
    assert_has(s.out, "\"field\":\"status\",\"now\":\"ARRIVED\",\"before\":\"PLANNED\"");
    assert_has(s.out, "\"state\":\"done\",\"records\":1");
    assert_string_equal(status_here(e, row), "PLANNED");
    assert_string_equal(status_there(e, row), "заехал на поле");

    s = e2e_shell(e, arena_printf(e->arena, "undo %s", run));
    assert_int_equal(s.code, 0);
    assert_has(s.out, "is undone already");
    s = e2e_shell(e, words(e, "undo ", e2e_int(e, "SELECT max(id) FROM run"), ""));
    assert_int_equal(s.code, 0);
    assert_has(s.out, "participation:push");
    assert_string_equal(status_here(e, row), "ARRIVED");

    assert_int_equal(e2e_shell(e, "undo 999").code, 2);
    assert_int_equal(e2e_shell(e, "undo").code, 2);
    assert_int_equal(e2e_shell(e, "undo three").code, 2);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_tables_follow),
        E2E_TEST(test_pushed_pages),
        E2E_TEST(test_killed),
        E2E_TEST(test_shell),
    };
    return E2E_RUN("e2e undo", tests);
}
