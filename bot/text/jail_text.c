#include "bot/text/jail_text.h"

#include "store/base/uuid.h"
#include "store/journal.h"
#include "store/names.h"

#include <string.h>

static const struct {
    const char *reason;
    enum text_id advice;
} advices[] = {
    {"Paused", TEXT_ADVICE_PAUSED},
    {"Edited just now", TEXT_ADVICE_NEXT},
    {"Refused", TEXT_ADVICE_REFUSED},
    {"Not linked there yet", TEXT_ADVICE_NOT_LINKED},
    {"Not confirmed yet", TEXT_ADVICE_NEXT},
    {"Unknown whether created", TEXT_ADVICE_UNKNOWN},
    {"Several records in one row", TEXT_ADVICE_SEVERAL},
    {"Ignored by the remote", TEXT_ADVICE_IGNORED},
    {"Changed there meanwhile", TEXT_ADVICE_NEXT},
    {"Not found after it was created", TEXT_ADVICE_NOT_FOUND},
};

const char *jail_advice(struct ask *a, const char *reason)
{
    for (size_t i = 0; i < ARRAY_LEN(advices); i++) {
        if (!strcmp(advices[i].reason, reason))
            return text_template(a->lang, advices[i].advice);
    }
    return "";
}

const char *jail_known(struct ask *a, const struct dicts *dicts, const struct flow *f,
                       const char *reason)
{
    for (size_t i = 0; f && i < f->entity->n; i++) {
        const struct field *field = &f->entity->fields[i];
        if (field->type != FT_DICT ||
            (!str_eq(field->bad, reason) && !str_eq(field->bad_value, reason)))
            continue;
        AUTO_BUF names = BUF_INIT(2048);
        dict_names(dicts, field->dict, &names);
        return arena_strdup(a->arena, buf_str(&names));
    }
    return NULL;
}

const char *jail_detail(struct ask *a, const struct dicts *dicts, const struct jailed *j)
{
    const char *rest = j->detail;
    if (!rest || strcmp(j->reason, "Not linked there yet") != 0)
        return j->detail;
    const char *entity = ask_word(a, &rest), *id = ask_word(a, &rest);
    if (entity && id && !strncmp(entity, "dict_", 5))
        return dict_name(dicts, entity + 5, id);
    return entity && id && model_entity(entity) ? record_name_of(a->db, entity, id, a->arena)
                                                : j->detail;
}

const char *jail_row_url(struct ask *a, const struct flow *f, const char *row_id)
{
    return f ? remote_ops_find(f->remote->kind)->row_url(f->remote, f->table, row_id, a->arena)
             : NULL;
}

/* Some tools have addresses of their rows, others only of the document. */
static bool opens_row(const char *url, const char *row_id)
{
    char id[UUID_LEN + 1];
    size_t n = strlen(url), m = strlen(row_id);
    return uuid_read(row_id, id) || (n > m && !strcmp(url + n - m, row_id));
}

void jail_where(struct ask *a, const struct flow *f, const char *row_id, int64_t since,
                struct msg *m)
{
    char when[TEXT_SHORT];
    const char *url = jail_row_url(a, f, row_id);
    bool direct = url && opens_row(url, row_id);
    enum text_id text = since    ? direct ? TEXT_INVALID_LINK
                                   : url  ? TEXT_ROW_IN_LINK_SINCE
                                          : TEXT_INVALID_WHERE
                        : direct ? TEXT_ROW_LINK
                        : url    ? TEXT_ROW_IN_LINK
                        : f      ? TEXT_ROW_IN
                                 : TEXT_ROW_ALONE;
    TEXT_ADD(m, a->lang, text, T_TEXT("url", url), T_TEXT("id", row_id),
             T_TEXT("flow", f ? bot_flow_title(a->bot->cfg, f->name, a->lang) : ""),
             T_TEXT("remote", f ? bot_remote_title(f->remote, a->lang) : ""),
             T_TEXT("time", text_clock(when, a->lang, since, a->now)));
}

/* ---------------------------------------------------------------- a line of the list */

/* A row of a table that was not taken in. */
static void add_pulled(struct ask *a, const struct dicts *dicts, int64_t number,
                       const struct jailed *j, struct msg *m)
{
    const struct flow *f = config_flow(a->bot->cfg, j->flow);
    const char *known = jail_known(a, dicts, f, j->reason);
    const char *advice = jail_advice(a, j->reason);
    TEXT_ADD(m, a->lang, number ? TEXT_INVALID_ROW : TEXT_WORK_ROW, T_INT("n", number),
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
    TEXT_BUTTON(b, a->lang, number ? TEXT_BTN_THERE : TEXT_BTN_WORK_THERE,
                arena_printf(a->arena, "there %lld", (long long)in->id), T_INT("n", number));
    TEXT_BUTTON(b, a->lang, number ? TEXT_BTN_CREATE_AGAIN : TEXT_BTN_WORK_AGAIN,
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
    TEXT_ADD(m, a->lang, number ? TEXT_INVALID_PUSH_ROW : TEXT_WORK_PUSH_ROW, T_INT("n", number),
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

int jail_item(struct ask *a, const struct dicts *dicts, int64_t number, const struct jailed *j,
              struct msg *m, struct buttons *b, bool *ret_mend, struct err *err)
{
    struct step step;
    *ret_mend = false;
    if (config_step(a->bot->cfg, j->flow, &step) && step.push)
        return add_pushed(a, dicts, &step, number, j, m, b, err);
    add_pulled(a, dicts, number, j, m);
    *ret_mend = !*jail_advice(a, j->reason);
    return 0;
}
