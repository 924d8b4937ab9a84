/* test_grist_codec.c: Grist's answers to structs, in the form of /records and in that of /sql. */
#include "store/base/json.h"
#include "sync/remote/grist_codec.h"
#include "tests/unit/codec_fixture.h"
#include "tests/unit/fixture.h"

#include <string.h>

/* All rows of an answer, put together; counts how often they were handed on. */
struct seen {
    struct arena *arena;
    struct remote_row rows[3000];
    double stamps[3000];
    size_t n, pages, largest;
    bool stop;
};

static int on_page(void *ctx, const struct grist_page *page, struct err *err)
{
    struct seen *s = ctx;
    if (s->stop)
        return err_set(err, ERR_CANCELED, "stop");
    for (size_t i = 0; i < page->n && s->n < ARRAY_LEN(s->rows); i++) {
        s->stamps[s->n] = page->stamps[i];
        s->rows[s->n++] = page->rows[i];
    }
    s->pages++;
    s->largest = page->n > s->largest ? page->n : s->largest;
    return 0;
}

static const struct column_info *const *columns_of(struct fixture *f, const char *const *ids,
                                                   const char *type, size_t n)
{
    struct column_info *info = arena_alloc(f->arena, n + 1, sizeof *info);
    const struct column_info **columns = arena_alloc(f->arena, n + 1, sizeof *columns);
    for (size_t i = 0; i < n; i++) {
        info[i] = (struct column_info){.id = ids[i], .name = ids[i], .type = type};
        columns[i] = &info[i];
    }
    return columns;
}

static struct seen *new_seen(struct fixture *f)
{
    struct seen *s = arena_alloc(f->arena, 1, sizeof *s);
    s->arena = f->arena;
    return s;
}

static int read_rows(struct fixture *f, const char *text, const struct grist_shape *shape,
                     struct seen *s)
{
    size_t n = 0;
    if (grist_read_rows(text, strlen(text), shape, f->arena, on_page, s, &n, &f->err))
        return -1;
    assert_int_equal(n, s->n);
    return 0;
}

/* An answer with one row whose column П holds the value. */
static const char *answer_with(struct fixture *f, enum grist_form form, const char *value)
{
    return form == GRIST_SQL
               ? arena_printf(f->arena, "{\"records\":[{\"fields\":{\"id\":1,\"P\":%s}}]}", value)
               : arena_printf(f->arena, "{\"records\":[{\"id\":1,\"fields\":{\"P\":%s}}]}", value);
}

static const char *const one_column[] = {"P"};

static void read_value_as(struct fixture *f, enum grist_form form, const char *type,
                          const char *value, const char *json)
{
    struct seen *s = new_seen(f);
    const struct grist_shape shape = {.form = form,
                                      .columns = columns_of(f, one_column, type, 1),
                                      .n_columns = 1};
    if (read_rows(f, answer_with(f, form, value), &shape, s))
        fail_msg("%s %s: %s", type, value, f->err.msg);
    AUTO_BUF out = BUF_INIT(65536);
    cells_to_json(one_column, s->rows[0].cells, 1, &out);
    const char *expected = arena_printf(f->arena, "{\"P\":%s}", json);
    if (strcmp(buf_str(&out), expected) != 0)
        fail_msg("%s %s: got %s, not %s", type, value, buf_str(&out), expected);
}

#define ERROR(words) "{\"error\":\"" words "\"}"
#define REF(id)      "{\"ref\":\"" id "\"}"

