/* test_notify.c: what admins are told without having asked: one message for one cause. */
#include "bot/notify.h"
#include "store/base/json.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>

static const char config[] =
    "[rosterd]\nstore = s.db\n[telegram]\ntoken = 1:a\nadmins = 1001 1002\n"
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

struct fixture {
    struct temp_store *store;
    struct db *db;
    struct config *cfg;
    struct bot bot;
    int64_t now;
    int woken;
};

static void wake(void *ctx)
{
    struct fixture *f = ctx;
    f->woken++;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    void *store;
    if (temp_store_setup(&store))
        return -1;
    f->store = store;
    f->db = f->store->db;
    f->cfg = config_must(config);
    f->bot = (struct bot){.cfg = f->cfg, .wake_sender = wake, .wake_workers = wake, .ctx = f};
    f->now = 1000000;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *store = f->store;
    config_free(f->cfg);
    free(f);
    return temp_store_teardown(&store);
}

/* The run of a step ended, as the engine leaves the store then; asked: by this person. */
static void ran(struct fixture *f, const char *name, enum err_kind kind, const char *why,
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
    f->now += 60000;
    if (!kind) {
        assert_ok(flow_state_ok(f->db, name, 0, f->now, &err), err);
        assert_ok(remote_state_ok(f->db, remote, f->now, &err), err);
    } else {
        if (kind == ERR_AUTH || kind == ERR_TEMP)
            assert_ok(remote_state_failed(f->db, remote, &failure, f->now, &err), err);
        assert_ok(flow_state_failed(f->db, name, &failure, f->now, &err), err);
    }
    if (asked)
        assert_ok(notify_asked(f->db, &f->bot, &r, asked, &err), err);
    else
        assert_ok(notify_scheduled(f->db, &f->bot, &r, &err), err);
}

static void refuses(struct fixture *f, const char *name)
{
    ran(f, name, ERR_AUTH, "notion: 401", NULL);
}

static void works(struct fixture *f, const char *name)
{
    ran(f, name, ERR_NONE, "", NULL);
}

/* What was said since the last time, "chat: text" line by line; "" for nothing. */
static const char *said(struct fixture *f)
{
    struct err err = {0};
    const char *all = temp_store_text(
        f->store, "SELECT coalesce(group_concat(chat_id || ': ' || json_extract(payload, '$.text')"
                  " || coalesce(' ' || json_extract(payload, '$.buttons'), ''), char(10)), '')"
                  " FROM (SELECT * FROM chat_out ORDER BY id)");
    assert_ok(DB_RUN(f->db, &err, "DELETE FROM chat_out"), err);
    return all;
}

/* What a table names no more is nobody's failure, and told where nobody asked for the run. */
static void unnamed_records__are_told__to_all(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct report r = {.flow = "people",
                       .state = "done",
                       .run = 5,
                       .unnamed = 4,
                       .unnamed_names = "Аня; Боря; <Вера>"};
    assert_ok(notify_scheduled(f->db, &f->bot, &r, &err), err);
    const char *all = said(f);
    assert_has(all, "1001: 👤 Люди: больше не названы 4 записи (Аня; Боря; &lt;Вера&gt;). "
                    "Оставлено как есть.");
    assert_has(all, "1002: 👤 ");
    r.dry_run = true;
    assert_ok(notify_scheduled(f->db, &f->bot, &r, &err), err);
    assert_ok(notify_asked(f->db, &f->bot, &r, "telegram:1001", &err), err);
    r = (struct report){.flow = "people", .state = "done"};
    assert_ok(notify_scheduled(f->db, &f->bot, &r, &err), err);
    assert_string_equal(said(f), "");
}

static void refused_token__is_told__once_for_all_flows(void **state)
{
    struct fixture *f = *state;
    refuses(f, "people");
    const char *all = said(f);
    assert_has(all, "1001: 🔴 <b>Ноушен</b> не принимает токен с ");
    assert_has(all, "1002: ");
    assert_has(all, "notion: 401");
    assert_has(all, "sync people");
    refuses(f, "teams");
    refuses(f, "teams:push");
    refuses(f, "people");
    assert_string_equal(said(f), "");
}

static void accepted_token__is_told__once(void **state)
{
    struct fixture *f = *state;
    refuses(f, "people");
    refuses(f, "teams");
    said(f);
    works(f, "teams");
    const char *all = said(f);
    assert_has(
        all,
        "1001: 🟢 <b>Ноушен</b> снова принимает токен · не пускали ");
    assert_has(all, "1002: ");
    works(f, "people");
    works(f, "teams:push");
    assert_string_equal(said(f), "");
    refuses(f, "people"); /* a new refusal is news */
    assert_has(said(f), "не принимает токен");
}

/* The token may read and not write: the pull that works in between is no good news. */
static void token_that_may_only_read__is_told__once(void **state)
{
    struct fixture *f = *state;
    works(f, "teams");
    refuses(f, "teams:push");
    assert_has(said(f), "sync teams:push");
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
    ran(f, "people", ERR_TEMP, "503", "telegram:1001");
    ran(f, "people", ERR_LIMIT, "every one of the 30 records would change", "telegram:1001");
    assert_string_equal(said(f), "");
    assert_int_equal(f->woken, 0);
}

static void failing_flow__is_told_once__by_its_direction(void **state)
{
    struct fixture *f = *state;
    ran(f, "teams:push", ERR_TEMP, "503", NULL);
    assert_has(said(f), "🔴 <b>Службы → Ноушен</b> по расписанию не получается с ");
    ran(f, "teams:push", ERR_TEMP, "503", NULL);
    assert_string_equal(said(f), "");
    ran(f, "teams", ERR_LIMIT, "every one of the 30 records would change", NULL);
    assert_has(said(f), "✋ <b>Службы (Ноушен)</b> по расписанию остановлено, ничего не изменено\n"
                        "изменились бы все записи до одной: 30");
    works(f, "teams:push");
    assert_has(said(f), "🟢 <b>Службы → Ноушен</b> снова сверяется");
}

static void outage__that_becomes_a_refusal__is_told_anew(void **state)
{
    struct fixture *f = *state;
    ran(f, "people", ERR_TEMP, "503", NULL);
    assert_has(said(f), "не получается");
    refuses(f, "people");
    assert_has(said(f), "не принимает токен");
    works(f, "people");
    const char *all = said(f);
    assert_has(all, "снова принимает токен");
    assert_has_not(all, "снова сверяется");
}

static void remotes__are_told__each_for_itself(void **state)
{
    struct fixture *f = *state;
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
    struct fixture *f = *state;
    struct err err = {0};
    refuses(f, "people");
    said(f);
    const struct report preview = {.flow = "people", .state = "done", .dry_run = true},
                        skipped = {.flow = "teams:push",
                                   .push = true,
                                   .state = "skipped",
                                   .error = "not asked",
                                   .error_kind = ERR_AUTH};
    assert_ok(notify_asked(f->db, &f->bot, &preview, "telegram:1001", &err), err);
    assert_ok(notify_asked(f->db, &f->bot, &skipped, "telegram:1001", &err), err);
    assert_string_equal(said(f), "");
}

static void refused_remotes__are_listed__until_one_run_goes_well(void **state)
{
    struct fixture *f = *state;
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
        TEST(failing_flow__is_told_once__by_its_direction),
        TEST(outage__that_becomes_a_refusal__is_told_anew),
        TEST(remotes__are_told__each_for_itself),
        TEST(preview_and_skipped_step__are__no_news),
        TEST(refused_remotes__are_listed__until_one_run_goes_well),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
