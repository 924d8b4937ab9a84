#include "bot/cmd/flows_asked.h"
#include "bot/command.h"
#include "bot/confirm.h"
#include "bot/status.h"
#include "bot/text/ops_text.h"

#include <string.h>

static bool has_mark(const struct flow *f)
{
    return f && f->direction != DIR_PUSH;
}

/* Why the flow that they named is none of these, and which they may have meant. */
static void add_unknown(struct ask *a, const char *name, struct msg *m)
{
    const struct flow *known = flow_asked(a, name);
    const char *near = known ? NULL : flow_asked_nearest(a, name);
    const struct flow *meant = near ? config_flow(a->bot->cfg, near) : NULL;
    if (known)
        TEXT_ADD(m, a->lang, TEXT_CURSOR_ONLY_SENDS, T_TEXT("name", flow_asked_title(a, known)));
    else
        TEXT_ADD(m, a->lang, TEXT_SYNC_UNKNOWN, T_TEXT("name", name));
    if (has_mark(meant)) {
        msg_html(m, " ");
        TEXT_ADD(m, a->lang, TEXT_SYNC_MAYBE, T_TEXT("name", flow_asked_title(a, meant)));
    }
    msg_html(m, "\n");
}

/* name: what they typed and cannot be shown, or NULL. */
static int ask_which(struct ask *a, const char *name, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    size_t said = 0;
    if (name)
        add_unknown(a, name, &m);
    TEXT_ADD(&m, a->lang, TEXT_CURSOR_ASK);
    for (size_t i = 0; i < a->bot->cfg->n_flows && said < 30; i++) {
        const struct flow *f = a->bot->cfg->flows[i];
        if (!has_mark(f))
            continue;
        if (said++ % 2 == 0)
            buttons_row(&b);
        buttons_addf(&b, flow_asked_title(a, f), "cursor %s", f->name);
    }
    return ask_reply(a, &m, &b, NULL, err);
}

static void add_state(struct ask *a, const struct flow *f, const struct cursor *c, struct msg *m)
{
    char when[TEXT_SHORT];
    int64_t newest = c && c->value ? status_newest(c->value) : 0;
    if (!c) {
        TEXT_ADD(m, a->lang, TEXT_CURSOR_NEVER);
        return;
    }
    TEXT_ADD(m, a->lang, TEXT_CURSOR_FULL,
             T_TEXT("ago", ops_ago(a, c->full_at, TEXT_SCHEDULE_NEVER)),
             T_INT("rows", c->full_rows));
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, newest ? TEXT_CURSOR_MARK : TEXT_CURSOR_NO_MARK,
             T_TEXT("time", text_clock(when, a->lang, newest, a->now)));
    if (strcmp(c->mapping, f->mapping)) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_CURSOR_MAPPING);
    }
}

static int show(struct ask *a, const struct flow *f, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct cursor *c;
    if (cursor_get(a->db, f->name, f->remote->name, f->table, a->arena, &c, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_CURSOR_HEAD,
             T_TEXT("flow", bot_flow_title(a->bot->cfg, f->name, a->lang)),
             T_TEXT("remote", bot_remote_title(f->remote, a->lang)), T_TEXT("table", f->table));
    msg_html(&m, "\n");
    add_state(a, f, c, &m);
    if (c)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_CURSOR_RESET,
                    arena_printf(a->arena, "cursor %s reset", f->name));
    return ask_reply(a, &m, &b, NULL, err);
}

static int reset(struct ask *a, const struct flow *f, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF ru = BUF_INIT(1024), en = BUF_INIT(1024);
    const char *title = bot_flow_title(a->bot->cfg, f->name, a->lang);
    if (!confirm_given(a)) {
        const struct targ arg = T_TEXT("flow", title);
        const struct confirm_question q =
            {.command = arena_printf(a->arena, "cursor %s reset", f->name),
             .what = {[LANG_RU] = text_plain(&ru, LANG_RU, TEXT_CURSOR_RESET_WHAT, &arg, 1),
                      [LANG_EN] = text_plain(&en, LANG_EN, TEXT_CURSOR_RESET_WHAT, &arg, 1)},
             .size = 0,
             .yes = TEXT_BTN_CURSOR_RESET_YES};
        return confirm_ask(a, &q, ask_slot(a, "cursor"), err);
    }
    if (cursor_forget(a->db, f->name, f->remote->name, f->table, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_CURSOR_RESET_DONE, T_TEXT("flow", title));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, arena_printf(a->arena, "sync %s", f->name));
    return ask_reply(a, &m, &b, ask_slot(a, "cursor"), err);
}

static int run(struct ask *a, struct err *err)
{
    const char *rest = a->args, *name = ask_word(a, &rest), *what = ask_word(a, &rest);
    const struct flow *f = name ? flow_asked(a, name) : NULL;
    if (!has_mark(f))
        return ask_which(a, name, err);
    return str_eq(what, "reset") ? reset(a, f, err) : show(a, f, err);
}

const struct command cmd_cursor = {.name = "cursor",
                                   .args = "FLOW [reset]",
                                   .help = TEXT_CMD_CURSOR,
                                   .role = ROLE_ADMIN,
                                   .in_menu = true,
                                   .run = run};
