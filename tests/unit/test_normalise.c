/* test_normalise.c: from what remotes send to what the store compares, rule by rule. */
#include "store/refs.h"
#include "sync/normalise.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define NOT_A_VALUE ((const char *)-1)

/* The field's value as text: "" for none, NOT_A_VALUE when the cell holds no such value. */
static const char *read_as(struct temp_store *t, const char *entity, const char *name,
                           const struct cell *cell, const char *as)
{
    const struct entity *e = model_entity(entity);
    int at = model_field(e, name);
    char num[24];
    struct value v = V_TEXT("left as it was");
    assert_true(at >= 0);
    if (!normalise_cell(&e->fields[at], cell, as, t->dicts, t->arena, &v)) {
        assert_int_equal(v.kind, VAL_NULL);
        return NOT_A_VALUE;
    }
    bool number = e->fields[at].type == FT_INT || e->fields[at].type == FT_YEAR ||
                  e->fields[at].type == FT_BOOL;
    assert_true(v.kind == VAL_NULL || v.kind == (number ? VAL_INT : VAL_TEXT));
    return arena_strdup(t->arena, value_show(&v, num));
}

static void check(struct temp_store *t, const char *entity, const char *name,
                  const struct cell *cell, const char *want)
{
    const char *got = read_as(t, entity, name, cell, NULL);
    if (want == NOT_A_VALUE ? got != NOT_A_VALUE : got == NOT_A_VALUE || strcmp(got, want))
        fail_msg("%s «%s» gave %s, not %s", name, cell_show(cell, t->arena),
                 got == NOT_A_VALUE ? "nothing" : got, want == NOT_A_VALUE ? "nothing" : want);
}

#define TEXT(s)   (&(struct cell){.kind = CELL_TEXT, .text = (s)})
#define NUMBER(x) (&(struct cell){.kind = CELL_NUMBER, .number = (x)})
#define BOOL(b)   (&(struct cell){.kind = CELL_BOOL, .flag = (b)})
#define NOTHING   (&(struct cell){.kind = CELL_NULL})
#define BROKEN    (&(struct cell){.kind = CELL_ERROR, .text = "#REF!"})
#define LIST(...)                                                                                  \
    (&(struct cell){.kind = CELL_LIST,                                                             \
                    .items = (struct cell[]){__VA_ARGS__},                                         \
                    .n = sizeof((struct cell[]){__VA_ARGS__}) / sizeof(struct cell)})
#define T_(s)                                                                                      \
    {                                                                                              \
        .kind = CELL_TEXT, .text = (s)                                                             \
    }

struct text_case {
    const char *in, *want;
};

static void check_texts(struct temp_store *t, const char *entity, const char *name,
                        const struct text_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check(t, entity, name, TEXT(cases[i].in), cases[i].want);
    check(t, entity, name, NOTHING, "");
    check(t, entity, name, TEXT(""), "");
    check(t, entity, name, TEXT(" \t\xc2\xa0\n"), "");
    check(t, entity, name, BROKEN, NOT_A_VALUE);
}

static void phone__is_folded__into_one_form(void **state)
{
    static const struct text_case cases[] = {
        {"8 (912) 345-67-89", "+79123456789"},
        {"89123456789", "+79123456789"},
        {"9123456789", "+79123456789"},
        {"912 345 67 89", "+79123456789"},
        {"79123456789", "+79123456789"},
        {"+7 (912) 345-67-89", "+79123456789"},
        {"+7\xc2\xa0"
         "912 345-67-89",
         "+79123456789"},
        {"+375 29 123-45-67", "+375291234567"},
        {"8912345678", "8912345678"},     /* ten digits that begin with 8: left alone */
        {"4951234567", "4951234567"},     /* no mobile */
        {"891234567890", "891234567890"}, /* twelve */
        {"доб. 12", "доб.12"},
        {" - ", ""},
    };
    check_texts(*state, "person", "phone", cases, ARRAY_LEN(cases));
    check(*state, "person", "phone", NUMBER(89123456789.0), "+79123456789");
}

static void telegram__is__one_at_and_the_name(void **state)
{
    static const struct text_case cases[] = {
        {"anna", "@anna"},
        {"@anna", "@anna"},
        {"@@anna", "@anna"},
        {" @Anna_K ", "@Anna_K"}, /* case is kept for showing */
        {"t.me/anna", "@anna"},
        {"https://t.me/anna", "@anna"},
        {"HTTPS://T.ME/Anna", "@Anna"},
        {"http://t.me/anna/", "@anna"},
        {"https://t.me/anna?start=1", "@anna"},
        {"https://telegram.me/anna", "@anna"},
        {"https://t.me/@anna", "@anna"},
        {"@", ""},
        {"https://t.me/", ""},
    };
    check_texts(*state, "person", "telegram", cases, ARRAY_LEN(cases));
}

