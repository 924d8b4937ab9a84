#include "tests/support/fake_remote.h"

#include "store/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX 16
#define PAGE_BYTES ((size_t)64 << 20)

struct fake_remote {
    struct remote base;
    struct remote_ops ops;
    struct fake_options opt;
    struct fake_table tables[TABLES_MAX];
    size_t n_tables;
    int64_t clock_ms; /* the remote's own; moves with every edit */
    unsigned calls;
    struct fake_fault fault;
    unsigned fault_at; /* the call that fails */
    fake_hook *hook;
    void *hook_ctx;
};

/* ---------------------------------------------------------------- calls and faults */

static void tell(struct fake_remote *f, const char *when, const char *what)
{
    char text[128];
    if (!f->hook)
        return;
    snprintf(text, sizeof text, "%s %s %s", when, f->base.cfg->name, what);
    f->hook(f->hook_ctx, text);
}

static int fault_error(const struct fake_remote *f, const char *what, struct err *err)
{
    const char *name = f->base.cfg->name;
    switch (f->fault.kind) {
    case FAULT_BUSY:
        err_set(err, ERR_TEMP, "%s: %s: 429 too many requests", name, what);
        err->retry_s = f->fault.retry_s;
        return -1;
    case FAULT_SERVER:
        return err_set(err, ERR_TEMP, "%s: %s: 503 service unavailable", name, what);
    case FAULT_TIMEOUT:
    case FAULT_LOST:
        return err_set(err, ERR_TEMP, "%s: %s: no answer within 70 s", name, what);
    case FAULT_GARBAGE:
        return err_set(err, ERR_DATA, "%s: %s: the answer is no JSON", name, what);
    case FAULT_AUTH:
        return err_set(err, ERR_AUTH, "%s: %s: 401 unauthorized", name, what);
    case FAULT_NO_TABLE:
        return err_set(err, ERR_GONE, "%s: %s: 404 not found", name, what);
    case FAULT_LOOP:
        return err_set(err, ERR_DATA, "%s: %s: the cursor of the pages repeats", name, what);
    case FAULT_NONE:
    case FAULT_CUT_SHORT:
    case FAULT_KINDS:
        break;
    }
    return 0;
}

/* One call: counted, announced, and failed when it is its turn. *ret_short: the listing ends here.
 */
static int call(struct fake_remote *f, const char *what, bool *ret_short, struct err *err)
{
    tell(f, "before", what);
    f->calls++;
    bool hit = f->fault.kind != FAULT_NONE &&
               (f->fault.stays ? f->calls >= f->fault_at : f->calls == f->fault_at);
    int bad = hit ? fault_error(f, what, err) : 0;
    if (ret_short)
        *ret_short = hit && f->fault.kind == FAULT_CUT_SHORT;
    tell(f, "after", what);
    return bad;
}

void fake_fault(struct fake_remote *f, struct fake_fault fault)
{
    f->fault = fault;
    f->fault_at = f->calls + (fault.call ? fault.call : 1);
}

bool fake_fault_parse(const char *word, enum fake_fault_kind *ret)
{
    static const char *const words[FAULT_KINDS] = {"none", "429", "5xx",  "timeout", "garbage",
                                                   "401",  "404", "loop", "short",   "lost"};
    for (int i = 0; i < FAULT_KINDS; i++) {
        if (!strcmp(words[i], word)) {
            *ret = (enum fake_fault_kind)i;
            return true;
        }
    }
    return false;
}

void fake_set_hook(struct fake_remote *f, fake_hook *hook, void *ctx)
{
    f->hook = hook;
    f->hook_ctx = ctx;
}

struct fake_mark fake_remember(const struct fake_remote *f)
{
    return (struct fake_mark){f->calls, f->fault_at, f->fault};
}

void fake_go_back(struct fake_remote *f, struct fake_mark mark)
{
    f->calls = mark.calls;
    f->fault_at = mark.fault_at;
    f->fault = mark.fault;
}

/* ---------------------------------------------------------------- tables and rows */

struct fake_table *fake_table(struct fake_remote *f, const char *name)
{
    for (size_t i = 0; i < f->n_tables; i++) {
        if (!strcmp(f->tables[i].name, name))
            return &f->tables[i];
    }
    if (f->n_tables == TABLES_MAX)
        abort();
    f->tables[f->n_tables] = (struct fake_table){.name = xstrdup(name)};
    return &f->tables[f->n_tables++];
}

static size_t find_column(const struct fake_table *t, const char *name)
{
    size_t i = 0;
    while (i < t->n_columns && strcmp(t->columns[i].name, name))
        i++;
    return i;
}

