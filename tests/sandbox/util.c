/* util.c: see util.h. */
#include "tests/sandbox/util.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *checked(void *memory)
{
    if (memory)
        return memory;
    fputs("rosterd-sandbox: out of memory\n", stderr);
    abort();
}

void *sb_alloc(size_t size)
{
    return checked(calloc(1, size ? size : 1));
}

void *sb_grow(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count ? count : 1, size));
}

char *sb_dup(const char *text)
{
    return text ? checked(strdup(text)) : NULL;
}

char *sb_printf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    return checked(length < 0 ? NULL : text);
}

/* splitmix64: small, and the same on every machine. */
uint64_t rng_next(struct rng *rng)
{
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

unsigned rng_below(struct rng *rng, unsigned limit)
{
    return limit ? (unsigned)((rng_next(rng) >> 32) % limit) : 0;
}

bool rng_chance(struct rng *rng, double share)
{
    return (double)(rng_next(rng) >> 11) < share * 9007199254740992.0;
}

void rng_uuid(struct rng *rng, char ret_id[37])
{
    uint64_t a = rng_next(rng), b = rng_next(rng);
    snprintf(ret_id, 37, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu,
             0x8000u | ((unsigned)(b >> 48) & 0x3fffu), (unsigned long long)(b & 0xffffffffffffu));
}

void rng_word(struct rng *rng, char *ret_word, size_t length)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t i = 0; i < length; i++)
        ret_word[i] = letters[rng_below(rng, sizeof letters - 1)];
    ret_word[length] = '\0';
}

bool uuid_parse(const char *text, char ret_id[37])
{
    char hex[33];
    size_t count = 0, length = strlen(text);
    if (length != 32 && length != 36)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool dash = length == 36 && (i == 8 || i == 13 || i == 18 || i == 23);
        if (dash != (text[i] == '-') || (!dash && !isxdigit((unsigned char)text[i])))
            return false;
        if (!dash)
            hex[count++] = (char)tolower((unsigned char)text[i]);
    }
    hex[count] = '\0';
    snprintf(ret_id, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return true;
}

void uuid_plain(const char *id, char ret_hex[33])
{
    size_t count = 0;
    for (; *id && count < 32; id++)
        if (*id != '-')
            ret_hex[count++] = *id;
    ret_hex[count] = '\0';
}

int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void iso_print(int64_t ms, char ret_text[32])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t used = strftime(ret_text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret_text + used, 32 - used, ".%03dZ", (int)(ms % 1000));
}

static bool digits(const char **at, int count, int *ret_number)
{
    int number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return true;
}

static bool parse_clock(const char **at, struct tm *tm, int *ret_ms)
{
    if (!digits(at, 2, &tm->tm_hour) || *(*at)++ != ':' || !digits(at, 2, &tm->tm_min))
        return false;
    if (**at == ':') {
        (*at)++;
        if (!digits(at, 2, &tm->tm_sec))
            return false;
    }
    if (**at == '.') {
        int scale = 100;
        for ((*at)++; isdigit((unsigned char)**at); (*at)++, scale /= 10)
            *ret_ms += (**at - '0') * scale;
    }
    return true;
}

static bool parse_zone(const char **at, int *ret_minutes)
{
    int sign = **at == '-' ? -1 : 1, hours, minutes = 0;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return true;
    (*at)++;
    if (!digits(at, 2, &hours))
        return false;
    if (**at == ':')
        (*at)++;
    if (**at && !digits(at, 2, &minutes))
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

bool iso_parse(const char *text, int64_t *ret_ms)
{
    struct tm tm = {0};
    int year, month, day, ms = 0, zone = 0;
    if (!digits(&text, 4, &year) || *text++ != '-' || !digits(&text, 2, &month) || *text++ != '-' ||
        !digits(&text, 2, &day))
        return false;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    if (*text == 'T' || *text == ' ') {
        text++;
        if (!parse_clock(&text, &tm, &ms) || !parse_zone(&text, &zone))
            return false;
    }
    if (*text || month < 1 || month > 12 || day < 1 || day > 31 || tm.tm_hour > 23 ||
        tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    *ret_ms = ((int64_t)timegm(&tm) - zone * 60) * 1000 + ms;
    return true;
}

size_t utf16_length(const char *text)
{
    size_t units = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if ((*at & 0xc0) != 0x80)
            units += *at >= 0xf0 ? 2 : 1;
    return units;
}

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash ^ (hash >> 29);
}

static size_t strmap_place(const struct strmap *map, const char *key)
{
    size_t at = hash_text(key) & (map->size - 1);
    while (map->keys[at] && strcmp(map->keys[at], key) != 0)
        at = (at + 1) & (map->size - 1);
    return at;
}

void *strmap_get(const struct strmap *map, const char *key)
{
    return map->size ? map->values[strmap_place(map, key)] : NULL;
}

void strmap_put(struct strmap *map, const char *key, void *value)
{
    if (map->used * 2 >= map->size) {
        struct strmap bigger = {.size = map->size ? map->size * 2 : 64};
        bigger.keys = sb_alloc(bigger.size * sizeof *bigger.keys);
        bigger.values = sb_alloc(bigger.size * sizeof *bigger.values);
        for (size_t i = 0; i < map->size; i++)
            if (map->keys[i])
                strmap_put(&bigger, map->keys[i], map->values[i]);
        strmap_free(map);
        *map = bigger;
    }
    size_t at = strmap_place(map, key);
    map->used += map->keys[at] == NULL;
    map->keys[at] = key;
    map->values[at] = value;
}

void strmap_free(struct strmap *map)
{
    free(map->keys);
    free(map->values);
    *map = (struct strmap){0};
}

bool u64set_add(struct u64set *set, uint64_t key)
{
    if (set->used * 2 >= set->size) {
        struct u64set bigger = {.size = set->size ? set->size * 2 : 64};
        bigger.items = sb_alloc(bigger.size * sizeof *bigger.items);
        for (size_t i = 0; i < set->size; i++)
            if (set->items[i])
                u64set_add(&bigger, set->items[i]);
        u64set_free(set);
        *set = bigger;
    }
    size_t at = (key * 0x9e3779b97f4a7c15u >> 20) & (set->size - 1);
    while (set->items[at] && set->items[at] != key)
        at = (at + 1) & (set->size - 1);
    if (set->items[at])
        return false;
    set->items[at] = key;
    set->used++;
    return true;
}

void u64set_free(struct u64set *set)
{
    free(set->items);
    *set = (struct u64set){0};
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *token_encode(const char *text)
{
    size_t length = strlen(text), out = 0;
    char *token = sb_alloc(length * 4 / 3 + 4);
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t bits = (uint32_t)(unsigned char)text[i] << 16;
        bits |= left > 1 ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)text[i + 2] : 0;
        for (size_t k = 0; k < (left > 2 ? 4 : left + 1); k++)
            token[out++] = base64[(bits >> (18 - 6 * k)) & 63];
    }
    return token;
}

char *token_decode(const char *token)
{
    size_t length = strlen(token), out = 0;
    char *text = sb_alloc(length + 1);
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < length; i++) {
        const char *at = strchr(base64, token[i]);
        if (!at) {
            free(text);
            return NULL;
        }
        bits = bits << 6 | (uint32_t)(at - base64);
        have += 6;
        if (have >= 8) {
            have -= 8;
            text[out++] = (char)(bits >> have);
        }
    }
    return text;
}
