/* test_festival_ini.c: the complete example, deploy/examples/festival.ini: it is a configuration
 * without mistakes, and it names every table and column that the festival has. */
#include "store/base/secret.h"
#include "sync/choose.h"
#include "sync/config/config.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/unit/fixture.h"

#include <stdlib.h>
#include <string.h>

#define FESTIVAL "deploy/examples/festival.ini"

#define NOTION_DB(n) "0f2b7c1e-0000-4000-8000-00000000000" n

/* A flow, its table in the year 2026, and the columns of that table, those that it writes too. */
static const struct {
    const char *flow, *remote, *table;
    enum direction direction;
    const char *entity, *columns[22];
} tables[] = {
    {"people",
     "notion",
     NOTION_DB("1"),
     DIR_PULL,
     "person",
     {"Как звать", "Фамилия", "Имя", "Позывной", "Другие прозвища", "Пол", "Дата рождения", "Город",
      "Telegram", "Телефон", "Email", "Веган", "Коммент"}},
    {"teams",
     "notion",
     NOTION_DB("2"),
     DIR_PULL,
     "team",
     {"Name", "Тип", "Год появления", "Последний год"}},
    {"badges",
     "notion",
     NOTION_DB("5"),
     DIR_PULL,
     "badge",
     {"Надпись", "Фамилия", "Имя", "Пол", "Телефон", "Чей", "Ребенок", "Особенности питания",
      "Тип питания", "Номер", "Партия", "Должность", "Роль", "Фото", "Человек", "Комментарий",
      "Службы и локации"}},
    {"leads",
     "notion",
     NOTION_DB("3"),
     DIR_PULL,
     "participation",
     {"Человек", "Службы и локации", "Роль", "Год"}},
    {"volunteers",
     "notion",
     NOTION_DB("4"),
     DIR_PUSH,
     "participation",
     {"Name", "Человек", "Год", "Службы и локации", "Роль", "Тип", "Статус"}},
    {"coda-participation",
     "coda",
     "grid-NnDAOlOFAu",
     DIR_BOTH,
     "participation",
     {"Год", "person_id", "direction_id", "Роль", "Статус", "Человек"}},
    {"coda-arrivals",
     "coda",
     "grid--SMbvhP-1c",
     DIR_BOTH,
     "arrival",
     {"badge_id", "Дата заезда", "Способ заезда", "Дата отъезда", "Способ выезда", "Статус",
      "Комментарии"}},
    {"gr-roles", "grist", "Roles", DIR_PULL, "dict_role", {"Code", "Name"}},
    {"gr-statuses",
     "grist",
     "Participation_statuses",
     DIR_PULL,
     "dict_status",
     {"code", "A", "to_list", "B"}},
    {"gr-transport", "grist", "Arrival_type", DIR_PULL, "dict_transport", {"code", "title"}},
    {"gr-teams",
     "grist",
     "Teams",
     DIR_BOTH,
     "team",
     {"UUID", "team_name", "type_of_team", "year_of_establishment_", "last_year", "to_delete"}},
    {"gr-people",
     "grist",
     "People",
     DIR_BOTH,
     "person",
     {"ntn_id", "name", "last_name", "first_name", "nickname", "other_names", "telegram", "phone",
      "email", "gender", "birth_date", "city", "comment", "isInBL", "to_delete", "delete_reason"}},
    {"gr-participation",
     "grist",
     "Participations",
     DIR_BOTH,
     "participation",
     {"UUID", "year", "person", "team", "role", "status", "to_delete", "delete_reason"}},
    {"gr-badges",
     "grist",
     "Badges_2026",
     DIR_BOTH,
     "badge",
     {"UUID",      "name",   "last_name",       "first_name", "gender",         "phone",
      "diet",      "batch",  "feed_type",       "role",       "comment",        "position",
      "person",    "parent", "photo_attach_id", "infant",     "directions_ref", "number",
      "to_delete", "ticket", "delete_reason"}},
    {"gr-arrivals",
     "grist",
     "Arrivals_2026",
     DIR_BOTH,
     "arrival",
     {"UUID", "badge", "status", "arrival_date", "arrival_transport", "departure_date",
      "departure_transport", "to_delete", "delete_reason"}},
    {"gr-heads",
     "grist",
     "Directions2026",
     DIR_PULL,
     "participation",
     {"direction_location26", "head26"}},
};

static struct config *load(void)
{
    static const char *const secrets[] = {"ROSTERD_BOT_TOKEN", "NOTION_TOKEN", "CODA_TOKEN",
                                          "GRIST_TOKEN"};
    AUTO_BUF mistakes = BUF_INIT(1 << 16);
    struct config *cfg = NULL;
    struct err err = {0};
    assert_ok(secret_init(&err), err);
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
        assert_int_equal(setenv(secrets[i], "a-token", 1), 0);
    if (config_load(FESTIVAL, &cfg, &mistakes))
        fail_msg("%s", buf_str(&mistakes));
    return cfg;
}

