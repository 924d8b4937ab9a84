/* test_deleted_chat.c: what is deleted or marked, and bringing it back, in the chat. */
#include "store/rows.h"
#include "store/runs.h"
#include "tests/support/check.h"
#include "tests/support/marked_chat.h"

/* A person marked by hand, a row that breaks a rule and never came in, one that the feeder marked,
 * a person deleted here with the badge and the arrival, a participation whose row is gone. */
static void everything(struct one_chat *c)
{
    marked_chat_mark(c, "People", "17", MARK_HAND, "уехала");
    marked_chat_delete(c, "person", ANNA, "grist", 5000);
    marked_chat_row_gone(c, "People", "17", "return");
    marked_chat_mark(c, "Badges_2026", "9", MARK_RULE, "Invalid role");
    marked_chat_jail(c, "gbadges", "9", false, "Invalid role", "Космонавт",
                     "{\"name\":\"Гагарин\",\"role\":\"Космонавт\"}");
    marked_chat_mark(c, "People", "40", MARK_FEEDER, "FEEDER: дубль");
    marked_chat_delete(c, "person", PETR, ORGANIZER, 6000);
    marked_chat_delete(c, "participation", PART, "coda", 7000);
    marked_chat_row_gone(c, "Part", "i-1", "return");
}

static const char *field(struct one_chat *c, const char *entity, const char *id)
{
    return temp_store_text(c->f->store,
                           arena_printf(c->f->arena,
                                        "SELECT source || ' ' || field || ' ' || before || after"
                                        " FROM audit WHERE entity = '%s' AND local_id = '%s'"
                                        " ORDER BY id DESC LIMIT 1",
                                        entity, id));
}

/* ---------------------------------------------------------------- the list */

static void deleted__says__that_nothing_is(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/deleted"), "Ничего не удалено и не помечено");
    assert_string_equal(c->buttons, "");
    assert_has(one_chat_say(c, "/deleted Ильин"), "по этому запросу нет");
    assert_has(one_chat_press(c, "Удалённые"), "Ничего не удалено и не помечено");
}

static void deleted__lists__newest_first_with_reasons(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted");
    assert_has(
        c->said,
        "🗑 Удалено и помечено: 7\n\n1. Лис Мария, Инфоцентр · участие, с ");
    assert_has(c->said, "строки больше нет в таблице, или она в корзине (Кода)\n"
                        "    Верните строку в таблице, и запись вернётся сама.\n\n2. ");
    assert_has(c->said, "· заезд, с ");
    assert_has(c->said, "вместе с записью «Ильин»\n");
    assert_has(c->said, "3. Ильин · бейдж, с ");
    assert_has(c->said, "вместе с записью «Ильин Пётр»\n");
    assert_has(c->said, "4. Ильин Пётр · человек, с ");
    assert_has(c->said, "удалено у нас (Олег)\n");
    assert_has(c->said, "5. Гагарин · бейдж, с ");
    assert_has(c->said, "строка не принята: нет такой роли у бейджа: «Космонавт»\n"
                        "    Исправьте строку, и она придёт сама.\n"
                        "    строка 9, Бейджи (Грист (https://grist.example/doc/d))");
    assert_has_not(c->said, "6.");
    one_chat_press(c, "7 из 7 ▶︎");
    assert_has(c->said, "6. 40 · человек, с ");
    assert_has(c->said, "строку пометил Кормитель (Грист): «FEEDER: дубль»\n"
                        "    Снимите пометку в таблице, и строка придёт.\n");
    assert_has(c->said, "7. Лис Мария · человек, с ");
    assert_has(c->said, "строку пометили руками (Грист): «уехала»\n    строка 17, Люди Гриста (");
    assert_has_not(c->buttons, "▶︎");
    assert_has(one_chat_press(c, "◀︎"), "1. Лис Мария, Инфоцентр");
}

