/* test_conflicts.c: what people decide in the chat reaches the tables, with the real daemon: which
 * side of a conflict holds, taking that back, and records that stand still. */
#include "store/rows.h"
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

/* A participation of this year that Coda has and no page of Notion's leads speaks of. */
struct chosen {
    const char *id, *row; /* its local id, Coda's row */
};

static struct e2e *world(void)
{
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 60,
                                                    .teams = 8,
                                                    .participations = 60,
                                                    .faults = "0",
                                                    .two_way = true});
    e2e_set(e, "[flow participation]", "conflict.status", "ask");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    return e;
}

static struct chosen choose(struct e2e *e)
{
    static const char where[] = " FROM link l JOIN participation p ON p.id = l.local_id"
                                " WHERE l.flow = 'participation' AND l.remote = 'coda'"
                                " AND l.missing_since IS NULL AND p.status = 'PLANNED'"
                                " AND NOT EXISTS (SELECT 1 FROM link k WHERE k.local_id ="
                                " l.local_id AND k.flow = 'leads') ORDER BY l.id LIMIT 1";
    AUTO_BUF id = BUF_INIT(1024), row = BUF_INIT(1024);
    buf_addf(&id, "SELECT l.local_id%s", where);
    buf_addf(&row, "SELECT l.remote_id%s", where);
    struct chosen c = {e2e_text(e, buf_str(&id)), e2e_text(e, buf_str(&row))};
    assert_non_null(c.id);
    return c;
}

/* Somebody edits the store, as the bot or another program would. */
static void edit_store(struct e2e *e, const char *id, const char *status)
{
    struct err err = {0};
    struct db *db;
    struct record *old, *new;
    const struct entity *part = model_entity("participation");
    assert_ok(db_open(e->store, DB_WRITE, &db, &err), err);
    assert_ok(db_begin(db, &err), err);
    assert_ok(rows_get(db, part, id, e->arena, &old, &err), err);
    new = record_copy(old, e->arena);
    new->v[model_field(part, "status")] = V_TEXT(status);
    const struct change by = {.source = "telegram:1001", .at = clock_now_ms()};
    assert_ok(rows_update(db, old, new, &by, &err), err);
    assert_ok(db_commit(db, &err), err);
    db_close(db);
}

static void edit_coda(struct e2e *e, const struct chosen *c, const char *status)
{
    e2e_do(e, "/coda/row",
           "{\"table\":\"" SB_CODA_PART "\",\"row\":\"%s\",\"cells\":{\"Статус\":\"%s\"}}", c->row,
           status);
}

static const char *coda_status(struct e2e *e, const struct chosen *c)
{
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    const cJSON *list = cJSON_IsArray(rows) ? rows : json_at(rows, "items");
    for (const cJSON *r = list->child; r; r = r->next) {
        if (str_eq(json_text(r, "id"), c->row))
            return arena_strdup(e->arena, json_text(r, "values.Статус"));
    }
    fail_msg("Coda has no row %s", c->row);
    return NULL;
}

static const char *store_status(struct e2e *e, const struct chosen *c)
{
    AUTO_BUF sql = BUF_INIT(256);
    buf_addf(&sql, "SELECT status FROM participation WHERE id = '%s'", c->id);
    return e2e_text(e, buf_str(&sql));
}

/* Both sides change the status differently; the bot asks. */
static struct chosen quarrel(struct e2e *e, const char *ours, const char *theirs)
{
    struct chosen c = choose(e);
    edit_store(e, c.id, ours);
    edit_coda(e, &c, theirs);
    e2e_ask(e, ADMIN, "/sync participation", "спорн");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM conflict WHERE state = 'open'"), 1);
    assert_string_equal(store_status(e, &c), ours); /* neither side moves */
    assert_string_equal(coda_status(e, &c), theirs);
    return c;
}

