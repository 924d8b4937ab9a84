/* test_put.c: how a record looks in a remote's columns, and which of them have to be written. */
#include "store/links.h"
#include "store/refs.h"
#include "store/rows.h"
#include "sync/push/put.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#include <stdio.h>

#define PERSON "11111111-1111-4111-8111-111111111111"
#define TEAM   "22222222-2222-4222-8222-222222222222"
#define PAGE_P "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define PAGE_T "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[remote notion]\nkind = notion\ntoken = t\n[remote coda]\nkind = coda\ntoken = t\ndoc = D\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
    "field.diet = Веган\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
    "[flow part]\nremote = coda\ntable = grid\nentity = participation\ndirection = both\n"
    "create = yes\nwhere.year = 2026\nfield.year = Год\nfield.person_id = person_id via notion\n"
    "field.team_id = team via notion\nfield.role = Роль\nfield.status = Статус\n"
    "put.Человек = {person.name}\nput.Источник = \"rosterd\"\n"
    "[flow out]\nremote = notion\ntable = V\nentity = participation\ndirection = push\n"
    "put.Name = {person.name} — {team.name}\nput.Человек = person_id\nput.Год = year\n"
    "put.Службы = team_id\nput.Роль = role\nput.Тип = {team.type}\n"
    "[flow badges]\nremote = notion\ntable = B\nentity = badge\ndirection = both\n"
    "field.name = Надпись\nfield.diet = Веган\nfield.feed = Питание\nfield.role = Роль\n"
    "field.teams = Службы via notion\n"
    "[flow labels]\nremote = coda\ntable = L\nentity = badge\ndirection = push\n"
    "put.Надпись = name\nput.Службы = teams via notion\n";

struct lab {
    struct temp_store *t;
    struct config *cfg;
    struct put_ctx ctx;
    struct column_info info[PUTS_MAX];
    struct record *r;
    bool fields_only; /* no column of the flow is a text made of several */
};

static void add_row(struct temp_store *t, struct record *r)
{
    struct err err = {0};
    const struct change by = {.source = "test", .at = 1};
    assert_ok(rows_insert(t->db, r, &by, &err), err);
}

static void link_row(struct temp_store *t, const char *entity, const char *id, const char *tbl,
                     const char *row)
{
    struct err err = {0};
    const struct link l = {.entity = entity,
                           .local_id = id,
                           .flow = "f",
                           .remote = "notion",
                           .tbl = tbl,
                           .remote_id = row,
                           .part = "",
                           .base = "{}",
                           .seen_at = 1};
    assert_ok(links_insert(t->db, &l, &err), err);
}

static void set(struct record *r, const char *field, struct value v)
{
    r->v[model_field(r->e, field)] = v;
}

static struct record *born(struct temp_store *t, const char *entity, const char *id)
{
    struct record *r = record_new(model_entity(entity), t->arena);
    str_copy(r->id, sizeof r->id, id);
    return r;
}

static struct lab lab_open(struct temp_store *t, const char *flow)
{
    struct lab lab = {.t = t, .cfg = config_must(config)};
    struct record *person = born(t, "person", PERSON), *team = born(t, "team", TEAM);
    set(person, "name", V_TEXT("Анна"));
    set(team, "name", V_TEXT("Кухня"));
    set(team, "type", V_TEXT("CITY_SERVICE"));
    add_row(t, person);
    add_row(t, team);
    link_row(t, "person", PERSON, "P", PAGE_P);
    link_row(t, "team", TEAM, "T", PAGE_T);
    lab.r = born(t, "participation", "33333333-3333-4333-8333-333333333333");
    set(lab.r, "year", V_INT(2026));
    set(lab.r, "person_id", V_TEXT(PERSON));
    set(lab.r, "team_id", V_TEXT(TEAM));
    set(lab.r, "role", V_TEXT("VOLUNTEER"));
    lab.ctx = (struct put_ctx){.db = t->db,
                               .cfg = lab.cfg,
                               .flow = config_flow(lab.cfg, flow),
                               .dicts = t->dicts,
                               .arena = t->arena};
    lab.ctx.columns = arena_alloc(t->arena, PUTS_MAX, sizeof *lab.ctx.columns);
    return lab;
}

