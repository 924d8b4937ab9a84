#include "sync/remote/grist.h"

#include "sync/remote/grist_put.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX   100
#define BODY_MAX   900000 /* Grist takes 1 MB */
#define BODY_FRAME 100    /* of it, what stands around the rows */

/* --- a batch ------------------------------------------------------------------ */

static void job_free(struct grist_job *j)
{
    arena_free(j->scratch);
}

static int job_open(struct grist_job *j, struct err *err)
{
    const struct write_batch *b = j->batch;
    struct grist_table t;
    if (b->n_rows > ROWS_MAX)
        return err_set(err, ERR_DATA, "%s: at most %d rows at a time, not %zu",
                       j->r->base.cfg->name, ROWS_MAX, b->n_rows);
    if (grist_open_table(j->r, b->table, false, &t, err))
        return -1;
    table_info_copy(t.info, j->scratch, &j->info); /* the cache may be filled anew meanwhile */
    j->stamp = arena_strdup(j->scratch, t.stamp);
    j->columns = arena_alloc(j->scratch, b->n_columns + 1, sizeof *j->columns);
    j->rows = arena_alloc(j->scratch, b->n_rows + 1, sizeof *j->rows);
    j->ret = arena_alloc(j->scratch, b->n_rows + 1, sizeof *j->ret);
    if (table_find_columns(&j->info, b->columns, b->n_columns, j->columns, err))
        return err_wrap(err, "%s", j->r->base.cfg->name);
    return batch_marker(b, j->r->base.cfg->name, &j->marker, err);
}

/* -1 when nothing can have happened. */
static int job_end(struct grist_job *j, struct write_result *ret, struct err *err)
{
    if (j->stopped.kind != ERR_NONE && !j->sent) {
        *err = j->stopped;
        return -1;
    }
    grist_follow(j);
    memcpy(ret, j->ret, j->batch->n_rows * sizeof *ret);
    return 0;
}

/* Refused for what it says: 400, 413, 422. */
static bool refused(const struct http_answer *a, const struct err *err)
{
    return a->status >= 400 && a->status < 500 && err->kind == ERR_DATA;
}

/* The request surely had no effect, and what is wrong is not in the rows. */
static bool surely_not_applied(const struct http_answer *a, const struct err *err)
{
    return a->status == 429 || !a->sent || err->kind == ERR_AUTH || err->kind == ERR_GONE ||
           (a->status >= 300 && a->status < 400);
}

/* --- rows to be sent ------------------------------------------------------------ */

enum verb {
    ADD,    /* POST: new rows, not to be repeated */
    UPSERT, /* PUT: new rows, or those that have the marker */
    CHANGE, /* PATCH */
};

static const struct {
    const char *method, *query, *what;
} verbs[] = {
    [ADD] = {"POST", "noparse=1", "new rows in"},
    [UPSERT] = {"PUT", "onmany=none&noparse=1", "new rows in"},
    [CHANGE] = {"PATCH", "noparse=1", "changes in"},
};

/* Their places in the batch, and each as JSON. */
struct parcel {
    struct grist_job *j;
    enum verb verb;
    size_t rows[ROWS_MAX];
    const char *json[ROWS_MAX];
    size_t n;
};

static void settle_parcel(const struct parcel *p, size_t first, size_t n, enum write_fate fate,
                          const char *why)
{
    for (size_t i = first; i < first + n; i++)
        grist_settle(p->j, p->rows[i], fate, "%s", why);
}

/* All or nothing was done. New rows without a marker are known by the ids in the answer only. */
static void take_answer(const struct parcel *p, size_t first, size_t n, const struct http_answer *a)
{
    struct grist_job *j = p->j;
    const int64_t *ids = NULL;
    size_t n_ids = 0;
    struct err err;
    j->sent = true;
    if (p->verb == ADD && grist_read_added(a->body, a->body_len, j->scratch, &ids, &n_ids, &err)) {
        settle_parcel(p, first, n, WRITE_UNSURE, err.msg);
        return;
    }
    if (p->verb == ADD && n_ids != n) {
        settle_parcel(p, first, n, WRITE_UNSURE, "accepted without an id for every row");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct grist_row_job *row = &j->rows[p->rows[first + i]];
        row->sent = true;
        row->id = ids ? ids[i] : row->id;
    }
}

/* Which row "Invalid row id 999" speaks of; SIZE_MAX: none of these. */
static size_t invalid_row(const struct parcel *p, size_t first, size_t n, const struct err *err)
{
    static const char words[] = "Invalid row id ";
    const char *at = strstr(err->msg, words);
    if (!at || p->verb != CHANGE)
        return SIZE_MAX;
    long long id = strtoll(at + sizeof words - 1, NULL, 10);
    for (size_t i = first; i < first + n; i++) {
        if (p->j->rows[p->rows[i]].id == id)
            return i;
    }
    return SIZE_MAX;
}

