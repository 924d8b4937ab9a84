/* test_run_chat.c: runs of the history as people see them, in the chat and as a file; /status and
 * /start with what waits for a person. */
#include "bot/ask.h"
#include "bot/dispatch.h"
#include "bot/run_csv.h"
#include "bot/status.h"
#include "store/audit.h"
#include "store/base/clock.h"
#include "store/conflicts.h"
#include "store/journal.h"
#include "store/pauses.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/marked_chat.h"
#include "tests/support/one_chat.h"

#define AT 1782907200000 /* 2026-07-01T12:00:00.000Z */

static int64_t begin(struct one_chat *c, const char *flow, const char *kind)
{
    struct err err = {0};
    int64_t id;
    assert_ok(runs_begin(c->f->db, flow, kind, "schedule", 0, AT, &id, &err), err);
    return id;
}

static void finish(struct one_chat *c, int64_t id, struct counts counts)
{
    struct err err = {0};
    assert_ok(runs_add(c->f->db, id, &counts, &err), err);
    assert_ok(runs_finish(c->f->db, id, "done", 0, NULL, AT + 2000, &err), err);
}

static void changed(struct one_chat *c, int64_t run, const char *field, const char *before,
                    const char *after)
{
    struct err err = {0};
    assert_ok(audit_add(c->f->db, run, "participation", PART, field, before, after, "coda", AT,
                        &err),
              err);
}

/* A write of the run; done: its answer was heard. */
static void sent(struct one_chat *c, int64_t run, const char *op, const char *changes, bool done)
{
    struct err err = {0};
    int64_t id;
    const struct intent i = {
        .run = run,
        .flow = "part:push",
        .remote = "coda",
        .tbl = "Part",
        .op = op,
        .entity = "participation",
        .local_id = PART,
        .part = "",
        .remote_id = strcmp(op, "insert") ? "i-1" : NULL,
        .payload = arena_printf(c->f->arena, "{\"cells\":{},\"base\":{},\"changes\":%s}", changes),
        .sent_at = AT,
    };
    assert_ok(journal_send(c->f->db, &i, &id, &err), err);
    if (done)
        assert_ok(journal_done(c->f->db, id, "i-1", AT, &err), err);
}

static int64_t pull_run(struct one_chat *c)
{
    int64_t id = begin(c, "part", "pull");
    changed(c, id, "status", "PLANNED", "ARRIVED");
    changed(c, id, "position", NULL, "повар");
    changed(c, id, NULL, NULL, "{\"role\":\"MEDIC\",\"year\":2026,\"status\":null}");
    finish(c, id, (struct counts){.inserted = 1, .updated = 2});
    return id;
}

static int64_t push_run(struct one_chat *c)
{
    int64_t id = begin(c, "part:push", "push");
    sent(c, id, "insert", "{\"year\":[null,2026]}", true);
    sent(c, id, "update", "{\"status\":[\"PLANNED\",\"ARRIVED\"],\"Кто\":[null,\"Лис, Мария\"]}",
         true);
    sent(c, id, "update", "{}", true);
    sent(c, id, "archive", "{}", true);
    sent(c, id, "update", "{\"status\":[\"ARRIVED\",\"LEFT\"]}", false);
    finish(c, id, (struct counts){.inserted = 1, .updated = 2, .deleted = 1});
    return id;
}

static const char *csv_of(struct one_chat *c, int64_t id)
{
    struct err err = {0};
    struct run *r;
    int64_t lines;
    AUTO_BUF csv = BUF_INIT(1 << 20);
    assert_ok(runs_get(c->f->db, id, c->f->arena, &r, &err), err);
    assert_ok(run_csv(c->f->db, r, &csv, &lines, &err), err);
    return arena_strdup(c->f->arena, buf_str(&csv));
}

static void pull__shows__what_changed_here(void **state)
{
    struct one_chat *c = *state;
    int64_t id = pull_run(c);
    one_chat_say(c, arena_printf(c->f->arena, "/run %lld", (long long)id));
    assert_has(c->said, "✅ Прогон 1: Участие (Кода)\n");
    assert_has(c->said, "1 новая, 2 изменены");
    assert_has(c->said, "· Лис Мария, Инфоцентр: статус «планируется» → «заехал на поле»");
    assert_has(c->said, "· Лис Мария, Инфоцентр: должность «пусто» → «повар»");
    assert_has(c->said, "· Лис Мария, Инфоцентр: новая запись");
    assert_has(c->buttons, "📄 Файлом → run 1 csv\n");
    assert_has(c->buttons, "↩️ Вернуть как было → undo 1\n");
}