static void deleted__lists__in_english(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/lang en");
    one_chat_say(c, "/deleted");
    assert_has(
        c->said,
        "🗑 Deleted or marked: 7\n\n1. Лис Мария, Инфоцентр · participation, since ");
    assert_has(c->said, "the row is gone from its table, or in the trash (Coda)\n");
    assert_has(c->said, "together with Ильин Пётр\n");
    assert_has(c->said, "deleted here (Олег)\n");
    assert_has(c->said, "its row is not accepted: no such role of a badge: “Космонавт”\n"
                        "    Mend the row, and it comes in by itself.\n");
    assert_has(c->buttons, "↩️ 4. Restore → restore " PETR);
    one_chat_press(c, "Feeder: 1");
    assert_has(c->said, "🗑 Feeder: 1\n\n1. 40 · person, since ");
    assert_has(c->said, "the row was marked by the feeder (Grist): “FEEDER: дубль”\n"
                        "    Clear the mark in the table, and the row comes in.\n");
    one_chat_press(c, "By hand: 1");
    assert_has(c->said, "the row was marked by hand (Grist): “уехала”\n");
}

static void deleted__keeps_to__one_kind(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted");
    one_chat_press(c, "По правилу: 1");
    assert_has(c->said, "🗑 По правилу: 1\n\n1. Гагарин");
    assert_has_not(c->said, "2.");
    assert_has_not(c->buttons, "По правилу");
    one_chat_press(c, "Вместе с другими: 2");
    assert_has(c->said, "1. Ильин · заезд");
    assert_has(c->said, "2. Ильин · бейдж");
    assert_has(one_chat_press(c, "Нет строки: 1"), "1. Лис Мария, Инфоцентр");
    assert_has(one_chat_press(c, "У нас: 1"), "1. Ильин Пётр");
    assert_has(one_chat_press(c, "Все: 7"), "Удалено и помечено: 7");
    assert_has(one_chat_press_data(c, "deleted hand 500 @3"), "🗑 Руками: 1");
}

static void deleted__keeps_to__a_flow_or_a_name(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted Люди Гриста");
    assert_has(c->said, "Удалено и помечено: 3 · «Люди Гриста»");
    assert_has(c->said, "1. Ильин Пётр");
    assert_has_not(c->said, "Гагарин");
    assert_has(c->buttons, "Руками: 1 → deleted hand 0 Люди Гриста @");
    assert_has(one_chat_press(c, "Руками"),
               "🗑 Руками: 1 · «Люди Гриста»\n\n1. Лис Мария");
    assert_has(one_chat_say(c, "/deleted gbadges"), "Удалено и помечено: 2 · «gbadges»");
    assert_has(one_chat_say(c, "/deleted ГАГАР"), "Удалено и помечено: 1 · «ГАГАР»\n\n1. Гагарин");
    assert_has(one_chat_say(c, "/deleted ильин пётр"), "помечено: 1 ");
    assert_has(one_chat_say(c, "/deleted 40"), "1. 40 · человек");
}

/* A row that never came in is called by what stands in it, or by what it names. */
static void row_without_a_record__is_called__by_what_it_names(void **state)
{
    struct one_chat *c = *state;
    marked_chat_mark(c, "Arrivals_2026", "7", MARK_RULE, NULL);
    marked_chat_jail(c, "garrivals", "7", false, "Invalid status", "скоро",
                     "{\"badge\":{\"ref\":\"1\"},\"status\":\"скоро\"}");
    assert_has(one_chat_say(c, "/deleted garrivals"), "1. Ильин · заезд, с ");
    /* its badge is in quarantine itself, and nameless: the person has the name */
    marked_chat_jail(c, "gbadges", "8", false, "Empty name", "",
                     "{\"name\":\"  \",\"person\":{\"ref\":\"18\"}}");
    marked_chat_jail(c, "garrivals", "7", false, "Badge marked for delete", NULL,
                     "{\"badge\":{\"ref\":\"8\"}}");
    assert_has(one_chat_say(c, "/deleted garrivals"), "1. Ильин Пётр · заезд, с ");
    marked_chat_jail(c, "garrivals", "7", false, "Empty or invalid Badge", NULL,
                     "{\"badge\":{\"ref\":\"99\"}}");
    assert_has(one_chat_say(c, "/deleted garrivals"), "1. (без названия) · заезд, с ");
    marked_chat_mark(c, "People", "41", MARK_RULE, NULL);
    marked_chat_jail(c, "gpeople", "41", false, "Empty name", "", "{\"name\":\" \"}");
    assert_has(one_chat_say(c, "/deleted gpeople"), "1. (без названия) · человек, с ");
}

