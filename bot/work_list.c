#include "bot/work_list.h"

#include "bot/chat/groups.h"
#include "bot/rights.h"
#include "bot/text/field_text.h"
#include "store/conflicts.h"
#include "store/names.h"

#include <string.h>

const char *work_command(enum task_kind kind)
{
    return kind == TASK_INVALID ? "invalid" : "conflicts";
}

const char *work_slot(struct ask *a, enum task_kind kind)
{
    return ask_slot(a, kind == TASK_INVALID ? "invalid" : "conflict");
}

static const char *short_name(struct ask *a, char kind, const char *name)
{
    char brief[TASK_SHORT_MAX];
    return arena_strdup(a->arena, task_short(kind, name, brief));
}

/* ---------------------------------------------------------------- reading what is wanted */

static bool is_word(const char *word, const char *en, const char *ru)
{
    return !strcmp(word, en) || !strcmp(word, ru);
}

/* The name among the groups of the list that a button means; "" (which nothing has) when its last
 * line has gone. */
static int named_by(struct ask *a, const struct work_view *v, const char *word, const char **ret,
                    struct err *err)
{
    struct task_group *list;
    size_t n;
    if (tasks_groups(a->db, v->kind, *word == 'f' ? TASKS_BY_FLOW : TASKS_BY_REASON, v->filter.only,
                     a->arena, &list, &n, err))
        return -1;
    *ret = "";
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(short_name(a, *word, list[i].name), word))
            *ret = list[i].name;
    }
    return 0;
}

static int read_word(struct ask *a, struct work_view *v, const char *word, struct err *err)
{
    struct step step;
    int64_t id;
    if (is_word(word, "filter", "отбор")) {
        v->choosing = true;
    } else if (is_word(word, "mine", "мои")) {
        v->filter.via = a->via;
        v->filter.user_id = a->u->user_id;
    } else if (is_word(word, "free", "ничьи")) {
        v->filter.free = true;
    } else if (*word == 'u' && base_parse_i64(word + 1, 1, INT64_MAX, &id)) {
        v->filter.via = a->via;
        v->filter.user_id = id;
    } else if (task_is_short(word)) {
        return named_by(a, v, word, *word == 'f' ? &v->filter.flow : &v->filter.reason, err);
    } else if (config_step(a->bot->cfg, word, &step)) {
        v->filter.flow = v->kind == TASK_INVALID ? step_name(&step) : step.flow->name;
    } else {
        base_parse_i64(word, 0, 1000000, &v->at);
    }
    return 0;
}

int work_read(struct ask *a, enum task_kind kind, struct work_view *ret, struct err *err)
{
    const char *args = a->args, *word;
    AUTO_BUF words = BUF_INIT(256);
    *ret = (struct work_view){.kind = kind};
    if (work_only(a, kind, &ret->filter.only, err))
        return -1;
    while ((word = ask_word(a, &args))) {
        if (read_word(a, ret, word, err))
            return -1;
    }
    const struct task_filter *f = &ret->filter;
    if (f->via)
        buf_addf(&words, " u%lld", (long long)f->user_id);
    if (f->free)
        buf_add(&words, " free");
    if (f->flow)
        buf_addf(&words, " %s", short_name(a, 'f', f->flow));
    if (f->reason)
        buf_addf(&words, " %s", short_name(a, 'r', f->reason));
    ret->words = words.len ? arena_strdup(a->arena, buf_str(&words) + 1) : "all";
    return 0;
}

/* ---------------------------------------------------------------- the way back */

const char *work_task_data(struct ask *a, const char *ref, const char *what, const char *from)
{
    const char *gap = *what ? " " : "";
    const char *data = arena_printf(a->arena, "task %s%s%s%s%s @%s", ref, gap, what,
                                    *from ? " " : "", from, a->slot);
    return strlen(data) <= BUTTON_DATA_MAX
               ? data
               : arena_printf(a->arena, "task %s%s%s @%s", ref, gap, what, a->slot);
}

