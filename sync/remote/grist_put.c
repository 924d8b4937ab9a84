#include "sync/remote/grist_put.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "sync/remote/cells.h"
#include "sync/remote/grist_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN         96 /* bytes of a name or value in a message */
#define DAY_LEN       10 /* of 2026-07-05 */
#define DAY_S         86400.0
#define SAME_S        0.002 /* what a time is rounded by on its way */
#define INT_TOP       2147483648.0
#define ID_TOP        ((int64_t)1 << 53)
#define CONDITION_MAX 200 /* bytes of text: a filter is part of an address */

/* --- writing ------------------------------------------------------------------ */

static int refuse(const struct column_info *column, const struct cell *cell, const char *why,
                  struct err *err)
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    char name[SHOWN], shown[SHOWN];
    cell_add_plain(cell, &text);
    str_copy(name, sizeof name, column->name);
    str_copy(shown, sizeof shown, buf_str(&text));
    return err_set(err, ERR_DATA, "column «%s»: «%s» %s", name, shown, why);
}

/* Seconds since 1970: a number, or a date as it is written; of a date-time the day, where only a
 * day is wanted. */
static bool as_seconds(const struct cell *cell, bool day, double *ret)
{
    char date[DAY_LEN + 1];
    int64_t ms;
    if (cell->kind == CELL_NUMBER) {
        *ret = cell->number;
        return isfinite(cell->number) && (!day || fabs(fmod(cell->number, DAY_S)) <= 0);
    }
    if (cell->kind != CELL_TEXT || !cell->text || !clock_parse_iso(cell->text, &ms))
        return false;
    str_copy(date, sizeof date, cell->text);
    if (day && !clock_parse_iso(date, &ms))
        return false;
    *ret = (double)ms / 1000;
    return true;
}

static bool as_row(const struct cell *cell, int64_t *ret)
{
    if (cell->kind == CELL_REF)
        return cell->text && base_parse_i64(cell->text, 1, ID_TOP, ret);
    if (cell->kind != CELL_NUMBER || !(cell->number >= 1) || cell->number > (double)ID_TOP ||
        floor(cell->number) < cell->number)
        return false;
    *ret = (int64_t)cell->number;
    return true;
}

static int put_number(const struct column_info *column, const struct cell *cell, bool whole,
                      struct buf *out, struct err *err)
{
    double n;
    if (!cell_as_number(cell, &n))
        return refuse(column, cell, "is no number", err);
    if (whole && (floor(n) < n || n < -INT_TOP || n >= INT_TOP))
        return refuse(column, cell, "is no whole number that fits", err);
    json_number(out, n);
    return 0;
}

static void put_text(const struct cell *cell, struct buf *out)
{
    AUTO_BUF text = BUF_INIT(CELL_TEXT_MAX);
    cell_add_plain(cell, &text);
    json_quote(out, buf_str(&text));
}

/* One value, which is not empty. */
static int put_scalar(const struct column_info *column, enum grist_type type,
                      const struct cell *cell, struct buf *out, struct err *err)
{
    double seconds;
    bool flag, plain = cell->kind == CELL_NUMBER || cell->kind == CELL_BOOL;
    int64_t row;
    switch (type) {
    case GRIST_INT:
    case GRIST_NUMERIC:
        return put_number(column, cell, type == GRIST_INT, out, err);
    case GRIST_BOOL:
        if (!cell_as_flag(cell, &flag))
            return refuse(column, cell, "is neither true nor false", err);
        buf_add(out, flag ? "true" : "false");
        return 0;
    case GRIST_DATE:
    case GRIST_DATE_TIME:
        if (!as_seconds(cell, type == GRIST_DATE, &seconds))
            return refuse(column, cell, "is no date", err);
        json_number(out, seconds);
        return 0;
    case GRIST_REF:
    case GRIST_REF_LIST:
        if (!as_row(cell, &row))
            return refuse(column, cell, "is no row id", err);
        buf_addf(out, "%lld", (long long)row);
        return 0;
    case GRIST_OTHER:
        return refuse(column, cell, "cannot be written into a column of this type", err);
    case GRIST_ANY:
        if (plain) {
            cell_add_plain(cell, out);
            return 0;
        }
        break;
    case GRIST_TEXT:
    case GRIST_CHOICE_LIST:
        break;
    }
    put_text(cell, out);
    return 0;
}

static bool takes_lists(enum grist_type type)
{
    return type == GRIST_CHOICE_LIST || type == GRIST_REF_LIST;
}

static void put_nothing(enum grist_type type, struct buf *out)
{
    buf_add(out, type == GRIST_BOOL ? "false" : type == GRIST_REF ? "0" : "null");
}

