/* test_confirm_chat.c: «точно?»: whose button it is, for how long, and the second admin. */
#include "store/base/clock.h"
#include "store/chat/confirmations.h"
#include "store/plans.h"
#include "tests/support/people_chat.h"

static int64_t count(struct people_chat *c, const char *sql)
{
    return temp_store_int(c->f->store, sql);
}

static const char *text(struct people_chat *c, const char *sql)
{
    return temp_store_text(c->f->store, sql);
}

#define STATE "SELECT state FROM confirmation ORDER BY id DESC"
#define UNDOS "SELECT count(*) FROM run WHERE kind = 'undo'"

/* A run that set the status of PART, its preview asked for by Oleg; the data of the button. */
static const char *asked(struct people_chat *c)
{
    int64_t run = lab_run(c->f, "part", "pull");
    lab_set(c->f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_run_over(c->f, run, 1);
    assert_has(chat_say(c, OLEG, arena_printf(c->f->arena, "/undo %lld", (long long)run)),
               "ничего ещё не изменено");
    return chat_data(c, OLEG, "Вернуть как было");
}

static const char *no_of(struct people_chat *c, const char *yes)
{
    char *no = arena_strdup(c->f->arena, yes), *word = strstr(no, " yes");
    memcpy(word, " no ", 4);
    return no;
}

static void keep_plan(struct people_chat *c, const char *brake, int64_t deleted)
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
    const struct counts counts = {.deleted = deleted};
    int64_t id;
    assert_ok(plans_begin(c->f->db, "part", "schedule", brake, NULL, clock_now_ms(), &id, &err),
              err);
    assert_ok(plans_add(c->f->db, id, 0, &op, &err), err);
    assert_ok(plans_open(c->f->db, id, &counts, &err), err);
}

/* ---------------------------------------------------------------- whose button, and for how long
 */

