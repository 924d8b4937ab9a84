#include "sync/config/config_values.h"

#include "store/base/secret.h"

#include <string.h>

#define SAY(r, ...) arena_printf((r)->arena, __VA_ARGS__)

bool config_duration(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = strspn(text, "0123456789");
    char number[16];
    int64_t n;
    if (!digits || digits >= sizeof number)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!base_parse_i64(number, 0, 1000000000, &n))
        return false;
    const char *unit = text + digits;
    unit += strspn(unit, " ");
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!strcmp(unit, units[i].unit)) {
            *ret_ms = n * units[i].ms;
            return true;
        }
    }
    return false;
}

const char *take_something(struct reading *r, const char *value)
{
    return *value ? NULL : SAY(r, "the value is empty");
}

const char *take_text(struct reading *r, const char *value, const char **ret)
{
    *ret = arena_strdup(r->arena, value);
    return take_something(r, value);
}

const char *take_int(struct reading *r, const char *value, int64_t min, int64_t max, int64_t *ret)
{
    if (base_parse_i64(value, min, max, ret))
        return NULL;
    return SAY(r, "«%s» is no number from %lld to %lld", value, (long long)min, (long long)max);
}

const char *take_duration(struct reading *r, const char *value, int64_t min_ms, int64_t *ret)
{
    if (!config_duration(value, ret))
        return SAY(r, "«%s» is no interval; write 30s, 5m, 2h or 1d", value);
    if (*ret < min_ms)
        return SAY(r, "«%s» is too short; at least %llds", value, (long long)(min_ms / 1000));
    return NULL;
}

/* The number in front, and what follows it. */
static bool split_number(const char *value, int64_t max, int64_t *ret, const char **ret_unit)
{
    char text[32];
    size_t digits = strspn(value, "0123456789");
    str_copy(text, sizeof text, value);
    if (digits < sizeof text)
        text[digits] = '\0';
    *ret_unit = value + digits + strspn(value + digits, " ");
    return base_parse_i64(text, 0, max, ret);
}

const char *take_share(struct reading *r, const char *value, int64_t *ret_percent)
{
    const char *unit;
    int64_t n = 0;
    if (!split_number(value, 100, &n, &unit) || (*unit && strcmp(unit, "%")))
        return SAY(r, "«%s» is no share; write 0%% to 100%%", value);
    if (!*unit)
        return SAY(r, "«%s» could mean rows; write %s%%, a share of them", value, value);
    *ret_percent = n;
    return NULL;
}

const char *take_limit(struct reading *r, const char *value, struct brake_limit *ret)
{
    const char *unit;
    int64_t n = 0;
    bool number = split_number(value, 1000000000, &n, &unit);
    bool percent = !strcmp(unit, "%");
    if (!number || (*unit && !percent) || (percent && n > 100))
        return SAY(r,
                   "«%s» is no limit; write a share such as 20%%, or a number of rows such as 50",
                   value);
    *ret = (struct brake_limit){n, percent};
    return NULL;
}

const char *take_secret(struct reading *r, const char *value, const char **ret)
{
    struct err err = {0};
    char *secret = NULL;
    if (!*value)
        return SAY(r, "the token is missing; write it here or as env:NAME or file:PATH");
    if (secret_resolve(value, r->cfg->key_file, &secret, &err))
        return SAY(r, "%s", err.msg);
    *ret = arena_strdup(r->arena, secret);
    secret_free(secret);
    return NULL;
}

const char *take_url(struct reading *r, const char *value, const char **ret)
{
    if (strncmp(value, "https://", 8) && strncmp(value, "http://", 7))
        return SAY(r, "«%s» is no address; it begins with https://", value);
    size_t n = strlen(value);
    while (n && value[n - 1] == '/')
        n--;
    *ret = arena_strndup(r->arena, value, n);
    return NULL;
}

const char *take_word(struct reading *r, const char *value, const char *const *words, int *ret)
{
    AUTO_BUF known = BUF_INIT(512);
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], value)) {
            *ret = i;
            return NULL;
        }
        buf_addf(&known, "%s%s", i ? ", " : "", words[i]);
    }
    return SAY(r, "«%s» is not known; write one of %s", value, buf_str(&known));
}

const char *take_policy(struct reading *r, const char *value, enum conflict_policy *ret)
{
    static const char *const words[] = {"default", "remote", "store", "newest", "ask", NULL};
    int at = 0;
    const char *bad = take_word(r, value, words, &at);
    *ret = (enum conflict_policy)at;
    return bad;
}

void config_trim(char *s)
{
    size_t n = strlen(s), lead = strspn(s, " \t\n");
    while (n > lead && strchr(" \t\n", s[n - 1]))
        n--;
    memmove(s, s + lead, n - lead);
    s[n - lead] = '\0';
}

void config_one_line(char *s)
{
    for (char *p = s; (p = strchr(p, '\n'));)
        *p = ' ';
}

const char *config_cut_tail(struct arena *arena, char *text, const char *word)
{
    char *found = NULL;
    for (char *p = text; (p = strstr(p, word)); p++)
        found = p;
    if (!found)
        return NULL;
    const char *tail = found + strlen(word);
    tail += strspn(tail, " ");
    if (strchr(tail, ' '))
        return NULL;
    tail = arena_strdup(arena, tail);
    *found = '\0';
    return tail;
}

const char *config_with_year(struct reading *r, int line, const char *text)
{
    AUTO_BUF b = BUF_INIT(1 << 15); /* more than a value can have */
    if (!r->cfg->year && (strstr(text, "{year}") || strstr(text, "{yy}")))
        config_mistake(r, line,
                       "{year} stands here but [rosterd] year is not set; write year = 2026");
    for (const char *p = text; *p;) {
        if (!strncmp(p, "{year}", 6)) {
            buf_addf(&b, "%d", r->cfg->year);
            p += 6;
        } else if (!strncmp(p, "{yy}", 4)) {
            buf_addf(&b, "%02d", r->cfg->year % 100);
            p += 4;
        } else {
            buf_addc(&b, *p++);
        }
    }
    return arena_strdup(r->arena, buf_str(&b));
}
