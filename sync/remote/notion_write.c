#include "sync/remote/notion.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/uuid.h"
#include "sync/remote/notion_codec.h"
#include "sync/remote/notion_put.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES         5
#define FIRST_WAIT_MS 500
#define BUSY_WAIT_MS  2000 /* after a 429 without Retry-After */
#define WAIT_MAX_S    120  /* longer waits are the engine's business */
#define BODY_MAX      500000

/* What to do after a request. */
enum step {
    SETTLED, /* the result is known */
    AGAIN,
    FAILED, /* err says why; nothing happened unless job.unsure */
};

/* One row to be written, and how far it has come. */
struct job {
    struct notion *r;
    const struct write_batch *batch;
    const struct cell *cells;
    const char *page; /* NULL: insert */
    bool archive;
    bool back;         /* out of the trash with it */
    bool back_first;   /* Notion wants that in a request of its own, before the values */
    struct arena *out; /* the caller's, for what the result says */
    struct write_result *ret;
    const struct column_info **columns; /* in the cache of tables, found anew when that is */
    char *body;
    bool schema_anew; /* it was asked for again, once */
    bool unsure;      /* a try may have been applied */
    unsigned tries;
    char what[200];
};

static void job_free(struct job *j)
{
    free(j->columns);
    free(j->body);
}

static enum step settle(struct job *j, enum write_fate fate, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
static enum step settle(struct job *j, enum write_fate fate, const char *fmt, ...)
{
    struct err text;
    AUTO_BUF why = BUF_INIT(4096);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&why, fmt, ap);
    va_end(ap);
    err_set(&text, ERR_DATA, "%s", buf_str(&why)); /* cut like any message */
    j->ret->fate = fate;
    j->ret->why = arena_strdup(j->out, text.msg);
    return SETTLED;
}

static enum step settle_done(struct job *j, const char *id, int64_t edited_ms)
{
    *j->ret = (struct write_result){.fate = WRITE_DONE,
                                    .row_id = arena_strdup(j->out, id),
                                    .edited_ms = edited_ms};
    return SETTLED;
}

/* A page in the trash: what archive wants, and the end of any other writing. */
static enum step settle_trashed(struct job *j)
{
    if (j->archive)
        return settle_done(j, j->page, 0);
    return settle(j, WRITE_GONE, "%s: the page %s in the trash", j->what, j->back ? "stays" : "is");
}

/* Doubling, the upper half by chance: two that collided must not come back together. */
static void pause_before_retry(const struct job *j)
{
    int64_t ms = (int64_t)FIRST_WAIT_MS << (j->tries < 6 ? j->tries : 6);
    uint64_t chance = (uint64_t)clock_now_ms() ^ (uint64_t)(uintptr_t)j;
    chance = chance * 0x9e3779b97f4a7c15U >> 32;
    http_pause(j->r->http, ms / 2 + (int64_t)(chance % (uint64_t)(ms / 2 + 1)));
}

/* --- before sending -------------------------------------------------------- */

static int put_row(const struct job *j, const char *source, struct buf *out, struct err *err)
{
    buf_addc(out, '{');
    if (!j->page)
        buf_addf(out, "\"parent\":{\"type\":\"data_source_id\",\"data_source_id\":\"%s\"},",
                 source);
    buf_add(out, j->back ? "\"in_trash\":false,\"properties\":{" : "\"properties\":{");
    for (size_t i = 0; i < j->batch->n_columns; i++) {
        buf_add(out, i ? "," : "");
        json_quote(out, j->columns[i]->name);
        buf_addc(out, ':');
        if (notion_put_value(j->columns[i], &j->cells[i], out, err))
            return -1;
    }
    buf_add(out, "}}");
    return 0;
}

/* Finds the table and its columns and makes the body. AGAIN: it can be sent. */
static enum step prepare(struct job *j, bool fresh, struct err *err)
{
    struct table_entry *e;
    struct err why;
    AUTO_BUF body = BUF_INIT(BODY_MAX);
    if (notion_open_table(j->r, j->batch->table, fresh, &e, err))
        return FAILED;
    if (j->archive)
        return AGAIN;
    if (table_find_columns(&e->info, j->batch->columns, j->batch->n_columns, j->columns, err)) {
        err_wrap(err, "%s", j->r->base.cfg->name);
        return FAILED;
    }
    snprintf(j->what, sizeof j->what, "%s: %s%s «%.100s»", j->r->base.cfg->name,
             j->page ? "page " : "new page in", j->page ? j->page : "", e->info.name);
    if (put_row(j, e->id, &body, &why))
        return settle(j, WRITE_REFUSED, "%s", why.msg);
    if (body.over)
        return settle(j, WRITE_REFUSED, "the row is larger than Notion takes at once, %d bytes",
                      BODY_MAX);
    free(j->body);
    j->body = buf_take(&body);
    return AGAIN;
}

