/* test_jobs.c: a job step by step: what a failed step keeps from running, and what is told of it.
 */
#include "bot/alerts/alert_tell.h"
#include "bot/jobs.h"
#include "store/base/clock.h"
#include "sync/choose.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/fake_remote.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>

static const char flows[] =
    "[telegram]\ntoken = 1:a\nadmins = 1001\n"
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\ndirection = both\n"
    "field.name = N\n"
    "[flow teams]\nremote = coda\ntable = T\nentity = team\ndirection = both\nfield.name = N\n"
    "field.type = Y\n"
    "[cycle strict]\nsteps = people:pull teams people:push\n"
    "[cycle easy]\nsteps = people:pull teams people:push\non_failure = continue\n";

struct fixture {
    struct temp_store *store;
    struct config *cfg;
    struct limiters *limiters;
    struct fake_remote *notion, *coda;
    struct engine e;
    struct bot bot;
    _Atomic bool stop;
};

static void wake(void *ctx)
{
    (void)ctx;
}

static struct fake_remote *fake(struct fixture *f, const char *remote)
{
    const struct remote_config *cfg = config_remote(f->cfg, remote);
    struct fake_remote *r = fake_remote_new(cfg, (struct fake_options){0});
    remotes_replace(f->e.remotes, cfg, fake_remote_base(r));
    return r;
}

static void add_row(struct fake_remote *r, const char *table, const char *id, const char *name)
{
    char json[64];
    struct fake_table *t = fake_table(r, table);
    fake_column(t, "N", "text");
    fake_column(t, "Y", "text");
    struct fake_row *row = fake_add(r, t, id);
    snprintf(json, sizeof json, "\"%s\"", name);
    fake_set(r, t, row, "N", json);
    fake_set(r, t, row, "Y", "\"Полевая служба\"");
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    void *store;
    AUTO_BUF text = BUF_INIT(1 << 14);
    if (temp_store_setup(&store))
        return -1;
    f->store = store;
    buf_addf(&text, "[rosterd]\nstore = %s\n%s", f->store->path, flows);
    f->cfg = config_must(buf_str(&text));
    f->limiters = limiters_new(f->cfg);
    f->e = (struct engine){.db = f->store->db,
                           .cfg = f->cfg,
                           .remotes = remotes_new(f->cfg, f->limiters, &f->stop)};
    f->notion = fake(f, "notion");
    f->coda = fake(f, "coda");
    add_row(f->notion, "P", "p1", "Анна");
    add_row(f->coda, "T", "t1", "Кухня");
    f->bot = (struct bot){.cfg = f->cfg,
                          .limiters = f->limiters,
                          .stop = &f->stop,
                          .wake_workers = wake,
                          .wake_sender = wake};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *store = f->store;
    remotes_free(f->e.remotes);
    limiters_free(f->limiters);
    fake_remote_free(f->notion);
    fake_remote_free(f->coda);
    config_free(f->cfg);
    free(f);
    return temp_store_teardown(&store);
}

/* Somebody asks for these, and the workers do it; returns what they are told in the end. */
static const char *asked(struct fixture *f, const char *const *names, size_t n, bool preview)
{
    struct err err = {0};
    struct db *db = f->store->db;
    struct choice c;
    const struct watcher w = {.via = "telegram", .lang = "ru", .chat_id = 1001, .user_id = 1001};
    size_t bad;
    int64_t id, next_at;
    bool joined;
    assert_int_equal(choose_flows(f->cfg, names, n, &c, &bad), 0);
    const struct job_options o = {.cycle = c.cycle ? c.cycle->name : NULL, .preview = preview};
    assert_ok(db_begin(db, &err), err);
    assert_ok(jobs_ask(db, &f->bot, &w, "telegram:1001", "Олег", c.steps, c.n, c.key, &o, &id,
                       &joined, &err),
              err);
    assert_ok(db_commit(db, &err), err);
    for (int i = 0; i < 20; i++) {
        AUTO_ARENA *arena = arena_new(16 << 20);
        struct job *job;
        assert_ok(queue_claim(db, NULL, 0, clock_now_ms(), arena, &job, &next_at, &err), err);
        if (!job)
            break;
        assert_ok(jobs_step(&f->bot, &f->e, job, &err), err);
    }
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM job WHERE state IN ('queued',"
                                              " 'running')"),
                     0);
    return temp_store_text(f->store, "SELECT json_extract(payload, '$.text') FROM chat_out WHERE"
                                     " slot = (SELECT 'job:' || max(id) FROM job)");
}
#define SYNC(f, ...)                                                                               \
    asked(f, (const char *const[]){__VA_ARGS__},                                                   \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), false)

/* States of the last job's steps in their order: "done skipped". */
static const char *states(struct fixture *f)
{
    return temp_store_text(f->store,
                           "SELECT group_concat(json_extract(value, '$.flow') || ' ' ||"
                           " json_extract(value, '$.state'), ', ') FROM job, json_each(results)"
                           " WHERE job.id = (SELECT max(id) FROM job)");
}

static const char *job_state(struct fixture *f)
{
    return temp_store_text(f->store, "SELECT state FROM job ORDER BY id DESC LIMIT 1");
}

static void down(struct fake_remote *r, enum fake_fault_kind kind)
{
    fake_fault(r, (struct fake_fault){.kind = kind, .call = 1, .stays = true});
}

