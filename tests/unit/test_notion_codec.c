/* test_notion_codec.c: Notion's answers to structs and queries to JSON. */
#include "store/base/json.h"
#include "sync/remote/notion_codec.h"
#include "tests/unit/codec_fixture.h"
#include "tests/unit/fixture.h"

#include <string.h>

/* Decodes a page of rows with the columns of these ids. */
static int query(struct fixture *f, const char *text, const char *const *ids, size_t n,
                 struct notion_list *ret)
{
    struct column_info *info = arena_alloc(f->arena, n + 1, sizeof *info);
    const struct column_info **columns = arena_alloc(f->arena, n + 1, sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        info[i] = (struct column_info){.id = ids[i], .name = ids[i], .type = ""};
        columns[i] = &info[i];
    }
    return notion_read_query(text, strlen(text), columns, n, f->arena, ret, &f->err);
}

/* A page of one row with one property; value is what stands after "id". */
static const char *page_with(struct fixture *f, const char *value)
{
    return arena_printf(f->arena,
                        "{\"object\":\"list\",\"has_more\":false,\"next_cursor\":null,\"results\":["
                        "{\"object\":\"page\",\"id\":\"59833787-2cf9-4fdf-8782-e53db20768a5\","
                        "\"created_time\":\"2026-06-01T10:00:00.000Z\","
                        "\"last_edited_time\":\"2026-06-02T11:22:00.000Z\",\"in_trash\":true,"
                        "\"properties\":{\"П\":{\"id\":\"p\",%s}}}]}",
                        value);
}

static const char *const one_column[] = {"p"};

static void notion_read_query__reads__every_property_type(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *text = read_fixture("notion_query.json");
    static const struct {
        const char *id, *json;
    } cases[] = {
        {"title", "\"Вася Пупкин\""},
        {"rich", "null"},
        {">vk[", "2026"},
        {"numnull", "null"},
        {"select", "\"М\""},
        {"selnull", "null"},
        {"status", "\"Готово\""},
        {"multi", "[\"а\",\"б, в\"]"},
        {"date", "\"2026-07-05\""},
        {"datetime", "\"2026-07-05T10:00:00.000+03:00\""},
        {"datenull", "null"},
        {"check", "true"},
        {"rel", "[{\"ref\":\"d1c0dd00-0000-4000-8000-000000000001\"},"
                "{\"ref\":\"d1c0dd00-0000-4000-8000-000000000002\"}]"},
        {"people", "[{\"ref\":\"u-7\",\"name\":\"Оля\"},{\"ref\":\"u-8\"}]"},
        {"url", "\"https://example.org\""},
        {"email", "null"},
        {"phone", "\"+7 900\""},
        {"files", "[\"https://example.org/a.jpg\",\"b.jpg\"]"},
        {"fs", "\"да\""},
        {"fn", "1.5"},
        {"fb", "false"},
        {"fd", "\"2026-01-02\""},
        {"fnull", "null"},
        {"fodd", "{\"error\":\"formula result of type unsupported\"}"},
        {"rn", "3"},
        {"rd", "null"},
        {"ra", "[\"x\",{\"ref\":\"d1c0dd00-0000-4000-8000-000000000003\"},4]"},
        {"ri", "{\"error\":\"rollup of type incomplete\"}"},
        {"uid", "\"P-12\""},
        {"uidbare", "\"13\""},
        {"ct", "\"2026-06-01T10:00:00.000Z\""},
        {"cb", "{\"ref\":\"u-1\",\"name\":\"Бот\"}"},
        {"btn", "null"},
        {"ver", "null"},
        {"fut", "null"},
    };
    const char *ids[ARRAY_LEN(cases)];
    struct notion_list list;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        ids[i] = cases[i].id;
    if (query(f, text, ids, ARRAY_LEN(cases), &list))
        fail_msg("%s", f->err.msg);
    assert_int_equal(1, list.n); /* the data source in the results is passed over */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_cell(f, &list.rows[0].cells[i], cases[i].json);
}

