/* test_plan_text.c: a plan that waits for a person, of what would be read and of what would be
 * sent. */
#include "bot/ask.h"
#include "bot/dispatch.h"
#include "bot/text/plan_text.h"
#include "store/base/clock.h"
#include "store/queue.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

#include <string.h>

static int64_t keep(struct one_chat *c, const char *flow, const char *brake,
                    const struct saved_op *ops, size_t n, struct counts counts)
{
    struct err err = {0};
    int64_t id;
    struct db *db = c->f->db;
    assert_ok(plans_begin(db, flow, "telegram:1001", brake, "h", 1000, &id, &err), err);
    for (size_t i = 0; i < n; i++)
        assert_ok(plans_add(db, id, (int64_t)i, &ops[i], &err), err);
    assert_ok(plans_open(db, id, &counts, &err), err);
    return id;
}

static struct saved_op op(const char *what, const char *changes)
{
    return (struct saved_op){.op = what,
                             .entity = "participation",
                             .local_id = PART,
                             .remote_id = "i-1",
                             .name = "Лис Мария, Инфоцентр",
                             .changes = changes,
                             .reason = "changed in the store",
                             .digest = "d"};
}

#define ADMIN(c) ((struct plan_reader){(c)->f->cfg, LANG_RU, true})
#define OTHER(c) ((struct plan_reader){(c)->f->cfg, LANG_RU, false})

static const char *show(struct one_chat *c, int64_t id, const char **ret_buttons)
{
    struct err err = {0};
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF plain = BUF_INIT(1 << 16);
    assert_ok(plan_show(c->f->db, &ADMIN(c), id, c->f->arena, &m, &b, &err), err);
    assert_true(html_valid(msg_str(&m)));
    html_to_plain(msg_str(&m), &plain);
    *ret_buttons = arena_strdup(c->f->arena, buttons_json(&b));
    return arena_strdup(c->f->arena, buf_str(&plain));
}

static void push__says__what_would_be_sent(void **state)
{
    struct one_chat *c = *state;
    const char *buttons;
    const struct saved_op ops[] = {
        op("insert", "{\"year\":[null,2026]}"),
        op("update", "{\"status\":[\"PLANNED\",\"ARRIVED\"],\"Кто\":[null,\"Мария\"]}"),
        op("restore", "{}"),
        op("archive", "{}"),
    };
    int64_t id = keep(c, "part:push", NULL, ops, 4,
                      (struct counts){.inserted = 1, .updated = 2, .deleted = 1});
    assert_string_equal(show(c, id, &buttons),
                        "План 1 «Участие → Кода»: +1, изменить 2, удалить 1\n"
                        "· Лис Мария, Инфоцентр: новая строка\n"
                        "· Лис Мария, Инфоцентр: статус «планируется» → «заехал на поле»\n"
                        "· Лис Мария, Инфоцентр: Кто «пусто» → «Мария»\n"
                        "· Лис Мария, Инфоцентр: строка вернётся\n"
                        "· Лис Мария, Инфоцентр: строка удалится");
    assert_has(buttons, "Применить план «Участие → Кода»");
}

/* What all lines say alike is said once, and the rest of the plan with it. */
static void new_records__are_one_line(void **state)
{
    struct one_chat *c = *state;
    const char *buttons;
    struct saved_op ops[8];
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        ops[i] = op("insert", "{}");
        ops[i].name = arena_printf(c->f->arena, "Лис %zu", i + 1);
    }
    int64_t id = keep(c, "part", NULL, ops, 8, (struct counts){.inserted = 8});
    assert_string_equal(show(c, id, &buttons),
                        "План 1 «Участие (Кода)»: 8 новых\n"
                        "· новые: Лис 1, Лис 2, Лис 3, Лис 4, Лис 5, Лис 6; ещё 2, все в файле");
    ops[7] = op("update", "{\"status\":[\"PLANNED\",\"ARRIVED\"]}"); /* not all are new */
    id = keep(c, "part", NULL, ops, 8, (struct counts){.inserted = 7, .updated = 1});
    assert_has(show(c, id, &buttons), "Лис 5, Лис 6\n… ещё 2, все в файле");
    for (size_t i = 0; i < 3; i++)
        ops[i].op = "mark", ops[i].reason = i < 2 ? "Empty name" : "Empty diet";
    id = keep(c, "part:push", "why", ops, 3, (struct counts){.deleted = 3});
    assert_has(show(c, id, &buttons), "\n· пометятся удалёнными, пустое имя: Лис 1, Лис 2"
                                      "\n· Лис 3: пометится удалённой, не указано питание");
}