static void question__is_for__the_one_who_asked(void **state)
{
    struct people_chat *c = *state;
    const char *yes = asked(c);
    assert_has(chat_told(c, OLEG), "Кнопка действует до ");
    assert_has(chat_told(c, OLEG), " и только для вас.");
    chat_say(c, OLEG, "/id"); /* the bot knows his name */
    /* another admin, in the same chat: a group, or a forwarded message */
    assert_null(chat_step(c, (struct chat_update){.kind = UPDATE_PRESS,
                                                  .user_id = VERA,
                                                  .chat_id = OLEG,
                                                  .data = yes,
                                                  .callback_id = "1"}));
    assert_string_equal(c->answer, "This is for Олег to confirm.");
    chat_say(c, OLEG, "/grant 2001");
    assert_null(chat_step(c, (struct chat_update){.kind = UPDATE_PRESS,
                                                  .user_id = KSENIA,
                                                  .chat_id = OLEG,
                                                  .data = yes,
                                                  .callback_id = "1"}));
    assert_string_equal(c->answer, "Это подтверждает Олег.");
    assert_null(chat_press(c, BORIS, yes));
    assert_string_equal(c->answer, "Это кнопка для организаторов.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_has(chat_press(c, OLEG, yes), "✅ Прогон 1 отменён");
    assert_string_equal(lab_text(c->f, "status"), "PLANNED");
    assert_string_equal(text(c, STATE), "done");
    assert_string_equal(text(c, "SELECT settled_by FROM confirmation"), "telegram:1001");
}

static void question__is_of__its_message(void **state)
{
    struct people_chat *c = *state;
    const char *yes = asked(c), *at = strchr(yes, '@');
    const char *elsewhere = arena_printf(c->f->arena, "%.*s@999", (int)(at - yes), yes);
    assert_null(chat_press(c, OLEG, elsewhere));
    assert_has(c->answer, "Эта кнопка уже не действует");
    assert_null(chat_press(c, OLEG, arena_strndup(c->f->arena, yes, (size_t)(at - yes))));
    assert_has(c->answer, "Эта кнопка уже не действует");
    assert_null(chat_press(c, OLEG, "confirm 77 yes @1"));
    assert_has(c->answer, "Эта кнопка уже не действует");
    assert_has(chat_say(c, OLEG, "/confirm 1 yes"), "только кнопкой");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_string_equal(text(c, STATE), "asked");
}

static void question__is_good__for_ten_minutes(void **state)
{
    struct people_chat *c = *state;
    const char *first = asked(c);
    clock_test_advance(CONFIRM_GOOD_MS);
    const char *again = chat_press(c, OLEG, first);
    assert_has(again, "больше десяти минут");
    assert_has(again, "«заехал на поле» → «планируется»");
    const char *second = chat_data(c, OLEG, "Вернуть как было");
    assert_string_not_equal(first, second);
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_null(chat_press(c, OLEG, first)); /* it stood in the same message */
    assert_string_equal(c->answer, "Этот вопрос уже закрыт.");
    clock_test_advance(CONFIRM_GOOD_MS - 5000);
    assert_has(chat_press(c, OLEG, second), "✅ Прогон 1 отменён");
    assert_int_equal(count(c, UNDOS), 1);
}

/* The clock was an hour ahead when it was asked: it is not good for an hour and ten minutes. */
static void question_of_the_future__is_not__good(void **state)
{
    struct people_chat *c = *state;
    const char *first = asked(c);
    clock_test_advance(-3600000);
    assert_has(chat_press(c, OLEG, first), "«заехал на поле» → «планируется»");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Вернуть как было")), "✅ Прогон 1 отменён");
    clock_test_advance(3600000);
}

static void press__acts__once(void **state)
{
    struct people_chat *c = *state;
    const char *yes = asked(c);
    chat_press(c, OLEG, yes);
    lab_set(c->f, 0, "participation", PART, "status", V_TEXT("ARRIVED")); /* by hand again */
    assert_null(chat_press(c, OLEG, yes));
    assert_string_equal(c->answer, "Уже сделано.");
    assert_null(chat_press(c, OLEG, no_of(c, yes)));
    assert_string_equal(c->answer, "Уже сделано.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_int_equal(count(c, UNDOS), 1);
}

static void no__closes__the_question(void **state)
{
    struct people_chat *c = *state;
    const char *yes = asked(c);
    assert_string_equal(chat_press(c, OLEG, no_of(c, yes)), "Хорошо, ничего не меняю.");
    assert_string_equal(chat_buttons(c, OLEG), "");
    assert_null(chat_press(c, OLEG, yes));
    assert_string_equal(c->answer, "Этот вопрос уже закрыт.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

/* The process died after the run was undone in transactions of its own, and comes back late: the
 * same update is dealt with again, and goes on. */
static void press__goes_on__after_a_crash(void **state)
{
    struct people_chat *c = *state;
    struct err err = {0};
    struct undo_done done;
    const char *yes = asked(c);
    const struct undo_request q = {.run = 1, .actor = "telegram:1001", .at = clock_now_ms()};
    assert_ok(confirmations_set(c->f->db, 1, CONFIRM_DOING, "telegram:1001", clock_now_ms(), &err),
              err);
    assert_ok(undo_apply(c->f->db, c->f->cfg, &q, &done, &err), err);
    clock_test_advance(2 * CONFIRM_GOOD_MS);
    assert_has(chat_press(c, OLEG, yes), "✅ Прогон 1 отменён");
    assert_int_equal(count(c, UNDOS), 1);
    assert_string_equal(text(c, STATE), "done");
    assert_true(c->queued);
}

static void demoted_admin__cannot__confirm(void **state)
{
    struct people_chat *c = *state;
    const char *yes = asked(c);
    c->f->cfg->n_admins = 0;
    assert_null(chat_press(c, OLEG, yes));
    assert_string_equal(c->answer, "Это кнопка для организаторов.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

/* ---------------------------------------------------------------- what a brake held back */

static void plan_of_a_brake__is_asked__before_it_is_applied(void **state)
{
    struct people_chat *c = *state;
    keep_plan(c, "too many deletions", 60);
    const char *said = chat_say(c, OLEG, "/apply 1");
    assert_has(said, "Точно применить план 1 «Участие (Кода)», 60 изменений?");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 0);
    assert_string_equal(text(c, "SELECT state FROM plan"), "open");
    const char *yes = chat_data(c, OLEG, "Да, точно");
    chat_step(c, (struct chat_update){.kind = UPDATE_PRESS,
                                      .user_id = OLEG,
                                      .data = yes,
                                      .callback_id = "1"});
    assert_int_equal(count(c, "SELECT count(*) FROM job WHERE key LIKE 'apply-1%'"), 1);
    assert_string_equal(text(c, "SELECT state FROM plan"), "applied");
    assert_true(c->queued);
    assert_has(chat_told(c, OLEG), "✓ Применяю план 1 «Участие (Кода)».");
    chat_press(c, OLEG, yes);
    assert_string_equal(c->answer, "Уже сделано.");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
}

static void plan_that_somebody_asked_for__needs_no_question(void **state)
{
    struct people_chat *c = *state;
    keep_plan(c, NULL, 1);
    chat_say(c, OLEG, "/apply 1");
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
    assert_int_equal(count(c, "SELECT count(*) FROM confirmation"), 0);
}

static void late_question__is_asked__again(void **state)
{
    struct people_chat *c = *state;
    keep_plan(c, "brake", 60);
    chat_say(c, VERA, "/apply 1");
    const char *yes = chat_data(c, VERA, "Yes, I am sure");
    clock_test_advance(CONFIRM_GOOD_MS + 1);
    assert_has(chat_press(c, VERA, yes), "Out of date: that was asked more than ten minutes ago. I"
                                         " ask again.\nReally apply plan 1");
    assert_string_not_equal(chat_data(c, VERA, "Yes, I am sure"), yes);
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 0);
}

/* ---------------------------------------------------------------- a second admin */

/* Oleg has said yes to undo run 1; Vera was asked. What her button says. */
static const char *passed_on(struct people_chat *c)
{
    c->f->cfg->second_admin_above = 1;
    chat_say(c, VERA, "/id"); /* the bot knows her name and language */
    int64_t run = lab_run(c->f, "part", "pull");
    lab_set(c->f, run, "participation", PART, "status", V_TEXT("ARRIVED"));
    lab_set(c->f, run, "participation", PART, "role", V_TEXT("MEDIC"));
    lab_run_over(c->f, run, 2);
    assert_has(chat_say(c, OLEG, "/undo 1"),
               "Изменений больше 1: после вас подтвердить должен второй админ.");
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Вернуть как было")),
               "⏳ Жду второго админа до ");
    assert_has(chat_told(c, OLEG),
               ", изменений больше 1: отменить прогон 1 «Участие (Кода)», 2 изменения.");
    assert_has(chat_told(c, OLEG), "Кого спросил: Vera.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_has(chat_told(c, VERA), "✋ Олег asks you to confirm: undo run 1 “Participation (");
    assert_has(chat_told(c, VERA), "”, 2 changes.\nThe buttons work until ");
    return chat_data(c, VERA, "Confirm");
}

static void big_change__takes__two_admins(void **state)
{
    struct people_chat *c = *state;
    const char *yes = passed_on(c);
    /* the one who asked cannot be the second, whatever message the button stands in */
    assert_null(chat_press(c, OLEG, yes));
    assert_string_equal(c->answer, "Теперь нужен другой админ, не вы.");
    assert_null(chat_press(c, BORIS, yes));
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_has(chat_press(c, VERA, yes), "✓ Confirmed by Vera: undo run 1");
    assert_string_equal(chat_buttons(c, VERA), "");
    assert_has(chat_told(c, OLEG), "✅ Прогон 1 отменён"); /* where it was asked */
    assert_string_equal(lab_text(c->f, "status"), "PLANNED");
    assert_string_equal(lab_text(c->f, "role"), "VOLUNTEER");
    assert_string_equal(text(c, "SELECT actor FROM run WHERE kind = 'undo'"), "telegram:1001");
    assert_string_equal(text(c, "SELECT after || ' ' || source FROM audit WHERE entity ="
                                " 'confirmation'"),
                        "undo 1 telegram:1002");
    assert_true(c->queued);
    assert_null(chat_press(c, VERA, yes));
    assert_string_equal(c->answer, "It is done already.");
    assert_int_equal(count(c, UNDOS), 1);
}

static void second_admin__may__refuse(void **state)
{
    struct people_chat *c = *state;
    const char *yes = passed_on(c);
    assert_has(chat_press(c, VERA, no_of(c, yes)), "✖️ Vera says no: undo run 1");
    assert_has(
        chat_told(c, OLEG),
        "✖️ Против Vera: отменить прогон 1 «Участие (Кода)», 2 изменения."
        " Ничего не изменено.");
    assert_null(chat_press(c, VERA, yes));
    assert_string_equal(c->answer, "This question is closed.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
}

static void asker__may__withdraw(void **state)
{
    struct people_chat *c = *state;
    passed_on(c);
    assert_has(chat_press(c, OLEG, chat_data(c, OLEG, "Не надо")),
               "✖️ Олег больше не просит: ");
    assert_has(chat_told(c, VERA), "✖️ Олег does not ask any more: ");
    assert_string_equal(text(c, STATE), "refused");
}

static void second_admin__has__ten_minutes(void **state)
{
    struct people_chat *c = *state;
    const char *yes = passed_on(c);
    clock_test_advance(CONFIRM_GOOD_MS);
    assert_has(chat_press(c, VERA, yes), "Out of date: undo run 1");
    assert_has(chat_told(c, OLEG), "Просрочено: отменить прогон 1 «Участие (Кода)», 2 изменения.");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    const char *anew = chat_data(c, OLEG, "Спросить заново");
    assert_has(anew, "undo 1 @");
    assert_has(chat_press(c, OLEG, anew), "ничего ещё не изменено");
}

static void second_admin__finds__the_asker_demoted(void **state)
{
    struct people_chat *c = *state;
    static const int64_t only_vera[] = {VERA};
    const char *yes = passed_on(c);
    c->f->cfg->admins = only_vera;
    c->f->cfg->n_admins = 1;
    chat_press(c, VERA, yes);
    assert_has(chat_told(c, OLEG), "такой роли уже нет, ничего не изменено");
    assert_string_equal(lab_text(c->f, "status"), "ARRIVED");
    assert_string_equal(text(c, STATE), "refused");
}

static void lonely_admin__is_told__what_to_do(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->second_admin_above = 50;
    c->f->cfg->n_admins = 1;
    keep_plan(c, "brake", 60);
    const char *said = chat_say(c, OLEG, "/apply 1");
    assert_has(said, "Изменений больше 50: нужен второй админ, а его нет.");
    assert_string_equal(chat_buttons(c, OLEG), "");
    assert_int_equal(count(c, "SELECT count(*) FROM confirmation"), 0);
}

static void small_change__takes__one_admin(void **state)
{
    struct people_chat *c = *state;
    c->f->cfg->second_admin_above = 60;
    keep_plan(c, "brake", 60);
    assert_has_not(chat_say(c, OLEG, "/apply 1"), "второй админ");
    chat_press(c, OLEG, chat_data(c, OLEG, "Да, точно"));
    assert_int_equal(count(c, "SELECT count(*) FROM job"), 1);
    assert_null(chat_told(c, VERA));
}

static void old_questions__are_forgotten(void **state)
{
    struct people_chat *c = *state;
    asked(c);
    clock_test_advance((int64_t)31 * 24 * 3600 * 1000);
    chat_say(c, OLEG, "/undo 1");
    assert_int_equal(count(c, "SELECT count(*) FROM confirmation"), 1);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, people_chat_setup, people_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(question__is_for__the_one_who_asked),
        T(question__is_of__its_message),
        T(question__is_good__for_ten_minutes),
        T(question_of_the_future__is_not__good),
        T(press__acts__once),
        T(no__closes__the_question),
        T(press__goes_on__after_a_crash),
        T(demoted_admin__cannot__confirm),
        T(plan_of_a_brake__is_asked__before_it_is_applied),
        T(plan_that_somebody_asked_for__needs_no_question),
        T(late_question__is_asked__again),
        T(big_change__takes__two_admins),
        T(second_admin__may__refuse),
        T(asker__may__withdraw),
        T(second_admin__has__ten_minutes),
        T(second_admin__finds__the_asker_demoted),
        T(lonely_admin__is_told__what_to_do),
        T(small_change__takes__one_admin),
        T(old_questions__are_forgotten),
    };
    return cmocka_run_group_tests_name("confirmations", tests, NULL, NULL);
}
