/* test_grist_rows.c: from a cell as Grist gives it, by /records and by /sql, to the record that the
 * row stands for: days, files, yes and no, and what people or formulas left in a cell of another
 * type. */
#include "store/base/clock.h"
#include "sync/mapping.h"
#include "sync/remote/grist_codec.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[remote grist]\nkind = grist\ntoken = t\napi_url = https://grist.example.org\ndoc = d o c\n"
    "[flow teams]\nremote = grist\ntable = Teams\nentity = team\nfield.name = team_name\n"
    "field.type = type_of_team\nfield.last_year = last_year\n"
    "[flow people]\nremote = grist\ntable = People\nentity = person\nfield.name = name\n"
    "field.birth_date = birth_date\nfield.banned = isInBL as yesno\nfield.comment = comment\n"
    "[flow badges]\nremote = grist\ntable = Badges\nentity = badge\nfield.name = name\n"
    "field.diet = diet\nfield.feed = feed_type\nfield.role = role\nfield.batch = batch\n"
    "field.child = infant\nfield.person_id = person via grist\n"
    "field.teams = directions_ref via grist\nfield.photo = photo_attach_id as attachment\n"
    "[flow arrivals]\nremote = grist\ntable = Arrivals\nentity = arrival\n"
    "field.badge_id = badge via grist\nfield.status = status\nfield.arrival_date = arrival_date\n"
    "field.departure_date = departure_date\n";

/* The types of the columns that are not text. */
static const struct {
    const char *column, *type;
} types[] = {
    {"last_year", "Any"},
    {"birth_date", "Date"},
    {"batch", "Int"},
    {"infant", "Bool"},
    {"person", "Ref:People"},
    {"directions_ref", "RefList:Teams"},
    {"badge", "Ref:Badges"},
    {"arrival_date", "Date"},
    {"departure_date", "DateTime:Europe/Moscow"},
    {"photo_attach_id", "Attachments"},
};

struct fixture {
    struct temp_store *t;
    struct config *cfg;
    const char *photo_type; /* instead of Attachments */
    struct cell *cells;
    struct candidate *list;
    size_t n;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    void *store = NULL;
    if (temp_store_setup(&store))
        return -1;
    f->t = store;
    f->cfg = config_must(config);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *store = f->t;
    config_free(f->cfg);
    temp_store_teardown(&store);
    free(f);
    return 0;
}

static int resolve(void *ctx, const struct field *field, const char *via, const char *remote_id,
                   struct arena *arena, char *local, enum resolution *ret, const char **ret_reason,
                   struct err *err)
{
    (void)ctx, (void)field, (void)via, (void)arena, (void)err;
    *ret = REF_FOUND;
    *ret_reason = NULL;
    str_copy(local, UUID_LEN + 1, remote_id);
    return 0;
}

static int keep_cells(void *ctx, const struct grist_page *page, struct err *err)
{
    struct fixture *f = ctx;
    (void)err;
    assert_int_equal(1, page->n);
    f->cells = (struct cell *)page->rows[0].cells;
    return 0;
}

static const char *type_of(const struct fixture *f, const char *column)
{
    if (f->photo_type && !strcmp(column, "photo_attach_id"))
        return f->photo_type;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (!strcmp(types[i].column, column))
            return types[i].type;
    }
    return "Text";
}

/* Reads one row of a flow's table, {"column":value,…} without the braces; columns that it does not
 * name are empty. As it goes: through the codec, the JSON of staging, and the mapping. */
