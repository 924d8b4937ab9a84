/* test_pictures.c: rosterd-chart as the bot runs it: real pictures looked at pixel by pixel, and
 * programs that fail in every way. */
#include "bot/chart/chart.h"
#include "bot/chart/chart_layout.h"
#include "bot/pictures.h"
#include "store/base/clock.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <cairo.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- the real one */

/* In the build folder this test lies in: build/MODE/tests/unit/test_pictures. */
static const char *real_program(void)
{
    static char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    for (int i = 0; i < 3; i++)
        *strrchr(path, '/') = '\0';
    strncat(path, "/rosterd-chart", sizeof path - strlen(path) - 1);
    return path;
}

struct picture {
    cairo_surface_t *surface;
    const unsigned char *pixels;
    int w, h, stride;
};

struct bytes {
    const char *at;
    size_t left;
};

static cairo_status_t give(void *ctx, unsigned char *data, unsigned n)
{
    struct bytes *b = ctx;
    if (n > b->left)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(data, b->at, n);
    b->at += n;
    b->left -= n;
    return CAIRO_STATUS_SUCCESS;
}

static struct picture draw(const struct chart *c)
{
    struct err err = {0};
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    AUTO_FREE char *json = chart_to_json(c);
    struct pictures *p =
        pictures_new(&(struct pictures_parts){.program = real_program(), .limit_ms = 60000});
    assert_ok(pictures_draw(p, json, &png, &err), err);
    pictures_free(p);
    struct picture ret = {
        .surface =
            cairo_image_surface_create_from_png_stream(give, &(struct bytes){png.data, png.len})};
    assert_int_equal(cairo_surface_status(ret.surface), CAIRO_STATUS_SUCCESS);
    ret.pixels = cairo_image_surface_get_data(ret.surface);
    ret.w = cairo_image_surface_get_width(ret.surface);
    ret.h = cairo_image_surface_get_height(ret.surface);
    ret.stride = cairo_image_surface_get_stride(ret.surface);
    return ret;
}

static int brightness(const struct picture *p, int x, int y)
{
    const unsigned char *at = p->pixels + y * p->stride + 4 * x;
    return (at[0] + at[1] + at[2]) / 3;
}

/* How many points of a box differ clearly from the paper. */
static int ink(const struct picture *p, double x, double y, double w, double h)
{
    int n = 0, paper = brightness(p, 1, 1);
    for (int j = (int)y; j < (int)(y + h) && j < p->h; j++)
        for (int i = (int)x; i < (int)(x + w) && i < p->w; i++)
            n += abs(brightness(p, i, j) - paper) > 40;
    return n;
}

static struct chart teams(bool dark)
{
    return (struct chart){.kind = CHART_BARS,
                          .dark = dark,
                          .title = "Участие 2026: службы",
                          .note = "Всего 1 204",
                          .empty = "Нет",
                          .thousands = ",",
                          .series = {"участия"},
                          .n_series = 1,
                          .items = {{.label = "Кухня", .values = {100}},
                                    {.label = "Ёж, щука и ъ", .values = {50}},
                                    {.label = "", .values = {25}}},
                          .n_items = 3};
}

static void a_picture__has_its_size__paper_and_ink(void **state)
{
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        struct chart c = teams(dark);
        struct picture p = draw(&c);
        assert_int_equal(p.w, CHART_WIDTH);
        assert_in_range(p.h, 300, 700);
        if (dark)
            assert_true(brightness(&p, 1, 1) < 60);
        else
            assert_true(brightness(&p, 1, 1) > 240);
        assert_true(ink(&p, CHART_PAD, CHART_PAD, 700, 68) > 2000); /* the title */
        assert_true(ink(&p, CHART_PAD, p.h - 110, 400, 80) > 300);  /* the footnote */
        assert_int_equal(ink(&p, 0, 0, CHART_PAD - 2, p.h), 0);     /* the margins */
        assert_int_equal(ink(&p, p.w - CHART_PAD + 2, 0, CHART_PAD, p.h), 0);
        cairo_surface_destroy(p.surface);
    }
}

