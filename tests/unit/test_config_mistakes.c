/* test_config_mistakes.c: every mistake is told at once, with its line and what to write instead.
 */
#include "sync/config/config.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#include <stdio.h>
#include <stdlib.h>

/* A fine configuration in pieces; lines 1 to 3, 4 to 6, … */
#define HEAD   "[rosterd]\nstore = s.db\nyear = 2026\n"
#define NOTION "[remote notion]\nkind = notion\ntoken = t\n"
#define PEOPLE "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
#define TEAMS                                                                                      \
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
#define FLOW HEAD NOTION PEOPLE /* 11 lines: what is added stands in line 12 */

/* The configuration has exactly this one mistake. */
static void check(const char *text, const char *mistake)
{
    AUTO_CONFIG *cfg = NULL;
    AUTO_BUF want = BUF_INIT(4096);
    const char *told = config_from_text(text, &cfg);
    buf_addf(&want, "%s\n", mistake);
    if (strcmp(told, buf_str(&want)))
        fail_msg("told:\n%swanted:\n%s", told, buf_str(&want));
}

/* The configuration has this mistake (and perhaps others that follow from it). */
static void check_has(const char *text, const char *mistake)
{
    AUTO_CONFIG *cfg = NULL;
    const char *told = config_from_text(text, &cfg);
    assert_has(told, mistake);
}

static void file__that_cannot_be_read__is_told(void **state)
{
    (void)state;
    struct config *cfg = NULL;
    AUTO_BUF told = BUF_INIT(4096);
    assert_int_equal(config_load("/nonexistent/x.ini", &cfg, &told), -1);
    assert_has(buf_str(&told), "/nonexistent/x.ini: cannot read it: No such file");
    assert_has(buf_str(&told), "config.example.ini");
    assert_null(cfg);
    check("[rosterd]\nstore = \xff\n", "c.ini: no text file in UTF-8 of at most 1 MB");
}

static void section__unknown__is_told_with_those_there_are(void **state)
{
    (void)state;
    check(HEAD "[flows people]\nx = 1\n",
          "c.ini:4: there is no section [flows people]; write one of [rosterd], [telegram], "
          "[remote NAME], [flow NAME], [cycle NAME]");
    check_has(HEAD "[bogus]\n", "c.ini:4: there is no section [bogus]"); /* though it is empty */
    check_has("[rosterd main]\nstore = s\n", "c.ini:1: there is no section [rosterd main]");
    check_has("store = s.db\n" HEAD, "c.ini:1: «store» stands before the first [section]");
}

static void section__without_a_good_name__is_told(void **state)
{
    (void)state;
    check(HEAD "[remote]\nkind = coda\n",
          "c.ini:4: [remote] needs a name of small Latin letters, digits, - and _: [remote NAME]");
    check_has(HEAD "[flow Люди]\n", "c.ini:4: [flow Люди] needs a name of small Latin letters");
    check_has(HEAD "[flow People]\n", "c.ini:4: [flow People] needs a name");
    check_has(HEAD "[flow a b]\n", "c.ini:4: [flow a b] needs a name");
}

static void section__twice__is_told_with_the_first_line(void **state)
{
    (void)state;
    check(FLOW "[remote notion]\nkind = coda\n",
          "c.ini:12: [remote notion] stands already at line 4; give this one another name");
    /* one right after the other */
    check(HEAD "[rosterd]\nyear = 2025\n",
          "c.ini:4: [rosterd] stands already at line 1; give this one another name");
}

