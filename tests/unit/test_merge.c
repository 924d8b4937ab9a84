/* test_merge.c: two records that are one: what goes over, what stays, and what a person may say of
 * them; how rows are found by their own UUIDs. */
#include "store/chat/bindings.h"
#include "store/chat/tasks.h"
#include "store/links.h"
#include "store/pauses.h"
#include "store/refs.h"
#include "sync/pull/merge.h"
#include "sync/push/settle.h"
#include "tests/support/check.h"
#include "tests/support/small_festival.h"

#include <string.h>

#define OTHER "44444444-4444-4444-8444-444444444444" /* person «Маша Лис» */
#define BADGE "55555555-5555-4555-8555-555555555555"
#define TEAM2 "66666666-6666-4666-8666-666666666666"
#define OLEG  "telegram:1001"

static void insert(struct small_festival *f, const char *entity, const char *id,
                   const char *const *texts)
{
    struct err err = {0};
    struct record *r = record_new(model_entity(entity), f->arena);
    str_copy(r->id, sizeof r->id, id);
    for (size_t i = 0; texts[i]; i += 2)
        r->v[model_field(r->e, texts[i])] = V_TEXT(texts[i + 1]);
    for (size_t i = 0; i < r->e->n; i++) {
        if (r->e->fields[i].type == FT_BOOL)
            r->v[i] = V_INT(0);
    }
    assert_ok(rows_insert(f->db, r, &(struct change){.source = "notion", .at = 1000}, &err), err);
}

static int64_t link_row(struct small_festival *f, const char *id, const char *remote,
                        const char *row, const char *key)
{
    struct err err = {0};
    const struct link l = {.entity = "person",
                           .local_id = id,
                           .flow = "people",
                           .remote = remote,
                           .tbl = "P",
                           .remote_id = row,
                           .part = "",
                           .remote_key = key,
                           .base = "{}",
                           .base_rev = 7,
                           .seen_at = 1000};
    assert_ok(links_insert(f->db, &l, &err), err);
    return db_last_id(f->db);
}

static int merge(struct small_festival *f, const char *entity, const char *from, const char *into,
                 struct err *err)
{
    const struct change by = {.source = OLEG, .at = 5000};
    assert_ok(db_begin(f->db, err), *err);
    int bad = merge_records(f->db, model_entity(entity), from, into, &by, err);
    struct err end = {0};
    if (bad)
        db_rollback(f->db);
    else
        assert_ok(db_commit(f->db, &end), end);
    return bad;
}

static const char *text_of(struct small_festival *f, const char *entity, const char *id,
                           const char *field)
{
    struct record *r = small_festival_get(f, entity, id);
    const struct value *v = &r->v[model_field(r->e, field)];
    return v->kind == VAL_TEXT ? v->s : "";
}

static void two_people(struct small_festival *f)
{
    insert(f, "person", OTHER, (const char *[]){"name", "Маша Лис", "phone", "+79160000000", NULL});
    small_festival_set(f, "person", OTHER, "city", V_TEXT("Тула"), "grist", 1100);
    small_festival_set(f, "person", ANNA, "city", V_TEXT("Омск"), "notion", 1200);
    insert(f, "badge", BADGE,
           (const char *[]){"name", "Маша", "diet", "STANDARD", "feed", "FREE", "role", "VIP",
                            "person_id", OTHER, NULL});
}

static void references__go_over__and_empty_fields_are_filled(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    two_people(f);
    small_festival_set(f, "participation", PART, "person_id", V_TEXT(OTHER), "coda", 1300);
    assert_ok(merge(f, "person", OTHER, ANNA, &err), err);
    assert_string_equal(text_of(f, "participation", PART, "person_id"), ANNA);
    assert_string_equal(text_of(f, "badge", BADGE, "person_id"), ANNA);
    assert_string_equal(text_of(f, "person", ANNA, "name"), "Лис Мария");
    assert_string_equal(text_of(f, "person", ANNA, "city"), "Омск");
    assert_string_equal(text_of(f, "person", ANNA, "phone"), "+79160000000");
    assert_true(small_festival_get(f, "person", OTHER)->deleted);
    assert_false(small_festival_get(f, "person", ANNA)->deleted);
    assert_false(small_festival_get(f, "badge", BADGE)->deleted); /* it moved before he went */
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM audit WHERE source = '" OLEG
                                              "' AND at = 5000"),
                     4);
}

static void rows__go_over__where_the_other_has_none(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    two_people(f);
    int64_t grist = link_row(f, OTHER, "grist", "7", ANNA);
    int64_t page = link_row(f, OTHER, "notion", OTHER, NULL);
    link_row(f, ANNA, "notion", ANNA, NULL);
    int64_t row = link_row(f, OTHER, "coda", "i-9", NULL);
    int64_t old = link_row(f, ANNA, "coda", "i-1", NULL);
    assert_ok(links_set_missing(f->db, old, 2000, &err), err);
    assert_ok(merge(f, "person", OTHER, ANNA, &err), err);
    static const char sql[] = "SELECT local_id || base_rev || part FROM link WHERE id = %lld";
    const struct {
        int64_t id;
        const char *holds;
    } want[] = {{grist, ANNA "0"}, /* hers now, to be compared anew */
                {page, OTHER "7"}, /* she has a page */
                {row, ANNA "0"},   /* in the place of one that is gone */
                {old, OTHER "0"}};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        assert_string_equal(temp_store_text(f->store,
                                            arena_printf(f->arena, sql, (long long)want[i].id)),
                            want[i].holds);
}

