#include "tests/e2e/e2e.h"

#include "store/base/secret.h"
#include "sync/http.h"
#include "sync/lane.h"
#include "tests/sandbox/ids.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORLDS_MAX 32
#define ARGS_MAX   24
#define FILE_MAX   ((size_t)64 << 20)
#define TAIL_BYTES 6000
#define STOP_MS    10000

static struct e2e *worlds[WORLDS_MAX];

/* ---------------------------------------------------------------- files */

static char *read_file(const char *path, size_t *ret_n)
{
    struct buf b = BUF_INIT(FILE_MAX);
    char part[65536];
    size_t n;
    FILE *f = fopen(path, "rb");
    while (f && (n = fread(part, 1, sizeof part, f)) > 0)
        buf_addn(&b, part, n);
    if (f)
        fclose(f);
    if (ret_n)
        *ret_n = b.len;
    buf_add(&b, "");
    char *text = buf_take(&b);
    return text ? text : xstrdup("");
}

static const char *file_text(struct e2e *e, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", e->dir, name);
    AUTO_FREE char *text = read_file(path, NULL);
    return arena_strdup(e->arena, text);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        fail_msg("cannot write %s", path);
}

static void remove_dir(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
        if (*f->d_name != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

/* The folder of the programs: this one's own lies in BUILD/tests/e2e. */
static const char *program(struct e2e *e, const char *name)
{
    char self[512] = "";
    const char *build = getenv("ROSTERD_BUILD");
    if (!build || !*build) {
        ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
        char *at = n > 0 ? strstr(self, "/tests/e2e/") : NULL;
        if (at)
            *at = '\0';
        build = at ? self : ".";
    }
    char *path = arena_printf(e->arena, "%s/%s", build, name);
    if (access(path, X_OK))
        path = arena_printf(e->arena, "./%s", name);
    if (access(path, X_OK))
        fail_msg("there is no %s; set ROSTERD_BUILD to the folder of the programs", name);
    return path;
}

/* ---------------------------------------------------------------- processes */

/* In the child: nothing but calls that are safe there. */
static void become(char *const argv[], const char *in, const char *out, const char *err)
{
    int i = open(in, O_RDONLY), o = open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int r = open(err, O_WRONLY | O_CREAT | O_APPEND, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
    dup2(i, 0);
    dup2(o, 1);
    dup2(r, 2);
    close(i);
    close(o);
    close(r);
    execv(argv[0], argv);
    _exit(127);
}

static pid_t spawn(char *const argv[], const char *in, const char *out, const char *err)
{
    pid_t pid = fork();
    if (pid == 0)
        become(argv, in, out, err);
    if (pid < 0)
        fail_msg("cannot fork");
    return pid;
}

/* The exit code, 128 + signal, or -1 when it does not end within ms. */
static int reap(pid_t pid, int64_t ms)
{
    int status;
    int64_t end = clock_mono_ms() + ms;
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (got < 0 || clock_mono_ms() > end)
            return -1;
        clock_sleep_ms(5, NULL);
    }
}

static size_t split(char *args, char **argv, size_t n)
{
    char *save = NULL;
    for (char *word = strtok_r(args, " ", &save); word && n + 1 < ARGS_MAX;
         word = strtok_r(NULL, " ", &save))
        argv[n++] = word;
    argv[n] = NULL;
    return n;
}

static void start_sandbox(struct e2e *e, const struct e2e_options *o)
{
    char *argv[ARGS_MAX] = {(char *)program(e, "rosterd-sandbox"), (char *)"--config", e->config,
                            (char *)"--store", e->store};
    char *out = arena_printf(e->arena, "%s/sandbox.out", e->dir);
    split(arena_printf(e->arena,
                       "--people %u --teams %u --participations %u --speed %u --faults %s%s%s",
                       o->people ? o->people : 200, o->teams ? o->teams : 20,
                       o->participations ? o->participations : 300, o->speed ? o->speed : 50,
                       o->faults ? o->faults : "0.02", o->two_way ? " --two-way" : "",
                       o->grist ? " --grist" : ""),
          argv, 5);
    e->sandbox = spawn(argv, "/dev/null", out, out);
    const char *said = NULL;
    E2E_UNTIL(WAIT, (said = strstr(file_text(e, "sandbox.out"), "127.0.0.1:")) != NULL &&
                        strchr(said, '\n'));
    e->port = (unsigned)strtoul(said + strlen("127.0.0.1:"), NULL, 10);
}

void e2e_start(struct e2e *e)
{
    char *argv[] = {(char *)program(e, "rosterd"), (char *)"-c", e->config, (char *)"run", NULL};
    char *out = arena_printf(e->arena, "%s/daemon.out", e->dir);
    size_t before = strlen(e2e_log(e));
    e->daemon = spawn(argv, "/dev/null", out, out);
    e->starts++;
    E2E_UNTIL(WAIT, strstr(e2e_log(e) + before, "event=started") || !e2e_alive(e));
    if (!e->daemon)
        fail_msg("the daemon ended at once");
}

bool e2e_alive(struct e2e *e)
{
    int status;
    if (e->daemon && waitpid(e->daemon, &status, WNOHANG) == e->daemon)
        e->daemon = 0;
    return e->daemon != 0;
}

int e2e_kill(struct e2e *e, int sig, int64_t ms)
{
    assert_true(e->daemon > 0);
    kill(e->daemon, sig);
    int code = reap(e->daemon, ms);
    if (code != -1)
        e->daemon = 0;
    return code;
}

void e2e_restart(struct e2e *e)
{
    assert_int_equal(e2e_kill(e, SIGKILL, WAIT), 128 + SIGKILL);
    e2e_start(e);
}

int64_t e2e_cpu_ms(const struct e2e *e)
{
    char path[64];
    long long user = 0, sys = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)e->daemon);
    AUTO_FREE char *text = read_file(path, NULL);
    const char *after = strrchr(text, ')'); /* the name may hold blanks */
    if (!after || sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user,
                         &sys) != 2)
        fail_msg("cannot read %s", path);
    return (user + sys) * 1000 / sysconf(_SC_CLK_TCK);
}