static void ids_that_are_filled_in__are_one_line(void **state)
{
    struct one_chat *c = *state;
    const char *buttons;
    struct saved_op ops[20];
    ops[0] = op("update", "{\"status\":[\"PLANNED\",\"ARRIVED\"]}");
    for (size_t i = 1; i < ARRAY_LEN(ops); i++)
        ops[i] = op("id", "{\"UUID\":[null,\"" PART "\"]}");
    int64_t id =
        keep(c, "part:push", NULL, ops, ARRAY_LEN(ops), (struct counts){.updated = 1, .ids = 19});
    assert_string_equal(show(c, id, &buttons),
                        "План 1 «Участие → Кода»: изменить 1, вписать UUID в 19 строк\n"
                        "· Лис Мария, Инфоцентр: статус «планируется» → «заехал на поле»\n"
                        "· UUID: впишется в 19 строк, где он пуст");
    assert_has(buttons, "Применить план «Участие → Кода»");
}

static void pull__of_the_same_flow__says_where_from(void **state)
{
    struct one_chat *c = *state;
    const char *buttons;
    const struct saved_op ops[] = {op("insert", "{}"), op("delete", "{}"), op("restore", "{}")};
    int64_t id =
        keep(c, "part", "why", ops, 3, (struct counts){.inserted = 1, .updated = 1, .deleted = 1});
    const char *said = show(c, id, &buttons);
    assert_has(said, "План 1 «Участие (Кода)»: 1 новая, 1 изменена, 1 удалена\n");
    assert_has(said, "новая запись\n");
    assert_has(said, "удалится (строки больше нет)\n");
    assert_has(said, "вернётся (строка снова есть)");
    assert_has(buttons, "Применить «Участие (Кода)» один раз");
}

static void file_of_a_push__has__its_words(void **state)
{
    struct one_chat *c = *state;
    const struct saved_op ops[] = {op("archive", "{}"), op("update", "{\"tags\":[[\"а\"],[\"а\","
                                                                     "\"б\"]]}")};
    keep(c, "part:push", NULL, ops, 2, (struct counts){.updated = 1, .deleted = 1});
    struct err err = {0};
    struct chat_update u = {.kind = UPDATE_MESSAGE,
                            .update_id = 900,
                            .chat_id = OLEG,
                            .user_id = OLEG,
                            .is_private = true,
                            .text = "/plan 1"};
    bool any, queued;
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, 901, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    struct out_item item = {
        .id = temp_store_int(c->f->store, "SELECT id FROM chat_out WHERE kind = 'document'")};
    AUTO_FREE char *csv = NULL;
    assert_ok(chatbox_content(c->f->db, &item, &csv, &err), err);
    assert_has(csv, "operation,entity,name,field,before,after,reason\r\n"
                    "archive,participation,\"Лис Мария, Инфоцентр\",,,,changed in the store\r\n"
                    "update,participation,\"Лис Мария, Инфоцентр\",tags,а,\"а, б\",changed in the "
                    "store\r\n");
}

