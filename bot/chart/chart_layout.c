#include "bot/chart/chart_layout.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INNER       (CHART_WIDTH - 2 * CHART_PAD)
#define TITLE_SIZE  54.0
#define TITLE_SMALL 46.0
#define LABEL_SIZE  34.0
#define SMALL_SIZE  28.0 /* labels in two lines, numbers over many columns */
#define NOTE_SIZE   30.0
#define LEGEND_SIZE 34.0
#define EMPTY_SIZE  40.0

/* a page under way: what comes next stands at y */
struct page {
    const struct chart *c;
    const struct chart_measure *measure;
    struct arena *arena;
    struct scene *s;
    size_t cap_rects, cap_texts;
    double y;
};

static double width_of(const struct page *p, const char *text, double size, bool bold)
{
    return p->measure->width(p->measure->ctx, text, size, bold);
}

/* Nothing that cannot be seen is drawn. */
static void add_rect(struct page *p, struct scene_rect r)
{
    struct scene *s = p->s;
    if (r.w <= 0 || r.h <= 0)
        return;
    s->rects = arena_grow(p->arena, s->rects, &p->cap_rects, s->n_rects + 1, sizeof r);
    s->rects[s->n_rects++] = r;
}

static void add_text(struct page *p, struct scene_text t)
{
    struct scene *s = p->s;
    if (!t.text || !*t.text || t.w <= 0)
        return;
    t.lines = t.lines ? t.lines : 1;
    s->texts = arena_grow(p->arena, s->texts, &p->cap_texts, s->n_texts + 1, sizeof t);
    s->texts[s->n_texts++] = t;
}

const char *chart_number(int64_t n, const char *thousands, struct arena *arena)
{
    char digits[24];
    char *out = arena_alloc(arena, 24 + 8 * (strlen(thousands) + 1), 1), *at = out;
    int len = snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? 0 : n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            at = stpcpy(at, thousands);
        *at++ = digits[i];
    }
    return out;
}

static const char *number(const struct page *p, int64_t n)
{
    return chart_number(n, p->c->thousands, p->arena);
}

/* ---------------------------------------------------------------- above and below the plot */

/* How many lines a text takes over the whole width, at most max; words do not break. */
static unsigned lines_of(const struct page *p, const char *text, double size, bool bold,
                         unsigned max)
{
    double w = width_of(p, text, size, bold) + 2;
    double needed = w <= INNER ? 1 : fmax(2, ceil(w * 1.1 / INNER));
    return needed < max ? (unsigned)needed : max;
}

static void add_paragraph(struct page *p, const char *text, double size, bool bold, unsigned ink,
                          unsigned max)
{
    if (!*text)
        return;
    unsigned n = lines_of(p, text, size, bold, max);
    double h = size * LINE_HEIGHT * n;
    add_text(p, (struct scene_text){.x = CHART_PAD,
                                    .y = p->y,
                                    .w = INNER,
                                    .h = h,
                                    .size = size,
                                    .bold = bold,
                                    .ink = ink,
                                    .lines = n,
                                    .text = text});
    p->y += h;
}

/* A smaller title in one line reads better than a large one in two. */
static void add_title(struct page *p)
{
    bool fits = lines_of(p, p->c->title, TITLE_SIZE, true, 2) == 1;
    add_paragraph(p, p->c->title, fits ? TITLE_SIZE : TITLE_SMALL, true, INK_TEXT, 2);
}

/* One series needs no legend: the title says what it is. */
static void add_legend(struct page *p)
{
    const double swatch = 30, gap = 14, between = 44, h = LEGEND_SIZE * LINE_HEIGHT;
    double x = CHART_PAD;
    if (p->c->n_series < 2)
        return;
    p->y += 20;
    for (size_t k = 0; k < p->c->n_series; k++) {
        double w = width_of(p, p->c->series[k], LEGEND_SIZE, false) + 2;
        w = w > INNER - swatch - gap ? INNER - swatch - gap : w;
        if (x > CHART_PAD && x + swatch + gap + w > CHART_WIDTH - CHART_PAD) {
            x = CHART_PAD;
            p->y += h + 6;
        }
        add_rect(p, (struct scene_rect){x, p->y + (h - swatch) / 2, swatch, swatch, 6,
                                        INK_SERIES + (unsigned)k});
        add_text(p, (struct scene_text){.x = x + swatch + gap,
                                        .y = p->y,
                                        .w = w,
                                        .h = h,
                                        .size = LEGEND_SIZE,
                                        .ink = INK_TEXT,
                                        .text = p->c->series[k]});
        x += swatch + gap + w + between;
    }
    p->y += h;
}

