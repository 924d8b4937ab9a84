/* "": what is wrong now. "N": everything about one. "N try": runs again what failed. "what": what
 * this chat wants to hear of; "what NAME on|off" changes it. */
#include "bot/alerts/alert_tell.h"
#include "bot/chat/groups.h"
#include "bot/cmd/flows_asked.h"
#include "bot/command.h"

#include <stdio.h>
#include <string.h>

#define SHOWN  12
#define BEFORE 3
#define DAY_MS 86400000

/* ---------------------------------------------------------------- the list */

static int add_open(struct ask *a, const struct alert *list, size_t n, struct msg *m,
                    struct buttons *b, struct err *err)
{
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        struct alert_view v;
        if (alert_view_read(a->db, a->bot, NULL, &list[i], a->now, a->arena, &v, err))
            return -1;
        v.lang = a->lang;
        msg_html(m, "\n");
        if (n > 1)
            msg_textf(m, "%zu. ", i + 1);
        alert_head(&v, m);
        if (i && i % 6 == 0)
            buttons_row(b);
        const char *label = n > 1 ? arena_printf(a->arena, "%zu", i + 1)
                                  : text_template(a->lang, TEXT_BTN_ALERT_MORE);
        buttons_addf(b, label, "alerts %lld @%s", (long long)list[i].id, a->slot);
    }
    if (n > SHOWN) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_ALERTS_CUT, T_INT("n", (int64_t)(n - SHOWN)));
    }
    return 0;
}

static int show_list(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct alert *open, *mended;
    size_t n, n_mended;
    const char *slot = ask_slot(a, "alerts");
    if (alerts_list_open(a->db, 100, a->arena, &open, &n, err) ||
        alerts_list_closed(a->db, a->now - DAY_MS, 100, a->arena, &mended, &n_mended, err))
        return -1;
    TEXT_ADD(&m, a->lang, n ? TEXT_ALERTS_HEAD : TEXT_ALERTS_NONE, T_INT("n", (int64_t)n));
    if (add_open(a, open, n, &m, &b, err))
        return -1;
    if (n_mended) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_ALERTS_LATELY, T_INT("n", (int64_t)n_mended));
    }
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_REFRESH, arena_printf(a->arena, "alerts @%s", a->slot));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ALERTS_WHAT,
                arena_printf(a->arena, "alerts what @%s", a->slot));
    return ask_reply(a, &m, &b, slot, err);
}

/* ---------------------------------------------------------------- one of them */

static int show_one(struct ask *a, const struct alert *alert, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct alert_view v;
    struct alert *before;
    size_t n;
    bool people;
    const char *slot = ask_slot(a, "alerts");
    if (groups_may_show(a->bot, a->db, a->via, a->u->chat_id, &people, err) ||
        alert_view_read(a->db, a->bot, NULL, alert, a->now, a->arena, &v, err) ||
        alert_muted(a->db, alert, a->u->chat_id, a->now, &v.muted, err) ||
        alerts_history(a->db, alert, BEFORE, a->arena, &before, &n, err))
        return -1;
    v.lang = a->lang;
    v.hide_people = !people && !a->u->is_private;
    alert_details(&v, before, n, &m, &b);
    return ask_reply(a, &m, &b, slot, err);
}

static void add_step(struct ask *a, const char *name, const char **names, size_t *n)
{
    struct step s;
    if (*n < JOB_STEPS_MAX && config_step(a->bot->cfg, name, &s))
        names[(*n)++] = name;
}