static void date__is_taken__as_written(void **state)
{
    static const struct text_case cases[] = {
        {"2026-07-01", "2026-07-01"},
        {"2026-07-01T00:00:00.000+03:00", "2026-07-01"},
        {"2026-07-01T00:30:00-07:00", "2026-07-01"}, /* in UTC another day: as written */
        {"2026-07-01T23:30:00.000Z", "2026-07-01"},
        {" 2026-07-01 12:00 ", "2026-07-01"},
        {"2024-02-29", "2024-02-29"},
        {"2026-02-29", NOT_A_VALUE},
        {"01.07.2026", NOT_A_VALUE},
        {"2026-7-1", NOT_A_VALUE},
        {"2026-07-01x", NOT_A_VALUE},
        {"2026- 7-01", NOT_A_VALUE},
        {"летом", NOT_A_VALUE},
    };
    check_texts(*state, "person", "birth_date", cases, ARRAY_LEN(cases));
    check(*state, "person", "birth_date", NUMBER(20260701), NOT_A_VALUE);
}

static void year__is__a_number_or_digits(void **state)
{
    static const struct text_case cases[] = {
        {"2026", "2026"},
        {" 2026 ", "2026"},
        {"26", NOT_A_VALUE},
        {"2026.0", NOT_A_VALUE},
        {"2026 год", NOT_A_VALUE},
        {"20266", NOT_A_VALUE},
        {"2025, 2026", NOT_A_VALUE},
        {"1899", NOT_A_VALUE},
        {"1900", "1900"},
    };
    check_texts(*state, "participation", "year", cases, ARRAY_LEN(cases));
    check(*state, "participation", "year", NUMBER(2026), "2026");
    check(*state, "participation", "year", NUMBER(2026.5), NOT_A_VALUE);
    check(*state, "participation", "year", NUMBER(0), NOT_A_VALUE);
    check(*state, "participation", "year", BOOL(true), NOT_A_VALUE);
    check(*state, "participation", "year", LIST(T_("2026")), "2026");
    check(*state, "participation", "year", LIST(T_("2025"), T_("2026")), NOT_A_VALUE);
}

static void int__is__a_whole_number(void **state)
{
    static const struct text_case cases[] = {
        {"3", "3"},
        {"-3", "-3"},
        {"3.5", NOT_A_VALUE},
        {"три", NOT_A_VALUE},
        {"99999999999", NOT_A_VALUE},
    };
    check_texts(*state, "badge", "batch", cases, ARRAY_LEN(cases));
    check(*state, "badge", "batch", NUMBER(1e20), NOT_A_VALUE);
}

static void bool__reads__checkboxes_and_words(void **state)
{
    static const struct text_case cases[] = {
        {"да", "1"},        {"Да", "1"}, {"yes", "1"},   {"TRUE", "1"}, {"1", "1"},
        {"Нет", "0"},       {"no", "0"}, {"false", "0"}, {"0", "0"},    {"maybe", NOT_A_VALUE},
        {"2", NOT_A_VALUE},
    };
    check_texts(*state, "person", "banned", cases, ARRAY_LEN(cases));
    check(*state, "person", "banned", BOOL(true), "1");
    check(*state, "person", "banned", BOOL(false), "0");
    check(*state, "person", "banned", NUMBER(1), "1");
    check(*state, "person", "banned", NUMBER(7), NOT_A_VALUE);
}

static void dict__reads__words_and_checkboxes(void **state)
{
    static const struct text_case roles[] = {
        {"Волонтёр", "VOLUNTEER"},
        {"зам.руководителя", "VICE"},
        {"MEDIC", "MEDIC"},
        {"космонавт", NOT_A_VALUE},
    };
    check_texts(*state, "participation", "role", roles, ARRAY_LEN(roles));
    check(*state, "person", "diet", BOOL(true), "VEGAN");
    check(*state, "person", "diet", BOOL(false), "STANDARD");
    check(*state, "person", "diet", TEXT("веган"), "VEGAN");
    check(*state, "person", "diet", TEXT("сыроед"), NOT_A_VALUE);
    check(*state, "person", "gender", BOOL(true), NOT_A_VALUE); /* no checkbox */
    check(*state, "participation", "role", LIST(T_("медик")), "MEDIC");
    check(*state, "participation", "role", LIST(T_("медик"), T_("волонтёр")), NOT_A_VALUE);
    check(*state, "participation", "role",
          &(struct cell){.kind = CELL_REF, .text = "i-1", .name = "Медик"}, "MEDIC");
}

