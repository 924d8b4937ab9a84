#include "sync/remote/grist.h"

#include "sync/remote/grist_put.h"

#include <stdarg.h>
#include <string.h>

void grist_settle(struct grist_job *j, size_t row, enum write_fate fate, const char *fmt, ...)
{
    struct err text;
    AUTO_BUF why = BUF_INIT(4096);
    int64_t id = j->rows[row].id;
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&why, fmt, ap);
    va_end(ap);
    err_set(&text, ERR_DATA, "%s", buf_str(&why)); /* cut like any message */
    j->ret[row] =
        (struct write_result){.fate = fate,
                              .row_id = id ? arena_printf(j->out, "%lld", (long long)id) : NULL,
                              .why = arena_strdup(j->out, text.msg)};
    j->rows[row].settled = true;
}

static void settle_done(struct grist_job *j, size_t row, const struct remote_row *seen)
{
    j->ret[row] =
        (struct write_result){.fate = WRITE_DONE,
                              .row_id = arena_printf(j->out, "%lld", (long long)j->rows[row].id),
                              .edited_ms = seen ? seen->edited_ms : 0};
    j->rows[row].settled = true;
}

/* The name of the first column that does not hold what was sent, or NULL. */
static const char *differs(const struct grist_job *j, size_t row, const struct cell *cells)
{
    for (size_t i = 0; i < j->batch->n_columns; i++) {
        if (!grist_holds(j->columns[i], &j->batch->rows[row].cells[i], &cells[i]))
            return j->columns[i]->name;
    }
    return NULL;
}

static void judge_absent(struct grist_job *j, size_t row)
{
    if (j->archive) {
        settle_done(j, row, NULL);
    } else if (j->batch->rows[row].row_id) {
        grist_settle(j, row, WRITE_GONE, "the row is gone");
    } else {
        j->rows[row].id = 0; /* nobody has it */
        grist_settle(j, row, WRITE_IGNORED, "accepted, but the row is not there");
    }
}

static void judge(struct grist_job *j, size_t row, const struct grist_page *page, size_t at)
{
    const struct remote_row *seen = &page->rows[at];
    j->rows[row].id = page->ids[at];
    if (j->archive) {
        grist_settle(j, row, WRITE_IGNORED, "accepted, but the row is still there");
        return;
    }
    const char *column = differs(j, row, seen->cells);
    if (column)
        grist_settle(j, row, WRITE_IGNORED, "accepted, but column «%s» did not take the value",
                     column);
    else
        settle_done(j, row, seen);
}

static bool waits(const struct grist_job *j, size_t row)
{
    return j->rows[row].sent && !j->rows[row].settled;
}

/* Whether the row of the page is the one that was written. */
static bool is_row(const struct grist_job *j, size_t row, const struct grist_page *page, size_t at)
{
    if (j->rows[row].id)
        return page->ids[at] == j->rows[row].id;
    return grist_holds(j->columns[j->marker], &j->batch->rows[row].cells[j->marker],
                       &page->rows[at].cells[j->marker]);
}

/* With a marker that several rows have Grist touches none of them (onmany=none). */
static void judge_all(struct grist_job *j, const struct grist_page *page)
{
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        size_t n = 0, at = 0;
        if (!waits(j, i))
            continue;
        for (size_t k = 0; k < page->n; k++) {
            if (!is_row(j, i, page, k))
                continue;
            at = n++ ? at : k;
            if (j->rows[i].id) /* set by judge below only */
                break;
        }
        if (!n)
            judge_absent(j, i);
        else if (n > 1)
            grist_settle(j, i, WRITE_REFUSED, "several rows have this «%s»: leave it to one",
                         j->columns[j->marker]->name);
        else
            judge(j, i, page, at);
    }
}

/* Rows of one batch are all known by id or all by their marker. */
static struct grist_condition which_rows(const struct grist_job *j)
{
    const char **values = arena_alloc(j->scratch, j->batch->n_rows + 1, sizeof *values);
    struct grist_condition c = {.column = "id", .values = values};
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        AUTO_BUF marker = BUF_INIT(4096);
        if (!waits(j, i))
            continue;
        if (j->rows[i].id) {
            values[c.n++] = arena_printf(j->scratch, "%lld", (long long)j->rows[i].id);
            continue;
        }
        c.column = j->columns[j->marker]->id;
        grist_put_condition(j->columns[j->marker], &j->batch->rows[i].cells[j->marker], &marker);
        values[c.n++] = arena_strdup(j->scratch, buf_str(&marker));
    }
    return c;
}

static void read_back(struct grist_job *j)
{
    const struct grist_condition which = which_rows(j);
    struct grist_page page;
    struct err err;
    struct grist_scan s = {.info = &j->info,
                           .shape = {.columns = j->columns,
                                     .n_columns = j->batch->n_columns,
                                     .stamp = j->stamp},
                           .conditions = &which,
                           .n_conditions = 1,
                           .what = arena_printf(j->scratch, "%s: reading back from «%s»",
                                                j->r->base.cfg->name, j->info.name),
                           .arena = j->scratch};
    if (!which.n)
        return;
    if (!grist_scan_all(j->r, &s, &page, &err)) {
        judge_all(j, &page);
        return;
    }
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        if (waits(j, i))
            grist_settle(j, i, WRITE_UNSURE, "%s", err.msg);
    }
}

void grist_follow(struct grist_job *j)
{
    http_confirming(j->r->http, true);
    read_back(j);
    http_confirming(j->r->http, false);
    for (size_t i = 0; i < j->batch->n_rows; i++) {
        if (!j->rows[i].settled)
            grist_settle(j, i, WRITE_NOT_SENT, "not sent: %s", j->stopped.msg);
    }
}
