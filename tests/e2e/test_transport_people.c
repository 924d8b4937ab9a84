/* test_transport_people.c: groups with privacy mode, people's names there, groups that move;
 * rubbish from strangers. */
#include "tests/e2e/e2e.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <string.h>

#define GROUP    (-1000500)
#define STRANGER 3001

/* ---------------------------------------------------------------- groups */

/* Privacy mode on: commands, answers to the bot and buttons are all that comes, and it is enough.
 * What people say to each other is kept nowhere, with privacy mode or without. */
static void test_privacy_mode(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_do(e, "/telegram/privacy", "{\"on\":true}");
    e2e_say_in(e, STRANGER, GROUP, "Маша, где ключи от кухни?");
    int64_t asked = e2e_say_in(e, ADMIN, GROUP, "/status@rosterd_sandbox_bot");
    struct said said = e2e_wait(e, GROUP, asked, "Очередь пуста", WAIT);
    e2e_do(e, "/telegram/press", "{\"user\":%d,\"chat\":%d,\"button\":\"Прогоны\"}", ADMIN, GROUP);
    e2e_wait(e, GROUP, asked, "рогон", WAIT);
    e2e_do(e, "/telegram/say", "{\"user\":%d,\"chat\":%d,\"text\":\"/id\",\"reply_to\":%lld}",
           ADMIN, GROUP, (long long)said.id);
    e2e_wait(e, GROUP, asked, "Id этого чата", WAIT);
    e2e_do(e, "/telegram/privacy", "{\"on\":false}");
    e2e_say_in(e, STRANGER, GROUP, "всё равно никто не читает");
    e2e_ask(e, ADMIN, "/id", "1001");
    assert_int_equal(
        e2e_int(
            e,
            "SELECT count(*) FROM chat_in WHERE payload LIKE '%ключи%' OR payload LIKE '%равно%'"),
        0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_user WHERE user_id = 3001"), 0);
    e2e_done(e);
}

static void test_people_in_groups(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_set(e, "[telegram]", "groups", "-5 -1000600");
    e2e_start(e);
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    int64_t asked = e2e_say_in(e, ADMIN, GROUP, "/invalid");
    e2e_wait(e, GROUP, asked, "Это покажу в личном чате", WAIT);
    AUTO_JSON *last = e2e_get(e, "/telegram/last?chat=%d", GROUP);
    static const char way[] = "https://t.me/rosterd_sandbox_bot?start=";
    const char *url = json_text(last, "buttons.0.0.url");
    assert_non_null(url);
    assert_int_equal(strncmp(url, way, strlen(way)), 0);
    char start[128];
    snprintf(start, sizeof start, "/start %s", url + strlen(way));
    e2e_ask(e, ADMIN, start, "Исправьте"); /* the same question, in private */
    e2e_say_in(e, ADMIN, GROUP, "/sync teams");
    e2e_wait(e, GROUP, asked, "сход", WAIT);
    asked = e2e_say_in(e, ADMIN, -1000600, "/invalid");
    e2e_wait(e, -1000600, asked, "Исправьте", WAIT);
    /* a group that is allowed moves: it stays allowed */
    e2e_do(e, "/telegram/migrate", "{\"chat\":-1000600,\"to\":-1009000600,\"announce\":true}");
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT moved_to FROM chat_moved WHERE chat_id = -1000600") ==
                        -1009000600);
    e2e_say_in(e, ADMIN, -1009000600, "/invalid");
    e2e_wait(e, -1009000600, 0, "Исправьте", WAIT);
    e2e_done(e);
}

/* What a sync has to say in a group names nobody: neither the plan of a brake nor its people. */
static void test_nameless_report(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/sync all", "сверено за");
    AUTO_JSON *rows = e2e_get(e, "/coda/rows?table=%s", SB_CODA_PART);
    const cJSON *list = json_at(rows, "items") ? json_at(rows, "items") : rows;
    for (int i = 0; i < 60; i++)
        e2e_do(e, "/coda/row", "{\"table\":\"%s\",\"row\":\"%s\",\"delete\":true}", SB_CODA_PART,
               json_text(cJSON_GetArrayItem(list, i), "id"));
    int64_t asked = e2e_say_in(e, ADMIN, GROUP, "/sync participation full");
    struct said said = e2e_wait(e, GROUP, asked, "остановлено", WAIT);
    assert_has(said.text, "Кого это касается, покажу в личном чате");
    const char *people = e2e_text(e, "SELECT json_group_array(name) FROM person");
    AUTO_JSON *names = cJSON_Parse(people);
    assert_true(cJSON_GetArraySize(names) > 100);
    for (const cJSON *name = names->child; name; name = name->next)
        if (strstr(said.text, name->valuestring))
            fail_msg("%s is named in a group:\n%s", name->valuestring, said.text);
    /* its buttons lead to private, where the same shows who it is about */
    assert_has(e2e_text(e,
                        "SELECT payload FROM chat_out WHERE chat_id < 0 ORDER BY id DESC LIMIT 1"),
               "https://t.me/rosterd_sandbox_bot?start=run-");
    e2e_ask(e, ADMIN, "/plan 1 show", "План");
    e2e_done(e);
}