static void push__shows__what_was_sent(void **state)
{
    struct one_chat *c = *state;
    push_run(c);
    one_chat_say(c, "/run 1");
    assert_has(c->said, "✅ Прогон 1: Участие → Кода\n");
    assert_has(c->said, "добавлено 1, изменено 2, удалено 1");
    assert_has(c->said, "Отправлено в этом прогоне, первые 5:\n"
                        "· Лис Мария, Инфоцентр: новая строка\n"
                        "· Лис Мария, Инфоцентр: статус «планируется» → «заехал на поле»\n"
                        "· Лис Мария, Инфоцентр: Кто «пусто» → «Лис, Мария»\n"
                        "· Лис Мария, Инфоцентр: строка возвращена\n"
                        "· Лис Мария, Инфоцентр: строка удалена");
    assert_has_not(c->said, "уехал"); /* nobody heard that it was done */
    assert_has(c->buttons, "undo 1");
}

/* By their name; who never wrote is known by the configuration or by the number. */
static void run__says__who_started_it(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    static const char *const actors[] = {ORGANIZER, "telegram:77"};
    int64_t ids[2];
    for (size_t i = 0; i < 2; i++) {
        assert_ok(runs_begin(c->f->db, "part", "pull", actors[i], 0, AT, &ids[i], &err), err);
        finish(c, ids[i], (struct counts){.updated = 1});
    }
    assert_has(one_chat_say(c, "/run 1"), " · Олег\n");
    assert_has(one_chat_say(c, "/run 2"), " · Telegram 77\n");
}

/* What came in alike is one line. */
static void run_of_new_records__names_them__in_one_line(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t run = begin(c, "part", "pull");
    static const char *const ids[] = {PART, ANNA, TEAM};
    static const char *const entities[] = {"participation", "person", "team"};
    for (size_t i = 0; i < 3; i++)
        assert_ok(audit_add(c->f->db, run, entities[i], ids[i], NULL, NULL, NULL, "coda", AT, &err),
                  err);
    finish(c, run, (struct counts){.inserted = 3});
    assert_has(one_chat_say(c, "/run 1"), "\n· новые: ");
    assert_has(c->said, "Лис Мария, Инфоцентр");
    assert_has(c->said, "; ");
    assert_has_not(c->said, "новая запись");
    run = begin(c, "part:push", "push");
    sent(c, run, "insert", "{}", true);
    sent(c, run, "insert", "{}", true);
    finish(c, run, (struct counts){.inserted = 2});
    assert_has(one_chat_say(c, "/run 2"),
               "\n· новые строки: Лис Мария, Инфоцентр; Лис Мария, Инфоцентр");
}

static void run__that_changed_nothing__cannot_be_put_back(void **state)
{
    struct one_chat *c = *state;
    finish(c, begin(c, "part", "pull"), (struct counts){.invalid = 3});
    one_chat_say(c, "/run 1");
    assert_has(c->buttons, "Показать ошибки → invalid part\n");
    assert_has_not(c->buttons, "undo");
    assert_has_not(c->buttons, "csv");
    one_chat_say(c, "/run 1 csv");
    assert_has(c->said, "ничего не менялось");
    begin(c, "part:push", "push"); /* it is still running */
    struct err err = {0};
    assert_ok(runs_add(c->f->db, 2, &(struct counts){.inserted = 1}, &err), err);
    one_chat_say(c, "/run 2");
    assert_has_not(c->buttons, "undo");
}

