#include "bot/alerts/digest.h"

#include "bot/alerts/alert_tell.h"
#include "bot/deep_links.h"
#include "store/base/clock.h"
#include "store/chat/chatbox.h"
#include "store/starts.h"
#include "store/stuck.h"

#include <time.h>

#define DAY_MS 86400000
#define SHOWN  10
#define KEY    "digest"

struct digest {
    struct day_counts counts;
    struct alert *open, *mended;
    size_t n_open, n_mended;
};

static bool time_has_come(const struct config *cfg, int64_t now)
{
    time_t t = (time_t)(now / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    return tm.tm_hour * 60 + tm.tm_min >= cfg->alerts.digest_at;
}

/* One of the digest's lists; each line leads to the alert's own screen. */
static int add_list(const struct bot *bot, struct db *db, enum text_id head,
                    const struct alert *list, size_t n, enum lang lang, int64_t now,
                    struct arena *arena, struct msg *m, struct err *err)
{
    if (!n)
        return 0;
    msg_html(m, "\n");
    TEXT_ADD(m, lang, head, T_INT("n", (int64_t)n));
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        AUTO_MSG one = MSG_INIT;
        const char *url, *line = arena_printf(arena, "alerts %lld", (long long)list[i].id);
        if (deep_link_address(db, "telegram", deep_link_of(line, arena), arena, &url, err))
            return -1;
        alert_head(&(struct alert_view){.cfg = bot->cfg, .a = &list[i], .lang = lang, .now = now},
                   &one);
        msg_html(m, "\n");
        TEXT_ADD(m, lang, url ? TEXT_DIGEST_LINE_LINK : TEXT_DIGEST_LINE,
                 T_HTML("text", msg_str(&one)), T_TEXT("url", url));
    }
    if (n > SHOWN) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_ALERTS_CUT, T_INT("n", (int64_t)(n - SHOWN)));
    }
    return 0;
}

static int add_digest(const struct bot *bot, struct db *db, const struct digest *d, enum lang lang,
                      int64_t now, struct arena *arena, struct msg *m, struct buttons *b,
                      struct err *err)
{
    AUTO_MSG counts = MSG_INIT;
    TEXT_ADD(&counts, lang, TEXT_DIGEST_COUNTS, T_INT("taken", d->counts.taken),
             T_INT("sent", d->counts.sent), T_INT("invalid", d->counts.invalid));
    if (!d->n_open && !d->n_mended) {
        TEXT_ADD(m, lang, TEXT_DIGEST_QUIET, T_HTML("counts", msg_str(&counts)));
        TEXT_BUTTON(b, lang, TEXT_BTN_RUNS, "runs");
        return 0;
    }
    TEXT_ADD(m, lang, TEXT_DIGEST_HEAD);
    if (d->counts.runs) {
        msg_html(m, "\n");
        msg_html(m, msg_str(&counts));
    }
    TEXT_BUTTON(b, lang, TEXT_BTN_ALERTS, "alerts");
    TEXT_BUTTON(b, lang, TEXT_BTN_RUNS, "runs");
    return add_list(bot, db, TEXT_DIGEST_MENDED, d->mended, d->n_mended, lang, now, arena, m,
                    err) ||
                   add_list(bot, db, TEXT_DIGEST_OPEN, d->open, d->n_open, lang, now, arena, m, err)
               ? -1
               : 0;
}

static int send(struct db *db, const struct bot *bot, const struct digest *d, int64_t now,
                struct arena *arena, bool *ret_told, struct err *err)
{
    struct hearer *list;
    size_t n;
    if (alert_hearers(db, bot, SEV_INFO, arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        AUTO_MSG m = MSG_INIT;
        AUTO_BUTTONS b = BUTTONS_INIT;
        bool wanted;
        if (alert_wants(db, list[i].chat, "digest", &wanted, err))
            return -1;
        if (!wanted)
            continue;
        if (add_digest(bot, db, d, list[i].lang, now, arena, &m, &b, err))
            return -1;
        const struct outgoing out = {.via = "telegram",
                                     .chat_id = list[i].chat,
                                     .thread_id = list[i].thread,
                                     .text = msg_str(&m),
                                     .buttons = buttons_json(&b),
                                     .silent = true};
        if (chatbox_say(db, &out, err))
            return -1;
        *ret_told = true;
    }
    return 0;
}

/* Within a transaction: it is said and noted together. */
static int tell(struct db *db, const struct bot *bot, const char *day, int64_t now,
                struct arena *arena, bool *ret_told, struct err *err)
{
    struct digest d = {0};
    if (stuck_day(db, now - DAY_MS, &d.counts, err) ||
        alerts_list_open(db, 100, arena, &d.open, &d.n_open, err) ||
        alerts_list_closed(db, now - DAY_MS, 100, arena, &d.mended, &d.n_mended, err))
        return -1;
    bool any = d.n_open || d.n_mended || d.counts.taken || d.counts.sent || d.counts.invalid;
    if (any && send(db, bot, &d, now, arena, ret_told, err))
        return -1;
    return memo_put(db, KEY, day, err);
}

int digest_tell(struct db *db, const struct bot *bot, int64_t now, bool *ret_told, struct err *err)
{
    AUTO_ARENA *arena = arena_new((size_t)4 << 20);
    const char *last;
    char day[11];
    *ret_told = false;
    if (!bot->cfg->alerts.digest || !time_has_come(bot->cfg, now))
        return 0;
    clock_local_day(day, now);
    if (memo_get(db, KEY, arena, &last, err))
        return -1;
    if (str_eq(last, day))
        return 0;
    if (db_begin(db, err))
        return -1;
    if (tell(db, bot, day, now, arena, ret_told, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}
