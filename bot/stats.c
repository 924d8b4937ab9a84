#include "bot/stats.h"

#include "store/base/clock.h"
#include "store/base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

static const struct {
    const char *word;
    enum text_id typed, button, title;
} kinds[] = {
    [STATS_ARRIVALS] = {"arrivals", TEXT_STATS_WORD_ARRIVALS, TEXT_BTN_STATS_ARRIVALS,
                        TEXT_STATS_TITLE_ARRIVALS},
    [STATS_TEAMS] = {"teams", TEXT_STATS_WORD_TEAMS, TEXT_BTN_STATS_TEAMS, TEXT_STATS_TITLE_TEAMS},
    [STATS_ROLES] = {"roles", TEXT_STATS_WORD_ROLES, TEXT_BTN_STATS_ROLES, TEXT_STATS_TITLE_ROLES},
    [STATS_STATUSES] = {"statuses", TEXT_STATS_WORD_STATUSES, TEXT_BTN_STATS_STATUSES,
                        TEXT_STATS_TITLE_STATUSES},
    [STATS_YEARS] = {"years", TEXT_STATS_WORD_YEARS, TEXT_BTN_STATS_YEARS, TEXT_STATS_TITLE_YEARS},
    [STATS_SYNC] = {"sync", TEXT_STATS_WORD_SYNC, TEXT_BTN_STATS_SYNC, TEXT_STATS_TITLE_SYNC},
};

const char *stats_word(enum stats_what what)
{
    return kinds[what].word;
}

enum text_id stats_button(enum stats_what what)
{
    return kinds[what].button;
}

static bool same_word(const char *a, const char *b)
{
    AUTO_BUF x = BUF_INIT((size_t)256), y = BUF_INIT((size_t)256);
    utf8_fold(a, &x);
    utf8_fold(b, &y);
    return x.len && !x.over && !strcmp(buf_str(&x), buf_str(&y));
}

bool stats_parse(const char *word, enum stats_what *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        bool hit = same_word(word, kinds[i].word);
        for (int lang = 0; lang < LANG_COUNT && !hit; lang++)
            hit = same_word(word, text_template((enum lang)lang, kinds[i].typed)) ||
                  same_word(word, text_template((enum lang)lang, kinds[i].button));
        if (hit) {
            *ret = (enum stats_what)i;
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- texts in the arena */

struct job {
    struct db *db;
    enum lang lang;
    int64_t year, now;
    struct arena *arena;
    struct chart *c;
};

static const char *say_n(enum lang lang, struct arena *arena, enum text_id id,
                         const struct targ *args, size_t n)
{
    AUTO_BUF b = BUF_INIT((size_t)CHART_TEXT_MAX);
    return arena_strdup(arena, text_plain(&b, lang, id, args, n));
}
#define SAY(j, id, ...)                                                                            \
    say_n((j)->lang, (j)->arena, (id), (const struct targ[]){__VA_ARGS__},                         \
          sizeof((const struct targ[]){__VA_ARGS__}) / sizeof(struct targ))

/* The note ends with the moment of counting, whose words stay together at the end of a line. */
static void set_note(struct job *j, const char *note)
{
    char when[TEXT_SHORT];
    AUTO_BUF b = BUF_INIT((size_t)CHART_TEXT_MAX);
    buf_add(&b, note);
    buf_add(&b, *note ? ". " : "");
    for (const char *p = text_clock(when, j->lang, j->now, 0); *p; p++) {
        if (*p == ' ')
            buf_add(&b, "\xc2\xa0");
        else
            buf_addc(&b, *p);
    }
    j->c->note = arena_strdup(j->arena, buf_str(&b));
}

static int64_t sum_of(const struct stat *list, size_t n, size_t series)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += list[i].n[series];
    return sum;
}

/* ---------------------------------------------------------------- rows */

void stats_rows(const struct stat *list, size_t n, size_t n_series, enum text_id more,
                enum lang lang, struct arena *arena, struct chart *c)
{
    size_t named = n > STATS_ROWS + 1 ? STATS_ROWS : n;
    for (size_t i = 0; i < n; i++) {
        struct chart_item *item = &c->items[i < named ? i : named];
        if (i < named)
            item->label = list[i].name;
        for (size_t k = 0; k < n_series; k++)
            item->values[k] += list[i].n[k];
    }
    c->n_items = n > named ? named + 1 : named;
    if (n == named)
        return;
    c->items[named].rest = true;
    c->items[named].label = say_n(lang, arena, more, &T_INT("n", (int64_t)(n - named)), 1);
}

/* Lines that are empty this year are of no interest where only this year is shown. */
static size_t drop_empty(struct stat *list, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].n[0])
            list[kept++] = list[i];
    return kept;
}

