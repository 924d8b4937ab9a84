#include "sync/remote/coda.h"

#include "store/base/json.h"
#include "sync/remote/cells.h"
#include "sync/remote/coda_codec.h"
#include "sync/remote/coda_put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX   100    /* in one batch: what clients of Coda use; no limit is documented */
#define BODY_MAX   500000 /* likewise */
#define BODY_FRAME 2000   /* of it, what stands around the rows */

/* --- a batch --------------------------------------------------------------- */

static void job_free(struct coda_job *j)
{
    arena_free(j->scratch);
}

static int job_open(struct coda_job *j, struct err *err)
{
    const struct write_batch *b = j->batch;
    struct table_entry *e;
    if (b->n_rows > ROWS_MAX) {
        err_set(err, ERR_DATA, "%s: at most %d rows at a time, not %zu", j->r->base.cfg->name,
                ROWS_MAX, b->n_rows);
        return -1;
    }
    if (coda_open_table(j->r, b->table, false, &e, err))
        return -1;
    table_info_copy(&e->info, j->scratch, &j->info); /* the cache may be filled anew meanwhile */
    j->columns = arena_alloc(j->scratch, b->n_columns + 1, sizeof *j->columns);
    j->rows = arena_alloc(j->scratch, b->n_rows + 1, sizeof *j->rows);
    j->ret = arena_alloc(j->scratch, b->n_rows + 1, sizeof *j->ret);
    if (table_find_columns(&j->info, b->columns, b->n_columns, j->columns, err))
        return err_wrap(err, "%s", j->r->base.cfg->name);
    return batch_marker(b, j->r->base.cfg->name, &j->marker, err);
}

/* Follows what was sent. -1 when nothing can have happened. */
static int job_end(struct coda_job *j, struct write_result *ret, struct err *err)
{
    if (j->stopped.kind != ERR_NONE && !j->sent) {
        *err = j->stopped;
        return -1;
    }
    coda_follow(j);
    memcpy(ret, j->ret, j->batch->n_rows * sizeof *ret);
    return 0;
}

static const char *what_of(const struct coda_job *j, const char *verb)
{
    return arena_printf(j->scratch, "%s: %s «%s»", j->r->base.cfg->name, verb, j->info.name);
}

static bool busy(int status)
{
    return status == 429 || status == 529;
}

/* The request surely had no effect, and what is wrong is not in the rows. */
static bool surely_not_applied(const struct http_answer *a, const struct err *err)
{
    return busy(a->status) || !a->sent || err->kind == ERR_AUTH || err->kind == ERR_GONE ||
           (a->status >= 300 && a->status < 400);
}

/* Refused for what it says: 400, 413, 422. */
static bool refused(const struct http_answer *a, const struct err *err)
{
    return a->status >= 400 && a->status < 500 && err->kind == ERR_DATA;
}

/* --- insert ---------------------------------------------------------------- */

/* Rows to be sent: their places in the batch, and each as JSON. */
struct parcel {
    struct coda_job *j;
    size_t rows[ROWS_MAX];
    const char *json[ROWS_MAX];
    size_t n;
};

static char *make_body(const struct parcel *p, size_t first, size_t n)
{
    const struct coda_job *j = p->j;
    struct buf b = BUF_INIT(BODY_MAX);
    buf_add(&b, "{\"rows\":[");
    for (size_t i = first; i < first + n; i++) {
        buf_add(&b, i > first ? "," : "");
        buf_add(&b, p->json[i]);
    }
    buf_addc(&b, ']');
    if (j->marker != SIZE_MAX) {
        buf_add(&b, ",\"keyColumns\":[");
        json_quote(&b, j->columns[j->marker]->id);
        buf_addc(&b, ']');
    }
    buf_addc(&b, '}');
    return buf_take(&b);
}

static void settle_parcel(const struct parcel *p, size_t first, size_t n, enum write_fate fate,
                          const char *why)
{
    for (size_t i = first; i < first + n; i++)
        coda_settle(p->j, p->rows[i], fate, "%s", why);
}

