/* report.h: what came of running one flow, for the chat, the shell and the job's row. */
#ifndef SYNC_REPORT_H
#define SYNC_REPORT_H

#include "store/base/arena.h"
#include "store/base/json.h"
#include "store/runs.h"

#define REPORT_SAMPLES 8
#define REPORT_NAMES   3 /* of records that are told by name */

struct report {
    const char *flow;         /* the step's name: "people", "people:push" */
    bool push;                /* counts are of rows written in the remote */
    bool marks;               /* a push: rows that it deletes are marked as such */
    int64_t run;              /* 0: nothing worth a run was found */
    const char *state;        /* done, failed, stopped, cancelled, skipped */
    struct counts counts;     /* invalid: new in this run */
    int64_t read;             /* rows the remote sent */
    int64_t known;            /* records in step with the table after the run */
    int64_t waiting, invalid; /* all rows in quarantine after the run … */
    int64_t unread;           /* … but for records that were not sent for cells nobody can read */
    int64_t new_unread;       /* such cells that this run met for the first time */
    int64_t freed;            /* rows that left quarantine */
    int64_t unnamed;          /* records that no row names any more, where that is only told */
    const char *unnamed_names; /* of the first of them, or NULL */
    int64_t plan;              /* 0, or the plan that was kept for approval */
    int64_t future;            /* rows dated in the future that were not told of before */
    const char *future_row;    /* the first of them, or NULL */
    int64_t held, gone; /* applying a kept plan: ops that came since; ops no longer called for */
    int64_t took_ms;
    bool full, dry_run;
    bool complete; /* a whole listing: references to absent rows are invalid in this job */
    enum err_kind error_kind;
    const char *error; /* NULL: none */
    struct sample { /* one reason and the first row that came into quarantine for it in this run */
        const char *remote_id, *reason, *detail;
        bool waiting;
        int64_t n; /* how many rows did */
    } samples[REPORT_SAMPLES];
    size_t n_samples;
};

/* One JSON object; report_from_json reads it back into the arena. */
void report_to_json(const struct report *r, struct buf *out);
int report_from_json(const cJSON *tree, struct arena *arena, struct report *ret, struct err *err);

/* True when the run changed nothing anywhere and all went well. */
bool report_is_quiet(const struct report *r);

/* What the engine tells while it works. */
enum progress_phase {
    PROGRESS_READ,
    PROGRESS_JUDGE,
    PROGRESS_LOOK,
    PROGRESS_APPLY,
    PROGRESS_SEND, /* rows written in the remote */
};
struct progress {
    enum progress_phase phase;
    int64_t done, total; /* total 0: unknown */
    struct counts counts;
};

#endif
