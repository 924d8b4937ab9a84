/* stats.h: which charts there are and what each of them shows, made from the store's counts; the
 * same as text where no picture can be. Pure reading; any thread, with its own db. */
#ifndef BOT_STATS_H
#define BOT_STATS_H

#include "bot/chart/chart.h"
#include "bot/text/text.h"
#include "store/stats.h"

/* In the order of the buttons. */
enum stats_what {
    STATS_ARRIVALS,
    STATS_TEAMS,
    STATS_ROLES,
    STATS_STATUSES,
    STATS_YEARS,
    STATS_SYNC,
    STATS_WHAT_COUNT
};

#define STATS_ROWS     15 /* rows with a name of their own; the rest is one row */
#define STATS_DAYS_MAX 31 /* columns */
#define STATS_RUN_DAYS 14

const char *stats_word(enum stats_what what); /* "teams", as buttons and file names have it */
/* Those words, and those of the text table in any language. */
bool stats_parse(const char *word, enum stats_what *ret);
enum text_id stats_button(enum stats_what what);

/* The chart of that year (STATS_SYNC: of the days before now). Everything lives in the arena. */
int stats_chart(struct db *db, enum lang lang, enum stats_what what, int64_t year, int64_t now,
                struct arena *arena, struct chart *ret, struct err *err);

/* Its numbers and its note, line by line. The title is not among them. */
void stats_figures(const struct chart *c, enum lang lang, struct msg *m);

/* ---- the arithmetic, for tests */

/* Keeps the first STATS_ROWS lines of a list as items and adds up the others, when they are at
 * least two, into one that is named by more. */
void stats_rows(const struct stat *list, size_t n, size_t n_series, enum text_id more,
                enum lang lang, struct arena *arena, struct chart *c);

/* The STATS_DAYS_MAX days in which most of a list's days (in order) happens, as items from the
 * first to the last of them that has any, days without included. Returns what the days outside
 * hold. */
int64_t stats_columns(const struct stat *list, size_t n, size_t n_series, enum lang lang,
                      struct arena *arena, struct chart *c);

#endif