static void notion_read_query__reads__the_row_and_the_list(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *text = read_fixture("notion_query.json");
    static const char *const ids[] = {"title", "relcut"};
    struct notion_list list;
    assert_int_equal(0, query(f, text, ids, 2, &list));
    assert_string_equal(list.rows[0].id, "59833787-2cf9-4fdf-8782-e53db20768a5");
    assert_null(list.rows[0].key);
    assert_false(list.rows[0].trashed);
    assert_true(list.rows[0].edited_ms == INT64_C(1780399320000));
    assert_true(list.max_edited_ms == list.rows[0].edited_ms);
    assert_string_equal(list.next, "59833787-2cf9-4fdf-8782-e53db20768a6");
    assert_false(list.limit_reached);
    assert_string_equal(list.last_created, "2026-06-01T10:00:00.000Z");
    assert_string_equal(list.last_edited, "2026-06-02T11:22:00.000Z");
    assert_int_equal(1, list.n_cuts);
    assert_int_equal(0, list.cuts[0].row);
    assert_int_equal(1, list.cuts[0].column);
}

static void notion_read_query__marks_as_cut__lists_of_25(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *item, *tail;
        int n;
        bool cut;
    } cases[] = {
        {"title", "{\"plain_text\":\"a\"}", "", 25, true},
        {"title", "{\"plain_text\":\"a\"}", "", 24, false},
        {"rich_text", "{\"plain_text\":\"a\"}", "", 25, true},
        {"people", "{\"id\":\"u\"}", "", 25, true},
        {"multi_select", "{\"name\":\"a\"}", "", 25, false},
        {"relation", "{\"id\":\"d1c0dd00000040008000000000000001\"}", "", 25, true},
        {"relation", "{\"id\":\"d1c0dd00000040008000000000000001\"}", ",\"has_more\":false", 25,
         false},
        {"relation", "{\"id\":\"d1c0dd00000040008000000000000001\"}", ",\"has_more\":true", 3,
         true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF value = BUF_INIT(65536);
        struct notion_list list;
        buf_addf(&value, "\"type\":\"%s\",\"%s\":[", cases[i].type, cases[i].type);
        for (int k = 0; k < cases[i].n; k++)
            buf_addf(&value, "%s%s", k ? "," : "", cases[i].item);
        buf_addf(&value, "]%s", cases[i].tail);
        assert_int_equal(0, query(f, page_with(f, buf_str(&value)), one_column, 1, &list));
        assert_int_equal(cases[i].cut, list.n_cuts);
    }
}

static void notion_read_query__refuses__wrong_shapes(void **state)
{
    struct fixture *f = *state;
    static const char *const values[] = {
        "\"type\":\"number\",\"number\":\"3\"",
        "\"type\":\"number\"",
        "\"number\":3",
        "\"type\":7",
        "\"type\":\"title\",\"title\":\"x\"",
        "\"type\":\"title\",\"title\":[{\"text\":{}}]",
        "\"type\":\"select\",\"select\":\"x\"",
        "\"type\":\"select\",\"select\":{}",
        "\"type\":\"multi_select\",\"multi_select\":null",
        "\"type\":\"multi_select\",\"multi_select\":[3]",
        "\"type\":\"checkbox\",\"checkbox\":null",
        "\"type\":\"date\",\"date\":{\"end\":null}",
        "\"type\":\"relation\",\"relation\":[{\"id\":\"nope\"}]",
        "\"type\":\"people\",\"people\":[{}]",
        "\"type\":\"files\",\"files\":[{}]",
        "\"type\":\"formula\",\"formula\":{}",
        "\"type\":\"formula\",\"formula\":{\"type\":\"number\"}",
        "\"type\":\"rollup\",\"rollup\":[]",
        "\"type\":\"rollup\",\"rollup\":{\"type\":\"array\"}",
        "\"type\":\"rollup\",\"rollup\":{\"type\":\"array\",\"array\":[1]}",
        "\"type\":\"unique_id\",\"unique_id\":{\"number\":\"1\"}",
        "\"type\":\"url\",\"url\":[]",
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct notion_list list;
        f->err = (struct err){0};
        if (!query(f, page_with(f, values[i]), one_column, 1, &list))
            fail_msg("accepted: %s", values[i]);
        assert_int_equal(ERR_DATA, f->err.kind);
        assert_non_null(strstr(f->err.msg, "page 59833787-2cf9-4fdf-8782-e53db20768a5: «p»"));
    }
}

