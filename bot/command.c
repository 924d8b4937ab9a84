#include "bot/command.h"

#include "bot/chat/groups.h"
#include "bot/chat/me.h"
#include "bot/cmd/edit_asked.h"
#include "bot/contact.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/base/utf8.h"
#include "store/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct command cmd_backup, cmd_cursor, cmd_health, cmd_log, cmd_queue, cmd_schedule,
    cmd_version, cmd_start, cmd_menu, cmd_help, cmd_id, cmd_lang, cmd_sync, cmd_cancel, cmd_status,
    cmd_stats, cmd_runs, cmd_run, cmd_invalid, cmd_grant, cmd_revoke, cmd_preview, cmd_plan,
    cmd_apply, cmd_refuse, cmd_history, cmd_conflicts, cmd_conflict, cmd_settle, cmd_pause,
    cmd_resume, cmd_there, cmd_again, cmd_task, cmd_find, cmd_card, cmd_set, cmd_undo, cmd_deleted,
    cmd_restore, cmd_why, cmd_roles, cmd_bind, cmd_unbind, cmd_confirm, cmd_alerts, cmd_mute;

const struct command *const commands[] =
    {&cmd_start,     &cmd_menu,     &cmd_find,   &cmd_card,   &cmd_set,     &cmd_sync,
     &cmd_preview,   &cmd_status,   &cmd_stats,  &cmd_alerts, &cmd_invalid, &cmd_deleted,
     &cmd_conflicts, &cmd_pause,    &cmd_runs,   &cmd_run,    &cmd_why,     &cmd_history,
     &cmd_undo,      &cmd_plan,     &cmd_apply,  &cmd_refuse, &cmd_cancel,  &cmd_conflict,
     &cmd_settle,    &cmd_restore,  &cmd_resume, &cmd_task,   &cmd_there,   &cmd_again,
     &cmd_grant,     &cmd_revoke,   &cmd_roles,  &cmd_bind,   &cmd_unbind,  &cmd_confirm,
     &cmd_mute,      &cmd_schedule, &cmd_queue,  &cmd_health, &cmd_version, &cmd_cursor,
     &cmd_backup,    &cmd_log,      &cmd_lang,   &cmd_id,     &cmd_help};
const size_t n_commands = ARRAY_LEN(commands);

#define NAME_MAX_BYTES 33
#define ASK_MEMORY     ((size_t)64 << 20)
/* What an answer to a press may hold. */
#define ANSWER_MAX_UNITS 200

/* ---------------------------------------------------------------- parsing: pure */

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool command_parse(const char *text, bool is_button, char name[33], struct arena *arena,
                   const char **ret_args, const char **ret_slot)
{
    size_t n = 0;
    text += strspn(text, " \t\n");
    if (!is_button && *text++ != '/')
        return false;
    while (n < NAME_MAX_BYTES && name_char(text[n]))
        n++;
    if (!n || n == NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < n; i++)
        name[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    name[n] = '\0';
    text += n;
    if (!is_button && *text == '@')
        text += strcspn(text, " \t\n");
    if (*text && !strchr(" \t\n", *text))
        return false;
    text += strspn(text, " \t\n");
    char *args = arena_strdup(arena, text);
    size_t len = strlen(args);
    while (len && strchr(" \t\n", args[len - 1]))
        args[--len] = '\0';
    *ret_slot = NULL;
    char *at = is_button ? strrchr(args, '@') : NULL;
    if (at && (at == args || at[-1] == ' ')) {
        *ret_slot = at + 1;
        *(at == args ? at : at - 1) = '\0';
    }
    *ret_args = args;
    return true;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < n_commands; i++) {
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    }
    return NULL;
}

const char *command_suggest(const char *name, enum role role)
{
    const char *best = NULL;
    unsigned nearest = 3;
    for (size_t i = 0; i < n_commands; i++) {
        unsigned d = utf8_distance(commands[i]->name, name);
        if (commands[i]->role <= role && d < nearest && d < utf8_length(commands[i]->name)) {
            nearest = d;
            best = commands[i]->name;
        }
    }
    return best;
}

/* ---------------------------------------------------------------- help for commands */

int ask_reply(struct ask *a, struct msg *m, struct buttons *b, const char *slot, struct err *err)
{
    struct outgoing out = {
        .via = a->via,
        .chat_id = a->u->chat_id,
        .thread_id = a->u->thread_id,
        .text = msg_str(m),
        .buttons = b ? buttons_json(b) : NULL,
        .slot = slot,
    };
    a->said = slot;
    return chatbox_say(a->db, &out, err);
}

const char *ask_slot(struct ask *a, const char *name)
{
    if (a->slot)
        return arena_printf(a->arena, "%s:%s", name, a->slot);
    a->slot = arena_printf(a->arena, "%lld", (long long)a->update);
    return arena_printf(a->arena, "%s:%s", name, a->slot);
}

char *ask_word(struct ask *a, const char **args)
{
    const char *s = *args + strspn(*args, " \t\n");
    size_t n = strcspn(s, " \t\n");
    *args = s + n;
    return n ? arena_strndup(a->arena, s, n) : NULL;
}

const char *ask_actor(struct ask *a)
{
    return arena_printf(a->arena, "%s:%lld", a->via, (long long)a->u->user_id);
}

/* ---------------------------------------------------------------- who is this, and may they */

int ask_person(struct ask *a, struct err *err)
{
    struct chat_user *known;
    if (people_get(a->db, a->via, a->u->user_id, a->arena, &known, err) ||
        rights_of(a->bot, a->db, a->via, a->u->user_id, a->now, a->arena, &a->rights, err))
        return -1;
    if (!known) {
        known = arena_alloc(a->arena, 1, sizeof *known);
        *known = (struct chat_user){.via = a->via, .user_id = a->u->user_id};
    }
    a->user = known;
    a->role = a->rights->whole;
    a->lang = lang_of(known->lang, bot_default_lang(a->bot));
    return 0;
}

