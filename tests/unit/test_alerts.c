/* test_alerts.c: what runs mean for the alerts of their flows and remotes: one message for one
 * cause. */
#include "bot/alerts/alerts.h"
#include "store/chat/people.h"
#include "store/runs.h"
#include "tests/support/alert_lab.h"

/* The run of a step ended, as the engine leaves the store then; asked: by this person. */
static void ran(struct alert_lab *f, const char *name, enum err_kind kind, const char *why,
                const char *asked)
{
    struct err err = {0}, failure = {.kind = kind};
    struct step step;
    assert_true(config_step(f->cfg, name, &step));
    const char *remote = step.flow->remote->name;
    str_copy(failure.msg, sizeof failure.msg, why);
    struct report r = {.flow = name,
                       .push = step.push,
                       .state = kind ? "failed" : "done",
                       .error = kind ? failure.msg : NULL,
                       .error_kind = kind};
    clock_test_advance(61000);
    int64_t now = clock_now_ms();
    if (!kind) {
        assert_ok(flow_state_ok(f->db, name, 0, now, &err), err);
        assert_ok(remote_state_ok(f->db, remote, now, &err), err);
    } else {
        if (kind == ERR_AUTH || kind == ERR_TEMP)
            assert_ok(remote_state_failed(f->db, remote, &failure, now, &err), err);
        assert_ok(flow_state_failed(f->db, name, &failure, now, &err), err);
    }
    if (asked)
        assert_ok(alerts_asked(f->db, &f->bot, &r, asked, &err), err);
    else
        assert_ok(alerts_scheduled(f->db, &f->bot, &r, &err), err);
}

static void refuses(struct alert_lab *f, const char *name)
{
    ran(f, name, ERR_AUTH, "notion: 401", NULL);
}

static void works(struct alert_lab *f, const char *name)
{
    ran(f, name, ERR_NONE, "", NULL);
}

#define said(l)  alert_lab_said(l)
#define shown(l) alert_lab_shown((l), 1001)

/* What a table names no more is nobody's failure, and told where nobody asked for the run. */
static void unnamed_records__are_told__to_all(void **state)
{
    struct alert_lab *f = *state;
    struct err err = {0};
    struct report r = {.flow = "people",
                       .state = "done",
                       .run = 5,
                       .unnamed = 4,
                       .unnamed_names = "Аня; Боря; <Вера>"};
    assert_ok(alerts_scheduled(f->db, &f->bot, &r, &err), err);
    const char *all = said(f);
    assert_has(all, "1001: 👤 Люди: больше не названы 4 записи (Аня; Боря; &lt;Вера&gt;). "
                    "Оставлено как есть.");
    assert_has(all, "1002: 👤 ");
    r.dry_run = true;
    assert_ok(alerts_scheduled(f->db, &f->bot, &r, &err), err);
    assert_ok(alerts_asked(f->db, &f->bot, &r, "telegram:1001", &err), err);
    r = (struct report){.flow = "people", .state = "done"};
    assert_ok(alerts_scheduled(f->db, &f->bot, &r, &err), err);
    assert_string_equal(said(f), "");
}

static void refused_token__is_told__once_for_all_flows(void **state)
{
    struct alert_lab *f = *state;
    refuses(f, "people");
    const char *all = said(f);
    assert_has(all, "1001: 🔴 <b>Ноушен</b> не принимает токен с ");
    assert_has(all, "1002: ");
    assert_has(all, "\nОтвет оттуда: 401\n");
    assert_has(all, "alerts 1 try");
    refuses(f, "teams");
    refuses(f, "teams:push");
    refuses(f, "people");
    assert_string_equal(said(f), "");
}

static void accepted_token__is_told__once(void **state)
{
    struct alert_lab *f = *state;
    refuses(f, "people");
    refuses(f, "teams");
    said(f);
    works(f, "teams");
    const char *all = said(f);
    assert_has(
        all,
        "1001: 🟢 <b>Ноушен</b> снова принимает токен · не пускали 2 мин 2 с.");
    assert_has(all, "1002: ");
    /* the first message has nothing to press any more */
    assert_has(shown(f), "⚪ <b>Ноушен</b> не принимает токен");
    assert_has_not(shown(f), "mute 1");
    works(f, "people");
    works(f, "teams:push");
    assert_string_equal(said(f), "");
    clock_test_advance(ALERT_FLAP_MS);
    refuses(f, "people"); /* a new refusal is news */
    assert_has(said(f), "не принимает токен");
}

