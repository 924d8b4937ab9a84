/* test_same_chat.c: whether two records are one, as people are asked and answer. */
#include "store/conflicts.h"
#include "store/rows.h"
#include "tests/support/check.h"
#include "tests/support/one_chat.h"

#define OTHER "44444444-4444-4444-8444-444444444444"

static void person(struct one_chat *c, const char *id, const char *name, const char *phone)
{
    struct err err = {0};
    struct record *r = record_new(model_entity("person"), c->f->arena);
    str_copy(r->id, sizeof r->id, id);
    r->v[model_field(r->e, "name")] = V_TEXT(name);
    r->v[model_field(r->e, "phone")] = V_TEXT(phone);
    r->v[model_field(r->e, "banned")] = V_INT(0);
    assert_ok(rows_insert(c->f->db, r, &(struct change){.source = "coda", .at = 1000}, &err), err);
}

/* The row of `id` has Maria's id. */
static void ask(struct one_chat *c, const char *entity, const char *id, const char *theirs)
{
    struct err err = {0};
    const struct conflict one = {.flow = "people",
                                 .entity = entity,
                                 .local_id = id,
                                 .field = "id",
                                 .base = id,
                                 .ours = id,
                                 .theirs = theirs,
                                 .remote = "coda",
                                 .created_at = 3000};
    assert_ok(conflicts_open(c->f->db, &one, &err), err);
}

static void question__shows__both_and_what_tells_them_apart(void **state)
{
    struct one_chat *c = *state;
    person(c, OTHER, "Маша Лис", "+79160000000");
    ask(c, "person", OTHER, ANNA);
    one_chat_say(c, "/conflicts");
    assert_has(c->said, "⚖️ Один человек? Маша Лис и Лис Мария\n");
    assert_has(c->said, "Кода: в строке «Маша Лис» стоит id записи «Лис Мария».\n");
    assert_has(c->said, "· имя: «Маша Лис» и «Лис Мария»\n");
    assert_has(c->said, "· телефон: «+79160000000» и «пусто»");
    assert_has(c->said, "останется запись «Лис Мария»: к ней перейдёт всё");
    assert_has(c->said, "Разделить потом не получится.");
    assert_has(c->buttons, "Это один человек — объединить → settle 1 theirs 0 @");
    assert_has(c->buttons, "Разные люди → settle 1 ours 0 @");
    assert_has(c->buttons, "Позже → conflicts later @");
}

static void namesakes__are_told_apart__by_their_ids(void **state)
{
    struct one_chat *c = *state;
    person(c, OTHER, "Лис Мария", "");
    small_festival_set(c->f, "person", OTHER, "phone", V_NULL, "coda", 1100);
    small_festival_set(c->f, "person", ANNA, "banned", V_INT(0), "coda", 1100);
    ask(c, "person", OTHER, ANNA);
    one_chat_say(c, "/conflicts");
    assert_has(c->said, "Лис Мария (44444444…) и Лис Мария (11111111…)");
    assert_has(c->said, "В остальном они не различаются.");
}

static void merge__makes_one__and_leads_to_the_sync(void **state)
{
    struct one_chat *c = *state;
    person(c, OTHER, "Маша Лис", "+79160000000");
    small_festival_set(c->f, "participation", PART, "person_id", V_TEXT(OTHER), "coda", 1100);
    ask(c, "person", OTHER, ANNA);
    one_chat_say(c, "/conflicts");
    one_chat_press(c, "один человек");
    assert_has(c->said, "✓ «Маша Лис» и «Лис Мария» теперь одно, осталась запись «Лис Мария».");
    assert_has(c->said, "при следующей сверке");
    assert_has(c->said, "✅ Спорного нет.");
    assert_has(c->buttons, "sync people");
    assert_true(small_festival_get(c->f, "person", OTHER)->deleted);
    assert_string_equal(temp_store_text(c->f->store, "SELECT person_id FROM participation"), ANNA);
    assert_string_equal(temp_store_text(c->f->store,
                                        "SELECT source FROM audit ORDER BY id DESC LIMIT 1"),
                        ORGANIZER);

    one_chat_press_data(c, "settle 1 ours 0"); /* an old button */
    assert_has(c->said, "«Маша Лис» и «Лис Мария» уже объединены (Олег, ");
    one_chat_say(c, "/conflict 1");
    assert_has(c->said, "Объединено (Олег, ");
    assert_has_not(c->buttons, "settle");
    one_chat_say(c, "/history маша лис");
    assert_has(c->said, "Маша Лис: есть ли запись «есть» → «удалена»");
    one_chat_say(c, "/history лис мария");
    assert_has(c->said, "телефон «пусто» → «+79160000000»");
    assert_has(c->said, "человек «Маша Лис» → «Лис Мария»");
}

static void two__is_remembered__and_may_be_thought_over(void **state)
{
    struct one_chat *c = *state;
    person(c, OTHER, "Маша Лис", "+79160000000");
    ask(c, "person", OTHER, ANNA);
    one_chat_say(c, "/conflicts");
    one_chat_press(c, "Разные люди");
    assert_has(c->said, "✓ «Маша Лис» и «Лис Мария» разные. Больше не спрошу");
    assert_has_not(c->said, "при следующей сверке");
    assert_has_not(c->buttons, "sync people");
    assert_false(small_festival_get(c->f, "person", OTHER)->deleted);

    one_chat_press_data(c, "settle 1 theirs 0"); /* an old button decides nothing anew */
    assert_has(c->said, "уже решено (Олег, ");
    assert_false(small_festival_get(c->f, "person", OTHER)->deleted);

    one_chat_say(c, "/conflict 1");
    assert_has(c->said, "Решено (Олег, ");
    assert_has_not(c->buttons, "Разные");
    one_chat_press(c, "Это один человек — объединить");
    assert_has(c->said, "теперь одно");
    assert_true(small_festival_get(c->f, "person", OTHER)->deleted);
}

static void other_records__are_no_people(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    struct record *r = record_new(model_entity("team"), c->f->arena);
    str_copy(r->id, sizeof r->id, OTHER);
    r->v[model_field(r->e, "name")] = V_TEXT("Инфо");
    r->v[model_field(r->e, "type")] = V_TEXT("CITY_SERVICE");
    assert_ok(rows_insert(c->f->db, r, &(struct change){.source = "coda", .at = 1000}, &err), err);
    ask(c, "team", OTHER, TEAM);
    one_chat_say(c, "/lang en");
    one_chat_say(c, "/conflicts");
    assert_has(c->said, "⚖️ The same? Инфо and Инфоцентр");
    assert_has(c->said, "the row of “Инфо” has the id of “Инфоцентр”");
    assert_has(c->buttons, "The same: merge → settle 1 theirs");
    assert_has(c->buttons, "Two records → settle 1 ours");
    small_festival_set(c->f, "team", OTHER, "deleted", V_INT(1), "coda", 1100);
    one_chat_press(c, "The same: merge");
    assert_has(c->said, "is gone, there is nothing to merge");
    assert_has(c->said, "There are no conflicts");
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, one_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(question__shows__both_and_what_tells_them_apart),
        IN_CHAT(namesakes__are_told_apart__by_their_ids),
        IN_CHAT(merge__makes_one__and_leads_to_the_sync),
        IN_CHAT(two__is_remembered__and_may_be_thought_over),
        IN_CHAT(other_records__are_no_people),
    };
    return cmocka_run_group_tests_name("same chat", tests, NULL, NULL);
}
