#include "bot/contact.h"
#include "store/conflicts.h"
#include "store/quarantine.h"
#include "store/rows.h"

#include <string.h>

/* A second flow of the same entity brings no second count. */
static bool is_counted(const struct config *cfg, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (cfg->flows[i]->entity == cfg->flows[at]->entity)
            return true;
    }
    return false;
}

static int add_state(struct ask *a, struct msg *m, int64_t *ret_invalid, struct err *err)
{
    const struct config *cfg = a->bot->cfg;
    int64_t checked = 0, waiting, n;
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct entity *e = cfg->flows[i]->entity;
        struct flow_state state;
        if (flow_state_get(a->db, cfg->flows[i]->name, a->arena, &state, err))
            return -1;
        if (state.checked_at > checked)
            checked = state.checked_at;
        if (cfg->flows[i]->dict || is_counted(cfg, i))
            continue;
        if (rows_count(a->db, e, &n, err))
            return -1;
        TEXT_ADD(m, a->lang, TEXT_START_COUNT, T_TEXT("what", bot_entity_title(e, a->lang)),
                 T_INT("n", n));
        msg_html(m, "\n");
    }
    if (checked) {
        char ago[TEXT_SHORT];
        TEXT_ADD(m, a->lang, TEXT_START_CHECKED,
                 T_TEXT("ago", text_ago(ago, a->lang, a->now - checked)));
    } else {
        msg_clear(m);
        TEXT_ADD(m, a->lang, TEXT_START_NEVER);
    }
    return quarantine_count(a->db, NULL, &waiting, ret_invalid, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT, state = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    int64_t invalid, conflicts;
    if (a->role == ROLE_ANYONE)
        return contact_invite(a, err);
    if (a->role < ROLE_ORGANIZER) {
        bool known = a->rights->bound && a->rights->bound->live;
        if (known && contact_hello(a, &m, err))
            return -1;
        if (!known)
            TEXT_ADD(&m, a->lang, TEXT_START_HELLO_NAMELESS);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
        return ask_reply(a, &m, &b, NULL, err);
    }
    if (add_state(a, &state, &invalid, err) || conflicts_count_open(a->db, &conflicts, err))
        return -1;
    if (a->user->name && *a->user->name)
        TEXT_ADD(&m, a->lang, TEXT_START_HELLO, T_TEXT("name", a->user->name));
    else
        TEXT_ADD(&m, a->lang, TEXT_START_HELLO_NAMELESS);
    msg_html(&m, "\n");
    msg_html(&m, msg_str(&state));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_PREVIEW, "preview");
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    if (invalid)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_INVALID, "invalid", T_INT("n", invalid));
    if (conflicts)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_CONFLICTS, "conflicts", T_INT("n", conflicts));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_start = {"start", "", TEXT_CMD_START, ROLE_ANYONE, true, run};
