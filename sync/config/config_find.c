/* Look-ups in a configuration that has been read. Pure. */
#include "store/base/utf8.h"
#include "sync/config/config.h"

#include <string.h>

#define NEAR_ENOUGH 3 /* edits between a typo and the word it stands for */

const struct flow *config_flow(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_flows; i++) {
        if (!strcmp(c->flows[i]->name, name))
            return c->flows[i];
    }
    return NULL;
}

const char *step_name(const struct step *s)
{
    return s->push ? s->flow->push_name : s->flow->name;
}

bool config_step(const struct config *c, const char *name, struct step *ret)
{
    for (size_t i = 0; i < c->n_flows; i++) {
        const struct flow *f = c->flows[i];
        size_t n = strlen(f->name);
        if (strncmp(f->name, name, n) || (name[n] && name[n] != ':'))
            continue;
        bool push = name[n] ? !strcmp(name + n, ":push") : f->direction == DIR_PUSH;
        bool pull = name[n] ? !strcmp(name + n, ":pull") : !push;
        if ((push && f->direction == DIR_PULL) || (pull && f->direction == DIR_PUSH) ||
            (!push && !pull))
            return false;
        *ret = (struct step){f, push};
        return true;
    }
    return false;
}

const struct cycle *config_cycle(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_cycles; i++) {
        if (!strcmp(c->cycles[i]->name, name))
            return c->cycles[i];
    }
    return NULL;
}

const struct remote_config *config_remote(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_remotes; i++) {
        if (!strcmp(c->remotes[i]->name, name))
            return c->remotes[i];
    }
    return NULL;
}

const struct flow *config_carrier(const struct config *c, const char *entity, const char *remote)
{
    for (size_t i = 0; i < c->n_flows; i++) {
        const struct flow *f = c->flows[i];
        /* where records are shared, a row is none of them */
        if (f->direction != DIR_PUSH && !f->n_unique && f->entity && f->remote &&
            !strcmp(f->entity->name, entity) && !strcmp(f->remote->name, remote))
            return f;
    }
    return NULL;
}

const struct remote_config *config_home(const struct config *c, const struct entity *e)
{
    bool listed = model_entity(e->name) == e; /* a dictionary's is not */
    const struct remote_config *only = listed ? c->home[e - model_entities] : NULL;
    if (only)
        return only;
    for (size_t i = 0; i < c->n_flows; i++) {
        if (c->flows[i]->entity != e || c->flows[i]->direction == DIR_PUSH)
            continue;
        if (only && only != c->flows[i]->remote)
            return NULL;
        only = c->flows[i]->remote;
    }
    return only;
}

static void nearer(const char *candidate, const char *typed, unsigned *best, const char **ret)
{
    unsigned d = utf8_distance(candidate, typed);
    if (d < *best && d < utf8_length(candidate)) {
        *best = d;
        *ret = candidate;
    }
}

const char *config_suggest(const struct config *c, const char *typed)
{
    unsigned best = NEAR_ENOUGH + 1;
    const char *found = NULL;
    for (size_t i = 0; i < c->n_flows; i++) {
        nearer(c->flows[i]->name, typed, &best, &found);
        if (c->flows[i]->direction != DIR_PULL)
            nearer(c->flows[i]->push_name, typed, &best, &found);
    }
    for (size_t i = 0; i < c->n_cycles; i++)
        nearer(c->cycles[i]->name, typed, &best, &found);
    nearer("all", typed, &best, &found);
    return found;
}
