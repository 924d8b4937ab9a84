#include "bot/alerts/alerts.h"

#include "bot/rights.h"
#include "store/base/clock.h"
#include "store/chat/alert_chats.h"
#include "sync/steps.h"

#include <string.h>

/* A remote that answers again within a minute was never down, to those who are told. */
#define GRACE_MS 60000

/* A run and what is known of its surroundings. */
struct news {
    const struct report *r;
    const char *actor;  /* NULL: the schedule */
    const char *remote; /* NULL: the flow is not in the configuration any more */
    struct remote_state state;
    struct alert *flow, *brake, *down, *auth; /* the open ones, or NULL */
    int64_t now;
};

static int read_news(struct db *db, const struct bot *bot, const struct report *r,
                     const char *actor, struct arena *arena, struct news *ret, struct err *err)
{
    struct step step;
    *ret = (struct news){.r = r, .actor = actor, .now = clock_now_ms()};
    if (config_step(bot->cfg, r->flow, &step))
        ret->remote = step.flow->remote->name;
    if (alerts_find_open(db, ALERT_FLOW, r->flow, arena, &ret->flow, err) ||
        alerts_find_open(db, ALERT_BRAKE, r->flow, arena, &ret->brake, err))
        return -1;
    if (!ret->remote)
        return 0;
    return remote_state_get(db, ret->remote, arena, &ret->state, err) ||
                   alerts_find_open(db, ALERT_REMOTE_DOWN, ret->remote, arena, &ret->down, err) ||
                   alerts_find_open(db, ALERT_REMOTE_AUTH, ret->remote, arena, &ret->auth, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- it works */

/* Another table of the remote that works proves nothing: a token may read and not write. */
static bool met(const struct alert *a, const struct news *n)
{
    return a && alert_has_step(a, n->r->flow);
}

static bool answers_again(const struct news *n)
{
    return met(n->down, n) || met(n->auth, n);
}

static int clear_remote(struct db *db, const struct news *n, struct err *err)
{
    if (met(n->down, n) && alerts_clear(db, ALERT_REMOTE_DOWN, n->remote, n->now, err))
        return -1;
    return met(n->auth, n) ? alerts_clear(db, ALERT_REMOTE_AUTH, n->remote, n->now, err) : 0;
}

static int worked(struct db *db, const struct news *n, struct err *err)
{
    if (clear_remote(db, n, err))
        return -1;
    if (n->flow && alerts_clear(db, ALERT_FLOW, n->r->flow, n->now, err))
        return -1;
    return n->brake ? alerts_clear(db, ALERT_BRAKE, n->r->flow, n->now, err) : 0;
}

/* ---------------------------------------------------------------- it does not */

static struct alert_news met_now(const struct news *n, enum alert_kind kind, const char *subject)
{
    return (struct alert_news){.kind = kind,
                               .subject = subject,
                               .detail = n->r->error,
                               .step = n->r->flow};
}

static bool actor_chat(const struct news *n, int64_t *ret)
{
    const char *colon = n->actor ? strchr(n->actor, ':') : NULL;
    return colon && !strncmp(n->actor, "telegram:", 9) &&
           base_parse_i64(colon + 1, 1, INT64_MAX, ret);
}

/* Who asked for the run reads it under their own message. */
static int actor_knows(struct db *db, const struct news *n, int64_t alert, struct err *err)
{
    int64_t chat;
    return actor_chat(n, &chat) ? alert_chat_set(db, alert, chat, 1, 0, err) : 0;
}

/* An admin who asked decides what they have met; of what an organizer meets only an admin may let
 * it through, who has to hear of it. */
static int actor_decides(struct db *db, const struct bot *bot, const struct news *n, bool *ret,
                         struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    const struct rights *r;
    int64_t id;
    *ret = n->actor != NULL;
    if (!actor_chat(n, &id))
        return 0;
    if (rights_of(bot, db, "telegram", id, n->now, arena, &r, err))
        return -1;
    *ret = r->whole >= ROLE_ADMIN;
    return 0;
}

static int refused(struct db *db, const struct news *n, struct err *err)
{
    struct alert_news a = met_now(n, ALERT_REMOTE_AUTH, n->remote);
    int64_t id;
    a.since = n->state.error_at;
    /* accepted meanwhile, and refused again to one that did not know: the schedule stops anew */
    bool anew = n->auth && !met(n->auth, n) && n->auth->since != n->state.error_at;
    if (alerts_raise(db, &a, n->now, &id, err) ||
        (anew && alerts_again(db, id, n->state.error_at, n->now, err)) ||
        (!n->auth && actor_knows(db, n, id, err)))
        return -1;
    /* what it met before has another name now */
    return alerts_drop(db, ALERT_REMOTE_DOWN, n->remote, n->now, err) ||
                   alerts_drop(db, ALERT_FLOW, n->r->flow, n->now, err)
               ? -1
               : 0;
}

static int unanswered(struct db *db, const struct news *n, struct err *err)
{
    struct alert_news a = met_now(n, ALERT_REMOTE_DOWN, n->remote);
    a.since = n->state.error_at;
    a.grace_ms = GRACE_MS;
    if (n->auth || (n->actor && !n->down))
        return 0;
    return alerts_raise(db, &a, n->now, NULL, err) ||
                   alerts_drop(db, ALERT_FLOW, n->r->flow, n->now, err)
               ? -1
               : 0;
}

static int braked(struct db *db, const struct bot *bot, const struct news *n, struct err *err)
{
    struct alert_news a = met_now(n, ALERT_BRAKE, n->r->flow);
    bool decides;
    int64_t id;
    a.ref = n->r->plan;
    if (clear_remote(db, n, err) || /* it has answered, or there would be nothing to stop */
        actor_decides(db, bot, n, &decides, err))
        return -1;
    if (decides && !n->brake)
        return 0;
    return alerts_raise(db, &a, n->now, &id, err) || (!n->brake && actor_knows(db, n, id, err)) ||
                   alerts_drop(db, ALERT_FLOW, n->r->flow, n->now, err)
               ? -1
               : 0;
}

static int failed(struct db *db, const struct bot *bot, const struct news *n, struct err *err)
{
    const struct alert_news a = met_now(n, ALERT_FLOW, n->r->flow);
    if (n->remote && n->r->error_kind == ERR_AUTH)
        return refused(db, n, err);
    if (n->remote && n->r->error_kind == ERR_TEMP && n->state.error)
        return unanswered(db, n, err);
    if (n->r->error_kind == ERR_LIMIT)
        return braked(db, bot, n, err);
    if (n->actor && !n->flow)
        return 0;
    return alerts_raise(db, &a, n->now, NULL, err);
}

/* ---------------------------------------------------------------- the run as a whole */

static bool says_nothing(const struct report *r)
{
    return r->dry_run || r->error_kind == ERR_CANCELED || report_is_skipped(r);
}

/* Whether there is something to write, seen before a transaction is begun for it. */
static bool is_news(const struct news *n)
{
    return n->r->error || n->flow || n->brake || answers_again(n);
}

static int judge(struct db *db, const struct bot *bot, const struct news *n, struct err *err)
{
    return n->r->error ? failed(db, bot, n, err) : worked(db, n, err);
}

int alerts_asked(struct db *db, const struct bot *bot, const struct report *r, const char *actor,
                 struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct news n;
    if (says_nothing(r))
        return 0;
    return read_news(db, bot, r, actor, arena, &n, err) || (is_news(&n) && judge(db, bot, &n, err))
               ? -1
               : 0;
}

static int unnamed(struct db *db, const struct news *n, struct err *err)
{
    const struct alert_news a = {.kind = ALERT_UNNAMED,
                                 .subject = n->r->flow,
                                 .num = n->r->unnamed,
                                 .detail = n->r->unnamed_names};
    return alerts_raise(db, &a, n->now, NULL, err);
}

int alerts_scheduled(struct db *db, const struct bot *bot, const struct report *r, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct news n;
    if (says_nothing(r))
        return 0;
    if (read_news(db, bot, r, NULL, arena, &n, err))
        return -1;
    bool names = r->unnamed && r->unnamed_names && !r->error;
    if (!is_news(&n) && !names)
        return 0;
    if (db_begin(db, err))
        return -1;
    if ((is_news(&n) && judge(db, bot, &n, err)) || (names && unnamed(db, &n, err))) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}
