#include "sync/remote/notion_put.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/utf8.h"
#include "store/base/uuid.h"
#include "sync/remote/cells.h"

#include <stdlib.h>
#include <string.h>

#define OPTION_MAX    100 /* UTF-16 units in the name of an option or a file */
#define EMAIL_MAX     200
#define PHONE_MAX     100
#define MINUTE_MS     60000
#define DAY_LEN       10 /* of 2026-07-05 */
#define CONDITIONS    3  /* by the items of one list: enough to be selective */
#define SHOWN         96 /* bytes of a value in a message */
#define SHOWN_OPTIONS 160

static int refuse(const struct column_info *column, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
static int refuse(const struct column_info *column, struct err *err, const char *fmt, ...)
{
    AUTO_BUF why = BUF_INIT(1024);
    char name[SHOWN];
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&why, fmt, ap);
    va_end(ap);
    str_copy(name, sizeof name, column->name);
    return err_set(err, ERR_DATA, "column «%s»: %s", name, buf_str(&why));
}

/* The beginning of the cell's text, for a message. */
static const char *shown(const struct cell *c, char out[SHOWN])
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    cell_add_plain(c, &text);
    str_copy(out, SHOWN, buf_str(&text));
    return out;
}

/* --- one function for each shape ------------------------------------------- */

typedef int put_fn(const struct column_info *column, const struct cell *cell, struct buf *out,
                   struct err *err);

/* Pieces of at most 2,000 UTF-16 units, at most 100 of them. */
static int put_text(const struct column_info *column, const struct cell *cell, struct buf *out,
                    struct err *err)
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    cell_add_plain(cell, &text);
    const char *at = buf_str(&text);
    buf_addc(out, '[');
    for (size_t i = 0; *at; i++) {
        size_t n = utf8_cut_utf16(at, NOTION_PIECE);
        if (i == NOTION_ITEMS || text.over)
            return refuse(column, err, "the text is longer than Notion holds, %d characters",
                          NOTION_ITEMS * NOTION_PIECE);
        AUTO_FREE char *piece = xstrndup(at, n);
        buf_add(out, i ? ",{\"text\":{\"content\":" : "{\"text\":{\"content\":");
        json_quote(out, piece);
        buf_add(out, "}}");
        at += n;
    }
    buf_addc(out, ']');
    return 0;
}

static int put_number(const struct column_info *column, const struct cell *cell, struct buf *out,
                      struct err *err)
{
    char text[SHOWN];
    double number;
    if (cell_is_empty(cell)) {
        buf_add(out, "null");
        return 0;
    }
    if (!cell_as_number(cell, &number))
        return refuse(column, err, "«%s» is no number", shown(cell, text));
    json_number(out, number);
    return 0;
}

/* Options are looked up by name. */
static int put_option(const struct column_info *column, const struct cell *cell, struct buf *out,
                      struct err *err)
{
    AUTO_BUF name = BUF_INIT(CELL_TEXT_MAX);
    char text[SHOWN];
    cell_add_plain(cell, &name);
    if (strchr(buf_str(&name), ','))
        return refuse(column, err, "the option «%s» has a comma, Notion takes none",
                      shown(cell, text));
    if (utf8_utf16_length(buf_str(&name)) > OPTION_MAX)
        return refuse(column, err, "the option «%s…» is longer than %d characters",
                      shown(cell, text), OPTION_MAX);
    buf_add(out, "{\"name\":");
    json_quote(out, buf_str(&name));
    buf_addc(out, '}');
    return 0;
}

/* One option or null. The first item of a list of one is that option. */
static int put_select(const struct column_info *column, const struct cell *cell, struct buf *out,
                      struct err *err)
{
    struct cell_items list = cell_items(cell);
    if (list.n > 1)
        return refuse(column, err, "it holds one option, not %zu", list.n);
    if (list.n == 1)
        return put_option(column, list.at, out, err);
    buf_add(out, "null");
    return 0;
}

static int put_status(const struct column_info *column, const struct cell *cell, struct buf *out,
                      struct err *err)
{
    AUTO_BUF name = BUF_INIT(CELL_TEXT_MAX);
    AUTO_BUF all = BUF_INIT(CELL_TEXT_MAX);
    char text[SHOWN], known[SHOWN_OPTIONS];
    cell_add_plain(cell, &name);
    bool found = !name.len || !column->options;
    for (size_t i = 0; column->options && i < column->n_options; i++) {
        found = found || !strcmp(column->options[i], buf_str(&name));
        buf_addf(&all, "%s%s", i ? ", " : "", column->options[i]);
    }
    str_copy(known, sizeof known, buf_str(&all));
    if (!found)
        return refuse(column, err, "no option «%s»; there are: %s", shown(cell, text), known);
    return put_select(column, cell, out, err);
}

