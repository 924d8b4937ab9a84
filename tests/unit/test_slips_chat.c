/* test_slips_chat.c: what people type and send in a hurry: half a command, another's contact, a
 * question left open, an admin who never opened the bot. */
#include "store/base/clock.h"
#include "store/chat/confirmations.h"
#include "store/holds.h"
#include "store/plans.h"
#include "tests/support/people_chat.h"

static int64_t count(struct people_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

static void participant(struct people_chat *c, int64_t user)
{
    chat_say(c, user, "/id");
    chat_say(c, OLEG, arena_printf(c->f->arena, "/grant %lld participant", (long long)user));
}

/* ---------------------------------------------------------------- /pause */

static void pause__knows_flows_and_remotes__as_people_write_them(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, OLEG, "/pause кода 30м"),
               "⏸ Кода: само не сверяется до ");
    assert_int_equal(count(c, "SELECT until - at FROM hold"), 1800000);
    assert_has(chat_say(c, OLEG, "/pause  УЧАСТИЕ   2ч"),
               "⏸ Участие: само не сверяется до ");
    assert_int_equal(count(c, "SELECT max(until - at) FROM hold"), 7200000);
    assert_has(chat_say(c, OLEG, "/resume Кода"),
               "▶️ Кода: снова сверяется само.");
    assert_int_equal(count(c, "SELECT count(*) FROM hold"), 1);
}

static void pause__lists__flows_beside_records(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, OLEG, "/pause лис");
    chat_say(c, OLEG, "/pause coda");
    chat_say(c, OLEG, "/pause part 2h");
    const char *said = chat_say(c, OLEG, "/pause");
    assert_has(said, "⏸ На паузе 1 запись:\n· Лис Мария (Олег, ");
    assert_has(said, "⏸ Сами не сверяются:\n· Кода (Олег, ");
    assert_has(said, "· Участие, до ");
    assert_has(said, "можно со сроком");
    assert_has(chat_buttons(c, OLEG), "▶️ Кода → resume coda\n");
    assert_string_equal(said, chat_say(c, OLEG, "/pause 2h")); /* of what? */
    assert_int_equal(count(c, "SELECT count(*) FROM pause") + count(c, "SELECT count(*) FROM hold"),
                     3);
    chat_say(c, OLEG, "/resume лис");
    said = chat_say(c, OLEG, "/resume");
    assert_has_not(said, "На паузе");
    assert_has(said, "⏸ Сами не сверяются:");
}

static void record__is_not_paused__for_a_time(void **state)
{
    struct people_chat *c = *state;
    assert_has(chat_say(c, OLEG, "/pause лис 2h"), "У записи срока не бывает");
    assert_int_equal(count(c, "SELECT count(*) FROM pause"), 0);
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "⏸ лис")),
               "⏸ Лис Мария на паузе");
    assert_int_equal(count(c, "SELECT count(*) FROM pause"), 1);
}

static void limited_role__holds__no_flow(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, KSENIA, "/id");
    chat_say(c, OLEG, "/grant 2001 Кухня");
    assert_has(chat_say(c, KSENIA, "/pause coda"), "Ваша роль только для службы: Кухня.");
    assert_int_equal(count(c, "SELECT count(*) FROM hold"), 0);
    chat_say(c, OLEG, "/pause coda");
    assert_has(chat_say(c, KSENIA, "/resume coda"), "Ваша роль только для службы: Кухня.");
    assert_has(chat_press(c, KSENIA, "resume coda"), "Ваша роль только для службы: Кухня.");
    assert_int_equal(count(c, "SELECT count(*) FROM hold"), 1);
    const char *said = chat_say(c, KSENIA, "/pause");
    assert_has_not(said, "Кода");
    assert_has_not(said, "можно со сроком");
}

/* ---------------------------------------------------------------- a question left open */

static void command__ends__the_question_about_a_field(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, OLEG, "/card " ANNA);
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "телефон")), "Напишите новый телефон");
    chat_say(c, OLEG, "/menu");
    assert_has(chat_say(c, OLEG, "89167776650"), "Я понимаю команды и кнопки");
    assert_has(chat_buttons(c, OLEG), "🔎 Найти «89167776650»");
    assert_int_equal(count(c, "SELECT count(*) FROM edit WHERE state = 'done'"), 0);
}

/* ---------------------------------------------------------------- who they are */

