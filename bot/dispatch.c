#include "bot/dispatch.h"

#include "bot/chat/in_private.h"
#include "bot/chat/me.h"
#include "bot/cmd/edit_asked.h"
#include "bot/command.h"
#include "bot/contact.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/base/utf8.h"
#include "store/chat/alert_chats.h"

#include <string.h>

#define ASK_MEMORY ((size_t)64 << 20)
/* What an answer to a press may hold. */
#define ANSWER_MAX_UNITS 200

extern const struct command cmd_confirm;

/* Alerts that came before an admin had met the bot, or while they had blocked it. */
static int catch_up(struct ask *a, struct err *err)
{
    bool hears = a->u->is_private && a->rights->whole >= ROLE_ADMIN && !strcmp(a->via, "telegram");
    return hears ? alert_chat_back(a->db, a->u->chat_id, a->now, err) : 0;
}

static int greet_user(struct ask *a, struct err *err)
{
    struct chat_user seen = {.via = a->via,
                             .user_id = a->u->user_id,
                             .name = a->u->user_name,
                             .username = a->u->username,
                             .lang = a->u->language,
                             .met = a->u->is_private};
    if (people_seen(a->db, &seen, a->now, err) || contact_by_username(a, err) ||
        ask_person(a, err) || catch_up(a, err))
        return -1;
    /* what the tables say may have changed since they were last here */
    return a->rights->role == a->user->role
               ? 0
               : people_role_changed(a->db, a->via, a->u->user_id, a->rights->role, a->now, err);
}

/* ---------------------------------------------------------------- when it cannot be */

/* A run is about everybody's records; the history of one's own says what it did to them. */
static enum text_id denied_team(const struct command *c)
{
    return strcmp(c->name, "run") && strcmp(c->name, "runs") ? TEXT_DENIED_TEAM : TEXT_DENIED_RUNS;
}

static int refuse(struct ask *a, const struct command *c, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    log_event(LOG_INFO, "command refused", "command", c->name, "user", ask_actor(a), NULL);
    if (a->rights->role == ROLE_ANYONE)
        return contact_invite(a, err);
    if (a->rights->role >= c->role)
        TEXT_ADD(&m, a->lang, denied_team(c), T_TEXT("teams", ask_teams(a)));
    else
        TEXT_ADD(&m, a->lang, TEXT_DENIED,
                 T_TEXT("role", text_template(a->lang, rights_role_text(c->role))),
                 T_TEXT("mine", text_template(a->lang, rights_role_text(a->rights->role))),
                 T_ID("id", a->u->user_id));
    return ask_reply(a, &m, NULL, NULL, err);
}

/* The same under a button, where there is room for a line. */
static int refuse_press(struct ask *a, const struct command *c, struct err *err)
{
    AUTO_BUF text = BUF_INIT(4096);
    if (a->rights->role < c->role)
        return ask_answer(a, text_template(a->lang, TEXT_DENIED_SHORT), err);
    TEXT_PLAIN(&text, a->lang, denied_team(c), T_TEXT("teams", ask_teams(a)));
    const char *s = buf_str(&text);
    return ask_answer(a, arena_strndup(a->arena, s, utf8_cut_utf16(s, ANSWER_MAX_UNITS)), err);
}

/* A name, or part of a phone, that an organizer simply wrote down. */
static void offer_search(struct ask *a, struct buttons *b)
{
    const char *text = a->u->text;
    if (a->rights->role < ROLE_ORGANIZER || a->u->kind != UPDATE_MESSAGE || a->u->forwarded ||
        !text || !*text || *text == '/' || strchr(text, '\n'))
        return;
    ask_slot(a, "find");
    const char *data = arena_printf(a->arena, "find %s @%s", text, a->slot);
    if (strlen(data) <= BUTTON_DATA_MAX)
        TEXT_BUTTON(b, a->lang, TEXT_BTN_FIND_TEXT, data, T_TEXT("text", text));
    buttons_row(b);
}

