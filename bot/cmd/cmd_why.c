#include "bot/cmd/record_asked.h"
#include "bot/command.h"
#include "bot/text/why_text.h"

static int tell(struct ask *a, const struct why_found *found, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (why_tell(a, found, &m, &b, err))
        return -1;
    return ask_reply(a, &m, &b, NULL, err);
}

static int ask_which(struct ask *a, const struct why_found *list, size_t n, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_ADD(&m, a->lang, TEXT_WHY_WHICH_ROW, T_INT("n", (int64_t)n));
    for (size_t i = 0; i < n; i++) {
        buttons_row(&b);
        if (list[i].local_id)
            buttons_addf(&b, why_where(a, &list[i]), "why %s", list[i].local_id);
        else
            buttons_addf(&b, why_where(a, &list[i]), "why %s %s", list[i].flow->name,
                         list[i].remote_id);
    }
    return ask_reply(a, &m, &b, NULL, err);
}

static int is_theirs(struct ask *a, const struct why_found *f, bool *ret, struct err *err)
{
    struct why_jailed *jailed;
    struct mark *mark;
    size_t n;
    *ret = a->rights->whole >= a->need;
    if (*ret || f->local_id)
        return *ret ? 0 : ask_may_record(a, f->entity, f->local_id, ret, err);
    if (why_row_jailed(a->db, f->flow, f->remote_id, a->arena, &jailed, &n, &mark, err))
        return -1;
    for (size_t i = 0; i < n && !*ret; i++) {
        if (rights_for_row(a->bot, a->db, a->rights, a->need, &jailed[i].jailed, a->arena, ret,
                           err))
            return -1;
    }
    return 0;
}

/* Of the records and rows of one id, where the role is limited, those of a team of theirs. */
static int keep_theirs(struct ask *a, struct why_found *list, size_t *n, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        bool may;
        if (is_theirs(a, &list[i], &may, err))
            return -1;
        if (may)
            list[kept++] = list[i];
    }
    *n = kept;
    return 0;
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct why_found *list;
    struct named *one;
    const char *rest;
    size_t n;
    if (!*a->args) {
        TEXT_ADD(&m, a->lang, TEXT_WHY_HOW);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    if (why_asked(a, a->args, &list, &n, err))
        return -1;
    size_t all = n;
    if (keep_theirs(a, list, &n, err))
        return -1;
    if (all && !n)
        return ask_refuse_record(a, err);
    if (n)
        return n == 1 ? tell(a, &list[0], err) : ask_which(a, list, n, err);
    if (record_asked(a, "why", TEXT_RECORD_WHICH, &one, &rest, err))
        return -1;
    return one ? tell(a, &(struct why_found){.entity = one->entity, .local_id = one->id}, err) : 0;
}

const struct command cmd_why = {"why", "NAME|ROW", TEXT_CMD_WHY, ROLE_ORGANIZER, true, run};
