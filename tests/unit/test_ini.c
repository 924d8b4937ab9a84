/* test_ini.c: INI files line by line: everything is told with the number of its line. */
#include "store/base/buf.h"
#include "store/base/ini.h"
#include "tests/support/check.h"

#include <stdio.h>

/* What was read, as "line section.key=value|" and "line [section]|"; what is wrong as "line text|".
 */
struct heard {
    struct buf keys, bad;
    int stop_at; /* a line whose key stops the reading; 0: none */
};

static bool on_key(void *ctx, int line, const char *section, const char *key, const char *value)
{
    struct heard *h = ctx;
    if (key)
        buf_addf(&h->keys, "%d %s.%s=%s|", line, section, key, value);
    else
        buf_addf(&h->keys, "%d [%s]|", line, section);
    return line != h->stop_at;
}

static void on_bad(void *ctx, int line, const char *what)
{
    struct heard *h = ctx;
    buf_addf(&h->bad, "%d %s|", line, what);
}

#define HEARD_INIT                                                                                 \
    {                                                                                              \
        .keys = {.max = 1 << 16}, .bad = {.max = 1 << 14 }                                         \
    }

static void heard_free(struct heard *h)
{
    buf_free(&h->keys);
    buf_free(&h->bad);
}
#define AUTO_HEARD CLEANUP(heard_free) struct heard

static void check(const char *text, const char *keys, const char *bad)
{
    AUTO_HEARD h = HEARD_INIT;
    ini_read(text, on_key, on_bad, &h);
    assert_string_equal(buf_str(&h.keys), keys);
    assert_string_equal(buf_str(&h.bad), bad);
}

static void read__tells__sections_and_keys_with_their_lines(void **state)
{
    (void)state;
    check("# top\n[a]\nx = 1\n\n; more\ny: 2\n[b c]\nz=\n",
          "2 [a]|3 a.x=1|6 a.y=2|7 [b c]|8 b c.z=|", "");
    check("", "", "");
    check("[last]\nkey = no newline", "1 [last]|2 last.key=no newline|", "");
    check("[a]\r\nx = 1\r\n", "1 [a]|2 a.x=1|", "");
}

static void read__tells__empty_and_repeated_sections(void **state)
{
    (void)state;
    check("[a]\n[b]\nx=1\n[b]\ny=2\n", "1 [a]|2 [b]|3 b.x=1|4 [b]|5 b.y=2|", "");
}

static void comment__begins__at_a_blank_and_semicolon(void **state)
{
    (void)state;
    check("[a]\nx = 1 ; note\ny = a;b\nz = a # b\n", "1 [a]|2 a.x=1|3 a.y=a;b|4 a.z=a # b|", "");
}

static void colon__separates__like_the_equals_sign(void **state)
{
    (void)state;
    check("[a]\nurl = https://x.org\nname: with = sign\n",
          "1 [a]|2 a.url=https://x.org|3 a.name=with = sign|", "");
}

static void value__continues__on_indented_lines(void **state)
{
    (void)state;
    check("[a]\nsteps = one\n  two\n\tthree\nnext = 1\n",
          "1 [a]|2 a.steps=one\ntwo\nthree|5 a.next=1|", "");
    /* what looks like a section or a key is a continuation too */
    check("[a]\nx = 1\n [b]\n y = 2\n", "1 [a]|2 a.x=1\n[b]\ny = 2|", "");
}

static void bom__is__passed_over(void **state)
{
    (void)state;
    check("\xef\xbb\xbf[a]\nx = 1\n", "1 [a]|2 a.x=1|", "");
}

static void line__may_have__197_bytes(void **state)
{
    (void)state;
    char text[600], want[600];
    char word[260];
    memset(word, 'w', sizeof word);
    word[193] = '\0'; /* with "x = ": 197 */
    snprintf(text, sizeof text, "[a]\nx = %s\ny = 1\n", word);
    snprintf(want, sizeof want, "1 [a]|2 a.x=%s|3 a.y=1|", word);
    check(text, want, "");
}

