#include "store/chat/alert_chats.h"

#define SAID_MS (INT64_C(5) * 86400000) /* for so long at least it is known whether it was said */

int alert_chat_get(struct db *db, int64_t alert, int64_t chat, struct alert_known *ret,
                   struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct alert_known){0};
    if (DB_QUERY(db, &q, err,
                 "SELECT round, msg FROM alert_chat WHERE alert = :alert AND chat_id = :chat",
                 B_INT(":alert", alert), B_INT(":chat", chat)))
        return -1;
    int more = query_next(q, err);
    if (more > 0)
        *ret = (struct alert_known){true, query_int(q, 0), query_int(q, 1)};
    return more < 0 ? -1 : 0;
}

int alert_chat_set(struct db *db, int64_t alert, int64_t chat, int64_t round, int64_t msg,
                   struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO alert_chat(alert, chat_id, round, msg)"
                  " VALUES(:alert, :chat, :round, :msg) ON CONFLICT DO UPDATE SET"
                  " round = excluded.round, msg = excluded.msg",
                  B_INT(":alert", alert), B_INT(":chat", chat), B_INT(":round", round),
                  B_INT(":msg", msg));
}

int alert_chat_back(struct db *db, int64_t chat, int64_t now, struct err *err)
{
    int64_t unsaid;
    /* what was said long ago has left the outbox */
#define UNSAID                                                                                     \
    " FROM alert_chat AS c WHERE chat_id = :chat AND msg > 0 AND alert IN"                         \
    " (SELECT id FROM alert WHERE state = 'open' AND round_at > :since) AND NOT EXISTS"            \
    " (SELECT 1 FROM chat_out o WHERE o.via = 'telegram' AND o.chat_id = :chat"                    \
    "  AND o.slot = 'alert:' || c.alert || ':' || c.msg"                                           \
    "  AND (o.sent_version > 0 OR o.state = 'queued'))"
    if (DB_INT(db, 0, &unsaid, err, "SELECT EXISTS (SELECT 1" UNSAID ")", B_INT(":chat", chat),
               B_INT(":since", now - SAID_MS)))
        return -1;
    if (!unsaid)
        return 0;
    return DB_RUN(db, err, "UPDATE alert SET tell_at = :now WHERE id IN (SELECT alert" UNSAID ")",
                  B_INT(":now", now), B_INT(":chat", chat), B_INT(":since", now - SAID_MS)) ||
                   DB_RUN(db, err, "DELETE" UNSAID, B_INT(":chat", chat),
                          B_INT(":since", now - SAID_MS))
               ? -1
               : 0;
#undef UNSAID
}

/* ---------------------------------------------------------------- muted */

int alert_mute(struct db *db, const struct alert *a, int64_t chat, int64_t until, const char *by,
               int64_t now, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO alert_mute(kind, subject, chat_id, until, alert, by, at)"
                  " VALUES(:kind, :subject, :chat, :until, :alert, :by, :now)"
                  " ON CONFLICT DO UPDATE SET until = excluded.until, alert = excluded.alert,"
                  " by = excluded.by, at = excluded.at",
                  B_TEXT(":kind", alert_kind_name(a->kind)), B_TEXT(":subject", a->subject),
                  B_INT(":chat", chat), B_INT(":until", until), B_INT(":alert", a->id),
                  B_TEXT(":by", by), B_INT(":now", now));
}

int alert_unmute(struct db *db, const struct alert *a, int64_t chat, struct err *err)
{
    return DB_RUN(db, err,
                  "DELETE FROM alert_mute WHERE kind = :kind AND subject = :subject"
                  " AND chat_id = :chat",
                  B_TEXT(":kind", alert_kind_name(a->kind)), B_TEXT(":subject", a->subject),
                  B_INT(":chat", chat));
}

int alert_muted(struct db *db, const struct alert *a, int64_t chat, int64_t now,
                struct alert_muted *ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = (struct alert_muted){0};
    if (DB_QUERY(db, &q, err,
                 "SELECT until, alert FROM alert_mute WHERE kind = :kind AND subject = :subject"
                 " AND chat_id = :chat",
                 B_TEXT(":kind", alert_kind_name(a->kind)), B_TEXT(":subject", a->subject),
                 B_INT(":chat", chat)))
        return -1;
    int more = query_next(q, err);
    if (more > 0) {
        int64_t until = query_int(q, 0);
        ret->on = until ? until > now : query_int(q, 1) == a->id && a->open;
        ret->until = until;
    }
    return more < 0 ? -1 : 0;
}

/* ---------------------------------------------------------------- subscriptions */

int alert_want(struct db *db, int64_t chat, const char *what, bool wanted, struct err *err)
{
    if (wanted)
        return DB_RUN(db, err, "DELETE FROM alert_unwanted WHERE chat_id = :chat AND what = :what",
                      B_INT(":chat", chat), B_TEXT(":what", what));
    return DB_RUN(db, err,
                  "INSERT OR IGNORE INTO alert_unwanted(chat_id, what) VALUES(:chat, :what)",
                  B_INT(":chat", chat), B_TEXT(":what", what));
}

int alert_wants(struct db *db, int64_t chat, const char *what, bool *ret, struct err *err)
{
    int64_t unwanted;
    if (DB_INT(db, 0, &unwanted, err,
               "SELECT 1 FROM alert_unwanted WHERE chat_id = :chat AND what = :what",
               B_INT(":chat", chat), B_TEXT(":what", what)))
        return -1;
    *ret = !unwanted;
    return 0;
}

int alert_is_wanted(struct db *db, const struct alert *a, int64_t chat, bool *ret, struct err *err)
{
    bool severity;
    enum alert_kind kind = a->kind == ALERT_PLANS ? ALERT_BRAKE : a->kind;
    if (alert_wants(db, chat, severity_name(a->severity), &severity, err) ||
        alert_wants(db, chat, alert_kind_name(kind), ret, err))
        return -1;
    *ret = *ret && severity;
    return 0;
}
