#include "bot/cmd/edit_asked.h"

#include "bot/card.h"
#include "bot/cmd/flows_asked.h"
#include "bot/command.h"
#include "bot/text/field_text.h"
#include "bot/text/jail_text.h"
#include "store/base/utf8.h"
#include "store/links.h"
#include "store/names.h"
#include "store/search.h"
#include "sync/edit.h"
#include "sync/undo/undo.h"

#include <string.h>

/* Words that come later are not taken for the answer: they may be about something else. */
#define ANSWER_MS   ((int64_t)10 * 60 * 1000)
#define TEAMS_SHOWN 8

/* ---------------------------------------------------------------- in words */

static const char *name_of(struct ask *a, const struct edit_look *l)
{
    return record_name(a->db, l->rec, a->arena);
}

static const char *field_name(const struct edit_look *l)
{
    return l->rec->e->fields[l->field].name;
}

static int words(struct ask *a, const struct edit_look *l, const char *text, const char **ret,
                 struct err *err)
{
    const struct dicts *dicts;
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    *ret = field_value(a, dicts, l->rec->e->name, field_name(l), text);
    return 0;
}

static const char *held(struct ask *a, const struct edit_look *l)
{
    char num[24];
    return arena_strdup(a->arena, value_or_null(&l->rec->v[l->field], num));
}

/* «Кода, Грист», each once. */
static const char *remotes(struct ask *a, const struct flow *const *list, size_t n)
{
    AUTO_BUF b = BUF_INIT(1024);
    for (size_t i = 0; i < n; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again = again || list[k]->remote == list[i]->remote;
        if (!again)
            buf_addf(&b, "%s%s", b.len ? ", " : "", bot_remote_title(list[i]->remote, a->lang));
    }
    return arena_strdup(a->arena, buf_str(&b));
}

static void add_text(struct ask *a, struct msg *m, const struct edit_look *l, enum text_id text,
                     const char *value)
{
    TEXT_ADD(m, a->lang, text, T_TEXT("name", name_of(a, l)),
             T_TEXT("field", field_title(field_name(l), a->lang)), T_TEXT("value", value));
}

static void add_card_button(struct ask *a, const struct record *r, struct buttons *b)
{
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_CARD, arena_printf(a->arena, "card %s @%s", r->id, a->slot));
}

/* Where it goes, and who may bring another value. */
static void add_places(struct ask *a, const struct edit_look *l, enum text_id gets, struct msg *m)
{
    if (l->n_gets)
        TEXT_ADD(m, a->lang, gets, T_TEXT("remotes", remotes(a, l->gets, l->n_gets)));
    else
        TEXT_ADD(m, a->lang, TEXT_SET_ONLY_HERE);
    if (l->pause) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_SET_PAUSED, T_TEXT("who", source_title(a, l->pause->by)));
    }
    if (l->n_gets && l->n_reads) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_SET_READS, T_TEXT("remotes", remotes(a, l->reads, l->n_reads)));
    }
}

/* ---------------------------------------------------------------- why it cannot be changed */

/* The rows where it can be changed. */
static int add_rows(struct ask *a, const struct edit_look *l, struct buttons *b, struct err *err)
{
    for (size_t i = 0; i < l->n_reads; i++) {
        const struct flow *f = l->reads[i];
        struct link *links;
        size_t n;
        if (links_of_record(a->db, l->rec->e->name, l->rec->id, f->remote->name, f->table, a->arena,
                            &links, &n, err))
            return -1;
        const char *url = n ? jail_row_url(a, f, links[0].remote_id) : NULL;
        AUTO_BUF label = BUF_INIT(1024);
        if (!url)
            continue;
        buttons_row(b);
        buttons_url(b,
                    TEXT_PLAIN(&label, a->lang, TEXT_BTN_SET_OPEN,
                               T_TEXT("remote", bot_remote_title(f->remote, a->lang))),
                    url);
    }
    return 0;
}