static void line__too_long__is_told_with_its_number(void **state)
{
    (void)state;
    char text[1000], word[260];
    AUTO_HEARD h = HEARD_INIT;
    memset(word, 'w', sizeof word);
    word[194] = '\0'; /* 198 bytes */
    snprintf(text, sizeof text, "[a]\nx = 1\ny = %s\nz = 3\n", word);
    ini_read(text, on_key, on_bad, &h);
    assert_string_equal(buf_str(&h.keys), "1 [a]|2 a.x=1|4 a.z=3|");
    assert_has(buf_str(&h.bad), "3 the line has 198 bytes, at most 197");
    assert_has(buf_str(&h.bad), "Cyrillic letter takes two");
}

static void line__of_cyrillic__counts_twice(void **state)
{
    (void)state;
    char text[1000] = "[a]\nfield.name = ";
    AUTO_HEARD h = HEARD_INIT;
    for (int i = 0; i < 100; i++)
        strcat(text, "ж");
    strcat(text, "\n");
    ini_read(text, on_key, on_bad, &h);
    assert_has(buf_str(&h.bad), "2 the line has 213 bytes");
}

static void bad_lines__are_told__all_of_them(void **state)
{
    (void)state;
    AUTO_HEARD h = HEARD_INIT;
    ini_read("[a]\nnonsense\nx = 1\n[b\ny = 2\nmore nonsense\n", on_key, on_bad, &h);
    assert_has(buf_str(&h.bad), "2 neither a [section] nor `key = value`|");
    assert_has(buf_str(&h.bad), "4 the section's ] is missing; write [name]|");
    assert_has(buf_str(&h.bad), "6 neither");
    assert_has(buf_str(&h.keys), "3 a.x=1|");
}

static void indented_line__without_a_key_before__is_told(void **state)
{
    (void)state;
    AUTO_HEARD h = HEARD_INIT;
    ini_read("[a]\n  lost\nx = 1\n", on_key, on_bad, &h);
    assert_has(buf_str(&h.bad), "2 neither a [section] nor");
    assert_has(buf_str(&h.keys), "3 a.x=1|");
}

static void section_name__that_libinih_would_cut__is_told(void **state)
{
    (void)state;
    AUTO_HEARD h = HEARD_INIT;
    char text[200] = "[flow ";
    for (int i = 0; i < 45; i++)
        strcat(text, "n");
    strcat(text, "]\nx = 1\n");
    ini_read(text, on_key, on_bad, &h);
    assert_has(buf_str(&h.bad), "1 the section's name is longer than 49 bytes");
}

static void value__longer_than_16_kb__is_told_with_its_key(void **state)
{
    (void)state;
    static char text[40000] = "[a]\nx = 1\nlong = start\n";
    AUTO_HEARD h = HEARD_INIT;
    size_t at = strlen(text);
    for (int i = 0; i < 200; i++, at += 101) {
        memset(text + at, 'v', 100);
        text[at] = ' ';
        text[at + 100] = '\n';
    }
    strcat(text, "y = 2\n");
    ini_read(text, on_key, on_bad, &h);
    assert_string_equal(buf_str(&h.keys), "1 [a]|2 a.x=1|204 a.y=2|");
    assert_has(buf_str(&h.bad), "3 the value is longer than 16 KB");
}

static void reading__stops__when_told(void **state)
{
    (void)state;
    AUTO_HEARD h = HEARD_INIT;
    h.stop_at = 2;
    ini_read("[a]\nx = 1\ny = 2\n[b]\nz = 3\n", on_key, on_bad, &h);
    assert_string_equal(buf_str(&h.keys), "1 [a]|2 a.x=1|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__tells__sections_and_keys_with_their_lines),
        cmocka_unit_test(read__tells__empty_and_repeated_sections),
        cmocka_unit_test(comment__begins__at_a_blank_and_semicolon),
        cmocka_unit_test(colon__separates__like_the_equals_sign),
        cmocka_unit_test(value__continues__on_indented_lines),
        cmocka_unit_test(bom__is__passed_over),
        cmocka_unit_test(line__may_have__197_bytes),
        cmocka_unit_test(line__too_long__is_told_with_its_number),
        cmocka_unit_test(line__of_cyrillic__counts_twice),
        cmocka_unit_test(bad_lines__are_told__all_of_them),
        cmocka_unit_test(indented_line__without_a_key_before__is_told),
        cmocka_unit_test(section_name__that_libinih_would_cut__is_told),
        cmocka_unit_test(value__longer_than_16_kb__is_told_with_its_key),
        cmocka_unit_test(reading__stops__when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
