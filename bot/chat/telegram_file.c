#include "bot/chat/telegram_file.h"

#include "bot/chat/telegram_codec.h"
#include "store/base/clock.h"
#include "store/base/secret.h"
#include "sync/http.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_MAX   4096
#define PATH_MAX_ 4096
#define ASK_S     15
#define FETCH_S   120 /* 20 MB over a festival's connection */

struct telegram_files {
    char *call_prefix; /* api_url/bot<TOKEN>/ : a secret */
    char *file_prefix; /* file_url/bot<TOKEN>/ : a secret; NULL: the paths are of this machine */
    _Atomic bool cancel;
    pthread_mutex_t lock; /* over what follows */
    struct http *http;
    int64_t not_before; /* monotonic ms: Telegram wants no getFile earlier */
};

static char *prefix(const char *url, const char *more, const char *token)
{
    struct buf b = BUF_INIT(URL_MAX);
    size_t n = strlen(url);
    while (n && url[n - 1] == '/')
        n--;
    buf_addn(&b, url, n);
    buf_addf(&b, "%s/bot%s/", more, token);
    return buf_take(&b);
}

struct telegram_files *telegram_files_new(const struct telegram_setup *setup)
{
    struct telegram_files *f = xcalloc(1, sizeof *f);
    bool local = str_eq(setup->file_url, TELEGRAM_FILES_LOCAL);
    f->call_prefix = prefix(setup->api_url, "", setup->token);
    if (!local)
        f->file_prefix = setup->file_url ? prefix(setup->file_url, "", setup->token)
                                         : prefix(setup->api_url, "/file", setup->token);
    f->http = http_new(&f->cancel);
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

void telegram_files_free(struct telegram_files *f)
{
    if (!f)
        return;
    http_free(f->http);
    secret_free(f->call_prefix);
    secret_free(f->file_prefix);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

void telegram_files_give_up(struct telegram_files *f)
{
    atomic_store(&f->cancel, true);
}

/* ---------------------------------------------------------------- where it lies */

/* Telegram has to be asked where the file lies; the answer is good for an hour. */
static int locate(struct telegram_files *f, const struct chat_file *file, struct arena *arena,
                  const char **ret_path, struct err *err)
{
    AUTO_FREE char *body = tg_body_get_file(file->id);
    AUTO_BUF url = BUF_INIT(URL_MAX);
    AUTO_ANSWER answer = {0};
    struct err failed = {0};
    int64_t size = 0, wait = f->not_before - clock_mono_ms();
    if (wait > 0) {
        err_set(err, ERR_TEMP, "telegram getFile: asked to wait");
        err->retry_s = (unsigned)((wait + 999) / 1000);
        return -1;
    }
    buf_addf(&url, "%sgetFile", f->call_prefix);
    struct http_request req = {.method = "POST",
                               .url = buf_str(&url),
                               .what = "telegram getFile",
                               .body = body,
                               .answer_max = TG_REPLY_BYTES,
                               .timeout_s = ASK_S,
                               .repeatable = true};
    http_do(f->http, &req, &answer, &failed);
    if (!answer.status) {
        *err = failed;
        return -1;
    }
    if (tg_read_file(answer.body, answer.body_len, answer.status, arena, ret_path, &size, err)) {
        if (err->retry_s)
            f->not_before = clock_mono_ms() + (int64_t)err->retry_s * 1000;
        return -1;
    }
    if (size > (int64_t)TG_DOWNLOAD_MAX)
        return err_set(err, ERR_DATA, "the file has more than 20 MB");
    return 0;
}

/* ---------------------------------------------------------------- its bytes */

/* A path of Telegram's: "documents/file_7.csv". One that climbs is none. */
static bool is_plain(const char *path)
{
    return *path != '/' && !strstr(path, "..");
}

static int download(struct telegram_files *f, const char *path, struct http_answer *answer,
                    struct err *err)
{
    AUTO_BUF url = BUF_INIT(URL_MAX);
    if (!is_plain(path))
        return err_set(err, ERR_DATA,
                       "telegram: the file lies at no path that can be asked for; a "
                       "Bot API server that keeps files here needs file_url = local");
    buf_add(&url, f->file_prefix);
    for (const char *at = path; *at;) {
        AUTO_BUF part = BUF_INIT(URL_MAX);
        size_t n = strcspn(at, "/");
        buf_addn(&part, at, n);
        http_escape(&url, buf_str(&part));
        at += n;
        if (*at) {
            buf_addc(&url, '/');
            at++;
        }
    }
    struct http_request req = {.method = "GET",
                               .url = buf_str(&url),
                               .what = "a file from telegram",
                               .answer_max = TG_DOWNLOAD_MAX + 1,
                               .timeout_s = FETCH_S,
                               .tries = 3,
                               .repeatable = true};
    return http_do(f->http, &req, answer, err);
}

/* A Bot API server of this machine names the file itself. */
static int read_local(const char *path, struct http_answer *answer, struct err *err)
{
    FILE *in = *path == '/' ? fopen(path, "rb") : NULL;
    struct buf b = BUF_INIT(TG_DOWNLOAD_MAX + 1);
    char part[65536];
    size_t n;
    if (!in)
        return err_set(err, ERR_DATA, "the file of the local Bot API server cannot be opened: %s",
                       *path == '/' ? strerror(errno) : "it names no path of this machine");
    while (!b.over && (n = fread(part, 1, sizeof part, in)) > 0)
        buf_addn(&b, part, n);
    bool bad = ferror(in) != 0;
    fclose(in);
    answer->body_len = b.len;
    bool over = b.over;
    answer->body = buf_take(&b);
    if (over)
        return err_set(err, ERR_DATA, "the file has more than 20 MB");
    return bad ? err_set(err, ERR_TEMP, "the file cannot be read") : 0;
}

/* Whole or not at all: under its name it stands only when all of it is on the disk. */
static int keep(const char *path, const struct http_answer *answer, struct err *err)
{
    char part[PATH_MAX_];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return err_set(err, ERR_LOCAL, "the path of a file is too long");
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t done = 0;
    ssize_t n = 0;
    while (fd >= 0 && done < answer->body_len &&
           (n = write(fd, answer->body + done, answer->body_len - done)) > 0)
        done += (size_t)n;
    bool bad = fd < 0 || done < answer->body_len || fsync(fd);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (bad || rename(part, path)) {
        why = bad ? why : errno;
        unlink(part);
        return err_set(err, ERR_LOCAL, "a file cannot be kept: %s", strerror(why));
    }
    return 0;
}

static int fetch(struct telegram_files *f, const struct chat_file *file, const char *path,
                 struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    AUTO_ANSWER answer = {0};
    const char *at;
    if (locate(f, file, arena, &at, err))
        return -1;
    if (f->file_prefix ? download(f, at, &answer, err) : read_local(at, &answer, err))
        return -1;
    if (answer.body_len > TG_DOWNLOAD_MAX)
        return err_set(err, ERR_DATA, "the file has more than 20 MB");
    if (file->size && (size_t)file->size != answer.body_len)
        return err_set(err, ERR_TEMP, "the file came with %zu bytes instead of %lld",
                       answer.body_len, (long long)file->size);
    return keep(path, &answer, err);
}

int telegram_files_fetch(struct telegram_files *f, const struct chat_file *file, const char *path,
                         struct err *err)
{
    if (file->size > (int64_t)TG_DOWNLOAD_MAX)
        return err_set(err, ERR_DATA, "the file has more than 20 MB");
    pthread_mutex_lock(&f->lock);
    int bad = fetch(f, file, path, err);
    pthread_mutex_unlock(&f->lock);
    return bad;
}
