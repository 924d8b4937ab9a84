#include "bot/schedule.h"

#include "store/runs.h"
#include "sync/steps.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MAX_MS 3600000
/* A remote that refuses its token is asked again after this. */
#define PROBE_MS 3600000
/* Another process works with the remote. */
#define LANE_AGAIN_MS 1000
/* The first runs after a start are spread a little, so that they do not all fall into one second.
 */
#define SPREAD_MS 250
#define HELD_MAX  64
#define HELD_NAME 64

struct entry {
    const struct step *steps;
    struct step own[2];   /* steps of a flow that stands alone */
    enum err_kind *ended; /* how the steps of this round came out */
    size_t n, at;
    bool stop; /* a failed step ends the round */
    int64_t every_ms, next_ms;
    const char *name; /* of the flow or cycle; the config's */
    unsigned fails;
    bool taken;
    int64_t began_ms; /* of the first step of this round; 0: it has not begun */
};

struct schedule {
    pthread_mutex_t lock;
    const struct config *cfg;
    struct entry *list;
    size_t n;
    int64_t
        *probe_ms; /* by the remote's place in the config: while it refuses, when to ask again */
    char held[HELD_MAX][HELD_NAME];
    size_t n_held;
};

static int first_time(struct db *db, struct entry *e, size_t place, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct flow_state state;
    if (flow_state_get(db, step_name(&e->steps[0]), arena, &state, err))
        return -1;
    e->next_ms = state.checked_at ? state.checked_at + e->every_ms + (int64_t)place * SPREAD_MS : 0;
    return 0;
}

static void add_flow(struct schedule *s, const struct flow *f)
{
    struct entry *e = &s->list[s->n++];
    *e = (struct entry){.name = f->name, .every_ms = f->every_ms, .stop = true};
    if (f->direction != DIR_PUSH)
        e->own[e->n++] = (struct step){f, false};
    if (f->direction != DIR_PULL)
        e->own[e->n++] = (struct step){f, true};
    e->steps = e->own;
}

static void add_cycle(struct schedule *s, const struct cycle *c)
{
    s->list[s->n++] = (struct entry){.name = c->name,
                                     .steps = c->steps,
                                     .n = c->n,
                                     .every_ms = c->every_ms,
                                     .stop = !c->go_on};
}

int schedule_new(struct db *db, const struct config *cfg, struct schedule **ret, struct err *err)
{
    struct schedule *s = xcalloc(1, sizeof *s);
    s->cfg = cfg;
    s->list = xcalloc(cfg->n_flows + cfg->n_cycles, sizeof *s->list);
    s->probe_ms = xcalloc(cfg->n_remotes, sizeof *s->probe_ms);
    pthread_mutex_init(&s->lock, NULL);
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (cfg->flows[i]->every_ms)
            add_flow(s, cfg->flows[i]);
    }
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        if (cfg->cycles[i]->every_ms)
            add_cycle(s, cfg->cycles[i]);
    }
    for (size_t i = 0; i < s->n; i++) {
        s->list[i].ended = xcalloc(s->list[i].n, sizeof *s->list[i].ended);
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
    for (size_t i = 0; i < s->n; i++)
        free(s->list[i].ended);
    free(s->list);
    free(s->probe_ms);
    free(s);
}

/* ---------------------------------------------------------------- one round of an entry */

/* How long it rests after a round: twice as long for each that failed, up to an hour. */
static int64_t pause_of(const struct entry *e)
{
    int64_t pause = e->every_ms, most = pause > PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
    for (unsigned i = 0; i < e->fails && pause < most; i++)
        pause *= 2;
    return pause < most ? pause : most;
}

static void end_round(struct entry *e, int64_t now_ms)
{
    bool failed = false, refused = false;
    for (size_t i = 0; i < e->n; i++) {
        failed = failed || e->ended[i] != ERR_NONE;
        refused = refused || e->ended[i] == ERR_AUTH;
        e->ended[i] = ERR_NONE;
    }
    e->at = 0;
    e->began_ms = 0;
    if (!refused)
        e->fails = failed ? e->fails + 1 : 0;
    e->next_ms = now_ms + (refused ? e->every_ms : pause_of(e));
}

