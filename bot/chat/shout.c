#include "bot/chat/shout.h"

#include "store/base/clock.h"
#include "store/base/log.h"

#include <pthread.h>
#include <stdlib.h>

#define TEXT_BYTES   1001
#define AGAIN_MS     30000
#define ATTEMPTS_MAX 200 /* of half a minute: a night without a connection */

struct words {
    int64_t chat_id, thread_id, not_before /* monotonic */;
    int attempts;
    bool unsure; /* it may have arrived */
    char text[TEXT_BYTES];
};

struct shout {
    pthread_mutex_t lock;
    struct words list[SHOUT_MAX];
    size_t n;
};

struct shout *shout_new(void)
{
    struct shout *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void shout_free(struct shout *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* Its place in the list, or n. The lock is held. */
static size_t find(const struct shout *s, int64_t chat_id, int64_t thread_id)
{
    size_t i = 0;
    while (i < s->n && (s->list[i].chat_id != chat_id || s->list[i].thread_id != thread_id))
        i++;
    return i;
}

void shout_add(struct shout *s, int64_t chat_id, int64_t thread_id, const char *text)
{
    pthread_mutex_lock(&s->lock);
    size_t at = find(s, chat_id, thread_id);
    if (at < SHOUT_MAX) {
        s->list[at] = (struct words){.chat_id = chat_id, .thread_id = thread_id};
        str_copy(s->list[at].text, sizeof s->list[at].text, text);
        s->n += at == s->n;
    }
    pthread_mutex_unlock(&s->lock);
}

/* Takes the next one out of the list. */
static bool take(struct shout *s, int64_t now, struct words *ret)
{
    size_t i = 0;
    pthread_mutex_lock(&s->lock);
    while (i < s->n && s->list[i].not_before > now)
        i++;
    bool found = i < s->n;
    if (found) {
        *ret = s->list[i];
        s->list[i] = s->list[--s->n];
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

/* Puts it back, unless something newer waits for its chat. */
static void again(struct shout *s, const struct words *w)
{
    pthread_mutex_lock(&s->lock);
    if (s->n < SHOUT_MAX && find(s, w->chat_id, w->thread_id) == s->n)
        s->list[s->n++] = *w;
    pthread_mutex_unlock(&s->lock);
}

bool shout_step(struct shout *s, struct chat *chat)
{
    struct words w;
    struct err why = {0};
    int64_t now = clock_mono_ms(), id = 0;
    if (!take(s, now, &w))
        return false;
    const struct out_item item = {.action = OUT_SEND,
                                  .chat_id = w.chat_id,
                                  .thread_id = w.thread_id,
                                  .created_at = clock_now_ms(),
                                  .text = w.text};
    enum send_fate fate = chat->ops->send(chat, &item, &id, &why);
    bool later = fate == SEND_LATER || (fate == SEND_UNSURE && !w.unsure);
    w.unsure = w.unsure || fate == SEND_UNSURE;
    if (fate == SEND_MIGRATED && id != w.chat_id) {
        w.chat_id = id;
        later = true;
    }
    w.not_before = now + (why.retry_s ? (int64_t)why.retry_s * 1000 : AGAIN_MS);
    if (later && ++w.attempts < ATTEMPTS_MAX)
        again(s, &w);
    else if (fate != SEND_OK)
        log_event(LOG_WARN, "what cannot wait was not said", "via", chat->ops->name, "chat",
                  STR_I64(w.chat_id), "why", why.msg, NULL);
    return true;
}
