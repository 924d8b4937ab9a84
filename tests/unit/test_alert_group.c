/* test_alert_group.c: brakes that one job or cycle has met are told of in one message, which
 * follows what becomes of their plans. */
#include "store/chat/alert_chats.h"
#include "store/plans.h"
#include "store/queue.h"
#include "tests/support/alert_lab.h"

#define said(l)  alert_lab_said(l)
#define shown(l) alert_lab_shown((l), 1001)

static int setup(void **state)
{
    *state = alert_lab_new("[cycle c]\ntitle = Весь Грист\nsteps = people teams:push badge\n");
    return 0;
}

/* The schedule met a brake there, and kept the plan. */
static int64_t held(struct alert_lab *l, const char *flow)
{
    struct err err = {0};
    int64_t plan;
    const struct counts counts = {.deleted = 3};
    assert_ok(plans_begin(l->db, flow, "schedule", "stop", "h", clock_now_ms(), &plan, &err), err);
    assert_ok(plans_open(l->db, plan, &counts, &err), err);
    const struct alert_news n = {.kind = ALERT_BRAKE,
                                 .subject = flow,
                                 .ref = plan,
                                 .step = flow,
                                 .detail = "first marks (3), please look"};
    assert_ok(alerts_raise(l->db, &n, clock_now_ms(), NULL, &err), err);
    return plan;
}

static void settle(struct alert_lab *l, int64_t plan, const char *flow, const char *how)
{
    struct err err = {0};
    bool open;
    assert_ok(plans_settle(l->db, plan, how, "telegram:1001", clock_now_ms(), &open, &err), err);
    assert_ok(alerts_plan_settled(l->db, flow, clock_now_ms(), &err), err);
}

static void all_of_them(struct alert_lab *l)
{
    held(l, "people");
    held(l, "teams:push");
    held(l, "badge");
}

static void brakes_of_a_cycle__are__one_message(void **state)
{
    struct alert_lab *l = *state;
    all_of_them(l);
    const char *all = said(l);
    assert_has(all, "1001: ✋ <b>Весь Грист</b>: решения ждут 3 плана (с ");
    assert_has(all, "\n· План 1 «Люди»: первые пометки (3), посмотрите\n· План 2 «");
    assert_has(all, "\"data\":\"apply 1 2 3\"");
    assert_has(all, "\"data\":\"refuse 1 2 3\"");
    assert_has(all, "\"data\":\"plan 3 show\"");
    assert_int_equal(alert_lab_count(l, 1001), 1);
    assert_int_equal(alert_lab_count(l, 1002), 1);
    /* and one alert in the list */
    struct err err = {0};
    struct alert *open;
    size_t n;
    assert_ok(alerts_list_open(l->db, 10, l->store->arena, &open, &n, &err), err);
    assert_int_equal(n, 1);
    assert_int_equal(open[0].kind, ALERT_PLANS);
}

static void one_alone__is_told__as_it_is(void **state)
{
    struct alert_lab *l = *state;
    held(l, "people");
    const char *all = said(l);
    assert_has(all, "1001: ✋ <b>Люди</b>: первые пометки ждут решения с ");
    assert_has(all, "\"data\":\"apply 1\"");
    assert_int_equal(alert_lab_count(l, 1001), 1);
}

static void flows_of_no_one_cycle__are_told_together__too(void **state)
{
    struct alert_lab *l = *state;
    held(l, "people");
    held(l, "arrival");
    assert_has(said(l), "1001: ✋ <b>Несколько потоков</b>: решения ждут 2 плана (с ");
}

static void message__follows__what_is_decided(void **state)
{
    struct alert_lab *l = *state;
    all_of_them(l);
    said(l);
    settle(l, 1, "people", "refused");
    assert_has(shown(l), "решения ждут 2 плана");
    assert_has(shown(l), "✖️ План 1 «Люди»: оставлено как есть");
    assert_has(shown(l), "\"data\":\"apply 2 3\"");
    settle(l, 2, "teams:push", "applied");
    alert_lab_clear(l, ALERT_BRAKE, "teams:push"); /* its run went through */
    assert_has(shown(l), "решения ждёт 1 план");
    assert_has(shown(l), "»: применён");
    assert_has(shown(l), "\"data\":\"apply 3\"");
    alert_lab_clear(l, ALERT_BRAKE, "badge"); /* the table is as it was before */
    assert_has(shown(l),
               "🟢 <b>Весь Грист</b>: по всем планам решено");
    assert_has(shown(l), "»: больше не нужен");
    assert_has_not(shown(l), "apply");
    assert_has_not(shown(l), "mute");
    /* each in the message that was there */
    assert_int_equal(alert_lab_count(l, 1001), 1);
    assert_int_equal(alert_lab_count(l, 1002), 1);
}

static void brakes__wait__for_the_rest_of_their_job(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    int64_t id;
    bool joined;
    const struct job job = {.key = "k",
                            .kind = "sync",
                            .steps = (const char *const[]){"people", "teams:push", "badge"},
                            .n_steps = 3,
                            .lane = "notion",
                            .options = "{}",
                            .actor = "telegram:5",
                            .results = "[]"};
    assert_ok(queue_add(l->db, &job, &id, &joined, &err), err);
    assert_ok(queue_step(l->db, id, 1, "notion", "[]", &err), err);
    held(l, "people");
    assert_string_equal(said(l), "");
    clock_test_advance(4000);
    assert_ok(queue_step(l->db, id, 2, "coda", "[]", &err), err);
    held(l, "teams:push");
    assert_string_equal(said(l), "");
    /* another kind of trouble does not wait along */
    alert_lab_raise(l, ALERT_FLOW, "arrival", "the answer is no JSON");
    assert_has(said(l), "Заезды");
    assert_ok(queue_finish(l->db, id, "failed", "[]", NULL, &err), err);
    clock_test_advance(4000);
    const char *all = said(l);
    assert_has(all, "решения ждут 2 плана");
    assert_int_equal(alert_lab_count(l, 1001), 2);
}

