/* test_csv.c: rows as a spreadsheet reads them, and files on a screen and in a folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/csv.h"
#include "store/base/utf8.h"

#include <string.h>

#define BOM "\xef\xbb\xbf"

static void fields__are__quoted_and_guarded(void **state)
{
    (void)state;
    static const struct {
        const char *field, *written;
    } cases[] = {
        {"", ""},
        {NULL, ""},
        {"Лис Мария", "Лис Мария"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"\"", "\"\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {" spaces ", "\" spaces \""},
        /* formulas */
        {"=1+1", "'=1+1"},
        {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
        {"+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"},
        {"-1+1", "'-1+1"},
        {"-2,5,1", "\"'-2,5,1\""},
        {"@SUM(1)", "'@SUM(1)"},
        {"@lis", "'@lis"},
        {"\tx", "\"'\tx\""},
        {"\r=1", "\"'\r=1\""},
        {"\xef\xbc\x9d"
         "1",
         "'\xef\xbc\x9d"
         "1"}, /* a wide = */
        {"+", "'+"},
        {"-", "'-"},
        {"a=1", "a=1"},
        {"'=1", "'=1"},
        /* numbers */
        {"-5", "-5"},
        {"+7", "+7"},
        {"-0.25", "-0.25"},
        {"-3,5", "\"-3,5\""},
        {"-5.", "'-5."},
        {"-.5", "'-.5"},
        {"2026", "2026"},
        /* phones */
        {"+79161234567", "+79161234567"},
        {"+7 (916) 123-45-67", "+7 (916) 123-45-67"},
        {"+7 916 123 45 67", "+7 916 123 45 67"},
        {"+7-916-123-45-67", "'+7-916-123-45-67"}, /* it would be reckoned */
        {"+7 916=1", "'+7 916=1"},
        {"+7 916 A1:B2", "'+7 916 A1:B2"},
        {"+(1)", "'+(1)"},
        {"+7 (1)", "'+7 (1)"},
        {"+7 916 1234567 1234567", "'+7 916 1234567 1234567"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(4096), expected = BUF_INIT(4096);
        CSV_ROW(&out, cases[i].field, "z");
        buf_addf(&expected, BOM "%s,z\r\n", cases[i].written);
        if (strcmp(buf_str(&out), buf_str(&expected)))
            fail_msg("case %zu: %s is no %s", i, buf_str(&out), buf_str(&expected));
    }
}

static void rows__end__with_crlf_after_one_mark(void **state)
{
    (void)state;
    AUTO_BUF out = BUF_INIT(4096);
    CSV_ROW(&out, "Имя", "Телефон");
    CSV_ROW(&out, "Ё", NULL);
    csv_row(&out, NULL, 0);
    assert_string_equal(buf_str(&out), BOM "Имя,Телефон\r\nЁ,\r\n\r\n");
    assert_false(out.over);
}

static void a_row__is_whole__or_not_there(void **state)
{
    (void)state;
    AUTO_BUF out = BUF_INIT(12), none = BUF_INIT(4);
    CSV_ROW(&out, "1", "2");
    CSV_ROW(&out, "345", "678");
    assert_string_equal(buf_str(&out), BOM "1,2\r\n");
    assert_true(out.over);
    CSV_ROW(&out, "");
    assert_string_equal(buf_str(&out), BOM "1,2\r\n\r\n");
    assert_true(out.over); /* something is missing, whatever came after */
    CSV_ROW(&none, "1234");
    assert_string_equal(buf_str(&none), "");
    assert_true(none.over);
}

static void head__is__the_beginning_as_text(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        unsigned lines;
        size_t bytes;
        const char *head;
    } cases[] = {
        {"", 3, 100, ""},
        {BOM, 3, 100, ""},
        {BOM "a,b\r\nc\r\n", 3, 100, "a,b\nc\n"},
        {"a\nb\nc\n", 2, 100, "a\nb\n…\n"},
        {"a\nb\n", 2, 100, "a\nb\n"},
        {"no end", 2, 100, "no end\n"},
        {"яяяя", 2, 5, "яя\n…\n"},
        {"\033[2J\x7f\xc2\x9b"
         "1m\tx",
         2, 100, "[2J1m\tx\n"},
        {"bad \xff byte", 2, 100, "bad \xef\xbf\xbd byte\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(4096);
        csv_head(cases[i].content, cases[i].lines, cases[i].bytes, &out);
        if (strcmp(buf_str(&out), cases[i].head))
            fail_msg("case %zu: %s", i, buf_str(&out));
    }
}

static void names__become__safe(void **state)
{
    (void)state;
    static const struct {
        const char *name, *safe;
    } cases[] = {
        {"plan-318.csv", "plan-318.csv"},
        {"План июля.csv", "План июля.csv"},
        {"../../etc/passwd", "_.._etc_passwd"},
        {"a\\b:c\"d\r\ne;f.csv", "a_b_c_de_f.csv"},
        {".hidden.csv", "hidden.csv"},
        {"-rf", "rf"},
        {"~", "file.csv"},
        {"..", "file.csv"},
        {"", "file.csv"},
        {NULL, "file.csv"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF out = BUF_INIT(4096);
        csv_file_name(cases[i].name, &out);
        assert_string_equal(buf_str(&out), cases[i].safe);
    }
    char name[2020] = "";
    for (int i = 0; i < 1000; i++)
        strcat(name, "я");
    for (int with_end = 0; with_end < 2; with_end++) {
        AUTO_BUF out = BUF_INIT(4096);
        memcpy(name + 200, with_end ? ".csv" : "я", with_end ? 5 : 2);
        csv_file_name(name, &out);
        assert_in_range(out.len, 115, 120);
        assert_true(utf8_valid(buf_str(&out), out.len));
        if (with_end)
            assert_string_equal(out.data + out.len - 4, ".csv");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields__are__quoted_and_guarded),
        cmocka_unit_test(rows__end__with_crlf_after_one_mark),
        cmocka_unit_test(a_row__is_whole__or_not_there),
        cmocka_unit_test(head__is__the_beginning_as_text),
        cmocka_unit_test(names__become__safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
