/* test_stats.c: what is counted, and which charts come of it. */
#include "bot/stats.h"
#include "store/base/clock.h"
#include "store/chat/taste.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#include <stdlib.h>
#include <time.h>

static struct err err;

static int setup(void **state)
{
    err = (struct err){0};
    setenv("TZ", "Europe/Moscow", 1);
    tzset();
    return temp_store_setup(state);
}

#define STAMPS "0, 1000, 1000, 1"

static void add(struct temp_store *t, const char *sql)
{
    assert_ok(db_script(t->db, sql, &err), err);
}

static void add_team(struct temp_store *t, int id, const char *name)
{
    add(t, arena_printf(t->arena,
                        "INSERT INTO team VALUES ('t%d', '%s', 'FIELD_SERVICE', NULL, NULL, " STAMPS
                        ")",
                        id, name));
}

/* n participations of one person, who is made when there is none. */
static void add_parts(struct temp_store *t, int n, int year, int team, const char *role,
                      const char *status)
{
    add(t, "INSERT OR IGNORE INTO person(id, name, deleted, created_at, updated_at, rev)"
           " VALUES ('p', 'Лис', " STAMPS ")");
    for (int i = 0; i < n; i++)
        add(t, arena_printf(t->arena,
                            "INSERT INTO participation VALUES (lower(hex(randomblob(8))), %d, 'p',"
                            " 't%d', '%s', NULL, '%s', " STAMPS ")",
                            year, team, role, status));
}

static void add_arrivals(struct temp_store *t, int n, const char *year, const char *from,
                         const char *to, const char *status)
{
    add(t, "INSERT OR IGNORE INTO badge(id, name, diet, feed, role, deleted, created_at,"
           " updated_at, rev) VALUES ('b', 'Лис', 'VEGAN', 'FREE', 'VOLUNTEER', " STAMPS ")");
    for (int i = 0; i < n; i++)
        add(t, arena_printf(t->arena,
                            "INSERT INTO arrival(id, year, badge_id, status, arrival_date,"
                            " arrival_transport, departure_date, departure_transport, deleted,"
                            " created_at, updated_at, rev) VALUES (lower(hex(randomblob(8))), %s,"
                            " 'b', '%s', '%s', 'BUS', '%s', 'BUS', " STAMPS ")",
                            year, status, from, to));
}

static void add_run(struct temp_store *t, const char *at, const char *state, int in, int up,
                    int del)
{
    int64_t ms;
    assert_true(clock_parse_iso(at, &ms));
    add(t, arena_printf(t->arena,
                        "INSERT INTO run(flow, kind, actor, state, started_at, inserted, updated,"
                        " deleted) VALUES ('f', 'pull', 'shell', '%s', %lld, %d, %d, %d)",
                        state, (long long)ms, in, up, del));
}

static struct chart chart(struct temp_store *t, enum lang lang, enum stats_what what, int64_t year)
{
    struct chart c;
    int64_t now;
    assert_true(clock_parse_iso("2026-07-05T11:02:00Z", &now));
    assert_ok(stats_chart(t->db, lang, what, year, now, t->arena, &c, &err), err);
    AUTO_FREE char *json = chart_to_json(&c); /* whatever it is, it can be drawn */
    struct chart back;
    assert_ok(chart_read(json, strlen(json), t->arena, &back, &err), err);
    return c;
}

static const char *figures(struct temp_store *t, const struct chart *c, enum lang lang)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUF plain = BUF_INIT((size_t)1 << 16);
    stats_figures(c, lang, &m);
    assert_true(html_valid(msg_str(&m)));
    html_to_plain(msg_str(&m), &plain);
    return arena_strdup(t->arena, buf_str(&plain));
}

/* ---------------------------------------------------------------- counts as charts */

