#include "bot/chat/chat_thread.h"

#include "bot/chat/intake.h"
#include "store/base/clock.h"
#include "store/base/log.h"
#include "store/base/secret.h"
#include "store/chat/people.h"

#include <stdatomic.h>
#include <string.h>

#define POLL_S            50
#define ARENA_MAX         ((size_t)32 << 20) /* an answer of 5 MiB and its updates */
#define QUICK_MS          100 /* a poll that gave nothing and took less did not wait */
#define PAUSE_MIN_MS      50
#define PAUSE_MAX_MS      1000
#define BACKOFF_MIN_MS    1000
#define BACKOFF_MAX_MS    60000
#define AUTH_MS           60000
#define CONFLICTS_TO_TELL 5

struct loop {
    const struct chat_thread *t;
    struct db *db;
    struct intake *intake;
    int64_t offset;    /* to ask with next: everything before it is in the store */
    int64_t confirmed; /* the offset the transport last accepted */
    int64_t pause_ms, backoff_ms;
    unsigned failures, conflicts;
    bool told;
    enum err_kind failing;
};

static bool stopping(const struct loop *l)
{
    return atomic_load(l->t->stop);
}

static void tell(struct loop *l, enum chat_trouble what, const char *why)
{
    if (l->t->on_trouble)
        l->t->on_trouble(l->t->ctx, what, why);
}

static void worked(struct loop *l)
{
    if (l->failures)
        log_event(LOG_INFO, "chat works again", "via", l->t->chat->ops->name, "failures",
                  STR_I64(l->failures), NULL);
    if (l->told)
        tell(l, CHAT_RECOVERED, "");
    l->told = false;
    l->failures = l->conflicts = 0;
    l->backoff_ms = 0;
    l->failing = ERR_NONE;
}

/* What the admins are to be told of this failure: each thing once until it works again. */
static void tell_failure(struct loop *l, const struct err *err)
{
    if (strstr(err->msg, CHAT_SAYS_WEBHOOK)) {
        tell(l, CHAT_WEBHOOK, err->msg);
        return;
    }
    bool stays = strstr(err->msg, CHAT_SAYS_WEBHOOK_STAYS) != NULL;
    if (l->told || !(stays || err->kind == ERR_AUTH || l->conflicts >= CONFLICTS_TO_TELL))
        return;
    l->told = true;
    tell(l,
         stays                   ? CHAT_WEBHOOK_STAYS
         : err->kind == ERR_AUTH ? CHAT_AUTH
                                 : CHAT_CONFLICT,
         err->msg);
}

static void note_failure(struct loop *l, const struct err *err)
{
    bool conflict = strstr(err->msg, CHAT_SAYS_CONFLICT) != NULL;
    l->failures++;
    l->conflicts = conflict ? l->conflicts + 1 : 0;
    if (l->failures == 1 || l->failing != err->kind)
        log_event(err->kind == ERR_AUTH || err->kind == ERR_LOCAL ? LOG_ERR : LOG_WARN,
                  "chat poll failed", "via", l->t->chat->ops->name, "why", err->msg, NULL);
    l->failing = err->kind;
    tell_failure(l, err);
}

/* Waits after a failure: as long as we were told, else doubling with jitter. */
static void wait_failed(struct loop *l, const struct err *err)
{
    note_failure(l, err);
    int64_t ms = AUTH_MS;
    if (err->kind != ERR_AUTH && err->retry_s) {
        ms = (int64_t)err->retry_s * 1000 + 100;
    } else if (err->kind != ERR_AUTH) {
        l->backoff_ms = l->backoff_ms ? l->backoff_ms * 2 : BACKOFF_MIN_MS;
        if (l->backoff_ms > BACKOFF_MAX_MS)
            l->backoff_ms = BACKOFF_MAX_MS;
        ms = l->backoff_ms / 2 + secret_random_below((uint32_t)(l->backoff_ms / 2 + 1));
    }
    clock_sleep_ms(ms, l->t->stop);
}

/* A server that gives the same or nothing at once, again and again, must not keep a core busy. */
static void wait_progress(struct loop *l, bool progress, int64_t took_ms)
{
    if (progress || took_ms >= QUICK_MS) {
        l->pause_ms = 0;
        return;
    }
    l->pause_ms = l->pause_ms ? l->pause_ms * 2 : PAUSE_MIN_MS;
    if (l->pause_ms > PAUSE_MAX_MS)
        l->pause_ms = PAUSE_MAX_MS;
    clock_sleep_ms(l->pause_ms, l->t->stop);
}

/* Says once to somebody that the rest of what they say is not read. A failure only costs them these
 * words. */
