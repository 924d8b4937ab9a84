/* test_utf8.c: decoding, validity within a length, folding, UTF-16 lengths, distances. */
#include "store/base/utf8.h"
#include "tests/support/check.h"

#include <stdlib.h>

static void utf8_next__decodes__every_length(void **state)
{
    (void)state;
    const char *s = "aж€😀";
    assert_int_equal(utf8_next(&s), 'a');
    assert_int_equal(utf8_next(&s), 0x436);
    assert_int_equal(utf8_next(&s), 0x20ac);
    assert_int_equal(utf8_next(&s), 0x1f600);
    assert_int_equal(utf8_next(&s), 0);
    assert_int_equal(utf8_next(&s), 0);
}

static void utf8_next__eats_one_byte__of_what_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",     "\xc0\xaf", "\xe0\x80\x80",     "\xed\xa0\x80",
                                      "\xf8\x88", "\xd0",     "\xf4\x90\x80\x80", "\xff"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *s = bad[i];
        assert_int_equal(utf8_next(&s), 0xfffd);
        assert_ptr_equal(s, bad[i] + 1);
    }
}

static void utf8_put__writes__what_next_reads(void **state)
{
    (void)state;
    static const uint32_t points[] = {'z', 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff};
    for (size_t i = 0; i < ARRAY_LEN(points); i++) {
        AUTO_BUF b = BUF_INIT(8);
        utf8_put(&b, points[i]);
        const char *s = buf_str(&b);
        assert_int_equal(utf8_next(&s), points[i]);
        assert_int_equal(*s, '\0');
    }
}

static void utf8_valid__tells__good_from_bad(void **state)
{
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("ёж \xef\xbf\xbd 😀", 13));
    assert_false(utf8_valid("a\0b", 3));
    assert_false(utf8_valid("\xd0", 1));
    assert_false(utf8_valid("ab\xff", 3));
    assert_false(utf8_valid("\xed\xa0\x80", 3));
}

static void utf8_valid__never_looks__behind_its_n_bytes(void **state)
{
    (void)state;
    /* exactly sized: a byte too many read is an error under the address sanitizer; and what follows
     * in memory must not complete a letter that n cuts off */
    static const char *const cut[] = {"\xd0", "\xe2\x82", "\xf0\x9f\x98", "abc\xd1"};
    for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
        size_t n = strlen(cut[i]);
        char *exact = xmalloc(n);
        memcpy(exact, cut[i], n);
        assert_false(utf8_valid(exact, n));
        free(exact);
    }
    assert_false(utf8_valid("ж", 1));
    assert_true(utf8_valid("жж", 2));
    assert_false(utf8_valid("😀", 3));
}

static void check_fold(const char *in, const char *want)
{
    AUTO_BUF b = BUF_INIT(200);
    utf8_fold(in, &b);
    assert_string_equal(buf_str(&b), want);
}

static void utf8_fold__folds__case_yo_dots_and_space(void **state)
{
    (void)state;
    check_fold("  Зам. Руководителя ", "зам руководителя");
    check_fold("Зам.руководителя", "замруководителя");
    check_fold("ВОЛОНТЁР", "волонтер");
    check_fold("ждём  ответа", "ждем ответа");
    check_fold("др.", "др");
    check_fold("VIP", "vip");
    check_fold("Ї Ђ", "ї ђ");
    check_fold("ÀÖ×ÞÉ", "àö×þé");
    check_fold("\xc2\xa0свои\xe2\x80\xaf(плюсодин)\t", "свои (плюсодин)");
    check_fold(" . ", "");
}

static void utf8_squeeze__keeps__case_and_dots(void **state)
{
    (void)state;
    AUTO_BUF b = BUF_INIT(200);
    buf_add(&b, "x");
    utf8_squeeze("\xef\xbb\xbf Анна \n\t\xc2\xa0 Ё. ", &b);
    assert_string_equal(buf_str(&b), "xАнна Ё.");
}

static void utf8_length__counts__points_and_utf16_units(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("ёж😀"), 3);
    assert_int_equal(utf8_utf16_length("ёж😀"), 4);
    assert_int_equal(utf8_utf16_length(""), 0);
}

static void utf8_cut__never_splits__a_pair(void **state)
{
    (void)state;
    assert_int_equal(utf8_cut_utf16("a😀b", 0), 0);
    assert_int_equal(utf8_cut_utf16("a😀b", 1), 1);
    assert_int_equal(utf8_cut_utf16("a😀b", 2), 1);
    assert_int_equal(utf8_cut_utf16("a😀b", 3), 5);
    assert_int_equal(utf8_cut_utf16("a😀b", 99), 6);
}

static void utf8_distance__counts__slips(void **state)
{
    (void)state;
    assert_int_equal(utf8_distance("people", "people"), 0);
    assert_int_equal(utf8_distance("people", "PEOPLE"), 0);
    assert_int_equal(utf8_distance("people", "peolpe"), 1);
    assert_int_equal(utf8_distance("people", "pepl"), 2);
    assert_int_equal(utf8_distance("ёлка", "елка"), 0);
    assert_int_equal(utf8_distance("", "abc"), 3);
    char longest[400];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_true(utf8_distance(longest, "b") <= 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_next__decodes__every_length),
        cmocka_unit_test(utf8_next__eats_one_byte__of_what_is_malformed),
        cmocka_unit_test(utf8_put__writes__what_next_reads),
        cmocka_unit_test(utf8_valid__tells__good_from_bad),
        cmocka_unit_test(utf8_valid__never_looks__behind_its_n_bytes),
        cmocka_unit_test(utf8_fold__folds__case_yo_dots_and_space),
        cmocka_unit_test(utf8_squeeze__keeps__case_and_dots),
        cmocka_unit_test(utf8_length__counts__points_and_utf16_units),
        cmocka_unit_test(utf8_cut__never_splits__a_pair),
        cmocka_unit_test(utf8_distance__counts__slips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
