#include "bot/conflict_page.h"

#include "bot/same_text.h"
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

static void add_pages(struct ask *a, int64_t at, int64_t total, struct buttons *b)
{
    buttons_row(b);
    if (at > 0)
        TEXT_BUTTON(b, a->lang, TEXT_BTN_PREV,
                    arena_printf(a->arena, "conflicts %lld @%s", (long long)(at - 1), a->slot));
    if (at + 1 < total)
        TEXT_BUTTON(b, a->lang, TEXT_BTN_LATER_NEXT,
                    arena_printf(a->arena, "conflicts %lld @%s", (long long)(at + 1), a->slot),
                    T_INT("n", at + 2), T_INT("total", total));
    else
        TEXT_BUTTON(b, a->lang, TEXT_BTN_LATER,
                    arena_printf(a->arena, "conflicts later @%s", a->slot));
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
    if (!note->flow)
        return;
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_SYNC_FLOW, arena_printf(a->arena, "sync %s", note->flow),
                T_TEXT("name", bot_flow_title(a->bot->cfg, note->flow, a->lang)));
}

/* ---------------------------------------------------------------- pages and cards */

int conflict_page(struct ask *a, int64_t at, const struct conflict_note *note, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct dicts *dicts;
    struct conflict *list;
    size_t n;
    int64_t total;
    const char *slot = ask_slot(a, "conflict");
    if (dict_load(a->db, a->arena, &dicts, err) ||
        conflicts_list_open(a->db, (size_t)at, 1, a->arena, &list, &n, &total, err))
        return -1;
    if (!n && at) {
        at = 0;
        if (conflicts_list_open(a->db, 0, 1, a->arena, &list, &n, &total, err))
            return -1;
    }
    add_note(note, &m);
    if (n) {
        if (total > 1) {
            TEXT_ADD(&m, a->lang, TEXT_CONFLICT_NTH, T_INT("n", at + 1), T_INT("total", total));
            msg_html(&m, "\n");
        }
        if (add_conflict(a, dicts, &list[0], &m, err))
            return -1;
        add_choices(a, &list[0], arena_printf(a->arena, " %lld", (long long)at), &b);
        add_pages(a, at, total, &b);
    } else {
        TEXT_ADD(&m, a->lang, TEXT_CONFLICT_NONE);
    }
    add_sync(a, note, &b);
    return ask_reply(a, &m, &b, slot, err);
}

int conflict_card(struct ask *a, const struct conflict *c, const struct conflict_note *note,
                  struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct dicts *dicts;
    const char *slot = ask_slot(a, "conflict");
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    add_note(note, &m);
    if (add_conflict(a, dicts, c, &m, err))
        return -1;
    bool took_theirs = str_eq(c->choice, "theirs");
    if (c->open || same_is(c))
        add_choices(a, c, "", &b);
    else if (c->choice)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RESTORE,
                    arena_printf(a->arena, "settle %lld %s back @%s", (long long)c->id,
                                 took_theirs ? "ours" : "theirs", a->slot),
                    T_TEXT("value", field_value_short(a, dicts, c->entity, c->field,
                                                      took_theirs ? c->ours : c->theirs)));
    add_sync(a, note, &b);
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_CONFLICTS,
                arena_printf(a->arena, "conflicts @%s", a->slot));
    return ask_reply(a, &m, &b, slot, err);
}
