#include "sync/remote/grist.h"

#include "store/base/json.h"
#include "sync/remote/paging.h"

#include <stdio.h>
#include <string.h>

#define LIMIT       GRIST_ROWS_MAX /* rows a page of /sql */
#define LIMIT_SMALL 10
#define SQL_MAX     ((size_t)1 << 20)

/* A scan under way. */
struct walk {
    struct grist *r;
    struct grist_scan *s;
    unsigned limit, page;
    int64_t last_id;   /* the largest read; of the rows with last_stamp where `since` */
    double last_stamp; /* the largest read */
    char what[240];
};

/* --- one statement ---------------------------------------------------------- */

/* POST /sql, which only reads. 403 and 404: *ret_barred, and it is not tried again for a while. */
static int ask(struct grist *r, const char *sql, const char *args, const char *what,
               struct http_answer *ret, bool *ret_barred, struct err *err)
{
    AUTO_BUF path = BUF_INIT(1024);
    AUTO_BUF body = BUF_INIT(SQL_MAX * 2);
    *ret_barred = grist_barred(r, "sql") != 0;
    if (*ret_barred)
        return err_set(err, ERR_AUTH, "%s: /sql cannot be used", what);
    buf_addf(&path, "%s/sql", r->doc_path);
    buf_add(&body, "{\"sql\":");
    json_quote(&body, sql);
    buf_addf(&body, ",\"args\":[%s]}", args);
    if (body.over)
        return err_set(err, ERR_DATA, "%s: the question is too long", what);
    const struct grist_call c = {.method = "POST", .path = buf_str(&path), .body = buf_str(&body)};
    if (!grist_call(r, &c, what, ret, err))
        return 0;
    *ret_barred = ret->status == 403 || ret->status == 404;
    if (*ret_barred)
        grist_set_bar(r, "sql", ret->status);
    return -1;
}

/* t."name": with the t, since SQLite takes a quoted name that is no column for a text. */
static void add_column(struct buf *sql, const char *id)
{
    buf_add(sql, "t.\"");
    for (; *id; id++)
        buf_addf(sql, *id == '"' ? "%c\"" : "%c", *id);
    buf_addc(sql, '"');
}

static void add_from(struct buf *sql, const char *table)
{
    buf_add(sql, " from \"");
    for (; *table; table++)
        buf_addf(sql, *table == '"' ? "%c\"" : "%c", *table);
    buf_add(sql, "\" t");
}

/* Only what can be a time: to SQLite text, which people may have typed, is larger than numbers. */
static void add_is_stamp(struct buf *sql, const char *column)
{
    add_column(sql, column);
    buf_addf(sql, " < %.0f", GRIST_STAMP_TOP);
}

int grist_latest(struct grist *r, const struct grist_stamp *stamps, size_t n, const char *what,
                 double *ret, int *ret_status, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    bool barred;
    *ret_status = grist_barred(r, "sql");
    for (size_t i = 0; i < n; i++) {
        buf_addf(&sql, "%sselect %zu as place, max(", i ? " union all " : "", i);
        add_column(&sql, stamps[i].column);
        buf_add(&sql, ") as latest");
        add_from(&sql, stamps[i].table);
        buf_add(&sql, " where ");
        add_is_stamp(&sql, stamps[i].column);
    }
    int bad = ask(r, buf_str(&sql), "", what, &a, &barred, err);
    *ret_status = a.status ? a.status : *ret_status;
    if (bad)
        return -1;
    if (grist_read_latest(a.body, a.body_len, ret, n, err))
        return err_wrap(err, "%s", what);
    return 0;
}

/* --- by /sql, page by page --------------------------------------------------- */

static void add_arg(struct buf *args, const char *json)
{
    buf_addf(args, "%s%s", args->len ? "," : "", json);
}

static void add_number(struct buf *args, double n)
{
    AUTO_BUF b = BUF_INIT(64);
    json_number(&b, n);
    add_arg(args, buf_str(&b));
}

static void add_select(const struct grist_scan *s, struct buf *sql)
{
    const struct grist_shape *shape = &s->shape;
    const char *more[] = {shape->key, shape->stamp};
    buf_add(sql, "select t.id");
    for (size_t i = 0; i < shape->n_columns; i++) {
        buf_add(sql, ", ");
        add_column(sql, shape->columns[i]->id);
    }
    for (size_t i = 0; i < ARRAY_LEN(more); i++) {
        if (!more[i])
            continue;
        buf_add(sql, ", ");
        add_column(sql, more[i]);
    }
    add_from(sql, s->info->id);
}

