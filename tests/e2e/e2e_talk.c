/* e2e_talk.c: what a test says to the sandbox and reads from it and from the store. */
#include "tests/e2e/e2e.h"

#include "store/db.h"
#include "sync/http.h"

#include <stdio.h>

#define ANSWER_BYTES ((size_t)64 << 20)

/* ---------------------------------------------------------------- control calls */

/* NULL when the sandbox refused; then *ret_status says how. */
static cJSON *call(struct e2e *e, const char *method, const char *path, const char *body,
                   int *ret_status)
{
    AUTO_ANSWER answer = {0};
    cJSON *tree = NULL;
    struct err err = {0}, bad = {0};
    char *url = arena_printf(e->arena, "http://127.0.0.1:%u/_sandbox%s", e->port, path);
    struct http_request req = {.method = method,
                               .url = url,
                               .what = path,
                               .body = body,
                               .timeout_s = 130,
                               .answer_max = ANSWER_BYTES};
    int failed = http_do(e->http, &req, &answer, &err);
    *ret_status = answer.status;
    if (!answer.status)
        fail_msg("the sandbox does not answer: %s", err.msg);
    if (failed)
        return NULL;
    assert_ok(json_parse(answer.body, answer.body_len, &tree, &bad), bad);
    return tree;
}

cJSON *e2e_get(struct e2e *e, const char *fmt, ...)
{
    AUTO_BUF path = BUF_INIT(8192);
    va_list ap;
    int status;
    va_start(ap, fmt);
    buf_vaddf(&path, fmt, ap);
    va_end(ap);
    cJSON *tree = call(e, "GET", buf_str(&path), NULL, &status);
    if (!tree)
        fail_msg("%s: %d", buf_str(&path), status);
    return tree;
}

static cJSON *post(struct e2e *e, const char *path, const char *body)
{
    int status;
    cJSON *tree = call(e, "POST", path, body, &status);
    if (!tree)
        fail_msg("%s %s: %d", path, body, status);
    return tree;
}

cJSON *e2e_post(struct e2e *e, const char *path, const char *fmt, ...)
{
    AUTO_BUF body = BUF_INIT(1 << 20);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&body, fmt, ap);
    va_end(ap);
    return post(e, path, buf_str(&body));
}

void e2e_do(struct e2e *e, const char *path, const char *fmt, ...)
{
    AUTO_BUF body = BUF_INIT(1 << 20);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&body, fmt, ap);
    va_end(ap);
    cJSON_Delete(post(e, path, buf_str(&body)));
}

int64_t e2e_number(const cJSON *tree, const char *path)
{
    int64_t n = 0;
    if (!json_i64(tree, path, &n))
        fail_msg("the sandbox's answer has no number %s", path);
    return n;
}

int64_t e2e_stat(struct e2e *e, const char *path)
{
    AUTO_JSON *stats = e2e_get(e, "/telegram/stats");
    int64_t n = 0; /* a method that was never called is not there */
    json_i64(stats, path, &n);
    return n;
}

void e2e_fault(struct e2e *e, struct fault f)
{
    e2e_do(
        e, "/fault",
        "{\"service\":\"%s\",\"method\":\"%s\",\"path\":\"%s\",\"kind\":\"%s\",\"after\":%d,\"count\":%d,"
        "\"retry_after\":%d,\"ms\":%d}",
        f.service, f.method ? f.method : "", f.path ? f.path : "", f.kind, f.after,
        f.count ? f.count : 1, f.retry_after, f.ms);
}

int64_t e2e_fault_hits(struct e2e *e)
{
    AUTO_JSON *list = e2e_get(e, "/faults");
    int64_t hits = 0;
    for (const cJSON *f = list->child; f; f = f->next)
        hits += e2e_number(f, "hits");
    return hits;
}

struct requests e2e_requests(struct e2e *e, const char *service)
{
    AUTO_JSON *log = e2e_get(e, "/log?after=999999999");
    const cJSON *of = json_at(log, arena_printf(e->arena, "counters.%s", service));
    return (struct requests){e2e_number(of, "reads"), e2e_number(of, "writes"),
                             e2e_number(of, "429")};
}

/* ---------------------------------------------------------------- the chat */