size_t fake_column(struct fake_table *t, const char *name, const char *type)
{
    size_t at = find_column(t, name);
    if (at == t->n_columns) {
        t->columns = xrealloc(t->columns, t->n_columns + 1, sizeof *t->columns);
        t->columns[t->n_columns++] = (struct fake_column){xstrdup(name), xstrdup("text")};
        for (size_t i = 0; i < t->n_rows; i++) {
            struct fake_row *r = &t->rows[i];
            r->cells = xrealloc(r->cells, t->n_columns, sizeof *r->cells);
            r->cells[at] = NULL;
        }
    }
    if (type) {
        free(t->columns[at].type);
        t->columns[at].type = xstrdup(type);
    }
    return at;
}

struct fake_row *fake_find(struct fake_table *t, const char *id)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!strcmp(t->rows[i].id, id))
            return &t->rows[i];
    }
    return NULL;
}

/* The remote's clock follows everybody's but never stands still between two edits. */
static int64_t tick(struct fake_remote *f)
{
    int64_t now = clock_now_ms();
    f->clock_ms = now > f->clock_ms ? now : f->clock_ms + 1;
    return f->clock_ms;
}

struct fake_row *fake_add(struct fake_remote *f, struct fake_table *t, const char *id)
{
    t->rows = xrealloc(t->rows, t->n_rows + 1, sizeof *t->rows);
    struct fake_row *r = &t->rows[t->n_rows++];
    *r = (struct fake_row){.id = xstrdup(id), .edited_ms = tick(f)};
    r->cells = xcalloc(t->n_columns + 1, sizeof *r->cells);
    return r;
}

void fake_set(struct fake_remote *f, struct fake_table *t, struct fake_row *row, const char *column,
              const char *json)
{
    char *id = xstrdup(row->id);
    size_t at = fake_column(t, column, NULL); /* may move the cells */
    struct fake_row *r = fake_find(t, id);
    free(id);
    free(r->cells[at]);
    r->cells[at] = json ? xstrdup(json) : NULL;
    r->edited_ms = tick(f);
}

void fake_set_state(struct fake_remote *f, struct fake_row *row, enum fake_state state)
{
    row->state = state;
    row->edited_ms = tick(f);
}

static void row_free(struct fake_row *r, size_t n_columns)
{
    for (size_t i = 0; i < n_columns; i++)
        free(r->cells[i]);
    free(r->cells);
    free(r->id);
    free(r->key);
}

void fake_forget(struct fake_table *t, const char *id)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (id && strcmp(t->rows[i].id, id))
            t->rows[kept++] = t->rows[i];
        else
            row_free(&t->rows[i], t->n_columns);
    }
    t->n_rows = kept;
}

/* ---------------------------------------------------------------- the operations */

static struct fake_remote *of(struct remote *r)
{
    return (struct fake_remote *)r;
}

static void op_close(struct remote *r)
{
    (void)r;
}

static int op_ping(struct remote *r, struct arena *arena, const char **ret_who, struct err *err)
{
    *ret_who = arena_strdup(arena, "fake");
    return call(of(r), "ping", NULL, err);
}

static int op_describe(struct remote *r, const char *table, struct arena *arena,
                       struct table_info *ret, struct err *err)
{
    struct fake_remote *f = of(r);
    struct fake_table *t = fake_table(f, table);
    if (call(f, "describe", NULL, err))
        return -1;
    struct column_info *list = arena_alloc(arena, t->n_columns + 1, sizeof *list);
    for (size_t i = 0; i < t->n_columns; i++)
        list[i] = (struct column_info){.id = arena_printf(arena, "c-%zu", i),
                                       .name = arena_strdup(arena, t->columns[i].name),
                                       .type = arena_strdup(arena, t->columns[i].type)};
    *ret = (struct table_info){.id = arena_strdup(arena, t->name),
                               .name = arena_strdup(arena, t->name),
                               .columns = list,
                               .n = t->n_columns};
    return 0;
}

static bool is_listed(const struct fake_remote *f, const struct fake_row *r)
{
    return r->state == FAKE_THERE || (r->state == FAKE_TRASHED && f->opt.lists_trash);
}

static int give_row(const struct fake_table *t, const struct listing *want,
                    const struct fake_row *r, struct arena *arena, struct remote_row *ret,
                    struct err *err)
{
    struct cell *cells = arena_alloc(arena, want->n_columns, sizeof *cells);
    for (size_t i = 0; i < want->n_columns; i++) {
        size_t at = find_column(t, want->columns[i]);
        if (at == t->n_columns)
            return err_set(err, ERR_DATA, "«%s» has no column «%s»", t->name, want->columns[i]);
        const char *json = r->cells[at] ? r->cells[at] : "null";
        const char *object = arena_printf(arena, "{\"x\":%s}", json), *name = "x";
        if (cells_from_json(object, &name, 1, arena, &cells[i], err))
            abort();
    }
    *ret = (struct remote_row){.id = arena_strdup(arena, r->id),
                               .key = arena_strdup(arena, r->key),
                               .edited_ms = r->edited_ms,
                               .trashed = r->state == FAKE_TRASHED,
                               .cells = cells};
    return 0;
}