static void take_answer(const struct parcel *p, size_t first, size_t n, const struct http_answer *a)
{
    struct coda_job *j = p->j;
    struct coda_accepted accepted;
    struct err err;
    if (coda_read_accepted(a->body, a->body_len, j->scratch, &accepted, &err)) {
        err_wrap(&err, "%s", what_of(j, "new rows in"));
        settle_parcel(p, first, n, WRITE_UNSURE, err.msg);
        return;
    }
    if (j->marker == SIZE_MAX && accepted.n_added != n) {
        settle_parcel(p, first, n, WRITE_UNSURE, "accepted without an id for every row");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct coda_row_job *row = &j->rows[p->rows[first + i]];
        row->request = accepted.request;
        row->row_id = j->marker == SIZE_MAX ? accepted.added[i] : NULL;
    }
}

/* Sends rows in one request; refused ones in halves, down to the row that is to blame. */
static void send_rows(const struct parcel *p, size_t first, size_t n)
{
    struct coda_job *j = p->j;
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    AUTO_FREE char *body = make_body(p, first, n);
    struct err err;
    if (j->stopped.kind != ERR_NONE)
        return;
    coda_add_table_path(&path, j->r, j->info.id);
    buf_add(&path, "/rows?disableParsing=true");
    const struct coda_call c = {.method = "POST",
                                .path = buf_str(&path),
                                .body = body,
                                .once = true};
    if (!coda_call(j->r, &c, what_of(j, "new rows in"), &a, &err)) {
        j->sent = true;
        take_answer(p, first, n, &a);
    } else if (refused(&a, &err) && n > 1) {
        send_rows(p, first, n / 2);
        send_rows(p, first + n / 2, n - n / 2);
    } else if (refused(&a, &err)) {
        settle_parcel(p, first, n, WRITE_REFUSED, err.msg);
    } else if (surely_not_applied(&a, &err)) {
        j->stopped = err;
    } else {
        j->sent = true;
        settle_parcel(p, first, n, WRITE_UNSURE, err.msg);
    }
}

/* A marker that is empty, or another row's of the batch, would write over rows that are not ours.
 */
static bool good_marker(struct coda_job *j, size_t row)
{
    const struct column_info *column = j->columns[j->marker];
    const struct cell *mine = &j->batch->rows[row].cells[j->marker];
    AUTO_BUF query = BUF_INIT((size_t)64 << 10);
    if (cell_is_empty(mine) || !coda_put_query(column, mine, &query) || query.over) {
        coda_settle(j, row, WRITE_REFUSED, "the marker «%s» is empty or no plain text",
                    column->name);
        return false;
    }
    for (size_t i = 0; i < row; i++) {
        if (!coda_holds(column, mine, &j->batch->rows[i].cells[j->marker]))
            continue;
        coda_settle(j, row, WRITE_REFUSED, "another row of the batch has the same marker «%s»",
                    column->name);
        return false;
    }
    return true;
}

static bool pack(struct parcel *p, size_t row)
{
    struct coda_job *j = p->j;
    struct err err;
    AUTO_BUF json = BUF_INIT(BODY_MAX - BODY_FRAME);
    if (j->marker != SIZE_MAX && !good_marker(j, row))
        return false;
    if (coda_put_row(j->columns, j->batch->rows[row].cells, j->batch->n_columns, &json, &err)) {
        coda_settle(j, row, WRITE_REFUSED, "%s", err.msg);
        return false;
    }
    if (json.over) {
        coda_settle(j, row, WRITE_REFUSED, "the row is larger than %d bytes", BODY_MAX);
        return false;
    }
    p->rows[p->n] = row;
    p->json[p->n++] = arena_strdup(j->scratch, buf_str(&json));
    return true;
}

int coda_insert(struct remote *remote, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err)
{
    CLEANUP(job_free)
    struct coda_job j = {.r = (struct coda *)remote,
                         .batch = b,
                         .scratch = arena_new(CODA_ANSWER_BYTES * 4),
                         .out = arena};
    struct parcel p = {.j = &j};
    size_t first = 0, bytes = BODY_FRAME;
    if (job_open(&j, err) || coda_check_names(&j, err))
        return -1;
    for (size_t i = 0; i < b->n_rows; i++) {
        if (j.rows[i].settled || !pack(&p, i))
            continue;
        size_t more = strlen(p.json[p.n - 1]) + 1;
        if (bytes + more > BODY_MAX) { /* what was packed before goes now */
            send_rows(&p, first, p.n - 1 - first);
            first = p.n - 1;
            bytes = BODY_FRAME;
        }
        bytes += more;
    }
    if (p.n > first)
        send_rows(&p, first, p.n - first);
    return job_end(&j, ret, err);
}

