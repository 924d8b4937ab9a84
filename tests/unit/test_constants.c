/* test_constants.c: set.NAME, new.NAME and unique: their mistakes, and what a row comes to by them.
 */
#include "sync/mapping.h"
#include "sync/push/put.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

#define HEAD                                                                                       \
    "[rosterd]\nstore = s.db\nyear = 2026\n[remote notion]\nkind = notion\ntoken = t\n"            \
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = N\n"                 \
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = N\nfield.type = Y\n"
/* 17 lines: what is added stands in line 18 */
#define BARE  HEAD "[flow heads]\nremote = notion\ntable = D{year}\nentity = participation\n"
#define HEADS BARE "field.team_id = t via notion\nfield.person_id = h via notion as list\n"
#define FINE  HEADS "set.year = {year}\nnew.role = ORGANIZER\nunique = team_id person_id year\n"

/* The configuration has exactly these mistakes. */
static void check(const char *text, const char *mistakes)
{
    AUTO_CONFIG *cfg = NULL;
    AUTO_BUF want = BUF_INIT(4096);
    const char *told = config_from_text(text, &cfg);
    buf_addf(&want, "%s\n", mistakes);
    if (strcmp(told, buf_str(&want)))
        fail_msg("told:\n%swanted:\n%s", told, buf_str(&want));
}

/* ---------------------------------------------------------------- configuration */

static void constants__are_read__with_the_year(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(FINE);
    const struct flow *f = config_flow(cfg, "heads");
    const struct entity *e = f->entity;
    assert_int_equal(f->n_sets, 1);
    assert_string_equal(e->fields[f->sets[0].field].name, "year");
    assert_string_equal(f->sets[0].text, "2026");
    assert_int_equal(f->n_news, 1);
    assert_string_equal(e->fields[f->news[0].field].name, "role");
    assert_string_equal(f->news[0].text, "ORGANIZER");
    assert_int_equal(f->n_unique, 3);
    assert_string_equal(e->fields[f->unique[0]].name, "team_id");
    assert_string_equal(e->fields[f->unique[1]].name, "person_id");
    assert_string_equal(e->fields[f->unique[2]].name, "year");
    assert_int_equal(f->missing, MISSING_REPORT); /* where rows only name records */
    assert_null(config_constant(f->sets, f->n_sets, (size_t)model_field(e, "role")));
    assert_int_equal(
        mapping_mask(f),
        1u << model_field(e, "team_id") | 1u << model_field(e, "person_id") |
            1u << model_field(e, "year")); /* a new record's role is none of the flow's business */
}

static void missing__report__is_for_any_flow_that_reads(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(HEAD "[flow more]\nremote = notion\ntable = M\nentity = "
                                        "person\nfield.name = N\nmissing = report\n");
    assert_int_equal(config_flow(cfg, "more")->missing, MISSING_REPORT);
    assert_int_equal(config_flow(cfg, "people")->missing, MISSING_DELETE);
    check(HEAD "[flow more]\nremote = notion\ntable = M\nentity = person\nfield.name = N\n"
               "missing = report\ndirection = both\n",
          "c.ini:18: [flow more] missing = report: what a flow writes it also keeps up; write "
          "delete, cancel or ignore, or direction = pull");
}

static void constant__that_is_wrong__is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *told;
    } cases[] = {
        {"set.year = soon\n",
         "c.ini:27: set.year: «soon» is no such value; write a year such as 2026"},
        {"set.yaer = 2026\n",
         "c.ini:27: participation has no field «yaer»; it has year, person_id, team_id, role, "
         "position, status"},
        {"set.year =\n", "c.ini:27: set.year: the value is empty"},
        {"new.year = 26\n", "c.ini:27: new.year: «26» is no such value; write a year such as 2026"},
        {"set.person_id = 1\n", "c.ini:27: set.person_id names another record; write a column, "
                                "field.person_id = COLUMN via REMOTE"},
        {"set.team_id = {year}\n", "c.ini:27: set.team_id names another record; write a column, "
                                   "field.team_id = COLUMN via REMOTE"},
        {"set.role = VICE\n", "c.ini:27: set.role: field.role (line 24) reads it from a column; "
                              "leave one of them out"},
        {"new.role = VICE\n", "c.ini:27: new.role: field.role (line 24) gives every record its "
                              "role; leave one of them out"},
        {"set.status = PLANNED\nnew.status = PLANNED\n",
         "c.ini:28: new.status: set.status (line 27) gives every record its status; leave one of "
         "them out"},
        {"unique = team_id team_id\n",
         "c.ini:27: unique: team_id stands there twice; keep one of them"},
        {"unique = team_id, position\n", "c.ini:27: unique: no row says its position; add "
                                         "field.position = COLUMN or set.position = VALUE"},
        {"unique = team\n", "c.ini:27: participation has no field «team»; it has year, person_id, "
                            "team_id, role, position, status"},
        {"unique = team_id\nmissing = cancel\n",
         "c.ini:27: unique: a row of flow heads only names its record; write missing = report or "
         "ignore"},
        {"unique = team_id\nmissing = delete\n",
         "c.ini:27: unique: a row of flow heads only names its record; write missing = report or "
         "ignore"},
        {"unique = team_id\ndirection = both\nmissing = ignore\n",
         "c.ini:27: unique: flow heads writes its rows too, and each is a record's own; write "
         "direction = pull, or leave this out"},
        {"unique =\n", "c.ini:27: unique: the value is empty"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        buf_addf(&text, "%sfield.role = r\nfield.year = y\nmax_delete = 5%%\n%s", HEADS,
                 cases[i].lines);
        check(buf_str(&text), cases[i].told);
    }
}

