/* test_ops_chat.c: the screens about rosterd itself: version, queue, schedule, cursors, health
 * and the log; and flows and remotes that are paused. */
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/holds.h"
#include "store/queue.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void version__names__what_it_runs_on(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/version"), "rosterd " ROSTERD_VERSION ", схема хранилища ");
    assert_has(c->said, "SQLite 3.");
    assert_has(c->said, "libcurl ");
    assert_has(c->said, "Работает ");
}

static void queue__shows__what_is_done_and_stops_it(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/queue"), "Очередь пуста");
    one_chat_say(c, "/sync part");
    one_chat_say(c, "/queue");
    assert_has(c->said, "В очереди: 1");
    assert_has(c->said, "⏳ ");
    assert_has(c->said, "ждёт: Кода");
    assert_has(c->buttons, "→ cancel 1");
    one_chat_press_data(c, "cancel 1");
    assert_has(one_chat_say(c, "/queue"), "Очередь пуста"); /* it had not begun: it is over */

    struct err err = {0};
    struct job *job;
    int64_t next;
    one_chat_say(c, "/sync part");
    assert_ok(queue_claim(c->f->db, NULL, 0, clock_now_ms(), c->f->arena, &job, &next, &err), err);
    assert_non_null(job);
    one_chat_press_data(c, "cancel 2");
    assert_has(one_chat_say(c, "/queue"), "останавливается"); /* its worker ends it */
    assert_has_not(c->buttons, "→ cancel 2");
}

static void cursor__of_an_unknown_flow__says_so_and_guesses(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/cursor peple"),
               "Не знаю потока «peple». Может быть, Люди?\nЧью отметку показать?");
    assert_has(c->buttons, "→ cursor people\n");
    assert_has(one_chat_say(c, "/cursor зюзюзю"), "Не знаю потока «зюзюзю».\nЧью отметку");
    assert_has(one_chat_say(c, "/cursor люди"), "Таблица ещё не читалась"); /* by its title */
    assert_has_not(one_chat_say(c, "/cursor"), "Не знаю");
}

static void cursor__is_shown__and_forgotten_after_a_word(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct cursor *now;
    const struct cursor cursor = {.flow = "part",
                                  .remote = "coda",
                                  .tbl = "Part",
                                  .value = "2026-07-01T12:00:00Z",
                                  .mapping = "another",
                                  .full_at = clock_now_ms() - 120000,
                                  .full_rows = 40,
                                  .updated_at = 1};
    assert_ok(cursor_put(c->f->db, &cursor, &err), err);
    assert_has(one_chat_say(c, "/cursor"), "Чью отметку показать?");
    assert_has(c->buttons, "→ cursor part\n");
    one_chat_say(c, "/cursor part");
    assert_has(c->said, "строк: 40");
    assert_has(c->said, "Колонки в конфигурации с тех пор изменились");
    one_chat_press(c, "Прочитать заново");
    assert_has(c->said, "забыть отметку");
    assert_ok(cursor_get(c->f->db, "part", "coda", "Part", c->f->store->arena, &now, &err), err);
    assert_non_null(now->value);
    one_chat_press(c, "Да, забыть");
    assert_has(c->said, "забыта. Следующая сверка прочитает таблицу целиком");
    assert_ok(cursor_get(c->f->db, "part", "coda", "Part", c->f->store->arena, &now, &err), err);
    assert_null(now->value);
    assert_int_equal(now->full_rows, 40);
}

static void health__is_one_screen(void **state)
{
    struct one_chat *c = *state;
    const struct err down = {.kind = ERR_TEMP, .msg = "coda: 503 Service Unavailable"};
    struct err err = {0};
    one_chat_say(c, "/health");
    assert_has(c->said, "Всё в порядке");
    assert_has(c->said, "🟢 Очередь: заданий 0");
    assert_has(c->said, "🟢 Диск: свободно ");
    assert_has(c->said, "Копий хранилища ещё нет");
    assert_ok(remote_state_failed(c->f->db, "coda", &down, clock_now_ms(), &err), err);
    one_chat_say(c, "/health");
    assert_has(c->said, "Не в порядке: 1");
    assert_has(c->said, "🔴 Кода: coda: 503 Service Unavailable");
}

