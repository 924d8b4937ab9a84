#include "store/base/clock.h"
#include "sync/choose.h"
#include "sync/steps.h"
#include "tests/support/store_lab.h"
#include "tests/support/twoway.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGIN_MS 1782900000000 /* the first of July 2026 */
#define STEP_MS  50            /* longer than this machine needs from one call to the next */
#define DUMP_MAX ((size_t)64 << 20)

/* ---------------------------------------------------------------- chance */

unsigned tw_below(struct twoway *t, unsigned n)
{
    t->m->random = t->m->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(t->m->random >> 33) % n;
}

bool tw_chance(struct twoway *t, unsigned percent)
{
    return tw_below(t, 100) < percent;
}

void tw_tell(struct twoway *t, const char *fmt, ...)
{
    va_list ap;
    if (!t->trace)
        return;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
}

/* Times are the world's own: whatever else this machine does, a course is played again as it was.
 */
void tw_pass(struct twoway *t, int64_t ms)
{
    t->m->now_ms += ms;
    clock_test_advance(t->m->now_ms - clock_now_ms());
}

/* ---------------------------------------------------------------- the world */

struct twoway *tw_open(int64_t seed, struct arena *arena)
{
    struct scenario *empty = arena_alloc(arena, 1, sizeof *empty);
    struct twoway *t = xcalloc(1, sizeof *t);
    *empty = (struct scenario){.path = "twoway", .title = "twoway"};
    t->m = mmap(NULL, sizeof *t->m, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (t->m == MAP_FAILED)
        abort();
    t->seed = seed;
    tw_pass(t, BEGIN_MS);
    t->m->random = (uint64_t)seed * 2862933555777941757u + 3037000493u;
    t->trace = getenv("ROSTERD_TRACE") != NULL;
    t->w = world_new(empty, arena);
    t->busy = tw_chance(t, 80) ? 5 + tw_below(t, tw_chance(t, 30) ? 200 : 60) : 0;
    return t;
}

void tw_tell_config(struct twoway *t)
{
    for (size_t i = 0; i < t->w->n_settings; i++) {
        const struct setting *x = &t->w->settings[i];
        if (x->value && *x->section != '-')
            tw_tell(t, "[%s] %s = %s", x->section, x->key, x->value);
    }
}

void tw_free(struct twoway *t)
{
    world_free(t->w);
    munmap(t->m, sizeof *t->m);
    free(t);
}

struct fake_table *tw_fake(struct twoway *t, const char *remote, const char *tbl,
                           struct fake_remote **ret)
{
    *ret = world_fake(t->w, 0, remote);
    return fake_table(*ret, tbl);
}

/* ---------------------------------------------------------------- trouble */

void tw_trouble(struct twoway *t)
{
    for (size_t i = 0; i < t->w->cfg->n_remotes; i++) {
        struct fake_fault fault = {.kind = (enum fake_fault_kind)(1 + tw_below(t, FAULT_KINDS - 1)),
                                   .call = 1 + tw_below(t, 12),
                                   .stays = tw_chance(t, 8)};
        fault.writes = fault.kind >= FAULT_LOST || tw_chance(t, 30);
        if (fault.writes)
            fault.call = 1 + tw_below(t, 4);
        bool any = tw_chance(t, 35);
        fake_fault(t->w->fakes[i], any ? fault : (struct fake_fault){0});
        t->m->n.faults += any;
    }
    tw_pass(t, tw_chance(t, 6) ? 25 * 3600000 : tw_chance(t, 20) ? 660000 : 1 + tw_below(t, 90000));
}

/* ---------------------------------------------------------------- one sync */

/* What the parent gets to see, whoever dies now. */
static void keep_remotes(struct twoway *t)
{
    AUTO_BUF all = BUF_INIT(sizeof t->m->saved);
    if (!t->w->in_child)
        return;
    world_save_remotes(t->w, &all);
    if (all.over)
        abort();
    memcpy(t->m->saved, buf_str(&all), all.len);
    t->m->n_saved = all.len;
}

static void on_cut(void *ctx, const char *what)
{
    struct twoway *t = ctx;
    (void)what;
    if (t->w->die_at && ++t->w->cuts == t->w->die_at)
        kill(getpid(), SIGKILL);
}

static size_t index_of(const struct twoway *t, const char *what)
{
    size_t i = 0;
    while (i + 1 < t->w->cfg->n_remotes && !strstr(what, t->w->cfg->remotes[i]->name))
        i++;
    return i;
}

static bool ends(const char *what, const char *const *words, size_t n)
{
    const char *last = strrchr(what, ' ') + 1;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(last, words[i]))
            return true;
    }
    return false;
}

