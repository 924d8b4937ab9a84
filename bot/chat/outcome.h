/* outcome.h: what becomes of a message once its transport has had it: said, to be said again (and
 * when), or never; written into the store, and into the limits of its chat.
 *
 * Belongs to the sender's thread, with its db. */
#ifndef BOT_OUTCOME_H
#define BOT_OUTCOME_H

#include "bot/chat/chat.h"
#include "bot/chat/send_limits.h"
#include "store/base/log.h"

/* How long to wait past a "retry after": their second may be a little longer than ours. */
#define RETRY_MARGIN_MS 150

/* What arrived and could not be written down yet: without it the message would go out again. */
struct arrival {
    bool there;
    struct out_item item; /* its texts are not used */
    int64_t message_id, edit_not_before;
    int part; /* 0: all of it arrived */
};

struct outcome {
    struct chat *chat;
    struct db *db;
    struct send_limits *limits;
    struct arrival arrival;
    int64_t offline_ms; /* the present wait for a connection; 0: there is one */
    bool token_refused;
};

/* Writes down what could not be written before. Until it succeeds nothing else is to be sent. */
int outcome_record(struct outcome *o, struct err *err);

/* The transport answered fate, id and why (chat.h). next_part: parts of a long text that have
 * arrived with this one, 0: it is whole. Returns -1 when the store failed. */
int outcome_settle(struct outcome *o, const struct out_item *item, enum send_fate fate, int64_t id,
                   int next_part, const struct err *why, struct err *err);

void outcome_log(const struct outcome *o, enum log_level level, const char *event,
                 const struct out_item *item, const char *why);

#endif
