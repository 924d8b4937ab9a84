/* util.h: what every part of the sandbox needs: memory that ends the process when it is out, a
 * seeded generator, ids, times, and two small hash tables. Shares nothing with rosterd itself. */
#ifndef SANDBOX_UTIL_H
#define SANDBOX_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

void *sb_alloc(size_t size); /* zeroed */
void *sb_grow(void *old, size_t count, size_t size);
char *sb_dup(const char *text); /* NULL stays NULL */
char *sb_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *rng);
unsigned rng_below(struct rng *rng, unsigned limit);
bool rng_chance(struct rng *rng, double share);
void rng_uuid(struct rng *rng, char ret_id[37]);
/* length letters of A-Z a-z 0-9, NUL-terminated. */
void rng_word(struct rng *rng, char *ret_word, size_t length);

/* Accepts 32 hex digits with or without the dashes; writes the form with dashes, lower case. */
bool uuid_parse(const char *text, char ret_id[37]);
void uuid_plain(const char *id, char ret_hex[33]);

#define MINUTE_MS 60000LL
#define HOUR_MS   3600000LL
#define DAY_MS    86400000LL
int64_t wall_ms(void);
void iso_print(int64_t ms, char ret_text[32]);
/* Takes 2026-07-01, 2026-07-01T10:00, seconds, a fraction, Z or an offset; UTC without one. */
bool iso_parse(const char *text, int64_t *ret_ms);

/* UTF-16 units of a UTF-8 text: the unit in which Notion counts. */
size_t utf16_length(const char *text);

/* Text -> pointer. The key is borrowed and must live as long as the map. */
struct strmap {
    const char **keys;
    void **values;
    size_t used, size;
};
void *strmap_get(const struct strmap *map, const char *key);
void strmap_put(struct strmap *map, const char *key, void *value);
void strmap_free(struct strmap *map);

struct u64set {
    uint64_t *items; /* 0 marks a free place */
    size_t used, size;
};
/* True when the key (not 0) was not there yet. */
bool u64set_add(struct u64set *set, uint64_t key);
void u64set_free(struct u64set *set);

/* URL-safe base64 of opaque tokens; the result is malloc'd, NULL when the text is not one. */
char *token_encode(const char *text);
char *token_decode(const char *token);

#endif