/* The flow of that name, or the end of the test. */
static const struct flow *flow_of(const struct config *cfg, const char *name)
{
    const struct flow *f = config_flow(cfg, name);
    if (!f)
        fail_msg("there is no [flow %s]", name);
    return f;
}

static bool names_column(const struct flow *f, const char *column)
{
    const char *const own[] = {f->key, f->marker, f->mark, f->mark_reason};
    for (size_t i = 0; i < f->n_maps; i++) {
        if (!strcmp(f->maps[i].column, column))
            return true;
    }
    for (size_t i = 0; i < f->n_puts; i++) {
        if (!strcmp(f->puts[i].column, column))
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (own[i] && !strcmp(own[i], column))
            return true;
    }
    return false;
}

static const char *mapped_column(const struct flow *f, const char *field)
{
    int at = model_field(f->entity, field);
    for (size_t i = 0; i < f->n_maps; i++) {
        if (at >= 0 && f->maps[i].field == (size_t)at)
            return f->maps[i].column;
    }
    return NULL;
}

static bool writes(const struct flow *f, const char *column)
{
    for (size_t i = 0; i < f->n_puts; i++) {
        if (!strcmp(f->puts[i].column, column))
            return true;
    }
    return false;
}

/* The steps of a cycle, one after another. */
static void check_steps(const struct config *cfg, const char *name, const char *want)
{
    const struct cycle *y = config_cycle(cfg, name);
    AUTO_BUF told = BUF_INIT(4096);
    assert_non_null(y);
    for (size_t i = 0; i < y->n; i++) {
        AUTO_BUF step = BUF_INIT(256);
        buf_addf(&told, "%s%s", i ? " " : "", choose_name(&y->steps[i], &step));
    }
    assert_string_equal(buf_str(&told), want);
}

/* ---------------------------------------------------------------- tests */

static void festival__is_a_configuration__without_mistakes(void **state)
{
    (void)state;
    static const char *const kept[] = {"team", "person", "participation", "badge", "arrival"};
    AUTO_CONFIG *cfg = load();
    assert_int_equal(cfg->year, 2026);
    assert_int_equal(cfg->n_remotes, 3);
    assert_int_equal(cfg->n_flows, ARRAY_LEN(tables) + 1); /* and the roles of Notion's badges */
    assert_string_equal(cfg->telegram_token, "a-token");
    for (size_t i = 0; i < cfg->n_remotes; i++)
        assert_string_equal(cfg->remotes[i]->token, "a-token");
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        assert_string_equal(config_home(cfg, model_entity(kept[i]))->name, "grist");
}

static void festival__names_every_table_and_column(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = load();
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        const struct flow *f = flow_of(cfg, tables[i].flow);
        assert_string_equal(f->remote->name, tables[i].remote);
        assert_string_equal(f->table, tables[i].table);
        assert_string_equal(f->entity->name, tables[i].entity);
        if (f->direction != tables[i].direction)
            fail_msg("[flow %s] goes another way", f->name);
        for (const char *const *c = tables[i].columns; *c; c++) {
            if (!names_column(f, *c))
                fail_msg("[flow %s] does not name «%s»", f->name, *c);
        }
    }
}

/* Columns that no key names: a person reads here that the tables need them, or whose they are. */
static void festival__tells_of_the_columns__that_it_does_not_name(void **state)
{
    (void)state;
    static const char *const told[] = {"updated_at", "last_updated_at{yy}", "feeder_update"};
    AUTO_FREE char *text = read_file(FESTIVAL);
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (!strstr(text, told[i]))
            fail_msg("%s is not spoken of", told[i]);
    }
}

/* A column of that name proves little: it has to be that field's. */
static void festival__gives_columns__to_the_fields_they_mean(void **state)
{
    (void)state;
    static const struct {
        const char *flow, *field, *column;
    } means[] = {
        {"badges", "parent_id", "Чей"},
        {"badges", "feed", "Тип питания"},
        {"badges", "occupation", "Должность"},
        {"coda-arrivals", "departure_transport", "Способ выезда"},
        {"gr-statuses", "name", "A"},
        {"gr-statuses", "comment", "B"},
        {"gr-teams", "first_year", "year_of_establishment_"},
        {"gr-people", "banned", "isInBL"},
        {"gr-badges", "feed", "feed_type"},
        {"gr-badges", "occupation", "position"},
        {"gr-badges", "child", "infant"},
        {"gr-badges", "parent_id", "parent"},
        {"gr-badges", "teams", "directions_ref"},
        {"gr-badges", "photo", "photo_attach_id"},
        {"gr-heads", "team_id", "direction_location26"},
        {"gr-heads", "person_id", "head26"},
    };
    AUTO_CONFIG *cfg = load();
    for (size_t i = 0; i < ARRAY_LEN(means); i++) {
        const char *column = mapped_column(flow_of(cfg, means[i].flow), means[i].field);
        if (!column || strcmp(column, means[i].column))
            fail_msg("[flow %s] field.%s = %s", means[i].flow, means[i].field,
                     column ? column : "nothing");
    }
}

