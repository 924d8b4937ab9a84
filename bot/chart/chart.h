/* chart.h: what a chart shows, and the JSON in which the bot hands it to rosterd-chart.
 *
 * A chart says what is to be seen (title, items, numbers), never where: that is chart_layout.h.
 * Pure; any thread. Texts live in the reader's arena or with whoever made the chart. */
#ifndef BOT_CHART_CHART_H
#define BOT_CHART_CHART_H

#include "store/base/arena.h"
#include "store/base/err.h"

#define CHART_ITEMS_MAX  31 /* days of a month: more columns have no room for their numbers */
#define CHART_SERIES_MAX 3
#define CHART_TEXT_MAX   400 /* bytes of any text */
#define CHART_VALUE_MAX  INT64_C(1000000000000)
#define CHART_JSON_MAX   ((size_t)64 << 10)

enum chart_kind {
    CHART_BARS,  /* a row for each item, a bar for each series: teams, roles */
    CHART_STACK, /* a column for each item, its series on top of each other: days */
    CHART_MIRROR /* the same, the first series upwards, the second downwards */
};

struct chart_item {
    const char *label; /* "Кухня", or the day of the month */
    const char *group; /* what neighbours have in common: "июль"; "" for none */
    bool rest;         /* "ещё 7": all that has no row of its own; a number without a bar */
    int64_t values[CHART_SERIES_MAX];
};

struct chart {
    enum chart_kind kind;
    bool dark;
    const char *title, *note, *empty; /* empty: said when there is nothing to show */
    const char *thousands;            /* one character between groups of digits */
    const char *series[CHART_SERIES_MAX];
    size_t n_series;
    struct chart_item items[CHART_ITEMS_MAX];
    size_t n_items;
};

/* The JSON; the caller frees it. What goes past the limits above is cut. */
char *chart_to_json(const struct chart *c);

/* Reads it strictly: any other shape, a wrong type, a negative or fractional number, too much of
 * anything is ERR_DATA. Control characters in texts become spaces. */
int chart_read(const char *json, size_t n, struct arena *arena, struct chart *ret, struct err *err);

/* All items, all series: the numbers it shows. */
int64_t chart_sum(const struct chart *c);

#endif
