#include "sync/remote/coda.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "sync/remote/cells.h"
#include "sync/remote/coda_codec.h"
#include "sync/remote/paging.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX ((size_t)200000) /* rows of a table that others look up */
#define SHOWN     96               /* bytes of a name in a message */

/* The names of the rows that a lookup column chooses from. */
struct coda_names {
    struct coda_names *next;
    char *column;        /* its path: "/docs/ID/tables/ID/columns/ID" */
    struct arena *arena; /* all that follows */
    const char *table;   /* whose rows they are; NULL: Coda does not tell */
    const char *title;
    const char **names; /* squeezed, sorted */
    size_t n, cap;
    int64_t read_ms;
};

void coda_names_free(struct coda *r)
{
    while (r->names) {
        struct coda_names *n = r->names;
        r->names = n->next;
        arena_free(n->arena);
        free(n->column);
        free(n);
    }
}

/* ---- what Coda tells: getColumn, listRows */

static int read_target(struct coda_names *n, const struct http_answer *a, struct err *err)
{
    AUTO_JSON *root = NULL;
    if (json_parse(a->body, a->body_len, &root, err))
        return -1;
    const char *id = json_text(root, "format.table.id");
    const char *name = json_text(root, "format.table.name");
    n->table = arena_strdup(n->arena, id);
    n->title = arena_strdup(n->arena, name ? name : id);
    return 0;
}

