/* test_queue.c: jobs wait in order, run in their lanes, and outlive the process. */
#include "store/base/clock.h"
#include "store/queue.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

static const char *const two_steps[] = {"people", "participation"};

static int64_t add(struct temp_store *t, const char *key, const char *lane, int priority)
{
    struct err err = {0};
    struct job j = {.key = key,
                    .kind = "sync",
                    .steps = two_steps,
                    .n_steps = 2,
                    .lane = lane,
                    .priority = priority,
                    .actor = "telegram:1001",
                    .actor_name = "Анна"};
    int64_t id = 0;
    bool joined = true;
    assert_ok(queue_add(t->db, &j, &id, &joined, &err), err);
    assert_false(joined);
    return id;
}

static struct job *get(struct temp_store *t, int64_t id)
{
    struct err err = {0};
    struct job *j = NULL;
    assert_ok(queue_get(t->db, id, t->arena, &j, &err), err);
    return j;
}

/* The job that is claimed when these lanes are busy, 0 for none. */
static int64_t claim(struct temp_store *t, const char *busy, int64_t now, int64_t *next)
{
    struct err err = {0};
    struct job *j = NULL;
    int64_t ignored;
    assert_ok(queue_claim(t->db, &busy, busy ? 1 : 0, now, t->arena, &j, next ? next : &ignored,
                          &err),
              err);
    assert_true(!j ||
                (j->started_at && j->started_at <= now)); /* when the job's first step began */
    return j ? j->id : 0;
}

static void job__is__what_was_asked_for(void **state)
{
    struct temp_store *t = *state;
    int64_t id = add(t, "sync:people", "notion", 0);
    struct job *j = get(t, id);
    assert_string_equal(j->key, "sync:people");
    assert_string_equal(j->state, "queued");
    assert_string_equal(j->options, "{}");
    assert_string_equal(j->results, "[]");
    assert_string_equal(j->actor_name, "Анна");
    assert_int_equal(j->n_steps, 2);
    assert_string_equal(j->steps[0], "people");
    assert_string_equal(j->steps[1], "participation");
    assert_int_equal(j->step, 0);
    assert_int_equal(j->started_at, 0);
    assert_true(j->created_at > 0);
    assert_null(get(t, id + 1));
}

static void job__asked_twice__is_one(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = add(t, "k", "notion", 1), again = 0;
    bool joined = false;
    struct job j = {.key = "k", .kind = "sync", .lane = "notion", .actor = "x", .priority = 0};
    assert_ok(queue_add(t->db, &j, &again, &joined, &err), err);
    assert_true(joined);
    assert_int_equal(again, id);
    assert_int_equal(get(t, id)->priority, 0); /* a person waits now */
    j.priority = 1;
    assert_ok(queue_add(t->db, &j, &again, &joined, &err), err);
    assert_int_equal(get(t, id)->priority, 0); /* and still does */
    /* running, it is still the one */
    assert_int_equal(claim(t, NULL, 1000, NULL), id);
    assert_ok(queue_add(t->db, &j, &again, &joined, &err), err);
    assert_int_equal(again, id);
    /* once over, the next is another */
    assert_ok(queue_finish(t->db, id, "done", "[]", NULL, &err), err);
    assert_ok(queue_add(t->db, &j, &again, &joined, &err), err);
    assert_false(joined);
    assert_int_not_equal(again, id);
}

static void job__asked_again__is_not_cancelled_any_more(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = add(t, "k", "notion", 0), again = 0;
    bool flag = false;
    struct job j = {.key = "k", .kind = "sync", .lane = "notion", .actor = "x", .priority = 1};
    assert_ok(queue_cancel(t->db, id, "Анна", &flag, &err), err);
    assert_true(flag);
    assert_ok(queue_is_cancelled(t->db, id, &flag, &err), err);
    assert_true(flag);
    assert_ok(queue_add(t->db, &j, &again, &flag, &err), err);
    assert_ok(queue_is_cancelled(t->db, id, &flag, &err), err);
    assert_false(flag);
    assert_int_equal(get(t, id)->priority, 0); /* joining never lowers it */
}

static void claim__goes__by_priority_then_age(void **state)
{
    struct temp_store *t = *state;
    int64_t scheduled = add(t, "a", "notion", 1);
    int64_t first = add(t, "b", "notion", 0);
    int64_t second = add(t, "c", "notion", 0);
    assert_int_equal(claim(t, NULL, 1, NULL), first);
    assert_int_equal(claim(t, NULL, 1, NULL), second);
    assert_int_equal(claim(t, NULL, 1, NULL), scheduled);
    assert_int_equal(claim(t, NULL, 1, NULL), 0);
    assert_string_equal(get(t, first)->state, "running");
    assert_int_equal(get(t, first)->started_at, 1);
}

