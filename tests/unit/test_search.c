/* test_search.c: finding people, teams and badges by what somebody remembers of them. */
#include "store/rows.h"
#include "store/schema.h"
#include "store/search.h"
#include "store/search_match.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>

#define ID(n) "00000000-0000-4000-8000-00000000000" #n

static void put(struct temp_store *t, const char *entity, const char *id, const char *const *texts)
{
    struct err err = {0};
    struct record *old, *r;
    const struct entity *e = model_entity(entity);
    const struct change by = {.source = "notion", .at = 1000};
    assert_ok(rows_get(t->db, e, id, t->arena, &old, &err), err);
    r = old ? record_copy(old, t->arena) : record_new(e, t->arena);
    str_copy(r->id, sizeof r->id, id);
    for (size_t i = 0; texts[i]; i += 2) {
        if (!strcmp(texts[i], "deleted"))
            r->deleted = *texts[i + 1] == '1';
        else
            r->v[model_field(e, texts[i])] = *texts[i + 1] ? V_TEXT(texts[i + 1]) : V_NULL;
    }
    assert_ok(old ? rows_update(t->db, old, r, &by, &err) : rows_insert(t->db, r, &by, &err), err);
}
#define PUT(t, entity, id, ...) put((t), (entity), (id), (const char *[]){__VA_ARGS__, NULL})

static int setup(void **state)
{
    if (temp_store_setup(state))
        return -1;
    struct temp_store *t = *state;
    PUT(t, "person", ID(1), "name", "Лис Мария", "last_name", "Лисицына", "first_name", "Мария",
        "nickname", "Лиса", "other_names", "[\"Маша\",\"Мари-Анна\"]", "telegram", "@FoxMary",
        "phone", "+79161234567");
    PUT(t, "person", ID(2), "name", "Пётр Семёнов", "phone", "8 (912) 000-45-67");
    PUT(t, "person", ID(3), "name", "Константин Ким", "telegram", "@kim_1987");
    PUT(t, "person", ID(4), "name", "Semyon Petrov");
    PUT(t, "team", ID(5), "name", "Инфоцентр", "type", "FIELD_SERVICE");
    PUT(t, "team", ID(6), "name", "Кухня №2 (детская)", "type", "FIELD_SERVICE");
    PUT(t, "badge", ID(7), "name", "Лис Мария", "diet", "STANDARD", "feed", "FREE", "role",
        "VOLUNTEER", "number", "123-045", "person_id", ID(1));
    PUT(t, "badge", ID(8), "name", "Коля", "diet", "STANDARD", "feed", "FREE", "role", "VOLUNTEER",
        "number", "A-77");
    return 0;
}

/* The names found, in order, with commas; "near: …" when they are only alike. */
static const char *find(struct temp_store *t, const char *text)
{
    struct err err = {0};
    struct search_result r;
    AUTO_BUF b = BUF_INIT(4096);
    assert_ok(search_find(t->db, text, 0, 8, t->arena, &r, &err), err);
    buf_add(&b, r.near ? "near: " : "");
    for (size_t i = 0; i < r.n; i++)
        buf_addf(&b, "%s%s%s", i ? ", " : "", r.list[i].name, r.list[i].deleted ? " (gone)" : "");
    return arena_strdup(t->arena, buf_str(&b));
}

static void find__takes__any_part_of_a_name(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(find(t, "лис"), "Лис Мария"); /* her badge is on her card */
    assert_string_equal(find(t, "  МАРИЯ   лис "), "Лис Мария");
    assert_string_equal(find(t, "мар"), "Лис Мария");
    assert_string_equal(find(t, "сицын"), "Лис Мария");
    assert_string_equal(find(t, "маша"), "Лис Мария");
    assert_string_equal(find(t, "мари-анна"), "Лис Мария");
    assert_string_equal(find(t, "ки"), "Константин Ким"); /* two letters begin a word */
    assert_string_equal(find(t, "инфо"), "Инфоцентр");
    assert_string_equal(find(t, "кухня 2"), "Кухня №2 (детская)");
    assert_string_equal(find(t, "детская"), "Кухня №2 (детская)");
    assert_string_equal(find(t, "PETROV"), "Semyon Petrov");
}

