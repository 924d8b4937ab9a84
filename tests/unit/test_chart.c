/* test_chart.c: what a chart is as JSON, and where everything of it stands. */
#include "bot/chart/chart_layout.h"
#include "store/base/buf.h"
#include "store/base/utf8.h"
#include "tests/support/check.h"

#include <math.h>
#include <stdlib.h>

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 0.01)
#define NNBSP             "\u202f"

static struct chart chart_of(enum chart_kind kind, size_t n_items, size_t n_series)
{
    static const char *const labels[] = {"a", "b", "c", "d", "e", "f"};
    struct chart c = {.kind = kind,
                      .title = "Служба",
                      .note = "Всего",
                      .empty = "Ничего нет",
                      .thousands = NNBSP,
                      .series = {"раз", "два", "три"},
                      .n_series = n_series,
                      .n_items = n_items};
    for (size_t i = 0; i < n_items; i++) {
        c.items[i] = (struct chart_item){.label = labels[i % ARRAY_LEN(labels)], .group = ""};
        for (size_t k = 0; k < n_series; k++)
            c.items[i].values[k] = (int64_t)(10 * (i + 1) + k);
    }
    return c;
}

/* ---------------------------------------------------------------- the JSON */

static void a_chart__comes_back__as_it_was_written(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct err err = {0};
    struct chart c = chart_of(CHART_MIRROR, 3, 2), back;
    c.dark = true;
    c.items[0].label = "\"Кухня\" \\ <b>";
    c.items[1].group = "июль";
    c.items[2].rest = true;
    c.items[2].values[1] = CHART_VALUE_MAX;
    AUTO_FREE char *json = chart_to_json(&c);
    assert_ok(chart_read(json, strlen(json), arena, &back, &err), err);
    assert_int_equal(back.kind, CHART_MIRROR);
    assert_true(back.dark);
    assert_string_equal(back.title, c.title);
    assert_string_equal(back.note, c.note);
    assert_string_equal(back.empty, c.empty);
    assert_string_equal(back.thousands, NNBSP);
    assert_string_equal(back.series[1], "два");
    assert_int_equal(back.n_items, 3);
    assert_string_equal(back.items[0].label, c.items[0].label);
    assert_string_equal(back.items[1].group, "июль");
    assert_true(back.items[2].rest);
    assert_int_equal(back.items[2].values[1], CHART_VALUE_MAX);
    AUTO_FREE char *again = chart_to_json(&back);
    assert_string_equal(again, json);
}

static void a_chart__is_cut__to_its_limits(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_BUF longer = BUF_INIT((size_t)4096);
    struct err err = {0};
    struct chart c = chart_of(CHART_BARS, 1, 1), back;
    for (int i = 0; i < 500; i++)
        buf_add(&longer, "ж");
    c.title = buf_str(&longer);
    c.items[0].values[0] = -5;
    c.n_items = CHART_ITEMS_MAX;
    for (size_t i = 1; i < CHART_ITEMS_MAX; i++)
        c.items[i] = (struct chart_item){.label = "x", .values = {INT64_MAX}};
    c.n_items += 7; /* what would stand past the end is not looked at */
    AUTO_FREE char *json = chart_to_json(&c);
    assert_ok(chart_read(json, strlen(json), arena, &back, &err), err);
    assert_true(strlen(back.title) <= CHART_TEXT_MAX);
    assert_true(utf8_valid(back.title, strlen(back.title)));
    assert_int_equal(back.n_items, CHART_ITEMS_MAX);
    assert_int_equal(back.items[0].values[0], 0);
    assert_int_equal(back.items[1].values[0], CHART_VALUE_MAX);
}