/* Alike in both forms. */
static void value__reads__by_the_type_of_its_column(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *value, *json;
    } cases[] = {
        {"Text", "\"Вася\"", "\"Вася\""},
        {"Text", "\"\"", "null"},
        {"Text", "null", "null"},
        {"Text", "\"[1,2]\"", "\"[1,2]\""},
        {"Text", "12", "12"},
        {"Choice", "\"веган\"", "\"веган\""},
        {"Int", "2026", "2026"},
        {"Int", "0", "0"},
        {"Int", "null", "null"},
        {"Int", "\"\"", "null"},
        {"Int", "\"2026\"", ERROR("2026")},
        {"Numeric", "12.5", "12.5"},
        {"Numeric", "1e999", ERROR("a number out of range")},
        {"Numeric", "\"N/A\"", ERROR("N/A")},
        {"Bool", "1", "true"},
        {"Bool", "0", "false"},
        {"Bool", "null", "null"},
        {"Bool", "2", ERROR("2")},
        {"Bool", "\"да\"", ERROR("да")},
        {"Date", "1783641600", "\"2026-07-10\""},
        {"Date", "-86400", "\"1969-12-31\""},
        {"Date", "0", "\"1970-01-01\""},
        {"Date", "1783630800", "\"2026-07-09T21:00:00.000Z\""},
        {"Date", "null", "null"},
        {"Date", "\"20.07.2026\"", ERROR("20.07.2026")},
        {"Date", "\"2026-07-20\"", ERROR("2026-07-20")},
        {"Date", "1e15", ERROR("a date out of range")},
        {"Date", "-1e15", ERROR("a date out of range")},
        {"DateTime:Europe/Moscow", "1795206298.956053", "\"2026-11-20T20:24:58.956Z\""},
        {"DateTime:UTC", "1783641600", "\"2026-07-10T00:00:00.000Z\""},
        {"DateTime:UTC", "\"вчера\"", ERROR("вчера")},
        {"Ref:People", "7", REF("7")},
        {"Ref:People", "0", "null"},
        {"Ref:People", "null", "null"},
        {"Ref:People", "-1", ERROR("-1")},
        {"Ref:People", "1.5", ERROR("1.5")},
        {"Ref:People", "\"Анна\"", ERROR("Анна")},
        {"Ref:People", "\"AltText('x')\"", ERROR("AltText('x')")},
        {"RefList:Teams", "null", "null"},
        {"RefList:Teams", "\"\"", "null"},
        {"RefList:Teams", "3", ERROR("3")},
        {"RefList:Teams", "\"кухня, бар\"", ERROR("кухня, бар")},
        {"ChoiceList", "\"а\"", ERROR("а")},
        {"Any", "\"x\"", "\"x\""},
        {"Any", "1.5", "1.5"},
        {"ManualSortPos", "4", "4"},
        {"Refx", "4", "4"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        read_value_as(f, GRIST_RECORDS, cases[i].type, cases[i].value, cases[i].json);
        read_value_as(f, GRIST_SQL, cases[i].type, cases[i].value, cases[i].json);
    }
}