static void notion_read_query__refuses__what_is_no_list(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "{}",
        "<html>",
        "{\"object\":\"list\"}",
        "{\"object\":\"page\",\"results\":[],\"has_more\":false}",
        "{\"object\":\"list\",\"results\":[],\"has_more\":true,\"next_cursor\":null}",
        "{\"object\":\"list\",\"results\":[],\"has_more\":true,\"next_cursor\":\"\"}",
        "{\"object\":\"list\",\"results\":{},\"has_more\":false}",
        "{\"object\":\"list\",\"results\":[{}],\"has_more\":false}",
        "{\"object\":\"list\",\"results\":[{\"object\":\"page\",\"id\":\"x\"}],\"has_more\":false}",
        "{\"object\":\"list\",\"has_more\":false,\"results\":[{\"object\":\"page\"}]}",
        "{\"object\":\"list\",\"has_more\":false,\"results\":[7]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct notion_list list;
        f->err = (struct err){0};
        assert_int_equal(-1, query(f, texts[i], one_column, 1, &list));
        assert_int_equal(ERR_DATA, f->err.kind);
    }
}

static void notion_read_query__refuses__a_row_without_the_column(void **state)
{
    struct fixture *f = *state;
    static const char *const ids[] = {"gone"};
    struct notion_list list;
    const char *text = page_with(f, "\"type\":\"number\",\"number\":3");
    assert_int_equal(-1, query(f, text, ids, 1, &list));
    assert_int_equal(ERR_DATA, f->err.kind);
    assert_non_null(strstr(f->err.msg, "«gone»"));
}

static void notion_read_query__bounds__hostile_answers(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF value = BUF_INIT((size_t)16 << 20);
    AUTO_BUF deep = BUF_INIT((size_t)1 << 20);
    struct notion_list list;
    buf_add(&value, "\"type\":\"multi_select\",\"multi_select\":[");
    for (int i = 0; i < NOTION_ITEMS_MAX + 1; i++)
        buf_add(&value, i ? ",{\"name\":\"a\"}" : "{\"name\":\"a\"}");
    buf_addc(&value, ']');
    assert_int_equal(-1, query(f, page_with(f, buf_str(&value)), one_column, 1, &list));
    assert_non_null(strstr(f->err.msg, "list items"));
    for (int i = 0; i < 50; i++)
        buf_add(&deep, "\"type\":\"rollup\",\"rollup\":{\"type\":\"array\",\"array\":[{");
    buf_add(&deep, "\"type\":\"checkbox\",\"checkbox\":true");
    for (int i = 0; i < 50; i++)
        buf_add(&deep, "}]}");
    assert_int_equal(-1, query(f, page_with(f, buf_str(&deep)), one_column, 1, &list));
    assert_non_null(strstr(f->err.msg, "nested"));
    assert_int_equal(0, query(f, page_with(f, "\"type\":\"number\",\"number\":1e999"), one_column,
                              1, &list));
    expect_cell(f, list.rows[0].cells, "{\"error\":\"a number out of range\"}");
}

static void notion_read_query__tells__the_limit_from_other_reasons(void **state)
{
    struct fixture *f = *state;
    static const char head[] = "{\"object\":\"list\",\"results\":[],\"has_more\":false,"
                               "\"next_cursor\":null,\"request_status\":{\"type\":\"incomplete\","
                               "\"incomplete_reason\":\"%s\"}}";
    char text[400];
    struct notion_list list;
    snprintf(text, sizeof text, head, "query_result_limit_reached");
    assert_int_equal(0, query(f, text, NULL, 0, &list));
    assert_true(list.limit_reached);
    snprintf(text, sizeof text, head, "moon_phase");
    assert_int_equal(-1, query(f, text, NULL, 0, &list));
    assert_int_equal(ERR_TEMP, f->err.kind);
    assert_non_null(strstr(f->err.msg, "moon_phase"));
}

