#include "sync/remote/cells.h"
#include "tests/support/fake_private.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/uuid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One call that writes, from the announcement to the end. */
struct writing {
    struct fake_remote *f;
    struct fake_table *t;
    const struct write_batch *b;
    struct arena *arena;
    const char *what;
    enum fake_fault_kind fault;
};

/* ---------------------------------------------------------------- before and after */

static void count_call(struct fake_writes *n)
{
    int64_t now = clock_now_ms(), gap = now - n->last_ms;
    if (n->calls++ && (n->gap_ms < 0 || gap < n->gap_ms))
        n->gap_ms = gap;
    n->last_ms = now;
}

/* -1: nothing of it can have happened. */
static int begin(struct writing *w, struct err *err)
{
    fake_tell(w->f, "before", w->what);
    count_call(&w->f->writes);
    w->fault = fake_strike(w->f, true);
    bool before = w->fault == FAULT_BUSY || w->fault == FAULT_SERVER || w->fault == FAULT_AUTH ||
                  w->fault == FAULT_NO_TABLE;
    if (!before)
        return 0;
    fake_fault_error(w->f, w->fault, w->what, err);
    fake_tell(w->f, "after", w->what);
    return -1;
}

static bool nobody_heard(enum fake_fault_kind kind)
{
    return kind == FAULT_TIMEOUT || kind == FAULT_GARBAGE || kind == FAULT_LOST;
}

static struct write_result unsure(const struct writing *w)
{
    struct err err;
    fake_fault_error(w->f, w->fault == FAULT_HALF ? FAULT_TIMEOUT : w->fault, w->what, &err);
    return (struct write_result){.fate = WRITE_UNSURE, .why = arena_strdup(w->arena, err.msg)};
}

static struct write_result failed(const struct writing *w, enum write_fate fate, const char *fmt,
                                  ...) PRINTF_LIKE(3, 4);
static struct write_result failed(const struct writing *w, enum write_fate fate, const char *fmt,
                                  ...)
{
    AUTO_BUF why = BUF_INIT(4096);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&why, fmt, ap);
    va_end(ap);
    return (struct write_result){.fate = fate, .why = arena_strdup(w->arena, buf_str(&why))};
}

static struct write_result done(const struct writing *w, const struct fake_row *r)
{
    return (struct write_result){.fate = WRITE_DONE,
                                 .row_id = arena_strdup(w->arena, r->id),
                                 .edited_ms = fake_edited(w->f, r)};
}

/* ---------------------------------------------------------------- one cell */

static const char *json_of(const struct cell *cell, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    const char *name = "x";
    cells_to_json(&name, cell, 1, &out);
    const char *from = strchr(buf_str(&out), ':') + 1;
    return arena_strndup(arena, from, strlen(from) - 1);
}

static const char *text_json(const struct cell *cell, struct arena *arena)
{
    AUTO_BUF plain = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
    cell_add_plain(cell, &plain);
    if (cell->kind == CELL_REF) {
        buf_clear(&plain);
        buf_add(&plain, cell->text);
    }
    if (!plain.len)
        return NULL;
    json_quote(&out, buf_str(&plain));
    return arena_strdup(arena, buf_str(&out));
}

/* A list of references, each a UUID where rows have such. */
static bool relation_json(const struct writing *w, const struct cell *cell, const char **ret)
{
    struct cell_items items = cell_items(cell);
    struct cell *refs = arena_alloc(w->arena, items.n + 1, sizeof *refs);
    for (size_t i = 0; i < items.n; i++) {
        char id[UUID_LEN + 1];
        if (items.at[i].kind != CELL_REF ||
            (w->f->opt.row_id_is_uuid && !uuid_read(items.at[i].text, id)))
            return false;
        refs[i] = (struct cell){.kind = CELL_REF, .text = items.at[i].text};
    }
    const struct cell list = {.kind = CELL_LIST, .items = refs, .n = items.n};
    *ret = items.n ? json_of(&list, w->arena) : NULL;
    return true;
}

static bool has_option(const struct fake_column *c, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = c->options; p && *p; p += strcspn(p, "|"), p += *p == '|') {
        if (strcspn(p, "|") == n && !strncmp(p, name, n))
            return true;
    }
    return !c->options || !n;
}

