/* test_mapping.c: which records a row stands for, or which rule it breaks first. */
#include "store/refs.h"
#include "sync/mapping.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>

/* Columns of the flow "part", in this order. */
enum { YEAR, PERSON, TEAM, ROLE, STATUS, POSITION, COLUMNS };

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = coda\ntable = P\nentity = person\nfield.name = N\nfield.city = C\n"
    "field.diet = D\nfield.banned = B\n"
    "[flow people2]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"
    "[flow teams]\nremote = coda\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
    "[flow teams2]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
    "[flow part]\nremote = coda\ntable = X\nentity = participation\nwhere.year = 2025 {year}\n"
    "field.year = y\nfield.person_id = p via coda\nfield.team_id = t via notion\nfield.role = r\n"
    "field.status = s\nfield.position = o\n"
    "[flow leads]\nremote = coda\ntable = L\nentity = participation\nwhere.role = ORGANIZER, "
    "медик\nfield.year = y\nfield.person_id = p via coda\nfield.team_id = t via coda\n"
    "field.role = r\n"
    "[flow badges]\nremote = coda\ntable = B\nentity = badge\nfield.name = n\nfield.diet = d\n"
    "field.feed = f\nfield.role = r\nfield.person_id = p via coda\n"
    "[flow badges26]\nremote = coda\ntable = B26\nentity = badge\nwhere.year = 2026\n"
    "where.child = 0\nfield.name = n\nfield.diet = d\nfield.feed = f\nfield.role = r\n"
    "field.year = y\nfield.child = c\n"
    "[flow badges27]\nremote = coda\ntable = B27\nentity = badge\nfield.name = n\nfield.diet = d\n"
    "field.feed = f\nfield.role = r\nfield.teams = s via coda\n";

