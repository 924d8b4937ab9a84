/* test_dict_rows.c: the entries of a dictionary as records, and the spellings that follow them. */
#include "store/dict_rows.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>

static const struct change by = {.source = "grist", .at = 7};

static struct record *entry(struct temp_store *t, const char *dict, const char *code)
{
    struct err err = {0};
    struct record *r;
    assert_ok(dict_rows_get(t->db, dict_entity(dict), code, t->arena, &r, &err), err);
    return r;
}

static void add(struct temp_store *t, const char *dict, const char *code, const char *name)
{
    struct err err = {0};
    struct record *r = record_new(dict_entity(dict), t->arena);
    str_copy(r->id, sizeof r->id, code);
    r->v[0] = V_TEXT(code);
    r->v[1] = V_TEXT(name);
    assert_ok(dict_rows_insert(t->db, r, &by, &err), err);
}

static void rename_to(struct temp_store *t, const char *dict, const char *code, const char *name)
{
    struct err err = {0};
    struct record *old = entry(t, dict, code), *now = record_copy(old, t->arena);
    now->v[1] = V_TEXT(name);
    assert_ok(dict_rows_update(t->db, old, now, &by, &err), err);
}

static void spell(struct temp_store *t)
{
    struct err err = {0};
    assert_ok(dict_rows_spell(t->db, dict_entity("role"), &err), err);
}

/* What the store reads that text as by now. */
static void check_means(struct temp_store *t, const char *text, const char *code)
{
    struct err err = {0};
    const struct dicts *dicts;
    assert_ok(dict_load(t->db, t->arena, &dicts, &err), err);
    if (!str_eq(dict_code(dicts, "role", text), code))
        fail_msg("«%s» is %s", text, dict_code(dicts, "role", text));
}

static int64_t dict_moves(struct temp_store *t)
{
    return temp_store_int(t, "SELECT dict_rev FROM store_state");
}

static void entities__stand_for__every_dictionary_of_the_store(void **state)
{
    struct temp_store *t = *state;
    AUTO_QUERY *q = NULL;
    struct err err = {0};
    size_t n = 0;
    AUTO_BUF list = BUF_INIT(512);
    dict_list(&list);
    assert_string_equal(buf_str(&list), "role, status, transport, team_type, gender, diet, feed");
    assert_ok(DB_QUERY(t->db, &q, &err,
                       "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE"
                       " 'dict\\_%' ESCAPE '\\' AND name <> 'dict_spelling'"),
              err);
    for (; query_next(q, &err) > 0; n++) {
        const struct entity *e = dict_entity(query_text(q, 0) + 5);
        assert_non_null(e);
        assert_true(dict_exists(query_text(q, 0) + 5));
        assert_string_equal(e->name, query_text(q, 0));
        assert_null(model_entity(e->name)); /* nobody takes it for a table of records */
        assert_int_equal(model_field(e, "code"), 0);
        assert_int_equal(model_field(e, "name"), 1);
        assert_int_equal(model_field(e, "to_list") >= 0, !strcmp(e->name, "dict_status"));
    }
    assert_int_equal(n, 7);
    assert_null(dict_entity("spelling"));
    assert_null(dict_entity("person"));
}

static void target__is__what_links_call_it(void **state)
{
    (void)state;
    const struct entity *part = model_entity("participation");
    assert_string_equal(field_target(&part->fields[model_field(part, "role")]), "dict_role");
    assert_string_equal(field_target(&part->fields[model_field(part, "team_id")]), "team");
    assert_null(field_target(&part->fields[model_field(part, "year")]));
}

static void entry__is_found__in_any_case(void **state)
{
    struct temp_store *t = *state;
    struct record *r = entry(t, "status", "planned");
    assert_string_equal(r->id, "PLANNED");
    assert_string_equal(r->v[0].s, "PLANNED");
    assert_string_equal(r->v[1].s, "планируется");
    assert_int_equal(r->v[2].i, 1);
    assert_int_equal(r->v[3].kind, VAL_NULL);
    assert_null(entry(t, "status", "планируется")); /* a name is no code */
    /* two in different case, made by hand: the exact one */
    add(t, "role", "medic", "санитар");
    assert_string_equal(entry(t, "role", "medic")->v[1].s, "санитар");
    assert_string_equal(entry(t, "role", "MEDIC")->v[1].s, "медик");
    /* links could not hold it */
    add(t, "role", "A23456789012345678901234567890123456X", "длинный");
    assert_null(entry(t, "role", "A23456789012345678901234567890123456X"));
}

