#include "store/base/log.h"

#include "store/base/buf.h"
#include "store/base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static const char *const level_names[] = {"err", "warn", "info", "debug"};
static _Atomic int current_level = LOG_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&current_level, (int)level);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load(&current_level);
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
    for (size_t at = 0; at < b.len;) {
        ssize_t n = write(STDERR_FILENO, b.data + at, b.len - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
}
