/* test_store_watch.c: what is said when the store cannot be written, how it goes past the store,
 * and alerts for somebody who was not there when they came. */
#include "bot/alerts/store_watch.h"
#include "bot/chat/shout.h"
#include "store/chat/alert_chats.h"
#include "store/chat/chatbox.h"
#include "tests/support/alert_lab.h"
#include "tests/support/chat_array.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define said(l) alert_lab_said(l)

/* What was shouted, "chat: text" each. */
static char shouted[8192];

static void on_shout(void *ctx, int64_t chat_id, int64_t thread_id, const char *text)
{
    (void)ctx, (void)thread_id;
    size_t n = strlen(shouted);
    snprintf(shouted + n, sizeof shouted - n, "%lld: %s\n", (long long)chat_id, text);
}

static const char *heard(void)
{
    static char last[sizeof shouted];
    memcpy(last, shouted, sizeof last);
    *shouted = '\0';
    return last;
}

/* The disk is full, as the kernel says it: no file may be written. */
static void full(bool on)
{
    struct rlimit now;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &now);
    now.rlim_cur = on ? 0 : now.rlim_max;
    setrlimit(RLIMIT_FSIZE, &now);
}

static bool look(struct alert_lab *l, struct store_watch *s, bool closely)
{
    return store_watch_look(s, l->db, &l->bot, closely);
}

static void store_that_stands__is_told__past_the_store(void **state)
{
    struct alert_lab *l = *state;
    struct store_watch s = {0};
    l->bot.shout = on_shout;
    heard();
    assert_true(look(l, &s, true));
    full(true);
    clock_test_advance(1000);
    assert_false(look(l, &s, true));
    assert_string_equal(heard(), ""); /* it may be over at once */
    clock_test_advance(16000);
    assert_false(look(l, &s, false)); /* while it fails it is looked at closely */
    const char *words = heard();
    assert_has(words, "1001: 🚨 <b>Хранилище не записывается</b>");
    assert_has(words, "1002: 🚨");
    assert_false(look(l, &s, true));
    assert_string_equal(heard(), ""); /* once */
    full(false);
    clock_test_advance(600000);
    assert_true(look(l, &s, false));
    assert_string_equal(heard(), "");
    words = said(l);
    assert_has(
        words,
        "1001: 🟢 Хранилище снова записывается · не записывалось 10 мин");
    assert_has(words, "1002: 🟢");
    assert_true(look(l, &s, true));
    assert_string_equal(said(l), "");
}

static void short_trouble__needs_no__words(void **state)
{
    struct alert_lab *l = *state;
    struct store_watch s = {0};
    l->bot.shout = on_shout;
    heard();
    full(true);
    assert_false(look(l, &s, true));
    full(false);
    clock_test_advance(10000);
    assert_true(look(l, &s, false));
    assert_string_equal(heard(), "");
    assert_string_equal(said(l), "");
}

static void quiet_store__is_written__once_a_minute_at_most(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    struct store_watch s = {0};
    struct db *other;
    assert_ok(db_open(l->store->path, DB_READ, &other, &err), err);
    int64_t before = db_data_version(other);
    for (int i = 0; i < 6; i++) {
        assert_true(look(l, &s, false));
        clock_test_advance(9000);
    }
    assert_int_equal(db_data_version(other), before);
    clock_test_advance(9000);
    assert_true(look(l, &s, false));
    assert_int_not_equal(db_data_version(other), before);
    db_close(other);
}

/* ---------------------------------------------------------------- past the store */

static void shout__is_said__once_to_each(void **state)
{
    (void)state;
    struct chat_array *a = chat_array_new();
    struct shout *s = shout_new();
    shout_add(s, 7, 0, "old");
    shout_add(s, 7, 0, "new"); /* takes its place */
    shout_add(s, -100, 5, "group");
    while (shout_step(s, &a->chat))
        ;
    assert_int_equal(a->n_calls, 2);
    bool seven = a->calls[0].chat_id == 7;
    assert_string_equal(a->calls[!seven].text, "new");
    assert_string_equal(a->calls[seven].text, "group");
    assert_int_equal(a->calls[seven].thread_id, 5);
    assert_false(shout_step(s, &a->chat));
    shout_free(s);
    chat_array_free(a);
}

