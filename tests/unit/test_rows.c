/* test_rows.c: records in and out, their audit, and what counts as a change. */
#include "store/links.h"
#include "store/outgoing.h"
#include "store/refs.h"
#include "store/rows.h"
#include "store/trail.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define ANNA "11111111-1111-4111-8111-111111111111"
#define TEAM "22222222-2222-4222-8222-222222222222"
#define PART "33333333-3333-4333-8333-333333333333"

static struct record *blank(struct temp_store *t, const char *entity, const char *id)
{
    struct record *r = record_new(model_entity(entity), t->arena);
    str_copy(r->id, sizeof r->id, id);
    return r;
}

static struct value *field(struct record *r, const char *name)
{
    int at = model_field(r->e, name);
    assert_true(at >= 0);
    return &r->v[at];
}

static void insert(struct temp_store *t, struct record *r, int64_t at)
{
    struct err err = {0};
    struct change by = {.source = "notion", .at = at};
    assert_ok(rows_insert(t->db, r, &by, &err), err);
}

static struct record *get(struct temp_store *t, const char *entity, const char *id)
{
    struct record *r = NULL;
    struct err err = {0};
    assert_ok(rows_get(t->db, model_entity(entity), id, t->arena, &r, &err), err);
    return r;
}

static struct record *anna(struct temp_store *t)
{
    struct record *r = blank(t, "person", ANNA);
    *field(r, "name") = V_TEXT("Анна");
    *field(r, "birth_date") = V_TEXT("1990-02-03");
    insert(t, r, 1000);
    return r;
}

static struct record *participation(struct temp_store *t, const char *id, const char *role)
{
    struct record *r = blank(t, "participation", id);
    *field(r, "year") = V_INT(2026);
    *field(r, "person_id") = V_TEXT(ANNA);
    *field(r, "team_id") = V_TEXT(TEAM);
    *field(r, "role") = V_TEXT(role);
    return r;
}

static void kitchen(struct temp_store *t)
{
    struct record *r = blank(t, "team", TEAM);
    *field(r, "name") = V_TEXT("Кухня");
    *field(r, "type") = V_TEXT("CITY_SERVICE");
    insert(t, r, 1000);
}

static void insert__keeps__every_value(void **state)
{
    struct temp_store *t = *state;
    struct record *in = anna(t);
    struct record *out = get(t, "person", ANNA);
    assert_non_null(out);
    assert_string_equal(out->id, ANNA);
    assert_int_equal(record_diff(in, out, RECORD_ALL(in->e)), 0);
    assert_string_equal(field(out, "name")->s, "Анна");
    assert_int_equal(field(out, "city")->kind, VAL_NULL);
    assert_int_equal(field(out, "banned")->kind, VAL_INT); /* the model's fallback */
    assert_int_equal(field(out, "banned")->i, 0);
    assert_int_equal(out->created_at, 1000);
    assert_int_equal(out->updated_at, 1000);
    assert_int_equal(out->rev, 1);
    assert_false(out->deleted);
}

static void insert__writes__one_audit_row_with_the_whole(void **state)
{
    struct temp_store *t = *state;
    anna(t);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit"), 1);
    assert_null(temp_store_text(t, "SELECT field FROM audit"));
    assert_null(temp_store_text(t, "SELECT before FROM audit"));
    const char *after = temp_store_text(t, "SELECT after FROM audit");
    assert_has(after, "\"name\":\"Анна\"");
    assert_has(after, "\"birth_date\":\"1990-02-03\"");
    assert_has(after, "\"city\":null");
    assert_string_equal(temp_store_text(t, "SELECT source FROM audit"), "notion");
    assert_string_equal(temp_store_text(t, "SELECT entity || ' ' || local_id FROM audit"),
                        "person " ANNA);
}

static void insert__refuses__a_second_record_of_that_id(void **state)
{
    struct temp_store *t = *state;
    struct record *r = anna(t);
    struct err err;
    struct change by = {.source = "notion", .at = 2000};
    assert_error(rows_insert(t->db, r, &by, &err), err, ERR_LOCAL, "UNIQUE");
    /* a record must not name one that is not there */
    struct record *p = participation(t, PART, "VOLUNTEER");
    assert_error(rows_insert(t->db, p, &by, &err), err, ERR_LOCAL, "FOREIGN KEY");
}