static int refuse(struct ask *a, const struct edit_look *l, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *slot = ask_slot(a, "card");
    if (l->can == EDITABLE_UNKNOWN) {
        TEXT_ADD(&m, a->lang, TEXT_CARD_GONE);
        return ask_reply(a, &m, NULL, slot, err);
    }
    add_text(a, &m, l, TEXT_SET_HEAD, NULL);
    msg_html(&m, "\n");
    if (l->can == EDITABLE_DELETED) {
        TEXT_ADD(&m, a->lang, TEXT_SET_DELETED);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_BACK,
                    arena_printf(a->arena, "restore %s %lld", l->rec->id, (long long)l->rec->rev));
    } else if (l->can == EDITABLE_CONFLICT) {
        TEXT_ADD(&m, a->lang, TEXT_SET_CONFLICT);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_CONFLICT_CARD,
                    arena_printf(a->arena, "conflict %lld", (long long)l->conflict),
                    T_TEXT("record", field_title(field_name(l), a->lang)));
    } else {
        TEXT_ADD(&m, a->lang, TEXT_SET_READ_ONLY,
                 T_TEXT("remotes", remotes(a, l->reads, l->n_reads)));
        if (add_rows(a, l, &b, err))
            return -1;
    }
    add_card_button(a, l->rec, &b);
    return ask_reply(a, &m, &b, slot, err);
}

/* ---------------------------------------------------------------- the question */

static bool is_typed(const struct field *f)
{
    return f->type != FT_DICT;
}

static void add_codes(struct ask *a, const struct edit_look *l, const struct dicts *dicts,
                      int64_t id, struct buttons *b)
{
    const char *code, *name, *now = held(a, l), *dict = l->rec->e->fields[l->field].dict;
    for (size_t i = 0; dict_entry_at(dicts, dict, i, &code, &name); i++) {
        if (i % 2 == 0)
            buttons_row(b);
        const char *data = arena_printf(a->arena, "set %lld %s @%s", (long long)id, code, a->slot);
        if (str_eq(code, now))
            TEXT_BUTTON(b, a->lang, TEXT_BTN_SET_NOW, data, T_TEXT("value", name));
        else
            buttons_add(b, name, data);
    }
}

static void add_question(struct ask *a, const struct field *f, struct msg *m)
{
    enum text_id text = f->type == FT_DICT            ? TEXT_SET_CHOOSE
                        : f->type == FT_PHONE         ? TEXT_SET_WRITE_PHONE
                        : f->type == FT_TELEGRAM      ? TEXT_SET_WRITE_TELEGRAM
                        : f->type == FT_REF           ? TEXT_SET_WRITE_TEAM
                        : !strcmp(f->name, "comment") ? TEXT_SET_WRITE_COMMENT
                                                      : TEXT_SET_WRITE;
    TEXT_ADD(m, a->lang, text, T_INT("n", EDIT_TEXT_MAX));
}

static int ask(struct ask *a, const struct edit_look *l, struct msg *note, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct field *f = &l->rec->e->fields[l->field];
    const struct dicts *dicts;
    const char *value, *slot = ask_slot(a, "card");
    int64_t id;
    const struct edit e = {.via = a->via,
                           .user_id = a->u->user_id,
                           .chat_id = a->u->chat_id,
                           .thread_id = a->u->thread_id,
                           .slot = slot,
                           .entity = l->rec->e->name,
                           .local_id = l->rec->id,
                           .field = f->name,
                           .before = held(a, l),
                           .typed = is_typed(f),
                           .asked_at = a->now};
    if (edits_ask(a->db, &e, &id, err) || dict_load(a->db, a->arena, &dicts, err) ||
        words(a, l, e.before, &value, err))
        return -1;
    if (note) {
        msg_html(&m, msg_str(note));
        msg_html(&m, "\n\n");
    }
    add_text(a, &m, l, TEXT_SET_HEAD, NULL);
    msg_html(&m, "\n");
    add_text(a, &m, l, TEXT_SET_NOW, value);
    msg_html(&m, "\n");
    add_places(a, l, TEXT_SET_GETS, &m);
    msg_html(&m, "\n\n");
    add_question(a, f, &m);
    if (f->type == FT_DICT)
        add_codes(a, l, dicts, id, &b);
    buttons_row(&b);
    if (!f->required && !f->fallback && e.before)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SET_CLEAR,
                    arena_printf(a->arena, "set %lld clear @%s", (long long)id, a->slot));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SET_NO,
                arena_printf(a->arena, "set %lld no @%s", (long long)id, a->slot));
    return ask_reply(a, &m, &b, slot, err);
}