/* The steps that met it: one is enough to tell, and each of them has something to catch up with. */
static size_t steps_to_try(struct ask *a, const struct alert *alert, const char **names)
{
    char *steps = arena_strdup(a->arena, alert->steps), *save = NULL;
    size_t n = 0;
    for (char *s = strtok_r(steps, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
        add_step(a, s, names, &n);
    if (!n)
        add_step(a, alert->subject, names, &n);
    return n;
}

static int try_now(struct ask *a, const struct alert *alert, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *names[JOB_STEPS_MAX];
    struct choice c;
    size_t n = alert->open ? steps_to_try(a, alert, names) : 0, bad;
    if (n && !choose_flows(a->bot->cfg, names, n, &c, &bad))
        return flows_start(a, &c, NULL, &(struct job_options){0}, err);
    TEXT_ADD(&m, a->lang, TEXT_ALERT_NOTHING_TO_TRY);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    return ask_reply(a, &m, &b, NULL, err);
}

/* ---------------------------------------------------------------- what to be told */

static void add_quiet(struct ask *a, struct msg *m)
{
    const struct alert_settings *s = &a->bot->cfg->alerts;
    if (!s->quiet)
        return;
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, TEXT_ALERTS_QUIET,
             T_TEXT("from",
                    arena_printf(a->arena, "%02d:%02d", s->quiet_from / 60, s->quiet_from % 60)),
             T_TEXT("to", arena_printf(a->arena, "%02d:%02d", s->quiet_to / 60, s->quiet_to % 60)));
}

/* The button says what is, its data what shall be: pressed twice, it does the same twice. */
static int add_switch(struct ask *a, const char *what, const char *title, struct buttons *b,
                      struct err *err)
{
    bool on;
    if (alert_wants(a->db, a->u->chat_id, what, &on, err))
        return -1;
    TEXT_BUTTON(b, a->lang, on ? TEXT_BTN_ALERT_ON : TEXT_BTN_ALERT_OFF,
                arena_printf(a->arena, "alerts what %s %s @%s", what, on ? "off" : "on", a->slot),
                T_TEXT("name", title));
    return 0;
}

static int show_what(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *slot = ask_slot(a, "alerts");
    TEXT_ADD(&m, a->lang, TEXT_ALERTS_WHAT);
    add_quiet(a, &m);
    for (size_t i = SEV_COUNT; i-- > 0;) {
        enum severity s = (enum severity)i;
        if (i % 2)
            buttons_row(&b);
        if (add_switch(a, severity_name(s), severity_title(s, a->lang), &b, err))
            return -1;
    }
    for (size_t i = 0; i < ALERT_KINDS; i++) {
        enum alert_kind k = (enum alert_kind)i;
        if (i % 2 == 0)
            buttons_row(&b);
        if (k != ALERT_MORE && k != ALERT_PLANS &&
            add_switch(a, alert_kind_name(k), alert_title(k, a->lang), &b, err))
            return -1;
    }
    if (a->bot->cfg->alerts.digest &&
        add_switch(a, "digest", text_template(a->lang, TEXT_ALERT_NAME_DIGEST), &b, err))
        return -1;
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ALERTS, arena_printf(a->arena, "alerts @%s", a->slot));
    return ask_reply(a, &m, &b, slot, err);
}

static bool is_name(const char *what)
{
    enum alert_kind kind;
    enum severity severity;
    return alert_kind_parse(what, &kind) || severity_parse(what, &severity) ||
           !strcmp(what, "digest");
}

static int change_what(struct ask *a, const char *args, struct err *err)
{
    const char *what = ask_word(a, &args), *how = ask_word(a, &args);
    bool on = how && !strcmp(how, "on");
    if (what && how && is_name(what) && (on || !strcmp(how, "off")) &&
        alert_want(a->db, a->u->chat_id, what, on, err))
        return -1;
    return show_what(a, err);
}

static int run(struct ask *a, struct err *err)
{
    const char *args = a->args, *first = ask_word(a, &args), *how;
    struct alert *alert;
    int64_t id;
    if (!first)
        return show_list(a, err);
    if (!strcmp(first, "what"))
        return change_what(a, args, err);
    if (!base_parse_i64(first, 1, INT64_MAX, &id))
        return show_list(a, err);
    if (alerts_get(a->db, id, a->arena, &alert, err))
        return -1;
    if (!alert) {
        AUTO_MSG m = MSG_INIT;
        TEXT_ADD(&m, a->lang, TEXT_ALERT_UNKNOWN, T_ID("id", id));
        return ask_reply(a, &m, NULL, NULL, err);
    }
    how = ask_word(a, &args);
    return how && !strcmp(how, "try") ? try_now(a, alert, err) : show_one(a, alert, err);
}

const struct command cmd_alerts = {"alerts", "[N | what]", TEXT_CMD_ALERTS, ROLE_ADMIN, true, run};
