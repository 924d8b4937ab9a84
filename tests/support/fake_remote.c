#include "store/base/clock.h"
#include "tests/support/fake_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES ((size_t)64 << 20)

/* ---------------------------------------------------------------- calls and faults */

void fake_tell(struct fake_remote *f, const char *when, const char *what)
{
    char text[128];
    if (!f->hook)
        return;
    snprintf(text, sizeof text, "%s %s %s", when, f->base.cfg->name, what);
    f->hook(f->hook_ctx, text);
}

int fake_fault_error(const struct fake_remote *f, enum fake_fault_kind kind, const char *what,
                     struct err *err)
{
    const char *name = f->base.cfg->name;
    switch (kind) {
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
    default:
        return 0;
    }
}

enum fake_fault_kind fake_strike(struct fake_remote *f, bool write)
{
    f->calls++;
    f->write_calls += write;
    if (f->fault.kind == FAULT_NONE || (f->fault.writes && !write))
        return FAULT_NONE;
    unsigned at = f->fault.writes ? f->write_calls : f->calls;
    bool hit = f->fault.stays ? at >= f->fault_at : at == f->fault_at;
    return hit ? f->fault.kind : FAULT_NONE;
}

/* One call that only reads. *ret_short: the listing ends here. */
static int call(struct fake_remote *f, const char *what, bool *ret_short, struct err *err)
{
    fake_tell(f, "before", what);
    enum fake_fault_kind kind = fake_strike(f, false);
    int bad = fake_fault_error(f, kind, what, err);
    if (ret_short)
        *ret_short = kind == FAULT_CUT_SHORT;
    fake_tell(f, "after", what);
    return bad;
}

void fake_fault(struct fake_remote *f, struct fake_fault fault)
{
    f->fault = fault;
    f->fault_at = (fault.writes ? f->write_calls : f->calls) + (fault.call ? fault.call : 1);
}

bool fake_fault_parse(const char *word, enum fake_fault_kind *ret)
{
    static const char *const words[FAULT_KINDS] = {"none", "429",  "5xx",    "timeout", "garbage",
                                                   "401",  "404",  "loop",   "short",   "lost",
                                                   "half", "stop", "refuse", "ignore"};
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
    return (struct fake_mark){f->calls, f->write_calls, f->fault_at, f->fault};
}

void fake_go_back(struct fake_remote *f, struct fake_mark mark)
{
    f->calls = mark.calls;
    f->write_calls = mark.write_calls;
    f->fault_at = mark.fault_at;
    f->fault = mark.fault;
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

static void give_options(const struct fake_column *c, struct arena *arena, struct column_info *ret)
{
    if (!c->options)
        return;
    const char **list = arena_alloc(arena, strlen(c->options) + 1, sizeof *list);
    char *copy = arena_strdup(arena, c->options), *save = NULL;
    for (char *p = strtok_r(copy, "|", &save); p; p = strtok_r(NULL, "|", &save))
        list[ret->n_options++] = p;
    ret->options = list;
}

static int op_describe(struct remote *r, const char *table, struct arena *arena,
                       struct table_info *ret, struct err *err)
{
    struct fake_remote *f = of(r);
    struct fake_table *t = fake_table(f, table);
    if (call(f, "describe", NULL, err))
        return -1;
    struct column_info *list = arena_alloc(arena, t->n_columns + 1, sizeof *list);
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct fake_column *c = &t->columns[i];
        list[i] = (struct column_info){.id = arena_printf(arena, "c-%zu", i),
                                       .name = arena_strdup(arena, c->name),
                                       .type = arena_strdup(arena, c->type),
                                       .calculated = c->calculated};
        give_options(c, arena, &list[i]);
    }
    *ret = (struct table_info){.id = arena_strdup(arena, t->name),
                               .name = arena_strdup(arena, t->name),
                               .columns = list,
                               .n = t->n_columns};
    return 0;
}

bool fake_is_shown(const struct fake_remote *f, const struct fake_row *r, bool by_id)
{
    return r->shown_ms <= clock_now_ms() || (by_id && f->opt.row_id_is_uuid);
}

int64_t fake_edited(const struct fake_remote *f, const struct fake_row *r)
{
    return f->opt.grain_ms ? r->edited_ms - r->edited_ms % f->opt.grain_ms : r->edited_ms;
}

