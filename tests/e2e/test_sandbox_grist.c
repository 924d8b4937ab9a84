/* test_sandbox_grist.c: what the played Grist does with cells, triggers, keys and haste: the parts
 * of the real server's behaviour on which a sync stands or falls. */
#include "tests/sandbox/ids.h"
#include "tests/support/grist_talk.h"

#include <stdio.h>

#define T     "/tables/T/records"
#define CROWD 20 /* requests at once */

/* A document with teams, people, and a table T of badges whose trigger moves with every edit. */
struct lab {
    struct e2e *e;
    const char *doc;
};

static void tell(const struct lab *l, const char *method, const char *path, const char *body)
{
    cJSON_Delete(grist_do(l->e, l->doc, method, path, body, 200));
}

static void is(const struct lab *l, const char *method, const char *path, const char *body,
               int status, const char *answer)
{
    grist_is(l->e, l->doc, method, path, body, status, answer);
}

static struct lab lab(const struct e2e_options *o)
{
    struct lab l = {.e = e2e_world(o)};
    l.doc = grist_fresh(l.e);
    tell(&l, "POST", "/tables",
         "{\"tables\":[{\"id\":\"Teams\",\"columns\":[{\"id\":\"name\",\"fields\":{\"type\":"
         "\"Text\"}}]},{\"id\":\"People\",\"columns\":[{\"id\":\"name\",\"fields\":{\"type\":"
         "\"Text\"}}]},{\"id\":\"T\",\"columns\":["
         "{\"id\":\"UUID\",\"fields\":{\"type\":\"Text\"}},"
         "{\"id\":\"number\",\"fields\":{\"type\":\"Int\"}},"
         "{\"id\":\"person\",\"fields\":{\"type\":\"Ref:People\"}},"
         "{\"id\":\"teams\",\"fields\":{\"type\":\"RefList:Teams\"}},"
         "{\"id\":\"flag\",\"fields\":{\"type\":\"Bool\"}},"
         "{\"id\":\"day\",\"fields\":{\"type\":\"Date\"}},"
         "{\"id\":\"at\",\"fields\":{\"type\":\"DateTime:Europe/Moscow\"}},"
         "{\"id\":\"price\",\"fields\":{\"type\":\"Numeric\"}},"
         "{\"id\":\"kind\",\"fields\":{\"type\":\"Choice\"}},"
         "{\"id\":\"tags\",\"fields\":{\"type\":\"ChoiceList\"}},"
         "{\"id\":\"any\",\"fields\":{\"type\":\"Any\"}},"
         "{\"id\":\"updated_at\",\"fields\":{\"type\":\"DateTime:UTC\",\"formula\":\"NOW()\","
         "\"recalcWhen\":2}}]}]}");
    tell(&l, "POST", "/tables/Teams/records", "{\"records\":[{},{},{}]}");
    tell(&l, "POST", "/tables/People/records", "{\"records\":[{},{}]}");
    return l;
}

static void recalc(const struct lab *l, const char *fields)
{
    tell(l, "PATCH", "/tables/T/columns",
         arena_printf(l->e->arena, "{\"columns\":[{\"id\":\"updated_at\",\"fields\":%s}]}",
                      fields));
}

static void two_rows(const struct lab *l)
{
    tell(l, "POST", T,
         "{\"records\":[{\"fields\":{\"UUID\":\"b-1\",\"number\":1,\"person\":1,\"teams\":[\"L\",1,"
         "2]}},{\"fields\":{\"UUID\":\"b-2\",\"number\":2,\"person\":2,\"teams\":[\"L\",2]}}]}");
}

/* The rows whose updated_at is another than at the last call, as "1 2". */
static const char *moved(const struct lab *l, double last[8])
{
    AUTO_BUF out = BUF_INIT(100);
    AUTO_JSON *json = grist_do(l->e, l->doc, "GET", T, NULL, 200);
    const cJSON *row;
    cJSON_ArrayForEach(row, json_at(json, "records"))
    {
        int id = json_at(row, "id")->valueint;
        const cJSON *at = json_at(row, "fields.updated_at");
        double now = cJSON_IsNumber(at) ? at->valuedouble : 0;
        assert_true(id < 8);
        if (now != last[id])
            buf_addf(&out, "%s%d", out.len ? " " : "", id);
        last[id] = now;
    }
    return arena_strdup(l->e->arena, buf_str(&out));
}