static void find__does_not_mind__yo(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(find(t, "петр семенов"), "Пётр Семёнов");
    assert_string_equal(find(t, "ПЁТР"), "Пётр Семёнов");
    PUT(t, "person", ID(1), "name", "Елкин Егор");
    assert_string_equal(find(t, "ёлкин"), "Елкин Егор");
}

static void find__forgives__a_typo_or_two(void **state)
{
    struct temp_store *t = *state;
    static const char *const kim[] = {"константон",  "констнтин",  "констаннтин", "коснтантин",
                                      "канстантен",  "канстан",    "онстантин",   "кнстантн",
                                      "Костантин К", "константинк"};
    for (size_t i = 0; i < ARRAY_LEN(kim); i++)
        assert_string_equal(find(t, kim[i]), "Константин Ким");
    assert_string_equal(find(t, "каля"), "Коля");
    assert_string_equal(find(t, "клоя"), "Коля"); /* neighbours that changed places */
    assert_string_equal(find(t, "инфацентр"), "Инфоцентр");
    assert_string_equal(find(t, "лисицина марея"), "Лис Мария");
    assert_string_equal(find(t, "лес"), "near: "); /* three letters: nothing to forgive */
}

static void find__reads__phones_in_any_form(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(find(t, "4567"), "Лис Мария, Пётр Семёнов");
    assert_string_equal(find(t, "34567"), "Лис Мария");
    assert_string_equal(find(t, "8 (916) 123-45-67"), "Лис Мария");
    assert_string_equal(find(t, "+7 916 123 45 67"), "Лис Мария");
    assert_string_equal(find(t, "89161234567"), "Лис Мария");
    assert_string_equal(find(t, "0004567"), "Пётр Семёнов");
    assert_string_equal(find(t, "9161234568"), "near: "); /* a number has no typos */
}

static void find__knows__nicknames_and_numbers(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(find(t, "@foxmary"), "Лис Мария");
    assert_string_equal(find(t, "foxm"), "Лис Мария");
    assert_string_equal(find(t, "@kim_1987"), "Константин Ким");
    assert_string_equal(find(t, "123-045"), "Лис Мария"); /* her badge, whom no name brought */
    assert_string_equal(find(t, "a-77"), "Коля");
    assert_string_equal(find(t, "77"), "Коля");
    assert_string_equal(find(t, "045"), "Лис Мария");
}

static void find__ranks__what_fits_better_first(void **state)
{
    struct temp_store *t = *state;
    PUT(t, "person", ID(9), "name", "Кимов Ян");
    PUT(t, "team", ID(0), "name", "Ким", "type", "FIELD_SERVICE");
    assert_string_equal(find(t, "ким"), "Константин Ким, Ким, Кимов Ян");
    PUT(t, "person", ID(3), "deleted", "1");
    assert_string_equal(find(t, "ким"), "Ким, Кимов Ян, Константин Ким (gone)");
}

/* Somebody else's username is the last that a name was meant for; with @ it is what is meant. */
static void find__ranks__names_before_usernames(void **state)
{
    struct temp_store *t = *state;
    PUT(t, "person", ID(9), "name", "Ян Ко", "telegram", "petrov");
    PUT(t, "person", ID(1), "telegram", "@petrovmary");
    assert_string_equal(find(t, "petrov"), "Semyon Petrov, Ян Ко, Лис Мария");
    assert_string_equal(find(t, "petro"), "Semyon Petrov, Лис Мария, Ян Ко");
    assert_string_equal(find(t, "@petrov"), "Semyon Petrov, Ян Ко, Лис Мария");
    PUT(t, "person", ID(4), "name", "Semyon Petrova"); /* its beginning: less than the whole */
    assert_string_equal(find(t, "petrov"), "Semyon Petrova, Ян Ко, Лис Мария");
    assert_string_equal(find(t, "@petrov"), "Ян Ко, Semyon Petrova, Лис Мария");
    assert_string_equal(find(t, "лис petrov"), "Лис Мария");
}

