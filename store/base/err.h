/* err.h: errors, named by what the caller does next.
 *
 * A function that can fail returns 0 or -1 and takes `struct err *` as its last parameter, never
 * NULL. It either returns an error or logs it, never both: only the engine, the worker loop and
 * main log. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "store/base/base.h"

enum err_kind {
    ERR_NONE,
    ERR_TEMP,     /* again later */
    ERR_AUTH,     /* stop this remote until a human acts */
    ERR_GONE,     /* what was asked for does not exist there */
    ERR_DATA,     /* this row, page or file only: drop or quarantine it */
    ERR_LIMIT,    /* a brake: ask a human */
    ERR_LOCAL,    /* our disk or database */
    ERR_CANCELED, /* a person stopped it, or we are shutting down */
};

struct err {
    enum err_kind kind;
    unsigned retry_s; /* ERR_TEMP: not before so many seconds; 0 = the caller's own backoff */
    char msg[240];
};

/* Sets kind and message (cut at 239 bytes on a UTF-8 boundary). Returns -1, so that a function can
 * `return err_set(...)`. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts "what: " in front of the message, keeping kind and retry_s. Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The word for logs and JSON: "temp", "auth", ... */
const char *err_kind_name(enum err_kind kind);

#endif
