/* test_model.c: the model's tables and the store's tables say the same. */
#include "store/dict.h"
#include "store/model.h"
#include "store/record.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const house_columns[] = {"id", "deleted", "created_at", "updated_at", "rev"};

static bool is_house_column(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(house_columns); i++) {
        if (!strcmp(house_columns[i], name))
            return true;
    }
    return false;
}

static const char *column_type(const struct field *f)
{
    return f->type == FT_INT || f->type == FT_YEAR || f->type == FT_BOOL ? "INTEGER" : "TEXT";
}

/* name, type, "not null" of every column. */
static void check_columns(struct temp_store *t, const struct entity *e)
{
    AUTO_QUERY *q = NULL;
    struct err err = {0};
    size_t fields = 0, house = 0, columns = 0;
    for (size_t i = 0; i < e->n; i++)
        columns += !e->fields[i].side; /* a set stands in a table of its own */
    assert_ok(DB_QUERY(t->db, &q, &err,
                       "SELECT name, type, \"notnull\" FROM pragma_table_info(:table)",
                       B_TEXT(":table", e->name)),
              err);
    while (query_next(q, &err) > 0) {
        const char *name = query_text(q, 0);
        if (is_house_column(name)) {
            house++;
            continue;
        }
        int at = model_field(e, name);
        if (at < 0 || e->fields[at].side)
            fail_msg("%s.%s stands in no model", e->name, name);
        const struct field *f = &e->fields[at];
        if (strcmp(query_text(q, 1), column_type(f)))
            fail_msg("%s.%s is %s", e->name, name, query_text(q, 1));
        if ((query_int(q, 2) != 0) != (f->required || f->fallback))
            fail_msg("%s.%s: NOT NULL and the model's required or fallback differ", e->name, name);
        fields++;
    }
    assert_int_equal(house, ARRAY_LEN(house_columns));
    if (fields != columns)
        fail_msg("%s has %zu columns, the model %zu fields", e->name, fields, columns);
}

static void entities__have__tables_with_exactly_their_fields(void **state)
{
    struct temp_store *t = *state;
    for (size_t i = 0; i < model_n_entities; i++)
        check_columns(t, &model_entities[i]);
}

static void references__are__foreign_keys(void **state)
{
    struct temp_store *t = *state;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            struct err err = {0};
            int64_t n = 0;
            assert_ok(DB_INT(t->db, 0, &n, &err,
                             "SELECT count(*) FROM pragma_foreign_key_list(:table) WHERE \"from\" ="
                             " :field AND \"table\" = :target AND \"to\" = 'id'",
                             B_TEXT(":table", e->name), B_TEXT(":field", e->fields[k].name),
                             B_TEXT(":target", e->fields[k].ref ? e->fields[k].ref : "")),
                      err);
            if (n != (e->fields[k].type == FT_REF))
                fail_msg("%s.%s has %d foreign keys", e->name, e->fields[k].name, (int)n);
        }
    }
}

/* How often a column of the table is key, not empty, and a foreign key of target. */
static int64_t count_keys(struct temp_store *t, const char *table, const char *target)
{
    struct err err = {0};
    int64_t n = 0;
    AUTO_BUF column = BUF_INIT(100);
    buf_addf(&column, "%s_id", target);
    assert_ok(DB_INT(t->db, 0, &n, &err,
                     "SELECT count(*) FROM pragma_table_info(:table) c"
                     " JOIN pragma_foreign_key_list(:table) k ON k.\"from\" = c.name"
                     " WHERE c.name = :column AND c.type = 'TEXT' AND c.pk > 0"
                     " AND c.\"notnull\" AND k.\"table\" = :target AND k.\"to\" = 'id'",
                     B_TEXT(":table", table), B_TEXT(":column", buf_str(&column)),
                     B_TEXT(":target", target)),
              err);
    return n;
}

static void sets__have__side_tables_of_two_keys(void **state)
{
    struct temp_store *t = *state;
    size_t sets = 0;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            const struct field *f = &e->fields[k];
            struct err err = {0};
            int64_t n = 0;
            if (f->type != FT_REFS)
                continue;
            sets++;
            assert_ok(DB_INT(t->db, 0, &n, &err, "SELECT count(*) FROM pragma_table_info(:table)",
                             B_TEXT(":table", f->side)),
                      err);
            if (n != 2 || count_keys(t, f->side, e->name) != 1 ||
                count_keys(t, f->side, f->ref) != 1)
                fail_msg("%s is no table of %s_id and %s_id", f->side, e->name, f->ref);
        }
    }
    assert_int_equal(sets, 1); /* a badge's teams */
}

