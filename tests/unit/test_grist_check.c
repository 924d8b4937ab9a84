/* test_grist_check.c: what `rosterd check` says of a table in Grist: which columns it lacks, and
 * the very request that makes each; the links that people get. */
#include "bot/text/check_text.h"
#include "sync/remote/grist_codec.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#define HEAD                                                                                       \
    "[rosterd]\nstore = s.db\nyear = 2026\n[remote grist]\nkind = grist\ntoken = t\n"              \
    "api_url = https://grist.example.org\ndoc = pQr/1\n"
#define FLOW   "[flow people]\nremote = grist\ntable = People\nentity = person\nfield.name = name\n"
#define MARGIN "                                "

#define COLUMN(id, type, more)                                                                     \
    "{\"id\":\"" id "\",\"fields\":{\"label\":\"" id "\",\"type\":\"" type "\"" more "}}"
#define TEXT_(id) COLUMN(id, "Text", "")
#define NOW(when) ",\"isFormula\":false,\"formula\":\"NOW()\",\"recalcWhen\":" when
#define STAMP(n)  COLUMN("updated_at", "DateTime:UTC", NOW(n))

/* The screen for a flow whose table has these columns. */
static void check_screen(const char *config, const char *columns, size_t wrong, const char *wanted)
{
    AUTO_CONFIG *c = config_must(config);
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_BUF says = BUF_INIT(1 << 16);
    struct table_info info;
    struct err err = {0};
    const char *text = arena_printf(arena, "{\"columns\":[%s]}", columns);
    assert_ok(grist_read_columns(text, strlen(text), c->flows[0]->table, arena, &info, &err), err);
    assert_int_equal(wrong, check_text(c->flows[0], &info, arena, &says));
    if (strcmp(buf_str(&says), wanted))
        fail_msg("told:\n%swanted:\n%s", buf_str(&says), wanted);
}

#define CURL(verb, table)                                                                          \
    MARGIN "  curl -X " verb " 'https://grist.example.org/api/docs/pQr%2F1/tables/" table          \
           "/columns' \\\n" MARGIN "   -H \"Authorization: Bearer $GRIST_TOKEN\" \\\n" MARGIN      \
           "   -H 'Content-Type: application/json' \\\n" MARGIN "   -d '{\"columns\":[{"

static void check__is_content__with_a_time_that_moves(void **state)
{
    (void)state;
    check_screen(HEAD FLOW, TEXT_("name") "," STAMP("2"), 0,
                 "  people                 ok     table «People», 1 of 1 columns\n");
    /* a dictionary is read whole anyhow */
    check_screen(HEAD "[flow roles]\nremote = grist\ntable = Roles\ndictionary = role\n"
                      "field.code = Code\nfield.name = Name\n",
                 TEXT_("Code") "," TEXT_("Name"), 0,
                 "  roles                  ok     table «Roles», 2 of 2 columns\n");
    /* and a table that is only written not at all */
    check_screen(HEAD FLOW "direction = push\n", TEXT_("name"), 0,
                 "  people                 ok     table «People», writes 1 of 1 columns\n" MARGIN
                 "name = name\n");
}

static void check__shows__the_request_for_a_time_of_changes(void **state)
{
    (void)state;
    check_screen(
        HEAD FLOW, TEXT_("name"), 0,
        "  people                 ok     table «People», 1 of 1 columns\n" MARGIN
        "no column «updated_at» tells which rows changed, so the whole table is read and compared "
        "each time; to make it:\n" CURL(
            "POST",
            "People") "\"id\":\"updated_at\",\"fields\":{\"label\":\"updated_at\",\"type\":\"DateTime:UTC\","
                      "\"isFormula\":false,\"formula\":\"NOW()\",\"recalcWhen\":2}}]}'\n");
    check_screen(
        HEAD FLOW, TEXT_("name") "," TEXT_("updated_at"), 0,
        "  people                 ok     table «People», 1 of 1 columns\n" MARGIN
        "«updated_at» is a column of type Text, which tells no time, so the whole table is "
        "read and compared each time; make it a DateTime with the formula NOW(), on every "
        "change\n");
}

static void check__shows__the_request_that_makes_a_time_move(void **state)
{
    (void)state;
    static const char *const still[] = {TEXT_("name") "," STAMP("0"), TEXT_("name") "," STAMP("1")};
    for (size_t i = 0; i < ARRAY_LEN(still); i++)
        check_screen(HEAD FLOW, still[i], 0,
                     "  people                 ok     table «People», 1 of 1 columns\n" MARGIN
                     "«updated_at» does not move when a row is changed, so the whole table is read "
                     "and compared each time; to make it move:\n" CURL(
                         "PATCH",
                         "People") "\"id\":\"updated_at\",\"fields\":{\"recalcWhen\":2}}]}'\n");
}

