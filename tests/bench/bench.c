/* bench: how much a sync costs, as ratios against yardsticks of the same run: the machine's own
 * speed at reading the same listings and at writing as many plain rows. Called by bench.sh with a
 * configuration of the sandbox. Prints a table; judges nothing. */
#include "store/base/clock.h"
#include "store/base/secret.h"
#include "store/dict.h"
#include "store/schema.h"
#include "sync/engine.h"
#include "sync/http.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct bench {
    struct config *cfg;
    struct db *db;
    struct engine e;
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
    for (size_t i = 0; i < b->cfg->n_flows; i++) {
        const struct flow *f = b->cfg->flows[i];
        const char *columns[MODEL_FIELDS_MAX];
        AUTO_ARENA *arena = arena_new(1 << 20);
        struct remote *r;
        struct listing_end end;
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

static int sync_all(struct bench *b, bool full, struct err *err)
{
    int64_t now = clock_now_ms();
    b->rows = 0;
    for (size_t i = 0; i < b->cfg->n_flows; i++) {
        AUTO_ARENA *arena = arena_new(1 << 20);
        struct report r;
        struct run_options opt = {.full = full, .actor = "bench", .listed_since = now};
        struct step step = {b->cfg->flows[i], false};
        if (engine_run(&b->e, &step, &opt, arena, &r))
            return err_set(err, ERR_DATA, "%s: %s", r.flow, r.error);
        b->rows += r.read;
    }
    return 0;
}

static int first_sync(struct bench *b, struct err *err)
{
    return sync_all(b, true, err);
}

static int full_compare(struct bench *b, struct err *err)
{
    return sync_all(b, true, err);
}

static int quiet_sync(struct bench *b, struct err *err)
{
    return sync_all(b, false, err);
}

struct measure {
    const char *name;
    int (*run)(struct bench *b, struct err *err);
    double wall, cpu;
    int64_t rows;
};

static int measure_all(struct bench *b, struct measure *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err err = {0};
        double cpu0 = cpu();
        int64_t t0 = clock_mono_ms();
        if (list[i].run(b, &err))
            return fail(list[i].name, &err);
        list[i].wall = (double)(clock_mono_ms() - t0) / 1000;
        list[i].cpu = cpu() - cpu0;
        list[i].rows = b->rows;
    }
    return 0;
}

int main(int argc, char **argv)
{
    AUTO_BUF mistakes = BUF_INIT(1 << 16);
    struct bench b = {0};
    struct err err = {0};
    struct rusage u;
    int applied;
    struct measure list[] = {
        {"read all, throw away (yardstick)", read_all, 0, 0, 0},
        {"write plain rows (yardstick)", write_plain, 0, 0, 0},
        {"first sync", first_sync, 0, 0, 0},
        {"whole compare, no change", full_compare, 0, 0, 0},
        {"incremental, no change", quiet_sync, 0, 0, 0},
        {"incremental again", quiet_sync, 0, 0, 0},
    };
    log_set_level(LOG_ERR);
    if (argc != 2 || secret_init(&err) || config_load(argv[1], &b.cfg, &mistakes))
        return fprintf(stderr, "usage: bench CONFIG\n%s", buf_str(&mistakes)), 2;
    http_global_init();
    if (db_open(b.cfg->store, DB_CREATE, &b.db, &err) || schema_migrate(b.db, &applied, &err) ||
        dict_fold_names(b.db, &err))
        return fail("store", &err), 2;
    struct limiters *limiters = limiters_new(b.cfg);
    b.e = (struct engine){b.db, b.cfg, remotes_new(b.cfg, limiters, NULL)};
    int bad = measure_all(&b, list, ARRAY_LEN(list));
    double yard = list[0].cpu + list[1].cpu;
    printf("%-34s %8s %8s %8s %18s\n", "", "rows", "wall s", "cpu s", "cpu / yardsticks");
    for (size_t i = 0; i < ARRAY_LEN(list) && !bad; i++)
        printf("%-34s %8lld %8.2f %8.3f %18.2f\n", list[i].name, (long long)list[i].rows,
               list[i].wall, list[i].cpu, list[i].cpu / yard);
    getrusage(RUSAGE_SELF, &u);
    printf("%-34s %8ld MB at most\n", "memory", u.ru_maxrss / 1024);
    remotes_free(b.e.remotes);
    limiters_free(limiters);
    db_close(b.db);
    config_free(b.cfg);
    return bad ? 1 : 0;
}
