/* fixture.h: files of tests/unit/fixtures as text. Tests run in the root of the tree. */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include "store/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

/* Reads a whole file; NULL when there is none. The caller frees it. */
static inline char *read_file(const char *path)
{
    struct buf b = BUF_INIT((size_t)16 << 20);
    char chunk[8192];
    size_t n;
    FILE *f = fopen(path, "r");
    if (!f)
        return NULL;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_addn(&b, chunk, n);
    fclose(f);
    return buf_take(&b);
}

static inline char *read_fixture(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "tests/unit/fixtures/%s", name);
    char *text = read_file(path);
    if (!text) {
        perror(path);
        abort();
    }
    return text;
}

#endif