/* What the column makes of the cell; false: it cannot hold it. */
static bool shaped(const struct writing *w, const struct fake_column *c, const struct cell *cell,
                   const char **ret)
{
    double number;
    bool flag;
    *ret = NULL;
    if (c->calculated || cell_is_broken(cell))
        return false;
    if (!strcmp(c->type, "relation"))
        return relation_json(w, cell, ret);
    if (cell_is_empty(cell))
        return true;
    if (!strncmp(c->type, "Ref", 3)) {
        *ret = fake_shape_ref(c, json_of(cell, w->arena), w->arena);
        return !*ret || strncmp(*ret, "{\"error\"", 8) != 0;
    }
    if (!strcmp(c->type, "number")) {
        const struct cell as = {.kind = CELL_NUMBER,
                                .number = cell_as_number(cell, &number) ? number : 0};
        *ret = json_of(&as, w->arena);
        return cell_as_number(cell, &number);
    }
    if (!strcmp(c->type, "checkbox")) {
        *ret = cell_as_flag(cell, &flag) && flag ? "true" : "false";
        return cell_as_flag(cell, &flag);
    }
    if (c->options && !has_option(c, fake_plain(json_of(cell, w->arena), w->arena)))
        return false;
    bool as_it_is = cell->kind == CELL_NUMBER || cell->kind == CELL_BOOL;
    *ret = as_it_is ? json_of(cell, w->arena) : text_json(cell, w->arena);
    return true;
}

/* ---------------------------------------------------------------- one row */

static bool strikes(const struct writing *w, const struct fake_rule *rule, const char *column,
                    const char *json)
{
    return !strcmp(rule->column, column) && !strcmp(rule->value, fake_plain(json, w->arena));
}

/* REFUSED, with the reason, or DONE so far; json[i] is what column i is to become. */
static struct write_result judge(const struct writing *w, const struct remote_write *row,
                                 const char **json)
{
    for (size_t i = 0; i < w->b->n_columns; i++) {
        const char *name = w->b->columns[i];
        size_t at = fake_find_column(w->t, name);
        const struct fake_column *c = &w->t->columns[at];
        if (!shaped(w, c, &row->cells[i], &json[i]))
            return failed(w, WRITE_REFUSED,
                          c->calculated ? "column «%s» is calculated"
                                        : "column «%s» cannot hold «%s»",
                          name, cell_show(&row->cells[i], w->arena));
        for (size_t r = 0; r < w->t->n_rules; r++) {
            if (w->t->rules[r].kind == RULE_REFUSE && strikes(w, &w->t->rules[r], name, json[i]))
                return failed(w, WRITE_REFUSED, "column «%s»: «%s» is not welcome", name,
                              w->t->rules[r].value);
        }
    }
    return (struct write_result){.fate = WRITE_DONE};
}

/* Which column silently stays as it was; n_columns: none. */
static size_t ignored_column(const struct writing *w, const char **json, bool by_fault)
{
    for (size_t i = 0; i < w->b->n_columns; i++) {
        for (size_t r = 0; r < w->t->n_rules; r++) {
            if (w->t->rules[r].kind == RULE_IGNORE &&
                strikes(w, &w->t->rules[r], w->b->columns[i], json[i]))
                return i;
        }
    }
    return by_fault ? 0 : w->b->n_columns;
}

static struct write_result apply(const struct writing *w, struct fake_row *r, const char **json,
                                 bool by_fault)
{
    size_t ignored = ignored_column(w, json, by_fault);
    bool moved = !w->f->opt.numbered;
    for (size_t i = 0; i < w->b->n_columns; i++) {
        size_t at = fake_find_column(w->t, w->b->columns[i]);
        if (i == ignored)
            continue;
        moved = moved || !fake_same_cell(r->cells[at], json[i]);
        fake_put_cell(w->t, r, at, json[i]);
    }
    if (moved)
        r->edited_ms = fake_tick(w->f);
    struct write_result ret = done(w, r);
    if (ignored < w->b->n_columns) {
        ret =
            failed(w, WRITE_IGNORED, "column «%s» did not take the value", w->b->columns[ignored]);
        ret.row_id = arena_strdup(w->arena, r->id);
    }
    return ret;
}