static void key__unknown__is_told_with_a_suggestion(void **state)
{
    (void)state;
    static const struct {
        const char *line, *told;
    } cases[] = {
        {"evry = 5m\n", "c.ini:12: [flow people] has no key «evry»; did you mean every?\n"},
        {"feild.city = x\n",
         "c.ini:12: [flow people] has no key «feild.city»; did you mean field.NAME?\n"},
        {"wher.year = 1\n", "c.ini:12: [flow people] has no key «wher.year»; did you mean "
                            "where.NAME?\n"},
        {"max_del = 1\n", "did you mean max_delete?\n"},
        {"foo = 1\n", "c.ini:12: [flow people] has no key «foo»; there are remote, table, entity,"},
        {"token = 1\n", "[flow people] has no key «token»"},
        {"field. = x\n", "c.ini:12: [flow people] has no key «field.»"},
        {"Entity = person\n", "did you mean entity?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, "%s%s", FLOW, cases[i].line);
        check_has(buf_str(&text), cases[i].told);
    }
}

static void key__twice__is_told_with_the_first_line(void **state)
{
    (void)state;
    check(FLOW "every = 5m\nfield.city = a\nevery = 6m\nfield.city = b\n",
          "c.ini:14: «every» is set already at line 12; keep one of them\n"
          "c.ini:15: «field.city» is set already at line 13; keep one of them");
}

static void values__that_are_wrong__say_what_to_write(void **state)
{
    (void)state;
    static const struct {
        const char *before, *line, *told;
    } cases[] = {
        {"[rosterd]\n", "store =", "c.ini:2: store: the value is empty"},
        {HEAD, "workers = 0", "c.ini:4: workers: «0» is no number from 1 to 64"},
        {HEAD, "workers = many", "«many» is no number from 1 to 64"},
        {"[rosterd]\nstore = s\n", "year = 26", "c.ini:3: year: «26» is no number from 2000"},
        {HEAD, "timezone = Moscow", "c.ini:4: timezone: «Moscow» is no time zone; write one such"},
        {HEAD, "timezone = ../../etc/passwd", "is no time zone"},
        {HEAD, "language = de", "c.ini:4: language: «de» is not known; write one of ru, en"},
        {HEAD, "log_level = warning", "«warning» is no level; write err, warn, info or debug"},
        {HEAD, "home.persons = notion", "c.ini:4: home.persons: there is no entity «persons»"},
        {HEAD, "home.person = notoin", "c.ini:4: there is no [remote notoin]; there are: none"},
        {HEAD "[telegram]\n", "token =", "c.ini:5: token: the token is missing"},
        {HEAD "[telegram]\ntoken = t\n", "admins = @anna",
         "c.ini:6: admins: «@anna» is no Telegram"},
        {HEAD "[telegram]\ntoken = t\n", "groups = 1001",
         "c.ini:6: groups: «1001» is no group's id, which begins with a minus"},
        {HEAD "[telegram]\ntoken = t\n", "file_url = disk", "begins with https://"},
        {HEAD "[telegram]\ntoken = t\n", "webhook_takeover = maybe", "write one of no, yes"},
        {HEAD "[telegram]\ntoken = t\n", "admins = ,", "c.ini:6: admins: name at least one"},
        {HEAD "[telegram]\n", "api_url = api.telegram.org", "begins with https://"},
        {HEAD NOTION, "timeout = 70", "c.ini:7: timeout: «70» is no interval; write 30s, 5m, 2h"},
        {HEAD NOTION, "timeout = 0s", "c.ini:7: timeout: «0s» is too short; at least 1s"},
        {HEAD NOTION, "rate = fast", "c.ini:7: rate: «fast» is no rate"},
        {HEAD NOTION, "rate = -1", "«-1» is no rate"},
        {HEAD NOTION, "api_url = ftp://x", "c.ini:7: api_url: «ftp://x» is no address"},
        {HEAD "[remote x]\ntoken = t\n", "kind = notino",
         "c.ini:6: kind: there is no kind «notino»; write one of notion, coda, grist"},
        {FLOW, "every = 5", "c.ini:12: every: «5» is no interval; write 30s, 5m, 2h or 1d"},
        {FLOW, "every = 1s", "c.ini:12: every: «1s» is too short; at least 5s"},
        {FLOW, "full_every = 5s", "«5s» is too short; at least 60s"},
        {FLOW, "direction = in",
         "c.ini:12: direction: «in» is not known; write one of pull, push, both"},
        {FLOW, "missing = drop", "«drop» is not known; write one of delete, ignore, cancel"},
        {FLOW, "missing = cancel", "a person cannot be cancelled; write delete or ignore"},
        {FLOW, "conflict = latest",
         "«latest» is not known; write one of default, remote, store, newest, ask"},
        {FLOW, "conflict.city = me", "c.ini:12: conflict.city: «me» is not known"},
        {FLOW, "conflict.town = store", "c.ini:12: person has no field «town»; it has name,"},
        {FLOW, "max_delete = 120", "c.ini:12: max_delete: «120» is no share; write 0% to 100%"},
        {FLOW, "max_delete = 10 rows", "«10 rows» is no share"},
        {FLOW, "max_delete = 10", "max_delete: «10» could mean rows; write 10%, a share of them"},
        {FLOW,
         "max_update =", "max_update: «» is no limit; write a share such as 20%, or a number"},
        {FLOW, "max_update = 101%", "«101%» is no limit"},
        {FLOW, "max_update = -1", "«-1» is no limit"},
        {FLOW, "max_update = 5 rows", "«5 rows» is no limit"},
        {FLOW, "field.town = x", "c.ini:12: person has no field «town»; it has name, last_name"},
        {FLOW, "field.city =", "c.ini:12: field.city: name the column: field.city = COLUMN"},
        {FLOW, "field.city = x as number", "c.ini:12: field.city: «as number» is not known; write"},
        {FLOW, "field.city = x via notion",
         "c.ini:12: field.city is no reference to another record; leave out «via notion»"},
        {FLOW, "field.city = \"a\" b", "c.ini:12: field.city: «b» after the quoted column"},
        {FLOW, "field.city = \"\"", "c.ini:12: field.city names no column"},
        {FLOW, "where.town = x", "c.ini:12: person has no field «town»"},
        {FLOW, "where.city = x",
         "c.ini:12: where.city: map the field too, field.city = COLUMN, so that it can be seen"},
        {FLOW, "where.name =", "c.ini:12: where.name: the value is empty"},
        {FLOW "[cycle c]\n", "steps = peopel", "c.ini:13: there is no [flow peopel]"},
        {FLOW "[cycle c]\n", "steps = people:push",
         "c.ini:13: flow people only reads: write people:pull, or give it direction = both"},
        {FLOW "[cycle c]\n", "steps = people:back",
         "c.ini:13: «people:back» is no step; write people, people:pull or people:push"},
        {FLOW "[cycle c]\n", "on_failure = go",
         "c.ini:13: on_failure: «go» is not known; write one of stop, continue"},
        {FLOW "[cycle c]\n", "every = 5m", "c.ini:12: [cycle c] has no steps"},
        {FLOW "[cycle c]\n", "", "c.ini:12: [cycle c] has no steps"},
        {FLOW "[cycle people]\n", "steps = people",
         "c.ini:12: [cycle people] is called like [flow people] in line 7; give it another name"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, "%s%s\n", cases[i].before, cases[i].line);
        check_has(buf_str(&text), cases[i].told);
    }
}

static void token__that_is_missing__is_told_where(void **state)
{
    (void)state;
    unsetenv("ROSTERD_TEST_NONE");
    check_has(HEAD "[remote notion]\nkind = notion\ntoken = env:ROSTERD_TEST_NONE\n",
              "c.ini:6: token: environment variable ROSTERD_TEST_NONE is not set");
    check_has(HEAD "[remote notion]\nkind = notion\ntoken = file:/nonexistent\n",
              "c.ini:6: token: cannot read /nonexistent");
    check_has(HEAD "[remote notion]\nkind = notion\ntoken = enc:AAAA\n",
              "c.ini:6: token: a sealed value (enc:) needs [rosterd] key_file");
    check(HEAD "[remote notion]\nkind = notion\n",
          "c.ini:4: [remote notion] has no token; write token = env:NAME or file:PATH");
    check("[rosterd]\nstore = s.db\n[telegram]\nadmins = 1\n",
          "c.ini:1: [telegram] has no token; BotFather gives one: token = env:NAME");
}

static void remote__that_is_incomplete__is_told_at_its_section(void **state)
{
    (void)state;
    check(HEAD "[remote coda]\nkind = coda\ntoken = t\n",
          "c.ini:4: [remote coda] has no doc; write the id that follows _d in the document's "
          "address");
    check(HEAD NOTION "[remote x]\ntoken = t\n",
          "c.ini:7: [remote x] has no kind; write one of notion, coda, grist");
}

static void store__that_is_missing__is_told(void **state)
{
    (void)state;
    check_has("", "c.ini:1: [rosterd] has no store; write store = ");
    check_has("[rosterd]\n", "[rosterd] has no store");
}

static void flow__that_is_incomplete__is_told_at_its_section(void **state)
{
    (void)state;
    check(HEAD NOTION "[flow people]\nentity = person\nfield.name = N\n",
          "c.ini:7: [flow people] has no remote; write remote = NAME of a [remote]\n"
          "c.ini:7: [flow people] has no table; write the database or table it reads");
    check(HEAD NOTION "[flow people]\nremote = notion\ntable = P\n",
          "c.ini:7: [flow people] has no entity it could use; write entity = person, team, "
          "participation, badge or arrival");
    check(HEAD NOTION "[flow teams]\nremote = notion\ntable = P\nentity = team\nfield.name = N\n",
          "c.ini:7: [flow teams] maps no column to type, which every team needs; add field.type = "
          "COLUMN");
    check_has(HEAD NOTION "[flow people]\nremote = notion\ntable = P\nentity = people\n",
              "c.ini:10: entity: there is no entity «people»; write one of team, person,");
    check_has(HEAD NOTION "[flow people]\n", "c.ini:7: [flow people] has no remote");
}

static void remote__that_is_unknown__is_told_for_each_flow(void **state)
{
    (void)state;
    /* one flow names an unknown remote, another none at all: both are told */
    check(HEAD NOTION "[flow a]\nremote = notoin\ntable = P\nentity = person\nfield.name = N\n"
                      "[flow b]\ntable = P\nentity = person\nfield.name = N\n",
          "c.ini:8: there is no [remote notoin]; there are: notion\n"
          "c.ini:12: [flow b] has no remote; write remote = NAME of a [remote]");
}

static void reference__without_a_carrier__is_told(void **state)
{
    (void)state;
    static const char part[] = "[flow part]\nremote = notion\ntable = X\nentity = participation\n"
                               "field.year = Y\nfield.role = R\n";
    AUTO_BUF a = BUF_INIT(4096), b = BUF_INIT(4096), c = BUF_INIT(4096), d = BUF_INIT(4096);
    /* lines: HEAD 3, NOTION 3, TEAMS 6, part 6 */
    buf_addf(&a,
             HEAD NOTION TEAMS "%sfield.person_id = p via notion\nfield.team_id = t via notion\n",
             part);
    check(buf_str(&a),
          "c.ini:19: «via notion»: no flow reads person from notion, so its ids would mean "
          "nothing; add a [flow] with entity = person and remote = notion");
    buf_addf(&b,
             HEAD NOTION TEAMS "%sfield.person_id = p via grist\nfield.team_id = t via notion\n",
             part);
    check(buf_str(&b), "c.ini:19: there is no [remote grist]");
    buf_addf(&c, HEAD NOTION TEAMS PEOPLE "%sfield.person_id = p\nfield.team_id = t via notion\n",
             part);
    check(buf_str(&c), "c.ini:24: field.person_id names another record: say whose ids the column "
                       "holds, field.person_id = p via REMOTE");
    buf_addf(&d,
             HEAD NOTION TEAMS PEOPLE "%sfield.person_id = p via notion\nfield.team_id = t via "
                                      "notion\nwhere.person_id = x\n",
             part);
    check(buf_str(&d), "c.ini:26: where.person_id is a reference to another record; a scope needs "
                       "a value");
}

static void set__is_told__as_a_reference_is(void **state)
{
    (void)state;
    /* lines: HEAD 3, NOTION 3, TEAMS 6, these 8 */
    static const char badges[] = "[flow badges]\nremote = notion\ntable = B\nentity = badge\n"
                                 "field.name = N\nfield.diet = D\nfield.feed = F\nfield.role = R\n";
    AUTO_BUF a = BUF_INIT(4096), b = BUF_INIT(4096), c = BUF_INIT(4096);
    buf_addf(&a, HEAD NOTION TEAMS "%sfield.teams = T\n", badges);
    check(buf_str(&a),
          "c.ini:21: field.teams names another record: say whose ids the column holds, "
          "field.teams = T via REMOTE");
    buf_addf(&b, HEAD NOTION TEAMS "%sfield.teams = T via notion\nwhere.teams = x\n", badges);
    check(buf_str(&b), "c.ini:22: where.teams is a reference to another record; a scope needs a "
                       "value");
    buf_addf(&c, HEAD NOTION "%sfield.teams = T via notion\n", badges);
    check(buf_str(&c), "c.ini:15: «via notion»: no flow reads team from notion, so its ids would "
                       "mean nothing; add a [flow] with entity = team and remote = notion");
}

static void year__that_is_not_set__is_told_where_it_is_used(void **state)
{
    (void)state;
    check("[rosterd]\nstore = s.db\n" NOTION
          "[flow people]\nremote = notion\ntable = P_{year}\nentity = person\nfield.name = N{yy}\n",
          "c.ini:8: {year} stands here but [rosterd] year is not set; write year = 2026\n"
          "c.ini:10: {year} stands here but [rosterd] year is not set; write year = 2026");
}

static void lines__that_cannot_be_read__are_told(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT(4096);
    buf_addf(&text, "%snonsense\nfield.city = ", FLOW);
    for (int i = 0; i < 100; i++)
        buf_add(&text, "ж");
    buf_add(&text, "\n[flow b\n");
    check_has(buf_str(&text), "c.ini:12: neither a [section] nor `key = value`");
    check_has(buf_str(&text), "c.ini:13: the line has 213 bytes, at most 197 are read");
    check_has(buf_str(&text), "c.ini:14: the section's ] is missing; write [name]");
    check_has(HEAD "[flow a-name-that-is-much-longer-than-libinih-can-hold]\n",
              "c.ini:4: the section's name is longer than 49 bytes");
}

/* Else they would be taken for keys of the section before it. */
static void keys__below_a_section_that_cannot_be_read__are_left_alone(void **state)
{
    (void)state;
    check(HEAD
          "[telegram]\ntoken = t\nadmins = 1\n"
          "[remote a-name-that-is-much-longer-than-libinih-can-hold]\nadmins = 2\nkind = coda\n",
          "c.ini:7: the section's name is longer than 49 bytes; choose a shorter one");
}

static void mistakes__are_told__all_at_once(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "c.ini:3: year:",
        "c.ini:4: [rosterd] has no key «worker»; did you mean workers?",
        "c.ini:6: kind:",
        "c.ini:8: there is no section [rmote x]",
        "c.ini:11: there is no [remote grist]",
        "c.ini:14: every:",
        "c.ini:15: person has no field «town»",
        "c.ini:17: there is no [flow nobody]",
    };
    AUTO_CONFIG *cfg = NULL;
    const char *told = config_from_text("[rosterd]\nstore = s.db\nyear = soon\nworker = 4\n"
                                        "[remote notion]\nkind = notin\ntoken = t\n[rmote x]\n"
                                        "kind = coda\n[flow people]\nremote = grist\ntable = P\n"
                                        "entity = person\nevery = often\nfield.town = x\n"
                                        "[cycle c]\nsteps = nobody\n",
                                        &cfg);
    assert_null(cfg);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_has(told, wanted[i]);
    /* each line begins with the file and a line number of its own */
    for (const char *p = told; *p; p = strchr(p, '\n') + 1) {
        int line = 0;
        assert_int_equal(sscanf(p, "c.ini:%d: ", &line), 1);
        assert_in_range(line, 1, 17);
    }
}