struct step {
    const char *method, *path, *body, *moved;
};

static void walk(const struct lab *l, const struct step *steps, size_t n)
{
    double last[8] = {0};
    moved(l, last);
    for (size_t i = 0; i < n; i++) {
        tell(l, steps[i].method, steps[i].path, steps[i].body);
        const char *got = moved(l, last);
        if (strcmp(got, steps[i].moved) != 0)
            fail_msg("%s %s %s: moved «%s», not «%s»", steps[i].method, steps[i].path,
                     steps[i].body, got, steps[i].moved);
    }
}

#define ONE(id, fields) "{\"records\":[{\"id\":" #id ",\"fields\":" fields "}]}"
#define BOTH(one, two)  "{\"records\":[{\"id\":1,\"fields\":" one "},{\"id\":2,\"fields\":" two "}]}"

static void trigger_on_edits__moves__only_rows_that_changed(void **state)
{
    static const struct step steps[] = {
        {"PATCH", T, ONE(1, "{\"number\":7}"), "1"},
        {"PATCH", T, ONE(1, "{\"number\":7}"), ""},
        {"PATCH", T, BOTH("{\"number\":7}", "{\"number\":9}"), "2"},
        {"PATCH", T, BOTH("{\"number\":8}", "{\"number\":8}"), "1 2"},
        {"PATCH", T, ONE(1, "{\"number\":8,\"price\":3}"), "1"},
        {"PATCH", T, ONE(1, "{\"teams\":[\"L\",1,2]}"), ""},
        {"PATCH", T, ONE(1, "{\"teams\":[\"L\",2,1]}"), "1"},
        {"PATCH", T, ONE(1, "{\"flag\":null}"), ""},
        {"PATCH", T, ONE(1, "{}"), ""},
        {"PATCH", T, ONE(1, "{\"person\":null}"), "1"},
        {"PATCH", T, ONE(1, "{\"person\":0}"), ""},
        {"PUT", T, "{\"records\":[{\"require\":{\"UUID\":\"b-1\"},\"fields\":{\"number\":8}}]}",
         ""},
        {"PUT", T, "{\"records\":[{\"require\":{\"UUID\":\"b-1\"},\"fields\":{\"number\":5}}]}",
         "1"},
        {"PATCH", "/tables/Teams/records", ONE(2, "{\"name\":\"x\"}"), ""},
        {"POST", "/tables/Teams/records/delete", "[2]", ""},
        {"POST", "/tables/People/records/delete", "[2]", ""},
        {"POST", "/tables/T/columns",
         "{\"columns\":[{\"id\":\"more\",\"fields\":{\"type\":\"Text\"}}]}", ""},
        {"PATCH", "/tables/T/columns",
         "{\"columns\":[{\"id\":\"price\",\"fields\":{\"type\":\"Text\"}}]}", ""},
        {"PATCH", "/tables/T/columns",
         "{\"columns\":[{\"id\":\"more\",\"fields\":{\"colId\":\"less\"}}]}", ""},
        {"PATCH", T, ONE(1, "{\"number\":6,\"updated_at\":1234}"), "1"},
        {"POST", "/tables/T/records/delete", "[2]", ""},
    };
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    recalc(&l, "{\"recalcWhen\":2}");
    two_rows(&l);
    walk(&l, steps, ARRAY_LEN(steps));
    is(&l, "GET", "/sql?q=select%20id,person,teams,price,updated_at%20from%20T", NULL, 200,
       "{\"statement\":\"select id,person,teams,price,updated_at from T\",\"records\":[{\"fields\":"
       "{\"id\":1,\"person\":0,\"teams\":\"[1]\",\"price\":\"3\",\"updated_at\":1234}}]}");
    e2e_done(l.e);
}

