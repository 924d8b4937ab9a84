#include "store/base/clock.h"
#include "store/base/log.h"
#include "sync/http.h"
#include "tests/support/scenario.h"
#include "tests/support/store_lab.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DUMP_MAX ((size_t)64 << 20)

/* The festival as every scenario finds it; `[config]` sections change it. Sections with a leading
 * `-` stand aside until a scenario says `use NAME`. */
static const struct setting defaults[] = {
    {"remote notion", "kind", "notion"},
    {"remote notion", "token", "secret"},
    {"remote coda", "kind", "coda"},
    {"remote coda", "token", "secret"},
    {"remote coda", "doc", "AbCdEf"},
    {"flow people", "remote", "notion"},
    {"flow people", "table", "people"},
    {"flow people", "entity", "person"},
    {"flow people", "field.name", "Как звать"},
    {"flow people", "field.telegram", "Telegram"},
    {"flow people", "field.phone", "Телефон"},
    {"flow people", "field.gender", "Пол"},
    {"flow people", "field.birth_date", "Дата рождения"},
    {"flow teams", "remote", "notion"},
    {"flow teams", "table", "teams"},
    {"flow teams", "entity", "team"},
    {"flow teams", "field.name", "Name"},
    {"flow teams", "field.type", "Тип"},
    {"flow teams", "field.first_year", "Год появления"},
    {"flow participation", "remote", "coda"},
    {"flow participation", "table", "grid"},
    {"flow participation", "entity", "participation"},
    {"flow participation", "field.year", "Год"},
    {"flow participation", "field.person_id", "person_id via notion"},
    {"flow participation", "field.team_id", "direction_id via notion"},
    {"flow participation", "field.role", "Роль"},
    {"flow participation", "field.status", "Статус"},
    {"-flow leads", "remote", "notion"},
    {"-flow leads", "table", "leads"},
    {"-flow leads", "entity", "participation"},
    {"-flow leads", "field.year", "Год"},
    {"-flow leads", "field.person_id", "Человек via notion"},
    {"-flow leads", "field.team_id", "Службы и локации via notion"},
    {"-flow leads", "field.role", "Роль"},
    {"-flow badges", "remote", "notion"},
    {"-flow badges", "table", "badges"},
    {"-flow badges", "entity", "badge"},
    {"-flow badges", "field.name", "Надпись"},
    {"-flow badges", "field.diet", "Веган"},
    {"-flow badges", "field.feed", "Тип питания"},
    {"-flow badges", "field.role", "Роль"},
    {"-flow badges", "field.person_id", "Человек via notion"},
    {"-flow badges", "field.parent_id", "Чей via notion"},
    {"-flow arrivals", "remote", "coda"},
    {"-flow arrivals", "table", "arrivals"},
    {"-flow arrivals", "entity", "arrival"},
    {"-flow arrivals", "field.badge_id", "badge_id via notion"},
    {"-flow arrivals", "field.status", "Статус"},
    {"-flow arrivals", "field.arrival_date", "Дата заезда"},
    {"-flow arrivals", "field.arrival_transport", "Способ заезда"},
    {"-flow arrivals", "field.departure_date", "Дата отъезда"},
};

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
        if (!w->fakes[i])
            w->fakes[i] = fake_remote_new(r, (struct fake_options){.row_id_is_uuid = notion});
        fake_remote_set_config(w->fakes[i], r);
        remotes_replace(w->remotes, r, fake_remote_base(w->fakes[i]));
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

struct fake_table *world_table(struct world *w, int line, const char *flow,
                               struct fake_remote **ret)
{
    const struct flow *f = world_flow(w, line, flow);
    *ret = world_fake(w, line, f->remote->name);
    struct fake_table *t = fake_table(*ret, f->table);
    for (size_t i = 0; i < f->n_maps; i++)
        fake_column(t, f->maps[i].column, NULL);
    return t;
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
    struct world *w = xcalloc(1, sizeof *w);
    w->scn = scn;
    w->arena = arena;
    w->failures = (struct buf)BUF_INIT(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
        world_set(w, defaults[i].section, defaults[i].key, defaults[i].value);
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
    free(w->writes_before);
    free(w->kept_before);
    free(w);
}

/* ---------------------------------------------------------------- one sync */

static void on_cut(void *ctx, const char *what)
{
    struct world *w = ctx;
    (void)what;
    w->cuts++;
    if (w->die_at && w->cuts == w->die_at)
        kill(getpid(), SIGKILL);
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
    db_set_step_hook(w->db, on ? on_cut : NULL, w);
    for (size_t i = 0; i < WORLD_REMOTES; i++) {
        if (w->fakes[i])
            fake_set_hook(w->fakes[i], on ? on_cut : NULL, w);
    }
}

bool world_sync(struct world *w, const struct sync_step *step)
{
    struct engine e = {w->db, w->cfg, w->remotes};
    bool fine = true;
    w->cuts = 0;
    set_hooks(w, true);
    for (size_t i = 0; i < step->n; i++) {
        struct canceller c = {.step = step};
        struct run_options opt = step->opt;
        struct report report;
        opt.actor = "scenario";
        opt.listed_since = step->job_ms;
        if (step->cancel_phase >= 0) {
            opt.progress = on_progress;
            opt.ctx = &c;
        }
        const struct flow *f = config_flow(w->cfg, step->flows[i]);
        fine = !engine_run(&e, f, &opt, w->arena, &report) && fine;
        keep_report(w, &report);
    }
    set_hooks(w, false);
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
        world_sync(w, step);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    w->db = lab_open(w->store);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        world_fail(w, 0, "a killed sync ended by itself, status %d", status);
    return false;
}
