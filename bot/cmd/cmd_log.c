#include "bot/command.h"
#include "bot/text/ops_text.h"
#include "store/audit.h"
#include "store/base/log.h"
#include "sync/config/config_values.h"

#include <stdlib.h>
#include <string.h>

#define LINES        20
#define LINES_MAX    60
#define SHOWN        3500 /* characters: one message */
#define RAISE_MIN_MS INT64_C(60000)
#define RAISE_MAX_MS INT64_C(86400000)
#define AS_USUAL     "off"

/* What was asked for: the last n lines of a level, and the level for a while or no more. */
struct wish {
    enum log_level level;
    int64_t n, ms; /* ms 0: the level stays as it is */
    bool off;
    const char *bad; /* the word that is none of these, or NULL */
};

/* "warn", "50", "err 10", "debug 30m", "off", in any order. */
static struct wish read_wish(struct ask *a)
{
    struct wish w = {.level = LOG_INFO, .n = LINES};
    const char *rest = a->args;
    enum log_level more;
    bool named = false;
    for (char *word; !w.bad && (word = ask_word(a, &rest));) {
        if (log_level_parse(word, &w.level))
            named = true;
        else if (!strcmp(word, AS_USUAL))
            w.off = true;
        else if (!base_parse_i64(word, 1, LINES_MAX, &w.n) &&
                 (!config_duration(word, &w.ms) || w.ms <= 0))
            w.bad = word;
    }
    /* whoever asked for more wants to see it */
    if (!named && (w.ms || (!w.off && log_raised(&more))))
        w.level = LOG_DEBUG;
    return w;
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

static int write_down(struct ask *a, enum log_level before, const char *after, struct err *err)
{
    return audit_add(a->db, 0, "log", "level", "level", log_level_name(before), after, ask_actor(a),
                     a->now, err);
}

/* Changes the level as they wish and says so. */
static int change(struct ask *a, const struct wish *w, struct msg *m, struct err *err)
{
    enum log_level base = log_get_level(), more = base;
    bool raised = log_raised(&more) > 0;
    enum log_level before = raised ? more : base;
    const char *usual = log_level_name(base);
    if (w->off) {
        if (raised && write_down(a, before, usual, err))
            return -1;
        log_raise(base, 0);
        TEXT_ADD(m, a->lang, TEXT_LOG_USUAL, T_TEXT("base", usual));
    } else if (w->ms < RAISE_MIN_MS || w->ms > RAISE_MAX_MS) {
        TEXT_ADD(m, a->lang, TEXT_LOG_HOW_LONG);
    } else if (w->level <= base) {
        TEXT_ADD(m, a->lang, TEXT_LOG_ALREADY, T_TEXT("base", usual));
    } else {
        const char *after =
            arena_printf(a->arena, "%s %llds", log_level_name(w->level), (long long)(w->ms / 1000));
        if (write_down(a, before, after, err))
            return -1;
        log_raise(w->level, w->ms);
        log_event(LOG_WARN, "the log tells more for a while", "level", log_level_name(w->level),
                  "seconds", STR_I64(w->ms / 1000), "by", ask_actor(a), NULL);
        return 0;
    }
    msg_html(m, "\n\n");
    return 0;
}

/* That it is raised, and the buttons for what can be done about it. */
static void add_level(struct ask *a, struct msg *m, struct buttons *b, const char *slot)
{
    char left[TEXT_SHORT];
    enum log_level level, base = log_get_level();
    int64_t ms = log_raised(&level);
    if (ms && level > base) {
        TEXT_ADD(m, a->lang, TEXT_LOG_RAISED, T_TEXT("level", log_level_name(level)),
                 T_TEXT("left", text_duration(left, a->lang, ms)),
                 T_TEXT("base", log_level_name(base)));
        msg_html(m, "\n\n");
        TEXT_BUTTON(b, a->lang, TEXT_BTN_REFRESH,
                    arena_printf(a->arena, "log %s @%s", log_level_name(level), slot));
        TEXT_BUTTON(b, a->lang, TEXT_BTN_LOG_USUAL,
                    arena_printf(a->arena, "log " AS_USUAL " @%s", slot));
    } else if (base < LOG_DEBUG) {
        TEXT_BUTTON(b, a->lang, TEXT_BTN_LOG_RAISE,
                    arena_printf(a->arena, "log debug 30m @%s", slot));
    }
}

static void add_lines(struct ask *a, const struct wish *w, struct msg *m)
{
    char *text = a->bot->log ? log_ring_text(a->bot->log, w->level, (size_t)w->n) : NULL;
    if (!text || !*text) {
        TEXT_ADD(m, a->lang, TEXT_LOG_EMPTY);
    } else {
        TEXT_ADD(m, a->lang, TEXT_LOG_HEAD, T_TEXT("level", log_level_name(w->level)));
        msg_html(m, "\n<pre>");
        msg_text(m, tail(text));
        msg_html(m, "</pre>");
    }
    free(text);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct wish w = read_wish(a);
    if (w.bad) {
        TEXT_ADD(&m, a->lang, TEXT_LOG_BAD, T_TEXT("word", w.bad));
        return ask_reply(a, &m, NULL, NULL, err);
    }
    const char *slot = ask_slot(a, "log");
    if ((w.off || w.ms) && change(a, &w, &m, err))
        return -1;
    add_level(a, &m, &b, a->slot);
    add_lines(a, &w, &m);
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_log = {.name = "log",
                                .args = "[err | warn | info | debug] [N] [30m | off]",
                                .help = TEXT_CMD_LOG,
                                .role = ROLE_ADMIN,
                                .in_menu = true,
                                .run = run};