/* "before coda update": somebody may be at work just now. */
static void on_call(void *ctx, const char *what)
{
    static const char *const writes[] = {"insert", "update", "archive"};
    static const char *const peek[] = {"peek"};
    /* these hold a row in their hands: none may be added meanwhile; nor may one be removed
     * but where nobody holds any */
    static const char *const holds[] = {"peek", "look", "archive"};
    static const char *const loose[] = {"insert", "update"};
    struct twoway *t = ctx;
    bool *window = &t->m->window[index_of(t, what)];
    bool after = !strncmp(what, "after", 5);
    tw_pass(t, STEP_MS);
    tw_tell(t, "      %s", what);
    if (after && ends(what, writes, ARRAY_LEN(writes))) {
        *window = false;
        t->m->n.writes++;
        keep_remotes(t);
    }
    if (after && ends(what, peek, 1))
        *window = true;
    if (!after && !ends(what, peek, 1) && !ends(what, writes, ARRAY_LEN(writes)))
        *window = false;
    unsigned busy = t->busy * (ends(what, peek, 1) || ends(what, writes, 3) ? 4 : 1);
    if (tw_below(t, 1000) < busy) {
        t->m->n.meanwhile++;
        t->hand = lab_open(t->w->store);
        t->work(t, (ends(what, holds, ARRAY_LEN(holds)) ? 0 : TW_MAY_ADD) |
                       (ends(what, loose, ARRAY_LEN(loose)) ? TW_MAY_REMOVE : 0));
        db_close(t->hand);
        t->hand = NULL;
        keep_remotes(t);
    }
    on_cut(t, what);
}

static void set_hooks(struct twoway *t, bool on)
{
    db_set_step_hook(t->w->db, on ? on_cut : NULL, t);
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (t->w->fakes[i])
            fake_set_hook(t->w->fakes[i], on ? on_call : NULL, t);
    }
    memset(t->m->window, 0, sizeof t->m->window);
}

struct sync {
    struct choice steps;
    struct run_options opt;
    unsigned cancel_at; /* of the calls of progress; 0: none */
};

static bool on_progress(void *ctx, const struct progress *p)
{
    struct sync *s = ctx;
    (void)p;
    return !s->cancel_at || --s->cancel_at;
}

static void say_report(struct twoway *t, const struct report *r)
{
    tw_tell(t, "   %s %s: +%lld ~%lld -%lld !%lld <>%lld%s%s", r->flow, r->state,
            (long long)r->counts.inserted, (long long)r->counts.updated,
            (long long)r->counts.deleted, (long long)r->counts.invalid,
            (long long)r->counts.conflicts, r->error ? ": " : "", r->error ? r->error : "");
}

/* calm: what fails is a failure of the test. Returns whether all steps went well. */
static bool run_sync(struct twoway *t, struct sync *s, bool calm, int64_t *ret_plan)
{
    enum err_kind ended[CHOICE_MAX];
    struct engine e = {t->w->db, t->w->cfg, t->w->remotes};
    bool fine = true;
    tw_pass(t, STEP_MS);
    s->opt.actor = "schedule";
    s->opt.listed_since = clock_now_ms();
    s->opt.progress = on_progress;
    s->opt.ctx = s;
    set_hooks(t, true);
    for (size_t i = 0; i < s->steps.n; i++) {
        const struct step *step = &s->steps.steps[i];
        struct report r;
        enum step_fate fate = steps_fate(s->steps.steps, i, ended, false);
        tw_pass(t, STEP_MS);
        AUTO_ARENA *arena = arena_new((size_t)64 << 20);
        if (fate == STEP_RUN)
            engine_run(&e, step, &s->opt, arena, &r);
        else
            r = steps_skipped(step, fate);
        ended[i] = r.error ? r.error_kind : ERR_NONE;
        say_report(t, &r);
        fine = fine && !r.error;
        if (ret_plan)
            *ret_plan = r.plan;
        if (calm && r.error)
            world_fail(t->w, 0, "%s, undisturbed: %s", r.flow, r.error);
    }
    set_hooks(t, false);
    return fine;
}

