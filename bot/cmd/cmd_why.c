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
    if (n)
        return n == 1 ? tell(a, &list[0], err) : ask_which(a, list, n, err);
    if (record_asked(a, "why", TEXT_RECORD_WHICH, &one, &rest, err))
        return -1;
    return one ? tell(a, &(struct why_found){.entity = one->entity, .local_id = one->id}, err) : 0;
}

const struct command cmd_why = {"why", "NAME|ROW", TEXT_CMD_WHY, ROLE_ORGANIZER, true, run};
