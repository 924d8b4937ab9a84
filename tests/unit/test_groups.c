/* test_groups.c: what a group hears and what it does not: commands of people's data, forwarded
 * words, documents, groups that moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/groups.h"
#include "bot/dispatch.h"
#include "store/base/json.h"
#include "store/chat/people.h"
#include "store/quarantine.h"
#include "store/runs.h"
#include "store/starts.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

#include <string.h>

#define GROUP (-1000500)

struct told {
    const char *text, *pressed; /* of the message; of the answer to a press; NULL: none */
    int64_t chat, thread;
};

/* Whatever they do, in whatever chat; what the outbox holds afterwards is the answer. */
static struct told doing(struct one_chat *c, struct chat_update u)
{
    struct err err = {0};
    bool any, queued;
    struct told t = {0};
    u.update_id = ++c->updates;
    u.user_id = c->user;
    u.language = "ru";
    assert_ok(db_script(c->f->db, "DELETE FROM chat_out", &err), err);
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, c->updates + 1, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    assert_true(any);
    t.text = temp_store_text(c->f->store, "SELECT payload ->> '$.text' FROM chat_out"
                                          " WHERE kind = 'message'");
    t.pressed = temp_store_text(c->f->store, "SELECT payload ->> '$.text' FROM chat_out"
                                             " WHERE kind = 'answer'");
    if (t.text) {
        t.chat = temp_store_int(c->f->store, "SELECT chat_id FROM chat_out WHERE kind = 'message'");
        t.thread =
            temp_store_int(c->f->store, "SELECT thread_id FROM chat_out WHERE kind = 'message'");
    }
    return t;
}

static struct told in_group(struct one_chat *c, const char *text)
{
    return doing(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                         .chat_id = GROUP,
                                         .thread_id = 77,
                                         .text = text});
}

static void commands_that_show_people__are_marked(void **state)
{
    (void)state;
    static const char *const personal[] = {"find",    "card",      "why",      "history",
                                           "invalid", "conflicts", "conflict", "deleted",
                                           "restore", "preview",   "plan",     "run",
                                           "undo",    "settle",    "roles",    "something_new"};
    static const char *const harmless[] = {"start",  "help",   "id",  "sync",
                                           "status", "cancel", "runs"};
    for (size_t i = 0; i < ARRAY_LEN(personal); i++)
        assert_true(groups_personal(personal[i]));
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
        assert_false(groups_personal(harmless[i]));
}

static void people__are_shown__in_private_only(void **state)
{
    struct one_chat *c = *state;
    static const char *const asked[] = {"/why Мария", "/history Мария", "/invalid", "/conflicts",
                                        "/deleted"};
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct told t = in_group(c, asked[i]);
        assert_int_equal(t.chat, GROUP);
        assert_int_equal(t.thread, 77); /* in the topic where it was asked */
        assert_has(t.text, "Это покажу в личном чате");
        assert_null(strstr(t.text, "Мария"));
        t = doing(c, (struct chat_update){.kind = UPDATE_PRESS,
                                          .chat_id = GROUP,
                                          .data = asked[i] + 1,
                                          .callback_id = "1"});
        assert_null(t.text);
        assert_has(t.pressed, "в личном чате");
        t = doing(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                          .chat_id = c->user,
                                          .is_private = true,
                                          .text = asked[i]});
        assert_null(strstr(t.text, "Это покажу в личном чате"));
    }
    assert_has(in_group(c, "/status").text, "Очередь");
    struct err err = {0};
    assert_ok(db_script(c->f->db, "UPDATE chat_user SET lang = 'en', lang_chosen = 1", &err), err);
    assert_has(in_group(c, "/why Мария").text, "I will show this in private");
}

/* ---------------------------------------------------------------- the way to the private chat */

static const char *buttons(struct one_chat *c)
{
    return temp_store_text(c->f->store, "SELECT payload ->> '$.buttons' FROM chat_out"
                                        " WHERE kind = 'message' AND chat_id < 0");
}

static void know_the_bot(struct one_chat *c)
{
    struct err err = {0};
    assert_ok(memo_put(c->f->db, "username telegram", "rosterd_bot", &err), err);
}

static struct told in_private(struct one_chat *c, const char *text)
{
    return doing(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                         .chat_id = c->user,
                                         .is_private = true,
                                         .text = text});
}