static void add_empty(struct page *p)
{
    add_text(p, (struct scene_text){.x = CHART_PAD,
                                    .y = p->y + 150,
                                    .w = INNER,
                                    .h = EMPTY_SIZE * LINE_HEIGHT * 2,
                                    .size = EMPTY_SIZE,
                                    .ink = INK_MUTED,
                                    .lines = 2,
                                    .align = ALIGN_CENTER,
                                    .text = p->c->empty});
    p->y += 150 + EMPTY_SIZE * LINE_HEIGHT * 2 + 150;
}

/* Of those that have a bar: what is left over may be more than any of them, and says little. */
static int64_t largest(const struct chart *c, size_t series)
{
    int64_t max = 0;
    for (size_t i = 0; i < c->n_items; i++)
        if (!c->items[i].rest && c->items[i].values[series] > max)
            max = c->items[i].values[series];
    return max;
}

/* ---------------------------------------------------------------- bars */

#define LABEL_SHARE 0.40 /* of the width, at most */
#define LABEL_GAP   22.0
#define NUMBER_GAP  14.0
#define BAR_MIN     5.0 /* something is never shown as nothing */

/* What all rows have in common. */
struct rows {
    double label_w, bar_x, bar_max, bar_h, row_h, gap;
    int64_t max;
};

static struct rows rows_of(const struct page *p)
{
    const struct chart *c = p->c;
    bool many = c->n_series > 1;
    struct rows r = {.bar_h = many ? 34 : 42, .gap = many ? 26 : 24};
    double number_w = 0;
    for (size_t k = 0; k < c->n_series; k++)
        r.max = largest(c, k) > r.max ? largest(c, k) : r.max;
    for (size_t i = 0; i < c->n_items; i++) {
        r.label_w = fmax(r.label_w, width_of(p, c->items[i].label, LABEL_SIZE, false) + 2);
        for (size_t k = 0; k < c->n_series; k++)
            number_w =
                fmax(number_w, width_of(p, number(p, c->items[i].values[k]), LABEL_SIZE, true) + 2);
    }
    r.label_w = fmin(r.label_w, floor(INNER * LABEL_SHARE));
    r.row_h = r.bar_h * (double)c->n_series + 4 * (double)(c->n_series - 1);
    r.bar_x = CHART_PAD + r.label_w + LABEL_GAP;
    r.bar_max = CHART_WIDTH - CHART_PAD - number_w - NUMBER_GAP - r.bar_x;
    return r;
}

/* One that is too long for a line stands in two smaller ones. */
static void add_label(struct page *p, const struct rows *r, const struct chart_item *item)
{
    bool fits = width_of(p, item->label, LABEL_SIZE, false) <= r->label_w;
    double size = fits ? LABEL_SIZE : SMALL_SIZE;
    unsigned lines = fits || width_of(p, item->label, size, false) <= r->label_w ? 1 : 2;
    double h = size * LINE_HEIGHT * lines;
    add_text(p, (struct scene_text){.x = CHART_PAD,
                                    .y = p->y + (r->row_h - h) / 2,
                                    .w = r->label_w,
                                    .h = h,
                                    .size = size,
                                    .ink = item->rest ? INK_MUTED : INK_TEXT,
                                    .lines = lines,
                                    .align = ALIGN_RIGHT,
                                    .text = item->label});
}

static void add_bar(struct page *p, const struct rows *r, const struct chart_item *item, size_t k)
{
    int64_t v = item->values[k];
    double y = p->y + (double)k * (r->bar_h + 4), h = LABEL_SIZE * LINE_HEIGHT;
    double w = r->max ? r->bar_max * ((double)v / (double)r->max) : 0;
    w = item->rest || !v ? 0 : fmax(w, BAR_MIN);
    add_rect(p, (struct scene_rect){r->bar_x, y, w, r->bar_h, 8, INK_SERIES + (unsigned)k});
    const char *text = number(p, v);
    add_text(p, (struct scene_text){.x = r->bar_x + w + (w > 0 ? NUMBER_GAP : 0),
                                    .y = y + (r->bar_h - h) / 2,
                                    .w = width_of(p, text, LABEL_SIZE, true) + 2,
                                    .h = h,
                                    .size = LABEL_SIZE,
                                    .bold = true,
                                    .ink = w > 0 ? INK_TEXT : INK_MUTED,
                                    .text = text});
}