static struct fake_row *with_marker(const struct writing *w, const char **json)
{
    for (size_t i = 0; w->b->marker && w->f->opt.upserts && i < w->b->n_columns; i++) {
        if (strcmp(w->b->columns[i], w->b->marker))
            continue;
        size_t at = fake_find_column(w->t, w->b->marker);
        const char *value = fake_plain(json[i], w->arena);
        for (size_t r = 0; r < w->t->n_rows; r++) {
            struct fake_row *row = &w->t->rows[r];
            if (row->state == FAKE_THERE && !strcmp(fake_plain(row->cells[at], w->arena), value))
                return row;
        }
    }
    return NULL;
}

/* new1, new2, …; where rows have UUIDs those that scenarios spell $New1, $New2, … */
static struct fake_row *make_row(const struct writing *w)
{
    char id[UUID_LEN + 1], name[64];
    snprintf(name, sizeof name, "%s%u", w->f->opt.row_id_is_uuid ? "scenario New" : "new",
             ++w->f->made);
    if (w->f->opt.row_id_is_uuid)
        uuid_from_name(name, id);
    if (w->f->opt.numbered)
        fake_next_id(w->t, name);
    struct fake_row *r = fake_add(w->f, w->t, w->f->opt.row_id_is_uuid ? id : name);
    r->made = true;
    r->shown_ms = w->f->opt.hides_ms ? r->created_ms + w->f->opt.hides_ms : 0;
    return r;
}

static struct write_result write_one(const struct writing *w, const struct remote_write *row,
                                     bool insert, bool by_fault)
{
    const char **json = arena_alloc(w->arena, w->b->n_columns + 1, sizeof *json);
    struct fake_row *r = insert ? NULL : fake_find(w->t, row->row_id);
    bool trashed = r && r->state == FAKE_TRASHED;
    bool there = r && (r->state == FAKE_THERE || r->state == FAKE_HIDDEN);
    if (r && !fake_is_shown(w->f, r, true))
        return failed(w, WRITE_UNSURE, "the row %s cannot be seen yet", row->row_id);
    if (!insert && !there && !(trashed && row->bring_back && w->f->ops.can_bring_back))
        return failed(w, WRITE_GONE, "the row %s is %s", row->row_id,
                      trashed ? "in the trash" : "not there");
    struct write_result ret = judge(w, row, json);
    if (ret.fate != WRITE_DONE)
        return ret;
    if (insert && by_fault && !w->f->opt.row_id_is_uuid)
        return failed(w, WRITE_IGNORED, "accepted and completed, but the row is not there");
    if (insert)
        r = with_marker(w, json);
    if (insert && !r)
        r = make_row(w);
    w->f->writes.back += trashed;
    r->state = r->state == FAKE_TRASHED ? FAKE_THERE : r->state;
    ret = apply(w, r, json, by_fault);
    if (!fake_is_shown(w->f, r, true)) { /* it may be there: this is its id */
        ret = failed(w, WRITE_UNSURE, "accepted, but the row %s does not show yet", r->id);
        ret.row_id = arena_strdup(w->arena, r->id);
    }
    return ret;
}

/* ---------------------------------------------------------------- the operations */

static int write_batch(struct remote *remote, const struct write_batch *b, bool insert,
                       struct arena *arena, struct write_result *ret, struct err *err)
{
    struct fake_remote *f = (struct fake_remote *)remote;
    struct writing w = {.f = f,
                        .t = fake_table(f, b->table),
                        .b = b,
                        .arena = arena,
                        .what = insert ? "insert" : "update"};
    if (b->n_rows > (insert ? f->ops.insert_max : f->ops.update_max) || !b->n_rows)
        return err_set(err, ERR_DATA, "%s: %zu rows are no batch", remote->cfg->name, b->n_rows);
    for (size_t i = 0; i < b->n_columns; i++) {
        if (fake_find_column(w.t, b->columns[i]) == w.t->n_columns)
            return err_set(err, ERR_DATA, "%s: «%s» has no column «%s»", remote->cfg->name,
                           w.t->name, b->columns[i]);
    }
    *(insert ? &f->writes.inserted : &f->writes.updated) += (unsigned)b->n_rows;
    if (begin(&w, err))
        return -1;
    for (size_t i = 0; i < b->n_rows; i++) {
        bool first = i == 0;
        if (w.fault == FAULT_STOP && i >= (b->n_rows + 1) / 2)
            ret[i] = failed(&w, WRITE_NOT_SENT, "429 too many requests");
        else if (w.fault == FAULT_TIMEOUT || (w.fault == FAULT_HALF && i >= (b->n_rows + 1) / 2))
            ret[i] = unsure(&w);
        else if (w.fault == FAULT_REFUSE && first)
            ret[i] = failed(&w, WRITE_REFUSED, "the row is not welcome");
        else
            ret[i] = write_one(&w, &b->rows[i], insert, w.fault == FAULT_IGNORE && first);
        if (nobody_heard(w.fault))
            ret[i] = unsure(&w);
    }
    fake_tell(f, "after", w.what);
    return 0;
}

