/* fuzz_coda.c: every reader of Coda's answers; the first byte chooses which. */
#include "store/base/utf8.h"
#include "sync/remote/coda_codec.h"
#include "tests/fuzz/fuzz.h"

static const struct column_info columns[] = {
    {.id = "c-a", .name = "Год", .type = "number"},
    {.id = "c-b", .name = "Роль", .type = "select"},
};
#define N ARRAY_LEN(columns)

static int read_rows(const char *text, size_t n, struct arena *arena, struct err *err)
{
    const struct column_info *wanted[N] = {&columns[0], &columns[1]};
    struct coda_list list;
    int64_t last = 0;
    if (coda_read_rows(text, n, wanted, N, arena, &list, err))
        return -1;
    PROMISE(list.n <= CODA_ROWS_MAX);
    for (size_t i = 0; i < list.n; i++) {
        PROMISE(list.rows[i].id);
        for (size_t k = 0; k < N; k++)
            PROMISE(cell_show(&list.rows[i].cells[k], arena));
    }
    coda_order(CODA_ORDER_UNKNOWN, NULL, list.rows, list.n);
    coda_order(CODA_DESCENDING, &last, list.rows, list.n);
    return 0;
}

static void read_cursor(const char *text, struct arena *arena)
{
    struct coda_cursor c, again;
    if (!coda_read_cursor(text, arena, &c))
        return;
    PROMISE(coda_read_cursor(coda_write_cursor(&c, arena), arena, &again));
    PROMISE(again.updated_ms == c.updated_ms && again.order == c.order);
    PROMISE(str_eq(again.token, c.token));
}

static int read_one(uint8_t which, const char *text, size_t n, struct arena *arena, struct err *err)
{
    struct coda_columns all = {0};
    const char *id = NULL, *name = NULL;
    int bad;
    switch (which % 6) {
    case 0:
        return coda_read_named(text, n, arena, &id, &name, err);
    case 1:
        return coda_read_whoami(text, n, arena, &id, err);
    case 2:
        bad = coda_read_columns(text, n, arena, &all, &id, err);
        for (size_t i = 0; !bad && i < all.n; i++)
            PROMISE(all.columns[i].id && all.columns[i].name);
        return bad;
    case 3:
        return read_rows(text, n, arena, err);
    case 4:
        coda_read_error(text, n, arena);
        return 0;
    default: {
        AUTO_FREE char *terminated = fuzz_text((const uint8_t *)text, n);
        read_cursor(terminated, arena);
        return 0;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 65536)
        return 0;
    AUTO_ARENA *arena = arena_new((size_t)512 << 20);
    struct err err = {0};
    if (read_one(data[0], (const char *)data + 1, size - 1, arena, &err))
        PROMISE(err.kind != ERR_NONE && *err.msg && utf8_valid(err.msg, strlen(err.msg)));
    return 0;
}
