/* test_check.c: a flow held against the columns its table really has, and what `rosterd check` says
 * of it. */
#include "bot/text/check_text.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#define WORLD                                                                                      \
    "[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"                         \
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"                                             \
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"    \
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
#define PULL                                                                                        \
    WORLD "[flow part]\nremote = coda\ntable = Part\nentity = participation\nfield.year = Год\n" \
          "field.person_id = person_id via notion\nfield.team_id = direction_id via notion\n"       \
          "field.role = Роль\nfield.status = Статус\n"
#define PUSH                                                                                       \
    WORLD "[flow part]\nremote = notion\ntable = Part\nentity = participation\n"                   \
          "direction = push\n"
#define MARGIN "                                "

static const char *const statuses[] = {"планируется", "состоялось"};

/* The table of the festival: two columns are calculated, one takes its own options only. */
static const struct column_info columns[] = {
    {.id = "c-1", .name = "Год", .type = "number"},
    {.id = "c-2", .name = "Человек", .type = "lookup"},
    {.id = "c-3", .name = "Служба", .type = "lookup"},
    {.id = "c-4", .name = "person_id", .type = "text", .calculated = true},
    {.id = "c-5", .name = "direction_id", .type = "text", .calculated = true},
    {.id = "c-6", .name = "Роль", .type = "select"},
    {.id = "c-7", .name = "Статус", .type = "status", .options = statuses, .n_options = 2},
    {.id = "c-8", .name = "UUID", .type = "text"},
    {.id = "c-9", .name = "c-1", .type = "text"}, /* named like the id of another */
};
static const struct table_info table = {.id = "grid-1",
                                        .name = "Участие",
                                        .columns = columns,
                                        .n = ARRAY_LEN(columns)};

/* Everything that check_flow finds, as "what key: sentence" lines. */
static void check_findings(const char *text, const char *wanted)
{
    static const char *const words[] = {[FINDING_NO_COLUMN] = "missing",
                                        [FINDING_CALCULATED] = "calculated",
                                        [FINDING_NO_OPTION] = "option",
                                        [FINDING_TWICE] = "twice"};
    AUTO_CONFIG *c = config_must(text);
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_BUF told = BUF_INIT(1 << 16);
    struct finding *found;
    size_t n;
    check_flow(config_flow(c, "part"), &table, arena, &found, &n);
    for (size_t i = 0; i < n; i++)
        buf_addf(&told, "%s %s: %s\n", words[found[i].what], found[i].key, found[i].says);
    if (strcmp(buf_str(&told), wanted))
        fail_msg("told:\n%swanted:\n%s", buf_str(&told), wanted);
}

/* What stops a push: this sentence, or nothing. */
static void check_push(const char *text, const char *sentence)
{
    AUTO_CONFIG *c = config_must(text);
    struct err err = {0};
    if (sentence) {
        assert_error(check_puts(config_flow(c, "part"), &table, &err), err, ERR_DATA, sentence);
        assert_string_equal(err.msg, sentence);
    } else {
        assert_ok(check_puts(config_flow(c, "part"), &table, &err), err);
    }
}

static void check_says(const char *text, size_t wrong, const char *wanted)
{
    AUTO_CONFIG *c = config_must(text);
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_BUF told = BUF_INIT(1 << 16);
    assert_int_equal(check_text(config_flow(c, "part"), &table, arena, &told), wrong);
    if (strcmp(buf_str(&told), wanted))
        fail_msg("told:\n%swanted:\n%s", buf_str(&told), wanted);
}

static void column__is_found__by_name_and_then_by_id(void **state)
{
    (void)state;
    assert_string_equal(check_column(&table, "Год")->id, "c-1");
    assert_string_equal(check_column(&table, "c-2")->name, "Человек");
    assert_string_equal(check_column(&table, "c-1")->id, "c-9"); /* the name comes first */
    assert_null(check_column(&table, "год"));
    assert_null(check_column(&(struct table_info){.name = "пусто"}, "Год"));
}

