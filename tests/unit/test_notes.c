/* test_notes.c: what a process knows of a remote between its requests. */
#include "store/base/clock.h"
#include "sync/notes.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

static int open_notes(void **state)
{
    *state = notes_new();
    return 0;
}

static int close_notes(void **state)
{
    notes_free(*state);
    return 0;
}

static bool says(struct notes *n, const char *key, const char *text)
{
    char got[NOTE_TEXT_MAX];
    return notes_get(n, key, 60000, got, sizeof got) && !strcmp(got, text);
}

static bool is_there(struct notes *n, const char *key)
{
    char got[NOTE_TEXT_MAX];
    return notes_get(n, key, INT64_MAX, got, sizeof got);
}

static void note__lives__as_long_as_its_job(void **state)
{
    struct notes *n = *state;
    notes_put_job(n, "state", "a");
    assert_false(is_there(n, "state")); /* no job has begun */
    notes_begin(n, 7);
    notes_put_job(n, "state", "a");
    notes_put(n, "bar", "403");
    notes_begin(n, 7); /* its next step */
    assert_true(says(n, "state", "a"));
    notes_begin(n, 8);
    assert_false(is_there(n, "state"));
    assert_true(says(n, "bar", "403"));
    notes_put_job(n, "state", "b");
    notes_begin(n, 0);
    assert_false(is_there(n, "state"));
}

static void note__is_replaced__dropped_and_forgotten_by_its_beginning(void **state)
{
    struct notes *n = *state;
    notes_begin(n, 1);
    notes_put_job(n, "news a", "1");
    notes_put_job(n, "news a", "2");
    notes_put_job(n, "news b", "3");
    notes_put_job(n, "same b", "4");
    notes_put(n, "news c", "5");
    assert_true(says(n, "news a", "2"));
    notes_drop_job(n, "news ");
    assert_false(is_there(n, "news a"));
    assert_false(is_there(n, "news b"));
    assert_true(says(n, "same b", "4"));
    assert_true(says(n, "news c", "5")); /* not of the job */
    notes_drop(n, "news c");
    notes_drop(n, "news c");
    assert_false(is_there(n, "news c"));
}

static void note__belongs__to_one_job(void **state)
{
    struct notes *n = *state;
    notes_begin(n, 5);
    notes_put_job(n, "same f", "");
    notes_put(n, "bar", "");
    assert_true(notes_in_job(n, 5, "same f"));
    assert_false(notes_in_job(n, 4, "same f"));
    assert_false(notes_in_job(n, 0, "same f"));
    assert_false(notes_in_job(n, 5, "same g"));
    assert_false(notes_in_job(n, 5, "bar"));
}

static void note__grows__too_old(void **state)
{
    struct notes *n = *state;
    notes_put(n, "bar", "403");
    clock_test_advance(59000);
    assert_true(says(n, "bar", "403"));
    clock_test_advance(2000);
    assert_false(says(n, "bar", "403"));
    notes_put(n, "bar", "403");
    assert_true(says(n, "bar", "403"));
}

static void notes__have__a_limit(void **state)
{
    struct notes *n = *state;
    char key[32], text[NOTE_TEXT_MAX + 1];
    for (int i = 0; i <= NOTES_MAX; i++) {
        snprintf(key, sizeof key, "k%d", i);
        notes_put(n, key, "x");
    }
    assert_false(is_there(n, "k0"));
    assert_true(is_there(n, "k1"));
    assert_true(is_there(n, "k256"));
    memset(text, 'x', NOTE_TEXT_MAX);
    text[NOTE_TEXT_MAX] = '\0';
    notes_put(n, "k1", text); /* too long, and the old one is wrong by now */
    assert_false(is_there(n, "k1"));
    text[NOTE_TEXT_MAX - 1] = '\0';
    notes_put(n, "k1", text);
    assert_true(says(n, "k1", text));
}

static void notes__are_listed__by_their_beginning(void **state)
{
    struct notes *n = *state;
    struct note *list;
    AUTO_ARENA *arena = arena_new(1 << 16);
    assert_int_equal(0, notes_list(n, "", arena, &list));
    notes_put(n, "stamp Teams", "updated_at");
    notes_put(n, "bar sql", "403");
    notes_put(n, "stamp People", "changed");
    assert_int_equal(2, notes_list(n, "stamp ", arena, &list));
    assert_string_equal("Teams", list[0].rest);
    assert_string_equal("updated_at", list[0].text);
    assert_string_equal("People", list[1].rest);
    assert_string_equal("changed", list[1].text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_notes, close_notes)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(note__lives__as_long_as_its_job),
        TEST(note__is_replaced__dropped_and_forgotten_by_its_beginning),
        TEST(note__belongs__to_one_job),
        TEST(note__grows__too_old),
        TEST(notes__have__a_limit),
        TEST(notes__are_listed__by_their_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
