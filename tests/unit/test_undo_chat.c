/* test_undo_chat.c: /undo in the chat: what would go back, the button that does it once, and what
 * is said when there is nothing to undo. */
#include "bot/ask.h"
#include "bot/dispatch.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/journal.h"
#include "store/pauses.h"
#include "sync/lane.h"
#include "tests/support/one_chat.h"
#undef OLEG /* here a number, there an actor */
#include "tests/support/undo_lab.h"

#include <stdio.h>

#define NEW "44444444-4444-4444-8444-444444444444"

static int setup(void **state)
{
    if (one_chat_setup(state))
        return -1;
    struct one_chat *c = *state;
    c->f->cfg->store = c->f->store->path;
    return 0;
}

static int64_t arrived(struct one_chat *c)
{
    int64_t run = lab_run(c->f, "part", "pull");
    lab_set(c->f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_run_over(c->f, run, 1);
    return run;
}

static const char *undo(struct one_chat *c, int64_t run)
{
    return one_chat_say(c, arena_printf(c->f->arena, "/undo %lld", (long long)run));
}

/* The data of the button under the last answer. */
static const char *data_of(struct one_chat *c, const char *label)
{
    const char *at = strstr(c->buttons, label), *arrow = at ? strstr(at, " → ") : NULL;
    if (!arrow)
        fail_msg("no button «%s» among:\n%s", label, c->buttons);
    arrow += strlen(" → ");
    return arena_strndup(c->f->arena, arrow, strcspn(arrow, "\n"));
}

/* A press that may be answered with more than one message; what stands in the message of the slot
 * "undo:…" then, "" for nothing new. */
static const char *press(struct one_chat *c, const char *data)
{
    struct err err = {0};
    bool any, queued;
    AUTO_JSON *tree = NULL;
    AUTO_BUF plain = BUF_INIT(1 << 16);
    const struct chat_update u = {.kind = UPDATE_PRESS,
                                  .data = data,
                                  .callback_id = "1",
                                  .update_id = ++c->updates,
                                  .chat_id = c->user,
                                  .user_id = c->user,
                                  .is_private = true,
                                  .user_name = "Олег",
                                  .language = "ru"};
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, c->updates + 1, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    assert_false(db_in_transaction(c->f->db));
    const char *payload =
        temp_store_text(c->f->store,
                        "SELECT payload FROM chat_out WHERE slot LIKE 'undo:%' ORDER BY id DESC");
    if (!payload)
        return "";
    assert_ok(json_parse(payload, strlen(payload), &tree, &err), err);
    assert_true(html_valid(json_text(tree, "text")));
    html_to_plain(json_text(tree, "text"), &plain);
    return arena_strdup(c->f->arena, buf_str(&plain));
}

static int64_t count(struct one_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

#define UNDOS "SELECT count(*) FROM run WHERE kind = 'undo'"

/* ---------------------------------------------------------------- showing */

static void undo__shows__what_would_go_back(void **state)
{
    struct one_chat *c = *state;
    int64_t run = arrived(c);
    undo(c, run);
    assert_has(c->said, "↩️ Прогон 1, Участие");
    assert_has(c->said, "ничего ещё не изменено");
    assert_has(c->said, "прежними станут: 1\n"
                        "· Лис Мария, Инфоцентр: статус «заехал на поле» → «планируется»");
    assert_has_not(c->said, "Оставляю");
    assert_has(c->buttons, "↩️ Вернуть как было → confirm 1 yes @");
    assert_has(c->buttons, "✖️ Не надо → confirm 1 no @");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_int_equal(count(c, UNDOS), 0);
    assert_int_equal(count(c, "SELECT count(*) FROM chat_out WHERE kind = 'document'"), 0);
}

static void undo__names__what_stays_and_why(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    bool fresh;
    int64_t run = lab_run(c->f, "part", "pull");
    lab_set(c->f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(c->f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(c->f, run, 1);
    one_chat_say(c, "/id"); /* the bot learns Oleg's name */
    lab_set(c->f, 0, "participation", PART, "status", V_TEXT("CANCELLED"));
    undo(c, run);
    assert_has(c->said, "роль «медик» → «волонтёр»");
    assert_has(c->said,
               "Оставляю как есть: 1\n· Лис Мария, Инфоцентр: статус изменили позже (Олег, ");
    assert_ok(pauses_set(c->f->db, "participation", PART, "x", 1, &fresh, &err), err);
    undo(c, run);
    assert_has(c->said, "возвращать нечего");
    assert_has(c->said, "стоит на паузе");
    assert_has_not(c->buttons, "yes");
}

static void undo__says__that_a_table_which_is_only_read_stays_as_it_is(void **state)
{
    struct one_chat *c = *state;
    int64_t run = lab_run(c->f, "people", "pull");
    lab_set(c->f, run, "person", ANNA, "city", V_TEXT("Псков"));
    lab_run_over(c->f, run, 1);
    undo(c, run);
    assert_has(c->said, "город «Псков» → «пусто»");
    assert_has(c->said, "Ноушен: отсюда поток только читает, там всё останется как есть");
}

static void undo__says__that_rows_of_deleted_records_stay(void **state)
{
    struct one_chat *c = *state;
    int64_t run = lab_run(c->f, "part", "pull");
    lab_insert(c->f, run, "participation", NEW,
               (const char *[]){"person_id", ANNA, "team_id", TEAM, "role", "MEDIC", "status",
                                "PLANNED", NULL});
    lab_run_over(c->f, run, 1);
    undo(c, run);
    assert_has(c->said, "новых удалится: 1\n· Лис Мария, Инфоцентр: тогда появилась, удалится");
    assert_has(c->said, "Кода: строки удалённых записей там останутся");
}

/* As a plan does: names under what is said once. */
static void what_goes_alike__is_one_line(void **state)
{
    struct one_chat *c = *state;
    static const char *const ids[] = {NEW, "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"};
    static const char *const names[] = {"Новый", "Новая"};
    int64_t run = lab_run(c->f, "people", "pull");
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        lab_insert(c->f, run, "person", ids[i], (const char *[]){"name", names[i], NULL});
    lab_set(c->f, run, "person", ANNA, "city", V_TEXT("Псков"));
    lab_run_over(c->f, run, 3);
    undo(c, run);
    assert_has(c->said, "· тогда появились, удалятся: ");
    assert_has(c->said, "Новый");
    assert_has(c->said, "Новая");
    assert_has_not(c->said, "тогда появилась");
    assert_has(c->said, "· Лис Мария: город «Псков» → «пусто»");
}

static void many_changes__come_as_a_file(void **state)
{
    struct one_chat *c = *state;
    static const char *const fields[] = {"last_name", "first_name", "nickname", "city",
                                         "email",     "comment",    "phone",    "telegram"};
    int64_t run = lab_run(c->f, "people", "pull");
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        lab_set(c->f, run, "person", ANNA, fields[i], V_TEXT("=1+1"));
    lab_run_over(c->f, run, 1);
    lab_set(c->f, 0, "person", ANNA, "city", V_TEXT("Псков"));
    undo(c, run);
    assert_has(c->said, "… ещё 1, все в файле");
    assert_has(c->said, "город изменили позже");
    const char *file =
        temp_store_text(c->f->store, "SELECT payload FROM chat_out WHERE kind = 'document'");
    assert_has(file, "undo-1.csv");
    assert_has(file, "отмена целиком: 8 строк");
    assert_has(file, "operation,entity,name,field,now,before the run,reason\\u000d\\n"
                     "set back,person,Лис Мария,last_name,'=1+1,,\\u000d\\n");
    assert_has(file, "keep,person,Лис Мария,city,Псков,,changed later: telegram:1001\\u000d\\n");
}

static void undo_of_a_push__tells_of_its_rows(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t run = lab_run(c->f, "part:push", "push");
    char sql[400];
    snprintf(sql, sizeof sql,
             "INSERT INTO intent(run, flow, remote, tbl, op, entity, local_id, remote_id, payload,"
             " state, created_at) VALUES(%lld, 'part:push', 'coda', 'Part', 'insert',"
             " 'participation', '" PART "', 'i-1', '{}', 'done', 1)",
             (long long)run);
    assert_ok(DB_RUN(c->f->db, &err, sql), err);
    lab_run_over(c->f, run, 1);
    undo(c, run);
    assert_has(c->said, "Прогон 1, Участие → Кода");
    assert_has(c->said, "строк уйдёт из таблицы «Участие (Кода)»: 1\n"
                        "· Лис Мария, Инфоцентр: строка уйдёт из таблицы (Кода)");
    const char *done = press(c, data_of(c, "Вернуть как было"));
    assert_has(done, "строк уйдёт из таблицы «Участие (Кода)»: 1");
    assert_string_equal(small_festival_link(c->f)->wish, "gone");
}

static void undo__without_a_number__offers_the_runs_that_changed_something(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/undo"), "пока нет");
    arrived(c);
    lab_run_over(c->f, lab_run(c->f, "teams", "pull"), 0);
    lab_run(c->f, "people", "pull"); /* under way */
    one_chat_say(c, "/undo что-нибудь");
    assert_has(c->said, "Какой прогон отменить?");
    assert_has(c->buttons, "↩️ 1: Участие (Кода), ");
    assert_has_not(c->buttons, "undo 2");
    assert_has_not(c->buttons, "undo 3");
    assert_has(one_chat_press(c, "↩️ 1"), "Вот что вернётся");
}

static void undo__says__why_there_is_nothing_to_undo(void **state)
{
    struct one_chat *c = *state;
    assert_has(undo(c, 77), "Прогона 77 нет");
    int64_t run = lab_run(c->f, "part", "pull");
    assert_has(undo(c, run), "Прогон 1 ещё идёт");
    lab_run_over(c->f, run, 0);
    assert_has(undo(c, run), "не менял записей");
    int64_t old = lab_run(c->f, "part", "pull");
    lab_run_over(c->f, old, 5);
    temp_store_int(c->f->store, "DELETE FROM audit RETURNING 1");
    assert_has(undo(c, old), "слишком давний");
}

/* What a push did to the row of the participation. */
static void sent(struct one_chat *c, int64_t run, const char *op, const char *payload)
{
    struct err err = {0};
    int64_t id;
    const struct intent i = {.run = run,
                             .flow = "part:push",
                             .remote = "coda",
                             .tbl = "Part",
                             .op = op,
                             .entity = "participation",
                             .local_id = PART,
                             .part = "",
                             .remote_id = "i-1",
                             .payload = payload,
                             .sent_at = 1550};
    assert_ok(journal_send(c->f->db, &i, &id, &err), err);
    assert_ok(journal_done(c->f->db, id, "i-1", 1560, &err), err);
}

#define MARKED   "{\"changes\":{\"delete_reason\":[null,\"Invalid role\"]}}"
#define INSERTED "{\"cells\":{},\"base\":{},\"changes\":{\"role\":[null,\"VOLUNTEER\"]}}"

static void undo_of_marks__says__that_they_follow_from_the_rows(void **state)
{
    struct one_chat *c = *state;
    int64_t run = lab_run(c->f, "part:push", "push");
    sent(c, run, "mark", MARKED);
    lab_run_over(c->f, run, 1);
    assert_has(undo(c, run), "Прогон 1 только ставил или снимал пометки об удалении.");
    assert_has(c->said, "удалённое возвращает /restore");
    assert_null(strstr(c->buttons, "Вернуть как было"));
    run = lab_run(c->f, "part:push", "push");
    sent(c, run, "mark", MARKED);
    sent(c, run, "insert", INSERTED);
    lab_run_over(c->f, run, 2);
    assert_has(undo(c, run), "строк уйдёт из таблицы «Участие (Кода)»: 1");
    assert_has(c->said, "Пометок, которые он ставил или снимал: 1.");
    assert_has(c->buttons, "Вернуть как было");
}

static void undo__is_for__admins(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    arrived(c);
    c->user = 2002;
    one_chat_say(c, "/start");
    assert_ok(people_grant(c->f->db, "telegram", 2002, ROLE_ORGANIZER, "x", 1, &err), err);
    assert_has(undo(c, 1), "Это может админ");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

/* ---------------------------------------------------------------- doing */

static void button__does_it__and_sends_it_on(void **state)
{
    struct one_chat *c = *state;
    undo(c, arrived(c));
    const char *slot = c->slot;
    const char *said = press(c, data_of(c, "Вернуть как было"));
    assert_has(said, "✅ Прогон 1 отменён\nвернулись как были: 1\nОтправляю это в таблицы");
    assert_string_equal(lab_text(c->f, "status"), "PLANNED");
    assert_int_equal(count(c, "SELECT count(*) FROM chat_out WHERE slot LIKE 'undo:%'"), 1);
    assert_string_equal(slot, temp_store_text(c->f->store, "SELECT slot FROM chat_out WHERE slot"
                                                           " LIKE 'undo:%'"));
    assert_string_equal(temp_store_text(c->f->store, "SELECT key || ' ' || steps || ' ' || actor"
                                                     " FROM job"),
                        "undo-2:sync:part:push [\"part:push\"] " OLEG);
    assert_string_equal(temp_store_text(c->f->store, "SELECT state || ' ' || actor || ' ' || undoes"
                                                     " FROM run ORDER BY id DESC"),
                        "done " OLEG " 1");
}

static void button__acts__once(void **state)
{
    struct one_chat *c = *state;
    undo(c, arrived(c));
    const char *data = data_of(c, "Вернуть как было");
    const char *first = press(c, data);
    assert_ok(DB_RUN(c->f->db, &(struct err){0}, "UPDATE job SET state = 'done'"), (struct err){0});
    lab_set(c->f, 0, "participation", PART, "status", V_TEXT("ARRIVED")); /* done by hand again */
    assert_string_equal(press(c, data), first);
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_int_equal(count(c, UNDOS), 1);
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
}

static void what_changed_meanwhile__stays__and_is_counted(void **state)
{
    struct one_chat *c = *state;
    int64_t run = lab_run(c->f, "part", "pull");
    lab_set(c->f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(c->f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(c->f, run, 1);
    undo(c, run);
    const char *data = data_of(c, "Вернуть как было");
    lab_set(c->f, 0, "participation", PART, "status", V_TEXT("CANCELLED"));
    assert_has(press(c, data), "вернулись как были: 1 · Оставляю как есть: 1");
    assert_string_equal(lab_text(c->f, "status"), "CANCELLED");
    assert_string_equal(lab_text(c->f, "role"), "VOLUNTEER");
}

static void old_button__shows_it__anew(void **state)
{
    struct one_chat *c = *state;
    undo(c, arrived(c));
    const char *data = data_of(c, "Вернуть как было");
    clock_test_advance(10 * 60 * 1000 + 1000);
    one_chat_press_data(c, data);
    assert_has(c->said, "больше десяти минут");
    assert_has(c->said, "«заехал на поле» → «планируется»");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    press(c, data_of(c, "Вернуть как было"));
    assert_string_equal(lab_text(c->f, "status"), "PLANNED");
}

static void typed_yes__only_shows_it(void **state)
{
    struct one_chat *c = *state;
    arrived(c);
    assert_has(one_chat_say(c, "/undo 1 yes"), "ничего ещё не изменено");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

static void no__leaves_it(void **state)
{
    struct one_chat *c = *state;
    undo(c, arrived(c));
    const char *slot = c->slot;
    assert_has(one_chat_press(c, "Не надо"), "ничего не меняю");
    assert_string_equal(c->slot, slot);
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

static void button__waits__for_a_sync_under_way(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int lane;
    clock_test_skip_sleeps(true);
    undo(c, arrived(c));
    assert_ok(lane_take(c->f->cfg->store, "coda", 0, NULL, NULL, NULL, &lane, &err), err);
    one_chat_press(c, "Вернуть как было");
    assert_has(c->said, "сейчас сверяются");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_int_equal(count(c, UNDOS), 0);
    lane_release(lane);
    press(c, data_of(c, "Вернуть как было"));
    assert_string_equal(lab_text(c->f, "status"), "PLANNED");
    clock_test_skip_sleeps(false);
}

/* The process died between the undo and its message: the same update is dealt with again. */
static void button__ends_it__after_a_crash(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct undo_done done;
    undo(c, arrived(c));
    const char *data = data_of(c, "Вернуть как было");
    const struct undo_request q = {.run = 1, .actor = OLEG, .at = clock_now_ms()};
    assert_ok(undo_apply(c->f->db, c->f->cfg, &q, &done, &err), err);
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM run ORDER BY id DESC"),
                        "partial");
    assert_has(press(c, data), "Прогон 1 отменён\nвернулись как были: 1\nОтправляю");
    assert_int_equal(count(c, UNDOS), 1);
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM run ORDER BY id DESC"),
                        "done");
}

static void undone_run__is_undone_by_its_button(void **state)
{
    struct one_chat *c = *state;
    undo(c, arrived(c));
    press(c, data_of(c, "Вернуть как было"));
    one_chat_press_data(c, "undo 2"); /* under the result: «Отменить и это» */
    assert_has(c->said, "Прогон 2, возврат: Участие");
    assert_has(c->said, "«планируется» → «заехал на поле»");
    press(c, data_of(c, "Вернуть как было"));
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(undo__shows__what_would_go_back),
        T(undo__names__what_stays_and_why),
        T(undo__says__that_a_table_which_is_only_read_stays_as_it_is),
        T(undo__says__that_rows_of_deleted_records_stay),
        T(what_goes_alike__is_one_line),
        T(many_changes__come_as_a_file),
        T(undo_of_a_push__tells_of_its_rows),
        T(undo__without_a_number__offers_the_runs_that_changed_something),
        T(undo__says__why_there_is_nothing_to_undo),
        T(undo_of_marks__says__that_they_follow_from_the_rows),
        T(undo__is_for__admins),
        T(button__does_it__and_sends_it_on),
        T(button__acts__once),
        T(what_changed_meanwhile__stays__and_is_counted),
        T(old_button__shows_it__anew),
        T(typed_yes__only_shows_it),
        T(no__leaves_it),
        T(button__waits__for_a_sync_under_way),
        T(button__ends_it__after_a_crash),
        T(undone_run__is_undone_by_its_button),
    };
    return cmocka_run_group_tests_name("undo chat", tests, NULL, NULL);
}