static const struct candidate *judge(struct fixture *f, const char *flow_name, enum grist_form form,
                                     const char *fields)
{
    const struct flow *flow = config_flow(f->cfg, flow_name);
    struct arena *arena = f->t->arena;
    struct column_info info[16];
    const struct column_info *columns[16];
    const char *names[16];
    struct err err = {0};
    size_t rows;
    AUTO_BUF body = BUF_INIT(65536), raw = BUF_INIT(65536);
    buf_addf(&body, "{\"records\":[{\"id\":1,\"fields\":{\"id\":1,%s", fields);
    for (size_t i = 0; i < flow->n_maps; i++) {
        const char *column = flow->maps[i].column;
        const char *named = arena_printf(arena, "\"%s\":", column);
        names[i] = column;
        info[i] = (struct column_info){.id = column, .name = column, .type = type_of(f, column)};
        columns[i] = &info[i];
        if (!strstr(fields, named))
            buf_addf(&body, ",%snull", named);
    }
    buf_add(&body, "}}]}");
    const struct grist_shape shape = {.form = form, .columns = columns, .n_columns = flow->n_maps};
    assert_ok(grist_read_rows(buf_str(&body), body.len, &shape, arena, keep_cells, f, &rows, &err),
              err);
    cells_to_json(names, f->cells, flow->n_maps, &raw);
    assert_ok(cells_from_json(buf_str(&raw), names, flow->n_maps, arena, f->cells, &err), err);
    assert_ok(mapping_apply(flow, f->t->dicts, f->cells, resolve, f, arena, &f->list, &f->n, &err),
              err);
    assert_int_equal(1, f->n);
    return &f->list[0];
}

/* A field's value as text, "-" for none. */
static const char *value_of(struct fixture *f, const struct candidate *c, const char *name)
{
    char num[24];
    const struct value *v = &c->rec->v[model_field(c->rec->e, name)];
    return v->kind == VAL_NULL ? "-" : arena_strdup(f->t->arena, value_show(v, num));
}

static const enum grist_form forms[] = {GRIST_RECORDS, GRIST_SQL};

/* --- days ----------------------------------------------------------------------------- */

static void set_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static void day__is_the_festivals__where_it_is_no_midnight_in_utc(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *zone;
        long long at;
        const char *day;
        unsigned warnings;
    } cases[] = {
        {"Europe/Moscow", 1783641600, "2026-07-10", 0}, /* 00:00 UTC, as it stands */
        {"America/New_York", 1783641600, "2026-07-10", 0},
        {"Europe/Moscow", 1783630800, "2026-07-10", 1}, /* 21:00 UTC the day before: midnight */
        {"Europe/Moscow", 1783630799, "2026-07-09", 1}, /* a second earlier */
        {"Europe/Moscow", 1769893200, "2026-02-01", 1}, /* in winter as well: +3 all the year */
        {"Europe/Berlin", 1783634400, "2026-07-10", 1}, /* 22:00 UTC: +2 in summer */
        {"Europe/Berlin", 1783630800, "2026-07-09", 1}, /* 21:00 UTC */
        {"Europe/Berlin", 1769896800, "2026-01-31", 1}, /* 22:00 UTC: +1 in winter, still 23:00 */
        {"Europe/Berlin", 1769900400, "2026-02-01", 1}, /* 23:00 UTC */
        {"Europe/Berlin", -3600, "1970-01-01", 1},
        {"Europe/Moscow", -86400, "1969-12-31", 0},
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        const char *fields =
            arena_printf(f->t->arena, "\"name\":\"Анна\",\"birth_date\":%lld", cases[i / 2].at);
        set_zone(cases[i / 2].zone);
        const struct candidate *c = judge(f, "people", forms[i % 2], fields);
        assert_int_equal(VERDICT_FINE, c->verdict);
        if (strcmp(value_of(f, c, "birth_date"), cases[i / 2].day) != 0)
            fail_msg("%lld in %s: %s, not %s", cases[i / 2].at, cases[i / 2].zone,
                     value_of(f, c, "birth_date"), cases[i / 2].day);
        assert_int_equal(cases[i / 2].warnings, c->warnings);
    }
    set_zone("Europe/Moscow");
    /* a column of times too, where a day is wanted */
    const struct candidate *c =
        judge(f, "arrivals", GRIST_SQL,
              "\"badge\":7,\"status\":\"планируется\",\"arrival_date\":1783641600,"
              "\"departure_date\":1783630800.5");
    assert_int_equal(VERDICT_FINE, c->verdict);
    assert_string_equal("2026-07-10", value_of(f, c, "arrival_date"));
    assert_string_equal("2026-07-10", value_of(f, c, "departure_date"));
    assert_int_equal(1, c->warnings);
    set_zone("UTC");
}

/* --- files ----------------------------------------------------------------------------- */

#define PHOTO "https://grist.example.org/api/docs/d%20o%20c/attachments/12/download"

