/* test_menu_chat.c: the main menu and its second page, /help, and links that open one screen. */
#include "bot/command.h"
#include "bot/deep_links.h"
#include "store/base/clock.h"
#include "store/chat/people.h"
#include "store/chat/tasks.h"
#include "store/quarantine.h"
#include "store/starts.h"
#include "tests/support/people_chat.h"

#include <string.h>

static void give(struct people_chat *c, int64_t user, enum role role)
{
    struct err err = {0};
    assert_ok(people_grant(c->f->db, "telegram", user, role, "test", 1, &err), err);
}

/* A synced flow, so that the menu has something to say. */
static void synced(struct people_chat *c)
{
    struct err err = {0};
    assert_ok(db_script(c->f->db,
                        "INSERT INTO flow_state(flow, checked_at) VALUES('part', 1)"
                        " ON CONFLICT DO UPDATE SET checked_at = 1",
                        &err),
              err);
}

/* ---------------------------------------------------------------- the main menu */

static void menu__shows__what_waits(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    synced(c);
    assert_has(chat_say(c, OLEG, "/start"), "Олег, здравствуйте.\n");
    assert_has(chat_told(c, OLEG), "Всё сходится.");
    assert_has_not(chat_buttons(c, OLEG), "→ invalid\n");
    assert_has(chat_buttons(c, OLEG), "🔄 Синхронизировать → sync\n");
    assert_has(chat_buttons(c, OLEG), "🔎 Найти → find\n");
    assert_has(chat_buttons(c, OLEG), "⋯ Ещё → menu more @");
    const struct jailed row = {.flow = "part",
                               .remote_id = "i-1",
                               .part = "",
                               .reason = "x",
                               .raw = "{}"};
    assert_ok(quarantine_put(c->f->db, &row, &err), err);
    assert_has_not(chat_say(c, OLEG, "/menu"), "Всё сходится.");
    assert_has(chat_buttons(c, OLEG), "⚠️ С ошибками: 1 → invalid\n");
    assert_has(chat_say(c, VERA, "/menu"), "Vera");
    assert_has(chat_buttons(c, VERA), "⋯ More → menu more @");
}

static void execute(struct people_chat *c, const char *sql)
{
    struct err err = {0};
    assert_ok(db_script(c->f->db, sql, &err), err);
}

#define PLAN(flow, state, at)                                                                      \
    "INSERT INTO plan(flow, actor, brake, hash, state, inserted, updated, deleted, created_at)"    \
    " VALUES('" flow "', 'telegram:1001', 'why', 'h', '" state "', 0, 0, 2, " at ");"

/* First what waits for them, then how things are. */
static void menu__begins__with_what_waits(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    const char *now = arena_printf(c->f->arena, "%lld", (long long)clock_now_ms());
    synced(c);
    give(c, KSENIA, ROLE_ORGANIZER);
    for (int i = 0; i < 2; i++) {
        const struct jailed row = {.flow = "part",
                                   .remote_id = i ? "i-1" : "i-2",
                                   .part = "",
                                   .reason = "x",
                                   .raw = "{}"};
        assert_ok(quarantine_put(c->f->db, &row, &err), err);
    }
    execute(c, arena_printf(c->f->arena,
                            PLAN("part:push", "open", "%s") PLAN("part:push", "open", "%s")
                                PLAN("people", "open", "%s") PLAN("teams", "open", "1"),
                            now, now, now));
    execute(c, "INSERT INTO flow_state(flow, error, error_kind) VALUES('part:push', 'w', 'limit'),"
               " ('teams', 'w', 'limit') ON CONFLICT DO NOTHING");
    chat_say(c, OLEG, "/start");
    assert_has(chat_told(c, OLEG), "Олег, здравствуйте.\n"
                                   "⏳ Ждут вас: 1 план, 2 строки с ошибками\n"
                                   "2 человека, 2 службы, 2 участия\n"
                                   "Последняя сверка ");
    /* of a flow the latest, of those that still stand still */
    assert_has(chat_buttons(c, OLEG), "👁 План 2 → plan 2 show\n");
    assert_has_not(chat_buttons(c, OLEG), "План 1");
    assert_has_not(chat_buttons(c, OLEG), "План 3");
    assert_has_not(chat_buttons(c, OLEG), "План 4");
    assert_has(chat_press(c, OLEG, "plan 2 show"), "План 2: менять в нём нечего");
    /* an admin decides on plans */
    assert_has(chat_say(c, KSENIA, "/start"), "⏳ Ждут вас: 2 строки с ошибками\n");
    assert_has_not(chat_buttons(c, KSENIA), "План");
    execute(c, "UPDATE plan SET state = 'refused' WHERE id = 2");
    assert_has_not(chat_say(c, OLEG, "/start"), "план");
}

