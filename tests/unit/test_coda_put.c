/* test_coda_put.c: cells as Coda's plain values, whether a row holds what was sent, and the answers
 * to writes. */
#include "sync/remote/coda_codec.h"
#include "sync/remote/coda_put.h"
#include "tests/unit/codec_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct column_info column_of(const char *type)
{
    return (struct column_info){.id = "c-P", .name = "П", .type = type};
}

#define ROW(id, name) "{\"ref\":\"" id "\",\"name\":\"" name "\"}"

static void coda_put_value__writes__plain_values(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *json;
    } cases[] = {
        {"text", "\"Вася \\\"П\\\"\"", "\"Вася \\\"П\\\"\""},
        {"text", "\"1/2\"", "\"1/2\""},
        {"text", "7", "7"},
        {"text", "null", "\"\""},
        {"text", "\"\"", "\"\""},
        {"number", "2026", "2026"},
        {"number", "\"2026\"", "2026"},
        {"number", "0.5", "0.5"},
        {"number", "null", "\"\""},
        {"number", "\"\"", "\"\""},
        {"checkbox", "true", "true"},
        {"checkbox", "false", "false"},
        {"date", "\"2026-07-05\"", "\"2026-07-05\""},
        {"date", "null", "\"\""},
        {"select", "\"волонтёр\"", "\"волонтёр\""},
        {"select", "[\"а\",\"б, в\"]", "[\"а\",\"б, в\"]"},
        {"select", "[\"а\"]", "\"а\""},
        {"select", "[]", "\"\""},
        {"lookup", ROW("i-1", "Кухня"), "\"i-1\""},
        {"lookup", "\"Кухня\"", "\"Кухня\""},
        {"lookup", "[" ROW("i-1", "Кухня") "," ROW("i-2", "Бар") "]", "[\"i-1\",\"i-2\"]"},
        {"lookup", "null", "\"\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        if (coda_put_value(&column, &cell, &out, &f->err))
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, f->err.msg);
        assert_string_equal(cases[i].json, buf_str(&out));
    }
}

static void coda_put_value__refuses__what_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *why;
        bool calculated;
    } cases[] = {
        {"text", "\"x\"", "column «П» is calculated", true},
        {"number", "\"семь\"", "column «П»: «семь» is no number", false},
        {"text", "{\"error\":\"x\"}", "broken", false},
        {"text", "[[1]]", "broken", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        column.calculated = cases[i].calculated;
        assert_int_equal(-1, coda_put_value(&column, &cell, &out, &f->err));
        assert_int_equal(ERR_DATA, f->err.kind);
        assert_non_null(strstr(f->err.msg, cases[i].why));
    }
    AUTO_BUF out = BUF_INIT(65536);
    struct column_info column = column_of("number");
    struct cell nan_cell = {.kind = CELL_NUMBER, .number = NAN};
    assert_int_equal(-1, coda_put_value(&column, &nan_cell, &out, &f->err));
}

static void coda_holds__compares__up_to_what_coda_rounds(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *sent, *read;
        bool same;
    } cases[] = {
        {"text", "\" Вася  Пупкин\"", "\"Вася Пупкин\"", true},
        {"text", "\"Вася\"", "\"Оля\"", false},
        {"text", "\"Вася\"", "null", false},
        {"text", "null", "null", true},
        {"text", "\"\"", "null", true},
        {"text", "\"007\"", "\"7\"", false},
        {"text", "2026", "\"2026\"", true},
        {"text", "\"2026\"", "2026", true},
        {"text", "[\"а\",\"б\"]", "\"а, б\"", true},
        {"text", ROW("i-1", "Кухня"), "\"i-1\"", true},
        {"number", "\"2026\"", "2026", true},
        {"number", "2026", "2025", false},
        {"number", "null", "null", true},
        {"number", "0", "null", false},
        {"checkbox", "true", "true", true},
        {"checkbox", "true", "false", false},
        {"checkbox", "null", "false", true},
        {"checkbox", "false", "null", true},
        {"date", "\"2026-07-05\"", "\"2026-07-05T00:00:00.000+03:00\"", true},
        {"date", "\"2026-07-05\"", "\"2026-07-06T00:00:00.000+03:00\"", false},
        {"dateTime", "\"2026-07-05T10:00:00Z\"", "\"2026-07-05T13:00:00.000+03:00\"", true},
        {"dateTime", "\"2026-07-05T10:00\"", "\"2026-07-05T10:00:00.000+03:00\"", true},
        {"dateTime", "\"2026-07-05T10:00:00Z\"", "\"2026-07-05T10:00:00.000+03:00\"", false},
        {"date", "\"2026-07-05\"", "null", false},
        {"select", "[\"а\",\"б\"]", "[\"б\",\"а\"]", true},
        {"select", "[\"а\",\"б\"]", "[\"б\"]", false},
        {"select", "\"а\"", "[\"а\"]", true},
        {"select", "[]", "null", true},
        {"lookup", ROW("i-1", "Кухня"), ROW("i-1", "Столовая"), true},
        {"lookup", ROW("i-1", "Кухня"), ROW("i-2", "Кухонька"), false},
        {"lookup", "\"Кухня\"", ROW("i-1", "Кухня"), true},
        {"lookup", "\"i-1\"", ROW("i-1", "Кухня"), true},
        {"lookup", "\"Бар\"", ROW("i-1", "Кухня"), false},
        {"lookup", "[{\"ref\":\"i-1\"},{\"ref\":\"i-2\"}]",
         "[" ROW("i-2", "Бар") "," ROW("i-1", "Кухня") "]", true},
        {"lookup", "[{\"ref\":\"i-1\"}]", "[" ROW("i-2", "Бар") "," ROW("i-1", "Кухня") "]", false},
        {"lookup", "null", "null", true},
        {"person", "\"a@example.org\"", "\"Оля\"", true},
        {"person", "\"a@example.org\"", "null", false},
        {"text", "\"x\"", "{\"error\":\"x\"}", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct column_info column = column_of(cases[i].type);
        struct cell sent = cell_of(f, cases[i].sent), read = cell_of(f, cases[i].read);
        if (coda_holds(&column, &sent, &read) != cases[i].same)
            fail_msg("%s: sent %s, read %s", cases[i].type, cases[i].sent, cases[i].read);
    }
}

