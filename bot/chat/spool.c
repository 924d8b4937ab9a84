#include "bot/chat/spool.h"

#include "store/base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define PART_MS    ((int64_t)3600 * 1000) /* nothing is fetched for longer */

struct usage {
    int64_t bytes, files;
};

static bool folder_of(const char *store, char out[PATH_BYTES])
{
    return snprintf(out, PATH_BYTES, "%s.files", store) < PATH_BYTES - 64;
}

/* Looks at every file of the folder; those that are too old go. */
static struct usage look(const char *folder, int64_t now_ms)
{
    struct usage u = {0};
    DIR *d = opendir(folder);
    for (struct dirent *f; d && (f = readdir(d));) {
        char path[PATH_BYTES + 300];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        if (*f->d_name == '.' || lstat(path, &st) || !S_ISREG(st.st_mode))
            continue;
        size_t n = strlen(f->d_name);
        bool part = n > 5 && !strcmp(f->d_name + n - 5, ".part");
        int64_t age = now_ms - (int64_t)st.st_mtime * 1000;
        if (age > (part ? PART_MS : SPOOL_KEEP_MS) && !unlink(path))
            continue;
        u.bytes += st.st_size;
        u.files++;
    }
    if (d)
        closedir(d);
    return u;
}

void spool_prune(const char *store, int64_t now_ms)
{
    char folder[PATH_BYTES];
    if (folder_of(store, folder))
        look(folder, now_ms);
}

void spool_drop(const char *path)
{
    unlink(path);
}

int spool_fetch(struct chat *chat, const char *store, int64_t update, const struct chat_file *file,
                struct arena *arena, const char **ret_path, struct err *err)
{
    char folder[PATH_BYTES];
    struct stat st;
    if (!chat->ops->download || !file->id)
        return err_set(err, ERR_DATA, "there is no file to fetch");
    if (!folder_of(store, folder))
        return err_set(err, ERR_LOCAL, "the path of the store is too long");
    if (mkdir(folder, 0700) && errno != EEXIST)
        return err_set(err, ERR_LOCAL, "%s cannot be made: %s", folder, strerror(errno));
    const char *path = arena_printf(arena, "%s/%" PRId64, folder, update);
    if (lstat(path, &st)) {
        struct usage u = look(folder, clock_now_ms());
        if (u.files >= SPOOL_FILES_MAX || u.bytes + file->size > SPOOL_BYTES_MAX)
            return err_set(err, ERR_DATA, "too many files lie here already; try again tomorrow");
        if (chat->ops->download(chat, file, path, err))
            return -1;
    }
    *ret_path = path;
    return 0;
}
