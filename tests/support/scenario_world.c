#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/dict_rows.h"
#include "sync/http.h"
#include "sync/steps.h"
#include "tests/support/scenario.h"
#include "tests/support/store_lab.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRIST_OVERLAP_MS 300000 /* as the connector's */

void world_fail(struct world *w, int line, const char *fmt, ...)
{
    AUTO_BUF text = BUF_INIT(1 << 20);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&text, fmt, ap);
    va_end(ap);
    buf_addf(&w->failures, "%s:%d: %s\n", w->scn->path, line,
             scenario_names(buf_str(&text), w->arena));
    w->n_failures++;
}

void world_broken(const struct world *w, int line, const char *fmt, ...)
{
    va_list ap;
    fputs(buf_str(&w->failures), stderr);
    fprintf(stderr, "%s:%d: ", w->scn->path, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}

/* ---------------------------------------------------------------- config and remotes */

void world_set(struct world *w, const char *section, const char *key, const char *value)
{
    for (size_t i = 0; i < w->n_settings; i++) {
        struct setting *s = &w->settings[i];
        if (!strcmp(s->section, section) && !strcmp(s->key, key)) {
            s->value = value;
            return;
        }
    }
    w->settings =
        arena_grow(w->arena, w->settings, &w->cap_settings, w->n_settings + 1, sizeof *w->settings);
    w->settings[w->n_settings++] = (struct setting){section, key, value};
}

static void put_flows_aside(struct world *w)
{
    for (size_t i = 0; i < w->n_settings; i++) {
        if (!strncmp(w->settings[i].section, "flow ", 5))
            w->settings[i].section = arena_printf(w->arena, "-%s", w->settings[i].section);
    }
}

void world_use(struct world *w, int line, const char *name)
{
    const char *flow = arena_printf(w->arena, "-flow %s", name);
    const char *prefix = arena_printf(w->arena, "-%s ", name);
    size_t had = w->n_settings, used = 0;
    if (!strcmp(name, "grist"))
        put_flows_aside(w);
    for (size_t k = 0; k < had; k++) {
        const struct setting x = w->settings[k];
        bool more = !strncmp(x.section, prefix, strlen(prefix));
        if (!more && strcmp(x.section, flow))
            continue;
        world_set(w, x.section + (more ? strlen(prefix) : 1), x.key, x.value);
        used++;
    }
    if (!used)
        world_broken(w, line, "use %s: there is nothing of that name", name);
}

static void write_config(struct world *w, FILE *f)
{
    fprintf(f, "[rosterd]\nstore = %s\nyear = 2026\n", w->store);
    for (size_t i = 0; i < w->n_settings; i++) {
        const struct setting *s = &w->settings[i];
        if (!strcmp(s->section, "rosterd") && s->value)
            fprintf(f, "%s = %s\n", s->key, s->value);
    }
    for (size_t i = 0; i < w->n_settings; i++) {
        const char *section = w->settings[i].section;
        bool first = *section != '-' && strcmp(section, "rosterd") != 0;
        for (size_t j = 0; j < i && first; j++)
            first = strcmp(w->settings[j].section, section) != 0;
        if (!first)
            continue;
        fprintf(f, "[%s]\n", section);
        for (size_t j = i; j < w->n_settings; j++) {
            const struct setting *s = &w->settings[j];
            if (!strcmp(s->section, section) && s->value && *s->key)
                fprintf(f, "%s = %s\n", s->key, s->value);
        }
    }
}

static void make_fakes(struct world *w)
{
    remotes_free(w->remotes);
    w->remotes = remotes_new(w->cfg, w->limiters, NULL);
    for (size_t i = 0; i < w->cfg->n_remotes && i < WORLD_REMOTES; i++) {
        const struct remote_config *r = w->cfg->remotes[i];
        bool notion = !strcmp(r->kind, "notion");
        bool grist = !strcmp(r->kind, "grist");
        const struct fake_options opt = {.row_id_is_uuid = notion,
                                         .numbered = grist,
                                         .upserts = grist,
                                         .overlap_ms = grist ? GRIST_OVERLAP_MS : 0};
        if (!w->fakes[i])
            w->fakes[i] = fake_remote_new(r, opt);
        fake_remote_set_config(w->fakes[i], r);
        remotes_replace(w->remotes, r, fake_remote_base(w->fakes[i]));
    }
}

const struct flow *world_flow(struct world *w, int line, const char *name)
{
    const struct flow *f = config_flow(w->cfg, name);
    if (!f)
        world_broken(w, line, "there is no flow «%s»", name);
    return f;
}

struct fake_remote *world_fake(struct world *w, int line, const char *remote)
{
    for (size_t i = 0; i < w->cfg->n_remotes; i++) {
        if (!strcmp(w->cfg->remotes[i]->name, remote))
            return w->fakes[i];
    }
    world_broken(w, line, "there is no remote «%s»", remote);
}

static bool was_dropped(const struct world *w, const struct fake_table *t, const char *column)
{
    for (size_t i = 0; i < w->n_dropped; i++) {
        if (!strcmp(w->dropped[i].table, t->name) && !strcmp(w->dropped[i].column, column))
            return true;
    }
    return false;
}

/* References into a remote of pages are relations there. */
static void make_put_column(const struct flow *f, const struct put *put, struct fake_table *t)
{
    size_t had = t->n_columns;
    bool ref = put->kind == PUT_FIELD && model_refers(&f->entity->fields[put->field]);
    size_t at = fake_column(t, put->column, NULL);
    if (at == had && ref && !strcmp(f->remote->kind, "notion"))
        fake_column(t, put->column, "relation");
}

/* A column that names rows of the same document has their table in its type. */
static void make_column(const struct world *w, const struct flow *f, const struct field_map *m,
                        struct fake_table *t)
{
    size_t had = t->n_columns, at = fake_column(t, m->column, NULL);
    const struct field *field = &f->entity->fields[m->field];
    const struct flow *of = m->via && !strcmp(m->via, f->remote->name)
                                ? config_carrier(w->cfg, field_target(field), m->via)
                                : NULL;
    bool several = field->type == FT_REFS || str_eq(m->as, "list");
    bool ref_type = !strncmp(t->columns[at].type, "Ref", 3);
    if (of && !strcmp(f->remote->kind, "grist") && (at == had || !ref_type))
        fake_column(t, m->column,
                    arena_printf(w->arena, "Ref%s:%s", several ? "List" : "", of->table));
}

struct fake_table *world_table(struct world *w, int line, const char *flow,
                               struct fake_remote **ret)
{
    const struct flow *f = world_flow(w, line, flow);
    *ret = world_fake(w, line, f->remote->name);
    struct fake_table *t = fake_table(*ret, f->table);
    for (size_t i = 0; i < f->n_maps; i++) {
        if (!was_dropped(w, t, f->maps[i].column))
            make_column(w, f, &f->maps[i], t);
    }
    for (size_t i = 0; i < f->n_puts; i++) {
        if (!was_dropped(w, t, f->puts[i].column))
            make_put_column(f, &f->puts[i], t);
    }
    const char *const more[] = {f->marker, f->key, f->mark, f->mark_reason};
    for (size_t i = 0; i < ARRAY_LEN(more); i++) {
        if (more[i] && !was_dropped(w, t, more[i]))
            fake_column(t, more[i], NULL);
    }
    return t;
}

/* A table that nothing was read from yet has the columns that are written to it all the same. */
static void make_written_tables(struct world *w, int line)
{
    struct fake_remote *f;
    for (size_t i = 0; i < w->cfg->n_flows; i++) {
        if (w->cfg->flows[i]->direction != DIR_PULL)
            world_table(w, line, w->cfg->flows[i]->name, &f);
    }
}

void world_load_config(struct world *w, int line)
{
    char path[700];
    AUTO_BUF mistakes = BUF_INIT(1 << 16);
    struct config *cfg;
    snprintf(path, sizeof path, "%s/config.ini", lab_folder());
    FILE *f = fopen(path, "we");
    if (!f)
        world_broken(w, line, "cannot write %s", path);
    write_config(w, f);
    fclose(f);
    if (config_load(path, &cfg, &mistakes))
        world_broken(w, line, "the config of this scenario is none:\n%s", buf_str(&mistakes));
    struct config *old = w->cfg;
    struct limiters *old_limiters = w->limiters;
    w->cfg = cfg;
    w->limiters = limiters_new(cfg);
    make_fakes(w);
    limiters_free(old_limiters);
    config_free(old);
    make_written_tables(w, line);
}

/* ---------------------------------------------------------------- birth and death */

void world_use_store(struct world *w, const char *path)
{
    db_close(w->db);
    str_copy(w->store, sizeof w->store, path);
    w->db = lab_open(path);
}

struct world *world_new(const struct scenario *scn, struct arena *arena)
{
    static bool curl;
    char path[600];
    if (!curl)
        http_global_init();
    curl = true;
    log_set_level(LOG_ERR);
    clock_test_skip_sleeps(true);
    /* some remotes tell only minutes: an edit and what comes a second later share theirs */
    clock_test_advance(60000 - clock_now_ms() % 60000);
    struct world *w = xcalloc(1, sizeof *w);
    w->scn = scn;
    w->arena = arena;
    w->born_ms = clock_now_ms();
    w->failures = (struct buf)BUF_INIT(1 << 20);
    world_open_shared(w);
    for (size_t i = 0; i < scenario_n_settings; i++)
        world_set(w, scenario_settings[i].section, scenario_settings[i].key,
                  scenario_settings[i].value);
    snprintf(path, sizeof path, "%s/world.db", lab_folder());
    lab_fresh(path);
    world_use_store(w, path);
    world_load_config(w, 0);
    return w;
}

void world_free(struct world *w)
{
    db_close(w->db);
    remotes_free(w->remotes);
    limiters_free(w->limiters);
    for (size_t i = 0; i < WORLD_REMOTES; i++)
        fake_remote_free(w->fakes[i]);
    config_free(w->cfg);
    buf_free(&w->failures);
    world_close_shared(w);
    free(w->writes_before);
    free(w->kept_before);
    free(w);
}

/* ---------------------------------------------------------------- one sync */

/* Has anything that outlives the process changed since the last cut: the store's log, a remote, or
 * how far a fault is that is still to come? */
static bool is_fresh(struct world *w)
{
    char path[700];
    struct stat st = {0};
    bool fresh = w->cuts == 1 || w->wrote_there;
    snprintf(path, sizeof path, "%s-wal", w->store);
    if (stat(path, &st))
        return true;
    int64_t ns = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
    fresh = fresh || st.st_size != w->wal_size || ns != w->wal_ns;
    w->wal_size = st.st_size;
    w->wal_ns = ns;
    w->wrote_there = false;
    for (size_t i = 0; i < WORLD_REMOTES; i++)
        fresh = fresh || (w->fakes[i] && fake_remember(w->fakes[i]).fault.kind != FAULT_NONE);
    return fresh;
}

static void on_commit(void *ctx, const char *what)
{
    struct world *w = ctx;
    (void)what;
    w->cuts++;
    if (!w->in_child && w->cuts < CUTS_MAX)
        w->fresh[w->cuts] = is_fresh(w);
    if (w->die_at && w->cuts == w->die_at)
        kill(getpid(), SIGKILL);
}

static bool is_write(const char *what)
{
    static const char *const ends[] = {" insert", " update", " archive"};
    const char *last = strrchr(what, ' ');
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (last && !strcmp(last, ends[i]))
            return true;
    }
    return false;
}