static void value__reads__what_records_give(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *value, *json;
    } cases[] = {
        {"Bool", "true", "true"},
        {"Bool", "false", "false"},
        {"Any", "false", "false"},
        {"Int", "true", ERROR("true")},
        {"RefList:Teams", "[\"L\",1,2]", "[" REF("1") "," REF("2") "]"},
        {"RefList:Teams", "[\"L\",2]", "[" REF("2") "]"},
        {"RefList:Teams", "[\"L\"]", "null"},
        {"RefList:Teams", "[\"L\",0,3]", "[" REF("3") "]"},
        {"RefList:Teams", "[\"L\",1,\"бар\"]", ERROR("бар")},
        {"RefList:Teams", "[\"L\",1,[\"L\",2]]", ERROR("a list with something else in it")},
        {"RefList:Teams", "\"[1,2]\"", ERROR("[1,2]")},
        {"Attachments", "[\"L\",12]", "[" REF("12") "]"},
        {"ChoiceList", "[\"L\",\"а\",\"б, в\"]", "[\"а\",\"б, в\"]"},
        {"Any", "[\"L\",1,\"x\"]", "[1,\"x\"]"},
        {"Any", "[\"L\",2025,2026]", "[2025,2026]"},
        {"Any", "[\"L\",2026]", ERROR("[2026]")},
        {"Any", "[\"L\",\"x\"]", "[\"x\"]"},
        {"Any", "[\"E\",\"ValueError\"]", ERROR("ValueError")},
        {"RefList:Teams", "\"кухня, 12\"", ERROR("кухня, 12")},
        {"RefList:Teams", "[\"L\",1,\"AltText('x')\"]", ERROR("AltText('x')")},
        {"Attachments", "[\"E\",\"KeyError\"]", ERROR("KeyError")},
        {"Bool", "[\"E\",\"KeyError\"]", ERROR("KeyError")},
        {"Date", "[\"E\",\"KeyError\"]", ERROR("KeyError")},
        {"Text", "[\"L\",1]", ERROR("a value of another kind than its column")},
        {"Numeric", "[\"E\",\"ZeroDivisionError\"]", ERROR("ZeroDivisionError")},
        {"Numeric", "[\"E\"]", ERROR("a formula that failed")},
        {"Numeric", "[\"P\"]", ERROR("not calculated yet")},
        {"Numeric", "[\"C\"]", ERROR("hidden by access rules")},
        {"Numeric", "[\"U\",\"<object>\"]", ERROR("<object>")},
        {"Numeric", "[\"O\",{\"a\":1}]", ERROR("a value of another kind than its column")},
        {"Numeric", "[]", ERROR("a value of another kind than its column")},
        {"Numeric", "[17]", ERROR("a value of another kind than its column")},
        {"Numeric", "[\"d\",86400]", ERROR("a value of another kind than its column")},
        {"Any", "[\"d\",86400]", "\"1970-01-02\""},
        {"Any", "[\"D\",86400,\"UTC\"]", "\"1970-01-02T00:00:00.000Z\""},
        {"Any", "[\"R\",\"People\",17]", REF("17")},
        {"Any", "[\"r\",\"People\",[1,2]]", "[" REF("1") "," REF("2") "]"},
        {"Ref:People", "[\"R\",\"People\",17]", REF("17")},
        {"Date", "[\"d\",86400]", "\"1970-01-02\""},
        {"Numeric", "{\"a\":1}", ERROR("a value that only Grist can show; give its column a type")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        read_value_as(f, GRIST_RECORDS, cases[i].type, cases[i].value, cases[i].json);
}

#define BLOB(bytes) "{\"type\":\"Buffer\",\"data\":[" bytes "]}"
#define UNSHOWN     ERROR("a value that only Grist can show; give its column a type")

static void value__reads__what_sqlite_keeps(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *value, *json;
    } cases[] = {
        {"RefList:Teams", "\"[1,2]\"", "[" REF("1") "," REF("2") "]"},
        {"RefList:Teams", "\"[]\"", "null"},
        {"RefList:Teams", "\"[1\"", ERROR("[1")},
        {"RefList:Teams", "\"[\\\"x\\\"]\"", ERROR("x")},
        {"Attachments", "\"[12]\"", "[" REF("12") "]"},
        {"ChoiceList", "\"[\\\"а\\\",\\\"б\\\"]\"", "[\"а\",\"б\"]"},
        {"Numeric", BLOB("91,2,0,0,0,117,1,0,0,0,69,117,3,0,0,0,75,101,121"), ERROR("Key")},
        {"Numeric", BLOB("91,2,0,0,0,117,1,0,0,0,69,117,3,0,0,0,75,101"), UNSHOWN},
        {"Numeric", BLOB("91,2,0,0,0,117,1,0,0,0,69,117,3,255,255,255,75,101,121"), UNSHOWN},
        {"Numeric", BLOB("91,2,0,0,0,117,1,0,0,0,69,117,1,0,0,0,255"), UNSHOWN},
        {"Numeric", BLOB("91,2,0,0,0,117,1,0,0,0,68,117,1,0,0,0,75"), UNSHOWN},
        {"Numeric", BLOB("91,2,0"), UNSHOWN},
        {"Numeric", BLOB(""), UNSHOWN},
        {"Numeric", BLOB("-1,300,\"x\""), UNSHOWN},
        {"Numeric", "{\"type\":\"Buffer\"}", UNSHOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        read_value_as(f, GRIST_SQL, cases[i].type, cases[i].value, cases[i].json);
}

static void rows__carry__id_key_and_time(void **state)
{
    struct fixture *f = *state;
    struct seen *s = new_seen(f);
    const struct grist_shape shape = {.key = "UUID", .stamp = "updated_at"};
    const char *text =
        "{\"records\":["
        "{\"id\":4242,\"fields\":{\"UUID\":\"u-1\",\"updated_at\":1795206298.956053}},"
        "{\"id\":2,\"fields\":{\"UUID\":\"\",\"updated_at\":0}},"
        "{\"id\":3,\"fields\":{\"UUID\":7,\"updated_at\":\"вчера\"}},"
        "{\"id\":4,\"fields\":{\"UUID\":null,\"updated_at\":null}},"
        "{\"id\":5,\"fields\":{\"UUID\":[\"C\"],\"updated_at\":1e12}},"
        "{\"id\":9007199254740991,\"fields\":{\"UUID\":\"x\",\"updated_at\":-5}}]}";
    assert_int_equal(0, read_rows(f, text, &shape, s));
    assert_int_equal(6, s->n);
    assert_string_equal("4242", s->rows[0].id);
    assert_string_equal("u-1", s->rows[0].key);
    assert_true(s->rows[0].edited_ms == 1795206298956);
    assert_true(s->stamps[0] > 1795206298.956 && s->stamps[0] < 1795206298.957);
    for (size_t i = 1; i < 6; i++) {
        assert_true(s->rows[i].edited_ms == 0);
        assert_true(s->stamps[i] <= 0 && s->stamps[i] >= 0);
    }
    assert_null(s->rows[1].key);
    assert_string_equal("7", s->rows[2].key);
    assert_null(s->rows[3].key);
    assert_null(s->rows[4].key);
    assert_string_equal("9007199254740991", s->rows[5].id);
    assert_false(s->rows[0].trashed);
}

static void rows__show__which_formulas_failed(void **state)
{
    struct fixture *f = *state;
    struct seen *s = new_seen(f);
    const struct grist_shape shape = {.columns = columns_of(f, one_column, "Numeric", 1),
                                      .n_columns = 1};
    const char *text = "{\"records\":[{\"id\":1,\"fields\":{\"P\":null},"
                       "\"errors\":{\"P\":\"ZeroDivisionError\"}}]}";
    assert_int_equal(0, read_rows(f, text, &shape, s));
    expect_cell(f, &s->rows[0].cells[0], ERROR("ZeroDivisionError"));
}

static void rows__refuse__wrong_shapes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        enum grist_form form;
        const char *text, *why;
    } cases[] = {
        {GRIST_RECORDS, "", "the answer: not JSON"},
        {GRIST_RECORDS, "null", "the answer is no object"},
        {GRIST_RECORDS, "[]", "the answer is no object"},
        {GRIST_RECORDS, "{}", "the answer has no list of records"},
        {GRIST_RECORDS, "{\"records\":{}}", "the answer has no list of records"},
        {GRIST_RECORDS, "{\"error\":\"x\"}", "the answer has no list of records"},
        {GRIST_RECORDS, "{\"records\":[1]}", "a row without id or fields"},
        {GRIST_RECORDS, "{\"records\":[{\"id\":1}]}", "a row without id or fields"},
        {GRIST_RECORDS, "{\"records\":[{\"fields\":{\"P\":1}}]}", "a row without id or fields"},
        {GRIST_RECORDS, "{\"records\":[{\"id\":0,\"fields\":{\"P\":1}}]}", "a row without id"},
        {GRIST_RECORDS, "{\"records\":[{\"id\":1.5,\"fields\":{\"P\":1}}]}", "a row without id"},
        {GRIST_RECORDS, "{\"records\":[{\"id\":1e300,\"fields\":{\"P\":1}}]}", "a row without id"},
        {GRIST_RECORDS, "{\"records\":[{\"id\":\"1\",\"fields\":{\"P\":1}}]}", "a row without id"},
        {GRIST_RECORDS, "{\"records\":[{\"id\":7,\"fields\":{\"p\":1}}]}", "row 7 has no «P»"},
        {GRIST_SQL, "{\"records\":[{\"id\":1,\"fields\":{\"P\":1}}]}", "a row without id"},
        {GRIST_SQL, "{\"records\":[{\"fields\":{\"id\":7}}]}", "row 7 has no «P»"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct seen *s = new_seen(f);
        const struct grist_shape shape = {.form = cases[i].form,
                                          .columns = columns_of(f, one_column, "Int", 1),
                                          .n_columns = 1};
        assert_int_equal(-1, read_rows(f, cases[i].text, &shape, s));
        assert_int_equal(ERR_DATA, f->err.kind);
        if (!strstr(f->err.msg, cases[i].why))
            fail_msg("%s: %s", cases[i].text, f->err.msg);
    }
    const struct grist_shape keyed = {.key = "UUID"}, stamped = {.stamp = "updated_at"};
    const char *bare = "{\"records\":[{\"id\":7,\"fields\":{}}]}";
    assert_int_equal(-1, read_rows(f, bare, &keyed, new_seen(f)));
    assert_non_null(strstr(f->err.msg, "row 7 has no «UUID»"));
    assert_int_equal(-1, read_rows(f, bare, &stamped, new_seen(f)));
    assert_non_null(strstr(f->err.msg, "row 7 has no «updated_at»"));
}

static void rows__are_handed_on__a_thousand_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct seen *s = new_seen(f);
    const struct grist_shape shape = {.columns = columns_of(f, one_column, "Int", 1),
                                      .n_columns = 1};
    AUTO_BUF b = BUF_INIT((size_t)1 << 20);
    for (int i = 1; i <= 2001; i++)
        buf_addf(&b, "%s{\"id\":%d,\"fields\":{\"P\":%d}}", i > 1 ? "," : "{\"records\":[", i, i);
    buf_add(&b, "]}");
    assert_int_equal(0, read_rows(f, buf_str(&b), &shape, s));
    assert_int_equal(3, s->pages);
    assert_int_equal(GRIST_ROWS_MAX, s->largest);
    assert_string_equal("2001", s->rows[2000].id);
    assert_int_equal(2001, (int)s->rows[2000].cells[0].number);
    struct seen *stopped = new_seen(f);
    stopped->stop = true;
    assert_int_equal(-1, read_rows(f, buf_str(&b), &shape, stopped));
    assert_int_equal(ERR_CANCELED, f->err.kind);
}