static void add_bars(struct page *p)
{
    struct rows r = rows_of(p);
    for (size_t i = 0; i < p->c->n_items; i++) {
        add_label(p, &r, &p->c->items[i]);
        for (size_t k = 0; k < p->c->n_series; k++)
            add_bar(p, &r, &p->c->items[i], k);
        p->y += r.row_h + r.gap;
    }
    p->y -= p->c->n_items ? r.gap : 0;
}

/* ---------------------------------------------------------------- columns */

#define PLOT_H      600.0
#define COLUMN_MAX  96.0
#define BAND_GAP    8.0
#define NUMBER_MIN  2.0 /* px between numbers of neighbours */
#define LABEL_APART 10.0

/* What all columns have in common. */
struct columns {
    double pitch, w, room; /* room: what a number takes above (or below) its column */
    double unit;           /* px for one */
    double band_y, band_h; /* where the days stand */
    bool turned;
    size_t step; /* every so many days are written */
};

static int64_t stack_sum(const struct chart *c, size_t i)
{
    int64_t sum = 0;
    for (size_t k = 0; k < c->n_series; k++)
        sum += c->items[i].values[k];
    return sum;
}

/* The number that is written at the column's upper (0) or lower (1) end. */
static int64_t end_value(const struct chart *c, size_t i, size_t side)
{
    return c->kind == CHART_MIRROR ? c->items[i].values[side] : stack_sum(c, i);
}

static size_t n_sides(const struct chart *c)
{
    return c->kind == CHART_MIRROR ? 2 : 1;
}

static int64_t tallest(const struct chart *c, size_t side)
{
    int64_t max = 0;
    for (size_t i = 0; i < c->n_items; i++)
        max = end_value(c, i, side) > max ? end_value(c, i, side) : max;
    return max;
}

static size_t label_step(const struct page *p, double pitch)
{
    double widest = 0;
    for (size_t i = 0; i < p->c->n_items; i++)
        widest = fmax(widest, width_of(p, p->c->items[i].label, SMALL_SIZE, false));
    size_t step = 1;
    while (pitch * (double)step < widest + LABEL_APART && step < p->c->n_items)
        step++;
    return step;
}

static struct columns columns_of(const struct page *p)
{
    const struct chart *c = p->c;
    struct columns s = {.pitch = INNER / (double)c->n_items,
                        .band_h = SMALL_SIZE * LINE_HEIGHT + 2 * BAND_GAP};
    double widest = 0, sum = 0;
    for (size_t side = 0; side < n_sides(c); side++) {
        for (size_t i = 0; i < c->n_items; i++)
            widest =
                fmax(widest, width_of(p, number(p, end_value(c, i, side)), SMALL_SIZE, true) + 2);
        sum += (double)tallest(c, side);
    }
    s.w = fmin(s.pitch * 0.72, COLUMN_MAX);
    s.turned = widest + NUMBER_MIN > s.pitch;
    s.room = (s.turned ? widest : SMALL_SIZE * LINE_HEIGHT) + BAND_GAP;
    s.unit = sum > 0 ? fmax(PLOT_H - s.room * (double)n_sides(c), PLOT_H / 3) / sum : 0;
    s.band_y = p->y + s.room + s.unit * (double)tallest(c, 0);
    s.step = label_step(p, s.pitch);
    return s;
}

/* The number at an end of a column: y is that end, going away from the band. */
static void add_end_number(struct page *p, const struct columns *s, size_t i, size_t side, double y)
{
    int64_t v = end_value(p->c, i, side);
    double center = CHART_PAD + s->pitch * ((double)i + 0.5), line = SMALL_SIZE * LINE_HEIGHT;
    const char *text = number(p, v);
    double len = width_of(p, text, SMALL_SIZE, true) + 2, w = s->turned ? line : len,
           h = s->turned ? len : line;
    if (!v)
        return;
    add_text(p, (struct scene_text){.x = center - w / 2,
                                    .y = side ? y + BAND_GAP / 2 : y - BAND_GAP / 2 - h,
                                    .w = w,
                                    .h = h,
                                    .size = SMALL_SIZE,
                                    .bold = true,
                                    .turned = s->turned,
                                    .ink = INK_TEXT,
                                    .align = ALIGN_CENTER,
                                    .text = text});
}

