/* test_uploads.c: big files go in a thread of their own: nobody else waits, the order of a chat
 * stays, and the process may end at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/sender.h"
#include "store/base/clock.h"
#include "store/base/secret.h"
#include "tests/support/chat_array.h"
#include "tests/support/store_tmp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define BIG (CHAT_BIG_BYTES + 1)

/* A transport whose big files take as long as a test wants. */
struct slow_chat {
    struct chat chat;
    struct chat_ops ops;
    pthread_mutex_t lock;
    char log[4000]; /* what went, in order: "7:text 8:file " */
    _Atomic int begun;
    _Atomic bool go_on, given_up;
    _Atomic int fate; /* of the next big file; SEND_OK afterwards */
};

struct fixture {
    struct store_tmp *store;
    struct slow_chat *chat;
    struct sender *sender;
    pthread_t thread;
    char *big; /* BIG bytes of text */
};

static struct err err;
#define OK(call) assert_int_equal(0, (call))

static void note(struct slow_chat *c, const struct out_item *item, const char *what)
{
    char line[200];
    snprintf(line, sizeof line, "%lld:%s ", (long long)item->chat_id, what);
    pthread_mutex_lock(&c->lock);
    strncat(c->log, line, sizeof c->log - strlen(c->log) - 1);
    pthread_mutex_unlock(&c->lock);
}

static enum send_fate slow_send(struct chat *chat, const struct out_item *item, int64_t *ret_id,
                                struct err *e)
{
    (void)e;
    note((struct slow_chat *)chat, item, item->text);
    *ret_id = item->action == OUT_EDIT ? item->message_id : 500;
    return SEND_OK;
}

static enum send_fate slow_file(struct chat *chat, const struct out_item *item, int64_t *ret_id,
                                struct err *e)
{
    struct slow_chat *c = (struct slow_chat *)chat;
    if (strlen(item->content) <= CHAT_BIG_BYTES) {
        note(c, item, "small");
        *ret_id = 600;
        return SEND_OK;
    }
    atomic_fetch_add(&c->begun, 1);
    while (!atomic_load(&c->go_on)) {
        if (atomic_load(&c->given_up)) {
            err_set(e, ERR_CANCELED, "stopped");
            return SEND_LATER;
        }
        usleep(2000);
    }
    enum send_fate fate = (enum send_fate)atomic_exchange(&c->fate, SEND_OK);
    if (fate != SEND_OK) {
        err_set(e, ERR_TEMP, "scripted");
        e->retry_s = 1;
        return fate;
    }
    note(c, item, item->file_name);
    *ret_id = 700;
    return SEND_OK;
}

static void slow_give_up(struct chat *chat)
{
    atomic_store(&((struct slow_chat *)chat)->given_up, true);
}

static void *sender_main(void *arg)
{
    sender_run(arg);
    return NULL;
}

static void start(struct fixture *f)
{
    OK(sender_new(&f->chat->chat, f->store->path, &f->sender, &err));
    pthread_create(&f->thread, NULL, sender_main, f->sender);
}

static void stop(struct fixture *f)
{
    if (!f->sender)
        return;
    sender_stop(f->sender);
    sender_wait_end(f->sender);
    pthread_join(f->thread, NULL);
    sender_free(f->sender);
    f->sender = NULL;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    err = (struct err){0};
    f->store = store_tmp_new();
    log_set_level((enum log_level) - 1);
    f->chat = xcalloc(1, sizeof *f->chat);
    f->chat->ops = (struct chat_ops){.name = "array",
                                     .send = slow_send,
                                     .edit = slow_send,
                                     .send_file = slow_file,
                                     .give_up = slow_give_up};
    f->chat->chat.ops = &f->chat->ops;
    pthread_mutex_init(&f->chat->lock, NULL);
    f->big = xcalloc(BIG + 1, 1);
    memset(f->big, 'x', BIG);
    *state = f;
    start(f);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    atomic_store(&f->chat->go_on, true);
    stop(f);
    pthread_mutex_destroy(&f->chat->lock);
    free(f->chat);
    free(f->big);
    store_tmp_free(f->store);
    free(f);
    return 0;
}

static void say(struct fixture *f, int64_t chat, const char *slot, const char *text)
{
    struct outgoing out = {.via = "array", .chat_id = chat, .text = text, .slot = slot};
    OK(chatbox_say(f->store->db, &out, &err));
}

