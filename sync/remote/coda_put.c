#include "sync/remote/coda_put.h"

#include "store/base/json.h"
#include "sync/remote/cells.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN     96   /* bytes of a name or value in a message */
#define SECOND_MS 1000 /* what dates are rounded to */

/* How the values of a column are compared. Types not named here: as they come. */
enum form {
    ANY,
    NUMBER,
    DATE,
    OPAQUE, /* read back in another form than written: only whether there is one can be told */
};

static enum form form_of(const char *type)
{
    static const struct {
        const char *type;
        enum form form;
    } forms[] = {
        {"number", NUMBER}, {"percent", NUMBER},     {"currency", NUMBER}, {"slider", NUMBER},
        {"scale", NUMBER},  {"date", DATE},          {"dateTime", DATE},   {"time", OPAQUE},
        {"person", OPAQUE}, {"duration", OPAQUE},    {"reaction", OPAQUE}, {"image", OPAQUE},
        {"button", OPAQUE}, {"attachments", OPAQUE}, {"link", OPAQUE},     {"packObject", OPAQUE},
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        if (!strcmp(forms[i].type, type))
            return forms[i].form;
    }
    return ANY;
}

/* --- writing --------------------------------------------------------------- */

static int put_scalar(const struct column_info *column, const struct cell *cell, struct buf *out,
                      struct err *err)
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    char name[SHOWN], shown[SHOWN];
    double number;
    cell_add_plain(cell, &text);
    if (cell->kind == CELL_NUMBER || cell->kind == CELL_BOOL) {
        buf_add(out, buf_str(&text));
    } else if (cell->kind == CELL_REF) {
        json_quote(out, cell->text && *cell->text ? cell->text : buf_str(&text));
    } else if (form_of(column->type) == NUMBER && cell_as_number(cell, &number)) {
        json_number(out, number);
    } else if (form_of(column->type) == NUMBER && !cell_is_empty(cell)) {
        str_copy(name, sizeof name, column->name);
        str_copy(shown, sizeof shown, buf_str(&text));
        return err_set(err, ERR_DATA, "column «%s»: «%s» is no number", name, shown);
    } else {
        json_quote(out, buf_str(&text));
    }
    return 0;
}

int coda_put_value(const struct column_info *column, const struct cell *cell, struct buf *out,
                   struct err *err)
{
    struct cell_items list = cell_items(cell);
    char name[SHOWN];
    str_copy(name, sizeof name, column->name);
    if (column->calculated)
        return err_set(err, ERR_DATA, "column «%s» is calculated", name);
    if (cell_is_broken(cell))
        return err_set(err, ERR_DATA, "column «%s»: the value to be written is broken", name);
    if (!list.n)
        buf_add(out, "\"\"");
    if (list.n <= 1)
        return list.n ? put_scalar(column, list.at, out, err) : 0;
    for (size_t i = 0; i < list.n; i++) {
        buf_addc(out, i ? ',' : '[');
        if (put_scalar(column, &list.at[i], out, err))
            return -1;
    }
    buf_addc(out, ']');
    return 0;
}

int coda_put_row(const struct column_info *const *columns, const struct cell *cells, size_t n,
                 struct buf *out, struct err *err)
{
    buf_add(out, "{\"cells\":[");
    for (size_t i = 0; i < n; i++) {
        buf_add(out, i ? ",{\"column\":" : "{\"column\":");
        json_quote(out, columns[i]->id);
        buf_add(out, ",\"value\":");
        if (coda_put_value(columns[i], &cells[i], out, err))
            return -1;
        buf_addc(out, '}');
    }
    buf_add(out, "]}");
    return 0;
}

/* --- comparing ------------------------------------------------------------- */

/* A row by its id or its name, whichever was written. */
static bool same_ref(const struct cell *sent, const struct cell *read)
{
    bool id = sent->kind != CELL_REF || (sent->text && *sent->text);
    const struct cell written = {.kind = CELL_TEXT, .text = id ? sent->text : sent->name};
    const struct cell by_id = {.kind = CELL_TEXT, .text = read->text};
    const struct cell by_name = {.kind = CELL_TEXT, .text = read->name};
    if (read->kind != CELL_REF)
        return cells_same_text(&written, read);
    if (sent->kind != CELL_REF && sent->kind != CELL_TEXT)
        return cells_same_text(sent, &by_name);
    return cells_same_text(&written, &by_id) || cells_same_text(&written, &by_name);
}

static bool same_scalar(enum form form, const struct cell *sent, const struct cell *read)
{
    double a, b;
    bool x, y;
    if (read->kind == CELL_ERROR)
        return false;
    if (form == OPAQUE)
        return true;
    if (form == DATE)
        return cells_same_date(sent, read, SECOND_MS);
    if (sent->kind == CELL_REF || read->kind == CELL_REF)
        return same_ref(sent, read);
    if ((sent->kind == CELL_BOOL || read->kind == CELL_BOOL) && cell_as_flag(sent, &x) &&
        cell_as_flag(read, &y))
        return x == y;
    /* Text columns keep 007 as it is; where one side is a number the digits count. */
    bool number = sent->kind == CELL_NUMBER || read->kind == CELL_NUMBER || form == NUMBER;
    if (number && cell_as_number(sent, &a) && cell_as_number(read, &b))
        return cells_same_number(sent, read);
    return cells_same_text(sent, read);
}

static bool all_in(enum form form, struct cell_items sent, struct cell_items read, bool back)
{
    struct cell_items some = back ? read : sent, all = back ? sent : read;
    for (size_t i = 0; i < some.n; i++) {
        size_t k = 0;
        while (k < all.n && !(back ? same_scalar(form, &all.at[k], &some.at[i])
                                   : same_scalar(form, &some.at[i], &all.at[k])))
            k++;
        if (k == all.n)
            return false;
    }
    return true;
}

/* Without the items that say nothing; an unset checkbox counts as nothing. */
static struct cell_items clean(const struct cell *c, struct cell *one)
{
    struct cell_items list = cell_items(c);
    if (list.n == 1 && (cell_is_empty(list.at) || (list.at->kind == CELL_BOOL && !list.at->flag)))
        list.n = 0;
    *one = list.n == 1 ? list.at[0] : (struct cell){.kind = CELL_NULL};
    return list;
}

bool coda_holds(const struct column_info *column, const struct cell *sent, const struct cell *read)
{
    struct cell a, b;
    enum form form = form_of(column->type);
    struct cell_items s = clean(sent, &a), r = clean(read, &b);
    if (!s.n || !r.n)
        return s.n == r.n;
    if (s.n > 1 && r.n == 1 && b.kind == CELL_TEXT) /* a text column shows a list as one text */
        return cells_same_text(sent, &b);
    return all_in(form, s, r, false) && all_in(form, s, r, true);
}

/* --- finding --------------------------------------------------------------- */

bool coda_put_query(const struct column_info *column, const struct cell *cell, struct buf *out)
{
    static const char *const types[] = {"text", "number", "select", "email"};
    struct cell_items list = cell_items(cell);
    bool plain = list.n == 1 && (list.at->kind == CELL_TEXT || list.at->kind == CELL_NUMBER);
    bool fit = false;
    struct err ignored;
    AUTO_BUF value = BUF_INIT(CELL_TEXT_MAX);
    struct column_info written = *column;
    written.calculated = false; /* asking is no writing */
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        fit = fit || !strcmp(types[i], column->type);
    if (!plain || !fit || coda_put_value(&written, list.at, &value, &ignored))
        return false;
    buf_addf(out, "%s:%s", column->id, buf_str(&value));
    return true;
}