static void trigger_on_dependencies__moves__for_cleared_references_too(void **state)
{
    static const struct step steps[] = {
        {"PATCH", T, ONE(1, "{\"number\":7}"), "1"},
        {"PATCH", T, ONE(1, "{\"number\":7}"), ""},
        {"PATCH", T, ONE(1, "{\"price\":7}"), ""}, /* not among them */
        {"POST", "/tables/Teams/records/delete", "[2]", "1 2"},
        {"POST", "/tables/People/records/delete", "[2]", "2"},
        {"PATCH", "/tables/Teams/records", ONE(1, "{\"name\":\"x\"}"), ""},
        {"PATCH", T, ONE(1, "{\"number\":5,\"updated_at\":5}"), "1"},
    };
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    AUTO_JSON *columns = grist_do(l.e, l.doc, "GET", "/tables/T/columns", NULL, 200);
    AUTO_BUF deps = BUF_INIT(200);
    for (int i = 1; i <= 3; i++) /* number, person, teams */
        buf_addf(&deps, ",%d",
                 json_at(cJSON_GetArrayItem(json_at(columns, "columns"), i), "fields.colRef")
                     ->valueint);
    recalc(&l,
           arena_printf(l.e->arena, "{\"recalcWhen\":0,\"recalcDeps\":[\"L\"%s]}", buf_str(&deps)));
    two_rows(&l);
    walk(&l, steps, ARRAY_LEN(steps));
    e2e_done(l.e);
}

static void trigger_of_a_new_table__speaks__on_insert_only(void **state)
{
    static const struct step steps[] = {
        {"PATCH", T, ONE(1, "{\"number\":7}"), ""},
        {"POST", T, "{\"records\":[{}]}", "3"},
        /* named by one record of several, it is given to all */
        {"POST", T, "{\"records\":[{\"fields\":{\"updated_at\":7}},{}]}", "4"},
    };
    (void)state;
    struct lab l = lab(&(struct e2e_options){0}); /* recalcWhen 2 was asked for, and lost */
    two_rows(&l);
    walk(&l, steps, ARRAY_LEN(steps));
    is(&l, "GET", "/sql?q=select%20updated_at%20u%20from%20T%20where%20id>3", NULL, 200,
       "{\"statement\":\"select updated_at u from T where id>3\",\"records\":[{\"fields\":{\"u\":7}"
       "},{\"fields\":{\"u\":null}}]}");
    e2e_done(l.e);
}

/* ---------------------------------------------------------------- cells */

static const struct {
    const char *column, *written, *parsed, *unparsed; /* unparsed NULL: the same */
} cells[] = {
    {"number", "12", "12", NULL},
    {"number", "\"12\"", "12", NULL},
    {"number", "\"1,200\"", "1200", "\"1,200\""},
    {"number", "\"abc\"", "\"abc\"", NULL},
    {"number", "12.7", "12", NULL},
    {"number", "4000000000", "\"4000000000\"", NULL},
    {"number", "true", "1", NULL},
    {"number", "null", "null", NULL},
    {"price", "\"12.5\"", "12.5", NULL},
    {"price", "\"50%\"", "0.5", "\"50%\""},
    {"UUID", "7", "\"7\"", NULL},
    {"UUID", "\" a\\n\\\"😀\"", "\" a\\n\\\"😀\"", NULL},
    {"person", "9999", "9999", NULL},
    {"person", "\"1\"", "1", "\"1\""},
    {"person", "\"Anna\"", "\"Anna\"", NULL},
    {"person", "null", "0", NULL},
    {"teams", "[\"L\",99,1]", "[\"L\",99,1]", NULL},
    {"teams", "\"[1,3]\"", "[\"L\",1,3]", NULL},
    {"teams", "[\"L\"]", "null", NULL},
    {"teams", "\"AltText\"", "\"AltText\"", NULL},
    {"flag", "\"yes\"", "true", NULL},
    {"flag", "0", "false", NULL},
    {"flag", "\"maybe\"", "\"maybe\"", NULL},
    {"day", "\"2026-07-10\"", "1783641600", NULL},
    {"day", "\"2026-07-10T15:00:00Z\"", "1783641600", NULL},
    {"day", "\"20.07.2026\"", "\"20.07.2026\"", NULL},
    {"day", "1783630800", "1783630800", NULL},
    {"at", "\"2026-07-10T12:00:00\"", "1783674000", NULL},
    {"at", "\"2026-07-10T12:00:00Z\"", "1783684800", NULL},
    {"at", "\"2026-07-10T12:00:00.250+03:00\"", "1783674000.25", NULL},
    {"kind", "\"zzz\"", "\"zzz\"", NULL},
    {"tags", "[\"L\",\"q\",\"a b\"]", "[\"L\",\"q\",\"a b\"]", NULL},
    {"any", "[\"L\",1,\"x\"]", "[\"L\",1,\"x\"]", NULL},
    {"any", "true", "true", NULL},
};