static void notion_read_query__says__what_is_in_the_trash(void **state)
{
    struct fixture *f = *state;
    struct notion_list list;
    const char *text = page_with(f, "\"type\":\"checkbox\",\"checkbox\":false");
    assert_int_equal(0, query(f, text, one_column, 1, &list));
    assert_true(list.rows[0].trashed);
}

static void notion_read_database__lists__its_data_sources(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *text = read_fixture("notion_database.json");
    struct notion_database db;
    assert_int_equal(0, notion_read_database(text, strlen(text), f->arena, &db, &f->err));
    assert_string_equal(db.name, "Люди");
    assert_false(db.in_trash);
    assert_int_equal(2, db.n);
    assert_string_equal(db.sources[0].id, "b71e1213-3d03-46cb-b9c2-db9856a9f42d");
    assert_string_equal(db.sources[1].id, "c174b72c-0000-4000-8000-000000000002");
    assert_string_equal(db.sources[1].name, "Архив");
}

static void notion_read_source__reads__columns_in_order(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *text = read_fixture("notion_data_source.json");
    struct table_info info;
    bool trash = true;
    assert_int_equal(0, notion_read_source(text, strlen(text), f->arena, &info, &trash, &f->err));
    assert_false(trash);
    assert_string_equal(info.id, "b71e1213-3d03-46cb-b9c2-db9856a9f42d");
    assert_string_equal(info.name, "Люди");
    assert_int_equal(6, info.n);
    assert_string_equal(info.columns[0].id, "title");
    assert_string_equal(info.columns[1].name, "Год");
    assert_string_equal(info.columns[1].id, "%3Evk%5B");
    assert_string_equal(info.columns[1].type, "number");
    assert_false(info.columns[1].calculated);
    assert_true(info.columns[2].calculated);
    assert_false(info.columns[3].calculated);
    assert_true(info.columns[4].calculated);
}

static void notion_read_source__refuses__wrong_shapes(void **state)
{
    struct fixture *f = *state;
    static const char id[] =
        "\"object\":\"data_source\",\"id\":\"b71e12133d0346cbb9c2db9856a9f42d\"";
    static const char *const tails[] = {
        "",
        ",\"properties\":[]",
        ",\"properties\":{\"a\":{}}",
        ",\"properties\":{\"a\":{\"id\":1,\"type\":\"title\"}}",
        ",\"properties\":{},\"title\":\"x\"",
    };
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        const char *text = arena_printf(f->arena, "{%s%s}", id, tails[i]);
        struct table_info info;
        bool trash;
        f->err = (struct err){0};
        assert_int_equal(-1,
                         notion_read_source(text, strlen(text), f->arena, &info, &trash, &f->err));
        assert_int_equal(ERR_DATA, f->err.kind);
    }
}

static void notion_read_property__joins__the_pages(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *first = read_fixture("notion_property_relation.json");
    static const char last[] =
        "{\"object\":\"list\",\"results\":[{\"object\":\"property_item\",\"type\":\"relation\","
        "\"relation\":{\"id\":\"d1c0dd00-0000-4000-8000-000000000003\"}}],\"has_more\":false,"
        "\"next_cursor\":null}";
    struct notion_full full = {0};
    const char *next;
    struct cell cell;
    assert_int_equal(0,
                     notion_read_property(first, strlen(first), f->arena, &full, &next, &f->err));
    assert_string_equal(next, "c2");
    assert_int_equal(0, notion_read_property(last, strlen(last), f->arena, &full, &next, &f->err));
    assert_null(next);
    notion_full_cell(&full, f->arena, &cell);
    expect_cell(f, &cell,
                "[{\"ref\":\"d1c0dd00-0000-4000-8000-000000000001\"},"
                "{\"ref\":\"d1c0dd00-0000-4000-8000-000000000002\"},"
                "{\"ref\":\"d1c0dd00-0000-4000-8000-000000000003\"}]");
}

