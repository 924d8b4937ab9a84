#include "sync/steps.h"

#include "sync/config/config.h"

#include <string.h>

#define SKIPPED "skipped"
/* A remote that does not answer costs each step minutes: five tries, and a timeout for each. */
#define DOWN_AFTER 2

/* How many steps of the remote have failed on end before steps[at]; what was skipped asked nothing.
 */
static unsigned failed_on_end(const struct step *steps, size_t at, const enum err_kind *ended)
{
    unsigned n = 0;
    for (size_t i = 0; i < at && n < DOWN_AFTER; i++) {
        const struct flow *f = steps[i].flow;
        bool skipped = false;
        if (!f || !steps[at].flow || f->remote != steps[at].flow->remote)
            continue;
        for (size_t k = 0; k < i && steps[i].push; k++)
            skipped = skipped || (steps[k].flow == f && !steps[k].push && ended[k] != ERR_NONE);
        if (!skipped)
            n = ended[i] == ERR_TEMP ? n + 1 : 0;
    }
    return n;
}

enum step_fate steps_fate(const struct step *steps, size_t at, const enum err_kind *ended,
                          bool stop)
{
    const struct step *s = &steps[at];
    enum step_fate fate = STEP_RUN;
    for (size_t i = 0; i < at; i++) {
        const struct flow *f = steps[i].flow;
        if (ended[i] == ERR_NONE)
            continue;
        if (stop)
            return STEP_END;
        if (!f || !s->flow) /* gone from the configuration */
            continue;
        if (ended[i] == ERR_AUTH && f->remote == s->flow->remote)
            fate = STEP_REFUSED;
        else if (s->push && f == s->flow && !steps[i].push && fate == STEP_RUN)
            fate = STEP_UNREAD;
    }
    if (fate != STEP_REFUSED && failed_on_end(steps, at, ended) >= DOWN_AFTER)
        return STEP_DOWN;
    return fate;
}

struct report steps_skipped(const struct step *s, enum step_fate fate)
{
    return (struct report){
        .flow = step_name(s),
        .push = s->push,
        .state = SKIPPED,
        .error = fate == STEP_REFUSED ? "not asked, the token was refused just now"
                 : fate == STEP_DOWN  ? "not asked, it did not answer twice just now"
                                      : "not sent, because its table could not be read first",
        .error_kind = fate == STEP_REFUSED ? ERR_AUTH : ERR_TEMP,
    };
}

bool report_is_skipped(const struct report *r)
{
    return !strcmp(r->state, SKIPPED);
}