int edit_ask(struct ask *a, const char *entity, const char *id, const char *field, struct msg *note,
             struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct edit_look l;
    if (edit_look(a->db, a->bot->cfg, entity, id, field, a->arena, &l, err))
        return -1;
    if (l.can != EDITABLE)
        return refuse(a, &l, err);
    if (!a->u->is_private && is_typed(&l.rec->e->fields[l.field])) {
        TEXT_ADD(&m, a->lang, TEXT_SET_PRIVATE);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    return ask(a, &l, note, err);
}

/* ---------------------------------------------------------------- what came of it */

/* Said again it is the same to the letter, so a second press changes nothing. */
static int say_done(struct ask *a, const struct edit *e, const struct edit_look *l, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *before, *after, *slot = ask_slot(a, "card");
    if (words(a, l, e->before, &before, err) || words(a, l, e->after, &after, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_SET_DONE, T_TEXT("name", name_of(a, l)),
             T_TEXT("field", field_title(e->field, a->lang)), T_TEXT("before", before),
             T_TEXT("after", after));
    msg_html(&m, "\n");
    add_places(a, l, TEXT_SET_NEXT, &m);
    if (l->n_gets && !l->pause && command_open(a, "sync"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SEND_NOW,
                    arena_printf(a->arena, "set %lld send", (long long)e->id));
    if (l->pause)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RESUME, arena_printf(a->arena, "resume %s", l->rec->id));
    const struct dicts *dicts;
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SET_UNDO,
                arena_printf(a->arena, "set %lld undo @%s", (long long)e->id, a->slot),
                T_TEXT("value", field_value_short(a, dicts, e->entity, e->field, e->before)));
    add_card_button(a, l->rec, &b);
    return ask_reply(a, &m, &b, slot, err);
}

static int say_undone(struct ask *a, const struct edit *e, const struct edit_look *l,
                      struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *before, *slot = ask_slot(a, "card");
    if (words(a, l, e->before, &before, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_SET_UNDONE, T_TEXT("name", name_of(a, l)),
             T_TEXT("field", field_title(e->field, a->lang)), T_TEXT("before", before));
    msg_html(&m, "\n");
    add_places(a, l, TEXT_SET_NEXT, &m);
    if (l->n_gets && !l->pause && command_open(a, "sync"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SEND_NOW,
                    arena_printf(a->arena, "set %lld send", (long long)e->id));
    add_card_button(a, l->rec, &b);
    return ask_reply(a, &m, &b, slot, err);
}

static int say_left(struct ask *a, const struct edit *e, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    const char *entity;
    TEXT_ADD(&m, a->lang, TEXT_SET_LEFT);
    if (card_entity(a, e->local_id, &entity, err))
        return -1;
    return card_show(a, e->entity, e->local_id, &m, err);
}

/* ---------------------------------------------------------------- the answer */

/* What was typed or pressed does not do: the question stands, with what is wrong above it. */
static int say_wrong(struct ask *a, const struct edit_look *l, enum edit_value how,
                     const char *text, struct err *err)
{
    AUTO_MSG note = MSG_INIT;
    const struct field *f = &l->rec->e->fields[l->field];
    size_t cut = utf8_cut_utf16(text, 60);
    const char *value, *shown = text[cut] ? arena_printf(a->arena, "%.*s…", (int)cut, text) : text;
    if (words(a, l, held(a, l), &value, err))
        return -1;
    enum text_id id = how == EDIT_VALUE_SAME    ? TEXT_SET_SAME
                      : how == EDIT_VALUE_EMPTY ? TEXT_SET_EMPTY
                      : how == EDIT_VALUE_LONG  ? TEXT_SET_LONG
                      : how == EDIT_VALUE_TWICE ? TEXT_SET_TWICE
                      : f->type == FT_PHONE     ? TEXT_SET_WRONG_PHONE
                      : f->type == FT_TELEGRAM  ? TEXT_SET_WRONG_TELEGRAM
                                                : TEXT_SET_WRONG;
    TEXT_ADD(&note, a->lang, id, T_TEXT("text", shown), T_TEXT("value", value),
             T_INT("n", EDIT_TEXT_MAX));
    return ask(a, l, &note, err);
}

/* A team's name: the one that fits, or which of them. */
static int answer_team(struct ask *a, const struct edit *e, const struct edit_look *l,
                       const char *text, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct search_result r;
    const char *only = NULL;
    size_t n = 0;
    if (search_find(a->db, text, 0, 200, a->arena, &r, err))
        return -1;
    for (size_t i = 0; i < r.n && n < TEAMS_SHOWN; i++) {
        if (strcmp(r.list[i].entity, l->rec->e->fields[l->field].ref) || r.list[i].deleted)
            continue;
        n++;
        only = r.list[i].id;
        buttons_row(&b);
        buttons_add(&b, r.list[i].name,
                    arena_printf(a->arena, "set %lld %s @%s", (long long)e->id, r.list[i].id,
                                 ask_slot(a, "card") ? a->slot : ""));
    }
    if (n == 1 && !r.near && !r.list[0].by_typo)
        return edit_answer(a, e, only, err);
    if (!n) {
        TEXT_ADD(&m, a->lang, TEXT_SET_NO_TEAM, T_TEXT("text", text));
        return ask(a, l, &m, err);
    }
    add_text(a, &m, l, TEXT_SET_HEAD, NULL);
    msg_html(&m, "\n");
    TEXT_ADD(&m, a->lang, TEXT_SET_WHICH_TEAM);
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SET_NO,
                arena_printf(a->arena, "set %lld no @%s", (long long)e->id, a->slot));
    return ask_reply(a, &m, &b, ask_slot(a, "card"), err);
}

/* It is written over nobody's edit that came after the question. */
static int write_answer(struct ask *a, const struct edit *e, const struct edit_look *l,
                        const struct value *v, struct err *err)
{
    AUTO_MSG note = MSG_INIT;
    struct edit_look now;
    struct edit *done;
    char num[24];
    const char *before = held(a, l);
    if (!str_eq(before, e->before) && (before || e->before)) {
        TEXT_ADD(&note, a->lang, TEXT_SET_MOVED);
        return ask(a, l, &note, err);
    }
    if (edit_write(a->db, l, v, ask_actor(a), a->now, a->arena, err) ||
        edits_done(a->db, e->id, before, value_or_null(v, num), a->now, err) ||
        edits_get(a->db, e->id, a->arena, &done, err) ||
        edit_look(a->db, a->bot->cfg, e->entity, e->local_id, e->field, a->arena, &now, err))
        return -1;
    return say_done(a, done, &now, err);
}

int edit_answer(struct ask *a, const struct edit *e, const char *text, struct err *err)
{
    struct edit_look l;
    const struct dicts *dicts;
    struct value v;
    enum edit_value how;
    char id[UUID_LEN + 1];
    if (edit_look(a->db, a->bot->cfg, e->entity, e->local_id, e->field, a->arena, &l, err))
        return -1;
    if (l.can == EDITABLE_UNKNOWN)
        return refuse(a, &l, err);
    if (e->state == EDIT_DONE)
        return say_done(a, e, &l, err);
    if (e->state == EDIT_UNDONE)
        return say_undone(a, e, &l, err);
    if (l.can != EDITABLE)
        return refuse(a, &l, err);
    if (e->state == EDIT_LEFT)
        return ask(a, &l, NULL, err);
    if (l.rec->e->fields[l.field].type == FT_REF && *text && !uuid_read(text, id))
        return answer_team(a, e, &l, text, err);
    if (dict_load(a->db, a->arena, &dicts, err) ||
        edit_read(a->db, &l, text, dicts, a->arena, &v, &how, err))
        return -1;
    if (how != EDIT_VALUE_OK)
        return say_wrong(a, &l, how, text, err);
    return write_answer(a, e, &l, &v, err);
}

int edit_undo(struct ask *a, const struct edit *e, struct err *err)
{
    AUTO_MSG note = MSG_INIT;
    struct edit_look l, now;
    const char *value;
    if (edit_look(a->db, a->bot->cfg, e->entity, e->local_id, e->field, a->arena, &l, err))
        return -1;
    if (e->state == EDIT_UNDONE && l.can != EDITABLE_UNKNOWN)
        return say_undone(a, e, &l, err);
    if (e->state != EDIT_DONE)
        return edit_ask(a, e->entity, e->local_id, e->field, NULL, err);
    if (l.can != EDITABLE)
        return refuse(a, &l, err);
    const char *is = held(a, &l);
    if (!str_eq(is, e->after) && (is || e->after)) {
        if (words(a, &l, is, &value, err))
            return -1;
        TEXT_ADD(&note, a->lang, TEXT_SET_UNDO_MOVED, T_TEXT("value", value));
        return card_show(a, e->entity, e->local_id, &note, err);
    }
    const struct value back = edit_from_text(&l, e->before);
    if (edit_write(a->db, &l, &back, ask_actor(a), a->now, a->arena, err) ||
        edits_set(a->db, e->id, EDIT_UNDONE, a->now, err) ||
        edit_look(a->db, a->bot->cfg, e->entity, e->local_id, e->field, a->arena, &now, err))
        return -1;
    return say_undone(a, e, &now, err);
}

int edit_leave(struct ask *a, const struct edit *e, struct err *err)
{
    if (e->state == EDIT_ASKED && edits_set(a->db, e->id, EDIT_LEFT, a->now, err))
        return -1;
    return e->state == EDIT_DONE || e->state == EDIT_UNDONE ? edit_answer(a, e, "", err)
                                                            : say_left(a, e, err);
}

int edit_send(struct ask *a, const struct edit *e, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct choice pushes;
    const struct job_options options = {0};
    const struct entity *entity = model_entity(e->entity);
    /* a push carries everybody's changes */
    if (!command_open(a, "sync"))
        return ask_refuse_whole(a, err);
    undo_pushes(a->bot->cfg, entity ? 1u << (entity - model_entities) : 0, &pushes);
    if (pushes.n)
        return flows_start(a, &pushes, NULL, &options, err);
    TEXT_ADD(&m, a->lang, TEXT_SET_ONLY_HERE);
    return ask_reply(a, &m, NULL, NULL, err);
}

int edit_typed(struct ask *a, bool *ret_taken, struct err *err)
{
    struct edit *e;
    enum card_sight sight;
    *ret_taken = false;
    if (a->u->kind != UPDATE_MESSAGE || !a->u->text || !*a->u->text || !a->u->is_private ||
        a->u->forwarded)
        return 0;
    if (edits_waiting(a->db, a->via, a->u->user_id, a->u->chat_id, a->u->thread_id,
                      a->now - ANSWER_MS, a->arena, &e, err))
        return -1;
    if (!e)
        return 0;
    /* what they might do when they were asked they may not do for ever */
    if (card_sight(a, e->entity, e->local_id, &sight, err))
        return -1;
    if (sight != CARD_WHOLE)
        return 0;
    *ret_taken = true;
    return edit_answer(a, e, a->u->text, err);
}
