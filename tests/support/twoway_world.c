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

/* ---------------------------------------------------------------- the festival */

static void use(struct twoway *t, const char *flow)
{
    struct world *w = t->w;
    const char *aside = arena_printf(w->arena, "-flow %s", flow);
    for (size_t k = 0, n = w->n_settings; k < n; k++) {
        const struct setting x = w->settings[k];
        if (!strcmp(x.section, aside))
            world_set(w, arena_strdup(w->arena, aside + 1), x.key, x.value);
    }
}

static void set_policies(struct twoway *t, const char *section)
{
    static const char *const policies[] = {"default", "remote", "store", "newest", "ask"};
    static const char *const waits[] = {"0s", "2m"};
    static const char *const fields[] = {"conflict.status", "conflict.position"};
    struct world *w = t->w;
    world_set(w, section, "conflict", policies[tw_below(t, ARRAY_LEN(policies))]);
    world_set(w, section, "settle", waits[tw_chance(t, 25)]);
    if (!strcmp(section, "flow participation") && tw_chance(t, 30))
        world_set(w, section, fields[tw_below(t, 2)], policies[tw_below(t, ARRAY_LEN(policies))]);
}

static void set_people(struct twoway *t)
{
    struct world *w = t->w;
    t->people_both = tw_chance(t, 50);
    t->people_create = t->people_both && tw_chance(t, 50);
    world_set(w, "rosterd", "home.person", tw_chance(t, 70) ? "notion" : NULL);
    if (!t->people_both)
        return;
    world_set(w, "flow people", "direction", "both");
    world_set(w, "flow people", "create", t->people_create ? "yes" : "no");
    set_policies(t, "flow people");
}

static void set_participation(struct twoway *t)
{
    struct world *w = t->w;
    static const char section[] = "flow participation";
    t->create = tw_chance(t, 85);
    t->archives = tw_chance(t, 50);
    t->missing_ignored = tw_chance(t, 10);
    t->where_year = tw_chance(t, 30);
    t->formulas = tw_chance(t, 25);
    t->template = tw_chance(t, 50);
    world_set(w, "rosterd", "home.participation", tw_chance(t, 60) ? "coda" : "notion");
    world_set(w, section, "direction", "both");
    world_set(w, section, "field.position", "Должность");
    world_set(w, section, "create", t->create ? "yes" : "no");
    world_set(w, section, "on_delete", t->archives ? "archive" : "ignore");
    world_set(w, section, "missing", t->missing_ignored ? "ignore" : "delete");
    if (t->where_year)
        world_set(w, section, "where.year", "2025 2026");
    if (t->formulas) {
        world_set(w, section, "put.Кто", "person_id via notion");
        world_set(w, section, "put.Куда", "team_id via notion");
    }
    if (t->template)
        world_set(w, section, "put.Название", "{person.name} — {team.name}");
    if (t->template && !t->formulas) {
        /* a text made of a field stands for it, unless the field is written too */
        world_set(w, section, "put.person_id", "person_id via notion");
        world_set(w, section, "put.direction_id", "team_id via notion");
    }
    if (tw_chance(t, 20))
        world_set(w, section, "marker", "ID");
    set_policies(t, section);
}

static void set_pages(struct twoway *t)
{
    struct world *w = t->w;
    t->cancels = tw_chance(t, 40);
    t->archives_pages = tw_chance(t, 50);
    use(t, "leads");
    use(t, "volunteers");
    world_set(w, "flow leads", "field.role", "Роль");
    world_set(w, "flow leads", "missing", t->cancels ? "cancel" : "delete");
    world_set(w, "flow volunteers", "on_delete", t->archives_pages ? "archive" : "ignore");
}

static void set_remotes(struct twoway *t)
{
    struct fake_options *notion = fake_remote_options(world_fake(t->w, 0, "notion"));
    struct fake_options *coda = fake_remote_options(world_fake(t->w, 0, "coda"));
    notion->lists_trash = tw_chance(t, 50);
    notion->grain_ms = tw_chance(t, 50) ? 60000 : 0;
    /* rows that change while a listing is under way are not in it */
    notion->overlap_ms = coda->overlap_ms = 120000;
    notion->page_size = 1 + tw_below(t, 6);
    coda->page_size = 1 + tw_below(t, 6);
    coda->batch = tw_chance(t, 50) ? 1 : 3;
    coda->upserts = tw_chance(t, 50);
    coda->hides_ms = tw_chance(t, 30) ? 1000 * (1 + tw_below(t, 240)) : 0;
    notion->hides_ms = tw_chance(t, 20) ? 1000 * (1 + tw_below(t, 60)) : 0;
    fake_remote_renew(world_fake(t->w, 0, "notion"));
    fake_remote_renew(world_fake(t->w, 0, "coda"));
}

struct twoway *tw_new(int64_t seed, struct arena *arena)
{
    struct scenario *empty = arena_alloc(arena, 1, sizeof *empty);
    struct twoway *t = xcalloc(1, sizeof *t);
    struct fake_remote *f;
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
    set_people(t);
    set_participation(t);
    set_pages(t);
    world_load_config(t->w, 0);
    set_remotes(t);
    for (size_t i = 0; i < t->w->cfg->n_flows; i++)
        world_table(t->w, 0, t->w->cfg->flows[i]->name, &f);
    if (t->formulas) {
        struct fake_table *grid = world_table(t->w, 0, "participation", &f);
        fake_set_formula(grid, "person_id", "Кто");
        fake_set_formula(grid, "direction_id", "Куда");
    }
    for (size_t i = 0; i < t->w->n_settings; i++) {
        const struct setting *x = &t->w->settings[i];
        if (x->value && *x->section != '-')
            tw_tell(t, "[%s] %s = %s", x->section, x->key, x->value);
    }
    return t;
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
    for (size_t i = 0; i < 2; i++) {
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
    /* these hold a row in their hands: none may be added meanwhile */
    static const char *const holds[] = {"peek", "look", "archive"};
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
        tw_edit(t, !ends(what, holds, ARRAY_LEN(holds)));
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
        tw_edit(t, true);
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
