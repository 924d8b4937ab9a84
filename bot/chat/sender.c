#include "bot/chat/sender.h"

#include "bot/chat/html.h"
#include "bot/chat/menus.h"
#include "bot/chat/outcome.h"
#include "bot/chat/shout.h"
#include "bot/chat/uploads.h"
#include "bot/csv.h"
#include "bot/pictures.h"
#include "store/base/clock.h"
#include "store/base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ARENA_MAX       ((size_t)16 << 20)
#define HELD_MAX        1024
#define LOOK_MS         2000
#define GLANCE_MS       150 /* other processes queue too, and cannot wake us: a cheap look */
#define DRAIN_MS        5000
#define MENU_RETRY_MS   60000
#define ATTEMPTS_MAX    50
#define AGE_MAX_MS      (INT64_C(24) * 3600 * 1000)
#define AGE_PROGRESS_MS (INT64_C(60) * 1000)
#define DROPS_PER_STEP  200
#define HEAD_LINES      20 /* of a file that is told as text */
#define HEAD_BYTES      3000
/* A file that is being uploaded is not chosen again for so long, and the later messages of its chat
 * wait for it; renewed while it lasts, so that a killed process leaves it waiting for a moment
 * only.
 */
#define LEASE_MS       15000
#define LEASE_RENEW_MS 5000
#define CLOCK_BACK_MS  5000
#define BIG_AGAIN_MS   1000 /* another big file is under way */

struct sender {
    struct chat *chat;
    struct db *db;
    struct send_limits *limits;
    struct shout *shout;
    struct outcome outcome;
    struct pictures *pictures; /* NULL: nobody draws */
    struct menus *menus;       /* NULL: none */
    int64_t menus_at;          /* monotonic ms of the next try */
    int64_t version;           /* of the store's data, as of the last glance */
    struct uploads *uploads;   /* NULL: big files go like all others */
    struct out_item uploaded;  /* what it sends: id 0 for nothing */
    int64_t ahead_ms;          /* the clock, of the monotonic one; 0: not looked at yet */
    int64_t lease_at;          /* monotonic ms: when that is to be renewed */
    bool draining;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* under lock: */
    bool woken, stopping, ended;
};

int sender_new(struct chat *chat, const char *db_path, struct sender **ret, struct err *err)
{
    const struct chat_ops *ops = chat->ops;
    struct db *db;
    if (db_open(db_path, DB_WRITE, &db, err))
        return -1;
    struct sender *s = xcalloc(1, sizeof *s);
    s->chat = chat;
    s->db = db;
    s->limits = send_limits_new(ops->chat_gap_ms, ops->group_per_minute, ops->gap_ms);
    s->outcome = (struct outcome){.chat = chat, .db = db, .limits = s->limits};
    s->shout = shout_new();
    pthread_mutex_init(&s->lock, NULL);
    clock_cond_init(&s->changed);
    *ret = s;
    return 0;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    db_close(s->db);
    send_limits_free(s->limits);
    shout_free(s->shout);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void sender_menus(struct sender *s, struct menus *menus)
{
    s->menus = menus;
}

void sender_pictures(struct sender *s, struct pictures *pictures)
{
    s->pictures = pictures;
}

/* ---------------------------------------------------------------- sending one */

/* What of the item goes out now: all of it, or the next part of a long text. *ret_next is 0 when
 * nothing is left after it. Returns false when there is nothing to show. */
static bool cut_part(const struct sender *s, const struct out_item *item, struct arena *arena,
                     struct out_item *ret, int *ret_next)
{
    const char **parts;
    size_t n, max = s->chat->ops->text_max, at = (size_t)item->part;
    *ret = *item;
    *ret_next = 0;
    if (item->action == OUT_ANSWER || item->action == OUT_FILE || item->photo || !max ||
        (!at && html_length(item->text) <= max))
        return true;
    html_split(item->text, max, arena, &parts, &n);
    if (at >= n)
        return false;
    ret->text = parts[at];
    if (at + 1 < n && !item->intermediate) {
        ret->buttons = NULL;
        *ret_next = (int)at + 1;
    }
    return true;
}

/* For a transport that carries no files: the caption and how the file begins. */
static const char *file_as_text(const struct out_item *file, struct arena *arena)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUF head = BUF_INIT((size_t)HEAD_BYTES * 2);
    if (!file->file_path)
        csv_head(file->content, HEAD_LINES, HEAD_BYTES, &head);
    if (*file->text) {
        msg_html(&m, file->text);
        msg_html(&m, "\n");
    }
    msg_text(&m, file->file_path ? file->file_path : file->file_name);
    if (file->file_path)
        return arena_strdup(arena, msg_str(&m));
    msg_html(&m, "\n<pre>");
    msg_text(&m, buf_str(&head));
    msg_html(&m, "</pre>");
    return arena_strdup(arena, msg_str(&m));
}