/* "before coda insert" */
static void on_call(void *ctx, const char *what)
{
    struct world *w = ctx;
    bool before = !strncmp(what, "before ", 7);
    w->wrote_there = w->wrote_there || (is_write(what) && !before);
    if (is_write(what) && before) {
        const struct fake_fault lost = {.kind = FAULT_LOST, .call = 1};
        const char *name = strchr(what, ' ') + 1;
        const char *remote = arena_strndup(w->arena, name, strcspn(name, " "));
        if (++w->writes == w->lose_at)
            fake_fault(world_fake(w, 0, remote), lost);
    } else if (!before && w->in_child) {
        world_share(w, is_write(what)); /* what happened there stays, whoever dies now */
    }
    on_commit(ctx, what);
}

struct canceller {
    const struct sync_step *step;
    unsigned seen;
};

static bool on_progress(void *ctx, const struct progress *p)
{
    struct canceller *c = ctx;
    return (int)p->phase != c->step->cancel_phase || ++c->seen != c->step->cancel_at;
}

static void keep_report(struct world *w, const struct report *r)
{
    size_t i = 0;
    while (i < w->n_reports && strcmp(w->reports[i].flow, r->flow))
        i++;
    if (i == WORLD_FLOWS)
        abort();
    if (i == w->n_reports)
        w->reports[w->n_reports++].flow = arena_strdup(w->arena, r->flow);
    w->reports[i].report = *r;
}

