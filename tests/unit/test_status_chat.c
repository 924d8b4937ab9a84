/* test_status_chat.c: /status: what is not simply fine in lines, the rest in numbers. */
#include "store/base/clock.h"
#include "store/holds.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/marked_chat.h"

#include <string.h>

static const char *const steps[] = {"people",    "teams",         "part",    "part:push",
                                    "gpeople",   "gpeople:push",  "gbadges", "gbadges:push",
                                    "garrivals", "garrivals:push"};

static void all_checked(struct one_chat *c)
{
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        assert_ok(flow_state_ok(c->f->db, steps[i], 0, clock_now_ms(), &err), err);
}

static void fails(struct one_chat *c, const char *step, enum err_kind kind, const char *why)
{
    struct err err = {0}, e = {.kind = kind};
    str_copy(e.msg, sizeof e.msg, why);
    assert_ok(flow_state_failed(c->f->db, step, &e, clock_now_ms(), &err), err);
}

static size_t lines_of(const char *text)
{
    size_t n = 1;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void flows_that_are_fine__are_a_number(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/status"), "⚪ Ещё не сверялись 10 потоков\n");
    all_checked(c);
    one_chat_say(c, "/status");
    assert_has(
        c->said,
        "🟢 10 потоков сверены, самый давний только что\n");
    assert_has_not(c->said, "· Участие");
    assert_int_equal(lines_of(c->said), 4);
    assert_has(c->buttons, "Все потоки → status all @");
    one_chat_press(c, "Все потоки");
    assert_has(c->said, "Все потоки:\n");
    assert_has(c->said, "· Участие (Кода): сверено только что\n");
    assert_has(c->said, "· Участие → Кода: отправлено только что\n");
    assert_has(one_chat_press(c, "◀︎ Состояние"), "🟢 10 потоков");
}

static void flows_in_trouble__come_by_name(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    all_checked(c);
    fails(c, "gbadges", ERR_TEMP, "grist: 503");
    fails(c, "part:push", ERR_LIMIT, "first marks (3), please look");
    assert_ok(holds_set(c->f->db, "people", clock_now_ms() + 3600000, ORGANIZER, clock_now_ms(),
                        &err),
              err);
    assert_ok(holds_set(c->f->db, "teams", 0, ORGANIZER, clock_now_ms(), &err), err);
    marked_chat_jail(c, "garrivals", "31", true, "Empty or invalid Badge", "7", "{}");
    one_chat_say(c, "/status");
    assert_has(c->said, "⏸ people: само не сверяется до ");
    assert_has(c->said, "⏸ Службы: само не сверяется\n");
    assert_has(c->said, "✋ Участие → Кода: ждёт решения с ");
    assert_has(c->said, "первые пометки (3), посмотрите\n");
    assert_has(c->said, "✗ Бейджи (Грист): ошибка с ");
    assert_has(c->said, "⏳ Заезды (Грист): ждут своих людей или служб: 1\n");
    assert_has(
        c->said,
        "🟢 Ещё 8 потоков сверены, самый давний только что\n");
    assert_has_not(c->said, "Участие (Кода)");
    one_chat_say(c, "/lang en");
    one_chat_say(c, "/status");
    assert_has(c->said, "✋ Participation → Coda: waits for a decision since ");
    assert_has(c->said, "🟢 8 more flows are in step, the oldest checked just now\n");
}

/* However much is wrong, the screen fits on a phone. */
static void trouble_everywhere__is_cut(void **state)
{
    struct one_chat *c = *state;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        fails(c, steps[i], ERR_TEMP, "503");
    one_chat_say(c, "/status");
    assert_has(c->said, "· … и ещё 2\n");
    assert_has_not(c->said, "🟢");
    assert_in_range(lines_of(c->said), 9, 15);
    one_chat_press(c, "Все потоки");
    assert_int_equal(lines_of(c->said), 1 + ARRAY_LEN(steps) + 1);
    assert_has_not(c->said, "и ещё");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, marked_chat_setup, marked_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(flows_that_are_fine__are_a_number),
        TEST(flows_in_trouble__come_by_name),
        TEST(trouble_everywhere__is_cut),
    };
    return cmocka_run_group_tests_name("status chat", tests, NULL, NULL);
}
