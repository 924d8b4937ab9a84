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

void log_set_level(enum log_level level);
bool log_enabled(enum log_level level);

/* "err", "warn", "info", "debug"; returns false when name is none of them. */
bool log_level_parse(const char *name, enum log_level *ret);

#endif
