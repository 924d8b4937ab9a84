/* fuzz.h: what every fuzzer starts from: the entry's prototype, the input as text. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "store/base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the code under test that must hold whatever the input. */
#define PROMISE(what)                                                                              \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input as a terminated text, cut at its first NUL; the caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    return xstrndup(size ? (const char *)data : "", size);
}

#endif
