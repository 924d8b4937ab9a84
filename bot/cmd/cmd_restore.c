#include "bot/cmd/flows_asked.h"
#include "bot/cmd/record_asked.h"
#include "bot/command.h"
#include "bot/text/deleted_text.h"
#include "bot/text/field_text.h"
#include "store/names.h"
#include "store/traces.h"
#include "sync/restore.h"
#include "sync/undo/undo.h"

#include <string.h>

static void add_button(struct ask *a, enum text_id text, const char *id, int64_t rev,
                       const char *name, struct buttons *b)
{
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, text,
                rev ? arena_printf(a->arena, "restore %s %lld", id, (long long)rev)
                    : arena_printf(a->arena, "restore %s", id),
                T_TEXT("name", name));
}

/* ---------------------------------------------------------------- what stands in its way */

static int say_live(struct ask *a, const struct named *one, struct msg *m, struct err *err)
{
    char when[TEXT_SHORT];
    struct audit_row *last;
    if (traces_last_change(a->db, one->entity, one->id, a->arena, &last, err))
        return -1;
    if (last && str_eq(last->field, "deleted"))
        TEXT_ADD(m, a->lang, TEXT_BACK_LIVE_SINCE, T_TEXT("name", one->name),
                 T_TEXT("who", source_title(a, last->source)),
                 T_TEXT("time", text_clock(when, a->lang, last->at, a->now)));
    else
        TEXT_ADD(m, a->lang, TEXT_BACK_LIVE, T_TEXT("name", one->name));
    return 0;
}

/* The run that took its row for gone can be undone; that is said by the run itself. */
static int add_run(struct ask *a, const struct named *one, struct buttons *b, struct err *err)
{
    struct audit_row *last;
    if (audit_last_of_field(a->db, one->entity, one->id, "deleted", a->arena, &last, err))
        return -1;
    if (last && last->run && command_open(a, "run"))
        TEXT_BUTTON(b, a->lang, TEXT_BTN_RUN,
                    arena_printf(a->arena, "run %lld", (long long)last->run), T_ID("n", last->run));
    return 0;
}

/* What it belongs to comes first; what is in the way of that is in the way of this. */
static int say_with(struct ask *a, const struct named *one, const struct restore_look *look,
                    struct msg *m, struct buttons *b, struct err *err)
{
    struct restore_look root;
    const char *target = record_name_of(a->db, look->with_entity, look->with_id, a->arena);
    TEXT_ADD(m, a->lang, look->with_can ? TEXT_BACK_WITH : TEXT_BACK_WITH_NOT,
             T_TEXT("name", one->name), T_TEXT("target", target));
    if (look->with_can) {
        add_button(a, TEXT_BTN_BACK_NAME, look->with_id, 0, target, b);
        return 0;
    }
    if (restore_look(a->db, a->bot->cfg, look->with_entity, look->with_id, a->arena, &root, err))
        return -1;
    return root.deletion ? deleted_lines(a, root.deletion, m, err) : 0;
}

static int say_why_not(struct ask *a, const struct named *one, const struct restore_look *look,
                       struct msg *m, struct buttons *b, struct err *err)
{
    switch (look->can) {
    case RESTORE_LIVE:
        return say_live(a, one, m, err);
    case RESTORE_RULE:
        TEXT_ADD(m, a->lang, TEXT_BACK_RULE, T_TEXT("name", one->name));
        return deleted_lines(a, look->deletion, m, err);
    case RESTORE_WITH:
        return say_with(a, one, look, m, b, err);
    case RESTORE_NO_ROW:
        TEXT_ADD(m, a->lang, TEXT_BACK_NO_ROW, T_TEXT("name", one->name),
                 T_TEXT("remote", source_title(a, look->deletion->source)));
        msg_html(m, "\n    ");
        TEXT_ADD(m, a->lang, TEXT_DELETED_BRING_ROW);
        return add_run(a, one, b, err);
    case RESTORE_CAN:
    case RESTORE_UNKNOWN:
        break;
    }
    TEXT_ADD(m, a->lang, TEXT_BACK_UNKNOWN);
    return 0;
}

/* ---------------------------------------------------------------- doing it */

static int restore(struct ask *a, const struct named *one, const struct restore_look *look,
                   struct msg *m, struct buttons *b, struct err *err)
{
    struct choice pushes;
    uint32_t entities;
    if (restore_record(a->db, a->bot->cfg, look, ask_actor(a), a->now, &entities, err))
        return -1;
    TEXT_ADD(m, a->lang, TEXT_BACK_DONE, T_TEXT("name", one->name));
    if (entities & (entities - 1)) { /* more than one of them */
        msg_html(m, " ");
        TEXT_ADD(m, a->lang, TEXT_BACK_DONE_WITH);
    }
    undo_pushes(a->bot->cfg, entities, &pushes);
    if (!pushes.n)
        return 0;
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, TEXT_BACK_NEXT);
    if (command_open(a, "sync"))
        TEXT_BUTTON(b, a->lang, TEXT_BTN_SEND_NOW,
                    arena_printf(a->arena, "restore send %u", entities));
    return 0;
}

/* An old button must not undo what was decided since: rev is that of the record when it was shown,
 * 0: the person asks now. */
static int answer(struct ask *a, const struct named *one, int64_t rev, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct restore_look look;
    if (restore_look(a->db, a->bot->cfg, one->entity, one->id, a->arena, &look, err))
        return -1;
    if (look.can != RESTORE_CAN) {
        if (say_why_not(a, one, &look, &m, &b, err))
            return -1;
    } else if (rev && rev != look.rec->rev) {
        TEXT_ADD(&m, a->lang, TEXT_BACK_MOVED, T_TEXT("name", one->name));
        if (deleted_lines(a, look.deletion, &m, err))
            return -1;
        add_button(a, TEXT_BTN_BACK_NAME, one->id, look.rec->rev, one->name, &b);
    } else if (restore(a, one, &look, &m, &b, err)) {
        return -1;
    }
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_WHY, arena_printf(a->arena, "why %s", one->id),
                T_TEXT("name", one->name));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_DELETED, "deleted");
    return ask_reply(a, &m, &b, NULL, err);
}

/* "send MASK": the pushes that carry what came back, and with it everybody's changes. */
static int send_now(struct ask *a, int64_t entities, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct choice pushes;
    const struct job_options options = {0};
    if (!command_open(a, "sync"))
        return ask_refuse_whole(a, err);
    undo_pushes(a->bot->cfg, (uint32_t)entities, &pushes);
    if (pushes.n)
        return flows_start(a, &pushes, NULL, &options, err);
    TEXT_ADD(&m, a->lang, TEXT_BACK_NOWHERE);
    return ask_reply(a, &m, NULL, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct named *one;
    const char *rest = a->args, *first = ask_word(a, &rest), *second = ask_word(a, &rest);
    int64_t number = 0;
    if (!first) {
        TEXT_ADD(&m, a->lang, TEXT_BACK_HOW);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_DELETED, "deleted");
        return ask_reply(a, &m, &b, NULL, err);
    }
    if (!strcmp(first, "send") && base_parse_i64(second, 0, INT32_MAX, &number))
        return send_now(a, number, err);
    if (record_asked(a, "restore", TEXT_RECORD_WHICH, &one, &rest, err))
        return -1;
    base_parse_i64(rest, 1, INT64_MAX, &number);
    return one ? answer(a, one, number, err) : 0;
}

const struct command cmd_restore = {"restore",      "NAME", TEXT_CMD_RESTORE,
                                    ROLE_ORGANIZER, false,  run};