static void a_picture__shows__labels_bars_and_numbers(void **state)
{
    (void)state;
    struct chart c = teams(false), bare = c;
    for (size_t i = 0; i < bare.n_items; i++)
        bare.items[i].label = "";
    struct picture p = draw(&c), without = draw(&bare);
    int top = 170, label_w = 190; /* below the title; the labels are in the first 250 px */
    assert_true(ink(&p, CHART_PAD, top, label_w, p.h - top - 130) > 500);
    /* a row without a label has none, and the bars of the other picture begin at the left */
    assert_true(ink(&without, CHART_PAD + 30, top, label_w, 180) > 5000);
    /* the first bar is about twice as long as the second, the number stands behind it */
    int lengths[2] = {0};
    for (int row = 0; row < 2; row++)
        for (int x = CHART_PAD + 300; x < p.w - CHART_PAD; x++)
            lengths[row] += abs(brightness(&p, x, 185 + row * 66) - 255) > 40;
    assert_in_range(lengths[0], lengths[1] * 3 / 2, lengths[1] * 3);
    cairo_surface_destroy(p.surface);
    cairo_surface_destroy(without.surface);
}

static void a_picture__says__that_there_is_nothing(void **state)
{
    (void)state;
    struct chart c = teams(false);
    c.kind = CHART_STACK;
    c.n_items = 0;
    c.empty = "На 2027 год заездов нет";
    struct picture p = draw(&c);
    assert_int_equal(p.w, CHART_WIDTH);
    assert_true(ink(&p, 300, 280, 600, 200) > 1000);
    cairo_surface_destroy(p.surface);
}

/* The longest of everything. */
static void a_picture__holds__what_is_too_much(void **state)
{
    (void)state;
    AUTO_BUF text = BUF_INIT((size_t)CHART_TEXT_MAX);
    for (int i = 0; i < CHART_TEXT_MAX / 4; i++)
        buf_add(&text, i % 7 ? "Ж" : " 🎪");
    for (int kind = CHART_BARS; kind <= CHART_MIRROR; kind++) {
        struct chart c = {.kind = (enum chart_kind)kind,
                          .title = buf_str(&text),
                          .note = buf_str(&text),
                          .thousands = ",",
                          .series = {buf_str(&text), buf_str(&text), buf_str(&text)},
                          .n_series = kind == CHART_MIRROR ? 2 : 3,
                          .n_items = CHART_ITEMS_MAX};
        for (size_t i = 0; i < c.n_items; i++)
            c.items[i] = (struct chart_item){.label = buf_str(&text),
                                             .group = i % 2 ? "" : buf_str(&text),
                                             .values = {CHART_VALUE_MAX, 1, CHART_VALUE_MAX}};
        struct picture p = draw(&c);
        assert_int_equal(p.w, CHART_WIDTH);
        assert_in_range(p.w + p.h, 0, 10000); /* Telegram's limit */
        cairo_surface_destroy(p.surface);
    }
}

static struct err refused(const char *json)
{
    struct err err = {0};
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    struct pictures *p =
        pictures_new(&(struct pictures_parts){.program = real_program(), .limit_ms = 60000});
    assert_int_equal(-1, pictures_draw(p, json, &png, &err));
    assert_int_equal(png.len, 0);
    pictures_free(p);
    return err;
}

static void a_chart_that_cannot_be_read__is_refused__in_one_line(void **state)
{
    (void)state;
    AUTO_BUF big = BUF_INIT(2 * CHART_JSON_MAX);
    for (size_t i = 0; i < CHART_JSON_MAX + 2; i++)
        buf_addc(&big, ' ');
    assert_has(refused("{").msg, "ended with 1: rosterd-chart: ");
    assert_has(refused("").msg, "ended with 1: rosterd-chart: ");
    assert_has(refused("{\"kind\":\"pie\"}").msg, "ended with 1: rosterd-chart: ");
    assert_has(refused(buf_str(&big)).msg, "cannot be read or is too long");
}

/* ---------------------------------------------------------------- others */

struct fake {
    struct temp_dir dir;
    char path[96];
};

static void fake_program(struct fake *f, const char *script)
{
    temp_dir_make(&f->dir);
    snprintf(f->path, sizeof f->path, "%s/chart", f->dir.path);
    temp_write(f->path, script);
    assert_int_equal(0, chmod(f->path, 0700));
}

static struct err drawn_by(const char *script, unsigned limit_ms, int wanted)
{
    struct fake f;
    struct err err = {0};
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    fake_program(&f, script);
    struct pictures *p =
        pictures_new(&(struct pictures_parts){.program = f.path, .limit_ms = limit_ms});
    assert_int_equal(wanted, pictures_draw(p, "{\"a\":1}", &png, &err));
    assert_int_equal(png.len > 0, !wanted);
    pictures_free(p);
    temp_dir_remove(&f.dir);
    return err;
}

