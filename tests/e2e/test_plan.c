/* test_plan.c: looking before leaping: a preview, an edit by hand in between, the approval; what a
 * brake held back, and who may let it through. */
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#include <sodium.h>

#define PLAN_STATE "SELECT state FROM plan ORDER BY id DESC LIMIT 1"

static void first_sync(struct e2e *e)
{
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    e2e_check_facts(e);
}

static void edit_row(struct e2e *e, const char *row, const char *role)
{
    e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"cells\":{\"Роль\":\"%s\"}}",
           SB_CODA_PART, row, role);
}

static const char *row_number(struct e2e *e, int n)
{
    return e2e_text(e, arena_printf(e->arena,
                                    "SELECT remote_id FROM link WHERE flow = 'participation'"
                                    " ORDER BY id LIMIT 1 OFFSET %d",
                                    n));
}

static const char *role_of(struct e2e *e, const char *row)
{
    return e2e_text(e, arena_printf(e->arena,
                                    "SELECT p.role FROM participation p JOIN link l ON l.local_id ="
                                    " p.id WHERE l.remote_id = '%s'",
                                    row));
}

static void test_preview_apply(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    const char *first = row_number(e, 3), *second = row_number(e, 7);
    const char *second_role = role_of(e, second);
    edit_row(e, first, "пресса");
    const char *before = e2e_snapshot(e);
    struct said plan = e2e_ask(e, ADMIN, "/preview participation", "ничего ещё не изменено");
    assert_has(plan.text, "1 изменена");
    assert_has(plan.text, "роль «медик» → «пресса»");
    e2e_check_same(e, before);

    /* somebody goes on editing: that is not what was approved */
    edit_row(e, second, "подрядчик");
    e2e_press(e, ADMIN, "Применить план", 2);
    struct said done = e2e_wait(e, ADMIN, plan.id, "отложено до следующей сверки: 1", WAIT);
    assert_has(done.text, "1 изменена");
    assert_string_equal(role_of(e, first), "PRESS");
    assert_string_equal(role_of(e, second), second_role);
    assert_string_equal(e2e_text(e, PLAN_STATE), "applied");

    e2e_ask(e, ADMIN, "/sync participation", "1 изменена");
    assert_string_equal(role_of(e, second), "CONTRACTOR");
    e2e_ask(e, ADMIN, "/sync all", "Всё сходится");
    e2e_done(e);
}