static void photo__is__the_address_of_its_first_file(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *type, *cell, *url;
        unsigned warnings;
    } cases[] = {
        {"Attachments", "[\"L\",12]", PHOTO, 0},
        {"Attachments", "[\"L\",12,13]", PHOTO, 0},
        {"Attachments", "null", "-", 0},
        {"Attachments", "\"\"", "-", 0},
        {"Attachments", "\"кот.jpg\"", "-", 1},
        {"Int", "12", PHOTO, 0},
        {"Int", "0", "-", 0},
        {"Numeric", "12.5", "-", 1},
        {"Numeric", "-12", "-", 1},
        {"Text", "\"12\"", PHOTO, 0},
        {"Text", "\" 12 \"", PHOTO, 0},
        {"Text", "\"[12]\"", PHOTO, 0},
        {"Text", "\"[12, 13]\"", PHOTO, 0},
        {"Text", "\"[\\\"L\\\",12]\"", PHOTO, 0},
        {"Text", "\"[]\"", "-", 0},
        {"Text", "\"[12\"", "-", 1},
        {"Text", "\"[\\\"x\\\"]\"", "-", 1},
        {"Text", "\"0\"", "-", 0},
        {"Text", "\"кот.jpg\"", "-", 1},
        {"Bool", "true", "-", 1},
        {"Ref:Files", "12", PHOTO, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *fields = arena_printf(
            f->t->arena,
            "\"name\":\"Анна\",\"diet\":\"веган\",\"feed_type\":\"фри\",\"role\":\"медик\","
            "\"photo_attach_id\":%s",
            cases[i].cell);
        f->photo_type = cases[i].type;
        const struct candidate *c = judge(f, "badges", GRIST_RECORDS, fields);
        assert_int_equal(VERDICT_FINE, c->verdict);
        if (strcmp(value_of(f, c, "photo"), cases[i].url) != 0 || c->warnings != cases[i].warnings)
            fail_msg("%s %s: %s, %u warnings", cases[i].type, cases[i].cell,
                     value_of(f, c, "photo"), c->warnings);
    }
    f->photo_type = NULL;
    const struct candidate *c =
        judge(f, "badges", GRIST_SQL,
              "\"name\":\"Анна\",\"diet\":\"веган\",\"feed_type\":\"фри\",\"role\":\"медик\","
              "\"photo_attach_id\":\"[12]\"");
    assert_string_equal(PHOTO, value_of(f, c, "photo"));
}

static void attachment__needs__a_remote_that_keeps_files_and_is_never_written(void **state)
{
    (void)state;
    static const char head[] = "[rosterd]\nstore = s.db\n"
                               "[remote grist]\nkind = grist\ntoken = t\napi_url = https://g\n"
                               "doc = d\n[remote notion]\nkind = notion\ntoken = t\n";
    static const struct {
        const char *lines, *told;
    } cases[] = {
        {"[flow f]\nremote = notion\ntable = T\nentity = person\nfield.name = N\n"
         "field.comment = C as attachment\n",
         "c.ini:16: field.comment: notion gives the address of a file itself; leave out «as "
         "attachment»\n"},
        {"[flow f]\nremote = grist\ntable = T\nentity = person\nfield.name = N\n"
         "field.banned = C as attachment\n",
         "c.ini:16: field.banned: an attachment is read as its address, which is a text\n"},
        {"[flow f]\nremote = grist\ntable = T\nentity = person\nfield.name = N\n"
         "field.comment = C as yesno\n",
         "c.ini:16: field.comment: only what is yes or no can be read as yesno\n"},
        {"[flow f]\nremote = grist\ntable = T\nentity = person\nfield.name = N\n"
         "field.comment = C as photo\n",
         "c.ini:16: field.comment: «as photo» is not known; write as text, as list, as yesno or as "
         "attachment\n"},
        {"[flow f]\nremote = grist\ntable = T\nentity = person\ndirection = both\n"
         "field.name = N\nfield.comment = C as attachment\nput.C = comment\n",
         "c.ini:18: put.C: attachments are only read; leave this out, or name another column\n"},
        {"[flow f]\nremote = grist\ntable = T\nentity = person\ndirection = both\n"
         "field.name = N\nfield.comment = C as attachment\nput.D = comment\n",
         ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_CONFIG *cfg = NULL;
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, "%s%s", head, cases[i].lines);
        assert_string_equal(cases[i].told, config_from_text(buf_str(&text), &cfg));
    }
    AUTO_BUF text = BUF_INIT(4096);
    buf_addf(&text, "%s%s", head,
             "[flow f]\nremote = grist\ntable = T\nentity = person\ndirection = both\n"
             "field.name = N\nfield.comment = C as attachment\n");
    AUTO_CONFIG *cfg = config_must(buf_str(&text));
    assert_int_equal(1, cfg->flows[0]->n_puts);
    assert_string_equal("N", cfg->flows[0]->puts[0].column);
}