static void rows__bound__hostile_lists(void **state)
{
    struct fixture *f = *state;
    const struct grist_shape shape = {.columns = columns_of(f, one_column, "RefList:T", 1),
                                      .n_columns = 1};
    AUTO_BUF b = BUF_INIT((size_t)4 << 20);
    buf_add(&b, "{\"records\":[{\"id\":1,\"fields\":{\"P\":[\"L\"");
    for (int i = 0; i <= GRIST_ITEMS_MAX; i++)
        buf_add(&b, ",1");
    buf_add(&b, "]}}]}");
    assert_int_equal(-1, read_rows(f, buf_str(&b), &shape, new_seen(f)));
    assert_int_equal(ERR_DATA, f->err.kind);
    assert_non_null(strstr(f->err.msg, "more than 200000 list items"));
}

/* --- columns ----------------------------------------------------------------- */

#define COLUMN(id, type, more)                                                                     \
    "{\"id\":\"" id "\",\"fields\":{\"label\":\"\",\"type\":\"" type "\"" more "}}"
#define RUNS(when) ",\"isFormula\":false,\"formula\":\"NOW()\",\"recalcWhen\":" when

static void columns__tell__which_one_moves_with_every_change(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *column, *stamp;
    } cases[] = {
        {COLUMN("updated_at", "DateTime:UTC", RUNS("2")), "updated_at"},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("0")), NULL},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("1")), NULL},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("0") ",\"recalcDeps\":null"), NULL},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("0") ",\"recalcDeps\":[\"L\"]"), NULL},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("0") ",\"recalcDeps\":[\"L\",43]"),
         "updated_at"},
        /* nobody but its writer knows when it moves; servers before recalcWhen do not say */
        {COLUMN("updated_at", "Numeric", ""), "updated_at"},
        {COLUMN("updated_at", "Int", ",\"formula\":\"NOW()\""), "updated_at"},
        {COLUMN("updated_at", "Any", ",\"isFormula\":true,\"formula\":\"x\",\"recalcWhen\":0"),
         "updated_at"},
        {COLUMN("updated_at", "Text", ""), NULL},
        {COLUMN("last_updated_at26", "DateTime:UTC", RUNS("2")), "last_updated_at26"},
        {COLUMN("created_at", "DateTime:UTC", RUNS("2")), NULL},
        {COLUMN("last_updated_at26", "DateTime", "") "," COLUMN("updated_at", "DateTime", ""),
         "updated_at"},
        {COLUMN("updated_at", "DateTime", "") "," COLUMN("last_updated_at26", "DateTime", ""),
         "updated_at"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct table_info info;
        const char *text = arena_printf(f->arena, "{\"columns\":[%s]}", cases[i].column);
        if (grist_read_columns(text, strlen(text), "T", f->arena, &info, &f->err))
            fail_msg("%s: %s", text, f->err.msg);
        const char *stamp = info.stamp == STAMP_MOVES ? info.stamp_column : NULL;
        if (!str_eq(stamp, cases[i].stamp))
            fail_msg("%s: %s", text, stamp ? stamp : "none");
        assert_true((info.stamp == STAMP_NONE) == (info.stamp_column == NULL));
        assert_string_equal(info.columns[0].id, info.columns[0].name); /* it has no label */
    }
}