static void long_job__keeps_nobody__waiting(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    int64_t id;
    bool joined;
    const struct job job = {.key = "k",
                            .kind = "sync",
                            .steps = (const char *const[]){"people", "badge"},
                            .n_steps = 2,
                            .lane = "notion",
                            .options = "{}",
                            .actor = "telegram:5",
                            .results = "[]"};
    assert_ok(queue_add(l->db, &job, &id, &joined, &err), err);
    assert_ok(queue_step(l->db, id, 1, "coda", "[]", &err), err);
    held(l, "people");
    assert_string_equal(said(l), "");
    clock_test_advance(301000);
    assert_has(said(l), "✋ <b>Люди</b>");
}

static void cycle_under_way__is_waited_for(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    struct schedule *s;
    struct due due;
    struct lanes none = {0};
    int64_t wait;
    bool told;
    l->cfg->cycles[0]->every_ms = 600000;
    assert_ok(schedule_new(l->db, l->cfg, &s, &err), err);
    assert_false(schedule_is_at(s, "people"));
    assert_true(schedule_take(s, clock_now_ms(), &none, &none, &due, &wait));
    assert_true(schedule_is_at(s, "people"));
    assert_true(schedule_is_at(s, "badge"));
    assert_false(schedule_is_at(s, "arrival"));
    held(l, "people");
    assert_ok(alert_tell(l->db, &l->bot, s, clock_now_ms(), &told, &err), err);
    assert_false(told);
    const struct report stopped = {.error = "stop", .error_kind = ERR_AUTH};
    schedule_done(s, &due, &stopped, clock_now_ms()); /* that ends the round */
    for (int i = 0; i < 3 && schedule_is_at(s, "people"); i++) {
        assert_true(schedule_take(s, clock_now_ms() + 5000, &none, &none, &due, &wait));
        schedule_done(s, &due, &stopped, clock_now_ms());
    }
    assert_false(schedule_is_at(s, "people"));
    clock_test_advance(4000);
    assert_ok(alert_tell(l->db, &l->bot, s, clock_now_ms(), &told, &err), err);
    assert_true(told);
    schedule_free(s);
}

/* Behaviour H for what a group leads. */
static void same_brakes_again_and_again__are__still_one_message(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    static const char *const flows[] = {"people", "teams:push", "badge"};
    all_of_them(l);
    said(l);
    for (int i = 0; i < 300; i++) {
        const struct alert_news n = {.kind = ALERT_BRAKE,
                                     .subject = flows[i % 3],
                                     .ref = i % 3 + 1,
                                     .detail = "first marks (3), please look"};
        assert_ok(alerts_raise(l->db, &n, clock_now_ms(), NULL, &err), err);
        clock_test_advance(100);
        alert_lab_tell(l);
    }
    assert_int_equal(alert_lab_count(l, 1001), 1);
    assert_has(shown(l), "решения ждут 3 плана");
    /* reminders are the group's */
    clock_test_advance(3700000);
    assert_has(said(l), "решения ждут 3 плана");
    assert_int_equal(alert_lab_count(l, 1001), 2);
}

static void one_more_brake__joins__and_is_news(void **state)
{
    struct alert_lab *l = *state;
    held(l, "people");
    held(l, "teams:push");
    said(l);
    held(l, "badge");
    const char *all = said(l);
    assert_has(all, "1001: ✋ <b>Весь Грист</b>: решения ждут 3 плана (с ");
    assert_int_equal(alert_lab_count(l, 1001), 2);
    /* the older message points to it */
    assert_has(shown(l), "Свежее ниже.");
}

/* All were left as they are; the next sync stops at something else. */
static void new_plan__after_all_were_decided__is_told(void **state)
{
    struct alert_lab *l = *state;
    all_of_them(l);
    said(l);
    settle(l, 1, "people", "refused");
    settle(l, 2, "teams:push", "refused");
    settle(l, 3, "badge", "refused");
    assert_has(shown(l), "по всем планам решено");
    clock_test_advance(11000);
    held(l, "people");
    held(l, "badge");
    clock_test_advance(11000);
    assert_has(said(l), "1001: ✋ <b>Весь Грист</b>: решения ждут 2 плана (с ");
    assert_int_equal(alert_lab_count(l, 1001), 2);
}

static void who_wants_no_brakes__hears_no_group_of_them(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    assert_ok(alert_want(l->db, 1002, "brake", false, &err), err);
    all_of_them(l);
    const char *all = said(l);
    assert_has(all, "1001: ");
    assert_has_not(all, "1002: ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(brakes_of_a_cycle__are__one_message),
        TEST(one_alone__is_told__as_it_is),
        TEST(flows_of_no_one_cycle__are_told_together__too),
        TEST(message__follows__what_is_decided),
        TEST(brakes__wait__for_the_rest_of_their_job),
        TEST(long_job__keeps_nobody__waiting),
        TEST(cycle_under_way__is_waited_for),
        TEST(same_brakes_again_and_again__are__still_one_message),
        TEST(one_more_brake__joins__and_is_news),
        TEST(new_plan__after_all_were_decided__is_told),
        TEST(who_wants_no_brakes__hears_no_group_of_them),
    };
    return cmocka_run_group_tests_name("brakes told together", tests, NULL, NULL);
}
