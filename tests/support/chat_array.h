/* chat_array.h: a chat transport in memory: gives what a test put into its script and writes down
 * what it was asked to send. One thread, or the chat thread and a sender that do not share a
 * script. */
#ifndef TESTS_SUPPORT_CHAT_ARRAY_H
#define TESTS_SUPPORT_CHAT_ARRAY_H

#include "bot/chat/chat.h"

#define ARRAY_MAX 256

/* One answer to poll. */
struct array_poll {
    const struct chat_update *updates;
    size_t n;
    int64_t next;    /* 0: the last update's id + 1, or the offset when there is none */
    int64_t took_ms; /* moves the test's clock */
    struct err err;  /* kind ERR_NONE: it worked */
};

/* One answer to send, edit, send_file, show_photo or answer; without any left, SEND_OK. */
struct array_fate {
    enum send_fate fate;
    enum err_kind kind;
    unsigned retry_s;
    int64_t id; /* SEND_MIGRATED: the new chat */
};

/* What was asked for. Texts are owned; those it did not have are NULL. */
struct array_call {
    enum out_action action;
    int64_t chat_id, thread_id, message_id, at /* monotonic ms */;
    char *text, *buttons, *file_name, *content;
    size_t photo_len; /* bytes of its picture; 0: none */
    bool silent;
    enum send_fate fate;
};

struct chat_array {
    struct chat chat;
    struct chat_ops ops; /* a test may set the limits */
    struct array_poll polls[ARRAY_MAX];
    size_t n_polls, next_poll;
    _Atomic bool *stop; /* set when the script of polls is over */
    int64_t offsets[ARRAY_MAX];
    unsigned timeouts[ARRAY_MAX];
    int64_t polled_at[ARRAY_MAX];
    size_t n_polled;
    struct array_fate fates[ARRAY_MAX];
    size_t n_fates, next_fate;
    struct array_call calls[ARRAY_MAX];
    size_t n_calls;
    int64_t next_id;
};

struct chat_array *chat_array_new(void);
void chat_array_free(struct chat_array *a);
/* Puts one more answer at the end of a script. */
void chat_array_poll(struct chat_array *a, struct array_poll poll);
void chat_array_fate(struct chat_array *a, struct array_fate fate);

#endif
