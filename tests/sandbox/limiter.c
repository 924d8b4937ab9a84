/* limiter.c: see limiter.h. */
#include "tests/sandbox/limiter.h"

void limiter_init(struct limiter *limiter, double burst, double window_ms)
{
    *limiter = (struct limiter){.burst = burst, .per_ms = burst / window_ms, .level = burst};
}

bool limiter_take(struct limiter *limiter, int64_t now, int64_t *ret_wait_ms)
{
    if (limiter->at && now > limiter->at)
        limiter->level += (double)(now - limiter->at) * limiter->per_ms;
    if (limiter->level > limiter->burst)
        limiter->level = limiter->burst;
    limiter->at = now;
    if (limiter->level >= 1) {
        limiter->level -= 1;
        return true;
    }
    *ret_wait_ms = (int64_t)((1 - limiter->level) / limiter->per_ms) + 1;
    return false;
}
