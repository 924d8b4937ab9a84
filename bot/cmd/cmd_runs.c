#include "bot/command.h"
#include "bot/text/run_text.h"

#define PAGE 8

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct run *list;
    size_t n;
    int64_t before = 0;
    const char *slot = ask_slot(a, "runs");
    base_parse_i64(a->args, 1, INT64_MAX, &before);
    if (runs_list(a->db, NULL, before, PAGE + 1, a->arena, &list, &n, err))
        return -1;
    TEXT_ADD(&m, a->lang, n ? TEXT_RUNS_HEAD : TEXT_RUNS_NONE);
    for (size_t i = 0; i < n && i < PAGE; i++) {
        char when[TEXT_SHORT];
        AUTO_MSG counts = MSG_INIT;
        AUTO_BUF why = BUF_INIT(1024), title = BUF_INIT(512);
        if (list[i].error)
            msg_text(&counts, bot_error(&why, list[i].error, a->lang));
        else
            run_counts(&counts, a->bot->cfg, a->lang, &list[i]);
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_RUNS_LINE, T_TEXT("icon", run_icon(&list[i])),
                 T_ID("id", list[i].id),
                 T_TEXT("flow", run_title(&title, a->bot->cfg, &list[i], a->lang)),
                 T_TEXT("time", text_clock(when, a->lang, list[i].started_at, a->now)),
                 T_HTML("what", msg_str(&counts)));
        if (i % 4 == 0)
            buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUN,
                    arena_printf(a->arena, "run %lld", (long long)list[i].id),
                    T_ID("n", list[i].id));
    }
    if (n > PAGE) {
        buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_OLDER,
                    arena_printf(a->arena, "runs %lld @%s", (long long)list[PAGE - 1].id, a->slot));
    }
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_runs = {"runs", "", TEXT_CMD_RUNS, ROLE_ORGANIZER, true, run};