const char *work_line_data(struct ask *a, const struct work_view *v, const char *ref)
{
    bool all = !strcmp(v->words, "all");
    char *from = arena_strdup(a->arena, "");
    if (!all || v->at)
        from = arena_printf(a->arena, "~%s+%lld", v->words, (long long)v->at);
    for (char *p = from; *p; p++)
        *p = *p == ' ' ? '+' : *p;
    return work_task_data(a, ref, "", from);
}

const char *work_back(struct ask *a, enum task_kind kind, const char *from)
{
    char *words = arena_strdup(a->arena, *from ? from + 1 : "");
    for (char *p = words; *p; p++)
        *p = *p == '+' ? ' ' : *p;
    return arena_printf(a->arena, "%s%s%s @%s", work_command(kind), *words ? " " : "", words,
                        a->slot);
}

/* ---------------------------------------------------------------- choosing */

static const char *flow_words(struct ask *a, const char *flow)
{
    AUTO_BUF b = BUF_INIT(1024);
    struct step step;
    return config_step(a->bot->cfg, flow, &step)
               ? arena_strdup(a->arena, bot_step_title(&b, a->bot->cfg, flow, a->lang))
               : flow;
}

static const char *reason_words(struct ask *a, enum task_kind kind, const char *reason)
{
    return kind == TASK_INVALID ? bot_reason(reason, a->lang) : field_title(reason, a->lang);
}

static bool is_me(struct ask *a, const struct task_filter *f)
{
    return str_eq(f->via, a->via) && f->user_id == a->u->user_id;
}

void work_say_filter(struct ask *a, const struct work_view *v, struct msg *m)
{
    const struct task_filter *f = &v->filter;
    AUTO_BUF b = BUF_INIT(4096);
    if (!strcmp(v->words, "all"))
        return;
    if (f->via)
        buf_addf(&b, ", %s",
                 is_me(a, f) ? text_template(a->lang, TEXT_WORK_MINE)
                             : source_title(a, arena_printf(a->arena, "%s:%lld", f->via,
                                                            (long long)f->user_id)));
    if (f->free)
        buf_addf(&b, ", %s", text_template(a->lang, TEXT_WORK_NOBODYS));
    if (f->flow && *f->flow)
        buf_addf(&b, ", %s", flow_words(a, f->flow));
    if (f->reason && *f->reason)
        buf_addf(&b, ", %s", reason_words(a, v->kind, f->reason));
    TEXT_ADD(m, a->lang, TEXT_WORK_FILTERED, T_TEXT("what", b.len ? buf_str(&b) + 2 : "…"));
    msg_html(m, "\n");
}

/* How many there are in all, of mine, and of nobody's. */
struct tally {
    int64_t all, mine, free;
};

static int count(struct ask *a, const struct work_view *v, struct task_group **ret, size_t *ret_n,
                 struct tally *tally, struct err *err)
{
    if (tasks_groups(a->db, v->kind, TASKS_BY_PERSON, v->filter.only, a->arena, ret, ret_n, err))
        return -1;
    *tally = (struct tally){0};
    for (size_t i = 0; i < *ret_n; i++) {
        const struct task_group *g = &(*ret)[i];
        tally->all += g->n;
        tally->free += g->name ? 0 : g->n;
        tally->mine += str_eq(g->name, ask_actor(a)) ? g->n : 0;
    }
    return 0;
}

static void add_filter(struct ask *a, const struct work_view *v, enum text_id text,
                       const char *words, int64_t n, struct buttons *b)
{
    TEXT_BUTTON(b, a->lang, text,
                arena_printf(a->arena, "%s %s @%s", work_command(v->kind), words, a->slot),
                T_INT("n", n));
}

int work_filter_buttons(struct ask *a, const struct work_view *v, struct buttons *b,
                        struct err *err)
{
    struct task_group *who;
    struct tally t;
    size_t n;
    if (count(a, v, &who, &n, &t, err))
        return -1;
    buttons_row(b);
    if (strcmp(v->words, "all") != 0)
        add_filter(a, v, TEXT_BTN_WORK_ALL, "all", t.all, b);
    if (t.mine && !v->filter.via)
        add_filter(a, v, TEXT_BTN_WORK_MINE, "mine", t.mine, b);
    if (t.free && t.free != t.all && !v->filter.free)
        add_filter(a, v, TEXT_BTN_WORK_FREE, "free", t.free, b);
    if (t.all > 1)
        add_filter(a, v, TEXT_BTN_WORK_FILTER, "filter", 0, b);
    return 0;
}