/* Behaviour R, announced: what is under way ends in the new chat, once. */
static void test_group_moves(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_fault(e, (struct fault){"notion", "/query", "slow", .count = 2, .ms = 1500 * SLOWER});
    e2e_say_in(e, ADMIN, GROUP, "/sync all");
    E2E_UNTIL(WAIT, e2e_fault_hits(e) >= 1);
    e2e_do(e, "/telegram/migrate", "{\"chat\":%d,\"to\":-1000777,\"announce\":true}", GROUP);
    e2e_wait(e, -1000777, 0, "сверено за", WAIT);
    E2E_UNTIL(WAIT, e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'queued'") == 0);
    assert_int_equal(e2e_count(e, -1000777, "сверено за"), 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE chat_id = -1000500"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job_watch WHERE chat_id = -1000500"), 0);
    e2e_done(e);
}

/* ---------------------------------------------------------------- bad input */

/* A thousand messages of one stranger: one polite notice, and the admin is answered meanwhile. */
static void test_one_shouts(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    e2e_ask(e, ADMIN, "/id", "1001");
    for (int i = 0; i < 1000; i++) {
        e2e_say(e, STRANGER, i % 3 ? "купите слона 🐘" : "/start");
        if (i % 250 == 100) {
            int64_t began = clock_mono_ms();
            e2e_wait(e, ADMIN, e2e_say(e, ADMIN, "/lang ru"), "русски", WAIT);
            assert_true(clock_mono_ms() - began < 5000 * SLOWER);
        }
    }
    E2E_UNTIL(WAIT, e2e_stat(e, "pending") == 0);
    int64_t kept = e2e_int(e, "SELECT count(*) FROM chat_in WHERE payload LIKE '%\"user\":3001,%'");
    assert_in_range(kept, 20, 60);
    assert_int_equal(e2e_int(e,
                             "SELECT count(*) FROM chat_out WHERE payload LIKE '%Слишком много%'"),
                     1);
    e2e_ask(e, ADMIN, "/status", "Очередь");
    e2e_done(e);
}

static void raw(struct e2e *e, const char *message_fields)
{
    e2e_do(e, "/telegram/raw",
           "{\"update\":{\"message\":{\"message_id\":900,\"date\":1,"
           "\"chat\":{\"id\":1001,\"type\":\"private\"},"
           "\"from\":{\"id\":1001,\"is_bot\":false,\"first_name\":\"Олег\"},%s}}}",
           message_fields);
}

/* Whatever an app can make: answered or not, but never harmful, and the next word is heard. */
static void test_any_input(void **state)
{
    (void)state;
    struct e2e *e = e2e_running();
    AUTO_BUF marks = BUF_INIT(1 << 16), long_text = BUF_INIT(1 << 20);
    e2e_ask(e, ADMIN, "/id", "1001");
    static const char *const fields[] = {
        "\"sticker\":{\"file_id\":\"s\"}",
        "\"poll\":{\"id\":\"1\",\"question\":\"?\",\"options\":[]}",
        "\"voice\":{\"file_id\":\"v\",\"duration\":1}",
        "\"text\":\"/lang en\",\"forward_origin\":{\"type\":\"user\",\"date\":1}",
        "\"text\":\"/\"",
        "\"text\":\"//////\"",
        "\"text\":\"/\\u202esync all\"",
        "\"text\":\"\\u0000/sync all\"",
        "\"text\":\"/run 99999999999999999999999\"",
        "\"text\":\"/why '; DROP TABLE person; --\"",
        "\"text\":\"/history <b>&</i>%s%n\"",
        "\"text\":\"\\u2067\\u2066\\u202d\\ufeff\"",
        "\"document\":{\"file_id\":\"d\",\"file_name\":\"\\u0000../../etc/passwd\"}",
        "\"document\":{}",
        "\"text\":[1,2],\"caption\":{}",
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        raw(e, fields[i]);
    buf_add(&marks, "\"text\":\"/lang ");
    for (int i = 0; i < 4000; i++)
        buf_add(&marks, "\xcc\x81");
    buf_add(&marks, "\"");
    raw(e, buf_str(&marks));
    buf_add(&long_text, "\"text\":\"/why ");
    for (int i = 0; i < 200000; i++)
        buf_add(&long_text, "щ");
    buf_add(&long_text, "\"");
    raw(e, buf_str(&long_text));
    e2e_do(e, "/telegram/raw",
           "{\"update\":{\"edited_message\":{\"message_id\":900,\"date\":1,\"text\":\"/lang en\","
           "\"chat\":{\"id\":1001,\"type\":\"private\"},\"from\":{\"id\":1001,\"is_bot\":false,"
           "\"first_name\":\"a\"}}}}");
    struct said last = e2e_ask(e, ADMIN, "/id", "роль: админ"); /* still in Russian */
    E2E_UNTIL(2 * WAIT, e2e_stat(e, "pending") == 0);
    E2E_UNTIL(2 * WAIT, e2e_int(e, "SELECT count(*) FROM chat_in WHERE state = 'new'") == 0);
    E2E_UNTIL(2 * WAIT, e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'queued'") == 0);
    assert_true(last.id > 0);
    assert_true(e2e_count(e, ADMIN, "Пересланное я за команду не считаю") >= 1);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM job"), 0);
    assert_int_equal(e2e_int(e, "SELECT count(*) FROM chat_out WHERE state = 'failed'"), 0);
    assert_true(e2e_int(e, "SELECT max(length(payload)) FROM chat_in") < 60000);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(test_privacy_mode),    E2E_TEST(test_people_in_groups),
        E2E_TEST(test_nameless_report), E2E_TEST(test_group_moves),
        E2E_TEST(test_one_shouts),      E2E_TEST(test_any_input),
    };
    return E2E_RUN("e2e transport people", tests);
}