/* --- what the page says ---------------------------------------------------- */

/* Compares the page with what was sent. AGAIN: it differs, and nothing else was to be expected. */
static enum step judge(struct job *j, const struct http_answer *a, bool just_written)
{
    AUTO_ARENA *arena = arena_new(NOTION_PAGE_BYTES);
    struct notion_list list;
    struct err why;
    size_t n = j->batch->n_columns;
    if (notion_read_row(a->body, a->body_len, j->columns, n, arena, &list, &why))
        return settle(j, WRITE_UNSURE, "%s: %s", j->what, why.msg);
    const struct remote_row *row = &list.rows[0];
    if (row->trashed)
        return j->back && !just_written ? AGAIN : settle_trashed(j);
    if (j->back_first) { /* it is out; now the values */
        j->back = j->back_first = false;
        just_written = false;
    }
    if (j->archive && !just_written)
        return AGAIN;
    if (j->archive)
        return settle(j, WRITE_IGNORED, "%s: the page is not in the trash", j->what);
    if (notion_fill_cuts(j->r, &list, j->columns, n, arena, j->what, &why)) {
        j->ret->row_id = arena_strdup(j->out, row->id);
        return settle(j, WRITE_UNSURE, "%s", why.msg);
    }
    for (size_t i = 0; i < n; i++) {
        if (notion_holds(j->columns[i], &j->cells[i], &row->cells[i]))
            continue;
        if (!just_written)
            return AGAIN;
        j->ret->row_id = arena_strdup(j->out, row->id); /* there is such a page now */
        return settle(j, WRITE_IGNORED, "%s: column «%s» did not take the value", j->what,
                      j->columns[i]->name);
    }
    return settle_done(j, row->id, row->edited_ms);
}

static enum step read_page(struct job *j, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(128);
    struct table_entry *e;
    buf_addf(&path, "/pages/%s", j->page);
    if (!notion_get(j->r, buf_str(&path), j->what, &a, err))
        return judge(j, &a, false);
    if (err->kind != ERR_GONE)
        return FAILED;
    /* Where the whole table is out of reach, a 404 tells nothing about the page. */
    struct err gone = *err;
    if (notion_open_table(j->r, j->batch->table, true, &e, err))
        return FAILED;
    if (!j->archive && /* its columns moved in memory */
        table_find_columns(&e->info, j->batch->columns, j->batch->n_columns, j->columns, err))
        return FAILED;
    return settle(j, WRITE_GONE, "%s", gone.msg);
}

/* Reads the page again. AGAIN: it is there and does not hold what is to be written. */
static enum step reread(struct job *j, struct err *err)
{
    http_confirming(j->r->http, true);
    enum step s = read_page(j, err);
    http_confirming(j->r->http, false);
    return s;
}

/* --- when it failed -------------------------------------------------------- */

/* 400: "Can't edit page on block with an archived ancestor", or a value that the schema does not
 * take, perhaps any more. */
static enum step invalid(struct job *j, struct err *err)
{
    struct err refused = *err, ignored;
    bool cannot = strstr(err->msg, "Can't edit") || strstr(err->msg, "Can't update");
    if (j->page && cannot && strstr(err->msg, "archived")) {
        if (!j->back || j->back_first)
            return settle_trashed(j);
        j->back_first = true;
        return AGAIN;
    }
    if (j->page && reread(j, &ignored) == SETTLED && j->ret->fate != WRITE_UNSURE)
        return SETTLED;
    if (j->archive || j->schema_anew)
        return settle(j, WRITE_REFUSED, "%s", refused.msg);
    j->schema_anew = true;
    return prepare(j, true, err);
}

/* 404: the page, the data source, or a page that a relation points at. */
static enum step missing(struct job *j, struct err *err)
{
    struct err refused = *err;
    struct table_entry *e;
    enum step s = AGAIN;
    if (j->page)
        s = reread(j, err);
    else if (notion_open_table(j->r, j->batch->table, true, &e, err))
        s = FAILED;
    return s == AGAIN ? settle(j, WRITE_REFUSED, "%s", refused.msg) : s;
}

/* 429 and 529: surely not applied. Everyone with this limiter waits, and the waiting can be
 * cancelled. */
static enum step busy(const struct job *j, const struct http_answer *a)
{
    if (a->retry_after_s > WAIT_MAX_S)
        return FAILED;
    if (!a->retry_after_s && j->r->limiter)
        limiter_hold(j->r->limiter, BUSY_WAIT_MS << j->tries);
    return AGAIN;
}

/* It may have been applied, or was refused because somebody saved at the same moment: a page that
 * is there tells. */
