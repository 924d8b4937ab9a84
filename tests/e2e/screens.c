#include "tests/e2e/screens.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOC_BYTES   ((size_t)4 << 20)
#define LABELS_MAX  99
#define TAIL_BYTES  4000
#define QUIET_TIMES 2 /* looks in a row that must find nothing under way */

struct screens {
    struct e2e *e;
    enum lang lang;
    pid_t chat;
    int in, out; /* the chat's standard input; what it wrote */
    struct buf doc;
    const char *labels[LABELS_MAX]; /* buttons of the last answer; in the world's arena */
    size_t n_labels;
    bool open; /* a fenced block */
};

/* ---------------------------------------------------------------- the terminal */

static const char *rosterd(struct e2e *e)
{
    char self[512] = "";
    const char *build = getenv("ROSTERD_BUILD");
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *at = n > 0 ? strstr(self, "/tests/e2e/") : NULL;
    if (at)
        *at = '\0';
    char *path = arena_printf(e->arena, "%s/rosterd", build && *build ? build : self);
    char *whole = realpath(path, NULL); /* the chat runs in another folder */
    if (!whole)
        fail_msg("there is no %s", path);
    path = arena_strdup(e->arena, whole);
    free(whole);
    return path;
}

static void become_chat(struct screens *s, const char *program, int in, const char *out)
{
    int o = open(out, O_WRONLY | O_CREAT | O_APPEND, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("LC_ALL", s->lang == LANG_RU ? "ru_RU.UTF-8" : "en_GB.UTF-8", 1);
    setenv("USER", s->lang == LANG_RU ? "Ксения" : "Xenia", 1);
    dup2(in, 0);
    dup2(o, 1);
    dup2(o, 2);
    if (chdir(s->e->dir)) /* what the bot sends goes there */
        _exit(126);
    execl(program, program, "-c", s->e->config, "chat", (char *)NULL);
    _exit(127);
}

static void start_chat(struct screens *s)
{
    int fds[2];
    const char *program = rosterd(s->e);
    const char *out = arena_printf(s->e->arena, "%s/screens-%d.txt", s->e->dir, (int)s->lang);
    s->out = open(out, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    if (s->out < 0 || pipe2(fds, O_CLOEXEC))
        fail_msg("cannot start the chat");
    s->chat = fork();
    if (s->chat == 0)
        become_chat(s, program, fds[0], out);
    close(fds[0]);
    s->in = fds[1];
}

struct screens *screens_new(struct e2e *e, enum lang lang)
{
    struct screens *s = xcalloc(1, sizeof *s);
    s->e = e;
    s->lang = lang;
    s->doc = (struct buf)BUF_INIT(DOC_BYTES);
    start_chat(s);
    return s;
}

static void end_chat(struct screens *s)
{
    int status;
    close(s->in);
    E2E_UNTIL(WAIT, waitpid(s->chat, &status, WNOHANG) == s->chat);
    close(s->out);
    s->n_labels = 0;
}

void screens_again(struct screens *s)
{
    end_chat(s);
    start_chat(s);
    lseek(s->out, 0, SEEK_END);
}

void screens_free(struct screens *s)
{
    end_chat(s);
    buf_free(&s->doc);
    free(s);
}

static int64_t heard(struct screens *s, const char *via)
{
    return e2e_int(s->e,
                   arena_printf(s->e->arena, "SELECT count(*) FROM chat_in WHERE via = '%s'", via));
}

/* Everything about the last line was done and said. */
static void wait_quiet(struct screens *s, const char *via, int64_t before)
{
    int quiet = 0;
    const char *open =
        arena_printf(s->e->arena,
                     "SELECT (SELECT count(*) FROM chat_in WHERE via = '%s' AND state = 'new')"
                     " + (SELECT count(*) FROM chat_out WHERE via = '%s' AND state = 'queued')"
                     " + (SELECT count(*) FROM job WHERE state IN ('queued', 'running'))",
                     via, via);
    E2E_UNTIL(3 * WAIT, heard(s, via) > before);
    E2E_UNTIL(3 * WAIT, (quiet = e2e_int(s->e, open) == 0 ? quiet + 1 : 0) >= QUIET_TIMES);
}

static const char *read_said(struct screens *s)
{
    AUTO_BUF said = BUF_INIT(DOC_BYTES);
    char part[16384];
    for (ssize_t n; (n = read(s->out, part, sizeof part)) > 0;)
        buf_addn(&said, part, (size_t)n);
    return arena_strdup(s->e->arena, buf_str(&said));
}

/* ---------------------------------------------------------------- writing down */

static const char *own(struct screens *s, const char *ru, const char *en)
{
    return s->lang == LANG_RU ? ru : en;
}

static void block(struct screens *s, bool open)
{
    if (s->open != open)
        buf_add(&s->doc, open ? "```text\n" : "```\n\n");
    else if (open)
        buf_addc(&s->doc, '\n');
    s->open = open;
}

void screens_part(struct screens *s, const char *ru, const char *en)
{
    block(s, false);
    buf_addf(&s->doc, "## %s\n\n", own(s, ru, en));
}

void screens_note(struct screens *s, const char *ru, const char *en)
{
    block(s, false);
    buf_addf(&s->doc, "%s\n\n", own(s, ru, en));
}

static const char *in_words(struct screens *s, const char *text)
{
    AUTO_BUF out = BUF_INIT(DOC_BYTES);
    for (; *text; text++) {
        if (*text == *TIDY_NOW)
            buf_add(&out, own(s, "только что", "just now"));
        else if (*text == *TIDY_SPAN)
            buf_add(&out, own(s, "2 с", "2 s"));
        else if (*text == *TIDY_SIZE)
            buf_add(&out, own(s, "5 МБ", "5 MB"));
        else
            buf_addc(&out, *text);
    }
    return arena_strdup(s->e->arena, buf_str(&out));
}

/* "[3] Прогоны" is the button [Прогоны]: its number says nothing to a reader. */
static void put_buttons(struct screens *s, const char *line)
{
    const char *gap = "";
    do {
        char *end;
        const char *next = strstr(line, "  ");
        size_t n = next ? (size_t)(next - line) : strlen(line);
        unsigned long nth = *line == '[' ? strtoul(line + 1, &end, 10) : 0;
        if (nth && *end == ']') {
            size_t skip = (size_t)(end + 2 - line);
            const char *label = arena_strndup(s->e->arena, line + skip, n - skip);
            s->n_labels = nth <= LABELS_MAX ? nth : LABELS_MAX;
            s->labels[s->n_labels - 1] = label;
            buf_addf(&s->doc, "%s[%s]", gap, label);
        } else {
            buf_addf(&s->doc, "%s[%.*s]", gap, (int)n, line);
        }
        gap = " ";
        line = next ? next + 2 : NULL;
    } while (line);
    buf_addc(&s->doc, '\n');
}

static void put_said(struct screens *s, const char *said)
{
    AUTO_FREE char *tidy = screens_tidy(said, s->e->dir);
    char *rest = arena_strdup(s->e->arena, in_words(s, tidy)), *line;
    if (!*said)
        buf_add(&s->doc, own(s, "(бот молчит)\n", "(the bot says nothing)\n"));
    while ((line = strsep(&rest, "\n")) && (*line || rest)) {
        if (*line == '[' && line[1] >= '0' && line[1] <= '9')
            put_buttons(s, line);
        else
            buf_addf(&s->doc, "%s\n", line);
    }
}

const char *screens_text(struct screens *s)
{
    block(s, false);
    return buf_str(&s->doc);
}

/* ---------------------------------------------------------------- the talk */

static void type(struct screens *s, const char *shown, const char *line)
{
    int64_t before = heard(s, "console");
    block(s, true);
    AUTO_FREE char *tidy = screens_tidy(shown, s->e->dir);
    buf_addf(&s->doc, "%s\n\n", tidy);
    if (dprintf(s->in, "%s\n", line) < 0)
        fail_msg("the chat has ended");
    wait_quiet(s, "console", before);
    put_said(s, read_said(s));
}

void screens_say(struct screens *s, const char *fmt, ...)
{
    AUTO_BUF line = BUF_INIT(8192);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&line, fmt, ap);
    va_end(ap);
    type(s, arena_printf(s->e->arena, "> %s", buf_str(&line)), buf_str(&line));
}

static void press(struct screens *s, const char *words, size_t n)
{
    const char *wanted = arena_strndup(s->e->arena, words, n);
    for (size_t i = 0; i < s->n_labels; i++) {
        if (!strstr(s->labels[i], wanted))
            continue;
        type(s, arena_printf(s->e->arena, "> [%s]", s->labels[i]),
             arena_printf(s->e->arena, "%zu", i + 1));
        return;
    }
    const char *doc = buf_str(&s->doc);
    size_t tail = strlen(doc);
    fprintf(stderr, "%s\n", doc + (tail > TAIL_BYTES ? tail - TAIL_BYTES : 0));
    fail_msg("no such button: %s", wanted);
}

void screens_press(struct screens *s, enum text_id button)
{
    const char *words = text_template(s->lang, button);
    press(s, words, strcspn(words, "{"));
}

void screens_press_words(struct screens *s, const char *words)
{
    press(s, words, strlen(words));
}

/* ---------------------------------------------------------------- others */

static void put_rows(struct screens *s, const cJSON *rows)
{
    const cJSON *row, *button;
    cJSON_ArrayForEach(row, rows)
    {
        const char *gap = "";
        cJSON_ArrayForEach(button, row)
        {
            buf_addf(&s->doc, "%s[%s]", gap, json_text(button, "text"));
            gap = " ";
        }
        buf_addc(&s->doc, '\n');
    }
}

/* What the bot has said in that chat after a message. */
static void put_chat(struct screens *s, int64_t chat, int64_t after)
{
    AUTO_JSON *list = e2e_get(s->e, "/telegram/chat?chat=%lld", (long long)chat);
    for (const cJSON *m = list->child; m; m = m->next) {
        if (!json_bool(m, "from_bot") || e2e_number(m, "message_id") <= after)
            continue;
        put_said(s, arena_printf(s->e->arena, "%s\n", json_text(m, "plain")));
        put_rows(s, json_at(m, "buttons"));
        put_rows(s, json_at(m, "reply_markup.keyboard"));
    }
}

void screens_somebody(struct screens *s, int64_t user, const char *name, const char *username,
                      const char *text)
{
    AUTO_BUF quoted = BUF_INIT(8192);
    int64_t before = heard(s, "telegram");
    json_quote(&quoted, text);
    AUTO_JSON *said =
        e2e_post(s->e, "/telegram/say", "{\"user\":%lld,%s\"language_code\":\"%s\",\"text\":%s}",
                 (long long)user,
                 name ? arena_printf(s->e->arena, "\"name\":\"%s\",\"username\":\"%s\",", name,
                                     username)
                      : "",
                 lang_code(s->lang), buf_str(&quoted));
    block(s, true);
    buf_addf(&s->doc, "> %s\n\n", text);
    wait_quiet(s, "telegram", before);
    put_chat(s, user, e2e_number(said, "message_id"));
}

void screens_somebody_presses(struct screens *s, int64_t user, int64_t message, const char *data)
{
    AUTO_JSON *pressed =
        e2e_post(s->e, "/telegram/press",
                 "{\"user\":%lld,\"chat\":%lld,\"message_id\":%lld,\"data\":\"%s\"}",
                 (long long)user, (long long)user, (long long)message, data);
    block(s, true);
    buf_addf(&s->doc, "%s\n\n",
             own(s, "> (кнопка давнего сообщения)", "> (a button of an old message)"));
    put_said(s, arena_printf(s->e->arena, "%s\n",
                             e2e_pressed(s->e, json_text(pressed, "callback_query_ids.0"))));
}
