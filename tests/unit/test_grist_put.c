/* test_grist_put.c: cells as Grist takes them, and whether a row holds what was sent. */
#include "sync/remote/grist_put.h"
#include "tests/unit/codec_fixture.h"

#include <math.h>
#include <string.h>

static struct column_info column_of(const char *type)
{
    return (struct column_info){.id = "P", .name = "П", .type = type};
}

#define REF(id) "{\"ref\":\"" id "\"}"

static void grist_put_value__writes__grists_form(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *json;
    } cases[] = {
        {"Text", "\"Вася \\\"П\\\"\"", "\"Вася \\\"П\\\"\""},
        {"Text", "7", "\"7\""},
        {"Text", "true", "\"true\""},
        {"Text", "null", "null"},
        {"Text", "\"\"", "null"},
        {"Text", "[\"а\",\"б\"]", "\"а, б\""},
        {"Text", "{\"ref\":\"7\",\"name\":\"Кухня\"}", "\"Кухня\""},
        {"Choice", "\"веган\"", "\"веган\""},
        {"Int", "2026", "2026"},
        {"Int", "\"2026\"", "2026"},
        {"Int", "-2147483648", "-2147483648"},
        {"Int", "null", "null"},
        {"Numeric", "12.5", "12.5"},
        {"Numeric", "3000000000", "3000000000"},
        {"Bool", "true", "true"},
        {"Bool", "false", "false"},
        {"Bool", "null", "false"},
        {"Bool", "1", "true"},
        {"Bool", "\"false\"", "false"},
        {"Date", "\"2026-07-10\"", "1783641600"},
        {"Date", "\"2026-07-10T23:30:00+03:00\"", "1783641600"},
        {"Date", "1783641600", "1783641600"},
        {"Date", "\"1969-12-31\"", "-86400"},
        {"Date", "null", "null"},
        {"DateTime:UTC", "\"2026-07-10T12:00:00.250+03:00\"", "1783674000.25"},
        {"DateTime:UTC", "1783641600.5", "1783641600.5"},
        {"Ref:People", REF("7"), "7"},
        {"Ref:People", "[" REF("7") "]", "7"},
        {"Ref:People", "7", "7"},
        {"Ref:People", "null", "0"},
        {"Ref:People", "[]", "0"},
        {"RefList:Teams", "[" REF("1") "," REF("2") "]", "[\"L\",1,2]"},
        {"RefList:Teams", REF("1"), "[\"L\",1]"},
        {"RefList:Teams", "[]", "null"},
        {"RefList:Teams", "null", "null"},
        {"Attachments", "[" REF("12") "]", "[\"L\",12]"},
        {"ChoiceList", "[\"а\",\"б, в\"]", "[\"L\",\"а\",\"б, в\"]"},
        {"ChoiceList", "\"а\"", "[\"L\",\"а\"]"},
        {"Any", "7", "7"},
        {"Any", "true", "true"},
        {"Any", "\"7\"", "\"7\""},
        {"Any", "[1,\"x\"]", "[\"L\",1,\"x\"]"},
        {"Any", "null", "null"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        if (grist_put_value(&column, &cell, &out, &f->err))
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, f->err.msg);
        if (strcmp(cases[i].json, buf_str(&out)) != 0)
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, buf_str(&out));
    }
}

static void grist_put_value__refuses__what_would_become_text(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *why;
    } cases[] = {
        {"Int", "\"три\"", "column «П»: «три» is no number"},
        {"Int", "1.5", "«1.5» is no whole number that fits"},
        {"Int", "2147483648", "«2147483648» is no whole number that fits"},
        {"Int", "true", "«true» is no number"},
        {"Numeric", "\"12,5\"", "«12,5» is no number"},
        {"Bool", "\"да\"", "«да» is neither true nor false"},
        {"Bool", "2", "«2» is neither true nor false"},
        {"Date", "\"20.07.2026\"", "«20.07.2026» is no date"},
        {"Date", "\"2026-02-31\"", "is no date"},
        {"Date", "1783641601", "is no date"},
        {"DateTime:UTC", "\"вчера\"", "is no date"},
        {"Ref:People", "\"Анна\"", "«Анна» is no row id"},
        {"Ref:People", "\"7\"", "«7» is no row id"},
        {"Ref:People", REF("i-7"), "«i-7» is no row id"},
        {"Ref:People", REF("0"), "«0» is no row id"},
        {"Ref:People", "-7", "«-7» is no row id"},
        {"Ref:People", "1.5", "«1.5» is no row id"},
        {"Ref:People", "[" REF("1") "," REF("2") "]", "«1, 2» are several, where one fits"},
        {"RefList:Teams", "[" REF("1") ",\"бар\"]", "«бар» is no row id"},
        {"ManualSortPos", "7", "cannot be written into a column of this type"},
        {"Text", "{\"error\":\"x\"}", "the value to be written is broken"},
        {"Text", "[[1]]", "the value to be written is broken"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        if (!grist_put_value(&column, &cell, &out, &f->err))
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, buf_str(&out));
        assert_int_equal(ERR_DATA, f->err.kind);
        if (!strstr(f->err.msg, cases[i].why))
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, f->err.msg);
    }
    AUTO_BUF out = BUF_INIT(65536);
    struct column_info column = column_of("Numeric");
    struct cell nan_cell = {.kind = CELL_NUMBER, .number = NAN};
    assert_int_equal(-1, grist_put_value(&column, &nan_cell, &out, &f->err));
    column.calculated = true;
    struct cell seven = cell_of(f, "7");
    assert_int_equal(-1, grist_put_value(&column, &seven, &out, &f->err));
    assert_string_equal("column «П» is calculated", f->err.msg);
}

