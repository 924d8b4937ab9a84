#include "tests/support/chat_array.h"

#include "store/base/clock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct chat_array *of(struct chat *c)
{
    return (struct chat_array *)c;
}

static int array_poll(struct chat *c, int64_t offset, unsigned timeout_s, struct arena *arena,
                      struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err)
{
    struct chat_array *a = of(c);
    if (a->n_polled < ARRAY_MAX) {
        a->offsets[a->n_polled] = offset;
        a->timeouts[a->n_polled] = timeout_s;
        a->polled_at[a->n_polled++] = clock_mono_ms();
    }
    if (a->next_poll == a->n_polls) {
        if (a->stop)
            atomic_store(a->stop, true);
        return err_set(err, ERR_CANCELED, "the script is over");
    }
    const struct array_poll *p = &a->polls[a->next_poll++];
    clock_test_advance(p->took_ms);
    if (p->err.kind != ERR_NONE) {
        *err = p->err;
        return -1;
    }
    struct chat_update *copy = arena_alloc(arena, p->n + 1, sizeof *copy);
    if (p->n)
        memcpy(copy, p->updates, p->n * sizeof *copy);
    *ret = copy;
    *ret_n = p->n;
    *ret_next = p->next ? p->next : p->n ? p->updates[p->n - 1].update_id + 1 : offset;
    return 0;
}

static enum send_fate deliver(struct chat_array *a, const struct out_item *item, int64_t *ret_id,
                              struct err *err)
{
    struct array_fate f = {0};
    if (a->next_fate < a->n_fates)
        f = a->fates[a->next_fate++];
    if (a->n_calls == ARRAY_MAX)
        abort();
    a->calls[a->n_calls++] = (struct array_call){
        .action = item->action,
        .chat_id = item->chat_id,
        .thread_id = item->thread_id,
        .message_id = item->message_id,
        .at = clock_mono_ms(),
        .text = item->text ? xstrdup(item->text) : NULL,
        .buttons = item->buttons ? xstrdup(item->buttons) : NULL,
        .file_name = item->file_name ? xstrdup(item->file_name) : NULL,
        .content = item->content ? xstrdup(item->content) : NULL,
        .photo_len = item->photo ? item->photo_len : 0,
        .silent = item->silent,
        .fate = f.fate,
    };
    if (f.fate == SEND_OK)
        *ret_id = item->action == OUT_EDIT ? item->message_id : a->next_id++;
    else if (f.fate == SEND_MIGRATED)
        *ret_id = f.id;
    if (f.fate != SEND_OK) {
        err_set(err, f.kind ? f.kind : ERR_TEMP, "scripted failure %d", (int)f.fate);
        err->retry_s = f.retry_s;
    }
    return f.fate;
}

static enum send_fate array_send(struct chat *c, const struct out_item *item, int64_t *ret_id,
                                 struct err *err)
{
    return deliver(of(c), item, ret_id, err);
}

static enum send_fate array_answer(struct chat *c, const struct out_item *item, struct err *err)
{
    int64_t ignored;
    return deliver(of(c), item, &ignored, err);
}

static void array_wake(struct chat *c)
{
    (void)c;
}

static void array_close(struct chat *c)
{
    if (c)
        chat_array_free(of(c));
}

struct chat_array *chat_array_new(void)
{
    struct chat_array *a = xcalloc(1, sizeof *a);
    a->ops = (struct chat_ops){
        .name = "array",
        .poll = array_poll,
        .send = array_send,
        .edit = array_send,
        .send_file = array_send,
        .show_photo = array_send,
        .answer = array_answer,
        .wake = array_wake,
        .close = array_close,
    };
    a->chat.ops = &a->ops;
    a->next_id = 101;
    return a;
}

void chat_array_free(struct chat_array *a)
{
    for (size_t i = 0; i < a->n_calls; i++) {
        free(a->calls[i].text);
        free(a->calls[i].buttons);
        free(a->calls[i].file_name);
        free(a->calls[i].content);
    }
    free(a);
}

void chat_array_poll(struct chat_array *a, struct array_poll poll)
{
    if (a->n_polls == ARRAY_MAX)
        abort();
    a->polls[a->n_polls++] = poll;
}

void chat_array_fate(struct chat_array *a, struct array_fate fate)
{
    if (a->n_fates == ARRAY_MAX)
        abort();
    a->fates[a->n_fates++] = fate;
}