static void name__is_trimmed__and_folded_inside(void **state)
{
    static const struct text_case names[] = {
        {"  Анна \n Мария\xc2\xa0\xc2\xa0К. ", "Анна Мария К."},
        {"АННА", "АННА"},
    };
    static const struct text_case texts[] = {
        {"  line one\n  line  two \r\n", "line one\n  line  two"},
    };
    check_texts(*state, "person", "name", names, ARRAY_LEN(names));
    check_texts(*state, "person", "comment", texts, ARRAY_LEN(texts));
    check(*state, "person", "comment", NUMBER(5), "5");
    check(*state, "person", "comment", LIST(T_("a"), T_("b")), "a, b");
}

static void names__become__a_list(void **state)
{
    static const struct text_case cases[] = {
        {"Аня", "[\"Аня\"]"},
        {"Аня, Нюра;Анюта\nАннушка", "[\"Аня\",\"Нюра\",\"Анюта\",\"Аннушка\"]"},
        {" Аня ,, \n", "[\"Аня\"]"},
        {"Аня \"Гром\" К", "[\"Аня \\\"Гром\\\" К\"]"},
        {",;", ""},
    };
    check_texts(*state, "person", "other_names", cases, ARRAY_LEN(cases));
    check(*state, "person", "other_names", LIST(T_("Аня"), T_(" "), T_("Ню ра, x")),
          "[\"Аня\",\"Ню ра, x\"]");
}

static void as__changes__how_a_cell_is_read(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(read_as(t, "person", "diet", TEXT("веган"), "text"), "VEGAN");
    /* a checkbox read as text says true, which is no diet */
    assert_ptr_equal(read_as(t, "person", "diet", BOOL(true), "text"), NOT_A_VALUE);
    assert_string_equal(read_as(t, "person", "comment", LIST(T_("one")), "list"), "one");
    /* a list of names that is read as text is cut at its commas */
    assert_string_equal(read_as(t, "person", "other_names", LIST(T_("a, b"), T_("c")), "text"),
                        "[\"a\",\"b\",\"c\"]");
}

#define ID    "0f2b7c1e-1234-4abc-8def-0123456789ab"
#define PLAIN "0F2B7C1E12344ABC8DEF0123456789AB"

/* The ids of a reference cell joined by spaces, "" for none, NOT_A_VALUE when there is a bad one.
 */
static const char *refs(struct temp_store *t, const struct cell *cell, bool uuid, size_t max)
{
    const char *ids[8];
    size_t n = 99;
    AUTO_BUF b = BUF_INIT(1000);
    if (!normalise_refs(cell, uuid, t->arena, ids, max, &n))
        return NOT_A_VALUE;
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "%s%s", i ? " " : "", ids[i]);
    return arena_strdup(t->arena, buf_str(&b));
}

static void refs__are_read__from_every_spelling(void **state)
{
    struct temp_store *t = *state;
    struct cell ref = {.kind = CELL_REF, .text = PLAIN, .name = "Анна"};
    assert_string_equal(refs(t, TEXT(PLAIN), true, 1), ID);
    assert_string_equal(refs(t, TEXT(" " ID " "), true, 1), ID);
    assert_string_equal(refs(t, &ref, true, 1), ID);
    assert_string_equal(refs(t, LIST(T_(PLAIN)), true, 1), ID);
    assert_string_equal(refs(t, TEXT("i-AbC"), false, 1), "i-AbC");
    assert_string_equal(refs(t, NOTHING, true, 1), "");
    assert_string_equal(refs(t, TEXT("  "), true, 1), "");
    assert_string_equal(refs(t, LIST(T_("")), true, 1), "");
    assert_string_equal(refs(t, NUMBER(42), false, 1), "42");
}

