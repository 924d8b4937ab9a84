/* fuzz_grist.c: every reader of Grist's answers; the first byte chooses which. */
#include "store/base/utf8.h"
#include "sync/remote/grist_codec.h"
#include "tests/fuzz/fuzz.h"

static const struct column_info columns[] = {
    {.id = "a", .name = "Год", .type = "Int"},
    {.id = "b", .name = "Служба", .type = "Ref:Teams"},
    {.id = "c", .name = "Службы", .type = "RefList:Teams"},
    {.id = "d", .name = "Заезд", .type = "Date"},
    {.id = "e", .name = "Билет", .type = "Bool"},
    {.id = "f", .name = "Теги", .type = "ChoiceList"},
    {.id = "g", .name = "Имя", .type = "Any"},
};
#define N ARRAY_LEN(columns)

static int on_page(void *ctx, const struct grist_page *page, struct err *err)
{
    struct arena *arena = ctx;
    (void)err;
    PROMISE(page->n && page->n <= GRIST_ROWS_MAX);
    for (size_t i = 0; i < page->n; i++) {
        PROMISE(page->ids[i] > 0 && *page->rows[i].id && page->rows[i].edited_ms >= 0);
        PROMISE(page->stamps[i] >= 0 && page->stamps[i] < GRIST_STAMP_TOP);
        for (size_t k = 0; k < N; k++)
            PROMISE(cell_show(&page->rows[i].cells[k], arena));
    }
    return 0;
}

static int read_rows(enum grist_form form, const char *text, size_t n, struct arena *arena,
                     struct err *err)
{
    const struct column_info *wanted[N];
    size_t rows;
    for (size_t i = 0; i < N; i++)
        wanted[i] = &columns[i];
    const struct grist_shape shape = {.form = form,
                                      .columns = wanted,
                                      .n_columns = N,
                                      .key = "a",
                                      .stamp = "t"};
    return grist_read_rows(text, n, &shape, arena, on_page, arena, &rows, err);
}

static int read_columns(const char *text, size_t n, struct arena *arena, struct err *err)
{
    struct table_info info;
    if (grist_read_columns(text, n, "T", arena, &info, err))
        return -1;
    const char *stamp = info.stamp_column;
    bool found = !stamp;
    PROMISE((info.stamp == STAMP_NONE) == !stamp);
    for (size_t i = 0; i < info.n; i++) {
        PROMISE(info.columns[i].id && info.columns[i].name && info.columns[i].type);
        found = found || !strcmp(info.columns[i].id, stamp);
    }
    PROMISE(found);
    return 0;
}

static void read_cursor(const char *text, struct arena *arena)
{
    struct grist_cursor c, again;
    if (!grist_read_cursor(text, arena, &c))
        return;
    PROMISE(c.stamp >= 0 && c.stamp < GRIST_STAMP_TOP && (c.stamp > 0 || c.state));
    PROMISE(grist_read_cursor(grist_write_cursor(&c, arena), arena, &again));
    PROMISE(again.stamp <= c.stamp && again.stamp >= c.stamp && str_eq(again.state, c.state));
}

static int read_one(uint8_t which, const char *text, size_t n, struct arena *arena, struct err *err)
{
    const char *words = NULL;
    const int64_t *ids;
    double latest[2];
    size_t n_ids;
    switch (which % 8) {
    case 0:
        return read_rows(GRIST_RECORDS, text, n, arena, err);
    case 1:
        return read_rows(GRIST_SQL, text, n, arena, err);
    case 2:
        return read_columns(text, n, arena, err);
    case 3:
        return grist_read_state(text, n, arena, &words, err);
    case 4:
        return grist_read_added(text, n, arena, &ids, &n_ids, err);
    case 5:
        return grist_read_latest(text, n, latest, ARRAY_LEN(latest), err);
    case 6:
        grist_read_error(text, n, arena);
        return grist_read_doc(text, n, arena, &words, err);
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
