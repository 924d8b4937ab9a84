/* test_menus.c: which list of commands is published for whom, and that it is published once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/chat/me.h"
#include "bot/chat/menus.h"
#include "store/base/json.h"
#include "store/chat/grants.h"
#include "store/chat/people.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>
#include <string.h>

/* A transport that writes down what it is given. */
struct shop {
    struct chat chat;
    struct chat_ops ops;
    struct temp_store *t;
    struct menus *menus;
    struct err fails; /* the next call's; kind ERR_NONE: it works */
    const char *name; /* the bot's */
    int met, calls;
    enum menu_where where; /* of the last call */
    int64_t chat_id;
    const char *language, *list; /* NULL: taken away */
};

static struct shop *of(struct chat *c)
{
    return (struct shop *)c;
}

static int fail_once(struct shop *s, struct err *err)
{
    struct err why = s->fails;
    s->fails = (struct err){0};
    if (why.kind == ERR_NONE)
        return 0;
    *err = why;
    return -1;
}

static int set_menu(struct chat *c, const struct chat_menu *menu, struct err *err)
{
    struct shop *s = of(c);
    if (fail_once(s, err))
        return -1;
    s->calls++;
    s->where = menu->where;
    s->chat_id = menu->chat_id;
    s->language = arena_strdup(s->t->arena, menu->language);
    s->list = menu->commands_json ? arena_strdup(s->t->arena, menu->commands_json) : NULL;
    return 0;
}

static int me(struct chat *c, struct arena *arena, const char **ret, struct err *err)
{
    struct shop *s = of(c);
    if (fail_once(s, err))
        return -1;
    s->met++;
    *ret = arena_strdup(arena, s->name);
    return 0;
}

static int setup(void **state)
{
    struct shop *s = xcalloc(1, sizeof *s);
    void *t;
    assert_int_equal(temp_store_setup(&t), 0);
    s->t = t;
    s->ops = (struct chat_ops){.name = "telegram", .set_menu = set_menu, .me = me};
    s->chat.ops = &s->ops;
    s->name = "rosterd_bot";
    s->menus = menus_new(LANG_RU);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct shop *s = *state;
    void *t = s->t;
    menus_free(s->menus);
    free(s);
    return temp_store_teardown(&t);
}

/* Everything that is out of date; returns how many lists that were. */
static int publish_all(struct shop *s)
{
    struct err err = {0};
    int before = s->calls, done;
    do {
        done = menus_step(s->menus, s->t->db, &s->chat, &err);
        assert_ok(done < 0 ? -1 : 0, err);
    } while (done);
    return s->calls - before;
}

static void restart(struct shop *s)
{
    menus_free(s->menus);
    s->menus = menus_new(LANG_RU);
}

static void person(struct shop *s, int64_t id, const char *lang, enum role role)
{
    struct err err = {0};
    const struct chat_user u = {.via = "telegram",
                                .user_id = id,
                                .name = "Анна",
                                .lang = lang,
                                .met = true};
    assert_ok(people_seen(s->t->db, &u, 100, &err), err);
    assert_ok(people_role_changed(s->t->db, "telegram", id, role, 100, &err), err);
}

static void list_of_a_role__has__what_it_may_use(void **state)
{
    (void)state;
    AUTO_FREE char *anyone = menus_list(LANG_RU, ROLE_ANYONE);
    AUTO_FREE char *participant = menus_list(LANG_RU, ROLE_PARTICIPANT);
    AUTO_FREE char *organizer = menus_list(LANG_EN, ROLE_ORGANIZER);
    AUTO_FREE char *admin = menus_list(LANG_RU, ROLE_ADMIN);
    AUTO_FREE char *group = menus_group_list(LANG_RU);
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    assert_has(anyone, "\"help\"");
    assert_has_not(anyone, "\"sync\"");
    assert_has_not(anyone, "\"card\"");
    assert_has(participant, "\"card\"");
    assert_has_not(participant, "\"sync\"");
    assert_has(organizer, "\"sync\",\"description\":\"bring tables and store into step\"");
    assert_has_not(organizer, "\"roles\"");
    assert_has_not(organizer, "\"apply\""); /* a button's business */
    assert_has(admin, "\"roles\"");
    assert_ok(json_parse(admin, strlen(admin), &tree, &err), err);
    assert_in_range(cJSON_GetArraySize(tree), 10, 100);
    assert_has(group, "\"status\"");
    assert_has_not(group, "\"find\"");
}

