/* test_poison.c: an update that ends the program at every start is put aside after a few times, and
 * nothing else is. */
#include "bot/poison.h"
#include "store/base/utf8.h"
#include "store/chat/chatbox.h"
#include "tests/support/alert_lab.h"

#include <string.h>

#define said(l) alert_lab_said(l)

static void receive(struct alert_lab *l, int64_t id, const char *text)
{
    struct err err = {0};
    const struct chat_update u = {.update_id = id,
                                  .kind = UPDATE_MESSAGE,
                                  .chat_id = 1001,
                                  .user_id = 1001,
                                  .is_private = true,
                                  .language = "ru",
                                  .text = text};
    assert_ok(chatbox_receive(l->db, "telegram", &u, 1, id + 1, &err), err);
}

/* A start after which the program ends, as the first update in line makes it do. */
static void start(struct alert_lab *l)
{
    struct err err = {0};
    assert_ok(poison_check(l->db, &l->bot, &err), err);
}

static int64_t unread(struct alert_lab *l)
{
    return temp_store_int(l->store, "SELECT count(*) FROM chat_in WHERE state = 'new'");
}

static void update_that_ends_the_program__is_put_aside(void **state)
{
    struct alert_lab *l = *state;
    AUTO_BUF text = BUF_INIT(4096);
    buf_add(&text, "/find ");
    for (int i = 0; i < 200; i++)
        buf_add(&text, "😀");
    receive(l, 1, buf_str(&text));
    receive(l, 2, "/id");
    for (int i = 1; i < POISON_TIMES; i++) {
        start(l);
        assert_string_equal(said(l), "");
        assert_int_equal(unread(l), 2);
    }
    start(l);
    const char *words = said(l);
    assert_has(words, "На этом сообщении я 5 раз подряд останавливался");
    assert_has(words, "/find 😀");
    assert_true(utf8_valid(words, strlen(words)));
    assert_int_equal(unread(l), 1); /* the next one has its own tries */
    for (int i = 1; i < POISON_TIMES; i++)
        start(l);
    assert_string_equal(said(l), "");
    assert_int_equal(unread(l), 1);
}

static void restarts_in_order__blame__nobody(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    receive(l, 1, "/id");
    for (int i = 0; i < 3 * POISON_TIMES; i++) {
        start(l);
        assert_ok(poison_clear(l->db, &err), err);
    }
    assert_int_equal(unread(l), 1);
    assert_string_equal(said(l), "");
}

static void nobody_waits__and_nothing__is_written(void **state)
{
    struct alert_lab *l = *state;
    struct err err = {0};
    struct db *other;
    assert_ok(db_open(l->store->path, DB_READ, &other, &err), err);
    int64_t before = db_data_version(other);
    start(l);
    assert_ok(poison_clear(l->db, &err), err);
    assert_int_equal(db_data_version(other), before);
    db_close(other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, alert_lab_setup, alert_lab_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(update_that_ends_the_program__is_put_aside),
        TEST(restarts_in_order__blame__nobody),
        TEST(nobody_waits__and_nothing__is_written),
    };
    return cmocka_run_group_tests_name("poison", tests, NULL, NULL);
}
