/* test_http.c: requests, classes of error, tries, limits: against a loopback server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/base/clock.h"
#include "sync/clocks.h"
#include "sync/http.h"
#include "tests/loopback.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* What the server does with the n-th request; the last one goes on for ever. */
struct reply {
    int status;
    const char *headers, *body;
    const char *raw; /* instead: sent as it is, then the connection is closed */
    bool hang;       /* answers nothing until the client goes away */
};

struct fixture {
    struct loopback *server;
    struct http *http;
    const struct reply *replies;
    size_t n_replies;
    _Atomic unsigned asked;
    _Atomic unsigned connections;
    _Atomic bool cancel;
    bool cancel_on_request;
    _Atomic bool unwanted; /* what the listener says */
    bool unwanted_on_request;
    unsigned listened; /* how often it was asked */
    unsigned slow_ms;  /* the server takes so long */
    char method[16], target[256], body[256], agent[64], type[64], token[64], encoding[64];
    char url[128];
};

static void copy_header(char *out, size_t n, const struct loopback_request *req, const char *name)
{
    const char *v = loopback_header(req, name);
    str_copy(out, n, v ? v : "");
}

static bool answer(void *ctx, const struct loopback_request *req, struct buf *out)
{
    struct fixture *f = ctx;
    unsigned n = atomic_fetch_add(&f->asked, 1);
    const struct reply *r = &f->replies[n < f->n_replies ? n : f->n_replies - 1];
    atomic_store(&f->connections, req->connection);
    str_copy(f->method, sizeof f->method, req->method);
    str_copy(f->target, sizeof f->target, req->target);
    str_copy(f->body, sizeof f->body, req->body);
    copy_header(f->agent, sizeof f->agent, req, "User-Agent");
    copy_header(f->type, sizeof f->type, req, "Content-Type");
    copy_header(f->token, sizeof f->token, req, "Authorization");
    copy_header(f->encoding, sizeof f->encoding, req, "Accept-Encoding");
    if (f->cancel_on_request)
        atomic_store(&f->cancel, true);
    if (f->unwanted_on_request)
        atomic_store(&f->unwanted, true);
    if (f->slow_ms)
        poll(NULL, 0, (int)f->slow_ms);
    if (r->hang) {
        struct pollfd p = {.fd = req->fd, .events = POLLRDHUP};
        poll(&p, 1, 20000);
        return false;
    }
    if (r->raw) {
        buf_add(out, r->raw);
        return false;
    }
    loopback_answer(out, r->status, r->headers, r->body ? r->body : "");
    return true;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->http = http_new(&f->cancel);
    f->server = loopback_start(answer, f);
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/path?token=sesame",
             loopback_port(f->server));
    clock_test_skip_sleeps(true);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_free(f->http);
    loopback_stop(f->server);
    base_free_ptr(&f);
    return 0;
}

#define PLAY(f, ...)                                                                               \
    do {                                                                                           \
        static const struct reply list_[] = {__VA_ARGS__};                                         \
        (f)->replies = list_;                                                                      \
        (f)->n_replies = ARRAY_LEN(list_);                                                         \
    } while (0)

static struct http_request get(const struct fixture *f)
{
    return (struct http_request){.method = "GET",
                                 .url = f->url,
                                 .what = "a test",
                                 .tries = 5,
                                 .repeatable = true};
}

static void http_do__gives_the_answer__on_200(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    const struct http_header headers[] = {{"Authorization", "Bearer t"}};
    struct http_request req = get(f);
    req.headers = headers;
    req.n_headers = 1;
    PLAY(f, {200, "Date: Tue, 02 Jun 2026 11:22:33 GMT\r\n", "{\"a\":1}", NULL, false});
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_int_equal(200, a.status);
    assert_string_equal(a.body, "{\"a\":1}");
    assert_int_equal(7, a.body_len);
    assert_true(a.date_ms == INT64_C(1780399353000));
    assert_true(a.sent);
    assert_string_equal(f->method, "GET");
    assert_string_equal(f->target, "/path?token=sesame");
    assert_string_equal(f->token, "Bearer t");
    assert_ptr_equal(strstr(f->agent, "rosterd/"), f->agent);
    assert_non_null(strstr(f->encoding, "gzip"));
}

