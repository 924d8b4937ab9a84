#include "bot/chat/uploads.h"

#include <pthread.h>
#include <stdlib.h>

#define ITEM_MEMORY ((size_t)1 << 20) /* its texts; the content is not in there */

enum stage { IDLE, WAITING, UNDER_WAY, THROUGH };

struct uploads {
    struct chat *chat;
    void (*done)(void *ctx);
    void *ctx;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* under lock: */
    enum stage stage;
    bool stopping;
    struct out_item item;
    struct arena *arena; /* of the item's texts */
    char *content;       /* owned */
    struct upload_end end;
};

static void forget(struct uploads *u)
{
    free(u->content);
    arena_free(u->arena);
    u->content = NULL;
    u->arena = NULL;
}

/* The lock is not held: the item is nobody else's until it is through. */
static struct upload_end send_one(struct uploads *u)
{
    struct upload_end e = {.item = u->item};
    e.fate = u->chat->ops->send_file(u->chat, &u->item, &e.message_id, &e.why);
    e.item.text = e.item.file_name = e.item.file_path = e.item.file_mime = e.item.content = NULL;
    return e;
}

static void *uploads_main(void *arg)
{
    struct uploads *u = arg;
    pthread_mutex_lock(&u->lock);
    while (!u->stopping) {
        if (u->stage != WAITING) {
            pthread_cond_wait(&u->changed, &u->lock);
            continue;
        }
        u->stage = UNDER_WAY;
        pthread_mutex_unlock(&u->lock);
        struct upload_end e = send_one(u);
        forget(u);
        pthread_mutex_lock(&u->lock);
        u->end = e;
        u->stage = THROUGH;
        pthread_mutex_unlock(&u->lock);
        u->done(u->ctx);
        pthread_mutex_lock(&u->lock);
    }
    if (u->stage == WAITING)
        u->stage = IDLE; /* nothing of it was sent: it stays in the store as it is */
    pthread_mutex_unlock(&u->lock);
    return NULL;
}

struct uploads *uploads_new(struct chat *chat, void (*done)(void *ctx), void *ctx)
{
    struct uploads *u = xcalloc(1, sizeof *u);
    u->chat = chat;
    u->done = done;
    u->ctx = ctx;
    pthread_mutex_init(&u->lock, NULL);
    pthread_cond_init(&u->changed, NULL);
    if (!pthread_create(&u->thread, NULL, uploads_main, u))
        return u;
    uploads_free(u);
    return NULL;
}

void uploads_stop(struct uploads *u)
{
    pthread_mutex_lock(&u->lock);
    u->stopping = true;
    bool under_way = u->stage == UNDER_WAY;
    pthread_cond_broadcast(&u->changed);
    pthread_mutex_unlock(&u->lock);
    if (under_way && u->chat->ops->give_up)
        u->chat->ops->give_up(u->chat);
    pthread_join(u->thread, NULL);
}

void uploads_free(struct uploads *u)
{
    if (!u)
        return;
    forget(u);
    pthread_cond_destroy(&u->changed);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

bool uploads_busy(struct uploads *u)
{
    if (!u)
        return false;
    pthread_mutex_lock(&u->lock);
    bool busy = u->stage != IDLE;
    pthread_mutex_unlock(&u->lock);
    return busy;
}

void uploads_begin(struct uploads *u, const struct out_item *item, char *content)
{
    struct arena *arena = arena_new(ITEM_MEMORY);
    pthread_mutex_lock(&u->lock);
    u->item = *item;
    u->item.text = arena_strdup(arena, item->text);
    u->item.file_name = arena_strdup(arena, item->file_name);
    u->item.file_path = arena_strdup(arena, item->file_path);
    u->item.file_mime = arena_strdup(arena, item->file_mime);
    u->item.slot = u->item.buttons = u->item.callback_id = NULL;
    u->item.content = content;
    u->content = content;
    u->arena = arena;
    u->stage = WAITING;
    pthread_cond_broadcast(&u->changed);
    pthread_mutex_unlock(&u->lock);
}

bool uploads_take(struct uploads *u, struct upload_end *ret)
{
    if (!u)
        return false;
    pthread_mutex_lock(&u->lock);
    bool through = u->stage == THROUGH;
    if (through) {
        *ret = u->end;
        u->stage = IDLE;
    }
    pthread_mutex_unlock(&u->lock);
    return through;
}