static int64_t count(struct small_festival *f, const char *sql)
{
    return temp_store_int(f->store, sql);
}

static void jail(struct small_festival *f, const char *flow, const char *id, const char *raw)
{
    struct err err = {0};
    const struct jailed j = {.flow = flow,
                             .remote_id = id,
                             .part = "",
                             .reason = "Refused",
                             .raw = raw};
    assert_ok(quarantine_put(f->db, &j, &err), err);
}

static void take(struct small_festival *f, const char *flow, const char *id, int64_t user)
{
    struct err err = {0};
    bool fresh;
    const struct task_item t = {TASK_INVALID, flow, id, ""};
    assert_ok(tasks_give(f->db, &t, "telegram", user, OLEG, 1000, &fresh, &err), err);
}

/* The record that stays stands still, as the other did, and who has it to mend has it still. */
static void what_the_chat_keeps__goes_over__too(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    bool fresh, paused;
    two_people(f);
    assert_ok(pauses_set(f->db, "person", OTHER, "telegram:7", 1500, &fresh, &err), err);
    jail(f, "people:push", OTHER, "{}");
    jail(f, "people:push", ANNA, "{}");
    jail(f, "people", OTHER, "{\"Имя\":\"\"}"); /* pages, each with a row of its own */
    jail(f, "people", ANNA, "{\"Имя\":\"\"}");
    jail(f, "gpeople:push", OTHER, "{}"); /* she has no trouble there */
    take(f, "people:push", OTHER, 7);
    take(f, "people", OTHER, 8);
    take(f, "gpeople:push", OTHER, 9);
    assert_ok(merge(f, "person", OTHER, ANNA, &err), err);
    assert_ok(pauses_has(f->db, "person", ANNA, &paused, &err), err);
    assert_true(paused);
    assert_ok(pauses_has(f->db, "person", OTHER, &paused, &err), err);
    assert_false(paused);
    assert_string_equal(temp_store_text(f->store, "SELECT by || ' ' || at FROM pause"),
                        "telegram:7 1500");
    assert_string_equal(temp_store_text(f->store, "SELECT group_concat(user_id || item, ' ') FROM"
                                                  " (SELECT * FROM task ORDER BY user_id)"),
                        "7" ANNA " 8" OTHER " 9" OTHER);
}

/* Each way into the chat by itself; what was tied to her before stays. */
static void bindings__go_over__way_by_way(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    bool taken;
    static const struct binding ties[] =
        {{.via = "telegram", .user_id = 7, .person_id = OTHER, .how = BOUND_PHONE},
         {.via = "telegram", .user_id = 8, .person_id = ANNA, .how = BOUND_HAND},
         {.via = "console", .user_id = 1, .person_id = OTHER, .how = BOUND_USERNAME}};
    two_people(f);
    for (size_t i = 0; i < ARRAY_LEN(ties); i++)
        assert_ok(bindings_set(f->db, &ties[i], "test", 1, &taken, &err), err);
    assert_ok(merge(f, "person", OTHER, ANNA, &err), err);
    assert_string_equal(temp_store_text(f->store, "SELECT group_concat(via || user_id || how, ' ')"
                                                  " FROM (SELECT * FROM binding WHERE person_id ="
                                                  " '" ANNA "' ORDER BY via)"),
                        "console1username telegram8hand");
    assert_int_equal(count(f, "SELECT count(*) FROM binding"), 2);
    assert_int_equal(count(f, "SELECT count(*) FROM audit WHERE entity = 'chat_user' AND source ="
                              " '" OLEG "' AND at = 5000"),
                     2);
}

static void sets_and_own_references__never_name__what_is_gone(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    insert(f, "team", TEAM2, (const char *[]){"name", "Инфо", "type", "FIELD_SERVICE", NULL});
    insert(f, "badge", BADGE,
           (const char *[]){"name", "Маша", "diet", "STANDARD", "feed", "FREE", "role", "VIP",
                            NULL});
    insert(f, "badge", OTHER,
           (const char *[]){"name", "Аня", "diet", "STANDARD", "feed", "FREE", "role", "VIP",
                            "parent_id", BADGE, NULL});
    const char *const both[] = {TEAM, TEAM2};
    small_festival_set(f, "badge", BADGE, "teams", refs_value(both, 2, f->arena), "grist", 1100);
    assert_ok(merge(f, "team", TEAM2, TEAM, &err), err);
    assert_string_equal(text_of(f, "badge", BADGE, "teams"), "[\"" TEAM "\"]");
    assert_ok(merge(f, "badge", BADGE, OTHER, &err), err);
    assert_string_equal(text_of(f, "badge", OTHER, "parent_id"), "");
    assert_string_equal(text_of(f, "badge", OTHER, "teams"), "[\"" TEAM "\"]");
}

