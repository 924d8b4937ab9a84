#include "tests/support/alert_lab.h"

#include <stdlib.h>
#include <time.h>

static const char config_head[] = "[rosterd]\nstore = s.db\n[telegram]\ntoken = 1:a\n"
                                  "admins = 1001 1002\n";
static const char config_rest[] =
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\ndirection = both\nfield.name = N\n"
    "field.type = Y\n"
    "[flow arrival]\nremote = coda\ntable = A\nentity = arrival\nfield.badge_id = B via coda\n"
    "field.arrival_date = d\nfield.departure_date = e\nfield.status = s\n"
    "field.arrival_transport = t\nfield.departure_transport = u\n"
    "[flow badge]\nremote = coda\ntable = G\nentity = badge\nfield.name = N\nfield.diet = D\n"
    "field.feed = F\nfield.role = R\n";

static void wake(void *ctx)
{
    (void)ctx;
}

struct alert_lab *alert_lab_new(const char *more)
{
    AUTO_BUF text = BUF_INIT(1 << 14);
    struct alert_lab *l = xcalloc(1, sizeof *l);
    void *store = NULL;
    setenv("TZ", "Europe/Moscow", 1);
    tzset();
    if (temp_store_setup(&store))
        abort();
    l->store = store;
    l->db = l->store->db;
    buf_addf(&text, "%s%s\n%s", config_head, more, config_rest);
    l->cfg = config_must(buf_str(&text));
    l->bot = (struct bot){.cfg = l->cfg,
                          .started_ms = clock_now_ms(),
                          .wake_sender = wake,
                          .wake_workers = wake,
                          .ctx = l};
    return l;
}

void alert_lab_free(struct alert_lab *l)
{
    void *store = l->store;
    config_free(l->cfg);
    temp_store_teardown(&store);
    free(l);
}

int alert_lab_setup(void **state)
{
    *state = alert_lab_new("");
    return 0;
}

int alert_lab_teardown(void **state)
{
    alert_lab_free(*state);
    return 0;
}

void alert_lab_tell(struct alert_lab *l)
{
    struct err err = {0};
    bool told = true;
    for (int i = 0; told && i < 100; i++)
        assert_ok(alert_tell(l->db, &l->bot, NULL, clock_now_ms(), &told, &err), err);
    assert_false(told); /* it comes to an end */
}

#define MESSAGE                                                                                    \
    "json_extract(payload, '$.text') || coalesce(' ' || json_extract(payload, '$.buttons'), '')"

const char *alert_lab_said(struct alert_lab *l)
{
    AUTO_BUF sql = BUF_INIT(2048);
    alert_lab_tell(l);
    buf_addf(&sql,
             "SELECT coalesce(group_concat(chat_id || CASE thread_id WHEN 0 THEN '' ELSE '/' ||"
             " thread_id END || ': ' || " MESSAGE
             " || CASE json_extract(payload, '$.silent') WHEN 1"
             " THEN ' (silent)' ELSE '' END, char(10)), '') FROM (SELECT * FROM chat_out WHERE"
             " id > %lld ORDER BY id)",
             (long long)l->heard);
    const char *all = temp_store_text(l->store, buf_str(&sql));
    l->heard = temp_store_int(l->store, "SELECT coalesce(max(id), 0) FROM chat_out");
    return all;
}

const char *alert_lab_shown(struct alert_lab *l, int64_t chat)
{
    AUTO_BUF sql = BUF_INIT(2048);
    alert_lab_tell(l);
    buf_addf(&sql,
             "SELECT coalesce(group_concat(" MESSAGE ", char(10)), '') FROM (SELECT * FROM chat_out"
             " WHERE chat_id = %lld ORDER BY id)",
             (long long)chat);
    return temp_store_text(l->store, buf_str(&sql));
}

int64_t alert_lab_count(struct alert_lab *l, int64_t chat)
{
    AUTO_BUF sql = BUF_INIT(256);
    alert_lab_tell(l);
    buf_addf(&sql, "SELECT count(*) FROM chat_out WHERE chat_id = %lld", (long long)chat);
    return temp_store_int(l->store, buf_str(&sql));
}

void alert_lab_raise(struct alert_lab *l, enum alert_kind kind, const char *subject,
                     const char *detail)
{
    struct err err = {0};
    const struct alert_news n = {.kind = kind,
                                 .subject = subject,
                                 .detail = detail,
                                 .step = subject,
                                 .num = 1};
    assert_ok(db_begin(l->db, &err), err);
    assert_ok(alerts_raise(l->db, &n, clock_now_ms(), NULL, &err), err);
    assert_ok(db_commit(l->db, &err), err);
}

void alert_lab_clear(struct alert_lab *l, enum alert_kind kind, const char *subject)
{
    struct err err = {0};
    assert_ok(alerts_clear(l->db, kind, subject, clock_now_ms(), &err), err);
}

void alert_lab_clock(int hour, int minute)
{
    int64_t now = clock_now_ms();
    time_t t = (time_t)(now / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    int64_t ahead = (((int64_t)hour - tm.tm_hour) * 60 + minute - tm.tm_min) * 60 - tm.tm_sec;
    clock_test_advance((ahead < 0 ? ahead + 86400 : ahead) * 1000 - now % 1000);
}
