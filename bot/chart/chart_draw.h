/* chart_draw.h: paints a chart as a PNG with cairo and pango; the only file that knows them. Of
 * rosterd-chart, never of the daemon. */
#ifndef BOT_CHART_CHART_DRAW_H
#define BOT_CHART_CHART_DRAW_H

#include "bot/chart/chart.h"

#include <stdio.h>

/* Writes the PNG to out. Errors: ERR_LOCAL when there is no memory or no font, or out cannot be
 * written. */
int chart_draw(const struct chart *c, struct arena *arena, FILE *out, struct err *err);

#endif