/* Gives a message its picture, held by png, or tells the figures instead. A text that went out in
 * part goes on as text. */
static void illustrate(struct sender *s, struct out_item *item, struct buf *png,
                       struct arena *arena)
{
    struct err why = {0};
    if (!item->drawing)
        return;
    if (s->pictures && s->chat->ops->show_photo && !item->part) {
        if (!pictures_draw(s->pictures, item->drawing, png, &why)) {
            item->photo = png->data;
            item->photo_len = png->len;
            return;
        }
        outcome_log(&s->outcome, LOG_WARN, "a picture could not be drawn", item, why.msg);
    }
    item->text = arena_printf(arena, "%s\n\n%s", item->text, item->figures);
}

static int deliver_item(struct sender *s, const struct out_item *item, struct arena *arena,
                        struct err *err)
{
    const struct chat_ops *ops = s->chat->ops;
    struct out_item shown;
    struct err why = {0};
    enum send_fate fate;
    int64_t id = 0;
    int next;
    if (!cut_part(s, item, arena, &shown, &next))
        return chatbox_failed(s->db, item, "an empty text", err);
    if (item->action == OUT_ANSWER)
        fate = ops->answer(s->chat, &shown, &why);
    else if (item->action == OUT_FILE)
        fate = ops->send_file(s->chat, &shown, &id, &why);
    else if (item->photo)
        fate = ops->show_photo(s->chat, &shown, &id, &why);
    else if (item->action == OUT_EDIT)
        fate = ops->edit(s->chat, &shown, &id, &why);
    else
        fate = ops->send(s->chat, &shown, &id, &why);
    if (item->action != OUT_ANSWER && (fate == SEND_OK || fate == SEND_UNSURE))
        send_limits_went(s->limits, item->chat_id, clock_mono_ms());
    return outcome_settle(&s->outcome, item, fate, id, next, &why, err);
}

/* ---------------------------------------------------------------- files */

/* Keeps the file from being chosen again while it is sent. */
static int lease(struct sender *s, struct err *err)
{
    s->lease_at = clock_mono_ms() + LEASE_RENEW_MS;
    return chatbox_later(s->db, &s->uploaded, clock_now_ms() + LEASE_MS, false, NULL, err);
}

/* A big file goes in a thread of its own, or waits for the one that is under way. Takes content. */
static int upload(struct sender *s, const struct out_item *file, char *content, struct err *err)
{
    if (s->draining || s->uploaded.id) {
        free(content);
        return chatbox_later(s->db, file, clock_now_ms() + BIG_AGAIN_MS, false, NULL, err);
    }
    s->uploaded = *file;
    if (lease(s, err)) {
        s->uploaded.id = 0;
        free(content);
        return -1;
    }
    uploads_begin(s->uploads, file, content);
    return 0;
}

/* Renews the lease of the file under way, or writes down what became of it. */
static int look_at_upload(struct sender *s, struct err *err)
{
    struct upload_end e;
    if (!s->uploaded.id)
        return 0;
    if (!uploads_take(s->uploads, &e))
        return clock_mono_ms() >= s->lease_at ? lease(s, err) : 0;
    s->uploaded.id = 0;
    if (e.fate == SEND_OK || e.fate == SEND_UNSURE)
        send_limits_went(s->limits, e.item.chat_id, clock_mono_ms());
    /* the lease ends with it: what was cut short stays queued as it is */
    return (e.why.kind == ERR_CANCELED && chatbox_later(s->db, &e.item, 0, false, NULL, err)) ||
                   outcome_settle(&s->outcome, &e.item, e.fate, e.message_id, 0, &e.why, err)
               ? -1
               : 0;
}

/* Known without reading it: what has to wait for another big file is not read every second. */
static bool is_big(const struct out_item *item)
{
    struct stat st;
    return item->file_path && !stat(item->file_path, &st) && st.st_size > (off_t)CHAT_BIG_BYTES;
}