static int chart_parts(struct job *j, bool teams, struct err *err)
{
    struct stat *list;
    size_t n;
    int64_t unlisted;
    if ((teams ? stats_teams : stats_roles)(j->db, j->year, 0, j->arena, &list, &n, err) ||
        stats_unlisted(j->db, j->year, &unlisted, err))
        return -1;
    n = drop_empty(list, n);
    stats_rows(list, n, 1, teams ? TEXT_STATS_MORE_TEAMS : TEXT_STATS_MORE, j->lang, j->arena,
               j->c);
    const char *note = SAY(j, TEXT_STATS_NOTE_PARTS, T_INT("n", sum_of(list, n, 0)));
    if (unlisted)
        note = arena_printf(j->arena, "%s%s", note,
                            SAY(j, TEXT_STATS_NOTE_UNLISTED, T_INT("n", unlisted)));
    set_note(j, note);
    return 0;
}

static int chart_statuses(struct job *j, struct err *err)
{
    struct stat *list;
    size_t n;
    if (stats_statuses(j->db, j->year, j->arena, &list, &n, err))
        return -1;
    stats_rows(list, n, 1, TEXT_STATS_MORE, j->lang, j->arena, j->c);
    set_note(j, SAY(j, TEXT_STATS_NOTE_PARTS, T_INT("n", sum_of(list, n, 0))));
    return 0;
}

static int chart_years(struct job *j, struct err *err)
{
    struct stat *list;
    size_t n;
    int64_t before;
    if (stats_year_before(j->db, j->year, &before, err) ||
        stats_roles(j->db, j->year, before, j->arena, &list, &n, err))
        return -1;
    int64_t now = sum_of(list, n, 0), last = sum_of(list, n, 1), grew = now - last;
    j->c->title = SAY(j, before ? TEXT_STATS_TITLE_YEARS : TEXT_STATS_TITLE_YEAR,
                      T_ID("year", j->year), T_ID("last", before));
    j->c->n_series = before ? 2 : 1;
    j->c->series[0] = arena_printf(j->arena, "%lld", (long long)j->year);
    j->c->series[1] = arena_printf(j->arena, "%lld", (long long)before);
    stats_rows(list, n, j->c->n_series, TEXT_STATS_MORE, j->lang, j->arena, j->c);
    const char *note =
        SAY(j, before ? TEXT_STATS_NOTE_YEARS : TEXT_STATS_NOTE_ALONE, T_ID("year", j->year),
            T_INT("n", now), T_ID("last", before), T_INT("m", last));
    if (grew && before)
        note = arena_printf(j->arena, "%s%s", note,
                            SAY(j, grew > 0 ? TEXT_STATS_NOTE_GREW : TEXT_STATS_NOTE_SHRANK,
                                T_INT("n", llabs(grew))));
    set_note(j, note);
    return 0;
}

/* ---------------------------------------------------------------- days */

/* Days since 1970; INT64_MIN when it is none. */
static int64_t day_number(const char *day)
{
    int64_t ms;
    return clock_parse_iso(day, &ms) ? ms / DAY_MS - (ms % DAY_MS < 0) : INT64_MIN;
}

static int64_t line_sum(const struct stat *s, size_t n_series)
{
    int64_t sum = 0;
    for (size_t k = 0; k < n_series; k++)
        sum += s->n[k];
    return sum;
}