static void second_page__replaces_the_first__and_back(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, OLEG, "/start");
    const char *slots = "SELECT group_concat(slot) FROM chat_out WHERE kind = 'message'";
    const char *slot = temp_store_text(c->f->store, slots);
    assert_non_null(slot);
    const char *more = chat_data(c, OLEG, "Ещё");
    assert_has(chat_press(c, OLEG, more), "Остальное");
    assert_string_equal(temp_store_text(c->f->store, slots), slot);
    assert_has(chat_buttons(c, OLEG), "→ alerts\n");
    assert_has(chat_buttons(c, OLEG), "→ backup\n");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Меню")), "Олег, здравствуйте");
    assert_string_equal(temp_store_text(c->f->store, slots), slot);
    /* every button is a command that is there, and that they may use */
    chat_press(c, OLEG, more);
    const char *at = chat_buttons(c, OLEG);
    int n = 0;
    while ((at = strstr(at, " → "))) {
        AUTO_ARENA *arena = arena_new(1 << 16);
        char name[COMMAND_NAME_BYTES];
        const char *args, *page;
        at += strlen(" → ");
        AUTO_FREE char *data = xstrndup(at, strcspn(at, "\n"));
        assert_true(command_parse(data, true, name, arena, &args, &page));
        assert_non_null(command_find(&command_table, name));
        n++;
    }
    assert_in_range(n, 14, 17);
}

static void menu__offers__what_the_role_may(void **state)
{
    struct people_chat *c = *state;
    give(c, KSENIA, ROLE_ORGANIZER);
    chat_say(c, KSENIA, "/start");
    chat_press(c, KSENIA, chat_data(c, KSENIA, "Ещё"));
    assert_has(chat_buttons(c, KSENIA), "→ runs\n");
    assert_has_not(chat_buttons(c, KSENIA), "→ backup\n");
    assert_has_not(chat_buttons(c, KSENIA), "→ roles\n");
    give(c, BORIS, ROLE_PARTICIPANT);
    assert_has(chat_say(c, BORIS, "/menu"), "Борис, здравствуйте");
    assert_has(chat_buttons(c, BORIS), "→ help\n");
    assert_has_not(chat_buttons(c, BORIS), "→ sync\n");
    assert_has_not(chat_buttons(c, BORIS), "menu more");
    assert_has(chat_press(c, BORIS, "menu more @1"), "Борис, здравствуйте"); /* an old button */
    assert_has(chat_say(c, 3001, "/menu"), "поделитесь контактом");
}

/* An organizer of one team syncs nothing: its button would only refuse them. */
static void menu__of_a_teams_organizer__has_only_what_works(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, OLEG, "/grant 2001 organizer Кухня");
    assert_int_equal(chat_role(c, KSENIA), ROLE_ORGANIZER);
    chat_say(c, KSENIA, "/start");
    assert_has_not(chat_buttons(c, KSENIA), "→ sync\n");
    assert_has_not(chat_told(c, KSENIA), "участи"); /* the numbers are of all teams */
    assert_has(chat_buttons(c, KSENIA), "→ find\n");
    assert_has(chat_buttons(c, KSENIA), "→ status\n");
    assert_has_not(chat_say(c, KSENIA, "/help"), "/sync [");
    assert_has(chat_told(c, KSENIA), "/find ТЕКСТ");
}

/* ---------------------------------------------------------------- /help */

static void help__is_grouped__by_role(void **state)
{
    struct people_chat *c = *state;
    const char *said = chat_say(c, OLEG, "/help");
    assert_has(said, "\n\nСверка\n/sync ");
    assert_has(said, "\n\nКому что можно\n/roles");
    assert_has(said, "\n/start — ");
    assert_has(said, "Их обычно нажимают кнопкой: /");
    for (size_t i = 0; i < command_table.n; i++)
        assert_has(said, arena_printf(c->f->store->arena, "/%s", command_table.list[i]->name));
    /* what follows a command is in their language, but for words that are typed so in any */
    assert_has(said, "\n/find ТЕКСТ — ");
    assert_has(said, "\n/sync [all | поток…] [full] — ");
    assert_has(said, "\n/grant ID|@имя [роль] [3д] [служба] — ");
    assert_has(said, "\n/invalid [поток|мои|ничьи] — ");
    chat_say(c, OLEG, "/lang en");
    said = chat_say(c, OLEG, "/help");
    assert_has(said, "\n/find TEXT — ");
    assert_has(said, "\n/grant ID|@name [role] [3d] [team] — ");
    give(c, BORIS, ROLE_PARTICIPANT);
    said = chat_say(c, BORIS, "/help");
    assert_has(said, "/card");
    assert_has_not(said, "/sync");
    assert_has_not(said, "Кому что можно");
    assert_has(said, "Начать можно с /start.");
    assert_has(chat_say(c, 3001, "/help"), "поделитесь контактом");
}

