/* test_dispatch_chat.c: a command that fails within: its person is told, nothing of it is left, and
 * it does not come back; and one that comes while another process holds the store, which does. */
#include "bot/dispatch.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

static int64_t count(struct one_chat *c, const char *what)
{
    return temp_store_int(c->f->store, arena_printf(c->f->arena, "SELECT count(*) FROM %s", what));
}

static void command_that_fails__is_told_of__and_leaves_nothing(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    /* the job is queued before its watcher is written down */
    assert_ok(DB_RUN(c->f->db, &err, "ALTER TABLE job_watch RENAME TO elsewhere"), err);
    one_chat_say(c, "/sync part");
    assert_has(c->said, "Не получилось: ");
    assert_has(c->said, "job_watch");
    assert_has(c->said, "повторите её через минуту");
    assert_int_equal(count(c, "job"), 0);
    assert_int_equal(count(c, "chat_in WHERE state = 'new'"), 0); /* it is not tried for ever */
    assert_ok(DB_RUN(c->f->db, &err, "ALTER TABLE elsewhere RENAME TO job_watch"), err);
    one_chat_say(c, "/sync part");
    assert_has_not(c->said, "Не получилось");
    assert_int_equal(count(c, "job"), 1);
}

static void press_that_fails__is_answered__in_words(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err, "ALTER TABLE quarantine RENAME TO elsewhere"), err);
    one_chat_press_data(c, "invalid");
    assert_has(c->said, "Не получилось: ");
    assert_int_equal(count(c, "chat_in WHERE state = 'new'"), 0);
}

static void command_while_the_store_is_held__waits_for_its_turn(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0}, busy = {0};
    struct db *other;
    bool any, queued;
    const struct chat_update u = {.update_id = 500,
                                  .kind = UPDATE_MESSAGE,
                                  .chat_id = OLEG,
                                  .user_id = OLEG,
                                  .is_private = true,
                                  .user_name = "Олег",
                                  .language = "ru",
                                  .text = "/id"};
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, 501, &err), err);
    assert_ok(db_open(c->f->store->path, DB_CREATE, &other, &err), err);
    assert_ok(db_begin(other, &err), err);
    assert_ok(DB_RUN(c->f->db, &err, "PRAGMA busy_timeout = 1"), err);
    assert_int_equal(dispatch_step(&c->bot, c->f->db, &any, &queued, &busy), -1);
    assert_int_equal(busy.kind, ERR_TEMP);
    db_rollback(other);
    db_close(other);
    assert_int_equal(count(c, "chat_out"), 0);
    assert_int_equal(count(c, "chat_in WHERE state = 'new'"), 1);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    assert_int_equal(count(c, "chat_out WHERE kind = 'message'"), 1);
    assert_int_equal(count(c, "chat_in WHERE state = 'new'"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(command_that_fails__is_told_of__and_leaves_nothing),
        TEST(press_that_fails__is_answered__in_words),
        TEST(command_while_the_store_is_held__waits_for_its_turn),
    };
    return cmocka_run_group_tests_name("dispatch_chat", tests, NULL, NULL);
}