static void reading__refuses__what_is_no_chart(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    static const struct {
        const char *json, *why;
    } bad[] = {
        {"", "not JSON"},
        {"[]", "no kind"},
        {"{\"kind\":\"pie\",\"series\":[\"a\"],\"items\":[]}", "no kind"},
        {"{\"kind\":\"bars\",\"dark\":1,\"series\":[\"a\"],\"items\":[]}", "no kind"},
        {"{\"kind\":\"bars\",\"title\":7,\"series\":[\"a\"],\"items\":[]}", "short texts"},
        {"{\"kind\":\"bars\",\"thousands\":\", \"}", "one character"},
        {"{\"kind\":\"bars\",\"series\":[],\"items\":[]}", "series"},
        {"{\"kind\":\"bars\",\"series\":[\"a\",\"b\",\"c\",\"d\"],\"items\":[]}", "series"},
        {"{\"kind\":\"bars\",\"series\":[null],\"items\":[]}", "series"},
        {"{\"kind\":\"mirror\",\"series\":[\"a\"],\"items\":[]}", "a mirror has two"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"]}", "item 0"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[7]}", "item 1"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[1,2]}]}", "item 1"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[-1]}]}", "item 1"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[0.5]}]}", "item 1"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[1e13]}]}", "item 1"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[\"1\"]}]}", "item 1"},
        {"{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[1],\"rest\":0}]}",
         "item 1"},
    };
    struct chart c;
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_error(chart_read(bad[i].json, strlen(bad[i].json), arena, &c, &err), err, ERR_DATA,
                     bad[i].why);
    AUTO_BUF many = BUF_INIT((size_t)1 << 18);
    buf_add(&many, "{\"kind\":\"bars\",\"series\":[\"a\"],\"items\":[{\"values\":[1]}");
    for (int i = 0; i < CHART_ITEMS_MAX; i++)
        buf_add(&many, ",{\"values\":[1]}");
    buf_add(&many, "]}");
    assert_error(chart_read(buf_str(&many), many.len, arena, &c, &err), err, ERR_DATA, "more than");
    while (many.len <= CHART_JSON_MAX)
        buf_add(&many, "          ");
    assert_error(chart_read(buf_str(&many), many.len, arena, &c, &err), err, ERR_DATA, "bytes");
}

static void reading__makes_lines_whole__that_control_characters_would_break(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    static const char json[] =
        "{\"kind\":\"bars\",\"title\":\"a\\nb\\u0007c\\u007f\",\"series\":[\"a\"],\"items\":[]}";
    struct chart c;
    struct err err = {0};
    assert_ok(chart_read(json, sizeof json - 1, arena, &c, &err), err);
    assert_string_equal(c.title, "a b c ");
}

/* ---------------------------------------------------------------- where things stand */

/* Every letter is six tenths of its size wide. */
static double fixed(void *ctx, const char *text, double size, bool bold)
{
    (void)ctx;
    (void)bold;
    return 0.6 * size * (double)utf8_length(text);
}

static struct scene layout(const struct chart *c, struct arena *arena)
{
    struct scene s;
    chart_layout(c, &(struct chart_measure){fixed, NULL}, arena, &s);
    return s;
}

/* Nothing stands outside, or across another text. */
static void check_scene(const struct scene *s)
{
    assert_int_equal(s->width, CHART_WIDTH);
    assert_in_range(s->height, 200, 8000);
    for (size_t i = 0; i < s->n_rects; i++) {
        const struct scene_rect *r = &s->rects[i];
        assert_true(r->x >= CHART_PAD - 1 && r->x + r->w <= CHART_WIDTH - CHART_PAD + 1);
        assert_true(r->y >= CHART_PAD - 1 && r->y + r->h <= s->height);
        assert_true(r->ink < INK_SERIES + CHART_SERIES_MAX);
    }
    for (size_t i = 0; i < s->n_texts; i++) {
        const struct scene_text *t = &s->texts[i];
        assert_true(t->x >= CHART_PAD / 2.0 && t->x + t->w <= CHART_WIDTH - CHART_PAD / 2.0);
        assert_true(t->y >= 0 && t->y + t->h <= s->height);
        for (size_t j = 0; j < i; j++) {
            const struct scene_text *o = &s->texts[j];
            bool apart = t->x >= o->x + o->w - 0.1 || o->x >= t->x + t->w - 0.1 ||
                         t->y >= o->y + o->h - 9 || o->y >= t->y + t->h - 9; /* line gaps meet */
            if (!apart)
                fail_msg("«%s» lies on «%s»", t->text, o->text);
        }
    }
}

static const struct scene_text *text_of(const struct scene *s, const char *text)
{
    for (size_t i = 0; i < s->n_texts; i++)
        if (!strcmp(s->texts[i].text, text))
            return &s->texts[i];
    return NULL;
}

static const struct scene_rect *series_rect(const struct scene *s, unsigned series, size_t at)
{
    for (size_t i = 0; i < s->n_rects; i++)
        if (s->rects[i].ink == INK_SERIES + series && !at--)
            return &s->rects[i];
    return NULL;
}