#define PNG "printf '\\211PNG\\r\\n\\032\\n'; "

static void a_program__is_given_the_drawing__and_gives_a_picture(void **state)
{
    (void)state;
    drawn_by("#!/bin/sh\n" PNG "cat", 10000, 0);
    struct err err = drawn_by("#!/bin/sh\ncat", 10000, -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_has(err.msg, "no picture");
    assert_has(drawn_by("#!/bin/sh\nexit 0", 10000, -1).msg, "no picture");
    assert_has(drawn_by("#!/bin/sh\n[ \"$(cat)\" = '{\"a\":1}' ] || exit 9\nexit 8", 10000, -1).msg,
               "ended with 8");
    assert_has(drawn_by("#!/bin/sh\n[ -z \"$HOME$ROSTERD_CONFIG\" ] || exit 9\nexit 8", 10000, -1)
                   .msg,
               "ended with 8"); /* nothing of our surroundings */
}

static void a_program_that_fails__is_told_of__in_its_words(void **state)
{
    (void)state;
    struct err err = drawn_by("#!/bin/sh\necho no font >&2\necho more >&2\nexit 2", 10000, -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_has(err.msg, "ended with 2: no font");
    assert_has_not(err.msg, "more");
    assert_has(drawn_by("#!/bin/sh\nkill -9 $$", 10000, -1).msg, "signal 9");
    assert_has(drawn_by("#!/bin/sh\nyes | head -c 1000000 >&2\nexit 3", 10000, -1).msg,
               "with 3: y");
    /* a picture without an end is cut at the limit of files */
    err = drawn_by("#!/bin/sh\n" PNG "cat /dev/zero", 60000, -1);
    assert_int_equal(err.kind, ERR_DATA);
    struct err none = {0};
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    struct pictures *p = pictures_new(&(struct pictures_parts){.program = "/nowhere/chart"});
    assert_int_equal(-1, pictures_draw(p, "{}", &png, &none));
    assert_int_equal(none.kind, ERR_LOCAL);
    assert_has(none.msg, "not there");
    pictures_free(p);
}

static void a_slow_program__is_ended__and_left_alone_for_a_minute(void **state)
{
    (void)state;
    struct fake f;
    struct err err = {0};
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    fake_program(&f, "#!/bin/sh\n[ -e \"$0.fast\" ] || exec sleep 60\n" PNG);
    struct pictures *p = pictures_new(&(struct pictures_parts){.program = f.path, .limit_ms = 300});
    int64_t began = clock_mono_ms();
    assert_int_equal(-1, pictures_draw(p, "{}", &png, &err));
    assert_true(clock_mono_ms() - began < 20000);
    assert_int_equal(err.kind, ERR_TEMP);
    assert_has(err.msg, "more than 300 ms");
    char fast[128];
    snprintf(fast, sizeof fast, "%s.fast", f.path);
    temp_write(fast, "");
    assert_int_equal(-1, pictures_draw(p, "{}", &png, &err));
    assert_has(err.msg, "a moment ago");
    clock_test_advance(61000);
    assert_ok(pictures_draw(p, "{}", &png, &err), err);
    pictures_free(p);
    temp_dir_remove(&f.dir);
}

static void beside_this_program__is_where__it_is_looked_for(void **state)
{
    (void)state;
    struct err err = {0};
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    struct pictures *p = pictures_new(&(struct pictures_parts){0}); /* not beside a test */
    assert_int_equal(-1, pictures_draw(p, "{}", &png, &err));
    assert_int_equal(err.kind, ERR_LOCAL);
    pictures_free(p);
    pictures_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture__has_its_size__paper_and_ink),
        cmocka_unit_test(a_picture__shows__labels_bars_and_numbers),
        cmocka_unit_test(a_picture__says__that_there_is_nothing),
        cmocka_unit_test(a_picture__holds__what_is_too_much),
        cmocka_unit_test(a_chart_that_cannot_be_read__is_refused__in_one_line),
        cmocka_unit_test(a_program__is_given_the_drawing__and_gives_a_picture),
        cmocka_unit_test(a_program_that_fails__is_told_of__in_its_words),
        cmocka_unit_test(a_slow_program__is_ended__and_left_alone_for_a_minute),
        cmocka_unit_test(beside_this_program__is_where__it_is_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
