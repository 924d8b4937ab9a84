/* e2e.h: a world for one test: a fresh folder, a sandbox that plays Telegram, Notion and Coda, and
 * the real daemon between them.
 *
 * Programs are taken from ROSTERD_BUILD, else from the build folder this test program lies in.
 * Every wait has an end. A helper that cannot do its work fails the test with what happened; a
 * failed test shows the end of the daemon's log. One thread. */
#ifndef TESTS_E2E_H
#define TESTS_E2E_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "tests/support/check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>

#define ADMIN      1001
#define SHELLS_MAX 16
#define WAIT       20000 /* ms: only a failing test waits that long */

/* Sanitizers make everything slower; bounds on time are stretched by this. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWER 4
#else
#define SLOWER 1
#endif

struct e2e_options {
    unsigned people, teams, participations; /* 0: 200, 20, 300 */
    unsigned speed;                         /* 0: 50 */
    const char *faults;                     /* share of faulty rows; NULL: 0.02 */
    bool two_way;                           /* the whole cycle, not only its pulls */
    bool grist;                             /* the configuration knows the played Grist */
};

struct e2e {
    char dir[128], config[160], store[160];
    unsigned port;
    pid_t sandbox, daemon; /* 0: not running */
    struct http *http;
    struct arena *arena;      /* for what the test reads; lives as long as the world */
    unsigned starts;          /* of the daemon */
    pid_t shells[SHELLS_MAX]; /* the latest */
    unsigned calls;           /* how many there were */
    bool done;
};

/* A world without a daemon; the configuration is the sandbox's, with log_level = debug. */
struct e2e *e2e_world(const struct e2e_options *o);
/* A world as most tests want it, with the daemon running. */
struct e2e *e2e_running(void);
/* The end of a test that went well: no token in any log or in the store, every call to Telegram
 * well-formed and no haste after a 429; a running daemon stops within 10 s with exit code 0. */
void e2e_done(struct e2e *e);
/* Ends all worlds of the test. */
int e2e_teardown(void **state);
#define E2E_TEST(f) cmocka_unit_test_teardown(f, e2e_teardown)
/* All of them, or the one that E2E_ONLY names; E2E_KEEP=1 keeps the folder of a failed one. */
#define E2E_RUN(name, tests)                                                                       \
    (cmocka_set_test_filter(getenv("E2E_ONLY")),                                                   \
     cmocka_run_group_tests_name((name), (tests), NULL, NULL))

/* ---- configuration: before the daemon starts */
void e2e_set(struct e2e *e, const char *section, const char *key, const char *value);

/* ---- processes */
void e2e_start(struct e2e *e); /* the daemon; returns when its threads run */
/* Sends the signal and waits for the end, at most ms. Returns the exit code, 128 + signal, or -1
 * when it did not end. */
int e2e_kill(struct e2e *e, int sig, int64_t ms);
void e2e_restart(struct e2e *e); /* kill -9 and start */
bool e2e_alive(struct e2e *e);
/* CPU time the daemon has used so far, ms. */
int64_t e2e_cpu_ms(const struct e2e *e);
/* Everything the daemon has said, all its lives. */
const char *e2e_log(struct e2e *e);

/* `rosterd -c CONFIG ARGS`, args separated by blanks. Output (stdout, then stderr) in the arena. */
struct shell {
    int code;
    const char *out;
};
struct shell e2e_shell(struct e2e *e, const char *args);
struct shell e2e_shell_in(struct e2e *e, const char *args, const char *input);
/* The same in the background. */
pid_t e2e_shell_start(struct e2e *e, const char *args, const char *input);
struct shell e2e_shell_end(struct e2e *e, pid_t pid, int64_t ms);

/* ---- the sandbox's control calls; the tree is the caller's (AUTO_JSON) */
cJSON *e2e_get(struct e2e *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
cJSON *e2e_post(struct e2e *e, const char *path, const char *fmt, ...) PRINTF_LIKE(3, 4);
void e2e_do(struct e2e *e, const char *path, const char *fmt, ...) PRINTF_LIKE(3, 4);
int64_t e2e_number(const cJSON *tree, const char *path);
int64_t e2e_stat(struct e2e *e, const char *path); /* of telegram/stats */

struct fault {
    const char *service, *path, *kind, *method;
    int after, count; /* count 0: one; -1: for ever */
    int retry_after, ms;
};
void e2e_fault(struct e2e *e, struct fault f);
int64_t e2e_fault_hits(struct e2e *e); /* of all faults ordered */

/* How often a service was asked, since the sandbox started. */
struct requests {
    int64_t reads, writes, limited;
};
struct requests e2e_requests(struct e2e *e, const char *service);

/* ---- people in the chat */
/* The new message's id. */
int64_t e2e_say(struct e2e *e, int64_t user, const char *text);
int64_t e2e_say_in(struct e2e *e, int64_t user, int64_t chat, const char *text);

struct said {
    int64_t id, edits;
    const char *text; /* plain; in the arena */
};
/* The newest message of the bot after message `after` (0: any) that says text; fails after ms. */
struct said e2e_wait(struct e2e *e, int64_t chat, int64_t after, const char *text, int64_t ms);
/* Says it and waits for the answer that holds `answer`. */
struct said e2e_ask(struct e2e *e, int64_t user, const char *text, const char *answer);
/* How many messages of the bot in the chat say text now. */
int e2e_count(struct e2e *e, int64_t chat, const char *text);
/* Presses the newest button with that word, `times` times; returns the press's id for
 * e2e_pressed. */
const char *e2e_press(struct e2e *e, int64_t user, const char *button, int times);
/* The words a press was answered with ("" for none). */
const char *e2e_pressed(struct e2e *e, const char *id);

/* ---- the store, read only; -1 or NULL while there is none */
int64_t e2e_int(struct e2e *e, const char *sql);
const char *e2e_text(struct e2e *e, const char *sql);
/* Entities, links, audit, runs that ended well and quarantine as one text. */
const char *e2e_snapshot(struct e2e *e);
const char *e2e_cursors(struct e2e *e);
/* The store holds what the sandbox says that it must hold. */
void e2e_check_facts(struct e2e *e);
/* The store is as it was when the snapshot was taken; else the first lines that differ. */
void e2e_check_same(struct e2e *e, const char *snapshot);
/* Keeps the remote's lane, as another sync with it would; lane_release frees it. */
int e2e_hold_lane(struct e2e *e, const char *remote);

#define E2E_UNTIL(ms, cond)                                                                        \
    do {                                                                                           \
        int64_t until_end = clock_mono_ms() + (ms);                                                \
        while (!(cond)) {                                                                          \
            if (clock_mono_ms() > until_end)                                                       \
                fail_msg("not within %lld ms: %s", (long long)(ms), #cond);                        \
            clock_sleep_ms(20, NULL);                                                              \
        }                                                                                          \
    } while (0)

#endif