static void teams__are_counted__without_those_who_do_not_come(void **state)
{
    struct temp_store *t = *state;
    add_team(t, 1, "Кухня");
    add_team(t, 2, "<Баня>");
    add_team(t, 3, "Прошлогодняя");
    add_parts(t, 2, 2026, 1, "VOLUNTEER", "PLANNED");
    add_parts(t, 3, 2026, 2, "MEDIC", "ARRIVED");
    add_parts(t, 1, 2026, 2, "MEDIC", "CANCELLED");
    add_parts(t, 5, 2025, 3, "MEDIC", "COMPLETE");
    add(t, "UPDATE participation SET deleted = 1 WHERE id IN (SELECT id FROM participation"
           " WHERE team_id = 't1' LIMIT 1)");
    struct chart c = chart(t, LANG_RU, STATS_TEAMS, 2026);
    assert_int_equal(c.kind, CHART_BARS);
    assert_string_equal(c.title, "Участие 2026: службы");
    assert_int_equal(c.n_items, 2);
    assert_string_equal(figures(t, &c, LANG_RU),
                        "<Баня>: 3\nКухня: 1\nВсего 4 участия, ещё 1 отменились, не доехали или"
                        " ушли. 5\u00a0июля\u00a02026,\u00a014:02");
    c = chart(t, LANG_EN, STATS_ROLES, 2026);
    assert_string_equal(c.title, "Participation 2026: roles");
    assert_string_equal(c.items[0].label, "медик");
    assert_has(c.note, "4 participations in all, 1 more cancelled");
    c = chart(t, LANG_RU, STATS_TEAMS, 2024);
    assert_int_equal(chart_sum(&c), 0);
    assert_has(figures(t, &c, LANG_RU), "За 2024 год участий нет\n");
}

static void many_teams__become__fifteen_and_the_rest(void **state)
{
    struct temp_store *t = *state;
    for (int i = 1; i <= 17; i++) {
        add_team(t, i, arena_printf(t->arena, "Служба %02d", i));
        add_parts(t, i, 2026, i, "VOLUNTEER", "PLANNED");
    }
    struct chart c = chart(t, LANG_RU, STATS_TEAMS, 2026);
    assert_int_equal(c.n_items, STATS_ROWS + 1);
    assert_string_equal(c.items[0].label, "Служба 17");
    assert_string_equal(c.items[15].label, "ещё 2 службы");
    assert_true(c.items[15].rest);
    assert_int_equal(c.items[15].values[0], 3);
    assert_int_equal(chart_sum(&c), 17 * 18 / 2);
    add(t, "DELETE FROM participation WHERE team_id = 't1'"); /* one more is no «ещё 1» */
    c = chart(t, LANG_RU, STATS_TEAMS, 2026);
    assert_int_equal(c.n_items, 16);
    assert_false(c.items[15].rest);
    assert_string_equal(c.items[15].label, "Служба 02");
}

static void statuses__stand__in_the_dictionarys_order(void **state)
{
    struct temp_store *t = *state;
    add_team(t, 1, "Кухня");
    add_parts(t, 1, 2026, 1, "VOLUNTEER", "COMPLETE");
    add_parts(t, 2, 2026, 1, "VOLUNTEER", "PLANNED");
    add_parts(t, 3, 2026, 1, "VOLUNTEER", "CANCELLED");
    struct chart c = chart(t, LANG_RU, STATS_STATUSES, 2026);
    assert_string_equal(figures(t, &c, LANG_RU),
                        "планируется: 2\nотменилось: 3\nсостоялось: 1\n"
                        "Всего 6 участий. 5\u00a0июля\u00a02026,\u00a014:02");
}

static void years__stand__side_by_side(void **state)
{
    struct temp_store *t = *state;
    add_team(t, 1, "Кухня");
    add_parts(t, 4, 2026, 1, "VOLUNTEER", "PLANNED");
    struct chart c = chart(t, LANG_RU, STATS_YEARS, 2026);
    assert_int_equal(c.n_series, 1); /* nothing to compare with */
    assert_has(c.note, "2026: 4 · сравнить не с чем: прежних лет нет");
    assert_string_equal(c.title, "Участие: 2026");
    add_parts(t, 1, 2025, 1, "VOLUNTEER", "COMPLETE");
    add_parts(t, 2, 2025, 1, "MEDIC", "COMPLETE");
    add_parts(t, 9, 2024, 1, "MEDIC", "COMPLETE");
    c = chart(t, LANG_RU, STATS_YEARS, 2026);
    assert_int_equal(c.n_series, 2);
    assert_has(figures(t, &c, LANG_RU), "2026 · 2025\nволонтёр: 4 · 1\nмедик: 0 · 2\n"
                                        "2026: 4 · 2025: 3 · на 1 больше. ");
    c = chart(t, LANG_EN, STATS_YEARS, 2025);
    assert_has(c.note, "2025: 3 · 2024: 9 · 6 fewer");
    /* an empty year between is passed over, and which is compared is said */
    add_parts(t, 5, 2022, 1, "MEDIC", "COMPLETE");
    add_parts(t, 7, 2023, 1, "MEDIC", "CANCELLED");
    c = chart(t, LANG_RU, STATS_YEARS, 2024);
    assert_string_equal(c.title, "Участие: 2024 и 2022");
    assert_has(c.note, "2024: 9 · 2022: 5 · на 4 больше");
}