/* ---------------------------------------------------------------- without an argument */

static void missing_number__is_asked_for__with_buttons(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    int64_t run;
    assert_ok(runs_begin(c->f->db, "part", "pull", "schedule", 0, 1, &run, &err), err);
    assert_has(chat_say(c, OLEG, "/run"), "Какой прогон?");
    assert_has(chat_buttons(c, OLEG),
               arena_printf(c->f->store->arena, "→ run %lld\n", (long long)run));
    assert_has(chat_buttons(c, OLEG), "→ runs\n");
    static const char *const plans[] = {"/plan", "/apply", "/refuse", "/apply 99"};
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        chat_say(c, OLEG, plans[i]);
        assert_has(chat_buttons(c, OLEG), "→ preview\n");
    }
}

/* ---------------------------------------------------------------- links */

static void payload__names__a_screen(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    static const char *const wrong[] = {"",
                                        "run",
                                        "run-",
                                        "run-0",
                                        "run--5",
                                        "run-5x",
                                        "undo-5",
                                        "record-5",
                                        "runs-5",
                                        "-5",
                                        "run-5-6",
                                        "alert-1 2",
                                        "record-",
                                        "RUN-5",
                                        "task-",
                                        "task-c1;x",
                                        "task-xyz",
                                        "conflicts-1",
                                        "invalid-part",
                                        "invalid-",
                                        "invalid-r1234567",
                                        "deleted-x",
                                        "grant-5",
                                        "settle-1",
                                        "ask-1",
                                        ("run-99999999999999999999999999999999999999999999999999999"
                                         "99999999999")};
    assert_string_equal(deep_link_command("run-318", arena), "run 318");
    assert_string_equal(deep_link_command("plan-7", arena), "plan 7 show");
    assert_string_equal(deep_link_command("conflict-7", arena), "conflict 7");
    assert_string_equal(deep_link_command("alert-7", arena), "alerts 7");
    assert_string_equal(deep_link_command("record-" PETR, arena), "card " PETR);
    assert_string_equal(deep_link_command("task-c12", arena), "task c12");
    assert_string_equal(deep_link_command("task-0123456789", arena), "task 0123456789");
    assert_string_equal(deep_link_command("conflicts", arena), "conflicts");
    assert_string_equal(deep_link_command("invalid", arena), "invalid");
    assert_string_equal(deep_link_command("invalid-f12345ab", arena), "invalid f12345ab");
    assert_string_equal(deep_link_command("deleted", arena), "deleted");
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_null(deep_link_command(wrong[i], arena));
}

static void button__has__the_link_of_its_screen(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    static const struct {
        const char *line, *payload;
    } screens[] = {{"run 318", "run-318"},     {"plan 7 show", "plan-7"},
                   {"plan 7", "plan-7"},       {"conflict 7", "conflict-7"},
                   {"alerts 7", "alert-7"},    {"card " PETR, "record-" PETR},
                   {"task c12", "task-c12"},   {"task 0123456789", "task-0123456789"},
                   {"invalid", "invalid"},     {"invalid f12345ab", "invalid-f12345ab"},
                   {"conflicts", "conflicts"}, {"deleted", "deleted"}};
    /* what does something, what shows another part, what is none */
    static const char *const none[] =
        {"run 318 csv",     "alerts 7 try",  "undo 5", "apply 7",
         "settle 1 ours",   "task c12 drop", "alerts", "invalid mine 5",
         "conflicts all 3", "run",           ""};
    for (size_t i = 0; i < ARRAY_LEN(screens); i++)
        assert_string_equal(deep_link_of(screens[i].line, arena), screens[i].payload);
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_null(deep_link_of(none[i], arena));
    /* a flow may be called anything; the list knows it by the same digits */
    const char *payload = deep_link_of("invalid part:push", arena);
    char brief[TASK_SHORT_MAX];
    assert_string_equal(payload,
                        arena_printf(arena, "invalid-%s", task_short('f', "part:push", brief)));
    assert_non_null(deep_link_command(payload, arena));
}

