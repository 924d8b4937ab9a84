/* test_config.c: what a configuration means once it is read. Mistakes: test_config_mistakes.c. */
#include "sync/config/config_values.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/unit/fixture.h"

#include <stdlib.h>

#define HEAD  "[rosterd]\nstore = s.db\nyear = 2026\n"
#define NOTES "[remote notion]\nkind = notion\ntoken = t\n"
#define CODA  "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
#define PEOPLE                                                                                     \
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = Как звать\n"
#define TEAMS                                                                                      \
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = Name\nfield.type = "    \
    "Тип\n"
#define PART                                                                                       \
    "[flow part]\nremote = coda\ntable = Part_{year}\nentity = participation\n"                    \
    "field.year = Год {yy}\nfield.person_id = pid via notion\nfield.team_id = tid via notion\n" \
    "field.role = Роль\n"

static const struct field_map *map_of(const struct flow *f, const char *field)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        if ((int)f->maps[i].field == model_field(f->entity, field))
            return &f->maps[i];
    }
    fail_msg("%s maps no %s", f->name, field);
    return NULL;
}

static void defaults__hold__where_nothing_is_said(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must("[rosterd]\nstore = s.db\n" NOTES PEOPLE);
    assert_string_equal(c->path, "c.ini");
    assert_string_equal(c->store, "s.db");
    assert_int_equal(c->workers, 4);
    assert_int_equal(c->year, 0);
    assert_string_equal(c->timezone, "Europe/Moscow");
    assert_string_equal(c->language, "ru");
    assert_int_equal(c->log_level, LOG_INFO);
    assert_null(c->key_file);
    assert_null(c->telegram_token);
    assert_string_equal(c->telegram_api_url, "https://api.telegram.org");
    assert_null(c->telegram_file_url);
    assert_true(c->webhook_takeover);
    assert_int_equal(c->n_groups, 0);
    const struct flow *f = config_flow(c, "people");
    assert_int_equal(f->every_ms, 0);
    assert_int_equal(f->full_every_ms, 86400000);
    assert_int_equal(f->overlap_ms, -1);
    assert_int_equal(f->missing, MISSING_DELETE);
    assert_int_equal(f->conflict, WIN_DEFAULT);
    assert_int_equal(f->max_delete, 10);
    assert_int_equal(f->max_update.n, 100);
    assert_true(f->max_update.percent);
    assert_null(f->sentinel);
    assert_int_equal(f->direction, DIR_PULL);
    assert_int_equal(f->n_puts, 0);
    assert_null(f->push_mapping);
    assert_string_equal(f->remote->api_url, "https://api.notion.com/v1");
}

static void values__are_read__as_written(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(
        "[rosterd]\nstore = s.db\nyear = 2027\nworkers = 8\ntimezone = Asia/Tomsk\nlanguage = en\n"
        "log_level = debug\nkey_file = k\nhome.person = notion\n"
        "[telegram]\ntoken = 1:a\nadmins = 11, 22\n  33\napi_url = http://127.0.0.1:1/\n"
        "file_url = https://f.example/\ngroups = -5 -1001234567890\nwebhook_takeover = no\n" NOTES
        "timeout = 2m\nrate = 0.5\napi_url = https://n.example/v1//\n" PEOPLE
        "every = 30s\nfull_every = 12h\noverlap = 0s\nmissing = ignore\nconflict = remote\n"
        "conflict.city = store\nmax_delete = 25 %\nmax_update = 50%\nsentinel = row\n"
        "field.city = Город as text\n");
    assert_int_equal(c->year, 2027);
    assert_int_equal(c->workers, 8);
    assert_string_equal(c->timezone, "Asia/Tomsk");
    assert_string_equal(c->language, "en");
    assert_int_equal(c->log_level, LOG_DEBUG);
    assert_string_equal(c->key_file, "k");
    assert_int_equal(c->n_admins, 3);
    assert_int_equal(c->admins[0], 11);
    assert_int_equal(c->admins[2], 33);
    assert_string_equal(c->telegram_token, "1:a");
    assert_string_equal(c->telegram_api_url, "http://127.0.0.1:1");
    assert_string_equal(c->telegram_file_url, "https://f.example");
    assert_int_equal(c->n_groups, 2);
    assert_int_equal(c->groups[1], INT64_C(-1001234567890));
    assert_false(c->webhook_takeover);
    const struct flow *f = config_flow(c, "people");
    assert_string_equal(f->remote->api_url, "https://n.example/v1");
    assert_int_equal(f->remote->timeout_s, 120);
    assert_true(f->remote->rate > 0.49 && f->remote->rate < 0.51);
    assert_int_equal(f->every_ms, 30000);
    assert_int_equal(f->full_every_ms, 12 * 3600000);
    assert_int_equal(f->overlap_ms, 0);
    assert_int_equal(f->missing, MISSING_IGNORE);
    assert_int_equal(f->conflict, WIN_REMOTE);
    assert_int_equal(f->conflict_field[model_field(f->entity, "city")], WIN_STORE);
    assert_int_equal(f->conflict_field[model_field(f->entity, "name")], WIN_DEFAULT);
    assert_int_equal(f->max_delete, 25);
    assert_int_equal(f->max_update.n, 50);
    assert_string_equal(f->sentinel, "row");
    assert_string_equal(map_of(f, "city")->column, "Город");
    assert_string_equal(map_of(f, "city")->as, "text");
}

