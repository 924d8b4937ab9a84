/* test_brakes.c: when a run stops before its first write. */
#include "sync/brakes.h"
#include "tests/support/check.h"

static const struct brake_limits usual = {.max_delete = 10,
                                          .max_update = {100, true},
                                          .max_create = 100};

/* A whole listing of 1,000 rows with nothing odd about it. */
static struct brake_facts fine(void)
{
    return (struct brake_facts){.complete = true,
                                .rows = 1000,
                                .known = 1000,
                                .last_rows = 1000,
                                .columns_before = "Имя:text;Год:number",
                                .columns_now = "Имя:text;Год:number"};
}

static void check(const struct brake_facts *f, const struct brake_limits *limits,
                  const char *sentence)
{
    struct err err = {0};
    if (sentence)
        assert_error(brakes_check(f, limits, &err), err, ERR_LIMIT, sentence);
    else
        assert_ok(brakes_check(f, limits, &err), err);
}

static void listing__with_nothing_odd__passes(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    check(&f, &usual, NULL);
    f = (struct brake_facts){.complete = true}; /* an empty table that was never full */
    check(&f, &usual, NULL);
    f = (struct brake_facts){.complete = true, .rows = 5000}; /* the first listing */
    check(&f, &usual, NULL);
}

static void missing__stops__past_the_share(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.missing = 100;
    check(&f, &usual, NULL);
    f.missing = 101;
    check(&f, &usual, "101 of 1000 known rows are missing from the listing");
    check(&f, &usual, "at most 100 may");
    f.missing = 200;
    check(&f,
          &(struct brake_limits){.max_delete = 20, .max_update = {100, true}, .max_create = 100},
          NULL);
}

static void missing__of_five__is_always_allowed(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.known = f.rows = f.last_rows = 10;
    f.missing = 5;
    check(&f, &usual, NULL);
    check(&f, &(struct brake_limits){.max_delete = 0, .max_update = {100, true}, .max_create = 100},
          NULL);
    f.missing = 6;
    check(&f, &usual, "6 of 10 known rows are missing from the listing; at most 5 may be");
}

static void trash__counts__with_what_is_missing(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.missing = 60;
    f.deletes = 40;
    check(&f, &usual, NULL);
    f.deletes = 41;
    check(&f, &usual, "101 of 1000 known rows are missing from the listing or in the trash");
    /* trash is told in every listing, whole or not */
    f.complete = false;
    f.missing = 0;
    f.deletes = 101;
    check(&f, &usual, "101 of 1000");
}

static void empty_listing__stops__when_records_are_known(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.rows = 0;
    f.known = 1;
    f.missing = 1;
    check(&f, &usual, "the table came back empty, 1 records are known from it");
}

static void all_missing__stops__however_few(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.rows = f.last_rows = 3;
    f.known = f.missing = 3;
    check(&f, &usual, "none of the 3 known rows is in the listing of 3");
}

static void shorter_listing__stops__below_half(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.known = 0; /* all out of scope, say */
    f.rows = 500;
    check(&f, &usual, NULL);
    f.rows = 499;
    check(&f, &usual, "rows in the listing: 499, in the last one: 1000");
    f.last_rows = BRAKE_SMALL_TABLE - 1;
    f.rows = 1;
    check(&f, &usual, NULL); /* a share means nothing in a small table */
    f.last_rows = BRAKE_SMALL_TABLE;
    check(&f, &usual, "rows in the listing: 1, in the last one: 20");
}

static void sentinel__stops__when_it_is_gone(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.sentinel_wanted = true;
    check(&f, &usual, "the sentinel row is not in the listing (rows: 1000)");
    f.sentinel_seen = true;
    check(&f, &usual, NULL);
}

static void partial_listing__proves__no_absence(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.complete = false;
    f.rows = 0;
    f.sentinel_wanted = true;
    check(&f, &usual, NULL);
}

static void columns__stop__when_one_changed(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    f.columns_now = "Имя:text;Год:text";
    check(&f, &usual, "a column changed its type: Год:number → Год:text");
    f.complete = false; /* whatever was listed */
    check(&f, &usual, "Год:number → Год:text");
    f.columns_now = "Имя:text;Год:number;Город:text";
    check(&f, &usual, "a column changed its type: their number");
    f.columns_now = NULL;
    check(&f, &usual, NULL);
    f.columns_now = "x:text";
    f.columns_before = NULL;
    check(&f, &usual, NULL);
}

