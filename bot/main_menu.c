#include "bot/main_menu.h"

#include "bot/command.h"
#include "bot/contact.h"
#include "bot/work_list.h"
#include "store/plans.h"
#include "store/rows.h"

#define PLANS_SHOWN 6

/* ---------------------------------------------------------------- how things are */

/* A second flow of the same entity brings no second count. */
static bool is_counted(const struct config *cfg, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (cfg->flows[i]->entity == cfg->flows[at]->entity)
            return true;
    }
    return false;
}

/* What waits for somebody. */
struct waiting {
    int64_t invalid, conflicts;
    int64_t plans[PLANS_SHOWN]; /* an admin's */
    size_t n_plans;
    bool held; /* rows wait for others */
};

static int read_waiting(struct ask *a, struct waiting *ret, struct err *err)
{
    int64_t held, none;
    if (work_count(a, TASK_INVALID, &held, &ret->invalid, err) ||
        work_count(a, TASK_CONFLICT, &none, &ret->conflicts, err))
        return -1;
    ret->held = held != 0;
    return a->rights->role < ROLE_ADMIN ? 0
                                        : plans_held(a->db, a->now - PLANS_GOOD_MS, ret->plans,
                                                     PLANS_SHOWN, &ret->n_plans, err);
}

/* «Ждут вас: 17 строк с ошибками, 2 плана»: what somebody opens the chat for. */
static void add_waiting(struct ask *a, const struct waiting *w, struct msg *m)
{
    const struct {
        int64_t n;
        enum text_id text;
    } parts[] = {{(int64_t)w->n_plans, TEXT_WAITS_PLANS},
                 {w->conflicts, TEXT_WAITS_CONFLICTS},
                 {w->invalid, TEXT_WAITS_INVALID}};
    AUTO_MSG what = MSG_INIT;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!parts[i].n)
            continue;
        msg_html(&what, what.html.len ? ", " : "");
        TEXT_ADD(&what, a->lang, parts[i].text, T_INT("n", parts[i].n));
    }
    if (!what.html.len)
        return;
    TEXT_ADD(m, a->lang, TEXT_START_WAITS, T_HTML("what", msg_str(&what)));
    msg_html(m, "\n");
}

/* «78 человек, 10 служб», in one line; *ret_checked: when the last flow was. */
static int add_numbers(struct ask *a, struct msg *m, int64_t *ret_checked, struct err *err)
{
    const struct config *cfg = a->bot->cfg;
    int64_t n;
    bool any = false;
    *ret_checked = 0;
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct entity *e = cfg->flows[i]->entity;
        struct flow_state state;
        if (flow_state_get(a->db, cfg->flows[i]->name, a->arena, &state, err))
            return -1;
        if (state.checked_at > *ret_checked)
            *ret_checked = state.checked_at;
        if (cfg->flows[i]->dict || is_counted(cfg, i))
            continue;
        if (rows_count(a->db, e, &n, err))
            return -1;
        msg_html(m, any ? ", " : "");
        any = bot_number(m, a->lang, e, n) || any;
    }
    msg_html(m, any ? "\n" : "");
    return 0;
}

static void add_teams(struct ask *a, struct msg *m)
{
    const char *teams = ask_teams(a);
    if (!*teams)
        return;
    TEXT_ADD(m, a->lang, TEXT_START_TEAMS, T_TEXT("teams", teams));
    msg_html(m, "\n");
}

/* Whose role is limited to teams is not told the numbers of all. */
static int add_state(struct ask *a, struct msg *m, struct waiting *ret, struct err *err)
{
    AUTO_MSG numbers = MSG_INIT;
    int64_t checked;
    bool whole = a->rights->whole >= ROLE_ORGANIZER;
    char ago[TEXT_SHORT];
    if (add_numbers(a, &numbers, &checked, err) || read_waiting(a, ret, err))
        return -1;
    if (!checked) {
        TEXT_ADD(m, a->lang, command_open(a, "sync") ? TEXT_START_NEVER : TEXT_START_NEVER_YET);
        return 0;
    }
    add_waiting(a, ret, m);
    if (whole)
        msg_html(m, msg_str(&numbers));
    else
        add_teams(a, m);
    TEXT_ADD(m, a->lang, TEXT_START_CHECKED,
             T_TEXT("ago", text_ago(ago, a->lang, a->now - checked)));
    if (whole && !ret->held && !ret->invalid && !ret->conflicts && !ret->n_plans) {
        msg_html(m, " ");
        TEXT_ADD(m, a->lang, TEXT_MENU_ALL_WELL);
    }
    return 0;
}

/* ---------------------------------------------------------------- buttons */

/* A choice of the menu; the next row begins after one with `last`. */
struct choice {
    enum text_id label;
    const char *command;
    bool last;
};

