#include "bot/chat/outcome.h"

#include "store/base/clock.h"

#include <string.h>

#define TOKEN_RETRY_MS 60000
#define OFFLINE_MAX_MS 60000
#define BACKOFF_MAX_MS (5 * 60 * 1000)
#define UNSURE_MAX     1
#define MIGRATIONS_MAX 3

void outcome_log(const struct outcome *o, enum log_level level, const char *event,
                 const struct out_item *item, const char *why)
{
    log_event(level, event, "via", o->chat->ops->name, "out", STR_I64(item->id), "chat",
              STR_I64(item->chat_id), "attempts", STR_I64(item->attempts), "why", why, NULL);
}

int outcome_record(struct outcome *o, struct err *err)
{
    struct arrival *a = &o->arrival;
    if (!a->there)
        return 0;
    if (a->part ? chatbox_part(o->db, &a->item, a->part, a->message_id, err)
                : chatbox_sent(o->db, &a->item, a->message_id, a->edit_not_before, err))
        return -1;
    a->there = false;
    return 0;
}

static int arrived(struct outcome *o, const struct out_item *item, int64_t message_id, int part,
                   struct err *err)
{
    bool spaced = item->slot && o->chat->ops->chat_gap_ms;
    o->arrival = (struct arrival){
        .there = true,
        .item = *item,
        .message_id = item->part ? 0 : message_id, /* a slot is the first part of its text */
        .edit_not_before = spaced ? clock_now_ms() + EDIT_GAP_MS : 0,
        .part = part,
    };
    if (o->offline_ms || o->token_refused)
        log_event(LOG_INFO, "sending works again", "via", o->chat->ops->name, NULL);
    o->offline_ms = 0;
    o->token_refused = false;
    return outcome_record(o, err);
}

static int64_t backoff_ms(int attempts)
{
    int64_t ms = 1000;
    while (attempts-- > 0 && ms < BACKOFF_MAX_MS)
        ms *= 2;
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* No connection: nothing is wrong with this message, so nothing is counted; everyone waits, and
 * then another message may try first, in case it is this one that makes the server hang. */
static int offline(struct outcome *o, const struct out_item *item, const struct err *why,
                   struct err *err)
{
    if (!o->offline_ms)
        log_event(LOG_WARN, "sending fails", "via", o->chat->ops->name, "why", why->msg, NULL);
    o->offline_ms = o->offline_ms ? o->offline_ms * 2 : 1000;
    if (o->offline_ms > OFFLINE_MAX_MS)
        o->offline_ms = OFFLINE_MAX_MS;
    send_limits_hold(o->limits, 0, o->offline_ms, clock_mono_ms());
    return chatbox_later(o->db, item, clock_now_ms() + o->offline_ms + 2000, false, why->msg, err);
}

static int later(struct outcome *o, const struct out_item *item, const struct err *why,
                 struct err *err)
{
    if (why->kind == ERR_CANCELED)
        return 0; /* it stays queued as it is */
    if (why->kind == ERR_AUTH) {
        if (!o->token_refused)
            log_event(LOG_ERR, "sending fails", "via", o->chat->ops->name, "why", why->msg, NULL);
        o->token_refused = true;
        send_limits_hold(o->limits, 0, TOKEN_RETRY_MS, clock_mono_ms());
        return 0;
    }
    if (!why->retry_s)
        return offline(o, item, why, err);
    int64_t told = (int64_t)why->retry_s * 1000 + RETRY_MARGIN_MS, own = backoff_ms(item->attempts);
    send_limits_hold(o->limits, item->action == OUT_ANSWER ? 0 : item->chat_id, told,
                     clock_mono_ms());
    outcome_log(o, LOG_INFO, "told to wait", item, why->msg);
    return chatbox_later(o->db, item, clock_now_ms() + (told > own ? told : own), true, why->msg,
                         err);
}

/* The answer was lost. Once more, so that it is said at least once; then no more, so that a bad
 * connection does not say it ten times. */
static int unsure(struct outcome *o, const struct out_item *item, const struct err *why,
                  struct err *err)
{
    if (why->kind == ERR_CANCELED || why->retry_s)
        return later(o, item, why, err);
    outcome_log(o, LOG_WARN, "unknown whether a message arrived", item, why->msg);
    if (item->unsure >= UNSURE_MAX)
        return chatbox_failed(o->db, item, "unknown whether it arrived", err);
    return chatbox_unsure(o->db, item, clock_now_ms() + 2 * backoff_ms(item->attempts), why->msg,
                          err);
}

static int migrated(struct outcome *o, const struct out_item *item, int64_t to, struct err *err)
{
    if (!to || to == item->chat_id || item->attempts >= MIGRATIONS_MAX)
        return chatbox_failed(o->db, item, "the chat moves without end", err);
    log_event(LOG_WARN, "a group has a new id: use it in the config", "via", o->chat->ops->name,
              "chat", STR_I64(item->chat_id), "now", STR_I64(to), NULL);
    if (chatbox_migrate(o->db, o->chat->ops->name, item->chat_id, to, err))
        return -1;
    return chatbox_later(o->db, item, 0, true, NULL, err);
}

int outcome_settle(struct outcome *o, const struct out_item *item, enum send_fate fate, int64_t id,
                   int next_part, const struct err *why, struct err *err)
{
    switch (fate) {
    case SEND_OK:
        return arrived(o, item, id, next_part, err);
    case SEND_LATER:
        return later(o, item, why, err);
    case SEND_UNSURE:
        return unsure(o, item, why, err);
    case SEND_DEAD:
        outcome_log(o, LOG_INFO, "nothing can be said there any more", item, why->msg);
        return chatbox_dead(o->db, o->chat->ops->name, item->chat_id, why->msg, err);
    case SEND_REFUSED:
        outcome_log(o, LOG_WARN, "a message was refused", item, why->msg);
        return chatbox_failed(o->db, item, why->msg, err);
    case SEND_GONE:
        return chatbox_resend(o->db, item, err);
    case SEND_MIGRATED:
        return migrated(o, item, id, err);
    }
    return 0;
}