static void refs__that_are_none__are_told(void **state)
{
    struct temp_store *t = *state;
    assert_ptr_equal(refs(t, TEXT("Анна"), true, 1), NOT_A_VALUE);
    assert_ptr_equal(refs(t, BROKEN, false, 1), NOT_A_VALUE);
    assert_ptr_equal(refs(t, BOOL(true), false, 1), NOT_A_VALUE);
    assert_ptr_equal(refs(t, LIST(T_(ID), T_("x")), true, 2), NOT_A_VALUE);
    assert_ptr_equal(refs(t, LIST(T_("a"), T_("b")), false, 1), NOT_A_VALUE);
    assert_ptr_equal(refs(t, LIST({.kind = CELL_LIST}), false, 1), NOT_A_VALUE);
}

static void refs__name__each_record_once(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(refs(t, LIST(T_(ID), T_(PLAIN), T_(ID)), true, 3), ID);
    assert_string_equal(refs(t, LIST(T_("a"), T_("b"), T_("a")), false, 2), "a b");
}

/* The set's ids, joined by spaces. */
static const char *ref_set(struct temp_store *t, const struct cell *cell, bool uuid)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    const char **ids;
    size_t n = 0;
    if (!normalise_ref_set(cell, uuid, t->arena, &ids, &n))
        return NOT_A_VALUE;
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "%s%s", i ? " " : "", ids[i]);
    return arena_strdup(t->arena, buf_str(&b));
}

static void ref_set__is_read__from_lists_and_texts_with_commas(void **state)
{
    struct temp_store *t = *state;
    assert_string_equal(ref_set(t, LIST(T_("b"), T_("a"), T_("b")), false), "b a");
    assert_string_equal(ref_set(t, TEXT(PLAIN ", " ID), true), ID);
    assert_string_equal(ref_set(t, TEXT("a;b\n c ,, "), false), "a b c");
    assert_string_equal(ref_set(t, TEXT("a b"), false), "a b");
    assert_string_equal(ref_set(t, NUMBER(42), false), "42");
    assert_string_equal(ref_set(t, NOTHING, true), "");
    assert_string_equal(ref_set(t, TEXT(" , "), true), "");
    assert_ptr_equal(ref_set(t, TEXT("Кухня, " ID), true), NOT_A_VALUE);
    assert_ptr_equal(ref_set(t, BROKEN, false), NOT_A_VALUE);
    assert_ptr_equal(ref_set(t, LIST(T_("a"), {.kind = CELL_LIST}), false), NOT_A_VALUE);
}

static void ref_set__has__a_limit(void **state)
{
    struct temp_store *t = *state;
    AUTO_BUF text = BUF_INIT(1 << 16);
    const char **ids;
    size_t n = 0;
    for (int i = 0; i < REFS_MAX; i++)
        buf_addf(&text, "%st%d", i ? "," : "", i);
    assert_true(normalise_ref_set(TEXT(buf_str(&text)), false, t->arena, &ids, &n));
    assert_int_equal(n, REFS_MAX);
    buf_add(&text, ",x");
    assert_false(normalise_ref_set(TEXT(buf_str(&text)), false, t->arena, &ids, &n));
}

static void same__ignores__the_case_of_nicknames_only(void **state)
{
    (void)state;
    const struct entity *e = model_entity("person");
    const struct field *telegram = &e->fields[model_field(e, "telegram")];
    const struct field *name = &e->fields[model_field(e, "name")];
    struct value a = V_TEXT("@Anna"), b = V_TEXT("@anna"), c = V_TEXT("@ann"), none = V_NULL;
    assert_true(normalise_same(telegram, &a, &b));
    assert_false(normalise_same(telegram, &a, &c));
    assert_false(normalise_same(telegram, &a, &none));
    assert_true(normalise_same(telegram, &none, &none));
    assert_false(normalise_same(name, &a, &b));
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(phone__is_folded__into_one_form),
        WITH_STORE(telegram__is__one_at_and_the_name),
        WITH_STORE(date__is_taken__as_written),
        WITH_STORE(year__is__a_number_or_digits),
        WITH_STORE(int__is__a_whole_number),
        WITH_STORE(bool__reads__checkboxes_and_words),
        WITH_STORE(dict__reads__words_and_checkboxes),
        WITH_STORE(name__is_trimmed__and_folded_inside),
        WITH_STORE(names__become__a_list),
        WITH_STORE(as__changes__how_a_cell_is_read),
        WITH_STORE(refs__are_read__from_every_spelling),
        WITH_STORE(refs__that_are_none__are_told),
        WITH_STORE(refs__name__each_record_once),
        WITH_STORE(ref_set__is_read__from_lists_and_texts_with_commas),
        WITH_STORE(ref_set__has__a_limit),
        cmocka_unit_test(same__ignores__the_case_of_nicknames_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
