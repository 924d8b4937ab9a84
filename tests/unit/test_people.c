/* test_people.c: who talks to the bot, in which language, and what they may do. */
#include "store/chat/people.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

static void seen(struct temp_store *t, int64_t id, const char *name, const char *username,
                 const char *lang, int64_t at)
{
    struct err err = {0};
    struct chat_user u = {.via = "telegram",
                          .user_id = id,
                          .name = name,
                          .username = username,
                          .lang = lang};
    assert_ok(people_seen(t->db, &u, at, &err), err);
}

static struct chat_user *get(struct temp_store *t, int64_t id)
{
    struct err err = {0};
    struct chat_user *u = NULL;
    assert_ok(people_get(t->db, "telegram", id, t->arena, &u, &err), err);
    return u;
}

static void grant(struct temp_store *t, int64_t id, enum role role)
{
    struct err err = {0};
    assert_ok(people_grant(t->db, "telegram", id, role, "telegram:1", 500, &err), err);
}

static void roles__have__names_in_their_order(void **state)
{
    (void)state;
    static const char *const names[] = {"anyone", "participant", "checker", "organizer", "admin"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        enum role role = ROLE_ANYONE;
        assert_string_equal(role_name((enum role)i), names[i]);
        assert_true(role_parse(names[i], &role));
        assert_int_equal(role, (int)i);
    }
    enum role role = ROLE_CHECKER;
    assert_false(role_parse("Admin", &role));
    assert_false(role_parse("", &role));
    assert_int_equal(role, ROLE_CHECKER);
}

static void stranger__becomes__known_by_writing(void **state)
{
    struct temp_store *t = *state;
    assert_null(get(t, 7));
    seen(t, 7, "Анна", "anna", "ru", 100);
    struct chat_user *u = get(t, 7);
    assert_string_equal(u->name, "Анна");
    assert_string_equal(u->username, "anna");
    assert_string_equal(u->lang, "ru");
    assert_false(u->lang_chosen);
    assert_int_equal(u->role, ROLE_ANYONE);
    assert_null(get(t, 8));
}

static void seen__writes__only_what_changed(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct db *other = NULL;
    assert_ok(db_open(t->path, DB_READ, &other, &err), err);
    seen(t, 7, "Анна", NULL, "ru", 100);
    int64_t version = db_data_version(other);
    seen(t, 7, "Анна", NULL, "ru", 200);
    assert_int_equal(db_data_version(other), version);
    seen(t, 7, "Анна", "anna", "ru", 300);
    assert_int_not_equal(db_data_version(other), version);
    assert_string_equal(get(t, 7)->username, "anna");
    assert_int_equal(temp_store_int(t, "SELECT seen_at FROM chat_user"), 300);
    db_close(other);
}

static void language__that_was_chosen__stays(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    seen(t, 7, "A", NULL, "ru", 100);
    seen(t, 7, "A", NULL, "en", 200);
    assert_string_equal(get(t, 7)->lang, "en"); /* guessed from the client */
    assert_ok(people_set_lang(t->db, "telegram", 7, "ru", &err), err);
    seen(t, 7, "A", NULL, "en", 300);
    assert_string_equal(get(t, 7)->lang, "ru");
    assert_true(get(t, 7)->lang_chosen);
    seen(t, 7, "B", NULL, "en", 400); /* another name is written, the language is not */
    assert_string_equal(get(t, 7)->name, "B");
    assert_string_equal(get(t, 7)->lang, "ru");
}

static void grant__gives_and_takes__with_an_audit_row(void **state)
{
    struct temp_store *t = *state;
    grant(t, 7, ROLE_ORGANIZER); /* somebody who never wrote */
    assert_int_equal(get(t, 7)->role, ROLE_ORGANIZER);
    assert_string_equal(temp_store_text(t, "SELECT entity || ' ' || local_id || ' ' || field ||"
                                           " ' ' || ifnull(before, '-') || ' ' || after || ' ' ||"
                                           " source FROM audit"),
                        "chat_user telegram:7 role - organizer telegram:1");
    grant(t, 7, ROLE_ORGANIZER);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit"), 1);
    grant(t, 7, ROLE_ANYONE);
    assert_int_equal(get(t, 7)->role, ROLE_ANYONE);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit"), 2);
    grant(t, 8, ROLE_ANYONE); /* what everybody has is not written down */
    assert_null(get(t, 8));
}