static void arrivals__are_counted__day_by_day(void **state)
{
    struct temp_store *t = *state;
    add_arrivals(t, 3, "2026", "2026-06-29", "2026-07-02", "PLANNED");
    add_arrivals(t, 2, "NULL", "2026-07-01", "2026-07-02", "ARRIVED");
    add_arrivals(t, 7, "2026", "2026-07-01", "2026-07-02", "CANCELLED");
    add_arrivals(t, 7, "2026", "2026-07-01", "2026-07-02", "SKIPPED");
    add_arrivals(t, 7, "2025", "2025-07-01", "2025-07-02", "PLANNED");
    struct chart c = chart(t, LANG_RU, STATS_ARRIVALS, 2026);
    assert_int_equal(c.kind, CHART_MIRROR);
    assert_int_equal(c.n_items, 4); /* 29 and 30 June, 1 and 2 July */
    assert_string_equal(c.items[1].label, "30");
    assert_string_equal(c.items[1].group, "июнь");
    assert_int_equal(c.items[1].values[0], 0);
    assert_string_equal(figures(t, &c, LANG_RU),
                        "заезд · отъезд\nиюнь\n29: 3 · 0\nиюль\n1: 2 · 0\n2: 0 · 5\n"
                        "Заедут 5, уедут 5. 5\u00a0июля\u00a02026,\u00a014:02");
    c = chart(t, LANG_RU, STATS_ARRIVALS, 2027);
    assert_has(figures(t, &c, LANG_RU), "На 2027 год заездов нет");
}

static void far_days__do_not_stretch__the_picture(void **state)
{
    struct temp_store *t = *state;
    add_arrivals(t, 1, "2026", "0001-01-01", "9999-12-31", "PLANNED");
    add_arrivals(t, 1, "2026", "когда-нибудь", "2026-13-77", "PLANNED");
    add_arrivals(t, 5, "2026", "2026-07-01", "2026-07-31", "PLANNED");
    add_arrivals(t, 2, "2026", "2026-08-01", "2026-08-02", "PLANNED");
    struct chart c = chart(t, LANG_RU, STATS_ARRIVALS, 2026);
    assert_int_equal(c.n_items, 31);
    assert_string_equal(c.items[0].label, "1");
    assert_int_equal(c.items[0].values[0], 5);
    assert_int_equal(c.items[30].values[1], 5);
    assert_has(c.note, "Заедут 8, уедут 8, в другие дни ещё 6");
}

static void syncs__are_counted__for_two_weeks(void **state)
{
    struct temp_store *t = *state;
    struct chart c = chart(t, LANG_RU, STATS_SYNC, 2026);
    assert_has(figures(t, &c, LANG_RU), "За эти дни ничего не менялось");
    add_run(t, "2026-07-04T22:30:00Z", "done", 5, 2, 1); /* in Moscow the 5th already */
    add_run(t, "2026-07-05T08:00:00Z", "stopped", 0, 0, 0);
    add_run(t, "2026-06-22T08:00:00Z", "partial", 1, 0, 0);
    add_run(t, "2026-06-21T08:00:00Z", "done", 100, 0, 0); /* too long ago */
    c = chart(t, LANG_RU, STATS_SYNC, 2026);
    assert_int_equal(c.kind, CHART_STACK);
    assert_string_equal(c.title, "Что меняли сверки за 14 дней");
    assert_int_equal(c.n_items, STATS_RUN_DAYS);
    assert_string_equal(c.items[0].label, "22");
    assert_string_equal(c.items[13].label, "5");
    assert_int_equal(c.items[13].values[0], 5);
    assert_int_equal(c.items[13].values[2], 1);
    assert_int_equal(c.items[12].values[0], 0);
    assert_has(c.note, "9 изменений, 3 сверки, из них не дошли до конца: 1. ");
}

