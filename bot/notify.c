#include "bot/notify.h"

#include "bot/plan_text.h"
#include "store/base/clock.h"
#include "store/chatbox.h"
#include "store/people.h"

int notify_admins(struct db *db, const struct bot *bot,
                  void (*add)(struct msg *m, struct buttons *b, enum lang lang, void *ctx),
                  void *ctx, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    for (size_t i = 0; i < bot->cfg->n_admins; i++) {
        AUTO_MSG m = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        struct chat_user *known;
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

struct news {
    const struct bot *bot;
    const struct report *r;
    const struct flow_state *state;
    bool recovered;
};

static void add_news(struct msg *m, struct buttons *b, enum lang lang, void *ctx)
{
    const struct news *n = ctx;
    char when[TEXT_SHORT];
    int64_t now = clock_now_ms();
    const char *flow = bot_flow_title(n->bot->cfg, n->r->flow, lang);
    AUTO_BUF text = BUF_INIT(1024);
    const char *why = n->r->error ? bot_error(&text, n->r->error, lang) : "";
    if (n->recovered)
        TEXT_ADD(m, lang, TEXT_ALERT_FLOW_RECOVERED, T_TEXT("flow", flow),
                 T_TEXT("down", text_duration(when, lang, now - n->state->error_at)));
    else if (n->r->error_kind == ERR_LIMIT)
        TEXT_ADD(m, lang, TEXT_ALERT_FLOW_STOPPED, T_TEXT("flow", flow), T_TEXT("why", why));
    else
        TEXT_ADD(m, lang, TEXT_ALERT_FLOW_FAILED, T_TEXT("flow", flow), T_TEXT("why", why),
                 T_TEXT("time", text_clock(when, lang, n->state->error_at, now)));
    /* what a brake held back waits for their word */
    if (n->r->plan)
        plan_buttons(n->bot->cfg,
                     &(struct saved_plan){.id = n->r->plan,
                                          .flow = n->r->flow,
                                          .brake = n->r->error},
                     lang, b);
}

static int tell(struct db *db, const struct bot *bot, const struct report *r,
                const struct flow_state *state, struct err *err)
{
    struct news n = {.bot = bot, .r = r, .state = state, .recovered = !r->error};
    return flow_state_set_alerted(db, r->flow, r->error != NULL, err) ||
                   notify_admins(db, bot, add_news, &n, err)
               ? -1
               : 0;
}

int notify_flow(struct db *db, const struct bot *bot, const struct report *r, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct flow_state state;
    if (flow_state_get(db, r->flow, arena, &state, err))
        return -1;
    return state.alerted && !r->error ? tell(db, bot, r, &state, err) : 0;
}

int notify_scheduled(struct db *db, const struct bot *bot, const struct report *r, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    struct flow_state state;
    if (r->error_kind == ERR_CANCELED)
        return 0;
    if (flow_state_get(db, r->flow, arena, &state, err))
        return -1;
    if (state.alerted == (r->error != NULL))
        return 0;
    if (db_begin(db, err))
        return -1;
    if (tell(db, bot, r, &state, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}
