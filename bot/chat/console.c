#include "bot/chat/console.h"

#include "bot/chat/console_save.h"
#include "bot/chat/html.h"
#include "bot/csv.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINE_BYTES  8192 /* a longer line is cut */
#define CHOICES_MAX 99
#define SHOW_MAX    ((size_t)128 << 10)
#define PROMPT      "> "
#define HEAD_LINES  20 /* of a file that could not be written */
#define HEAD_BYTES  ((size_t)8 << 10)

struct console {
    struct chat chat;
    FILE *in, *out;
    bool tty;
    int64_t user_id, chat_id;
    char *name, *language; /* owned, may be NULL */
    int wake_pipe[2];      /* a byte ends a wait for input */

    /* the chat thread's */
    char line[LINE_BYTES];
    size_t line_len;
    bool at_end, skipping; /* skipping: the rest of an over-long line */
    bool given;            /* a line was given and the store has not come back for more */
    int64_t next_update;

    pthread_mutex_t lock; /* the rest */
    bool ready, woken, prompt_shown;
    int64_t first_message, next_message;
    int64_t last_message; /* the block at the bottom of the screen; 0: cannot be rewritten */
    unsigned last_lines;
    char *choices[CHOICES_MAX]; /* data of the buttons that can be pressed; owned */
    size_t n_choices;
    int64_t choices_message;
};

static struct console *of(struct chat *chat)
{
    return (struct console *)chat;
}

/* ---------------------------------------------------------------- showing */

static void forget_choices(struct console *c)
{
    for (size_t i = 0; i < c->n_choices; i++)
        free(c->choices[i]);
    c->n_choices = 0;
    c->choices_message = 0;
}

static void show_button(struct console *c, const cJSON *button, struct buf *out)
{
    const char *text = json_text(button, "text"), *data = json_text(button, "data");
    const char *other = json_text(button, "url");
    other = other ? other : json_text(button, "copy");
    if (!text)
        return;
    if (data && c->n_choices < CHOICES_MAX) {
        c->choices[c->n_choices++] = xstrdup(data);
        buf_addf(out, "[%zu] %s", c->n_choices, text);
    } else if (other) {
        buf_addf(out, "%s: %s", text, other);
    } else {
        buf_addf(out, "(%s)", text);
    }
}

static void show_buttons(struct console *c, const char *json, int64_t message_id, struct buf *out)
{
    AUTO_JSON *rows = NULL;
    struct err ignored = {0};
    const cJSON *row, *button;
    if (!json || json_parse(json, strlen(json), &rows, &ignored))
        return;
    forget_choices(c);
    c->choices_message = message_id;
    cJSON_ArrayForEach(row, rows)
    {
        bool first = true;
        cJSON_ArrayForEach(button, row)
        {
            buf_add(out, first ? "" : "  ");
            show_button(c, button, out);
            first = false;
        }
        buf_addc(out, '\n');
    }
}

/* Screen lines of a block: line breaks, and lines that wrap. */
static unsigned count_lines(const struct console *c, const char *text)
{
    struct winsize size = {0};
    unsigned lines = 0, width = 0;
    if (ioctl(fileno(c->out), TIOCGWINSZ, &size))
        size.ws_col = 0;
    for (uint32_t cp; (cp = utf8_next(&text));) {
        unsigned cells = cp == '\n' || cp == 0x200d || cp == 0xfe0f ? 0 : cp >= 0x1f300 ? 2 : 1;
        if (cp == '\n' || (size.ws_col && width + cells > size.ws_col)) {
            lines++;
            width = 0;
        }
        width += cells;
    }
    return lines;
}

/* Writes a block at the bottom of the screen, over its former state when that is still there. */
static void put_block(struct console *c, const char *text, int64_t message_id)
{
    if (c->prompt_shown)
        fputs("\r\033[K", c->out);
    if (c->tty && message_id && message_id == c->last_message)
        fprintf(c->out, "\033[%uA\033[J", c->last_lines);
    fputs(text, c->out);
    if (c->prompt_shown)
        fputs(PROMPT, c->out);
    fflush(c->out);
    c->last_message = message_id;
    c->last_lines = count_lines(c, text);
}

