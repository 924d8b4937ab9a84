/* choose.h: what a person means by the names behind `sync`: flows, one direction of a flow, cycles;
 * in the order in which they depend on each other. Pure; any thread. */
#ifndef SYNC_CHOOSE_H
#define SYNC_CHOOSE_H

#include "sync/config/config.h"

#define CHOICE_MAX 128

struct choice {
    struct step steps[CHOICE_MAX];
    size_t n;
    const struct cycle *cycle; /* when it is just that cycle, in its own order; else NULL */
    char key[256];             /* the same names in any order give the same key */
};

/* "all" stands for every flow, a cycle for its steps in their own order, a flow for what it does:
 * its pull, its push, or both one after the other; "people:push" for that alone. Where several
 * flows are run, all pulls come before the first push. Returns 0, or -1 with the
 * index of the name that is neither in *ret_bad. */
int choose_flows(const struct config *cfg, const char *const *names, size_t n, struct choice *ret,
                 size_t *ret_bad);

/* The one step of that name (config_step); false when there is none. */
bool choose_step(const struct config *cfg, const char *name, struct choice *ret);

/* How a person asks for exactly this step: "people:pull" where "people" would mean both ways.
 * Appended to out; returns buf_str(out). */
const char *choose_name(const struct step *s, struct buf *out);

/* How a person asks for all of these steps at once: "all", flows by their names where all that a
 * flow does is among them, else its step. Names stand apart by blanks. */
const char *choose_names(const struct config *cfg, const struct step *steps, size_t n,
                         struct buf *out);
/* Everything that the flow does is among the steps. */
bool choose_whole(const struct step *steps, size_t n, const struct flow *f);
/* Everything that any flow does is. */
bool choose_all(const struct config *cfg, const struct step *steps, size_t n);

#endif