/* The token may read and not write: the pull that works in between is no good news. */
static void token_that_may_only_read__is_told__once(void **state)
{
    struct alert_lab *f = *state;
    works(f, "teams");
    refuses(f, "teams:push");
    assert_has(said(f), "не принимает токен");
    for (int i = 0; i < 3; i++) {
        works(f, "teams");
        works(f, "people");
        refuses(f, "teams:push");
    }
    assert_string_equal(said(f), "");
    works(f, "teams:push");
    assert_has(said(f), "снова принимает токен");
}

/* A flow that nobody runs again must not hide the next refusal, nor be taken for it. */
static void forgotten_flow__does_not_hide__a_new_refusal(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "teams", ERR_AUTH, "notion: 401", "telegram:1002");
    assert_has(said(f), "1001: 🔴 <b>Ноушен</b>");
    works(f, "people");
    assert_string_equal(said(f), "");
    refuses(f, "people");
    assert_has(said(f), "не принимает токен");
    works(f, "people");
    assert_has(said(f), "снова принимает токен");
    works(f, "teams");
    assert_string_equal(said(f), "");
}

static void one_who_asked__sees_it__under_their_own_message(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "people", ERR_AUTH, "notion: 401", "telegram:1001");
    const char *all = said(f);
    assert_has(all, "1002: 🔴");
    assert_has_not(all, "1001: ");
    ran(f, "people", ERR_AUTH, "notion: 401", "telegram:1001");
    assert_string_equal(said(f), "");
    ran(f, "people", ERR_NONE, "", "telegram:1001");
    all = said(f);
    assert_has(all, "1001: 🟢");
    assert_has(all, "1002: 🟢");
}

static void persons_other_failures__are_not__news(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "people", ERR_TEMP, "503", "telegram:1001");
    ran(f, "people", ERR_LIMIT, "every one of the 30 records would change", "telegram:1001");
    assert_string_equal(said(f), "");
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM alert"), 0);
}

/* Only an admin can let through what an organizer has met: admins hear of it, who met it knows. */
static void brake_that_an_organizer_met__is_told__to_admins(void **state)
{
    struct alert_lab *f = *state;
    struct err err = {0};
    assert_ok(people_grant(f->db, "telegram", 2001, ROLE_ORGANIZER, "test", clock_now_ms(), &err),
              err);
    ran(f, "people", ERR_LIMIT, "every one of the 30 records would change", "telegram:2001");
    const char *all = said(f);
    assert_has(all, "1001: ✋ <b>Люди</b> остановлено с ");
    assert_has(all, "1002: ✋ <b>Люди</b> остановлено с ");
    ran(f, "people", ERR_LIMIT, "every one of the 30 records would change", "telegram:1001");
    assert_string_equal(said(f), ""); /* the same, once */
    ran(f, "people", ERR_NONE, "", "telegram:2001");
    assert_has(said(f), "1001: 🟢 <b>Люди</b>");
}

static void failing_flow__is_told_once__by_its_direction(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "teams:push", ERR_DATA, "the answer is no JSON", NULL);
    const char *all = said(f);
    assert_has(all, "🔴 <b>Службы → Ноушен</b> по расписанию не получается с ");
    assert_has(all, "the answer is no JSON");
    ran(f, "teams:push", ERR_DATA, "the answer is no JSON", NULL);
    assert_string_equal(said(f), "");
    assert_has(shown(f), "попыток: 2");
    ran(f, "teams", ERR_LIMIT, "every one of the 30 records would change", NULL);
    all = said(f);
    assert_has(all, "✋ <b>Службы (Ноушен)</b> остановлено с ");
    assert_has(all, "изменились бы все записи до одной: 30");
    works(f, "teams:push");
    assert_has(
        said(f),
        "🟢 <b>Службы → Ноушен</b> снова сверяется · не получалось ");
    works(f, "teams");
    assert_has(
        said(f),
        "🟢 <b>Службы (Ноушен)</b> снова сверяется · стояло ");
}

static void remote_that_is_down__is_one_message__for_all_flows(void **state)
{
    struct alert_lab *f = *state;
    works(f, "badge");
    ran(f, "people", ERR_TEMP, "notion query of P: POST h answered 503", NULL);
    assert_string_equal(said(f), ""); /* it may pass */
    ran(f, "teams:push", ERR_TEMP, "notion query of T: POST h answered 502", NULL);
    const char *all = said(f);
    assert_has(all, "1001: 🔴 <b>Ноушен</b> не отвечает с ");
    assert_has(all, "(2 попытки, последняя: 502)\nОстальные работают: Кода.\nПробую снова");
    ran(f, "teams", ERR_TEMP, "notion query of T: Timeout was reached", NULL);
    assert_string_equal(said(f), "");
    assert_has(shown(f), "(3 попытки, последняя: Timeout was reached)");
    works(f, "people");
    assert_has(
        said(f),
        "1002: 🟢 <b>Ноушен</b> снова отвечает · простой 3 мин 3 с");
}