static void claim__passes_over__busy_lanes(void **state)
{
    struct temp_store *t = *state;
    int64_t slow = add(t, "a", "notion", 0);
    int64_t fast = add(t, "b", "coda", 1);
    assert_int_equal(claim(t, "notion", 1, NULL), fast);
    assert_int_equal(claim(t, "notion", 1, NULL), 0);
    assert_int_equal(claim(t, "coda", 1, NULL), slow);
}

static void claim__waits__for_delayed_jobs(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = add(t, "a", "notion", 0), next = -1;
    assert_int_equal(claim(t, NULL, 1000, NULL), id);
    assert_ok(queue_put_back(t->db, id, 5000, &err), err);
    assert_string_equal(get(t, id)->state, "queued");
    assert_int_equal(claim(t, NULL, 4999, &next), 0);
    assert_int_equal(next, 5000);
    int64_t other = add(t, "b", "notion", 1);
    assert_int_equal(claim(t, NULL, 4999, &next), other); /* nobody waits for it */
    assert_int_equal(claim(t, NULL, 5000, &next), id);
    assert_int_equal(get(t, id)->started_at, 1000); /* its first start is remembered */
    assert_int_equal(claim(t, NULL, 9000, &next), 0);
    assert_int_equal(next, 0);
}

static void claim__waits_for_no_clock__that_was_set_back(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    const int64_t noon = 43200000;
    int64_t id = add(t, "a", "notion", 0), next = -1;
    assert_int_equal(claim(t, NULL, noon - 7200000, NULL), id);
    assert_ok(queue_put_back(t->db, id, noon + 10000, &err), err);
    assert_int_equal(claim(t, NULL, noon - 40000, &next), 0); /* not by so little */
    assert_int_equal(next, noon + 10000);
    assert_int_equal(claim(t, NULL, noon - 3600000, &next), id);
}

static void step__moves_on__into_its_lane(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = add(t, "a", "notion", 0);
    assert_int_equal(claim(t, NULL, 1, NULL), id);
    assert_ok(queue_step(t->db, id, 1, "coda", "[{}]", &err), err);
    struct job *j = get(t, id);
    assert_int_equal(j->step, 1);
    assert_string_equal(j->state, "queued");
    assert_int_equal(claim(t, "coda", 1, NULL), 0);
    assert_int_equal(claim(t, "notion", 1, NULL), id);
    assert_ok(queue_finish(t->db, id, "failed", "[{},{}]", "no luck", &err), err);
    j = get(t, id);
    assert_string_equal(j->state, "failed");
    assert_string_equal(j->error, "no luck");
    assert_string_equal(j->results, "[{},{}]");
    assert_true(j->finished_at > 0);
    assert_int_equal(claim(t, NULL, 1, NULL), 0);
}

static void recover__queues_again__what_was_running(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = add(t, "a", "notion", 0), done = add(t, "b", "notion", 0), n = -1;
    assert_int_equal(claim(t, NULL, 1, NULL), id);
    assert_ok(queue_step(t->db, id, 1, "coda", "[1]", &err), err);
    assert_int_equal(claim(t, NULL, 1, NULL), id);
    assert_int_equal(claim(t, NULL, 1, NULL), done);
    assert_ok(queue_finish(t->db, done, "done", "[]", NULL, &err), err);
    assert_ok(queue_recover(t->db, &n, &err), err);
    assert_int_equal(n, 1);
    struct job *j = get(t, id);
    assert_string_equal(j->state, "queued");
    assert_int_equal(j->step, 1); /* at the same step, with what it had */
    assert_string_equal(j->results, "[1]");
    assert_string_equal(get(t, done)->state, "done");
    assert_ok(queue_recover(t->db, &n, &err), err);
    assert_int_equal(n, 0);
}

static void put_back__is__for_running_jobs_only(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int64_t id = add(t, "a", "notion", 0);
    assert_int_equal(claim(t, NULL, 1, NULL), id);
    assert_ok(queue_finish(t->db, id, "done", "[]", NULL, &err), err);
    assert_ok(queue_put_back(t->db, id, 0, &err), err);
    assert_string_equal(get(t, id)->state, "done");
    bool open = true;
    assert_ok(queue_cancel(t->db, id, "Анна", &open, &err), err);
    assert_false(open);
}