/* The rendered cell of a column, as its JSON. */
static const char *cell(struct lab *lab, const struct rendering *now, const char *column)
{
    AUTO_BUF b = BUF_INIT(4096);
    for (size_t i = 0; i < lab->ctx.flow->n_puts; i++) {
        if (!strcmp(lab->ctx.flow->puts[i].column, column)) {
            cells_to_json(&column, &now->cells[i], 1, &b);
            return arena_strdup(lab->t->arena, buf_str(&b));
        }
    }
    fail_msg("no column %s", column);
    return NULL;
}

static struct rendering render(struct lab *lab)
{
    struct err err = {0};
    struct rendering now;
    for (size_t i = 0; i < lab->ctx.flow->n_puts; i++) {
        lab->info[i] = (struct column_info){.name = lab->ctx.flow->puts[i].column, .type = "text"};
        lab->ctx.columns[i] = &lab->info[i];
    }
    assert_ok(put_render(&lab->ctx, lab->r, &now, &err), err);
    return now;
}

static void record__is_rendered__as_the_columns_want(void **state)
{
    struct lab lab = lab_open(*state, "out");
    struct rendering now = render(&lab);
    assert_null(now.waits);
    assert_string_equal(cell(&lab, &now, "Name"), "{\"Name\":\"Анна — Кухня\"}");
    assert_string_equal(cell(&lab, &now, "Человек"), "{\"Человек\":[{\"ref\":\"" PAGE_P "\"}]}");
    assert_string_equal(cell(&lab, &now, "Год"), "{\"Год\":2026}");
    assert_string_equal(cell(&lab, &now, "Роль"), "{\"Роль\":\"волонтёр\"}");
    assert_string_equal(cell(&lab, &now, "Тип"), "{\"Тип\":\"городская служба\"}");
    config_free(lab.cfg);
}

static void id_of_another_remote__is_text__without_dashes(void **state)
{
    struct lab lab = lab_open(*state, "part");
    struct rendering now = render(&lab);
    assert_string_equal(cell(&lab, &now, "team"),
                        "{\"team\":\"bbbbbbbbbbbb4bbb8bbbbbbbbbbbbbbb\"}");
    assert_string_equal(cell(&lab, &now, "Источник"), "{\"Источник\":\"rosterd\"}");
    config_free(lab.cfg);
}

#define GATES  "22222222-2222-4222-8222-222222222223"
#define PAGE_G "99999999-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

/* The lab's record is a badge of the kitchen and of the gates. */
static struct lab lab_of_badges(struct temp_store *t, const char *flow)
{
    struct lab lab = lab_open(t, flow);
    struct record *gates = born(t, "team", GATES);
    static const char *const ids[] = {GATES, TEAM};
    set(gates, "name", V_TEXT("Ворота"));
    set(gates, "type", V_TEXT("FIELD_SERVICE"));
    add_row(t, gates);
    link_row(t, "team", GATES, "T", PAGE_G);
    lab.r = born(t, "badge", "33333333-3333-4333-8333-333333333333");
    set(lab.r, "name", V_TEXT("Анна"));
    set(lab.r, "diet", V_TEXT("VEGAN"));
    set(lab.r, "feed", V_TEXT("FREE"));
    set(lab.r, "role", V_TEXT("MEDIC"));
    set(lab.r, "teams", refs_value(ids, ARRAY_LEN(ids), t->arena));
    return lab;
}

static void set__is_written__as_a_list_of_rows(void **state)
{
    struct lab lab = lab_of_badges(*state, "badges");
    struct rendering now = render(&lab);
    assert_null(now.waits);
    assert_string_equal(now.part, "");
    assert_string_equal(cell(&lab, &now, "Службы"),
                        "{\"Службы\":[{\"ref\":\"" PAGE_T "\"},{\"ref\":\"" PAGE_G "\"}]}");
    set(lab.r, "teams", V_NULL);
    now = render(&lab);
    assert_null(now.waits);
    assert_string_equal(cell(&lab, &now, "Службы"), "{\"Службы\":null}");
    config_free(lab.cfg);
}

static void set__is_written__elsewhere_as_a_list_of_texts(void **state)
{
    struct lab lab = lab_of_badges(*state, "labels");
    struct rendering now = render(&lab);
    assert_string_equal(cell(&lab, &now, "Службы"),
                        "{\"Службы\":[\"bbbbbbbbbbbb4bbb8bbbbbbbbbbbbbbb\","
                        "\"99999999bbbb4bbb8bbbbbbbbbbbbbbb\"]}");
    config_free(lab.cfg);
}

