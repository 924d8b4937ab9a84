/* test_conflict_chat.c: conflicts as people see and settle them, and what history tells of them. */
#include "bot/text/field_text.h"
#include "store/conflicts.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

#include <stdio.h>

#define NOW_CONFLICT_AT 5000

/* The field is ours in the store already, set by Oleg; theirs came from Coda. */
static int64_t open_one(struct one_chat *c, const char *field, const char *base, const char *ours,
                        const char *theirs)
{
    struct err err = {0};
    small_festival_set(c->f, "participation", PART, field, ours ? V_TEXT(ours) : V_NULL, ORGANIZER,
                       2000);
    const struct conflict one = {.flow = "part",
                                 .entity = "participation",
                                 .local_id = PART,
                                 .field = field,
                                 .base = base,
                                 .ours = ours,
                                 .theirs = theirs,
                                 .remote = "coda",
                                 .theirs_at = 3000,
                                 .created_at = NOW_CONFLICT_AT};
    assert_ok(conflicts_open(c->f->db, &one, &err), err);
    return db_last_id(c->f->db);
}

static void three(struct one_chat *c)
{
    open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    open_one(c, "position", NULL, "повар", NULL);
    open_one(c, "role", "VOLUNTEER", "MEDIC", "TEAM_LEAD");
}

static const char *held(struct one_chat *c, const char *field)
{
    struct record *r = small_festival_get(c->f, "participation", PART);
    return r->v[model_field(r->e, field)].s;
}

static int64_t count_open(struct one_chat *c)
{
    struct err err = {0};
    int64_t n;
    assert_ok(conflicts_count_open(c->f->db, &n, &err), err);
    return n;
}

static void conflict__is_shown__in_peoples_words(void **state)
{
    struct one_chat *c = *state;
    open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    one_chat_say(c, "/conflicts");
    assert_has(c->said, "⚖️ Лис Мария, Инфоцентр: статус\n");
    assert_has(c->said, "Кода: «заехал на поле» (строка изменена: ");
    assert_has(c->said, "У нас: «отменилось» (Олег, ");
    assert_has(c->said, "Было: «планируется»");
    assert_has_not(c->said, "из 1"); /* one is not counted */
    assert_has(c->buttons, "Взять оттуда: Кода → settle 1 theirs 0 @");
    assert_has(c->buttons, "Оставить наше → settle 1 ours 0 @");
    assert_has(c->buttons, "Позже → conflicts later @");
    assert_has_not(c->buttons, "◀︎");
}

static void pages__go__through_all_of_them(void **state)
{
    struct one_chat *c = *state;
    three(c);
    one_chat_say(c, "/conflicts");
    const char *slot = c->slot;
    assert_non_null(slot);
    assert_has(c->said, "Спорное: 1 из 3");
    assert_has(one_chat_press(c, "Позже · 2 из 3"), "должность");
    assert_string_equal(c->slot, slot); /* the same message is renewed */
    assert_has(c->said, "Кода: «пусто»");
    assert_has(one_chat_press(c, "Позже · 3 из 3"), "роль");
    assert_has(c->said, "Кода: «бригадир»");
    assert_has(one_chat_press(c, "◀︎"), "Спорное: 2 из 3");
    one_chat_press(c, "Позже");
    assert_has(one_chat_press(c, "Позже"), "решим позже. Спорного: 3");
    assert_string_equal(c->slot, slot);
    assert_int_equal(count_open(c), 3);
}

static void choice__settles__and_moves_on_to_the_next(void **state)
{
    struct one_chat *c = *state;
    three(c);
    one_chat_say(c, "/conflicts");
    one_chat_press(c, "Взять оттуда: Кода");
    assert_has(c->said, "✓ Лис Мария, Инфоцентр, статус: решено, «заехал на поле».");
    assert_has(c->said, "при следующей сверке");
    assert_has(c->said, "Спорное: 1 из 2");
    assert_has(c->said, "должность");
    assert_has(c->buttons, "🔄 Участие → sync part");
    assert_string_equal(held(c, "status"), "ARRIVED");
    assert_string_equal(temp_store_text(c->f->store, "SELECT source FROM audit WHERE field = "
                                                     "'status' ORDER BY id DESC LIMIT 1"),
                        ORGANIZER);

    one_chat_press(c, "Оставить наше");
    assert_has(c->said, "должность: решено, «повар».");
    assert_has(c->said, "роль");
    one_chat_press(c, "Оставить наше");
    assert_has(c->said, "роль: решено, «медик».");
    assert_has(c->said, "✅ Спорного нет.");
    assert_has(c->buttons, "sync part");
    assert_has_not(c->buttons, "settle");
    assert_string_equal(held(c, "role"), "MEDIC");
    assert_int_equal(count_open(c), 0);
}

