#include "store/base/utf8.h"

#include <string.h>

/* Decodes one code point of at most room bytes; a NUL among them ends it as well. */
static uint32_t decode(const char **s, size_t room)
{
    const unsigned char *p = (const unsigned char *)*s;
    if (!*p)
        return 0;
    unsigned len = *p < 0x80                 ? 1
                   : *p >= 0xc2 && *p < 0xe0 ? 2
                   : (*p & 0xf0) == 0xe0     ? 3
                   : *p >= 0xf0 && *p < 0xf5 ? 4
                                             : 0;
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t cp = len == 1 ? *p : len ? *p & (0xffu >> (len + 1)) : 0;
    for (unsigned i = 1; i < len; i++) {
        if (i >= room || (p[i] & 0xc0) != 0x80) {
            len = 0;
            break;
        }
        cp = cp << 6 | (p[i] & 0x3fu);
    }
    if (!len || cp < lowest[len] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
        (*s)++;
        return 0xfffd;
    }
    *s += len;
    return cp;
}

uint32_t utf8_next(const char **s)
{
    return decode(s, SIZE_MAX);
}

void utf8_put(struct buf *b, uint32_t cp)
{
    char out[4];
    size_t n = 0;
    if (cp < 0x80) {
        out[n++] = (char)cp;
    } else if (cp < 0x800) {
        out[n++] = (char)(0xc0 | cp >> 6);
        out[n++] = (char)(0x80 | (cp & 0x3f));
    } else if (cp < 0x10000) {
        out[n++] = (char)(0xe0 | cp >> 12);
        out[n++] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[n++] = (char)(0x80 | (cp & 0x3f));
    } else {
        out[n++] = (char)(0xf0 | cp >> 18);
        out[n++] = (char)(0x80 | (cp >> 12 & 0x3f));
        out[n++] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[n++] = (char)(0x80 | (cp & 0x3f));
    }
    buf_addn(b, out, n);
}

bool utf8_valid(const char *s, size_t n)
{
    const char *end = s + n;
    while (s < end) {
        const char *was = s;
        if (*s && (unsigned char)*s < 0x80) { /* most of what is ever asked about */
            s++;
            continue;
        }
        uint32_t cp = decode(&s, (size_t)(end - s));
        /* a real U+FFFD takes three bytes, a malformed one is eaten singly */
        if (!cp || (cp == 0xfffd && s - was == 1))
            return false;
    }
    return true;
}

static bool is_space(uint32_t cp)
{
    return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0xa0 || cp == 0x2007 || cp == 0x202f ||
           cp == 0x200b || cp == 0xfeff || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x3000;
}

static uint32_t lower(uint32_t cp)
{
    if (cp >= 'A' && cp <= 'Z')
        return cp + 32;
    if (cp >= 0x410 && cp <= 0x42f) /* А-Я */
        return cp + 32;
    if (cp >= 0x400 && cp <= 0x40f) /* Ѐ-Џ, Ё among them */
        return cp + 80;
    if (cp >= 0xc0 && cp <= 0xde && cp != 0xd7) /* À-Þ */
        return cp + 32;
    return cp;
}

static void squeeze(const char *s, struct buf *out, bool fold)
{
    bool gap = false;
    size_t start = out->len;
    for (uint32_t cp; (cp = utf8_next(&s));) {
        if (is_space(cp)) {
            gap = out->len > start;
            continue;
        }
        if (fold && cp == '.')
            continue;
        if (gap)
            buf_addc(out, ' ');
        gap = false;
        if (fold)
            cp = lower(cp);
        utf8_put(out, fold && cp == 0x451 /* ё */ ? 0x435 : cp);
    }
}

void utf8_fold(const char *s, struct buf *out)
{
    squeeze(s, out, true);
}

void utf8_squeeze(const char *s, struct buf *out)
{
    squeeze(s, out, false);
}

size_t utf8_length(const char *s)
{
    size_t n = 0;
    while (utf8_next(&s))
        n++;
    return n;
}

size_t utf8_utf16_length(const char *s)
{
    size_t n = 0;
    for (uint32_t cp; (cp = utf8_next(&s));)
        n += cp > 0xffff ? 2 : 1;
    return n;
}

size_t utf8_cut_utf16(const char *s, size_t units)
{
    const char *at = s;
    for (;;) {
        const char *before = at;
        uint32_t cp = utf8_next(&at);
        size_t cost = cp > 0xffff ? 2 : 1;
        if (!cp || cost > units)
            return (size_t)(before - s);
        units -= cost;
    }
}

#define WORD_MAX 64

static size_t folded(const char *s, uint32_t out[WORD_MAX])
{
    AUTO_BUF b = BUF_INIT(WORD_MAX * 4);
    utf8_fold(s, &b);
    const char *p = buf_str(&b);
    size_t n = 0;
    for (uint32_t cp; n < WORD_MAX && (cp = utf8_next(&p));)
        out[n++] = cp;
    return n;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

unsigned utf8_distance(const char *a, const char *b)
{
    uint32_t x[WORD_MAX], y[WORD_MAX];
    size_t nx = folded(a, x), ny = folded(b, y);
    unsigned rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= ny; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= nx; i++) {
        unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= ny; j++) {
            now[j] = min3(up[j] + 1, now[j - 1] + 1, up[j - 1] + (x[i - 1] != y[j - 1]));
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
                up2[j - 2] + 1 < now[j])
                now[j] = up2[j - 2] + 1;
        }
    }
    unsigned d = rows[nx % 3][ny];
    return d > 255 ? 255 : d;
}