static void conflicts__of_a_run__are_shown_with_a_button(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t id = begin(c, "part", "pull");
    struct conflict k = {.run = id,
                         .flow = "part",
                         .entity = "participation",
                         .local_id = PART,
                         .field = "status",
                         .base = "PLANNED",
                         .ours = "CANCELLED",
                         .theirs = "ARRIVED",
                         .remote = "coda",
                         .settled_by = "policy",
                         .choice = "ours",
                         .created_at = AT,
                         .settled_at = AT};
    assert_ok(conflicts_add_settled(c->f->db, &k, &err), err);
    k.field = "role", k.ours = "MEDIC", k.theirs = "VOLUNTEER";
    assert_ok(conflicts_open(c->f->db, &k, &err), err);
    finish(c, id, (struct counts){.conflicts = 2});
    one_chat_say(c, "/run 1");
    assert_has(c->said, "⚖️ Изменено с обеих сторон:\n"
                        "· Лис Мария, Инфоцентр: статус: Кода «заехал на поле», у нас "
                        "«отменилось»: оставлено наше");
    assert_has(c->said, "у нас «медик»: ждёт решения");
    assert_has(c->buttons, "⚖️ Лис Мария, Инфоцентр → conflict 1\n");
    assert_has(c->buttons, "run 1 csv");
    const char *csv = csv_of(c, id);
    assert_has(csv, "conflict,participation,\"Лис Мария, Инфоцентр\",status,CANCELLED,ARRIVED,coda,"
                    "2026-07-01T12:00:00.000Z," PART ",,ours was kept\r\n");
    assert_has(csv, "role,MEDIC,VOLUNTEER,coda,2026-07-01T12:00:00.000Z," PART
                    ",,waits for a decision\r\n");
}

static void file_of_a_pull__has__a_line_for_each_field(void **state)
{
    struct one_chat *c = *state;
    const char *csv = csv_of(c, pull_run(c));
    assert_string_equal(
        csv, "\xef\xbb\xbfoperation,entity,name,field,before,after,source,time,id,row,note\r\n"
             "update,participation,\"Лис Мария, Инфоцентр\",status,PLANNED,ARRIVED,coda,"
             "2026-07-01T12:00:00.000Z," PART ",,\r\n"
             "update,participation,\"Лис Мария, Инфоцентр\",position,,повар,coda,"
             "2026-07-01T12:00:00.000Z," PART ",,\r\n"
             "insert,participation,\"Лис Мария, Инфоцентр\",role,,MEDIC,coda,"
             "2026-07-01T12:00:00.000Z," PART ",,\r\n"
             "insert,participation,\"Лис Мария, Инфоцентр\",year,,2026,coda,"
             "2026-07-01T12:00:00.000Z," PART ",,\r\n");
}

static void file__tells_deletion_and_return__by_their_names(void **state)
{
    struct one_chat *c = *state;
    int64_t id = begin(c, "part", "pull");
    changed(c, id, "deleted", "0", "1");
    changed(c, id, "deleted", "1", "0");
    finish(c, id, (struct counts){.deleted = 1, .updated = 1});
    const char *csv = csv_of(c, id);
    assert_has(csv, "\r\ndelete,participation,\"Лис Мария, Инфоцентр\",,,,coda,");
    assert_has(csv, "\r\nrestore,participation,");
}

static void file_of_a_push__names__the_rows(void **state)
{
    struct one_chat *c = *state;
    const char *csv = csv_of(c, push_run(c));
    assert_has(csv, "\r\ninsert,participation,\"Лис Мария, Инфоцентр\",year,,2026,store,"
                    "2026-07-01T12:00:00.000Z," PART ",i-1,\r\n");
    assert_has(csv, "\r\nupdate,participation,\"Лис Мария, Инфоцентр\",status,PLANNED,ARRIVED,");
    assert_has(csv, ",Кто,,\"Лис, Мария\",store,");
    assert_has(csv, "\r\narchive,participation,\"Лис Мария, Инфоцентр\",,,,store,");
    assert_has_not(csv, "LEFT");
}