/* The lines [from, to) within STATS_DAYS_MAX days that hold the most; of equals the first. */
static void busiest(const struct stat *list, size_t n, size_t n_series, size_t *ret_from,
                    size_t *ret_to)
{
    int64_t best = -1, sum = 0;
    for (size_t from = 0, to = 0; from < n; from++) {
        int64_t end = day_number(list[from].name) + STATS_DAYS_MAX;
        for (; to < n && day_number(list[to].name) < end; to++)
            sum += line_sum(&list[to], n_series);
        if (sum > best) {
            best = sum;
            *ret_from = from;
            *ret_to = to;
        }
        sum -= line_sum(&list[from], n_series);
    }
}

static void set_day(struct chart_item *item, int64_t day, enum lang lang, struct arena *arena)
{
    char iso[25];
    int64_t month = 1, of_month = 1;
    clock_iso(iso, day * DAY_MS);
    iso[7] = iso[10] = '\0';
    base_parse_i64(iso + 5, 1, 12, &month);
    base_parse_i64(iso + 8, 1, 31, &of_month);
    item->label = arena_printf(arena, "%lld", (long long)of_month);
    item->group = text_template(lang, (enum text_id)((int)TEXT_STATS_MONTH_1 + (int)month - 1));
}

int64_t stats_columns(const struct stat *list, size_t n, size_t n_series, enum lang lang,
                      struct arena *arena, struct chart *c)
{
    size_t from = 0, to = 0;
    int64_t outside = 0;
    busiest(list, n, n_series, &from, &to);
    for (size_t i = 0; i < n; i++)
        outside += i < from || i >= to ? line_sum(&list[i], n_series) : 0;
    if (from == to)
        return outside;
    int64_t first = day_number(list[from].name), last = day_number(list[to - 1].name);
    for (int64_t day = first; day <= last && c->n_items < STATS_DAYS_MAX; day++)
        set_day(&c->items[c->n_items++], day, lang, arena);
    for (size_t i = from; i < to; i++)
        for (size_t k = 0; k < n_series; k++)
            c->items[day_number(list[i].name) - first].values[k] += list[i].n[k];
    return outside;
}

/* What is no day cannot be shown among days; in order it stands at the ends. */
static size_t only_days(struct stat *list, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].name && day_number(list[i].name) != INT64_MIN)
            list[kept++] = list[i];
    return kept;
}

static int chart_arrivals(struct job *j, struct err *err)
{
    struct stat *list;
    size_t n;
    if (stats_days(j->db, j->year, j->arena, &list, &n, err))
        return -1;
    j->c->kind = CHART_MIRROR;
    j->c->n_series = 2;
    j->c->series[0] = text_template(j->lang, TEXT_STATS_COMES);
    j->c->series[1] = text_template(j->lang, TEXT_STATS_GOES);
    j->c->empty = SAY(j, TEXT_STATS_NO_ARRIVALS, T_ID("year", j->year));
    n = only_days(list, n);
    int64_t outside = stats_columns(list, n, 2, j->lang, j->arena, j->c);
    const char *note = SAY(j, TEXT_STATS_NOTE_ARRIVALS, T_INT("comes", sum_of(list, n, 0)),
                           T_INT("goes", sum_of(list, n, 1)));
    if (outside)
        note = arena_printf(j->arena, "%s%s", note,
                            SAY(j, TEXT_STATS_NOTE_OTHER_DAYS, T_INT("n", outside)));
    set_note(j, note);
    return 0;
}