static void send_rows(struct parcel *p, size_t first, size_t n);

/* A row that is gone fails all that were sent with it: the others go again, without it. */
static void leave_out(struct parcel *p, size_t first, size_t n, size_t gone, const struct err *err)
{
    size_t after = first + n - gone - 1;
    grist_settle(p->j, p->rows[gone], WRITE_GONE, "%s", err->msg);
    memmove(&p->rows[gone], &p->rows[gone + 1], after * sizeof *p->rows);
    memmove(&p->json[gone], &p->json[gone + 1], after * sizeof *p->json);
    send_rows(p, first, n - 1);
}

static void failed(struct parcel *p, size_t first, size_t n, const struct http_answer *a,
                   const struct err *err)
{
    struct grist_job *j = p->j;
    size_t gone = refused(a, err) ? invalid_row(p, first, n, err) : SIZE_MAX;
    if (gone != SIZE_MAX) {
        leave_out(p, first, n, gone, err);
    } else if (refused(a, err) && n > 1) { /* in halves, down to the row that is to blame */
        send_rows(p, first, n / 2);
        send_rows(p, first + n / 2, n - n / 2);
    } else if (refused(a, err)) {
        settle_parcel(p, first, n, WRITE_REFUSED, err->msg);
    } else if (surely_not_applied(a, err)) {
        j->stopped = *err;
    } else {
        j->sent = true;
        j->stopped = *err;
        settle_parcel(p, first, n, WRITE_UNSURE, err->msg);
    }
}

static void send_rows(struct parcel *p, size_t first, size_t n)
{
    struct grist_job *j = p->j;
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    AUTO_BUF body = BUF_INIT(BODY_MAX * 2);
    struct err err;
    if (!n || j->stopped.kind != ERR_NONE)
        return;
    grist_add_table_path(&path, j->r, j->info.id);
    buf_addf(&path, "/records?%s", verbs[p->verb].query);
    for (size_t i = first; i < first + n; i++)
        buf_addf(&body, "%s%s", i > first ? "," : "{\"records\":[", p->json[i]);
    buf_add(&body, "]}");
    const struct grist_call c = {.method = verbs[p->verb].method,
                                 .path = buf_str(&path),
                                 .body = buf_str(&body),
                                 .once = p->verb == ADD,
                                 .writes = true};
    const char *what = arena_printf(j->scratch, "%s: %s «%s»", j->r->base.cfg->name,
                                    verbs[p->verb].what, j->info.name);
    if (grist_call(j->r, &c, what, &a, &err))
        failed(p, first, n, &a, &err);
    else
        take_answer(p, first, n, &a);
}

/* Whether the row could be written as JSON; else it is settled. */
static bool pack(struct parcel *p, size_t row)
{
    struct grist_job *j = p->j;
    const struct cell *cells = j->batch->rows[row].cells;
    struct err err;
    AUTO_BUF json = BUF_INIT(BODY_MAX - BODY_FRAME);
    buf_addc(&json, '{');
    if (p->verb == CHANGE)
        buf_addf(&json, "\"id\":%lld,", (long long)j->rows[row].id);
    if (p->verb == UPSERT) {
        buf_add(&json, "\"require\":");
        if (grist_put_fields(&j->columns[j->marker], &cells[j->marker], 1, SIZE_MAX, &json, &err)) {
            grist_settle(j, row, WRITE_REFUSED, "%s", err.msg);
            return false;
        }
        buf_addc(&json, ',');
    }
    buf_add(&json, "\"fields\":");
    if (grist_put_fields(j->columns, cells, j->batch->n_columns,
                         p->verb == UPSERT ? j->marker : SIZE_MAX, &json, &err)) {
        grist_settle(j, row, WRITE_REFUSED, "%s", err.msg);
        return false;
    }
    buf_addc(&json, '}');
    if (json.over) {
        grist_settle(j, row, WRITE_REFUSED, "the row is larger than %d bytes", BODY_MAX);
        return false;
    }
    p->rows[p->n] = row;
    p->json[p->n++] = arena_strdup(j->scratch, buf_str(&json));
    return true;
}

/* Packs and sends the rows that are not settled yet, in requests that Grist takes. */
static void send_all(struct grist_job *j, enum verb verb)
{
    struct parcel p = {.j = j, .verb = verb};
    size_t bytes = BODY_FRAME;
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        if (j->rows[i].settled || !pack(&p, i))
            continue;
        size_t more = strlen(p.json[p.n - 1]) + 1;
        if (bytes + more > BODY_MAX) { /* what was packed before goes now */
            send_rows(&p, 0, p.n - 1);
            p.rows[0] = i;
            p.json[0] = p.json[p.n - 1];
            p.n = 1;
            bytes = BODY_FRAME;
        }
        bytes += more;
    }
    send_rows(&p, 0, p.n);
}

