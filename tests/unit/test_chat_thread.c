/* test_chat_thread.c: the chat thread's loop over a scripted transport; no real time passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat_thread.h"
#include "store/base/clock.h"
#include "store/base/secret.h"
#include "tests/support/chat_array.h"
#include "tests/support/store_tmp.h"

#include <stdatomic.h>
#include <string.h>

struct fixture {
    struct store_tmp *store;
    struct chat_array *chat;
    _Atomic bool stop;
    size_t received;
    unsigned conflicts, auths, recovered;
    struct chat_thread thread;
};

static void on_received(void *ctx, size_t n)
{
    ((struct fixture *)ctx)->received += n;
}

static void on_trouble(void *ctx, enum chat_trouble what, const char *why)
{
    struct fixture *f = ctx;
    (void)why;
    f->conflicts += what == CHAT_CONFLICT;
    f->auths += what == CHAT_AUTH;
    f->recovered += what == CHAT_RECOVERED;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    clock_test_skip_sleeps(true);
    f->store = store_tmp_new();
    log_set_level(LOG_ERR);
    f->chat = chat_array_new();
    f->chat->stop = &f->stop;
    f->thread = (struct chat_thread){.db_path = f->store->path,
                                     .chat = &f->chat->chat,
                                     .stop = &f->stop,
                                     .on_received = on_received,
                                     .on_trouble = on_trouble,
                                     .ctx = f};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    chat_array_free(f->chat);
    store_tmp_free(f->store);
    free(f);
    clock_test_skip_sleeps(false);
    return 0;
}

static void run(struct fixture *f)
{
    struct err err = {0};
    assert_int_equal(0, chat_thread_run(&f->thread, &err));
}

static int64_t count(struct fixture *f, const char *sql)
{
    struct err err = {0};
    int64_t n = -1;
    assert_int_equal(0, db_int_n(f->store->db, sql, NULL, 0, -1, &n, &err));
    return n;
}

static struct chat_update message(int64_t id)
{
    return (struct chat_update){.update_id = id,
                                .kind = UPDATE_MESSAGE,
                                .chat_id = 7,
                                .user_id = 7,
                                .text = "x"};
}

static void fails(struct fixture *f, enum err_kind kind, unsigned retry_s, const char *msg)
{
    struct array_poll p = {0};
    err_set(&p.err, kind, "%s", msg);
    p.err.retry_s = retry_s;
    chat_array_poll(f->chat, p);
}

/* ms between the i-th poll and the next one */
static int64_t gap(const struct fixture *f, size_t i)
{
    return f->chat->polled_at[i + 1] - f->chat->polled_at[i];
}

/* Behaviour C: ids that jump down are stored once each, and the offset goes with them. */
static void updates__are_stored_once__when_ids_jump_down(void **state)
{
    struct fixture *f = *state;
    const struct chat_update a[] = {message(900), message(901)}, b[] = {message(5), message(6)};
    chat_array_poll(f->chat, (struct array_poll){.updates = a, .n = 2});
    chat_array_poll(f->chat, (struct array_poll){.updates = b, .n = 2});
    chat_array_poll(f->chat, (struct array_poll){.updates = b, .n = 2}); /* given again */
    run(f);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_in"), 4);
    assert_int_equal(f->chat->offsets[0], 0);
    assert_int_equal(f->chat->offsets[1], 902);
    assert_int_equal(f->chat->offsets[2], 7);
    assert_int_equal(f->received, 6);
}

/* Behaviour B: the last batch is confirmed by one poll that does not wait. */
static void stop__confirms__what_was_stored(void **state)
{
    struct fixture *f = *state;
    const struct chat_update a[] = {message(1)};
    chat_array_poll(f->chat, (struct array_poll){.updates = a, .n = 1});
    run(f);
    assert_int_equal(f->chat->n_polled, 3);
    assert_int_equal(f->chat->timeouts[1], 50);
    assert_int_equal(f->chat->offsets[2], 2);
    assert_int_equal(f->chat->timeouts[2], 0);
}

static void stop__asks_nothing_more__when_all_is_confirmed(void **state)
{
    struct fixture *f = *state;
    chat_array_poll(f->chat, (struct array_poll){.took_ms = 1000});
    run(f);
    assert_int_equal(f->chat->n_polled, 2);
}

