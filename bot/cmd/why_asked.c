#include "bot/text/why_text.h"
#include "store/base/utf8.h"
#include "store/names.h"
#include "store/rows.h"

#include <string.h>

static bool is_called(const char *title, const char *folded)
{
    AUTO_BUF b = BUF_INIT(1024);
    utf8_fold(title, &b);
    return !strcmp(buf_str(&b), folded);
}

/* The table or the remote that a word names; false: neither. */
static bool find_place(struct ask *a, const char *word, const struct remote_config **remote,
                       const struct flow **flow)
{
    const struct config *cfg = a->bot->cfg;
    AUTO_BUF typed = BUF_INIT(1024);
    struct step step;
    utf8_fold(word, &typed);
    *flow = config_step(cfg, word, &step) ? step.flow : NULL;
    *remote = NULL;
    for (size_t i = 0; i < cfg->n_flows && !*flow; i++) {
        if (is_called(bot_flow_title(cfg, cfg->flows[i]->name, a->lang), buf_str(&typed)))
            *flow = cfg->flows[i];
    }
    for (size_t i = 0; i < cfg->n_remotes && !*flow && !*remote; i++) {
        if (is_called(cfg->remotes[i]->name, buf_str(&typed)) ||
            is_called(bot_remote_title(cfg->remotes[i], a->lang), buf_str(&typed)))
            *remote = cfg->remotes[i];
    }
    return *flow || *remote;
}

static int find_record(struct ask *a, const char *id, struct why_found **ret, size_t *ret_n,
                       struct err *err)
{
    for (size_t i = 0; i < model_n_entities; i++) {
        bool is;
        if (rows_exists(a->db, &model_entities[i], id, &is, err))
            return -1;
        if (!is)
            continue;
        *ret = arena_alloc(a->arena, 1, sizeof **ret);
        **ret = (struct why_found){.entity = model_entities[i].name,
                                   .local_id = arena_strdup(a->arena, id)};
        *ret_n = 1;
        return 0;
    }
    return 0;
}

int why_asked(struct ask *a, const char *text, struct why_found **ret, size_t *ret_n,
              struct err *err)
{
    const struct remote_config *remote = NULL;
    const struct flow *flow = NULL;
    const char *rest = text, *first = ask_word(a, &rest), *second = ask_word(a, &rest);
    char id[UUID_LEN + 1];
    *ret_n = 0;
    if (!first || (second && (ask_word(a, &rest) || !find_place(a, first, &remote, &flow))))
        return 0;
    const char *word = second ? second : first;
    bool uuid = uuid_read(word, id);
    if (!second && uuid && find_record(a, id, ret, ret_n, err))
        return -1;
    if (*ret_n)
        return 0;
    if (why_find_rows(a->db, a->bot->cfg, remote, flow, word, a->arena, ret, ret_n, err))
        return -1;
    /* a page's id as it stands in an address, without dashes */
    if (!*ret_n && uuid &&
        why_find_rows(a->db, a->bot->cfg, remote, flow, id, a->arena, ret, ret_n, err))
        return -1;
    return 0;
}

const char *why_where(struct ask *a, const struct why_found *found)
{
    const char *flow = bot_flow_title(a->bot->cfg, found->flow->name, a->lang);
    const char *remote = bot_remote_title(found->flow->remote, a->lang);
    if (!found->local_id)
        return arena_printf(a->arena, "%s (%s)", flow, remote);
    return arena_printf(a->arena, "%s (%s): %s", flow, remote,
                        record_name_of(a->db, found->entity, found->local_id, a->arena));
}