static void constant__of_no_year__needs_one(void **state)
{
    (void)state;
    check("[rosterd]\nstore = s.db\n[remote notion]\nkind = notion\ntoken = t\n"
          "[flow badges]\nremote = notion\ntable = B\nentity = badge\nset.year = {year}\n"
          "field.name = n\nfield.diet = d\nfield.feed = f\nfield.role = r\n",
          "c.ini:10: {year} stands here but [rosterd] year is not set; write year = 2026");
}

static void constant__of_personal_data_or_a_set__is_refused(void **state)
{
    (void)state;
#define MORE                                                                                       \
    HEAD "[flow badges]\nremote = notion\ntable = B\nentity = badge\nfield.name = n\n"             \
         "field.diet = d\nfield.feed = f\nfield.role = r\n"
    check(MORE "set.teams = 1\n", "c.ini:26: set.teams names another record; write a column, "
                                  "field.teams = COLUMN via REMOTE");
    check(MORE "field.teams = t via notion\nunique = teams\n",
          "c.ini:27: unique: teams is a set of records; name fields with one value");
    check(MORE "[flow arrivals]\nremote = notion\ntable = A\nentity = arrival\n"
               "field.badge_id = b via notion\nfield.status = s\nfield.arrival_date = a\n"
               "field.departure_date = d\nset.extra_data = x\n",
          "c.ini:34: set.extra_data is personal data that only the feeder brings; leave it out");
}

static void constant__means_nothing__to_a_dictionary_or_a_flow_that_only_writes(void **state)
{
    (void)state;
    check(HEAD "[flow roles]\nremote = notion\ntable = R\ndictionary = role\nfield.code = c\n"
               "field.name = n\nset.name = x\n",
          "c.ini:24: set.name: flow roles keeps a dictionary up with its table; leave this out");
    check(HEAD "[flow out]\nremote = notion\ntable = V\nentity = participation\n"
               "direction = push\nput.Name = {person.name}\nnew.role = VICE\n",
          "c.ini:24: new.role: flow out only writes; write direction = both, or leave this out");
    check(HEAD "[flow out]\nremote = notion\ntable = V\nentity = participation\n"
               "direction = push\nput.Name = {person.name}\nunique = year\n",
          "c.ini:24: unique: flow out only writes; write direction = both, or leave this out");
}

static void required_field__may_be__a_constant(void **state)
{
    (void)state;
    check(HEADS "set.year = {year}\n",
          "c.ini:18: [flow heads] maps no column to role, which every participation needs; add "
          "field.role = COLUMN");
    AUTO_CONFIG *cfg = config_must(HEADS "set.year = 2026\nset.role = VICE\nwhere.year = 2026\n");
    assert_int_equal(config_flow(cfg, "heads")->missing, MISSING_DELETE);
}

static void mapping_hash__moves__with_constants_that_mean_something(void **state)
{
    (void)state;
    AUTO_CONFIG *a = config_must(HEADS "set.year = 2026\nnew.role = VICE\n");
    AUTO_CONFIG *b = config_must(HEADS "set.year = 2025\nnew.role = VICE\n");
    AUTO_CONFIG *c = config_must(HEADS "set.year = 2026\nnew.role = ORGANIZER\n");
    AUTO_CONFIG *d = config_must(HEADS "set.year = 2026\nnew.role = VICE\nunique = year\n");
    const char *hash = config_flow(a, "heads")->mapping;
    assert_string_not_equal(hash, config_flow(b, "heads")->mapping);
    assert_string_equal(hash, config_flow(c, "heads")->mapping); /* rows mean what they meant */
    assert_string_not_equal(hash, config_flow(d, "heads")->mapping);
}

