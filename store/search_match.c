#include "store/search_match.h"

#include "store/base/utf8.h"

#include <string.h>

#define TEXT_MAX        4096
#define NUMBER_PART_MIN 4
#define SAME_START      15

enum { FIT_PREFIX = 2, FIT_NUMBER_END = 3, FIT_PART = 6, FIT_TYPO = 10, FIT_TYPO_PREFIX = 4 };

static bool is_letter(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') || cp == '_';
    if (cp < 0xc0 || cp == 0xd7 || cp == 0xf7)
        return false;
    return !(cp >= 0x2000 && cp < 0x2c00) && !(cp >= 0x3000 && cp < 0x3040) && cp < 0xe000;
}

/* Marks that combine with the letter before: a name pasted from elsewhere may be written so. */
static bool is_mark(uint32_t cp)
{
    return (cp >= 0x300 && cp < 0x370) || cp == 0xad;
}

size_t search_words(const char *text, struct search_word *ret, size_t max)
{
    AUTO_BUF spaced = BUF_INIT(TEXT_MAX), folded = BUF_INIT(TEXT_MAX);
    size_t n = 0, cut = strnlen(text, TEXT_MAX / 2);
    bool open = false;
    for (size_t i = 0; i < cut; i++) /* folding would drop the dot of «И.Иванов» */
        buf_addc(&spaced, text[i] == '.' ? ' ' : text[i]);
    utf8_fold(buf_str(&spaced), &folded);
    const char *s = buf_str(&folded);
    for (uint32_t cp; (cp = utf8_next(&s));) {
        if (is_mark(cp))
            continue;
        if (!is_letter(cp)) {
            open = false;
            continue;
        }
        if (!open && n == max)
            break;
        if (!open)
            memset(&ret[n++], 0, sizeof *ret);
        open = true;
        struct search_word *w = &ret[n - 1];
        if (w->n < SEARCH_LETTERS_MAX)
            w->c[w->n++] = cp;
        w->digits = w->digits || (cp >= '0' && cp <= '9');
    }
    return n;
}

size_t search_typos(const struct search_word *typed)
{
    return typed->digits || typed->n < 4 ? 0 : typed->n < 8 ? 1 : 2;
}

static bool is_at(const struct search_word *part, const struct search_word *whole, size_t at)
{
    return at + part->n <= whole->n && !memcmp(part->c, whole->c + at, part->n * sizeof *part->c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions, neighbours that changed places.
 * *ret_prefix: the distance to the nearest beginning of known. */
static size_t distance(const struct search_word *typed, const struct search_word *known,
                       size_t *ret_prefix)
{
    size_t d[3][SEARCH_LETTERS_MAX + 1];
    for (size_t k = 0; k <= known->n; k++)
        d[0][k] = k;
    for (size_t i = 1; i <= typed->n; i++) {
        size_t *row = d[i % 3], *up = d[(i - 1) % 3], *up2 = d[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= known->n; k++) {
            size_t change = up[k - 1] + (typed->c[i - 1] != known->c[k - 1]);
            row[k] = least(change, least(up[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && typed->c[i - 1] == known->c[k - 2] &&
                typed->c[i - 2] == known->c[k - 1])
                row[k] = least(row[k], up2[k - 2] + 1);
        }
    }
    const size_t *last = d[typed->n % 3];
    *ret_prefix = last[0];
    for (size_t k = 1; k <= known->n; k++)
        *ret_prefix = least(*ret_prefix, last[k]);
    return last[known->n];
}

unsigned search_fit(const struct search_word *typed, const struct search_word *known, size_t typos)
{
    if (is_at(typed, known, 0) && typed->n == known->n)
        return 0;
    if (typed->digits && typed->n < NUMBER_PART_MIN) /* «45» is a number, not part of a phone */
        return SEARCH_NO_FIT;
    if (is_at(typed, known, 0))
        return FIT_PREFIX;
    if (typed->digits && known->n >= typed->n && is_at(typed, known, known->n - typed->n))
        return FIT_NUMBER_END;
    for (size_t i = 1; typed->n > 2 && i + typed->n <= known->n; i++) {
        if (is_at(typed, known, i))
            return FIT_PART;
    }
    if (!typos || known->digits || known->n + typos < typed->n)
        return SEARCH_NO_FIT;
    size_t prefix, whole = distance(typed, known, &prefix);
    if (whole <= typos)
        return (unsigned)(FIT_TYPO * whole);
    /* the beginning of a word with a typo in it: of short ones too much would fit */
    if (typed->n > 4 && prefix <= typos)
        return (unsigned)(FIT_TYPO * prefix + FIT_TYPO_PREFIX);
    return SEARCH_NO_FIT;
}

/* Whether known has these three letters in a row; 0 stands before and behind a word. */
static bool has_three(const struct search_word *known, const uint32_t three[3])
{
    for (size_t i = 0; i < known->n; i++) {
        if ((i ? known->c[i - 1] : 0) == three[0] && known->c[i] == three[1] &&
            (i + 1 < known->n ? known->c[i + 1] : 0) == three[2])
            return true;
    }
    return false;
}

unsigned search_likeness(const struct search_word *a, const struct search_word *b)
{
    size_t shared = 0;
    for (size_t i = 0; i < a->n; i++) {
        const uint32_t three[3] = {i ? a->c[i - 1] : 0, a->c[i], i + 1 < a->n ? a->c[i + 1] : 0};
        shared += has_three(b, three);
    }
    if (!shared)
        return 0;
    /* the beginning of a name is what people remember */
    bool start = a->n > 1 && b->n > 1 && a->c[0] == b->c[0] && a->c[1] == b->c[1];
    unsigned like = (unsigned)(200 * shared / (a->n + b->n)) + (start ? SAME_START : 0);
    return like < 100 ? like : 100;
}