static void old_plan__is_answered__with_the_exact_step(void **state)
{
    struct one_chat *c = *state;
    const struct saved_op ops[] = {op("update", "{}")};
    keep(c, "part", NULL, ops, 1, (struct counts){.updated = 1});
    keep(c, "part:push", NULL, ops, 1, (struct counts){.updated = 1});
    assert_has(one_chat_say(c, "/apply 1"), "/preview part:pull");
    assert_has(one_chat_say(c, "/apply 2"), "/preview part:push");
}

/* ---------------------------------------------------------------- several at once */

/* Plans of two flows that brakes held back just now, as the last job came to them. */
static void held(struct one_chat *c)
{
    struct err err = {0};
    const struct saved_op ops[] = {op("update", "{\"status\":[\"PLANNED\",\"ARRIVED\"]}")};
    int64_t id;
    bool joined;
    struct job job = {.key = "sync:all",
                      .kind = "sync",
                      .steps = (const char *const[]){"part", "part:push"},
                      .n_steps = 2,
                      .lane = "coda",
                      .actor = "telegram:1001"};
    keep(c, "part", "why", ops, 1, (struct counts){.updated = 400});
    keep(c, "part:push", "why", ops, 1, (struct counts){.updated = 30});
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE plan SET created_at = :now",
                     B_INT(":now", clock_now_ms())),
              err);
    assert_ok(queue_add(c->f->db, &job, &id, &joined, &err), err);
    assert_ok(queue_finish(c->f->db, id, "failed",
                           "[{\"flow\":\"part\",\"state\":\"stopped\",\"plan\":1},"
                           "{\"flow\":\"part:push\",\"state\":\"stopped\",\"plan\":2}]",
                           NULL, &err),
              err);
}

static const char *shown_to(struct one_chat *c, const struct plan_reader *reader, int64_t since,
                            size_t n, const char **ret_buttons)
{
    struct err err = {0};
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF plain = BUF_INIT(1 << 16);
    const int64_t ids[] = {1, 2};
    assert_ok(plans_show(c->f->db, reader, ids, n, since, c->f->arena, &m, &b, &err), err);
    html_to_plain(msg_str(&m), &plain);
    *ret_buttons = arena_strdup(c->f->arena, buttons_json(&b));
    assert_false(b.bad);
    return arena_strdup(c->f->arena, buf_str(&plain));
}

static const char *shown(struct one_chat *c, int64_t since, size_t n, const char **ret_buttons)
{
    return shown_to(c, &ADMIN(c), since, n, ret_buttons);
}

static void several_that_brakes_held__have_one_choice(void **state)
{
    struct one_chat *c = *state;
    const char *buttons, *said;
    held(c);
    said = shown(c, 0, 2, &buttons);
    assert_has(said, "План 1 «Участие (Кода)»: 400 изменено\n· Лис Мария");
    assert_has(said, "План 2 «Участие → Кода»: изменить 30\n· Лис Мария");
    assert_string_equal(
        buttons,
        "[[{\"text\":\"Применить все (2)\",\"data\":\"apply 1 2\"},"
        "{\"text\":\"✖️ Оставить всё как есть\",\"data\":\"refuse 1 2\"}],"
        "[{\"text\":\"👁 План 1\",\"data\":\"plan 1 show\"},"
        "{\"text\":\"👁 План 2\",\"data\":\"plan 2 show\"}]]");
    /* one has its own */
    shown(c, 0, 1, &buttons);
    assert_has(buttons, "\"apply 1\"");
    assert_has_not(buttons, "все");
}

