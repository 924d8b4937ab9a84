#include "bot/conflict_page.h"

#include "bot/command.h"
#include "bot/text/same_text.h"
#include "store/audit.h"
#include "store/names.h"

#include <string.h>

const char *conflict_name(struct ask *a, const struct conflict *c)
{
    return record_name_of(a->db, c->entity, c->local_id, a->arena);
}

const char *conflict_value(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                           bool theirs)
{
    return field_value(a, dicts, c->entity, c->field, theirs ? c->theirs : c->ours);
}

static const char *remote_of(struct ask *a, const struct conflict *c)
{
    return source_title(a, c->remote);
}

/* ---------------------------------------------------------------- both sides */

static void add_theirs(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                       struct msg *m)
{
    char when[TEXT_SHORT];
    const char *remote = remote_of(a, c), *value = conflict_value(a, dicts, c, true);
    if (c->theirs_at)
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_THEIRS_AT, T_TEXT("remote", remote),
                 T_TEXT("value", value),
                 T_TEXT("time", text_clock(when, a->lang, c->theirs_at, a->now)));
    else
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_THEIRS, T_TEXT("remote", remote),
                 T_TEXT("value", value));
    msg_html(m, "\n");
}

/* Who set it is told only of the value that is shown: somebody may have changed it since. */
static int add_ours(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                    struct msg *m, struct err *err)
{
    char when[TEXT_SHORT];
    struct audit_row *last;
    const char *value = conflict_value(a, dicts, c, false);
    if (audit_last_of_field(a->db, c->entity, c->local_id, c->field, a->arena, &last, err))
        return -1;
    if (last && (last->field ? str_eq(last->after, c->ours) : c->open))
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_OURS_BY, T_TEXT("value", value),
                 T_TEXT("who", source_title(a, last->source)),
                 T_TEXT("time", text_clock(when, a->lang, last->at, a->now)));
    else
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_OURS, T_TEXT("value", value));
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, TEXT_CONFLICT_BASE,
             T_TEXT("value", field_value(a, dicts, c->entity, c->field, c->base)));
    return 0;
}

static void add_outcome(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                        struct msg *m)
{
    char when[TEXT_SHORT];
    const char *time = text_clock(when, a->lang, c->settled_at, a->now);
    msg_html(m, "\n\n");
    if (!c->choice)
        TEXT_ADD(m, a->lang,
                 str_eq(c->settled_by, "agreed") ? TEXT_CONFLICT_BY_ITSELF : TEXT_CONFLICT_CLOSED,
                 T_TEXT("time", time));
    else if (str_eq(c->settled_by, "policy"))
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_BY_POLICY, T_TEXT("time", time),
                 T_TEXT("value", conflict_value(a, dicts, c, str_eq(c->choice, "theirs"))));
    else
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_BY_PERSON, T_TEXT("who", source_title(a, c->settled_by)),
                 T_TEXT("time", time),
                 T_TEXT("value", conflict_value(a, dicts, c, str_eq(c->choice, "theirs"))));
}

static int add_conflict(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                        struct msg *m, struct err *err)
{
    if (same_is(c))
        return same_add(a, dicts, c, m, err);
    TEXT_ADD(m, a->lang, TEXT_CONFLICT_HEAD, T_TEXT("name", conflict_name(a, c)),
             T_TEXT("field", field_title(c->field, a->lang)));
    msg_html(m, "\n");
    add_theirs(a, dicts, c, m);
    if (add_ours(a, dicts, c, m, err))
        return -1;
    if (!c->open)
        add_outcome(a, dicts, c, m);
    return 0;
}

/* ---------------------------------------------------------------- buttons */

/* where: what follows the choice in the button's data, to come back to the same page. */
static void add_choices(struct ask *a, const struct conflict *c, const char *where,
                        struct buttons *b)
{
    if (same_is(c)) {
        same_buttons(a, c, where, b);
        return;
    }
    TEXT_BUTTON(b, a->lang, TEXT_BTN_TAKE_THEIRS,
                arena_printf(a->arena, "settle %lld theirs%s @%s", (long long)c->id, where,
                             a->slot),
                T_TEXT("remote", remote_of(a, c)));
    TEXT_BUTTON(b, a->lang, TEXT_BTN_KEEP_OURS,
                arena_printf(a->arena, "settle %lld ours%s @%s", (long long)c->id, where, a->slot));
}

static void add_pages(struct ask *a, const struct work_view *v, int64_t total, struct buttons *b)
{
    buttons_row(b);
    if (v->at > 0)
        TEXT_BUTTON(b, a->lang, TEXT_BTN_PREV,
                    arena_printf(a->arena, "conflicts %s %lld @%s", v->words,
                                 (long long)(v->at - 1), a->slot));
    if (v->at + 1 < total)
        TEXT_BUTTON(b, a->lang, TEXT_BTN_LATER_NEXT,
                    arena_printf(a->arena, "conflicts %s %lld @%s", v->words,
                                 (long long)(v->at + 1), a->slot),
                    T_INT("n", v->at + 2), T_INT("total", total));
    else
        TEXT_BUTTON(b, a->lang, TEXT_BTN_LATER,
                    arena_printf(a->arena, "conflicts later @%s", a->slot));
}