static void short_outage__is_told__to_nobody(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "people", ERR_TEMP, "503", NULL);
    alert_lab_tell(f);
    works(f, "people");
    assert_string_equal(said(f), "");
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM chat_out"), 0);
}

/* It happened once, and nothing has tried it again: a minute later it is worth a word. */
static void outage_of_a_rare_flow__is_told__after_a_minute(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "people", ERR_TEMP, "503", NULL);
    assert_string_equal(said(f), "");
    clock_test_advance(60001);
    assert_has(said(f), "(1 попытка, последняя: 503)");
}

static void outage__that_becomes_a_refusal__is_told_anew(void **state)
{
    struct alert_lab *f = *state;
    ran(f, "people", ERR_TEMP, "503", NULL);
    ran(f, "people", ERR_TEMP, "503", NULL);
    assert_has(said(f), "не отвечает");
    refuses(f, "people");
    assert_has(said(f), "не принимает токен");
    assert_has(shown(f), "⚪ <b>Ноушен</b> не отвечает с ");
    works(f, "people");
    const char *all = said(f);
    assert_has(all, "снова принимает токен");
    assert_has_not(all, "снова отвечает");
}

static void remotes__are_told__each_for_itself(void **state)
{
    struct alert_lab *f = *state;
    refuses(f, "people");
    assert_has(said(f), "Ноушен");
    ran(f, "badge", ERR_AUTH, "coda: 403", NULL);
    assert_has(said(f), "Кода");
    works(f, "badge");
    assert_has(said(f), "<b>Кода</b> снова принимает токен");
    refuses(f, "teams");
    assert_string_equal(said(f), "");
}

static void preview_and_skipped_step__are__no_news(void **state)
{
    struct alert_lab *f = *state;
    struct err err = {0};
    refuses(f, "people");
    said(f);
    const struct report preview = {.flow = "people", .state = "done", .dry_run = true},
                        skipped = {.flow = "teams:push",
                                   .push = true,
                                   .state = "skipped",
                                   .error = "not asked",
                                   .error_kind = ERR_AUTH};
    assert_ok(alerts_asked(f->db, &f->bot, &preview, "telegram:1001", &err), err);
    assert_ok(alerts_asked(f->db, &f->bot, &skipped, "telegram:1001", &err), err);
    assert_string_equal(said(f), "");
}

/* Most runs are good ones, every few seconds. */
static void good_run__writes__nothing(void **state)
{
    struct alert_lab *f = *state;
    struct err err = {0};
    struct db *other;
    const struct report r = {.flow = "people", .state = "done"};
    assert_ok(db_open(f->store->path, DB_READ, &other, &err), err);
    int64_t before = db_data_version(other);
    assert_ok(alerts_scheduled(f->db, &f->bot, &r, &err), err);
    alert_lab_tell(f);
    assert_int_equal(db_data_version(other), before);
    db_close(other);
}

static void refused_remotes__are_listed__until_one_run_goes_well(void **state)
{
    struct alert_lab *f = *state;
    struct err err = {0};
    const char *const *names;
    size_t n;
    refuses(f, "people");
    ran(f, "badge", ERR_TEMP, "503", NULL);
    assert_ok(remotes_refused(f->db, f->store->arena, &names, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(names[0], "notion");
    works(f, "teams");
    assert_ok(remotes_refused(f->db, f->store->arena, &names, &n, &err), err);
    assert_int_equal(n, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, alert_lab_setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(unnamed_records__are_told__to_all),
        TEST(refused_token__is_told__once_for_all_flows),
        TEST(accepted_token__is_told__once),
        TEST(token_that_may_only_read__is_told__once),
        TEST(forgotten_flow__does_not_hide__a_new_refusal),
        TEST(one_who_asked__sees_it__under_their_own_message),
        TEST(persons_other_failures__are_not__news),
        TEST(brake_that_an_organizer_met__is_told__to_admins),
        TEST(failing_flow__is_told_once__by_its_direction),
        TEST(remote_that_is_down__is_one_message__for_all_flows),
        TEST(short_outage__is_told__to_nobody),
        TEST(outage_of_a_rare_flow__is_told__after_a_minute),
        TEST(good_run__writes__nothing),
        TEST(outage__that_becomes_a_refusal__is_told_anew),
        TEST(remotes__are_told__each_for_itself),
        TEST(preview_and_skipped_step__are__no_news),
        TEST(refused_remotes__are_listed__until_one_run_goes_well),
    };
    return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
