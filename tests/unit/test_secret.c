/* test_secret.c: where secrets come from, and sealed ones. */
#include "store/base/secret.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct fixture {
    struct temp_dir dir;
    char key[96], other[96], file[96];
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    struct err err = {0};
    if (secret_init(&err))
        return -1;
    temp_dir_make(&f->dir);
    snprintf(f->key, sizeof f->key, "%s/key", f->dir.path);
    snprintf(f->other, sizeof f->other, "%s/other", f->dir.path);
    snprintf(f->file, sizeof f->file, "%s/token", f->dir.path);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    temp_dir_remove(&f->dir);
    free(f);
    return 0;
}

static void check(const char *text, const char *key_file, const char *want)
{
    struct err err = {0};
    char *got = NULL;
    assert_ok(secret_resolve(text, key_file, &got, &err), err);
    assert_string_equal(got, want);
    secret_free(got);
}

static void resolve__takes__literals_and_variables(void **state)
{
    (void)state;
    char *got = NULL;
    struct err err;
    setenv("ROSTERD_TEST_TOKEN", "from the environment", 1);
    check("env:ROSTERD_TEST_TOKEN", NULL, "from the environment");
    check("ntn_literal", NULL, "ntn_literal");
    check("environment", NULL, "environment");
    setenv("ROSTERD_TEST_TOKEN", "", 1);
    assert_error(secret_resolve("env:ROSTERD_TEST_TOKEN", NULL, &got, &err), err, ERR_DATA,
                 "environment variable ROSTERD_TEST_TOKEN is not set");
    unsetenv("ROSTERD_TEST_TOKEN");
    assert_error(secret_resolve("env:ROSTERD_TEST_TOKEN", NULL, &got, &err), err, ERR_DATA,
                 "ROSTERD_TEST_TOKEN");
    assert_null(got);
}

static void resolve__takes__the_first_line_of_a_file(void **state)
{
    struct fixture *f = *state;
    char text[128], *got = NULL;
    struct err err;
    snprintf(text, sizeof text, "file:%s", f->file);
    assert_error(secret_resolve(text, NULL, &got, &err), err, ERR_DATA, f->file);
    temp_write(f->file, "secret one\r\nsecond line\n");
    check(text, NULL, "secret one");
    temp_write(f->file, "no newline");
    check(text, NULL, "no newline");
    temp_write(f->file, "\n");
    assert_error(secret_resolve(text, NULL, &got, &err), err, ERR_DATA, "is empty");
}

static void seal__is_opened__by_its_key_only(void **state)
{
    struct fixture *f = *state;
    char *sealed = NULL, *again = NULL, *got = NULL;
    struct err err = {0};
    struct stat st;
    assert_ok(secret_seal("токен 😀", f->key, &sealed, &err), err);
    assert_memory_equal(sealed, "enc:", 4);
    assert_has_not(sealed, "токен");
    assert_int_equal(stat(f->key, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    check(sealed, f->key, "токен 😀");
    /* the same text is never sealed into the same words */
    assert_ok(secret_seal("токен 😀", f->key, &again, &err), err);
    assert_string_not_equal(sealed, again);
    check(again, f->key, "токен 😀");
    free(again);
    assert_ok(secret_seal("x", f->other, &again, &err), err);
    assert_error(secret_resolve(sealed, f->other, &got, &err), err, ERR_DATA,
                 "sealed with another key");
    assert_error(secret_resolve(sealed, NULL, &got, &err), err, ERR_DATA, "key_file");
    free(again);
    free(sealed);
}

static void seal__that_is_damaged__is_refused(void **state)
{
    struct fixture *f = *state;
    char *sealed = NULL, *got = NULL;
    struct err err = {0};
    assert_ok(secret_seal("token", f->key, &sealed, &err), err);
    size_t n = strlen(sealed);
    for (size_t i = 4; i < n - 1; i++) { /* the last letter may carry unused bits */
        char kept = sealed[i];
        sealed[i] = kept == 'A' ? 'B' : 'A';
        assert_int_equal(secret_resolve(sealed, f->key, &got, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        sealed[i] = kept;
    }
    sealed[20] = '\0';
    assert_error(secret_resolve(sealed, f->key, &got, &err), err, ERR_DATA, "damaged");
    assert_error(secret_resolve("enc:", f->key, &got, &err), err, ERR_DATA, "damaged");
    assert_error(secret_resolve("enc:не base64", f->key, &got, &err), err, ERR_DATA, "damaged");
    free(sealed);
}

static void seal__refuses__bad_keys_and_long_secrets(void **state)
{
    struct fixture *f = *state;
    char *sealed = NULL, *longest = xcalloc(5000, 1);
    struct err err = {0};
    assert_error(secret_seal("x", NULL, &sealed, &err), err, ERR_DATA, "key_file");
    temp_write(f->other, "not a key\n");
    assert_error(secret_seal("x", f->other, &sealed, &err), err, ERR_DATA, "no rosterd key file");
    memset(longest, 'x', 4999);
    assert_error(secret_seal(longest, f->key, &sealed, &err), err, ERR_DATA, "4096");
    longest[4096] = '\0';
    assert_ok(secret_seal(longest, f->key, &sealed, &err), err);
    check(sealed, f->key, longest);
    free(longest);
    free(sealed);
}

static void hash__changes__with_its_text(void **state)
{
    (void)state;
    char a[33], b[33];
    hash_hex("mapping", a);
    hash_hex("mapping ", b);
    assert_int_equal(strlen(a), 32);
    assert_string_not_equal(a, b);
    hash_hex("mapping", b);
    assert_string_equal(a, b);
    assert_true(hash_u64("a") != hash_u64("b"));
    assert_true(hash_u64("a") == hash_u64("a"));
    for (int i = 0; i < 100; i++)
        assert_true(secret_random_below(7) < 7);
}

#define WITH_DIR(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIR(resolve__takes__literals_and_variables),
        WITH_DIR(resolve__takes__the_first_line_of_a_file),
        WITH_DIR(seal__is_opened__by_its_key_only),
        WITH_DIR(seal__that_is_damaged__is_refused),
        WITH_DIR(seal__refuses__bad_keys_and_long_secrets),
        WITH_DIR(hash__changes__with_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
