/* ini.h: reads an INI file with line numbers, over libinih. Main thread, at start.
 *
 * libinih cuts lines at 200 bytes silently, so lines are read here: an over-long one is an error
 * with its number. In libinih `:` separates like `=`, and ` ;` starts a comment (`#` only at the
 * start of a line); a value continues on the following, indented lines (joined by a newline). */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "store/base/err.h"

/* Called for every section (key and value NULL) and every key, in the order of the file; returns
 * false to stop. */
typedef bool ini_key_fn(void *ctx, int line, const char *section, const char *key,
                        const char *value);
/* Called for a line that cannot be read. */
typedef void ini_bad_fn(void *ctx, int line, const char *what);

/* Reads text (a whole file). Malformed lines go to `bad` and reading goes on. */
void ini_read(const char *text, ini_key_fn *key, ini_bad_fn *bad, void *ctx);

#endif
