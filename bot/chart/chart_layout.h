/* chart_layout.h: where everything of a chart stands, as rectangles and texts: the arithmetic of
 * the picture, without the drawing. Pure: how wide a text is comes from the caller. */
#ifndef BOT_CHART_CHART_LAYOUT_H
#define BOT_CHART_CHART_LAYOUT_H

#include "bot/chart/chart.h"

#define CHART_WIDTH 1200 /* px: large on a phone, where it is about 390 points wide */
#define CHART_PAD   56   /* px around everything */

enum ink { INK_TEXT, INK_MUTED, INK_LINE, INK_SERIES /* + the number of the series */ };

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

struct scene_rect {
    double x, y, w, h, radius;
    unsigned ink;
};

/* A text in a box: lines of size * LINE_HEIGHT, cut with … where it does not fit. turned: written
 * upwards, w and h are those of the box as it is seen. */
struct scene_text {
    double x, y, w, h, size;
    unsigned ink, lines;
    enum align align;
    bool bold, turned;
    const char *text;
};
#define LINE_HEIGHT 1.25

struct scene {
    int width, height;
    bool dark;
    struct scene_rect *rects;
    struct scene_text *texts;
    size_t n_rects, n_texts;
};

/* The width of a text in one line, px. */
struct chart_measure {
    double (*width)(void *ctx, const char *text, double size, bool bold);
    void *ctx;
};

/* The scene of a chart; everything lives in the arena. */
void chart_layout(const struct chart *c, const struct chart_measure *measure, struct arena *arena,
                  struct scene *ret);

/* "1 204": n with its digits in groups of three. In the arena. */
const char *chart_number(int64_t n, const char *thousands, struct arena *arena);

#endif
