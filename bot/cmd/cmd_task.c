#include "bot/command.h"
#include "bot/rights.h"
#include "bot/text/field_text.h"
#include "bot/text/jail_text.h"
#include "bot/work_list.h"
#include "store/base/clock.h"

#include <string.h>
#include <time.h>

#define SHOWN         24
#define RIGHTS_MEMORY ((size_t)8 << 20)
#define HOUR_MS       3600000
#define TOMORROW_HOUR 10

/* "REF" shows one line of a list; "REF give [ID]", "REF drop", "REF remind [1h|tomorrow|no]". */
struct wish {
    struct task_item item;
    const char *ref, *what, *arg;
    const char *words; /* the line in a few words */
    const char *from;  /* the part of the list that they came from, as work_list.h writes it */
};

static const char *data(struct ask *a, const struct wish *w, const char *what)
{
    return work_task_data(a, w->ref, what, w->from);
}

static const char *actor_of(struct ask *a, const char *via, int64_t user_id)
{
    return arena_printf(a->arena, "%s:%lld", via, (long long)user_id);
}

/* ---------------------------------------------------------------- the line itself */

static int add_item(struct ask *a, const struct wish *w, struct msg *m, struct buttons *b,
                    struct err *err)
{
    const struct dicts *dicts;
    struct jailed *j;
    if (w->item.kind == TASK_CONFLICT) {
        msg_text(m, w->words);
        msg_html(m, "\n");
        TEXT_BUTTON(b, a->lang, TEXT_BTN_WORK_SHOW,
                    arena_printf(a->arena, "conflict %s", w->item.item));
        return 0;
    }
    if (dict_load(a->db, a->arena, &dicts, err) ||
        quarantine_get(a->db, w->item.flow, w->item.item, w->item.part, a->arena, &j, err))
        return -1;
    return j ? jail_item(a, dicts, j, m, b, err) : 0;
}

static int add_who(struct ask *a, const struct wish *w, struct msg *m, bool *ret_mine,
                   bool *ret_given, struct err *err)
{
    char when[TEXT_SHORT];
    struct task *t;
    int64_t at;
    if (tasks_get(a->db, &w->item, a->arena, &t, err) ||
        tasks_reminded_at(a->db, &w->item, a->via, a->u->user_id, &at, err))
        return -1;
    *ret_given = t && t->via;
    *ret_mine = *ret_given && !strcmp(actor_of(a, t->via, t->user_id), ask_actor(a));
    msg_html(m, "\n");
    if (*ret_given) {
        const char *who = actor_of(a, t->via, t->user_id);
        TEXT_ADD(m, a->lang, str_eq(t->given_by, who) ? TEXT_WORK_HAS_SELF : TEXT_WORK_HAS_SINCE,
                 T_TEXT("who", source_title(a, who)), T_TEXT("by", source_title(a, t->given_by)),
                 T_TEXT("time", text_clock(when, a->lang, t->given_at, a->now)));
    } else {
        TEXT_ADD(m, a->lang, TEXT_WORK_FREE);
    }
    if (at) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_WORK_REMINDS,
                 T_TEXT("time", text_clock(when, a->lang, at, a->now)));
    }
    return 0;
}

/* note: what has just been done, or NULL. */
static int show(struct ask *a, const struct wish *w, struct msg *note, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool mine, given;
    const char *slot = work_slot(a, w->item.kind);
    if (note) {
        msg_html(&m, msg_str(note));
        msg_html(&m, "\n\n");
    }
    if (add_item(a, w, &m, &b, err) || add_who(a, w, &m, &mine, &given, err))
        return -1;
    buttons_row(&b);
    if (!mine)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_TAKE,
                    data(a, w, arena_printf(a->arena, "give %lld", (long long)a->u->user_id)));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_GIVE, data(a, w, "give"));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_REMIND, data(a, w, "remind"));
    buttons_row(&b);
    if (given)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_DROP, data(a, w, "drop"));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_LIST, work_back(a, w->item.kind, w->from));
    return ask_reply(a, &m, &b, slot, err);
}

/* ---------------------------------------------------------------- giving it to somebody */