static void columns__refuse__wrong_shapes(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[] = {
        "{}",
        "{\"columns\":{}}",
        "{\"columns\":[1]}",
        "{\"columns\":[{\"id\":\"a\"}]}",
        "{\"columns\":[{\"id\":\"a\",\"fields\":{\"type\":\"\"}}]}",
        "{\"columns\":[{\"id\":7,\"fields\":{\"type\":\"Text\"}}]}",
    };
    struct table_info info;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(-1, grist_read_columns(cases[i], strlen(cases[i]), "T", f->arena, &info,
                                                &f->err));
        assert_int_equal(ERR_DATA, f->err.kind);
    }
    AUTO_BUF b = BUF_INIT((size_t)1 << 20);
    for (int i = 0; i <= 2000; i++)
        buf_addf(&b, "%s%s", i ? "," : "{\"columns\":[", COLUMN("a", "Text", ""));
    buf_add(&b, "]}");
    assert_int_equal(-1, grist_read_columns(buf_str(&b), b.len, "T", f->arena, &info, &f->err));
    assert_non_null(strstr(f->err.msg, "more than 2000 columns"));
}

/* --- the small answers --------------------------------------------------------- */

static void state__is__the_newest_hash(void **state)
{
    struct fixture *f = *state;
    const char *hash = NULL,
               *good = "{\"states\":[{\"n\":58,\"h\":\"37f\"},{\"n\":57,\"h\":\"0\"}]}";
    assert_int_equal(0, grist_read_state(good, strlen(good), f->arena, &hash, &f->err));
    assert_string_equal("37f", hash);
    const char *none = "{\"states\":[]}";
    assert_int_equal(0, grist_read_state(none, strlen(none), f->arena, &hash, &f->err));
    assert_null(hash);
    const char *long_one = arena_printf(f->arena, "{\"states\":[{\"h\":\"%0200d\"}]}", 7);
    const char *const bad[] = {"{}",
                               "{\"states\":[{}]}",
                               "{\"states\":[7]}",
                               "{\"states\":[{\"h\":7}]}",
                               "{\"states\":[{\"h\":\"a b\"}]}",
                               long_one};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(-1, grist_read_state(bad[i], strlen(bad[i]), f->arena, &hash, &f->err));
}

