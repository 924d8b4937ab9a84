#include "bot/jail_text.h"

#include "store/base/uuid.h"
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
