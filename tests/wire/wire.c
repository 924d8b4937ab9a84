/* wire.c: plays the files given as arguments (wire_file.h) against the real connectors: a loopback
 * server checks each request and answers as the file says; what the caller sees is compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/base/clock.h"
#include "store/base/json.h"
#include "sync/http.h"
#include "sync/notes.h"
#include "sync/remote.h"
#include "tests/loopback.h"
#include "tests/wire/wire_file.h"

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)64 << 20)
#define FILES_MAX 200

#define COLUMNS_MAX 16
#define ROWS_MAX    200

/* One call being played. The server's thread reads and writes it under the mutex. */
struct play {
    pthread_mutex_t mutex;
    const struct wire_call *call;
    size_t next;         /* the exchange that must come */
    struct buf problems; /* what was asked wrongly */
};

static void check_header(struct play *p, const struct wire_exchange *e, const char *line,
                         const struct loopback_request *req)
{
    char name[128];
    size_t n = strcspn(line, ":");
    if (n >= sizeof name || line[n] != ':')
        return;
    memcpy(name, line, n);
    name[n] = '\0';
    const char *expected = line + n + 1 + strspn(line + n + 1, " ");
    const char *actual = loopback_header(req, name);
    if (!strcmp(expected, "-") ? actual != NULL : !str_eq(expected, actual))
        buf_addf(&p->problems, "line %d: header %s is «%s», not «%s»\n", e->line, name,
                 actual ? actual : "absent", expected);
}

static bool same_json(const char *a, const char *b)
{
    AUTO_JSON *x = cJSON_Parse(a);
    AUTO_JSON *y = cJSON_Parse(b);
    return x && y && cJSON_Compare(x, y, true);
}

static void check_request(struct play *p, const struct wire_exchange *e,
                          const struct loopback_request *req)
{
    if (strcmp(e->method, req->method) != 0 || strcmp(e->target, req->target) != 0)
        buf_addf(&p->problems, "line %d: expected %s %s\n  asked    %s %s\n", e->line, e->method,
                 e->target, req->method, req->target);
    for (size_t i = 0; i < e->headers.n; i++)
        check_header(p, e, e->headers.items[i], req);
    if (*e->body ? !same_json(e->body, req->body) : *req->body != '\0')
        buf_addf(&p->problems, "line %d: body expected %s\n  sent %s\n", e->line, e->body,
                 req->body);
}

static bool answer(void *ctx, const struct loopback_request *req, struct buf *out)
{
    struct play *p = ctx;
    bool keep = true;
    pthread_mutex_lock(&p->mutex);
    if (!p->call || p->next >= p->call->n_exchanges) {
        buf_addf(&p->problems, "one request too many: %s %s\n", req->method, req->target);
        loopback_answer(out, 418, NULL, "");
    } else {
        const struct wire_exchange *e = &p->call->exchanges[p->next++];
        check_request(p, e, req);
        keep = e->status != 0;
        if (keep)
            loopback_answer(out, e->status, e->reply_headers, e->reply_body);
    }
    pthread_mutex_unlock(&p->mutex);
    return keep;
}

/* --- what the caller sees, as lines ---------------------------------------- */

struct seen {
    struct arena *arena;
    struct wire_lines lines;
    const char *const *columns;
    size_t n_columns;
    unsigned port;
};

static void see(struct seen *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void see(struct seen *s, const char *fmt, ...)
{
    AUTO_BUF b = BUF_INIT((size_t)1 << 20);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&b, fmt, ap);
    va_end(ap);
    s->lines.items =
        arena_grow(s->arena, s->lines.items, &s->lines.cap, s->lines.n + 1, sizeof *s->lines.items);
    s->lines.items[s->lines.n++] = arena_strdup(s->arena, buf_str(&b));
}

/* The port differs from run to run: messages show it as HOST. */
static const char *hide_port(const struct seen *s, const char *text)
{
    char host[32];
    AUTO_BUF b = BUF_INIT((size_t)1 << 20);
    const char *at;
    snprintf(host, sizeof host, "127.0.0.1:%u", s->port);
    while ((at = strstr(text, host))) {
        buf_addn(&b, text, (size_t)(at - text));
        buf_add(&b, "HOST");
        text = at + strlen(host);
    }
    buf_add(&b, text);
    return arena_strdup(s->arena, buf_str(&b));
}