static void numbers__are_grouped__by_three(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 16);
    assert_string_equal(chart_number(0, ",", arena), "0");
    assert_string_equal(chart_number(999, ",", arena), "999");
    assert_string_equal(chart_number(1000, NNBSP, arena), "1" NNBSP "000");
    assert_string_equal(chart_number(12345678, "", arena), "12345678");
    assert_string_equal(chart_number(CHART_VALUE_MAX, ",", arena), "1,000,000,000,000");
}

static void bars__are_as_long__as_their_numbers(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chart c = chart_of(CHART_BARS, 4, 1);
    c.items[3].values[0] = 0;
    struct scene s = layout(&c, arena);
    check_scene(&s);
    double longest = series_rect(&s, 0, 2)->w;
    assert_near(series_rect(&s, 0, 0)->w, longest / 3);
    assert_near(series_rect(&s, 0, 1)->w, longest * 2 / 3);
    assert_null(series_rect(&s, 0, 3)); /* nothing has no bar, and its number is pale */
    assert_int_equal(text_of(&s, "0")->ink, INK_MUTED);
    assert_int_equal(text_of(&s, "30")->ink, INK_TEXT);
    assert_null(text_of(&s, "раз")); /* one series needs no legend */
    c.items[0].values[0] = 1;
    c.items[2].values[0] = 1000000;
    s = layout(&c, arena);
    check_scene(&s);
    assert_true(series_rect(&s, 0, 0)->w >= 5); /* something is never shown as nothing */
}

static void the_rest__has_a_number_and_no_bar__and_sets_no_scale(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chart c = chart_of(CHART_BARS, 3, 1);
    double before = series_rect(&(struct scene[]){layout(&c, arena)}[0], 0, 1)->w;
    c.items[2] = (struct chart_item){.label = "ещё 7", .rest = true, .values = {30}};
    struct scene s = layout(&c, arena);
    check_scene(&s);
    assert_true(series_rect(&s, 0, 1)->w > before);
    assert_null(series_rect(&s, 0, 2));
    assert_int_equal(text_of(&s, "ещё 7")->ink, INK_MUTED);
    assert_non_null(text_of(&s, "30"));
}

static void long_labels__take_two_smaller_lines__and_then_are_cut(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    AUTO_BUF name = BUF_INIT((size_t)4096);
    struct chart c = chart_of(CHART_BARS, 3, 1);
    for (int i = 0; i < 100; i++)
        buf_add(&name, "ж");
    c.items[0].label = "Кухня";
    c.items[1].label = "Волонтёр нефедеральной локации";
    c.items[2].label = buf_str(&name);
    struct scene s = layout(&c, arena);
    check_scene(&s);
    assert_int_equal(text_of(&s, "Кухня")->lines, 1);
    const struct scene_text *two = text_of(&s, c.items[1].label),
                            *cut = text_of(&s, buf_str(&name));
    assert_int_equal(two->lines, 2);
    assert_true(two->size < text_of(&s, "Кухня")->size);
    assert_int_equal(cut->lines, 2); /* the drawing puts … where it does not fit */
    assert_true(cut->w < CHART_WIDTH / 2.0);
    assert_true(series_rect(&s, 0, 2)->w > CHART_WIDTH / 4.0); /* the bars keep their room */
}

static void several_series__have_a_legend__and_a_bar_each(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chart c = chart_of(CHART_BARS, 2, 3);
    struct scene s = layout(&c, arena);
    check_scene(&s);
    for (unsigned k = 0; k < 3; k++) {
        assert_non_null(text_of(&s, c.series[k]));
        assert_non_null(series_rect(&s, k, 2)); /* its mark in the legend, and two bars */
        assert_null(series_rect(&s, k, 3));
    }
    c.series[0] = "название, которое занимает очень много места и не думает кончаться вообще";
    c.series[1] = "и ещё одно такое же длинное название ряда";
    s = layout(&c, arena);
    check_scene(&s);
    assert_true(text_of(&s, c.series[1])->y > text_of(&s, c.series[0])->y);
}

static void stacked_columns__stand_on_each_other__and_tell_their_sum(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chart c = chart_of(CHART_STACK, 3, 2);
    struct scene s = layout(&c, arena);
    check_scene(&s);
    const struct scene_rect *low = series_rect(&s, 0, 1), *high = series_rect(&s, 1, 1);
    assert_near(high->y + high->h, low->y);
    assert_near(high->h / low->h, 11.0 / 10);
    assert_non_null(text_of(&s, "21"));
    assert_non_null(text_of(&s, "61"));
}