static void flow__that_names_records__comes_after_those_that_keep_them(void **state)
{
    (void)state;
    AUTO_CONFIG *cfg = config_must(FINE "[flow part]\nremote = notion\ntable = X\n"
                                        "entity = participation\nfield.year = y\n"
                                        "field.person_id = p via notion\n"
                                        "field.team_id = t via notion\nfield.role = r\n");
    assert_string_equal(cfg->flows[2]->name, "part");
    assert_string_equal(cfg->flows[3]->name, "heads");
    assert_ptr_equal(config_carrier(cfg, "participation", "notion"), cfg->flows[2]);
}

/* ---------------------------------------------------------------- what a row comes to */

struct fixture {
    struct temp_store *t;
    struct candidate *list;
    size_t n;
};

static int resolve(void *ctx, const struct field *field, const char *via, const char *remote_id,
                   struct arena *arena, char *local, enum resolution *ret, const char **ret_reason,
                   struct err *err)
{
    (void)ctx, (void)via, (void)arena, (void)err;
    *ret = *remote_id == 'w' ? REF_WAITING : REF_FOUND;
    *ret_reason = field->bad;
    str_copy(local, UUID_LEN + 1, remote_id);
    return 0;
}

static void apply(struct fixture *x, const struct config *cfg, const char *flow,
                  const struct cell *cells)
{
    struct err err = {0};
    assert_ok(mapping_apply(config_flow(cfg, flow), x->t->dicts, cells, resolve, x, x->t->arena,
                            &x->list, &x->n, &err),
              err);
}

static const struct value *value_of(const struct candidate *c, const char *name)
{
    return &c->rec->v[model_field(c->rec->e, name)];
}

#define TEAM "22222222-2222-4222-8222-222222222222"
#define ANNA "11111111-1111-4111-8111-111111111111"
#define BORA "33333333-3333-4333-8333-333333333333"

static struct cell ref(const char *id)
{
    return (struct cell){.kind = CELL_REF, .text = id};
}

static void row__has__what_is_set_and_not_what_is_new(void **state)
{
    struct fixture x = {.t = *state};
    AUTO_CONFIG *cfg = config_must(FINE);
    struct cell heads[] = {ref(ANNA), ref(BORA)};
    struct cell cells[] = {ref(TEAM), {.kind = CELL_LIST, .items = heads, .n = 2}};
    apply(&x, cfg, "heads", cells);
    assert_int_equal(x.n, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct candidate *c = &x.list[i];
        assert_int_equal(c->verdict, VERDICT_FINE);
        assert_string_equal(c->part, i ? BORA : ANNA);
        assert_string_equal(value_of(c, "person_id")->s, c->part);
        assert_int_equal(value_of(c, "year")->i, 2026);
        assert_int_equal(value_of(c, "role")->kind, VAL_NULL);
        assert_string_equal(value_of(c, "status")->s, "PLANNED");
    }
}

static void row__with_an_empty_name__stands_for_nothing(void **state)
{
    struct fixture x = {.t = *state};
    AUTO_CONFIG *cfg = config_must(FINE);
    struct cell heads[] = {ref(ANNA)};
    struct cell list = {.kind = CELL_LIST, .items = heads, .n = 1};
    const struct cell nobody[] = {ref(TEAM), {.kind = CELL_NULL}};
    const struct cell emptied[] = {ref(TEAM), {.kind = CELL_LIST, .items = heads, .n = 0}};
    const struct cell teamless[] = {{.kind = CELL_NULL}, list};
    const struct cell *rows[] = {nobody, emptied, teamless};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        apply(&x, cfg, "heads", rows[i]);
        assert_int_equal(x.n, 1);
        assert_int_equal(x.list[0].verdict, VERDICT_NOTHING);
        assert_true(x.list[0].parts_known);
    }
    /* what cannot be read is no empty one */
    const struct cell broken[] = {ref(TEAM), {.kind = CELL_ERROR, .text = "AltText(?)"}};
    apply(&x, cfg, "heads", broken);
    assert_int_equal(x.list[0].verdict, VERDICT_INVALID);
    assert_string_equal(x.list[0].reason, "Invalid person ID");
    assert_false(x.list[0].parts_known);
}