static void add_conditions(const struct grist_scan *s, struct buf *sql, struct buf *args)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct grist_condition *c = &s->conditions[i];
        add_column(sql, c->column);
        buf_add(sql, " in (");
        for (size_t k = 0; k < c->n; k++) {
            buf_add(sql, k ? ",?" : "?");
            add_arg(args, c->values[k]);
        }
        buf_add(sql, ") and ");
    }
}

/* What comes after the last row read, and in which order. */
static void add_position(const struct walk *w, struct buf *sql, struct buf *args)
{
    const char *stamp = w->s->shape.stamp;
    if (w->s->since) {
        add_is_stamp(sql, stamp);
        buf_add(sql, " and (");
        add_column(sql, stamp);
        buf_add(sql, " > ? or (");
        add_column(sql, stamp);
        buf_add(sql, " = ? and t.id > ?)) order by ");
        add_column(sql, stamp);
        buf_add(sql, ", t.id");
        add_number(args, w->last_stamp);
        add_number(args, w->last_stamp);
    } else {
        buf_add(sql, "t.id > ? order by t.id");
    }
    add_number(args, (double)w->last_id);
    buf_addf(sql, " limit %u", w->limit);
}

/* Moves the position on. The rows of a page may come in any order. */
static int move_on(struct walk *w, const struct grist_page *page, struct err *err)
{
    int64_t id = w->last_id;
    double stamp = w->last_stamp;
    for (size_t i = 0; i < page->n; i++) {
        bool later = w->s->since && page->stamps[i] > stamp;
        if (later)
            stamp = page->stamps[i];
        if (later || ((!w->s->since || page->stamps[i] >= stamp) && page->ids[i] > id))
            id = page->ids[i];
    }
    if (page->n && id == w->last_id && stamp <= w->last_stamp)
        return err_set(err, ERR_DATA, "these rows were read already");
    w->last_id = id;
    w->last_stamp = stamp;
    return 0;
}

static int on_sql_page(void *ctx, const struct grist_page *page, struct err *err)
{
    struct walk *w = ctx;
    if (move_on(w, page, err))
        return -1;
    return w->s->fn(w->s->ctx, page, err);
}

static int sql_page(struct walk *w, size_t *ret_n, struct http_answer *a, bool *ret_barred,
                    struct err *err)
{
    AUTO_BUF sql = BUF_INIT(SQL_MAX);
    AUTO_BUF args = BUF_INIT(SQL_MAX);
    if (w->page)
        snprintf(w->what, sizeof w->what, "%s, page %u", w->s->what, w->page + 1);
    else
        str_copy(w->what, sizeof w->what, w->s->what);
    add_select(w->s, &sql);
    buf_add(&sql, " where ");
    add_conditions(w->s, &sql, &args);
    add_position(w, &sql, &args);
    if (ask(w->r, buf_str(&sql), buf_str(&args), w->what, a, ret_barred, err))
        return -1;
    if (!w->s->date_ms)
        w->s->date_ms = a->date_ms;
    if (grist_read_rows(a->body, a->body_len, &w->s->shape, w->s->arena, on_sql_page, w, ret_n,
                        err))
        return err->kind == ERR_DATA ? err_wrap(err, "%s", w->what) : -1;
    return 0;
}

/* A second of SQLite's time or GRIST_ANSWER_MAX bytes were not enough for the page: smaller ones.
 * Where even these take too long it is the server that has no time. */
static bool smaller(struct walk *w, const struct http_answer *a, struct err *err)
{
    bool slow = a->status == 400 && strstr(err->msg, "interrupt");
    bool large = a->status == 200 && a->body_len >= GRIST_ANSWER_MAX / 2;
    if ((slow || large) && w->limit > LIMIT_SMALL) {
        w->limit /= 10;
        return true;
    }
    if (slow)
        err->kind = ERR_TEMP;
    return false;
}

static int scan_sql(struct walk *w, bool *ret_barred, struct err *err)
{
    size_t n;
    w->s->shape.form = GRIST_SQL;
    do {
        AUTO_ANSWER a = {0};
        n = w->limit;
        if (sql_page(w, &n, &a, ret_barred, err)) {
            *ret_barred = *ret_barred && !w->page;
            if (*ret_barred || !smaller(w, &a, err))
                return -1;
            n = w->limit;
            continue;
        }
        if (++w->page >= PAGES_MAX)
            return err_set(err, ERR_DATA, "%s: more than %d pages", w->s->what, PAGES_MAX);
    } while (n >= w->limit);
    return 0;
}

