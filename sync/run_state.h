/* run_state.h: what the parts of one run share. Private to the engine's files: engine.c (the order
 * of things), judge.c (rows → plan), vanish.c (rows that are gone), apply.c (plan → store). */
#ifndef SYNC_RUN_STATE_H
#define SYNC_RUN_STATE_H

#include "store/dict.h"
#include "sync/brakes.h"
#include "sync/engine.h"
#include "sync/mapping.h"
#include "sync/plan.h"

struct jail_set; /* the flow's rows in quarantine when the run began */

struct run_state {
    struct engine *e;
    const struct flow *flow;
    const struct run_options *opt;
    struct arena *arena; /* the run's */
    struct arena *page;  /* one page's */
    struct report *rep;

    struct remote *remote;
    const struct dicts *dicts;
    const char **columns; /* flow->maps[i].column */
    uint32_t mask;        /* fields the flow maps */
    uint32_t remote_wins; /* fields whose conflicts the remote wins */

    int64_t started_ms, now_ms;
    int64_t store_rev, dict_rev;
    struct cursor *cursor; /* NULL: the flow never finished here */
    const char *columns_now;
    struct listing_end end;
    bool full;

    bool *listed; /* per map: the table it refers to was listed whole in this job */
    bool any_listed;
    struct jail_set *jail;
    size_t n_jailed; /* rows in it */
    struct plan plan;
    struct brake_facts facts;
    bool asking;    /* the remote is being talked to */
    int64_t run_id; /* 0 until there is something to remember */
};

/* judge.c: judges the staged rows and, when the store has moved, the quarantined ones. */
int judge_rows(struct run_state *s, struct err *err);

/* vanish.c: after a complete listing: counts what it did not show (facts) … */
int vanish_count(struct run_state *s, struct err *err);
/* … and, once the brakes allow, asks for each by id and plans what became of it. */
int vanish_plan(struct run_state *s, struct err *err);
/* The same without asking: what a brake shows to a human. */
int vanish_plan_unasked(struct run_state *s, struct err *err);

/* apply.c: does the plan in short transactions; the last one moves the cursor and closes the run.
 */
int apply_plan(struct run_state *s, struct err *err);
/* Writes the failure down, where it is worth a line. */
void apply_failure(struct run_state *s, const char *state, const struct err *why);

/* Tells the listener; ERR_CANCELED when it wants the run stopped. */
int run_progress(struct run_state *s, enum progress_phase phase, int64_t done, int64_t total,
                 struct err *err);

#endif