static void shout__is_tried_again__when_told_to_wait(void **state)
{
    (void)state;
    struct chat_array *a = chat_array_new();
    struct shout *s = shout_new();
    chat_array_fate(a, (struct array_fate){.fate = SEND_LATER, .kind = ERR_TEMP, .retry_s = 60});
    chat_array_fate(a, (struct array_fate){.fate = SEND_UNSURE, .kind = ERR_TEMP});
    chat_array_fate(a, (struct array_fate){.fate = SEND_UNSURE, .kind = ERR_TEMP});
    shout_add(s, 7, 0, "x");
    assert_true(shout_step(s, &a->chat));
    clock_test_advance(59000);
    assert_false(shout_step(s, &a->chat));
    clock_test_advance(1001);
    assert_true(shout_step(s, &a->chat)); /* the answer is lost: once more, then no more */
    clock_test_advance(30001);
    assert_true(shout_step(s, &a->chat));
    clock_test_advance(600000);
    assert_false(shout_step(s, &a->chat));
    chat_array_fate(a, (struct array_fate){.fate = SEND_DEAD, .kind = ERR_DATA});
    shout_add(s, 8, 0, "y");
    assert_true(shout_step(s, &a->chat));
    clock_test_advance(600000);
    assert_false(shout_step(s, &a->chat));
    for (int64_t i = 1; i <= SHOUT_MAX + 5; i++) /* no more than fit */
        shout_add(s, i, 0, "z");
    size_t before = a->n_calls;
    while (shout_step(s, &a->chat))
        ;
    assert_int_equal(a->n_calls - before, SHOUT_MAX);
    shout_free(s);
    chat_array_free(a);
}

/* ---------------------------------------------------------------- who was not there */

/* Nothing arrives in that chat: they have never written to the bot. */
static void nobody_there(struct alert_lab *l, int64_t chat)
{
    struct err err = {0};
    assert_ok(chatbox_dead(l->db, "telegram", chat, "chat not found", &err), err);
}

static void back(struct alert_lab *l, int64_t chat)
{
    struct err err = {0};
    assert_ok(alert_chat_back(l->db, chat, clock_now_ms(), &err), err);
}

static void alert_that_nobody_got__is_told__when_they_come(void **state)
{
    struct alert_lab *l = *state;
    alert_lab_raise(l, ALERT_FLOW, "people", "x");
    alert_lab_raise(l, ALERT_FLOW, "teams", "x");
    said(l);
    nobody_there(l, 1001);
    alert_lab_clear(l, ALERT_FLOW, "teams"); /* that one is over by now */
    said(l);
    nobody_there(l, 1001);
    back(l, 1002); /* they have it on its way */
    assert_string_equal(said(l), "");
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM chat_out WHERE chat_id = 1001"
                                              " AND state = 'queued'"),
                     0);
    back(l, 1001);
    alert_lab_tell(l);
    const char *queued = temp_store_text(l->store, "SELECT group_concat(payload) FROM chat_out"
                                                   " WHERE chat_id = 1001 AND state = 'queued'");
    assert_has(queued, "Люди");
    assert_null(strstr(queued, "Служб"));
    back(l, 1001); /* it is on its way */
    alert_lab_tell(l);
    assert_int_equal(temp_store_int(l->store, "SELECT count(*) FROM chat_out WHERE chat_id = 1001"
                                              " AND state = 'queued'"),
                     1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, alert_lab_setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(store_that_stands__is_told__past_the_store),
        TEST(short_trouble__needs_no__words),
        TEST(quiet_store__is_written__once_a_minute_at_most),
        cmocka_unit_test(shout__is_said__once_to_each),
        cmocka_unit_test(shout__is_tried_again__when_told_to_wait),
        TEST(alert_that_nobody_got__is_told__when_they_come),
    };
    return cmocka_run_group_tests_name("store watch", tests, NULL, NULL);
}
