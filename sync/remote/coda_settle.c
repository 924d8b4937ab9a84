#include "sync/remote/coda.h"

#include "store/base/clock.h"
#include "sync/remote/coda_codec.h"
#include "sync/remote/coda_put.h"

#include <stdarg.h>
#include <string.h>

#define SETTLE_MS                                                                                  \
    60000 /* a mutation takes seconds, sometimes minutes: those are left to a search */
#define LATEST_MS     20000
#define FIRST_WAIT_MS 500
#define WAIT_MAX_MS   4000
#define MARKED_MAX    10 /* rows with one marker that are worth reading */

void coda_settle(struct coda_job *j, size_t row, enum write_fate fate, const char *fmt, ...)
{
    struct err text;
    AUTO_BUF why = BUF_INIT(4096);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&why, fmt, ap);
    va_end(ap);
    err_set(&text, ERR_DATA, "%s", buf_str(&why)); /* cut like any message */
    j->ret[row] = (struct write_result){.fate = fate,
                                        .row_id = arena_strdup(j->out, j->rows[row].row_id),
                                        .why = arena_strdup(j->out, text.msg)};
    j->rows[row].settled = true;
}

static void settle_done(struct coda_job *j, size_t row, const char *id, int64_t edited_ms)
{
    j->ret[row] = (struct write_result){.fate = WRITE_DONE,
                                        .row_id = arena_strdup(j->out, id),
                                        .edited_ms = edited_ms};
    j->rows[row].settled = true;
}

int coda_check_table(const struct coda_job *j, struct err *err)
{
    struct table_entry *e;
    return coda_open_table(j->r, j->batch->table, true, &e, err);
}

/* --- reading what is newest ------------------------------------------------ */

struct coda_reader coda_reader(struct coda *r)
{
    return (struct coda_reader){.r = r, .until_ms = clock_mono_ms() + LATEST_MS};
}

static void wait_longer(const struct coda *r, int64_t *wait_ms)
{
    http_pause(r->http, *wait_ms); /* stopped: what is asked next says so */
    *wait_ms = *wait_ms * 2 > WAIT_MAX_MS ? WAIT_MAX_MS : *wait_ms * 2;
}

/* A 400 says "not yet", or that the request is wrong: the plain read at the end tells. */
int coda_read(struct coda_reader *reader, const char *path, const char *what,
              struct http_answer *ret, struct err *err)
{
    int64_t wait_ms = FIRST_WAIT_MS;
    for (;;) {
        bool latest = clock_mono_ms() < reader->until_ms;
        const struct coda_call c = {.method = "GET", .path = path, .latest = latest};
        reader->stale = !latest;
        int rc = coda_call(reader->r, &c, what, ret, err);
        if (!rc || !latest || ret->status != 400)
            return rc;
        http_answer_free(ret);
        wait_longer(reader->r, &wait_ms);
    }
}

/* --- waiting for the mutations --------------------------------------------- */

/* Asks once. A request that is not known is not completed. */
static int ask(struct coda_job *j, size_t row, bool *ret_completed, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(1024);
    const char *what = arena_printf(j->scratch, "%s: state of a write to «%s»",
                                    j->r->base.cfg->name, j->info.name);
    *ret_completed = false;
    buf_add(&path, "/mutationStatus/");
    http_escape(&path, j->rows[row].request);
    if (coda_get(j->r, buf_str(&path), what, &a, err))
        return err->kind == ERR_GONE ? 0 : -1;
    if (coda_read_mutation(a.body, a.body_len, j->scratch, ret_completed, &j->rows[row].warning,
                           err))
        return err_wrap(err, "%s", what);
    return 0;
}

static int wait_completed(struct coda_job *j, size_t row, int64_t until_ms, struct err *err)
{
    int64_t wait_ms = FIRST_WAIT_MS;
    for (;;) {
        bool completed;
        if (ask(j, row, &completed, err))
            return -1;
        if (completed)
            return 0;
        if (clock_mono_ms() >= until_ms)
            return err_set(err, ERR_TEMP, "accepted, but not completed within %d s",
                           SETTLE_MS / 1000);
        wait_longer(j->r, &wait_ms);
    }
}

/* Rows of one request follow each other. An error ends the asking: the remote has been tried often
 * enough by then. */
static void wait_all(struct coda_job *j)
{
    int64_t until_ms = clock_mono_ms() + SETTLE_MS;
    const struct coda_row_job *last = NULL; /* asked about, with what came of it: */
    bool completed = false, failed = false;
    struct err err = {0};
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        struct coda_row_job *row = &j->rows[i];
        if (row->settled || !row->request)
            continue;
        if (last && !strcmp(last->request, row->request)) {
            row->warning = last->warning;
        } else if (!failed) {
            completed = !wait_completed(j, i, until_ms, &err);
            failed = !completed && clock_mono_ms() < until_ms;
            last = row;
        }
        if (!completed)
            coda_settle(j, i, WRITE_UNSURE, "%s", err.msg);
    }
}

/* --- reading back ---------------------------------------------------------- */

