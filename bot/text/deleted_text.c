#include "bot/text/deleted_text.h"

#include "bot/text/field_text.h"
#include "bot/text/jail_text.h"
#include "store/names.h"
#include "sync/row_name.h"
#include "sync/why.h"

#include <string.h>

static const struct {
    const char *entity;
    enum text_id what;
} ones[] = {
    {"person", TEXT_ONE_PERSON},
    {"team", TEXT_ONE_TEAM},
    {"participation", TEXT_ONE_PARTICIPATION},
    {"badge", TEXT_ONE_BADGE},
    {"arrival", TEXT_ONE_ARRIVAL},
    {"anonymous_badge", TEXT_ONE_ANONYMOUS_BADGE},
};

const char *record_what(struct ask *a, const char *entity)
{
    for (size_t i = 0; i < ARRAY_LEN(ones); i++) {
        if (!strcmp(ones[i].entity, entity))
            return text_template(a->lang, ones[i].what);
    }
    return text_template(a->lang, TEXT_ONE_RECORD);
}

const struct flow *table_flow(struct ask *a, const char *remote, const char *tbl)
{
    const struct config *cfg = a->bot->cfg;
    const struct flow *writes = NULL;
    for (size_t i = 0; remote && i < cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i];
        if (strcmp(f->remote->name, remote) || strcmp(f->table, tbl))
            continue;
        if (f->direction != DIR_PUSH)
            return f;
        writes = f;
    }
    return writes;
}

static const char *remote_title(struct ask *a, const char *remote)
{
    return remote ? source_title(a, remote) : "";
}

/* What of the row is in quarantine as invalid, the first of it; *ret NULL: nothing. */
static int find_jailed(struct ask *a, const struct deletion *d, const struct flow *f,
                       const struct jailed **ret, struct err *err)
{
    struct why_jailed *list;
    struct mark *mark;
    size_t n;
    *ret = NULL;
    if (!f)
        return 0;
    if (why_row_jailed(a->db, f, d->remote_id, a->arena, &list, &n, &mark, err))
        return -1;
    for (size_t i = 0; i < n && !*ret; i++)
        *ret = list[i].jailed.waiting ? NULL : &list[i].jailed;
    return 0;
}

const char *row_called(struct ask *a, const struct flow *f, const char *remote_id)
{
    const char *name = f ? row_name_of(a->db, a->bot->cfg, f, remote_id, a->arena) : NULL;
    return !name ? remote_id : *name ? name : text_template(a->lang, TEXT_NAMELESS);
}

const char *deleted_name(struct ask *a, const struct deletion *d)
{
    return d->local_id ? record_name_of(a->db, d->entity, d->local_id, a->arena)
                       : row_called(a, table_flow(a, d->remote, d->tbl), d->remote_id);
}

static int how_by_rule(struct ask *a, const struct deletion *d, struct msg *m,
                       enum text_id *ret_advice, struct err *err)
{
    const struct jailed *j;
    if (find_jailed(a, d, table_flow(a, d->remote, d->tbl), &j, err))
        return -1;
    TEXT_ADD(m, a->lang, j ? TEXT_DELETED_BY_RULE : TEXT_DELETED_BY_RULE_OVER,
             T_TEXT("reason", j ? bot_reason(j->reason, a->lang) : ""));
    if (j && j->detail)
        TEXT_ADD(m, a->lang, TEXT_DELETED_WORDS, T_TEXT("why", j->detail));
    *ret_advice = !j            ? d->live ? TEXT_DELETED_LIVE : TEXT_DELETED_COMES_BACK
                  : d->local_id ? TEXT_DELETED_MEND
                                : TEXT_DELETED_MEND_NEW;
    return 0;
}

static void how_by_mark(struct ask *a, const struct deletion *d, struct msg *m)
{
    TEXT_ADD(m, a->lang, d->kind == DELETED_HAND ? TEXT_DELETED_BY_HAND : TEXT_DELETED_BY_FEEDER,
             T_TEXT("remote", remote_title(a, d->remote)));
    if (d->why)
        TEXT_ADD(m, a->lang, TEXT_DELETED_WORDS, T_TEXT("why", d->why));
}

int deleted_how(struct ask *a, const struct deletion *d, struct msg *m, enum text_id *ret_advice,
                struct err *err)
{
    *ret_advice = d->live ? TEXT_DELETED_LIVE : d->local_id ? TEXT_COUNT : TEXT_DELETED_UNMARK;
    switch (d->kind) {
    case DELETED_RULE:
        return how_by_rule(a, d, m, ret_advice, err);
    case DELETED_HAND:
    case DELETED_FEEDER:
        how_by_mark(a, d, m);
        break;
    case DELETED_HERE:
        TEXT_ADD(m, a->lang, d->source ? TEXT_DELETED_BY_PERSON : TEXT_DELETED_BY_NOBODY,
                 T_TEXT("who", d->source ? source_title(a, d->source) : ""));
        break;
    case DELETED_GONE:
        TEXT_ADD(m, a->lang, TEXT_DELETED_ROW_GONE, T_TEXT("remote", remote_title(a, d->remote)));
        *ret_advice = TEXT_DELETED_BRING_ROW;
        break;
    case DELETED_WITH:
        TEXT_ADD(m, a->lang, TEXT_DELETED_WITH_RECORD,
                 T_TEXT("name", record_name_of(a->db, d->with_entity, d->with_id, a->arena)));
        break;
    case DELETED_KINDS:
        break;
    }
    return 0;
}

int deleted_lines(struct ask *a, const struct deletion *d, struct msg *m, struct err *err)
{
    enum text_id advice;
    msg_html(m, "\n    ");
    if (deleted_how(a, d, m, &advice, err))
        return -1;
    if (advice != TEXT_COUNT) {
        msg_html(m, "\n    ");
        TEXT_ADD(m, a->lang, advice);
    }
    if (d->remote_id && d->kind != DELETED_GONE) {
        msg_html(m, "\n");
        jail_where(a, table_flow(a, d->remote, d->tbl), d->remote_id, 0, m);
    }
    return 0;
}
