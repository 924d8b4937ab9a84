/* fuzz_chart.c: the JSON of a chart: what can be read has a picture of a bounded size in which
 * everything has a place, and is written the same way again. */
#include "bot/chart/chart_layout.h"
#include "store/base/utf8.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

static double fixed(void *ctx, const char *text, double size, bool bold)
{
    (void)ctx;
    return (bold ? 0.7 : 0.6) * size * (double)utf8_length(text);
}

static void lay_out(const struct chart *c, struct arena *arena)
{
    struct scene s;
    chart_layout(c, &(struct chart_measure){fixed, NULL}, arena, &s);
    PROMISE(s.width == CHART_WIDTH && s.height > 0 && s.height < 10000 - CHART_WIDTH);
    for (size_t i = 0; i < s.n_rects; i++) {
        const struct scene_rect *r = &s.rects[i];
        PROMISE(isfinite(r->x) && isfinite(r->y) && r->w > 0 && r->h > 0);
        PROMISE(r->x >= 0 && r->x + r->w <= s.width && r->y >= 0 && r->y + r->h <= s.height);
        PROMISE(r->ink < INK_SERIES + CHART_SERIES_MAX);
    }
    for (size_t i = 0; i < s.n_texts; i++) {
        const struct scene_text *t = &s.texts[i];
        PROMISE(isfinite(t->x) && isfinite(t->y) && t->w > 0 && t->lines >= 1 && *t->text);
        PROMISE(t->y >= 0 && t->y + t->h <= s.height && t->ink < INK_SERIES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    struct chart c, back;
    struct err err = {0};
    if (chart_read((const char *)data, size, arena, &c, &err))
        return 0;
    lay_out(&c, arena);
    AUTO_FREE char *json = chart_to_json(&c);
    if (chart_read(json, strlen(json), arena, &back, &err))
        PROMISE(size > CHART_JSON_MAX / 8); /* quoting makes a text longer, up to six times */
    else
        PROMISE(back.n_items == c.n_items && chart_sum(&back) == chart_sum(&c));
    return 0;
}
