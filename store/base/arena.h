/* arena.h: memory that is given back all at once: one for a run, one for a page. Not shared between
 * threads. Nothing allocated from it is freed singly. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "store/base/base.h"

struct arena;
#define AUTO_ARENA CLEANUP(arena_free_ptr) struct arena

/* An empty arena that will hold at most max bytes; going past that ends the process like any other
 * want of memory, so callers bound what they put in. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *a);
void arena_free_ptr(struct arena **a);

/* Forgets everything in it, keeps one block for the next use. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s); /* NULL stays NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Grows an array of `size`-byte elements from *cap to hold at least need; copies the old ones. */
void *arena_grow(struct arena *a, void *old, size_t *cap, size_t need, size_t size);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#endif