static int on_page(void *ctx, const struct remote_row *rows, size_t n, struct err *err)
{
    struct seen *s = ctx;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        AUTO_BUF cells = BUF_INIT((size_t)1 << 20);
        cells_to_json(s->columns, rows[i].cells, s->n_columns, &cells);
        see(s, "row %s%s%s%s %s", rows[i].id, rows[i].trashed ? " trashed" : "",
            rows[i].key ? " key " : "", rows[i].key ? rows[i].key : "", buf_str(&cells));
    }
    return 0;
}

static size_t read_columns(const struct wire_call *call, const char **ret)
{
    size_t n = 0;
    for (const char *c; n < COLUMNS_MAX && (c = wire_arg(call, "column", n));)
        ret[n++] = c;
    return n;
}

static int call_list(struct remote *r, const struct wire_call *call, struct seen *s,
                     struct err *err)
{
    const char *columns[COLUMNS_MAX];
    struct listing_end end;
    const char *overlap = wire_arg(call, "overlap", 0);
    size_t n = read_columns(call, columns);
    s->columns = columns;
    s->n_columns = n;
    const struct listing want = {.table = wire_arg(call, "table", 0),
                                 .columns = columns,
                                 .n_columns = n,
                                 .key = wire_arg(call, "key", 0),
                                 .cursor = wire_arg(call, "cursor", 0),
                                 .whole = wire_arg(call, "whole", 0) != NULL,
                                 .overlap_ms = overlap ? atol(overlap) : -1,
                                 .on_page = on_page,
                                 .ctx = s};
    if (r->ops->list_changes(r, &want, s->arena, &end, err))
        return -1;
    see(s, "complete %s", end.complete ? "yes" : "no");
    see(s, "rows %zu", end.rows);
    see(s, "cursor %s", end.cursor ? end.cursor : "-");
    if (end.same)
        see(s, "same");
    if (end.future)
        see(s, "future %zu %s", end.future, end.future_row);
    return 0;
}

static int call_describe(struct remote *r, const struct wire_call *call, struct seen *s,
                         struct err *err)
{
    struct table_info info;
    if (r->ops->describe(r, wire_arg(call, "table", 0), s->arena, &info, err))
        return -1;
    see(s, "table %s «%s»", info.id, info.name);
    for (size_t i = 0; i < info.n; i++)
        see(s, "column %s «%s» %s%s", info.columns[i].id, info.columns[i].name,
            info.columns[i].type, info.columns[i].calculated ? " calculated" : "");
    return 0;
}

static const char *const presences[] = {"there", "trashed", "gone", "unknown"};

static int call_look(struct remote *r, const struct wire_call *call, struct seen *s,
                     struct err *err)
{
    enum presence p;
    if (r->ops->look(r, wire_arg(call, "table", 0), wire_arg(call, "row", 0), &p, err))
        return -1;
    see(s, "presence %s", presences[p]);
    return 0;
}

static int call_peek(struct remote *r, const struct wire_call *call, struct seen *s,
                     struct err *err)
{
    const char *columns[COLUMNS_MAX];
    struct remote_row row = {0};
    enum presence p;
    char iso[25];
    s->columns = columns;
    s->n_columns = read_columns(call, columns);
    if (r->ops->peek(r, wire_arg(call, "table", 0), wire_arg(call, "row", 0), columns, s->n_columns,
                     s->arena, &p, &row, err))
        return -1;
    see(s, "presence %s", presences[p]);
    if (!row.id)
        return 0;
    see(s, "edited %s", clock_iso(iso, row.edited_ms));
    return on_page(s, &row, 1, err);
}