static void find__follows__every_change(void **state)
{
    struct temp_store *t = *state;
    PUT(t, "person", ID(1), "nickname", "Ворона", "phone", "");
    assert_string_equal(find(t, "ворона"), "Лис Мария");
    assert_string_equal(find(t, "лиси"), "Лис Мария");
    assert_string_equal(find(t, "34567"), "near: ");
    PUT(t, "badge", ID(8), "number", "B-1", "name", "Коля Второй");
    assert_string_equal(find(t, "a-77"), "near: ");
    assert_string_equal(find(t, "b-1"), "Коля Второй");
}

static void find__offers__the_most_alike(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(find(t, "лисичкинская"), "near: Лис Мария, Кухня №2 (детская)");
    assert_string_equal(find(t, "константиновна романова"), "near: Константин Ким");
    assert_has_not(find(t, "щжэ"), "near: Л");
}

static void find__takes__anything(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct search_result r;
    AUTO_BUF b = BUF_INIT(1 << 16);
    static const char *const odd[] = {"",        " ",     "л",
                                      "*",       "\"",    "лис\" OR \"",
                                      "NEAR(л)", "-лис*", "\xff\xfe",
                                      "(((",     "🦊",  "лис 🦊",
                                      "' --",    "😀😀😀",   "a b c d e f g h i j k l",
                                      "1",       "----"};
    for (size_t i = 0; i < ARRAY_LEN(odd); i++)
        assert_ok(search_find(t->db, odd[i], 0, 8, t->arena, &r, &err), err);
    for (size_t i = 0; i < 20000; i++)
        buf_add(&b, "ж");
    assert_ok(search_find(t->db, buf_str(&b), 0, 8, t->arena, &r, &err), err);
    assert_string_equal(find(t, "лис 🦊"), "Лис Мария");
    assert_ok(search_find(t->db, "л", 0, 8, t->arena, &r, &err), err);
    assert_true(r.too_short);
    assert_int_equal(r.n, 0);
}

static void find__pages__its_answers(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct search_result r;
    for (int i = 10; i < 40; i++) {
        char id[48], name[40];
        snprintf(id, sizeof id, "00000000-0000-4000-8000-0000000000%02d", i);
        snprintf(name, sizeof name, "Ромашка %02d", i);
        PUT(t, "person", id, "name", arena_strdup(t->arena, name));
    }
    assert_ok(search_find(t->db, "ромашка", 24, 8, t->arena, &r, &err), err);
    assert_int_equal(r.total, 30);
    assert_int_equal(r.n, 6);
    assert_false(r.more);
    assert_string_equal(r.list[0].name, "Ромашка 34");
    assert_string_equal(r.list[5].name, "Ромашка 39");
    assert_ok(search_find(t->db, "ромашка", 300, 8, t->arena, &r, &err), err);
    assert_int_equal(r.n, 0);
}

/* A store made before the index gets it when somebody searches. */
static void index__is_made__for_what_was_there_before(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    int applied;
    while (temp_store_int(t, "SELECT count(*) FROM sqlite_schema WHERE name = 'search_text'"))
        assert_ok(schema_rollback(t->db, &err), err);
    PUT(t, "person", ID(2), "name", "Пётр Сидоров");
    assert_ok(schema_migrate(t->db, &applied, &err), err);
    assert_true(applied > 0);
    assert_string_equal(find(t, "сидоров"), "Пётр Сидоров");
    assert_string_equal(find(t, "4567"), "Лис Мария, Пётр Сидоров");
    assert_string_equal(find(t, "123-045"), "Лис Мария");
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM search_text"), 8);
    assert_ok(DB_RUN(t->db, &err,
                     "INSERT INTO search_index(search_index) VALUES ('integrity-check')"),
              err);
    assert_ok(DB_RUN(t->db, &err, "DELETE FROM badge"), err);
    assert_string_equal(find(t, "коля"), "near: ");
}