static void last_of_the_list__settled__leads_to_those_put_off(void **state)
{
    struct one_chat *c = *state;
    three(c);
    one_chat_say(c, "/conflicts 2");
    assert_has(c->said, "Спорное: 3 из 3");
    one_chat_press(c, "Оставить наше");
    assert_has(c->said, "Спорное: 1 из 2");
    assert_has(c->said, "статус");
}

static void old_button__undoes_nothing__that_somebody_decided(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t id = open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    one_chat_say(c, "/conflicts");
    const char *before = c->buttons;
    one_chat_press(c, "Оставить наше");
    c->buttons = before;
    one_chat_press(c, "Взять оттуда: Кода");
    assert_has(c->said, "статус: это уже решено (Олег, ");
    assert_has(c->said, "«отменилось»");
    assert_has(c->said, "✅ Спорного нет.");
    assert_string_equal(held(c, "status"), "CANCELLED");

    assert_ok(conflicts_settle(c->f->db, id, "policy", "ours", 6000, &err), err);
    assert_has(one_chat_press_data(c, "settle 1 theirs 0 @7"), "по правилу потока");
    assert_ok(conflicts_settle(c->f->db, id, "agreed", NULL, 6000, &err), err);
    assert_has(one_chat_press_data(c, "settle 1 theirs 0 @7"), "решилось само");
    assert_string_equal(held(c, "status"), "CANCELLED");
}

static void newer_edit__is_told__and_kept(void **state)
{
    struct one_chat *c = *state;
    open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    open_one(c, "position", NULL, "повар", "кок");
    one_chat_say(c, "/conflicts");
    small_festival_set(c->f, "participation", PART, "status", V_TEXT("SKIPPED"), "telegram:5",
                       9000);
    one_chat_press(c, "Взять оттуда: Кода");
    assert_has(c->said, "появилось другое значение");
    assert_has(c->said, "должность"); /* the next one, for this one waits for a sync */
    assert_has(c->buttons, "sync part");
    assert_string_equal(held(c, "status"), "SKIPPED");
    assert_int_equal(count_open(c), 2);
    one_chat_say(c, "/conflicts");
    assert_has_not(c->said, "Олег"); /* «отменилось» is not what stands there any more */
}

static void record_that_is_gone__leaves__the_list(void **state)
{
    struct one_chat *c = *state;
    open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    one_chat_say(c, "/conflicts");
    small_festival_set(c->f, "participation", PART, "deleted", V_INT(1), "notion", 9000);
    one_chat_press(c, "Оставить наше");
    assert_has(c->said, "выбирать не из чего");
    assert_has(c->said, "✅ Спорного нет.");
    assert_int_equal(count_open(c), 0);
}

static void card__shows__what_a_policy_decided_and_brings_the_loser_back(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    small_festival_set(c->f, "participation", PART, "status", V_TEXT("ARRIVED"), "coda", 2000);
    const struct conflict policy = {.flow = "part",
                                    .entity = "participation",
                                    .local_id = PART,
                                    .field = "status",
                                    .base = "PLANNED",
                                    .ours = "CANCELLED",
                                    .theirs = "ARRIVED",
                                    .remote = "coda",
                                    .settled_by = "policy",
                                    .choice = "theirs",
                                    .created_at = NOW_CONFLICT_AT,
                                    .settled_at = NOW_CONFLICT_AT};
    assert_ok(conflicts_add_settled(c->f->db, &policy, &err), err);
    assert_has(one_chat_say(c, "/conflict 1"), "По правилу потока");
    assert_has(c->said, "осталось «заехал на поле»");
    assert_has_not(c->buttons, "Оставить");
    const char *before = c->buttons;
    one_chat_press(c, "Вернуть «отменилось»");
    assert_has(
        c->said,
        "↩️ Лис Мария, Инфоцентр, статус: снова «отменилось».");
    assert_has(c->said, "Решено (Олег, ");
    assert_has(c->buttons, "Вернуть «заехал на поле»");
    assert_has(c->buttons, "sync part");
    assert_string_equal(held(c, "status"), "CANCELLED");

    c->buttons = before;
    assert_has(one_chat_press(c, "Вернуть «отменилось»"), "и так «отменилось»");
    small_festival_set(c->f, "participation", PART, "status", V_TEXT("SKIPPED"), "notion", 9000);
    one_chat_say(c, "/conflict 1");
    assert_has(one_chat_press(c, "Вернуть «заехал на поле»"), "с тех пор появилось другое");
    assert_string_equal(held(c, "status"), "SKIPPED");
}