static void http_do__sends_the_body__with_any_method(void **state)
{
    struct fixture *f = *state;
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    PLAY(f, {202, NULL, "", NULL, false});
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        AUTO_ANSWER a = {0};
        struct err err;
        struct http_request req = get(f);
        req.method = methods[i];
        req.body = "{\"rowIds\":[\"i-a\"]}";
        assert_int_equal(0, http_do(f->http, &req, &a, &err));
        assert_string_equal(f->method, methods[i]);
        assert_string_equal(f->body, req.body);
        assert_string_equal(f->type, "application/json");
    }
}

static void http_do__keeps_the_connection__for_what_is_repeatable(void **state)
{
    struct fixture *f = *state;
    PLAY(f, {200, NULL, "x", NULL, false});
    for (int i = 0; i < 3; i++) {
        AUTO_ANSWER a = {0};
        struct err err;
        struct http_request req = get(f);
        assert_int_equal(0, http_do(f->http, &req, &a, &err));
    }
    assert_int_equal(1, f->connections);
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.method = "POST";
    req.body = "{}";
    req.repeatable = false;
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_int_equal(2, f->connections);
}

static void http_do__names_errors__by_what_to_do(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int status;
        enum err_kind kind;
    } cases[] = {{400, ERR_DATA}, {401, ERR_AUTH}, {403, ERR_AUTH}, {404, ERR_GONE},
                 {408, ERR_TEMP}, {409, ERR_TEMP}, {410, ERR_GONE}, {413, ERR_DATA},
                 {422, ERR_DATA}, {425, ERR_TEMP}, {429, ERR_TEMP}, {500, ERR_TEMP},
                 {502, ERR_TEMP}, {503, ERR_TEMP}, {504, ERR_TEMP}, {529, ERR_TEMP},
                 {302, ERR_DATA}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ANSWER a = {0};
        struct err err = {0};
        struct http_request req = get(f);
        const struct reply reply = {cases[i].status, "Location: http://127.0.0.1:1/\r\n",
                                    "{\"message\":\"words\"}", NULL, false};
        req.tries = 1;
        f->replies = &reply;
        f->n_replies = 1;
        assert_int_equal(-1, http_do(f->http, &req, &a, &err));
        assert_int_equal(cases[i].kind, err.kind);
        assert_string_equal(a.body, "{\"message\":\"words\"}");
        assert_non_null(strstr(err.msg, "a test: GET 127.0.0.1:"));
        assert_null(strstr(err.msg, "sesame"));
        assert_null(strstr(err.msg, "/path"));
    }
}

static void http_do__tries_again__while_the_error_passes(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    PLAY(f, {502, NULL, "<html>", NULL, false}, {503, NULL, "", NULL, false},
         {200, NULL, "ok", NULL, false});
    int64_t before = clock_mono_ms();
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    int64_t waited = clock_mono_ms() - before;
    assert_string_equal(a.body, "ok");
    assert_int_equal(3, f->asked);
    assert_in_range(waited, 250 + 500, 500 + 1000 + 500); /* half of each wait is by chance */
}

static void http_do__gives_up__after_its_tries(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    PLAY(f, {500, NULL, "", NULL, false});
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_TEMP, err.kind);
    assert_int_equal(5, f->asked);
}