/* May that person have it: an organizer, of its team where their role is limited to one. */
static int may_have(struct ask *a, const struct wish *w, int64_t user_id, bool *ret,
                    struct err *err)
{
    AUTO_ARENA *arena = arena_new(RIGHTS_MEMORY);
    const struct rights *r;
    return rights_of(a->bot, a->db, a->via, user_id, a->now, arena, &r, err) ||
                   work_may(a->bot, a->db, r, &w->item, arena, ret, err)
               ? -1
               : 0;
}

/* Those who may have it: admins of the configuration first. */
static int organizers(struct ask *a, const struct wish *w, struct chat_user **ret, size_t *ret_n,
                      struct err *err)
{
    struct chat_user *known, *list;
    size_t n_known, n = 0, admins = 0;
    if (people_organizers(a->db, a->via, a->arena, &known, &n_known, err))
        return -1;
    list = arena_alloc(a->arena, n_known ? n_known : 1, sizeof *list);
    for (size_t i = 0; i < n_known; i++) {
        bool may, admin = rights_in_config(a->bot, a->via, known[i].user_id);
        if (may_have(a, w, known[i].user_id, &may, err))
            return -1;
        if (!may)
            continue;
        size_t at = admin ? admins++ : n;
        memmove(&list[at + 1], &list[at], (n - at) * sizeof *list);
        list[at] = known[i];
        n++;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

static int ask_whom(struct ask *a, const struct wish *w, enum text_id text, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct chat_user *list;
    size_t n;
    const char *slot = work_slot(a, w->item.kind);
    if (organizers(a, w, &list, &n, err))
        return -1;
    msg_text(&m, w->words);
    msg_html(&m, "\n\n");
    TEXT_ADD(&m, a->lang, text);
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        const char *name = source_title(a, actor_of(a, a->via, list[i].user_id));
        if (i % 2 == 0)
            buttons_row(&b);
        buttons_add(&b, name,
                    data(a, w, arena_printf(a->arena, "give %lld", (long long)list[i].user_id)));
    }
    if (n > SHOWN) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_WORK_GIVE_MORE, T_INT("n", (int64_t)n));
    }
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_LIST, data(a, w, ""));
    return ask_reply(a, &m, &b, slot, err);
}

/* In their own chat and language. */
static int tell_them(struct ask *a, const struct wish *w, const struct chat_user *to,
                     struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *what;
    enum lang lang = lang_of(to->lang, bot_default_lang(a->bot));
    if (work_what(a->db, a->bot, lang, &w->item, a->arena, &what, err))
        return -1;
    TEXT_ADD(&m, lang, TEXT_WORK_YOURS, T_TEXT("who", source_title(a, ask_actor(a))),
             T_TEXT("what", what));
    TEXT_BUTTON(&b, lang, TEXT_BTN_WORK_OPEN, arena_printf(a->arena, "task %s", w->ref));
    const struct outgoing out = {.via = a->via,
                                 .chat_id = to->user_id,
                                 .text = msg_str(&m),
                                 .buttons = buttons_json(&b)};
    return chatbox_say(a->db, &out, err);
}

static int give(struct ask *a, const struct wish *w, struct err *err)
{
    AUTO_MSG note = MSG_INIT;
    struct chat_user *to;
    int64_t id;
    bool new, may;
    if (!w->arg || !base_parse_i64(w->arg, 1, INT64_MAX, &id))
        return ask_whom(a, w, TEXT_WORK_GIVE_WHOM, err);
    if (people_get(a->db, a->via, id, a->arena, &to, err) || may_have(a, w, id, &may, err))
        return -1;
    bool me = id == a->u->user_id;
    if (!me && (!to || !may)) /* the button is older than the end of their role */
        return ask_whom(a, w, TEXT_WORK_NOT_ORGANIZER, err);
    if (tasks_give(a->db, &w->item, a->via, id, ask_actor(a), a->now, &new, err) ||
        (new && !me &&tell_them(a, w, to, err)))
        return -1;
    TEXT_ADD(&note, a->lang,
             !new ? TEXT_WORK_GIVEN_ALREADY
             : me ? TEXT_WORK_GIVEN_SELF
                  : TEXT_WORK_GIVEN,
             T_TEXT("who", source_title(a, actor_of(a, a->via, id))));
    return show(a, w, &note, err);
}

