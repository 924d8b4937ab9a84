#include "bot/alerts/alert_tell.h"

#include "bot/alerts/alert_group.h"
#include "bot/chat/groups.h"
#include "store/backlog.h"
#include "store/chat/chatbox.h"
#include "store/chat/people.h"
#include "store/plans.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define AT_ONCE       50     /* alerts told in one transaction */
#define BUDGET        5      /* messages about causes of one kind … */
#define BUDGET_MS     600000 /* … in that time; the others become a number */
#define CHANGED_MAX   1000
#define SENT_LOOK_MS  10000
#define SENT_WATCH_MS 900000

struct telling {
    struct db *db;
    const struct bot *bot;
    struct schedule *schedule;
    int64_t now, quiet_until;
    struct arena *arena;
    bool told;
    bool grouped[ALERT_KINDS]; /* how many stand behind a number may have changed */
};

int64_t alert_quiet_until(const struct config *cfg, int64_t now)
{
    const struct alert_settings *s = &cfg->alerts;
    time_t t = (time_t)(now / 1000);
    struct tm tm;
    if (!s->quiet)
        return 0;
    localtime_r(&t, &tm);
    int at = tm.tm_hour * 60 + tm.tm_min;
    int passed = (at - s->quiet_from + 1440) % 1440,
        all = (s->quiet_to - s->quiet_from + 1440) % 1440;
    if (passed >= all)
        return 0;
    return now - now % 60000 + (int64_t)(all - passed) * 60000;
}

/* ---------------------------------------------------------------- who */

static bool is_heard(const struct hearer *list, size_t n, int64_t chat)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].chat == chat)
            return true;
    }
    return false;
}

static int add_admin(struct db *db, const struct bot *bot, int64_t id, struct arena *arena,
                     struct hearer *list, size_t *n, struct err *err)
{
    struct chat_user *known;
    if (is_heard(list, *n, id))
        return 0;
    if (people_get(db, "telegram", id, arena, &known, err))
        return -1;
    list[(*n)++] =
        (struct hearer){.chat = id,
                        .lang = lang_of(known ? known->lang : NULL, bot_default_lang(bot))};
    return 0;
}

int alert_hearers(struct db *db, const struct bot *bot, enum severity severity, struct arena *arena,
                  struct hearer **ret, size_t *ret_n, struct err *err)
{
    const struct alert_settings *s = &bot->cfg->alerts;
    struct alert_place group = s->topic[severity].chat ? s->topic[severity] : s->all;
    struct chat_user *granted;
    size_t n = 0, n_granted;
    if (people_with_role(db, "telegram", ROLE_ADMIN, arena, &granted, &n_granted, err))
        return -1;
    struct hearer *list = arena_alloc(arena, bot->cfg->n_admins + n_granted + 1, sizeof *list);
    if (group.chat) {
        list[n] = (struct hearer){.thread = group.thread, .lang = bot_default_lang(bot)};
        if (chatbox_now_id(db, "telegram", group.chat, &list[n++].chat, err))
            return -1;
    }
    bool own_chats = !s->groups_only || !group.chat; /* somebody has to hear it */
    for (size_t i = 0; own_chats && i < bot->cfg->n_admins; i++) {
        if (add_admin(db, bot, bot->cfg->admins[i], arena, list, &n, err))
            return -1;
    }
    for (size_t i = 0; own_chats && i < n_granted; i++) {
        if (add_admin(db, bot, granted[i].user_id, arena, list, &n, err))
            return -1;
    }
    *ret = list;
    *ret_n = n;
    return 0;
}

/* ---------------------------------------------------------------- what the words need */

static int read_backlog(struct db *db, const struct config *cfg, struct alert_view *v,
                        struct arena *arena, struct err *err)
{
    const struct alert *a = v->a;
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i];
        struct cursor *c;
        int64_t changed = 0;
        if (f->direction == DIR_PULL || f->dict || strcmp(f->remote->name, a->subject))
            continue;
        if (cursor_get(db, f->push_name, a->subject, f->table, arena, &c, err))
            return -1;
        if (c && backlog_changed(db, f->entity, c->judged_rev, CHANGED_MAX, &changed, err))
            return -1;
        v->waiting += changed;
    }
    return a->open ? 0 : backlog_sent(db, a->subject, a->closed_at, &v->sent, err);
}