enum send_fate console_show(struct console *c, const struct out_item *item, int64_t *ret_id)
{
    AUTO_BUF out = BUF_INIT(SHOW_MAX);
    enum send_fate fate = SEND_OK;
    pthread_mutex_lock(&c->lock);
    int64_t id = item->action == OUT_EDIT ? item->message_id : c->next_message;
    if (item->action != OUT_EDIT)
        c->next_message++;
    if (id < c->first_message || id >= c->next_message) {
        fate = SEND_GONE;
    } else if (c->tty || !item->intermediate) {
        if (id == c->choices_message)
            forget_choices(c);
        html_to_plain(item->text, &out);
        if (!out.len || out.data[out.len - 1] != '\n')
            buf_addc(&out, '\n');
        show_buttons(c, item->buttons, id, &out);
        put_block(c, buf_str(&out), id);
    }
    pthread_mutex_unlock(&c->lock);
    *ret_id = id;
    return fate;
}

static enum send_fate console_send(struct chat *chat, const struct out_item *item, int64_t *ret_id,
                                   struct err *err)
{
    enum send_fate fate = console_show(of(chat), item, ret_id);
    if (fate != SEND_OK)
        err_set(err, ERR_DATA, "console: that message was shown by another session");
    return fate;
}

/* ---------------------------------------------------------------- files */

static enum send_fate console_send_file(struct chat *chat, const struct out_item *item,
                                        int64_t *ret_id, struct err *err)
{
    struct console *c = of(chat);
    AUTO_BUF out = BUF_INIT(SHOW_MAX);
    AUTO_BUF name = BUF_INIT(LINE_BYTES);
    AUTO_FREE char *folder = getcwd(NULL, 0);
    (void)err;
    size_t len = item->content_len ? item->content_len : strlen(item->content);
    int failed = console_save(item->file_name, item->content, len, &name);
    if (item->text && *item->text) {
        html_to_plain(item->text, &out);
        buf_addc(&out, '\n');
    }
    if (failed)
        buf_addf(&out, "✗ %s: %s\n", buf_str(&name), strerror(failed));
    else
        buf_addf(&out, "→ %s/%s\n", folder ? folder : ".", buf_str(&name));
    if (failed && !item->content_len)
        csv_head(item->content, HEAD_LINES, HEAD_BYTES, &out);
    pthread_mutex_lock(&c->lock);
    *ret_id = c->next_message++;
    put_block(c, buf_str(&out), *ret_id);
    pthread_mutex_unlock(&c->lock);
    return SEND_OK;
}

/* A picture becomes a file, and the message names it; one that cannot be saved is told in figures.
 */
static enum send_fate console_show_photo(struct chat *chat, const struct out_item *item,
                                         int64_t *ret_id, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUF name = BUF_INIT(LINE_BYTES);
    AUTO_FREE char *folder = getcwd(NULL, 0);
    struct out_item told = *item;
    int failed = console_save(item->file_name, item->photo, item->photo_len, &name);
    msg_html(&m, item->text);
    if (failed)
        msg_textf(&m, "\n✗ %s: %s\n\n", buf_str(&name), strerror(failed));
    else
        msg_textf(&m, "\n→ %s/%s", folder ? folder : ".", buf_str(&name));
    if (failed)
        msg_html(&m, item->figures);
    told.text = msg_str(&m);
    return console_send(chat, &told, ret_id, err);
}

/* ---------------------------------------------------------------- reading */

/* Whatever a terminal sends becomes valid text. */
static const char *clean(const char *line, struct arena *arena)
{
    AUTO_BUF b = BUF_INIT(LINE_BYTES * 3);
    for (uint32_t cp; (cp = utf8_next(&line));)
        if (cp >= ' ' || cp == '\t')
            utf8_put(&b, cp);
    const char *s = buf_str(&b);
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n && strchr(" \t", s[n - 1]))
        n--;
    return arena_strndup(arena, s, n);
}