int fake_insert(struct remote *r, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err)
{
    return write_batch(r, b, true, arena, ret, err);
}

int fake_update(struct remote *r, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err)
{
    return write_batch(r, b, false, arena, ret, err);
}

int fake_archive(struct remote *r, const char *table, const char *row_id, struct arena *arena,
                 struct write_result *ret, struct err *err)
{
    struct fake_remote *f = (struct fake_remote *)r;
    struct writing w = {.f = f, .t = fake_table(f, table), .arena = arena, .what = "archive"};
    struct fake_row *row = fake_find(w.t, row_id);
    f->writes.archived++;
    if (begin(&w, err))
        return -1;
    bool takes = w.fault != FAULT_TIMEOUT && w.fault != FAULT_REFUSE && w.fault != FAULT_IGNORE;
    if (row && f->opt.numbered && takes)
        fake_remove(f, w.t, row->id), row = NULL;
    else if (row && row->state != FAKE_GONE && row->state != FAKE_TRASHED && takes)
        fake_set_state(f, row, f->opt.row_id_is_uuid ? FAKE_TRASHED : FAKE_GONE);
    *ret = (struct write_result){.fate = WRITE_DONE, .row_id = arena_strdup(arena, row_id)};
    if (row)
        ret->edited_ms = fake_edited(f, row);
    if (nobody_heard(w.fault))
        *ret = unsure(&w);
    else if (w.fault == FAULT_REFUSE)
        *ret = failed(&w, WRITE_REFUSED, "the row may not be deleted");
    else if (w.fault == FAULT_IGNORE)
        *ret = failed(&w, WRITE_IGNORED, "the row is still there");
    fake_tell(f, "after", w.what);
    return 0;
}

static bool is_like(const struct writing *w, const struct fake_row *r, size_t *ret_bad)
{
    for (size_t i = 0; i < w->b->n_columns; i++) {
        const struct cell *cell = &w->b->rows[0].cells[i];
        size_t at = fake_find_column(w->t, w->b->columns[i]);
        if (at == w->t->n_columns) {
            *ret_bad = i;
            return false;
        }
        if (cell->kind != CELL_NULL && strcmp(fake_plain(json_of(cell, w->arena), w->arena),
                                              fake_plain(r->cells[at], w->arena)))
            return false;
    }
    return true;
}

int fake_search(struct remote *r, const struct write_batch *like, struct arena *arena,
                struct found_row *ret, size_t max, size_t *ret_n, struct err *err)
{
    struct fake_remote *f = (struct fake_remote *)r;
    struct writing w = {.f = f,
                        .t = fake_table(f, like->table),
                        .b = like,
                        .arena = arena,
                        .what = "find"};
    size_t n = 0, bad = like->n_columns;
    fake_tell(f, "before", "find");
    f->writes.find++;
    int failed_call = fake_fault_error(f, fake_strike(f, false), "find", err);
    for (size_t i = 0; i < w.t->n_rows && !failed_call && n < max; i++) {
        const struct fake_row *row = &w.t->rows[i];
        if (row->state == FAKE_THERE && fake_is_shown(f, row, false) && is_like(&w, row, &bad))
            ret[n++] = (struct found_row){arena_strdup(arena, row->id), row->created_ms};
    }
    fake_tell(f, "after", "find");
    if (!failed_call && bad < like->n_columns)
        return err_set(err, ERR_DATA, "«%s» has no column «%s»", w.t->name, like->columns[bad]);
    *ret_n = n;
    return failed_call;
}