static void set__with_a_target_without_a_row__waits(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct lab lab = lab_of_badges(t, "badges");
    assert_ok(DB_RUN(t->db, &err, "DELETE FROM link WHERE remote_id = '" PAGE_T "'"), err);
    struct rendering now = render(&lab);
    assert_string_equal(now.waits, "team " TEAM);
    /* what is no set at all is no reason to write something */
    set(lab.r, "teams", V_TEXT("Кухня"));
    assert_error(put_render(&lab.ctx, lab.r, &now, &err), err, ERR_DATA, "JSON");
    config_free(lab.cfg);
}

static void target_without_a_row__makes_it_wait(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct lab lab = lab_open(t, "out");
    assert_ok(DB_RUN(t->db, &err, "DELETE FROM link WHERE entity = 'team'"), err);
    struct rendering now = render(&lab);
    assert_has(now.waits, "team " TEAM);
    config_free(lab.cfg);
}

/* The columns that are due, joined by spaces. */
static const char *due(struct lab *lab, const char *base, uint32_t hold)
{
    struct err err = {0};
    struct agreed agreed;
    AUTO_BUF b = BUF_INIT(4096);
    struct rendering now = render(lab);
    assert_ok(agreed_read(lab->r->e, base, lab->t->arena, &agreed, &err), err);
    uint64_t mask = put_due(lab->ctx.flow, lab->r, &now, &agreed, hold);
    lab->fields_only = true;
    for (size_t i = 0; i < lab->ctx.flow->n_puts; i++)
        lab->fields_only = lab->fields_only && lab->ctx.flow->puts[i].kind == PUT_FIELD;
    if (lab->fields_only) /* their values alone tell it */
        assert_int_equal(put_due(lab->ctx.flow, lab->r, NULL, &agreed, hold), mask);
    for (size_t i = 0; i < lab->ctx.flow->n_puts; i++) {
        if (mask >> i & 1)
            buf_addf(&b, "%s ", lab->ctx.flow->puts[i].column);
    }
    return arena_strdup(lab->t->arena, buf_str(&b));
}

#define BASE                                                                                       \
    "\"year\":2026,\"person_id\":\"" PERSON "\",\"team_id\":\"" TEAM                               \
    "\",\"role\":\"VOLUNTEER\",\"status\":\"PLANNED\""

static void only_what_changed__is_due(void **state)
{
    struct lab lab = lab_open(*state, "part");
    assert_string_equal(due(&lab, "{" BASE "}", 0), "");
    set(lab.r, "status", V_TEXT("ARRIVED"));
    assert_string_equal(due(&lab, "{" BASE "}", 0), "Статус ");
    uint32_t status = 1u << model_field(lab.r->e, "status");
    assert_string_equal(due(&lab, "{" BASE "}", status), "");
    config_free(lab.cfg);
}

static void set__is_due__when_another_one_was_agreed(void **state)
{
    struct temp_store *t = *state;
    struct lab lab = lab_of_badges(t, "badges");
    static const char same[] =
        "{\"name\":\"Анна\",\"diet\":\"VEGAN\",\"feed\":\"FREE\","
        "\"role\":\"MEDIC\",\"teams\":\"[\\\"" TEAM "\\\",\\\"" GATES "\\\"]\"}";
    assert_string_equal(due(&lab, same, 0), "");
    set(lab.r, "teams", V_NULL);
    assert_string_equal(due(&lab, same, 0), "Службы ");
    assert_true(lab.fields_only);
    config_free(lab.cfg);
}

static void text_in_a_row_of_others__is_due__when_what_it_is_made_of_changed(void **state)
{
    struct lab lab = lab_open(*state, "part");
    assert_string_equal(due(&lab, "{" BASE "}", 0), "");
    set(lab.r, "person_id", V_NULL);
    assert_string_equal(due(&lab, "{" BASE "}", 0), "Человек ");
    config_free(lab.cfg);
}

static void field_nobody_agreed_on__is_due__unless_it_is_empty(void **state)
{
    struct lab lab = lab_open(*state, "part");
    assert_string_equal(due(&lab,
                            "{\"year\":2026,\"person_id\":\"" PERSON "\",\"role\":\"VOLUNTEER\"}",
                            0),
                        "team Статус ");
    config_free(lab.cfg);
}

