/* bench: how much a sync costs, as ratios against yardsticks of the same run: the machine's own
 * speed at reading the same listings and at writing as many plain rows. Called by bench.sh with a
 * configuration of the sandbox, and the name of one of its cycles if that is to be measured instead
 * of the reading of all tables. Prints a table; judges nothing. */
#include "store/base/base.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/dict.h"
#include "store/schema.h"
#include "sync/engine.h"
#include "sync/http.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EDITS 100 /* by hand, before the cycle that passes them on */

struct bench {
    struct config *cfg;
    struct db *db;
    struct db *watch; /* a second look at the store: has anything been written? */
    struct engine e;
    struct http *http; /* to the sandbox's control calls */
    const char *control;
    const struct step *steps; /* what is measured */
    size_t n_steps;
    const char *remote; /* whose requests are counted */
    int64_t jobs;
    int64_t rows; /* read by the last sync */
};

/* User and system seconds of this process: the sandbox's own work does not count. */
static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int fail(const char *what, const struct err *err)
{
    fprintf(stderr, "bench: %s: %s\n", what, err->msg);
    return -1;
}

static int count_rows(void *ctx, const struct remote_row *rows, size_t n, struct err *err)
{
    int64_t *total = ctx;
    (void)rows, (void)err;
    *total += (int64_t)n;
    return 0;
}

/* Yardstick 1: the listings alone, through HTTP and codec, thrown away. */
static int read_all(struct bench *b, struct err *err)
{
    b->rows = 0;
    for (size_t i = 0; i < b->n_steps; i++) {
        const struct flow *f = b->steps[i].flow;
        const char *columns[MODEL_FIELDS_MAX];
        AUTO_ARENA *arena = arena_new(1 << 20);
        struct remote *r;
        struct listing_end end;
        if (b->steps[i].push)
            continue;
        for (size_t k = 0; k < f->n_maps; k++)
            columns[k] = f->maps[k].column;
        struct listing want = {.table = f->table,
                               .columns = columns,
                               .n_columns = f->n_maps,
                               .overlap_ms = -1,
                               .on_page = count_rows,
                               .ctx = &b->rows};
        if (remotes_get(b->e.remotes, f->remote, &r, err) ||
            r->ops->list_changes(r, &want, arena, &end, err))
            return -1;
    }
    return 0;
}

/* Yardstick 2: as many rows of 200 bytes into a plain table with one index, in transactions of
 * 1,000. */
static int write_plain(struct bench *b, struct err *err)
{
    char text[201];
    memset(text, 'x', 200);
    text[200] = '\0';
    if (db_script(b->db, "CREATE TABLE yardstick(id INTEGER PRIMARY KEY, k TEXT UNIQUE, v TEXT)",
                  err))
        return -1;
    for (int64_t i = 0; i < b->rows; i++) {
        if (i % 1000 == 0 && ((i && db_commit(b->db, err)) || db_begin(b->db, err)))
            return -1;
        if (DB_RUN(b->db, err, "INSERT INTO yardstick(k, v) VALUES(:k, :v)",
                   B_TEXT(":k", STR_I64(i)), B_TEXT(":v", text)))
            return -1;
    }
    return db_commit(b->db, err) || db_script(b->db, "DROP TABLE yardstick", err) ? -1 : 0;
}

enum part { READING = 1, WRITING = 2 };

/* The steps in their order, as one job would. */
static int sync_steps(struct bench *b, enum part which, bool full, struct err *err)
{
    int64_t now = clock_now_ms();
    b->rows = 0;
    b->jobs++;
    for (size_t i = 0; i < b->n_steps; i++) {
        AUTO_ARENA *arena = arena_new(1 << 20);
        struct report r;
        struct run_options opt = {.full = full, .actor = "bench", .listed_since = now};
        if (!(which & (b->steps[i].push ? WRITING : READING)))
            continue;
        /* the tables are full of mistakes, and there is nobody to ask */
        opt.approve = true;
        if (engine_run(&b->e, &b->steps[i], &opt, arena, &r))
            return err_set(err, ERR_DATA, "%s: %s", r.flow, r.error);
        b->rows += r.read;
    }
    return 0;
}