static void card__settles__an_open_one(void **state)
{
    struct one_chat *c = *state;
    open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    one_chat_say(c, "/conflict 1");
    const char *slot = c->slot;
    one_chat_press(c, "Оставить наше");
    assert_has(c->said, "решено, «отменилось»");
    assert_has(c->said, "Решено (Олег, ");
    assert_string_equal(c->slot, slot);
    assert_has(one_chat_press(c, "Всё спорное"), "Спорного нет");
}

static void mistakes__are_answered__with_the_next_step(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/conflicts"), "Спорного нет");
    assert_has(one_chat_say(c, "/conflict"), "/conflicts");
    assert_has(one_chat_say(c, "/conflict 77"), "Спорного случая 77 нет");
    assert_has(one_chat_say(c, "/settle"), "Напишите /settle");
    assert_has(one_chat_say(c, "/settle 77 ours"), "Спорного случая 77 нет");
    assert_has(one_chat_say(c, "/settle 1 both"), "Напишите /settle");
    open_one(c, "status", "PLANNED", "CANCELLED", "ARRIVED");
    assert_has(one_chat_say(c, "/settle 1 ours back"), "решено, «отменилось»");
    c->user = 2002;
    assert_has(one_chat_say(c, "/conflicts"), "пока вас не знаю");
}

static void history__tells__the_values_that_lost(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct conflict lost = {.flow = "part",
                            .entity = "participation",
                            .local_id = PART,
                            .field = "status",
                            .ours = "CANCELLED",
                            .theirs = "ARRIVED",
                            .remote = "coda",
                            .settled_by = "policy",
                            .choice = "ours",
                            .created_at = 1500,
                            .settled_at = 1500};
    assert_ok(conflicts_add_settled(c->f->db, &lost, &err), err);
    lost.choice = "theirs";
    lost.created_at = 1600;
    assert_ok(conflicts_add_settled(c->f->db, &lost, &err), err);
    lost.choice = NULL; /* became the same: nothing lost */
    lost.created_at = 1700;
    assert_ok(conflicts_add_settled(c->f->db, &lost, &err), err);
    open_one(c, "position", NULL, "повар", "кок");
    one_chat_say(c, "/history мария");
    assert_has(c->said, "· Кода · Лис Мария, Инфоцентр: статус «заехал на поле» — проиграло "
                        "«отменилось» (/conflict 1)");
    assert_has(c->said, "· у нас · Лис Мария, Инфоцентр: статус «отменилось» — проиграло "
                        "«заехал на поле» (/conflict 2)");
    assert_has(c->said, "должность «кок» — спорит с нашим «повар» (/conflict 4)");
    assert_has_not(c->said, "/conflict 3");
    assert_has(c->said, "· Олег · Лис Мария, Инфоцентр: должность «пусто» → «повар»");
    /* newest first: the open one (5000), the edit (2000), what lost (1600, 1500), the insert */
    const char *open = strstr(c->said, "/conflict 4"), *edit = strstr(c->said, "«повар»\n");
    const char *second = strstr(c->said, "/conflict 2"), *first = strstr(c->said, "/conflict 1)");
    assert_true(open < edit && edit < second && second < first);
    assert_true(first < strstr(c->said, "новая запись"));
}

static void history__puts_each_conflict__on_one_page(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    static const char *const statuses[] = {"CANCELLED", "PLANNED"};
    for (int i = 0; i < 30; i++)
        small_festival_set(c->f, "participation", PART, "status", V_TEXT(statuses[i % 2]), "coda",
                           10000 + i * 100);
    for (int i = 0; i < 30; i++) {
        const struct conflict lost = {.flow = "part",
                                      .entity = "participation",
                                      .local_id = PART,
                                      .field = "status",
                                      .ours = "PLANNED",
                                      .theirs = "ARRIVED",
                                      .remote = "coda",
                                      .settled_by = "policy",
                                      .choice = "ours",
                                      .created_at = 10000 + i * 100 + 50 * (i % 2),
                                      .settled_at = 10000};
        assert_ok(conflicts_add_settled(c->f->db, &lost, &err), err);
    }
    AUTO_BUF all = BUF_INIT(1 << 16);
    buf_add(&all, one_chat_say(c, "/history мария"));
    for (int pages = 1; strstr(c->buttons, "Раньше") && pages < 9; pages++)
        buf_add(&all, one_chat_press(c, "Раньше"));
    for (int i = 1; i <= 30; i++) {
        char needle[32];
        snprintf(needle, sizeof needle, "(/conflict %d)", i);
        const char *at = strstr(buf_str(&all), needle);
        assert_non_null(at);
        assert_null(strstr(at + 1, needle));
    }
}