/* --- yes and no ---------------------------------------------------------------------------- */

static void yesno__takes__whatever_is_no_no_for_a_yes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *cell, *banned;
        unsigned warnings;
    } cases[] = {
        {"\"Нет\"", "0", 0},
        {"\" нет \"", "0", 0},
        {"\"\"", "0", 0},
        {"null", "0", 0},
        {"false", "0", 0},
        {"0", "0", 0},
        {"\"Да\"", "1", 0},
        {"true", "1", 0},
        {"1", "1", 0},
        {"\"Драка в 2024\"", "1", 0},
        {"2", "1", 0},
        {"\"?\"", "1", 0},
        /* what a formula failed to say is not known */
        {"[\"E\",\"KeyError\"]", "0", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *fields =
            arena_printf(f->t->arena, "\"name\":\"Анна\",\"isInBL\":%s", cases[i].cell);
        const struct candidate *c = judge(f, "people", GRIST_RECORDS, fields);
        assert_int_equal(VERDICT_FINE, c->verdict);
        if (strcmp(value_of(f, c, "banned"), cases[i].banned) != 0 ||
            c->warnings != cases[i].warnings)
            fail_msg("%s: %s, %u warnings", cases[i].cell, value_of(f, c, "banned"), c->warnings);
    }
}

/* --- cells that hold something else than their column's type --------------------------------- */

static void last_year__that_is_no_scalar__is_empty(void **state)
{
    struct fixture *f = *state;
    static const struct {
        enum grist_form form;
        const char *cell, *year;
        unsigned warnings;
    } cases[] = {
        {GRIST_RECORDS, "2026", "2026", 0},
        {GRIST_RECORDS, "\"2026\"", "2026", 0},
        {GRIST_RECORDS, "null", "-", 0},
        {GRIST_RECORDS, "[\"L\",2026]", "-", 1},
        {GRIST_RECORDS, "[\"L\",2025,2026]", "-", 1},
        {GRIST_RECORDS, "[\"E\",\"ValueError\"]", "-", 1},
        {GRIST_RECORDS, "\"давно\"", "-", 1},
        {GRIST_SQL, "2026", "2026", 0},
        {GRIST_SQL, "\"[2026]\"", "-", 1},
        {GRIST_SQL, "\"[2025,2026]\"", "-", 1},
        {GRIST_SQL, "{\"type\":\"Buffer\",\"data\":[1,2,3]}", "-", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *fields =
            arena_printf(f->t->arena,
                         "\"team_name\":\"Кухня\",\"type_of_team\":\"городская служба\","
                         "\"last_year\":%s",
                         cases[i].cell);
        const struct candidate *c = judge(f, "teams", cases[i].form, fields);
        assert_int_equal(VERDICT_FINE, c->verdict);
        if (strcmp(value_of(f, c, "last_year"), cases[i].year) != 0 ||
            c->warnings != cases[i].warnings)
            fail_msg("%s: %s, %u warnings", cases[i].cell, value_of(f, c, "last_year"),
                     c->warnings);
    }
}

#define BROKEN_TEAMS "Broken directions_ref (AltText or invalid reference)"

/* A good badge, but for this. */
static const struct candidate *badge_with(struct fixture *f, enum grist_form form, const char *cell)
{
    AUTO_BUF fields = BUF_INIT(4096);
    static const char *const good[] = {"\"name\":\"Анна\"", "\"diet\":\"веган\"",
                                       "\"feed_type\":\"фри\"", "\"role\":\"медик\""};
    buf_add(&fields, cell);
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        size_t name = strcspn(good[i], ":");
        if (strncmp(cell, good[i], name + 1) != 0)
            buf_addf(&fields, ",%s", good[i]);
    }
    return judge(f, "badges", form, buf_str(&fields));
}

