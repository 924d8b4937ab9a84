#include "sync/check.h"

#include <stdio.h>
#include <string.h>

#define OWN_MAX 5  /* marker, key, mark, mark_reason, and the time of changes */
#define SHOWN   60 /* bytes of a name in a sentence: two of them fit into struct err */

const struct column_info *check_column(const struct table_info *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!strcmp(t->columns[i].name, name))
            return &t->columns[i];
    }
    for (size_t i = 0; i < t->n; i++) {
        if (!strcmp(t->columns[i].id, name))
            return &t->columns[i];
    }
    return NULL;
}

/* What people call the remote. */
static const char *label(const struct flow *f)
{
    const struct remote_ops *ops = remote_ops_find(f->remote->kind);
    return ops ? ops->label_en : f->remote->name;
}

/* The key of the configuration that names what put writes. */
static void put_key(const struct flow *f, const struct put *put, struct buf *out)
{
    if (put->line)
        buf_addf(out, "put.%s", put->column);
    else
        buf_addf(out, "field.%s", f->entity->fields[put->field].name);
}

/* One constant for every row: its text, else NULL. */
static const char *constant(const struct put *put)
{
    return put->kind == PUT_TEXT && put->n_pieces == 1 ? put->pieces[0].text : NULL;
}

static bool option_is_there(const struct column_info *c, const char *name)
{
    for (size_t i = 0; i < c->n_options; i++) {
        if (!strcmp(c->options[i], name))
            return true;
    }
    return false;
}

static void say_options(const struct column_info *c, const char *text, struct buf *says)
{
    buf_addf(says, "column «%s» has no option «%s»; it has ", c->name, text);
    for (size_t i = 0; i < c->n_options; i++)
        buf_addf(says, "%s%s", i ? ", " : "", c->options[i]);
}

static void say_calculated(const struct flow *f, const struct put *put, struct buf *says)
{
    char column[SHOWN];
    str_copy(column, sizeof column, put->column);
    buf_addf(says, "column «%s» is calculated by %s: ", column, label(f));
    if (put->line)
        buf_addf(says, "write another one instead of put.%s", column);
    else
        buf_addf(says, "write another one with put.COLUMN = %s%s%s, or put.%s = none",
                 f->entity->fields[put->field].name, put->via ? " via " : "",
                 put->via ? put->via : "", column);
}

/* The configuration tells columns apart by what it calls them: the same one may stand there under
 * its name and under its id. */
static const struct put *other_name(const struct flow *f, const struct put *put,
                                    const struct column_info *c, const struct table_info *t)
{
    for (const struct put *p = f->puts; p < put; p++) {
        if (check_column(t, p->column) == c)
            return p;
    }
    return NULL;
}

/* What is wrong with a put, or false. */
static bool judge_put(const struct flow *f, const struct put *put, const struct table_info *t,
                      enum finding_what *ret, struct buf *says)
{
    const struct column_info *c = check_column(t, put->column);
    const struct put *other = c ? other_name(f, put, c, t) : NULL;
    const char *text = constant(put);
    char column[SHOWN], key[SHOWN];
    AUTO_BUF whole_key = BUF_INIT(1024);
    str_copy(column, sizeof column, put->column);
    put_key(f, put, &whole_key);
    str_copy(key, sizeof key, buf_str(&whole_key));
    if (!c) {
        *ret = FINDING_NO_COLUMN;
        buf_addf(says, "no column «%s»: correct %s in the configuration, or rename the column back",
                 column, key);
    } else if (c->calculated) {
        *ret = FINDING_CALCULATED;
        say_calculated(f, put, says);
    } else if (other) {
        *ret = FINDING_TWICE;
        buf_addf(says, "column «%s» is «%s» by another name: keep one of them", column,
                 other->column);
    } else if (text && c->options && !option_is_there(c, text)) {
        *ret = FINDING_NO_OPTION;
        say_options(c, text, says);
    } else {
        return false;
    }
    return true;
}

/* The same for the column that takes the record's own id. */
static bool judge_marker(const struct flow *f, const struct table_info *t, enum finding_what *ret,
                         struct buf *says)
{
    const struct column_info *c = f->marker ? check_column(t, f->marker) : NULL;
    char column[SHOWN];
    str_copy(column, sizeof column, f->marker ? f->marker : "");
    for (size_t i = 0; c && i < f->n_puts; i++) {
        if (check_column(t, f->puts[i].column) != c)
            continue;
        *ret = FINDING_TWICE;
        buf_addf(says,
                 "column «%s» of marker is «%s» by another name: it takes the record's id only",
                 column, f->puts[i].column);
        return true;
    }
    if (!f->marker || (c && !c->calculated))
        return false;
    *ret = c ? FINDING_CALCULATED : FINDING_NO_COLUMN;
    if (c)
        buf_addf(says,
                 "column «%s» is calculated by %s and cannot hold the record's id: make a text "
                 "column and name it in marker",
                 column, label(f));
    else
        buf_addf(says,
                 "no column «%s» for the record's id: make a text column of that name, or correct "
                 "marker in the configuration",
                 column);
    return true;
}

struct findings {
    const struct flow *flow;
    const struct table_info *table;
    struct arena *arena;
    struct finding *at;
    size_t n;
};

/* The last finding is mended by a request, where the kind has them and it was not told yet. */
static void add_request(struct findings *out, const char *column, enum column_use use)
{
    const struct remote_config *cfg = out->flow->remote;
    const struct remote_ops *ops = remote_ops_find(cfg->kind);
    if (!out->n || !ops || !ops->column_request)
        return;
    struct finding *last = &out->at[out->n - 1];
    for (const struct finding *f = out->at; f < last; f++) {
        if (f->request && !strcmp(f->column, column))
            return;
    }
    last->request = ops->column_request(cfg, out->table->id, column, use, out->arena);
}

