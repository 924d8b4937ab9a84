/* config_values.h: what stands behind the `=` of a configuration: numbers, times, shares, words.
 * Main thread, at start.
 *
 * Each take_* reads a whole value into *ret and returns NULL, or what is wrong with it and what to
 * write instead, in r's arena. */
#ifndef SYNC_CONFIG_VALUES_H
#define SYNC_CONFIG_VALUES_H

#include "sync/config/config_keys.h"

/* "30s", "5m", "2h", "1d" as ms. Returns false when it is none. */
bool config_duration(const char *text, int64_t *ret_ms);

const char *take_something(struct reading *r, const char *value); /* anything but nothing */
const char *take_text(struct reading *r, const char *value, const char **ret);
const char *take_int(struct reading *r, const char *value, int64_t min, int64_t max, int64_t *ret);
const char *take_duration(struct reading *r, const char *value, int64_t min_ms, int64_t *ret);
const char *take_share(struct reading *r, const char *value, int64_t *ret_percent);
/* "20%" or "50": a share, or a number of rows. */
const char *take_limit(struct reading *r, const char *value, struct brake_limit *ret);
/* env:NAME, file:PATH, enc:… or the secret itself. */
const char *take_secret(struct reading *r, const char *value, const char **ret);
const char *take_url(struct reading *r, const char *value, const char **ret);
/* The index of value in words, which end in NULL. */
const char *take_word(struct reading *r, const char *value, const char *const *words, int *ret);

const char *take_policy(struct reading *r, const char *value, enum conflict_policy *ret);

/* Takes white space off both ends, newlines of continued lines too. */
void config_trim(char *s);
/* A continued value as one line. */
void config_one_line(char *s);
/* Cuts word and the single word behind it off the end of text: " via " off "id via notion". Returns
 * that last word, or NULL when text does not end so. */
const char *config_cut_tail(struct arena *arena, char *text, const char *word);

/* The text with {year} and {yy} replaced; a mistake at line when no year is set. */
const char *config_with_year(struct reading *r, int line, const char *text);

#endif