static void flow_both_ways__runs__pull_and_push(void **state)
{
    struct fixture *f = *state;
    const char *said = SYNC(f, "people");
    assert_string_equal(states(f), "people done, people:push done");
    assert_string_equal(job_state(f), "done");
    assert_has(said, "<b>Люди</b>: сверено за");
    assert_has(said, "Люди (Ноушен): 1 новая\n");
    assert_has(said, "Люди → Ноушен: отправлять нечего\n");
    assert_has(SYNC(f, "people"), "Всё сходится: 1 запись");
}

/* What the text leads to stands first. */
static void preview__offers__to_apply_above_all_else(void **state)
{
    struct fixture *f = *state;
    assert_has(asked(f, (const char *const[]){"people"}, 1, true), "План 1 «Люди (Ноушен)»");
    const char *buttons = temp_store_text(f->store,
                                          "SELECT json_extract(payload, '$.buttons') FROM chat_out"
                                          " WHERE slot = (SELECT 'job:' || max(id) FROM job)"),
               *apply = strstr(buttons, "\"apply 1\""), *status = strstr(buttons, "\"status\"");
    assert_non_null(apply);
    assert_non_null(status);
    assert_true(apply < status);
    assert_has(buttons, "],[{\"text\":\"📊 Состояние\""); /* in a row of its own */
}

static void failed_pull__keeps_its_push__from_running(void **state)
{
    struct fixture *f = *state;
    down(f->notion, FAULT_SERVER);
    const char *said = SYNC(f, "people", "teams");
    assert_string_equal(states(f),
                        "people failed, teams done, people:push skipped, teams:push done");
    assert_string_equal(job_state(f), "failed");
    assert_has(said, "✗ Люди → Ноушен: не отправлено: сначала надо прочитать таблицу");
    assert_has(said, "Службы (Кода): 1 новая");
    /* a step that did not run leaves no trace of its own */
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM flow_state WHERE flow ="
                                              " 'people:push'"),
                     0);
}

/* As the watchman does. */
static void tell_alerts(struct fixture *f)
{
    struct err err = {0};
    bool told;
    assert_ok(alert_tell(f->store->db, &f->bot, NULL, clock_now_ms(), &told, &err), err);
}

static void refused_remote__is_asked__once_in_a_job(void **state)
{
    struct fixture *f = *state;
    down(f->notion, FAULT_AUTH);
    const char *said = SYNC(f, "people", "teams");
    assert_string_equal(states(f),
                        "people failed, teams done, people:push skipped, teams:push done");
    assert_has(said, "✗ Люди → Ноушен: не спрашивал: токен только что не приняли");
    assert_has(said, "Нужен человек");
    /* the one who asked is the only admin, and has read it just now */
    tell_alerts(f);
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM chat_out WHERE payload LIKE"
                                              " '%не принимает токен%'"),
                     0);
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM alert WHERE state = 'open'"
                                              " AND kind = 'remote_auth' AND subject = 'notion'"),
                     1);
    fake_fault(f->notion, (struct fake_fault){.kind = FAULT_NONE});
    SYNC(f, "people");
    tell_alerts(f);
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM chat_out WHERE payload LIKE"
                                              " '%снова принимает токен%'"),
                     1);
}

static void cycle__ends__where_a_step_failed(void **state)
{
    struct fixture *f = *state;
    down(f->coda, FAULT_SERVER);
    const char *said = SYNC(f, "strict");
    assert_string_equal(states(f), "people done, teams failed");
    assert_string_equal(job_state(f), "failed");
    assert_has(said, "<b>strict</b>: не всё получилось");
    assert_has(said, "После ошибки не запускал: Службы → Кода, Люди → Ноушен\n");
    fake_fault(f->coda, (struct fake_fault){.kind = FAULT_NONE});
    SYNC(f, "strict");
    assert_string_equal(states(f), "people done, teams done, teams:push done, people:push done");
}

static void cycle_that_goes_on__leaves_out__only_what_was_not_read(void **state)
{
    struct fixture *f = *state;
    down(f->coda, FAULT_SERVER);
    const char *said = SYNC(f, "easy");
    assert_string_equal(states(f), "people done, teams failed, teams:push skipped, people:push "
                                   "done");
    assert_has_not(said, "не запускал");
}

static void job_of_an_old_config__ends__step_by_step(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    const char *const steps[] = {"gone", "people:push", "people"};
    const struct job job = {.key = "k",
                            .kind = "sync",
                            .steps = steps,
                            .n_steps = 3,
                            .lane = "notion",
                            .options = "{\"cycle\":\"gone too\"}",
                            .actor = "telegram:1001",
                            .results = "[]",
                            .state = "queued"};
    int64_t id, next_at;
    bool joined;
    assert_ok(queue_add(f->store->db, &job, &id, &joined, &err), err);
    for (int i = 0; i < 3; i++) {
        AUTO_ARENA *arena = arena_new(16 << 20);
        struct job *claimed;
        assert_ok(queue_claim(f->store->db, NULL, 0, clock_now_ms(), arena, &claimed, &next_at,
                              &err),
                  err);
        assert_non_null(claimed);
        assert_ok(jobs_step(&f->bot, &f->e, claimed, &err), err);
    }
    assert_has(states(f), "gone failed, people:push ");
    assert_has(states(f), ", people done");
    assert_string_equal(job_state(f), "failed");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(flow_both_ways__runs__pull_and_push),
        TEST(preview__offers__to_apply_above_all_else),
        TEST(failed_pull__keeps_its_push__from_running),
        TEST(refused_remote__is_asked__once_in_a_job),
        TEST(cycle__ends__where_a_step_failed),
        TEST(cycle_that_goes_on__leaves_out__only_what_was_not_read),
        TEST(job_of_an_old_config__ends__step_by_step),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