static void give_file(struct fixture *f, int64_t chat, const char *name, const char *content)
{
    struct outgoing_file file = {.via = "array", .chat_id = chat, .name = name, .content = content};
    OK(chatbox_send_file(f->store->db, &file, &err));
}

static int64_t count(struct fixture *f, const char *sql)
{
    int64_t n = -1;
    OK(db_int_n(f->store->db, sql, NULL, 0, -1, &n, &err));
    return n;
}

static bool went(struct fixture *f, const char *text)
{
    pthread_mutex_lock(&f->chat->lock);
    bool yes = strstr(f->chat->log, text) != NULL;
    pthread_mutex_unlock(&f->chat->lock);
    return yes;
}

#define UNTIL(cond)                                                                                \
    do {                                                                                           \
        for (int until_i = 0; !(cond); until_i++) {                                                \
            if (until_i > 3000)                                                                    \
                fail_msg("not within 15 s: %s; went: %s", #cond, f->chat->log);                    \
            usleep(5000);                                                                          \
        }                                                                                          \
    } while (0)

#define UNSENT "SELECT count(*) FROM chat_out WHERE state = 'queued'"

static void others__are_answered__while_a_big_file_goes(void **state)
{
    struct fixture *f = *state;
    say(f, 7, "s", "state 1");
    UNTIL(went(f, "7:state 1 "));
    give_file(f, 7, "big.db", f->big);
    UNTIL(atomic_load(&f->chat->begun) == 1);
    say(f, 7, NULL, "after");
    say(f, 7, "s", "state 2");
    say(f, 8, NULL, "other");
    give_file(f, 8, "list.csv", "a,b\r\n");
    UNTIL(went(f, "8:other ") && went(f, "8:small "));
    UNTIL(went(f, "7:state 2 ")); /* the edit of what stands there already */
    assert_false(went(f, "7:after "));
    atomic_store(&f->chat->go_on, true);
    UNTIL(count(f, UNSENT) == 0);
    char *file = strstr(f->chat->log, "7:big.db "), *after = strstr(f->chat->log, "7:after ");
    assert_true(file && after && file < after);
    assert_null(strstr(file + 1, "7:big.db "));
}

static void two_big_files__go__one_after_the_other(void **state)
{
    struct fixture *f = *state;
    give_file(f, 7, "one.db", f->big);
    UNTIL(atomic_load(&f->chat->begun) == 1);
    give_file(f, 8, "two.db", f->big);
    say(f, 8, NULL, "after");
    say(f, 9, NULL, "other");
    UNTIL(went(f, "9:other "));
    assert_int_equal(atomic_load(&f->chat->begun), 1);
    assert_false(went(f, "8:after "));
    atomic_store(&f->chat->go_on, true);
    UNTIL(count(f, UNSENT) == 0);
    assert_true(went(f, "7:one.db 8:two.db 8:after "));
    assert_int_equal(atomic_load(&f->chat->begun), 2);
}

static void a_failed_upload__is_tried_again(void **state)
{
    struct fixture *f = *state;
    atomic_store(&f->chat->fate, SEND_LATER);
    atomic_store(&f->chat->go_on, true);
    give_file(f, 7, "big.db", f->big);
    say(f, 7, NULL, "after");
    UNTIL(count(f, UNSENT) == 0);
    assert_int_equal(atomic_load(&f->chat->begun), 2);
    assert_string_equal(f->chat->log, "7:big.db 7:after ");
    atomic_store(&f->chat->fate, SEND_REFUSED);
    give_file(f, 7, "big.db", f->big);
    say(f, 7, NULL, "then");
    UNTIL(count(f, UNSENT) == 0);
    assert_int_equal(atomic_load(&f->chat->begun), 3);
    assert_int_equal(count(f, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 1);
    assert_true(went(f, "7:then "));
}

static void stopping__cuts_it_short__and_it_goes_after_the_next_start(void **state)
{
    struct fixture *f = *state;
    give_file(f, 7, "big.db", f->big);
    UNTIL(atomic_load(&f->chat->begun) == 1);
    give_file(f, 8, "two.db", f->big); /* not begun while it stops */
    say(f, 9, NULL, "last words");
    int64_t began = clock_mono_ms();
    stop(f);
    assert_true(clock_mono_ms() - began < 7500);
    assert_true(atomic_load(&f->chat->given_up));
    assert_true(went(f, "9:last words "));
    assert_int_equal(count(f, UNSENT), 2);
    assert_int_equal(atomic_load(&f->chat->begun), 1);
    assert_int_equal(count(f, "SELECT not_before FROM chat_out WHERE chat_id = 7"), 0);
    atomic_store(&f->chat->given_up, false);
    atomic_store(&f->chat->go_on, true);
    start(f);
    UNTIL(count(f, UNSENT) == 0);
    assert_true(went(f, "7:big.db ") && went(f, "8:two.db "));
}

/* One that arrives within the time that stopping gives it is not sent again. */
static void stopping__waits__for_one_that_is_nearly_there(void **state)
{
    struct fixture *f = *state;
    give_file(f, 7, "big.db", f->big);
    UNTIL(atomic_load(&f->chat->begun) == 1);
    sender_stop(f->sender);
    usleep(300000);
    atomic_store(&f->chat->go_on, true);
    int64_t began = clock_mono_ms();
    stop(f);
    assert_true(clock_mono_ms() - began < 4000);
    assert_false(atomic_load(&f->chat->given_up));
    assert_int_equal(count(f, UNSENT), 0);
    start(f);
    say(f, 7, NULL, "after");
    UNTIL(count(f, UNSENT) == 0);
    assert_int_equal(atomic_load(&f->chat->begun), 1);
}

/* As a kill -9 leaves it: the row as it was while the file was under way. The next process waits
 * for the rest of the lease, and sends it, once. */
static void a_killed_upload__is_sent_by_the_next_process__once(void **state)
{
    struct fixture *f = *state;
    give_file(f, 7, "big.db", f->big);
    UNTIL(atomic_load(&f->chat->begun) == 1);
    OK(db_script(f->store->db, "CREATE TEMP TABLE killed AS SELECT * FROM chat_out", &err));
    int64_t lease = count(f, "SELECT not_before FROM killed") - clock_now_ms();
    assert_true(lease > 5000 && lease <= 15000); /* a moment, no more */
    assert_int_equal(count(f, "SELECT count(*) FROM killed WHERE state = 'queued'"), 1);
    atomic_store(&f->chat->go_on, true);
    UNTIL(count(f, UNSENT) == 0);
    stop(f);
    OK(db_script(f->store->db,
                 "DELETE FROM chat_out; INSERT INTO chat_out SELECT * FROM killed;"
                 " DROP TABLE killed",
                 &err));
    clock_test_advance(15001);
    start(f);
    UNTIL(count(f, UNSENT) == 0);
    assert_int_equal(atomic_load(&f->chat->begun), 2);
    stop(f);
    start(f);
    say(f, 7, NULL, "after");
    UNTIL(count(f, UNSENT) == 0);
    assert_int_equal(atomic_load(&f->chat->begun), 2);
}

/* A message that was told to wait five seconds, and then the clock is set back by an hour. */
static void a_clock_that_is_set_back__keeps_nobody__waiting(void **state)
{
    struct fixture *f = *state;
    int64_t wait;
    struct out_item item;
    AUTO_ARENA *arena = arena_new(1 << 20);
    stop(f); /* here it goes by hand */
    OK(sender_new(&f->chat->chat, f->store->path, &f->sender, &err));
    OK(sender_step(f->sender, &wait, &err)); /* it has seen the clock as it was */
    say(f, 7, NULL, "waits");
    OK(chatbox_next(f->store->db, "array", clock_now_ms(), NULL, 0, arena, &item, &wait, &err));
    OK(chatbox_later(f->store->db, &item, clock_now_ms() + 5000, true, "busy", &err));
    clock_test_set(-3600000);
    assert_int_equal(sender_step(f->sender, &wait, &err), 0);
    assert_in_range(wait, 1, 5000);
    clock_test_advance(5001);
    assert_int_equal(sender_step(f->sender, &wait, &err), 1);
    assert_string_equal(f->chat->log, "7:waits ");
    clock_test_set(3600000);
    sender_free(f->sender);
    f->sender = NULL;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_clock_that_is_set_back__keeps_nobody__waiting),
        T(others__are_answered__while_a_big_file_goes),
        T(two_big_files__go__one_after_the_other),
        T(a_failed_upload__is_tried_again),
        T(stopping__cuts_it_short__and_it_goes_after_the_next_start),
        T(stopping__waits__for_one_that_is_nearly_there),
        T(a_killed_upload__is_sent_by_the_next_process__once),
    };
    if (secret_init(&err))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
