/* telegram_updates.c: the queue of updates and getUpdates, after Telegram's open server: what an
 * offset confirms, what it ignores, who is told 409, and when a repeated poll is slowed down. */
#ifndef _GNU_SOURCE
#endif
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char *const update_kinds[] = {
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    /* not sent unless asked for by name */
    "chat_member",
    "message_reaction",
    "message_reaction_count",
};

#define KINDS_BY_DEFAULT (COUNT_OF(update_kinds) - 3)

uint32_t tg_default_kinds(void)
{
    return (1u << KINDS_BY_DEFAULT) - 1;
}

static uint32_t kind_bit(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(update_kinds); i++)
        if (strcmp(update_kinds[i], name) == 0)
            return 1u << i;
    return 0;
}

static struct tg_update *queued(struct telegram *t, size_t at)
{
    return &t->queue[(t->queue_head + at) % TG_UPDATES_MAX];
}

static void drop_first(struct telegram *t)
{
    free(queued(t, 0)->json);
    queued(t, 0)->json = NULL;
    t->queue_head = (t->queue_head + 1) % TG_UPDATES_MAX;
    t->queue_n--;
}

void tg_drop_updates(struct telegram *t)
{
    while (t->queue_n)
        drop_first(t);
}

static bool is_wanted(const struct telegram *t, const cJSON *update)
{
    const cJSON *field = NULL;
    cJSON_ArrayForEach(field, update)
    {
        uint32_t bit = kind_bit(field->string);
        if (bit && !(t->allowed & bit))
            return false;
    }
    return true;
}

enum tg_pushed tg_push(struct sandbox *sb, cJSON *update, bool raw, int64_t *ret_id)
{
    struct telegram *t = sb->telegram;
    *ret_id = 0;
    if (!raw && !is_wanted(t, update)) {
        cJSON_Delete(update);
        return TG_FILTERED;
    }
    if (t->queue_n == TG_UPDATES_MAX) {
        cJSON_Delete(update);
        return TG_FULL;
    }
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(update, "update_id");
    int64_t id = tg_is_integer(own) ? (int64_t)own->valuedouble : t->next_update_id;
    if (!own)
        cJSON_AddNumberToObject(update, "update_id", (double)id);
    if (id >= t->next_update_id)
        t->next_update_id = id + 1;
    struct tg_update *u = queued(t, t->queue_n++);
    u->id = id;
    u->seq = t->next_seq++;
    u->json = cJSON_PrintUnformatted(update);
    u->len = strlen(u->json);
    t->given[u->seq % TG_HISTORY_MAX] = (struct tg_given){.id = id, .seq = u->seq};
    cJSON_Delete(update);
    *ret_id = id;
    tg_changed(sb);
    return TG_PUSHED;
}

struct tg_callback *tg_callback_add(struct telegram *t, int64_t user, int64_t chat, int64_t message,
                                    const char *data)
{
    uint64_t n = t->n_callbacks++;
    struct tg_callback *cb = &t->callbacks[n % TG_CALLBACKS_MAX];
    free(cb->data);
    free(cb->text);
    *cb = (struct tg_callback){.user = user, .chat = chat, .message = message};
    snprintf(cb->id, sizeof cb->id, "%llu", (unsigned long long)(4382000000000000000u + n));
    cb->data = sb_dup(data);
    cb->made_at = tg_mono_ms();
    return cb;
}

struct tg_callback *tg_callback_find(struct telegram *t, const char *id)
{
    for (size_t i = 0; i < TG_CALLBACKS_MAX; i++)
        if (t->callbacks[i].data && strcmp(t->callbacks[i].id, id) == 0)
            return &t->callbacks[i];
    return NULL;
}

/* One getUpdates under way. */
struct poll {
    struct tg_call *c;
    int64_t offset, limit, deadline;
    uint64_t seq; /* its place among the polls; a newer one ends it */
};

static void note_confirmed(struct telegram *t, int64_t offset)
{
    if (offset > t->confirmed_offset)
        t->confirmed_offset = offset;
}

/* Forgets what the offset confirms. By the place where offset - 1 was given, if that is known:
 * after the ids have jumped their order says nothing. Otherwise by number, and an offset more than
 * 10 past the tail is ignored. */
static void confirm(struct poll *poll)
{
    struct telegram *t = poll->c->t;
    if (poll->offset < 0) {
        while ((int64_t)t->queue_n > -poll->offset)
            drop_first(t);
        poll->offset = 0;
        return;
    }
    if (poll->offset == 0)
        return;
    uint64_t oldest = t->next_seq > TG_HISTORY_MAX ? t->next_seq - TG_HISTORY_MAX : 1;
    for (uint64_t seq = t->next_seq; seq-- > oldest;) {
        if (t->given[seq % TG_HISTORY_MAX].id != poll->offset - 1)
            continue;
        note_confirmed(t, poll->offset);
        while (t->queue_n && queued(t, 0)->seq <= seq)
            drop_first(t);
        return;
    }
    if (poll->offset > t->next_update_id + 10)
        return;
    while (t->queue_n && queued(t, 0)->id < poll->offset) {
        note_confirmed(t, poll->offset);
        drop_first(t);
    }
}

static void answer_updates(struct poll *poll)
{
    struct telegram *t = poll->c->t;
    cJSON *list = cJSON_CreateArray();
    size_t bytes = 0;
    for (size_t i = 0; i < t->queue_n && (int64_t)i < poll->limit; i++) {
        const struct tg_update *u = queued(t, i);
        bytes += u->len + 1;
        if (i && bytes > TG_POLL_BYTES)
            break;
        cJSON_AddItemToArray(list, cJSON_CreateRaw(u->json));
    }
    tg_ok(poll->c, list);
}