static void column_names__are_cut__between_letters(void **state)
{
    (void)state;
    struct err err = {0};
    char before[300] = "x", now[300] = "";
    struct brake_facts f = fine();
    for (int i = 0; i < 70; i++) {
        strcat(before, "ж");
        strcat(now, "ш");
    }
    f.columns_before = before;
    f.columns_now = now;
    assert_error(brakes_check(&f, &usual, &err), err, ERR_LIMIT, "→ ш");
    for (const char *p = err.msg; *p; p++) {
        if ((unsigned char)*p == 0xd0 || (unsigned char)*p == 0xd1)
            assert_int_equal((unsigned char)p[1] & 0xc0, 0x80);
    }
}

static void updates__stop__past_their_share(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    const struct brake_limits half = {.max_delete = 10,
                                      .max_update = {50, true},
                                      .max_create = 100};
    f.updates = 999;
    check(&f, &usual, NULL); /* 100 %: as good as all of them */
    f.updates = 1000;
    check(&f, &usual, "every one of the 1000 records would change");
    f.updates = 500;
    check(&f, &half, NULL);
    f.updates = 501;
    check(&f, &half, "501 of 1000 records would change; at most 50 % may");
    f.complete = false;
    check(&f, &half, "501 of 1000");
    f.known = BRAKE_SMALL_TABLE - 1;
    f.updates = 19;
    check(&f, &half, NULL);
}

static void updates__stop__past_their_number(void **state)
{
    (void)state;
    struct brake_facts f = fine();
    const struct brake_limits ten = {.max_delete = 10, .max_update = {10, false}};
    f.updates = 10;
    check(&f, &ten, NULL);
    f.updates = 11;
    check(&f, &ten, "11 of 1000 records would change; at most 10 may");
    f.known = 12; /* a number counts in a small table too */
    check(&f, &ten, "11 of 12 records");
}

static void push__stops__before_it_makes_too_much(void **state)
{
    (void)state;
    struct brake_facts f = {.push = true, .known = 100, .creates = 100, .updates = 99};
    check(&f, &usual, NULL);
    f.creates = 101;
    check(&f, &usual, "new rows to be made: 101; at most 100 may be");
    f.creates = 0;
    f.updates = 100;
    check(&f, &usual, "every one of the 100 rows would change");
    f.updates = 0;
    f.deletes = 10;
    check(&f, &usual, NULL);
    f.deletes = 11;
    check(&f, &usual, "11 of 100 rows would be deleted; at most 10 may");
    f.push = false; /* a pull makes records, not rows: any number */
    f.deletes = 0;
    f.creates = 5000;
    check(&f, &usual, NULL);
}

static void first_marks__wait__for_a_person(void **state)
{
    (void)state;
    struct err err = {0};
    struct brake_facts f = {.push = true, .known = 100, .deletes = 1, .marks = 1};
    assert_int_equal(brakes_first_marks(&f, &err), 0);
    f.first = true;
    assert_error(brakes_first_marks(&f, &err), err, ERR_LIMIT, "first marks (1), please look");
    f.marks = 0;
    assert_int_equal(brakes_first_marks(&f, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listing__with_nothing_odd__passes),
        cmocka_unit_test(missing__stops__past_the_share),
        cmocka_unit_test(missing__of_five__is_always_allowed),
        cmocka_unit_test(trash__counts__with_what_is_missing),
        cmocka_unit_test(empty_listing__stops__when_records_are_known),
        cmocka_unit_test(all_missing__stops__however_few),
        cmocka_unit_test(shorter_listing__stops__below_half),
        cmocka_unit_test(sentinel__stops__when_it_is_gone),
        cmocka_unit_test(partial_listing__proves__no_absence),
        cmocka_unit_test(columns__stop__when_one_changed),
        cmocka_unit_test(column_names__are_cut__between_letters),
        cmocka_unit_test(updates__stop__past_their_share),
        cmocka_unit_test(updates__stop__past_their_number),
        cmocka_unit_test(push__stops__before_it_makes_too_much),
        cmocka_unit_test(first_marks__wait__for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