/* --- update ---------------------------------------------------------------- */

/* PUT and DELETE of one row may be repeated. 404 settles it where the table is there. */
static void send_row(struct coda_job *j, size_t row, const char *method, const char *body)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    struct coda_accepted accepted;
    struct err err;
    coda_add_table_path(&path, j->r, j->info.id);
    buf_add(&path, "/rows/");
    http_escape(&path, j->rows[row].row_id);
    buf_add(&path, body ? "?disableParsing=true" : "");
    const struct coda_call c = {.method = method, .path = buf_str(&path), .body = body};
    const char *what = what_of(j, body ? "change of a row in" : "deletion of a row in");
    if (!coda_call(j->r, &c, what, &a, &err)) {
        j->sent = true;
        if (coda_read_accepted(a.body, a.body_len, j->scratch, &accepted, &err))
            coda_settle(j, row, WRITE_UNSURE, "%s: %s", what, err.msg);
        else
            j->rows[row].request = accepted.request;
    } else if (refused(&a, &err)) {
        coda_settle(j, row, WRITE_REFUSED, "%s", err.msg);
    } else if (a.status == 404) {
        struct err gone = err;
        if (coda_check_table(j, &j->stopped))
            return;
        coda_settle(j, row, j->archive ? WRITE_DONE : WRITE_GONE, "%s", gone.msg);
    } else {
        j->stopped = err;
        if (surely_not_applied(&a, &err))
            return;
        j->sent = true;
        coda_settle(j, row, WRITE_UNSURE, "%s", err.msg);
    }
}

static bool is_twice(const struct coda_job *j, size_t row)
{
    for (size_t i = 0; i < row; i++) {
        if (!strcmp(j->rows[i].row_id, j->rows[row].row_id))
            return true;
    }
    return false;
}

int coda_update(struct remote *remote, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err)
{
    CLEANUP(job_free)
    struct coda_job j = {.r = (struct coda *)remote,
                         .batch = b,
                         .scratch = arena_new(CODA_ANSWER_BYTES * 4),
                         .out = arena};
    if (job_open(&j, err) || coda_check_names(&j, err))
        return -1;
    for (size_t i = 0; i < b->n_rows && j.stopped.kind == ERR_NONE; i++) {
        struct err why;
        AUTO_BUF body = BUF_INIT(BODY_MAX);
        j.rows[i].row_id = b->rows[i].row_id ? b->rows[i].row_id : "";
        buf_add(&body, "{\"row\":");
        if (coda_put_row(j.columns, b->rows[i].cells, b->n_columns, &body, &why))
            coda_settle(&j, i, WRITE_REFUSED, "%s", why.msg);
        buf_addc(&body, '}');
        if (body.over)
            coda_settle(&j, i, WRITE_REFUSED, "the row is larger than %d bytes", BODY_MAX);
        if (!*j.rows[i].row_id || is_twice(&j, i)) /* two queued edits of a row may interleave */
            coda_settle(&j, i, WRITE_REFUSED, "no row id, or another change of the same row");
        if (!j.rows[i].settled)
            send_row(&j, i, "PUT", buf_str(&body));
    }
    return job_end(&j, ret, err);
}

/* --- archive --------------------------------------------------------------- */

int coda_archive(struct remote *remote, const char *table, const char *row_id, struct arena *arena,
                 struct write_result *ret, struct err *err)
{
    const struct remote_write row = {.row_id = row_id};
    const struct write_batch b = {.table = table, .rows = &row, .n_rows = 1};
    CLEANUP(job_free)
    struct coda_job j = {.r = (struct coda *)remote,
                         .batch = &b,
                         .scratch = arena_new(CODA_ANSWER_BYTES),
                         .out = arena,
                         .archive = true};
    if (!row_id || !*row_id)
        return err_set(err, ERR_DATA, "%s: no row id", remote->cfg->name);
    if (job_open(&j, err))
        return -1;
    j.rows[0].row_id = row_id;
    send_row(&j, 0, "DELETE", NULL);
    return job_end(&j, ret, err);
}