static void check__shows__the_requests_for_marks_and_ids(void **state)
{
    (void)state;
    static const char config[] =
        HEAD "[flow badges]\nremote = grist\ntable = Badges 26\nentity = team\ndirection = both\n"
             "field.name = name\nfield.type = type\nkey = UUID\nmarker = UUID\nmark = to_delete\n"
             "mark_reason = delete_reason\n";
    check_screen(
        config,
        TEXT_("name") "," TEXT_("type") "," TEXT_(
            "UUID") "," COLUMN("to_delete", "Int", "") "," TEXT_("delete_reason") "," STAMP("2"),
        0,
        "  badges                 ok     table «Badges 26», 2 of 2 columns, writes 2 of 2\n" MARGIN
        "UUID = the record's id\n");
    check_screen(
        config, TEXT_("name") "," TEXT_("type") "," STAMP("2"), 4,
        "  badges                 WRONG  table «Badges 26», 2 of 2 columns, writes 2 of 2\n" MARGIN
        "UUID = the record's id\n" MARGIN
        "no column «UUID» for the record's id: make a text column of that name, or correct marker "
        "in the configuration\n" CURL(
            "POST",
            "Badges%2026") "\"id\":\"UUID\",\"fields\":{\"label\":\"UUID\",\"type\":\"Text\",\"isFormula\":false}}]}'\n"
        /* the request was told */
        MARGIN "no column «UUID» for the rows' own ids: make it, or correct key in the "
                           "configuration\n" MARGIN
                           "no column «to_delete» for the time of a deletion: make it, or correct mark in the "
                           "configuration\n" CURL(
                               "POST",
                               "Badges%2026") "\"id\":\"to_delete\",\"fields\":{\"label\":\"to_delete\",\"type\":\"Numeric\","
                                              "\"isFormula\":false}}]}'\n" MARGIN
                                              "no column «delete_reason» for the reason of a deletion: make it, or correct mark_reason in "
                                              "the configuration\n" CURL(
                                                  "POST",
                                                  "Badges%2026") "\"id\":\"delete_reason\",\"fields\":{\"label\":\"delete_reason\",\"type\":\"Text\","
                                                                 "\"isFormula\":false}}]}'\n" MARGIN
                                                                 "columns there: name, type, updated_at\n");
    check_screen(
        config,
        TEXT_("name") "," TEXT_("type") "," TEXT_("UUID") "," COLUMN(
            "to_delete", "Int",
            ",\"isFormula\":true,\"formula\":\"0\"") "," TEXT_("delete_reason") "," STAMP("2"),
        1,
        "  badges                 WRONG  table «Badges 26», 2 of 2 columns, writes 2 of 2\n" MARGIN
        "UUID = the record's id\n" MARGIN
        "column «to_delete» is calculated by Grist and cannot hold the time of a deletion: name "
        "another one in mark\n");
}

/* Typed into a shell, no name may end the quotes it stands in. */
static void request__is_safe__for_a_shell(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    const struct remote_config cfg = {.name = "g", .api_url = "https://g/o/it's", .doc = "d'"};
    const char *request =
        remote_grist.column_request(&cfg, "T'; rm", "c'\"; rm", COLUMN_TEXT, arena);
    assert_string_equal(
        "curl -X POST 'https://g/o/it%27s/api/docs/d%27/tables/T%27%3B%20rm/columns' \\\n"
        " -H \"Authorization: Bearer $GRIST_TOKEN\" \\\n -H 'Content-Type: application/json' \\\n"
        " -d '{\"columns\":[{\"id\":\"c\\u0027\\\"; rm\",\"fields\":{\"label\":\"c\\u0027\\\"; "
        "rm\",\"type\":\"Text\",\"isFormula\":false}}]}'",
        request);
}

static void links__lead__to_the_document_and_its_files(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    const struct remote_config cfg = {.name = "g", .api_url = "https://g/o/team", .doc = "d 1"};
    const struct remote_config bare = {.name = "g", .api_url = "https://g"};
    assert_string_equal("https://g/o/team/doc/d%201",
                        remote_grist.row_url(&cfg, "People", "7", arena));
    assert_null(remote_grist.row_url(&bare, "People", "7", arena));
    assert_string_equal("https://g/o/team/api/docs/d%201/attachments/12/download",
                        remote_grist.file_url(&cfg, "12", arena));
    assert_null(remote_coda.file_url);
    assert_null(remote_notion.column_request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__is_content__with_a_time_that_moves),
        cmocka_unit_test(check__shows__the_request_for_a_time_of_changes),
        cmocka_unit_test(check__shows__the_request_that_makes_a_time_move),
        cmocka_unit_test(check__shows__the_requests_for_marks_and_ids),
        cmocka_unit_test(request__is_safe__for_a_shell),
        cmocka_unit_test(links__lead__to_the_document_and_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