static void http_do__never_repeats__what_may_have_had_an_effect(void **state)
{
    struct fixture *f = *state;
    static const struct reply lost[] = {
        {500, NULL, "", NULL, false},
        {409, NULL, "", NULL, false},
        {0, NULL, NULL, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", false},
        {0, NULL, NULL, "", false}, /* closed without an answer */
    };
    for (size_t i = 0; i < ARRAY_LEN(lost); i++) {
        AUTO_ANSWER a = {0};
        struct err err;
        struct http_request req = get(f);
        req.method = "POST";
        req.body = "{}";
        req.repeatable = false;
        f->replies = &lost[i];
        f->n_replies = 1;
        atomic_store(&f->asked, 0);
        assert_int_equal(-1, http_do(f->http, &req, &a, &err));
        assert_int_equal(ERR_TEMP, err.kind);
        assert_int_equal(1, f->asked);
        assert_true(a.sent);
    }
}

static void http_do__repeats_an_insert__that_was_throttled(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.method = "POST";
    req.body = "{}";
    req.repeatable = false;
    PLAY(f, {429, "Retry-After: 7\r\n", "", NULL, false}, {529, NULL, "", NULL, false},
         {200, NULL, "ok", NULL, false});
    int64_t before = clock_mono_ms();
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_int_equal(3, f->asked);
    assert_in_range(clock_mono_ms() - before, 7500, 8600);
}

static void http_do__hands_a_long_wait_back__to_the_caller(void **state)
{
    struct fixture *f = *state;
    struct limiter *l = limiter_new(0, 0);
    AUTO_ANSWER a = {0};
    AUTO_ANSWER b = {0};
    struct err err;
    struct http_request req = get(f);
    req.limiter = l;
    PLAY(f, {429, "retry-after: 600\r\n", "", NULL, false});
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(1, f->asked);
    assert_int_equal(600, err.retry_s);
    /* Nobody else with this credential asks either. */
    assert_int_equal(-1, http_do(f->http, &req, &b, &err));
    assert_int_equal(1, f->asked);
    assert_int_equal(ERR_TEMP, err.kind);
    assert_in_range(err.retry_s, 595, 600);
    assert_false(b.sent);
    limiter_free(l);
}

static void http_do__waits_longer__when_throttled_without_retry_after(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.busy_wait_s = 6;
    PLAY(f, {429, NULL, "", NULL, false}, {200, NULL, "ok", NULL, false});
    int64_t before = clock_mono_ms();
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_in_range(clock_mono_ms() - before, 6000, 9500);
}

static void http_do__reads_retry_after__as_a_date(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.tries = 1;
    PLAY(f,
         {503,
          "Date: Tue, 02 Jun 2026 11:22:33 GMT\r\nRetry-After: Tue, 02 Jun 2026 11:23:03 GMT\r\n",
          "", NULL, false});
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(30, err.retry_s);
}

/* Whatever the answer is, its date counts, and the address shows no secret. */
static void dates__are_noted__of_every_answer(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct clocks_verdict v;
    struct clocks *clocks = clocks_new();
    struct http_request req = get(f);
    req.tries = CLOCKS_IN_A_ROW;
    req.repeatable = true;
    http_clocks(f->http, clocks);
    PLAY(f, {200, NULL, "", NULL, false},
         {503, "Date: Tue, 02 Jun 2026 11:22:33 GMT\r\n", "", NULL, false},
         {429, "Date: Tue, 02 Jun 2026 11:22:33 GMT\r\n", "", NULL, false},
         {200, "Date: Tue, 02 Jun 2026 11:22:33 GMT\r\n", "", NULL, false});
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    clocks_judge(clocks, &v);
    assert_false(v.known); /* that one had none */
    http_answer_free(&a);
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    clocks_judge(clocks, &v);
    int64_t wanted = clock_now_ms() - INT64_C(1780399353000);
    assert_true(v.ahead_ms > wanted - 90000 && v.ahead_ms < wanted + 90000);
    assert_non_null(strstr(f->url, v.host));
    assert_null(strchr(v.host, '/'));
    http_clocks(f->http, NULL);
    clocks_free(clocks);
}

static const char *smaller(void *ctx, int status)
{
    *(int *)ctx = status;
    return status == 503 ? "{\"page_size\":50}" : NULL;
}

static void http_do__asks_for_another_body__before_it_repeats(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    int seen = 0;
    struct http_request req = get(f);
    req.method = "POST";
    req.body = "{\"page_size\":100}";
    req.retry_body = smaller;
    req.retry_ctx = &seen;
    PLAY(f, {503, NULL, "", NULL, false}, {500, NULL, "", NULL, false},
         {200, NULL, "ok", NULL, false});
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_int_equal(500, seen);
    assert_string_equal(f->body, "{\"page_size\":50}");
}

static void http_do__refuses__an_answer_that_is_too_long(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.answer_max = 10;
    PLAY(f, {200, NULL, "12345678901", NULL, false});
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_DATA, err.kind);
    assert_int_equal(1, f->asked);
    assert_non_null(strstr(err.msg, "longer than 10 bytes"));
}