static const char *file_of(struct e2e *e, int64_t message)
{
    AUTO_JSON *file =
        e2e_get(e, "/telegram/document?chat=%d&message_id=%lld", ADMIN, (long long)message);
    const char *base64 = json_text(file, "base64");
    size_t n = 0, room = strlen(base64) + 1;
    char *text = arena_alloc(e->arena, room, 1);
    assert_int_equal(sodium_base642bin((unsigned char *)text, room - 1, base64, strlen(base64),
                                       NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    return text;
}

/* The file arrives with a line for each change, in a form a spreadsheet opens. */
static void test_plan_file(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    edit_row(e, row_number(e, 3), "пресса");
    e2e_ask(e, ADMIN, "/preview participation", "ничего ещё не изменено");
    e2e_press(e, ADMIN, "Весь план файлом", 1);
    struct said sent = e2e_wait(e, ADMIN, 0, "План 1: 1 строка", WAIT);
    const char *text = file_of(e, sent.id);
    assert_has(text, "operation,entity,name,field,before,after,reason\r\n");
    assert_has(text, "update,participation,");
    assert_has(text, ",role,");
    assert_has(text, ",PRESS,changed in coda\r\n");
    e2e_ask(e, ADMIN, "/plan 77", "Плана 77 нет");
    e2e_done(e);
}

/* What a run did comes as a file too, in the chat and in the shell. */
static void test_run_file(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    edit_row(e, row_number(e, 3), "пресса");
    e2e_ask(e, ADMIN, "/sync participation:pull", "1 изменена");
    const char *id = e2e_text(e, "SELECT max(id) FROM run WHERE flow = 'participation'");
    struct said run = e2e_ask(e, ADMIN, arena_printf(e->arena, "/run %s", id), "пресса");
    e2e_press(e, ADMIN, "Файлом", 1);
    struct said sent = e2e_wait(e, ADMIN, run.id, "1 строка", WAIT);
    const char *text = file_of(e, sent.id);
    assert_has(text, "operation,entity,name,field,before,after,source,time,id,row,note\r\n"
                     "update,participation,");
    assert_has(text, ",PRESS,coda,");
    struct shell s = e2e_shell(e, arena_printf(e->arena, "status --run %s", id));
    assert_int_equal(s.code, 0);
    assert_string_equal(s.out, text);
    assert_int_equal(e2e_shell(e, "status --run 9999").code, 2);
    assert_int_equal(e2e_shell(e, "status --run x").code, 2);
    e2e_done(e);
}

static void test_refuse(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    edit_row(e, row_number(e, 3), "пресса");
    struct said plan = e2e_ask(e, ADMIN, "/preview participation", "ничего ещё не изменено");
    const char *before = e2e_snapshot(e);
    e2e_press(e, ADMIN, "Не надо", 1);
    e2e_wait(e, ADMIN, plan.id, "отложен", WAIT);
    e2e_press(e, ADMIN, "Применить план", 1);
    e2e_wait(e, ADMIN, plan.id, "уже решён: отложен", WAIT);
    e2e_check_same(e, before);
    e2e_ask(e, ADMIN, "/preview people", "менять нечего");
    e2e_done(e);
}

/* Sixty rows gone: the run stops, an organizer cannot let it through, an admin can, once. */
static void test_brake_approved(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    first_sync(e);
    for (int i = 0; i < 60; i++)
        e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"delete\":true}", SB_CODA_PART,
               row_number(e, i));
    const char *before = e2e_snapshot(e);
    struct said brake = e2e_ask(e, ADMIN, "/sync participation full", "остановлено");
    assert_has(brake.text, "60 удалено");
    e2e_check_same(e, before);

    e2e_say(e, 2002, "/start");
    e2e_wait(e, 2002, 0, "2002", WAIT);
    e2e_ask(e, ADMIN, "/grant 2002", "организатор");
    before = e2e_snapshot(e);
    e2e_ask(e, 2002, "/apply 1", "решает админ");
    e2e_check_same(e, before);

    e2e_press(e, ADMIN, "один раз", 2);
    e2e_wait(e, ADMIN, brake.id, "Точно применить план 1", WAIT);
    e2e_press(e, ADMIN, "Да, точно", 2);
    e2e_wait(e, ADMIN, brake.id, "60 удалено", WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM participation WHERE deleted = 1") == 60);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job WHERE key LIKE 'apply-%'"), 1);
    e2e_ask(e, ADMIN, "/apply 1", "уже решён: применён");
    e2e_ask(e, ADMIN, "/sync all", "Всё сходится");
    e2e_done(e);
}

/* The first marks of several tables: one button, one «точно?», one job; a plan that is met again
 * is a line. */
static void test_several_plans_at_once(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 60,
                                                    .teams = 13,
                                                    .participations = 80,
                                                    .faults = "0.1",
                                                    .two_way = true,
                                                    .grist = true});
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    /* said when the job is over; «первые пометки» is in its progress, too */
    e2e_ask(e, ADMIN, "/sync grist", "только после «да» админа");
    int64_t plans = e2e_int(e, "SELECT count(*) FROM plan WHERE state = 'open'");
    assert_true(plans > 2);
    e2e_ask(e, ADMIN, "/sync grist", "всё ещё ждёт");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM plan"), plans);
    e2e_press(e, ADMIN, "Применить все", 1);
    e2e_wait(e, ADMIN, 0, "Точно применить", WAIT);
    e2e_press(e, ADMIN, "Да, точно", 1);
    e2e_wait(e, ADMIN, 0, "помечено удалёнными", WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM plan WHERE state = 'applied'"), plans);
    assert_int_equal(e2e_int(e,
                             "SELECT count(*) FROM job WHERE key LIKE 'apply%' AND state = 'done'"),
                     1);
    assert_true(e2e_int(e, "SELECT count(DISTINCT tbl) FROM mark WHERE at > 0 AND by = 'rule'") >
                2);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_preview_apply),  E2E_TEST(test_plan_file),
        E2E_TEST(test_run_file),       E2E_TEST(test_refuse),
        E2E_TEST(test_brake_approved), E2E_TEST(test_several_plans_at_once),
    };
    return E2E_RUN("e2e plan", tests);
}