static void entry__that_is_new__comes_last(void **state)
{
    struct temp_store *t = *state;
    int64_t moves = dict_moves(t), rev = temp_store_int(t, "SELECT rev FROM store_state");
    add(t, "role", "HELPER", "помощник");
    add(t, "feed", "HALF", "полпорции");
    assert_int_equal(temp_store_int(t, "SELECT position FROM dict_role WHERE code = 'HELPER'"), 21);
    assert_int_equal(temp_store_int(t, "SELECT lead + team + free_meals FROM dict_role"
                                       " WHERE code = 'HELPER'"),
                     0);
    assert_int_equal(temp_store_int(t, "SELECT position FROM dict_feed WHERE code = 'HALF'"), 5);
    assert_int_equal(dict_moves(t), moves + 2);
    assert_int_equal(temp_store_int(t, "SELECT rev FROM store_state"), rev);
    assert_string_equal(temp_store_text(t,
                                        "SELECT entity || ' ' || local_id || ' ' || after || ' '"
                                        " || source || ' ' || at FROM audit ORDER BY id LIMIT 1"),
                        "dict_role HELPER {\"code\":\"HELPER\",\"name\":\"помощник\"} grist 7");
}

static void entry__that_is_the_same__is_not_written(void **state)
{
    struct temp_store *t = *state;
    int64_t moves = dict_moves(t);
    rename_to(t, "role", "MEDIC", "медик");
    assert_int_equal(dict_moves(t), moves);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit"), 0);
    rename_to(t, "role", "MEDIC", "врач");
    assert_int_equal(dict_moves(t), moves + 1);
    assert_string_equal(temp_store_text(t, "SELECT local_id || ' ' || field || ' ' || before || ' '"
                                           " || after FROM audit"),
                        "MEDIC name медик врач");
}

static void spelling__follows__the_name_and_the_old_one_stays(void **state)
{
    struct temp_store *t = *state;
    rename_to(t, "role", "MEDIC", "Врач.");
    spell(t);
    check_means(t, "врач", "MEDIC");
    check_means(t, "медик", "MEDIC");
    int64_t moves = dict_moves(t);
    spell(t); /* and nothing is left to do */
    assert_int_equal(dict_moves(t), moves);
}

static void spelling__of_another__goes_to_who_is_called_so(void **state)
{
    struct temp_store *t = *state;
    /* «свои» is but a spelling of FELLOW, who is called otherwise */
    check_means(t, "свои", "FELLOW");
    add(t, "role", "OWN", "свои");
    spell(t);
    check_means(t, "свои", "OWN");
    check_means(t, "свои (плюсодин)", "FELLOW");
}

static void spelling__of_two__stays_with_the_first(void **state)
{
    struct temp_store *t = *state;
    add(t, "role", "MEDIC2", "медик");
    add(t, "role", "PRESS2", "press"); /* another's code */
    spell(t);
    check_means(t, "медик", "MEDIC");
    check_means(t, "medic2", "MEDIC2");
    check_means(t, "press", "PRESS");
}

static void names__that_were_traded__are_spelled_anew(void **state)
{
    struct temp_store *t = *state;
    rename_to(t, "role", "MEDIC", "пресса");
    rename_to(t, "role", "PRESS", "медик");
    spell(t);
    check_means(t, "пресса", "MEDIC");
    check_means(t, "медик", "PRESS");
    check_means(t, "MEDIC", "MEDIC");
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(entities__stand_for__every_dictionary_of_the_store),
        cmocka_unit_test(target__is__what_links_call_it),
        WITH_STORE(entry__is_found__in_any_case),
        WITH_STORE(entry__that_is_new__comes_last),
        WITH_STORE(entry__that_is_the_same__is_not_written),
        WITH_STORE(spelling__follows__the_name_and_the_old_one_stays),
        WITH_STORE(spelling__of_another__goes_to_who_is_called_so),
        WITH_STORE(spelling__of_two__stays_with_the_first),
        WITH_STORE(names__that_were_traded__are_spelled_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
