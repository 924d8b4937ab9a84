#include "store/base/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t test_offset_ms, test_set_ms;
static _Atomic bool test_skip;

static int64_t read_ms(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + atomic_load(&test_offset_ms);
}

int64_t clock_now_ms(void)
{
    return read_ms(CLOCK_REALTIME) + atomic_load(&test_set_ms);
}

int64_t clock_mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

static void nap(int64_t ms)
{
    struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&ts, &ts) && errno == EINTR)
        ;
}

bool clock_sleep_ms(int64_t ms, const _Atomic bool *cancel)
{
    if (atomic_load(&test_skip)) {
        clock_test_advance(ms > 0 ? ms : 0);
        return !(cancel && atomic_load(cancel));
    }
    while (ms > 0) {
        if (cancel && atomic_load(cancel))
            return false;
        int64_t part = cancel && ms > 100 ? 100 : ms;
        nap(part);
        ms -= part;
    }
    return !(cancel && atomic_load(cancel));
}

void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

void clock_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    int64_t ns = ts.tv_nsec + ms % 1000 * 1000000;
    ts.tv_sec += ms / 1000 + ns / 1000000000;
    ts.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(cond, mutex, &ts);
}

void clock_test_advance(int64_t ms)
{
    atomic_fetch_add(&test_offset_ms, ms);
}

void clock_test_set(int64_t ms)
{
    atomic_fetch_add(&test_set_ms, ms);
}

void clock_test_skip_sleeps(bool on)
{
    atomic_store(&test_skip, on);
}

const char *clock_iso(char *out, int64_t ms)
{
    int64_t part = ((ms % 1000) + 1000) % 1000;
    time_t t = (time_t)((ms - part) / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)part);
    str_copy(out, 25, text);
    return out;
}

const char *clock_local_day(char out[11], int64_t ms)
{
    time_t t = (time_t)((ms - ((ms % 1000) + 1000) % 1000) / 1000);
    struct tm tm;
    char text[64];
    localtime_r(&t, &tm);
    snprintf(text, sizeof text, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    str_copy(out, 11, text);
    return out;
}

/* True when s begins with the shape: '0' stands for any digit, all else for itself. sscanf would
 * let blanks and signs pass for digits. */
static bool has_shape(const char *s, const char *shape)
{
    for (; *shape; s++, shape++) {
        if (*shape == '0' ? *s < '0' || *s > '9' : *s != *shape)
            return false;
    }
    return true;
}

/* The part after the seconds: a fraction and a zone. */
static bool parse_tail(const char *s, int64_t *ret_frac_ms, int64_t *ret_zone_ms)
{
    int64_t frac = 0, scale = 100;
    if (*s == '.' || *s == ',') {
        for (s++; *s >= '0' && *s <= '9'; s++, scale /= 10)
            frac += scale * (*s - '0');
    }
    int hh = 0, mm = 0, used = 0;
    int64_t sign = *s == '-' ? -1 : 1;
    if (!strcmp(s, "Z") || !strcmp(s, "z") || !*s) {
        sign = 0;
    } else if ((*s == '+' || *s == '-') &&
               ((has_shape(s + 1, "00:00") && sscanf(s + 1, "%2d:%2d%n", &hh, &mm, &used) == 2) ||
                (has_shape(s + 1, "0000") && sscanf(s + 1, "%2d%2d%n", &hh, &mm, &used) == 2) ||
                (has_shape(s + 1, "00") && sscanf(s + 1, "%2d%n", &hh, &used) == 1))) {
        if (s[1 + used] || hh > 23 || mm > 59)
            return false;
    } else {
        return false;
    }
    *ret_frac_ms = frac;
    *ret_zone_ms = sign * (hh * 60 + mm) * 60000;
    return true;
}

bool clock_parse_iso(const char *s, int64_t *ret_ms)
{
    struct tm tm = {0};
    int used = 0;
    int64_t frac = 0, zone = 0;
    if (!has_shape(s, "0000-00-00") ||
        sscanf(s, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) != 3)
        return false;
    int month = tm.tm_mon, day = tm.tm_mday;
    const char *rest = s + used;
    if (*rest == 'T' || *rest == ' ') {
        if (!has_shape(rest + 1, "00:00") ||
            sscanf(rest + 1, "%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &used) != 2)
            return false;
        rest += 1 + used;
        if (*rest == ':') {
            if (!has_shape(rest + 1, "00") || sscanf(rest + 1, "%2d%n", &tm.tm_sec, &used) != 1)
                return false;
            rest += 1 + used;
        }
        if (!parse_tail(rest, &frac, &zone))
            return false;
    } else if (*rest) {
        return false;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    bool leap = tm.tm_sec == 60; /* counted as the second before: 23:59:60 must stay in its day */
    if (leap)
        tm.tm_sec = 59;
    int64_t secs = timegm(&tm);
    /* timegm folds 31 February into March: that is no date */
    if (tm.tm_mon + 1 != month || tm.tm_mday != day)
        return false;
    *ret_ms = secs * 1000 + frac - zone;
    return true;
}

bool clock_parse_http_date(const char *s, int64_t *ret_ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = {0};
    char mon[4];
    int used = 0;
    if (sscanf(s, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &tm.tm_mday, mon, &tm.tm_year,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6 ||
        !used || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
        tm.tm_sec > 60)
        return false;
    const char *at = strstr(months, mon);
    if (!at || strlen(mon) != 3 || (at - months) % 3)
        return false;
    tm.tm_mon = (int)(at - months) / 3;
    tm.tm_year -= 1900;
    *ret_ms = (int64_t)timegm(&tm) * 1000;
    return true;
}