static int add_groups(struct ask *a, const struct work_view *v, enum task_group_by by,
                      struct buttons *b, struct err *err)
{
    struct task_group *list;
    size_t n;
    if (tasks_groups(a->db, v->kind, by, v->filter.only, a->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n && n > 1; i++) {
        const char *what = by == TASKS_BY_FLOW ? flow_words(a, list[i].name)
                                               : reason_words(a, v->kind, list[i].name);
        buttons_row(b);
        TEXT_BUTTON(b, a->lang, TEXT_BTN_WORK_GROUP,
                    arena_printf(a->arena, "%s %s @%s", work_command(v->kind),
                                 short_name(a, by == TASKS_BY_FLOW ? 'f' : 'r', list[i].name),
                                 a->slot),
                    T_TEXT("what", what), T_INT("n", list[i].n));
    }
    return 0;
}

int work_choose(struct ask *a, const struct work_view *v, const char *slot, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct task_group *who;
    struct tally t;
    size_t n;
    if (count(a, v, &who, &n, &t, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_WORK_CHOOSE);
    add_filter(a, v, TEXT_BTN_WORK_ALL, "all", t.all, &b);
    add_filter(a, v, TEXT_BTN_WORK_MINE, "mine", t.mine, &b);
    add_filter(a, v, TEXT_BTN_WORK_FREE, "free", t.free, &b);
    if (add_groups(a, v, TASKS_BY_FLOW, &b, err) || add_groups(a, v, TASKS_BY_REASON, &b, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!who[i].name || str_eq(who[i].name, ask_actor(a)))
            continue;
        buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_WORK_PERSON,
                    arena_printf(a->arena, "%s u%lld @%s", work_command(v->kind),
                                 (long long)who[i].user_id, a->slot),
                    T_TEXT("who", source_title(a, who[i].name)), T_INT("n", who[i].n));
    }
    return ask_reply(a, &m, &b, slot, err);
}

/* ---------------------------------------------------------------- one line */

int work_add_lines(struct ask *a, const struct task_item *t, struct msg *m, struct err *err)
{
    char when[TEXT_SHORT];
    struct task *task;
    int64_t at;
    if (tasks_get(a->db, t, a->arena, &task, err) ||
        tasks_reminded_at(a->db, t, a->via, a->u->user_id, &at, err))
        return -1;
    if (task && task->via) {
        TEXT_ADD(m, a->lang, TEXT_WORK_HAS,
                 T_TEXT("who", source_title(a, arena_printf(a->arena, "%s:%lld", task->via,
                                                            (long long)task->user_id))));
        msg_html(m, "\n");
    }
    if (at) {
        TEXT_ADD(m, a->lang, TEXT_WORK_REMINDS_LINE,
                 T_TEXT("time", text_clock(when, a->lang, at, a->now)));
        msg_html(m, "\n");
    }
    return 0;
}

static const char *what_jailed(struct db *db, const struct bot *bot, enum lang lang,
                               const struct jailed *j, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(4096);
    struct step step;
    const char *reason = bot_reason(j->reason, lang);
    if (config_step(bot->cfg, j->flow, &step) && step.push)
        TEXT_PLAIN(&b, lang, TEXT_WORK_WHAT_RECORD, T_TEXT("reason", reason),
                   T_TEXT("name", record_name_of(db, step.flow->entity->name, j->remote_id, arena)),
                   T_TEXT("remote", bot_remote_title(step.flow->remote, lang)));
    else
        TEXT_PLAIN(&b, lang, TEXT_WORK_WHAT_ROW, T_TEXT("reason", reason),
                   T_TEXT("flow", bot_flow_title(bot->cfg, j->flow, lang)),
                   T_TEXT("id", j->remote_id));
    return arena_strdup(arena, buf_str(&b));
}

static int what_conflict(struct db *db, enum lang lang, const struct task_item *t,
                         struct arena *arena, const char **ret, struct err *err)
{
    AUTO_BUF b = BUF_INIT(4096);
    struct conflict *c = NULL;
    int64_t id;
    if (base_parse_i64(t->item, 1, INT64_MAX, &id) && conflicts_get(db, id, arena, &c, err))
        return -1;
    if (!c || !c->open)
        return 0;
    TEXT_PLAIN(&b, lang, TEXT_WORK_WHAT_CONFLICT,
               T_TEXT("name", record_name_of(db, c->entity, c->local_id, arena)),
               T_TEXT("field", field_title(c->field, lang)));
    *ret = arena_strdup(arena, buf_str(&b));
    return 0;
}

int work_what(struct db *db, const struct bot *bot, enum lang lang, const struct task_item *t,
              struct arena *arena, const char **ret, struct err *err)
{
    struct jailed *j;
    *ret = NULL;
    if (t->kind == TASK_CONFLICT)
        return what_conflict(db, lang, t, arena, ret, err);
    if (quarantine_get(db, t->flow, t->item, t->part, arena, &j, err))
        return -1;
    if (j)
        *ret = what_jailed(db, bot, lang, j, arena);
    return 0;
}

/* ---------------------------------------------------------------- reminders */

#define REMINDERS_AT_ONCE 20
#define REMIND_MEMORY     ((size_t)64 << 20)

static int remind(const struct bot *bot, struct db *db, const struct reminder *r, int64_t now,
                  struct arena *arena, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char ref[TASK_REF_MAX];
    struct chat_user *user;
    const struct rights *rights;
    const char *what;
    bool may, people;
    if (people_get(db, r->via, r->user_id, arena, &user, err) ||
        rights_of(bot, db, r->via, r->user_id, now, arena, &rights, err) ||
        work_may(bot, db, rights, &r->item, arena, &may, err) ||
        groups_may_show(bot, db, r->via, r->chat_id, &people, err))
        return -1;
    enum lang lang = lang_of(user ? user->lang : NULL, bot_default_lang(bot));
    if (work_what(db, bot, lang, &r->item, arena, &what, err) || tasks_told(db, r, err))
        return -1;
    if (!what || !may || !people) /* they may not read it any more, or not there */
        return 0;
    task_ref(&r->item, ref);
    TEXT_ADD(&m, lang, TEXT_WORK_REMINDER, T_TEXT("what", what));
    TEXT_BUTTON(&b, lang, TEXT_BTN_WORK_OPEN, arena_printf(arena, "task %s", ref));
    TEXT_BUTTON(&b, lang, TEXT_BTN_WORK_HOUR, arena_printf(arena, "task %s remind 1h", ref));
    if (groups_turn(bot, db, r->via, r->chat_id, &b, err))
        return -1;
    const struct outgoing out = {.via = r->via,
                                 .chat_id = r->chat_id,
                                 .thread_id = r->thread_id,
                                 .text = msg_str(&m),
                                 .buttons = buttons_json(&b)};
    return chatbox_say(db, &out, err);
}

static int remind_all(const struct bot *bot, struct db *db, int64_t now, struct arena *arena,
                      struct err *err)
{
    struct reminder *list;
    size_t n;
    if (db_begin(db, err))
        return -1;
    bool bad = tasks_due(db, now, REMINDERS_AT_ONCE, arena, &list, &n, err);
    for (size_t i = 0; !bad && i < n; i++)
        bad = remind(bot, db, &list[i], now, arena, err);
    if (bad || db_commit(db, err)) {
        db_rollback(db);
        return -1;
    }
    bot->wake_sender(bot->ctx);
    return 0;
}

int work_remind(const struct bot *bot, struct db *db, int64_t now, int64_t *ret_wait_ms,
                struct err *err)
{
    AUTO_ARENA *arena = arena_new(REMIND_MEMORY);
    int64_t next;
    *ret_wait_ms = -1;
    if (tasks_next_at(db, &next, err))
        return -1;
    if (next && next <= now &&
        (remind_all(bot, db, now, arena, err) || tasks_next_at(db, &next, err)))
        return -1;
    if (next)
        *ret_wait_ms = next > now ? next - now : 0;
    return 0;
}
