#include "bot/command.h"
#include "store/dict.h"
#include "store/quarantine.h"

#include <string.h>

#define PAGE 5

/* The dictionary whose values are listed under a wrong value: that of the field with this reason.
 */
static const struct field *field_with_reason(const struct flow *f, const char *reason)
{
    for (size_t i = 0; f && i < f->entity->n; i++) {
        const struct field *field = &f->entity->fields[i];
        if (field->type == FT_DICT &&
            (str_eq(field->bad, reason) || str_eq(field->bad_value, reason)))
            return field;
    }
    return NULL;
}

static void add_where(struct ask *a, const struct jailed *j, const struct flow *f, struct msg *m)
{
    char when[TEXT_SHORT];
    const char *since = text_clock(when, a->lang, j->first_seen, a->now);
    const char *url = NULL;
    if (f)
        url =
            remote_ops_find(f->remote->kind)->row_url(f->remote, f->table, j->remote_id, a->arena);
    if (url)
        TEXT_ADD(m, a->lang, TEXT_INVALID_LINK, T_TEXT("url", url),
                 T_TEXT("remote", bot_remote_title(f->remote, a->lang)), T_TEXT("time", since));
    else
        TEXT_ADD(m, a->lang, TEXT_INVALID_WHERE, T_TEXT("id", j->remote_id), T_TEXT("time", since));
    msg_html(m, "\n");
}

static void add_row(struct ask *a, const struct dicts *dicts, int64_t number,
                    const struct jailed *j, struct msg *m)
{
    const struct flow *f = config_flow(a->bot->cfg, j->flow);
    const struct field *field = field_with_reason(f, j->reason);
    TEXT_ADD(m, a->lang, TEXT_INVALID_ROW, T_INT("n", number),
             T_TEXT("flow", bot_flow_title(a->bot->cfg, j->flow, a->lang)),
             T_TEXT("reason", bot_reason(j->reason, a->lang)));
    msg_html(m, "\n");
    if (j->detail) {
        TEXT_ADD(m, a->lang, j->waiting ? TEXT_INVALID_WAITS : TEXT_INVALID_DETAIL,
                 T_TEXT("detail", j->detail));
        msg_html(m, "\n");
    }
    if (field) {
        AUTO_BUF names = BUF_INIT(2048);
        dict_names(dicts, field->dict, &names);
        TEXT_ADD(m, a->lang, TEXT_INVALID_KNOWN, T_TEXT("names", buf_str(&names)));
        msg_html(m, "\n");
    }
    add_where(a, j, f, m);
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

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct dicts *dicts;
    struct jailed *list;
    size_t n;
    int64_t at = 0, total, waiting, invalid;
    const char *args = a->args, *slot = ask_slot(a, "invalid");
    const char *first = ask_word(a, &args), *second = ask_word(a, &args);
    const char *flow = first && config_flow(a->bot->cfg, first) ? first : NULL;
    base_parse_i64(second ? second : first, 0, 1000000, &at);
    if (dict_load(a->db, a->arena, &dicts, err) ||
        quarantine_count(a->db, flow, &waiting, &invalid, err) ||
        quarantine_list(a->db, flow, (size_t)at, PAGE, a->arena, &list, &n, &total, err))
        return -1;
    if (!total) {
        TEXT_ADD(&m, a->lang, TEXT_INVALID_NONE);
        return ask_reply(a, &m, NULL, slot, err);
    }
    TEXT_ADD(&m, a->lang, TEXT_INVALID_HEAD, T_INT("n", invalid), T_INT("waiting", waiting));
    msg_html(&m, "\n\n");
    for (size_t i = 0; i < n; i++)
        add_row(a, dicts, at + (int64_t)i + 1, &list[i], &m);
    msg_html(&m, "\n");
    TEXT_ADD(&m, a->lang, TEXT_INVALID_NEXT);
    add_pages(a, flow, at, total, &b);
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_invalid = {"invalid",      "[flow]", TEXT_CMD_INVALID,
                                    ROLE_ORGANIZER, true,     run};
