#include "bot/command.h"
#include "bot/status.h"
#include "bot/work_list.h"
#include "store/holds.h"
#include "store/model.h"

#include <string.h>

#define TROUBLES_SHOWN 8

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

/* ---------------------------------------------------------------- flows */

/* A brake stopped it: its plan waits for a person. */
static bool is_held(const struct step_status *f)
{
    return str_eq(f->state.error_kind, err_kind_name(ERR_LIMIT));
}

static void add_waiting(struct ask *a, const struct step_status *f, struct msg *m)
{
    AUTO_BUF name = BUF_INIT(512);
    TEXT_ADD(m, a->lang, f->step.push ? TEXT_STATUS_FLOW_WAITS_OUT : TEXT_STATUS_FLOW_WAITS,
             T_TEXT("flow", bot_step_title(&name, a->bot->cfg, step_name(&f->step), a->lang)),
             T_INT("n", f->waiting));
    msg_html(m, "\n");
}

static void add_step(struct ask *a, const struct step_status *f, struct msg *m)
{
    char when[TEXT_SHORT], edited[TEXT_SHORT];
    AUTO_BUF why = BUF_INIT(1024), name = BUF_INIT(512);
    const char *title = bot_step_title(&name, a->bot->cfg, step_name(&f->step), a->lang);
    if (f->state.error && is_held(f) && a->rights->whole < a->need) /* it counts all teams' rows */
        TEXT_ADD(m, a->lang, TEXT_STATUS_FLOW_HELD_ALONE, T_TEXT("flow", title),
                 T_TEXT("time", text_clock(when, a->lang, f->state.error_at, a->now)));
    else if (f->state.error)
        TEXT_ADD(m, a->lang, is_held(f) ? TEXT_STATUS_FLOW_HELD : TEXT_STATUS_FLOW_BAD,
                 T_TEXT("flow", title),
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

/* What somebody looks for first: lines for what is not simply fine, numbers for the rest. */
struct digest {
    const struct hold *holds;
    size_t n_holds;
    size_t lines, unsaid, never, fine;
    int64_t oldest;
};

static const struct hold *hold_of(const struct digest *d, const struct flow *f)
{
    for (size_t i = 0; i < d->n_holds; i++) {
        if (!strcmp(d->holds[i].name, f->name) || !strcmp(d->holds[i].name, f->remote->name))
            return &d->holds[i];
    }
    return NULL;
}

static void add_hold(struct ask *a, const struct flow *f, const struct hold *h, struct msg *m)
{
    char until[TEXT_SHORT];
    TEXT_ADD(m, a->lang, h->until ? TEXT_STATUS_FLOW_OFF_UNTIL : TEXT_STATUS_FLOW_OFF,
             T_TEXT("flow", bot_flow_title(a->bot->cfg, f->name, a->lang)),
             T_TEXT("time", text_clock(until, a->lang, h->until, a->now)));
    msg_html(m, "\n");
}

/* Why a flow is not simply fine, in a line or two, as far as there is room. */
static void add_trouble(struct ask *a, const struct step_status *f, struct digest *d, struct msg *m)
{
    const struct hold *h = f->step.push && f->step.flow->direction == DIR_BOTH
                               ? NULL /* said of its reading */
                               : hold_of(d, f->step.flow);
    bool bad = f->state.error != NULL;
    if (!bad && f->state.checked_at) {
        d->fine++;
        if (!d->oldest || f->state.checked_at < d->oldest)
            d->oldest = f->state.checked_at;
    } else if (!bad) {
        d->never++;
    }
    if (!bad && !h && !f->waiting)
        return;
    if (d->lines >= TROUBLES_SHOWN) {
        d->unsaid++;
        return;
    }
    d->lines++;
    if (bad)
        add_step(a, f, m);
    else if (h)
        add_hold(a, f->step.flow, h, m);
    else
        add_waiting(a, f, m);
}

static int add_digest(struct ask *a, const struct status *s, struct msg *m, struct err *err)
{
    struct digest d = {.n_holds = 0};
    struct hold *holds;
    char ago[TEXT_SHORT];
    if (holds_list(a->db, a->now, a->arena, &holds, &d.n_holds, err))
        return -1;
    d.holds = holds;
    for (size_t i = 0; i < s->n_steps; i++)
        add_trouble(a, &s->steps[i], &d, m);
    if (d.unsaid) {
        TEXT_ADD(m, a->lang, TEXT_STATUS_FLOWS_MORE, T_INT("n", (int64_t)d.unsaid));
        msg_html(m, "\n");
    }
    if (d.never) {
        TEXT_ADD(m, a->lang, TEXT_STATUS_NEVER, T_INT("n", (int64_t)d.never));
        msg_html(m, "\n");
    }
    if (d.fine) {
        TEXT_ADD(m, a->lang, d.lines || d.never ? TEXT_STATUS_FINE_REST : TEXT_STATUS_FINE,
                 T_INT("n", (int64_t)d.fine),
                 T_TEXT("ago", text_ago(ago, a->lang, a->now - d.oldest)));
        msg_html(m, "\n");
    }
    return 0;
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
        const char *entity;
        int64_t n;
    } parts[] = {{"person", s->people},
                 {"team", s->teams},
                 {"participation", s->participations},
                 {"badge", s->badges},
                 {"arrival", s->arrivals}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (i >= 3 && !parts[i].n)
            continue;
        msg_html(m, i ? ", " : "");
        bot_number(m, a->lang, model_entity(parts[i].entity), parts[i].n);
    }
    msg_html(m, " · ");
    msg_text(m, size_text(a, s->store_bytes));
}

/* ---------------------------------------------------------------- the screens */

static void add_tail(struct ask *a, const struct status *s, struct msg *m)
{
    char up[TEXT_SHORT];
    add_open_questions(a, s, m);
    if (s->queued)
        TEXT_ADD(m, a->lang, TEXT_STATUS_QUEUE, T_INT("n", s->queued));
    else
        TEXT_ADD(m, a->lang, TEXT_STATUS_QUEUE_EMPTY);
    if (a->rights->whole >= a->need) {
        msg_html(m, " · ");
        add_store(a, s, m);
    }
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, TEXT_STATUS_UPTIME,
             T_TEXT("up", text_duration(up, a->lang, a->now - a->bot->started_ms)),
             T_TEXT("version", ROSTERD_VERSION));
}