static void grist_holds__compares__by_the_type_of_the_column(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *sent, *read;
        bool same;
    } cases[] = {
        {"Text", "\" Вася  Пупкин\"", "\"Вася Пупкин\"", true},
        {"Text", "\"Вася\"", "\"Оля\"", false},
        {"Text", "\"Вася\"", "null", false},
        {"Text", "\"\"", "null", true},
        {"Text", "7", "\"7\"", true},
        {"Text", "[\"а\",\"б\"]", "\"а, б\"", true},
        {"Text", "\"x\"", "{\"error\":\"x\"}", false},
        {"Int", "\"3\"", "3", true},
        {"Int", "3", "4", false},
        {"Int", "3", "{\"error\":\"3\"}", false},
        {"Int", "null", "null", true},
        {"Int", "null", "0", false},
        {"Bool", "true", "true", true},
        {"Bool", "true", "false", false},
        {"Bool", "null", "false", true},
        {"Bool", "false", "null", true},
        {"Bool", "true", "{\"error\":\"да\"}", false},
        {"Date", "\"2026-07-10\"", "\"2026-07-10\"", true},
        {"Date", "\"2026-07-10T23:30:00+03:00\"", "\"2026-07-10\"", true},
        {"Date", "\"2026-07-10\"", "\"2026-07-11\"", false},
        {"Date", "1783641600", "\"2026-07-10\"", true},
        {"Date", "\"2026-07-10\"", "{\"error\":\"2026-07-10\"}", false},
        {"Date", "null", "null", true},
        {"DateTime:UTC", "\"2026-07-10T12:00:00+03:00\"", "\"2026-07-10T09:00:00.000Z\"", true},
        {"DateTime:UTC", "1783674000.2504", "\"2026-07-10T09:00:00.250Z\"", true},
        {"DateTime:UTC", "\"2026-07-10T12:00:00Z\"", "\"2026-07-10T12:00:01.000Z\"", false},
        {"Ref:People", "[" REF("7") "]", REF("7"), true},
        {"Ref:People", REF("7"), REF("8"), false},
        {"Ref:People", "[]", "null", true},
        {"Ref:People", REF("7"), "null", false},
        {"Ref:People", REF("7"), "{\"error\":\"7\"}", false},
        {"RefList:Teams", "[" REF("1") "," REF("2") "]", "[" REF("2") "," REF("1") "]", true},
        {"RefList:Teams", "[" REF("1") "," REF("2") "]", "[" REF("2") "]", false},
        {"RefList:Teams", "[" REF("2") "]", "[" REF("2") "," REF("1") "]", false},
        {"RefList:Teams", "[]", "null", true},
        {"ChoiceList", "[\"а\",\"б\"]", "[\"б\",\"а\"]", true},
        {"ChoiceList", "\"а\"", "[\"а\"]", true},
        {"ChoiceList", "\"а\"", "[\"б\"]", false},
        {"Any", "7", "7", true},
        {"Any", "[1,2]", "[1,2]", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct column_info column = column_of(cases[i].type);
        struct cell sent = cell_of(f, cases[i].sent), read = cell_of(f, cases[i].read);
        if (grist_holds(&column, &sent, &read) != cases[i].same)
            fail_msg("%s: sent %s, read %s", cases[i].type, cases[i].sent, cases[i].read);
    }
}

static void grist_put_condition__asks__only_where_it_is_certain(void **state)
{
    struct fixture *f = *state;
    const char *long_text = arena_printf(f->arena, "\"%0300d\"", 7);
    const struct {
        const char *type, *cell, *json;
    } cases[] = {
        {"Text", "\"О'Кей\"", "\"О'Кей\""},
        {"Choice", "\"веган\"", "\"веган\""},
        {"Any", "\"u-1\"", "\"u-1\""},
        {"Int", "\"3\"", "3"},
        {"Ref:People", "[" REF("7") "]", "7"},
        {"Text", "7", NULL},
        {"Text", "null", NULL},
        {"Text", "[\"а\",\"б\"]", NULL},
        {"Text", long_text, NULL},
        {"Any", "7", NULL},
        {"Int", "\"три\"", NULL},
        {"Numeric", "0.1", NULL},
        {"Bool", "true", NULL},
        {"Date", "\"2026-07-10\"", NULL},
        {"Ref:People", "[]", NULL},
        {"RefList:Teams", "[" REF("7") "]", NULL},
        {"ChoiceList", "\"а\"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        column.calculated = true; /* a formula can be asked for as well */
        if (grist_put_condition(&column, &cell, &out) != (cases[i].json != NULL))
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, buf_str(&out));
        assert_string_equal(cases[i].json ? cases[i].json : "", buf_str(&out));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(grist_put_value__writes__grists_form),
        TEST(grist_put_value__refuses__what_would_become_text),
        TEST(grist_holds__compares__by_the_type_of_the_column),
        TEST(grist_put_condition__asks__only_where_it_is_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
