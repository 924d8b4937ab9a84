/* test_backup_chat.c: copies of the store: made by a job that shows how far it is and can be
 * stopped, one at a time; listed, pruned, and never half made. */
#include "bot/backup_job.h"
#include "bot/text/backup_text.h"
#include "store/backup.h"
#include "store/base/clock.h"
#include "store/chat/alerts.h"
#include "store/schema.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t count(struct one_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

/* The newest message of the jobs, as it is said now. */
static const char *shown(struct one_chat *c)
{
    return temp_store_text(c->f->store,
                           "SELECT json_extract(payload, '$.text') ||"
                           " coalesce(json_extract(payload, '$.buttons'), '') FROM chat_out"
                           " WHERE slot LIKE 'job:%' ORDER BY id DESC LIMIT 1");
}

/* What a worker does with it. */
static void work(struct one_chat *c)
{
    struct err err = {0};
    struct job *job;
    int64_t next;
    assert_ok(queue_claim(c->f->db, NULL, 0, clock_now_ms(), c->f->arena, &job, &next, &err), err);
    assert_non_null(job);
    assert_true(backup_is(job));
    assert_ok(backup_job_step(&c->bot, c->f->db, job, &err), err);
}

static struct backup_file *copies(struct one_chat *c, size_t *ret_n)
{
    const struct backup_place p = backup_place_of(c->f->cfg, c->f->db);
    struct backup_file *list;
    struct err err = {0};
    assert_ok(backup_list(&p, c->f->arena, &list, ret_n, &err), err);
    return list;
}

static size_t n_copies(struct one_chat *c)
{
    size_t n;
    copies(c, &n);
    return n;
}

/* A store of about so many MB. */
static void grow(struct one_chat *c, int mb)
{
    struct err err = {0};
    assert_ok(db_script(c->f->db, "CREATE TABLE ballast(b BLOB) STRICT", &err), err);
    for (int i = 0; i < mb; i++)
        assert_ok(db_script(c->f->db, "INSERT INTO ballast VALUES (randomblob(1048576))", &err),
                  err);
    assert_ok(db_script(c->f->db, "PRAGMA wal_checkpoint(TRUNCATE)", &err), err);
}

static void backup__is_made__and_said(void **state)
{
    struct one_chat *c = *state;
    struct db *copy = NULL;
    struct err err = {0};
    size_t n;
    assert_has(one_chat_say(c, "/backup"), "Копий ещё нет");
    one_chat_press(c, "Сделать копию");
    assert_has(c->said, "💾 Копия хранилища · Олег\nСейчас сделаю и проверю.");
    assert_has(c->buttons, "→ cancel 1\n");
    work(c);
    struct backup_file *list = copies(c, &n);
    assert_int_equal(n, 1);
    assert_has(shown(c), "Копия сделана и проверена: ");
    assert_has(shown(c), list[0].name);
    assert_has(shown(c), "\"backup\"");
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM job"), "done");
    assert_has(one_chat_say(c, "/backup"), "Копии лежат в ");
    assert_has(c->said, list[0].name);
    /* whole, and of the same schema */
    assert_ok(db_open(temp_store_file(c->f->store, list[0].name), DB_READ, &copy, &err), err);
    assert_ok(db_verify(copy, &err), err);
    db_close(copy);
}

