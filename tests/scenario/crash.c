/* crash.c: every sync of every scenario, killed before and after every commit and every remote
 * call, then run again.
 *
 * A sync that only reads must end at once with the same records, links, quarantine, audit and runs
 * as without the crash. One that writes into remotes is also played with the answer of each write
 * lost; it may need time and a few more runs, and must then come to rest with the same store and
 * the same rows in all remotes, none lost and none doubled. Either way the run after that writes
 * nothing, nowhere.
 *
 * Where nothing that outlives the process happened between two cuts, one of them is made: after a
 * commit and before the next call is the same. With ROSTERD_CRASH=all every cut is made, by as many
 * processes as there are processors; else every SAMPLE-th, spread over all scenarios. */
#include "store/base/clock.h"
#include "tests/support/scenario.h"
#include "tests/support/store_lab.h"

#include <glob.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DUMP_MAX    ((size_t)64 << 20)
#define SAMPLE      5 /* every so many-th cut, when not all are made */
#define WORKERS_MAX 8
#define REST_MAX    6 /* runs that a broken sync may need until nothing is left to do */

struct crash_test {
    unsigned every; /* 1: all */
    unsigned turn;  /* counts on through all scenarios, so that the sample is spread */
    unsigned long points, made, lost;
    bool fresh[CUTS_MAX]; /* of the sync under way: cuts that differ from the one before */
    /* the sync under way, and the world as it finds it */
    const struct sync_step *step;
    int line;
    const char *lab, *before; /* stores */
    struct buf remotes;
    int64_t began_ms;
    struct fake_mark marks[WORLD_REMOTES];
    /* what it leaves when nobody kills it */
    char *state, *history, *rows;
    char *state2, *history2; /* and what the one after it leaves */
    bool fine, quiet;        /* the one after it wrote nothing */
};

/* ---------------------------------------------------------------- the world as it was */

static void remember(struct world *w, struct crash_test *t)
{
    t->began_ms = clock_now_ms();
    t->remotes = (struct buf)BUF_INIT(DUMP_MAX);
    world_save_remotes(w, &t->remotes);
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            t->marks[i] = fake_remember(w->fakes[i]);
    }
}

/* The faults that were to come are to come again. */
static void set_faults(struct world *w, const struct crash_test *t)
{
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            fake_go_back(w->fakes[i], t->marks[i]);
    }
}

/* The rows, the clock and the store. */
static void go_back(struct world *w, const struct crash_test *t)
{
    db_close(w->db); /* it is this very file, and closing writes */
    w->db = NULL;
    lab_copy(t->before, t->lab);
    world_use_store(w, t->lab);
    world_load_remotes(w, t->remotes.data, t->remotes.len);
    set_faults(w, t);
    clock_test_advance(t->began_ms - clock_now_ms());
}

static char *dump(struct world *w, enum lab_view view)
{
    struct buf out = BUF_INIT(DUMP_MAX);
    lab_dump(w->db, view, &out);
    return buf_take(&out);
}

static char *dump_rows(struct world *w)
{
    struct buf out = BUF_INIT(DUMP_MAX);
    world_dump_remotes(w, &out);
    return buf_take(&out);
}

/* The store without the ids of rows that were made: they come in another order. */
static char *dump_rested(struct world *w)
{
    AUTO_FREE char *all = dump(w, LAB_RESTED);
    return world_without_made(w, all);
}

static void tell(struct world *w, const struct crash_test *t, const char *how, const char *what,
                 const char *was, const char *is)
{
    AUTO_BUF diff = BUF_INIT(1 << 16);
    lab_first_difference(was, is, &diff);
    world_fail(w, t->line, "%s: %s: %s", how, what, buf_str(&diff));
}

/* ---------------------------------------------------------------- syncs that only read */

/* or: what is fine too, NULL: nothing else. */
static void compare(struct world *w, const struct crash_test *t, const char *how, const char *what,
                    const char *was, const char * or, enum lab_view view)
{
    AUTO_FREE char *is = dump(w, view);
    if (strcmp(was, is) != 0 && !(or &&!strcmp(or, is)))
        tell(w, t, how, what, was, is);
}

/* Run again, compare, and once more for quiet. */
static void check_reading(struct world *w, const struct crash_test *t, const char *how)
{
    set_faults(w, t);
    bool fine = world_sync(w, t->step);
    if (fine != t->fine) {
        world_fail(w, t->line, "%s: the next run %s", how, fine ? "went well" : "failed");
        return;
    }
    /* killed after its last commit, the run is over and what was run again is the one after it */
    compare(w, t, how, "another state", t->state, t->quiet ? NULL : t->state2, LAB_STATE);
    compare(w, t, how, "another history", t->history, t->quiet ? NULL : t->history2, LAB_HISTORY);
    AUTO_FREE char *writes = dump(w, LAB_WRITES);
    world_sync(w, t->step);
    compare(w, t, how, "another state after one more run", t->state2, NULL, LAB_STATE);
    compare(w, t, how, "another history after one more run", t->history2, NULL, LAB_HISTORY);
    if (t->quiet)
        compare(w, t, how, "the run after wrote", writes, NULL, LAB_WRITES);
}