/* More than fits one page of the store's answers: none is lost, none comes twice. */
static void file__of_thousands_of_changes__is_whole(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct run *r;
    int64_t id = begin(c, "part", "pull"), lines = 0;
    AUTO_BUF csv = BUF_INIT(8 << 20), small = BUF_INIT(1 << 16);
    assert_ok(db_begin(c->f->db, &err), err);
    for (int i = 0; i < 1203; i++)
        changed(c, id, "position", NULL, arena_printf(c->f->arena, "место %d", i));
    assert_ok(db_commit(c->f->db, &err), err);
    finish(c, id, (struct counts){.updated = 1203});
    assert_ok(runs_get(c->f->db, id, c->f->arena, &r, &err), err);
    assert_ok(run_csv(c->f->db, r, &csv, &lines, &err), err);
    assert_int_equal(lines, 1203);
    assert_has(buf_str(&csv), "место 0,");
    assert_has(buf_str(&csv), "место 500,");
    assert_has(buf_str(&csv), "место 1202,");
    assert_error(run_csv(c->f->db, r, &small, &lines, &err), err, ERR_DATA, "more than fits");
}

static void file__is_sent__as_a_document(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    pull_run(c);
    one_chat_say(c, "/run 1");
    /* the answer to this press is a document, not a message */
    struct chat_update u = {.kind = UPDATE_PRESS,
                            .update_id = 900,
                            .chat_id = OLEG,
                            .user_id = OLEG,
                            .is_private = true,
                            .data = "run 1 csv"};
    bool any, queued;
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, 901, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    const char *payload =
        temp_store_text(c->f->store, "SELECT payload FROM chat_out WHERE kind = 'document'");
    assert_has(payload, "run-1.csv");
    assert_has(payload, "Открыть в чате: /run 1"); /* the bot does not know its name here */
    assert_has(payload, "Прогон 1: 4 строки");
}

static void list__says__which_way_a_run_went(void **state)
{
    struct one_chat *c = *state;
    pull_run(c);
    push_run(c);
    finish(c, begin(c, "part", "undo"), (struct counts){.updated = 1});
    one_chat_say(c, "/runs");
    assert_has(c->said, "1 Участие (Кода) · ");
    assert_has(c->said, "2 Участие → Кода · ");
    assert_has(c->said, "добавлено 1, изменено 2, удалено 1");
    assert_has(c->said, "3 возврат: Участие (Кода) · ");
}

static void status__tells__what_waits_for_a_person(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    bool fresh;
    one_chat_say(c, "/status");
    assert_has_not(c->said, "⚖️");
    assert_has_not(c->said, "❔");
    assert_has_not(c->buttons, "conflicts");
    one_chat_say(c, "/start");
    assert_has_not(c->buttons, "conflicts");
    const struct conflict k = {.flow = "part",
                               .entity = "participation",
                               .local_id = PART,
                               .field = "status",
                               .remote = "coda",
                               .created_at = AT};
    assert_ok(conflicts_open(c->f->db, &k, &err), err);
    assert_ok(pauses_set(c->f->db, "person", ANNA, "telegram:1001", AT, &fresh, &err), err);
    sent(c, begin(c, "part:push", "push"), "insert", "{}", false);
    one_chat_say(c, "/status");
    assert_has(
        c->said,
        "⚖️ спорных полей: 1 · ⏸ записей на паузе: 1 (/pause) · ❔ неизвестно, "
        "создались ли: 1\n");
    assert_has(c->buttons, "⚖️ Спорных: 1 → conflicts\n");
    assert_has(one_chat_say(c, "/start"), "Олег");
    assert_has(c->buttons, "⚖️ Спорных: 1 → conflicts\n");
}

static void status__shows__both_sides_of_a_flow(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0}, why = {.kind = ERR_LIMIT};
    int64_t now = clock_now_ms();
    one_chat_say(c, "/status all");
    assert_has(c->said, "· Участие (Кода): ещё не сверялось\n");
    assert_has(c->said, "· Участие → Кода: ещё не сверялось\n");
    assert_ok(flow_state_ok(c->f->db, "part:push", 0, now, &err), err);
    one_chat_say(c, "/status all");
    assert_has(c->said, "· Участие → Кода: отправлено только что\n");
    str_copy(why.msg, sizeof why.msg, "new rows to be made: 150; at most 100 may be");
    assert_ok(flow_state_failed(c->f->db, "part:push", &why, now, &err), err);
    one_chat_say(c, "/status");
    assert_has(c->said, "появилось бы новых строк: 150");
}

