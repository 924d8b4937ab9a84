#include "sync/cell.h"

#include "store/base/json.h"

#include <string.h>

/* Connectors flatten their lists; one that nests deeper than this is not ours. */
#define DEPTH_MAX 8

static void add_cell(struct buf *out, const struct cell *cell);

static void add_ref(struct buf *out, const struct cell *cell)
{
    buf_add(out, "{\"ref\":");
    json_quote(out, cell->text ? cell->text : "");
    if (cell->name) {
        buf_add(out, ",\"name\":");
        json_quote(out, cell->name);
    }
    buf_addc(out, '}');
}

static void add_list(struct buf *out, const struct cell *cell)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < cell->n; i++) {
        if (i)
            buf_addc(out, ',');
        add_cell(out, &cell->items[i]);
    }
    buf_addc(out, ']');
}

static void add_cell(struct buf *out, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_NULL:
        buf_add(out, "null");
        break;
    case CELL_TEXT:
        json_quote(out, cell->text ? cell->text : "");
        break;
    case CELL_NUMBER:
        json_number(out, cell->number);
        break;
    case CELL_BOOL:
        buf_add(out, cell->flag ? "true" : "false");
        break;
    case CELL_REF:
        add_ref(out, cell);
        break;
    case CELL_LIST:
        add_list(out, cell);
        break;
    case CELL_ERROR:
        buf_add(out, "{\"error\":");
        json_quote(out, cell->text ? cell->text : "");
        buf_addc(out, '}');
        break;
    }
}

void cells_to_json(const char *const *columns, const struct cell *cells, size_t n, struct buf *out)
{
    buf_addc(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(out, ',');
        json_quote(out, columns[i]);
        buf_addc(out, ':');
        add_cell(out, &cells[i]);
    }
    buf_addc(out, '}');
}

static int read_cell(const cJSON *node, struct arena *arena, int depth, struct cell *ret,
                     struct err *err);

static int read_list(const cJSON *node, struct arena *arena, int depth, struct cell *ret,
                     struct err *err)
{
    if (depth >= DEPTH_MAX)
        return err_set(err, ERR_DATA, "lists nested deeper than %d", DEPTH_MAX);
    size_t n = (size_t)cJSON_GetArraySize(node), i = 0;
    struct cell *items = arena_alloc(arena, n ? n : 1, sizeof *items);
    const cJSON *item;
    cJSON_ArrayForEach(item, node)
    {
        if (read_cell(item, arena, depth + 1, &items[i++], err))
            return -1;
    }
    *ret = (struct cell){.kind = CELL_LIST, .items = items, .n = n};
    return 0;
}

static int read_object(const cJSON *node, struct arena *arena, struct cell *ret, struct err *err)
{
    const char *ref = json_text(node, "ref"), *error = json_text(node, "error");
    if (!ref && !error)
        return err_set(err, ERR_DATA, "an object that is neither a reference nor an error");
    if (ref)
        *ret = (struct cell){.kind = CELL_REF,
                             .text = arena_strdup(arena, ref),
                             .name = arena_strdup(arena, json_text(node, "name"))};
    else
        *ret = (struct cell){.kind = CELL_ERROR, .text = arena_strdup(arena, error)};
    return 0;
}

static int read_cell(const cJSON *node, struct arena *arena, int depth, struct cell *ret,
                     struct err *err)
{
    if (cJSON_IsArray(node))
        return read_list(node, arena, depth, ret, err);
    if (cJSON_IsObject(node))
        return read_object(node, arena, ret, err);
    if (cJSON_IsString(node))
        *ret = (struct cell){.kind = CELL_TEXT, .text = arena_strdup(arena, node->valuestring)};
    else if (cJSON_IsNumber(node))
        *ret = (struct cell){.kind = CELL_NUMBER, .number = node->valuedouble};
    else if (cJSON_IsBool(node))
        *ret = (struct cell){.kind = CELL_BOOL, .flag = cJSON_IsTrue(node)};
    else
        *ret = (struct cell){.kind = CELL_NULL};
    return 0;
}

int cells_from_json(const char *text, const char *const *columns, size_t n, struct arena *arena,
                    struct cell *cells, struct err *err)
{
    AUTO_JSON *root = NULL;
    if (json_parse(text, strlen(text), &root, err))
        return err_wrap(err, "cells");
    if (!cJSON_IsObject(root))
        return err_set(err, ERR_DATA, "cells: not an object");
    for (size_t i = 0; i < n; i++) {
        const cJSON *node = cJSON_GetObjectItemCaseSensitive(root, columns[i]);
        cells[i] = (struct cell){.kind = CELL_NULL};
        if (node && read_cell(node, arena, 0, &cells[i], err))
            return err_wrap(err, "cells: «%s»", columns[i]);
    }
    return 0;
}

static void show(const struct cell *cell, struct buf *out)
{
    switch (cell->kind) {
    case CELL_NULL:
        break;
    case CELL_TEXT:
    case CELL_ERROR:
        buf_add(out, cell->text ? cell->text : "");
        break;
    case CELL_NUMBER:
        json_number(out, cell->number);
        break;
    case CELL_BOOL:
        buf_add(out, cell->flag ? "true" : "false");
        break;
    case CELL_REF:
        buf_add(out, cell->name ? cell->name : cell->text ? cell->text : "");
        break;
    case CELL_LIST:
        for (size_t i = 0; i < cell->n; i++) {
            if (i)
                buf_add(out, ", ");
            show(&cell->items[i], out);
        }
        break;
    }
}

const char *cell_show(const struct cell *cell, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT((size_t)1 << 20);
    show(cell, &out);
    return arena_strdup(arena, buf_str(&out));
}

struct cell cell_keep(const struct cell *cell, struct arena *arena)
{
    struct cell kept = *cell;
    kept.text = cell->text ? arena_strdup(arena, cell->text) : NULL;
    kept.name = cell->name ? arena_strdup(arena, cell->name) : NULL;
    struct cell *items = cell->n ? arena_alloc(arena, cell->n, sizeof *items) : NULL;
    for (size_t i = 0; i < cell->n; i++)
        items[i] =
            cell_keep(&cell->items[i], arena); /* lists of lists are bounded by who read them */
    kept.items = items;
    return kept;
}