static int chart_sync(struct job *j, struct err *err)
{
    struct stat *list, *all;
    size_t n;
    int64_t runs, failed;
    char today[11], since[25];
    clock_local_day(today, j->now);
    int64_t last = day_number(today), first = last - STATS_RUN_DAYS + 1;
    clock_iso(since, first * DAY_MS);
    since[10] = '\0';
    if (stats_runs(j->db, since, j->arena, &list, &n, err) ||
        stats_run_count(j->db, since, &runs, &failed, err))
        return -1;
    j->c->kind = CHART_STACK;
    j->c->n_series = 3;
    j->c->series[0] = text_template(j->lang, TEXT_STATS_NEW);
    j->c->series[1] = text_template(j->lang, TEXT_STATS_CHANGED);
    j->c->series[2] = text_template(j->lang, TEXT_STATS_DELETED);
    j->c->empty = text_template(j->lang, TEXT_STATS_NO_RUNS);
    /* the first and the last day are there whatever happened on them */
    all = arena_alloc(j->arena, n + 2, sizeof *all);
    all[0].name = arena_strdup(j->arena, since);
    for (size_t i = 0; i < n; i++)
        all[i + 1] = list[i];
    all[n + 1].name = arena_strdup(j->arena, today);
    stats_columns(all, n + 2, 3, j->lang, j->arena, j->c);
    const char *note = SAY(j, TEXT_STATS_NOTE_RUNS, T_INT("n", chart_sum(j->c)), T_INT("m", runs));
    if (failed)
        note = arena_printf(j->arena, "%s%s", note,
                            SAY(j, TEXT_STATS_NOTE_FAILED, T_INT("n", failed)));
    set_note(j, note);
    return 0;
}

/* ---------------------------------------------------------------- the whole */

int stats_chart(struct db *db, enum lang lang, enum stats_what what, int64_t year, int64_t now,
                struct arena *arena, struct chart *ret, struct err *err)
{
    struct chart c = {.kind = CHART_BARS, .n_series = 1, .note = ""};
    struct job j = {db, lang, year, now, arena, &c};
    c.thousands = lang == LANG_EN ? "," : "\xe2\x80\xaf";
    c.series[0] = text_template(lang, TEXT_STATS_PARTS);
    c.title = SAY(&j, kinds[what].title, T_ID("year", year), T_INT("n", STATS_RUN_DAYS));
    c.empty = SAY(&j, TEXT_STATS_NO_PARTS, T_ID("year", year));
    int bad = what == STATS_ARRIVALS   ? chart_arrivals(&j, err)
              : what == STATS_STATUSES ? chart_statuses(&j, err)
              : what == STATS_YEARS    ? chart_years(&j, err)
              : what == STATS_SYNC     ? chart_sync(&j, err)
                                       : chart_parts(&j, what == STATS_TEAMS, err);
    if (bad)
        return -1;
    *ret = c;
    return 0;
}

/* "5: 12 · 3"; a day nobody comes or goes is left out. */
static void add_figures(const struct chart *c, const struct chart_item *item, enum lang lang,
                        struct msg *m)
{
    char number[TEXT_SHORT];
    msg_text(m, item->label);
    for (size_t k = 0; k < c->n_series; k++) {
        msg_html(m, k ? " · " : ": ");
        msg_html(m, text_number(number, lang, item->values[k]));
    }
    msg_html(m, "\n");
}

void stats_figures(const struct chart *c, enum lang lang, struct msg *m)
{
    const char *group = "";
    if (!chart_sum(c)) {
        msg_text(m, c->empty);
        msg_html(m, "\n");
    }
    for (size_t k = 0; chart_sum(c) && c->n_series > 1 && k < c->n_series; k++) {
        msg_html(m, k ? " · " : "");
        msg_text(m, c->series[k]);
        msg_html(m, k + 1 == c->n_series ? "\n" : "");
    }
    for (size_t i = 0; chart_sum(c) && i < c->n_items; i++) {
        const struct chart_item *item = &c->items[i];
        int64_t sum = 0;
        for (size_t k = 0; k < c->n_series; k++)
            sum += item->values[k];
        if (!sum)
            continue;
        if (item->group && !str_eq(item->group, group)) {
            group = item->group;
            msg_html(m, "<b>");
            msg_text(m, group);
            msg_html(m, "</b>\n");
        }
        add_figures(c, item, lang, m);
    }
    msg_text(m, c->note);
}
