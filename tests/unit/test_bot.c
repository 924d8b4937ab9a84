/* test_bot.c: what all commands share: titles, counts, actors, and the engine's sentences in a
 * person's language. */
#include "bot/bot.h"
#include "sync/brakes.h"
#include "sync/steps.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

static void check_error(const char *sentence, const char *ru)
{
    AUTO_BUF out = BUF_INIT(1024), same = BUF_INIT(1024);
    assert_string_equal(bot_error(&out, sentence, LANG_RU), ru);
    assert_string_equal(bot_error(&same, sentence, LANG_EN), sentence);
}

/* The sentence as the brake says it, not as we think it does. */
static void check_brake(struct brake_facts f, struct brake_limits limits, const char *ru)
{
    struct err err = {0};
    assert_int_equal(brakes_check(&f, &limits, &err), -1);
    check_error(err.msg, ru);
}

static void error__is_told__in_the_persons_language(void **state)
{
    (void)state;
    const struct brake_limits usual = {10, {100, true}, 10};
    check_brake((struct brake_facts){.complete = true, .rows = 40, .known = 100, .missing = 60},
                usual, "из 100 известных строк нет в таблице 60; без вопроса можно не больше 10");
    check_brake((struct brake_facts){.known = 100, .deletes = 60}, usual,
                "из 100 известных строк нет в таблице или лежат в корзине 60; без вопроса можно не "
                "больше 10");
    check_brake((struct brake_facts){.complete = true, .rows = 5, .sentinel_wanted = true}, usual,
                "среди 5 строк нет контрольной");
    check_brake((struct brake_facts){.complete = true, .known = 7, .missing = 7}, usual,
                "таблица пришла пустой, а из неё известно записей: 7");
    check_brake((struct brake_facts){.complete = true, .rows = 3, .known = 7, .missing = 7}, usual,
                "из 7 известных строк в таблице нет ни одной, а пришло 3");
    check_brake((struct brake_facts){.complete = true, .rows = 30, .last_rows = 100}, usual,
                "пришло строк: 30, а в прошлый раз было 100");
    check_brake((struct brake_facts){.columns_before = "Роль:select;", .columns_now = "Роль:text;"},
                usual, "у колонки сменился тип: Роль:select → Роль:text");
    check_brake((struct brake_facts){.known = 100, .updates = 90},
                (struct brake_limits){10, {50, true}, 10},
                "изменилось бы 90 из 100 записей; без вопроса можно не больше 50 %");
    check_brake((struct brake_facts){.known = 100, .updates = 90},
                (struct brake_limits){10, {50, false}, 10},
                "изменилось бы 90 из 100 записей; без вопроса можно не больше 50");
    check_brake((struct brake_facts){.known = 100, .updates = 100}, usual,
                "изменились бы все записи до одной: 100");
}

static void error_of_a_push__is_told__of_rows(void **state)
{
    (void)state;
    const struct brake_limits usual = {10, {100, true}, 10};
    check_brake((struct brake_facts){.push = true, .known = 100, .updates = 90},
                (struct brake_limits){10, {50, true}, 10},
                "изменилось бы 90 из 100 строк; без вопроса можно не больше 50 %");
    check_brake((struct brake_facts){.push = true, .known = 100, .updates = 90},
                (struct brake_limits){10, {50, false}, 10},
                "изменилось бы 90 из 100 строк; без вопроса можно не больше 50");
    check_brake((struct brake_facts){.push = true, .known = 100, .updates = 100}, usual,
                "изменились бы все строки до одной: 100");
    check_brake((struct brake_facts){.push = true, .known = 100, .deletes = 60}, usual,
                "удалилось бы 60 из 100 строк; без вопроса можно не больше 10");
    check_brake((struct brake_facts){.push = true, .known = 100, .creates = 150}, usual,
                "появилось бы новых строк: 150; без вопроса можно не больше 10");
    struct err first = {0};
    assert_int_equal(brakes_first_marks(&(struct brake_facts){.marks = 3, .first = true}, &first),
                     -1);
    check_error(first.msg, "первые пометки (3), посмотрите");
    check_error("the mark of row 17 was not taken: Table not found",
                "пометка строки 17 не принята: Table not found");
    check_error("nothing is sent before the table was read whole with this configuration; run part "
                "first",
                "сначала надо прочитать таблицу целиком с этой конфигурацией: /sync part");
    check_error("coda stopped taking changes, 7 of 20 were left",
                "coda: больше ничего не принимают, осталось отправить 7 из 20");
}

static const char two_way[] =
    "[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
    "[flow participation]\nremote = coda\ntable = A\nentity = participation\ndirection = both\n"
    "field.year = y\nfield.person_id = p via notion\nfield.team_id = t via notion\n"
    "field.role = r\n"
    "[flow volunteers]\nremote = notion\ntable = V\nentity = participation\ndirection = push\n"
    "put.Год = year\n";

static void check_title(const struct config *cfg, const char *step, const char *flow,
                        const char *whole)
{
    AUTO_BUF title = BUF_INIT(512);
    assert_string_equal(bot_flow_title(cfg, step, LANG_RU), flow);
    assert_string_equal(bot_step_title(&title, cfg, step, LANG_RU), whole);
}

