#include "sync/http.h"

#include "store/base/clock.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct limiter {
    pthread_mutex_t mutex;
    double rate, burst; /* rate <= 0: no limit but limiter_hold's */
    double tokens;
    int64_t filled_ms; /* when tokens was brought up to date; monotonic */
    int64_t hold_ms;   /* nobody before; monotonic */
};

struct limiter *limiter_new(double rate, double burst)
{
    struct limiter *l = xcalloc(1, sizeof *l);
    pthread_mutex_init(&l->mutex, NULL);
    l->rate = rate;
    l->burst = burst > 1 ? burst : 1;
    l->filled_ms = clock_mono_ms();
    return l;
}

void limiter_free(struct limiter *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->mutex);
    free(l);
}

void limiter_hold(struct limiter *l, int64_t ms)
{
    pthread_mutex_lock(&l->mutex);
    int64_t until = clock_mono_ms() + ms;
    if (until > l->hold_ms)
        l->hold_ms = until;
    pthread_mutex_unlock(&l->mutex);
}

int64_t limiter_take(struct limiter *l)
{
    pthread_mutex_lock(&l->mutex);
    int64_t now = clock_mono_ms(), wait = 0;
    l->tokens += (double)(now - l->filled_ms) * l->rate / 1000.0;
    if (l->tokens > l->burst)
        l->tokens = l->burst;
    l->filled_ms = now;
    if (now < l->hold_ms)
        wait = l->hold_ms - now;
    else if (l->rate > 0 && l->tokens < 1)
        wait = (int64_t)ceil((1 - l->tokens) * 1000.0 / l->rate);
    else
        l->tokens -= l->rate > 0 ? 1 : 0;
    pthread_mutex_unlock(&l->mutex);
    return wait;
}