static void cells__take__whatever_is_written(void **state)
{
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    tell(&l, "POST", T, "{\"records\":[{}]}");
    for (size_t i = 0; i < ARRAY_LEN(cells) * 2; i++) {
        const char *column = cells[i / 2].column, *wanted = cells[i / 2].parsed;
        if (i % 2 && cells[i / 2].unparsed)
            wanted = cells[i / 2].unparsed;
        tell(&l, "PATCH", i % 2 ? T "?noparse=1" : T,
             arena_printf(l.e->arena, "{\"records\":[{\"id\":1,\"fields\":{\"%s\":%s}}]}", column,
                          cells[i / 2].written));
        AUTO_JSON *json = grist_do(l.e, l.doc, "GET", T, NULL, 200);
        AUTO_JSON *value = cJSON_Parse(wanted);
        const cJSON *row = cJSON_GetArrayItem(json_at(json, "records"), 0);
        const cJSON *got = json_at(json_at(row, "fields"), column);
        if (!cJSON_Compare(got, value, true))
            fail_msg("%s of %s reads %s, not %s", column, cells[i / 2].written,
                     cJSON_PrintUnformatted(got), wanted);
    }
    e2e_done(l.e);
}

static void sql__shows__cells_as_they_are_stored(void **state)
{
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    tell(&l, "POST", T,
         "{\"records\":[{\"fields\":{\"flag\":true,\"teams\":[\"L\",1,2],\"tags\":[\"L\",\"a\"],"
         "\"day\":\"никогда\",\"price\":0.1,\"any\":[\"L\",\"a\"]}}]}");
    is(&l, "POST", "/sql",
       "{\"sql\":\"select flag, teams, tags, day, price, any from T where price = ? and ? is null\","
       "\"args\":[0.1]}",
       200,
       "{\"statement\":\"select flag, teams, tags, day, price, any from T where price = ? and ? is "
       "null\",\"records\":[{\"fields\":{\"flag\":1,\"teams\":\"[1,2]\",\"tags\":\"[\\\"a\\\"]\","
       "\"day\":\"никогда\",\"price\":0.1,\"any\":{\"type\":\"Buffer\",\"data\":[91,2,0,0,0,117,1,0,"
       "0,0,76,117,1,0,0,0,97]}}}]}");
    e2e_done(l.e);
}

static void formula__refuses__to_be_written(void **state)
{
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    tell(&l, "POST", T, "{\"records\":[{\"fields\":{\"UUID\":\"b\"}}]}");
    tell(&l, "POST", "/tables/T/columns",
         "{\"columns\":[{\"id\":\"bad\",\"fields\":{\"type\":\"Numeric\",\"isFormula\":true,"
         "\"formula\":\"1/0\"}}]}");
    is(&l, "PATCH", T, "{\"records\":[{\"id\":1,\"fields\":{\"UUID\":\"c\",\"bad\":1}}]}", 400,
       "{\"error\":\"Error manipulating data: [Sandbox] ValueError Can't save value to formula "
       "column bad\"}");
    is(&l, "GET", "/sql?q=select%20UUID,bad%20from%20T", NULL, 200,
       "{\"statement\":\"select UUID,bad from T\",\"records\":[{\"fields\":{\"UUID\":\"b\",\"bad\":{"
       "\"type\":\"Buffer\",\"data\":[91,2,0,0,0,117,1,0,0,0,69,117,17,0,0,0,90,101,114,111,68,105,"
       "118,105,115,105,111,110,69,114,114,111,114]}}}]}");
    AUTO_JSON *json = grist_do(l.e, l.doc, "GET", T, NULL, 200);
    const cJSON *row = cJSON_GetArrayItem(json_at(json, "records"), 0);
    assert_true(cJSON_IsNull(json_at(row, "fields.bad")));
    assert_string_equal(cJSON_GetStringValue(json_at(row, "errors.bad")), "ZeroDivisionError");
    e2e_done(l.e);
}