static int show(struct ask *a, const struct status *s, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    int64_t invalid, ignored;
    const char *slot = ask_slot(a, "status");
    if (work_count(a, TASK_INVALID, &ignored, &invalid, err))
        return -1;
    add_remotes(a, s, &m);
    if (add_digest(a, s, &m, err))
        return -1;
    add_tail(a, s, &m);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_REFRESH, arena_printf(a->arena, "status @%s", a->slot));
    if (s->n_steps)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_ALL_FLOWS,
                    arena_printf(a->arena, "status all @%s", a->slot));
    if (command_open(a, "runs"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    buttons_row(&b);
    if (invalid)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_INVALID, "invalid", T_INT("n", invalid));
    if (s->conflicts)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_CONFLICTS, "conflicts", T_INT("n", s->conflicts));
    return ask_reply(a, &m, &b, slot, err);
}

static int show_all(struct ask *a, const struct status *s, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *slot = ask_slot(a, "status");
    TEXT_ADD(&m, a->lang, TEXT_STATUS_STEPS_HEAD);
    msg_html(&m, "\n");
    for (size_t i = 0; i < s->n_steps; i++)
        add_step(a, &s->steps[i], &m);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_REFRESH, arena_printf(a->arena, "status all @%s", a->slot));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS_BACK, arena_printf(a->arena, "status @%s", a->slot));
    return ask_reply(a, &m, &b, slot, err);
}

/* Whose role is limited to a team hears how the machinery does, and of their own lines. */
static int keep_theirs(struct ask *a, struct status *s, struct err *err)
{
    struct step_status *steps = arena_alloc(a->arena, s->n_steps ? s->n_steps : 1, sizeof *steps);
    int64_t ignored;
    if (a->rights->whole >= a->need)
        return 0;
    for (size_t i = 0; i < s->n_steps; i++) {
        steps[i] = s->steps[i];
        steps[i].known = steps[i].waiting = steps[i].invalid = 0;
    }
    s->steps = steps;
    s->paused = s->unheard = 0;
    return work_count(a, TASK_CONFLICT, &ignored, &s->conflicts, err);
}

static int run(struct ask *a, struct err *err)
{
    const char *args = a->args, *word = ask_word(a, &args);
    struct status s;
    if (status_read(a->db, a->bot->cfg, a->arena, &s, err) || keep_theirs(a, &s, err))
        return -1;
    return str_eq(word, "all") && s.n_steps ? show_all(a, &s, err) : show(a, &s, err);
}

const struct command cmd_status = {"status", "[all]", TEXT_CMD_STATUS, ROLE_ORGANIZER, true, run};
