/* search_match.h: how well a word that somebody typed fits a word of a name: letters are compared
 * without regard to case, ё and е, and with room for a typo or two in longer words. Pure; any
 * thread. */
#ifndef STORE_SEARCH_MATCH_H
#define STORE_SEARCH_MATCH_H

#include "store/base/base.h"

#define SEARCH_WORDS_MAX   32 /* of one text: what goes past that is left out */
#define SEARCH_LETTERS_MAX 40 /* of one word, the same */

struct search_word {
    uint32_t c[SEARCH_LETTERS_MAX]; /* folded code points */
    size_t n;
    bool digits; /* it has a digit in it: a number is right or wrong, it has no typos */
};

/* The words of a text: letters, digits and _ make words, all else stands between them. Returns how
 * many. */
size_t search_words(const char *text, struct search_word *ret, size_t max);

/* How many typos the word may have: none up to 3 letters, one up to 7, then two. */
size_t search_typos(const struct search_word *typed);

#define SEARCH_NO_FIT 1000u
/* 0: the same word; the worse it fits the larger: its beginning, the end of a number, a part of it,
 * a typo. SEARCH_NO_FIT: it does not. typos: how many at most. */
unsigned search_fit(const struct search_word *typed, const struct search_word *known, size_t typos);

/* How much they look alike, 0 to 100, by the groups of letters that they share: for "did you
 * mean". */
unsigned search_likeness(const struct search_word *a, const struct search_word *b);

#endif