static void link_to_private__asks_the_same__again(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    in_group(c, "/history Мария");
    assert_null(buttons(c)); /* the bot does not know its name yet */
    know_the_bot(c);
    in_group(c, "/history@rosterd_bot Мария");
    const char *at = buttons(c), *prefix = "https://t.me/rosterd_bot?start=";
    assert_has(at, prefix);
    at = strstr(at, prefix) + strlen(prefix);
    const char *start = arena_printf(c->f->arena, "/start %.*s", (int)strcspn(at, "\""), at);
    assert_has(in_private(c, start).text, "Мария");
    /* whoever else presses it has asked for nothing, whatever they may do */
    c->user = 3001;
    assert_ok(people_grant(c->f->db, "telegram", 3001, ROLE_ORGANIZER, "test", 1, &err), err);
    assert_has(in_private(c, start).text, "По этой ссылке вам ничего не открыть");
    c->user = OLEG;
    assert_has(in_private(c, start).text, "Мария");
    /* two days later it is forgotten */
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM chat_in"), err);
    assert_has(in_private(c, start).text, "По этой ссылке вам ничего не открыть");
    assert_has(in_private(c, "/start ask-0").text, "По этой ссылке вам ничего не открыть");
}

/* Somebody who was made to press a link says nothing that they did not say themselves. */
static void link_to_private__repeats__only_what_was_asked_in_a_group(void **state)
{
    struct one_chat *c = *state;
    know_the_bot(c);
    static const char *const said[] = {"/lang en", "/start ask-1", "привет", "/nosuch"};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        in_group(c, said[i]);
        int64_t id = temp_store_int(c->f->store, "SELECT max(id) FROM chat_in");
        const char *start = arena_printf(c->f->arena, "/start ask-%lld", (long long)id);
        struct told t = in_private(c, start);
        assert_true(strstr(t.text, "По этой ссылке") || strstr(t.text, "This link"));
    }
    in_private(c, "/history Мария"); /* nor what was asked in private */
    int64_t id = temp_store_int(c->f->store, "SELECT max(id) FROM chat_in");
    struct told t = in_private(c, arena_printf(c->f->arena, "/start ask-%lld", (long long)id));
    assert_null(strstr(t.text, "Мария"));
}

/* A link that is followed in a group leads to its own screen in private. */
static void link__in_a_group__keeps_its_payload(void **state)
{
    struct one_chat *c = *state;
    know_the_bot(c);
    assert_has(in_group(c, "/start record-" ANNA).text, "личном чате");
    assert_has(buttons(c), "https://t.me/rosterd_bot?start=record-" ANNA);
}

static void buttons_in_a_group__open__people_in_private(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t run;
    const struct jailed row = {.flow = "part",
                               .remote_id = "i-1",
                               .part = "",
                               .reason = "Invalid role mapping",
                               .raw = "{}"};
    assert_ok(quarantine_put(c->f->db, &row, &err), err);
    assert_ok(runs_begin(c->f->db, "part", "pull", "schedule", 0, 1, &run, &err), err);
    in_group(c, "/runs");
    assert_has(buttons(c), "\"data\":\"run 1\""); /* no address yet: the press is answered */
    know_the_bot(c);
    in_group(c, "/runs");
    assert_has(buttons(c), "\"url\":\"https://t.me/rosterd_bot?start=run-1\"");
    in_group(c, "/status");
    assert_has(buttons(c), "https://t.me/rosterd_bot?start=invalid\"");
    assert_has(buttons(c), "\"data\":\"status @"); /* that works where it stands */
    in_private(c, "/status");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM chat_out WHERE payload LIKE"
                                                 " '%start=%'"),
                     0);
    static const int64_t groups[] = {GROUP};
    struct config cfg = *c->bot.cfg;
    cfg.groups = groups;
    cfg.n_groups = 1;
    c->bot.cfg = &cfg;
    in_group(c, "/runs"); /* people may be shown there */
    assert_has(buttons(c), "\"data\":\"run 1\"");
    c->bot.cfg = c->f->cfg;
}

/* What is done rather than shown: its screen opens in private, and an answer says what to write. */
static void what_changes_people__is_done__in_private(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    AUTO_BUTTONS b = BUTTONS_INIT;
    know_the_bot(c);
    buttons_add(&b, "undo", "undo 7");
    buttons_add(&b, "apply", "apply 8");
    buttons_add(&b, "all", "apply 8 9");
    assert_ok(groups_turn(&c->bot, c->f->db, "telegram", GROUP, &b, &err), err);
    const char *json = buttons_json(&b);
    assert_has(json, "https://t.me/rosterd_bot?start=run-7\"");
    assert_has(json, "https://t.me/rosterd_bot?start=plan-8\"");
    assert_has(json, "\"data\":\"apply 8 9\"");
    struct told t = doing(c, (struct chat_update){.kind = UPDATE_PRESS,
                                                  .chat_id = GROUP,
                                                  .data = "apply 8 9",
                                                  .callback_id = "1"});
    assert_string_equal(t.pressed, "Это покажу в личном чате: напишите мне там /apply 8 9.");
    t = in_group(c, "/undo 7");
    assert_has(t.text, "Напишите мне там /undo 7.");
    assert_has(buttons(c), "https://t.me/rosterd_bot?start=ask-");
}