bool console_line(struct console *c, const char *line, struct arena *arena, struct chat_update *ret)
{
    const char *text = clean(line, arena);
    int64_t number;
    if (!*text)
        return false;
    struct chat_update u = {
        .update_id = c->next_update++,
        .kind = UPDATE_MESSAGE,
        .chat_id = c->chat_id,
        .user_id = c->user_id,
        .is_private = true,
        .text = text,
        .user_name = arena_strdup(arena, c->name),
        .language = arena_strdup(arena, c->language),
    };
    pthread_mutex_lock(&c->lock);
    u.message_id = c->next_message++;
    if (base_parse_i64(text, 1, (int64_t)c->n_choices, &number)) {
        u.kind = UPDATE_PRESS;
        u.message_id = c->choices_message;
        u.data = arena_strdup(arena, c->choices[number - 1]);
        u.callback_id = arena_printf(arena, "console-%" PRId64, u.update_id);
        u.text = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    *ret = u;
    return true;
}

/* Takes the first line out of what was read; what is left at the end of the input is a line too. */
static bool take_line(struct console *c, char out[LINE_BYTES])
{
    char *end = memchr(c->line, '\n', c->line_len);
    bool full = c->line_len == sizeof c->line - 1;
    if (!end && !full && !(c->at_end && c->line_len))
        return false;
    size_t n = end ? (size_t)(end - c->line) : c->line_len, used = end ? n + 1 : n;
    bool tail = c->skipping;
    memcpy(out, c->line, n);
    out[n] = '\0';
    memmove(c->line, c->line + used, c->line_len - used);
    c->line_len -= used;
    c->skipping = !end && full;
    if (tail)
        out[0] = '\0'; /* the rest of a line whose beginning was given already */
    return true;
}

static void read_more(struct console *c)
{
    ssize_t n = read(fileno(c->in), c->line + c->line_len, sizeof c->line - 1 - c->line_len);
    if (n > 0)
        c->line_len += (size_t)n;
    else if (!n || (errno != EINTR && errno != EAGAIN))
        c->at_end = true;
    for (size_t i = 0; i < c->line_len; i++)
        if (!c->line[i])
            c->line[i] = ' ';
}

/* Waits for input, a wake or the deadline. */
static void wait_input(struct console *c, bool want_input, int64_t ms)
{
    char drop[64];
    struct pollfd fds[2] = {{.fd = c->wake_pipe[0], .events = POLLIN},
                            {.fd = fileno(c->in), .events = POLLIN}};
    if (poll(fds, want_input ? 2 : 1, ms > 60000 ? 60000 : (int)ms) <= 0)
        return;
    if (fds[0].revents && read(c->wake_pipe[0], drop, sizeof drop) < 0)
        return;
    if (want_input && fds[1].revents)
        read_more(c);
}

static void show_prompt(struct console *c)
{
    if (!c->tty || c->prompt_shown || c->at_end)
        return;
    fputs(PROMPT, c->out);
    fflush(c->out);
    c->prompt_shown = true;
}

/* A line was typed: its echo has moved the screen, so the block above stays as it is. */
static void typed(struct console *c)
{
    c->prompt_shown = false;
    c->last_message = 0;
}

enum gate { GATE_OPEN, GATE_SHUT, GATE_WOKEN };

static enum gate look(struct console *c)
{
    pthread_mutex_lock(&c->lock);
    enum gate gate = c->woken ? GATE_WOKEN : c->tty || c->ready ? GATE_OPEN : GATE_SHUT;
    c->woken = false;
    if (gate == GATE_OPEN)
        show_prompt(c);
    pthread_mutex_unlock(&c->lock);
    return gate;
}

static bool next_update(struct console *c, struct arena *arena, struct chat_update *ret)
{
    char line[LINE_BYTES];
    while (take_line(c, line)) {
        pthread_mutex_lock(&c->lock);
        typed(c);
        pthread_mutex_unlock(&c->lock);
        if (!console_line(c, line, arena, ret))
            continue;
        c->given = true;
        console_ready(c, false);
        return true;
    }
    return false;
}

static int console_poll(struct chat *chat, int64_t offset, unsigned timeout_s, struct arena *arena,
                        struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err)
{
    struct console *c = of(chat);
    struct chat_update *update = arena_alloc(arena, 1, sizeof *update);
    int64_t deadline = clock_mono_ms() + (int64_t)timeout_s * 1000, left;
    if (c->given)
        console_ready(c, false); /* said before the line was in the store, it was said too early */
    c->given = false;
    *ret = update;
    *ret_n = 0;
    *ret_next = offset;
    while ((left = deadline - clock_mono_ms()) > 0) {
        enum gate gate = look(c);
        if (gate == GATE_WOKEN)
            return err_set(err, ERR_CANCELED, "console: woken");
        if (gate == GATE_OPEN && next_update(c, arena, update)) {
            *ret_n = 1;
            *ret_next = update->update_id + 1;
            return 0;
        }
        if (gate == GATE_OPEN && c->at_end)
            return err_set(err, ERR_CANCELED, "console: end of input");
        wait_input(c, gate == GATE_OPEN, left);
    }
    return 0;
}

/* ---------------------------------------------------------------- the transport */

static void nudge(struct console *c)
{
    ssize_t ignored = write(c->wake_pipe[1], "w", 1); /* full: it will wake anyway */
    (void)ignored;
}

void console_ready(struct console *c, bool ready)
{
    pthread_mutex_lock(&c->lock);
    c->ready = ready;
    pthread_mutex_unlock(&c->lock);
    if (ready)
        nudge(c);
}

bool console_is_ready(struct console *c)
{
    pthread_mutex_lock(&c->lock);
    bool ready = c->tty || c->ready;
    pthread_mutex_unlock(&c->lock);
    return ready;
}

static enum send_fate console_answer(struct chat *chat, const struct out_item *item,
                                     struct err *err)
{
    struct console *c = of(chat);
    (void)err;
    if (!item->text || !*item->text)
        return SEND_OK;
    AUTO_BUF out = BUF_INIT(SHOW_MAX);
    buf_addf(&out, "· %s\n", item->text);
    pthread_mutex_lock(&c->lock);
    put_block(c, buf_str(&out), 0);
    pthread_mutex_unlock(&c->lock);
    return SEND_OK;
}

static void console_wake(struct chat *chat)
{
    struct console *c = of(chat);
    pthread_mutex_lock(&c->lock);
    c->woken = true;
    pthread_mutex_unlock(&c->lock);
    nudge(c);
}

static void console_close(struct chat *chat)
{
    if (!chat)
        return;
    struct console *c = of(chat);
    if (c->prompt_shown)
        fputc('\n', c->out);
    forget_choices(c);
    close(c->wake_pipe[0]);
    close(c->wake_pipe[1]);
    pthread_mutex_destroy(&c->lock);
    free(c->name);
    free(c->language);
    free(c);
}

static const struct chat_ops console_ops = {
    .name = "console",
    .trusted = true,
    .poll = console_poll,
    .send = console_send,
    .edit = console_send,
    .send_file = console_send_file,
    .show_photo = console_show_photo,
    .answer = console_answer,
    .wake = console_wake,
    .close = console_close,
};

struct console *console_new(FILE *in, FILE *out, bool tty)
{
    struct console *c = xcalloc(1, sizeof *c);
    c->chat.ops = &console_ops;
    c->in = in;
    c->out = out;
    c->tty = tty;
    c->user_id = c->chat_id = 1;
    c->ready = true;
    /* ids never meet those of an earlier session in the same store */
    c->next_update = c->first_message = c->next_message = clock_now_ms();
    if (pipe2(c->wake_pipe, O_CLOEXEC | O_NONBLOCK))
        abort(); /* out of descriptors at start */
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void console_person(struct console *c, int64_t user_id, int64_t chat_id, const char *name,
                    const char *language)
{
    free(c->name);
    free(c->language);
    c->user_id = user_id;
    c->chat_id = chat_id;
    c->name = name ? xstrdup(name) : NULL;
    c->language = language ? xstrdup(language) : NULL;
}

struct chat *console_chat(struct console *c)
{
    return &c->chat;
}
