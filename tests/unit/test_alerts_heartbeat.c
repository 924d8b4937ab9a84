/* test_alerts_heartbeat.c: the heartbeat is asked only while all is well, tells how far our clock
 * is off, and ends quickly; a transport's polls are noticed. */
#include "bot/alerts/heartbeat.h"
#include "store/base/clock.h"
#include "sync/clocks.h"
#include "sync/http.h"
#include "tests/loopback.h"
#include "tests/support/chat_array.h"
#include "tests/support/check.h"

#include <stdio.h>

struct fixture {
    struct loopback *server;
    char url[128];
    _Atomic int asked;
    int status;
    const char *date;
    bool well;
};

static bool answer(void *ctx, const struct loopback_request *req, struct buf *out)
{
    struct fixture *f = ctx;
    char headers[128] = "";
    assert_string_equal(req->method, "GET");
    assert_string_equal(req->target, "/ping/secret-part");
    f->asked++;
    if (f->date)
        snprintf(headers, sizeof headers, "Date: %s\r\n", f->date);
    loopback_answer(out, f->status, headers, "OK");
    return true;
}

static bool is_well(void *ctx, const char **ret_why)
{
    struct fixture *f = ctx;
    *ret_why = "the queue stands still";
    return f->well;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->status = 200;
    f->well = true;
    f->server = loopback_start(answer, f);
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/ping/secret-part",
             loopback_port(f->server));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    loopback_stop(f->server);
    base_free_ptr(state);
    return 0;
}

static void heartbeat__is_sent__only_while_all_is_well(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    bool asked;
    struct heartbeat *h = heartbeat_new(f->url, NULL, is_well, f);
    assert_ok(heartbeat_beat(h, &asked, &err), err);
    assert_true(asked);
    assert_int_equal(f->asked, 1);
    f->well = false;
    assert_ok(heartbeat_beat(h, &asked, &err), err);
    assert_false(asked);
    assert_int_equal(f->asked, 1);
    f->well = true;
    assert_ok(heartbeat_beat(h, &asked, &err), err);
    assert_int_equal(f->asked, 2);
    heartbeat_free(h);
}

static void heartbeat_that_fails__says_so__without_its_address(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    bool asked;
    struct heartbeat *h = heartbeat_new(f->url, NULL, is_well, f);
    f->status = 500;
    assert_error(heartbeat_beat(h, &asked, &err), err, ERR_TEMP, "heartbeat");
    assert_has_not(err.msg, "secret-part");
    assert_true(asked);
    heartbeat_free(h);
}

static void date_of_the_answer__tells__how_far_our_clock_is_off(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct clocks_verdict v;
    bool asked;
    int64_t there;
    struct clocks *clocks = clocks_new();
    struct heartbeat *h = heartbeat_new(f->url, clocks, is_well, f);
    assert_ok(heartbeat_beat(h, &asked, &err), err);
    clocks_judge(clocks, &v);
    assert_false(v.known); /* it had no date */
    f->date = "Wed, 01 Jul 2026 12:00:00 GMT";
    assert_true(clock_parse_http_date(f->date, &there));
    for (int i = 0; i < CLOCKS_IN_A_ROW; i++) {
        clocks_judge(clocks, &v);
        assert_int_equal(v.ahead_ms, 0); /* not believed yet */
        assert_ok(heartbeat_beat(h, &asked, &err), err);
    }
    clocks_judge(clocks, &v);
    assert_true(v.known);
    assert_has(v.host, "127.0.0.1:");
    assert_has_not(v.host, "secret-part");
    int64_t wanted = clock_now_ms() - there;
    assert_true(v.ahead_ms > wanted - 5000 && v.ahead_ms < wanted + 5000);
    heartbeat_free(h);
    clocks_free(clocks);
}

static void heartbeat_thread__ends__at_once(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct heartbeat *h;
    assert_ok(heartbeat_start(f->url, NULL, is_well, f, &h, &err), err);
    int64_t before = clock_mono_ms();
    heartbeat_stop(h);
    assert_true(clock_mono_ms() - before < 2000);
    heartbeat_stop(NULL);
}

static void pulse__is_alive__while_polls_go_well(void **state)
{
    (void)state;
    struct err err = {0};
    struct pulse p;
    struct chat_array *a = chat_array_new();
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chat_update *updates;
    size_t n;
    int64_t next;
    chat_array_poll(a, (struct array_poll){.next = 7});
    chat_array_poll(a, (struct array_poll){.err = {.kind = ERR_TEMP}});
    pulse_wrap(&p, &a->chat);
    assert_string_equal(p.chat.ops->name, a->chat.ops->name);
    assert_true(pulse_is_alive(&p));
    clock_test_advance(200000);
    assert_false(pulse_is_alive(&p));
    assert_ok(p.chat.ops->poll(&p.chat, 3, 1, arena, &updates, &n, &next, &err), err);
    assert_int_equal(next, 7);
    assert_int_equal(a->offsets[0], 3);
    assert_true(pulse_is_alive(&p));
    clock_test_advance(200000);
    assert_int_equal(p.chat.ops->poll(&p.chat, 3, 1, arena, &updates, &n, &next, &err), -1);
    assert_false(pulse_is_alive(&p));
    chat_array_free(a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(heartbeat__is_sent__only_while_all_is_well),
        TEST(heartbeat_that_fails__says_so__without_its_address),
        TEST(date_of_the_answer__tells__how_far_our_clock_is_off),
        TEST(heartbeat_thread__ends__at_once),
        TEST(pulse__is_alive__while_polls_go_well),
    };
    http_global_init();
    return cmocka_run_group_tests_name("heartbeat", tests, NULL, NULL);
}
