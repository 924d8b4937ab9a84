/* test_ops_chat.c: the screens about rosterd itself: version, queue, schedule, cursors, copies,
 * health and the log; and flows and remotes that are paused. */
#include "store/backup.h"
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
    assert_has(one_chat_say(c, "/queue"), "останавливается"); /* a worker ends it */
    assert_has_not(c->buttons, "→ cancel 1");
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

static void backup__is_made__listed_and_pruned(void **state)
{
    struct one_chat *c = *state;
    struct arena *arena = c->f->store->arena;
    struct backup_file *list, made;
    struct err err = {0};
    size_t n;
    int dropped;
    const struct backup_place p = {.store = c->f->store->path, .keep = 2};
    assert_has(one_chat_say(c, "/backup"), "Копий ещё нет");
    one_chat_press(c, "Сделать копию");
    assert_has(c->said, "Копия сделана и проверена: ");
    assert_has(c->said, "Копии лежат в ");
    for (int64_t i = 1; i <= 2; i++)
        assert_ok(backup_make(&p, clock_now_ms() + i * 1000, arena, &made, &dropped, &err), err);
    assert_int_equal(dropped, 1); /* the oldest of three */
    assert_ok(backup_list(&p, arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, made.name);
    assert_true(list[0].bytes > 4096);
    assert_error(backup_make(&p, clock_now_ms() + 2000, arena, &made, &dropped, &err), err,
                 ERR_LOCAL, "is there already");
}

static void backup__leaves__nothing_half_made(void **state)
{
    struct one_chat *c = *state;
    struct arena *arena = c->f->store->arena;
    struct backup_file made;
    struct err err = {0};
    int dropped;
    const struct backup_place gone = {.store = temp_store_file(c->f->store, "none.db"), .keep = 7};
    const struct backup_place nowhere = {.store = c->f->store->path,
                                         .dir = "/proc/nowhere/there",
                                         .keep = 7};
    assert_int_equal(backup_make(&gone, 1000, arena, &made, &dropped, &err), -1);
    assert_int_equal(temp_dir_count(&c->f->store->dir, ".part"), 0);
    assert_error(backup_make(&nowhere, 1000, arena, &made, &dropped, &err), err, ERR_LOCAL,
                 "/proc/nowhere/there");
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

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(version__names__what_it_runs_on),
        IN_CHAT(queue__shows__what_is_done_and_stops_it),
        IN_CHAT(cursor__is_shown__and_forgotten_after_a_word),
        IN_CHAT(backup__is_made__listed_and_pruned),
        IN_CHAT(backup__leaves__nothing_half_made),
        IN_CHAT(health__is_one_screen),
        IN_CHAT(flow__is_paused__for_a_while),
        IN_CHAT(schedule__tells__when_there_is_nothing),
        IN_CHAT(log__shows__the_last_lines),
    };
    return cmocka_run_group_tests_name("ops_chat", tests, NULL, NULL);
}