static void reading__is_fine__with_calculated_columns(void **state)
{
    (void)state;
    check_findings(PULL, "");
    check_push(PULL, NULL); /* it writes nothing */
    check_says(PULL, 0, "  part                   ok     table «Участие», 5 of 5 columns\n");
}

static void column__that_is_missing__is_told_once(void **state)
{
    (void)state;
    check_findings(PULL "field.position = Должность\n",
                   "missing field.position: no column «Должность»: correct field.position in the "
                   "configuration, or rename the column back\n");
    /* read and written: the same line of the configuration */
    check_findings(PULL "field.position = Должность\ndirection = both\nput.person_id = none\n"
                        "put.direction_id = none\n",
                   "missing field.position: no column «Должность»: correct field.position in the "
                   "configuration, or rename the column back\n");
    check_findings(PUSH "put.Должность = position\nfield.role = Ролька\n",
                   "missing put.Должность: no column «Должность»: correct put.Должность in the "
                   "configuration, or rename the column back\n"
                   "missing field.role: no column «Ролька»: correct field.role in the "
                   "configuration, or rename the column back\n");
    check_push(PUSH "put.Должность = position\nfield.role = Ролька\n",
               "no column «Должность»: correct put.Должность in the configuration, or rename the "
               "column back");
}

static void column__that_is_calculated__is_told_with_the_way_out(void **state)
{
    (void)state;
    check_findings(
        PULL "direction = both\n",
        "calculated field.person_id: column «person_id» is calculated by Coda: write "
        "another one with put.COLUMN = person_id via notion, or put.person_id = none\n"
        "calculated field.team_id: column «direction_id» is calculated by Coda: write "
        "another one with put.COLUMN = team_id via notion, or put.direction_id = none\n");
    check_push(PULL "direction = both\n",
               "column «person_id» is calculated by Coda: write another one with put.COLUMN = "
               "person_id via notion, or put.person_id = none");
    check_push(PUSH "put.person_id = {person.name}\n",
               "column «person_id» is calculated by Notion: write another one instead of "
               "put.person_id");
    /* the two ways out */
    check_push(PULL "direction = both\nput.Человек = {person.name}\nput.Служба = {team.name}\n",
               NULL);
    check_push(PULL "direction = both\nput.person_id = none\nput.direction_id = none\n", NULL);
}

static void constant__that_a_column_does_not_take__is_told(void **state)
{
    (void)state;
    check_push(PUSH "put.Статус = \"прибился\"\n",
               "column «Статус» has no option «прибился»; it has планируется, состоялось");
    check_push(PUSH "put.Статус = \"состоялось\"\n", NULL);
    check_push(PUSH "put.Роль = \"волонтёр\"\n", NULL); /* makes options as they come */
    check_push(PUSH "put.Статус = {status}\n", NULL);   /* no constant */
}

static void marker__has_to_be__a_column_that_can_be_written(void **state)
{
    (void)state;
    check_push(PUSH "put.Роль = role\nmarker = UUID\n", NULL);
    check_push(PUSH "put.Роль = role\nmarker = Код\n",
               "no column «Код» for the record's id: make a text column of that name, or correct "
               "marker in the configuration");
    check_push(PUSH "put.Роль = role\nmarker = person_id\n",
               "column «person_id» is calculated by Notion and cannot hold the record's id: make a "
               "text column and name it in marker");
}

static void column__under_two_names__is_told(void **state)
{
    (void)state;
    check_findings(PUSH "put.Роль = role\nput.c-6 = {role}\nput.UUID = year\nmarker = c-8\n",
                   "twice put.c-6: column «c-6» is «Роль» by another name: keep one of them\n"
                   "twice marker: column «c-8» of marker is «UUID» by another name: it takes the "
                   "record's id only\n");
    check_push(PUSH "put.Роль = role\nput.c-6 = {role}\n",
               "column «c-6» is «Роль» by another name: keep one of them");
    check_push(PUSH "put.Роль = role\nmarker = c-6\n",
               "column «c-6» of marker is «Роль» by another name: it takes the record's id only");
}

