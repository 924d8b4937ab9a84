/* test_settle.c: a person's word on a conflict, and taking back what a policy decided. */
#include "store/rows.h"
#include "sync/agreed.h"
#include "sync/push/settle.h"
#include "tests/support/check.h"
#include "tests/support/small_festival.h"

#define OLEG "telegram:1001"

/* «status»: agreed PLANNED, here CANCELLED (by Oleg, at 2000), there ARRIVED. */
static int64_t open_conflict(struct small_festival *f)
{
    struct err err = {0};
    small_festival_set(f, "participation", PART, "status", V_TEXT("CANCELLED"), OLEG, 2000);
    struct conflict c = {.flow = "part",
                         .entity = "participation",
                         .local_id = PART,
                         .field = "status",
                         .base = "PLANNED",
                         .ours = "CANCELLED",
                         .theirs = "ARRIVED",
                         .remote = "coda",
                         .created_at = 3000};
    assert_ok(conflicts_open(f->db, &c, &err), err);
    return 1;
}

static int64_t settled_conflict(struct small_festival *f, const char *field, const char *ours,
                                const char *theirs, const char *choice)
{
    struct err err = {0};
    struct conflict c = {.flow = "part",
                         .entity = "participation",
                         .local_id = PART,
                         .field = field,
                         .ours = ours,
                         .theirs = theirs,
                         .remote = "coda",
                         .settled_by = "policy",
                         .choice = choice,
                         .created_at = 3000,
                         .settled_at = 3000};
    assert_ok(conflicts_add_settled(f->db, &c, &err), err);
    return db_last_id(f->db);
}

static bool settle(struct small_festival *f, int64_t id, const char *choice)
{
    struct err err = {0};
    bool done = false;
    assert_ok(db_begin(f->db, &err), err);
    assert_ok(settle_conflict(f->db, f->cfg, id, choice, OLEG, 5000, &done, &err), err);
    assert_ok(db_commit(f->db, &err), err);
    return done;
}

static struct conflict *get(struct small_festival *f, int64_t id)
{
    struct err err = {0};
    struct conflict *c;
    assert_ok(conflicts_get(f->db, id, f->arena, &c, &err), err);
    return c;
}

static struct value held(struct small_festival *f, const char *field)
{
    struct record *r = small_festival_get(f, "participation", PART);
    return r->v[model_field(r->e, field)];
}

static struct value agreed(struct small_festival *f, const char *field)
{
    struct err err = {0};
    struct agreed a;
    const struct entity *e = model_entity("participation");
    assert_ok(agreed_read(e, small_festival_link(f)->base, f->arena, &a, &err), err);
    assert_true(a.mask >> model_field(e, field) & 1);
    return a.v[model_field(e, field)];
}

static void ours__is_kept__and_sent_by_the_next_push(void **state)
{
    struct small_festival *f = *state;
    int64_t id = open_conflict(f);
    int64_t rev = small_festival_get(f, "participation", PART)->rev;
    assert_true(settle(f, id, "ours"));
    assert_string_equal(held(f, "status").s, "CANCELLED");
    assert_int_equal(small_festival_get(f, "participation", PART)->rev, rev);
    /* the remote's value counts as agreed: the next pull finds nothing new there, the push finds
     * that the store differs */
    assert_string_equal(agreed(f, "status").s, "ARRIVED");
    assert_string_equal(agreed(f, "role").s, "VOLUNTEER");
    assert_int_equal(small_festival_link(f)->base_rev, 0);
    struct conflict *c = get(f, id);
    assert_false(c->open);
    assert_string_equal(c->choice, "ours");
    assert_string_equal(c->settled_by, OLEG);
    assert_int_equal(c->settled_at, 5000);
}

static void ours__is_kept__when_it_changed_again(void **state)
{
    struct small_festival *f = *state;
    int64_t id = open_conflict(f);
    small_festival_set(f, "participation", PART, "status", V_TEXT("SKIPPED"), OLEG, 4000);
    assert_true(settle(f, id, "ours"));
    assert_string_equal(held(f, "status").s, "SKIPPED");
    assert_string_equal(agreed(f, "status").s, "ARRIVED");
}

static void theirs__is_taken__as_an_edit_of_that_person(void **state)
{
    struct small_festival *f = *state;
    int64_t id = open_conflict(f);
    assert_true(settle(f, id, "theirs"));
    assert_string_equal(held(f, "status").s, "ARRIVED");
    assert_string_equal(agreed(f, "status").s, "ARRIVED");
    assert_string_equal(
        temp_store_text(f->store, "SELECT source || ' ' || before || ' ' || after || ' ' || at"
                                  " FROM audit ORDER BY id DESC LIMIT 1"),
        OLEG " CANCELLED ARRIVED 5000");
    assert_string_equal(get(f, id)->choice, "theirs");
}

