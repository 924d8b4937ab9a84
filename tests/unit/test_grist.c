/* test_grist.c: of the Grist connector, what no text file of tests/wire could show: the limits of
 * one request and one answer, what passes with time, and what it needs to be told. */
#include "store/base/clock.h"
#include "sync/http.h"
#include "sync/remote.h"
#include "tests/loopback.h"
#include "tests/support/config_text.h"
#include "tests/unit/codec_fixture.h"
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <string.h>

/* --- one request, one answer ------------------------------------------------------ */

#define COLUMNS "{\"columns\":[{\"id\":\"comment\",\"fields\":{\"type\":\"Text\"}}]}"

/* A server that adds rows, gives them back by /sql, and notes what it was asked. */
struct server {
    size_t rows, added, requests, largest; /* of the rows added: requests, bytes of a body */
    char limits[200];                      /* of the pages that were asked for */
    size_t answer_bytes;                   /* of a page of more than a hundred rows; 0: empty */
    const char *comment;
    int refuses; /* with this status, what is /sql; 0: nothing */
    size_t by_records;
};

static void add_rows(struct server *s, const struct loopback_request *req, struct buf *out)
{
    AUTO_BUF ids = BUF_INIT(65536);
    size_t first = s->rows;
    for (const char *at = req->body; (at = strstr(at, "\"fields\"")); at++) {
        buf_addf(&ids, "%s{\"id\":%zu}", s->rows > first ? "," : "", s->rows + 1);
        s->rows++;
    }
    s->requests++;
    s->largest = strlen(req->body) > s->largest ? strlen(req->body) : s->largest;
    AUTO_BUF body = BUF_INIT(65536);
    buf_addf(&body, "{\"records\":[%s]}", buf_str(&ids));
    loopback_answer(out, 200, NULL, buf_str(&body));
}

static void give_rows(struct server *s, const struct loopback_request *req, struct buf *out)
{
    AUTO_BUF body = BUF_INIT((size_t)64 << 20);
    const char *limit = strstr(req->body, "limit ");
    size_t n = strlen(s->limits);
    snprintf(s->limits + n, sizeof s->limits - n, "%ld ", strtol(limit + 6, NULL, 10));
    buf_add(&body, "{\"records\":[");
    for (size_t i = 1; i <= s->rows; i++)
        buf_addf(&body, "%s{\"fields\":{\"id\":%zu,\"comment\":\"%s\"}}", i > 1 ? "," : "", i,
                 s->comment);
    for (size_t i = 0; !strncmp(limit, "limit 1000", 10) && i < s->answer_bytes; i++)
        buf_addc(&body, ' ');
    buf_add(&body, "]}");
    loopback_answer(out, 200, NULL, buf_str(&body));
}

static bool serve(void *ctx, const struct loopback_request *req, struct buf *out)
{
    struct server *s = ctx;
    if (strstr(req->target, "/columns"))
        loopback_answer(out, 200, NULL, COLUMNS);
    else if (strstr(req->target, "/states"))
        loopback_answer(out, 200, NULL, "{\"states\":[]}");
    else if (strstr(req->target, "/sql") && s->refuses)
        loopback_answer(out, s->refuses, NULL,
                        "{\"error\":\"Exceeded daily limit for document d\"}");
    else if (!strcmp(req->method, "GET") && ++s->by_records)
        loopback_answer(out, 200, NULL,
                        "{\"records\":[{\"id\":1,\"fields\":{\"comment\":\"y\"}}]}");
    else if (strstr(req->target, "/sql"))
        give_rows(s, req, out);
    else
        add_rows(s, req, out);
    return true;
}

struct rig {
    struct loopback *loopback;
    struct http *http;
    struct remote *remote;
    struct remote_config cfg;
    char url[64];
};

static void rig_open(struct rig *rig, struct server *s, struct err *err)
{
    rig->loopback = loopback_start(serve, s);
    rig->http = http_new(NULL);
    snprintf(rig->url, sizeof rig->url, "http://127.0.0.1:%u", loopback_port(rig->loopback));
    rig->cfg = (struct remote_config){.name = "grist",
                                      .kind = "grist",
                                      .api_url = rig->url,
                                      .token = "t",
                                      .doc = "d"};
    assert_int_equal(0,
                     remote_ops_find("grist")->open(&rig->cfg, rig->http, NULL, &rig->remote, err));
}

static void rig_close(struct rig *rig)
{
    rig->remote->ops->close(rig->remote);
    http_free(rig->http);
    loopback_stop(rig->loopback);
}

static const char *const comment[] = {"comment"};

