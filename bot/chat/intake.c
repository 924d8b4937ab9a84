#include "bot/chat/intake.h"

#include <stdlib.h>

/* Counted in time: what one message costs, and how much is saved up at most. */
struct measure {
    int64_t cost, most;
};

/* Whoever is known has paid a stranger's price for their first messages. */
static const struct measure stranger = {INTAKE_STRANGER_MS, INTAKE_STRANGER *INTAKE_STRANGER_MS};
static const struct measure known = {INTAKE_KNOWN_MS,
                                     INTAKE_STRANGER *INTAKE_STRANGER_MS +
                                         (INTAKE_KNOWN - INTAKE_STRANGER) * INTAKE_KNOWN_MS};
static const struct measure strangers = {INTAKE_STRANGERS_MS,
                                         INTAKE_STRANGERS *INTAKE_STRANGERS_MS};

struct bucket {
    int64_t user_id;
    int64_t due; /* when it will be full again */
    bool told;
};

struct intake {
    const int64_t *trusted;
    size_t n_trusted;
    struct bucket list[INTAKE_PEOPLE_MAX], all; /* of those who are not idle; of all strangers */
    size_t n;
};

struct intake *intake_new(const int64_t *trusted, size_t n)
{
    struct intake *in = xcalloc(1, sizeof *in);
    in->trusted = trusted;
    in->n_trusted = n;
    return in;
}

void intake_free(struct intake *in)
{
    free(in);
}

void intake_forget(struct intake *in)
{
    in->n = 0;
    in->all = (struct bucket){0};
}

/* Their bucket; a new one in place of an idle one, or of the one that is full soonest. */
static struct bucket *bucket_of(struct intake *in, int64_t user_id, int64_t now)
{
    size_t soonest = 0;
    for (size_t i = 0; i < in->n; i++) {
        if (in->list[i].user_id == user_id)
            return &in->list[i];
        if (in->list[i].due < in->list[soonest].due)
            soonest = i;
    }
    struct bucket *b = &in->list[soonest];
    if (in->n < INTAKE_PEOPLE_MAX && (!in->n || b->due > now))
        b = &in->list[in->n++];
    *b = (struct bucket){.user_id = user_id};
    return b;
}

static bool has_room(const struct bucket *b, const struct measure *m, int64_t now)
{
    int64_t used = b->due > now ? b->due - now : 0;
    return used + m->cost <= m->most;
}

static void spend(struct bucket *b, const struct measure *m, int64_t now)
{
    if (b->due <= now) {
        b->due = now;
        b->told = false;
    }
    b->due += m->cost;
}

static int is_known(const struct intake *in, struct db *db, const char *via, int64_t user_id,
                    bool *ret, struct err *err)
{
    int64_t n = 0;
    for (size_t i = 0; i < in->n_trusted && !n; i++)
        n = in->trusted[i] == user_id;
    if (!n && DB_INT(db, 0, &n, err,
                     "SELECT 1 FROM chat_user WHERE via = :via AND user_id = :user"
                     " AND role <> 'anyone'",
                     B_TEXT(":via", via), B_INT(":user", user_id)))
        return -1;
    *ret = n != 0;
    return 0;
}

static enum intake_fate full(struct bucket *b, const struct chat_update *u)
{
    bool tell = !b->told && (u->is_private || u->kind == UPDATE_PRESS);
    b->told = b->told || tell;
    return tell ? INTAKE_TELL : INTAKE_DROP;
}

int intake_judge(struct intake *in, struct db *db, const char *via, const struct chat_update *u,
                 int64_t now_ms, enum intake_fate *ret, struct err *err)
{
    bool friend = false;
    *ret = INTAKE_TAKE;
    if (u->kind == UPDATE_GONE || u->kind == UPDATE_BACK || u->kind == UPDATE_MOVED)
        return 0;
    struct bucket *b = bucket_of(in, u->user_id, now_ms);
    if (has_room(b, &stranger, now_ms) && has_room(&in->all, &strangers, now_ms)) {
        spend(b, &stranger, now_ms);
        spend(&in->all, &strangers, now_ms);
        return 0;
    }
    if (is_known(in, db, via, u->user_id, &friend, err))
        return -1;
    if (friend && has_room(b, &known, now_ms))
        spend(b, &known, now_ms);
    else
        *ret = full(b, u);
    return 0;
}
