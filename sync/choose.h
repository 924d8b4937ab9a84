/* choose.h: what a person means by the names behind `sync`: flows and cycles, in the order in which
 * they depend on each other. Pure; any thread. */
#ifndef SYNC_CHOOSE_H
#define SYNC_CHOOSE_H

#include "sync/config.h"

#define CHOICE_MAX 64

struct choice {
    const struct flow *flows[CHOICE_MAX];
    size_t n;
    char key[256]; /* the same names in any order give the same key */
};

/* "all" stands for every flow, a cycle for its steps in their own order. Returns 0, or -1 with the
 * index of the name that is neither in *ret_bad. */
int choose_flows(const struct config *cfg, const char *const *names, size_t n, struct choice *ret,
                 size_t *ret_bad);

#endif