/* Rows by their ids, in one request. */
static int call_peek_many(struct remote *r, const struct wire_call *call, struct seen *s,
                          struct err *err)
{
    const char *columns[COLUMNS_MAX], *ids[ROWS_MAX], *id;
    struct remote_row rows[ROWS_MAX] = {0};
    enum presence p[ROWS_MAX];
    size_t n = 0;
    for (; n < ROWS_MAX && (id = wire_arg(call, "row", n)); n++)
        ids[n] = id;
    s->columns = columns;
    s->n_columns = read_columns(call, columns);
    if (r->ops->peek_many(r, wire_arg(call, "table", 0), ids, n, columns, s->n_columns, s->arena, p,
                          rows, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        see(s, "%s %s", ids[i], presences[p[i]]);
        if (p[i] == ROW_THERE && on_page(s, &rows[i], 1, err))
            return -1;
    }
    return 0;
}

static int call_ping(struct remote *r, const struct wire_call *call, struct seen *s,
                     struct err *err)
{
    const char *who;
    (void)call;
    if (r->ops->ping(r, s->arena, &who, err))
        return -1;
    see(s, "who %s", who);
    return 0;
}

/* --- writing --------------------------------------------------------------- */

/* The rows of a call: "row = ID {"Имя":"Вася"}", without the id for a new one. */
static int read_rows(const struct wire_call *call, const char *const *columns, size_t n_columns,
                     struct arena *arena, struct remote_write *ret, size_t *ret_n, struct err *err)
{
    size_t n = 0;
    for (const char *row; n < ROWS_MAX && (row = wire_arg(call, "row", n)); n++) {
        const char *json = strchr(row, '{');
        struct cell *cells = arena_alloc(arena, n_columns + 1, sizeof *cells);
        json = json ? json : "{}";
        if (cells_from_json(json, columns, n_columns, arena, cells, err))
            return -1;
        size_t id = strcspn(row, " {");
        ret[n].row_id = id ? arena_strndup(arena, row, id) : NULL;
        ret[n].cells = cells;
        ret[n].bring_back = wire_arg(call, "bring_back", 0) != NULL;
    }
    *ret_n = n;
    return 0;
}

static void see_result(struct seen *s, const struct write_result *r)
{
    static const char *const fates[] = {"done", "refused", "gone", "unsure", "ignored", "not_sent"};
    char iso[25];
    if (r->fate == WRITE_DONE)
        see(s, "done %s %s", r->row_id, r->edited_ms ? clock_iso(iso, r->edited_ms) : "-");
    else
        see(s, "%s%s%s %s", fates[r->fate], r->row_id ? " " : "", r->row_id ? r->row_id : "",
            hide_port(s, r->why));
}

static int call_write(struct remote *r, const struct wire_call *call, struct seen *s,
                      struct err *err)
{
    const char *columns[COLUMNS_MAX];
    struct remote_write rows[ROWS_MAX];
    struct write_result results[ROWS_MAX] = {0};
    struct write_batch b = {.table = wire_arg(call, "table", 0),
                            .columns = columns,
                            .n_columns = read_columns(call, columns),
                            .marker = wire_arg(call, "marker", 0),
                            .rows = rows};
    int rc;
    if (read_rows(call, columns, b.n_columns, s->arena, rows, &b.n_rows, err))
        return -1;
    if (!strcmp(call->verb, "insert"))
        rc = r->ops->insert(r, &b, s->arena, results, err);
    else if (!strcmp(call->verb, "update"))
        rc = r->ops->update(r, &b, s->arena, results, err);
    else
        rc = r->ops->archive(r, b.table, rows[0].row_id, s->arena, results, err);
    for (size_t i = 0; !rc && i < b.n_rows; i++)
        see_result(s, &results[i]);
    return rc;
}

static int call_find(struct remote *r, const struct wire_call *call, struct seen *s,
                     struct err *err)
{
    const char *columns[COLUMNS_MAX], *max = wire_arg(call, "max", 0);
    struct remote_write rows[ROWS_MAX];
    struct found_row found[ROWS_MAX];
    size_t n = 0;
    char iso[25];
    struct write_batch b = {.table = wire_arg(call, "table", 0),
                            .columns = columns,
                            .n_columns = read_columns(call, columns),
                            .marker = wire_arg(call, "marker", 0),
                            .rows = rows};
    if (read_rows(call, columns, b.n_columns, s->arena, rows, &b.n_rows, err) ||
        r->ops->find(r, &b, s->arena, found, max ? (size_t)atol(max) : ROWS_MAX, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        see(s, "found %s %s", found[i].row_id, clock_iso(iso, found[i].created_ms));
    see(s, "found %zu", n);
    return 0;
}

static const struct {
    const char *verb;
    int (*run)(struct remote *r, const struct wire_call *call, struct seen *s, struct err *err);
} verbs[] = {
    {"list", call_list},           {"describe", call_describe}, {"look", call_look},
    {"ping", call_ping},           {"insert", call_write},      {"update", call_write},
    {"archive", call_write},       {"find", call_find},         {"peek", call_peek},
    {"peek_many", call_peek_many},
};

static void see_error(struct seen *s, const struct err *err)
{
    see(s, "error %s %s", err_kind_name(err->kind), hide_port(s, err->msg));
}

static bool same_line(const char *expected, const char *actual)
{
    static const char dots[] = "…";
    size_t n = strlen(expected);
    if (n >= sizeof dots - 1 && !strcmp(expected + n - (sizeof dots - 1), dots))
        return !strncmp(expected, actual, n - (sizeof dots - 1));
    return !strcmp(expected, actual);
}

static void compare(const struct wire_call *call, const struct seen *s, struct buf *problems)
{
    size_t n = call->expected.n > s->lines.n ? call->expected.n : s->lines.n;
    for (size_t i = 0; i < n; i++) {
        const char *expected = i < call->expected.n ? call->expected.items[i] : "(nothing)";
        const char *actual = i < s->lines.n ? s->lines.items[i] : "(nothing)";
        if (!same_line(expected, actual))
            buf_addf(problems, "expected %s\n  got    %s\n", expected, actual);
    }
}

/* --- running --------------------------------------------------------------- */

static void play_call(struct remote *r, struct play *p, const struct wire_call *call, unsigned port,
                      struct arena *arena)
{
    struct seen s = {.arena = arena, .port = port};
    struct err err = {0};
    int rc = -1;
    pthread_mutex_lock(&p->mutex);
    p->call = call;
    p->next = 0;
    pthread_mutex_unlock(&p->mutex);
    notes_begin(r->notes, wire_arg(call, "job", 0) ? atol(wire_arg(call, "job", 0)) : 0);
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (!strcmp(verbs[i].verb, call->verb))
            rc = verbs[i].run(r, call, &s, &err);
    }
    if (rc)
        see_error(&s, &err);
    pthread_mutex_lock(&p->mutex);
    if (p->next < call->n_exchanges)
        buf_addf(&p->problems, "line %d: never asked\n", call->exchanges[p->next].line);
    compare(call, &s, &p->problems);
    pthread_mutex_unlock(&p->mutex);
}

static void play_file(void **state)
{
    const char *path = *state;
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    struct play p = {.problems = BUF_INIT((size_t)1 << 20)};
    struct wire_file file;
    struct err err = {0};
    struct remote *r = NULL;
    pthread_mutex_init(&p.mutex, NULL);
    wire_read(path, arena, &file);
    struct loopback *server = loopback_start(answer, &p);
    struct http *http = http_new(NULL);
    const struct remote_ops *ops = remote_ops_find(file.remote);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", loopback_port(server));
    const struct remote_config cfg = {.name = file.remote,
                                      .kind = file.remote,
                                      .api_url = url,
                                      .token = "sesame",
                                      .doc = "AbCDeFGH"};
    assert_non_null(ops);
    assert_int_equal(0, ops->open(&cfg, http, NULL, &r, &err));
    r->notes = notes_new();
    for (size_t i = 0; i < file.n_calls; i++) {
        size_t before = p.problems.len;
        play_call(r, &p, &file.calls[i], loopback_port(server), arena);
        if (p.problems.len > before)
            buf_addf(&p.problems, "  in %s:%d: %s\n", path, file.calls[i].line, file.calls[i].verb);
    }
    notes_free(r->notes);
    ops->close(r);
    http_free(http);
    loopback_stop(server);
    if (p.problems.len)
        print_error("%s", buf_str(&p.problems));
    bool good = !p.problems.len;
    buf_free(&p.problems);
    pthread_mutex_destroy(&p.mutex);
    assert_true(good);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[FILES_MAX];
    size_t n = 0;
    glob_t all = {0};
    /* without arguments: every file there is, from the top of the tree */
    if (argc < 2 && !glob("tests/wire/*.txt", 0, NULL, &all)) {
        argc = (int)all.gl_pathc + 1;
        argv = all.gl_pathv - 1;
    }
    for (int i = 1; i < argc && n < FILES_MAX; i++)
        tests[n++] =
            (struct CMUnitTest){.name = argv[i], .test_func = play_file, .initial_state = argv[i]};
    if (!n) {
        fprintf(stderr, "usage: wire FILE... (or from the top of the tree)\n");
        return 2;
    }
    clock_test_skip_sleeps(true);
    http_global_init();
    int failed = _cmocka_run_group_tests("wire", tests, n, NULL, NULL);
    globfree(&all);
    return failed;
}
