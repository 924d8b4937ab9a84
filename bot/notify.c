#include "bot/notify.h"

#include "bot/job_text.h"
#include "bot/plan_text.h"
#include "store/base/clock.h"
#include "store/chatbox.h"
#include "store/people.h"
#include "sync/choose.h"
#include "sync/steps.h"

#include <stdio.h>
#include <string.h>

typedef void add_fn(struct msg *m, struct buttons *b, enum lang lang, void *ctx);

/* except: an actor ("telegram:1001") who knows already, or NULL. */
static int tell_admins(struct db *db, const struct bot *bot, const char *except, add_fn *add,
                       void *ctx, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    for (size_t i = 0; i < bot->cfg->n_admins; i++) {
        AUTO_MSG m = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        struct chat_user *known;
        char actor[40];
        snprintf(actor, sizeof actor, "telegram:%lld", (long long)bot->cfg->admins[i]);
        if (str_eq(actor, except))
            continue;
        if (people_get(db, "telegram", bot->cfg->admins[i], arena, &known, err))
            return -1;
        enum lang lang = lang_of(known ? known->lang : NULL, bot_default_lang(bot));
        add(&m, &b, lang, ctx);
        struct outgoing out = {.via = "telegram",
                               .chat_id = bot->cfg->admins[i],
                               .text = msg_str(&m),
                               .buttons = buttons_json(&b)};
        if (chatbox_say(db, &out, err))
            return -1;
    }
    bot->wake_sender(bot->ctx);
    return 0;
}

int notify_admins(struct db *db, const struct bot *bot, add_fn *add, void *ctx, struct err *err)
{
    return tell_admins(db, bot, NULL, add, ctx, err);
}

/* ---------------------------------------------------------------- what is worth telling */

enum news_kind {
    NEWS_NONE,
    NEWS_KNOWN,     /* of a refusal that they know of: only noted, nothing is said */
    NEWS_FAILED,    /* a flow begins to fail */
    NEWS_RECOVERED, /* … works again */
    NEWS_REFUSED,   /* a remote refuses its token */
    NEWS_ACCEPTED,  /* … accepts it again */
};

struct news {
    const struct bot *bot;
    const struct report *r;
    enum news_kind kind;
    struct step step; /* flow NULL: it is not in the configuration any more */
    struct flow_state flow;
    struct remote_state remote;
};

static enum news_kind judge(const struct news *n, bool scheduled)
{
    const struct report *r = n->r;
    if (r->dry_run || r->error_kind == ERR_CANCELED || report_is_skipped(r))
        return NEWS_NONE;
    if (!r->error && !n->flow.alerted)
        return NEWS_NONE;
    if (!r->error)
        return n->remote.alerted ? NEWS_ACCEPTED : NEWS_RECOVERED;
    if (r->error_kind != ERR_AUTH)
        return scheduled && !n->flow.alerted ? NEWS_FAILED : NEWS_NONE;
    /* error_at is when the refusal under way began: another flow may have met it first */
    if (n->remote.alerted && n->flow.alerted)
        return NEWS_NONE;
    return n->remote.alerted && n->remote.alerted == n->remote.error_at ? NEWS_KNOWN : NEWS_REFUSED;
}

static int read_news(struct db *db, const struct bot *bot, const struct report *r, bool scheduled,
                     struct arena *arena, struct news *ret, struct err *err)
{
    *ret = (struct news){.bot = bot, .r = r};
    if (flow_state_get(db, r->flow, arena, &ret->flow, err))
        return -1;
    if (config_step(bot->cfg, r->flow, &ret->step) &&
        remote_state_get(db, ret->step.flow->remote->name, arena, &ret->remote, err))
        return -1;
    ret->kind = judge(ret, scheduled);
    return 0;
}

/* ---------------------------------------------------------------- telling it */

static void add_remote_news(const struct news *n, enum lang lang, struct msg *m, struct buttons *b)
{
    char when[TEXT_SHORT];
    int64_t now = clock_now_ms();
    AUTO_BUF data = BUF_INIT(256), why = BUF_INIT(1024);
    const char *remote = bot_remote_title(n->step.flow->remote, lang);
    if (n->kind == NEWS_ACCEPTED) {
        TEXT_ADD(m, lang, TEXT_ALERT_REMOTE_BACK, T_TEXT("remote", remote),
                 T_TEXT("down", text_duration(when, lang, now - n->remote.alerted)));
        return;
    }
    TEXT_ADD(m, lang, TEXT_ALERT_REMOTE_REFUSED, T_TEXT("remote", remote),
             T_TEXT("time", text_clock(when, lang, n->remote.error_at, now)),
             T_TEXT("why", bot_error(&why, n->r->error, lang)));
    buf_add(&data, "sync ");
    choose_name(&n->step, &data);
    TEXT_BUTTON(b, lang, TEXT_BTN_AGAIN, buf_str(&data));
    buttons_row(b);
    TEXT_BUTTON(b, lang, TEXT_BTN_STATUS, "status");
}

