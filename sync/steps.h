/* steps.h: what becomes of the next step when those before it did not all end well: the one place
 * where jobs, the schedule and the shell decide it. Pure; any thread. */
#ifndef SYNC_STEPS_H
#define SYNC_STEPS_H

#include "sync/report.h"

struct config;
struct step;

enum step_fate {
    STEP_RUN,
    STEP_UNREAD,  /* skipped: it would send over what could not be read just now */
    STEP_REFUSED, /* skipped: its remote has just refused the token */
    STEP_DOWN,    /* skipped: its remote has just failed two steps on end, with all their tries */
    STEP_END,     /* neither it nor any later one is run */
};

/* What becomes of steps[at]. ended[i] says how each earlier one came out: ERR_NONE for well.
 * stop: a failed step keeps all later ones from running (a cycle with on_failure = stop); else only
 * those are skipped that could do no good. */
enum step_fate steps_fate(const struct step *steps, size_t at, const enum err_kind *ended,
                          bool stop);

/* What is told of a skipped step, as of one that ran: state "skipped", with the reason as its
 * error. */
struct report steps_skipped(const struct step *s, enum step_fate fate);
bool report_is_skipped(const struct report *r);

#endif