static void sentence__about_a_long_name__still_says_what_to_do(void **state)
{
    (void)state;
    AUTO_BUF name = BUF_INIT(200), text = BUF_INIT(8192);
    for (int i = 0; i < 85; i++)
        buf_add(&name, "ж");
    buf_addf(&text, PUSH "put.%s = role\n", buf_str(&name));
    AUTO_CONFIG *c = config_must(buf_str(&text));
    struct err err = {0};
    assert_error(check_puts(config_flow(c, "part"), &table, &err), err, ERR_DATA,
                 "in the configuration, or rename the column back");
    AUTO_BUF mapped = BUF_INIT(8192);
    buf_addf(&mapped, PUSH "field.person_id = %.120s via notion\n", buf_str(&name));
    AUTO_CONFIG *calculated = config_must(buf_str(&mapped));
    const struct flow *f = config_flow(calculated, "part");
    const struct column_info one = {.id = "c-1",
                                    .name = f->maps[0].column,
                                    .type = "formula",
                                    .calculated = true};
    const struct table_info small = {.name = "T", .columns = &one, .n = 1};
    assert_error(check_puts(f, &small, &err), err, ERR_DATA, "put.COLUMN = person_id via notion");
    assert_string_equal(err.msg + strlen(err.msg) - strlen(" = none"), " = none");
}

static void check__shows__what_is_written(void **state)
{
    (void)state;
    check_says(
        PULL "direction = both\nput.Человек = {person.name}\nput.Служба = {team.name}\n"
             "marker = UUID\n",
        0,
        "  part                   ok     table «Участие», 5 of 5 columns, writes 5 of 5\n" MARGIN
        "Человек = {person.name}\n" MARGIN "Служба = {team.name}\n" MARGIN
        "UUID = the record's id\n");
    check_says(PUSH "put.Человек = person_id\nput.Служба = \"Склад\"\nfield.year = Год\n"
                    "put.UUID = {person.name} — {role} {team.type}\n",
               0,
               "  part                   ok     table «Участие», writes 4 of 4 columns\n" MARGIN
               "Человек = person_id via notion\n" MARGIN "Служба = \"Склад\"\n" MARGIN
               "UUID = {person.name} — {role} {team.type}\n" MARGIN "Год = year\n");
}

static void check__tells__all_that_is_to_be_mended(void **state)
{
    (void)state;
    check_says(
        PULL "direction = both\nfield.position = Должность\n", 3,
        "  part                   WRONG  table «Участие», 5 of 6 columns, writes 3 of 6\n" MARGIN
        "no column «Должность»: correct field.position in the configuration, or "
        "rename the column back\n" MARGIN
        "column «person_id» is calculated by Coda: write another one with put.COLUMN "
        "= person_id via notion, or put.person_id = none\n" MARGIN
        "column «direction_id» is calculated by Coda: write another one with "
        "put.COLUMN = team_id via notion, or put.direction_id = none\n" MARGIN
        "columns there: Год, Человек, Служба, person_id, direction_id, Роль, Статус, "
        "UUID, c-1\n");
    /* nothing is missing: the list of columns would only be noise */
    check_says(PUSH "put.person_id = role\n", 1,
               "  part                   WRONG  table «Участие», writes 0 of 1 columns\n" MARGIN
               "person_id = role\n" MARGIN
               "column «person_id» is calculated by Notion: write another one instead of "
               "put.person_id\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(column__is_found__by_name_and_then_by_id),
        cmocka_unit_test(reading__is_fine__with_calculated_columns),
        cmocka_unit_test(column__that_is_missing__is_told_once),
        cmocka_unit_test(column__that_is_calculated__is_told_with_the_way_out),
        cmocka_unit_test(constant__that_a_column_does_not_take__is_told),
        cmocka_unit_test(marker__has_to_be__a_column_that_can_be_written),
        cmocka_unit_test(column__under_two_names__is_told),
        cmocka_unit_test(sentence__about_a_long_name__still_says_what_to_do),
        cmocka_unit_test(check__shows__what_is_written),
        cmocka_unit_test(check__tells__all_that_is_to_be_mended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
