#include "sync/remote/cells.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_LEN    10 /* of 2026-07-05 */
#define MINUTE_LEN 16 /* of 2026-07-05T10:00 */
#define ROUNDING   1e-12

bool cell_is_empty(const struct cell *c)
{
    bool text = c->kind == CELL_TEXT || c->kind == CELL_REF;
    return c->kind == CELL_NULL || (text && (!c->text || !*c->text));
}

struct cell_items cell_items(const struct cell *c)
{
    if (c->kind == CELL_LIST)
        return (struct cell_items){c->items, c->n};
    return (struct cell_items){c, cell_is_empty(c) ? 0 : 1};
}

bool cell_is_broken(const struct cell *c)
{
    struct cell_items list = cell_items(c);
    for (size_t i = 0; i < list.n; i++) {
        const struct cell *one = &list.at[i];
        if (one->kind == CELL_ERROR || one->kind == CELL_LIST ||
            (one->kind == CELL_NUMBER && !isfinite(one->number)))
            return true;
    }
    return false;
}

void cell_add_plain(const struct cell *c, struct buf *out)
{
    switch (c->kind) {
    case CELL_TEXT:
    case CELL_ERROR:
        buf_add(out, c->text ? c->text : "");
        break;
    case CELL_REF:
        buf_add(out, c->name ? c->name : c->text ? c->text : "");
        break;
    case CELL_NUMBER:
        json_number(out, c->number);
        break;
    case CELL_BOOL:
        buf_add(out, c->flag ? "true" : "false");
        break;
    case CELL_LIST:
        for (size_t i = 0; i < c->n; i++) {
            buf_add(out, i ? ", " : "");
            cell_add_plain(&c->items[i], out);
        }
        break;
    case CELL_NULL:
        break;
    }
}

bool cell_as_number(const struct cell *c, double *ret)
{
    if (c->kind == CELL_NUMBER) {
        *ret = c->number;
        return isfinite(c->number);
    }
    if (c->kind != CELL_TEXT || !c->text)
        return false;
    size_t n =
        strspn(c->text, "0123456789+-.eE"); /* strtod alone would take 0x10, nan and blanks */
    char *end;
    *ret = strtod(c->text, &end);
    return n && !c->text[n] && end == c->text + n && isfinite(*ret);
}

bool cell_as_flag(const struct cell *c, bool *ret)
{
    double n;
    *ret = false;
    if (cell_is_empty(c))
        return true;
    if (c->kind == CELL_BOOL) {
        *ret = c->flag;
        return true;
    }
    if (cell_as_number(c, &n)) {
        *ret = n > 0;
        return n <= 0 ? n >= 0 : n <= 1 && n >= 1;
    }
    *ret = c->kind == CELL_TEXT && !strcmp(c->text, "true");
    return *ret || (c->kind == CELL_TEXT && !strcmp(c->text, "false"));
}

/* --- comparing ------------------------------------------------------------- */

static void add_squeezed(const struct cell *c, struct buf *out)
{
    AUTO_BUF plain = BUF_INIT(CELL_TEXT_MAX);
    cell_add_plain(c, &plain);
    utf8_squeeze(buf_str(&plain), out);
}

bool cells_same_text(const struct cell *sent, const struct cell *read)
{
    AUTO_BUF a = BUF_INIT(CELL_TEXT_MAX);
    AUTO_BUF b = BUF_INIT(CELL_TEXT_MAX);
    add_squeezed(sent, &a);
    add_squeezed(read, &b);
    return !strcmp(buf_str(&a), buf_str(&b));
}

bool cells_same_number(const struct cell *sent, const struct cell *read)
{
    double a, b;
    if (!cell_as_number(sent, &a) || !cell_as_number(read, &b))
        return cell_is_empty(sent) && cell_is_empty(read);
    return fabs(a - b) <= ROUNDING * fmax(fabs(a), fabs(b));
}

/* Both are date-times: is `text` 00:00 of that day? */
static bool is_midnight(const char *text, const char *day)
{
    const char *clock = text + DAY_LEN + 1;
    return !strncmp(text, day, DAY_LEN) && !strncmp(clock, "00:00", 5) &&
           (clock[5] != ':' || !strncmp(clock + 5, ":00", 3));
}

static bool has_zone(const char *text)
{
    return strpbrk(text + MINUTE_LEN, "Zz+-") != NULL;
}

bool cells_same_date(const struct cell *sent, const struct cell *read, int64_t granule_ms)
{
    int64_t a, b;
    if (cell_is_empty(sent) || cell_is_empty(read))
        return cell_is_empty(sent) && cell_is_empty(read);
    if (sent->kind != CELL_TEXT || read->kind != CELL_TEXT || !clock_parse_iso(sent->text, &a) ||
        !clock_parse_iso(read->text, &b))
        return false;
    bool day_a = strlen(sent->text) == DAY_LEN, day_b = strlen(read->text) == DAY_LEN;
    if (day_a && !day_b)
        return is_midnight(read->text, sent->text);
    if (day_b && !day_a)
        return is_midnight(sent->text, read->text);
    if (!day_a && has_zone(sent->text) != has_zone(read->text))
        return !strncmp(sent->text, read->text, DAY_LEN) &&
               !strncmp(sent->text + DAY_LEN + 1, read->text + DAY_LEN + 1,
                        MINUTE_LEN - DAY_LEN - 1);
    return a > b ? a - b < granule_ms : b - a < granule_ms;
}

bool cells_same_flag(const struct cell *sent, const struct cell *read)
{
    bool a, b;
    return cell_as_flag(sent, &a) && cell_as_flag(read, &b) && a == b;
}