static void expect_reading(struct world *w, struct crash_test *t)
{
    t->state = dump(w, LAB_STATE);
    t->history = dump(w, LAB_HISTORY);
    AUTO_FREE char *before = dump(w, LAB_WRITES);
    world_sync(w, t->step);
    AUTO_FREE char *after = dump(w, LAB_WRITES);
    t->quiet = !strcmp(before, after);
    t->state2 = dump(w, LAB_STATE);
    t->history2 = dump(w, LAB_HISTORY);
}

/* ---------------------------------------------------------------- syncs that write */

static int64_t longest_settling(const struct world *w)
{
    int64_t most = 0;
    for (size_t i = 0; i < w->cfg->n_flows; i++) {
        const struct flow *f = w->cfg->flows[i];
        int64_t ms = f->settle_ms > f->settle_insert_ms ? f->settle_ms : f->settle_insert_ms;
        most = ms > most ? ms : most;
    }
    return most;
}

/* The trouble is over, time passes, the sync is run again until it writes nothing. False: it never
 * does. */
static bool come_to_rest(struct world *w, const struct crash_test *t)
{
    struct sync_step again = *t->step;
    again.cancel_phase = -1;
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            fake_fault(w->fakes[i], (struct fake_fault){0});
    }
    for (int i = 0; i < REST_MAX; i++) {
        AUTO_FREE char *before = dump(w, LAB_WRITES);
        clock_test_advance(longest_settling(w) + 60000);
        again.job_ms = clock_now_ms();
        world_sync(w, &again);
        unsigned calls = world_write_calls(w);
        AUTO_FREE char *after = dump(w, LAB_WRITES);
        if (!calls && !strcmp(before, after))
            return true;
    }
    return false;
}

static void check_writing(struct world *w, const struct crash_test *t, const char *how)
{
    bool rested = come_to_rest(w, t);
    if (rested != t->quiet)
        world_fail(w, t->line, "%s: it does %scome to rest", how, rested ? "" : "not ");
    AUTO_FREE char *rows = dump_rows(w), *state = dump_rested(w);
    if (strcmp(t->rows, rows))
        tell(w, t, how, "other rows in the remotes", t->rows, rows);
    if (strcmp(t->state, state))
        tell(w, t, how, "another state", t->state, state);
}

static void expect_writing(struct world *w, struct crash_test *t)
{
    t->quiet = come_to_rest(w, t);
    t->rows = dump_rows(w);
    t->state = dump_rested(w);
}

/* ---------------------------------------------------------------- all cuts of one sync */

static bool its_turn(struct crash_test *t, const struct world *w)
{
    bool now = t->turn++ % t->every == 0 && w->n_failures < 20;
    t->made += now;
    return now;
}

static void kill_at(struct world *w, const struct crash_test *t, unsigned cut, bool writes)
{
    const char *how = arena_printf(w->arena, "killed at cut %u", cut);
    go_back(w, t);
    if (!world_sync_killed(w, t->step, cut))
        world_fail(w, t->line, "cut %u was not reached the second time", cut);
    if (!writes) {
        check_reading(w, t, how);
        return;
    }
    world_sync(w, t->step); /* faults that struck the dead do not strike again */
    check_writing(w, t, how);
}

static void lose_at(struct world *w, const struct crash_test *t, unsigned call)
{
    go_back(w, t);
    world_sync_losing(w, t->step, call);
    check_writing(w, t, arena_printf(w->arena, "the answer of write %u lost", call));
}

static void forget(struct crash_test *t)
{
    char **texts[] = {&t->state, &t->history, &t->rows, &t->state2, &t->history2};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
}

/* Plays the sync and what follows when nobody kills it. Returns whether anything is written into a
 * remote, by it or by the next one. */
static bool expect(struct world *w, struct crash_test *t, unsigned *ret_cuts, unsigned *ret_writes)
{
    go_back(w, t);
    t->fine = world_sync(w, t->step);
    *ret_cuts = w->cuts;
    memcpy(t->fresh, w->fresh, sizeof t->fresh);
    *ret_writes = w->writes;
    if (!w->writes) {
        expect_reading(w, t);
        if (!w->writes)
            return false;
        forget(t);
        go_back(w, t);
        world_sync(w, t->step);
    }
    expect_writing(w, t);
    return true;
}