static void template__is_due__when_its_text_differs_from_the_one_sent(void **state)
{
    struct lab lab = lab_open(*state, "out");
    const char *same = "{" BASE ",\"put\":{\"Name\":\"Анна — Кухня\",\"Тип\":\"городская "
                       "служба\"}}";
    const char *other = "{" BASE ",\"put\":{\"Name\":\"Аня — Кухня\",\"Тип\":\"городская "
                        "служба\"}}";
    assert_string_equal(due(&lab, same, 0), "");
    assert_string_equal(due(&lab, other, 0), "Name ");
    /* a column that the configuration did not write so far */
    assert_string_equal(due(&lab, "{" BASE ",\"put\":{\"Name\":\"Анна — Кухня\"}}", 0), "Тип ");
    config_free(lab.cfg);
}

static void agreeing__leaves__nothing_due(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct lab lab = lab_open(t, "out");
    struct agreed agreed;
    struct rendering now = render(&lab);
    assert_ok(agreed_read(lab.r->e, NULL, t->arena, &agreed, &err), err);
    put_agree(lab.ctx.flow, lab.r, &now, UINT64_MAX, &agreed);
    assert_string_equal(due(&lab, agreed_text(&agreed, t->arena), 0), "");
    config_free(lab.cfg);
}

static uint64_t column(const struct flow *flow, const char *name)
{
    for (size_t i = 0; i < flow->n_puts; i++) {
        if (!strcmp(flow->puts[i].column, name))
            return 1ull << i;
    }
    fail_msg("no column %s", name);
    return 0;
}

static void column__is_left_alone__for_cells_that_nobody_could_read(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct lab lab = lab_open(t, "part");
    struct agreed agreed;
    const struct flow *flow = lab.ctx.flow;
    uint64_t status = column(flow, "Статус"), person = column(flow, "Человек");
    const uint32_t status_field = 1u << model_field(lab.r->e, "status"),
                   person_field = 1u << model_field(lab.r->e, "person_id");
    assert_ok(agreed_read(lab.r->e, "{" BASE "}", t->arena, &agreed, &err), err);
    assert_int_equal(put_unread(flow, &agreed), 0);
    assert_int_equal(put_unread_fields(flow, &agreed, UINT64_MAX), 0);
    assert_ok(agreed_read(lab.r->e, "{" BASE ",\"unread\":{\"status\":\"?\"}}", t->arena, &agreed,
                          &err),
              err);
    assert_int_equal(put_unread(flow, &agreed), status);
    assert_int_equal(put_unread_fields(flow, &agreed, UINT64_MAX), status_field);
    assert_int_equal(put_unread_fields(flow, &agreed, person), 0);
    /* the person is read in one column and written into another: what the store has is out of date,
     * in whatever column */
    assert_ok(agreed_read(lab.r->e, "{" BASE ",\"unread\":{\"status\":\"?\",\"person_id\":\"x\"}}",
                          t->arena, &agreed, &err),
              err);
    assert_int_equal(put_unread(flow, &agreed), status | person);
    assert_int_equal(put_unread_fields(flow, &agreed, person), person_field);
    assert_int_equal(put_unread_fields(flow, &agreed, status | person),
                     status_field | person_field);
    config_free(lab.cfg);
}

static void scope__is_judged__on_values(void **state)
{
    struct temp_store *t = *state;
    struct lab lab = lab_open(t, "part");
    assert_true(put_in_scope(lab.ctx.flow, lab.r->v, t->dicts, t->arena));
    set(lab.r, "year", V_INT(2019));
    assert_false(put_in_scope(lab.ctx.flow, lab.r->v, t->dicts, t->arena));
    config_free(lab.cfg);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(record__is_rendered__as_the_columns_want),
        TEST(id_of_another_remote__is_text__without_dashes),
        TEST(target_without_a_row__makes_it_wait),
        TEST(set__is_written__as_a_list_of_rows),
        TEST(set__is_written__elsewhere_as_a_list_of_texts),
        TEST(set__with_a_target_without_a_row__waits),
        TEST(set__is_due__when_another_one_was_agreed),
        TEST(only_what_changed__is_due),
        TEST(column__is_left_alone__for_cells_that_nobody_could_read),
        TEST(text_in_a_row_of_others__is_due__when_what_it_is_made_of_changed),
        TEST(field_nobody_agreed_on__is_due__unless_it_is_empty),
        TEST(template__is_due__when_its_text_differs_from_the_one_sent),
        TEST(agreeing__leaves__nothing_due),
        TEST(scope__is_judged__on_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