static void insert__keeps__each_request_below_a_megabyte(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF text = BUF_INIT((size_t)1 << 20);
    struct remote_write rows[6];
    struct write_result results[6] = {0};
    for (int i = 0; i < 400000; i++)
        buf_addc(&text, 'x');
    struct server s = {.comment = buf_str(&text)};
    struct rig rig;
    rig_open(&rig, &s, &f->err);
    const struct cell cell = {.kind = CELL_TEXT, .text = buf_str(&text)};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        rows[i] = (struct remote_write){.cells = &cell};
    const struct write_batch b = {.table = "T",
                                  .columns = comment,
                                  .n_columns = 1,
                                  .rows = rows,
                                  .n_rows = 5};
    if (rig.remote->ops->insert(rig.remote, &b, f->arena, results, &f->err))
        fail_msg("%s", f->err.msg);
    assert_int_equal(3, s.requests); /* 2 + 2 + 1 */
    assert_true(s.largest > 800000 && s.largest < 1000000);
    for (size_t i = 0; i < 5; i++) {
        if (results[i].fate != WRITE_DONE)
            fail_msg("%d: %s", results[i].fate, results[i].why);
        assert_string_equal(arena_printf(f->arena, "%zu", i + 1), results[i].row_id);
    }
    rig_close(&rig);
}

static void insert__refuses__a_row_that_no_request_takes(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF text = BUF_INIT((size_t)2 << 20);
    struct write_result results[2] = {0};
    for (int i = 0; i < 1000000; i++)
        buf_addc(&text, 'x');
    struct server s = {.comment = "y"};
    struct rig rig;
    rig_open(&rig, &s, &f->err);
    const struct cell large = {.kind = CELL_TEXT, .text = buf_str(&text)};
    const struct cell small = {.kind = CELL_TEXT, .text = "y"};
    const struct remote_write rows[] = {{.cells = &large}, {.cells = &small}};
    const struct write_batch b = {.table = "T",
                                  .columns = comment,
                                  .n_columns = 1,
                                  .rows = rows,
                                  .n_rows = 2};
    if (rig.remote->ops->insert(rig.remote, &b, f->arena, results, &f->err))
        fail_msg("%s", f->err.msg);
    assert_int_equal(WRITE_REFUSED, results[0].fate);
    assert_non_null(strstr(results[0].why, "larger than"));
    assert_int_equal(WRITE_DONE, results[1].fate);
    assert_int_equal(1, s.requests);
    rig_close(&rig);
}

static int count_rows(void *ctx, const struct remote_row *rows, size_t n, struct err *err)
{
    (void)rows, (void)err;
    *(size_t *)ctx += n;
    return 0;
}

static int list(struct rig *rig, struct arena *arena, size_t *ret_n, struct err *err)
{
    struct listing_end end;
    const struct listing want = {.table = "T",
                                 .columns = comment,
                                 .n_columns = 1,
                                 .overlap_ms = -1,
                                 .on_page = count_rows,
                                 .ctx = ret_n};
    *ret_n = 0;
    return rig->remote->ops->list_changes(rig->remote, &want, arena, &end, err);
}

static void list__asks__smaller_pages_when_an_answer_is_too_long(void **state)
{
    struct fixture *f = *state;
    struct server s = {.rows = 3, .comment = "y", .answer_bytes = (size_t)33 << 20};
    struct rig rig;
    size_t n;
    rig_open(&rig, &s, &f->err);
    if (list(&rig, f->arena, &n, &f->err))
        fail_msg("%s", f->err.msg);
    assert_string_equal("1000 100 ", s.limits);
    assert_int_equal(3, n);
    rig_close(&rig);
}

static int stop(void *ctx, const struct remote_row *rows, size_t n, struct err *err)
{
    (void)ctx, (void)rows, (void)n;
    return err_set(err, ERR_LOCAL, "the disk is full");
}

static void list__ends__with_the_error_of_its_consumer(void **state)
{
    struct fixture *f = *state;
    struct server s = {.rows = 3, .comment = "y"};
    struct rig rig;
    struct listing_end end;
    rig_open(&rig, &s, &f->err);
    const struct listing want = {.table = "T",
                                 .columns = comment,
                                 .n_columns = 1,
                                 .overlap_ms = -1,
                                 .on_page = stop};
    assert_int_equal(-1, rig.remote->ops->list_changes(rig.remote, &want, f->arena, &end, &f->err));
    assert_int_equal(ERR_LOCAL, f->err.kind);
    assert_string_equal("the disk is full", f->err.msg);
    rig_close(&rig);
}

static void open__needs__address_token_and_document(void **state)
{
    struct fixture *f = *state;
    const struct remote_ops *ops = remote_ops_find("grist");
    static const struct {
        struct remote_config cfg;
        const char *told;
    } cases[] = {
        {{.name = "g", .token = "t", .api_url = "http://x"}, "g: no doc is configured"},
        {{.name = "g", .token = "", .api_url = "http://x", .doc = "d"},
         "g: no token is configured"},
        {{.name = "g", .token = "t", .doc = "d"}, "g: no api_url is configured"},
    };
    assert_non_null(ops);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct remote *r = NULL;
        assert_int_equal(-1, ops->open(&cases[i].cfg, NULL, NULL, &r, &f->err));
        assert_string_equal(cases[i].told, f->err.msg);
        assert_null(r);
    }
    ops->close(NULL);
    assert_string_equal("Грист", ops->label_ru);
}

