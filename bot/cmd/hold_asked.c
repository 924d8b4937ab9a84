#include "bot/cmd/hold_asked.h"

#include "bot/text/field_text.h"
#include "store/base/utf8.h"
#include "store/holds.h"
#include "sync/config/config_values.h"

#include <string.h>

#define HOLD_MAX_MS (INT64_C(30) * 86400000)
#define NAME_MAX    4096

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

static bool is_alike(const char *a, const char *b)
{
    AUTO_BUF x = BUF_INIT(NAME_MAX), y = BUF_INIT(NAME_MAX);
    utf8_fold(a, &x);
    utf8_fold(b, &y);
    return !x.over && !strcmp(buf_str(&x), buf_str(&y));
}

static bool is_called(struct ask *a, const char *name, const char *words)
{
    return is_alike(name, words) || is_alike(hold_title(a, name), words);
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

/* "2h", "30m", and as people write it: «2ч», «30 мин» has a blank and is none. */
static bool read_time(const char *word, struct arena *arena, int64_t *ret_ms)
{
    static const char *const units[][2] = {{"с", "s"},
                                           {"м", "m"},
                                           {"мин", "m"},
                                           {"ч", "h"},
                                           {"д", "d"}};
    size_t digits = strspn(word, "0123456789");
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!strcmp(word + digits, units[i][0]))
            word = arena_printf(arena, "%.*s%s", (int)digits, word, units[i][1]);
    }
    return config_duration(word, ret_ms) && *ret_ms > 0 && *ret_ms <= HOLD_MAX_MS;
}

void hold_asked(struct ask *a, struct hold_asked *ret)
{
    char *words = arena_strdup(a->arena, a->args), *last = strrchr(words, ' ');
    int64_t ms;
    *ret = (struct hold_asked){.name = find(a, words), .words = words};
    if (!ret->name && read_time(last ? last + 1 : words, a->arena, &ms)) {
        for (last = last ? last : words; last > words && last[-1] == ' ';)
            last--;
        *last = '\0';
        ret->name = find(a, words);
        ret->until = a->now + ms;
    }
    ret->title = ret->name ? hold_title(a, ret->name) : NULL;
}

/* For one team nothing can be held: what runs by itself carries everybody's records. */
static bool may(struct ask *a)
{
    return a->rights->whole >= a->need;
}

static int refuse(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, TEXT_DENIED_TEAM, T_TEXT("teams", ask_teams(a)));
    return ask_reply(a, &m, NULL, NULL, err);
}

int hold_list(struct ask *a, struct msg *m, struct buttons *b, size_t *ret_n, struct err *err)
{
    struct hold *list;
    *ret_n = 0;
    if (!may(a))
        return 0;
    if (holds_list(a->db, a->now, a->arena, &list, ret_n, err))
        return -1;
    if (*ret_n)
        TEXT_ADD(m, a->lang, TEXT_HOLD_HEAD);
    for (size_t i = 0; i < *ret_n; i++) {
        const struct hold *h = &list[i];
        char since[TEXT_SHORT], until[TEXT_SHORT];
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, h->until ? TEXT_HOLD_LINE_UNTIL : TEXT_HOLD_LINE,
                 T_TEXT("what", hold_title(a, h->name)), T_TEXT("who", source_title(a, h->by)),
                 T_TEXT("since", text_clock(since, a->lang, h->at, a->now)),
                 T_TEXT("until", text_clock(until, a->lang, h->until, a->now)));
        buttons_row(b);
        TEXT_BUTTON(b, a->lang, TEXT_BTN_RELEASE, arena_printf(a->arena, "resume %s", h->name),
                    T_TEXT("what", hold_title(a, h->name)));
    }
    return 0;
}

int hold_it(struct ask *a, const struct hold_asked *h, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char until[TEXT_SHORT];
    if (!may(a))
        return refuse(a, err);
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
    if (!may(a))
        return refuse(a, err);
    if (holds_clear(a->db, h->name, a->now, &was, err))
        return -1;
    a->queued = a->queued || was; /* what is due may run at once */
    TEXT_ADD(&m, a->lang, was ? TEXT_HOLD_RESUMED : TEXT_HOLD_NOT, T_TEXT("what", h->title));
    return ask_reply(a, &m, &b, NULL, err);
}