int64_t e2e_say_in(struct e2e *e, int64_t user, int64_t chat, const char *text)
{
    AUTO_BUF quoted = BUF_INIT(1 << 16);
    json_quote(&quoted, text);
    AUTO_JSON *said =
        e2e_post(e, "/telegram/say",
                 "{\"user\":%lld,\"name\":\"Человек %lld\",\"chat\":%lld,\"text\":%s}",
                 (long long)user, (long long)user, (long long)chat, buf_str(&quoted));
    return e2e_number(said, "message_id");
}

int64_t e2e_say(struct e2e *e, int64_t user, const char *text)
{
    return e2e_say_in(e, user, user, text);
}

static void tell_chat(struct e2e *e, int64_t chat)
{
    int status;
    AUTO_JSON *list =
        call(e, "GET", arena_printf(e->arena, "/telegram/chat?chat=%lld", (long long)chat), NULL,
             &status);
    fprintf(stderr, "---- chat %lld\n", (long long)chat);
    for (const cJSON *m = list ? list->child : NULL; m; m = m->next)
        fprintf(stderr, "%s [%lld] %s\n", json_bool(m, "from_bot") ? "bot:" : "   :",
                (long long)e2e_number(m, "message_id"), json_text(m, "plain"));
}

struct said e2e_wait(struct e2e *e, int64_t chat, int64_t after, const char *text, int64_t ms)
{
    AUTO_BUF path = BUF_INIT(8192);
    int status;
    buf_addf(&path,
             "/telegram/wait?chat=%lld&after=%lld&timeout_ms=%lld&contains=", (long long)chat,
             (long long)after, (long long)ms);
    http_escape(&path, text);
    AUTO_JSON *m = call(e, "GET", buf_str(&path), NULL, &status);
    if (!m) {
        tell_chat(e, chat);
        fail_msg("the bot does not say «%s» in chat %lld", text, (long long)chat);
    }
    return (struct said){.id = e2e_number(m, "message_id"),
                         .edits = e2e_number(m, "edits"),
                         .text = arena_strdup(e->arena, json_text(m, "plain"))};
}

struct said e2e_ask(struct e2e *e, int64_t user, const char *text, const char *answer)
{
    return e2e_wait(e, user, e2e_say(e, user, text), answer, WAIT);
}

int e2e_count(struct e2e *e, int64_t chat, const char *text)
{
    AUTO_JSON *list = e2e_get(e, "/telegram/chat?chat=%lld", (long long)chat);
    int n = 0;
    for (const cJSON *m = list->child; m; m = m->next)
        n += json_bool(m, "from_bot") && !json_bool(m, "deleted") &&
             strstr(json_text(m, "plain"), text);
    return n;
}

const char *e2e_press(struct e2e *e, int64_t user, const char *button, int times)
{
    AUTO_JSON *pressed =
        e2e_post(e, "/telegram/press", "{\"user\":%lld,\"button\":\"%s\",\"times\":%d}",
                 (long long)user, button, times);
    return arena_strdup(e->arena, json_text(pressed, "callback_query_ids.0"));
}

const char *e2e_pressed(struct e2e *e, const char *id)
{
    AUTO_JSON *cb = e2e_get(e, "/telegram/callback?id=%s&timeout_ms=%d", id, WAIT);
    return arena_strdup(e->arena, json_text(cb, "text"));
}

/* ---------------------------------------------------------------- the store */

int64_t e2e_int(struct e2e *e, const char *sql)
{
    struct db *db = NULL;
    struct err err = {0};
    int64_t n = -1;
    bool bad = db_open(e->store, DB_READ, &db, &err) || db_int_n(db, sql, NULL, 0, -1, &n, &err);
    db_close(db);
    /* no store or no table yet is an answer; anything else is not */
    if (bad && !strstr(err.msg, "no such table") && !access(e->store, F_OK))
        fail_msg("%s: %s", sql, err.msg);
    return n;
}

static void add_rows(struct e2e *e, const char *sql, struct buf *out)
{
    struct db *db = NULL;
    struct err err = {0};
    struct query *q = NULL;
    assert_ok(db_open(e->store, DB_READ, &db, &err), err);
    assert_ok(db_query_n(db, sql, NULL, 0, &q, &err), err);
    while (query_next(q, &err) > 0)
        buf_addf(out, "%s\n", query_text(q, 0) ? query_text(q, 0) : "");
    query_free(q);
    db_close(db);
}

