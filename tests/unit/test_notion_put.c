/* test_notion_put.c: cells as Notion's property values, and whether a page holds what was sent. */
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "sync/remote/cells.h"
#include "sync/remote/notion_put.h"
#include "tests/unit/codec_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct column_info column_of(const char *type)
{
    static const char *const options[] = {"Готово", "В работе"};
    struct column_info c = {.id = "id", .name = "П", .type = type};
    if (!strcmp(type, "status")) {
        c.options = options;
        c.n_options = ARRAY_LEN(options);
    }
    c.calculated = !strcmp(type, "formula");
    return c;
}

#define UUID_1 "d1c0dd00-0000-4000-8000-000000000001"
#define UUID_2 "d1c0dd00-0000-4000-8000-000000000002"

static void notion_put_value__writes__every_type(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *json;
    } cases[] = {
        {"title", "\"Вася \\\"П\\\"\"", "[{\"text\":{\"content\":\"Вася \\\"П\\\"\"}}]"},
        {"title", "null", "[]"},
        {"title", "\"\"", "[]"},
        {"rich_text", "7.5", "[{\"text\":{\"content\":\"7.5\"}}]"},
        {"rich_text", "true", "[{\"text\":{\"content\":\"true\"}}]"},
        {"rich_text", "[\"а\",{\"ref\":\"u\",\"name\":\"б\"}]",
         "[{\"text\":{\"content\":\"а, б\"}}]"},
        {"number", "4", "4"},
        {"number", "\"-4.25\"", "-4.25"},
        {"number", "null", "null"},
        {"number", "\"\"", "null"},
        {"select", "\"М\"", "{\"name\":\"М\"}"},
        {"select", "null", "null"},
        {"select", "[]", "null"},
        {"select", "[\"М\"]", "{\"name\":\"М\"}"},
        {"status", "\"В работе\"", "{\"name\":\"В работе\"}"},
        {"status", "null", "null"},
        {"multi_select", "[\"а\",\"б\"]", "[{\"name\":\"а\"},{\"name\":\"б\"}]"},
        {"multi_select", "\"а\"", "[{\"name\":\"а\"}]"},
        {"multi_select", "null", "[]"},
        {"date", "\"2026-07-05\"", "{\"start\":\"2026-07-05\"}"},
        {"date", "\"2026-07-05 10:00:00+03:00\"", "{\"start\":\"2026-07-05T10:00:00+03:00\"}"},
        {"date", "null", "null"},
        {"checkbox", "true", "true"},
        {"checkbox", "null", "false"},
        {"checkbox", "1", "true"},
        {"checkbox", "\"false\"", "false"},
        {"relation", "[{\"ref\":\"D1C0DD00000040008000000000000001\"},{\"ref\":\"" UUID_2 "\"}]",
         "[{\"id\":\"" UUID_1 "\"},{\"id\":\"" UUID_2 "\"}]"},
        {"relation", "{\"ref\":\"" UUID_1 "\"}", "[{\"id\":\"" UUID_1 "\"}]"},
        {"relation", "null", "[]"},
        {"relation", "[]", "[]"},
        {"people", "[{\"ref\":\"u-7\",\"name\":\"Оля\"}]",
         "[{\"object\":\"user\",\"id\":\"u-7\"}]"},
        {"people", "null", "[]"},
        {"url", "\"https://example.org\"", "\"https://example.org\""},
        {"url", "null", "null"},
        {"url", "\"\"", "null"},
        {"email", "\"a@example.org\"", "\"a@example.org\""},
        {"email", "\"\"", "null"},
        {"phone_number", "\"+7 900\"", "\"+7 900\""},
        {"phone_number", "79001234567", "\"79001234567\""},
        {"files", "\"https://example.org/a/b.jpg\"",
         "[{\"name\":\"b.jpg\",\"type\":\"external\",\"external\":{\"url\":"
         "\"https://example.org/a/b.jpg\"}}]"},
        {"files", "null", "[]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        if (notion_put_value(&column, &cell, &out, &f->err))
            fail_msg("%s %s: %s", cases[i].type, cases[i].cell, f->err.msg);
        assert_string_equal(arena_printf(f->arena, "{\"%s\":%s}", cases[i].type, cases[i].json),
                            buf_str(&out));
    }
}

static const char *repeat(struct fixture *f, const char *what, size_t n)
{
    AUTO_BUF b = BUF_INIT((size_t)8 << 20);
    for (size_t i = 0; i < n; i++)
        buf_add(&b, what);
    return arena_strdup(f->arena, buf_str(&b));
}

static void expect_refused(struct fixture *f, const char *type, struct cell cell, const char *why)
{
    AUTO_BUF out = BUF_INIT((size_t)8 << 20);
    struct column_info column = column_of(type);
    f->err = (struct err){0};
    if (!notion_put_value(&column, &cell, &out, &f->err))
        fail_msg("accepted: %s", buf_str(&out));
    assert_int_equal(ERR_DATA, f->err.kind);
    if (!strstr(f->err.msg, why))
        fail_msg("«%s» expected in: %s", why, f->err.msg);
    assert_true(utf8_valid(f->err.msg, strlen(f->err.msg)));
}