static void writing__has_defaults__of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *direction;
        bool create;
    } cases[] = {{"direction = push\n", true},
                 {"direction = both\n", false},
                 {"direction = both\ncreate = yes\n", true},
                 {"create = no\ndirection = push\n", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, HEAD NOTES PEOPLE "%s", cases[i].direction);
        AUTO_CONFIG *c = config_must(buf_str(&text));
        const struct flow *f = config_flow(c, "people");
        assert_int_equal(f->create, cases[i].create);
        assert_int_equal(f->on_delete, DELETION_IGNORE);
        assert_null(f->marker);
        assert_int_equal(f->settle_ms, 0);
        assert_int_equal(f->settle_insert_ms, 600000);
        assert_int_equal(f->max_create, 100);
    }
}

static void writing__is_read__as_written(void **state)
{
    (void)state;
    AUTO_CONFIG *c =
        config_must(HEAD NOTES PEOPLE "direction = both\ncreate = yes\non_delete = archive\n"
                                      "marker = UUID {yy}\nsettle = 90s\nsettle_insert = 1s\n"
                                      "max_create = 7\nmax_update = 50\nconflict = newest\n"
                                      "conflict.city = ask\nconflict.phone = remote\n");
    const struct flow *f = config_flow(c, "people");
    assert_int_equal(f->direction, DIR_BOTH);
    assert_true(f->create);
    assert_int_equal(f->on_delete, DELETION_ARCHIVE);
    assert_string_equal(f->marker, "UUID 26");
    assert_int_equal(f->settle_ms, 90000);
    assert_int_equal(f->settle_insert_ms, 1000);
    assert_int_equal(f->max_create, 7);
    assert_int_equal(f->max_update.n, 50);
    assert_false(f->max_update.percent); /* rows */
    assert_int_equal(f->conflict, WIN_NEWEST);
    assert_int_equal(f->conflict_field[model_field(f->entity, "city")], WIN_ASK);
    assert_int_equal(f->conflict_field[model_field(f->entity, "phone")], WIN_REMOTE);
    assert_int_equal(f->conflict_field[model_field(f->entity, "name")], WIN_DEFAULT);
}

static void push_only__needs__neither_all_fields_nor_a_mapped_scope(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES TEAMS "[flow out]\nremote = notion\ntable = X\n"
                                                  "entity = team\ndirection = push\n"
                                                  "where.type = CAMP\nfield.name = Name\n"
                                                  "max_delete = 5%\nmax_update = 9%\n");
    const struct flow *f = config_flow(c, "out");
    assert_int_equal(f->direction, DIR_PUSH);
    assert_int_equal(f->n_wheres, 1);
    assert_int_equal(f->n_puts, 1);
}

static void secrets__come__from_the_environment(void **state)
{
    (void)state;
    setenv("ROSTERD_TEST_NOTION", "ntn_42", 1);
    AUTO_CONFIG *c = config_must(
        HEAD "[remote notion]\nkind = notion\ntoken = env:ROSTERD_TEST_NOTION\n" PEOPLE);
    assert_string_equal(config_remote(c, "notion")->token, "ntn_42");
    unsetenv("ROSTERD_TEST_NOTION");
}

static void year__is_put__into_tables_columns_and_values(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA PEOPLE TEAMS PART "where.year = 2021 {year}\n");
    const struct flow *f = config_flow(c, "part");
    assert_string_equal(f->table, "Part_2026");
    assert_string_equal(map_of(f, "year")->column, "Год 26");
    assert_int_equal(f->n_wheres, 1);
    assert_int_equal(f->wheres[0].n, 2);
    assert_string_equal(f->wheres[0].values[0], "2021");
    assert_string_equal(f->wheres[0].values[1], "2026");
}

