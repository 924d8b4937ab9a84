#include "bot/text/jail_text.h"

#include "store/base/utf8.h"
#include "store/base/uuid.h"
#include "store/journal.h"
#include "store/names.h"
#include "sync/row_name.h"

#include <string.h>

#define KNOWN_SHOWN 4 /* values of a dictionary, in a line of a list */

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
    {"Not readable there", TEXT_ADVICE_UNREAD},
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

/* The dictionary that the reason is about, or NULL. */
static const char *dict_of(const struct flow *f, const char *reason)
{
    for (size_t i = 0; f && i < f->entity->n; i++) {
        const struct field *field = &f->entity->fields[i];
        if (field->type == FT_DICT &&
            (str_eq(field->bad, reason) || str_eq(field->bad_value, reason)))
            return field->dict;
    }
    return NULL;
}

const char *jail_known(struct ask *a, const struct dicts *dicts, const struct flow *f,
                       const char *reason)
{
    AUTO_BUF names = BUF_INIT(2048);
    const char *dict = dict_of(f, reason);
    if (!dict)
        return NULL;
    dict_names(dicts, dict, &names);
    return arena_strdup(a->arena, buf_str(&names));
}

const char *jail_nearest(const struct dicts *dicts, const struct flow *f, const char *reason,
                         const char *value)
{
    const char *dict = dict_of(f, reason), *code, *name, *best = NULL;
    size_t typed = value ? utf8_length(value) : 0;
    unsigned nearest = typed < 4 ? 2 : typed < 8 ? 3 : 4;
    for (size_t i = 0; dict && typed && dict_entry_at(dicts, dict, i, &code, &name); i++) {
        unsigned d = utf8_distance(name, value);
        if (d >= nearest || d >= typed)
            continue;
        nearest = d;
        best = name;
    }
    return best;
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

/* A line under way. */
struct line {
    int64_t number; /* 0: it stands alone, and says all that there is */
    bool repeats;   /* a line before it on the page has said what the value might be */
};

/* What the value might be. In a list a few of them have to do, once for each reason. */
static void add_known(struct ask *a, const struct dicts *dicts, const struct line *l,
                      const struct flow *f, const struct jailed *j, struct msg *m)
{
    const char *dict = dict_of(f, j->reason), *code, *name;
    const char *nearest = jail_nearest(dicts, f, j->reason, j->detail);
    AUTO_BUF some = BUF_INIT(2048);
    size_t n = 0;
    if (nearest) {
        TEXT_ADD(m, a->lang, TEXT_INVALID_NEAREST, T_TEXT("name", nearest));
        msg_html(m, "\n");
    }
    if (!dict || (l->number && (l->repeats || nearest)))
        return;
    for (; dict_entry_at(dicts, dict, n, &code, &name); n++) {
        if (n < KNOWN_SHOWN)
            buf_addf(&some, "%s%s", n ? ", " : "", name);
    }
    if (l->number && n > KNOWN_SHOWN + 2)
        TEXT_ADD(m, a->lang, TEXT_INVALID_KNOWN_SOME, T_TEXT("names", buf_str(&some)),
                 T_INT("n", (int64_t)(n - KNOWN_SHOWN)), T_INT("number", l->number));
    else
        TEXT_ADD(m, a->lang, TEXT_INVALID_KNOWN,
                 T_TEXT("names", jail_known(a, dicts, f, j->reason)));
    msg_html(m, "\n");
}

static void add_pulled_head(struct ask *a, const struct line *l, const struct flow *f,
                            const struct jailed *j, struct msg *m)
{
    const char *name = f ? row_name(a->db, a->bot->cfg, f, j, a->arena) : "";
    enum text_id text = *name       ? l->number ? TEXT_INVALID_ROW_NAMED : TEXT_WORK_ROW_NAMED
                        : l->number ? TEXT_INVALID_ROW
                                    : TEXT_WORK_ROW;
    TEXT_ADD(m, a->lang, text, T_INT("n", l->number), T_TEXT("name", name),
             T_TEXT("flow", bot_flow_title(a->bot->cfg, j->flow, a->lang)),
             T_TEXT("reason", bot_reason(j->reason, a->lang)));
    msg_html(m, "\n");
}

/* A row of a table that was not taken in. */
static void add_pulled(struct ask *a, const struct dicts *dicts, const struct line *l,
                       const struct jailed *j, struct msg *m)
{
    char id[UUID_LEN + 1];
    const struct flow *f = config_flow(a->bot->cfg, j->flow);
    const char *advice = jail_advice(a, j->reason);
    add_pulled_head(a, l, f, j, m);
    if (*advice) {
        TEXT_ADD(m, a->lang, TEXT_INVALID_ADVICE, T_TEXT("advice", advice));
        msg_html(m, "\n");
    } else if (j->detail && *j->detail && !(l->number && !j->waiting && uuid_read(j->detail, id))) {
        TEXT_ADD(m, a->lang, j->waiting ? TEXT_INVALID_WAITS : TEXT_INVALID_DETAIL,
                 T_TEXT("detail", j->detail));
        msg_html(m, "\n");
    }
    add_known(a, dicts, l, f, j, m);
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

static int add_item(struct ask *a, const struct dicts *dicts, const struct line *l,
                    const struct jailed *j, struct msg *m, struct buttons *b, bool *ret_mend,
                    struct err *err)
{
    struct step step;
    *ret_mend = false;
    if (config_step(a->bot->cfg, j->flow, &step) && step.push)
        return add_pushed(a, dicts, &step, l->number, j, m, b, err);
    add_pulled(a, dicts, l, j, m);
    *ret_mend = !*jail_advice(a, j->reason);
    return 0;
}

int jail_item(struct ask *a, const struct dicts *dicts, const struct jailed *j, struct msg *m,
              struct buttons *b, struct err *err)
{
    bool ignored;
    return add_item(a, dicts, &(struct line){0}, j, m, b, &ignored, err);
}

int jail_line(struct ask *a, const struct dicts *dicts, int64_t number, const struct jailed *page,
              size_t at, struct msg *m, struct buttons *b, bool *ret_mend, struct err *err)
{
    struct line l = {.number = number};
    for (size_t i = 0; i < at; i++)
        l.repeats = l.repeats || !strcmp(page[i].reason, page[at].reason);
    return add_item(a, dicts, &l, &page[at], m, b, ret_mend, err);
}