static void update__writes__changed_fields_only(void **state)
{
    struct temp_store *t = *state;
    anna(t);
    struct record *old = get(t, "person", ANNA), *r = record_copy(old, t->arena);
    struct change by = {.source = "telegram:1001", .at = 5000};
    struct err err = {0};
    *field(r, "city") = V_TEXT("Тула");
    *field(r, "birth_date") = V_NULL;
    /* what another connection wrote meanwhile into a field that we do not touch stays */
    assert_ok(DB_RUN(t->db, &err, "UPDATE person SET comment = 'theirs'"), err);
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    struct record *now = get(t, "person", ANNA);
    assert_string_equal(field(now, "city")->s, "Тула");
    assert_int_equal(field(now, "birth_date")->kind, VAL_NULL);
    assert_string_equal(field(now, "comment")->s, "theirs");
    assert_int_equal(now->created_at, 1000);
    assert_int_equal(now->updated_at, 5000);
    assert_int_equal(now->rev, 2);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit WHERE field IS NOT NULL"), 2);
    assert_string_equal(
        temp_store_text(t, "SELECT coalesce(before, 'null') || '>' || after || ' ' || source FROM"
                           " audit WHERE field = 'city'"),
        "null>Тула telegram:1001");
    assert_string_equal(temp_store_text(t, "SELECT before || '>' || coalesce(after, 'null') FROM"
                                           " audit WHERE field = 'birth_date'"),
                        "1990-02-03>null");
}

static void update__of_nothing__writes_nothing(void **state)
{
    struct temp_store *t = *state;
    anna(t);
    struct record *old = get(t, "person", ANNA), *r = record_copy(old, t->arena);
    struct change by = {.source = "notion", .at = 9000};
    struct err err = {0};
    *field(r, "name") = V_TEXT(arena_strdup(t->arena, "Анна")); /* equal, not the same */
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    struct record *now = get(t, "person", ANNA);
    assert_int_equal(now->updated_at, 1000);
    assert_int_equal(now->rev, 1);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit"), 1);
    int64_t rev = 0;
    assert_ok(rows_rev(t->db, &rev, &err), err);
    assert_int_equal(rev, 1);
}

static void deletion__is__a_change_of_its_own(void **state)
{
    struct temp_store *t = *state;
    anna(t);
    struct record *old = get(t, "person", ANNA), *r = record_copy(old, t->arena);
    struct change by = {.source = "notion", .at = 7000};
    struct err err = {0};
    int64_t n = -1;
    r->deleted = true;
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    struct record *now = get(t, "person", ANNA);
    assert_true(now->deleted);
    assert_int_equal(now->updated_at, 7000);
    assert_string_equal(field(now, "name")->s, "Анна");
    assert_string_equal(
        temp_store_text(t, "SELECT before || after FROM audit WHERE field = 'deleted'"), "01");
    assert_ok(rows_count(t->db, now->e, &n, &err), err);
    assert_int_equal(n, 0);
    bool there = false;
    assert_ok(rows_exists(t->db, now->e, ANNA, &there, &err), err);
    assert_true(there);
    assert_ok(rows_exists(t->db, now->e, TEAM, &there, &err), err);
    assert_false(there);
}

/* ---------------------------------------------------------------- sets */

#define BADGE "44444444-4444-4444-8444-444444444444"
#define GATES "22222222-2222-4222-8222-222222222223"
#define DOCS  "00000000-2222-4222-8222-222222222222"

static struct value set_of(struct temp_store *t, const char *a, const char *b)
{
    const char *ids[] = {a, b};
    return refs_value(ids, b ? 2 : 1, t->arena);
}

static struct record *team(struct temp_store *t, const char *id, const char *name)
{
    struct record *r = blank(t, "team", id);
    *field(r, "name") = V_TEXT(name);
    *field(r, "type") = V_TEXT("CITY_SERVICE");
    insert(t, r, 1000);
    return r;
}