static int first_reading(struct bench *b, struct err *err)
{
    return sync_steps(b, READING, true, err);
}

static int first_writing(struct bench *b, struct err *err)
{
    return sync_steps(b, WRITING, false, err);
}

static int full_compare(struct bench *b, struct err *err)
{
    return sync_steps(b, READING | WRITING, true, err);
}

static int quiet_sync(struct bench *b, struct err *err)
{
    return sync_steps(b, READING | WRITING, false, err);
}

/* ---------------------------------------------------------------- the sandbox */

static int ask_sandbox(struct bench *b, const char *call, const char *body, struct http_answer *ret,
                       struct err *err)
{
    AUTO_BUF url = BUF_INIT(1024);
    buf_addf(&url, "%s/_sandbox%s", b->control, call);
    struct http_request req = {.method = body ? "POST" : "GET",
                               .url = buf_str(&url),
                               .what = "the sandbox",
                               .body = body,
                               .content_type = "application/json"};
    return http_do(b->http, &req, ret, err);
}

static int edit_by_hand(struct bench *b, struct err *err)
{
    AUTO_ANSWER a = {0};
    AUTO_BUF body = BUF_INIT(1024);
    /* nothing that a brake would have to look at */
    buf_addf(&body, "{\"edits\":%d,\"kinds\":[\"%s phone\",\"%s status\",\"%s teams\",\"%s new\"]}",
             EDITS, b->remote, b->remote, b->remote, b->remote);
    return ask_sandbox(b, "/life", buf_str(&body), &a, err);
}

/* What the sandbox was asked so far, by that remote. */
static int requests(struct bench *b, int64_t *ret, struct err *err)
{
    AUTO_ANSWER a = {0};
    *ret = 0;
    AUTO_JSON *log = NULL;
    if (ask_sandbox(b, "/log", NULL, &a, err) || json_parse(a.body, a.body_len, &log, err))
        return -1;
    const cJSON *counters = json_at(log, "counters");
    const cJSON *of = counters ? json_at(counters, b->remote) : NULL;
    if (!of)
        return err_set(err, ERR_DATA, "the sandbox counts nothing of %s", b->remote);
    *ret = (int64_t)(json_at(of, "reads")->valuedouble + json_at(of, "writes")->valuedouble);
    return 0;
}

/* ---------------------------------------------------------------- all of it */

struct measure {
    const char *name;
    int (*before)(struct bench *b, struct err *err); /* not measured; NULL: nothing */
    int (*run)(struct bench *b, struct err *err);
    double wall, cpu;
    int64_t rows, requests;
    bool wrote;
};

static int measure_one(struct bench *b, struct measure *m, struct err *err)
{
    int64_t asked = 0, version = db_data_version(b->watch);
    if ((m->before && m->before(b, err)) || (b->remote && requests(b, &asked, err)))
        return -1;
    double cpu0 = cpu();
    int64_t t0 = clock_mono_ms();
    if (m->run(b, err))
        return -1;
    m->wall = (double)(clock_mono_ms() - t0) / 1000;
    m->cpu = cpu() - cpu0;
    m->rows = b->rows;
    m->wrote = db_data_version(b->watch) != version;
    if (!b->remote)
        return 0;
    if (requests(b, &m->requests, err))
        return -1;
    m->requests -= asked;
    return 0;
}

static int measure_all(struct bench *b, struct measure *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err err = {0};
        if (measure_one(b, &list[i], &err))
            return fail(list[i].name, &err);
    }
    return 0;
}

static void tell(const struct bench *b, const struct measure *list, size_t n)
{
    struct rusage u;
    double yard = list[0].cpu + list[1].cpu;
    printf("%-34s %8s %8s %8s %18s%s\n", "", "rows", "wall s", "cpu s", "cpu / yardsticks",
           b->remote ? " requests  store" : "");
    for (size_t i = 0; i < n; i++) {
        printf("%-34s %8lld %8.2f %8.3f %18.2f", list[i].name, (long long)list[i].rows,
               list[i].wall, list[i].cpu, list[i].cpu / yard);
        if (b->remote)
            printf(" %8lld  %s", (long long)list[i].requests, list[i].wrote ? "written" : "same");
        puts("");
    }
    getrusage(RUSAGE_SELF, &u);
    printf("%-34s %8ld MB at most\n", "memory", u.ru_maxrss / 1024);
}

