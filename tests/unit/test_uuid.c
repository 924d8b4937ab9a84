/* test_uuid.c: UUIDs in every spelling that remotes use, and ids that never change. */
#include "store/base/uuid.h"
#include "tests/support/check.h"

#define ID    "0f2b7c1e-1234-4abc-8def-0123456789ab"
#define PLAIN "0f2b7c1e12344abc8def0123456789ab"

static void read__accepts__every_spelling(void **state)
{
    (void)state;
    static const char *const cases[] = {ID,
                                        PLAIN,
                                        "0F2B7C1E-1234-4ABC-8DEF-0123456789AB",
                                        "0F2B7C1E12344ABC8DEF0123456789AB",
                                        " \t" PLAIN "\n",
                                        "  " ID "  "};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[UUID_LEN + 1] = "";
        assert_true(uuid_read(cases[i], out));
        assert_string_equal(out, ID);
    }
}

static void read__refuses__everything_else(void **state)
{
    (void)state;
    static const char *const cases[] = {
        NULL,
        "",
        "i-AbCdEfGhIj",
        "0f2b7c1e-1234-4abc-8def-0123456789a",
        PLAIN "0",
        "0f2b7c1e-12344abc8def0123456789ab",
        "0f2b7c1e1-234-4abc-8def-0123456789ab",
        "0f2b7c1e-1234-4abc-8def-0123456789ag",
        ID " " ID,
        "{" ID "}",
        "0f2b7c1e-1234-4abc-8def--123456789ab",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[UUID_LEN + 1] = "untouched";
        if (uuid_read(cases[i], out))
            fail_msg("«%s» was read as %s", cases[i], out);
        assert_string_equal(out, "untouched");
    }
}

static void plain__drops__the_dashes(void **state)
{
    (void)state;
    char plain[33];
    uuid_plain(ID, plain);
    assert_string_equal(plain, PLAIN);
}

static void new__makes__random_version_4(void **state)
{
    (void)state;
    char a[UUID_LEN + 1], b[UUID_LEN + 1], again[UUID_LEN + 1];
    uuid_new(a);
    uuid_new(b);
    assert_string_not_equal(a, b);
    assert_int_equal(a[14], '4');
    assert_true(uuid_read(a, again));
    assert_string_equal(a, again);
}

/* People's stores depend on these: they may never change. */
static void from_name__gives__the_same_id_for_ever(void **state)
{
    (void)state;
    char id[UUID_LEN + 1], other[UUID_LEN + 1];
    uuid_from_name("coda/grid-NnDAOlOFAu/i-AbCdEfGhIj", id);
    uuid_from_name("coda/grid-NnDAOlOFAu/i-AbCdEfGhIk", other);
    assert_int_equal(id[14], '5');
    assert_string_not_equal(id, other);
    assert_string_equal(id, "d146928f-7db0-5a56-86df-f470f35c9190");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__accepts__every_spelling),
        cmocka_unit_test(read__refuses__everything_else),
        cmocka_unit_test(plain__drops__the_dashes),
        cmocka_unit_test(new__makes__random_version_4),
        cmocka_unit_test(from_name__gives__the_same_id_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