static void fields__hold_together__in_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            const struct field *f = &e->fields[k];
            bool fine =
                (f->type == FT_DICT) == (f->dict != NULL) && model_refers(f) == (f->ref != NULL) &&
                (f->type == FT_REFS) == (f->side != NULL) &&
                (f->type != FT_REFS || (f->bad_value && !f->required)) &&
                (!f->side || !model_is_natural(e, f->name)) && (!f->dict || dict_exists(f->dict)) &&
                (!f->ref || model_entity(f->ref)) && (!f->required || f->bad) &&
                (!f->yes || f->dict) && (!f->bad_target || f->ref) &&
                !f->bad_target_when == !f->bad_target_then && (f->type != FT_BOOL || f->fallback);
            if (!fine || model_field(e, f->name) != (int)k)
                fail_msg("%s.%s", e->name, f->name);
        }
        for (size_t k = 0; k < ARRAY_LEN(e->natural) && e->natural[k]; k++) {
            assert_true(model_field(e, e->natural[k]) >= 0);
            assert_true(model_is_natural(e, e->natural[k]));
        }
        assert_false(model_is_natural(e, "comment"));
        assert_ptr_equal(model_entity(e->name), e);
    }
    assert_null(model_entity("persons"));
    assert_int_equal(model_field(model_entity("person"), "nothing"), -1);
}

static void masks__have_room__for_every_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        assert_true(e->n > 0 && e->n <= MODEL_FIELDS_MAX);
        assert_int_equal(__builtin_popcount(RECORD_ALL(e)), e->n);
        assert_true(strlen(e->name) < 40);
        for (size_t k = 0; k < e->n; k++)
            assert_true(strlen(e->fields[k].name) < 38); /* ":name" in rows.c */
    }
}

static void codes__that_the_model_names__are_in_their_dictionary(void **state)
{
    struct temp_store *t = *state;
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            const struct field *f = &e->fields[k];
            const char *const codes[] = {f->fallback, f->yes, f->no};
            for (size_t c = 0; f->dict && c < ARRAY_LEN(codes); c++) {
                if (codes[c] && !str_eq(dict_code(t->dicts, f->dict, codes[c]), codes[c]))
                    fail_msg("%s.%s: %s is no %s", e->name, f->name, codes[c], f->dict);
            }
        }
    }
}

/* People filter by these words: they stay as they are. */
static void reasons__are__the_agreed_sentences(void **state)
{
    (void)state;
    static const char *const agreed[] = {
        "Empty name",
        "Empty team_name",
        "Empty type",
        "Invalid or empty year",
        "Invalid status mapping",
        "Invalid role mapping",
        "Invalid person ID",
        "Invalid team ID",
        "Person is Invalid and marked for delete",
        "Team is Invalid and marked for delete",
        "Team has invalid type and is not in database",
        "Empty diet",
        "Empty or invalid feed type",
        "Invalid role",
        "Broken directions_ref (AltText or invalid reference)",
        "Empty or invalid Badge",
        "Badge marked for delete",
        "Invalid arrival date",
        "Invalid departure date",
        "Invalid status",
    };
    for (size_t i = 0; i < model_n_entities; i++) {
        for (size_t k = 0; k < model_entities[i].n; k++) {
            const struct field *f = &model_entities[i].fields[k];
            const char *const said[] = {f->bad, f->bad_value, f->bad_target, f->bad_target_when,
                                        f->bad_target_then};
            for (size_t s = 0; s < ARRAY_LEN(said); s++) {
                bool found = !said[s];
                for (size_t a = 0; a < ARRAY_LEN(agreed) && !found; a++)
                    found = !strcmp(agreed[a], said[s]);
                if (!found)
                    fail_msg("%s.%s says «%s»", model_entities[i].name, f->name, said[s]);
            }
        }
    }
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(entities__have__tables_with_exactly_their_fields),
        WITH_STORE(references__are__foreign_keys),
        WITH_STORE(sets__have__side_tables_of_two_keys),
        cmocka_unit_test(fields__hold_together__in_themselves),
        cmocka_unit_test(masks__have_room__for_every_field),
        WITH_STORE(codes__that_the_model_names__are_in_their_dictionary),
        cmocka_unit_test(reasons__are__the_agreed_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