static void all_cuts(struct world *w, struct crash_test *t)
{
    unsigned cuts, writes;
    bool writing = expect(w, t, &cuts, &writes);
    t->points += writes;
    t->lost += writes;
    for (unsigned cut = 1; cut <= cuts; cut++) {
        if (cut < CUTS_MAX && !t->fresh[cut])
            continue; /* nothing has happened since the cut before it */
        t->points++;
        if (its_turn(t, w))
            kill_at(w, t, cut, writing);
    }
    for (unsigned call = 1; call <= writes; call++) {
        if (its_turn(t, w))
            lose_at(w, t, call);
    }
}

/* Plays the sync on copies; the scenario itself goes on with the world as it found it. */
static void on_sync(struct world *w, const struct sync_step *as_written, int line)
{
    struct crash_test *t = w->on_sync_ctx;
    struct sync_step one_by_one = *as_written;
    char home[600], before[640], lab[640];
    size_t n_reports = w->n_reports;
    /* a preview writes nothing; a person who stops the writing stops it at another place next time
     */
    if (as_written->opt.dry_run || as_written->cancel_phase == PROGRESS_APPLY)
        return;
    if (!one_by_one.opt.chunk)
        one_by_one.opt.chunk = 1; /* a commit after every change: the most places to die at */
    str_copy(home, sizeof home, w->store);
    snprintf(before, sizeof before, "%s.before", home);
    snprintf(lab, sizeof lab, "%s.cut", home);
    t->step = &one_by_one;
    t->line = line;
    t->before = before;
    t->lab = lab;
    db_close(w->db); /* the log is folded into the file */
    w->db = NULL;
    lab_copy(home, before);
    remember(w, t);
    all_cuts(w, t);
    go_back(w, t);
    forget(t);
    buf_free(&t->remotes);
    w->n_reports = n_reports;
    world_use_store(w, home);
}

/* ---------------------------------------------------------------- all scenarios */

/* What the workers have in common: which file is next, and what was found. */
struct totals {
    atomic_ulong next, points, made, lost, bad, finished;
};

static void play(const char *path, struct crash_test *t, struct totals *to)
{
    AUTO_ARENA *arena = arena_new((size_t)4 << 30);
    struct world *w = world_new(scenario_read(path, arena), arena);
    w->on_sync = on_sync;
    w->on_sync_ctx = t;
    scenario_play(w);
    fputs(buf_str(&w->failures), stdout);
    fflush(stdout);
    to->bad += w->n_failures > 0;
    to->finished++;
    world_free(w);
}

/* Takes one file after the other until none is left. */
static void work(char **paths, size_t n, unsigned every, struct totals *to)
{
    struct crash_test t = {.every = every};
    for (size_t i = to->next++; i < n; i = to->next++)
        play(paths[i], &t, to);
    to->points += t.points;
    to->made += t.made;
    to->lost += t.lost;
}

/* All cuts take minutes of every processor; a sample goes beside another test. */
static long count_workers(size_t n, bool all)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    long most = n < WORKERS_MAX ? (long)n : WORKERS_MAX;
    return !all || processors < 1 ? 1 : processors < most ? processors : most;
}

int main(int argc, char **argv)
{
    glob_t files = {0};
    const char *how = getenv("ROSTERD_CRASH");
    bool all = how && !strcmp(how, "all");
    struct totals *to =
        mmap(NULL, sizeof *to, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (to == MAP_FAILED || (argc < 2 && glob("tests/scenario/*.scn", 0, NULL, &files))) {
        fprintf(stderr, "no scenarios here; run it in the root of the tree\n");
        return 2;
    }
    char **paths = argc < 2 ? files.gl_pathv : argv + 1;
    size_t n = argc < 2 ? files.gl_pathc : (size_t)argc - 1;
    for (long k = count_workers(n, all); k > 1; k--) {
        if (fork())
            continue;
        work(paths, n, all ? 1 : SAMPLE, to);
        exit(0);
    }
    work(paths, n, all ? 1 : SAMPLE, to);
    while (wait(NULL) > 0)
        ;
    /* one that broke off, or took its worker with it, is a failure */
    size_t n_bad = to->bad + (n - to->finished);
    printf(
        "%zu scenarios, %lu of %lu crash points (%lu of them lost answers), %zu scenarios failed\n",
        n, (unsigned long)to->made, (unsigned long)to->points, (unsigned long)to->lost, n_bad);
    printf("%zu passed, %zu failed\n", n - n_bad, n_bad);
    globfree(&files);
    return n_bad > 0;
}