/* A badge of the kitchen and the documents. */
static struct record *badge(struct temp_store *t)
{
    struct record *r = blank(t, "badge", BADGE);
    kitchen(t);
    team(t, GATES, "Ворота");
    team(t, DOCS, "Документы");
    *field(r, "name") = V_TEXT("Анна");
    *field(r, "diet") = V_TEXT("VEGAN");
    *field(r, "feed") = V_TEXT("FREE");
    *field(r, "role") = V_TEXT("VOLUNTEER");
    *field(r, "teams") = set_of(t, TEAM, DOCS);
    insert(t, r, 2000);
    return r;
}

static void set__is_one_text__whatever_the_order_of_its_ids(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    const char *twice[] = {TEAM, DOCS, TEAM}, **ids;
    size_t n = 9;
    struct value v = refs_value(twice, 3, t->arena), none = refs_value(NULL, 0, t->arena);
    assert_string_equal(v.s, "[\"" DOCS "\",\"" TEAM "\"]");
    assert_int_equal(none.kind, VAL_NULL);
    assert_ok(refs_ids(&v, t->arena, &ids, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(ids[0], DOCS);
    assert_string_equal(ids[1], TEAM);
    assert_ok(refs_ids(&none, t->arena, &ids, &n, &err), err);
    assert_int_equal(n, 0);
    static const char *const wrong[] = {"{\"a\":\"b\"}", "[1]", "[\"a\",null]", "\"a\"", "[", ""};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        v = V_TEXT(wrong[i]);
        err = (struct err){0};
        assert_int_equal(refs_ids(&v, t->arena, &ids, &n, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
    }
}

static void set__is_kept__in_its_side_table(void **state)
{
    struct temp_store *t = *state;
    struct record *in = badge(t), *out = get(t, "badge", BADGE);
    assert_int_equal(record_diff(in, out, RECORD_ALL(in->e)), 0);
    assert_string_equal(field(out, "teams")->s, "[\"" DOCS "\",\"" TEAM "\"]");
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM badge_team WHERE badge_id = '" BADGE
                                       "' AND team_id IN ('" TEAM "', '" DOCS "')"),
                     2);
    assert_has(temp_store_text(t, "SELECT after FROM audit WHERE entity = 'badge'"),
               "\"teams\":\"[\\\"" DOCS "\\\",\\\"" TEAM "\\\"]\"");
    struct record *other = record_copy(in, t->arena);
    str_copy(other->id, sizeof other->id, PART);
    *field(other, "teams") = V_NULL;
    insert(t, other, 3000);
    assert_int_equal(field(get(t, "badge", PART), "teams")->kind, VAL_NULL);
}

static void set__that_changed__moves_the_record_and_its_audit(void **state)
{
    struct temp_store *t = *state;
    badge(t);
    struct record *old = get(t, "badge", BADGE), *r = record_copy(old, t->arena);
    struct change by = {.source = "notion", .at = 5000};
    struct err err = {0};
    *field(r, "teams") = set_of(t, GATES, TEAM);
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    struct record *now = get(t, "badge", BADGE);
    assert_string_equal(field(now, "teams")->s, "[\"" TEAM "\",\"" GATES "\"]");
    assert_int_equal(now->updated_at, 5000);
    assert_int_equal(now->rev, old->rev + 1);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit WHERE field IS NOT NULL"), 1);
    assert_string_equal(
        temp_store_text(t, "SELECT before || '>' || after FROM audit WHERE field = 'teams'"),
        "[\"" DOCS "\",\"" TEAM "\"]>[\"" TEAM "\",\"" GATES "\"]");
    /* emptied: nothing, as an empty field is nothing */
    old = now;
    r = record_copy(old, t->arena);
    *field(r, "teams") = V_NULL;
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    assert_int_equal(field(get(t, "badge", BADGE), "teams")->kind, VAL_NULL);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM badge_team"), 0);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM audit WHERE field = 'teams'"
                                       " AND after IS NULL"),
                     1);
}

static void set__that_did_not_change__is_not_written(void **state)
{
    struct temp_store *t = *state;
    badge(t);
    struct record *old = get(t, "badge", BADGE), *r = record_copy(old, t->arena);
    struct change by = {.source = "notion", .at = 5000};
    struct err err = {0};
    *field(r, "teams") = set_of(t, TEAM, DOCS);
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    assert_int_equal(get(t, "badge", BADGE)->rev, old->rev);
    /* another field leaves alone what others wrote into the set meanwhile */
    *field(r, "comment") = V_TEXT("да");
    assert_ok(DB_RUN(t->db, &err, "DELETE FROM badge_team WHERE team_id = '" DOCS "'"), err);
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    struct record *now = get(t, "badge", BADGE);
    assert_string_equal(field(now, "teams")->s, "[\"" TEAM "\"]");
    assert_string_equal(field(now, "comment")->s, "да");
}