static void grant__of_another_role__takes_the_place_of_the_first(void **state)
{
    struct temp_store *t = *state;
    grant(t, 7, ROLE_ORGANIZER);
    grant(t, 7, ROLE_CHECKER);
    assert_int_equal(get(t, 7)->role, ROLE_CHECKER);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM role_grant WHERE ended_at IS NULL"),
                     1);
}

static void changed_role__makes__the_menu_stale(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    seen(t, 7, "Анна", NULL, "ru", 100);
    assert_int_equal(temp_store_int(t, "SELECT menu_stale FROM chat_user"), 0);
    assert_ok(people_role_changed(t->db, "telegram", 7, ROLE_ANYONE, 200, &err), err);
    assert_int_equal(temp_store_int(t, "SELECT menu_stale FROM chat_user"), 0);
    assert_ok(people_role_changed(t->db, "telegram", 7, ROLE_CHECKER, 200, &err), err);
    assert_int_equal(temp_store_int(t, "SELECT menu_stale FROM chat_user"), 1);
    assert_int_equal(get(t, 7)->role, ROLE_CHECKER);
    assert_ok(people_role_changed(t->db, "telegram", 8, ROLE_ANYONE, 200, &err), err);
    assert_null(get(t, 8));
    assert_ok(people_role_changed(t->db, "telegram", 8, ROLE_CHECKER, 200, &err), err);
    assert_int_equal(temp_store_int(t, "SELECT menu_stale FROM chat_user WHERE user_id = 8"), 1);
}

static void role__survives__what_people_write(void **state)
{
    struct temp_store *t = *state;
    grant(t, 7, ROLE_CHECKER);
    seen(t, 7, "Анна", "anna", "ru", 600);
    assert_int_equal(get(t, 7)->role, ROLE_CHECKER);
    assert_string_equal(get(t, 7)->name, "Анна");
}

static void find__wants__exactly_one(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct chat_user *u = NULL;
    seen(t, 7, "A", "Anna_K", "ru", 1);
    assert_ok(people_find(t->db, "telegram", "anna_k", t->arena, &u, &err), err);
    assert_int_equal(u->user_id, 7);
    assert_ok(people_find(t->db, "telegram", "anna", t->arena, &u, &err), err);
    assert_null(u);
    assert_ok(people_find(t->db, "console", "anna_k", t->arena, &u, &err), err);
    assert_null(u);
    seen(t, 8, "B", "ANNA_K", "ru", 1); /* a name that was given up and taken by another */
    assert_ok(people_find(t->db, "telegram", "anna_k", t->arena, &u, &err), err);
    assert_null(u);
}

static void with_role__lists__those_who_may_do_that_much(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct chat_user *list;
    size_t n;
    seen(t, 1, "nobody", NULL, "ru", 1);
    grant(t, 4, ROLE_ADMIN);
    grant(t, 3, ROLE_ORGANIZER);
    grant(t, 2, ROLE_PARTICIPANT);
    assert_ok(people_with_role(t->db, "telegram", ROLE_ORGANIZER, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].user_id, 3);
    assert_int_equal(list[1].user_id, 4);
    assert_ok(people_with_role(t->db, "console", ROLE_CHECKER, t->arena, &list, &n, &err), err);
    assert_int_equal(n, 0);
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles__have__names_in_their_order),
        WITH_STORE(stranger__becomes__known_by_writing),
        WITH_STORE(seen__writes__only_what_changed),
        WITH_STORE(language__that_was_chosen__stays),
        WITH_STORE(grant__gives_and_takes__with_an_audit_row),
        WITH_STORE(grant__of_another_role__takes_the_place_of_the_first),
        WITH_STORE(changed_role__makes__the_menu_stale),
        WITH_STORE(role__survives__what_people_write),
        WITH_STORE(find__wants__exactly_one),
        WITH_STORE(with_role__lists__those_who_may_do_that_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