static void two_presses__make__one_copy(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/backup now");
    assert_has(one_chat_say(c, "/backup now"), "Копия уже делается (Олег)");
    one_chat_press_data(c, "backup now");
    assert_has(c->said, "Копия уже делается (Олег)");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
    work(c);
    assert_int_equal(n_copies(c), 1);
    assert_int_equal(count(c, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')"), 0);
}

struct runner {
    _Atomic bool stop;
    int64_t step_ms;
};

/* Makes time pass while the copy is made. */
static void *run_clock(void *arg)
{
    struct runner *r = arg;
    while (!atomic_load(&r->stop)) {
        clock_test_advance(r->step_ms);
        usleep(100);
    }
    return NULL;
}

static void work_slowly(struct one_chat *c)
{
    struct runner r = {.step_ms = 1500};
    pthread_t id;
    pthread_create(&id, NULL, run_clock, &r);
    work(c);
    atomic_store(&r.stop, true);
    pthread_join(id, NULL);
}

/* Every state that a message was in, in the order of their saying. */
static void remember_states(struct one_chat *c)
{
    struct err err = {0};
    assert_ok(db_script(c->f->db,
                        "CREATE TABLE states(id INTEGER PRIMARY KEY, text TEXT);"
                        "CREATE TRIGGER states_update AFTER UPDATE OF payload ON chat_out BEGIN"
                        " INSERT INTO states(text) VALUES (new.payload); END",
                        &err),
              err);
}

static void a_long_copy__shows__how_far_it_is(void **state)
{
    struct one_chat *c = *state;
    grow(c, 24);
    one_chat_say(c, "/backup now");
    remember_states(c);
    work_slowly(c);
    assert_true(count(c, "SELECT count(*) FROM states WHERE text LIKE '%▓%\\%%' ESCAPE '\\'"
                         " AND text LIKE '% из 2_ МБ%' AND text LIKE '%cancel 1%'") > 0);
    assert_true(count(c, "SELECT count(*) FROM states WHERE text LIKE '%проверяю копию%'") > 0);
    assert_has(shown(c), "Копия сделана и проверена");
    assert_int_equal(n_copies(c), 1);
}

static void a_short_copy__shows__no_bar(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/backup now");
    remember_states(c);
    work(c);
    assert_int_equal(count(c, "SELECT count(*) FROM states"), 1); /* the end */
}

static void a_copy__is_stopped__and_leaves_nothing(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct job *job;
    int64_t next;
    grow(c, 12);
    one_chat_say(c, "/backup now");
    assert_ok(queue_claim(c->f->db, NULL, 0, clock_now_ms(), c->f->arena, &job, &next, &err), err);
    assert_has(one_chat_say(c, "/queue"), "Копия хранилища");
    one_chat_press(c, "Копия хранилища");
    assert_has(c->said, "💾 Копия хранилища · Олег");
    assert_has(c->said, "станавли");
    assert_string_equal(c->buttons, "");
    assert_ok(backup_job_step(&c->bot, c->f->db, job, &err), err);
    assert_has(shown(c), "⏹ Копия остановлена и не сделана");
    assert_has(shown(c), "\"backup now\"");
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM job"), "cancelled");
    assert_int_equal(n_copies(c), 0);
    assert_int_equal(temp_dir_count(&c->f->store->dir, ".part"), 0);
    assert_int_equal(count(c, "SELECT count(*) FROM alert"), 0);
    one_chat_say(c, "/backup now"); /* stopped before a worker took it */
    one_chat_press(c, "Остановить");
    work(c);
    assert_has(shown(c), "⏹ Копия остановлена и не сделана");
    assert_int_equal(n_copies(c), 0);
}

static bool never_again(void *ctx, int64_t done, int64_t total)
{
    (void)total;
    int64_t *seen = ctx;
    *seen = done;
    return false;
}

static void a_restart__begins__anew(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    static _Atomic bool stop = true;
    int64_t resumed;
    size_t n;
    grow(c, 12);
    one_chat_say(c, "/backup now");
    c->bot.stop = &stop; /* SIGTERM in the middle */
    work(c);
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM job"), "queued");
    assert_int_equal(n_copies(c), 0);
    atomic_store(&stop, false);
    /* kill -9 in the middle: the job runs, a part lies about */
    assert_ok(db_script(c->f->db, "UPDATE job SET state = 'running'", &err), err);
    const char *part =
        arena_printf(c->f->arena, "%s.backup-20260701-120000.part", c->f->store->path);
    temp_write(part, "half");
    temp_write(arena_printf(c->f->arena, "%s-wal", part), "half");
    temp_write(arena_printf(c->f->arena, "%s.backup-by-hand.part", c->f->store->path), "mine");
    assert_ok(queue_recover(c->f->db, &resumed, &err), err);
    work(c);
    struct backup_file *list = copies(c, &n);
    assert_int_equal(n, 1);
    assert_has(shown(c), list[0].name);
    assert_int_equal(temp_dir_count(&c->f->store->dir, "20260701-120000.part"), 0);
    assert_int_equal(temp_dir_count(&c->f->store->dir, "by-hand.part"), 1); /* not ours */
}

/* The disk is full, as the kernel says it: no file may grow past a megabyte. */
static void a_full_disk__is_told__to_all_admins(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct alert *a;
    const struct backup_place p = backup_place_of(c->f->cfg, c->f->db);
    const char *dir = backup_dir(&p, c->f->arena);
    struct rlimit usual, small;
    grow(c, 6);
    one_chat_say(c, "/backup now");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &usual);
    small = (struct rlimit){.rlim_cur = 1 << 20, .rlim_max = usual.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    work(c);
    setrlimit(RLIMIT_FSIZE, &usual);
    assert_has(shown(c), "🔴 Копия не получилась: ");
    assert_has(shown(c), dir);
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM job"), "failed");
    assert_int_equal(temp_dir_count(&c->f->store->dir, ".part"), 0);
    assert_ok(alerts_find_open(c->f->db, ALERT_BACKUP, dir, c->f->arena, &a, &err), err);
    assert_non_null(a);
    /* another folder was configured when that one failed */
    const struct alert_news old = {.kind = ALERT_BACKUP, .subject = "/old/place", .detail = "full"};
    assert_ok(alerts_raise(c->f->db, &old, clock_now_ms(), NULL, &err), err);
    one_chat_say(c, "/backup now"); /* the next one works */
    work(c);
    assert_has(shown(c), "Копия сделана и проверена");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM alert WHERE state = 'open'"),
                     0);
}

static void copies__leave__room_for_the_store(void **state)
{
    struct one_chat *c = *state;
    const char *huge = temp_store_file(c->f->store, "huge.db");
    const struct backup_place p = {.store = huge, .keep = 7};
    struct backup_file made;
    struct err err = {0};
    AUTO_BUF text = BUF_INIT(1024);
    int dropped;
    temp_write(huge, "");
    assert_int_equal(truncate(huge, (off_t)7 << 40), 0); /* takes no room itself */
    assert_error(backup_make(&p, &(struct backup_watch){0}, 1000, c->f->arena, &made, &dropped,
                             &err),
                 err, ERR_LOCAL, "there is no room for a copy: it takes 7340064 MB, ");
    assert_has(bot_error(&text, err.msg, LANG_RU), "нет места для копии: ей нужно 7340064 МБ");
    assert_int_equal(temp_dir_count(&c->f->store->dir, "backup-"), 0);
}

static void copies__are__listed_and_pruned(void **state)
{
    struct one_chat *c = *state;
    struct arena *arena = c->f->arena;
    const struct backup_watch nobody = {0};
    struct backup_file made, *list;
    struct err err = {0};
    size_t n;
    int dropped;
    int64_t now = clock_now_ms();
    const struct backup_place p = {.store = c->f->store->path, .keep = 2};
    for (int64_t i = 0; i <= 2; i++)
        assert_ok(backup_make(&p, &nobody, now + i * 1000, arena, &made, &dropped, &err), err);
    assert_int_equal(dropped, 1); /* the oldest of three */
    assert_ok(backup_list(&p, arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, made.name);
    assert_true(list[0].bytes > 4096);
    assert_error(backup_make(&p, &nobody, now + 2000, arena, &made, &dropped, &err), err, ERR_LOCAL,
                 "is there already");
}

static void a_failed_copy__leaves__nothing_half_made(void **state)
{
    struct one_chat *c = *state;
    struct arena *arena = c->f->arena;
    const struct backup_watch nobody = {0};
    struct backup_file made;
    struct err err = {0};
    int dropped;
    int64_t seen = -1;
    const struct backup_place gone = {.store = temp_store_file(c->f->store, "none.db"), .keep = 7};
    const struct backup_place nowhere = {.store = c->f->store->path,
                                         .dir = "/proc/nowhere/there",
                                         .keep = 7};
    const struct backup_place here = {.store = c->f->store->path, .keep = 7};
    assert_int_equal(backup_make(&gone, &nobody, 1000, arena, &made, &dropped, &err), -1);
    assert_int_equal(temp_dir_count(&c->f->store->dir, ".part"), 0);
    assert_error(backup_make(&nowhere, &nobody, 1000, arena, &made, &dropped, &err), err, ERR_LOCAL,
                 "/proc/nowhere/there");
    grow(c, 12);
    assert_error(backup_make(&here, &(struct backup_watch){never_again, &seen}, 1000, arena, &made,
                             &dropped, &err),
                 err, ERR_CANCELED, "stopped");
    assert_true(seen > 0);
    assert_int_equal(temp_dir_count(&c->f->store->dir, "backup-"), 0);
}

struct writer {
    const char *path;
    _Atomic bool stop;
    int64_t n;
};

static void *keep_writing(void *arg)
{
    struct writer *w = arg;
    struct db *db = NULL;
    struct err err = {0};
    if (db_open(w->path, DB_WRITE, &db, &err))
        return NULL;
    while (!atomic_load(&w->stop))
        w->n += !db_script(db, "INSERT INTO ballast VALUES (randomblob(9000))", &err);
    db_close(db);
    return NULL;
}

/* Others write without a pause: the copy is of one moment, and comes to its end. */
static void a_busy_store__is_copied__as_it_was(void **state)
{
    struct one_chat *c = *state;
    struct writer w = {.path = c->f->store->path};
    struct db *copy = NULL;
    struct err err = {0};
    pthread_t id;
    size_t n;
    grow(c, 30);
    pthread_create(&id, NULL, keep_writing, &w);
    one_chat_say(c, "/backup now");
    work(c);
    atomic_store(&w.stop, true);
    pthread_join(id, NULL);
    struct backup_file *list = copies(c, &n);
    assert_int_equal(n, 1);
    assert_true(w.n > 1);
    assert_ok(db_open(temp_store_file(c->f->store, list[0].name), DB_READ, &copy, &err), err);
    assert_ok(db_verify(copy, &err), err);
    int64_t rows;
    assert_ok(DB_INT(copy, 0, &rows, &err, "SELECT count(*) FROM ballast"), err);
    assert_in_range(rows, 30, 30 + w.n);
    db_close(copy);
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(backup__is_made__and_said),
        IN_CHAT(two_presses__make__one_copy),
        IN_CHAT(a_long_copy__shows__how_far_it_is),
        IN_CHAT(a_short_copy__shows__no_bar),
        IN_CHAT(a_copy__is_stopped__and_leaves_nothing),
        IN_CHAT(a_restart__begins__anew),
        IN_CHAT(a_full_disk__is_told__to_all_admins),
        IN_CHAT(copies__leave__room_for_the_store),
        IN_CHAT(copies__are__listed_and_pruned),
        IN_CHAT(a_failed_copy__leaves__nothing_half_made),
        IN_CHAT(a_busy_store__is_copied__as_it_was),
    };
    return cmocka_run_group_tests_name("backup_chat", tests, NULL, NULL);
}