static void removed_row__leaves__its_id_to_the_next(void **state)
{
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    two_rows(&l);
    is(&l, "POST", T "/delete", "[2,77]", 200, "null");
    is(&l, "POST", T, "{\"records\":[{}]}", 200, "{\"records\":[{\"id\":2}]}");
    is(&l, "POST", T "/delete", "[1]", 200, "null");
    is(&l, "POST", T, "{\"records\":[{}]}", 200, "{\"records\":[{\"id\":3}]}");
    e2e_done(l.e);
}

/* ---------------------------------------------------------------- keys and refusals */

static void keys__allow__what_they_may(void **state)
{
    static const char add[] = "{\"records\":[{}]}";
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 20, .participations = 20});
    const char *doc = SB_GRIST_DOC;
    struct grist_said said;
    grist_is_for(e, SB_GRIST_VIEWER, doc, "GET", "/tables/Arrival_type/records?limit=1", NULL, 200,
                 "{\"records\":[{\"id\":1,\"fields\":{\"code\":\"UNDEFINED\",\"title\":\"не "
                 "определен\"}}]}");
    grist_is_for(e, SB_GRIST_VIEWER, doc, "GET", "/sql?q=select%201%20as%20x", NULL, 200,
                 "{\"statement\":\"select 1 as x\",\"records\":[{\"fields\":{\"x\":1}}]}");
    grist_is_for(e, SB_GRIST_VIEWER, doc, "POST", "/tables/Roles/records", add, 403,
                 "{\"error\":\"No write access\"}");
    grist_is_for(e, SB_GRIST_VIEWER, doc, "GET", "/webhooks", NULL, 403,
                 "{\"error\":\"No owner access\"}");
    static const char *const whole[] = {"/sql?q=select%201", "/states", "/compare"};
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
        grist_is_for(e, SB_GRIST_PARTIAL, doc, "GET", whole[i], NULL, 403,
                     "{\"error\":\"insufficient document access\"}");
    grist_is_for(e, SB_GRIST_PARTIAL, doc, "POST", "/tables/Roles/records", add, 200,
                 "{\"records\":[{\"id\":21}]}");
    grist_is_for(e, "nope", "nopenopenope", "GET", "", NULL, 401,
                 "{\"error\":\"Bad request: invalid API key\"}");
    said = grist_tell(e, &(struct grist_ask){.method = "POST",
                                             .path = "/api/docs/x/tables/T/records",
                                             .body = add,
                                             .auth = "",
                                             .type = ""});
    assert_int_equal(said.status, 401);
    assert_has(said.text, "Unauthenticated requests require one of the headers'Content-Type");
    said = grist_tell(e, &(struct grist_ask){.method = "GET",
                                             .path = "/api/docs/" SB_GRIST_DOC "/states",
                                             .auth = "bearer " SB_GRIST_TOKEN});
    assert_int_equal(said.status, 401);
    assert_has(said.text, "unsupported Authorization scheme, expected 'Bearer'");
    e2e_done(e);
}

static void haste__is_turned_away__beyond_ten_at_once(void **state)
{
    static const char slow[] =
        "{\"sql\":\"with recursive c(x) as (select 1 union all select x+1 from c) select max(x) "
        "from c\",\"timeout\":150}";
    int sockets[CROWD], slow_ones = 0, refused = 0;
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    const char *path = arena_printf(l.e->arena, "/api/docs/%s/sql", l.doc);
    struct grist_ask ask = {.method = "POST", .path = path, .body = slow};
    for (size_t i = 0; i < CROWD; i++)
        sockets[i] = grist_begin(l.e, &ask);
    for (size_t i = 0; i < CROWD; i++) {
        struct grist_said said = grist_end(l.e, sockets[i]);
        slow_ones += said.status == 400 && strstr(said.text, "database interrupt");
        refused += said.status == 429 && strstr(said.text, l.doc);
        assert_has_not(said.head, "Retry-After");
    }
    assert_int_equal(slow_ones, 10);
    assert_int_equal(refused, CROWD - 10);
    assert_int_equal(e2e_requests(l.e, "grist").limited, CROWD - 10);
    e2e_done(l.e);
}