static void added__are__ids_in_order(void **state)
{
    struct fixture *f = *state;
    const int64_t *ids;
    size_t n;
    const char *good = "{\"records\":[{\"id\":5},{\"id\":3}]}";
    assert_int_equal(0, grist_read_added(good, strlen(good), f->arena, &ids, &n, &f->err));
    assert_int_equal(2, n);
    assert_int_equal(5, (int)ids[0]);
    assert_int_equal(3, (int)ids[1]);
    static const char *const bad[] = {"null", "{}", "{\"records\":[{}]}",
                                      "{\"records\":[{\"id\":\"5\"}]}",
                                      "{\"records\":[{\"id\":-5}]}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(-1, grist_read_added(bad[i], strlen(bad[i]), f->arena, &ids, &n, &f->err));
}

/* A table with a column that is there but stands still: said, for whoever can mend it. */
static void columns__tell__a_time_that_stands_still(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *columns;
        enum stamp_kind kind;
        const char *column;
    } cases[] = {
        {COLUMN("name", "Text", ""), STAMP_NONE, NULL},
        {COLUMN("updated_at", "Text", ""), STAMP_NONE, NULL},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("0")), STAMP_STILL, "updated_at"},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("1")), STAMP_STILL, "updated_at"},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("2")), STAMP_MOVES, "updated_at"},
        {COLUMN("updated_at", "DateTime:UTC", RUNS("0")) "," COLUMN("last_updated_at26",
                                                                    "DateTime:UTC", RUNS("2")),
         STAMP_MOVES, "last_updated_at26"},
        {COLUMN("last_updated_at26", "DateTime:UTC",
                RUNS("2")) "," COLUMN("updated_at", "DateTime:UTC", RUNS("1")),
         STAMP_MOVES, "last_updated_at26"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct table_info info;
        const char *text = arena_printf(f->arena, "{\"columns\":[%s]}", cases[i].columns);
        if (grist_read_columns(text, strlen(text), "T", f->arena, &info, &f->err))
            fail_msg("%s: %s", text, f->err.msg);
        assert_int_equal(cases[i].kind, info.stamp);
        assert_true(str_eq(cases[i].column, info.stamp_column));
    }
}