static void add_row_path(const struct coda_job *j, size_t row, struct buf *path)
{
    coda_add_table_path(path, j->r, j->info.id);
    if (j->rows[row].row_id) {
        buf_add(path, "/rows/");
        http_escape(path, j->rows[row].row_id);
        buf_add(path, "?valueFormat=rich&useColumnNames=false");
        return;
    }
    AUTO_BUF query = BUF_INIT((size_t)64 << 10);
    coda_put_query(j->columns[j->marker], &j->batch->rows[row].cells[j->marker], &query);
    buf_add(path, "/rows?query=");
    http_escape(path, buf_str(&query));
    buf_addf(path, "&valueFormat=rich&useColumnNames=false&limit=%d", MARKED_MAX);
}

/* Reads the row, or the rows with its marker; *ret has none where there is none. */
static int read_row(const struct coda_job *j, size_t row, struct coda_reader *reader,
                    struct arena *arena, struct coda_list *ret, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT((size_t)256 << 10);
    const char *id = j->rows[row].row_id;
    size_t n = j->batch->n_columns;
    const char *what =
        arena_printf(j->scratch, "%s: reading back from «%s»", j->r->base.cfg->name, j->info.name);
    *ret = (struct coda_list){0};
    add_row_path(j, row, &path);
    if (coda_read(reader, buf_str(&path), what, &a, err))
        return id && err->kind == ERR_GONE ? 0 : -1;
    if (id ? coda_read_row(a.body, a.body_len, j->columns, n, arena, ret, err)
           : coda_read_rows(a.body, a.body_len, j->columns, n, arena, ret, err))
        return err_wrap(err, "%s", what);
    if (id && strcmp(ret->rows[0].id, id) != 0) /* another row that is called like this id */
        ret->n = 0;
    return 0;
}

/* The name of the first column that does not hold what was sent, or NULL. */
static const char *differs(const struct coda_job *j, size_t row, const struct cell *cells)
{
    for (size_t i = 0; i < j->batch->n_columns; i++) {
        if (!coda_holds(j->columns[i], &j->batch->rows[row].cells[i], &cells[i]))
            return j->columns[i]->name;
    }
    return NULL;
}

static void judge_absent(struct coda_job *j, size_t row, bool stale)
{
    const char *warning = j->rows[row].warning;
    if (j->archive) {
        settle_done(j, row, j->rows[row].row_id, 0);
    } else if (stale) {
        coda_settle(j, row, WRITE_UNSURE, "accepted, but Coda does not show the row yet");
    } else if (j->batch->rows[row].row_id) {
        coda_settle(j, row, WRITE_GONE, "the row is gone");
    } else {
        j->rows[row].row_id = NULL; /* nobody has it */
        coda_settle(j, row, WRITE_IGNORED, "accepted and completed, but the row is not there%s%s",
                    warning ? ": " : "", warning ? warning : "");
    }
}

static void judge(struct coda_job *j, size_t row, const struct coda_list *list, bool stale)
{
    const char *warning = j->rows[row].warning;
    const struct remote_row *seen = list->rows;
    if (!list->n) {
        judge_absent(j, row, stale);
        return;
    }
    if (list->n > 1) { /* somebody duplicated a row, its marker too: all of them were written */
        coda_settle(j, row, WRITE_UNSURE, "several rows have this «%s»",
                    j->columns[j->marker]->name);
        return;
    }
    j->rows[row].row_id = seen->id;
    const char *column = j->archive ? NULL : differs(j, row, seen->cells);
    if (!column && !j->archive)
        settle_done(j, row, seen->id, seen->edited_ms);
    else if (stale)
        coda_settle(j, row, WRITE_UNSURE, "accepted, but Coda does not show the change yet");
    else if (j->archive)
        coda_settle(j, row, WRITE_IGNORED, "accepted and completed, but the row is still there");
    else
        coda_settle(j, row, WRITE_IGNORED, "accepted, but column «%s» did not take the value%s%s",
                    column, warning ? ": " : "", warning ? warning : "");
}

/* Reads back what was completed, until Coda cannot be reached. */
static void read_all(struct coda_job *j)
{
    struct coda_reader reader = coda_reader(j->r);
    AUTO_ARENA *arena = arena_new(CODA_ANSWER_BYTES);
    struct err broken = {0}; /* why nothing more can be read */
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        struct coda_list list;
        struct err err = broken;
        if (j->rows[i].settled || !j->rows[i].request)
            continue;
        arena_reset(arena);
        if (broken.kind != ERR_NONE || read_row(j, i, &reader, arena, &list, &err)) {
            coda_settle(j, i, WRITE_UNSURE, "%s", err.msg);
            broken = err.kind == ERR_DATA ? broken : err; /* this row's fault only */
            continue;
        }
        judge(j, i, &list, reader.stale);
    }
}

void coda_follow(struct coda_job *j)
{
    http_confirming(j->r->http, true);
    wait_all(j);
    read_all(j);
    http_confirming(j->r->http, false);
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        if (!j->rows[i].settled)
            coda_settle(j, i, WRITE_NOT_SENT, "not sent: %s", j->stopped.msg);
    }
}