/* New records come in by their revs, a few at a time; nothing new is no work. */
static void refresh__takes__so_many_at_once(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    bool left = false;
    for (int i = 0; i < 3; i++) {
        assert_ok(search_refresh(t->db, 3, &left, &err), err);
        assert_int_equal(temp_store_int(t, "SELECT count(*) FROM search_text"),
                         i < 2 ? 3 * (i + 1) : 8);
        assert_int_equal(left, i < 2);
    }
    int64_t seen = temp_store_int(t, "SELECT rev FROM search_state");
    assert_int_equal(seen, temp_store_int(t, "SELECT max(rev) FROM badge"));
    assert_ok(search_refresh(t->db, 3, &left, &err), err);
    assert_false(left);
    /* renamed before anybody searched, renamed after, and gone before */
    PUT(t, "person", ID(9), "name", "Эсмеральда");
    PUT(t, "person", ID(9), "name", "Злата");
    PUT(t, "person", ID(4), "name", "Юлий");
    assert_ok(DB_RUN(t->db, &err, "DELETE FROM team WHERE id = '" ID(6) "'"), err);
    assert_string_equal(find(t, "злата"), "Злата");
    assert_string_equal(find(t, "эсмеральда"), "near: ");
    assert_string_equal(find(t, "юлий"), "Юлий");
    assert_string_equal(find(t, "кухня"), "near: ");
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM search_text"), 8);
    assert_ok(DB_RUN(t->db, &err,
                     "INSERT INTO search_index(search_index) VALUES ('integrity-check')"),
              err);
}

static unsigned fit(const char *typed, const char *known, size_t typos)
{
    struct search_word a[1], b[1];
    assert_int_equal(search_words(typed, a, 1), 1);
    assert_int_equal(search_words(known, b, 1), 1);
    return search_fit(&a[0], &b[0], typos);
}

static void fit__grows__with_the_difference(void **state)
{
    (void)state;
    assert_int_equal(fit("Лис", "лис", 0), 0);
    assert_true(fit("лис", "лиса", 0) < fit("иса", "лиса", 0));
    assert_true(fit("лис", "лисица", 0) < fit("лиза", "лиса", 1));
    assert_true(fit("марья", "мария", 1) < fit("марья", "марияна", 1));
    assert_int_equal(fit("лиза", "лиса", 0), SEARCH_NO_FIT);
    assert_int_equal(fit("12345", "12346", 2), SEARCH_NO_FIT);
    assert_true(fit("3456", "123456", 0) < SEARCH_NO_FIT);
    assert_int_equal(fit("456", "123456", 0), SEARCH_NO_FIT);
    assert_int_equal(fit("елка", "Ёлка", 0), 0);
}

static void words__are_parted__by_what_is_no_letter(void **state)
{
    (void)state;
    struct search_word w[SEARCH_WORDS_MAX];
    assert_int_equal(search_words("И.Иванов-Петров (Ва\xcc\x81ня)", w, ARRAY_LEN(w)), 4);
    assert_int_equal(w[3].n, 4); /* the accent is none of its letters */
    assert_int_equal(search_words("a b c d", w, 2), 2);
    assert_int_equal(search_words("«»—…", w, ARRAY_LEN(w)), 0);
}

#define IN_STORE(f) cmocka_unit_test_setup_teardown(f, setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(find__takes__any_part_of_a_name),
        IN_STORE(find__does_not_mind__yo),
        IN_STORE(find__forgives__a_typo_or_two),
        IN_STORE(find__reads__phones_in_any_form),
        IN_STORE(find__knows__nicknames_and_numbers),
        IN_STORE(find__ranks__what_fits_better_first),
        IN_STORE(find__ranks__names_before_usernames),
        IN_STORE(find__follows__every_change),
        IN_STORE(find__offers__the_most_alike),
        IN_STORE(find__takes__anything),
        IN_STORE(find__pages__its_answers),
        IN_STORE(index__is_made__for_what_was_there_before),
        IN_STORE(refresh__takes__so_many_at_once),
        cmocka_unit_test(fit__grows__with_the_difference),
        cmocka_unit_test(words__are_parted__by_what_is_no_letter),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
