#include "bot/command.h"
#include "bot/conflict_page.h"
#include "bot/text/same_text.h"
#include "sync/push/settle.h"

#include <string.h>

/* "ID SIDE" settles an open conflict, "ID SIDE AT" from page AT of the list; "ID SIDE back" brings
 * the losing value of a settled one back. An old button under an open conflict must not undo what
 * somebody decided meanwhile: without "back" a settled one stays as it is. */
struct wish {
    int64_t id, at; /* at: -1: not from the list */
    const char *side;
    bool back;
};

static bool read_wish(struct ask *a, struct wish *ret)
{
    const char *args = a->args, *id = ask_word(a, &args);
    const char *side = ask_word(a, &args), *how = ask_word(a, &args);
    *ret = (struct wish){.at = -1, .side = side};
    if (!id || !side || !base_parse_i64(id, 1, INT64_MAX, &ret->id) ||
        (strcmp(side, "ours") && strcmp(side, "theirs")))
        return false;
    ret->back = how && !strcmp(how, "back");
    return !how || ret->back || base_parse_i64(how, 0, 1000000, &ret->at);
}

static void say(struct ask *a, const struct dicts *dicts, enum text_id text,
                const struct conflict *c, struct msg *m)
{
    char when[TEXT_SHORT];
    TEXT_ADD(m, a->lang, text, T_TEXT("name", conflict_name(a, c)),
             T_TEXT("field", field_title(c->field, a->lang)),
             T_TEXT("value", conflict_value(a, dicts, c, str_eq(c->choice, "theirs"))),
             T_TEXT("who", source_title(a, c->settled_by ? c->settled_by : "")),
             T_TEXT("time", text_clock(when, a->lang, c->settled_at, a->now)));
}

/* ---------------------------------------------------------------- two people who are one */

/* Who in the chat the two are before they become one; NULL: nobody. */
struct tied {
    struct binding *goes, *stays;
};

static int read_tied(struct ask *a, const struct conflict *c, struct tied *ret, struct err *err)
{
    *ret = (struct tied){NULL, NULL};
    return strcmp(c->entity, "person") || !same_is(c) || !c->theirs
               ? 0
               : bindings_of_person(a->db, "telegram", c->local_id, a->arena, &ret->goes, err) ||
                     bindings_of_person(a->db, "telegram", c->theirs, a->arena, &ret->stays, err);
}

static void add_untied(struct ask *a, const struct tied *t, enum lang lang, struct msg *m)
{
    TEXT_ADD(m, lang, TEXT_SAME_UNTIED, T_TEXT("name", t->stays->name),
             T_TEXT("who", source_title(a, arena_printf(a->arena, "telegram:%lld",
                                                        (long long)t->goes->user_id))),
             T_ID("id", t->goes->user_id), T_ID("kept", t->stays->user_id));
}

/* Somebody lost their way in: admins can mend it, whoever said that the two are one. */
static int tell_admins(struct ask *a, const struct tied *t, struct err *err)
{
    const struct config *cfg = a->bot->cfg;
    for (size_t i = 0; i < cfg->n_admins; i++) {
        AUTO_MSG m = MSG_INIT;
        struct chat_user *known;
        if (cfg->admins[i] == a->u->user_id && !strcmp(a->via, "telegram"))
            continue;
        if (people_get(a->db, "telegram", cfg->admins[i], a->arena, &known, err))
            return -1;
        add_untied(a, t, lang_of(known ? known->lang : NULL, bot_default_lang(a->bot)), &m);
        const struct outgoing out = {.via = "telegram",
                                     .chat_id = cfg->admins[i],
                                     .text = msg_str(&m)};
        if (chatbox_say(a->db, &out, err))
            return -1;
    }
    return 0;
}

