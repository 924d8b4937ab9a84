/* job_options.h: what a job does beside its plain steps; kept with the job as JSON. Pure. */
#ifndef BOT_JOB_OPTIONS_H
#define BOT_JOB_OPTIONS_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "store/base/err.h"

struct job_options {
    bool full;            /* whole listings */
    bool preview;         /* plans only, kept for approval */
    int64_t plan;         /* 0, or the approved plan to apply: one step */
    const int64_t *plans; /* several of them, one for each step; plan is 0 then */
    size_t n_plans;
    const char *cycle; /* the cycle that was asked for: its rules hold; NULL: a list of flows */
};

/* The approved plan that a step applies; 0: none. */
int64_t job_options_plan(const struct job_options *o, size_t step);

/* Appends them as JSON. */
void job_options_write(const struct job_options *o, struct buf *out);
/* Reads them back; cycle and plans live in the arena. ERR_DATA when json is none. */
int job_options_read(const char *json, struct arena *arena, struct job_options *ret,
                     struct err *err);

#endif
