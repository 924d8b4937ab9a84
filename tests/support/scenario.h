/* scenario.h: what a scenario file says, and the small world in which it is played.
 *
 * A file is a title (`# …`) and sections, played in order; tests/scenario/README.md has the
 * language. A struct world is one config, one store and the fake remotes of that config; one
 * thread. */
#ifndef TESTS_SUPPORT_SCENARIO_H
#define TESTS_SUPPORT_SCENARIO_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "sync/engine.h"
#include "tests/support/fake_remote.h"

/* ---------------------------------------------------------------- the text (scenario_text.c) */

struct line {
    int at; /* in the file */
    char *text;
};
struct section {
    int at;
    const char *verb, *arg; /* "[expect report people]": "expect", "report people" */
    struct line *lines;
    size_t n;
};
struct scenario {
    const char *path, *title;
    struct section *sections;
    size_t n;
};

/* Reads a file into the arena; ends the program with file:line when it is no scenario. */
struct scenario *scenario_read(const char *path, struct arena *arena);

/* "a | b | c" as trimmed texts; returns how many, at most max. */
size_t scenario_split(const char *text, struct arena *arena, char **ret, size_t max);

/* $P1, $P1~ (without dashes), $P1^ (upper case), ${remote/table/row} (the id that row's record is
 * born with) become UUIDs; scenario_names turns them back for messages. */
const char *scenario_ids(const char *text, struct arena *arena);
const char *scenario_names(const char *text, struct arena *arena);

/* A cell as written in a scenario as JSON, NULL when it is empty: 12, true, 'text', @$P1, @#d1, [a,
 * b], !error; everything else is text. */
const char *scenario_cell(const char *text, struct arena *arena);

/* ---------------------------------------------------------------- the world (scenario_world.c) */

#define WORLD_REMOTES 4
#define WORLD_DROPPED 8
#define WORLD_FLOWS   24
#define SYNC_FLOWS    24
#define CUTS_MAX      32768

/* One `sync …` step. */
struct sync_step {
    const char *flows[SYNC_FLOWS]; /* names of steps: "people", "people:push" */
    size_t n;
    struct run_options opt;
    int cancel_phase; /* enum progress_phase, -1: none */
    unsigned cancel_at;
    unsigned kill_at; /* dies before or after the n-th commit or remote call; 0: never */
    bool uncut;       /* not for the crash test: its end depends on where it was cut */
    int64_t job_ms;   /* when the job began: listings complete since then prove absence */
};

struct setting { /* one line of the config; value NULL: taken out */
    const char *section, *key, *value;
};
/* What every world begins with; scenario_flows.c. */
extern const struct setting scenario_settings[];
extern const size_t scenario_n_settings;

struct world {
    const struct scenario *scn;
    struct arena *arena;
    struct setting *settings;
    size_t n_settings, cap_settings;
    struct config *cfg;
    struct limiters *limiters;
    struct remotes *remotes;
    struct fake_remote *fakes[WORLD_REMOTES];
    struct { /* columns that somebody took away: they are not made again */
        const char *table, *column;
    } dropped[WORLD_DROPPED];
    size_t n_dropped;
    char store[600];
    struct db *db;
    int64_t born_ms;
    struct {
        const char *flow;
        struct report report;
    } reports[WORLD_FLOWS];
    size_t n_reports;
    struct sync_step last; /* the last sync, for the question whether it is quiet when repeated */
    bool last_fine, any_sync;
    char *writes_before, *kept_before; /* dumps taken before the last sync */
    unsigned cuts, die_at;             /* commits and remote calls of the sync under way */
    bool fresh[CUTS_MAX];              /* by cut: dying there leaves more than one cut earlier */
    int64_t wal_size, wal_ns;          /* of the store's log at the last cut */
    bool wrote_there;                  /* into a remote, since the last cut */
    unsigned writes, lose_at;          /* its calls that write; the answer of one may get lost */
    void *shared; /* where a child that is to die leaves its remotes; world_remotes.c */
    bool in_child;
    /* Set by the crash test: told of each sync before it is played. */
    void (*on_sync)(struct world *w, const struct sync_step *step, int line);
    void *on_sync_ctx;
    struct buf failures;
    size_t n_failures;
};

