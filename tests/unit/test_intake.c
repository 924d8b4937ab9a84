/* test_intake.c: how much anybody may say; the time is the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/intake.h"
#include "tests/support/check.h"
#include "tests/support/store_tmp.h"

#define ADMIN 1001

struct fixture {
    struct store_tmp *store;
    struct intake *in;
    unsigned took, told;
};

static const int64_t trusted[] = {ADMIN};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->store = store_tmp_new();
    f->in = intake_new(trusted, 1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    intake_free(f->in);
    store_tmp_free(f->store);
    free(f);
    return 0;
}

static enum intake_fate one(struct fixture *f, struct chat_update u, int64_t now)
{
    struct err err = {0};
    enum intake_fate fate;
    assert_ok(intake_judge(f->in, f->store->db, "telegram", &u, now, &fate, &err), err);
    f->took += fate == INTAKE_TAKE;
    f->told += fate == INTAKE_TELL;
    return fate;
}

/* n messages of somebody, each `gap` ms after the other. */
static void says(struct fixture *f, int64_t user, int n, int64_t gap, int64_t from)
{
    f->took = f->told = 0;
    for (int i = 0; i < n; i++)
        one(f, (struct chat_update){.user_id = user, .is_private = true}, from + i * gap);
}

static void a_stranger__is_heard__twenty_times_and_once_told(void **state)
{
    struct fixture *f = *state;
    says(f, 7, 1000, 60, 0); /* a thousand in a minute */
    assert_int_equal(f->took, INTAKE_STRANGER + 60000 / INTAKE_STRANGER_MS - 1);
    assert_int_equal(f->told, 1);
    says(f, 8, 5, 10, 60000); /* nobody else minds */
    assert_int_equal(f->took, 5);
    says(f, 7, 100, 10, 60100); /* still at it: silence */
    assert_int_equal(f->told, 0);
    says(f, 7, 100, 10, 300000); /* after a while of quiet: once more */
    assert_int_equal(f->took, INTAKE_STRANGER);
    assert_int_equal(f->told, 1);
}

static void whoever_is_known__may_say__more(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    assert_ok(db_script(f->store->db,
                        "INSERT INTO chat_user(via, user_id, role, seen_at) VALUES"
                        " ('telegram', 9, 'participant', 0), ('telegram', 10, 'anyone', 0)",
                        &err),
              err);
    says(f, ADMIN, 200, 0, 0);
    assert_int_equal(f->took, INTAKE_KNOWN);
    says(f, 9, 200, 0, 0);
    assert_int_equal(f->took, INTAKE_KNOWN);
    says(f, 10, 200, 0, 0);
    assert_int_equal(f->took, INTAKE_STRANGER);
    says(f, ADMIN, 60, 1000, 100000); /* as fast as one can press, for a minute */
    assert_int_equal(f->took, 60);
}

/* Many strangers at once take nothing from those who are known. */
static void strangers_together__have__a_measure_too(void **state)
{
    struct fixture *f = *state;
    unsigned took = 0;
    for (int64_t user = 2000; user < 4000; user++) {
        says(f, user, 1, 0, 0);
        took += f->took;
    }
    assert_int_equal(took, INTAKE_STRANGERS);
    says(f, ADMIN, 10, 0, 0);
    assert_int_equal(f->took, 10);
    says(f, 5000, 1, 0, INTAKE_STRANGERS_MS * 2);
    assert_int_equal(f->took, 1);
}

static void in_a_group__nothing_is_said__of_it(void **state)
{
    struct fixture *f = *state;
    f->told = 0;
    for (int i = 0; i < 100; i++)
        one(f, (struct chat_update){.user_id = 7, .chat_id = -5}, 0);
    assert_int_equal(f->told, 0);
    /* a button turns until it is answered */
    assert_int_equal(INTAKE_TELL,
                     one(f, (struct chat_update){.kind = UPDATE_PRESS, .user_id = 7, .chat_id = -5},
                         0));
    assert_int_equal(INTAKE_DROP,
                     one(f, (struct chat_update){.kind = UPDATE_PRESS, .user_id = 7, .chat_id = -5},
                         0));
}

static void what_became_of_a_chat__is_always__taken(void **state)
{
    struct fixture *f = *state;
    static const enum update_kind kinds[] = {UPDATE_GONE, UPDATE_BACK, UPDATE_MOVED};
    says(f, 7, 100, 0, 0);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        assert_int_equal(INTAKE_TAKE,
                         one(f, (struct chat_update){.kind = kinds[i], .user_id = 7}, 0));
}

/* More people than are remembered: who has said most is remembered longest. */
static void a_crowd__does_not_wash_away__who_says_too_much(void **state)
{
    struct fixture *f = *state;
    says(f, 7, 100, 0, 0);
    for (int64_t user = 10000; user < 10000 + 3 * INTAKE_PEOPLE_MAX; user++)
        says(f, user, 1, 0, 100);
    says(f, 7, 10, 0, 200);
    assert_int_equal(f->took, 0);
    intake_forget(f->in);
    says(f, 7, 10, 0, 200);
    assert_int_equal(f->took, 10);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_stranger__is_heard__twenty_times_and_once_told),
        T(whoever_is_known__may_say__more),
        T(strangers_together__have__a_measure_too),
        T(in_a_group__nothing_is_said__of_it),
        T(what_became_of_a_chat__is_always__taken),
        T(a_crowd__does_not_wash_away__who_says_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
