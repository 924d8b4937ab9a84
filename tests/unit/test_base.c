/* test_base.c: buffers with limits, arenas, errors, numbers. */
#include "store/base/arena.h"
#include "store/base/base.h"
#include "store/base/buf.h"
#include "tests/support/check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void buf__keeps__what_fits_its_limit(void **state)
{
    (void)state;
    AUTO_BUF b = BUF_INIT(5);
    buf_add(&b, "abc");
    assert_false(b.over);
    buf_add(&b, "defg");
    assert_true(b.over);
    assert_string_equal(buf_str(&b), "abcde");
    buf_addc(&b, 'x');
    assert_int_equal(b.len, 5);
    buf_clear(&b);
    assert_false(b.over);
    assert_string_equal(buf_str(&b), "");
    buf_addf(&b, "%d", 12345);
    assert_false(b.over);
    assert_string_equal(buf_str(&b), "12345");
}

static void buf__is_empty_text__before_the_first_write(void **state)
{
    (void)state;
    AUTO_BUF b = BUF_INIT(10);
    assert_string_equal(buf_str(&b), "");
    char *taken = buf_take(&b);
    assert_string_equal(taken, "");
    free(taken);
    buf_free(NULL);
}

static void buf__hands_over__its_text(void **state)
{
    (void)state;
    AUTO_BUF b = BUF_INIT(100);
    buf_add(&b, "first");
    char *taken = buf_take(&b);
    assert_string_equal(taken, "first");
    assert_int_equal(b.len, 0);
    buf_add(&b, "second");
    assert_string_equal(taken, "first");
    assert_string_equal(buf_str(&b), "second");
    free(taken);
}

static void buf__formats__texts_longer_than_its_small_room(void **state)
{
    (void)state;
    char word[2001];
    AUTO_BUF b = BUF_INIT(5000);
    memset(word, 'w', 2000);
    word[2000] = '\0';
    buf_addf(&b, "<%s>", word);
    assert_int_equal(b.len, 2002);
    assert_int_equal(b.data[2001], '>');
    buf_addn(&b, "a\0b", 3);
    assert_int_equal(b.len, 2005);
}

static void arena__gives__zeroed_aligned_memory(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 20);
    for (size_t i = 1; i < 200; i++) {
        unsigned char *p = arena_alloc(a, i, 1);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < i; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xff, i);
    }
    size_t used = arena_used(a);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    assert_true(used > 200 * 199 / 2 - 200);
    /* memory that is given out again is zeroed again */
    unsigned char *again = arena_alloc(a, 64, 1);
    for (size_t k = 0; k < 64; k++)
        assert_int_equal(again[k], 0);
}

static void arena__copies__texts(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 20);
    char text[] = "roster";
    char *copy = arena_strdup(a, text);
    text[0] = 'R';
    assert_string_equal(copy, "roster");
    assert_null(arena_strdup(a, NULL));
    assert_string_equal(arena_strndup(a, text, 3), "Ros");
    assert_string_equal(arena_printf(a, "%s-%d", text, 7), "Roster-7");
}

static void arena__grows__an_array_and_keeps_its_elements(void **state)
{
    (void)state;
    AUTO_ARENA *a = arena_new(1 << 20);
    int *list = NULL;
    size_t cap = 0;
    for (int i = 0; i < 1000; i++) {
        list = arena_grow(a, list, &cap, (size_t)i + 1, sizeof *list);
        list[i] = i;
    }
    assert_true(cap >= 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i], i);
    assert_ptr_equal(arena_grow(a, list, &cap, 10, sizeof *list), list);
}

