/* test_coda_codec.c: Coda's answers to structs, cursors to text. */
#include "sync/remote/coda_codec.h"
#include "tests/unit/codec_fixture.h"
#include "tests/unit/fixture.h"

#include <string.h>

static int rows(struct fixture *f, const char *text, const char *const *ids, size_t n,
                struct coda_list *ret)
{
    struct column_info *info = arena_alloc(f->arena, n + 1, sizeof *info);
    const struct column_info **columns = arena_alloc(f->arena, n + 1, sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        info[i] = (struct column_info){.id = ids[i], .name = ids[i], .type = ""};
        columns[i] = &info[i];
    }
    return coda_read_rows(text, strlen(text), columns, n, f->arena, ret, &f->err);
}

/* A page of one row with one value, in column "c". */
static const char *page_with(struct fixture *f, const char *value)
{
    return arena_printf(f->arena,
                        "{\"items\":[{\"id\":\"i-1\",\"updatedAt\":\"2026-06-11T00:18:57.946Z\","
                        "\"values\":{\"c\":%s}}]}",
                        value);
}

static const char *const one_column[] = {"c"};

static void coda_read_rows__reads__every_kind_of_value(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *text = read_fixture("coda_rows.json");
    static const struct {
        const char *id, *json;
    } cases[] = {
        {"c-fenced", "\"Вася * Пупкин\""},
        {"c-markdown", "\"**жирно** и ```код```\""},
        {"c-empty", "null"},
        {"c-fenceonly", "null"},
        {"c-number", "2026"},
        {"c-bool", "false"},
        {"c-date", "\"2026-07-05T00:00:00.000+03:00\""},
        {"c-ref", "{\"ref\":\"i-123456789\",\"name\":\"Кухня\"}"},
        {"c-refs", "[{\"ref\":\"i-1\",\"name\":\"Кухня\"},{\"ref\":\"i-2\",\"name\":\"Бар\"}]"},
        {"c-person", "\"Art Vandalay\""},
        {"c-email", "\"art@example.com\""},
        {"c-link", "\"https://coda.io\""},
        {"c-image", "\"https://coda.io/logo.jpg\""},
        {"c-money", "42.42"},
        {"c-moneytext", "12.99"},
        {"c-odd", "{\"error\":\"value of type Place\"}"},
        {"c-texts", "[\"а\",\"б, в\"]"},
        {"c-none", "[]"},
        {"c-absent", "null"},
    };
    const char *ids[ARRAY_LEN(cases)];
    struct coda_list list;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        ids[i] = cases[i].id;
    if (rows(f, text, ids, ARRAY_LEN(cases), &list))
        fail_msg("%s", f->err.msg);
    assert_int_equal(1, list.n);
    assert_string_equal(list.rows[0].id, "i-tuVwxYz");
    assert_true(list.rows[0].edited_ms == INT64_C(1781137137946));
    assert_true(list.max_edited_ms == list.rows[0].edited_ms);
    assert_string_equal(list.next, "page2");
    assert_string_equal(list.sync_token, "sync1");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_cell(f, &list.rows[0].cells[i], cases[i].json);
}

static void coda_read_rows__refuses__wrong_shapes(void **state)
{
    struct fixture *f = *state;
    static const char *const values[] = {
        "{}",
        "{\"@type\":7}",
        "{\"@type\":\"StructuredValue\",\"name\":\"x\"}",
        "{\"@type\":\"MonetaryAmount\"}",
        "{\"@type\":\"MonetaryAmount\",\"amount\":\"\"}",
        "{\"@type\":\"MonetaryAmount\",\"amount\":\"12 RUB\"}",
        "[[[[[[[[[[1]]]]]]]]]]",
        "[{}]",
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct coda_list list;
        f->err = (struct err){0};
        if (!rows(f, page_with(f, values[i]), one_column, 1, &list))
            fail_msg("accepted: %s", values[i]);
        assert_int_equal(ERR_DATA, f->err.kind);
        assert_non_null(strstr(f->err.msg, "row i-1: «c»"));
    }
}