static void coda_put_query__asks__only_where_it_is_certain(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *query;
    } cases[] = {
        {"text", "\"а\\\"б\"", "c-P:\"а\\\"б\""},
        {"number", "\"7\"", "c-P:7"},
        {"select", "[\"а\"]", "c-P:\"а\""},
        {"select", "[\"а\",\"б\"]", NULL},
        {"text", "null", NULL},
        {"text", "\"\"", NULL},
        {"date", "\"2026-07-05\"", NULL},
        {"lookup", "\"Кухня\"", NULL},
        {"checkbox", "true", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        column.calculated = true; /* a formula can be asked for as well */
        assert_int_equal(cases[i].query != NULL, coda_put_query(&column, &cell, &out));
        assert_string_equal(cases[i].query ? cases[i].query : "", buf_str(&out));
    }
}

static void coda_read_accepted__reads__request_and_rows(void **state)
{
    struct fixture *f = *state;
    static const char whole[] = "{\"requestId\":\"mutate:1\",\"addedRowIds\":[\"i-1\",\"i-2\"]}";
    static const char *const wrong[] = {"{}",
                                        "[]",
                                        "x",
                                        "{\"requestId\":7}",
                                        "{\"requestId\":\"r\",\"addedRowIds\":{}}",
                                        "{\"requestId\":\"r\",\"addedRowIds\":[7]}",
                                        "{\"requestId\":\"r\",\"addedRowIds\":[\"\"]}"};
    struct coda_accepted a;
    assert_int_equal(0, coda_read_accepted(whole, strlen(whole), f->arena, &a, &f->err));
    assert_string_equal("mutate:1", a.request);
    assert_int_equal(2, a.n_added);
    assert_string_equal("i-2", a.added[1]);
    assert_int_equal(0, coda_read_accepted("{\"requestId\":\"r\"}", 17, f->arena, &a, &f->err));
    assert_null(a.added);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(-1, coda_read_accepted(wrong[i], strlen(wrong[i]), f->arena, &a, &f->err));
        assert_int_equal(ERR_DATA, f->err.kind);
    }
}

static void coda_read_mutation__reads__completed_and_warning(void **state)
{
    struct fixture *f = *state;
    static const char done[] = "{\"completed\":true,\"warning\":\"с оговоркой\"}";
    static const char open[] = "{\"completed\":false}";
    bool completed;
    const char *warning;
    assert_int_equal(0, coda_read_mutation(done, strlen(done), f->arena, &completed, &warning,
                                           &f->err));
    assert_true(completed);
    assert_string_equal("с оговоркой", warning);
    assert_int_equal(0, coda_read_mutation(open, strlen(open), f->arena, &completed, &warning,
                                           &f->err));
    assert_false(completed);
    assert_null(warning);
    assert_int_equal(-1, coda_read_mutation("{}", 2, f->arena, &completed, &warning, &f->err));
}

static void coda_read_row__reads__one_row(void **state)
{
    struct fixture *f = *state;
    static const char row[] =
        "{\"id\":\"i-1\",\"createdAt\":\"2026-06-01T00:00:00.000Z\",\"updatedAt\":"
        "\"2026-06-11T00:18:57.946Z\",\"values\":{\"c-P\":\"```Вася```\"}}";
    const struct column_info info = column_of("text"), *columns[] = {&info};
    struct coda_list list;
    assert_int_equal(0, coda_read_row(row, strlen(row), columns, 1, f->arena, &list, &f->err));
    assert_int_equal(1, list.n);
    assert_string_equal("i-1", list.rows[0].id);
    assert_string_equal("Вася", list.rows[0].cells[0].text);
    assert_true(list.created_ms[0] == INT64_C(1780272000000));
    assert_true(list.rows[0].edited_ms == INT64_C(1781137137946));
    assert_int_equal(-1, coda_read_row("{}", 2, columns, 1, f->arena, &list, &f->err));
}

static void coda_read_error__adds__the_first_reason(void **state)
{
    struct fixture *f = *state;
    static const char body[] =
        "{\"statusCode\":400,\"statusMessage\":\"Bad Request\",\"message\":\"no\",\"codaDetail\":{"
        "\"validationErrors\":[{\"path\":\"rows[0].cells[1]\",\"message\":\"too long\"}]}}";
    assert_string_equal("400 Bad Request: no (rows[0].cells[1]: too long)",
                        coda_read_error(body, strlen(body), f->arena));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(coda_put_value__writes__plain_values),
        TEST(coda_put_value__refuses__what_cannot_be_written),
        TEST(coda_holds__compares__up_to_what_coda_rounds),
        TEST(coda_put_query__asks__only_where_it_is_certain),
        TEST(coda_read_accepted__reads__request_and_rows),
        TEST(coda_read_mutation__reads__completed_and_warning),
        TEST(coda_read_row__reads__one_row),
        TEST(coda_read_error__adds__the_first_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
