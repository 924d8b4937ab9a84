/* log.h: one event a line, logfmt, on standard error. Any thread; a line is written in one call.
 *
 * Never a token, a URL with a token, or personal data above debug: callers pass ids, not names. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "store/base/base.h"

enum log_level { LOG_ERR /* a human must act */, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Writes `ts=… level=… event="…"` and the pairs that follow: key, value, key, value, NULL. A NULL
 * value is left out with its key. Numbers through STR_I64. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

void log_set_level(enum log_level level); /* the configuration's */
enum log_level log_get_level(void);
bool log_enabled(enum log_level level);

/* Writes down to that level for ms from now, whatever the configuration says; then it ends by
 * itself, and at a restart. The last call counts; ms 0: it ends now. */
void log_raise(enum log_level level, int64_t ms);
/* How long it still lasts, ms; 0: it does not. *ret: the level that it writes. */
int64_t log_raised(enum log_level *ret);

/* The last lines, for people who cannot see standard error. Guards itself; any thread. */
struct log_ring;
struct log_ring *log_ring_new(size_t lines);
/* Lines are written into it, too, from now on; NULL: into none. It has to outlive that. */
void log_keep(struct log_ring *r);
/* The newest lines of that level or above, oldest first, at most max, one a line of text, into out
 * (malloc'd; the caller frees). */
char *log_ring_text(struct log_ring *r, enum log_level level, size_t max);
void log_ring_free(struct log_ring *r); /* takes NULL; after log_keep(NULL) */

const char *log_level_name(enum log_level level);
/* "err", "warn", "info", "debug"; returns false when name is none of them. */
bool log_level_parse(const char *name, enum log_level *ret);

#endif