static void title__says__which_way(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(two_way);
    AUTO_BUF english = BUF_INIT(512);
    check_title(cfg, "people", "Люди", "Люди");
    check_title(cfg, "participation", "Участие", "Участие (Кода)");
    check_title(cfg, "participation:push", "Участие", "Участие → Кода");
    check_title(cfg, "volunteers", "volunteers", "volunteers → Ноушен");
    check_title(cfg, "gone", "gone", "gone");
    check_title(cfg, "people:push", "people:push", "people:push"); /* it does not send */
    assert_string_equal(bot_step_title(&english, cfg, "participation:push", LANG_EN),
                        "Participation → Coda");
}

/* Two flows of one title are told apart by their remotes, also where they only read. */
static void title__that_two_flows_share__says_the_remote(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT(4096);
    buf_addf(&text,
             "%s[flow heads]\nremote = notion\ntable = H\nentity = team\nfield.name = N\n"
             "field.type = Y\ntitle = Люди\n",
             two_way);
    AUTO_CONFIG *cfg = config_must(buf_str(&text));
    check_title(cfg, "people", "Люди", "Люди (Ноушен)");
    check_title(cfg, "heads", "Люди", "Люди (Ноушен)");
    assert_true(bot_title_is_shared(cfg, config_flow(cfg, "heads"), LANG_RU));
    assert_false(bot_title_is_shared(cfg, config_flow(cfg, "participation"), LANG_RU));
}

static void direction__is_known__by_the_name(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(two_way);
    assert_false(bot_is_push(cfg, "participation"));
    assert_true(bot_is_push(cfg, "participation:push"));
    assert_true(bot_is_push(cfg, "volunteers"));
    assert_true(bot_is_push(cfg, "gone:push"));
    assert_false(bot_is_push(cfg, "gone"));
}

static void skipped_step__is_told__in_the_persons_language(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(two_way);
    struct step s;
    assert_true(config_step(cfg, "participation:push", &s));
    check_error(steps_skipped(&s, STEP_UNREAD).error,
                "не отправлено: сначала надо прочитать таблицу, а это не получилось");
    check_error(steps_skipped(&s, STEP_REFUSED).error, "не спрашивал: токен только что не приняли");
}

static void reason__of_the_model__is_told_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < model_n_entities; i++) {
        for (size_t k = 0; k < model_entities[i].n; k++) {
            const struct field *f = &model_entities[i].fields[k];
            const char *const said[] = {f->bad, f->bad_value, f->bad_target_then};
            for (size_t s = 0; s < ARRAY_LEN(said); s++) {
                if (said[s] && bot_reason(said[s], LANG_RU) == said[s])
                    fail_msg("«%s» has no Russian words", said[s]);
            }
        }
    }
}

/* Two lines of one list never read the same. */
static void reasons__read__each_in_its_own_way(void **state)
{
    (void)state;
    static const char *const reasons[] = {"Empty name", "Invalid role", "Invalid role mapping",
                                          "Invalid status", "Invalid status mapping"};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(bot_reason(reasons[i], (enum lang)lang),
                                        bot_reason(reasons[k], (enum lang)lang));
        }
    }
    assert_string_equal(bot_reason_of("Empty name", "badge", LANG_RU), "пустое имя на бейдже");
    assert_string_equal(bot_reason_of("Empty name", "person", LANG_RU), "пустое имя человека");
    assert_string_equal(bot_reason_of("Empty name", NULL, LANG_RU), "пустое имя");
    assert_string_equal(bot_reason_of("Empty diet", "badge", LANG_RU), "не указано питание");
}

