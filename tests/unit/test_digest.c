/* test_digest.c: the message of the day when there is much to tell. */
#include "bot/alerts/digest.h"
#include "store/chat/alert_chats.h"
#include "store/runs.h"
#include "tests/support/alert_lab.h"

static void digest__of_many_alerts__says_how_many_more(void **state)
{
    struct err err = {0};
    int64_t run;
    bool told;
    alert_lab_free(*state);
    struct alert_lab *l = *state = alert_lab_new("digest = 10:00");
    alert_lab_clock(21, 0);
    for (int i = 0; i < 12; i++) { /* one by one, so that none stands for the others */
        alert_lab_raise(l, ALERT_BACKUP, arena_printf(l->store->arena, "/b%d", i), "x");
        alert_lab_said(l);
        clock_test_advance(3600000);
    }
    assert_ok(runs_begin(l->db, "people", "pull", "schedule", 0, clock_now_ms(), &run, &err), err);
    assert_ok(runs_add(l->db, run, &(struct counts){.inserted = 2}, &err), err);
    alert_lab_said(l);
    alert_lab_clock(10, 0);
    assert_ok(digest_tell(l->db, &l->bot, clock_now_ms(), &told, &err), err);
    assert_true(told);
    const char *all = alert_lab_said(l);
    assert_has(
        all,
        "1001: 🗓 <b>За сутки</b>\nпринято 2, отправлено 0, новых с ошибками 0\n"
        "Ещё не в порядке: 12\n");
    assert_has(all, "\n… ещё 2");
    assert_ok(digest_tell(l->db, &l->bot, clock_now_ms(), &told, &err), err);
    assert_false(told);
    assert_has_not(alert_lab_said(l), "🗓");
}

static void digest__that_nobody_wants__is_not_made_up_later(void **state)
{
    struct err err = {0};
    bool told;
    alert_lab_free(*state);
    struct alert_lab *l = *state = alert_lab_new("digest = 10:00");
    alert_lab_clock(9, 0);
    alert_lab_raise(l, ALERT_BACKUP, "/b", "x");
    assert_ok(alert_want(l->db, 1001, "digest", false, &err), err);
    assert_ok(alert_want(l->db, 1002, "digest", false, &err), err);
    alert_lab_said(l);
    alert_lab_clock(10, 0);
    assert_ok(digest_tell(l->db, &l->bot, clock_now_ms(), &told, &err), err);
    assert_false(told);
    assert_ok(alert_want(l->db, 1001, "digest", true, &err), err);
    clock_test_advance(60000);
    assert_ok(digest_tell(l->db, &l->bot, clock_now_ms(), &told, &err), err);
    assert_false(told); /* tomorrow */
    assert_has_not(alert_lab_said(l), "🗓");
    alert_lab_clock(10, 0);
    assert_ok(digest_tell(l->db, &l->bot, clock_now_ms(), &told, &err), err);
    assert_true(told);
    assert_has(alert_lab_said(l), "1001: 🗓");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, alert_lab_setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(digest__of_many_alerts__says_how_many_more),
        TEST(digest__that_nobody_wants__is_not_made_up_later),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