static void list__waits_long__when_the_day_is_used_up(void **state)
{
    struct fixture *f = *state;
    struct server s = {.rows = 3, .comment = "y", .refuses = 429};
    struct rig rig;
    size_t n;
    rig_open(&rig, &s, &f->err);
    assert_int_equal(-1, list(&rig, f->arena, &n, &f->err));
    assert_int_equal(ERR_TEMP, f->err.kind);
    assert_int_equal(900, f->err.retry_s);
    rig_close(&rig);
}

/* Rights are given back: after ten minutes /sql is tried again. */
static void list__returns_to_sql__after_a_while(void **state)
{
    struct fixture *f = *state;
    struct server s = {.rows = 3, .comment = "y", .refuses = 403};
    struct rig rig;
    size_t n;
    rig_open(&rig, &s, &f->err);
    assert_int_equal(0, list(&rig, f->arena, &n, &f->err));
    assert_int_equal(1, s.by_records);
    s.refuses = 0;
    assert_int_equal(0, list(&rig, f->arena, &n, &f->err));
    assert_int_equal(2, s.by_records);
    assert_string_equal("", s.limits);
    clock_test_advance(601000);
    assert_int_equal(0, list(&rig, f->arena, &n, &f->err));
    assert_int_equal(2, s.by_records);
    assert_string_equal("1000 ", s.limits);
    rig_close(&rig);
}

/* --- the configuration -------------------------------------------------------------- */

#define HEAD "[rosterd]\nstore = s.db\n[remote g]\nkind = grist\ntoken = t\n"

static void config__says__what_a_grist_needs(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *told;
    } cases[] = {
        {"doc = d\n",
         "c.ini:3: [remote g] has no api_url; write the address of the Grist server, such as "
         "https://docs.getgrist.com\n"},
        {"api_url = https://docs.getgrist.com\n",
         "c.ini:3: [remote g] has no doc; write the document's id: Grist shows it in the "
         "document's settings, under API\n"},
        {"doc = d\napi_url = https://docs.getgrist.com/api\n",
         "c.ini:3: [remote g] api_url: leave out what begins with /api; write the server's address "
         "only\n"},
        {"doc = d\napi_url = https://docs.getgrist.com/api/docs/d\n",
         "c.ini:3: [remote g] api_url: leave out what begins with /api; write the server's address "
         "only\n"},
        {"doc = d\napi_url = https://docs.getgrist.com\n", ""},
        {"doc = d\napi_url = http://127.0.0.1:8484/apis\n", ""},
        {"doc = d\napi_url = https://grist.example.org/o/team/\n", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CONFIG *cfg = NULL;
        AUTO_BUF text = BUF_INIT(1024);
        buf_addf(&text, "%s%s", HEAD, cases[i].lines);
        assert_string_equal(cases[i].told, config_from_text(buf_str(&text), &cfg));
    }
}

/* The section stands in the example with a ; before each line: without them it must be right. */
static void example__is_right__when_its_grist_is_filled_in(void **state)
{
    (void)state;
    static const char head[] = "; [remote grist]\n";
    AUTO_FREE char *text = read_file("config.example.ini");
    AUTO_BUF lines = BUF_INIT(4096);
    char *save = NULL;
    assert_non_null(text); /* tests run in the root of the tree */
    char *at = strstr(text, head);
    assert_non_null(at);
    *strstr(at, "\n\n") = '\0';
    buf_add(&lines, "[rosterd]\nstore = s.db\n");
    for (char *line = strtok_r(at, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        buf_addf(&lines, "%s\n", line + 2);
    setenv("GRIST_TOKEN", "g", 1);
    AUTO_CONFIG *c = config_must(buf_str(&lines));
    assert_int_equal(1, c->n_remotes);
    assert_string_equal("grist", c->remotes[0]->kind);
    assert_string_equal("g", c->remotes[0]->token);
    assert_string_equal("https://docs.getgrist.com", c->remotes[0]->api_url);
    assert_non_null(c->remotes[0]->doc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(insert__keeps__each_request_below_a_megabyte),
        TEST(insert__refuses__a_row_that_no_request_takes),
        TEST(list__asks__smaller_pages_when_an_answer_is_too_long),
        TEST(list__ends__with_the_error_of_its_consumer),
        TEST(list__waits_long__when_the_day_is_used_up),
        TEST(list__returns_to_sql__after_a_while),
        TEST(open__needs__address_token_and_document),
        TEST(config__says__what_a_grist_needs),
        TEST(example__is_right__when_its_grist_is_filled_in),
    };
    clock_test_skip_sleeps(true);
    http_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