struct fixture {
    struct temp_store *t;
    struct config *cfg;
    char asked[400]; /* what the resolver was asked, "entity/via/id " */
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

/* Ids that begin with w wait, with x are invalid, with e are an error; all others are found. */
static int resolve(void *ctx, const struct field *field, const char *via, const char *remote_id,
                   struct arena *arena, char *local, enum resolution *ret, const char **ret_reason,
                   struct err *err)
{
    struct fixture *f = ctx;
    size_t n = strlen(f->asked);
    (void)arena;
    if (*remote_id == 'e')
        return err_set(err, ERR_LOCAL, "the disk is gone");
    snprintf(f->asked + n, sizeof f->asked - n, "%s/%s/%s ", field->ref, via, remote_id);
    *ret = *remote_id == 'w' ? REF_WAITING : *remote_id == 'x' ? REF_INVALID : REF_FOUND;
    *ret_reason = *remote_id == 'x' ? field->bad_target : field->bad;
    str_copy(local, UUID_LEN + 1, *ret == REF_FOUND ? remote_id : "");
    return 0;
}

static int apply(struct fixture *f, const char *flow, const struct cell *cells, struct err *err)
{
    f->asked[0] = '\0';
    return mapping_apply(config_flow(f->cfg, flow), f->t->dicts, cells, resolve, f, f->t->arena,
                         &f->list, &f->n, err);
}

#define TEXT(s)                                                                                    \
    {                                                                                              \
        .kind = CELL_TEXT, .text = (s)                                                             \
    }
#define NUMBER(x)                                                                                  \
    {                                                                                              \
        .kind = CELL_NUMBER, .number = (x)                                                         \
    }
#define LIST(...)                                                                                  \
    {                                                                                              \
        .kind = CELL_LIST, .items = (struct cell[]){__VA_ARGS__},                                  \
        .n = sizeof((struct cell[]){__VA_ARGS__}) / sizeof(struct cell)                            \
    }

#define TEAM_ID "22222222-2222-4222-8222-222222222222"
#define GOOD                                                                                       \
    {                                                                                              \
        NUMBER(2026), TEXT("p1"), TEXT(TEAM_ID), TEXT("волонтёр"), TEXT(""), TEXT("")              \
    }

static const struct value *value_of(const struct candidate *c, const char *name)
{
    return &c->rec->v[model_field(c->rec->e, name)];
}

/* One candidate with that verdict, reason and detail. */
static void check(struct fixture *f, const struct cell *cells, enum verdict_kind verdict,
                  const char *reason, const char *detail)
{
    struct err err = {0};
    assert_ok(apply(f, "part", cells, &err), err);
    assert_int_equal(f->n, 1);
    const struct candidate *c = &f->list[0];
    if (c->verdict != verdict || !str_eq(c->reason, reason) || !str_eq(c->detail, detail))
        fail_msg("verdict %d, «%s», «%s»", (int)c->verdict, c->reason ? c->reason : "-",
                 c->detail ? c->detail : "-");
}

static void good_row__becomes__a_record(void **state)
{
    struct fixture *f = *state;
    const struct cell cells[COLUMNS] = GOOD;
    check(f, cells, VERDICT_FINE, NULL, NULL);
    const struct candidate *c = &f->list[0];
    assert_string_equal(c->part, "");
    assert_int_equal(value_of(c, "year")->i, 2026);
    assert_string_equal(value_of(c, "person_id")->s, "p1");
    assert_string_equal(value_of(c, "team_id")->s, TEAM_ID);
    assert_string_equal(value_of(c, "role")->s, "VOLUNTEER");
    assert_string_equal(value_of(c, "status")->s, "PLANNED"); /* empty: the model's fallback */
    assert_int_equal(value_of(c, "position")->kind, VAL_NULL);
    assert_int_equal(c->warnings, 0);
    /* each reference was looked for where its `via` says */
    assert_string_equal(f->asked, "person/coda/p1 team/notion/" TEAM_ID " ");
}

static void broken_row__tells__its_first_broken_rule(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int column;
        struct cell cell;
        enum verdict_kind verdict;
        const char *reason, *detail;
    } cases[] = {
        {YEAR, TEXT("soon"), VERDICT_INVALID, "Invalid or empty year", "soon"},
        {YEAR, TEXT(""), VERDICT_INVALID, "Invalid or empty year", NULL},
        {PERSON, TEXT(""), VERDICT_INVALID, "Invalid person ID", NULL},
        {PERSON,
         {.kind = CELL_ERROR, .text = "#REF!"},
         VERDICT_INVALID,
         "Invalid person ID",
         "#REF!"},
        {PERSON, TEXT("w1"), VERDICT_WAITING, "Invalid person ID", "w1"},
        {PERSON, TEXT("x1"), VERDICT_INVALID, "Person is Invalid and marked for delete", "x1"},
        {TEAM, TEXT("Кухня"), VERDICT_INVALID, "Invalid team ID", "Кухня"}, /* no UUID */
        {ROLE, TEXT("космонавт"), VERDICT_INVALID, "Invalid role mapping", "космонавт"},
        {ROLE, TEXT(""), VERDICT_INVALID, "Invalid role mapping", NULL},
        {STATUS, TEXT("кто знает"), VERDICT_INVALID, "Invalid status mapping", "кто знает"},
        {STATUS, TEXT("приступил"), VERDICT_FINE, NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cell cells[COLUMNS] = GOOD;
        cells[cases[i].column] = cases[i].cell;
        check(f, cells, cases[i].verdict, cases[i].reason, cases[i].detail);
    }
}

static void own_mistake__outranks__waiting(void **state)
{
    struct fixture *f = *state;
    struct cell cells[COLUMNS] = GOOD;
    cells[PERSON] = (struct cell)TEXT("w1");
    cells[ROLE] = (struct cell)TEXT("космонавт");
    check(f, cells, VERDICT_INVALID, "Invalid role mapping", "космонавт");
    cells[YEAR] = (struct cell)TEXT("soon"); /* the first of two mistakes is told */
    check(f, cells, VERDICT_INVALID, "Invalid or empty year", "soon");
}

static void scope__leaves_out__other_values_only(void **state)
{
    struct fixture *f = *state;
    struct cell cells[COLUMNS] = GOOD;
    cells[YEAR] = (struct cell)TEXT("2024");
    check(f, cells, VERDICT_OUT_OF_SCOPE, NULL, NULL);
    assert_string_equal(f->asked, ""); /* nothing is looked for */
    cells[YEAR] = (struct cell)TEXT("2025");
    check(f, cells, VERDICT_FINE, NULL, NULL);
    /* what cannot be read is judged, not skipped */
    cells[YEAR] = (struct cell)TEXT("2024?");
    check(f, cells, VERDICT_INVALID, "Invalid or empty year", "2024?");
    cells[YEAR] = (struct cell)TEXT("");
    check(f, cells, VERDICT_INVALID, "Invalid or empty year", NULL);
}

static void scope__understands__codes_and_spellings(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    static const struct {
        const char *role;
        enum verdict_kind verdict;
    } cases[] = {{"организатор", VERDICT_FINE},
                 {"Медик", VERDICT_FINE},
                 {"MEDIC", VERDICT_FINE},
                 {"волонтёр", VERDICT_OUT_OF_SCOPE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct cell cells[] = {NUMBER(2026), TEXT("p1"), TEXT("t1"), TEXT(cases[i].role)};
        assert_ok(apply(f, "leads", cells, &err), err);
        assert_int_equal(f->list[0].verdict, cases[i].verdict);
    }
}

static void scope__takes__optional_empties_for_outside(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct cell cells[] = {TEXT("n"),     TEXT("веган"), TEXT("фри"),
                           TEXT("медик"), TEXT("2026"),  {.kind = CELL_NULL}};
    assert_ok(apply(f, "badges26", cells, &err), err);
    assert_int_equal(f->list[0].verdict, VERDICT_FINE); /* child: the fallback 0 is in scope */
    cells[4] = (struct cell)TEXT("");
    assert_ok(apply(f, "badges26", cells, &err), err);
    assert_int_equal(f->list[0].verdict, VERDICT_OUT_OF_SCOPE);
}

static void optional_value__that_cannot_be_read__becomes_empty(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct cell cells[] = {TEXT("Анна"), TEXT("Тула"), TEXT("сыроед"), TEXT("наверно")};
    assert_ok(apply(f, "people", cells, &err), err);
    const struct candidate *c = &f->list[0];
    assert_int_equal(c->verdict, VERDICT_FINE);
    assert_int_equal(c->warnings, 2);
    assert_int_equal(c->unread,
                     1u << model_field(c->rec->e, "diet") | 1u << model_field(c->rec->e, "banned"));
    assert_int_equal(value_of(c, "diet")->kind, VAL_NULL);
    assert_int_equal(value_of(c, "banned")->i, 0);
    assert_string_equal(value_of(c, "city")->s, "Тула");
    /* what stands there is kept for people, as much as finds it */
    assert_string_equal(c->unread_text[model_field(c->rec->e, "diet")], "сыроед");
    assert_string_equal(c->unread_text[model_field(c->rec->e, "banned")], "наверно");
    assert_null(c->unread_text[model_field(c->rec->e, "city")]);
    AUTO_BUF much = BUF_INIT(1 << 12);
    for (int i = 0; i < 60; i++)
        buf_add(&much, "Ж\n \t");
    cells[2] = (struct cell)TEXT(buf_str(&much));
    assert_ok(apply(f, "people", cells, &err), err);
    const char *shown = f->list[0].unread_text[model_field(c->rec->e, "diet")];
    assert_ptr_equal(strstr(shown, "Ж Ж Ж "), shown);
    assert_string_equal(shown + strlen(shown) - strlen("…"), "…");
    assert_true(strlen(shown) < 200);
}

static void optional_reference__may_be__empty_but_not_wrong(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct cell cells[] = {TEXT("n"), TEXT("веган"), TEXT("фри"), TEXT("медик"), TEXT("")};
    assert_ok(apply(f, "badges", cells, &err), err);
    assert_int_equal(f->list[0].verdict, VERDICT_FINE);
    assert_int_equal(value_of(&f->list[0], "person_id")->kind, VAL_NULL);
    cells[4] = (struct cell)TEXT("w1");
    assert_ok(apply(f, "badges", cells, &err), err);
    assert_int_equal(f->list[0].verdict, VERDICT_WAITING);
    /* two people on one badge: an optional field with no one answer becomes empty */
    cells[4] = (struct cell)LIST(TEXT("p1"), TEXT("p2"));
    assert_ok(apply(f, "badges", cells, &err), err);
    assert_int_equal(f->n, 1);
    assert_int_equal(f->list[0].verdict, VERDICT_FINE);
    assert_int_equal(f->list[0].warnings, 1);
    assert_int_equal(f->list[0].unread, 1u << model_field(f->list[0].rec->e, "person_id"));
    assert_string_equal(f->list[0].unread_text[model_field(f->list[0].rec->e, "person_id")],
                        "p1, p2");
    assert_int_equal(value_of(&f->list[0], "person_id")->kind, VAL_NULL);
}

static void relations__multiply__into_parts(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    const struct cell cells[] = {NUMBER(2026), LIST(TEXT("p1"), TEXT("p2")),
                                 LIST(TEXT("t1"), TEXT("t2"), TEXT("w3")), TEXT("организатор")};
    bool seen[2][3] = {{false}};
    assert_ok(apply(f, "leads", cells, &err), err);
    assert_int_equal(f->n, 6);
    for (size_t i = 0; i < f->n; i++) {
        const struct candidate *c = &f->list[i];
        int p = 0, t = 0;
        char team = ' ';
        assert_int_equal(sscanf(c->part, "p%d+%c%d", &p, &team, &t), 3);
        assert_false(seen[p - 1][t - 1]);
        seen[p - 1][t - 1] = true;
        assert_int_equal(c->verdict, t == 3 ? VERDICT_WAITING : VERDICT_FINE);
        if (t < 3) {
            char want[8] = {'t', (char)('0' + t), '\0'};
            assert_string_equal(value_of(c, "team_id")->s, want);
        }
    }
}

static void relation__of_one__keeps_its_part(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    /* a second person added later must not give the first record another part */
    const struct cell cells[] = {NUMBER(2026), LIST(TEXT("p1")), LIST(TEXT("t1")), TEXT("медик")};
    assert_ok(apply(f, "leads", cells, &err), err);
    assert_int_equal(f->n, 1);
    assert_string_equal(f->list[0].part, "p1+t1");
}

static void relation__names__each_record_once(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    const struct cell cells[] = {NUMBER(2026), LIST(TEXT("p1"), TEXT("p1")), TEXT("t1"),
                                 TEXT("медик")};
    assert_ok(apply(f, "leads", cells, &err), err);
    assert_int_equal(f->n, 1);
}

static void relation__that_is_empty_or_broken__is_one_mistake(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    const struct cell empty[] = {NUMBER(2026),
                                 {.kind = CELL_LIST},
                                 LIST(TEXT("t1"), TEXT("t2")),
                                 TEXT("медик")};
    assert_ok(apply(f, "leads", empty, &err), err);
    for (size_t i = 0; i < f->n; i++) {
        assert_int_equal(f->list[i].verdict, VERDICT_INVALID);
        assert_string_equal(f->list[i].reason, "Invalid person ID");
    }
    const struct cell broken[] = {NUMBER(2026),
                                  LIST(TEXT("p1"), TEXT("p2"), {.kind = CELL_ERROR, .text = "?"}),
                                  TEXT("t1"), TEXT("медик")};
    assert_ok(apply(f, "leads", broken, &err), err);
    assert_int_equal(f->n, 1); /* not one for each that could be read */
    assert_string_equal(f->list[0].reason, "Invalid person ID");
}

#define BROKEN_TEAMS "Broken directions_ref (AltText or invalid reference)"

/* One badge whose teams are in that cell. */
static const struct candidate *badge_of(struct fixture *f, struct cell teams)
{
    struct err err = {0};
    const struct cell cells[] = {TEXT("n"), TEXT("веган"), TEXT("фри"), TEXT("медик"), teams};
    assert_ok(apply(f, "badges27", cells, &err), err);
    assert_int_equal(f->n, 1);
    assert_string_equal(f->list[0].part, "");
    return &f->list[0];
}

static void set__is_one_value__of_one_record(void **state)
{
    struct fixture *f = *state;
    const struct candidate *c = badge_of(f, (struct cell)LIST(TEXT("t2"), TEXT("t1"), TEXT("t2")));
    assert_int_equal(c->verdict, VERDICT_FINE);
    assert_string_equal(value_of(c, "teams")->s, "[\"t1\",\"t2\"]");
    assert_string_equal(f->asked, "team/coda/t2 team/coda/t1 ");
    c = badge_of(f, (struct cell){.kind = CELL_REF, .text = "t1", .name = "Кухня"});
    assert_string_equal(value_of(c, "teams")->s, "[\"t1\"]");
    /* a text column shows a list with commas */
    c = badge_of(f, (struct cell)TEXT(" t2, t1,"));
    assert_string_equal(value_of(c, "teams")->s, "[\"t1\",\"t2\"]");
}

static void set__may_be__empty(void **state)
{
    struct fixture *f = *state;
    const struct cell empty[] = {{.kind = CELL_NULL}, {.kind = CELL_LIST}, TEXT(""), TEXT(" , ")};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
        const struct candidate *c = badge_of(f, empty[i]);
        assert_int_equal(c->verdict, VERDICT_FINE);
        assert_int_equal(c->warnings, 0);
        assert_int_equal(value_of(c, "teams")->kind, VAL_NULL);
    }
}

static void set__with_one_unknown__waits(void **state)
{
    struct fixture *f = *state;
    const struct candidate *c = badge_of(f, (struct cell)LIST(TEXT("t1"), TEXT("w2")));
    assert_int_equal(c->verdict, VERDICT_WAITING);
    assert_string_equal(c->detail, "w2");
    /* one that is surely none outranks that */
    c = badge_of(f, (struct cell)LIST(TEXT("w2"), TEXT("x3"), TEXT("t1")));
    assert_int_equal(c->verdict, VERDICT_INVALID);
    assert_string_equal(c->detail, "x3");
}

static void set__that_cannot_be_read__spoils_the_row(void **state)
{
    struct fixture *f = *state;
    const struct cell wrong[] = {{.kind = CELL_ERROR, .text = "AltText(Кухня)"},
                                 LIST(TEXT("t1"), {.kind = CELL_ERROR, .text = "?"}),
                                 LIST(TEXT("t1"), {.kind = CELL_BOOL, .flag = true}),
                                 LIST(TEXT("t1"), LIST(TEXT("t2")))};
    struct cell *many = arena_alloc(f->t->arena, REFS_MAX + 1, sizeof *many);
    for (size_t i = 0; i <= REFS_MAX; i++)
        many[i] = (struct cell){.kind = CELL_TEXT, .text = arena_printf(f->t->arena, "t%zu", i)};
    struct cell most = {.kind = CELL_LIST, .items = many, .n = REFS_MAX + 1};
    for (size_t i = 0; i <= ARRAY_LEN(wrong); i++) {
        const struct candidate *c = badge_of(f, i < ARRAY_LEN(wrong) ? wrong[i] : most);
        assert_int_equal(c->verdict, VERDICT_INVALID);
        assert_string_equal(c->reason, BROKEN_TEAMS);
    }
    assert_string_equal(badge_of(f, wrong[0])->detail, "AltText(Кухня)");
}

static void product__has__a_limit(void **state)
{
    struct fixture *f = *state;
    struct err err;
    struct cell many[40], cells[] = {NUMBER(2026),
                                     {.kind = CELL_LIST, .items = many, .n = 40},
                                     {.kind = CELL_LIST, .items = many, .n = 40},
                                     TEXT("медик")};
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = (struct cell){.kind = CELL_TEXT, .text = arena_printf(f->t->arena, "p%zu", i)};
    assert_error(apply(f, "leads", cells, &err), err, ERR_DATA, "more than 1000 records");
    cells[2].n = 25;
    assert_ok(apply(f, "leads", cells, &err), err);
    assert_int_equal(f->n, 1000);
}

static void resolver__that_fails__stops_the_run(void **state)
{
    struct fixture *f = *state;
    struct err err;
    struct cell cells[COLUMNS] = GOOD;
    cells[PERSON] = (struct cell)TEXT("e1");
    assert_error(apply(f, "part", cells, &err), err, ERR_LOCAL, "the disk is gone");
}

static void mask__has__the_mapped_fields(void **state)
{
    struct fixture *f = *state;
    const struct flow *flow = config_flow(f->cfg, "people");
    uint32_t want = 0;
    static const char *const names[] = {"name", "city", "diet", "banned"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        want |= 1u << model_field(flow->entity, names[i]);
    assert_int_equal(mapping_mask(flow), want);
}

#define WITH_FLOWS(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FLOWS(good_row__becomes__a_record),
        WITH_FLOWS(broken_row__tells__its_first_broken_rule),
        WITH_FLOWS(own_mistake__outranks__waiting),
        WITH_FLOWS(scope__leaves_out__other_values_only),
        WITH_FLOWS(scope__understands__codes_and_spellings),
        WITH_FLOWS(scope__takes__optional_empties_for_outside),
        WITH_FLOWS(optional_value__that_cannot_be_read__becomes_empty),
        WITH_FLOWS(optional_reference__may_be__empty_but_not_wrong),
        WITH_FLOWS(relations__multiply__into_parts),
        WITH_FLOWS(relation__of_one__keeps_its_part),
        WITH_FLOWS(relation__names__each_record_once),
        WITH_FLOWS(relation__that_is_empty_or_broken__is_one_mistake),
        WITH_FLOWS(set__is_one_value__of_one_record),
        WITH_FLOWS(set__may_be__empty),
        WITH_FLOWS(set__with_one_unknown__waits),
        WITH_FLOWS(set__that_cannot_be_read__spoils_the_row),
        WITH_FLOWS(product__has__a_limit),
        WITH_FLOWS(resolver__that_fails__stops_the_run),
        WITH_FLOWS(mask__has__the_mapped_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