/* Without a cycle all tables are read. */
static int choose_steps(struct bench *b, const char *cycle)
{
    for (size_t i = 0; cycle && i < b->cfg->n_cycles; i++) {
        const struct cycle *c = b->cfg->cycles[i];
        if (strcmp(c->name, cycle) != 0)
            continue;
        b->steps = c->steps;
        b->n_steps = c->n;
        b->remote = c->steps[0].flow->remote->name;
        return 0;
    }
    if (cycle)
        return fprintf(stderr, "bench: there is no [cycle %s]\n", cycle), -1;
    struct step *all = xcalloc(b->cfg->n_flows, sizeof *all);
    for (size_t i = 0; i < b->cfg->n_flows; i++)
        all[i] = (struct step){b->cfg->flows[i], false};
    b->steps = all;
    b->n_steps = b->cfg->n_flows;
    return 0;
}

static int open_all(struct bench *b, struct err *err)
{
    int applied;
    AUTO_BUF control = BUF_INIT(1024);
    if (db_open(b->cfg->store, DB_CREATE, &b->db, err) || schema_migrate(b->db, &applied, err) ||
        dict_fold_names(b->db, err) || db_open(b->cfg->store, DB_READ, &b->watch, err))
        return -1;
    for (size_t i = 0; i < b->n_steps && b->remote; i++) {
        const char *url = b->steps[i].flow->remote->api_url, *path = strrchr(url, '/');
        buf_clear(&control);
        buf_addn(&control, url, (size_t)(path - url));
    }
    b->control = xstrdup(buf_str(&control));
    b->http = http_new(NULL);
    return 0;
}

int main(int argc, char **argv)
{
    AUTO_BUF mistakes = BUF_INIT(1 << 16);
    struct bench b = {0};
    struct err err = {0};
    struct measure readings[] = {
        {.name = "read all, throw away (yardstick)", .run = read_all},
        {.name = "write plain rows (yardstick)", .run = write_plain},
        {.name = "first sync", .run = first_reading},
        {.name = "whole compare, no change", .run = full_compare},
        {.name = "incremental, no change", .run = quiet_sync},
        {.name = "incremental again", .run = quiet_sync},
    };
    struct measure rounds[] = {
        {.name = "read all, throw away (yardstick)", .run = read_all},
        {.name = "write plain rows (yardstick)", .run = write_plain},
        {.name = "first reading of all tables", .run = first_reading},
        {.name = "first writing, all in step", .run = first_writing},
        {.name = "cycle, what waited comes in", .run = quiet_sync},
        {.name = "cycle, no change", .run = quiet_sync},
        {.name = "cycle, 100 edits by hand", .before = edit_by_hand, .run = quiet_sync},
        {.name = "cycle, no change", .run = quiet_sync},
        {.name = "cycle, no change again", .run = quiet_sync},
        {.name = "nightly compare of everything", .run = full_compare},
    };
    log_set_level(LOG_ERR);
    if ((argc != 2 && argc != 3) || secret_init(&err) || config_load(argv[1], &b.cfg, &mistakes))
        return fprintf(stderr, "usage: bench CONFIG [CYCLE]\n%s", buf_str(&mistakes)), 2;
    http_global_init();
    if (choose_steps(&b, argv[2]))
        return 2;
    if (open_all(&b, &err))
        return fail("store", &err), 2;
    struct limiters *limiters = limiters_new(b.cfg);
    struct measure *list = b.remote ? rounds : readings;
    size_t n = b.remote ? ARRAY_LEN(rounds) : ARRAY_LEN(readings);
    b.e = (struct engine){b.db, b.cfg, remotes_new(b.cfg, limiters, NULL)};
    int bad = measure_all(&b, list, n);
    if (!bad)
        tell(&b, list, n);
    remotes_free(b.e.remotes);
    limiters_free(limiters);
    http_free(b.http);
    db_close(b.watch);
    db_close(b.db);
    config_free(b.cfg);
    return bad ? 1 : 0;
}