/* --- insert --------------------------------------------------------------------- */

/* A marker that is empty or cannot be searched by would write over rows that are not ours; one
 * that another row of the batch has fails all of them. */
static bool good_marker(struct grist_job *j, size_t row)
{
    const struct column_info *column = j->columns[j->marker];
    const struct cell *mine = &j->batch->rows[row].cells[j->marker];
    AUTO_BUF value = BUF_INIT(4096);
    if (!grist_put_condition(column, mine, &value)) {
        grist_settle(j, row, WRITE_REFUSED, "the marker «%s» is empty or no plain text",
                     column->name);
        return false;
    }
    for (size_t i = 0; i < row; i++) {
        if (!grist_holds(column, mine, &j->batch->rows[i].cells[j->marker]))
            continue;
        grist_settle(j, row, WRITE_REFUSED, "another row of the batch has the same marker «%s»",
                     column->name);
        return false;
    }
    return true;
}

int grist_insert(struct remote *remote, const struct write_batch *b, struct arena *arena,
                 struct write_result *ret, struct err *err)
{
    CLEANUP(job_free)
    struct grist_job j = {.r = (struct grist *)remote,
                          .batch = b,
                          .scratch = arena_new(GRIST_ARENA_BYTES),
                          .out = arena};
    if (job_open(&j, err))
        return -1;
    bool marked = j.marker != SIZE_MAX;
    for (size_t i = 0; i < b->n_rows && marked; i++)
        good_marker(&j, i);
    send_all(&j, marked ? UPSERT : ADD);
    return job_end(&j, ret, err);
}

/* --- update --------------------------------------------------------------------- */

static bool is_twice(const struct grist_job *j, size_t row)
{
    for (size_t i = 0; i < row; i++) {
        if (j->rows[i].id == j->rows[row].id)
            return true;
    }
    return false;
}

int grist_update(struct remote *remote, const struct write_batch *b, struct arena *arena,
                 struct write_result *ret, struct err *err)
{
    CLEANUP(job_free)
    struct grist_job j = {.r = (struct grist *)remote,
                          .batch = b,
                          .scratch = arena_new(GRIST_ARENA_BYTES),
                          .out = arena};
    if (job_open(&j, err))
        return -1;
    for (size_t i = 0; i < b->n_rows; i++) {
        struct err why;
        if (grist_read_row_id(j.r, b->rows[i].row_id, &j.rows[i].id, &why))
            grist_settle(&j, i, WRITE_REFUSED, "%s", why.msg);
        else if (is_twice(&j, i))
            grist_settle(&j, i, WRITE_REFUSED, "another change of the same row is in this batch");
    }
    send_all(&j, CHANGE);
    return job_end(&j, ret, err);
}

/* --- archive -------------------------------------------------------------------- */

/* Grist has no trash: the row goes, and what refers to it is cleared. It says so of rows too that
 * were gone already. Sent once: the number of a deleted row is given to the next new one. */
static void send_delete(struct grist_job *j)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(4096);
    struct err err;
    const char *body = arena_printf(j->scratch, "[%lld]", (long long)j->rows[0].id);
    const char *what = arena_printf(j->scratch, "%s: deletion of row %lld in «%s»",
                                    j->r->base.cfg->name, (long long)j->rows[0].id, j->info.name);
    grist_add_table_path(&path, j->r, j->info.id);
    buf_add(&path, "/records/delete");
    const struct grist_call c = {.method = "POST",
                                 .path = buf_str(&path),
                                 .body = body,
                                 .once = true,
                                 .writes = true};
    if (!grist_call(j->r, &c, what, &a, &err)) {
        j->sent = j->rows[0].sent = true;
    } else if (refused(&a, &err)) {
        grist_settle(j, 0, WRITE_REFUSED, "%s", err.msg);
    } else if (surely_not_applied(&a, &err)) {
        j->stopped = err;
    } else {
        j->sent = true;
        grist_settle(j, 0, WRITE_UNSURE, "%s", err.msg);
    }
}

int grist_archive(struct remote *remote, const char *table, const char *row_id, struct arena *arena,
                  struct write_result *ret, struct err *err)
{
    const struct remote_write row = {.row_id = row_id};
    const struct write_batch b = {.table = table, .rows = &row, .n_rows = 1};
    int64_t id;
    CLEANUP(job_free)
    struct grist_job j = {.r = (struct grist *)remote,
                          .batch = &b,
                          .scratch = arena_new(GRIST_ARENA_BYTES),
                          .out = arena,
                          .archive = true};
    if (grist_read_row_id(j.r, row_id, &id, err) || job_open(&j, err))
        return -1;
    j.rows[0].id = id;
    send_delete(&j);
    return job_end(&j, ret, err);
}