static void set__refuses__records_that_are_not_there(void **state)
{
    struct temp_store *t = *state;
    badge(t);
    struct record *old = get(t, "badge", BADGE), *r = record_copy(old, t->arena);
    struct change by = {.source = "notion", .at = 5000};
    struct err err = {0};
    *field(r, "teams") = set_of(t, TEAM, PART);
    assert_error(rows_update(t->db, old, r, &by, &err), err, ERR_LOCAL, "FOREIGN KEY");
    *field(r, "teams") = V_TEXT("no list");
    assert_error(rows_update(t->db, old, r, &by, &err), err, ERR_LOCAL, "JSON");
}

static void set__counts__as_a_reference(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    struct trail_ref *refs;
    struct audit_row *rows;
    struct outgoing_id *ids;
    size_t n;
    badge(t);
    assert_ok(trail_referrers(t->db, model_entity("team"), DOCS, 5, t->arena, &refs, &n, &err),
              err);
    assert_int_equal(n, 1);
    assert_string_equal(refs[0].id, BADGE);
    assert_ok(trail_referrers(t->db, model_entity("team"), GATES, 5, t->arena, &refs, &n, &err),
              err);
    assert_int_equal(n, 0);
    /* the team's history tells of the badge, too */
    assert_ok(audit_of_record(t->db, "team", DOCS, 0, 5, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 2);
    assert_string_equal(rows[0].entity, "badge");
    assert_ok(audit_of_record(t->db, "team", GATES, 0, 5, t->arena, &rows, &n, &err), err);
    assert_int_equal(n, 1);
    /* a push that shows something of the teams looks at the badge when one of them changes */
    struct record *old = get(t, "team", DOCS), *r = record_copy(old, t->arena);
    struct change by = {.source = "notion", .at = 5000};
    const struct outgoing_query o = {
        .entity = model_entity("badge"),
        .flow = "f",
        .remote = "notion",
        .tbl = "t",
        .since = get(t, "badge", BADGE)->rev,
        .refs = 1u << model_field(model_entity("badge"), "teams"),
    };
    assert_ok(outgoing_list(t->db, &o, "", 5, t->arena, &ids, &n, &err), err);
    assert_int_equal(n, 0);
    *field(r, "name") = V_TEXT("Бумаги");
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    assert_ok(outgoing_list(t->db, &o, "", 5, t->arena, &ids, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(ids[0].id, BADGE);
}

static void rev__grows__over_all_entities(void **state)
{
    struct temp_store *t = *state;
    anna(t);
    kitchen(t);
    assert_int_equal(get(t, "team", TEAM)->rev, 2);
    struct record *old = get(t, "person", ANNA), *r = record_copy(old, t->arena);
    struct change by = {.source = "x", .at = 1};
    struct err err = {0};
    *field(r, "city") = V_TEXT("Тула");
    assert_ok(rows_update(t->db, old, r, &by, &err), err);
    assert_int_equal(r->rev, 3);
    assert_int_equal(temp_store_int(t, "SELECT rev FROM store_state"), 3);
}

static void unlinked__is_found__by_its_natural_key(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    char id[UUID_LEN + 1];
    anna(t);
    kitchen(t);
    insert(t, participation(t, PART, "VOLUNTEER"), 2000);
    struct record *wanted = participation(t, "", "VOLUNTEER");
    assert_ok(rows_find_unlinked(t->db, wanted, "coda", "t", id, &err), err);
    assert_string_equal(id, PART);
    *field(wanted, "role") = V_TEXT("MEDIC");
    assert_ok(rows_find_unlinked(t->db, wanted, "coda", "t", id, &err), err);
    assert_string_equal(id, "");
    *field(wanted, "role") = V_TEXT("VOLUNTEER");
    *field(wanted, "year") = V_INT(2025);
    assert_ok(rows_find_unlinked(t->db, wanted, "coda", "t", id, &err), err);
    assert_string_equal(id, "");
}

static void unlinked__passes_over__linked_and_deleted_ones(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    char id[UUID_LEN + 1];
    struct link l = {.entity = "participation",
                     .local_id = PART,
                     .flow = "f",
                     .remote = "coda",
                     .tbl = "t",
                     .remote_id = "i-1",
                     .part = "",
                     .base = "{}"};
    anna(t);
    kitchen(t);
    struct record *r = participation(t, PART, "VOLUNTEER");
    insert(t, r, 2000);
    assert_ok(links_insert(t->db, &l, &err), err);
    assert_ok(rows_find_unlinked(t->db, r, "coda", "t", id, &err), err);
    assert_string_equal(id, "");
    /* linked elsewhere, it may still be recognised here */
    assert_ok(rows_find_unlinked(t->db, r, "coda", "other", id, &err), err);
    assert_string_equal(id, PART);
    assert_ok(rows_find_unlinked(t->db, r, "notion", "t", id, &err), err);
    assert_string_equal(id, PART);
    struct record *gone = record_copy(r, t->arena);
    struct change by = {.source = "x", .at = 3000};
    gone->deleted = true;
    assert_ok(rows_update(t->db, r, gone, &by, &err), err);
    assert_ok(rows_find_unlinked(t->db, r, "notion", "t", id, &err), err);
    assert_string_equal(id, "");
}

static void people__are_never_matched__by_name(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    char id[UUID_LEN + 1] = "x";
    struct record *r = anna(t);
    assert_ok(rows_find_unlinked(t->db, r, "coda", "t", id, &err), err);
    assert_string_equal(id, "");
}

static void json__goes_round__and_skips_unknown_fields(void **state)
{
    struct temp_store *t = *state;
    struct err err = {0};
    AUTO_BUF b = BUF_INIT(10000);
    struct record *r = anna(t);
    struct value v[MODEL_FIELDS_MAX] = {{0}};
    uint32_t mask = 0, wanted = 1u << model_field(r->e, "name") | 1u << model_field(r->e, "banned");
    record_to_json(r, wanted, &b);
    assert_string_equal(buf_str(&b), "{\"name\":\"Анна\",\"banned\":0}");
    assert_ok(record_values_from_json(r->e, buf_str(&b), t->arena, v, &mask, &err), err);
    assert_int_equal(mask, wanted);
    assert_string_equal(v[model_field(r->e, "name")].s, "Анна");
    assert_ok(record_values_from_json(r->e, "{\"dropped\":1,\"city\":null}", t->arena, v, &mask,
                                      &err),
              err);
    assert_int_equal(mask, 1u << model_field(r->e, "city"));
    assert_error(record_values_from_json(r->e, "[1]", t->arena, v, &mask, &err), err, ERR_DATA,
                 "no object");
    assert_error(record_values_from_json(r->e, "{", t->arena, v, &mask, &err), err, ERR_DATA,
                 "JSON");
}

#define WITH_STORE(fn) cmocka_unit_test_setup_teardown(fn, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(insert__keeps__every_value),
        WITH_STORE(insert__writes__one_audit_row_with_the_whole),
        WITH_STORE(insert__refuses__a_second_record_of_that_id),
        WITH_STORE(update__writes__changed_fields_only),
        WITH_STORE(update__of_nothing__writes_nothing),
        WITH_STORE(deletion__is__a_change_of_its_own),
        WITH_STORE(set__is_one_text__whatever_the_order_of_its_ids),
        WITH_STORE(set__is_kept__in_its_side_table),
        WITH_STORE(set__that_changed__moves_the_record_and_its_audit),
        WITH_STORE(set__that_did_not_change__is_not_written),
        WITH_STORE(set__refuses__records_that_are_not_there),
        WITH_STORE(set__counts__as_a_reference),
        WITH_STORE(rev__grows__over_all_entities),
        WITH_STORE(unlinked__is_found__by_its_natural_key),
        WITH_STORE(unlinked__passes_over__linked_and_deleted_ones),
        WITH_STORE(people__are_never_matched__by_name),
        WITH_STORE(json__goes_round__and_skips_unknown_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