static void contact_of_another__is_told__how_to_share_their_own(void **state)
{
    struct people_chat *c = *state;
    const struct chat_update u = {.kind = UPDATE_MESSAGE,
                                  .user_id = BORIS,
                                  .text = "",
                                  .contact_of_another = true};
    assert_has(chat_step(c, u), "Это чужой контакт или пересланный");
    assert_string_equal(chat_buttons(c, BORIS), "📱 Поделиться контактом → (contact)\n");
    assert_int_equal(count(c, "SELECT count(*) FROM binding"), 0);
}

static void card__of_somebody_unknown__asks_for_their_contact(void **state)
{
    struct people_chat *c = *state;
    participant(c, BORIS);
    assert_has(chat_say(c, BORIS, "/card"), "Не знаю, кто вы в списках");
    assert_string_equal(chat_buttons(c, BORIS), "📱 Поделиться контактом → (contact)\n");
}

static void participant__is_offered__only_what_they_may(void **state)
{
    struct people_chat *c = *state;
    participant(c, BORIS);
    assert_has(chat_say(c, BORIS, "привет"), "Я понимаю команды и кнопки");
    assert_string_equal(chat_buttons(c, BORIS), "Что я умею → help\n");
}

static void bind__offers__people_only(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, BORIS, "/id");
    assert_has(chat_say(c, OLEG, "/bind 2002 и"), "Нашлось 2. Кто это?");
    assert_has(chat_buttons(c, OLEG), "Ильин Пётр · человек");
    assert_has_not(chat_buttons(c, OLEG), "служба");
    assert_has(chat_say(c, OLEG, "/bind 2002 инфоцентр"), "«Инфоцентр» не человек");
}

/* ---------------------------------------------------------------- words that are no question */

static void long_question__is_repeated__in_part(void **state)
{
    struct people_chat *c = *state;
    AUTO_BUF text = BUF_INIT(8192);
    buf_add(&text, "/find ");
    for (int i = 0; i < 1000; i++)
        buf_add(&text, "ъэ");
    const char *said = chat_say(c, OLEG, buf_str(&text));
    assert_has(said, "ъэъэ…»: никого не нашёл");
    assert_true(strlen(said) < 600);
}

static void unknown_command__is_not_looked_for(void **state)
{
    struct people_chat *c = *state;
    chat_say(c, OLEG, "/синхронизация");
    assert_has_not(chat_buttons(c, OLEG), "Найти");
}

static void id__names__the_topic(void **state)
{
    struct people_chat *c = *state;
    const char *said = chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                                         .user_id = OLEG,
                                                         .chat_id = -100500,
                                                         .thread_id = 7,
                                                         .text = "/id"});
    assert_has(said, "Id этого чата: -100500.\nId этой темы: 7, в конфигурации она пишется"
                     " -100500/7.");
}

/* ---------------------------------------------------------------- nothing to take back */

static void ran(struct people_chat *c, int64_t id, const char *state, const char *counts)
{
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err,
                     arena_printf(c->f->arena,
                                  "INSERT INTO run(id, flow, kind, actor, state, started_at,"
                                  " inserted, updated, deleted, ids) VALUES(%lld, 'part:push',"
                                  " 'push', 'schedule', '%s', 1000, %s)",
                                  (long long)id, state, counts)),
              err);
}

static void undo__offers__what_can_be_taken_back(void **state)
{
    struct people_chat *c = *state;
    struct flow *f = (struct flow *)config_flow(c->f->cfg, "part");
    f->mark = "to_delete";
    ran(c, 1, "done", "0, 0, 5, 0"); /* marks follow from the rows */
    ran(c, 2, "done", "0, 0, 0, 5"); /* ids that were filled in too */
    ran(c, 3, "done", "1, 0, 5, 0");
    ran(c, 4, "running", "1, 0, 0, 0");
    assert_has(chat_say(c, OLEG, "/undo"), "Какой прогон отменить?");
    assert_has(chat_buttons(c, OLEG), " → undo 3\n");
    for (int id = 1; id <= 4; id++) {
        chat_say(c, OLEG, arena_printf(c->f->arena, "/run %d", id));
        assert_int_equal(strstr(chat_buttons(c, OLEG), "→ undo ") != NULL, id == 3);
    }
    chat_say(c, OLEG, "/undo");
    assert_has_not(chat_buttons(c, OLEG), "undo 1\n");
    assert_has_not(chat_buttons(c, OLEG), "undo 2\n");
    assert_has_not(chat_buttons(c, OLEG), "undo 4\n");
    f->mark = NULL;
}