static int deliver_file(struct sender *s, const struct out_item *item, struct arena *arena,
                        struct err *err)
{
    struct out_item file = *item;
    struct err why = {0};
    char *content = NULL;
    if (s->uploads && s->uploaded.id && is_big(item))
        return upload(s, item, NULL, err);
    if (item->file_path ? chatbox_read_path(item, &content, &file.content_len, &why)
                        : chatbox_content(s->db, item, &content, &why)) {
        if (why.kind == ERR_DATA)
            return chatbox_failed(s->db, item, why.msg, err);
        *err = why;
        return -1;
    }
    file.content = content;
    size_t len = file.content_len ? file.content_len : strlen(content);
    if (s->uploads && s->chat->ops->send_file && len > CHAT_BIG_BYTES)
        return upload(s, &file, content, err);
    if (!s->chat->ops->send_file) {
        file.action = OUT_SEND;
        file.text = file_as_text(&file, arena);
    }
    int bad = deliver_item(s, &file, arena, err);
    free(content);
    return bad;
}

static int deliver(struct sender *s, const struct out_item *item, struct arena *arena,
                   struct err *err)
{
    AUTO_BUF png = BUF_INIT(PICTURE_MAX);
    struct out_item shown = *item;
    if (item->action == OUT_FILE)
        return deliver_file(s, item, arena, err);
    illustrate(s, &shown, &png, arena);
    return deliver_item(s, &shown, arena, err);
}

/* ---------------------------------------------------------------- choosing one */

/* Why it will not be tried any more; NULL: it will. */
static const char *hopeless(const struct out_item *item)
{
    int64_t age = clock_now_ms() - item->created_at;
    if (item->attempts >= ATTEMPTS_MAX)
        return "too many attempts";
    if (item->action == OUT_ANSWER)
        return NULL; /* the store drops late ones */
    return age > (item->intermediate ? AGE_PROGRESS_MS : AGE_MAX_MS) ? "too old" : NULL;
}

