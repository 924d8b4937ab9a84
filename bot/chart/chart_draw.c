#include "bot/chart/chart_draw.h"

#include "bot/chart/chart_layout.h"

#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>

#define FONT "DejaVu Sans"

struct colour {
    double r, g, b;
};
#define RGB(hex)                                                                                   \
    {                                                                                              \
        ((hex) >> 16 & 0xff) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex)&0xff) / 255.0            \
    }

/* Told apart by those who do not see red and green as well. */
static const struct colour inks[2][INK_SERIES + CHART_SERIES_MAX] = {
    {[INK_TEXT] = RGB(0x1b2027),
     [INK_MUTED] = RGB(0x6b7583),
     [INK_LINE] = RGB(0xd9dde3),
     [INK_SERIES] = RGB(0x2b6cd4),
     [INK_SERIES + 1] = RGB(0xe8912d),
     [INK_SERIES + 2] = RGB(0x8a5bc7)},
    {[INK_TEXT] = RGB(0xecf0f5),
     [INK_MUTED] = RGB(0x98a3b3),
     [INK_LINE] = RGB(0x39414d),
     [INK_SERIES] = RGB(0x66a0ff),
     [INK_SERIES + 1] = RGB(0xf5ad54),
     [INK_SERIES + 2] = RGB(0xb58cf0)},
};
static const struct colour papers[2] = {RGB(0xffffff), RGB(0x171b21)};

/* ---------------------------------------------------------------- text */

static PangoLayout *new_layout(cairo_t *cr, const char *text, double size, bool bold)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    return layout;
}

static double text_width(void *ctx, const char *text, double size, bool bold)
{
    PangoLayout *layout = new_layout(ctx, text, size, bold);
    int w;
    pango_layout_get_size(layout, &w, NULL);
    g_object_unref(layout);
    return (double)w / PANGO_SCALE;
}

static void draw_text(cairo_t *cr, const struct scene_text *t)
{
    static const PangoAlignment aligns[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
                                            PANGO_ALIGN_RIGHT};
    PangoLayout *layout = new_layout(cr, t->text, t->size, t->bold);
    double len = t->turned ? t->h : t->w, across = t->turned ? t->w : t->h;
    int h;
    pango_layout_set_width(layout, (int)ceil(len * PANGO_SCALE));
    pango_layout_set_height(layout, -(int)t->lines);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, aligns[t->align]);
    pango_layout_get_size(layout, NULL, &h);
    cairo_save(cr);
    cairo_translate(cr, t->x, t->turned ? t->y + t->h : t->y);
    if (t->turned)
        cairo_rotate(cr, -M_PI / 2);
    cairo_move_to(cr, 0, (across - (double)h / PANGO_SCALE) / 2);
    pango_cairo_show_layout(cr, layout);
    cairo_restore(cr);
    g_object_unref(layout);
}

/* ---------------------------------------------------------------- the rest */

static void draw_rect(cairo_t *cr, const struct scene_rect *r)
{
    double radius = fmin(r->radius, fmin(r->w, r->h) / 2);
    cairo_new_sub_path(cr);
    cairo_arc(cr, r->x + r->w - radius, r->y + radius, radius, -M_PI / 2, 0);
    cairo_arc(cr, r->x + r->w - radius, r->y + r->h - radius, radius, 0, M_PI / 2);
    cairo_arc(cr, r->x + radius, r->y + r->h - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cr, r->x + radius, r->y + radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void set_colour(cairo_t *cr, const struct colour *c)
{
    cairo_set_source_rgb(cr, c->r, c->g, c->b);
}

static void paint(cairo_t *cr, const struct scene *s)
{
    set_colour(cr, &papers[s->dark]);
    cairo_paint(cr);
    for (size_t i = 0; i < s->n_rects; i++) {
        set_colour(cr, &inks[s->dark][s->rects[i].ink]);
        draw_rect(cr, &s->rects[i]);
    }
    for (size_t i = 0; i < s->n_texts; i++) {
        set_colour(cr, &inks[s->dark][s->texts[i].ink]);
        draw_text(cr, &s->texts[i]);
    }
}

static cairo_status_t write_bytes(void *out, const unsigned char *data, unsigned n)
{
    return fwrite(data, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* The scene as wide as the texts of this machine's fonts are. */
static void plan(const struct chart *c, struct arena *arena, struct scene *ret)
{
    cairo_surface_t *blank = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cairo_t *cr = cairo_create(blank);
    chart_layout(c, &(struct chart_measure){text_width, cr}, arena, ret);
    cairo_destroy(cr);
    cairo_surface_destroy(blank);
}

int chart_draw(const struct chart *c, struct arena *arena, FILE *out, struct err *err)
{
    struct scene s;
    plan(c, arena, &s);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, s.width, s.height);
    cairo_t *cr = cairo_create(surface);
    paint(cr, &s);
    cairo_status_t status = cairo_status(cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(surface, write_bytes, out);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS && !fflush(out))
        return 0;
    return err_set(err, ERR_LOCAL, "the picture cannot be drawn: %s",
                   cairo_status_to_string(status));
}