/* What both may do now follows the lists; *m gets a line where one of them lost their way in. */
static int after_merge(struct ask *a, const struct tied *t, struct msg *m, struct err *err)
{
    const struct binding *both[] = {t->goes, t->stays};
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        if (both[i] && rights_changed(a->bot, a->db, "telegram", both[i]->user_id, a->now, err))
            return -1;
    }
    if (!t->goes || !t->stays)
        return 0;
    msg_html(m, "\n");
    add_untied(a, t, a->lang, m);
    return tell_admins(a, t, err);
}

/* ---------------------------------------------------------------- what came of it */

/* What is to be said of a settled conflict that was meant to be open. */
static enum text_id already(const struct conflict *c)
{
    return c->choice && !str_eq(c->settled_by, "policy") ? TEXT_SETTLE_ALREADY
           : c->choice                                   ? TEXT_SETTLE_BY_POLICY
                                                         : TEXT_SETTLE_DISSOLVED;
}

static enum text_id outcome(const struct conflict *was, const struct conflict *is,
                            const struct wish *w, bool done)
{
    if (w->back)
        return done                          ? TEXT_RESTORE_DONE
               : str_eq(is->choice, w->side) ? TEXT_RESTORE_ALREADY
                                             : TEXT_RESTORE_MOVED;
    if (!was->open)
        return already(was);
    return done ? TEXT_SETTLE_DONE : is->open ? TEXT_SETTLE_MOVED : TEXT_SETTLE_GONE;
}

/* tied: who the two were in the chat, where two records may have become one. */
static int answer(struct ask *a, const struct conflict *was, const struct wish *w, bool done,
                  const struct tied *tied, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    const struct dicts *dicts;
    struct conflict *is;
    if (dict_load(a->db, a->arena, &dicts, err) || conflicts_get(a->db, w->id, a->arena, &is, err))
        return -1;
    enum text_id text = outcome(was, is, w, done);
    struct conflict_note note = {.text = &m};
    struct step step;
    bool same = same_is(is), carries = done;
    if (same) {
        bool merge = !strcmp(w->side, "theirs");
        same_say(a, was, is, merge, done, &m);
        carries = done && merge;
        if (carries && after_merge(a, tied, &m, err))
            return -1;
    } else {
        say(a, dicts, text, is, &m);
    }
    if (carries) {
        msg_html(&m, " ");
        TEXT_ADD(&m, a->lang, TEXT_SETTLE_NEXT);
    }
    if ((carries || (!same && text == TEXT_SETTLE_MOVED)) &&
        config_step(a->bot->cfg, was->flow, &step))
        note.flow = was->flow;
    if (w->at < 0)
        return conflict_card(a, is, &note, err);
    return conflict_page(a, is->open ? w->at + 1 : w->at, &note, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct wish w;
    struct conflict *c = NULL;
    struct tied tied;
    bool done = false, may;
    bool understood = read_wish(a, &w);
    if (understood && conflicts_get(a->db, w.id, a->arena, &c, err))
        return -1;
    if (!c) {
        if (understood)
            TEXT_ADD(&m, a->lang, TEXT_CONFLICT_UNKNOWN, T_ID("id", w.id));
        else
            TEXT_ADD(&m, a->lang, TEXT_SETTLE_HOW);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_CONFLICTS, "conflicts");
        return ask_reply(a, &m, &b, NULL, err);
    }
    if (rights_for_conflict(a->db, a->rights, a->need, c, a->arena, &may, err))
        return -1;
    if (!may)
        return ask_refuse_record(a, err);
    w.back = w.back && !c->open;
    if (read_tied(a, c, &tied, err))
        return -1;
    if (c->open != w.back &&
        settle_conflict(a->db, a->bot->cfg, w.id, w.side, ask_actor(a), a->now, &done, err))
        return -1;
    return answer(a, c, &w, done, &tied, err);
}

const struct command cmd_settle = {"settle",       "N ours|theirs", TEXT_CMD_SETTLE,
                                   ROLE_ORGANIZER, false,           run};