static void row__of_which_one_part_waits__has_the_others(void **state)
{
    struct fixture x = {.t = *state};
    AUTO_CONFIG *cfg = config_must(HEAD "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
                                        "[flow p2]\nremote = coda\ntable = P\nentity = person\n"
                                        "field.name = N\n[flow heads]\nremote = coda\ntable = D\n"
                                        "entity = participation\nfield.team_id = t via notion\n"
                                        "field.person_id = h via coda as list\nset.year = 2026\n"
                                        "new.role = VICE\nunique = team_id person_id year\n");
    struct cell heads[] = {ref("w1"), ref("r2")};
    const struct cell cells[] = {ref(TEAM), {.kind = CELL_LIST, .items = heads, .n = 2}};
    apply(&x, cfg, "heads", cells);
    assert_int_equal(x.n, 2);
    assert_int_equal(x.list[0].verdict, VERDICT_WAITING);
    assert_string_equal(x.list[0].reason, "Invalid person ID");
    assert_int_equal(x.list[1].verdict, VERDICT_FINE);
}

static void constants__are_read__as_a_cell_is(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct value v[MODEL_FIELDS_MAX];
    AUTO_CONFIG *cfg = config_must(HEADS "set.year = 2026\nset.role = Зам.руководителя\n"
                                         "new.position = \" на кухне \"\n");
    const struct flow *f = config_flow(cfg, "heads");
    assert_ok(mapping_constants(f, f->sets, f->n_sets, t->dicts, "c.ini", t->arena, v, &err), err);
    assert_int_equal(v[0].i, 2026);
    assert_string_equal(v[1].s, "VICE");
    AUTO_CONFIG *bad = config_must(HEADS "set.year = 2026\nset.role = космонавт\n");
    f = config_flow(bad, "heads");
    assert_error(mapping_constants(f, f->sets, f->n_sets, t->dicts, "c.ini", t->arena, v, &err),
                 err, ERR_DATA,
                 "c.ini:25: role: «космонавт» is no such value; correct it in [flow heads]");
}

/* ---------------------------------------------------------------- writing */

static void record__with_another_value__is_out_of_the_flows_scope(void **state)
{
    struct temp_store *t = *state;
    AUTO_CONFIG *cfg = config_must(MORE "set.year = 2026\ndirection = both\n");
    const struct flow *f = config_flow(cfg, "badges");
    struct record *r = record_new(f->entity, t->arena);
    struct agreed agreed = {.e = f->entity};
    struct rendering now = {.part = ""};
    size_t year = (size_t)model_field(f->entity, "year");
    for (size_t i = 0; i < f->n_puts; i++)
        assert_false(f->puts[i].kind == PUT_FIELD && f->puts[i].field == year);
    assert_false(put_in_scope(f, r->v, t->dicts, t->arena)); /* of no year */
    r->v[year] = V_INT(2025);
    assert_false(put_in_scope(f, r->v, t->dicts, t->arena));
    r->v[year] = V_INT(2026);
    assert_true(put_in_scope(f, r->v, t->dicts, t->arena));
    put_agree(f, r, &now, 1, &agreed); /* the new row is of that year: nothing to agree on later */
    assert_true(agreed.mask >> year & 1);
    assert_int_equal(agreed.v[year].i, 2026);
    r->v[year] = V_INT(2025); /* and stays so, whatever becomes of the record */
    put_agree(f, r, &now, 1, &agreed);
    assert_int_equal(agreed.v[year].i, 2026);
}

int main(void)
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test(constants__are_read__with_the_year),
        cmocka_unit_test(missing__report__is_for_any_flow_that_reads),
        cmocka_unit_test(constant__that_is_wrong__is_told_with_its_line),
        cmocka_unit_test(constant__of_no_year__needs_one),
        cmocka_unit_test(constant__of_personal_data_or_a_set__is_refused),
        cmocka_unit_test(constant__means_nothing__to_a_dictionary_or_a_flow_that_only_writes),
        cmocka_unit_test(required_field__may_be__a_constant),
        cmocka_unit_test(mapping_hash__moves__with_constants_that_mean_something),
        cmocka_unit_test(flow__that_names_records__comes_after_those_that_keep_them),
    };
    const struct CMUnitTest stored[] = {
        cmocka_unit_test(row__has__what_is_set_and_not_what_is_new),
        cmocka_unit_test(row__with_an_empty_name__stands_for_nothing),
        cmocka_unit_test(row__of_which_one_part_waits__has_the_others),
        cmocka_unit_test(constants__are_read__as_a_cell_is),
        cmocka_unit_test(record__with_another_value__is_out_of_the_flows_scope),
    };
    int failed = cmocka_run_group_tests(plain, NULL, NULL);
    return failed + cmocka_run_group_tests(stored, temp_store_setup, temp_store_teardown);
}
