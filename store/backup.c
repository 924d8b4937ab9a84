#include "store/backup.h"

#include "store/base/buf.h"
#include "store/db.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "backup-"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *backup_dir(const struct backup_place *p, struct arena *arena)
{
    const char *slash = strrchr(p->store, '/');
    if (p->dir)
        return p->dir;
    if (!slash)
        return ".";
    return slash == p->store ? "/" : arena_strndup(arena, p->store, (size_t)(slash - p->store));
}

static int newest_first(const void *x, const void *y)
{
    return strcmp(((const struct backup_file *)y)->name, ((const struct backup_file *)x)->name);
}

/* STORE.backup-20260701-120000, and nothing that only begins so (a copy under way has .part). */
static bool is_copy(const char *name, const char *store)
{
    size_t n = strlen(store);
    if (strncmp(name, store, n) || strncmp(name + n, "." PREFIX, strlen("." PREFIX)))
        return false;
    const char *stamp = name + n + strlen("." PREFIX);
    return strlen(stamp) >= 15 && strspn(stamp, "0123456789-") == strlen(stamp);
}

int backup_list(const struct backup_place *p, struct arena *arena, struct backup_file **ret,
                size_t *ret_n, struct err *err)
{
    const char *dir = backup_dir(p, arena), *store = base_name(p->store);
    struct backup_file *list = NULL;
    size_t n = 0, cap = 0;
    DIR *d = opendir(dir);
    if (!d && errno != ENOENT)
        return err_set(err, ERR_LOCAL, "%s: %s", dir, strerror(errno));
    for (struct dirent *e; d && (e = readdir(d));) {
        struct stat st;
        if (!is_copy(e->d_name, store) || stat(arena_printf(arena, "%s/%s", dir, e->d_name), &st))
            continue;
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct backup_file){.name = arena_strdup(arena, e->d_name),
                                         .bytes = st.st_size,
                                         .at = (int64_t)st.st_mtime * 1000};
    }
    if (d)
        closedir(d);
    if (n)
        qsort(list, n, sizeof *list, newest_first);
    *ret = list;
    *ret_n = n;
    return 0;
}

static int copy(const char *store, const char *part, const char *path, struct err *err)
{
    struct db *db = NULL;
    int bad = db_open(store, DB_READ, &db, err) || db_backup(db, part, err);
    db_close(db);
    if (!bad && rename(part, path))
        bad = err_set(err, ERR_LOCAL, "%s: %s", path, strerror(errno));
    if (bad)
        unlink(part);
    return bad ? -1 : 0;
}

static int drop_old(const struct backup_place *p, const char *dir, const char *newest,
                    struct arena *arena, int *ret, struct err *err)
{
    struct backup_file *list;
    size_t n;
    *ret = 0;
    if (backup_list(p, arena, &list, &n, err))
        return -1;
    for (size_t i = (size_t)(p->keep > 1 ? p->keep : 1); i < n; i++) {
        if (strcmp(list[i].name, newest) &&
            !unlink(arena_printf(arena, "%s/%s", dir, list[i].name)))
            (*ret)++;
    }
    return 0;
}

int backup_make(const struct backup_place *p, int64_t now, struct arena *arena,
                struct backup_file *ret, int *ret_dropped, struct err *err)
{
    char stamp[32];
    struct tm tm;
    struct stat st;
    time_t s = (time_t)(now / 1000);
    const char *dir = backup_dir(p, arena);
    if (p->dir && mkdir(dir, 0700) && errno != EEXIST)
        return err_set(err, ERR_LOCAL, "%s: %s", dir, strerror(errno));
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", gmtime_r(&s, &tm));
    const char *name = arena_printf(arena, "%s." PREFIX "%s", base_name(p->store), stamp);
    const char *path = arena_printf(arena, "%s/%s", dir, name);
    const char *part = arena_printf(arena, "%s.part", path);
    if (!access(path, F_OK))
        return err_set(err, ERR_LOCAL, "%s is there already; try again in a second", name);
    unlink(part); /* left behind by a copy that was killed */
    if (copy(p->store, part, path, err) || drop_old(p, dir, name, arena, ret_dropped, err))
        return -1;
    *ret = (struct backup_file){.name = name, .bytes = stat(path, &st) ? 0 : st.st_size, .at = now};
    return 0;
}
