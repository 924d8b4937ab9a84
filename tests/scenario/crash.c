/* crash.c: every sync of every scenario, killed before and after every commit and every remote
 * call, then run again: the same records, links, quarantine, audit and runs as without the crash,
 * and the run after that writes nothing.
 *
 * With ROSTERD_CRASH=all every cut is made; else as many, evenly spread, as are in the budget. */
#include "tests/support/scenario.h"
#include "tests/support/store_lab.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DUMP_MAX ((size_t)64 << 20)
#define SAMPLE   7 /* every so many-th cut, when not all are made */

struct crash_test {
    unsigned every; /* 1: all */
    unsigned turn;  /* counts on through all scenarios, so that the sample is spread */
    unsigned long points, made;
    /* the sync under way */
    const char *lab, *before; /* stores */
    char *state, *history;    /* what the sync leaves when nobody kills it */
    char *state2, *history2;  /* and what the one after it leaves */
    bool fine, quiet;         /* the one after it wrote nothing */
    struct fake_mark marks[WORLD_REMOTES];
};

static void remember(struct world *w, struct crash_test *t)
{
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            t->marks[i] = fake_remember(w->fakes[i]);
    }
}

static void go_back(struct world *w, const struct crash_test *t)
{
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            fake_go_back(w->fakes[i], t->marks[i]);
    }
}

static char *dump(struct world *w, enum lab_view view)
{
    struct buf out = BUF_INIT(DUMP_MAX);
    lab_dump(w->db, view, &out);
    return buf_take(&out);
}

/* or: what is fine too, NULL: nothing else. */
static void compare(struct world *w, int line, unsigned cut, const char *what, const char *was,
                    const char * or, enum lab_view view)
{
    AUTO_FREE char *is = dump(w, view);
    AUTO_BUF diff = BUF_INIT(1 << 16);
    if (!strcmp(was, is) || (or &&!strcmp(or, is)))
        return;
    lab_first_difference(was, is, &diff);
    world_fail(w, line, "killed at cut %u: %s: %s", cut, what, buf_str(&diff));
}

/* One cut: from the store as it was, die there, run again, compare, and once more for quiet. */
static void make_cut(struct world *w, struct crash_test *t, const struct sync_step *step, int line,
                     unsigned cut)
{
    db_close(w->db); /* it is this very file, and closing writes */
    w->db = NULL;
    lab_copy(t->before, t->lab);
    world_use_store(w, t->lab);
    go_back(w, t);
    if (!world_sync_killed(w, step, cut))
        world_fail(w, line, "cut %u was not reached the second time", cut);
    go_back(w, t);
    bool fine = world_sync(w, step);
    t->made++;
    if (fine != t->fine) {
        world_fail(w, line, "killed at cut %u: the next run %s", cut,
                   fine ? "went well" : "failed");
        return;
    }
    /* killed after its last commit, the run is over and what was run again is the one after it */
    compare(w, line, cut, "another state", t->state, t->quiet ? NULL : t->state2, LAB_STATE);
    compare(w, line, cut, "another history", t->history, t->quiet ? NULL : t->history2,
            LAB_HISTORY);
    AUTO_FREE char *writes = dump(w, LAB_WRITES);
    world_sync(w, step);
    compare(w, line, cut, "another state after one more run", t->state2, NULL, LAB_STATE);
    compare(w, line, cut, "another history after one more run", t->history2, NULL, LAB_HISTORY);
    if (t->quiet)
        compare(w, line, cut, "the run after wrote", writes, NULL, LAB_WRITES);
}

/* The sync as it is when nobody kills it, and once more. Returns how many cuts it has. */
static unsigned play_reference(struct world *w, struct crash_test *t, const struct sync_step *step)
{
    remember(w, t);
    t->fine = world_sync(w, step);
    unsigned cuts = w->cuts;
    t->state = dump(w, LAB_STATE);
    t->history = dump(w, LAB_HISTORY);
    AUTO_FREE char *before = dump(w, LAB_WRITES);
    world_sync(w, step);
    AUTO_FREE char *after = dump(w, LAB_WRITES);
    t->quiet = !strcmp(before, after);
    t->state2 = dump(w, LAB_STATE);
    t->history2 = dump(w, LAB_HISTORY);
    t->points += cuts;
    return cuts;
}

/* Plays the sync once unharmed on a copy, then with every cut; the scenario itself goes on with the
 * store as it found it. */
static void on_sync(struct world *w, const struct sync_step *as_written, int line)
{
    struct crash_test *t = w->on_sync_ctx;
    struct sync_step one_by_one = *as_written, *step = &one_by_one;
    char home[600], before[640], lab[640];
    size_t n_reports = w->n_reports;
    str_copy(home, sizeof home, w->store);
    snprintf(before, sizeof before, "%s.before", home);
    snprintf(lab, sizeof lab, "%s.cut", home);
    t->before = before;
    t->lab = lab;
    /* a preview writes nothing; a person who stops the writing stops it at another place next time
     */
    if (step->opt.dry_run || step->cancel_phase == PROGRESS_APPLY)
        return;
    if (!step->opt.chunk)
        step->opt.chunk = 1; /* a commit after every change: the most places to die at */
    db_close(w->db);         /* the log is folded into the file */
    w->db = NULL;
    lab_copy(home, before);
    lab_copy(home, lab);
    world_use_store(w, lab);
    unsigned cuts = play_reference(w, t, step);
    for (unsigned cut = 1; cut <= cuts && w->n_failures < 20; cut++) {
        if (t->turn++ % t->every == 0)
            make_cut(w, t, step, line, cut);
    }
    free(t->state);
    free(t->history);
    free(t->state2);
    free(t->history2);
    go_back(w, t);
    w->n_reports = n_reports;
    world_use_store(w, home);
}

int main(int argc, char **argv)
{
    glob_t files = {0};
    size_t n_bad = 0;
    const char *how = getenv("ROSTERD_CRASH");
    struct crash_test t = {.every = how && !strcmp(how, "all") ? 1 : SAMPLE};
    if (argc < 2 && glob("tests/scenario/*.scn", 0, NULL, &files)) {
        fprintf(stderr, "no scenarios here; run it in the root of the tree\n");
        return 2;
    }
    char **paths = argc < 2 ? files.gl_pathv : argv + 1;
    size_t n = argc < 2 ? files.gl_pathc : (size_t)argc - 1;
    for (size_t i = 0; i < n; i++) {
        AUTO_ARENA *arena = arena_new((size_t)4 << 30);
        struct world *w = world_new(scenario_read(paths[i], arena), arena);
        w->on_sync = on_sync;
        w->on_sync_ctx = &t;
        scenario_play(w);
        fputs(buf_str(&w->failures), stdout);
        n_bad += w->n_failures > 0;
        world_free(w);
    }
    printf("%zu scenarios, %lu of %lu crash points, %zu scenarios failed\n", n, t.made, t.points,
           n_bad);
    printf("%zu passed, %zu failed\n", n - n_bad, n_bad);
    globfree(&files);
    return n_bad > 0;
}
