/* random_twoway.c: people at work in Notion, in Coda, in the store and in the chat, all at once and
 * in the middle of syncs that fail, stop and die; whenever they rest and the faults stop, the syncs
 * must come to rest too, all sides must say the same, no row may be there twice, and nothing that
 * anybody did may have vanished without a trace.
 *
 * ROSTERD_SEED chooses another course (the seeds are printed), ROSTERD_ROUNDS a longer one: a world
 * of its own, with ways of its own, for every WORLD_ROUNDS of them; a world is played again by its
 * seed. ROSTERD_TRACE tells everything as it happens. */
#include "tests/support/store_lab.h"
#include "tests/support/twoway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_ROUNDS 6
#define REST_MAX     8
#define DUMP_MAX     ((size_t)64 << 20)

static void show_again(struct twoway *t)
{
    for (size_t i = 0; i < t->w->cfg->n_remotes; i++) {
        size_t n;
        struct fake_table *tables = fake_tables(t->w->fakes[i], &n);
        for (size_t k = 0; k < n; k++) {
            for (size_t r = 0; r < tables[k].n_rows; r++) {
                struct fake_row *row = &tables[k].rows[r];
                struct tw_edit e = {.what = TW_RESTORE};
                if (row->state != FAKE_HIDDEN && row->state != FAKE_UNKNOWN)
                    continue;
                fake_set_state(t->w->fakes[i], row, FAKE_THERE);
                str_copy(e.tbl, sizeof e.tbl, tables[k].name);
                str_copy(e.row, sizeof e.row, row->id);
                tw_log(t, &e);
            }
        }
    }
}

/* Nobody works, nothing fails, time passes. */
static void come_to_rest(struct twoway *t)
{
    bool conflicts = tw_chance(t, 60), pauses = tw_chance(t, 70), quiet = false;
    AUTO_BUF difference = BUF_INIT(1 << 16);
    for (size_t i = 0; i < t->w->cfg->n_remotes; i++)
        fake_fault(t->w->fakes[i], (struct fake_fault){0});
    if (tw_chance(t, 80))
        show_again(t);
    for (int i = 0; i < REST_MAX && !quiet && !t->w->n_failures; i++) {
        tw_pass(t, 11 * 60000);
        tw_answer(t, conflicts, pauses);
        quiet = tw_is_quiet(t, true, &difference);
    }
    if (!quiet && !t->w->n_failures)
        world_fail(t->w, 0, "the syncs do not come to rest (%u writes just now): %s",
                   world_write_calls(t->w), buf_str(&difference));
    for (int full = 0; full < 2 && !t->w->n_failures; full++) {
        if (!tw_is_quiet(t, full, &difference))
            world_fail(t->w, 0, "a sync of what is at rest writes (%u times): %s",
                       world_write_calls(t->w), buf_str(&difference));
        tw_pass(t, 1000);
    }
}

/* What the store says, but for quarantine: there a whole listing knows more. */
static char *state(struct twoway *t)
{
    struct buf out = BUF_INIT(DUMP_MAX);
    lab_dump(t->w->db, LAB_STATE, &out);
    char *text = buf_take(&out), *from = strstr(text, "## quarantine\n");
    char *to = from ? strstr(from, "\n## ") : NULL;
    if (to)
        memmove(from, to, strlen(to) + 1);
    return text;
}

/* Small changes while all is calm: the tables need not be read whole to notice them, so that the
 * whole reading afterwards finds nothing that was overlooked. */