/* Who may not let it through gets no button that would refuse them, and is told who decides. */
static void held_plan__to_an_organizer__may_be_looked_at(void **state)
{
    struct one_chat *c = *state;
    const char *buttons;
    const struct saved_op ops[] = {op("insert", "{}")};
    held(c);
    const char *said = shown_to(c, &OTHER(c), 0, 2, &buttons);
    assert_has(said, "План 2 «Участие → Кода»: изменить 30\n");
    assert_has(said, "\nРешат админы, им уже сказано.");
    assert_ptr_equal(strstr(strstr(said, "Решат") + 1, "Решат"), NULL);
    assert_string_equal(buttons, "[[{\"text\":\"👁 План 1\",\"data\":\"plan 1 show\"},"
                                 "{\"text\":\"👁 План 2\",\"data\":\"plan 2 show\"}]]");
    assert_has(shown_to(c, &OTHER(c), 0, 1, &buttons), "Решат админы, им уже сказано.");
    assert_string_equal(buttons, "[[{\"text\":\"📄 Весь план файлом\",\"data\":\"plan 1\"}]]");
    /* what no brake held is theirs */
    keep(c, "part", NULL, ops, 1, (struct counts){.inserted = 1});
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct err err = {0};
    assert_ok(plan_show(c->f->db, &OTHER(c), 3, c->f->arena, &m, &b, &err), err);
    assert_has(buttons_json(&b), "\"apply 3\"");
    assert_has_not(msg_str(&m), "Решат админы");
}

static void refuse__of_a_held_plan__is_an_admins(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t id;
    bool is_new;
    held(c);
    c->user = 2002;
    assert_ok(grants_give(c->f->db,
                          &(struct grant){.via = "telegram",
                                          .user_id = 2002,
                                          .role = ROLE_ORGANIZER,
                                          .given_by = "telegram:1001"},
                          &id, &is_new, &err),
              err);
    assert_string_equal(one_chat_say(c, "/refuse 1"), "План 1 остановил тормоз: решает админ.");
    assert_string_equal(one_chat_say(c, "/apply 1"), "План 1 остановил тормоз: решает админ.");
    assert_has(one_chat_say(c, "/plan 1 show"), "Решат админы");
    assert_has_not(c->buttons, "apply");
}

static void plan_met_again__is_a_line(void **state)
{
    struct one_chat *c = *state;
    const char *buttons;
    held(c);
    assert_string_equal(shown(c, INT64_MAX, 2, &buttons),
                        "План 1 «Участие (Кода)» всё ещё ждёт: 400 изменено\n"
                        "План 2 «Участие → Кода» всё ещё ждёт: изменить 30");
    assert_has(buttons, "\"apply 1 2\"");
    assert_string_equal(shown(c, INT64_MAX, 1, &buttons),
                        "План 1 «Участие (Кода)» всё ещё ждёт: 400 изменено");
    assert_has(buttons, "\"apply 1\"");
}

/* One that is half as old as a plan may get is made anew: it could be applied no longer soon. */
static void same_plan__is_met_again__while_it_is_good(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    const struct saved_op ops[] = {op("update", "{}")};
    int64_t id = keep(c, "part", "why", ops, 1, (struct counts){.updated = 1}), same;
    assert_ok(plans_same(c->f->db, "part", "h", 999, &same, &err), err); /* it was kept at 1000 */
    assert_int_equal(same, id);
    assert_ok(plans_same(c->f->db, "part", "h", 1000, &same, &err), err);
    assert_int_equal(same, 0);
    assert_ok(plans_same(c->f->db, "part", "another", 0, &same, &err), err);
    assert_int_equal(same, 0);
    assert_ok(plans_same(c->f->db, "part:push", "h", 0, &same, &err), err);
    assert_int_equal(same, 0);
}

static void plan_show__is_the_plan__with_its_choice(void **state)
{
    struct one_chat *c = *state;
    held(c);
    assert_has(one_chat_say(c, "/plan 2 show"), "План 2 «Участие → Кода»: изменить 30\n");
    assert_has(c->buttons, " → apply 2\n");
    assert_has(c->buttons, " → refuse 2\n");
    assert_has(c->buttons, " → plan 2\n");
}

#define STATES "SELECT group_concat(state, ' ') FROM (SELECT state FROM plan ORDER BY id)"
#define JOB                                                                                        \
    "SELECT key || ' ' || steps || ' ' || options FROM job WHERE state = 'queued' AND lane = 'coda'"

