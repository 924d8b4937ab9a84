/* test_ops.c: what an admin does about rosterd itself, with the real daemon: a clock that is wrong,
 * a log that tells more for a while, copies of the store; and files that take long to send. */
#include "store/chat/chatbox.h"
#include "store/schema.h"
#include "tests/e2e/e2e.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UNSAID "SELECT count(*) FROM chat_out WHERE state = 'queued'"

/* Every server says that it is ten minutes later than we think. */
static void test_clock(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    e2e_do(e, "/clock", "{\"advance_ms\":600000}");
    for (int i = 0; i < 4; i++)
        e2e_ask(e, ADMIN, "/id", "1001");
    struct said said = e2e_wait(e, ADMIN, 0, "Часы сервера расходятся с «127.0.0.1:", 2 * WAIT);
    assert_true(strstr(said.text, "на 10 мин") || strstr(said.text, "на 9 мин"));
    assert_int_equal(e2e_count(e, ADMIN, "Часы сервера"), 1);
    e2e_done(e);
}

static bool tells_debug(struct e2e *e, size_t from)
{
    return strstr(e2e_log(e) + from, "level=debug") != NULL;
}

/* The level of the configuration counts again after a restart. */
static void test_log(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[rosterd]", "log_level", "info");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/log", "Последние строки");
    e2e_press(e, ADMIN, "Подробнее на 30 минут", 2);
    e2e_wait(e, ADMIN, 0, "Журнал пишется подробнее: debug, ещё", WAIT);
    assert_has(e2e_log(e), "event=\"the log tells more for a while\"");
    e2e_ask(e, ADMIN, "/health", "Журнал пишется подробнее обычного (debug)");
    assert_int_equal(e2e_int(e, "SELECT count(*) >= 1 FROM audit WHERE entity = 'log'"
                                " AND source = 'telegram:1001'"),
                     1);
    e2e_restart(e);
    size_t from = strlen(e2e_log(e));
    e2e_ask(e, ADMIN, "/log 5", "Последние строки журнала (info");
    assert_false(tells_debug(e, from));
    e2e_done(e);
}

static size_t copies(struct e2e *e)
{
    size_t n = 0;
    DIR *d = opendir(e->dir);
    for (struct dirent *f; d && (f = readdir(d));)
        n += strstr(f->d_name, ".backup-") != NULL;
    closedir(d);
    return n;
}

/* Pressed twice, it is made once; killed in the middle, it is made all the same. */
static void test_backup(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/backup", "Копий ещё нет");
    e2e_press(e, ADMIN, "Сделать копию", 2);
    e2e_wait(e, ADMIN, 0, "Копия сделана и проверена", WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    assert_in_range(e2e_int(e, "SELECT count(*) FROM job WHERE kind = 'backup'"), 1, 2);
    assert_int_equal(copies(e), e2e_int(e, "SELECT count(*) FROM job WHERE kind = 'backup'"));
    e2e_ask(e, ADMIN, "/backup", "Копии лежат в");
    clock_sleep_ms(1100, NULL); /* copies are named by the second */
    e2e_say(e, ADMIN, "/backup now");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_in WHERE payload LIKE '%/backup now%'"));
    e2e_restart(e);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM job WHERE state <> 'done'") == 0);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE slot LIKE 'job:%'"
                                " AND payload LIKE '%Сейчас сделаю%'"),
                     0);
    e2e_done(e);
}

/* ---------------------------------------------------------------- files that take long */

/* Queues a file of 2 MB for the admin, and words after it, as a command would. */
static void queue_big(struct e2e *e)
{
    struct db *db = NULL;
    struct err err = {0};
    char *path = arena_printf(e->arena, "%s/big.bin", e->dir);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    for (int i = 0; i < 2 << 20; i++)
        putc(i * 7 & 0xff, out);
    fclose(out);
    const struct outgoing_file file = {.via = "telegram",
                                       .chat_id = ADMIN,
                                       .name = "big.bin",
                                       .path = path,
                                       .mime = "application/octet-stream"};
    const struct outgoing words = {.via = "telegram", .chat_id = ADMIN, .text = "after the file"};
    assert_ok(db_open(e->store, DB_WRITE, &db, &err), err);
    assert_ok(db_begin(db, &err), err);
    assert_ok(chatbox_send_file(db, &file, &err), err);
    assert_ok(chatbox_say(db, &words, &err), err);
    assert_ok(db_commit(db, &err), err);
    db_close(db);
}

/* The file came before the words, as it was. */
static void check_arrived(struct e2e *e)
{
    struct said after = e2e_wait(e, ADMIN, 0, "after the file", 2 * WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    int64_t file = e2e_int(e, "SELECT message_id FROM chat_out WHERE kind = 'document'");
    assert_true(file > 0 && file < after.id);
    assert_string_equal(e2e_text(e, "SELECT state FROM chat_out WHERE kind = 'document'"), "sent");
    assert_int_equal(e2e_count(e, ADMIN, "after the file"), 1);
}

static void test_slow_upload(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/grant 2001", "организатор");
    e2e_ask(e, 2001, "/id", "2001");
    e2e_fault(e, (struct fault){"telegram", "/sendDocument", "slow", .ms = 5000 * SLOWER});
    queue_big(e);
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    int64_t began = clock_mono_ms();
    for (int i = 0; i < 3; i++)
        e2e_ask(e, 2001, "/status", "Очередь");
    e2e_press(e, 2001, "Обновить", 1);
    assert_true(clock_mono_ms() - began < 4500 * SLOWER); /* nobody waited for it */
    assert_int_equal(e2e_count(e, ADMIN, "after the file"), 0);
    check_arrived(e);
    e2e_done(e);
}

static void test_killed_upload(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    e2e_fault(e, (struct fault){"telegram", "/sendDocument", "slow", .ms = 2000});
    queue_big(e);
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    e2e_restart(e);
    assert_int_equal(e2e_int(e, UNSAID), 2);
    check_arrived(e);
    e2e_done(e);
}

/* SIGTERM gives it a few seconds and no more; what was cut short goes after the next start. */
static void test_stopped_upload(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    e2e_fault(e, (struct fault){"telegram", "/sendDocument", "slow", .ms = 30000});
    queue_big(e);
    E2E_UNTIL(WAIT, e2e_fault_hits(e) == 1);
    assert_int_equal(e2e_kill(e, SIGTERM, 10000), 0);
    assert_int_equal(e2e_int(e, UNSAID), 2);
    e2e_do(e, "/fault/clear", "{}");
    e2e_start(e);
    check_arrived(e);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_clock),       E2E_TEST(test_log),           E2E_TEST(test_backup),
        E2E_TEST(test_slow_upload), E2E_TEST(test_killed_upload), E2E_TEST(test_stopped_upload),
    };
    return E2E_RUN("e2e ops", tests);
}