static void whoever_may_not__hears__that_first(void **state)
{
    struct one_chat *c = *state;
    c->user = 3001; /* a stranger learns nothing of what the command would do */
    struct told t = in_group(c, "/history Мария");
    assert_null(strstr(t.text, "в личном чате: людей"));
}

static void command_of_another_bot__is_passed_over__in_silence(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    assert_ok(memo_put(c->f->db, "username telegram", "rosterd_bot", &err), err);
    assert_null(in_group(c, "/status@other_bot").text);
    assert_null(in_group(c, "/nosuch@other_bot now").text);
    assert_has(in_group(c, "/status@rosterd_bot").text, "Очередь");
    assert_has(in_group(c, "/status@Rosterd_Bot").text, "Очередь");
    assert_has(in_group(c, "/status").text, "Очередь");
}

static void a_group__may_be__allowed(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    static const int64_t groups[] = {-5, GROUP};
    struct config cfg = *c->bot.cfg;
    cfg.groups = groups;
    cfg.n_groups = 2;
    c->bot.cfg = &cfg;
    assert_has(in_group(c, "/history Мария").text, "Мария");
    cfg.n_groups = 1;
    assert_has(in_group(c, "/history Мария").text, "личном чате");
    /* it was called -5 when the configuration was written */
    assert_ok(chatbox_migrate(c->f->db, "telegram", -5, GROUP, &err), err);
    assert_has(in_group(c, "/history Мария").text, "Мария");
    c->bot.cfg = c->f->cfg;
}

static void what_nobody_said_to_the_bot__stays__without_answer(void **state)
{
    struct one_chat *c = *state;
    static const struct chat_update quiet[] = {
        {.kind = UPDATE_MESSAGE, .chat_id = GROUP, .text = "спасибо", .reply_to = 5},
        {.kind = UPDATE_MESSAGE, .chat_id = GROUP, .text = "/nosuchcommand"},
        {.kind = UPDATE_MESSAGE, .chat_id = GROUP, .text = "/status", .forwarded = true},
        {.kind = UPDATE_FILE, .chat_id = GROUP, .text = "", .file = {.id = "x"}, .reply_to = 5},
        {.kind = UPDATE_OTHER, .chat_id = GROUP, .text = ""},
        {.kind = UPDATE_MOVED, .chat_id = GROUP, .moved_to = -1000777},
        {.kind = UPDATE_GONE, .chat_id = GROUP},
    };
    for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
        assert_null(doing(c, quiet[i]).text);
}

static void forwarded_words__are__no_command(void **state)
{
    struct one_chat *c = *state;
    struct chat_update u = {.kind = UPDATE_MESSAGE,
                            .chat_id = c->user,
                            .is_private = true,
                            .text = "/lang en",
                            .forwarded = true};
    assert_has(doing(c, u).text, "Пересланное я за команду не считаю");
    assert_int_equal(temp_store_int(c->f->store, "SELECT lang_chosen FROM chat_user"), 0);
}

static void a_document__is__answered_politely(void **state)
{
    struct one_chat *c = *state;
    struct chat_update u = {.kind = UPDATE_FILE,
                            .chat_id = c->user,
                            .is_private = true,
                            .text = "/lang en",
                            .file = {.id = "x", .name = "a.csv", .size = 5}};
    assert_has(doing(c, u).text, "Я понимаю команды и кнопки");
    assert_int_equal(temp_store_int(c->f->store, "SELECT lang_chosen FROM chat_user"), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_that_show_people__are_marked),
        T(people__are_shown__in_private_only),
        T(link_to_private__asks_the_same__again),
        T(link_to_private__repeats__only_what_was_asked_in_a_group),
        T(link__in_a_group__keeps_its_payload),
        T(buttons_in_a_group__open__people_in_private),
        T(what_changes_people__is_done__in_private),
        T(whoever_may_not__hears__that_first),
        T(command_of_another_bot__is_passed_over__in_silence),
        T(a_group__may_be__allowed),
        T(what_nobody_said_to_the_bot__stays__without_answer),
        T(forwarded_words__are__no_command),
        T(a_document__is__answered_politely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