static void festival__runs_in_the_order__in_which_tables_name_each_other(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = load();
    check_steps(cfg, "grist",
                "gr-roles gr-statuses gr-transport gr-teams:pull gr-teams:push gr-people:pull "
                "gr-people:push gr-participation:pull gr-participation:push gr-badges:pull "
                "gr-badges:push gr-arrivals:pull gr-arrivals:push gr-heads gr-participation:push");
    check_steps(cfg, "participation",
                "roles teams people badges coda-participation:pull leads coda-arrivals:pull "
                "coda-participation:push coda-arrivals:push volunteers");
    const struct cycle *grist = config_cycle(cfg, "grist");
    assert_int_equal(grist->every_ms, 30000);
    assert_true(grist->go_on); /* or one table that waits for approval would hold up the others */
    assert_non_null(grist->title);
    assert_non_null(config_cycle(cfg, "participation")->title);
    for (size_t i = 0; i < cfg->n_flows; i++) {
        assert_non_null(cfg->flows[i]->title);
        assert_null(config_cycle(cfg, cfg->flows[i]->name)); /* nobody could ask for the cycle */
        for (size_t k = 0; k < i; k++)                       /* people ask for them by it */
            assert_string_not_equal(cfg->flows[i]->title, cfg->flows[k]->title);
    }
}

static void festival__marks_rows__in_every_table_of_records(void **state)
{
    (void)state;
    static const char *const marked[] = {"gr-teams", "gr-people", "gr-participation", "gr-badges",
                                         "gr-arrivals"};
    AUTO_CONFIG *cfg = load();
    for (size_t i = 0; i < ARRAY_LEN(marked); i++) {
        const struct flow *f = flow_of(cfg, marked[i]);
        assert_string_equal(f->mark, "to_delete");
        assert_int_equal(f->on_delete, DELETION_MARK);
        assert_string_equal(f->key, f->marker);
        assert_true(f->create);
        assert_int_equal(f->max_delete, 10);
        assert_int_equal(f->mark_gap_ms, 50);
        assert_int_equal(f->mark_reason != NULL, strcmp(f->name, "gr-teams") != 0);
    }
    assert_null(flow_of(cfg, "gr-heads")->mark);
}

static void festival__leaves_alone__what_is_calculated_there(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = load();
    assert_false(writes(flow_of(cfg, "gr-people"), "isInBL"));
    assert_false(writes(flow_of(cfg, "gr-badges"), "photo_attach_id"));
    assert_false(writes(flow_of(cfg, "coda-participation"), "person_id"));
    assert_false(writes(flow_of(cfg, "coda-participation"), "direction_id"));
    assert_true(writes(flow_of(cfg, "coda-participation"), "Человек"));
    assert_true(writes(flow_of(cfg, "gr-people"), "phone"));
}

static void festival__keeps_years_apart(void **state)
{
    (void)state;
    static const char *const yearly[] = {"badges", "coda-arrivals", "gr-badges", "gr-arrivals",
                                         "gr-heads"};
    AUTO_CONFIG *cfg = load();
    for (size_t i = 0; i < ARRAY_LEN(yearly); i++) {
        const struct flow *f = flow_of(cfg, yearly[i]);
        const struct constant *year =
            config_constant(f->sets, f->n_sets, (size_t)model_field(f->entity, "year"));
        if (!year)
            fail_msg("[flow %s] does not say of which year it is", f->name);
        assert_string_equal(year->text, "2026");
    }
    const struct flow *coda = flow_of(cfg, "coda-participation");
    assert_int_equal(coda->n_wheres, 1);
    assert_int_equal(coda->wheres[0].n, 3);
    assert_string_equal(coda->wheres[0].values[2], "2026");
}

static void festival__makes_heads__once_and_as_organizers(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = load();
    const struct flow *f = flow_of(cfg, "gr-heads");
    assert_int_equal(f->missing, MISSING_REPORT);
    assert_int_equal(f->n_unique, 3);
    assert_int_equal(f->n_news, 1);
    assert_string_equal(f->entity->fields[f->news[0].field].name, "role");
    assert_string_equal(f->news[0].text, "ORGANIZER");
    assert_int_equal(flow_of(cfg, "leads")->missing, MISSING_CANCEL);
    assert_int_equal(flow_of(cfg, "leads")->full_every_ms, 0);
    assert_int_equal(flow_of(cfg, "volunteers")->wheres[1].n, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(festival__is_a_configuration__without_mistakes),
        cmocka_unit_test(festival__names_every_table_and_column),
        cmocka_unit_test(festival__tells_of_the_columns__that_it_does_not_name),
        cmocka_unit_test(festival__gives_columns__to_the_fields_they_mean),
        cmocka_unit_test(festival__runs_in_the_order__in_which_tables_name_each_other),
        cmocka_unit_test(festival__marks_rows__in_every_table_of_records),
        cmocka_unit_test(festival__leaves_alone__what_is_calculated_there),
        cmocka_unit_test(festival__keeps_years_apart),
        cmocka_unit_test(festival__makes_heads__once_and_as_organizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
