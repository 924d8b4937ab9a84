#include "sync/clocks.h"

#include "store/base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct host {
    char name[CLOCKS_HOST_MAX];
    int64_t heard_at; /* monotonic */
    int64_t ahead_ms; /* for certain, by its last answer */
    unsigned wrong;   /* answers in a row that are off by more than the limit */
};

struct clocks {
    pthread_mutex_t lock;
    struct host hosts[CLOCKS_HOSTS_MAX];
    size_t n;
};

struct clocks *clocks_new(void)
{
    struct clocks *c = xcalloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void clocks_free(struct clocks *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* The host's place; a new one takes that of the one that was silent the longest. */
static struct host *place_of(struct clocks *c, const char *name)
{
    struct host *oldest = c->hosts;
    for (size_t i = 0; i < c->n; i++) {
        if (!strncmp(c->hosts[i].name, name, CLOCKS_HOST_MAX - 1))
            return &c->hosts[i];
        if (c->hosts[i].heard_at < oldest->heard_at)
            oldest = &c->hosts[i];
    }
    struct host *h = c->n < CLOCKS_HOSTS_MAX ? &c->hosts[c->n++] : oldest;
    *h = (struct host){0};
    str_copy(h->name, sizeof h->name, name);
    return h;
}

static bool is_wrong(int64_t ahead_ms)
{
    return ahead_ms > CLOCKS_LIMIT_MS || ahead_ms < -CLOCKS_LIMIT_MS;
}

void clocks_note(struct clocks *c, const char *host, int64_t date_ms, int64_t asked_ms,
                 int64_t answered_ms)
{
    if (!c)
        return;
    /* their second may have begun up to a second before they wrote it down */
    int64_t least = asked_ms - date_ms - 1000, most = answered_ms - date_ms;
    int64_t ahead = least > 0 ? least : most < 0 ? most : 0;
    pthread_mutex_lock(&c->lock);
    struct host *h = place_of(c, host);
    h->heard_at = clock_mono_ms();
    h->ahead_ms = ahead;
    h->wrong = is_wrong(ahead) ? h->wrong + 1 : 0;
    pthread_mutex_unlock(&c->lock);
}

struct vote {
    int64_t ahead_ms;
    const struct host *host;
};

static int by_ahead(const void *x, const void *y)
{
    int64_t a = ((const struct vote *)x)->ahead_ms, b = ((const struct vote *)y)->ahead_ms;
    return (a > b) - (a < b);
}

/* Of an even number the one of the middle two that accuses us less; nothing where they accuse us of
 * opposite things. */
static struct vote median(const struct vote *votes, size_t n)
{
    struct vote low = votes[(n - 1) / 2], high = votes[n / 2];
    if (low.ahead_ms < 0 && high.ahead_ms > 0)
        return (struct vote){0, low.host};
    return low.ahead_ms >= 0 ? low : high;
}

void clocks_judge(struct clocks *c, struct clocks_verdict *ret)
{
    struct vote votes[CLOCKS_HOSTS_MAX];
    size_t n = 0;
    *ret = (struct clocks_verdict){0};
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < c->n; i++) {
        const struct host *h = &c->hosts[i];
        if (now - h->heard_at <= CLOCKS_FRESH_MS)
            votes[n++] = (struct vote){h->wrong >= CLOCKS_IN_A_ROW ? h->ahead_ms : 0, h};
    }
    if (n) {
        qsort(votes, n, sizeof *votes, by_ahead);
        struct vote v = median(votes, n);
        ret->known = true;
        ret->ahead_ms = v.ahead_ms;
        str_copy(ret->host, sizeof ret->host, v.host->name);
    }
    pthread_mutex_unlock(&c->lock);
}