static void notion_read_property__joins__pieces_of_text(void **state)
{
    struct fixture *f = *state;
    AUTO_FREE char *text = read_fixture("notion_property_title.json");
    struct notion_full full = {0};
    const char *next;
    struct cell cell;
    assert_int_equal(0, notion_read_property(text, strlen(text), f->arena, &full, &next, &f->err));
    assert_null(next);
    notion_full_cell(&full, f->arena, &cell);
    expect_cell(f, &cell, "\"Вася Пупкин\"");
}

static void notion_read_error__gives__code_and_message(void **state)
{
    struct fixture *f = *state;
    static const char body[] =
        "{\"object\":\"error\",\"status\":403,\"code\":\"restricted_resource\","
        "\"message\":\"Insufficient permissions\"}";
    assert_string_equal(notion_read_error(body, strlen(body), f->arena),
                        "restricted_resource: Insufficient permissions");
    assert_null(notion_read_error("<html>", 6, f->arena));
    assert_null(notion_read_error("", 0, f->arena));
    assert_null(notion_read_error("{\"object\":\"error\"}", 18, f->arena));
}

static void notion_read_page__wants__to_know_of_the_trash(void **state)
{
    struct fixture *f = *state;
    static const char head[] = "{\"object\":\"page\",\"id\":\"598337872cf94fdf8782e53db20768a5\","
                               "\"last_edited_time\":\"2026-06-02T11:22:00.000Z\"";
    struct notion_page page;
    const char *text = arena_printf(f->arena, "%s,\"in_trash\":true}", head);
    assert_int_equal(0, notion_read_page(text, strlen(text), f->arena, &page, &f->err));
    assert_true(page.in_trash);
    assert_string_equal(page.id, "59833787-2cf9-4fdf-8782-e53db20768a5");
    text = arena_printf(f->arena, "%s}", head);
    assert_int_equal(-1, notion_read_page(text, strlen(text), f->arena, &page, &f->err));
}

static void notion_write_query__writes__filter_sort_and_cursor(void **state)
{
    (void)state;
    static const struct notion_query first = {.timestamp = "created_time", .page_size = 100};
    static const struct notion_query next = {.timestamp = "last_edited_time",
                                             .from = "2026-06-02T11:20:00.000Z",
                                             .cursor = "a\"b",
                                             .page_size = 50};
    AUTO_FREE char *a = notion_write_query(&first);
    AUTO_FREE char *b = notion_write_query(&next);
    assert_string_equal(a, "{\"sorts\":[{\"timestamp\":\"created_time\","
                           "\"direction\":\"ascending\"}],\"page_size\":100}");
    assert_string_equal(b, "{\"filter\":{\"timestamp\":\"last_edited_time\",\"last_edited_time\":{"
                           "\"on_or_after\":\"2026-06-02T11:20:00.000Z\"}},\"sorts\":[{"
                           "\"timestamp\":\"last_edited_time\",\"direction\":\"ascending\"}],"
                           "\"page_size\":50,\"start_cursor\":\"a\\\"b\"}");
}

static void notion_put_property_id__keeps__what_is_escaped_already(void **state)
{
    (void)state;
    AUTO_BUF out = BUF_INIT(256);
    notion_put_property_id(&out, "%3Evk%5B>a:%zz~");
    assert_string_equal(buf_str(&out), "%3Evk%5B%3Ea%3A%25zz~");
    assert_true(notion_same_property("%3Evk%5B", ">vk["));
    assert_true(notion_same_property("%3evk[", "%3Evk%5b"));
    assert_false(notion_same_property("%3Evk", ">vk["));
    assert_false(notion_same_property("a", "A"));
}

