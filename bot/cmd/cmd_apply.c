#include "bot/cmd/flows_asked.h"
#include "bot/cmd/plan_asked.h"
#include "bot/command.h"
#include "bot/confirm.h"
#include "store/chat/alerts.h"

static int refuse(struct ask *a, const struct saved_plan *plan, enum text_id why, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUF name = BUF_INIT(512);
    struct step s;
    bool known = config_step(a->bot->cfg, plan->flow, &s);
    TEXT_ADD(&m, a->lang, why, T_ID("id", plan->id),
             T_TEXT("flow", known ? choose_name(&s, &name) : plan->flow));
    return ask_reply(a, &m, NULL, NULL, err);
}

/* ---------------------------------------------------------------- asking whether it is meant */

static int64_t size(struct saved_plan *const *list, size_t n)
{
    int64_t all = 0;
    for (size_t i = 0; i < n; i++) {
        const struct counts *c = &list[i]->counts;
        all += c->inserted + c->updated + c->deleted;
    }
    return all;
}

static const char *words(struct ask *a, enum lang lang, const enum text_id texts[2],
                         struct saved_plan *const *list, size_t n)
{
    AUTO_BUF flows = BUF_INIT(1 << 16), said = BUF_INIT(1 << 16);
    for (size_t i = 0; i < n; i++) {
        buf_add(&flows, i ? ", " : "");
        bot_step_title(&flows, a->bot->cfg, list[i]->flow, lang);
    }
    return arena_strdup(a->arena, TEXT_PLAIN(&said, lang, texts[n > 1], T_ID("id", list[0]->id),
                                             T_TEXT("ids", plans_ids(a, list, n)),
                                             T_TEXT("flow", buf_str(&flows)),
                                             T_INT("n", (int64_t)n), T_INT("size", size(list, n))));
}

/* "apply 4 5 6": what is confirmed is these plans, however they were named. */
static const char *command(struct ask *a, struct saved_plan *const *list, size_t n)
{
    AUTO_BUF text = BUF_INIT(4096);
    buf_add(&text, "apply");
    for (size_t i = 0; i < n; i++)
        buf_addf(&text, " %lld", (long long)list[i]->id);
    return arena_strdup(a->arena, buf_str(&text));
}

/* What a brake held back is what a table would lose, or get by the hundred. */
static int ask_sure(struct ask *a, struct saved_plan *const *list, size_t n, struct err *err)
{
    static const enum text_id what[] = {TEXT_APPLY_WHAT, TEXT_APPLY_WHAT_MANY},
                              doing[] = {TEXT_APPLY_DOING, TEXT_APPLY_DOING_MANY};
    struct confirm_question q = {.command = command(a, list, n),
                                 .size = size(list, n),
                                 .yes = TEXT_BTN_CONFIRM};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        q.what[lang] = words(a, (enum lang)lang, what, list, n);
        q.doing[lang] = words(a, (enum lang)lang, doing, list, n);
    }
    return confirm_ask(a, &q, ask_slot(a, "apply"), err);
}

/* ---------------------------------------------------------------- applying */

/* One job, each plan a step of it. */
static int start(struct ask *a, struct saved_plan *const *list, const struct step *steps, size_t n,
                 struct err *err)
{
    struct job_options options = {.n_plans = n};
    struct choice c = {.n = n, .key = "plans"};
    int64_t *ids = arena_alloc(a->arena, n, sizeof *ids);
    AUTO_BUF prefix = BUF_INIT(4096);
    buf_add(&prefix, "apply");
    for (size_t i = 0; i < n; i++) {
        bool was_open;
        ids[i] = list[i]->id;
        c.steps[i] = steps[i];
        buf_addf(&prefix, "-%lld", (long long)ids[i]);
        if (plans_settle(a->db, ids[i], "applied", ask_actor(a), a->now, &was_open, err) ||
            alerts_plan_settled(a->db, list[i]->flow, a->now, err))
            return -1;
    }
    options.plans = ids;
    return flows_start(a, &c, buf_str(&prefix), &options, err);
}

static int run(struct ask *a, struct err *err)
{
    struct saved_plan **list;
    struct step steps[PLANS_ASKED_MAX];
    size_t n;
    bool brake = false;
    if (plans_asked(a, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        brake = brake || list[i]->brake;
        if (list[i]->brake && a->role < ROLE_ADMIN)
            return refuse(a, list[i], TEXT_PLAN_ADMIN_ONLY, err);
        if (a->now - list[i]->created_at > PLANS_GOOD_MS)
            return refuse(a, list[i], TEXT_PLAN_TOO_OLD, err);
        if (!config_step(a->bot->cfg, list[i]->flow, &steps[i]))
            return refuse(a, list[i], TEXT_PLAN_UNKNOWN, err);
    }
    if (!n)
        return 0;
    if (brake && !confirm_given(a))
        return ask_sure(a, list, n, err);
    return start(a, list, steps, n, err);
}

const struct command cmd_apply = {"apply", "N… | all", TEXT_CMD_APPLY, ROLE_ORGANIZER, false, run};
