#include "bot/cmd/csv_asked.h"
#include "bot/command.h"
#include "bot/run_csv.h"
#include "bot/text/field_text.h"
#include "bot/text/run_text.h"

#include <string.h>

#define RUNS_ASKED 3 /* the latest, as buttons */

static int show(struct ask *a, const struct run *r, struct err *err)
{
    AUTO_MSG m = MSG_INIT, counts = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF why = BUF_INIT(1024), title = BUF_INIT(512);
    char when[TEXT_SHORT], took[TEXT_SHORT];
    int64_t end = r->finished_at ? r->finished_at : a->now;
    TEXT_ADD(&m, a->lang, TEXT_RUN_HEAD, T_TEXT("icon", run_icon(r)), T_ID("id", r->id),
             T_TEXT("flow", run_title(&title, a->bot->cfg, r, a->lang)));
    msg_html(&m, "\n");
    TEXT_ADD(&m, a->lang, TEXT_RUN_WHEN,
             T_TEXT("time", text_clock(when, a->lang, r->started_at, a->now)),
             T_TEXT("took", text_duration(took, a->lang, end - r->started_at)),
             T_TEXT("who", source_title(a, r->actor)));
    msg_html(&m, "\n");
    run_counts(&counts, a->bot->cfg, a->lang, r);
    msg_html(&m, msg_str(&counts));
    if (r->error) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_RUN_ERROR, T_TEXT("why", bot_error(&why, r->error, a->lang)));
    }
    if (run_changes(a, r, &m, &b, err))
        return -1;
    if (r->counts.invalid)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_INVALID,
                    arena_printf(a->arena, "invalid %s", r->flow));
    if (run_changed(r) || r->counts.conflicts)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUN_FILE,
                    arena_printf(a->arena, "run %lld csv", (long long)r->id));
    if (run_undoable(a->bot->cfg, r))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_UNDO,
                    arena_printf(a->arena, "undo %lld", (long long)r->id));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    return ask_reply(a, &m, &b, NULL, err);
}

static int say(struct ask *a, enum text_id text, int64_t id, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, text, T_ID("id", id));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int ask_which(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct run *list;
    size_t n;
    if (runs_list(a->db, NULL, 0, RUNS_ASKED, a->arena, &list, &n, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_RUN_WHICH, T_ID("id", n ? list[0].id : 1));
    for (size_t i = 0; i < n; i++)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUN,
                    arena_printf(a->arena, "run %lld", (long long)list[i].id),
                    T_ID("n", list[i].id));
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    return ask_reply(a, &m, &b, NULL, err);
}

static int send_file(struct ask *a, const struct run *r, struct err *err)
{
    AUTO_BUF csv = BUF_INIT(CHATBOX_FILE_MAX);
    AUTO_MSG caption = MSG_INIT;
    struct err why = {0};
    int64_t lines = 0;
    if (run_csv(a->db, r, &csv, &lines, &why)) {
        if (why.kind == ERR_DATA)
            return say(a, TEXT_RUN_FILE_LONG, r->id, err);
        *err = why;
        return -1;
    }
    if (!lines)
        return say(a, TEXT_RUN_FILE_NONE, r->id, err);
    TEXT_ADD(&caption, a->lang, TEXT_RUN_FILE, T_ID("id", r->id), T_INT("n", lines));
    return csv_asked_send(a, "run", r->id, &csv, &caption, LINK_RUN, err);
}

static int run(struct ask *a, struct err *err)
{
    struct run *r = NULL;
    int64_t id = 0;
    const char *args = a->args, *number = ask_word(a, &args), *how = ask_word(a, &args);
    if (base_parse_i64(number ? number : "", 1, INT64_MAX, &id) &&
        runs_get(a->db, id, a->arena, &r, err))
        return -1;
    if (r)
        return str_eq(how, "csv") ? send_file(a, r, err) : show(a, r, err);
    if (id)
        return say(a, TEXT_RUN_UNKNOWN, id, err);
    return ask_which(a, err);
}

const struct command cmd_run = {"run", "N [csv]", TEXT_CMD_RUN, ROLE_ORGANIZER, false, run};