static void a_mirror__goes_up_and_down__on_one_scale(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chart c = chart_of(CHART_MIRROR, 3, 2);
    c.items[1].values[0] = 40;
    c.items[1].values[1] = 20;
    struct scene s = layout(&c, arena);
    check_scene(&s);
    const struct scene_rect *up = series_rect(&s, 0, 2), *down = series_rect(&s, 1, 2);
    assert_near(up->h, 2 * down->h);
    const struct scene_text *day = text_of(&s, "b");
    assert_true(up->y + up->h <= day->y && day->y + day->h <= down->y);
    c.items[0].values[1] = c.items[1].values[1] = c.items[2].values[1] = 0;
    s = layout(&c, arena);
    check_scene(&s); /* nobody leaves: nothing hangs */
    assert_null(series_rect(&s, 1, 1));
}

static void many_columns__turn_their_numbers__and_skip_days(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct chart c = chart_of(CHART_STACK, 31, 1);
    for (size_t i = 0; i < 31; i++) {
        c.items[i].label = arena_printf(arena, "%zu", 10 + i);
        c.items[i].group = i < 20 ? "июнь" : i < 30 ? "июль" : "август";
        c.items[i].values[0] = (int64_t)(1000 + i);
    }
    struct scene s = layout(&c, arena);
    check_scene(&s);
    assert_true(text_of(&s, "1" NNBSP "001")->turned);
    assert_null(text_of(&s, "11"));
    assert_non_null(text_of(&s, "10"));
    assert_non_null(text_of(&s, "июнь"));
    assert_non_null(text_of(&s, "июль"));
    assert_null(text_of(&s, "август")); /* one day is too narrow for its name */
    c = chart_of(CHART_STACK, 5, 1);
    s = layout(&c, arena);
    assert_false(text_of(&s, "50")->turned);
}

static void nothing__is_said__in_words(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    static const enum chart_kind kinds[] = {CHART_BARS, CHART_STACK, CHART_MIRROR};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        for (size_t n = 0; n < 3; n += 2) {
            struct chart c = chart_of(kinds[i], n, 2);
            memset(c.items[0].values, 0, sizeof c.items[0].values);
            memset(c.items[1].values, 0, sizeof c.items[1].values);
            struct scene s = layout(&c, arena);
            check_scene(&s);
            assert_non_null(text_of(&s, "Ничего нет"));
            assert_non_null(text_of(&s, "Служба"));
            assert_non_null(text_of(&s, "Всего"));
            assert_int_equal(s.n_rects, 0);
        }
    }
}

/* Any chart that can be read has a picture in which everything has its place. */
static void every_chart__fits(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 7, 16, 31, CHART_ITEMS_MAX};
    static const int64_t scales[] = {1, 1000, 3000000000};
    for (int kind = CHART_BARS; kind <= CHART_MIRROR; kind++) {
        for (size_t i = 0; i < ARRAY_LEN(counts) * ARRAY_LEN(scales); i++) {
            AUTO_ARENA *arena = arena_new(1 << 20);
            size_t n_series = kind == CHART_MIRROR ? 2 : 1 + i % 3;
            struct chart c =
                chart_of((enum chart_kind)kind, counts[i % ARRAY_LEN(counts)], n_series);
            for (size_t k = 0; k < c.n_items; k++)
                c.items[k].values[0] *= scales[i / ARRAY_LEN(counts)];
            c.title = i % 2 ? c.title : "Заголовок, который никак не помещается в одну строку";
            struct scene s = layout(&c, arena);
            check_scene(&s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart__comes_back__as_it_was_written),
        cmocka_unit_test(a_chart__is_cut__to_its_limits),
        cmocka_unit_test(reading__refuses__what_is_no_chart),
        cmocka_unit_test(reading__makes_lines_whole__that_control_characters_would_break),
        cmocka_unit_test(numbers__are_grouped__by_three),
        cmocka_unit_test(bars__are_as_long__as_their_numbers),
        cmocka_unit_test(the_rest__has_a_number_and_no_bar__and_sets_no_scale),
        cmocka_unit_test(long_labels__take_two_smaller_lines__and_then_are_cut),
        cmocka_unit_test(several_series__have_a_legend__and_a_bar_each),
        cmocka_unit_test(stacked_columns__stand_on_each_other__and_tell_their_sum),
        cmocka_unit_test(a_mirror__goes_up_and_down__on_one_scale),
        cmocka_unit_test(many_columns__turn_their_numbers__and_skip_days),
        cmocka_unit_test(nothing__is_said__in_words),
        cmocka_unit_test(every_chart__fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