struct world *world_new(const struct scenario *scn, struct arena *arena);
void world_free(struct world *w);

/* "file:line: …" */
void world_fail(struct world *w, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
_Noreturn void world_broken(const struct world *w, int line, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

void world_set(struct world *w, const char *section, const char *key, const char *value);
/* Settings that stood aside are taken in: those of "-flow NAME" and of "-NAME SECTION". "grist"
 * puts its flows in the place of all others; what is used again afterwards stands beside them. */
void world_use(struct world *w, int line, const char *name);
void world_load_config(struct world *w,
                       int line); /* again after changes; remotes keep their rows */
const struct flow *world_flow(struct world *w, int line, const char *name);
struct fake_remote *world_fake(struct world *w, int line, const char *remote);
struct fake_table *world_table(struct world *w, int line, const char *flow,
                               struct fake_remote **ret);

/* Closes the store, opens another (or the same) in its place. */
void world_use_store(struct world *w, const char *path);

/* Plays one sync in this process; returns whether every flow went well. */
bool world_sync(struct world *w, const struct sync_step *step);
/* The same in a child that dies at cut `at`; returns false when the sync has fewer cuts than that.
 */
bool world_sync_killed(struct world *w, const struct sync_step *step, unsigned at);
/* The same, but the answer of the n-th call that writes does not arrive. */
bool world_sync_losing(struct world *w, const struct sync_step *step, unsigned at);
const struct report *world_report(const struct world *w, const char *flow);

/* ---------------------------------------------------------------- remotes (scenario_remotes.c) */

void world_open_shared(struct world *w);
void world_close_shared(struct world *w);
/* Rows, columns and clocks of all remotes as bytes, one after the other, and back. */
void world_save_remotes(struct world *w, struct buf *out);
void world_load_remotes(struct world *w, const char *bytes, size_t n);
/* What a child leaves for its parent after each call: counters and faults; rows when it wrote. */
void world_share(struct world *w, bool wrote);
void world_take_shared(struct world *w);
/* All rows of all tables, one a line, sorted; the ids of rows that the program made left out. */
void world_dump_remotes(struct world *w, struct buf *out);
/* text with the ids of those rows replaced by "made", its lines sorted within their sections. */
char *world_without_made(struct world *w, const char *text);
void world_count_anew(struct world *w);
unsigned world_write_calls(struct world *w); /* since then */

/* ---------------------------------------------------------------- playing (scenario_do.c,
 * _expect.c, _chat.c) */

/* Plays everything; failures are collected in w. */
void scenario_play(struct world *w);
void scenario_do(struct world *w, const struct line *step);
/* Rows, as people edit them. False: the step is none of these. */
bool scenario_do_rows(struct world *w, const struct line *l, char **word, size_t n);
void scenario_do_fault(struct world *w, const struct line *l, char **word, size_t n);
void scenario_do_set(struct world *w, const struct line *l, char **word, size_t n);
/* Columns, options, rules, formulas: what a remote is like. False: the step is none of these. */
bool scenario_do_remote(struct world *w, const struct line *l, char **word, size_t n);
/* What organizers do in the chat: pause, resume, settle, undo, say. False likewise. */
bool scenario_do_chat(struct world *w, const struct line *l, char **word, size_t n);
void scenario_expect_remote(struct world *w, const struct section *s);
void scenario_expect_writes(struct world *w, const struct section *s);
void scenario_expect_filled(struct world *w, const struct section *s);
/* What follows the first n words of a line. */
const char *scenario_rest(const char *text, int n);
void scenario_put_remote(struct world *w, const struct section *s);
void scenario_expect(struct world *w, const struct section *s);
/* The last sync once more: it must write nothing. */
void scenario_expect_quiet_repeat(struct world *w);

#endif