static int read_others(struct db *db, const struct config *cfg, struct alert_view *v,
                       struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        const struct remote_config *r = cfg->remotes[i];
        struct remote_state s;
        if (!strcmp(r->name, v->a->subject))
            continue;
        if (remote_state_get(db, r->name, arena, &s, err))
            return -1;
        for (size_t l = 0; l < LANG_COUNT && s.ok_at && !s.error; l++) {
            const char *before = v->others[l], *name = bot_remote_title(r, (enum lang)l);
            v->others[l] = before ? arena_printf(arena, "%s, %s", before, name) : name;
        }
    }
    return 0;
}

int alert_view_read(struct db *db, const struct bot *bot, struct schedule *schedule,
                    const struct alert *a, int64_t now, struct arena *arena, struct alert_view *ret,
                    struct err *err)
{
    struct saved_plan *plan = NULL;
    *ret = (struct alert_view){.cfg = bot->cfg, .a = a, .now = now};
    if (a->kind == ALERT_BRAKE && a->ref && plans_get(db, a->ref, arena, &plan, err))
        return -1;
    ret->plan_open = plan && str_eq(plan->state, "open");
    if (a->kind == ALERT_PLANS && alert_group_plans(db, a, arena, &ret->plans, &ret->n_plans, err))
        return -1;
    if (a->kind != ALERT_REMOTE_DOWN && a->kind != ALERT_REMOTE_AUTH)
        return 0;
    if (a->open && schedule)
        ret->next_try = schedule_next(schedule, a->subject);
    return read_others(db, bot->cfg, ret, arena, err) || read_backlog(db, bot->cfg, ret, arena, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- one chat */

/* The message of that round; old: a newer one tells of it. */
static int say(struct telling *t, const struct alert_view *v, const struct hearer *h, int64_t round,
               bool old, bool silent, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char slot[64];
    snprintf(slot, sizeof slot, "alert:%lld:%lld", (long long)v->a->id, (long long)round);
    if (old || v->a->dropped)
        alert_old_message(v, &m);
    else
        alert_message(v, &m, &b);
    if (groups_turn(t->bot, t->db, "telegram", h->chat, &b, err))
        return -1;
    const struct outgoing out = {.via = "telegram",
                                 .chat_id = h->chat,
                                 .thread_id = h->thread,
                                 .text = msg_str(&m),
                                 .buttons = buttons_json(&b),
                                 .slot = slot,
                                 .silent = silent};
    t->told = true;
    return chatbox_say(t->db, &out, err);
}

/* At night, and always where nobody has to jump up. */
static bool is_silent(const struct telling *t, const struct alert *a)
{
    if (a->severity == SEV_CRITICAL)
        return !a->open && t->quiet_until;
    return t->quiet_until || a->severity == SEV_INFO || (!a->open && a->severity == SEV_WARNING);
}

static void wait_until(int64_t *wait, int64_t at)
{
    if (at && (!*wait || at < *wait))
        *wait = at;
}

/* Whether there is room for one more message about a cause of this kind. */
static int over_budget(struct telling *t, const struct alert *a, bool *ret, struct err *err)
{
    int64_t told;
    *ret = false;
    if (a->told_at || a->kind == ALERT_MORE)
        return 0;
    if (alerts_count_told(t->db, a->kind, t->now - BUDGET_MS, &told, err))
        return -1;
    *ret = told >= BUDGET;
    return 0;
}

/* Whether a message of its own may come now; *wait: when it may. */
static int may_ring(struct telling *t, const struct alert_view *v, const struct hearer *h,
                    const struct alert_known *known, bool *ret, int64_t *wait, struct err *err)
{
    const struct alert *a = v->a;
    *ret = false;
    if (!a->open && !known->any && !alert_is_event(a->kind))
        return 0; /* they never heard that it began */
    if (alert_is_wanted(t->db, a, h->chat, ret, err))
        return -1;
    if (!*ret)
        return 0;
    if (t->quiet_until && a->severity < SEV_IMPORTANT)
        wait_until(wait, t->quiet_until);
    *ret = !(a->open && v->muted.on) && (!t->quiet_until || a->severity >= SEV_IMPORTANT);
    return 0;
}

static int tell_chat(struct telling *t, struct alert_view *v, const struct hearer *h,
                     struct alert *a, int64_t *wait, struct err *err)
{
    struct alert_known known;
    bool ring = false, people;
    v->lang = h->lang;
    if (groups_may_show(t->bot, t->db, "telegram", h->chat, &people, err) ||
        alert_chat_get(t->db, a->id, h->chat, &known, err) ||
        alert_muted(t->db, a, h->chat, t->now, &v->muted, err))
        return -1;
    v->hide_people = !people;
    if (v->muted.on)
        wait_until(wait, v->muted.until); /* the line about it goes then */
    if ((!known.any || known.round != a->round) && may_ring(t, v, h, &known, &ring, wait, err))
        return -1;
    /* the message that is there goes along, also where no new one may come */
    if (known.msg && say(t, v, h, known.msg, ring, is_silent(t, a), err))
        return -1;
    if (!ring)
        return 0;
    if (!a->told_at)
        a->told_at = t->now;
    return say(t, v, h, a->round, false, is_silent(t, a), err) ||
                   alert_chat_set(t->db, a->id, h->chat, a->round, a->round, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- one alert */

static void remind(struct alert *a, int64_t now)
{
    static const int64_t pauses[] = {3600000, 4 * 3600000, 24 * 3600000};
    if (!a->open || !a->remind_at || a->remind_at > now)
        return;
    if (a->told_at) {
        a->round++;
        a->round_at = now;
        a->flaps = 0;
        a->reminded++;
    }
    size_t i = a->reminded < 2 ? (size_t)a->reminded : 2;
    a->remind_at = now + pauses[i];
}

static int tell_alert(struct telling *t, struct alert *a, struct err *err)
{
    struct alert_view v;
    struct hearer *list;
    size_t n;
    int64_t wait = 0;
    bool over;
    remind(a, t->now);
    a->tell_at = 0;
    if (over_budget(t, a, &over, err))
        return -1;
    a->grouped = a->grouped || (a->open && over);
    if (a->grouped)
        t->grouped[a->kind] = true;
    if (a->grouped && !a->told_at)
        return alerts_told(t->db, a, t->now, err);
    if (alert_hearers(t->db, t->bot, a->severity, t->arena, &list, &n, err) ||
        alert_view_read(t->db, t->bot, t->schedule, a, t->now, t->arena, &v, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (tell_chat(t, &v, &list[i], a, &wait, err))
            return -1;
    }
    /* what waited for the remote goes out now: the message counts along */
    if (!a->open && v.waiting && t->now - a->closed_at < SENT_WATCH_MS)
        wait_until(&wait, t->now + SENT_LOOK_MS);
    a->tell_at = wait;
    return alerts_told(t->db, a, t->now, err);
}

/* Those that stand behind a number are one alert. */
static int tell_more(struct telling *t, enum alert_kind kind, struct err *err)
{
    enum severity severity = alert_severity(kind);
    struct alert_news more = {.kind = ALERT_MORE,
                              .subject = alert_kind_name(kind),
                              .bad = &severity,
                              .look = true};
    if (alerts_count_grouped(t->db, kind, &more.num, err))
        return -1;
    return more.num ? alerts_raise(t->db, &more, t->now, NULL, err)
                    : alerts_clear(t->db, ALERT_MORE, more.subject, t->now, err);
}

static int tell_due(struct telling *t, struct err *err)
{
    struct alert *due;
    size_t n;
    if (alerts_due(t->db, t->now, AT_ONCE, t->arena, &due, &n, err) ||
        alert_group_due(t->db, t->bot, t->schedule, t->now, t->arena, &due, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (tell_alert(t, &due[i], err))
            return -1;
    }
    for (size_t i = 0; i < ALERT_KINDS; i++) {
        if (t->grouped[i] && tell_more(t, (enum alert_kind)i, err))
            return -1;
    }
    return 0;
}

int alert_tell(struct db *db, const struct bot *bot, struct schedule *schedule, int64_t now,
               bool *ret_told, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)32 << 20);
    struct telling t = {.db = db,
                        .bot = bot,
                        .schedule = schedule,
                        .now = now,
                        .quiet_until = alert_quiet_until(bot->cfg, now),
                        .arena = arena};
    bool due;
    *ret_told = false;
    if (alerts_is_due(db, now, &due, err))
        return -1;
    if (!due)
        return 0;
    if (db_begin(db, err))
        return -1;
    if (tell_due(&t, err)) {
        db_rollback(db);
        return -1;
    }
    *ret_told = t.told;
    return db_commit(db, err);
}