const char *e2e_log(struct e2e *e)
{
    return file_text(e, "daemon.out");
}

/* ---------------------------------------------------------------- the shell */

pid_t e2e_shell_start(struct e2e *e, const char *args, const char *input)
{
    char *argv[ARGS_MAX] = {(char *)program(e, "rosterd"), (char *)"-c", e->config};
    const char *in = "/dev/null";
    split(arena_strdup(e->arena, args), argv, 3);
    if (input) {
        in = arena_printf(e->arena, "%s/shell-%u.in", e->dir, e->calls);
        write_file(in, input);
    }
    unsigned n = e->calls++ % SHELLS_MAX;
    char *base = arena_printf(e->arena, "%s/shell-%u", e->dir, n);
    char *out = arena_printf(e->arena, "%s.out", base),
         *err = arena_printf(e->arena, "%s.err", base);
    unlink(out);
    unlink(err);
    return e->shells[n] = spawn(argv, in, out, err);
}

struct shell e2e_shell_end(struct e2e *e, pid_t pid, int64_t ms)
{
    struct shell s = {.code = reap(pid, ms)};
    unsigned n = 0;
    while (n < SHELLS_MAX - 1 && e->shells[n] != pid)
        n++;
    if (s.code == -1) {
        kill(pid, SIGKILL);
        reap(pid, WAIT);
    }
    s.out = arena_printf(e->arena, "%s%s", file_text(e, arena_printf(e->arena, "shell-%u.out", n)),
                         file_text(e, arena_printf(e->arena, "shell-%u.err", n)));
    if (s.code == -1)
        fail_msg("still running after %lld ms; so far it said:\n%s", (long long)ms, s.out);
    return s;
}

struct shell e2e_shell_in(struct e2e *e, const char *args, const char *input)
{
    return e2e_shell_end(e, e2e_shell_start(e, args, input), 60000);
}

struct shell e2e_shell(struct e2e *e, const char *args)
{
    return e2e_shell_in(e, args, NULL);
}

/* ---------------------------------------------------------------- configuration */

void e2e_set(struct e2e *e, const char *section, const char *key, const char *value)
{
    AUTO_BUF out = BUF_INIT(1 << 16);
    char *text = read_file(e->config, NULL), *rest = text, *line;
    bool inside = false, found = false;
    while ((line = strsep(&rest, "\n"))) {
        size_t n = strlen(key);
        bool heading = *line == '[';
        if (inside && !strncmp(line, key, n) && line[n] == ' ')
            continue; /* said anew below its section's name */
        if (*line || rest)
            buf_addf(&out, "%s\n", line);
        inside = heading ? !strcmp(line, section) : inside;
        if (heading && inside) {
            found = true;
            if (value)
                buf_addf(&out, "%s = %s\n", key, value);
        }
    }
    if (!found)
        buf_addf(&out, "\n%s\n%s = %s\n", section, key, value ? value : "");
    free(text);
    write_file(e->config, buf_str(&out));
}

/* ---------------------------------------------------------------- the world */