static void deleted__asks_for_less__when_words_fit_into_no_button(void **state)
{
    struct one_chat *c = *state;
    for (char row[3] = "50"; row[1] < '8'; row[1]++) {
        marked_chat_mark(c, "Badges_2026", row, MARK_RULE, "Empty diet");
        marked_chat_jail(c, "gbadges", row, false, "Empty diet", NULL,
                         "{\"name\":\"Необыкновенно длинное имя участника\"}");
    }
    one_chat_say(c, "/deleted Необыкновенно длинное имя участника");
    assert_has(c->said, "Удалено и помечено: 8");
    assert_has(c->said, "Чтобы увидеть остальное, спросите короче");
    assert_string_equal(c->buttons, "");
    assert_has(one_chat_say(c, "/deleted необык"), "5. Необыкновенно");
    assert_has(one_chat_press(c, "▶︎"), "8. Необыкновенно");
}

static void deleted__says__what_is_on_its_way_back(void **state)
{
    struct one_chat *c = *state;
    marked_chat_mark(c, "People", "17", MARK_HAND, NULL); /* restored; the push is to come */
    one_chat_say(c, "/deleted");
    assert_has(c->said, "1. Лис Мария · человек");
    assert_has(c->said, "строку пометили руками (Грист)\n"
                        "    запись снова есть, пометка в таблице снимется при следующей отправке");
    assert_has_not(c->buttons, "Вернуть");
    marked_chat_mark(c, "People", "18", MARK_RULE, "Empty name"); /* mended; the pull is to come */
    marked_chat_delete(c, "person", PETR, "grist", 9000);
    one_chat_say(c, "/deleted ильин пётр");
    assert_has(c->said, "строка была не принята, теперь она исправлена\n"
                        "    Запись вернётся при следующей сверке.");
}

static void deleted__leaves_out__words_left_of_a_mark(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    const struct mark left = {.remote = "grist",
                              .tbl = "People",
                              .remote_id = "17",
                              .why = "FEEDER",
                              .by = MARK_FEEDER,
                              .state = MARK_CLEARING};
    assert_ok(marks_put(c->f->db, &left, &err), err);
    assert_has(one_chat_say(c, "/deleted"), "Ничего не удалено");
}

static void deleted__is_for__organizers(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    c->user = 5;
    assert_has(one_chat_say(c, "/deleted"), "пока вас не знаю");
    assert_has(one_chat_say(c, "/restore " ANNA), "пока вас не знаю");
    assert_has(one_chat_say(c, "/why " ANNA), "пока вас не знаю");
    assert_true(marked_chat_is_deleted(c, "person", ANNA));
}

/* ---------------------------------------------------------------- restoring */

static void restore__brings_back__what_was_marked_by_hand(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted hand 0");
    one_chat_press(c, "1. Вернуть");
    assert_has(
        c->said,
        "↩️ Лис Мария: снова в списках.\nВ таблицы это уйдёт при следующей");
    assert_false(marked_chat_is_deleted(c, "person", ANNA));
    assert_string_equal(field(c, "person", ANNA), ORGANIZER " deleted 10");
    /* the row is wanted back: no pull takes the record away again before the mark is cleared */
    assert_string_equal(temp_store_text(c->f->store, "SELECT wish FROM link WHERE tbl = 'People'"
                                                     " AND remote_id = '17'"),
                        "return");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM mark"), 3);
}