static int put_date(const struct column_info *column, const struct cell *cell, struct buf *out,
                    struct err *err)
{
    char shown_text[SHOWN];
    int64_t ms;
    if (cell_is_empty(cell)) {
        buf_add(out, "null");
        return 0;
    }
    if (cell->kind != CELL_TEXT || !clock_parse_iso(cell->text, &ms))
        return refuse(column, err, "«%s» is no date such as 2026-07-05", shown(cell, shown_text));
    AUTO_FREE char *text = xstrdup(cell->text);
    if (text[DAY_LEN] == ' ')
        text[DAY_LEN] = 'T';
    buf_add(out, "{\"start\":");
    json_quote(out, text);
    buf_addc(out, '}');
    return 0;
}

static int put_checkbox(const struct column_info *column, const struct cell *cell, struct buf *out,
                        struct err *err)
{
    bool flag;
    if (!cell_as_flag(cell, &flag))
        return refuse(column, err, "it holds only yes or no");
    buf_add(out, flag ? "true" : "false");
    return 0;
}

static int put_page_id(const struct column_info *column, const struct cell *cell, struct buf *out,
                       struct err *err)
{
    char id[UUID_LEN + 1], text[SHOWN];
    bool has_id = cell->kind == CELL_REF || cell->kind == CELL_TEXT;
    if (!has_id || !uuid_read(cell->text, id))
        return refuse(column, err, "«%s» is no page id", shown(cell, text));
    buf_addf(out, "{\"id\":\"%s\"}", id);
    return 0;
}

static int put_user(const struct column_info *column, const struct cell *cell, struct buf *out,
                    struct err *err)
{
    if (cell->kind != CELL_REF || cell_is_empty(cell))
        return refuse(column, err, "people are written by their Notion id only");
    buf_add(out, "{\"object\":\"user\",\"id\":");
    json_quote(out, cell->text);
    buf_addc(out, '}');
    return 0;
}

static int put_file(const struct column_info *column, const struct cell *cell, struct buf *out,
                    struct err *err)
{
    const char *url = cell->kind == CELL_TEXT && cell->text ? cell->text : "";
    if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
        utf8_utf16_length(url) > NOTION_PIECE)
        return refuse(column, err, "a file is written as its address, https://…");
    const char *name = strrchr(url, '/') + 1;
    name = *name ? name : url;
    AUTO_FREE char *shown = xstrndup(name, utf8_cut_utf16(name, OPTION_MAX));
    buf_add(out, "{\"name\":");
    json_quote(out, shown);
    buf_add(out, ",\"type\":\"external\",\"external\":{\"url\":");
    json_quote(out, url);
    buf_add(out, "}}");
    return 0;
}

static int put_list(const struct column_info *column, const struct cell *cell, put_fn *put,
                    struct buf *out, struct err *err)
{
    struct cell_items list = cell_items(cell);
    if (list.n > NOTION_ITEMS)
        return refuse(column, err, "%zu items, Notion takes %d at a time", list.n, NOTION_ITEMS);
    buf_addc(out, '[');
    for (size_t i = 0; i < list.n; i++) {
        buf_add(out, i ? "," : "");
        if (put(column, &list.at[i], out, err))
            return -1;
    }
    buf_addc(out, ']');
    return 0;
}

static int put_multi_select(const struct column_info *column, const struct cell *cell,
                            struct buf *out, struct err *err)
{
    return put_list(column, cell, put_option, out, err);
}

static int put_relation(const struct column_info *column, const struct cell *cell, struct buf *out,
                        struct err *err)
{
    return put_list(column, cell, put_page_id, out, err);
}

static int put_people(const struct column_info *column, const struct cell *cell, struct buf *out,
                      struct err *err)
{
    return put_list(column, cell, put_user, out, err);
}

static int put_files(const struct column_info *column, const struct cell *cell, struct buf *out,
                     struct err *err)
{
    return put_list(column, cell, put_file, out, err);
}

/* url, email, phone_number: Notion refuses "" there. */
static int put_short(const struct column_info *column, const struct cell *cell, struct buf *out,
                     struct err *err)
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    char beginning[SHOWN];
    size_t max = PHONE_MAX;
    if (!strcmp(column->type, "url"))
        max = NOTION_PIECE;
    if (!strcmp(column->type, "email"))
        max = EMAIL_MAX;
    cell_add_plain(cell, &text);
    if (utf8_utf16_length(buf_str(&text)) > max)
        return refuse(column, err, "«%s…» is longer than %zu characters", shown(cell, beginning),
                      max);
    if (text.len)
        json_quote(out, buf_str(&text));
    else
        buf_add(out, "null");
    return 0;
}

/* --- by type --------------------------------------------------------------- */

enum compare { TEXTS, NUMBERS, DATES, FLAGS, SETS };

