/* What is particular to tables of Grist: numbers as row ids, which are given again, references that
 * are numbers and are cleared when their row is removed, and times that only a real change moves.
 */
#include "sync/remote/cells.h"
#include "tests/support/fake_private.h"

#include "store/base/clock.h"
#include "store/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD_MS    60000 /* a cursor is at most so far ahead of the clock */
#define CELL_MEMORY ((size_t)1 << 20)

static bool is_refs(const struct fake_column *c)
{
    return !strncmp(c->type, "RefList:", 8);
}

static bool is_ref(const struct fake_column *c)
{
    return !strncmp(c->type, "Ref:", 4) || is_refs(c);
}

static const char *target_of(const struct fake_column *c)
{
    return strchr(c->type, ':') + 1;
}

static struct cell read_cell(const char *json, struct arena *arena)
{
    struct cell cell = {0};
    struct err err;
    const char *name = "x";
    const char *object = arena_printf(arena, "{\"x\":%s}", json ? json : "null");
    if (cells_from_json(object, &name, 1, arena, &cell, &err))
        abort();
    return cell;
}

static const char *cell_json(const struct cell *cell, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(CELL_MEMORY);
    const char *name = "x";
    cells_to_json(&name, cell, 1, &out);
    const char *from = strchr(buf_str(&out), ':') + 1;
    return arena_strndup(arena, from, strlen(from) - 1);
}

/* ---------------------------------------------------------------- references */

/* A number, or text of digits, as a row; 0 is none. Anything else stays in the cell as what it is,
 * and is read as a mistake. */
static struct cell as_ref(const struct cell *cell, struct arena *arena)
{
    AUTO_BUF text = BUF_INIT(CELL_MEMORY);
    if (cell->kind == CELL_REF)
        buf_add(&text, cell->text);
    else
        cell_add_plain(cell, &text);
    const char *plain = arena_strdup(arena, buf_str(&text));
    if (!*plain || !strcmp(plain, "0"))
        return (struct cell){0};
    bool digits = plain[strspn(plain, "0123456789")] == '\0';
    return (struct cell){.kind = digits ? CELL_REF : CELL_ERROR, .text = plain};
}

static struct cell as_refs(const struct cell *cell, struct arena *arena)
{
    struct cell_items items = cell_items(cell);
    struct cell *kept = arena_alloc(arena, items.n + 1, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; i < items.n; i++) {
        struct cell one = as_ref(&items.at[i], arena);
        if (one.kind == CELL_ERROR)
            return one; /* such a list is text */
        if (one.kind == CELL_REF)
            kept[n++] = one;
    }
    return n ? (struct cell){.kind = CELL_LIST, .items = kept, .n = n} : (struct cell){0};
}

const char *fake_shape_ref(const struct fake_column *c, const char *json, struct arena *arena)
{
    if (!json || !is_ref(c))
        return json;
    const struct cell cell = read_cell(json, arena);
    if (cell.kind == CELL_ERROR)
        return json;
    const struct cell list = cell.kind == CELL_LIST && cell.n == 1 ? cell.items[0] : cell;
    const struct cell shaped = is_refs(c) ? as_refs(&cell, arena) : as_ref(&list, arena);
    return shaped.kind == CELL_NULL ? NULL : cell_json(&shaped, arena);
}

/* The cell without that row; NULL: nothing is left. The same text where it does not name it. */
static const char *without(const char *json, const char *id, struct arena *arena)
{
    const struct cell cell = read_cell(json, arena);
    struct cell_items items = cell_items(&cell);
    struct cell *kept = arena_alloc(arena, items.n + 1, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; i < items.n; i++) {
        if (items.at[i].kind != CELL_REF || strcmp(items.at[i].text, id))
            kept[n++] = items.at[i];
    }
    if (n == items.n)
        return json;
    const struct cell list = {.kind = CELL_LIST, .items = kept, .n = n};
    return n ? cell_json(&list, arena) : NULL;
}

/* Grist clears what names a removed row, and tells nobody: the rows keep their times. */
static void clear_references(struct fake_remote *f, const char *table, const char *id)
{
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < f->n_tables; i++) {
        struct fake_table *t = &f->tables[i];
        for (size_t c = 0; c < t->n_columns; c++) {
            if (!is_ref(&t->columns[c]) || strcmp(target_of(&t->columns[c]), table))
                continue;
            for (size_t r = 0; r < t->n_rows; r++) {
                const char *json = t->rows[r].cells[c];
                const char *left = json ? without(json, id, arena) : NULL;
                if (left != json)
                    fake_put_cell(t, &t->rows[r], c, left);
            }
        }
    }
}

void fake_remove(struct fake_remote *f, struct fake_table *t, const char *id)
{
    char *gone = xstrdup(id);
    fake_forget(t, gone);
    clear_references(f, t->name, gone);
    f->state++;
    free(gone);
}

/* ---------------------------------------------------------------- ids and times */

void fake_next_id(const struct fake_table *t, char out[24])
{
    long most = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        long id = strtol(t->rows[i].id, NULL, 10);
        most = id > most ? id : most;
    }
    snprintf(out, 24, "%ld", most + 1);
}

const char *fake_text(const char *json, struct arena *arena)
{
    AUTO_BUF text = BUF_INIT(CELL_MEMORY);
    const struct cell cell = read_cell(json, arena);
    cell_add_plain(&cell, &text);
    return text.len ? arena_strdup(arena, buf_str(&text)) : NULL;
}

bool fake_same_cell(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* "STAMP" or "STAMP STATE" */
void fake_read_cursor(const char *cursor, int64_t *ret_stamp, int64_t *ret_state)
{
    char *end = NULL;
    *ret_stamp = cursor ? strtoll(cursor, &end, 10) : 0;
    *ret_state = end && *end == ' ' ? strtoll(end, NULL, 10) : -1;
}

int64_t fake_newest(const struct fake_table *t)
{
    int64_t newest = 0;
    for (size_t i = 0; i < t->n_rows; i++)
        newest = t->rows[i].edited_ms > newest ? t->rows[i].edited_ms : newest;
    return newest;
}

void fake_tell_future(struct fake_table *t, int64_t since, struct arena *arena,
                      struct listing_end *ret)
{
    int64_t top = clock_now_ms() + AHEAD_MS;
    for (size_t i = 0; i < t->n_rows; i++) {
        struct fake_row *r = &t->rows[i];
        if (r->edited_ms <= top || r->edited_ms < since || r->told_ms == r->edited_ms)
            continue;
        r->told_ms = r->edited_ms;
        if (!ret->future++)
            ret->future_row = arena_strdup(arena, r->id);
    }
}

const char *fake_write_cursor(const struct fake_remote *f, int64_t newest, int64_t before,
                              int64_t state, struct arena *arena)
{
    int64_t top = clock_now_ms() + AHEAD_MS;
    int64_t stamp = newest > top ? top : newest;
    stamp = stamp < before ? before : stamp;
    if (!stamp && f->opt.stateless)
        return NULL;
    return f->opt.stateless ? arena_printf(arena, "%lld", (long long)stamp)
                            : arena_printf(arena, "%lld %lld", (long long)stamp, (long long)state);
}
