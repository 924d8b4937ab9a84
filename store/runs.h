/* runs.h: the history of runs, and what each flow remembers between them (cursor, state).
 * Writes belong inside the caller's transaction unless said otherwise. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "store/db.h"

struct counts {
    int64_t inserted, updated, unchanged, deleted, invalid, conflicts;
    int64_t ids; /* rows that got nothing but the id of their record: not among updated */
};

struct run {
    int64_t id, job;
    const char *flow, *kind, *actor, *state, *error; /* error may be NULL */
    int64_t started_at, finished_at;                 /* 0: not yet */
    struct counts counts;
};

/* The run of this flow that a crash left open: its id, or 0. It is continued, not begun anew. */
int runs_interrupted(struct db *db, const char *flow, int64_t *ret, struct err *err);
int runs_begin(struct db *db, const char *flow, const char *kind, const char *actor, int64_t job,
               int64_t at, int64_t *ret_id, struct err *err);
/* Adds to inserted, updated, deleted, invalid, conflicts, in the transaction that did them. */
int runs_add(struct db *db, int64_t id, const struct counts *more, struct err *err);
int runs_finish(struct db *db, int64_t id, const char *state, int64_t unchanged, const char *error,
                int64_t at, struct err *err);

int runs_get(struct db *db, int64_t id, struct arena *arena, struct run **ret, struct err *err);
/* Newest first, below before_id (0: from the newest), at most max. flow NULL: all. */
int runs_list(struct db *db, const char *flow, int64_t before_id, size_t max, struct arena *arena,
              struct run **ret, size_t *ret_n, struct err *err);

/* What a flow has read of a table and how. */
struct cursor {
    const char *flow, *remote, *tbl;
    const char *value;   /* NULL: read everything */
    const char *mapping; /* hash of the flow's mapping then */
    int64_t dict_rev, judged_rev;
    int64_t full_at, full_rows; /* 0: never */
    const char *columns;        /* names and types at the last complete listing, or NULL */
    int64_t updated_at;
};
/* *ret NULL when the flow never finished. */
int cursor_get(struct db *db, const char *flow, const char *remote, const char *tbl,
               struct arena *arena, struct cursor **ret, struct err *err);
int cursor_put(struct db *db, const struct cursor *c, struct err *err);
/* The next run reads everything; that the table was read before, and its size, stay known. */
int cursor_forget(struct db *db, const char *flow, const char *remote, const char *tbl,
                  struct err *err);

struct flow_state {
    const char *flow, *error, *error_kind; /* NULL: the last run was fine */
    int64_t checked_at, changed_run, error_at, fails;
};
/* Filled with zeros for a flow that never ran. */
int flow_state_get(struct db *db, const char *flow, struct arena *arena, struct flow_state *ret,
                   struct err *err);
/* It ran to its end; run 0: it found nothing. Writes at most once a minute when nothing is new. */
int flow_state_ok(struct db *db, const char *flow, int64_t run, int64_t at, struct err *err);
int flow_state_failed(struct db *db, const char *flow, const struct err *why, int64_t at,
                      struct err *err);

struct remote_state {
    int64_t ok_at, error_at, fails, hold_until;
    const char *error, *error_kind;
};
int remote_state_get(struct db *db, const char *remote, struct arena *arena,
                     struct remote_state *ret, struct err *err);
/* Like flow_state_ok: at most one write a minute. */
int remote_state_ok(struct db *db, const char *remote, int64_t at, struct err *err);
int remote_state_failed(struct db *db, const char *remote, const struct err *why, int64_t at,
                        struct err *err);
/* The remotes that refused their token when they were asked last. */
int remotes_refused(struct db *db, struct arena *arena, const char *const **ret, size_t *ret_n,
                    struct err *err);

#endif