static void a_start__goes_on__from_the_stored_offset(void **state)
{
    struct fixture *f = *state;
    const struct chat_update a[] = {message(41)};
    chat_array_poll(f->chat, (struct array_poll){.updates = a, .n = 1});
    run(f);
    atomic_store(&f->stop, false);
    size_t before = f->chat->n_polled;
    run(f);
    assert_int_equal(f->chat->offsets[before], 42);
}

/* Behaviour D: alive, obeys the waits, admins told once, and of the recovery. */
static void conflicts__are_told_once__and_end(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++)
        fails(f, ERR_TEMP, 3 + (unsigned)i % 5, "telegram getUpdates: conflict: terminated");
    chat_array_poll(f->chat, (struct array_poll){.took_ms = 1000});
    chat_array_poll(f->chat, (struct array_poll){.took_ms = 1000});
    run(f);
    assert_int_equal(f->conflicts, 1);
    assert_int_equal(f->recovered, 1);
    for (size_t i = 0; i < 20; i++)
        assert_in_range(gap(f, i), 3000 + (i % 5) * 1000, 3400 + (i % 5) * 1000);
}

static void a_refused_token__is_told_once__and_tried_every_minute(void **state)
{
    struct fixture *f = *state;
    log_set_level((enum log_level) - 1); /* the error line is meant to be there; not here */
    for (int i = 0; i < 3; i++)
        fails(f, ERR_AUTH, 0, "telegram does not accept the token (401)");
    chat_array_poll(f->chat, (struct array_poll){.took_ms = 1000});
    run(f);
    assert_int_equal(f->auths, 1);
    assert_int_equal(f->recovered, 1);
    assert_in_range(gap(f, 0), 60000, 60100);
}

/* Behaviour E on getUpdates. */
static void retry_after__is_obeyed(void **state)
{
    struct fixture *f = *state;
    fails(f, ERR_TEMP, 2, "telegram getUpdates: 429");
    run(f);
    assert_in_range(gap(f, 0), 2000, 2200);
}

/* Behaviour G: errors without advice back off, and never at once. */
static void other_failures__back_off(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++)
        fails(f, ERR_TEMP, 0, "garbage");
    run(f);
    for (size_t i = 0; i < 9; i++) {
        int64_t top = i < 6 ? 1000 << i : 60000;
        assert_in_range(gap(f, i), top / 2, top + 100);
    }
    assert_int_equal(f->conflicts, 0);
}

/* Behaviour P: 10 polls a second at most after the first few, 1 a second in the end. */
static void instant_empty_polls__do_not_spin(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 30; i++)
        chat_array_poll(f->chat, (struct array_poll){0});
    run(f);
    assert_in_range(gap(f, 0), 50, 80);
    for (size_t i = 6; i < 29; i++)
        assert_in_range(gap(f, i), 1000, 1100);
}

static void a_batch_given_again_and_again__does_not_spin(void **state)
{
    struct fixture *f = *state;
    const struct chat_update a[] = {message(1)};
    for (int i = 0; i < 12; i++)
        chat_array_poll(f->chat, (struct array_poll){.updates = a, .n = 1});
    run(f);
    assert_in_range(gap(f, 10), 1000, 1100);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_in"), 1);
}

static void what_cannot_be_stored__is_not_confirmed(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    const struct chat_update a[] = {message(1)};
    log_set_level((enum log_level) - 1);
    assert_int_equal(0, db_script(f->store->db,
                                  "CREATE TRIGGER no BEFORE INSERT ON chat_in BEGIN "
                                  "SELECT RAISE(ABORT, 'no'); END",
                                  &err));
    chat_array_poll(f->chat, (struct array_poll){.updates = a, .n = 1});
    chat_array_poll(f->chat, (struct array_poll){.updates = a, .n = 1});
    run(f);
    for (size_t i = 0; i < f->chat->n_polled; i++)
        assert_int_equal(f->chat->offsets[i], 0);
    assert_int_equal(f->received, 0);
    assert_true(gap(f, 0) >= 500);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(updates__are_stored_once__when_ids_jump_down),
        T(stop__confirms__what_was_stored),
        T(stop__asks_nothing_more__when_all_is_confirmed),
        T(a_start__goes_on__from_the_stored_offset),
        T(conflicts__are_told_once__and_end),
        T(a_refused_token__is_told_once__and_tried_every_minute),
        T(retry_after__is_obeyed),
        T(other_failures__back_off),
        T(instant_empty_polls__do_not_spin),
        T(a_batch_given_again_and_again__does_not_spin),
        T(what_cannot_be_stored__is_not_confirmed),
    };
    struct err err = {0};
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
