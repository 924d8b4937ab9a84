#include "bot/command.h"
#include "bot/text/ops_text.h"
#include "store/base/log.h"

#include <stdlib.h>
#include <string.h>

#define LINES     20
#define LINES_MAX 60
#define SHOWN     3500 /* characters: one message */

/* "warn", "50", "err 10", in any order. Returns the word that is neither, or NULL. */
static const char *read_args(struct ask *a, enum log_level *level, int64_t *n)
{
    const char *rest = a->args;
    for (char *word; (word = ask_word(a, &rest));) {
        if (!log_level_parse(word, level) && !base_parse_i64(word, 1, LINES_MAX, n))
            return word;
    }
    return NULL;
}

/* The newest that fit into a message. */
static const char *tail(const char *text)
{
    size_t n = strlen(text);
    if (n <= SHOWN)
        return text;
    const char *line = strchr(text + n - SHOWN, '\n');
    return line ? line + 1 : text + n - SHOWN;
}

static int run(struct ask *a, struct err *err)
{
    static const char *const names[] = {"err", "warn", "info", "debug"};
    AUTO_MSG m = MSG_INIT;
    enum log_level level = LOG_INFO;
    int64_t n = LINES;
    const char *bad = read_args(a, &level, &n);
    if (bad) {
        TEXT_ADD(&m, a->lang, TEXT_LOG_BAD, T_TEXT("word", bad));
        return ask_reply(a, &m, NULL, NULL, err);
    }
    char *text = a->bot->log ? log_ring_text(a->bot->log, level, (size_t)n) : NULL;
    if (!text || !*text) {
        TEXT_ADD(&m, a->lang, TEXT_LOG_EMPTY);
    } else {
        TEXT_ADD(&m, a->lang, TEXT_LOG_HEAD, T_TEXT("level", names[level]));
        msg_html(&m, "\n<pre>");
        msg_text(&m, tail(text));
        msg_html(&m, "</pre>");
    }
    free(text);
    return ask_reply(a, &m, NULL, ask_slot(a, "log"), err);
}

const struct command cmd_log = {.name = "log",
                                .args = "[err | warn | info] [N]",
                                .help = TEXT_CMD_LOG,
                                .role = ROLE_ADMIN,
                                .in_menu = true,
                                .run = run};