static void small_changes(struct twoway *t)
{
    AUTO_BUF difference = BUF_INIT(1 << 16);
    t->m->tidy = true;
    for (unsigned e = 1 + tw_below(t, 6); e; e--)
        tw_small_edit(t);
    t->m->tidy = false;
    for (int i = 0; i < 4 && !t->w->n_failures; i++) {
        tw_pass(t, 3 * 60000);
        tw_calm_sync(t, false);
    }
    if (t->w->n_failures)
        return;
    AUTO_FREE char *before = state(t);
    world_count_anew(t->w);
    tw_calm_sync(t, true);
    AUTO_FREE char *after = state(t);
    lab_first_difference(before, after, &difference);
    if ((difference.len || world_write_calls(t->w)) && !t->w->n_failures)
        world_fail(t->w, 0, "a whole sync finds what four others overlooked (%u writes): %s",
                   world_write_calls(t->w), buf_str(&difference));
}

static void round_of_work(struct twoway *t)
{
    for (unsigned s = 3 + tw_below(t, 8); s && !t->w->n_failures; s--) {
        for (unsigned e = tw_below(t, 7); e; e--)
            tw_edit(t, true);
        tw_organize(t);
        tw_trouble(t);
        tw_some_sync(t);
    }
    if (!t->w->n_failures)
        come_to_rest(t);
    if (!t->w->n_failures)
        tw_check_agreement(t);
    if (!t->w->n_failures)
        tw_check_edits(t);
    if (!t->w->n_failures && tw_chance(t, 50))
        small_changes(t);
}

/* Everybody's own numbers, added up. */
static void add_up(struct twoway *t, struct tw_numbers *all)
{
    unsigned long *to = (unsigned long *)all;
    t->m->n.conflicts =
        (unsigned long)tw_int(t, "SELECT count(*) FROM conflict", NULL, NULL, NULL, NULL);
    const unsigned long *from = (const unsigned long *)&t->m->n;
    for (size_t i = 0; i < sizeof *all / sizeof *to; i++)
        to[i] += from[i];
}

static bool play_world(int64_t seed, int64_t rounds, struct tw_numbers *all)
{
    AUTO_ARENA *arena = arena_new((size_t)16 << 30);
    struct twoway *t = tw_new(seed, arena);
    int64_t round = 0;
    for (int i = 0; i < 20; i++)
        tw_edit(t, true);
    while (round++ < rounds && !t->w->n_failures)
        round_of_work(t);
    bool bad = t->w->n_failures > 0;
    if (bad)
        printf("round %lld of seed %lld:\n%s", (long long)round - 1, (long long)seed,
               buf_str(&t->w->failures));
    if (bad && t->trace) {
        AUTO_BUF rows = BUF_INIT(DUMP_MAX);
        world_dump_remotes(t->w, &rows);
        lab_dump(t->w->db, LAB_STATE, &rows);
        puts(buf_str(&rows));
    }
    add_up(t, all);
    tw_free(t);
    return !bad;
}

int main(void)
{
    const char *chosen_seed = getenv("ROSTERD_SEED"), *how_long = getenv("ROSTERD_ROUNDS");
    int64_t seed = 20260701, rounds = 60, done = 0;
    struct tw_numbers n = {0};
    bool fine = true;
    if (chosen_seed)
        base_parse_i64(chosen_seed, 0, INT64_MAX / 2, &seed);
    if (how_long)
        base_parse_i64(how_long, 1, INT32_MAX, &rounds);
    printf("seeds from %lld\n", (long long)seed);
    for (int64_t world = 0; done < rounds && fine; world++, done += WORLD_ROUNDS) {
        int64_t some = rounds - done < WORLD_ROUNDS ? rounds - done : WORLD_ROUNDS;
        fine = play_world(seed + world, some, &n);
    }
    printf(
        "%lu edits (%lu of them during syncs), %lu syncs (%lu killed, %lu cancelled, %lu faults, "
        "%lu writes), %lu conflicts, %lu settled by hand, %lu undone, %lu pauses, %lu plans, "
        "%lld rounds\n",
        n.edits, n.meanwhile, n.syncs, n.kills, n.cancels, n.faults, n.writes, n.conflicts,
        n.settles, n.undos, n.pauses, n.plans, (long long)(done < rounds ? done : rounds));
    printf("%d passed, %d failed\n", fine, !fine);
    return !fine;
}
