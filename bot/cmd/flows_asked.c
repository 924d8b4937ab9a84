#include "bot/cmd/flows_asked.h"

#include "store/base/utf8.h"

#include <string.h>

#define NAMES_MAX 64

static const char *by_title(struct ask *a, const char *word)
{
    const struct config *cfg = a->bot->cfg;
    AUTO_BUF typed = BUF_INIT(512);
    utf8_fold(word, &typed);
    for (size_t i = 0; i < cfg->n_flows; i++) {
        AUTO_BUF title = BUF_INIT(512);
        utf8_fold(bot_flow_title(cfg, cfg->flows[i]->name, a->lang), &title);
        if (!strcmp(buf_str(&title), buf_str(&typed)))
            return cfg->flows[i]->name;
    }
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        AUTO_BUF title = BUF_INIT(512);
        utf8_fold(bot_cycle_title(cfg, cfg->cycles[i]->name), &title);
        if (!strcmp(buf_str(&title), buf_str(&typed)))
            return cfg->cycles[i]->name;
    }
    return word;
}

const struct flow *flow_asked(struct ask *a, const char *word)
{
    return config_flow(a->bot->cfg, by_title(a, word));
}

const char *flow_asked_nearest(struct ask *a, const char *word)
{
    const struct config *cfg = a->bot->cfg;
    const char *near = config_suggest(cfg, word);
    const char *best_name = NULL;
    unsigned best = 3;
    for (size_t i = 0; !near && i < cfg->n_flows; i++) {
        unsigned d = utf8_distance(bot_flow_title(cfg, cfg->flows[i]->name, a->lang), word);
        if (d < best) {
            best = d;
            best_name = cfg->flows[i]->name;
        }
    }
    return near ? near : best_name;
}

static int answer_unknown(struct ask *a, const char *word, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *near = flow_asked_nearest(a, word);
    TEXT_ADD(&m, a->lang, TEXT_SYNC_UNKNOWN, T_TEXT("name", word));
    if (near) {
        const char *title = bot_flow_title(a->bot->cfg, near, a->lang);
        msg_html(&m, " ");
        TEXT_ADD(&m, a->lang, TEXT_SYNC_MAYBE, T_TEXT("name", title));
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC_FLOW, arena_printf(a->arena, "sync %s", near),
                    T_TEXT("name", title));
    }
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ALL_FLOWS, "sync");
    return ask_reply(a, &m, &b, NULL, err);
}

int flows_asked(struct ask *a, struct choice *ret, bool *ret_full, bool *ret_chosen,
                struct err *err)
{
    const char *names[NAMES_MAX], *args = a->args, *word;
    size_t n = 0, bad;
    *ret_full = *ret_chosen = false;
    while (n < NAMES_MAX && (word = ask_word(a, &args))) {
        if (!strcmp(word, "full") || !strcmp(word, "--full"))
            *ret_full = true;
        else
            names[n++] = by_title(a, word);
    }
    if (!n)
        names[n++] = "all";
    if (choose_flows(a->bot->cfg, names, n, ret, &bad))
        return answer_unknown(a, names[bad], err);
    *ret_chosen = true;
    return 0;
}

int flows_start(struct ask *a, const struct choice *c, const char *prefix,
                const struct job_options *options, struct err *err)
{
    struct watcher w = {.via = a->via,
                        .lang = lang_code(a->lang),
                        .chat_id = a->u->chat_id,
                        .thread_id = a->u->thread_id,
                        .user_id = a->u->user_id};
    int64_t id;
    bool joined;
    struct job_options o = *options;
    o.cycle = c->cycle ? c->cycle->name : NULL;
    const char *key = prefix ? arena_printf(a->arena, "%s:%s", prefix, c->key) : c->key;
    if (jobs_ask(a->db, a->bot, &w, ask_actor(a), a->user->name, c->steps, c->n, key, &o, &id,
                 &joined, err))
        return -1;
    a->queued = true;
    if (!joined)
        return 0;
    AUTO_MSG m = MSG_INIT;
    struct job *job;
    if (queue_get(a->db, id, a->arena, &job, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_SYNC_JOINED,
             T_TEXT("who", bot_actor(job->actor, job->actor_name, a->lang)));
    return ask_reply(a, &m, NULL, NULL, err);
}

const char *flow_asked_title(struct ask *a, const struct flow *f)
{
    AUTO_BUF title = BUF_INIT(512);
    const struct config *cfg = a->bot->cfg;
    if (f->direction != DIR_PUSH && !bot_title_is_shared(cfg, f, a->lang))
        return bot_flow_title(cfg, f->name, a->lang);
    const char *step = f->direction == DIR_PUSH ? f->push_name : f->name;
    return arena_strdup(a->arena, bot_step_title(&title, cfg, step, a->lang));
}
