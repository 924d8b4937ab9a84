/* buf.h: a growing text that is born with a limit. Owned by one thread.
 *
 * Writing past the limit sets `over` and drops what does not fit: build freely, check once with
 * buf_take or buf->over. The text is always NUL-terminated. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "store/base/base.h"

#include <stdarg.h>

struct buf {
    char *data; /* owned; NULL until the first write */
    size_t len, cap, max;
    bool over; /* something did not fit */
};

#define BUF_INIT(limit)                                                                            \
    {                                                                                              \
        .max = (limit)                                                                             \
    }
#define AUTO_BUF CLEANUP(buf_free) struct buf

void buf_add(struct buf *b, const char *s);
void buf_addn(struct buf *b, const char *s, size_t n);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/* The text so far, "" when nothing was written. Owned by the buffer, valid until the next write. */
const char *buf_str(const struct buf *b);

/* Hands the text over to the caller, who frees it; the buffer is empty afterwards. */
char *buf_take(struct buf *b);

void buf_clear(struct buf *b); /* empties it and forgets `over`; keeps the memory */
void buf_free(struct buf *b);  /* takes NULL and half-built buffers */

#endif