/* Who settles it, and when to come back to it. */
static void add_work(struct ask *a, const struct conflict *c, struct buttons *b)
{
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_WORK_GIVE,
                arena_printf(a->arena, "task c%lld give @%s", (long long)c->id, a->slot));
    TEXT_BUTTON(b, a->lang, TEXT_BTN_WORK_REMIND,
                arena_printf(a->arena, "task c%lld remind @%s", (long long)c->id, a->slot));
}

static void add_note(const struct conflict_note *note, struct msg *m)
{
    if (note->text) {
        msg_html(m, msg_str(note->text));
        msg_html(m, "\n\n");
    }
}

static void add_sync(struct ask *a, const struct conflict_note *note, struct buttons *b)
{
    if (!note->flow || !command_open(a, "sync"))
        return;
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_SYNC_FLOW, arena_printf(a->arena, "sync %s", note->flow),
                T_TEXT("name", bot_flow_title(a->bot->cfg, note->flow, a->lang)));
}

/* ---------------------------------------------------------------- pages and cards */

static int add_one(struct ask *a, const struct work_view *v, int64_t id, int64_t total,
                   struct msg *m, struct buttons *b, struct err *err)
{
    const struct task_item item = task_of_conflict(id, a->arena);
    const struct dicts *dicts;
    struct conflict *c;
    bool all = !strcmp(v->words, "all");
    if (dict_load(a->db, a->arena, &dicts, err) || conflicts_get(a->db, id, a->arena, &c, err))
        return -1;
    if (total > 1) {
        TEXT_ADD(m, a->lang, TEXT_CONFLICT_NTH, T_INT("n", v->at + 1), T_INT("total", total));
        msg_html(m, "\n");
    }
    work_say_filter(a, v, m);
    if (add_conflict(a, dicts, c, m, err))
        return -1;
    msg_html(m, "\n");
    if (work_add_lines(a, &item, m, err))
        return -1;
    /* from a filtered list there is no way back to its place: the settled one is shown instead */
    add_choices(a, c, all ? arena_printf(a->arena, " %lld", (long long)v->at) : "", b);
    add_work(a, c, b);
    add_pages(a, v, total, b);
    return 0;
}

int conflict_list(struct ask *a, const struct work_view *view, const struct conflict_note *note,
                  struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct work_view v = *view;
    int64_t id, total;
    const char *slot = work_slot(a, TASK_CONFLICT);
    bool all = !strcmp(v.words, "all");
    if (tasks_conflict_at(a->db, &v.filter, (size_t)v.at, &id, &total, err))
        return -1;
    if (!id && v.at) {
        v.at = 0;
        if (tasks_conflict_at(a->db, &v.filter, 0, &id, &total, err))
            return -1;
    }
    add_note(note, &m);
    if (!id)
        TEXT_ADD(&m, a->lang, all ? TEXT_CONFLICT_NONE : TEXT_WORK_NONE_OF);
    else if (add_one(a, &v, id, total, &m, &b, err))
        return -1;
    if (work_filter_buttons(a, &v, &b, err))
        return -1;
    add_sync(a, note, &b);
    return ask_reply(a, &m, &b, slot, err);
}

int conflict_page(struct ask *a, int64_t at, const struct conflict_note *note, struct err *err)
{
    struct work_view v = {.kind = TASK_CONFLICT, .at = at, .words = "all"};
    return work_only(a, TASK_CONFLICT, &v.filter.only, err) ? -1 : conflict_list(a, &v, note, err);
}

int conflict_card(struct ask *a, const struct conflict *c, const struct conflict_note *note,
                  struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct dicts *dicts;
    const struct task_item item = task_of_conflict(c->id, a->arena);
    const char *slot = work_slot(a, TASK_CONFLICT);
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    add_note(note, &m);
    if (add_conflict(a, dicts, c, &m, err))
        return -1;
    if (c->open) {
        msg_html(&m, "\n");
        if (work_add_lines(a, &item, &m, err))
            return -1;
    }
    bool took_theirs = str_eq(c->choice, "theirs");
    if (c->open || same_is(c))
        add_choices(a, c, "", &b);
    else if (c->choice)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RESTORE,
                    arena_printf(a->arena, "settle %lld %s back @%s", (long long)c->id,
                                 took_theirs ? "ours" : "theirs", a->slot),
                    T_TEXT("value", field_value_short(a, dicts, c->entity, c->field,
                                                      took_theirs ? c->ours : c->theirs)));
    if (c->open)
        add_work(a, c, &b);
    add_sync(a, note, &b);
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_CONFLICTS,
                arena_printf(a->arena, "conflicts @%s", a->slot));
    return ask_reply(a, &m, &b, slot, err);
}