static void coda_read_rows__refuses__what_is_no_list_of_rows(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "<html>",
        "{\"items\":{}}",
        "{\"items\":[1]}",
        "{\"items\":[{\"id\":\"\"}]}",
        "{\"items\":[{\"id\":\"i\"}]}",
        "{\"items\":[{\"id\":\"i\",\"updatedAt\":\"yesterday\",\"values\":{}}]}",
        "{\"items\":[{\"id\":\"i\",\"updatedAt\":\"2026-06-11T00:18:57.946Z\"}]}",
        "{\"items\":[{\"id\":\"i\",\"updatedAt\":\"2026-06-11T00:18:57.946Z\",\"values\":[]}]}",
        "{\"items\":[],\"nextPageToken\":7}",
        "{\"items\":[],\"nextSyncToken\":{}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct coda_list list;
        f->err = (struct err){0};
        assert_int_equal(-1, rows(f, texts[i], one_column, 1, &list));
        assert_int_equal(ERR_DATA, f->err.kind);
    }
}

static void coda_read_rows__bounds__hostile_answers(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF value = BUF_INIT((size_t)4 << 20);
    struct coda_list list;
    buf_addc(&value, '[');
    for (int i = 0; i < CODA_ITEMS_MAX + 1; i++)
        buf_add(&value, i ? ",1" : "1");
    buf_addc(&value, ']');
    assert_int_equal(-1, rows(f, page_with(f, buf_str(&value)), one_column, 1, &list));
    assert_non_null(strstr(f->err.msg, "list items"));
    assert_int_equal(0, rows(f, page_with(f, "1e999"), one_column, 1, &list));
    expect_cell(f, list.rows[0].cells, "{\"error\":\"a number out of range\"}");
}

static void coda_read_columns__collects__the_pages(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *first = read_fixture("coda_columns.json");
    static const char last[] = "{\"items\":[{\"id\":\"c-Last\",\"name\":\"Конец\"}]}";
    struct coda_columns all = {0};
    const char *next;
    assert_int_equal(0, coda_read_columns(first, strlen(first), f->arena, &all, &next, &f->err));
    assert_string_equal(next, "eyJ2");
    assert_int_equal(0, coda_read_columns(last, strlen(last), f->arena, &all, &next, &f->err));
    assert_null(next);
    assert_int_equal(4, all.n);
    assert_string_equal(all.columns[0].name, "Имя");
    assert_false(all.columns[0].calculated);
    assert_true(all.columns[1].calculated);
    assert_string_equal(all.columns[2].type, "lookup");
    assert_string_equal(all.columns[3].type, "other");
}

static void coda_read_columns__refuses__wrong_shapes(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"{}", "{\"items\":[{}]}", "{\"items\":[{\"id\":\"c\"}]}",
                                        "{\"items\":[],\"nextPageToken\":[]}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct coda_columns all = {0};
        const char *next;
        f->err = (struct err){0};
        assert_int_equal(-1, coda_read_columns(texts[i], strlen(texts[i]), f->arena, &all, &next,
                                               &f->err));
        assert_int_equal(ERR_DATA, f->err.kind);
    }
}

/* Rows with these times, ended by -1. */
static enum coda_order order_of(enum coda_order before, const int64_t *last, const int64_t *times)
{
    struct remote_row list[8] = {0};
    size_t n = 0;
    for (; times[n] >= 0; n++)
        list[n].edited_ms = times[n];
    return coda_order(before, last, list, n);
}

static void coda_order__is_seen__from_the_rows(void **state)
{
    (void)state;
    const int64_t five = 5;
    static const int64_t none[] = {-1}, same[] = {7, 7, -1}, up[] = {1, 1, 2, -1},
                         down[] = {9, 8, 8, -1}, both[] = {1, 3, 2, -1};
    assert_int_equal(CODA_ORDER_UNKNOWN, order_of(CODA_ORDER_UNKNOWN, NULL, none));
    assert_int_equal(CODA_ORDER_UNKNOWN, order_of(CODA_ORDER_UNKNOWN, NULL, same));
    assert_int_equal(CODA_ASCENDING, order_of(CODA_ORDER_UNKNOWN, NULL, up));
    assert_int_equal(CODA_DESCENDING, order_of(CODA_ORDER_UNKNOWN, NULL, down));
    assert_int_equal(CODA_MIXED, order_of(CODA_ORDER_UNKNOWN, NULL, both));
    assert_int_equal(CODA_ASCENDING, order_of(CODA_ORDER_UNKNOWN, &five, same));
    assert_int_equal(CODA_MIXED, order_of(CODA_DESCENDING, &five, same));
    assert_int_equal(CODA_MIXED, order_of(CODA_ASCENDING, NULL, down));
    assert_int_equal(CODA_MIXED, order_of(CODA_MIXED, NULL, up));
    assert_int_equal(CODA_DESCENDING, order_of(CODA_DESCENDING, &five, none));
}

