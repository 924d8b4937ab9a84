/* test_sandbox_grist_world.c: the festival as it stands in the played Grist, hands that edit it,
 * its history, and its faults. */
#include "tests/sandbox/ids.h"
#include "tests/support/grist_talk.h"

#include <stdio.h>

#define DOC  SB_GRIST_DOC
#define ROLE "/tables/Roles/records"

static struct e2e *small(void)
{
    return e2e_world(&(struct e2e_options){.people = 30, .teams = 13, .participations = 40});
}

static double count(struct e2e *e, const char *sql)
{
    AUTO_JSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "sql", sql);
    char *text = cJSON_PrintUnformatted(body);
    AUTO_JSON *json = grist_do(e, DOC, "POST", "/sql", text, 200);
    free(text);
    const cJSON *fields = json_at(cJSON_GetArrayItem(json_at(json, "records"), 0), "fields");
    assert_non_null(fields);
    assert_true(cJSON_IsNumber(fields->child));
    return fields->child->valuedouble;
}

/* ---------------------------------------------------------------- the festival */

#define BAD_PEOPLE "(select id from People where trim(name) = '')"
#define BAD_TEAMS                                                                                  \
    "(select id from Teams where trim(team_name) = '' or type_of_team in ('', 'космодром'))"
#define BAD_BADGES                                                                                 \
    "(select id from Badges_2026 where to_delete > 0 or trim(name) = '' or diet = '' or "          \
    "feed_type = 'как получится' or role = 0 or directions_ref like 'Alt%' or "        \
    "directions_ref like '%900000%')"

/* Each number that the sandbox tells about its tables, counted anew by SQL. */
static const struct {
    const char *fact, *sql;
} told[] = {
    {"people.total", "select count(*) from People"},
    {"people.invalid_by_kind.empty_name", "select count(*) from " BAD_PEOPLE},
    {"teams.total", "select count(*) from Teams"},
    {"teams.invalid", "select count(*) from " BAD_TEAMS},
    {"participations.total", "select count(*) from Participations"},
    {"participations.marked", "select count(*) from Participations where to_delete > 0"},
    {"participations.without_uuid", "select count(*) from Participations where UUID = ''"},
    {"participations.invalid_by_kind.no_role",
     "select count(*) from Participations where role = 0"},
    {"participations.invalid_by_kind.unknown_role",
     "select count(*) from Participations where typeof(role) = 'text'"},
    {"participations.invalid_by_kind.unknown_status",
     "select count(*) from Participations where typeof(status) = 'text'"},
    {"participations.invalid_by_kind.no_person",
     "select count(*) from Participations where person = 0"},
    {"participations.invalid_by_kind.person_gone",
     "select count(*) from Participations where person > 0 and person not in (select id from "
     "People)"},
    {"participations.invalid_by_kind.no_team",
     "select count(*) from Participations where team = 0"},
    {"participations.invalid_by_kind.no_year",
     "select count(*) from Participations where typeof(year) = 'text'"},
    {"participations.invalid_by_kind.person_invalid",
     "select count(*) from Participations where person in " BAD_PEOPLE},
    {"participations.invalid_by_kind.team_invalid",
     "select count(*) from Participations where team in " BAD_TEAMS},
    {"badges.total", "select count(*) from Badges_2026"},
    {"badges.marked", "select count(*) from Badges_2026 where to_delete > 0"},
    {"badges.without_uuid", "select count(*) from Badges_2026 where UUID = ''"},
    {"badges.invalid_by_kind.empty_name", "select count(*) from Badges_2026 where trim(name) = ''"},
    {"badges.invalid_by_kind.no_diet", "select count(*) from Badges_2026 where diet = ''"},
    {"badges.invalid_by_kind.unknown_feed",
     "select count(*) from Badges_2026 where feed_type not in ('бесплатно', 'платно', 'ребенок')"},
    {"badges.invalid_by_kind.no_role", "select count(*) from Badges_2026 where role = 0"},
    {"badges.invalid_by_kind.directions_text",
     "select count(*) from Badges_2026 where directions_ref is not null and directions_ref not "
     "like '[%'"},
    {"badges.invalid_by_kind.directions_gone",
     "select count(*) from Badges_2026 b where directions_ref like '[%' and exists (select 1 from "
     "json_each(b.directions_ref) j where j.value not in (select id from Teams))"},
    {"arrivals.total", "select count(*) from Arrivals_2026"},
    {"arrivals.marked", "select count(*) from Arrivals_2026 where to_delete > 0"},
    {"arrivals.invalid_by_kind.no_badge", "select count(*) from Arrivals_2026 where badge = 0"},
    {"arrivals.invalid_by_kind.badge_marked",
     "select count(*) from Arrivals_2026 where badge in " BAD_BADGES},
    {"arrivals.invalid_by_kind.arrival_text",
     "select count(*) from Arrivals_2026 where typeof(arrival_date) = 'text'"},
    {"arrivals.invalid_by_kind.no_departure",
     "select count(*) from Arrivals_2026 where departure_date is null"},
    {"arrivals.invalid_by_kind.unknown_status",
     "select count(*) from Arrivals_2026 where typeof(status) = 'text'"},
    {"directions.total", "select count(*) from Directions2026"},
    {"directions.invalid_by_kind.no_team",
     "select count(*) from Directions2026 where direction_location26 = 0"},
    {"new_heads",
     "select count(*) from Directions2026 d, json_each(d.head26) h where not exists (select 1 from "
     "Participations p where p.person = h.value and p.team = d.direction_location26 and "
     "p.year = 2026 and typeof(p.role) = 'integer' and p.role > 0 and "
     "typeof(p.status) = 'integer')"},
    {"odd_but_right.alt_texts", "select count(*) from People where typeof(birth_date) = 'text'"},
    {"odd_but_right.plain_uuids", "select count(*) from People where length(ntn_id) = 32"},
};