static enum step look_again(struct job *j, bool conflict, struct err *err)
{
    struct err before = *err;
    j->unsure = j->unsure || !conflict;
    if (!j->page && !conflict)
        return settle(j, WRITE_UNSURE, "%s", before.msg);
    pause_before_retry(j);
    enum step s = j->page ? reread(j, err) : AGAIN;
    if (s == AGAIN)
        *err = before;
    return s;
}

static enum step failed(struct job *j, const struct http_answer *a, struct err *err)
{
    int status = a->status;
    if (status == 429 || status == 529)
        return busy(j, a);
    if (status == 400)
        return invalid(j, err);
    if (status == 404)
        return missing(j, err);
    if (status == 409)
        return look_again(j, true, err);
    if (err->kind == ERR_AUTH || (status >= 300 && status < 400))
        return FAILED;
    if (status > 400 && status < 500 && err->kind == ERR_DATA)
        return settle(j, WRITE_REFUSED, "%s", err->msg);
    if (err->kind == ERR_CANCELED) {
        j->unsure = j->unsure || a->sent;
        return FAILED;
    }
    if (a->sent)
        return look_again(j, false, err);
    if (err->kind != ERR_TEMP)
        return FAILED;
    pause_before_retry(j);
    return AGAIN;
}

/* --- one row --------------------------------------------------------------- */

static enum step send(struct job *j, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(128);
    buf_add(&path, "/pages");
    if (j->page)
        buf_addf(&path, "/%s", j->page);
    const struct notion_call c = {.method = j->page ? "PATCH" : "POST",
                                  .path = buf_str(&path),
                                  .body = j->back_first ? "{\"in_trash\":false}" : j->body,
                                  .once = true};
    if (notion_call(j->r, &c, j->what, &a, err))
        return failed(j, &a, err);
    http_confirming(j->r->http, true);
    enum step s = judge(j, &a, true);
    http_confirming(j->r->http, false);
    return s;
}

static int write_page(struct job *j, struct err *err)
{
    enum step s = prepare(j, false, err);
    while (s == AGAIN) {
        s = send(j, err);
        if (s == AGAIN && ++j->tries == TRIES)
            s = FAILED;
    }
    if (s == FAILED && j->unsure) {
        settle(j, WRITE_UNSURE, "%s", err->msg);
        s = SETTLED;
    }
    return s == FAILED ? -1 : 0;
}

static int read_page_id(struct remote *remote, const char *row_id, char id[UUID_LEN + 1],
                        struct err *err)
{
    if (!row_id || !uuid_read(row_id, id))
        return err_set(err, ERR_DATA, "%s: «%s» is no page id", remote->cfg->name,
                       row_id ? row_id : "");
    return 0;
}

static int write_one(struct remote *remote, const struct write_batch *b, bool insert,
                     struct arena *arena, struct write_result *ret, struct err *err)
{
    struct write_result result = {0};
    char id[UUID_LEN + 1];
    if (b->n_rows != 1)
        return err_set(err, ERR_DATA, "%s: one page at a time, not %zu", remote->cfg->name,
                       b->n_rows);
    if (!insert && read_page_id(remote, b->rows[0].row_id, id, err))
        return -1;
    CLEANUP(job_free)
    struct job j = {.r = (struct notion *)remote,
                    .batch = b,
                    .cells = b->rows[0].cells,
                    .page = insert ? NULL : id,
                    .back = !insert && b->rows[0].bring_back,
                    .out = arena,
                    .ret = &result,
                    .columns = xcalloc(b->n_columns + 1, sizeof *j.columns)};
    if (write_page(&j, err))
        return -1;
    *ret = result;
    return 0;
}

int notion_insert(struct remote *remote, const struct write_batch *b, struct arena *arena,
                  struct write_result *ret, struct err *err)
{
    return write_one(remote, b, true, arena, ret, err);
}

int notion_update(struct remote *remote, const struct write_batch *b, struct arena *arena,
                  struct write_result *ret, struct err *err)
{
    return write_one(remote, b, false, arena, ret, err);
}

int notion_archive(struct remote *remote, const char *table, const char *row_id,
                   struct arena *arena, struct write_result *ret, struct err *err)
{
    char id[UUID_LEN + 1];
    struct write_result result = {0};
    const struct write_batch b = {.table = table};
    if (read_page_id(remote, row_id, id, err))
        return -1;
    CLEANUP(job_free)
    struct job j = {.r = (struct notion *)remote,
                    .batch = &b,
                    .page = id,
                    .archive = true,
                    .out = arena,
                    .ret = &result,
                    .body = xstrdup("{\"in_trash\":true}")};
    snprintf(j.what, sizeof j.what, "%s: page %s into the trash", remote->cfg->name, id);
    if (write_page(&j, err))
        return -1;
    *ret = result;
    return 0;
}