static void flow__is_paused__for_a_while(void **state)
{
    struct one_chat *c = *state;
    struct hold *list;
    struct err err = {0};
    size_t n;
    int64_t now = clock_now_ms();
    one_chat_say(c, "/pause coda 2h");
    assert_has(c->said, "⏸ Кода: само не сверяется до ");
    assert_has(c->said, "/resume coda");
    assert_ok(holds_list(c->f->db, now, c->f->store->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
    assert_true(list[0].until > now + 7000000 && list[0].until <= clock_now_ms() + 7200000);
    assert_ok(holds_list(c->f->db, now + 7300000, c->f->store->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
    one_chat_say(c, "/pause part");
    assert_has(c->said, "пока не скажете /resume part");
    one_chat_press(c, "▶️");
    assert_has(c->said, "снова сверяется само");
    assert_has(one_chat_say(c, "/resume part"), "и так сверяется само");
}

static void schedule__tells__when_there_is_nothing(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/schedule"), "Сама ничего не сверяется");
}

static void log__shows__the_last_lines(void **state)
{
    struct one_chat *c = *state;
    struct log_ring *ring = log_ring_new(3);
    assert_has(one_chat_say(c, "/log"), "Таких строк пока нет");
    c->bot.log = ring;
    log_keep(ring);
    log_set_level(LOG_WARN);
    log_event(LOG_WARN, "first", NULL);
    log_event(LOG_ERR, "second", NULL);
    log_event(LOG_INFO, "not written", NULL);
    log_event(LOG_WARN, "third", NULL);
    log_event(LOG_WARN, "fourth", NULL);
    log_keep(NULL);
    one_chat_say(c, "/log warn");
    assert_has(c->said, "event=second");
    assert_has(c->said, "event=fourth");
    assert_has_not(c->said, "event=first"); /* three lines are kept */
    one_chat_say(c, "/log err");
    assert_has(c->said, "event=second");
    assert_has_not(c->said, "event=third");
    one_chat_say(c, "/log warn 1");
    assert_has_not(c->said, "event=third");
    assert_has(one_chat_say(c, "/log всё"), "Не понимаю «всё»");
    c->bot.log = NULL;
    log_ring_free(ring);
}

static void log__tells_more__for_a_while(void **state)
{
    struct one_chat *c = *state;
    struct log_ring *ring = log_ring_new(10);
    enum log_level level;
    c->bot.log = ring;
    log_set_level(LOG_ERR);
    log_keep(ring);
    one_chat_say(c, "/log warn");
    one_chat_press(c, "Подробнее на 30 минут");
    assert_has(c->said, "Журнал пишется подробнее: debug, ещё 30 мин");
    assert_has(c->said, "вернётся к err");
    assert_true(log_enabled(LOG_DEBUG));
    assert_has(one_chat_say(c, "/health"), "Журнал пишется подробнее обычного (debug) ещё 30 мин");
    log_event(LOG_DEBUG, "a small thing", NULL);
    assert_has(one_chat_say(c, "/log"), "event=\"a small thing\""); /* what was asked for */
    clock_test_advance(29 * 60000);
    assert_true(log_enabled(LOG_DEBUG));
    clock_test_advance(2 * 60000); /* it ends by itself */
    assert_false(log_enabled(LOG_DEBUG));
    assert_int_equal(log_raised(&level), 0);
    assert_has_not(one_chat_say(c, "/log"), "подробнее:");
    assert_has_not(one_chat_say(c, "/health"), "Журнал");

    assert_has(one_chat_say(c, "/log debug 2h"), "ещё 2 ч");
    const char *pressed = c->slot;
    one_chat_press(c, "Как обычно");
    assert_string_equal(c->slot, pressed); /* the same message */
    assert_has(c->said, "Журнал снова пишется как обычно: err");
    assert_false(log_enabled(LOG_DEBUG));
    one_chat_press_data(c, "log off @1"); /* an old button */
    assert_has(c->said, "Журнал снова пишется как обычно: err");
    assert_string_equal(temp_store_text(c->f->store,
                                        "SELECT group_concat(before || '>' || after, ' ') FROM"
                                        " (SELECT * FROM audit WHERE entity = 'log' ORDER BY id)"),
                        "err>debug 1800s err>debug 7200s debug>err");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM audit WHERE entity = 'log'"
                                                 " AND source = '" ORGANIZER "'"),
                     3);
    log_keep(NULL);
    c->bot.log = NULL;
    log_ring_free(ring);
}

static void log__refuses__what_is_no_while(void **state)
{
    struct one_chat *c = *state;
    static const struct {
        const char *words, *answer;
    } cases[] = {{"/log debug 5s", "от минуты до суток"},
                 {"/log debug 2d", "от минуты до суток"},
                 {"/log debug 0m", "Не понимаю «0m»"},
                 {"/log debug -5m", "Не понимаю «-5m»"},
                 {"/log debug 99999999999999999999h", "Не понимаю «99999999999999999999h»"},
                 {"/log err 30m", "Так подробно журнал пишется и так: warn"}};
    log_set_level(LOG_WARN);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_has(one_chat_say(c, cases[i].words), cases[i].answer);
        assert_false(log_enabled(LOG_INFO));
    }
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM audit WHERE entity = 'log'"),
                     0);
    one_chat_say(c, "/log 30m"); /* more, without saying how much: all there is */
    assert_true(log_enabled(LOG_DEBUG));
    log_raise(LOG_INFO, 0);
    log_set_level(LOG_DEBUG);
    assert_has_not(one_chat_say(c, "/log"), "подробнее:");
    assert_string_equal(c->buttons, ""); /* there is no more */
    log_set_level(LOG_ERR);
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(version__names__what_it_runs_on),
        IN_CHAT(queue__shows__what_is_done_and_stops_it),
        IN_CHAT(cursor__of_an_unknown_flow__says_so_and_guesses),
        IN_CHAT(cursor__is_shown__and_forgotten_after_a_word),
        IN_CHAT(health__is_one_screen),
        IN_CHAT(flow__is_paused__for_a_while),
        IN_CHAT(schedule__tells__when_there_is_nothing),
        IN_CHAT(log__shows__the_last_lines),
        IN_CHAT(log__tells_more__for_a_while),
        IN_CHAT(log__refuses__what_is_no_while),
    };
    return cmocka_run_group_tests_name("ops_chat", tests, NULL, NULL);
}
