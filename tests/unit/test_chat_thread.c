/* test_chat_thread.c: the chat thread's loop over a scripted transport; no real time passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/chat_thread.h"
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
    unsigned conflicts, auths, recovered, webhooks, kept;
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
    f->webhooks += what == CHAT_WEBHOOK;
    f->kept += what == CHAT_WEBHOOK_STAYS;
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

/* A webhook that was in the way: told each time it was taken away; one that stays is told once, and
 * so is its end. */
static void a_webhook__is_told__when_it_was_taken_away(void **state)
{
    struct fixture *f = *state;
    fails(f, ERR_TEMP, 3, "telegram getUpdates: " CHAT_SAYS_WEBHOOK);
    chat_array_poll(f->chat, (struct array_poll){.took_ms = 1000});
    run(f);
    assert_int_equal(f->webhooks, 1);
    assert_int_equal(f->conflicts, 0);
    assert_int_equal(f->recovered, 0); /* nothing was said to be down */
}

static void a_webhook_that_stays__is_told__once(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++)
        fails(f, ERR_TEMP, 3, "telegram getUpdates: " CHAT_SAYS_WEBHOOK_STAYS);
    chat_array_poll(f->chat, (struct array_poll){.took_ms = 1000});
    run(f);
    assert_int_equal(f->kept, 1);
    assert_int_equal(f->conflicts, 0); /* one cause, one message */
    assert_int_equal(f->recovered, 1);
}

static struct chat_update from(int64_t id, int64_t user)
{
    struct chat_update u = message(id);
    u.user_id = u.chat_id = user;
    u.is_private = true;
    u.language = "en";
    return u;
}

/* A thousand messages in a minute from one stranger: the store keeps a few, says so once, and
 * others are heard as ever. */
static void a_flood_of_words__costs__nobody_anything(void **state)
{
    struct fixture *f = *state;
    static const int64_t admins[] = {1001};
    static struct chat_update list[10][104];
    f->thread.admins = admins;
    f->thread.n_admins = 1;
    log_set_level((enum log_level) - 1);
    for (int i = 0; i < 10; i++) {
        for (int k = 0; k < 100; k++)
            list[i][k] = from(i * 200 + k + 1, 7);
        for (int k = 0; k < 4; k++)
            list[i][100 + k] = from(i * 200 + 101 + k, k % 2 ? 1001 : 8);
        chat_array_poll(f->chat,
                        (struct array_poll){.updates = list[i], .n = 104, .took_ms = 6000});
    }
    run(f);
    int64_t kept = count(f, "SELECT count(*) FROM chat_in WHERE payload LIKE '%\"user\":7,%'");
    assert_in_range(kept, 20, 20 + 60 / 3 + 1);
    assert_int_equal(count(f,
                           "SELECT count(*) FROM chat_in WHERE payload NOT LIKE '%\"user\":7,%'"),
                     40);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out"), 1);
    assert_int_equal(count(f,
                           "SELECT chat_id FROM chat_out WHERE payload LIKE '%Too many messages%'"),
                     7);
    assert_int_equal(f->chat->offsets[10], 9 * 200 + 105); /* confirmed all the same */
}

/* Two hundred lines pasted into the terminal of whoever runs the program. */
static void a_terminal__is_not__measured(void **state)
{
    struct fixture *f = *state;
    struct chat_update lines[200];
    f->chat->ops.trusted = true;
    for (int k = 0; k < 200; k++)
        lines[k] = from(k + 1, 1);
    chat_array_poll(f->chat, (struct array_poll){.updates = lines, .n = 200});
    run(f);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_in"), 200);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out"), 0);
}

static void a_press_too_many__is_answered__once(void **state)
{
    struct fixture *f = *state;
    static struct chat_update list[50];
    log_set_level((enum log_level) - 1);
    for (int k = 0; k < 50; k++) {
        list[k] = from(k + 1, 7);
        list[k].kind = UPDATE_PRESS;
        list[k].callback_id = "cb";
    }
    chat_array_poll(f->chat, (struct array_poll){.updates = list, .n = 50});
    run(f);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_in"), 20);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE kind = 'answer'"), 1);
}

/* What could not be stored comes again, and nobody has to pay for it twice. */
static void a_full_disk__uses_up__no_measure(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    static struct chat_update list[20];
    log_set_level((enum log_level) - 1);
    for (int k = 0; k < 20; k++)
        list[k] = from(k + 1, 7);
    assert_int_equal(0, db_script(f->store->db,
                                  "CREATE TRIGGER no BEFORE INSERT ON chat_state WHEN"
                                  " new.next_offset < 21 BEGIN SELECT RAISE(ABORT, 'no'); END",
                                  &err));
    for (int i = 0; i < 3; i++)
        chat_array_poll(f->chat, (struct array_poll){.updates = list, .n = 20, .next = 20});
    chat_array_poll(f->chat, (struct array_poll){.updates = list, .n = 20});
    run(f);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_in"), 20);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out"), 0);
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
        T(a_webhook__is_told__when_it_was_taken_away),
        T(a_webhook_that_stays__is_told__once),
        T(a_flood_of_words__costs__nobody_anything),
        T(a_terminal__is_not__measured),
        T(a_press_too_many__is_answered__once),
        T(a_full_disk__uses_up__no_measure),
    };
    struct err err = {0};
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