static bool is_listed(const struct fake_remote *f, const struct fake_row *r)
{
    bool listed = r->state == FAKE_THERE || (r->state == FAKE_TRASHED && f->opt.lists_trash);
    return listed && fake_is_shown(f, r, false);
}

static int give_row(const struct fake_remote *f, const struct fake_table *t,
                    const struct listing *want, const struct fake_row *r, struct arena *arena,
                    struct remote_row *ret, struct err *err)
{
    struct cell *cells = arena_alloc(arena, want->n_columns, sizeof *cells);
    for (size_t i = 0; i < want->n_columns; i++) {
        size_t at = fake_find_column(t, want->columns[i]);
        if (at == t->n_columns)
            return err_set(err, ERR_DATA, "«%s» has no column «%s»", t->name, want->columns[i]);
        const char *json = r->cells[at] ? r->cells[at] : "null";
        const char *object = arena_printf(arena, "{\"x\":%s}", json), *name = "x";
        if (cells_from_json(object, &name, 1, arena, &cells[i], err))
            abort();
    }
    const char *key = r->key;
    if (want->key && f->opt.numbered) {
        size_t at = fake_find_column(t, want->key);
        if (at == t->n_columns)
            return err_set(err, ERR_DATA, "«%s» has no column «%s»", t->name, want->key);
        key = fake_text(r->cells[at], arena);
    }
    *ret = (struct remote_row){.id = arena_strdup(arena, r->id),
                               .key = arena_strdup(arena, key),
                               .edited_ms = fake_edited(f, r),
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
        if (is_listed(f, r) && fake_edited(f, r) >= since &&
            give_row(f, t, want, r, page, &rows[n++], err))
            return -1;
    }
    *ret_n = n;
    return n ? want->on_page(want->ctx, rows, n, err) : 0;
}

static const char *next_cursor(const struct fake_table *t, const struct fake_remote *f,
                               const char *old, int64_t state, struct arena *arena)
{
    int64_t newest = 0, before, ignored;
    fake_read_cursor(old, &before, &ignored);
    newest = f->opt.numbered ? 0 : before;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (is_listed(f, &t->rows[i]) && fake_edited(f, &t->rows[i]) > newest)
            newest = fake_edited(f, &t->rows[i]);
    }
    if (f->opt.numbered)
        return fake_write_cursor(f, newest, before, state, arena);
    return newest ? arena_printf(arena, "%lld", (long long)newest) : NULL;
}

/* Did the document change at all since the cursor; or, where that is not to be learnt, did a row of
 * the table? One call. */
static int ask_unchanged(struct fake_remote *f, const struct fake_table *t,
                         const struct listing *want, const char *cursor, bool *ret, struct err *err)
{
    int64_t stamp, state;
    *ret = false;
    if (!f->opt.numbered || !cursor || (f->opt.stateless && want->whole))
        return 0;
    if (call(f, "state", NULL, err))
        return -1;
    fake_read_cursor(cursor, &stamp, &state);
    *ret = f->opt.stateless ? stamp && fake_newest(t) <= stamp : state == f->state;
    return 0;
}

static int op_list(struct remote *r, const struct listing *want, struct arena *arena,
                   struct listing_end *ret, struct err *err)
{
    struct fake_remote *f = of(r);
    struct fake_table *t = fake_table(f, want->table);
    AUTO_ARENA *page = arena_new(PAGE_BYTES);
    int64_t since, state, overlap = want->overlap_ms < 0 ? f->opt.overlap_ms : want->overlap_ms;
    const char *cursor = f->opt.cursorless ? NULL : want->cursor;
    size_t at = 0, n, total = 0;
    bool cut = false, same;
    if (ask_unchanged(f, t, want, cursor, &same, err))
        return -1;
    fake_read_cursor(cursor, &since, &state);
    bool changes = since && !(want->whole && f->opt.numbered);
    if (same) {
        *ret = (struct listing_end){.cursor = arena_strdup(arena, cursor),
                                    .same = !f->opt.stateless && (want->whole || !since)};
        return 0;
    }
    since = changes ? since - overlap : 0;
    state = f->state;
    do {
        arena_reset(page);
        if (call(f, "list", &cut, err) ||
            (!cut && give_page(f, t, want, since, &at, page, &n, err)))
            return -1;
        total += cut ? 0 : n;
    } while (at < t->n_rows && !cut);
    *ret = (struct listing_end){.complete = !changes && !cut, .rows = total};
    if (f->opt.numbered)
        fake_tell_future(t, since, arena, ret);
    if (!cut)
        ret->cursor = next_cursor(t, f, cursor, state, arena);
    return 0;
}

