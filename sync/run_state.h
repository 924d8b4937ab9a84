/* run_state.h: what the parts of one run share. Private to the engine's files: engine.c (the order
 * of things), recover.c (writes nobody heard of), judge*.c (rows → plan), siblings.c (rows that
 * name others of their table), vanish.c (rows that are gone), mark*.c (rows that say so
 * themselves), push.c (records → plan), send.c (plan → remote), apply.c (plan → store). */
#ifndef SYNC_RUN_STATE_H
#define SYNC_RUN_STATE_H

#include "store/conflicts.h"
#include "store/dict.h"
#include "store/journal.h"
#include "sync/brakes.h"
#include "sync/engine.h"
#include "sync/mapping.h"
#include "sync/plan.h"
#include "sync/push/put.h"

struct unique_offer;
struct siblings;
struct jail_set; /* the step's rows in quarantine when the run began */

#define MOVED_MAX 16

struct run_state {
    struct engine *e;
    const struct step *step;
    const struct flow *flow;
    const char *name; /* the step's */
    const struct run_options *opt;
    struct arena *arena; /* the run's */
    struct arena *page;  /* one page's */
    struct report *rep;

    struct remote *remote;
    const struct dicts *dicts;
    const char **columns; /* flow->maps[i].column, then those of marks */
    size_t n_columns;
    bool reads_key; /* that of flow->key stands behind them: the remote does not tell keys apart */
    uint32_t mask;  /* fields the flow maps */
    uint32_t remote_wins;  /* fields whose conflicts the remote wins, unless … */
    uint32_t newest, ask;  /* … the later edit does, or a person is asked */
    struct conflict *open; /* conflicts that wait for a person, of all flows */
    size_t n_open;
    int64_t moved[MOVED_MAX]; /* links of the row being judged that it names by another part */
    size_t n_moved;
    struct unique_offer *offers; /* records that several rows name (unique.c) */
    size_t n_offers, cap_offers;
    struct intent *unheard; /* inserts into this table whose answer nobody heard */
    size_t n_unheard;

    struct progress told; /* the listener, last */
    bool stopped;         /* by the listener */

    int64_t started_ms, now_ms;
    int64_t store_rev, dict_rev;
    struct cursor *cursor; /* NULL: the flow never finished here */
    const char *columns_now;
    struct listing_end end;
    bool full;

    bool *listed; /* per map: the table it refers to was listed whole in this job, or is as it was
                     when it last was */
    bool any_listed;
    struct jail_set *jail;
    size_t n_jailed;         /* rows in it */
    bool rejudged;           /* rows were read again since what they name has changed (rejudge.h) */
    bool any_marked;         /* some row of the table is */
    const char **marks_seen; /* a push: rows of which a mark was planned, or found to be right */
    size_t n_marks_seen, cap_marks_seen;
    struct siblings *siblings; /* rows that name others of their own table; NULL: there are none */
    struct plan plan;
    struct brake_facts facts;
    bool asking;    /* the remote is being talked to */
    int64_t run_id; /* 0 until there is something to remember */

    /* a push */
    struct err held_marks; /* why the first marks wait for a person; ERR_NONE: none do */
    struct put_ctx put;
    bool described;     /* put.columns are known */
    struct counts sent; /* what the remote has taken so far */
    int64_t read_rev;   /* rev of the store when its own flow last read the table to the end */
    bool unsent;        /* the remote stopped before everything was sent: the cursor stays */
};

/* recover.c: writes of this flow whose answer nobody heard: found again, waited for, or given up.
 * Sets s->unheard to the inserts that are still open. */
int recover_unheard(struct run_state *s, struct err *err);
/* The unheard insert of that record, or NULL. */
const struct intent *recover_insert_of(const struct run_state *s, const char *local_id);

/* judge_rows.c: judges the staged rows and, when the store has moved, the quarantined ones. */
int judge_rows(struct run_state *s, struct err *err);

/* The base that its row has if it was made: what was sent. *ret lives in the run's arena. */
int recover_sent(struct run_state *s, const struct intent *in, const char **ret, struct err *err);

/* push.c: a flow that also reads sends nothing before it has read: it would make again what is
 * there. *ret: it has. */
int push_has_read(struct run_state *s, bool *ret, struct err *err);
/* Compares the records that may have changed with what their rows were last agreed to hold.
 */
int push_plan(struct run_state *s, struct err *err);
/* The rows of the table that the flow keeps, for the brakes. */
int push_count(struct run_state *s, struct err *err);

/* send.c: does what a push has planned, batch by batch, each announced in the journal first. */
int send_plan(struct run_state *s, struct err *err);

/* vanish.c: after a complete listing: counts what it did not show (facts) … */
int vanish_count(struct run_state *s, struct err *err);
/* … and, once the brakes allow, asks for each by id and plans what became of it. */
int vanish_plan(struct run_state *s, struct err *err);
/* The same without asking: what a brake shows to a human. */
int vanish_plan_unasked(struct run_state *s, struct err *err);

/* apply.c: makes the run's row, within a transaction, where it has none yet. */
int apply_open_run(struct run_state *s, struct err *err);
/* Does the plan in short transactions; the last one moves the cursor and closes the run.
 */
int apply_plan(struct run_state *s, struct err *err);
/* Writes the failure down, where it is worth a line. */
void apply_failure(struct run_state *s, const char *state, const struct err *why);

/* Tells the listener; ERR_CANCELED when it wants the run stopped, now or before. */
int run_progress(struct run_state *s, enum progress_phase phase, int64_t done, int64_t total,
                 struct err *err);
/* The same while the run waits: what was told last is told again. For remotes_listen; ctx is the
 * run_state. */
bool run_stopped(void *ctx);
/* Sleeps ms, at most until the listener wants the run stopped. */
void run_pause(struct run_state *s, int64_t ms);

#endif