static void broken_cell__is_a_reason__where_the_field_is_needed(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *cell, *reason, *detail;
    } cases[] = {
        {"\"diet\":[\"E\",\"KeyError\"]", "Empty diet", "KeyError"},
        {"\"role\":[\"E\",\"NameError\"]", "Invalid role", "NameError"},
        {"\"name\":[\"E\",\"NameError\"]", "Empty name", "NameError"},
        {"\"directions_ref\":\"AltText('Кухня')\"", BROKEN_TEAMS, "AltText('Кухня')"},
        {"\"directions_ref\":[\"L\",1,\"AltText('x')\"]", BROKEN_TEAMS, "AltText('x')"},
        {"\"directions_ref\":[\"E\",\"KeyError\"]", BROKEN_TEAMS, "KeyError"},
        {"\"directions_ref\":7", BROKEN_TEAMS, "7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct candidate *c = badge_with(f, GRIST_RECORDS, cases[i].cell);
        if (c->verdict != VERDICT_INVALID || !str_eq(c->reason, cases[i].reason) ||
            !str_eq(c->detail, cases[i].detail))
            fail_msg("%s: %d, %s, %s", cases[i].cell, (int)c->verdict, c->reason ? c->reason : "-",
                     c->detail ? c->detail : "-");
    }
    const struct candidate *c = badge_with(f, GRIST_SQL, "\"directions_ref\":\"AltText('x')\"");
    assert_string_equal(BROKEN_TEAMS, c->reason);
    c = judge(f, "arrivals", GRIST_RECORDS,
              "\"badge\":\"Анна\",\"status\":\"планируется\",\"arrival_date\":\"20.07.2026\","
              "\"departure_date\":null");
    assert_string_equal("Empty or invalid Badge", c->reason);
    assert_string_equal("Анна", c->detail);
    c = judge(f, "arrivals", GRIST_SQL,
              "\"badge\":7,\"status\":\"планируется\",\"arrival_date\":\"20.07.2026\","
              "\"departure_date\":1783641600");
    assert_string_equal("Invalid arrival date", c->reason);
    assert_string_equal("20.07.2026", c->detail);
}

static void broken_cell__is_a_warning__where_the_field_may_be_empty(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *cell, *field, *value;
    } cases[] = {
        {"\"batch\":\"вторая\"", "batch", "-"},
        {"\"batch\":[\"E\",\"TypeError\"]", "batch", "-"},
        {"\"infant\":\"наверно\"", "child", "0"},
        {"\"infant\":2", "child", "0"},
        {"\"person\":\"Анна\"", "person_id", "-"},
        {"\"person\":[\"E\",\"KeyError\"]", "person_id", "-"},
        {"\"person\":-5", "person_id", "-"},
        {"\"photo_attach_id\":\"кот\"", "photo", "-"},
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        const struct candidate *c = badge_with(f, forms[i % 2], cases[i / 2].cell);
        if (c->verdict != VERDICT_FINE || c->warnings != 1 ||
            strcmp(value_of(f, c, cases[i / 2].field), cases[i / 2].value) != 0)
            fail_msg("%s: %d (%s), %u warnings, %s", cases[i / 2].cell, (int)c->verdict,
                     c->reason ? c->reason : "-", c->warnings, value_of(f, c, cases[i / 2].field));
    }
    /* a reference that was cleared is none, and worth no word */
    const struct candidate *c = badge_with(f, GRIST_SQL, "\"person\":0");
    assert_int_equal(0, c->warnings);
    assert_string_equal("-", value_of(f, c, "person_id"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(day__is_the_festivals__where_it_is_no_midnight_in_utc),
        TEST(photo__is__the_address_of_its_first_file),
        TEST(attachment__needs__a_remote_that_keeps_files_and_is_never_written),
        TEST(yesno__takes__whatever_is_no_no_for_a_yes),
        TEST(last_year__that_is_no_scalar__is_empty),
        TEST(broken_cell__is_a_reason__where_the_field_is_needed),
        TEST(broken_cell__is_a_warning__where_the_field_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