static int not_understood(struct ask *a, const char *name, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (a->rights->role == ROLE_ANYONE)
        return contact_invite(a, err);
    const char *near = name ? command_suggest(a->commands, name, a->rights->role) : NULL;
    if (name)
        TEXT_ADD(&m, a->lang, TEXT_UNKNOWN_COMMAND, T_TEXT("name", name));
    else if (a->u->kind == UPDATE_OTHER)
        TEXT_ADD(&m, a->lang, TEXT_NOT_TEXT);
    else if (a->u->forwarded)
        TEXT_ADD(&m, a->lang, TEXT_FORWARDED);
    else
        TEXT_ADD(&m, a->lang, TEXT_NOT_A_COMMAND);
    if (near) {
        msg_html(&m, " ");
        TEXT_ADD(&m, a->lang, TEXT_DID_YOU_MEAN, T_TEXT("name", near));
    }
    if (!name)
        offer_search(a, &b);
    if (command_open(a, "sync"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    if (command_open(a, "status"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
    return ask_reply(a, &m, &b, NULL, err);
}

/* ---------------------------------------------------------------- one update */

/* "/status@other_bot": in a group that several bots listen to. */
static int for_another_bot(struct ask *a, const char *text, bool *ret, struct err *err)
{
    const char *me;
    *ret = false;
    if (!text || a->u->is_private || !strchr(text, '@'))
        return 0;
    if (me_username(a->db, a->via, a->arena, &me, err))
        return -1;
    *ret = me_other_is_meant(text, me);
    return 0;
}

/* Another command in place of the one at hand, as if they had asked for it. */
static int follow(struct ask *a, struct err *err)
{
    char name[COMMAND_NAME_BYTES] = "";
    bool withheld;
    const struct command *c = NULL;
    if (command_parse(a->follow, *a->follow != '/', name, a->arena, &a->args, &a->slot))
        c = command_find(a->commands, name);
    if (!c || !command_may(a, c))
        return err_set(err, ERR_DATA, "no command for «%s»", a->follow);
    if (in_private_withheld(a, c, &withheld, err))
        return -1;
    return withheld ? 0 : c->run(a, err);
}

static int handle(struct ask *a, struct err *err)
{
    char name[COMMAND_NAME_BYTES] = "";
    bool withheld, other;
    bool press = a->u->kind == UPDATE_PRESS;
    bool words = a->u->kind == UPDATE_MESSAGE && !a->u->forwarded;
    const char *text = press ? a->u->data : words ? a->u->text : NULL;
    if (a->u->kind == UPDATE_GONE || a->u->kind == UPDATE_BACK || a->u->kind == UPDATE_MOVED)
        return 0;
    if (for_another_bot(a, press ? NULL : text, &other, err))
        return -1;
    if (other)
        return 0;
    if (greet_user(a, err))
        return -1;
    if (!press && a->u->contact && !a->u->forwarded && a->u->is_private)
        return contact_shared(a, err);
    if (!press && a->u->contact_of_another && a->u->is_private)
        return contact_of_another(a, err);
    if (!text || !command_parse(text, press, name, a->arena, &a->args, &a->slot)) {
        if (press)
            return ask_answer(a, text_template(a->lang, TEXT_OLD_BUTTON), err);
        bool taken; /* as the answer to a question about a record's field */
        if (edit_typed(a, &taken, err))
            return -1;
        /* in a group people talk to each other, not to the bot */
        return a->u->is_private && !taken ? not_understood(a, NULL, err) : 0;
    }
    const struct command *c = command_find(a->commands, name);
    if (!c && press)
        return ask_answer(a, text_template(a->lang, TEXT_OLD_BUTTON), err);
    if (!c)
        return a->u->is_private ? not_understood(a, name, err) : 0;
    if (!command_may(a, c))
        return press ? refuse_press(a, c, err) : refuse(a, c, err);
    if (in_private_withheld(a, c, &withheld, err) || withheld)
        return withheld ? 0 : -1;
    /* who turns to something else does not answer the question about a field any more */
    if (!press && edits_leave(a->db, a->via, a->u->user_id, a->u->chat_id, a->now, err))
        return -1;
    /* «точно?» says in its answer whose button it is */
    if ((c != &cmd_confirm && ask_answer(a, "", err)) || c->run(a, err))
        return -1;
    return a->follow ? follow(a, err) : 0;
}

/* Something of ours is broken: the person is told, and the update is not tried for ever. */
static int apologise(struct ask *a, const struct err *why, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    log_event(LOG_ERR, "command failed", "update", STR_I64(a->update), "err", why->msg, NULL);
    if (db_begin(a->db, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_BROKEN, T_TEXT("why", why->msg));
    if (ask_reply(a, &m, NULL, NULL, err) || chatbox_done(a->db, a->update, err)) {
        db_rollback(a->db);
        return -1;
    }
    return db_commit(a->db, err);
}

int dispatch_step(const struct bot *bot, struct db *db, bool *ret_any, bool *ret_queued,
                  struct err *err)
{
    AUTO_ARENA *arena = arena_new(ASK_MEMORY);
    struct chat_update u;
    struct ask a =
        {.bot = bot, .commands = &command_table, .db = db, .arena = arena, .u = &u, .args = ""};
    *ret_any = *ret_queued = false;
    if (chatbox_claim(db, arena, &a.update, &a.via, &u, err))
        return -1;
    if (!a.update)
        return 0;
    *ret_any = true;
    a.now = clock_now_ms();
    a.lang = bot_default_lang(bot);
    if (db_begin(db, err))
        return -1;
    struct err why = {0};
    if (handle(&a, &why) || chatbox_done(db, a.update, &why)) {
        db_rollback(db);
        if (why.kind == ERR_TEMP) {
            *err = why;
            return -1;
        }
        return apologise(&a, &why, err);
    }
    if (db_commit(db, err))
        return -1;
    *ret_queued = a.queued;
    return 0;
}