struct e2e *e2e_world(const struct e2e_options *o)
{
    static bool ready;
    struct err err = {0};
    struct e2e *e = xcalloc(1, sizeof *e);
    const char *base = getenv("TMPDIR");
    size_t at = 0;
    if (!ready) {
        assert_ok(secret_init(&err), err);
        http_global_init();
        ready = true;
    }
    while (at < WORLDS_MAX && worlds[at])
        at++;
    assert_true(at < WORLDS_MAX);
    snprintf(e->dir, sizeof e->dir, "%.80s/rosterd-e2e-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(e->dir))
        fail_msg("cannot make %s", e->dir);
    worlds[at] = e;
    snprintf(e->config, sizeof e->config, "%s/rosterd.ini", e->dir);
    snprintf(e->store, sizeof e->store, "%s/store.db", e->dir);
    e->arena = arena_new((size_t)1 << 30);
    e->http = http_new(NULL);
    start_sandbox(e, o);
    e2e_set(e, "[rosterd]", "log_level", "debug");
    return e;
}

struct e2e *e2e_running(void)
{
    struct e2e *e = e2e_world(&(struct e2e_options){0});
    e2e_start(e);
    return e;
}

int e2e_hold_lane(struct e2e *e, const char *remote)
{
    struct err err = {0};
    int lane = -1;
    assert_ok(lane_take(e->store, remote, WAIT, NULL, NULL, NULL, &lane, &err), err);
    return lane;
}

static void check_no_tokens(struct e2e *e)
{
    static const char *const tokens[] = {SB_TELEGRAM_TOKEN, "SANDBOX-TOKEN", SB_NOTION_TOKEN,
                                         SB_CODA_TOKEN, SB_GRIST_TOKEN};
    DIR *d = opendir(e->dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        char path[400];
        size_t n;
        /* what the test wrote itself, and the sandbox, which may show what it was sent */
        if (*f->d_name == '.' || strstr(f->d_name, ".in") || !strncmp(f->d_name, "sandbox", 7))
            continue;
        snprintf(path, sizeof path, "%s/%s", e->dir, f->d_name);
        AUTO_FREE char *text = read_file(path, &n);
        for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
            if (memmem(text, n, tokens[i], strlen(tokens[i])))
                fail_msg("the token %s stands in %s", tokens[i], f->d_name);
        }
    }
    if (d)
        closedir(d);
}

/* What a sanitizer says of the programs, also of those that were killed and so had no exit code. */
static void check_reports(struct e2e *e)
{
    DIR *d = opendir(e->dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        size_t n = strlen(f->d_name);
        if (n < 4 || (strcmp(f->d_name + n - 4, ".out") != 0 && strcmp(f->d_name + n - 4, ".err")))
            continue;
        const char *text = file_text(e, f->d_name), *at = strstr(text, "Sanitizer: ");
        if (!at)
            at = strstr(text, ": runtime error: ");
        if (!at)
            continue;
        while (at > text && at[-1] != '\n')
            at--;
        fail_msg("%s says: %.4000s", f->d_name, at);
    }
    if (d)
        closedir(d);
}

static void check_calls(struct e2e *e)
{
    AUTO_JSON *stats = e2e_get(e, "/telegram/stats");
    const cJSON *bad = json_at(stats, "malformed_last"), *hasty = json_at(stats, "violations_last");
    if (e2e_number(stats, "malformed"))
        fail_msg("malformed calls to Telegram: %s", cJSON_PrintUnformatted(bad));
    if (e2e_number(stats, "violations"))
        fail_msg("calls to Telegram before their time: %s", cJSON_PrintUnformatted(hasty));
}

void e2e_done(struct e2e *e)
{
    check_calls(e);
    if (e2e_alive(e))
        assert_int_equal(e2e_kill(e, SIGTERM, STOP_MS * SLOWER), 0);
    check_no_tokens(e);
    kill(e->sandbox, SIGTERM);
    assert_int_equal(reap(e->sandbox, STOP_MS * SLOWER), 0);
    e->sandbox = 0;
    check_reports(e);
    e->done = true;
}

static void tell_tail(struct e2e *e)
{
    const char *log = e2e_log(e);
    size_t n = strlen(log);
    fprintf(stderr, "---- the end of %s/daemon.out\n%s----\n", e->dir,
            log + (n > TAIL_BYTES ? n - TAIL_BYTES : 0));
}

static void end_world(struct e2e *e)
{
    pid_t *const pids[] = {&e->daemon, &e->sandbox};
    for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
        if (!*pids[i])
            continue;
        kill(*pids[i], SIGKILL);
        reap(*pids[i], WAIT);
    }
    if (!e->done && e->starts)
        tell_tail(e);
    if (e->done || !getenv("E2E_KEEP"))
        remove_dir(e->dir);
    http_free(e->http);
    arena_free(e->arena);
    free(e);
}

int e2e_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS_MAX; i++) {
        if (worlds[i])
            end_world(worlds[i]);
        worlds[i] = NULL;
    }
    return 0;
}