/* Decodes the page object with all the properties it has. */
static void decode_page(struct fixture *f, const cJSON *page)
{
    const cJSON *p;
    const char *ids[100];
    size_t n = 0;
    struct notion_list list;
    struct notion_page single;
    AUTO_FREE char *text = cJSON_PrintUnformatted(page);
    cJSON_ArrayForEach(p, json_at(page, "properties"))
    {
        if (n < ARRAY_LEN(ids))
            ids[n++] = json_text(p, "id");
    }
    const char *wrapped =
        arena_printf(f->arena, "{\"object\":\"list\",\"has_more\":false,\"results\":[%s]}", text);
    if (query(f, wrapped, ids, n, &list) ||
        notion_read_page(text, strlen(text), f->arena, &single, &f->err))
        fail_msg("%s", f->err.msg);
    assert_int_equal(1, list.n);
}

static void decode_list(struct fixture *f, const char *text, const cJSON *answer)
{
    const cJSON *item;
    struct notion_list list;
    struct notion_full full = {0};
    const char *next;
    if (str_eq(json_text(answer, "type"), "property_item")) {
        if (notion_read_property(text, strlen(text), f->arena, &full, &next, &f->err))
            fail_msg("%s", f->err.msg);
        return;
    }
    if (query(f, text, NULL, 0, &list))
        fail_msg("%s", f->err.msg);
    cJSON_ArrayForEach(item, json_at(answer, "results"))
    {
        if (str_eq(json_text(item, "object"), "page"))
            decode_page(f, item);
    }
}

static void decode_recorded(struct fixture *f, const cJSON *answer)
{
    AUTO_FREE char *text = cJSON_PrintUnformatted(answer);
    const char *object = json_text(answer, "object");
    struct notion_database db;
    struct table_info info;
    bool trash;
    assert_non_null(object);
    if (!strcmp(object, "error"))
        assert_non_null(notion_read_error(text, strlen(text), f->arena));
    else if (!strcmp(object, "page"))
        decode_page(f, answer);
    else if (!strcmp(object, "list"))
        decode_list(f, text, answer);
    else if (!strcmp(object, "database")
                 ? notion_read_database(text, strlen(text), f->arena, &db, &f->err)
                 : notion_read_source(text, strlen(text), f->arena, &info, &trash, &f->err))
        fail_msg("%s", f->err.msg);
}

static void codec__reads__every_recorded_answer(void **state)
{
    struct fixture *f = *state;
    const char *dir = getenv("ROSTERD_RECORDINGS");
    if (!dir)
        skip();
    AUTO_FREE char *text = read_file(arena_printf(f->arena, "%s/notion.json", dir));
    AUTO_JSON *root = NULL;
    const cJSON *exchange;
    assert_non_null(text);
    assert_int_equal(0, json_parse(text, strlen(text), &root, &f->err));
    assert_true(cJSON_GetArraySize(root) > 0);
    cJSON_ArrayForEach(exchange, root) decode_recorded(f, json_at(exchange, "response"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(notion_read_query__reads__every_property_type),
        TEST(notion_read_query__reads__the_row_and_the_list),
        TEST(notion_read_query__marks_as_cut__lists_of_25),
        TEST(notion_read_query__refuses__wrong_shapes),
        TEST(notion_read_query__refuses__what_is_no_list),
        TEST(notion_read_query__refuses__a_row_without_the_column),
        TEST(notion_read_query__bounds__hostile_answers),
        TEST(notion_read_query__tells__the_limit_from_other_reasons),
        TEST(notion_read_query__says__what_is_in_the_trash),
        TEST(notion_read_database__lists__its_data_sources),
        TEST(notion_read_source__reads__columns_in_order),
        TEST(notion_read_source__refuses__wrong_shapes),
        TEST(notion_read_property__joins__the_pages),
        TEST(notion_read_property__joins__pieces_of_text),
        TEST(notion_read_error__gives__code_and_message),
        TEST(notion_read_page__wants__to_know_of_the_trash),
        TEST(notion_write_query__writes__filter_sort_and_cursor),
        TEST(notion_put_property_id__keeps__what_is_escaped_already),
        TEST(codec__reads__every_recorded_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