static int drop(struct ask *a, const struct wish *w, struct err *err)
{
    AUTO_MSG note = MSG_INIT;
    bool new;
    if (tasks_give(a->db, &w->item, NULL, 0, ask_actor(a), a->now, &new, err))
        return -1;
    TEXT_ADD(&note, a->lang, new ? TEXT_WORK_DROPPED : TEXT_WORK_DROPPED_ALREADY);
    return show(a, w, &note, err);
}

/* ---------------------------------------------------------------- reminders */

/* Ten in the morning of the next day, in the festival's time zone (the process's own). */
static int64_t tomorrow(int64_t now)
{
    struct tm tm;
    time_t t = (time_t)(now / 1000);
    localtime_r(&t, &tm);
    tm.tm_mday++;
    tm.tm_hour = TOMORROW_HOUR;
    tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm) * 1000;
}

static int ask_when(struct ask *a, const struct wish *w, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    int64_t at;
    const char *slot = work_slot(a, w->item.kind);
    if (tasks_reminded_at(a->db, &w->item, a->via, a->u->user_id, &at, err))
        return -1;
    msg_text(&m, w->words);
    msg_html(&m, "\n\n");
    TEXT_ADD(&m, a->lang, TEXT_WORK_REMIND_WHEN);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_HOUR, data(a, w, "remind 1h"));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_TOMORROW, data(a, w, "remind tomorrow"));
    buttons_row(&b);
    if (at)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_NO_REMINDER, data(a, w, "remind no"));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_LIST, data(a, w, ""));
    return ask_reply(a, &m, &b, slot, err);
}

static int remind(struct ask *a, const struct wish *w, struct err *err)
{
    AUTO_MSG note = MSG_INIT;
    char when[TEXT_SHORT];
    struct reminder r = {.via = a->via,
                         .user_id = a->u->user_id,
                         .chat_id = a->u->chat_id,
                         .thread_id = a->u->thread_id};
    if (str_eq(w->arg, "1h"))
        r.at = a->now + HOUR_MS;
    else if (str_eq(w->arg, "tomorrow"))
        r.at = tomorrow(a->now);
    else if (!str_eq(w->arg, "no"))
        return ask_when(a, w, err);
    if (tasks_remind(a->db, &w->item, &r, err))
        return -1;
    TEXT_ADD(&note, a->lang, r.at ? TEXT_WORK_REMIND_SET : TEXT_WORK_REMIND_NO,
             T_TEXT("time", text_clock(when, a->lang, r.at, a->now)));
    return show(a, w, &note, err);
}

/* ---------------------------------------------------------------- the command */

static int say_gone(struct ask *a, const char *ref, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool conflict = ref && *ref == 'c';
    TEXT_ADD(&m, a->lang, ref ? TEXT_WORK_GONE : TEXT_WORK_HOW);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_LIST,
                work_command(conflict ? TASK_CONFLICT : TASK_INVALID));
    return ask_reply(a, &m, &b, NULL, err);
}

static void read_rest(struct ask *a, const char *args, struct wish *w)
{
    w->from = "";
    for (const char *word; (word = ask_word(a, &args));) {
        if (*word == '~')
            w->from = word;
        else if (!w->what)
            w->what = word;
        else if (!w->arg)
            w->arg = word;
    }
}

static int run(struct ask *a, struct err *err)
{
    const char *args = a->args;
    struct wish w = {.ref = ask_word(a, &args)};
    bool found = false, may;
    read_rest(a, args, &w);
    if (w.ref && task_find(a->db, w.ref, a->arena, &w.item, &found, err))
        return -1;
    if (!found)
        return say_gone(a, w.ref, err);
    if (work_may(a->bot, a->db, a->rights, &w.item, a->arena, &may, err))
        return -1;
    if (!may)
        return ask_refuse_record(a, err);
    if (work_what(a->db, a->bot, a->lang, &w.item, a->arena, &w.words, err))
        return -1;
    work_slot(a, w.item.kind);
    if (str_eq(w.what, "give"))
        return give(a, &w, err);
    if (str_eq(w.what, "drop"))
        return drop(a, &w, err);
    if (str_eq(w.what, "remind"))
        return remind(a, &w, err);
    return show(a, &w, NULL, err);
}

const struct command cmd_task = {"task", "REF", TEXT_CMD_TASK, ROLE_ORGANIZER, false, run};
