/* job_totals.h: what all steps of a job come to: its headline, and what is said below its lines.
 * Pure. */
#ifndef BOT_JOB_TOTALS_H
#define BOT_JOB_TOTALS_H

#include "bot/text/job_text.h"

/* In counts of rows and records; several flows carry the same ones. */
struct job_totals {
    int64_t took_ms, known, last_run;
    int64_t new_invalid, invalid, waiting; /* rows that were read */
    int64_t new_unsent, unsent, held_back; /* records that were to be sent */
    int64_t new_unread, unread;            /* cells that nobody can read; records held up by them */
    int64_t held, gone, changed_run, n_changed;
    int64_t n_brakes;
    bool braked_reading, braked_sending, first_marks; /* which kinds of brakes */
    bool quiet, failed, failed_reading, auth, cancelled, preview;
    bool reads_news, sends; /* a preview: something would come in; something is sent after it */
    size_t ran;
    const struct report *brake;
};

struct job_totals job_totals(const struct job_view *v);

/* A brake stops all of a step, but for the first marks: around those the rest is sent. False: what
 * the report counts was only planned. */
bool job_did(const struct report *r);

#endif
