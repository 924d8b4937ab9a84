#include "bot/command.h"
#include "bot/confirm.h"
#include "bot/grant.h"
#include "store/audit.h"
#include "store/base/json.h"

#include <string.h>

/* ---------------------------------------------------------------- what is said, and where */

static const char *kept(const struct confirmation *c, const char *name, struct arena *arena)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* then the command itself has to do */
    const char *text = NULL;
    if (!json_parse(c->what, strlen(c->what), &tree, &ignored))
        text = json_text(tree, name);
    return text ? arena_strdup(arena, text) : NULL;
}

static const char *words(const struct confirmation *c, enum lang lang, struct arena *arena)
{
    const char *text = kept(c, lang_code(lang), arena);
    return text ? text : c->command;
}

static const char *name_of(const struct ask *a, const struct chat_user *u)
{
    return u && u->name && *u->name ? u->name
                                    : arena_printf(a->arena, "%lld", u ? (long long)u->user_id : 0);
}

/* Into the message of the question, in the language of the one who asked. */
static int say_asker(struct ask *a, const struct confirmation *c, struct msg *m, struct buttons *b,
                     struct err *err)
{
    struct outgoing out = {.via = c->via,
                           .chat_id = c->chat_id,
                           .thread_id = c->thread_id,
                           .text = msg_str(m),
                           .buttons = b ? buttons_json(b) : NULL,
                           .slot = c->slot};
    return chatbox_say(a->db, &out, err);
}

static int say_other(struct ask *a, const struct confirmation *c, int64_t id, struct msg *m,
                     struct buttons *b, struct err *err)
{
    struct outgoing out = {.via = GRANT_VIA,
                           .chat_id = id,
                           .text = msg_str(m),
                           .buttons = b ? buttons_json(b) : NULL,
                           .slot = arena_printf(a->arena, "confirm:%lld", (long long)c->id)};
    return chatbox_say(a->db, &out, err);
}

static int lang_of_user(struct ask *a, const char *via, int64_t id, enum lang *ret,
                        struct chat_user **ret_user, struct err *err)
{
    if (people_get(a->db, via, id, a->arena, ret_user, err))
        return -1;
    *ret = lang_of(*ret_user ? (*ret_user)->lang : NULL, bot_default_lang(a->bot));
    return 0;
}

/* How it ended, to the one who asked and to all who were asked; anew: with a button to ask again.
 */
