#include "bot/alerts/watch.h"
#include "bot/backup_job.h"
#include "bot/command.h"
#include "bot/status.h"
#include "bot/text/ops_text.h"
#include "store/backup.h"
#include "store/base/log.h"
#include "store/chat/alerts.h"

#define DISK_LOW_MB    500
#define WAL_HIGH_MB    256
#define WAITS_LONG_MS  600000
#define BACKUP_OLD_MS  (INT64_C(2) * 86400000)
#define ALERTS_COUNTED 1000

struct screen {
    struct msg m;
    int64_t bad;
};

static void line(struct screen *s, bool bad)
{
    msg_html(&s->m, "\n");
    s->bad += bad;
}

static int add_remotes(struct ask *a, struct screen *s, const struct status *st)
{
    for (size_t i = 0; i < a->bot->cfg->n_remotes; i++) {
        const struct remote_state *r = &st->remotes[i];
        const char *name = bot_remote_title(a->bot->cfg->remotes[i], a->lang);
        AUTO_BUF why = BUF_INIT(1024);
        line(s, r->error != NULL);
        if (r->error)
            TEXT_ADD(&s->m, a->lang, TEXT_HEALTH_REMOTE_BAD, T_TEXT("remote", name),
                     T_TEXT("why", bot_error(&why, r->error, a->lang)),
                     T_TEXT("ago", ops_ago(a, r->error_at, TEXT_SCHEDULE_NEVER)));
        else
            TEXT_ADD(&s->m, a->lang, r->ok_at ? TEXT_HEALTH_REMOTE_OK : TEXT_HEALTH_REMOTE_NEVER,
                     T_TEXT("remote", name),
                     T_TEXT("ago", ops_ago(a, r->ok_at, TEXT_SCHEDULE_NEVER)));
    }
    return 0;
}

static int add_queue(struct ask *a, struct screen *s, const struct status *st, struct err *err)
{
    int64_t oldest;
    char age[TEXT_SHORT];
    if (DB_INT(a->db, 0, &oldest, err,
               "SELECT min(t) FROM (SELECT min(created_at) AS t FROM job WHERE state = 'queued'"
               " UNION ALL SELECT min(created_at) FROM chat_out WHERE state = 'queued')"))
        return -1;
    bool bad = oldest && a->now - oldest > WAITS_LONG_MS;
    line(s, bad);
    TEXT_ADD(&s->m, a->lang, bad ? TEXT_HEALTH_QUEUE_BAD : TEXT_HEALTH_QUEUE_OK,
             T_INT("jobs", st->queued), T_INT("say", st->to_say),
             T_TEXT("age", text_duration(age, a->lang, oldest ? a->now - oldest : 0)));
    return 0;
}

static void add_disk(struct ask *a, struct screen *s, const struct status *st)
{
    struct watch_facts f;
    watch_measure(a->bot->cfg, &f);
    bool low = f.disk_mb >= 0 && f.disk_mb < DISK_LOW_MB;
    line(s, low);
    TEXT_ADD(&s->m, a->lang, low ? TEXT_HEALTH_DISK_BAD : TEXT_HEALTH_DISK_OK,
             T_TEXT("free", f.disk_mb < 0 ? "?" : ops_size(a, f.disk_mb << 20)),
             T_TEXT("size", ops_size(a, st->store_bytes)));
    if (f.wal_mb > WAL_HIGH_MB) {
        line(s, true);
        TEXT_ADD(&s->m, a->lang, TEXT_HEALTH_WAL_BAD, T_TEXT("size", ops_size(a, f.wal_mb << 20)));
    }
}

static int add_backup(struct ask *a, struct screen *s, struct err *err)
{
    const struct backup_place p = backup_place_of(a->bot->cfg, a->db);
    struct backup_file *list;
    size_t n;
    if (backup_list(&p, a->arena, &list, &n, err))
        return -1;
    line(s, false);
    TEXT_ADD(&s->m, a->lang,
             !n                                    ? TEXT_HEALTH_BACKUP_NONE
             : a->now - list[0].at > BACKUP_OLD_MS ? TEXT_HEALTH_BACKUP_OLD
                                                   : TEXT_HEALTH_BACKUP_OK,
             T_TEXT("ago", ops_ago(a, n ? list[0].at : 0, TEXT_SCHEDULE_NEVER)));
    return 0;
}

/* Nothing is wrong with it, but nobody shall wonder why the log grows. */
static void add_log(struct ask *a, struct screen *s)
{
    char left[TEXT_SHORT];
    enum log_level level;
    int64_t ms = log_raised(&level);
    if (!ms)
        return;
    line(s, false);
    TEXT_ADD(&s->m, a->lang, TEXT_HEALTH_LOG, T_TEXT("level", log_level_name(level)),
             T_TEXT("left", text_duration(left, a->lang, ms)));
}

static int add_alerts(struct ask *a, struct screen *s, struct err *err)
{
    struct alert *open;
    size_t n;
    if (alerts_list_open(a->db, ALERTS_COUNTED, a->arena, &open, &n, err))
        return -1;
    if (!n)
        return 0;
    line(s, true);
    TEXT_ADD(&s->m, a->lang, TEXT_HEALTH_ALERTS, T_INT("n", (int64_t)n));
    return 0;
}

static int run(struct ask *a, struct err *err)
{
    struct screen s = {.m = MSG_INIT};
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct status st;
    int bad = status_read(a->db, a->bot->cfg, a->arena, &st, err) || add_remotes(a, &s, &st) ||
              add_queue(a, &s, &st, err);
    if (!bad)
        add_disk(a, &s, &st);
    bad = bad || add_backup(a, &s, err) || add_alerts(a, &s, err);
    if (!bad) {
        add_log(a, &s);
        TEXT_ADD(&m, a->lang, s.bad ? TEXT_HEALTH_BAD : TEXT_HEALTH_GOOD, T_INT("n", s.bad));
        msg_html(&m, msg_str(&s.m));
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
        bad = ask_reply(a, &m, &b, ask_slot(a, "health"), err);
    }
    msg_free(&s.m);
    return bad ? -1 : 0;
}

const struct command cmd_health = {.name = "health",
                                   .args = "",
                                   .help = TEXT_CMD_HEALTH,
                                   .role = ROLE_ORGANIZER,
                                   .in_menu = true,
                                   .run = run};
