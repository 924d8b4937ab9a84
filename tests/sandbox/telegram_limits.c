/* telegram_limits.c: every way in which Telegram says "Too Many Requests".
 *
 * The limits themselves run --speed times faster. The seconds announced in retry_after do not: a
 * client knows nothing of the sandbox's speed and waits what it was told, and a call that comes
 * earlier is a violation whatever the speed. */
#include "tests/sandbox/telegram.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define EARLY_MS 20 /* clocks and timers are not finer than this between two processes */

static void too_many(struct tg_call *c, int64_t seconds)
{
    c->t->limited++;
    tg_count_error(c->t, 429);
    char text[80];
    snprintf(text, sizeof text, "Too Many Requests: retry after %lld", (long long)seconds);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "ok", false);
    cJSON_AddNumberToObject(json, "error_code", 429);
    cJSON_AddStringToObject(json, "description", text);
    cJSON *parameters = cJSON_AddObjectToObject(json, "parameters");
    cJSON_AddNumberToObject(parameters, "retry_after", (double)seconds);
    c->reply->retry_after = (unsigned)seconds;
    sb_reply_json(c->reply, 429, json);
}

/* Until when calls like this one have to keep quiet: per chat, or per method without a chat. */
static int64_t *window_of(struct tg_call *c, int64_t chat_id)
{
    struct tg_chat *chat = chat_id ? tg_chat_find(c->t, chat_id) : NULL;
    return chat ? &chat->retry_until : &c->t->retry_until[c->method - tg_methods];
}

bool tg_not_flooded(struct tg_call *c)
{
    int64_t chat_id = tg_chat_id(c);
    int64_t *until = window_of(c, chat_id), now = tg_mono_ms();
    if (now < *until - EARLY_MS) {
        char why[TG_WHY];
        snprintf(why, sizeof why, "called again in chat %lld, %lld ms too early",
                 (long long)chat_id, (long long)(*until - now));
        tg_note(&c->t->violations, c->method->name, why);
        too_many(c, (*until - now + 999) / 1000);
        return false;
    }
    for (unsigned i = 0; i < TG_FLOODS_MAX; i++) {
        struct tg_flood *f = &c->t->floods[i];
        if (!f->times || (f->chat && f->chat != chat_id) ||
            (*f->method && strcasecmp(f->method, c->method->name) != 0))
            continue;
        f->times--;
        *until = now + (int64_t)f->retry_after * 1000;
        too_many(c, f->retry_after);
        return false;
    }
    return true;
}

/* Real ms until the oldest of the last sends in a ring leaves the window; 0: there is room. */
static int64_t ring_wait(const int64_t *ring, unsigned pos, int64_t window, int64_t now)
{
    int64_t oldest = ring[pos];
    return oldest && now - oldest < window ? window - (now - oldest) : 0;
}

bool tg_admit(struct tg_call *c)
{
    if (!c->sb->opt.rate_limits)
        return true;
    struct telegram *t = c->t;
    struct tg_chat *chat = c->chat;
    int64_t now = tg_mono_ms(), second = sb_scaled_ms(c->sb, 1000);
    int64_t minute = sb_scaled_ms(c->sb, 60000), wait = 0;
    if (second < 1)
        return true;
    chat->tokens += (double)(now - chat->tokens_at) / (double)second;
    chat->tokens = chat->tokens > 3 ? 3 : chat->tokens;
    chat->tokens_at = now;
    if (chat->tokens < 1)
        wait = (int64_t)((1 - chat->tokens) * (double)second) + 1;
    int64_t more = chat->id < 0 ? ring_wait(chat->group_sent, chat->group_pos, minute, now) : 0;
    wait = more > wait ? more : wait;
    more = ring_wait(t->global_sent, t->global_pos, second, now);
    wait = more > wait ? more : wait;
    if (wait > 0) {
        int64_t seconds = (wait + 999) / 1000;
        chat->retry_until = now + seconds * 1000;
        too_many(c, seconds);
        return false;
    }
    chat->tokens -= 1;
    chat->group_sent[chat->group_pos] = now;
    chat->group_pos = (chat->group_pos + 1) % TG_GROUP_RATE;
    t->global_sent[t->global_pos] = now;
    t->global_pos = (t->global_pos + 1) % TG_GLOBAL_RATE;
    return true;
}