/* What /sync offers: cycles by their titles, flows of one title with their remotes. */
static void sync__offers__what_people_call_things(void **state)
{
    struct one_chat *c = *state;
    config_free(c->f->cfg);
    c->f->cfg = config_must(
        "[rosterd]\nstore = s.db\n[telegram]\ntoken = 1:a\nadmins = 1001\n"
        "[remote notion]\nkind = notion\ntoken = t\n[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
        "[flow people]\ntitle = Люди\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
        "[flow c-people]\ntitle = Люди\nremote = coda\ntable = C\nentity = person\nfield.name = N\n"
        "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
        "[cycle evening]\ntitle = Весь круг\nsteps = people teams\n");
    c->bot.cfg = c->f->cfg;
    assert_has(one_chat_say(c, "/sync"), "Что сверить?");
    assert_has(c->buttons, "🔄 Весь круг → sync evening\n");
    assert_has(c->buttons, "🔄 Люди (Ноушен) → sync people\n");
    assert_has(c->buttons, "🔄 Люди (Кода) → sync c-people\n");
    assert_has(c->buttons, "🔄 Службы → sync teams\n");
}

/* A cursor is told as the time of the newest row; one without a time is not told at all. */
static void status__says__how_new_the_newest_row_is(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t now = clock_now_ms();
    static const char *const timeless[] = {"0 4c515e555b8aefdb1", "", "opaque", "17", NULL};
    assert_int_equal(status_newest("1795235224.155679 4c515e"), 1795235224155);
    assert_int_equal(status_newest("2026-07-01T12:00:00Z"), 1782907200000);
    assert_int_equal(status_newest("{\"updated\":\"2026-07-01T12:00:00.000Z\"}"), 1782907200000);
    for (size_t i = 0; i < ARRAY_LEN(timeless); i++)
        assert_int_equal(status_newest(timeless[i]), 0);
    assert_string_equal(status_cursor("1795235224.155679 4c515e", c->f->arena),
                        "2026-11-21 04:27:04");
    assert_string_equal(status_cursor("opaque", c->f->arena), "");

    struct cursor cursor = {.flow = "part",
                            .remote = "coda",
                            .tbl = "Part",
                            .mapping = "m",
                            .value = "1782907200.5 4c5"};
    assert_ok(cursor_put(c->f->db, &cursor, &err), err);
    assert_ok(flow_state_ok(c->f->db, "part", 0, now, &err), err);
    one_chat_say(c, "/status all");
    assert_has(c->said, "· Участие (Кода): сверено только что, последняя правка там 1 июля");
    cursor.value = "0 4c515e555b8aefdb1";
    assert_ok(cursor_put(c->f->db, &cursor, &err), err);
    one_chat_say(c, "/status all");
    assert_has(c->said, "· Участие (Кода): сверено только что");
}

static void status__counts__badges_and_arrivals(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/status"), "2 человека, 1 служба, 1 участие, 1 бейдж, 1 заезд · ");
    assert_int_equal(one_chat_teardown(state), 0);
    assert_int_equal(one_chat_setup(state), 0);
    c = *state;
    assert_has(one_chat_say(c, "/status"), "1 человек, 1 служба, 1 участие · ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pull__shows__what_changed_here),
        TEST(push__shows__what_was_sent),
        TEST(run__says__who_started_it),
        TEST(run_of_new_records__names_them__in_one_line),
        TEST(run__that_changed_nothing__cannot_be_put_back),
        TEST(conflicts__of_a_run__are_shown_with_a_button),
        TEST(file_of_a_pull__has__a_line_for_each_field),
        TEST(file__tells_deletion_and_return__by_their_names),
        TEST(file_of_a_push__names__the_rows),
        TEST(file__of_thousands_of_changes__is_whole),
        TEST(file__is_sent__as_a_document),
        TEST(list__says__which_way_a_run_went),
        TEST(status__tells__what_waits_for_a_person),
        TEST(status__shows__both_sides_of_a_flow),
        TEST(sync__offers__what_people_call_things),
        TEST(status__says__how_new_the_newest_row_is),
        cmocka_unit_test_setup_teardown(status__counts__badges_and_arrivals, marked_chat_setup,
                                        one_chat_teardown),
    };
    return cmocka_run_group_tests_name("runs in the chat", tests, NULL, NULL);
}
