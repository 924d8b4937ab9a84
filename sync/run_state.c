#include "sync/run_state.h"

#include "store/base/clock.h"

#define LISTEN_MS 250

bool run_stopped(void *ctx)
{
    struct run_state *s = ctx;
    /* asked no more once it said so: whoever stops a run stops all of it */
    if (!s->stopped && s->opt->progress)
        s->stopped = !s->opt->progress(s->opt->ctx, &s->told);
    return s->stopped;
}

int run_progress(struct run_state *s, enum progress_phase phase, int64_t done, int64_t total,
                 struct err *err)
{
    s->told =
        (struct progress){phase, done, total, phase == PROGRESS_SEND ? s->sent : s->plan.counts};
    return run_stopped(s) ? err_set(err, ERR_CANCELED, "stopped on request") : 0;
}

void run_pause(struct run_state *s, int64_t ms)
{
    while (ms > 0) {
        int64_t part = ms > LISTEN_MS ? LISTEN_MS : ms;
        clock_sleep_ms(part, NULL);
        ms -= part;
        if (ms > 0 && run_stopped(s))
            return;
    }
}