static void festival__is_told__as_it_stands_there(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(
        &(struct e2e_options){.people = 200, .teams = 20, .participations = 600, .faults = "0.2"});
    AUTO_JSON *facts = e2e_get(e, "/facts");
    const cJSON *grist = json_at(facts, "grist");
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        int64_t said = e2e_number(grist, told[i].fact);
        double there = count(e, told[i].sql);
        if (there != (double)said)
            fail_msg("%s is told to be %lld, counted: %.0f", told[i].fact, (long long)said, there);
        if (strstr(told[i].fact, "_by_kind") && !said)
            fail_msg("nobody makes the mistake %s", told[i].fact);
    }
    assert_int_equal(count(e, "select count(*) from Badges_2026 where delete_reason = 'FEEDER: "
                              "deleted'"),
                     1);
    assert_true(count(e, "select count(*) from Badges_2026 where infant = 1 and parent > 0") > 0);
    assert_true(count(e, "select count(*) from Teams where typeof(last_year) = 'blob'") > 0);
    e2e_done(e);
}

static void festival__has__the_people_of_notion(void **state)
{
    (void)state;
    struct e2e *e = small();
    AUTO_JSON *pages = e2e_get(e, "/notion/pages?data_source=" SB_DS_PEOPLE);
    AUTO_JSON *rows = e2e_get(e, "/grist/rows?table=People");
    assert_int_equal(cJSON_GetArraySize(rows), 30);
    for (int i = 0; i < 30; i++) {
        const cJSON *row = cJSON_GetArrayItem(rows, i), *page = cJSON_GetArrayItem(pages, i);
        const char *id = cJSON_GetStringValue(json_at(row, "fields.ntn_id"));
        const char *name = cJSON_GetStringValue(json_at(row, "fields.name"));
        if (strlen(id) == 36) /* a few come without dashes */
            assert_string_equal(id, cJSON_GetStringValue(json_at(page, "id")));
        const char *theirs = cJSON_GetStringValue(
            cJSON_GetObjectItemCaseSensitive(json_at(page, "properties"), "Как звать"));
        assert_string_equal(name, theirs ? theirs : "");
    }
    e2e_done(e);
}

