#include "bot/csv.h"

#include "store/base/utf8.h"

#include <ctype.h>
#include <string.h>

#define BOM        "\xef\xbb\xbf"
#define NAME_BYTES ((size_t)120)
#define EXT_MAX    ((size_t)16)

#define PHONE_MIN 7 /* digits */
#define PHONE_MAX 15

/* ---------------------------------------------------------------- fields */

/* Digits with at most one point or comma among them, after a sign. */
static bool is_number(const char *s)
{
    s += *s == '+' || *s == '-';
    size_t digits = strspn(s, "0123456789");
    s += digits;
    if (!digits || !*s)
        return digits;
    if (*s != '.' && *s != ',')
        return false;
    size_t decimals = strspn(++s, "0123456789");
    return decimals && !s[decimals];
}

/* +79161234567, +7 (916) 123-45-67. With hyphens alone a spreadsheet would reckon: +7-916 is -909.
 */
static bool is_phone(const char *s)
{
    size_t digits = 0;
    bool hyphens = false, breaks = false;
    if (*s++ != '+' || !isdigit((unsigned char)*s))
        return false;
    for (; *s; s++) {
        if (isdigit((unsigned char)*s))
            digits++;
        else if (*s == '-')
            hyphens = true;
        else if (strchr(" ()", *s))
            breaks = true;
        else
            return false;
    }
    return digits >= PHONE_MIN && digits <= PHONE_MAX && (!hyphens || breaks);
}

/* Excel takes the wide forms of = + - @ for the narrow ones. */
static bool is_formula(const char *s)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    for (size_t i = 0; i < ARRAY_LEN(wide); i++)
        if (!strncmp(s, wide[i], 3))
            return true;
    return *s && strchr("=+-@\t\r\n", *s) && !is_number(s) && !is_phone(s);
}

/* Semicolons and tabs too: spreadsheets of some countries cut there. */
static bool needs_quotes(const char *s)
{
    size_t n = strlen(s);
    return strpbrk(s, ",;\"\r\n\t") || (n && (s[0] == ' ' || s[n - 1] == ' '));
}

static void add_field(struct buf *out, const char *s)
{
    const char *guard = is_formula(s) ? "'" : "";
    if (!needs_quotes(s)) {
        buf_addf(out, "%s%s", guard, s);
        return;
    }
    buf_addf(out, "\"%s", guard);
    for (; *s; s++) {
        if (*s == '"')
            buf_addc(out, '"');
        buf_addc(out, *s);
    }
    buf_addc(out, '"');
}

void csv_row(struct buf *out, const char *const *fields, size_t n)
{
    size_t start = out->len;
    bool over = out->over;
    out->over = false;
    if (!start)
        buf_add(out, BOM);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(out, ',');
        add_field(out, fields[i] ? fields[i] : "");
    }
    buf_add(out, "\r\n");
    if (out->over)
        out->data[out->len = start] = '\0';
    out->over |= over;
}

/* ---------------------------------------------------------------- files */

void csv_head(const char *content, unsigned lines, size_t bytes, struct buf *out)
{
    size_t used = 0;
    if (!strncmp(content, BOM, 3))
        content += 3;
    while (*content && lines) {
        const char *at = content;
        uint32_t cp = utf8_next(&content);
        size_t size = (size_t)(content - at);
        if (cp == '\n')
            lines--;
        else if (cp < ' ' && cp != '\t')
            continue;
        else if (cp == 0x7f || (cp >= 0x80 && cp < 0xa0))
            continue;
        if ((used += size) > bytes) {
            content = at;
            break;
        }
        utf8_put(out, cp);
    }
    if (out->len && out->data[out->len - 1] != '\n')
        buf_addc(out, '\n');
    if (*content)
        buf_add(out, "…\n");
}

/* How many of the n bytes at s may stay without cutting a character. */
static size_t cut(const char *s, size_t n)
{
    while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

void csv_file_name(const char *name, struct buf *out)
{
    AUTO_BUF b = BUF_INIT((size_t)1024);
    for (uint32_t cp; b.len + 4 <= b.max && name && (cp = utf8_next(&name));) {
        if (cp < ' ' || (cp >= 0x7f && cp < 0xa0))
            continue;
        bool bad = cp < 0x80 && strchr("/\\:*?\"<>|;", (int)cp);
        if (!b.len && (cp == '.' || cp == ' ' || cp == '-' || cp == '~'))
            continue;
        utf8_put(&b, bad ? '_' : cp);
    }
    const char *s = buf_str(&b), *ext = strrchr(s, '.');
    size_t n = b.len, tail = ext ? strlen(ext) : 0;
    tail = tail <= EXT_MAX ? tail : 0;
    if (n > NAME_BYTES) {
        buf_addn(out, s, cut(s, NAME_BYTES - tail));
        buf_addn(out, s + n - tail, tail);
    } else {
        buf_add(out, n ? s : "file.csv");
    }
}
