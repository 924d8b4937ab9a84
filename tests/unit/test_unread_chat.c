/* test_unread_chat.c: cells that nobody can read, and that are therefore not written over, as the
 * chat tells of them. */
#include "store/quarantine.h"
#include "tests/support/check.h"
#include "tests/support/marked_chat.h"

#define CELLS_JSON(...) "{" __VA_ARGS__ "}"

/* People in Grist: what the row of this person was last read as. */
static void was_read(struct one_chat *c, const char *person, const char *row, const char *unread)
{
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err,
                     "UPDATE link SET base = json_set(base, '$.unread', json(:unread)),"
                     " base_rev = 100000 WHERE tbl = 'People' AND remote_id = :row",
                     B_TEXT(":row", row), B_TEXT(":unread", unread)),
              err);
    assert_int_equal(db_changes(c->f->db), 1);
    assert_non_null(small_festival_get(c->f, "person", person));
}

static void held_back(struct one_chat *c, const char *person, const char *columns,
                      const char *cells)
{
    marked_chat_jail(c, "gpeople:push", person, true, QUARANTINE_UNREAD, columns, cells);
}

/* ---------------------------------------------------------------- /invalid */

static void invalid__shows__column_and_value_and_row(void **state)
{
    struct one_chat *c = *state;
    held_back(c, ANNA, "birth_date", CELLS_JSON("\"birth_date\":\"после обеда\""));
    one_chat_say(c, "/invalid");
    assert_has(c->said,
               "⚠️ Не приняты: 1.\n"); /* it does not wait: somebody has to mend it */
    assert_has(c->said, "1. Лис Мария → Грист: там в ячейке непонятное, поверх не пишу\n"
                        "    колонка birth_date: сейчас там «после обеда», это не дата (пишут так: "
                        "1990-07-20)\n"
                        "    строка 17, Люди Гриста (Грист (https://grist.example/doc/d)) · с ");
    assert_has(c->said, "\n    Исправьте ячейку или очистите её: тогда запишу.\n");
    one_chat_press(c, "1");
    assert_has(c->said, "колонка birth_date: сейчас там «после обеда»");
    assert_has(c->said, "строка 17, Люди Гриста");
}

static void invalid__names__what_it_may_have_been_meant_to_be(void **state)
{
    struct one_chat *c = *state;
    held_back(c, ANNA, "gender, birth_date",
              CELLS_JSON("\"gender\":\"мужски\",\"birth_date\":\"<b>&\""));
    held_back(c, PETR, "gender", CELLS_JSON("\"gender\":\"бык\""));
    one_chat_say(c, "/invalid");
    assert_has(c->said, "Не приняты: 2.");
    assert_has(c->said, "колонка gender: сейчас там «мужски», такого в списке нет\n");
    assert_has(c->said, "    бывает: ");
    assert_has(c->said, "колонка birth_date: сейчас там «<b>&», это не дата");
    assert_has(c->said, "колонка gender: сейчас там «бык», такого в списке нет\n");
    /* the advice is said once */
    const char *advice = strstr(c->said, "Исправьте ячейку");
    assert_non_null(advice);
    assert_null(strstr(advice + 1, "Исправьте ячейку"));
}

/* Before those that wait for others, however long they do. */
static void invalid__lists__what_is_to_be_mended_first(void **state)
{
    struct one_chat *c = *state;
    marked_chat_jail(c, "gbadges:push", BADGE, true, "Not linked there yet", "person " PETR, "{}");
    held_back(c, PETR, "birth_date", CELLS_JSON("\"birth_date\":\"?\""));
    one_chat_say(c, "/invalid");
    assert_has(c->said, "⚠️ Не приняты: 1. Ждут: 1.\n");
    assert_has(c->said, "\n1. Ильин Пётр → Грист: там в ячейке непонятное");
    assert_has(c->said, "\n2. Ильин → Грист: ");
}

static void invalid__of_many_cells__shows_some(void **state)
{
    struct one_chat *c = *state;
    held_back(c, ANNA, "a, b, c, d, e, f",
              CELLS_JSON("\"a\":\"1\",\"b\":null,\"c\":\"3\",\"d\":\"4\",\"e\":\"5\",\"f\":\"6\""));
    one_chat_say(c, "/invalid");
    assert_has(c->said, "    колонка a: сейчас там «1», это ошибка, а не значение\n"
                        "    колонка b: это ошибка, а не значение\n");
    assert_has(c->said, "    … ещё колонок: 2\n");
    assert_has_not(c->said, "колонка e");
}

/* A row of before, a damaged one, and a record whose row went meanwhile. */
static void invalid__of_unknown_cells__says_what_it_knows(void **state)
{
    struct one_chat *c = *state;
    static const char *const cells[] = {"{}", "no json", "[1]"};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        held_back(c, ANNA, "birth_date", cells[i]);
        one_chat_say(c, "/invalid");
        assert_has(c->said, "Лис Мария → Грист: там в ячейке непонятное");
        assert_has(c->said, "строка 17");
    }
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err, "DELETE FROM link WHERE tbl = 'People'"), err);
    one_chat_say(c, "/invalid");
    assert_has_not(c->said, "строка 17");
    assert_has(c->said, ". Исправьте ячейку или очистите её");
}

