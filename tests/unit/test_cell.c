/* test_cell.c: cells and their JSON form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sync/cell.h"

#include <string.h>

#define ARENA_MAX ((size_t)4 << 20)

static const char *const columns[] = {"Роль", "Год", "Детский", "Люди", "Чей", "Сумма", "Нет"};

static void cells_to_json__writes__every_kind(void **state)
{
    (void)state;
    const struct cell people[] = {{.kind = CELL_REF, .text = "p-1", .name = "Вася \"В\""},
                                  {.kind = CELL_TEXT, .text = "без ссылки"}};
    const struct cell cells[] = {
        {.kind = CELL_TEXT, .text = "волонтёр"},
        {.kind = CELL_NUMBER, .number = 2026},
        {.kind = CELL_BOOL, .flag = true},
        {.kind = CELL_LIST, .items = people, .n = 2},
        {.kind = CELL_REF, .text = "p-2"},
        {.kind = CELL_ERROR, .text = "сломано"},
        {.kind = CELL_NULL},
    };
    AUTO_BUF out = BUF_INIT(4096);
    cells_to_json(columns, cells, ARRAY_LEN(cells), &out);
    assert_string_equal(
        buf_str(&out), "{\"Роль\":\"волонтёр\",\"Год\":2026,\"Детский\":true,"
                       "\"Люди\":[{\"ref\":\"p-1\",\"name\":\"Вася \\\"В\\\"\"},\"без ссылки\"],"
                       "\"Чей\":{\"ref\":\"p-2\"},\"Сумма\":{\"error\":\"сломано\"},\"Нет\":null}");
}

static void cells_from_json__reads__what_was_written(void **state)
{
    (void)state;
    static const char text[] =
        "{\"Роль\":\"волонтёр\",\"Год\":12.5,\"Детский\":false,"
        "\"Люди\":[{\"ref\":\"p-1\",\"name\":\"Вася\"},[1,null]],"
        "\"Чей\":{\"ref\":\"p-2\"},\"Сумма\":{\"error\":\"x\"},\"Нет\":null}";
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    AUTO_BUF out = BUF_INIT(4096);
    struct cell cells[ARRAY_LEN(columns)];
    struct err err;
    assert_int_equal(0, cells_from_json(text, columns, ARRAY_LEN(columns), arena, cells, &err));
    cells_to_json(columns, cells, ARRAY_LEN(columns), &out);
    assert_string_equal(buf_str(&out), text);
}

static void cells_from_json__gives_null__for_a_column_that_is_absent(void **state)
{
    (void)state;
    static const char *const asked[] = {"Б", "А"};
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    struct cell cells[2];
    struct err err;
    assert_int_equal(0, cells_from_json("{\"А\":1}", asked, 2, arena, cells, &err));
    assert_int_equal(CELL_NULL, cells[0].kind);
    assert_int_equal(CELL_NUMBER, cells[1].kind);
}

static void cells_from_json__refuses__what_is_no_row(void **state)
{
    (void)state;
    static const char *const asked[] = {"А"};
    static const char *const bad[] = {
        "",
        "[]",
        "null",
        "{\"А\":",
        "{\"А\":{}}",
        "{\"А\":{\"ref\":1}}",
        "{\"А\":[{}]}",
        "{} x",
        "{\"А\":[[[[[[[[[[1]]]]]]]]]]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO_ARENA *arena = arena_new(ARENA_MAX);
        struct cell cell;
        struct err err = {0};
        assert_int_equal(-1, cells_from_json(bad[i], asked, 1, arena, &cell, &err));
        assert_int_equal(ERR_DATA, err.kind);
        assert_non_null(strstr(err.msg, "cells"));
    }
}

static void cell_show__gives_text__for_a_person(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    const struct cell items[] = {{.kind = CELL_REF, .text = "id", .name = "Кухня"},
                                 {.kind = CELL_REF, .text = "t-7"},
                                 {.kind = CELL_NUMBER, .number = 0.5}};
    const struct {
        struct cell cell;
        const char *shown;
    } cases[] = {
        {{.kind = CELL_NULL}, ""},
        {{.kind = CELL_TEXT, .text = "да"}, "да"},
        {{.kind = CELL_BOOL, .flag = true}, "true"},
        {{.kind = CELL_ERROR, .text = "сломано"}, "сломано"},
        {{.kind = CELL_LIST, .items = items, .n = 3}, "Кухня, t-7, 0.5"},
        {{.kind = CELL_LIST}, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(cell_show(&cases[i].cell, arena), cases[i].shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_to_json__writes__every_kind),
        cmocka_unit_test(cells_from_json__reads__what_was_written),
        cmocka_unit_test(cells_from_json__gives_null__for_a_column_that_is_absent),
        cmocka_unit_test(cells_from_json__refuses__what_is_no_row),
        cmocka_unit_test(cell_show__gives_text__for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