/* A press that is answered in two messages: the question's, and the job's. */
static void press(struct one_chat *c, const char *data)
{
    struct err err = {0};
    bool any, queued = false;
    const struct chat_update u = {.kind = UPDATE_PRESS,
                                  .data = data,
                                  .callback_id = "1",
                                  .update_id = ++c->updates,
                                  .chat_id = c->user,
                                  .user_id = c->user,
                                  .is_private = true};
    assert_ok(chatbox_receive(c->f->db, "telegram", &u, 1, u.update_id + 1, &err), err);
    assert_ok(dispatch_step(&c->bot, c->f->db, &any, &queued, &err), err);
    assert_true(queued);
}

static void apply_all__is_confirmed_once__and_is_one_job(void **state)
{
    struct one_chat *c = *state;
    held(c);
    assert_has(one_chat_say(c, "/apply all"), "Точно применить 2 плана (1, 2): Участие (Кода), "
                                              "Участие → Кода, всего 430 изменений?");
    assert_string_equal(temp_store_text(c->f->store, STATES), "open open");
    const char *at = strstr(c->buttons, "Да, точно → ");
    assert_non_null(at);
    at += strlen("Да, точно → ");
    press(c, arena_strndup(c->f->arena, at, strcspn(at, "\n")));
    assert_string_equal(temp_store_text(c->f->store, STATES), "applied applied");
    assert_string_equal(temp_store_text(c->f->store, JOB),
                        "apply-1-2:plans [\"part\",\"part:push\"] "
                        "{\"full\":false,\"preview\":false,\"plan\":0,\"plans\":[1,2]}");
    assert_has(one_chat_say(c, "/apply 2 1"), "уже решён: применён");
    assert_has(one_chat_say(c, "/apply all"), "тормоз ничего не остановил");
}

static void apply_of_numbers__passes_over__what_is_settled(void **state)
{
    struct one_chat *c = *state;
    held(c);
    one_chat_say(c, "/refuse 1");
    assert_has(one_chat_say(c, "/apply 1 2 2"),
               "Точно применить план 2 «Участие → Кода», 30 изменений?");
    assert_has(one_chat_say(c, "/apply 2 9"), "Плана 9 нет");
    assert_has(one_chat_say(c, "/apply 2 x"), "Какой план?");
    assert_has(one_chat_say(c, "/apply"), "Какой план?");
    assert_string_equal(temp_store_text(c->f->store, STATES), "refused open");
}

static void refuse_all__sets_them_aside(void **state)
{
    struct one_chat *c = *state;
    held(c);
    assert_string_equal(one_chat_say(c, "/refuse all"),
                        "Хорошо, планы 1, 2 отложены, ничего не изменено.");
    assert_string_equal(temp_store_text(c->f->store, STATES), "refused refused");
    assert_has(one_chat_say(c, "/refuse 1 2"), "уже решён: отложен");
    assert_has(one_chat_say(c, "/refuse all"), "тормоз ничего не остановил");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(push__says__what_would_be_sent),
        TEST(new_records__are_one_line),
        TEST(ids_that_are_filled_in__are_one_line),
        TEST(pull__of_the_same_flow__says_where_from),
        TEST(file_of_a_push__has__its_words),
        TEST(old_plan__is_answered__with_the_exact_step),
        TEST(several_that_brakes_held__have_one_choice),
        TEST(held_plan__to_an_organizer__may_be_looked_at),
        TEST(refuse__of_a_held_plan__is_an_admins),
        TEST(plan_met_again__is_a_line),
        TEST(same_plan__is_met_again__while_it_is_good),
        TEST(plan_show__is_the_plan__with_its_choice),
        TEST(apply_all__is_confirmed_once__and_is_one_job),
        TEST(apply_of_numbers__passes_over__what_is_settled),
        TEST(refuse_all__sets_them_aside),
    };
    return cmocka_run_group_tests_name("plan text", tests, NULL, NULL);
}
