#include "bot/pictures.h"

#include "store/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM    "rosterd-chart"
#define LIMIT_MS   4000
#define REST_MS    60000
#define LOOK_MS    10
#define MEMORY_MAX ((rlim_t)512 << 20)
#define SAID_MAX   160 /* of its complaint */
#define PNG_SIGN   "\x89PNG\r\n\x1a\n"

struct pictures {
    char *program;
    int64_t limit_ms;
    int64_t rest_until; /* monotonic ms; 0: it works */
};

/* In the folder of the running program: where make and make install put both. */
static char *beside(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n < 0 || (size_t)n >= sizeof path)
        return xstrdup(PROGRAM);
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    struct buf b = BUF_INIT(sizeof path + sizeof PROGRAM);
    buf_addn(&b, path, slash ? (size_t)(slash - path) + 1 : 0);
    buf_add(&b, PROGRAM);
    return buf_take(&b);
}

struct pictures *pictures_new(const struct pictures_parts *parts)
{
    struct pictures *p = xcalloc(1, sizeof *p);
    p->program = parts->program ? xstrdup(parts->program) : beside();
    p->limit_ms = parts->limit_ms ? parts->limit_ms : LIMIT_MS;
    return p;
}

void pictures_free(struct pictures *p)
{
    if (!p)
        return;
    free(p->program);
    free(p);
}

/* ---------------------------------------------------------------- one run */

/* Files in memory stand for pipes: nobody waits for a reader, and nothing grows past its limit. */
struct run {
    int in, out, said; /* -1: not open */
    pid_t pid;
};

static void run_close(struct run *r)
{
    const int fds[] = {r->in, r->out, r->said};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int run_open(struct run *r, const char *drawing)
{
    size_t n = strlen(drawing);
    r->in = memfd_create("drawing", MFD_CLOEXEC);
    r->out = memfd_create("picture", MFD_CLOEXEC);
    r->said = memfd_create("complaint", MFD_CLOEXEC);
    if (r->in < 0 || r->out < 0 || r->said < 0)
        return -1;
    if (write(r->in, drawing, n) != (ssize_t)n || lseek(r->in, 0, SEEK_SET))
        return -1;
    return 0;
}

/* In the child, after a fork of many threads: nothing that could take a lock. */
static _Noreturn void become(const char *program, const struct run *r)
{
    static char name[] = PROGRAM, *const argv[] = {name, NULL}, *const no_env[] = {NULL};
    const struct rlimit output = {PICTURE_MAX, PICTURE_MAX}, no_core = {0, 0};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(r->in, STDIN_FILENO) < 0 || dup2(r->out, STDOUT_FILENO) < 0 ||
        dup2(r->said, STDERR_FILENO) < 0 || setrlimit(RLIMIT_FSIZE, &output) ||
        setrlimit(RLIMIT_CORE, &no_core))
        _exit(126);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they map whole terabytes */
    const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
    if (setrlimit(RLIMIT_AS, &memory))
        _exit(126);
#endif
    execve(program, argv, no_env);
    _exit(127);
}

/* Has it ended within ms? Real time: this is not for a test's clock. */
static bool ended_within(pid_t pid, int64_t ms)
{
    siginfo_t info = {0};
    struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    /* where there is no such descriptor (an old kernel, a strict container) looks are short */
    int step = end.fd < 0 ? LOOK_MS : (int)ms;
    for (int64_t left = ms; left > 0 && !info.si_pid; left -= step) {
        if (poll(&end, end.fd < 0 ? 0 : 1, step) < 0 && errno == EINTR)
            step = LOOK_MS;
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT))
            break;
    }
    if (end.fd >= 0)
        close(end.fd);
    return info.si_pid != 0;
}

/* Waits for its end, at most ms; then it is killed. Returns its wait status; *ret_late. */
static int run_wait(const struct run *r, int64_t ms, bool *ret_late)
{
    int status = -1;
    *ret_late = !ended_within(r->pid, ms);
    if (*ret_late)
        kill(r->pid, SIGKILL);
    while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int read_all(int fd, size_t max, struct buf *out)
{
    char bytes[1 << 16];
    ssize_t n;
    if (lseek(fd, 0, SEEK_SET))
        return -1;
    for (size_t sum = 0; sum < max; sum += (size_t)n) {
        size_t want = max - sum < sizeof bytes ? max - sum : sizeof bytes;
        n = read(fd, bytes, want);
        if (n < 0 && errno == EINTR)
            n = 0;
        else if (n <= 0)
            return (int)n;
        else
            buf_addn(out, bytes, (size_t)n);
    }
    return 0;
}

/* Why it ended as it did, for the log. */
static int refused(const struct run *r, int status, struct err *err)
{
    AUTO_BUF said = BUF_INIT((size_t)SAID_MAX);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(err, ERR_LOCAL, PROGRAM " is not there");
    if (WIFSIGNALED(status))
        return err_set(err, ERR_DATA, PROGRAM " was ended by signal %d", WTERMSIG(status));
    read_all(r->said, SAID_MAX, &said);
    char *line = said.data ? said.data : NULL;
    if (line)
        line[strcspn(line, "\r\n")] = '\0';
    return err_set(err, ERR_DATA, PROGRAM " ended with %d: %s",
                   WIFEXITED(status) ? WEXITSTATUS(status) : -1, line ? line : "");
}

static int take_picture(const struct run *r, struct buf *ret, struct err *err)
{
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    if (read_all(r->out, PICTURE_MAX, &png))
        return err_set(err, ERR_LOCAL, "the picture cannot be read: %s", strerror(errno));
    if (png.len < 8 || memcmp(png.data, PNG_SIGN, 8) != 0)
        return err_set(err, ERR_DATA, PROGRAM " gave no picture");
    buf_addn(ret, png.data, png.len);
    return ret->over ? err_set(err, ERR_DATA, "the picture is too big") : 0;
}

static int run_program(struct pictures *p, struct run *r, struct buf *ret, struct err *err)
{
    bool late;
    r->pid = fork();
    if (r->pid < 0)
        return err_set(err, ERR_LOCAL, PROGRAM " cannot be started: %s", strerror(errno));
    if (!r->pid)
        become(p->program, r);
    int status = run_wait(r, p->limit_ms, &late);
    if (late) {
        p->rest_until = clock_mono_ms() + REST_MS;
        return err_set(err, ERR_TEMP, PROGRAM " ran for more than %lld ms", (long long)p->limit_ms);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return refused(r, status, err);
    return take_picture(r, ret, err);
}

int pictures_draw(struct pictures *p, const char *drawing, struct buf *ret, struct err *err)
{
    struct run r = {-1, -1, -1, 0};
    if (p->rest_until && clock_mono_ms() < p->rest_until)
        return err_set(err, ERR_TEMP, PROGRAM " was too slow a moment ago");
    p->rest_until = 0;
    int bad = run_open(&r, drawing)
                  ? err_set(err, ERR_LOCAL, "no memory for a picture: %s", strerror(errno))
                  : run_program(p, &r, ret, err);
    run_close(&r);
    return bad;
}