static void field__reads__column_via_and_as(void **state)
{
    (void)state;
    static const struct {
        const char *value, *column, *via, *as;
    } cases[] = {
        {"pid via notion", "pid", "notion", NULL},
        {"  pid   via notion", "pid", "notion", NULL},
        {"pid via notion as list", "pid", "notion", "list"},
        {"pid as list via notion", "pid", "notion", "list"},
        {"Через via via notion", "Через via", "notion", NULL},
        {"\"a via b\" via notion", "a via b", "notion", NULL},
        {"\" as text\" via notion as text", "as text", "notion", "text"},
        {"pid\n  via notion", "pid", "notion", NULL},
        {"A: B via notion", "A: B", "notion", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text,
                 HEAD NOTES CODA PEOPLE TEAMS
                 "[flow part]\nremote = coda\ntable = t\nentity = participation\nfield.year = y\n"
                 "field.team_id = t via notion\nfield.role = r\nfield.person_id = %s\n",
                 cases[i].value);
        AUTO_CONFIG *c = config_must(buf_str(&text));
        const struct field_map *m = map_of(config_flow(c, "part"), "person_id");
        assert_string_equal(m->column, cases[i].column);
        if (!str_eq(m->via, cases[i].via) || !str_eq(m->as, cases[i].as))
            fail_msg("«%s»: via %s as %s", cases[i].value, m->via, m->as ? m->as : "-");
        assert_true(m->via_uuid); /* Notion's ids are UUIDs */
    }
}

static void where__takes__words_or_a_list_with_commas(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES TEAMS "where.type = городская служба, CAMP,\n"
                                                  "where.name = a b\n  c\n");
    const struct flow *f = config_flow(c, "teams");
    assert_int_equal(f->wheres[0].n, 2);
    assert_string_equal(f->wheres[0].values[0], "городская служба");
    assert_string_equal(f->wheres[0].values[1], "CAMP");
    assert_int_equal(f->wheres[1].n, 3);
    assert_string_equal(f->wheres[1].values[2], "c");
}

static void flows__stand__in_the_order_of_their_dependence(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA PART TEAMS PEOPLE);
    assert_int_equal(c->n_flows, 3);
    assert_string_equal(c->flows[0]->name, "teams");
    assert_string_equal(c->flows[1]->name, "people");
    assert_string_equal(c->flows[2]->name, "part");
}

static void cycle__keeps__its_own_order(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA PART TEAMS PEOPLE
                                 "[cycle x]\nsteps = part:pull, people teams\nevery = 10m\n");
    const struct cycle *y = config_cycle(c, "x");
    assert_int_equal(y->n, 3);
    assert_string_equal(y->steps[0].flow->name, "part");
    assert_string_equal(y->steps[1].flow->name, "people");
    assert_int_equal(y->every_ms, 600000);
    assert_null(config_cycle(c, "y"));
    assert_false(y->go_on);
}

#define BOTH "direction = both\n"
#define OUT                                                                                        \
    "[flow out]\nremote = coda\ntable = Out\nentity = person\ndirection = push\nfield.name = N\n"

static const char *steps_of(const struct cycle *y, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < y->n; i++)
        buf_addf(out, "%s%s%s", i ? " " : "", step_name(&y->steps[i]), y->steps[i].push ? "!" : "");
    return buf_str(out);
}

static void cycle__takes__one_direction_or_all_that_a_flow_does(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *means;
    } cases[] = {
        {"people", "people people:push!"},
        {"people:push people:pull", "people:push! people"},
        {"teams out", "teams out!"},
        {"out:push, people:pull", "out! people"},
        {"people people", "people people:push! people people:push!"},
    };
    AUTO_BUF told = BUF_INIT(1024);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, HEAD NOTES CODA PEOPLE BOTH TEAMS OUT "[cycle x]\nsteps = %s\n",
                 cases[i].steps);
        buf_add(&text, "on_failure = continue\n");
        AUTO_CONFIG *c = config_must(buf_str(&text));
        assert_string_equal(steps_of(config_cycle(c, "x"), &told), cases[i].means);
        assert_true(config_cycle(c, "x")->go_on);
    }
    AUTO_CONFIG *c = config_must(HEAD NOTES PEOPLE "[cycle x]\nsteps = people\n"
                                                   "on_failure = stop\n");
    assert_false(config_cycle(c, "x")->go_on);
}