static void address__leads_back__to_the_same_screen(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    struct arena *arena = c->f->store->arena;
    const char *to;
    assert_ok(deep_link_to(c->f->db, "telegram", LINK_RUN, "318", arena, &to, &err), err);
    assert_string_equal(to, "/run 318"); /* the bot does not know its name yet */
    assert_ok(deep_link_to(c->f->db, "telegram", LINK_DELETED, "", arena, &to, &err), err);
    assert_string_equal(to, "/deleted");
    assert_ok(memo_put(c->f->db, "username telegram", "rosterd_bot", &err), err);
    static const struct {
        enum deep_link what;
        const char *ref, *command;
    } all[] = {{LINK_RUN, "318", "run 318"},
               {LINK_PLAN, "9223372036854775807", "plan 9223372036854775807 show"},
               {LINK_CONFLICT, "1", "conflict 1"},
               {LINK_ALERT, "2", "alerts 2"},
               {LINK_RECORD, PETR, "card " PETR},
               {LINK_TASK, "c5", "task c5"},
               {LINK_INVALID, "", "invalid"},
               {LINK_INVALID, "f0000000", "invalid f0000000"},
               {LINK_CONFLICTS, "", "conflicts"},
               {LINK_DELETED, "", "deleted"}};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        assert_ok(deep_link_to(c->f->db, "telegram", all[i].what, all[i].ref, arena, &to, &err),
                  err);
        const char *prefix = "https://t.me/rosterd_bot?start=";
        assert_int_equal(strncmp(to, prefix, strlen(prefix)), 0);
        const char *payload = to + strlen(prefix);
        assert_in_range(strlen(payload), 1, DEEP_LINK_MAX);
        assert_int_equal(payload[strspn(payload, "abcdefghijklmnopqrstuvwxyz0123456789_-")], 0);
        assert_string_equal(deep_link_command(payload, arena), all[i].command);
    }
}

static void link__opens__the_commands_screen(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, OLEG, "/start run-999"), "Прогона 999 нет");
    const char *card = chat_say(c, OLEG, "/card " PETR);
    assert_string_equal(chat_say(c, OLEG, "/start record-" PETR), card);
    assert_has(card, "Ильин Пётр");
}

static void link__to_a_line__opens_it_while_it_is_there(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    const struct jailed row = {.flow = "part",
                               .remote_id = "i-1",
                               .part = "",
                               .reason = "Invalid role mapping",
                               .raw = "{}"};
    char ref[TASK_REF_MAX], brief[TASK_SHORT_MAX];
    const struct task_item item = task_of_jailed(&row);
    assert_ok(quarantine_put(c->f->db, &row, &err), err);
    const char *task = arena_printf(c->f->arena, "/start task-%s", task_ref(&item, ref));
    assert_has(chat_say(c, OLEG, task), "нет такой роли");
    assert_has(chat_say(c, OLEG, "/start invalid"), "Не приняты: 1.");
    assert_has(chat_say(c, OLEG,
                        arena_printf(c->f->arena, "/start invalid-%s",
                                     task_short('f', "part", brief))),
               "Не приняты: 1.");
    give(c, BORIS, ROLE_CHECKER);
    assert_has(chat_say(c, BORIS, task), "По этой ссылке вам ничего не открыть");
    chat_say(c, OLEG, "/grant 2001 organizer Кухня"); /* the row is of another team */
    assert_has(chat_say(c, KSENIA, task), "запись другой службы");
    assert_ok(quarantine_free(c->f->db, "part", "i-1", "", &err), err);
    assert_has(chat_say(c, OLEG, task), "Этого в списке уже нет");
}

static void link__of_others__opens_the_menu(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, OLEG, "/start nosuch"), "По этой ссылке вам ничего не открыть");
    assert_has(chat_buttons(c, OLEG), "→ sync\n");
    give(c, BORIS, ROLE_PARTICIPANT);
    assert_has(chat_say(c, BORIS, "/start run-1"), "По этой ссылке вам ничего не открыть");
    assert_has_not(chat_told(c, BORIS), "Прогон");
    assert_has_not(chat_say(c, BORIS, "/start record-" PETR), "Ильин");
    assert_has(chat_say(c, 3001, "/start record-" PETR), "поделитесь контактом");
}

static void link__shows_people__in_private_only(void **state)
{
    struct people_chat *c = *state;
    const char *said = chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                                         .user_id = OLEG,
                                                         .chat_id = -1000500,
                                                         .text = "/start record-" PETR});
    assert_has(said, "личном чате");
    assert_has_not(said, "Ильин");
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, people_chat_setup, people_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(menu__shows__what_waits),
        IN_CHAT(menu__begins__with_what_waits),
        IN_CHAT(second_page__replaces_the_first__and_back),
        IN_CHAT(menu__offers__what_the_role_may),
        IN_CHAT(menu__of_a_teams_organizer__has_only_what_works),
        IN_CHAT(help__is_grouped__by_role),
        IN_CHAT(missing_number__is_asked_for__with_buttons),
        cmocka_unit_test(payload__names__a_screen),
        cmocka_unit_test(button__has__the_link_of_its_screen),
        IN_CHAT(address__leads_back__to_the_same_screen),
        IN_CHAT(link__opens__the_commands_screen),
        IN_CHAT(link__to_a_line__opens_it_while_it_is_there),
        IN_CHAT(link__of_others__opens_the_menu),
        IN_CHAT(link__shows_people__in_private_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
