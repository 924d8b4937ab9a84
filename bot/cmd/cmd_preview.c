#include "bot/cmd/flows_asked.h"
#include "bot/command.h"

static int ask_which(struct ask *a, struct err *err)
{
    const struct config *cfg = a->bot->cfg;
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_ADD(&m, a->lang, cfg->n_flows ? TEXT_PREVIEW_ASK : TEXT_SYNC_NONE);
    if (cfg->n_flows)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_PREVIEW_ALL, "preview all");
    for (size_t i = 0; i < cfg->n_flows && i < 24; i++) {
        if (i % 2 == 0)
            buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_PREVIEW_FLOW,
                    arena_printf(a->arena, "preview %s", cfg->flows[i]->name),
                    T_TEXT("name", flow_asked_title(a, cfg->flows[i])));
    }
    return ask_reply(a, &m, &b, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    struct choice c;
    struct job_options options = {.preview = true};
    bool chosen;
    if (!*a->args || !a->bot->cfg->n_flows)
        return ask_which(a, err);
    if (flows_asked(a, &c, &options.full, &chosen, err))
        return -1;
    return chosen ? flows_start(a, &c, options.full ? "preview-full" : "preview", &options, err)
                  : 0;
}

const struct command cmd_preview =
    {"preview", "[all | flow…]", TEXT_CMD_PREVIEW, ROLE_ORGANIZER, true, run};