static void give(struct shop *s, int64_t id, const char *team, int64_t *ret_id)
{
    struct err err = {0};
    bool fresh;
    const struct grant g = {.via = "telegram",
                            .user_id = id,
                            .role = ROLE_ORGANIZER,
                            .team_id = team,
                            .given_by = "test",
                            .given_at = 100};
    assert_ok(grants_give(s->t->db, &g, ret_id, &fresh, &err), err);
}

/* For everything or for a team: the highest role is the same, the commands that work are not. */
static void organizer_of_a_team__has__what_works_for_them(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    int64_t team, whole;
    bool was;
    AUTO_FREE char *few = menus_team_list(LANG_RU), *many = menus_list(LANG_RU, ROLE_ORGANIZER);
    assert_has(few, "\"find\"");
    assert_has(few, "\"invalid\"");
    assert_has(few, "\"conflicts\"");
    assert_has(few, "\"deleted\"");
    assert_has_not(few, "\"sync\"");
    assert_has_not(few, "\"runs\"");
    publish_all(s);
    give(s, 7, "55555555-5555-4555-8555-555555555555", &team);
    person(s, 7, "ru", ROLE_ORGANIZER);
    assert_int_equal(publish_all(s), 1);
    assert_string_equal(s->list, few);
    give(s, 7, NULL, &whole);
    assert_int_equal(publish_all(s), 1);
    assert_string_equal(s->list, many);
    assert_int_equal(publish_all(s), 0);
    assert_ok(grants_take(s->t->db, whole, "test", 200, &was, &err), err);
    assert_int_equal(publish_all(s), 1);
    assert_string_equal(s->list, few);
    person(s, 8, "ru", ROLE_ORGANIZER); /* a lead, by the tables */
    assert_int_equal(publish_all(s), 1);
    assert_string_equal(s->list, few);
}

static void lists__are_published__once(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    const char *name;
    assert_int_equal(publish_all(s), 6); /* everybody's and the groups', in three languages */
    assert_int_equal(s->met, 1);
    assert_ok(me_username(s->t->db, "telegram", s->t->arena, &name, &err), err);
    assert_string_equal(name, "rosterd_bot");
    assert_int_equal(publish_all(s), 0);
    restart(s);
    assert_int_equal(publish_all(s), 0);
    s->name = "another_bot"; /* its lists are all missing */
    restart(s);
    assert_int_equal(publish_all(s), 6);
}

static void person__gets_the_list__of_their_role_and_language(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    int64_t grant;
    publish_all(s);
    give(s, 7, NULL, &grant);
    person(s, 7, "en", ROLE_ORGANIZER);
    person(s, 8, "ru", ROLE_ANYONE);
    assert_int_equal(publish_all(s), 1);
    assert_int_equal(s->where, MENU_CHAT);
    assert_int_equal(s->chat_id, 7);
    assert_string_equal(s->language, "");
    AUTO_FREE char *english = menus_list(LANG_EN, ROLE_ORGANIZER);
    AUTO_FREE char *russian = menus_list(LANG_RU, ROLE_ORGANIZER);
    assert_string_equal(s->list, english);
    assert_ok(people_set_lang(s->t->db, "telegram", 7, "ru", &err), err);
    assert_int_equal(publish_all(s), 1);
    assert_string_equal(s->list, russian);
    assert_ok(people_role_changed(s->t->db, "telegram", 7, ROLE_ANYONE, 200, &err), err);
    assert_int_equal(publish_all(s), 1);
    assert_int_equal(s->chat_id, 7);
    assert_null(s->list);
    assert_int_equal(publish_all(s), 0);
}