static void names__have__a_limit(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT(1 << 16);
    buf_add(&text, HEAD);
    for (int i = 0; i < 70; i++)
        buf_addf(&text, "[remote r%d]\nkind = notion\ntoken = t\n", i);
    check_has(buf_str(&text), "c.ini:196: more than 64 sections of one kind");
}

static void token__never_stands__in_a_mistake(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = NULL;
    const char *told = config_from_text(
        HEAD "[remote coda]\nkind = coda\ntoken = secret-abc\n[telegram]\ntoken = 1:secret-def\n"
             "tokn = secret-ghi\n",
        &cfg);
    assert_has(told, "[remote coda] has no doc");
    assert_has_not(told, "secret-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file__that_cannot_be_read__is_told),
        cmocka_unit_test(section__unknown__is_told_with_those_there_are),
        cmocka_unit_test(section__without_a_good_name__is_told),
        cmocka_unit_test(section__twice__is_told_with_the_first_line),
        cmocka_unit_test(key__unknown__is_told_with_a_suggestion),
        cmocka_unit_test(key__twice__is_told_with_the_first_line),
        cmocka_unit_test(values__that_are_wrong__say_what_to_write),
        cmocka_unit_test(token__that_is_missing__is_told_where),
        cmocka_unit_test(remote__that_is_incomplete__is_told_at_its_section),
        cmocka_unit_test(store__that_is_missing__is_told),
        cmocka_unit_test(flow__that_is_incomplete__is_told_at_its_section),
        cmocka_unit_test(remote__that_is_unknown__is_told_for_each_flow),
        cmocka_unit_test(reference__without_a_carrier__is_told),
        cmocka_unit_test(set__is_told__as_a_reference_is),
        cmocka_unit_test(year__that_is_not_set__is_told_where_it_is_used),
        cmocka_unit_test(lines__that_cannot_be_read__are_told),
        cmocka_unit_test(keys__below_a_section_that_cannot_be_read__are_left_alone),
        cmocka_unit_test(mistakes__are_told__all_at_once),
        cmocka_unit_test(names__have__a_limit),
        cmocka_unit_test(token__never_stands__in_a_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