static void restore__wants__a_marked_row_back_that_was_away(void **state)
{
    struct one_chat *c = *state;
    marked_chat_mark(c, "People", "17", MARK_HAND, NULL);
    marked_chat_delete(c, "person", ANNA, "grist", 5000);
    marked_chat_row_gone(c, "People", "17", NULL);
    one_chat_say(c, "/restore лис");
    assert_string_equal(temp_store_text(c->f->store, "SELECT wish FROM link WHERE tbl = 'People'"
                                                     " AND remote_id = '17'"),
                        "back");
}

static void restore__acts_once__when_pressed_twice(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted hand 0");
    const char *buttons = c->buttons;
    one_chat_press(c, "1. Вернуть");
    int64_t rows = temp_store_int(c->f->store, "SELECT count(*) FROM audit");
    c->buttons = buttons;
    assert_has(one_chat_press(c, "1. Вернуть"), "Лис Мария: уже в списках (Олег, ");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM audit"), rows);
}

static void restore__of_an_old_button__does_not_undo_what_came_since(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted hand 0");
    const char *buttons = c->buttons;
    one_chat_say(c, "/restore " ANNA);
    marked_chat_delete(c, "person", ANNA, "grist", 8000);
    c->buttons = buttons;
    one_chat_press(c, "1. Вернуть");
    assert_has(c->said, "Лис Мария: с тех пор запись менялась. Ничего не делаю");
    assert_has(c->said, "строку пометили руками (Грист): «уехала»");
    assert_true(marked_chat_is_deleted(c, "person", ANNA));
    assert_has(one_chat_press(c, "Вернуть: Лис Мария"), "снова в списках");
}

static void restore__brings_back__all_that_went_along(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/restore ильин пётр");
    assert_has(c->said, "Ильин Пётр: снова в списках. Что удалилось вместе, вернулось тоже.");
    assert_false(marked_chat_is_deleted(c, "person", PETR));
    assert_false(marked_chat_is_deleted(c, "badge", BADGE));
    assert_false(marked_chat_is_deleted(c, "arrival", ARRIVAL));
}

static void restore__starts__the_pushes_concerned(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/restore ильин пётр");
    assert_has(one_chat_press(c, "Отправить сейчас"), "Люди Гриста → Грист, Бейджи → Грист");
    assert_string_equal(temp_store_text(c->f->store, "SELECT steps FROM job"),
                        "[\"gpeople:push\",\"gbadges:push\",\"garrivals:push\"]");
    assert_has(one_chat_press_data(c, "restore send 26"), "уже идёт");
    assert_int_equal(temp_store_int(c->f->store, "SELECT count(*) FROM job"), 1);
    assert_has(one_chat_press_data(c, "restore send 32"), "Отправлять некуда");
}

static void restore__of_one_that_went_along__asks_for_the_first(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/deleted with 0");
    assert_has(c->buttons, "↩️ 1. Сначала Ильин Пётр → restore " PETR "\n");
    assert_has_not(c->buttons, "2. Сначала"); /* the same person */
    one_chat_say(c, "/restore " ARRIVAL);
    assert_has(c->said, "удалено вместе с записью «Ильин Пётр». Верните сначала её");
    assert_true(marked_chat_is_deleted(c, "arrival", ARRIVAL));
    one_chat_press(c, "Вернуть: Ильин Пётр");
    assert_false(marked_chat_is_deleted(c, "arrival", ARRIVAL));
    assert_has(one_chat_say(c, "/restore " ARRIVAL), "уже в списках (Олег, ");
}