static enum presence presence_of(const struct fake_remote *f, const struct fake_row *row)
{
    return !row || row->state == FAKE_GONE || !fake_is_shown(f, row, true) ? ROW_GONE
           : row->state == FAKE_UNKNOWN                                    ? ROW_UNKNOWN
           : row->state == FAKE_TRASHED                                    ? ROW_TRASHED
                                                                           : ROW_THERE;
}

static int op_look(struct remote *r, const char *table, const char *row_id, enum presence *ret,
                   struct err *err)
{
    struct fake_remote *f = of(r);
    const struct fake_row *row = fake_find(fake_table(f, table), row_id);
    if (call(f, "look", NULL, err))
        return -1;
    *ret = presence_of(f, row);
    return 0;
}

static int op_peek(struct remote *r, const char *table, const char *row_id,
                   const char *const *columns, size_t n_columns, struct arena *arena,
                   enum presence *ret, struct remote_row *ret_row, struct err *err)
{
    struct fake_remote *f = of(r);
    const struct fake_table *t = fake_table(f, table);
    const struct fake_row *row = fake_find(fake_table(f, table), row_id);
    const struct listing want = {.table = table, .columns = columns, .n_columns = n_columns};
    f->writes.peeks++;
    if (call(f, "peek", NULL, err))
        return -1;
    *ret = presence_of(f, row);
    return *ret == ROW_THERE ? give_row(f, t, &want, row, arena, ret_row, err) : 0;
}

static int op_peek_many(struct remote *r, const char *table, const char *const *row_ids, size_t n,
                        const char *const *columns, size_t n_columns, struct arena *arena,
                        enum presence *ret, struct remote_row *ret_rows, struct err *err)
{
    struct fake_remote *f = of(r);
    const struct fake_table *t = fake_table(f, table);
    const struct listing want = {.table = table, .columns = columns, .n_columns = n_columns};
    f->writes.peeks++;
    if (call(f, "peek", NULL, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct fake_row *row = fake_find(fake_table(f, table), row_ids[i]);
        ret[i] = presence_of(f, row);
        if (ret[i] == ROW_THERE && give_row(f, t, &want, row, arena, &ret_rows[i], err))
            return -1;
    }
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
    f->writes.gap_ms = -1;
    f->ops = (struct remote_ops){.kind = "fake",
                                 .label_ru = "Подделка",
                                 .label_en = "Fake",
                                 .close = op_close,
                                 .ping = op_ping,
                                 .describe = op_describe,
                                 .list_changes = op_list,
                                 .look = op_look,
                                 .peek = op_peek,
                                 .insert = fake_insert,
                                 .update = fake_update,
                                 .archive = fake_archive,
                                 .find = fake_search,
                                 .row_url = op_row_url};
    f->base = (struct remote){.ops = &f->ops, .cfg = cfg};
    fake_remote_renew(f);
    return f;
}

void fake_remote_renew(struct fake_remote *f)
{
    size_t batch = f->opt.batch ? f->opt.batch : f->opt.row_id_is_uuid ? 1 : 3;
    f->ops.row_id_is_uuid = f->ops.can_bring_back = f->opt.row_id_is_uuid;
    f->ops.upserts = f->opt.upserts;
    f->ops.reuses_ids = f->ops.tells_same = f->opt.numbered;
    f->ops.peek_many = f->opt.numbered ? op_peek_many : NULL;
    f->ops.edited_grain_ms = f->opt.grain_ms;
    f->ops.insert_max = f->ops.update_max = batch;
}

struct fake_writes fake_count(const struct fake_remote *f)
{
    return f->writes;
}

void fake_count_anew(struct fake_remote *f)
{
    f->writes = (struct fake_writes){.gap_ms = -1};
}

void fake_remote_free(struct fake_remote *f)
{
    if (!f)
        return;
    fake_forget_all(f);
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
