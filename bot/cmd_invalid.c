#include "bot/jail_text.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/quarantine.h"

#include <string.h>

#define PAGE 5

/* A row of a table that was not taken in. */
static void add_pulled(struct ask *a, const struct dicts *dicts, int64_t number,
                       const struct jailed *j, struct msg *m)
{
    const struct flow *f = config_flow(a->bot->cfg, j->flow);
    const char *known = jail_known(a, dicts, f, j->reason);
    const char *advice = jail_advice(a, j->reason);
    TEXT_ADD(m, a->lang, TEXT_INVALID_ROW, T_INT("n", number),
             T_TEXT("flow", bot_flow_title(a->bot->cfg, j->flow, a->lang)),
             T_TEXT("reason", bot_reason(j->reason, a->lang)));
    msg_html(m, "\n");
    if (*advice) {
        TEXT_ADD(m, a->lang, TEXT_INVALID_ADVICE, T_TEXT("advice", advice));
        msg_html(m, "\n");
    } else if (j->detail) {
        TEXT_ADD(m, a->lang, j->waiting ? TEXT_INVALID_WAITS : TEXT_INVALID_DETAIL,
                 T_TEXT("detail", j->detail));
        msg_html(m, "\n");
    }
    if (known) {
        TEXT_ADD(m, a->lang, TEXT_INVALID_KNOWN, T_TEXT("names", known));
        msg_html(m, "\n");
    }
    jail_where(a, f, j->remote_id, j->first_seen, m);
    msg_html(m, "\n");
}

/* Two buttons under a record of which nobody knows whether its row was made. */
static int add_lost_buttons(struct ask *a, const struct step *step, int64_t number,
                            const struct jailed *j, struct buttons *b, struct err *err)
{
    struct intent *in;
    if (journal_unheard_insert(a->db, step->flow->remote->name, step->flow->table,
                               step->flow->entity->name, j->remote_id, a->arena, &in, err))
        return -1;
    if (!in) /* settled meanwhile: the next push takes the row out of the list */
        return 0;
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_THERE, arena_printf(a->arena, "there %lld", (long long)in->id),
                T_INT("n", number));
    TEXT_BUTTON(b, a->lang, TEXT_BTN_CREATE_AGAIN,
                arena_printf(a->arena, "again %lld", (long long)in->id), T_INT("n", number));
    return 0;
}

/* A record that did not go out: remote_id is its own id. */
static int add_pushed(struct ask *a, const struct dicts *dicts, const struct step *step,
                      int64_t number, const struct jailed *j, struct msg *m, struct buttons *b,
                      struct err *err)
{
    char when[TEXT_SHORT];
    bool lost = !strcmp(j->reason, "Unknown whether created");
    TEXT_ADD(m, a->lang, TEXT_INVALID_PUSH_ROW, T_INT("n", number),
             T_TEXT("name",
                    record_name_of(a->db, step->flow->entity->name, j->remote_id, a->arena)),
             T_TEXT("remote", bot_remote_title(step->flow->remote, a->lang)),
             T_TEXT("reason", bot_reason(j->reason, a->lang)));
    msg_html(m, "\n");
    if (j->detail) {
        TEXT_ADD(m, a->lang, lost ? TEXT_INVALID_PUSH_ALIKE : TEXT_INVALID_PUSH_DETAIL,
                 T_TEXT("detail", jail_detail(a, dicts, j)));
        msg_html(m, "\n");
    }
    TEXT_ADD(m, a->lang, TEXT_INVALID_PUSH_SINCE, T_TEXT("advice", jail_advice(a, j->reason)),
             T_TEXT("time", text_clock(when, a->lang, j->first_seen, a->now)));
    msg_html(m, "\n");
    return lost ? add_lost_buttons(a, step, number, j, b, err) : 0;
}

static void add_pages(struct ask *a, const char *flow, int64_t at, int64_t total, struct buttons *b)
{
    const char *name = flow ? flow : "all";
    if (at >= PAGE)
        TEXT_BUTTON(b, a->lang, TEXT_BTN_PREV,
                    arena_printf(a->arena, "invalid %s %lld @%s", name, (long long)(at - PAGE),
                                 a->slot));
    if (at + PAGE < total) {
        int64_t to = at + 2 * PAGE < total ? at + 2 * PAGE : total;
        TEXT_BUTTON(b, a->lang, TEXT_BTN_NEXT,
                    arena_printf(a->arena, "invalid %s %lld @%s", name, (long long)(at + PAGE),
                                 a->slot),
                    T_INT("from", to), T_INT("n", total));
    }
}

/* Rows from `at` on. *ret_mend: some of them wait for a hand in their table. */
static int add_rows(struct ask *a, const struct jailed *list, size_t n, int64_t at, struct msg *m,
                    struct buttons *b, bool *ret_mend, struct err *err)
{
    const struct dicts *dicts;
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    *ret_mend = false;
    for (size_t i = 0; i < n; i++) {
        struct step step;
        int64_t number = at + (int64_t)i + 1;
        if (config_step(a->bot->cfg, list[i].flow, &step) && step.push) {
            if (add_pushed(a, dicts, &step, number, &list[i], m, b, err))
                return -1;
        } else {
            add_pulled(a, dicts, number, &list[i], m);
            *ret_mend = *ret_mend || !*jail_advice(a, list[i].reason);
        }
    }
    return 0;
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct jailed *list;
    struct step step;
    size_t n;
    int64_t at = 0, total, waiting, invalid;
    bool mend;
    const char *args = a->args, *slot = ask_slot(a, "invalid");
    const char *first = ask_word(a, &args), *second = ask_word(a, &args);
    const char *flow = first && config_step(a->bot->cfg, first, &step) ? step_name(&step) : NULL;
    base_parse_i64(second ? second : first, 0, 1000000, &at);
    if (quarantine_count(a->db, flow, &waiting, &invalid, err) ||
        quarantine_list(a->db, flow, (size_t)at, PAGE, a->arena, &list, &n, &total, err))
        return -1;
    if (!total) {
        TEXT_ADD(&m, a->lang, TEXT_INVALID_NONE);
        return ask_reply(a, &m, NULL, slot, err);
    }
    TEXT_ADD(&m, a->lang, TEXT_INVALID_HEAD, T_INT("n", invalid), T_INT("waiting", waiting));
    msg_html(&m, "\n\n");
    if (add_rows(a, list, n, at, &m, &b, &mend, err))
        return -1;
    if (mend) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_INVALID_NEXT);
    }
    buttons_row(&b);
    add_pages(a, flow, at, total, &b);
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_invalid = {"invalid",      "[flow]", TEXT_CMD_INVALID,
                                    ROLE_ORGANIZER, true,     run};