static void photos__are__real_pictures(void **state)
{
    static const unsigned char magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    (void)state;
    struct e2e *e = small();
    struct grist_said said =
        grist_tell(e, &(struct grist_ask){.method = "GET",
                                          .path = "/api/docs/" DOC "/attachments/2/download"});
    assert_int_equal(said.status, 200);
    assert_has(said.head, "Content-Type: image/png");
    assert_has(said.head, "filename=\"green.png\"");
    assert_true(said.length > 60);
    assert_memory_equal(said.text, magic, sizeof magic);
    assert_memory_equal(said.text + said.length - 8, "IEND", 4);
    AUTO_JSON *meta = grist_do(e, DOC, "GET", "/attachments/2", NULL, 200);
    assert_int_equal(e2e_number(meta, "fileSize"), said.length);
    assert_true(count(e, "select count(*) from Badges_2026 where photo_attach_id = '[2]'") > 0);
    e2e_done(e);
}

/* The lines of the configuration's section about Grist; "" when it has none. */
static const char *section(struct e2e *e)
{
    AUTO_BUF out = BUF_INIT(1 << 16);
    char *line = NULL;
    size_t room = 0;
    bool inside = false;
    FILE *f = fopen(e->config, "r");
    assert_non_null(f);
    while (getline(&line, &room, f) > 0) {
        inside = *line == '[' ? !strcmp(line, "[remote grist]\n") : inside;
        if (inside)
            buf_add(&out, line);
    }
    free(line);
    fclose(f);
    return arena_strdup(e->arena, buf_str(&out));
}

static void configuration__knows_grist__when_asked(void **state)
{
    (void)state;
    struct e2e *e = small();
    assert_string_equal(section(e), "");
    e2e_done(e);
    e = e2e_world(&(struct e2e_options){.people = 30, .participations = 40, .grist = true});
    assert_has(section(e),
               arena_printf(e->arena, "api_url = http://127.0.0.1:%u/grist\n", e->port));
    assert_has(section(e), "kind = grist\n");
    assert_has(section(e), "doc = " DOC "\n");
    assert_has(section(e), "token = " SB_GRIST_TOKEN "\n");
    e2e_done(e);
}

/* ---------------------------------------------------------------- hands and history */

static const cJSON *deltas(const cJSON *compare, const char *table)
{
    return json_at(json_at(compare, "details.rightChanges.tableDeltas"), table);
}

static const char *head(struct e2e *e)
{
    AUTO_JSON *states = grist_do(e, DOC, "GET", "/states", NULL, 200);
    return arena_strdup(e->arena,
                        cJSON_GetStringValue(
                            json_at(cJSON_GetArrayItem(json_at(states, "states"), 0), "h")));
}

static void check_list(const cJSON *delta, const char *key, const char *wanted)
{
    char *text = cJSON_PrintUnformatted(json_at(delta, key));
    assert_string_equal(text, wanted);
    free(text);
}

static void hands__edit__as_people_do(void **state)
{
    (void)state;
    struct e2e *e = small();
    double before = count(e, "select updated_at from People where id = 3");
    AUTO_JSON *row = e2e_post(e, "/grist/row",
                              "{\"table\":\"People\",\"row\":3,\"cells\":{\"city\":\"Тверь\"}}");
    assert_string_equal(cJSON_GetStringValue(json_at(row, "fields.city")), "Тверь");
    assert_true(count(e, "select updated_at from People where id = 3") > before);
    e2e_do(e, "/grist/row",
           "{\"table\":\"People\",\"row\":3,\"cells\":{\"city\":\"Омск\",\"updated_at\":1000}}");
    assert_int_equal(count(e, "select updated_at from People where id = 3"), 1000);
    e2e_do(e, "/grist/row",
           "{\"table\":\"People\",\"row\":3,\"cells\":{\"to_delete\":5,\"delete_reason\":\"x\"}}");
    assert_int_equal(count(e, "select to_delete from People where id = 3"), 5);
    e2e_do(e, "/grist/row", "{\"table\":\"People\",\"row\":3,\"cells\":{\"isInBL\":\"Да\"}}");
    assert_int_equal(count(e, "select count(*) from People where id = 3 and isInBL = 'Да'"), 1);
    AUTO_JSON *fresh =
        e2e_post(e, "/grist/row", "{\"table\":\"People\",\"cells\":{\"name\":\"Новый\"}}");
    assert_int_equal(e2e_number(fresh, "id"), 31);
    e2e_do(e, "/grist/row", "{\"table\":\"People\",\"row\":31,\"delete\":true}");
    assert_int_equal(count(e, "select count(*) from People"), 30);
    e2e_do(e, "/grist/schema",
           "{\"table\":\"People\",\"rename\":{\"city\":\"town\"},\"retype\":{\"phone\":"
           "\"calculated\"},\"drop\":[\"email\"]}");
    assert_int_equal(count(e, "select count(*) from People where town = 'Омск'"), 1);
    grist_is(e, DOC, "PATCH", "/tables/People/records",
             "{\"records\":[{\"id\":1,\"fields\":{\"phone\":\"1\"}}]}", 400,
             "{\"error\":\"Error manipulating data: [Sandbox] ValueError Can't save value to "
             "formula column phone\"}");
    e2e_done(e);
}