static int say_all(struct ask *a, const struct confirmation *c, enum text_id text, bool anew,
                   struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *who = name_of(a, a->user);
    struct chat_user *u;
    const int64_t *others;
    enum lang lang;
    size_t n;
    if (confirm_others(a, c, &others, &n, err) ||
        lang_of_user(a, c->via, c->user_id, &lang, &u, err))
        return -1;
    TEXT_ADD(&m, lang, text, T_TEXT("who", who), T_TEXT("what", words(c, lang, a->arena)));
    if (anew) {
        const char *mark = strrchr(c->slot, ':');
        TEXT_BUTTON(&b, lang, TEXT_BTN_ASK_ANEW,
                    arena_printf(a->arena, "%s @%s", c->command, mark ? mark + 1 : c->slot));
    }
    if (say_asker(a, c, &m, anew ? &b : NULL, err))
        return -1;
    for (size_t i = 0; i < n && c->state == CONFIRM_SECOND; i++) {
        if (lang_of_user(a, GRANT_VIA, others[i], &lang, &u, err))
            return -1;
        msg_clear(&m);
        TEXT_ADD(&m, lang, text, T_TEXT("who", who), T_TEXT("what", words(c, lang, a->arena)));
        if (say_other(a, c, others[i], &m, NULL, err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- yes, and now another admin */

static int ask_other(struct ask *a, const struct confirmation *c, int64_t id, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char when[TEXT_SHORT];
    struct chat_user *u, *asker;
    enum lang lang;
    if (people_get(a->db, c->via, c->user_id, a->arena, &asker, err) ||
        lang_of_user(a, GRANT_VIA, id, &lang, &u, err))
        return -1;
    TEXT_ADD(&m, lang, TEXT_CONFIRM_SECOND, T_TEXT("who", name_of(a, asker)),
             T_TEXT("what", words(c, lang, a->arena)),
             T_TEXT("time", text_clock(when, lang, c->since + CONFIRM_GOOD_MS, a->now)));
    TEXT_BUTTON(&b, lang, TEXT_BTN_CONFIRM_SECOND,
                arena_printf(a->arena, "confirm %lld yes @%lld", (long long)c->id,
                             (long long)c->id));
    TEXT_BUTTON(&b, lang, TEXT_BTN_REFUSE,
                arena_printf(a->arena, "confirm %lld no @%lld", (long long)c->id,
                             (long long)c->id));
    return say_other(a, c, id, &m, &b, err);
}

int confirm_show_waiting(struct ask *a, struct err *err)
{
    struct confirmation **list;
    size_t n;
    if (!a->u->is_private || strcmp(a->via, GRANT_VIA) != 0 || a->rights->whole < ROLE_ADMIN)
        return 0;
    if (confirmations_waiting(a->db, a->via, a->u->user_id, a->now, a->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (ask_other(a, list[i], a->u->user_id, err))
            return -1;
    }
    return 0;
}

/* By name in one list or the other: those who are asked, and those who never wrote to the bot. */
static int name_other(struct ask *a, int64_t id, struct buf *asked, struct buf *unmet,
                      struct err *err)
{
    struct chat_user *u;
    bool reached;
    if (people_get(a->db, GRANT_VIA, id, a->arena, &u, err) ||
        people_reached(a->db, GRANT_VIA, id, &reached, err))
        return -1;
    struct buf *names = reached ? asked : unmet;
    buf_addf(names, "%s%s", names->len ? ", " : "",
             u ? name_of(a, u) : arena_printf(a->arena, "%lld", (long long)id));
    return 0;
}

static int pass_on(struct ask *a, const struct confirmation *c, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF asked = BUF_INIT(4096), unmet = BUF_INIT(4096);
    char when[TEXT_SHORT];
    struct confirmation second = *c;
    const int64_t *others;
    size_t n;
    second.since = a->now;
    if (confirm_others(a, c, &others, &n, err) ||
        confirmations_set(a->db, c->id, CONFIRM_SECOND, NULL, a->now, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (ask_other(a, &second, others[i], err) || name_other(a, others[i], &asked, &unmet, err))
            return -1;
    }
    TEXT_ADD(&m, a->lang, TEXT_CONFIRM_WAITS, T_TEXT("what", words(c, a->lang, a->arena)),
             T_INT("max", a->bot->cfg->second_admin_above),
             T_TEXT("time", text_clock(when, a->lang, a->now + CONFIRM_GOOD_MS, a->now)));
    if (asked.len) {
        msg_html(&m, " ");
        TEXT_ADD(&m, a->lang, TEXT_CONFIRM_ASKED, T_TEXT("names", buf_str(&asked)));
    }
    if (unmet.len) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_CONFIRM_UNMET, T_TEXT("names", buf_str(&unmet)));
    }
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_REFUSE,
                arena_printf(a->arena, "confirm %lld no @%s", (long long)c->id, a->slot));
    return say_asker(a, c, &m, &b, err);
}

/* ---------------------------------------------------------------- yes, and so it is done */

/* The one who asked, as if the press were theirs. */
static int as_asker(struct ask *a, const struct confirmation *c, struct chat_update *u,
                    struct ask *ret, struct err *err)
{
    const char *mark = strrchr(c->slot, ':');
    *ret = *a;
    *u = (struct chat_update){.kind = UPDATE_PRESS,
                              .chat_id = c->chat_id,
                              .thread_id = c->thread_id,
                              .user_id = c->user_id,
                              .is_private = c->chat_id == c->user_id};
    ret->via = c->via;
    ret->u = u;
    ret->slot = arena_strdup(a->arena, mark ? mark + 1 : c->slot);
    return ask_person(ret, err);
}

/* Runs the command: c says whether it is done, or only asked again. *ret_said: its answer stands
 * where the question did. */
static int run_command(struct ask *a, const struct confirmation *c, bool *ret_may, bool *ret_said,
                       struct err *err)
{
    char name[COMMAND_NAME_BYTES];
    const char *slot;
    struct chat_update u;
    struct ask b;
    if (as_asker(a, c, &u, &b, err))
        return -1;
    const struct command *command = command_parse(c->command, true, name, a->arena, &b.args, &slot)
                                        ? command_find(b.commands, name)
                                        : NULL;
    *ret_may = command && command_may(&b, command);
    if (!*ret_may)
        return 0;
    b.confirmed = c;
    b.said = NULL;
    if (command->run(&b, err))
        return -1;
    a->queued = a->queued || b.queued;
    *ret_said = str_eq(b.said, c->slot);
    return 0;
}

/* To the one who asked, where the command's own answer comes elsewhere. */
static int say_yes(struct ask *a, const struct confirmation *c, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct chat_user *u;
    enum lang lang;
    if (lang_of_user(a, c->via, c->user_id, &lang, &u, err))
        return -1;
    const char *doing = kept(c, arena_printf(a->arena, "%s_doing", lang_code(lang)), a->arena);
    TEXT_ADD(&m, lang, doing ? TEXT_CONFIRM_DOING : TEXT_CONFIRM_YES,
             T_TEXT("what", doing ? doing : words(c, lang, a->arena)));
    return say_asker(a, c, &m, NULL, err);
}

/* What is done may take transactions of its own. Until the last of them, in which it becomes DONE,
 * the update counts as not dealt with: after a crash it is pressed again, and goes on. */
static int carry_out(struct ask *a, const struct confirmation *c, struct err *err)
{
    struct confirmation doing = *c;
    bool may, said = false, second = c->state == CONFIRM_SECOND;
    doing.state = CONFIRM_DOING;
    if (confirmations_set(a->db, c->id, CONFIRM_DOING, ask_actor(a), a->now, err) ||
        (second && say_all(a, c, TEXT_CONFIRM_SECOND_YES, false, err)) ||
        (second && audit_add(a->db, 0, "confirmation", STR_I64(c->id), "confirmed", NULL,
                             c->command, ask_actor(a), a->now, err)) ||
        run_command(a, &doing, &may, &said, err))
        return -1;
    if (!may ? say_all(a, c, TEXT_CONFIRM_ROLE, false, err)
             : !said && !second && say_yes(a, c, err))
        return -1;
    return confirmations_set(a->db, c->id, may ? CONFIRM_DONE : CONFIRM_REFUSED, NULL, a->now, err);
}

/* ---------------------------------------------------------------- no, or too late */

static bool is_asker(const struct ask *a, const struct confirmation *c)
{
    return !strcmp(a->via, c->via) && a->u->user_id == c->user_id;
}

static int refuse(struct ask *a, const struct confirmation *c, struct err *err)
{
    bool second = c->state == CONFIRM_SECOND;
    enum text_id text = !second          ? TEXT_CONFIRM_NO
                        : is_asker(a, c) ? TEXT_CONFIRM_WITHDRAWN
                                         : TEXT_CONFIRM_SECOND_NO;
    return confirmations_set(a->db, c->id, CONFIRM_REFUSED, ask_actor(a), a->now, err) ||
                   say_all(a, c, text, false, err)
               ? -1
               : 0;
}

static int too_late(struct ask *a, const struct confirmation *c, struct err *err)
{
    bool may, said;
    if (c->state == CONFIRM_ASKED && run_command(a, c, &may, &said, err))
        return -1;
    if (c->state == CONFIRM_ASKED && may)
        return 0; /* it has asked again */
    return confirmations_set(a->db, c->id, CONFIRM_REFUSED, "time", a->now, err) ||
                   say_all(a, c, TEXT_CONFIRM_SECOND_OVER, true, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- the button */

/* The press came from the message that the question stands in, or from that of another admin. */
static bool is_here(const struct ask *a, const struct confirmation *c)
{
    const char *mark = strrchr(c->slot, ':');
    if (!a->slot)
        return false;
    if (a->u->chat_id == c->chat_id && !strcmp(a->via, c->via) &&
        !strcmp(mark ? mark + 1 : c->slot, a->slot))
        return true;
    return a->u->chat_id == a->u->user_id && !strcmp(a->slot, STR_I64(c->id));
}

/* TEXT_COUNT: this press counts; else what its answer says. */
static enum text_id why_not(struct ask *a, const struct confirmation *c, bool yes)
{
    bool mine = is_asker(a, c), admin = a->rights->whole >= ROLE_ADMIN;
    switch (c->state) {
    case CONFIRM_DONE:
        return TEXT_CONFIRM_ALREADY;
    case CONFIRM_REFUSED:
    case CONFIRM_RENEWED:
        return TEXT_CONFIRM_CLOSED;
    case CONFIRM_ASKED:
        return mine ? TEXT_COUNT : TEXT_CONFIRM_NOT_YOURS;
    case CONFIRM_DOING:
        return str_eq(c->settled_by, ask_actor(a)) ? TEXT_COUNT : TEXT_CONFIRM_ALREADY;
    case CONFIRM_SECOND:
        break;
    }
    if (mine)
        return yes ? TEXT_CONFIRM_NEEDS_OTHER : TEXT_COUNT;
    return admin ? TEXT_COUNT : TEXT_DENIED_SHORT;
}

static int answer(struct ask *a, const struct confirmation *c, enum text_id text, struct err *err)
{
    AUTO_BUF plain = BUF_INIT(1024);
    struct chat_user *u = NULL;
    if (c && people_get(a->db, c->via, c->user_id, a->arena, &u, err))
        return -1;
    return ask_answer(a, TEXT_PLAIN(&plain, a->lang, text, T_TEXT("who", name_of(a, u))), err);
}

static int pressed(struct ask *a, const struct confirmation *c, bool yes, struct err *err)
{
    enum text_id not = c && is_here(a, c) ? why_not(a, c, yes) : TEXT_OLD_BUTTON;
    if (not != TEXT_COUNT)
        return answer(a, c, not, err);
    if (ask_answer(a, "", err))
        return -1;
    if (confirmation_over(c, a->now))
        return too_late(a, c, err);
    if (!yes)
        return c->state == CONFIRM_DOING ? 0 : refuse(a, c, err);
    if (c->state == CONFIRM_ASKED && confirm_wants_second(a->bot, c))
        return pass_on(a, c, err);
    return carry_out(a, c, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    const char *args = a->args, *number = ask_word(a, &args), *word = ask_word(a, &args);
    struct confirmation *c = NULL;
    int64_t id = 0;
    if (a->u->kind != UPDATE_PRESS) {
        TEXT_ADD(&m, a->lang, TEXT_CONFIRM_TYPED);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    if (number && base_parse_i64(number, 1, INT64_MAX, &id) &&
        confirmations_get(a->db, id, a->arena, &c, err))
        return -1;
    return pressed(a, c, str_eq(word, "yes"), err);
}

const struct command cmd_confirm = {"confirm", "", TEXT_CMD_CONFIRM, ROLE_ORGANIZER, false, run};