static void coda_cursor__survives__a_round_trip(void **state)
{
    struct fixture *f = *state;
    const struct coda_cursor c = {.updated_ms = 1781137137946,
                                  .order = CODA_ASCENDING,
                                  .token = "a\"b"};
    struct coda_cursor back;
    const char *text = coda_write_cursor(&c, f->arena);
    assert_string_equal(text, "{\"updated\":\"2026-06-11T00:18:57.946Z\",\"order\":\"ascending\","
                              "\"token\":\"a\\\"b\"}");
    assert_true(coda_read_cursor(text, f->arena, &back));
    assert_true(back.updated_ms == c.updated_ms);
    assert_int_equal(CODA_ASCENDING, back.order);
    assert_string_equal(back.token, "a\"b");
}

static void coda_write_cursor__drops__a_token_that_is_huge(void **state)
{
    struct fixture *f = *state;
    char *huge = arena_alloc(f->arena, 20001, 1);
    memset(huge, 'a', 20000);
    const struct coda_cursor c = {.updated_ms = 0, .order = CODA_MIXED, .token = huge};
    assert_string_equal(coda_write_cursor(&c, f->arena),
                        "{\"updated\":\"1970-01-01T00:00:00.000Z\"}");
}

static void coda_read_cursor__refuses__what_is_not_ours(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] =
        {"", "null", "2026-06-11T00:18:57.946Z", "{}", "{\"updated\":7}", "{\"updated\":\"x\"}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct coda_cursor c;
        assert_false(coda_read_cursor(texts[i], f->arena, &c));
    }
}

static void coda_read_error__gives__status_and_message(void **state)
{
    struct fixture *f = *state;
    static const char body[] = "{\"statusCode\":429,\"statusMessage\":\"Too Many Requests\","
                               "\"message\":\"slow down\"}";
    assert_string_equal(coda_read_error(body, strlen(body), f->arena),
                        "429 Too Many Requests: slow down");
    static const char twice[] = "{\"statusCode\":401,\"statusMessage\":\"Unauthorized\","
                                "\"message\":\"Unauthorized\"}";
    assert_string_equal(coda_read_error(twice, strlen(twice), f->arena), "401 Unauthorized");
    assert_null(coda_read_error("<html>", 6, f->arena));
    assert_null(coda_read_error("{}", 2, f->arena));
}

static void coda_read_whoami__names__user_and_token(void **state)
{
    struct fixture *f = *state;
    static const char body[] = "{\"name\":\"John Doe\",\"loginId\":\"user@example.com\","
                               "\"type\":\"user\",\"scoped\":false,\"tokenName\":\"rosterd\"}";
    const char *who, *id, *name;
    assert_int_equal(0, coda_read_whoami(body, strlen(body), f->arena, &who, &f->err));
    assert_string_equal(who, "John Doe, token «rosterd»");
    assert_int_equal(-1, coda_read_whoami("{}", 2, f->arena, &who, &f->err));
    assert_int_equal(-1, coda_read_named("{}", 2, f->arena, &id, &name, &f->err));
    assert_int_equal(0, coda_read_named("{\"id\":\"d\"}", 10, f->arena, &id, &name, &f->err));
    assert_string_equal(name, "d");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(coda_read_rows__reads__every_kind_of_value),
        TEST(coda_read_rows__refuses__wrong_shapes),
        TEST(coda_read_rows__refuses__what_is_no_list_of_rows),
        TEST(coda_read_rows__bounds__hostile_answers),
        TEST(coda_read_columns__collects__the_pages),
        TEST(coda_read_columns__refuses__wrong_shapes),
        TEST(coda_order__is_seen__from_the_rows),
        TEST(coda_cursor__survives__a_round_trip),
        TEST(coda_write_cursor__drops__a_token_that_is_huge),
        TEST(coda_read_cursor__refuses__what_is_not_ours),
        TEST(coda_read_error__gives__status_and_message),
        TEST(coda_read_whoami__names__user_and_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
