/* codec_fixture.h: what the tests of all codecs share: an arena and an error for each test, and
 * cells compared in the JSON form that staging keeps. For cmocka_unit_test_setup_teardown. */
#ifndef TESTS_UNIT_CODEC_FIXTURE_H
#define TESTS_UNIT_CODEC_FIXTURE_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "sync/cell.h"
#include "tests/support/check.h"

#include <stdlib.h>

#define ARENA_MAX ((size_t)128 << 20)

struct fixture {
    struct arena *arena;
    struct err err;
};

static inline int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->arena = arena_new(ARENA_MAX);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    free(f);
    return 0;
}

static inline void expect_cell(struct fixture *f, const struct cell *cell, const char *json)
{
    static const char *const name[] = {"x"};
    AUTO_BUF out = BUF_INIT(65536);
    cells_to_json(name, cell, 1, &out);
    assert_string_equal(buf_str(&out), arena_printf(f->arena, "{\"x\":%s}", json));
}

/* A cell from its JSON form. */
static inline struct cell cell_of(struct fixture *f, const char *json)
{
    static const char *const name[] = {"x"};
    struct cell cell;
    const char *text = arena_printf(f->arena, "{\"x\":%s}", json);
    if (cells_from_json(text, name, 1, f->arena, &cell, &f->err))
        fail_msg("%s: %s", json, f->err.msg);
    return cell;
}

#endif
