#include "store/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN ((size_t)16 << 10)
#define ALIGN     sizeof(max_align_t)

struct block {
    struct block *next;
    size_t cap, used;
    max_align_t data[];
};

struct arena {
    struct block *head;
    size_t used, max;
};

struct arena *arena_new(size_t max)
{
    struct arena *a = xcalloc(1, sizeof *a);
    a->max = max;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    while (a->head) {
        struct block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    free(a);
}

void arena_free_ptr(struct arena **a)
{
    arena_free(*a);
}

void arena_reset(struct arena *a)
{
    while (a->head && a->head->next) {
        struct block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    if (a->head)
        a->head->used = 0;
    a->used = 0;
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > a->max - a->used) {
        fprintf(stderr, "rosterd: out of memory (a run needs more than %zu bytes)\n", a->max);
        abort();
    }
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (!a->head || a->head->cap - a->head->used < bytes) {
        size_t cap = a->head ? a->head->cap * 2 : BLOCK_MIN;
        if (cap > (size_t)1 << 20)
            cap = (size_t)1 << 20;
        if (cap < bytes)
            cap = bytes;
        struct block *b = xmalloc(sizeof *b + cap);
        *b = (struct block){.next = a->head, .cap = cap};
        a->head = b;
    }
    void *p = (char *)a->head->data + a->head->used;
    a->head->used += bytes;
    a->used += bytes < a->max - a->used ? bytes : a->max - a->used;
    memset(p, 0, bytes);
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1, 1);
    if (n)
        memcpy(p, s, n);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1, 1);
    vsnprintf(p, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
    va_end(again);
    return p;
}

void *arena_grow(struct arena *a, void *old, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return old;
    size_t grown = *cap ? *cap * 2 : 16;
    while (grown < need)
        grown *= 2;
    void *p = arena_alloc(a, grown, size);
    if (*cap)
        memcpy(p, old, *cap * size);
    *cap = grown;
    return p;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