/* A clock that was set back keeps nobody waiting until it is again what it was. */
static int follow_clock(struct sender *s, struct err *err)
{
    int64_t ahead = clock_now_ms() - clock_mono_ms(), back = s->ahead_ms - ahead;
    if (s->ahead_ms && back > CLOCK_BACK_MS &&
        chatbox_clock_back(s->db, s->chat->ops->name, back, err))
        return -1;
    if (back > CLOCK_BACK_MS || back < 0)
        s->ahead_ms = ahead;
    return 0;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* The item to send now: 1; 0: none, and *ret_wait_ms. */
static int choose(struct sender *s, struct arena *arena, struct out_item *ret, int64_t *ret_wait_ms,
                  struct err *err)
{
    int64_t *held = arena_alloc(arena, HELD_MAX, sizeof *held), wait, now = clock_mono_ms();
    size_t n = send_limits_held(s->limits, now, held, HELD_MAX, &wait);
    for (int drops = 0; drops < DROPS_PER_STEP && n < HELD_MAX;) {
        int64_t store_wait, own;
        if (chatbox_next(s->db, s->chat->ops->name, clock_now_ms(), held, n, arena, ret,
                         &store_wait, err))
            return -1;
        if (!ret->id) {
            *ret_wait_ms = sooner(wait, store_wait);
            return 0;
        }
        const char *why = hopeless(ret);
        if (why) {
            outcome_log(&s->outcome, ret->intermediate ? LOG_DEBUG : LOG_WARN,
                        "a message was dropped", ret, why);
            if (chatbox_failed(s->db, ret, why, err))
                return -1;
            drops++;
            continue;
        }
        if (ret->action == OUT_ANSWER)
            return 1;
        bool spare = ret->intermediate && ret->action == OUT_EDIT;
        if (!(own = send_limits_wait(s->limits, ret->chat_id, spare, now)))
            return 1;
        wait = sooner(wait, own);
        held[n++] = ret->chat_id; /* others may go meanwhile */
    }
    *ret_wait_ms = sooner(wait, 1000);
    return 0;
}

int sender_step(struct sender *s, int64_t *ret_wait_ms, struct err *err)
{
    AUTO_ARENA *arena = arena_new(ARENA_MAX);
    struct out_item item;
    if (outcome_record(&s->outcome, err) || look_at_upload(s, err) || follow_clock(s, err))
        return -1;
    int64_t wait = send_limits_wait_all(s->limits, clock_mono_ms());
    if (wait) {
        *ret_wait_ms = wait;
        return 0;
    }
    int found = choose(s, arena, &item, ret_wait_ms, err);
    if (found <= 0)
        return found;
    return deliver(s, &item, arena, err) ? -1 : 1;
}

/* ---------------------------------------------------------------- the thread */

/* One list, so that no message waits for all of them. True: there may be more. */
static bool publish_menu(struct sender *s)
{
    struct err err = {0};
    if (!s->menus || clock_mono_ms() < s->menus_at)
        return false;
    int done = menus_step(s->menus, s->db, s->chat, &err);
    if (done < 0) {
        if (err.kind != ERR_CANCELED)
            log_event(LOG_WARN, "a command menu is not published", "via", s->chat->ops->name, "why",
                      err.msg, NULL);
        s->menus_at = clock_mono_ms() +
                      (err.retry_s ? (int64_t)err.retry_s * 1000 + RETRY_MARGIN_MS : MENU_RETRY_MS);
    }
    return done > 0;
}

/* Sleeps until woken or ms are over (-1: for long). Returns false when it is time to stop. */
static bool wait_for_work(struct sender *s, int64_t ms)
{
    int64_t left = ms < 0 || ms > LOOK_MS ? LOOK_MS : ms;
    bool go_on, look = false;
    do {
        int64_t part = left < GLANCE_MS ? left : GLANCE_MS;
        pthread_mutex_lock(&s->lock);
        if (!s->woken && !s->stopping)
            clock_wait(&s->changed, &s->lock, part);
        look = s->woken || s->stopping;
        s->woken = false;
        go_on = !s->stopping;
        pthread_mutex_unlock(&s->lock);
        left -= part;
        int64_t version = look ? s->version : db_data_version(s->db);
        look = look || version != s->version;
        s->version = version;
    } while (!look && left > 0);
    return go_on;
}

static void upload_is_through(void *ctx)
{
    sender_wake(ctx);
}

/* Says what is left, and gives a file under way the same time to arrive. */
static void drain(struct sender *s)
{
    int64_t deadline = clock_mono_ms() + DRAIN_MS, wait, left;
    struct err err = {0};
    s->draining = true;
    while ((left = deadline - clock_mono_ms()) > 0) {
        int done = sender_step(s, &wait, &err);
        bool idle = !done && (wait < 0 || wait > left);
        if (done < 0 || (idle && !s->uploaded.id))
            return;
        if (!done)
            clock_sleep_ms(s->uploaded.id && (idle || wait > GLANCE_MS) ? GLANCE_MS : wait, NULL);
    }
}

static void end_uploads(struct sender *s)
{
    struct err err = {0};
    if (!s->uploads)
        return;
    uploads_stop(s->uploads);
    if (outcome_record(&s->outcome, &err) || look_at_upload(s, &err))
        log_event(LOG_ERR, "what became of a file could not be written down", "why", err.msg, NULL);
    uploads_free(s->uploads);
    s->uploads = NULL;
}

void sender_run(struct sender *s)
{
    int64_t wait = 0;
    bool failing = false;
    s->uploads = uploads_new(s->chat, upload_is_through, s);
    do {
        struct err err = {0};
        while (shout_step(s->shout, s->chat))
            ;
        int done = sender_step(s, &wait, &err);
        if (done > 0) {
            wait = 0;
        } else if (done < 0) {
            if (!failing)
                log_event(LOG_ERR, "the sender cannot use the store", "why", err.msg, NULL);
            wait = 1000;
        } else if (publish_menu(s)) {
            wait = 0;
        }
        failing = done < 0;
    } while (wait_for_work(s, wait));
    drain(s);
    end_uploads(s);
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void sender_shout(struct sender *s, int64_t chat_id, int64_t thread_id, const char *text)
{
    shout_add(s->shout, chat_id, thread_id, text);
    sender_wake(s);
}

void sender_wake(struct sender *s)
{
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void sender_stop(struct sender *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void sender_wait_end(struct sender *s)
{
    int64_t deadline = clock_mono_ms() + DRAIN_MS + 500, left;
    pthread_mutex_lock(&s->lock);
    while (!s->ended && (left = deadline - clock_mono_ms()) > 0)
        clock_wait(&s->changed, &s->lock, left);
    bool ended = s->ended;
    pthread_mutex_unlock(&s->lock);
    if (!ended && s->chat->ops->give_up)
        s->chat->ops->give_up(s->chat);
}