static void say_too_fast(struct loop *l, const struct chat_update *u, struct arena *arena)
{
    const char *via = l->t->chat->ops->name;
    struct chat_user *known = NULL;
    struct err err = {0};
    int bad = people_get(l->db, via, u->user_id, arena, &known, &err);
    enum lang lang = lang_of(known ? known->lang : u->language, l->t->lang);
    if (!bad && u->kind == UPDATE_PRESS) {
        bad = chatbox_answer(l->db, via, u->chat_id, u->callback_id,
                             text_template(lang, TEXT_TOO_FAST_PRESS), &err);
    } else if (!bad) {
        struct outgoing out = {.via = via,
                               .chat_id = u->chat_id,
                               .thread_id = u->thread_id,
                               .text = text_template(lang, TEXT_TOO_FAST)};
        bad = chatbox_say(l->db, &out, &err);
    }
    log_event(LOG_WARN, "somebody says too much at once: the rest is not read", "via", via, "user",
              STR_I64(u->user_id), bad ? "err" : NULL, err.msg, NULL);
}

/* Leaves of the updates those that are within everybody's measure; *ret_tell: those whose senders
 * are to be told, in the arena. */
static int within_measure(struct loop *l, struct chat_update *updates, size_t *n,
                          struct arena *arena, struct chat_update **ret_tell, size_t *ret_n_tell,
                          struct err *err)
{
    struct chat_update *tell_them = arena_alloc(arena, *n + 1, sizeof *tell_them);
    size_t kept = 0, n_tell = 0;
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < *n; i++) {
        enum intake_fate fate = INTAKE_TAKE;
        if (!l->t->chat->ops->trusted &&
            intake_judge(l->intake, l->db, l->t->chat->ops->name, &updates[i], now, &fate, err))
            return -1;
        if (fate == INTAKE_TAKE)
            updates[kept++] = updates[i];
        else if (fate == INTAKE_TELL)
            tell_them[n_tell++] = updates[i];
    }
    *n = kept;
    *ret_tell = tell_them;
    *ret_n_tell = n_tell;
    return 0;
}

/* Keeps what a poll gave. -1: nothing of it is kept, so nothing is confirmed and all comes again.
 */
static int keep(struct loop *l, struct chat_update *updates, size_t *n, int64_t next,
                struct arena *arena, struct err *err)
{
    struct chat_update *tell_them;
    size_t n_tell;
    if (within_measure(l, updates, n, arena, &tell_them, &n_tell, err) ||
        chatbox_receive(l->db, l->t->chat->ops->name, updates, *n, next, err)) {
        intake_forget(l->intake);
        return -1;
    }
    for (size_t i = 0; i < n_tell; i++)
        say_too_fast(l, &tell_them[i], arena);
    return 0;
}

/* One poll and what it gave, into the store. Returns false when it was canceled: we stop, or the
 * transport has come to its end. */
static bool round_trip(struct loop *l)
{
    const struct chat_ops *ops = l->t->chat->ops;
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    struct chat_update *updates = NULL;
    struct err err = {0};
    size_t n = 0;
    int64_t next = l->offset, began = clock_mono_ms();
    if (ops->poll(l->t->chat, l->offset, l->t->poll_s ? l->t->poll_s : POLL_S, arena, &updates, &n,
                  &next, &err)) {
        if (err.kind == ERR_CANCELED)
            return false;
        wait_failed(l, &err);
        return true;
    }
    int64_t took = clock_mono_ms() - began;
    l->confirmed = l->offset;
    if (keep(l, updates, &n, next, arena, &err)) {
        wait_failed(l, &err);
        return true;
    }
    worked(l);
    bool progress = next != l->offset;
    l->offset = next;
    if (n && l->t->on_received)
        l->t->on_received(l->t->ctx, n);
    wait_progress(l, progress, took);
    return true;
}

/* What was stored must not come again at the next start. What this poll brings is not stored and
 * therefore stays with the transport. */
static void confirm(struct loop *l)
{
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    struct chat_update *updates;
    struct err err = {0};
    size_t n;
    int64_t next;
    if (l->offset == l->confirmed)
        return;
    if (l->t->chat->ops->poll(l->t->chat, l->offset, 0, arena, &updates, &n, &next, &err))
        log_event(LOG_INFO, "the last updates are not confirmed: they will come again, once", "via",
                  l->t->chat->ops->name, "why", err.msg, NULL);
}

int chat_thread_run(const struct chat_thread *t, struct err *err)
{
    struct loop l = {.t = t};
    if (db_open(t->db_path, DB_WRITE, &l.db, err))
        return -1;
    if (chatbox_offset(l.db, t->chat->ops->name, &l.offset, err)) {
        db_close(l.db);
        return -1;
    }
    l.confirmed = l.offset;
    l.intake = intake_new(t->admins, t->n_admins);
    while (!stopping(&l) && round_trip(&l))
        ;
    confirm(&l);
    intake_free(l.intake);
    db_close(l.db);
    return 0;
}