static void add_flow_news(const struct news *n, enum lang lang, struct msg *m, struct buttons *b)
{
    char when[TEXT_SHORT];
    int64_t now = clock_now_ms();
    AUTO_BUF text = BUF_INIT(1024), title = BUF_INIT(512);
    const char *flow = bot_step_title(&title, n->bot->cfg, n->r->flow, lang);
    const char *why = n->r->error ? bot_error(&text, n->r->error, lang) : "";
    if (n->kind == NEWS_RECOVERED)
        TEXT_ADD(m, lang, TEXT_ALERT_FLOW_RECOVERED, T_TEXT("flow", flow),
                 T_TEXT("down", text_duration(when, lang, now - n->flow.error_at)));
    else if (n->r->error_kind == ERR_LIMIT)
        TEXT_ADD(m, lang, TEXT_ALERT_FLOW_STOPPED, T_TEXT("flow", flow), T_TEXT("why", why));
    else
        TEXT_ADD(m, lang, TEXT_ALERT_FLOW_FAILED, T_TEXT("flow", flow), T_TEXT("why", why),
                 T_TEXT("time", text_clock(when, lang, n->flow.error_at, now)));
    /* what a brake held back waits for their word */
    if (n->r->plan)
        plan_buttons(n->bot->cfg,
                     &(struct saved_plan){.id = n->r->plan,
                                          .flow = n->r->flow,
                                          .brake = n->r->error},
                     lang, b);
}

static void add_news(struct msg *m, struct buttons *b, enum lang lang, void *ctx)
{
    const struct news *n = ctx;
    if (n->step.flow && (n->kind == NEWS_REFUSED || n->kind == NEWS_ACCEPTED))
        add_remote_news(n, lang, m, b);
    else
        add_flow_news(n, lang, m, b);
}

/* The remote accepts its token: what its other flows met before is settled with it. Those that are
 * refused again are news again. */
static int forget_refusal(struct db *db, const struct news *n, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    const struct config *cfg = n->bot->cfg;
    const struct remote_config *remote = n->step.flow->remote;
    for (size_t i = 0; i < 2 * cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i / 2];
        const char *name = i % 2 ? f->push_name : f->name;
        struct flow_state state;
        if (f->remote != remote)
            continue;
        if (flow_state_get(db, name, arena, &state, err))
            return -1;
        if (state.alerted && str_eq(state.error_kind, err_kind_name(ERR_AUTH)) &&
            flow_state_set_alerted(db, name, false, err))
            return -1;
    }
    return remote_state_set_alerted(db, remote->name, 0, err);
}

/* Within the caller's transaction. */
static int tell(struct db *db, const struct news *n, const char *actor, struct err *err)
{
    const char *except = n->kind == NEWS_REFUSED ? actor : NULL;
    if (flow_state_set_alerted(db, n->r->flow, n->r->error != NULL, err))
        return -1;
    if (n->step.flow && n->kind == NEWS_REFUSED &&
        remote_state_set_alerted(db, n->step.flow->remote->name, n->remote.error_at, err))
        return -1;
    if (n->step.flow && n->kind == NEWS_ACCEPTED && forget_refusal(db, n, err))
        return -1;
    return n->kind == NEWS_KNOWN ? 0 : tell_admins(db, n->bot, except, add_news, (void *)n, err);
}

int notify_asked(struct db *db, const struct bot *bot, const struct report *r, const char *actor,
                 struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct news n;
    if (read_news(db, bot, r, false, arena, &n, err))
        return -1;
    return n.kind ? tell(db, &n, actor, err) : 0;
}

static void add_unnamed(struct msg *m, struct buttons *b, enum lang lang, void *ctx)
{
    const struct news *n = ctx;
    (void)b;
    job_unnamed(n->bot->cfg, n->r, lang, m);
}

int notify_scheduled(struct db *db, const struct bot *bot, const struct report *r, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct news n;
    if (read_news(db, bot, r, true, arena, &n, err))
        return -1;
    bool unnamed = r->unnamed && r->unnamed_names && !r->dry_run && !r->error;
    if (!n.kind && !unnamed)
        return 0;
    if (db_begin(db, err))
        return -1;
    if ((n.kind && tell(db, &n, NULL, err)) ||
        (unnamed && tell_admins(db, bot, NULL, add_unnamed, &n, err))) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}
