#include "bot/command.h"
#include "bot/status.h"

#include <stdio.h>

static const char *size_text(struct ask *a, int64_t bytes)
{
    if (bytes >= 10 << 20)
        return arena_printf(a->arena, a->lang == LANG_RU ? "%lld МБ" : "%lld MB",
                            (long long)(bytes >> 20));
    return arena_printf(a->arena, a->lang == LANG_RU ? "%lld КБ" : "%lld KB",
                        (long long)(bytes >> 10));
}

static void add_remotes(struct ask *a, const struct status *s, struct msg *m)
{
    char when[TEXT_SHORT];
    for (size_t i = 0; i < a->bot->cfg->n_remotes; i++) {
        const struct remote_state *r = &s->remotes[i];
        AUTO_BUF why = BUF_INIT(1024);
        const char *title = bot_remote_title(a->bot->cfg->remotes[i], a->lang);
        if (i)
            msg_html(m, r->error || s->remotes[i - 1].error ? "\n" : " · ");
        if (r->error)
            TEXT_ADD(m, a->lang, TEXT_STATUS_REMOTE_BAD, T_TEXT("remote", title),
                     T_TEXT("time", text_clock(when, a->lang, r->error_at, a->now)),
                     T_TEXT("why", bot_error(&why, r->error, a->lang)));
        else if (r->ok_at)
            TEXT_ADD(m, a->lang, TEXT_STATUS_REMOTE_OK, T_TEXT("remote", title),
                     T_TEXT("ago", text_ago(when, a->lang, a->now - r->ok_at)));
        else
            TEXT_ADD(m, a->lang, TEXT_STATUS_REMOTE_NEVER, T_TEXT("remote", title));
    }
    msg_html(m, "\n");
}

static void add_flows(struct ask *a, const struct status *s, struct msg *m)
{
    char when[TEXT_SHORT], edited[TEXT_SHORT];
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct step_status *f = &s->steps[i];
        AUTO_BUF why = BUF_INIT(1024), name = BUF_INIT(512);
        const char *title = bot_step_title(&name, a->bot->cfg, step_name(&f->step), a->lang);
        if (f->state.error)
            TEXT_ADD(m, a->lang, TEXT_STATUS_FLOW_BAD, T_TEXT("flow", title),
                     T_TEXT("time", text_clock(when, a->lang, f->state.error_at, a->now)),
                     T_TEXT("why", bot_error(&why, f->state.error, a->lang)));
        else if (f->state.checked_at && f->step.push)
            TEXT_ADD(m, a->lang, TEXT_STATUS_SENT, T_TEXT("flow", title),
                     T_TEXT("ago", text_ago(when, a->lang, a->now - f->state.checked_at)));
        else if (f->state.checked_at)
            TEXT_ADD(m, a->lang, f->newest_at ? TEXT_STATUS_FLOW : TEXT_STATUS_FLOW_TIMELESS,
                     T_TEXT("flow", title),
                     T_TEXT("ago", text_ago(when, a->lang, a->now - f->state.checked_at)),
                     T_TEXT("time", text_clock(edited, a->lang, f->newest_at, a->now)));
        else
            TEXT_ADD(m, a->lang, TEXT_STATUS_FLOW_NEVER, T_TEXT("flow", title));
        msg_html(m, "\n");
    }
}

/* What waits for a person, when there is any. */
static void add_open_questions(struct ask *a, const struct status *s, struct msg *m)
{
    const struct {
        int64_t n;
        enum text_id text;
    } lines[] = {{s->conflicts, TEXT_STATUS_CONFLICTS},
                 {s->paused, TEXT_STATUS_PAUSED},
                 {s->unheard, TEXT_STATUS_UNHEARD}};
    bool said = false;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (!lines[i].n)
            continue;
        msg_html(m, said ? " · " : "");
        TEXT_ADD(m, a->lang, lines[i].text, T_INT("n", lines[i].n));
        said = true;
    }
    msg_html(m, said ? "\n" : "");
}

/* How many there are of each; what a festival does not keep goes unsaid. */
static void add_store(struct ask *a, const struct status *s, struct msg *m)
{
    const struct {
        int64_t n;
        enum text_id text;
    } parts[] = {{s->badges, TEXT_STATUS_BADGES}, {s->arrivals, TEXT_STATUS_ARRIVALS}};
    TEXT_ADD(m, a->lang, TEXT_STATUS_STORE, T_INT("participations", s->participations),
             T_INT("people", s->people), T_INT("teams", s->teams));
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!parts[i].n)
            continue;
        msg_html(m, ", ");
        TEXT_ADD(m, a->lang, parts[i].text, T_INT("n", parts[i].n));
    }
    msg_html(m, " · ");
    msg_text(m, size_text(a, s->store_bytes));
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct status s;
    char up[TEXT_SHORT];
    int64_t invalid = 0;
    const char *slot = ask_slot(a, "status");
    if (status_read(a->db, a->bot->cfg, a->arena, &s, err))
        return -1;
    add_remotes(a, &s, &m);
    add_flows(a, &s, &m);
    add_open_questions(a, &s, &m);
    if (s.queued)
        TEXT_ADD(&m, a->lang, TEXT_STATUS_QUEUE, T_INT("n", s.queued));
    else
        TEXT_ADD(&m, a->lang, TEXT_STATUS_QUEUE_EMPTY);
    msg_html(&m, " · ");
    add_store(a, &s, &m);
    msg_html(&m, "\n");
    TEXT_ADD(&m, a->lang, TEXT_STATUS_UPTIME,
             T_TEXT("up", text_duration(up, a->lang, a->now - a->bot->started_ms)),
             T_TEXT("version", ROSTERD_VERSION));
    for (size_t i = 0; i < s.n_steps; i++)
        invalid += s.steps[i].invalid;
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_REFRESH, arena_printf(a->arena, "status @%s", a->slot));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    if (invalid)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_INVALID, "invalid", T_INT("n", invalid));
    if (s.conflicts)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_CONFLICTS, "conflicts", T_INT("n", s.conflicts));
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_status = {"status", "", TEXT_CMD_STATUS, ROLE_ORGANIZER, true, run};