const struct report *world_report(const struct world *w, const char *flow)
{
    for (size_t i = 0; i < w->n_reports; i++) {
        if (!strcmp(w->reports[i].flow, flow))
            return &w->reports[i].report;
    }
    return NULL;
}

static void set_hooks(struct world *w, bool on)
{
    db_set_step_hook(w->db, on ? on_commit : NULL, w);
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            fake_set_hook(w->fakes[i], on ? on_call : NULL, w);
    }
}

/* One step; returns how it came out. */
static enum err_kind run_step(struct world *w, const struct sync_step *sync, const struct step *one)
{
    struct engine e = {w->db, w->cfg, w->remotes};
    struct canceller c = {.step = sync};
    struct run_options opt = sync->opt;
    struct report report;
    opt.actor = "scenario";
    opt.listed_since = sync->job_ms;
    if (sync->cancel_phase >= 0) {
        opt.progress = on_progress;
        opt.ctx = &c;
    }
    int bad = engine_run(&e, one, &opt, w->arena, &report);
    keep_report(w, &report);
    return bad ? report.error_kind : ERR_NONE;
}

bool world_sync(struct world *w, const struct sync_step *sync)
{
    struct step steps[SYNC_FLOWS];
    enum err_kind ended[SYNC_FLOWS];
    bool fine = true;
    w->cuts = w->writes = 0;
    world_count_anew(w);
    set_hooks(w, true);
    for (size_t i = 0; i < sync->n; i++) {
        if (!config_step(w->cfg, sync->flows[i], &steps[i]))
            abort();
        enum step_fate fate = steps_fate(steps, i, ended, false);
        const struct report skipped = steps_skipped(&steps[i], fate);
        ended[i] = fate == STEP_RUN ? run_step(w, sync, &steps[i]) : skipped.error_kind;
        if (fate != STEP_RUN)
            keep_report(w, &skipped);
        fine = fine && ended[i] == ERR_NONE;
    }
    set_hooks(w, false);
    return fine;
}

bool world_sync_losing(struct world *w, const struct sync_step *step, unsigned at)
{
    w->lose_at = at;
    bool fine = world_sync(w, step);
    w->lose_at = 0;
    return fine;
}

bool world_sync_killed(struct world *w, const struct sync_step *step, unsigned at)
{
    int status;
    db_close(w->db); /* no connection is carried over a fork */
    w->db = NULL;
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        abort();
    if (!pid) {
        w->db = lab_open(w->store);
        w->die_at = at;
        w->in_child = true;
        world_sync(w, step);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    w->db = lab_open(w->store);
    world_take_shared(w);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        world_fail(w, 0, "a killed sync ended by itself, status %d", status);
    return false;
}
