/* test_full_disk.c: the real daemon while its files may not grow any more, as on a full disk: it
 * stays, says so past the store, loses nothing of what people wrote, and goes on by itself. */
#include "tests/e2e/e2e.h"

#include <string.h>
#include <sys/resource.h>

#define UNSAID "SELECT count(*) FROM chat_out WHERE state = 'queued'"

/* No file of the daemon's can be written, or all as before. Its log is a file, too. */
static void disk_is_full(struct e2e *e, bool full)
{
    struct rlimit now;
    assert_int_equal(prlimit(e->daemon, RLIMIT_FSIZE, NULL, &now), 0);
    now.rlim_cur = full ? 0 : now.rlim_max;
    assert_int_equal(prlimit(e->daemon, RLIMIT_FSIZE, &now, NULL), 0);
}

/* A world whose watchman looks closely, as he does where little space is left. */
static struct e2e *world(void)
{
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[telegram]", "disk_low", "1000000");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/id", "1001");
    e2e_wait(e, ADMIN, 0, "На диске хранилища осталось", WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    return e;
}

static void test_told(void **state)
{
    (void)state;
    struct e2e *e = world();
    disk_is_full(e, true);
    int64_t cpu = e2e_cpu_ms(e), began = clock_mono_ms();
    for (int i = 0; i < 3; i++)
        e2e_say(e, ADMIN, "/version");
    struct said told = e2e_wait(e, ADMIN, 0, "Хранилище не записывается", 3 * WAIT * SLOWER);
    assert_has(told.text, "Освободите место");
    assert_true(e2e_alive(e));
    assert_in_range(e2e_cpu_ms(e) - cpu, 0, (uint64_t)(clock_mono_ms() - began) / 5 * SLOWER);
    assert_int_equal(e2e_count(e, ADMIN, "rosterd 0"), 0);
    disk_is_full(e, false);
    e2e_wait(e, ADMIN, told.id, "Хранилище снова записывается", 3 * WAIT * SLOWER);
    E2E_UNTIL(3 * WAIT, e2e_count(e, ADMIN, "rosterd 0") == 3); /* each once */
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    assert_int_equal(e2e_count(e, ADMIN, "Хранилище не записывается"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "Хранилище снова записывается"), 1);
    assert_int_equal(e2e_count(e, ADMIN, "rosterd 0"), 3);
    e2e_done(e);
}

/* A job that was under way ends without a restart. */
static void test_job(void **state)
{
    (void)state;
    struct e2e *e = world();
    e2e_fault(e, (struct fault){"notion", "", "slow", .ms = 2000, .count = 2});
    e2e_say(e, ADMIN, "/sync people");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM job WHERE state = 'running'") == 1);
    E2E_UNTIL(WAIT, e2e_fault_hits(e) >= 1);
    disk_is_full(e, true);
    clock_sleep_ms(8000, NULL);
    assert_true(e2e_alive(e));
    disk_is_full(e, false);
    E2E_UNTIL(4 * WAIT,
              e2e_int(e, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')") == 0);
    E2E_UNTIL(WAIT, e2e_int(e, UNSAID) == 0);
    e2e_ask(e, ADMIN, "/sync people", "✅");
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_told),
        E2E_TEST(test_job),
    };
    return E2E_RUN("full_disk", tests);
}