/* The step at hand came out so: on to the next one that is run, or to the end of the round. */
static void go_on(struct entry *e, enum err_kind ended, int64_t now_ms)
{
    e->ended[e->at] = ended;
    while (++e->at < e->n) {
        enum step_fate fate = steps_fate(e->steps, e->at, e->ended, e->stop);
        if (fate == STEP_RUN)
            return;
        if (fate == STEP_END)
            break;
        e->ended[e->at] = fate == STEP_REFUSED ? ERR_AUTH : ERR_TEMP;
    }
    end_round(e, now_ms);
}

/* ---------------------------------------------------------------- what is due */

static bool names(const struct lanes *l, const struct remote_config *remote)
{
    for (size_t i = 0; i < l->n; i++) {
        if (!strcmp(remote->name, l->names[i]))
            return true;
    }
    return false;
}

static int64_t *probe_of(const struct schedule *s, const struct remote_config *remote)
{
    size_t i = 0;
    while (s->cfg->remotes[i] != remote)
        i++;
    return &s->probe_ms[i];
}

/* Its remote refuses the token and has been asked within the hour. */
static bool is_held(const struct schedule *s, const struct step *step, const struct lanes *refused,
                    int64_t now_ms)
{
    const struct remote_config *remote = step->flow->remote;
    return names(refused, remote) && *probe_of(s, remote) > now_ms;
}

void schedule_hold(struct schedule *s, const char *const *names, size_t n)
{
    pthread_mutex_lock(&s->lock);
    s->n_held = n < HELD_MAX ? n : HELD_MAX;
    for (size_t i = 0; i < s->n_held; i++)
        str_copy(s->held[i], sizeof s->held[i], names[i]);
    pthread_mutex_unlock(&s->lock);
}

static bool is_paused(const struct schedule *s, const char *name)
{
    for (size_t i = 0; i < s->n_held; i++) {
        if (!strcmp(s->held[i], name))
            return true;
    }
    return false;
}

static bool step_is_paused(const struct schedule *s, const struct step *step)
{
    return is_paused(s, step->flow->name) || is_paused(s, step->flow->remote->name);
}

/* Nothing of the entry is run; what is paused alone is passed over as if it had gone well. */
static bool entry_is_paused(struct schedule *s, struct entry *e, int64_t now_ms)
{
    if (is_paused(s, e->name))
        return true;
    bool all = true;
    for (size_t i = 0; i < e->n; i++)
        all = all && step_is_paused(s, &e->steps[i]);
    while (!all && e->next_ms <= now_ms && step_is_paused(s, &e->steps[e->at]))
        go_on(e, ERR_NONE, now_ms);
    return all;
}

/* The entry's next step can be taken, once its lane is free. Steps of a held remote are passed over
 * where others can be run meanwhile; else *ret_wait_ms says how long to wait. */
static bool is_ready(const struct schedule *s, struct entry *e, const struct lanes *refused,
                     int64_t now_ms, int64_t *ret_wait_ms)
{
    *ret_wait_ms = e->next_ms - now_ms;
    while (*ret_wait_ms <= 0) {
        if (!is_held(s, &e->steps[e->at], refused, now_ms))
            return true;
        bool others = e->began_ms != 0;
        for (size_t i = e->at; i < e->n && !e->stop; i++)
            others = others || !is_held(s, &e->steps[i], refused, now_ms);
        if (!others) {
            *ret_wait_ms = *probe_of(s, e->steps[e->at].flow->remote) - now_ms;
            return false;
        }
        go_on(e, ERR_AUTH, now_ms);
        *ret_wait_ms = e->next_ms - now_ms;
    }
    return false;
}

