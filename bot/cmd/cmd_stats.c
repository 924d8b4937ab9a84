#include "bot/command.h"
#include "bot/stats.h"
#include "store/chat/taste.h"

#include <string.h>

#define YEAR_MIN 2000
#define YEAR_MAX 2100

/* "teams 2026 dark", in any order, each of them optional. */
struct wish {
    enum stats_what what;
    int64_t year;
    bool dark;
    const char *unknown; /* a word that is none of it */
};

static int read_wish(struct ask *a, struct wish *ret, struct err *err)
{
    const char *args = a->args, *word;
    struct wish w = {.what = STATS_ARRIVALS, .year = a->bot->cfg->year};
    bool choice = false;
    if (taste_dark(a->db, a->via, a->u->user_id, &w.dark, err))
        return -1;
    if (stats_parse(args, &w.what)) { /* two words, as they stand on the button */
        *ret = w;
        return 0;
    }
    while ((word = ask_word(a, &args))) {
        bool dark = !strcmp(word, "dark");
        if (dark || !strcmp(word, "light")) {
            choice = true;
            w.dark = dark;
        } else if (!stats_parse(word, &w.what) &&
                   !base_parse_i64(word, YEAR_MIN, YEAR_MAX, &w.year)) {
            w.unknown = w.unknown ? w.unknown : word;
        }
    }
    *ret = w;
    return choice ? taste_set_dark(a->db, a->via, a->u->user_id, w.dark, err) : 0;
}

static const char *button_data(struct ask *a, enum stats_what what, int64_t year, const char *more)
{
    return arena_printf(a->arena, "stats %s %lld%s @%s", stats_word(what), (long long)year, more,
                        a->slot);
}

static int add_year(struct ask *a, const struct wish *w, int64_t year, struct buttons *b,
                    struct err *err)
{
    int64_t there;
    if (year < YEAR_MIN || year > YEAR_MAX)
        return 0;
    if (stats_has_year(a->db, year, &there, err))
        return -1;
    if (there)
        buttons_addf(b,
                     arena_printf(a->arena, year < w->year ? "◀︎ %lld" : "%lld ▶︎",
                                  (long long)year),
                     "%s", button_data(a, w->what, year, ""));
    return 0;
}

/* The chosen one is marked; pressed again, it counts anew. */
static int add_buttons(struct ask *a, const struct wish *w, bool chosen, struct buttons *b,
                       struct err *err)
{
    for (int i = 0; i < STATS_WHAT_COUNT; i++) {
        enum stats_what what = (enum stats_what)i;
        AUTO_BUF label = BUF_INIT((size_t)128);
        buf_add(&label, chosen && what == w->what ? "✓ " : "");
        TEXT_PLAIN(&label, a->lang, stats_button(what));
        if (i % 3 == 0)
            buttons_row(b);
        buttons_add(b, buf_str(&label), button_data(a, what, w->year, ""));
    }
    if (!chosen)
        return 0;
    buttons_row(b);
    if (w->what != STATS_SYNC &&
        (add_year(a, w, w->year - 1, b, err) || add_year(a, w, w->year + 1, b, err)))
        return -1;
    TEXT_BUTTON(b, a->lang, w->dark ? TEXT_BTN_STATS_LIGHT : TEXT_BTN_STATS_DARK,
                button_data(a, w->what, w->year, w->dark ? " light" : " dark"));
    return 0;
}

static int show(struct ask *a, const struct wish *w, struct buttons *b, const char *slot,
                struct err *err)
{
    AUTO_MSG m = MSG_INIT, figures = MSG_INIT;
    struct chart c;
    if (stats_chart(a->db, a->lang, w->what, w->year, a->now, a->arena, &c, err))
        return -1;
    c.dark = w->dark;
    stats_figures(&c, a->lang, &figures);
    msg_html(&m, "<b>");
    msg_text(&m, c.title);
    msg_html(&m, "</b>");
    AUTO_FREE char *drawing = chart_to_json(&c);
    const struct outgoing_picture picture = {
        .drawing = drawing,
        .figures = msg_str(&figures),
        .name = arena_printf(a->arena, "%s-%lld.png", stats_word(w->what), (long long)w->year),
    };
    struct outgoing out = {
        .via = a->via,
        .chat_id = a->u->chat_id,
        .thread_id = a->u->thread_id,
        .text = msg_str(&m),
        .buttons = buttons_json(b),
        .slot = slot,
        .picture = &picture,
    };
    a->said = slot;
    return chatbox_say(a->db, &out, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct wish w;
    const char *slot = ask_slot(a, "stats");
    if (read_wish(a, &w, err) || add_buttons(a, &w, !w.unknown, &b, err))
        return -1;
    if (!w.unknown)
        return show(a, &w, &b, slot, err);
    TEXT_ADD(&m, a->lang, TEXT_STATS_UNKNOWN, T_TEXT("word", w.unknown));
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_stats = {"stats", "[picture] [year]", TEXT_CMD_STATS, ROLE_ORGANIZER, true,
                                  run};
