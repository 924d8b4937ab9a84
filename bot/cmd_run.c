#include "bot/command.h"
#include "bot/run_text.h"
#include "store/audit.h"
#include "store/names.h"

#include <string.h>

#define CHANGES_SHOWN 10

static int add_changes(struct ask *a, int64_t id, struct msg *m, struct err *err)
{
    struct audit_row *list;
    size_t n;
    if (audit_of_run(a->db, id, CHANGES_SHOWN, a->arena, &list, &n, err))
        return -1;
    if (n) {
        msg_html(m, "\n\n");
        TEXT_ADD(m, a->lang, TEXT_RUN_CHANGES, T_INT("n", (int64_t)n));
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = record_name_of(a->db, list[i].entity, list[i].local_id, a->arena);
        msg_html(m, "\n");
        if (!list[i].field)
            TEXT_ADD(m, a->lang, TEXT_RUN_NEW_RECORD, T_TEXT("record", name));
        else
            TEXT_ADD(m, a->lang, TEXT_RUN_CHANGE, T_TEXT("record", name),
                     T_TEXT("field", list[i].field),
                     T_TEXT("before", list[i].before ? list[i].before : ""),
                     T_TEXT("after", list[i].after ? list[i].after : ""));
    }
    return 0;
}

static int show(struct ask *a, const struct run *r, struct err *err)
{
    AUTO_MSG m = MSG_INIT, counts = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    char when[TEXT_SHORT], took[TEXT_SHORT];
    TEXT_ADD(&m, a->lang, TEXT_RUN_HEAD, T_TEXT("icon", run_icon(r)), T_ID("id", r->id),
             T_TEXT("flow", bot_flow_title(a->bot->cfg, r->flow, a->lang)));
    msg_html(&m, "\n");
    int64_t end = r->finished_at ? r->finished_at : a->now;
    TEXT_ADD(&m, a->lang, TEXT_RUN_WHEN,
             T_TEXT("time", text_clock(when, a->lang, r->started_at, a->now)),
             T_TEXT("took", text_duration(took, a->lang, end - r->started_at)),
             T_TEXT("who", bot_actor(r->actor, NULL, a->lang)));
    msg_html(&m, "\n");
    bot_counts(&counts, a->lang, &r->counts);
    msg_html(&m, msg_str(&counts));
    AUTO_BUF why = BUF_INIT(1024);
    if (r->error) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_RUN_ERROR, T_TEXT("why", bot_error(&why, r->error, a->lang)));
    }
    if (add_changes(a, r->id, &m, err))
        return -1;
    if (r->counts.invalid)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SHOW_INVALID,
                    arena_printf(a->arena, "invalid %s", r->flow));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    return ask_reply(a, &m, &b, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct run *r = NULL, *list;
    size_t n;
    int64_t id = 0;
    if (base_parse_i64(a->args, 1, INT64_MAX, &id) && runs_get(a->db, id, a->arena, &r, err))
        return -1;
    if (r)
        return show(a, r, err);
    if (runs_list(a->db, NULL, 0, 1, a->arena, &list, &n, err))
        return -1;
    if (id)
        TEXT_ADD(&m, a->lang, TEXT_RUN_UNKNOWN, T_ID("id", id));
    else
        TEXT_ADD(&m, a->lang, TEXT_RUN_WHICH, T_ID("id", n ? list[0].id : 1));
    return ask_reply(a, &m, NULL, NULL, err);
}

const struct command cmd_run = {"run", "N", TEXT_CMD_RUN, ROLE_ORGANIZER, false, run};
