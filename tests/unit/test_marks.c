/* test_marks.c: rows that say of themselves that they are deleted: what a cell means, what is
 * remembered, what is due, and the keys that ask for it. */
#include "store/marks.h"
#include "store/quarantine.h"
#include "sync/mark.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

static void cell__of_a_mark__tells_since_when(void **state)
{
    (void)state;
    const struct cell one = {.kind = CELL_NUMBER, .number = 1};
    const struct {
        struct cell cell;
        int64_t at;
    } cases[] = {
        {{.kind = CELL_NULL}, 0},
        {{.kind = CELL_NUMBER, .number = 0}, 0},
        {{.kind = CELL_TEXT, .text = ""}, 0},
        {{.kind = CELL_TEXT, .text = "  "}, 0},
        {{.kind = CELL_TEXT, .text = "0"}, 0},
        {{.kind = CELL_BOOL, .flag = false}, 0},
        {{.kind = CELL_LIST}, 0},
        {{.kind = CELL_NUMBER, .number = 1795205853.9}, 1795205853},
        {{.kind = CELL_TEXT, .text = "1795205853"}, 1795205853},
        {{.kind = CELL_TEXT, .text = "2026-11-20T12:00:00Z"}, 1795176000},
        /* somebody wrote what they thought */
        {{.kind = CELL_TEXT, .text = "да"}, 1},
        {{.kind = CELL_BOOL, .flag = true}, 1},
        {{.kind = CELL_ERROR, .text = "вчера"}, 1},
        {{.kind = CELL_LIST, .items = &one, .n = 1}, 1},
        {{.kind = CELL_NUMBER, .number = 1e300}, 1},
        {{.kind = CELL_TEXT, .text = "1e300"}, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(mark_time(&cases[i].cell), cases[i].at);
}

static void put(struct temp_store *t, const char *row, enum mark_by by, enum mark_state s,
                const char *why, int64_t since)
{
    struct err err = {0};
    const struct mark m = {"grist", "People", row, 1795205853, why, by, s, since};
    assert_ok(marks_put(t->db, &m, &err), err);
}

static void jail(struct temp_store *t, const char *row, bool waiting, const char *reason)
{
    struct err err = {0};
    const struct jailed j = {.flow = "people",
                             .remote_id = row,
                             .part = "",
                             .waiting = waiting,
                             .reason = reason,
                             .raw = "{}",
                             .last_seen = 5};
    assert_ok(quarantine_put(t->db, &j, &err), err);
}

static void mark__is_remembered__until_it_is_dropped(void **state)
{
    struct temp_store *t = *state;
    struct mark *m;
    struct err err = {0};
    bool any;
    assert_ok(marks_any(t->db, "grist", "People", &any, &err), err);
    assert_false(any);
    put(t, "7", MARK_RULE, MARK_SETTING, "Empty name", 100);
    put(t, "7", MARK_HAND, MARK_THERE, "дубль", 200);
    assert_ok(marks_get(t->db, "grist", "People", "7", t->arena, &m, &err), err);
    assert_non_null(m);
    assert_int_equal(m->by, MARK_HAND);
    assert_int_equal(m->state, MARK_THERE);
    assert_string_equal(m->why, "дубль");
    assert_int_equal(m->since, 100); /* since it was first known */
    assert_ok(marks_any(t->db, "grist", "People", &any, &err), err);
    assert_true(any);
    assert_ok(marks_any(t->db, "grist", "Teams", &any, &err), err);
    assert_false(any);
    assert_ok(marks_drop(t->db, "grist", "People", "7", &err), err);
    assert_ok(marks_get(t->db, "grist", "People", "7", t->arena, &m, &err), err);
    assert_null(m);
}

static void list__is__newest_first_and_by_whom(void **state)
{
    struct temp_store *t = *state;
    struct mark *list;
    size_t n;
    int64_t total;
    struct err err = {0};
    put(t, "1", MARK_RULE, MARK_THERE, "Empty name", 100);
    put(t, "2", MARK_HAND, MARK_THERE, NULL, 300);
    put(t, "3", MARK_RULE, MARK_THERE, "Empty name", 200);
    assert_ok(marks_list(t->db, MARK_BYS, 0, 2, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(total, 3);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].remote_id, "2");
    assert_null(list[0].why);
    assert_string_equal(list[1].remote_id, "3");
    assert_ok(marks_list(t->db, MARK_RULE, 0, 9, t->arena, &list, &n, &total, &err), err);
    assert_int_equal(total, 2);
    assert_int_equal(n, 2);
}

static void due__are__invalid_rows_that_nobody_else_marked(void **state)
{
    struct temp_store *t = *state;
    struct mark_due *due;
    size_t n;
    struct err err = {0};
    jail(t, "1", false, "Empty name");
    jail(t, "2", true, "Invalid team ID"); /* waiting is never marked */
    jail(t, "3", false, "Empty name");
    jail(t, "4", false, "Invalid role");
    jail(t, "5", false, "Empty name");
    jail(t, "6", false, "Empty name");
    put(t, "3", MARK_RULE, MARK_THERE, "Empty name", 1);
    put(t, "4", MARK_RULE, MARK_THERE, "Empty name", 1); /* for another reason by now */
    put(t, "5", MARK_RULE, MARK_SETTING, "Empty name", 1);
    put(t, "6", MARK_HAND, MARK_THERE, "дубль", 1);
    /* a person took the feeder's mark away, and its words are still there */
    jail(t, "7", false, "Empty name");
    const struct mark left = {"grist",     "People",    "7",           0,
                              "FEEDER: x", MARK_FEEDER, MARK_CLEARING, 1};
    assert_ok(marks_put(t->db, &left, &err), err);
    assert_ok(marks_to_set(t->db, "people", "grist", "People", t->arena, &due, &n, &err), err);
    assert_int_equal(n, 4);
    assert_string_equal(due[3].remote_id, "7");
    assert_string_equal(due[0].remote_id, "1");
    assert_null(due[0].mark);
    assert_string_equal(due[1].remote_id, "4");
    assert_string_equal(due[1].reason, "Invalid role");
    assert_string_equal(due[1].mark->why, "Empty name");
    assert_string_equal(due[2].remote_id, "5");
}

static void over__are__marks_for_a_rule_that_is_kept_again(void **state)
{
    struct temp_store *t = *state;
    struct mark *over;
    size_t n;
    struct err err = {0};
    put(t, "1", MARK_RULE, MARK_THERE, "Empty name", 1);
    put(t, "2", MARK_RULE, MARK_THERE, "Empty name", 1);
    put(t, "3", MARK_RULE, MARK_THERE, "Empty name", 1);
    put(t, "4", MARK_HAND, MARK_THERE, NULL, 1);
    put(t, "5", MARK_STORE, MARK_THERE, NULL, 1);
    put(t, "6", MARK_HAND, MARK_CLEARING, NULL, 1);
    jail(t, "2", false, "Empty name");
    jail(t, "3", true, "Invalid team ID"); /* it may be valid, or not */
    assert_ok(marks_to_clear(t->db, "people", "grist", "People", t->arena, &over, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(over[0].remote_id, "1");
    assert_string_equal(over[1].remote_id, "6");
}

static void sentence__of_the_model__is_known(void **state)
{
    (void)state;
    assert_true(model_is_reason("Empty name"));
    assert_true(model_is_reason("Invalid status mapping"));
    assert_true(model_is_reason("Team has invalid type and is not in database"));
    assert_false(model_is_reason("дубль"));
    assert_false(model_is_reason(""));
}

#define HEAD                                                                                       \
    "[rosterd]\nstore = s\n[remote g]\nkind = grist\ntoken = t\napi_url = http://h\ndoc = d\n"     \
    "[flow people]\nremote = g\ntable = People\nentity = person\nfield.name = name\n"

static void keys__of_marks__are_read(void **state)
{
    (void)state;
    struct config *c = config_must(HEAD "direction = both\nmark = to_delete\n"
                                        "mark_reason = delete_reason\nmark_gap = 200ms\n");
    const struct flow *f = config_flow(c, "people");
    const char *columns[2];
    assert_string_equal(f->mark, "to_delete");
    assert_string_equal(f->mark_reason, "delete_reason");
    assert_int_equal(f->mark_gap_ms, 200);
    assert_int_equal(f->on_delete, DELETION_MARK);
    assert_int_equal(mark_columns(f, columns), 2);
    assert_string_equal(columns[1], "delete_reason");
    config_free(c);
    c = config_must(HEAD "direction = both\nmark = to_delete\non_delete = ignore\n");
    assert_int_equal(config_flow(c, "people")->on_delete, DELETION_IGNORE);
    assert_int_equal(config_flow(c, "people")->mark_gap_ms, 50);
    assert_int_equal(mark_columns(config_flow(c, "people"), columns), 1);
    config_free(c);
    c = config_must(HEAD "direction = both\n");
    assert_int_equal(mark_columns(config_flow(c, "people"), columns), 0);
    config_free(c);
}

static void keys__of_marks__need_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *told;
    } cases[] = {
        {"mark = to_delete\n", "flow people only reads; write direction = both"},
        {"direction = both\nmark_reason = r\n", "say which column marks a row as deleted"},
        {"direction = both\non_delete = mark\n", "on_delete = mark: say which column marks"},
        {"direction = both\nmark_gap = 1s\n", "mark_gap: say which column marks"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        struct config *c;
        buf_addf(&text, HEAD "%s", cases[i].lines);
        assert_has(config_from_text(buf_str(&text), &c), cases[i].told);
        assert_null(c);
    }
}

#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cell__of_a_mark__tells_since_when),
        WITH_STORE(mark__is_remembered__until_it_is_dropped),
        WITH_STORE(list__is__newest_first_and_by_whom),
        WITH_STORE(due__are__invalid_rows_that_nobody_else_marked),
        WITH_STORE(over__are__marks_for_a_rule_that_is_kept_again),
        cmocka_unit_test(sentence__of_the_model__is_known),
        cmocka_unit_test(keys__of_marks__are_read),
        cmocka_unit_test(keys__of_marks__need_each_other),
    };
    return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