static void person__who_was_never_met_in_private__waits(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    publish_all(s);
    assert_ok(people_role_changed(s->t->db, "telegram", 9, ROLE_CHECKER, 100, &err), err);
    assert_int_equal(publish_all(s), 0);
    const struct chat_user in_group = {.via = "telegram", .user_id = 9, .name = "Анна"};
    assert_ok(people_seen(s->t->db, &in_group, 100, &err), err);
    assert_int_equal(publish_all(s), 0);
    person(s, 9, "ru", ROLE_CHECKER);
    assert_int_equal(publish_all(s), 1);
    assert_int_equal(s->chat_id, 9);
}

static void failure__only__delays_it(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    publish_all(s);
    person(s, 7, "ru", ROLE_ADMIN);
    s->fails = (struct err){.kind = ERR_TEMP, .retry_s = 30};
    assert_int_equal(menus_step(s->menus, s->t->db, &s->chat, &err), -1);
    assert_int_equal(err.retry_s, 30);
    restart(s); /* in the meantime */
    assert_int_equal(publish_all(s), 1);
    assert_int_equal(s->chat_id, 7);
    /* what Telegram does not take as it is, is not tried for ever */
    person(s, 8, "ru", ROLE_ADMIN);
    s->fails = (struct err){.kind = ERR_DATA};
    err = (struct err){0};
    assert_int_equal(menus_step(s->menus, s->t->db, &s->chat, &err), 1);
    assert_int_equal(publish_all(s), 0);
}

static void other_commands__are_published__to_all(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    person(s, 7, "ru", ROLE_ADMIN);
    person(s, 8, "ru", ROLE_CHECKER);
    person(s, 9, "ru", ROLE_ANYONE);
    assert_int_equal(publish_all(s), 8);
    /* as the program before this one left it */
    assert_ok(db_script(s->t->db, "UPDATE memo SET value = 'old' WHERE key LIKE 'menu %'", &err),
              err);
    restart(s);
    assert_int_equal(publish_all(s), 8);
}

static void role_that_changes_meanwhile__is_published__again(void **state)
{
    struct shop *s = *state;
    struct err err = {0};
    struct chat_user *u;
    publish_all(s);
    person(s, 7, "ru", ROLE_ADMIN);
    assert_ok(people_menu_next(s->t->db, "telegram", s->t->arena, &u, &err), err);
    person(s, 7, "ru", ROLE_CHECKER);
    assert_ok(people_menu_done(s->t->db, u, &err), err);
    AUTO_FREE char *checker = menus_list(LANG_RU, ROLE_CHECKER);
    assert_int_equal(publish_all(s), 1);
    assert_string_equal(s->list, checker);
}

static void command__says__whom_it_is_for(void **state)
{
    (void)state;
    assert_false(me_other_is_meant("/status", "rosterd_bot"));
    assert_false(me_other_is_meant("/status@rosterd_bot", "rosterd_bot"));
    assert_false(me_other_is_meant(" /status@Rosterd_Bot all", "rosterd_bot"));
    assert_false(me_other_is_meant("/status@other", NULL));
    assert_false(me_other_is_meant("/grant @other", "rosterd_bot"));
    assert_false(me_other_is_meant("anna@other", "rosterd_bot"));
    assert_false(me_other_is_meant("", "rosterd_bot"));
    assert_true(me_other_is_meant("/status@other_bot", "rosterd_bot"));
    assert_true(me_other_is_meant("/status@rosterd_bot2 x", "rosterd_bot"));
    assert_true(me_other_is_meant("/status@", "rosterd_bot"));
}

#define IN_SHOP(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_of_a_role__has__what_it_may_use),
        IN_SHOP(organizer_of_a_team__has__what_works_for_them),
        IN_SHOP(lists__are_published__once),
        IN_SHOP(person__gets_the_list__of_their_role_and_language),
        IN_SHOP(person__who_was_never_met_in_private__waits),
        IN_SHOP(failure__only__delays_it),
        IN_SHOP(other_commands__are_published__to_all),
        IN_SHOP(role_that_changes_meanwhile__is_published__again),
        cmocka_unit_test(command__says__whom_it_is_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
