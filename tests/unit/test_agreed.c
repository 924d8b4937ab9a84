/* test_agreed.c: what link.base holds, read and written. */
#include "sync/agreed.h"
#include "tests/support/check.h"

static const char *round_trip(struct arena *a, const char *base)
{
    struct agreed g;
    struct err err = {0};
    assert_ok(agreed_read(model_entity("person"), base, a, &g, &err), err);
    return agreed_text(&g, a);
}

static void base__comes_back__as_it_was(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    static const char *const texts[] = {
        "{}",
        "{\"name\":\"Анна\",\"banned\":0}",
        "{\"before_cancel\":\"PLANNED\"}",
        "{\"name\":\"Анна\",\"before_cancel\":\"\",\"put\":{\"Name\":\"Анна — Кухня\"}}",
        "{\"put\":{\"a.b \\\"c\\\"\":\"\"}}",
        "{\"name\":\"Анна\",\"gender\":null,\"unread\":{\"gender\":\"бык\",\"birth_date\":null}}",
        "{\"unread\":{\"gender\":\"\"}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_string_equal(round_trip(a, texts[i]), texts[i]);
    assert_string_equal(round_trip(a, NULL), "{}");
}

static void field_of_another_program__is_passed_over(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    assert_string_equal(round_trip(a, "{\"name\":\"А\",\"shoe_size\":43}"), "{\"name\":\"А\"}");
}

static void unread_cell_of_a_field_nobody_knows__is_forgotten(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    assert_string_equal(round_trip(a, "{\"unread\":{\"shoe_size\":\"L\",\"city\":\"?\"}}"),
                        "{\"unread\":{\"city\":\"?\"}}");
    assert_string_equal(round_trip(a, "{\"unread\":[7,\"city\"]}"), "{}");
    assert_string_equal(round_trip(a, "{\"unread\":\"city\"}"), "{}");
}

/* Another flow of the table may read other columns of the row. */
static void unread_cells__are_known__by_what_was_read(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    const struct entity *e = model_entity("person");
    uint32_t gender = 1u << model_field(e, "gender"), city = 1u << model_field(e, "city");
    const char *text[MODEL_FIELDS_MAX] = {NULL};
    struct agreed g;
    struct err err;
    assert_ok(agreed_read(e, "{\"unread\":{\"gender\":\"бык\"}}", a, &g, &err), err);
    assert_int_equal(g.unread, gender);
    assert_string_equal(g.unread_text[model_field(e, "gender")], "бык");
    text[model_field(e, "city")] = "#REF";
    assert_false(agreed_same_unread(&g, city, city, text));
    agreed_set_unread(&g, city, city, text);
    assert_true(agreed_same_unread(&g, city, city, text));
    assert_string_equal(agreed_text(&g, a), "{\"unread\":{\"gender\":\"бык\",\"city\":\"#REF\"}}");
    text[model_field(e, "gender")] = "бычок";
    assert_false(agreed_same_unread(&g, gender, gender, text));
    assert_true(agreed_same_unread(&g, gender, gender, NULL));
    assert_false(agreed_same_unread(&g, gender, 0, NULL));
    agreed_set_unread(&g, gender | city, 0, text);
    assert_string_equal(agreed_text(&g, a), "{}");
}

static void damaged_base__is_an_error(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    struct agreed g;
    struct err err;
    assert_error(agreed_read(model_entity("person"), "{\"name\":", a, &g, &err), err, ERR_DATA, "");
}

static void put_text__is_replaced__by_column(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    struct agreed g;
    struct err err = {0};
    assert_ok(agreed_read(model_entity("person"), NULL, a, &g, &err), err);
    assert_null(agreed_put(&g, "Name"));
    agreed_set_put(&g, "Name", "one");
    agreed_set_put(&g, "Other", "x");
    agreed_set_put(&g, "Name", "two");
    assert_string_equal(agreed_put(&g, "Name"), "two");
    assert_string_equal(agreed_text(&g, a), "{\"put\":{\"Name\":\"two\",\"Other\":\"x\"}}");
}

static void base_of_an_unknown_field__is_its_fallback(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 16);
    const struct entity *e = model_entity("participation");
    struct agreed g;
    struct value base[MODEL_FIELDS_MAX];
    struct err err = {0};
    assert_ok(agreed_read(e, "{\"role\":\"MEDIC\"}", a, &g, &err), err);
    agreed_base(&g, base);
    assert_string_equal(base[model_field(e, "role")].s, "MEDIC");
    assert_string_equal(base[model_field(e, "status")].s, "PLANNED");
    assert_int_equal(base[model_field(e, "position")].kind, VAL_NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base__comes_back__as_it_was),
        cmocka_unit_test(field_of_another_program__is_passed_over),
        cmocka_unit_test(unread_cell_of_a_field_nobody_knows__is_forgotten),
        cmocka_unit_test(unread_cells__are_known__by_what_was_read),
        cmocka_unit_test(damaged_base__is_an_error),
        cmocka_unit_test(put_text__is_replaced__by_column),
        cmocka_unit_test(base_of_an_unknown_field__is_its_fallback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