static void cancel__keeps__who_was_first(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    bool open, joined;
    int64_t id = add(t, "a", "notion", 0);
    assert_null(get(t, id)->stopped_by);
    assert_ok(queue_cancel(t->db, id, "Анна", &open, &err), err);
    assert_true(open);
    assert_ok(queue_cancel(t->db, id, "Борис", &open, &err), err);
    assert_string_equal(get(t, id)->stopped_by, "Анна");
    /* asked for once more, and stopped by another */
    struct job j = {.key = "a",
                    .kind = "sync",
                    .steps = two_steps,
                    .n_steps = 2,
                    .lane = "notion",
                    .actor = "telegram:1001"};
    assert_ok(queue_add(t->db, &j, &id, &joined, &err), err);
    assert_true(joined);
    assert_ok(queue_cancel(t->db, id, "Борис", &open, &err), err);
    assert_string_equal(get(t, id)->stopped_by, "Борис");
    assert_int_equal(claim(t, NULL, 1, NULL), id);
}

static void watchers__are_kept__once_each(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct watcher w = {.via = "telegram", .lang = "ru", .chat_id = -100, .user_id = 7}, *list;
    size_t n;
    int64_t id = add(t, "a", "notion", 0);
    assert_ok(queue_watch(t->db, id, &w, &err), err);
    assert_ok(queue_watch(t->db, id, &w, &err), err);
    w.thread_id = 5;
    assert_ok(queue_watch(t->db, id, &w, &err), err);
    assert_ok(queue_watchers(t->db, id, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].chat_id, -100);
    assert_int_equal(list[0].user_id, 7);
    assert_string_equal(list[0].lang, "ru");
    assert_int_equal(list[0].thread_id + list[1].thread_id, 5);
    assert_ok(queue_watchers(t->db, id + 1, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
}

static void open_jobs__are_listed__oldest_first(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct job *list;
    size_t n;
    int64_t a = add(t, "a", "notion", 1), b = add(t, "b", "notion", 0), c = add(t, "c", "coda", 0);
    assert_int_equal(claim(t, NULL, 1, NULL), b);
    assert_ok(queue_finish(t->db, c, "cancelled", "[]", NULL, &err), err);
    assert_ok(queue_open_jobs(t->db, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, a);
    assert_string_equal(list[1].state, "running");
}

static void ended_jobs__are_listed__latest_first(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct job *list;
    size_t n;
    int64_t a = add(t, "a", "notion", 0), b = add(t, "b", "notion", 0), c = add(t, "c", "coda", 0);
    assert_ok(queue_ended_jobs(t->db, 5, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
    assert_ok(queue_finish(t->db, b, "failed", "[1]", NULL, &err), err);
    clock_test_advance(1000);
    assert_ok(queue_finish(t->db, a, "done", "[2]", NULL, &err), err);
    assert_ok(queue_ended_jobs(t->db, 5, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, a);
    assert_int_equal(list[1].id, b);
    assert_string_equal(list[1].results, "[1]");
    assert_ok(queue_ended_jobs(t->db, 1, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 1);
    assert_ok(queue_finish(t->db, c, "done", "[]", NULL, &err), err);
}

static void prune__forgets__week_old_jobs(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    const int64_t week = (int64_t)7 * 24 * 3600 * 1000;
    struct watcher w = {.via = "telegram", .lang = "ru", .chat_id = 1, .user_id = 1};
    int64_t old = add(t, "a", "notion", 0), open = add(t, "b", "notion", 0);
    assert_ok(queue_watch(t->db, old, &w, &err), err);
    assert_ok(queue_finish(t->db, old, "done", "[]", NULL, &err), err);
    int64_t now = clock_now_ms();
    assert_ok(queue_prune(t->db, now + week - 60000, &err), err);
    assert_non_null(get(t, old));
    assert_ok(queue_prune(t->db, now + week + 60000, &err), err);
    assert_null(get(t, old));
    assert_non_null(get(t, open));
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM job_watch"), 0);
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(job__is__what_was_asked_for),
        WITH_STORE(job__asked_twice__is_one),
        WITH_STORE(job__asked_again__is_not_cancelled_any_more),
        WITH_STORE(cancel__keeps__who_was_first),
        WITH_STORE(claim__goes__by_priority_then_age),
        WITH_STORE(claim__passes_over__busy_lanes),
        WITH_STORE(claim__waits__for_delayed_jobs),
        WITH_STORE(claim__waits_for_no_clock__that_was_set_back),
        WITH_STORE(step__moves_on__into_its_lane),
        WITH_STORE(recover__queues_again__what_was_running),
        WITH_STORE(put_back__is__for_running_jobs_only),
        WITH_STORE(watchers__are_kept__once_each),
        WITH_STORE(open_jobs__are_listed__oldest_first),
        WITH_STORE(ended_jobs__are_listed__latest_first),
        WITH_STORE(prune__forgets__week_old_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
