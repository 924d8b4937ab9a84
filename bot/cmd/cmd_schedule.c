#include "bot/cmd/hold_asked.h"
#include "bot/command.h"
#include "bot/text/field_text.h"
#include "bot/text/ops_text.h"
#include "store/holds.h"

#include <string.h>

/* What holds a step of this entry: itself, or its remote where all of it is one. */
static const struct hold *held_by(const struct hold *list, size_t n, const char *name,
                                  const struct remote_config *remote)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(list[i].name, name) || (remote && !strcmp(list[i].name, remote->name)))
            return &list[i];
    }
    return NULL;
}

static const struct remote_config *only_remote(const struct cycle *c)
{
    const struct remote_config *one = c->n ? c->steps[0].flow->remote : NULL;
    for (size_t i = 0; i < c->n; i++) {
        if (c->steps[i].flow->remote != one)
            return NULL;
    }
    return one;
}

struct screen {
    struct msg m;
    struct buttons b;
    const struct hold *holds;
    size_t n_holds, lines;
};

static void add_held(struct ask *a, struct screen *s, const char *title, const struct hold *h)
{
    char since[TEXT_SHORT], until[TEXT_SHORT];
    TEXT_ADD(&s->m, a->lang, h->until ? TEXT_SCHEDULE_HELD_UNTIL : TEXT_SCHEDULE_HELD,
             T_TEXT("what", title), T_TEXT("who", source_title(a, h->by)),
             T_TEXT("since", text_clock(since, a->lang, h->at, a->now)),
             T_TEXT("until", text_clock(until, a->lang, h->until, a->now)));
}

static int add_entry(struct ask *a, struct screen *s, const char *name, const char *first_step,
                     int64_t every_ms, const struct remote_config *remote, struct err *err)
{
    struct flow_state state;
    char every[TEXT_SHORT], next[TEXT_SHORT];
    const char *title = hold_title(a, name);
    const struct hold *h = held_by(s->holds, s->n_holds, name, remote);
    if (flow_state_get(a->db, first_step, a->arena, &state, err))
        return -1;
    int64_t due = state.checked_at ? state.checked_at + every_ms : a->now;
    msg_html(&s->m, "\n");
    s->lines++;
    buttons_row(&s->b);
    if (h) {
        add_held(a, s, title, h);
        TEXT_BUTTON(&s->b, a->lang, TEXT_BTN_RELEASE, arena_printf(a->arena, "resume %s", h->name),
                    T_TEXT("what", hold_title(a, h->name)));
        return 0;
    }
    TEXT_ADD(&s->m, a->lang, TEXT_SCHEDULE_LINE, T_TEXT("what", title),
             T_TEXT("every", text_duration(every, a->lang, every_ms)),
             T_TEXT("last", ops_ago(a, state.checked_at, TEXT_SCHEDULE_NEVER)),
             T_TEXT("next", due > a->now ? text_clock(next, a->lang, due, a->now)
                                         : text_template(a->lang, TEXT_SCHEDULE_NOW)));
    TEXT_BUTTON(&s->b, a->lang, TEXT_BTN_HOLD, arena_printf(a->arena, "pause %s", name),
                T_TEXT("what", title));
    return 0;
}

static int add_all(struct ask *a, struct screen *s, struct err *err)
{
    const struct config *cfg = a->bot->cfg;
    for (size_t i = 0; i < cfg->n_cycles; i++) {
        const struct cycle *c = cfg->cycles[i];
        if (c->every_ms && c->n &&
            add_entry(a, s, c->name, step_name(&c->steps[0]), c->every_ms, only_remote(c), err))
            return -1;
    }
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i];
        if (f->every_ms &&
            add_entry(a, s, f->name, f->direction == DIR_PUSH ? f->push_name : f->name, f->every_ms,
                      f->remote, err))
            return -1;
    }
    return 0;
}

static int run(struct ask *a, struct err *err)
{
    struct screen s = {.m = MSG_INIT, .b = BUTTONS_INIT};
    AUTO_MSG m = MSG_INIT;
    struct hold *holds;
    if (holds_list(a->db, a->now, a->arena, &holds, &s.n_holds, err))
        return -1;
    s.holds = holds;
    int bad = add_all(a, &s, err);
    if (!bad) {
        TEXT_ADD(&m, a->lang, s.lines ? TEXT_SCHEDULE_HEAD : TEXT_SCHEDULE_NONE);
        msg_html(&m, msg_str(&s.m));
        bad = ask_reply(a, &m, &s.b, ask_slot(a, "schedule"), err);
    }
    msg_free(&s.m);
    buttons_free(&s.b);
    return bad;
}

const struct command cmd_schedule = {.name = "schedule",
                                     .args = "",
                                     .help = TEXT_CMD_SCHEDULE,
                                     .role = ROLE_ORGANIZER,
                                     .in_menu = true,
                                     .run = run};