/* ---------------------------------------------------------------- an admin who never wrote */

static void keep_plan(struct people_chat *c)
{
    struct err err = {0};
    const struct saved_op op = {.op = "delete",
                                .entity = "participation",
                                .local_id = PART,
                                .remote_id = "i-1",
                                .name = "Лис Мария, Инфоцентр",
                                .changes = "{}",
                                .reason = "missing",
                                .digest = "d"};
    const struct counts counts = {.deleted = 60};
    int64_t id;
    assert_ok(plans_begin(c->f->db, "part", "schedule", "brake", NULL, clock_now_ms(), &id, &err),
              err);
    assert_ok(plans_add(c->f->db, id, 0, &op, &err), err);
    assert_ok(plans_open(c->f->db, id, &counts, &err), err);
}

/* Vera cannot be written to; the question reaches her once she opens the chat. */
static void admin_who_never_wrote__is_asked__when_they_come(void **state)
{
    struct people_chat *c = *state;
    static const int64_t three[] = {OLEG, VERA, BORIS};
    c->f->cfg->admins = three;
    c->f->cfg->n_admins = 3;
    c->f->cfg->second_admin_above = 50;
    chat_step(c, (struct chat_update){.kind = UPDATE_MESSAGE,
                                      .user_id = BORIS,
                                      .is_private = true,
                                      .user_name = "Борис",
                                      .text = "/id"});
    keep_plan(c);
    chat_say(c, OLEG, "/apply 1");
    const char *said = chat_press(c, OLEG, chat_data(c, OLEG, "Да, точно"));
    assert_has(said, "Кого спросил: Борис.");
    assert_has(said, "Ещё не писали мне, и я не могу им написать: 1002.");
    assert_has(chat_say(c, VERA, "/start"), "Олег asks you to confirm: apply plan 1");
    assert_has(chat_say(c, OLEG, "/start"), "здравствуйте");
    assert_has_not(chat_told(c, OLEG), "просит подтвердить");
    chat_say(c, VERA, "/start");
    assert_has(chat_press(c, VERA, chat_data(c, VERA, "Confirm")), "✓ Confirmed by Vera");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
    assert_has_not(chat_say(c, VERA, "/start"), "asks you to confirm");
}

static void question__that_is_out_of_date__is_not_brought_up(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->second_admin_above = 50;
    keep_plan(c);
    chat_say(c, OLEG, "/apply 1");
    chat_press(c, OLEG, chat_data(c, OLEG, "Да, точно"));
    clock_test_advance(CONFIRM_GOOD_MS);
    assert_has_not(chat_say(c, VERA, "/start"), "asks you to confirm");
}

static void asker__withdraws__in_their_own_name(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->second_admin_above = 50;
    chat_say(c, VERA, "/id");
    keep_plan(c);
    chat_say(c, OLEG, "/apply 1");
    chat_press(c, OLEG, chat_data(c, OLEG, "Да, точно"));
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Не надо")),
               "больше не просит: применить план 1");
    assert_has_not(chat_told(c, OLEG), "Против");
}

#define T(f) cmocka_unit_test_setup_teardown(f, people_chat_setup, people_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(pause__knows_flows_and_remotes__as_people_write_them),
        T(pause__lists__flows_beside_records),
        T(record__is_not_paused__for_a_time),
        T(limited_role__holds__no_flow),
        T(command__ends__the_question_about_a_field),
        T(contact_of_another__is_told__how_to_share_their_own),
        T(card__of_somebody_unknown__asks_for_their_contact),
        T(participant__is_offered__only_what_they_may),
        T(bind__offers__people_only),
        T(long_question__is_repeated__in_part),
        T(unknown_command__is_not_looked_for),
        T(id__names__the_topic),
        T(undo__offers__what_can_be_taken_back),
        T(admin_who_never_wrote__is_asked__when_they_come),
        T(question__that_is_out_of_date__is_not_brought_up),
        T(asker__withdraws__in_their_own_name),
    };
    return cmocka_run_group_tests_name("slips_chat", tests, NULL, NULL);
}