/* --- by /records, all at once ------------------------------------------------- */

/* There is no "later than" in a filter: what is older is left out here. */
static int on_records_page(void *ctx, const struct grist_page *page, struct err *err)
{
    const struct walk *w = ctx;
    struct grist_page kept = {page->rows, page->ids, page->stamps, 0};
    for (size_t i = 0; i < page->n; i++) {
        if (w->s->since && page->stamps[i] < *w->s->since)
            continue;
        kept.rows[kept.n] = page->rows[i];
        kept.ids[kept.n] = page->ids[i];
        kept.stamps[kept.n++] = page->stamps[i];
    }
    return kept.n ? w->s->fn(w->s->ctx, &kept, err) : 0;
}

static void add_filter(const struct grist_scan *s, struct buf *path)
{
    AUTO_BUF filter = BUF_INIT(SQL_MAX);
    if (!s->n_conditions)
        return;
    for (size_t i = 0; i < s->n_conditions; i++) {
        buf_addc(&filter, i ? ',' : '{');
        json_quote(&filter, s->conditions[i].column);
        for (size_t k = 0; k < s->conditions[i].n; k++)
            buf_addf(&filter, "%s%s", k ? "," : ":[", s->conditions[i].values[k]);
        buf_addc(&filter, ']');
    }
    buf_addc(&filter, '}');
    buf_add(path, "?filter=");
    http_escape(path, buf_str(&filter));
}

static int scan_records(struct walk *w, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF path = BUF_INIT(SQL_MAX);
    size_t n;
    w->s->shape.form = GRIST_RECORDS;
    grist_add_table_path(&path, w->r, w->s->info->id);
    buf_add(&path, "/records");
    add_filter(w->s, &path);
    if (grist_get(w->r, buf_str(&path), w->s->what, &a, err))
        return -1;
    w->s->date_ms = a.date_ms;
    if (grist_read_rows(a.body, a.body_len, &w->s->shape, w->s->arena, on_records_page, w, &n, err))
        return err->kind == ERR_DATA ? err_wrap(err, "%s", w->s->what) : -1;
    return 0;
}

/* --- either ------------------------------------------------------------------- */

int grist_scan(struct grist *r, struct grist_scan *s, struct err *err)
{
    struct walk w = {.r = r, .s = s, .limit = LIMIT, .last_stamp = s->since ? *s->since : 0};
    bool barred = false;
    s->date_ms = 0;
    s->partial = false;
    if (!scan_sql(&w, &barred, err))
        return 0;
    if (!barred)
        return -1;
    s->partial = grist_barred(r, "sql") == 403;
    return scan_records(&w, err);
}

struct kept {
    struct grist_scan *s;
    struct grist_page all;
    size_t cap_rows, cap_ids, cap_stamps;
};

static int keep(void *ctx, const struct grist_page *page, struct err *err)
{
    struct kept *k = ctx;
    struct arena *arena = k->s->arena;
    size_t n = k->all.n + page->n;
    if (n > GRIST_ROWS_MAX)
        return err_set(err, ERR_DATA, "more than %d rows", GRIST_ROWS_MAX);
    k->all.rows = arena_grow(arena, k->all.rows, &k->cap_rows, n, sizeof *k->all.rows);
    k->all.ids = arena_grow(arena, k->all.ids, &k->cap_ids, n, sizeof *k->all.ids);
    k->all.stamps = arena_grow(arena, k->all.stamps, &k->cap_stamps, n, sizeof *k->all.stamps);
    memcpy(k->all.rows + k->all.n, page->rows, page->n * sizeof *page->rows);
    memcpy(k->all.ids + k->all.n, page->ids, page->n * sizeof *page->ids);
    memcpy(k->all.stamps + k->all.n, page->stamps, page->n * sizeof *page->stamps);
    k->all.n = n;
    return 0;
}

int grist_scan_all(struct grist *r, struct grist_scan *s, struct grist_page *ret, struct err *err)
{
    struct grist_scan own = *s;
    struct kept k = {.s = &own};
    own.fn = keep;
    own.ctx = &k;
    int bad = grist_scan(r, &own, err);
    s->date_ms = own.date_ms;
    s->partial = own.partial;
    if (!bad)
        *ret = k.all;
    return bad;
}