/* One deleted for a reason of its own would not stay live without its person either. */
static void restore__of_a_deleted_persons_badge__asks_for_the_person(void **state)
{
    struct one_chat *c = *state;
    marked_chat_mark(c, "Badges_2026", "1", MARK_HAND, NULL);
    marked_chat_delete(c, "badge", BADGE, "grist", 5000);
    marked_chat_delete(c, "person", PETR, ORGANIZER, 6000);
    assert_has(one_chat_say(c, "/deleted hand 0"), "1. Ильин · бейдж");
    assert_has(c->buttons, "↩️ 1. Сначала Ильин Пётр");
    one_chat_say(c, "/restore " BADGE);
    assert_has(c->said, "Верните сначала её");
    one_chat_press(c, "Вернуть: Ильин Пётр");
    assert_true(marked_chat_is_deleted(c, "badge", BADGE)); /* its own mark stands */
    one_chat_say(c, "/restore " BADGE);
    assert_has(c->said, "снова в списках");
    assert_false(marked_chat_is_deleted(c, "badge", BADGE));
}

static void restore__of_an_invalid_row__says_what_to_mend(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "gpeople", "18", false, "Empty name", NULL, "{\"name\":null}");
    marked_chat_mark(c, "People", "18", MARK_RULE, "Empty name");
    marked_chat_delete(c, "person", PETR, "grist", 8000);
    one_chat_say(c, "/restore ильин пётр");
    assert_has(c->said, "Ильин Пётр: пока не вернуть.\n    строка не принята: пустое имя\n"
                        "    Исправьте строку, и запись вернётся сама.\n    строка 18, Люди");
    assert_true(marked_chat_is_deleted(c, "person", PETR));
    one_chat_say(c, "/deleted with 0");
    assert_has(c->said, "Ильин · бейдж");
    assert_has_not(c->buttons, "Сначала"); /* it cannot come first */
    one_chat_say(c, "/restore " BADGE);
    assert_has(c->said, "удалено вместе с записью «Ильин Пётр», а её пока не вернуть:\n"
                        "    строка не принята: пустое имя\n");
    assert_has_not(c->buttons, "Вернуть");
}

static void restore__of_a_removed_row__points_to_the_run(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    int64_t run;
    struct record *old = small_festival_get(c->f, "participation", PART);
    struct record *now = record_copy(old, c->f->arena);
    now->deleted = true;
    assert_ok(runs_begin(c->f->db, "part", "pull", "schedule", 0, 6000, &run, &err), err);
    const struct change by = {.run = run, .source = "coda", .at = 6000};
    assert_ok(rows_update(c->f->db, old, now, &by, &err), err);
    marked_chat_row_gone(c, "Part", "i-1", "return");
    one_chat_say(c, "/restore " PART);
    assert_has(c->said, "Лис Мария, Инфоцентр: вернуть отсюда нельзя, строки больше нет (Кода).\n"
                        "    Верните строку в таблице, и запись вернётся сама.");
    assert_has(c->buttons, arena_printf(c->f->arena, "Прогон %lld → run %lld\n", (long long)run,
                                        (long long)run));
    assert_true(marked_chat_is_deleted(c, "participation", PART));
    assert_has(one_chat_say(c, "/deleted"), "1. Лис Мария, Инфоцентр");
    assert_has_not(c->buttons, "Вернуть");
}

static void restore__of_what_was_deleted_here__leaves_its_row_alone(void **state)
{
    struct one_chat *c = *state;
    marked_chat_delete(c, "participation", PART, ORGANIZER, 6000);
    one_chat_say(c, "/deleted");
    assert_has(c->said, "удалено у нас (Олег)");
    one_chat_press(c, "1. Вернуть");
    assert_false(marked_chat_is_deleted(c, "participation", PART));
    assert_has(c->buttons, "📤 Отправить сейчас");
}

