#include "store/base/log.h"

#include "store/base/buf.h"
#include "store/base/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static const char *const level_names[] = {"err", "warn", "info", "debug"};
static _Atomic int current_level = LOG_INFO;
/* Monotonic ms until when more is written, times 4, and the level: one value, so that nobody reads
 * half of it. */
static _Atomic int64_t raised;

static _Atomic(struct log_ring *) kept;

/* ---- the last lines */

struct log_ring {
    pthread_mutex_t lock;
    char **lines; /* owned; NULL: none yet */
    enum log_level *levels;
    size_t cap, next;
};

struct log_ring *log_ring_new(size_t lines)
{
    struct log_ring *r = xcalloc(1, sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    r->cap = lines;
    r->lines = xcalloc(lines, sizeof *r->lines);
    r->levels = xcalloc(lines, sizeof *r->levels);
    return r;
}

void log_keep(struct log_ring *r)
{
    atomic_store(&kept, r);
}

static void ring_add(struct log_ring *r, enum log_level level, const char *line, size_t n)
{
    pthread_mutex_lock(&r->lock);
    free(r->lines[r->next]);
    r->lines[r->next] = xcalloc(n + 1, 1);
    memcpy(r->lines[r->next], line, n);
    r->levels[r->next] = level;
    r->next = (r->next + 1) % r->cap;
    pthread_mutex_unlock(&r->lock);
}

char *log_ring_text(struct log_ring *r, enum log_level level, size_t max)
{
    AUTO_BUF b = BUF_INIT((size_t)1 << 20);
    size_t skip = 0;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->cap; i++)
        skip += r->lines[i] && r->levels[i] <= level;
    skip = skip > max ? skip - max : 0;
    for (size_t i = 0; i < r->cap; i++) {
        size_t at = (r->next + i) % r->cap;
        if (!r->lines[at] || r->levels[at] > level)
            continue;
        if (skip)
            skip--;
        else
            buf_add(&b, r->lines[at]);
    }
    pthread_mutex_unlock(&r->lock);
    char *text = xcalloc(b.len + 1, 1);
    memcpy(text, buf_str(&b), b.len);
    return text;
}

void log_ring_free(struct log_ring *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->cap; i++)
        free(r->lines[i]);
    free(r->lines);
    free(r->levels);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void log_set_level(enum log_level level)
{
    atomic_store(&current_level, (int)level);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load(&current_level);
}

void log_raise(enum log_level level, int64_t ms)
{
    atomic_store(&raised, ms > 0 ? (clock_mono_ms() + ms) * 4 + (int64_t)level : 0);
}

int64_t log_raised(enum log_level *ret)
{
    int64_t r = atomic_load(&raised), left = r ? r / 4 - clock_mono_ms() : 0;
    *ret = (enum log_level)(r % 4);
    return left > 0 ? left : 0;
}

bool log_enabled(enum log_level level)
{
    enum log_level more;
    return (int)level <= atomic_load(&current_level) ||
           (atomic_load(&raised) && log_raised(&more) && level <= more);
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

bool log_level_parse(const char *name, enum log_level *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
        if (!strcmp(name, level_names[i])) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* logfmt: bare when it can be, else quoted, with control characters made visible. */
static void add_value(struct buf *b, const char *v)
{
    if (*v && !strpbrk(v, " \"=\\\n\r\t")) {
        buf_add(b, v);
        return;
    }
    buf_addc(b, '"');
    for (; *v; v++) {
        if (*v == '"' || *v == '\\')
            buf_addc(b, '\\');
        if (*v == '\n')
            buf_add(b, "\\n");
        else
            buf_addc(b, (unsigned char)*v < ' ' ? ' ' : *v);
    }
    buf_addc(b, '"');
}

void log_event(enum log_level level, const char *event, ...)
{
    if (!log_enabled(level))
        return;
    char ts[25];
    AUTO_BUF b = BUF_INIT(LINE_MAX_BYTES);
    buf_addf(&b, "ts=%s level=%s event=", clock_iso(ts, clock_now_ms()), level_names[level]);
    add_value(&b, event);
    va_list ap;
    va_start(ap, event);
    for (const char *key; (key = va_arg(ap, const char *));) {
        const char *value = va_arg(ap, const char *);
        if (!value)
            continue;
        buf_addf(&b, " %s=", key);
        add_value(&b, value);
    }
    va_end(ap);
    if (b.over)
        b.data[b.len - 1] = '>';
    b.data[b.len++] = '\n'; /* room(): one byte past max is always there for the NUL */
    struct log_ring *ring = atomic_load(&kept);
    if (ring)
        ring_add(ring, level, b.data, b.len);
    for (size_t at = 0; at < b.len;) {
        ssize_t n = write(STDERR_FILENO, b.data + at, b.len - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
}