/* Runs fn in a process of its own; the signal that ended it, 0 for none. */
static int fate_of(void (*fn)(void))
{
    pid_t pid = fork();
    if (!pid) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        fn();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void past_the_limit(void)
{
    struct arena *a = arena_new(1000);
    arena_alloc(a, 900, 1);
    arena_alloc(a, 200, 1);
}

static void within_the_limit(void)
{
    struct arena *a = arena_new(2000);
    arena_alloc(a, 900, 1);
    arena_alloc(a, 200, 1);
    arena_free(a);
}

static void size_overflow(void)
{
    arena_alloc(arena_new(1 << 20), SIZE_MAX / 2, 4);
}

static void arena__ends_the_process__past_its_limit(void **state)
{
    (void)state;
    assert_int_equal(fate_of(past_the_limit), SIGABRT);
    assert_int_equal(fate_of(size_overflow), SIGABRT);
    assert_int_equal(fate_of(within_the_limit), 0);
}

static void err__carries__kind_and_message(void **state)
{
    (void)state;
    struct err err = {.retry_s = 9};
    assert_int_equal(err_set(&err, ERR_TEMP, "page %d", 3), -1);
    assert_int_equal(err.kind, ERR_TEMP);
    assert_int_equal(err.retry_s, 0);
    assert_string_equal(err.msg, "page 3");
    err.retry_s = 30;
    assert_int_equal(err_wrap(&err, "flow %s", "people"), -1);
    assert_string_equal(err.msg, "flow people: page 3");
    assert_int_equal(err.kind, ERR_TEMP);
    assert_int_equal(err.retry_s, 30);
}

static void err__cuts__between_letters(void **state)
{
    (void)state;
    struct err err = {0};
    char text[600] = "";
    for (int i = 0; i < 200; i++)
        memcpy(text + 2 * i, "ж", 2);
    err_set(&err, ERR_DATA, "x%s", text);
    assert_int_equal(strlen(err.msg), 239); /* x and 119 letters */
    err_set(&err, ERR_DATA, "%s", text);
    assert_int_equal(strlen(err.msg), 238);
    err_wrap(&err, "что");
    assert_int_equal(((unsigned char)err.msg[strlen(err.msg) - 2] & 0xc0), 0xc0);
}

static void err__has_a_word__for_every_kind(void **state)
{
    (void)state;
    static const struct {
        enum err_kind kind;
        const char *word;
    } words[] = {{ERR_NONE, "none"},   {ERR_TEMP, "temp"},        {ERR_AUTH, "auth"},
                 {ERR_GONE, "gone"},   {ERR_DATA, "data"},        {ERR_LIMIT, "limit"},
                 {ERR_LOCAL, "local"}, {ERR_CANCELED, "canceled"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        assert_string_equal(err_kind_name(words[i].kind), words[i].word);
    assert_string_equal(err_kind_name((enum err_kind)99), "unknown");
}

static void parse_i64__takes__whole_numbers_in_range(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t min, max, want;
        bool ok;
    } cases[] = {
        {"0", 0, 10, 0, true},
        {"10", 0, 10, 10, true},
        {"-5", -10, 10, -5, true},
        {"007", 0, 10, 7, true},
        {"9223372036854775807", 0, INT64_MAX, INT64_MAX, true},
        {"11", 0, 10, 0, false},
        {"-1", 0, 10, 0, false},
        {"", 0, 10, 0, false},
        {" 1", 0, 10, 0, false},
        {"1 ", 0, 10, 0, false},
        {"+1", 0, 10, 0, false},
        {"1.0", 0, 10, 0, false},
        {"0x1", 0, 10, 0, false},
        {"-", -10, 10, 0, false},
        {"9223372036854775808", 0, INT64_MAX, 0, false},
        {NULL, 0, 10, 0, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t n = -77;
        bool ok = base_parse_i64(cases[i].text, cases[i].min, cases[i].max, &n);
        if (ok != cases[i].ok || n != (ok ? cases[i].want : -77))
            fail_msg("«%s» gave %d, %lld", cases[i].text ? cases[i].text : "NULL", ok,
                     (long long)n);
    }
}

static void str_copy__cuts__between_letters(void **state)
{
    (void)state;
    char out[6];
    str_copy(out, sizeof out, "жук"); /* six bytes: one too many with the NUL */
    assert_string_equal(out, "жу");
    str_copy(out, sizeof out, "abcde");
    assert_string_equal(out, "abcde");
    str_copy(out, sizeof out, "abcdef");
    assert_string_equal(out, "abcde");
    str_copy(out, 1, "ж");
    assert_string_equal(out, "");
}

static void str_eq__compares__absent_texts(void **state)
{
    (void)state;
    assert_true(str_eq(NULL, NULL));
    assert_false(str_eq("", NULL));
    assert_false(str_eq(NULL, ""));
    assert_true(str_eq("a", "a"));
    assert_false(str_eq("a", "b"));
    assert_string_equal(STR_I64(INT64_MIN), "-9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf__keeps__what_fits_its_limit),
        cmocka_unit_test(buf__is_empty_text__before_the_first_write),
        cmocka_unit_test(buf__hands_over__its_text),
        cmocka_unit_test(buf__formats__texts_longer_than_its_small_room),
        cmocka_unit_test(arena__gives__zeroed_aligned_memory),
        cmocka_unit_test(arena__copies__texts),
        cmocka_unit_test(arena__grows__an_array_and_keeps_its_elements),
        cmocka_unit_test(arena__ends_the_process__past_its_limit),
        cmocka_unit_test(err__carries__kind_and_message),
        cmocka_unit_test(err__cuts__between_letters),
        cmocka_unit_test(err__has_a_word__for_every_kind),
        cmocka_unit_test(parse_i64__takes__whole_numbers_in_range),
        cmocka_unit_test(str_copy__cuts__between_letters),
        cmocka_unit_test(str_eq__compares__absent_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
