/* base.h: the few macros everything stands on.
 *
 * Out of memory ends the process (xmalloc aborts): what was promised is in the journal, so a
 * restart is the safe answer, and no caller carries a branch that no test can reach. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a)           (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(fn)            __attribute__((cleanup(fn)))
#define AUTO_FREE              __attribute__((cleanup(base_free_ptr)))

/* A number as text for a log or an SQL literal: STR_I64(n) lives until the end of the block. */
#define STR_I64(n) base_i64_str((char[24]){0}, (n))

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* For AUTO_FREE: frees what a char * or void * local points to. */
void base_free_ptr(void *pp);

/* Writes n in decimal into buf (24 bytes) and returns buf. */
const char *base_i64_str(char *buf, int64_t n);

/* Parses the whole of s as a decimal number within [min, max]. Returns false when it is none. */
bool base_parse_i64(const char *s, int64_t min, int64_t max, int64_t *ret);

/* Both NULL or both equal. */
bool str_eq(const char *a, const char *b);

/* Copies src into dst of size n, cut on a UTF-8 boundary when too long; always terminated. */
void str_copy(char *dst, size_t n, const char *src);

#endif
