/* job_text.h: how a job looks in the chat, while it runs and when it is over. Pure; any thread. */
#ifndef BOT_JOB_TEXT_H
#define BOT_JOB_TEXT_H

#include "bot/bot.h"
#include "store/queue.h"
#include "sync/report.h"

struct job_view {
    const struct config *cfg;
    const struct job *job;
    const struct report *reports; /* of the finished steps */
    size_t n_reports;
    const struct step *current;  /* the step under way, or NULL while it waits */
    const struct progress *live; /* with current */
    int64_t phase_ms;            /* how long this phase has been going on, for rate and time left */
    bool stopping;
    bool nameless; /* read where people must not be named */
};

/* The message while it runs: title, finished steps, a bar with counts, Stop. */
void job_running(const struct job_view *v, enum lang lang, struct msg *m, struct buttons *b);

/* The message when it is over: what came out, the first reasons, the next steps
 * below the buttons that are there. */
void job_over(const struct job_view *v, enum lang lang, struct msg *m, struct buttons *b);

/* Records that no row of the flow names any more: they stay, and somebody may want to know. Adds
 * nothing where there are none. */
void job_unnamed(const struct config *cfg, const struct report *r, enum lang lang, struct msg *m);

/* «Люди, Службы», «Участие → Кода», a cycle's name, or «Всё». Appended to m. */
void job_title(const struct job_view *v, enum lang lang, struct msg *m);

/* The job's steps, at most JOB_STEPS_MAX, into ret; flow is NULL for one that the configuration has
 * no more. Returns how many there are. */
size_t job_steps(const struct config *cfg, const struct job *job, struct step *ret);

/* Reads job->results into the arena. */
int job_reports(const struct job *job, struct arena *arena, struct report **ret, size_t *ret_n,
                struct err *err);

#endif
