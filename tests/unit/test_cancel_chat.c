/* test_cancel_chat.c: /cancel, whatever is under way, and which one /preview is asked for. */
#include "store/base/clock.h"
#include "store/queue.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"
#undef OLEG /* people_chat.h says it again */
#include "tests/support/people_chat.h"

/* What a job has come to: "queued", "cancelled". */
static const char *state_of(struct one_chat *c, int64_t job)
{
    return temp_store_text(c->f->store,
                           arena_printf(c->f->arena, "SELECT state FROM job WHERE id = %lld",
                                        (long long)job));
}

static void cancel__with_nothing_under_way__says_so(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/cancel"), "останавливать нечего");
    assert_string_equal(c->buttons, "");
}

static void cancel__of_the_only_one__stops_it(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    struct job *job;
    int64_t next;
    chat_say(c, OLEG, "/sync part");
    assert_ok(queue_claim(c->f->db, NULL, 0, clock_now_ms(), c->f->arena, &job, &next, &err), err);
    assert_non_null(job);
    const char *told = chat_say(c, OLEG, "/cancel"); /* the answer, and the bar as it is now */
    assert_has(told, "Останавливаю: Участие");
    assert_int_equal(temp_store_int(c->f->store, "SELECT cancel FROM job WHERE id = 1"), 1);
    assert_string_equal(temp_store_text(c->f->store, "SELECT state FROM job"), "running");
}

static void cancel__of_several__asks_which(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/sync part");
    one_chat_say(c, "/sync people");
    assert_has(one_chat_say(c, "/cancel"), "Что остановить?");
    assert_has(c->buttons, "→ cancel 1\n");
    assert_has(c->buttons, "→ cancel 2\n");
    assert_has_not(c->buttons, "<b>"); /* a label is plain text */
    one_chat_press(c, "Люди");
    assert_string_equal(state_of(c, 2), "cancelled");
    assert_string_equal(state_of(c, 1), "queued");
}

static void cancel__of_what_is_over__says_so(void **state)
{
    struct one_chat *c = *state;
    one_chat_say(c, "/sync part");
    one_chat_press_data(c, "cancel 1");
    assert_string_equal(state_of(c, 1), "cancelled");
    assert_has(one_chat_press_data(c, "cancel 1"), "уже закончилась"); /* an old button */
    assert_has(one_chat_say(c, "/cancel 1"), "уже закончилась");
    assert_has(one_chat_say(c, "/cancel 999"), "уже закончилась"); /* there was none */
}

static void preview__without_a_name__asks_which(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/preview"), "Что показать?");
    assert_has(c->buttons, "→ preview all\n");
    assert_has(c->buttons, "→ preview people\n");
    assert_has(c->buttons, "→ preview part\n");
    one_chat_press_data(c, "preview people");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM job"), 1);
    assert_has(temp_store_text(c->f->store, "SELECT options FROM job"), "\"preview\":true");
    assert_has(temp_store_text(c->f->store, "SELECT steps FROM job"), "\"people\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cancel__with_nothing_under_way__says_so), TEST(cancel__of_the_only_one__stops_it),
        TEST(cancel__of_several__asks_which),          TEST(cancel__of_what_is_over__says_so),
        TEST(preview__without_a_name__asks_which),
    };
    return cmocka_run_group_tests_name("cancel_chat", tests, NULL, NULL);
}
