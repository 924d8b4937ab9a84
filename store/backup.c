#include "store/backup.h"

#include "store/base/buf.h"
#include "store/db.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define PREFIX     "backup-"
#define PART       ".part"             /* of a copy under way */
#define ROOM_BYTES ((int64_t)32 << 20) /* what a copy leaves free for the store */

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

struct paging {
    const struct backup_watch *w;
    int64_t bytes; /* of the store */
};

static bool on_pages(void *ctx, int64_t done, int64_t total)
{
    const struct paging *p = ctx;
    int64_t bytes = total > 0 ? (int64_t)((double)p->bytes * (double)done / (double)total) : 0;
    return !p->w->go_on || p->w->go_on(p->w->ctx, bytes, p->bytes);
}

static int copy(const char *store, const char *part, const char *path, struct paging *paging,
                struct err *err)
{
    struct db *db = NULL;
    int bad =
        db_open(store, DB_READ, &db, err) || db_backup_watched(db, part, on_pages, paging, err);
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

/* A copy that fills the disk would stop the store itself. */
static int check_room(const char *dir, int64_t bytes, struct err *err)
{
    struct statvfs fs;
    if (statvfs(dir, &fs))
        return 0; /* the copy will say what is wrong */
    int64_t left = (int64_t)(fs.f_bavail * fs.f_frsize);
    if (left >= bytes + ROOM_BYTES)
        return 0;
    return err_set(err, ERR_LOCAL,
                   "there is no room for a copy: it takes %lld MB, %lld MB are left",
                   (long long)((bytes + ROOM_BYTES) >> 20), (long long)(left >> 20));
}

/* Parts of copies, with SQLite's own files beside them. */
static void drop_parts(const char *dir, const char *store, struct arena *arena)
{
    size_t n = strlen(store);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        const char *rest = e->d_name + n;
        if (strncmp(e->d_name, store, n) || strncmp(rest, "." PREFIX, strlen("." PREFIX)))
            continue;
        rest += strlen("." PREFIX);
        rest += strspn(rest, "0123456789-");
        if (!strncmp(rest, PART, strlen(PART)))
            unlink(arena_printf(arena, "%s/%s", dir, e->d_name));
    }
    if (d)
        closedir(d);
}

int backup_make(const struct backup_place *p, const struct backup_watch *w, int64_t now,
                struct arena *arena, struct backup_file *ret, int *ret_dropped, struct err *err)
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
    const char *part = arena_printf(arena, "%s" PART, path);
    struct paging paging = {.w = w, .bytes = stat(p->store, &st) ? 0 : (int64_t)st.st_size};
    if (!access(path, F_OK))
        return err_set(err, ERR_LOCAL, "%s is there already; try again in a second", name);
    drop_parts(dir, base_name(p->store), arena);
    if (check_room(dir, paging.bytes, err) || copy(p->store, part, path, &paging, err) ||
        drop_old(p, dir, name, arena, ret_dropped, err))
        return -1;
    *ret = (struct backup_file){.name = name, .bytes = stat(path, &st) ? 0 : st.st_size, .at = now};
    return 0;
}
