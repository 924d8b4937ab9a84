#include "bot/chat/send_limits.h"

#include <stdlib.h>

#define MINUTE_MS   60000
#define GROUP_SLACK 250 /* their clock and ours do not start a minute at the same moment */
#define SWEEP_FROM  64  /* chats kept before idle ones are forgotten */

struct chat_limit {
    int64_t id;
    int64_t due; /* when the gaps of all messages so far are over */
    int64_t hold_until;
    int64_t went[SEND_GROUP_MAX]; /* groups: a ring of the last sends; 0: none */
    unsigned at;
};

struct send_limits {
    unsigned chat_gap, per_minute, gap;
    int64_t last, hold_until;
    struct chat_limit *chats; /* those with something to remember */
    size_t n, cap;
};

struct send_limits *send_limits_new(unsigned chat_gap_ms, unsigned group_per_minute,
                                    unsigned gap_ms)
{
    struct send_limits *l = xcalloc(1, sizeof *l);
    l->chat_gap = chat_gap_ms;
    l->per_minute = group_per_minute > SEND_GROUP_MAX ? SEND_GROUP_MAX : group_per_minute;
    l->gap = gap_ms;
    l->last = INT64_MIN / 2;
    l->hold_until = INT64_MIN / 2;
    return l;
}

void send_limits_free(struct send_limits *l)
{
    if (!l)
        return;
    free(l->chats);
    free(l);
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static struct chat_limit *find(const struct send_limits *l, int64_t chat_id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->chats[i].id == chat_id)
            return &l->chats[i];
    return NULL;
}

/* The moment from which the ring has room for one more, when only `budget` of it may be used. */
static int64_t group_due(const struct chat_limit *c, unsigned budget)
{
    int64_t oldest = c->went[(c->at + SEND_GROUP_MAX - budget) % SEND_GROUP_MAX];
    return oldest ? oldest + MINUTE_MS + GROUP_SLACK : INT64_MIN / 2;
}

static int64_t chat_due(const struct send_limits *l, const struct chat_limit *c, bool intermediate)
{
    int64_t due = c->hold_until;
    if (l->chat_gap)
        due = max64(due, c->due - (int64_t)(SEND_BURST - 1) * l->chat_gap);
    if (c->id >= 0 || !l->per_minute)
        return due;
    due = max64(due, group_due(c, l->per_minute));
    unsigned share = l->per_minute * 3 / 4;
    if (intermediate && share) {
        int64_t last = c->went[(c->at + SEND_GROUP_MAX - 1) % SEND_GROUP_MAX];
        due = max64(due, group_due(c, share));
        due = last ? max64(due, last + MINUTE_MS / l->per_minute) : due;
    }
    return due;
}

static int64_t until(int64_t due, int64_t now)
{
    return due > now ? due - now : 0;
}

int64_t send_limits_wait_all(const struct send_limits *l, int64_t now)
{
    return until(max64(l->hold_until, l->last + l->gap), now);
}

int64_t send_limits_wait(const struct send_limits *l, int64_t chat_id, bool intermediate,
                         int64_t now)
{
    const struct chat_limit *c = find(l, chat_id);
    int64_t wait = c ? until(chat_due(l, c, intermediate), now) : 0;
    return max64(wait, send_limits_wait_all(l, now));
}

/* Nothing about it matters any more. */
static bool idle(const struct chat_limit *c, int64_t now)
{
    int64_t last = c->went[(c->at + SEND_GROUP_MAX - 1) % SEND_GROUP_MAX];
    return c->due <= now && c->hold_until <= now &&
           (!last || last + MINUTE_MS + GROUP_SLACK <= now);
}

static struct chat_limit *get(struct send_limits *l, int64_t chat_id, int64_t now)
{
    struct chat_limit *c = find(l, chat_id);
    if (c)
        return c;
    if (l->n >= SWEEP_FROM && l->n == l->cap) {
        size_t kept = 0;
        for (size_t i = 0; i < l->n; i++)
            if (!idle(&l->chats[i], now))
                l->chats[kept++] = l->chats[i];
        l->n = kept;
    }
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : SWEEP_FROM;
        l->chats = xrealloc(l->chats, l->cap, sizeof *l->chats);
    }
    c = &l->chats[l->n++];
    *c = (struct chat_limit){.id = chat_id, .due = INT64_MIN / 2, .hold_until = INT64_MIN / 2};
    return c;
}

void send_limits_went(struct send_limits *l, int64_t chat_id, int64_t now)
{
    struct chat_limit *c = get(l, chat_id, now);
    l->last = now;
    c->due = max64(c->due, now) + l->chat_gap;
    if (chat_id < 0) {
        c->went[c->at] = now ? now : 1;
        c->at = (c->at + 1) % SEND_GROUP_MAX;
    }
}

void send_limits_hold(struct send_limits *l, int64_t chat_id, int64_t ms, int64_t now)
{
    int64_t *hold = chat_id ? &get(l, chat_id, now)->hold_until : &l->hold_until;
    *hold = max64(*hold, now + ms);
}

size_t send_limits_held(const struct send_limits *l, int64_t now, int64_t *ids, size_t max,
                        int64_t *ret_wait)
{
    size_t n = 0;
    int64_t wait = -1;
    for (size_t i = 0; i < l->n; i++) {
        int64_t w = until(chat_due(l, &l->chats[i], false), now);
        if (!w)
            continue;
        if (n < max)
            ids[n++] = l->chats[i].id;
        wait = wait < 0 || w < wait ? w : wait;
    }
    *ret_wait = wait;
    return n;
}