/* Where the clock was set back, nothing waits until it is again what it was: each its own pause at
 * most, and the rest of a round that has begun not even that. */
static void follow_clock(struct schedule *s, int64_t now_ms)
{
    for (size_t i = 0; i < s->n; i++) {
        struct entry *e = &s->list[i];
        int64_t pause = e->began_ms ? LANE_AGAIN_MS : pause_of(e);
        if (e->next_ms - now_ms > pause + (int64_t)s->n * SPREAD_MS)
            e->next_ms = now_ms + pause;
        if (e->began_ms > now_ms)
            e->began_ms = now_ms;
    }
    for (size_t i = 0; i < s->cfg->n_remotes; i++) {
        if (s->probe_ms[i] - now_ms > PROBE_MS)
            s->probe_ms[i] = now_ms + PROBE_MS;
    }
}

bool schedule_take(struct schedule *s, int64_t now_ms, const struct lanes *busy,
                   const struct lanes *refused, struct due *ret, int64_t *ret_wait_ms)
{
    struct entry *best = NULL;
    *ret_wait_ms = -1;
    pthread_mutex_lock(&s->lock);
    follow_clock(s, now_ms);
    for (size_t i = 0; i < s->cfg->n_remotes; i++) {
        if (!names(refused, s->cfg->remotes[i]))
            s->probe_ms[i] = 0;
    }
    for (size_t i = 0; i < s->n; i++) {
        struct entry *e = &s->list[i];
        int64_t wait;
        if (e->taken || entry_is_paused(s, e, now_ms))
            continue;
        if (!is_ready(s, e, refused, now_ms, &wait)) {
            if (*ret_wait_ms < 0 || wait < *ret_wait_ms)
                *ret_wait_ms = wait;
        } else if (!names(busy, e->steps[e->at].flow->remote) &&
                   (!best || e->next_ms < best->next_ms)) {
            best = e;
        }
    }
    if (best) {
        const struct remote_config *remote = best->steps[best->at].flow->remote;
        best->taken = true;
        if (!best->began_ms)
            best->began_ms = now_ms;
        if (names(refused, remote))
            *probe_of(s, remote) = now_ms + PROBE_MS;
        *ret = (struct due){(size_t)(best - s->list), best->steps[best->at], best->began_ms};
    }
    pthread_mutex_unlock(&s->lock);
    return best != NULL;
}

void schedule_done(struct schedule *s, const struct due *d, const struct report *r, int64_t now_ms)
{
    pthread_mutex_lock(&s->lock);
    struct entry *e = &s->list[d->entry];
    int64_t *probe_ms = probe_of(s, d->step.flow->remote);
    e->taken = false;
    if (!r) {
        e->next_ms = now_ms + LANE_AGAIN_MS;
        *probe_ms = 0;
    } else {
        if (r->error && r->error_kind == ERR_AUTH)
            *probe_ms = now_ms + PROBE_MS;
        go_on(e, !r->error ? ERR_NONE : r->error_kind ? r->error_kind : ERR_TEMP, now_ms);
    }
    pthread_mutex_unlock(&s->lock);
}

int64_t schedule_next(struct schedule *s, const char *remote)
{
    int64_t next = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n; i++) {
        const struct entry *e = &s->list[i];
        bool asks = false;
        for (size_t j = e->at; j < e->n; j++)
            asks = asks || !strcmp(e->steps[j].flow->remote->name, remote);
        if (asks && !e->taken && (!next || e->next_ms < next))
            next = e->next_ms;
    }
    pthread_mutex_unlock(&s->lock);
    return next;
}

bool schedule_is_at(struct schedule *s, const char *step)
{
    bool at = false;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n; i++) {
        const struct entry *e = &s->list[i];
        for (size_t k = 0; e->began_ms && k < e->n && !at; k++)
            at = !strcmp(step_name(&e->steps[k]), step);
    }
    pthread_mutex_unlock(&s->lock);
    return at;
}