static void check_agreed(struct e2e *e)
{
    e2e_ask(e, ADMIN, "/sync festival", "сверено за");
    const char *before = e2e_snapshot(e);
    e2e_ask(e, ADMIN, "/sync festival", "Всё сходится");
    e2e_check_same(e, before);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM conflict WHERE state = 'open'"), 0);
    assert_int_equal(e2e_stat(e, "errors.400"), 0);
}

static void test_ours_is_kept(void **state)
{
    (void)state;
    struct e2e *e = world();
    struct chosen c = quarrel(e, "CANCELLED", "заехал на поле");
    struct said card = e2e_ask(e, ADMIN, "/conflicts", "⚖️");
    assert_has(card.text, "статус");
    assert_has(card.text, "Кода: «заехал на поле»");
    assert_has(card.text, "У нас: «отменилось»");
    assert_has(card.text, "Было: «планируется»");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'queued'") == 0);
    e2e_restart(e); /* the buttons outlive the daemon */
    e2e_press(e, ADMIN, "Оставить наше", 2);
    struct said done = e2e_wait(e, ADMIN, card.id - 1, "Спорного нет", WAIT);
    assert_int_equal(done.id, card.id); /* the same message */
    check_agreed(e);
    assert_string_equal(store_status(e, &c), "CANCELLED");
    assert_string_equal(coda_status(e, &c), "отменилось");
    e2e_done(e);
}

static void test_theirs_is_taken_and_taken_back(void **state)
{
    (void)state;
    struct e2e *e = world();
    struct chosen c = quarrel(e, "CANCELLED", "заехал на поле");
    e2e_ask(e, ADMIN, "/conflicts", "⚖️");
    e2e_press(e, ADMIN, "Взять оттуда", 1);
    e2e_wait(e, ADMIN, 0, "Спорного нет", WAIT);
    check_agreed(e);
    assert_string_equal(store_status(e, &c), "ARRIVED");
    assert_string_equal(coda_status(e, &c), "заехал на поле");

    /* the value that lost comes back, and goes out like any other edit */
    e2e_ask(e, ADMIN, "/conflict 1", "Решено");
    e2e_press(e, ADMIN, "Вернуть «отменилось»", 1);
    e2e_wait(e, ADMIN, 0, "снова «отменилось»", WAIT);
    check_agreed(e);
    assert_string_equal(store_status(e, &c), "CANCELLED");
    assert_string_equal(coda_status(e, &c), "отменилось");
    e2e_done(e);
}

static void test_paused_record_stands_still(void **state)
{
    (void)state;
    struct e2e *e = world();
    struct chosen c = choose(e);
    const char *pause = arena_printf(e->arena, "/pause %s", c.id);
    e2e_ask(e, ADMIN, pause, "на паузе");
    edit_coda(e, &c, "заехал на поле");
    e2e_ask(e, ADMIN, "/sync participation", "Ждут");
    assert_string_equal(store_status(e, &c), "PLANNED");
    e2e_ask(e, ADMIN, "/invalid participation", "запись на паузе");
    e2e_ask(e, ADMIN, "/pause", "На паузе 1 запись");
    e2e_press(e, ADMIN, "▶️", 1);
    e2e_wait(e, ADMIN, 0, "пауза снята", WAIT);
    e2e_ask(e, ADMIN, "/sync participation", "сверено за");
    assert_string_equal(store_status(e, &c), "ARRIVED");
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM quarantine WHERE reason = 'Paused'"), 0);

    /* the other way: nothing goes out */
    e2e_ask(e, ADMIN, pause, "на паузе");
    edit_store(e, c.id, "LEFT");
    e2e_ask(e, ADMIN, "/sync participation", "Ждут");
    assert_string_equal(coda_status(e, &c), "заехал на поле");
    e2e_press(e, ADMIN, "Снять с паузы", 1);
    e2e_wait(e, ADMIN, 0, "пауза снята", WAIT);
    check_agreed(e);
    assert_string_equal(coda_status(e, &c), "ушел");
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_ours_is_kept),
        E2E_TEST(test_theirs_is_taken_and_taken_back),
        E2E_TEST(test_paused_record_stands_still),
    };
    return E2E_RUN("conflicts", tests);
}