static int greet_user(struct ask *a, struct err *err)
{
    struct chat_user seen = {.via = a->via,
                             .user_id = a->u->user_id,
                             .name = a->u->user_name,
                             .username = a->u->username,
                             .lang = a->u->language,
                             .met = a->u->is_private};
    if (people_seen(a->db, &seen, a->now, err) || contact_by_username(a, err) || ask_person(a, err))
        return -1;
    /* what the tables say may have changed since they were last here */
    return a->rights->role == a->user->role
               ? 0
               : people_role_changed(a->db, a->via, a->u->user_id, a->rights->role, a->now, err);
}

bool command_allowed(const struct rights *r, const struct command *c)
{
    return (rights_by_team(c->name) ? r->role : r->whole) >= c->role;
}

bool command_may(struct ask *a, const struct command *c)
{
    a->need = c->role;
    a->role = rights_by_team(c->name) ? a->rights->role : a->rights->whole;
    return a->role >= c->role;
}

bool ask_may_team(struct ask *a, const char *team_id)
{
    return rights_for_team(a->rights, a->need, team_id);
}

int ask_may_record(struct ask *a, const char *entity, const char *id, bool *ret, struct err *err)
{
    return rights_for_record(a->db, a->rights, a->need, entity, id, a->arena, ret, err);
}

const char *ask_teams(struct ask *a)
{
    AUTO_BUF names = BUF_INIT(4096);
    for (size_t i = 0; i < a->rights->n; i++) {
        const struct right *r = &a->rights->list[i];
        if (r->team_id && r->role > a->rights->whole)
            buf_addf(&names, "%s%s", names.len ? ", " : "",
                     record_name_of(a->db, "team", r->team_id, a->arena));
    }
    return arena_strdup(a->arena, buf_str(&names));
}

int ask_refuse_record(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, TEXT_DENIED_RECORD, T_TEXT("teams", ask_teams(a)));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int refuse(struct ask *a, const struct command *c, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    log_event(LOG_INFO, "command refused", "command", c->name, "user", ask_actor(a), NULL);
    if (a->rights->role == ROLE_ANYONE)
        return contact_invite(a, err);
    if (a->rights->role >= c->role)
        TEXT_ADD(&m, a->lang, TEXT_DENIED_TEAM, T_TEXT("teams", ask_teams(a)));
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
    TEXT_PLAIN(&text, a->lang, TEXT_DENIED_TEAM, T_TEXT("teams", ask_teams(a)));
    const char *s = buf_str(&text);
    return ask_answer(a, arena_strndup(a->arena, s, utf8_cut_utf16(s, ANSWER_MAX_UNITS)), err);
}

/* A name, or part of a phone, that an organizer simply wrote down. */
static void offer_search(struct ask *a, struct buttons *b)
{
    const char *text = a->u->text;
    if (a->rights->role < ROLE_ORGANIZER || a->u->kind != UPDATE_MESSAGE || a->u->forwarded ||
        !text || !*text || strchr(text, '\n'))
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
    const char *near = name ? command_suggest(name, a->rights->role) : NULL;
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
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
    return ask_reply(a, &m, &b, NULL, err);
}

/* ---------------------------------------------------------------- one update */

int ask_answer(struct ask *a, const char *text, struct err *err)
{
    if (a->u->kind != UPDATE_PRESS || !a->u->callback_id)
        return 0;
    return chatbox_answer(a->db, a->via, a->u->chat_id, a->u->callback_id, text, err);
}

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

int command_follow(struct ask *a, const char *line, bool *ret, struct err *err)
{
    char name[NAME_MAX_BYTES] = "";
    bool withheld;
    const struct command *c =
        command_parse(line, true, name, a->arena, &a->args, &a->slot) ? command_find(name) : NULL;
    *ret = c && command_may(a, c);
    if (!*ret)
        return 0;
    if (groups_withheld(a, c, &withheld, err))
        return -1;
    return withheld ? 0 : c->run(a, err);
}

static int handle(struct ask *a, struct err *err)
{
    char name[NAME_MAX_BYTES] = "";
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
    if (!press && a->u->contact && a->u->is_private)
        return contact_shared(a, err);
    if (!text || !command_parse(text, press, name, a->arena, &a->args, &a->slot)) {
        if (press)
            return ask_answer(a, text_template(a->lang, TEXT_OLD_BUTTON), err);
        bool taken; /* as the answer to a question about a record's field */
        if (edit_typed(a, &taken, err))
            return -1;
        /* in a group people talk to each other, not to the bot */
        return a->u->is_private && !taken ? not_understood(a, NULL, err) : 0;
    }
    const struct command *c = command_find(name);
    if (!c && press)
        return ask_answer(a, text_template(a->lang, TEXT_OLD_BUTTON), err);
    if (!c)
        return a->u->is_private ? not_understood(a, name, err) : 0;
    if (!command_may(a, c))
        return press ? refuse_press(a, c, err) : refuse(a, c, err);
    if (groups_withheld(a, c, &withheld, err) || withheld)
        return withheld ? 0 : -1;
    /* «точно?» says in its answer whose button it is */
    return (c != &cmd_confirm && ask_answer(a, "", err)) || c->run(a, err) ? -1 : 0;
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

int command_step(const struct bot *bot, struct db *db, bool *ret_any, bool *ret_queued,
                 struct err *err)
{
    AUTO_ARENA *arena = arena_new(ASK_MEMORY);
    struct chat_update u;
    struct ask a = {.bot = bot, .db = db, .arena = arena, .u = &u, .args = ""};
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