static int read_page(struct coda_names *n, const struct http_answer *a, char **ret_next,
                     struct err *err)
{
    AUTO_JSON *root = NULL;
    if (json_parse(a->body, a->body_len, &root, err))
        return -1;
    const cJSON *items = json_at(root, "items");
    const char *next = json_text(root, "nextPageToken");
    if (!cJSON_IsArray(items))
        return err_set(err, ERR_DATA, "a listing without items");
    for (const cJSON *row = items->child; row; row = row->next) {
        AUTO_BUF name = BUF_INIT(CELL_TEXT_MAX);
        const char *text = json_text(row, "name");
        if (n->n == NAMES_MAX)
            return err_set(err, ERR_DATA, "more than %zu rows", NAMES_MAX);
        utf8_squeeze(text ? text : "", &name);
        n->names = arena_grow(n->arena, n->names, &n->cap, n->n + 1, sizeof *n->names);
        n->names[n->n++] = arena_strdup(n->arena, buf_str(&name));
    }
    free(*ret_next);
    *ret_next = next && *next ? xstrdup(next) : NULL;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_names(struct coda *r, struct coda_names *n, const char *what, struct err *err)
{
    AUTO_GUARD guard = {0};
    AUTO_FREE char *token = NULL;
    struct coda_reader reader = coda_reader(r);
    do {
        AUTO_ANSWER a = {0};
        AUTO_BUF path = BUF_INIT((size_t)64 << 10);
        coda_add_table_path(&path, r, n->table);
        if (token) {
            buf_add(&path, "/rows?pageToken=");
            http_escape(&path, token);
        } else {
            buf_addf(&path, "/rows?valueFormat=simple&useColumnNames=false&limit=%u", r->limit);
        }
        if (coda_read(&reader, buf_str(&path), what, &a, err))
            return -1;
        if (read_page(n, &a, &token, err))
            return err_wrap(err, "%s", what);
        if (token && page_guard_next(&guard, token, what, err))
            return -1;
    } while (token);
    if (n->n)
        qsort(n->names, n->n, sizeof *n->names, by_name);
    return 0;
}

static int read_anew(struct coda *r, struct coda_names *n, const char *what, struct err *err)
{
    AUTO_ANSWER a = {0};
    arena_reset(n->arena);
    n->names = NULL;
    n->n = n->cap = 0;
    n->read_ms = 0;
    if (coda_get(r, n->column, what, &a, err))
        return -1;
    if (read_target(n, &a, err))
        return err_wrap(err, "%s", what);
    if (n->table && read_names(r, n, what, err))
        return -1;
    n->read_ms = clock_mono_ms();
    return 0;
}

/* *ret_fresh: they were read just now. */
static int open_names(struct coda_job *j, const struct column_info *column, bool fresh,
                      struct coda_names **ret, bool *ret_fresh, struct err *err)
{
    struct coda *r = j->r;
    AUTO_BUF path = BUF_INIT(4096);
    const char *what = arena_printf(j->scratch, "%s: names for «%s» of «%s»", r->base.cfg->name,
                                    column->name, j->info.name);
    coda_add_table_path(&path, r, j->info.id);
    buf_add(&path, "/columns/");
    http_escape(&path, column->id);
    struct coda_names *n = r->names;
    while (n && strcmp(n->column, buf_str(&path)) != 0)
        n = n->next;
    if (!n) {
        n = xcalloc(1, sizeof *n);
        *n = (struct coda_names){.next = r->names,
                                 .column = xstrdup(buf_str(&path)),
                                 .arena = arena_new(CODA_ANSWER_BYTES * 2)};
        r->names = n;
    }
    *ret_fresh = fresh || !n->read_ms || clock_mono_ms() - n->read_ms >= TABLE_FRESH_MS;
    if (*ret_fresh && read_anew(r, n, what, err))
        return -1;
    *ret = n;
    return 0;
}

/* ---- are they one row's each */

static size_t count_named(const struct coda_names *n, const char *name)
{
    size_t from = 0, to = n->n, count = 0;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (strcmp(n->names[middle], name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    while (from + count < n->n && !strcmp(n->names[from + count], name))
        count++;
    return count;
}

static void refuse(struct coda_job *j, size_t row, const struct column_info *column,
                   const struct coda_names *n, const char *name, size_t count)
{
    char shown[SHOWN];
    str_copy(shown, sizeof shown, name);
    if (!count)
        coda_settle(j, row, WRITE_REFUSED, "column «%s»: no row of «%s» is called «%s»",
                    column->name, n->title, shown);
    else
        coda_settle(j, row, WRITE_REFUSED,
                    "column «%s»: %zu rows of «%s» are called «%s»; give them different names",
                    column->name, count, n->title, shown);
}

/* By its name, not by the id of a row. */
static const char *name_in(const struct cell *c)
{
    if (c->kind == CELL_TEXT)
        return c->text;
    return c->kind == CELL_REF && !(c->text && *c->text) ? c->name : NULL;
}

static int check_cell(struct coda_job *j, size_t row, size_t at, struct coda_names **names,
                      bool *fresh, struct err *err)
{
    const struct column_info *column = j->columns[at];
    struct cell_items list = cell_items(&j->batch->rows[row].cells[at]);
    for (size_t i = 0; i < list.n && !j->rows[row].settled; i++) {
        AUTO_BUF name = BUF_INIT(CELL_TEXT_MAX);
        if (!name_in(&list.at[i]))
            continue;
        utf8_squeeze(name_in(&list.at[i]), &name);
        if (!name.len)
            continue;
        if (!*names && open_names(j, column, false, names, fresh, err))
            return -1;
        if (!(*names)->table)
            return 0;
        size_t count = count_named(*names, buf_str(&name));
        if (count != 1 && !*fresh) {
            if (open_names(j, column, true, names, fresh, err))
                return -1;
            count = count_named(*names, buf_str(&name));
        }
        if (count != 1)
            refuse(j, row, column, *names, buf_str(&name), count);
    }
    return 0;
}

int coda_check_names(struct coda_job *j, struct err *err)
{
    for (size_t c = 0; c < j->batch->n_columns; c++) {
        struct coda_names *names = NULL;
        bool fresh = false;
        if (j->columns[c]->calculated || strcmp(j->columns[c]->type, "lookup") != 0)
            continue;
        for (size_t row = 0; row < j->batch->n_rows; row++) {
            if (check_cell(j, row, c, &names, &fresh, err))
                return -1;
        }
    }
    return 0;
}