static void http_do__calls_it_passing__when_the_answer_is_cut(void **state)
{
    struct fixture *f = *state;
    static const struct reply cut[] = {
        {0, NULL, NULL, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":", false},
        {0, NULL, NULL, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
         false},
        {0, NULL, NULL, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
         false},
        {0, NULL, NULL, "nonsense\r\n\r\n", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
        AUTO_ANSWER a = {0};
        struct err err = {0};
        struct http_request req = get(f);
        f->replies = &cut[i];
        f->n_replies = 1;
        atomic_store(&f->asked, 0);
        assert_int_equal(-1, http_do(f->http, &req, &a, &err));
        assert_int_equal(ERR_TEMP, err.kind);
        assert_int_equal(5, f->asked);
    }
}

static void http_do__says_not_sent__when_nobody_listens(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.url = "http://user:pass@127.0.0.1:1/?token=sesame";
    req.method = "POST";
    req.body = "{}";
    req.repeatable = false;
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_TEMP, err.kind);
    assert_false(a.sent);
    assert_null(strstr(err.msg, "pass"));
    assert_non_null(strstr(err.msg, "127.0.0.1:1"));
}

static void http_do__refuses__other_protocols_and_broken_headers(void **state)
{
    struct fixture *f = *state;
    const struct http_header bad[] = {{"Authorization", "Bearer a\r\nX: y"}};
    AUTO_ANSWER a = {0};
    AUTO_ANSWER b = {0};
    struct err err;
    struct http_request req = get(f);
    req.url = "file:///etc/passwd";
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_DATA, err.kind);
    req = get(f);
    req.headers = bad;
    req.n_headers = 1;
    assert_int_equal(-1, http_do(f->http, &req, &b, &err));
    assert_int_equal(ERR_DATA, err.kind);
    assert_null(strstr(err.msg, "Bearer"));
    assert_int_equal(0, f->asked);
}

static void http_do__stops__when_canceled_before_it_begins(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    atomic_store(&f->cancel, true);
    PLAY(f, {200, NULL, "", NULL, false});
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_int_equal(0, f->asked);
}

static void http_do__stops__when_canceled_in_the_middle(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    f->cancel_on_request = true;
    PLAY(f, {0, NULL, NULL, NULL, true});
    int64_t before = clock_mono_ms();
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_true(clock_mono_ms() - before < 5000);
    assert_true(a.sent);
}

