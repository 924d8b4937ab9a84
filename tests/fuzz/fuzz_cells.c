/* fuzz_cells.c: the JSON form of cells: what is read can be written and reads back the same. */
#include "store/base/utf8.h"
#include "store/refs.h"
#include "sync/cell.h"
#include "sync/normalise.h"
#include "tests/fuzz/fuzz.h"

static const char *const columns[] = {"a", "Роль", "c"};
#define N ARRAY_LEN(columns)

/* Every type but dictionaries, which need a store. */
static void normalise_all(const struct cell *cell, struct arena *arena)
{
    static const char *const as[] = {NULL, "text", "list"};
    for (int type = FT_TEXT; type <= FT_REFS; type++) {
        struct field f = {.name = "f", .type = (enum field_type)type};
        for (size_t i = 0; type != FT_DICT && i < ARRAY_LEN(as); i++) {
            struct value v;
            if (normalise_cell(&f, cell, as[i], NULL, arena, &v))
                PROMISE(normalise_same(&f, &v, &v));
            else
                PROMISE(v.kind == VAL_NULL);
        }
    }
    const char *ids[4];
    size_t n;
    if (normalise_refs(cell, true, arena, ids, ARRAY_LEN(ids), &n))
        PROMISE(n <= ARRAY_LEN(ids));
    const char **set;
    if (normalise_ref_set(cell, false, arena, &set, &n)) {
        PROMISE(n <= REFS_MAX);
        const struct value v = refs_value(set, n, arena), again = refs_value(set, n, arena);
        PROMISE(value_eq(&v, &again) && (v.kind == VAL_NULL) == (n == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536)
        return 0;
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_ARENA *arena = arena_new((size_t)256 << 20);
    AUTO_BUF first = BUF_INIT((size_t)8 << 20), second = BUF_INIT((size_t)8 << 20);
    struct cell cells[N], again[N];
    struct err err = {0};
    if (cells_from_json(text, columns, N, arena, cells, &err)) {
        PROMISE(err.kind == ERR_DATA && utf8_valid(err.msg, strlen(err.msg)));
        return 0;
    }
    cells_to_json(columns, cells, N, &first);
    PROMISE(!cells_from_json(buf_str(&first), columns, N, arena, again, &err));
    cells_to_json(columns, again, N, &second);
    PROMISE(!strcmp(buf_str(&first), buf_str(&second)));
    for (size_t i = 0; i < N; i++) {
        PROMISE(cell_show(&cells[i], arena));
        normalise_all(&cells[i], arena);
    }
    return 0;
}
