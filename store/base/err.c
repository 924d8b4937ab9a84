#include "store/base/err.h"

#include <stdarg.h>
#include <stdio.h>

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err->kind = kind;
    err->retry_s = 0;
    str_copy(err->msg, sizeof err->msg, text);
    return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    char what[256], text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    snprintf(text, sizeof text, "%s: %s", what, err->msg);
    str_copy(err->msg, sizeof err->msg, text);
    return -1;
}

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {"none", "temp",  "auth",  "gone",
                                        "data", "limit", "local", "canceled"};
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : "unknown";
}
