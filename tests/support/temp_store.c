#include "tests/support/temp_store.h"

#include "store/base/log.h"
#include "store/base/secret.h"
#include "store/schema.h"
#include "tests/support/check.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void temp_dir_make(struct temp_dir *d)
{
    const char *base = getenv("TMPDIR");
    snprintf(d->path, sizeof d->path, "%.40s/rosterd-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(d->path)) {
        perror(d->path);
        abort();
    }
}

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
    (void)sb, (void)type, (void)ftw;
    return remove(path);
}

void temp_dir_remove(struct temp_dir *d)
{
    if (nftw(d->path, remove_one, 8, FTW_DEPTH | FTW_PHYS))
        perror(d->path);
}

/* Counts the names that hold part and puts the path of the last one into ret. */
static size_t look(const struct temp_dir *d, const char *part, char *ret, size_t size)
{
    size_t n = 0;
    DIR *dir = opendir(d->path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!strstr(e->d_name, part))
            continue;
        n++;
        snprintf(ret, size, "%s/%s", d->path, e->d_name);
    }
    if (dir)
        closedir(dir);
    return n;
}

size_t temp_dir_count(const struct temp_dir *d, const char *part)
{
    char path[512];
    return look(d, part, path, sizeof path);
}

const char *temp_dir_find(const struct temp_dir *d, const char *part)
{
    static char path[512];
    path[0] = '\0';
    look(d, part, path, sizeof path);
    return path;
}

int temp_store_setup(void **state)
{
    struct temp_store *t = xcalloc(1, sizeof *t);
    struct err err = {0};
    int applied;
    log_set_level(LOG_ERR);
    temp_dir_make(&t->dir);
    snprintf(t->path, sizeof t->path, "%s/store.db", t->dir.path);
    t->arena = arena_new((size_t)64 << 20);
    if (secret_init(&err) || db_open(t->path, DB_CREATE, &t->db, &err) ||
        schema_migrate(t->db, &applied, &err) || dict_fold_names(t->db, &err) ||
        dict_load(t->db, t->arena, &t->dicts, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        return -1;
    }
    *state = t;
    return 0;
}

int temp_store_teardown(void **state)
{
    struct temp_store *t = *state;
    db_close(t->db);
    arena_free(t->arena);
    temp_dir_remove(&t->dir);
    free(t);
    return 0;
}

const char *temp_store_file(const struct temp_store *t, const char *name)
{
    return arena_printf(t->arena, "%s/%s", t->dir.path, name);
}

int64_t temp_store_int(struct temp_store *t, const char *sql)
{
    struct err err = {0};
    int64_t n = 0;
    assert_ok(DB_INT(t->db, 0, &n, &err, sql), err);
    return n;
}

const char *temp_store_text(struct temp_store *t, const char *sql)
{
    AUTO_QUERY *q = NULL;
    struct err err = {0};
    assert_ok(db_query_n(t->db, sql, NULL, 0, &q, &err), err);
    int more = query_next(q, &err);
    assert_true(more >= 0);
    return more ? query_dup(q, 0, t->arena) : NULL;
}

void temp_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    if (!f || fputs(text, f) < 0 || fclose(f)) {
        perror(path);
        abort();
    }
}