static void http_do__stops__when_canceled_between_tries(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    f->cancel_on_request = true;
    PLAY(f, {500, NULL, "", NULL, false});
    assert_int_equal(-1, http_do(f->http, &req, &a, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_int_equal(1, f->asked);
}

/* ---- a stop that is heard while something is asked */

static bool is_unwanted(void *ctx)
{
    struct fixture *f = ctx;
    f->listened++;
    return atomic_load(&f->unwanted);
}

static int do_unwanted(struct fixture *f, const struct http_request *req, struct http_answer *a,
                       struct err *err)
{
    f->unwanted_on_request = true;
    http_listen(f->http, is_unwanted, f);
    return http_do(f->http, req, a, err);
}

static void http_do__ends_a_read__that_nobody_wants_any_more(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    PLAY(f, {0, NULL, NULL, NULL, true});
    int64_t before = clock_mono_ms();
    assert_int_equal(-1, do_unwanted(f, &req, &a, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_true(clock_mono_ms() - before < 3000);
    assert_int_equal(1, f->asked);
}

static void http_do__begins_nothing__after_a_stop(void **state)
{
    struct fixture *f = *state;
    struct err err;
    struct http_request req = get(f);
    PLAY(f, {200, NULL, "", NULL, false});
    atomic_store(&f->unwanted, true);
    http_listen(f->http, is_unwanted, f);
    for (int writes = 0; writes <= 1; writes++) {
        AUTO_ANSWER a = {0};
        req.writes = writes;
        assert_int_equal(-1, http_do(f->http, &req, &a, &err));
        assert_int_equal(ERR_CANCELED, err.kind);
        assert_false(a.sent);
    }
    assert_int_equal(0, f->asked);
    assert_false(http_pause(f->http, 60000));
    /* whoever comes next has not stopped anything */
    AUTO_ANSWER b = {0};
    http_listen(f->http, NULL, NULL);
    assert_int_equal(0, http_do(f->http, &req, &b, &err));
}

static void http_do__waits_for_a_write__under_way(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.method = "POST";
    req.body = "{}";
    req.writes = true;
    f->slow_ms = 2500; /* curl looks once a second */
    PLAY(f, {200, NULL, "made", NULL, false});
    assert_int_equal(0, do_unwanted(f, &req, &a, &err));
    assert_string_equal("made", a.body);
    assert_true(f->listened > 0 && atomic_load(&f->unwanted));
}

static void http_do__never_repeats_a_write__after_a_stop(void **state)
{
    struct fixture *f = *state;
    struct err err;
    struct http_request req = get(f);
    req.method = "PUT";
    req.body = "{}";
    req.writes = true;
    PLAY(f, {429, "Retry-After: 60\r\n", "", NULL, false}, {503, NULL, "", NULL, false});
    for (int i = 0; i < 2; i++) {
        AUTO_ANSWER a = {0};
        int64_t before = clock_mono_ms();
        atomic_store(&f->unwanted, false);
        assert_int_equal(-1, do_unwanted(f, &req, &a, &err));
        assert_int_equal(ERR_CANCELED, err.kind);
        assert_int_equal(i ? 503 : 429, a.status); /* how it was refused can still be told */
        assert_non_null(strstr(err.msg, i ? "503" : "429"));
        assert_true(a.sent);
        assert_true(clock_mono_ms() - before < 1000);
        assert_int_equal(i + 1, f->asked);
    }
}

static void http_do__leaves_the_queue__after_a_stop(void **state)
{
    struct fixture *f = *state;
    struct limiter *l = limiter_new(0.1, 1);
    AUTO_ANSWER a = {0};
    AUTO_ANSWER b = {0};
    struct err err;
    struct http_request req = get(f);
    req.limiter = l;
    limiter_hold(l, 100000);
    PLAY(f, {200, NULL, "ok", NULL, false});
    http_listen(f->http, is_unwanted, f);
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_in_range(f->listened, 100, 420); /* while it waited 100 s, a few times a second */
    limiter_hold(l, 100000);
    atomic_store(&f->unwanted, true);
    int64_t before = clock_mono_ms();
    assert_int_equal(-1, http_do(f->http, &req, &b, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_true(clock_mono_ms() - before < 1000);
    assert_int_equal(1, f->asked);
    limiter_free(l);
}

static void http_confirming__finds_out__what_became_of_a_write(void **state)
{
    struct fixture *f = *state;
    AUTO_ANSWER a = {0};
    AUTO_ANSWER b = {0};
    AUTO_ANSWER c = {0};
    struct err err;
    struct http_request req = get(f);
    f->slow_ms = 1500;
    PLAY(f, {503, NULL, "", NULL, false}, {200, NULL, "there", NULL, false},
         {429, "Retry-After: 60\r\n", "", NULL, false});
    http_confirming(f->http, true);
    assert_int_equal(0, do_unwanted(f, &req, &a, &err));
    assert_string_equal("there", a.body);
    assert_true(http_pause(f->http, 4000));
    /* but not for ever */
    f->slow_ms = 0;
    assert_int_equal(-1, http_do(f->http, &req, &b, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_int_equal(3, f->asked);
    clock_test_advance(60000);
    assert_int_equal(-1, http_do(f->http, &req, &c, &err));
    assert_int_equal(ERR_CANCELED, err.kind);
    assert_int_equal(3, f->asked);
}

static void limiter__keeps_the_rate__and_starts_empty(void **state)
{
    (void)state;
    struct limiter *l = limiter_new(4, 3);
    assert_in_range(limiter_take(l), 1, 250);
    clock_test_advance(250);
    assert_int_equal(0, limiter_take(l));
    assert_in_range(limiter_take(l), 1, 250);
    clock_test_advance(60000); /* no more than the burst builds up */
    for (int i = 0; i < 3; i++)
        assert_int_equal(0, limiter_take(l));
    assert_in_range(limiter_take(l), 1, 250);
    limiter_free(l);
}

static void limiter_hold__stops_everyone__until_it_ends(void **state)
{
    (void)state;
    struct limiter *l = limiter_new(100, 10);
    clock_test_advance(1000);
    limiter_hold(l, 5000);
    limiter_hold(l, 1000); /* a shorter one does not shorten it */
    assert_in_range(limiter_take(l), 4900, 5000);
    clock_test_advance(5000);
    assert_int_equal(0, limiter_take(l));
    limiter_free(l);
}

static void http_do__obeys_the_limiter__on_every_try(void **state)
{
    struct fixture *f = *state;
    struct limiter *l = limiter_new(0.1, 1);
    AUTO_ANSWER a = {0};
    struct err err;
    struct http_request req = get(f);
    req.limiter = l;
    PLAY(f, {500, NULL, "", NULL, false}, {200, NULL, "ok", NULL, false});
    int64_t before = clock_mono_ms();
    assert_int_equal(0, http_do(f->http, &req, &a, &err));
    assert_in_range(clock_mono_ms() - before, 19900, 20600);
    limiter_free(l);
}

static void http_escape__leaves_only_unreserved__as_they_are(void **state)
{
    (void)state;
    AUTO_BUF out = BUF_INIT(256);
    http_escape(&out, "aZ09-._~ /?&=%+я[]");
    assert_string_equal(buf_str(&out), "aZ09-._~%20%2F%3F%26%3D%25%2B%D1%8F%5B%5D");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(http_do__gives_the_answer__on_200),
        TEST(http_do__sends_the_body__with_any_method),
        TEST(http_do__keeps_the_connection__for_what_is_repeatable),
        TEST(http_do__names_errors__by_what_to_do),
        TEST(http_do__tries_again__while_the_error_passes),
        TEST(http_do__gives_up__after_its_tries),
        TEST(http_do__never_repeats__what_may_have_had_an_effect),
        TEST(http_do__repeats_an_insert__that_was_throttled),
        TEST(http_do__hands_a_long_wait_back__to_the_caller),
        TEST(http_do__waits_longer__when_throttled_without_retry_after),
        TEST(dates__are_noted__of_every_answer),
        TEST(http_do__reads_retry_after__as_a_date),
        TEST(http_do__asks_for_another_body__before_it_repeats),
        TEST(http_do__refuses__an_answer_that_is_too_long),
        TEST(http_do__calls_it_passing__when_the_answer_is_cut),
        TEST(http_do__says_not_sent__when_nobody_listens),
        TEST(http_do__refuses__other_protocols_and_broken_headers),
        TEST(http_do__stops__when_canceled_before_it_begins),
        TEST(http_do__stops__when_canceled_in_the_middle),
        TEST(http_do__stops__when_canceled_between_tries),
        TEST(http_do__ends_a_read__that_nobody_wants_any_more),
        TEST(http_do__begins_nothing__after_a_stop),
        TEST(http_do__waits_for_a_write__under_way),
        TEST(http_do__never_repeats_a_write__after_a_stop),
        TEST(http_do__leaves_the_queue__after_a_stop),
        TEST(http_confirming__finds_out__what_became_of_a_write),
        TEST(http_do__obeys_the_limiter__on_every_try),
        cmocka_unit_test(limiter__keeps_the_rate__and_starts_empty),
        cmocka_unit_test(limiter_hold__stops_everyone__until_it_ends),
        cmocka_unit_test(http_escape__leaves_only_unreserved__as_they_are),
    };
    http_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