const char *e2e_text(struct e2e *e, const char *sql)
{
    AUTO_BUF b = BUF_INIT(1 << 20);
    add_rows(e, sql, &b);
    if (!b.len)
        return NULL;
    return arena_strndup(e->arena, buf_str(&b), strcspn(buf_str(&b), "\n"));
}

const char *e2e_snapshot(struct e2e *e)
{
    static const char *const all[] = {
        "SELECT 'rev ' || rev FROM store_state",
        "SELECT json_array('person', id, name, last_name, first_name, city, diet, deleted,"
        " updated_at, rev) FROM person ORDER BY id",
        "SELECT json_array('team', id, name, type, deleted, updated_at, rev) FROM team ORDER BY id",
        "SELECT json_array('participation', id, year, person_id, team_id, role, status, deleted,"
        " updated_at, rev) FROM participation ORDER BY id",
        "SELECT json_array('link', id, local_id, remote_id, part, base, base_rev, remote_at,"
        " seen_at, missing_since) FROM link ORDER BY id",
        "SELECT 'audit ' || count(*) || ' ' || coalesce(max(id), 0) FROM audit",
        "SELECT json_array('run', id, state, inserted, updated, deleted, invalid) FROM run"
        " WHERE state NOT IN ('failed', 'stopped', 'cancelled') ORDER BY id",
        "SELECT json_array('quarantine', flow, remote_id, part, state, reason, detail, raw)"
        " FROM quarantine ORDER BY flow, remote_id, part",
    };
    AUTO_BUF b = BUF_INIT((size_t)64 << 20);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        add_rows(e, all[i], &b);
    return arena_strdup(e->arena, buf_str(&b));
}

const char *e2e_cursors(struct e2e *e)
{
    AUTO_BUF b = BUF_INIT(1 << 20);
    add_rows(e,
             "SELECT json_array(flow, value, mapping, dict_rev, full_at, full_rows) FROM cursor"
             " ORDER BY flow",
             &b);
    return arena_strdup(e->arena, buf_str(&b));
}

void e2e_check_same(struct e2e *e, const char *snapshot)
{
    const char *now = e2e_snapshot(e);
    size_t at = 0;
    while (now[at] && now[at] == snapshot[at])
        at++;
    if (now[at] == snapshot[at])
        return;
    while (at && now[at - 1] != '\n')
        at--;
    fail_msg("the store has changed\nfrom %.400s\nto   %.400s", snapshot + at, now + at);
}

static void check_count(struct e2e *e, const cJSON *facts, const char *path, const char *sql)
{
    int64_t want = e2e_number(facts, path), have = e2e_int(e, sql);
    if (want != have)
        fail_msg("%s is %lld, the store has %lld", path, (long long)want, (long long)have);
}

void e2e_check_facts(struct e2e *e)
{
    AUTO_JSON *facts = e2e_get(e, "/facts");
    check_count(e, facts, "people.valid", "SELECT count(*) FROM person WHERE deleted = 0");
    check_count(e, facts, "teams.valid", "SELECT count(*) FROM team WHERE deleted = 0");
    check_count(e, facts, "participations.valid",
                "SELECT count(*) FROM participation WHERE deleted = 0");
    check_count(e, facts, "people.invalid",
                "SELECT count(*) FROM quarantine WHERE flow = 'people' AND state = 'invalid'");
    check_count(e, facts, "teams.invalid",
                "SELECT count(*) FROM quarantine WHERE flow = 'teams' AND state = 'invalid'");
    /* a year is needed too; the sandbox counts rows without one apart */
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM quarantine WHERE flow = 'participation'"
                                " AND state = 'invalid'"),
                     e2e_number(facts, "participations.invalid") +
                         e2e_number(facts, "participations.empty_year"));
    /* every record once: one row of the remote, one link, one record */
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM link l WHERE NOT EXISTS (SELECT 1 FROM person"
                                " WHERE id = l.local_id) AND NOT EXISTS (SELECT 1 FROM team WHERE"
                                " id = l.local_id) AND NOT EXISTS (SELECT 1 FROM participation"
                                " WHERE id = l.local_id)"),
                     0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM (SELECT 1 FROM audit WHERE field IS NULL AND"
                                " before IS NULL GROUP BY entity, local_id HAVING count(*) > 1)"),
                     0);
}