static void step__is_found__by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *name; /* NULL: there is none */
        bool push;
    } cases[] = {
        {"people", "people", false},
        {"people:pull", "people", false},
        {"people:push", "people:push", true},
        {"teams", "teams", false},
        {"teams:pull", "teams", false},
        {"teams:push", NULL, false},
        {"out", "out", true},
        {"out:push", "out", true},
        {"out:pull", NULL, false},
        {"people:", NULL, false},
        {"people:both", NULL, false},
        {"peopl", NULL, false},
        {"people2", NULL, false},
    };
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA PEOPLE BOTH TEAMS OUT);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct step step = {NULL, false};
        if (config_step(c, cases[i].asked, &step) != (cases[i].name != NULL))
            fail_msg("«%s»", cases[i].asked);
        if (!cases[i].name)
            continue;
        assert_string_equal(step_name(&step), cases[i].name);
        assert_int_equal(step.push, cases[i].push);
    }
}

static void mapping_hash__moves__with_what_a_row_means(void **state)
{
    (void)state;
    static const char *const changes[] = {"field.city = Город\n", "where.name = a\n",
                                          "field.city = Город as text\n"};
    AUTO_CONFIG *base = config_must(HEAD NOTES PEOPLE);
    AUTO_CONFIG *same = config_must(HEAD NOTES PEOPLE "every = 5m\nmax_delete = 1%\n");
    const char *was = config_flow(base, "people")->mapping;
    assert_string_equal(was, config_flow(same, "people")->mapping);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, HEAD NOTES PEOPLE "%s", changes[i]);
        AUTO_CONFIG *c = config_must(buf_str(&text));
        assert_string_not_equal(was, config_flow(c, "people")->mapping);
    }
}

/* A listing of the whole table is dear: that a flow writes as well does not cause one. */
static void mapping_hash__stays__when_a_flow_begins_to_write(void **state)
{
    (void)state;
    AUTO_CONFIG *pull = config_must(HEAD NOTES PEOPLE);
    AUTO_CONFIG *both = config_must(HEAD NOTES PEOPLE BOTH "put.Имя = first_name\ncreate = yes\n");
    assert_string_equal(config_flow(pull, "people")->mapping, config_flow(both, "people")->mapping);
    assert_non_null(config_flow(both, "people")->push_mapping);
}

static void home__is__what_is_set_or_the_only_remote(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA PEOPLE TEAMS
                                 "[flow teams2]\nremote = coda\ntable = T\nentity = team\n"
                                 "field.name = Name\nfield.type = Тип\n");
    assert_string_equal(config_home(c, model_entity("person"))->name, "notion");
    assert_null(config_home(c, model_entity("team"))); /* two, and none was chosen */
    assert_null(config_home(c, model_entity("badge")));
    AUTO_CONFIG *set = config_must("[rosterd]\nstore = s.db\nhome.team = coda\n" NOTES CODA TEAMS);
    assert_string_equal(config_home(set, model_entity("team"))->name, "coda");
    assert_string_equal(config_carrier(c, "team", "coda")->name, "teams2");
    assert_null(config_carrier(c, "person", "coda"));
}

/* Nothing is taken from where rosterd only writes: it is nobody's home, and its ids are not read.
 */
static void home__is_never__where_a_flow_only_writes(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA OUT PEOPLE);
    assert_string_equal(config_home(c, model_entity("person"))->name, "notion");
    assert_null(config_carrier(c, "person", "coda"));
    assert_string_equal(config_carrier(c, "person", "notion")->name, "people");
}

static void suggestion__is__the_nearest_name(void **state)
{
    (void)state;
    AUTO_CONFIG *c = config_must(HEAD NOTES CODA PEOPLE TEAMS PART "[cycle night]\nsteps = part\n");
    assert_string_equal(config_suggest(c, "peopl"), "people");
    assert_string_equal(config_suggest(c, "TEAM"), "teams");
    assert_string_equal(config_suggest(c, "nihgt"), "night");
    assert_string_equal(config_suggest(c, "al"), "all");
    assert_null(config_suggest(c, "something else"));
    assert_null(config_suggest(c, "people:psh")); /* it only reads */
    AUTO_CONFIG *both = config_must(HEAD NOTES CODA PEOPLE BOTH OUT);
    assert_string_equal(config_suggest(both, "people:psh"), "people:push");
    assert_string_equal(config_suggest(both, "ut"), "out");
}

static void durations__have__a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"500ms", 500},  {"30s", 30000},   {"5m", 300000},
                {"2h", 7200000}, {"1d", 86400000}, {"5 m", 300000}};
    static const char *const bad[] = {"", "5", "m", "5x", "-5m", "1.5h", "5m ", "99999999999d"};
    int64_t ms = 0;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(config_duration(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (config_duration(bad[i], &ms))
            fail_msg("«%s» was read", bad[i]);
    }
}

static char *read_example(void)
{
    char *text = read_file("config.example.ini");
    assert_non_null(text); /* tests run in the root of the tree */
    return text;
}