/* The next rows after *at that are due, as one page. */
static int give_page(struct fake_remote *f, const struct fake_table *t, const struct listing *want,
                     int64_t since, size_t *at, struct arena *page, size_t *ret_n, struct err *err)
{
    size_t most = f->opt.page_size ? f->opt.page_size : 3, n = 0;
    struct remote_row *rows = arena_alloc(page, most, sizeof *rows);
    for (; *at < t->n_rows && n < most; ++*at) {
        const struct fake_row *r = &t->rows[*at];
        if (is_listed(f, r) && r->edited_ms >= since && give_row(t, want, r, page, &rows[n++], err))
            return -1;
    }
    *ret_n = n;
    return n ? want->on_page(want->ctx, rows, n, err) : 0;
}

static const char *next_cursor(const struct fake_table *t, const struct fake_remote *f,
                               const char *old, struct arena *arena)
{
    int64_t newest = 0;
    if (old)
        base_parse_i64(old, 0, INT64_MAX, &newest);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (is_listed(f, &t->rows[i]) && t->rows[i].edited_ms > newest)
            newest = t->rows[i].edited_ms;
    }
    return newest ? arena_printf(arena, "%lld", (long long)newest) : NULL;
}

static int op_list(struct remote *r, const struct listing *want, struct arena *arena,
                   struct listing_end *ret, struct err *err)
{
    struct fake_remote *f = of(r);
    struct fake_table *t = fake_table(f, want->table);
    AUTO_ARENA *page = arena_new(PAGE_BYTES);
    int64_t since = 0, overlap = want->overlap_ms < 0 ? f->opt.overlap_ms : want->overlap_ms;
    const char *cursor = f->opt.cursorless ? NULL : want->cursor;
    size_t at = 0, n, total = 0;
    bool cut = false;
    if (cursor && base_parse_i64(cursor, 0, INT64_MAX, &since))
        since -= overlap;
    do {
        arena_reset(page);
        if (call(f, "list", &cut, err) ||
            (!cut && give_page(f, t, want, since, &at, page, &n, err)))
            return -1;
        total += cut ? 0 : n;
    } while (at < t->n_rows && !cut);
    *ret = (struct listing_end){.complete = !cursor && !cut, .rows = total};
    if (!cut)
        ret->cursor = next_cursor(t, f, cursor, arena);
    return 0;
}

static int op_look(struct remote *r, const char *table, const char *row_id, enum presence *ret,
                   struct err *err)
{
    struct fake_remote *f = of(r);
    const struct fake_row *row = fake_find(fake_table(f, table), row_id);
    if (call(f, "look", NULL, err))
        return -1;
    *ret = !row || row->state == FAKE_GONE ? ROW_GONE
           : row->state == FAKE_UNKNOWN    ? ROW_UNKNOWN
           : row->state == FAKE_TRASHED    ? ROW_TRASHED
                                           : ROW_THERE;
    return 0;
}

static const char *op_row_url(const struct remote_config *cfg, const char *table,
                              const char *row_id, struct arena *arena)
{
    return arena_printf(arena, "fake://%s/%s/%s", cfg->name, table, row_id);
}

/* ---------------------------------------------------------------- birth and death */

struct fake_remote *fake_remote_new(const struct remote_config *cfg, struct fake_options opt)
{
    struct fake_remote *f = xcalloc(1, sizeof *f);
    f->opt = opt;
    f->ops = (struct remote_ops){.kind = "fake",
                                 .label_ru = "Подделка",
                                 .label_en = "Fake",
                                 .row_id_is_uuid = opt.row_id_is_uuid,
                                 .close = op_close,
                                 .ping = op_ping,
                                 .describe = op_describe,
                                 .list_changes = op_list,
                                 .look = op_look,
                                 .row_url = op_row_url};
    f->base = (struct remote){.ops = &f->ops, .cfg = cfg};
    return f;
}

void fake_remote_free(struct fake_remote *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n_tables; i++) {
        struct fake_table *t = &f->tables[i];
        fake_forget(t, NULL);
        for (size_t c = 0; c < t->n_columns; c++) {
            free(t->columns[c].name);
            free(t->columns[c].type);
        }
        free(t->columns);
        free(t->rows);
        free(t->name);
    }
    free(f);
}

struct remote *fake_remote_base(struct fake_remote *f)
{
    return &f->base;
}

void fake_remote_set_config(struct fake_remote *f, const struct remote_config *cfg)
{
    f->base.cfg = cfg;
}

struct fake_options *fake_remote_options(struct fake_remote *f)
{
    return &f->opt;
}