/* ---------------------------------------------------------------- the arithmetic */

static void rows__keep__the_sum(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct stat list[200];
    for (size_t n = 0; n < ARRAY_LEN(list); n++) {
        struct chart c = {.kind = CHART_BARS, .n_series = 2};
        for (size_t i = 0; i < n; i++)
            list[i] = (struct stat){.name = "x", .n = {(int64_t)(n - i), 1}};
        stats_rows(list, n, 2, TEXT_STATS_MORE, LANG_RU, arena, &c);
        assert_int_equal(chart_sum(&c), (int64_t)(n * (n + 1) / 2 + n));
        assert_int_equal(c.n_items, n > STATS_ROWS + 1 ? STATS_ROWS + 1 : n);
    }
}

static void columns__show__the_busiest_month_and_count_the_others(void **state)
{
    (void)state;
    AUTO_ARENA *arena = arena_new(1 << 20);
    const struct stat list[] = {{"2026-01-01", {9}},
                                {"2026-02-20", {4}},
                                {"2026-03-01", {4}},
                                {"2026-03-22", {4}},
                                {"2026-03-23", {1}}};
    struct chart c = {.kind = CHART_STACK, .n_series = 1};
    assert_int_equal(stats_columns(list, ARRAY_LEN(list), 1, LANG_RU, arena, &c), 10);
    assert_int_equal(c.n_items, 31);
    assert_string_equal(c.items[0].label, "20");
    assert_string_equal(c.items[0].group, "февраль");
    assert_int_equal(c.items[30].values[0], 4);
    assert_int_equal(chart_sum(&c), 12);
    c = (struct chart){.kind = CHART_STACK, .n_series = 1};
    assert_int_equal(stats_columns(list, 1, 1, LANG_EN, arena, &c), 0);
    assert_int_equal(c.n_items, 1);
    assert_string_equal(c.items[0].group, "January");
    c = (struct chart){.kind = CHART_STACK, .n_series = 1};
    assert_int_equal(stats_columns(list, 0, 1, LANG_EN, arena, &c), 0);
    assert_int_equal(c.n_items, 0);
}

static void words__name_charts__in_both_languages(void **state)
{
    (void)state;
    enum stats_what what = STATS_SYNC;
    assert_true(stats_parse("teams", &what));
    assert_int_equal(what, STATS_TEAMS);
    assert_true(stats_parse("СТАТУСЫ", &what));
    assert_int_equal(what, STATS_STATUSES);
    assert_true(stats_parse("Год к году", &what));
    assert_int_equal(what, STATS_YEARS);
    assert_false(stats_parse("", &what));
    assert_false(stats_parse("мыши", &what));
    for (int i = 0; i < STATS_WHAT_COUNT; i++) {
        assert_true(stats_parse(stats_word((enum stats_what)i), &what));
        assert_int_equal(what, i);
    }
}

static void a_taste__is_remembered__of_those_who_wrote(void **state)
{
    struct temp_store *t = *state;
    bool dark = true;
    assert_ok(taste_dark(t->db, "telegram", 7, &dark, &err), err);
    assert_false(dark);
    assert_ok(taste_set_dark(t->db, "telegram", 7, true, &err), err);
    assert_int_equal(temp_store_int(t, "SELECT count(*) FROM chat_user"), 0);
    add(t, "INSERT INTO chat_user(via, user_id, seen_at) VALUES ('telegram', 7, 1)");
    assert_ok(taste_set_dark(t->db, "telegram", 7, true, &err), err);
    assert_ok(taste_dark(t->db, "telegram", 7, &dark, &err), err);
    assert_true(dark);
    assert_ok(taste_dark(t->db, "console", 7, &dark, &err), err);
    assert_false(dark);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(teams__are_counted__without_those_who_do_not_come),
        T(many_teams__become__fifteen_and_the_rest),
        T(statuses__stand__in_the_dictionarys_order),
        T(years__stand__side_by_side),
        T(arrivals__are_counted__day_by_day),
        T(far_days__do_not_stretch__the_picture),
        T(syncs__are_counted__for_two_weeks),
        cmocka_unit_test(rows__keep__the_sum),
        cmocka_unit_test(columns__show__the_busiest_month_and_count_the_others),
        cmocka_unit_test(words__name_charts__in_both_languages),
        T(a_taste__is_remembered__of_those_who_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
