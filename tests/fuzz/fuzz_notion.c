/* fuzz_notion.c: every reader of Notion's answers; the first byte chooses which. */
#include "store/base/utf8.h"
#include "sync/remote/notion_codec.h"
#include "tests/fuzz/fuzz.h"

static const struct column_info columns[] = {
    {.id = "title", .name = "Name", .type = "title"},
    {.id = "a%3Ab", .name = "Роль", .type = "select"},
    {.id = "rel1", .name = "Человек", .type = "relation"},
};
#define N ARRAY_LEN(columns)

static void check_rows(const struct notion_list *list, struct arena *arena)
{
    PROMISE(list->n <= NOTION_ROWS_MAX);
    for (size_t i = 0; i < list->n; i++) {
        PROMISE(list->rows[i].id);
        for (size_t k = 0; k < N; k++)
            PROMISE(cell_show(&list->rows[i].cells[k], arena));
    }
    for (size_t i = 0; i < list->n_cuts; i++)
        PROMISE(list->cuts[i].row < list->n && list->cuts[i].column < N);
}

static int read_one(uint8_t which, const char *text, size_t n, struct arena *arena, struct err *err)
{
    const struct column_info *wanted[N] = {&columns[0], &columns[1], &columns[2]};
    struct notion_database base;
    struct table_info table;
    struct notion_list list;
    struct notion_full full = {0};
    struct notion_page page;
    struct cell cell;
    const char *out = NULL;
    bool trash;
    int bad = 0;
    switch (which % 7) {
    case 0:
        return notion_read_database(text, n, arena, &base, err);
    case 1:
        return notion_read_source(text, n, arena, &table, &trash, err);
    case 2:
        if (notion_read_query(text, n, wanted, N, arena, &list, err))
            return -1;
        check_rows(&list, arena);
        return 0;
    case 3:
        /* twice, as two pages of one value */
        bad = notion_read_property(text, n, arena, &full, &out, err) ||
              notion_read_property(text, n, arena, &full, &out, err);
        if (!bad) {
            notion_full_cell(&full, arena, &cell);
            PROMISE(cell_show(&cell, arena));
        }
        return bad ? -1 : 0;
    case 4:
        return notion_read_page(text, n, arena, &page, err);
    case 5:
        return notion_read_me(text, n, arena, &out, err);
    default:
        notion_read_error(text, n, arena);
        return 0;
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
    AUTO_FREE char *text = fuzz_text(data + 1, size - 1);
    AUTO_BUF id = BUF_INIT(1 << 20);
    notion_put_property_id(&id, text);
    PROMISE(notion_same_property(text, text));
    return 0;
}