static void upserts_at_once__leave__one_row(void **state)
{
    int sockets[CROWD], done = 0;
    (void)state;
    struct lab l = lab(&(struct e2e_options){.speed = 1});
    const char *path = arena_printf(l.e->arena, "/api/docs/%s" T, l.doc);
    struct grist_ask ask =
        {.method = "PUT",
         .path = path,
         .body = "{\"records\":[{\"require\":{\"UUID\":\"x\"},\"fields\":{\"number\":1}}]}"};
    int64_t begun = clock_mono_ms();
    for (size_t i = 0; i < CROWD; i++)
        sockets[i] = grist_begin(l.e, &ask);
    for (size_t i = 0; i < CROWD; i++)
        done += grist_end(l.e, sockets[i]).status == 200;
    assert_true(done >= 10);
    assert_true(clock_mono_ms() - begun >= done * 8); /* one after another, 8 ms each */
    is(&l, "GET", "/sql?q=select%20count(*)%20n%20from%20T", NULL, 200,
       "{\"statement\":\"select count(*) n from T\",\"records\":[{\"fields\":{\"n\":1}}]}");
    e2e_done(l.e);
}

static void long_requests__are_refused(void **state)
{
    (void)state;
    struct lab l = lab(&(struct e2e_options){0});
    const char *doc = arena_printf(l.e->arena, "/api/docs/%s", l.doc);
    struct grist_said said =
        grist_tell(l.e, &(struct grist_ask){.method = "GET",
                                            .path = arena_printf(l.e->arena, "%s" T "?x=%020000d",
                                                                 doc, 0)});
    assert_int_equal(said.status, 431);
    assert_int_equal(said.length, 0);
    is(&l, "POST", T, arena_printf(l.e->arena, "{\"records\":[{}],\"x\":\"%01050000d\"}", 0), 413,
       "{\"error\":\"request entity too large\"}");
    e2e_done(l.e);
}

#define DOC(name) arena_printf(e->arena, "/api/docs/%s" name, doc)

static void document__is_known__by_its_short_name_until_it_is_trashed(void **state)
{
    (void)state;
    struct e2e *e = e2e_world(&(struct e2e_options){.people = 20, .participations = 20});
    const char *doc = grist_fresh(e);
    const char *brief = arena_printf(e->arena, "%.12s", doc);
    AUTO_JSON *whole = grist_do(e, brief, "GET", "", NULL, 200);
    assert_string_equal(cJSON_GetStringValue(json_at(whole, "id")), doc);
    struct grist_said said =
        grist_tell(e, &(struct grist_ask){.method = "GET", .path = DOC("/tables/Table1/records")});
    const char *tag = strstr(said.head, "ETag: ");
    assert_non_null(tag);
    said =
        grist_tell(e,
                   &(struct grist_ask){.method = "GET",
                                       .path = DOC("/tables/Table1/records"),
                                       .more = arena_printf(e->arena, "If-None-Match: %.*s\r\n",
                                                            (int)strcspn(tag + 6, "\r"), tag + 6)});
    assert_int_equal(said.status, 304);
    assert_int_equal(said.length, 0);
    grist_is(e, doc, "POST", "/remove", "{}", 200, "null");
    grist_is(e, doc, "GET", "/tables", NULL, 404, "{\"error\":\"Document is deleted\"}");
    grist_is(e, doc, "POST", "/unremove", "{}", 200, "null");
    cJSON_Delete(grist_do(e, doc, "GET", "/tables", NULL, 200));
    e2e_done(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        E2E_TEST(trigger_on_edits__moves__only_rows_that_changed),
        E2E_TEST(trigger_on_dependencies__moves__for_cleared_references_too),
        E2E_TEST(trigger_of_a_new_table__speaks__on_insert_only),
        E2E_TEST(cells__take__whatever_is_written),
        E2E_TEST(sql__shows__cells_as_they_are_stored),
        E2E_TEST(formula__refuses__to_be_written),
        E2E_TEST(removed_row__leaves__its_id_to_the_next),
        E2E_TEST(keys__allow__what_they_may),
        E2E_TEST(haste__is_turned_away__beyond_ten_at_once),
        E2E_TEST(upserts_at_once__leave__one_row),
        E2E_TEST(long_requests__are_refused),
        E2E_TEST(document__is_known__by_its_short_name_until_it_is_trashed),
    };
    return E2E_RUN("sandbox_grist", tests);
}
