/* utf8.h: what rosterd must know of Unicode: folding Russian and Latin for comparing, lengths in
 * the unit Telegram and Notion count in. Pure; any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "store/base/buf.h"

/* Decodes one code point at *s and moves past it; U+FFFD for a malformed byte (one byte is eaten).
 * Returns 0 at the end. */
uint32_t utf8_next(const char **s);

void utf8_put(struct buf *b, uint32_t cp);

/* True when s is well-formed UTF-8 without U+0000 within its n bytes. */
bool utf8_valid(const char *s, size_t n);

/* For matching dictionary words: lower case, ё as е, dots dropped, white space folded and trimmed.
 */
void utf8_fold(const char *s, struct buf *out);

/* Trimmed, with runs of white space (no-break spaces included) folded to one space. */
void utf8_squeeze(const char *s, struct buf *out);

/* Code points in s. */
size_t utf8_length(const char *s);

/* Length of s in UTF-16 units, the unit of Telegram's and Notion's limits. */
size_t utf8_utf16_length(const char *s);

/* How many bytes of s make at most `units` UTF-16 units without splitting a code point. */
size_t utf8_cut_utf16(const char *s, size_t units);

/* Damerau-Levenshtein distance in code points of the folded words, for "did you mean"; at most 255.
 */
unsigned utf8_distance(const char *a, const char *b);

#endif
