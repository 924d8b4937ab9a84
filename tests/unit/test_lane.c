/* test_lane.c: one run at a time on each remote, across processes, ended by the process's end. */
#include "store/base/clock.h"
#include "sync/lane.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    struct temp_dir dir;
    char store[96];
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    temp_dir_make(&f->dir);
    snprintf(f->store, sizeof f->store, "%s/store.db", f->dir.path);
    clock_test_skip_sleeps(true);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    clock_test_skip_sleeps(false);
    temp_dir_remove(&f->dir);
    free(f);
    return 0;
}

static void count(void *ctx)
{
    ++*(int *)ctx;
}

static void lane__is_held__by_one(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int a = -1, b = -1;
    assert_ok(lane_take(f->store, "notion", 0, NULL, NULL, NULL, &a, &err), err);
    assert_error(lane_take(f->store, "notion", 0, NULL, NULL, NULL, &b, &err), err, ERR_TEMP,
                 "another sync with notion is under way");
    assert_int_equal(b, -1);
    lane_release(a);
    assert_ok(lane_take(f->store, "notion", 0, NULL, NULL, NULL, &b, &err), err);
    lane_release(b);
    lane_release(-1);
}

static void lanes__of_other_remotes_and_stores__are_free(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char other[128];
    int a = -1, b = -1, c = -1;
    snprintf(other, sizeof other, "%s2", f->store);
    assert_ok(lane_take(f->store, "notion", 0, NULL, NULL, NULL, &a, &err), err);
    assert_ok(lane_take(f->store, "coda", 0, NULL, NULL, NULL, &b, &err), err);
    assert_ok(lane_take(other, "notion", 0, NULL, NULL, NULL, &c, &err), err);
    lane_release(a);
    lane_release(b);
    lane_release(c);
}

static void waiting__ends__after_its_time(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int a = -1, b = -1, told = 0;
    assert_ok(lane_take(f->store, "notion", 5000, NULL, count, &told, &a, &err), err);
    assert_int_equal(told, 0); /* it was free: nothing to say */
    int64_t before = clock_mono_ms();
    assert_error(lane_take(f->store, "notion", 5000, NULL, count, &told, &b, &err), err, ERR_TEMP,
                 "another sync");
    assert_int_equal(told, 1);
    assert_in_range(clock_mono_ms() - before, 5000, 9000);
    lane_release(a);
}

static void waiting__is_cancelled__by_its_flag(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    _Atomic bool cancel = true;
    int a = -1, b = -1;
    assert_ok(lane_take(f->store, "notion", 0, &cancel, NULL, NULL, &a, &err), err);
    assert_error(lane_take(f->store, "notion", 60000, &cancel, NULL, NULL, &b, &err), err,
                 ERR_CANCELED, "stopped while waiting for notion");
    lane_release(a);
}

static void lane__is_free__once_its_process_was_killed(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int ready[2], lane = -1, status;
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (!pid) {
        struct err ignored = {0};
        int held = -1;
        if (lane_take(f->store, "notion", 0, NULL, NULL, NULL, &held, &ignored) ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        alarm(20); /* should the parent end before it kills us */
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_error(lane_take(f->store, "notion", 0, NULL, NULL, NULL, &lane, &err), err, ERR_TEMP,
                 "another sync");
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_ok(lane_take(f->store, "notion", 0, NULL, NULL, NULL, &lane, &err), err);
    lane_release(lane);
    close(ready[0]);
    close(ready[1]);
}

static void lane__without_a_folder__is_told(void **state)
{
    (void)state;
    struct err err;
    int lane = -1;
    assert_error(lane_take("/nonexistent/s.db", "notion", 0, NULL, NULL, NULL, &lane, &err), err,
                 ERR_LOCAL, "cannot create /nonexistent/s.db.lane-notion");
}

#define WITH_DIR(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIR(lane__is_held__by_one),
        WITH_DIR(lanes__of_other_remotes_and_stores__are_free),
        WITH_DIR(waiting__ends__after_its_time),
        WITH_DIR(waiting__is_cancelled__by_its_flag),
        WITH_DIR(lane__is_free__once_its_process_was_killed),
        WITH_DIR(lane__without_a_folder__is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