static void notion_put_value__refuses__what_notion_does_not_take(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *why;
    } cases[] = {
        {"number", "\"семь\"", "column «П»: «семь» is no number"},
        {"number", "\"0x10\"", "is no number"},
        {"number", "\"nan\"", "is no number"},
        {"number", "true", "is no number"},
        {"select", "\"а, б\"", "has a comma"},
        {"select", "[\"а\",\"б\"]", "one option, not 2"},
        {"multi_select", "[\"а\",\"б, в\"]", "has a comma"},
        {"status", "\"Потом\"", "no option «Потом»; there are: Готово, В работе"},
        {"date", "\"завтра\"", "«завтра» is no date"},
        {"date", "\"2026-02-30\"", "is no date"},
        {"date", "5", "is no date"},
        {"checkbox", "\"может быть\"", "yes or no"},
        {"checkbox", "2", "yes or no"},
        {"relation", "[{\"ref\":\"Вася\"}]", "«Вася» is no page id"},
        {"relation", "[7]", "is no page id"},
        {"people", "\"Оля\"", "Notion id only"},
        {"files", "\"b.jpg\"", "https://"},
        {"formula", "1", "column «П» is calculated"},
        {"place", "\"x\"", "type place cannot be written"},
        {"title", "{\"error\":\"#REF\"}", "broken"},
        {"relation", "[[1]]", "broken"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_refused(f, cases[i].type, cell_of(f, cases[i].cell), cases[i].why);
    expect_refused(f, "number", (struct cell){.kind = CELL_NUMBER, .number = INFINITY}, "broken");
}

static void notion_put_value__refuses__what_is_too_long(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type;
        size_t n;
        const char *why;
    } cases[] = {
        {"title", 200001, "longer than Notion holds, 200000 characters"},
        {"select", 101, "longer than 100"},
        {"url", 2001, "longer than 2000"},
        {"email", 201, "longer than 200"},
        {"phone_number", 101, "longer than 100"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT((size_t)8 << 20);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = {.kind = CELL_TEXT, .text = repeat(f, "ы", cases[i].n)};
        expect_refused(f, cases[i].type, cell, cases[i].why);
        cell.text = repeat(f, "ы", cases[i].n - 1);
        assert_int_equal(0, notion_put_value(&column, &cell, &out, &f->err));
    }
    struct cell items[NOTION_ITEMS + 1];
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        items[i] = (struct cell){.kind = CELL_REF, .text = UUID_1};
    struct cell list = {.kind = CELL_LIST, .items = items, .n = ARRAY_LEN(items)};
    expect_refused(f, "relation", list, "101 items, Notion takes 100");
}

/* Two units each in UTF-16: no piece may be longer than 2,000, and no pair is torn. */
static void notion_put_value__splits__text_between_code_points(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF out = BUF_INIT((size_t)1 << 20);
    AUTO_JSON *root = NULL;
    AUTO_BUF back = BUF_INIT((size_t)1 << 20);
    const cJSON *item;
    struct column_info column = column_of("rich_text");
    const char *text = arena_printf(f->arena, "x%s", repeat(f, "🎪", 1500));
    struct cell cell = {.kind = CELL_TEXT, .text = text};
    assert_int_equal(0, notion_put_value(&column, &cell, &out, &f->err));
    assert_int_equal(0, json_parse(buf_str(&out), out.len, &root, &f->err));
    cJSON_ArrayForEach(item, json_at(root, "rich_text"))
    {
        const char *piece = json_text(item, "text.content");
        assert_true(utf8_utf16_length(piece) <= NOTION_PIECE);
        assert_true(utf8_valid(piece, strlen(piece)));
        buf_add(&back, piece);
    }
    assert_int_equal(2, cJSON_GetArraySize(json_at(root, "rich_text")));
    assert_string_equal(text, buf_str(&back));
}

static void notion_holds__compares__up_to_what_notion_rounds(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *sent, *read;
        bool same;
    } cases[] = {
        {"title", "\" Вася  Пупкин\\n\"", "\"Вася Пупкин\"", true},
        {"title", "\"Вася\"", "\"Оля\"", false},
        {"title", "null", "null", true},
        {"title", "\"Вася\"", "null", false},
        {"rich_text", "2026", "\"2026\"", true},
        {"rich_text", "\"длинный текст\"", "\"длинный\"", false},
        {"number", "\"2026\"", "2026", true},
        {"number", "0.1", "0.10000000000000001", true},
        {"number", "1", "2", false},
        {"number", "null", "null", true},
        {"number", "0", "null", false},
        {"select", "\"М\"", "\"М\"", true},
        {"select", "\"М\"", "\"Ж\"", false},
        {"status", "null", "\"Готово\"", false},
        {"multi_select", "[\"а\",\"б\"]", "[\"б\",\"а\"]", true},
        {"multi_select", "[\"а\"]", "[\"б\",\"а\"]", false},
        {"multi_select", "null", "[]", true},
        {"date", "\"2026-07-05\"", "\"2026-07-05\"", true},
        {"date", "\"2026-07-05\"", "\"2026-07-05T00:00:00.000+03:00\"", true},
        {"date", "\"2026-07-05T00:00+03:00\"", "\"2026-07-05\"", true},
        {"date", "\"2026-07-05\"", "\"2026-07-05T10:00:00.000+03:00\"", false},
        {"date", "\"2026-07-05T10:00:31Z\"", "\"2026-07-05T13:00:00.000+03:00\"", true},
        {"date", "\"2026-07-05T10:00:00\"", "\"2026-07-05T10:00:00.000+03:00\"", true},
        {"date", "\"2026-07-05T10:02:00Z\"", "\"2026-07-05T10:00:00.000Z\"", false},
        {"date", "null", "null", true},
        {"date", "null", "\"2026-07-05\"", false},
        {"checkbox", "null", "false", true},
        {"checkbox", "true", "false", false},
        {"relation", "[{\"ref\":\"D1C0DD00000040008000000000000001\"},{\"ref\":\"" UUID_2 "\"}]",
         "[{\"ref\":\"" UUID_2 "\"},{\"ref\":\"" UUID_1 "\"}]", true},
        {"relation", "[{\"ref\":\"" UUID_1 "\"},{\"ref\":\"" UUID_2 "\"}]",
         "[{\"ref\":\"" UUID_1 "\"}]", false},
        {"relation", "{\"ref\":\"" UUID_1 "\"}", "[{\"ref\":\"" UUID_1 "\"}]", true},
        {"relation", "null", "[]", true},
        {"people", "[{\"ref\":\"u-7\"}]", "[{\"ref\":\"u-7\",\"name\":\"Оля\"}]", true},
        {"people", "[{\"ref\":\"u-7\"}]", "[{\"ref\":\"u-8\"}]", false},
        {"files", "\"https://example.org/a.jpg\"", "[\"https://example.org/a.jpg\"]", true},
        {"url", "\"\"", "null", true},
        {"formula", "7", "\"7\"", true},
        {"formula", "7", "\"8\"", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct column_info column = column_of(cases[i].type);
        struct cell sent = cell_of(f, cases[i].sent), read = cell_of(f, cases[i].read);
        if (notion_holds(&column, &sent, &read) != cases[i].same)
            fail_msg("%s: sent %s, read %s", cases[i].type, cases[i].sent, cases[i].read);
    }
}

static void notion_put_conditions__asks__by_type(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *conditions; /* of one property, without the frame */
    } cases[] = {
        {"title", "\"Вася\"", "{\"equals\":\"Вася\"}"},
        {"number", "\"7\"", "{\"equals\":7}"},
        {"number", "\"x\"", NULL},
        {"select", "\"М\"", "{\"equals\":\"М\"}"},
        {"checkbox", "false", "{\"equals\":false}"},
        {"date", "\"2026-07-05\"", "{\"equals\":\"2026-07-05\"}"},
        {"relation", "{\"ref\":\"D1C0DD00000040008000000000000001\"}",
         "{\"contains\":\"" UUID_1 "\"}"},
        {"people", "{\"ref\":\"u-7\"}", NULL},
        {"url", "\"https://x\"", "{\"equals\":\"https://x\"}"},
        {"files", "\"https://x/y\"", NULL},
        {"formula", "7", NULL},
        {"title", "null", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(65536);
        struct column_info column = column_of(cases[i].type);
        struct cell cell = cell_of(f, cases[i].cell);
        const char *expected = "";
        if (cases[i].conditions)
            expected = arena_printf(f->arena, "{\"property\":\"П\",\"%s\":%s},", cases[i].type,
                                    cases[i].conditions);
        assert_int_equal(cases[i].conditions ? 1 : 0,
                         notion_put_conditions(&column, &cell, true, &out));
        assert_string_equal(expected, buf_str(&out));
    }
    AUTO_BUF out = BUF_INIT(65536);
    struct column_info column = column_of("status");
    struct cell cell = cell_of(f, "\"Готово\"");
    assert_int_equal(0, notion_put_conditions(&column, &cell, false, &out));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(notion_put_value__writes__every_type),
        TEST(notion_put_value__refuses__what_notion_does_not_take),
        TEST(notion_put_value__refuses__what_is_too_long),
        TEST(notion_put_value__splits__text_between_code_points),
        TEST(notion_holds__compares__up_to_what_notion_rounds),
        TEST(notion_put_conditions__asks__by_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
