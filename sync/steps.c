#include "sync/steps.h"

#include "sync/config/config.h"

#include <string.h>

#define SKIPPED "skipped"

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
    return fate;
}

struct report steps_skipped(const struct step *s, enum step_fate fate)
{
    bool refused = fate == STEP_REFUSED;
    return (struct report){
        .flow = step_name(s),
        .push = s->push,
        .state = SKIPPED,
        .error = refused ? "not asked, the token was refused just now"
                         : "not sent, because its table could not be read first",
        .error_kind = refused ? ERR_AUTH : ERR_TEMP,
    };
}

bool report_is_skipped(const struct report *r)
{
    return !strcmp(r->state, SKIPPED);
}