static void latest__are__a_time_or_none_for_each_table(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *rows;
        int rc;
        double latest[2];
    } cases[] = {
        {"{\"fields\":{\"place\":0,\"latest\":12.5}},{\"fields\":{\"place\":1,\"latest\":7}}",
         0,
         {12.5, 7}},
        {"{\"fields\":{\"place\":1,\"latest\":null}},{\"fields\":{\"place\":0,\"latest\":\"x\"}}",
         0,
         {0, 0}},
        {"{\"fields\":{\"place\":0,\"latest\":12.5}}", -1, {0}},
        {"{\"fields\":{\"place\":0,\"latest\":1}},{\"fields\":{\"place\":0,\"latest\":2}}",
         -1,
         {0}},
        {"{\"fields\":{\"place\":0,\"latest\":1}},{\"fields\":{\"place\":2,\"latest\":2}}",
         -1,
         {0}},
        {"{\"fields\":{\"place\":-1,\"latest\":1}}", -1, {0}},
        {"{\"fields\":{\"latest\":1}},{\"fields\":{\"place\":1}}", -1, {0}},
        {"", -1, {0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        double latest[2] = {0};
        const char *text = arena_printf(f->arena, "{\"records\":[%s]}", cases[i].rows);
        if (grist_read_latest(text, strlen(text), latest, 2, &f->err) != cases[i].rc)
            fail_msg("%s: %s", text, f->err.msg);
        for (size_t k = 0; k < 2 && !cases[i].rc; k++)
            assert_true(latest[k] <= cases[i].latest[k] && latest[k] >= cases[i].latest[k]);
    }
    double none;
    assert_int_equal(-1, grist_read_latest("{}", 2, &none, 1, &f->err));
}

static void error__gives__the_servers_words(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{\"error\":\"No write access\"}", "No write access"},
        {"{\"error\":\"Invalid payload\",\"details\":{\"userError\":\"Error: body.x is missing\"}}",
         "Invalid payload: Error: body.x is missing"},
        {"{\"error\":\"\"}", NULL},
        {"{\"error\":7}", NULL},
        {"{}", NULL},
        {"<html>", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *words = grist_read_error(cases[i].text, strlen(cases[i].text), f->arena);
        if (!str_eq(words, cases[i].words))
            fail_msg("%s: %s", cases[i].text, words ? words : "none");
    }
}

static void doc__says__its_name_and_our_rights(void **state)
{
    struct fixture *f = *state;
    const char *who;
    const char *full = "{\"id\":\"m9\",\"name\":\"Фестиваль\",\"access\":\"viewers\"}";
    const char *bare = "{\"id\":\"m9\"}";
    assert_int_equal(0, grist_read_doc(full, strlen(full), f->arena, &who, &f->err));
    assert_string_equal("doc «Фестиваль», viewers", who);
    assert_int_equal(0, grist_read_doc(bare, strlen(bare), f->arena, &who, &f->err));
    assert_string_equal("doc «m9»", who);
    assert_int_equal(-1, grist_read_doc("{}", 2, f->arena, &who, &f->err));
    assert_int_equal(-1, grist_read_doc("", 0, f->arena, &who, &f->err));
}

static void cursor__survives__being_kept(void **state)
{
    struct fixture *f = *state;
    static const char *const good[] =
        {"1795206298.956097 37f76a", "1795206298.956097", "5", "0.25 x", "0 37f76a", "6e-105"};
    static const char *const bad[] = {"",
                                      "0",
                                      "-5",
                                      "x",
                                      "5 ",
                                      "5  x",
                                      "5x",
                                      "5 x y",
                                      " 5 x",
                                      "1e9 x",
                                      "1.2.3 x",
                                      "1-2",
                                      "-0 x",
                                      "nan x",
                                      "0 ",
                                      " x",
                                      ".",
                                      "{}",
                                      "5\tx",
                                      "2026-06-02T11:00:00.000Z",
                                      "999999999999999 x"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct grist_cursor c;
        assert_true(grist_read_cursor(good[i], f->arena, &c));
        assert_string_equal(good[i], grist_write_cursor(&c, f->arena));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct grist_cursor c;
        if (grist_read_cursor(bad[i], f->arena, &c))
            fail_msg("«%s» was read", bad[i]);
    }
}

/* --- recorded exchanges --------------------------------------------------------- */

struct recorded {
    size_t rows, sql, added, columns, states, errors;
};

/* Long answers were cut when they were recorded ("…(3481 chars)"): what is whole of the list. */
static const char *mend(struct fixture *f, const char *body, const char *between, const char *end)
{
    const char *cut = strstr(body, "…("), *last = NULL;
    if (!cut)
        return body;
    for (const char *at = body; (at = strstr(at, between)) && at < cut; at++)
        last = at;
    return last ? arena_printf(f->arena, "%.*s%s", (int)(last - body), body, end) : NULL;
}

/* As many columns as the first row has, all of no type: values then say themselves what they are.
 */
static void decode_rows(struct fixture *f, const cJSON *root, const char *body, bool sql,
                        struct recorded *count)
{
    const char *ids[100];
    size_t n = 0;
    const cJSON *p, *list = json_at(root, "records");
    cJSON_ArrayForEach(p, json_at(root, "records.0.fields"))
    {
        if (n < ARRAY_LEN(ids) && strcmp(p->string, "id") != 0)
            ids[n++] = p->string;
    }
    if (sql && list->child && !json_at(root, "records.0.fields.id"))
        return; /* no rows of a table */
    struct seen *s = new_seen(f);
    const struct grist_shape shape = {.form = sql ? GRIST_SQL : GRIST_RECORDS,
                                      .columns = columns_of(f, ids, "Any", n),
                                      .n_columns = n};
    if (read_rows(f, body, &shape, s))
        fail_msg("%s: %s", body, f->err.msg);
    assert_int_equal(cJSON_GetArraySize(list), s->n);
    *(sql ? &count->sql : &count->rows) += 1;
}

static void decode_columns(struct fixture *f, const char *body, struct recorded *count)
{
    struct table_info info;
    if (grist_read_columns(body, strlen(body), "T", f->arena, &info, &f->err))
        fail_msg("%s: %s", body, f->err.msg);
    assert_true(info.n > 0);
    count->columns++;
}

static void decode_state(struct fixture *f, const char *body, struct recorded *count)
{
    const char *hash;
    assert_int_equal(0, grist_read_state(body, strlen(body), f->arena, &hash, &f->err));
    assert_int_equal(64, strlen(hash));
    count->states++;
}

/* One answer to a request such as "GET /api/docs/{doc}/sql?q=…". */
static void decode_answer(struct fixture *f, const char *request, int status, const char *body,
                          struct recorded *count)
{
    bool get = !strncmp(request, "GET", 3), columns = strstr(request, "/columns") && get;
    const int64_t *ids;
    size_t n;
    if (columns)
        body = mend(f, body, "}}, ", "}}]}");
    if (strstr(request, "/states"))
        body = mend(f, body, "}, ", "}]}");
    AUTO_JSON *root = body ? cJSON_Parse(body) : NULL;
    if (!root) /* cut, empty or no JSON */
        return;
    if (status >= 400) {
        assert_non_null(grist_read_error(body, strlen(body), f->arena));
        count->errors++;
    } else if (columns) {
        decode_columns(f, body, count);
    } else if (strstr(request, "/states")) {
        decode_state(f, body, count);
    } else if (strstr(request, "/records/delete") || !json_at(root, "records")) {
        return;
    } else if (strstr(request, "/sql")) {
        decode_rows(f, root, body, true, count);
    } else if (get || strstr(request, "/records/list")) {
        decode_rows(f, root, body, false, count);
    } else if (!strncmp(request, "POST", 4)) {
        assert_int_equal(0, grist_read_added(body, strlen(body), f->arena, &ids, &n, &f->err));
        count->added++;
    }
}

/* "> GET /path", perhaps "> body", then "< 200 …" with the body behind it or on the next line. */
static void codec__reads__every_recorded_answer(void **state)
{
    struct fixture *f = *state;
    struct recorded count = {0};
    const char *dir = getenv("ROSTERD_RECORDINGS"), *request = "";
    int status = 0;
    char *save = NULL;
    if (!dir)
        skip();
    AUTO_FREE char *text = read_file(arena_printf(f->arena, "%s/grist.txt", dir));
    assert_non_null(text);
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (!strncmp(line, "> ", 2) && strstr(line, " /api/"))
            request = line + 2;
        if (strncmp(line, "< ", 2) != 0)
            continue;
        char *body = line + 2;
        if (body[0] >= '1' && body[0] <= '5' && strlen(body) >= 3)
            status = (int)strtol(body, &body, 10);
        body += strspn(body, " ");
        if (*body == '{')
            decode_answer(f, request, status, body, &count);
    }
    if (count.rows < 20 || count.sql < 5 || count.added < 8 || count.columns < 2 ||
        count.states < 1 || count.errors < 50)
        fail_msg("too few were read: rows %zu, sql %zu, added %zu, columns %zu, states %zu, "
                 "errors %zu",
                 count.rows, count.sql, count.added, count.columns, count.states, count.errors);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(value__reads__by_the_type_of_its_column),
        TEST(value__reads__what_records_give),
        TEST(value__reads__what_sqlite_keeps),
        TEST(rows__carry__id_key_and_time),
        TEST(rows__show__which_formulas_failed),
        TEST(rows__refuse__wrong_shapes),
        TEST(rows__are_handed_on__a_thousand_at_a_time),
        TEST(rows__bound__hostile_lists),
        TEST(columns__tell__which_one_moves_with_every_change),
        TEST(columns__refuse__wrong_shapes),
        TEST(state__is__the_newest_hash),
        TEST(added__are__ids_in_order),
        TEST(columns__tell__a_time_that_stands_still),
        TEST(latest__are__a_time_or_none_for_each_table),
        TEST(error__gives__the_servers_words),
        TEST(doc__says__its_name_and_our_rights),
        TEST(cursor__survives__being_kept),
        TEST(codec__reads__every_recorded_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