static void invalid__speaks__english(void **state)
{
    struct one_chat *c = *state;
    held_back(c, ANNA, "birth_date", CELLS_JSON("\"birth_date\":\"noon\""));
    one_chat_say(c, "/lang en");
    one_chat_say(c, "/invalid");
    assert_has(c->said, "    column birth_date: it says “noon” now, which is no date (write it "
                        "like 1990-07-20)\n");
}

/* The menu counts them with all that is to be mended. */
static void menu__counts__cells_nobody_can_read(void **state)
{
    struct one_chat *c = *state;
    held_back(c, ANNA, "birth_date", CELLS_JSON("\"birth_date\":\"?\""));
    one_chat_say(c, "/start");
    assert_has_not(c->said, "Всё сходится");
    assert_has(c->buttons, "→ invalid\n");
    one_chat_say(c, "/status");
    assert_has_not(c->said, "ждут");
}

/* ---------------------------------------------------------------- /why */

static void why__says__what_is_not_sent(void **state)
{
    struct one_chat *c = *state;
    was_read(c, ANNA, "17", CELLS_JSON("\"birth_date\":\"после обеда\""));
    small_festival_set(c->f, "person", ANNA, "birth_date", V_TEXT("1990-07-20"), ORGANIZER, 2000);
    one_chat_say(c, "/why лис");
    assert_has(c->said, "сходится, кроме ячеек, которые не прочитать\n"
                        "    ✋ дата рождения: не отправлю: в таблице (birth_date) стоит «после "
                        "обеда», это не дата (пишут так: 1990-07-20)\n"
                        "    Исправьте ячейку или очистите её: тогда запишу.\n"
                        "    строка прочитана или записана ");
    assert_has_not(c->said, "ждёт отправки");
    assert_has_not(c->said, "ничего не мешает");
    /* the same once the push has told of it: it is not said twice */
    held_back(c, ANNA, "birth_date", CELLS_JSON("\"birth_date\":\"после обеда\""));
    one_chat_say(c, "/why лис");
    assert_has(c->said, "кроме ячеек, которые не прочитать\n    ✋ дата рождения: не отправлю");
    assert_has_not(c->said, "задержано");
    assert_has_not(c->said, "непонятное");
}

static void why__tells__what_is_sent_from_what_is_not(void **state)
{
    struct one_chat *c = *state;
    was_read(c, ANNA, "17", CELLS_JSON("\"gender\":\"мужски\",\"birth_date\":\"?\""));
    small_festival_set(c->f, "person", ANNA, "gender", V_TEXT("MALE"), ORGANIZER, 2000);
    small_festival_set(c->f, "person", ANNA, "city", V_TEXT("Тверь"), ORGANIZER, 2000);
    one_chat_say(c, "/why лис");
    assert_has(c->said, "): ждёт отправки: город\n    ✋ пол: не отправлю: в таблице (gender) стоит "
                        "«мужски», такого в списке нет\n");
    assert_has(c->said, "    бывает: ");
    assert_has_not(c->said, "дата рождения"); /* nothing of ours is to be written there */
}

/* Mended there; the next push sees it. */
static void why__of_cells_that_were_mended__is_silent(void **state)
{
    struct one_chat *c = *state;
    was_read(c, ANNA, "17", "{}");
    held_back(c, ANNA, "birth_date", CELLS_JSON("\"birth_date\":\"?\""));
    one_chat_say(c, "/why лис");
    assert_has(c->said, "): сходится\n");
    assert_has_not(c->said, "непонятное");
    struct err err = {0};
    assert_ok(DB_RUN(c->f->db, &err, "UPDATE link SET missing_since = 5 WHERE tbl = 'People'"),
              err);
    one_chat_say(c, "/why лис");
    assert_has(c->said, "): строки больше нет\n");
    assert_has(c->said, "там в ячейке непонятное, поверх не пишу\n    birth_date\n");
}

/* It is empty here, too: nothing is kept from anywhere. */
static void why__is_silent__about_cells_that_nothing_waits_for(void **state)
{
    struct one_chat *c = *state;
    was_read(c, ANNA, "17", CELLS_JSON("\"birth_date\":\"?\""));
    one_chat_say(c, "/why лис");
    assert_has(c->said, "): сходится\n");
    assert_has(c->said, "Всё сходится, ничего не мешает.");
}

#define IN_CHAT(f) cmocka_unit_test_setup_teardown(f, marked_chat_setup, one_chat_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CHAT(invalid__shows__column_and_value_and_row),
        IN_CHAT(invalid__names__what_it_may_have_been_meant_to_be),
        IN_CHAT(invalid__lists__what_is_to_be_mended_first),
        IN_CHAT(invalid__of_many_cells__shows_some),
        IN_CHAT(invalid__of_unknown_cells__says_what_it_knows),
        IN_CHAT(invalid__speaks__english),
        IN_CHAT(menu__counts__cells_nobody_can_read),
        IN_CHAT(why__says__what_is_not_sent),
        IN_CHAT(why__tells__what_is_sent_from_what_is_not),
        IN_CHAT(why__of_cells_that_were_mended__is_silent),
        IN_CHAT(why__is_silent__about_cells_that_nothing_waits_for),
    };
    return cmocka_run_group_tests_name("cells nobody can read, in the chat", tests, NULL, NULL);
}