int grist_put_value(const struct column_info *column, const struct cell *cell, struct buf *out,
                    struct err *err)
{
    enum grist_type type = grist_type_of(column->type);
    struct cell_items list = cell_items(cell);
    bool as_list = takes_lists(type) || (type == GRIST_ANY && cell->kind == CELL_LIST);
    char name[SHOWN];
    str_copy(name, sizeof name, column->name);
    if (column->calculated)
        return err_set(err, ERR_DATA, "column «%s» is calculated", name);
    if (cell_is_broken(cell))
        return err_set(err, ERR_DATA, "column «%s»: the value to be written is broken", name);
    if (!list.n) {
        put_nothing(type, out);
        return 0;
    }
    if (!as_list && list.n > 1 && type != GRIST_TEXT)
        return refuse(column, cell, "are several, where one fits", err);
    if (!as_list)
        return list.n > 1 ? put_scalar(column, type, cell, out, err)
                          : put_scalar(column, type, list.at, out, err);
    buf_add(out, "[\"L\"");
    for (size_t i = 0; i < list.n; i++) {
        buf_addc(out, ',');
        if (put_scalar(column, type, &list.at[i], out, err))
            return -1;
    }
    buf_addc(out, ']');
    return 0;
}

int grist_put_fields(const struct column_info *const *columns, const struct cell *cells, size_t n,
                     size_t skip, struct buf *out, struct err *err)
{
    bool first = true;
    buf_addc(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i == skip)
            continue;
        buf_add(out, first ? "" : ",");
        json_quote(out, columns[i]->id);
        buf_addc(out, ':');
        if (grist_put_value(columns[i], &cells[i], out, err))
            return -1;
        first = false;
    }
    buf_addc(out, '}');
    return 0;
}

/* --- comparing ----------------------------------------------------------------- */

static bool same_seconds(const struct cell *sent, const struct cell *read, bool day)
{
    double a, b;
    return as_seconds(sent, day, &a) && as_seconds(read, day, &b) && fabs(a - b) < SAME_S;
}

static bool same_row(const struct cell *sent, const struct cell *read)
{
    int64_t a, b;
    return as_row(sent, &a) && as_row(read, &b) && a == b;
}

static bool same_scalar(enum grist_type type, const struct cell *sent, const struct cell *read)
{
    if (read->kind == CELL_ERROR)
        return false;
    switch (type) {
    case GRIST_INT:
    case GRIST_NUMERIC:
        return cells_same_number(sent, read);
    case GRIST_BOOL:
        return cells_same_flag(sent, read);
    case GRIST_DATE:
    case GRIST_DATE_TIME:
        return same_seconds(sent, read, type == GRIST_DATE);
    case GRIST_REF:
    case GRIST_REF_LIST:
        return same_row(sent, read);
    case GRIST_ANY:
    case GRIST_TEXT:
    case GRIST_CHOICE_LIST:
    case GRIST_OTHER:
        break;
    }
    return cells_same_text(sent, read);
}

static bool has(enum grist_type type, struct cell_items list, const struct cell *one, bool sent)
{
    for (size_t i = 0; i < list.n; i++) {
        if (sent ? same_scalar(type, one, &list.at[i]) : same_scalar(type, &list.at[i], one))
            return true;
    }
    return false;
}

bool grist_holds(const struct column_info *column, const struct cell *sent, const struct cell *read)
{
    enum grist_type type = grist_type_of(column->type);
    struct cell_items s = cell_items(sent), r = cell_items(read);
    if (type == GRIST_BOOL)
        return cells_same_flag(sent, read);
    if (!s.n || !r.n)
        return s.n == r.n;
    if (type == GRIST_TEXT) /* a list stands there as one text */
        return read->kind != CELL_ERROR && cells_same_text(sent, read);
    for (size_t i = 0; i < s.n; i++) {
        if (!has(type, r, &s.at[i], true))
            return false;
    }
    for (size_t i = 0; i < r.n; i++) {
        if (!has(type, s, &r.at[i], false))
            return false;
    }
    return true;
}

/* --- finding -------------------------------------------------------------------- */

bool grist_put_condition(const struct column_info *column, const struct cell *cell, struct buf *out)
{
    enum grist_type type = grist_type_of(column->type);
    struct cell_items list = cell_items(cell);
    bool text = type == GRIST_TEXT || (type == GRIST_ANY && cell->kind == CELL_TEXT);
    bool fits = text || type == GRIST_INT || type == GRIST_REF;
    AUTO_BUF value = BUF_INIT(CELL_TEXT_MAX);
    struct err ignored;
    struct column_info asked = *column;
    asked.calculated = false; /* asking is no writing */
    if (list.n != 1 || !fits || (text && list.at->kind != CELL_TEXT) ||
        grist_put_value(&asked, list.at, &value, &ignored) || value.len > CONDITION_MAX)
        return false;
    buf_add(out, buf_str(&value));
    return true;
}
