#include "sync/notes.h"

#include "store/base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct kept {
    char *key;                /* owned */
    char text[NOTE_TEXT_MAX]; /* of this length at most, and its end */
    int64_t at_ms;            /* monotonic */
    bool of_job;
};

struct notes {
    pthread_mutex_t lock;
    int64_t job;
    struct kept list[NOTES_MAX]; /* oldest first */
    size_t n;
};

struct notes *notes_new(void)
{
    struct notes *n = xcalloc(1, sizeof *n);
    pthread_mutex_init(&n->lock, NULL);
    return n;
}

void notes_free(struct notes *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->n; i++)
        free(n->list[i].key);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

/* The following are called with the lock held. */

static size_t find(const struct notes *n, const char *key)
{
    size_t i = 0;
    while (i < n->n && strcmp(n->list[i].key, key) != 0)
        i++;
    return i;
}

static void take_out(struct notes *n, size_t at)
{
    if (at >= n->n)
        return;
    free(n->list[at].key);
    n->n--;
    memmove(&n->list[at], &n->list[at + 1], (n->n - at) * sizeof *n->list);
}

static bool begins(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

static void drop_job(struct notes *n, const char *prefix)
{
    for (size_t i = n->n; i-- > 0;) {
        if (n->list[i].of_job && begins(n->list[i].key, prefix))
            take_out(n, i);
    }
}

static void put(struct notes *n, const char *key, const char *text, bool of_job)
{
    take_out(n, find(n, key));
    if (strlen(text) >= NOTE_TEXT_MAX || (of_job && !n->job))
        return;
    if (n->n == NOTES_MAX)
        take_out(n, 0);
    struct kept *k = &n->list[n->n++];
    *k = (struct kept){.key = xstrdup(key), .at_ms = clock_mono_ms(), .of_job = of_job};
    str_copy(k->text, sizeof k->text, text);
}

void notes_begin(struct notes *n, int64_t job)
{
    pthread_mutex_lock(&n->lock);
    if (n->job != job || !job)
        drop_job(n, "");
    n->job = job;
    pthread_mutex_unlock(&n->lock);
}

void notes_put_job(struct notes *n, const char *key, const char *text)
{
    pthread_mutex_lock(&n->lock);
    put(n, key, text, true);
    pthread_mutex_unlock(&n->lock);
}

void notes_put(struct notes *n, const char *key, const char *text)
{
    pthread_mutex_lock(&n->lock);
    put(n, key, text, false);
    pthread_mutex_unlock(&n->lock);
}

bool notes_get(struct notes *n, const char *key, int64_t max_age_ms, char *ret, size_t size)
{
    pthread_mutex_lock(&n->lock);
    size_t at = find(n, key);
    bool there = at < n->n && clock_mono_ms() - n->list[at].at_ms < max_age_ms;
    if (there)
        str_copy(ret, size, n->list[at].text);
    pthread_mutex_unlock(&n->lock);
    return there;
}

bool notes_in_job(struct notes *n, int64_t job, const char *key)
{
    pthread_mutex_lock(&n->lock);
    size_t at = find(n, key);
    bool there = job && n->job == job && at < n->n && n->list[at].of_job;
    pthread_mutex_unlock(&n->lock);
    return there;
}

void notes_drop(struct notes *n, const char *key)
{
    pthread_mutex_lock(&n->lock);
    take_out(n, find(n, key));
    pthread_mutex_unlock(&n->lock);
}

void notes_drop_job(struct notes *n, const char *prefix)
{
    pthread_mutex_lock(&n->lock);
    drop_job(n, prefix);
    pthread_mutex_unlock(&n->lock);
}

size_t notes_list(struct notes *n, const char *prefix, struct arena *arena, struct note **ret)
{
    size_t count = 0;
    pthread_mutex_lock(&n->lock);
    *ret = arena_alloc(arena, n->n + 1, sizeof **ret);
    for (size_t i = 0; i < n->n; i++) {
        if (begins(n->list[i].key, prefix))
            (*ret)[count++] =
                (struct note){.rest = arena_strdup(arena, n->list[i].key + strlen(prefix)),
                              .text = arena_strdup(arena, n->list[i].text)};
    }
    pthread_mutex_unlock(&n->lock);
    return count;
}
