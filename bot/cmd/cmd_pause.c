#include "bot/cmd/hold_asked.h"
#include "bot/cmd/record_asked.h"
#include "bot/command.h"
#include "bot/text/field_text.h"
#include "store/pauses.h"

#include <string.h>

#define SHOWN 20

/* Whose role is limited to a team sees what is paused there. */
static int keep_theirs(struct ask *a, struct pause *list, size_t *n, int64_t *total,
                       struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        bool may;
        if (ask_may_record(a, list[i].entity, list[i].local_id, &may, err))
            return -1;
        if (may)
            list[kept++] = list[i];
    }
    if (kept < *n || a->rights->whole < a->need)
        *total = (int64_t)kept;
    *n = kept;
    return 0;
}

static int list_all(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT, held = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct pause *list;
    size_t n, n_held;
    int64_t total;
    if (pauses_list(a->db, SHOWN, a->arena, &list, &n, &total, err) ||
        keep_theirs(a, list, &n, &total, err))
        return -1;
    if (total)
        TEXT_ADD(&m, a->lang, TEXT_PAUSE_HEAD, T_INT("n", total));
    for (size_t i = 0; i < n; i++) {
        char when[TEXT_SHORT];
        const char *name = record_name_of(a->db, list[i].entity, list[i].local_id, a->arena);
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_PAUSE_LINE, T_TEXT("name", name),
                 T_TEXT("who", source_title(a, list[i].by)),
                 T_TEXT("time", text_clock(when, a->lang, list[i].at, a->now)));
        buttons_row(&b);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RESUME_NAME,
                    arena_printf(a->arena, "resume %s", list[i].local_id), T_TEXT("name", name));
    }
    if (total > (int64_t)n) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_PAUSE_MORE, T_INT("n", total - (int64_t)n));
    }
    if (hold_list(a, &held, &b, &n_held, err))
        return -1;
    msg_html(&m, total && n_held ? "\n\n" : "");
    msg_html(&m, msg_str(&held));
    if (!total && !n_held)
        TEXT_ADD(&m, a->lang, TEXT_PAUSE_NONE);
    msg_html(&m, total || n_held ? "\n\n" : " ");
    TEXT_ADD(&m, a->lang, TEXT_PAUSE_HOW);
    if (a->rights->whole >= a->need) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_HOLD_HOW);
    }
    return ask_reply(a, &m, &b, NULL, err);
}

/* A time belongs to what runs by itself. */
static int ask_without_time(struct ask *a, const struct hold_asked *h, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const char *data = arena_printf(a->arena, "pause %s", h->words);
    TEXT_ADD(&m, a->lang, TEXT_HOLD_NO_TIME);
    if (strlen(data) <= BUTTON_DATA_MAX)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_HOLD, data, T_TEXT("what", h->words));
    return ask_reply(a, &m, &b, NULL, err);
}

/* Who did it and when, for one that stands still already. */
static int say_already(struct ask *a, const struct named *one, struct msg *m, struct err *err)
{
    char when[TEXT_SHORT];
    struct pause *p;
    if (pauses_get(a->db, one->entity, one->id, a->arena, &p, err))
        return -1;
    TEXT_ADD(m, a->lang, TEXT_PAUSE_ALREADY, T_TEXT("name", one->name),
             T_TEXT("who", source_title(a, p->by)),
             T_TEXT("time", text_clock(when, a->lang, p->at, a->now)));
    return 0;
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct named *one;
    const char *rest;
    bool new;
    struct hold_asked hold;
    if (!*a->args)
        return list_all(a, err);
    hold_asked(a, &hold);
    if (hold.name)
        return hold_it(a, &hold, err);
    if (hold.until)
        return *hold.words ? ask_without_time(a, &hold, err) : list_all(a, err);
    if (record_asked(a, "pause", TEXT_RECORD_WHICH, &one, &rest, err))
        return -1;
    if (!one)
        return 0;
    if (pauses_set(a->db, one->entity, one->id, ask_actor(a), a->now, &new, err))
        return -1;
    if (new)
        TEXT_ADD(&m, a->lang, TEXT_PAUSE_DONE, T_TEXT("name", one->name));
    else if (say_already(a, one, &m, err))
        return -1;
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RESUME, arena_printf(a->arena, "resume %s", one->id));
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_pause = {"pause", "[NAME]", TEXT_CMD_PAUSE, ROLE_ORGANIZER, true, run};
