/* test_json.c: bounded JSON in and out. */
#include "store/base/json.h"
#include "tests/support/check.h"

#include <math.h>

static int parse(const char *text, cJSON **ret, struct err *err)
{
    return json_parse(text, strlen(text), ret, err);
}

static void parse__refuses__what_is_not_one_value(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "not JSON"},
        {"{", "not JSON"},
        {"{\"a\":1} {}", "text after the JSON value, at byte 8"},
        {"[1]x", "text after"},
        {"[1,]", "not JSON"},
        {"nul", "not JSON"},
        {"\"\xff\"", "UTF-8"},
        {"{\"a\":\"\xd0\"}", "UTF-8"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_JSON *tree = NULL;
        struct err err;
        assert_error(parse(cases[i].text, &tree, &err), err, ERR_DATA, cases[i].part);
        assert_null(tree);
    }
}

static void parse__stops__at_its_n_bytes(void **state)
{
    (void)state;
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    assert_ok(json_parse("[1]]]]", 3, &tree, &err), err);
    assert_int_equal(cJSON_GetArraySize(tree), 1);
    AUTO_JSON *spaced = NULL;
    assert_ok(parse(" {\"a\":1} \r\n\t", &spaced, &err), err);
}

static void parse__refuses__deep_nesting(void **state)
{
    (void)state;
    char deep[5001];
    AUTO_JSON *tree = NULL;
    struct err err;
    memset(deep, '[', 2500);
    memset(deep + 2500, ']', 2500);
    deep[5000] = '\0';
    assert_error(parse(deep, &tree, &err), err, ERR_DATA, "not JSON");
}

static void at__walks__objects_and_arrays(void **state)
{
    (void)state;
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    const char *text = "{\"result\":{\"chat\":{\"id\":-100123,\"title\":\"Лес\"},\"items\":"
                       "[{\"name\":\"a\"},{\"name\":\"b\"}],\"ok\":true},\"Result\":1}";
    assert_ok(parse(text, &tree, &err), err);
    assert_string_equal(json_text(tree, "result.chat.title"), "Лес");
    assert_string_equal(json_text(tree, "result.items.1.name"), "b");
    assert_null(json_text(tree, "result.items.2.name"));
    assert_null(json_text(tree, "result.chat.id")); /* a number is no text */
    assert_null(json_text(tree, "result.title"));
    assert_true(json_bool(tree, "result.ok"));
    assert_false(json_bool(tree, "result.not"));
    assert_null(json_at(tree, "RESULT"));
    int64_t n = 0;
    assert_true(json_i64(tree, "result.chat.id", &n));
    assert_int_equal(n, -100123);
    assert_true(json_i64(tree, "Result", &n));
    assert_int_equal(n, 1);
    assert_null(json_at(NULL, "a"));
}

static void i64__takes__whole_numbers_only(void **state)
{
    (void)state;
    AUTO_JSON *tree = NULL;
    struct err err = {0};
    assert_ok(parse("[1.5, 1e300, \"7\", 9007199254740992, 7.0, true]", &tree, &err), err);
    int64_t n = -77;
    assert_false(json_i64(tree, "0", &n));
    assert_false(json_i64(tree, "1", &n));
    assert_false(json_i64(tree, "2", &n));
    assert_false(json_i64(tree, "5", &n));
    assert_int_equal(n, -77);
    assert_true(json_i64(tree, "3", &n));
    assert_int_equal(n, 9007199254740992);
    assert_true(json_i64(tree, "4", &n));
    assert_int_equal(n, 7);
}

static void quote__writes__what_parse_reads(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "a\"b\\c/", "line\nnext\ttab\r\x01", "ёлка 😀", "\x7f"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF b = BUF_INIT(200);
        AUTO_JSON *tree = NULL;
        struct err err = {0};
        json_quote(&b, cases[i]);
        assert_ok(parse(buf_str(&b), &tree, &err), err);
        assert_string_equal(tree->valuestring, cases[i]);
    }
}

static void number__is_written__the_shortest_way(void **state)
{
    (void)state;
    static const struct {
        double n;
        const char *want;
    } cases[] = {
        {2026, "2026"},
        {-0.5, "-0.5"},
        {0.1, "0.1"},
        {1e15, "1000000000000000"},
        {9007199254740991.0, "9007199254740991"},
        {1e300, "1e+300"},
        {1.0 / 3, "0.3333333333333333"},
        {(double)INFINITY, "null"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF b = BUF_INIT(64);
        json_number(&b, cases[i].n);
        assert_string_equal(buf_str(&b), cases[i].want);
    }
}

static void take__prints__compactly(void **state)
{
    (void)state;
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddStringToObject(tree, "a", "b");
    AUTO_FREE char *text = json_take(tree);
    assert_string_equal(text, "{\"a\":\"b\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__refuses__what_is_not_one_value),
        cmocka_unit_test(parse__stops__at_its_n_bytes),
        cmocka_unit_test(parse__refuses__deep_nesting),
        cmocka_unit_test(at__walks__objects_and_arrays),
        cmocka_unit_test(i64__takes__whole_numbers_only),
        cmocka_unit_test(quote__writes__what_parse_reads),
        cmocka_unit_test(number__is_written__the_shortest_way),
        cmocka_unit_test(take__prints__compactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