static void add_choices(struct ask *a, struct buttons *b, const struct choice *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (command_open(a, list[i].command))
            TEXT_BUTTON(b, a->lang, list[i].label, list[i].command);
        if (list[i].last)
            buttons_row(b);
    }
}

static bool is_known(const struct ask *a)
{
    return a->u->is_private && a->rights->bound && a->rights->bound->live;
}

static void add_first_page(struct ask *a, struct buttons *b, const struct waiting *w)
{
    static const struct choice begin[] = {{TEXT_BTN_SYNC, "sync", false},
                                          {TEXT_BTN_PREVIEW, "preview", true}};
    static const struct choice end[] = {{TEXT_BTN_MENU_FIND, "find", false},
                                        {TEXT_BTN_DELETED, "deleted", true},
                                        {TEXT_BTN_STATUS, "status", false}};
    for (size_t i = 0; i < w->n_plans; i++) {
        if (i % 3 == 0)
            buttons_row(b);
        TEXT_BUTTON(b, a->lang, TEXT_BTN_PLAN_NTH,
                    arena_printf(a->arena, "plan %lld show", (long long)w->plans[i]),
                    T_ID("id", w->plans[i]));
    }
    buttons_row(b);
    add_choices(a, b, begin, ARRAY_LEN(begin));
    if (w->invalid && command_open(a, "invalid"))
        TEXT_BUTTON(b, a->lang, TEXT_BTN_INVALID, "invalid", T_INT("n", w->invalid));
    if (w->conflicts && command_open(a, "conflicts"))
        TEXT_BUTTON(b, a->lang, TEXT_BTN_CONFLICTS, "conflicts", T_INT("n", w->conflicts));
    buttons_row(b);
    add_choices(a, b, end, ARRAY_LEN(end));
    TEXT_BUTTON(b, a->lang, TEXT_BTN_MENU_MORE, arena_printf(a->arena, "menu more @%s", a->slot));
}

static void hello(struct ask *a, struct msg *m)
{
    if (a->user->name && *a->user->name)
        TEXT_ADD(m, a->lang, TEXT_START_HELLO, T_TEXT("name", a->user->name));
    else
        TEXT_ADD(m, a->lang, TEXT_START_HELLO_NAMELESS);
}

static int for_participant(struct ask *a, struct msg *m, struct err *err)
{
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (is_known(a) && contact_hello(a, m, err))
        return -1;
    if (is_known(a))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_MENU_CARD, "card");
    else
        hello(a, m);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
    return ask_reply(a, m, &b, NULL, err);
}

int main_menu(struct ask *a, const char *first, struct err *err)
{
    AUTO_MSG m = MSG_INIT, state = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct waiting w = {0};
    if (a->rights->role == ROLE_ANYONE)
        return contact_invite(a, err);
    if (first) {
        msg_text(&m, first);
        msg_html(&m, "\n\n");
    }
    if (a->rights->role < ROLE_ORGANIZER)
        return for_participant(a, &m, err);
    if (add_state(a, &state, &w, err))
        return -1;
    if (!first) {
        hello(a, &m);
        msg_html(&m, "\n");
    }
    msg_html(&m, msg_str(&state));
    const char *slot = ask_slot(a, "menu");
    add_first_page(a, &b, &w);
    return ask_reply(a, &m, &b, slot, err);
}

int main_menu_more(struct ask *a, struct err *err)
{
    static const struct choice work[] =
        {{TEXT_BTN_RUNS, "runs", false},           {TEXT_BTN_MENU_STATS, "stats", false},
         {TEXT_BTN_MENU_QUEUE, "queue", true},     {TEXT_BTN_MENU_SCHEDULE, "schedule", false},
         {TEXT_BTN_PAUSED, "pause", true},         {TEXT_BTN_MENU_HEALTH, "health", false},
         {TEXT_BTN_ALERTS, "alerts", true},        {TEXT_BTN_ROLES, "roles", false},
         {TEXT_BTN_MENU_LANG, "lang", true},       {TEXT_BTN_MENU_BACKUP, "backup", false},
         {TEXT_BTN_MENU_LOG, "log", false},        {TEXT_BTN_MENU_CURSOR, "cursor", true},
         {TEXT_BTN_MENU_VERSION, "version", false}};
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (a->rights->role < ROLE_ORGANIZER)
        return main_menu(a, NULL, err);
    const char *slot = ask_slot(a, "menu");
    TEXT_ADD(&m, a->lang, TEXT_MENU_MORE);
    add_choices(a, &b, work, ARRAY_LEN(work));
    if (is_known(a))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_MENU_CARD, "card");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_MENU_BACK, arena_printf(a->arena, "menu @%s", a->slot));
    return ask_reply(a, &m, &b, slot, err);
}