static void compare__names__rows_that_changed(void **state)
{
    (void)state;
    struct e2e *e = small();
    const char *before = head(e);
    grist_is(e, DOC, "POST", ROLE, "{\"records\":[{\"fields\":{\"Code\":\"X\"}},{}]}", 200,
             "{\"records\":[{\"id\":21},{\"id\":22}]}");
    grist_is(e, DOC, "PATCH", ROLE, "{\"records\":[{\"id\":1,\"fields\":{\"Name\":\"орг\"}}]}", 200,
             "null");
    const char *middle = head(e);
    grist_is(e, DOC, "PATCH", ROLE, "{\"records\":[{\"id\":1,\"fields\":{\"Name\":\"орг\"}}]}", 200,
             "null");
    assert_string_equal(head(e), middle); /* nothing changed: no action */
    grist_is(e, DOC, "POST", ROLE "/delete", "[22,2]", 200, "null");
    AUTO_JSON *all =
        grist_do(e, DOC, "GET", arena_printf(e->arena, "/compare?left=%s&right=HEAD", before), NULL,
                 200);
    const cJSON *roles = deltas(all, "Roles");
    check_list(roles, "addRows", "[21]");
    check_list(roles, "updateRows", "[1]");
    check_list(roles, "removeRows", "[2]");
    check_list(roles, "columnDeltas.Name.1", "[[\"организатор\"],[\"орг\"]]");
    assert_string_equal(cJSON_GetStringValue(json_at(all, "summary")), "right");
    AUTO_JSON *part =
        grist_do(e, DOC, "GET", arena_printf(e->arena, "/compare?left=%s&right=%s", before, middle),
                 NULL, 200);
    check_list(deltas(part, "Roles"), "addRows", "[21,22]");
    assert_true(count(e, "select count(*) from Badges_2026 where role = 2") == 0);
    grist_is(e, DOC, "GET", "/compare?left=0123&right=HEAD", NULL, 400,
             "{\"error\":\"hash not found: 0123\"}");
    e2e_done(e);
}

static void history__forgets__values_of_many_rows_at_once(void **state)
{
    (void)state;
    struct e2e *e = small();
    const char *before = head(e);
    AUTO_BUF body = BUF_INIT(1 << 16);
    buf_add(&body, "{\"records\":[");
    for (int i = 1; i <= 20; i++)
        buf_addf(&body, "%s{\"id\":%d,\"fields\":{\"Name\":\"%d\"}}", i > 1 ? "," : "", i, i);
    buf_add(&body, "]}");
    grist_is(e, DOC, "PATCH", ROLE, buf_str(&body), 200, "null");
    AUTO_JSON *all =
        grist_do(e, DOC, "GET", arena_printf(e->arena, "/compare?left=%s&right=HEAD", before), NULL,
                 200);
    const cJSON *roles = deltas(all, "Roles");
    assert_int_equal(cJSON_GetArraySize(json_at(roles, "updateRows")), 20);
    assert_int_equal(cJSON_GetArraySize(json_at(roles, "columnDeltas.Name")), 10);
    assert_true(cJSON_IsTrue(json_at(roles, "mayBeIncomplete")));
    e2e_done(e);
}

