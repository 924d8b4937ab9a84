#include "bot/cmd/hold_asked.h"

#include "store/holds.h"
#include "sync/config/config_values.h"

#include <string.h>
#include <strings.h>

#define HOLD_MAX_MS (INT64_C(30) * 86400000)

const char *hold_title(struct ask *a, const char *name)
{
    const struct config *cfg = a->bot->cfg;
    const struct remote_config *remote = config_remote(cfg, name);
    if (remote)
        return bot_remote_title(remote, a->lang);
    if (config_cycle(cfg, name))
        return bot_cycle_title(cfg, name);
    return config_flow(cfg, name) ? bot_flow_title(cfg, name, a->lang) : name;
}

static bool is_called(struct ask *a, const char *name, const char *words)
{
    return !strcasecmp(name, words) || !strcmp(hold_title(a, name), words);
}

static const char *find(struct ask *a, const char *words)
{
    const struct config *cfg = a->bot->cfg;
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        if (is_called(a, cfg->cycles[i]->name, words))
            return cfg->cycles[i]->name;
    }
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (is_called(a, cfg->flows[i]->name, words))
            return cfg->flows[i]->name;
    }
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        if (is_called(a, cfg->remotes[i]->name, words))
            return cfg->remotes[i]->name;
    }
    return NULL;
}

void hold_asked(struct ask *a, struct hold_asked *ret)
{
    char *words = arena_strdup(a->arena, a->args), *last = strrchr(words, ' ');
    int64_t ms;
    *ret = (struct hold_asked){.name = find(a, words)};
    if (!ret->name && last && config_duration(last + 1, &ms) && ms > 0 && ms <= HOLD_MAX_MS) {
        *last = '\0';
        ret->name = find(a, words);
        ret->until = a->now + ms;
    }
    ret->title = ret->name ? hold_title(a, ret->name) : NULL;
}

int hold_it(struct ask *a, const struct hold_asked *h, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char until[TEXT_SHORT];
    if (holds_set(a->db, h->name, h->until, ask_actor(a), a->now, err))
        return -1;
    TEXT_ADD(&m, a->lang, h->until ? TEXT_HOLD_DONE_UNTIL : TEXT_HOLD_DONE,
             T_TEXT("what", h->title), T_TEXT("name", h->name),
             T_TEXT("until", text_clock(until, a->lang, h->until, a->now)));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RELEASE, arena_printf(a->arena, "resume %s", h->name),
                T_TEXT("what", h->title));
    return ask_reply(a, &m, &b, NULL, err);
}

int hold_release(struct ask *a, const struct hold_asked *h, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool was;
    if (holds_clear(a->db, h->name, a->now, &was, err))
        return -1;
    a->queued = a->queued || was; /* what is due may run at once */
    TEXT_ADD(&m, a->lang, was ? TEXT_HOLD_RESUMED : TEXT_HOLD_NOT, T_TEXT("what", h->title));
    return ask_reply(a, &m, &b, NULL, err);
}