/* Five in a row are too narrow for a phone to read. */
static void deleted__offers__at_most_three_in_a_row(void **state)
{
    struct one_chat *c = *state;
    struct err err = {0};
    for (int i = 0; i < 5; i++) {
        const char *id = arena_printf(c->f->arena, "cccccccc-0000-4000-8000-00000000000%d", i);
        struct record *r = record_new(model_entity("person"), c->f->arena);
        const struct change by = {.source = ORGANIZER, .at = 5000 + i};
        str_copy(r->id, sizeof r->id, id);
        r->v[model_field(r->e, "name")] = V_TEXT(arena_printf(c->f->arena, "Кто-то %d", i));
        assert_ok(rows_insert(c->f->db, r, &by, &err), err);
        marked_chat_delete(c, "person", id, ORGANIZER, 6000 + i);
    }
    one_chat_say(c, "/deleted");
    const char *payload = temp_store_text(c->f->store, "SELECT payload FROM chat_out"),
               *third = strstr(payload, "3. Вернуть"), *fourth = strstr(payload, "4. Вернуть");
    assert_non_null(third);
    assert_non_null(fourth);
    const char *row = strstr(third, "],[");
    assert_true(row && row < fourth);
    row = strstr(strstr(payload, "1. Вернуть"), "],[");
    assert_true(row > third);
}

static void restore__answers__without_a_name_and_for_nobody(void **state)
{
    struct one_chat *c = *state;
    assert_has(one_chat_say(c, "/restore"), "Кого вернуть?");
    assert_has(c->buttons, "🗑 Удалённые → deleted\n");
    assert_has(one_chat_say(c, "/restore никого такого"), "Не нашёл «никого такого»");
    assert_has(one_chat_say(c, "/restore лис"), "Лис Мария: и так в списках.");
    assert_has(one_chat_press_data(c, "restore 99999999-9999-4999-8999-999999999999 3"),
               "Не нашёл «99999999");
    assert_has(one_chat_say(c, "/restore и"), "Какая запись?");
}

static void restore__speaks__english(void **state)
{
    struct one_chat *c = *state;
    everything(c);
    one_chat_say(c, "/lang en");
    assert_has(one_chat_say(c, "/restore " BADGE),
               "Ильин was deleted together with Ильин Пётр. Bring that one back first");
    assert_has(one_chat_press(c, "Restore Ильин Пётр"),
               "↩️ Ильин Пётр is back. What was deleted along with it is back, too.\n"
               "It reaches the tables with the next push");
    assert_has(one_chat_say(c, "/restore " PETR), "Ильин Пётр is back already (Олег, ");
    assert_has(one_chat_say(c, "/restore " PART),
               "cannot be brought back from here, its row is gone (Coda)");
}

#define T(f) cmocka_unit_test_setup_teardown(f, marked_chat_setup, marked_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(deleted__says__that_nothing_is),
        T(deleted__lists__newest_first_with_reasons),
        T(deleted__lists__in_english),
        T(deleted__keeps_to__one_kind),
        T(deleted__keeps_to__a_flow_or_a_name),
        T(row_without_a_record__is_called__by_what_it_names),
        T(deleted__asks_for_less__when_words_fit_into_no_button),
        T(deleted__says__what_is_on_its_way_back),
        T(deleted__leaves_out__words_left_of_a_mark),
        T(deleted__is_for__organizers),
        T(restore__brings_back__what_was_marked_by_hand),
        T(restore__wants__a_marked_row_back_that_was_away),
        T(restore__acts_once__when_pressed_twice),
        T(restore__of_an_old_button__does_not_undo_what_came_since),
        T(restore__brings_back__all_that_went_along),
        T(restore__starts__the_pushes_concerned),
        T(restore__of_one_that_went_along__asks_for_the_first),
        T(restore__of_a_deleted_persons_badge__asks_for_the_person),
        T(restore__of_an_invalid_row__says_what_to_mend),
        T(restore__of_a_removed_row__points_to_the_run),
        T(restore__of_what_was_deleted_here__leaves_its_row_alone),
        T(deleted__offers__at_most_three_in_a_row),
        T(restore__answers__without_a_name_and_for_nobody),
        T(restore__speaks__english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