static void theirs__leaves__other_unsent_edits_to_the_push(void **state)
{
    struct small_festival *f = *state;
    int64_t id = open_conflict(f);
    int64_t base_rev = f->link->base_rev; /* that of before Oleg's edit */
    assert_true(settle(f, id, "theirs"));
    assert_int_equal(small_festival_link(f)->base_rev, base_rev);
    assert_true(small_festival_get(f, "participation", PART)->rev > base_rev);
}

static void theirs__moves_what_was_agreed__when_nothing_else_waits(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t id = open_conflict(f);
    struct link l = *small_festival_link(f);
    l.base_rev = small_festival_get(f, "participation", PART)->rev;
    assert_ok(links_agree(f->db, &l, &err), err);
    assert_true(settle(f, id, "theirs"));
    assert_int_equal(small_festival_link(f)->base_rev,
                     small_festival_get(f, "participation", PART)->rev);
}

static void theirs__may_be__empty_or_a_number(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    struct conflict c = {.flow = "part",
                         .entity = "participation",
                         .local_id = PART,
                         .field = "position",
                         .ours = "повар",
                         .theirs = NULL,
                         .remote = "coda",
                         .created_at = 3000};
    small_festival_set(f, "participation", PART, "position", V_TEXT("повар"), OLEG, 2000);
    assert_ok(conflicts_open(f->db, &c, &err), err);
    c.field = "year";
    c.ours = "2026";
    c.theirs = "2027";
    assert_ok(conflicts_open(f->db, &c, &err), err);
    assert_true(settle(f, 1, "theirs"));
    assert_int_equal(held(f, "position").kind, VAL_NULL);
    assert_true(settle(f, 2, "theirs"));
    assert_int_equal(held(f, "year").kind, VAL_INT);
    assert_int_equal(held(f, "year").i, 2027);
    assert_int_equal(agreed(f, "year").i, 2027);
}

static void theirs__overwrites_no__newer_edit(void **state)
{
    struct small_festival *f = *state;
    int64_t id = open_conflict(f);
    small_festival_set(f, "participation", PART, "status", V_TEXT("SKIPPED"), OLEG, 4000);
    assert_false(settle(f, id, "theirs"));
    assert_string_equal(held(f, "status").s, "SKIPPED");
    assert_string_equal(agreed(f, "status").s, "PLANNED");
    assert_true(get(f, id)->open);
    /* asked anew, with the value that stands there now */
    assert_string_equal(get(f, id)->ours, "SKIPPED");
    assert_true(settle(f, id, "theirs"));
    assert_false(get(f, id)->open);
}

static void settling__keeps__what_the_link_says_of_the_row(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t id = open_conflict(f);
    assert_ok(links_set_missing(f->db, f->link->id, 700, &err), err);
    assert_ok(links_set_wish(f->db, f->link->id, WISH_BACK, &err), err);
    assert_true(settle(f, id, "ours"));
    assert_int_equal(small_festival_link(f)->missing_since, 700);
    assert_string_equal(small_festival_link(f)->wish, WISH_BACK);
    assert_int_equal(small_festival_link(f)->remote_at, 900);
}

static void conflict__is_closed__when_there_is_nothing_left_to_choose(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    int64_t id = open_conflict(f);
    small_festival_set(f, "participation", PART, "deleted", V_INT(1), OLEG, 4000);
    assert_false(settle(f, id, "theirs"));
    assert_false(get(f, id)->open);
    assert_null(get(f, id)->choice);
    assert_string_equal(held(f, "status").s, "CANCELLED");

    struct conflict elsewhere = {.flow = "gone",
                                 .entity = "person",
                                 .local_id = ANNA,
                                 .field = "city",
                                 .theirs = "Томск",
                                 .remote = "coda",
                                 .created_at = 3000};
    assert_ok(conflicts_open(f->db, &elsewhere, &err), err);
    assert_false(settle(f, 2, "theirs"));
    assert_false(get(f, 2)->open);
}

