/* test_find.c: what people find and change in the chat reaches the tables, and what they wanted to
 * be reminded of comes once, with the real daemon. */
#include "store/chat/tasks.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

static struct e2e *world(void)
{
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 60,
                                                    .teams = 8,
                                                    .participations = 60,
                                                    .faults = "0",
                                                    .two_way = true});
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    return e;
}

/* Of a participation of this year that Coda has and no page of Notion's leads speaks of. */
static const char *chosen(struct e2e *e, const char *column)
{
    AUTO_BUF sql = BUF_INIT(1024);
    buf_addf(&sql,
             "SELECT %s FROM link l JOIN participation p ON p.id = l.local_id JOIN person h"
             " ON h.id = p.person_id WHERE l.flow = 'participation' AND l.remote = 'coda'"
             " AND l.missing_since IS NULL AND p.year = 2026 AND p.deleted = 0 AND NOT EXISTS"
             " (SELECT 1 FROM link k WHERE k.local_id = l.local_id AND k.flow = 'leads')"
             " ORDER BY p.id LIMIT 1",
             column);
    return e2e_text(e, buf_str(&sql));
}

static const char *status_in_coda(struct e2e *e, const char *row)
{
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    const cJSON *list = cJSON_IsArray(rows) ? rows : json_at(rows, "items");
    for (const cJSON *r = list->child; r; r = r->next) {
        if (str_eq(json_text(r, "id"), row))
            return arena_strdup(e->arena, json_text(r, "values.Статус"));
    }
    return "";
}

/* Telegram has been heard of all that was said: a kill now makes it say nothing twice. */
static void wait_said(struct e2e *e)
{
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'queued'") == 0);
}

static void test_an_edit_goes_out(void **state)
{
    (void)state;
    struct e2e *e = world();
    const char *id = chosen(e, "p.id"), *row = chosen(e, "l.remote_id"),
               *name = chosen(e, "h.name");
    AUTO_BUF find = BUF_INIT(512), card = BUF_INIT(128);
    assert_non_null(id);
    buf_addf(&find, "/find %s", name);
    e2e_ask(e, ADMIN, buf_str(&find), name);
    buf_addf(&card, "/card %s", id);
    struct said shown = e2e_ask(e, ADMIN, buf_str(&card), "Где стоит: Кода");
    e2e_press(e, ADMIN, "✏️ статус", 2);
    struct said asked = e2e_wait(e, ADMIN, shown.id - 1, "На что поменять?", WAIT);
    assert_int_equal(asked.id, shown.id); /* the same message */
    assert_has(asked.text, "Уйдёт в таблицы: Кода");
    wait_said(e);
    e2e_restart(e); /* the question outlives the daemon */
    e2e_press(e, ADMIN, "не доехал", 2);
    e2e_wait(e, ADMIN, shown.id - 1, "→ «не доехал»", WAIT);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM audit WHERE field = 'status'"
                                " AND after = 'SKIPPED' AND source = 'telegram:1001'"),
                     1);
    e2e_press(e, ADMIN, "Отправить сейчас", 1);
    E2E_UNTIL(WAIT, !strcmp(status_in_coda(e, row), "не доехал"));
    e2e_press(e, ADMIN, "↩️ Вернуть", 1);
    e2e_wait(e, ADMIN, shown.id - 1, "снова «", WAIT);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    assert_string_not_equal(status_in_coda(e, row), "не доехал");
    e2e_ask(e, ADMIN, "/sync festival", "Всё сходится");
    e2e_done(e);
}

static void order_reminder(struct e2e *e, const char *row)
{
    struct err err = {0};
    struct db *db;
    const struct jailed j = {.flow = "participation",
                             .remote_id = row,
                             .part = "",
                             .reason = "Invalid role mapping",
                             .raw = "{}",
                             .last_seen = 1};
    const struct reminder r = {.via = "telegram", .user_id = ADMIN, .chat_id = ADMIN, .at = 1};
    const struct task_item item = task_of_jailed(&j);
    assert_ok(db_open(e->store, DB_WRITE, &db, &err), err);
    assert_ok(db_begin(db, &err), err);
    assert_ok(quarantine_put(db, &j, &err), err);
    assert_ok(tasks_remind(db, &item, &r, &err), err);
    assert_ok(db_commit(db, &err), err);
    db_close(db);
}

static void test_a_reminder_comes_once(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 10, .teams = 3, .participations = 5});
    e2e_start(e);
    e2e_ask(e, ADMIN, "/start", "");
    order_reminder(e, "i-404");
    e2e_wait(e, ADMIN, 0, "⏰ Напоминаю: Участие, строка i-404: нет такой роли", WAIT);
    wait_said(e);
    e2e_kill(e, SIGKILL, 5000);
    order_reminder(e, "i-405"); /* its time comes while nobody is there */
    e2e_start(e);
    e2e_wait(e, ADMIN, 0, "строка i-405", WAIT);
    wait_said(e);
    e2e_restart(e);
    e2e_ask(e, ADMIN, "/id", "1001");
    assert_int_equal(e2e_count(e, ADMIN, "i-404"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "i-405"), 1);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_an_edit_goes_out),
        E2E_TEST(test_a_reminder_comes_once),
    };
    return E2E_RUN("find", tests);
}
