/* random.c: thousands of random edits, faults, kills and half-done syncs; whenever the faults stop
 * and a few whole runs were quiet, the store must say what a naive reading of the tables says.
 *
 * ROSTERD_SEED chooses another course (the seed is printed), ROSTERD_ROUNDS a longer one. */
#include "store/base/clock.h"
#include "tests/support/naive.h"
#include "tests/support/store_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static bool chance(unsigned percent)
{
    return below(100) < percent;
}

/* ---------------------------------------------------------------- edits */

static void choose_refs(struct chosen *row, size_t c, bool many)
{
    unsigned n = many ? below(NAIVE_LIST + 1) : below(8) != 0;
    row->n_refs[c] = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned one = below(NAIVE_ROWS + 2);
        bool twice = false;
        for (unsigned k = 0; k < row->n_refs[c]; k++)
            twice = twice || row->refs[c][k] == one;
        if (!twice)
            row->refs[c][row->n_refs[c]++] = one;
    }
}

static void edit_cell(struct world *w, const struct table *t, unsigned at, size_t c)
{
    struct fake_remote *f;
    struct fake_table *ft = world_table(w, 0, t->flow, &f);
    const struct column *col = &t->columns[c];
    struct chosen *row = naive_row(t, at);
    AUTO_BUF cell = BUF_INIT(4096);
    if (col->pool) {
        /* mostly fine values, or hardly any row ever would be */
        row->pick[c] = chance(60) ? below(2) : below(col->n_pool);
        buf_add(&cell, col->pool[row->pick[c]].cell);
    } else {
        choose_refs(row, c, col->many);
        bool list = col->many || !strcmp(t->remote, "notion");
        buf_add(&cell, list ? "[" : "");
        for (unsigned i = 0; i < row->n_refs[c]; i++)
            buf_addf(&cell, "%s$%c%u%s", i ? ", " : "", col->letter, row->refs[c][i],
                     chance(30) ? "~" : "");
        buf_add(&cell, list ? "]" : "");
    }
    fake_set(f, ft, fake_find(ft, naive_row_id(w, t, at)), col->name,
             scenario_cell(buf_str(&cell), w->arena));
}

static void edit(struct world *w)
{
    const struct table *t = &naive_tables[below((unsigned)naive_n_tables)];
    struct fake_remote *f;
    struct fake_table *ft = world_table(w, 0, t->flow, &f);
    unsigned at = below(NAIVE_ROWS);
    struct fake_row *r = fake_find(ft, naive_row_id(w, t, at));
    if (!r) {
        fake_add(f, ft, naive_row_id(w, t, at));
        for (size_t c = 0; c < naive_columns(t); c++)
            edit_cell(w, t, at, c);
    } else if (chance(75)) {
        edit_cell(w, t, at, below((unsigned)naive_columns(t)));
    } else {
        fake_set_state(f, r, chance(50) ? FAKE_THERE : (enum fake_state)below(5));
    }
}

/* ---------------------------------------------------------------- trouble */

static void make_trouble(struct world *w)
{
    for (size_t i = 0; i < 2; i++) {
        struct fake_fault fault = {.kind = (enum fake_fault_kind)below(FAULT_KINDS),
                                   .call = 1 + below(30),
                                   .stays = chance(10)};
        fake_fault(w->fakes[i], chance(40) ? fault : (struct fake_fault){0});
        fake_remote_options(w->fakes[i])->page_size = 1 + below(9);
    }
    fake_remote_options(w->fakes[0])->lists_trash = chance(50);
    clock_test_advance(chance(10) ? 25 * 3600000 : 1 + below(90000));
}

static void some_sync(struct world *w)
{
    struct sync_step s = {.cancel_phase = chance(10) ? (int)below(4) : -1,
                          .cancel_at = 1 + below(4),
                          .job_ms = clock_now_ms()};
    bool all = chance(50);
    for (size_t i = 0; i < w->cfg->n_flows; i++) {
        if (all || chance(40))
            s.flows[s.n++] = w->cfg->flows[i]->name;
    }
    s.opt.full = chance(30);
    s.opt.approve = chance(50);
    s.opt.interactive = chance(20);
    s.opt.chunk = 1 + below(5);
    if (chance(25))
        world_sync_killed(w, &s, 1 + below(60));
    else
        world_sync(w, &s);
    clock_test_advance(1 + below(2000));
}