/* Whether the poller has hung up while it waited here. */
static bool client_gone(const struct tg_call *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->req->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;
    if (!info)
        return false;
    return recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Conflicts that come within 3 s of another are held back for 3 s, as Telegram does. */
static void answer_conflict(struct tg_call *c, const char *why)
{
    struct telegram *t = c->t;
    int64_t hold = sb_scaled_ms(c->sb, 3000), now = tg_mono_ms();
    if (client_gone(c)) { /* nobody is told: a killed bot's last poll is no conflict */
        tg_ok(c, cJSON_CreateArray());
        return;
    }
    if (now >= t->next_conflict_at)
        t->next_conflict_at = now + hold;
    else
        while (!c->sb->stopping && tg_wait(c->sb, now + hold)) {
        }
    t->conflicts++;
    tg_fail(c, 409, "Conflict: %s", why);
}

static bool take_allowed(struct tg_call *c)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->params, "allowed_updates");
    if (!list)
        return true; /* what was set before stays */
    uint32_t bits = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        uint32_t bit = kind_bit(item->valuestring);
        if (!bit) {
            tg_bad(c, "can't parse allowed_updates: unknown update type \"%.60s\"",
                   item->valuestring);
            return false;
        }
        bits |= bit;
    }
    c->t->allowed = bits ? bits : tg_default_kinds();
    return true;
}

/* Answers at once if a fault or a webhook says so. */
static bool answered_early(struct tg_call *c)
{
    struct telegram *t = c->t;
    if (t->conflicts_left) {
        t->conflicts_left--;
        t->conflicts++;
        tg_fail(c, 409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot "
                "instance is running");
        return true;
    }
    if (!t->webhook)
        return false;
    answer_conflict(c, "can't use getUpdates method while webhook is active; use deleteWebhook to "
                       "delete the webhook first");
    return true;
}

static int64_t clamp(int64_t n, int64_t lo, int64_t hi)
{
    return n < lo ? lo : n > hi ? hi : n;
}

/* The same offset again within 3 s makes a short poll long; within 0.5 s it is given one update. */
static void slow_down(struct poll *poll, int64_t *timeout_ms)
{
    struct telegram *t = poll->c->t;
    int64_t now = tg_mono_ms(), passed = now - t->last_poll_at;
    if (poll->offset == t->last_poll_offset) {
        if (*timeout_ms < 3000 && passed < sb_scaled_ms(poll->c->sb, 3000))
            *timeout_ms = 3000;
        if (passed < sb_scaled_ms(poll->c->sb, 500))
            poll->limit = 1;
    }
    t->last_poll_offset = poll->offset;
    t->last_poll_at = now;
}

static void wait_and_answer(struct poll *poll, bool deaf)
{
    struct tg_call *c = poll->c;
    struct telegram *t = c->t;
    for (;;) {
        if (t->poll_seq != poll->seq) {
            answer_conflict(c, "terminated by other getUpdates request; make sure that only one "
                               "bot instance is running");
            return;
        }
        if (t->webhook) {
            answer_conflict(c, "terminated by setWebhook request");
            return;
        }
        if (!deaf)
            confirm(poll);
        if ((t->queue_n && !deaf) || c->sb->stopping)
            break;
        if (!tg_wait(c->sb, poll->deadline)) {
            if (!deaf)
                break;
            tg_ok(c, cJSON_CreateArray());
            return;
        }
    }
    answer_updates(poll);
}

void tg_run_get_updates(struct tg_call *c)
{
    struct telegram *t = c->t;
    t->polls++;
    if (answered_early(c) || !take_allowed(c))
        return;
    struct poll poll = {.c = c,
                        .offset = tg_int(c, "offset", 0),
                        .limit = clamp(tg_int(c, "limit", 100), 1, 100),
                        .seq = ++t->poll_seq};
    t->last_offset = poll.offset;
    tg_changed(c->sb); /* ends the poll that waits now */
    int64_t timeout_ms = clamp(tg_int(c, "timeout", 0), 0, 50) * 1000;
    if (t->empty_polls_left) {
        t->empty_polls_left--;
        confirm(&poll);
        tg_ok(c, cJSON_CreateArray());
        return;
    }
    slow_down(&poll, &timeout_ms);
    poll.deadline = tg_mono_ms() + sb_scaled_ms(c->sb, timeout_ms);
    bool deaf = t->hang_ms > 0;
    if (deaf)
        poll.deadline += t->hang_ms;
    wait_and_answer(&poll, deaf);
}

void tg_run_set_webhook(struct tg_call *c)
{
    const char *url = tg_str(c, "url");
    if (!take_allowed(c))
        return;
    if (*url && strncmp(url, "https://", 8) != 0) {
        tg_bad(c, "bad webhook: An HTTPS URL must be provided for webhook");
        return;
    }
    if (tg_true(c, "drop_pending_updates"))
        tg_drop_updates(c->t);
    free(c->t->webhook);
    c->t->webhook = *url ? sb_dup(url) : NULL;
    tg_changed(c->sb);
    tg_ok(c, cJSON_CreateTrue());
}

void tg_run_delete_webhook(struct tg_call *c)
{
    if (tg_true(c, "drop_pending_updates"))
        tg_drop_updates(c->t);
    free(c->t->webhook);
    c->t->webhook = NULL;
    tg_changed(c->sb);
    tg_ok(c, cJSON_CreateTrue());
}

void tg_run_get_webhook_info(struct tg_call *c)
{
    cJSON *info = cJSON_CreateObject();
    cJSON_AddStringToObject(info, "url", c->t->webhook ? c->t->webhook : "");
    cJSON_AddBoolToObject(info, "has_custom_certificate", false);
    cJSON_AddNumberToObject(info, "pending_update_count", (double)c->t->queue_n);
    tg_ok(c, info);
}