static const struct put_type {
    const char *type;
    put_fn *put;
    enum compare compare;
    const char *condition; /* the operator that finds it; NULL: none does */
    bool options;
} put_types[] = {
    {"title", put_text, TEXTS, "equals", false},
    {"rich_text", put_text, TEXTS, "equals", false},
    {"number", put_number, NUMBERS, "equals", false},
    {"select", put_select, TEXTS, "equals", true},
    {"status", put_status, TEXTS, "equals", true},
    {"multi_select", put_multi_select, SETS, "contains", true},
    {"date", put_date, DATES, "equals", false},
    {"checkbox", put_checkbox, FLAGS, "equals", false},
    {"relation", put_relation, SETS, "contains", false},
    {"people", put_people, SETS, "contains", false},
    {"url", put_short, TEXTS, "equals", false},
    {"email", put_short, TEXTS, "equals", false},
    {"phone_number", put_short, TEXTS, "equals", false},
    {"files", put_files, SETS, NULL, false},
};

static const struct put_type *find_type(const char *type)
{
    for (size_t i = 0; i < ARRAY_LEN(put_types); i++) {
        if (!strcmp(put_types[i].type, type))
            return &put_types[i];
    }
    return NULL;
}

int notion_put_value(const struct column_info *column, const struct cell *cell, struct buf *out,
                     struct err *err)
{
    const struct put_type *t = find_type(column->type);
    char name[SHOWN];
    str_copy(name, sizeof name, column->name);
    if (column->calculated)
        return err_set(err, ERR_DATA, "column «%s» is calculated", name);
    if (!t)
        return refuse(column, err, "values of type %.40s cannot be written", column->type);
    if (cell_is_broken(cell))
        return refuse(column, err, "the value to be written is broken");
    buf_addf(out, "{\"%s\":", t->type);
    if (t->put(column, cell, out, err))
        return -1;
    buf_addc(out, '}');
    return 0;
}

/* --- comparing ------------------------------------------------------------- */

/* Ids in any spelling, names and addresses as they are. */
static bool same_item(const struct cell *a, const struct cell *b)
{
    char x[UUID_LEN + 1], y[UUID_LEN + 1];
    if (a->text && b->text && uuid_read(a->text, x) && uuid_read(b->text, y))
        return !strcmp(x, y);
    if (a->kind == CELL_REF || b->kind == CELL_REF)
        return str_eq(a->text, b->text);
    return cells_same_text(a, b);
}

static bool all_in(struct cell_items some, struct cell_items all)
{
    for (size_t i = 0; i < some.n; i++) {
        size_t j = 0;
        while (j < all.n && !same_item(&some.at[i], &all.at[j]))
            j++;
        if (j == all.n)
            return false;
    }
    return true;
}

bool notion_holds(const struct column_info *column, const struct cell *sent,
                  const struct cell *read)
{
    const struct put_type *t = find_type(column->type);
    struct cell_items a = cell_items(sent), b = cell_items(read);
    switch (t ? t->compare : sent->kind == CELL_LIST ? SETS : TEXTS) {
    case NUMBERS:
        return cells_same_number(sent, read);
    case DATES:
        return cells_same_date(sent, read, MINUTE_MS);
    case FLAGS:
        return cells_same_flag(sent, read);
    case SETS:
        return all_in(b, a) && all_in(a, b);
    case TEXTS:
        break;
    }
    return cells_same_text(sent, read);
}

/* --- finding --------------------------------------------------------------- */

/* The operand of a condition: text, number, or true; false when there is none that is certain. */
static bool put_operand(const struct put_type *t, const struct cell *c, struct buf *out)
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    char id[UUID_LEN + 1];
    double number = 0;
    bool flag = false;
    if (t->compare == NUMBERS && !cell_as_number(c, &number))
        return false;
    if (t->compare == FLAGS && !cell_as_flag(c, &flag))
        return false;
    if (t->compare == NUMBERS)
        json_number(&text, number);
    if (t->compare == FLAGS)
        buf_add(&text, flag ? "true" : "false");
    if (text.len) {
        buf_add(out, buf_str(&text));
        return true;
    }
    if (t->compare == SETS && c->kind == CELL_REF)
        buf_add(&text, c->text && uuid_read(c->text, id) ? id : "");
    else
        cell_add_plain(c, &text);
    if (!text.len || utf8_utf16_length(buf_str(&text)) > NOTION_PIECE)
        return false;
    json_quote(out, buf_str(&text));
    return true;
}

size_t notion_put_conditions(const struct column_info *column, const struct cell *cell,
                             bool options, struct buf *out)
{
    const struct put_type *t = find_type(column->type);
    struct cell_items list = cell_items(cell);
    size_t n = 0;
    if (!t || !t->condition || (t->options && !options))
        return 0;
    if (t->compare != SETS)
        list = (struct cell_items){cell, cell_is_empty(cell) ? 0 : 1};
    for (size_t i = 0; i < list.n && n < CONDITIONS; i++) {
        AUTO_BUF operand = BUF_INIT(CELL_TEXT_MAX);
        if (!put_operand(t, &list.at[i], &operand))
            continue;
        buf_add(out, "{\"property\":");
        json_quote(out, column->name);
        buf_addf(out, ",\"%s\":{\"%s\":%s}},", t->type, t->condition, buf_str(&operand));
        n++;
    }
    return n;
}