/* Faults stop; whole runs until one writes nothing. */
static void settle(struct world *w)
{
    for (size_t i = 0; i < 2; i++)
        fake_fault(w->fakes[i], (struct fake_fault){0});
    for (int i = 0; i < NAIVE_ROWS + 4; i++) {
        struct sync_step s = {.cancel_phase = -1, .opt = {.full = true, .approve = true}};
        AUTO_BUF before = BUF_INIT((size_t)64 << 20), after = BUF_INIT((size_t)64 << 20);
        for (size_t k = 0; k < w->cfg->n_flows; k++)
            s.flows[s.n++] = w->cfg->flows[k]->name;
        lab_dump(w->db, LAB_WRITES, &before);
        s.job_ms = clock_now_ms();
        if (!world_sync(w, &s)) {
            for (size_t k = 0; k < w->n_reports; k++) {
                if (w->reports[k].report.error)
                    world_fail(w, 0, "%s: %s", w->reports[k].flow, w->reports[k].report.error);
            }
            return;
        }
        clock_test_advance(1000);
        lab_dump(w->db, LAB_WRITES, &after);
        if (!strcmp(buf_str(&before), buf_str(&after)))
            return;
    }
    world_fail(w, 0, "the runs do not come to rest");
}

/* ---------------------------------------------------------------- the course */

static void set_up(struct world *w)
{
    static const char *const use[] = {"leads", "badges"};
    for (size_t i = 0; i < ARRAY_LEN(use); i++) {
        const char *aside = arena_printf(w->arena, "-flow %s", use[i]);
        for (size_t k = 0, n = w->n_settings; k < n; k++) {
            const struct setting x = w->settings[k];
            if (!strcmp(x.section, aside) && strcmp(x.key, "field.diet") &&
                strcmp(x.key, "field.role"))
                world_set(w, arena_strdup(w->arena, aside + 1), x.key, x.value);
        }
    }
    world_set(w, "flow leads", "field.role", "Роль");
    world_set(w, "flow badges", "field.diet", "Веган");
    world_set(w, "flow badges", "field.role", "Должность");
    world_set(w, "flow participation", "where.year", "2025 2026");
    world_load_config(w, 0);
    world_table(w, 0, "badges", &(struct fake_remote *){NULL});
}

/* Badges need a diet and a role; the test is not about those. */
static void fill_badges(struct world *w)
{
    struct fake_remote *f;
    struct fake_table *t = world_table(w, 0, "badges", &f);
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t diet = fake_column(t, "Веган", NULL), role = fake_column(t, "Должность", NULL);
        if (!t->rows[i].cells[diet])
            fake_set(f, t, &t->rows[i], "Веган", "true");
        if (!t->rows[i].cells[role])
            fake_set(f, t, &t->rows[i], "Должность", "\"волонтёр\"");
    }
}

int main(void)
{
    const char *chosen_seed = getenv("ROSTERD_SEED"), *how_long = getenv("ROSTERD_ROUNDS");
    int64_t given = 20260701, rounds = 60;
    if (chosen_seed)
        base_parse_i64(chosen_seed, 0, INT64_MAX, &given);
    if (how_long)
        base_parse_i64(how_long, 1, INT32_MAX, &rounds);
    seed = (uint64_t)given;
    struct scenario empty = {.path = "random", .title = "random"};
    unsigned long edits = 0, syncs = 0;
    AUTO_ARENA *arena = arena_new((size_t)16 << 30);
    struct world *w = world_new(&empty, arena);
    set_up(w);
    for (int64_t round = 1; round <= rounds && !w->n_failures; round++) {
        for (unsigned s = 4 + below(12); s; s--) {
            for (unsigned e = 1 + below(8); e; e--, edits++)
                edit(w);
            fill_badges(w);
            make_trouble(w);
            some_sync(w);
            syncs++;
        }
        settle(w);
        naive_check(w);
        if (w->n_failures)
            printf("round %lld of seed %lld:\n%s", (long long)round, (long long)given,
                   buf_str(&w->failures));
    }
    printf("seed %lld: %lu edits, %lu syncs with trouble, %lld rounds, %zu failures\n",
           (long long)given, edits, syncs, (long long)rounds, w->n_failures);
    printf("%d passed, %d failed\n", w->n_failures == 0, w->n_failures > 0);
    int bad = w->n_failures > 0;
    world_free(w);
    return bad;
}