static void losing_value__comes_back__as_an_ordinary_edit(void **state)
{
    struct small_festival *f = *state;
    int64_t id = settled_conflict(f, "status", "PLANNED", "ARRIVED", "ours");
    const char *base = small_festival_link(f)->base;
    int64_t rev = small_festival_get(f, "participation", PART)->rev;
    assert_true(settle(f, id, "theirs"));
    assert_string_equal(held(f, "status").s, "ARRIVED");
    assert_true(small_festival_get(f, "participation", PART)->rev > rev); /* so a push sees it */
    assert_string_equal(small_festival_link(f)->base, base);
    assert_string_equal(get(f, id)->settled_by, OLEG);
    assert_string_equal(get(f, id)->choice, "theirs");
    assert_false(settle(f, id, "theirs")); /* it holds already */
    assert_true(settle(f, id, "ours"));    /* and back again */
    assert_string_equal(held(f, "status").s, "PLANNED");
}

static void losing_value__stays_away__once_the_store_has_another(void **state)
{
    struct small_festival *f = *state;
    int64_t id = settled_conflict(f, "status", "CANCELLED", "ARRIVED", "theirs");
    assert_false(settle(f, id, "ours")); /* the store has PLANNED */
    assert_string_equal(held(f, "status").s, "PLANNED");
    assert_string_equal(get(f, id)->choice, "theirs");
    assert_string_equal(get(f, id)->settled_by, "policy");
}

static void losing_value__is_none__where_both_agreed(void **state)
{
    struct small_festival *f = *state;
    int64_t id = settled_conflict(f, "status", "PLANNED", "ARRIVED", NULL);
    assert_false(settle(f, id, "theirs"));
    assert_string_equal(held(f, "status").s, "PLANNED");
}

static void deletion__may_be__taken_back_and_redone(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    /* deleted here, edited there: the edit won */
    int64_t id = settled_conflict(f, "deleted", "1", "0", "theirs");
    assert_true(settle(f, id, "ours"));
    assert_true(small_festival_get(f, "participation", PART)->deleted);
    assert_null(small_festival_link(f)->wish);
    assert_ok(links_set_missing(f->db, f->link->id, 700, &err), err);
    assert_true(settle(f, id, "theirs"));
    assert_false(small_festival_get(f, "participation", PART)->deleted);
    assert_string_equal(small_festival_link(f)->wish, WISH_BACK); /* its row is gone meanwhile */
}

static void deletion__is_redone__and_its_row_no_longer_wanted_back(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    /* edited here, deleted there: the edit won, and its row was to come back */
    int64_t id = settled_conflict(f, "deleted", "0", "1", "ours");
    assert_ok(links_set_missing(f->db, f->link->id, 700, &err), err);
    assert_ok(links_set_wish(f->db, f->link->id, WISH_BACK, &err), err);
    assert_true(settle(f, id, "theirs"));
    assert_true(small_festival_get(f, "participation", PART)->deleted);
    assert_string_equal(small_festival_link(f)->wish, WISH_RETURN); /* only with its record */
}

static void settling__tells__what_it_cannot_do(void **state)
{
    struct small_festival *f = *state;
    struct err err = {0};
    bool done = true;
    int64_t id = open_conflict(f);
    assert_error(settle_conflict(f->db, f->cfg, 99, "ours", OLEG, 1, &done, &err), err, ERR_DATA,
                 "no conflict 99");
    assert_error(settle_conflict(f->db, f->cfg, id, "both", OLEG, 1, &done, &err), err, ERR_DATA,
                 "both");
    assert_true(done); /* untouched */
    assert_true(get(f, id)->open);
}

#define WITH_FESTIVAL(f)                                                                           \
    cmocka_unit_test_setup_teardown(f, small_festival_setup, small_festival_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FESTIVAL(ours__is_kept__and_sent_by_the_next_push),
        WITH_FESTIVAL(ours__is_kept__when_it_changed_again),
        WITH_FESTIVAL(theirs__is_taken__as_an_edit_of_that_person),
        WITH_FESTIVAL(theirs__leaves__other_unsent_edits_to_the_push),
        WITH_FESTIVAL(theirs__moves_what_was_agreed__when_nothing_else_waits),
        WITH_FESTIVAL(theirs__may_be__empty_or_a_number),
        WITH_FESTIVAL(theirs__overwrites_no__newer_edit),
        WITH_FESTIVAL(settling__keeps__what_the_link_says_of_the_row),
        WITH_FESTIVAL(conflict__is_closed__when_there_is_nothing_left_to_choose),
        WITH_FESTIVAL(losing_value__comes_back__as_an_ordinary_edit),
        WITH_FESTIVAL(losing_value__stays_away__once_the_store_has_another),
        WITH_FESTIVAL(losing_value__is_none__where_both_agreed),
        WITH_FESTIVAL(deletion__may_be__taken_back_and_redone),
        WITH_FESTIVAL(deletion__is_redone__and_its_row_no_longer_wanted_back),
        WITH_FESTIVAL(settling__tells__what_it_cannot_do),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
