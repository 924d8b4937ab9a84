#include "sync/run_state.h"

int run_progress(struct run_state *s, enum progress_phase phase, int64_t done, int64_t total,
                 struct err *err)
{
    struct progress p = {phase, done, total, phase == PROGRESS_SEND ? s->sent : s->plan.counts};
    if (s->opt->progress && !s->opt->progress(s->opt->ctx, &p))
        return err_set(err, ERR_CANCELED, "stopped on request");
    return 0;
}