static void add_column(struct page *p, const struct columns *s, size_t i)
{
    const struct chart *c = p->c;
    double x = CHART_PAD + s->pitch * ((double)i + 0.5) - s->w / 2, up = s->band_y,
           down = s->band_y + s->band_h,
           radius = c->kind == CHART_STACK && c->n_series > 1 ? 0 : fmin(6, s->w / 4);
    for (size_t k = 0; k < c->n_series; k++) {
        bool falls = c->kind == CHART_MIRROR && k == 1;
        double h = s->unit * (double)c->items[i].values[k];
        h = c->items[i].values[k] ? fmax(h, 2) : 0;
        add_rect(p, (struct scene_rect){x, falls ? down : up - h, s->w, h, radius,
                                        INK_SERIES + (unsigned)k});
        if (falls)
            down += h;
        else
            up -= h;
    }
    add_end_number(p, s, i, 0, up);
    if (c->kind == CHART_MIRROR)
        add_end_number(p, s, i, 1, down);
    if (i % s->step)
        return;
    double w = s->pitch * (double)s->step;
    add_text(p, (struct scene_text){.x = x + s->w / 2 - w / 2,
                                    .y = s->band_y + BAND_GAP,
                                    .w = w,
                                    .h = SMALL_SIZE * LINE_HEIGHT,
                                    .size = SMALL_SIZE,
                                    .ink = INK_MUTED,
                                    .align = ALIGN_CENTER,
                                    .text = c->items[i].label});
}

/* The months under the days, each under its own and with a line above it; one too long for its few
 * days is left out: its neighbour tells. */
static void add_groups(struct page *p, const struct columns *s)
{
    const struct chart *c = p->c;
    bool any = false;
    for (size_t i = 0, end; i < c->n_items; i = end) {
        for (end = i + 1; end < c->n_items && str_eq(c->items[end].group, c->items[i].group);)
            end++;
        const char *text = c->items[i].group;
        double x = CHART_PAD + s->pitch * (double)i, w = s->pitch * (double)(end - i);
        if (!text || !*text)
            continue;
        any = true;
        add_rect(p, (struct scene_rect){x + 4, p->y, w - 8, 2, 0, INK_LINE});
        bool fits = width_of(p, text, LABEL_SIZE, false) + 2 <= w;
        if (!fits && width_of(p, text, SMALL_SIZE, false) + 2 > w)
            continue;
        add_text(p, (struct scene_text){.x = x,
                                        .y = p->y + BAND_GAP,
                                        .w = w,
                                        .h = LABEL_SIZE * LINE_HEIGHT,
                                        .size = fits ? LABEL_SIZE : SMALL_SIZE,
                                        .ink = INK_TEXT,
                                        .align = ALIGN_CENTER,
                                        .text = text});
    }
    p->y += any ? BAND_GAP + LABEL_SIZE * LINE_HEIGHT : 0;
}

static void add_columns(struct page *p)
{
    struct columns s = columns_of(p);
    double bottom = s.band_y + s.band_h;
    add_rect(p, (struct scene_rect){CHART_PAD, s.band_y, INNER, 2, 0, INK_LINE});
    if (p->c->kind == CHART_MIRROR)
        add_rect(p, (struct scene_rect){CHART_PAD, bottom - 2, INNER, 2, 0, INK_LINE});
    for (size_t i = 0; i < p->c->n_items; i++)
        add_column(p, &s, i);
    p->y = bottom;
    if (p->c->kind == CHART_MIRROR)
        p->y += s.unit * (double)tallest(p->c, 1) + s.room;
    add_groups(p, &s);
}

/* ---------------------------------------------------------------- the whole */

void chart_layout(const struct chart *c, const struct chart_measure *measure, struct arena *arena,
                  struct scene *ret)
{
    *ret = (struct scene){.width = CHART_WIDTH, .dark = c->dark};
    struct page p = {.c = c, .measure = measure, .arena = arena, .s = ret, .y = CHART_PAD};
    bool nothing = !chart_sum(c);
    add_title(&p);
    if (!nothing)
        add_legend(&p);
    p.y += 40;
    if (nothing)
        add_empty(&p);
    else if (c->kind == CHART_BARS)
        add_bars(&p);
    else
        add_columns(&p);
    p.y += 36;
    add_paragraph(&p, c->note, NOTE_SIZE, false, INK_MUTED, 3);
    ret->height = (int)ceil(p.y + CHART_PAD - 8);
}
