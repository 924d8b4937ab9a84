/* limiter.h: the vendors' rate limits: a bucket that fills at the vendor's pace. */
#ifndef SANDBOX_LIMITER_H
#define SANDBOX_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

struct limiter {
    double burst;  /* requests that fit at once */
    double per_ms; /* refill */
    double level;
    int64_t at;
};

/* burst requests at once, then burst per window_ms on average. */
void limiter_init(struct limiter *limiter, double burst, double window_ms);

/* False when over the limit; then *ret_wait_ms says when one more fits. */
bool limiter_take(struct limiter *limiter, int64_t now, int64_t *ret_wait_ms);

#endif