static void refused_token__is_told__in_words(void **state)
{
    (void)state;
    static const struct {
        const char *error, *ru, *en;
    } cases[] = {
        {"coda: table «T»: 401 Unauthorized", "токен не приняли (401 Unauthorized)",
         "the token was refused (401 Unauthorized)"},
        {"notion: «P»: POST api.notion.com answered 401", "токен не приняли (401)",
         "the token was refused (401)"},
        {"grist: 403 No view access", "туда не пускают (403 No view access)",
         "access was denied (403 No view access)"},
        {"coda: table «401»: 503", "coda: table «401»: 503", "coda: table «401»: 503"},
        {"coda: table: 4012 rows", "coda: table: 4012 rows", "coda: table: 4012 rows"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF ru = BUF_INIT(1024), en = BUF_INIT(1024);
        assert_string_equal(bot_error(&ru, cases[i].error, LANG_RU), cases[i].ru);
        assert_string_equal(bot_error(&en, cases[i].error, LANG_EN), cases[i].en);
    }
    assert_null(bot_refusal("row 401: 1403"));
    assert_true(bot_is_first_marks("first marks (3), please look"));
    assert_false(bot_is_first_marks("new rows to be made: 150; at most 100 may be"));
}

static void number__is_said__in_the_right_form(void **state)
{
    (void)state;
    static const struct {
        const char *entity;
        int64_t n;
        const char *ru, *en;
    } cases[] = {{"person", 1, "1 человек", "1 person"},
                 {"person", 22, "22 человека", "22 people"},
                 {"team", 11, "11 служб", "11 teams"},
                 {"participation", 128, "128 участий", "128 participations"},
                 {"badge", 46, "46 бейджей", "46 badges"},
                 {"arrival", 29, "29 заездов", "29 arrivals"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_MSG ru = MSG_INIT, en = MSG_INIT;
        assert_true(bot_number(&ru, LANG_RU, model_entity(cases[i].entity), cases[i].n));
        assert_true(bot_number(&en, LANG_EN, model_entity(cases[i].entity), cases[i].n));
        assert_string_equal(msg_str(&ru), cases[i].ru);
        assert_string_equal(msg_str(&en), cases[i].en);
    }
    AUTO_MSG none = MSG_INIT;
    assert_false(bot_number(&none, LANG_RU, &(struct entity){.name = "dict_role"}, 3));
    assert_string_equal(msg_str(&none), "");
}

static void reason__of_a_push__is_told_in_words(void **state)
{
    (void)state;
    static const char *const reasons[] = {"Paused",
                                          "Edited just now",
                                          "Refused",
                                          "Not linked there yet",
                                          "Not confirmed yet",
                                          "Unknown whether created",
                                          "Several records in one row",
                                          "Ignored by the remote",
                                          "Changed there meanwhile"};
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        assert_string_not_equal(bot_reason(reasons[i], LANG_RU), reasons[i]);
    assert_string_equal(bot_reason("Something else", LANG_RU), "Something else");
}

static void error__is_told__as_it_is_when_nobody_translated_it(void **state)
{
    (void)state;
    AUTO_BUF out = BUF_INIT(1024), empty = BUF_INIT(16);
    assert_string_equal(bot_error(&out, "notion: 503 <b>", LANG_RU), "notion: 503 <b>");
    assert_string_equal(bot_error(&empty, "", LANG_RU), "");
}

static void actor__is__a_name_or_a_word(void **state)
{
    (void)state;
    assert_string_equal(bot_actor("telegram:5", "Ксения", LANG_RU), "Ксения");
    assert_string_equal(bot_actor("telegram:5", "", LANG_RU), "telegram:5");
    assert_string_equal(bot_actor("schedule", NULL, LANG_RU), "по расписанию");
    assert_string_equal(bot_actor("console:1", NULL, LANG_EN), "from the terminal");
}

static void counts__say__only_what_there_is(void **state)
{
    (void)state;
    AUTO_MSG m = MSG_INIT, none = MSG_INIT;
    bot_counts(&m, LANG_RU, &(struct counts){.inserted = 1, .deleted = 2, .invalid = 5});
    assert_string_equal(msg_str(&m), "1 новая, 2 удалены, 5 с ошибками");
    bot_counts(&none, LANG_EN, &(struct counts){0});
    assert_string_equal(msg_str(&none), "nothing to change");
}

static void counts_of_a_push__say__what_was_sent(void **state)
{
    (void)state;
    AUTO_MSG sent = MSG_INIT, planned = MSG_INIT, none = MSG_INIT;
    const struct counts c = {.inserted = 5,
                             .updated = 2,
                             .deleted = 1,
                             .unchanged = 90,
                             .invalid = 3};
    bot_sent_counts(&sent, LANG_RU, &c, false, false);
    assert_string_equal(msg_str(&sent), "добавлено 5, изменено 2, удалено 1, не отправлено 3");
    bot_sent_counts(&planned, LANG_RU, &(struct counts){.inserted = 5, .updated = 2}, true, false);
    assert_string_equal(msg_str(&planned), "+5, изменить 2");
    msg_clear(&sent);
    bot_sent_counts(&sent, LANG_RU, &(struct counts){.updated = 2, .deleted = 1}, false, true);
    assert_string_equal(msg_str(&sent), "изменено 2, помечено удалёнными 1");
    bot_sent_counts(&none, LANG_RU, &(struct counts){.unchanged = 7}, false, false);
    assert_string_equal(msg_str(&none), "отправлять нечего");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error__is_told__in_the_persons_language),
        cmocka_unit_test(error__is_told__as_it_is_when_nobody_translated_it),
        cmocka_unit_test(actor__is__a_name_or_a_word),
        cmocka_unit_test(counts__say__only_what_there_is),
        cmocka_unit_test(counts_of_a_push__say__what_was_sent),
        cmocka_unit_test(error_of_a_push__is_told__of_rows),
        cmocka_unit_test(title__says__which_way),
        cmocka_unit_test(title__that_two_flows_share__says_the_remote),
        cmocka_unit_test(direction__is_known__by_the_name),
        cmocka_unit_test(skipped_step__is_told__in_the_persons_language),
        cmocka_unit_test(reason__of_the_model__is_told_in_words),
        cmocka_unit_test(reason__of_a_push__is_told_in_words),
        cmocka_unit_test(reasons__read__each_in_its_own_way),
        cmocka_unit_test(refused_token__is_told__in_words),
        cmocka_unit_test(number__is_said__in_the_right_form),
    };
    return cmocka_run_group_tests_name("bot", tests, NULL, NULL);
}