static void add(struct findings *out, enum finding_what what, const char *column, const char *key,
                const char *says)
{
    for (size_t i = 0; i < out->n; i++) {
        /* read and written under one key: once is enough */
        if (out->at[i].what == what && !strcmp(out->at[i].key, key))
            return;
    }
    out->at[out->n++] = (struct finding){.what = what,
                                         .column = column,
                                         .key = arena_strdup(out->arena, key),
                                         .says = arena_strdup(out->arena, says)};
}

static void check_maps(const struct flow *f, const struct table_info *t, struct findings *out)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        const char *column = f->maps[i].column;
        if (check_column(t, column))
            continue;
        char key[128];
        snprintf(key, sizeof key, "field.%s", f->entity->fields[f->maps[i].field].name);
        const char *says = arena_printf(
            out->arena,
            "no column «%s»: correct %s in the configuration, or rename the column back", column,
            key);
        add(out, FINDING_NO_COLUMN, column, key, says);
    }
}

/* A column that the flow names in a key of its own, beside those that are fields. */
static void check_own(struct findings *out, const char *column, const char *key, const char *what,
                      enum column_use use)
{
    const struct column_info *c = column ? check_column(out->table, column) : NULL;
    bool written = use == COLUMN_TIME || !strcmp(key, "mark_reason");
    if (!column || (c && !(c->calculated && written)))
        return;
    if (c) {
        add(out, FINDING_CALCULATED, column, key,
            arena_printf(out->arena,
                         "column «%s» is calculated by %s and cannot hold %s: name another one in "
                         "%s",
                         column, label(out->flow), what, key));
        return;
    }
    add(out, FINDING_NO_COLUMN, column, key,
        arena_printf(out->arena,
                     "no column «%s» for %s: make it, or correct %s in the configuration", column,
                     what, key));
    add_request(out, column, use);
}

#define STAMP "updated_at" /* what it is called where nobody has called it anything yet */
#define WHOLE "so the whole table is read and compared each time"

/* A dictionary is read whole anyhow. */
static void check_stamp(struct findings *out)
{
    const struct table_info *t = out->table;
    const struct column_info *same = check_column(t, STAMP);
    if (out->flow->direction == DIR_PUSH || out->flow->dict)
        return;
    if (t->stamp == STAMP_STILL) {
        add(out, FINDING_STILL, t->stamp_column, "table",
            arena_printf(out->arena,
                         "«%s» does not move when a row is changed, " WHOLE "; to make it move:",
                         t->stamp_column));
        add_request(out, t->stamp_column, COLUMN_MOVE);
    } else if (t->stamp == STAMP_NONE && same) {
        add(out, FINDING_NO_STAMP, STAMP, "table",
            arena_printf(out->arena,
                         "«" STAMP "» is a column of type %s, which tells no time, " WHOLE
                         "; make it a DateTime with the formula NOW(), on every change",
                         same->type));
    } else if (t->stamp == STAMP_NONE) {
        add(out, FINDING_NO_STAMP, STAMP, "table",
            "no column «" STAMP "» tells which rows changed, " WHOLE "; to make it:");
        add_request(out, STAMP, COLUMN_STAMP);
    } else {
        return;
    }
    out->at[out->n - 1].note = true;
}

void check_flow(const struct flow *flow, const struct table_info *t, struct arena *arena,
                struct finding **ret, size_t *ret_n)
{
    struct findings out = {.flow = flow, .table = t, .arena = arena};
    enum finding_what what;
    AUTO_BUF says = BUF_INIT(8192);
    out.at = arena_alloc(arena, flow->n_maps + flow->n_puts + OWN_MAX, sizeof *out.at);
    if (flow->direction != DIR_PUSH)
        check_maps(flow, t, &out);
    for (size_t i = 0; i < flow->n_puts; i++) {
        AUTO_BUF key = BUF_INIT(1024);
        buf_clear(&says);
        put_key(flow, &flow->puts[i], &key);
        if (judge_put(flow, &flow->puts[i], t, &what, &says))
            add(&out, what, flow->puts[i].column, buf_str(&key), buf_str(&says));
    }
    buf_clear(&says);
    if (judge_marker(flow, t, &what, &says)) {
        add(&out, what, flow->marker, "marker", buf_str(&says));
        if (what == FINDING_NO_COLUMN)
            add_request(&out, flow->marker, COLUMN_TEXT);
    }
    check_own(&out, flow->key, "key", "the rows' own ids", COLUMN_TEXT);
    check_own(&out, flow->mark, "mark", "the time of a deletion", COLUMN_TIME);
    check_own(&out, flow->mark_reason, "mark_reason", "the reason of a deletion", COLUMN_TEXT);
    check_stamp(&out);
    *ret = out.at;
    *ret_n = out.n;
}

int check_puts(const struct flow *flow, const struct table_info *t, struct err *err)
{
    enum finding_what what;
    AUTO_BUF says = BUF_INIT(8192);
    for (size_t i = 0; i < flow->n_puts; i++) {
        if (judge_put(flow, &flow->puts[i], t, &what, &says))
            return err_set(err, ERR_DATA, "%s", buf_str(&says));
    }
    if (judge_marker(flow, t, &what, &says))
        return err_set(err, ERR_DATA, "%s", buf_str(&says));
    return 0;
}