static void run_killed(struct twoway *t, struct sync *s, unsigned at)
{
    int status;
    struct world *w = t->w;
    db_close(w->db); /* no connection is carried over a fork */
    w->db = NULL;
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        abort();
    if (!pid) {
        w->db = lab_open(w->store);
        w->in_child = true;
        w->die_at = at;
        w->cuts = 0;
        run_sync(t, s, false, NULL);
        keep_remotes(t);
        fflush(stdout);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    w->db = lab_open(w->store);
    if (t->m->n_saved)
        world_load_remotes(w, t->m->saved, t->m->n_saved);
    t->m->n_saved = 0;
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    t->m->n.kills += killed;
    tw_tell(t, killed ? "   killed at cut %u" : "   not killed: fewer cuts than %u", at);
    if (!killed && (!WIFEXITED(status) || WEXITSTATUS(status)))
        world_fail(w, 0, "a killed sync ended by itself, status %d", status);
}

static void choose_steps(struct twoway *t, struct sync *s)
{
    const char *names[CHOICE_MAX];
    size_t n = 0, bad;
    for (size_t i = 0; i < t->w->cfg->n_flows; i++) {
        const struct flow *f = t->w->cfg->flows[i];
        bool both = f->direction == DIR_BOTH;
        if (tw_chance(t, 50))
            names[n++] = !both || tw_chance(t, 60) ? f->name
                         : tw_chance(t, 50)        ? f->push_name
                                                   : arena_printf(t->w->arena, "%s:pull", f->name);
    }
    if (!n || tw_chance(t, 40)) {
        names[0] = "all";
        n = 1;
    }
    if (choose_flows(t->w->cfg, names, n, &s->steps, &bad))
        abort();
}

/* A person looks first and lets exactly that through, a while later. */
static void plan_and_apply(struct twoway *t, struct sync *s)
{
    int64_t plan = 0;
    s->steps.steps[0] = s->steps.steps[tw_below(t, (unsigned)s->steps.n)];
    s->steps.n = 1;
    s->opt.dry_run = s->opt.keep_plan = true;
    run_sync(t, s, false, &plan);
    if (!plan)
        return;
    for (unsigned i = tw_below(t, 4); i; i--)
        t->work(t, TW_MAY_ADD | TW_MAY_REMOVE);
    t->m->n.plans++;
    s->opt.dry_run = s->opt.keep_plan = false;
    s->opt.only_plan = plan;
    run_sync(t, s, false, NULL);
}

void tw_some_sync(struct twoway *t)
{
    struct sync s = {.cancel_at = tw_chance(t, 10) ? 1 + tw_below(t, 20) : 0};
    choose_steps(t, &s);
    s.opt.full = tw_chance(t, 30);
    s.opt.approve = tw_chance(t, 70);
    s.opt.interactive = tw_chance(t, 20);
    s.opt.chunk = 1 + tw_below(t, 5);
    t->m->n.syncs++;
    t->m->n.cancels += s.cancel_at != 0;
    tw_tell(t, "-- sync%s of %zu steps", s.opt.full ? " full" : "", s.steps.n);
    if (tw_chance(t, 5))
        plan_and_apply(t, &s);
    else if (tw_chance(t, 25))
        run_killed(t, &s, 1 + tw_below(t, 80));
    else
        run_sync(t, &s, false, NULL);
    tw_pass(t, 1 + tw_below(t, 2000));
}

bool tw_calm_sync(struct twoway *t, bool full)
{
    struct sync s = {.opt = {.full = full, .approve = true}};
    const char *all = "all";
    size_t bad;
    unsigned busy = t->busy;
    if (choose_flows(t->w->cfg, &all, 1, &s.steps, &bad))
        abort();
    tw_tell(t, "-- calm sync%s", full ? " full" : "");
    t->busy = 0;
    bool fine = run_sync(t, &s, true, NULL);
    t->busy = busy;
    return fine;
}

/* ---------------------------------------------------------------- at rest */

static char *writes(struct twoway *t)
{
    struct buf out = BUF_INIT(DUMP_MAX);
    lab_dump(t->w->db, LAB_WRITES, &out);
    return buf_take(&out);
}

bool tw_is_quiet(struct twoway *t, bool full, struct buf *difference)
{
    AUTO_FREE char *before = writes(t);
    world_count_anew(t->w);
    tw_calm_sync(t, full);
    AUTO_FREE char *after = writes(t);
    buf_clear(difference);
    lab_first_difference(before, after, difference);
    return !world_write_calls(t->w) && !strcmp(before, after);
}