static void one_that_lives__brings__the_other_back(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    two_people(f);
    small_festival_set(f, "person", ANNA, "deleted", V_INT(1), "notion", 1300);
    assert_ok(merge(f, "person", OTHER, ANNA, &err), err);
    assert_false(small_festival_get(f, "person", ANNA)->deleted);
    assert_int_equal(merge(f, "person", OTHER, OTHER, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_int_equal(merge(f, "person", PART, ANNA, &err), -1);
}

static int64_t ask(struct small_festival *f)
{
    struct err err = {0};
    const struct conflict c = {.flow = "people",
                               .entity = "person",
                               .local_id = OTHER,
                               .field = "id",
                               .base = OTHER,
                               .ours = OTHER,
                               .theirs = ANNA,
                               .remote = "notion",
                               .created_at = 3000};
    assert_ok(conflicts_open(f->db, &c, &err), err);
    return db_last_id(f->db);
}

static bool settle(struct small_festival *f, int64_t id, const char *choice)
{
    struct err err = {0};
    bool done;
    assert_ok(db_begin(f->db, &err), err);
    assert_ok(settle_conflict(f->db, f->cfg, id, choice, OLEG, 5000, &done, &err), err);
    assert_ok(db_commit(f->db, &err), err);
    return done;
}

static bool known(struct small_festival *f, const char *a, const char *b)
{
    struct err err = {0};
    bool ret;
    assert_ok(conflicts_pair_known(f->db, "person", a, b, &ret, &err), err);
    return ret;
}

static void answer__is_remembered__and_two_may_still_become_one(void **state)
{
    struct small_festival *f = *state;
    two_people(f);
    assert_false(known(f, OTHER, ANNA));
    int64_t id = ask(f);
    assert_true(known(f, ANNA, OTHER)); /* open; whichever is named first */
    assert_true(settle(f, id, "ours"));
    assert_true(known(f, OTHER, ANNA));
    assert_false(settle(f, id, "ours")); /* a second press */
    assert_false(small_festival_get(f, "person", OTHER)->deleted);
    assert_true(settle(f, id, "theirs"));
    assert_true(small_festival_get(f, "person", OTHER)->deleted);
    assert_false(settle(f, id, "ours")); /* they cannot be parted */
    assert_false(settle(f, id, "theirs"));
    assert_string_equal(temp_store_text(f->store, "SELECT choice FROM conflict"), "theirs");
}

static void question__about_one_that_is_gone__closes(void **state)
{
    struct small_festival *f = *state;
    two_people(f);
    int64_t id = ask(f);
    small_festival_set(f, "person", OTHER, "deleted", V_INT(1), "notion", 1300);
    assert_false(settle(f, id, "theirs"));
    assert_string_equal(temp_store_text(f->store, "SELECT state FROM conflict"), "settled");
    assert_null(temp_store_text(f->store, "SELECT choice FROM conflict"));
    assert_false(known(f, OTHER, ANNA)); /* no answer: it may be asked again */
}

static void rows__are_found__by_their_own_uuid_in_any_spelling(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    struct link *links;
    size_t n;
    bool plain;
    two_people(f);
    assert_ok(links_keys_plain(f->db, "people", "grist", "P", &plain, &err), err);
    assert_false(plain);
    link_row(f, ANNA, "grist", "1", "22222222222242228222222222222222");
    link_row(f, OTHER, "grist", "2", "33333333-3333-4333-8333-33333333333F");
    assert_ok(links_keys_plain(f->db, "people", "grist", "P", &plain, &err), err);
    assert_false(plain); /* as many of the one as of the other */
    assert_ok(links_by_key(f->db, "person", TEAM, f->arena, &links, &n, &err), err);
    assert_int_equal(n, 1);
    assert_string_equal(links[0].local_id, ANNA);
    assert_ok(links_by_key(f->db, "person", "3333333333334333833333333333333f", f->arena, &links,
                           &n, &err),
              err);
    assert_int_equal(n, 1);
    assert_ok(links_by_key(f->db, "team", TEAM, f->arena, &links, &n, &err), err);
    assert_int_equal(n, 0);
    assert_int_equal(temp_store_int(f->store, "SELECT count(*) FROM pragma_index_list('link')"
                                              " WHERE name = 'link_key'"),
                     1);
}

#define IN_STORE(f)                                                                                \
    cmocka_unit_test_setup_teardown(f, small_festival_setup, small_festival_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_STORE(references__go_over__and_empty_fields_are_filled),
        IN_STORE(rows__go_over__where_the_other_has_none),
        IN_STORE(what_the_chat_keeps__goes_over__too),
        IN_STORE(bindings__go_over__way_by_way),
        IN_STORE(sets_and_own_references__never_name__what_is_gone),
        IN_STORE(one_that_lives__brings__the_other_back),
        IN_STORE(answer__is_remembered__and_two_may_still_become_one),
        IN_STORE(question__about_one_that_is_gone__closes),
        IN_STORE(rows__are_found__by_their_own_uuid_in_any_spelling),
    };
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