static void fields__have__names_for_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < model_n_entities; i++) {
        for (size_t k = 0; k < model_entities[i].n; k++) {
            const char *field = model_entities[i].fields[k].name;
            if (!strcmp(field_title(field, LANG_RU), field))
                fail_msg("%s.%s has no title in field_text.c", model_entities[i].name, field);
        }
    }
    assert_string_equal(field_title("deleted", LANG_EN), "is it there");
    assert_string_equal(field_title("no_such", LANG_RU), "no_such");
}

static void values__are_told__in_peoples_words(void **state)
{
    struct one_chat *c = *state;
    const struct chat_user user = {.via = "telegram"};
    struct ask a = {.bot = &c->bot, .db = c->f->db, .arena = c->f->arena, .user = &user};
    const struct dicts *d = c->f->store->dicts;
    static const struct {
        const char *entity, *field, *text, *said;
    } cases[] = {
        {"participation", "status", "ARRIVED", "заехал на поле"},
        {"participation", "person_id", ANNA, "Лис Мария"},
        {"participation", "year", "2026", "2026"},
        {"person", "banned", "1", "да"},
        {"person", "banned", "0", "нет"},
        {"person", "other_names", "[\"Маша\",\"Мари\"]", "Маша, Мари"},
        {"person", "other_names", "not a list", "not a list"},
        {"badge", "teams", "[\"" TEAM "\"]", "Инфоцентр"},
        {"badge", "teams", "[\"" TEAM "\",\"" ANNA "\"]", "Инфоцентр, " ANNA},
        {"badge", "teams", "not a list", "not a list"},
        {"badge", "teams", NULL, "пусто"},
        {"person", "city", NULL, "пусто"},
        {"person", "city", "", "пусто"},
        {"person", "deleted", "1", "удалена"},
        {"person", "deleted", NULL, "есть"},
        {"person", "row", "no longer gone", "уже не удалять"},
        {"person", "row", "i-7", "i-7"},
        {"nobody", "city", "Томск", "Томск"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(field_value(&a, d, cases[i].entity, cases[i].field, cases[i].text),
                            cases[i].said);
    assert_string_equal(field_value_short(&a, d, "person", "comment",
                                          "тридцать два знака и ещё немного сверху"),
                        "тридцать два знака и ещё немного…");
    assert_string_equal(source_title(&a, "coda"), "Кода");
    assert_string_equal(source_title(&a, "schedule"), "по расписанию");
    /* never wrote */
    assert_string_equal(source_title(&a, "telegram:77"), "Telegram 77");
    assert_string_equal(source_title(&a, ORGANIZER), "админ 1001 (по конфигурации)");
    one_chat_say(c, "/pause");
    assert_string_equal(source_title(&a, ORGANIZER), "Олег");
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(conflict__is_shown__in_peoples_words),
        IN_CHAT(pages__go__through_all_of_them),
        IN_CHAT(choice__settles__and_moves_on_to_the_next),
        IN_CHAT(last_of_the_list__settled__leads_to_those_put_off),
        IN_CHAT(old_button__undoes_nothing__that_somebody_decided),
        IN_CHAT(newer_edit__is_told__and_kept),
        IN_CHAT(record_that_is_gone__leaves__the_list),
        IN_CHAT(card__shows__what_a_policy_decided_and_brings_the_loser_back),
        IN_CHAT(card__settles__an_open_one),
        IN_CHAT(mistakes__are_answered__with_the_next_step),
        IN_CHAT(history__tells__the_values_that_lost),
        IN_CHAT(history__puts_each_conflict__on_one_page),
        cmocka_unit_test(fields__have__names_for_people),
        IN_CHAT(values__are_told__in_peoples_words),
    };
    return cmocka_run_group_tests_name("conflict chat", tests, NULL, NULL);
}