static void example__is__a_configuration(void **state)
{
    (void)state;
    AUTO_FREE char *text = read_example();
    setenv("ROSTERD_BOT_TOKEN", "1:a", 1);
    setenv("NOTION_TOKEN", "n", 1);
    setenv("CODA_TOKEN", "c", 1);
    AUTO_CONFIG *c = config_must(text);
    assert_int_equal(c->n_flows, 5);
    assert_string_equal(c->flows[2]->name, "participation");
    assert_string_equal(c->flows[2]->wheres[0].values[2], "2026");
    assert_int_equal(c->flows[2]->direction, DIR_BOTH);
    assert_int_equal(c->flows[2]->n_puts,
                     5); /* two lookups; year, role and status as they are read */
    assert_int_equal(config_flow(c, "volunteers")->direction, DIR_PUSH);
    assert_int_equal(config_flow(c, "volunteers")->n_puts, 7);
    assert_int_equal(config_cycle(c, "evening")->n, 6);
}

/* Every key stands in the example, set or ready to be set, and the list of keys names it too. */
static void example__shows__every_key(void **state)
{
    (void)state;
    AUTO_FREE char *text = read_example();
    AUTO_BUF described = BUF_INIT(1 << 16);
    config_describe(&described);
    const struct key_def *k;
    for (size_t i = 0; (k = config_key(i)); i++) {
        size_t n = strlen(k->key);
        AUTO_BUF set = BUF_INIT(200), left = BUF_INIT(200), shown = BUF_INIT(200);
        bool prefix = k->key[n - 1] == '.';
        buf_addf(&set, "\n%s%s", k->key, prefix ? "" : " = ");
        buf_addf(&left, "\n;; %s%s", k->key, prefix ? "" : " = ");
        buf_addf(&shown, "\n  %s%s = %s\n      %s\n", k->key, prefix ? "NAME" : "", k->example,
                 k->about);
        if (!strstr(text, buf_str(&set)) && !strstr(text, buf_str(&left)))
            fail_msg("config.example.ini has no %s", k->key);
        assert_has(buf_str(&described), buf_str(&shown));
    }
    for (size_t i = 0; i < SEC_KINDS; i++) {
        AUTO_BUF head = BUF_INIT(100);
        buf_addf(&head, "\n[%s", config_sections[i].name);
        assert_has(text, buf_str(&head));
    }
}

/* Keys that are left at their default can be set as they stand there. */
static void example__is_right__in_what_it_leaves_out(void **state)
{
    (void)state;
    AUTO_FREE char *text = read_example();
    for (char *p = text; (p = strstr(p, "\n;; "));)
        memmove(p + 1, p + 4, strlen(p + 4) + 1);
    AUTO_CONFIG *c = config_must(text);
    assert_string_equal(c->key_file, "/etc/rosterd/key");
    assert_int_equal(config_flow(c, "people")->max_update.n, 50);
    assert_string_equal(config_flow(c, "participation")->marker, "UUID");
    assert_int_equal(config_flow(c, "participation")->on_delete, DELETION_ARCHIVE);
    assert_true(config_cycle(c, "evening")->go_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults__hold__where_nothing_is_said),
        cmocka_unit_test(values__are_read__as_written),
        cmocka_unit_test(writing__has_defaults__of_its_own),
        cmocka_unit_test(writing__is_read__as_written),
        cmocka_unit_test(push_only__needs__neither_all_fields_nor_a_mapped_scope),
        cmocka_unit_test(secrets__come__from_the_environment),
        cmocka_unit_test(year__is_put__into_tables_columns_and_values),
        cmocka_unit_test(field__reads__column_via_and_as),
        cmocka_unit_test(where__takes__words_or_a_list_with_commas),
        cmocka_unit_test(flows__stand__in_the_order_of_their_dependence),
        cmocka_unit_test(cycle__keeps__its_own_order),
        cmocka_unit_test(cycle__takes__one_direction_or_all_that_a_flow_does),
        cmocka_unit_test(step__is_found__by_its_name),
        cmocka_unit_test(mapping_hash__moves__with_what_a_row_means),
        cmocka_unit_test(mapping_hash__stays__when_a_flow_begins_to_write),
        cmocka_unit_test(home__is__what_is_set_or_the_only_remote),
        cmocka_unit_test(home__is_never__where_a_flow_only_writes),
        cmocka_unit_test(suggestion__is__the_nearest_name),
        cmocka_unit_test(durations__have__a_unit),
        cmocka_unit_test(example__is__a_configuration),
        cmocka_unit_test(example__shows__every_key),
        cmocka_unit_test(example__is_right__in_what_it_leaves_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