/* ---------------------------------------------------------------- faults and the log */

#define ADD "{\"records\":[{\"fields\":{\"Code\":\"F\"}}]}"

static struct grist_said add_role(struct e2e *e)
{
    return grist_tell(e, &(struct grist_ask){.method = "POST",
                                             .path = "/api/docs/" DOC ROLE,
                                             .body = ADD});
}

static void faults__speak__in_the_words_of_grist(void **state)
{
    static const struct {
        const char *kind, *words;
        int status;
    } kinds[] = {
        {"429", "Too many backlogged requests for document " DOC " - try again later?", 429},
        {"503", "Document in flux - try again later", 503},
        {"expired", "Bad request: invalid API key", 401},
        {"html502", "502 Bad Gateway", 502},
        {"notjson", "not JSON", 200},
    };
    (void)state;
    struct e2e *e = small();
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        e2e_fault(e, (struct fault){.service = "grist", .path = "/records", .kind = kinds[i].kind});
        struct grist_said said = add_role(e);
        assert_int_equal(said.status, kinds[i].status);
        assert_has(said.text, kinds[i].words);
        assert_has_not(said.head, "Retry-After");
    }
    assert_int_equal(count(e, "select count(*) from Roles"), 20);
    e2e_done(e);
}

static void faults__let_the_effect_happen__or_not(void **state)
{
    (void)state;
    struct e2e *e = small();
    e2e_fault(e, (struct fault){.service = "grist", .path = "/records", .kind = "drop"});
    assert_string_equal(add_role(e).text, "{\"records\":[{\"id\":21}]}");
    assert_int_equal(count(e, "select count(*) from Roles"), 20);
    const char *before = head(e);
    e2e_fault(e, (struct fault){.service = "grist", .path = "/records", .kind = "truncate"});
    struct grist_said said = add_role(e);
    assert_true(said.length < strlen("{\"records\":[{\"id\":21}]}"));
    assert_int_equal(count(e, "select count(*) from Roles where Code = 'F'"), 1);
    assert_string_not_equal(head(e), before);
    e2e_fault(e, (struct fault){.service = "grist", .path = "/records", .kind = "slow", .ms = 300});
    int64_t begun = clock_mono_ms();
    assert_int_equal(add_role(e).status, 200);
    assert_true(clock_mono_ms() - begun >= 300);
    e2e_done(e);
}

static void log__tells__reads_from_writes(void **state)
{
    (void)state;
    struct e2e *e = small();
    count(e, "select 1 as x");
    cJSON_Delete(grist_do(e, DOC, "POST", ROLE "/list", "{}", 200));
    cJSON_Delete(grist_do(e, DOC, "GET", ROLE, NULL, 200));
    struct requests r = e2e_requests(e, "grist");
    assert_int_equal(r.reads, 3);
    assert_int_equal(r.writes, 0);
    assert_int_equal(add_role(e).status, 200);
    AUTO_JSON *log = e2e_get(e, "/log?service=grist&writes=1");
    const cJSON *entry = cJSON_GetArrayItem(json_at(log, "requests"), 0);
    assert_int_equal(cJSON_GetArraySize(json_at(log, "requests")), 1);
    assert_string_equal(cJSON_GetStringValue(json_at(entry, "body")), ADD);
    assert_int_equal(e2e_number(entry, "status"), 200);
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(festival__is_told__as_it_stands_there),
        E2E_TEST(festival__has__the_people_of_notion),
        E2E_TEST(photos__are__real_pictures),
        E2E_TEST(configuration__knows_grist__when_asked),
        E2E_TEST(hands__edit__as_people_do),
        E2E_TEST(compare__names__rows_that_changed),
        E2E_TEST(history__forgets__values_of_many_rows_at_once),
        E2E_TEST(faults__speak__in_the_words_of_grist),
        E2E_TEST(faults__let_the_effect_happen__or_not),
        E2E_TEST(log__tells__reads_from_writes),
    };
    return E2E_RUN("sandbox_grist_world", tests);
}
