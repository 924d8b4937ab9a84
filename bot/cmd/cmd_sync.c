#include "bot/cmd/flows_asked.h"
#include "bot/command.h"

static void add_flow_buttons(struct ask *a, struct buttons *b)
{
    const struct config *cfg = a->bot->cfg;
    TEXT_BUTTON(b, a->lang, TEXT_BTN_SYNC_ALL, "sync all");
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        buttons_row(b);
        TEXT_BUTTON(b, a->lang, TEXT_BTN_SYNC_FLOW,
                    arena_printf(a->arena, "sync %s", cfg->cycles[i]->name),
                    T_TEXT("name", bot_cycle_title(cfg, cfg->cycles[i]->name)));
    }
    for (size_t i = 0; i < cfg->n_flows && i < 24; i++) {
        if (i % 2 == 0)
            buttons_row(b);
        TEXT_BUTTON(b, a->lang, TEXT_BTN_SYNC_FLOW,
                    arena_printf(a->arena, "sync %s", cfg->flows[i]->name),
                    T_TEXT("name", flow_asked_title(a, cfg->flows[i])));
    }
}

static int ask_which(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_ADD(&m, a->lang, a->bot->cfg->n_flows ? TEXT_SYNC_ASK : TEXT_SYNC_NONE);
    if (a->bot->cfg->n_flows)
        add_flow_buttons(a, &b);
    return ask_reply(a, &m, &b, NULL, err);
}

/* A flow by what people call it: «участие» means the flow whose title that is. */
static int run(struct ask *a, struct err *err)
{
    struct choice c;
    struct job_options options = {0};
    bool chosen;
    if (!a->bot->cfg->n_flows || !*a->args)
        return ask_which(a, err);
    if (flows_asked(a, &c, &options.full, &chosen, err) || !chosen)
        return chosen ? -1 : 0;
    return flows_start(a, &c, options.full ? "full" : NULL, &options, err);
}

const struct command cmd_sync = {"sync",        "[all | flow…] [full]",
                                 TEXT_CMD_SYNC, ROLE_ORGANIZER,
                                 true,          run};
