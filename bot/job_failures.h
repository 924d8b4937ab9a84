/* job_failures.h: steps of a job that failed for one and the same reason, told in one line: a
 * remote that is down fails each of its steps. Pure; any thread. */
#ifndef BOT_JOB_FAILURES_H
#define BOT_JOB_FAILURES_H

#include "bot/text/job_text.h"

/* How the line of v->reports[at] is told: 0: by itself; else with so many others of its kind, in
 * the line of the first of them … */
size_t job_failures(const struct job_view *v, size_t at, bool *ret_first);

/* … which is this. */
void job_failures_add(const struct job_view *v, size_t at, size_t n, enum lang lang, struct msg *m);

#endif
