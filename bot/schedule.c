#include "bot/schedule.h"

#include "store/runs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MAX_MS 3600000
/* The first runs after a start are spread a little, so that they do not all fall into one second.
 */
#define SPREAD_MS 250

struct entry {
    const struct flow *const *steps;
    const struct flow *one; /* steps of a flow that stands alone */
    size_t n, at;
    int64_t every_ms, next_ms;
    unsigned fails;
    bool taken, failed;
    int64_t began_ms; /* of the first step of this round */
};

struct schedule {
    pthread_mutex_t lock;
    struct entry *list;
    size_t n;
};

static int first_time(struct db *db, struct entry *e, size_t place, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct flow_state state;
    if (flow_state_get(db, e->steps[0]->name, arena, &state, err))
        return -1;
    e->next_ms = state.checked_at ? state.checked_at + e->every_ms + (int64_t)place * SPREAD_MS : 0;
    return 0;
}

int schedule_new(struct db *db, const struct config *cfg, struct schedule **ret, struct err *err)
{
    struct schedule *s = xcalloc(1, sizeof *s);
    s->list = xcalloc(cfg->n_flows + cfg->n_cycles, sizeof *s->list);
    pthread_mutex_init(&s->lock, NULL);
    for (size_t i = 0; i < cfg->n_flows; i++) {
        struct entry *e = &s->list[s->n];
        if (!cfg->flows[i]->every_ms)
            continue;
        *e = (struct entry){.one = cfg->flows[i], .n = 1, .every_ms = cfg->flows[i]->every_ms};
        e->steps = &e->one;
        s->n++;
    }
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        if (cfg->cycles[i]->every_ms)
            s->list[s->n++] = (struct entry){.steps = cfg->cycles[i]->steps,
                                             .n = cfg->cycles[i]->n,
                                             .every_ms = cfg->cycles[i]->every_ms};
    }
    for (size_t i = 0; i < s->n; i++) {
        if (first_time(db, &s->list[i], i, err)) {
            schedule_free(s);
            return -1;
        }
    }
    *ret = s;
    return 0;
}

void schedule_free(struct schedule *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s->list);
    free(s);
}

static bool is_busy(const char *lane, const char *const *busy, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(lane, busy[i]))
            return true;
    }
    return false;
}

bool schedule_take(struct schedule *s, int64_t now_ms, const char *const *busy, size_t n_busy,
                   struct due *ret, int64_t *ret_wait_ms)
{
    struct entry *best = NULL;
    *ret_wait_ms = -1;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n; i++) {
        struct entry *e = &s->list[i];
        if (e->taken)
            continue;
        int64_t wait = e->next_ms - now_ms;
        if (wait > 0) {
            if (*ret_wait_ms < 0 || wait < *ret_wait_ms)
                *ret_wait_ms = wait;
        } else if (!is_busy(e->steps[e->at]->remote->name, busy, n_busy) &&
                   (!best || e->next_ms < best->next_ms)) {
            best = e;
        }
    }
    if (best) {
        best->taken = true;
        if (best->at == 0)
            best->began_ms = now_ms;
        *ret = (struct due){(size_t)(best - s->list), best->steps[best->at], best->began_ms};
    }
    pthread_mutex_unlock(&s->lock);
    return best != NULL;
}

static int64_t pause_of(const struct entry *e, const struct report *r)
{
    int64_t pause = e->every_ms;
    if (r->error_kind == ERR_AUTH)
        return pause > PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
    for (unsigned i = 0; i < e->fails && pause < PAUSE_MAX_MS; i++)
        pause *= 2;
    int64_t most = e->every_ms > PAUSE_MAX_MS ? e->every_ms : PAUSE_MAX_MS;
    return pause < most ? pause : most;
}

void schedule_done(struct schedule *s, const struct due *d, const struct report *r, int64_t now_ms)
{
    pthread_mutex_lock(&s->lock);
    struct entry *e = &s->list[d->entry];
    e->taken = false;
    /* later steps build on this one: a failed step ends the cycle */
    bool over = r->error || ++e->at == e->n;
    if (over) {
        e->at = 0;
        e->fails = r->error ? e->fails + 1 : 0;
        e->next_ms = now_ms + pause_of(e, r);
    }
    pthread_mutex_unlock(&s->lock);
}

int64_t schedule_next(struct schedule *s, const char *flow)
{
    int64_t next = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < s->list[i].n; k++) {
            if (!strcmp(s->list[i].steps[k]->name, flow) && (!next || s->list[i].next_ms < next))
                next = s->list[i].next_ms;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return next;
}
